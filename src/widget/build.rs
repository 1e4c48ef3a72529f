//! Makes what the wasm carries as text smaller: the default documents lose their spaces and the reasons for each rule,
//! which are there for who reads them, and the style sheets their indentation.

use std::error::Error;
use std::path::Path;
use std::{env, fs, io};

use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let out = env::var("OUT_DIR")?;
    let out = Path::new(&out);
    for (from, to) in [("../core/defaults/model-b2b.json", "model.json"), ("../core/defaults/chat.json", "chat.json")] {
        let mut document: Value = serde_json::from_str(&read(from)?)?;
        drop_reasons(&mut document);
        let json = document.to_string();
        fs::write(out.join(to), if to == "chat.json" { late(&json) } else { json })?;
    }
    // Addresses then take three bytes instead of four; half of the usual megabyte is still far more than is ever used.
    println!("cargo::rustc-link-arg=-zstack-size=524288");
    for name in ["launcher.css", "panel.css"] {
        let sheet = read(name)?;
        let lines = sheet.lines().map(str::trim).filter(|line| !line.starts_with("/*")); // Of one line each.
        let mut sheet = lines.collect::<Vec<_>>().join("\n");
        // No space stands in a value beside these.
        for (from, to) in [
            ("{\n", "{"),
            (" {", "{"),
            ("{ ", "{"),
            (";\n", ";"),
            ("; ", ";"),
            (": ", ":"),
            (", ", ","),
            (" }", "}"),
            (";}", "}"),
            ("}\n", "}"),
        ] {
            sheet = sheet.replace(from, to);
        }
        if name == "panel.css" {
            sheet = late(&sheet);
        }
        fs::write(out.join(name), sheet)?;
    }
    Ok(())
}

/// What comes with the panel: src/cli/split.rs finds it by these marks.
fn late(text: &str) -> String {
    ["/*panel:*/", text, "/*:panel*/"].concat()
}

fn read(path: &str) -> io::Result<String> {
    println!("cargo::rerun-if-changed={path}");
    fs::read_to_string(path)
}

/// Takes `why` out of every rule.
fn drop_reasons(document: &mut Value) {
    for rule in document.get_mut("rules").and_then(Value::as_array_mut).into_iter().flatten() {
        rule.as_object_mut().map(|rule| rule.remove("why"));
    }
}
