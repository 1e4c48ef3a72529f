//! What one signal costs, with the score as it then is, where rules ask how often something was done and for the channel:
//! leadheat natively, leadheat as wasm, and two rule engines of JavaScript by the same rules and signals, which must come to the
//! same scores. `cargo run --release --example race`; needs node and npm, and network the first time.
#![allow(missing_docs)]

use std::path::Path;
use std::process::Command;
use std::time::Instant;
use std::{env, fs};

use leadheat_vectors::{Race, SUBJECTS, model};

#[allow(unreachable_pub)]
mod wasm;

fn main() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/race");
    fs::create_dir_all(&directory).unwrap();
    let (glue, wasm) = wasm::build();
    fs::write(directory.join("core.js"), glue).unwrap();
    fs::write(directory.join("core.wasm"), wasm).unwrap();
    let npm = ["install", "--silent", "--no-audit", "--no-fund", "json-rules-engine@7", "json-logic-js@2"];
    let installed = Command::new("npm").args(npm).current_dir(&directory).status();
    assert!(installed.is_ok_and(|status| status.success()), "npm is missing, or cannot reach its registry");
    println!("{:>6} {:>20} {:>12} {:>10}", "rules", "engine", "us a signal", "times");
    for rules in [100, 1_000] {
        let model = model(rules);
        let mut race = Race::new(&model, 1_000);
        let scores: Vec<f64> = (0..SUBJECTS).map(|what| race.signal(what)).collect();
        let (signals, start) = (1_000_000, Instant::now());
        for index in 0..signals {
            std::hint::black_box(race.signal(index % SUBJECTS));
        }
        let native = start.elapsed().as_secs_f64() * 1e6 / f64::from(signals);
        let file = directory.join("model.json");
        fs::write(&file, model).unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/race.mjs");
        let output = Command::new("node").arg(script).args([&directory, &file]).output().expect("node runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let theirs: Vec<(String, f64, Vec<f64>)> = serde_json::from_slice(&output.stdout).unwrap();
        let fastest = theirs.iter().skip(1).map(|(_, time, _)| *time).fold(f64::INFINITY, f64::min);
        println!("{rules:>6} {:>20} {native:>12.2} {:>10.0}", "leadheat, native", fastest / native);
        for (name, time, found) in theirs {
            assert_eq!(found, scores, "{name} comes to other scores");
            println!("{rules:>6} {name:>20} {time:>12.2} {:>10.0}", fastest / time);
        }
    }
}
