//! What the visitor does becomes signals. Owns what counts, and once or how often; must not know what it is worth.

use super::content::Content;
use super::stored::OFF_KEY;
use super::{Area, Boot, Effect, State, Turn};
use crate::bot;
use crate::config::Bots;
use crate::facts::MAX_KEYS;
use crate::json::Value;
use crate::page::{Attention, Page};
use crate::scrub::scrub;
use crate::signal::{Kind, Signal};
use crate::source::{is_share, parameter};
use crate::text::{after_last, clip, cut, lists, number, split};
use crate::time::{DAY, MINUTE, Millis, SECOND, day};
use crate::visitor::{Record, Step};

/// A visit ends after so long without activity.
const VISIT_ENDS_AFTER: u64 = 30 * MINUTE;
/// However active somebody is, a visit does not last longer.
const LONGEST_VISIT: u64 = DAY;

/// Clicks so near each other, in CSS pixels, and so soon after each other, are about the same thing.
const RAGE_NEAR: u32 = 30;
const RAGE_WITHIN: Millis = 1_000;

/// File endings that make a link a download.
const FILES: &str = "7z csv doc docx dwg epub exe gz key mp3 mp4 odp ods odt pdf pkg pps ppt pptx rar rtf tar txt webm xls \
    xlsx zip";

/// What was clicked, as the page has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Click {
    /// The link's full address; empty where it is no link.
    pub href: String,
    /// The link's host, empty for `mailto:` and the like.
    pub host: String,
    /// The link's path.
    pub path: String,
    /// Whether the link has a `download` attribute.
    pub download: bool,
    /// `data-leadheat` of the element or the nearest around it.
    pub mark: Option<String>,
    /// The link's `hreflang`.
    pub language: String,
    /// Whether it stands in a list of search results.
    pub is_result: bool,
    /// `data-leadheat-reaction` of the element or the nearest around it.
    pub reaction: Option<String>,
    /// Where in the window, in CSS pixels.
    pub at: (i32, i32),
}

/// A form is not filled in and sent so soon after its first field was touched, not even by a browser that fills it in.
const TOO_SOON: Millis = SECOND;

impl State {
    /// Follows the opt-out link, and says whether this browser is opted out.
    pub(super) fn opted_out(&mut self, boot: &Boot, turn: &mut Turn) -> bool {
        let was_out = boot.kept.iter().any(|(_, key, _)| key == OFF_KEY);
        let asked = parameter(&boot.page.query, "leadheat").filter(|_| self.config.opt_out_link);
        match asked.as_deref() {
            Some("off") => {
                self.remove_found(turn);
                turn.store(Area::Site, &[OFF_KEY], Value::from("off"));
                true
            }
            Some("on") => {
                turn.remove(Area::Site, &[OFF_KEY]);
                false
            }
            _ => was_out,
        }
    }

    /// Begins to observe the page that is in view, where that is allowed and not done yet.
    pub(super) fn begin(&mut self, turn: &mut Turn) {
        if !self.scoring() || !self.asked.once || self.viewing.is_some() {
            return;
        }
        let last = self.sum.last.as_ref();
        self.new_campaign =
            self.arrival.as_ref().is_some_and(|now| last.is_some_and(|last| now.is_other_campaign(last)));
        let new_visit = self.begins_visit(turn.now.wall);
        self.attention = Attention::new(self.visible, self.focused, turn.now.monotonic);
        self.viewing = Some(turn.now.wall);
        if self.sum.visitor.is_empty() {
            let visitor = crate::id::uuid7(turn.now);
            self.both(|record| record.visitor.clone_from(&visitor));
        }
        self.signal_here(Kind::PageView, 1, turn);
        self.count_search(turn);
        self.content = Content::default();
        turn.push(Effect::Watch);
        // A reload or a page without referrer in the middle of a visit is no arrival from outside.
        if let Some(touch) = self.arrival.take().filter(|touch| new_visit || touch.channel != "direct") {
            self.both(|record| record.came(&touch));
        }
    }

    /// Counts a signal, where that is allowed.
    pub(super) fn signal(&mut self, kind: Kind, subject: &str, amount: u32, turn: &mut Turn) {
        if !self.scoring() {
            return;
        }
        let at = turn.now.wall;
        if self.begins_visit(at) {
            self.new_campaign = false;
            let path = self.page.path.clone();
            self.both(|record| record.active = at);
            self.count(Signal { kind: Kind::Visit, subject: path, amount: 1 }, turn);
        }
        self.count(Signal { kind, subject: scrub(subject), amount }, turn);
    }

    /// Whether what happens now begins a visit: after a pause, after a day, or by another campaign.
    fn begins_visit(&self, at: Millis) -> bool {
        let began = self.sum.journey.iter().rev().find(|step| step.what == Kind::Visit);
        let too_long = began.is_some_and(|began| began.at + LONGEST_VISIT <= at);
        self.new_campaign || too_long || self.sum.active + VISIT_ENDS_AFTER <= at
    }

