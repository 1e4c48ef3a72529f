//! Chats of other vendors: each line of the table, as data and in the simulator, and what chatting is worth.
#![allow(missing_docs)]

use leadheat_core::app::Event;
use leadheat_core::chat::Input;
use leadheat_core::sim::{TabId, World};
use leadheat_core::time::{MINUTE, SECOND};
use leadheat_core::vendor::{SIGNS, VENDORS, table};
use serde_json::{Value, json};

const MEANINGS: &str = "opened started said answered unread contact offline good bad booked";

fn signs() -> Vec<&'static str> {
    SIGNS.split(' ').skip(1).collect()
}

/// A page with the chat of a vendor, and consent to scoring.
fn page(vendor: usize, config: Value) -> (World, TabId) {
    let mut world = World::new(config, 5);
    world.managers.insert(signs()[vendor].into(), "true".into());
    let tab = world.open("/");
    world.consent(tab, "granted");
    world.pass(SECOND);
    (world, tab)
}

fn vendor(name: &str) -> usize {
    table().iter().find(|told| told.vendor.1 == name).unwrap_or_else(|| panic!("{name}")).vendor.0
}

/// How many records have this, a signal kind and a subject.
fn counts(world: &World, key: &str) -> usize {
    let records = world.site().iter().filter(|(name, _)| name.starts_with("leadheat:v:"));
    records.filter(|(_, record)| record.contains(&format!("\"{key}"))).count()
}

fn reason(world: &mut World, tab: TabId, rule: &str) -> u64 {
    let explained = world.explain(tab);
    let reasons = explained["reasons"].as_array().unwrap().clone();
    reasons.iter().find(|reason| reason["rule"] == rule).map_or(0, |reason| reason["count"].as_u64().unwrap_or(1))
}

fn says(world: &mut World, tab: TabId) -> String {
    world.answer(tab, "status")["says"].as_str().unwrap().to_owned()
}

/// What comes with an event so that a line of the table means something, with texts of the visitor.
fn payload(when: &str, gives: &str) -> Value {
    let mut all = json!(null);
    let mut put = |path: &str, value: Value| {
        let mut at = &mut all;
        for step in path.split('.').filter(|step| !step.is_empty()) {
            if !at.is_object() {
                *at = json!({});
            }
            at = &mut at[step];
        }
        *at = value;
    };
    for (path, pattern) in when.split(',').filter_map(|pair| pair.split_once('=')) {
        if !pattern.is_empty() {
            put(path, json!(if pattern == "*" { "thing".to_owned() } else { pattern.replace('*', " ") }));
        }
    }
    for (name, path) in gives.split(',').filter_map(|pair| pair.split_once('=')) {
        let value = match name {
            "email" => json!("aino@koulu.example"),
            "phone" => json!("+358 40 123 4567"),
            "name" => json!("Aino"),
            "count" => json!(1),
            _ => json!("What does it cost?"),
        };
        put(path, value);
    }
    all
}

#[test]
fn the_table_is_whole() {
    let all = table();
    assert_eq!((signs().len(), all.last().unwrap().vendor.0 + 1), (VENDORS, VENDORS));
    for told in &all {
        assert!(MEANINGS.split(' ').any(|meaning| meaning == told.means), "{told:?}");
        assert!(!told.at.is_empty() && !told.name.is_empty(), "{told:?}");
        // A handler of which they have only one is never taken.
        assert!(
            !told.at.contains("$crisp") && !told.at.contains("LC_API") && !told.at.contains("Tawk_API"),
            "{told:?}"
        );
        assert!(told.vendor.1 != "Crisp" || told.at == "read", "{told:?}");
    }
    for vendor in 0..VENDORS {
        let means = |meaning| all.iter().any(|told| told.vendor.0 == vendor && told.means == meaning);
        assert!(means("opened"), "{vendor}");
    }
}

#[test]
fn each_line_is_heard() {
    for told in table().iter().filter(|told| told.at != "read") {
        let (when, gives) = told.written();
        for may_read in [false, true] {
            let config = json!({ "chat": { "read_vendor_text": may_read } });
            let (mut world, tab) = page(told.vendor.0, config);
            let name = if told.name == "-" { "" } else { told.name };
            assert!(world.vendor(tab, told.at, name, &payload(when, gives)), "{told:?}: nobody listens");
            world.pass(MINUTE);
            let has = |key: &str| counts(&world, key) > 0;
            let wanted = match told.means {
                "opened" => "chat_open /",
                "started" => "chat_start visitor",
                "said" => "chat_message /",
                "contact" | "offline" => "contact /",
                "good" => "chat_rating good",
                "bad" => "chat_rating bad",
                "booked" => "meeting Drift",
                _ => "page_view /",
            };
            assert!(has(wanted), "{told:?}");
            let read = gives.contains("text=") && may_read;
            assert_eq!(has("intent ask_price"), read, "{told:?}, {may_read}");
            let stored = format!("{:?}", world.site());
            assert_eq!(stored.contains("aino@koulu.example"), gives.contains("email=") && may_read, "{told:?}");
            assert_eq!(stored.contains("123 4567"), gives.contains("phone=") && may_read, "{told:?}");
        }
    }
}

