//! What is known of a visitor: facts, the journey, where they came from, who they say they are. Owns the record of it and
//! its merging; must not know what any of it is worth.
//!
//! Every life of a page writes one `Record`, its own, under one key. The visitor is the merge of all records, which is
//! commutative, associative and idempotent, so that it does not matter in which order tabs hear of each other.
//!
//! Maps are sorted vectors ([`crate::sorted`]): they are small, and a B-tree costs more of the download than it saves.

use crate::facts::{Facts, MAX_KEYS};
use crate::json::Value;
use crate::lead::Contact;
use crate::list::gather;
use crate::qualify::Qualification;
use crate::signal::Kind;
use crate::sorted::Sorted;
use crate::source::Touch;
use crate::text::clip;
use crate::tier::{Stage, Tier};
use crate::time::{DAY, Day, Millis, day};
use crate::wire::{Wire, object, record};
use crate::write::json;

/// Most steps of a journey in one record.
const MAX_STEPS: usize = 60;
/// Most arrivals that are kept.
const MAX_TOUCHES: usize = 10;
/// Most attributes of a visitor.
pub(crate) const MAX_ATTRIBUTES: usize = 20;

/// One step of the journey, for the salesperson's eye.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When it began.
    pub at: Millis,
    /// What was done.
    pub what: Kind,
    /// On what, as in [`crate::signal::Signal::subject`].
    pub subject: String,
    /// Of a page view: engaged seconds; else as in [`crate::signal::Signal::amount`].
    pub amount: u32,
    /// Of a page view: deepest point in percent of the content.
    pub scroll: u8,
}

record!(Step { at, what, subject, amount, scroll });

impl Step {
    /// How much of a kind of signal this step stands for, if for any.
    pub(crate) fn amount_of(&self, kind: Kind) -> Option<u32> {
        match (self.what, kind) {
            (Kind::PageView, Kind::Engaged) => Some(self.amount).filter(|seconds| *seconds > 0),
            (Kind::PageView, Kind::Scroll) => Some(u32::from(self.scroll / 25)).filter(|quarters| *quarters > 0),
            (Kind::PageView, Kind::PageView) => Some(1),
            (what, kind) if what == kind => Some(self.amount),
            _ => None,
        }
    }
}

/// What the page told of the visitor by `identify`, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema))]
#[cfg_attr(feature = "native", serde(from = "Named", into = "Named"), schemars(with = "Named"))]
pub struct Attributes(pub Sorted<String, String>);

/// The form of [`Attributes`] in JSON.
#[cfg(feature = "native")]
type Named = std::collections::BTreeMap<String, String>;

#[cfg(feature = "native")]
impl From<Named> for Attributes {
    fn from(named: Named) -> Attributes {
        Attributes(Sorted(named.into_iter().collect()))
    }
}

#[cfg(feature = "native")]
impl From<Attributes> for Named {
    fn from(attributes: Attributes) -> Named {
        attributes.0.0.into_iter().collect()
    }
}

impl Wire for Attributes {
    fn write(&self) -> Value {
        Value::Object(gather(self.0.0.iter().map(|(name, value)| (name.clone(), value.write()))))
    }
    fn read(value: &Value) -> Attributes {
        let mut attributes = Attributes::default();
        if let Value::Object(fields) = value {
            for (name, value) in fields {
                attributes.set(name, &String::read(value));
            }
        }
        attributes
    }
}

impl Attributes {
    /// Sets one; an empty text means that it is not known. Beyond the most that there may be nothing is added.
    pub fn set(&mut self, name: &str, value: &str) {
        let name = clip(name, 40).to_owned();
        if self.0.0.len() < MAX_ATTRIBUTES || self.0.get(&name).is_some() {
            *self.0.entry(&name) = clip(value, 80).to_owned();
        }
    }
}

/// A value and when it was set; of two, the later wins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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

impl<T: Wire + Clone> Latest<T> {
    fn merge(&mut self, other: &Latest<T>) {
        if after((other.at, &other.value), (self.at, &self.value)) {
            self.clone_from(other);
        }
    }
}

