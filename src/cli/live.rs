//! Conversations with visitors: who they are, who has them, what was said. Owns their tables, who may change what, and that everybody
//! concerned hears of a change in the order in which it happened; must not know HTTP beyond the status a refusal deserves, nor
//! sockets.

use std::net::IpAddr;
use std::path::Path;
use std::sync::MutexGuard;

use anyhow::Result;
use leadheat_core::id::uuid7;
use leadheat_core::time::Stamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::hub::{Hub, News};
use crate::inbox::Refusal;
use crate::limit::Limiter;
use crate::speech::{Contact, Conversation, File, From, Message, Person, Status};
use crate::store::{Store, seconds, secret};

const TABLES: &str = "
    create table if not exists contact (
        id integer primary key autoincrement, source_id text not null unique, pubsub_token text not null unique,
        name text not null default '', email text not null default '', phone text not null default '',
        attributes text not null default '{}');
    create table if not exists conversation (
        id integer primary key autoincrement, uuid text not null, contact integer not null references contact on delete cascade,
        status text not null default 'pending', operator integer, operator_name text,
        created_at integer not null, active_at integer not null, contact_seen_at integer not null default 0,
        agent_seen_at integer not null default 0, agent_seen integer not null default 0);
    create index if not exists conversation_of_contact on conversation (contact);
    create index if not exists conversation_active on conversation (active_at);
    create table if not exists message (
        id integer primary key autoincrement, conversation integer not null references conversation on delete cascade,
        sort text not null, author integer not null, author_name text not null, content text not null, echo_id text,
        files integer not null default 0, created_at integer not null);
    create index if not exists message_of_conversation on message (conversation, id);
    create unique index if not exists message_once on message (conversation, sort in ('visitor', 'bot'), author, echo_id)
        where echo_id is not null;
    create table if not exists file (
        id integer primary key, message integer not null references message on delete cascade, key text not null unique,
        name text not null, content blob not null);
    create index if not exists file_of_message on file (message);
    create table if not exists reply (id integer primary key, content text not null);";

const CONTACT: &str = "id, source_id, pubsub_token, name, email, phone, attributes";
const CONVERSATION: &str = "id, uuid, contact, status, operator, operator_name, created_at, active_at, contact_seen_at, agent_seen_at, agent_seen";
const MESSAGE: &str = "id, conversation, sort, author, author_name, content, echo_id, files, created_at";

/// As many characters as a message of Chatwoot may have.
pub const MAX_CONTENT: usize = 150_000;
/// Messages on a page of the history.
pub const PAGE: usize = 20;
/// Most files of a message, as in Chatwoot.
pub const MAX_FILES: usize = 15;
/// Most bytes of all files together: strangers fill them.
const MAX_STORED: i64 = 1024 * 1024 * 1024;
/// Most bytes of what is told of a contact, as JSON.
const MAX_ATTRIBUTES: usize = 16 * 1024;
/// Most letters of a name, an address or a number of a contact, and of a file's name.
const MAX_NAME: usize = 200;
/// A conversation in which nobody has written for so long is deleted.
pub const KEPT_DAYS: i64 = 90;
/// Operators are shown so many conversations, those last active.
const SHOWN: usize = 500;
/// Most saved replies, and characters of one.
const MAX_REPLIES: (i64, usize) = (200, 4_000);

/// What is told of a contact; what is absent stays.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct About {
    name: Option<String>,
    email: Option<String>,
    phone_number: Option<String>,
    custom_attributes: Option<Map<String, Value>>,
}

/// A message to be.
#[derive(Debug, Default)]
pub struct Draft {
    /// The text; may be empty where there are files.
    pub content: String,
    /// What its writer calls it: a message that comes again under the same name is taken once.
    pub echo_id: Option<String>,
    /// Names and contents of files.
    pub files: Vec<(String, Vec<u8>)>,
}

/// All conversations.
pub struct Live {
    store: Store,
    /// Who is to be told.
    pub hub: Hub,
    contacts: Limiter<IpAddr>,
    conversations: Limiter<i64>,
    messages: Limiter<i64>,
    posts_with_files: Limiter<i64>,
    /// Of a contact: typing, looking, ending, telling of itself.
    signs: Limiter<i64>,
}

