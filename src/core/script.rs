//! The chat's script: what the widget says and asks, and what an answer leads to. Owns reading and checking it; must
//! not know any conversation.

use crate::json::{At, Value};
use crate::lead::Field;
use crate::list::gather;
use crate::qualify::{Fact, accepts};
use crate::shape::{self, Shape};
use crate::text::Text;

/// The script that is used where config brings none.
pub const DEFAULT: &str = include_str!("defaults/script.json");

/// A conversation to be had: it begins with the first step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema), schemars(transparent))]
pub struct Script(pub Vec<Step>);

/// One thing said, and perhaps asked. A step that asks nothing goes on to `next`; one without `next` ends the
/// conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema))]
pub struct Step {
    /// Name of the step.
    pub id: String,
    /// What is said.
    pub say: Text,
    /// Answers to choose from.
    #[cfg_attr(feature = "native", schemars(default))]
    pub replies: Vec<Reply>,
    /// Whether the visitor may answer in own words.
    #[cfg_attr(feature = "native", schemars(default))]
    pub text: bool,
    /// Asks for contact details by a form with these fields.
    #[cfg_attr(feature = "native", schemars(default))]
    pub contact: Vec<Field>,
    /// The fact that the answer fills.
    pub fills: Option<Fact>,
    /// The step after this one.
    pub next: Option<String>,
}

/// An answer to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema))]
pub struct Reply {
    /// What it says.
    pub say: Text,
    /// What it fills the fact with; for a fact in own words the text itself where absent.
    pub value: Option<String>,
    /// The step after it; the step's own `next` where absent.
    pub next: Option<String>,
}

/// The shape of the document.
pub(crate) const SHAPE: Shape = Shape::List(&Shape::Object(&[&[
    shape::Field("id", Shape::Text),
    shape::Field("say", Shape::Texts),
    shape::Field("replies", Shape::List(&REPLY)),
    shape::Field("text", Shape::Flag),
    shape::Field("contact", Shape::List(&Shape::Word(Field::NAMES.words))),
    shape::Field("fills", Shape::Word(Fact::NAMES.words)),
    shape::Field("next", Shape::Text),
]]));

const REPLY: Shape = Shape::Object(&[&[
    shape::Field("say", Shape::Texts),
    shape::Field("value", Shape::Text),
    shape::Field("next", Shape::Text),
]]);

impl Step {
    /// Whether the conversation waits here.
    pub fn asks(&self) -> bool {
        !self.replies.is_empty() || self.text || !self.contact.is_empty()
    }
}

impl Script {
    /// The step of a name.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.0.iter().find(|step| step.id == id)
    }

    /// Reads a script of the right shape, noting what else is wrong with it.
    pub(crate) fn read(at: &At, value: &Value) -> Script {
        let steps = value.as_many().iter().enumerate();
        let script = Script(gather(steps.map(|(index, step)| read_step(&at.item(index), step))));
        if script.0.is_empty() {
            at.problem("the script has no steps", "Add at least one: {\"id\": \"hello\", \"say\": \"Hello!\"}");
        }
        for (i, step) in script.0.iter().enumerate() {
            if script.0.iter().take(i).any(|other| other.id == step.id) {
                at.problem(&["two steps are called `", &step.id, "`"].concat(), "Give each its own id");
            }
            let nexts = step.replies.iter().map(|reply| &reply.next).chain([&step.next]);
            for next in nexts.flatten().filter(|next| script.step(next).is_none()) {
                let wrong = ["step `", &step.id, "` goes on to `", next, "`, which does not exist"].concat();
                at.problem(&wrong, "Correct the name or add the step");
            }
            if !step.contact.is_empty()
                && !step.contact.iter().any(|field| matches!(field, Field::Email | Field::Phone))
            {
                let wrong = ["the form of step `", &step.id, "` has no way to be reached"].concat();
                at.problem(&wrong, "Add \"email\" or \"phone\" to its `contact`");
            }
            if script.says_for_ever(step) {
                let wrong = ["from step `", &step.id, "` the script goes round without ever asking"].concat();
                at.problem(&wrong, "Let one of its steps ask something, or take out a `next`");
            }
        }
        script
    }

    fn says_for_ever(&self, from: &Step) -> bool {
        let mut step = Some(from);
        for _ in 0..=self.0.len() {
            match step {
                Some(talking) if !talking.asks() => step = talking.next.as_ref().and_then(|next| self.step(next)),
                _ => return false,
            }
        }
        true
    }
}

fn read_step(at: &At, value: &Value) -> Step {
    let fills = value.word("fills", Fact::NAMES);
    let replies_at = at.field("replies");
    let reply = |(index, reply): (usize, &Value)| {
        let value = reply.maybe("value");
        if let (Some(fact), Some(value)) = (fills, &value)
            && !accepts(fact, value)
        {
            let mend = "Timeframe takes now, two_months, later, none, not_buying; authority decides, prepares, other";
            replies_at.item(index).problem(&["`", value, "` is not a value of this fact"].concat(), mend);
        }
        Reply { say: reply.texts("say").unwrap_or_default(), value, next: reply.maybe("next") }
    };
    let id = value.text("id");
    if id.is_empty() {
        at.problem("`id` is missing", "Add it");
    }
    Step {
        id,
        say: value.texts("say").unwrap_or_default(),
        replies: gather(value.many("replies").iter().enumerate().map(reply)),
        text: value.flag("text"),
        contact: gather(value.many("contact").iter().filter_map(|field| Field::NAMES.find(field.as_str()?))),
        fills,
        next: value.maybe("next"),
    }
}
