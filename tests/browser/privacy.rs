//! The consent table, in real pages: what exists, where, and how it goes away.

use serde_json::{Value, json};

use crate::visitor::Visitor;

pub async fn nothing_before_consent(mut v: Visitor) -> Visitor {
    for page in ["/", "/pricing", "/product"] {
        v.goto(page).await;
        v.ready().await;
        v.js("scrollTo(0, 5000)").await;
    }
    v.pause(500).await;
    assert_eq!(v.stored().await, [""; 0]);
    assert_eq!(v.site.posts(), 0);
    assert_eq!(v.explain().await["score"], Value::Null);
    // Declined is the same, and leaves nothing behind either.
    v.call(json!(["consent", "denied"])).await;
    v.goto("/pricing").await;
    v.ready().await;
    assert_eq!(v.stored().await, [""; 0]);
    v
}

pub async fn a_submitted_contact_goes_without_a_score(mut v: Visitor) -> Visitor {
    v.goto("/product").await;
    v.ready().await;
    v.goto("/pricing").await;
    v.ready().await;
    v.open_chat().await;
    v.choose("I would like a quote").await;
    v.write("One room").await;
    v.choose("Now").await;
    // The conversation stays in this tab; nothing of the visitor is stored for the site.
    assert_eq!(v.stored().await, ["leadheat:chat"]);
    assert_eq!(v.js("return Object.keys(localStorage).filter(key => key.startsWith('leadheat'))").await, json!([]));
    v.choose("I decide").await;
    v.leave_contact(&[("email", "quiet@mail.example")]).await;
    let lead = v.site.lead("one without a score", |_| true).await;
    assert_eq!((&lead["score"], &lead["model"], &lead["source"]), (&Value::Null, &Value::Null, &Value::Null));
    assert_eq!((&lead["reasons"], &lead["journey"]), (&json!([]), &json!([])));
    assert_eq!((&lead["tier"], &lead["page"]), (&json!("hot"), &json!("/pricing")));
    assert_eq!(lead["consent"]["state"], "pending");
    assert!(lead["consent"]["contact_text"].as_str().unwrap().starts_with("I agree"));
    assert!(lead["chat"].as_array().unwrap().len() > 5);
    v
}

pub async fn withdrawal_and_forget_wipe(mut v: Visitor) -> Visitor {
    v.goto("/pricing").await;
    v.grant().await;
    v.open_chat().await;
    v.choose("I would like a quote").await;
    v.until("stored", "return Object.keys(localStorage).some(key => key.startsWith('leadheat:v:'))").await;
    v.call(json!(["consent", "denied"])).await;
    assert_eq!(v.stored().await, ["leadheat:chat"], "the conversation that the visitor opened stays in this tab");
    assert_eq!(v.explain().await["score"], Value::Null);
    v.choose("Forget me").await;
    v.until("forgotten", "return Object.keys(sessionStorage).every(key => !key.startsWith('leadheat'))").await;
    assert_eq!(v.stored().await, [""; 0]);
    assert!(v.transcript().await.contains("has been deleted"));
    v.goto("/product").await;
    v.ready().await;
    assert_eq!(v.call(json!(["status"])).await["consent"], "pending");
    assert_eq!(v.stored().await, [""; 0]);
    v
}

