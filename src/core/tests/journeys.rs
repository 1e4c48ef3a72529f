//! Journeys of visitors through the simulator: who becomes a lead, when, how warm, and with which reasons.
#![allow(missing_docs)]

use leadheat_core::app::{Event, Notice};
use leadheat_core::chat::Input;
use leadheat_core::outbox::Outcome;
use leadheat_core::signal::Kind;
use leadheat_core::sim::World;
use leadheat_core::tier::Tier;
use leadheat_core::time::{DAY, MINUTE, SECOND};
use serde_json::{Value, json};

fn world() -> World {
    World::new(json!({}), 1)
}

fn thousandths(value: &Value) -> i64 {
    (value.as_f64().unwrap() * 1_000.0).round() as i64
}

fn assert_explained(lead: &Value) {
    let sum: i64 = lead["reasons"].as_array().unwrap().iter().map(|reason| thousandths(&reason["points"])).sum();
    assert_eq!(sum, thousandths(&lead["score"]));
}

#[test]
fn who_only_reads_stays_cold_and_posts_nothing() {
    let mut world = world();
    let tab = world.open("/");
    world.consent(tab, "granted");
    for page in ["/articles/a", "/articles/b", "/product", "/about"] {
        world.goto(tab, page);
        world.read(tab, 120);
        world.send(tab, Event::Scrolled(100));
    }
    let explanation = world.explain(tab);
    assert_eq!((&explanation["tier"], world.posts), (&json!("cold"), 0));
    assert!(thousandths(&explanation["score"]) > 10_000);
    assert_explained(&explanation);
}

#[test]
fn a_statement_wins_over_points_both_ways() {
    for (timeframe, tier, stage) in [(0, "hot", "sql"), (1, "warm", "mql"), (2, "cold", "mql"), (3, "cold", "mql")] {
        let mut world = world();
        let tab = world.open("/pricing");
        world.consent(tab, "granted");
        world.read(tab, 700);
        world.chat(tab, timeframe, 0, "a@b.fi");
        let lead = world.received.last().unwrap();
        assert_eq!((&lead["tier"], &lead["stage"]), (&json!(tier), &json!(stage)));
        assert_eq!(lead["qualification"]["authority"], "decides");
        assert_explained(lead);
    }
}

#[test]
fn one_page_view_is_no_evidence() {
    let config = json!({"model": {"id": "eager", "rules": [{"id": "view", "kind": "page_view", "points": 90}]}});
    let mut world = World::new(config, 1);
    let tab = world.open("/");
    world.consent(tab, "granted");
    assert_eq!(world.explain(tab)["tier"], "cold");
    world.goto(tab, "/b");
    assert_eq!(world.explain(tab)["tier"], "hot");
}

#[test]
fn careers_keep_cold() {
    let mut world = world();
    let tab = world.open("/pricing");
    world.consent(tab, "granted");
    world.call(tab, "identify", json!([{"email": "a@b.fi"}]));
    for _ in 0..3 {
        world.goto(tab, "/careers");
        world.read(tab, 300);
    }
    assert_eq!((&world.explain(tab)["tier"], world.posts), (&json!("cold"), 0));
}

#[test]
fn a_lead_is_revised_when_the_tier_rises_and_at_most_once_a_minute_otherwise() {
    let mut world = world();
    let tab = world.open("/pricing");
    world.consent(tab, "granted");
    world.chat(tab, 3, 1, "a@b.fi");
    assert_eq!(world.received.len(), 1);
    world.send(tab, Event::Chat(Input::Choose(0)));
    assert_eq!(world.received.len(), 1, "how to be reached: news, but no hurry");
    world.pass(MINUTE + SECOND);
    assert_eq!(world.received.len(), 2);
    assert_eq!(world.received[1]["qualification"]["preferred"], "By phone");
    world.pass(DAY);
    assert_eq!(world.received.len(), 2, "nothing new");
    world.send(tab, Event::Chat(Input::Write("One more thing".into())));
    world.pass(MINUTE);
    assert_eq!(world.received.len(), 3);
    let revisions: Vec<_> = world.received.iter().map(|lead| lead["revision"].as_u64().unwrap()).collect();
    assert_eq!(revisions, [1, 2, 3]);
    assert_eq!(world.leads().len(), 1);
}

