//! The chat panel, drawn from core's `View` by plain functions: one yew component is enough, and each more is five
//! kilobytes of wasm. Owns what core need not know: focus, scroll position, unsent drafts (which stay in the fields).
//!
//! On a wide screen the panel is a dialog beside the page, which stays usable; on a phone it covers the page and is modal.
//!
//! What happens in it is heard by one listener around it all, and a button says by `data-input` what it means: the listeners
//! of yew are nearly three kilobytes of the download (see src/cli/snip.rs, which takes them out).

use leadheat_core::chat::{FieldError, Input, Line, Speaker};
use leadheat_core::config::rgb;
use leadheat_core::lead::{Contact, Field};
use leadheat_core::text::{Lang, number, thousandths};
use leadheat_core::view::{Ask, View, field_label};
use leadheat_core::words;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use crate::host::{self, get, set, text};

/// Up to this width of the window the panel covers the page; the same number stands in panel.css.
const PHONE: f64 = 480.0;
/// What can have the focus in the panel.
const FOCUSABLE: &str = "button, input, textarea, a[href]";

/// Draws the launcher or the panel.
pub(crate) fn draw(view: &View, root: &NodeRef) -> Html {
    let shown = if view.open { dialog(view) } else { launcher(view) };
    html! { <div class="leadheat" ref={root} lang={view.lang.name()}>{ shown }</div> }
}

/// After drawing: moves focus and scroll position to where they belong.
pub(crate) fn drawn(before: &View, view: &View, root: &NodeRef) {
    let Some(root) = root.cast::<HtmlElement>() else { return };
    let find = |selector| root.query_selector(selector).ok().flatten();
    colour(&root, view.accent.as_deref());
    let news = before.lines != view.lines || before.open != view.open;
    if let Some(log) = find(".scroll").filter(|_| news) {
        set(&log, "scrollTop", &get(&log, "scrollHeight"));
    }
    // Into the panel when the visitor opens it, back to the launcher when it closes. A panel that is open when the page
    // loads takes nothing.
    if before.shown && before.open != view.open {
        focus(find(if view.open { ".replies button, form input, textarea" } else { ".launcher" }));
    } else if before.open && errors(before) != errors(view) && !errors(view).is_empty() {
        focus(find("[aria-invalid]"));
    } else if before.open && before.ask != view.ask {
        // What had the focus is gone with its question; the next answer goes into the text field or the form.
        focus(find("form input").or_else(|| find("textarea")));
    }
}

fn errors(view: &View) -> &[FieldError] {
    if let Ask::Contact { errors, .. } = &view.ask { errors } else { &[] }
}

fn launcher(view: &View) -> Html {
    let lang = view.lang;
    html! {
        <button class="launcher" type="button" aria-label={lang.pick(words::OPEN_CHAT)} aria-expanded="false" data-input="open">
            { icon("M4 5.5h16v11H9.5L5.5 20v-3.5H4z") }
            if view.unread > 0 { <span class="dot"><span class="hidden">{ lang.pick(words::UNREAD) }</span></span> }
        </button>
    }
}

fn dialog(view: &View) -> Html {
    let lang = view.lang;
    let modal = is_modal();
    let ask = match &view.ask {
        Ask::Replies(offered, _) => replies(offered, lang),
        Ask::Contact { step, fields, consent, errors } => contact_form(step, fields, consent, errors, lang),
        Ask::Text => Html::default(),
    };
    let groups = view.lines.chunk_by(|a, b| a.from == b.from && b.at < a.at + 300_000);
    html! {
        <section class="panel" role="dialog" aria-modal={modal.then_some("true")} aria-labelledby="title">
            <header>
                <div>
                    <h2 id="title">{ view.title.as_str() }</h2>
                    if !view.replies.is_empty() { <p>{ view.replies.as_str() }</p> }
                </div>
                { button("close", lang.pick(words::CLOSE_CHAT), icon("M6 6l12 12M18 6L6 18")) }
            </header>
            <div class="scroll" tabindex="0">
                <div role="log" aria-label={lang.pick(words::MESSAGES)}>
                    { for groups.map(|lines| group(lines, view)) }
                    if view.forgotten { <p class="note">{ lang.pick(words::FORGOTTEN) }</p> }
                </div>
                { ask }
            </div>
            { writer(lang) }
            <footer>
                if !view.privacy.is_empty() {
                    <a href={view.privacy.clone()} target="_blank" rel="noopener">{ lang.pick(words::PRIVACY) }</a>
                }
                <button type="button" data-input="forget">{ lang.pick(words::FORGET) }</button>
            </footer>
        </section>
    }
}

