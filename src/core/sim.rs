//! The simulator: the native shell. A virtual clock, a browser's storage, any number of tabs, a receiver, and faults on
//! demand. Owns carrying out effects exactly as the widget does; must not know what leadheat means by them.
//!
//! Posts are answered at once, unless [`World::fate`] has other plans. Tests drive [`World`] as a visitor would and look at what was received, stored and shown. No mocks: the same `update`
//! runs here and in the browser.

mod people;

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::app::{Area, Boot, Effect, Event, Kept, Notice, State, Stored, update};
use crate::chat::{Input, Line};
use crate::chatwoot::{Act, News};
use crate::config::Defaults;
use crate::json::Value;
use crate::lead::Contact;
use crate::outbox::Outcome;
use crate::page::Page;
use crate::receiver::Post;
use crate::time::{Millis, Stamp};
use crate::vendor::{Hook, THING};
use crate::view::{Panel, View};
use crate::{dialogue, model, write};

pub use people::{Handler, Handling, People};

/// When worlds begin: 2026-11-02T08:00:00Z, a Monday.
pub const START: Millis = 1_793_606_400_000;

/// Most events that follow from one at once: a lead to each of many receivers, in each of many tabs, is far below.
const MOST_AT_ONCE: usize = 10_000;

/// Which tab.
pub type TabId = usize;

/// Everything outside leadheat.
pub struct World {
    /// The config document of the site.
    pub config: Json,
    /// Wall clock. Tests may set it back or forth; the monotonic clock goes on.
    pub wall: Millis,
    /// What the webhook took in, in order.
    pub received: Vec<Json>,
    /// Where each of these came in.
    pub received_at: Vec<String>,
    /// How often an alarm rang.
    pub alarms: usize,
    /// Every post that was sent, whatever became of it.
    pub posts: usize,
    /// Where these went.
    pub addresses: Vec<String>,
    /// What was posted by the last resort.
    pub beacons: Vec<Post>,
    /// What the browser would post if the page were gone, by key.
    pub later: BTreeMap<String, Post>,
    /// What becomes of the next posts; when it is empty they are taken in and answered with 200. `None`: taken in, but the
    /// answer is lost.
    pub faults: Vec<Option<Outcome>>,
    /// What becomes of a post at this time of the monotonic clock, where `faults` has nothing to say.
    pub fate: Option<Fates>,
    /// Whether what an opened chat needs does not come.
    pub no_panel: bool,
    /// The chat server, and who is at it.
    pub people: People,
    /// What becomes of each request to it takes so long.
    pub delay: Millis,
    /// Whether the browser refuses to store.
    pub storage_fails: bool,
    /// Whether a single write is refused.
    pub refuses: Option<Box<dyn FnMut() -> bool>>,
    /// After so many effects the tab that has them carried out dies.
    pub crash_in: Option<u32>,
    /// Whether the browser has locks.
    pub has_locks: bool,
    /// What the page's consent managers answer, by path.
    pub managers: BTreeMap<String, String>,
    /// Whether pages are opened in the foreground.
    pub is_visible: bool,
    /// Whether the browser sends Global Privacy Control, and Do Not Track.
    pub signals: (bool, bool),
    lock: Option<TabId>,
    flights: Vec<Flight>,
    tabs: Vec<Tab>,
    site: BTreeMap<String, String>,
    monotonic: Millis,
    entropy: u128,
}

/// What becomes of one post after another.
pub type Fates = Box<dyn FnMut(&Json, Millis) -> Fate>;

/// What becomes of a post.
#[derive(Clone, Copy, Debug)]
pub struct Fate {
    /// Whether the receiver takes it in.
    pub taken: bool,
    /// What the page hears.
    pub outcome: Outcome,
    /// After how long.
    pub after: Millis,
}

/// An answer on its way.
struct Flight {
    /// On the monotonic clock.
    at: Millis,
    tab: TabId,
    /// Which page in the tab.
    page: u32,
    event: Event,
}

/// One tab with the page in it.
#[derive(Default)]
struct Tab {
    state: State,
    user_agent: String,
    storage: BTreeMap<String, String>,
    alarm: Option<Millis>,
    view: View,
    told: Vec<String>,
    notices: Vec<Notice>,
    answers: Vec<(u32, Value)>,
    open: bool,
    /// Counts the pages in the tab.
    page: u32,
    /// What consent managers answered last.
    answered: Option<Vec<String>>,
    /// What is listened to in the chats of other vendors.
    hooks: Vec<Hook>,
}

