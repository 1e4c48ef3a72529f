//! The page's commands, `leadheat(name, ...)`, and what they answer. Owns their names and wording; every command is
//! answered, and a wrong one says how to mend it.

use super::{Phase, State, Turn};
use crate::chat::{Input, clean, is_email};
use crate::consent::{Decision, Report};
use crate::json::{Problem, Value};
use crate::lead::{Contact, Field, ModelName, Reason};
use crate::list::{gather, sort_down};
use crate::outbox::Item;
use crate::qualify::Qualification;
use crate::score::{Stage, Tier};
use crate::signal::Kind;
use crate::text::{decimal, join, number};
use crate::visitor::Latest;
use crate::wire::{Wire, object, record};

const COMMANDS: &str = "start, track, identify, consent, open, close, on, off, forget, explain, status, test";

/// What a promise resolves to.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Of `explain`.
    Explanation(Box<Explanation>),
    /// Of `status`.
    Status(Status),
    /// Of `test`, and of a command that could not be carried out: a sentence.
    Said(String),
    /// Of every other command.
    Done,
}

impl Answer {
    /// As a document; null for [`Answer::Done`].
    pub fn write(&self) -> Value {
        match self {
            Answer::Explanation(explanation) => explanation.write(),
            Answer::Status(status) => status.write(),
            Answer::Said(sentence) => sentence.write(),
            Answer::Done => Value::Null,
        }
    }
}

/// Of `leadheat('explain')`: the score, to the last point.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema))]
pub struct Explanation {
    /// 0 to 100; null while the visitor is not scored.
    pub score: Option<f64>,
    /// The tier.
    pub tier: Tier,
    /// The stage.
    pub stage: Stage,
    /// The model that scored.
    pub model: ModelName,
    /// The reasons; their points sum exactly to the score.
    pub reasons: Vec<Reason>,
    /// What was stated.
    pub qualification: Qualification,
    /// Consent to scoring.
    pub consent: Decision,
    /// Leads that have not been confirmed yet.
    pub outbox: Vec<Pending>,
}

record!(Explanation { score, tier, stage, model, reasons, qualification, consent, outbox });

/// A lead that has not been confirmed yet.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema))]
pub struct Pending {
    /// Its idempotency key.
    pub key: String,
    /// How often it was sent.
    pub attempts: u32,
    /// Refused or given up; kept, and not sent again by itself.
    pub dead: bool,
}

record!(Pending { key, attempts, dead });

/// Of `leadheat('status')`.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema))]
pub struct Status {
    /// What leadheat is doing or waiting for, in a sentence or two.
    pub says: String,
    /// Whether it runs on this page.
    pub running: bool,
    /// Consent to scoring.
    pub consent: Decision,
    /// Number of leads that have not been confirmed yet.
    pub waiting: u32,
    /// Version of leadheat.
    pub version: String,
}

record!(Status { says, running, consent, waiting, version });

/// What the page is told by a CustomEvent.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// `leadheat:ready`: it runs.
    Ready {
        /// Version of leadheat.
        version: &'static str,
    },
    /// `leadheat:tier`: the tier changed.
    Tier {
        /// The tier.
        tier: Tier,
        /// The stage.
        stage: Stage,
        /// 0 to 100.
        score: f64,
    },
    /// `leadheat:lead`: a lead was made.
    Lead {
        /// Its id.
        id: String,
        /// Its revision.
        revision: u32,
        /// Its tier.
        tier: Tier,
    },
}

impl Notice {
    /// Name of the CustomEvent.
    pub fn name(&self) -> &'static str {
        match self {
            Notice::Ready { .. } => "leadheat:ready",
            Notice::Tier { .. } => "leadheat:tier",
            Notice::Lead { .. } => "leadheat:lead",
        }
    }

    /// What the event carries.
    pub fn write(&self) -> Value {
        match self {
            Notice::Ready { version } => object("version", &[&version.to_string()]),
            Notice::Tier { tier, stage, score } => object("tier stage score", &[tier, stage, score]),
            Notice::Lead { id, revision, tier } => object("id revision tier", &[id, revision, tier]),
        }
    }
}

impl State {
    pub(super) fn called(&mut self, name: &str, args: &[Value], ticket: u32, turn: &mut Turn) {
        let on = self.phase == Phase::On;
        let text = |index: usize| args.get(index).and_then(Value::as_str);
        let result = match name {
            "status" => Ok(Answer::Status(self.status())),
            "explain" => Ok(Answer::Explanation(Box::new(self.explain()))),
            // Also when switched off: a wish to be forgotten is always heard.
            "forget" => {
                self.forget(turn);
                Ok(Answer::Done)
            }
            "consent" => match text(0) {
                Some(word @ ("granted" | "denied")) => {
                    if on {
                        self.reported(&Report::Command(word == "granted"), turn);
                    }
                    Ok(Answer::Done)
                }
                _ => Err("write leadheat('consent', 'granted') or leadheat('consent', 'denied')".to_owned()),
            },
            _ if !on => Err(self.says()),
            "track" => self.track(args, turn),
            "identify" => self.identify(args, turn),
            "open" | "close" => {
                self.chatted(if name == "open" { Input::Open } else { Input::Close }, turn);
                Ok(Answer::Done)
            }
            "test" => return self.test_lead(ticket, turn),
            "start" => Err("leadheat has started already".to_owned()),
            _ => Err(["there is no command `", name, "`; there are ", COMMANDS].concat()),
        };
        let value = result.unwrap_or_else(|wrong| {
            turn.tell(&["leadheat('", name, "') was not carried out: ", &wrong]);
            Answer::Said(wrong)
        });
        turn.answer(ticket, value);
    }

