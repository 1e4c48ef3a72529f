//! People on the other end of the chat: nothing is lost, nothing is said twice, and the bot keeps quiet while somebody has the
//! conversation.

use fastrand::Rng;
use leadheat_core::app::Event;
use leadheat_core::chat::{Input, Speaker};
use leadheat_core::chatwoot::BOT;
use leadheat_core::sim::{Handling, TabId, World};
use leadheat_core::view::{Ask, Delivery};
use serde_json::{Value as Json, json};

fn config() -> Json {
    json!({ "chat": { "company": "Lumo", "live": { "server": "https://chat.example", "inbox": "site" } } })
}

/// A visitor who has consented and opened the chat.
fn opened(seed: u64) -> (World, TabId) {
    let mut world = World::new(config(), seed);
    let tab = world.open("/pricing");
    world.consent(tab, "granted");
    world.send(tab, Event::Chat(Input::Open));
    world.pass_pinged(3_000);
    (world, tab)
}

fn write(world: &mut World, tab: TabId, text: &str) {
    world.send(tab, Event::Chat(Input::Write(text.into())));
    world.pass(10);
}

/// What the visitor sees, but for the bot's.
fn seen(world: &World, tab: TabId) -> Vec<(bool, String)> {
    let lines = world.said(tab).iter().filter(|line| line.from != Speaker::Bot);
    lines.map(|line| (line.from == Speaker::Agent, line.text.clone())).collect()
}

/// What the server has, but for the bot's.
fn taken(world: &World) -> Vec<(bool, String)> {
    let said = world.people.said().into_iter().filter(|(_, text)| !text.starts_with(BOT));
    said.map(|(agent, text)| (agent, text.to_owned())).collect()
}

fn last_delivery(world: &World, tab: TabId) -> Delivery {
    world.panel(tab).lines.iter().rfind(|said| said.line.from == Speaker::Visitor).unwrap().delivery
}

#[test]
fn a_person_reads_along_takes_over_and_hands_back() {
    let (mut world, tab) = opened(1);
    assert!(world.people.is_heard());
    let known = &world.people.contacts[0];
    assert_eq!((&known["leadheat_tier"], &known["leadheat_page"]), (&json!("cold"), &json!("/pricing")), "{known}");
    assert!(known["leadheat_reasons"][0].as_str().unwrap().starts_with("Looked at prices +"), "{known}");
    assert_eq!(known.get("email"), None);

    write(&mut world, tab, "What does it cost?");
    let answer = world.said(tab).last().unwrap().clone();
    assert_eq!(answer.from, Speaker::Bot);
    world.pass_pinged(3_000);
    let all = world.people.said();
    assert!(all.iter().any(|(agent, text)| !agent && *text == format!("{BOT}{}", answer.text)), "{all:?}");
    assert!(all.contains(&(false, "What does it cost?")));
    assert_eq!(last_delivery(&world, tab), Delivery::Delivered);

    world.operator_types(true);
    assert!(world.panel(tab).types);
    world.operator_writes("Hello, this is Anna. 4,900 €.");
    let panel = world.panel(tab);
    assert!(!panel.types);
    assert_eq!(panel.replies, "You are talking to Anna");
    assert_eq!(panel.lines.last().unwrap().line.by, "Anna");
    assert_eq!(panel.ask, Ask::Text, "no replies of the bot's");

    let before = world.said(tab).len();
    write(&mut world, tab, "Do you have a demo?");
    world.pass_pinged(9_000);
    assert_eq!(world.said(tab).len(), before + 1, "the bot keeps quiet");
    assert_eq!(seen(&world, tab), taken(&world));
    let said = world.explain(tab).to_string();
    assert!(said.contains("wants_sales"), "what is said to a person is understood all the same: {said}");

    world.operator_sets("pending");
    assert_ne!(world.panel(tab).replies, "You are talking to Anna");
    write(&mut world, tab, "Is there a warranty?");
    assert_eq!(world.said(tab).last().unwrap().from, Speaker::Bot, "the bot answers again");
    world.operator_sets("open");
    assert_eq!(world.panel(tab).replies, "You are talking to Anna", "claimed before a word was said");
    world.frame(tab, &json!({ "message": { "event": "presence.update", "data": { "users": {} } } }));
    assert_eq!(world.panel(tab).replies, "Nobody is here just now: leave a message");
    world.frame(tab, &json!({ "message": { "event": "presence.update", "data": { "users": { "7": "online" } } } }));
    assert_eq!(world.panel(tab).replies, "You are talking to Anna");
}

