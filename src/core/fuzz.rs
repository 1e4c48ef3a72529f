//! Hostile input, made of any bytes: configs, what is stored, leads, what consent managers and tag managers say. Owns making it, so
//! that a fuzzer can search (fuzz/) and a test can repeat (tests/fuzz.rs), and what must hold whatever comes. Everything runs in the
//! simulator; a panic, or one of the assertions here, is a finding.

use std::sync::LazyLock;

use serde_json::{Value as Json, json};

use crate::app::{Click, Event, Media};
use crate::brief::brief;
use crate::chat::Input;
use crate::config::{Config, Defaults};
use crate::consent::Report;
use crate::json::Value;
use crate::lead::{Contact, Lead};
use crate::lint::lint;
use crate::manager::Choice;
use crate::outbox::Outcome;
use crate::sim::{Fate, START, TabId, World};
use crate::text::Lang;
use crate::vendor::{SIGNS, VENDORS};
use crate::{dialogue, model};

/// What takes any bytes.
pub type Target = fn(&[u8]);

/// What is fuzzed, by name.
pub const TARGETS: [(&str, Target); 5] =
    [("config", config), ("stored", stored), ("lead", lead), ("managers", managers), ("data_layer", data_layer)];

/// Values that programs stumble over.
static NASTY: LazyLock<Vec<Json>> = LazyLock::new(|| {
    let mut deep = json!("deep");
    for level in 0..200 {
        deep = if level % 2 == 0 { json!([deep]) } else { json!({ "all": deep }) };
    }
    let numbers = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        100.0,
        101.0,
        255.0,
        256.0,
        65_536.0,
        4_294_967_296.0,
        1e15,
        9.1e15,
        -9.1e15,
        1e308,
        -1e308,
        5e-324,
    ];
    let texts = [
        "",
        " ",
        "\0",
        "\u{202e}",
        "\u{feff}",
        "💥",
        "ß",
        "İ",
        "e\u{301}",
        "__proto__",
        "constructor",
        "NaN",
        "null",
        "*",
        "**",
        "?",
        "/",
        "%",
        "%zz",
        "\\",
        "\"",
        "'",
        "=cmd|' /C calc'!A0",
        "<script>alert(1)</script>",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
        "https://u:p@h.example/",
        "https://10.0.0.1/",
        "//",
        "a@b.example",
        "+358 40 123 4567",
        "4111 1111 1111 1111",
        "2026-02-30",
        "granted",
        "denied",
        "true",
        "false",
        "there",
        "page_view",
        "chat",
        "hot",
        "en",
        "fi",
        "leadheat:forget",
        "01890000-0000-7000-8000-000000000000",
    ];
    let long = [
        json!("x".repeat(70_000)),
        json!("*a".repeat(300)),
        json!("ä/".repeat(9_000)),
        json!(vec![0; 3_000]),
        json!(vec![json!({}); 400]),
        json!(vec!["/x"; 2_000]),
    ];
    let values = numbers.map(|number| json!(number)).into_iter().chain(texts.map(|text| json!(text))).chain(long);
    values
        .chain([Json::Null, json!(true), json!(false), json!([]), json!({}), json!(u64::MAX), json!(i64::MIN), deep])
        .collect()
});

/// A config with everything in it.
static CONFIG: LazyLock<Json> = LazyLock::new(|| {
    json!({
        "webhook": "https://hooks.example/lead", "consent": "memory", "consent_manager": "klaro", "consent_purposes": ["analytics", "scoring"],
        "privacy_signals": ["gpc", "dnt"], "language": "fi", "sales_language": "hu", "bots": "cap", "exclude": ["/internal*"], "opt_out_link": true,
        "lead_from": "warm", "search_parameters": ["find"], "topics": { "heat": "heat* lämp*" }, "data_layer": { "purchase": "bought" },
        "form_fields": { "email": "email", "your-name": "name" }, "source_parameters": { "partner": "partners" }, "retention_days": 90,
        "webhooks": [
            { "name": "hot", "url": ["/anna", "/ben"], "when": { "all": [{ "attribute": "tier", "on": "hot" }, { "not": [{ "attribute": "language", "on": "fi*" }] }] } },
            { "name": "crm", "url": "https://crm.example/in", "form": "salesforce", "fields": { "oid": "'00D1'", "email": "contact.email", "score": "score" }, "ack": "opaque" },
            { "name": "readers", "url": "/readers", "form": "form", "when": { "kind": "page_view", "on": "/articles/*", "from": 2 } },
        ],
        "model": serde_json::from_str::<Json>(model::DEFAULT).expect("JSON"),
        "chat": chat(),
    })
});

