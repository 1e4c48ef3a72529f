//! The consent table, cell by cell, and how what was allowed goes away again.
#![allow(missing_docs)]

use leadheat_core::app::Event;
use leadheat_core::chat::Input;
use leadheat_core::consent::Report;
use leadheat_core::outbox::Outcome;
use leadheat_core::signal::Kind;
use leadheat_core::sim::{Fate, TabId, World};
use leadheat_core::time::{DAY, MINUTE};
use serde_json::{Value, json};

fn site_keys(world: &World) -> Vec<&str> {
    world.site().keys().map(String::as_str).collect()
}

fn has_visitor(world: &World) -> bool {
    world.site().keys().any(|key| key.starts_with("leadheat:v:"))
}

fn visit(config: Value) -> (World, TabId) {
    let mut world = World::new(config, 7);
    let tab = world.open("/pricing");
    (world, tab)
}

/// A column of the table: what config says, what the visitor decides at the beginning and in the end, and the cells below it: where
/// facts are (`none`, `memory`, `stored`), the conversation (`tab`, `site`, `none`), what waits for the receiver (`nothing`,
/// `submitted`, `all`), and what a submitted lead says.
type Column = (&'static str, &'static str, &'static str, [&'static str; 4]);

const TABLE: [Column; 8] = [
    ("required", "", "", ["none", "tab", "submitted", "contact, conversation, page"]),
    ("required", "denied", "", ["none", "tab", "submitted", "contact, conversation, page"]),
    ("memory", "", "", ["memory", "tab", "submitted", "contact, conversation, page, score"]),
    ("memory", "denied", "", ["none", "tab", "submitted", "contact, conversation, page"]),
    ("required", "granted", "", ["stored", "site", "all", "contact, conversation, page, score, journey"]),
    ("required", "granted", "denied", ["none", "tab", "submitted", "contact, conversation, page"]),
    ("required", "granted", "object", ["none", "tab", "submitted", "contact, conversation, page"]),
    ("required", "granted", "forget", ["none", "none", "nothing", ""]),
];

#[test]
fn the_table() {
    for (mode, first, then, cells) in TABLE {
        let mut waits = Vec::new();
        for submits in [false, true] {
            let (mut world, tab) = visit(json!({"consent": mode}));
            world.fate = Some(Box::new(|_, _| Fate { taken: false, outcome: Outcome::Failed, after: 0 }));
            let other = world.open("/product");
            for tab in [tab, other] {
                if !first.is_empty() {
                    world.consent(tab, first);
                }
            }
            world.read(tab, 60);
            world.send(tab, Event::Chat(Input::Open));
            world.call(tab, "identify", json!([{"email": "known@b.fi"}]));
            for form in ["trial", "demo"] {
                world.send(tab, Event::Did(Kind::FormSubmit, form.into()));
            }
            if submits {
                world.chat(tab, 0, 0, "a@b.fi");
            }
            match then {
                "" => {}
                "denied" => world.consent(tab, then),
                _ => drop(world.call(tab, then, json!([]))),
            }
            world.pass(10_000);
            let column = format!("{mode} {first} {then}");
            let is_stored = has_visitor(&world);
            for tab in [tab, other] {
                let is_scored = !world.explain(tab)["score"].is_null();
                let facts = if is_stored { "stored" } else { ["none", "memory"][usize::from(is_scored)] };
                assert_eq!(facts, cells[0], "facts: {column}");
            }
            let chats = [world.tab_storage(tab), world.site()].map(|area| area.contains_key("leadheat:chat"));
            let chat = [["none", "site"], ["tab", "both"]][usize::from(chats[0])][usize::from(chats[1])];
            assert_eq!(chat, cells[1], "conversation: {column}");
            waits.push(site_keys(&world).iter().any(|key| key.starts_with("leadheat:o:")));
            world.close(tab); // What is in memory only is gone now.
            world.fate = None;
            world.pass(60 * MINUTE);
            if !submits || cells[3].is_empty() {
                continue;
            }
            let lead = world.received.last().unwrap();
            let is_there = [
                ("contact", lead["contact"]["email"] == "a@b.fi"),
                ("conversation", lead["chat"].as_array().unwrap().len() > 5),
                ("page", lead["page"] == "/pricing"),
                ("score", !lead["score"].is_null() && !lead["reasons"].as_array().unwrap().is_empty()),
                ("journey", !lead["source"].is_null() && !lead["journey"].as_array().unwrap().is_empty()),
            ];
            let says: Vec<_> = is_there.iter().filter(|(_, there)| *there).map(|(name, _)| *name).collect();
            assert_eq!(says.join(", "), cells[3], "a lead: {column}");
        }
        let waiting = match waits[..] {
            [false, false] => "nothing",
            [false, true] => "submitted",
            _ => "all",
        };
        assert_eq!(waiting, cells[2], "leads that wait: {mode} {first} {then}");
    }
}

