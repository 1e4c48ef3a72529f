//! leadheat-widget: the browser's shell around leadheat-core.
//!
//! # Where to start
//! [`shell`]: browser events go in as core's `Event`, core's `Effect`s come out and are carried out. Around it the
//! adapters, which decide nothing: `sensors` (what the visitor does), `store` (storage), `host` (the loader and the page),
//! `launcher` (the button), and `panel` (the chat, a yew component drawn from core's `View`), which the build makes a wasm of
//! its own: it is fetched when the chat is first opened, and most visitors never do. `live` (the chat server) and `vendors` (chats
//! of others) come with it.
//!
//! Nothing here may panic or throw into the page. Should it happen all the same, the loader's guards around every entry
//! (see `www/loader.js`) take everything down and leave the page alone.
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod host;
mod launcher;
mod live;
mod panel;
mod sensors;
mod shell;
mod store;
mod vendors;

use js_sys::{Array, Object};
use leadheat_core::app::{Event, Media};
use leadheat_core::consent::Report;
use leadheat_core::json::Value;
use leadheat_core::list::gather;
use leadheat_core::outbox::Outcome;
use leadheat_core::signal::Kind;
use leadheat_core::wire::Wire;
use shell::send;
use wasm_bindgen::prelude::*;

/// Smaller by two kilobytes of download than Rust's own.
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// A JavaScript value as a document; what JSON has no word for, and what lies too deep, is null.
fn value(value: &JsValue) -> Value {
    document(value, leadheat_core::json::DEPTH)
}

fn document(value: &JsValue, depth: u8) -> Value {
    if let Some(text) = value.as_string() {
        Value::String(text)
    } else if let Some(number) = value.as_f64() {
        Value::Number(number)
    } else if let Some(flag) = value.as_bool() {
        Value::Bool(flag)
    } else if depth == 0 {
        Value::Null
    } else if Array::is_array(value) {
        Value::List(gather(Array::from(value).iter().map(|item| document(&item, depth - 1))))
    } else if value.is_object() {
        let entries = Object::entries(value.unchecked_ref());
        let field = |entry: JsValue| {
            let entry: Array = entry.unchecked_into();
            (entry.get(0).as_string().unwrap_or_default(), document(&entry.get(1), depth - 1))
        };
        Value::Object(gather(entries.iter().map(field)))
    } else {
        Value::Null
    }
}

/// Reads what the widget starts with. `config`: the config document or undefined; `webhook`, `debug`: the tag's attributes.
#[wasm_bindgen]
pub fn start(config: &JsValue, webhook: Option<String>, debug: bool) {
    shell::keep(Event::Boot(Box::new(host::boot(value(config), webhook, debug))));
}

/// Starts the widget, in a task of its own: together the two would hold up a slow phone.
#[wasm_bindgen]
pub fn run() {
    shell::run();
}

/// `leadheat(name, ...)`: the loader keeps the promise under `ticket`.
#[wasm_bindgen]
pub fn call(name: String, args: &JsValue, ticket: u32) {
    let Value::List(args) = value(args) else { return };
    send(Event::Called { name, args, ticket });
}

/// What became of a post: the status of the answer, 0 where there was none, 1 where it cannot be read; and after how many
/// seconds to come back.
#[wasm_bindgen]
pub fn settled(key: String, status: u16, after: Option<u32>) {
    let outcome = match status {
        0 => Outcome::Failed,
        1 => Outcome::Opaque,
        _ => Outcome::Answered(status, after),
    };
    send(Event::Settled { key, outcome });
}

/// The address may have changed without loading.
#[wasm_bindgen]
pub fn moved() {
    send(Event::Navigated(host::page()));
}

/// The time that was asked for has come.
#[wasm_bindgen]
pub fn woke() {
    send(Event::Woke);
}

/// What consent managers said: a list of texts, of those that were asked, or of one that tells by itself.
#[wasm_bindgen]
pub fn heard(of: &str, said: &JsValue) {
    let said = Wire::read(&value(said));
    send(match of {
        "google" => Event::Consent(Report::Google(said)),
        "tcf" => Event::Consent(Report::Tcf(said)),
        _ => Event::Answered(said),
    });
}

/// The visitor moved, typed or touched something.
#[wasm_bindgen]
pub fn input() {
    send(Event::Input);
}

/// How far down the page was seen, in percent, 0 where it was not scrolled; letters of its main text, and how far down that was.
#[wasm_bindgen]
pub fn seen(page: u8, letters: u32, percent: u8) {
    if page > 0 {
        send(Event::Scrolled(page));
    }
    send(Event::Text { letters, percent });
}

/// What the page is about: a list of texts.
#[wasm_bindgen]
pub fn topics(topics: &JsValue) {
    send(Event::Topics(Wire::read(&value(topics))));
}

/// A video or audio of the page plays, or does not any more.
#[wasm_bindgen]
pub fn media(label: String, playing: bool, percent: u8) {
    send(Event::Media(Media { label, playing, percent }));
}

/// Something was done of which no more needs to be said.
#[wasm_bindgen]
pub fn did(kind: &str) {
    if let Some(kind) = Kind::NAMES.find(kind) {
        send(Event::Did(kind, String::new()));
    }
}

/// A text of the page was selected.
#[wasm_bindgen]
pub fn selected(text: String) {
    send(Event::Selected(text));
}

/// Whether a field may be read when its form is sent; `says`: its type and its `autocomplete`.
#[wasm_bindgen]
pub fn captures(name: &str, says: &str) -> bool {
    shell::captures(name, says)
}

/// A form was sent with these fields: a list of `[name, value]`.
#[wasm_bindgen]
pub fn filled(fields: &JsValue) {
    send(Event::Filled(Wire::read(&value(fields))));
}

/// A part of the page came into view or left it, or more of it was seen.
#[wasm_bindgen]
pub fn content(label: String, visible: bool, percent: u8) {
    send(Event::Content { label, visible, percent });
}

/// The site told its tag manager of an event.
#[wasm_bindgen]
pub fn pushed(name: String, value: Option<f64>) {
    send(Event::Pushed(name, value));
}

/// The lock that all tabs share is held by this page, or by another; undefined where there are no locks.
#[wasm_bindgen]
pub fn locked(held: Option<bool>) {
    send(match held {
        Some(held) => Event::Locked(held.then(store::kept)),
        None => Event::NoLocks,
    });
}

/// The part of the program that the panel is has come.
#[wasm_bindgen]
pub fn came() {
    shell::panel_came();
}

/// Panics, so that a developer can see that the page survives it. The loader offers it under `data-debug` only.
#[wasm_bindgen]
#[allow(clippy::indexing_slicing)]
pub fn panic(nth: usize) {
    let nothing: [(); 0] = [];
    nothing[nth]
}
