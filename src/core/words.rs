//! The chat's own words, in English, Finnish and Hungarian, each with a name by which a site owner can put others in its
//! place. Owns finding them; the words themselves are data (defaults/words.txt), and come with the panel but for the
//! launcher's.

use crate::json::Value;
use crate::list::gather;
use crate::text::{Lang, Text, cut, nth};

/// A line for each: name and text in three languages, between `|`.
const TABLE: &str = include_str!("defaults/words.txt");

/// One of the chat's phrases, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word(pub &'static str);

/// The chat's phrases, with those that the site owner put in the place of others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phrases(pub Vec<(String, Text)>);

impl Phrases {
    /// A phrase in a language.
    pub fn get(&self, word: Word, lang: Lang) -> &str {
        match self.0.iter().find(|(name, _)| name == word.0) {
            Some((_, own)) => own.get(lang),
            None => usual(word.0).map_or("", |line| nth(line, b'|', 1 + lang as usize)),
        }
    }

    /// Those that config's `chat` puts in the place of others.
    pub(crate) fn read(chat: &Value) -> Phrases {
        let own = chat.part("words");
        let Value::Object(fields) = own else { return Phrases::default() };
        Phrases(gather(fields.iter().filter_map(|(name, _)| Some((name.clone(), own.texts(name)?)))))
    }
}

/// The line of the table, where there is one of this name. The launcher's stand first: they are looked for in every turn.
pub(crate) fn usual(name: &str) -> Option<&'static str> {
    let mut rest = Some(TABLE);
    while let Some(text) = rest {
        let (line, after) = cut(text, b"\n");
        if cut(line, b"|").0 == name {
            return Some(line);
        }
        rest = after;
    }
    None
}

/// All that have a name in code.
macro_rules! phrases {
    ($($(#[$meta:meta])* $name:ident $word:literal;)*) => {
        $($(#[$meta])* pub const $name: Word = Word($word);)*

        #[cfg(test)]
        const ALL: &[Word] = &[$($name),*];
    };
}

phrases! {
    /// Label of the launcher.
    OPEN "open";
    /// Appended to it where something is unread.
    UNREAD "unread";
    /// The panel's title where config gives no company.
    CHAT "chat";
    /// Label of the button that closes the panel.
    CLOSE "close";
    /// Label of the transcript.
    MESSAGES "messages";
    /// Label and hint of the text field.
    WRITE "write";
    /// Label of the button that sends.
    SEND "send";
    /// Label of the group of replies.
    REPLIES "replies";
    /// Who speaks, for screen readers.
    YOU "you";
    /// Under a message that is on its way to the company.
    SENDING "sending";
    /// Under a message that the company has.
    DELIVERED "delivered";
    /// Under a message that could not be delivered so far.
    FAILED "failed";
    /// The button beside it.
    RETRY "retry";
    /// The button by which a file is chosen.
    ATTACH "attach";
    /// Under a file that cannot be sent.
    REFUSED "refused";
    /// Label of the field for a name.
    NAME "name";
    /// Label of the field for an e-mail address.
    EMAIL "email";
    /// Label of the field for a phone number.
    PHONE "phone";
    /// Label of the field for a company.
    COMPANY "company";
    /// The consent line of the contact form.
    CONSENT "consent";
    /// The form has neither an e-mail address nor a phone number.
    NEED_A_WAY "need_a_way";
    /// What should be an e-mail address is none.
    BAD_EMAIL "bad_email";
    /// What should be a phone number is none.
    BAD_PHONE "bad_phone";
    /// The consent line is not ticked.
    NEED_CONSENT "need_consent";
    /// What should have a number in it has none.
    ASK_NUMBER "ask_number";
    /// What should have a date in it has none.
    ASK_DATE "ask_date";
    /// What was written is none of the replies.
    ASK_CHOICE "ask_choice";
    /// A question that nobody prepared an answer for.
    PASSED_ON "passed_on";
    /// A message after the end of the script.
    NOTED "noted";
    /// An address or a number was written beside the form.
    CHECK_FORM "check_form";
    /// Below the title outside business hours, and after `away`; `{}` is when they begin again.
    BACK "back";
    /// The first message outside business hours.
    AWAY "away";
    /// Below the title while a person, `{}`, has the conversation.
    TALKING "talking";
    /// Below the title where there are people to talk to, and none of them is there.
    NOBODY "nobody";
    /// "On Sunday" and so on, with spaces between.
    WEEKDAYS "weekdays";
    /// The question at the end.
    SATISFIED "satisfied";
    /// One answer to it.
    YES "yes";
    /// The other.
    NO "no";
    /// After either.
    THANKS "thanks";
    /// The link that saves the transcript.
    SAVE "save";
    /// Label of the button that puts a greeting away.
    DISMISS "dismiss";
    /// Link to the privacy notice.
    PRIVACY "privacy";
    /// The button that wipes everything.
    FORGET "forget";
    /// What is shown after it.
    FORGOTTEN "forgotten";
    /// To sales: the known way to answer this objection; `{}` are the visitor's words.
    OBJECTION_PRICE "objection_price";
    /// The same.
    OBJECTION_DELIVERY "objection_delivery";
    /// The same.
    OBJECTION_PRODUCT "objection_product";
    /// The same.
    OBJECTION_COMPANY "objection_company";
    /// The same.
    OBJECTION_NO_HURRY "objection_no_hurry";
    /// The same.
    OBJECTION_MUST_ASK "objection_must_ask";
    /// To sales: what to open with where there is a supplier.
    OPEN_SUPPLIER "open_supplier";
    /// Where the visitor asked for something.
    OPEN_WISH "open_wish";
    /// Where there is a need alone.
    OPEN_NEED "open_need";
    /// To sales: how to close where something stands in the way.
    CLOSE_IF_SETTLED "close_if_settled";
    /// Where nothing does.
    CLOSE_SOON "close_soon";
    /// Where it is for later.
    CLOSE_LATER "close_later";
    /// Where there is no time limit.
    CLOSE_STORY "close_story";
    /// Where nothing is to be bought.
    CLOSE_THANKS "close_thanks";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_line_and_each_line_is_used() {
        let lines: Vec<_> = TABLE.lines().filter(|line| !line.starts_with('/')).collect();
        for line in &lines {
            assert_eq!(line.split('|').filter(|text| !text.is_empty()).count(), 4, "{line}");
            assert!(ALL.iter().any(|word| usual(word.0) == Some(line)), "nobody says {line}");
        }
        assert_eq!(lines.len(), ALL.len());
        let own = Phrases(vec![("send".into(), Text::plain("Go"))]);
        assert_eq!((own.get(SEND, Lang::Hu), own.get(CLOSE, Lang::Hu)), ("Go", "Csevegés bezárása"));
    }
}
