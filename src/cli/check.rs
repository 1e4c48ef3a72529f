//! `leadheat check`: the same reading of a config document that the browser does, for people, and a look for secrets. Owns turning
//! text into a document; must not have rules of its own.

use std::sync::LazyLock;

use leadheat_core::config::{Config, Defaults};
use leadheat_core::json::{Problem, Value};
use leadheat_core::lint::lint;
use leadheat_core::secrets::secrets;
use leadheat_core::{dialogue, model};

/// The documents that stand in where config brings none.
pub fn defaults() -> Defaults {
    let parse = |json| serde_json::from_str(json).expect("the default documents are JSON");
    Defaults { model: parse(model::DEFAULT), chat: parse(dialogue::DEFAULT) }
}

/// The config of a site that sets nothing but its webhook.
pub fn default_config() -> &'static Config {
    static DEFAULT: LazyLock<Config> = LazyLock::new(|| {
        Config::read(&Value::Null, Some("/webhook"), &defaults()).expect("the default documents have no problems")
    });
    &DEFAULT
}

/// Every problem of a config document; where there is none, advice on it.
pub fn check(text: &str) -> Result<Vec<Problem>, Vec<Problem>> {
    let text = text.trim_start_matches('\u{feff}');
    match serde_json::from_str::<Value>(text) {
        Ok(document) => {
            let mut problems = secrets(&document);
            match Config::read_all(&document, None, &defaults()).map_err(|found| problems.extend(found)) {
                Ok((config, dialogue)) if problems.is_empty() => Ok(lint(&config, &dialogue)),
                _ => Err(problems),
            }
        }
        Err(error) => {
            let path = format!("line {}, column {}", error.line(), error.column());
            let wrong = "this is not JSON from here on".to_owned();
            let mend =
                "Look for a missing comma, a comma after the last field, or a quote that is not closed".to_owned();
            Err(vec![Problem { path, wrong, mend }])
        }
    }
}
