//! From facts and rules to a score, with a line for every point. Owns the order in which caps, decay and clamps apply; must
//! not know where facts come from or what is done with the result.
//!
//! Order: occurrences of a day x points -> cap per day -> decay by whole UTC days -> cap per rule -> cap per group
//! -> total clamped to 0..=100. What a group cap or the clamp takes away is a line of its own, so that the lines
//! always sum exactly to the total.

use crate::facts::{Count, Facts, MAX_DAYS};
use crate::list::{gather, sort_down};
use crate::model::{Decay, Milli, Points, Rule};
use crate::select::{Measure, Selector};
use crate::signal::Kind;
use crate::sorted::Sorted;
use crate::text::thousandths;
use crate::time::{Day, day};
use crate::visitor::Step;

/// One line of an assessment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contribution {
    /// The rule's id; `group:NAME` for a group's cap, `total` for the clamp, `bot` for the cap on suspected bots.
    pub rule: String,
    /// What a person reads: index of the rule in the model, where it is a rule.
    pub index: Option<usize>,
    /// Points without any cap or decay, in thousandths.
    pub raw: Milli,
    /// After the cap on each day.
    pub day_capped: Milli,
    /// After decay.
    pub decayed: Milli,
    /// Points given or taken, in thousandths: after the rule's own cap.
    pub points: Milli,
    /// What was counted: occurrences or sum. 0 for caps and for what is no signal.
    pub count: u32,
    /// Up to three subjects, those with most first; the value of an attribute.
    pub evidence: Vec<String>,
    /// UTC day of the last occurrence.
    pub last: Option<Day>,
}

/// What facts are worth under a model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assessment {
    /// 0 to 100 points, in thousandths: the sum of the lines.
    pub total: Milli,
    /// The lines: rules in the order of the model, then caps. Lines of 0 points are left out.
    pub lines: Vec<Contribution>,
}

/// What is known, for rules to look at.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// What was done.
    pub facts: &'a Facts,
    /// What was done in which order: of it the visit under way.
    pub journey: &'a [Step],
    /// What is known of the visitor, by name.
    pub attributes: &'a [(String, String)],
    /// The UTC day on which it is assessed.
    pub today: Day,
}

/// Keeps the score of one visitor up to date: a signal costs as much as the rules that look at it, however many there are
/// and however much is known.
#[derive(Clone, Debug, Default)]
pub struct Scorer {
    /// The rules.
    pub rules: Vec<Rule>,
    groups: Vec<(String, Milli)>,
    /// Every selector has a place: of rule i, that of its own at `first[i]`, then those of its conditions.
    first: Vec<usize>,
    /// The facts that the selector of each place counts, by where they stand.
    counted: Vec<Vec<usize>>,
    /// The rules that look at each of the facts.
    by_fact: Vec<Vec<usize>>,
    /// The rules that look at attributes, and at the visit under way.
    by_attribute: Vec<usize>,
    by_visit: Vec<usize>,
    /// Points of each rule, in thousandths, and what those of each group sum up to; the last is of rules without one.
    points: Vec<Milli>,
    sums: Vec<Milli>,
    stale: Stale,
    /// Nothing is known of the facts yet.
    unread: bool,
    day: Day,
    attributes: Vec<(String, String)>,
}

/// The rules whose points are to be found anew.
#[derive(Clone, Debug, Default)]
struct Stale {
    rules: Vec<usize>,
    /// Of each rule, whether it is among them.
    is: Vec<bool>,
}

impl Stale {
    fn touch(&mut self, rules: &[usize]) {
        for rule in rules {
            if !std::mem::replace(&mut self.is[*rule], true) {
                self.rules.push(*rule);
            }
        }
    }
}

