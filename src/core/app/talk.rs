//! The chat, as part of the whole: opening and closing it, and whom to speak to unasked. Owns when the second half of the program
//! is needed; what is said and asked is there (`speak`).

use super::{Effect, State, Turn, heard, speak};
use crate::chat::{Input, REFUSED};
use crate::config::Greeting;
use crate::glob;
use crate::json::Value;
use crate::signal::Kind;
use crate::text::join;
use crate::time::{DAY, Millis, SECOND};
use crate::view::View;
use crate::visitor::Latest;
use crate::words::{OPEN, UNREAD};

impl State {
    /// Whether there is a chat on this page.
    pub(super) fn has_chat(&self) -> bool {
        self.active() && self.config.chat.enabled
    }

    pub(super) fn chatted(&mut self, input: Input, turn: &mut Turn) {
        if !self.has_chat() {
            return;
        }
        self.attention.input(turn.now.monotonic);
        match input {
            Input::Open => {
                self.fetched = false; // It may have failed, and is tried again.
                if !self.chat.open {
                    self.show(true);
                    self.signal_here(Kind::ChatOpen, 1, turn);
                    self.speak_first(turn);
                }
            }
            Input::Close if self.chat.open => {
                self.show(false);
                self.forgotten = false;
            }
            Input::Close => {}
            Input::Dismiss => {
                self.chat.unread = 0;
                self.chat.version += 1;
            }
            Input::Retry => {
                let refused = self.chat.lines.iter_mut().filter(|line| line.id == REFUSED);
                refused.for_each(|line| line.id = 0);
                self.chat.version += 1;
                self.retry(turn);
            }
            Input::Forget => self.forget(turn),
            _ if self.dialogue.is_none() => {} // There is nothing yet to answer.
            _ => speak::answer(self, input, turn),
        }
    }

    fn show(&mut self, open: bool) {
        self.chat.open = open;
        self.chat.unread = 0;
        self.chat.version += 1;
    }

    /// The time zone of the business hours, by its IANA name; empty for the visitor's own.
    pub fn zone(&self) -> String {
        self.config.chat.talk.part("hours").text("zone")
    }

    /// What an opened chat needs is there.
    pub(super) fn came(&mut self, usual: &Value, ahead: Option<i32>, origin: &str, turn: &mut Turn) {
        speak::arrive(self, usual, ahead, origin, turn);
        if self.chat.open {
            self.speak_first(turn);
        }
    }

    fn speak_first(&mut self, turn: &Turn) {
        if self.dialogue.is_some() {
            speak::begin(self, turn.now);
        }
    }

    /// Whether the chat keeps out of sight, for that of another vendor.
    pub(super) fn steps_aside(&self) -> bool {
        self.has_chat() && self.heard.found > 0 && !self.chat.open && !self.config.chat.beside_vendor
    }

    /// Fetches what an opened chat needs, or one that is to greet the visitor, or that of another vendor which is listened to.
    pub(super) fn converse(&mut self, turn: &mut Turn) {
        self.greet(turn);
        let greets = !self.greeting.is_empty();
        let hears = self.heard.found != self.heard.hooked && self.scoring() && self.consent.may_store();
        let talks = self.has_chat()
            && (self.chat.open || greets || self.chat.goes_on(turn.now.wall) || self.chat.live.told && !self.scoring());
        if talks && greets {
            self.speak_first(turn);
        }
        if self.dialogue.is_some() {
            if hears {
                heard::listen(self, turn);
            }
        } else if (hears || talks) && !self.fetched {
            self.fetched = true;
            turn.push(Effect::Fetch);
        }
    }

    /// Speaks to the visitor unasked, where a rule says so: once, and not again within a day where nothing came of it; and with consent
    /// only, since it is behaviour that decides and no banner stands in the way any more.
    fn greet(&mut self, turn: &Turn) {
        if self.greets_in(turn) == Some(0) {
            let greeting = self.greetings(turn).find(|(_, left)| *left == 0);
            self.greeting = greeting.map_or(String::new(), |(greeting, _)| greeting.step.clone());
            self.chat.greeted = turn.now.wall;
            self.chat.version += 1;
        }
    }

    /// In how many milliseconds a greeting is due.
    pub(super) fn greets_in(&self, turn: &Turn) -> Option<Millis> {
        let chat = &self.chat;
        let is_silent = !chat.open && !chat.started() && chat.greeted + DAY <= turn.now.wall;
        let may = is_silent && self.has_chat() && !self.steps_aside() && self.consent.may_store() && self.visible;
        if may { self.greetings(turn).map(|(_, left)| left).min() } else { None }
    }

    /// The greetings whose conditions hold but for the time, and how long that takes still.
    fn greetings(&self, turn: &Turn) -> impl Iterator<Item = (&Greeting, Millis)> {
        let (exiting, there) = (turn.exiting, turn.now.monotonic.saturating_sub(self.here_since));
        let holds = move |greeting: &&Greeting| {
            (exiting || !greeting.exit)
                && greeting.tier.is_none_or(|tier| self.tier >= tier)
                && (greeting.page.is_empty() || glob::any(&greeting.page, &self.page.path))
        };
        let left = move |greeting: &Greeting| (Millis::from(greeting.after) * SECOND).saturating_sub(there);
        self.config.chat.greetings.iter().filter(holds).map(move |greeting| (greeting, left(greeting)))
    }

    /// Takes what the conversation has brought to light into what is known of the visitor, where that may be kept.
    pub(super) fn learn(&mut self, turn: &mut Turn) {
        self.rescore = true;
        if !self.scoring() {
            return;
        }
        let at = turn.now.wall;
        let said = self.chat.said.or(&self.sum.qualification.value);
        let contact = self.chat.contact.or(&self.sum.contact.value);
        if said != self.sum.qualification.value {
            self.both(|record| record.qualification = Latest { at, value: said.clone() });
        }
        if contact != self.sum.contact.value {
            self.both(|record| record.contact = Latest { at, value: contact.clone() });
        }
        self.unsaved = true;
    }

    /// What is to be seen now.
    pub(super) fn view(&self, now: Millis) -> View {
        if !self.has_chat() || self.steps_aside() {
            return View::default();
        }
        let (chat, lang) = (&self.config.chat, self.lang());
        let seen = self.chat.open || self.chat.unread > 0;
        let news = if self.chat.unread > 0 { chat.words.get(UNREAD, lang) } else { "" };
        View {
            shown: true,
            open: self.chat.open,
            lang,
            label: join([chat.words.get(OPEN, lang), news], ", "),
            accent: chat.accent.clone(),
            position: chat.position,
            z_index: chat.z_index,
            unread: self.chat.unread,
            panel: self.dialogue.as_ref().filter(|_| seen).map(|dialogue| speak::panel(self, dialogue, now)),
        }
    }
}
