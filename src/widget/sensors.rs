//! What the visitor does, as the browser tells it. Owns the listener, on the loader's abort signal; decides nothing, reads
//! no value of any field, and leaves every event to the page.

use std::cell::{Cell, RefCell};

use leadheat_core::app::{Click, Event, PREFIX, Stored};
use leadheat_core::manager::EVENTS;
use leadheat_core::signal::Kind;
use wasm_bindgen::prelude::*;
use web_sys::Element;

use crate::host::{self, attribute, get, text};
use crate::shell::send;

/// Everything that is listened to, on window while it goes down to its target: no script of the page can stop it there.
const HEARD: &str = "visibilitychange focus blur click auxclick focusin \
    focusout submit invalid copy beforeprint storage pagehide pageshow online";

/// Listens as long as it lives. One listener for all events: each more is a kilobyte of wasm. `Fn`, since what an event leads to may
/// be another one before it is over: a page that hears of its lead moves the focus.
pub(crate) struct Sensors(Closure<dyn Fn(web_sys::Event)>);

impl Sensors {
    /// Begins to listen to the page.
    pub(crate) fn new() -> Option<Sensors> {
        let ear = Ear { look: Cell::new(None), form: RefCell::new(None) };
        let sensors = Sensors(Closure::new(move |event| ear.hear(&event)));
        let ear = sensors.0.as_ref().unchecked_ref();
        for names in [HEARD, EVENTS] {
            host::listen(web_sys::window()?.as_ref(), names, ear, true);
        }
        // Of the whole page alone: while it goes down, each element that the pointer leaves would be heard of.
        host::listen(get(&host::global("document"), "documentElement").unchecked_ref(), "mouseleave", ear, false);
        Some(sensors)
    }
}

/// Turns the browser's events into core's, and leaves out what says nothing new.
struct Ear {
    /// Visible and focused, as told last.
    look: Cell<Option<(bool, bool)>>,
    /// The form that was begun last.
    form: RefCell<Option<Element>>,
}

impl Ear {
    fn hear(&self, event: &web_sys::Event) {
        let kind = text(event, "type");
        // Keys that press a button come as clicks too.
        if kind == "click" && get(event, "isTrusted").is_truthy() {
            send(Event::Hint(true));
        }
        match kind.as_str() {
            "visibilitychange" | "focus" | "blur" => self.looked(),
            "click" | "auxclick" => self.clicked(event),
            "focusin" | "focusout" | "submit" | "invalid" => self.form(event, &kind),
            "copy" => send(Event::Did(Kind::Copy, String::new())),
            "beforeprint" => send(Event::Did(Kind::Print, String::new())),
            "storage" => self.stored(event),
            "pagehide" => send(Event::Left),
            "online" => send(Event::Online),
            "mouseleave" if number(event, "clientY") <= 0.0 => send(Event::Exiting),
            "mouseleave" => {}
            "pageshow" if get(event, "persisted").as_bool() == Some(true) => {
                send(Event::Returned(crate::store::kept()))
            }
            "pageshow" => {}
            _ => send(Event::Hint(false)), // Of a consent manager.
        }
    }

    fn looked(&self) {
        let now = host::look();
        if self.look.replace(Some(now)) != Some(now) {
            send(Event::Look { visible: now.0, focused: now.1 });
        }
    }

    fn clicked(&self, event: &web_sys::Event) {
        // The middle button follows links too; the right one does not.
        if get(event, "button").as_f64() > Some(1.0) {
            return;
        }
        let mark = closest(event, "[data-leadheat]:not(form)");
        let mut click = Click { mark: mark.and_then(|marked| attribute(&marked, "data-leadheat")), ..Click::default() };
        // A link in a drawing has no such texts, and is none here.
        if let Some(link) = closest(event, "a[href]") {
            click.href = text(&link, "href");
            click.host = text(&link, "hostname");
            click.path = text(&link, "pathname");
            click.download = attribute(&link, "download").is_some();
            click.language = attribute(&link, "hreflang").unwrap_or_default();
            click.is_result = closest(event, "[data-leadheat-results] a").is_some();
        }
        click.reaction = closest(event, "[data-leadheat-reaction]:not(form)")
            .and_then(|marked| attribute(&marked, "data-leadheat-reaction"));
        click.at = (number(event, "clientX") as i32, number(event, "clientY") as i32);
        send(Event::Clicked(click));
    }

    /// A field of a form has the focus or loses it, the form is submitted, or the browser refuses to.
    fn form(&self, event: &web_sys::Event, what: &str) {
        // What the browser would not send is not submitted, whatever the page does with it.
        let Some(form) = closest(event, if what == "submit" { "form:valid" } else { "form" }) else { return };
        let kind = match what {
            "submit" => Kind::FormSubmit,
            "invalid" => Kind::FormError,
            "focusin" if self.form.borrow().as_ref() == Some(&form) => return,
            "focusin" => Kind::FormStart,
            _ if closest(event, "input, select, textarea").is_none() => return,
            _ => Kind::FormField,
        };
        if kind == Kind::FormStart {
            self.form.replace(Some(form.clone()));
        }
        send(Event::Did(kind, label(&form)));
        if let ("submit", Some(reaction)) = (what, attribute(&form, "data-leadheat-reaction")) {
            send(Event::Did(Kind::Reaction, reaction));
        }
    }

    /// Another tab wrote or removed something.
    fn stored(&self, event: &web_sys::Event) {
        let (key, new) = (text(event, "key"), get(event, "newValue").as_string());
        if get(event, "key").is_null() {
            send(Event::Reread(crate::store::kept())); // All was cleared.
        }
        if !key.starts_with(PREFIX) {
            return;
        }
        let value = new.as_deref().and_then(host::document).and_then(|document| Stored::read(&document));
        // What another version wrote and this one cannot read is not a removal.
        if value.is_some() || new.is_none() {
            send(Event::Changed { key, value });
        }
    }
}

/// A property that is a number; 0 where there is none.
fn number(object: &JsValue, key: &str) -> f64 {
    get(object, key).as_f64().unwrap_or_default()
}

/// The nearest such element around what an event is about. Never one of the widget's own, whose events do not pass its
/// shadow root with their target.
fn closest(event: &web_sys::Event, selector: &str) -> Option<Element> {
    host::closest(&get(event, "target"), selector)
}

/// What the site owner calls a form.
fn label(form: &Element) -> String {
    for name in ["data-leadheat", "name", "id"] {
        if let Some(label) = attribute(form, name).filter(|label| !label.trim().is_empty()) {
            return label;
        }
    }
    String::new()
}
