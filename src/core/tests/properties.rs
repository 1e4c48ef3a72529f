//! Promises that hold whatever happens: merging, bounds, sums, reading back.
#![allow(missing_docs)]

use leadheat_core::app::{Event, Stored};
use leadheat_core::chat::{Conversation, Input, Line, Speaker};
use leadheat_core::glob::Glob;
use leadheat_core::json::Value;
use leadheat_core::lead::{Contact, FitNote, JourneyStep, Lead, MAX_BYTES, Message, Reason};
use leadheat_core::model::{Decay, Milli, Points, Rule, Tiers};
use leadheat_core::qualify::Qualification;

use leadheat_core::facts::{Facts, MAX_KEYS};
use leadheat_core::score::{Evidence, Scorer};
use leadheat_core::select::{Condition, Measure, Selector, Test};
use leadheat_core::signal::{Kind, Signal};
use leadheat_core::sim::World;
use leadheat_core::source::Touch;
use leadheat_core::tier::{Tier, tier};
use leadheat_core::time::{DAY, day};
use leadheat_core::visitor::{Latest, Record, Records, Step};
use leadheat_core::wire::Wire;
use leadheat_core::write;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::json;

const NOW: u64 = 1_800_000_000_000;

fn kind() -> impl Strategy<Value = Kind> {
    (0..Kind::NAMES.all.len()).prop_map(|index| Kind::NAMES.all[index])
}

fn signal() -> impl Strategy<Value = (Signal, u64)> {
    let signal =
        (kind(), "[a-z/é\"]{0,70}", 0..1_000u32).prop_map(|(kind, subject, amount)| Signal { kind, subject, amount });
    (signal, 0..200u64).prop_map(|(signal, days_ago)| (signal, NOW - days_ago * DAY))
}

fn facts() -> impl Strategy<Value = Facts> {
    vec(signal(), 0..60).prop_map(|signals| {
        let mut facts = Facts::default();
        for (signal, at) in &signals {
            facts.add(signal, *at);
        }
        facts
    })
}

fn contact() -> impl Strategy<Value = Contact> {
    let text = || proptest::option::of("[a-zå@.]{1,20}");
    (text(), text(), text(), text()).prop_map(|(name, email, phone, company)| Contact { name, email, phone, company })
}

fn record() -> impl Strategy<Value = Record> {
    let touch = || {
        proptest::option::of((0..9u64, "[a-z]{0,5}").prop_map(|(at, channel)| Touch {
            at,
            channel,
            ..Touch::default()
        }))
    };
    let step = (0..50u64, kind(), "[a-z]{0,3}").prop_map(|(at, what, subject)| Step {
        at,
        what,
        subject,
        amount: 1,
        scroll: 2,
    });
    (facts(), vec(step, 0..6), touch(), touch(), 0..99u64, contact(), 1..5u32).prop_map(
        |(facts, mut journey, first, last, active, contact, version)| {
            journey.sort_by_key(|step| step.at);
            let contact = Latest { at: active, value: contact };
            Record {
                visitor: format!("v{active}"),
                version,
                facts,
                journey,
                first,
                last,
                active,
                contact,
                ..Record::default()
            }
        },
    )
}

fn records() -> impl Strategy<Value = Records> {
    btree_map("[abc]", record(), 0..3).prop_map(|map| {
        let mut records = Records::default();
        map.into_iter().for_each(|(writer, record)| records.take(&writer, &record));
        records
    })
}

/// Two versions of one record with the same number are the same record: versions grow with every write.
fn consistent(sets: &mut [Records]) {
    let mut known = Records::default();
    for set in sets {
        for (writer, record) in &mut set.0.0 {
            match known.0.get(writer).filter(|other| other.version == record.version) {
                Some(other) => record.clone_from(other),
                None => known.take(writer, record),
            }
        }
    }
}

fn selector() -> impl Strategy<Value = Selector> {
    let on = prop_oneof![Just(vec![]), Just(vec![Glob("a*".into())]), Just(vec![Glob("*é*".into()), Glob("B".into())])];
    let signals = (kind(), on, any::<bool>(), proptest::option::of(1..120u32), any::<bool>()).prop_map(
        |(kind, on, sum, window_days, this_visit)| Selector {
            kind: Some(kind),
            on,
            measure: if sum { Measure::Sum } else { Measure::Count },
            window_days,
            this_visit,
            ..Selector::default()
        },
    );
    let attribute = "[abc]".prop_map(|name| Selector { attribute: Some(name), ..Selector::default() });
    prop_oneof![4 => signals, 1 => attribute, 1 => Just(Selector::default())]
}

