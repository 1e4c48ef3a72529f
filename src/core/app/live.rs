//! People on the other end of the chat. Owns when the chat server is asked and what waits for it, so that nothing is lost and
//! nothing said twice; must not know the server's documents ([`crate::chatwoot`]), nor how anything gets there.
//!
//! What was said waits in the conversation itself, without a number, until the server has given it one. Messages go one at a
//! time and in their order; after any doubt (no answer, a cable that was cut) what the server has is read first, so that what
//! it has taken in all the same is found there and not sent again.
//!
//! It is in the second half of the program: [`settle`] and [`hear`] are doors of src/cli/split.rs.

use std::mem::take;

use super::{Effect, Lock, State, Turn};
use crate::chat::{ELSEWHERE, Line, REFUSED, Speaker, clean};
use crate::chatwoot::{self, Act, Frame, Message, News, Server};
use crate::consent::Decision;
use crate::id::digest;
use crate::json::Value;
use crate::list::gather;
use crate::text::{decimal, late, number};
use crate::tier::Tier;
use crate::time::{MINUTE, Millis, SECOND};
use crate::view::{Delivery, Said};
use crate::wire::object;

/// A server sends something every three seconds; a cable that is silent for so long is cut.
const SILENCE: Millis = 10 * SECOND;
/// So often the server is told that the visitor is there still.
const PRESENCE: Millis = 20 * SECOND;
/// Without a cable, messages are asked for so often.
const POLL: Millis = 5 * SECOND;
/// What is known of the visitor is told at most so often.
const DESCRIBE: Millis = 10 * SECOND;
/// Who has not typed for so long is not writing.
const TYPING: Millis = 6 * SECOND;
/// A person who does not go on writing for so long is not, whatever the server says.
const THEIR_TYPING: Millis = MINUTE;
/// The first and the longest wait after a failure.
const WAIT: Millis = SECOND;
const LONGEST_WAIT: Millis = MINUTE;
/// The browser gives a request up after half of this; whatever becomes of it, nothing waits longer.
const PATIENCE: Millis = 30 * SECOND;
/// The same for one with a file.
const FILE_PATIENCE: Millis = 4 * MINUTE;
/// Most bytes of a file. leadheat's own server takes little more, Chatwoot 40 MB.
const MAX_FILE: u64 = 10_000_000;
/// Another tab that has the lock has it no longer.
const LOCK_WAIT: Millis = 2 * SECOND;
/// A server answers with so many messages at a time.
const PAGE: usize = 20;
/// More are not read at once.
const MOST_READ: usize = 400;

/// How things stand with the chat server on this page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Link {
    /// The visitor's name at the server for which all of this holds.
    source: String,
    /// What is asked for while it is under way, and the number of the last request.
    asked: Option<Asked>,
    ticket: u32,
    asked_at: Millis,
    cable: Cable,
    /// When something came by it last, and when it was last said that the visitor is there. Times are on the monotonic clock.
    heard_at: Millis,
    present_at: Millis,
    /// Whether the conversation is known, and whether all of its messages are.
    is_listed: bool,
    is_current: bool,
    /// There is no conversation yet.
    has_none: bool,
    /// The bot has the conversation, as the server says.
    is_bots: bool,
    /// What has been read of messages that were missed.
    missed: Vec<Message>,
    polled_at: Millis,
    /// Files that the server has not got yet, in the order in which they were chosen. They are gone with the page.
    files: Vec<File>,
    failures: u32,
    /// Nothing is asked before.
    again_at: Millis,
    cable_failures: u32,
    cable_again_at: Millis,
    /// Nobody is there, as far as is known.
    pub(super) nobody: bool,
    /// A person is writing, at the longest until then; 0 where nobody is.
    pub(super) types_until: Millis,
    /// When the visitor typed last, and whether the server knows.
    typed_at: Millis,
    is_typing: bool,
    /// What the server was told of the visitor last, and when.
    told: Option<(Tier, i64, String)>,
    told_at: Millis,
    /// In how many milliseconds there is something to do; `None` for nothing.
    pub(super) due_in: Option<Millis>,
    /// The lock of all tabs is needed: two tabs would say the same twice.
    pub(super) wants_lock: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Cable {
    #[default]
    Closed,
    Opening,
    Open,
}