#[test]
fn nothing_connects_before_the_visitor_opens_the_chat_and_says_something_or_has_consented() {
    let mut world = World::new(config(), 2);
    let tab = world.open("/");
    world.pass(60_000);
    assert_eq!(world.people.requests, Vec::<String>::new());
    world.send(tab, Event::Chat(Input::Open));
    world.pass(60_000);
    assert_eq!(world.people.requests, Vec::<String>::new(), "nothing was said, and nothing may be told");
    write(&mut world, tab, "Hello");
    world.pass(1_000);
    assert!(world.people.is_heard());
    assert_eq!(
        world.people.contacts[0]["leadheat_tier"],
        Json::Null,
        "without consent nobody hears how warm the visitor is"
    );

    let mut world = World::new(config(), 3);
    let tab = world.open("/");
    world.consent(tab, "granted");
    world.pass(60_000);
    assert_eq!(world.people.requests, Vec::<String>::new());
    world.send(tab, Event::Chat(Input::Open));
    assert_eq!(world.people.conversations.len(), 1, "who is online is seen before a word is said");
    world.consent(tab, "denied");
    world.pass_pinged(30_000);
    assert_eq!(world.people.contacts[0]["leadheat_tier"], Json::Null, "taken back");
}

#[test]
fn a_page_that_is_left_hangs_up_and_the_next_goes_on() {
    let (mut world, tab) = opened(4);
    write(&mut world, tab, "Hello");
    world.operator_writes("Hi");
    world.goto(tab, "/product");
    assert_eq!(seen(&world, tab), taken(&world));
    assert!(world.people.is_heard());
    world.leave_and_return(tab, 60_000);
    assert!(world.people.is_heard(), "back from the back-forward cache");
    world.send(tab, Event::Chat(Input::Close));
    world.operator_writes("Are you there?");
    assert_eq!(world.view(tab).unread, 1);
    world.goto(tab, "/");
    world.operator_writes("I call you, then.");
    assert_eq!(world.view(tab).unread, 2, "also on a page where it was not opened");
    world.close(tab);
    assert!(!world.people.is_heard());
    assert_eq!(world.people.contacts.len(), 1);
    assert_eq!(world.people.conversations.len(), 1);
}

#[test]
fn two_tabs_say_everything_once() {
    let (mut world, first) = opened(5);
    let second = world.open("/");
    world.pass_pinged(3_000);
    for turn in 0..10 {
        let (one, other) = if turn % 2 == 0 { (first, second) } else { (second, first) };
        world.send(one, Event::Chat(Input::Write(format!("message {turn} of one"))));
        world.send(other, Event::Chat(Input::Write(format!("message {turn} of the other"))));
        world.pass_pinged(3_000);
        world.operator_writes(&format!("answer {turn}"));
    }
    world.pass_pinged(9_000);
    let mut said = taken(&world);
    assert_eq!(said.len(), 30);
    said.sort();
    for tab in [first, second] {
        let mut here = seen(&world, tab);
        here.sort();
        assert_eq!(here, said);
    }
    assert_eq!(world.people.contacts.len(), 1);
}

#[test]
fn a_name_that_the_server_has_forgotten_is_given_anew() {
    let (mut world, tab) = opened(6);
    write(&mut world, tab, "One");
    world.people = Default::default();
    world.cut_cables();
    write(&mut world, tab, "Two");
    world.pass_pinged(60_000);
    write(&mut world, tab, "Three");
    world.pass_pinged(9_000);
    assert_eq!(taken(&world), [(false, "Two".to_owned()), (false, "Three".to_owned())]);
    world.operator_writes("Yes?");
    assert_eq!(seen(&world, tab).len(), 4);
}

