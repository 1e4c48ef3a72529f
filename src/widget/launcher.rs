//! The button that opens the chat, which is all that most visitors see of it. Owns what it says and its colours; must not
//! need yew, which comes with the panel.

use leadheat_core::config::rgb;
use leadheat_core::text::number;
use leadheat_core::view::View;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use crate::host;

// Made smaller by build.rs.
const SHEET: &str = include_str!(concat!(env!("OUT_DIR"), "/launcher.css"));

#[wasm_bindgen]
extern "C" {
    /// Puts the button into the page, with this path in its icon, and a place for the panel: in an open shadow root of an element of
    /// its own.
    #[wasm_bindgen(js_name = leadheatMount)]
    fn mount_with(sheet: &str, icon: &str);
    /// Shows the button with this label and perhaps the number of what is new; or nothing where there is no label.
    #[wasm_bindgen(js_name = leadheatLauncher)]
    fn show(label: &str, news: &str);
}

/// Puts the launcher into the page.
pub(crate) fn mount() {
    mount_with(SHEET, "M4 5.5h16v11H9.5L5.5 20v-3.5H4z");
}

/// Draws the launcher, which gives way to the panel.
pub(crate) fn draw(view: &View, panel: bool) {
    let root = host::root();
    host::set(&root, "lang", &view.lang.name().into());
    host::set(&root, "className", &["leadheat ", view.position.name()].concat().into());
    if let Some(z_index) = view.z_index {
        let outside: HtmlElement = host::get(&host::get(&root, "parentNode"), "host").unchecked_into();
        let _ = outside.style().set_property("--leadheat-z", &number(z_index.into()));
    }
    colour(root.unchecked_ref(), view.accent.as_deref());
    let news = if view.unread > 0 { number(view.unread.into()) } else { String::new() };
    show(if view.shown && !panel { &view.label } else { "" }, &news);
}

/// Sets the site owner's accent, and black or white on it, whichever has more contrast.
fn colour(root: &HtmlElement, accent: Option<&str>) {
    let Some((accent, parts)) = accent.and_then(|accent| Some((accent, rgb(accent)?))) else { return };
    // Relative luminance, WCAG 2, with a square for the curve of sRGB; above 0.18 black has more contrast than white.
    let [red, green, blue] = parts.map(|part| u32::from(part) * u32::from(part));
    let light = 2_126 * red + 7_152 * green + 722 * blue > 1_800 * 255 * 255;
    let style = root.style();
    let _ = style.set_property("--accent", accent);
    let _ = style.set_property("--on-accent", if light { "#0b1220" } else { "#ffffff" });
}
