//! Makes what the wasm carries as text smaller: the default documents lose their spaces and the reasons for each rule,
//! which are there for who reads them, and the style sheet its indentation.

use std::{env, fs, path::Path};

use serde_json::Value;

fn main() {
    let out = env::var("OUT_DIR").expect("cargo sets it");
    let write = |name: &str, text: String| fs::write(Path::new(&out).join(name), text).expect("OUT_DIR can be written");
    for (from, to) in [("model-b2b.json", "model.json"), ("script.json", "script.json")] {
        let mut document: Value = serde_json::from_str(&read(&format!("../core/defaults/{from}"))).expect("JSON");
        drop_reasons(&mut document);
        write(to, document.to_string());
    }
    let sheet = read("panel.css");
    let lines = sheet.lines().map(str::trim).filter(|line| !line.starts_with("/*"));
    write("panel.css", lines.collect::<Vec<_>>().join("\n"));
}

fn read(path: &str) -> String {
    println!("cargo::rerun-if-changed={path}");
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Takes `why` out of every rule.
fn drop_reasons(document: &mut Value) {
    for rule in document.get_mut("rules").and_then(Value::as_array_mut).into_iter().flatten() {
        rule.as_object_mut().map(|rule| rule.remove("why"));
    }
}
