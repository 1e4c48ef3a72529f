//! That no lead is lost, whatever happens: to the network, the receiver, the browser, the tabs and the clock.
#![allow(missing_docs)]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use fastrand::Rng;
use leadheat_core::app::Event;
use leadheat_core::chat::Input;
use leadheat_core::outbox::Outcome;
use leadheat_core::signal::Kind;
use leadheat_core::sim::{Fate, World};
use leadheat_core::time::{DAY, MINUTE, SECOND};
use serde_json::{Value as Json, json};

const GOOD: Fate = Fate { taken: true, outcome: Outcome::Answered(200, None), after: 80 };

/// What can become of a post when things go wrong.
fn bad_fate(random: &mut Rng) -> Fate {
    const STATUSES: [u16; 20] =
        [200, 204, 400, 401, 403, 404, 408, 409, 410, 413, 415, 422, 425, 429, 451, 500, 502, 503, 504, 599];
    let after = random.u64(1..3_000);
    let answered = |random: &mut Rng, taken| {
        let status = STATUSES[random.usize(0..STATUSES.len())];
        let wait = random.bool().then(|| random.u32(0..7_200));
        Fate { taken: taken || status < 300, outcome: Outcome::Answered(status, wait), after }
    };
    match random.u8(0..6) {
        0 => Fate { taken: false, outcome: Outcome::Failed, after }, // The network is down.
        1 => Fate { taken: true, outcome: Outcome::Failed, after },  // The answer is lost, or CORS hides it.
        2 => Fate { taken: random.bool(), outcome: Outcome::Failed, after: 15 * SECOND }, // It hangs.
        3 => answered(random, true),                                 // It fails after it has stored the lead.
        4 => answered(random, false),
        _ => Fate { after, ..GOOD },
    }
}

/// What came of a storm.
#[derive(Debug, Default)]
struct Toll {
    written: usize,
    revisions: usize,
    lost: usize,
    doubled: usize,
    posts: usize,
}

/// A lead for one receiver, by the receiver's name and its own id, and the highest revision of it.
type Revisions = BTreeMap<(String, String), u64>;

