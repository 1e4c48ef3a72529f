//! What is known of the visitor by name: the attributes that rules can look at. Owns their names; must not keep any.

use super::{State, Turn};
use crate::json::Value;
use crate::lead::Contact;
use crate::signal::Kind;
use crate::text::{decimal, number};
use crate::visitor::{Attributes, Latest, Record};
use crate::wire::Wire;

/// What kind of device a screen is of.
pub(super) fn device(touches: u32, short_side: u32) -> &'static str {
    match (touches, short_side) {
        (0, _) => "desktop",
        (_, 0..600) => "phone",
        // Above it are laptops and monitors that can be touched.
        (_, 600..1_100) => "tablet",
        _ => "desktop",
    }
}

/// How soon the page showed something: by the limits of Core Web Vitals for the first contentful paint.
pub(super) fn loaded(shown_after: u32) -> &'static str {
    match shown_after {
        0 => "",
        1..=1_800 => "fast",
        1_801..=3_000 => "slow",
        _ => "very_slow",
    }
}

/// Hours and minutes ahead of UTC, as `+02:00`.
pub(super) fn offset(minutes: i32) -> String {
    let two = |number: u32| [if number < 10 { "0" } else { "" }, &crate::text::number(number.into())].concat();
    let ahead = minutes.unsigned_abs();
    [if minutes < 0 { "-" } else { "+" }, &two(ahead / 60), ":", &two(ahead % 60)].concat()
}

/// Takes in the texts among the fields of something, each under its name behind a prefix. What is known already stays.
fn take(known: &mut Vec<(String, String)>, prefix: &str, something: &dyn Wire) {
    let Value::Object(fields) = something.write() else { return };
    for (name, value) in fields {
        let name = [prefix, &name].concat();
        let Value::String(value) = value else { continue };
        if !value.is_empty() && !known.iter().any(|(other, _)| *other == name) {
            known.push((name, value));
        }
    }
}

impl State {
    /// The visitor said who they are: by the page's `identify`, or in a form. What is not told now stays.
    pub(super) fn met(&mut self, contact: &Contact, attributes: Option<&Attributes>, turn: &Turn) {
        let at = turn.now.wall;
        let contact = contact.or(&self.sum.contact.value);
        self.both(|record| {
            record.contact = Latest { at, value: contact.clone() };
            if let Some(attributes) = attributes {
                record.attributes = Latest { at, value: attributes.clone() };
            }
        });
        (self.unsaved, self.rescore) = (true, true);
    }

    /// Every attribute that has a value, by what a record knows. What the page told by `identify` comes last: it cannot stand in
    /// for the others.
    pub(super) fn known(&self, sum: &Record) -> Vec<(String, String)> {
        let mut known =
            vec![("device".to_owned(), self.device.to_owned()), ("language".to_owned(), self.page.language.clone())];
        if !self.loaded.is_empty() {
            known.push(("load".to_owned(), self.loaded.to_owned()));
        }
        known.push(("utc_offset".to_owned(), offset(self.utc_offset)));
        let facts = &sum.facts;
        if let Some(topic) = facts.favourites(Kind::Topic).first() {
            known.push(("topic".to_owned(), (*topic).to_owned()));
        }
        let visits = facts.count(Kind::Visit);
        if visits > 0 {
            let pages = i64::from(facts.count(Kind::PageView)) * 1_000 / i64::from(visits);
            known.push(("pages_per_visit".to_owned(), decimal(pages)));
        }
        if let Some(before) = facts.last_day_before(Kind::Visit, self.today) {
            known.push(("days_away".to_owned(), number((self.today - before).into())));
        }
        take(&mut known, "", &sum.last);
        take(&mut known, "first_", &sum.first);
        take(&mut known, "", &self.contact());
        take(&mut known, "", &self.said_so_far());
        take(&mut known, "", &sum.attributes.value);
        known
    }
}