/// As above, while the cable of the forgotten contact goes on.
#[test]
fn a_cable_of_a_name_that_is_forgotten_is_hung_up() {
    let (mut world, tab) = opened(13);
    write(&mut world, tab, "One");
    world.people.forgotten = 1;
    write(&mut world, tab, "Two");
    world.pass_pinged(60_000);
    write(&mut world, tab, "Three");
    world.pass_pinged(3_000);
    world.operator_writes("Yes?");
    assert_eq!(seen(&world, tab).last(), Some(&(true, "Yes?".to_owned())));
    assert_eq!(world.people.contacts.len(), 2);
}

#[test]
fn what_fails_alone_is_tried_ever_more_seldom() {
    let says = |request: &str| request.starts_with("POST") && request.ends_with("messages");
    for status in [500, 429, 404, 401, 0] {
        let (mut world, tab) = opened(14);
        world.people.requests.clear();
        world.people.handling = Some(Box::new(move |request| match says(request) {
            true => Handling::Answered(status, Json::Null),
            false => Handling::Done,
        }));
        write(&mut world, tab, "Hello");
        world.pass_pinged(10 * 60_000);
        let asked = world.people.requests.len();
        assert!(asked < 100, "{asked} requests in ten minutes at {status}");
        assert_eq!(world.people.contacts.len(), 1);
        assert_eq!(last_delivery(&world, tab), Delivery::Failed);
        assert_eq!(world.told(tab).iter().filter(|line| line.contains("the chat server")).count(), 1);
        world.people.handling = None;
        world.pass_pinged(2 * 60_000);
        assert_eq!(taken(&world), [(false, "Hello".to_owned())]);
    }
    // A wall before the server that dislikes the text.
    let (mut world, tab) = opened(15);
    world.people.handling = Some(Box::new(move |request| match says(request) {
        true => Handling::Answered(403, json!("Forbidden")),
        false => Handling::Done,
    }));
    write(&mut world, tab, "select * from");
    world.pass_pinged(10 * 60_000);
    assert_eq!((world.people.contacts.len(), last_delivery(&world, tab)), (1, Delivery::Failed));
}

#[test]
fn a_history_of_which_nothing_can_be_read_has_an_end() {
    let (mut world, tab) = opened(16);
    write(&mut world, tab, "Hello");
    world.pass_pinged(3_000);
    let nothing: Json = (0..20).map(|_| json!({})).collect();
    world.people.handling =
        Some(Box::new(move |request| match request.starts_with("GET") && request.contains("messages") {
            true => Handling::Answered(200, nothing.clone()),
            false => Handling::Done,
        }));
    world.people.requests.clear();
    world.cut_cables();
    world.pass_pinged(60_000);
    assert!(world.people.requests.len() < 40, "{}", world.people.requests.len());
}

#[test]
fn what_was_told_of_the_visitor_is_taken_back_whatever_fails() {
    let (mut world, tab) = opened(17);
    write(&mut world, tab, "Hello");
    world.pass_pinged(3_000);
    assert_eq!(world.people.contacts[0]["leadheat_tier"], json!("cold"));
    world.people.handling = Some(Box::new(|request| match request.starts_with("PATCH") {
        true => Handling::Lost,
        false => Handling::Done,
    }));
    world.consent(tab, "denied");
    world.pass_pinged(3_000);
    world.goto(tab, "/product");
    world.pass_pinged(30_000);
    assert_eq!(world.people.contacts[0]["leadheat_tier"], json!("cold"));
    world.people.handling = None;
    world.send(tab, Event::Chat(Input::Close));
    world.pass_pinged(60 * 60_000);
    world.goto(tab, "/");
    world.pass_pinged(30_000);
    assert_eq!(world.people.contacts[0]["leadheat_tier"], Json::Null);
}

