//! What a page pays for leadheat: a benchmark, on the demo's home page and on two templates of real sites, without it and with it, in
//! Chromium at a quarter of the speed:
//! `LEADHEAT_LONG=1 LEADHEAT_BROWSERS=chromium cargo test --test browser chromium::guest -- --nocapture`.

use serde_json::{Value, json};

use crate::engine::{long, say};
use crate::npm;
use crate::visitor::Visitor;

/// Runs of each kind, one after the other.
const ROUNDS: usize = 9;

/// First in the page: notes what Chromium tells of it, and how much memory wasm takes.
const METER: &str = r#"<script>(() => {
    const seen = window.seen = { long: [], shift: 0, paint: 0, events: [], ours: [], ready: 0 };
    addEventListener('leadheat:ready', () => seen.ready = performance.now());
    const observe = (type, run, more) => new PerformanceObserver(list => list.getEntries().forEach(run)).observe({ type, buffered: true, ...more });
    observe('longtask', entry => seen.long.push([entry.startTime, entry.duration]));
    observe('layout-shift', entry => { if (!entry.hadRecentInput) seen.shift += entry.value });
    observe('largest-contentful-paint', entry => seen.paint = entry.startTime);
    observe('event', entry => { if (entry.interactionId) seen.events.push(entry.duration) }, { durationThreshold: 16 });
    observe('long-animation-frame', entry => { for (const script of entry.scripts) if (/leadheat/.test(script.sourceURL)) seen.ours.push(script.duration) });
    const instantiate = WebAssembly.instantiate;
    WebAssembly.instantiate = (...args) => instantiate.apply(WebAssembly, args).then(made => {
        const memory = made.instance.exports.memory;
        if (memory) seen.measure = () => memory.buffer.byteLength;
        return made;
    });
})()</script>"#;
const TAGS: &str =
    "<script src=/leadheat-stub.js></script><script async src=/leadheat.js data-config=/leadheat.json></script>";
const GRANT: &str = "<script>leadheat('consent', 'granted')</script>";

/// Serves a template as npm has it; what it takes from other hosts is left out, since it could not be had the same every time.
fn template(v: &Visitor, name: &str) -> Option<String> {
    npm::serve(v, &format!("{name}/dist"), &format!("/t/{name}"));
    let html = npm::file(&format!("{name}/dist/index.html"))?;
    let own = |line: &&str| !((line.contains("<script") || line.contains("<link")) && line.contains("https://"));
    Some(html.lines().filter(own).collect::<Vec<_>>().join("\n"))
}

/// What a run measured.
#[derive(Clone, Copy, Default)]
struct Run {
    /// Tasks over 50 ms, and what they have above that.
    long: f64,
    blocking: f64,
    shift: f64,
    paint: f64,
    /// The slowest answer to a key or a click.
    answer: f64,
    /// Milliseconds of the main thread in the first second and in the first three.
    first: f64,
    main: f64,
    /// Milliseconds from the beginning until leadheat was ready.
    ready: f64,
    /// The longest that a script of leadheat's held up a frame, and the MiB of its wasm.
    ours: f64,
    memory: f64,
    /// Hosts that something was fetched from, besides the page's own.
    hosts: f64,
}

