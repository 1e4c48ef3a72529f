//! The chat server, over the network: one request at a time, and the cable. Owns neither when they are needed nor what they say;
//! whatever goes wrong reads as no answer.
//!
//! By XMLHttpRequest, which tells by an event, and with functions of the browser called by name: promises, and web-sys' own
//! functions for each of these calls, are kilobytes of the download. It is in the second half of the program ([`act`] is a door).

use std::cell::RefCell;

use leadheat_core::app::Event;
use leadheat_core::chatwoot::{Act, News, Request};
use wasm_bindgen::prelude::*;

use crate::host::{self, get, set, text};
use crate::panel;
use crate::shell::send;

/// Milliseconds after which a request is given up.
const PATIENCE: f64 = 15_000.0;
/// The same for one with a file.
const FILE_PATIENCE: f64 = 120_000.0;

#[derive(Default)]
struct Line {
    ticket: u32,
    request: JsValue,
    cable: JsValue,
    /// All that were chosen.
    files: Vec<JsValue>,
}

thread_local! {
    static LINE: RefCell<Line> = RefCell::default();
}

/// Does what core wants done; what comes of it, core hears by an event.
#[inline(never)]
pub(crate) fn act(act: &Act) {
    match act {
        Act::Ask(ticket, request, file) => ask(*ticket, request, *file),
        Act::Connect(url, protocols) => {
            hang_up();
            let url = ["ws", url.strip_prefix("http").unwrap_or_default()].concat();
            let cable = make("WebSocket", &[url.into(), js_sys::JSON::parse(protocols).unwrap_or_default()]);
            hear(&cable, "message close");
            LINE.with_borrow_mut(|line| line.cable = cable);
        }
        Act::Transmit(text) => {
            let cable = LINE.with_borrow(|line| line.cable.clone());
            call(&cable, "send", &[text.into()]);
        }
        Act::HangUp => {
            hang_up();
            let request = LINE.with_borrow_mut(|line| std::mem::take(&mut line.request));
            call(&request, "abort", &[]);
        }
    }
}

/// Keeps a file that the visitor has chosen. Returns its number.
pub(crate) fn keep(file: JsValue) -> u32 {
    LINE.with_borrow_mut(|line| {
        line.files.push(file);
        line.files.len() as u32 - 1
    })
}

fn ask(ticket: u32, (method, url, body): &Request, file: Option<u32>) {
    let file = file.and_then(|number| LINE.with_borrow(|line| line.files.get(number as usize).cloned()));
    let request = make("XMLHttpRequest", &[]);
    hear(&request, "loadend");
    call(&request, "open", &[(*method).into(), url.into()]);
    let patience = if file.is_some() { FILE_PATIENCE } else { PATIENCE };
    set(&request, "timeout", &patience.into());
    let body = match file {
        Some(file) => form(body, file),
        None => {
            if !body.is_empty() {
                call(&request, "setRequestHeader", &["content-type".into(), "application/json".into()]);
            }
            body.into()
        }
    };
    LINE.with_borrow_mut(|line| (line.ticket, line.request) = (ticket, request.clone()));
    call(&request, "send", &[body]);
}

/// What is said, in JSON, as a form with a file.
fn form(said: &str, file: JsValue) -> JsValue {
    let form = make("FormData", &[]);
    let append = |name: &str, value: JsValue| drop(call(&form, "append", &[name.into(), value]));
    let said = js_sys::JSON::parse(said).unwrap_or_default();
    for name in ["content", "echo_id"] {
        append(name, get(&said, name));
    }
    append("attachments[]", file);
    form
}

fn hang_up() {
    let cable = LINE.with_borrow_mut(|line| std::mem::take(&mut line.cable));
    call(&cable, "close", &[]);
}

/// Listens to a request or a cable, as long as the widget lives.
fn hear(target: &JsValue, names: &str) {
    if target.is_object() {
        panel::EAR.with_borrow(|ear| host::listen(target.unchecked_ref(), names, ear.unchecked_ref(), false));
    }
}

/// Something may have come.
pub(crate) fn heard(event: &web_sys::Event) {
    let target: JsValue = event.target().into();
    let (ticket, is_request, is_cable) =
        LINE.with_borrow(|line| (line.ticket, line.request == target, line.cable == target));
    let document = |json: &str| host::document(json).unwrap_or_default();
    let news = match text(event, "type").as_str() {
        "loadend" if is_request => {
            let status = get(&target, "status").as_f64().unwrap_or_default() as u16;
            News::Answered(ticket, status, document(&text(&target, "responseText")))
        }
        "message" if is_cable => News::Received(document(&text(event, "data"))),
        "close" if is_cable => News::Closed,
        _ => return, // Of one that is not needed any more.
    };
    send(Event::Live(Box::new(news)));
}

/// Calls a method; what it throws, or where there is none, is undefined.
fn call(object: &JsValue, method: &str, args: &[JsValue]) -> JsValue {
    host::call(&get(object, method), object, args)
}

/// `new name(...args)`
fn make(name: &str, args: &[JsValue]) -> JsValue {
    call(&host::global("Reflect"), "construct", &[host::global(name), host::array(args)])
}
