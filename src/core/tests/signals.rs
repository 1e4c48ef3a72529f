//! What counts as a signal, and how often; and when a visit begins.
#![allow(missing_docs)]

use leadheat_core::app::{Click, Event, Media};
use leadheat_core::page::Page;
use leadheat_core::signal::Kind;
use leadheat_core::sim::World;
use leadheat_core::time::{MINUTE, SECOND};
use serde_json::{Value, json};

/// What a tab counted since it was opened, without the seconds of attention.
fn seen(world: &World, tab: usize) -> Vec<String> {
    let seen = world.told(tab).iter().filter_map(|line| line.strip_prefix("seen: "));
    seen.filter(|line| !line.starts_with("engaged") && !line.starts_with("visit") && !line.starts_with("page_view"))
        .map(str::to_owned)
        .collect()
}

fn observed(config: Value, address: &str) -> (World, usize) {
    let mut world = World::new(config, 11);
    let tab = world.open(address);
    world.consent(tab, "granted");
    (world, tab)
}

#[test]
fn clicks_in_anger_are_three_in_one_place() {
    let (mut world, tab) = observed(json!({}), "/pricing");
    world.pass(5_000);
    let mut click = |at, wait| {
        world.send(tab, Event::Clicked(Click { at, ..Click::default() }));
        world.pass(wait);
        seen(&world, tab).len()
    };
    assert_eq!([click((5, 5), 300), click((9, 9), 300), click((7, 7), 300), click((7, 7), 300)], [0, 0, 1, 1], "once");
    assert_eq!([click((90, 5), 300), click((190, 5), 300), click((290, 5), 300)], [1; 3], "three places");
    assert_eq!([click((5, 5), 1_500), click((5, 5), 1_500), click((5, 5), 300)], [1; 3], "slowly");
}

#[test]
fn what_no_person_does_is_suspected() {
    let suspicion = |visit: &dyn Fn(&mut World, usize)| {
        let (mut world, tab) = observed(json!({}), "/pricing");
        world.pass(5_000);
        visit(&mut world, tab);
        world.chat(tab, 0, 0, "a@b.fi");
        let lead = world.received.last().unwrap().clone();
        (lead["suspicion"].as_u64().unwrap(), lead["suspected_bot"].as_bool().unwrap(), lead["tier"] == "cold")
    };
    let did = |world: &mut World, tab, kind| world.send(tab, Event::Did(kind, "trial".into()));
    assert_eq!(suspicion(&|_, _| {}), (0, false, false));
    let hasty = |world: &mut World, tab| {
        world.send(tab, Event::Input);
        did(world, tab, Kind::FormStart);
        world.pass(400);
        did(world, tab, Kind::FormSubmit);
    };
    assert_eq!(suspicion(&hasty), (60, true, true));
    // Without a hand on anything it may still be a person, with a device of their own.
    assert_eq!(suspicion(&|world, tab| did(world, tab, Kind::FormSubmit)), (40, false, false));
    let person = |world: &mut World, tab| {
        world.send(tab, Event::Input);
        did(world, tab, Kind::FormSubmit);
    };
    assert_eq!(suspicion(&person), (0, false, false));
}

#[test]
fn a_form_that_is_begun_and_left_is_abandoned() {
    let (mut world, tab) = observed(json!({}), "/contact");
    for kind in [Kind::FormStart, Kind::FormField, Kind::FormError] {
        world.send(tab, Event::Did(kind, "quote".into()));
    }
    world.send(tab, Event::Navigated(page("/thanks")));
    assert_eq!(seen(&world, tab), ["form_start quote", "form_field quote", "form_error quote", "form_abandon quote"]);
    world.send(tab, Event::Did(Kind::FormStart, "".into()));
    world.send(tab, Event::Did(Kind::FormSubmit, "".into()));
    world.send(tab, Event::Navigated(page("/")));
    assert_eq!(seen(&world, tab)[4..], ["form_start /thanks", "form_submit /thanks"]);
}

fn page(path: &str) -> Page {
    Page { host: "site.example".into(), path: path.into(), ..Page::default() }
}

#[test]
fn searches_count_by_topic_and_their_words_are_not_kept() {
    let (mut world, tab) =
        observed(json!({"topics": {"heat": "heat* lämp*"}, "search_parameters": ["find"]}), "/search?find=Heat+pumps");
    world.send(tab, Event::Navigated(Page { query: vec![("find".into(), "my secret".into())], ..page("/search") }));
    world.send(tab, Event::Navigated(Page { query: vec![("find".into(), "my secret".into())], ..page("/search") }));
    assert_eq!(seen(&world, tab), ["search heat", "search other"]);
    world.pass(MINUTE);
    assert!(!format!("{:?}", world.site()).contains("secret"));
}

