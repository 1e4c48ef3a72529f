//! The scoring model: one JSON document, one kind of rule, hand-written or learned. Owns reading and checking it; must
//! not know any visitor.

use crate::json::{At, Value};
use crate::list::gather;
use crate::select::{CONDITION, Condition, SELECTOR, Selector};
use crate::shape::{Field, Shape};
use crate::text::Text;

/// Points are integers in thousandths, so that every engine computes the same.
pub type Milli = i64;

/// The model that is used where config brings none: for companies that sell to companies.
pub const DEFAULT: &str = include_str!("defaults/model-b2b.json");

/// A model for shops, to begin from.
#[cfg(feature = "native")]
pub const SHOP: &str = include_str!("defaults/model-shop.json");

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
    /// Who the visitor is, scored apart from what the visitor did.
    #[cfg_attr(feature = "native", schemars(default))]
    pub fit: Fit,
    /// What a score has meant so far: pairs of a score and the share, from 0 to 1, of leads with that score who became
    /// customers; in between along the straight line. The scores ascend. The page does not need it.
    #[cfg(feature = "native")]
    #[schemars(with = "Vec<(f64, f64)>", default)]
    pub calibration: Vec<(Milli, Milli)>,
}

/// How well the visitor's company suits, as a score of its own: from attributes, so it never fades.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema))]
pub struct Fit {
    /// The letter A from this score on, inclusive.
    #[cfg_attr(feature = "native", schemars(with = "f64"))]
    pub a: Milli,
    /// The letter B from this score on, inclusive; C below.
    #[cfg_attr(feature = "native", schemars(with = "f64"))]
    pub b: Milli,
    /// Its rules; none, no fit.
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
    /// What it looks at. A rule that looks at nothing gives its points once.
    #[cfg_attr(feature = "native", schemars(flatten))]
    pub what: Selector,
    /// What must hold too; without it the rule gives nothing.
    pub when: Option<Condition>,
    /// Points: for each occurrence (or unit of the sum), or in steps. An attribute gives points once.
    #[cfg_attr(feature = "native", schemars(flatten, with = "PointsForm"))]
    pub points: Points,
    /// Most points from one UTC day (absolute value; for `points` only).
    #[cfg_attr(feature = "native", schemars(with = "Option<f64>"))]
    pub cap_day: Option<Milli>,
    /// Most points from this rule (absolute value).
    #[cfg_attr(feature = "native", schemars(with = "Option<f64>"))]
    pub cap: Option<Milli>,
    /// How points fade with age, by whole UTC days.
    pub decay: Option<Decay>,
}

/// How a rule's count becomes points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Points {
    /// So many for each.
    Each(Milli),
    /// So many from a number (in thousandths) on, inclusive; the highest step reached counts, alone. Ascending.
    Steps(Vec<(Milli, Milli)>),
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
    Steps(Vec<(f64, f64)>),
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

const POINTS: Shape = Shape::Number(-1_000, 1_000);
const SCORE: Shape = Shape::Number(0, 100);
const SHARE: Shape = Shape::Number(0, 1);
const DAYS: Shape = Shape::Whole(1, 3_650);
const THRESHOLD: Shape = Shape::Number(i32::MIN, i32::MAX);

/// The shape of the document.
pub(crate) const SHAPE: Shape = Shape::Object(&[&[
    Field("$schema", Shape::Text),
    Field("id", Shape::Text),
    Field("version", Shape::Whole(1, i32::MAX)),
    Field("tiers", Shape::Object(&[&[Field("warm", SCORE), Field("hot", SCORE), Field("hysteresis", SCORE)]])),
    Field("groups", Shape::Map(&POINTS)),
    Field("rules", Shape::List(&RULE)),
    Field("fit", Shape::Object(&[&[Field("a", SCORE), Field("b", SCORE), Field("rules", Shape::List(&RULE))]])),
    Field("calibration", Shape::List(&Shape::Tuple(&[SCORE, SHARE]))),
]]);

static RULE: Shape = Shape::Object(&[
    SELECTOR,
    &[
        Field("id", Shape::Text),
        Field("label", Shape::Texts),
        Field("why", Shape::Text),
        Field("group", Shape::Text),
        Field("when", Shape::List(&CONDITION)),
        Field("points", POINTS),
        Field("steps", Shape::List(&Shape::Tuple(&[THRESHOLD, POINTS]))),
        Field("cap_day", POINTS),
        Field("cap", POINTS),
        Field("decay", Shape::Object(&[&[Field("half_life_days", DAYS), Field("linear_days", DAYS)]])),
    ],
]);

impl Rule {
    /// Goes through its selectors: its own, then those of its condition in their order.
    pub(crate) fn selectors(&self, each: &mut dyn FnMut(&Selector)) {
        each(&self.what);
        if let Some(when) = &self.when {
            when.tests(&mut |test| each(&test.what));
        }
    }
}

impl Model {
    /// Reads a model of the right shape, noting what else is wrong with it.
    pub(crate) fn read(at: &At, value: &Value) -> Model {
        let groups = match value.field("groups") {
            Some(groups @ Value::Object(fields)) => {
                gather(fields.iter().map(|(name, _)| (name.clone(), groups.thousandths(name).unwrap_or(0).abs())))
            }
            _ => Vec::new(),
        };
        let rules = read_rules(at, value, &groups);
        let id = value.text("id");
        if id.is_empty() {
            at.problem("`id` is missing", "Add it: a lead says which model scored it");
        }
        Model {
            id,
            version: value.whole("version").unwrap_or(1),
            tiers: read_tiers(&at.field("tiers"), value.part("tiers")),
            groups,
            rules,
            fit: read_fit(&at.field("fit"), value.part("fit")),
            #[cfg(feature = "native")]
            calibration: read_pairs(&at.field("calibration"), value, "calibration"),
        }
    }

