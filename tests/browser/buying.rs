//! From reading to a lead: who becomes one, when, and how warm.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::visitor::Visitor;

/// The points of the reasons sum to the score, to the thousandth.
pub fn assert_explained(lead: &Value) {
    let thousandths = |value: &Value| (value.as_f64().unwrap() * 1_000.0).round() as i64;
    let sum: i64 = lead["reasons"].as_array().unwrap().iter().map(|reason| thousandths(&reason["points"])).sum();
    assert_eq!(sum, thousandths(&lead["score"]), "{:#}", lead["reasons"]);
}

pub fn has_reason(lead: &Value, rule: &str) -> bool {
    lead["reasons"].as_array().unwrap().iter().any(|reason| reason["rule"] == rule)
}

pub async fn anonymous_reader_stays_cold(mut v: Visitor) -> Visitor {
    v.goto("/").await;
    v.grant().await;
    for page in ["/articles/co2-in-classrooms", "/articles/payback-time", "/pricing"] {
        v.goto(page).await;
        v.ready().await;
        v.js("scrollTo(0, document.documentElement.scrollHeight)").await;
    }
    v.until("scrolling is seen", "return leadheat('explain').then(e => e.reasons.some(r => r.rule === 'scroll'))")
        .await;
    let explanation = v.explain().await;
    assert_eq!(explanation["tier"], "cold");
    assert!(explanation["score"].as_f64().unwrap() > 0.0);
    assert_explained(&explanation);
    assert_eq!(v.site.posts(), 0);
    v
}

pub async fn ready_buyer_is_hot_in_the_inbox(mut v: Visitor) -> Visitor {
    v.goto("/articles/co2-in-classrooms?utm_source=news&utm_medium=email&utm_campaign=%C3%89szak+2").await;
    v.grant().await;
    v.goto("/pricing").await;
    v.ready().await;
    v.inquire("I would like a quote", "Ventilation for three classrooms", "Now", "I decide").await;
    v.leave_contact(&[("name", "Aino Virtanen"), ("email", "aino@koulu.example")]).await;
    let submitted = Instant::now();
    let lead = v.site.lead("a hot one", |lead| lead["tier"] == "hot").await;
    assert!(submitted.elapsed() < Duration::from_secs(2), "{:?}", submitted.elapsed());
    assert_eq!((&lead["stage"], &lead["revision"], &lead["page"]), (&json!("sql"), &json!(1), &json!("/pricing")));
    assert_eq!(
        lead["contact"],
        json!({"name": "Aino Virtanen", "email": "aino@koulu.example", "phone": null, "company": null})
    );
    assert_eq!(lead["qualification"]["need"], "Ventilation for three classrooms");
    assert_eq!(lead["qualification"]["timeframe"], "now");
    assert_eq!(lead["qualification"]["authority"], "decides");
    for rule in ["pricing", "articles", "chat_message", "contact"] {
        assert!(has_reason(&lead, rule), "no reason {rule}: {:#}", lead["reasons"]);
    }
    assert_explained(&lead);
    assert_eq!(lead["source"]["first"]["channel"], "email");
    assert_eq!(lead["source"]["first"]["utm_campaign"], "Észak 2");
    let path: Vec<_> = lead["journey"].as_array().unwrap().iter().filter(|step| step["what"] == "page_view").collect();
    assert_eq!(path[0]["subject"], "/articles/co2-in-classrooms");
    assert_eq!(path[1]["subject"], "/pricing");
    assert!(lead["chat"].as_array().unwrap().len() > 8);
    v
}

pub async fn no_hurry_arrives_cold(mut v: Visitor) -> Visitor {
    v.goto("/pricing").await;
    v.grant().await;
    v.inquire("I have a question", "Does it work with old radiators?", "No hurry", "I prepare it").await;
    v.leave_contact(&[("phone", "+358 40 123 4567")]).await;
    let lead = v.site.lead("one in no hurry", |lead| lead["qualification"]["timeframe"] == "none").await;
    assert_eq!((&lead["tier"], &lead["stage"]), (&json!("cold"), &json!("mql")));
    assert_eq!(lead["contact"]["phone"], "+358 40 123 4567");
    v
}

pub async fn careers_stays_cold(mut v: Visitor) -> Visitor {
    v.goto("/product").await;
    v.grant().await;
    v.goto("/careers").await;
    v.ready().await;
    v.call(json!(["identify", {"email": "applicant@mail.example"}])).await;
    v.goto("/careers").await;
    v.ready().await;
    let explanation = v.explain().await;
    assert_eq!(explanation["tier"], "cold");
    assert_eq!(explanation["score"].as_f64(), Some(0.0));
    assert!(has_reason(&explanation, "careers"));
    assert_explained(&explanation);
    assert_eq!(v.site.posts(), 0);
    v
}