fn parse(json: &str) -> Value {
    serde_json::from_str(json).expect("JSON")
}

fn heard(frame: &Json) -> Event {
    Event::Live(Box::new(News::Received(parse(&frame.to_string()))))
}

/// What is no JSON is nothing of leadheat's, as in the browser.
fn read(json: &str) -> Option<Stored> {
    Stored::read(&serde_json::from_str(json).ok()?)
}

/// The text at a path, as the widget reads it.
fn read_at(value: &Json, path: &str) -> String {
    match path.split('.').filter(|step| !step.is_empty()).fold(value, |at, step| &at[step]) {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        plain @ (Json::Bool(_) | Json::Number(_)) => plain.to_string(),
        _ => THING.to_owned(),
    }
}

impl World {
    /// A site with this config, which need not name the webhook. `seed` makes ids and jitter.
    pub fn new(config: Json, seed: u64) -> World {
        World {
            config,
            wall: START,
            received: Vec::new(),
            received_at: Vec::new(),
            alarms: 0,
            posts: 0,
            addresses: Vec::new(),
            beacons: Vec::new(),
            later: BTreeMap::new(),
            faults: Vec::new(),
            fate: None,
            no_panel: false,
            people: People::default(),
            delay: 0,
            storage_fails: false,
            refuses: None,
            crash_in: None,
            has_locks: true,
            managers: BTreeMap::new(),
            is_visible: true,
            signals: (false, false),
            lock: None,
            flights: Vec::new(),
            tabs: Vec::new(),
            site: BTreeMap::new(),
            monotonic: 0,
            entropy: u128::from(seed) << 64 | u128::from(!seed),
        }
    }

    fn stamp(&mut self) -> Stamp {
        // A multiplicative generator with a modulus of 2^128: enough to make things differ, and the same every time.
        self.entropy =
            self.entropy.wrapping_mul(0xda94_2042_e4dd_58b5_0000_0000_0000_0001).wrapping_add(0x9e37_79b9_7f4a_7c15);
        Stamp { wall: self.wall, monotonic: self.monotonic, entropy: self.entropy.rotate_left(64) }
    }

    /// Opens a page in a new tab. `address` is a path with or without a query.
    pub fn open(&mut self, address: &str) -> TabId {
        self.open_from(address, "")
    }

    /// Opens a page in a new tab, coming from a referrer.
    pub fn open_from(&mut self, address: &str, referrer: &str) -> TabId {
        self.tabs.push(Tab { user_agent: "Mozilla/5.0 (X11; Linux x86_64)".into(), ..Tab::default() });
        self.load(self.tabs.len() - 1, address, referrer);
        self.tabs.len() - 1
    }

    /// Opens a page in a new tab of another browser.
    pub fn open_as(&mut self, address: &str, user_agent: &str) -> TabId {
        self.tabs.push(Tab { user_agent: user_agent.into(), ..Tab::default() });
        self.load(self.tabs.len() - 1, address, "");
        self.tabs.len() - 1
    }

    /// Leaves the page in a tab for another one of the site.
    pub fn goto(&mut self, tab: TabId, address: &str) {
        self.close(tab);
        self.load(tab, address, "https://site.example/before");
    }

    fn load(&mut self, tab: TabId, address: &str, referrer: &str) {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let page = Page {
            host: "site.example".into(),
            path: path.into(),
            query: query
                .split('&')
                .filter_map(|pair| pair.split_once('='))
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
            referrer: referrer.into(),
            language: "en".into(),
        };
        let Tab { storage, user_agent, page: before, .. } = std::mem::take(&mut self.tabs[tab]);
        self.tabs[tab] =
            Tab { storage, user_agent: user_agent.clone(), open: true, page: before + 1, ..Tab::default() };
        let boot = Boot {
            touches: 0,
            short_side: 900,
            config: parse(&self.config.to_string()),
            webhook: Some("/webhook".into()),
            debug: true,
            defaults: Defaults { model: parse(model::DEFAULT), chat: Value::Null },
            page,
            webdriver: false,
            user_agent,
            visible: self.is_visible,
            focused: self.is_visible,
            utc_offset: 120,
            shown_after: 900,
            gpc: self.signals.0,
            dnt: self.signals.1,
            kept: self.kept(tab),
        };
        self.send(tab, Event::Boot(Box::new(boot)));
    }

