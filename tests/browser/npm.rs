//! What people use with leadheat, as npm has it: routers, consent managers, chats. Owns getting it; without npm, or its registry, the
//! tests that need it are skipped and say so.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::engine::say;
use crate::visitor::Visitor;

/// Where npm has put what `npm/package.json` asks for; `None` where it cannot.
pub fn modules() -> Option<&'static PathBuf> {
    static MODULES: OnceLock<Option<PathBuf>> = OnceLock::new();
    MODULES.get_or_init(|| tokio::task::block_in_place(install)).as_ref()
}

fn install() -> Option<PathBuf> {
    let wanted = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/npm");
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("npm");
    let lock = fs::read(wanted.join("package-lock.json")).unwrap();
    let modules = directory.join("node_modules");
    if fs::read(directory.join("package-lock.json")).is_ok_and(|known| known == lock) && modules.is_dir() {
        return Some(modules);
    }
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    fs::copy(wanted.join("package.json"), directory.join("package.json")).unwrap();
    fs::write(directory.join("package-lock.json"), lock).unwrap();
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=peer"]).current_dir(&directory);
    if npm.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success()) {
        return Some(modules);
    }
    let _ = fs::remove_dir_all(&directory);
    say(
        "skipped: all tests with what npm has (routers, consent managers, chats, polyfills, templates), because npm is missing or cannot reach its registry",
    );
    None
}

/// A file of npm's.
pub fn file(path: &str) -> Option<String> {
    Some(fs::read_to_string(modules()?.join(path)).unwrap())
}

/// Serves these files of npm's, and returns the tags for them, each with these attributes.
pub fn scripts(v: &Visitor, files: &[&str], attributes: &str) -> Option<String> {
    let mut tags = String::new();
    for file in files {
        let served = format!("/t/npm/{file}");
        v.site.file(&served, "text/javascript", &self::file(file)?);
        tags += &format!("<script src='{served}' {attributes}></script>");
    }
    Some(tags)
}

/// Serves a directory of npm's at a path, where it could be had.
pub fn serve(v: &Visitor, directory: &str, at: &str) {
    let Some(modules) = modules() else { return };
    serve_all(v, &modules.join(directory), at);
}

fn serve_all(v: &Visitor, directory: &Path, at: &str) {
    for entry in fs::read_dir(directory).unwrap().flatten() {
        let (path, at) = (entry.path(), format!("{at}/{}", entry.file_name().display()));
        if path.is_dir() {
            serve_all(v, &path, &at);
            continue;
        }
        let mime = match path.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
            "css" => "text/css",
            "js" => "text/javascript",
            "svg" => "image/svg+xml",
            "jpg" => "image/jpeg",
            "png" => "image/png",
            _ => continue,
        };
        v.site.bytes(&at, mime, fs::read(path).unwrap());
    }
}