impl Scorer {
    /// Scores by these rules, of which those in a group give at most so much together.
    pub fn new(rules: Vec<Rule>, groups: Vec<(String, Milli)>) -> Scorer {
        let mut scorer = Scorer { unread: true, ..Scorer::default() };
        for (index, rule) in rules.iter().enumerate() {
            scorer.first.push(scorer.counted.len());
            rule.selectors(&mut |what| {
                scorer.counted.push(Vec::new());
                if what.kind.is_none() {
                    scorer.by_attribute.push(index);
                }
                if what.this_visit {
                    scorer.by_visit.push(index);
                }
            });
        }
        scorer.points = vec![0; rules.len()];
        scorer.stale.is = vec![false; rules.len()];
        scorer.sums = vec![0; groups.len() + 1];
        (scorer.rules, scorer.groups) = (rules, groups);
        scorer
    }

    /// A signal was counted: which of the facts.
    pub fn signal(&mut self, facts: &Facts, fact: usize) {
        if self.unread {
            return;
        }
        if facts.0.0.len() > self.by_fact.len() {
            // It is a new one, and those behind it have moved on.
            for behind in self.counted.iter_mut().flatten().filter(|known| **known >= fact) {
                *behind += 1;
            }
            self.find_rules(facts, fact);
        }
        self.stale.touch(&self.by_fact[fact]);
        self.stale.touch(&self.by_visit);
    }

    /// Finds the rules that look at a new one of the facts.
    fn find_rules(&mut self, facts: &Facts, fact: usize) {
        let key = &facts.0.0[fact].0;
        let (kind, (_, subject)) = (key.kind(), key.parts());
        let (mut rules, mut place) = (Vec::new(), 0);
        for (index, rule) in self.rules.iter().enumerate() {
            rule.selectors(&mut |what| {
                if what.kind == Some(kind) && what.includes(subject) {
                    rules.push(index);
                    let counted = &mut self.counted[place];
                    counted.insert(counted.iter().filter(|known| **known < fact).count(), fact);
                }
                place += 1;
            });
        }
        self.by_fact.insert(fact, rules);
    }

    /// The facts have changed otherwise than by signals.
    pub fn reset(&mut self) {
        self.unread = true;
    }

    /// Finds the score: what has changed since the last time, no more. 0 to 100 points, in thousandths.
    pub fn total(&mut self, evidence: &Evidence) -> Milli {
        if std::mem::take(&mut self.unread) {
            self.by_fact.clear();
            self.counted.iter_mut().for_each(Vec::clear);
            for fact in 0..evidence.facts.0.0.len() {
                self.find_rules(evidence.facts, fact);
            }
            self.day = Day::MAX;
        }
        if self.day != evidence.today {
            self.day = evidence.today;
            self.stale.touch(&gather(0..self.rules.len()));
        }
        if self.attributes != evidence.attributes {
            self.attributes = evidence.attributes.to_vec();
            self.stale.touch(&self.by_attribute);
        }
        for rule in std::mem::take(&mut self.stale.rules) {
            self.stale.is[rule] = false;
            let points = self.line(rule, evidence, false).map_or(0, |line| line.points);
            let group = self.group(rule);
            self.sums[group] += points - self.points[rule];
            self.points[rule] = points;
        }
        self.summed().clamp(0, MOST)
    }

    /// Whether a rule gives anything, as [`Scorer::total`] has found.
    pub(crate) fn gives(&self, rule: usize) -> bool {
        self.points[rule] != 0
    }

    /// The sum of the rules' points, with each group held to its cap.
    fn summed(&self) -> Milli {
        let mut sum = self.sums[self.groups.len()];
        for (group, (_, cap)) in self.groups.iter().enumerate() {
            sum += clamp(self.sums[group], Some(*cap));
        }
        sum
    }

    fn group(&self, rule: usize) -> usize {
        let of_rule = |(name, _): &(String, Milli)| self.rules[rule].group.as_ref() == Some(name);
        self.groups.iter().position(of_rule).unwrap_or(self.groups.len())
    }

