//! The scoring model: one JSON document, one kind of rule, hand-written or learned. Owns reading and checking it; must
//! not know any visitor.

use crate::glob::Glob;
use crate::json::{At, Reader, Value, choice};
use crate::signal::Kind;
use crate::text::Text;

/// Points are integers in thousandths, so that every engine computes the same.
pub type Milli = i64;

/// The model that is used where config brings none: for companies that sell to companies.
pub const DEFAULT: &str = include_str!("defaults/model-b2b.json");

/// How a visitor is scored. Every point that it can give is in here.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema))]
pub struct Model {
    /// Name of the model; a lead says which model scored it.
    pub id: String,
    /// Version of the model, a whole number from 1.
    pub version: u32,
    /// Where the tiers begin.
    pub tiers: Tiers,
    /// Most points that the rules of a group give together, by the group's name.
    #[cfg_attr(feature = "native", schemars(with = "std::collections::BTreeMap<String, f64>", default))]
    pub groups: Vec<(String, Milli)>,
    /// The rules, in any order.
    pub rules: Vec<Rule>,
}

/// Where the tiers begin, in points of a score from 0 to 100.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema))]
pub struct Tiers {
    /// Warm from this score on, inclusive.
    #[cfg_attr(feature = "native", schemars(with = "f64"))]
    pub warm: Milli,
    /// Hot from this score on, inclusive.
    #[cfg_attr(feature = "native", schemars(with = "f64"))]
    pub hot: Milli,
    /// A tier once reached is kept until the score is more than this below where the tier begins.
    #[cfg_attr(feature = "native", schemars(with = "f64", default))]
    pub hysteresis: Milli,
}

impl Default for Tiers {
    fn default() -> Tiers {
        Tiers { warm: 30_000, hot: 60_000, hysteresis: 5_000 }
    }
}

/// Selects facts and turns them into points. Either `points` or `steps`.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema))]
pub struct Rule {
    /// Name of the rule, once in a model.
    pub id: String,
    /// What a person reads: the reason.
    pub label: Text,
    /// Why it gives what it gives: for whoever reads the model.
    pub why: Option<String>,
    /// The group whose cap it shares.
    pub group: Option<String>,
    /// Which signals.
    pub kind: Kind,
    /// Only these subjects (paths, labels, hosts, names); all where absent. `*` stands for anything.
    #[cfg_attr(feature = "native", schemars(default))]
    pub on: Vec<Glob>,
    /// What is counted: occurrences (default) or the sum of their amounts.
    #[cfg_attr(feature = "native", schemars(default))]
    pub measure: Measure,
    /// Points: for each occurrence (or unit of the sum), or in steps.
    #[cfg_attr(feature = "native", schemars(flatten, with = "PointsForm"))]
    pub points: Points,
    /// Most points from one UTC day (absolute value; for `points` only).
    #[cfg_attr(feature = "native", schemars(with = "Option<f64>"))]
    pub cap_day: Option<Milli>,
    /// Most points from this rule (absolute value).
    #[cfg_attr(feature = "native", schemars(with = "Option<f64>"))]
    pub cap: Option<Milli>,
    /// Only the last so many UTC days, today included.
    pub window_days: Option<u32>,
    /// How points fade with age, by whole UTC days.
    pub decay: Option<Decay>,
}

/// What a rule counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema), schemars(rename_all = "lowercase"))]
pub enum Measure {
    /// How often.
    #[default]
    Count,
    /// How much: seconds, quarters of a page, values of custom events.
    Sum,
}

/// How a rule's count becomes points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Points {
    /// So many for each.
    Each(Milli),
    /// So many from a number on, inclusive; the highest step reached counts, alone. Ascending.
    Steps(Vec<(u32, Milli)>),
}

/// The form of [`Points`] in JSON.
#[cfg(feature = "native")]
#[derive(schemars::JsonSchema)]
#[schemars(rename_all = "lowercase")]
#[allow(dead_code)]
enum PointsForm {
    /// Points for each.
    Points(f64),
    /// `[[60, 3], [600, 15]]`: 3 points from 60 on, 15 from 600 on, both inclusive.
    Steps(Vec<(u32, f64)>),
}

/// How points fade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema), schemars(rename_all = "snake_case"))]
pub enum Decay {
    /// To half in so many days, again and again.
    HalfLifeDays(u32),
    /// Evenly to nothing in so many days.
    LinearDays(u32),
}

/// Reads points into thousandths.
fn milli(at: &At, value: &Value) -> Option<Milli> {
    at.number(value, -1_000.0..=1_000.0).map(|points| (points * 1_000.0).round() as Milli)
}