/// A file that the visitor has chosen.
#[derive(Clone, Debug)]
struct File {
    /// Its number in the widget.
    number: u32,
    /// When it was chosen.
    at: Millis,
    name: String,
    /// It is too large, or the server would not have it.
    is_refused: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Asked {
    Contact,
    List,
    Begin,
    History,
    /// The message of this time and text.
    Say(Millis, String),
    /// The file of this number.
    Send(u32),
    Describe,
    Typing,
}

impl Link {
    /// Tries again at once: something happened that often brings the network back.
    pub(super) fn hope(&mut self) {
        (self.again_at, self.cable_again_at) = (0, 0);
    }

    /// Whether what was written does not get through.
    pub(super) fn fails(&self) -> bool {
        self.failures > 2
    }

    fn wake(&mut self, after: Millis) {
        self.due_in = Some(self.due_in.map_or(after, |due| due.min(after)));
    }
}

/// The visitor has chosen a file.
pub(super) fn attach(state: &mut State, name: &str, bytes: u64, number: u32, turn: &Turn) {
    let mut name = clean(name, 120);
    if name.is_empty() {
        "file".clone_into(&mut name);
    }
    state.link.files.push(File { number, at: turn.now.wall, name, is_refused: bytes > MAX_FILE });
}

/// The visitor is writing.
#[inline(never)]
pub(super) fn typing(state: &mut State, turn: &Turn) {
    state.link.typed_at = turn.now.monotonic;
}

/// Does what is to be done now, and says when there will be more.
#[inline(never)]
pub(super) fn settle(state: &mut State, turn: &mut Turn) {
    let Some(server) = state.dialogue.as_ref().and_then(|dialogue| dialogue.live.clone()) else { return };
    let mut link = take(&mut state.link);
    (link.due_in, link.wants_lock) = (None, false);
    if state.forgetting {
        link.files.clear();
    }
    if link.source != state.chat.live.source {
        link.begin_anew(&state.chat.live.source, turn);
    }
    if is_wanted(state, &link, turn.now.wall) {
        link.forget_typing(turn.now.monotonic);
        link.connect(state, &server, turn);
        link.ask(state, &server, turn);
    } else {
        link.hang_up(turn);
    }
    state.link = link;
}

/// Whether the server is needed: in an open chat as soon as there is something to tell, and for a conversation that goes on. Not
/// while the page is away.
fn is_wanted(state: &State, link: &Link, now: Millis) -> bool {
    let chat = &state.chat;
    let opened = chat.open && (chat.heard > 0 || tells(state));
    let goes_on = opened || link.next_file().is_some() || chat.goes_on(now) || chat.live.told && !tells(state);
    state.has_chat() && state.ask_again < Millis::MAX && goes_on
}

/// Whether the company may know how warm the visitor is.
fn tells(state: &State) -> bool {
    state.consent.decision == Decision::Granted && state.scoring()
}

impl Link {
    fn connect(&mut self, state: &State, server: &Server, turn: &mut Turn) {
        let now = turn.now.monotonic;
        if state.chat.live.id == 0 {
            return;
        }
        if self.cable != Cable::Closed && now >= self.heard_at + SILENCE {
            self.cut(turn);
        }
        if self.cable == Cable::Closed && now >= self.cable_again_at {
            (self.cable, self.heard_at) = (Cable::Opening, now);
            turn.push(Effect::Live(Box::new(server.cable())));
        }
        if self.cable == Cable::Open && now >= self.present_at + PRESENCE {
            self.present_at = now;
            turn.push(Effect::Live(Box::new(Act::Transmit(chatwoot::command(&state.chat.live.token, true)))));
        }
        self.wake(match self.cable {
            Cable::Closed => self.cable_again_at - now,
            Cable::Opening => (self.heard_at + SILENCE).saturating_sub(now),
            Cable::Open => (self.heard_at + SILENCE).min(self.present_at + PRESENCE).saturating_sub(now),
        });
    }

    fn hang_up(&mut self, turn: &mut Turn) {
        if self.asked.is_some() || self.cable != Cable::Closed {
            turn.push(Effect::Live(Box::new(Act::HangUp)));
        }
        let (source, files) = (take(&mut self.source), take(&mut self.files));
        *self = Link { source, files, ticket: self.ticket, ..Link::default() };
    }

    fn next_file(&self) -> Option<&File> {
        self.files.iter().find(|file| !file.is_refused)
    }

