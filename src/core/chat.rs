//! The conversation in the panel. Owns the transcript, and what an address and a number look like; must not know what the
//! bot says next ([`crate::dialogue`]), how it is drawn or what it is worth.

use crate::lead::{Contact, Field};
use crate::list::gather;
use crate::names::names;
use crate::qualify::Qualification;
use crate::text::{after_last, clip, split};
use crate::time::{MINUTE, Millis};
use crate::visitor::LeadMark;
use crate::wire::record;
use crate::words::Word;

/// Most bytes of one message of the visitor; what is longer is cut.
pub const MAX_MESSAGE: usize = 1_000;
/// Most messages kept; the oldest go first.
const MAX_LINES: usize = 100;
/// How long the bot types: for any message, for each byte of it, and at most. Long enough to be read as an answer, not so long that
/// anybody waits.
const TYPING: Millis = 300;
const TYPING_LETTER: Millis = 6;
const MOST_TYPING: Millis = 1_000;
/// A conversation in which nobody has said anything for so long is over.
const GOES_ON: Millis = 30 * MINUTE;
/// Nothing that the bot says takes so long to come.
const LONGEST_PAUSE: Millis = 15_000;

/// Who says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema))]
#[cfg_attr(feature = "native", serde(rename_all = "lowercase"))]
pub enum Speaker {
    /// The script.
    Bot,
    /// The visitor.
    Visitor,
    /// A person of the company.
    Agent,
}

names!(Speaker { Bot "bot", Visitor "visitor", Agent "agent" });

/// Instead of the number of a message that the chat server would not have.
pub const REFUSED: u64 = 999_999_999_998;
/// Instead of the number of one that it had when it knew the visitor by another name: its numbers may have begun anew.
pub const ELSEWHERE: u64 = 999_999_999_999;

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: Millis,
    /// By whom.
    pub from: Speaker,
    /// What.
    pub text: String,
    /// The number that the chat server gave it; 0 where it has it not, or there is none.
    pub id: u64,
    /// Name of the person who wrote it.
    pub by: String,
}

record!(Line { at, from, text, id, by });

impl Line {
    /// Whether these are the same message.
    fn is(&self, other: &Line) -> bool {
        let numbered = (1..REFUSED).contains(&self.id);
        numbered && self.id == other.id || self.at == other.at && self.from == other.from && self.text == other.text
    }

    /// Whether the bot is still typing it. What lies further ahead is of a clock that was set back.
    pub fn is_typed(&self, now: Millis) -> bool {
        self.from == Speaker::Bot && (now + 1..now + LONGEST_PAUSE).contains(&self.at)
    }
}

/// The conversation as the chat server knows it, where config names one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Live {
    /// The visitor's name there; whoever has it reads along. Empty before the server has given one.
    pub source: String,
    /// What opens its events.
    pub token: String,
    /// The conversation's number; 0 before there is one.
    pub id: u32,
    /// Who has the conversation; empty while the bot has it.
    pub agent: String,
    /// Whether the server was told how warm the visitor is, and that was not taken back.
    pub told: bool,
    /// All messages up to this number have been taken in.
    pub seen: u64,
    /// The highest number among messages that are not kept any more.
    pub dropped: u64,
}

record!(Live { source, token, id, agent, told, seen, dropped });

