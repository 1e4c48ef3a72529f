//! `leadheat check`: the same reading of a config document that the browser does, for people, and a look for secrets. Owns turning
//! text into a document; must not have rules of its own.

use std::sync::LazyLock;

use leadheat_core::config::{Config, Defaults};
use leadheat_core::dialogue::{self, Dialogue};
use leadheat_core::json::{Problem, Value};
use leadheat_core::lint::lint;
use leadheat_core::model;
use leadheat_core::secrets::secrets;

/// The documents that stand in where config brings none.
pub fn defaults() -> Defaults {
    let parse = |json| serde_json::from_str(json).expect("the default documents are JSON");
    Defaults { model: parse(model::DEFAULT), chat: parse(dialogue::DEFAULT) }
}

/// Notes every field that stands twice in one object, since only one of the two counts.
fn twice(value: &Value, path: &str, problems: &mut Vec<Problem>) {
    match value {
        Value::Object(fields) => {
            for (index, (name, value)) in fields.iter().enumerate() {
                let path = format!("{path}.{name}");
                twice(value, &path, problems);
                if fields.iter().take(index).any(|(known, _)| known == name) {
                    let mend = "Take one of them out: only the first counts".to_owned();
                    problems.push(Problem { path, wrong: "this field stands twice".into(), mend });
                }
            }
        }
        Value::List(items) => {
            items.iter().enumerate().for_each(|(index, item)| twice(item, &format!("{path}[{index}]"), problems));
        }
        _ => {}
    }
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
    read(text).map(|(config, dialogue)| lint(&config, &dialogue))
}

/// A config document, or every problem of it.
pub fn read(text: &str) -> Result<(Config, Dialogue), Vec<Problem>> {
    let text = text.trim_start_matches('\u{feff}');
    match serde_json::from_str::<Value>(text) {
        Ok(document) => {
            let mut problems = secrets(&document);
            twice(&document, "$", &mut problems);
            match Config::read_all(&document, None, &defaults()).map_err(|found| problems.extend(found)) {
                Ok(usable) if problems.is_empty() => Ok(usable),
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