    /// How probably somebody with this score becomes a customer, from 0 to 1; unknown where the model is not calibrated.
    #[cfg(feature = "native")]
    pub fn probability(&self, score: Milli) -> Option<f64> {
        let above = self.calibration.partition_point(|(from, _)| *from < score);
        let above = above.min(self.calibration.len().saturating_sub(1));
        let (x1, y1) = *self.calibration.get(above)?;
        let (x0, y0) = *self.calibration.get(above.saturating_sub(1))?;
        let part = if x1 > x0 { (score.clamp(x0, x1) - x0) as f64 / (x1 - x0) as f64 } else { 1.0 };
        Some((y0 as f64 + part * (y1 - y0) as f64) / 1_000.0)
    }
}

fn read_fit(at: &At, value: &Value) -> Fit {
    let rules = read_rules(at, value, &[]);
    let mut signals = false;
    for rule in &rules {
        rule.selectors(&mut |what| signals |= what.kind.is_some());
    }
    if signals {
        at.problem(
            "fit is who the visitor is, and signals are what they did",
            "Use `attribute` in its rules and their conditions",
        );
    }
    let fit = Fit { a: value.thousandths("a").unwrap_or(50_000), b: value.thousandths("b").unwrap_or(20_000), rules };
    if fit.b > fit.a {
        at.problem("A begins below B", "Make `a` the higher of the two");
    }
    fit
}

fn read_rules(at: &At, value: &Value, groups: &[(String, Milli)]) -> Vec<Rule> {
    let at = at.field("rules");
    let rules = value.many("rules").iter().enumerate();
    let rules = gather(rules.map(|(index, rule)| read_rule(&at.item(index), rule)));
    for (i, rule) in rules.iter().enumerate() {
        if rules.iter().take(i).any(|other| other.id == rule.id) {
            at.problem(&["two rules are called `", &rule.id, "`"].concat(), "Give each its own id");
        }
        if let Some(group) = &rule.group
            && !groups.iter().any(|(name, _)| name == group)
        {
            let wrong = ["rule `", &rule.id, "` is in the group `", group, "`, which has no cap"].concat();
            at.problem(&wrong, &["Add it to groups: {\"", group, "\": 30}"].concat());
        }
    }
    rules
}

fn read_tiers(at: &At, value: &Value) -> Tiers {
    let default = Tiers::default();
    let tiers = Tiers {
        warm: value.thousandths("warm").unwrap_or(default.warm),
        hot: value.thousandths("hot").unwrap_or(default.hot),
        hysteresis: value.thousandths("hysteresis").unwrap_or(default.hysteresis),
    };
    if tiers.warm > tiers.hot {
        at.problem("hot begins below warm", "Make `hot` the higher of the two");
    }
    tiers
}

fn read_rule(at: &At, value: &Value) -> Rule {
    let id = value.text("id");
    if id.is_empty() {
        at.problem("a rule needs an `id`", "Add it");
    }
    let what = Selector::read(at, value);
    let when = Condition::when(at, value);
    if what.kind.is_none() && what.attribute.is_none() && when.is_none() && !what.on.is_empty() {
        at.problem("`on` of what?", "Add a `kind` or an `attribute`");
    }
    let cap_day = value.thousandths("cap_day").map(Milli::abs);
    let decay = value.field("decay").and_then(|decay| read_decay(&at.field("decay"), decay));
    if what.kind.is_none() && (cap_day.is_some() || decay.is_some()) {
        at.problem("only signals have days", "Add a `kind`, or remove `cap_day` and `decay`");
    }
    let points = match (value.thousandths("points"), value.field("steps")) {
        (Some(each), None) => Points::Each(each),
        (None, Some(_)) => {
            if cap_day.is_some() {
                at.field("cap_day")
                    .problem("steps are not given by day", "Remove it, or use `points`; `cap` holds for both");
            }
            Points::Steps(read_pairs(&at.field("steps"), value, "steps"))
        }
        _ => {
            at.problem("a rule gives points in one of two ways", "Write either `points` or `steps`");
            Points::Each(0)
        }
    };
    Rule {
        label: value.texts("label").unwrap_or_else(|| Text::plain(&id)),
        id,
        why: value.maybe("why"),
        group: value.maybe("group"),
        what,
        when,
        points,
        cap_day,
        cap: value.thousandths("cap").map(Milli::abs),
        decay,
    }
}

fn read_decay(at: &At, value: &Value) -> Option<Decay> {
    match (value.whole("half_life_days"), value.whole("linear_days")) {
        (Some(days), None) => Some(Decay::HalfLifeDays(days)),
        (None, Some(days)) => Some(Decay::LinearDays(days)),
        _ => {
            at.problem("a decay has one of two forms", "Write either half_life_days or linear_days");
            None
        }
    }
}

/// Pairs of numbers, of which the first ascend.
fn read_pairs(at: &At, value: &Value, name: &str) -> Vec<(Milli, Milli)> {
    let number = |pair: &Value, index| (pair.nth(index).as_number() * 1_000.0).round() as Milli;
    let pair = |pair| (number(pair, 0), number(pair, 1));
    let pairs = gather(value.many(name).iter().map(pair));
    if !pairs.is_sorted_by(|a, b| a.0 < b.0) {
        at.problem("these are not in ascending order", "Put the smallest number first, each number once");
    }
    pairs
}
