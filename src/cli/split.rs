//! Makes two of the wasm: what every page loads, and what only an opened chat needs. Both share memory, table and the functions
//! of the first. Owns where the cut goes; must not change what the program does.
//!
//! The second half is all that is reached from [`DOORS`] alone. A call through a door goes by the table, where the second half
//! puts it when it comes: before, it would trap. What is reached through the table, the cut cannot see: there the names in
//! [`LATE`] decide, since whoever calls such a function has made it.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use rustc_demangle::demangle;
use walrus::ir::{Value, Visitor, dfs_in_order};
use walrus::{
    ConstExpr, DataKind, ElementItems, ElementKind, ExportItem, FunctionBuilder, FunctionId, FunctionKind, GlobalId,
    GlobalKind, ImportKind, ImportedFunction, MemoryId, Module, ModuleConfig, TableId,
};

/// Where the first half enters the second.
const DOORS: &[&str] = &[
    "leadheat_widget::panel::came",
    "leadheat_widget::panel::draw",
    "leadheat_widget::panel::hear",
    "leadheat_widget::live::act",
    "leadheat_core::app::live::settle",
    "leadheat_core::app::live::hear",
    "leadheat_core::app::speak::arrive",
    "leadheat_core::app::speak::begin",
    "leadheat_core::app::speak::prepare",
    "leadheat_core::app::speak::answer",
    "leadheat_core::app::speak::panel",
    "leadheat_widget::vendors::listen",
    "leadheat_core::app::heard::listen",
    "leadheat_core::app::heard::hear",
    "leadheat_core::app::heard::read",
];
/// What is reached through the table by the second half alone. Not what drops a type: that may be one function for several.
const LATE: &[&str] = &[
    "yew::",
    "leadheat_widget::panel::",
    "leadheat_widget::live::",
    "leadheat_widget::vendors::",
    "leadheat_core::lexicon::",
    "leadheat_core::understand::",
    // A closure that is called once: only yew makes such, for its scheduler.
    "WasmClosureFnOnce",
];
/// Where texts of the second half begin and end.
const MARKS: [&[u8]; 2] = [b"/*panel:*/", b"/*:panel*/"];
/// Under which name the second half imports what it shares.
const SHARED: &str = "m";

/// The two halves of a wasm. The second needs, under [`SHARED`], what the first exports.
pub(crate) fn split(whole: &[u8]) -> Result<[Vec<u8>; 2]> {
    let parse = || ModuleConfig::new().strict_validate(false).generate_producers_section(false).parse(whole);
    let (mut first, mut second) = (parse()?, parse()?);
    let cut = Cut::of(&second)?;
    let table = first.tables.main_function_table()?.context("the wasm has no table")?;
    let slots = first.tables.get(table).initial as u32;
    let late = cut.take_out(&mut first, table, slots)?;
    cut.leave_alone(&mut second, late)?;
    Ok([first, second].map(|mut half| {
        walrus::passes::gc::run(&mut half);
        half.emit_wasm()
    }))
}

/// What goes where, by the numbers that functions and globals have in both.
struct Cut {
    doors: Vec<usize>,
    /// The functions of the second half, with the doors.
    late: BTreeSet<usize>,
    /// The functions of the first half that the second calls, and the globals that it uses.
    functions: BTreeSet<usize>,
    globals: BTreeSet<usize>,
}

/// What the second half gets of the first: places in the table with its functions, and its texts with their addresses.
struct Late {
    slots: Vec<(u32, usize)>,
    texts: Vec<(i32, Vec<u8>)>,
}

