//! JSON Schemas of the two public documents, generated from the Rust types. Owns nothing else.

use serde_json::Value;

/// The schema of the config document.
pub fn config() -> Value {
    schemars::schema_for!(crate::config::Config).to_value()
}

/// The schema of the lead.
pub fn lead() -> Value {
    schemars::schema_for!(crate::lead::Lead).to_value()
}

/// The schema of what `leadheat('explain')` answers.
pub fn explanation() -> Value {
    schemars::schema_for!(crate::app::Explanation).to_value()
}

/// The schema of what `leadheat('status')` answers.
pub fn status() -> Value {
    schemars::schema_for!(crate::app::Status).to_value()
}
