//! The page's commands, `leadheat(name, ...)`, and what they answer. Owns their names and wording; every command is
//! answered, and a wrong one says how to mend it.

use super::{Effect, Phase, State, Turn};
use crate::chat::{Input, clean, is_email};
use crate::consent::{Decision, Report};
use crate::json::{Problem, Value};
use crate::lead::{Contact, Field, FitNote, ModelName, Reason};
use crate::list::gather;
use crate::outbox::{self, Item};
use crate::qualify::Qualification;
use crate::signal::Kind;
use crate::text::{decimal, join, number};
use crate::tier::{Stage, Tier};
use crate::wire::{Wire, object, record};
use crate::write::json;

const COMMANDS: &str =
    "start, track, identify, consent, open, close, on, off, object, forget, export, explain, status, test, retry";

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
    /// How well the visitor suits, apart from interest; null where the model has no rules for it.
    pub fit: Option<FitNote>,
    /// What is known of the visitor by name, as rules see it.
    #[cfg_attr(feature = "native", schemars(with = "std::collections::BTreeMap<String, String>"))]
    pub attributes: Value,
    /// What was stated.
    pub qualification: Qualification,
    /// Consent to scoring.
    pub consent: Decision,
    /// Leads that have not been confirmed yet.
    pub outbox: Vec<Pending>,
}

record!(Explanation { score, tier, stage, model, reasons, fit, attributes, qualification, consent, outbox });

/// A lead that has not been confirmed yet.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema))]
pub struct Pending {
    /// Its idempotency key.
    pub key: String,
    /// How often it was sent.
    pub attempts: u32,
    /// What it waits for.
    pub state: outbox::State,
    /// The HTTP status that was answered last; 0 where nothing was.
    pub status: u32,
}

record!(Pending { key, attempts, state, status });

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
    /// The browser asks not to be tracked: `honoured`, or `overruled` by a later consent; absent where it does not ask.
    pub privacy_signal: Option<String>,
    /// Number of leads that have not been confirmed yet.
    pub waiting: u32,
    /// Version of leadheat.
    pub version: String,
}

record!(Status { says, running, consent, privacy_signal, waiting, version });

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
            "status" => Ok(self.status().write()),
            "explain" => Ok(self.explain().write()),
            "export" => return turn.push(Effect::Export(ticket)),
            // Also when switched off: a wish to be forgotten is always heard.
            "forget" => {
                self.forget(turn);
                Ok(Value::Null)
            }
            "object" => {
                self.object(!matches!(args.first(), Some(Value::Bool(false))), turn);
                Ok(Value::Null)
            }
            "consent" => match text(0) {
                Some(word @ ("granted" | "denied")) => {
                    if on {
                        self.reported(&Report::Command(word == "granted"), turn);
                    } else if word == "denied" {
                        turn.push(Effect::Reread); // Without consent what is found goes.
                    }
                    Ok(Value::Null)
                }
                _ => Err("write leadheat('consent', 'granted') or leadheat('consent', 'denied')".to_owned()),
            },
            _ if !on => Err(self.says()),
            "track" => self.track(args, turn),
            "identify" => self.identify(args, turn),
            "open" | "close" => {
                self.chatted(if name == "open" { Input::Open } else { Input::Close }, turn);
                Ok(Value::Null)
            }
            "test" => return self.test_lead(ticket, turn),
            "retry" => {
                self.retry(turn);
                Ok(Value::Null)
            }
            "start" => Err("leadheat has started already".to_owned()),
            _ => Err(["there is no command `", name, "`; there are ", COMMANDS].concat()),
        };
        let value = result.unwrap_or_else(|wrong| {
            turn.tell(&["leadheat('", name, "') was not carried out: ", &wrong]);
            Value::String(wrong)
        });
        turn.answer(ticket, value);
    }

    fn track(&mut self, args: &[Value], turn: &mut Turn) -> Result<Value, String> {
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
        Ok(Value::Null)
    }

    fn identify(&mut self, args: &[Value], turn: &mut Turn) -> Result<Value, String> {
        let mut contact = Contact::default();
        let mut attributes = self.sum.attributes.value.clone();
        let Some(Value::Object(told)) = args.first() else {
            return Err("write leadheat('identify', {email: '...', company_size: 50, ...})".to_owned());
        };
        for (name, value) in told {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Null => String::new(),
                Value::Bool(_) | Value::Number(_) => json(value),
                _ => return Err(["`", name, "` given to identify is neither a text nor a number"].concat()),
            };
            match Field::NAMES.find(name) {
                Some(field) => contact.set(field, &text),
                None => attributes.set(name, &text),
            }
        }
        if contact.email.as_ref().is_some_and(|email| !is_email(email)) {
            return Err("the e-mail address given to identify is none".to_owned());
        }
        if !self.scoring() {
            return Err(self.says());
        }
        self.met(&contact, Some(&attributes), turn);
        Ok(Value::Null)
    }

    pub(super) fn explain(&self) -> Explanation {
        let model = &self.config.model;
        let pending = |(key, item): &(String, Item)| Pending {
            key: key.clone(),
            attempts: item.attempts,
            state: item.state,
            status: item.status,
        };
        Explanation {
            score: self.scoring().then(|| super::sell::points(self.score)),
            tier: self.tier,
            stage: self.stage,
            model: ModelName { id: model.id.clone(), version: model.version },
            reasons: self.reasons(self.config.sales_language),
            fit: self.fit(self.config.sales_language),
            attributes: Value::Object(gather(
                self.attributes.iter().map(|(name, value)| (name.clone(), value.write())),
            )),
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
            privacy_signal: self
                .signal
                .then(|| if self.consent.may_store() { "overruled" } else { "honoured" }.to_owned()),
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
                _ if self.objected => "the visitor objected to scoring: nothing is observed, now and later, until leadheat('object', false)".to_owned(),
                Decision::Denied if self.signal => "the browser asks not to be tracked: nothing is observed, unless the visitor consents on this page".to_owned(),
                Decision::Denied => "the visitor declined: nothing is observed; the chat works and sends what the visitor submits".to_owned(),
                Decision::Pending if !self.scoring() => "waiting for consent: nothing is observed until a consent manager reports it or the page calls leadheat('consent', 'granted')".to_owned(),
                _ => self.says_scoring(),
            },
        };
        if self.phase == Phase::On && !self.storage_works {
            says += ". The browser refuses to store anything, so all is lost with this page";
        }
        let heard = if self.scoring() { &self.heard.says } else { "" };
        let aside = if self.phase == Phase::On && self.steps_aside() {
            "the chat of another vendor is on the page: the launcher keeps out of sight, unless config has chat.beside_vendor"
        } else {
            ""
        };
        for more in [aside, heard, &self.chat_problems] {
            if !more.is_empty() {
                says += &[". ", more].concat();
            }
        }
        let items = &self.outbox.items.0;
        let refused = items.iter().filter(|(_, item)| item.state == outbox::State::Refused).count();
        let waits = |item: &Item| item.state != outbox::State::Refused && !self.outbox.is_superseded(item);
        let waiting = items.iter().filter(|(_, item)| waits(item)).count();
        for (count, what) in [
            (waiting, " lead(s) wait to be delivered"),
            (refused, " lead(s) were refused or are too old, and are kept"),
        ] {
            if count > 0 {
                says += &[". ", &number(count as u64), what].concat();
            }
        }
        says
    }

    fn says_scoring(&self) -> String {
        let points = decimal(self.score);
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
