//! Puts the functions of a wasm, and the locals of each, into an order that compresses well. Owns the order; must not
//! change what the wasm does.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result};
use rustc_demangle::demangle;
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{
    BinaryReaderError, CodeSectionReader, CompositeInnerType, CustomSectionReader, FunctionBody, FunctionSectionReader,
    KnownCustom, Name, Operator, Parser, Payload, TypeRef,
};

/// The wasm with functions that are alike side by side, without their names; and the list of these, by their new numbers.
/// Two kilobytes of the download; walrus sorts them by size.
pub(crate) fn sorted(wasm: &[u8]) -> Result<(Vec<u8>, String)> {
    let (mut imported, mut params, mut types, mut bodies) = (0, Vec::new(), Vec::new(), Vec::new());
    let mut names = HashMap::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::TypeSection(groups) => {
                for ty in
                    groups.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flat_map(|group| group.into_types())
                {
                    let CompositeInnerType::Func(function) = ty.composite_type.inner else { continue };
                    params.push(function.params().len() as u32);
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::FunctionSection(functions) => types = functions.into_iter().collect::<Result<_, _>>()?,
            Payload::CodeSectionEntry(body) => bodies.push(body),
            Payload::CustomSection(custom) => {
                if let KnownCustom::Name(sections) = custom.as_known() {
                    for section in sections {
                        let Name::Function(functions) = section? else { continue };
                        for function in functions {
                            let function = function?;
                            names.insert(function.index, format!("{:#}", demangle(function.name)));
                        }
                    }
                }
            }
            _ => {}
        }
    }
    let mut order: Vec<usize> = (0..bodies.len()).collect();
    order.sort_by_key(|&old| (bodies[old].as_bytes().len(), bodies[old].as_bytes()));
    let alike = chain(&order.iter().map(|&old| bodies[old].as_bytes()).collect::<Vec<_>>());
    let order: Vec<usize> = alike.into_iter().map(|place| order[place]).collect();
    let mut places = vec![0; order.len()];
    for (place, &old) in order.iter().enumerate() {
        places[old] = imported + place as u32;
    }
    let listed = order.iter().zip(imported..).map(|(&old, new)| {
        let name = names.get(&(imported + old as u32)).map_or("?", String::as_str);
        format!("{new} {name}\n")
    });
    let list = listed.collect();
    let mut module = Module::new();
    Sorter { imported, params, places, order, types, bodies }
        .parse_core_module(&mut module, Parser::new(0), wasm)
        .context("the functions of the wasm cannot be sorted")?;
    Ok((module.finish(), list))
}

/// A chain of texts in which each is followed by the one most like it of those left, the first of several. How alike two
/// are: the cosine between them, as sets of four-byte sequences.
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
        let mut shared = vec![0_u32; texts.len()];
        sequences[last].iter().flat_map(|sequence| &holders[sequence]).for_each(|&text| shared[text] += 1);
        let alike =
            |text: usize| shared[text] as f64 / ((sequences[text].len() * sequences[last].len()).max(1) as f64).sqrt();
        next = left.iter().copied().max_by(|&a, &b| alike(a).total_cmp(&alike(b)).then(b.cmp(&a)));
    }
    order
}

/// The local that an instruction is about.
fn local<'o>(operator: &'o mut Operator<'_>) -> Option<&'o mut u32> {
    match operator {
        Operator::LocalGet { local_index }
        | Operator::LocalSet { local_index }
        | Operator::LocalTee { local_index } => Some(local_index),
        _ => None,
    }
}

/// New places for the locals of a function: of each type those used most come first, so that the same few numbers stand
/// everywhere. Parameters keep theirs.
fn local_places(body: &FunctionBody<'_>, params: u32) -> Result<Vec<u32>, BinaryReaderError> {
    let mut uses: Vec<u32> = vec![0; params as usize];
    let mut runs = Vec::new();
    for run in body.get_locals_reader()? {
        let (count, _) = run?;
        runs.push(uses.len()..uses.len() + count as usize);
        uses.resize(uses.len() + count as usize, 0);
    }
    for operator in body.get_operators_reader()? {
        if let Some(local) = local(&mut operator?) {
            uses[*local as usize] += 1;
        }
    }
    let mut places: Vec<u32> = (0..uses.len() as u32).collect();
    for run in runs {
        let mut by_use: Vec<usize> = run.clone().collect();
        by_use.sort_by_key(|&local| Reverse(uses[local]));
        for (place, local) in run.zip(by_use) {
            places[local] = place as u32;
        }
    }
    Ok(places)
}

struct Sorter<'a> {
    /// How many functions are imported: they come first and stay.
    imported: u32,
    /// How many parameters the functions of each type have.
    params: Vec<u32>,
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

    /// The features that the compiler used are for linkers to read, the names for the list.
    fn parse_custom_section(&mut self, _: &mut Module, _: CustomSectionReader<'_>) -> Result<(), Error<Self::Error>> {
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        _: CodeSectionReader<'_>,
    ) -> Result<(), Error<Self::Error>> {
        for old in self.order.clone() {
            let body = self.bodies[old].clone();
            let places = local_places(&body, self.params[self.types[old] as usize])?;
            let mut function = self.new_function_with_parsed_locals(&body)?;
            for operator in body.get_operators_reader()? {
                let mut operator = operator?;
                if let Some(local) = local(&mut operator) {
                    *local = places[*local as usize];
                }
                function.instruction(&self.instruction(operator)?);
            }
            code.function(&function);
        }
        Ok(())
    }
}
