//! Writing documents as JSON. Owns the writing alone; what is written is each type's [`crate::wire`].
//!
//! Not serde_json: it brings three times the code into the wasm, most of it for floating-point numbers finer than the
//! thousandth of a point that leadheat counts in.

use crate::json::Value;
use crate::text::decimal;

/// A document as JSON. Numbers are written to the thousandth.
pub fn json(value: &Value) -> String {
    let mut text = String::new();
    write(&mut text, value);
    text
}

fn write(text: &mut String, value: &Value) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Number(value) => text.push_str(&decimal((value * 1_000.0).round() as i64)),
        Value::String(value) => quote(text, value),
        Value::List(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                separate(text, index);
                write(text, item);
            }
            text.push(']');
        }
        Value::Object(fields) => {
            text.push('{');
            for (index, (key, value)) in fields.iter().enumerate() {
                separate(text, index);
                quote(text, key);
                text.push(':');
                write(text, value);
            }
            text.push('}');
        }
    }
}

fn separate(text: &mut String, index: usize) {
    if index > 0 {
        text.push(',');
    }
}

fn quote(json: &mut String, text: &str) {
    json.push('"');
    for c in text.chars() {
        if c < ' ' {
            json.push_str("\\u00");
            json.push(if c < '\u{10}' { '0' } else { '1' });
            json.push(char::from(b"0123456789abcdef"[c as usize & 15]));
            continue;
        }
        if c == '"' || c == '\\' {
            json.push('\\');
        }
        json.push(c);
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_serde_json_reads() {
        let document = Value::Object(vec![
            ("a \"quote\" \\ \n\t\u{1}\u{1f} äő".into(), Value::List(vec![Value::Null, Value::Bool(true)])),
            ("numbers".into(), Value::List([0.0, -8.05, 71.5, 1e6].map(Value::Number).into())),
            (String::new(), Value::Object(Vec::new())),
        ]);
        assert_eq!(serde_json::from_str::<Value>(&json(&document)).unwrap(), document);
    }
}
