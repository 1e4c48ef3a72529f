//! Receivers: where leads go, which of them, and in which form. Owns their settings and what is posted to each; must not
//! send anything, nor know what an answer means.

use crate::json::{At, Value};
use crate::list::gather;
use crate::names::names;
use crate::select::{self, Condition};
use crate::shape::{Field, Shape};
use crate::text::{after_last, clip, cut, join, split, thousandths};
use crate::write::json;

/// Who receives leads.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema))]
pub struct Receiver {
    /// Its name, once in a config; for the one of `webhook` that address.
    pub name: String,
    /// Its address: https, or a path of the site itself. Of several, all that comes from one visitor goes to the same one.
    #[cfg_attr(feature = "native", schemars(with = "Addresses"))]
    pub url: Vec<String>,
    /// The form of what is posted.
    #[cfg_attr(feature = "native", schemars(default))]
    pub form: Form,
    /// Whether the answer can be read.
    #[cfg_attr(feature = "native", schemars(default))]
    pub ack: Ack,
    /// Which leads it gets; all where absent.
    pub when: Option<Condition>,
    /// The receiver's own field names, and what of the lead goes there: a path such as `contact.email`; several with `|`
    /// between, of which the first that is known is taken; a text of your own in single quotes. `:80` at the end cuts
    /// it to 80 bytes.
    #[cfg_attr(feature = "native", schemars(default, with = "std::collections::BTreeMap<String, String>"))]
    pub fields: Vec<(String, String)>,
}

/// How addresses are written.
#[cfg(feature = "native")]
#[derive(schemars::JsonSchema)]
#[schemars(untagged)]
#[allow(dead_code)]
enum Addresses {
    One(String),
    Several(Vec<String>),
}

/// The form of what is posted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema), schemars(rename_all = "lowercase"))]
pub enum Form {
    /// The lead as JSON; with `fields`, an object of these.
    #[default]
    Json,
    /// The body of Standard Webhooks: `type`, `timestamp`, and that as `data`.
    Standard,
    /// CloudEvents 1.0, structured, with that as `data`.
    CloudEvents,
    /// A form, flat: Zapier, Make, spreadsheets.
    Form,
    /// The form of Salesforce Web-to-Lead.
    Salesforce,
    /// HubSpot Forms, version 3.
    HubSpot,
}

names!(Form {
    Json "json", Standard "standard", CloudEvents "cloudevents", Form "form", Salesforce "salesforce", HubSpot "hubspot"
});

/// Whether the answer can be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema), schemars(rename_all = "lowercase"))]
pub enum Ack {
    /// It can: a lead is delivered when it was confirmed.
    #[default]
    Confirmed,
    /// It cannot, as the receiver sends no CORS headers: a lead is handed over, and nobody knows.
    Opaque,
}

names!(Ack { Confirmed "confirmed", Opaque "opaque" });

/// The shape of a list of receivers.
pub(crate) const SHAPE: Shape = Shape::List(&Shape::Object(&[&[
    Field("name", Shape::Text),
    Field("url", Shape::List(&Shape::Text)),
    Field("form", Shape::Word(Form::NAMES.words)),
    Field("ack", Shape::Word(Ack::NAMES.words)),
    Field("when", Shape::List(&select::CONDITION)),
    Field("fields", Shape::Map(&Shape::Text)),
]]));

/// What goes to the forms where `fields` says nothing else: name, and what of the lead goes there where that is not called
/// so too.
const FORM_FIELDS: &str = "id revision idempotency_key created_at updated_at test site language tier stage score \
    name=contact.name email=contact.email phone=contact.phone company=contact.company need=qualification.need \
    timeframe=qualification.timeframe authority=qualification.authority budget=qualification.budget page \
    channel=source.last.channel campaign=source.last.utm_campaign consent=consent.state \
    consent_text=consent.contact_text brief";
/// Their limits are those of Salesforce's standard fields.
const SALESFORCE_FIELDS: &str = "last_name=contact.name|contact.email|contact.phone:80 \
    company=contact.company|contact.email|'-':255 email=contact.email:80 phone=contact.phone:40 description=brief \
    lead_source='leadheat'";
const HUBSPOT_FIELDS: &str = "email=contact.email firstname=contact.name phone=contact.phone company=contact.company";