impl Cut {
    fn of(module: &Module) -> Result<Cut> {
        let name = |id: FunctionId| {
            module.funcs.get(id).name.as_deref().map_or(String::new(), |name| format!("{:#}", demangle(name)))
        };
        // A name ends in a hash.
        let is_door = |id: &FunctionId| name(*id).rsplit_once("::h").is_some_and(|(path, _)| DOORS.contains(&path));
        let is_late = |id: FunctionId| LATE.iter().any(|late| name(id).contains(late));
        let drops = |id: FunctionId| name(id).contains("drop_in_place");
        // A shim has no name of its own: it is as late as what it calls.
        let is_early = |id: &FunctionId| match uses(module, *id).functions {
            called if name(*id).contains("vtable.shim") => called.into_iter().any(|id| !drops(id) && !is_late(id)),
            _ => drops(*id) || !is_late(*id),
        };
        let in_table = module.elements.iter().flat_map(|segment| match &segment.items {
            ElementItems::Functions(items) => &items[..],
            ElementItems::Expressions(..) => &[],
        });
        let exported = module.exports.iter().filter_map(|export| match export.item {
            ExportItem::Function(id) => Some(id),
            _ => None,
        });
        let mut early = BTreeSet::new();
        let mut next: Vec<FunctionId> =
            in_table.copied().filter(is_early).chain(exported).chain(module.start).collect();
        while let Some(id) = next.pop() {
            if !is_door(&id) && early.insert(id.index()) {
                next.extend(uses(module, id).functions);
            }
        }
        let doors: Vec<usize> = module.funcs.iter().map(|f| f.id()).filter(is_door).map(|id| id.index()).collect();
        ensure!(doors.len() == DOORS.len(), "the wasm has not each of {DOORS:?} once: see src/cli/split.rs");
        let (mut late, mut functions, mut globals) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for (id, _) in module.funcs.iter_local().filter(|(id, _)| !early.contains(&id.index())) {
            let uses = uses(module, id);
            late.insert(id.index());
            let is_shared = |id: &FunctionId| matches!(module.funcs.get(*id).kind, FunctionKind::Local(_));
            functions.extend(uses.functions.into_iter().filter(is_shared).map(|id| id.index()));
            globals.extend(uses.globals.into_iter().map(|id| id.index()));
        }
        functions.retain(|function| !late.contains(function));
        Ok(Cut { doors, late, functions, globals })
    }

    /// Takes the second half out of the whole, and exports what it needs.
    fn take_out(&self, module: &mut Module, table: TableId, slots: u32) -> Result<Late> {
        let ids = functions(module);
        let mut late = Late { slots: (slots..).zip(self.doors.iter().copied()).collect(), texts: texts(module)? };
        for (slot, door) in &late.slots {
            call_by_table(module, ids[*door], table, *slot);
        }
        // There is no function that is none.
        let mut trap = FunctionBuilder::new(&mut module.types, &[], &[]);
        trap.func_body().unreachable();
        let trap = trap.finish(Vec::new(), &mut module.funcs);
        for segment in module.elements.iter_mut() {
            let ElementItems::Functions(items) = &mut segment.items else { continue };
            let ElementKind::Active { offset: ConstExpr::Value(Value::I32(start)), .. } = segment.kind else {
                continue;
            };
            for (slot, item) in (start as u32..).zip(items).filter(|(_, item)| self.late.contains(&item.index())) {
                late.slots.push((slot, item.index()));
                *item = trap;
            }
        }
        late.slots.sort_unstable();
        module.tables.get_mut(table).initial += self.doors.len() as u64;
        module.tables.get_mut(table).maximum = None;
        for function in &self.functions {
            module.exports.add(&format!("f{function}"), ids[*function]);
        }
        let globals: Vec<GlobalId> = module.globals.iter().map(|global| global.id()).collect();
        for global in &self.globals {
            module.exports.add(&format!("g{global}"), globals[*global]);
        }
        for (number, table) in tables(module).into_iter().enumerate() {
            module.exports.add(&format!("t{number}"), table);
        }
        module.exports.add("m", memory(module)?);
        Ok(late)
    }

