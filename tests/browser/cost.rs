//! What leadheat costs the page: time in its handlers, work while nothing happens, and pages that are larger or stranger than
//! anybody planned for.

use serde_json::json;

use crate::engine::long;
use crate::tracking::{open, page};
use crate::visitor::Visitor;

/// Work of the page's own, always the same: how long it takes says how busy the machine is, and how much longer leadheat may take on it.
const YARDSTICK: &str = "<script>
    window.yards = [];
    window.yard = times => {
        const began = performance.now();
        for (let n = 0; n < 300 * times; n++) document.body.matches('main, [data-x' + n % 300 + ']');
        yards.push(performance.now() - began);
    };
    window.within = (share, all) => all.sort((a, b) => a - b)[Math.ceil(all.length * share) - 1];
</script>";

/// Before the tag: takes the time of every listener, timer and observer that comes after it.
const STOPWATCH: &str = "<script>
    window.times = [];
    const timed = (name, run) => typeof run !== 'function' ? run : function () {
        const began = performance.now();
        try { return run.apply(this, arguments) } finally { times.push([name, performance.now() - began]) }
    };
    const listen = EventTarget.prototype.addEventListener;
    EventTarget.prototype.addEventListener = function (type, run, options) { return listen.call(this, type, timed(type, run), options) };
    const later = setTimeout;
    window.setTimeout = (run, after) => later(timed('timer', run), after);
    for (const name of ['MutationObserver', 'IntersectionObserver']) {
        const Theirs = window[name];
        window[name] = function (run, options) { return new Theirs(timed(name, run), options) };
    }
    window.worst = () => {
        const handlers = times.filter(([name]) => /^[a-z]/.test(name) && name !== 'timer').map(([, took]) => took);
        return [handlers.length, within(.99, handlers), within(1, handlers), within(1, times.map(([, took]) => took)), within(.99, yards)];
    };
    for (const type of ['click', 'focusin', 'focusout', 'copy', 'pointermove', 'scroll'])
        listen.call(window, type, () => window.yard?.(1), true);
</script>";

/// More than a page ought to have of everything.
fn crowd() -> String {
    let links = "<a href='/t/x'>link</a> ".repeat(10_000);
    let videos = "<video title=clip></video>".repeat(100);
    let marks = "<p data-leadheat-content=part>part</p><p data-leadheat-content=' '></p>".repeat(200);
    format!(
        "<main><h1>Crowd</h1>{marks}<div class=price-list>{links} 90 €</div>{videos}<form name=f><input name=a></form></main>"
    )
}

/// The limit of a handler is 2 ms for 99 of 100 on a machine four times as slow: half a millisecond here. The browser's own
/// throttle is no use for it, since it stops the page for milliseconds at a time, in whatever handler that may be. A machine that has
/// nothing else to do measures 99 of 100 yards within a quarter of a millisecond.
pub async fn handlers_are_quick(mut v: Visitor) -> Visitor {
    if !v.is_chromium().await {
        return v;
    }
    open(
        &mut v,
        "/t/quick",
        "click_outbound mark form_field copy scroll read",
        &[YARDSTICK, STOPWATCH, &crowd()].concat(),
    )
    .await;
    v.grant().await;
    v.pause(1_500).await;
    for _ in 0..5 {
        v.js("times.length = yards.length = 0").await;
        for n in 0..100 {
            let (x, y) = (10 + n % 7 * 40, 10 + n % 11 * 30);
            v.cdp("Input.dispatchMouseEvent", json!({"type": "mouseMoved", "x": x, "y": y})).await;
        }
        for _ in 0..20 {
            v.cdp(
                "Input.dispatchMouseEvent",
                json!({"type": "mouseWheel", "x": 100, "y": 100, "deltaX": 0, "deltaY": 400}),
            )
            .await;
            v.cdp("Input.dispatchKeyEvent", json!({"type": "keyDown", "key": "a"})).await;
            v.pause(60).await;
        }
        let busy = "const done = arguments[arguments.length - 1]; (async () => {
            for (let n = 0; n < 60; n++) {
                const link = document.links[n * 100];
                link.onclick = event => event.preventDefault(); // Not timed with the others.
                link.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, clientX: n * 50 }));
                document.forms.f.a.dispatchEvent(new FocusEvent('focusin', { bubbles: true }));
                document.forms.f.a.dispatchEvent(new FocusEvent('focusout', { bubbles: true }));
                document.querySelector('video').dispatchEvent(new Event('timeupdate'));
                document.dispatchEvent(new Event('copy'));
                document.body.append(n);
                await new Promise(done => requestAnimationFrame(done));
            }
        })().then(done)";
        v.client.execute_async(busy, vec![]).await.unwrap();
        v.pause(1_000).await;
        let found = v.js("return worst()").await;
        let [handlers, most, longest, task, yard] = [0, 1, 2, 3, 4].map(|nth| found[nth].as_f64().unwrap());
        println!(
            "{handlers} handlers, 99 of 100 within {most:.1} ms, the longest {longest:.1} ms; the longest task {task:.1} ms; a yard {yard:.1} ms"
        );
        assert!(handlers > 600.0, "{found}");
        let slower = (yard / 0.25).max(1.0);
        if most <= 0.5 * slower && task <= 12.5 * slower {
            return v;
        }
    }
    panic!("99 of 100 handlers within 0.5 ms, and no task over 12.5 ms (longer where a yard is): not in five rounds");
}

