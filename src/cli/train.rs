//! `leadheat train`: a model learned from leads whose end is known. Owns cross-validation, where the tiers begin, and the
//! document; must not know how a card is found (learn.rs).

use std::collections::HashSet;
use std::fs;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, ensure};
use leadheat_core::model::Milli;
use leadheat_core::select::Measure;
use leadheat_core::tier::Tier;
use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Map as Fields, Value as Json, json};

use crate::data::{Column, Map, Row};
use crate::learn::{Card, Feature, MOST, Region, learn};
use crate::metrics;

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
    let map = Map::read(map)?;
    let rows = map.rows(data, Some(label), 0)?;
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
    let Some(scale) = Scale::of(&card, &rows) else {
        anyhow::bail!("nothing in these columns tells customers from others: there is no model to write");
    };
    let beginnings = beginnings(wishes, validated.iter().flatten().copied(), &labels);
    let name = out.file_stem().map_or("learned".into(), |name| name.to_string_lossy().into_owned());
    let writer = Writer {
        columns: map.columns.iter().collect(),
        card: &card,
        scale: &scale,
        rows: &rows,
        places: rows.iter().map(|row| card.places(&row.cells)).collect(),
    };
    let entries = writer.entries();
    let [warm, hot] = [beginnings.warm, beginnings.hot].map(|from| scale.score(scale.reaching(&card, from)));
    let model = document(&name, &card, &scale, warm, hot, &entries)?;
    fs::write(out, model).with_context(|| format!("{} cannot be written", out.display()))?;

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
    print_card(&entries, &scale);
    println!("\nwarm from {}, hot from {}. Written to {}", number(warm), number(hot), out.display());
    Ok(())
}

