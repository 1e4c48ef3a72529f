//! What is in the page: its main text, its topics, its parts, video and audio. Owns what of them counts as seen, read and
//! played; must not keep anything from one view to the next.

use super::{State, Turn};
use crate::chat::{is_email, is_phone};
use crate::facts::MAX_SUBJECT;
use crate::list::gather;
use crate::page::{further, played};
use crate::scrub::scrub;
use crate::signal::Kind;
use crate::text::{clip, split};
use crate::time::{Millis, SECOND};

/// Most parts of a page.
const MAX_PARTS: usize = 20;
/// Most topics of a page.
const MAX_TOPICS: usize = 5;

/// A video or audio of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Media {
    /// What it is called.
    pub label: String,
    /// Whether it plays.
    pub playing: bool,
    /// How much of it has passed, in percent.
    pub percent: u8,
}

/// What is in the page, as far as the view under way has told. Each view begins without any.
#[derive(Clone, Debug, Default)]
pub(super) struct Content {
    /// The main text: letters, and how much of them has been in view, in percent.
    text: (u32, u8),
    /// What the page is about.
    topics: Vec<String>,
    /// The parts that have been in view: label, whether it is now, and the deepest quarter.
    parts: Vec<(String, bool, u8)>,
    /// What has played, with the deepest quarter.
    played: Vec<(String, u8)>,
    /// What plays: its label, and up to when on the monotonic clock it has been counted.
    playing: Option<(String, Millis)>,
    /// An address or a number was selected.
    selected: bool,
}

impl State {
    pub(super) fn content(&mut self, label: &str, visible: bool, percent: u8, turn: &mut Turn) {
        let label = &scrub(clip(label.trim(), 80));
        if self.viewing.is_none() || label.is_empty() {
            return;
        }
        self.count_attention(turn); // Up to now it was as it was.
        let parts = &mut self.content.parts;
        let place = parts.iter().position(|(known, ..)| known == label).unwrap_or(parts.len());
        if place == parts.len() {
            if place >= MAX_PARTS || !visible {
                return;
            }
            parts.push((label.to_owned(), true, 0));
            self.signal(Kind::ContentView, label, 1, turn);
        }
        let (_, shown, reached) = &mut self.content.parts[place];
        *shown = visible;
        let further = further(reached, percent.min(100) / 25);
        if further > 0 {
            let ended = *reached == 4;
            self.signal(Kind::ContentQuarter, label, further.into(), turn);
            if ended {
                self.signal(Kind::ContentEnd, label, 1, turn);
            }
        }
    }

    /// The parts that are in view.
    pub(super) fn in_view(&self) -> Vec<String> {
        gather(self.content.parts.iter().filter(|(_, shown, _)| *shown).map(|(label, ..)| label.clone()))
    }

    /// The main text of the page, and how much of it has been in view.
    pub(super) fn text(&mut self, letters: u32, percent: u8, turn: &mut Turn) {
        // Scrolling back up takes nothing back; a text that grew is seen less of.
        let (before, deepest) = self.content.text;
        self.content.text = (letters, if letters == before { deepest.max(percent) } else { percent });
        self.count_reading(turn);
    }

    /// How much of the main text can have been read, in percent.
    pub(super) fn share_read(&self) -> u8 {
        let (letters, seen) = self.content.text;
        self.attention.share_read(letters, seen)
    }

    /// Counts what can have been read since the last time.
    pub(super) fn count_reading(&mut self, turn: &mut Turn) {
        let quarters = self.attention.was_read(self.share_read());
        if quarters > 0 && self.viewing.is_some() {
            self.signal_here(Kind::Read, quarters.into(), turn);
        }
    }

    /// What the page is about.
    pub(super) fn topics(&mut self, topics: &[String], turn: &mut Turn) {
        for topic in topics {
            let topic = &scrub(clip(topic.trim(), MAX_SUBJECT));
            let known = &mut self.content.topics;
            if self.viewing.is_none()
                || topic.is_empty()
                || known.len() >= MAX_TOPICS
                || known.iter().any(|known| known == topic)
            {
                continue;
            }
            known.push(topic.to_owned());
            self.signal(Kind::Topic, topic, 1, turn);
        }
    }

    /// Somebody who marks an address or a number of the page is about to use it.
    pub(super) fn selected(&mut self, text: &str, turn: &mut Turn) {
        let text = text.trim();
        if self.viewing.is_some() && !self.content.selected && (is_email(text) || is_number(text)) {
            self.content.selected = true;
            self.signal_here(Kind::SelectContact, 1, turn);
        }
    }

    /// A video or audio plays, or does not any more.
    pub(super) fn media(&mut self, media: Media, turn: &mut Turn) {
        if self.viewing.is_none() {
            return;
        }
        self.count_attention(turn);
        let label = if media.label.is_empty() { self.page.path.clone() } else { media.label };
        let played = &mut self.content.played;
        let place = played.iter().position(|(known, _)| *known == label).unwrap_or(played.len());
        if place == played.len() {
            if !media.playing {
                return;
            }
            played.push((label.clone(), 0));
            self.did(Kind::MediaStart, &label, turn);
        }
        let further = further(&mut self.content.played[place].1, media.percent.min(100) / 25);
        if further > 0 {
            self.signal(Kind::MediaQuarter, &label, further.into(), turn);
        }
        let plays = self.content.playing.as_ref().is_some_and(|(playing, _)| *playing == label);
        if media.playing && !plays {
            self.content.playing = Some((label, turn.now.monotonic));
        } else if !media.playing && plays {
            self.content.playing = None;
        }
        self.attention.play(self.content.playing.is_some(), turn.now.monotonic);
    }

    /// Counts the whole seconds that something has played since the last time.
    pub(super) fn count_playing(&mut self, turn: &mut Turn) {
        let now = turn.now.monotonic;
        let Some((label, since)) = &mut self.content.playing else { return };
        let seconds = played(*since, now);
        *since = now - now.saturating_sub(*since) % SECOND;
        if seconds > 0 {
            let label = label.clone();
            self.signal(Kind::MediaPlay, &label, seconds as u32, turn);
        }
    }
}

/// Whether a text of the page is a telephone number and not a date or a price.
fn is_number(text: &str) -> bool {
    let parts = split(text, b'.');
    let is_date =
        matches!(parts.as_slice(), [day, month, year] if day.len() <= 2 && month.len() <= 2 && year.len() == 4);
    text.starts_with(['+', '(', '0']) && text.len() > 6 && is_phone(text) && !is_date
}
