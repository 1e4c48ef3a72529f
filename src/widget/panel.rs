//! The chat panel, drawn from core's `View` by plain functions: one yew component is enough, and each more is five
//! kilobytes of wasm. Owns what core need not know: focus, scroll position, unsent drafts (which stay in the fields).
//!
//! On a wide screen the panel is a dialog beside the page, which stays usable; on a phone it covers the page and is modal.
//!
//! What happens in it is heard by one listener around it all, and a button says by `data-input` what it means: the listeners
//! of yew are nearly three kilobytes of the download (see src/cli/snip.rs, which takes them out).

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leadheat_core::app::Event;
use leadheat_core::chat::{FieldError, Input};
use leadheat_core::lead::{Contact, Field};
use leadheat_core::link;
use leadheat_core::text::{Lang, number, thousandths};
use leadheat_core::view::{Ask, Delivery, Panel, Said, View, field_label};
use leadheat_core::words::{self, Word};
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement};
use yew::AppHandle;
use yew::prelude::*;

use crate::host::{self, get, set, text};
use crate::live;
use crate::shell::send;

/// Up to this width of the window the panel covers the page; the same number stands in panel.css.
const PHONE: f64 = 480.0;
/// What can have the focus in the panel.
const FOCUSABLE: &str = "button, input, textarea, a[href], [tabindex]";

// Made smaller by build.rs.
const SHEET: &str = include_str!(concat!(env!("OUT_DIR"), "/panel.css"));

/// What is listened to in the panel, and in the part of the window that a phone's keyboard leaves.
const HEARD: &str = "click keydown input submit";
const FITTED: &str = "resize scroll";