#[test]
fn words_that_are_trimmed_on_the_way_are_known_again() {
    let chat = json!({ "live": { "server": "https://chat.example", "inbox": "site" }, "ask_satisfied": false,
        "script": [{ "id": "a", "say": " Hello!\n", "replies": [{ "say": " Yes " }, { "say": "No" }] }] });
    let mut world = World::new(json!({ "chat": chat }), 18);
    let tab = world.open("/");
    world.send(tab, Event::Chat(Input::Open));
    world.send(tab, Event::Chat(Input::Choose(0)));
    write(&mut world, tab, "\u{1f916} is a robot");
    world.pass_pinged(9_000);
    world.cut_cables();
    world.pass_pinged(9_000);
    assert_eq!(world.said(tab).len(), world.people.messages.len(), "{:?}", world.said(tab));
    assert!(world.said(tab).iter().all(|line| line.id > 0));
}

#[test]
fn without_a_server_any_more_the_bot_talks_again() {
    let (mut world, tab) = opened(19);
    write(&mut world, tab, "Hello");
    world.operator_writes("Hi");
    world.config["chat"]["live"] = Json::Null;
    world.goto(tab, "/");
    write(&mut world, tab, "Is there a warranty?");
    assert_eq!(world.said(tab).last().unwrap().from, Speaker::Bot);
}

#[test]
fn what_the_server_would_not_have_is_said_and_tried_again() {
    let (mut world, tab) = opened(7);
    world.people.handling =
        Some(Box::new(|request| match request.ends_with("messages") && request.starts_with("POST") {
            true => Handling::Answered(422, json!({ "error": "too long" })),
            false => Handling::Done,
        }));
    write(&mut world, tab, "Hello");
    world.pass_pinged(3_000);
    assert_eq!(last_delivery(&world, tab), Delivery::Failed);
    world.people.handling = None;
    world.send(tab, Event::Chat(Input::Retry));
    world.pass(10);
    assert_eq!(last_delivery(&world, tab), Delivery::Delivered);
    world.pass_pinged(9_000);
    assert_eq!(taken(&world), [(false, "Hello".to_owned())]);
}

#[test]
fn a_server_that_does_everything_wrong_holds_up_nobody() {
    let answers = [
        (200, json!("<!doctype html>")),
        (200, json!(null)),
        (200, json!({})),
        (200, json!([])),
        (500, json!({})),
        (0, json!(null)),
        (429, json!({})),
        (404, json!({})),
        (401, json!({})),
        (200, json!({ "id": -1, "source_id": 5 })),
        (200, json!({ "source_id": "../../x", "pubsub_token": "t" })),
        (200, json!([{ "id": "x" }, 5, null])),
    ];
    for (status, answer) in answers {
        let (mut world, tab) = opened(8);
        write(&mut world, tab, "Before");
        world.pass_pinged(3_000);
        let wrong = answer.clone();
        world.people.handling = Some(Box::new(move |_| Handling::Answered(status, wrong.clone())));
        world.cut_cables();
        write(&mut world, tab, "Meanwhile");
        world.pass(10 * 60_000);
        let asked = world.people.requests.len();
        assert!(asked < 250, "{asked} requests in ten minutes at {status} {answer}");
        assert!(
            world.told(tab).iter().filter(|line| line.contains("the chat server")).count() <= 1,
            "{:?}",
            world.told(tab)
        );
        world.people.handling = None;
        world.pass_pinged(3 * 60_000);
        let said = taken(&world);
        let times = |text: &str| said.iter().filter(|(_, said)| said == text).count();
        assert_eq!((times("Before"), times("Meanwhile")), (1, 1), "{status} {answer}: {said:?}");
    }
}

#[test]
fn a_request_of_which_nothing_becomes_is_given_up() {
    let (mut world, tab) = opened(12);
    let mut silent = 3;
    world.people.handling = Some(Box::new(move |_| {
        silent -= i32::from(silent > 0);
        if silent > 0 { Handling::Silent } else { Handling::Done }
    }));
    write(&mut world, tab, "Hello?");
    world.pass_pinged(3 * 60_000);
    assert_eq!(taken(&world), [(false, "Hello?".to_owned())]);
}