    /// How long to wait for the answer that is awaited.
    fn patience(&self) -> Millis {
        if matches!(self.asked, Some(Asked::Send(_))) { FILE_PATIENCE } else { PATIENCE }
    }

    /// The server has given the visitor another name, here or in another tab: what came before is of no use.
    fn begin_anew(&mut self, source: &str, turn: &mut Turn) {
        let (failures, again_at) = (self.failures, self.again_at);
        self.hang_up(turn);
        (self.failures, self.again_at) = (failures, again_at);
        source.clone_into(&mut self.source);
    }

    /// A person who said to be writing, and went away.
    fn forget_typing(&mut self, now: Millis) {
        if self.types_until <= now {
            self.types_until = 0;
        } else {
            self.wake(self.types_until - now);
        }
    }

    /// The cable is cut: something may be missed.
    fn cut(&mut self, turn: &Turn) {
        self.cable = Cable::Closed;
        self.cable_failures += 1;
        self.cable_again_at = turn.now.monotonic + wait(self.cable_failures, turn);
        self.types_until = 0;
    }

    fn ask(&mut self, state: &mut State, server: &Server, turn: &mut Turn) {
        let now = turn.now.monotonic;
        let until = self.asked_at + self.patience();
        if let Some(asked) = self.asked.take_if(|_| now >= until) {
            self.answered(state, asked, 0, &Value::Null, turn);
        }
        if self.asked.is_none() {
            if now < self.again_at {
                return self.wake(self.again_at - now);
            }
            let Some(next) = self.next(state, now) else { return };
            let needs_lock = matches!(next, Asked::Contact | Asked::List | Asked::Begin | Asked::Say(..));
            if needs_lock && !matches!(state.lock, Lock::Held | Lock::Absent) {
                self.wants_lock = true;
                return self.wake(LOCK_WAIT);
            }
            let told = matches!(next, Asked::Contact | Asked::Describe).then(|| self.describe(state, now, turn));
            let (live, told) = (&state.chat.live, told.unwrap_or_default());
            let mut file = None;
            let request = match &next {
                Asked::Contact => server.contact(&told),
                Asked::List => server.list(&live.source),
                Asked::Begin => server.begin(&live.source),
                Asked::History => {
                    self.polled_at = now;
                    server.history(
                        &live.source,
                        live.id,
                        self.missed.iter().map(|message| message.id).min().unwrap_or(0),
                    )
                }
                Asked::Say(at, text) => server.say(&live.source, live.id, text, &echo(*at, text)),
                Asked::Send(number) => {
                    file = Some(*number);
                    let chosen = self.next_file().map_or((0, ""), |file| (file.at, &file.name));
                    server.say(&live.source, live.id, chosen.1, &echo(chosen.0, chosen.1))
                }
                Asked::Describe => server.describe(&live.source, &told),
                Asked::Typing => {
                    self.is_typing = !self.is_typing;
                    server.typing(&live.source, live.id, self.is_typing)
                }
            };
            self.ticket += 1;
            (self.asked, self.asked_at) = (Some(next), now);
            turn.push(Effect::Live(Box::new(Act::Ask(self.ticket, request, file))));
        }
        self.wake((self.asked_at + self.patience()).saturating_sub(now));
        self.wants_lock |=
            !matches!(self.asked, Some(Asked::History | Asked::Describe | Asked::Typing | Asked::Send(_)) | None);
    }

    /// What is to be asked next.
    fn next(&mut self, state: &State, now: Millis) -> Option<Asked> {
        let (chat, live) = (&state.chat, &state.chat.live);
        if live.source.is_empty() {
            return Some(Asked::Contact);
        }
        if !self.is_listed {
            return Some(if self.has_none { Asked::Begin } else { Asked::List });
        }
        if !self.is_current {
            return Some(Asked::History);
        }
        if let Some(line) = chat.lines.iter().find(|line| line.id == 0) {
            return Some(Asked::Say(line.at, posted(line)));
        }
        if let Some(file) = self.next_file() {
            return Some(Asked::Send(file.number));
        }
        let is_typing = self.typed_at > 0 && now < self.typed_at + TYPING;
        if is_typing != self.is_typing {
            return Some(Asked::Typing);
        }
        if self.is_typing {
            self.wake(self.typed_at + TYPING - now);
        }
        let is_news = match tells(state) {
            true => self.told != Some(known(state)),
            false => live.told,
        };
        if is_news {
            if now >= self.told_at + DESCRIBE || self.told_at == 0 {
                return Some(Asked::Describe);
            }
            self.wake(self.told_at + DESCRIBE - now);
        }
        if self.cable != Cable::Open {
            if now >= self.polled_at + POLL {
                self.is_current = false;
                return Some(Asked::History);
            }
            self.wake(self.polled_at + POLL - now);
        }
        None
    }