/// Nothing is done in a page in which nothing happens but a look once a second, and none where nobody is. How long that takes depends on
/// what else the machine does: the long form holds it to a thousandth of a core, and asks the browser.
pub async fn an_idle_page_costs_nothing(mut v: Visitor) -> Visitor {
    open(
        &mut v,
        "/t/idle",
        "engaged",
        &[STOPWATCH, "<script>document.hasFocus = () => true</script><article>text</article>"].concat(),
    )
    .await;
    v.grant().await;
    v.pause(3_000).await;
    let seconds = if long() { 30 } else { 8 };
    let most = if long() { 0.001 } else { 0.05 };
    // Beside other tests it may have to wait in any of its turns.
    let mut share = 1.0;
    for _ in 0..5 {
        v.js("times.length = 0").await;
        v.pause(seconds * 1_000).await;
        let spent = v.js("return [times.reduce((sum, [, took]) => sum + took, 0), times]").await;
        share = spent[0].as_f64().unwrap() / (seconds as f64 * 1_000.0);
        println!("{:.4} % of a core in {seconds} s, {}", share * 100.0, spent[1]);
        let often = spent[1].as_array().unwrap().len() as u64;
        assert!(often <= 3 * seconds, "{often} times in {seconds} s");
        if share <= most {
            break;
        }
    }
    assert!(share <= most, "{share} of a core, in each of five rounds");
    if long() && v.is_chromium().await {
        v.cdp("Performance.enable", json!({})).await;
        v.pause(10_000).await;
        let busy = async || {
            let metrics = v.cdp("Performance.getMetrics", json!({})).await;
            let metrics = metrics["metrics"].as_array().unwrap().clone();
            metrics.iter().find(|metric| metric["name"] == "TaskDuration").unwrap()["value"].as_f64().unwrap()
        };
        let before = busy().await;
        v.pause(60_000).await;
        let after = busy().await;
        println!("idle for a minute: {:.4} s of tasks, those of the browser among them", after - before);
    }
    v
}

/// One owner takes everything down: after a failure nothing of leadheat runs any more.
pub async fn what_is_taken_down_stays_down(mut v: Visitor) -> Visitor {
    page(&v, "/t/down", "engaged", &[STOPWATCH, "<article>text</article><button>b</button><video></video>"].concat());
    v.goto("/t/down?leadheat=debug").await;
    v.ready().await;
    v.grant().await;
    let act = "for (const type of ['scroll', 'resize', 'click', 'focusin', 'focusout', 'submit', 'copy', 'play', 'timeupdate', 'pointermove', 'visibilitychange', 'blur', 'focus', 'selectionchange', 'message', 'storage', 'popstate', 'hashchange', 'online'])
            document.querySelector('video').dispatchEvent(new Event(type, { bubbles: true }));
        document.body.append('more'); scrollTo(0, 9); history.pushState({}, '', '/t/down/2')";
    v.js(&format!("times.length = 0; {act}")).await;
    v.pause(1_500).await;
    assert!(v.js("return times.length").await.as_u64() > Some(10), "it runs");
    v.call(json!(["panic"])).await;
    v.pause(3_000).await; // Timers that were set before may ring once more, for nothing.
    v.js(&format!("times.length = 0; {act}")).await;
    v.pause(2_500).await;
    assert_eq!(v.js("return times").await, json!([]));
    assert_eq!(v.js("return document.querySelectorAll('leadheat-chat').length").await, 0);
    v.expect_line("warn: leadheat: stopped");
    v
}

