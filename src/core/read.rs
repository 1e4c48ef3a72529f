//! Reading back what was stored. Owns the way from a document to the domain's types; must never fail: storage belongs to
//! the visitor, to other versions and to chance, so whatever is missing or wrong reads as absent.
//!
//! By hand, where writing is derived: reading by serde would be a sixth of the whole download. A property test holds
//! the two together (what is written reads back the same).

use crate::app::{Area, Kept, Stored};
use crate::chat::{Conversation, Line, Speaker};
use crate::consent::{Consent, Decision, Source};
use crate::json::{Value, named};
use crate::lead::{Contact, Field};
use crate::outbox::Item;
use crate::qualify::{Authority, Qualification, Timeframe};
use crate::score::{Stage, Tier};
use crate::signal::Kind;
use crate::sorted::Sorted;
use crate::source::Touch;
use crate::time::{Day, Millis};
use crate::visitor::{Count, Facts, Key, Latest, LeadMark, Record, Step, Tally};

/// A type that is stored.
trait Read: Sized {
    fn read(value: &Value) -> Self;
}

/// What stands under a key, if it is anything of ours.
pub fn stored(value: &Value) -> Option<Stored> {
    if let Some(word) = value.as_str() {
        return match word {
            "off" => Some(Stored::Off),
            "forget" => Some(Stored::Forget),
            _ => None,
        };
    }
    let Value::Object(fields) = value else { return None };
    let (name, value) = fields.first()?;
    Some(match name.as_str() {
        "consent" => Stored::Consent(Consent::read(value)),
        "visitor" => Stored::Visitor(Box::new(Record::read(value))),
        "chat" => Stored::Chat(Box::new(Conversation::read(value))),
        "lead" => Stored::Lead(Box::new(Item::read(value))),
        _ => return None,
    })
}

/// Everything that is kept, from a list of `[whether in this tab alone, key, value]`; what cannot be read is left out.
pub fn kept(value: &Value) -> Kept {
    let mut kept = Kept::new();
    for entry in value.as_list() {
        if let (Some(key), Some(stored)) = (nth(entry, 1).as_str(), stored(nth(entry, 2))) {
            let area = if *nth(entry, 0) == Value::Bool(true) { Area::Tab } else { Area::Site };
            kept.push((area, key.to_owned(), stored));
        }
    }
    kept
}

fn list<T: Read>(value: &Value, name: &str) -> Vec<T> {
    value.items(name).iter().map(T::read).collect()
}

/// A field that is an object of its own; a default one where it is missing.
fn own<T: Read>(value: &Value, name: &str) -> T {
    T::read(value.field(name).unwrap_or(&Value::Null))
}

fn maybe<T: Read>(value: &Value, name: &str) -> Option<T> {
    value.field(name).filter(|value| matches!(value, Value::Object(_))).map(T::read)
}

fn word<T: Copy>(value: Option<&Value>, words: &[(&str, T)]) -> Option<T> {
    named(words, value?.as_str()?)
}

/// A number of things. Bounded, so that counting on cannot overflow.
fn count(number: f64) -> u32 {
    number.min(1e9) as u32
}

/// A wall-clock time, before the year 10000.
fn time(value: &Value, name: &str) -> Millis {
    value.number(name).min(253_402_300_799_999.0) as Millis
}

/// The n-th of a list.
fn nth(value: &Value, index: usize) -> &Value {
    value.as_list().get(index).unwrap_or(&Value::Null)
}

impl Read for Count {
    fn read(value: &Value) -> Count {
        Count(count(nth(value, 0).as_number()), count(nth(value, 1).as_number()))
    }
}

impl Read for Tally {
    fn read(value: &Value) -> Tally {
        let mut days = Sorted::default();
        for pair in value.items("days") {
            *days.entry(&(nth(pair, 0).as_number().min(2_932_896.0) as Day)) = Count::read(nth(pair, 1));
        }
        Tally { older: own(value, "older"), days, last: time(value, "last") }
    }
}

