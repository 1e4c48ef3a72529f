//! The leads that sales has received: taking them in, keeping them, and what a salesperson makes of them. Owns the
//! database and idempotency; must not know HTTP beyond the status a refusal deserves.

use std::path::Path;
use std::sync::MutexGuard;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use leadheat_core::advice::advice;
use leadheat_core::brief::{brief, limit};
use leadheat_core::lead::{Lead, SCHEMA};
use leadheat_core::text::{Lang, join};
use leadheat_core::time::iso;
use leadheat_core::words::Phrases;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use crate::check;
use crate::store::Store;

/// Most bytes of a post.
pub const MAX_POST: usize = 64 * 1024;

const TABLES: &str = "
    create table if not exists lead (
        id text primary key, revision integer not null, json text not null, received_at text not null,
        status text not null default 'new', owner text not null default '', notes text not null default '',
        lost_reason text not null default '', parked_until text, read integer not null default 0);
    create table if not exists post (key text primary key, received_at text not null);";
const COLUMNS: &str = "json, received_at, status, owner, notes, lost_reason, parked_until, read";
const STATUSES: [&str; 7] = ["new", "contacted", "qualified", "won", "lost", "discarded", "parked"];

/// A lead and what sales has made of it.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// The highest revision received.
    pub lead: Lead,
    /// When it was received.
    pub received_at: String,
    /// `new`, `contacted`, `qualified`, `won`, `lost`, `discarded` or `parked`.
    pub status: String,
    /// Who takes care of it.
    pub owner: String,
    /// Notes of sales.
    pub notes: String,
    /// Why it was lost.
    pub lost_reason: String,
    /// Until when it is parked, as a date.
    pub parked_until: Option<String>,
    /// Whether somebody opened it since it was received.
    pub read: bool,
}

/// What sales changes; what is absent stays.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Change {
    status: Option<String>,
    owner: Option<String>,
    notes: Option<String>,
    lost_reason: Option<String>,
    parked_until: Option<Option<String>>,
    read: Option<bool>,
}

/// What the open inboxes are told.
#[derive(Clone, Debug, Serialize)]
pub struct News {
    id: String,
    tier: String,
    revision: u32,
}

/// Why a post or a change is not taken: an HTTP status and a sentence.
#[derive(Debug, PartialEq, Eq)]
pub struct Refusal(pub u16, pub String);

fn refuse<T>(status: u16, why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal(status, why.into()))
}

impl From<rusqlite::Error> for Refusal {
    /// The widget tries again later after a 5xx: nothing is lost.
    fn from(error: rusqlite::Error) -> Refusal {
        Refusal(503, format!("the inbox cannot be read or written just now: {error}"))
    }
}

/// The inbox.
pub struct Inbox {
    store: Store,
    news: broadcast::Sender<News>,
}

impl Inbox {
    /// Opens the inbox in a file, which is made where missing.
    pub fn open(file: &Path) -> Result<Inbox> {
        Ok(Inbox { store: Store::open(file, TABLES)?, news: broadcast::Sender::new(64) })
    }

