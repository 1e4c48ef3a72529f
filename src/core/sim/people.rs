//! A chat server with a person at it, as the simulator has one: the same requests and events as Chatwoot's. Owns what the server
//! has taken in; must not know what the widget makes of it.

use serde_json::{Value as Json, json};

use super::TabId;

/// What becomes of a request.
#[derive(Clone, Debug, Default)]
pub enum Handling {
    /// It is taken, and answered.
    #[default]
    Done,
    /// It never arrives.
    Lost,
    /// It is taken, and the answer never arrives.
    Unanswered,
    /// Nothing ever becomes of it, not even that it failed.
    Silent,
    /// It is not taken, and answered so; what is no JSON is null.
    Answered(u16, Json),
}

/// What becomes of one request after another, by method and path.
pub type Handler = Box<dyn FnMut(&str) -> Handling>;

/// The chat server.
#[derive(Default)]
pub struct People {
    /// What is known of each contact, by its place: the visitor's `custom_attributes`.
    pub contacts: Vec<Json>,
    /// Each conversation: the contact's place, and its status. Its number is its place, from 1 on.
    pub conversations: Vec<(usize, String)>,
    /// All messages. The number of each is its place, from 1 on.
    pub messages: Vec<Json>,
    /// Method and path of every request, also of those that were lost.
    pub requests: Vec<String>,
    /// What becomes of each; done where nothing is said.
    pub handling: Option<Handler>,
    /// So many of the first contacts the server has forgotten.
    pub forgotten: usize,
    /// Whether a message that comes again is known by its `echo_id`, as leadheat's own server does and Chatwoot does not.
    pub knows_echoes: bool,
    /// Who listens: tab, and the contact once subscribed.
    cables: Vec<(TabId, Option<usize>)>,
}

/// What tabs hear.
pub(super) type Told = Vec<(TabId, Json)>;

impl People {
    /// A request: the status of the answer, 0 where there is none, the answer, and what is told by cable. Nothing where the browser is
    /// never told.
    pub(super) fn ask(&mut self, method: &str, url: &str, body: &Json) -> Option<(u16, Json, Told)> {
        let path = url.strip_prefix("https://chat.example/public/api/v1/inboxes/site/contacts").unwrap_or(url);
        self.requests.push(format!("{method} {path}"));
        let handling = self.handling.as_mut().map_or(Handling::Done, |handling| handling(&format!("{method} {path}")));
        Some(match handling {
            Handling::Silent => return None,
            Handling::Lost => (0, Json::Null, vec![]),
            Handling::Answered(status, body) => (status, body, vec![]),
            Handling::Unanswered => (0, Json::Null, self.take(method, path, body).2),
            Handling::Done => self.take(method, path, body),
        })
    }

    fn take(&mut self, method: &str, path: &str, body: &Json) -> (u16, Json, Told) {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        let contact = parts.first().and_then(|source| source.strip_prefix("contact-")?.parse::<usize>().ok());
        let number = parts.get(2).and_then(|id| id.parse::<usize>().ok());
        let answer = match (
            method,
            &parts[..],
            contact.filter(|contact| (self.forgotten..self.contacts.len()).contains(contact)),
        ) {
            ("POST", [], _) => {
                self.contacts.push(body["custom_attributes"].clone());
                let place = self.contacts.len() - 1;
                json!({ "source_id": format!("contact-{place}"), "pubsub_token": format!("token-{place}"), "id": place })
            }
            (_, _, None) => return (404, json!({ "error": "no such contact" }), vec![]),
            ("PATCH", [_], Some(contact)) => {
                self.contacts[contact] = body["custom_attributes"].clone();
                json!({})
            }
            ("GET", [_, "conversations"], Some(contact)) => {
                let of = self.conversations.iter().enumerate().filter(|(_, (whose, _))| *whose == contact);
                of.map(|(place, (_, status))| json!({ "id": place + 1, "status": status })).collect()
            }
            ("POST", [_, "conversations"], Some(contact)) => {
                self.conversations.push((contact, "pending".into()));
                json!({ "id": self.conversations.len(), "status": "pending", "messages": [] })
            }
            ("GET", [_, _, _, "messages"], Some(_)) => {
                let before = query.strip_prefix("before=").and_then(|id| id.parse().ok()).unwrap_or(u64::MAX);
                let of = self.messages.iter().filter(|message| {
                    message["conversation_id"] == json!(number) && message["id"].as_u64() < Some(before)
                });
                let of: Vec<&Json> = of.collect();
                json!(of[of.len().saturating_sub(20)..])
            }
            ("POST", [_, _, _, "messages"], Some(contact)) => {
                let known = self.messages.iter().find(|message| message["echo_id"] == body["echo_id"]);
                if let Some(known) = known.filter(|_| self.knows_echoes) {
                    return (200, known.clone(), vec![]);
                }
                self.add(number.unwrap_or_default(), 0, body["content"].as_str().unwrap_or_default());
                let message = self.messages.last_mut().expect("it was just added");
                message["attachments"] = body["attachments"].clone();
                let answer = message.clone();
                message["echo_id"] = body["echo_id"].clone();
                let message = message.clone();
                return (200, answer, self.tell(contact, "message.created", message));
            }
            ("POST", [_, _, _, "toggle_typing"], Some(_)) => json!({}),
            _ => return (404, json!({}), vec![]),
        };
        (200, answer, vec![])
    }