#[test]
fn frames_in_any_order_and_of_any_form() {
    let (mut world, tab) = opened(9);
    write(&mut world, tab, "Hello");
    world.pass_pinged(3_000);
    let frame = |id: u64, text: &str| {
        json!({ "message": { "event": "message.created", "data": { "id": id, "content": text, "message_type": 1, "conversation_id": 1,
            "created_at": 1, "sender": { "name": "Anna", "type": "user" } } } })
    };
    for id in [900, 902, 901, 900, 902, 901] {
        world.frame(tab, &frame(id, &format!("answer {id}")));
    }
    world.frame(tab, &frame(903, &"x".repeat(1_000_000)));
    let answers: Vec<String> =
        seen(&world, tab).into_iter().filter(|(agent, _)| *agent).map(|(_, text)| text).collect();
    assert_eq!(answers[..3], ["answer 900", "answer 901", "answer 902"]);
    assert!(answers[3].len() <= 8_000);
    let before = world.said(tab).to_vec();
    for odd in [
        json!(null),
        json!([]),
        json!({ "type": 5 }),
        json!({ "type": "confirm_subscription", "message": [] }),
        json!({ "message": "x" }),
        json!({ "message": { "event": "message.created", "data": {} } }),
        json!({ "message": { "event": "message.created", "data": { "id": 904, "content": 5, "message_type": 1, "conversation_id": 1 } } }),
        json!({ "message": { "event": "message.created", "data": { "id": 904, "content": "other", "message_type": 1, "conversation_id": 2 } } }),
        json!({ "message": { "event": "message.created", "data": { "id": 904, "content": "note", "private": true, "message_type": 1, "conversation_id": 1 } } }),
        json!({ "message": { "event": "conversation.status_changed", "data": { "id": 9, "status": "open" } } }),
        json!({ "message": { "event": "presence.update", "data": { "users": [] } } }),
    ] {
        world.frame(tab, &odd);
    }
    assert_eq!(world.said(tab), before);
    world.frame(tab, &json!({ "message": { "event": "message.updated", "data": { "id": 901, "content": "corrected", "message_type": 1, "conversation_id": 1 } } }));
    assert!(seen(&world, tab).contains(&(true, "corrected".into())));
}

#[test]
fn what_interrupts_the_bot_is_no_repetition_of_it() {
    let mut world = World::new(config(), 11);
    world.people.knows_echoes = true;
    let tab = world.open("/");
    world.send(tab, Event::Chat(Input::Open));
    world.send(tab, Event::Chat(Input::Write("At once".into())));
    world.send(tab, Event::Chat(Input::Write("And again".into())));
    world.pass_pinged(9_000);
    assert_eq!(world.people.messages.len(), world.said(tab).len());
    assert!(taken(&world).contains(&(false, "At once".into())));
}

#[test]
fn messages_that_were_missed_are_read_page_by_page() {
    let (mut world, tab) = opened(10);
    write(&mut world, tab, "Hello");
    world.pass_pinged(3_000);
    world.cut_cables();
    for nth in 0..70 {
        world.operator_writes(&format!("answer {nth}"));
    }
    world.pass_pinged(9_000);
    let answers = seen(&world, tab).into_iter().filter(|(agent, _)| *agent).count();
    assert_eq!(answers, 70);
    assert_eq!(seen(&world, tab), taken(&world));
}

/// Of so many requests, about three go wrong; every other server knows a message that comes again.
fn make_unreliable(world: &mut World, seed: u64, of: u8) {
    let mut faults = Rng::with_seed(seed ^ 0x5eed);
    world.people.knows_echoes = seed.is_multiple_of(2);
    world.people.handling = Some(Box::new(move |_| match faults.u8(0..of) {
        0 => Handling::Lost,
        1 => Handling::Unanswered,
        2 => Handling::Answered(500, Json::Null),
        _ => Handling::Done,
    }));
}

