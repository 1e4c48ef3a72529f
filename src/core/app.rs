//! The whole of leadheat as one function: `update(state, event, stamp) -> effects`. Owns the order of things in a turn;
//! must not reach outside: whatever leadheat does to the world is an [`Effect`], whatever it learns of it an [`Event`].
//!
//! - `track`: what the visitor does becomes signals
//! - `content`: what is in the page, and how much of it was seen, read and played
//! - `form`: who the visitor is, from forms of the page
//! - `asked`: consent managers, and which of them counts
//! - `privacy`: consent, storage, other tabs, forgetting
//! - `known`: what is known of the visitor by name
//! - `stored`: what stands under which key
//! - `sell`: score, tier, lead, outbox
//! - `talk`: the chat, as far as every page needs it; `speak`: what an opened one needs
//! - `live`: people on the other end of the chat
//! - `heard`: chats of other vendors, and what chatting comes to
//! - `replay`: journeys from elsewhere (feature `native`)
//! - `answer`: the page's commands and what they answer

mod answer;
mod asked;
mod content;
mod deliver;
mod form;
mod heard;
mod known;
mod live;
mod privacy;
#[cfg(feature = "native")]
mod replay;
mod sell;
mod speak;
mod stored;
mod talk;
mod track;

use crate::list::gather;
use std::mem::take;
use std::rc::Rc;

pub use answer::{Explanation, Notice, Pending, Status};
pub use content::Media;
#[cfg(feature = "native")]
pub use replay::{Journey, Player, Seen};
pub use stored::{Area, Kept, PREFIX, Stored, kept};
pub use track::Click;

use crate::chat::{Conversation, FieldError, Input};
use crate::chatwoot::{Act, News};
use crate::config::{Config, Defaults};
use crate::consent::{Consent, Report};
use crate::dialogue::Dialogue;
use crate::json::{Problem, Value};
use crate::model::Milli;
use crate::outbox::{Outbox, Outcome};
use crate::page::{Attention, Page};
use crate::receiver::Post;
use crate::score::Scorer;
use crate::scrub::scrub;
use crate::signal::Kind;
use crate::source::Touch;
use crate::text::join;
use crate::tier::{Stage, Tier};
use crate::time::{Day, Millis, Stamp};
use crate::vendor::Hook;
use crate::view::View;
use crate::visitor::{Record, Records};

