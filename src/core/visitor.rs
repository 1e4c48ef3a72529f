//! What is known of a visitor: facts, the journey, where they came from, who they say they are. Owns its bounds and
//! its merging; must not know what any of it is worth.
//!
//! Every life of a page writes one `Record`, its own, under one key. The visitor is the merge of all records, which is
//! commutative, associative and idempotent, so that it does not matter in which order tabs hear of each other.
//!
//! Maps are sorted vectors ([`crate::sorted`]): they are small, and a B-tree costs more of the download than it saves.

use crate::json::Value;
use crate::lead::Contact;
use crate::list::gather;
use crate::qualify::Qualification;
use crate::score::{Stage, Tier};
use crate::signal::{Kind, Signal};
use crate::sorted::Sorted;
use crate::source::Touch;
use crate::text::{clip, cut};
use crate::time::{DAY, Day, Millis, day};
use crate::wire::{Wire, object, record};

/// Most keys in one record; those least recently touched are folded into `other` of their kind.
pub const MAX_KEYS: usize = 400;
/// Most day buckets in one record, over all keys; the oldest are folded into the key's all-time count.
const MAX_BUCKETS: usize = 1_000;
/// Days that keep a bucket of their own.
pub const MAX_DAYS: Day = 90;
/// Most bytes of a fact's subject.
const MAX_SUBJECT: usize = 60;
/// Most steps of a journey in one record.
const MAX_STEPS: usize = 60;
/// What folded keys are counted under.
const OTHER: &str = "other";

/// How often, and how much in sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count(pub u32, pub u32);

impl Wire for Count {
    fn write(&self) -> Value {
        (self.0, self.1).write()
    }
    fn read(value: &Value) -> Count {
        let (often, much) = Wire::read(value);
        Count(often, much)
    }
}

impl Count {
    /// Adds another count; stays at the largest number rather than wrapping.
    pub fn add(&mut self, other: Count) {
        self.0 = self.0.saturating_add(other.0);
        self.1 = self.1.saturating_add(other.1);
    }
}

/// How often one thing was done: by UTC day, and on older days together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// On days that no longer have a bucket.
    pub older: Count,
    /// By day.
    pub days: Sorted<Day, Count>,
    /// The last time.
    pub last: Millis,
}

record!(Tally { older, days, last });

impl Tally {
    fn fold_day(&mut self) {
        if !self.days.0.is_empty() {
            self.older.add(self.days.0.remove(0).1);
        }
    }

    fn merge(&mut self, other: &Tally) {
        self.older.add(other.older);
        for (day, count) in &other.days.0 {
            self.days.entry(day).add(*count);
        }
        self.last = self.last.max(other.last);
    }
}

/// A fact's key: signal kind and subject, written `page_view /pricing`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(String);

impl Wire for Key {
    fn write(&self) -> Value {
        self.0.write()
    }
    fn read(value: &Value) -> Key {
        let (kind, subject) = cut(value.as_str().unwrap_or_default(), b" ");
        Key::new(Kind::NAMES.find(kind).unwrap_or(Kind::Custom), subject.unwrap_or_default())
    }
    fn fits(value: &Value) -> bool {
        value.as_str().is_some_and(|key| Kind::NAMES.find(cut(key, b" ").0).is_some())
    }
}

impl Key {
    /// The key of a kind and a subject, which is cut to its bound.
    pub fn new(kind: Kind, subject: &str) -> Key {
        Key([kind.name(), " ", clip(subject, MAX_SUBJECT)].concat())
    }

    /// Kind (by name) and subject.
    pub fn parts(&self) -> (&str, &str) {
        let (kind, subject) = cut(&self.0, b" ");
        (kind, subject.unwrap_or(""))
    }
}

/// Counts under keys, by day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts(pub Sorted<Key, Tally>);

impl Wire for Facts {
    fn write(&self) -> Value {
        self.0.write()
    }
    fn read(value: &Value) -> Facts {
        Facts(Wire::read(value))
    }
}

impl Facts {
    /// Counts one signal.
    pub fn add(&mut self, signal: &Signal, wall: Millis) {
        let tally = self.0.entry(&Key::new(signal.kind, &signal.subject));
        tally.days.entry(&day(wall)).add(Count(1, signal.amount));
        tally.last = tally.last.max(wall);
    }

    /// Adds all of another's counts.
    pub fn merge(&mut self, other: &Facts) {
        for (key, tally) in &other.0.0 {
            self.0.entry(key).merge(tally);
        }
    }

    /// How often a kind of signal was seen, over all time.
    pub fn count(&self, kind: Kind) -> u32 {
        let of_kind = self.0.0.iter().filter(|(key, _)| key.parts().0 == kind.name());
        of_kind.map(|(_, tally)| tally.older.0 + tally.days.0.iter().map(|(_, count)| count.0).sum::<u32>()).sum()
    }