fn condition() -> impl Strategy<Value = Condition> {
    let bound = || proptest::option::of(0..40_000i64);
    let test = (selector(), bound(), bound());
    let test = test.prop_map(|(what, from, below)| Condition::Test(Test { what, from, below }));
    test.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(|all| Condition::All { all }),
            vec(inner.clone(), 0..3).prop_map(|any| Condition::Any { any }),
            vec(inner, 0..3).prop_map(|not| Condition::Not { not }),
        ]
    })
}

fn rule() -> impl Strategy<Value = Rule> {
    let points = prop_oneof![
        (-20_000..20_000i64).prop_map(Points::Each),
        vec((0..500_000i64, -30_000..30_000i64), 1..4).prop_map(|mut steps| {
            steps.sort();
            steps.dedup_by_key(|step| step.0);
            Points::Steps(steps)
        }),
    ];
    let cap = || proptest::option::of(0..40_000i64);
    let decay = proptest::option::of(prop_oneof![
        (1..60u32).prop_map(Decay::HalfLifeDays),
        (1..60u32).prop_map(Decay::LinearDays)
    ]);
    (selector(), proptest::option::of(condition()), points, cap(), cap(), decay, any::<bool>()).prop_map(
        |(what, when, points, cap_day, cap, decay, grouped)| Rule {
            id: "r".into(),
            label: Default::default(),
            why: None,
            group: grouped.then(|| "g".into()),
            what,
            when,
            points,
            cap_day,
            cap,
            decay,
        },
    )
}

fn attributes() -> impl Strategy<Value = Vec<(String, String)>> {
    btree_map("[abc]", prop_oneof!["[a-z]{1,5}", "-?[0-9]{1,3}"], 0..3).prop_map(|map| map.into_iter().collect())
}