/// The probabilities of all leads, each by a card that was learned without it; once for every seed.
fn cross_validate(columns: &[&Column], rows: &[&Row], max_rules: usize) -> Vec<Vec<f64>> {
    let done = AtomicUsize::new(0);
    // On a terminal one line that counts; elsewhere, as in a log, a line for each.
    let line = if std::io::stderr().is_terminal() { ("\r", "") } else { ("", "\n") };
    let one = |(seed, fold): (u64, usize)| {
        let folds = folds(rows, seed);
        let (unseen, seen): (Vec<usize>, Vec<usize>) = (0..rows.len()).partition(|lead| folds[*lead] == fold);
        let card = learn(columns, &seen.iter().map(|lead| rows[*lead]).collect::<Vec<_>>(), max_rules);
        let done = done.fetch_add(1, Ordering::Relaxed) + 1;
        eprint!("{}cross-validation: {done} of {}{}", line.0, FOLDS * SEEDS as usize, line.1);
        unseen.iter().map(|lead| (*lead, card.probability(card.points(&rows[*lead].cells).into()))).collect::<Vec<_>>()
    };
    let of_seed = |seed: u64| {
        let mut all = vec![0.0; rows.len()];
        let parts: Vec<_> = (0..FOLDS).into_par_iter().map(|fold| one((seed, fold))).collect();
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

/// `labels` are repeated as often as the probabilities go over them.
fn beginnings(wishes: &Wishes, probabilities: impl Iterator<Item = f64>, labels: &[bool]) -> Beginnings {
    let mut ranked: Vec<(f64, bool)> = probabilities.zip(labels.iter().copied().cycle()).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    let all = ranked.len() as f64;
    let mut notes = Vec::new();
    let mut begin = |name: &str, goal: Goal, ranked: &[(f64, bool)]| {
        let by_share =
            |share: f64| begin(ranked, |leads, _| -(leads / all - share).abs()).map_or(0.0, |(_, from)| from);
        let Some(wanted) = goal.conversion else { return by_share(goal.share) };
        // What fewer than a hundredth of all leads do is taken for chance.
        let conversion = |leads: f64, customers: f64| if leads * 100.0 < all { 0.0 } else { customers / leads };
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
                by_share(goal.share)
            }
        }
    };
    let hot = begin("hot", wishes.hot, &ranked);
    let rest = &ranked[ranked.partition_point(|(probability, _)| *probability >= hot)..];
    let warm = begin("warm", wishes.warm, rest);
    Beginnings { warm, hot, notes }
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
            let from = beginnings(wishes, others().map(|lead| probabilities[lead]), &known);
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

/// From points of the card to a score from 0 to 100.
struct Scale {
    /// The fewest and the most points that a lead has.
    least: i32,
    most: i32,
    /// What a point of the card is in the score, in thousandths; whole tenths, as people read them.
    unit: Milli,
}

impl Scale {
    /// `None` where all leads have the same points.
    fn of(card: &Card, rows: &[Row]) -> Option<Scale> {
        let points = || rows.iter().map(|row| card.points(&row.cells));
        let (least, most) = (points().min()?, points().max()?);
        let unit = (1_000 / Milli::from(most - least).max(1)).max(1) * 100;
        (most > least).then_some(Scale { least, most, unit })
    }

    fn score(&self, points: i32) -> Milli {
        Milli::from(points - self.least) * self.unit
    }

    /// The fewest points that make a customer at least so probable.
    fn reaching(&self, card: &Card, probability: f64) -> i32 {
        (self.least..self.most).find(|points| card.probability((*points).into()) >= probability).unwrap_or(self.most)
    }
}

/// A rule, as the document has it and as people read it.
struct Entry {
    rule: Rule,
    lines: Vec<Line>,
}

/// For some of the leads so many points.
struct Line {
    reason: String,
    when: String,
    points: i32,
    leads: usize,
    customers: usize,
}

#[derive(Clone, Debug, Default, Serialize)]
struct Rule {
    id: String,
    label: String,
    #[serde(flatten)]
    what: Fields<String, Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    when: Option<Fields<String, Json>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    points: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<Vec<[Json; 2]>>,
    why: String,
}

/// Writes a card down as rules.
struct Writer<'a> {
    columns: Vec<(&'a String, &'a Column)>,
    card: &'a Card,
    scale: &'a Scale,
    rows: &'a [Row],
    places: Vec<Vec<u8>>,
}