    fn track(&mut self, args: &[Value], turn: &mut Turn) -> Result<Answer, String> {
        let name = args.first().and_then(Value::as_str).map(|name| clean(name, 60)).unwrap_or_default();
        if name.is_empty() {
            return Err("write leadheat('track', 'name_of_the_event') or leadheat('track', 'name', 5)".to_owned());
        }
        let amount = match args.get(1) {
            None | Some(Value::Null) => 1,
            Some(Value::Number(value)) if (0.0..=1e6).contains(value) => value.round() as u32,
            _ => return Err("the value of an event is a number from 0 to 1,000,000".to_owned()),
        };
        if !self.scoring() {
            return Err(self.says());
        }
        self.signal(Kind::Custom, &name, amount, turn);
        Ok(Answer::Done)
    }

    fn identify(&mut self, args: &[Value], turn: &mut Turn) -> Result<Answer, String> {
        let mut contact = Contact::default();
        for (name, field) in Field::NAMES.pairs() {
            if let Some(text) = args.first().and_then(|who| who.field(name)).and_then(Value::as_str) {
                contact.set(field, text);
            }
        }
        if contact == Contact::default() {
            return Err(
                "write leadheat('identify', {email: '...'}); name, email, phone and company are known".to_owned()
            );
        }
        if contact.email.as_ref().is_some_and(|email| !is_email(email)) {
            return Err("the e-mail address given to identify is none".to_owned());
        }
        if !self.scoring() {
            return Err(self.says());
        }
        let value = contact.or(&self.sum.contact.value);
        let at = turn.now.wall;
        self.both(|record| record.contact = Latest { at, value: value.clone() });
        (self.unsaved, self.rescore) = (true, true);
        Ok(Answer::Done)
    }

    fn explain(&self) -> Explanation {
        let mut reasons = self.reasons(self.config.sales_language);
        sort_down(&mut reasons, |reason| (reason.points * 1_000.0) as i64);
        let model = &self.scorer.model;
        let pending =
            |(key, item): &(String, Item)| Pending { key: key.clone(), attempts: item.attempts, dead: item.dead };
        Explanation {
            score: self.scoring().then(|| super::sell::points(self.assessment.total)),
            tier: self.tier,
            stage: self.stage,
            model: ModelName { id: model.id.clone(), version: model.version },
            reasons,
            qualification: self.chat.said.or(&self.sum.qualification.value),
            consent: self.consent.decision,
            outbox: gather(self.outbox.items.0.iter().map(pending)),
        }
    }

    fn status(&self) -> Status {
        Status {
            says: self.says(),
            running: self.active(),
            consent: self.consent.decision,
            waiting: self.outbox.items.0.len() as u32,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// What leadheat is doing or waiting for.
    pub(super) fn says(&self) -> String {
        let mut says = match &self.phase {
            Phase::Waiting => "leadheat waits for its config: leadheat('start', {...})".to_owned(),
            Phase::Misconfigured(problems) => {
                let all = join(problems.iter().map(Problem::sentence), " ");
                ["leadheat does nothing, because the config cannot be used: ", &all].concat()
            }
            Phase::OptedOut => "leadheat does nothing: this browser is opted out; ?leadheat=on undoes it".to_owned(),
            Phase::On if !self.active() => "leadheat does nothing: this page is excluded by config".to_owned(),
            Phase::On => match self.consent.decision {
                Decision::Denied => "the visitor declined: nothing is observed; the chat works and sends what the visitor submits".to_owned(),
                Decision::Pending if !self.scoring() => "waiting for consent: nothing is observed until a consent manager reports it or the page calls leadheat('consent', 'granted')".to_owned(),
                _ => self.says_scoring(),
            },
        };
        if self.phase == Phase::On && !self.storage_works {
            says += ". The browser refuses to store anything, so all is lost with this page";
        }
        let dead = self.outbox.items.0.iter().filter(|(_, item)| item.dead).count();
        let waiting = self.outbox.items.0.len() - dead;
        for (count, what) in
            [(waiting, " lead(s) wait to be delivered"), (dead, " lead(s) were refused by the webhook and are kept")]
        {
            if count > 0 {
                says += &[". ", &number(count as u64), what].concat();
            }
        }
        says
    }

    fn says_scoring(&self) -> String {
        let points = decimal(self.assessment.total);
        let score = ["scoring: ", &points, " points, ", self.tier.name()].concat();
        let wait = if self.sum.lead.is_some() {
            "; a lead was made, a new revision comes when the tier rises or the visitor says more"
        } else if !self.contact().reachable() {
            "; no lead yet, because there is no way to reach the visitor"
        } else {
            "; no lead yet, because the visitor is not warm enough"
        };
        score + wait
    }
}
