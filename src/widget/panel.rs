//! The chat panel, drawn from core's `View` by plain functions: one yew component is enough, and each more is five
//! kilobytes of wasm. Owns what core need not know: focus, scroll position, unsent drafts (which stay in the fields).
//!
//! On a wide screen the panel is a dialog beside the page, which stays usable; on a phone it covers the page and is modal.
//!
//! What happens in it is heard by one listener around it all, and a button says by `data-input` what it means: the listeners
//! of yew are nearly three kilobytes of the download (see src/cli/snip.rs, which takes them out).

use std::cell::RefCell;
use std::rc::Rc;

use leadheat_core::app::Event;
use leadheat_core::chat::{FieldError, Input, Line, Speaker};
use leadheat_core::lead::{Contact, Field};
use leadheat_core::text::{Lang, number, thousandths};
use leadheat_core::view::{Ask, View, field_label};
use leadheat_core::words;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement};
use yew::AppHandle;
use yew::prelude::*;

use crate::host::{self, get, set, text};
use crate::shell::send;

/// Up to this width of the window the panel covers the page; the same number stands in panel.css.
const PHONE: f64 = 480.0;
/// What can have the focus in the panel.
const FOCUSABLE: &str = "button, input, textarea, a[href]";

// Made smaller by build.rs.
const SHEET: &str = include_str!(concat!(env!("OUT_DIR"), "/panel.css"));

/// What is listened to in the panel.
const HEARD: &str = "click keydown input submit";

thread_local! {
    static PANEL: RefCell<Option<AppHandle<Panel>>> = const { RefCell::new(None) };
}

/// Draws the panel; `before`: what was seen before it is drawn first. All that is reached from here alone is a part of the program of its own (src/cli/split.rs): call it only
/// when that is there.
#[inline(never)]
pub(crate) fn draw(before: &Rc<View>, view: &Rc<View>) {
    PANEL.with_borrow_mut(|panel| {
        let panel = panel.get_or_insert_with(|| {
            host::style(SHEET);
            let place = host::place();
            // As long as the page lives.
            let ear = Closure::<dyn Fn(web_sys::Event)>::new(|event: web_sys::Event| {
                if let Some(input) = heard(&event) {
                    send(Event::Chat(input));
                }
            });
            host::listen(&place, HEARD, ear.into_js_value().unchecked_ref(), false);
            let panel = yew::Renderer::<Panel>::with_root(place).render();
            panel.send_message(before.clone());
            panel
        });
        panel.send_message(view.clone());
    });
}

/// The one component. Its messages are the views that core made.
struct Panel {
    view: Rc<View>,
    /// As it was drawn last.
    drawn: Option<Rc<View>>,
    root: NodeRef,
}

impl Component for Panel {
    type Message = Rc<View>;
    type Properties = ();

    fn create(_: &Context<Self>) -> Self {
        Panel { view: Rc::default(), drawn: None, root: NodeRef::default() }
    }

    fn update(&mut self, _: &Context<Self>, view: Rc<View>) -> bool {
        self.drawn.get_or_insert_with(|| view.clone());
        self.view = view;
        true
    }

    fn view(&self, _: &Context<Self>) -> Html {
        if self.view.open { dialog(&self.view, &self.root) } else { Html::default() }
    }

    fn rendered(&mut self, _: &Context<Self>, _first: bool) {
        if let Some(before) = self.drawn.take() {
            drawn(&before, &self.view, &self.root);
            self.drawn = Some(self.view.clone());
        }
    }
}

/// After drawing: moves focus and scroll position to where they belong.
fn drawn(before: &View, view: &View, root: &NodeRef) {
    if before.open && !view.open {
        return focus(host::root().query_selector(".launcher").ok().flatten());
    }
    let Some(root) = root.cast::<HtmlElement>() else { return };
    let find = |selector| root.query_selector(selector).ok().flatten();
    let news = before.lines != view.lines || before.open != view.open;
    if let Some(log) = find(".scroll").filter(|_| news) {
        set(&log, "scrollTop", &get(&log, "scrollHeight"));
    }
    // Into the panel when the visitor opens it, back to the launcher when it closes. A panel that is open when the page
    // loads takes nothing.
    if before.shown && !before.open {
        focus(find(".replies button, form input, textarea"));
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

fn dialog(view: &View, root: &NodeRef) -> Html {
    let lang = view.lang;
    let modal = is_modal();
    // A path is the page's own, whatever its <base> says.
    let is_path = view.privacy.starts_with('/');
    let origin = if is_path { text(&host::global("location"), "origin") } else { String::new() };
    let ask = match &view.ask {
        Ask::Replies(offered, _) => replies(offered, lang),
        Ask::Contact { step, fields, consent, errors } => contact_form(step, fields, consent, errors, lang),
        Ask::Text => Html::default(),
    };
    let groups = view.lines.chunk_by(|a, b| a.from == b.from && b.at < a.at + 300_000);
    html! {
        <section class="panel" ref={root} role="dialog" aria-modal={modal.then_some("true")} aria-labelledby="title">
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
                    <a href={[&origin, view.privacy.as_str()].concat()} target="_blank" rel="noopener">{ lang.pick(words::PRIVACY) }</a>
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

/// Something happened in the panel: what the visitor means by it, where it means anything.
fn heard(event: &web_sys::Event) -> Option<Input> {
    let target: Element = event.target()?.unchecked_into();
    match text(event, "type").as_str() {
        "click" => match target.closest("[data-input]").ok()??.get_attribute("data-input")?.as_str() {
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