    /// Folds what is over the bounds: old days, then days beyond the number of buckets, then keys.
    pub fn bound(&mut self, today: Day) {
        let list = &mut self.0.0;
        let first = |tally: &Tally| tally.days.0.first().map_or(Day::MAX, |(day, _)| *day);
        for (_, tally) in list.iter_mut() {
            while first(tally).saturating_add(MAX_DAYS) <= today {
                tally.fold_day();
            }
        }
        let mut buckets: usize = list.iter().map(|(_, tally)| tally.days.0.len()).sum();
        while buckets > MAX_BUCKETS {
            let oldest = list.iter_mut().map(|(_, tally)| tally).min_by_key(|tally| first(tally));
            oldest.into_iter().for_each(Tally::fold_day);
            buckets -= 1;
        }
        while self.0.0.len() > MAX_KEYS {
            let candidates = self.0.0.iter().enumerate().filter(|(_, (key, _))| key.parts().1 != OTHER);
            let Some((index, _)) = candidates.min_by_key(|(_, (_, tally))| tally.last) else { break };
            let (key, tally) = self.0.0.remove(index);
            self.0.entry(&Key([key.parts().0, " ", OTHER].concat())).merge(&tally);
        }
    }
}

/// One step of the journey, for the salesperson's eye.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When it began.
    pub at: Millis,
    /// What was done.
    pub what: Kind,
    /// On what, as in [`Signal::subject`].
    pub subject: String,
    /// Of a page view: engaged seconds.
    pub seconds: u32,
    /// Of a page view: deepest point in percent of the content.
    pub scroll: u8,
}

record!(Step { at, what, subject, seconds, scroll });

/// A value and when it was set; of two, the later wins, and of two at the same time the larger.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Latest<T> {
    /// When.
    pub at: Millis,
    /// What.
    pub value: T,
}

impl<T: Wire> Wire for Latest<T> {
    fn write(&self) -> Value {
        object("at value", &[&self.at, &self.value])
    }
    fn read(value: &Value) -> Latest<T> {
        Latest { at: Wire::read(value.part("at")), value: Wire::read(value.part("value")) }
    }
}

impl<T: Ord + Clone> Latest<T> {
    fn merge(&mut self, other: &Latest<T>) {
        if other > self {
            self.clone_from(other);
        }
    }
}

/// What the last lead of this visitor was, so that every tab knows the next revision.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeadMark {
    /// Its revision, from 1.
    pub revision: u32,
    /// Its id.
    pub id: String,
    /// When it was made.
    pub at: Millis,
    /// When the first revision was made.
    pub first_at: Millis,
    /// Its tier.
    pub tier: Tier,
    /// Contact and qualification as they were in it.
    pub said: (Contact, Qualification),
    /// How many messages of the visitor it carried.
    pub heard: u32,
}

record!(LeadMark { revision, id, at, first_at, tier, said, heard });

/// What one life of a page contributes to what is known of its visitor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The visitor's UUID as this page knew it.
    pub visitor: String,
    /// Grows with every write: of two versions of one record the higher is the newer.
    pub version: u32,
    /// Writers whose records were folded into this one.
    pub absorbed: Vec<String>,
    /// Counts of this writer alone.
    pub facts: Facts,
    /// Steps of this writer alone, oldest first.
    pub journey: Vec<Step>,
    /// Where the visitor came from first.
    pub first: Option<Touch>,
    /// Where the visitor came from most recently.
    pub last: Option<Touch>,
    /// Last activity; 0 for none.
    pub active: Millis,
    /// Contact details.
    pub contact: Latest<Contact>,
    /// What was stated.
    pub qualification: Latest<Qualification>,
    /// Tier and stage reached, for hysteresis and for stages that do not move backwards.
    pub reached: Latest<(Tier, Stage)>,
    /// The last lead.
    pub lead: Option<LeadMark>,
}

record!(Record {
    visitor,
    version,
    absorbed,
    facts,
    journey,
    first,
    last,
    active,
    contact,
    qualification,
    reached,
    lead
});

impl Record {
    /// Adds another writer's contribution. Order does not matter.
    pub fn merge(&mut self, other: &Record) {
        // UUIDv7s sort by time: the older of two names for one visitor wins.
        if self.visitor.is_empty() || (!other.visitor.is_empty() && other.visitor < self.visitor) {
            self.visitor.clone_from(&other.visitor);
        }
        self.facts.merge(&other.facts);
        for step in &other.journey {
            let order = |known: &Step| (known.at, known.what, &known.subject) <= (step.at, step.what, &step.subject);
            let place = self.journey.partition_point(order);
            self.journey.insert(place, step.clone());
        }
        other.first.iter().for_each(|touch| self.came(touch));
        other.last.iter().for_each(|touch| self.came(touch));
        self.active = self.active.max(other.active);
        self.contact.merge(&other.contact);
        self.qualification.merge(&other.qualification);
        self.reached.merge(&other.reached);
        self.lead = self.lead.take().max(other.lead.clone());
    }

