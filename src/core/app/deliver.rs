//! Leads on their way: what is sent, stored and answered for. Owns what the outbox leads to under the lock of all tabs, and
//! the last resorts; must not know what a lead says.

use super::stored::LEAD_PREFIX;
use super::{Area, Effect, Lock, State, Turn};
use crate::json::Value;
use crate::list::gather;
use crate::outbox::{self, Item, Outcome, Verdict};
use crate::receiver::Post;
use crate::text::number;
use crate::visitor::LeadMark;
use crate::wire::object;

impl State {
    /// Sends what is due, under the lock of all tabs; gives it back when nothing is under way.
    pub(super) fn send(&mut self, turn: &mut Turn) {
        let now = turn.now.wall;
        for key in self.outbox.take_due(now, matches!(self.lock, Lock::Held | Lock::Absent)) {
            self.store_lead(&key, turn);
            if let Some(post) = self.outbox.items.get(&key).and_then(|item| self.post_of(item)) {
                turn.push(Effect::Post(key, post));
            }
        }
        if self.lock == Lock::Held && self.outbox.flying.is_empty() && !self.link.wants_lock {
            self.unlock(turn);
        } else if self.link.wants_lock || self.outbox.next(now, true).is_some() {
            self.ask_for_lock(turn);
        }
    }

    /// Receivers may be there again: something happened that often brings them back.
    pub(super) fn hope(&mut self) {
        self.outbox.hope();
        self.link.hope();
        self.hopes = true; // What stands in storage, and is read under the lock, does not know.
    }

    /// Tries again what was given up, at the wish of the page or the visitor.
    pub(super) fn retry(&mut self, turn: &mut Turn) {
        for key in self.outbox.replay(turn.now.wall) {
            self.store_lead(&key, turn);
        }
        self.hope();
    }

    /// The page is being left: what stands here alone and is not under way goes by the last resort. It stays in the outbox,
    /// since nobody hears what became of it.
    pub(super) fn beacon(&mut self, turn: &mut Turn) {
        for (key, post) in self.outbox.unstored.iter().filter_map(|key| Some((key, self.waiting(key)?))) {
            turn.push(Effect::Beacon(key.clone(), post));
        }
    }

    /// What would be posted of a lead that waits for its next attempt.
    fn waiting(&self, key: &String) -> Option<Post> {
        let item = self.outbox.items.get(key)?;
        let is_wanted = item.state != outbox::State::Refused && !self.outbox.is_superseded(item);
        let waits = is_wanted && !self.outbox.flying.contains(key);
        self.post_of(item).filter(|_| waits)
    }

    fn post_of(&self, item: &Item) -> Option<Post> {
        Some(self.config.receiver(&item.to)?.post(&item.body))
    }

    /// Gives the lock back: a page that holds one cannot go into the back-forward cache.
    pub(super) fn unlock(&mut self, turn: &mut Turn) {
        if self.lock == Lock::Held {
            (self.lock, self.hopes) = (Lock::Free, false);
            turn.push(Effect::Unlock);
        }
    }

    /// Writes a lead on its way, or removes it where it is no more, and takes back what the browser would post of it later. One
    /// that the visitor did not submit is stored with consent only.
    pub(super) fn store_lead(&mut self, key: &str, turn: &mut Turn) {
        let stored = [LEAD_PREFIX, key];
        self.outbox.unstored.retain(|unstored| *unstored != key);
        turn.push(Effect::Later(key.to_owned(), None));
        match self.outbox.items.get(&key.to_owned()) {
            None => turn.remove(Area::Site, &stored),
            Some(item) if item.submitted || self.consent.may_store() => {
                turn.store(Area::Site, &stored, object("lead", &[item]));
            }
            Some(_) => self.stands_here_alone(key, turn),
        }
    }

    /// The browser refused to write.
    pub(super) fn store_failed(&mut self, key: &str, turn: &mut Turn) {
        self.storage_works = false;
        if let Some(lead) = key.strip_prefix(LEAD_PREFIX) {
            self.stands_here_alone(lead, turn);
        }
    }

    /// A lead that is not stored needs no lock to be sent, and would be gone with the page.
    fn stands_here_alone(&mut self, key: &str, turn: &mut Turn) {
        let key = key.to_owned();
        let later = self.waiting(&key);
        self.outbox.unstored.push(key.clone());
        if later.is_some() {
            turn.push(Effect::Later(key, later));
        }
    }

    /// Takes in what became of a post.
    pub(super) fn settled(&mut self, key: &str, outcome: Outcome, turn: &mut Turn) {
        let sent = self.outbox.items.get(&key.to_owned()).map(|item| (item.lead.clone(), item.revision));
        let settled = self.outbox.settle(key, outcome, turn.now);
        self.store_lead(key, turn);
        let Some((verdict, gone)) = settled else { return };
        for key in gone {
            self.store_lead(&key, turn);
        }
        let is_last = |mark: &&LeadMark| sent == Some((mark.id.clone(), mark.revision)) && verdict == Verdict::Done;
        if let Some(heard) = self.chat.lead.as_ref().filter(is_last).map(|mark| mark.heard) {
            self.chat.delivered = heard;
            self.chat.version += 1;
        }
        let answered = match outcome {
            Outcome::Answered(status, _) => ["the webhook answered ", &number(status.into())].concat(),
            Outcome::Opaque => "whether the webhook has it cannot be read".into(),
            Outcome::Failed => "the webhook could not be reached (offline, CORS, CSP, a redirect or no answer)".into(),
        };
        let meaning = match verdict {
            Verdict::Done if outcome == Outcome::Opaque => "handed over: ",
            Verdict::Done => "delivered: ",
            Verdict::Again | Verdict::Away(_) => "not delivered yet, kept and tried again: ",
            Verdict::Never => "refused, kept and not tried again: ",
        };
        let line = [meaning, &answered].concat();
        self.test_settled(key, &line);
        turn.tell(&[&line]);
    }

    /// Takes in what became of a test lead at one receiver.
    fn test_settled(&mut self, key: &str, line: &str) {
        for (_, keys, said) in &mut self.tests {
            let before = keys.len();
            keys.retain(|waiting| waiting != key);
            if keys.len() < before {
                *said = [said.as_str(), if said.is_empty() { "" } else { "; " }, line].concat();
            }
        }
    }

    /// Answers the tests of which all is known.
    pub(super) fn settle_tests(&mut self, turn: &mut Turn) {
        for key in gather(self.tests.iter().flat_map(|(_, keys, _)| keys.clone())) {
            if self.outbox.items.get(&key).is_none() {
                self.test_settled(&key, "delivered by another tab");
            }
        }
        self.tests.retain(|(ticket, keys, said)| {
            if keys.is_empty() {
                turn.answer(*ticket, Value::String(said.clone()));
            }
            !keys.is_empty()
        });
    }
}