/// What leadheat learns of the world.
#[derive(Clone, Debug)]
pub enum Event {
    /// The widget starts. Nothing is done before it; a second one changes nothing.
    Boot(Box<Boot>),
    /// The page became another without loading.
    Navigated(Page),
    /// Visibility and focus of the page.
    Look {
        /// Not hidden.
        visible: bool,
        /// Has the focus.
        focused: bool,
    },
    /// The visitor moved, typed or touched something; at most one a second is worth telling.
    Input,
    /// The content was seen down to so many percent.
    Scrolled(u8),
    /// The page was clicked.
    Clicked(Click),
    /// Something was done that needs no more to be said than what and on what; where that is empty, on the page.
    Did(Kind, String),
    /// The page's main text is so long, and was seen down to so many percent.
    Text {
        /// Letters, without the spaces between them.
        letters: u32,
        /// How far down it has been in view, in percent.
        percent: u8,
    },
    /// What the page is about, as it says itself.
    Topics(Vec<String>),
    /// A text of the page was selected.
    Selected(String),
    /// A form was sent with these fields, each with its name, of those that [`State::captures`].
    Filled(Vec<(String, String)>),
    /// A part of the page came into view or left it, or more of it was seen.
    Content {
        /// Its label.
        label: String,
        /// Whether any of it is in view.
        visible: bool,
        /// How far down it has been in view, in percent.
        percent: u8,
    },
    /// A video or audio of the page plays, or does not any more.
    Media(Media),
    /// The site told its tag manager of an event, and perhaps of its value.
    Pushed(String, Option<f64>),
    /// A consent manager, or the page, said something.
    Consent(Report),
    /// What came of [`Effect::Ask`].
    Answered(Vec<String>),
    /// Consent may have changed: the visitor clicked something, if only by a key (true), or a manager tells so.
    Hint(bool),
    /// The visitor did something in the panel.
    Chat(Input),
    /// The chat of another vendor told something: [`Hook::line`], and the texts at [`Hook::reads`].
    Vendor(usize, Vec<String>),
    /// The pointer left the window at its top.
    Exiting,
    /// What came of [`Effect::Fetch`]: the chat's second half is there.
    Came {
        /// [`crate::dialogue::DEFAULT`].
        usual: Value,
        /// Minutes that [`State::zone`] is ahead of UTC; `None` where there is none, or the browser does not know it.
        ahead: Option<i32>,
        /// The page's own, as `location.origin`.
        origin: String,
    },
    /// What came of [`Effect::Live`].
    Live(Box<News>),
    /// `leadheat(name, ...args)`. Answered by [`Effect::Answer`] with the ticket.
    Called {
        /// The command.
        name: String,
        /// What came with it.
        args: Vec<Value>,
        /// Which promise is waiting.
        ticket: u32,
    },
    /// Another tab wrote or removed a key.
    Changed {
        /// Which.
        key: String,
        /// What is there now; `None` where it was removed or cannot be read.
        value: Option<Stored>,
    },
    /// A write under this key was refused by the browser: storage is full, blocked or absent.
    StoreFailed(String),
    /// What became of a post.
    Settled {
        /// Idempotency key of the lead.
        key: String,
        /// What became of it.
        outcome: Outcome,
    },
    /// The time asked for by [`Effect::Wake`] has come.
    Woke,
    /// The page is being left; it may come back from the back-forward cache.
    Left,
    /// The page came back from the back-forward cache.
    Returned(Kept),
    /// The network is there again.
    Online,
    /// What is stored: the answer to [`Effect::Reread`], or because another tab has cleared it.
    Reread(Kept),
    /// What came of [`Effect::Lock`]; `None` where another tab holds it. Held, it comes with what is stored.
    Locked(Option<Kept>),
    /// This browser, or this frame, has no locks.
    NoLocks,
}

/// What leadheat does to the world. All of it.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Writes a key.
    Store(Area, String, Value),
    /// Removes a key.
    Remove(Area, String),
    /// Posts a lead; answered by [`Event::Settled`] with the key.
    Post(String, Post),
    /// Posts a lead by the browser's last resort, while the page is being left. Never answered.
    Beacon(String, Post),
    /// Lets the browser post a lead when the page is gone, however that comes; `None` takes that back. Never answered. Not
    /// every browser can.
    Later(String, Option<Post>),
    /// Looks at what is in the page, all of it anew: a view begins.
    Watch,
    /// Finds the consent managers that tell by themselves, and asks the others at paths from window, each with a space before it:
    /// names between dots, where `name(text)` is a call. The answers, [`Event::Answered`], in this order: `true`, `false`, a text,
    /// `there` for anything else that is there, and nothing for what is not. They come when they are others than the last, or where
    /// the first space follows a `!`.
    Ask(String),
    /// Listens to chats of other vendors, which are there: [`Event::Vendor`]. Never twice to the same of theirs; anew where another
    /// stands in its place.
    Listen(Vec<Hook>),
    /// Draws the view.
    Render(Rc<View>),
    /// Fetches what an opened chat needs: [`Event::Came`].
    Fetch,
    /// Talks to the chat server: [`Event::Live`]. Only when [`Event::Came`] has come.
    Live(Box<Act>),
    /// Tells the page, by a CustomEvent on window.
    Announce(Notice),
    /// Resolves the promise of a command.
    Answer {
        /// Which.
        ticket: u32,
        /// With what; null where there is nothing to say.
        value: Value,
    },
    /// Reads what is stored: [`Event::Reread`].
    Reread,
    /// Resolves the promise of a command with all that is stored, by key.
    Export(u32),
    /// Sends [`Event::Woke`] in so many milliseconds, instead of any time asked for before.
    Wake(Millis),
    /// Takes the lock that all tabs of the site share, if it is free: [`Event::Locked`] or [`Event::NoLocks`].
    Lock,
    /// Gives the lock back.
    Unlock,
    /// Writes a line to the console.
    Tell {
        /// In plain words.
        line: String,
        /// Whether something is wrong.
        warning: bool,
    },
}