impl Writer<'_> {
    fn entries(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        if self.scale.least != 0 {
            let lines = vec![self.line("To begin with", String::new(), -self.scale.least, |_| true)];
            entries.push(self.entry(Rule { points: Some(self.score(-self.scale.least)), ..Rule::default() }, lines));
        }
        for feature in 0..self.columns.len() {
            entries.extend(self.alone(feature));
        }
        for (a, b, points) in &self.card.pairs {
            entries.push(self.pair(*a, *b, *points));
        }
        let mut known = HashSet::new();
        for Entry { rule, .. } in &mut entries {
            let name = rule.id.clone();
            let mut number = 1;
            while !known.insert(rule.id.clone()) {
                number += 1;
                rule.id = format!("{name}-{number}");
            }
        }
        entries
    }

    /// The rules on one column: one for the ranges of a number, one for all names with the same points.
    fn alone(&self, feature: usize) -> Vec<Entry> {
        let shape = &self.card.shapes[feature];
        let whole = |from: usize, to: usize| Region { feature, from: from as u8, to: to as u8 };
        let label = self.label(feature);
        match &self.card.features[feature] {
            Feature::Ranges(_) => {
                let mut begins: Vec<usize> =
                    (2..shape.len()).filter(|place| shape[*place] != shape[place - 1]).collect();
                if begins.is_empty() {
                    return Vec::new();
                }
                begins.insert(0, 1);
                begins.push(shape.len());
                let regions: Vec<Region> = begins.windows(2).map(|ends| whole(ends[0], ends[1])).collect();
                let points = |region: &Region| shape[usize::from(region.from)];
                let step = |region: &Region| [self.begin(*region), self.score(points(region))];
                let rule = Rule {
                    what: self.selector(feature),
                    steps: Some(regions.iter().skip(1).map(step).collect()),
                    ..Rule::default()
                };
                let line = |region: &Region| {
                    self.line(label, self.words(*region), points(region), |row| region.contains(row[feature]))
                };
                vec![self.entry(rule, regions.iter().map(line).collect())]
            }
            Feature::Names(names) => {
                let mut all: Vec<i32> = shape.iter().copied().filter(|points| *points != 0).collect();
                all.sort_unstable();
                all.dedup();
                let entry = |points: i32| {
                    let here: Vec<&str> = names
                        .iter()
                        .zip(&shape[1..])
                        .filter(|(_, of)| **of == points)
                        .map(|(name, _)| name.as_str())
                        .collect();
                    let mut what = self.selector(feature);
                    what.insert("on".into(), json!(here));
                    let line = self
                        .line(label, is(&here.join(", ")), points, |row| shape[usize::from(row[feature])] == points);
                    self.entry(Rule { what, points: Some(self.score(points)), ..Rule::default() }, vec![line])
                };
                all.into_iter().rev().map(entry).collect()
            }
        }
    }

    /// The rule on two columns together. What a rule looks at itself has evidence in the lead, so that is the signal with a
    /// number to reach, where there is one.
    fn pair(&self, a: Region, b: Region, points: i32) -> Entry {
        let (what, when) = if self.is_from_on(a) || !self.is_from_on(b) { (a, b) } else { (b, a) };
        let mut rule = Rule { when: Some(self.test(when)), ..Rule::default() };
        match &self.card.features[what.feature] {
            Feature::Ranges(_) if self.is_from_on(what) => {
                rule.what = self.selector(what.feature);
                rule.steps = Some(vec![[self.begin(what), self.score(points)]]);
            }
            Feature::Ranges(_) => {
                let both = json!([self.test(what), self.test(when)]);
                rule.when = Some(Fields::from_iter([("all".into(), both)]));
                rule.points = Some(self.score(points));
            }
            Feature::Names(_) => {
                rule.what = self.test(what);
                rule.points = Some(self.score(points));
            }
        }
        let words = |region: Region| self.label(region.feature).to_owned() + &self.words(region);
        let both = |row: &[u8]| a.contains(row[a.feature]) && b.contains(row[b.feature]);
        let line = self.line(&words(what), format!(" and {}", words(when)), points, both);
        self.entry(rule, vec![line])
    }

    fn line(&self, reason: &str, when: String, points: i32, is_meant: impl Fn(&[u8]) -> bool) -> Line {
        let meant = || self.rows.iter().zip(&self.places).filter(|(_, places)| is_meant(places));
        let customers = meant().filter(|(row, _)| row.label).count();
        Line { reason: reason.into(), when, points, leads: meant().count(), customers }
    }

    /// A rule with its name, label and reason. The label is that of a single line with when it holds.
    fn entry(&self, mut rule: Rule, lines: Vec<Line>) -> Entry {
        let first = &lines[0];
        let only = lines.len() == 1 && !first.when.is_empty();
        rule.label = first.reason.clone() + if only { &first.when } else { "" };
        let sign = |c: char| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { ' ' };
        rule.id = first.reason.chars().map(sign).collect::<String>().split_whitespace().collect::<Vec<_>>().join("-");
        let customers = |line: &Line| {
            let when = if only || line.when.is_empty() { String::new() } else { format!("{}: ", line.when.trim()) };
            let share = 100.0 * line.customers as f64 / line.leads.max(1) as f64;
            format!("{when}{share:.1} % of {} leads became customers", line.leads)
        };
        rule.why = lines.iter().map(customers).collect::<Vec<_>>().join("; ");
        Entry { rule, lines }
    }

    fn label(&self, feature: usize) -> &str {
        let (name, column) = self.columns[feature];
        column.label.as_deref().unwrap_or(name)
    }

    fn selector(&self, feature: usize) -> Fields<String, Json> {
        let column = self.columns[feature].1;
        let mut what = Fields::new();
        if let Some(kind) = column.kind {
            what.insert("kind".into(), kind.name().into());
        }
        if let Some(attribute) = &column.attribute {
            what.insert("attribute".into(), attribute.clone().into());
        }
        if !column.subject.is_empty() {
            what.insert("on".into(), column.subject.clone().into());
        }
        if column.measure == Measure::Sum.name() {
            what.insert("measure".into(), column.measure.clone().into());
        }
        what
    }

    /// The condition that a lead is in a region.
    fn test(&self, region: Region) -> Fields<String, Json> {
        let mut test = self.selector(region.feature);
        match &self.card.features[region.feature] {
            Feature::Names(names) => {
                test.insert("on".into(), json!([names[usize::from(region.from) - 1]]));
            }
            Feature::Ranges(cuts) => {
                let cut = |place: u8| number(cuts[usize::from(place) - 2]);
                if region.from > 1 {
                    test.insert("from".into(), cut(region.from));
                }
                if !self.is_from_on(region) {
                    test.insert("below".into(), cut(region.to));
                }
            }
        }
        test
    }

    /// The same for people.
    fn words(&self, region: Region) -> String {
        let test = self.test(region);
        match (test.get("from"), test.get("below"), test.get("on")) {
            (Some(from), Some(below), _) => format!(" ≥ {from}, < {below}"),
            (Some(from), None, _) => format!(" ≥ {from}"),
            (None, Some(below), _) => format!(" < {below}"),
            (None, None, Some(Json::Array(names))) => names.iter().filter_map(Json::as_str).map(is).collect(),
            _ => String::new(),
        }
    }

    fn is_from_on(&self, region: Region) -> bool {
        let feature = &self.card.features[region.feature];
        matches!(feature, Feature::Ranges(_)) && region.to == feature.places()
    }

    /// The number that a region begins with.
    fn begin(&self, region: Region) -> Json {
        self.test(region).remove("from").unwrap_or_default()
    }

    fn score(&self, points: i32) -> Json {
        number(Milli::from(points) * self.scale.unit)
    }
}

