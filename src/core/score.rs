//! From facts and a model to an assessment: total, tier, stage, and a line for every point. Owns the order in which
//! caps, decay and clamps apply; must not know where facts come from or what is done with the result.
//!
//! Order: occurrences of a day x points -> cap per day -> decay by whole UTC days -> cap per rule -> cap per group
//! -> total clamped to 0..=100. What a group cap or the clamp takes away is a line of its own, so that the lines
//! always sum exactly to the total.

use crate::glob;
use crate::list::{gather, sort_down};
use crate::model::{Decay, Measure, Milli, Model, Points, Rule, Tiers};
use crate::names::names;
use crate::qualify::{Qualification, Timeframe};
use crate::sorted::Sorted;
use crate::time::{Day, day};
use crate::visitor::{Count, Facts, Key, MAX_DAYS, Tally};

/// How warm a lead is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema))]
#[cfg_attr(feature = "native", serde(rename_all = "lowercase"))]
pub enum Tier {
    /// Interested without a time limit, or little known.
    #[default]
    Cold,
    /// A serious buyer.
    Warm,
    /// Wants to buy at once.
    Hot,
}

names!(Tier { Cold "cold", Warm "warm", Hot "hot" });

/// Where in the funnel. In the order in which stages may only advance; discarded is reached from anywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema))]
#[cfg_attr(feature = "native", serde(rename_all = "lowercase"))]
pub enum Stage {
    /// Visited, looked at general information.
    #[default]
    Suspect,
    /// Marketing-qualified: clear interest, not ready to buy soon.
    Mql,
    /// Sales-qualified: immediate interest in buying.
    Sql,
    /// Asks without meaning to buy.
    Discarded,
}

names!(Stage { Suspect "suspect", Mql "mql", Sql "sql", Discarded "discarded" });

/// One line of an assessment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// The rule's id; `group:NAME` for a group's cap, `total` for the clamp, `bot` for the cap on suspected bots.
    pub rule: String,
    /// What a person reads: index of the rule in the model, where it is a rule.
    pub index: Option<usize>,
    /// Points given or taken, in thousandths.
    pub points: Milli,
    /// What was counted: occurrences or sum. 0 for caps.
    pub count: u32,
    /// Up to three subjects, those with most first.
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

/// A model with the rules that each key matches, found once per key.
#[derive(Clone, Debug, Default)]
pub struct Scorer {
    /// The model.
    pub model: Model,
    matched: Sorted<Key, Option<Vec<u16>>>,
}

impl Scorer {
    /// Scores by this model.
    pub fn new(model: Model) -> Scorer {
        Scorer { model, matched: Sorted::default() }
    }

    /// Assesses facts on a day. A suspected bot under `cap_bots` stays below warm.
    pub fn assess(&mut self, facts: &Facts, today: Day, cap_bots: bool) -> Assessment {
        let rules = &self.model.rules;
        if self.matched.0.len() > 4 * crate::visitor::MAX_KEYS {
            self.matched.0.clear(); // Keys that have been folded away would pile up here.
        }
        let mut by_rule: Vec<Vec<(&Key, &Tally)>> = vec![Vec::new(); rules.len()];
        for (key, tally) in &facts.0.0 {
            for index in self.matched.entry(key).get_or_insert_with(|| matching(rules, key)) {
                by_rule[usize::from(*index)].push((key, tally));
            }
        }

        let by_rule = by_rule.iter().enumerate();
        let mut lines = gather(by_rule.filter_map(|(index, tallies)| line(index, &rules[index], tallies, today)));
        for (group, cap) in &self.model.groups {
            let of_group =
                |line: &&Contribution| line.index.is_some_and(|index| rules[index].group.as_ref() == Some(group));
            let sum: Milli = lines.iter().filter(of_group).map(|line| line.points).sum();
            push_cap(&mut lines, &["group:", group].concat(), clamp(sum, Some(*cap)) - sum);
        }
        let sum: Milli = lines.iter().map(|line| line.points).sum();
        let mut total = sum.clamp(0, 100_000);
        push_cap(&mut lines, "total", total - sum);
        if cap_bots && total >= self.model.tiers.warm {
            let capped = (self.model.tiers.warm - 1_000).max(0);
            push_cap(&mut lines, "bot", capped - total);
            total = capped;
        }
        Assessment { total, lines }
    }
}

fn matching(rules: &[Rule], key: &Key) -> Vec<u16> {
    let (kind, subject) = key.parts();
    let fits = |rule: &Rule| rule.kind.name() == kind && (rule.on.is_empty() || glob::any(&rule.on, subject));
    gather(rules.iter().enumerate().filter(|(_, rule)| fits(rule)).map(|(index, _)| index as u16))
}

fn push_cap(lines: &mut Vec<Contribution>, rule: &str, points: Milli) {
    if points != 0 {
        lines.push(Contribution { rule: rule.into(), index: None, points, count: 0, evidence: Vec::new(), last: None });
    }
}

