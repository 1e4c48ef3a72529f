//! Where visitors come from, and whether they are people: cases of our own. Those of others are in tests/native/sources.rs.
#![allow(missing_docs)]

use leadheat_core::bot::suspicion;
use leadheat_core::page::Page;
use leadheat_core::source::Touch;

fn arrival(query: &[(&str, &str)], referrer: &str) -> Option<Touch> {
    let query = query.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let page =
        Page { host: "lumo.example".into(), path: "/".into(), query, referrer: referrer.into(), ..Page::default() };
    Touch::read(0, &page, &[("partner".into(), "partners".into()), ("qr".into(), "trade-fair".into())])
}

fn channel(query: &[(&str, &str)], referrer: &str) -> String {
    arrival(query, referrer).map_or("none".into(), |touch| touch.channel)
}

#[test]
fn channels() {
    for (query, referrer, wanted) in [
        (&[][..], "", "direct"),
        (&[], "https://www.google.fi/search?q=secret", "search"),
        (&[], "https://mail.google.com/mail/u/0/", "email"),
        (&[], "https://gemini.google.com/app", "ai"),
        (&[], "https://www.linkedin.com/feed/", "social"),
        (&[], "https://t.co/abc", "social"),
        (&[], "https://not.co/abc", "referral"),
        (&[], "https://m.youtube.com/watch?v=1", "video"),
        (&[], "https://partner.example/x", "referral"),
        (&[], "https://www.researchgate.net/x", "referral"),
        (&[], "https://lumo.example/product", "none"),
        (&[("utm_source", "news"), ("utm_medium", "Email")], "https://lumo.example/", "email"),
        (&[("utm_source", "google"), ("utm_medium", "cpc")], "", "paid_search"),
        (&[("utm_source", "chatgpt.com")], "", "ai"),
        (&[("gclid", "x")], "https://www.google.com/", "paid_search"),
        (&[("msclkid", "x")], "https://www.bing.com/", "paid_search"),
        (&[("li_fat_id", "x")], "https://www.linkedin.com/", "paid_social"),
        (&[("fbclid", "x")], "https://l.facebook.com/", "social"),
        (&[("utm_medium", "cpc"), ("utm_source", "x"), ("utm_campaign", "workshop")], "", "paid_other"),
        (&[("partner", "ACME-7")], "https://acme.example/", "partners"),
        (&[("qr", "stand-4")], "", "trade-fair"),
    ] {
        assert_eq!(channel(query, referrer), wanted, "{query:?} {referrer}");
    }
    for own in ["https://lumo.example/pricing", "http://lumo.example:8787/"] {
        assert_eq!(arrival(&[], own), None, "from the site itself: {own}");
    }
    let touch = arrival(&[("partner", "ACME-7"), ("gclid", "secret")], "https://acme.example/?secret").unwrap();
    assert_eq!((touch.utm_source.as_str(), touch.referrer.as_str()), ("acme-7", "acme.example"));
    assert!(!format!("{touch:?}").contains("secret"));
}

fn looks_driven(webdriver: bool, user_agent: &str) -> bool {
    suspicion(webdriver, user_agent) >= 50
}

#[test]
fn people_and_programs() {
    const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
    assert!(!looks_driven(false, CHROME) && looks_driven(true, CHROME));
    assert!(!looks_driven(false, "Mozilla/5.0 (Linux; Android 9; CUBOT P30) AppleWebKit/537.36 Chrome/99 Mobile"));
    for program in
        ["Mozilla/5.0 (compatible; Googlebot/2.1)", "curl/8.5.0", "Mozilla/5.0 HeadlessChrome/140", "AdsBot (x)"]
    {
        assert!(looks_driven(false, program), "{program}");
    }
}
