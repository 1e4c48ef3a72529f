//! The chat's script: what the widget says and asks, and what an answer leads to. Owns reading and checking it; must
//! not know any conversation.

use crate::glob::Glob;
use crate::intent::Intent;
use crate::json::{At, Value};
use crate::lead::Field;
use crate::list::gather;
use crate::names::names;
use crate::qualify::{Fact, accepts};
use crate::shape::{self, Shape};
use crate::text::{Text, late};
use crate::tier::Tier;

/// A conversation to be had: it begins with the first step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema), schemars(transparent))]
pub struct Script(pub Vec<Step>);

/// One thing said, and perhaps asked. A step that asks nothing goes on at once; one after which nothing comes ends the
/// conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema))]
pub struct Step {
    /// Name of the step.
    pub id: String,
    /// What is said.
    #[cfg_attr(feature = "native", schemars(default))]
    pub say: Text,
    /// Answers to choose from.
    #[cfg_attr(feature = "native", schemars(default))]
    pub replies: Vec<Reply>,
    /// What the visitor's own words must have in them to be the answer. Where there are replies, `choice`: one of them.
    pub expects: Option<Expected>,
    /// Asks for contact details by a form with these fields.
    #[cfg_attr(feature = "native", schemars(default))]
    pub contact: Vec<Field>,
    /// The fact that the answer fills.
    pub fills: Option<Fact>,
    /// A person is wanted here: the lead says so.
    #[cfg_attr(feature = "native", schemars(default))]
    pub hand_over: bool,
    /// Where to go on, by what is known: the first whose conditions hold.
    #[cfg_attr(feature = "native", schemars(default))]
    pub branches: Vec<Branch>,
    /// The step after this one.
    pub next: Option<String>,
}

/// What an answer in own words must have in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema), schemars(rename_all = "lowercase"))]
pub enum Expected {
    /// Anything.
    Text,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A number.
    Number,
    /// A day, or a time such as "next week".
    Date,
    /// One of the replies, in these or other words.
    Choice,
}

names!(Expected { Text "text", Email "email", Phone "phone", Number "number", Date "date", Choice "choice" });

/// An answer to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema))]
pub struct Reply {
    /// What it says.
    pub say: Text,
    /// What it fills the fact with; for a fact in own words the text itself where absent.
    pub value: Option<String>,
    /// The step after it; the step's own branches and `next` where absent.
    pub next: Option<String>,
}

/// A step to go on to, where all the conditions that it has hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema))]
pub struct Branch {
    /// The answer is one of these: the value or the words of a reply, or what was written; `*` stands for anything.
    #[cfg_attr(feature = "native", schemars(default))]
    pub answer: Vec<Glob>,
    /// The visitor's tier is one of these.
    #[cfg_attr(feature = "native", schemars(default))]
    pub tier: Vec<Tier>,
    /// The path of the page is one of these; `*` stands for anything.
    #[cfg_attr(feature = "native", schemars(default))]
    pub page: Vec<Glob>,
    /// Whether it is within the business hours (`chat.hours`).
    pub hours: Option<Presence>,
    /// The visitor has said one of these.
    #[cfg_attr(feature = "native", schemars(default))]
    pub intent: Vec<Intent>,
    /// The step to go on to.
    pub next: String,
}

/// Whether somebody is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema), schemars(rename_all = "lowercase"))]
pub enum Presence {
    /// Within the business hours.
    Open,
    /// Outside them.
    Closed,
}

names!(Presence { Open "open", Closed "closed" });

/// The shape of the document.
pub(crate) const SHAPE: Shape = Shape::List(&Shape::Object(&[&[
    shape::Field("id", Shape::Text),
    shape::Field("say", Shape::Texts),
    shape::Field("replies", Shape::List(&REPLY)),
    shape::Field("expects", Shape::Word(Expected::NAMES.words)),
    shape::Field("contact", Shape::List(&Shape::Word(Field::NAMES.words))),
    shape::Field("fills", Shape::Word(Fact::NAMES.words)),
    shape::Field("hand_over", Shape::Flag),
    shape::Field("branches", Shape::List(&BRANCH)),
    shape::Field("next", Shape::Text),
]]));

