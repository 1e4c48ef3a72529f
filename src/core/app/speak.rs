//! The chat's second half: what is said, and what is seen of it. Owns the step from conversation to visitor: signals,
//! qualification, contact. The functions called from outside are the doors of src/cli/split.rs: they may be called only when the
//! second half is there, which [`Event::Came`](super::Event::Came) tells.

use std::cell::RefCell;
use std::rc::Rc;

use super::{Effect, State, Turn, live};
use crate::advice::advice;
use crate::chat::{Conversation, Input, Line, REFUSED, Speaker};
use crate::dialogue::{Dialogue, Moment};
use crate::intent::Intent;
use crate::json::{At, Problem, Value};
use crate::link;
use crate::list::gather;
use crate::outbox;
use crate::signal::Kind;
use crate::text::{Lang, fill, join, split};
use crate::time::{Millis, Stamp};
use crate::view::{Ask, Delivery, Panel, Said};
use crate::words;

/// The second half is there. `usual`: [`crate::dialogue::DEFAULT`]; `ahead`: minutes that the zone of the business hours is ahead
/// of UTC, where the browser knows it; `origin`: the page's own.
#[inline(never)]
pub(super) fn arrive(state: &mut State, usual: &Value, ahead: Option<i32>, origin: &str, turn: &mut Turn) {
    let problems = RefCell::default();
    let talk = &state.config.chat.talk;
    let mut dialogue = Dialogue::read(&At::root(&problems).field("chat"), talk, usual);
    let mut problems = problems.into_inner();
    if !problems.is_empty() {
        // What the visitor must be told stays the company's own.
        let own = split("company replies privacy consent words", b' ').into_iter();
        let own = own.map(|name| (name.to_owned(), talk.part(name).clone()));
        dialogue = Dialogue::read(&At::root(&RefCell::default()), &Value::Object(gather(own)), usual);
    }
    let zone = state.zone();
    if ahead.is_none() && !zone.is_empty() {
        let zone = ["`", &zone, "` is no time zone that this browser knows"].concat();
        let mend = "Write it as \"Europe/Helsinki\"; the visitor's own is used".to_owned();
        problems.push(Problem { path: "$.chat.hours.zone".to_owned(), wrong: zone, mend });
    }
    if !problems.is_empty() {
        let lines = join(problems.iter().map(Problem::sentence), "\n");
        state.chat_problems = ["the chat is not as config says:\n", &lines].concat();
        turn.push(Effect::Tell { line: state.chat_problems.clone(), warning: true });
    }
    state.ahead = ahead.unwrap_or(state.utc_offset);
    if let Some(server) = &mut dialogue.live {
        server.url = link::absolute(origin, &server.url);
    } else {
        state.chat.live = Default::default(); // Config may have named a server before, and a person may have had the conversation.
    }
    state.dialogue = Some(Rc::new(dialogue));
}

/// Says what is to be said first.
#[inline(never)]
pub(super) fn begin(state: &mut State, now: Stamp) {
    // Meanwhile the visitor may have talked in another tab, or taken the consent back.
    let mut greeting = std::mem::take(&mut state.greeting);
    if state.chat.started() || !state.consent.may_store() {
        greeting.clear();
    }
    if greeting.is_empty() && !state.chat.open {
        return;
    }
    talk(state, now.wall, |dialogue, chat, at| match greeting.as_str() {
        "" => dialogue.begin(chat, at),
        step => dialogue.run(chat, Some(step), at),
    });
}

/// Reads what it takes to understand the visitor, in a moment in which nobody waits: with the first message it would hold up a slow
/// phone.
#[inline(never)]
pub(super) fn prepare(state: &State, dialogue: &Dialogue) {
    dialogue.understanding().prepare(state.lang());
}

/// Answers what the visitor did.
#[inline(never)]
pub(super) fn answer(state: &mut State, input: Input, turn: &mut Turn) {
    match input {
        Input::Typing => return live::typing(state, turn),
        Input::Attach(name, bytes, number) => return live::attach(state, &name, bytes, number, turn),
        _ => {}
    }
    state.forgotten = false;
    if !matches!(input, Input::Submit(..)) {
        state.form_errors.clear();
    }
    let now = turn.now.wall;
    match input {
        Input::Choose(index) => {
            if talk(state, now, |dialogue, chat, at| dialogue.choose(chat, index, at)) == Some(true) {
                said(state, &[], turn);
            }
        }
        Input::Write(text) => {
            if let Some(Some(intents)) = talk(state, now, |dialogue, chat, at| dialogue.write(chat, &text, at)) {
                said(state, &intents, turn);
            }
        }
        Input::Submit(contact, agreed) => {
            match talk(state, now, |dialogue, chat, at| dialogue.submit(chat, contact, agreed, at)) {
                Some(Err(errors)) => state.form_errors = errors,
                _ => {
                    state.form_errors.clear();
                    state.chat.page.clone_from(&state.page.path);
                    state.signal_here(Kind::Contact, 1, turn);
                    state.learn(turn);
                }
            }
        }
        Input::Rate(satisfied) => {
            state.chat.said.satisfied = Some(satisfied);
            state.signal(Kind::ChatRating, if satisfied { "good" } else { "bad" }, 1, turn);
            state.chat.version += 1;
            state.learn(turn);
        }
        Input::Open
        | Input::Close
        | Input::Dismiss
        | Input::Retry
        | Input::Forget
        | Input::Typing
        | Input::Attach(..) => {}
    }
}

