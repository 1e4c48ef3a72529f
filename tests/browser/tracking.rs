//! What visitors do on pages, as the engines tell it.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::json;

use crate::engine::long;
use crate::visitor::{PATIENCE, Visitor};

/// A page that scores each kind of signal by itself, without asking.
pub fn page(v: &Visitor, path: &str, kinds: &str, body: &str) {
    let rules: Vec<_> = kinds.split(' ').map(|kind| json!({"id": kind, "kind": kind, "points": 0.001, "measure": if ["engaged", "read", "scroll"].contains(&kind) { "sum" } else { "count" }})).collect();
    let config = json!({
        "webhook": "/webhook", "consent": "memory", "bots": "off", "model": {"id": "m", "rules": rules},
        "topics": {"heating": "heat*"}, "data_layer": {"generate_lead": "inquiry", "purchase": "bought"},
    });
    v.site.file(&format!("{path}.json"), "application/json", &config.to_string());
    let tags = format!(
        "<script src=/leadheat-stub.js></script><script async src=/leadheat.js data-config={path}.json></script>"
    );
    v.site.page(path, None, &[body, &tags].concat());
}

/// The same, opened and running.
pub async fn open(v: &mut Visitor, path: &str, kinds: &str, body: &str) {
    page(v, path, kinds, body);
    v.goto(path).await;
    v.ready().await;
}

/// Waits until a rule counted so much.
pub async fn until(v: &Visitor, rule: &str, count: u64) {
    let find = "return leadheat('explain').then(e => e.reasons.some(r => r.rule === arguments[0] && r.count === arguments[1]))";
    let start = Instant::now();
    while v.js_with(find, vec![json!(rule), json!(count)]).await != true {
        assert!(start.elapsed() < PATIENCE, "{rule} did not come to {count}: {}", v.explain().await);
        v.pause(30).await;
    }
}

/// How often each kind was counted, of those that were.
pub async fn counted(v: &Visitor) -> BTreeMap<String, u64> {
    let explained = v.explain().await;
    let reasons = explained["reasons"].as_array().unwrap();
    reasons.iter().map(|reason| (reason["rule"].as_str().unwrap().into(), reason["count"].as_u64().unwrap())).collect()
}

pub fn counts<const N: usize>(wanted: [(&str, u64); N]) -> BTreeMap<String, u64> {
    wanted.into_iter().map(|(kind, count)| (kind.to_owned(), count)).collect()
}

pub async fn forms_copies_prints_and_anger_count(mut v: Visitor) -> Visitor {
    let kinds = "form_start form_field form_error form_submit form_abandon copy print rage_click";
    open(&mut v,
        "/t/acts",
        kinds,
        "<h1 id=dead>Nothing</h1><form name=quote><input name=a required><input name=b><button id=go>Go</button></form>",
    ).await;
    for _ in 0..3 {
        v.click("#dead").await;
    }
    v.click("[name=a]").await;
    v.click("[name=b]").await;
    v.click("#go").await; // Refused: the first field is empty.
    v.js("getSelection().selectAllChildren(document.querySelector('h1')); document.execCommand('copy') || document.dispatchEvent(new Event('copy')); dispatchEvent(new Event('beforeprint'))").await;
    let mut wanted =
        counts([("copy", 1), ("form_error", 1), ("form_field", 2), ("form_start", 1), ("print", 1), ("rage_click", 1)]);
    v.until("counted", "return leadheat('explain').then(e => e.reasons.length >= 6)").await;
    let mut given = counted(&v).await;
    // Where the browser puts the focus after it refused is its own affair.
    wanted.remove("form_field");
    assert!(given.remove("form_field") >= Some(2));
    assert_eq!(given, wanted);
    v.js("history.pushState({}, '', '/t/acts/next')").await;
    v.until("abandoned", "return leadheat('explain').then(e => e.reasons.some(r => r.rule === 'form_abandon'))").await;
    v
}

