//! `leadheat train`: a model learned from leads whose end is known. Owns cross-validation and where the tiers begin; must not
//! know how a card is found (learn.rs) nor how it is written down (card.rs).

use std::fs;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, bail, ensure};
use leadheat_core::tier::Tier;
use rayon::prelude::*;

use crate::card::{Sheet, number};
use crate::data::{Column, Map, Row};
use crate::learn::learn;
use crate::{metrics, score};

/// Cross-validation: into so many parts, so often.
const FOLDS: usize = 5;
const SEEDS: u64 = 5;
/// Fewest customers, and fewest others, to learn from.
const FEWEST: usize = 50;

/// Where a tier begins.
#[derive(Clone, Copy, Debug)]
pub struct Goal {
    /// So that it has this share of the leads, from 0 to 1; also where the conversion asked for cannot be reached.
    pub share: f64,
    /// So that at least this share of those in it become customers, from 0 to 1.
    pub conversion: Option<f64>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wishes {
    /// Most rules of the model.
    pub max_rules: usize,
    /// Where hot begins.
    pub hot: Goal,
    /// Where warm begins; the hot are not counted.
    pub warm: Goal,
}

/// Learns a model from a file, writes it, and says how good it is on leads that it has not seen.
pub fn train(data: &Path, map: &Path, label: &str, wishes: &Wishes, out: &Path) -> Result<()> {
    ensure!(wishes.hot.share + wishes.warm.share <= 1.0, "hot and warm together are more than all leads");
    let map = Map::read(map)?;
    ensure!(!map.columns.contains_key(label), "`{label}` is what shall be foretold: take it out of the map's columns");
    let rows = map.rows(data, Some(label))?;
    let labels: Vec<bool> = rows.iter().map(|row| row.label).collect();
    let customers = labels.iter().filter(|label| **label).count();
    ensure!(
        customers >= FEWEST && rows.len() - customers >= FEWEST,
        "{}: {customers} customers and {} others are too few to learn from; {FEWEST} of each are needed",
        data.display(),
        rows.len() - customers
    );
    let columns: Vec<&Column> = map.columns.values().collect();
    let all: Vec<&Row> = rows.iter().collect();

    let validated = cross_validate(&columns, &all, wishes.max_rules);
    let card = learn(&columns, &all, wishes.max_rules);
    let sheet = Sheet::new(&map, &card, &rows)
        .context("nothing in these columns tells customers from others: there is no model to write")?;
    let foretold = ranked(validated.iter().flatten().copied(), &labels);
    let probabilities = rows.iter().map(|row| card.probability(card.points(&row.cells).into()));
    let beginnings = beginnings(wishes, &foretold, &ranked(probabilities, &labels));
    let [warm, hot] = [beginnings.warm, beginnings.hot].map(|from| sheet.reaching(from));
    let name = out.file_stem().map_or("learned".into(), |name| name.to_string_lossy());
    let document = sheet.document(&name, warm, hot)?;
    // The model is what it says only if core, which scores in the page, comes to the same.
    let model = score::read(serde_json::from_str(&document)?)?;
    let scores = score::scores(&model, &rows);
    let differs = rows.iter().zip(&scores).find(|(row, score)| sheet.score(card.points(&row.cells)) != **score);
    if let Some((row, score)) = differs {
        bail!(
            "lead {} has a score of {score} thousandths, which is not what was learned; this is a fault of leadheat",
            row.id
        );
    }
    fs::write(out, document).with_context(|| format!("{} cannot be written", out.display()))?;

    println!("{} leads, {customers} of them ({:.1} %) became customers", rows.len(), 100.0 * metrics::share(&labels));
    println!("\nOn leads that it has not seen ({FOLDS} parts, {SEEDS} times, mean):");
    let figures: Vec<_> = validated.iter().map(|all| metrics::figures(all, Some(all), &labels)).collect();
    for (index, (name, _)) in figures[0].iter().enumerate() {
        let mean = figures.iter().map(|figures| figures[index].1).sum::<f64>() / figures.len() as f64;
        println!("{name:<18}{mean:.3}");
    }
    let (tiers, repeated) = validated_tiers(wishes, &validated, &labels);
    metrics::tiers(&tiers, &repeated).iter().for_each(|line| println!("{line}"));
    for note in &beginnings.notes {
        println!("{note}");
    }
    println!("\nThe model written, on all of these leads:");
    metrics::tiers(&score::tiers(&model, &scores), &labels).iter().for_each(|line| println!("{line}"));
    println!("\n{}", sheet.table());
    println!("warm from {}, hot from {}. Written to {}", number(warm), number(hot), out.display());
    Ok(())
}

/// The probabilities of all leads, each by a card that was learned without it; once for every seed.
fn cross_validate(columns: &[&Column], rows: &[&Row], max_rules: usize) -> Vec<Vec<f64>> {
    let done = AtomicUsize::new(0);
    // On a terminal one line that counts; elsewhere, as in a log, a line for each.
    let line = if std::io::stderr().is_terminal() { ("\r", "") } else { ("", "\n") };
    let one = |seed: u64, fold: usize| {
        let folds = folds(rows, seed);
        let (unseen, seen): (Vec<usize>, Vec<usize>) = (0..rows.len()).partition(|lead| folds[*lead] == fold);
        let card = learn(columns, &seen.iter().map(|lead| rows[*lead]).collect::<Vec<_>>(), max_rules);
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        eprint!("{}cross-validation: {done} of {}{}", line.0, FOLDS * SEEDS as usize, line.1);
        unseen.iter().map(|lead| (*lead, card.probability(card.points(&rows[*lead].cells).into()))).collect::<Vec<_>>()
    };
    let of_seed = |seed: u64| {
        let mut all = vec![0.0; rows.len()];
        let parts: Vec<_> = (0..FOLDS).into_par_iter().map(|fold| one(seed, fold)).collect();
        parts.into_iter().flatten().for_each(|(lead, probability)| all[lead] = probability);
        all
    };
    let all = (0..SEEDS).map(of_seed).collect();
    eprint!("{}", if line.1.is_empty() { "\n" } else { "" });
    all
}

/// The part that each lead belongs to; customers and others are spread evenly.
fn folds(rows: &[&Row], seed: u64) -> Vec<usize> {
    let mut folds = vec![0; rows.len()];
    let mut random = fastrand::Rng::with_seed(seed);
    for label in [false, true] {
        let mut leads: Vec<usize> = (0..rows.len()).filter(|lead| rows[*lead].label == label).collect();
        random.shuffle(&mut leads);
        leads.iter().enumerate().for_each(|(index, lead)| folds[*lead] = index % FOLDS);
    }
    folds
}

/// Where the tiers begin, in probability, and what could not be had.
struct Beginnings {
    warm: f64,
    hot: f64,
    notes: Vec<String>,
}

/// By share from the scores that the leads have, by conversion from what was foretold of them without knowing them. Both in
/// descending order, as far as they are not in a warmer tier.
fn beginnings(wishes: &Wishes, foretold: &[(f64, bool)], scored: &[(f64, bool)]) -> Beginnings {
    let mut notes = Vec::new();
    let mut begin = |name: &str, goal: Goal, below: f64| {
        let below = |ranked: &[(f64, bool)]| ranked.partition_point(|(probability, _)| *probability >= below);
        let part = |leads: f64| leads / scored.len() as f64;
        let by_share = || {
            let near = |leads: f64, _| -(part(leads) - goal.share).abs();
            begin(&scored[below(scored)..], near).map_or(0.0, |(_, from)| from)
        };
        let Some(wanted) = goal.conversion else { return by_share() };
        let ranked = &foretold[below(foretold)..];
        // What fewer than a hundredth of all leads do is taken for chance.
        let least = foretold.len() as f64 / 100.0;
        let conversion = |leads: f64, customers: f64| if leads < least { 0.0 } else { customers / leads };
        let enough = |leads, customers| if conversion(leads, customers) < wanted { 0.0 } else { leads };
        match begin(ranked, enough) {
            Some((leads, from)) if leads > 0.0 => from,
            _ => {
                let best = begin(ranked, conversion).map_or(0.0, |(best, _)| best);
                notes.push(format!(
                    "{name}: {:.1} % is not reached; the best part of these leads converts at {:.1} %. By share instead: {:.1} %",
                    100.0 * wanted,
                    100.0 * best,
                    100.0 * goal.share
                ));
                by_share()
            }
        }
    };
    let hot = begin("hot", wishes.hot, f64::INFINITY);
    let all_hot = scored.last().is_none_or(|(probability, _)| *probability >= hot);
    let warm = if all_hot { hot } else { begin("warm", wishes.warm, hot) };
    if all_hot {
        notes.push("warm: all leads are hot already".into());
    }
    Beginnings { warm, hot, notes }
}

/// Leads in descending order of probability. Labels are repeated as often as the probabilities go over them.
fn ranked(probabilities: impl Iterator<Item = f64>, labels: &[bool]) -> Vec<(f64, bool)> {
    let mut ranked: Vec<(f64, bool)> = probabilities.zip(labels.iter().copied().cycle()).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked
}

/// Of all tiers that begin at the top of `ranked`, the one of the greatest worth by its leads and customers: that worth, and
/// the lowest probability in it.
fn begin(ranked: &[(f64, bool)], worth: impl Fn(f64, f64) -> f64) -> Option<(f64, f64)> {
    let (mut leads, mut customers) = (0.0, 0.0);
    let tier = |tie: &[(f64, bool)]| {
        leads += tie.len() as f64;
        customers += tie.iter().filter(|(_, label)| *label).count() as f64;
        (worth(leads, customers), tie[0].0)
    };
    ranked.chunk_by(|a, b| a.0 == b.0).map(tier).max_by(|a, b| a.0.total_cmp(&b.0))
}

/// The tiers of all leads, once for every seed, by limits that were found without the part that they belong to; and the labels
/// as often.
fn validated_tiers(wishes: &Wishes, validated: &[Vec<f64>], labels: &[bool]) -> (Vec<Tier>, Vec<bool>) {
    let mut tiers = Vec::new();
    for probabilities in validated {
        let mut of_seed = vec![Tier::Cold; labels.len()];
        for part in 0..FOLDS {
            let others = || (0..labels.len()).filter(|lead| lead % FOLDS != part);
            let known: Vec<bool> = others().map(|lead| labels[lead]).collect();
            let known = ranked(others().map(|lead| probabilities[lead]), &known);
            let from = beginnings(wishes, &known, &known);
            for lead in (part..labels.len()).step_by(FOLDS) {
                of_seed[lead] = match probabilities[lead] {
                    hot if hot >= from.hot => Tier::Hot,
                    warm if warm >= from.warm => Tier::Warm,
                    _ => Tier::Cold,
                };
            }
        }
        tiers.extend(of_seed);
    }
    (tiers, labels.repeat(validated.len()))
}

#[cfg(test)]
mod tests {
    use leadheat_core::model::Model;

