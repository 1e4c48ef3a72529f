//! The chat panel, drawn from core's `View` by plain functions: one yew component is enough, and each more is five
//! kilobytes of wasm. Owns what core need not know: focus, scroll position, unsent drafts (which stay in the fields).
//!
//! On a wide screen the panel is a dialog beside the page, which stays usable; on a phone it covers the page and is modal.

use leadheat_core::chat::{FieldError, Input, Line, Speaker};
use leadheat_core::config::rgb;
use leadheat_core::lead::{Contact, Field};
use leadheat_core::text::{Lang, number};
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
pub(crate) fn draw(view: &View, root: &NodeRef, send: &Callback<Input>) -> Html {
    let shown = if view.open { dialog(view, send) } else { launcher(view, send) };
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

fn launcher(view: &View, send: &Callback<Input>) -> Html {
    let lang = view.lang;
    html! {
        <button class="launcher" type="button" aria-label={lang.pick(words::OPEN_CHAT)} aria-expanded="false" onclick={gives(send, Input::Open)}>
            { icon("M4 5.5h16v11H9.5L5.5 20v-3.5H4z") }
            if view.unread > 0 { <span class="dot"><span class="hidden">{ lang.pick(words::UNREAD) }</span></span> }
        </button>
    }
}

fn dialog(view: &View, send: &Callback<Input>) -> Html {
    let lang = view.lang;
    let modal = host::global("innerWidth").as_f64().is_some_and(|width| width <= PHONE);
    let on_key = {
        let send = send.clone();
        Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
            "Escape" if !event.is_composing() => send.emit(Input::Close),
            "Tab" if modal => keep_focus_inside(&event),
            _ => {}
        })
    };
    let ask = match &view.ask {
        Ask::Replies(offered, _) => replies(offered, lang, send),
        Ask::Contact { step, fields, consent, errors } => contact_form(step, fields, consent, errors, lang, send),
        Ask::Text => Html::default(),
    };
    let groups = view.lines.chunk_by(|a, b| a.from == b.from && b.at < a.at + 300_000);
    html! {
        <section class="panel" role="dialog" aria-modal={modal.then_some("true")} aria-labelledby="title" onkeydown={on_key}>
            <header>
                <div>
                    <h2 id="title">{ view.title.as_str() }</h2>
                    if !view.replies.is_empty() { <p>{ view.replies.as_str() }</p> }
                </div>
                { button("close", lang.pick(words::CLOSE_CHAT), icon("M6 6l12 12M18 6L6 18"), gives(send, Input::Close)) }
            </header>
            <div class="scroll" tabindex="0">
                <div role="log" aria-label={lang.pick(words::MESSAGES)}>
                    { for groups.map(|lines| group(lines, view)) }
                    if view.forgotten { <p class="note">{ lang.pick(words::FORGOTTEN) }</p> }
                </div>
                { ask }
            </div>
            { writer(lang, send) }
            <footer>
                if !view.privacy.is_empty() {
                    <a href={view.privacy.clone()} target="_blank" rel="noopener">{ lang.pick(words::PRIVACY) }</a>
                }
                <button type="button" onclick={gives(send, Input::Forget)}>{ lang.pick(words::FORGET) }</button>
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

fn replies(offered: &[String], lang: Lang, send: &Callback<Input>) -> Html {
    let reply = |(index, text): (usize, &String)| {
        html! { <button type="button" key={text.clone()} onclick={gives(send, Input::Choose(index))}>{ text.as_str() }</button> }
    };
    html! {
        <div class="replies" role="group" aria-label={lang.pick(words::REPLIES)}>{ for offered.iter().enumerate().map(reply) }</div>
    }
}

/// The text field: Enter sends, Shift+Enter makes a line; it grows to four lines.
fn writer(lang: Lang, send: &Callback<Input>) -> Html {
    let by_key = send.clone();
    let on_key = Callback::from(move |event: KeyboardEvent| {
        if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
            event.prevent_default();
            submit_text(event.target().map(JsCast::unchecked_into), &by_key);
        }
    });
    let on_type = Callback::from(|event: InputEvent| {
        if let Some(field) = event.target() {
            grow(field.unchecked_ref());
        }
    });
    let by_click = send.clone();
    let on_click = Callback::from(move |event: MouseEvent| {
        let button: Option<Element> = event.target().map(JsCast::unchecked_into);
        let writer = button.and_then(|button| button.closest(".writer").ok()?);
        submit_text(writer.and_then(|writer| writer.query_selector("textarea").ok()?), &by_click);
    });
    html! {
        <div class="writer">
            <textarea rows="1" maxlength="1000" aria-label={lang.pick(words::WRITE)} placeholder={lang.pick(words::WRITE)}
                onkeydown={on_key} oninput={on_type} />
            { button("send", lang.pick(words::SEND), icon("M4 12l16-7-5 15-3.5-5.5zM11.5 14.5L20 5"), on_click) }
        </div>
    }
}

fn submit_text(field: Option<Element>, send: &Callback<Input>) {
    let Some(field) = field else { return };
    let written = text(&field, "value");
    if !written.trim().is_empty() {
        send.emit(Input::Write(written));
        set(&field, "value", &"".into());
        grow(field.unchecked_ref());
    }
    focus(Some(field));
}

fn grow(field: &HtmlElement) {
    let style = field.style();
    let _ = style.set_property("height", "auto");
    let height = get(field, "scrollHeight").as_f64().unwrap_or_default().min(112.0) as u64;
    let _ = style.set_property("height", &[&number(height), "px"].concat());
}

fn contact_form(
    step: &str,
    fields: &[Field],
    consent: &str,
    errors: &[FieldError],
    lang: Lang,
    send: &Callback<Input>,
) -> Html {
    let submit = send.reform(|event: SubmitEvent| {
        event.prevent_default();
        // A form has its fields as properties, by their names; `elements` has them even where they are called like its own.
        let fields = get(&event.target().into(), "elements");
        let mut contact = Contact::default();
        for (name, field) in Field::NAMES.pairs() {
            contact.set(field, &text(&get(&fields, name), "value"));
        }
        Input::Submit(contact, get(&get(&fields, "consent"), "checked").as_bool() == Some(true))
    });
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
        <form class="card" key={step.to_owned()} novalidate=true onsubmit={submit}>
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

/// A click that is an input.
fn gives(send: &Callback<Input>, input: Input) -> Callback<MouseEvent> {
    let send = send.clone();
    Callback::from(move |_| send.emit(input.clone()))
}

/// A button that shows an icon alone. An id and no class: yew's sets of classes are a kilobyte, and what is written
/// `class="..."` does not need them.
fn button(id: &'static str, label: &'static str, icon: Html, onclick: Callback<MouseEvent>) -> Html {
    html! { <button {id} type="button" aria-label={label} {onclick}>{ icon }</button> }
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

/// Tab goes round within the modal panel.
fn keep_focus_inside(event: &KeyboardEvent) {
    let Some(at) = event.target().map(JsCast::unchecked_into::<Element>) else { return };
    let Some(inside) = at.closest(".panel").ok().flatten().and_then(|panel| panel.query_selector_all(FOCUSABLE).ok())
    else {
        return;
    };
    let (first, last) = (inside.get(0), inside.get(inside.length().saturating_sub(1)));
    let (edge, other) = if event.shift_key() { (first, last) } else { (last, first) };
    if edge.as_ref() == Some(&at) {
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
