//! The lead: what is posted to the webhook. Owns its public, versioned form and its bounds; must not decide when a lead
//! is due.

use crate::chat::{Speaker, clean};
use crate::consent::{Decision, Source};
use crate::json::Value;
use crate::names::names;
use crate::qualify::Qualification;
use crate::signal::Kind;
use crate::text::clip;
use crate::tier::{Stage, Tier};
use crate::visitor::Attributes;
use crate::wire::{Wire, object, record};
use crate::write::json;

/// Name and version of the form.
pub const SCHEMA: &str = "leadheat/lead/1";
/// Most bytes of a lead as JSON: the transcript is cut first, then the journey, then reasons; contact never.
pub const MAX_BYTES: usize = 16 * 1024;
/// Most steps of the journey.
pub const MAX_JOURNEY: usize = 60;
/// Most reasons; the smallest beyond it are summed up in one called `rest`.
const MAX_REASONS: usize = 24;
/// Most reasons where the lead would be too large otherwise.
const FEW_REASONS: usize = 6;

/// A field of the contact form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema), schemars(rename_all = "lowercase"))]
pub enum Field {
    /// [`Contact::name`].
    Name,
    /// [`Contact::email`].
    Email,
    /// [`Contact::phone`].
    Phone,
    /// [`Contact::company`].
    Company,
}

names!(Field { Name "name", Email "email", Phone "phone", Company "company" });

/// How the person can be reached. Each may be unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema))]
pub struct Contact {
    /// Name.
    pub name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
    /// Organisation.
    pub company: Option<String>,
}

impl Wire for Contact {
    fn write(&self) -> Value {
        object("name email phone company", &[&self.name, &self.email, &self.phone, &self.company])
    }

    /// Cleaned: somebody else may have written it.
    fn read(value: &Value) -> Contact {
        let mut read = Contact::default();
        for field in Field::NAMES.all {
            read.set(*field, value.part(field.name()).as_str().unwrap_or_default());
        }
        read
    }
}

impl Contact {
    /// The value of a field.
    pub fn get(&self, field: Field) -> Option<&str> {
        match field {
            Field::Name => self.name.as_deref(),
            Field::Email => self.email.as_deref(),
            Field::Phone => self.phone.as_deref(),
            Field::Company => self.company.as_deref(),
        }
    }

    /// Sets a field; an empty text is unknown.
    pub fn set(&mut self, field: Field, text: &str) {
        let value = Some(clean(text, 120)).filter(|text| !text.is_empty());
        match field {
            Field::Name => self.name = value,
            Field::Email => self.email = value,
            Field::Phone => self.phone = value,
            Field::Company => self.company = value,
        }
    }

    /// With each field trimmed, cut to its bound, and unknown where empty.
    pub fn cleaned(&self) -> Contact {
        let mut cleaned = Contact::default();
        for field in Field::NAMES.all {
            cleaned.set(*field, self.get(*field).unwrap_or(""));
        }
        cleaned
    }

    /// With what is unknown here taken from another.
    pub fn or(&self, other: &Contact) -> Contact {
        let mut both = self.clone();
        for field in Field::NAMES.all {
            if let (None, Some(text)) = (self.get(*field), other.get(*field)) {
                both.set(*field, text);
            }
        }
        both
    }

    /// Whether there is a way to reach the person.
    pub fn reachable(&self) -> bool {
        self.email.is_some() || self.phone.is_some()
    }
}

