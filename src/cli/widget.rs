//! Builds the widget: wasm by a nested cargo call, glue by wasm-bindgen as a library, and the loader around it. Owns how
//! leadheat.js is put together and named; must leave nothing of the building machine in it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use base64::{Engine, engine::general_purpose::STANDARD};
use oxc::allocator::Allocator;
use oxc::codegen::{Codegen, CodegenOptions};
use oxc::minifier::{Minifier, MinifierOptions};
use oxc::parser::Parser;
use oxc::span::SourceType;
use sha2::{Digest, Sha256, Sha384};
use wasm_bindgen_cli_support::Bindgen;

use crate::{order, snip, split};

const TARGET: &str = "wasm32-unknown-unknown";
const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// What the script tag needs.
#[derive(Clone, Debug)]
pub struct Widget {
    /// leadheat.js, with the name and the hash of the wasm inside.
    pub js: String,
    /// The wasm that every page loads.
    pub wasm: Vec<u8>,
    /// The wasm of the panel, which is fetched when the chat is first opened.
    pub panel: Vec<u8>,
    /// What the functions of both are called, by their numbers: a line for each. Browsers say these numbers when it fails.
    pub functions: String,
}

impl Widget {
    /// Name of the wasm, with its hash: the one that leadheat.js asks for.
    pub fn wasm_name(&self) -> String {
        pinned("leadheat", &self.wasm, "wasm")
    }

    /// Name of the panel's wasm, with its hash: the one that leadheat.js asks for.
    pub fn panel_name(&self) -> String {
        pinned("leadheat-panel", &self.panel, "wasm")
    }

    /// Name of leadheat.js with its hash.
    pub fn js_name(&self) -> String {
        pinned("leadheat", self.js.as_bytes(), "js")
    }
}

/// A file name with the first 12 hex digits of the content's SHA-256.
fn pinned(stem: &str, content: &[u8], extension: &str) -> String {
    let hash: String = Sha256::digest(content).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("{stem}.{hash}.{extension}")
}

/// The value of an `integrity` attribute.
pub fn integrity(content: &[u8]) -> String {
    format!("sha384-{}", STANDARD.encode(Sha384::digest(content)))
}

/// Builds the widget; cargo tells of its progress on standard error.
pub fn build() -> Result<Widget> {
    build_in(Path::new(ROOT))
}

/// Builds the widget of a checkout.
pub fn build_in(root: &Path) -> Result<Widget> {
    eprintln!("building the widget (the first time this takes a few minutes)");
    let wasm = compile(root, "leadheat-widget", "widget")?;
    let mut output = Bindgen::new()
        .input_bytes("leadheat_widget", snip::snipped(&wasm)?)
        .no_modules(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_producers_section(true)
        .generate_output()
        .context("wasm-bindgen cannot read the wasm that cargo built")?;
    let mut glue = output.js().to_owned();
    shorten(output.wasm_mut(), &mut glue)?;
    let [first, second] = split::split(&output.wasm_mut().emit_wasm())?;
    let ((wasm, functions), (panel, late)) = (order::sorted(&first)?, order::sorted(&second)?);
    let functions = ["leadheat.wasm\n", &functions, "leadheat-panel.wasm\n", &late].concat();
    let mut widget = Widget { js: String::new(), wasm, panel, functions };
    widget.js = {
        let script = |name| fs::read_to_string(root.join("www").join(name));
        join(&script("loader.js")?, &script("watch.js")?, &glue, &widget)?
    };
    Ok(widget)
}

/// Compiles a package of the workspace to wasm, with a target directory of its own beside the usual one.
pub fn compile(root: &Path, package: &str, profile: &str) -> Result<Vec<u8>> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]).current_dir(root))?;
    add_target(Path::new(&sysroot), root)?;
    let target_dir = root.join("target").join(package.trim_start_matches("leadheat-"));
    let status = Command::new(cargo)
        .args(["build", "--package", package, "--lib", "--target", TARGET, "--profile", profile, "--target-dir"])
        .arg(&target_dir)
        .current_dir(root)
        .env("CARGO_ENCODED_RUSTFLAGS", remaps(root, &sysroot).join("\x1f"))
        .env_remove("RUSTFLAGS")
        .status()
        .context("cargo cannot be run")?;
    ensure!(status.success(), "{package} does not build for wasm; cargo says why above");
    let file = target_dir.join(TARGET).join(profile).join(package.replace('-', "_")).with_extension("wasm");
    fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))
}

fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{:?} cannot be run", command.get_program()))?;
    ensure!(output.status.success(), "{:?} failed: {}", command, String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// Adds the wasm target where it is missing.
fn add_target(sysroot: &Path, root: &Path) -> Result<()> {
    if sysroot.join("lib/rustlib").join(TARGET).exists() {
        return Ok(());
    }
    eprintln!("adding the Rust target {TARGET}, once");
    let added = Command::new("rustup").args(["target", "add", TARGET]).current_dir(root).status();
    if !added.is_ok_and(|status| status.success()) {
        bail!("the Rust target {TARGET} is missing; run: rustup target add {TARGET}");
    }
    Ok(())
}

/// Tells the compiler to write neutral names for every directory of this machine.
fn remaps(root: &Path, sysroot: &str) -> Vec<String> {
    let home = env::var_os("HOME").or_else(|| env::var_os("USERPROFILE")).map(PathBuf::from).unwrap_or_default();
    let cargo_home = env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    // Of several that match, the last one wins: from the general to the particular.
    let mut directories = vec![(home, "/home"), (sysroot.into(), "/rust"), (root.to_owned(), "/leadheat")];
    // Where panics come from is part of the wasm, so the directories of the registries, which have long names, go too.
    let registries = fs::read_dir(cargo_home.join("registry/src")).into_iter().flatten().flatten();
    directories.push((cargo_home, "/cargo"));
    directories.extend(registries.map(|registry| (registry.path(), "/dep")));
    let named = directories.into_iter().filter(|(directory, _)| directory.parent().is_some());
    named.map(|(directory, name)| format!("--remap-path-prefix={}={name}", directory.display())).collect()
}

/// Gives what wasm and glue call each other by short names. Those of wasm-bindgen end in a hash, so they are the one part
/// of the download that does not compress.
fn shorten(wasm: &mut walrus::Module, glue: &mut String) -> Result<()> {
    let mut rename = |name: &mut String, short: String| {
        ensure!(glue.contains(name.as_str()), "the glue of wasm-bindgen does not know `{name}`, which the wasm names");
        *glue = glue.replace(name.as_str(), &short);
        *name = short;
        Ok(())
    };
    for (index, import) in wasm.imports.iter_mut().enumerate() {
        rename(&mut import.name, format!("i{index}"))?;
        import.module = "w".to_owned();
    }
    let hashed = wasm.exports.iter_mut().filter(|export| export.name.starts_with("wasm_bindgen__"));
    for (index, export) in hashed.enumerate() {
        rename(&mut export.name, format!("e{index}"))?;
    }
    *glue = glue.replace("./leadheat_widget_bg.js", "w");
    Ok(())
}

/// JavaScript with short names, and without comments and space.
fn minify(js: &str) -> Result<String> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, js, SourceType::script()).parse();
    ensure!(parsed.diagnostics.is_empty(), "leadheat.js is no JavaScript: {:?}", parsed.diagnostics);
    let mut program = parsed.program;
    let names = Minifier::new(MinifierOptions::default()).minify(&allocator, &mut program).scoping;
    Ok(Codegen::new().with_options(CodegenOptions::minify()).with_scoping(names).build(&program).code)
}

/// What the glue of wasm-bindgen has, and what it shall have. If wasm-bindgen writes it differently one day, this must not be left
/// out unnoticed.
const GLUE: [(&str, &str); 14] = [
    // Every closure that the page can call goes through the loader's guard.
    ("return f(a, state.b, ...args);", "return guard(() => f(a, state.b, ...args));"),
    ("return f(state.a, state.b, ...args);", "return guard(() => f(state.a, state.b, ...args));"),
    // The loader fetches and makes the instance itself: it knows how, where the glue provides for every way.
    (
        "return Object.assign(__wbg_init, { initSync }, exports);",
        "return Object.assign(exports, { begin: __wbg_finalize_init, imports: __wbg_get_imports });",
    ),
    // And it knows the script, in whose place an element of the page may stand.
    ("typeof document !== 'undefined' && document.currentScript !== null", "false"),
    // Pages have a window, and need none of the names that other places have for it.
    ("typeof globalThis === 'undefined'", "true"),
    ("typeof global === 'undefined'", "true"),
    // Views of the memory are cheap to make anew, and texts short enough for the encoder alone: faster ways take more download.
    (
        "cachedDataViewMemory0 === null || cachedDataViewMemory0.buffer.detached === true || (cachedDataViewMemory0.buffer.detached === undefined && cachedDataViewMemory0.buffer !== wasm.memory.buffer)",
        "true",
    ),
    ("cachedUint8ArrayMemory0 === null || cachedUint8ArrayMemory0.byteLength === 0", "true"),
    ("realloc === undefined", "false"),
    ("const mem = getUint8ArrayMemory0();", "const mem = 0;"),
    ("offset < len", "false"),
    ("offset !== 0", "false"),
    // Browsers without these are too old for the widget.
    ("typeof FinalizationRegistry === 'undefined'", "false"),
    ("!('encodeInto' in cachedTextEncoder)", "false"),
];

/// The loader with the wasm's name and hash, and with the watchers and the glue inside, guarded and minified.
fn join(loader: &str, watch: &str, glue: &str, widget: &Widget) -> Result<String> {
    let mut glue = glue.to_owned();
    for (theirs, ours) in GLUE {
        ensure!(glue.matches(theirs).count() == 1, "the glue of wasm-bindgen has no `{theirs}` any more; see GLUE");
        glue = glue.replace(theirs, ours);
    }
    let mut js = loader.to_owned();
    for (place, text) in [
        ("/*{watch}*/", watch.to_owned()),
        ("{wasm}", widget.wasm_name()),
        ("{integrity}", integrity(&widget.wasm)),
        ("{panel}", widget.panel_name()),
        ("{panel-integrity}", integrity(&widget.panel)),
        ("{version}", env!("CARGO_PKG_VERSION").to_owned()),
        ("/*{glue}*/", glue),
    ] {
        ensure!(js.matches(place).count() == 1, "www/loader.js must have {place} exactly once");
        js = js.replace(place, &text);
    }
    minify(&js)
}
