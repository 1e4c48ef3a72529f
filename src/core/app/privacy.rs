//! Consent, storage and other tabs: what may exist, where, and how it goes away. Owns the consent table of the README
//! ("Privacy"); must not look at what the records say.

use super::stored::{CHAT_KEY, CONSENT_KEY, FORGET_KEY, LEAD_PREFIX, OBJECTED_KEY, OFF_KEY, VISITOR_PREFIX};
use super::{Area, Effect, Kept, Lock, Phase, State, Stored, Turn};
use crate::chat::Conversation;
use crate::consent::{Consent, Decision};
use crate::id;
use crate::json::Value;
use crate::list::gather;
use crate::outbox::Item;
use crate::sorted::Sorted;
use crate::time::{DAY, Millis, SECOND, day};
use crate::visitor::{Record, Records};
use crate::wire::object;

/// Facts are written at most so often; what a crash can lose.
const SAVE_EVERY: Millis = 2 * SECOND;
/// A lock that another tab holds is asked for again so often.
const ASK_EVERY: Millis = 2 * SECOND;

/// The visitor's records among what is kept.
fn records(kept: &Kept) -> Records {
    let mut records = Records::default();
    for (_, key, stored) in kept {
        if let (Some(writer), Stored::Visitor(record)) = (key.strip_prefix(VISITOR_PREFIX), stored) {
            records.take(writer, record);
        }
    }
    records
}

impl State {
    /// The leads on their way among what is kept.
    fn leads(&self, kept: &Kept, now: Millis) -> Sorted<String, Item> {
        let mut leads = Sorted::<String, Item>::default();
        for (_, key, stored) in kept {
            if let (Some(key), Stored::Lead(item)) = (key.strip_prefix(LEAD_PREFIX), stored)
                && let Some(item) = self.to_deliver(item, now)
            {
                *leads.entry(&key.to_owned()) = item;
            }
        }
        leads
    }

    /// A stored lead, where this page may and can deliver it. One for a receiver that only other pages of the site know, or
    /// knew, waits for them for a day; then the one of `webhook` gets it.
    fn to_deliver(&self, item: &Item, now: Millis) -> Option<Item> {
        let mut item = item.clone();
        if self.outlived(&item, now) {
            return None;
        }
        if self.config.receiver(&item.to).is_none() {
            self.config.receiver(&self.config.webhook).filter(|_| now >= item.since + DAY)?;
            item.to.clone_from(&self.config.webhook);
        }
        if self.says_too_much(&item) {
            self.strip(&mut item);
        }
        Some(item)
    }

    /// Whether a stored lead is older than may be, or nothing covers it any more.
    fn outlived(&self, item: &Item, now: Millis) -> bool {
        item.since < self.oldest(now) || !(item.submitted || self.consent.may_store())
    }

    /// Whether a lead was made with a consent that is gone.
    fn says_too_much(&self, item: &Item) -> bool {
        !item.body.part("score").is_null() && !self.consent.may_score(self.config.consent)
    }

    /// What was stored before has outlived the retention time.
    fn oldest(&self, now: Millis) -> Millis {
        now.saturating_sub(Millis::from(self.config.retention_days) * DAY)
    }

