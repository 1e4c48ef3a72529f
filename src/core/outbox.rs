//! Delivery as a state machine: a lead is written before it is sent and leaves only when a receiver has confirmed it.
//! Owns attempts, backoff and what each answer means; must not send anything itself.

use crate::json::Value;
use crate::list::gather;
use crate::names::names;
use crate::sorted::Sorted;
use crate::time::{DAY, MINUTE, Millis, SECOND, Stamp};
use crate::wire::record;

/// A post that has not been answered for so long is taken for lost, and may be sent again by any tab: twice the time after
/// which a page gives it up itself.
const LEASE: Millis = 30 * SECOND;
/// Attempts after which a lead is a dead letter.
const MAX_ATTEMPTS: u32 = 12;
/// Age after which a lead is a dead letter for good.
const MAX_AGE: Millis = 7 * DAY;
/// Longest wait between two attempts, before it is one.
const MAX_WAIT: Millis = 15 * MINUTE;
/// While a receiver is away, it is asked again at most so often: five times a minute.
const GAP: Millis = 12 * SECOND;
/// While a receiver is away, each of its dead letters is tried about so often.
const PROBE: Millis = 95 * MINUTE;
/// Most posts under way to one receiver.
const MOST_AT_ONCE: usize = 6;

/// A lead on its way to one receiver.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Item {
    /// Id of the lead.
    pub lead: String,
    /// Revision of the lead.
    pub revision: u32,
    /// Name of the receiver.
    pub to: String,
    /// What: the lead.
    pub body: Value,
    /// Whether the visitor submitted it: then it outlives a withdrawal of consent.
    pub submitted: bool,
    /// When it was put in.
    pub since: Millis,
    /// How often it was sent.
    pub attempts: u32,
    /// How often the receiver answered, and would not have it.
    pub refusals: u32,
    /// When it was sent, or when that failed.
    pub at: Millis,
    /// Not to be sent before. While it is under way: taken for lost from then on.
    pub due: Millis,
    /// What it waits for.
    pub state: State,
    /// The HTTP status that was answered last; 0 where nothing was.
    pub status: u32,
}

record!(Item { lead, revision, to, body, submitted, since, attempts, refusals, at, due, state, status });

/// What a lead on its way waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema), schemars(rename_all = "lowercase"))]
pub enum State {
    /// To be sent.
    #[default]
    Queued,
    /// For an answer.
    Sending,
    /// For its next attempt: the receiver would not have it.
    Again,
    /// For its next attempt: the receiver was away.
    Away,
    /// For the time that the receiver asked for.
    Held,
    /// For the receiver to be there again. A dead letter: kept, and tried now and then.
    Dead,
    /// For a person. A dead letter: kept, and not tried again by itself.
    Refused,
}

names!(State {
    Queued "queued", Sending "sending", Again "again", Away "away", Held "held", Dead "dead", Refused "refused"
});

/// What became of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver answered with this HTTP status, and perhaps after how many seconds to come back.
    Answered(u16, Option<u32>),
    /// It left, and what was answered cannot be read: handed over, which is not delivered.
    Opaque,
    /// No answer: offline, refused, timed out, redirected, or forbidden by CORS or CSP.
    Failed,
}

/// What an outcome means for the lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Confirmed, or handed over: nothing more can be done.
    Done,
    /// The receiver is away: again later, after at least so long where it said so.
    Away(Option<Millis>),
    /// The receiver would not have it, this time: again later.
    Again,
    /// The same post would be refused for ever.
    Never,
}

impl Outcome {
    /// The table of answers; docs/webhook.md has it for people. A wait is a day at most.
    pub fn verdict(self) -> Verdict {
        let asked = |after: Option<u32>| after.map(|seconds| (Millis::from(seconds) * SECOND).min(DAY));
        match self {
            Outcome::Opaque | Outcome::Answered(200..=299, _) => Verdict::Done,
            Outcome::Answered(400 | 401 | 403 | 410 | 422, _) => Verdict::Never,
            Outcome::Answered(429, after) => Verdict::Away(asked(after).or(Some(MINUTE))),
            Outcome::Answered(408 | 500..=599, after) => Verdict::Away(asked(after)),
            Outcome::Answered(..) => Verdict::Again,
            Outcome::Failed => Verdict::Away(None),
        }
    }
}

/// All leads on their way, by the idempotency key of the lead and the receiver's name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outbox {
    /// The leads, as they stand in storage too.
    pub items: Sorted<String, Item>,
    /// Keys of those that stand here alone: the browser refused to store them, or they may not be stored.
    pub unstored: Vec<String>,
    /// Keys of those that this page has sent and not heard of yet.
    pub flying: Vec<String>,
}

