//! Where a visitor came from. Owns reading the query and the referrer; must not keep any of the rest of them.

use crate::text::{after_last, clip, cut, lists, split};
use crate::time::Millis;
use crate::wire::record;

/// One arrival from outside. Ordered by time, then by content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touch {
    /// When.
    pub at: Millis,
    /// `direct`, `search`, `social`, `email`, `paid`, `referral`, or another `utm_medium` as it was.
    pub channel: String,
    /// The referrer's host; the rest of its address is dropped.
    pub referrer: String,
    /// `utm_source`.
    pub utm_source: String,
    /// `utm_medium`.
    pub utm_medium: String,
    /// `utm_campaign`.
    pub utm_campaign: String,
    /// Path of the page it led to.
    pub landing: String,
}

record!(Touch { at, channel, referrer, utm_source, utm_medium, utm_campaign, landing });

const SEARCH: &str = "google bing duckduckgo ecosia yahoo qwant startpage yandex baidu brave";
const SOCIAL: &str = "linkedin facebook instagram youtube reddit pinterest tiktok twitter threads lnkd x t";

impl Touch {
    /// Reads an arrival at `host``landing`. `None` where the visitor came from the site itself.
    pub fn read(at: Millis, host: &str, landing: &str, query: &[(String, String)], referrer: &str) -> Option<Touch> {
        let referrer = referrer_host(referrer);
        let utm = |name| parameter(query, name).map_or(String::new(), |value| clip(&value, 60).to_owned());
        let mut touch = Touch {
            at,
            channel: String::new(),
            utm_source: utm("utm_source"),
            utm_medium: utm("utm_medium"),
            utm_campaign: utm("utm_campaign"),
            landing: clip(landing, 80).to_owned(),
            referrer: clip(referrer, 80).to_owned(),
        };
        let tagged = !touch.utm_source.is_empty() || !touch.utm_medium.is_empty();
        if !tagged && touch.referrer == host && !host.is_empty() {
            return None;
        }
        touch.channel = touch.classify(tagged).to_owned();
        Some(touch)
    }

    fn classify(&self, tagged: bool) -> &str {
        let medium = self.utm_medium.as_str();
        let labels = |list: &str, host: &str| split(host, b'.').iter().any(|label| lists(list, label));
        match medium {
            "cpc" | "ppc" | "paid" | "display" | "retargeting" => "paid",
            "email" | "e-mail" | "newsletter" => "email",
            "social" => "social",
            "" if labels(SEARCH, &self.referrer) || labels(SEARCH, &self.utm_source) => "search",
            "" if labels(SOCIAL, &self.referrer) || labels(SOCIAL, &self.utm_source) => "social",
            "" if !self.referrer.is_empty() || tagged => "referral",
            "" => "direct",
            other => other,
        }
    }
}

fn referrer_host(referrer: &str) -> &str {
    let (_, after) = cut(referrer, b":");
    let (authority, _) = cut(after.unwrap_or("").trim_start_matches('/'), b"/?#");
    after_last(authority, b'@').unwrap_or(authority)
}

/// The value of a query parameter, its ASCII letters in lower case.
pub fn parameter(query: &[(String, String)], name: &str) -> Option<String> {
    query.iter().find(|(known, _)| known == name).map(|(_, value)| value.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels() {
        let none: &[(&str, &str)] = &[];
        let cases = [
            (none, "", Some("direct")),
            (none, "https://www.google.fi/search?q=secret", Some("search")),
            (none, "https://www.linkedin.com/feed/", Some("social")),
            (none, "https://partner.example/x", Some("referral")),
            (none, "https://lumo.example/product", None),
            (&[("utm_source", "news"), ("utm_medium", "Email")], "https://lumo.example/", Some("email")),
            (&[("utm_source", "google"), ("utm_medium", "cpc")], "", Some("paid")),
        ];
        for (query, referrer, channel) in cases {
            let query: Vec<_> = query.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
            let touch = Touch::read(0, "lumo.example", "/", &query, referrer);
            assert_eq!(touch.as_ref().map(|touch| touch.channel.as_str()), channel, "{query:?} {referrer}");
            if let Some(touch) = touch {
                assert!(!touch.referrer.contains("secret"));
            }
        }
    }
}
