//! Consent managers, state by state, and what is taken against a browser that asks not to be tracked. All fail closed.
#![allow(missing_docs)]

use leadheat_core::app::Event;
use leadheat_core::consent::Report;
use leadheat_core::outbox::Outcome;
use leadheat_core::signal::Kind;
use leadheat_core::sim::{Fate, TabId, World};
use leadheat_core::time::{DAY, MINUTE, SECOND};
use serde_json::{Value, json};

/// Of each manager: in window, whether it is there; the visitor has decided, and has not; allowed, and not.
const MANAGERS: [(&str, &str, [&str; 3], [&str; 3]); 7] = [
    (
        "cookiebot",
        "Cookiebot",
        ["Cookiebot.consent.method", "explicit", "implied"],
        ["Cookiebot.consent.marketing", "true", "false"],
    ),
    (
        "onetrust",
        "OneTrust",
        ["OneTrust.IsAlertBoxClosed()", "true", "false"],
        ["OnetrustActiveGroups", ",C0001,C0004,", ",C0001,"],
    ),
    (
        "cookieyes",
        "getCkyConsent",
        ["getCkyConsent().isUserActionCompleted", "true", "false"],
        ["getCkyConsent().categories.advertisement", "true", "false"],
    ),
    (
        "klaro",
        "klaro",
        ["klaro.getManager().confirmed", "true", "false"],
        ["klaro.getManager().savedConsents.leadheat", "true", "false"],
    ),
    (
        "cookieconsent",
        "CookieConsent.validConsent",
        ["CookieConsent.validConsent()", "true", "false"],
        ["CookieConsent.acceptedCategory(marketing)", "true", "false"],
    ),
    (
        "complianz",
        "cmplz_has_consent",
        ["cmplz_get_cookie(banner-status)", "dismissed", ""],
        ["cmplz_has_consent(marketing)", "true", "false"],
    ),
    // One cookie says both.
    (
        "wordpress",
        "wp_has_consent",
        ["consent_api_get_cookie(wp_consent_marketing)", "allow", ""],
        ["consent_api_get_cookie(wp_consent_marketing)", "allow", "deny"],
    ),
];

type Manager = (&'static str, &'static str, [&'static str; 3], [&'static str; 3]);

/// The manager is there, and says so.
fn says(world: &mut World, (_, present, decided, allowed): &Manager, has_decided: bool, allows: bool) {
    world.managers.insert((*present).into(), "there".into());
    world.managers.insert(allowed[0].into(), allowed[1 + usize::from(!allows)].into());
    if !has_decided || decided[0] != allowed[0] {
        world.managers.insert(decided[0].into(), decided[1 + usize::from(!has_decided)].into());
    }
}

fn world(config: Value) -> World {
    World::new(config, 11)
}

fn consent(world: &mut World, tab: TabId) -> Value {
    world.explain(tab)["consent"].clone()
}

fn has_visitor(world: &World) -> bool {
    world.site().keys().any(|key| key.starts_with("leadheat:v:"))
}

/// The visitor clicks, and a second passes.
fn click(world: &mut World, tab: TabId) {
    world.send(tab, Event::Hint(true));
    world.pass(SECOND);
}

#[test]
fn each_manager_in_each_state() {
    for manager in &MANAGERS {
        let name = manager.0;
        let open = |has_decided, allows| {
            let mut world = world(json!({}));
            says(&mut world, manager, has_decided, allows);
            let tab = world.open("/pricing");
            world.read(tab, 5);
            let state = consent(&mut world, tab);
            (world, tab, state)
        };
        // Undecided, also where all is ticked, implied or preset.
        for preset in [false, true] {
            let (world, _, state) = open(false, preset);
            assert_eq!((state, has_visitor(&world)), (json!("pending"), false), "{name}, undecided");
        }
        let (world, _, state) = open(true, false);
        assert_eq!((state, has_visitor(&world)), (json!("denied"), false), "{name}");
        let (mut world, tab, state) = open(true, true);
        assert_eq!((state, has_visitor(&world)), (json!("granted"), true), "{name}");
        let source: Value = serde_json::from_str(&world.site()["leadheat:consent"]).unwrap();
        assert_eq!(source["consent"]["source"], name);
        // Withdrawn, in one tab: gone in both within a second.
        let other = world.open("/");
        world.read(other, 5);
        says(&mut world, manager, true, false);
        click(&mut world, tab);
        assert_eq!(
            (consent(&mut world, tab), consent(&mut world, other)),
            (json!("denied"), json!("denied")),
            "{name}"
        );
        assert!(world.site().is_empty(), "{name}: {:?}", world.site());
    }
}