/// A chat with everything that can be set.
fn chat() -> Json {
    json!({ "company": "Lumo", "replies": { "en": "soon", "fi": "pian", "hu": "hamar" }, "privacy": "/privacy", "position": "left", "z_index": 9, "ask_satisfied": true,
            "hours": { "zone": "Europe/Helsinki", "open": ["mon-fri 9:00-17:00", "sat 10-14"], "closed": ["2026-12-24"] },
            "greetings": [{ "step": "help", "tier": "warm", "page": ["/pricing"], "after": 5, "exit": true }, { "step": "size", "after": 2 }],
            "answers": [{ "to": { "en": "deliver* .. sweden; ship|send abroad -not", "hu": "szallit*" }, "say": "Yes." }, { "intent": ["want_human"], "next": "help" }],
            "words": { "open": { "en": "Ask", "fi": "Kysy" }, "noted": "Ok" },
            "lexicon": { "en": ["want_demo: test drive*"], "fi": [], "hu": ["no: dehogy"] },
            "script": [
                { "id": "hello", "say": { "en": "Hello", "fi": "Hei" }, "fills": "need", "expects": "text", "replies": [{ "say": "A quote" }, { "say": "Help", "next": "help" }], "next": "size" },
                { "id": "size", "say": "How many?", "expects": "number", "fills": "requirements", "branches": [
                    { "answer": ["1*"], "tier": ["cold"], "page": ["/pric*"], "hours": "closed", "intent": ["ask_price"], "next": "when" }], "next": "when" },
                { "id": "when", "say": "When?", "fills": "timeframe", "replies": [{ "say": "Now", "value": "now" }, { "say": "Later", "value": "later", "next": "mail" }], "next": "contact" },
                { "id": "mail", "say": "Which address?", "expects": "email", "next": "contact" },
                { "id": "help", "say": "A person will help.", "hand_over": true, "next": "contact" },
                { "id": "contact", "say": "Where to?", "contact": ["name", "email", "phone"], "next": "bye" },
                { "id": "bye", "say": "Bye" }
            ] })
}

/// What a visitor of yesterday has left: keys and records. The webhook was away, so that there are leads, too.
static STORED: LazyLock<Vec<(String, Json)>> = LazyLock::new(|| {
    let mut world = World::new(json!({}), 7);
    world.fate = Some(Box::new(|_, _| Fate { taken: false, outcome: Outcome::Failed, after: 0 }));
    let tab = world.open("/pricing?utm_source=news&utm_medium=email&utm_campaign=c");
    world.consent(tab, "granted");
    visit(&mut world, tab);
    world.chat(tab, 0, 0, "kate@firm.example");
    world.pass(60_000);
    let areas = world.site().iter().chain(world.tab_storage(tab));
    areas.map(|(key, json)| (key.clone(), serde_json::from_str(json).expect("JSON"))).collect()
});

/// A lead that says all that leads can say.
static LEAD: LazyLock<Json> = LazyLock::new(|| {
    let mut world = World::new(json!({}), 8);
    let tab = world.open("/pricing?utm_source=news&utm_medium=email&utm_campaign=c");
    world.consent(tab, "granted");
    visit(&mut world, tab);
    world.call(tab, "identify", json!([{ "company": "Firm", "role": "director", "employees": 300, "name": "Kate" }]));
    world.chat(tab, 0, 0, "kate@firm.example");
    world.pass(60_000);
    world.received.pop().expect("a lead")
});

fn defaults() -> Defaults {
    let document = |json| serde_json::from_str(json).expect("JSON");
    Defaults { model: document(model::DEFAULT), chat: document(dialogue::DEFAULT) }
}

/// Takes small numbers and texts off the bytes; zeros and nothing when they are used up.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn next(&mut self) -> usize {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        usize::from(*first)
    }

    /// Below `end`, which is not 0.
    fn below(&mut self, end: usize) -> usize {
        (self.next() * 256 + self.next()) % end
    }

    fn text(&mut self) -> String {
        let length = self.next().min(self.0.len());
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        String::from_utf8_lossy(text).into_owned()
    }

    fn nasty(&mut self) -> Json {
        if self.next().is_multiple_of(4) { json!(self.text()) } else { NASTY[self.below(NASTY.len())].clone() }
    }

    /// What a page might hand over as a text.
    fn nasty_text(&mut self) -> String {
        match self.nasty() {
            Json::String(text) => text,
            other => other.to_string(),
        }
    }
}

