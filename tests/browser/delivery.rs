//! Leads on their way: real tabs, one storage, a real receiver.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::visitor::Visitor;

/// Makes so many leads in each of so many tabs, all at the same moment.
async fn make(v: &mut Visitor, tabs: usize, leads: usize) {
    v.goto("/pricing").await;
    v.ready().await;
    for _ in 1..tabs {
        let tab = v.client.new_window(true).await.unwrap();
        v.client.switch_to_window(tab.handle).await.unwrap();
        v.client.goto(&v.site.url("/product")).await.unwrap();
        v.ready().await;
    }
    let moment = v.js("return Date.now()").await.as_u64().unwrap() + 2_000;
    for tab in v.client.windows().await.unwrap() {
        v.client.switch_to_window(tab).await.unwrap();
        let script =
            "setTimeout((count) => { while (count--) leadheat('test') }, arguments[0] - Date.now(), arguments[1])";
        v.js_with(script, vec![json!(moment), json!(leads)]).await;
    }
}

/// Waits until the receiver has so many different leads.
async fn arrived(v: &Visitor, count: usize) {
    let start = Instant::now();
    loop {
        let entries = v.site.entries();
        let ids: BTreeSet<_> = entries.iter().filter_map(|entry| entry["lead"]["id"].as_str()).collect();
        if ids.len() >= count {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "{} of {count} leads came", ids.len());
        v.pause(200).await;
    }
}

pub async fn three_tabs_send_each_lead_once(mut v: Visitor) -> Visitor {
    make(&mut v, 3, 20).await;
    arrived(&v, 60).await;
    v.pause(1_000).await;
    assert_eq!(v.site.posts(), 60);
    v
}

pub async fn two_tabs_keep_every_lead(mut v: Visitor) -> Visitor {
    // The receiver is away at first, so that all of them wait.
    v.site.refuse(&[503; 6]);
    make(&mut v, 2, 150).await;
    v.pause(3_500).await;
    let kept = v.js("return Object.keys(localStorage).filter(key => key.startsWith('leadheat:o:')).length").await;
    assert_eq!(kept, 300);
    arrived(&v, 300).await;
    v.until("an empty outbox", "return !Object.keys(localStorage).some(key => key.startsWith('leadheat:o:'))").await;
    assert_eq!(v.site.posts(), 306);
    v
}

pub async fn a_lead_leaves_within_a_quarter_of_a_second(mut v: Visitor) -> Visitor {
    v.goto("/pricing").await;
    v.ready().await;
    let before = v.js("return performance.now()").await.as_f64().unwrap();
    let said: Value = v.call(json!(["test"])).await;
    assert!(said.as_str().unwrap().starts_with("delivered"), "{said}");
    let script = "const post = performance.getEntriesByType('resource').find(entry => entry.name.endsWith('/webhook')); return post && post.startTime";
    let sent = v.until("the post's timing", script).await.as_f64().unwrap();
    // From before the command was even on its way through the driver.
    eprintln!("a lead left after {:.0} ms", sent - before);
    assert!(sent - before <= 250.0, "{} ms", sent - before);
    v
}