#[test]
fn required_and_undecided_or_denied() {
    for denied in [false, true] {
        let (mut world, tab) = visit(json!({}));
        if denied {
            world.consent(tab, "denied");
        }
        world.read(tab, 60);
        assert_eq!(world.explain(tab)["score"], Value::Null);
        assert!(world.site().is_empty() && world.tab_storage(tab).is_empty());
        world.send(tab, Event::Chat(Input::Open));
        assert_eq!(
            world.tab_storage(tab).keys().collect::<Vec<_>>(),
            ["leadheat:chat"],
            "the conversation, in this tab"
        );
        assert!(world.site().is_empty());
        world.faults = vec![Some(Outcome::Failed)];
        world.chat(tab, 0, 0, "a@b.fi");
        assert_eq!(world.site().len(), 1, "the lead that was submitted: {:?}", site_keys(&world));
        world.pass(MINUTE);
        let lead = &world.received[0];
        assert_eq!(
            (&lead["score"], &lead["reasons"], &lead["journey"], &lead["source"]),
            (&Value::Null, &json!([]), &json!([]), &Value::Null)
        );
        assert_eq!(
            (&lead["contact"]["email"], &lead["page"], &lead["tier"]),
            (&json!("a@b.fi"), &json!("/pricing"), &json!("hot"))
        );
        assert!(lead["chat"].as_array().unwrap().len() > 5);
        assert!(world.site().is_empty());
    }
}

#[test]
fn memory_and_undecided() {
    let (mut world, tab) = visit(json!({"consent": "memory"}));
    world.read(tab, 60);
    assert!(world.explain(tab)["score"].as_f64().unwrap() > 0.0);
    assert!(world.site().is_empty() && world.tab_storage(tab).is_empty(), "in memory only");
    world.chat(tab, 0, 0, "a@b.fi");
    let lead = &world.received[0];
    assert!(!lead["reasons"].as_array().unwrap().is_empty(), "score with reasons so far");
    assert_eq!((&lead["journey"], &lead["source"]), (&json!([]), &Value::Null));
    assert!(!has_visitor(&world));
    world.goto(tab, "/other");
    assert_eq!(world.explain(tab)["reasons"], json!([]), "gone with the page");
}

#[test]
fn what_was_seen_in_memory_counts_from_its_own_time_or_is_dropped() {
    let (mut world, tab) = visit(json!({"consent": "memory"}));
    let seen_at = world.wall;
    world.read(tab, 60);
    world.pass(DAY);
    world.consent(tab, "granted");
    world.pass(MINUTE);
    let stored: Vec<Value> = world
        .site()
        .iter()
        .filter(|(key, _)| key.starts_with("leadheat:v:"))
        .map(|(_, json)| serde_json::from_str(json).unwrap())
        .collect();
    let day = |at: u64| leadheat_core::time::day(at);
    let record = &stored[0]["visitor"];
    assert_eq!(record["journey"][0]["at"], seen_at, "{record}");
    let view = record["facts"].as_array().unwrap().iter().find(|fact| fact[0] == "page_view /pricing").unwrap();
    assert_eq!(view[1]["days"][0][0], day(seen_at), "{view}");
    assert!(day(world.wall) > day(seen_at));

    let (mut world, tab) = visit(json!({"consent": "memory"}));
    world.read(tab, 60);
    world.consent(tab, "denied");
    assert_eq!(world.explain(tab)["score"], Value::Null);
    world.consent(tab, "granted");
    world.pass(MINUTE);
    let explained = world.explain(tab)["reasons"].to_string();
    assert!(!explained.contains("Time"), "dropped: {explained}");
}

