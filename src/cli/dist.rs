//! x
use anyhow::Result; use std::path::Path; use crate::widget::Widget;
/// x
pub fn write(w:&Widget, out:&Path)->Result<()> { std::fs::create_dir_all(out)?; std::fs::write(out.join("leadheat.js"), &w.js)?; std::fs::write(out.join(w.wasm_name()), &w.wasm)?; Ok(()) }
