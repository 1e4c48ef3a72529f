//! The conversation in the panel. Owns the transcript, where in the script it stands, and checking the contact form;
//! must not know how it is drawn or what it is worth.

use crate::lead::{Contact, Field};
use crate::names::names;
use crate::qualify::Qualification;
use crate::script::{Script, Step};
use crate::text::{Lang, after_last, clip, join, split};
use crate::time::Millis;
use crate::visitor::LeadMark;
use crate::wire::record;
use crate::words;

/// Most bytes of one message of the visitor; what is longer is cut.
pub const MAX_MESSAGE: usize = 1_000;
/// Most messages kept; the oldest go first.
const MAX_LINES: usize = 100;

/// Who says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema))]
#[cfg_attr(feature = "native", serde(rename_all = "lowercase"))]
pub enum Speaker {
    /// The script.
    Bot,
    /// The visitor.
    Visitor,
}

names!(Speaker { Bot "bot", Visitor "visitor" });

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: Millis,
    /// By whom.
    pub from: Speaker,
    /// What.
    pub text: String,
}

record!(Line { at, from, text });

/// A conversation, as it is kept from page to page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conversation {
    /// Grows with every change: of two versions the higher is the newer.
    pub version: u32,
    /// What was said, oldest first.
    pub lines: Vec<Line>,
    /// The step whose answer is awaited; empty before the first and after the last.
    pub step: String,
    /// Whether the panel is open.
    pub open: bool,
    /// Messages of the script that came while the panel was closed.
    pub unread: u32,
    /// What was answered.
    pub said: Qualification,
    /// What was entered in the form.
    pub contact: Contact,
    /// The consent line that was agreed to with it.
    pub agreed: String,
    /// Path of the page on which it was submitted.
    pub page: String,
    /// The last lead that was made of it.
    pub lead: Option<LeadMark>,
}

record!(Conversation { version, lines, step, open, unread, said, contact, agreed, page, lead });

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
    /// Asked to be forgotten.
    Forget,
}

/// What is wrong with a field of the contact form; `None` is the consent box.
pub type FieldError = (Option<Field>, words::Words);

impl Conversation {
    /// Whether anything was said.
    pub fn started(&self) -> bool {
        !self.lines.is_empty()
    }

    /// Says what the script says from a step on, up to the next question or the end.
    pub fn run(&mut self, script: &Script, from: Option<&str>, lang: Lang, now: Millis) {
        self.step.clear();
        let mut step = from.and_then(|id| script.step(id));
        // A script that goes round without asking is refused when it is read; this bound is for one changed since.
        for _ in 0..script.0.len() {
            let Some(talking) = step else { break };
            self.push(Speaker::Bot, talking.say.get(lang), now);
            if talking.asks() {
                self.step.clone_from(&talking.id);
                break;
            }
            step = talking.next.as_ref().and_then(|id| script.step(id));
        }
    }

    /// Starts the script where nothing was said yet.
    pub fn start(&mut self, script: &Script, lang: Lang, now: Millis) {
        if !self.started() {
            self.run(script, script.0.first().map(|step| step.id.as_str()), lang, now);
        }
    }

    /// The step whose answer is awaited.
    pub fn asked<'a>(&self, script: &'a Script) -> Option<&'a Step> {
        script.step(&self.step)
    }

    /// Takes a chosen reply. `false` where there is none such.
    pub fn choose(&mut self, index: usize, script: &Script, lang: Lang, now: Millis) -> bool {
        let Some(step) = self.asked(script) else { return false };
        let Some(reply) = step.replies.get(index) else { return false };
        let words = reply.say.get(lang);
        self.push(Speaker::Visitor, words, now);
        if let Some(fact) = step.fills {
            self.said.fill(fact, reply.value.as_deref().unwrap_or(words));
        }
        let next = reply.next.as_ref().or(step.next.as_ref());
        self.run(script, next.map(String::as_str), lang, now);
        true
    }

    /// Takes what the visitor wrote. After the end of the script it is a message to sales. `false` where it is empty.
    pub fn write(&mut self, text: &str, script: &Script, lang: Lang, now: Millis) -> bool {
        let text = clean(text, MAX_MESSAGE);
        if text.is_empty() {
            return false;
        }
        self.push(Speaker::Visitor, &text, now);
        match self.asked(script) {
            Some(step) if step.text || !step.replies.is_empty() => {
                let offered = step.replies.iter().position(|reply| reply.say.get(lang).eq_ignore_ascii_case(&text));
                let reply = offered.map(|index| &step.replies[index]);
                if let Some(fact) = step.fills {
                    self.said.fill(fact, reply.and_then(|reply| reply.value.as_deref()).unwrap_or(&text));
                }
                if step.text || reply.is_some() {
                    let next = reply.and_then(|reply| reply.next.as_ref()).or(step.next.as_ref());
                    self.run(script, next.map(String::as_str), lang, now);
                }
            }
            _ => {}
        }
        true
    }

    /// Takes the contact form: either it is kept and the script goes on, or the errors say what to correct.
    pub fn submit(
        &mut self,
        contact: Contact,
        agreed: Option<&str>,
        script: &Script,
        lang: Lang,
        now: Millis,
    ) -> Result<(), Vec<FieldError>> {
        let contact = contact.cleaned();
        let mut errors: Vec<FieldError> = Vec::new();
        if contact.email.is_none() && contact.phone.is_none() {
            errors.push((Some(Field::Email), words::NEED_A_WAY));
        }
        if contact.email.as_ref().is_some_and(|email| !is_email(email)) {
            errors.push((Some(Field::Email), words::BAD_EMAIL));
        }
        if contact.phone.as_ref().is_some_and(|phone| !is_phone(phone)) {
            errors.push((Some(Field::Phone), words::BAD_PHONE));
        }
        if agreed.is_none() {
            errors.push((None, words::NEED_CONSENT));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let summary = join(Field::NAMES.all.iter().filter_map(|field| contact.get(*field)), ", ");
        self.push(Speaker::Visitor, &summary, now);
        self.contact = contact;
        self.agreed = agreed.unwrap_or_default().to_owned();
        let next = self.asked(script).and_then(|step| step.next.clone());
        self.run(script, next.as_deref(), lang, now);
        Ok(())
    }

    fn push(&mut self, from: Speaker, text: &str, at: Millis) {
        self.version += 1;
        if text.is_empty() {
            return;
        }
        self.lines.push(Line { at, from, text: text.to_owned() });
        if from == Speaker::Bot && !self.open {
            self.unread += 1;
        }
        let surplus = self.lines.len().saturating_sub(MAX_LINES);
        self.lines.drain(..surplus);
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
