//! What a score and a statement mean for sales: the tier, the stage, and the grade of interest and fit. Owns their thresholds
//! and which of them wins; must not know how points come about.

use crate::model::{Fit, Milli, Tiers};
use crate::names::names;
use crate::qualify::{Qualification, Timeframe};

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

/// Where in the funnel. In the order in which stages may only advance; those after the customer are reached from anywhere,
/// and left again when the reason for them is gone.
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
    /// Has bought.
    Customer,
    /// Bought from a competitor: put aside for later.
    Parked,
    /// A sale that failed: to be tried again with something else.
    Lost,
    /// Asks without meaning to buy.
    Discarded,
}

names!(Stage {
    Suspect "suspect", Mql "mql", Sql "sql", Customer "customer", Parked "parked", Lost "lost", Discarded "discarded",
});

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

/// The letter of a fit: A, B or C.
pub fn letter(total: Milli, fit: &Fit) -> &'static str {
    if total >= fit.a {
        "A"
    } else if total >= fit.b {
        "B"
    } else {
        "C"
    }
}

/// The figure of a tier, to stand behind the letter of a fit: 1 for hot, 3 for cold.
pub fn figure(tier: Tier) -> &'static str {
    match tier {
        Tier::Hot => "1",
        Tier::Warm => "2",
        Tier::Cold => "3",
    }
}

/// The stage that follows from tier and statements. Never back, except to and from parked, lost and discarded. `told`: what
/// the page knows; only a customer, and what lies aside, cannot be found out here.
pub fn stage(tier: Tier, before: Stage, said: &Qualification, reachable: bool, told: Option<Stage>) -> Stage {
    let now = match (told, tier, said.timeframe) {
        (Some(told), ..) if told >= Stage::Customer => return told,
        (_, _, Some(Timeframe::NotBuying)) => return Stage::Discarded,
        (_, Tier::Hot, _) => Stage::Sql,
        (_, Tier::Warm, _) => Stage::Mql,
        (_, Tier::Cold, Some(_)) if reachable => Stage::Mql,
        _ => Stage::Suspect,
    };
    if before > Stage::Customer { now } else { now.max(before) }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let found = |tier, before, timeframe, told| stage(tier, before, &said(timeframe), true, told);
        assert_eq!(found(Tier::Cold, Stage::Sql, None, None), Stage::Sql);
        assert_eq!(found(Tier::Hot, Stage::Suspect, Some(Timeframe::NotBuying), None), Stage::Discarded);
        assert_eq!(found(Tier::Cold, Stage::Suspect, Some(Timeframe::Later), None), Stage::Mql);
        assert_eq!(found(Tier::Hot, Stage::Discarded, Some(Timeframe::Now), None), Stage::Sql);
        // What the page knows comes first, as far as it can know better.
        assert_eq!(
            found(Tier::Cold, Stage::Suspect, Some(Timeframe::NotBuying), Some(Stage::Customer)),
            Stage::Customer
        );
        assert_eq!(found(Tier::Hot, Stage::Customer, None, None), Stage::Customer);
        assert_eq!(found(Tier::Hot, Stage::Customer, None, Some(Stage::Parked)), Stage::Parked);
        assert_eq!(found(Tier::Warm, Stage::Lost, None, None), Stage::Mql);
        assert_eq!(found(Tier::Hot, Stage::Suspect, None, Some(Stage::Mql)), Stage::Sql);
    }
}