    /// The page in a tab is left in good order.
    pub fn close(&mut self, tab: TabId) {
        self.send(tab, Event::Left);
        self.kill(tab);
    }

    /// The page in a tab is left, and comes back from the back-forward cache after a while.
    pub fn leave_and_return(&mut self, tab: TabId, away: Millis) {
        self.close(tab);
        self.pass(away);
        self.tabs[tab].open = true;
        let kept = self.kept(tab);
        self.send(tab, Event::Returned(kept));
    }

    /// The visitor goes to another page in the tab, does something there, and comes back to this one, which the browser has
    /// kept.
    pub fn go_and_come_back(&mut self, tab: TabId, address: &str, there: impl FnOnce(&mut World)) {
        self.close(tab);
        let here = std::mem::take(&mut self.tabs[tab]);
        let Tab { storage, user_agent, .. } = &here;
        self.tabs[tab] = Tab { storage: storage.clone(), user_agent: user_agent.clone(), ..Tab::default() };
        self.load(tab, address, "https://site.example/before");
        there(self);
        self.close(tab);
        let storage = std::mem::take(&mut self.tabs[tab].storage);
        self.tabs[tab] = Tab { storage, open: true, ..here };
        let kept = self.kept(tab);
        self.send(tab, Event::Returned(kept));
    }

    /// The tab dies: nothing more is done, nothing is written.
    pub fn kill(&mut self, tab: TabId) {
        self.tabs[tab].open = false;
        self.people.hang_up(tab);
        self.lock.take_if(|holder| *holder == tab);
    }

    /// Lets an event happen in a tab, with all that follows from it at once.
    pub fn send(&mut self, tab: TabId, event: Event) {
        let mut events = vec![(tab, event)];
        let mut left = MOST_AT_ONCE;
        while !events.is_empty() {
            left -= 1;
            assert!(left > 0, "one event leads to others for ever, now to {:?}", events[0].1);
            let (tab, event) = events.remove(0);
            if !self.tabs[tab].open {
                continue;
            }
            let stamp = self.stamp();
            for effect in update(&mut self.tabs[tab].state, event, stamp) {
                if self.crash_in == Some(0) {
                    self.crash_in = None;
                    self.kill(tab);
                    break;
                }
                self.crash_in = self.crash_in.map(|left| left - 1);
                self.carry_out(tab, effect, &mut events);
            }
        }
    }

    fn carry_out(&mut self, tab: TabId, effect: Effect, events: &mut Vec<(TabId, Event)>) {
        match effect {
            Effect::Store(_, key, _)
                if self.storage_fails || self.refuses.as_mut().is_some_and(|refuses| refuses()) =>
            {
                events.push((tab, Event::StoreFailed(key)));
            }
            Effect::Store(area, key, value) => {
                let json = write::json(&value);
                self.area(tab, area).insert(key.clone(), json);
                self.tell_others(tab, area, &key, events);
            }
            Effect::Remove(area, key) => {
                if self.area(tab, area).remove(&key).is_some() {
                    self.tell_others(tab, area, &key, events);
                }
            }
            Effect::Beacon(_, post) => self.beacons.push(post),
            Effect::Later(key, None) => drop(self.later.remove(&key)),
            Effect::Later(key, Some(post)) => drop(self.later.insert(key, post)),
            Effect::Post(key, post) => {
                self.posts += 1;
                // Forms that are no JSON are a text.
                let lead = serde_json::from_str(&post.body).unwrap_or(Json::String(post.body));
                self.addresses.push(post.url.clone());
                let Fate { taken, outcome, after } = self.fate_of(&lead);
                if taken {
                    self.received.push(lead);
                    self.received_at.push(post.url);
                }
                self.fly(tab, after, Event::Settled { key, outcome }, events);
            }
            Effect::Fetch if self.no_panel => {}
            Effect::Fetch => events.push((
                tab,
                Event::Came {
                    usual: parse(dialogue::DEFAULT),
                    ahead: Some(120),
                    origin: "https://site.example".into(),
                },
            )),
            Effect::Live(act) => self.talk(tab, *act, events),
            Effect::Render(view) => self.tabs[tab].view = (*view).clone(),
            Effect::Announce(notice) => self.tabs[tab].notices.push(notice),
            Effect::Answer { ticket, value } => self.tabs[tab].answers.push((ticket, value)),
            Effect::Watch => {} // Tests tell what is in the page themselves.
            Effect::Ask(paths) => {
                let answer = |path| self.managers.get(path).cloned().unwrap_or_default();
                let answers: Vec<String> = paths.split(' ').skip(1).map(answer).collect();
                let before = self.tabs[tab].answered.replace(answers.clone());
                if paths.starts_with('!') || before != Some(answers.clone()) {
                    events.push((tab, Event::Answered(answers)));
                }
            }
            Effect::Listen(hooks) => {
                let known = &mut self.tabs[tab].hooks;
                known.extend(hooks.into_iter().filter(|hook| !known.contains(hook)).collect::<Vec<_>>());
            }
            Effect::Reread => events.push((tab, Event::Reread(self.kept(tab)))),
            Effect::Export(ticket) => {
                let all = self.site.iter().chain(&self.tabs[tab].storage);
                let value = |json: &String| serde_json::from_str(json).unwrap_or_default();
                let all = Value::Object(all.map(|(key, json)| (key.clone(), value(json))).collect());
                self.tabs[tab].answers.push((ticket, all));
            }
            Effect::Wake(after) => self.tabs[tab].alarm = Some(self.monotonic + after),
            Effect::Lock if !self.has_locks => events.push((tab, Event::NoLocks)),
            Effect::Lock if self.lock.is_some() => events.push((tab, Event::Locked(None))),
            Effect::Lock => {
                self.lock = Some(tab);
                events.push((tab, Event::Locked(Some(self.kept(tab)))));
            }
            Effect::Unlock => self.lock = None,
            Effect::Tell { line, .. } => self.tabs[tab].told.push(line),
        }
    }

