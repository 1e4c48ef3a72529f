//! The chat, as part of the whole: what is said there becomes signals, qualification and contact. Owns that step from
//! conversation to visitor; must not know the script's form.

use super::{State, Turn};
use crate::chat::Input;
use crate::signal::Kind;
use crate::visitor::Latest;

impl State {
    pub(super) fn chatted(&mut self, input: Input, turn: &mut Turn) {
        if !self.active() || !self.config.chat.enabled {
            return;
        }
        let (lang, now) = (self.lang(), turn.now.wall);
        self.attention.input(turn.now.monotonic);
        let script = &self.config.chat.script;
        match input {
            Input::Open if !self.chat.open => {
                self.chat.open = true;
                self.chat.start(script, lang, now);
                self.chat.unread = 0;
                self.chat.version += 1;
                self.signal_here(Kind::ChatOpen, 1, turn);
            }
            Input::Close if self.chat.open => {
                self.chat.open = false;
                self.chat.version += 1;
                self.forgotten = false;
            }
            Input::Open | Input::Close => {}
            Input::Choose(index) => {
                if self.chat.choose(index, script, lang, now) {
                    self.said(turn);
                }
            }
            Input::Write(text) => {
                self.forgotten = false;
                if self.chat.write(&text, script, lang, now) {
                    self.said(turn);
                }
            }
            Input::Submit(contact, agreed) => {
                let agreed = agreed.then(|| self.config.chat.consent.get(lang));
                match self.chat.submit(contact, agreed, script, lang, now) {
                    Ok(()) => {
                        self.form_errors.clear();
                        self.chat.page.clone_from(&self.page.path);
                        self.signal_here(Kind::Contact, 1, turn);
                        self.learn(turn);
                    }
                    Err(errors) => self.form_errors = errors,
                }
            }
            Input::Forget => {
                self.forget(turn);
                self.forgotten = true;
            }
        }
    }

    fn said(&mut self, turn: &mut Turn) {
        self.signal_here(Kind::ChatMessage, 1, turn);
        self.learn(turn);
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
}
