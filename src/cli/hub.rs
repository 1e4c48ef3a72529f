//! Who is listening just now: visitors' sockets and operators' pages. Owns handing news to them and who is present; must not keep
//! anything, nor know what the news mean.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::broadcast::{self, Receiver, Sender};

/// One who has so many news waiting is cut off, and reads everything anew when it comes back.
const WAITING: usize = 256;
/// So many tabs may one visitor have open.
const TABS: usize = 20;

/// Something that operators' pages are to know.
#[derive(Clone, Debug)]
pub enum News {
    /// An event of this kind, with a JSON document.
    Event(&'static str, Arc<str>),
    /// A conversation has changed. What it is now is read when it is told: many changes in a moment are told once.
    Changed(i64),
    /// The session that this is kept of is over.
    LoggedOut(String),
}

/// All who listen.
pub struct Hub {
    visitors: Mutex<HashMap<i64, Sender<Arc<str>>>>,
    operators: Sender<News>,
    present: Mutex<BTreeMap<i64, (String, usize)>>,
}

impl Default for Hub {
    fn default() -> Hub {
        Hub { visitors: Mutex::default(), operators: Sender::new(16 * WAITING), present: Mutex::default() }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An event as ActionCable carries it.
fn message(event: &str, data: &Value) -> Arc<str> {
    json!({ "event": event, "data": data }).to_string().into()
}

impl Hub {
    /// Tells the tabs of a contact.
    pub fn tell(&self, contact: i64, event: &str, data: &Value) {
        if let Some(tabs) = locked(&self.visitors).get(&contact) {
            let _ = tabs.send(message(event, data)); // Nobody listens: nobody is to be told.
        }
    }

    /// Tells the operators of an event.
    pub fn tell_operators(&self, event: &'static str, data: &impl Serialize) {
        self.spread(News::Event(event, serde_json::to_string(data).unwrap_or_default().into()));
    }

    /// Tells the operators' pages.
    pub fn spread(&self, news: News) {
        let _ = self.operators.send(news); // As above.
    }

    /// A tab of a contact listens from now on. `None` where it has too many.
    pub fn join(&self, contact: i64) -> Option<Receiver<Arc<str>>> {
        let mut visitors = locked(&self.visitors);
        let tabs = visitors.entry(contact).or_insert_with(|| broadcast::Sender::new(WAITING));
        (tabs.receiver_count() < TABS).then(|| tabs.subscribe())
    }

    /// A tab of a contact has gone.
    pub fn leave(&self, contact: i64) {
        locked(&self.visitors).retain(|other, tabs| *other != contact || tabs.receiver_count() > 0);
    }

    /// A contact is no more: its tabs hear nothing from now on.
    pub fn forget(&self, contact: i64) {
        locked(&self.visitors).remove(&contact);
    }

    /// Whether a tab of the contact listens.
    pub fn is_online(&self, contact: i64) -> bool {
        locked(&self.visitors).get(&contact).is_some_and(|tabs| tabs.receiver_count() > 0)
    }

    /// Tells an operator's page of everything from now on.
    pub fn listen(&self) -> Receiver<News> {
        self.operators.subscribe()
    }

    /// A page of an operator was opened (`true`) or closed.
    pub fn arrive(&self, id: i64, name: &str, opened: bool) {
        let mut present = locked(&self.present);
        let before = present.len();
        let pages = &mut present.entry(id).or_insert_with(|| (name.to_owned(), 0)).1;
        *pages = if opened { *pages + 1 } else { pages.saturating_sub(1) };
        present.retain(|_, (_, pages)| *pages > 0);
        let changed = present.len() != before;
        drop(present);
        if changed {
            let news = message("presence.update", &self.presence());
            locked(&self.visitors).values().for_each(|tabs| drop(tabs.send(news.clone())));
            self.tell_operators("presence", &self.operators());
        }
    }

    /// The operators present, as visitors are told.
    pub fn presence(&self) -> Value {
        let users: serde_json::Map<_, _> =
            locked(&self.present).keys().map(|id| (id.to_string(), json!("online"))).collect();
        json!({ "users": users })
    }

    /// The first news of a tab: who is present.
    pub fn greeting(&self) -> Arc<str> {
        message("presence.update", &self.presence())
    }

    /// The operators present, as operators are told.
    pub fn operators(&self) -> Vec<Value> {
        locked(&self.present).iter().map(|(id, (name, _))| json!({ "id": id, "name": name })).collect()
    }
}
