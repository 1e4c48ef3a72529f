//! Puts the functions of a wasm into an order that compresses well. Owns the order; must not change what the wasm does.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result};
use wasm_encoder::reencode::{Error, Reencode, utils};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{CodeSectionReader, FunctionBody, FunctionSectionReader, Parser, Payload, TypeRef};

/// The wasm with functions that are alike side by side. Two kilobytes of the download; walrus sorts them by size.
pub(crate) fn sorted(wasm: &[u8]) -> Result<Vec<u8>> {
    let (mut imported, mut types, mut bodies) = (0, Vec::new(), Vec::new());
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::FunctionSection(functions) => types = functions.into_iter().collect::<Result<_, _>>()?,
            Payload::CodeSectionEntry(body) => bodies.push(body),
            _ => {}
        }
    }
    let mut order: Vec<usize> = (0..bodies.len()).collect();
    order.sort_by_key(|&old| (types[old], bodies[old].as_bytes()));
    let alike = chain(&order.iter().map(|&old| bodies[old].as_bytes()).collect::<Vec<_>>());
    let order: Vec<usize> = alike.into_iter().map(|place| order[place]).collect();
    let mut places = vec![0; order.len()];
    for (place, &old) in order.iter().enumerate() {
        places[old] = imported + place as u32;
    }
    let mut module = Module::new();
    Sorter { imported, places, order, types, bodies }
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .context("the functions of the wasm cannot be sorted")?;
    Ok(module.finish())
}

/// A chain of texts in which each is followed by the one most like it of those left, the first of several. How alike two are: the number of
/// four-byte sequences they share, against that of the one that has more.
fn chain(texts: &[&[u8]]) -> Vec<usize> {
    let sequences: Vec<HashSet<&[u8]>> = texts.iter().map(|text| text.windows(4).collect()).collect();
    let mut holders: HashMap<&[u8], Vec<usize>> = HashMap::new();
    for (text, sequences) in sequences.iter().enumerate() {
        for sequence in sequences {
            holders.entry(sequence).or_default().push(text);
        }
    }
    let mut left: Vec<usize> = (0..texts.len()).collect();
    let mut order = Vec::with_capacity(texts.len());
    let mut next = left.first().copied();
    while let Some(last) = next {
        order.push(last);
        left.retain(|&text| text != last);
        let mut shared = vec![0; texts.len()];
        sequences[last].iter().flat_map(|sequence| &holders[sequence]).for_each(|&text| shared[text] += 1);
        let alike = |text: usize| shared[text] as f64 / sequences[last].len().max(sequences[text].len()).max(1) as f64;
        next = left.iter().copied().max_by(|&a, &b| alike(a).total_cmp(&alike(b)).then(b.cmp(&a)));
    }
    order
}

struct Sorter<'a> {
    /// How many functions are imported: they come first and stay.
    imported: u32,
    /// The new index of each function.
    places: Vec<u32>,
    /// The functions in their new order.
    order: Vec<usize>,
    types: Vec<u32>,
    bodies: Vec<FunctionBody<'a>>,
}

impl Reencode for Sorter<'_> {
    type Error = std::convert::Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, Error<Self::Error>> {
        Ok(index.checked_sub(self.imported).map_or(index, |own| self.places[own as usize]))
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        _: FunctionSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        for &old in &self.order {
            functions.function(self.types[old]);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        _: CodeSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        for old in self.order.clone() {
            let body = self.bodies[old].clone();
            utils::parse_function_body(self, code, body)?;
        }
        Ok(())
    }
}