/// A browser with two to four tabs, in which leads are made and revised while everything goes wrong; then the weather clears.
fn storm(seed: u64, leads: usize) -> Toll {
    let own = json!({"webhook": "/webhook", "webhooks": [
        {"name": "crm", "url": "/crm"}, {"name": "mail", "url": "/mail", "form": "standard"}
    ]});
    let mut world = World::new(if seed.is_multiple_of(3) { own } else { json!({}) }, seed);
    let random = Rc::new(RefCell::new(Rng::with_seed(seed)));
    world.has_locks = !seed.is_multiple_of(8);
    let dice = random.clone();
    world.fate = Some(Box::new(move |_, _| bad_fate(&mut dice.borrow_mut())));
    let dice = random.clone();
    world.refuses = Some(Box::new(move || dice.borrow_mut().u8(0..50) == 0));
    let draw = |most: u64| random.borrow_mut().u64(0..most);
    let mut tabs: Vec<_> = (0..2 + seed % 3).map(|_| world.open("/")).collect();
    if seed.is_multiple_of(2) {
        world.consent(tabs[0], "granted");
    }
    // Every lead that was in storage at any time.
    let mut written = Revisions::new();
    let mut made = 0;
    while made < leads {
        let (nth, chance) = (draw(tabs.len() as u64) as usize, draw(100));
        let tab = tabs[nth];
        if draw(12) == 0 {
            world.crash_in = Some(draw(12) as u32);
        }
        match chance {
            0..40 => {
                world.call(tab, "test", json!([]));
                made += 1;
            }
            40..45 => world.chat(tab, 0, 0, "a@firm.example"),
            45..50 => world.send(tab, Event::Chat(Input::Write(format!("{made} more")))),
            50..75 => world.pass(draw(5_000)),
            75..80 => world.pass(draw(20 * MINUTE)),
            80..83 => world.wall += draw(DAY),
            83..86 => world.wall -= draw(DAY).min(world.wall),
            86..90 => world.kill(tab),
            90..93 => world.goto(tab, "/next"),
            93..95 => world.leave_and_return(tab, draw(60_000)),
            95..97 => world.send(tab, Event::Online),
            _ => world.send(tab, Event::Look { visible: draw(2) == 0, focused: false }),
        }
        if !world.is_open(tab) {
            tabs[nth] = world.open("/again");
        }
        for (lead, revision) in stored(&world) {
            let highest = written.entry(lead).or_default();
            *highest = revision.max(*highest);
        }
    }
    world.crash_in = None;
    world.refuses = None;
    world.fate = Some(Box::new(|_, _| GOOD));
    world.pass(MINUTE); // The last of the bad answers come in.
    let tab = world.open("/");
    world.call(tab, "retry", json!([]));
    world.pass(3 * 60 * MINUTE);
    assert_eq!(stored(&world), [], "seed {seed}: all are confirmed");
    // What was taken in: the highest revision of each lead at each receiver, and the keys of the same news there. A page that
    // dies between two writes may leave the number of a revision to other news.
    let mut taken = Revisions::new();
    let mut keys: BTreeMap<(String, String, u64, usize), BTreeSet<&str>> = BTreeMap::new();
    for (url, post) in world.received_at.iter().zip(&world.received) {
        let (to, lead) = match url.as_str() {
            "/mail" => ("mail", &post["data"]),
            "/crm" => ("crm", post),
            _ => (url.as_str(), post),
        };
        let (id, revision) = (lead["id"].as_str().unwrap(), lead["revision"].as_u64().unwrap());
        let highest = taken.entry((to.into(), id.into())).or_default();
        *highest = revision.max(*highest);
        let said = lead["chat"].as_array().unwrap().len();
        keys.entry((to.into(), id.into(), revision, said))
            .or_default()
            .insert(lead["idempotency_key"].as_str().unwrap());
    }
    let is_lost = |(lead, revision): &(&_, &u64)| taken.get(*lead).is_none_or(|highest| highest < revision);
    Toll {
        written: written.len(),
        revisions: keys.len(),
        lost: written.iter().filter(is_lost).count(),
        doubled: keys.values().filter(|keys| keys.len() != 1).count(),
        posts: world.posts,
    }
}

/// The leads in storage: receiver, id, revision.
fn stored(world: &World) -> Vec<((String, String), u64)> {
    let leads = world.site().iter().filter(|(key, _)| key.starts_with("leadheat:o:"));
    let lead = |json: &String| {
        let item = &serde_json::from_str::<Json>(json).unwrap()["lead"];
        let text = |name: &str| item[name].as_str().unwrap().to_owned();
        ((text("to"), text("lead")), item["revision"].as_u64().unwrap())
    };
    leads.map(|(_, json)| lead(json)).collect()
}

/// `LEADHEAT_SEEDS=1000 cargo test --release -p leadheat-core --test delivery` is the long run.
#[test]
fn no_lead_is_lost_in_any_storm() {
    let seeds = option_env!("LEADHEAT_SEEDS").map_or(12, |seeds| seeds.parse().expect("a number"));
    let mut all = Toll::default();
    for seed in 0..seeds {
        let toll = storm(seed, 110);
        assert_eq!((toll.lost, toll.doubled), (0, 0), "seed {seed}: {toll:?}");
        all.written += toll.written;
        all.revisions += toll.revisions;
        all.posts += toll.posts;
    }
    let Toll { written, revisions, posts, .. } = all;
    println!(
        "{seeds} storms, {written} leads written, 0 lost, 0 doubled; {revisions} revisions taken in, {posts} posts"
    );
    assert!(all.written >= seeds as usize * 95);
}

