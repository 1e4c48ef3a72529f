//! The page around the widget: what it is, where to draw, what to tell it. Owns what the loader lends the wasm; must not
//! throw: what the page lacks reads as absent.
//!
//! Properties are read by name and not by web-sys' getters: each of those brings its own function into the wasm and into
//! the loader.

use js_sys::{Function, Reflect};
use leadheat_core::app::{Boot, Notice};
use leadheat_core::config::Defaults;
use leadheat_core::json::Value;
use leadheat_core::page::Page;
use leadheat_core::text::{self, cut, split};
use leadheat_core::time::Stamp;
use leadheat_core::wire::Wire;
use leadheat_core::write::json;
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, AddEventListenerOptions, Element, EventTarget};

use crate::store;

/// What the loader does for the wasm: the clusters of browser calls that take less room there. None of it throws, but for `parse`.
#[wasm_bindgen]
extern "C" {
    /// Aborted by the loader when the widget dies: every listener hangs on it.
    #[wasm_bindgen(js_name = leadheatSignal)]
    fn signal() -> AbortSignal;
    /// What is seen of the widget stands in this element.
    #[wasm_bindgen(js_name = leadheatRoot)]
    pub(crate) fn root() -> Element;
    /// Where the panel goes.
    #[wasm_bindgen(js_name = leadheatPlace)]
    pub(crate) fn place() -> Element;
    /// Adds a constructed style sheet, which the strictest style policy allows.
    #[wasm_bindgen(js_name = leadheatStyle)]
    pub(crate) fn style(sheet: &str);
    /// Fetches the part of the program that the panel is, once; calls `came`.
    #[wasm_bindgen(js_name = leadheatPanel)]
    pub(crate) fn fetch_panel();
    /// Takes the lock of all tabs, if it is free; calls `locked` with what came of it.
    #[wasm_bindgen(js_name = leadheatLock)]
    pub(crate) fn lock();
    /// Gives it back.
    #[wasm_bindgen(js_name = leadheatUnlock)]
    pub(crate) fn unlock();
    /// Writes one line to the console.
    #[wasm_bindgen(js_name = leadheatTell)]
    pub(crate) fn tell(line: &str, warning: bool);
    /// Posts a lead; calls `settled` with what became of it.
    #[wasm_bindgen(js_name = leadheatPost)]
    pub(crate) fn post(key: &str, url: &str, body: &str, kind: &str, opaque: bool);
    /// Posts a lead while the page is being left.
    #[wasm_bindgen(js_name = leadheatBeacon)]
    pub(crate) fn beacon(key: &str, url: &str, body: &str, kind: &str);
    /// Posts a lead when the page is gone; takes that back where there is no address.
    #[wasm_bindgen(js_name = leadheatLater)]
    pub(crate) fn later(key: &str, url: &str, body: &str, kind: &str);
    #[wasm_bindgen(js_name = leadheatAnnounce)]
    fn announce_json(name: &str, detail: &str);
    #[wasm_bindgen(js_name = leadheatAnswer)]
    fn answer_json(ticket: u32, value: Option<&str>);
    /// Fills with random bytes.
    #[wasm_bindgen(js_name = leadheatRandom)]
    fn random(bytes: &mut [u8]);
    /// Milliseconds that never go back.
    #[wasm_bindgen(js_name = leadheatClock)]
    fn clock() -> f64;
    /// Calls `woke` in so many milliseconds, instead of any time asked for before.
    #[wasm_bindgen(js_name = leadheatWake)]
    pub(crate) fn wake(after: f64);
    /// The parameters of the address: a list of `[name, value]`, decoded.
    #[wasm_bindgen(js_name = leadheatQuery)]
    fn query() -> JsValue;
    /// The nearest such element around one, or it.
    #[wasm_bindgen(js_name = leadheatClosest)]
    pub(crate) fn closest(target: &JsValue, selector: &str) -> Option<Element>;
    /// What stands in the page's own text.
    #[wasm_bindgen(js_name = leadheatAttribute)]
    pub(crate) fn attribute(element: &Element, name: &str) -> Option<String>;
    /// Tells what is in the page, all of it anew.
    #[wasm_bindgen(js_name = leadheatWatch)]
    pub(crate) fn watch();
    /// Asks consent managers, as `Effect::Ask` says; calls `answered`.
    #[wasm_bindgen(js_name = leadheatAsk)]
    pub(crate) fn ask(paths: &str);
    /// Minutes that the local time is ahead of UTC.
    #[wasm_bindgen(js_name = leadheatOffset)]
    fn utc_offset() -> f64;
    /// Milliseconds until the page showed something; 0 where the browser does not tell.
    #[wasm_bindgen(js_name = leadheatShown)]
    fn shown_after() -> f64;
    /// The widget's own documents: where the page has broken this, it cannot go on.
    #[wasm_bindgen(js_namespace = JSON, js_name = parse)]
    fn parse(json: &str) -> JsValue;
    #[wasm_bindgen(catch, js_namespace = Reflect)]
    fn apply(function: &JsValue, object: &JsValue, args: &JsValue) -> Result<JsValue, JsValue>;
    /// A time as the language writes it, with these options of Intl.DateTimeFormat as JSON; nothing where the browser knows no such
    /// time zone.
    #[wasm_bindgen(js_name = leadheatTime)]
    pub(crate) fn time(at: f64, language: &str, options: &str) -> Option<String>;
}