/// What the widget starts with.
#[derive(Clone, Debug, Default)]
pub struct Boot {
    /// The config document; null where there is none.
    pub config: Value,
    /// `data-webhook` of the tag.
    pub webhook: Option<String>,
    /// `data-debug` of the tag.
    pub debug: bool,
    /// Documents that stand in where config brings none.
    pub defaults: Defaults,
    /// The page.
    pub page: Page,
    /// `navigator.webdriver`, or another trace of a program that drives the browser.
    pub webdriver: bool,
    /// `navigator.userAgent`.
    pub user_agent: String,
    /// Points at which the screen can be touched at once.
    pub touches: u32,
    /// The shorter side of the screen, in CSS pixels.
    pub short_side: u32,
    /// Not hidden.
    pub visible: bool,
    /// Has the focus.
    pub focused: bool,
    /// Minutes that the visitor's time is ahead of UTC.
    pub utc_offset: i32,
    /// Milliseconds until the page showed something; 0 where that is not known.
    pub shown_after: u32,
    /// `navigator.globalPrivacyControl`.
    pub gpc: bool,
    /// `navigator.doNotTrack`.
    pub dnt: bool,
    /// What is stored.
    pub kept: Kept,
}

/// Whether leadheat runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Phase {
    /// Not started yet.
    #[default]
    Waiting,
    /// Running.
    On,
    /// Config is unusable.
    Misconfigured(Vec<Problem>),
    /// Switched off in this browser by the opt-out link.
    OptedOut,
}

/// The lock that all tabs of the site share: who holds it sends leads, and folds records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Lock {
    /// Not held by this page.
    #[default]
    Free,
    /// Asked for.
    Asked,
    /// Held.
    Held,
    /// There is no such thing here: leases alone must do.
    Absent,
}

/// All that leadheat knows. Changed by [`update`] alone.
#[derive(Clone, Debug, Default)]
pub struct State {
    pub(crate) phase: Phase,
    pub(crate) config: Config,
    pub(crate) debug: bool,
    pub(crate) page: Page,
    /// How much the visitor looks like a program, 0 to 100.
    pub(crate) suspicion: u8,
    /// Whether anybody moved, typed or touched something on this page.
    touched: bool,
    device: &'static str,
    utc_offset: i32,
    loaded: &'static str,

    pub(crate) consent: Consent,
    /// The consent in force was remembered from an earlier page, and nobody on this page confirmed it yet.
    pub(crate) remembered: bool,
    /// The browser asks not to be tracked, and config says to honour that.
    pub(crate) signal: bool,
    /// The visitor objected to being scored.
    pub(crate) objected: bool,
    asked: asked::Asked,
    /// What is known of the chats of other vendors.
    heard: heard::Heard,
    pub(crate) storage_works: bool,
    /// Keys that were stored when this page began.
    found: Vec<(Area, String)>,
    /// All is to go that is found when storage is read anew.
    forgetting: bool,

