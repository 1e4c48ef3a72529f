//! Leads from elsewhere as the facts that leadheat counts: a CSV file, and a map that says which column is which fact. Owns
//! reading both; must not score.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use leadheat_core::facts::{Count, Facts, Key};
use leadheat_core::select::Measure;
use leadheat_core::signal::Kind;
use leadheat_core::time::Day;
use serde::Deserialize;

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
    columns: BTreeMap<String, Column>,
}

/// What a column is: how often or how much of a kind of signal, or an attribute.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Column {
    kind: Option<Kind>,
    #[serde(default)]
    subject: String,
    measure: Option<String>,
    /// Numbers that stand for the texts of the column.
    #[serde(default)]
    values: BTreeMap<String, f64>,
    attribute: Option<String>,
}

/// One lead.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its name.
    pub id: String,
    /// What was done, all on one day.
    pub facts: Facts,
    /// What else is known.
    pub attributes: Vec<(String, String)>,
    /// Whether it became a customer, where a column for it was asked for.
    pub label: Option<bool>,
}

impl Map {
    /// Reads a map.
    pub fn read(file: &Path) -> Result<Map> {
        let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let map: Map = serde_json::from_str(&text).with_context(|| format!("{} is no map", file.display()))?;
        for (name, column) in &map.columns {
            let at = format!("{}: column `{name}`", file.display());
            ensure!(column.kind.is_some() != column.attribute.is_some(), "{at} needs either `kind` or `attribute`");
            if let Some(measure) = &column.measure {
                ensure!(Measure::NAMES.find(measure).is_some(), "{at}: `measure` is `count` or `sum`");
            }
        }
        Ok(map)
    }

    /// Reads the rows of a CSV file. `label`: the column that says whether the lead became a customer.
    pub fn rows(&self, file: &Path, label: Option<&str>, today: Day) -> Result<Vec<Row>> {
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
        for (number, record) in reader.records().enumerate() {
            let line = number + 2;
            let record = record.with_context(|| format!("{name}, line {line}"))?;
            if only.iter().any(|(place, value)| &record[*place] != *value) {
                continue;
            }
            let (mut facts, mut attributes) = (Facts::default(), Vec::new());
            for (column, place, what) in &columns {
                let cell = record[*place].trim();
                if let Some(attribute) = &what.attribute {
                    attributes.push((attribute.clone(), cell.to_owned()));
                }
                let Some(kind) = what.kind else { continue };
                let Some(amount) = what.values.get(cell).copied().or_else(|| cell.parse().ok()) else {
                    bail!("{name}, line {line}, column `{column}`: `{cell}` is not a number");
                };
                let amount = amount.clamp(0.0, 1e9).round() as u32;
                if amount > 0 {
                    let tally = facts.0.entry(&Key::new(kind, &what.subject));
                    let sum = what.measure.as_deref() == Some("sum");
                    tally.days.entry(&today).add(if sum { Count(1, amount) } else { Count(amount, amount) });
                }
            }
            let label = match label {
                None => None,
                Some((column, place)) => Some(match record[place].trim().to_ascii_lowercase().as_str() {
                    "1" | "true" | "yes" => true,
                    "0" | "false" | "no" => false,
                    other => bail!("{name}, line {line}, column `{column}`: `{other}` is neither 1 nor 0"),
                }),
            };
            rows.push(Row { id: record[id].to_owned(), facts, attributes, label });
        }
        ensure!(
            !rows.is_empty(),
            "{name} has no rows{}",
            if only.is_empty() { "" } else { " that `only` lets through" }
        );
        Ok(rows)
    }
}
