//! Takes out of the wasm what leadheat never runs and the compiler cannot know to be dead, since a library reaches it
//! through an enum or a function pointer; and what panics would say. Owns the list; must not hold anything that a page could
//! ever reach: what is taken out traps, which the browser tests would show as a widget that stops.

use std::collections::HashSet;

use anyhow::{Context, Result, ensure};
use rustc_demangle::demangle;
use walrus::ir::{Const, Instr, InstrSeq, Value, Visitor, VisitorMut, dfs_in_order, dfs_pre_order_mut};
use walrus::{
    ConstExpr, DataKind, FunctionBuilder, FunctionId, FunctionKind, LocalFunction, Module, ModuleConfig, ValType,
};

/// The dead: functions with this in their path. With the mute ones eight kilobytes of the download.
const DEAD: &[&str] = &[
    // Of yew: HTML from text, which Trusted Types would forbid; parts that wait for data; drawing elsewhere in the page.
    "yew::dom_bundle::braw::",
    "yew::dom_bundle::bsuspense::",
    "yew::dom_bundle::bportal::",
    // Of yew: a component that waits, and attributes added one by one.
    "ComponentState::suspend",
    "apply_diff_index_maps",
    // Of yew: listeners. One of our own hears all that happens in the panel.
    "ListenerRegistration::register",
    "Registry::unregister",
    "SubtreeData::add_listener",
    "ListenerKind as core::clone::Clone",
    // Of yew: elements that change places, and an element in the place of one that was written elsewhere. In the panel each
    // place is for elements of one kind, and those with keys keep their order.
    "ReconcileTarget>::shift",
    "NodeWriter::shift",
    "apply_diff_as_maps",
    // Of yew: the end of a component, and new properties for one: leadheat's has none, and lives as long as its page.
    "Stateful>::destroy",
    "Stateful>::props_changed",
    // Of its queue, a tree of the components to draw: what it does with more than eleven at once; leadheat is one component.
    "btree::node::BalancingContext",
    // Its panic hook: nobody hears a panic, see below.
    "console_error_panic_hook::hook",
    // Promises that block, which a page has to ask for at each function.
    "js_sys::futures::jspi::",
    "__wbg_jspi_task_poll",
    "core::fmt::Formatter",
    " as core::fmt::",
];

/// What does nothing and says that all went well: formatting, which nothing but panics bring in.
const MUTE: &[&str] = &["core::fmt::"];

/// What nobody reads any more, by its beginning and its end: the names of yew's listeners, and what panics would say. A kilobyte
/// of the download.
const UNREAD: &[(&str, &str)] = &[
    ("onabort", "ontransitionstart"),
    ("To suspend rendering", "is required."),
    ("already mutably borrowedRefCell", "already borrowed"),
    ("LazyCell instance", "been poisoned"),
    ("called `Option::unwrap()`", "`None` value"),
    ("called `Result::unwrap()`", "`Err` value"),
    ("called `Result::unwrap_throw()`", "`Err` value"),
    ("Hash table capacity", "overflow"),
    ("Can't find the global Window", "Can't find document"),
    ("cannot modify the panic hook", "panicking thread"),
    ("FnOnce called more than once", "while it is being dropped"),
    ("can't remove a child", "a child"),
    ("can't create element", "for vtag"),
    ("can't create namespaced", "for vtag"),
    ("failed to create", "detached element"),
    ("assertion failed: old_right_len", "CAPACITY"),
    ("assertion failed: old_left_len", "CAPACITY"),
    ("assertion failed: new_left_len", "CAPACITY"),
];

/// The wasm, as cargo made it, without the dead and all that they alone needed.
pub(crate) fn snipped(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut module = ModuleConfig::new().strict_validate(false).parse(wasm).context("cargo made no wasm")?;
    for (names, mute) in [(DEAD, false), (MUTE, true)] {
        for name in names {
            let functions: Vec<FunctionId> = module.funcs.iter_local().map(|(id, _)| id).collect();
            let found = functions.into_iter().map(|id| (id, path(&module, id))).filter(|(_, path)| path.contains(name));
            // What drops one type often drops others of the same layout too: the compiler makes one function of them.
            let found: Vec<_> = found.filter(|(_, path)| !path.contains("drop_in_place")).map(|(id, _)| id).collect();
            ensure!(!found.is_empty(), "the wasm has no {name} any more: take it off the list in src/cli/snip.rs");
            for id in found {
                let hollow = hollow(&mut module, id, mute);
                module.funcs.get_mut(id).kind = FunctionKind::Local(hollow);
            }
        }
    }
    for (_, function) in module.funcs.iter_local_mut() {
        let entry = function.entry_block();
        dfs_pre_order_mut(&mut Blunt, function, entry);
    }
    walrus::passes::gc::run(&mut module);
    forget_places(&mut module);
    forget_texts(&mut module)?;
    Ok(module.emit_wasm())
}

fn path(module: &Module, id: FunctionId) -> String {
    module.funcs.get(id).name.as_deref().map_or(String::new(), |name| format!("{:#}", demangle(name)))
}

/// A function of the same type that traps, or does nothing and returns zero where it is to be mute.
fn hollow(module: &mut Module, id: FunctionId, mute: bool) -> LocalFunction {
    let ty = module.types.get(module.funcs.get(id).ty());
    let (params, results) = (ty.params().to_vec(), ty.results().to_vec());
    let args = params.iter().map(|ty| module.locals.add(*ty)).collect();
    let mut function = FunctionBuilder::new(&mut module.types, &params, &results);
    match results[..] {
        [] if mute => {}
        [ValType::I32] if mute => {
            function.func_body().i32_const(0);
        }
        _ => {
            function.func_body().unreachable();
        }
    }
    function.local_func(args)
}