    fn add(&mut self, conversation: usize, kind: u8, text: &str) -> Json {
        let sender =
            if kind == 1 { json!({ "id": 7, "name": "Anna", "type": "user" }) } else { json!({ "type": "contact" }) };
        let message = json!({
            "id": self.messages.len() + 1, "content": text, "message_type": kind, "content_type": "text", "content_attributes": {},
            "created_at": super::START / 1_000, "conversation_id": conversation, "sender": sender,
        });
        self.messages.push(message.clone());
        message
    }

    fn tell(&self, contact: usize, event: &str, data: Json) -> Told {
        let frame = json!({ "identifier": "{}", "message": { "event": event, "data": data } });
        let ears = self.cables.iter().filter(|(_, whose)| *whose == Some(contact));
        ears.map(|(tab, _)| (*tab, frame.clone())).collect()
    }

    /// The person writes in the latest conversation.
    pub(super) fn write(&mut self, text: &str) -> Told {
        let id = self.conversations.len();
        let (contact, status) = self.conversations.last_mut().expect("there is a conversation");
        *status = "open".into();
        let contact = *contact;
        let message = self.add(id, 1, text);
        self.tell(contact, "message.created", message)
    }

    /// The person takes the latest conversation (`open`), gives it back to the bot (`pending`), or ends it (`resolved`).
    pub(super) fn set_status(&mut self, to: &str) -> Told {
        let id = self.conversations.len();
        let (contact, status) = self.conversations.last_mut().expect("there is a conversation");
        *status = to.into();
        let contact = *contact;
        let data = json!({ "id": id, "status": to, "meta": { "assignee": { "id": 7, "name": "Anna" } } });
        self.tell(contact, "conversation.status_changed", data)
    }

    /// The person begins to write, or stops.
    pub(super) fn types(&self, types: bool) -> Told {
        let event = if types { "conversation.typing_on" } else { "conversation.typing_off" };
        let id = self.conversations.len();
        let contact = self.conversations.last().expect("there is a conversation").0;
        self.tell(contact, event, json!({ "conversation": { "id": id }, "user": { "name": "Anna" } }))
    }

    pub(super) fn connect(&mut self, tab: TabId) -> Told {
        self.hang_up(tab);
        self.cables.push((tab, None));
        vec![(tab, json!({ "type": "welcome" }))]
    }

    pub(super) fn hear(&mut self, tab: TabId, command: &Json) -> Told {
        if command["command"] != "subscribe" {
            return vec![];
        }
        let identifier: Json =
            serde_json::from_str(command["identifier"].as_str().unwrap_or_default()).unwrap_or_default();
        let token = identifier["pubsub_token"].as_str().and_then(|token| token.strip_prefix("token-")?.parse().ok());
        let contact = token.filter(|contact| *contact < self.contacts.len());
        for (_, whose) in self.cables.iter_mut().filter(|(of, _)| *of == tab) {
            *whose = contact;
        }
        let kind = if contact.is_some() { "confirm_subscription" } else { "reject_subscription" };
        vec![(tab, json!({ "type": kind }))]
    }

    pub(super) fn ping(&self) -> Told {
        self.cables.iter().map(|(tab, _)| (*tab, json!({ "type": "ping", "message": 1 }))).collect()
    }

    pub(super) fn hang_up(&mut self, tab: TabId) {
        self.cables.retain(|(of, _)| *of != tab);
    }

    /// All cables are cut. Returns whose they were.
    pub(super) fn cut(&mut self) -> Vec<TabId> {
        std::mem::take(&mut self.cables).into_iter().map(|(tab, _)| tab).collect()
    }

    /// What the server has of a conversation: by whom, and what.
    pub fn said(&self) -> Vec<(bool, &str)> {
        let of = |message: &'_ Json| message["message_type"] == 1;
        self.messages.iter().map(|message| (of(message), message["content"].as_str().unwrap_or_default())).collect()
    }

    /// Whether anybody listens.
    pub fn is_heard(&self) -> bool {
        self.cables.iter().any(|(_, whose)| whose.is_some())
    }
}
