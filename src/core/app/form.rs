//! Who the visitor is, from forms of the page. Owns which fields may be read, whatever config says; must not keep what was in
//! them, but for the contact.

use super::{State, Turn};
use crate::chat::{is_email, is_phone};
use crate::lead::{Contact, Field};
use crate::text::split;

/// Types of fields, words of `autocomplete`, and names whose fields are never read, whatever config says.
const NEVER: &str = "*passw* *pwd* *salasana* *jelsz* hidden file checkbox radio *one-time* *otp* cc-* *card* *csc* *cvc* *cvv* *seccode* *iban* *ssn* *hetu*";

impl State {
    /// Whether the value of a field may be read when its form is sent: config says so, and nothing about it speaks against.
    /// `says`: its type and its `autocomplete`.
    pub fn captures(&self, name: &str, says: &str) -> bool {
        let never = split(NEVER, b' ');
        let words = [name, " ", says].concat().to_ascii_lowercase();
        let refused = words.split_whitespace().any(|word| never.iter().any(|never| crate::glob::matches(never, word)));
        self.scoring()
            && self.consent.may_store()
            && !refused
            && self.config.form_fields.iter().any(|(known, _)| known == name)
    }

    /// A form was sent, and config says which of its fields say who the visitor is.
    pub(super) fn filled(&mut self, fields: &[(String, String)], turn: &Turn) {
        let mut contact = Contact::default();
        for (name, text) in fields {
            let known = self.config.form_fields.iter().find(|(known, _)| known == name);
            match known.and_then(|(_, field)| Field::NAMES.find(field)) {
                Some(Field::Email) if !is_email(text.trim()) => {}
                Some(Field::Phone) if !is_phone(text.trim()) => {}
                Some(_) if is_card(text) => {}
                Some(field) => contact.set(field, text),
                None => {}
            }
        }
        if self.scoring() && self.consent.may_store() && contact != Contact::default() {
            self.met(&contact, None, turn);
        }
    }
}

/// Whether a text is a payment card's number: its digits, with their check digit (Luhn, ISO/IEC 7812).
fn is_card(text: &str) -> bool {
    let (mut sum, mut count) = (0, 0);
    for digit in text.bytes().rev().filter(u8::is_ascii_digit).map(|digit| u32::from(digit - b'0')) {
        sum += if count % 2 == 0 { digit } else { digit * 2 % 10 + digit / 5 };
        count += 1;
    }
    (13..=19).contains(&count)
        && sum % 10 == 0
        && !text.trim().starts_with('+')
        && !text.contains(|c: char| c.is_ascii_alphabetic())
}