    /// Takes in an arrival from outside.
    pub fn came(&mut self, touch: &Touch) {
        if self.first.as_ref().is_none_or(|first| touch < first) {
            self.first = Some(touch.clone());
        }
        if self.last.as_ref().is_none_or(|last| touch > last) {
            self.last = Some(touch.clone());
        }
    }

    /// Keeps the record within its bounds. `retention`: what is older, in days, is dropped.
    pub fn bound(&mut self, today: Day, retention: Day) {
        let oldest = today.saturating_sub(retention);
        let facts = &mut self.facts;
        facts.0.0.retain(|(_, tally)| day(tally.last) >= oldest);
        facts.bound(today);
        self.journey.retain(|step| day(step.at) >= oldest);
        let surplus = self.journey.len().saturating_sub(MAX_STEPS);
        self.journey.drain(..surplus);
        let surplus = self.absorbed.len().saturating_sub(MAX_KEYS);
        self.absorbed.drain(..surplus);
    }
}

/// All records of one visitor, by writer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records(pub Sorted<String, Record>);

impl Records {
    /// Takes in a record; an older version of a known one changes nothing.
    pub fn take(&mut self, writer: &str, record: Record) {
        match self.0.get(&writer.to_owned()) {
            Some(known) if known.version >= record.version => {}
            _ => *self.0.entry(&writer.to_owned()) = record,
        }
    }

    /// The union of two sets of records.
    pub fn merge(&mut self, other: &Records) {
        for (writer, record) in &other.0.0 {
            self.take(writer, record.clone());
        }
    }

    /// The visitor: the sum of all records that are not contained in another one.
    pub fn visitor(&self) -> Record {
        let mut sum = Record::default();
        for (_, record) in self.live() {
            sum.merge(record);
        }
        sum
    }

    fn live(&self) -> impl Iterator<Item = &(String, Record)> {
        self.0.0.iter().filter(|(writer, _)| !self.0.0.iter().any(|(_, record)| record.absorbed.contains(writer)))
    }

    /// Replaces the records that nobody has written for `DAY` by one, where there are several. Returns the new one
    /// with the names of those to be removed.
    pub fn fold(&self, mine: &str, into: &str, now: Millis, retention: Day) -> Option<(Record, Vec<String>)> {
        let dead = |(writer, record): &&(String, Record)| writer != mine && record.active + DAY <= now;
        let mut folded = Record { version: 1, ..Record::default() };
        let absorbed = self.0.0.iter().filter(|(writer, _)| !self.live().any(|(live, _)| live == writer));
        let mut gone = gather(absorbed.map(|(writer, _)| writer.clone()));
        for (writer, record) in self.live().filter(dead) {
            folded.merge(record);
            gone.push(writer.clone());
        }
        if gone.len() < 2 {
            return None;
        }
        folded.absorbed.clone_from(&gone);
        folded.bound(day(now), retention);
        debug_assert!(!gone.iter().any(|writer| writer == into));
        Some((folded, gone))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signal(subject: &str) -> Signal {
        Signal { kind: Kind::PageView, subject: subject.into(), amount: 1 }
    }

    #[test]
    fn old_days_and_surplus_keys_fold_without_losing_a_count() {
        let mut facts = Facts::default();
        for n in 0..1_000u64 {
            facts.add(&signal(&format!("/page/{n}")), n * DAY / 4);
            facts.bound(day(n * DAY / 4));
        }
        assert!(facts.0.0.len() <= MAX_KEYS);
        assert_eq!(facts.count(Kind::PageView), 1_000);
    }

    #[test]
    fn folding_keeps_the_visitor_and_survives_a_crash_half_way() {
        let mut records = Records::default();
        for n in 0..5u64 {
            let mut record = Record { version: 1, active: n, ..Record::default() };
            record.facts.add(&signal("/a"), n);
            records.take(&n.to_string(), record);
        }
        let before = records.visitor();
        let (folded, gone) = records.fold("4", "f", 2 * DAY, 30).unwrap();
        records.take("f", folded);
        assert_eq!(records.visitor().facts, before.facts, "folded and not yet removed");
        for writer in gone {
            records.0.remove(&writer);
        }
        assert_eq!(records.visitor().facts, before.facts, "folded and removed");
        assert_eq!(records.0.0.len(), 2);
    }
}