/// How far a zone is ahead: options of Intl.DateTimeFormat.
const AHEAD: [&str; 2] = [r#"{"timeZoneName":"longOffset","timeZone":""#, r#""}"#];

thread_local! {
    static PANEL: RefCell<Option<AppHandle<Drawn>>> = const { RefCell::new(None) };
    /// The number that stands before the page's title.
    static UNREAD: Cell<u32> = const { Cell::new(0) };
    /// Hears all that happens in the panel and on the way to the chat server.
    pub(crate) static EAR: RefCell<JsValue> = const { RefCell::new(JsValue::UNDEFINED) };
    /// What is seen now.
    static SEEN: RefCell<Rc<View>> = RefCell::default();
}

/// The second half of the program is there: tells core what it needs to know. All that is reached from here and from [`draw`] alone
/// is a part of the program of its own (src/cli/split.rs): call them only when that is there.
#[inline(never)]
pub(crate) fn came(zone: &str) {
    // As long as the page lives.
    EAR.replace(Closure::<dyn Fn(web_sys::Event)>::new(|event: web_sys::Event| hear(&event)).into_js_value());
    let origin = text(&host::global("location"), "origin");
    send(Event::Came { usual: host::usual_chat(), ahead: ahead(zone), origin });
}

/// Minutes that a time zone is ahead of UTC now, where the browser knows it.
fn ahead(zone: &str) -> Option<i32> {
    let zone: String = zone.chars().filter(|letter| !matches!(letter, '"' | '\\')).collect();
    let told = host::time(js_sys::Date::now(), "en-US", &[AHEAD[0], &zone, AHEAD[1]].concat())?;
    let (_, offset) = told.rsplit_once("GMT")?;
    let minutes = |text: &str| thousandths(text).map(|number| (number / 1_000) as i32);
    let Some((hours, rest)) = offset.get(1..).and_then(|offset| offset.split_once(':')) else { return Some(0) };
    let ahead = minutes(hours)? * 60 + minutes(rest)?;
    Some(if offset.starts_with('-') { -ahead } else { ahead })
}

/// Draws the panel; `before`: what was seen before it is drawn first.
#[inline(never)]
pub(crate) fn draw(before: &Rc<View>, view: &Rc<View>) {
    name_unread(view.unread);
    SEEN.replace(view.clone());
    PANEL.with_borrow_mut(|panel| {
        // The program may have come for the chat of another vendor, and nobody has opened this one.
        if panel.is_none() && view.panel.is_none() {
            return;
        }
        let panel = panel.get_or_insert_with(|| {
            host::style(SHEET);
            let place = host::place();
            let ear = EAR.with_borrow(JsValue::clone);
            host::listen(&place, HEARD, ear.unchecked_ref(), false);
            let window = host::global("visualViewport");
            if window.is_truthy() {
                host::listen(window.unchecked_ref(), FITTED, ear.unchecked_ref(), false);
            }
            let panel = yew::Renderer::<Drawn>::with_root(place).render();
            panel.send_message(before.clone());
            panel
        });
        panel.send_message(view.clone());
    });
}

/// Puts the number of unread messages before the page's title, as mail programs do, and takes away what it has put there.
fn name_unread(unread: u32) {
    let prefix = |unread: u32| if unread > 0 { ["(", &number(unread.into()), ") "].concat() } else { String::new() };
    let before = UNREAD.replace(unread);
    if before == unread {
        return;
    }
    let document = host::global("document");
    let title = text(&document, "title");
    let own = title.strip_prefix(&prefix(before)).unwrap_or(&title);
    set(&document, "title", &[&prefix(unread), own].concat().into());
}

/// The one component. Its messages are the views that core made.
struct Drawn {
    view: Rc<View>,
    /// As it was drawn last.
    last: Option<Rc<View>>,
    /// Whether the panel had the focus before it was drawn.
    has_focus: bool,
    root: NodeRef,
}

impl Component for Drawn {
    type Message = Rc<View>;
    type Properties = ();

    fn create(_: &Context<Self>) -> Self {
        Drawn { view: Rc::default(), last: None, has_focus: false, root: NodeRef::default() }
    }

    fn update(&mut self, _: &Context<Self>, view: Rc<View>) -> bool {
        self.last.get_or_insert_with(|| view.clone());
        self.view = view;
        self.has_focus = get(&get(&host::root(), "parentNode"), "activeElement").is_truthy();
        true
    }

    fn view(&self, _: &Context<Self>) -> Html {
        match &self.view.panel {
            Some(panel) if self.view.open => dialog(panel, self.view.lang, &self.root),
            Some(panel) if panel.greets => greeting(panel, self.view.lang),
            _ => Html::default(),
        }
    }

    fn rendered(&mut self, _: &Context<Self>, _first: bool) {
        if let Some(before) = self.last.take() {
            drawn(&before, &self.view, self.has_focus, &self.root);
            self.last = Some(self.view.clone());
        }
    }
}

/// After drawing: moves focus and scroll position to where they belong.
fn drawn(before: &View, view: &View, has_focus: bool, root: &NodeRef) {
    let greeted = before.panel.as_ref().is_some_and(|panel| panel.greets);
    if !view.open && (before.open || greeted && has_focus) {
        return focus(host::root().query_selector(".launcher").ok().flatten());
    }
    let (Some(root), Some(panel)) = (root.cast::<HtmlElement>(), &view.panel) else { return };
    let find = |selector: &str| root.query_selector(selector).ok().flatten();
    let nothing = Rc::default();
    let last = before.panel.as_ref().unwrap_or(&nothing);
    let news = last.lines != panel.lines || last.types != panel.types || last.ask != panel.ask;
    if let Some(log) = find(".scroll").filter(|_| news || before.open != view.open) {
        // To the end; but a form that is longer than the panel begins at its beginning.
        let top = |element: &Element| get(element, "offsetTop").as_f64().unwrap_or_default();
        let end = get(&log, "scrollHeight").as_f64().unwrap_or_default();
        let form = find("form").map_or(end, |form| top(&form) - top(&log) - 8.0);
        set(&log, "scrollTop", &end.min(form).into());
    }
    // What is known of the visitor goes into fields that are empty, once: what is in them is the visitor's.
    if let Ask::Contact { known, fields, .. } = &panel.ask
        && !matches!(&last.ask, Ask::Contact { known: before, .. } if before == known)
    {
        for field in fields {
            let id = ["#", field.name()].concat();
            let input = find(&id).filter(|input| text(input, "value").is_empty());
            if let (Some(input), Some(known)) = (input, known.get(*field)) {
                set(&input, "value", &known.into());
            }
        }
    }
    // Into the panel when the visitor opens it. A panel that is open when the page loads takes nothing.
    let focused = get(&get(&host::root(), "parentNode"), "activeElement");
    if before.shown && !before.open {
        fit();
        focus(find("form input, textarea"));
    } else if before.open && errors(last) != errors(panel) && !errors(panel).is_empty() {
        focus(find("[aria-invalid]"));
    } else if has_focus && !focused.is_truthy() {
        focus(find("textarea")); // What had it is gone with its question.
    } else if last.ask != panel.ask && text(&focused, "type") == "textarea" && text(&focused, "value").is_empty() {
        focus(find("form input")); // The next answer goes into the form.
    }
}

fn errors(panel: &Panel) -> &[FieldError] {
    if let Ask::Contact { errors, .. } = &panel.ask { errors } else { &[] }
}

/// The part of the window that a phone's keyboard leaves, for the panel that covers it all.
fn fit() {
    let window = host::global("visualViewport");
    let style = host::place().unchecked_into::<HtmlElement>().style();
    for (name, from) in [("--top", "offsetTop"), ("--height", "height")] {
        if let Some(pixels) = get(&window, from).as_f64() {
            let _ = style.set_property(name, &[&number(pixels as u64), "px"].concat());
        }
    }
}

fn dialog(panel: &Panel, lang: Lang, root: &NodeRef) -> Html {
    let say = |word: Word| panel.words.get(word, lang);
    let modal = is_modal();
    // A path is the page's own, whatever its <base> says.
    let is_path = panel.privacy.starts_with('/');
    let origin = if is_path { text(&host::global("location"), "origin") } else { String::new() };
    let ask = match &panel.ask {
        Ask::Replies(offered) => replies(offered, panel, lang),
        Ask::Contact { step, fields, consent, errors, .. } => contact_form(step, fields, consent, errors, &say),
        Ask::Satisfied => satisfied(&say),
        Ask::Thanks => html! { <p class="note">{ say(words::THANKS) }</p> },
        Ask::Text => Html::default(),
    };
    let is_refused = |said: &Said| said.delivery == Delivery::Refused;
    let groups = panel.lines.chunk_by(|a, b| {
        let goes_on = a.line.from == b.line.from && a.line.by == b.line.by && b.line.at < a.line.at + 300_000;
        goes_on && is_refused(a) == is_refused(b)
    });
    html! {
        <section class="panel" ref={root} role="dialog" aria-modal={modal.then_some("true")} aria-labelledby="title">
            <header>
                <div>
                    <h2 id="title">{ panel.title.as_str() }</h2>
                    if !panel.replies.is_empty() { <p>{ panel.replies.as_str() }</p> }
                </div>
                { button("close", say(words::CLOSE), icon("M6 6l12 12M18 6L6 18")) }
            </header>
            <div class="scroll" tabindex="0">
                <div role="log" aria-label={say(words::MESSAGES).to_owned()}>
                    { for groups.map(|lines| group(lines, panel, lang)) }
                    if panel.forgotten { <p class="note">{ say(words::FORGOTTEN) }</p> }
                </div>
                if panel.types {
                    <p class="typing" aria-hidden="true"><i /><i /><i /></p>
                }
                { ask }
            </div>
            { writer(panel.takes_files, &say) }
            <footer>
                if !panel.privacy.is_empty() {
                    <a href={[&origin, panel.privacy.as_str()].concat()} target="_blank" rel="noopener">{ say(words::PRIVACY) }</a>
                }
                if !panel.lines.is_empty() {
                    <a href="#" download="chat.txt" data-input="save">{ say(words::SAVE) }</a>
                }
                <button type="button" data-input="forget">{ say(words::FORGET) }</button>
            </footer>
        </section>
    }
}

/// What the visitor is spoken to with, beside the launcher.
fn greeting(panel: &Panel, lang: Lang) -> Html {
    let Some(last) = panel.lines.last() else { return Html::default() };
    html! {
        <div class="greeting" role="status">
            <button type="button" data-input="open">{ last.line.text.as_str() }</button>
            { button("dismiss", panel.words.get(words::DISMISS, lang), icon("M6 6l12 12M18 6L6 18")) }
        </div>
    }
}

/// Messages of one sender that came together, with one time. Without keys, so that none is drawn anew, and read out again, when
/// another comes.
fn group(said: &[Said], panel: &Panel, lang: Lang) -> Html {
    let Some(last) = said.last() else { return Html::default() };
    let say = |word| panel.words.get(word, lang);
    let state = match last.delivery {
        Delivery::Here => "",
        Delivery::Sending => say(words::SENDING),
        Delivery::Delivered => say(words::DELIVERED),
        Delivery::Failed => say(words::FAILED),
        Delivery::Refused => say(words::REFUSED),
    };
    html! {
        <div class="group" data-from={last.line.from.name()}>
            <span class="by">{ panel.sender(&last.line, lang) }<span class="hidden">{ ": " }</span></span>
            { for said.iter().map(|said| html! { <p class="bubble">{ for link::parts(&said.line.text).into_iter().map(part) }</p> }) }
            <div class="state" aria-live="off">
                <time>{ panel.clock(last.line.at, lang) }</time>
                if !state.is_empty() { <span>{ state }</span> }
                if last.delivery == Delivery::Failed {
                    <button type="button" data-input="retry">{ say(words::RETRY) }</button>
                }
            </div>
        </div>
    }
}

/// A part of a message: text, or a link.
fn part((part, is_link): (&str, bool)) -> Html {
    if is_link {
        html! { <a href={part.to_owned()} target="_blank" rel="noopener noreferrer">{ link::label(part) }</a> }
    } else {
        html! { { part } }
    }
}

fn replies(offered: &[String], panel: &Panel, lang: Lang) -> Html {
    let reply = |(index, text): (usize, &String)| {
        html! { <button type="button" data-input={number(index as u64)}>{ text.as_str() }</button> }
    };
    html! {
        <div class="replies" role="group" aria-label={panel.words.get(words::REPLIES, lang).to_owned()}>
            { for offered.iter().enumerate().map(reply) }
        </div>
    }
}

/// With a key, since yew's way from one such group to another, made differently, is not in the program (src/cli/snip.rs).
fn satisfied<'w>(say: &impl Fn(Word) -> &'w str) -> Html {
    html! {
        <div class="replies" key="satisfied" role="group" aria-labelledby="satisfied">
            <span id="satisfied">{ say(words::SATISFIED) }</span>
            <button type="button" data-input="yes">{ say(words::YES) }</button>
            <button type="button" data-input="no">{ say(words::NO) }</button>
        </div>
    }
}