#[test]
fn managers_that_are_absent_late_or_broken_grant_nothing() {
    for manager in &MANAGERS {
        let name = manager.0;
        for seconds in [2, 10, 22, 300] {
            let mut world = world(json!({}));
            let tab = world.open("/pricing");
            world.pass(seconds * SECOND);
            assert_eq!((consent(&mut world, tab), has_visitor(&world)), (json!("pending"), false), "{name} is absent");
            says(&mut world, manager, true, true);
            if seconds > 30 {
                world.pass(MINUTE);
                assert_eq!(consent(&mut world, tab), "pending", "nobody looks for ever");
                world.send(tab, Event::Hint(false)); // But it tells.
            }
            world.pass(7 * SECOND);
            assert_eq!(consent(&mut world, tab), "granted", "{name} after {seconds} s");
        }
        // There, but everything else fails; and what had said yes, and now fails.
        let mut world = world(json!({}));
        world.managers.insert(manager.1.into(), "there".into());
        let tab = world.open("/pricing");
        world.pass(MINUTE);
        assert_eq!(consent(&mut world, tab), "pending", "{name} throws");
        says(&mut world, manager, true, true);
        click(&mut world, tab);
        assert_eq!(consent(&mut world, tab), "granted");
        world.managers.retain(|path, _| path == manager.1);
        click(&mut world, tab);
        assert_eq!(consent(&mut world, tab), "pending", "{name} throws now");
        assert_eq!(world.explain(tab)["score"], Value::Null);
    }
}

#[test]
fn nobody_is_asked_while_the_page_is_hidden() {
    let mut world = world(json!({}));
    let tab = world.open("/pricing");
    world.send(tab, Event::Look { visible: false, focused: false });
    world.pass(5 * SECOND);
    says(&mut world, &MANAGERS[0], true, true);
    click(&mut world, tab);
    assert_eq!(consent(&mut world, tab), "pending");
    world.send(tab, Event::Look { visible: true, focused: true });
    assert_eq!(consent(&mut world, tab), "granted");
}

fn report(google: bool, said: &str) -> Event {
    let said = said.split(' ').map(String::from).collect();
    Event::Consent(if google { Report::Google(said) } else { Report::Tcf(said) })
}

/// Those that tell by themselves: what says yes, what says no, and what says nothing yet, ticked or broken.
const TELLERS: [(&str, &str, &str, [&str; 4]); 3] = [
    (
        "google",
        "update analytics_storage,granted",
        "update analytics_storage,denied",
        ["default analytics_storage,denied", "update ad_storage,granted", "update", ""],
    ),
    (
        "tcf",
        "useractioncomplete true 1,true 3,true 4,true",
        "useractioncomplete true 1,true 3,true 4,false",
        ["cmpuishown true 1,true 3,true 4,true", "cmpuishown true 1,false", "tcloaded", ""],
    ),
    ("command", "granted", "denied", ["yes", "true", "GRANTED", ""]),
];