/// A lead as posted. Times are ISO 8601 in UTC; what is unknown is null.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema))]
pub struct Lead {
    /// `leadheat/lead/1`.
    pub schema: String,
    /// UUIDv7, the same for every revision.
    pub id: String,
    /// From 1; the highest is the one that counts.
    pub revision: u32,
    /// The same for every attempt to post this revision: a receiver drops what it has seen.
    pub idempotency_key: String,
    /// When the first revision was made.
    pub created_at: String,
    /// When this revision was made.
    pub updated_at: String,
    /// Sent by `leadheat('test')`.
    pub test: bool,
    /// The browser looks driven by a program: `suspicion` is 50 or more.
    pub suspected_bot: bool,
    /// How much it looks so, 0 to 100.
    #[cfg_attr(feature = "native", serde(default))]
    pub suspicion: u8,
    /// Version of leadheat.
    pub widget: String,
    /// Host of the page.
    pub site: String,
    /// Language of the chat: `en`, `fi` or `hu`.
    pub language: String,
    /// How warm.
    pub tier: Tier,
    /// Where in the funnel.
    pub stage: Stage,
    /// 0 to 100 in thousandths of a point; null without consent to scoring.
    pub score: Option<f64>,
    /// The model that scored; null without consent.
    pub model: Option<ModelName>,
    /// Every point explained: the points sum exactly to the score. Most points first, whether given or taken.
    pub reasons: Vec<Reason>,
    /// How well the visitor suits, apart from interest; null without consent, and where the model has no rules for it.
    pub fit: Option<FitNote>,
    /// What the page told of the visitor by `identify`.
    #[cfg_attr(feature = "native", serde(default))]
    pub attributes: Attributes,
    /// What was stated.
    pub qualification: Qualification,
    /// How to reach the person.
    pub contact: Contact,
    /// What was allowed.
    pub consent: ConsentNote,
    /// Where the visitor came from; null without consent.
    pub source: Option<Sources>,
    /// What the visitor uses, and where; null without consent.
    #[cfg_attr(feature = "native", serde(default))]
    pub device: Option<Device>,
    /// What the visitor looked at most, by the topics of your pages; empty without consent.
    #[cfg_attr(feature = "native", serde(default))]
    pub topics: Vec<String>,
    /// Path of the page on which the lead was made.
    pub page: String,
    /// What was looked at, oldest first; empty without consent.
    pub journey: Vec<JourneyStep>,
    /// The conversation, oldest first.
    pub chat: Vec<Message>,
    /// The lines a salesperson reads before calling.
    pub brief: String,
}

record!(Lead {
    schema,
    id,
    revision,
    idempotency_key,
    created_at,
    updated_at,
    test,
    suspected_bot,
    suspicion,
    widget,
    site,
    language,
    tier,
    stage,
    score,
    model,
    reasons,
    fit,
    attributes,
    qualification,
    contact,
    consent,
    source,
    device,
    topics,
    page,
    journey,
    chat,
    brief
});

/// Which model scored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema))]
pub struct ModelName {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: u32,
}

record!(ModelName { id, version });

/// Why points were given or taken.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema))]
pub struct Reason {
    /// Id of the rule; `group:NAME`, `total` and `bot` are limits, `rest` the sum of the smallest.
    pub rule: String,
    /// The reason in words.
    pub label: String,
    /// Points, in thousandths at most; negative where taken.
    pub points: f64,
    /// Points without any limit or fading.
    #[cfg_attr(feature = "native", serde(default))]
    pub raw: f64,
    /// Of these, after the limit on each day.
    #[cfg_attr(feature = "native", serde(default))]
    pub day_capped: f64,
    /// Of these, after fading; `points` are what the rule's own limit leaves of them.
    #[cfg_attr(feature = "native", serde(default))]
    pub decayed: f64,
    /// What was counted: occurrences, seconds, ...
    pub count: u32,
    /// Up to three subjects: paths, labels.
    pub evidence: Vec<String>,
    /// UTC day of the last occurrence.
    pub last: Option<String>,
}

record!(Reason { rule, label, points, raw, day_capped, decayed, count, evidence, last });

/// Who the visitor is, as a score of its own.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema))]
pub struct FitNote {
    /// 0 to 100.
    pub score: f64,
    /// Letter of the fit and figure of the tier: A1 suits and is hot, C3 neither.
    pub grade: String,
    /// Every point explained.
    pub reasons: Vec<Reason>,
}

record!(FitNote { score, grade, reasons });

/// What was allowed, by whom reported, and what was agreed to with the contact form.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema))]
pub struct ConsentNote {
    /// Consent to scoring.
    pub state: Decision,
    /// Who reported it.
    pub source: Option<Source>,
    /// When.
    pub at: Option<String>,
    /// The line that was ticked in the contact form.
    pub contact_text: Option<String>,
}