/// Messages of one sender that came together, with one time.
fn group(lines: &[Line], view: &View) -> Html {
    let Some(last) = lines.last() else { return Html::default() };
    let (from, sender) = match last.from {
        Speaker::Bot => ("bot", view.title.as_str()),
        Speaker::Visitor => ("visitor", view.lang.pick(words::YOU)),
    };
    html! {
        <div class="group" data-from={from} key={number(last.at) + from}>
            <span class="hidden">{ sender }{ ": " }</span>
            { for lines.iter().map(|line| html! { <p class="bubble">{ line.text.as_str() }</p> }) }
            <time>{ clock(last.at, view.lang) }</time>
        </div>
    }
}

/// Hours and minutes as the language writes them.
fn clock(at: u64, lang: Lang) -> String {
    host::time(at as f64, if lang == Lang::En { "en-GB" } else { lang.name() })
}

fn replies(offered: &[String], lang: Lang) -> Html {
    let reply = |(index, text): (usize, &String)| {
        html! { <button type="button" key={text.clone()} data-input={number(index as u64)}>{ text.as_str() }</button> }
    };
    html! {
        <div class="replies" role="group" aria-label={lang.pick(words::REPLIES)}>{ for offered.iter().enumerate().map(reply) }</div>
    }
}

/// The text field: Enter sends, Shift+Enter makes a line; it grows to four lines.
fn writer(lang: Lang) -> Html {
    html! {
        <div class="writer">
            <textarea rows="1" maxlength="1000" aria-label={lang.pick(words::WRITE)} placeholder={lang.pick(words::WRITE)} />
            { button("send", lang.pick(words::SEND), icon("M4 12l16-7-5 15-3.5-5.5zM11.5 14.5L20 5")) }
        </div>
    }
}

/// What is listened to around the panel.
pub(crate) const HEARD: &str = "click keydown input submit";

/// Something happened in the panel: what the visitor means by it, where it means anything.
pub(crate) fn heard(event: &web_sys::Event) -> Option<Input> {
    let target: Element = event.target()?.unchecked_into();
    match text(event, "type").as_str() {
        "click" => match target.closest("[data-input]").ok()??.get_attribute("data-input")?.as_str() {
            "open" => Some(Input::Open),
            "close" => Some(Input::Close),
            "forget" => Some(Input::Forget),
            "send" => written(target.closest(".writer").ok()??.query_selector("textarea").ok()??),
            nth => Some(Input::Choose((thousandths(nth)? / 1_000) as usize)),
        },
        "keydown" => {
            let composing = get(event, "isComposing").as_bool() == Some(true);
            let shift = get(event, "shiftKey").as_bool() == Some(true);
            match text(event, "key").as_str() {
                "Escape" if !composing => return Some(Input::Close),
                "Tab" if is_modal() => keep_focus_inside(event, &target, shift),
                "Enter" if !composing && !shift && text(&target, "type") == "textarea" => {
                    event.prevent_default();
                    return written(target);
                }
                _ => {}
            }
            None
        }
        "submit" => {
            event.prevent_default();
            // A form has its fields as properties, by their names; `elements` has them even where they are called like its
            // own.
            let fields = get(&target, "elements");
            let mut contact = Contact::default();
            for (name, field) in Field::NAMES.pairs() {
                contact.set(field, &text(&get(&fields, name), "value"));
            }
            Some(Input::Submit(contact, get(&get(&fields, "consent"), "checked").as_bool() == Some(true)))
        }
        _ => {
            if text(&target, "type") == "textarea" {
                grow(target.unchecked_ref());
            }
            None
        }
    }
}

