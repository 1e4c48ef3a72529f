//! What a visitor did, as counts: under a key by UTC day, bounded, and added when merged. Owns the bounds and what is folded
//! when they are reached; must not know who did it, nor what it is worth.

use crate::json::Value;
use crate::list::{gather, sort_down};
use crate::signal::{Kind, Signal};
use crate::sorted::Sorted;
use crate::text::{clip, cut};
use crate::time::{Day, Millis, day};
use crate::wire::{Wire, record};

/// Most keys in one record; those least recently touched are folded into `other` of their kind.
pub const MAX_KEYS: usize = 400;
/// Most day buckets in one record, over all keys; the oldest days are folded into the all-time counts.
const MAX_BUCKETS: usize = 1_000;
/// Days that keep a bucket of their own.
pub const MAX_DAYS: Day = 90;
/// Most bytes of a fact's subject.
pub const MAX_SUBJECT: usize = 60;
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

    /// The kind.
    pub fn kind(&self) -> Kind {
        Kind::NAMES.find(self.parts().0).unwrap_or(Kind::Custom)
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
    /// Counts one signal. The place of its key among the facts.
    pub fn add(&mut self, signal: &Signal, wall: Millis) -> usize {
        let place = self.0.place(&Key::new(signal.kind, &signal.subject));
        let tally = &mut self.0.0[place].1;
        tally.days.entry(&day(wall)).add(Count(1, signal.amount));
        tally.last = tally.last.max(wall);
        place
    }

    /// Adds all of another's counts.
    pub fn merge(&mut self, other: &Facts) {
        for (key, tally) in &other.0.0 {
            self.0.entry(key).merge(tally);
        }
    }

    /// How often a kind of signal was seen, over all time.
    pub fn count(&self, kind: Kind) -> u32 {
        let mut often = 0;
        for (_, tally) in self.of_kind(kind) {
            often += tally.older.0;
            for (_, count) in &tally.days.0 {
                often += count.0;
            }
        }
        often
    }

    /// The facts of a kind, which stand together: keys begin with their kind.
    fn of_kind(&self, kind: Kind) -> &[(Key, Tally)] {
        let name = kind.name();
        let list = &self.0.0;
        let place = |end: bool| list.partition_point(|(key, _)| key.parts().0 < name || end && key.parts().0 == name);
        &list[place(false)..place(true)]
    }

    /// The subjects of a kind, the most frequent first.
    pub fn favourites(&self, kind: Kind) -> Vec<&str> {
        let mut subjects = Vec::new();
        for (key, tally) in self.of_kind(kind) {
            let mut often = tally.older;
            for (_, count) in &tally.days.0 {
                often.add(*count);
            }
            if key.parts().1 != OTHER {
                subjects.push((i64::from(often.0), key.parts().1));
            }
        }
        sort_down(&mut subjects, |(often, _)| *often);
        gather(subjects.into_iter().map(|(_, subject)| subject))
    }

    /// The last day before this one on which a kind of signal was seen, as far back as days have buckets.
    pub fn last_day_before(&self, kind: Kind, today: Day) -> Option<Day> {
        let mut last = None;
        for (_, tally) in self.of_kind(kind) {
            for (day, _) in &tally.days.0 {
                if *day < today {
                    last = last.max(Some(*day));
                }
            }
        }
        last
    }

    /// Folds what is over the bounds: days that are too old or make too many buckets, then keys.
    pub fn bound(&mut self, today: Day) {
        let list = &mut self.0.0;
        let first = |tally: &Tally| tally.days.0.first().map_or(Day::MAX, |(day, _)| *day);
        loop {
            let (mut buckets, mut oldest) = (0, Day::MAX);
            for (_, tally) in list.iter() {
                buckets += tally.days.0.len();
                oldest = oldest.min(first(tally));
            }
            if buckets <= MAX_BUCKETS && oldest.saturating_add(MAX_DAYS) > today {
                break;
            }
            for (_, tally) in list.iter_mut() {
                if first(tally) == oldest {
                    tally.fold_day();
                }
            }
        }
        while self.0.0.len() > MAX_KEYS {
            let mut least = None;
            for (index, (key, tally)) in self.0.0.iter().enumerate() {
                if key.parts().1 != OTHER && least.is_none_or(|(_, last)| tally.last < last) {
                    least = Some((index, tally.last));
                }
            }
            let Some((index, _)) = least else { break };
            let (key, tally) = self.0.0.remove(index);
            self.0.entry(&Key([key.parts().0, " ", OTHER].concat())).merge(&tally);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::DAY;

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
}