impl Read for Record {
    fn read(value: &Value) -> Record {
        let mut facts = Facts::default();
        for pair in value.items("facts") {
            if let Some(key) = nth(pair, 0).as_str().and_then(Key::parse) {
                *facts.0.entry(&key) = Tally::read(nth(pair, 1));
            }
        }
        Record {
            visitor: value.text("visitor"),
            version: count(value.number("version")),
            absorbed: value.items("absorbed").iter().filter_map(|name| Some(name.as_str()?.to_owned())).collect(),
            facts,
            journey: list(value, "journey"),
            first: maybe(value, "first"),
            last: maybe(value, "last"),
            active: time(value, "active"),
            contact: own(value, "contact"),
            qualification: own(value, "qualification"),
            reached: own(value, "reached"),
            lead: maybe(value, "lead"),
        }
    }
}

impl<T: Read> Read for Latest<T> {
    fn read(value: &Value) -> Latest<T> {
        Latest { at: time(value, "at"), value: own(value, "value") }
    }
}

impl Read for (Tier, Stage) {
    fn read(value: &Value) -> (Tier, Stage) {
        let tier = word(Some(nth(value, 0)), Tier::NAMES).unwrap_or_default();
        (tier, word(Some(nth(value, 1)), Stage::NAMES).unwrap_or_default())
    }
}

impl Read for Step {
    fn read(value: &Value) -> Step {
        Step {
            at: time(value, "at"),
            what: value.word("what", Kind::NAMES).unwrap_or(Kind::Custom),
            subject: value.text("subject"),
            seconds: count(value.number("seconds")),
            scroll: value.number("scroll").min(100.0) as u8,
        }
    }
}

impl Read for Touch {
    fn read(value: &Value) -> Touch {
        Touch {
            at: time(value, "at"),
            channel: value.text("channel"),
            referrer: value.text("referrer"),
            utm_source: value.text("utm_source"),
            utm_medium: value.text("utm_medium"),
            utm_campaign: value.text("utm_campaign"),
            landing: value.text("landing"),
        }
    }
}

impl Read for Contact {
    fn read(value: &Value) -> Contact {
        let mut contact = Contact::default();
        for (name, field) in Field::NAMES {
            contact.set(*field, &value.text(name));
        }
        contact
    }
}

impl Read for Qualification {
    fn read(value: &Value) -> Qualification {
        Qualification {
            need: value.maybe("need"),
            timeframe: value.word("timeframe", Timeframe::NAMES),
            authority: value.word("authority", Authority::NAMES),
            budget: value.maybe("budget"),
            current_supplier: value.maybe("current_supplier"),
            preferred: value.maybe("preferred"),
        }
    }
}

impl Read for LeadMark {
    fn read(value: &Value) -> LeadMark {
        let said = value.field("said").unwrap_or(&Value::Null);
        LeadMark {
            revision: count(value.number("revision")),
            id: value.text("id"),
            at: time(value, "at"),
            first_at: time(value, "first_at"),
            tier: value.word("tier", Tier::NAMES).unwrap_or_default(),
            said: (Contact::read(nth(said, 0)), Qualification::read(nth(said, 1))),
            heard: count(value.number("heard")),
        }
    }
}

impl Read for Line {
    fn read(value: &Value) -> Line {
        let from = if value.text("from") == "visitor" { Speaker::Visitor } else { Speaker::Bot };
        Line { at: time(value, "at"), from, text: value.text("text") }
    }
}

impl Read for Conversation {
    fn read(value: &Value) -> Conversation {
        Conversation {
            version: count(value.number("version")),
            lines: list(value, "lines"),
            step: value.text("step"),
            open: value.flag("open"),
            unread: count(value.number("unread")),
            said: own(value, "said"),
            contact: own(value, "contact"),
            agreed: value.text("agreed"),
            page: value.text("page"),
            lead: maybe(value, "lead"),
        }
    }
}

impl Read for Consent {
    fn read(value: &Value) -> Consent {
        Consent {
            decision: value.word("decision", Decision::NAMES).unwrap_or(Decision::Pending),
            source: value.word("source", Source::NAMES),
            at: time(value, "at"),
        }
    }
}

impl Read for Item {
    fn read(value: &Value) -> Item {
        Item {
            lead: value.text("lead"),
            url: value.text("url"),
            body: value.field("body").cloned().unwrap_or_default(),
            submitted: value.flag("submitted"),
            since: time(value, "since"),
            attempts: count(value.number("attempts")),
            due: time(value, "due"),
            dead: value.flag("dead"),
        }
    }
}
