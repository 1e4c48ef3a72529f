//! The page in view: how long it was really looked at, how far it was scrolled, and how much of it can have been read. Owns
//! the engagement clock; must not keep anything from one page to the next.

use crate::time::Millis;

/// How long after the last input somebody still counts as engaged. Reading without touching anything is common; a
/// visitor who left the desk is not.
pub const IDLE_AFTER: Millis = 30_000;
/// While time is running an alarm comes so often.
pub const TICK: Millis = 10_000;
/// What is much longer between two alarms was sleep, and is not counted beyond this.
const LONGEST_TICK: Millis = 15_000;
/// The same while something plays: in a hidden tab browsers let alarms wait for a minute.
pub const LONGEST_PLAY: Millis = 90_000;

/// Letters that are read in a second. Aloud a letter takes 68 ms in the mean of 14 languages (IReST, Trauzettel-Klosinski and
/// Dietz 2012); silently people read 1.3 times as fast (238 words a minute for 183: Brysbaert 2019). Letters and not words,
/// since those of Finnish and Hungarian are long.
const LETTERS_A_SECOND: u32 = 19;

/// What the browser says of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Host of its address.
    pub host: String,
    /// Path of its address.
    pub path: String,
    /// Parameters of its address, decoded.
    pub query: Vec<(String, String)>,
    /// The referrer's address.
    pub referrer: String,
    /// Its language, as a BCP 47 tag.
    pub language: String,
}

/// Attention given to one page view. Time counts while the page is visible, focused and recently used, and while a video or
/// audio plays in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attention {
    visible: bool,
    focused: bool,
    playing: bool,
    /// Monotonic time up to which engagement has been counted.
    counted: Millis,
    /// Monotonic time of the last input.
    active: Millis,
    /// Engaged milliseconds not yet handed out.
    pending: Millis,
    /// Deepest quarter of the content that was in view, 0 to 4.
    quarter: u8,
    /// Deepest point of the content that was in view, in percent.
    pub scroll: u8,
    /// Engaged seconds.
    seconds: u32,
    /// Deepest quarter of the main text that can have been read, 0 to 4.
    read: u8,
}

impl Attention {
    /// A page view that begins now. Arriving counts as an input.
    pub fn new(visible: bool, focused: bool, now: Millis) -> Attention {
        Attention { visible, focused, counted: now, active: now, ..Attention::default() }
    }

    /// Whether time is running.
    pub fn engaged(&self, now: Millis) -> bool {
        self.playing || self.visible && self.focused && now < self.active + IDLE_AFTER
    }

    /// Counts what has passed since the last call.
    fn advance(&mut self, now: Millis) {
        if self.playing {
            self.pending += now.saturating_sub(self.counted).min(LONGEST_PLAY);
        } else if self.visible && self.focused {
            self.pending += now.min(self.active + IDLE_AFTER).saturating_sub(self.counted).min(LONGEST_TICK);
        }
        self.counted = now;
    }

    /// The visitor did something.
    pub fn input(&mut self, now: Millis) {
        self.advance(now);
        self.active = now;
    }

    /// Something plays, or does not any more.
    pub fn play(&mut self, playing: bool, now: Millis) {
        self.advance(now);
        self.playing = playing;
    }

    /// Visibility or focus changed. Coming back counts as an input.
    pub fn look(&mut self, visible: bool, focused: bool, now: Millis) {
        self.advance(now);
        if visible && focused && !(self.visible && self.focused) {
            self.active = now;
        }
        (self.visible, self.focused) = (visible, focused);
    }

    /// Takes the whole engaged seconds that have come together; the rest of a second stays for the next time.
    pub fn take_seconds(&mut self, now: Millis) -> u32 {
        self.advance(now);
        let seconds = self.pending / 1_000;
        self.pending %= 1_000;
        self.seconds = self.seconds.saturating_add(seconds as u32);
        seconds as u32
    }

    /// The content was seen down to `percent`. Returns how many further quarters that is.
    pub fn scrolled(&mut self, percent: u8) -> u8 {
        self.scroll = self.scroll.max(percent.min(100));
        further(&mut self.quarter, self.scroll / 25)
    }

    /// How much of a text of so many letters, of which so many percent were in view, can have been read: in percent.
    pub fn share_read(&self, letters: u32, seen: u8) -> u8 {
        let had_time = self.seconds.saturating_mul(LETTERS_A_SECOND).saturating_mul(100) / letters.max(1);
        had_time.min(seen.into()) as u8
    }

    /// So many percent of the main text can have been read. Returns how many further quarters that is.
    pub fn was_read(&mut self, percent: u8) -> u8 {
        further(&mut self.read, percent.min(100) / 25)
    }
}

/// How much further than before something has come.
fn further(before: &mut u8, reached: u8) -> u8 {
    let further = reached.saturating_sub(*before);
    *before = reached.max(*before);
    further
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_attention_counts() {
        let mut page = Attention::new(true, true, 0);
        assert_eq!(page.take_seconds(10_500), 10);
        page.look(true, false, 20_000); // 20 s
        page.look(true, true, 60_000);
        assert_eq!(page.take_seconds(70_000), 20, "10 more from each side of the blur");
        assert_eq!(
            [80_000, 90_000, 100_000].map(|now| page.take_seconds(now)),
            [10, 10, 0],
            "idle 30 s after the return"
        );
        page.input(3_600_000);
        assert_eq!(page.take_seconds(3_600_900), 0);
        assert_eq!(page.take_seconds(3_601_000), 1);
        page.input(3_605_000);
        assert_eq!(page.take_seconds(7_200_000), 19, "4 before, 15 of the hour of sleep");
    }

    #[test]
    fn text_is_read_as_it_is_seen_and_as_there_is_time() {
        let mut page = Attention::new(true, true, 0);
        let letters = 19 * 40;
        assert_eq!(page.share_read(letters, 100), 0, "at a glance");
        page.take_seconds(10_000);
        assert_eq!((page.share_read(letters, 100), page.share_read(letters, 20)), (25, 20));
        assert_eq!([10, 60, 40, 100, 100].map(|p| page.was_read(p)), [0, 2, 0, 2, 0]);
        assert_eq!(page.share_read(0, 100), 100, "nothing to read");
    }

    #[test]
    fn quarters_come_once() {
        let mut page = Attention::default();
        assert_eq!([10, 60, 40, 100, 100].map(|p| page.scrolled(p)), [0, 2, 0, 2, 0]);
    }
}