impl Outbox {
    /// Puts a lead in. Its earlier revisions stay until it is confirmed, in case it can be neither stored nor sent: their keys
    /// are returned.
    pub fn put(&mut self, key: &str, item: Item) -> Vec<String> {
        let earlier = self.items.0.iter().filter(|(known, other)| known != key && other.is_like(&item));
        let earlier = gather(earlier.map(|(key, _)| key.clone()));
        if self.items.get(&key.to_owned()).is_none() {
            *self.items.entry(&key.to_owned()) = item;
        }
        earlier
    }

    /// Whether a later revision goes in place of this one.
    pub fn is_superseded(&self, item: &Item) -> bool {
        let later = |other: &Item| other.revision > item.revision && other.state != State::Refused;
        self.items.0.iter().any(|(_, other)| other.is_like(item) && later(other))
    }

    /// Takes over what stands in storage, where other tabs may have sent and confirmed. Under the lock of all tabs.
    pub fn adopt(&mut self, stored: Sorted<String, Item>) {
        let known = std::mem::replace(&mut self.items, stored);
        for (key, item) in known.0 {
            if self.unstored.contains(&key) || self.flying.contains(&key) {
                *self.items.entry(&key) = item;
            }
        }
    }

    /// Marks what is to be sent now as sent, and returns its keys. `locked`: no other tab does so at the same time. Without,
    /// only what no other tab knows of.
    pub fn take_due(&mut self, now: Millis, locked: bool) -> Vec<String> {
        let mut keys = Vec::new();
        while let Some(key) = self.next(now, locked) {
            let item = self.items.entry(&key);
            item.attempts += 1;
            (item.state, item.at, item.due) = (State::Sending, now, now + LEASE);
            self.flying.push(key.clone());
            keys.push(key);
        }
        keys
    }

    /// The key of the lead to send next: of those that may be sent the one tried least, and least lately.
    pub fn next(&self, now: Millis, locked: bool) -> Option<String> {
        let mut best: Option<&(String, Item)> = None;
        // Receivers that take nothing now, or no dead letters.
        let mut closed: Vec<(bool, &str)> = Vec::new();
        for entry in &self.items.0 {
            let (key, item) = entry;
            let is_dead = item.state == State::Dead;
            let order = |item: &Item| (item.state == State::Dead, item.attempts, item.at, item.revision);
            if item.state == State::Refused
                || item.waits(now)
                || !locked && !self.unstored.contains(key)
                || best.is_some_and(|(_, best)| order(best) <= order(item))
                || closed.contains(&(is_dead, &item.to))
                // Revisions of a lead go one after the other.
                || self.items.0.iter().any(|(key, other)| other.is_like(item) && self.under_way(key, other, now))
                || self.is_superseded(item)
            {
                continue;
            }
            if self.admits(item, now) {
                best = Some(entry);
            } else {
                closed.push((is_dead, &item.to));
            }
        }
        best.map(|(key, _)| key.clone())
    }

    /// Whether the receiver of a lead takes one now, dead or alive as it is.
    fn admits(&self, item: &Item, now: Millis) -> bool {
        let to_it = || self.items.0.iter().filter(|(_, other)| other.to == item.to);
        let busy = to_it().filter(|(key, other)| self.under_way(key, other, now)).count();
        let last = self.last_tried(&item.to, now);
        let Some(last) = last.filter(|last| last.is_away()) else { return busy < MOST_AT_ONCE };
        let rested = now >= last.at + GAP || item.attempts == 1 && to_it().count() == 1;
        let strict = item.state == State::Dead || last.state == State::Held;
        busy == 0 && rested && !(strict && last.waits(now))
    }

    /// Of the leads that wait for a receiver, the one that was tried last.
    fn last_tried(&self, to: &str, now: Millis) -> Option<&Item> {
        let mut last = None::<&Item>;
        for (_, item) in &self.items.0 {
            let waits = !matches!(item.state, State::Sending | State::Refused);
            let tried = item.to == to && item.attempts > 0 && waits && item.at <= now;
            if tried && last.is_none_or(|last| last.at <= item.at) {
                last = Some(item);
            }
        }
        last
    }

    fn under_way(&self, key: &String, item: &Item, now: Millis) -> bool {
        self.flying.contains(key) || item.state == State::Sending && item.waits(now)
    }

