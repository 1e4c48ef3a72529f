//! Takes out of the wasm what leadheat never runs and the compiler cannot know to be dead, since a library reaches it
//! through an enum or a function pointer. Owns the list; must not hold anything that a page could ever reach: what is
//! taken out traps, which the browser tests would show as a widget that stops.

use anyhow::{Context, Result, ensure};
use rustc_demangle::demangle;
use walrus::{FunctionBuilder, FunctionId, FunctionKind, LocalFunction, Module, ModuleConfig, ValType};

/// The dead: functions with this in their path. With the mute ones four kilobytes of the download.
const DEAD: &[&str] = &[
    // Of yew: HTML from text, which Trusted Types would forbid; parts that wait for data; drawing elsewhere in the page.
    "yew::dom_bundle::braw::",
    "yew::dom_bundle::bsuspense::",
    "yew::dom_bundle::bportal::",
    // Of yew: a component that waits, and attributes added one by one. Of its queue, a tree of the components to draw: what
    // it does with more than eleven at once; leadheat is one component.
    "ComponentState::suspend",
    "apply_diff_index_maps",
    "btree::node::BalancingContext",
    // Yew's panic hook; leadheat sets its own before anything else.
    "console_error_panic_hook::hook",
    // Promises that block, which a page has to ask for at each function.
    "js_sys::futures::jspi::",
    "__wbg_jspi_task_poll",
    "core::fmt::Formatter",
    " as core::fmt::",
];

/// What does nothing and says that all went well: formatting, which nothing but panics bring in. Their line in the console
/// still has file and number, and the words where they are fixed ones.
const MUTE: &[&str] = &["core::fmt::"];

/// The wasm, as cargo made it, without the dead and all that they alone needed.
pub(crate) fn snipped(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut module = ModuleConfig::new().strict_validate(false).parse(wasm).context("cargo made no wasm")?;
    for (names, mute) in [(DEAD, false), (MUTE, true)] {
        for name in names {
            let functions: Vec<FunctionId> = module.funcs.iter_local().map(|(id, _)| id).collect();
            let found: Vec<_> = functions.into_iter().filter(|id| path(&module, *id).contains(name)).collect();
            ensure!(!found.is_empty(), "the wasm has no {name} any more: take it off the list in src/cli/snip.rs");
            for id in found {
                let hollow = hollow(&mut module, id, mute);
                module.funcs.get_mut(id).kind = FunctionKind::Local(hollow);
            }
        }
    }
    walrus::passes::gc::run(&mut module);
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
