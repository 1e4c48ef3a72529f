//! Chatwoot's public client API, by which people of the company talk to the visitor: what is asked of the server, and what it
//! says. Owns its paths and documents; must not know when anything is asked (`app::live`), nor how it gets there.
//!
//! By the source of Chatwoot 4.10. The inbox of this repository speaks the same (src/cli).

use crate::chat::{MAX_MESSAGE, Speaker, clean};
use crate::json::Value;
use crate::link;
use crate::list::gather;
use crate::text::{late, number, place};
use crate::time::{Millis, SECOND};
use crate::wire::object;
use crate::write::json;

/// What the bot has said goes to the server as if the visitor had, with this before it: there is no other way for a client.
pub const BOT: &str = "\u{1f916} ";

/// Most bytes of a person's message that are shown; the visitor's own are shorter.
const MAX_ANSWER: usize = 8 * MAX_MESSAGE;

/// Which server, and which of its inboxes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Server {
    /// Its address, which begins with http.
    pub url: String,
    /// The identifier of an inbox for API clients, which is no secret.
    pub inbox: String,
}

/// A request: method, address, and JSON, where there is something to say.
pub type Request = (&'static str, String, String);

/// What the widget does for a conversation with people.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Sends a request; answered by [`News::Answered`] with the number. Where there is a file to it, of this number, what is said goes
    /// as a form, with the file in `attachments[]`.
    Ask(u32, Request, Option<u32>),
    /// Opens a cable to this address, which begins with http, by one of these protocols, a list in JSON; in place of any other.
    Connect(String, &'static str),
    /// Sends a text by the cable.
    Transmit(String),
    /// Closes the cable, and drops the request that is under way.
    HangUp,
}

/// What the widget hears of it.
#[derive(Clone, Debug)]
pub enum News {
    /// The answer to the request of this number: the status, 0 where there was none, and the document, where it is one.
    Answered(u32, u16, Value),
    /// Something came by the cable.
    Received(Value),
    /// The cable is closed, or could not be opened.
    Closed,
}

/// What a server says by the cable.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    /// One may subscribe.
    Welcome,
    /// Events come from now on.
    Subscribed,
    /// The token is not known.
    Rejected,
    /// A new message, or one that was changed.
    Message(Message),
    /// Who has the conversation now; empty for the bot.
    Agent(String),
    /// A person begins to write, or stops.
    Typing(bool),
    /// Whether anybody is there.
    Presence(bool),
    /// Nothing that matters here, but a sign of life.
    Other,
}

/// A message as the server has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its number. Later messages have higher ones.
    pub id: u64,
    /// By whom; the bot's go by the visitor's way.
    pub from: Speaker,
    /// What who wrote it is called.
    pub by: String,
    /// Whether a person wrote it, and not the server on its own.
    pub is_person: bool,
    /// What. Addresses of files stand on lines of their own.
    pub text: String,
    /// When.
    pub at: Millis,
}

impl Server {
    fn inbox(&self, rest: &[&str]) -> String {
        [self.url.as_str(), late!("/public/api/v1/inboxes/"), &self.inbox, late!("/contacts"), &rest.concat()].concat()
    }

    fn conversations(&self, source: &str, rest: &[&str]) -> String {
        self.inbox(&["/", source, late!("/conversations"), &rest.concat()])
    }

    fn conversation(&self, source: &str, id: u32, rest: &str) -> String {
        self.conversations(source, &["/", &number(id.into()), rest])
    }

    /// Makes the visitor known, without a name: with an address the server would take the visitor for whoever has it.
    pub fn contact(&self, attributes: &Value) -> Request {
        ("POST", self.inbox(&[]), json(&object(ATTRIBUTES, &[attributes])))
    }

    /// Tells what is known of the visitor.
    pub fn describe(&self, source: &str, attributes: &Value) -> Request {
        ("PATCH", self.inbox(&["/", source]), json(&object(ATTRIBUTES, &[attributes])))
    }

    /// Lists the visitor's conversations.
    pub fn list(&self, source: &str) -> Request {
        ("GET", self.conversations(source, &[]), String::new())
    }

    /// Begins one.
    pub fn begin(&self, source: &str) -> Request {
        ("POST", self.conversations(source, &[]), "{}".to_owned())
    }

    /// The latest messages before one of this number; of all, where it is 0.
    pub fn history(&self, source: &str, id: u32, before: u64) -> Request {
        let mut url = self.conversation(source, id, MESSAGES);
        if before > 0 {
            url.push_str(&[late!("?before="), &number(before)].concat());
        }
        ("GET", url, String::new())
    }

    /// Says something. `echo` comes back with it.
    pub fn say(&self, source: &str, id: u32, text: &str, echo: &str) -> Request {
        let body = object(late!("content echo_id"), &[&Value::from(text), &Value::from(echo)]);
        ("POST", self.conversation(source, id, MESSAGES), json(&body))
    }

    /// Tells that the visitor is writing, or not any more.
    pub fn typing(&self, source: &str, id: u32, types: bool) -> Request {
        let status = if types { "on" } else { "off" };
        let body = object(late!("typing_status"), &[&Value::from(status)]);
        ("POST", self.conversation(source, id, late!("/toggle_typing")), json(&body))
    }