record!(ConsentNote { state, source, at, contact_text });

impl Default for ConsentNote {
    fn default() -> ConsentNote {
        ConsentNote { state: Decision::Pending, source: None, at: None, contact_text: None }
    }
}

/// What the visitor uses, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema))]
pub struct Device {
    /// `phone`, `tablet` or `desktop`.
    pub class: String,
    /// Language of the page in view, as a BCP 47 tag.
    pub language: String,
    /// How far the visitor's time is ahead of UTC, as `+02:00`: when to call.
    pub utc_offset: String,
    /// How soon the page showed something: `fast` within 1.8 s, `slow` within 3 s, else `very_slow`; null where the browser
    /// does not tell.
    pub load: Option<String>,
}

record!(Device { class, language, utc_offset, load });

/// Where the visitor came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema))]
pub struct Sources {
    /// The first arrival.
    pub first: Option<Arrival>,
    /// The latest arrival.
    pub last: Option<Arrival>,
    /// The latest ten, oldest first: each visit's, and each from outside during a visit.
    #[cfg_attr(feature = "native", serde(default))]
    pub visits: Vec<Arrival>,
}

record!(Sources { first, last, visits });

/// One arrival from outside the site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema))]
pub struct Arrival {
    /// When.
    pub at: String,
    /// `direct`, `search`, `paid_search` and so on, by the rules of Google Analytics 4; or one of the site's own.
    pub channel: String,
    /// Host of the referring page.
    pub referrer: Option<String>,
    /// `utm_source`.
    pub utm_source: Option<String>,
    /// `utm_medium`.
    pub utm_medium: Option<String>,
    /// `utm_campaign`.
    pub utm_campaign: Option<String>,
    /// Path of the page it led to.
    pub landing: String,
}

record!(Arrival { at, channel, referrer, utm_source, utm_medium, utm_campaign, landing });

/// One step of the journey.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema))]
pub struct JourneyStep {
    /// When it began.
    pub at: String,
    /// What was done.
    pub what: Kind,
    /// On what: path, label, host.
    pub subject: String,
    /// Of a page view: engaged seconds.
    pub seconds: u32,
    /// Of a page view: deepest point in percent.
    pub scroll: u8,
}

record!(JourneyStep { at, what, subject, seconds, scroll });

/// One message of the conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema))]
pub struct Message {
    /// When.
    pub at: String,
    /// By whom.
    pub from: Speaker,
    /// What.
    pub text: String,
}

record!(Message { at, from, text });

impl Lead {
    /// Keeps the lead within its bounds.
    pub fn bound(&mut self) {
        self.bound_reasons(MAX_REASONS);
        let surplus = self.journey.len().saturating_sub(MAX_JOURNEY);
        self.journey.drain(..surplus);
        self.brief = clip(&self.brief, 2_500).to_owned();
        let mut surplus = json(&self.write()).len().saturating_sub(MAX_BYTES);
        while surplus > 0 && !self.chat.is_empty() {
            surplus = surplus.saturating_sub(json(&self.chat.remove(0).write()).len());
        }
        while surplus > 0 && !self.journey.is_empty() {
            surplus = surplus.saturating_sub(json(&self.journey.remove(0).write()).len());
        }
        if surplus > 0 {
            self.bound_reasons(FEW_REASONS);
        }
    }

    fn bound_reasons(&mut self, most: usize) {
        bound_reasons(&mut self.reasons, most);
        if let Some(fit) = &mut self.fit {
            bound_reasons(&mut fit.reasons, most.min(10));
        }
    }
}

/// Sums up the last of the reasons beyond a number of them.
fn bound_reasons(reasons: &mut Vec<Reason>, most: usize) {
    let mut points = 0.0;
    let surplus = reasons.len() > most;
    while reasons.len() >= most && surplus {
        points += reasons.pop().map_or(0.0, |reason| (reason.points * 1_000.0).round());
    }
    if surplus {
        reasons
            .push(Reason { rule: "rest".into(), label: "…".into(), points: points / 1_000.0, ..Reason::default() });
    }
}