/// The visitor said something by which this was meant.
pub(super) fn said(state: &mut State, intents: &[Intent], turn: &mut Turn) {
    if let Some(dialogue) = &state.dialogue {
        state.chat.advice = advice(&state.chat.said, &dialogue.words, state.config.sales_language);
    }
    state.visitor_wrote(turn);
    for intent in intents {
        state.signal(Kind::Intent, intent.name(), 1, turn);
    }
    state.learn(turn);
}

/// Lets the dialogue have the conversation.
fn talk<T>(state: &mut State, now: Millis, what: impl FnOnce(&Dialogue, &mut Conversation, &Moment) -> T) -> Option<T> {
    let dialogue = state.dialogue.clone()?;
    let (lang, page) = (state.lang(), state.page.path.clone());
    let at = Moment { lang, now, ahead: state.ahead, tier: state.tier, page: &page };
    Some(what(&dialogue, &mut state.chat, &at))
}

/// The panel as it is to be seen.
#[inline(never)]
pub(super) fn panel(state: &State, dialogue: &Dialogue, now: Millis) -> Rc<Panel> {
    let (chat, lang) = (&state.chat, state.lang());
    let at = Moment { lang, now, ahead: state.ahead, tier: state.tier, page: &state.page.path };
    let types = chat.typing_until(now).is_some() || state.link.types_until > 0;
    let title = dialogue.company.get(lang);
    let kept = chat.lines.iter().filter(|line| line.from == Speaker::Visitor).count() as u32;
    let mut heard = chat.heard.saturating_sub(kept);
    let rest = undelivered(state);
    let mut said = |line: &Line| {
        heard += u32::from(line.from == Speaker::Visitor);
        let delivery = match line.from {
            Speaker::Bot | Speaker::Agent => Delivery::Here,
            Speaker::Visitor if line.id == REFUSED => Delivery::Failed,
            Speaker::Visitor if line.id > 0 => Delivery::Delivered,
            Speaker::Visitor if dialogue.live.is_some() && state.link.fails() => Delivery::Failed,
            Speaker::Visitor if dialogue.live.is_some() => Delivery::Sending,
            Speaker::Visitor if heard <= chat.delivered => Delivery::Delivered,
            Speaker::Visitor => rest,
        };
        Said { line: line.clone(), delivery }
    };
    let there = chat.lines.iter().filter(|line| !line.is_typed(now));
    let mut lines = gather(there.map(&mut said));
    for file in live::files(&state.link) {
        let place = lines.iter().position(|said| said.line.at > file.line.at).unwrap_or(lines.len());
        lines.insert(place, file);
    }
    let (back, say) = (dialogue.back(&at), |word| dialogue.words.get(word, lang));
    Rc::new(Panel {
        title: if title.is_empty() { dialogue.words.get(words::CHAT, lang) } else { title }.to_owned(),
        replies: match chat.live.agent.as_str() {
            agent if !agent.is_empty() && !state.link.nobody => fill(say(words::TALKING), agent),
            _ if !back.is_empty() => back,
            _ if state.link.nobody => say(words::NOBODY).to_owned(),
            _ => dialogue.replies.get(lang).to_owned(),
        },
        lines,
        types,
        ask: match ask(state, dialogue) {
            // What is typed beside a form takes the form from nobody.
            form @ Ask::Contact { .. } if !is_typed(chat, dialogue, lang, now) => form,
            _ if types => Ask::Text,
            ask => ask,
        },
        privacy: dialogue.privacy.get(lang).to_owned(),
        forgotten: state.forgotten,
        takes_files: dialogue.live.is_some(),
        greets: !chat.open && chat.unread > 0 && chat.heard == 0,
        words: dialogue.words.clone(),
        ahead: state.utc_offset,
    })
}

fn ask(state: &State, dialogue: &Dialogue) -> Ask {
    let (chat, lang) = (&state.chat, state.lang());
    match dialogue.asked(chat) {
        Some(step) if !step.contact.is_empty() => Ask::Contact {
            step: step.id.clone(),
            fields: step.contact.clone(),
            known: chat.known.clone(),
            consent: dialogue.consent(lang).to_owned(),
            errors: state.form_errors.clone(),
        },
        _ if !chat.live.agent.is_empty() => Ask::Text,
        Some(step) if !step.replies.is_empty() => {
            Ask::Replies(gather(step.replies.iter().map(|reply| reply.say.get(lang).to_owned())))
        }
        None if dialogue.asks_satisfied && chat.heard > 1 => match chat.said.satisfied {
            None => Ask::Satisfied,
            Some(_) => Ask::Thanks,
        },
        _ => Ask::Text,
    }
}

/// Whether the question that is open is still being typed.
fn is_typed(chat: &Conversation, dialogue: &Dialogue, lang: Lang, now: Millis) -> bool {
    let question = dialogue.asked(chat).map_or("", |step| step.say.get(lang));
    chat.lines.iter().any(|line| line.is_typed(now) && line.text == question)
}

/// What became of the visitor's messages that no receiver has confirmed.
fn undelivered(state: &State) -> Delivery {
    use outbox::State::{Held, Queued, Sending};
    let Some(mark) = &state.chat.lead else { return Delivery::Here };
    let waiting = gather(state.outbox.items.0.iter().filter(|(_, item)| item.lead == mark.id));
    if waiting.iter().any(|(_, item)| !matches!(item.state, Queued | Sending | Held)) {
        Delivery::Failed
    } else if !waiting.is_empty() || state.revision_due().is_some() {
        Delivery::Sending
    } else {
        Delivery::Here
    }
}
