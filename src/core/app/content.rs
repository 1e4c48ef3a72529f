//! What is in the page: its main text, its topics, its parts, video and audio. Owns what of them counts as seen, read and
//! played; must not keep anything from one page to the next.

use super::{State, Turn};
use crate::facts::MAX_SUBJECT;
use crate::list::gather;
use crate::page::{further, played};
use crate::signal::Kind;
use crate::text::clip;
use crate::time::SECOND;

/// Most parts of a page.
const MAX_CONTENTS: usize = 20;
/// Fewer letters are no text.
const SHORTEST_TEXT: u32 = 100;
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

impl State {
    pub(super) fn content(&mut self, label: &str, visible: bool, percent: u8, turn: &mut Turn) {
        let label = clip(label.trim(), 80);
        self.count_attention(turn); // Up to now it was as it was.
        let known = self.contents.iter().position(|(known, ..)| known == label);
        if known.is_none() && (label.is_empty() || self.contents.len() >= MAX_CONTENTS || !visible) {
            return;
        }
        if known.is_none() {
            self.contents.push((label.to_owned(), true, 0));
            self.signal(Kind::ContentView, label, 1, turn);
        }
        // What is in view is known before it may be counted, as whether the page is visible is.
        let counts = self.viewing.is_some();
        let Some((_, seen, reached)) = self.contents.iter_mut().find(|(known, ..)| known == label) else { return };
        *seen = visible;
        if !counts {
            return;
        }
        let further = further(reached, percent.min(100) / 25);
        if further > 0 {
            let ended = *reached == 4;
            self.signal(Kind::ContentQuarter, label, further.into(), turn);
            if ended {
                self.signal(Kind::ContentEnd, label, 1, turn);
            }
        }
    }

    /// The marked parts that are in view.
    pub(super) fn in_view(&self) -> Vec<String> {
        gather(self.contents.iter().filter(|(_, visible, _)| *visible).map(|(label, ..)| label.clone()))
    }

    /// The main text of the page, and how much of it has been in view.
    pub(super) fn text(&mut self, letters: u32, percent: u8, turn: &mut Turn) {
        // Scrolling back up takes nothing back; a text that grew is seen less of.
        let deepest = if letters == self.text.0 { self.text.1.max(percent) } else { percent };
        self.text = (letters, deepest);
        self.count_reading(turn);
    }

    /// Counts what can have been read since the last time.
    pub(super) fn count_reading(&mut self, turn: &mut Turn) {
        let (letters, seen) = self.text;
        if letters < SHORTEST_TEXT {
            return; // What is not there yet, or hardly a text, is not read.
        }
        let share = self.attention.share_read(letters, seen);
        let quarters = self.attention.was_read(share);
        if quarters > 0 && self.viewing.is_some() {
            self.signal_here(Kind::Read, quarters.into(), turn);
        }
    }

    /// What the page is about.
    pub(super) fn topics(&mut self, topics: &[String], turn: &mut Turn) {
        for topic in topics {
            let topic = clip(topic.trim(), MAX_SUBJECT).to_owned();
            if !topic.is_empty() && self.topics.len() < MAX_TOPICS && !self.topics.contains(&topic) {
                if self.viewing.is_some() {
                    self.signal(Kind::Topic, &topic, 1, turn);
                }
                self.topics.push(topic);
            }
        }
    }

    /// A view begins: what is in the page will be told anew.
    pub(super) fn forget_content(&mut self) {
        (self.contents, self.topics, self.text) = (Vec::new(), Vec::new(), (0, 0));
        (self.playing, self.played, self.selected) = (None, Vec::new(), false);
    }

    pub(super) fn media(&mut self, media: Media, turn: &mut Turn) {
        if self.viewing.is_none() {
            return;
        }
        self.count_attention(turn);
        let label = if media.label.is_empty() { self.page.path.clone() } else { media.label };
        let known = self.played.iter().position(|(known, _)| *known == label);
        if known.is_none() {
            if !media.playing {
                return;
            }
            self.played.push((label.clone(), 0));
            self.did(Kind::MediaStart, &label, turn);
        }
        if let Some((_, reached)) = self.played.iter_mut().find(|(known, _)| *known == label) {
            let further = further(reached, media.percent.min(100) / 25);
            if further > 0 {
                self.signal(Kind::MediaQuarter, &label, further.into(), turn);
            }
        }
        let plays = self.playing.as_ref().is_some_and(|(playing, _)| *playing == label);
        if media.playing {
            if !plays {
                self.playing = Some((label, turn.now.monotonic));
            }
        } else if plays {
            self.playing = None;
        }
        self.attention.play(self.playing.is_some(), turn.now.monotonic);
    }

    /// Counts the whole seconds that something has played since the last time.
    pub(super) fn count_playing(&mut self, turn: &mut Turn) {
        let now = turn.now.monotonic;
        let Some((label, since)) = &mut self.playing else { return };
        let seconds = played(*since, now);
        *since = now - now.saturating_sub(*since) % SECOND;
        if seconds > 0 {
            let label = label.clone();
            self.signal(Kind::MediaPlay, &label, seconds as u32, turn);
        }
    }
}