/// Some place in a document.
fn somewhere<'a>(document: &'a mut Json, bytes: &mut Bytes) -> &'a mut Json {
    let depth = bytes.next() % 8;
    let mut place = document;
    for _ in 0..depth {
        let children = match place {
            Json::Array(items) => items.len(),
            Json::Object(fields) => fields.len(),
            _ => 0,
        };
        if children == 0 {
            break;
        }
        let child = bytes.below(children);
        place = match place {
            Json::Array(items) => &mut items[child],
            Json::Object(fields) => fields.iter_mut().nth(child).expect("below their number").1,
            _ => unreachable!("it has children"),
        };
    }
    place
}

/// Does a few things to a document that a careless or hostile hand might do.
fn spoil(document: &mut Json, bytes: &mut Bytes) {
    for _ in 0..=bytes.next() % 4 {
        let other = somewhere(document, bytes).clone();
        let nasty = bytes.nasty();
        let choice = bytes.next();
        let name = bytes.nasty_text();
        let number = bytes.below(300);
        let place = somewhere(document, bytes);
        match (choice % 8, place) {
            (0, place) => *place = nasty,
            (1, place) => *place = other,
            (2, place) => *place = json!([place.take()]),
            (3, Json::Object(fields)) => drop(fields.insert(name, nasty)),
            (4, Json::Object(fields)) => {
                if let Some(key) = fields.keys().nth(number % fields.len().max(1)).cloned() {
                    fields.remove(&key);
                }
            }
            (5, Json::Object(fields)) => {
                if let Some(key) = fields.keys().nth(number % fields.len().max(1)).cloned() {
                    let value = fields.remove(&key).unwrap_or_default();
                    fields.insert(name, value);
                }
            }
            (3 | 6, Json::Array(items)) => items.push(nasty),
            (4, Json::Array(items)) => drop(items.pop()),
            (5 | 7, Json::Array(items)) => {
                if let Some(item) = items.first().cloned() {
                    items.extend(vec![item; number]);
                }
            }
            (_, Json::Number(known)) => {
                *known = serde_json::Number::from_f64(known.as_f64().unwrap_or_default() * -(number as f64))
                    .unwrap_or_else(|| 0.into())
            }
            (_, Json::String(text)) => text.push_str(&name),
            (_, place) => *place = nasty,
        }
    }
}

/// A document that was like this one; or, now and then, any text that is JSON.
fn spoilt(document: &Json, bytes: &mut Bytes) -> Json {
    if bytes.next().is_multiple_of(8) {
        return serde_json::from_slice(bytes.0).unwrap_or_else(|_| bytes.nasty());
    }
    let mut document = document.clone();
    spoil(&mut document, bytes);
    document
}

/// A little of everything that a visitor can do.
fn visit(world: &mut World, tab: TabId) {
    let click = Click { mark: Some("prices".into()), ..Click::default() };
    let events = [
        Event::Input,
        Event::Topics(vec!["heat pumps".into()]),
        Event::Text { letters: 3_000, percent: 70 },
        Event::Scrolled(80),
        Event::Clicked(click),
        Event::Content { label: "prices".into(), visible: true, percent: 50 },
        Event::Media(Media { label: "tour".into(), playing: true, percent: 25 }),
        Event::Pushed("purchase".into(), Some(12.5)),
        Event::Filled(vec![("email".into(), "form@firm.example".into()), ("your-name".into(), "Form".into())]),
        Event::Selected("write to me@firm.example".into()),
        Event::Exiting,
        Event::Chat(Input::Open),
        Event::Chat(Input::Choose(1)),
        Event::Chat(Input::Write(
            "do you deliver to Sweden, what does it cost? 12 pieces, kate@firm.example, next week".into(),
        )),
        Event::Chat(Input::Write("12".into())),
        Event::Chat(Input::Rate(true)),
        Event::Chat(Input::Retry),
        Event::Chat(Input::Dismiss),
    ];
    for event in events {
        world.send(tab, event);
        world.pass(2_000);
    }
}