#[test]
fn what_does_not_fit_means_nothing() {
    let (mut world, tab) = page(vendor("LiveChat"), json!({}));
    for odd in
        [json!(null), json!(5), json!("x"), json!([]), json!({ "author": 1 }), json!({ "author": { "type": "bot" } })]
    {
        world.vendor(tab, "LiveChatWidget.on", "new_event", &odd);
    }
    world.send(tab, Event::Vendor(0, Vec::new()));
    world.send(tab, Event::Vendor(9_999, vec!["x".into(); 99]));
    world.send(tab, Event::Vendor(2, vec!["x".into(); 99]));
    world.pass(MINUTE);
    assert_eq!(counts(&world, "chat_message"), 0);
    // Not the greeting of a bot, which is in the name of an agent.
    let greeting = json!({ "author": { "type": "agent" }, "greeting": { "id": 1 } });
    world.vendor(tab, "LiveChatWidget.on", "new_event", &greeting);
    world.vendor(tab, "LiveChatWidget.on", "new_event", &json!({ "author": { "type": "customer" } }));
    world.pass(MINUTE);
    assert_eq!((counts(&world, "chat_start visitor"), counts(&world, "chat_reply")), (1, 0));
}

#[test]
fn early_late_or_never() {
    for (seconds, heard) in [(0, true), (2, true), (10, true), (25, true), (600, false)] {
        let mut world = World::new(json!({}), 5);
        let tab = world.open("/");
        world.consent(tab, "granted");
        world.pass(seconds * SECOND);
        assert!(world.view(tab).shown);
        world.managers.insert(signs()[0].into(), "true".into());
        world.pass(9 * SECOND);
        assert_eq!(says(&mut world, tab).contains("listening to the chat of Chatwoot"), heard, "after {seconds} s");
        // Whoever clicks is looked for again.
        world.send(tab, Event::Hint(true));
        world.pass(SECOND);
        assert!(says(&mut world, tab).contains("listening to the chat of Chatwoot"), "after {seconds} s");
        assert!(!world.view(tab).shown, "after {seconds} s");
    }
    let (mut world, tab) = page(0, json!({}));
    world.managers.insert(signs()[3].into(), "there".into());
    world.send(tab, Event::Hint(true));
    world.pass(SECOND);
    assert!(says(&mut world, tab).contains("the chat of Chatwoot and of Crisp"));
    for answer in ["false", ""] {
        world.managers = [(signs()[0].into(), answer.into())].into();
        world.send(tab, Event::Hint(true));
        world.pass(SECOND);
        assert!(!says(&mut world, tab).contains("listening"));
        assert!(world.view(tab).shown, "theirs is gone");
    }
}

#[test]
fn only_with_consent() {
    let mut world = World::new(json!({ "chat": { "read_vendor_text": true } }), 5);
    world.managers.insert(signs()[0].into(), "true".into());
    let tab = world.open("/");
    world.pass(MINUTE);
    // Nothing is listened to, nor fetched; but the launcher is away.
    assert!(!world.vendor(tab, "window", "chatwoot:opened", &json!({})));
    assert!(!says(&mut world, tab).contains("listening"));
    assert!(says(&mut world, tab).contains("the launcher keeps out of sight"));
    assert!(!world.view(tab).shown && world.site().is_empty());
    world.consent(tab, "granted");
    world.pass(MINUTE);
    let message = |text: &str| json!({ "detail": { "message_type": 0, "content": text } });
    assert!(world.vendor(tab, "window", "chatwoot:on-message", &message("What does it cost?")));
    assert!(reason(&mut world, tab, "asked_price") > 0);
    world.consent(tab, "denied");
    world.vendor(tab, "window", "chatwoot:on-message", &message("I decide, we need it at once, aino@koulu.example"));
    world.pass(MINUTE);
    assert_eq!(world.explain(tab)["score"], Value::Null);
    assert!(!says(&mut world, tab).contains("listening"));
    assert!(!format!("{:?}{:?}", world.site(), world.tab_storage(tab)).contains("aino"));
}

#[test]
fn a_flood_counts_for_little() {
    let (mut world, tab) = page(vendor("Tidio"), json!({}));
    for _ in 0..5_000 {
        world.vendor(tab, "document", "tidioChat-messageFromVisitor", &json!({ "detail": "x" }));
    }
    assert_eq!(reason(&mut world, tab, "chat_message"), 10);
    for _ in 0..1_000 {
        world.pass(SECOND);
        for _ in 0..20 {
            world.vendor(tab, "document", "tidioChat-messageFromVisitor", &json!({ "detail": "x" }));
        }
    }
    assert_eq!(reason(&mut world, tab, "chat_message"), 300);
    assert_eq!(world.explain(tab)["tier"], "cold");
}