const FORM_TYPE: &str = "application/x-www-form-urlencoded";

// What stands around the data: `@path;` is what stands there in the lead, `@` alone the data.
const STANDARD: &str = r#"{"type":"lead","timestamp":@updated_at;,"data":@}"#;
const CLOUD_EVENT: &str = r#"{"specversion":"1.0","id":@idempotency_key;,"source":@site;,"type":"leadheat.lead","subject":@id;,"time":@updated_at;,"datacontenttype":"application/json","data":@}"#;
const HUBSPOT: &str = r#"{"fields":[@],"context":{"pageName":@page;}}"#;
const HUBSPOT_AGREED: &str = r#"{"fields":[@],"context":{"pageName":@page;},"legalConsentOptions":{"consent":{"consentToProcess":true,"text":@consent.contact_text;}}}"#;

/// A lead as it is posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Where to.
    pub url: String,
    /// What.
    pub body: String,
    /// Its content type.
    pub kind: &'static str,
    /// Whether the answer can be read.
    pub ack: Ack,
}

impl Receiver {
    /// Reads the receivers of a config.
    pub(crate) fn list(at: &At, value: &Value) -> Vec<Receiver> {
        gather(value.many("webhooks").iter().enumerate().map(|(index, value)| {
            let at = at.item(index);
            let form = value.word("form", Form::NAMES).unwrap_or_default();
            let unreadable = if form == Form::Salesforce { Ack::Opaque } else { Ack::Confirmed };
            let name = value.text("name");
            if name.is_empty() {
                at.problem("a receiver needs a `name`", "Add it: leads that wait know their receiver by it");
            } else if name.len() > 100 {
                at.problem("a receiver's `name` has more than 100 bytes", "Shorten it: it is stored with each lead");
            }
            let url = gather(value.many("url").iter().filter_map(|url| Some(url.as_str()?.to_owned())));
            if url.is_empty() {
                at.problem("there is no address to send leads to", "Add \"url\": \"https://...\"");
            }
            Receiver {
                name,
                url,
                form,
                ack: value.word("ack", Ack::NAMES).unwrap_or(unreadable),
                when: Condition::when(&at, value),
                fields: value.map("fields"),
            }
        }))
    }

