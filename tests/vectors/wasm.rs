//! Builds the wasm of these tests, and the JavaScript that goes with it. Shared by the browser tests and the race.

use std::path::Path;

use leadheat::widget::compile;
use wasm_bindgen_cli_support::Bindgen;

/// A script that defines `wasm_bindgen`, and the wasm to give to its `initSync`.
pub fn build() -> (String, Vec<u8>) {
    let wasm = compile(Path::new(env!("CARGO_MANIFEST_DIR")), "leadheat-vectors", "release").expect("it compiles");
    let mut bindgen = Bindgen::new();
    bindgen.input_bytes("leadheat_vectors", wasm).no_modules(true).expect("a form it knows");
    let mut output = bindgen.typescript(false).omit_default_module_path(true).generate_output().expect("a wasm");
    (output.js().to_owned(), output.wasm_mut().emit_wasm())
}