    fn database(&self) -> MutexGuard<'_, Connection> {
        self.store.lock()
    }

    /// Tells of every change from now on.
    pub fn listen(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }

    /// Takes in a post. `false` where the same post was taken in before.
    pub fn receive(&self, body: &[u8]) -> Result<bool, Refusal> {
        if body.len() > MAX_POST {
            return refuse(413, format!("a lead has at most {MAX_POST} bytes"));
        }
        let json: serde_json::Value = match serde_json::from_slice(body) {
            Ok(json) => json,
            Err(error) => return refuse(400, format!("this is not JSON: {error}")),
        };
        if json["schema"] != SCHEMA {
            return refuse(422, format!("this is not a lead: its `schema` is not \"{SCHEMA}\""));
        }
        let lead: Lead = match serde_json::from_value(json) {
            Ok(lead) => lead,
            Err(error) => return refuse(422, format!("this lead is not as its schema says: {error}")),
        };
        if lead.id.is_empty() || lead.idempotency_key.is_empty() {
            return refuse(422, "this lead has no id or no idempotency_key");
        }
        self.keep(&lead)
    }

    fn keep(&self, lead: &Lead) -> Result<bool, Refusal> {
        let now = now();
        let mut database = self.database();
        let transaction = database.transaction()?;
        let sql = "insert or ignore into post (key, received_at) values (?, ?)";
        if transaction.execute(sql, params![lead.idempotency_key, now])? == 0 {
            return Ok(false);
        }
        let json = serde_json::to_string(lead).expect("a lead is JSON");
        let sql = "insert into lead (id, revision, json, received_at) values (?1, ?2, ?3, ?4)
            on conflict (id) do update set revision = ?2, json = ?3, received_at = ?4, read = 0 where revision <= ?2";
        transaction.execute(sql, params![lead.id, lead.revision, json, now])?;
        transaction.commit()?;
        drop(database);
        self.tell(lead);
        Ok(true)
    }

    fn tell(&self, lead: &Lead) {
        let news = News { id: lead.id.clone(), tier: lead.tier.name().to_owned(), revision: lead.revision };
        let _ = self.news.send(news); // Nobody listens: nobody is to be told.
    }

    /// All leads, those last received first, with the brief in a language.
    pub fn list(&self, lang: Lang) -> Result<Vec<Entry>, Refusal> {
        let database = self.database();
        let mut select = database.prepare(&format!("select {COLUMNS} from lead order by received_at desc, id desc"))?;
        let entries = select.query_map([], entry)?.collect::<Result<Vec<_>, _>>()?;
        Ok(entries.into_iter().map(|entry| in_language(entry, lang)).collect())
    }

    /// One lead.
    pub fn get(&self, id: &str, lang: Lang) -> Result<Entry, Refusal> {
        let found =
            self.database().query_row(&format!("select {COLUMNS} from lead where id = ?"), [id], entry).optional()?;
        match found {
            Some(entry) => Ok(in_language(entry, lang)),
            None => refuse(404, "there is no such lead"),
        }
    }

    /// Changes what sales has made of a lead.
    pub fn change(&self, id: &str, change: Change, lang: Lang) -> Result<Entry, Refusal> {
        let mut entry = self.get(id, lang)?;
        entry.status = change.status.unwrap_or(entry.status);
        entry.owner = change.owner.unwrap_or(entry.owner);
        entry.notes = change.notes.unwrap_or(entry.notes);
        entry.lost_reason = change.lost_reason.unwrap_or(entry.lost_reason);
        entry.parked_until = change.parked_until.unwrap_or(entry.parked_until);
        entry.read = change.read.unwrap_or(entry.read);
        if !STATUSES.contains(&entry.status.as_str()) {
            return refuse(422, format!("a status is one of {}", STATUSES.join(", ")));
        }
        if entry.status == "lost" && entry.lost_reason.trim().is_empty() {
            return refuse(422, "a lost lead needs a reason");
        }
        if entry.status == "parked" && !entry.parked_until.as_deref().is_some_and(is_date) {
            return refuse(422, "a parked lead needs a date: YYYY-MM-DD");
        }
        let sql = "update lead set status = ?, owner = ?, notes = ?, lost_reason = ?, parked_until = ?, read = ? where id = ?";
        let values =
            params![entry.status, entry.owner, entry.notes, entry.lost_reason, entry.parked_until, entry.read, id];
        self.database().execute(sql, values)?;
        self.tell(&entry.lead);
        Ok(entry)
    }

    /// All leads as CSV (RFC 4180), for a spreadsheet.
    pub fn csv(&self) -> Result<Vec<u8>, Refusal> {
        let mut csv = csv::Writer::from_writer(Vec::new());
        let columns = [
            "received_at",
            "id",
            "revision",
            "tier",
            "stage",
            "score",
            "grade",
            "status",
            "owner",
            "name",
            "company",
            "email",
            "phone",
            "need",
            "timeframe",
            "authority",
            "budget",
            "current_supplier",
            "requirements",
            "preferred",
            "preferred_time",
            "satisfied",
            "channel",
            "referrer",
            "utm_campaign",
            "landing",
            "page",
            "language",
            "consent",
            "test",
            "suspected_bot",
            "lost_reason",
            "parked_until",
            "notes",
            "brief",
        ];
        let mut write = |record: &[String]| csv.write_record(record.iter().map(|text| defused(text)));
        let failed = |error| Refusal(500, format!("the CSV cannot be written: {error}"));
        write(&columns.map(str::to_owned)).map_err(failed)?;
        for entry in self.list(Lang::En)? {
            let lead = serde_json::to_value(&entry.lead).expect("a lead is JSON");
            let all = serde_json::to_value(&entry).expect("an entry is JSON");
            let find = |column: &str| {
                let first = &lead["source"]["first"];
                let places = [
                    &all[column],
                    &lead[column],
                    &lead["contact"][column],
                    &lead["qualification"][column],
                    &first[column],
                    &lead["fit"][column],
                ];
                places.into_iter().find(|value| !value.is_null() && !value.is_object()).map(|value| match value {
                    serde_json::Value::String(text) => text.clone(),
                    other => other.to_string(),
                })
            };
            let state = lead["consent"]["state"].as_str().map(str::to_owned);
            let value = |column| if column == "consent" { state.clone() } else { find(column) };
            write(&columns.map(|column| value(column).unwrap_or_default())).map_err(failed)?;
        }
        csv.into_inner().map_err(|error| Refusal(500, format!("the CSV cannot be written: {error}")))
    }
}

fn entry(row: &Row) -> rusqlite::Result<Entry> {
    let json: String = row.get(0)?;
    let lead = serde_json::from_str(&json)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error)))?;
    Ok(Entry {
        lead,
        received_at: row.get(1)?,
        status: row.get(2)?,
        owner: row.get(3)?,
        notes: row.get(4)?,
        lost_reason: row.get(5)?,
        parked_until: row.get(6)?,
        read: row.get(7)?,
    })
}

/// With the brief in the language of whoever reads it, and the reasons of leadheat's own model too.
fn in_language(mut entry: Entry, lang: Lang) -> Entry {
    let own = &check::default_config().model;
    if entry.lead.model.as_ref().is_some_and(|model| model.id == own.id) {
        for reason in &mut entry.lead.reasons {
            let rule = own.rules.iter().find(|rule| rule.id == reason.rule);
            reason.label = rule.map_or_else(|| limit(&reason.rule, lang), |rule| rule.label.get(lang).to_owned());
        }
    }
    let advice = advice(&entry.lead.qualification, &Phrases::default(), lang);
    entry.lead.brief = join([brief(&entry.lead, lang), advice], "\n");
    entry
}

/// A text that no spreadsheet takes for a formula (OWASP, "CSV injection").
fn defused(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<f64>().is_err();
    if formula { format!("'{text}") } else { text.to_owned() }
}

fn is_date(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').map(|part| (part.len(), part.parse::<u32>())).collect();
    matches!(parts[..], [(4, Ok(_)), (2, Ok(1..=12)), (2, Ok(1..=31))])
}

/// Now, as people and leads write it.
pub fn now() -> String {
    iso(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64))
}