    /// Takes in what earlier pages and other tabs have stored.
    pub(super) fn remember(&mut self, kept: Kept, turn: &mut Turn) {
        let now = turn.now.wall;
        let granted = kept.iter().find_map(|(_, _, stored)| match stored {
            // Its clock may have been ahead.
            Stored::Consent(consent) => Some(Consent { at: consent.at.min(now), ..consent.clone() }),
            _ => None,
        });
        // The consent goes with what it covers: after the retention time it is asked for again.
        let oldest = self.oldest(turn.now.wall);
        match granted.filter(|consent| self.honours(consent) && consent.at >= oldest) {
            Some(consent) => {
                self.consent = consent;
                self.remembered = true;
            }
            None => self.remove_visitor(&kept, turn),
        }
        let leads = self.leads(&kept, turn.now.wall);
        for (area, key, stored) in kept {
            match stored {
                Stored::Lead(item) if self.outlived(&item, turn.now.wall) => turn.remove(area, &[&key]),
                Stored::Visitor(record) if self.consent.may_store() => {
                    if record.active < oldest {
                        turn.remove(area, &[&key]);
                    } else if let Some(writer) = key.strip_prefix(VISITOR_PREFIX) {
                        self.others.take(writer, &record);
                    }
                }
                Stored::Chat(chat) if area == Area::Tab || self.consent.may_store() => {
                    if chat.lines.last().is_some_and(|line| line.at < oldest) {
                        turn.remove(area, &[&key]);
                    } else {
                        self.adopt(*chat);
                    }
                }
                _ => {}
            }
        }
        self.outbox.adopt(leads);
        self.chat_saved = self.chat.version;
        if !self.consent.may_store() {
            turn.push(Effect::Reread); // There may be leads that say more than may be known now.
        }
        self.sum_up();
        let dead = |record: &Record| record.active + DAY <= turn.now.wall;
        if self.others.0.0.iter().filter(|(_, record)| dead(record)).count() > 1 {
            self.ask_for_lock(turn);
        }
        self.begin(turn);
    }

    /// Whether a stored consent counts here.
    fn honours(&self, consent: &Consent) -> bool {
        consent.may_store() && !self.objected && (consent.despite_signal || !self.signal)
    }

    /// Removes visitor data that no consent covers (any more), readable or not.
    fn remove_visitor(&self, kept: &Kept, turn: &mut Turn) {
        for (area, key, _) in kept {
            let chat_of_site = key == CHAT_KEY && *area == Area::Site;
            if chat_of_site || key == CONSENT_KEY || key.starts_with(VISITOR_PREFIX) {
                turn.remove(*area, &[key]);
            }
        }
    }

    fn sum_up(&mut self) {
        self.sum = self.others.visitor();
        self.sum.merge(&self.mine);
        let reached = self.sum.reached.value;
        (self.tier, self.stage) = reached;
        self.scorer.reset();
        self.rescore = true;
    }

    /// Takes over what another tab or page made of the conversation.
    fn adopt(&mut self, chat: Conversation) {
        let version = chat.version;
        if chat.join(&mut self.chat) {
            self.chat_saved = version;
        }
    }

    fn adopt_chats(&mut self, kept: Kept) {
        for (_, _, stored) in kept {
            if let Stored::Chat(chat) = stored {
                self.adopt(*chat);
            }
        }
    }

    pub(super) fn store_consent(&self, turn: &mut Turn) {
        turn.store(Area::Site, &[CONSENT_KEY], object("consent", &[&self.consent]));
    }

    pub(super) fn consented(&mut self, before: Decision, turn: &mut Turn) {
        let decision = self.consent.decision;
        if decision == before {
            return;
        }
        turn.tell(&[match decision {
            Decision::Granted => "consent: granted, so the visitor is scored and remembered",
            Decision::Denied => "consent: denied, so the visitor is neither scored nor remembered",
            Decision::Pending => {
                "consent: the consent manager is still asking, so nothing is observed until it answers"
            }
        }]);
        match decision {
            Decision::Granted => {
                self.store_consent(turn);
                turn.remove(Area::Tab, &[CHAT_KEY]);
                self.chat_saved = 0; // From the tab to the site.
                // What was said in the chat before belongs to the visitor from now on.
                self.learn(turn);
                self.unsaved = self.viewing.is_some();
                self.begin(turn);
            }
            Decision::Denied => self.withdraw(turn),
            Decision::Pending => self.viewing = None,
        }
    }

    /// Consent is gone.
    fn refuse(&mut self, turn: &mut Turn) {
        let before = self.consent.decision;
        self.consent = Consent {
            decision: Decision::Denied,
            at: turn.now.wall,
            source: self.consent.source,
            ..Consent::default()
        };
        self.consented(before, turn);
    }

    /// The visitor objects to being scored, for good, or takes that back. Heard also where leadheat is off.
    pub(super) fn object(&mut self, objects: bool, turn: &mut Turn) {
        if objects {
            turn.store(Area::Site, &[OBJECTED_KEY], Value::from("objected"));
        } else {
            turn.remove(Area::Site, &[OBJECTED_KEY]);
        }
        self.objected_here(objects, turn);
    }

