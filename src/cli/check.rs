//! `leadheat check`: the same reading of a config document that the browser does, for people. Owns turning text into
//! a document; must not have rules of its own.

use leadheat_core::config::{Config, Defaults};
use leadheat_core::json::{Problem, Value};
use leadheat_core::{model, script};

/// The documents that stand in where config brings none.
pub fn defaults() -> Defaults {
    let parse = |json| serde_json::from_str(json).expect("the default documents are JSON");
    Defaults { model: parse(model::DEFAULT), script: parse(script::DEFAULT) }
}

/// Every problem of a config document.
pub fn check(text: &str) -> Vec<Problem> {
    let text = text.trim_start_matches('\u{feff}');
    match serde_json::from_str::<Value>(text) {
        Ok(document) => Config::read(&document, None, &defaults()).err().unwrap_or_default(),
        Err(error) => {
            let place = format!("line {}, column {}", error.line(), error.column());
            let wrong = format!("this is not JSON: {error}");
            let mend = "Correct it there; commas between fields, none after the last, and double quotes";
            vec![Problem { path: place, wrong, mend: mend.into() }]
        }
    }
}