/// A conversation, as it is kept from page to page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conversation {
    /// Grows with every change: of two versions the higher is the newer.
    pub version: u32,
    /// What was said, oldest first. What the bot is still typing is of a time to come.
    pub lines: Vec<Line>,
    /// How many messages of the visitor there were in all, also those that are not kept any more.
    pub heard: u32,
    /// Of how many of them, from the first on, a receiver has confirmed that it has them.
    pub delivered: u32,
    /// The step whose answer is awaited; empty before the first and after the last.
    pub step: String,
    /// How often it was not understood.
    pub misses: u32,
    /// Whether the panel is open.
    pub open: bool,
    /// Messages of the script that came while the panel was closed.
    pub unread: u32,
    /// When the visitor was greeted unasked; 0 for never.
    pub greeted: Millis,
    /// What was stated, by an answer or in own words.
    pub said: Qualification,
    /// What sales can do with it.
    pub advice: String,
    /// Ways to be reached that were written among other words: the form is filled in with them, and nobody gets them before it
    /// is submitted.
    pub known: Contact,
    /// What was entered in the form.
    pub contact: Contact,
    /// The consent line that was agreed to with it.
    pub agreed: String,
    /// Path of the page on which it was submitted.
    pub page: String,
    /// The last lead that was made of it.
    pub lead: Option<LeadMark>,
    /// With people on the other end.
    pub live: Live,
}

record!(Conversation {
    version,
    lines,
    heard,
    delivered,
    step,
    misses,
    open,
    unread,
    greeted,
    said,
    advice,
    known,
    contact,
    agreed,
    page,
    lead,
    live
});

/// What the visitor did in the panel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Opened it.
    Open,
    /// Closed it.
    Close,
    /// Chose the n-th reply of the step.
    Choose(usize),
    /// Wrote something.
    Write(String),
    /// Submitted the contact form.
    Submit(Contact, bool),
    /// Said whether the chat was helpful.
    Rate(bool),
    /// Put a greeting away.
    Dismiss,
    /// Wants what was not delivered to be sent again.
    Retry,
    /// Asked to be forgotten.
    Forget,
    /// Is writing something.
    Typing,
    /// Chose a file of this name and so many bytes, which the widget keeps under this number while the page lives.
    Attach(String, u64, u32),
}

/// What is wrong with a field of the contact form; `None` is the consent box.
pub type FieldError = (Option<Field>, Word);

impl Conversation {
    /// Whether anything was said.
    pub fn started(&self) -> bool {
        !self.lines.is_empty()
    }

    /// When the next message of the bot is there; `None` while nobody types.
    pub fn typing_until(&self, now: Millis) -> Option<Millis> {
        self.lines.iter().find(|line| line.is_typed(now)).map(|line| line.at)
    }

    /// Puts this version in the place of another, where it is newer. What the older has alone, of two tabs that were used at once,
    /// stays, and makes a newer version still.
    pub(crate) fn join(self, other: &mut Conversation) -> bool {
        let is_newer = self.version > other.version;
        let older = if is_newer { std::mem::replace(other, self) } else { self };
        let first = other.lines.first().map_or(Millis::MAX, |line| line.at);
        let is_lost = |line: &&Line| {
            line.from != Speaker::Bot && line.at >= first && !other.lines.iter().any(|known| known.is(line))
        };
        let lost = gather(older.lines.iter().filter(is_lost).cloned());
        // What the server has, it has, whichever tab has heard so.
        for line in &mut other.lines {
            if line.id == 0 {
                let known = older.lines.iter().find(|known| known.is(line) && known.id != REFUSED);
                line.id = known.map_or(0, |known| known.id);
            }
        }
        // A tab may have heard of its own message before it heard that another had said it.
        let mut numbers = Vec::new();
        other.lines.retain(|line| {
            let again = (1..REFUSED).contains(&line.id) && numbers.contains(&line.id);
            numbers.push(line.id);
            !again
        });
        if other.live.source.is_empty() {
            other.live = older.live;
        }
        let submitted = older.contact.reachable() && !other.contact.reachable() && other.started();
        if lost.is_empty() && !submitted {
            return is_newer;
        }
        for line in lost {
            let place = other.lines.iter().position(|known| known.at > line.at).unwrap_or(other.lines.len());
            other.heard += u32::from(line.from == Speaker::Visitor);
            other.lines.insert(place, line);
        }
        if submitted {
            (other.contact, other.agreed, other.page) = (older.contact, older.agreed, older.page);
        }
        if older.lead.as_ref().map_or(0, |lead| lead.revision) > other.lead.as_ref().map_or(0, |lead| lead.revision) {
            other.lead = older.lead;
        }
        other.said = other.said.or(&older.said);
        other.known = other.known.or(&older.known);
        other.version = other.version.max(older.version) + 1;
        other.bound();
        is_newer
    }