/// Whatever a tab was doing when it died: what was written is delivered by the next page.
#[test]
fn a_crash_at_any_step_loses_nothing_that_was_written() {
    for consent in [false, true] {
        let mut survived = 0;
        for step in 0..40 {
            let mut world = World::new(json!({}), step.into());
            let tab = world.open("/pricing");
            if consent {
                world.consent(tab, "granted");
            }
            for input in
                [Input::Open, Input::Choose(2), Input::Write("Does it fit?".into()), Input::Choose(0), Input::Choose(0)]
            {
                world.send(tab, Event::Chat(input));
            }
            world.crash_in = Some(step);
            world.submit(tab, "kate@firm.example");
            let whole = world.crash_in.take().is_some();
            let written =
                world.site().iter().chain(world.tab_storage(tab)).any(|(_, json)| json.contains("kate@firm.example"));
            world.goto(tab, "/");
            world.pass(MINUTE);
            assert_eq!(world.leads().len(), usize::from(written || !world.received.is_empty()), "step {step}");
            survived += usize::from(whole);
            if whole {
                assert_eq!(world.leads().len(), 1);
            }
        }
        assert!((1..30).contains(&survived), "{survived} of 40 came after the last step");
    }
}

#[test]
fn a_lead_that_cannot_be_stored_is_sent_from_memory() {
    let mut world = World::new(json!({}), 1);
    world.faults = vec![Some(Outcome::Failed); 3];
    let tabs = [world.open("/"), world.open("/")];
    world.storage_fails = true;
    world.call(tabs[0], "test", json!([]));
    world.storage_fails = false;
    world.call(tabs[0], "test", json!([]));
    assert_eq!((stored(&world).len(), world.received.len()), (1, 0));
    // Were the page gone now, the browser would still send the one that is not stored.
    assert!(world.later.values().any(|post| post.body.contains("Test lead")), "{:?}", world.later);
    let says = world.answer(tabs[0], "status")["says"].to_string();
    assert!(says.contains("refuses to store") && says.contains("2 lead(s) wait"), "{says}");
    world.pass(5 * MINUTE);
    assert_eq!((stored(&world).len(), world.leads().len()), (0, 2));
    assert!(world.later.is_empty(), "what is delivered does not go a second time");

    // Left while it waits, it goes by a beacon; forgotten, it does not.
    for forgotten in [false, true] {
        let mut world = World::new(json!({}), 2);
        world.storage_fails = true;
        world.fate = Some(Box::new(|_, _| Fate { taken: false, outcome: Outcome::Failed, after: 0 }));
        let tab = world.open("/");
        world.call(tab, "test", json!([]));
        if forgotten {
            world.call(tab, "forget", json!([]));
        }
        assert_eq!(world.later.is_empty(), forgotten);
        world.close(tab);
        assert_eq!(world.beacons.is_empty(), forgotten);
    }
}

/// Nothing is posted that is no longer wanted: neither what was refused, nor what was forgotten, nor an earlier revision.
#[test]
fn what_is_not_to_be_sent_does_not_go_by_the_last_resort_either() {
    let mut world = World::new(json!({}), 3);
    world.storage_fails = true;
    world.faults = vec![Some(Outcome::Answered(400, None))];
    let tab = world.open("/");
    world.call(tab, "test", json!([]));
    assert_eq!(world.explain(tab)["outbox"][0]["state"], "refused");
    assert!(world.later.is_empty());
    world.close(tab);
    assert_eq!(world.beacons, []);

    for end in ["denied", "forget"] {
        let rule = json!({"id": "trial", "kind": "form_submit", "points": 40});
        let config = json!({"consent": "memory", "model": {"id": "m", "rules": [rule]}});
        let mut world = World::new(config, 4);
        world.fate = Some(Box::new(|_, _| Fate { taken: false, outcome: Outcome::Failed, after: 0 }));
        let tab = world.open("/pricing");
        world.call(tab, "identify", json!([{"email": "a@b.fi"}]));
        for form in ["trial", "demo"] {
            world.send(tab, Event::Did(Kind::FormSubmit, form.into()));
        }
        for revision in 1..3 {
            world.pass(2 * MINUTE);
            assert_eq!(world.later.len(), 1, "revision {revision}");
            world.call(tab, "identify", json!([{"name": "Kate"}]));
        }
        match end {
            "denied" => world.consent(tab, end),
            _ => drop(world.call(tab, end, json!([]))),
        }
        assert!(world.later.is_empty(), "{end}: {:?}", world.later);
        world.close(tab);
        assert_eq!(world.beacons, []);
    }
}