    /// Name of this page's own record.
    writer: String,
    mine: Record,
    /// Records of all others.
    others: Records,
    /// The visitor: mine and others together.
    pub(crate) sum: Record,
    arrival: Option<Touch>,
    /// The visitor came by another campaign than before: a visit begins with the next signal.
    new_campaign: bool,
    /// When the present page view began; `None` while nothing may be observed.
    viewing: Option<Millis>,
    attention: Attention,
    /// Of the last click: where, when on the monotonic clock, and how many were there before.
    click: (i32, i32, Millis, u32),
    /// The form that was begun and not submitted on this page, and when on the monotonic clock.
    form: Option<(String, Millis)>,
    /// What is in the page, as far as this view has told.
    content: content::Content,
    visible: bool,
    focused: bool,
    unsaved: bool,
    saved_at: Millis,

    /// Scores what the visitor did, and who the visitor is.
    scorer: Scorer,
    fit: Scorer,
    today: Day,
    attributes: Vec<(String, String)>,
    rescore: bool,
    pub(crate) score: Milli,
    pub(crate) fit_score: Milli,
    pub(crate) tier: Tier,
    pub(crate) stage: Stage,

    pub(crate) chat: Conversation,
    chat_saved: u32,
    /// What the chat says, when that is there; and whether it has been asked for.
    pub(crate) dialogue: Option<Rc<Dialogue>>,
    fetched: bool,
    /// Minutes that the zone of the business hours is ahead of UTC.
    pub(crate) ahead: i32,
    /// What is wrong with it, in sentences.
    chat_problems: String,
    /// With the chat server.
    link: live::Link,
    /// The step with which the visitor is to be greeted.
    greeting: String,
    /// When the page came into view, on the monotonic clock.
    here_since: Millis,
    pub(crate) form_errors: Vec<FieldError>,
    pub(crate) forgotten: bool,

    pub(crate) outbox: Outbox,
    lock: Lock,
    /// Receivers that were away are to be tried as soon as the lock is held.
    hopes: bool,
    /// The lock is asked for again not before, on the monotonic clock.
    ask_again: Millis,
    /// Which receivers a lead is for: a rule for each of config's.
    routes: Scorer,
    /// Of each test: the promise that waits, the keys of the leads on their way, and what became of the others.
    tests: Vec<(u32, Vec<String>, String)>,

    view: Rc<View>,
    wake_at: Option<Millis>,
}

/// One turn: when it is, and what it has led to.
pub(crate) struct Turn {
    pub(crate) now: Stamp,
    debug: bool,
    /// The page is hidden or left in this turn: it may be the last.
    leaving: bool,
    /// The pointer left the window in this turn.
    exiting: bool,
    effects: Vec<Effect>,
}

// Each of these is called from many places: inlined there, they would be kilobytes of the download.
impl Turn {
    #[inline(never)]
    fn push(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Writes under a key, which is given in parts.
    #[inline(never)]
    fn store(&mut self, area: Area, key: &[&str], value: Value) {
        self.push(Effect::Store(area, key.concat(), value));
    }

    /// Removes a key, which is given in parts.
    #[inline(never)]
    fn remove(&mut self, area: Area, key: &[&str]) {
        self.push(Effect::Remove(area, key.concat()));
    }

    /// Answers a command.
    #[inline(never)]
    fn answer(&mut self, ticket: u32, value: Value) {
        self.push(Effect::Answer { ticket, value });
    }

    /// A line for `data-debug`, given in parts.
    #[inline(never)]
    fn tell(&mut self, line: &[&str]) {
        if self.debug {
            self.push(Effect::Tell { line: line.concat(), warning: false });
        }
    }
}

/// Handles an event: changes the state, and returns what is to be done, in this order.
pub fn update(state: &mut State, event: Event, now: Stamp) -> Vec<Effect> {
    let mut turn = Turn { now, debug: state.debug, leaving: false, exiting: false, effects: Vec::new() };
    // An event may come just before an alarm that is due, and do its work: to set the alarm anew would put it off for ever.
    if state.phase == Phase::On && (matches!(event, Event::Woke) || state.wake_at.is_some_and(|at| at <= now.wall)) {
        state.wake_at = None;
        if state.attention.has_portion(now.monotonic) {
            state.count_attention(&mut turn);
        }
    }
    state.handle(event, &mut turn);
    if state.phase == Phase::On {
        state.settle(&mut turn);
    }
    turn.effects
}

impl State {
    fn handle(&mut self, event: Event, turn: &mut Turn) {
        match (&self.phase, event) {
            (Phase::Waiting, Event::Boot(boot)) => self.boot(*boot, turn),
            (_, Event::Boot(_)) => {}
            (_, Event::Reread(kept)) => self.reread(kept, turn),
            (_, Event::Called { name, args, ticket }) => self.called(&name, &args, ticket, turn),
            (Phase::On, event) => self.handle_running(event, turn),
            _ => {}
        }
    }