#[test]
fn each_that_tells_by_itself_in_each_state() {
    for (name, yes, no, nothing) in TELLERS {
        let tell = |world: &mut World, tab, said: &str| match name {
            "command" => drop(world.call(tab, "consent", json!([said]))),
            _ => world.send(tab, report(name == "google", said)),
        };
        let hear = |said: &str| {
            let mut world = world(json!({}));
            let tab = world.open("/pricing");
            world.read(tab, 10);
            assert_eq!((consent(&mut world, tab), has_visitor(&world)), (json!("pending"), false), "{name} is absent");
            tell(&mut world, tab, said);
            world.read(tab, 5);
            let state = consent(&mut world, tab);
            (world, tab, state)
        };
        for said in nothing {
            let (world, _, state) = hear(said);
            assert_eq!((state, has_visitor(&world)), (json!("pending"), false), "{name}: {said}");
        }
        let (world, _, state) = hear(no);
        assert_eq!((state, has_visitor(&world)), (json!("denied"), false), "{name}");
        let (mut world, tab, state) = hear(yes);
        assert_eq!((state, has_visitor(&world)), (json!("granted"), true), "{name}, after ten seconds");
        let other = world.open("/");
        world.read(other, 5);
        tell(&mut world, tab, no);
        for tab in [tab, other] {
            assert_eq!(consent(&mut world, tab), "denied", "{name}");
        }
        assert!(world.site().is_empty(), "{name}: {:?}", world.site());
    }
}

#[test]
fn what_google_and_tcf_say() {
    // In order, and what they amount to. Some are broken.
    let cases: &[(&[(bool, &str)], &str)] = &[
        (&[(true, "default analytics_storage,denied")], "pending"),
        (&[(true, "default analytics_storage,granted")], "pending"),
        (
            &[(true, "default analytics_storage,denied region,FI,DE"), (true, "default analytics_storage,granted")],
            "pending",
        ),
        (&[(true, "update analytics_storage,granted"), (true, "default analytics_storage,denied")], "granted"),
        (&[(true, "default analytics_storage,granted region,US-CA,US")], "pending"),
        (&[(true, "default ad_storage,granted")], "pending"),
        (&[(true, "update analytics_storage,granted")], "granted"),
        (&[(true, "update analytics_storage,denied")], "denied"),
        (&[(true, "update analytics_storage,true")], "denied"),
        (&[(true, "update analytics_storage,granted"), (true, "update ad_storage,denied")], "granted"),
        (&[(true, "update analytics_storage,granted"), (true, "update analytics_storage,denied")], "denied"),
        (&[(true, "")], "pending"),
        (&[(true, "update")], "pending"),
        (&[(false, "tcloaded true 1,true 2,false 3,true 4,true")], "granted"),
        (&[(false, "useractioncomplete true 1,true 3,true 4,true")], "granted"),
        (&[(false, "cmpuishown true 1,true 3,true 4,true")], "pending"),
        (&[(false, "tcloaded true 1,true 3,true 4,false")], "denied"),
        (&[(false, "tcloaded true 11,true 3,true 4,true")], "denied"),
        (&[(false, "tcloaded undefined 1,true 3,true 4,true")], "denied"),
        (&[(false, "tcloaded null 1,true 3,true 4,true")], "denied"),
        (&[(false, "tcloaded false")], "pending"),
        (&[(false, "tcloaded")], "pending"),
        (&[(false, "undefined true 1,true 3,true 4,true")], "pending"),
        // The dialogue is open again: what was decided stands until something else is.
        (&[(false, "tcloaded true 1,true 3,true 4,true"), (false, "cmpuishown true 1,true")], "granted"),
        (&[(false, "tcloaded true 1,true 3,true 4,true"), (false, "useractioncomplete true 1,true")], "denied"),
        // TCF counts more than what Google is told, whichever comes first.
        (&[(true, "update analytics_storage,granted"), (false, "cmpuishown true 1,true")], "pending"),
        (&[(false, "cmpuishown true 1,true"), (true, "update analytics_storage,granted")], "pending"),
        (&[(false, "tcloaded true 1,true"), (true, "update analytics_storage,granted")], "denied"),
    ];
    for (reports, expected) in cases {
        let mut world = world(json!({}));
        let tab = world.open("/pricing");
        for (google, said) in *reports {
            world.pass(10);
            world.send(tab, report(*google, said));
        }
        assert_eq!(consent(&mut world, tab), *expected, "{reports:?}");
    }
}

