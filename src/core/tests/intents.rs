//! What visitors mean: labelled messages in three languages, and whatever else people type.
#![allow(missing_docs)]

use std::collections::BTreeSet;

use leadheat_core::intent::Intent;
use leadheat_core::text::Lang;
use leadheat_core::understand::understand;

const FI: &str = include_str!("intents-fi.tsv");
const HU: &str = include_str!("intents-hu.tsv");
const EN: &str = include_str!("intents-en.tsv");

/// Labelled messages of a part: intents and text.
fn messages<'t>(file: &'t str, part: &str) -> Vec<(BTreeSet<&'t str>, &'t str)> {
    let lines = file.lines().filter(|line| !line.starts_with('#'));
    let cells = lines.map(|line| line.split('\t').collect::<Vec<_>>()).filter(|cells| cells[0] == part);
    cells.map(|cells| (cells[1].split(',').filter(|intent| *intent != "-").collect(), cells[2])).collect()
}

/// Micro F1 of a part; prints what is wrong with it.
fn f1(file: &str, part: &str, lang: Lang) -> f64 {
    let (mut right, mut wrong, mut missing) = (0, 0, 0);
    for (expected, text) in messages(file, part) {
        let understood = understand(text, None);
        let found: BTreeSet<_> = understood.intents.0.iter().map(|(intent, _)| intent.name()).collect();
        right += found.intersection(&expected).count();
        wrong += found.difference(&expected).count();
        missing += expected.difference(&found).count();
        if found != expected && part == "dev" {
            println!(
                "{part} {text}: {found:?}, should be {expected:?}; {:?} {:?}",
                understood.lang, understood.intents
            );
        } else if understood.lang != lang {
            println!("{part} {text}: taken for {:?}", understood.lang);
        }
    }
    let f1 = 2.0 * f64::from(right as u32) / f64::from((2 * right + wrong + missing) as u32);
    println!("{lang:?} {part}: F1 {f1:.3}; {right} right, {wrong} wrong, {missing} missing");
    f1
}

#[test]
fn messages_in_three_languages() {
    for (file, lang, least) in [(EN, Lang::En, 0.78), (HU, Lang::Hu, 0.85), (FI, Lang::Fi, 0.85)] {
        assert!(f1(file, "dev", lang) >= 0.95);
        assert!(f1(file, "held", lang) >= least);
        let labels: BTreeSet<_> =
            ["dev", "held"].iter().flat_map(|part| messages(file, part)).flat_map(|(intents, _)| intents).collect();
        for intent in Intent::NAMES.all {
            assert!(labels.contains(intent.name()), "no message says {}", intent.name());
        }
    }
}

/// 100,000 are asked for: `LEADHEAT_LONG=1 cargo test --release -p leadheat-core --test intents -- --nocapture`, which also says how long
/// one takes.
#[test]
fn whatever_is_typed_nothing_panics() {
    let rounds = if std::env::var_os("LEADHEAT_LONG").is_some() { 100_000 } else { 3_000 };
    let known: Vec<&str> =
        [FI, HU].iter().flat_map(|file| file.lines()).filter_map(|line| line.split('\t').nth(2)).collect();
    let odd = [
        "\u{202e}", "💥", "İ", "ß", "\u{0}", "e\u{301}", "'", "..", "€", "1.2.3.4", "+", "@", "a@b", "100k",
        "\u{fffd}", "ﷺ",
    ];
    let mut random = fastrand::Rng::with_seed(7);
    let mut texts = Vec::new();
    for _ in 0..rounds {
        let mut letters: Vec<char> = known[random.usize(..known.len())].chars().collect();
        for _ in 0..random.usize(..8) {
            let at = random.usize(..=letters.len());
            match random.u8(..5) {
                0 => letters.insert(at, random.char(..)),
                1 => drop(letters.splice(at..at, odd[random.usize(..odd.len())].chars())),
                2 => letters.truncate(at.max(1)),
                3 => letters.extend(known[random.usize(..known.len())].chars()),
                _ => drop((at < letters.len()).then(|| letters.remove(at))),
            }
        }
        texts.push(letters.into_iter().collect::<String>());
    }
    understand("", None);
    let begin = std::time::Instant::now();
    for text in &texts {
        let understood = understand(text, None);
        assert!(
            understood
                .intents
                .0
                .iter()
                .all(|(_, said)| said.is_empty() || text.contains(said.as_str()) || !understood.amounts.is_empty()),
            "{text:?}"
        );
    }
    println!("{} µs each", begin.elapsed().as_micros() / rounds as u128);
    for text in [
        "a ".repeat(600_000),
        "paljonko ".repeat(50_000),
        "9".repeat(100_000),
        "nem ".repeat(50_000) + "ár",
        "+1 ".repeat(50_000),
    ] {
        understand(&text, None);
    }
}