/// What is withdrawn or forgotten in one tab is gone in the others within a second, and none of them asks for anything any more.
pub async fn what_is_taken_back_is_gone_in_every_tab(mut v: Visitor) -> Visitor {
    let tag =
        "<script src=/leadheat-stub.js></script><script async src=/leadheat.js data-config=/leadheat.json></script>";
    for path in ["/t/one", "/t/two"] {
        v.site.page(path, None, &[tag, "<div style='height: 5000px'></div>"].concat());
    }
    for (command, left) in [(json!(["consent", "denied"]), "leadheat:chat"), (json!(["forget"]), "")] {
        v.goto("/t/one").await;
        v.ready().await;
        v.grant().await;
        v.open_chat().await;
        v.choose("I would like a quote").await;
        v.call(json!(["identify", {"name": "Aino"}])).await;
        v.until("stored", "return Object.keys(localStorage).some(key => key.startsWith('leadheat:v:'))").await;
        let exported = "return leadheat('export').then(all => JSON.stringify(Object.keys(all).sort()) === JSON.stringify(Object.keys(localStorage).filter(key => key.startsWith('leadheat')).sort()))";
        assert_eq!(v.js(exported).await, true);
        let first = v.client.window().await.unwrap();
        let second = v.client.new_window(true).await.unwrap().handle;
        v.client.switch_to_window(second.clone()).await.unwrap();
        v.client.goto(&v.site.url("/t/two")).await.unwrap();
        v.ready().await;
        v.until("known here too", "return leadheat('explain').then(e => e.attributes.name === 'Aino')").await;
        v.js("addEventListener('storage', () => leadheat('explain').then(e => { if (e.consent === 'denied' && e.score === null && !e.attributes.name) window.gone ||= Date.now() }))").await;
        v.client.switch_to_window(first.clone()).await.unwrap();
        v.pause(300).await; // The panel, and whatever else was still on its way.
        let requests = v.site.requests();
        let at = v.js_with("const at = Date.now(); leadheat(...arguments[0]); return at", vec![command.clone()]).await;
        assert_eq!(v.stored().await.join(","), left);
        v.js("document.body.click(); scrollTo(0, 2000); dispatchEvent(new Event('pagehide'))").await;
        v.client.switch_to_window(second).await.unwrap();
        let gone = v.until("heard in the other tab", "return window.gone").await;
        let millis = gone.as_i64().unwrap() - at.as_i64().unwrap();
        println!("{command}: gone in the other tab after {millis} ms");
        assert!(millis < 1_000);
        v.js("document.body.click(); scrollTo(0, 2000); leadheat('track', 'more')").await;
        v.pause(2_500).await;
        assert_eq!(v.js("return Object.keys(localStorage).filter(key => key.startsWith('leadheat'))").await, json!([]));
        assert_eq!(v.site.requests(), requests, "{command}");
        v.check().await;
        v.client.close_window().await.unwrap();
        v.client.switch_to_window(first).await.unwrap();
        v.js("sessionStorage.clear()").await;
    }
    v
}

pub async fn a_consent_counts_whenever_in_the_start_it_comes(mut v: Visitor) -> Visitor {
    // After the n-th of the tasks in which leadheat starts.
    for nth in 1..8 {
        let tasks = format!(
            "<script>window.setTimeout = ((later, count) => (run, millis, ...args) => later(() => {{ run(...args); if (window.leadheat?.version && ++count === {nth}) leadheat('consent', 'granted').then(() => window.said = true) }}, millis))(setTimeout, 0)</script>"
        );
        let path = format!("/t/start{nth}");
        let tag =
            "<script src=/leadheat-stub.js></script><script async src=/leadheat.js data-webhook=/webhook></script>";
        v.site.page(&path, None, &[&tasks, tag].concat());
        v.goto(&path).await;
        v.ready().await;
        v.until("said, where there are so many", "return window.said || performance.now() > 2500").await;
        if v.js("return window.said === true").await == true {
            v.pause(300).await;
            assert_eq!(v.call(json!(["status"])).await["consent"], "granted", "task {nth}");
        }
        v.call(json!(["forget"])).await;
        v.js("localStorage.clear(); sessionStorage.clear()").await;
    }
    v
}

pub async fn staff_can_opt_out(mut v: Visitor) -> Visitor {
    v.goto("/?leadheat=off").await;
    let status = v.call(json!(["status"])).await;
    assert_eq!(status["running"], false, "{status}");
    v.goto("/pricing").await;
    v.call(json!(["consent", "granted"])).await;
    assert!(v.call(json!(["status"])).await["says"].as_str().unwrap().contains("opted out"));
    assert_eq!(v.js("return document.querySelector('leadheat-chat')").await, Value::Null);
    v.goto("/?leadheat=on").await;
    v.ready().await;
    v
}

pub async fn two_tabs_lose_nothing(mut v: Visitor) -> Visitor {
    v.goto("/pricing").await;
    v.grant().await;
    let first = v.client.window().await.unwrap();
    let second = v.client.new_window(true).await.unwrap();
    v.client.switch_to_window(second.handle).await.unwrap();
    v.client.goto(&v.site.url("/product")).await.unwrap();
    v.ready().await;
    for n in 0..20 {
        v.call(json!(["track", format!("second-{n}")])).await;
    }
    v.client.switch_to_window(first).await.unwrap();
    for n in 0..20 {
        v.call(json!(["track", format!("first-{n}")])).await;
    }
    // Each tab writes its own record; a page opened later knows all of both.
    v.pause(2_500).await;
    v.goto("/contact").await;
    v.ready().await;
    v.call(json!(["identify", {"email": "tabs@mail.example"}])).await;
    let script = "return Object.keys(localStorage).filter(key => key.startsWith('leadheat:v:')).map(key => localStorage[key]).join('')";
    let records = v.js(script).await;
    let records = records.as_str().unwrap();
    for n in 0..20 {
        assert!(
            records.contains(&format!("custom first-{n}\"")) && records.contains(&format!("custom second-{n}\"")),
            "{n}"
        );
    }
    v
}
