//! The page around the widget: where to draw, what the page is, what to tell it. Owns the promises that wait for an
//! answer; must not throw: what the page lacks reads as absent.

use std::cell::RefCell;

use js_sys::Function;
use leadheat_core::app::{Answer, Boot, Notice};
use leadheat_core::config::Defaults;
use leadheat_core::json::Value;
use leadheat_core::page::Page;
use leadheat_core::time::Stamp;
use leadheat_core::write::json;
use serde::Serialize;
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, CssStyleSheet, CustomEvent, CustomEventInit, Document, Element, ShadowRootInit, ShadowRootMode, VisibilityState, Window};

use crate::store;

#[wasm_bindgen]
extern "C" {
    /// Aborted by the loader when the widget dies: every listener hangs on it.
    #[wasm_bindgen(js_name = leadheatSignal)]
    pub(crate) fn signal() -> AbortSignal;
    /// Takes the widget down: listeners, element, timers; one line in the console.
    #[wasm_bindgen(js_name = leadheatDie)]
    pub(crate) fn die(why: &str);
    /// Tells the loader which element to take away then.
    #[wasm_bindgen(js_name = leadheatElement)]
    fn set_element(element: &Element);
    /// Takes the lock of all tabs, if it is free, and calls `locked` under it.
    #[wasm_bindgen(js_name = leadheatLock)]
    pub(crate) fn lock();
}

// Made smaller by build.rs.
const SHEET: &str = include_str!(concat!(env!("OUT_DIR"), "/panel.css"));
const MODEL: &str = include_str!(concat!(env!("OUT_DIR"), "/model.json"));
const SCRIPT: &str = include_str!(concat!(env!("OUT_DIR"), "/script.json"));

/// Milliseconds until a post without an answer is given up.
pub(crate) const POST_TIMEOUT: u32 = 15_000;

pub(crate) fn window() -> Option<Window> {
    web_sys::window()
}

pub(crate) fn document() -> Option<Document> {
    window()?.document()
}

/// The element to draw in: in an open shadow root of an element of its own, styled by a constructed sheet, which the
/// strictest style policy allows.
pub(crate) fn mount() -> Option<Element> {
    let document = document()?;
    let element = document.create_element("leadheat-chat").ok()?;
    let shadow = element.attach_shadow(&ShadowRootInit::new(ShadowRootMode::Open)).ok()?;
    let sheet = CssStyleSheet::new().ok()?;
    sheet.replace_sync(SHEET).ok()?;
    shadow.set_adopted_style_sheets(&js_sys::Array::of1(&sheet));
    let root = document.create_element("div").ok()?;
    shadow.append_child(&root).ok()?;
    document.body()?.append_child(&element).ok()?;
    set_element(&element);
    Some(root)
}

/// Everything that core starts with.
pub(crate) fn boot(config: Value, webhook: Option<String>, debug: bool) -> Boot {
    let navigator = window().map(|window| window.navigator());
    let webdriver = navigator.as_ref().and_then(|navigator| get(navigator, "webdriver")?.as_bool());
    let (visible, focused) = look();
    Boot {
        config,
        webhook,
        debug,
        defaults: Defaults { model: document_of(MODEL), script: document_of(SCRIPT) },
        page: page().unwrap_or_default(),
        webdriver: webdriver.unwrap_or(false),
        user_agent: navigator.and_then(|navigator| navigator.user_agent().ok()).unwrap_or_default(),
        visible,
        focused,
        kept: store::kept(),
    }
}

fn document_of(json: &str) -> Value {
    js_sys::JSON::parse(json).map(|parsed| crate::value(&parsed)).unwrap_or_default()
}

/// A property, read without assuming that it is there.
pub(crate) fn get(object: &JsValue, key: &str) -> Option<JsValue> {
    js_sys::Reflect::get(object, &key.into()).ok()
}

/// The page as it is now.
pub(crate) fn page() -> Option<Page> {
    let window = window()?;
    let location = window.location();
    let document = window.document()?;
    let language = document.document_element().and_then(|root| root.get_attribute("lang"));
    Some(Page {
        host: location.hostname().ok()?,
        path: location.pathname().ok()?,
        query: location.search().ok()?,
        referrer: document.referrer(),
        language: language.filter(|tag| !tag.is_empty()).or_else(|| window.navigator().language()).unwrap_or_default(),
    })
}

/// Whether the page is visible, and whether it has the focus.
pub(crate) fn look() -> (bool, bool) {
    document().map_or((false, false), |document| {
        (document.visibility_state() == VisibilityState::Visible, document.has_focus().unwrap_or(false))
    })
}

/// When it is, and 128 random bits.
pub(crate) fn stamp() -> Stamp {
    let mut random = [0; 16];
    let window = window();
    let filled = window.as_ref().and_then(|window| window.crypto().ok()?.get_random_values_with_u8_array(&mut random).ok());
    if filled.is_none() {
        random.fill_with(|| (js_sys::Math::random() * 256.0) as u8);
    }
    Stamp {
        wall: js_sys::Date::now() as u64,
        monotonic: window.and_then(|window| window.performance()).map_or(0, |performance| performance.now() as u64),
        entropy: u128::from_le_bytes(random),
    }
}

/// A value of core as a plain JavaScript object.
fn plain(value: &impl Serialize) -> JsValue {
    js_sys::JSON::parse(&json(value)).unwrap_or(JsValue::UNDEFINED)
}

/// Tells the page by a CustomEvent on window.
pub(crate) fn announce(notice: &Notice) {
    let init = CustomEventInit::new();
    init.set_detail(&plain(notice));
    if let (Some(window), Ok(event)) = (window(), CustomEvent::new_with_event_init_dict(notice.name(), &init)) {
        let _ = window.dispatch_event(&event);
    }
}

/// Writes one line to the console.
pub(crate) fn tell(line: &str, warning: bool) {
    let line = ["leadheat: ", line].concat().into();
    if warning { web_sys::console::warn_1(&line) } else { web_sys::console::info_1(&line) }
}

thread_local! {
    static WAITING: RefCell<(u32, Vec<(u32, Function)>)> = const { RefCell::new((0, Vec::new())) };
}

/// Keeps what is to be called with an answer, and names it.
pub(crate) fn ticket(done: Function) -> u32 {
    WAITING.with_borrow_mut(|(last, waiting)| {
        *last += 1;
        waiting.push((*last, done));
        *last
    })
}

/// Answers a command.
pub(crate) fn answer(ticket: u32, value: &Answer) {
    let done = WAITING.with_borrow_mut(|(_, waiting)| {
        let index = waiting.iter().position(|(waits, _)| *waits == ticket)?;
        Some(waiting.swap_remove(index).1)
    });
    if let Some(done) = done {
        let value = match value {
            Answer::Done => JsValue::UNDEFINED,
            value => plain(value),
        };
        let _ = done.call1(&JsValue::UNDEFINED, &value);
    }
}