/// The proof: whatever is cut, and whenever, each message is there once, on both sides and in order.
#[test]
fn a_thousand_conversations_with_cuts_lose_and_double_nothing() {
    let (mut cuts, mut messages) = (0, 0);
    for seed in 0..1_000 {
        let mut chance = Rng::with_seed(seed);
        let (mut world, mut tab) = opened(seed);
        world.delay = chance.u64(1..2_000);
        make_unreliable(&mut world, seed, 10);
        for turn in 0..chance.u32(3..20) {
            match chance.u8(0..10) {
                0..=4 => world.send(
                    tab,
                    Event::Chat(Input::Write(format!("question {}", chance.u8(0..4) as u32 * 100 + turn % 2))),
                ),
                5 | 6 if !world.people.conversations.is_empty() => world.operator_writes(&format!("answer {turn}")),
                7 => {
                    world.cut_cables();
                    cuts += 1;
                }
                8 => {
                    world.goto(tab, "/product");
                    cuts += 1;
                }
                9 if chance.bool() => {
                    // The page dies, and with it what it alone knew.
                    world.kill(tab);
                    tab = world.open("/");
                    cuts += 1;
                }
                _ => {}
            }
            world.pass_pinged(chance.u64(0..20_000));
        }
        world.people.handling = None;
        if !world.view(tab).open {
            world.send(tab, Event::Chat(Input::Open));
        }
        world.pass_pinged(2 * 60_000);
        let (here, there) = (seen(&world, tab), taken(&world));
        messages += here.len();
        let only = |agent: bool, said: &[(bool, String)]| {
            said.iter().filter(|(by, _)| *by == agent).cloned().collect::<Vec<_>>()
        };
        for agent in [false, true] {
            assert_eq!(only(agent, &here), only(agent, &there), "seed {seed}");
        }
        assert!(world.said(tab).iter().all(|line| line.id > 0), "seed {seed}");
    }
    println!("{messages} messages, {cuts} cuts besides the requests that were lost: none lost, none doubled");
    assert!(messages > 4_000 && cuts > 1_000);
}

/// In an hour in which nobody says anything there is the cable alone to look after.
#[test]
fn a_quiet_conversation_is_looked_after_seldom() {
    let (mut world, tab) = opened(9);
    write(&mut world, tab, "What does it cost?");
    world.pass_pinged(10 * 60_000);
    let before = world.alarms;
    world.pass_pinged(3_600_000);
    let alarms = world.alarms - before;
    assert!((1..=600).contains(&alarms), "{alarms} alarms in an hour");
}

fn choose(world: &mut World, tab: TabId, name: &str, bytes: u64, number: u32) {
    world.send(tab, Event::Chat(Input::Attach(name.into(), bytes, number)));
}

/// The names of the visitor's files that the server has, and their numbers.
fn files(world: &World) -> Vec<(String, String)> {
    let files = world.people.messages.iter().filter(|message| message["attachments"].is_array());
    let text = |value: &Json| value.as_str().unwrap().to_owned();
    files.map(|message| (text(&message["content"]), text(&message["attachments"][0]["data_url"]))).collect()
}

#[test]
fn a_file_goes_to_the_company_and_is_a_link_then() {
    let (mut world, tab) = opened(20);
    assert!(world.panel(tab).takes_files);
    world.people.handling = Some(Box::new(|_| Handling::Lost));
    choose(&mut world, tab, " roof\u{0}.jpg ", 2_000_000, 0);
    let last = world.panel(tab).lines.last().unwrap();
    assert_eq!((last.line.text.as_str(), last.delivery), ("roof.jpg", Delivery::Sending));
    world.pass_pinged(20_000);
    assert_eq!(world.panel(tab).lines.last().unwrap().delivery, Delivery::Failed);
    world.people.handling = None;
    world.send(tab, Event::Chat(Input::Retry));
    world.pass_pinged(20_000);
    assert_eq!(files(&world), [("roof.jpg".into(), "/files/0".into())]);
    let last = world.panel(tab).lines.last().unwrap();
    assert_eq!(
        (last.line.text.as_str(), last.delivery),
        ("roof.jpg\nhttps://chat.example/files/0", Delivery::Delivered)
    );
    world.goto(tab, "/product");
    assert_eq!(world.said(tab).last().unwrap().text, "roof.jpg\nhttps://chat.example/files/0");

    let mut world = World::new(json!({ "chat": { "company": "Lumo" } }), 21);
    let tab = world.open("/");
    world.send(tab, Event::Chat(Input::Open));
    assert!(!world.panel(tab).takes_files, "there is nobody to send it to");
}