/// What is written in the text field, which is emptied.
fn written(field: Element) -> Option<Input> {
    let written = text(&field, "value");
    let some = !written.trim().is_empty();
    if some {
        set(&field, "value", &"".into());
        grow(field.unchecked_ref());
    }
    focus(Some(field));
    some.then_some(Input::Write(written))
}

fn grow(field: &HtmlElement) {
    let style = field.style();
    let _ = style.set_property("height", "auto");
    let height = get(field, "scrollHeight").as_f64().unwrap_or_default().min(112.0) as u64;
    let _ = style.set_property("height", &[&number(height), "px"].concat());
}

fn contact_form(step: &str, fields: &[Field], consent: &str, errors: &[FieldError], lang: Lang) -> Html {
    let error = |of: Option<Field>| errors.iter().find(|(field, _)| *field == of).map(|(_, words)| lang.pick(*words));
    let shown = |id: &str, error: Option<&'static str>| match error {
        Some(words) => html! { <p class="error" id={id.to_owned()}>{ words }</p> },
        None => Html::default(),
    };
    let field = |field: &Field| {
        let (name, error) = (field.name(), error(Some(*field)));
        let (kind, autocomplete) = match field {
            Field::Name => ("text", "name"),
            Field::Email => ("email", "email"),
            Field::Phone => ("tel", "tel"),
            Field::Company => ("text", "organization"),
        };
        let described = [name, "-error"].concat();
        html! {
            <div class="field" key={name}>
                <label for={name}>{ lang.pick(field_label(*field)) }</label>
                <input id={name} {name} type={kind} {autocomplete} maxlength="120"
                    aria-invalid={error.map(|_| "true")} aria-describedby={error.map(|_| described.clone())} />
                { shown(&described, error) }
            </div>
        }
    };
    let refused = error(None);
    html! {
        <form class="card" key={step.to_owned()} novalidate=true>
            <div class="fields">{ for fields.iter().map(field) }</div>
            <label class="consent">
                <input type="checkbox" name="consent" aria-invalid={refused.map(|_| "true")}
                    aria-describedby={refused.map(|_| "consent-error")} />
                <span>{ consent }</span>
            </label>
            { shown("consent-error", refused) }
            <button class="primary" type="submit">{ lang.pick(words::SEND) }</button>
        </form>
    }
}

/// A button that shows an icon alone. An id and no class: yew's sets of classes are a kilobyte, and what is written
/// `class="..."` does not need them.
fn button(id: &'static str, label: &'static str, icon: Html) -> Html {
    html! { <button {id} type="button" aria-label={label} data-input={id}>{ icon }</button> }
}

/// A drawn icon of 24 x 24.
fn icon(path: &'static str) -> Html {
    html! { <svg viewBox="0 0 24 24" aria-hidden="true"><path d={path} /></svg> }
}

fn focus(element: Option<Element>) {
    if let Some(element) = element {
        let _ = element.unchecked_into::<HtmlElement>().focus();
    }
}

/// Whether the panel covers the page.
fn is_modal() -> bool {
    host::global("innerWidth").as_f64().is_some_and(|width| width <= PHONE)
}

/// Tab goes round within the modal panel.
fn keep_focus_inside(event: &web_sys::Event, at: &Element, back: bool) {
    let Some(inside) = at.closest(".panel").ok().flatten().and_then(|panel| panel.query_selector_all(FOCUSABLE).ok())
    else {
        return;
    };
    let (first, last) = (inside.get(0), inside.get(inside.length().saturating_sub(1)));
    let (edge, other) = if back { (first, last) } else { (last, first) };
    if edge.as_ref() == Some(at) {
        event.prevent_default();
        focus(other.map(JsCast::unchecked_into));
    }
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