    /// Counts a signal whose subject is the path of the page.
    pub(super) fn signal_here(&mut self, kind: Kind, amount: u32, turn: &mut Turn) {
        let path = self.page.path.clone();
        self.signal(kind, &path, amount, turn);
    }

    fn count(&mut self, signal: Signal, turn: &mut Turn) {
        let at = turn.now.wall;
        let amount = if signal.amount == 1 { String::new() } else { [" x ", &number(signal.amount.into())].concat() };
        turn.tell(&["seen: ", signal.kind.name(), " ", &signal.subject, &amount]);
        self.mine.facts.add(&signal, at);
        let fact = self.sum.facts.add(&signal, at);
        self.scorer.signal(&self.sum.facts, fact);
        self.both(|record| record.active = record.active.max(at));
        if !signal.kind.is_progress() {
            // Of a page view it is the seconds to come.
            let amount = if signal.kind == Kind::PageView { 0 } else { signal.amount };
            let step = Step { at, what: signal.kind, subject: clip(&signal.subject, 80).to_owned(), amount, scroll: 0 };
            self.both(|record| record.journey.push(step.clone()));
        }
        // However many things there are to do on a page that is never left, they stay within bounds.
        if self.sum.facts.0.0.len() > MAX_KEYS || self.sum.journey.len() > MAX_KEYS {
            let (today, retention) = (day(at), self.config.retention_days);
            self.both(|record| record.bound(today, retention));
            self.scorer.reset();
        }
        self.rescore = true;
        self.unsaved = true;
    }

    /// Changes this page's record and the visitor alike.
    pub(super) fn both(&mut self, change: impl Fn(&mut Record)) {
        change(&mut self.mine);
        change(&mut self.sum);
    }

    /// Turns the attention since the last time into a signal.
    pub(super) fn count_attention(&mut self, turn: &mut Turn) {
        if self.viewing.is_none() {
            return;
        }
        self.count_playing(turn);
        let seconds = self.attention.take_seconds(turn.now.monotonic);
        if seconds > 0 {
            self.signal_here(Kind::Engaged, seconds, turn);
            for label in self.in_view() {
                self.signal(Kind::ContentTime, &label, seconds, turn);
            }
            self.count_reading(turn);
        }
        self.viewed(seconds);
    }

    /// Adds to the step of the page view under way.
    pub(super) fn viewed(&mut self, seconds: u32) {
        // A page that fits the window is seen by reading it.
        let (began, scroll) = (self.viewing, self.attention.scroll.max(self.share_read()));
        self.both(|record| {
            let viewed = |step: &&mut Step| step.what == Kind::PageView && Some(step.at) == began;
            if let Some(step) = record.journey.iter_mut().rev().find(viewed) {
                step.amount = step.amount.saturating_add(seconds);
                step.scroll = step.scroll.max(scroll);
            }
        });
    }

    /// Ends the page view, if there is one.
    pub(super) fn end_view(&mut self, turn: &mut Turn) {
        if let Some((form, _)) = self.form.take() {
            self.did(Kind::FormAbandon, &form, turn);
        }
        self.count_attention(turn);
        self.viewing = None;
    }

    pub(super) fn navigated(&mut self, mut page: Page, turn: &mut Turn) {
        page.path = scrub(&page.path);
        // Routers replace the address without going anywhere; only another path is another page.
        if page.path == self.page.path {
            let searched = self.searched(&page) != self.searched(&self.page);
            self.page = page;
            if searched {
                self.count_search(turn);
                turn.push(Effect::Watch);
            }
            return;
        }
        self.end_view(turn);
        self.page = page;
        self.here_since = if self.visible { turn.now.monotonic } else { Millis::MAX };
        self.begin(turn);
    }

    pub(super) fn look(&mut self, visible: bool, focused: bool, turn: &mut Turn) {
        (self.visible, self.focused) = (visible, focused);
        self.attention.look(visible, focused, turn.now.monotonic);
        if visible {
            self.here_since = self.here_since.min(turn.now.monotonic);
            self.hope();
        } else {
            self.count_attention(turn);
            (self.saved_at, turn.leaving) = (0, true); // Hidden is the last moment that is sure to come: write at once.
        }
    }

    pub(super) fn scrolled(&mut self, percent: u8, turn: &mut Turn) {
        if self.viewing.is_some() {
            let quarters = self.attention.scrolled(percent);
            if quarters > 0 {
                self.signal_here(Kind::Scroll, quarters.into(), turn);
                self.viewed(0);
            }
        }
    }