#[test]
fn the_manager_that_counts_most_wins_and_config_may_name_another() {
    let klaro = &MANAGERS[3];
    let mut world1 = world(json!({}));
    let tab = world1.open("/pricing");
    world1.send(tab, report(true, "update analytics_storage,granted"));
    assert_eq!(consent(&mut world1, tab), "granted");
    says(&mut world1, klaro, false, true);
    world1.pass(2 * SECOND);
    assert_eq!(consent(&mut world1, tab), "pending", "Google was told too early");

    let named = |name: &str, purposes: &[&str]| {
        let mut world = world(json!({"consent_manager": name, "consent_purposes": purposes}));
        says(&mut world, klaro, true, true);
        world.managers.insert("klaro.getManager().savedConsents.other".into(), "false".into());
        let tab = world.open("/pricing");
        world.pass(2 * SECOND);
        (consent(&mut world, tab), world, tab)
    };
    assert_eq!(named("klaro", &[]).0, "granted");
    assert_eq!(named("klaro", &["leadheat"]).0, "granted");
    assert_eq!(named("klaro", &["leadheat", "other"]).0, "denied", "both are needed");
    for other in ["tcf", "google", "cookiebot", "command"] {
        let (state, mut world, tab) = named(other, &[]);
        assert_eq!(state, "pending", "{other}");
        world.consent(tab, "granted");
        assert_eq!(consent(&mut world, tab), "granted", "the page's own word always counts");
    }
    let (_, mut world, tab) = named("google", &["ad_user_data", "ad_storage"]);
    world.send(tab, report(true, "update ad_user_data,granted analytics_storage,granted"));
    assert_eq!(consent(&mut world, tab), "pending");
    world.send(tab, report(true, "update ad_storage,granted"));
    assert_eq!(consent(&mut world, tab), "granted");
}

#[test]
fn a_browser_that_asks_not_to_be_tracked_is_heard() {
    for (config, gpc, dnt, honoured) in [
        (json!({}), true, false, true),
        (json!({}), false, true, false),
        (json!({"privacy_signals": ["gpc", "dnt"]}), false, true, true),
        (json!({"privacy_signals": []}), true, true, false),
    ] {
        let mut config = config;
        config["consent"] = json!("memory");
        let mut world = world(config);
        world.signals = (gpc, dnt);
        let tab = world.open("/pricing");
        world.read(tab, 30);
        assert_eq!(world.explain(tab)["score"].is_null(), honoured);
        assert_eq!(world.answer(tab, "status")["privacy_signal"].is_string(), honoured);
    }
}

#[test]
fn only_what_the_visitor_does_overrules_the_signal() {
    let klaro = &MANAGERS[3];
    let mut world = world(json!({}));
    world.signals.0 = true;
    // What was allowed before, on another page or by another browser.
    says(&mut world, klaro, true, true);
    let tab = world.open("/pricing");
    world.pass(SECOND);
    click(&mut world, tab);
    world.consent(tab, "denied");
    world.pass(MINUTE);
    world.consent(tab, "granted");
    assert_eq!(consent(&mut world, tab), "denied", "long after the click");
    assert_eq!(world.answer(tab, "status")["privacy_signal"], "honoured");
    assert!(world.site().is_empty());
    // Undecided, and then a click on it.
    says(&mut world, klaro, false, false);
    click(&mut world, tab);
    says(&mut world, klaro, true, true);
    click(&mut world, tab);
    assert_eq!(consent(&mut world, tab), "granted");
    assert_eq!(world.answer(tab, "status")["privacy_signal"], "overruled");
    // That is remembered.
    world.read(tab, 5);
    world.managers.clear();
    world.goto(tab, "/product");
    assert_eq!(consent(&mut world, tab), "granted");
    // A page that asks by itself.
    world.call(tab, "forget", json!([]));
    world.goto(tab, "/pricing");
    assert_eq!(consent(&mut world, tab), "denied");
    world.send(tab, Event::Hint(true));
    world.consent(tab, "granted");
    assert_eq!(consent(&mut world, tab), "granted");
}

