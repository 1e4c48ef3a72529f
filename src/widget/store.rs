//! Storage: one key for each record, as JSON. Never panics and never throws: where storage is blocked, full or absent a
//! write says so, and a read finds nothing.

use leadheat_core::app::{Area, Kept, PREFIX, Stored};
use leadheat_core::write::json;
use web_sys::Storage;

use crate::host;

fn storage(area: Area) -> Option<Storage> {
    let window = host::window()?;
    match area {
        Area::Site => window.local_storage(),
        Area::Tab => window.session_storage(),
    }
    .ok()?
}

/// Writes a record; `false` where the browser refuses.
pub(crate) fn put(area: Area, key: &str, stored: &Stored) -> bool {
    storage(area).is_some_and(|storage| storage.set_item(key, &json(stored)).is_ok())
}

/// Removes a record.
pub(crate) fn remove(area: Area, key: &str) {
    if let Some(storage) = storage(area) {
        let _ = storage.remove_item(key);
    }
}

/// All of leadheat's records that can be read.
pub(crate) fn kept() -> Kept {
    let mut kept = Kept::new();
    for area in [Area::Site, Area::Tab] {
        let Some(storage) = storage(area) else { continue };
        for index in 0..storage.length().unwrap_or(0) {
            let Some(key) = storage.key(index).ok().flatten().filter(|key| key.starts_with(PREFIX)) else { continue };
            if let Some(stored) = storage.get_item(&key).ok().flatten().and_then(|json| parse(&json)) {
                kept.push((area, key, stored));
            }
        }
    }
    kept
}

/// A record from its JSON.
pub(crate) fn parse(json: &str) -> Option<Stored> {
    leadheat_core::read::stored(&crate::value(&js_sys::JSON::parse(json).ok()?))
}