fn line(index: usize, rule: &Rule, tallies: &[(&Key, &Tally)], today: Day) -> Option<Contribution> {
    let measured = |count: &Count| if rule.measure == Measure::Sum { count.1 } else { count.0 };
    let in_window = |day: Day| rule.window_days.is_none_or(|window| day + window > today);
    // Days that have no bucket any more are at least so old.
    let older = today.saturating_sub(MAX_DAYS);

    let mut days: Sorted<Day, Count> = Sorted::default();
    let mut evidence = Vec::new();
    for (key, tally) in tallies {
        let buckets = tally.days.0.iter().map(|(day, count)| (*day, count));
        let mut weight = 0;
        for (day, count) in buckets.chain([(older, &tally.older)]).filter(|(day, _)| in_window(*day)) {
            days.entry(&day).add(*count);
            weight += i64::from(measured(count));
        }
        if weight > 0 {
            evidence.push((weight, key.parts().1));
        }
    }
    let count = days.0.iter().fold(0u32, |sum, (_, count)| sum.saturating_add(measured(count)));
    let last = tallies.iter().map(|(_, tally)| day(tally.last)).max().filter(|_| count > 0)?;
    let age = |day: Day| today.saturating_sub(day);

    let points = match &rule.points {
        Points::Each(each) => days
            .0
            .iter()
            .map(|(day, count)| {
                let points = clamp(each.saturating_mul(measured(count).into()), rule.cap_day);
                decayed(points, rule.decay, age(*day))
            })
            .sum(),
        Points::Steps(steps) => {
            let reached = steps.iter().rev().find(|(from, _)| count >= *from).map_or(0, |(_, points)| *points);
            decayed(reached, rule.decay, age(last))
        }
    };
    let points = clamp(points, rule.cap);
    sort_down(&mut evidence, |(weight, _)| *weight);
    (points != 0).then(|| Contribution {
        rule: rule.id.clone(),
        index: Some(index),
        points,
        count,
        evidence: gather(evidence.iter().take(3).map(|(_, subject)| (*subject).to_owned())),
        last: Some(last),
    })
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
fn decayed(points: Milli, decay: Option<Decay>, age: Day) -> Milli {
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

/// The tier of a score, given the tier before. What the visitor stated wins over points; without evidence beyond one
/// page view nobody is more than cold.
pub fn tier(total: Milli, before: Tier, tiers: &Tiers, stated: Option<Timeframe>, evidence: bool) -> Tier {
    match stated {
        Some(Timeframe::Now) => return Tier::Hot,
        Some(Timeframe::TwoMonths) => return Tier::Warm,
        Some(_) => return Tier::Cold,
        None if !evidence => return Tier::Cold,
        None => {}
    }
    let reached = |tier: Tier, from: Milli| total >= from - if before >= tier { tiers.hysteresis } else { 0 };
    if reached(Tier::Hot, tiers.hot) {
        Tier::Hot
    } else if reached(Tier::Warm, tiers.warm) {
        Tier::Warm
    } else {
        Tier::Cold
    }
}

/// The stage that follows from tier and statements. Never back, except to and from discarded by a statement.
pub fn stage(tier: Tier, before: Stage, said: &Qualification, reachable: bool) -> Stage {
    let now = match (tier, said.timeframe) {
        (_, Some(Timeframe::NotBuying)) => return Stage::Discarded,
        (Tier::Hot, _) => Stage::Sql,
        (Tier::Warm, _) => Stage::Mql,
        (Tier::Cold, Some(_)) if reachable => Stage::Mql,
        _ => Stage::Suspect,
    };
    if before == Stage::Discarded { now } else { now.max(before) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decay_is_monotone_and_meets_its_marks() {
        for decay in [Decay::HalfLifeDays(14), Decay::HalfLifeDays(1), Decay::LinearDays(30)] {
            let left: Vec<_> = (0..400).map(|age| decayed(10_000, Some(decay), age)).collect();
            assert!(left.is_sorted_by(|a, b| a >= b));
            assert_eq!(left[0], 10_000);
        }
        assert_eq!(decayed(10_000, Some(Decay::HalfLifeDays(14)), 28), 2_500);
        assert_eq!(decayed(-10_000, Some(Decay::LinearDays(30)), 15), -5_000);
        assert_eq!(decayed(10_000, Some(Decay::LinearDays(30)), 31), 0);
    }

    #[test]
    fn statements_win_and_thresholds_are_inclusive() {
        let tiers = Tiers::default();
        let by_points = |total, before| tier(total, before, &tiers, None, true);
        assert_eq!(by_points(60_000, Tier::Cold), Tier::Hot);
        assert_eq!(by_points(59_999, Tier::Cold), Tier::Warm);
        assert_eq!(by_points(55_000, Tier::Hot), Tier::Hot);
        assert_eq!(by_points(54_999, Tier::Hot), Tier::Warm);
        assert_eq!(tier(99_000, Tier::Hot, &tiers, None, false), Tier::Cold);
        assert_eq!(tier(12_000, Tier::Cold, &tiers, Some(Timeframe::Now), false), Tier::Hot);
        assert_eq!(tier(80_000, Tier::Hot, &tiers, Some(Timeframe::None), true), Tier::Cold);
    }

    #[test]
    fn stages_do_not_move_backwards() {
        let said = |timeframe| Qualification { timeframe, ..Qualification::default() };
        assert_eq!(stage(Tier::Cold, Stage::Sql, &said(None), true), Stage::Sql);
        assert_eq!(stage(Tier::Hot, Stage::Suspect, &said(Some(Timeframe::NotBuying)), true), Stage::Discarded);
        assert_eq!(stage(Tier::Cold, Stage::Suspect, &said(Some(Timeframe::Later)), true), Stage::Mql);
        assert_eq!(stage(Tier::Hot, Stage::Discarded, &said(Some(Timeframe::Now)), true), Stage::Sql);
    }
}
