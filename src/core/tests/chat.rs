//! Conversations in the simulator: the script and its branches, prepared answers, what is understood, greetings, hours, tabs, and
//! bad input.
#![allow(missing_docs)]

use leadheat_core::app::{Effect, Event, State};
use leadheat_core::chat::{Input, Speaker};
use leadheat_core::config::{Config, Defaults};
use leadheat_core::json::{Problem, Value};
use leadheat_core::lead::Contact;
use leadheat_core::lint::lint;
use leadheat_core::outbox::Outcome;
use leadheat_core::signal::Kind;
use leadheat_core::sim::{START, TabId, World};
use leadheat_core::view::{Ask, Delivery};
use leadheat_core::{dialogue, model};
use serde_json::{Value as Json, json};

const HOUR: u64 = 3_600_000;

/// A world in which the visitor has opened the chat and waited for the bot.
fn opened(chat: Json) -> (World, TabId) {
    let mut world = World::new(json!({ "chat": chat }), 7);
    let tab = world.open("/pricing");
    world.consent(tab, "granted");
    say(&mut world, tab, Input::Open);
    (world, tab)
}

fn say(world: &mut World, tab: TabId, input: Input) {
    world.send(tab, Event::Chat(input));
    world.pass(10_000);
}

fn write(world: &mut World, tab: TabId, text: &str) {
    say(world, tab, Input::Write(text.into()));
}

/// What the bot said last, oldest first.
fn bot(world: &World, tab: TabId, last: usize) -> Vec<&str> {
    let said: Vec<_> = world.said(tab).iter().rev().take_while(|line| line.from == Speaker::Bot).collect();
    said.into_iter().take(last).rev().map(|line| line.text.as_str()).collect()
}

fn known(world: &mut World, tab: TabId) -> Json {
    world.explain(tab)["qualification"].clone()
}

fn steps(steps: Json) -> Json {
    json!({ "script": steps, "ask_satisfied": false })
}

#[test]
fn answers_of_each_kind_are_taken_and_others_asked_for_again() {
    for (kind, wrong, right, fact) in [
        ("email", "kate at firm", "it is kate@firm.example, thanks", "kate@firm.example"),
        ("phone", "call me", "+358 40 123 4567 after four", "+358 40 123 4567"),
        ("number", "quite a few", "about 20", "about 20"),
        ("date", "when it suits", "12.3.2027", "12.3.2027"),
        ("date", "whenever", "ensi viikolla", "ensi viikolla"),
        ("text", "", "four classrooms", "four classrooms"),
    ] {
        let (mut world, tab) = opened(steps(json!([
            {"id": "a", "say": "Tell me", "expects": kind, "fills": "requirements", "next": "b"},
            {"id": "b", "say": "Done"}
        ])));
        write(&mut world, tab, wrong);
        assert_ne!(bot(&world, tab, 1), ["Done"], "{kind}: {wrong}");
        if !wrong.is_empty() {
            assert!(bot(&world, tab, 1)[0].len() > 20, "{kind}: it says what is wanted");
        }
        write(&mut world, tab, right);
        assert_eq!(bot(&world, tab, 1), ["Done"], "{kind}: {right}");
        assert_eq!(known(&mut world, tab)["requirements"], fact, "{kind}");
    }
    // Nobody is asked for ever.
    let (mut world, tab) = opened(steps(json!([
        {"id": "a", "say": "Which day?", "expects": "date", "fills": "need", "next": "b"}, {"id": "b", "say": "Done"}
    ])));
    write(&mut world, tab, "no idea");
    write(&mut world, tab, "really no idea");
    assert_eq!(bot(&world, tab, 1), ["Done"]);
    assert_eq!(known(&mut world, tab)["need"], Json::Null);
}

#[test]
fn a_reply_may_be_written_in_these_or_other_words() {
    let when = json!([
        {"id": "when", "say": "When?", "fills": "timeframe", "next": "end", "replies": [
            {"say": "Right away", "value": "now"}, {"say": "In two months", "value": "two_months", "next": "soon"},
            {"say": "Later", "value": "later"}]},
        {"id": "soon", "say": "Soon"}, {"id": "end", "say": "End"}
    ]);
    for (text, timeframe, said) in [
        ("right AWAY", "now", "End"),
        ("within two months or so", "two_months", "Soon"),
        ("ensi vuonna vasta", "later", "End"),
        ("azonnal kellene", "now", "End"),
    ] {
        let (mut world, tab) = opened(steps(when.clone()));
        write(&mut world, tab, text);
        assert_eq!(known(&mut world, tab)["timeframe"], timeframe, "{text}");
        assert_eq!(bot(&world, tab, 1), [said], "{text}");
    }
    let (mut world, tab) = opened(steps(when));
    write(&mut world, tab, "What do you mean?");
    assert!(bot(&world, tab, 1)[0].contains("person"), "a question is passed on");
    assert!(
        matches!(&world.panel(tab).ask, Ask::Replies(replies) if replies.len() == 3),
        "and the replies are still there"
    );
}