    use super::*;
    use crate::learn::{Card, MOST};

    const MAP: &str = r#"{ "id": "id", "columns": {
        "seconds": { "kind": "engaged", "measure": "sum", "trend": "up" },
        "pages": { "kind": "page_view" },
        "prices": { "kind": "page_view", "subject": "/pricing" },
        "employees": { "attribute": "employees", "number": true },
        "source": { "attribute": "channel" } } }"#;

    /// Leads of whom some became customers: for time, for time together with a channel, and by chance. Some things are unknown.
    fn leads(number: usize) -> String {
        let mut random = fastrand::Rng::with_seed(7);
        let mut csv = String::from("id,seconds,pages,prices,employees,source,won\n");
        for id in 0..number {
            let (seconds, pages) = (random.u32(0..1_200), random.u32(0..12));
            let prices = random.u32(0..=pages);
            let employees = if random.bool() { String::new() } else { random.u32(1..500).to_string() };
            let source = ["Direct", "search", "Sähköposti", "ÄITI", ""][random.usize(0..5)];
            let chance = 0.1
                + if seconds >= 600 { 0.3 } else { 0.0 }
                + if seconds >= 300 && source == "search" { 0.4 } else { 0.0 }
                - if prices > 5 { 0.1 } else { 0.0 };
            let won = u8::from(random.f64() < chance);
            csv += &format!("{id},{seconds},{pages},{prices},{employees},{source},{won}\n");
        }
        csv
    }

    /// What training writes, and the leads it was learned from.
    fn trained(max_rules: usize) -> (Model, Map, Vec<Row>, Card) {
        let directory = tempfile::tempdir().unwrap();
        let [data, map, out] = ["leads.csv", "map.json", "model.json"].map(|name| directory.path().join(name));
        fs::write(&data, leads(3_000)).unwrap();
        fs::write(&map, MAP).unwrap();
        let by_share = |share| Goal { share, conversion: None };
        let wishes = Wishes { max_rules, hot: by_share(0.1), warm: by_share(0.3) };
        train(&data, &map, "won", &wishes, &out).unwrap();
        let map = Map::read(&map).unwrap();
        let rows = map.rows(&data, Some("won")).unwrap();
        let card = learn(&map.columns.values().collect::<Vec<_>>(), &rows.iter().collect::<Vec<_>>(), max_rules);
        (score::model(Some(&out)).unwrap(), map, rows, card)
    }

    #[test]
    fn the_model_written_gives_what_was_learned() {
        for max_rules in [2, 3, 6, 30] {
            let (model, map, rows, card) = trained(max_rules);
            assert!(model.rules.len() <= max_rules, "{} rules of {max_rules}", model.rules.len());
            let sheet = Sheet::new(&map, &card, &rows).unwrap();
            let scores = score::scores(&model, &rows);
            for (row, score) in rows.iter().zip(&scores) {
                let points = card.points(&row.cells);
                assert_eq!(*score, sheet.score(points), "{row:?}");
                let (said, meant) = (model.probability(*score).unwrap(), card.probability(points.into()));
                assert!((said - meant).abs() < 0.005, "{said} for {meant}");
            }
            assert_eq!(scores.iter().min(), Some(&0));
            assert!(scores.iter().max() <= Some(&100_000));
            let hot = scores.iter().filter(|score| **score >= model.tiers.hot).count();
            assert!(max_rules < 30 || (200..=450).contains(&hot), "{hot} of 3000 are hot");
        }
    }

    #[test]
    fn what_is_true_is_found() {
        let (model, ..) = trained(30);
        let labels: Vec<&str> = model.rules.iter().map(|rule| rule.label.get(Default::default())).collect();
        let both = |label: &&str| label.starts_with("seconds ≥ 3") && label.ends_with("and source = search");
        assert!(labels.iter().any(both), "{labels:?}");
        assert!(labels.contains(&"seconds"), "{labels:?}");
    }

    #[test]
    fn points_stay_within_bounds_and_follow_the_trend() {
        let (_, map, rows, card) = trained(30);
        let shapes = card.shapes.iter().flatten().chain(card.pairs.iter().map(|(_, _, points)| points));
        assert!(shapes.into_iter().all(|points| points.abs() <= MOST));
        let seconds = map.columns.keys().position(|name| name == "seconds").unwrap();
        for row in rows.iter().take(300) {
            let mut cells = row.cells.clone();
            let points: Vec<i32> = (0..60)
                .map(|part| {
                    cells[seconds] = crate::data::Cell::Number(part * 20_000);
                    card.points(&cells)
                })
                .collect();
            assert!(points.is_sorted(), "{points:?}");
        }
    }

    #[test]
    fn tiers_begin_where_they_were_asked_to() {
        let leads: Vec<(f64, bool)> =
            (0..1_000).rev().map(|index| (f64::from(index) / 1_000.0, index % 4 == 0 || index >= 900)).collect();
        let found = |hot, warm| {
            let wishes = Wishes { max_rules: 2, hot, warm };
            beginnings(&wishes, &leads, &leads)
        };
        let by_share = |share| Goal { share, conversion: None };
        let by_conversion = |conversion| Goal { share: 0.2, conversion: Some(conversion) };
        let shares = found(by_share(0.1), by_share(0.3));
        assert_eq!((shares.hot, shares.warm), (0.9, 0.6));
        let reached = found(by_conversion(0.99), by_conversion(0.25));
        assert!((0.898..=0.9).contains(&reached.hot) && reached.warm < 0.01 && reached.notes.is_empty());
        let not = found(by_share(0.1), by_conversion(0.9));
        assert!(not.notes[0].contains("90.0 % is not reached") && (0.69..0.71).contains(&not.warm), "{:?}", not.notes);
    }
}