#[test]
fn a_file_that_is_too_large_or_not_accepted_is_said_to_be_so() {
    let (mut world, tab) = opened(22);
    choose(&mut world, tab, "film.mp4", 10_000_001, 0);
    world.pass_pinged(20_000);
    world.people.handling = Some(Box::new(|request| match request.ends_with("/messages") {
        true if request.starts_with("POST") => Handling::Answered(415, Json::Null),
        _ => Handling::Done,
    }));
    choose(&mut world, tab, "tool.exe", 10, 1);
    world.pass_pinged(20_000);
    world.people.handling = None;
    choose(&mut world, tab, "plan.pdf", 10_000_000, 2);
    world.pass_pinged(20_000);
    assert_eq!(files(&world), [("plan.pdf".into(), "/files/2".into())]);
    let refused = world.panel(tab).lines.iter().filter(|said| said.delivery == Delivery::Refused);
    assert_eq!(refused.map(|said| said.line.text.as_str()).collect::<Vec<_>>(), ["film.mp4", "tool.exe"]);
    assert_eq!(
        world
            .people
            .requests
            .iter()
            .filter(|request| request.starts_with("POST") && request.ends_with("messages"))
            .count(),
        3
    );
}

#[test]
fn what_is_forgotten_takes_its_files_along() {
    for at_once in [true, false] {
        let (mut world, tab) = opened(23);
        world.people.handling = Some(Box::new(|_| Handling::Lost));
        choose(&mut world, tab, "roof.jpg", 1, 0);
        if !at_once {
            world.pass_pinged(5_000);
        }
        world.send(tab, Event::Chat(Input::Forget));
        world.people.handling = None;
        write(&mut world, tab, "Hello again");
        world.pass_pinged(60_000);
        assert!(taken(&world).contains(&(false, "Hello again".into())));
        assert_eq!(files(&world), []);
    }
}

/// Requests and cables are cut, the panel is closed and opened: each file is there once, and with its own name.
#[test]
fn files_go_once_whatever_is_cut() {
    for seed in 0..200 {
        let mut chance = Rng::with_seed(seed);
        let (mut world, tab) = opened(seed);
        world.delay = chance.u64(1..2_000);
        make_unreliable(&mut world, seed, 6);
        let mut chosen = Vec::new();
        for turn in 0..chance.u32(3..12) {
            match chance.u8(0..5) {
                0 | 1 => {
                    let name = format!("file-{}.pdf", chance.u8(0..3));
                    choose(&mut world, tab, &name, 9, turn);
                    chosen.push((name, format!("/files/{turn}")));
                }
                2 => write(&mut world, tab, &format!("question {turn}")),
                3 => world.cut_cables(),
                _ => {
                    world.send(tab, Event::Chat(Input::Close));
                    world.pass_pinged(1_000);
                    world.send(tab, Event::Chat(Input::Open));
                }
            }
            world.pass_pinged(chance.u64(0..20_000));
        }
        world.people.handling = None;
        world.pass_pinged(10 * 60_000);
        assert_eq!(files(&world), chosen, "seed {seed}");
        let shown = seen(&world, tab).into_iter().map(|(_, text)| text).filter(|text| text.starts_with("file-"));
        assert_eq!(
            shown.collect::<Vec<_>>(),
            chosen.iter().map(|(name, url)| format!("{name}\nhttps://chat.example{url}")).collect::<Vec<_>>(),
            "seed {seed}"
        );
    }
}