#[test]
fn branches_by_answer_tier_page_hours_and_intent() {
    let to = |condition: Json| {
        let mut branch = condition;
        branch["next"] = "yes".into();
        steps(json!([
            {"id": "a", "say": "A?", "expects": "text", "branches": [branch], "next": "no"},
            {"id": "yes", "say": "Yes"}, {"id": "no", "say": "No"}
        ]))
    };
    let mut hours = to(json!({"hours": "open"}));
    hours["hours"] = json!({"open": ["mon 10:00-11:00"]}); // The world begins on a Monday at ten, local time.
    let mut closed = to(json!({"hours": "closed"}));
    closed["hours"] = json!({"open": ["mon 9:00-10:00"]});
    for (chat, text, said) in [
        (to(json!({"answer": ["*classroom*"]})), "four Classrooms", "Yes"),
        (to(json!({"answer": ["classroom"]})), "four classrooms", "No"),
        (to(json!({"tier": ["hot", "warm"]})), "we need it right away", "No"), // It is assessed after the answer.
        (to(json!({"tier": ["cold"]})), "x", "Yes"),
        (to(json!({"page": ["/pric*"]})), "x", "Yes"),
        (to(json!({"page": ["/blog*"]})), "x", "No"),
        (hours, "x", "Yes"),
        (to(json!({"hours": "closed"})), "x", "No"),
        (closed, "x", "Yes"),
        (to(json!({"intent": ["ask_price", "want_demo"]})), "what does it cost?", "Yes"),
        (to(json!({"intent": ["ask_price"]})), "we do not need a price list", "No"),
        (to(json!({"intent": ["timeframe_now"], "page": ["/pricing"]})), "heti, kiitos", "Yes"),
        (to(json!({"intent": ["timeframe_now"], "page": ["/x"]})), "heti, kiitos", "No"),
    ] {
        let (mut world, tab) = opened(chat.clone());
        write(&mut world, tab, text);
        assert_eq!(bot(&world, tab, 1), [said], "{text} {chat}");
    }
}

#[test]
fn a_free_question_is_answered_and_the_conversation_comes_back() {
    let chat = json!({
        "script": [
            {"id": "hello", "say": "Hello", "next": "size"},
            {"id": "size", "say": "How many rooms?", "expects": "number", "fills": "requirements", "next": "why"},
            {"id": "why", "say": "What for?", "expects": "text", "fills": "need", "next": "bye"},
            {"id": "bye", "say": "Bye"}, {"id": "demo", "say": "Demo it is"}
        ],
        "answers": [
            {"to": {"en": "deliver* .. sweden; ship* abroad", "fi": "toimit* .. ruots*"}, "say": {"en": "Yes, to all of Sweden.", "fi": "Kyllä, koko Ruotsiin."}},
            {"intent": ["ask_warranty"], "say": "Five years."},
            {"intent": ["want_demo"], "next": "demo"}
        ]
    });
    let (mut world, tab) = opened(chat);
    write(&mut world, tab, "Do you deliver to northern Sweden?");
    assert_eq!(bot(&world, tab, 9), ["Yes, to all of Sweden.", "How many rooms?"]);
    write(&mut world, tab, "toimitatteko te Ruotsiin");
    assert_eq!(bot(&world, tab, 9), ["Yes, to all of Sweden.", "How many rooms?"]);
    write(&mut world, tab, "How long is the warranty?");
    assert_eq!(bot(&world, tab, 9), ["Five years.", "How many rooms?"]);
    write(&mut world, tab, "12");
    assert_eq!(bot(&world, tab, 9), ["What for?"]);
    // An answer that touches a prepared one is both.
    write(&mut world, tab, "a school, and you would have to deliver it to Sweden");
    assert_eq!(bot(&world, tab, 9), ["Yes, to all of Sweden.", "Bye"]);
    let said = known(&mut world, tab);
    assert_eq!((&said["requirements"], said["need"].as_str().unwrap().contains("school")), (&json!("12"), true));
    // After the end as well; and where an answer leads elsewhere, there.
    write(&mut world, tab, "warranty?");
    assert_eq!(bot(&world, tab, 9), ["Five years."]);
    write(&mut world, tab, "could you show us a demo");
    assert_eq!(bot(&world, tab, 9), ["Demo it is"]);
    write(&mut world, tab, "ok");
    assert!(bot(&world, tab, 1)[0].contains("person will read"), "nobody is left without an answer");
}