fn is(name: &str) -> String {
    format!(" = {name}")
}

/// Whole numbers without a point.
fn number(thousandths: Milli) -> Json {
    if thousandths % 1_000 == 0 { (thousandths / 1_000).into() } else { (thousandths as f64 / 1_000.0).into() }
}

/// The document, a rule in a line.
fn document(name: &str, card: &Card, scale: &Scale, warm: Milli, hot: Milli, entries: &[Entry]) -> Result<String> {
    // A tier is not left again for less than half of the way to the next.
    let hysteresis = number(((hot - warm) / 2).clamp(0, 5_000));
    let tiers = json!({ "warm": number(warm), "hot": number(hot), "hysteresis": hysteresis });
    let probable =
        |score: i32| card.probability(f64::from(scale.least) + 1_000.0 * f64::from(score) / scale.unit as f64);
    let calibration: Vec<_> =
        (0..=100).step_by(5).map(|score| (score, (probable(score) * 1_000.0).round() / 1_000.0)).collect();
    let rules: Vec<String> =
        entries.iter().map(|entry| serde_json::to_string(&entry.rule)).collect::<Result<_, _>>()?;
    Ok(format!(
        "{{\n  \"id\": {},\n  \"version\": 1,\n  \"tiers\": {tiers},\n  \"calibration\": {},\n  \"rules\": [\n    {}\n  ]\n}}\n",
        Json::from(name),
        serde_json::to_string(&calibration)?,
        rules.join(",\n    ")
    ))
}