/// Larger and stranger than anybody planned for: no exception, and no task that holds up the page.
pub async fn crowded_pages_are_not_held_up(mut v: Visitor) -> Visitor {
    let frames = (0..5).fold("<p>innermost</p>".to_owned(), |inner, _| {
        format!("<iframe srcdoc=\"{}\"></iframe>", inner.replace('&', "&amp;").replace('"', "&quot;"))
    });
    let layer = "<script>window.dataLayer = Array.from({ length: 10000 }, (_, n) => ({ event: 'generate_lead', value: n, more: 'x'.repeat(100) }));
        dataLayer.push({ event: 'x'.repeat(1e6), value: Infinity }, [['event']], { event: { event: 1 } }, new Map(), null)</script>";
    // The tag comes when the page has come to rest, so that what is long is leadheat's.
    let tag = "<script>window.long = [];
        if (PerformanceObserver.supportedEntryTypes.includes('longtask'))
            new PerformanceObserver(list => { for (const entry of list.getEntries()) long.push(entry.duration) }).observe({ entryTypes: ['longtask'] });
        setTimeout(() => { for (const end = performance.now() + 100; performance.now() < end;); });
        setInterval(() => yard(10), 30);
        window.begin = () => { long.length = yards.length = 0; const tag = document.createElement('script'); tag.src = '/leadheat.js'; tag.dataset.config = '/t/crowd.json'; document.head.append(tag) }</script>";
    page(&v, "/t/crowd", "custom content_view", "");
    v.site.page(
        "/t/crowded",
        None,
        &[YARDSTICK, layer, "<script src=/leadheat-stub.js></script>", &crowd(), &frames, tag].concat(),
    );
    let throttled = v.is_chromium().await;
    // The first time the browser has yet to compile it, and beside other tests it may have to wait in any of them.
    for _ in 0..5 {
        v.goto("/t/crowded").await;
        v.pause(1_000).await;
        if throttled {
            v.until("long tasks are seen", "return long.length").await;
            v.cdp("Emulation.setCPUThrottlingRate", json!({"rate": 4})).await;
            v.pause(500).await;
        }
        v.js("begin()").await;
        v.ready().await;
        let all = "return leadheat('explain').then(e => e.reasons.some(r => r.rule === 'custom' && r.count === 10000))";
        v.until("all of the data layer", all).await;
        v.js("scrollTo(0, 1e6)").await;
        v.pause(1_000).await;
        if !throttled {
            return v;
        }
        v.cdp("Emulation.setCPUThrottlingRate", json!({"rate": 1})).await;
        let found = v.js("return [Math.max(0, ...long), within(.9, yards), long]").await;
        let [longest, yard] = [0, 1].map(|nth| found[nth].as_f64().unwrap());
        println!("tasks over 50 ms at a quarter of the speed: {}; ten yards {yard:.1} ms", found[2]);
        // A machine that has nothing else to do measures nine of ten times ten yards within 5.5 ms at this speed.
        if longest <= 50.0 * (yard / 5.5).max(1.0) {
            return v;
        }
    }
    panic!("a task over 50 ms (longer where a yard is) at a quarter of the speed, in each of five rounds");
}

/// Labels that are no labels, parts that come and go, documents without a body.
pub async fn strange_pages_do_no_harm(mut v: Visitor) -> Visitor {
    let body = "<p data-leadheat-content id=a></p><p data-leadheat-content='__proto__'>p</p><p data-leadheat-content='constructor'>c</p>
        <p data-leadheat-content='\u{202e}\u{1f600}&#0;'>e</p><div id=box></div><video data-leadheat='  '></video><svg><a href='#x'><text>s</text></a></svg>
        <form id=odd onsubmit='return false'><input name=matches><input name=closest><input name=getAttribute><input name=querySelectorAll><button>Go</button></form>
        <script>box.dataset.leadheatContent = 'x'.repeat(1e6); box.dataset.leadheat = 'y'.repeat(1e6); box.dataset.leadheatTopic = 'z,'.repeat(1e5);
            history.scrollRestoration = 'manual'</script>";
    open(&mut v, "/t/odd", "content_view mark form_submit", body).await;
    v.js("box.click(); document.querySelector('svg text').dispatchEvent(new MouseEvent('click', { bubbles: true }))")
        .await;
    v.click("#odd button").await;
    v.js("for (let n = 0; n < 300; n++) { const part = document.createElement('section'); part.dataset.leadheatContent = 'part' + n; part.textContent = n; document.body.prepend(part); if (n % 3) part.remove() }").await;
    v.until("counted", "return leadheat('explain').then(e => e.reasons.length === 3)").await;
    v.pause(1_200).await;
    let explained = v.explain().await;
    assert!(
        explained["reasons"].as_array().unwrap().iter().any(|reason| reason["rule"] == "form_submit"),
        "{explained}"
    );
    v.js("document.body.remove()").await;
    v.pause(1_200).await;
    v.js(
        "history.pushState({}, '', '/t/odd/2'); dispatchEvent(new Event('scroll')); document.documentElement.remove()",
    )
    .await;
    v.pause(1_500).await;
    assert_eq!(v.call(json!(["status"])).await["running"], true, "it goes on");

    open(
        &mut v,
        "/t/bodiless",
        "page_view",
        "<script>addEventListener('DOMContentLoaded', () => document.body.remove())</script>",
    )
    .await;
    v.pause(1_000).await;
    assert_eq!(v.explain().await["reasons"][0]["count"], 1);
    v
}
