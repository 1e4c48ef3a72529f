//! What a conversation consists of, and its two forms in JSON: as Chatwoot's client API names things, for visitors, and as the
//! operator page reads them. Owns the forms; must not keep or change anything.

use leadheat_core::chatwoot::BOT;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::inbox::Refusal;

/// Somebody with a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Unique among operators, or among contacts.
    pub id: i64,
    /// As people call them; may be empty for a contact.
    pub name: String,
}

/// A visitor who has opened the chat.
#[derive(Clone, Debug)]
pub struct Contact {
    /// Known to operators.
    pub id: i64,
    /// The secret by which requests come in this contact's name.
    pub source_id: String,
    /// The secret by which its sockets are told of news.
    pub pubsub_token: String,
    /// Where it was given.
    pub name: String,
    /// Where it was given.
    pub email: String,
    /// Where it was given.
    pub phone: String,
    /// What the widget tells of the visitor, with consent.
    pub attributes: Map<String, Value>,
}

/// Who has a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The bot.
    Pending,
    /// An operator.
    Open,
    /// Nobody any more.
    Resolved,
}

/// A conversation with a contact.
#[derive(Clone, Debug)]
pub struct Conversation {
    /// By number.
    pub id: i64,
    /// Unique everywhere.
    pub uuid: String,
    /// Whose.
    pub contact: i64,
    /// Who has it.
    pub status: Status,
    /// The operator who has it.
    pub assignee: Option<Person>,
    /// Seconds since 1970, as all times here.
    pub created_at: i64,
    /// When somebody last wrote.
    pub active_at: i64,
    /// When the visitor last looked.
    pub contact_seen_at: i64,
    /// When an operator last looked.
    pub agent_seen_at: i64,
    /// The last message that an operator has seen.
    pub agent_seen: i64,
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum From {
    /// The visitor.
    Visitor,
    /// The bot, by way of the visitor's browser.
    Bot,
    /// An operator.
    Operator,
    /// An operator, to colleagues alone.
    Note,
    /// Nobody: an operator took over, gave back or ended it.
    Event,
}

/// A message.
#[derive(Clone, Debug, Serialize)]
pub struct Message {
    /// Later messages have higher ones.
    pub id: i64,
    /// Where it was written.
    pub conversation_id: i64,
    /// By whom.
    pub from: From,
    /// By whom, by name.
    pub author: Person,
    /// The text; of an event `claimed`, `returned` or `resolved`.
    pub content: String,
    /// What its writer called it.
    pub echo_id: Option<String>,
    /// Whether there are files to be read.
    #[serde(skip)]
    pub has_files: bool,
    /// What came with it.
    pub files: Vec<File>,
    /// When.
    pub created_at: i64,
}

/// A file that came with a message.
#[derive(Clone, Debug, Serialize)]
pub struct File {
    id: i64,
    name: String,
    /// From this server's root; unguessable.
    url: String,
    bytes: i64,
}

impl File {
    /// A file under the secret that is in its address.
    pub fn new(id: i64, key: &str, name: String, bytes: i64) -> File {
        File { id, name, url: format!("/public/api/v1/files/{key}"), bytes }
    }
}

impl Status {
    const NAMES: [(Status, &str); 3] =
        [(Status::Pending, "pending"), (Status::Open, "open"), (Status::Resolved, "resolved")];

    /// As Chatwoot calls it.
    pub fn name(self) -> &'static str {
        Status::NAMES[self as usize].1
    }

    /// By its name; pending where that is none.
    pub fn of(name: &str) -> Status {
        Status::NAMES.iter().find(|(_, known)| *known == name).map_or(Status::Pending, |(status, _)| *status)
    }
}

impl From {
    const NAMES: [(From, &str); 5] = [
        (From::Visitor, "visitor"),
        (From::Bot, "bot"),
        (From::Operator, "operator"),
        (From::Note, "note"),
        (From::Event, "event"),
    ];