    /// Adds a message.
    pub(crate) fn push(&mut self, from: Speaker, text: &str, now: Millis) {
        self.version += 1;
        if text.is_empty() {
            return;
        }
        let mut at = now;
        match from {
            // Nobody waits for the bot: what it is typing is there.
            Speaker::Visitor => {
                let bots = self.lines.iter_mut().filter(|line| line.from == Speaker::Bot);
                bots.for_each(|line| line.at = line.at.min(now));
                self.heard += 1;
            }
            Speaker::Bot => {
                let last = self.lines.last().map_or(0, |line| line.at);
                let begins = if last < now + LONGEST_PAUSE { last.max(now) } else { now };
                at = begins + (TYPING + TYPING_LETTER * text.len() as Millis).min(MOST_TYPING);
                self.unread += u32::from(!self.open);
            }
            Speaker::Agent => {}
        }
        self.lines.push(Line { at, from, text: text.to_owned(), id: 0, by: String::new() });
        self.bound();
    }

    /// Whether the chat server is needed for it, also while the panel is closed: something waits to be sent there, or somebody
    /// may answer.
    pub fn goes_on(&self, now: Millis) -> bool {
        let last = self.lines.last().map_or(0, |line| line.at);
        !self.live.source.is_empty() && (last + GOES_ON > now || self.lines.iter().any(|line| line.id == 0))
    }

    /// Drops the oldest messages, but none that the chat server has yet to get.
    pub(crate) fn bound(&mut self) {
        let is_live = !self.live.source.is_empty();
        let mut surplus = self.lines.len().saturating_sub(MAX_LINES);
        let dropped = &mut self.live.dropped;
        self.lines.retain(|line| {
            let drops = surplus > 0 && !(is_live && line.id == 0);
            if drops {
                surplus -= 1;
                if line.id < REFUSED {
                    *dropped = line.id.max(*dropped);
                }
            }
            !drops
        });
    }
}

/// Text of a visitor without control characters other than line breaks, trimmed and cut to a number of bytes.
pub fn clean(text: &str, most: usize) -> String {
    let text: String = clip(text, 4 * most).chars().filter(|c| !c.is_control() || *c == '\n').collect();
    clip(text.trim(), most).to_owned()
}

/// Whether a text can be an e-mail address. Deliberately loose: only a letter sent there proves more.
pub fn is_email(text: &str) -> bool {
    let Some(domain) = after_last(text, b'@') else { return false };
    let labels = split(domain, b'.');
    text.len() > domain.len() + 1
        && !text.chars().any(|c| c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | ',' | ';' | ':' | '"'))
        && labels.len() >= 2
        && labels.iter().all(|label| !label.is_empty())
}

/// Whether a text can be a telephone number: at least six digits, and nothing but what people put between them.
pub fn is_phone(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (6..=15).contains(&digits)
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')' | '/' | '.' | ' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_numbers() {
        for good in ["a@b.fi", "aino.virtanen+x@koulu.edu.example", "ő@példa.hu"] {
            assert!(is_email(good), "{good}");
        }
        for bad in ["", "a", "a@b", "a@b.", "a b@c.fi", "@b.fi", "a@b..fi", "<a@b.fi>"] {
            assert!(!is_email(bad), "{bad}");
        }
        for good in ["+358 40 123 4567", "(06) 1-234-5678", "040123456"] {
            assert!(is_phone(good), "{good}");
        }
        for bad in ["", "12345", "call me", "040-123456 ext 7", "1234567890123456"] {
            assert!(!is_phone(bad), "{bad}");
        }
    }
}