    /// Explains the score that [`Scorer::total`] has found, from the same evidence.
    pub fn assess(&self, evidence: &Evidence) -> Assessment {
        let lines = (0..self.rules.len()).filter(|rule| self.points[*rule] != 0);
        let mut lines = gather(lines.filter_map(|rule| self.line(rule, evidence, true)));
        for (group, (name, cap)) in self.groups.iter().enumerate() {
            let sum = self.sums[group];
            push_cap(&mut lines, &["group:", name].concat(), clamp(sum, Some(*cap)) - sum);
        }
        let sum = self.summed();
        let total = sum.clamp(0, MOST);
        push_cap(&mut lines, "total", total - sum);
        Assessment { total, lines }
    }

    /// The line of a rule, with the subjects where it is to be explained; `None` where it finds nothing.
    #[inline(never)] // It and `find` would be made twice, for each value of their flag: 0.1 KB of the download.
    fn line(&self, index: usize, evidence: &Evidence, explained: bool) -> Option<Contribution> {
        let rule = &self.rules[index];
        let mut place = self.first[index];
        let found = self.find(place, &rule.what, evidence, explained || matches!(rule.points, Points::Each(_)))?;
        if let Some(when) = &rule.when {
            let holds = when.holds(&mut |test| {
                place += 1;
                test.admits(self.find(place, &test.what, evidence, false).map(|found| found.number))
            });
            if !holds {
                return None;
            }
        }
        let age = |day: Day| evidence.today.saturating_sub(day);
        let (mut raw, mut day_capped, mut decayed) = (0, 0, 0);
        match &rule.points {
            Points::Each(each) => {
                for (day, count) in &found.days.0 {
                    let points = each.saturating_mul(found.measured(count).into());
                    let capped = clamp(points, rule.cap_day);
                    raw += points;
                    day_capped += capped;
                    decayed += faded(capped, rule.decay, age(*day));
                }
            }
            Points::Steps(steps) => {
                let reached = steps.iter().rev().find(|(from, _)| found.number >= *from);
                raw = reached.map_or(0, |(_, points)| *points);
                day_capped = raw;
                decayed = faded(raw, rule.decay, found.last.map_or(0, age));
            }
        }
        let mut subjects = found.subjects;
        sort_down(&mut subjects, |(weight, _)| *weight);
        Some(Contribution {
            rule: if explained { rule.id.clone() } else { String::new() },
            index: Some(index),
            raw,
            day_capped,
            decayed,
            points: clamp(decayed, rule.cap.or(Some(UNCAPPED))),
            count: if rule.what.kind.is_some() { (found.number / 1_000) as u32 } else { 0 },
            evidence: gather(subjects.iter().take(3).map(|(_, subject)| (*subject).to_owned())),
            last: found.last,
        })
    }

    /// What a selector finds; `None` for nothing. `whole`: also on which days, and of which subjects.
    #[inline(never)]
    fn find<'a>(&self, place: usize, what: &Selector, evidence: &Evidence<'a>, whole: bool) -> Option<Found<'a>> {
        let mut found = Found { sum: what.measure == Measure::Sum, whole, ..Found::default() };
        let Some(kind) = what.kind else {
            let value = match &what.attribute {
                Some(name) => evidence.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value)?,
                None => "",
            };
            if !what.includes(value) {
                return None;
            }
            found.sum = false;
            found.add(evidence.today, Count(1, 0), value);
            found.number = thousandths(value).unwrap_or(1_000);
            return Some(found);
        };
        if what.this_visit {
            let visit = evidence.journey.iter().rfind(|step| step.what == Kind::Visit);
            let began = visit.map_or(0, |visit| visit.at);
            for step in evidence.journey.iter().filter(|step| step.at >= began) {
                if let Some(amount) = step.amount_of(kind).filter(|_| what.includes(&step.subject)) {
                    found.add(day(step.at), Count(1, amount), &step.subject);
                }
            }
        } else {
            // Days that have no bucket any more are at least so old.
            let older = evidence.today.saturating_sub(MAX_DAYS);
            for fact in &self.counted[place] {
                let Some((key, tally)) = evidence.facts.0.0.get(*fact) else { continue };
                let subject = if whole { key.parts().1 } else { "" };
                let days = tally.days.0.iter().map(|(day, count)| (*day, *count));
                for (day, count) in days.chain([(older, tally.older)]) {
                    if what.window_days.is_none_or(|window| day + window > evidence.today) {
                        found.add(day, count, subject);
                    }
                }
            }
        }
        (found.number > 0).then_some(found)
    }
}