const REPLY: Shape = Shape::Object(&[&[
    shape::Field("say", Shape::Texts),
    shape::Field("value", Shape::Text),
    shape::Field("next", Shape::Text),
]]);

const BRANCH: Shape = Shape::Object(&[&[
    shape::Field("answer", Shape::List(&Shape::Text)),
    shape::Field("tier", Shape::List(&Shape::Word(Tier::NAMES.words))),
    shape::Field("page", Shape::List(&Shape::Text)),
    shape::Field("hours", Shape::Word(Presence::NAMES.words)),
    shape::Field("intent", INTENTS),
    shape::Field("next", Shape::Text),
]]);

/// A list of intents.
pub(crate) const INTENTS: Shape = Shape::List(&Shape::Word(Intent::NAMES.words));

impl Step {
    /// Whether the conversation waits here.
    pub fn asks(&self) -> bool {
        self.expected().is_some() || !self.contact.is_empty()
    }

    /// What an answer in own words must have in it, where the step takes one.
    pub fn expected(&self) -> Option<Expected> {
        self.expects.or((!self.replies.is_empty()).then_some(Expected::Choice))
    }

    /// The steps that may come after this one.
    pub fn nexts(&self) -> impl Iterator<Item = &String> {
        let replies = self.replies.iter().filter_map(|reply| reply.next.as_ref());
        replies.chain(self.onward())
    }

    /// Those that come where no reply says otherwise.
    fn onward(&self) -> impl Iterator<Item = &String> {
        self.branches.iter().map(|branch| &branch.next).chain(&self.next)
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
            at.problem(
                late!("the script has no steps"),
                late!("Add at least one: {\"id\": \"hello\", \"say\": \"Hello!\"}"),
            );
        }
        for (i, step) in script.0.iter().enumerate() {
            if script.0.iter().take(i).any(|other| other.id == step.id) {
                at.problem(&[late!("two steps are called `"), &step.id, "`"].concat(), late!("Give each its own id"));
            }
            for next in step.nexts() {
                script.expect_step(at, &["step `", &step.id, "`"].concat(), next);
            }
            if !step.contact.is_empty()
                && !step.contact.iter().any(|field| matches!(field, Field::Email | Field::Phone))
            {
                let wrong = [late!("the form of step `"), &step.id, late!("` has no way to be reached")].concat();
                at.problem(&wrong, late!("Add \"email\" or \"phone\" to its `contact`"));
            }
            if script.says_for_ever(step) {
                let wrong = ["from step `", &step.id, late!("` the script goes round without ever asking")].concat();
                at.problem(&wrong, late!("Let one of its steps ask something, or take out a `next`"));
            }
        }
        script
    }

    /// Notes a problem where there is no such step. `what` goes on to it.
    pub(crate) fn expect_step(&self, at: &At, what: &str, next: &str) {
        if self.step(next).is_none() {
            let wrong = [what, late!(" goes on to `"), next, late!("`, which does not exist")].concat();
            at.problem(&wrong, late!("Correct the name or add the step"));
        }
    }

    /// Whether a step can come again, or a loop after it, without anything asked between.
    fn says_for_ever(&self, from: &Step) -> bool {
        let mut after = vec![from];
        let mut seen = 0;
        while let Some(step) = after.get(seen) {
            seen += 1;
            let silent = if step.asks() { &[] } else { std::slice::from_ref(step) };
            for next in gather(silent.iter().flat_map(|step| step.onward()).filter_map(|next| self.step(next))) {
                if next.id == from.id {
                    return true;
                }
                if !after.iter().any(|known| known.id == next.id) {
                    after.push(next);
                }
            }
        }
        false
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
            let mend =
                late!("Timeframe takes now, two_months, later, none, not_buying; authority decides, prepares, other");
            replies_at.item(index).problem(&["`", value, late!("` is not a value of this fact")].concat(), mend);
        }
        Reply { say: reply.texts("say").unwrap_or_default(), value, next: reply.maybe("next") }
    };
    let id = value.text("id");
    if id.is_empty() {
        at.problem(late!("`id` is missing"), "Add it");
    }
    let step = Step {
        id,
        say: value.texts("say").unwrap_or_default(),
        replies: gather(value.many("replies").iter().enumerate().map(reply)),
        expects: value.word("expects", Expected::NAMES),
        contact: gather(value.many("contact").iter().filter_map(|field| Field::NAMES.find(field.as_str()?))),
        fills,
        hand_over: value.flag("hand_over"),
        branches: gather(value.many("branches").iter().map(read_branch)),
        next: value.maybe("next"),
    };
    if step.expects == Some(Expected::Choice) && step.replies.is_empty() {
        at.field("expects").problem(late!("there is nothing to choose from"), late!("Add `replies`"));
    }
    step
}