fn refuse<T>(status: u16, why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal(status, why.into()))
}

fn gone<T>(what: &str) -> Result<T, Refusal> {
    refuse(404, format!("there is no such {what}"))
}

impl Live {
    /// Opens the conversations in a file, which is made where missing, and deletes those that are older than they may become.
    pub fn open(file: &Path) -> Result<Live> {
        let live = Live {
            store: Store::open(file, TABLES)?,
            hub: Hub::default(),
            // A company's people come from one address, as all do through a proxy.
            contacts: Limiter::new(300),
            conversations: Limiter::new(20),
            messages: Limiter::new(200),
            posts_with_files: Limiter::new(20),
            signs: Limiter::new(300),
        };
        live.forget_the_old().map_err(|Refusal(_, why)| anyhow::anyhow!(why))?;
        Ok(live)
    }

    /// Deletes conversations in which nobody has written for long, and contacts left without any.
    pub fn forget_the_old(&self) -> Result<(), Refusal> {
        let database = self.store.lock();
        let before = seconds() - KEPT_DAYS * 24 * 60 * 60;
        if database.execute("delete from conversation where active_at < ?", [before])? > 0 {
            let sql = "delete from contact where not exists (select 1 from conversation where contact = contact.id)";
            database.execute(sql, [])?;
        }
        Ok(())
    }

    // What visitors do.

    /// A new contact. Always a new one: who names somebody's e-mail address must not be given that person's conversations.
    pub fn meet(&self, about: About, from: IpAddr) -> Result<Contact, Refusal> {
        if !self.contacts.take(from) {
            return refuse(429, "too many conversations were begun from this address: try again in a minute");
        }
        let database = self.store.lock();
        let sql = "insert into contact (source_id, pubsub_token) values (?, ?)";
        database.execute(sql, [secret(), secret()])?;
        let contact = contact_where(&database, "id", database.last_insert_rowid())?;
        change_contact(&database, contact, about)
    }

    /// A contact by the secret that it alone has.
    pub fn contact(&self, source_id: &str) -> Result<Contact, Refusal> {
        contact_where(&self.store.lock(), "source_id", source_id)
    }

    /// A contact by the secret that its socket shows.
    pub fn subscriber(&self, pubsub_token: &str) -> Result<Contact, Refusal> {
        contact_where(&self.store.lock(), "pubsub_token", pubsub_token)
    }

    /// Changes what is told of a contact.
    pub fn tell_about(&self, source_id: &str, about: About) -> Result<Contact, Refusal> {
        let database = self.store.lock();
        let contact = contact_where(&database, "source_id", source_id)?;
        self.sign(contact.id)?;
        let contact = change_contact(&database, contact, about)?;
        self.show_all_of(&database, &contact)?;
        Ok(contact)
    }

    /// The conversations of a contact, those last active first.
    pub fn conversations_of(&self, contact: &Contact) -> Result<Vec<Conversation>, Refusal> {
        conversations_of(&self.store.lock(), contact)
    }

    /// A conversation of a contact.
    pub fn conversation_of(&self, contact: &Contact, id: i64) -> Result<Conversation, Refusal> {
        let found = conversation(&self.store.lock(), id)?;
        if found.contact == contact.id { Ok(found) } else { gone("conversation") }
    }

    /// A new conversation of a contact, which the bot has.
    pub fn begin(&self, contact: &Contact) -> Result<Conversation, Refusal> {
        if !self.conversations.take(contact.id) {
            return refuse(429, "too many conversations were begun: try again in a minute");
        }
        let now = seconds();
        let stamp = Stamp { wall: now as u64 * 1_000, monotonic: 0, entropy: fastrand::u128(..) };
        let database = self.store.lock();
        let sql = "insert into conversation (uuid, contact, created_at, active_at) values (?1, ?2, ?3, ?3)";
        database.execute(sql, params![uuid7(stamp), contact.id, now])?;
        let conversation = conversation(&database, database.last_insert_rowid())?;
        self.hub.tell(contact.id, "conversation.created", &conversation.public());
        self.show(conversation.id);
        Ok(conversation)
    }