    fn handle_running(&mut self, event: Event, turn: &mut Turn) {
        match event {
            Event::Boot(_) | Event::Called { .. } | Event::Reread(_) => {}
            Event::Woke => {
                if let Some(dialogue) = self.dialogue.as_ref().filter(|_| self.chat.open) {
                    speak::prepare(self, dialogue);
                }
            }
            Event::Navigated(page) => self.navigated(page, turn),
            Event::Look { visible, focused } => self.look(visible, focused, turn),
            Event::Input => self.input(turn),
            Event::Scrolled(percent) => self.scrolled(percent, turn),
            Event::Clicked(click) => self.clicked(&click, turn),
            Event::Did(kind, subject) => self.did(kind, &subject, turn),
            Event::Text { letters, percent } => self.text(letters, percent, turn),
            Event::Topics(topics) => self.topics(&topics, turn),
            Event::Selected(text) => self.selected(&text, turn),
            Event::Filled(fields) => self.filled(&fields, turn),
            Event::Content { label, visible, percent } => self.content(&label, visible, percent, turn),
            Event::Media(media) => self.media(media, turn),
            Event::Pushed(name, value) => self.pushed(&name, value, turn),
            Event::Consent(report) => self.reported(&report, turn),
            Event::Answered(answers) => self.answered(&answers, turn),
            Event::Hint(acted) => self.hinted(acted, turn),
            Event::Chat(input) => self.chatted(input, turn),
            Event::Vendor(line, texts) if self.dialogue.is_some() => heard::hear(self, line, &texts, turn),
            Event::Vendor(..) => {}
            Event::Exiting => turn.exiting = true,
            Event::Came { usual, ahead, origin } => self.came(&usual, ahead, &origin, turn),
            Event::Live(news) if self.dialogue.is_some() => live::hear(self, &news, turn),
            Event::Live(_) => {}
            Event::Changed { key, value } => self.changed(&key, value, turn),
            Event::StoreFailed(key) => self.store_failed(&key, turn),
            Event::Settled { key, outcome } => self.settled(&key, outcome, turn),
            Event::Left => self.left(turn),
            Event::Returned(kept) => self.returned(kept, turn),
            Event::Online => self.hope(),
            Event::Locked(kept) => self.locked(kept, turn),
            Event::NoLocks => self.lock = Lock::Absent,
        }
    }

