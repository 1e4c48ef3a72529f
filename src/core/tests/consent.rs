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
fn memory_and_then_granted_keeps_what_was_seen() {
    let (mut world, tab) = visit(json!({"consent": "memory"}));
    world.read(tab, 60);
    world.consent(tab, "granted");
    world.pass(MINUTE);
    assert!(has_visitor(&world));
    assert!(world.explain(tab)["reasons"].to_string().contains("pricing"));
    let (mut world, tab) = visit(json!({"consent": "memory"}));
    world.consent(tab, "denied");
    assert_eq!(world.explain(tab)["score"], Value::Null);
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

#[test]
fn withdrawal_keeps_what_was_submitted_without_the_score_and_forget_keeps_nothing() {
    for forget in [false, true] {
        let (mut world, tab) = visit(json!({}));
        let plan = json!({"id": "plan", "attribute": "plan", "points": 5});
        world.config = json!({"model": {"id": "m", "rules": [{"id": "view", "kind": "page_view", "points": 5}], "fit": {"rules": [plan]}}});
        world.goto(tab, "/pricing");
        world.consent(tab, "granted");
        world.call(tab, "identify", json!([{"phone": "+358 40 1234567", "plan": "pro"}]));
        world.faults = vec![Some(Outcome::Failed)];
        world.chat(tab, 0, 0, "a@b.fi");
        if forget {
            world.send(tab, Event::Chat(Input::Forget));
            assert!(world.site().is_empty() && world.tab_storage(tab).is_empty());
            assert!(world.view(tab).lines.is_empty() && world.view(tab).forgotten);
        } else {
            world.consent(tab, "denied");
            assert_eq!(world.tab_storage(tab).len(), 1, "the conversation stays in this tab");
        }
        world.pass(60 * MINUTE);
        assert_eq!(world.received.len(), usize::from(!forget));
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
        assert!(world.view(tab).lines.is_empty(), "{consent}");
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
    assert!(!world.view(second).lines.is_empty(), "one conversation");
    world.call(first, "forget", json!([]));
    assert!(world.view(second).lines.is_empty());
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
    assert!(world.view(tab).lines.is_empty(), "the conversation is older");
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