    pub(super) fn clicked(&mut self, click: &Click, turn: &mut Turn) {
        let (x, y, last, before) = self.click;
        let now = turn.now.monotonic;
        let there = last > 0 && x.abs_diff(click.at.0) + y.abs_diff(click.at.1) < RAGE_NEAR && now < last + RAGE_WITHIN;
        let before = if there { before + 1 } else { 0 };
        self.click = (click.at.0, click.at.1, now, before);
        if before == 2 {
            self.signal_here(Kind::RageClick, 1, turn);
        }
        if let Some(mark) = click.mark.as_deref().map(str::trim).filter(|mark| !mark.is_empty()) {
            self.signal(Kind::Mark, mark, 1, turn);
        }
        if let Some(reaction) = click.reaction.as_deref().map(str::trim).filter(|reaction| !reaction.is_empty()) {
            self.signal(Kind::Reaction, reaction, 1, turn);
        } else if is_share(&click.host, &click.href) {
            self.signal(Kind::Reaction, "share", 1, turn);
        }
        let base = |tag: &str| cut(tag, b"-_").0.to_ascii_lowercase();
        if !click.language.is_empty() && base(&click.language) != base(&self.page.language) {
            self.signal(Kind::Language, &base(&click.language), 1, turn);
        }
        // Of what has no host, such as data:, the path is the content.
        let path = if click.host.is_empty() { self.page.path.clone() } else { click.path.clone() };
        if click.is_result {
            self.signal(Kind::SearchClick, &path, 1, turn);
        }
        let name = after_last(&click.path, b'/').unwrap_or("");
        let ending = after_last(name, b'.').unwrap_or("");
        if click.href.starts_with("mailto:") {
            self.signal_here(Kind::ClickMailto, 1, turn);
        } else if click.href.starts_with("tel:") {
            self.signal_here(Kind::ClickTel, 1, turn);
        } else if !click.href.is_empty() && (click.download || lists(FILES, &ending.to_ascii_lowercase())) {
            self.signal(Kind::ClickDownload, &path, 1, turn);
        } else if !click.host.is_empty() && click.host != self.page.host {
            self.signal(Kind::ClickOutbound, &click.host, 1, turn);
        }
    }

    pub(super) fn did(&mut self, kind: Kind, subject: &str, turn: &mut Turn) {
        if !self.scoring() {
            return;
        }
        let now = turn.now.monotonic;
        match kind {
            Kind::FormStart => self.form = Some((subject.to_owned(), now)),
            Kind::FormSubmit => {
                let begun = self.form.take().map(|(_, begun)| begun);
                if begun.is_some_and(|begun| now < begun + TOO_SOON) {
                    self.suspect(60);
                } else if !self.touched {
                    self.suspect(40);
                }
            }
            Kind::SearchEmpty => {
                let topic = self.searched(&self.page).map(|words| self.topic_of(&words));
                return self.signal(kind, topic.as_deref().unwrap_or("other"), 1, turn);
            }
            _ => {}
        }
        match subject.trim() {
            "" => self.signal_here(kind, 1, turn),
            subject => self.signal(kind, subject, 1, turn),
        }
        // As WordPress calls it.
        if kind == Kind::FormSubmit && subject == "commentform" {
            self.signal(Kind::Reaction, "comment", 1, turn);
        }
    }

    /// What the page's address asks its search for, in lower case.
    fn searched(&self, page: &Page) -> Option<String> {
        let names = self.config.search_parameters.iter();
        names.filter_map(|name| parameter(&page.query, name)).find(|words| !words.trim().is_empty())
    }

    fn count_search(&mut self, turn: &mut Turn) {
        if let Some(words) = self.searched(&self.page) {
            self.signal(Kind::Search, &self.topic_of(&words), 1, turn);
        }
    }

    /// The topic of config that words belong to.
    fn topic_of(&self, words: &str) -> String {
        let fits = |pattern: &&str| words.split_whitespace().any(|word| crate::glob::matches(pattern, word));
        let topic = self.config.topics.iter().find(|(_, patterns)| split(patterns, b' ').iter().any(fits));
        topic.map_or("other".to_owned(), |(topic, _)| topic.clone())
    }

    /// An event of the site's own, where config says what it is called here.
    pub(super) fn pushed(&mut self, name: &str, value: Option<f64>, turn: &mut Turn) {
        let Some((_, ours)) = self.config.data_layer.iter().find(|(theirs, _)| theirs == name) else { return };
        let ours = ours.clone();
        let amount = value.map_or(1, |value| value.clamp(0.0, 1e6).round() as u32);
        self.signal(Kind::Custom, &ours, amount, turn);
    }

    /// The visitor did something: moved, typed or touched.
    pub(super) fn input(&mut self, turn: &Turn) {
        self.attention.input(turn.now.monotonic);
        self.touched = true;
    }

    /// Raises the suspicion, where there is to be any.
    pub(super) fn suspect(&mut self, suspicion: u8) {
        if self.config.bots != Bots::Off {
            self.rescore |= suspicion > self.suspicion;
            self.suspicion = self.suspicion.max(suspicion);
        }
    }

    /// Whether suspected bots are to be kept cold, and this is one.
    pub(super) fn caps_bot(&self) -> bool {
        self.suspicion >= bot::SUSPECTED && self.config.bots == Bots::Cap
    }
}
