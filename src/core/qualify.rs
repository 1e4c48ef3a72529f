//! What the visitor said that sales must know before calling. Owns the answers and their meaning; must not guess:
//! unknown is not no.

use crate::intent::Intent;
use crate::names::names;
use crate::text::clip;
use crate::wire::record;

/// When the visitor wants to buy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema))]
#[cfg_attr(feature = "native", serde(rename_all = "snake_case"))]
pub enum Timeframe {
    /// At once: hot, whatever the points.
    Now,
    /// A decision within about two months: warm.
    TwoMonths,
    /// A definite but later time: cold now, worth coming back to.
    Later,
    /// Interested, no time limit: cold.
    None,
    /// Asks without meaning to buy: discarded.
    NotBuying,
}

names!(Timeframe { Now "now", TwoMonths "two_months", Later "later", None "none", NotBuying "not_buying" });

/// Whose decision it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema))]
#[cfg_attr(feature = "native", serde(rename_all = "snake_case"))]
pub enum Authority {
    /// The visitor's own.
    Decides,
    /// The visitor prepares it for somebody else.
    Prepares,
    /// Somebody else's.
    Other,
}

names!(Authority { Decides "decides", Prepares "prepares", Other "other" });

/// What was stated. Each may be unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema))]
pub struct Qualification {
    /// What is needed, in the visitor's words.
    pub need: Option<String>,
    /// When.
    pub timeframe: Option<Timeframe>,
    /// Who decides.
    pub authority: Option<Authority>,
    /// Money set aside, in the visitor's words.
    pub budget: Option<String>,
    /// What is bought today and from whom, in the visitor's words.
    pub current_supplier: Option<String>,
    /// What must be there already, or be fulfilled, in the visitor's words.
    #[cfg_attr(feature = "native", serde(default))]
    pub requirements: Option<String>,
    /// How the visitor prefers to be reached, in the visitor's words.
    pub preferred: Option<String>,
    /// When the visitor prefers to be reached, in the visitor's words.
    #[cfg_attr(feature = "native", serde(default))]
    pub preferred_time: Option<String>,
    /// What else the visitor said that matters: what was asked as if buying, what was wished for, what stands in the way. The
    /// latest of each kind, oldest first.
    #[cfg_attr(feature = "native", serde(default))]
    pub statements: Vec<Statement>,
    /// Whether the visitor found the chat helpful.
    #[cfg_attr(feature = "native", serde(default))]
    pub satisfied: Option<bool>,
}

record!(Qualification {
    need,
    timeframe,
    authority,
    budget,
    current_supplier,
    requirements,
    preferred,
    preferred_time,
    statements,
    satisfied
});

/// Something that the visitor said.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema))]
pub struct Statement {
    /// What it means.
    pub intent: Intent,
    /// In the visitor's words, up to 160 bytes.
    pub words: String,
}

record!(Statement { intent, words });

/// Most statements; the oldest go first.
const MAX_STATEMENTS: usize = 12;

/// Which fact an answer of the chat fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema), schemars(rename_all = "snake_case"))]
pub enum Fact {
    /// [`Qualification::need`].
    Need,
    /// [`Qualification::timeframe`].
    Timeframe,
    /// [`Qualification::authority`].
    Authority,
    /// [`Qualification::budget`].
    Budget,
    /// [`Qualification::current_supplier`].
    CurrentSupplier,
    /// [`Qualification::requirements`].
    Requirements,
    /// [`Qualification::preferred`].
    Preferred,
    /// [`Qualification::preferred_time`].
    PreferredTime,
}

names!(Fact {
    Need "need", Timeframe "timeframe", Authority "authority", Budget "budget", CurrentSupplier "current_supplier",
    Requirements "requirements", Preferred "preferred", PreferredTime "preferred_time",
});

/// Whether `value` is one that `fact` can take.
pub fn accepts(fact: Fact, value: &str) -> bool {
    match fact {
        Fact::Timeframe => Timeframe::NAMES.find(value).is_some(),
        Fact::Authority => Authority::NAMES.find(value).is_some(),
        _ => true,
    }
}

impl Qualification {
    /// Fills a fact with an answer. A timeframe or an authority in free words changes nothing.
    pub fn fill(&mut self, fact: Fact, value: &str) {
        let words = || Some(clip(value.trim(), 300).to_owned()).filter(|words| !words.is_empty());
        match fact {
            Fact::Need => self.need = words(),
            Fact::Timeframe => self.timeframe = Timeframe::NAMES.find(value).or(self.timeframe),
            Fact::Authority => self.authority = Authority::NAMES.find(value).or(self.authority),
            Fact::Budget => self.budget = words(),
            Fact::CurrentSupplier => self.current_supplier = words(),
            Fact::Requirements => self.requirements = words(),
            Fact::Preferred => self.preferred = words(),
            Fact::PreferredTime => self.preferred_time = words(),
        }
    }

    /// Takes a statement, in the place of an earlier one of its kind.
    pub fn state(&mut self, intent: Intent, words: &str) {
        self.statements.retain(|statement| statement.intent != intent);
        self.statements.push(Statement { intent, words: clip(words.trim(), 160).to_owned() });
        let surplus = self.statements.len().saturating_sub(MAX_STATEMENTS);
        self.statements.drain(..surplus);
    }

    /// Whether this was said.
    pub fn has_stated(&self, intent: Intent) -> bool {
        self.statements.iter().any(|statement| statement.intent == intent)
    }

    /// With what is unknown here taken from another.
    pub fn or(&self, other: &Qualification) -> Qualification {
        let mut statements = other.statements.clone();
        statements.retain(|statement| !self.has_stated(statement.intent));
        statements.extend(self.statements.iter().cloned());
        let surplus = statements.len().saturating_sub(MAX_STATEMENTS);
        statements.drain(..surplus);
        let or = |mine: &Option<String>, other: &Option<String>| mine.clone().or_else(|| other.clone());
        Qualification {
            need: or(&self.need, &other.need),
            timeframe: self.timeframe.or(other.timeframe),
            authority: self.authority.or(other.authority),
            budget: or(&self.budget, &other.budget),
            current_supplier: or(&self.current_supplier, &other.current_supplier),
            requirements: or(&self.requirements, &other.requirements),
            preferred: or(&self.preferred, &other.preferred),
            preferred_time: or(&self.preferred_time, &other.preferred_time),
            statements,
            satisfied: self.satisfied.or(other.satisfied),
        }
    }
}
