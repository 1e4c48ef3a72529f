//! Listens to the chats of other vendors, as core's table has it. Owns calling what is theirs so that nothing of it reaches the page:
//! what they throw or lack is passed over, what they return is left alone. Must not make anything of theirs, nor know what it means.
//! In the second half of the program: enter by [`listen`] alone, when that is there.

use std::cell::RefCell;

use leadheat_core::app::Event;
use leadheat_core::list::gather;
use leadheat_core::text::{cut, number, split};
use leadheat_core::vendor::{Hook, THING};
use wasm_bindgen::prelude::*;

use crate::host::{self, get, global};
use crate::shell::send;

/// What stands in their place is listened to so often anew: a page may make another each time that it is looked at.
const MOST: usize = 9;

thread_local! {
    /// What is listened to: the line of the hook, and whose it is.
    static HOOKED: RefCell<Vec<(usize, JsValue)>> = const { RefCell::new(Vec::new()) };
}

/// Listens to what is not listened to yet.
#[inline(never)]
pub(crate) fn listen(hooks: &[Hook]) {
    for hook in hooks {
        let theirs = global(cut(&hook.at, b".").0);
        let is_new = HOOKED.with_borrow(|hooked| {
            let mut same = hooked.iter().filter(|(line, _)| *line == hook.line);
            same.clone().count() < MOST && !same.any(|(_, known)| *known == theirs)
        });
        if is_new && is_there(hook) {
            HOOKED.with_borrow_mut(|hooked| hooked.push((hook.line, theirs)));
            hook_up(hook);
        }
    }
}

/// The function that is to be called, and on what.
fn find(hook: &Hook) -> (JsValue, JsValue) {
    let (mut object, mut function) = (JsValue::UNDEFINED, JsValue::from(js_sys::global()));
    for step in split(&hook.at, b'.') {
        (object, function) = (function.clone(), get(&function, step));
    }
    (object, function)
}

fn is_there(hook: &Hook) -> bool {
    find(hook).1.is_truthy()
}

fn hook_up(hook: &Hook) {
    let (line, reads) = (hook.line, hook.reads.clone());
    let ear = Closure::<dyn Fn(web_sys::Event)>::new(move |told: web_sys::Event| {
        send(Event::Vendor(line, gather(reads.iter().map(|path| text(&told, path)))));
    });
    let ear = ear.into_js_value(); // As long as the page lives: most vendors cannot be left.
    let (object, function) = find(hook);
    if matches!(hook.at.as_str(), "window" | "document") {
        let name = hook.args.first().map_or("", String::as_str);
        return host::listen(function.unchecked_ref(), name, ear.unchecked_ref(), true);
    }
    let given = hook.args.iter().map(|arg| JsValue::from(arg.as_str()));
    host::call(&function, &object, &gather(given.chain([ear])));
}

/// The text at a path in what a vendor tells.
fn text(told: &JsValue, path: &str) -> String {
    let mut at = told.clone();
    for step in split(path, b'.').into_iter().filter(|step| !step.is_empty()) {
        at = get(&at, step);
    }
    match (at.as_string(), at.as_f64(), at.as_bool()) {
        (Some(text), ..) => text,
        (_, Some(value), _) => [if value < 0.0 { "-" } else { "" }, &number(value.abs() as u64)].concat(),
        (.., Some(flag)) => if flag { "true" } else { "false" }.to_owned(),
        _ if at.is_truthy() => THING.to_owned(),
        _ => String::new(),
    }
}