#[test]
fn what_is_said_fills_the_qualification_and_scores() {
    let (mut world, tab) = opened(json!({}));
    let before = world.explain(tab)["score"].as_f64().unwrap();
    write(
        &mut world,
        tab,
        "Paljonko neljän luokan ilmanvaihto maksais? Budjettia on 20 000 e ja nykyinen toimittaja on Acme, mut hinta on liian kova.",
    );
    let said = known(&mut world, tab);
    assert_eq!(said["budget"], "20 000 e");
    assert!(said["current_supplier"].as_str().unwrap().contains("Acme"), "{said}");
    let objection = said["statements"].as_array().unwrap().iter().find(|one| one["intent"] == "objection_price");
    let words = objection.unwrap_or_else(|| panic!("{said}"))["words"].as_str().unwrap();
    assert!(words.contains("liian kova"), "in the visitor's own words: {words}");
    assert!(!words.contains("maksais"), "and of these the sentence: {words}");
    let after = world.explain(tab)["score"].as_f64().unwrap();
    assert!(after > before, "{before} {after}");
    // A later statement wins over points and over an earlier one.
    write(&mut world, tab, "We need it this week");
    assert_eq!(world.explain(tab)["tier"], "hot");
    write(&mut world, tab, "ei sittenkään kiinnosta, kiitos");
    assert_eq!(
        (world.explain(tab)["tier"].clone(), world.explain(tab)["stage"].clone()),
        (json!("cold"), json!("discarded"))
    );
    assert!(bot(&world, tab, 1)[0].contains("ask no further"), "and no more is asked");
}

#[test]
fn without_consent_what_is_said_stays_in_the_conversation() {
    let mut world = World::new(json!({}), 7);
    let tab = world.open("/");
    say(&mut world, tab, Input::Open);
    write(&mut world, tab, "What does it cost? We need it right away");
    assert_eq!(known(&mut world, tab)["timeframe"], "now");
    assert_eq!(world.explain(tab)["score"], Json::Null);
    assert!(world.site().is_empty(), "{:?}", world.site());
}

#[test]
fn an_address_among_other_words_is_in_the_form_and_sent_only_with_consent() {
    let (mut world, tab) = opened(json!({}));
    write(&mut world, tab, "please write to kate@firm.example about it");
    world.pass(2 * 60_000);
    assert!(world.received.is_empty(), "nobody agreed yet");
    write(&mut world, tab, "a school");
    say(&mut world, tab, Input::Choose(0));
    say(&mut world, tab, Input::Choose(0));
    let Ask::Contact { known, .. } = world.panel(tab).ask.clone() else { panic!("{:?}", world.panel(tab).ask) };
    assert_eq!(known.email.as_deref(), Some("kate@firm.example"));
    write(&mut world, tab, "+36 30 123 4567");
    assert!(bot(&world, tab, 1)[0].contains("form below"));
    say(&mut world, tab, Input::Submit(known, true));
    world.pass(1_000);
    assert_eq!(world.received[0]["contact"]["email"], "kate@firm.example");
}

#[test]
fn the_bot_types_and_nobody_has_to_wait_for_it() {
    let mut world = World::new(json!({}), 7);
    let tab = world.open("/");
    world.send(tab, Event::Chat(Input::Open));
    let panel = world.panel(tab);
    assert!(panel.types && panel.lines.is_empty() && panel.ask == Ask::Text, "{panel:?}");
    world.pass(1_100);
    let panel = world.panel(tab);
    assert!(!panel.types && panel.lines.len() == 1 && panel.ask != Ask::Text, "{panel:?}");
    world.send(tab, Event::Chat(Input::Choose(2)));
    assert!(world.panel(tab).types);
    world.send(tab, Event::Chat(Input::Write("Is it loud?".into())));
    let said: Vec<_> = world.panel(tab).lines.iter().map(|said| said.line.text.clone()).collect();
    assert_eq!(said.len(), 4, "what was being typed is there at once: {said:?}");
    // A clock that is set back hides nothing.
    world.pass(5_000);
    world.wall -= 24 * HOUR;
    world.send(tab, Event::Chat(Input::Write("hello".into())));
    assert!(world.panel(tab).lines.len() >= 6, "{:?}", world.panel(tab).lines.len());
}

#[test]
fn each_message_says_whether_the_company_has_it() {
    let (mut world, tab) = opened(json!({}));
    world.faults = vec![Some(Outcome::Failed), Some(Outcome::Answered(400, None))];
    let state = |world: &World| {
        world.panel(tab).lines.iter().rfind(|said| said.line.from == Speaker::Visitor).unwrap().delivery
    };
    write(&mut world, tab, "four rooms");
    assert_eq!(state(&world), Delivery::Here, "for the bot alone");
    say(&mut world, tab, Input::Choose(0));
    say(&mut world, tab, Input::Choose(0));
    let contact = Contact { email: Some("a@b.fi".into()), ..Contact::default() };
    world.send(tab, Event::Chat(Input::Submit(contact, true)));
    assert_eq!(state(&world), Delivery::Failed, "offline");
    world.pass(HOUR);
    assert_eq!(state(&world), Delivery::Failed, "refused, and given up");
    say(&mut world, tab, Input::Retry);
    assert_eq!(state(&world), Delivery::Delivered);
    write(&mut world, tab, "by phone");
    assert_eq!(state(&world), Delivery::Delivered);
    write(&mut world, tab, "or by mail");
    assert_eq!(state(&world), Delivery::Sending, "with the next revision");
    world.pass(60_000);
    assert_eq!(state(&world), Delivery::Delivered);
}