/// The card as a table.
fn print_card(entries: &[Entry], scale: &Scale) {
    let lines: Vec<&Line> = entries.iter().flat_map(|entry| &entry.lines).collect();
    let width =
        |text: fn(&Line) -> &String| lines.iter().map(|line| text(line).chars().count()).max().unwrap_or(0).max(6);
    let (reason, when) = (width(|line| &line.reason), width(|line| &line.when));
    println!(
        "\n{:<reason$}  {:<when$}  {:>7}  {:>5}  {:>6}  customers",
        "reason",
        "when",
        "points",
        format!("of {MOST}"),
        "leads"
    );
    let mut before = "";
    for line in lines {
        println!(
            "{:<reason$}  {:<when$}  {:>7}  {:>5}  {:>6}  {:>7.1} %",
            if line.reason == before { "" } else { &line.reason },
            line.when.trim(),
            number(Milli::from(line.points) * scale.unit).to_string(),
            line.points,
            line.leads,
            100.0 * line.customers as f64 / line.leads.max(1) as f64
        );
        before = &line.reason;
    }
}

#[cfg(test)]
mod tests {
    use leadheat_core::model::Model;

    use super::*;
    use crate::score;

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
            let source = ["Direct", "search", "e-mail", ""][random.usize(0..4)];
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
    fn trained(max_rules: usize) -> (Model, Vec<Row>, Card) {
        let directory = tempfile::tempdir().unwrap();
        let [data, map, out] = ["leads.csv", "map.json", "model.json"].map(|name| directory.path().join(name));
        fs::write(&data, leads(3_000)).unwrap();
        fs::write(&map, MAP).unwrap();
        let by_share = |share| Goal { share, conversion: None };
        let wishes = Wishes { max_rules, hot: by_share(0.1), warm: by_share(0.3) };
        train(&data, &map, "won", &wishes, &out).unwrap();
        let map = Map::read(&map).unwrap();
        let rows = map.rows(&data, Some("won"), 0).unwrap();
        let card = learn(&map.columns.values().collect::<Vec<_>>(), &rows.iter().collect::<Vec<_>>(), max_rules);
        (score::model(Some(&out)).unwrap(), rows, card)
    }

    #[test]
    fn the_model_written_gives_what_was_learned() {
        for max_rules in [2, 3, 6, 30] {
            let (model, rows, card) = trained(max_rules);
            assert!(model.rules.len() <= max_rules, "{} rules of {max_rules}", model.rules.len());
            let scale = Scale::of(&card, &rows).unwrap();
            let scores = score::scores(&model, &rows);
            for (row, score) in rows.iter().zip(&scores) {
                let points = card.points(&row.cells);
                assert_eq!(*score, scale.score(points), "{row:?}");
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
        assert!(labels.contains(&"seconds ≥ 300 and source = search"), "{labels:?}");
        assert!(labels.contains(&"seconds"), "{labels:?}");
    }

    #[test]
    fn points_stay_within_bounds_and_follow_the_trend() {
        let (_, rows, card) = trained(30);
        let shapes = card.shapes.iter().flatten().chain(card.pairs.iter().map(|(_, _, points)| points));
        assert!(shapes.into_iter().all(|points| points.abs() <= MOST));
        let seconds = MAP_COLUMNS.iter().position(|name| *name == "seconds").unwrap();
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

    const MAP_COLUMNS: [&str; 5] = ["employees", "pages", "prices", "seconds", "source"];

    #[test]
    fn tiers_begin_where_they_were_asked_to() {
        let ranked: Vec<(f64, bool)> =
            (0..1_000).rev().map(|index| (f64::from(index) / 1_000.0, index % 4 == 0 || index >= 900)).collect();
        let labels: Vec<bool> = ranked.iter().map(|(_, label)| *label).collect();
        let found = |hot, warm| {
            let wishes = Wishes { max_rules: 2, hot, warm };
            beginnings(&wishes, ranked.iter().map(|(probability, _)| *probability), &labels)
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
