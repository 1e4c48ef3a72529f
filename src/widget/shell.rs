//! The browser's shell around core: events go in, one after another, and the effects are carried out at once, in order.
//! Owns core's state; must not know what events and effects mean.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leadheat_core::app::{Effect, Event, State, update};
use leadheat_core::receiver::Ack;
use leadheat_core::view::View;

use crate::sensors::Sensors;
use crate::{host, launcher, live, panel, store, vendors};

#[derive(Default)]
struct Shell {
    state: State,
    mounted: bool,
    view: Rc<View>,
    /// The last in which the panel was closed, or nothing shown yet.
    closed: Rc<View>,
    sensors: Option<Sensors>,
}

thread_local! {
    static SHELL: RefCell<Shell> = RefCell::default();
    /// What happened while an event was being handled.
    static WAITING: RefCell<Vec<Event>> = const { RefCell::new(Vec::new()) };
    /// Whether the panel's part of the program is there.
    static HAS_PANEL: Cell<bool> = const { Cell::new(false) };
}

/// Hands an event to core. One that an effect of another leads to, such as a command of a page that hears of its lead, waits
/// until that is done.
pub(crate) fn send(event: Event) {
    keep(event);
    run();
}

/// Keeps an event for the next [`run`].
pub(crate) fn keep(event: Event) {
    WAITING.with_borrow_mut(|waiting| waiting.push(event));
}

/// Handles what has been kept.
pub(crate) fn run() {
    SHELL.with(|shell| {
        let Ok(mut shell) = shell.try_borrow_mut() else { return };
        while let Some(event) = WAITING.with_borrow_mut(|waiting| (!waiting.is_empty()).then(|| waiting.remove(0))) {
            shell.handle(event);
        }
    });
}

/// Whether a field of a form of the page may be read.
pub(crate) fn captures(name: &str, says: &str) -> bool {
    SHELL.with(|shell| shell.try_borrow().is_ok_and(|shell| shell.state.captures(name, says)))
}

/// The panel's part of the program has come.
pub(crate) fn panel_came() {
    HAS_PANEL.set(true);
    let zone = SHELL.with(|shell| shell.try_borrow().map_or(String::new(), |shell| shell.state.zone()));
    panel::came(&zone);
}

impl Shell {
    fn handle(&mut self, event: Event) {
        let booting = matches!(event, Event::Boot(_));
        for effect in update(&mut self.state, event, host::stamp()) {
            self.carry_out(effect);
        }
        if booting {
            self.sensors = Sensors::new();
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Store(area, key, value) => {
                if !store::put(area, &key, &value) {
                    send(Event::StoreFailed(key));
                }
            }
            Effect::Remove(area, key) => store::remove(area, &key),
            Effect::Post(key, post) => {
                host::post(&key, &post.url, &post.body, post.kind, post.ack == Ack::Opaque);
            }
            Effect::Beacon(key, post) => host::beacon(&key, &post.url, &post.body, post.kind),
            Effect::Later(key, post) => match post {
                Some(post) => host::later(&key, &post.url, &post.body, post.kind),
                None => host::later(&key, "", "", ""),
            },
            Effect::Render(view) => {
                if !std::mem::replace(&mut self.mounted, true) {
                    launcher::mount();
                }
                if !self.view.open {
                    self.closed = self.view.clone();
                }
                self.view = view;
                self.draw();
            }
            Effect::Fetch => host::fetch_panel(),
            Effect::Live(act) => live::act(&act),
            Effect::Watch => host::watch(),
            Effect::Ask(paths) => host::ask(&paths),
            Effect::Listen(hooks) => vendors::listen(&hooks),
            Effect::Announce(notice) => host::announce(&notice),
            Effect::Answer { ticket, value } => host::answer(ticket, &value),
            // Before anything that waits: what that stores would not be in it.
            Effect::Reread => WAITING.with_borrow_mut(|waiting| waiting.insert(0, Event::Reread(store::kept()))),
            Effect::Export(ticket) => host::answer(ticket, &store::all()),
            Effect::Wake(after) => host::wake(after as f64),
            Effect::Lock => host::lock(),
            Effect::Unlock => host::unlock(),
            Effect::Tell { line, warning } => host::tell(&line, warning),
        }
    }

    /// The launcher at once; the panel when its part of the program is there.
    fn draw(&self) {
        let has_panel = HAS_PANEL.get();
        launcher::draw(&self.view, has_panel && self.view.open);
        if has_panel {
            panel::draw(&self.closed, &self.view);
        }
    }
}
