//! The same journeys, natively and in the browser: the same assessment to the thousandth of a point.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use leadheat_core::model;
use serde_json::{Value, json};

use crate::visitor::Visitor;

#[path = "../vectors/wasm.rs"]
mod wasm;

/// A model that has everything: all forms of rules, decay, caps, conditions, windows and fit.
fn everything() -> String {
    json!({
        "id": "everything", "version": 3, "tiers": {"warm": 17.5, "hot": 41.25, "hysteresis": 3.125},
        "groups": {"a": 30, "b": 12.5},
        "rules": [
            {"id": "base", "points": 3.333},
            {"id": "pages", "kind": "page_view", "points": 1.111, "cap_day": 4, "cap": 20, "group": "a", "decay": {"half_life_days": 7}},
            {"id": "prices", "kind": "page_view", "on": ["/s-1*", "*-7"], "points": 2.7, "decay": {"half_life_days": 13}},
            {"id": "time", "kind": "engaged", "measure": "sum", "steps": [[60, 2.5], [600, 9.99]], "group": "a", "decay": {"linear_days": 21}},
            {"id": "video", "kind": "custom", "measure": "sum", "points": 0.007, "cap": 15, "group": "b", "decay": {"linear_days": 11}},
            {"id": "careers", "kind": "page_view", "on": "/s-9", "points": -4.5, "cap": 9, "window_days": 20},
            {"id": "now", "kind": "mark", "this_visit": true, "points": 3.1, "cap": 10},
            {"id": "often", "kind": "visit", "window_days": 7, "steps": [[2, 4], [4, 7.5]]},
            {"id": "paid", "attribute": "channel", "on": ["paid", "search"], "points": -2.2},
            {"id": "returning", "points": 5, "when": {"all": [{"kind": "visit", "from": 2}, {"not": [{"attribute": "days_away", "from": 10}]}]}},
            {"id": "both", "kind": "form_submit", "points": 8, "cap": 16,
                "when": {"any": [{"attribute": "device", "on": "phone"}, {"kind": "engaged", "measure": "sum", "window_days": 3, "from": 90}]}},
            {"id": "deep", "attribute": "pages_per_visit", "steps": [[2, 1], [3.5, 2.25]]}
        ],
        "fit": {"a": 30, "b": 10, "rules": [{"id": "size", "attribute": "employees", "steps": [[50, 20.5], [500, 35]]}]}
    })
    .to_string()
}

/// Visitors made up, the same every time: weeks of visits with everything that can be done.
fn made_up(number: u64) -> Vec<Value> {
    const KINDS: [&str; 9] =
        ["page_view", "page_view", "page_view", "engaged", "engaged", "scroll", "mark", "custom", "form_submit"];
    let mut random = fastrand::Rng::with_seed(4);
    let journey = |id| {
        let mut at = 1_750_000_000_000 + random.u64(0..10_000_000_000);
        let mut signals = Vec::new();
        for _ in 0..random.usize(1..150) {
            // Mostly seconds, at times hours or days: beyond what has a day of its own, too.
            at += match random.u8(0..20) {
                0 => random.u64(0..30) * 86_400_000,
                1 => random.u64(0..8) * 3_600_000,
                _ => random.u64(0..120_000),
            };
            let kind = KINDS[random.usize(0..KINDS.len())];
            let amount = if matches!(kind, "engaged" | "custom") { random.u32(0..400) } else { 1 };
            signals
                .push(json!({"at": at, "kind": kind, "subject": format!("/s-{}", random.u8(0..30)), "amount": amount}));
        }
        let channel = ["paid", "search", "direct"][random.usize(0..3)];
        let device = ["phone", "desktop"][random.usize(0..2)];
        let employees = random.u16(0..800).to_string();
        let attributes = json!({"channel": channel, "device": device, "employees": employees});
        json!({"id": format!("{id}"), "attributes": attributes, "signals": signals, "until": at + random.u64(0..20) * 86_400_000})
    };
    (0..number).map(journey).collect()
}

