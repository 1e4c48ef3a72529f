//! The shape of a document, as data, and holding a document against it. Owns the words for what is wrong; must not know any
//! particular document: config, model and script each say their shape and then read themselves with [`Value`]'s getters.
//!
//! Not serde: a person who wrote a document wants *every* problem with its path, where serde stops at the first. And
//! data is a third of the code that it replaces, which counts in the wasm.

use crate::json::{At, Value};
use crate::text::{decimal, join, lists, number, split};

/// What may stand at one place.
pub enum Shape {
    /// A text.
    Text,
    /// A text, or one for each language.
    Texts,
    /// `true` or `false`.
    Flag,
    /// A number from and to, inclusive.
    Number(i32, i32),
    /// A whole number from and to, inclusive.
    Whole(i32, i32),
    /// One of these words, which stand between spaces.
    Word(&'static str),
    /// A list; a single value stands for a list of one.
    List(&'static Shape),
    /// A list of exactly these.
    Tuple(&'static [Shape]),
    /// An object with any fields, all of this shape.
    Map(&'static Shape),
    /// An object with these fields and no other; several lists, since objects can have some in common.
    Object(&'static [&'static [Field]]),
}

/// A field of an object: its name and its shape. Absent and null are the same.
pub struct Field(pub &'static str, pub Shape);

impl Shape {
    /// Notes everything that is not of this shape.
    pub fn check(&self, at: &At, value: &Value) {
        let fits = match (self, value) {
            (Shape::Text | Shape::Texts, Value::String(_)) | (Shape::Flag, Value::Bool(_)) => true,
            (Shape::Texts, Value::Object(texts)) if !texts.is_empty() => {
                texts.iter().for_each(|(tag, text)| Shape::Text.check(&at.field(tag), text));
                true
            }
            (Shape::Number(from, to) | Shape::Whole(from, to), Value::Number(given)) => {
                if !(f64::from(*from)..=f64::from(*to)).contains(given) {
                    at.problem("this number is out of range", &["Write ", &self.wanted()].concat());
                } else if matches!(self, Shape::Whole(..)) && given.trunc() != *given {
                    at.problem("this is not a whole number", "Leave out the decimals");
                }
                true
            }
            (Shape::Word(words), Value::String(given)) => {
                if !lists(words, given) {
                    at.problem("this is not one of the known words", &["Write ", &self.wanted()].concat());
                }
                true
            }
            (Shape::List(item), Value::List(items)) => {
                items.iter().enumerate().for_each(|(index, value)| item.check(&at.item(index), value));
                true
            }
            (Shape::List(item), value) => {
                item.check(at, value);
                true
            }
            (Shape::Tuple(shapes), Value::List(items)) if items.len() == shapes.len() => {
                shapes.iter().zip(items).for_each(|(shape, value)| shape.check(at, value));
                true
            }
            (Shape::Map(shape), Value::Object(fields)) => {
                fields.iter().for_each(|(name, value)| shape.check(&at.field(name), value));
                true
            }
            (Shape::Object(known), Value::Object(fields)) => {
                for (name, value) in fields {
                    match known.iter().flat_map(|fields| *fields).find(|field| field.0 == name) {
                        Some(field) if !value.is_null() => field.1.check(&at.field(name), value),
                        Some(_) => {}
                        None => unknown(&at.field(name), name, known),
                    }
                }
                true
            }
            _ => false,
        };
        if !fits {
            at.problem(&["this is ", value.kind()].concat(), &["Write ", &self.wanted()].concat());
        }
    }

    fn wanted(&self) -> String {
        match self {
            Shape::Text => "a text in quotes".into(),
            Shape::Texts => "a text in quotes, or one for each language: {\"en\": \"...\", \"fi\": \"...\"}".into(),
            Shape::Flag => "true or false, without quotes".into(),
            Shape::Number(from, to) | Shape::Whole(from, to) => {
                ["a number from ", &decimal(i64::from(*from) * 1_000), " to ", &decimal(i64::from(*to) * 1_000)]
                    .concat()
            }
            Shape::Word(words) => ["one of \"", &join(split(words, b' '), "\", \""), "\""].concat(),
            Shape::List(item) => item.wanted(),
            Shape::Tuple(shapes) => ["a list of ", &number(shapes.len() as u64), ", such as [600, 15]"].concat(),
            Shape::Map(_) => "an object in braces: {\"name\": ..., \"other name\": ...}".into(),
            Shape::Object(_) => "an object in braces".into(),
        }
    }
}

fn unknown(at: &At, name: &str, known: &[&[Field]]) {
    let names = || known.iter().flat_map(|fields| *fields).map(|field| field.0);
    let mend = match near(name, names()) {
        Some(near) => ["Did you mean `", near, "`? Else remove it"].concat(),
        None => ["Remove it. Known here: ", &join(names(), ", ")].concat(),
    };
    at.problem("no such field", &mend);
}

/// The page names what there is; guessing which of it was meant is for `leadheat check`, as it would be 0.7 KB of the wasm.
#[cfg(not(feature = "native"))]
fn near<'a>(_: &str, _: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    None
}

/// The one of these names that was probably meant.
#[cfg(feature = "native")]
fn near<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let (distance, near) = known.map(|known| (distance(known, name), known)).min()?;
    (distance <= 1 + near.len() / 4).then_some(near)
}

/// Levenshtein distance in bytes: good enough for field names.
#[cfg(feature = "native")]
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn names_the_place_and_the_remedy() {
        const SHAPE: Shape = Shape::Object(&[&[
            Field("webhook", Shape::Text),
            Field("port", Shape::Whole(1, 10)),
            Field("list", Shape::List(&Shape::Text)),
            Field("step", Shape::Tuple(&[Shape::Whole(0, 9), Shape::Number(0, 9)])),
            Field("mode", Shape::Word("a b")),
        ]]);
        let problems = RefCell::default();
        let json = r#"{"webhok": "x", "port": 99, "list": ["a", 1], "step": [1], "mode": "c", "webhook": null}"#;
        SHAPE.check(&At::root(&problems), &serde_json::from_str(json).unwrap());
        let found: Vec<_> = problems.into_inner().iter().map(crate::json::Problem::sentence).collect();
        assert_eq!(
            found,
            [
                "$.webhok: no such field. Did you mean `webhook`? Else remove it.",
                "$.port: this number is out of range. Write a number from 1 to 10.",
                "$.list[1]: this is a number. Write a text in quotes.",
                "$.step: this is a list. Write a list of 2, such as [600, 15].",
                "$.mode: this is not one of the known words. Write one of \"a\", \"b\".",
            ]
        );
    }
}