    /// Opens the cable. The second protocol says that there is none in common.
    pub fn cable(&self) -> Act {
        let protocols = late!(r#"["actioncable-v1-json","actioncable-unsupported"]"#);
        Act::Connect([self.url.as_str(), late!("/cable")].concat(), protocols)
    }
}

const ATTRIBUTES: &str = late!("custom_attributes");
const MESSAGES: &str = late!("/messages");

/// The text that subscribes to a visitor's events, or says by them that the visitor is there.
pub fn command(token: &str, present: bool) -> String {
    let channel = object(late!("channel pubsub_token"), &[&Value::from(late!("RoomChannel")), &token.to_owned()]);
    let identifier = json(&channel);
    json(&match present {
        false => object(late!("command identifier"), &[&Value::from(late!("subscribe")), &identifier]),
        true => {
            let data = json(&object(late!("action"), &[&Value::from(late!("update_presence"))]));
            object(late!("command identifier data"), &[&Value::from("message"), &identifier, &data])
        }
    })
}

/// What came by the cable of a server at this address, about this conversation.
pub fn frame(value: &Value, conversation: u32, server: &str) -> Frame {
    let message = value.part("message");
    let data = message.part("data");
    let is_ours = |id: &Value| id.as_number() == f64::from(conversation);
    match place(late!("welcome confirm_subscription reject_subscription"), &value.text("type")) {
        Some(0) => return Frame::Welcome,
        Some(1) => return Frame::Subscribed,
        Some(2) => return Frame::Rejected,
        _ => {}
    }
    let events = late!(
        "message.created message.updated conversation.status_changed conversation.typing_on conversation.typing_off presence.update"
    );
    match place(events, &message.text("event")) {
        Some(0 | 1) if is_ours(data.part(late!("conversation_id"))) => {
            read(data, server).map_or(Frame::Other, Frame::Message)
        }
        Some(2) if is_ours(data.part("id")) => agent(data).map_or(Frame::Other, Frame::Agent),
        Some(event @ (3 | 4)) if is_ours(data.part("conversation").part("id")) => Frame::Typing(event == 3),
        Some(5) => Frame::Presence(matches!(data.part("users"), Value::Object(users) if !users.is_empty())),
        _ => Frame::Other,
    }
}

/// Who has a conversation, as the server tells of it: empty where the bot has it, nothing where that is not said.
pub fn agent(conversation: &Value) -> Option<String> {
    let assignee = conversation.part("meta").part(late!("assignee"));
    match conversation.text("status") == "open" {
        true => (!assignee.is_null()).then(|| name_of(assignee)),
        false => Some(String::new()),
    }
}

/// What a person is called. Somebody without a name is there all the same.
fn name_of(person: &Value) -> String {
    let name = clean(&person.text("name"), 60);
    if name.is_empty() { "…".to_owned() } else { name }
}

/// A message of a server at this address, where a document is one that is to be seen.
pub fn read(value: &Value, server: &str) -> Option<Message> {
    let id = value.number("id");
    let by_company = match value.part(late!("message_type")) {
        Value::Number(0.0) => false,
        Value::Number(1.0 | 3.0) => true,
        _ => return None, // What went on, in the words of the server.
    };
    let files = value.items(late!("attachments")).iter().map(|file| file.text(late!("data_url")));
    let mut text = value.text("content");
    for file in files.filter(|file| !file.is_empty()) {
        text = [&text, "\n", &link::absolute(server, &file)].concat();
    }
    let (from, text) = if by_company { (Speaker::Agent, clean(&text, MAX_ANSWER)) } else { told(&text) };
    if id < 1.0 || text.is_empty() || value.flag(late!("private")) {
        return None;
    }
    let sender = value.part(late!("sender"));
    let is_person = by_company && sender.text("type") == "user";
    let by = if is_person { name_of(sender) } else { String::new() };
    Some(Message { id: id as u64, from, by, is_person, text, at: value.number(late!("created_at")) as Millis * SECOND })
}

/// Who said what a client has told the server, and what.
pub fn told(text: &str) -> (Speaker, String) {
    let text = clean(text, MAX_ANSWER);
    match text.strip_prefix(BOT.trim()) {
        Some(said) => (Speaker::Bot, said.trim().to_owned()),
        None => (Speaker::Visitor, text),
    }
}

/// The messages of an answer, oldest first.
pub fn messages(value: &Value, server: &str) -> Vec<Message> {
    gather(value.as_list().iter().filter_map(|value| read(value, server)))
}

/// Reads config's `chat.live`, whose shape has been checked.
pub fn server(value: &Value) -> Option<Server> {
    if value.is_null() {
        return None;
    }
    let url = value.text("server");
    let url = url.strip_suffix('/').unwrap_or(&url).to_owned();
    Some(Server { url, inbox: value.text("inbox") })
}

/// Whether an identifier of an inbox can stand in an address.
pub fn is_inbox(inbox: &str) -> bool {
    !inbox.is_empty() && inbox.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}