fn read_branch(value: &Value) -> Branch {
    Branch {
        answer: Glob::list(value, "answer"),
        tier: words(value, "tier", Tier::NAMES),
        page: Glob::list(value, "page"),
        hours: value.word("hours", Presence::NAMES),
        intent: words(value, "intent", Intent::NAMES),
        next: value.text("next"),
    }
}

/// What the words of a field stand for.
pub(crate) fn words<T: Copy>(value: &Value, name: &str, names: &crate::names::Names<T>) -> Vec<T> {
    gather(value.many(name).iter().filter_map(|word| names.find(word.as_str()?)))
}

/// Names of the steps that no answer leads to; `starts`: those that something outside the script leads to.
#[cfg(feature = "native")]
pub fn unreachable<'s>(script: &'s Script, starts: &[&'s str]) -> Vec<&'s str> {
    let mut reached: Vec<&str> = script.0.first().map(|step| step.id.as_str()).into_iter().collect();
    reached.extend(starts);
    let mut at = 0;
    while let Some(step) = reached.get(at).map(|id| script.step(id)) {
        at += 1;
        for next in step.into_iter().flat_map(Step::nexts) {
            if !reached.contains(&next.as_str()) {
                reached.push(next);
            }
        }
    }
    script.0.iter().map(|step| step.id.as_str()).filter(|id| !reached.contains(id)).collect()
}

/// Names of the steps from which the conversation comes to no end, and of those whose answer, or one of their answers, nothing
/// comes after.
#[cfg(feature = "native")]
pub fn dead_ends(script: &Script) -> (Vec<&str>, Vec<&str>) {
    let is_mute = |step: &&Step| {
        let falls_through = step.replies.is_empty() || step.expected() != Some(Expected::Choice);
        let some = falls_through || step.replies.iter().any(|reply| reply.next.is_none());
        step.asks() && step.next.is_none() && some
    };
    let mute: Vec<&str> = script.0.iter().filter(is_mute).map(|step| step.id.as_str()).collect();
    let mut ending: Vec<&str> =
        script.0.iter().filter(|step| step.next.is_none() && !step.asks()).map(|step| step.id.as_str()).collect();
    ending.extend(&mute);
    loop {
        let more = script.0.iter().filter(|step| !ending.contains(&step.id.as_str()));
        let more = more.filter(|step| step.nexts().any(|next| ending.contains(&next.as_str())));
        let more: Vec<_> = more.map(|step| step.id.as_str()).collect();
        if more.is_empty() {
            break;
        }
        ending.extend(more);
    }
    let endless = script.0.iter().map(|step| step.id.as_str()).filter(|id| !ending.contains(id)).collect();
    (endless, mute)
}
