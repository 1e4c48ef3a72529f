//! Chats of other vendors, and what chatting comes to, whosever chat it is. Owns how much of it counts; what it is called is the
//! table's ([`crate::vendor`]). All of it is in the second half of the program: its doors are [`listen`], [`hear`] and [`read`].

use super::speak::said;
use super::{Effect, State, Turn};
use crate::chat::{MAX_MESSAGE, clean, is_email, is_phone};
use crate::lead::{Contact, Field};
use crate::list::gather;
use crate::signal::Kind;
use crate::text::join;
use crate::time::{MINUTE, Millis, SECOND, day};
use crate::vendor::{Hook, Told, table};

/// Nobody does more in a chat within a second, and within a page: what is more is a fault, and does not count.
const MOST_A_SECOND: u32 = 10;
const MOST_A_PAGE: u32 = 300;
/// Who answers a person so soon answers at once.
const QUICK: Millis = MINUTE;

/// What is known of the chats on this page.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard {
    /// Which vendors are there: a bit for each, in the order of [`crate::vendor::SIGNS`]; and which of them are listened to.
    pub(super) found: u32,
    pub(super) hooked: u32,
    /// What is asked besides, since it is not told: paths as [`Effect::Ask`] says. And what was answered last.
    pub(super) reads: String,
    answers: Vec<String>,
    /// A sentence of whom is listened to.
    pub(super) says: String,
    /// How much was told on this page, in which second of the monotonic clock last, and how much in that.
    told: u32,
    second: Millis,
    lately: u32,
    /// When a person wrote, where the visitor has not answered that yet: on the monotonic clock.
    agent_at: Option<Millis>,
    /// Messages that the visitor has not read.
    unread: u32,
}

/// Listens to those that are there. To be told again what is listened to already does no harm.
#[inline(never)]
pub(super) fn listen(state: &mut State, turn: &mut Turn) {
    let heard = &mut state.heard;
    let may_read = state.config.chat.read_vendor_text;
    let (mut hooks, mut names) = (Vec::<Hook>::new(), Vec::new());
    heard.hooked = heard.found;
    let before = std::mem::take(&mut heard.reads);
    for told in there(heard.found) {
        if names.last() != Some(&told.vendor.1) {
            names.push(told.vendor.1);
        }
        if told.at == "read" {
            let hides = told.means == "contact" && !may_read;
            // That there is one, and not which.
            heard.reads += &[" ", told.name, if hides { ".length" } else { "" }].concat();
            continue;
        }
        let args = gather(told.name.split(',').filter(|name| *name != "-").map(str::to_owned));
        let reads = told.reads(may_read).into_iter().map(str::to_owned);
        match hooks.last_mut().filter(|hook| hook.at == told.at && hook.args == args) {
            Some(hook) => hook.reads.extend(reads),
            None => hooks.push(Hook { line: told.line, at: told.at.to_owned(), args, reads: gather(reads) }),
        }
    }
    let asks_more = heard.reads != before;
    if asks_more {
        heard.answers.clear();
    }
    let names = join(names, " and of ");
    heard.says = if names.is_empty() { names } else { ["listening to the chat of ", &names].concat() };
    if !hooks.is_empty() {
        turn.push(Effect::Listen(hooks));
    }
    if asks_more {
        state.ask_soon(turn);
    }
}

/// What the vendors that were found tell.
fn there(found: u32) -> impl Iterator<Item = Told<'static>> {
    table().into_iter().filter(move |told| found >> told.vendor.0 & 1 == 1)
}

/// A vendor told something: the first line of its hook, and the texts that it reads.
#[inline(never)]
pub(super) fn hear(state: &mut State, line: usize, mut texts: &[String], turn: &mut Turn) {
    if state.counts(turn) {
        let may_read = state.config.chat.read_vendor_text;
        let all = table();
        let first = all.iter().find(|told| told.line == line);
        let same = |told: &&Told| first.is_some_and(|first| (first.at, first.name) == (told.at, told.name));
        for told in all.iter().skip_while(|told| told.line < line).take_while(same) {
            let (own, rest) = texts.split_at(told.reads(may_read).len().min(texts.len()));
            texts = rest;
            if let Some(given) = told.judge(own, may_read) {
                state.happened(told, &given, turn);
            }
        }
    }
}

