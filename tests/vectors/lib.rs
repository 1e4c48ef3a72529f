//! leadheat-core as a wasm of its own, so that the very same journeys can be scored natively and in each browser engine, and
//! be timed. For tests and measurements; no product interface. Owns nothing: what does not work panics, and the test fails.

use leadheat_core::app::{Boot, Journey, Player};
use leadheat_core::config::{Config, Defaults};
use leadheat_core::facts::Facts;
use leadheat_core::json::{Problem, Value};
use leadheat_core::score::{Evidence, Scorer};
use leadheat_core::signal::{Kind, Signal};
use leadheat_core::text::join;
use leadheat_core::time::{DAY, Millis, day};
use leadheat_core::wire::Wire;
use leadheat_core::write;
use serde_json::json;
use wasm_bindgen::prelude::wasm_bindgen;

fn boot(model: &str) -> Boot {
    let parse = |json| serde_json::from_str(json).expect("JSON");
    Boot {
        config: Value::Object(vec![("model".into(), parse(model))]),
        webhook: Some("/webhook".into()),
        defaults: Defaults { model: parse(leadheat_core::model::DEFAULT), chat: leadheat_core::json::Value::Null },
        ..Boot::default()
    }
}

/// What was made, or a panic with every problem.
fn sound<T>(made: Result<T, Vec<Problem>>) -> T {
    made.unwrap_or_else(|problems| panic!("{}", join(problems.iter().map(Problem::sentence), "\n")))
}

/// Plays journeys, one in a line, under a model. A line for each: all of what `leadheat('explain')` would say.
#[wasm_bindgen]
pub fn replay(model: &str, journeys: &str) -> String {
    let player = sound(Player::new(boot(model)));
    let play = |line: &str| {
        let journey: Journey = serde_json::from_str(line).expect("a journey");
        write::json(&player.play(&journey).expect("in order").write())
    };
    journeys.lines().map(play).collect::<Vec<_>>().join("\n")
}

/// What can be done: three kinds of signal in each of a hundred sections of the site. As many rules look at each.
pub const SUBJECTS: u32 = 300;

fn subject(what: u32) -> (Kind, u32) {
    ([Kind::PageView, Kind::Mark, Kind::FormSubmit][what as usize % 3], what / 3)
}

/// Names of these things, as the facts of other engines have them: the same in every one.
#[wasm_bindgen]
pub fn subjects() -> Vec<String> {
    let name = |(kind, section): (Kind, u32)| format!("{} /section-{section}", kind.name());
    (0..SUBJECTS).map(|what| name(subject(what))).collect()
}

/// A model with so many rules, which ask how often one of these things was done and for the channel.
#[wasm_bindgen]
pub fn model(rules: u32) -> String {
    let rule = |index: u32| {
        let (kind, section) = subject(index % SUBJECTS);
        json!({"id": format!("r{index}"), "kind": kind.name(), "on": format!("/section-{section}"),
            "steps": [[1 + index * 13 % 40, f64::from(index % 7) - 2.5]], "when": {"attribute": "channel", "on": ["search", "paid"]}})
    };
    json!({"id": "race", "rules": (0..rules).map(rule).collect::<Vec<_>>()}).to_string()
}

/// A visitor whose score is kept up to date, signal by signal.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Race {
    scorer: Scorer,
    facts: Facts,
    attributes: Vec<(String, String)>,
    now: Millis,
}

#[wasm_bindgen]
impl Race {
    /// A visitor who is scored by this model, and has done so much before.
    #[wasm_bindgen(constructor)]
    pub fn new(model: &str, past: u32) -> Race {
        let boot = boot(model);
        let model = sound(Config::read(&boot.config, boot.webhook.as_deref(), &boot.defaults)).model;
        let scorer = Scorer::new(model.rules, model.groups);
        let attributes = vec![("channel".into(), "paid".into())];
        let mut race = Race { scorer, facts: Facts::default(), attributes, now: 20_000 * DAY };
        for index in 0..past {
            race.see(index % SUBJECTS);
        }
        race.total();
        race
    }

    /// The visitor does one of three hundred things. The score, in points.
    pub fn signal(&mut self, what: u32) -> f64 {
        let fact = self.see(what);
        self.scorer.signal(&self.facts, fact);
        self.total()
    }

    fn see(&mut self, what: u32) -> usize {
        let (kind, section) = subject(what);
        self.facts.add(&Signal { kind, subject: format!("/section-{section}"), amount: 1 }, self.now)
    }

    fn total(&mut self) -> f64 {
        let evidence =
            Evidence { facts: &self.facts, journey: &[], attributes: &self.attributes, today: day(self.now) };
        self.scorer.total(&evidence) as f64 / 1_000.0
    }
}