#[test]
fn granted_is_stored_and_remembered() {
    let (mut world, tab) = visit(json!({}));
    world.consent(tab, "granted");
    world.send(tab, Event::Chat(Input::Open));
    world.goto(tab, "/other");
    assert!(has_visitor(&world));
    assert!(
        world.site().contains_key("leadheat:chat") && world.tab_storage(tab).is_empty(),
        "the conversation is with the visitor"
    );
    assert!(world.explain(tab)["reasons"].to_string().contains("pricing"));
    assert!(world.view(tab).open);
}

#[test]
fn withdrawn_in_one_tab_is_wiped_in_every_tab() {
    let (mut world, first) = visit(json!({}));
    world.consent(first, "granted");
    let second = world.open("/product");
    world.faults = vec![Some(Outcome::Failed); 20];
    world.call(second, "identify", json!([{"email": "a@b.fi"}]));
    world.send(second, Event::Did(Kind::FormSubmit, "trial".into()));
    world.goto(first, "/pricing");
    world.pass(10_000);
    assert!(
        has_visitor(&world) && world.site().keys().any(|key| key.starts_with("leadheat:o:")),
        "a scored lead waits"
    );
    world.faults.clear();
    world.consent(first, "denied");
    let posts = world.posts;
    for tab in [first, second] {
        assert_eq!(world.explain(tab)["score"], Value::Null);
        assert_eq!(world.explain(tab)["consent"], "denied");
    }
    assert!(world.site().is_empty(), "{:?}", site_keys(&world));
    world.pass(60 * MINUTE);
    world.send(second, Event::Scrolled(100));
    world.goto(second, "/pricing");
    assert!(world.site().is_empty());
    assert_eq!(world.posts, posts, "the scored lead is dropped");
}

/// What was delivered is not sent again without what is no longer known.
#[test]
fn nothing_is_sent_after_a_withdrawal() {
    for then in ["denied", "object", "forget"] {
        let (mut world, tab) = visit(json!({}));
        world.consent(tab, "granted");
        world.call(tab, "identify", json!([{"phone": "+358 40 1234567", "company": "Firm"}]));
        world.chat(tab, 0, 0, "a@b.fi");
        world.pass(2 * MINUTE);
        assert!(!world.received.is_empty() && !site_keys(&world).iter().any(|key| key.starts_with("leadheat:o:")));
        let posts = world.posts;
        match then {
            "denied" => world.consent(tab, then),
            _ => drop(world.call(tab, then, json!([]))),
        }
        world.pass(60 * MINUTE);
        world.goto(tab, "/product");
        world.pass(60 * MINUTE);
        assert_eq!((world.posts, world.beacons.len()), (posts, 0), "{then}");
    }
}