// Made smaller by build.rs.
const MODEL: &str = include_str!(concat!(env!("OUT_DIR"), "/model.json"));
/// It comes with the panel, and stands between the marks of that.
const CHAT: &str = include_str!(concat!(env!("OUT_DIR"), "/chat.json"));
const MARK: usize = "/*panel:*/".len();

/// What the chat says where config has nothing else: when the panel is there.
pub(crate) fn usual_chat() -> Value {
    crate::value(&parse(CHAT.get(MARK..CHAT.len() - MARK).unwrap_or_default()))
}

/// A property; undefined where there is none.
pub(crate) fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).unwrap_or(JsValue::UNDEFINED)
}

/// A property that is a text; empty where there is none.
pub(crate) fn text(object: &JsValue, key: &str) -> String {
    get(object, key).as_string().unwrap_or_default()
}

/// A property that is a whole number; 0 where there is none.
fn number(object: &JsValue, key: &str) -> u32 {
    get(object, key).as_f64().unwrap_or_default() as u32
}

/// Sets a property.
pub(crate) fn set(object: &JsValue, key: &str, value: &JsValue) {
    let _ = Reflect::set(object, &key.into(), value);
}

/// Calls a function on an object; what it throws, and where it is none, is undefined.
pub(crate) fn call(function: &JsValue, object: &JsValue, args: &[JsValue]) -> JsValue {
    apply(function, object, &array(args)).unwrap_or_default()
}

/// An array of these.
pub(crate) fn array(items: &[JsValue]) -> JsValue {
    let array = parse("[]");
    for (place, item) in items.iter().enumerate() {
        set(&array, &text::number(place as u64), item);
    }
    array
}

/// A property of window.
pub(crate) fn global(key: &str) -> JsValue {
    get(&js_sys::global(), key)
}

/// Calls a function at each of these events, of page and panel alike until the widget dies. `of_page`: while it goes down to
/// its target, which no script of the page can stop, and without holding up the page.
pub(crate) fn listen(target: &EventTarget, names: &str, function: &Function, of_page: bool) {
    let options = AddEventListenerOptions::new();
    options.set_signal(&signal());
    options.set_passive(of_page);
    options.set_capture(of_page);
    for name in split(names, b' ') {
        let _ = target.add_event_listener_with_callback_and_add_event_listener_options(name, function, &options);
    }
}

/// Everything that core starts with.
pub(crate) fn boot(config: Value, webhook: Option<String>, debug: bool) -> Boot {
    let (navigator, screen) = (global("navigator"), global("screen"));
    let (visible, focused) = look();
    Boot {
        config,
        webhook,
        debug,
        defaults: Defaults { model: crate::value(&parse(MODEL)), chat: Value::Null },
        page: page(),
        webdriver: get(&navigator, "webdriver").as_bool() == Some(true) || is_driven(),
        user_agent: text(&navigator, "userAgent"),
        touches: number(&navigator, "maxTouchPoints"),
        short_side: number(&screen, "width").min(number(&screen, "height")),
        visible,
        focused,
        utc_offset: utc_offset() as i32,
        shown_after: shown_after() as u32,
        gpc: get(&navigator, "globalPrivacyControl").as_bool() == Some(true),
        dnt: text(&navigator, "doNotTrack") == "1",
        kept: store::kept(),
    }
}

/// Names that programs leave in the pages that they drive.
const TRACES: &str = "callPhantom _phantom __nightmare domAutomation domAutomationController __webdriver_evaluate \
    __selenium_evaluate __playwright__binding__ Cypress";

fn is_driven() -> bool {
    split(TRACES, b' ').into_iter().any(|name| !global(name).is_undefined())
}

/// A document from its JSON.
pub(crate) fn document(json: &str) -> Option<Value> {
    js_sys::JSON::parse(json).ok().map(|parsed| crate::value(&parsed))
}

/// The page as it is now.
pub(crate) fn page() -> Page {
    let (location, document) = (global("location"), global("document"));
    let mut language = text(&get(&document, "documentElement"), "lang");
    if language.is_empty() {
        language = text(&global("navigator"), "language");
    }
    // Routers that keep their path behind a hash.
    let (path, hash) = (text(&location, "pathname"), text(&location, "hash"));
    let route = if hash.starts_with("#/") || hash.starts_with("#!/") { cut(&hash, b"?").0 } else { "" };
    Page {
        host: text(&location, "hostname"),
        path: [&path, route].concat(),
        query: Wire::read(&crate::value(&query())),
        referrer: text(&document, "referrer"),
        language,
    }
}

/// Whether the page is visible, and whether it has the focus.
pub(crate) fn look() -> (bool, bool) {
    let document = global("document").unchecked_into::<web_sys::Document>();
    (text(&document, "visibilityState") == "visible", document.has_focus().unwrap_or(false))
}

/// When it is, and 128 random bits.
pub(crate) fn stamp() -> Stamp {
    let mut bytes = [0; 16];
    random(&mut bytes);
    Stamp { wall: js_sys::Date::now() as u64, monotonic: clock() as u64, entropy: u128::from_le_bytes(bytes) }
}

/// Tells the page by a CustomEvent on window.
pub(crate) fn announce(notice: &Notice) {
    announce_json(notice.name(), &json(&notice.write()));
}

/// Answers a command.
pub(crate) fn answer(ticket: u32, value: &Value) {
    let value = (!value.is_null()).then(|| json(value));
    answer_json(ticket, value.as_deref());
}