    fn objected_here(&mut self, objects: bool, turn: &mut Turn) {
        let objected = std::mem::replace(&mut self.objected, objects);
        match (objects, self.phase == Phase::On) {
            (true, true) => self.refuse(turn),
            (true, false) => self.remove_found(turn),
            (false, _) if objected => {
                self.consent = Consent::default();
                self.heard_again(turn);
            }
            _ => {}
        }
    }

    /// Wipes what was known of the visitor, here and on the device. The conversation moves to this tab; of leads not
    /// yet delivered only what the visitor submitted stays.
    fn withdraw(&mut self, turn: &mut Turn) {
        self.wipe_visitor(turn);
        let (contact, said) = (self.contact(), self.said_so_far());
        if let Some(mark) = &mut self.chat.lead
            && contact.or(&mark.said.0) == mark.said.0
            && said.or(&mark.said.1) == mark.said.1
        {
            mark.said = (contact, said); // That there is less now is no news to tell.
        } else if let Some(mark) = &mut self.chat.lead {
            mark.said = Default::default(); // What the page told of the visitor is in it too.
        }
        turn.push(Effect::Reread);
        turn.remove(Area::Site, &[CHAT_KEY]);
        self.chat_saved = 0;
        for (key, mut item) in std::mem::take(&mut self.outbox.items).0 {
            if item.submitted {
                self.strip(&mut item);
                *self.outbox.items.entry(&key) = item;
            }
            self.store_lead(&key, turn);
        }
    }

    fn wipe_visitor(&mut self, turn: &mut Turn) {
        turn.remove(Area::Site, &[CONSENT_KEY]);
        for writer in self.others.0.0.iter().map(|(writer, _)| writer).chain([&self.writer]) {
            turn.remove(Area::Site, &[VISITOR_PREFIX, writer]);
        }
        for (area, key) in self.found.iter().filter(|(_, key)| key.starts_with(VISITOR_PREFIX)) {
            turn.remove(*area, &[key]); // What could not be read is in no record.
        }
        self.others = Records::default();
        self.mine = Record::default();
        self.viewing = None;
        self.form = None;
        self.greeting.clear();
        self.unsaved = false;
        self.remembered = false;
        self.sum_up();
    }

    /// Looks at what is stored, where other tabs may have written what this page has not heard of: after `forget` all of it goes;
    /// without consent what a lead says of more than the visitor submitted; and where somebody has cleared it, so does consent.
    pub(super) fn reread(&mut self, kept: Kept, turn: &mut Turn) {
        if std::mem::take(&mut self.forgetting) {
            self.found = gather(kept.into_iter().map(|(area, key, _)| (area, key)));
            return self.remove_found(turn);
        }
        if self.consent.may_store() {
            if !kept.iter().any(|(.., stored)| matches!(stored, Stored::Consent(_))) {
                self.refuse(turn);
            }
            return;
        }
        self.remove_visitor(&kept, turn);
        for (area, key, stored) in kept {
            match stored {
                Stored::Lead(item) if self.outlived(&item, turn.now.wall) => turn.remove(area, &[&key]),
                Stored::Lead(mut item) if self.says_too_much(&item) => {
                    self.strip(&mut item);
                    turn.store(area, &[&key], object("lead", &[&*item]));
                }
                _ => {}
            }
        }
    }

    /// Forgets everything, in every tab; consent counts as refused until it is given again.
    pub(super) fn forget(&mut self, turn: &mut Turn) {
        // Removing the consent tells other tabs of a withdrawal; this tells them of more.
        turn.store(Area::Site, &[FORGET_KEY], Value::from("forget"));
        turn.remove(Area::Site, &[FORGET_KEY]);
        self.forget_here(turn);
    }