/// Most points of a rule without a cap, in thousandths: so many of them can be summed up.
const UNCAPPED: Milli = 1_000_000_000_000;

/// Most points of a score, in thousandths.
const MOST: Milli = 100_000;

/// What a selector finds.
#[derive(Default)]
struct Found<'a> {
    /// Whether amounts are summed, rather than occurrences counted.
    sum: bool,
    /// Whether days and subjects are wanted, which are most of the work.
    whole: bool,
    /// In thousandths: occurrences, the sum of amounts, or the number that an attribute is.
    number: Milli,
    days: Sorted<Day, Count>,
    /// Subjects, with how much of each.
    subjects: Vec<(i64, &'a str)>,
    last: Option<Day>,
}

impl<'a> Found<'a> {
    fn measured(&self, count: &Count) -> u32 {
        if self.sum { count.1 } else { count.0 }
    }

    fn add(&mut self, day: Day, count: Count, subject: &'a str) {
        let much = Milli::from(self.measured(&count));
        if much == 0 {
            return;
        }
        self.number += 1_000 * much;
        self.last = self.last.max(Some(day));
        if !self.whole {
            return;
        }
        self.days.entry(&day).add(count);
        match self.subjects.iter_mut().find(|(_, known)| *known == subject) {
            Some((weight, _)) => *weight += much,
            None if !subject.is_empty() => self.subjects.push((much, subject)),
            None => {}
        }
    }
}

pub(crate) fn push_cap(lines: &mut Vec<Contribution>, rule: &str, points: Milli) {
    if points != 0 {
        lines.push(Contribution { rule: rule.into(), points, ..Contribution::default() });
    }
}

fn clamp(points: Milli, cap: Option<Milli>) -> Milli {
    // Not `clamp`, which brings a message with formatted numbers for the case that the cap is negative.
    cap.map_or(points, |cap| points.max(-cap).min(cap))
}

/// 65,536 x 2^(-i/16), rounded: what is left after i sixteenths of a half-life.
const SIXTEENTHS: [Milli; 17] = [
    65_536, 62_757, 60_097, 57_549, 55_109, 52_772, 50_535, 48_393, 46_341, 44_376, 42_495, 40_693, 38_968, 37_316,
    35_734, 34_219, 32_768,
];

/// What is left of points after so many days, rounded towards zero.
fn faded(points: Milli, decay: Option<Decay>, age: Day) -> Milli {
    match decay {
        None => points,
        Some(Decay::LinearDays(days)) => points * Milli::from(days.saturating_sub(age)) / Milli::from(days),
        Some(Decay::HalfLifeDays(days)) => {
            let halvings = age / days;
            if halvings >= 32 {
                return 0;
            }
            // Between two entries of the table, along the straight line.
            let position = Milli::from(age % days) * 16;
            let (index, rest) = ((position / Milli::from(days)) as usize, position % Milli::from(days));
            let factor = SIXTEENTHS[index] - (SIXTEENTHS[index] - SIXTEENTHS[index + 1]) * rest / Milli::from(days);
            points * factor / (65_536 << halvings)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decay_is_monotone_and_meets_its_marks() {
        for decay in [Decay::HalfLifeDays(14), Decay::HalfLifeDays(1), Decay::LinearDays(30)] {
            let left: Vec<_> = (0..400).map(|age| faded(10_000, Some(decay), age)).collect();
            assert!(left.is_sorted_by(|a, b| a >= b));
            assert_eq!(left[0], 10_000);
        }
        assert_eq!(faded(10_000, Some(Decay::HalfLifeDays(14)), 28), 2_500);
        assert_eq!(faded(-10_000, Some(Decay::LinearDays(30)), 15), -5_000);
        assert_eq!(faded(10_000, Some(Decay::LinearDays(30)), 31), 0);
    }
}