/// Visitors of a shop, from the public set of page events; none where it is not there.
fn shoppers() -> Vec<Value> {
    const FILE: &str =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/journeys/retentioneering_ecom_synthetic.csv.gz");
    let Ok(file) = std::fs::File::open(FILE) else {
        eprintln!("skipped: the set of page events is not here");
        return Vec::new();
    };
    let mut of_visitor = BTreeMap::<String, Vec<Value>>::new();
    let mut channels = BTreeMap::new();
    for record in csv::Reader::from_reader(GzDecoder::new(file)).records() {
        let record = record.unwrap();
        let digits = |from: usize, to: usize| record[3][from..to].parse::<u64>().unwrap();
        // All of one year: how long its months are does not matter here, only that time goes on.
        let days = digits(5, 7) * 31 + digits(8, 10);
        let at =
            1_700_000_000_000 + 1_000 * (((days * 24 + digits(11, 13)) * 60 + digits(14, 16)) * 60 + digits(17, 19));
        let signals = of_visitor.entry(record[0].to_owned()).or_default();
        signals.push(json!({"at": at, "kind": "page_view", "subject": format!("/{}", &record[2])}));
        signals.push(
            json!({"at": at, "kind": "engaged", "subject": format!("/{}", &record[2]), "amount": at / 1_000 % 60}),
        );
        channels.insert(record[0].to_owned(), record[5].to_owned());
    }
    let journey = |(id, mut signals): (String, Vec<Value>)| {
        signals.sort_by_key(|signal| signal["at"].as_u64());
        json!({"id": id, "attributes": {"channel": channels[&id]}, "signals": signals})
    };
    of_visitor.into_iter().map(journey).collect()
}

/// The models and journeys, with what they come to natively, and the script that plays them in a page.
struct Vectors {
    script: String,
    native: Vec<String>,
}

fn vectors() -> &'static Vectors {
    static VECTORS: OnceLock<Vectors> = OnceLock::new();
    VECTORS.get_or_init(|| {
        let lines = |journeys: Vec<Value>| journeys.iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
        let (made_up, shoppers) = (lines(made_up(300)), lines(shoppers()));
        let models = [model::DEFAULT.to_owned(), model::SHOP.to_owned(), everything()];
        let (glue, wasm) = wasm::build();
        let mut script = format!(
            "{glue}\nwasm_bindgen.initSync({{ module: Uint8Array.from(atob('{}'), c => c.charCodeAt(0)) }});\nwindow.vectors = [",
            STANDARD.encode(wasm)
        );
        let mut native = Vec::new();
        for (model, journeys) in models.iter().map(|model| (model, &made_up)).chain([(&models[1], &shoppers)]) {
            native.push(leadheat_vectors::replay(model, journeys));
            write!(script, "[{}, {}],", Value::from(model.as_str()), Value::from(journeys.as_str())).unwrap();
        }
        // Firefox does not show drivers what a script declares by `let`.
        script.push_str("];\nwindow.play = index => wasm_bindgen.replay(...vectors[index]);");
        script.push_str(
            "window.time = rules => {
                const race = new wasm_bindgen.Race(wasm_bindgen.model(rules), 1000);
                const { length } = wasm_bindgen.subjects();
                for (let index = 0; index < 20000; index++) race.signal(index % length);
                const start = performance.now();
                for (let index = 0; index < 100000; index++) race.signal(index % length);
                return (performance.now() - start) / 100;
            };",
        );
        Vectors { script, native }
    })
}

pub async fn scores_are_those_of_the_native_core(mut visitor: Visitor) -> Visitor {
    let Vectors { script, native } = tokio::task::block_in_place(vectors);
    // The vectors tell apart what they should: every tier, and scores all over the range.
    let all: Vec<Value> =
        native.iter().flat_map(|lines| lines.lines()).map(|line| serde_json::from_str(line).unwrap()).collect();
    for tier in ["cold", "warm", "hot"] {
        assert!(all.iter().filter(|found| found["tier"] == tier).count() > 20, "{tier}");
    }
    visitor.site.file("/t/vectors.js", "text/javascript", script);
    visitor.site.page("/t/vectors", None, "<script src=/t/vectors.js></script>");
    visitor.goto("/t/vectors").await;
    for (index, expected) in native.iter().enumerate() {
        let found = visitor.js(&format!("return play({index})")).await;
        let found = found.as_str().unwrap();
        assert_eq!(found.lines().count(), expected.lines().count());
        for (found, expected) in found.lines().zip(expected.lines()) {
            assert_eq!(found, expected);
        }
    }
    // For docs/model.md, shown with `--nocapture`: a test does not judge how fast a machine is.
    for rules in [100, 1_000] {
        let time = visitor.js(&format!("return time({rules})")).await;
        eprintln!("a signal at {rules} rules: {time} us");
    }
    visitor
}