/// What is asked, since it is not told, was answered. `answers` ends with it.
#[inline(never)]
pub(super) fn read(state: &mut State, answers: &[String], turn: &mut Turn) {
    let may_read = state.config.chat.read_vendor_text;
    let asked = gather(there(state.heard.hooked).filter(|told| told.at == "read"));
    let answers = answers.get(answers.len().saturating_sub(asked.len())..).unwrap_or_default().to_vec();
    let before = std::mem::replace(&mut state.heard.answers, answers.clone());
    // What is so from the start is not news.
    for ((told, answer), before) in asked.iter().zip(&answers).zip(&before) {
        let texts = gather(told.reads(may_read).iter().map(|_| answer.clone()));
        if answer != before
            && let Some(given) = told.judge(&texts, may_read)
            && state.counts(turn)
        {
            state.happened(told, &given, turn);
        }
    }
}

impl State {
    /// Whether something more that is told counts.
    fn counts(&mut self, turn: &Turn) -> bool {
        let (second, heard) = (turn.now.monotonic / SECOND, &mut self.heard);
        heard.lately = if heard.second == second { heard.lately + 1 } else { 1 };
        heard.second = second;
        let counts = heard.lately <= MOST_A_SECOND && heard.told < MOST_A_PAGE;
        heard.told += u32::from(counts);
        counts && self.scoring()
    }

    fn happened(&mut self, told: &Told, given: &[(&str, String)], turn: &mut Turn) {
        self.attention.input(turn.now.monotonic);
        match told.means {
            "opened" => self.signal_here(Kind::ChatOpen, 1, turn),
            "started" => self.chat_started(turn),
            "said" => self.overheard(given, turn),
            "answered" => self.agent_wrote(turn),
            "unread" => {
                let number = |text: &str| crate::text::thousandths(text).map_or(0, |number| number / 1_000);
                let unread = given.first().map_or(0, |(_, count)| number(count).clamp(0, 99)) as u32;
                if std::mem::replace(&mut self.heard.unread, unread) < unread {
                    self.agent_wrote(turn);
                }
            }
            "contact" => self.left_contact(given, turn),
            "offline" => {
                self.left_contact(given, turn);
                self.overheard(given, turn);
            }
            "booked" => self.signal(Kind::Meeting, told.vendor.1, 1, turn),
            rating => self.signal(Kind::ChatRating, rating, 1, turn),
        }
    }

    /// The visitor wrote in a vendor's chat; its text is understood where it was given.
    fn overheard(&mut self, given: &[(&str, String)], turn: &mut Turn) {
        let text = given.iter().find(|(name, _)| *name == "text").map(|(_, text)| clean(text, MAX_MESSAGE));
        let lang = self.lang();
        let intents = match (text, self.dialogue.clone()) {
            (Some(text), Some(dialogue)) => dialogue.overhear(&mut self.chat, &text, lang),
            _ => Vec::new(),
        };
        said(self, &intents, turn);
    }

    /// The visitor said in a vendor's chat how to be reached; what, where that was given and may be kept.
    fn left_contact(&mut self, given: &[(&str, String)], turn: &mut Turn) {
        self.signal_here(Kind::Contact, 1, turn);
        let mut contact = Contact::default();
        for (name, text) in given {
            match Field::NAMES.find(name) {
                Some(Field::Email) if !is_email(text.trim()) => {}
                Some(Field::Phone) if !is_phone(text.trim()) => {}
                Some(field) => contact.set(field, text.trim()),
                None => {}
            }
        }
        if contact != Contact::default() && self.consent.may_store() {
            self.met(&contact, None, turn);
        }
    }

    /// A person wrote to the visitor, in a chat of leadheat's own or of a vendor's.
    pub(super) fn agent_wrote(&mut self, turn: &Turn) {
        self.heard.agent_at.get_or_insert(turn.now.monotonic);
    }

    /// The visitor wrote, in a chat of leadheat's own or of a vendor's.
    pub(super) fn visitor_wrote(&mut self, turn: &mut Turn) {
        self.chat_started(turn);
        self.signal_here(Kind::ChatMessage, 1, turn);
        if let Some(at) = self.heard.agent_at.take() {
            let soon = turn.now.monotonic <= at + QUICK;
            self.signal(Kind::ChatReply, if soon { "quick" } else { "slow" }, 1, turn);
        }
    }

    /// A conversation began: counts once a day, since what the visitor writes on the next page goes on with it.
    fn chat_started(&mut self, turn: &mut Turn) {
        let today = day(turn.now.wall);
        if self.sum.facts.last_day_before(Kind::ChatStart, today + 1) != Some(today) {
            let who = if self.heard.agent_at.is_some() { "agent" } else { "visitor" };
            self.signal(Kind::ChatStart, who, 1, turn);
        }
    }
}