/// What holds in every tab, whatever has happened: the lines of an explanation sum to the score, which is within its bounds.
fn assert_sound(world: &mut World, tab: TabId) {
    let explained = world.explain(tab);
    if explained["score"].is_number() {
        let thousandths = |points: &Json| (points.as_f64().expect("a number") * 1_000.0).round() as i64;
        let sum: i64 =
            explained["reasons"].as_array().into_iter().flatten().map(|reason| thousandths(&reason["points"])).sum();
        let score = thousandths(&explained["score"]);
        assert!((0..=100_000).contains(&score) && sum == score, "{explained}");
    }
    assert!(world.answer(tab, "status")["says"].is_string());
    assert!(world.later.values().all(|post| post.body.len() <= 64 * 1_024));
}

/// What leadheat writes stays small.
fn assert_small(world: &World) {
    let records = world.site().iter().filter(|(key, _)| key.starts_with("leadheat:v:"));
    let bytes: usize = records.map(|(_, json)| json.len()).sum();
    assert!(bytes < 64 * 1_024, "{bytes} bytes");
}

/// A config is used, or refused with every problem's place, what is wrong, and how to mend it.
pub fn config(bytes: &[u8]) {
    let config = spoilt(&CONFIG, &mut Bytes(bytes));
    let read: Value = serde_json::from_value(config.clone()).expect("JSON");
    match Config::read_all(&read, None, &defaults()) {
        Err(problems) => {
            assert!(!problems.is_empty());
            for problem in problems {
                assert!(
                    problem.path.starts_with('$') && !problem.wrong.is_empty() && !problem.mend.is_empty(),
                    "{problem:?}"
                );
            }
        }
        Ok((read, dialogue)) => {
            lint(&read, &dialogue);
            let mut world = World::new(config, 1);
            let tab = world.open("/pricing");
            world.consent(tab, "granted");
            visit(&mut world, tab);
            world.chat(tab, 0, 0, "kate@firm.example");
            world.pass(60_000);
            assert_sound(&mut world, tab);
            assert_small(&world);
        }
    }
}

/// What stands in storage may be another version's, somebody's, or broken.
pub fn stored(bytes: &[u8]) {
    let mut bytes = Bytes(bytes);
    let mut world = World::new(json!({}), 2);
    world.wall = START + 86_400_000;
    let victim = bytes.below(STORED.len());
    for (index, (key, record)) in STORED.iter().enumerate() {
        if index == victim {
            let record = spoilt(record, &mut bytes);
            world.plant(key, &record.to_string());
            world.plant(&format!("leadheat:{}", bytes.nasty_text()), &record.to_string());
            world.plant(&format!("{key}2"), &bytes.text());
        } else {
            world.plant(key, &record.to_string());
        }
    }
    let tab = world.open("/product");
    let other = world.open("/");
    world.send(tab, Event::Scrolled(80));
    world.send(other, Event::Chat(Input::Open));
    world.send(other, Event::Chat(Input::Write("Hello?".into())));
    world.pass(40_000);
    assert_sound(&mut world, tab);
    assert_sound(&mut world, other);
    world.answer(tab, "export");
    world.goto(tab, "/contact");
    world.call(tab, "forget", json!([]));
    assert!(world.site().keys().all(|key| !key.starts_with("leadheat:v:")));
}

/// A lead that somebody posts: read as the inbox reads it, or refused, and told in every language. And what a receiver answers.
pub fn lead(bytes: &[u8]) {
    let mut bytes = Bytes(bytes);
    let answers: Vec<_> = (0..4)
        .map(|_| match bytes.next() % 4 {
            0 => Some(Outcome::Failed),
            1 => Some(Outcome::Opaque),
            2 => None,
            _ => Some(Outcome::Answered(bytes.below(65_536) as u16, Some(bytes.below(65_536) as u32 * 65_536))),
        })
        .collect();
    let lead = spoilt(&LEAD, &mut bytes);
    if let Ok(lead) = serde_json::from_value::<Lead>(lead) {
        for lang in Lang::NAMES.all {
            brief(&lead, *lang);
        }
        assert!(serde_json::to_string(&lead).is_ok());
    }
    let mut world = World::new(json!({}), 3);
    world.faults = answers;
    let tab = world.open("/contact");
    world.submit(tab, &bytes.nasty_text());
    let contact = Contact {
        email: Some("k@firm.example".into()),
        name: Some(bytes.nasty_text()),
        phone: Some(bytes.nasty_text()),
        company: Some(bytes.nasty_text()),
    };
    world.send(tab, Event::Chat(Input::Open));
    world.send(tab, Event::Chat(Input::Write(bytes.nasty_text())));
    world.send(tab, Event::Chat(Input::Submit(contact, true)));
    world.pass(3_600_000);
    for post in &world.received {
        assert!(post.to_string().len() <= 16 * 1_024 + 64, "{post}");
    }
}