    /// As it is kept.
    pub fn name(self) -> &'static str {
        From::NAMES[self as usize].1
    }

    /// By its name; an event where that is none.
    pub fn of(name: &str) -> From {
        From::NAMES.iter().find(|(_, known)| *known == name).map_or(From::Event, |(from, _)| *from)
    }

    /// Of what comes from a visitor's browser.
    pub fn of_visitor(content: &str) -> From {
        if content.starts_with(BOT) { From::Bot } else { From::Visitor }
    }

    /// Whether it came from the visitor's browser.
    pub fn is_visitors(self) -> bool {
        matches!(self, From::Visitor | From::Bot)
    }

    /// Whether the visitor may see it.
    pub fn is_public(self) -> bool {
        self.is_visitors() || self == From::Operator
    }
}

impl Contact {
    /// As the author of messages.
    pub fn person(&self) -> Person {
        Person { id: self.id, name: self.name.clone() }
    }

    /// For the contact itself: nobody else knows its secrets.
    pub fn public(&self) -> Value {
        json!({
            "source_id": self.source_id, "pubsub_token": self.pubsub_token, "id": self.id, "name": self.name,
            "email": self.email, "phone_number": self.phone,
        })
    }

    /// For operators, without secrets. What the widget tells is made sure to be of the right kinds.
    fn summary(&self) -> Value {
        let text = |name: &str| self.attributes.get(name).and_then(Value::as_str);
        let tier = text("leadheat_tier").filter(|tier| ["hot", "warm", "cold"].contains(tier));
        let score = self.attributes.get("leadheat_score").and_then(Value::as_f64).map(|score| score.clamp(0.0, 100.0));
        let reasons = self.attributes.get("leadheat_reasons").and_then(Value::as_array);
        let reasons: Vec<&str> = reasons.into_iter().flatten().filter_map(Value::as_str).take(20).collect();
        json!({
            "id": self.id, "name": self.name, "email": self.email, "phone_number": self.phone, "consent": tier.is_some(),
            "tier": tier, "score": score, "reasons": reasons, "page": text("leadheat_page"),
            "language": text("leadheat_language"), "brief": text("leadheat_brief"),
        })
    }
}

impl Conversation {
    /// Refused where somebody else has it.
    pub fn held_by(&self, operator: &Person) -> Result<(), Refusal> {
        let why = match &self.assignee {
            Some(holder) if holder.id == operator.id && self.status == Status::Open => return Ok(()),
            Some(holder) => format!("{} has this conversation", holder.name),
            None => "take this conversation over first".to_owned(),
        };
        Err(Refusal(409, why))
    }

    /// For its contact.
    pub fn public(&self) -> Value {
        json!({
            "id": self.id, "uuid": self.uuid, "inbox_id": 1, "status": self.status.name(),
            "contact_last_seen_at": self.contact_seen_at, "agent_last_seen_at": self.agent_seen_at,
            "created_at": self.created_at, "meta": { "assignee": self.assignee },
        })
    }

    /// For operators.
    pub fn summary(&self, contact: &Contact, last: Option<&Message>, unread: i64, online: bool) -> Value {
        let last = last.map(|message| {
            let content: String = message.content.chars().take(200).collect();
            json!({ "id": message.id, "from": message.from, "content": content, "files": message.has_files })
        });
        json!({
            "id": self.id, "status": self.status.name(), "assignee": self.assignee, "created_at": self.created_at,
            "active_at": self.active_at, "visitor_seen_at": self.contact_seen_at, "unread": unread, "online": online,
            "contact": contact.summary(), "last": last,
        })
    }
}

impl Message {
    /// For the visitor.
    pub fn public(&self) -> Value {
        let (message_type, sort) = if self.from.is_visitors() { (0, "contact") } else { (1, "user") };
        let attachments: Vec<_> = self
            .files
            .iter()
            .map(|file| {
                json!({
                    "id": file.id, "message_id": self.id, "file_type": "file", "data_url": file.url,
                    "file_size": file.bytes, "fallback_title": file.name,
                })
            })
            .collect();
        json!({
            "id": self.id, "content": self.content, "message_type": message_type, "content_type": "text",
            "content_attributes": {}, "created_at": self.created_at, "conversation_id": self.conversation_id,
            "sender": { "id": self.author.id, "name": self.author.name, "type": sort }, "attachments": attachments,
            "echo_id": self.echo_id,
        })
    }
}
