//! Advice on a chat: steps that nobody reaches or that lead nowhere, answers that fill nothing, texts that nobody understands.

use crate::config::Config;
use crate::dialogue::Dialogue;
use crate::json::{Problem, Value};
use crate::lexicon::fold;
use crate::qualify::Fact;
use crate::script::{Branch, Expected, Step, dead_ends, unreachable};
use crate::text::{Lang, Text};
use crate::words;

/// Everything in a chat that is worth a second look.
pub(super) fn of(config: &Config, dialogue: &Dialogue) -> Vec<Problem> {
    let mut advice = Vec::new();
    of_ways(config, dialogue, &mut advice);
    for (index, step) in dialogue.script.0.iter().enumerate() {
        of_step(step, dialogue, &mut |wrong, mend| {
            advice.push(Problem { path: format!("$.chat.script[{index}]"), wrong, mend: mend.into() });
        });
    }
    of_greetings(config, &mut advice);
    of_texts(config, dialogue, &mut advice);
    of_patterns(&config.chat.talk, &mut advice);
    advice
}

/// Where the script leads.
fn of_ways(config: &Config, dialogue: &Dialogue, advice: &mut Vec<Problem>) {
    let script = &dialogue.script;
    let mut note = |id: &str, wrong: String, mend: &str| {
        let index = script.0.iter().position(|step| step.id == id).unwrap_or_default();
        advice.push(Problem { path: format!("$.chat.script[{index}]"), wrong, mend: mend.into() });
    };
    let answers = dialogue.answers.iter().filter_map(|answer| answer.next.as_deref());
    let starts: Vec<&str> =
        answers.chain(config.chat.greetings.iter().map(|greeting| greeting.step.as_str())).collect();
    for id in unreachable(script, &starts) {
        note(id, format!("step `{id}` is never reached"), "Let a `next` lead to it, or take it out");
    }
    let (endless, mute) = dead_ends(script);
    for id in endless {
        note(id, format!("from step `{id}` the conversation comes to no end"), "Let one of the steps after it lead on");
    }
    for id in mute {
        note(id, format!("nothing comes after an answer to step `{id}`"), "Add a `next` that says what happens now");
    }
    let is_form = |step: &Step| !step.contact.is_empty();
    if !script.0.iter().any(is_form) {
        let wrong = "no step has a form, so that nobody can be reached".to_owned();
        let mend = "Add a step with \"contact\": [\"name\", \"email\", \"phone\"]".into();
        advice.push(Problem { path: "$.chat.script".into(), wrong, mend });
        return;
    }
    for step in script.0.iter().filter(|step| matches!(step.expects, Some(Expected::Email | Expected::Phone))) {
        let mut after = vec![step];
        let mut at = 0;
        while let Some(next) = after.get(at) {
            at += 1;
            for next in next.nexts().filter_map(|next| script.step(next)) {
                if !after.iter().any(|known| known.id == next.id) {
                    after.push(next);
                }
            }
        }
        if !after.iter().any(|step| is_form(step)) {
            let wrong = format!("what step `{}` asks for is not sent: nobody agreed to that", step.id);
            let mend = "Let a step with `contact` follow: its form is filled in already, and asks for consent";
            note(&step.id, wrong, mend);
        }
    }
}

/// What a step says, asks and fills.
fn of_step(step: &Step, dialogue: &Dialogue, note: &mut dyn FnMut(String, &str)) {
    let id = &step.id;
    if step.asks() && step.say.0.iter().all(|(_, text)| text.trim().is_empty()) {
        note(format!("step `{id}` asks without a word"), "Add `say`");
    }
    for (index, reply) in step.replies.iter().enumerate() {
        if reply.say.0.iter().all(|(_, text)| text.trim().is_empty()) {
            note(format!("reply {index} of step `{id}` has nothing on its button"), "Add `say`");
        }
        if matches!(step.fills, Some(Fact::Timeframe | Fact::Authority)) && reply.value.is_none() {
            let mend = "Add `value`: a timeframe is now, two_months, later, none or not_buying; authority is decides, \
                        prepares or other";
            note(format!("reply {index} of step `{id}` has no `value`, so that it fills nothing"), mend);
        }
    }
    if step.fills == Some(Fact::Authority) && step.asks() && step.replies.is_empty() {
        note(format!("own words do not fill the authority that step `{id}` asks for"), "Add `replies` with a `value`");
    }
    let holds_always = |branch: &Branch| *branch == Branch { next: branch.next.clone(), ..Branch::default() };
    for (index, branch) in step.branches.iter().enumerate() {
        let mut note = |wrong: &str, mend| note(format!("branch {index} of step `{id}` {wrong}"), mend);
        if holds_always(branch) {
            note("has no condition, so that nothing after it counts", "Add one, or use `next`");
        }
        if branch.hours.is_some() && dialogue.hours.is_none() {
            note("asks for the hours, and there are none", "Add `chat.hours`");
        }
        if let Some(page) = branch.page.iter().find(|page| !page.0.starts_with(['/', '*'])) {
            note(&format!("is for the page `{}`, which is no path", page.0), "Begin it with / or *");
        }
        let is_one = |reply: &crate::script::Reply, glob: &crate::glob::Glob| {
            reply.value.iter().chain(reply.say.0.iter().map(|(_, text)| text)).any(|answer| glob.matches(answer))
        };
        let chosen = step.expected() == Some(Expected::Choice) && !branch.answer.is_empty();
        let possible = |glob| step.replies.iter().any(|reply| is_one(reply, glob));
        if chosen && !branch.answer.iter().any(possible) {
            note("waits for an answer that no reply gives", "Write the `value` or the words of a reply");
        }
    }
}

