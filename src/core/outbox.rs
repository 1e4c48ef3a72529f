//! Delivery as a state machine: a lead is written before it is sent and leaves only when a receiver has confirmed it.
//! Owns attempts, backoff and what each answer means; must not send anything itself.

use crate::json::Value;
use crate::list::gather;
use crate::sorted::Sorted;
use crate::tier::{Stage, Tier};
use crate::time::{DAY, MINUTE, Millis, SECOND, Stamp};
use crate::wire::record;

/// A post that has not been answered for so long is taken for lost, and may be sent again by any tab.
pub const LEASE: Millis = 30 * SECOND;
/// Attempts after which a lead is kept but no longer sent by itself.
const MAX_ATTEMPTS: u32 = 12;
/// Age after which a lead is kept but no longer sent by itself.
const MAX_AGE: Millis = 7 * DAY;
/// Longest wait between two attempts.
const MAX_WAIT: Millis = 15 * MINUTE;

/// Takes out of a lead everything but what the visitor submitted: where consent is withdrawn before it was sent. `tier`
/// and `stage` are those that follow from what was said alone.
pub(crate) fn strip(lead: &mut Value, tier: Tier, stage: Stage) {
    let Value::Object(fields) = lead else { return };
    for (name, value) in fields {
        match name.as_str() {
            "tier" => *value = tier.name().into(),
            "stage" => *value = stage.name().into(),
            "consent" => {
                if let Value::Object(note) = value {
                    note.retain(|(name, _)| name == "contact_text");
                    note.push(("state".into(), "denied".into()));
                }
            }
            "score" | "model" | "source" => *value = Value::Null,
            "reasons" | "journey" => *value = Value::List(Vec::new()),
            "brief" => *value = Value::String(String::new()),
            _ => {}
        }
    }
}

/// A lead on its way.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Item {
    /// Id of the lead.
    pub lead: String,
    /// Where to.
    pub url: String,
    /// What: the lead, in the form in which it is posted.
    pub body: Value,
    /// Whether the visitor submitted it: then it outlives a withdrawal of consent.
    pub submitted: bool,
    /// When it was put in.
    pub since: Millis,
    /// How often it was sent.
    pub attempts: u32,
    /// Not to be sent before.
    pub due: Millis,
    /// Given up, and kept.
    pub dead: bool,
}

record!(Item { lead, url, body, submitted, since, attempts, due, dead });

/// What became of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver answered with this HTTP status, and perhaps after how many seconds to come back.
    Answered(u16, Option<u32>),
    /// No answer: offline, refused, timed out, redirected, or forbidden by CORS or CSP.
    Failed,
}

/// What an outcome means for the lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Confirmed.
    Done,
    /// Again, after at least so many milliseconds (a day counts as the most).
    Again(Millis),
    /// The same post would be refused for ever.
    Never,
}

impl Outcome {
    /// The table of answers.
    pub fn verdict(self) -> Verdict {
        match self {
            Outcome::Answered(200..=299, _) => Verdict::Done,
            Outcome::Answered(400 | 401 | 403 | 410 | 422, _) => Verdict::Never,
            Outcome::Answered(429, after) => {
                Verdict::Again(after.map_or(MINUTE, |seconds| Millis::from(seconds) * SECOND))
            }
            Outcome::Answered(_, after) => Verdict::Again(after.map_or(0, |seconds| Millis::from(seconds) * SECOND)),
            Outcome::Failed => Verdict::Again(0),
        }
    }
}

/// All leads on their way, by idempotency key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outbox {
    /// The leads.
    pub items: Sorted<String, Item>,
}

impl Outbox {
    /// Puts a lead in. Earlier revisions of it that are not under way are contained in it: their keys are returned,
    /// to be removed from storage too.
    pub fn put(&mut self, key: &str, item: Item, now: Millis) -> Vec<String> {
        let contained = |(_, other): &&(String, Item)| other.lead == item.lead && !other.under_way(now);
        let gone = gather(self.items.0.iter().filter(contained).map(|(key, _)| key.clone()));
        for key in &gone {
            self.items.remove(key);
        }
        *self.items.entry(&key.to_owned()) = item;
        gone
    }

    /// Marks what is to be sent now as sent, and returns its keys. Revisions of one lead go one after the other.
    pub fn take_due(&mut self, now: Millis) -> Vec<String> {
        let under_way = self.items.0.iter().filter(|(_, item)| item.under_way(now));
        let busy = gather(under_way.map(|(_, item)| item.lead.clone()));
        let mut keys = Vec::new();
        for (key, item) in &mut self.items.0 {
            // A clock set back by more than any wait makes no lead wait for it.
            let due = item.due <= now || item.due > now + DAY;
            if due && !item.dead && !busy.contains(&item.lead) {
                item.attempts += 1;
                item.due = now + LEASE;
                keys.push(key.clone());
            }
        }
        keys
    }

    /// Takes in what became of a post. Returns the verdict, where the lead is still here.
    pub fn settle(&mut self, key: &str, outcome: Outcome, stamp: Stamp) -> Option<Verdict> {
        let key = key.to_owned();
        self.items.get(&key)?;
        let item = self.items.entry(&key);
        let verdict = outcome.verdict();
        match verdict {
            Verdict::Done => {
                self.items.remove(&key);
            }
            Verdict::Never => item.dead = true,
            Verdict::Again(least) => {
                // Full jitter: anywhere up to a bound that doubles, so that many pages do not come back at once.
                let bound = (SECOND << item.attempts.clamp(1, 10)).min(MAX_WAIT);
                let wait = stamp.entropy as Millis % bound + SECOND / 2;
                item.due = stamp.wall + wait.max(least).min(DAY);
                item.dead = item.attempts >= MAX_ATTEMPTS || stamp.wall > item.since + MAX_AGE;
            }
        }
        Some(verdict)
    }

    /// When there is something to send next.
    pub fn next_due(&self) -> Option<Millis> {
        self.items.0.iter().filter(|(_, item)| !item.dead).map(|(_, item)| item.due).min()
    }
}

impl Item {
    fn under_way(&self, now: Millis) -> bool {
        self.attempts > 0 && !self.dead && self.due > now && self.due <= now + LEASE && self.due >= LEASE
    }
}