#[test]
fn warm_to_hot_is_a_second_revision_at_once() {
    let mut world = world();
    let tab = world.open("/pricing");
    world.consent(tab, "granted");
    world.call(tab, "identify", json!([{"email": "a@b.fi"}]));
    world.goto(tab, "/pricing");
    world.send(tab, Event::Did(Kind::FormSubmit, "trial".into()));
    assert_eq!(world.received.last().unwrap()["tier"], "warm");
    assert!(world.notices(tab).iter().any(|notice| matches!(notice, Notice::Tier { tier: Tier::Warm, .. })));
    world.read(tab, 620);
    for page in ["/product", "/product/one", "/articles/a"] {
        world.goto(tab, page);
    }
    let lead = world.received.last().unwrap();
    assert_eq!((&lead["tier"], &lead["revision"]), (&json!("hot"), &json!(2)));
}

#[test]
fn a_suspected_bot_stays_cold_and_is_marked() {
    for (bots, tier, marked) in [("cap", "cold", true), ("flag", "hot", true), ("off", "hot", false)] {
        let mut world = World::new(json!({"bots": bots}), 1);
        let tab = world.open_as("/pricing", "Mozilla/5.0 HeadlessChrome/156");
        world.consent(tab, "granted");
        world.chat(tab, 0, 0, "a@b.fi");
        let lead = world.received.last().unwrap();
        assert_eq!((&lead["tier"], &lead["suspected_bot"]), (&json!(tier), &json!(marked)));
    }
}

#[test]
fn points_fade_with_decay_and_leave_with_their_window() {
    let rule = |extra: Value| {
        let mut rule = json!({"id": "price", "kind": "page_view", "on": "/pricing", "points": 40});
        rule.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        World::new(json!({"model": {"id": "m", "rules": [rule]}}), 1)
    };
    for (extra, after_14_days) in [
        (json!({}), 40_000),
        (json!({"decay": {"half_life_days": 14}}), 20_000),
        (json!({"decay": {"linear_days": 28}}), 20_000),
        (json!({"window_days": 15}), 40_000),
        (json!({"window_days": 14}), 0),
    ] {
        let mut world = rule(extra.clone());
        let tab = world.open("/pricing");
        world.consent(tab, "granted");
        world.close(tab);
        world.pass(14 * DAY);
        let tab = world.open("/other");
        assert_eq!(thousandths(&world.explain(tab)["score"]), after_14_days, "{extra}");
    }
}

#[test]
fn what_is_older_than_the_retention_time_is_gone() {
    let mut world = World::new(json!({"retention_days": 30}), 1);
    let tab = world.open("/pricing");
    world.consent(tab, "granted");
    world.close(tab);
    world.pass(31 * DAY);
    let tab = world.open("/");
    assert!(!world.explain(tab)["reasons"].as_array().unwrap().iter().any(|reason| reason["rule"] == "pricing"));
    assert!(!world.site().values().any(|json| json.contains("/pricing")));
}

#[test]
fn visits_and_first_and_last_source() {
    let mut world = world();
    let tab = world.open_from("/articles/a?utm_source=news&utm_medium=email", "");
    world.consent(tab, "granted");
    world.close(tab);
    world.pass(2 * DAY);
    let tab = world.open_from("/pricing", "https://www.google.fi/");
    world.pass(MINUTE);
    world.goto(tab, "/product");
    world.chat(tab, 0, 0, "a@b.fi");
    let lead = world.received.last().unwrap();
    assert_eq!(lead["source"]["first"]["channel"], "email");
    assert_eq!(lead["source"]["last"]["channel"], "search");
    assert_eq!(lead["journey"].as_array().unwrap().iter().filter(|step| step["what"] == "page_view").count(), 3);
}