fn of_greetings(config: &Config, advice: &mut Vec<Problem>) {
    for (index, greeting) in config.chat.greetings.iter().enumerate() {
        let mut note = |wrong: String, mend: &str| {
            advice.push(Problem { path: format!("$.chat.greetings[{index}]"), wrong, mend: mend.into() });
        };
        if greeting.tier.is_none() && greeting.page.is_empty() && greeting.after == 0 && !greeting.exit {
            note(
                "it has no condition, so that everybody is spoken to at once".into(),
                "Add `after`, `page`, `tier` or `exit`",
            );
        }
        if let Some(page) = greeting.page.iter().find(|page| !page.0.starts_with(['/', '*'])) {
            note(format!("`{}` is no path", page.0), "Begin it with / or *");
        }
    }
}

/// Languages that nobody speaks here, and texts that lack one that others have.
fn of_texts(config: &Config, dialogue: &Dialogue, advice: &mut Vec<Problem>) {
    let steps = dialogue
        .script
        .0
        .iter()
        .flat_map(|step| [&step.say].into_iter().chain(step.replies.iter().map(|reply| &reply.say)));
    let answers = dialogue.answers.iter().flat_map(|answer| [&answer.to, &answer.say]);
    // These may be for sales alone, who speak one language.
    let own = config.chat.words.0.iter().map(|(_, text)| text);
    let texts: Vec<&Text> = steps.chain(answers).chain([&dialogue.company, &dialogue.replies]).collect();
    let all = || texts.iter().copied().chain(own.clone());
    let tags = || all().flat_map(|text| &text.0).map(|(tag, _)| tag.as_str()).filter(|tag| !tag.is_empty());
    let mut note = |wrong: String, mend: &str| advice.push(Problem { path: "$.chat".into(), wrong, mend: mend.into() });
    let mut strange: Vec<&str> = tags().filter(|tag| Lang::NAMES.find(tag).is_none()).collect();
    strange.sort_unstable();
    strange.dedup();
    for tag in strange {
        note(format!("a text is in `{tag}`, which the chat does not speak"), "The languages are en, fi and hu");
    }
    for (tag, _) in Lang::NAMES.pairs().filter(|(tag, _)| tags().any(|known| known == *tag)) {
        let lacks =
            |text: &&&Text| !text.0.is_empty() && text.0.iter().all(|(known, _)| !known.is_empty() && known != tag);
        let lacking: Vec<_> = texts.iter().filter(lacks).collect();
        if let Some(first) = lacking.first().and_then(|text| text.0.first()) {
            let wrong = format!("{} text(s) have no `{tag}`, such as \"{}\"", lacking.len(), first.1);
            note(wrong, "Add it, or another language is shown in its place");
        }
    }
    for (name, text) in &config.chat.words.0 {
        let Some(usual) = words::usual(name) else { continue };
        let mut note = |wrong: &str, mend: &str| {
            advice.push(Problem { path: format!("$.chat.words.{name}"), wrong: wrong.into(), mend: mend.into() });
        };
        if text.0.iter().any(|(_, text)| text.contains("{}") != usual.contains("{}")) {
            note("`{}` stands for something that is filled in, and only in some words", "Keep it as docs/chat.md says");
        }
        if name == words::WEEKDAYS.0 && text.0.iter().any(|(_, text)| text.split_whitespace().count() != 7) {
            note("a week has seven days", "Write them from Sunday on, with spaces between");
        }
    }
}

/// Stems that are too short to mean anything.
fn of_patterns(chat: &Value, advice: &mut Vec<Problem>) {
    let mut look = |path: String, patterns: &str| {
        let words = patterns.split([' ', '|', ';', ':']);
        for word in words.filter(|word| word.ends_with('*') && fold(word.trim_matches('*')).len() < 3) {
            let wrong = format!("`{word}` finds nearly everything");
            advice.push(Problem {
                path: path.clone(),
                wrong,
                mend: "Write at least three letters before the *".into(),
            });
        }
    };
    for (index, answer) in chat.many("answers").iter().enumerate() {
        for (_, patterns) in answer.texts("to").unwrap_or_default().0 {
            look(format!("$.chat.answers[{index}].to"), &patterns);
        }
    }
    for (tag, _) in Lang::NAMES.pairs() {
        for (index, line) in chat.part("lexicon").many(tag).iter().filter_map(Value::as_str).enumerate() {
            look(format!("$.chat.lexicon.{tag}[{index}]"), line);
        }
    }
}