    /// Lets an event happen later, if the page is there still.
    fn fly(&mut self, tab: TabId, after: Millis, event: Event, events: &mut Vec<(TabId, Event)>) {
        match after {
            0 => events.push((tab, event)),
            _ => {
                let page = self.tabs[tab].page;
                self.flights.push(Flight { at: self.monotonic + after, tab, page, event });
            }
        }
    }

    /// Talks to the chat server.
    fn talk(&mut self, tab: TabId, act: Act, events: &mut Vec<(TabId, Event)>) {
        let told = match act {
            Act::Ask(ticket, (method, url, body), file) => {
                let mut body: Json = serde_json::from_str(&body).unwrap_or_default();
                if let Some(file) = file {
                    body["attachments"] = json!([{ "data_url": format!("/files/{file}") }]);
                }
                let Some((status, answer, told)) = self.people.ask(method, &url, &body) else { return };
                let answer = Event::Live(Box::new(News::Answered(ticket, status, parse(&answer.to_string()))));
                self.fly(tab, self.delay, answer, events);
                told
            }
            Act::Connect(..) => self.people.connect(tab),
            Act::Transmit(text) => self.people.hear(tab, &serde_json::from_str(&text).expect("JSON")),
            Act::HangUp => {
                self.people.hang_up(tab);
                self.flights.retain(|flight| flight.tab != tab || !matches!(flight.event, Event::Live(_)));
                vec![]
            }
        };
        events.extend(told.into_iter().map(|(tab, frame)| (tab, heard(&frame))));
    }

    /// The person at the chat server writes.
    pub fn operator_writes(&mut self, text: &str) {
        let told = self.people.write(text);
        self.tell(told);
    }

    /// The person takes the conversation (`open`), gives it back to the bot (`pending`), or ends it (`resolved`).
    pub fn operator_sets(&mut self, status: &str) {
        let told = self.people.set_status(status);
        self.tell(told);
    }

    /// The person begins to write, or stops.
    pub fn operator_types(&mut self, types: bool) {
        let told = self.people.types(types);
        self.tell(told);
    }

    /// A frame comes by the cable of a tab, whatever it is.
    pub fn frame(&mut self, tab: TabId, frame: &Json) {
        self.tell(vec![(tab, frame.clone())]);
    }

    fn tell(&mut self, told: Vec<(TabId, Json)>) {
        for (tab, frame) in told {
            self.send(tab, heard(&frame));
        }
    }

    /// Every cable is cut.
    pub fn cut_cables(&mut self) {
        for tab in self.people.cut() {
            self.send(tab, Event::Live(Box::new(News::Closed)));
        }
    }

    fn fate_of(&mut self, lead: &Json) -> Fate {
        if !self.faults.is_empty() {
            let fault = self.faults.remove(0);
            let taken = !matches!(fault, Some(outcome) if !matches!(outcome, Outcome::Answered(200..=299, _)));
            return Fate { taken, outcome: fault.unwrap_or(Outcome::Failed), after: 0 };
        }
        match &mut self.fate {
            Some(fate) => fate(lead, self.monotonic),
            None => Fate { taken: true, outcome: Outcome::Answered(200, None), after: 0 },
        }
    }