/// Consent managers, chats of other vendors and the page say anything, in any order.
pub fn managers(bytes: &[u8]) {
    let mut bytes = Bytes(bytes);
    let mut world = World::new(json!({}), 4);
    world.signals = (bytes.next() % 8 == 0, bytes.next() % 8 == 0);
    let tab = world.open("/");
    let asked = Choice { manager: None, purposes: &[] }.questions();
    let asked: Vec<_> = asked.split(' ').skip(1).collect();
    while !bytes.0.is_empty() {
        let said = |bytes: &mut Bytes| (0..bytes.next() % 6).map(|_| bytes.nasty_text()).collect::<Vec<_>>();
        match bytes.next() % 7 {
            0 => world.send(
                tab,
                Event::Consent(Report::Google(
                    [vec!["update".into(), format!("analytics_storage,{}", bytes.nasty_text())], said(&mut bytes)]
                        .concat(),
                )),
            ),
            1 => world.send(
                tab,
                Event::Consent(Report::Tcf([vec!["tcloaded".into(), "true".into()], said(&mut bytes)].concat())),
            ),
            2 => world.send(tab, Event::Consent(Report::Tcf(said(&mut bytes)))),
            3 => world.send(tab, Event::Answered(said(&mut bytes))),
            4 => {
                let path = asked[bytes.below(asked.len())].to_owned();
                world.managers.insert(path, bytes.nasty_text());
                world.send(tab, Event::Hint(bytes.next() % 2 == 0));
                world.pass(1_000);
            }
            5 => {
                let sign = bytes.below(VENDORS);
                world
                    .managers
                    .insert(SIGNS.split(' ').nth(sign + 1).unwrap_or_default().to_owned(), bytes.nasty_text());
                world.send(tab, Event::Vendor(bytes.below(99), said(&mut bytes)));
            }
            _ => drop(world.call(tab, "consent", json!([bytes.nasty()]))),
        }
    }
    world.pass(60_000);
    assert_sound(&mut world, tab);
    // While a manager asks anew, what was granted before waits for its answer.
    let refused = world.answer(tab, "status")["consent"] == "denied";
    assert!(!refused || world.site().keys().all(|key| !key.starts_with("leadheat:v:")), "stored although refused");
}

/// The page's tag manager, its own commands and its content say anything.
pub fn data_layer(bytes: &[u8]) {
    let mut bytes = Bytes(bytes);
    let mut world = World::new(
        json!({ "data_layer": { "purchase": "bought" }, "form_fields": { "email": "email", "name": "name" } }),
        5,
    );
    let tab = world.open("/");
    world.consent(tab, "granted");
    while !bytes.0.is_empty() {
        let number = f64::from_bits((bytes.below(65_536) as u64) << 48 | bytes.below(65_536) as u64);
        match bytes.next() % 10 {
            0 => world.send(tab, Event::Pushed("purchase".into(), Some(number))),
            1 => world.send(tab, Event::Pushed(bytes.nasty_text(), Some(number))),
            2 => world.send(tab, Event::Topics((0..bytes.next() % 9).map(|_| bytes.nasty_text()).collect())),
            3 => world.send(
                tab,
                Event::Content {
                    label: bytes.nasty_text(),
                    visible: bytes.next() % 2 == 0,
                    percent: bytes.next() as u8,
                },
            ),
            4 => world.send(
                tab,
                Event::Media(Media {
                    label: bytes.nasty_text(),
                    playing: bytes.next() % 2 == 0,
                    percent: bytes.next() as u8,
                }),
            ),
            5 => world.send(
                tab,
                Event::Filled((0..bytes.next() % 5).map(|_| (bytes.nasty_text(), bytes.nasty_text())).collect()),
            ),
            6 => world.send(tab, Event::Selected(bytes.nasty_text())),
            7 => drop(world.call(tab, "track", json!([bytes.nasty(), bytes.nasty()]))),
            8 => drop(world.call(
                tab,
                "identify",
                json!([{ "email": bytes.nasty(), "stage": bytes.nasty(), bytes.nasty_text(): bytes.nasty() }]),
            )),
            _ => drop(world.call(tab, &bytes.nasty_text(), json!([bytes.nasty(), bytes.nasty()]))),
        }
        world.pass(bytes.next() as u64 * 100);
    }
    if world.answer(tab, "status")["consent"] == "granted" {
        assert_sound(&mut world, tab);
        assert_small(&world);
    }
}
