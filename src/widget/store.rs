//! Storage: one key for each record, as JSON. Never panics and never throws: where storage is blocked, full or absent a
//! write says so, and a read finds nothing.

use leadheat_core::app::{Area, Kept, PREFIX};
use leadheat_core::json::Value;
use leadheat_core::list::gather;
use leadheat_core::write::json;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Writes under a key, or removes it where there is no value; `false` where the browser refuses.
    #[wasm_bindgen(js_name = leadheatStore)]
    fn store(tab: bool, key: &str, value: Option<&str>) -> bool;
    /// All that stands under keys with this beginning: a list of `[tab, key, value]`, values parsed.
    #[wasm_bindgen(js_name = leadheatKept)]
    fn found(prefix: &str) -> JsValue;
}

/// Writes a record; `false` where the browser refuses.
pub(crate) fn put(area: Area, key: &str, value: &Value) -> bool {
    store(area == Area::Tab, key, Some(&json(value)))
}

/// Removes a record.
pub(crate) fn remove(area: Area, key: &str) {
    store(area == Area::Tab, key, None);
}

/// All of leadheat's records.
pub(crate) fn kept() -> Kept {
    leadheat_core::app::kept(&crate::value(&found(PREFIX)))
}

/// All of leadheat's records, by key.
pub(crate) fn all() -> Value {
    let record = |record: &Value| (record.nth(1).as_str().unwrap_or_default().to_owned(), record.nth(2).clone());
    Value::Object(gather(crate::value(&found(PREFIX)).as_list().iter().map(record)))
}