pub async fn searches_and_the_data_layer_count(mut v: Visitor) -> Visitor {
    page(
        &v,
        "/t/layer",
        "search custom",
        "<script>
            window.dataLayer = window.dataLayer || [];
            function gtag() { dataLayer.push(arguments) }
            gtag('event', 'generate_lead', { value: 5 });
            dataLayer.push(null, 5, 'x', { event: 'unknown' }, { get event() { throw Error('hostile') } });
            window.theirs = 0;
            const push = dataLayer.push;
            dataLayer.push = function () { theirs++; return push.apply(this, arguments) };
        </script>",
    );
    v.goto("/t/layer?q=Heat+pump").await;
    v.ready().await;
    let push = "dataLayer.push({ event: 'purchase', ecommerce: { value: 3 } }); dataLayer.push({ event: 'purchase' }); return [theirs, dataLayer.length]";
    v.until("found", "return leadheat('explain').then(e => e.reasons.some(r => r.rule === 'custom'))").await;
    assert_eq!(v.js(push).await, json!([2, 8]), "the page's own push goes on working");
    v.js("history.pushState({}, '', '/t/layer?q=other'); history.replaceState({}, '', '/t/layer?q=other')").await;
    until(&v, "search", 2).await;
    assert_eq!(counted(&v).await, counts([("custom", 3), ("search", 2)]));
    v
}

/// The events are the page's own doing here, since not every engine on every machine can play something.
pub async fn media_count_by_quarters(mut v: Visitor) -> Visitor {
    open(
        &mut v,
        "/t/media",
        "media_start media_quarter",
        "<video id=tour title=Tour></video><video id=wall muted loop></video>",
    )
    .await;
    v.js("for (const id of ['tour', 'wall']) {
            const media = document.getElementById(id), state = { paused: true, currentTime: 0, duration: 100 };
            for (const name in state) Object.defineProperty(media, name, { get: () => state[name] });
            const tell = (type, more) => { Object.assign(state, more); media.dispatchEvent(new Event(type)) };
            tell('play', { paused: false });
            for (let second = 1; second < 60; second++) tell('timeupdate', { currentTime: second });
            tell('pause', { paused: true });
            tell('timeupdate', { currentTime: 10 });
        }")
        .await;
    v.until("watched", "return leadheat('explain').then(e => e.reasons.length === 2)").await;
    let reasons = v.explain().await["reasons"].clone();
    assert_eq!(counted(&v).await["media_start"], 1, "{reasons}");
    let quarters = reasons.as_array().unwrap().iter().find(|reason| reason["rule"] == "media_quarter").unwrap();
    assert_eq!((&quarters["count"], &quarters["evidence"][0]), (&json!(2), &json!("Tour")), "{reasons}");
    v
}

/// Routers of single pages: those behind a hash, and those that replace the state after each push.
pub async fn each_page_of_a_router_counts_once(mut v: Visitor) -> Visitor {
    open(&mut v, "/t/router", "page_view", "<p>app</p>").await;
    let go = "const wait = () => new Promise(done => setTimeout(done, 50));
        return (async () => {
            for (const hash of ['#/a', '#/b?x=1', '#/b?x=2', '#/a']) { location.hash = hash; await wait() }
            for (const path of ['c', 'd', 'd']) {
                history.pushState({}, '', '/t/router/' + path);
                history.replaceState({ scroll: 0 }, '', '/t/router/' + path);
                await wait();
            }
            history.back(); await wait(); // From d to d.
            history.back(); await wait(); // To c.
        })()";
    v.js(go).await;
    v.until("back", "return location.pathname === '/t/router/c'").await;
    v.until("counted", "return leadheat('explain').then(e => e.reasons[0].count === 7)").await;
    v.pause(300).await;
    assert_eq!(counted(&v).await["page_view"], 7, "the page, a, b, a, c, d, c");
    v
}

