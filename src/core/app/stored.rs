//! What stands in the browser's storage. Owns the keys and the forms; must not decide what is stored when.

use crate::chat::Conversation;
use crate::consent::Consent;
use crate::json::Value;
use crate::list::gather;
use crate::outbox::Item;
use crate::visitor::Record;
use crate::wire::Wire;

/// Every key of leadheat in the browser's storage begins so.
pub const PREFIX: &str = "leadheat:";
pub(crate) const CONSENT_KEY: &str = "leadheat:consent";
pub(crate) const CHAT_KEY: &str = "leadheat:chat";
pub(crate) const OFF_KEY: &str = "leadheat:off";
pub(crate) const OBJECTED_KEY: &str = "leadheat:objected";
pub(crate) const FORGET_KEY: &str = "leadheat:forget";
pub(crate) const VISITOR_PREFIX: &str = "leadheat:v:";
pub(crate) const LEAD_PREFIX: &str = "leadheat:o:";

/// Where to store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    /// localStorage: all tabs, for long.
    Site,
    /// sessionStorage: this tab alone.
    Tab,
}

/// Everything that can stand under a key: written as a word, or an object whose one field says what it is.
#[derive(Clone, Debug, PartialEq)]
pub enum Stored {
    /// `leadheat:consent`.
    Consent(Consent),
    /// `leadheat:v:WRITER`.
    Visitor(Box<Record>),
    /// `leadheat:chat`.
    Chat(Box<Conversation>),
    /// `leadheat:o:KEY`.
    Lead(Box<Item>),
    /// `leadheat:off`: this browser is one of the site's own staff.
    Off,
    /// `leadheat:objected`: the visitor objected to being scored.
    Objected,
    /// `leadheat:forget`: written and removed at once, so that other tabs hear of it.
    Forget,
    /// Broken, or of a version that writes otherwise: not used, and removed by `forget` with the rest.
    Unreadable,
}

impl Stored {
    /// From a document; `None` where it is nothing of leadheat's.
    pub fn read(value: &Value) -> Option<Stored> {
        let Value::Object(fields) = value else {
            return match value.as_str()? {
                "off" => Some(Stored::Off),
                "objected" => Some(Stored::Objected),
                "forget" => Some(Stored::Forget),
                _ => None,
            };
        };
        let (name, value) = fields.first()?;
        Some(match name.as_str() {
            "consent" => Stored::Consent(Wire::read(value)),
            "visitor" => Stored::Visitor(Box::new(Wire::read(value))),
            "chat" => Stored::Chat(Box::new(Wire::read(value))),
            "lead" => Stored::Lead(Box::new(Wire::read(value))),
            _ => return None,
        })
    }
}

/// All that is stored.
pub type Kept = Vec<(Area, String, Stored)>;

/// Everything that is kept, from a list of `[whether in this tab alone, key, value]`; what cannot be read is left out.
pub fn kept(value: &Value) -> Kept {
    let entry = |entry: &Value| {
        let area = if bool::read(entry.nth(0)) { Area::Tab } else { Area::Site };
        Some((area, entry.nth(1).as_str()?.to_owned(), Stored::read(entry.nth(2)).unwrap_or(Stored::Unreadable)))
    };
    gather(value.as_list().iter().filter_map(entry))
}