#[test]
fn the_launcher_stays_away() {
    let (mut world, tab) = page(0, json!({}));
    assert!(!world.view(tab).shown);
    // Who opens it all the same, by the page's own button, has it until it is closed.
    world.call(tab, "open", json!([]));
    assert!(world.view(tab).open && world.view(tab).shown);
    world.send(tab, Event::Chat(Input::Close));
    assert!(!world.view(tab).shown);
    let (world, tab) = page(0, json!({ "chat": { "beside_vendor": true } }));
    assert!(world.view(tab).shown && !world.view(tab).open);
    // Nobody is greeted beside the chat of another vendor.
    let greetings = json!([{ "step": "question", "after": 1 }]);
    for (beside, unread) in [(false, 0), (true, 1)] {
        let (mut world, tab) = page(0, json!({ "chat": { "greetings": greetings, "beside_vendor": beside } }));
        world.pass(MINUTE);
        assert_eq!(world.view(tab).unread, unread);
    }
}

#[test]
fn it_is_listened_to_without_a_chat_of_our_own() {
    let (mut world, tab) = page(0, json!({ "chat": { "enabled": false } }));
    assert!(world.vendor(tab, "window", "chatwoot:opened", &json!({})));
    assert_eq!(reason(&mut world, tab, "chat_open"), 1);
    assert!(!world.view(tab).shown && world.view(tab).panel.is_none());
}

#[test]
fn replies_to_a_person_are_quick_or_slow() {
    for (wait, subject) in [(59, "quick"), (61, "slow")] {
        let (mut world, tab) = page(vendor("Tidio"), json!({}));
        let says = |world: &mut World, who| world.vendor(tab, "document", who, &json!({ "detail": "x" }));
        says(&mut world, "tidioChat-messageFromOperator");
        world.pass(SECOND);
        says(&mut world, "tidioChat-messageFromOperator");
        world.pass((wait - 1) * SECOND);
        says(&mut world, "tidioChat-messageFromVisitor");
        world.pass(MINUTE);
        assert_eq!(counts(&world, &format!("chat_reply {subject}")), 1, "{wait}");
        assert_eq!(counts(&world, "chat_start agent"), 1);
    }
    // In leadheat's own chat nobody but a bot has written.
    let mut world = World::new(json!({}), 5);
    let tab = world.open("/");
    world.consent(tab, "granted");
    world.send(tab, Event::Chat(Input::Open));
    world.send(tab, Event::Chat(Input::Write("Hello".into())));
    world.send(tab, Event::Chat(Input::Write("What does it cost?".into())));
    world.send(tab, Event::Chat(Input::Rate(true)));
    world.pass(MINUTE);
    let has = |key: &str| counts(&world, key);
    assert_eq!((has("chat_start visitor"), has("chat_reply"), has("chat_rating good")), (1, 0, 1));
}

#[test]
fn what_crisp_does_not_tell_is_read() {
    for may_read in [false, true] {
        let (mut world, tab) = page(vendor("Crisp"), json!({ "chat": { "read_vendor_text": may_read } }));
        world.managers.insert("$crisp.is(chat:opened)".into(), "false".into());
        world.pass(MINUTE);
        world.managers.insert("$crisp.is(chat:opened)".into(), "true".into());
        world.managers.insert("$crisp.get(chat:unread:count)".into(), "there".into());
        world.pass(10 * SECOND);
        assert_eq!(reason(&mut world, tab, "chat_open"), 1);
        // Without leave only that there is an address is asked.
        world.managers.insert("$crisp.get(user:email)".into(), "aino@koulu.example".into());
        world.managers.insert("$crisp.get(user:email).length".into(), "there".into());
        world.pass(MINUTE);
        assert_eq!(reason(&mut world, tab, "contact"), 1);
        assert_eq!(format!("{:?}", world.site()).contains("aino"), may_read);
    }
    // What is so from the start is not news.
    let mut world = World::new(json!({}), 5);
    for (path, answer) in
        [(signs()[3], "there"), ("$crisp.is(chat:opened)", "true"), ("$crisp.get(user:email).length", "there")]
    {
        world.managers.insert(path.into(), answer.into());
    }
    let tab = world.open("/");
    world.consent(tab, "granted");
    world.pass(MINUTE);
    assert_eq!((reason(&mut world, tab, "chat_open"), reason(&mut world, tab, "contact")), (0, 0));
}

/// What the default model makes of it.
#[test]
fn a_chat_is_no_hot_signal_and_a_meeting_is() {
    let (mut world, tab) = page(vendor("Drift"), json!({}));
    let tells = |world: &mut World, name| assert!(world.vendor(tab, "drift.on", name, &json!({})));
    tells(&mut world, "chatOpen");
    tells(&mut world, "startConversation");
    assert_eq!(world.explain(tab)["tier"], "cold", "started");
    for _ in 0..20 {
        world.pass(10 * SECOND);
        tells(&mut world, "message");
        tells(&mut world, "message:sent");
    }
    tells(&mut world, "emailCapture");
    assert_eq!(world.explain(tab)["tier"], "cold", "talked long");
    tells(&mut world, "scheduling:meetingBooked");
    let explained = world.explain(tab);
    assert_eq!(explained["tier"], "hot", "{explained:#}");
    assert_eq!(reason(&mut world, tab, "meeting"), 1);
}
