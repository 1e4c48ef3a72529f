//! `leadheat score`: what leads from elsewhere are worth under a model, by the same core that scores in the page. Owns the
//! table that it writes and what it says of the model's worth; must not have a rule of its own.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, anyhow, ensure};
use leadheat_core::app::{Boot, Journey, Player};
use leadheat_core::config::Config;
use leadheat_core::json::{Problem, Value};
use leadheat_core::model::{self, Milli, Model};
use leadheat_core::score::{Evidence, Scorer};
use leadheat_core::text::{decimal, join};
use leadheat_core::tier::{Tier, tier};

use crate::check::defaults;
use crate::data::{Map, Row, TODAY};
use crate::metrics;

/// Reads a model; leadheat's own where there is no file.
pub fn model(file: Option<&Path>) -> Result<Model> {
    read(document(file)?)
}

/// Reads the document of a model.
pub fn read(document: Value) -> Result<Model> {
    let config = Value::Object(vec![("model".into(), document)]);
    let config = Config::read(&config, Some("/webhook"), &defaults());
    Ok(config
        .map_err(|problems| {
            anyhow!("the model cannot be used:\n{}", join(problems.iter().map(Problem::sentence), "\n"))
        })?
        .model)
}

fn document(file: Option<&Path>) -> Result<Value> {
    let text = match file {
        Some(file) => fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?,
        None => model::DEFAULT.to_owned(),
    };
    serde_json::from_str(&text).context("the model is not JSON")
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

/// The tiers that scores reach. Whether there is enough evidence cannot be seen from a row: it is taken to be there.
pub fn tiers(model: &Model, scores: &[Milli]) -> Vec<Tier> {
    scores.iter().map(|score| tier(*score, Tier::Cold, &model.tiers, None, true)).collect()
}

/// Scores a file, writes `row_id,score,tier,prob`, and says how well the model ranks where it is known who became a customer.
pub fn score(data: &Path, map: &Path, file: Option<&Path>, label: Option<&str>, out: &Path) -> Result<()> {
    let model = model(file)?;
    let rows = Map::read(map)?.rows(data, label)?;
    let scores = scores(&model, &rows);
    let tiers = tiers(&model, &scores);
    let scored = rows.iter().zip(&scores).zip(&tiers).map(|((row, score), tier)| (row.id.as_str(), *score, *tier));
    write(&model, scored, out)?;
    if label.is_some() {
        let labels: Vec<bool> = rows.iter().map(|row| row.label).collect();
        let probabilities: Option<Vec<f64>> = scores.iter().map(|score| model.probability(*score)).collect();
        let scores: Vec<f64> = scores.iter().map(|score| *score as f64).collect();
        for (name, figure) in metrics::figures(&scores, probabilities.as_deref(), &labels) {
            println!("{name:<18}{figure:.3}");
        }
        metrics::tiers(&tiers, &labels).iter().for_each(|line| println!("{line}"));
    }
    Ok(())
}

/// Plays the journeys of a file, one in a line, and writes the same.
pub fn replay(journeys: &Path, file: Option<&Path>, out: &Path) -> Result<()> {
    let document = document(file)?;
    let model = read(document.clone())?;
    let name = journeys.display();
    let config = Value::Object(vec![("model".into(), document)]);
    let boot = Boot { config, webhook: Some("/webhook".into()), defaults: defaults(), ..Boot::default() };
    let player =
        Player::new(boot).map_err(|problems| anyhow!("{}", join(problems.iter().map(Problem::sentence), "\n")))?;
    let text = fs::read_to_string(journeys).with_context(|| format!("{name} cannot be read"))?;
    let mut scored = Vec::new();
    for (index, line) in
        text.trim_start_matches('\u{feff}').lines().enumerate().filter(|(_, line)| !line.trim().is_empty())
    {
        let line_is = |wrong: String| anyhow!("{name}, line {}: {wrong}", index + 1);
        let journey: Journey = serde_json::from_str(line).map_err(|error| line_is(format!("no journey: {error}")))?;
        let explanation = player.play(&journey).map_err(line_is)?;
        let score = (explanation.score.unwrap_or_default() * 1_000.0).round() as Milli;
        scored.push((journey.id, score, explanation.tier));
    }
    ensure!(!scored.is_empty(), "{name} has no journeys");
    write(&model, scored.iter().map(|(id, score, tier)| (id.as_str(), *score, *tier)), out)
}

/// Writes a row for each lead: its name, score, tier, and how probably it becomes a customer, where the model knows.
fn write<'a>(model: &Model, scored: impl Iterator<Item = (&'a str, Milli, Tier)>, out: &Path) -> Result<()> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["row_id", "score", "tier", "prob"])?;
    let mut rows = 0;
    for (id, score, tier) in scored {
        let probability = model.probability(score).map_or(String::new(), |share| format!("{share:.4}"));
        writer.write_record([id, &decimal(score), tier.name(), &probability])?;
        rows += 1;
    }
    fs::write(out, writer.into_inner()?).with_context(|| format!("{} cannot be written", out.display()))?;
    println!("{rows} rows scored by {} version {}", model.id, model.version);
    Ok(())
}