#[test]
fn what_is_loaded_after_some_click_does_not_overrule_the_signal() {
    let [first, refused, allowed] =
        ["default analytics_storage,denied", "update analytics_storage,denied", "update analytics_storage,granted"];
    let mut world = world(json!({}));
    world.signals.0 = true;
    let tab = world.open("/pricing");
    world.send(tab, report(true, first));
    world.send(tab, Event::Hint(true));
    world.send(tab, report(true, allowed));
    assert_eq!(consent(&mut world, tab), "denied");
    world.send(tab, report(true, refused));
    world.pass(SECOND);
    world.send(tab, Event::Hint(true));
    world.send(tab, report(true, allowed));
    assert_eq!(consent(&mut world, tab), "granted", "refused, and allowed again");
}

#[test]
fn what_was_allowed_before_the_signal_is_gone_with_it() {
    let mut world = world(json!({}));
    let tab = world.open("/pricing");
    world.consent(tab, "granted");
    world.read(tab, 5);
    assert!(has_visitor(&world));
    world.signals.0 = true;
    world.goto(tab, "/product");
    assert_eq!(consent(&mut world, tab), "denied");
    assert!(world.site().is_empty());
}

#[test]
fn an_objection_holds_for_good() {
    let mut world = world(json!({}));
    says(&mut world, &MANAGERS[4], true, true);
    let tab = world.open("/pricing");
    world.read(tab, 5);
    let other = world.open("/product");
    world.read(other, 5);
    world.send(other, Event::Chat(leadheat_core::chat::Input::Open));
    assert!(has_visitor(&world));
    world.call(tab, "object", json!([]));
    for tab in [tab, other] {
        assert_eq!(consent(&mut world, tab), "denied");
        assert!(world.answer(tab, "status")["says"].as_str().unwrap().contains("objected"));
    }
    let keys = |world: &World| world.site().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&world), ["leadheat:objected"]);
    // Whatever managers, pages and visitors say; also after all is forgotten, and after years.
    for tab in [tab, other] {
        click(&mut world, tab);
        world.consent(tab, "granted");
        world.call(tab, "forget", json!([]));
        world.pass(900 * DAY);
        world.goto(tab, "/pricing");
        world.read(tab, 5);
        world.consent(tab, "granted");
        assert_eq!(consent(&mut world, tab), "denied");
    }
    assert_eq!(keys(&world), ["leadheat:objected"]);
    // The chat works, and what the visitor submits arrives without a score.
    world.chat(tab, 0, 0, "a@b.fi");
    world.pass(MINUTE);
    assert_eq!(world.received[0]["score"], Value::Null);
    // Until it is taken back.
    world.call(tab, "object", json!([false]));
    world.pass(2 * SECOND);
    assert_eq!((consent(&mut world, tab), consent(&mut world, other)), (json!("granted"), json!("granted")));
}

#[test]
fn taking_back_what_was_never_said_changes_nothing() {
    let mut world = world(json!({}));
    let tab = world.open("/pricing");
    world.consent(tab, "granted");
    world.read(tab, 5);
    world.call(tab, "object", json!([false]));
    assert_eq!((consent(&mut world, tab), has_visitor(&world)), (json!("granted"), true));
}

#[test]
fn an_objection_is_heard_where_leadheat_is_off() {
    let mut world = world(json!({}));
    let tab = world.open("/pricing");
    world.consent(tab, "granted");
    world.read(tab, 5);
    world.config = json!({"webhook": 5});
    world.goto(tab, "/broken");
    world.call(tab, "object", json!([]));
    assert_eq!(world.site().keys().collect::<Vec<_>>(), ["leadheat:objected"]);
}

#[test]
fn a_page_that_comes_back_has_heard_of_the_objection() {
    let mut world = world(json!({}));
    let tab = world.open("/pricing");
    world.consent(tab, "granted");
    world.read(tab, 5);
    world.go_and_come_back(tab, "/product", |world| drop(world.call(tab, "object", json!([]))));
    assert_eq!(consent(&mut world, tab), "denied");
    world.consent(tab, "granted");
    assert_eq!(consent(&mut world, tab), "denied");
}

