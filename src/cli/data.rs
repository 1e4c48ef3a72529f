//! Leads from elsewhere as the facts that leadheat counts: a CSV file, and a map that says which column is which fact. Owns
//! reading both; must not score.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use leadheat_core::facts::{Count, Facts, Key, MAX_SUBJECT};
use leadheat_core::model::Milli;
use leadheat_core::select::Measure;
use leadheat_core::signal::Kind;
use leadheat_core::text::thousandths;
use leadheat_core::time::Day;
use serde::Deserialize;

/// The day on which everything in a row is taken to have happened.
pub const TODAY: Day = 20_000;

/// Which column is which fact.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Map {
    /// The column that names the row.
    pub id: String,
    /// Only rows with these values in these columns.
    #[serde(default)]
    only: BTreeMap<String, String>,
    /// What the columns are; others are not looked at.
    pub columns: BTreeMap<String, Column>,
}

/// What a column is: how often or how much of a kind of signal, or an attribute.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Signals of this kind.
    pub kind: Option<Kind>,
    /// On this subject; without one, on all subjects together.
    #[serde(default)]
    pub subject: String,
    /// `count` (default) or `sum`.
    #[serde(default)]
    pub measure: String,
    /// Numbers that stand for the texts of the column.
    #[serde(default)]
    values: BTreeMap<String, f64>,
    /// An attribute of this name.
    pub attribute: Option<String>,
    /// Whether the attribute is an amount; otherwise its values are names, even where they are written in digits.
    #[serde(default)]
    number: bool,
    /// In which direction alone points may go as the number grows, where that is known beforehand.
    pub trend: Option<Trend>,
    /// What people read in reasons, in place of the column's name.
    pub label: Option<String>,
}

/// A direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trend {
    /// More never takes points away.
    Up,
    /// More never gives points.
    Down,
}

/// One lead.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name.
    pub id: String,
    /// What was done.
    pub facts: Facts,
    /// What else is known.
    pub attributes: Vec<(String, String)>,
    /// The same by column, in the order of the map.
    pub cells: Vec<Cell>,
    /// Whether it became a customer; false where no column for it was asked for.
    pub label: bool,
}

/// What stands in a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Unknown,
    /// A number, in thousandths.
    Number(Milli),
    /// A name, its ASCII letters in lower case, as patterns do not mind their case.
    Word(String),
}

impl Column {
    /// Whether it has numbers rather than names.
    pub fn is_number(&self) -> bool {
        self.kind.is_some() || self.number
    }

    /// What tells it from others.
    fn means(&self) -> (Option<Kind>, String, bool, &Option<String>) {
        (self.kind, self.subject.to_ascii_lowercase(), self.is_sum(), &self.attribute)
    }

    /// Whether it is how much, rather than how often.
    pub fn is_sum(&self) -> bool {
        self.measure == Measure::Sum.name()
    }

    /// Reads a cell; an error is what was expected.
    fn read(&self, cell: &str) -> Result<Cell, &'static str> {
        if self.kind.is_some() {
            let number =
                self.values.get(cell).copied().or_else(|| cell.parse().ok()).filter(|number| number.is_finite());
            // Signals are counted in whole numbers.
            return Ok(Cell::Number(
                number.ok_or("a number; write 0 for none")?.clamp(0.0, 1e9).round() as Milli * 1_000,
            ));
        }
        Ok(match cell {
            "" => Cell::Unknown,
            _ if self.number => {
                let number = thousandths(cell).filter(|number| number.abs() / 1_000 < i32::MAX.into());
                Cell::Number(number.ok_or("a number such as 12 or 0.5, of less than 2147483647")?)
            }
            _ => Cell::Word(cell.to_ascii_lowercase()),
        })
    }
}

impl Map {
    /// Reads a map.
    pub fn read(file: &Path) -> Result<Map> {
        let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let map: Map = serde_json::from_str(&text).with_context(|| format!("{} is no map", file.display()))?;
        ensure!(!map.columns.is_empty(), "{}: `columns` is empty", file.display());
        for (index, (name, column)) in map.columns.iter().enumerate() {
            let same = map.columns.iter().take(index).find(|(_, other)| other.means() == column.means());
            if let Some((other, _)) = same {
                bail!("{}: columns `{other}` and `{name}` are the same fact; take one out", file.display());
            }
            let at = format!("{}: column `{name}`", file.display());
            ensure!(column.kind.is_some() != column.attribute.is_some(), "{at} needs either `kind` or `attribute`");
            ensure!(
                column.measure.is_empty() || Measure::NAMES.find(&column.measure).is_some(),
                "{at}: `measure` is `count` or `sum`"
            );
            ensure!(
                column.kind.is_some() || column.subject.is_empty() && column.measure.is_empty(),
                "{at}: `subject` and `measure` are for signals; add a `kind`"
            );
            ensure!(!column.subject.contains('*'), "{at}: `subject` is one subject, not a pattern; leave out the `*`");
            ensure!(column.subject.len() <= MAX_SUBJECT, "{at}: `subject` is longer than {MAX_SUBJECT} bytes");
            ensure!(column.values.is_empty() || column.kind.is_some(), "{at}: `values` are for signals; add a `kind`");
            ensure!(column.trend.is_none() || column.is_number(), "{at}: only a number has a `trend`; add `number`");
        }
        Ok(map)
    }

