//! The button that opens the chat, which is all that most visitors see of it. Owns what it says and its colours; must not
//! need yew, which comes with the panel.

use leadheat_core::config::rgb;
use leadheat_core::view::View;
use leadheat_core::words;
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
    /// Shows the button with this label and perhaps the mark for something new; or nothing where there is no label.
    #[wasm_bindgen(js_name = leadheatLauncher)]
    fn show(label: &str, news: bool);
}

/// Puts the launcher into the page.
pub(crate) fn mount() {
    mount_with(SHEET, "M4 5.5h16v11H9.5L5.5 20v-3.5H4z");
}

/// Draws the launcher, which gives way to the panel.
pub(crate) fn draw(view: &View, panel: bool) {
    let (lang, root) = (view.lang, host::root());
    host::set(&root, "lang", &lang.name().into());
    colour(root.unchecked_ref(), view.accent.as_deref());
    let news = view.unread > 0;
    let label =
        [lang.pick(words::OPEN_CHAT), if news { ", " } else { "" }, if news { lang.pick(words::UNREAD) } else { "" }]
            .concat();
    show(if view.shown && !panel { &label } else { "" }, news);
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
