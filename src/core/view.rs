//! What is to be seen: all that the panel shows, as data. Owns which of the chat's states it is in; must not know how it
//! is drawn.

use crate::app::State;
use crate::chat::{FieldError, Line};
use crate::lead::Field;
use crate::list::gather;
use crate::text::Lang;
use crate::words::{self, Words};

/// What the visitor sees of leadheat. Drawn again only when it changed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct View {
    /// Whether there is anything to see at all.
    pub shown: bool,
    /// Whether the panel is open.
    pub open: bool,
    /// Language of the panel.
    pub lang: Lang,
    /// The panel's title.
    pub title: String,
    /// The line below it.
    pub replies: String,
    /// Colour of the accent as `#rrggbb`, where the site owner set one.
    pub accent: Option<String>,
    /// What was said.
    pub lines: Vec<Line>,
    /// What is asked.
    pub ask: Ask,
    /// Number of unread messages.
    pub unread: u32,
    /// Address of the privacy notice; empty where there is none.
    pub privacy: String,
    /// Everything was just deleted at the visitor's wish.
    pub forgotten: bool,
}

/// What the visitor can do next.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Ask {
    /// Write.
    #[default]
    Text,
    /// Choose one of these replies, and write too where `true`.
    Replies(Vec<String>, bool),
    /// Fill in the contact form.
    Contact {
        /// The step that asks, so that the form starts afresh with each.
        step: String,
        /// Its fields.
        fields: Vec<Field>,
        /// The consent line.
        consent: String,
        /// What is wrong with what was submitted.
        errors: Vec<FieldError>,
    },
}

/// The label of a field.
pub fn field_label(field: Field) -> Words {
    match field {
        Field::Name => words::NAME,
        Field::Email => words::EMAIL,
        Field::Phone => words::PHONE,
        Field::Company => words::COMPANY,
    }
}

impl State {
    /// The view of the present state.
    pub(crate) fn view(&self) -> View {
        let chat = &self.config.chat;
        if !self.active() || !chat.enabled {
            return View::default();
        }
        let lang = self.lang();
        let title = chat.company.get(lang);
        let ask = match self.chat.asked(&chat.script) {
            Some(step) if !step.contact.is_empty() => Ask::Contact {
                step: step.id.clone(),
                fields: step.contact.clone(),
                consent: chat.consent.get(lang).to_owned(),
                errors: self.form_errors.clone(),
            },
            Some(step) if !step.replies.is_empty() => {
                Ask::Replies(gather(step.replies.iter().map(|reply| reply.say.get(lang).to_owned())), step.text)
            }
            _ => Ask::Text,
        };
        View {
            shown: true,
            open: self.chat.open,
            lang,
            title: if title.is_empty() { lang.pick(words::CHAT) } else { title }.to_owned(),
            replies: chat.replies.get(lang).to_owned(),
            accent: chat.accent.clone(),
            lines: self.chat.lines.clone(),
            ask,
            unread: self.chat.unread,
            privacy: chat.privacy.get(lang).to_owned(),
            forgotten: self.forgotten,
        }
    }
}