impl Model {
    /// Reads a model, noting every problem.
    pub fn read(at: &At, value: &Value) -> Option<Model> {
        at.object(value, |r| {
            r.string("$schema");
            let model = Model {
                id: r.need("id").and_then(|(at, value)| at.string(value)).unwrap_or_default(),
                version: r.whole("version", 1..=u32::MAX).unwrap_or(1),
                tiers: r.object("tiers", read_tiers).unwrap_or_default(),
                groups: r.take("groups").map_or_else(Vec::new, |(at, value)| read_groups(&at, value)),
                rules: r.list("rules", |at, value| at.object(value, read_rule).flatten()),
            };
            let rules_at = r.at.field("rules");
            for (i, rule) in model.rules.iter().enumerate() {
                if model.rules[..i].iter().any(|other| other.id == rule.id) {
                    rules_at.problem(&["two rules are called `", &rule.id, "`"].concat(), "Give each its own id");
                }
                if let Some(group) = &rule.group
                    && !model.groups.iter().any(|(name, _)| name == group)
                {
                    let wrong = ["rule `", &rule.id, "` is in the group `", group, "`, which has no cap"].concat();
                    rules_at.problem(&wrong, &["Add it to groups: {\"", group, "\": 30}"].concat());
                }
            }
            model
        })
    }
}

fn read_tiers(r: &mut Reader) -> Tiers {
    let mut points = |key| r.number(key, 0.0..=100.0).map(|points| (points * 1_000.0).round() as Milli);
    let default = Tiers::default();
    let tiers = Tiers {
        warm: points("warm").unwrap_or(default.warm),
        hot: points("hot").unwrap_or(default.hot),
        hysteresis: points("hysteresis").unwrap_or(default.hysteresis),
    };
    if tiers.warm > tiers.hot {
        r.at.problem("hot begins below warm", "Make `hot` the higher of the two");
    }
    tiers
}

fn read_groups(at: &At, value: &Value) -> Vec<(String, Milli)> {
    let Value::Object(fields) = value else {
        at.problem("this is not an object", "Write {\"name of the group\": most points, ...}");
        return Vec::new();
    };
    fields.iter().filter_map(|(name, cap)| Some((name.clone(), milli(&at.field(name), cap)?.abs()))).collect()
}

fn read_rule(r: &mut Reader) -> Option<Rule> {
    let id = r.need("id").and_then(|(at, value)| at.string(value))?;
    let why = r.string("why");
    let label = r.text("label").unwrap_or_else(|| Text::plain(&id));
    let group = r.string("group");
    let kind = r.need("kind").and_then(|(at, value)| choice(&at, value, Kind::NAMES));
    let on = r.list("on", |at, value| at.string(value).map(Glob));
    let measure = r.choice("measure", &[("count", Measure::Count), ("sum", Measure::Sum)]).unwrap_or_default();
    let each = r.take("points").map(|(at, value)| milli(&at, value));
    let steps = r.take("steps").map(|(at, value)| read_steps(&at, value));
    let cap_day = r.take("cap_day").and_then(|(at, value)| milli(&at, value)).map(Milli::abs);
    let cap = r.take("cap").and_then(|(at, value)| milli(&at, value)).map(Milli::abs);
    let window_days = r.whole("window_days", 1..=3650);
    let decay = r
        .object("decay", |r| {
            let half = r.whole("half_life_days", 1..=3650).map(Decay::HalfLifeDays);
            let linear = r.whole("linear_days", 1..=3650).map(Decay::LinearDays);
            if half.is_some() == linear.is_some() {
                r.at.problem("a decay has one of two forms", "Write half_life_days or linear_days, not both");
            }
            half.or(linear)
        })
        .flatten();
    let points = match (each, steps) {
        (Some(each), None) => Points::Each(each?),
        (None, Some(steps)) => {
            if cap_day.is_some() {
                r.at.field("cap_day")
                    .problem("steps are not given by day", "Remove it, or use `points`; `cap` holds for both");
            }
            Points::Steps(steps)
        }
        _ => {
            r.at.problem("a rule gives points in one of two ways", "Write either `points` or `steps`");
            return None;
        }
    };
    Some(Rule { id, label, why, group, kind: kind?, on, measure, points, cap_day, cap, window_days, decay })
}

fn read_steps(at: &At, value: &Value) -> Vec<(u32, Milli)> {
    let steps = at.list(value, |at, step| match step {
        Value::List(pair) if pair.len() == 2 => {
            Some((at.number(&pair[0], 0.0..=f64::from(u32::MAX))? as u32, milli(at, &pair[1])?))
        }
        _ => {
            at.problem("this is not a step", "Write a pair: [from, points], such as [600, 15]");
            None
        }
    });
    if !steps.is_sorted_by(|a, b| a.0 < b.0) {
        at.problem("the steps are not in ascending order", "Put the smallest number first, each number once");
    }
    steps
}