fn merged(a: &Records, b: &Records) -> Records {
    let mut sum = a.clone();
    sum.merge(b);
    sum
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn merging_is_commutative_associative_and_idempotent(a in records(), b in records(), c in records()) {
        let mut sets = [a, b, c];
        consistent(&mut sets);
        let [a, b, c] = &sets;
        prop_assert_eq!(merged(a, b), merged(b, a));
        prop_assert_eq!(merged(&merged(a, b), c), merged(a, &merged(b, c)));
        prop_assert_eq!(&merged(a, a), a);
        prop_assert_eq!(merged(a, b).visitor(), merged(b, a).visitor());
    }

    #[test]
    fn the_lines_sum_to_the_total_and_no_cap_is_exceeded(
        record in record(), attributes in attributes(), rules in vec(rule(), 1..12), group in 0..50_000i64
    ) {
        let mut scorer = Scorer::new(rules.clone(), vec![("g".into(), group)]);
        let evidence = Evidence { facts: &record.facts, journey: &record.journey, attributes: &attributes, today: day(NOW) };
        let total = scorer.total(&evidence);
        let assessment = scorer.assess(&evidence);
        prop_assert_eq!(assessment.total, total);
        prop_assert_eq!(assessment.lines.iter().map(|line| line.points).sum::<Milli>(), total);
        prop_assert!((0..=100_000).contains(&total));
        let mut of_group = 0;
        for line in &assessment.lines {
            if let Some(rule) = line.index.map(|index| &rules[index]) {
                prop_assert!(rule.cap.is_none_or(|cap| line.points.abs() <= cap));
                prop_assert!(line.day_capped.abs() <= line.raw.abs() && line.decayed.abs() <= line.day_capped.abs());
                of_group += if rule.group.is_some() { line.points } else { 0 };
            } else if line.rule == "group:g" {
                of_group += line.points;
            }
        }
        prop_assert!(of_group.abs() <= group);
    }

    #[test]
    fn what_is_kept_up_to_date_is_what_would_be_found_anew(
        signals in vec((kind(), "[abé]{0,3}", 0..300u32, 0..40u64), 1..40), rules in vec(rule(), 1..8), told in vec(attributes(), 3)
    ) {
        let groups = vec![("g".to_owned(), 9_000)];
        let mut kept = Scorer::new(rules.clone(), groups.clone());
        let (mut facts, mut journey, mut at) = (Facts::default(), Vec::new(), NOW);
        for (index, (kind, subject, amount, hours)) in signals.into_iter().enumerate() {
            at += hours * DAY / 24;
            let signal = Signal { kind, subject, amount };
            let fact = facts.add(&signal, at);
            kept.signal(&facts, fact);
            journey.push(Step { at, what: kind, subject: signal.subject, amount, scroll: 0 });
            let evidence = Evidence { facts: &facts, journey: &journey, attributes: &told[index % 3], today: day(at) };
            let total = kept.total(&evidence);
            let mut anew = Scorer::new(rules.clone(), groups.clone());
            prop_assert_eq!(total, anew.total(&evidence));
            prop_assert_eq!(kept.assess(&evidence), anew.assess(&evidence));
        }
    }

    #[test]
    fn a_tier_does_not_flicker(
        walk in vec(-6_000..6_000i64, 1..200), warm in 10_000..50_000i64, gap in 0..40_000i64, hysteresis in 1..10_000i64,
    ) {
        let tiers = Tiers { warm, hot: warm + gap, hysteresis };
        for level in [Tier::Warm, Tier::Hot] {
            let (mut score, mut now, mut turned) = (0, Tier::Cold, None::<i64>);
            for step in &walk {
                score = (score + step).clamp(0, 100_000);
                let next = tier(score, now, &tiers, None, true);
                if (next >= level) != (now >= level) {
                    let far = turned.is_none_or(|at| score.abs_diff(at) > hysteresis as u64);
                    prop_assert!(far, "{now:?} to {next:?} at {score}, after the opposite at {turned:?}");
                    turned = Some(score);
                }
                now = next;
            }
        }
    }

    #[test]
    fn facts_stay_bounded_and_lose_no_count(signals in vec(signal(), 0..1_500)) {
        let mut record = Record { visitor: "v".into(), ..Record::default() };
        for (index, (signal, at)) in signals.iter().enumerate() {
            let subject = format!("{}{index}", signal.subject);
            record.facts.add(&Signal { subject, ..signal.clone() }, *at);
            record.journey.push(Step { at: *at, what: signal.kind, subject: "x".repeat(80), amount: 9, scroll: 9 });
        }
        record.bound(day(NOW), 395);
        prop_assert!(record.facts.0.0.len() <= MAX_KEYS);
        for kind in Kind::NAMES.all {
            let seen = signals.iter().filter(|(signal, _)| signal.kind == *kind).count();
            prop_assert_eq!(record.facts.count(*kind) as usize, seen);
        }
        let stored = write::json(&record.write());
        prop_assert!(stored.len() < 64_000, "{} bytes", stored.len());
    }

    #[test]
    fn what_is_stored_reads_back_the_same(record in record(), lines in vec("\\PC{0,30}", 0..5), contact in contact()) {
        let lines = lines.into_iter().map(|text| Line { at: 5, from: Speaker::Visitor, text, id: 0, by: String::new() }).collect();
        let chat = Conversation { version: 3, lines, contact, open: true, step: "s".into(), page: "/p".into(), ..Conversation::default() };
        for (name, document, stored) in
            [("visitor", record.write(), Stored::Visitor(Box::new(record))), ("chat", chat.write(), Stored::Chat(Box::new(chat)))]
        {
            let json = write::json(&Value::Object(vec![(name.into(), document)]));
            prop_assert_eq!(Stored::read(&serde_json::from_str(&json).unwrap()), Some(stored));
        }
    }

    #[test]
    fn a_lead_stays_within_its_size_and_keeps_its_contact(
        text in "[\\PC\"\\\\]{0,1000}", chat in 0..100usize, journey in 0..60usize, reasons in 0..80usize, points in -9_999..9_999i64
    ) {
        let mut contact = Contact::default();
        for field in leadheat_core::lead::Field::NAMES.all {
            contact.set(*field, &text);
        }
        let message = Message { at: "2026-11-21T18:02:11Z".into(), from: Speaker::Visitor, text: leadheat_core::chat::clean(&text, 1_000) };
        let reason = Reason { rule: "r".repeat(30), label: leadheat_core::text::clip(&text, 80).to_owned(), points: points as f64 / 1_000.0, evidence: vec!["x".repeat(60); 3], ..Reason::default() };
        let step = JourneyStep { at: message.at.clone(), what: Kind::PageView, subject: "y".repeat(80), seconds: 1, scroll: 1 };
        let mut said = Qualification::default();
        said.fill(leadheat_core::qualify::Fact::Need, &text);
        let mut lead = Lead { contact, qualification: said, chat: vec![message; chat], journey: vec![step; journey], reasons: vec![reason.clone(); reasons], ..Lead::default() };
        lead.fit = Some(FitNote { score: 1.0, grade: "A1".into(), reasons: vec![reason; reasons] });
        for name in 0..40 {
            lead.attributes.set(&format!("{name}{}", "n".repeat(50)), &text);
        }
        let kept = lead.contact.clone();
        lead.bound();
        let json = write::json(&lead.write());
        prop_assert!(json.len() <= MAX_BYTES);
        let read: Lead = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&read, &lead, "what the page writes and what the receiver reads are one form");
        prop_assert_eq!(lead.contact, kept);
        let sum: i64 = lead.reasons.iter().map(|reason| (reason.points * 1_000.0).round() as i64).sum();
        prop_assert_eq!(sum, points * reasons as i64);
    }

    #[test]
    fn whatever_stands_in_storage_nothing_panics(json in "[\\[\\]{}\",:a-z0-9]{0,60}", key in "(consent|chat|v:x|o:x|off|other)") {
        let mut world = World::new(json!({}), 3);
        for content in [json.as_str(), "null", "[]", "{}", "\"off\"", r#"{"visitor":[]}"#, r#"{"chat":{"lines":[1,null],"step":"gone","version":1e99}}"#,
            r#"{"visitor":{"facts":[["page_view x",{"older":[1e99,-5],"days":[[1e99,[2,3]]],"last":1e99}]],"version":-1}}"#,
            r#"{"consent":{"decision":"granted","at":1e99}}"#, r#"{"lead":{"due":1e99,"attempts":-1}}"#] {
            if serde_json::from_str::<serde_json::Value>(content).is_ok() {
                world.plant(&format!("leadheat:{key}"), content);
                let tab = world.open("/");
                world.consent(tab, "granted");
                world.chat(tab, 0, 0, "a@b.fi");
                world.pass(3 * DAY);
                world.goto(tab, "/x");
                world.close(tab);
            }
        }
    }

    #[test]
    fn whatever_a_visitor_does_nothing_panics_and_the_score_is_explained(steps in vec((0..14u8, "\\PC{0,40}", 0..90_000u64), 1..60), seed in any::<u64>()) {
        let mut world = World::new(json!({"consent": "memory"}), seed);
        let mut tab = world.open("/");
        for (what, text, millis) in steps {
            match what {
                0 => world.send(tab, Event::Chat(Input::Open)),
                1 => world.send(tab, Event::Chat(Input::Close)),
                2 => world.send(tab, Event::Chat(Input::Choose(millis as usize % 5))),
                3 => world.send(tab, Event::Chat(Input::Write(text))),
                4 => {
                    let mut contact = Contact::default();
                    contact.set(leadheat_core::lead::Field::Email, &text);
                    contact.set(leadheat_core::lead::Field::Phone, &millis.to_string());
                    world.send(tab, Event::Chat(Input::Submit(contact, millis % 2 == 0)));
                }
                5 => world.consent(tab, if millis % 2 == 0 { "granted" } else { "denied" }),
                6 => world.goto(tab, &format!("/{text}")),
                7 => tab = world.open("/pricing"),
                8 => world.send(tab, Event::Did(Kind::FormSubmit, text)),
                9 => world.send(tab, Event::Scrolled(millis as u8)),
                10 => { world.call(tab, "track", json!([text, millis])); }
                11 => world.wall = world.wall.saturating_add(millis * 1_000).saturating_sub(40_000_000),
                12 => world.send(tab, Event::Look { visible: millis % 2 == 0, focused: millis % 3 == 0 }),
                _ => world.pass(millis),
            }
            let explanation = world.explain(tab);
            if let Some(score) = explanation["score"].as_f64() {
                let sum: i64 = explanation["reasons"].as_array().unwrap().iter().map(|reason| (reason["points"].as_f64().unwrap() * 1_000.0).round() as i64).sum();
                prop_assert_eq!(sum, (score * 1_000.0).round() as i64);
            }
        }
    }
}
