//! The page in view: how long it was really looked at, how far it was scrolled, and how much of it can have been read. Owns
//! the engagement clock; must not keep anything from one page to the next.

use crate::time::Millis;

/// How long after the last input somebody still counts as engaged. Reading without touching anything is common; a
/// visitor who left the desk is not.
pub const IDLE_AFTER: Millis = 30_000;
/// While time is running an alarm comes so often.
pub const TICK: Millis = 1_000;
/// Time is told so many milliseconds at a time, and when the visitor looks away.
const PORTION: i64 = 10_000;
/// What is much longer between two alarms was sleep, and counts as one: it began before the next was due.
const LONGEST_TICK: Millis = 5_000;
/// The same while something plays: in a hidden tab browsers let alarms wait for a minute.
const LONGEST_PLAY: Millis = 90_000;

/// Letters that are read in a second. Aloud a letter takes 68 ms in the mean of 14 languages (IReST, Trauzettel-Klosinski and
/// Dietz 2012); silently people read 1.3 times as fast (238 words a minute for 183: Brysbaert 2019). Letters and not words,
/// since those of Finnish and Hungarian are long.
const LETTERS_A_SECOND: u32 = 19;
/// Fewer letters are no text: what is still to come, or a line below a picture.
const SHORTEST_TEXT: u32 = 100;

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
    /// Engaged milliseconds not yet handed out; below 0 where a second was rounded up.
    pending: i64,
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
            self.pending += awake(self.counted, now, LONGEST_PLAY) as i64;
        } else if self.visible && self.focused && self.engaged(self.counted) {
            let left = self.active + IDLE_AFTER - self.counted;
            self.pending += awake(self.counted, now, LONGEST_TICK).min(left) as i64;
        }
        self.counted = now;
    }

    /// Whether there is enough time to tell of.
    pub fn has_portion(&mut self, now: Millis) -> bool {
        self.advance(now);
        self.pending >= PORTION
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

    /// Takes the engaged seconds that have come together, rounded; what that leaves is there the next time.
    pub fn take_seconds(&mut self, now: Millis) -> u32 {
        self.advance(now);
        let seconds = (self.pending + 500) / 1_000;
        self.pending -= seconds * 1_000;
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
        if letters < SHORTEST_TEXT {
            return 0;
        }
        let had_time = self.seconds.saturating_mul(LETTERS_A_SECOND).saturating_mul(100) / letters;
        had_time.min(seen.into()) as u8
    }

    /// So many percent of the main text can have been read. Returns how many further quarters that is.
    pub fn was_read(&mut self, percent: u8) -> u8 {
        further(&mut self.read, percent.min(100) / 25)
    }
}

/// What has passed without sleep. When within a tick the sleep began, nobody can tell: on average in its middle.
fn awake(since: Millis, now: Millis, longest: Millis) -> Millis {
    let passed = now.saturating_sub(since);
    if passed <= longest { passed } else { TICK / 2 }
}

/// How long something has played since then, in whole seconds.
pub fn played(since: Millis, now: Millis) -> Millis {
    awake(since, now, LONGEST_PLAY) / 1_000
}

/// How much further than before something has come.
pub fn further(before: &mut u8, reached: u8) -> u8 {
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
        let watch = |page: &mut Attention, from: Millis, to: Millis| {
            (from..to).step_by(500).for_each(|now| assert!(!page.has_portion(now) || now >= from + 10_000));
            page.take_seconds(to)
        };
        assert_eq!(watch(&mut page, 0, 10_500), 11, "rounded");
        watch(&mut page, 10_500, 20_000);
        page.look(true, false, 20_000);
        page.look(true, true, 60_000);
        assert_eq!(watch(&mut page, 60_000, 120_000), 30, "idle 30 s after the return");
        page.input(3_600_000);
        assert_eq!([3_600_400, 3_600_600, 3_601_400, 3_602_000].map(|now| page.take_seconds(now)), [0, 1, 0, 1]);
        page.input(3_604_000);
        assert_eq!(page.take_seconds(7_200_000), 3, "a second of the hour of sleep");
    }

    #[test]
    fn text_is_read_as_it_is_seen_and_as_there_is_time() {
        let mut page = Attention::new(true, true, 0);
        let letters = 19 * 40;
        assert_eq!(page.share_read(letters, 100), 0, "at a glance");
        page.play(true, 0);
        page.take_seconds(10_000);
        assert_eq!((page.share_read(letters, 100), page.share_read(letters, 20)), (25, 20));
        assert_eq!([10, 60, 40, 100, 100].map(|p| page.was_read(p)), [0, 2, 0, 2, 0]);
        assert_eq!([0, 99].map(|letters| page.share_read(letters, 100)), [0, 0], "no text yet");
    }

    #[test]
    fn quarters_come_once() {
        let mut page = Attention::default();
        assert_eq!([10, 60, 40, 100, 100].map(|p| page.scrolled(p)), [0, 2, 0, 2, 0]);
    }
}
