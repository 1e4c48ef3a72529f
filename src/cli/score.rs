//! `leadheat score`: what leads from elsewhere are worth under a model, by the same core that scores in the page. Owns the
//! table that it writes and what it says of the model's worth; must not have a rule of its own.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use leadheat_core::config::Config;
use leadheat_core::json::{Problem, Value};
use leadheat_core::model::{self, Milli, Model};
use leadheat_core::score::{Evidence, Scorer};
use leadheat_core::text::decimal;
use leadheat_core::tier::{Tier, tier};

use crate::check::defaults;
use crate::data::{Map, Row};

/// The day on which rows without a time are taken to have happened.
const TODAY: u32 = 20_000;

/// Reads a model; leadheat's own where there is no file.
pub fn model(file: Option<&Path>) -> Result<Model> {
    let text = match file {
        Some(file) => fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?,
        None => model::DEFAULT.to_owned(),
    };
    let document: Value = serde_json::from_str(&text).context("the model is not JSON")?;
    let config = Value::Object(vec![("model".into(), document)]);
    match Config::read(&config, Some("/webhook"), &defaults()) {
        Ok(config) => Ok(config.model),
        Err(problems) => {
            let sentences: Vec<_> = problems.iter().map(Problem::sentence).collect();
            bail!("the model cannot be used:\n{}", sentences.join("\n"))
        }
    }
}

/// Scores of rows, in thousandths of points.
pub fn scores(model: &Model, rows: &[Row]) -> Vec<Milli> {
    let mut scorer = Scorer::new(model.rules.clone(), model.groups.clone());
    let score = |row: &Row| {
        scorer.reset();
        scorer.total(&Evidence { facts: &row.facts, journey: &[], attributes: &row.attributes, today: TODAY })
    };
    rows.iter().map(score).collect()
}

/// Scores a file, writes `row_id,score,tier`, and says how well the model ranks where it is known who became a customer.
pub fn score(data: &Path, map: &Path, file: Option<&Path>, label: Option<&str>, out: &Path) -> Result<()> {
    let model = model(file)?;
    let rows = Map::read(map)?.rows(data, label, TODAY)?;
    let scores = scores(&model, &rows);
    let tiers: Vec<_> = scores.iter().map(|score| tier(*score, Tier::Cold, &model.tiers, None, true)).collect();
    let labels: Option<Vec<bool>> = rows.iter().map(|row| row.label).collect();
    if let Some(labels) = &labels {
        let converted = labels.iter().filter(|label| **label).count();
        let of_one_kind = converted == 0 || converted == labels.len();
        ensure!(!of_one_kind, "all rows have the same label: there is nothing to compare");
    }

    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["row_id", "score", "tier"])?;
    for ((row, score), tier) in rows.iter().zip(&scores).zip(&tiers) {
        writer.write_record([row.id.as_str(), &decimal(*score), tier.name()])?;
    }
    fs::write(out, writer.into_inner()?).with_context(|| format!("{} cannot be written", out.display()))?;

    println!("{} rows scored by {} version {}", rows.len(), model.id, model.version);
    if let Some(labels) = labels {
        println!(
            "AUC {:.3}: of a customer and another lead, how often the customer has the higher score",
            auc(&scores, &labels)
        );
        for (name, of) in Tier::NAMES.pairs() {
            let here: Vec<bool> =
                tiers.iter().zip(&labels).filter(|(tier, _)| **tier == of).map(|(_, label)| *label).collect();
            let became = here.iter().filter(|label| **label).count();
            println!(
                "{name:<5} {:>6} rows, {:>5.1} % became customers",
                here.len(),
                100.0 * became as f64 / here.len().max(1) as f64
            );
        }
    }
    Ok(())
}

/// Area under the ROC curve: the share of pairs of a positive and a negative in which the positive scores higher; ties
/// count half (Mann and Whitney's U over the number of pairs).
pub fn auc(scores: &[Milli], labels: &[bool]) -> f64 {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by_key(|&index| scores[index]);
    let (mut won, mut below, mut positives) = (0.0, 0.0, 0.0);
    for tie in order.chunk_by(|&a, &b| scores[a] == scores[b]) {
        let up = tie.iter().filter(|&&index| labels[index]).count() as f64;
        let down = tie.len() as f64 - up;
        won += up * (below + down / 2.0);
        below += down;
        positives += up;
    }
    won / (positives * below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auc_counts_pairs() {
        assert_eq!(auc(&[1, 2, 3, 4], &[false, false, true, true]), 1.0);
        assert_eq!(auc(&[1, 2, 3, 4], &[true, true, false, false]), 0.0);
        assert_eq!(auc(&[5, 5, 5], &[true, false, false]), 0.5);
        assert_eq!(auc(&[1, 3, 2, 4], &[false, false, true, true]), 0.75);
    }
}