#[test]
fn purposes_without_a_manager_and_strange_ones_are_problems() {
    for (config, place) in [
        (json!({"consent_purposes": ["marketing"]}), "consent_purposes"),
        (json!({"consent_manager": "klaro", "consent_purposes": ["*"]}), "consent_purposes"),
        (json!({"consent_manager": "klaro", "consent_purposes": ["a.b"]}), "consent_purposes"),
        (json!({"consent_manager": "cookie-bot"}), "consent_manager"),
        (json!({"privacy_signals": ["gcp"]}), "privacy_signals[0]"),
    ] {
        let mut world = world(config.clone());
        let tab = world.open("/");
        let says = world.answer(tab, "status")["says"].clone();
        assert!(says.as_str().unwrap().contains(place), "{config}: {says}");
    }
}

/// The visitor refused where leadheat could not hear of it.
#[test]
fn what_is_remembered_waits_for_the_managers_first_answer() {
    let klaro = &MANAGERS[3];
    for visible in [true, false] {
        let mut world = world(json!({}));
        says(&mut world, klaro, true, true);
        let tab = world.open("/pricing");
        world.read(tab, 60);
        world.fate = Some(Box::new(|_, _| Fate { taken: false, outcome: Outcome::Failed, after: 0 }));
        world.send(tab, Event::Chat(leadheat_core::chat::Input::Open));
        world.call(tab, "identify", json!([{"email": "a@b.fi"}]));
        for form in ["trial", "demo"] {
            world.send(tab, Event::Did(Kind::FormSubmit, form.into()));
        }
        assert!(world.site().keys().any(|key| key.starts_with("leadheat:o:")), "a lead waits");
        world.close(tab);
        says(&mut world, klaro, true, false);
        let posts = world.posts;
        world.fate = None;
        world.is_visible = visible;
        let tab = world.open("/product");
        assert_eq!((consent(&mut world, tab), world.posts), (json!("denied"), posts));
        assert!(world.site().is_empty(), "{:?}", world.site());
    }
}

#[test]
fn a_refusal_that_is_repeated_is_heard() {
    // Google, in one tab; what was allowed in another comes in between.
    let mut world = world(json!({}));
    let tab = world.open("/pricing");
    let other = world.open("/product");
    world.send(tab, report(true, "update analytics_storage,denied"));
    world.pass(SECOND);
    world.send(other, report(true, "update analytics_storage,granted"));
    assert_eq!(consent(&mut world, tab), "granted");
    world.pass(SECOND);
    world.send(tab, report(true, "update analytics_storage,denied"));
    assert_eq!((consent(&mut world, tab), consent(&mut world, other)), (json!("denied"), json!("denied")));
    // One that is asked, and tells that something was decided.
    let vanilla = &MANAGERS[4];
    says(&mut world, vanilla, true, false);
    world.send(tab, Event::Hint(false));
    world.pass(SECOND);
    world.consent(other, "granted");
    assert_eq!(consent(&mut world, tab), "granted");
    world.send(tab, Event::Hint(false));
    world.pass(SECOND);
    assert_eq!((consent(&mut world, tab), consent(&mut world, other)), (json!("denied"), json!("denied")));
}

#[test]
fn an_objection_that_is_taken_back_brings_no_refused_consent_back() {
    for refuse in ["consent", "forget"] {
        let mut world = world(json!({}));
        says(&mut world, &MANAGERS[3], true, true);
        let tab = world.open("/pricing");
        world.read(tab, 5);
        world.call(tab, refuse, json!(["denied"]));
        world.call(tab, "object", json!([]));
        world.call(tab, "object", json!([false]));
        assert_ne!(consent(&mut world, tab), "granted", "{refuse}");
    }
}

#[test]
fn a_refusal_counts_whatever_the_clock_says() {
    let mut world = world(json!({}));
    let tab = world.open("/pricing");
    world.consent(tab, "granted");
    world.read(tab, 5);
    world.wall -= 2 * 60 * MINUTE;
    world.consent(tab, "denied");
    assert_eq!((consent(&mut world, tab), world.site().is_empty()), (json!("denied"), true));
    world.pass(SECOND);
    world.consent(tab, "granted");
    world.read(tab, 5);
    world.wall -= 2 * 60 * MINUTE;
    world.goto(tab, "/product");
    assert_eq!(consent(&mut world, tab), "granted");
    world.consent(tab, "denied");
    assert!(world.site().is_empty());
}
