//! The rules of the house, as tests: what the rooms may not touch, and that what is documented is there.

use std::fs;
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn files(directory: &str, extension: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut directories = vec![Path::new(ROOT).join(directory)];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found
}

fn forbid(directory: &str, extension: &str, words: &[&str]) {
    for (path, text) in files(directory, extension) {
        // Tests may throw dice.
        if path.components().any(|part| part.as_os_str() == "tests") {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for word in words {
                assert!(!code.contains(word), "{}:{}: {word} does not belong here", path.display(), number + 1);
            }
        }
    }
}

#[test]
fn core_reaches_nothing_outside() {
    let outside = [
        "web_sys",
        "js_sys",
        "wasm_bindgen",
        "std::time",
        "SystemTime",
        "Instant::now",
        "std::fs",
        "std::net",
        "std::env",
        "rand::",
        "println!",
    ];
    forbid("src/core", "rs", &outside);
}

#[test]
fn the_widget_leaks_nothing_into_the_page() {
    forbid(
        "src/widget",
        "rs",
        &[".forget()", "from_html_unchecked", "set_inner_html", "style=", "gloo_storage", ".unwrap()", ".expect("],
    );
    // A page that listens to these stays out of the back-forward cache.
    forbid("www", "js", &["unload"]);
    forbid("src/widget", "rs", &["unload"]);
    forbid("www", "js", &["innerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"]);
}

/// What others tell browsers apart by.
#[test]
fn no_fingerprints_are_taken() {
    let traits = [
        "canvas",
        "Canvas",
        "getContext",
        "WebGL",
        "webgl",
        "AudioContext",
        "FontFace",
        "document.fonts",
        "plugins",
        "mimeTypes",
        "enumerateDevices",
        "getBattery",
        "hardwareConcurrency",
        "deviceMemory",
        "RTCPeerConnection",
        "mediaDevices",
        "getVoices",
        "colorDepth",
        "oscpu",
        "getHighEntropyValues",
        "devicePixelRatio",
        "matchMedia",
        "permissions.query",
        "keyboard.getLayoutMap",
        "Accelerometer",
        "Gyroscope",
        "getGamepads",
        "queryLocalFonts",
        "document.cookie",
        "indexedDB",
    ];
    for file in ["loader.js", "watch.js"] {
        let code = fs::read_to_string(Path::new(ROOT).join("www").join(file)).unwrap();
        for name in traits {
            assert!(!code.contains(name), "{file} looks at {name}");
        }
    }
    forbid("src/widget", "rs", &traits);
}

#[test]
fn every_module_says_what_it_owns() {
    for directory in ["src", "tests"] {
        for (path, text) in files(directory, "rs") {
            assert!(text.starts_with("//!"), "{} does not open with what it owns", path.display());
        }
    }
}

#[test]
fn the_readme_names_every_field_of_the_config() {
    let readme = fs::read_to_string(Path::new(ROOT).join("README.md")).unwrap();
    let schema = leadheat_core::schema::config();
    let fields =
        |schema: &serde_json::Value| schema["properties"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    for field in fields(&schema).into_iter().chain(fields(&schema["$defs"]["Chat"])) {
        assert!(readme.contains(&format!("| `{field}`")), "the README's table lacks `{field}`");
    }
}

#[test]
fn the_inbox_has_a_word_for_every_channel() {
    let read = |path: &str| fs::read_to_string(Path::new(ROOT).join(path)).unwrap();
    let (source, words) = (read("src/core/source.rs"), read("www/inbox/words.js"));
    let (_, rules) = source.split_once("fn channel(").unwrap();
    let (rules, _) = rules.split_once("\n}\n").unwrap();
    let channels: Vec<&str> = rules.split("=> \"").skip(1).filter_map(|rule| rule.split('"').next()).collect();
    assert!(channels.len() > 15, "{channels:?}");
    for channel in channels {
        assert!(words.contains(&format!("'channel.{channel}': [")), "words.js lacks channel.{channel}");
    }
}

#[test]
fn the_inventory_names_every_field_that_is_stored_or_sent() {
    let read = |path: &str| fs::read_to_string(Path::new(ROOT).join(path)).unwrap();
    let inventory = read("docs/privacy.md");
    for (file, records) in
        [("visitor", "Record"), ("chat", "Conversation"), ("outbox", "Item"), ("consent", "Consent"), ("lead", "Lead")]
    {
        let code = read(&format!("src/core/{file}.rs"));
        let (_, fields) = code.split_once(&format!("record!({records} {{")).unwrap();
        let (fields, _) = fields.split_once('}').unwrap();
        for field in fields.split(',').map(str::trim).filter(|field| !field.is_empty()) {
            assert!(inventory.contains(&format!("`{field}`")), "docs/privacy.md lacks `{field}` of {records}");
        }
    }
}

/// A threat whose test was renamed or taken out is a threat without one.
#[test]
fn every_test_that_security_names_is_there() {
    let security = fs::read_to_string(Path::new(ROOT).join("SECURITY.md")).unwrap();
    let code: Vec<_> = ["src/core", "tests"].iter().flat_map(|directory| files(directory, "rs")).collect();
    let mut named = 0;
    for test in security.split('`').skip(1).step_by(2).filter(|word| word.contains("::") && *word != "room::name") {
        let (room, name) = test.rsplit_once("::").unwrap();
        let room = room.rsplit(['/', ':']).next().unwrap();
        if matches!(room, "file" | "module") {
            continue; // The table's own legend.
        }
        let is_there = code.iter().any(|(path, text)| {
            path.file_stem().is_some_and(|stem| stem == room) && text.contains(&format!("fn {name}("))
        });
        assert!(is_there, "there is no test {test}");
        named += 1;
    }
    assert!(named > 40, "{named}");
}