pub async fn warm_becomes_hot_as_second_revision(mut v: Visitor) -> Visitor {
    v.goto("/pricing").await;
    v.grant().await;
    v.call(json!(["identify", {"name": "Gábor", "email": "gabor@ceg.example"}])).await;
    for page in ["/pricing?a", "/download"] {
        v.goto(page).await;
        v.ready().await;
    }
    // 16 points for prices so far; marks and downloads add up to warm.
    v.js("window.tiers = []; leadheat('on', 'tier', detail => tiers.push(detail.tier)); window.leads = []; addEventListener('leadheat:lead', event => leads.push(event.detail.revision));
        for (const link of document.querySelectorAll('a[href]')) link.addEventListener('click', event => event.preventDefault());
        for (let i = 0; i < 2; i++) document.querySelector('a[href$=\".pdf\"]').click();").await;
    let lead = v.site.lead("a warm one", |lead| lead["tier"] == "warm").await;
    assert_eq!((&lead["revision"], &lead["contact"]["name"]), (&json!(1), &json!("Gábor")));
    // A form sent and a few words in the chat make it hot.
    v.js("const form = document.createElement('form'); form.name = 'trial'; form.addEventListener('submit', event => event.preventDefault());
        document.body.append(form); form.requestSubmit();").await;
    v.open_chat().await;
    v.choose("I would like a quote").await;
    v.write("For a school").await;
    let hot = v.site.lead("a hot one", |lead| lead["tier"] == "hot").await;
    assert_eq!((&hot["revision"], &hot["id"]), (&json!(2), &lead["id"]));
    assert_ne!(hot["idempotency_key"], lead["idempotency_key"]);
    assert_explained(&hot);
    assert_eq!(v.js("return tiers").await, json!(["warm", "hot"]));
    assert_eq!(v.js("return leads").await, json!([1, 2]));
    assert_eq!(v.site.entries().len(), 1);
    v
}

pub async fn single_page_navigation_and_clicks_count(mut v: Visitor) -> Visitor {
    v.site.page("/t/app", None, "<p>app</p><form name=broken novalidate><input name=b required></form><form name=signup><input name=a><button>go</button></form><a id=out href=https://partner.example/x>out</a><button data-leadheat=demo id=demo>demo</button><script src=/leadheat-stub.js></script><script>leadheat('status').then(() => history.pushState({}, '', '/t/app/soon'))</script><script async src=/leadheat.js data-config=/leadheat.json></script>");
    v.goto("/t/app").await;
    v.grant().await;
    // Each rests for a moment: where a router goes on at once is no page that was looked at.
    v.js("const rest = () => new Promise(done => setTimeout(done, 100));
        return (async () => {
            await rest();
            history.pushState({}, '', '/t/app/two'); history.replaceState({ a: 1 }, '', '/t/app/two?x=1'); await rest();
            history.pushState({}, '', '/t/app/old'); history.replaceState({}, '', '/t/app/three'); await rest();
            history.back(); await rest();
        })()")
        .await;
    v.until("back", "return location.pathname === '/t/app/two'").await;
    v.pause(100).await;
    v.js("document.addEventListener('click', event => event.preventDefault()); document.getElementById('out').click()")
        .await;
    v.click("#demo").await;
    v.click("#demo").await;
    v.click("input[name=a]").await;
    // What the browser would not send is not submitted, though the page hears of it.
    v.js("document.forms.broken.addEventListener('submit', event => event.preventDefault()); document.forms.broken.requestSubmit()").await;
    v.js("document.forms.signup.addEventListener('submit', event => event.preventDefault()); document.forms.signup.requestSubmit()").await;
    v.call(json!(["track", "watched", 3])).await;
    v.call(json!(["identify", {"email": "spa@mail.example"}])).await;
    v.until("warm", "return leadheat('explain').then(e => e.tier !== 'cold')").await;
    let lead = v.site.lead("one", |_| true).await;
    let steps: Vec<String> = lead["journey"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| format!("{} {}", step["what"].as_str().unwrap(), step["subject"].as_str().unwrap()))
        .collect();
    let expected = [
        "page_view /t/app",
        "page_view /t/app/soon",
        "page_view /t/app/two",
        "page_view /t/app/three",
        "page_view /t/app/two",
        "click_outbound partner.example",
        "mark demo",
        "mark demo",
        "form_start signup",
        "form_submit signup",
        "custom watched",
    ];
    assert_eq!(steps, expected);
    v
}

pub async fn a_lead_waits_for_the_next_page(mut v: Visitor) -> Visitor {
    v.site.refuse(&[503]);
    v.goto("/contact").await;
    v.ready().await;
    v.inquire("I have a question", "Please call", "Within two months", "I decide").await;
    v.leave_contact(&[("email", "later@mail.example")]).await;
    v.refused().await;
    v.goto("/product").await;
    v.ready().await;
    let lead = v.site.lead("the one that was refused", |lead| lead["contact"]["email"] == "later@mail.example").await;
    assert_eq!(lead["tier"], "warm");
    assert!(v.site.posts() >= 2);
    v.until("outbox is empty", "return !Object.keys(localStorage).some(key => key.startsWith('leadheat:o:'))").await;
    v
}