async fn visit(v: &mut Visitor, path: &str) -> Run {
    v.cdp("Network.clearBrowserCache", json!({})).await;
    v.goto("/t/blank").await;
    v.js("localStorage.clear(); sessionStorage.clear()").await;
    v.cdp("Performance.enable", json!({"timeDomain": "threadTicks"})).await;
    v.cdp("Emulation.setCPUThrottlingRate", json!({"rate": 4})).await;
    let before = task_time(v).await;
    v.goto(path).await;
    v.pause(1_000).await;
    let first = task_time(v).await - before;
    v.pause(2_000).await;
    let main = task_time(v).await - before;
    // Types, and scrolls.
    v.js("(document.querySelector('input, textarea') || document.body).focus({ preventScroll: true })").await;
    for key in "does it fit our house".chars() {
        let text = key.to_string();
        v.cdp("Input.dispatchKeyEvent", json!({"type": "keyDown", "text": text, "key": text})).await;
        v.cdp("Input.dispatchKeyEvent", json!({"type": "keyUp", "key": text})).await;
        v.pause(40).await;
    }
    for _ in 0..8 {
        v.cdp(
            "Input.dispatchMouseEvent",
            json!({"type": "mouseWheel", "x": 300, "y": 300, "deltaX": 0, "deltaY": 400}),
        )
        .await;
        v.pause(80).await;
    }
    v.cdp(
        "Input.dispatchMouseEvent",
        json!({"type": "mousePressed", "x": 5, "y": 300, "button": "left", "clickCount": 1}),
    )
    .await;
    v.cdp(
        "Input.dispatchMouseEvent",
        json!({"type": "mouseReleased", "x": 5, "y": 300, "button": "left", "clickCount": 1}),
    )
    .await;
    v.pause(500).await;
    v.cdp("Emulation.setCPUThrottlingRate", json!({"rate": 1})).await;
    // A long task of our own, which must be noticed: else those of others would not be either.
    v.js("setTimeout(() => { window.end = performance.now(); while (performance.now() < end + 80); })").await;
    v.until("long tasks are seen", "return window.end && seen.long.some(task => task[0] + task[1] > end)").await;
    let seen = v.js("return { ...seen, long: seen.long.filter(task => task[0] + task[1] <= window.end), memory: seen.measure ? seen.measure() : 0, hosts: new Set(performance.getEntriesByType('resource').map(entry => new URL(entry.name).host).filter(host => host !== location.host)).size }").await;
    let most = |list: &Value| list.as_array().unwrap().iter().filter_map(Value::as_f64).fold(0.0, f64::max);
    let long = seen["long"].as_array().unwrap();
    let number = |name: &str| seen[name].as_f64().unwrap();
    Run {
        long: long.len() as f64,
        blocking: long.iter().map(|task| task[1].as_f64().unwrap() - 50.0).sum(),
        shift: number("shift"),
        paint: number("paint"),
        answer: most(&seen["events"]),
        first,
        main,
        ready: number("ready"),
        ours: most(&seen["ours"]),
        memory: number("memory") / 1_048_576.0,
        hosts: number("hosts"),
    }
}

/// Milliseconds that the page's main thread has worked.
async fn task_time(v: &Visitor) -> f64 {
    let metrics = v.cdp("Performance.getMetrics", json!({})).await;
    let found = metrics["metrics"].as_array().unwrap().iter().find(|metric| metric["name"] == "TaskDuration").unwrap();
    found["value"].as_f64().unwrap() * 1_000.0
}

type Figure = fn(&Run) -> f64;

fn median(runs: &[Run], of: Figure) -> f64 {
    let mut values: Vec<_> = runs.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

pub async fn what_a_page_pays(mut v: Visitor) -> Visitor {
    if !long() || !v.is_chromium().await {
        return v;
    }
    v.site.page("/t/blank", None, "");
    let home = v.site.text("/");
    let home = home.lines().filter(|line| !line.contains("/leadheat")).collect::<Vec<_>>().join("\n");
    let mut pages = vec![("the demo's home page", "/home".to_owned(), home)];
    for name in ["startbootstrap-agency", "startbootstrap-landing-page"] {
        match template(&v, name) {
            Some(html) => pages.push((name, format!("/t/{name}/page"), html)),
            None => say(&format!("skipped: {name}, which npm cannot get")),
        }
    }
    for (name, path, html) in pages {
        let html = html.replacen("<head>", &["<head>", METER].concat(), 1);
        // Without leadheat; with it, waiting for consent; and with it at work.
        let ends = ["", TAGS, &[TAGS, GRANT].concat()].map(|tags| [tags, "</body>"].concat());
        let mut runs = [Vec::new(), Vec::new(), Vec::new()];
        for (nth, end) in ends.iter().enumerate() {
            v.site.file(&format!("{path}{nth}"), "text/html", &html.replacen("</body>", end, 1));
        }
        for _ in 0..ROUNDS {
            for (nth, runs) in runs.iter_mut().enumerate() {
                runs.push(visit(&mut v, &format!("{path}{nth}")).await);
            }
        }
        println!(
            "{name}: medians of {ROUNDS} runs each, at a quarter of the speed: without leadheat, ready and waiting for consent, at work"
        );
        let rows: [(&str, Figure); 11] = [
            ("tasks over 50 ms", |run| run.long),
            ("total blocking time, ms", |run| run.blocking),
            ("cumulative layout shift", |run| run.shift),
            ("largest contentful paint, ms", |run| run.paint),
            ("slowest answer to typing, scrolling, clicking, ms", |run| run.answer),
            ("ready, ms after the beginning", |run| run.ready),
            ("main thread in the first second, ms", |run| run.first),
            ("main thread in the first three seconds, ms", |run| run.main),
            ("longest script of leadheat in a slow frame, ms", |run| run.ours),
            ("wasm memory, MiB", |run| run.memory),
            ("foreign hosts", |run| run.hosts),
        ];
        for (row, of) in rows {
            let [without, ready, at_work] = [0, 1, 2].map(|nth| median(&runs[nth], of));
            println!(
                "  {row:52} {without:9.3} {ready:9.3} {at_work:9.3}   {:+9.3} {:+9.3}",
                ready - without,
                at_work - without
            );
        }
    }
    v
}