#[test]
fn marked_parts_of_a_page_have_their_own_time() {
    let (mut world, tab) = observed(json!({}), "/product");
    let part = |label: &str, visible, percent| Event::Content { label: label.into(), visible, percent };
    world.send(tab, part("table", false, 0));
    world.send(tab, part("table", true, 40));
    world.read(tab, 20);
    world.send(tab, part("table", true, 100));
    world.send(tab, part("proof", true, 10));
    world.read(tab, 10);
    world.send(tab, part("table", false, 100));
    world.read(tab, 5);
    world.pass(60_000); // Nobody there: half a minute counts.
    world.send(tab, Event::Navigated(page("/")));
    let sum = |what: &str| {
        let lines = world.told(tab).iter().filter_map(|line| line.strip_prefix("seen: ")?.strip_prefix(what));
        lines.map(|line| line.rsplit_once(" x ").map_or(1, |(_, amount)| amount.parse::<u32>().unwrap())).sum::<u32>()
    };
    let seen = [
        "content_view table",
        "content_end table",
        "content_time table",
        "content_view proof",
        "content_end proof",
        "content_time proof",
    ];
    assert_eq!(seen.map(sum), [1, 1, 30, 1, 0, 45]);
}

#[test]
fn what_plays_is_watched_also_without_a_hand_on_the_mouse() {
    let (mut world, tab) = observed(json!({}), "/demo");
    let media = |playing, percent| Event::Media(Media { label: "tour".into(), playing, percent });
    world.send(tab, media(false, 0));
    world.send(tab, media(true, 0));
    world.pass(120 * SECOND);
    world.send(tab, media(true, 55));
    world.pass(500);
    world.send(tab, media(false, 60));
    world.send(tab, media(true, 30)); // Back, and the same again.
    world.pass(10 * SECOND);
    world.send(tab, media(false, 50));
    let sum = |kind: &str| {
        let lines = world.told(tab).iter().filter_map(|line| line.strip_prefix("seen: ")?.strip_prefix(kind));
        lines.map(|line| line.rsplit_once(" x ").map_or(1, |(_, amount)| amount.parse::<u32>().unwrap())).sum::<u32>()
    };
    assert_eq!((sum("media_start"), sum("media_quarter"), sum("media_play")), (1, 2, 130));
    assert!((129..=131).contains(&sum("engaged")), "{}", sum("engaged"));
}

#[test]
fn events_of_the_sites_own_count_where_config_names_them() {
    let (mut world, tab) = observed(json!({"data_layer": {"generate_lead": "inquiry", "purchase": "bought"}}), "/");
    for (name, value) in
        [("generate_lead", None), ("purchase", Some(49.6)), ("purchase", Some(f64::NAN)), ("scroll", None)]
    {
        world.send(tab, Event::Pushed(name.into(), value));
    }
    assert_eq!(seen(&world, tab), ["custom inquiry", "custom bought x 50", "custom bought x 0"]);
}

/// After half an hour of nothing, after a day of anything, and by another campaign.
#[test]
fn when_a_visit_begins() {
    let mut world = World::new(json!({}), 5);
    let tab = world.open("/?utm_source=news&utm_campaign=may");
    world.consent(tab, "granted");
    let visits = |world: &mut World, tab| {
        let said = world.told(tab).iter().filter(|line| line.starts_with("seen: visit")).count();
        (said, world.explain(tab)["attributes"]["utm_campaign"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(visits(&mut world, tab), (1, "may".into()));
    world.goto(tab, "/pricing");
    assert_eq!(visits(&mut world, tab).0, 0, "the same visit");
    world.goto(tab, "/?utm_source=news&utm_campaign=may");
    assert_eq!(visits(&mut world, tab).0, 0, "the same link again");
    world.pass(SECOND);
    world.goto(tab, "/?utm_source=news&utm_campaign=june");
    assert_eq!(visits(&mut world, tab), (1, "june".into()));
    for _ in 0..24 * 4 {
        world.pass(15 * MINUTE);
        world.call(tab, "track", json!(["refreshed"]));
    }
    assert_eq!(visits(&mut world, tab).0, 2, "a day");
    world.pass(31 * MINUTE);
    world.call(tab, "track", json!(["refreshed"]));
    assert_eq!(visits(&mut world, tab).0, 3, "half an hour");
}