    /// What a visitor, or the bot on the visitor's side, says. A conversation that was at its end begins again with the bot.
    pub fn say(&self, contact: &Contact, conversation: &Conversation, draft: Draft) -> Result<Message, Refusal> {
        let database = self.store.lock();
        let from = From::of_visitor(&draft.content);
        let message = self.keep(&database, conversation, from, &contact.person(), draft)?;
        let sql = "update conversation set status = 'pending', operator = null, operator_name = null
            where id = ? and status = 'resolved'";
        if database.execute(sql, [conversation.id])? > 0 {
            self.changed(&database, conversation.id)?;
        }
        Ok(message)
    }

    /// A page of the history, as visitors see it, oldest first: the newest messages before one, or the newest of all.
    pub fn history(&self, conversation: &Conversation, before: Option<i64>) -> Result<Vec<Message>, Refusal> {
        page(&self.store.lock(), conversation.id, before, "and sort in ('visitor', 'bot', 'operator')")
    }

    /// A visitor begins or stops typing.
    pub fn visitor_types(&self, contact: &Contact, conversation: &Conversation, on: bool) -> Result<(), Refusal> {
        self.sign(contact.id)?;
        let who = json!({ "id": contact.id, "name": contact.name, "type": "contact" });
        self.hub.tell_operators("typing", &json!({ "conversation_id": conversation.id, "on": on, "user": who }));
        Ok(())
    }

    /// Whether a contact may give one more sign of itself.
    fn sign(&self, contact: i64) -> Result<(), Refusal> {
        if self.signs.take(contact) { Ok(()) } else { refuse(429, "too many requests: try again in a minute") }
    }

    /// A visitor has seen everything so far.
    pub fn visitor_saw(&self, conversation: &Conversation) -> Result<(), Refusal> {
        self.sign(conversation.contact)?;
        let database = self.store.lock();
        database
            .execute("update conversation set contact_seen_at = ? where id = ?", params![seconds(), conversation.id])?;
        self.show(conversation.id);
        Ok(())
    }

    /// A visitor ends a conversation.
    pub fn visitor_resolves(&self, conversation: &Conversation) -> Result<Conversation, Refusal> {
        self.sign(conversation.contact)?;
        let database = self.store.lock();
        database.execute("update conversation set status = 'resolved' where id = ?", [conversation.id])?;
        self.changed(&database, conversation.id)
    }

