//! A learned card written down: as rules of a model, and as a table for people. Owns both forms; must not learn anything.

use std::collections::HashSet;

use leadheat_core::model::Milli;
use serde::Serialize;
use serde_json::{Map as Fields, Value as Json, json};

use crate::data::{Column, Map, Row};
use crate::learn::{Card, Feature, MOST, Region, given};

/// A card on paper.
pub struct Sheet<'a> {
    card: &'a Card,
    scale: Scale,
    entries: Vec<Entry>,
}

impl Sheet<'_> {
    /// Writes down a card, with how many of the leads each line is about. `None` where it gives all of them the same points.
    pub fn new<'a>(map: &Map, card: &'a Card, rows: &[Row]) -> Option<Sheet<'a>> {
        let scale = Scale::of(card, rows)?;
        let places = rows.iter().map(|row| card.places(&row.cells)).collect();
        let writer = Writer { columns: map.columns.iter().collect(), card, scale: &scale, rows, places };
        let entries = writer.entries();
        Some(Sheet { card, scale, entries })
    }

    /// The score of so many points, in thousandths.
    pub fn score(&self, points: i32) -> Milli {
        self.scale.score(points)
    }

    /// The lowest score that makes a customer at least so probable; the highest where none does.
    pub fn reaching(&self, probability: f64) -> Milli {
        let Scale { least, most, .. } = self.scale;
        self.score((least..most).find(|points| self.card.probability((*points).into()) >= probability).unwrap_or(most))
    }

    /// The model, a rule in a line.
    pub fn document(&self, name: &str, warm: Milli, hot: Milli) -> serde_json::Result<String> {
        // A tier is not left again for less than half of the way to the next.
        let hysteresis = number(((hot - warm) / 2).clamp(0, 5_000));
        let tiers = json!({ "warm": number(warm), "hot": number(hot), "hysteresis": hysteresis });
        let points = |score: i32| f64::from(self.scale.least) + 1_000.0 * f64::from(score) / self.scale.unit as f64;
        let share = |score: i32| (self.card.probability(points(score)) * 1_000.0).round() / 1_000.0;
        let calibration: Vec<_> = (0..=100).step_by(5).map(|score| (score, share(score))).collect();
        let rules = self.entries.iter().map(|entry| serde_json::to_string(&entry.rule));
        let rules: Vec<String> = rules.collect::<Result<_, _>>()?;
        Ok(format!(
            "{{\n  \"id\": {},\n  \"version\": 1,\n  \"tiers\": {tiers},\n  \"calibration\": {},\n  \"rules\": [\n    {}\n  ]\n}}\n",
            json!(name),
            json!(calibration),
            rules.join(",\n    ")
        ))
    }

    /// The card as a table.
    pub fn table(&self) -> String {
        let lines: Vec<&Line> = self.entries.iter().flat_map(|entry| &entry.lines).collect();
        let width =
            |text: fn(&Line) -> &String| lines.iter().map(|line| text(line).chars().count()).max().unwrap_or(0).max(6);
        let (reason, when) = (width(|line| &line.reason), width(|line| &line.when));
        let mut table = format!(
            "{:<reason$}  {:<when$}  {:>7}  {:>5}  {:>6}  customers\n",
            "reason",
            "when",
            "points",
            format!("of {MOST}"),
            "leads"
        );
        let mut before = "";
        for line in lines {
            table += &format!(
                "{:<reason$}  {:<when$}  {:>7}  {:>5}  {:>6}  {:>7.1} %\n",
                if line.reason == before { "" } else { &line.reason },
                line.when,
                number(Milli::from(line.points) * self.scale.unit).to_string(),
                line.points,
                line.leads,
                100.0 * line.customers as f64 / line.leads.max(1) as f64
            );
            before = &line.reason;
        }
        table
    }
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
    fn of(card: &Card, rows: &[Row]) -> Option<Scale> {
        let points = || rows.iter().map(|row| card.points(&row.cells));
        let (least, most) = (points().min()?, points().max()?);
        let unit = (1_000 / Milli::from(most - least).max(1)).max(1) * 100;
        (most > least).then_some(Scale { least, most, unit })
    }

    fn score(&self, points: i32) -> Milli {
        Milli::from(points - self.least) * self.unit
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
    label: Json,
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
            let label = json!({ "en": "To begin with", "fi": "Lähtöpisteet", "hu": "Kiinduló pontszám" });
            let points = Some(self.score(-self.scale.least));
            entries.push(self.entry(Rule { label, points, ..Rule::default() }, lines));
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
                given(shape).into_iter().rev().map(entry).collect()
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
        let words = |region: Region| format!("{} {}", self.label(region.feature), self.words(region));
        let both = |row: &[u8]| a.contains(row[a.feature]) && b.contains(row[b.feature]);
        let line = self.line(&words(what), format!("and {}", words(when)), points, both);
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
        let only = lines.len() == 1;
        if rule.label.is_null() {
            rule.label = if only { format!("{} {}", first.reason, first.when) } else { first.reason.clone() }.into();
        }
        let sign = |c: char| if c.is_alphanumeric() { c.to_ascii_lowercase() } else { ' ' };
        rule.id = first.reason.chars().map(sign).collect::<String>().split_whitespace().collect::<Vec<_>>().join("-");
        if rule.id.is_empty() {
            rule.id = "rule".into();
        }
        let customers = |line: &Line| {
            let when = if only { String::new() } else { format!("{}: ", line.when) };
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
        if column.is_sum() {
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
            (Some(from), Some(below), _) => format!("≥ {from}, < {below}"),
            (Some(from), None, _) => format!("≥ {from}"),
            (None, Some(below), _) => format!("< {below}"),
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
    format!("= {name}")
}

/// Whole numbers without a point.
pub fn number(thousandths: Milli) -> Json {
    if thousandths % 1_000 == 0 { (thousandths / 1_000).into() } else { (thousandths as f64 / 1_000.0).into() }
}