#[test]
fn a_greeting_comes_once_by_its_rule_and_with_consent_alone() {
    let config = |rule: Json| {
        let mut rule = rule;
        rule["step"] = "help".into();
        json!({"chat": {"greetings": [rule], "script": [
            {"id": "hello", "say": "Hello", "replies": [{"say": "Hi", "next": "help"}]},
            {"id": "help", "say": "Can we help with prices?", "replies": [{"say": "Yes", "next": "hello"}]}]}})
    };
    let greets = |world: &World, tab: TabId| world.view(tab).panel.as_ref().is_some_and(|panel| panel.greets);
    let after = |rule: Json, address: &str, consent: &str, happens: &dyn Fn(&mut World, TabId)| {
        let mut world = World::new(config(rule), 3);
        let tab = world.open(address);
        if !consent.is_empty() {
            world.consent(tab, consent);
        }
        happens(&mut world, tab);
        world.pass(3_000);
        greets(&world, tab)
    };
    let wait = |world: &mut World, _: TabId| world.pass(30_000);
    let leave = |world: &mut World, tab: TabId| world.send(tab, Event::Exiting);
    let warm = |world: &mut World, tab: TabId| {
        for address in ["/pricing", "/demo", "/pricing/b", "/pricing/c", "/pricing/d"] {
            world.goto(tab, address);
            world.read(tab, 60);
        }
        world.send(tab, Event::Did(Kind::FormSubmit, "brochure".into()));
    };
    assert!(after(json!({"after": 20}), "/", "granted", &wait));
    assert!(!after(json!({"after": 60}), "/", "granted", &wait));
    assert!(!after(json!({"after": 20}), "/", "", &wait), "the banner may be there");
    assert!(!after(json!({"after": 20}), "/", "denied", &wait));
    assert!(after(json!({"page": ["/pric*"]}), "/pricing", "granted", &wait));
    assert!(!after(json!({"page": ["/pric*"]}), "/", "granted", &wait));
    assert!(after(json!({"exit": true}), "/", "granted", &leave));
    assert!(!after(json!({"exit": true}), "/", "granted", &wait));
    assert!(!after(json!({"exit": true, "after": 20}), "/", "granted", &leave));
    assert!(!after(json!({"tier": "hot"}), "/", "granted", &wait));
    let mut world = World::new(config(json!({"tier": "warm"})), 3);
    let tab = world.open("/");
    world.consent(tab, "granted");
    warm(&mut world, tab);
    assert_eq!((world.explain(tab)["tier"].clone(), world.view(tab).unread), (json!("warm"), 1));

    // Once a visit, on all pages and in all tabs; and it is the beginning of the conversation.
    let mut world = World::new(config(json!({"after": 5})), 3);
    let tab = world.open("/");
    world.consent(tab, "granted");
    world.pass(10_000);
    assert!(greets(&world, tab) && world.view(tab).unread == 1);
    assert_eq!(world.panel(tab).lines.last().unwrap().line.text, "Can we help with prices?");
    world.send(tab, Event::Chat(Input::Dismiss));
    assert!(!greets(&world, tab) && world.view(tab).unread == 0);
    world.goto(tab, "/pricing");
    let other = world.open("/b");
    world.pass(60_000);
    assert!(!greets(&world, tab) && !greets(&world, other));
    world.send(tab, Event::Chat(Input::Open));
    world.pass(1_000);
    assert!(matches!(&world.panel(tab).ask, Ask::Replies(replies) if replies == &["Yes"]));
    world.send(tab, Event::Chat(Input::Close));
    world.pass(60_000);
    assert!(!greets(&world, tab), "whoever talked is not greeted");
}

#[test]
fn outside_the_hours_it_says_so_and_when_somebody_is_there() {
    let chat = json!({"hours": {"zone": "Europe/Helsinki", "open": ["mon-fri 9:00-17:00"], "closed": ["2026-11-03"]}});
    let mut world = World::new(json!({ "chat": chat }), 7);
    world.wall = START + 10 * HOUR; // Monday, 20:00 there.
    let tab = world.open("/");
    say(&mut world, tab, Input::Open);
    assert!(bot(&world, tab, 9)[0].ends_with("Back Wednesday 9:00."), "{:?}", bot(&world, tab, 9));
    assert!(world.panel(tab).replies.contains("Wednesday 9:00"));
    world.wall = START; // 10:00.
    say(&mut world, tab, Input::Write("x".into()));
    assert_eq!(world.panel(tab).replies, "");
}

#[test]
fn a_script_that_leads_nowhere_still_answers() {
    let (mut world, tab) = opened(steps(json!([
        {"id": "a", "say": "Works?", "replies": [{"say": "Yes", "next": "b"}, {"say": "No", "next": "b"}]},
        {"id": "b", "say": "Good", "contact": ["email"], "expects": "email", "next": "bye"}, {"id": "bye", "say": "Bye"}
    ])));
    for _ in 0..4 {
        write(&mut world, tab, "well");
        assert!(!bot(&world, tab, 1).is_empty(), "never silent");
    }
    say(&mut world, tab, Input::Choose(0));
    write(&mut world, tab, "it is kate@firm.example");
    assert_ne!(bot(&world, tab, 1), ["Bye"], "nobody passes the form without it");
    // No circle: who is asked for a time and names one in words of a wish has answered.
    let (mut world, tab) = opened(json!({}));
    write(&mut world, tab, "could we meet?");
    write(&mut world, tab, "a video call on Tuesday at 10");
    assert_eq!(known(&mut world, tab)["preferred_time"], "a video call on Tuesday at 10");
    assert!(matches!(world.panel(tab).ask, Ask::Contact { .. }), "{:?}", bot(&world, tab, 2));
    world.submit(tab, "a@b.fi");
    world.pass(5_000);
    write(&mut world, tab, "call me in the morning");
    assert!(!matches!(world.panel(tab).ask, Ask::Contact { .. }), "who has sent the form is not asked again");
}