    /// What people are told of the visitor; without consent that there is nothing to tell.
    fn describe(&mut self, state: &mut State, now: Millis, turn: &Turn) -> Value {
        let names =
            late!("leadheat_tier leadheat_score leadheat_reasons leadheat_page leadheat_language leadheat_brief");
        self.told_at = now;
        self.told = tells(state).then(|| known(state));
        if self.told.is_none() {
            let nothing = Value::Null;
            return object(names, &[&nothing, &nothing, &nothing, &nothing, &nothing, &nothing]);
        }
        state.chat.live.told = true;
        state.chat.version += 1;
        let lead = state.compose(turn);
        let reason = |reason: &crate::lead::Reason| {
            let sign = if reason.points > 0.0 { " +" } else { " " };
            [&reason.label, sign, &decimal((reason.points * 1_000.0).round() as i64)].concat()
        };
        let reasons = gather(lead.reasons.iter().map(reason));
        object(names, &[&lead.tier, &lead.score, &reasons, &state.page.path, &lead.language, &lead.brief])
    }

    fn answered(&mut self, state: &mut State, asked: Asked, status: u16, body: &Value, turn: &mut Turn) {
        let is_taken = (200..300).contains(&status);
        if is_taken && self.take_answer(state, &asked, body, turn) {
            // What is only asked on the way to a message that fails again and again is no success.
            let waits = state.chat.lines.iter().any(|line| line.id == 0) || self.next_file().is_some();
            if !(self.has_none || waits) || matches!(asked, Asked::Say(..) | Asked::Send(_)) {
                self.failures = 0;
            }
            return;
        }
        match (&asked, status) {
            (Asked::Describe | Asked::Typing, _) => return, // It comes again, or is of no use later.
            (Asked::Say(at, text), 400 | 403 | 405..=407 | 409..=428) => {
                let line = state.chat.lines.iter_mut().find(|line| is_said(line, *at, text));
                line.into_iter().for_each(|line| line.id = REFUSED);
                state.chat.version += 1;
                return;
            }
            (Asked::Send(number), 400 | 403 | 405..=407 | 409..=428) => {
                self.files.iter_mut().filter(|file| file.number == *number).for_each(|file| file.is_refused = true);
                return;
            }
            (Asked::Contact, _) => {}
            (Asked::List, 401 | 403 | 404) => self.lose(state),
            _ => self.doubt(),
        }
        self.failures += 1;
        self.again_at = turn.now.monotonic + wait(self.failures, turn);
        if self.failures == 3 {
            let url = home(state);
            let what = match status {
                0 => late!("cannot be reached (offline, CORS or CSP)").to_owned(),
                _ => [late!("does not answer as it should: status "), &number(status.into())].concat(),
            };
            let line = [late!("the chat server "), &url, " ", &what, late!("; what the visitor writes waits")].concat();
            turn.push(Effect::Tell { line, warning: true });
        }
    }

    /// Something may have been taken in, or have come, that is not known here.
    fn doubt(&mut self) {
        (self.is_listed, self.is_current, self.has_none) = (false, false, false);
        self.missed.clear();
    }

    /// The server does not know the visitor any more: another conversation begins.
    fn lose(&mut self, state: &mut State) {
        self.doubt();
        self.told = None;
        state.chat.live = Default::default();
        state.chat.lines.iter_mut().filter(|line| line.id > 0).for_each(|line| line.id = ELSEWHERE);
        state.chat.version += 1;
    }

