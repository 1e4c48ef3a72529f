//! `leadheat build`: what a company hosts. Owns the names and the page that explains them; must write the same bytes
//! wherever and whenever it runs.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use brotli::CompressorWriter;
use brotli::enc::BrotliEncoderParams;
use brotli::enc::backward_references::BrotliEncoderMode::{BROTLI_MODE_FONT, BROTLI_MODE_GENERIC};
use flate2::{Compression, GzBuilder};
use leadheat_core::schema;
use serde_json::Value;

use crate::types;
use crate::widget::{Widget, integrity};

/// Writes everything into a directory, which is made where missing.
pub fn write(widget: &Widget, out: &Path) -> Result<()> {
    fs::create_dir_all(out).with_context(|| format!("{} cannot be made", out.display()))?;
    let put = |name: &str, content: &[u8]| {
        fs::write(out.join(name), content).with_context(|| format!("{name} cannot be written to {}", out.display()))
    };
    let files = [
        ("leadheat.js", widget.js_name(), widget.js.as_bytes()),
        ("leadheat.wasm", widget.wasm_name(), &widget.wasm),
        ("leadheat-panel.wasm", widget.panel_name(), &widget.panel),
    ];
    for (rolling, pinned, content) in files {
        let (brotli, gzip) = (brotli(content)?, gzip(content)?);
        for name in [rolling, &pinned] {
            put(name, content)?;
            put(&format!("{name}.br"), &brotli)?;
            put(&format!("{name}.gz"), &gzip)?;
        }
        println!("{:<28} {:>7} B   brotli {:>6} B   gzip {:>6} B", pinned, content.len(), brotli.len(), gzip.len());
    }
    let json = |schema: Value| serde_json::to_string_pretty(&schema).map(|json| json + "\n");
    put("config.schema.json", json(schema::config())?.as_bytes())?;
    put("lead.schema.json", json(schema::lead())?.as_bytes())?;
    put("leadheat.d.ts", types::declarations().as_bytes())?;
    put("functions.txt", widget.functions.as_bytes())?;
    put("tag.html", tag_page(widget).as_bytes())?;
    println!("written to {}; open tag.html there for the tags to paste", out.display());
    Ok(())
}

/// Brotli at its smallest: quality 11, window 22, and of the encoder's two guesses at what it has before it the better. What
/// it calls a font is anything whose numbers are aligned, as those of a wasm.
pub fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let with = |mode, lgblock| -> Result<Vec<u8>> {
        let params = BrotliEncoderParams { quality: 11, lgwin: 22, lgblock, mode, ..BrotliEncoderParams::default() };
        let mut writer = CompressorWriter::with_params(Vec::new(), 1 << 16, &params);
        writer.write_all(content)?;
        Ok(writer.into_inner())
    };
    let (generic, font) = (with(BROTLI_MODE_GENERIC, 0)?, with(BROTLI_MODE_FONT, 16)?);
    Ok(if font.len() < generic.len() { font } else { generic })
}

/// Gzip at its smallest, without a time stamp.
pub fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut writer = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    writer.write_all(content)?;
    Ok(writer.finish()?)
}

fn tag_page(widget: &Widget) -> String {
    let mut page = include_str!("tag.html").to_owned();
    for (place, text) in [
        ("{js}", widget.js_name()),
        ("{wasm}", widget.wasm_name()),
        ("{panel}", widget.panel_name()),
        ("{integrity}", integrity(widget.js.as_bytes())),
        ("{version}", env!("CARGO_PKG_VERSION").to_owned()),
    ] {
        page = page.replace(place, &text);
    }
    page
}