#[test]
fn a_receiver_that_is_away_for_a_day_is_asked_seldom_and_gets_all_at_once_when_it_is_back() {
    for (leads, tabs) in [(1, 3), (100, 3)] {
        let mut world = World::new(json!({}), leads as u64);
        let asked = Rc::new(RefCell::new(Vec::new()));
        let log = asked.clone();
        world.fate = Some(Box::new(move |lead, now| {
            log.borrow_mut().push((now, lead["id"].as_str().unwrap().to_owned()));
            let outcome = if now % 2 == 0 { Outcome::Failed } else { Outcome::Answered(503, None) };
            Fate { taken: false, outcome, after: 100 }
        }));
        let tabs: Vec<_> = (0..tabs).map(|_| world.open("/")).collect();
        for lead in 0..leads {
            world.call(tabs[lead % tabs.len()], "test", json!([]));
            world.pass(SECOND);
        }
        world.pass(DAY);
        let asked = asked.take();
        let most_in_a_minute =
            asked.iter().map(|(from, _)| asked.iter().filter(|(at, _)| (*from..*from + MINUTE).contains(at)).count());
        assert!(most_in_a_minute.max().unwrap() <= 6, "{leads} leads in {tabs:?}");
        let mut attempts = BTreeMap::<&str, usize>::new();
        asked.iter().for_each(|(_, id)| *attempts.entry(id).or_default() += 1);
        let most = attempts.values().max().unwrap();
        println!("{leads} leads, {} tabs: {} requests, at most {most} of one lead", tabs.len(), asked.len());
        assert!(attempts.len() == leads && *most <= 30, "{most} attempts");
        world.fate = Some(Box::new(|_, _| GOOD));
        // Of one lead alone the receiver hears within 95 minutes, or when the visitor looks at the page again.
        if leads == 1 {
            world.pass(20 * SECOND);
            world.send(tabs[0], Event::Look { visible: true, focused: true });
        }
        world.pass(MINUTE);
        assert_eq!(world.leads().len(), leads, "all within a minute of its return");
    }
}

const DOWN: Fate = Fate { taken: false, outcome: Outcome::Failed, after: 100 };

#[test]
fn a_clock_that_was_wrong_does_not_make_a_storm_of_posts() {
    let mut world = World::new(json!({}), 6);
    let tab = world.open("/");
    world.wall += 2 * 60 * MINUTE;
    world.faults = vec![Some(Outcome::Answered(422, None))];
    world.call(tab, "test", json!([]));
    world.wall -= 2 * 60 * MINUTE;
    world.fate = Some(Box::new(|_, _| DOWN));
    world.call(tab, "test", json!([]));
    let before = world.posts;
    world.pass(60 * MINUTE);
    assert!(world.posts - before <= 20, "{} posts", world.posts - before);
}

/// Also a later revision waits for as long as the receiver asked.
#[test]
fn a_receiver_that_said_when_is_not_asked_before() {
    let mut world = World::new(json!({}), 7);
    let tab = world.open("/pricing");
    world.faults = vec![Some(Outcome::Answered(429, Some(3_600)))];
    world.chat(tab, 0, 0, "a@firm.example");
    for _ in 0..5 {
        world.send(tab, Event::Chat(Input::Write("One more thing".into())));
        world.send(tab, Event::Look { visible: true, focused: true });
        world.pass(2 * MINUTE);
    }
    assert_eq!(world.posts, 1);
    world.pass(60 * MINUTE);
    assert_eq!((world.posts, world.leads().len(), stored(&world).len()), (2, 1, 0), "the last revision has all");
}

