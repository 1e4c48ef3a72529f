//! What is to be seen: launcher and panel, as data. Owns the form of it; must not know how it is drawn.

use std::rc::Rc;

use crate::chat::{FieldError, Line, Speaker};
use crate::config::Position;
use crate::lead::{Contact, Field};
use crate::text::Lang;
use crate::time::{MINUTE, Millis, clock, day, iso_day};
use crate::words::{self, Phrases, Word};

/// What the visitor sees of leadheat. Drawn again only when it changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    /// Whether there is anything to see at all.
    pub shown: bool,
    /// Whether the panel is open.
    pub open: bool,
    /// Language of the chat.
    pub lang: Lang,
    /// Label of the launcher.
    pub label: String,
    /// Colour of the accent as `#rrggbb`, where the site owner set one.
    pub accent: Option<String>,
    /// On which side of the window.
    pub position: Position,
    /// How far in front, where the site owner set it.
    pub z_index: Option<u32>,
    /// Number of unread messages.
    pub unread: u32,
    /// The panel, when it is there.
    pub panel: Option<Rc<Panel>>,
}

/// What the panel shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Panel {
    /// The panel's title.
    pub title: String,
    /// The line below it.
    pub replies: String,
    /// What was said.
    pub lines: Vec<Said>,
    /// Whether the bot is typing.
    pub types: bool,
    /// What is asked.
    pub ask: Ask,
    /// Address of the privacy notice; empty where there is none.
    pub privacy: String,
    /// Everything was just deleted at the visitor's wish.
    pub forgotten: bool,
    /// The visitor can send files.
    pub takes_files: bool,
    /// The last message is shown beside the launcher, since the visitor was spoken to unasked.
    pub greets: bool,
    /// The phrases.
    pub words: Phrases,
    /// Minutes that the visitor's time is ahead of UTC.
    pub ahead: i32,
}

impl Panel {
    /// Hours and minutes of a message, as the language writes them.
    pub fn clock(&self, at: Millis, lang: Lang) -> String {
        clock(at, self.ahead, if lang == Lang::Fi { "." } else { ":" })
    }

    /// Who wrote a message, by name where a person of the company did.
    pub fn sender<'a>(&'a self, line: &'a Line, lang: Lang) -> &'a str {
        match line.from {
            Speaker::Visitor => self.words.get(words::YOU, lang),
            _ if line.by.is_empty() => &self.title,
            _ => &line.by,
        }
    }

    /// The conversation as a text file, in a `data:` address: a line for each message, with time and sender.
    pub fn transcript(&self, lang: Lang) -> String {
        let mut address = String::from("data:text/plain;charset=utf-8,");
        for Said { line, .. } in &self.lines {
            let sender = self.sender(line, lang);
            let local = line.at.saturating_add_signed(i64::from(self.ahead) * MINUTE as i64);
            let when = [&iso_day(day(local)), " ", &self.clock(line.at, lang)].concat();
            for byte in [&when, " ", sender, ": ", &line.text, "\r\n"].concat().bytes() {
                if byte.is_ascii_alphanumeric() {
                    address.push(char::from(byte));
                } else {
                    address.push('%');
                    address.extend(
                        [byte >> 4, byte & 15].map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)])),
                    );
                }
            }
        }
        address
    }
}

/// A message, and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// The message.
    pub line: Line,
    /// Whether the company has it.
    pub delivery: Delivery,
}

/// Whether the company has a message of the visitor's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It is for the bot alone, as long as there is no lead.
    Here,
    /// It goes with the next revision of the lead, or that is on its way.
    Sending,
    /// A receiver has confirmed it.
    Delivered,
    /// The receiver is away, or would not have it.
    Failed,
    /// It cannot be sent.
    Refused,
}

/// What the visitor can do next.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Ask {
    /// Write.
    #[default]
    Text,
    /// Choose one of these replies, or write.
    Replies(Vec<String>),
    /// Fill in the contact form.
    Contact {
        /// The step that asks, so that the form starts afresh with each.
        step: String,
        /// Its fields.
        fields: Vec<Field>,
        /// What is in them already.
        known: Contact,
        /// The consent line.
        consent: String,
        /// What is wrong with what was submitted.
        errors: Vec<FieldError>,
    },
    /// Say whether the chat was helpful.
    Satisfied,
    /// Nothing but write: whether it was helpful has just been said.
    Thanks,
}

/// The label of a field.
pub fn field_label(field: Field) -> Word {
    match field {
        Field::Name => words::NAME,
        Field::Email => words::EMAIL,
        Field::Phone => words::PHONE,
        Field::Company => words::COMPANY,
    }
}
