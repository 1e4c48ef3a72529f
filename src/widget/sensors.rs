//! What the visitor does, as the browser tells it. Owns the listeners, all on one abort signal; decides nothing, reads no
//! value of any field, and leaves every event to the page.

use leadheat_core::app::{Click, Event};
use wasm_bindgen::prelude::*;
use web_sys::{AddEventListenerOptions, Element, HtmlAnchorElement, StorageEvent};
use yew::Callback;

use crate::{host, store};

/// Inputs are told at most so often, in milliseconds.
const INPUT_EVERY: f64 = 1_000.0;

type Listener = Closure<dyn FnMut(web_sys::Event)>;

/// The listeners; they live as long as this does.
pub(crate) struct Sensors {
    _listeners: Vec<Listener>,
}

impl Sensors {
    /// Begins to listen.
    pub(crate) fn new(send: &Callback<Event>) -> Option<Sensors> {
        let window = host::window()?;
        let document = host::document()?;
        let options = AddEventListenerOptions::new();
        options.set_signal(&host::signal());
        options.set_passive(true);
        options.set_capture(true);
        let mut listeners = Vec::new();
        let mut listen = |target: &web_sys::EventTarget, names: &[&str], heard: Box<dyn FnMut(web_sys::Event)>| {
            let listener = Listener::new(heard);
            for name in names {
                let function = listener.as_ref().unchecked_ref();
                let _ = target.add_event_listener_with_callback_and_add_event_listener_options(name, function, &options);
            }
            listeners.push(listener);
        };

        let look = send.clone();
        let mut seen = None;
        let looked = move |_| {
            let now = host::look();
            if seen.replace(now) != Some(now) {
                look.emit(Event::Look { visible: now.0, focused: now.1 });
            }
        };
        let looked = std::rc::Rc::new(std::cell::RefCell::new(looked));
        for target in [document.as_ref() as &web_sys::EventTarget, window.as_ref()] {
            let looked = looked.clone();
            listen(target, &["visibilitychange", "focus", "blur"], Box::new(move |event| looked.borrow_mut()(event)));
        }

        let input = send.clone();
        let mut told = f64::NEG_INFINITY;
        let active = ["pointermove", "pointerdown", "keydown", "wheel", "touchstart", "scroll"];
        listen(&window, &active, Box::new(move |event| {
            if event.time_stamp() - told >= INPUT_EVERY {
                told = event.time_stamp();
                input.emit(Event::Input);
            }
        }));

        let scroll = send.clone();
        let mut deepest = 0;
        let mut path = String::new();
        listen(&window, &["scroll", "resize"], Box::new(move |_| {
            let now = host::window().and_then(|window| window.location().pathname().ok()).unwrap_or_default();
            if now != path {
                (path, deepest) = (now, 0);
            }
            if let Some(percent) = seen_percent().filter(|percent| *percent > deepest) {
                deepest = percent;
                scroll.emit(Event::Scrolled(percent));
            }
        }));

        let click = send.clone();
        listen(&document, &["click", "auxclick"], Box::new(move |event| {
            if let Some(clicked) = clicked(&event) {
                click.emit(Event::Clicked(clicked));
            }
        }));

        let form = send.clone();
        let mut begun: Option<Element> = None;
        listen(&document, &["focusin"], Box::new(move |event| {
            let form_of = form_of(&event);
            if form_of.is_some() && form_of != begun {
                form.emit(Event::FormStarted(form_of.as_ref().map(label).unwrap_or_default()));
                begun = form_of;
            }
        }));
        let form = send.clone();
        listen(&document, &["submit"], Box::new(move |event| {
            if let Some(submitted) = form_of(&event) {
                form.emit(Event::FormSubmitted(label(&submitted)));
            }
        }));

        let changed = send.clone();
        listen(&window, &["storage"], Box::new(move |event| {
            let event: StorageEvent = event.unchecked_into();
            if let Some(key) = event.key().filter(|key| key.starts_with(leadheat_core::app::PREFIX)) {
                let value = event.new_value().and_then(|json| store::parse(&json));
                // What another version wrote and this one cannot read is not a removal.
                if value.is_some() || event.new_value().is_none() {
                    changed.emit(Event::Changed { key, value });
                }
            }
        }));

        let life = send.clone();
        listen(&window, &["pagehide", "pageshow"], Box::new(move |event| {
            if event.type_() == "pagehide" {
                life.emit(Event::Left);
            } else if host::get(&event, "persisted").and_then(|persisted| persisted.as_bool()) == Some(true) {
                life.emit(Event::Returned(store::kept()));
            }
        }));

        listen(&window, &["popstate", "hashchange"], Box::new(|_| crate::moved()));
        Some(Sensors { _listeners: listeners })
    }
}

/// How far down the content is in view, in percent; a page that does not scroll is seen whole.
fn seen_percent() -> Option<u8> {
    let window = host::window()?;
    let root = host::document()?.document_element()?;
    let height = f64::from(root.scroll_height()).max(1.0);
    let bottom = window.page_y_offset().ok()?.ceil() + window.inner_height().ok()?.as_f64()?;
    Some((bottom / height * 100.0).clamp(0.0, 100.0) as u8)
}

fn target(event: &web_sys::Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}

/// The form of the page that an event is about; never one of the widget's own, whose events do not pass its shadow root
/// with their target.
fn form_of(event: &web_sys::Event) -> Option<Element> {
    target(event)?.closest("form").ok().flatten()
}

/// What the site owner calls a form.
fn label(form: &Element) -> String {
    ["data-leadheat", "name", "id"]
        .iter()
        .find_map(|name| form.get_attribute(name).filter(|value| !value.trim().is_empty()))
        .unwrap_or_default()
}

fn clicked(event: &web_sys::Event) -> Option<Click> {
    let element = target(event)?;
    // The middle button follows links too; the right one does not.
    if host::get(event, "button").and_then(|button| button.as_f64()).unwrap_or(0.0) > 1.0 {
        return None;
    }
    let marked = element.closest("[data-leadheat]").ok().flatten().filter(|marked| marked.tag_name() != "FORM");
    let link: Option<HtmlAnchorElement> =
        element.closest("a[href]").ok().flatten().and_then(|link| link.dyn_into().ok());
    let mut click = Click { mark: marked.and_then(|marked| marked.get_attribute("data-leadheat")), ..Click::default() };
    if let Some(link) = link {
        click.href = link.href();
        click.host = link.hostname();
        click.path = link.pathname();
        click.download = link.has_attribute("download");
    }
    (click != Click::default()).then_some(click)
}