    /// Reads the rows of a CSV file. `label`: the column that says whether the lead became a customer; then both that did
    /// and that did not must be among them.
    pub fn rows(&self, file: &Path, label: Option<&str>) -> Result<Vec<Row>> {
        let name = file.display();
        let mut reader = csv::Reader::from_path(file).with_context(|| format!("{name} cannot be read"))?;
        let headers = reader.headers().with_context(|| format!("{name} has no header line"))?.clone();
        let place = |column: &str| {
            let place = headers.iter().position(|header| header == column);
            place.with_context(|| {
                format!("{name} has no column `{column}`; there are {}", headers.iter().collect::<Vec<_>>().join(", "))
            })
        };
        let id = place(&self.id)?;
        let label = label.map(|label| Ok::<_, anyhow::Error>((label, place(label)?))).transpose()?;
        let only = self.only.iter().map(|(column, value)| Ok((place(column)?, value))).collect::<Result<Vec<_>>>()?;
        let columns: Vec<_> =
            self.columns.iter().map(|(name, column)| Ok((name, place(name)?, column))).collect::<Result<_>>()?;

        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.with_context(|| name.to_string())?;
            if only.iter().any(|(place, value)| &record[*place] != *value) {
                continue;
            }
            // Not the number of the record: quoted cells may have line breaks.
            let line = record.position().map_or(0, csv::Position::line);
            let (mut cells, mut attributes) = (Vec::new(), Vec::new());
            for (column, place, what) in &columns {
                let cell = record[*place].trim();
                match what.read(cell) {
                    Ok(read) => cells.push(read),
                    Err(wanted) => bail!("{name}, line {line}, column `{column}`: `{cell}` is not {wanted}"),
                }
                if let Some(attribute) = &what.attribute
                    && !cell.is_empty()
                {
                    attributes.push((attribute.clone(), cell.to_owned()));
                }
            }
            let label = match label {
                None => false,
                Some((column, place)) => match record[place].trim().to_ascii_lowercase().as_str() {
                    "1" | "true" | "yes" => true,
                    "0" | "false" | "no" => false,
                    other => bail!("{name}, line {line}, column `{column}`: `{other}` is neither 1 nor 0"),
                },
            };
            let facts = self.facts(&cells).with_context(|| format!("{name}, line {line}"))?;
            rows.push(Row { id: record[id].to_owned(), facts, attributes, cells, label });
        }
        ensure!(
            !rows.is_empty(),
            "{name} has no rows{}",
            if only.is_empty() { "" } else { " that `only` lets through" }
        );
        if let Some((column, _)) = label {
            let customers = rows.iter().filter(|row| row.label).count();
            ensure!(
                customers > 0 && customers < rows.len(),
                "{name}, column `{column}`: all rows have the same label, so there is nothing to compare"
            );
        }
        Ok(rows)
    }

    /// The signals of a row. A column without a subject has what the columns with one have, and the rest.
    fn facts(&self, cells: &[Cell]) -> Result<Facts> {
        let signals = || {
            self.columns.iter().zip(cells).filter_map(|((name, column), cell)| match (column.kind, cell) {
                (Some(kind), Cell::Number(number)) => Some((name, kind, column, number / 1_000)),
                _ => None,
            })
        };
        let mut counts = BTreeMap::<(Kind, &str), (Option<Milli>, Option<Milli>)>::new();
        for (name, kind, column, mut amount) in signals() {
            if column.subject.is_empty() {
                let parts = signals().filter(|(_, of, part, _)| {
                    *of == kind && part.is_sum() == column.is_sum() && !part.subject.is_empty()
                });
                let parts: Milli = parts.map(|(.., part)| part).sum();
                ensure!(parts <= amount, "column `{name}` is {amount}, but its parts in other columns are {parts}");
                amount -= parts;
            }
            let (count, sum) = counts.entry((kind, &column.subject)).or_default();
            *(if column.is_sum() { sum } else { count }) = Some(amount);
        }
        let mut facts = Facts::default();
        for ((kind, subject), (count, sum)) in counts {
            // What is known by its count alone has an amount of 1 each; what is known by its sum alone was done once.
            let sum = sum.or(count).unwrap_or(0);
            let count = count.unwrap_or(sum.min(1));
            if count + sum > 0 {
                facts.0.entry(&Key::new(kind, subject)).days.entry(&TODAY).add(Count(count as u32, sum as u32));
            }
        }
        Ok(facts)
    }
}