/// The text field: Enter sends, Shift+Enter makes a line; it grows to four lines.
fn writer<'w>(takes_files: bool, say: &impl Fn(Word) -> &'w str) -> Html {
    let write = say(words::WRITE);
    html! {
        <div class="writer">
            <textarea rows="1" maxlength="1000" aria-label={write.to_owned()} placeholder={write.to_owned()} />
            if takes_files {
                <label class="attach">
                    <input type="file" aria-label={say(words::ATTACH).to_owned()} title={say(words::ATTACH).to_owned()} />
                    { icon("M20 11l-8.5 8.5a5 5 0 01-7-7L13 4a3.3 3.3 0 014.7 4.7l-8.5 8.5a1.7 1.7 0 01-2.4-2.4L14 7.7") }
                </label>
            }
            { button("send", say(words::SEND), icon("M4 12l16-7-5 15-3.5-5.5zM11.5 14.5L20 5")) }
        </div>
    }
}

/// Something happened in the panel.
#[inline(never)]
pub(crate) fn hear(event: &web_sys::Event) {
    if let Some(input) = heard(event) {
        send(Event::Chat(input));
    }
}

/// Something happened in the panel: what the visitor means by it, where it means anything.
fn heard(event: &web_sys::Event) -> Option<Input> {
    let target: Element = event.target()?.unchecked_into();
    match text(event, "type").as_str() {
        "click" => match target.closest("[data-input]").ok()??.get_attribute("data-input")?.as_str() {
            "open" => Some(Input::Open),
            "close" => Some(Input::Close),
            "dismiss" => Some(Input::Dismiss),
            "forget" => Some(Input::Forget),
            "retry" => Some(Input::Retry),
            "save" => {
                // Only now, since it is the whole of the conversation once more.
                let seen = SEEN.with_borrow(Rc::clone);
                set(&target, "href", &seen.panel.as_ref()?.transcript(seen.lang).into());
                None
            }
            "yes" => Some(Input::Rate(true)),
            "no" => Some(Input::Rate(false)),
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
        "resize" | "scroll" => {
            fit();
            None
        }
        "input" => match text(&target, "type").as_str() {
            "textarea" => {
                grow(target.unchecked_ref());
                Some(Input::Typing)
            }
            "file" => chosen(&target),
            _ => None,
        },
        _ => {
            live::heard(event);
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

/// The file that is chosen in a field, which is emptied, so that the same can be chosen again.
fn chosen(field: &Element) -> Option<Input> {
    let file = get(&get(field, "files"), "0");
    let (name, bytes) = (text(&file, "name"), get(&file, "size").as_f64()?);
    set(field, "value", &"".into());
    Some(Input::Attach(name, bytes as u64, live::keep(file)))
}

fn grow(field: &HtmlElement) {
    let style = field.style();
    let _ = style.set_property("height", "auto");
    let height = get(field, "scrollHeight").as_f64().unwrap_or_default().min(112.0) as u64;
    let _ = style.set_property("height", &[&number(height), "px"].concat());
}

fn contact_form<'w>(
    step: &str,
    fields: &[Field],
    consent: &str,
    errors: &[FieldError],
    say: &impl Fn(Word) -> &'w str,
) -> Html {
    let error = |of: Option<Field>| errors.iter().find(|(field, _)| *field == of).map(|(_, word)| say(*word));
    let shown = |id: &str, error: Option<&str>| match error {
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
                <label for={name}>{ say(field_label(*field)) }</label>
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
            <button class="primary" type="submit">{ say(words::SEND) }</button>
        </form>
    }
}

/// A button that shows an icon alone. An id and no class: yew's sets of classes are a kilobyte, and what is written
/// `class="..."` does not need them.
fn button(id: &'static str, label: &str, icon: Html) -> Html {
    html! { <button {id} type="button" aria-label={label.to_owned()} data-input={id}>{ icon }</button> }
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