/// Scripted looks, blurs and sleep, since not every engine here can switch tabs, and none can be put to sleep. The long form
/// takes more than three minutes.
pub async fn engaged_time_agrees_with_a_stopwatch(mut v: Visitor) -> Visitor {
    open(&mut v, "/t/watch", "engaged", "<p>to read</p>").await;
    v.js("const look = window.look = { visibilityState: 'visible', focused: true }, real = performance.now.bind(performance);
        let since = 0, watched = 0, touched = 0;
        for (const input of ['pointermove', 'pointerdown']) addEventListener(input, () => touched = real(), true);
        window.nobody = () => (real() - touched) / 1000 - 30;
        Object.defineProperty(document, 'visibilityState', { get: () => look.visibilityState });
        document.hasFocus = () => look.focused;
        window.turn = more => {
            Object.assign(look, more);
            document.dispatchEvent(new Event('visibilitychange'));
            dispatchEvent(new Event(look.focused ? 'focus' : 'blur'));
            if (since) watched += real() - since;
            since = look.focused && look.visibilityState === 'visible' ? real() : 0;
            return watched / 1000;
        };
        const later = [0, 0];
        [performance, Date].forEach((clock, nth) => { const now = clock.now.bind(clock); clock.now = () => now() + later[nth] * 3600000 });
        window.sleep = hours => { later[0] += hours; later[1] += hours };
        window.setClock = hours => { later[1] += hours }")
        .await;
    let read = "return leadheat('explain').then(e => e.reasons.length ? e.reasons[0].count : 0)";
    v.js("turn({ focused: false })").await;
    let before = v.js(read).await.as_u64().unwrap();
    let started = Instant::now();
    for _ in 0..if long() { 9 } else { 1 } {
        for (seconds, away) in [(4, "focused: false"), (3, "visibilityState: 'hidden'"), (2, "focused: false")] {
            v.js("turn({ focused: true, visibilityState: 'visible' })").await;
            v.click("p").await;
            v.pause(seconds * 1_000).await;
            v.js(&format!("turn({{ {away} }})")).await;
            v.pause(1_500).await;
        }
    }
    v.js("turn({ focused: true, visibilityState: 'visible' })").await;
    v.click("p").await;
    v.pause(2_500).await;
    v.js("sleep(1.5)").await; // As where the clock goes on meanwhile. Until somebody touches something, nobody is there.
    v.click("p").await;
    v.pause(1_200).await;
    v.js("setClock(-1)").await; // Whoever sets a clock back does not make time.
    let mut nobody = 0.0;
    if long() {
        v.click("p").await;
        v.pause(60_000).await;
        nobody = v.js("return nobody()").await.as_f64().unwrap();
    }
    let watched = v.js("return turn({ visibilityState: 'hidden' })").await.as_f64().unwrap() - nobody;
    let counted = (v.js(read).await.as_u64().unwrap() - before) as f64;
    let all = started.elapsed().as_secs_f64();
    println!("{watched:.1} s by the stopwatch, {counted} s counted, of {all:.0} s");
    assert!((counted - watched).abs() <= 1.0, "{watched:.1} s by the stopwatch, {counted} s counted");
    v
}

/// Real tabs, where the engine says which one is in view.
pub async fn a_tab_behind_another_is_not_looked_at(mut v: Visitor) -> Visitor {
    open(&mut v, "/t/behind", "engaged", "<script>document.hasFocus = () => true</script><p>to read</p>").await;
    v.js("window.looks = []; addEventListener('visibilitychange', () => looks.push(document.visibilityState), true)")
        .await;
    let began = Instant::now();
    v.click("p").await;
    v.pause(2_000).await;
    let first = v.client.window().await.unwrap();
    let second = v.client.new_window(true).await.unwrap();
    v.client.switch_to_window(second.handle).await.unwrap();
    let mut watched = began.elapsed().as_secs_f64();
    v.pause(5_000).await;
    v.client.switch_to_window(first).await.unwrap();
    v.pause(300).await;
    if v.js("return looks[0]").await != "hidden" {
        println!("this engine does not tell that a tab is behind another");
        return v;
    }
    let began = Instant::now();
    v.click("p").await;
    v.pause(1_000).await;
    v.js("Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' }); document.dispatchEvent(new Event('visibilitychange'))").await;
    watched += began.elapsed().as_secs_f64();
    let counted = counted(&v).await["engaged"] as f64;
    println!("{watched:.1} s by the stopwatch, {counted} s counted");
    assert!((counted - watched).abs() <= 1.5, "{watched:.1} s by the stopwatch, {counted} s counted");
    v
}

pub async fn marked_content_counts_while_it_is_in_view(mut v: Visitor) -> Visitor {
    let body = "<div style='height:10px'></div><section data-leadheat-content=intro style='height:200px'>Intro</section>
        <div style='height:3000px'></div><section data-leadheat-content=' ' style='height:9px'></section>
        <section data-leadheat-content=table id=table style='height:2000px'>Table</section><div style='height:3000px'></div>";
    open(&mut v, "/t/content", "content_view content_end", body).await;
    v.until("intro", "return leadheat('explain').then(e => e.reasons.some(r => r.rule === 'content_end'))").await;
    assert_eq!(counted(&v).await, counts([("content_view", 1), ("content_end", 1)]));
    // A table higher than the window: its beginning, then its end. And one that comes later.
    v.js("scrollTo(0, 3400)").await;
    until(&v, "content_view", 2).await;
    assert_eq!(counted(&v).await["content_end"], 1);
    v.js("scrollTo(0, 5000)").await;
    until(&v, "content_end", 2).await;
    v.js("const late = document.createElement('p'); late.dataset.leadheatContent = 'late'; late.textContent = 'late'; document.body.prepend(late); scrollTo(0, 0)").await;
    until(&v, "content_view", 3).await;
    assert_eq!(counted(&v).await, counts([("content_view", 3), ("content_end", 3)]));
    v
}
