//! What a rule looks at: selectors, which count signals or read an attribute, and conditions made of them. Owns their form and
//! reading it; must not know points, nor where facts are kept.

use crate::glob::Glob;
use crate::json::{At, Value};
use crate::list::gather;
use crate::model::Milli;
use crate::names::names;
use crate::shape::{Field, Shape};
use crate::signal::Kind;

/// Signals of a kind, or an attribute of the visitor; with neither it stands for nothing, and is always there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema))]
pub struct Selector {
    /// Which signals.
    pub kind: Option<Kind>,
    /// Which attribute: `channel`, `language`, `device`, ..., or one given by `identify`.
    pub attribute: Option<String>,
    /// Only these subjects (paths, labels, hosts, names) or values; all where absent. `*` stands for anything.
    #[cfg_attr(feature = "native", schemars(default))]
    pub on: Vec<Glob>,
    /// What is counted of signals: occurrences (default) or the sum of their amounts.
    #[cfg_attr(feature = "native", schemars(default))]
    pub measure: Measure,
    /// Only signals of the last so many UTC days, today included.
    pub window_days: Option<u32>,
    /// Only signals of the visit under way.
    #[cfg_attr(feature = "native", schemars(default))]
    pub this_visit: bool,
}

/// What is counted of signals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema), schemars(rename_all = "lowercase"))]
pub enum Measure {
    /// How often.
    #[default]
    Count,
    /// How much: seconds, quarters of a page, values of custom events.
    Sum,
}

names!(Measure { Count "count", Sum "sum" });

/// What must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema), schemars(untagged))]
pub enum Condition {
    /// All of these.
    All {
        /// Each of them.
        all: Vec<Condition>,
    },
    /// At least one of these.
    Any {
        /// One of them.
        any: Vec<Condition>,
    },
    /// None of these.
    Not {
        /// Not one of them.
        not: Vec<Condition>,
    },
    /// A count, a sum or an attribute within bounds.
    Test(Test),
}

/// That what a selector finds lies within bounds; without bounds, that it finds anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema))]
pub struct Test {
    /// What is looked at.
    #[cfg_attr(feature = "native", schemars(flatten))]
    pub what: Selector,
    /// From this number on, inclusive.
    #[cfg_attr(feature = "native", schemars(with = "Option<f64>"))]
    pub from: Option<Milli>,
    /// Below this number, exclusive.
    #[cfg_attr(feature = "native", schemars(with = "Option<f64>"))]
    pub below: Option<Milli>,
}

/// The fields of a selector.
pub(crate) const SELECTOR: &[Field] = &[
    Field("kind", Shape::Word(Kind::NAMES.words)),
    Field("attribute", Shape::Text),
    Field("on", Shape::List(&Shape::Text)),
    Field("measure", Shape::Word(Measure::NAMES.words)),
    Field("window_days", Shape::Whole(1, 3_650)),
    Field("this_visit", Shape::Flag),
];

/// The shape of a condition.
pub(crate) static CONDITION: Shape = Shape::Object(&[
    SELECTOR,
    &[
        Field("all", Shape::List(&CONDITION)),
        Field("any", Shape::List(&CONDITION)),
        Field("not", Shape::List(&CONDITION)),
        Field("from", Shape::Number(i32::MIN, i32::MAX)),
        Field("below", Shape::Number(i32::MIN, i32::MAX)),
    ],
]);

impl Selector {
    /// Reads a selector of the right shape, noting what else is wrong with it.
    pub(crate) fn read(at: &At, value: &Value) -> Selector {
        let (kind, attribute) = (value.word("kind", Kind::NAMES), value.maybe("attribute"));
        if kind.is_some() && attribute.is_some() {
            at.problem("this looks at two things at once", "Leave out `kind` or `attribute`");
        }
        let (window_days, this_visit) = (value.whole("window_days"), value.flag("this_visit"));
        if kind.is_none() && (window_days.is_some() || this_visit) {
            at.problem("only signals have a time", "Add a `kind`, or remove `window_days` and `this_visit`");
        }
        let measure = value.word("measure", Measure::NAMES).unwrap_or_default();
        Selector { kind, attribute, on: Glob::list(value, "on"), measure, window_days, this_visit }
    }

    /// Whether it looks at this subject, or this value.
    pub(crate) fn includes(&self, subject: &str) -> bool {
        self.on.is_empty() || crate::glob::any(&self.on, subject)
    }
}

impl Test {
    /// Whether what was found lies within the bounds. Signals never seen count as 0, but are not there where there are no
    /// bounds; an attribute that is not known is in no bounds.
    pub(crate) fn admits(&self, found: Option<Milli>) -> bool {
        let bounded = self.from.is_some() || self.below.is_some();
        let number = found.or((self.what.kind.is_some() && bounded).then_some(0));
        number.is_some_and(|number| {
            self.from.is_none_or(|from| number >= from) && self.below.is_none_or(|below| number < below)
        })
    }
}

impl Condition {
    /// Reads a condition of the right shape, noting what else is wrong with it.
    pub(crate) fn read(at: &At, value: &Value) -> Condition {
        let parts = |name: &str| {
            let at = at.field(name);
            gather(value.many(name).iter().enumerate().map(|(index, part)| Condition::read(&at.item(index), part)))
        };
        let given = |name: &&str| !value.part(name).is_null();
        let forms = ["all", "any", "not", "kind", "attribute"].iter().filter(|name| given(name)).count();
        if forms != 1 {
            at.problem("a condition says one thing", "Write one of `all`, `any`, `not`, `kind` and `attribute`");
        }
        if given(&"all") {
            Condition::All { all: parts("all") }
        } else if given(&"any") {
            Condition::Any { any: parts("any") }
        } else if given(&"not") {
            Condition::Not { not: parts("not") }
        } else {
            let (from, below) = (value.thousandths("from"), value.thousandths("below"));
            if from.is_some() && below.is_some() && from >= below {
                at.problem("nothing lies between `from` and `below`", "Make `below` the larger of the two");
            }
            Condition::Test(Test { what: Selector::read(at, value), from, below })
        }
    }

    /// What the field `when` asks for, if it is there: all of it.
    pub(crate) fn when(at: &At, value: &Value) -> Option<Condition> {
        let at = at.field("when");
        let all = gather(value.many("when").iter().map(|condition| Condition::read(&at, condition)));
        (!all.is_empty()).then_some(Condition::All { all })
    }

    /// Goes through all tests of it, in their order.
    pub(crate) fn tests(&self, each: &mut dyn FnMut(&Test)) {
        match self {
            Condition::All { all: parts } | Condition::Any { any: parts } | Condition::Not { not: parts } => {
                for part in parts {
                    part.tests(each);
                }
            }
            Condition::Test(test) => each(test),
        }
    }

    /// Whether it holds, given which of its tests do. All are asked, in their order.
    pub(crate) fn holds(&self, test: &mut dyn FnMut(&Test) -> bool) -> bool {
        match self {
            Condition::All { all } => count(all, test) == all.len(),
            Condition::Any { any } => count(any, test) > 0,
            Condition::Not { not } => count(not, test) == 0,
            Condition::Test(one) => test(one),
        }
    }
}

fn count(parts: &[Condition], test: &mut dyn FnMut(&Test) -> bool) -> usize {
    let mut holding = 0;
    for part in parts {
        holding += usize::from(part.holds(test));
    }
    holding
}
