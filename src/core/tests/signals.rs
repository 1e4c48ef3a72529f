//! What counts as a signal, and how often; and when a visit begins.
#![allow(missing_docs)]

use leadheat_core::app::{Click, Event, Media, State};
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

/// How much of something a tab counted since it was opened.
fn sum(world: &World, tab: usize, what: &str) -> u32 {
    let lines = world.told(tab).iter().filter_map(|line| line.strip_prefix("seen: ")?.strip_prefix(what));
    lines.map(|line| line.rsplit_once(" x ").map_or(1, |(_, amount)| amount.parse::<u32>().unwrap())).sum()
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
    Page { host: "site.example".into(), path: path.into(), language: "en".into(), ..Page::default() }
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
    let sum = |what| sum(&world, tab, what);
    let seen = [
        "content_view table",
        "content_end table",
        "content_time table",
        "content_quarter table",
        "content_view proof",
        "content_end proof",
        "content_time proof",
    ];
    assert_eq!(seen.map(sum), [1, 1, 30, 4, 1, 0, 45]);
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
    let sum = |kind| sum(&world, tab, kind);
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

/// A minute's reading: seen at a glance, then read, then scrolled on.
#[test]
fn text_is_read_when_it_was_seen_and_there_was_time() {
    let (mut world, tab) = observed(json!({}), "/articles/air");
    let text = |letters, percent| Event::Text { letters, percent };
    world.send(tab, text(19 * 60, 100));
    assert_eq!(sum(&world, tab, "read /articles/air"), 0, "nothing is read at a glance");
    world.read(tab, 31);
    assert_eq!(sum(&world, tab, "read /articles/air"), 2, "half of it in half the time");
    world.send(tab, text(19 * 60, 20)); // Back up.
    world.read(tab, 40);
    assert_eq!(sum(&world, tab, "read /articles/air"), 4);
    // A page of its own, of which the end was never seen.
    world.send(tab, Event::Navigated(page("/articles/water")));
    world.send(tab, text(19 * 10, 60));
    world.read(tab, 60);
    assert_eq!(sum(&world, tab, "read /articles/water"), 2);
    world.chat(tab, 0, 0, "a@b.fi");
    let lead = world.received.last().unwrap();
    let views: Vec<_> = lead["journey"].as_array().unwrap().iter().filter(|step| step["what"] == "page_view").collect();
    assert_eq!((&views[0]["scroll"], &views[1]["scroll"]), (&json!(100), &json!(60)), "a page that does not scroll");
}

#[test]
fn what_pages_are_about_is_in_the_lead() {
    let (mut world, tab) = observed(json!({}), "/articles/air");
    let topics = |topics: &[&str]| Event::Topics(topics.iter().map(|topic| (*topic).to_owned()).collect());
    world.send(tab, topics(&["ventilation", " ventilation ", "", "schools"]));
    world.send(tab, topics(&["ventilation", "schools"]));
    world.send(tab, Event::Navigated(page("/articles/duct")));
    world.send(tab, topics(&["ventilation", "a", "b", "c", "d", "e", "f", "g"]));
    assert_eq!((sum(&world, tab, "topic ventilation"), sum(&world, tab, "topic")), (2, 7), "five of a page");
    assert_eq!(world.explain(tab)["attributes"]["topic"], "ventilation");
    world.chat(tab, 0, 0, "a@b.fi");
    let lead = world.received.last().unwrap();
    assert_eq!(lead["topics"], json!(["ventilation", "a", "b"]));
    assert!(lead["brief"].as_str().unwrap().contains("Looked at: ventilation, a, b."), "{}", lead["brief"]);
    assert_eq!(lead["device"], json!({"class": "desktop", "language": "en", "utc_offset": "+02:00", "load": "fast"}));
}

#[test]
fn clicks_are_told_apart() {
    let (mut world, tab) = observed(json!({"topics": {"heat": "heat*"}}), "/search?q=heat");
    let link = |href: &str, host: &str, path: &str| Click {
        href: href.into(),
        host: host.into(),
        path: path.into(),
        ..Click::default()
    };
    let own = link("https://site.example/heat", "site.example", "/heat");
    let clicks = [
        Click { language: "fi-FI".into(), ..own.clone() },
        Click { language: "en-GB".into(), ..own.clone() }, // The language that it is in.
        Click { is_result: true, ..own.clone() },
        Click { reaction: Some(" like ".into()), ..Click::default() },
        link("https://www.linkedin.com/sharing/share-offsite/?url=x", "www.linkedin.com", "/sharing/share-offsite/"),
        link("https://www.linkedin.com/company/acme", "www.linkedin.com", "/company/acme"),
        link("mailto:?subject=Look", "", ""),
        link("https://files.example/a.pdf", "files.example", "/a.pdf"),
    ];
    for (nth, click) in clicks.into_iter().enumerate() {
        world.pass(2_000);
        world.send(tab, Event::Clicked(Click { at: (100 * nth as i32, 0), ..click }));
    }
    world.send(tab, Event::Did(Kind::SearchEmpty, "".into()));
    world.send(tab, Event::Did(Kind::FormSubmit, "commentform".into()));
    for text in ["no number", "+358 40 123 4567", "sales@acme.example"] {
        world.send(tab, Event::Selected(text.into()));
    }
    let wanted = [
        "search heat",
        "language fi",
        "search_click /heat",
        "reaction like",
        "reaction share",
        "click_outbound www.linkedin.com",
        "click_outbound www.linkedin.com",
        "reaction share",
        "click_mailto /search",
        "click_download /a.pdf",
        "search_empty heat",
        "form_submit commentform",
        "reaction comment",
        "select_contact /search",
    ];
    assert_eq!(seen(&world, tab), wanted);
}

#[test]
fn the_content_of_a_file_that_a_page_made_is_no_path() {
    let (mut world, tab) = observed(json!({}), "/reports");
    let path = "text/csv,Name;Salary%0AJane%20Doe;51000";
    let click = Click { href: ["data:", path].concat(), path: path.into(), download: true, ..Click::default() };
    world.send(tab, Event::Clicked(click));
    assert_eq!(seen(&world, tab).last().unwrap(), "click_download /reports");
}

/// Whatever config says.
#[test]
fn fields_that_nobody_may_read_are_not_read() {
    let fields =
        json!({"email": "email", "who": "name", "tel": "phone", "card-number": "name", "pass": "name", "csrf": "name"});
    let (mut world, tab) = observed(json!({"form_fields": fields}), "/contact");
    let state: &State = world.state(tab);
    for (name, says) in [("email", "email section-a work email"), ("who", "text null")] {
        assert!(state.captures(name, says), "{name}: {says}");
    }
    let bad = [
        ("email2", "email "), // Not in the list.
        ("csrf", "hidden "),
        ("pass", "password "),
        ("who", "file "),
        ("who", "checkbox "),
        ("who", "text new-password"),
        ("who", "text billing cc-number"),
        ("who", "text CC-CSC"),
        ("who", "text one-time-code"),
        ("card-number", "text "),
    ];
    for (name, says) in bad {
        assert!(!state.captures(name, says), "{name}: {says}");
    }
    let filled =
        |pairs: &[(&str, &str)]| Event::Filled(pairs.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect());
    world.send(
        tab,
        filled(&[("email", "nobody"), ("who", "4111 1111 1111 1111"), ("tel", "4111 1111 1111 1111"), ("x", "y")]),
    );
    assert!(world.explain(tab)["attributes"]["name"].is_null());
    world
        .send(tab, filled(&[("email", " aino@harju.example "), ("who", "Aino Virtanen"), ("tel", "+358 40 123 4567")]));
    let known = world.explain(tab)["attributes"].clone();
    assert_eq!(
        [&known["email"], &known["name"], &known["phone"]],
        [&json!("aino@harju.example"), &json!("Aino Virtanen"), &json!("+358 40 123 4567")]
    );
    // Without consent nothing is read at all.
    let mut world = World::new(json!({"form_fields": {"email": "email"}}), 3);
    let tab = world.open("/contact");
    assert!(!world.state(tab).captures("email", "email "));
    world.send(tab, filled(&[("email", "aino@harju.example")]));
    world.consent(tab, "granted");
    assert!(world.explain(tab)["attributes"]["email"].is_null());
}

#[test]
fn every_visit_has_its_own_source() {
    let mut world = World::new(json!({}), 5);
    let tab = world.open("/?utm_source=news&utm_medium=email");
    world.consent(tab, "granted");
    for (address, referrer) in [("/", "https://www.google.com/"), ("/pricing", ""), ("/", "https://chatgpt.com/")] {
        world.pass(40 * MINUTE);
        world.close(tab);
        let tab = world.open_from(address, referrer);
        world.pass(SECOND);
        world.close(tab);
    }
    let tab = world.open("/contact");
    world.read(tab, 2);
    world.chat(tab, 0, 0, "a@b.fi");
    let source = &world.received.last().unwrap()["source"];
    let channels: Vec<_> =
        source["visits"].as_array().unwrap().iter().map(|touch| touch["channel"].as_str().unwrap()).collect();
    assert_eq!(channels, ["email", "search", "direct", "ai"]);
    assert_eq!((&source["first"]["channel"], &source["last"]["channel"]), (&json!("email"), &json!("ai")));
}

/// The computer slept, and somebody set its clock.
#[test]
fn sleep_and_clocks_that_jump_are_no_attention() {
    let (mut world, tab) = observed(json!({}), "/");
    world.read(tab, 20);
    world.wall += 5 * MINUTE;
    world.read(tab, 10);
    world.wall -= 10 * MINUTE;
    world.read(tab, 10);
    world.sleep(8 * 60 * MINUTE);
    world.send(tab, Event::Input);
    world.read(tab, 5);
    world.send(tab, Event::Look { visible: false, focused: false });
    let engaged = sum(&world, tab, "engaged");
    assert!((44..=46).contains(&engaged), "{engaged}");
}

/// Events that come all the time, some of them when an alarm is due and has not rung yet.
#[test]
fn an_alarm_is_not_put_off_by_what_happens_meanwhile() {
    let (mut world, tab) = observed(json!({}), "/");
    world.read(tab, 1);
    for _ in 0..290 {
        world.late(100); // The timer is always a little late.
        world.call(tab, "explain", json!([]));
    }
    assert!(sum(&world, tab, "engaged") >= 20, "{}", sum(&world, tab, "engaged"));
}
