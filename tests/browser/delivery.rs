//! Leads on their way: real tabs, one storage, a real receiver.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::engine::long;
use crate::receiver::{Fault, Receiver};
use crate::visitor::Visitor;

/// Makes so many leads in each of so many tabs with this page, all at the same moment.
async fn make(v: &mut Visitor, page: &str, tabs: usize, leads: usize) {
    v.goto(page).await;
    v.ready().await;
    for _ in 1..tabs {
        let tab = v.client.new_window(true).await.unwrap();
        v.client.switch_to_window(tab.handle).await.unwrap();
        v.client.goto(&v.site.url(page)).await.unwrap();
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

/// A page whose webhook is a receiver on another origin.
fn page(v: &Visitor, receiver: &Receiver) -> &'static str {
    let tag = "<script src=/leadheat-stub.js></script><script async src=/leadheat.js data-webhook=\"{}\"></script>";
    v.site.page("/t/delivery", None, &tag.replace("{}", &receiver.url));
    "/t/delivery"
}

/// Waits until the inbox has so many different leads.
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
    make(&mut v, "/pricing", 3, 20).await;
    arrived(&v, 60).await;
    v.pause(1_000).await;
    assert_eq!(v.site.posts(), 60);
    v
}

pub async fn two_tabs_keep_every_lead(mut v: Visitor) -> Visitor {
    // The receiver is away at first, so that all of them wait.
    v.site.refuse(&[503; 6]);
    make(&mut v, "/pricing", 2, 150).await;
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

pub async fn a_hostile_receiver_gets_every_lead(mut v: Visitor) -> Visitor {
    let (leads, faults) = match (long(), v.is_chromium().await) {
        (true, true) => (300, &Fault::ALL[..]),
        (true, false) => (60, &Fault::ALL[..17]), // With more that double a lead there would be more than two in a hundred.
        _ => (18, &[Fault::Status(404), Fault::Redirect(302), Fault::Status(422), Fault::Cut][..]),
    };
    let between = leads / faults.len();
    let plan = faults.iter().flat_map(|fault| std::iter::repeat_n(None, between).chain([Some(*fault)]));
    let receiver = Receiver::start(plan).await;
    let page = page(&v, &receiver);
    let start = Instant::now();
    make(&mut v, page, 3, leads / 3).await;
    while receiver.tally().0 < leads {
        assert!(start.elapsed() < Duration::from_secs(900), "{:?} of {leads}", receiver.tally());
        v.pause(3_000).await;
        v.call(json!(["retry"])).await; // Some are refused, which nothing but this sends again.
    }
    v.pause(3_000).await;
    let (different, under_several_keys, taken) = receiver.tally();
    eprintln!(
        "{leads} leads, {} faults: {different} came, {taken} posts taken in, {:.0?}",
        faults.len(),
        start.elapsed()
    );
    assert_eq!((different, under_several_keys), (leads, 0));
    assert!((taken - leads) * 100 <= leads * 2, "{taken} posts taken in");
    // A browser says in the console which posts failed.
    v.js("recorded.lines = [], recorded.errors = []").await;
    v
}

/// Chromium alone: the others cannot be made to kill a page.
pub async fn killed_pages_lose_nothing(v: Visitor) -> Visitor {
    if !v.is_chromium().await {
        return v;
    }
    let kills = if long() { 100 } else { 4 };
    let receiver = Receiver::start([]).await;
    let page = v.site.url(page(&v, &receiver));
    let home = v.client.window().await.unwrap();
    let mut made = BTreeSet::new();
    for _ in 0..kills {
        let tab = v.client.new_window(true).await.unwrap();
        v.client.switch_to_window(tab.handle).await.unwrap();
        v.client.goto(&page).await.unwrap();
        v.ready().await;
        // The lead counts as made once its key stands in storage; from then on the page may die at any moment.
        let script = "const [wait, done] = arguments, put = Storage.prototype.setItem;
            Storage.prototype.setItem = function (key, value) {
                put.call(this, key, value);
                if (key.startsWith('leadheat:o:')) setTimeout(() => done(key), wait);
            };
            leadheat('test');";
        let key = v.client.execute_async(script, vec![json!(fastrand::u8(0..60))]).await.unwrap();
        made.insert(key.as_str().unwrap().to_owned());
        let crash = v.client.goto("chrome://crash");
        let _ = tokio::time::timeout(Duration::from_secs(3), crash).await;
        let _ = v.client.close_window().await;
        v.client.switch_to_window(home.clone()).await.unwrap();
    }
    v.client.goto(&page).await.unwrap();
    v.ready().await;
    let start = Instant::now();
    while receiver.tally().0 < made.len() {
        assert!(start.elapsed() < Duration::from_secs(60), "{:?} of {}", receiver.tally(), made.len());
        v.pause(300).await;
    }
    eprintln!("{kills} kills, {} leads written, {:?} came", made.len(), receiver.tally());
    v
}

/// Chromium alone: the drivers of the others keep no page. A page in the middle of a send goes into the back-forward cache,
/// and the lead arrives.
pub async fn a_send_keeps_no_page_out_of_the_back_forward_cache(v: Visitor) -> Visitor {
    if !v.is_chromium().await {
        return v;
    }
    let receiver = Receiver::start([Some(Fault::Slow)]).await;
    let page = v.site.url(page(&v, &receiver));
    v.client.goto(&page).await.unwrap();
    v.ready().await;
    v.js("addEventListener('pageshow', event => window.back = event.persisted); leadheat('test')").await;
    v.pause(300).await;
    v.client.goto(&v.site.url("/")).await.unwrap();
    v.pause(300).await;
    v.client.back().await.unwrap();
    v.pause(500).await;
    let reasons =
        v.js("return JSON.stringify(performance.getEntriesByType('navigation')[0].notRestoredReasons || null)").await;
    assert_eq!(v.js("return window.back === true").await, true, "{reasons}");
    let start = Instant::now();
    while receiver.tally().0 < 1 {
        assert!(start.elapsed() < Duration::from_secs(10), "the lead did not come");
        v.pause(100).await;
    }
    v
}

/// The browser refuses to store, the receiver is away, and then the page is killed where the browser has `fetchLater`
/// (Chromium), and left where it has not: the browser itself hands the lead over.
pub async fn without_storage_a_page_that_is_gone_hands_over_its_lead(mut v: Visitor) -> Visitor {
    v.goto("/pricing").await;
    let has_fetch_later = v.js("return 'fetchLater' in window").await == true;
    let receiver = Receiver::start([Some(Fault::Status(503))]).await;
    let tag = "<script>Storage.prototype.setItem = () => { throw Error('full') }</script><script src=/leadheat-stub.js></script>
        <script async src=/leadheat.js data-webhook=\"{}\"></script>";
    v.site.page("/t/full", None, &tag.replace("{}", &receiver.url));
    let home = v.client.window().await.unwrap();
    let tab = v.client.new_window(true).await.unwrap();
    v.client.switch_to_window(tab.handle).await.unwrap();
    v.client.goto(&v.site.url("/t/full")).await.unwrap();
    v.ready().await;
    let said = v.call(json!(["test"])).await;
    assert!(said.as_str().unwrap().starts_with("not delivered yet"), "{said}");
    if has_fetch_later {
        let _ = tokio::time::timeout(Duration::from_secs(3), v.client.goto("chrome://crash")).await;
    } else {
        v.client.goto(&v.site.url("/product")).await.unwrap();
    }
    let _ = v.client.close_window().await;
    v.client.switch_to_window(home).await.unwrap();
    let start = Instant::now();
    while receiver.tally().0 < 1 {
        assert!(start.elapsed() < Duration::from_secs(15), "the lead did not come");
        v.pause(100).await;
    }
    v
}

/// Browsers keep at most 64 KiB of posts alive after a page; more than that would fail at once.
pub async fn posts_that_outlive_the_page_stay_within_their_limit(mut v: Visitor) -> Visitor {
    let webhooks: Vec<_> = (0..5).map(|n| json!({"name": format!("r{n}"), "url": format!("/hook/{n}")})).collect();
    v.site.file("/t/many.json", "application/json", &json!({"webhooks": webhooks}).to_string());
    let tag = "<script>window.posts = []; window.fetch = (fetch => (url, options) => options.method !== 'POST' ? fetch(url, options) :
        (posts.push([options.body.length, options.keepalive]), new Promise(() => {})))(fetch)</script>
        <script src=/leadheat-stub.js></script><script async src=/leadheat.js data-config=/t/many.json></script>";
    v.site.page("/t/many", None, tag);
    v.goto("/t/many").await;
    v.ready().await;
    v.open_chat().await;
    v.choose("I have a question").await;
    let long_talk = "const panel = document.querySelector('leadheat-chat').shadowRoot;
        for (let n = 0; n < 16; n++) {
            panel.querySelector('textarea').value = 'x'.repeat(990);
            panel.querySelector('#send').click();
        }
        leadheat('test');";
    v.js(long_talk).await;
    let posts = v.until("five posts", "return posts.length === 5 && posts").await;
    let alive = |post: &&Value| post[1] == true;
    let posts = posts.as_array().unwrap();
    let size: u64 = posts.iter().filter(alive).map(|post| post[0].as_u64().unwrap()).sum();
    assert!(size > 30_000 && size <= 60_000, "{posts:?}");
    assert_eq!(posts.iter().filter(alive).count(), 3, "{posts:?}");
    v
}
