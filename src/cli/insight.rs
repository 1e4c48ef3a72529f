//! What an operator may know while talking: what was understood of what the visitor wrote, and the known answers to that. Owns the
//! document; understands nothing itself.

use leadheat_core::advice::advice;
use leadheat_core::dialogue::take_in;
use leadheat_core::intent::Intent;
use leadheat_core::qualify::Qualification;
use leadheat_core::text::Lang;
use leadheat_core::understand::understand;
use leadheat_core::words::Phrases;
use serde_json::{Value, json};

/// Of a visitor's messages, oldest first. `lang`: the reader's; `said_in`: the visitor's, where it is known.
pub fn insight(messages: &[String], said_in: Option<Lang>, lang: Lang) -> Value {
    let mut said = Qualification::default();
    // The latest of each kind, as it was worded.
    let mut heard: Vec<(Intent, String)> = Vec::new();
    let mut found: [Vec<String>; 4] = Default::default();
    for message in messages {
        let understood = understand(message, said_in);
        take_in(&mut said, message, &understood);
        for (intent, words) in &understood.intents.0 {
            heard.retain(|(known, _)| known != intent);
            heard.push((*intent, words.clone()));
        }
        let amounts = understood.amounts.into_iter().map(|amount| amount.text).collect();
        for (all, new) in found.iter_mut().zip([amounts, understood.dates, understood.emails, understood.phones]) {
            all.extend(new);
        }
    }
    for all in &mut found {
        let mut known = Vec::new();
        all.retain(|one| {
            !known.contains(one) && {
                known.push(one.clone());
                true
            }
        });
    }
    let [amounts, dates, emails, phones] = found;
    let statements: Vec<_> = heard
        .iter()
        .map(
            |(intent, words)| json!({ "intent": intent.name(), "words": words, "is_objection": intent.is_objection() }),
        )
        .collect();
    json!({
        "statements": statements, "amounts": amounts, "dates": dates, "emails": emails, "phones": phones,
        "advice": advice(&said, &Phrases::default(), lang),
    })
}