    /// Leaves nothing but the second half.
    fn leave_alone(&self, module: &mut Module, late: Late) -> Result<()> {
        let ids = functions(module);
        for id in module.exports.iter().map(|export| export.id()).collect::<Vec<_>>() {
            module.exports.delete(id);
        }
        for function in &self.functions {
            let id = ids[*function];
            let import = module.imports.add(SHARED, &format!("f{function}"), ImportKind::Function(id));
            let ty = module.funcs.get(id).ty();
            module.funcs.get_mut(id).kind = FunctionKind::Import(ImportedFunction { import, ty });
        }
        let globals: Vec<GlobalId> = module.globals.iter().map(|global| global.id()).collect();
        for global in &self.globals {
            let id = globals[*global];
            let import = module.imports.add(SHARED, &format!("g{global}"), ImportKind::Global(id));
            module.globals.get_mut(id).kind = GlobalKind::Import(import);
        }
        let (table, memory) = (module.tables.main_function_table()?.context("the wasm has no table")?, memory(module)?);
        for (number, table) in tables(module).into_iter().enumerate() {
            let import = module.imports.add(SHARED, &format!("t{number}"), ImportKind::Table(table));
            let shared = module.tables.get_mut(table);
            (shared.import, shared.maximum) = (Some(import), None);
            shared.elem_segments.clear();
        }
        for id in module.elements.iter().map(|segment| segment.id()).collect::<Vec<_>>() {
            module.elements.delete(id);
        }
        for run in late.slots.chunk_by(|(slot, _), (next, _)| slot + 1 == *next) {
            let offset = ConstExpr::Value(Value::I32(run[0].0 as i32));
            let items = ElementItems::Functions(run.iter().map(|(_, function)| ids[*function]).collect());
            let segment = module.elements.add(ElementKind::Active { table, offset }, items);
            module.tables.get_mut(table).elem_segments.insert(segment);
        }
        let import = module.imports.add(SHARED, "m", ImportKind::Memory(memory));
        let shared = module.memories.get_mut(memory);
        shared.import = Some(import);
        shared.data_segments.clear();
        for id in module.data.iter().map(|data| data.id()).collect::<Vec<_>>() {
            module.data.delete(id);
        }
        for (start, text) in late.texts {
            let data = DataKind::Active { memory, offset: ConstExpr::Value(Value::I32(start)) };
            let data = module.data.add(data, text);
            module.memories.get_mut(memory).data_segments.insert(data);
        }
        Ok(())
    }
}

/// All functions, in the order of their numbers.
fn functions(module: &Module) -> Vec<FunctionId> {
    module.funcs.iter().map(|function| function.id()).collect()
}

fn tables(module: &Module) -> Vec<TableId> {
    module.tables.iter().map(|table| table.id()).collect()
}

fn memory(module: &Module) -> Result<MemoryId> {
    module.memories.iter().next().map(|memory| memory.id()).context("the wasm has no memory")
}

/// What a function names.
#[derive(Default)]
struct Uses {
    functions: Vec<FunctionId>,
    globals: Vec<GlobalId>,
}

impl<'code> Visitor<'code> for Uses {
    fn visit_function_id(&mut self, id: &FunctionId) {
        self.functions.push(*id);
    }
    fn visit_global_id(&mut self, id: &GlobalId) {
        self.globals.push(*id);
    }
}

fn uses(module: &Module, id: FunctionId) -> Uses {
    let mut uses = Uses::default();
    if let FunctionKind::Local(function) = &module.funcs.get(id).kind {
        dfs_in_order(&mut uses, function, function.entry_block());
    }
    uses
}

/// Makes of a function one that calls what stands at a place in the table.
fn call_by_table(module: &mut Module, id: FunctionId, table: TableId, slot: u32) {
    let ty = module.funcs.get(id).ty();
    let (params, results) = (module.types.get(ty).params().to_vec(), module.types.get(ty).results().to_vec());
    let args: Vec<_> = params.iter().map(|ty| module.locals.add(*ty)).collect();
    let mut function = FunctionBuilder::new(&mut module.types, &params, &results);
    let mut body = function.func_body();
    for arg in &args {
        body.local_get(*arg);
    }
    body.i32_const(slot as i32).call_indirect(ty, table);
    module.funcs.get_mut(id).kind = FunctionKind::Local(function.local_func(args));
}

/// Takes the marked texts out of the data. Returns them with their addresses.
fn texts(module: &mut Module) -> Result<Vec<(i32, Vec<u8>)>> {
    let find = |bytes: &[u8], mark: &[u8]| bytes.windows(mark.len()).position(|window| window == mark);
    let mut texts = Vec::new();
    for id in module.data.iter().map(|data| data.id()).collect::<Vec<_>>() {
        let data = module.data.get_mut(id);
        let DataKind::Active { offset: ConstExpr::Value(Value::I32(start)), .. } = data.kind else { continue };
        while let Some(begin) = find(&data.value, MARKS[0]) {
            let length = find(&data.value[begin..], MARKS[1]).context("a text of the second half does not end")?;
            let text = &mut data.value[begin..begin + length + MARKS[1].len()];
            texts.push((start + begin as i32, text.to_vec()));
            text.fill(0);
        }
    }
    ensure!(!texts.is_empty(), "the wasm has no text between {MARKS:?}: see src/cli/split.rs");
    Ok(texts)
}