    /// Takes in what became of a post. Returns the verdict, where the lead is still here, and the keys of what is confirmed with
    /// it: the lead and its earlier revisions.
    pub fn settle(&mut self, key: &str, outcome: Outcome, stamp: Stamp) -> Option<(Verdict, Vec<String>)> {
        let key = key.to_owned();
        self.flying.retain(|flying| *flying != key);
        let item = self.items.get(&key)?.clone();
        let verdict = outcome.verdict();
        let mut waiting = 0;
        for (_, other) in &mut self.items.0 {
            if other.to != item.to || other.state == State::Refused {
                continue;
            }
            waiting += 1;
            // The receiver is there again: all that waits for it is due.
            if verdict == Verdict::Done && other.is_away() {
                (other.state, other.due) = (State::Queued, 0);
            }
        }
        if verdict == Verdict::Done {
            let contained = |other: &Item| other.is_like(&item) && other.revision <= item.revision;
            let contained = self.items.0.iter().filter(|(key, other)| contained(other) && !self.flying.contains(key));
            let gone = gather(contained.map(|(key, _)| key.clone()));
            for key in &gone {
                self.items.remove(key);
            }
            return Some((verdict, gone));
        }
        let (item, now) = (self.items.entry(&key), stamp.wall);
        item.at = now;
        item.status = if let Outcome::Answered(status, _) = outcome { status.into() } else { 0 };
        item.refusals += u32::from(!matches!(verdict, Verdict::Away(_)));
        let for_good = verdict == Verdict::Never || item.refusals >= MAX_ATTEMPTS || now > item.since + MAX_AGE;
        item.state = match verdict {
            _ if for_good => State::Refused,
            Verdict::Away(Some(_)) => State::Held,
            _ if item.attempts >= MAX_ATTEMPTS => State::Dead,
            Verdict::Away(None) => State::Away,
            _ => State::Again,
        };
        let random = stamp.entropy as Millis;
        let wait = if item.attempts >= MAX_ATTEMPTS {
            // The more wait, the more seldom each is tried, and the receiver as often as before.
            let bound = PROBE / waiting.clamp(1, 1_000);
            bound - random % (bound / 4)
        } else {
            // Full jitter: anywhere up to a bound that doubles, so that many pages do not come back at once.
            random % (SECOND << item.attempts.clamp(1, 10)).min(MAX_WAIT) + SECOND / 2
        };
        let asked = if let Verdict::Away(Some(asked)) = verdict { asked } else { 0 };
        item.due = now + wait.max(asked);
        Some((verdict, Vec::new()))
    }

    /// Receivers may be there again: what waits for one that did not say when is due.
    pub fn hope(&mut self) {
        for (_, item) in &mut self.items.0 {
            if matches!(item.state, State::Away | State::Dead) {
                item.due = 0;
            }
        }
    }

    /// Tries at once what a receiver did not take, unless it has asked for time, and gives every dead letter another twelve attempts and seven days:
    /// somebody asks for it. Returns their keys.
    pub fn replay(&mut self, now: Millis) -> Vec<String> {
        let mut keys = Vec::new();
        for (key, item) in &mut self.items.0 {
            if item.is_dead() {
                (item.attempts, item.refusals, item.since) = (0, 0, now);
            } else if !matches!(item.state, State::Away | State::Again) {
                continue;
            }
            (item.state, item.due) = (State::Queued, 0);
            keys.push(key.clone());
        }
        keys
    }

    /// When there is something to send next. What is due already and was not sent waits for another tab, or for its receiver.
    pub fn next_due(&self, now: Millis) -> Option<Millis> {
        let mut next = None;
        for (key, item) in &self.items.0 {
            let last = if item.state == State::Dead { self.last_tried(&item.to, now) } else { None };
            let due = last.unwrap_or(item).due;
            let due = if due <= now { now + 2 * SECOND } else { due };
            let waits = item.state != State::Refused && !self.flying.contains(key);
            if waits && next.is_none_or(|next| due < next) && !self.is_superseded(item) {
                next = Some(due);
            }
        }
        next
    }
}

impl Item {
    /// Not due. A clock that was set back makes nothing wait.
    fn waits(&self, now: Millis) -> bool {
        self.at <= now && now < self.due
    }

    /// Whether its receiver was away when it was tried last.
    fn is_away(&self) -> bool {
        matches!(self.state, State::Away | State::Held | State::Dead)
    }

    /// A dead letter: not sent again by itself, or only to see whether the receiver is there again.
    pub fn is_dead(&self) -> bool {
        matches!(self.state, State::Dead | State::Refused)
    }

    /// Whether it is a revision of the same lead for the same receiver.
    fn is_like(&self, other: &Item) -> bool {
        self.lead == other.lead && self.to == other.to
    }
}