    fn forget_here(&mut self, turn: &mut Turn) {
        self.remove_found(turn);
        for (ticket, _, _) in std::mem::take(&mut self.tests) {
            turn.answer(ticket, Value::from("forgotten before it was delivered"));
        }
        self.consent = Consent { decision: Decision::Denied, at: turn.now.wall, ..Consent::default() };
        self.asked.spoke = None;
        self.wipe_visitor(turn);
        for area in [Area::Site, Area::Tab] {
            turn.remove(area, &[CHAT_KEY]);
        }
        self.chat = Conversation { open: self.chat.open, ..Conversation::default() };
        self.chat_saved = 0;
        self.forgotten = self.chat.open;
        self.form_errors.clear();
        for (key, _) in std::mem::take(&mut self.outbox.items).0 {
            self.store_lead(&key, turn);
        }
        self.forgetting = true;
        turn.push(Effect::Reread);
        turn.tell(&["forgotten: everything about this visitor is deleted"]);
    }

    /// Removes what was stored when this page began, also where leadheat is off and has not looked at it.
    pub(super) fn remove_found(&mut self, turn: &mut Turn) {
        for (area, key) in std::mem::take(&mut self.found) {
            if key != OFF_KEY && key != OBJECTED_KEY {
                turn.remove(area, &[&key]);
            }
        }
    }

    /// Another tab wrote or removed a key.
    pub(super) fn changed(&mut self, key: &str, value: Option<Stored>, turn: &mut Turn) {
        let writer = key.strip_prefix(VISITOR_PREFIX);
        match (value, writer) {
            (Some(Stored::Forget), _) => self.forget_here(turn),
            (Some(Stored::Objected), _) => self.objected_here(true, turn),
            (None, _) if key == OBJECTED_KEY => self.objected_here(false, turn),
            (Some(Stored::Consent(consent)), _) => {
                let before = self.consent.decision;
                let is_later = consent.at > self.consent.at || before == Decision::Pending;
                if is_later && self.honours(&consent) {
                    self.consent = consent;
                    self.consented(before, turn);
                }
            }
            (Some(Stored::Visitor(record)), Some(writer)) if writer != self.writer && self.consent.may_store() => {
                self.others.take(writer, &record);
                self.sum_up();
            }
            (Some(Stored::Chat(chat)), _) if self.consent.may_store() => self.adopt(*chat),
            (Some(Stored::Lead(item)), _) => {
                // What this page has sent it knows better.
                let lead = key.strip_prefix(LEAD_PREFIX).map(str::to_owned);
                let lead = lead.filter(|lead| !self.outbox.flying.contains(lead));
                if let (Some(lead), Some(item)) = (lead, self.to_deliver(&item, turn.now.wall)) {
                    *self.outbox.items.entry(&lead) = item;
                }
            }
            (None, Some(writer)) if writer == self.writer => {
                // Folded away by another tab, which had waited for a day: what was mine is now another's.
                self.start_new_record(turn);
            }
            (None, Some(writer)) => {
                self.others.0.remove(&writer.to_owned());
                self.sum_up();
            }
            (None, None) if key == CONSENT_KEY && self.consent.may_store() => {
                self.refuse(turn);
            }
            (None, None) => {
                if let Some(lead) = key.strip_prefix(LEAD_PREFIX) {
                    self.outbox.items.remove(&lead.to_owned());
                    self.store_lead(lead, turn); // It may stand here alone in a later form.
                }
            }
            _ => {}
        }
    }

    fn start_new_record(&mut self, turn: &mut Turn) {
        self.writer = id::writer(turn.now);
        self.mine = Record::default();
        self.viewing = None;
        self.sum_up();
        self.begin(turn);
    }

    /// Asks for the lock of all tabs.
    pub(super) fn ask_for_lock(&mut self, turn: &mut Turn) {
        if self.lock == Lock::Free && turn.now.monotonic >= self.ask_again {
            self.lock = Lock::Asked;
            turn.push(Effect::Lock);
        }
    }

    /// The lock of all tabs is held, or another tab holds it.
    pub(super) fn locked(&mut self, kept: Option<Kept>, turn: &mut Turn) {
        let Some(kept) = kept else {
            self.lock = Lock::Free;
            self.ask_again = turn.now.monotonic + ASK_EVERY;
            return;
        };
        self.lock = Lock::Held;
        self.fold(&kept, turn);
        self.outbox.adopt(self.leads(&kept, turn.now.wall));
        if self.hopes {
            self.outbox.hope();
        }
        self.adopt_chats(kept); // What other tabs have said to the chat server is not said again.
    }

