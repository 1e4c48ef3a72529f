//! `leadheat intents`: what visitors mean, a message in each line. Owns the form of what is read and written; must not understand
//! anything itself.

use std::io::{BufRead, Write};

use anyhow::{Context, Result};
use leadheat_core::text::Lang;
use leadheat_core::understand::Understanding;
use serde_json::{Value, json};

/// Reads messages, and writes what each means: a JSON document in a line. `lang`: the language they are in, where that is known.
///
/// # Errors
/// What cannot be read or written.
pub fn intents(
    messages: impl BufRead,
    lang: Option<Lang>,
    understanding: &Understanding,
    mut out: impl Write,
) -> Result<()> {
    for (number, message) in messages.split(b'\n').enumerate() {
        let message = message.with_context(|| format!("line {} cannot be read", number + 1))?;
        let text = String::from_utf8_lossy(&message);
        writeln!(out, "{}", describe(text.trim_end_matches('\r'), lang, understanding))?;
    }
    Ok(())
}

/// What a message means, as a document.
pub fn describe(text: &str, lang: Option<Lang>, understanding: &Understanding) -> Value {
    let understood = understanding.of(text, lang);
    let amounts: Vec<_> = understood
        .amounts
        .iter()
        .map(|amount| json!({ "text": amount.text, "value": amount.value, "currency": amount.currency }))
        .collect();
    let evidence: serde_json::Map<_, _> =
        understood.intents.0.iter().map(|(intent, said)| (intent.name().to_owned(), json!(said))).collect();
    let mut document = json!({
        "text": text,
        "lang": understood.lang.name(),
        "intents": understood.intents.0.iter().map(|(intent, _)| intent.name()).collect::<Vec<_>>(),
        "facts": { "amounts": amounts, "email": understood.emails, "phone": understood.phones, "dates": understood.dates },
        "evidence": evidence,
    });
    let answers: Vec<u64> =
        understood.named.iter().filter_map(|name| name.strip_prefix("answer/")?.parse().ok()).collect();
    if !answers.is_empty() {
        document["answers"] = json!(answers);
    }
    document
}