    /// Takes in an answer. `false` where it is none.
    fn take_answer(&mut self, state: &mut State, asked: &Asked, body: &Value, turn: &mut Turn) -> bool {
        let chat = &mut state.chat;
        let id = body.number("id");
        match asked {
            Asked::Contact => {
                let (source, token) = (body.text(late!("source_id")), body.text(late!("pubsub_token")));
                if !chatwoot::is_inbox(&source) || token.is_empty() {
                    return false;
                }
                (chat.live.source, chat.live.token) = (source, token);
            }
            Asked::List => {
                let Value::List(all) = body else { return false };
                let ours = all.iter().find(|one| one.number("id") == f64::from(chat.live.id));
                match ours.or(all.last()) {
                    None => self.has_none = true,
                    Some(ours) => {
                        let id = ours.number("id");
                        if id < 1.0 {
                            return false;
                        }
                        (chat.live.id, self.is_listed) = (id as u32, true);
                        if let Some(agent) = chatwoot::agent(ours) {
                            self.is_bots = agent.is_empty();
                            chat.live.agent = agent;
                        }
                    }
                }
            }
            Asked::Begin => {
                if id < 1.0 {
                    return false;
                }
                chat.live.id = id as u32;
                (self.is_listed, self.is_current, self.has_none) = (true, true, false);
            }
            Asked::History => return self.take_page(state, body, turn),
            Asked::Say(at, text) => {
                if id < 1.0 {
                    return false;
                }
                if let Some(line) = chat.lines.iter_mut().find(|line| is_said(line, *at, text)) {
                    line.id = id as u64;
                }
            }
            Asked::Send(number) => {
                let Some(message) = chatwoot::read(body, &home(state)) else { return false };
                self.files.retain(|file| file.number != *number);
                self.take(state, message, turn.now.wall, turn);
                return true;
            }
            Asked::Describe => chat.live.told &= self.told.is_some(),
            Asked::Typing => return true,
        }
        chat.version += 1;
        true
    }

    /// Takes in a page of messages, and all of them when the last has come.
    fn take_page(&mut self, state: &mut State, body: &Value, turn: &mut Turn) -> bool {
        let Value::List(all) = body else { return false };
        let mut page = chatwoot::messages(body, &home(state));
        let known = state.chat.live.seen.max(state.chat.live.dropped);
        // Where it does not go further back, it is the last whatever it says.
        let oldest = page.iter().map(|message| message.id).min();
        let goes_back = oldest.is_some_and(|oldest| self.missed.iter().all(|message| message.id > oldest));
        let is_last = all.len() < PAGE || !goes_back || page.iter().any(|message| message.id <= known);
        page.append(&mut self.missed);
        self.missed = page;
        if is_last || self.missed.len() >= MOST_READ {
            let missed = take(&mut self.missed);
            let latest = missed.iter().map(|message| message.id).max().unwrap_or(0);
            state.chat.live.seen = latest.max(state.chat.live.seen);
            for message in missed {
                let at = message.at.min(turn.now.wall);
                self.take(state, message, at, turn);
            }
            self.is_current = true;
        }
        true
    }

    /// Takes in a message, which may be known already.
    fn take(&mut self, state: &mut State, message: Message, at: Millis, turn: &mut Turn) {
        let chat = &mut state.chat;
        let Message { id, from, by, text, is_person, .. } = message;
        if id <= chat.live.dropped {
            return;
        }
        let known = chat.lines.iter().position(|line| line.id == id);
        // As the server gives back what it was given.
        let is_ours = |line: &Line| line.id == 0 && chatwoot::told(&posted(line)) == (from, text.clone());
        let ours = || chat.lines.iter().position(is_ours);
        if let Some(line) = known.or_else(ours).and_then(|index| chat.lines.get_mut(index)) {
            if line.id != id || line.from == Speaker::Agent && line.text != text {
                line.id = id;
                if line.from == Speaker::Agent {
                    line.text = text;
                }
                chat.version += 1;
            }
            return;
        }
        if from == Speaker::Agent {
            chat.unread += u32::from(!chat.open);
            self.types_until = 0;
            if is_person && !self.is_bots {
                chat.live.agent.clone_from(&by);
            }
        }
        if from == Speaker::Visitor {
            chat.heard += 1;
            // Its answer was lost, or comes later.
            let is_it = |file: &File| text.strip_prefix(&file.name).is_some_and(|rest| rest.starts_with('\n'));
            if let Some(index) = self.files.iter().position(is_it) {
                self.files.remove(index);
            }
        }
        // After those that the server had before it.
        let numbers = 1..REFUSED;
        let before = chat.lines.iter().rposition(|line| line.id < id && numbers.contains(&line.id));
        let after = || chat.lines.iter().position(|line| numbers.contains(&line.id));
        let place = before.map(|before| before + 1).or_else(after).unwrap_or(chat.lines.len());
        // The server's clock may be another; between its neighbours by any clock.
        let previous = place.checked_sub(1).and_then(|index| chat.lines.get(index)).map_or(0, |line| line.at);
        let next = chat.lines.get(place).map_or(Millis::MAX, |line| line.at);
        let at = at.max(previous).min(next);
        chat.lines.insert(place, Line { at, from, text, id, by });
        chat.version += 1;
        chat.bound();
        turn.tell(&["chat: a message of ", from.name()]);
        if is_person && at == turn.now.wall {
            state.agent_wrote(turn); // What is read later says nothing about how soon it is answered.
        }
    }