    fn boot(&mut self, mut boot: Boot, turn: &mut Turn) {
        boot.page.path = scrub(&boot.page.path);
        self.debug = boot.debug || crate::source::parameter(&boot.page.query, "leadheat").as_deref() == Some("debug");
        turn.debug = self.debug;
        self.storage_works = true;
        self.found = gather(boot.kept.iter().map(|(area, key, _)| (*area, key.clone())));
        match Config::read(&boot.config, boot.webhook.as_deref(), &boot.defaults) {
            Ok(config) => self.config = config,
            Err(problems) => {
                let lines = join(problems.iter().map(Problem::sentence), "\n");
                let line = ["the config cannot be used, so nothing is done:\n", &lines].concat();
                turn.push(Effect::Tell { line, warning: true });
                self.phase = Phase::Misconfigured(problems);
                return;
            }
        }
        if self.opted_out(&boot, turn) {
            self.phase = Phase::OptedOut;
            turn.tell(&[
                "switched off in this browser by the opt-out link; open the page with ?leadheat=on to undo it",
            ]);
            return;
        }
        self.phase = Phase::On;
        let model = &mut self.config.model;
        self.scorer = Scorer::new(take(&mut model.rules), take(&mut model.groups));
        self.fit = Scorer::new(take(&mut model.fit.rules), Vec::new());
        self.routes = Scorer::new(gather(self.config.webhooks.iter_mut().map(sell::route)), Vec::new());
        self.suspect(crate::bot::suspicion(boot.webdriver, &boot.user_agent));
        self.writer = crate::id::writer(turn.now);
        self.arrival = Touch::read(turn.now.wall, &boot.page, &self.config.source_parameters);
        self.device = known::device(boot.touches, boot.short_side);
        self.loaded = known::loaded(boot.shown_after);
        self.here_since = if boot.visible { turn.now.monotonic } else { Millis::MAX };
        self.utc_offset = boot.utc_offset;
        self.page = boot.page;
        (self.visible, self.focused) = (boot.visible, boot.focused);
        self.signal = boot.gpc && self.config.honours("gpc") || boot.dnt && self.config.honours("dnt");
        self.objected = boot.kept.iter().any(|(_, key, _)| key == stored::OBJECTED_KEY);
        self.unheard(turn);
        self.remember(boot.kept, turn);
        turn.push(Effect::Announce(Notice::Ready { version: env!("CARGO_PKG_VERSION") }));
        turn.tell(&[&self.says()]);
    }

    /// What follows from any event: in this order, so that a turn leads to at most one of each.
    fn settle(&mut self, turn: &mut Turn) {
        if !self.asked.once {
            return self.ask(turn);
        }
        self.assess(turn);
        self.qualify(turn);
        self.ask(turn);
        self.converse(turn);
        if self.dialogue.is_some() {
            live::settle(self, turn);
        }
        self.save(turn);
        self.send(turn);
        self.settle_tests(turn);
        let view = self.view(turn.now.wall);
        if view != *self.view {
            self.view = Rc::new(view);
            turn.push(Effect::Render(self.view.clone()));
        }
        self.set_alarm(turn);
    }

    fn set_alarm(&mut self, turn: &mut Turn) {
        let now = turn.now.wall;
        let engaged = self.viewing.is_some() && self.attention.engaged(turn.now.monotonic);
        let mut due = if engaged { now + crate::page::TICK } else { Millis::MAX };
        let asks = self.asks_in(turn).map(|left| now + left);
        let greets = self.greets_in(turn).map(|left| now + left);
        let types = self.chat.typing_until(now);
        let live = self.link.due_in.map(|left| now + left);
        for other in [self.outbox.next_due(now), self.save_due(), self.revision_due(), asks, greets, types, live] {
            due = due.min(other.unwrap_or(Millis::MAX));
        }
        if due == Millis::MAX {
            return;
        }
        // An alarm that comes a little early asks again; one is set anew only when it would come too late.
        if self.wake_at.is_none_or(|at| due < at) {
            self.wake_at = Some(due);
            turn.push(Effect::Wake(due.saturating_sub(now).clamp(50, crate::time::DAY)));
        }
    }

    /// Whether leadheat does anything on this page.
    pub(crate) fn active(&self) -> bool {
        self.phase == Phase::On && !crate::glob::any(&self.config.exclude, &self.page.path)
    }

    /// Whether the visitor may be observed, here and now.
    pub(crate) fn scoring(&self) -> bool {
        self.active() && self.consent.may_score(self.config.consent)
    }

    /// The language of the chat.
    pub(crate) fn lang(&self) -> crate::text::Lang {
        self.config.language.unwrap_or_else(|| crate::text::Lang::from_tag(&self.page.language))
    }
}