/// Storage is full when the second revision is made, and then the page dies: the first is still there.
#[test]
fn an_earlier_revision_stays_until_the_later_one_is_confirmed() {
    let mut world = World::new(json!({}), 8);
    let tab = world.open("/pricing");
    world.fate = Some(Box::new(|_, _| DOWN));
    world.chat(tab, 0, 0, "a@firm.example");
    world.send(tab, Event::Chat(Input::Write("One more thing".into())));
    world.storage_fails = true;
    world.pass(2 * MINUTE);
    world.kill(tab);
    (world.storage_fails, world.fate) = (false, None);
    world.open("/");
    world.pass(MINUTE);
    assert_eq!((world.leads().len(), stored(&world).len()), (1, 0));
}

#[test]
fn a_test_is_answered_also_where_another_tab_delivers_it() {
    let mut world = World::new(json!({}), 9);
    let tabs = [world.open("/"), world.open("/")];
    world.fate = Some(Box::new(|_, _| Fate { taken: true, outcome: Outcome::Answered(200, None), after: 10 * SECOND }));
    assert_eq!(world.call(tabs[0], "test", json!([])), None);
    assert_eq!(world.call(tabs[1], "test", json!([])), None);
    world.pass(MINUTE);
    for tab in tabs {
        assert!(world.answers(tab).iter().any(|answer| answer.starts_with("delivered")), "{:?}", world.answers(tab));
    }
}

/// The table of docs/webhook.md, row by row: the status, how long the receiver asks to wait in seconds where it does, and what
/// becomes of the lead. `again N`: not within N seconds, and then it is.
const ANSWERS: &str = "
    200 - gone      201 - gone      202 - gone      204 - gone      206 - gone      226 - gone      299 - gone
    400 - kept      401 - kept      403 - kept      410 - kept      422 - kept      401 9 kept      410 0 kept
    404 - again 0   405 - again 0   406 - again 0   407 - again 0   409 - again 0   411 - again 0   412 - again 0
    413 - again 0   414 - again 0   415 - again 0   417 - again 0   418 - again 0   421 - again 0   423 - again 0
    424 - again 0   425 - again 0   426 - again 0   428 - again 0   431 - again 0   451 - again 0   404 90 again 0
    429 - again 60  429 5 again 5   429 0 again 0   429 999999 again 86400          408 - again 0   408 30 again 30
    500 - again 0   501 - again 0   502 - again 0   503 - again 0   504 - again 0   505 - again 0   507 - again 0
    508 - again 0   511 - again 0   520 - again 0   522 - again 0   503 120 again 120               500 7 again 7
    100 - again 0   304 - again 0   600 - again 0   999 - again 0   0 - again 0";

#[test]
fn each_answer_has_its_consequence() {
    let mut words = ANSWERS.split_whitespace().peekable();
    let mut rows = 0;
    while let (Some(status), Some(after), Some(becomes)) = (words.next(), words.next(), words.next()) {
        let least = if becomes == "again" { words.next().unwrap().parse().unwrap() } else { 0 };
        let mut world = World::new(json!({}), rows);
        let tab = world.open("/");
        let (code, after) = (status.parse().unwrap(), after.parse().ok());
        let outcome = if code == 0 { Outcome::Failed } else { Outcome::Answered(code, after) };
        world.faults = vec![Some(outcome)];
        world.call(tab, "test", json!([]));
        let left = world.explain(tab)["outbox"].as_array().unwrap().len();
        let dead = world.explain(tab)["outbox"][0]["state"] == "refused";
        if least > 0 {
            world.pass(least * SECOND - 1);
            assert_eq!(world.posts, 1, "{status} {after:?}: too early");
        }
        world.pass(5 * SECOND);
        assert_eq!(
            (left, dead, world.posts),
            match becomes {
                "gone" => (0, false, 1),
                "kept" => (1, true, 1),
                _ => (1, false, 2),
            },
            "{status} {after:?}"
        );
        rows += 1;
    }
    assert!(rows >= 40, "{rows} rows");
}