#[test]
fn withdrawal_keeps_what_was_submitted_without_the_score_and_forget_keeps_nothing() {
    for forget in [false, true] {
        let (mut world, tab) = visit(json!({}));
        let plan = json!({"id": "plan", "attribute": "plan", "points": 5});
        world.config = json!({"model": {"id": "m", "rules": [{"id": "view", "kind": "page_view", "points": 5}], "fit": {"rules": [plan]}}});
        world.goto(tab, "/pricing");
        world.consent(tab, "granted");
        world.call(tab, "identify", json!([{"phone": "+358 40 1234567", "plan": "pro"}]));
        world.faults = vec![Some(Outcome::Failed); 2];
        world.chat(tab, 0, 0, "a@b.fi");
        if forget {
            world.send(tab, Event::Chat(Input::Forget));
            assert!(world.site().is_empty() && world.tab_storage(tab).is_empty());
            assert!(world.said(tab).is_empty() && world.panel(tab).forgotten);
        } else {
            world.consent(tab, "denied");
            assert_eq!(world.tab_storage(tab).len(), 1, "the conversation stays in this tab");
        }
        world.pass(60 * MINUTE);
        assert_eq!(world.received.len(), usize::from(!forget), "{:#?}", world.received);
        if let Some(lead) = world.received.first() {
            assert_eq!(lead["contact"], json!({"name": null, "email": "a@b.fi", "phone": null, "company": null}));
            assert_eq!(lead["consent"]["state"], "denied");
            for (name, nothing) in [
                ("score", Value::Null),
                ("fit", Value::Null),
                ("attributes", json!({})),
                ("reasons", json!([])),
                ("journey", json!([])),
                ("source", Value::Null),
            ] {
                assert_eq!(lead[name], nothing, "{name}");
            }
        }
    }
}

/// The visitor asks to be forgotten on one page and goes back to the one before, which the browser has kept whole.
#[test]
fn a_page_that_comes_back_has_forgotten_too() {
    for consent in ["granted", "denied"] {
        let (mut world, tab) = visit(json!({}));
        world.consent(tab, consent);
        world.chat(tab, 0, 0, "a@b.fi");
        let received = world.received.len();
        world.go_and_come_back(tab, "/", |world| world.send(tab, Event::Chat(Input::Forget)));
        assert!(world.said(tab).is_empty(), "{consent}");
        world.send(tab, Event::Chat(Input::Write("Hello?".into())));
        world.pass(2 * MINUTE);
        assert_eq!(world.received.len(), received, "{consent}");
    }
}

#[test]
fn a_lead_goes_with_the_consent_that_covers_it() {
    let (mut world, tab) = visit(json!({"retention_days": 5}));
    world.consent(tab, "granted");
    world.fate = Some(Box::new(|_, _| Fate { taken: false, outcome: Outcome::Failed, after: 0 }));
    world.call(tab, "identify", json!([{"email": "a@b.fi"}]));
    world.goto(tab, "/pricing");
    for form in ["trial", "demo"] {
        world.send(tab, Event::Did(Kind::FormSubmit, form.into()));
    }
    world.call(tab, "test", json!([]));
    let leads = |world: &World| world.site().keys().filter(|key| key.starts_with("leadheat:o:")).count();
    assert_eq!(leads(&world), 2);
    world.kill(tab);
    world.fate = None;
    world.wall += 6 * DAY;
    world.open("/");
    assert_eq!((leads(&world), world.received.len()), (0, 0));
}

#[test]
fn forget_reaches_the_conversation_in_other_tabs() {
    let (mut world, first) = visit(json!({}));
    world.consent(first, "granted");
    world.send(first, Event::Chat(Input::Open));
    let second = world.open("/product");
    assert!(!world.said(second).is_empty(), "one conversation");
    world.call(first, "forget", json!([]));
    assert!(world.said(second).is_empty());
    assert!(world.site().is_empty());
}

#[test]
fn a_manager_that_is_still_asking_holds_back_what_was_remembered() {
    let (mut world, tab) = visit(json!({}));
    world.consent(tab, "granted");
    world.pass(MINUTE);
    world.goto(tab, "/other");
    world.send(tab, Event::Consent(Report::Google(["default", "analytics_storage,denied"].map(String::from).into())));
    assert_eq!(world.explain(tab)["score"], Value::Null);
    assert!(has_visitor(&world), "held back, not wiped");
    world.send(tab, Event::Consent(Report::Google(["update", "analytics_storage,granted"].map(String::from).into())));
    assert!(world.explain(tab)["reasons"].to_string().contains("pricing"));
}