    /// A file by the secret in its address: its name and content.
    pub fn file(&self, key: &str) -> Result<(String, Vec<u8>), Refusal> {
        let sql = "select name, content from file where key = ?";
        let found = self.store.lock().query_row(sql, [key], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        found.map_or_else(|| gone("file"), Ok)
    }

    /// A tab of a contact has come or gone.
    pub fn shows_up(&self, contact: &Contact) -> Result<(), Refusal> {
        self.show_all_of(&self.store.lock(), contact)
    }

    // What operators do.

    /// The conversations last active, as operators see them.
    pub fn overview(&self) -> Result<Vec<Value>, Refusal> {
        let database = self.store.lock();
        let sql = format!("select {CONVERSATION} from conversation order by active_at desc, id desc limit {SHOWN}");
        let mut select = database.prepare_cached(&sql)?;
        let found = select.query_map([], read_conversation)?.collect::<Result<Vec<_>, _>>()?;
        found.iter().map(|conversation| self.summary(&database, conversation)).collect()
    }

    /// A conversation as operators see it.
    pub fn seen_by_operators(&self, id: i64) -> Result<Value, Refusal> {
        let database = self.store.lock();
        self.summary(&database, &conversation(&database, id)?)
    }

    /// A page of the history, with notes and who took over when.
    pub fn whole_history(&self, id: i64, before: Option<i64>) -> Result<Vec<Message>, Refusal> {
        let database = self.store.lock();
        page(&database, conversation(&database, id)?.id, before, "")
    }

    /// What the visitor has written, oldest first, and the language of the page.
    pub fn words_of_visitor(&self, id: i64) -> Result<(Vec<String>, Option<String>), Refusal> {
        let database = self.store.lock();
        let conversation = conversation(&database, id)?;
        let contact = contact_where(&database, "id", conversation.contact)?;
        let sql = "select content from message where conversation = ? and sort = 'visitor' order by id desc limit 100";
        let mut select = database.prepare_cached(sql)?;
        let mut words = select.query_map([id], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
        words.reverse();
        Ok((words, contact.attributes.get("leadheat_language").and_then(Value::as_str).map(str::to_owned)))
    }

    /// Somebody takes a conversation over from `from`: the bot (`None`), or a colleague. Refused where somebody else has it by now.
    pub fn claim(&self, id: i64, operator: &Person, from: Option<i64>) -> Result<Value, Refusal> {
        let database = self.store.lock();
        let before = conversation(&database, id)?;
        let holder = before.assignee.as_ref().filter(|_| before.status == Status::Open);
        if let Some(holder) = holder.filter(|holder| Some(holder.id) != from && holder.id != operator.id) {
            return refuse(409, format!("{} has this conversation now", holder.name));
        }
        if holder.is_none_or(|holder| holder.id != operator.id) {
            let sql = "update conversation set status = 'open', operator = ?, operator_name = ? where id = ?";
            database.execute(sql, params![operator.id, operator.name, id])?;
            self.note_event(&database, &before, operator, "claimed")?;
            self.changed(&database, id)?;
        }
        self.summary(&database, &conversation(&database, id)?)
    }

    /// Whoever has a conversation gives it back to the bot, or ends it; one that the bot has may be ended by anybody.
    pub fn let_go(&self, id: i64, operator: &Person, resolved: bool) -> Result<Value, Refusal> {
        let database = self.store.lock();
        let before = conversation(&database, id)?;
        if !(resolved && before.status == Status::Pending) {
            before.held_by(operator)?;
        }
        let sql = "update conversation set status = ?, operator = null, operator_name = null where id = ?";
        let (status, event) = if resolved { (Status::Resolved, "resolved") } else { (Status::Pending, "returned") };
        database.execute(sql, params![status.name(), id])?;
        self.note_event(&database, &before, operator, event)?;
        self.changed(&database, id)?;
        self.summary(&database, &conversation(&database, id)?)
    }

    /// What an operator says: to the visitor, where the operator has the conversation, or to colleagues alone.
    pub fn answer(&self, id: i64, operator: &Person, note: bool, draft: Draft) -> Result<Message, Refusal> {
        let database = self.store.lock();
        let conversation = conversation(&database, id)?;
        if !note {
            conversation.held_by(operator)?;
        }
        self.keep(&database, &conversation, if note { From::Note } else { From::Operator }, operator, draft)
    }

    /// An operator begins or stops typing.
    pub fn operator_types(&self, id: i64, operator: &Person, on: bool) -> Result<(), Refusal> {
        let conversation = conversation(&self.store.lock(), id)?;
        conversation.held_by(operator)?;
        let event = if on { "conversation.typing_on" } else { "conversation.typing_off" };
        let user = json!({ "id": operator.id, "name": operator.name, "type": "user" });
        self.hub.tell(conversation.contact, event, &json!({ "conversation": { "id": id }, "user": user }));
        self.hub.tell_operators("typing", &json!({ "conversation_id": id, "on": on, "user": user }));
        Ok(())
    }

    /// An operator has read up to a message.
    pub fn operator_saw(&self, id: i64, message: i64) -> Result<(), Refusal> {
        let database = self.store.lock();
        let sql = "update conversation set agent_seen = ?1, agent_seen_at = ?2 where id = ?3 and agent_seen < ?1";
        if database.execute(sql, params![message, seconds(), id])? > 0 {
            self.show(id);
        }
        Ok(())
    }

    /// Deletes a conversation that has ended, and its contact where that was the only one.
    pub fn delete(&self, id: i64) -> Result<(), Refusal> {
        let database = self.store.lock();
        let Conversation { contact, status, .. } = conversation(&database, id)?;
        if status != Status::Resolved {
            return refuse(409, "end the conversation first: somebody may be writing in it");
        }
        database.execute("delete from conversation where id = ?", [id])?;
        let sql = "delete from contact where id = ?1 and not exists (select 1 from conversation where contact = ?1)";
        if database.execute(sql, [contact])? > 0 {
            self.hub.forget(contact);
        }
        self.hub.tell_operators("deleted", &json!({ "id": id }));
        Ok(())
    }

    /// The saved replies, in the order in which they were saved.
    pub fn replies(&self) -> Result<Vec<Value>, Refusal> {
        let database = self.store.lock();
        let mut select = database.prepare_cached("select id, content from reply order by id")?;
        let reply = |row: &Row| Ok(json!({ "id": row.get::<_, i64>(0)?, "content": row.get::<_, String>(1)? }));
        Ok(select.query_map([], reply)?.collect::<Result<Vec<_>, _>>()?)
    }

    /// Saves a reply: a new one, or in place of one; without content, that one is removed.
    pub fn save_reply(&self, id: Option<i64>, content: &str) -> Result<Vec<Value>, Refusal> {
        let content = content.trim();
        if content.chars().count() > MAX_REPLIES.1 {
            return refuse(422, format!("a saved reply has at most {} characters", MAX_REPLIES.1));
        }
        let database = self.store.lock();
        let changed = match (id, content) {
            (Some(id), "") => database.execute("delete from reply where id = ?", [id])?,
            (Some(id), _) => database.execute("update reply set content = ? where id = ?", params![content, id])?,
            (None, "") => return refuse(422, "a saved reply needs a text"),
            (None, _) => {
                let sql = "insert into reply (content) select ? where (select count(*) from reply) < ?";
                database.execute(sql, params![content, MAX_REPLIES.0])?
            }
        };
        if changed == 0 {
            return match id {
                Some(_) => gone("saved reply"),
                None => refuse(422, format!("there are {} saved replies: remove one first", MAX_REPLIES.0)),
            };
        }
        drop(database);
        let replies = self.replies()?;
        self.hub.tell_operators("replies", &replies);
        Ok(replies)
    }

    // What they share.

    /// Keeps a message once, and tells everybody whom it concerns.
    fn keep(
        &self,
        database: &MutexGuard<'_, Connection>,
        conversation: &Conversation,
        from: From,
        author: &Person,
        draft: Draft,
    ) -> Result<Message, Refusal> {
        let sql = format!(
            "select {MESSAGE} from message where conversation = ? and sort in ('visitor', 'bot') = ? and author = ? and echo_id = ?"
        );
        let key = params![conversation.id, from.is_visitors(), author.id, draft.echo_id];
        if let Some(known) = database.prepare_cached(&sql)?.query_row(key, read_message).optional()? {
            return with_files(database, known);
        }
        draft.check()?;
        let may = from == From::Event
            || (draft.files.is_empty() || self.posts_with_files.take(conversation.id))
                && self.messages.take(conversation.id);
        if !may {
            return refuse(429, "too many messages in this conversation: try again in a minute");
        }
        let is_full = "select coalesce(sum(length(content)), 0) >= ? from file";
        if !draft.files.is_empty() && database.query_row(is_full, [MAX_STORED], |row| row.get(0))? {
            return refuse(507, "there is no more room for files here: send a link");
        }
        let now = seconds();
        let sql = "insert into message (conversation, sort, author, author_name, content, echo_id, files, created_at)
            values (?, ?, ?, ?, ?, ?, ?, ?)";
        database.execute_batch("begin")?;
        let kept = (|| {
            database.prepare_cached(sql)?.execute(params![
                conversation.id,
                from.name(),
                author.id,
                author.name,
                draft.content,
                draft.echo_id,
                !draft.files.is_empty(),
                now
            ])?;
            let id = database.last_insert_rowid();
            for (name, content) in &draft.files {
                let sql = "insert into file (message, key, name, content) values (?, ?, ?, ?)";
                database.execute(sql, params![id, secret(), clip(name), content])?;
            }
            let sql = "update conversation set active_at = ? where id = ?";
            database.prepare_cached(sql)?.execute(params![now, conversation.id])?;
            Ok::<_, Refusal>(id)
        })();
        database.execute_batch(if kept.is_ok() { "commit" } else { "rollback" })?;
        let sql = format!("select {MESSAGE} from message where id = ?");
        let message = database.prepare_cached(&sql)?.query_row([kept?], read_message)?;
        let message = with_files(database, message)?;
        if message.from.is_public() {
            self.hub.tell(conversation.contact, "message.created", &message.public());
        }
        self.hub.tell_operators("message", &message);
        self.show(conversation.id);
        Ok(message)
    }

    /// Notes for operators who took over or let go when.
    fn note_event(
        &self,
        database: &MutexGuard<'_, Connection>,
        conversation: &Conversation,
        operator: &Person,
        event: &str,
    ) -> Result<(), Refusal> {
        let draft = Draft { content: event.to_owned(), ..Draft::default() };
        self.keep(database, conversation, From::Event, operator, draft).map(drop)
    }

    /// Tells everybody that somebody else has a conversation.
    fn changed(&self, database: &MutexGuard<'_, Connection>, id: i64) -> Result<Conversation, Refusal> {
        let conversation = conversation(database, id)?;
        self.hub.tell(conversation.contact, "conversation.status_changed", &conversation.public());
        self.show(id);
        Ok(conversation)
    }

    /// Shows operators a conversation as it is by now.
    fn show(&self, id: i64) {
        self.hub.spread(News::Changed(id));
    }

    fn show_all_of(&self, database: &MutexGuard<'_, Connection>, contact: &Contact) -> Result<(), Refusal> {
        conversations_of(database, contact)?.iter().for_each(|conversation| self.show(conversation.id));
        Ok(())
    }

    fn summary(&self, database: &MutexGuard<'_, Connection>, conversation: &Conversation) -> Result<Value, Refusal> {
        let contact = contact_where(database, "id", conversation.contact)?;
        let sql = format!(
            "select {MESSAGE} from message where conversation = ? and sort != 'event' order by id desc limit 1"
        );
        let last = database.prepare_cached(&sql)?.query_row([conversation.id], read_message).optional()?;
        let sql = "select count(*) from message where conversation = ? and sort = 'visitor' and id > ?";
        let unread: i64 =
            database.prepare_cached(sql)?.query_row([conversation.id, conversation.agent_seen], |row| row.get(0))?;
        Ok(conversation.summary(&contact, last.as_ref(), unread, self.hub.is_online(contact.id)))
    }
}

impl Draft {
    fn check(&self) -> Result<(), Refusal> {
        if self.content.chars().count() > MAX_CONTENT {
            return refuse(422, format!("content is too long: a message has at most {MAX_CONTENT} characters"));
        }
        if self.content.trim().is_empty() && self.files.is_empty() {
            return refuse(422, "a message needs content or attachments");
        }
        if self.files.len() > MAX_FILES {
            return refuse(422, format!("a message has at most {MAX_FILES} attachments"));
        }
        let long = self.echo_id.as_ref().is_some_and(|echo| echo.chars().count() > MAX_NAME);
        if long { refuse(422, format!("echo_id has at most {MAX_NAME} characters")) } else { Ok(()) }
    }
}

fn clip(text: &str) -> String {
    text.chars().take(MAX_NAME).collect()
}

fn change_contact(database: &Connection, contact: Contact, about: About) -> Result<Contact, Refusal> {
    let text = |new: Option<String>, old: String| new.map_or(old, |new| clip(new.trim()));
    let mut attributes = contact.attributes;
    // What is null is taken back: a visitor may withdraw the consent that it was told with.
    attributes.extend(about.custom_attributes.unwrap_or_default());
    attributes.retain(|_, value| !value.is_null());
    let attributes = Value::Object(attributes).to_string();
    if attributes.len() > MAX_ATTRIBUTES {
        return refuse(422, format!("custom_attributes have at most {MAX_ATTRIBUTES} bytes"));
    }
    let sql = "update contact set name = ?, email = ?, phone = ?, attributes = ? where id = ?";
    let name = text(about.name, contact.name);
    let (email, phone) = (text(about.email, contact.email), text(about.phone_number, contact.phone));
    database.execute(sql, params![name, email, phone, attributes, contact.id])?;
    contact_where(database, "id", contact.id)
}

fn contact_where(database: &Connection, column: &str, value: impl rusqlite::ToSql) -> Result<Contact, Refusal> {
    let sql = format!("select {CONTACT} from contact where {column} = ?");
    let read = |row: &Row| {
        let attributes: String = row.get(6)?;
        Ok(Contact {
            id: row.get(0)?,
            source_id: row.get(1)?,
            pubsub_token: row.get(2)?,
            name: row.get(3)?,
            email: row.get(4)?,
            phone: row.get(5)?,
            attributes: serde_json::from_str(&attributes).unwrap_or_default(),
        })
    };
    let found = database.prepare_cached(&sql)?.query_row([value], read).optional()?;
    found.map_or_else(|| gone("contact"), Ok)
}

fn conversation(database: &Connection, id: i64) -> Result<Conversation, Refusal> {
    let sql = format!("select {CONVERSATION} from conversation where id = ?");
    let found = database.prepare_cached(&sql)?.query_row([id], read_conversation).optional()?;
    found.map_or_else(|| gone("conversation"), Ok)
}

fn conversations_of(database: &Connection, contact: &Contact) -> Result<Vec<Conversation>, Refusal> {
    let sql = format!("select {CONVERSATION} from conversation where contact = ? order by active_at desc, id desc");
    let mut select = database.prepare_cached(&sql)?;
    Ok(select.query_map([contact.id], read_conversation)?.collect::<Result<_, _>>()?)
}

fn read_conversation(row: &Row) -> rusqlite::Result<Conversation> {
    let (operator, name): (Option<i64>, Option<String>) = (row.get(4)?, row.get(5)?);
    Ok(Conversation {
        id: row.get(0)?,
        uuid: row.get(1)?,
        contact: row.get(2)?,
        status: Status::of(&row.get::<_, String>(3)?),
        assignee: operator.zip(name).map(|(id, name)| Person { id, name }),
        created_at: row.get(6)?,
        active_at: row.get(7)?,
        contact_seen_at: row.get(8)?,
        agent_seen_at: row.get(9)?,
        agent_seen: row.get(10)?,
    })
}

fn page(database: &Connection, id: i64, before: Option<i64>, which: &str) -> Result<Vec<Message>, Refusal> {
    let sql = format!(
        "select {MESSAGE} from message where conversation = ? and id < ? {which} order by id desc limit {PAGE}"
    );
    let mut select = database.prepare_cached(&sql)?;
    let found = select.query_map([id, before.unwrap_or(i64::MAX)], read_message)?.collect::<Result<Vec<_>, _>>()?;
    found.into_iter().rev().map(|message| with_files(database, message)).collect()
}

fn read_message(row: &Row) -> rusqlite::Result<Message> {
    Ok(Message {
        id: row.get(0)?,
        conversation_id: row.get(1)?,
        from: From::of(&row.get::<_, String>(2)?),
        author: Person { id: row.get(3)?, name: row.get(4)? },
        content: row.get(5)?,
        echo_id: row.get(6)?,
        has_files: row.get(7)?,
        files: Vec::new(),
        created_at: row.get(8)?,
    })
}

fn with_files(database: &Connection, mut message: Message) -> Result<Message, Refusal> {
    if message.has_files {
        let mut select =
            database.prepare_cached("select id, key, name, length(content) from file where message = ? order by id")?;
        let file = |row: &Row| Ok(File::new(row.get(0)?, &row.get::<_, String>(1)?, row.get(2)?, row.get(3)?));
        message.files = select.query_map([message.id], file)?.collect::<Result<_, _>>()?;
    }
    Ok(message)
}
