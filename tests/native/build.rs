//! What a company hosts: built whole, small enough, free of this machine, and the same wherever it is built.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use leadheat::dist;
use leadheat::widget::{Widget, build, build_in, integrity};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// Budget in bytes of brotli 11, of what every page loads and of what comes when the chat is opened.
const MOST_JS: usize = 8_192;
const MOST_TOTAL: usize = 100_000;
/// Of these the words of three languages by which free text is understood are a third.
const MOST_PANEL: usize = 97_000;

fn widget() -> &'static Widget {
    static WIDGET: OnceLock<Widget> = OnceLock::new();
    WIDGET.get_or_init(|| build().expect("the widget builds"))
}

#[test]
fn the_download_is_within_its_budget() {
    let js = dist::brotli(widget().js.as_bytes()).unwrap().len();
    let wasm = dist::brotli(&widget().wasm).unwrap().len();
    assert!(js <= MOST_JS, "leadheat.js has {js} B brotli, {MOST_JS} are allowed");
    assert!(js + wasm <= MOST_TOTAL, "leadheat.js and wasm have {} B brotli, {MOST_TOTAL} are allowed", js + wasm);
    let panel = dist::brotli(&widget().panel).unwrap().len();
    assert!(panel <= MOST_PANEL, "leadheat-panel.wasm has {panel} B brotli, {MOST_PANEL} are allowed");
}

#[test]
fn everything_that_a_host_needs_is_written() {
    let directory = tempfile::tempdir().unwrap();
    dist::write(widget(), directory.path()).unwrap();
    let read = |name: &str| fs::read(directory.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let (js, wasm, panel) = (widget().js_name(), widget().wasm_name(), widget().panel_name());
    for (pinned, rolling) in [(&js, "leadheat.js"), (&wasm, "leadheat.wasm"), (&panel, "leadheat-panel.wasm")] {
        assert_eq!(read(pinned), read(rolling));
        assert_eq!(unpacked(brotli::Decompressor::new(&read(&format!("{pinned}.br"))[..], 4096)), read(pinned));
        assert_eq!(unpacked(flate2::read::GzDecoder::new(&read(&format!("{rolling}.gz"))[..])), read(pinned));
    }
    let script = String::from_utf8(read("leadheat.js")).unwrap();
    assert!(script.contains(&wasm) && script.contains(&integrity(&widget().wasm)));
    assert!(script.contains(&panel) && script.contains(&integrity(&widget().panel)));
    let tags = String::from_utf8(read("tag.html")).unwrap();
    assert!(
        tags.contains(&js)
            && tags.contains(&wasm)
            && tags.contains(&panel)
            && tags.contains(&integrity(script.as_bytes()))
    );
    for place in ["{js}", "{wasm}", "{panel}", "{integrity}", "{version}"] {
        assert!(!tags.contains(place), "{place} was not filled in");
    }
    for (name, word) in [
        ("config.schema.json", "webhook"),
        ("lead.schema.json", "idempotency_key"),
        ("leadheat.d.ts", "export type Config"),
        ("functions.txt", "leadheat_core::score::Scorer::line"),
    ] {
        assert!(String::from_utf8(read(name)).unwrap().contains(word), "{name}");
    }
}

fn unpacked(mut reader: impl std::io::Read) -> Vec<u8> {
    let mut content = Vec::new();
    reader.read_to_end(&mut content).unwrap();
    content
}

#[test]
fn nothing_of_the_building_machine_is_in_it() {
    let cargo = std::env::var("CARGO_HOME").unwrap_or_default();
    let home = std::env::var("HOME").unwrap_or_default();
    let text = String::from_utf8_lossy(&[&widget().wasm[..], &widget().panel].concat()).into_owned() + &widget().js;
    for place in [ROOT, &cargo, &format!("{home}/"), "/registry/", "/.cargo", "/.rustup"] {
        assert!(place.len() < 2 || !text.contains(place), "{place} is in it");
    }
}

#[test]
fn built_in_another_directory_it_is_the_same() {
    let other = Path::new(ROOT).join("target/other-checkout");
    for name in ["Cargo.toml", "Cargo.lock", "src", "tests/vectors", "www/loader.js", "www/watch.js"] {
        copy(&Path::new(ROOT).join(name), &other.join(name));
    }
    let second = build_in(&other).unwrap();
    assert_eq!(widget().js, second.js);
    assert!(widget().wasm == second.wasm && widget().panel == second.panel, "the wasm differs");
}

/// Copies what differs, so that a second run builds only what changed.
fn copy(from: &PathBuf, to: &PathBuf) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let name = entry.unwrap().file_name();
            copy(&from.join(&name), &to.join(&name));
        }
    } else {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        let content = fs::read(from).unwrap();
        if fs::read(to).is_ok_and(|there| there == content) {
            return;
        }
        fs::write(to, content).unwrap();
    }
}