#[test]
fn a_refused_lead_is_kept_and_a_failed_one_comes_again() {
    let mut world = world();
    world.faults = vec![Some(Outcome::Failed), Some(Outcome::Answered(503, None)), None];
    let tab = world.open("/");
    world.chat(tab, 0, 0, "a@b.fi");
    assert_eq!(world.received.len(), 0);
    world.pass(60 * MINUTE);
    assert_eq!(world.received.len(), 2, "once with a lost answer, once confirmed");
    assert_eq!(world.received[0]["idempotency_key"], world.received[1]["idempotency_key"]);
    assert!(!world.site().keys().any(|key| key.starts_with("leadheat:o:")), "confirmed and gone");

    let mut world = self::world();
    world.faults = vec![Some(Outcome::Answered(422, None))];
    let tab = world.open("/");
    world.chat(tab, 0, 0, "a@b.fi");
    world.pass(2 * DAY);
    assert_eq!(world.posts, 1, "never again by itself");
    assert_eq!(world.explain(tab)["outbox"][0]["state"], "refused");
    assert!(world.site().keys().any(|key| key.starts_with("leadheat:o:")), "and not lost");
}

#[test]
fn a_receiver_that_asks_for_time_gets_it() {
    let mut world = world();
    world.faults = vec![Some(Outcome::Answered(429, Some(3_600)))];
    let tab = world.open("/");
    world.chat(tab, 0, 0, "a@b.fi");
    world.pass(59 * MINUTE);
    assert_eq!(world.posts, 1);
    world.pass(2 * MINUTE);
    assert_eq!((world.posts, world.received.len()), (2, 1));
}

#[test]
fn a_tab_that_dies_after_writing_loses_no_lead() {
    let mut world = world();
    world.faults = vec![Some(Outcome::Failed); 3];
    let tab = world.open("/");
    world.chat(tab, 0, 0, "a@b.fi");
    world.kill(tab);
    world.pass(MINUTE);
    let tab = world.open("/");
    world.pass(60 * MINUTE);
    assert_eq!(world.leads().len(), 1);
    assert_eq!(world.explain(tab)["outbox"], json!([]));
}

#[test]
fn without_storage_everything_works_until_the_page_is_left() {
    let mut world = world();
    world.storage_fails = true;
    let tab = world.open("/pricing");
    world.consent(tab, "granted");
    world.chat(tab, 0, 0, "a@b.fi");
    assert_eq!(world.received.last().unwrap()["tier"], "hot");
    let status = world.answer(tab, "status");
    assert!(status["says"].as_str().unwrap().contains("refuses to store"), "{status}");
}

#[test]
fn excluded_pages_are_not_seen() {
    let mut world = World::new(json!({"exclude": ["/internal*"]}), 1);
    let tab = world.open("/internal/x");
    world.consent(tab, "granted");
    assert!(!world.view(tab).shown);
    assert_eq!(world.explain(tab)["score"], Value::Null);
    world.goto(tab, "/");
    assert!(world.view(tab).shown);
    assert!(!world.explain(tab).to_string().contains("internal"));
}

#[test]
fn coming_back_from_the_back_forward_cache_is_a_view_and_counts_nothing_twice() {
    let mut world = world();
    let tab = world.open("/pricing");
    world.consent(tab, "granted");
    world.read(tab, 20);
    world.leave_and_return(tab, MINUTE);
    world.read(tab, 20);
    let other = world.open("/other");
    let explanation = world.explain(other);
    let reason =
        |rule: &str| explanation["reasons"].as_array().unwrap().iter().find(|reason| reason["rule"] == rule).cloned();
    assert_eq!(reason("pricing").unwrap()["count"], 2);
    assert_eq!(reason("time"), None, "40 seconds: the minute away is no attention");
    world.consent(other, "denied");
    world.leave_and_return(tab, 1);
    assert_eq!(world.explain(tab)["score"], Value::Null, "what was withdrawn while it slept holds when it wakes");
}

#[test]
fn without_a_chat_the_rest_works() {
    let mut world = World::new(json!({"chat": {"enabled": false}}), 1);
    let tab = world.open("/pricing");
    world.consent(tab, "granted");
    world.call(tab, "open", json!([]));
    assert!(!world.view(tab).shown && !world.view(tab).open);
    world.call(tab, "identify", json!([{"email": "a@b.fi"}]));
    world.goto(tab, "/pricing");
    world.send(tab, Event::Did(Kind::FormSubmit, "trial".into()));
    assert_eq!(world.received.len(), 1);
}