    fn received(&mut self, state: &mut State, value: &Value, turn: &mut Turn) {
        let now = turn.now.monotonic;
        self.heard_at = now;
        match chatwoot::frame(value, state.chat.live.id, &home(state)) {
            Frame::Welcome => {
                turn.push(Effect::Live(Box::new(Act::Transmit(chatwoot::command(&state.chat.live.token, false)))));
            }
            Frame::Subscribed => {
                (self.cable, self.cable_failures) = (Cable::Open, 0);
                self.doubt(); // What came before is not told again.
            }
            Frame::Rejected => {
                self.doubt(); // The list says whether the server knows the visitor still.
                self.cut(turn);
            }
            Frame::Message(message) => {
                self.is_bots &= !message.is_person;
                self.take(state, message, turn.now.wall, turn);
            }
            Frame::Agent(name) => {
                self.is_bots = name.is_empty();
                state.chat.live.agent = name;
                state.chat.version += 1;
            }
            Frame::Typing(types) => self.types_until = if types { now + THEIR_TYPING } else { 0 },
            Frame::Presence(anybody) => self.nobody = !anybody,
            Frame::Other => {}
        }
    }
}

/// What came of an [`Act`].
#[inline(never)]
pub(super) fn hear(state: &mut State, news: &News, turn: &mut Turn) {
    let mut link = take(&mut state.link);
    match news {
        News::Answered(ticket, status, body) if *ticket == link.ticket => {
            if let Some(asked) = link.asked.take() {
                link.answered(state, asked, *status, body, turn);
            }
        }
        News::Answered(..) => {}
        News::Received(value) => link.received(state, value, turn),
        News::Closed if link.cable != Cable::Closed => link.cut(turn),
        News::Closed => {}
    }
    state.link = link;
}

/// Where the chat server is.
fn home(state: &State) -> String {
    let server = state.dialogue.as_ref().and_then(|dialogue| dialogue.live.as_ref());
    server.map_or_else(String::new, |server| server.url.clone())
}

/// The files that the server has not got, as messages.
pub(super) fn files(link: &Link) -> impl Iterator<Item = Said> {
    link.files.iter().map(|file| {
        let (at, text) = (file.at, file.name.clone());
        let delivery = match file.is_refused {
            true => Delivery::Refused,
            false if link.fails() => Delivery::Failed,
            false => Delivery::Sending,
        };
        Said { line: Line { at, from: Speaker::Visitor, text, id: 0, by: String::new() }, delivery }
    })
}

/// A line as it is told to the server.
fn posted(line: &Line) -> String {
    let mark = if line.from == Speaker::Bot { chatwoot::BOT } else { "" };
    [mark, &line.text].concat()
}

/// What the server calls a message of ours, by which it knows one that comes again. What the bot was saying when it was interrupted
/// is of the same time as what interrupted it.
fn echo(at: Millis, text: &str) -> String {
    [&number(at), "-", &digest(text)].concat()
}

fn is_said(line: &Line, at: Millis, text: &str) -> bool {
    line.id == 0 && line.at == at && posted(line) == text
}

/// What, when it changes, is worth telling.
fn known(state: &State) -> (Tier, i64, String) {
    (state.tier, state.score / 5_000, state.page.path.clone())
}

/// How long to wait after so many failures: anywhere in the upper half of a bound that doubles.
fn wait(failures: u32, turn: &Turn) -> Millis {
    let most = (WAIT << failures.min(8)).min(LONGEST_WAIT);
    most / 2 + turn.now.entropy as Millis % (most / 2)
}