    fn area(&mut self, tab: TabId, area: Area) -> &mut BTreeMap<String, String> {
        match area {
            Area::Site => &mut self.site,
            Area::Tab => &mut self.tabs[tab].storage,
        }
    }

    fn tell_others(&mut self, tab: TabId, area: Area, key: &str, events: &mut Vec<(TabId, Event)>) {
        if area == Area::Site {
            let value = self.site.get(key).and_then(|json| read(json));
            let others = (0..self.tabs.len()).filter(|other| *other != tab && self.tabs[*other].open);
            events.extend(others.map(|other| (other, Event::Changed { key: key.into(), value: value.clone() })));
        }
    }

    fn kept(&self, tab: TabId) -> Kept {
        let areas = [(Area::Site, &self.site), (Area::Tab, &self.tabs[tab].storage)];
        let records = areas.into_iter().flat_map(|(area, records)| records.iter().map(move |record| (area, record)));
        records.map(|(area, (key, json))| (area, key.clone(), read(json).unwrap_or(Stored::Unreadable))).collect()
    }

    /// Lets time pass in which the chat server says every three seconds that it is there.
    pub fn pass_pinged(&mut self, millis: Millis) {
        for _ in 0..millis / 3_000 {
            self.pass(3_000);
            let pings = self.people.ping();
            self.tell(pings);
        }
        self.pass(millis % 3_000);
    }

    /// Lets time pass, with every alarm and every answer that is due in it.
    pub fn pass(&mut self, millis: Millis) {
        let end = self.monotonic + millis;
        loop {
            let open = self.tabs.iter().enumerate().filter(|(_, tab)| tab.open);
            let alarm = open.filter_map(|(id, tab)| Some((tab.alarm?, id))).min();
            let answer = self.flights.iter().enumerate().map(|(index, flight)| (flight.at, index)).min();
            let next = alarm.iter().chain(&answer).map(|(at, _)| *at).min().filter(|at| *at <= end);
            let Some(at) = next else { return self.advance(end - self.monotonic) };
            self.advance(at.saturating_sub(self.monotonic));
            match answer.filter(|(when, _)| *when == at) {
                Some((_, index)) => {
                    let Flight { tab, page, event, .. } = self.flights.remove(index);
                    if self.tabs[tab].page == page {
                        self.send(tab, event);
                    }
                }
                None => {
                    let (_, id) = alarm.expect("it was the one that was due");
                    self.alarms += 1;
                    self.tabs[id].alarm = None;
                    self.send(id, Event::Woke);
                }
            }
        }
    }

    fn advance(&mut self, millis: Millis) {
        self.wall += millis;
        self.monotonic += millis;
    }

    /// Time passes in which the visitor of a tab reads: an input every five seconds.
    pub fn read(&mut self, tab: TabId, seconds: u64) {
        for _ in 0..seconds / 5 {
            self.pass(5_000);
            self.send(tab, Event::Input);
        }
        self.pass(seconds % 5 * 1_000);
    }

    /// `leadheat(name, ...)` with its answer, where that came at once.
    pub fn call(&mut self, tab: TabId, name: &str, args: Json) -> Option<Value> {
        let Value::List(args) = parse(&args.to_string()) else { return None };
        let ticket = self.tabs[tab].answers.len() as u32 + 1;
        self.send(tab, Event::Called { name: name.into(), args, ticket });
        let answers = &self.tabs[tab].answers;
        answers.iter().rev().find(|(of, _)| *of == ticket).map(|(_, answer)| answer.clone())
    }

    /// The answer to `leadheat(name)` as the page gets it.
    pub fn answer(&mut self, tab: TabId, name: &str) -> Json {
        let answer = self.call(tab, name, Json::Array(vec![])).unwrap_or_default();
        serde_json::from_str(&write::json(&answer)).expect("an answer is JSON")
    }

    /// The sentences with which commands in a tab were answered.
    pub fn answers(&self, tab: TabId) -> Vec<&str> {
        self.tabs[tab].answers.iter().filter_map(|(_, answer)| answer.as_str()).collect()
    }

    /// `leadheat('explain')` as the page gets it.
    pub fn explain(&mut self, tab: TabId) -> Json {
        self.answer(tab, "explain")
    }