    /// What is posted of a lead.
    pub fn post(&self, lead: &Value) -> Post {
        let (preset, kind) = match self.form {
            Form::Json | Form::Standard => ("", "application/json"),
            Form::CloudEvents => ("", "application/cloudevents+json"),
            Form::HubSpot => (HUBSPOT_FIELDS, "application/json"),
            Form::Form => (FORM_FIELDS, FORM_TYPE),
            Form::Salesforce => (SALESFORCE_FIELDS, FORM_TYPE),
        };
        // What no CORS header allows is sent only as something that a plain form could send too.
        let kind = if self.ack == Ack::Opaque && kind != FORM_TYPE { "text/plain" } else { kind };
        let pair = |(name, value): (String, String)| match self.form {
            Form::Form => [encoded(&name), encoded(&no_formula(value))].join("="),
            Form::Salesforce => [encoded(&name), encoded(&value)].join("="),
            Form::HubSpot => {
                ["{\"objectTypeId\":\"0-1\",\"name\":", &quoted(&name), ",\"value\":", &quoted(&value), "}"].concat()
            }
            _ => [quoted(&name), quoted(&value)].join(":"),
        };
        let pairs = join(self.filled(preset, lead).into_iter().map(pair), if kind == FORM_TYPE { "&" } else { "," });
        let data = match self.form {
            Form::Form | Form::Salesforce | Form::HubSpot => pairs,
            _ if self.fields.is_empty() => json(lead),
            _ => ["{", &pairs, "}"].concat(),
        };
        let envelope = match self.form {
            Form::Standard => STANDARD,
            Form::CloudEvents => CLOUD_EVENT,
            Form::HubSpot if find(lead, "consent.contact_text").is_empty() => HUBSPOT,
            Form::HubSpot => HUBSPOT_AGREED,
            _ => "@",
        };
        let mut body = String::new();
        for (index, part) in split(envelope, b'@').into_iter().enumerate() {
            let (path, rest) = cut(part, b";");
            match rest {
                // What comes before the first place, and the place of the data.
                None if index > 0 => body += &[&data, part].concat(),
                None => body += part,
                Some(rest) => body += &[&quoted(&find(lead, path)), rest].concat(),
            }
        }
        let share = find(lead, "id").bytes().fold(0, |sum: usize, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        Post {
            url: self.url.get(share % self.url.len().max(1)).cloned().unwrap_or_default(),
            body,
            kind,
            ack: self.ack,
        }
    }

    /// The fields with their values: those of a table, and the receiver's own, which win. Those without a value are left out.
    fn filled(&self, preset: &str, lead: &Value) -> Vec<(String, String)> {
        let mut filled = Vec::new();
        let mut fill = |name: &str, path: &str| {
            let value = find(lead, path);
            if !value.is_empty() {
                filled.push((name.to_owned(), value));
            }
        };
        for entry in split(preset, b' ') {
            let (name, path) = cut(entry, b"=");
            if !self.fields.iter().any(|(own, _)| own == name) {
                fill(name, path.unwrap_or(name));
            }
        }
        self.fields.iter().for_each(|(name, path)| fill(name, path));
        filled
    }
}

/// What stands at a place of a lead, as a text; empty where nothing does. The first of several places with `|` between.
fn find(lead: &Value, places: &str) -> String {
    let (places, most) = bounded(places);
    let mut rest = Some(places);
    while let Some(text) = rest {
        let (place, after) = first_of(text);
        rest = after;
        let text = match place {
            Place::Text(text) => text.to_owned(),
            Place::Path(path) => match split(path, b'.').into_iter().fold(lead, |value, name| value.part(name)) {
                Value::Null => continue,
                Value::String(text) => text.clone(),
                value => json(value),
            },
        };
        if !text.is_empty() {
            return clip(&text, most).to_owned();
        }
    }
    String::new()
}

/// Where something for a field stands.
enum Place<'a> {
    /// Here: a text of the site owner's own.
    Text(&'a str),
    /// At this path in the lead.
    Path(&'a str),
}

/// Places without their bound, and the bound: the digits after the last colon.
fn bounded(places: &str) -> (&str, usize) {
    let bound = after_last(places, b':').and_then(|digits| Some((digits.len() + 1, thousandths(digits)? / 1_000)));
    let (length, most) = bound.map_or((0, usize::MAX), |(length, most)| (length, most as usize));
    (places.get(..places.len() - length).unwrap_or(""), most)
}

/// The first of several places, and the others.
fn first_of(places: &str) -> (Place<'_>, Option<&str>) {
    if let Some(text) = places.strip_prefix('\'') {
        let (text, after) = cut(text, b"'");
        return (Place::Text(text), after.and_then(|after| after.strip_prefix('|')));
    }
    let (path, after) = cut(places, b"|");
    (Place::Path(path), after)
}

/// The paths among the places that a field is filled from.
#[cfg(feature = "native")]
pub(crate) fn paths(places: &str) -> Vec<&str> {
    let (mut rest, mut paths) = (Some(bounded(places).0), Vec::new());
    while let Some((place, after)) = rest.map(first_of) {
        rest = after;
        paths.extend(if let Place::Path(path) = place { Some(path) } else { None });
    }
    paths
}

/// As JSON.
fn quoted(text: &str) -> String {
    json(&Value::from(text))
}

/// A text that no spreadsheet takes for a formula (OWASP, CSV injection). A telephone number may begin with a plus.
fn no_formula(text: String) -> String {
    let is_number = || text.bytes().skip(1).all(|byte| matches!(byte, b'0'..=b'9' | b' ' | b'-' | b'(' | b')' | b'.'));
    match text.bytes().next() {
        Some(b'=' | b'@' | b'\t' | b'\r') => ["'", &text].concat(),
        Some(b'+' | b'-') if !is_number() => ["'", &text].concat(),
        _ => text,
    }
}

/// As a value in `application/x-www-form-urlencoded` (URL Standard).
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        let digit = |four: u8| char::from(b"0123456789ABCDEF"[usize::from(four & 15)]);
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'*' | b'-' | b'.' | b'_' => encoded.push(byte.into()),
            _ => {
                encoded.push('%');
                encoded.push(digit(byte >> 4));
                encoded.push(digit(byte));
            }
        }
    }
    encoded
}