#[test]
fn all_that_is_stored_is_exported() {
    let (mut world, tab) = visit(json!({}));
    world.faults = vec![Some(Outcome::Failed); 20];
    world.consent(tab, "granted");
    world.chat(tab, 0, 0, "a@b.fi");
    world.read(tab, 60);
    let exported = world.answer(tab, "export");
    let stored: serde_json::Map<String, Value> =
        world.site().iter().map(|(key, json)| (key.clone(), serde_json::from_str(json).unwrap())).collect();
    assert!(stored.len() >= 4, "consent, facts, conversation, lead: {:?}", stored.keys());
    assert_eq!(exported, Value::Object(stored));
    world.call(tab, "forget", json!([]));
    assert_eq!(world.answer(tab, "export"), json!({}));
}

#[test]
fn records_without_a_consent_are_removed() {
    let (mut world, tab) = visit(json!({}));
    world.close(tab);
    world.plant(
        "leadheat:v:0000000000000000",
        r#"{"visitor":{"facts":[["page_view /x",{"older":[1,1],"days":[],"last":5}]]}}"#,
    );
    world.plant("leadheat:chat", r#"{"chat":{"version":9,"lines":[{"at":1,"from":"bot","text":"x"}]}}"#);
    world.open("/");
    assert!(world.site().is_empty(), "{:?}", site_keys(&world));
}

#[test]
fn forget_and_the_opt_out_link_remove_everything_also_where_leadheat_is_off() {
    for off_first in [true, false] {
        let (mut world, tab) = visit(json!({}));
        world.consent(tab, "granted");
        world.chat(tab, 0, 0, "a@b.fi");
        world.goto(tab, if off_first { "/?leadheat=off" } else { "/" });
        if !off_first {
            world.config = json!({"webhook": 5});
            world.goto(tab, "/broken");
            assert!(world.site().len() > 1);
            world.call(tab, "forget", json!([]));
        }
        let left: Vec<_> = site_keys(&world).into_iter().filter(|key| *key != "leadheat:off").collect();
        assert_eq!(left, [""; 0]);
    }
}

#[test]
fn consent_conversation_and_facts_end_with_the_retention_time() {
    let (mut world, tab) = visit(json!({"retention_days": 30}));
    world.consent(tab, "granted");
    world.send(tab, Event::Chat(Input::Open));
    world.close(tab);
    world.pass(20 * DAY);
    world.goto(tab, "/confirmed");
    world.consent(tab, "granted");
    world.close(tab);
    world.pass(20 * DAY);
    world.goto(tab, "/later");
    assert_eq!(world.explain(tab)["consent"], "granted", "confirmed in between");
    assert!(world.said(tab).is_empty(), "the conversation is older");
    world.close(tab);
    world.pass(31 * DAY);
    world.goto(tab, "/much/later");
    assert_eq!(world.explain(tab)["consent"], "pending");
    assert!(world.site().is_empty(), "{:?}", site_keys(&world));
}

#[test]
fn in_memory_mode_only_what_was_submitted_is_stored() {
    let (mut world, tab) = visit(json!({"consent": "memory"}));
    world.faults = vec![Some(Outcome::Failed)];
    world.call(tab, "identify", json!([{"email": "a@b.fi"}]));
    world.send(tab, Event::Did(Kind::FormSubmit, "trial".into()));
    world.goto(tab, "/pricing");
    world.call(tab, "identify", json!([{"email": "a@b.fi"}]));
    world.send(tab, Event::Did(Kind::FormSubmit, "trial".into()));
    world.send(tab, Event::Did(Kind::FormStart, "trial".into()));
    assert!(world.site().is_empty(), "{:?}", site_keys(&world));
    world.pass(MINUTE);
    assert!(world.site().is_empty());
    assert_eq!(world.leads().len(), 1, "and yet it is sent");
}

/// Leads for a receiver that this page does not know, and those that another tab made later.
#[test]
fn what_a_lead_says_goes_with_the_consent_wherever_it_stands() {
    for then in ["denied", "forget", "expired"] {
        let config = json!({"webhooks": [{"name": "old", "url": "/old"}]});
        let (mut world, tab) = visit(config);
        world.consent(tab, "granted");
        let other = world.open("/product");
        world.fate = Some(Box::new(|_, _| Fate { taken: false, outcome: Outcome::Failed, after: 0 }));
        world.config = json!({});
        let without = world.open("/other/section");
        world.read(other, 60);
        world.chat(other, 0, 0, "a@b.fi");
        let lead = |world: &World| {
            let (key, _) = world.site().iter().find(|(key, _)| key.starts_with("leadheat:o:"))?;
            serde_json::from_str::<Value>(&world.site()[key]).ok()
        };
        assert!(!lead(&world).unwrap()["lead"]["body"]["score"].is_null());
        for tab in [tab, other] {
            world.kill(tab);
        }
        match then {
            "denied" => world.consent(without, then),
            "forget" => drop(world.call(without, then, json!([]))),
            _ => {
                world.kill(without);
                let stored = world.site()["leadheat:consent"].replace("granted", "pending");
                world.plant("leadheat:consent", &stored);
                world.open("/other/section");
            }
        }
        let left = lead(&world);
        assert_eq!(left.is_none(), then == "forget", "{then}: {left:?}");
        if let Some(left) = left {
            let body = &left["lead"]["body"];
            assert_eq!((&body["score"], &body["journey"], &body["device"]), (&Value::Null, &json!([]), &Value::Null));
            assert_eq!(body["contact"]["email"], "a@b.fi");
        }
        world.fate = None;
        world.config = json!({"webhooks": [{"name": "old", "url": "/old"}]});
        world.pass(2 * DAY);
        world.open("/");
        world.pass(MINUTE);
        assert!(world.received.iter().all(|lead| lead["score"].is_null()), "{then}");
    }
}

/// The page has no config that could be used.
#[test]
fn a_refusal_is_heard_where_leadheat_is_off() {
    let (mut world, tab) = visit(json!({}));
    world.consent(tab, "granted");
    world.read(tab, 60);
    world.config = json!({"webhook": 5});
    world.goto(tab, "/broken");
    world.consent(tab, "denied");
    assert!(world.site().is_empty(), "{:?}", site_keys(&world));
}

/// What was delivered stays so; what waits is the visitor's.
#[test]
fn a_page_that_comes_back_after_a_withdrawal_keeps_what_was_submitted() {
    let (mut world, tab) = visit(json!({}));
    world.consent(tab, "granted");
    world.fate = Some(Box::new(|_, _| Fate { taken: false, outcome: Outcome::Failed, after: 0 }));
    world.chat(tab, 0, 0, "a@b.fi");
    world.go_and_come_back(tab, "/privacy", |world| world.consent(tab, "denied"));
    assert!(world.site().keys().all(|key| key.starts_with("leadheat:o:")) && !world.site().is_empty());
    world.fate = None;
    world.pass(60 * MINUTE);
    assert_eq!(world.received.len(), 1);
    assert_eq!(world.received[0]["score"], Value::Null);
}

#[test]
fn what_is_done_before_consent_is_not_kept_for_later() {
    let (mut world, tab) = visit(json!({}));
    world.send(tab, Event::Did(Kind::FormStart, "trial".into()));
    world.send(tab, Event::Did(Kind::FormSubmit, "demo".into()));
    world.send(tab, Event::Did(Kind::FormStart, "trial".into()));
    world.consent(tab, "granted");
    world.goto(tab, "/other");
    let stored = format!("{:?}", world.site());
    assert!(!stored.contains("trial") && !stored.contains("form_"), "{stored}");
    world.chat(tab, 0, 0, "a@b.fi");
    assert_eq!(world.received.last().unwrap()["suspicion"], 0);
}

#[test]
fn storage_that_is_cleared_is_a_withdrawal() {
    let (mut world, tab) = visit(json!({}));
    world.consent(tab, "granted");
    world.read(tab, 60);
    world.send(tab, Event::Reread(vec![]));
    assert_eq!(world.explain(tab)["consent"], "denied");
}
