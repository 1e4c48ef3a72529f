//! `leadheat score`: what leads from elsewhere are worth under a model, by the same core that scores in the page. Owns the
//! table that it writes and what it says of the model's worth; must not have a rule of its own.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use leadheat_core::config::Config;
use leadheat_core::json::{Problem, Value};
use leadheat_core::model::{self, Milli, Model};
use leadheat_core::score::{Evidence, Scorer};
use leadheat_core::text::decimal;
use leadheat_core::tier::{Tier, tier};

use crate::check::defaults;
use crate::data::{Map, Row};
use crate::metrics;

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

/// Scores a file, writes `row_id,score,tier,prob`, and says how well the model ranks where it is known who became a customer.
pub fn score(data: &Path, map: &Path, file: Option<&Path>, label: Option<&str>, out: &Path) -> Result<()> {
    let model = model(file)?;
    let rows = Map::read(map)?.rows(data, label, TODAY)?;
    let scores = scores(&model, &rows);
    let tiers: Vec<_> = scores.iter().map(|score| tier(*score, Tier::Cold, &model.tiers, None, true)).collect();
    let probabilities: Option<Vec<f64>> = scores.iter().map(|score| model.probability(*score)).collect();

    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["row_id", "score", "tier", "prob"])?;
    for (index, ((row, score), tier)) in rows.iter().zip(&scores).zip(&tiers).enumerate() {
        let probability = probabilities.as_ref().map_or(String::new(), |all| format!("{:.4}", all[index]));
        writer.write_record([&row.id, &decimal(*score), tier.name(), &probability])?;
    }
    fs::write(out, writer.into_inner()?).with_context(|| format!("{} cannot be written", out.display()))?;

    println!("{} rows scored by {} version {}", rows.len(), model.id, model.version);
    if label.is_some() {
        let labels: Vec<bool> = rows.iter().map(|row| row.label).collect();
        let scores: Vec<f64> = scores.iter().map(|score| *score as f64).collect();
        for (name, figure) in metrics::figures(&scores, probabilities.as_deref(), &labels) {
            println!("{name:<18}{figure:.3}");
        }
        metrics::tiers(&tiers, &labels).iter().for_each(|line| println!("{line}"));
    }
    Ok(())
}
