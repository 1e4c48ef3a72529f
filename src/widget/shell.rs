//! The root component: the browser's shell around core. Its messages are core's events, handled one after another; the
//! effects are carried out at once, in order. It draws the view that core made, and knows nothing else.

use std::rc::Rc;

use leadheat_core::app::{Effect, Event, State, update};
use leadheat_core::receiver::Ack;
use leadheat_core::view::View;
use yew::prelude::*;

use crate::panel;
use crate::sensors::Sensors;
use crate::{host, store};

pub(crate) struct Shell {
    state: State,
    view: Rc<View>,
    /// As it was drawn last.
    drawn: Rc<View>,
    root: NodeRef,
    sensors: Option<Sensors>,
    /// Whether the panel is listened to.
    hears: bool,
}

impl Component for Shell {
    type Message = Event;
    type Properties = ();

    fn create(_: &Context<Self>) -> Self {
        Shell {
            state: State::default(),
            view: Rc::default(),
            drawn: Rc::default(),
            root: NodeRef::default(),
            sensors: None,
            hears: false,
        }
    }

    fn update(&mut self, ctx: &Context<Self>, event: Event) -> bool {
        let booting = matches!(event, Event::Boot(_));
        let mut draw = false;
        for effect in update(&mut self.state, event, host::stamp()) {
            draw |= self.carry_out(ctx, effect);
        }
        if booting {
            self.sensors = Sensors::new(ctx.link().callback(|event| event));
        }
        draw
    }

    fn view(&self, _: &Context<Self>) -> Html {
        if !self.view.shown {
            return Html::default();
        }
        panel::draw(&self.view, &self.root)
    }

    fn rendered(&mut self, _: &Context<Self>, _first: bool) {
        // Once: around what is drawn, which may go and come again.
        let around = self.root.cast::<web_sys::Element>().and_then(|root| root.parent_element());
        if let (Some(sensors), Some(around), false) = (&self.sensors, around, self.hears) {
            self.hears = true;
            sensors.hear_panel(&around);
        }
        panel::drawn(&self.drawn, &self.view, &self.root);
        self.drawn = self.view.clone();
    }
}

impl Shell {
    /// Carries out one effect. `true` where the view is to be drawn.
    fn carry_out(&mut self, ctx: &Context<Self>, effect: Effect) -> bool {
        match effect {
            Effect::Store(area, key, value) => {
                if !store::put(area, &key, &value) {
                    ctx.link().send_message(Event::StoreFailed(key));
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
                self.view = view;
                return true;
            }
            Effect::Announce(notice) => host::announce(&notice),
            Effect::Answer { ticket, value } => host::answer(ticket, &value),
            Effect::Wake(after) => host::wake(after as f64),
            Effect::Lock => host::lock(),
            Effect::Unlock => host::unlock(),
            Effect::Tell { line, warning } => host::tell(&line, warning),
        }
        false
    }
}