#[test]
fn conditions_attributes_and_the_visit_under_way_are_looked_at() {
    let rule = |id: &str, points: f64, more: Value| {
        let mut rule = json!({"id": id, "points": points});
        rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        rule
    };
    let paid = json!({"attribute": "channel", "on": "paid*"});
    let model = json!({"id": "m", "rules": [
        rule("base", 10.0, json!({})),
        rule("paid", -3.0, paid.clone()),
        rule("pricing-paid", 5.0, json!({"kind": "page_view", "on": "/pricing*", "when": paid})),
        rule("here", 1.0, json!({"kind": "page_view", "this_visit": true})),
        rule("again", 7.0, json!({"attribute": "days_away", "when": {"attribute": "days_away", "from": 2}})),
        rule("first", 2.0, json!({"when": {"kind": "visit", "below": 2}})),
        rule("desk", 0.5, json!({"when": {"all": [{"attribute": "device", "on": "desktop"}, {"not": {"attribute": "device", "on": "phone"}}]}})),
        {"id": "size", "attribute": "employees", "steps": [[10, 1.5], [50.5, 4]]},
    ]});
    let mut world = World::new(json!({"model": model}), 1);
    let reasons = |world: &mut World, tab| -> Vec<(String, f64)> {
        let explained = world.explain(tab);
        assert_explained(&explained);
        let reasons = explained["reasons"].as_array().unwrap();
        let mut reasons: Vec<(String, f64)> = reasons
            .iter()
            .map(|line| (line["rule"].as_str().unwrap().into(), line["points"].as_f64().unwrap()))
            .collect();
        reasons.sort_by(|a, b| a.0.cmp(&b.0));
        reasons
    };
    let named = |list: &[(&str, f64)]| list.iter().map(|(id, points)| ((*id).to_owned(), *points)).collect::<Vec<_>>();

    let tab = world.open("/pricing?utm_source=google&utm_medium=cpc");
    world.consent(tab, "granted");
    world.goto(tab, "/about");
    let first = [("base", 10.0), ("desk", 0.5), ("first", 2.0), ("here", 2.0), ("paid", -3.0), ("pricing-paid", 5.0)];
    assert_eq!(reasons(&mut world, tab), named(&first));
    world.call(tab, "identify", json!([{"employees": 51}]));
    assert!(reasons(&mut world, tab).contains(&("size".into(), 4.0)));

    // Three days later, from nowhere: another visit.
    world.close(tab);
    world.pass(3 * DAY);
    let tab = world.open("/about");
    world.pass(SECOND);
    let later = [("again", 7.0), ("base", 10.0), ("desk", 0.5), ("here", 1.0), ("size", 4.0)];
    assert_eq!(reasons(&mut world, tab), named(&later));
}

#[test]
fn fit_is_a_score_of_its_own_and_the_lead_says_the_grade() {
    let model = json!({"id": "m", "rules": [{"id": "view", "kind": "page_view", "points": 5}], "fit": {"a": 20, "b": 10, "rules": [
        {"id": "size", "attribute": "employees", "steps": [[50, 15], [5000, -5]]},
        {"id": "role", "attribute": "role", "on": ["*director*", "ceo"], "points": 10},
        {"id": "reachable", "points": 1, "when": {"any": [{"attribute": "email"}, {"attribute": "phone"}]}},
    ]}});
    let mut world = World::new(json!({"model": model}), 1);
    let tab = world.open("/");
    world.consent(tab, "granted");
    assert_eq!(world.explain(tab)["fit"]["grade"], "C3");
    world.call(tab, "identify", json!([{"employees": 120, "role": "Managing Director", "wants": {"not": "a text"}}]));
    assert_eq!(world.explain(tab)["fit"]["score"], 0.0, "refused whole: a wish is neither text nor number");
    world.call(tab, "identify", json!([{"employees": 120, "role": "Managing Director"}]));
    world.chat(tab, 0, 0, "a@b.fi");
    let lead = world.received.last().unwrap();
    assert_eq!((&lead["fit"]["score"], &lead["fit"]["grade"]), (&json!(26), &json!("A1")));
    assert_eq!(lead["attributes"], json!({"employees": "120", "role": "Managing Director"}));
    let points: Vec<_> =
        lead["fit"]["reasons"].as_array().unwrap().iter().map(|line| line["points"].as_f64()).collect();
    assert_eq!(points, [Some(15.0), Some(10.0), Some(1.0)]);
    // Withdrawn, it is gone with everything else that was learnt.
    world.consent(tab, "denied");
    assert_eq!((&world.explain(tab)["fit"], &world.explain(tab)["attributes"]), (&Value::Null, &json!({})));
}