/// Whether one comes after another: by its number, and where these are the same by its text, so that every tab chooses alike.
fn after(one: (u64, &dyn Wire), other: (u64, &dyn Wire)) -> bool {
    one.0 > other.0 || one.0 == other.0 && json(&one.1.write()) > json(&other.1.write())
}

/// Of two marks the later.
fn later<'a>(one: &'a Option<LeadMark>, other: &'a Option<LeadMark>) -> &'a Option<LeadMark> {
    let number = |mark: &Option<LeadMark>| mark.as_ref().map_or(0, |mark| mark.revision.into());
    if after((number(one), one), (number(other), other)) { one } else { other }
}

/// What the last lead of this visitor was, so that every tab knows the next revision.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// The names of the receivers that got it.
    pub to: Vec<String>,
}

record!(LeadMark { revision, id, at, first_at, tier, said, heard, to });

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
    /// The latest arrivals, oldest first.
    pub touches: Vec<Touch>,
    /// Last activity; 0 for none.
    pub active: Millis,
    /// Contact details.
    pub contact: Latest<Contact>,
    /// What the page told by `identify`.
    pub attributes: Latest<Attributes>,
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
    touches,
    active,
    contact,
    attributes,
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
        other.first.iter().for_each(|touch| self.place(touch));
        other.last.iter().for_each(|touch| self.place(touch));
        other.touches.iter().for_each(|touch| self.came(touch));
        self.active = self.active.max(other.active);
        self.contact.merge(&other.contact);
        self.attributes.merge(&other.attributes);
        self.qualification.merge(&other.qualification);
        self.reached.merge(&other.reached);
        self.lead = later(&self.lead, &other.lead).clone();
    }

    /// Takes in an arrival from outside.
    pub fn came(&mut self, touch: &Touch) {
        self.place(touch);
        if !self.touches.contains(touch) {
            let place = self.touches.partition_point(|known| after((touch.at, touch), (known.at, known)));
            self.touches.insert(place, touch.clone());
            let surplus = self.touches.len().saturating_sub(MAX_TOUCHES);
            self.touches.drain(..surplus);
        }
    }

    /// Holds an arrival against the first and the last.
    fn place(&mut self, touch: &Touch) {
        if self.first.as_ref().is_none_or(|first| after((first.at, first), (touch.at, touch))) {
            self.first = Some(touch.clone());
        }
        if self.last.as_ref().is_none_or(|last| after((touch.at, touch), (last.at, last))) {
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
        self.touches.retain(|touch| day(touch.at) >= oldest);
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
    pub fn take(&mut self, writer: &str, record: &Record) {
        let writer = writer.to_owned();
        match self.0.get(&writer) {
            Some(known) if known.version >= record.version => {}
            _ => self.0.entry(&writer).clone_from(record),
        }
    }

    /// The union of two sets of records.
    pub fn merge(&mut self, other: &Records) {
        for (writer, record) in &other.0.0 {
            self.take(writer, record);
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
    use crate::signal::Signal;

    fn signal(subject: &str) -> Signal {
        Signal { kind: Kind::PageView, subject: subject.into(), amount: 1 }
    }

    #[test]
    fn folding_keeps_the_visitor_and_survives_a_crash_half_way() {
        let mut records = Records::default();
        for n in 0..5u64 {
            let mut record = Record { version: 1, active: n, ..Record::default() };
            record.facts.add(&signal("/a"), n);
            records.take(&n.to_string(), &record);
        }
        let before = records.visitor();
        let (folded, gone) = records.fold("4", "f", 2 * DAY, 30).unwrap();
        records.take("f", &folded);
        assert_eq!(records.visitor().facts, before.facts, "folded and not yet removed");
        for writer in gone {
            records.0.remove(&writer);
        }
        assert_eq!(records.visitor().facts, before.facts, "folded and removed");
        assert_eq!(records.0.0.len(), 2);
    }
}