#[test]
fn a_form_stays_while_the_bot_types_and_its_errors_are_its_own() {
    let (mut world, tab) = opened(json!({}));
    write(&mut world, tab, "could we meet?");
    write(&mut world, tab, "on Tuesday");
    world.send(tab, Event::Chat(Input::Submit(Contact::default(), false)));
    let errors = |world: &World| match &world.panel(tab).ask {
        Ask::Contact { errors, .. } => errors.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!(errors(&world), 2);
    world.send(tab, Event::Chat(Input::Write("040 123 4567".into())));
    assert!(world.panel(tab).types && errors(&world) == 0);
}

#[test]
fn a_greeting_that_waits_goes_with_the_consent() {
    let mut world = World::new(json!({"chat": {"greetings": [{"step": "question", "after": 1}]}}), 3);
    world.no_panel = true;
    let tab = world.open("/");
    world.consent(tab, "granted");
    world.pass(3_000);
    world.consent(tab, "denied");
    world.no_panel = false;
    let usual = serde_json::from_str(dialogue::DEFAULT).unwrap();
    world.send(tab, Event::Came { usual, ahead: Some(0), origin: String::new() });
    world.pass(3_000);
    assert!(world.said(tab).is_empty() && world.view(tab).unread == 0);
}

#[test]
fn one_conversation_across_tabs_loses_nothing() {
    let (mut world, tab) = opened(json!({}));
    let other = world.open("/b");
    assert!(world.view(other).open, "where the visitor goes on");
    write(&mut world, tab, "from the first tab");
    write(&mut world, other, "from the second tab");
    for tab in [tab, other] {
        let said: Vec<_> = world.said(tab).iter().map(|line| line.text.as_str()).collect();
        assert!(said.contains(&"from the first tab") && said.contains(&"from the second tab"), "{said:?}");
    }
}

#[test]
fn what_is_written_in_two_tabs_at_once_is_in_both() {
    let (mut world, tab) = opened(json!({}));
    let other = world.open("/b");
    // The other tab hears of nothing until it has written itself.
    let stored = world.site()["leadheat:chat"].clone();
    write(&mut world, tab, "from the first tab");
    let first = world.site()["leadheat:chat"].clone();
    world.plant("leadheat:chat", &stored);
    let mut apart = World::new(world.config.clone(), 9);
    apart.plant("leadheat:consent", &world.site()["leadheat:consent"].clone());
    apart.plant("leadheat:chat", &stored);
    apart.wall = world.wall;
    let alone = apart.open("/b");
    write(&mut apart, alone, "from the second tab");
    let second = apart.site()["leadheat:chat"].clone();
    world.plant("leadheat:chat", &first);
    for tab in [tab, other] {
        let value = leadheat_core::app::Stored::read(&serde_json::from_str(&second).unwrap());
        world.send(tab, Event::Changed { key: "leadheat:chat".into(), value });
        let said: Vec<_> = world.said(tab).iter().map(|line| line.text.as_str()).collect();
        assert!(said.contains(&"from the first tab") && said.contains(&"from the second tab"), "{said:?}");
        assert!(said.iter().filter(|text| text.starts_with("from")).count() == 2, "{said:?}");
    }
}

#[test]
fn the_words_and_the_lexicon_are_the_site_owners() {
    let chat = json!({
        "words": {"open": {"en": "Ask Lumo"}, "send": "Go", "noted": "Ok!"},
        "lexicon": {"en": ["want_demo: test drive*", "ask_price: how much per head"]},
        "script": [{"id": "a", "say": "A?", "expects": "text", "branches": [{"intent": ["want_demo"], "next": "drive"}], "next": "end"},
            {"id": "drive", "say": "Keys!"}, {"id": "end", "say": "End"}]
    });
    let (mut world, tab) = opened(chat);
    assert_eq!(world.view(tab).label, "Ask Lumo");
    write(&mut world, tab, "I would like a test drive");
    assert_eq!(bot(&world, tab, 1), ["Keys!"]);
    write(&mut world, tab, "hm");
    assert_eq!(bot(&world, tab, 1), ["Ok!"]);
}

fn read(chat: Json) -> Result<Vec<String>, Vec<String>> {
    let parse = |json: &str| -> Value { serde_json::from_str(json).unwrap() };
    let defaults = Defaults { model: parse(model::DEFAULT), chat: parse(dialogue::DEFAULT) };
    let config = parse(&json!({ "chat": chat }).to_string());
    let sentences = |problems: Vec<Problem>| problems.iter().map(Problem::sentence).collect::<Vec<_>>();
    match Config::read_all(&config, Some("/webhook"), &defaults) {
        Ok((config, dialogue)) => Ok(sentences(lint(&config, &dialogue))),
        Err(problems) => Err(sentences(problems)),
    }
}

#[test]
fn what_is_wrong_with_a_chat_is_said_at_its_place() {
    for (chat, path, part) in [
        (
            json!({"script": [{"id": "a", "say": "x", "branches": [{"next": "b"}]}]}),
            "$.chat.script:",
            "`b`, which does not exist",
        ),
        (
            json!({"script": [{"id": "a", "next": "b"}, {"id": "b", "branches": [{"hours": "open", "next": "a"}]}]}),
            "$.chat.script:",
            "from step `a` the script goes round without ever asking",
        ),
        (json!({"script": [{"id": "a", "expects": "choice"}]}), "$.chat.script[0].expects:", "nothing to choose from"),
        (json!({"greetings": [{"step": "nowhere", "after": 5}]}), "$.chat.greetings[0]:", "`nowhere`"),
        (json!({"answers": [{"say": "x"}]}), "$.chat.answers[0]:", "which questions"),
        (json!({"answers": [{"to": ".. x", "say": "x"}]}), "$.chat.answers[0].to:", "begins with a word"),
        (json!({"answers": [{"to": "x", "next": "zzz"}]}), "$.chat.answers[0]:", "`zzz`"),
        (json!({"hours": {"open": ["always"]}}), "$.chat.hours.open[0]:", "`always` are no hours"),
        (json!({"hours": {"open": ["mon 9-17"], "zone": "GMT+2"}}), "$.chat.hours.zone:", "no time zone"),
        (json!({"hours": {"open": ["mon 9-17"], "closed": ["2026-13-01"]}}), "$.chat.hours.closed[0]:", "no day"),
        (json!({"greetings": [{"after": 5}]}), "$.chat.greetings[0]:", "`step` is missing"),
        (json!({"answers": [{"to": "x y"}]}), "$.chat.answers[0]:", "says nothing"),
        (
            json!({"answers": [{"to": {"fi": "kivi* | kive*"}, "say": "x"}]}),
            "$.chat.answers[0].to.fi:",
            "`|` is no word",
        ),
        (json!({"hours": {"open": ["mon 9-17"], "closed": ["Christmas"]}}), "$.chat.hours.closed[0]:", "no day"),
        (json!({"words": {"sendd": "x"}}), "$.chat.words.sendd:", "no such words"),
        (json!({"lexicon": {"en": ["want_dmeo: x"]}}), "$.chat.lexicon.en[0]:", "there is no intent `want_dmeo`"),
        (json!({"lexicon": {"fi": ["ask_price x"]}}), "$.chat.lexicon.fi[0]:", "no colon"),
        (json!({"lexicon": {"sv": ["ask_price: x"]}}), "$.chat.lexicon.sv:", "no such field"),
    ] {
        let problems = read(chat.clone()).unwrap_err();
        let found = problems.iter().any(|problem| problem.starts_with(path) && problem.contains(part));
        assert!(found, "{chat}: {problems:?}");
    }
}

#[test]
fn check_names_unreachable_steps_and_dead_ends() {
    let advice = read(json!({"script": [
        {"id": "a", "say": "x", "replies": [{"say": "1", "next": "b"}, {"say": "2", "next": "loop"}]},
        {"id": "b", "say": "y", "expects": "text"},
        {"id": "lost", "say": "nobody comes here", "next": "end"},
        {"id": "loop", "say": "again?", "expects": "email", "next": "loop2"},
        {"id": "loop2", "say": "and again?", "expects": "text", "next": "loop"},
        {"id": "end", "say": "bye"}
    ]}))
    .unwrap();
    for part in [
        "$.chat.script[2]: step `lost` is never reached",
        "$.chat.script[5]: step `end` is never reached",
        "$.chat.script[1]: nothing comes after an answer to step `b`",
        "$.chat.script[3]: from step `loop` the conversation comes to no end",
        "$.chat.script[4]: from step `loop2` the conversation comes to no end",
        "$.chat.script: no step has a form",
    ] {
        assert!(advice.iter().any(|advice| advice.starts_with(part)), "{part}: {advice:?}");
    }
    assert_eq!(advice.len(), 6, "{advice:?}");
    assert_eq!(read(json!({})).unwrap(), [""; 0], "leadheat's own has none of these");
    let advice = read(json!({
        "hours": null, "greetings": [{"step": "a", "page": ["hinnat*"]}, {"step": "a"}], "words": {"back": "soon", "thanks": {"hu": "{}"}, "weekdays": "ma ti ke"},
        "answers": [{"to": {"fi": "ki*"}, "say": "x"}], "lexicon": {"en": ["want_demo: on*"]},
        "script": [
            {"id": "a", "say": {"en": "x", "hun": "y"}, "expects": "email", "next": "b"},
            {"id": "b", "fills": "timeframe", "replies": [{"say": "Now"}, {"say": {"fi": ""}, "value": "later"}], "next": "c", "branches": [
                {"answer": ["right_now"], "next": "end"}, {"hours": "closed", "next": "end"}, {"page": ["x*"], "next": "end"}, {"next": "end"}]},
            {"id": "c", "say": "Who decides?", "fills": "authority", "expects": "text", "next": "end"},
            {"id": "end", "say": "bye"}, {"id": "form", "say": "Where to?", "contact": ["email"], "next": "end"}
        ]
    }))
    .unwrap();
    for part in [
        "$.chat.script[0]: what step `a` asks for is not sent",
        "$.chat.script[1]: step `b` asks without a word",
        "reply 0 of step `b` has no `value`, so that it fills nothing",
        "reply 1 of step `b` has nothing on its button",
        "branch 0 of step `b` waits for an answer that no reply gives",
        "branch 1 of step `b` asks for the hours, and there are none",
        "branch 2 of step `b` is for the page `x*`, which is no path",
        "branch 3 of step `b` has no condition",
        "own words do not fill the authority that step `c` asks for",
        "$.chat.greetings[0]: `hinnat*` is no path",
        "$.chat.greetings[1]: it has no condition",
        "a text is in `hun`, which the chat does not speak",
        "text(s) have no `en`",
        "$.chat.words.back: `{}` stands for",
        "$.chat.words.thanks: `{}` stands for",
        "$.chat.words.weekdays: a week has seven days",
        "$.chat.answers[0].to: `ki*` finds nearly everything",
        "$.chat.lexicon.en[0]: `on*` finds nearly everything",
    ] {
        assert!(advice.iter().any(|advice| advice.contains(part)), "{part}: {advice:#?}");
    }
}

#[test]
fn whatever_comes_nothing_grows_and_nothing_panics() {
    let (mut world, tab) = opened(json!({}));
    for round in 0..10_000 {
        world.send(tab, Event::Chat(Input::Write(format!("message {round}"))));
        world.pass(100);
    }
    assert_eq!(world.said(tab).len(), 100);
    world.submit(tab, "a@b.fi");
    world.pass(120_000);
    let last = |world: &World| {
        world.panel(tab).lines.iter().rfind(|said| said.line.from == Speaker::Visitor).unwrap().delivery
    };
    assert_eq!(last(&world), Delivery::Delivered, "{:?}", world.received.len());
    write(&mut world, tab, "and one more");
    write(&mut world, tab, "and another");
    assert_ne!(last(&world), Delivery::Delivered, "not before it is");
    world.pass(120_000);
    assert_eq!(last(&world), Delivery::Delivered, "after as many as ever");
    write(&mut world, tab, &"x 7€ ".repeat(200_000));
    assert!(world.said(tab).iter().all(|line| line.text.len() <= 1_000));
    assert!(world.site().values().map(String::len).sum::<usize>() < 64 * 1024);
    // A script that asks in a circle goes on as long as the visitor does.
    let round = json!([{"id": "a", "say": "A?", "expects": "text", "next": "b"}, {"id": "b", "say": "B?", "expects": "text", "next": "a"}]);
    let (mut world, tab) = opened(steps(round));
    for _ in 0..500 {
        write(&mut world, tab, "on");
    }
    assert_eq!(world.said(tab).len(), 100);
}

#[test]
fn a_script_that_cannot_be_used_is_told_and_leadheats_own_stands_in() {
    let chat = json!({"script": [{"id": "a", "say": "x", "next": "a"}], "company": "Lumo"});
    let (mut world, tab) = opened(chat);
    assert!(
        world.told(tab).iter().any(|line| line.contains("goes round without ever asking")),
        "{:?}",
        world.told(tab)
    );
    assert!(bot(&world, tab, 1)[0].contains("help you"));
    assert_eq!(world.panel(tab).title, "Lumo", "what can be used is");
    assert_eq!(world.explain(tab)["consent"], "granted", "the rest works");
    let says = world.answer(tab, "status")["says"].as_str().unwrap().to_owned();
    assert!(says.contains("goes round without ever asking"), "{says}");
    let effects = leadheat_core::app::update(
        &mut State::default(),
        Event::Came { usual: Value::Null, ahead: None, origin: String::new() },
        leadheat_core::time::Stamp::default(),
    );
    assert_eq!(effects, [] as [Effect; 0], "before the start it is nothing");
}

const EXAMPLES: [(&str, &str); 4] = [
    ("b2b-inquiry", include_str!("../../../docs/chat/b2b-inquiry.json")),
    ("demo-booking", include_str!("../../../docs/chat/demo-booking.json")),
    ("quote-request", include_str!("../../../docs/chat/quote-request.json")),
    ("support-deflection", include_str!("../../../docs/chat/support-deflection.json")),
];

/// A world with an example, in a language, with the chat open.
fn example(text: &str, lang: &str) -> (World, TabId) {
    let mut config: Json = serde_json::from_str(text).unwrap();
    config["language"] = lang.into();
    let mut world = World::new(config, 5);
    let tab = world.open("/");
    say(&mut world, tab, Input::Open);
    (world, tab)
}

#[test]
fn the_examples_lead_to_a_lead_whatever_is_chosen_in_each_language() {
    for (name, text) in EXAMPLES {
        let chat = serde_json::from_str::<Json>(text).unwrap()["chat"].clone();
        assert_eq!(read(chat.clone()).unwrap(), [""; 0], "{name}");
        let texts = chat["script"].as_array().unwrap().iter().chain(chat["answers"].as_array().unwrap());
        for say in texts.flat_map(|one| {
            [&one["say"]].into_iter().chain(one["replies"].as_array().into_iter().flatten().map(|reply| &reply["say"]))
        }) {
            let tags: Vec<_> = say.as_object().into_iter().flatten().map(|(tag, _)| tag.as_str()).collect();
            assert!(say.is_null() || tags == ["en", "fi", "hu"], "{name}: {say}");
        }
        for lang in ["en", "fi", "hu"] {
            // The n-th reply to each question, or the last where there are fewer.
            let leads = (0..4).filter(|choice| {
                let (mut world, tab) = example(text, lang);
                for _ in 0..20 {
                    match world.panel(tab).ask.clone() {
                        Ask::Contact { .. } => world.submit(tab, "a@b.fi"),
                        Ask::Replies(replies) => say(&mut world, tab, Input::Choose((*choice).min(replies.len() - 1))),
                        Ask::Text => write(&mut world, tab, "12 kpl, 12.3.2027"),
                        Ask::Satisfied | Ask::Thanks => break,
                    }
                    world.pass(5_000);
                }
                assert!(
                    !matches!(world.panel(tab).ask, Ask::Replies(_) | Ask::Contact { .. }),
                    "{name} {lang} {choice}: it ends"
                );
                !world.received.is_empty()
            });
            assert!(leads.count() >= 1, "{name} {lang}");
        }
    }
}

#[test]
fn the_examples_answer_what_they_are_asked() {
    for (example_name, lang, question, answer) in [
        ("b2b-inquiry", "en", "What does it cost per month?", "20 to 40 €"),
        ("b2b-inquiry", "fi", "onks teil irtisanomisaikaa sopimuksessa?", "30 päivää"),
        ("b2b-inquiry", "hu", "Hol vannak az adatok, Európában?", "EU-ban"),
        ("demo-booking", "en", "how long does it take?", "Half an hour"),
        ("demo-booking", "fi", "Kauanko esittely kestää?", "Puoli tuntia"),
        ("demo-booking", "hu", "mennyi ideig tart?", "Fél óra"),
        ("quote-request", "en", "How soon could you deliver to Turku?", "in a week"),
        ("quote-request", "fi", "Paljonko on takuu?", "viiden vuoden"),
        ("quote-request", "hu", "Lehet részletre fizetni?", "lízing"),
        ("support-deflection", "en", "how do I return it?", "30 days"),
        ("support-deflection", "fi", "unohdin salasanan", "Uusi salasana"),
        ("support-deflection", "hu", "vissza szeretném küldeni, visszaküldhetem?", "30 napon"),
        ("support-deflection", "hu", "elfelejtettem a jelszavam", "Új jelszó"),
    ] {
        let (_, text) = EXAMPLES.into_iter().find(|(name, _)| *name == example_name).unwrap();
        let (mut world, tab) = example(text, lang);
        write(&mut world, tab, question);
        assert!(bot(&world, tab, 9).iter().any(|said| said.contains(answer)), "{question}: {:?}", bot(&world, tab, 9));
    }
}

/// An hour in which nothing happens: the attention ends, the bot has said its part, and then nothing is to be done. Chats with people
/// have their cable to look after: tests/live.rs.
#[test]
fn nobody_is_woken_where_nothing_happens() {
    for input in [Input::Open, Input::Write("What does it cost?".into()), Input::Close] {
        let (mut world, tab) = opened(json!({ "company": "Lumo" }));
        say(&mut world, tab, input);
        world.pass(10 * 60_000);
        let before = world.alarms;
        world.pass(HOUR);
        assert!(world.alarms - before <= 2, "{} alarms in an hour", world.alarms - before);
    }
}

/// What stands in storage may be anybody's: a contact that no form would take made a new revision of the lead after each that was sent.
#[test]
fn a_stored_contact_that_is_none_is_told_once() {
    let (mut world, tab) = opened(json!({ "company": "Lumo" }));
    world.submit(tab, "kate@firm.example");
    world.pass(10_000);
    world.chat(tab, 0, 0, "kate@firm.example");
    world.pass(60_000);
    let stored = world.site()["leadheat:chat"].replace(r#""company":null"#, r#""company":"\u0000 ""#);
    assert!(stored.contains("u0000"), "{stored}");
    world.plant("leadheat:chat", &stored);
    let before = world.posts;
    world.goto(tab, "/product");
    world.pass(10 * 60_000);
    assert!(world.posts - before <= 1, "{} posts", world.posts - before);
    assert_eq!(world.received.last().unwrap()["contact"]["company"], Json::Null);
}
