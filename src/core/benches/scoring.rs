//! What a signal costs, by number of rules and by length of history, and what scoring everything anew costs.
//! `cargo bench -p leadheat-core`; the figures are in docs/model.md.
#![allow(missing_docs)]

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use leadheat_core::app::{Boot, Event, State, update};
use leadheat_core::config::Defaults;
use leadheat_core::consent::Report;
use leadheat_core::facts::Facts;
use leadheat_core::glob::Glob;
use leadheat_core::json::Value;
use leadheat_core::model::{self, Decay, Points, Rule};
use leadheat_core::score::{Evidence, Scorer};
use leadheat_core::select::{Condition, Measure, Selector, Test};
use leadheat_core::signal::{Kind, Signal};
use leadheat_core::time::{DAY, Day, MINUTE, Stamp, day};

const NOW: u64 = 1_800_000_000_000;

/// Rules as marketers write them: on paths, with caps, decay and windows, every tenth with a condition.
fn rules(count: usize) -> Vec<Rule> {
    let rule = |index: usize| {
        let on = vec![Glob(format!("/section-{}*", index % 300))];
        let (kind, measure, points) = match index % 3 {
            0 => (Kind::PageView, Measure::Count, Points::Each(1_000)),
            1 => (Kind::Engaged, Measure::Sum, Points::Steps(vec![(60_000, 2_000), (600_000, 9_000)])),
            _ => (Kind::Mark, Measure::Count, Points::Each(-500)),
        };
        let paid = Selector { attribute: Some("channel".into()), on: vec![Glob("paid".into())], ..Selector::default() };
        Rule {
            id: format!("rule-{index}"),
            label: Default::default(),
            why: None,
            group: index.is_multiple_of(2).then(|| "content".into()),
            what: Selector {
                kind: Some(kind),
                on,
                measure,
                window_days: index.is_multiple_of(5).then_some(30),
                ..Selector::default()
            },
            when: index.is_multiple_of(10).then(|| Condition::Test(Test { what: paid, ..Test::default() })),
            points,
            cap_day: None,
            cap: Some(20_000),
            decay: index.is_multiple_of(4).then_some(Decay::HalfLifeDays(14)),
        }
    };
    (0..count).map(rule).collect()
}

fn signal(index: usize) -> Signal {
    let kind = [Kind::PageView, Kind::Engaged, Kind::Mark][index % 3];
    Signal { kind, subject: format!("/section-{}/page", index % 100), amount: 1 + (index % 60) as u32 }
}

/// A visitor who has done so much in the last two months.
fn history(signals: usize) -> Facts {
    let mut facts = Facts::default();
    for index in 0..signals {
        facts.add(&signal(index), NOW - (signals - index) as u64 * (60 * DAY / signals as u64));
        if index.is_multiple_of(100) {
            facts.bound(day(NOW));
        }
    }
    facts.bound(day(NOW));
    facts
}

fn evidence<'a>(facts: &'a Facts, attributes: &'a [(String, String)], today: Day) -> Evidence<'a> {
    Evidence { facts, journey: &[], attributes, today }
}

fn scorer(count: usize) -> Scorer {
    Scorer::new(rules(count), vec![("content".into(), 40_000)])
}

fn a_signal(criterion: &mut Criterion) {
    let attributes = [("channel".to_owned(), "paid".to_owned())];
    let mut bench = |group: &str, parameter: usize, rules: usize, past: usize| {
        let (mut facts, mut scorer) = (history(past), scorer(rules));
        scorer.total(&evidence(&facts, &attributes, day(NOW)));
        let mut index = 0;
        criterion.bench_with_input(BenchmarkId::new(group, parameter), &(), |bencher, ()| {
            bencher.iter(|| {
                index += 1;
                let signal = signal(index);
                let fact = facts.add(&signal, NOW + MINUTE);
                scorer.signal(&facts, fact);
                scorer.total(&evidence(&facts, &attributes, day(NOW)))
            });
        });
    };
    for rules in [10, 100, 1_000, 10_000] {
        bench("signal, by rules", rules, rules, 10_000);
    }
    for past in [100, 1_000, 10_000, 100_000, 1_000_000] {
        bench("signal, by history", past, 100, past);
    }
}

fn everything(criterion: &mut Criterion) {
    let attributes = [("channel".to_owned(), "paid".to_owned())];
    let facts = history(10_000);
    for rules in [10, 100, 1_000, 10_000] {
        criterion.bench_with_input(BenchmarkId::new("everything anew, with lines", rules), &rules, |bencher, rules| {
            bencher.iter_batched(
                || scorer(*rules),
                |mut scorer| {
                    scorer.total(&evidence(&facts, &attributes, day(NOW)));
                    scorer.assess(&evidence(&facts, &attributes, day(NOW)))
                },
                BatchSize::LargeInput,
            );
        });
    }
}

/// A signal as it comes from the page: everything that follows from it, on leadheat's own model.
fn a_turn(criterion: &mut Criterion) {
    let parse = |json| serde_json::from_str(json).expect("the default documents are JSON");
    let boot = Boot {
        webhook: Some("/webhook".into()),
        defaults: Defaults { model: parse(model::DEFAULT), chat: leadheat_core::json::Value::Null },
        ..Boot::default()
    };
    let (mut state, mut now) = (State::default(), Stamp { wall: NOW, monotonic: 0, entropy: 7 });
    update(&mut state, Event::Boot(Box::new(boot)), now);
    update(&mut state, Event::Consent(Report::Command(true)), now);
    let mut index = 0;
    // Between two saves, which come every two seconds.
    let mut track = |state: &mut State, every: u64| {
        index += 1;
        (now.wall, now.monotonic) = (now.wall + every, now.monotonic + every);
        let args = vec![Value::String(format!("event-{}", index % 300))];
        update(state, Event::Called { name: "track".into(), args, ticket: index }, now)
    };
    for _ in 0..10_000 {
        track(&mut state, 1);
    }
    criterion
        .bench_function("a turn, after 10,000 signals under 300 keys", |bencher| bencher.iter(|| track(&mut state, 0)));
}

criterion_group!(benches, a_signal, everything, a_turn);
criterion_main!(benches);