/// Makes a plain trap of every call that does not return, that is, of every panic: what the compiler knows not to be reached
/// after it is a trap already. Two kilobytes of the download. What it would have said, the browser's own trace of the trap
/// and the list of functions beside the wasm say as well.
struct Blunt;

impl VisitorMut for Blunt {
    fn start_instr_seq_mut(&mut self, seq: &mut InstrSeq) {
        let mut kept: Vec<_> = Vec::new();
        for (instr, at) in seq.instrs.drain(..) {
            while matches!(instr, Instr::Unreachable(_)) && kept.last().is_some_and(|(last, _)| in_vain(last)) {
                kept.pop();
            }
            kept.push((instr, at));
        }
        seq.instrs = kept;
    }
}

/// Whether an instruction right before a trap does nothing that outlives it: after a trap the loader takes the widget down.
fn in_vain(instr: &Instr) -> bool {
    use Instr::{
        Binop, Call, Const, Drop, GlobalGet, GlobalSet, Load, LocalGet, LocalSet, LocalTee, Select, Store, Unop,
    };
    matches!(
        instr,
        Binop(_)
            | Call(_)
            | Const(_)
            | Drop(_)
            | GlobalGet(_)
            | GlobalSet(_)
            | Load(_)
            | LocalGet(_)
            | LocalSet(_)
            | LocalTee(_)
            | Select(_)
            | Store(_)
            | Unop(_)
    )
}

/// Blanks the places in the source that panics would have named, and the names of files that stand in none any more: 0.7
/// kilobytes of the download.
fn forget_places(module: &mut Module) {
    let mut numbers = Numbers::default();
    for (_, function) in module.funcs.iter_local() {
        dfs_in_order(&mut numbers, function, function.entry_block());
    }
    for id in module.data.iter().map(|data| data.id()).collect::<Vec<_>>() {
        let data = module.data.get_mut(id);
        let DataKind::Active { offset: ConstExpr::Value(Value::I32(start)), .. } = data.kind else { continue };
        let (start, bytes) = (start as usize, &mut data.value);
        let (mut kept, mut gone) = (HashSet::new(), Vec::new());
        for at in (0..bytes.len() & !15).step_by(4) {
            // A place is the address and the length of the file's name, line and column.
            let word =
                |nth: usize| bytes.get(at + 4 * nth..)?.first_chunk().map(|word| u32::from_le_bytes(*word) as usize);
            let (Some(address), Some(length), Some(_), Some(_)) = (word(0), word(1), word(2), word(3)) else {
                continue;
            };
            let name = address.wrapping_sub(start)..address.wrapping_sub(start).saturating_add(length);
            if !bytes.get(name.clone()).is_some_and(|file| file.ends_with(b".rs")) {
                continue;
            }
            if numbers.0.contains(&(start + at)) {
                kept.insert(name.start);
            } else {
                gone.push(name);
                bytes[at..at + 16].fill(0);
            }
        }
        for name in gone.into_iter().filter(|name| !kept.contains(&name.start)) {
            bytes[name].fill(0);
        }
    }
}

/// Blanks the texts that nobody reads, having made sure that nothing points at them.
fn forget_texts(module: &mut Module) -> Result<()> {
    let mut numbers = Numbers::default();
    for (_, function) in module.funcs.iter_local() {
        dfs_in_order(&mut numbers, function, function.entry_block());
    }
    // Addresses stand in the data at multiples of four.
    let mut words = HashSet::new();
    for data in module.data.iter() {
        let DataKind::Active { offset: ConstExpr::Value(Value::I32(start)), .. } = data.kind else { continue };
        let aligned = data.value.get((start as usize).wrapping_neg() % 4..).unwrap_or_default();
        words.extend(aligned.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word) as usize));
    }
    let find = |bytes: &[u8], text: &str| bytes.windows(text.len()).position(|window| window == text.as_bytes());
    for (first, last) in UNREAD {
        let mut found = false;
        for id in module.data.iter().map(|data| data.id()).collect::<Vec<_>>() {
            let data = module.data.get_mut(id);
            let DataKind::Active { offset: ConstExpr::Value(Value::I32(start)), .. } = data.kind else { continue };
            let Some(begin) = find(&data.value, first) else { continue };
            let end = begin
                + find(&data.value[begin..], last).context("a text in src/cli/snip.rs does not end")?
                + last.len();
            let addresses = start as usize + begin..start as usize + end;
            let mut pointed_at = numbers.0.iter().chain(&words);
            ensure!(
                !pointed_at.any(|address| addresses.contains(address)),
                "`{first}` is read by something: take it off the list in src/cli/snip.rs"
            );
            data.value[begin..end].fill(0);
            found = true;
        }
        ensure!(found, "the wasm has no text `{first}` any more: take it off the list in src/cli/snip.rs");
    }
    Ok(())
}

/// All numbers in the code: addresses are among them.
#[derive(Default)]
struct Numbers(HashSet<usize>);

impl<'code> Visitor<'code> for Numbers {
    fn visit_const(&mut self, instr: &Const) {
        if let Value::I32(number) = instr.value {
            self.0.insert(number as usize);
        }
    }
}
