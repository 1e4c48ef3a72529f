//! Takes out of the wasm what leadheat never runs and the compiler cannot know to be dead, since a library reaches it
//! through an enum or a function pointer. Owns the list; must not hold anything that a page could ever reach: what is
//! taken out traps, which the browser tests would show as a widget that stops.

use anyhow::{Context, Result, ensure};
use rustc_demangle::demangle;
use walrus::{FunctionBuilder, FunctionId, FunctionKind, LocalFunction, Module, ModuleConfig};

/// The dead: functions with this in their path. Four kilobytes of the download.
const DEAD: &[&str] = &[
    // Of yew: HTML from text, which Trusted Types would forbid; parts that wait for data; drawing elsewhere in the page.
    "yew::dom_bundle::braw::",
    "yew::dom_bundle::bsuspense::",
    "yew::dom_bundle::bportal::",
    // Yew's panic hook; leadheat sets its own before anything else.
    "console_error_panic_hook::hook",
    // Promises that block, which a page has to ask for at each function.
    "js_sys::futures::jspi::",
    "__wbg_jspi_task_poll",
    // Formatting, which panics bring in; leadheat's hook names file and line without.
    "core::fmt::",
];

/// The wasm, as cargo made it, without the dead and all that they alone needed.
pub(crate) fn snipped(wasm: &[u8]) -> Result<Vec<u8>> {
    let mut module = ModuleConfig::new().strict_validate(false).parse(wasm).context("cargo made no wasm")?;
    for dead in DEAD {
        let functions: Vec<FunctionId> = module.funcs.iter_local().map(|(id, _)| id).collect();
        let found = functions.into_iter().filter(|id| path(&module, *id).contains(dead)).collect::<Vec<_>>();
        ensure!(!found.is_empty(), "the wasm has nothing called {dead} any more: take it off the list in src/cli/snip.rs");
        for id in found {
            let trap = trap(&mut module, id);
            module.funcs.get_mut(id).kind = FunctionKind::Local(trap);
        }
    }
    walrus::passes::gc::run(&mut module);
    Ok(module.emit_wasm())
}

fn path(module: &Module, id: FunctionId) -> String {
    module.funcs.get(id).name.as_deref().map_or(String::new(), |name| format!("{:#}", demangle(name)))
}

/// A function of the same type that does nothing but trap.
fn trap(module: &mut Module, id: FunctionId) -> LocalFunction {
    let ty = module.types.get(module.funcs.get(id).ty());
    let (params, results) = (ty.params().to_vec(), ty.results().to_vec());
    let args = params.iter().map(|ty| module.locals.add(*ty)).collect();
    let mut function = FunctionBuilder::new(&mut module.types, &params, &results);
    function.func_body().unreachable();
    function.local_func(args)
}