#[test]
fn a_page_that_is_never_left_stays_within_bounds() {
    let rule = json!({"id": "any", "kind": "custom", "on": "event-*", "points": 0.01});
    let mut world = World::new(json!({"model": {"id": "m", "rules": [rule]}}), 1);
    let tab = world.open("/");
    world.consent(tab, "granted");
    for index in 0..600 {
        world.call(tab, "track", json!([format!("event-{index}")]));
        world.pass(SECOND);
    }
    let score = |world: &mut World| thousandths(&world.explain(tab)["score"]);
    let before = score(&mut world);
    // The keys that were folded away no longer have the names that the rule asks for.
    assert!((3_900..=4_000).contains(&before), "{before}");
    let stored: usize = world.site().values().map(String::len).sum();
    assert!(stored < 64 * 1_024, "{stored} bytes");
    world.goto(tab, "/");
    assert!(score(&mut world).abs_diff(before) <= 20, "a key or two: the visit and the page are counted in between");
}

#[test]
fn the_page_knows_its_customers() {
    let mut world = world();
    let tab = world.open("/");
    world.consent(tab, "granted");
    world.call(tab, "identify", json!([{"stage": "customer"}]));
    assert_eq!(world.explain(tab)["stage"], "customer");
    world.chat(tab, 0, 0, "a@b.fi");
    assert_eq!(world.received.last().unwrap()["stage"], "customer");
    world.call(tab, "identify", json!([{"stage": "mql"}]));
    assert_eq!(world.explain(tab)["stage"], "customer", "never backwards");
}

#[test]
fn what_an_older_version_stored_still_counts() {
    let config =
        json!({"model": {"id": "m", "rules": [{"id": "price", "kind": "page_view", "on": "/pricing", "points": 8}]}});
    let mut world = World::new(config, 1);
    let tab = world.open("/");
    world.consent(tab, "granted");
    world.close(tab);
    // As 0.1.0 wrote it before there were attributes, `identify` and fit; and with a field that a later version may write.
    let day = world.wall / DAY;
    world.plant(
        "leadheat:v:0000000000000001",
        &format!(
            r#"{{"visitor":{{"visitor":"","version":4,"absorbed":[],"facts":[["page_view /pricing",{{"older":[1,1],"days":[[{day},[2,2]]],"last":{wall}}}]],"journey":[],"first":null,"last":null,"active":{wall},"reached":{{"at":{wall},"value":["warm","mql"]}},"lead":null,"to_come":7}}}}"#,
            wall = world.wall
        ),
    );
    let tab = world.open("/");
    let explained = world.explain(tab);
    assert_eq!(thousandths(&explained["score"]), 24_000);
    assert_eq!((&explained["tier"], &explained["stage"]), (&json!("cold"), &json!("mql")));
}

/// A lead is known from elsewhere when the visitor sends contact details, writes one more line, and goes.
#[test]
fn what_the_visitor_sends_last_is_not_lost_with_the_page() {
    for hidden in [false, true] {
        let mut world = World::new(json!({}), 9);
        let tab = world.open("/pricing");
        world.consent(tab, "granted");
        world.call(tab, "identify", json!([{"email": "known@b.fi"}]));
        for form in ["trial", "demo"] {
            world.send(tab, Event::Did(Kind::FormSubmit, form.into()));
        }
        world.chat(tab, 0, 0, "a@b.fi");
        assert_eq!(world.received.last().unwrap()["contact"]["email"], "a@b.fi", "at once");
        world.send(tab, Event::Chat(Input::Write("Call after three, please".into())));
        let says = |world: &World| world.received.last().unwrap()["chat"].to_string().contains("after three");
        assert!(!says(&world), "within a minute");
        if hidden {
            world.send(tab, Event::Look { visible: false, focused: false });
            assert!(says(&world));
        } else {
            world.close(tab);
            world.open("/");
            assert!(says(&world), "by the next page");
        }
        let revisions: Vec<_> = world.received.iter().map(|lead| lead["revision"].as_u64().unwrap()).collect();
        assert!(revisions.is_sorted_by(|one, next| one < next), "{revisions:?}");
    }
}