    /// The visitor consents, or not.
    pub fn consent(&mut self, tab: TabId, decision: &str) {
        self.call(tab, "consent", Json::Array(vec![decision.into()]));
    }

    /// Goes through leadheat's own script: a question, the n-th timeframe, the n-th role, and the e-mail address.
    pub fn chat(&mut self, tab: TabId, timeframe: usize, authority: usize, email: &str) {
        let question = Input::Write("Does it fit?".into());
        for input in [Input::Open, Input::Choose(2), question, Input::Choose(timeframe), Input::Choose(authority)] {
            self.send(tab, Event::Chat(input));
        }
        self.submit(tab, email);
    }

    /// Submits the contact form.
    pub fn submit(&mut self, tab: TabId, email: &str) {
        let contact = Contact { email: Some(email.into()), ..Contact::default() };
        self.send(tab, Event::Chat(Input::Submit(contact, true)));
    }

    /// The chat of another vendor tells something, with this: on window, document, or to the callbacks of a function. Whether anybody
    /// listens.
    pub fn vendor(&mut self, tab: TabId, at: &str, name: &str, with: &Json) -> bool {
        let args: Vec<&str> = name.split(',').filter(|name| !name.is_empty()).collect();
        let hooks = self.tabs[tab].hooks.clone();
        let heard: Vec<_> = hooks.into_iter().filter(|hook| hook.at == at && hook.args == args).collect();
        for hook in &heard {
            let texts = hook.reads.iter().map(|path| read_at(with, path)).collect();
            self.send(tab, Event::Vendor(hook.line, texts));
        }
        !heard.is_empty()
    }

    /// The computer sleeps, and so do all alarms. Not every browser's monotonic clock stands still meanwhile; this one goes on.
    pub fn sleep(&mut self, millis: Millis) {
        self.late(millis);
        for tab in &mut self.tabs {
            tab.alarm = tab.alarm.map(|at| at + millis);
        }
    }

    /// Lets time pass in which the browser is too busy for alarms.
    pub fn late(&mut self, millis: Millis) {
        self.wall += millis;
        self.monotonic += millis;
    }

    /// What leadheat knows in a tab.
    pub fn state(&self, tab: TabId) -> &State {
        &self.tabs[tab].state
    }

    /// Whether the page in a tab is there.
    pub fn is_open(&self, tab: TabId) -> bool {
        self.tabs[tab].open
    }

    /// What is seen in a tab.
    pub fn view(&self, tab: TabId) -> &View {
        &self.tabs[tab].view
    }

    /// The conversation, as a tab knows it.
    pub fn said(&self, tab: TabId) -> &[Line] {
        &self.tabs[tab].state.chat.lines
    }

    /// The panel in a tab, where it has been opened.
    pub fn panel(&self, tab: TabId) -> &Panel {
        self.view(tab).panel.as_ref().expect("the panel is there")
    }

    /// What a tab wrote to the console.
    pub fn told(&self, tab: TabId) -> &[String] {
        &self.tabs[tab].told
    }

    /// What a tab announced to its page.
    pub fn notices(&self, tab: TabId) -> &[Notice] {
        &self.tabs[tab].notices
    }

    /// The site's storage: key and JSON.
    pub fn site(&self) -> &BTreeMap<String, String> {
        &self.site
    }

    /// A tab's own storage: key and JSON.
    pub fn tab_storage(&self, tab: TabId) -> &BTreeMap<String, String> {
        &self.tabs[tab].storage
    }

    /// Puts something into the site's storage, as another version, the visitor or chance might.
    pub fn plant(&mut self, key: &str, json: &str) {
        self.site.insert(key.into(), json.into());
    }

    /// Whether what stands under a key can be read.
    pub fn readable(&self, key: &str) -> Option<Stored> {
        read(self.site.get(key)?)
    }

    /// What the receiver knows after dropping repeated keys and keeping the highest revision: by lead.
    pub fn leads(&self) -> BTreeMap<String, Json> {
        let mut leads: BTreeMap<String, Json> = BTreeMap::new();
        for lead in &self.received {
            let id = lead["id"].as_str().unwrap_or_default();
            let known = leads.get(id).and_then(|known| known["revision"].as_u64());
            if known.is_none_or(|revision| lead["revision"].as_u64() >= Some(revision)) {
                leads.insert(id.to_owned(), lead.clone());
            }
        }
        leads
    }
}