    /// Folds the records of dead tabs into one.
    fn fold(&mut self, kept: &Kept, turn: &mut Turn) {
        if !self.consent.may_store() {
            return;
        }
        let records = records(kept);
        let into = id::writer(turn.now);
        if let Some((folded, gone)) = records.fold(&self.writer, &into, turn.now.wall, self.config.retention_days) {
            turn.store(Area::Site, &[VISITOR_PREFIX, &into], object("visitor", &[&folded]));
            self.others.take(&into, &folded);
            for writer in gone {
                self.others.0.remove(&writer);
                turn.remove(Area::Site, &[VISITOR_PREFIX, &writer]);
            }
            self.sum_up();
        }
    }

    /// Writes what has changed, as often as is reasonable and where it is allowed.
    pub(super) fn save(&mut self, turn: &mut Turn) {
        let area = if self.consent.may_store() { Area::Site } else { Area::Tab };
        // A greeting is nothing that the visitor has asked for.
        let is_wanted = self.consent.may_store() || self.chat.unread == 0;
        if (self.chat.started() || self.chat.open) && is_wanted && self.chat_saved != self.chat.version {
            self.chat_saved = self.chat.version;
            turn.store(area, &[CHAT_KEY], object("chat", &[&self.chat]));
        }
        if self.save_due().is_some_and(|due| due <= turn.now.wall || self.saved_at > turn.now.wall) {
            self.unsaved = false;
            self.saved_at = turn.now.wall;
            self.mine.version += 1;
            self.mine.bound(day(turn.now.wall), self.config.retention_days);
            turn.store(Area::Site, &[VISITOR_PREFIX, &self.writer], object("visitor", &[&self.mine]));
        }
    }

    pub(super) fn save_due(&self) -> Option<Millis> {
        (self.unsaved && self.consent.may_store()).then_some(self.saved_at + SAVE_EVERY)
    }

    pub(super) fn left(&mut self, turn: &mut Turn) {
        self.end_view(turn);
        (self.saved_at, turn.leaving) = (0, true);
        self.assess(turn);
        self.qualify(turn);
        self.beacon(turn);
        self.unlock(turn);
        self.ask_again = Millis::MAX;
    }

    pub(super) fn returned(&mut self, kept: Kept, turn: &mut Turn) {
        // What was answered meanwhile may never be heard; the leases say when it is to be sent again.
        self.outbox.flying.clear();
        (self.lock, self.ask_again) = (Lock::Free, 0);
        self.outbox.adopt(self.leads(&kept, turn.now.wall));
        self.hope();
        if kept.iter().any(|(_, key, _)| key == OBJECTED_KEY) {
            self.objected_here(true, turn);
        }
        // What was said is gone from storage: it was forgotten on another page. A lead would be gone with it; where there is one, the
        // consent was withdrawn there.
        let is_there = |fits: fn(&Stored) -> bool| kept.iter().any(|(_, _, stored)| fits(stored));
        let was_withdrawn = self.consent.may_store() && is_there(|stored| matches!(stored, Stored::Lead(_)));
        if self.storage_works
            && self.chat_saved > 0
            && !was_withdrawn
            && !is_there(|stored| matches!(stored, Stored::Chat(_)))
        {
            return self.forget_here(turn);
        }
        let consent_gone = !kept.iter().any(|(.., stored)| matches!(stored, Stored::Consent(_)));
        if self.consent.may_store() && consent_gone {
            self.changed(CONSENT_KEY, None, turn);
        }
        if self.consent.may_store() {
            self.others = records(&kept);
            let mine_is_there = self.others.0.remove(&self.writer).is_some() || self.mine.version == 0;
            self.adopt_chats(kept);
            if !mine_is_there {
                self.start_new_record(turn);
            }
            self.sum_up();
        }
        self.begin(turn);
    }
}
