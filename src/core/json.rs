//! JSON documents as data, and reading them strictly. Owns `Value` (any JSON), `Problem` (what is wrong, where, how to
//! mend it) and `Reader` (fields of one object). Must not know any particular document: config, model and script
//! each read themselves with it.
//!
//! Read by hand and not by derive for two reasons: a person who wrote a document wants *every* problem with its path,
//! where serde stops at the first; and in the wasm it is the smaller of the two.

use std::cell::RefCell;
use std::fmt;
use std::ops::RangeInclusive;

use serde::{Serialize, Serializer};

use crate::text::{Text, decimal, number};

/// How deep a document may nest; what lies deeper reads as null, so that a hostile one cannot exhaust the stack.
pub const DEPTH: u8 = 32;

/// Any JSON value. Objects keep their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// `null`, and whatever JSON has no word for.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Any number.
    Number(f64),
    /// A string.
    String(String),
    /// An array.
    List(Vec<Value>),
    /// An object.
    Object(Vec<(String, Value)>),
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Number(value) => serializer.serialize_f64(*value),
            Value::String(value) => serializer.serialize_str(value),
            Value::List(items) => serializer.collect_seq(items),
            Value::Object(fields) => serializer.collect_map(fields.iter().map(|(key, value)| (key, value))),
        }
    }
}

#[cfg(feature = "native")]
mod native {
    //! Documents from any serde format. The widget reads JavaScript values by hand instead: serde's error texts alone
    //! would bring the formatting of floating-point numbers into the wasm.
    use std::fmt;

    use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

    use super::{DEPTH, Value};

    struct Seed(u8);

    impl<'de> DeserializeSeed<'de> for Seed {
        type Value = Value;

        fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
            if self.0 == 0 {
                deserializer.deserialize_ignored_any(serde::de::IgnoredAny).map(|_| Value::Null)
            } else {
                deserializer.deserialize_any(self)
            }
        }
    }

    impl<'de> Visitor<'de> for Seed {
        type Value = Value;

        fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.write_str("JSON")
        }
        fn visit_unit<E>(self) -> Result<Value, E> {
            Ok(Value::Null)
        }
        fn visit_none<E>(self) -> Result<Value, E> {
            Ok(Value::Null)
        }
        fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
            Ok(Value::Bool(value))
        }
        fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
            Ok(Value::Number(value as f64))
        }
        fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
            Ok(Value::Number(value as f64))
        }
        fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
            Ok(Value::Number(value))
        }
        fn visit_str<E>(self, value: &str) -> Result<Value, E> {
            Ok(Value::String(value.to_owned()))
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
            let mut list = Vec::new();
            while let Some(item) = items.next_element_seed(Seed(self.0 - 1))? {
                list.push(item);
            }
            Ok(Value::List(list))
        }
        fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
            let mut object = Vec::new();
            while let Some(key) = fields.next_key()? {
                object.push((key, fields.next_value_seed(Seed(self.0 - 1))?));
            }
            Ok(Value::Object(object))
        }
    }

    impl<'de> Deserialize<'de> for Value {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
            Seed(DEPTH).deserialize(deserializer)
        }
    }
}

impl Value {
    /// The value of a field, where this is an object that has it.
    pub fn field(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Object(fields) => fields.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text, where this is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a field; empty where there is none.
    pub fn text(&self, name: &str) -> String {
        self.maybe(name).unwrap_or_default()
    }

    /// The text of a field, where there is one.
    pub fn maybe(&self, name: &str) -> Option<String> {
        self.field(name).and_then(Value::as_str).map(str::to_owned)
    }

    /// The number of a field; 0 where there is none.
    pub fn number(&self, name: &str) -> f64 {
        self.field(name).map_or(0.0, Value::as_number)
    }

    /// The number, where this is one, else 0.
    pub fn as_number(&self) -> f64 {
        if let Value::Number(number) = self { *number } else { 0.0 }
    }

    /// Whether a field is `true`.
    pub fn flag(&self, name: &str) -> bool {
        self.field(name) == Some(&Value::Bool(true))
    }

    /// The items of a field; none where it is no list.
    pub fn items(&self, name: &str) -> &[Value] {
        self.field(name).map_or(&[], Value::as_list)
    }

    /// The items, where this is a list.
    pub fn as_list(&self) -> &[Value] {
        if let Value::List(items) = self { items } else { &[] }
    }

    fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "true or false",
            Value::Number(_) => "a number",
            Value::String(_) => "a text",
            Value::List(_) => "a list",
            Value::Object(_) => "an object",
        }
    }
}

/// One thing wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where: a JSON path such as `$.model.rules[3].points`.
    pub path: String,
    /// What is wrong there, in words.
    pub wrong: String,
    /// How to mend it, in words.
    pub mend: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for part in [&self.path, ": ", &self.wrong, ". ", &self.mend, "."] {
            f.write_str(part)?;
        }
        Ok(())
    }
}

/// A place in a document: its path, and the list that problems go to.
#[derive(Clone)]
pub struct At<'a> {
    path: String,
    problems: &'a RefCell<Vec<Problem>>,
}

impl<'a> At<'a> {
    /// The whole document.
    pub fn root(problems: &'a RefCell<Vec<Problem>>) -> At<'a> {
        At { path: "$".to_owned(), problems }
    }

    /// Notes a problem at this place.
    pub fn problem(&self, wrong: &str, mend: &str) {
        self.problems.borrow_mut().push(Problem {
            path: self.path.clone(),
            wrong: wrong.to_owned(),
            mend: mend.to_owned(),
        });
    }

    /// The place of a field of the object here.
    pub fn field(&self, key: &str) -> At<'a> {
        At { path: [&self.path, ".", key].concat(), problems: self.problems }
    }

    fn item(&self, index: usize) -> At<'a> {
        At { path: [&self.path, "[", &number(index as u64), "]"].concat(), problems: self.problems }
    }

    fn not(&self, value: &Value, wanted: &str) {
        self.problem(&["this is ", value.kind()].concat(), &["Write ", wanted].concat());
    }

    /// Reads a text.
    pub fn string(&self, value: &Value) -> Option<String> {
        let text = value.as_str();
        if text.is_none() {
            self.not(value, "a text in quotes");
        }
        text.map(str::to_owned)
    }

    /// Reads a number within an inclusive range.
    pub fn number(&self, value: &Value, range: RangeInclusive<f64>) -> Option<f64> {
        let bound = |number: &f64| decimal((number * 1_000.0) as i64);
        let wanted = || [" a number from ", &bound(range.start()), " to ", &bound(range.end())].concat();
        match value {
            Value::Number(number) if range.contains(number) => return Some(*number),
            Value::Number(_) => self.problem("this number is out of range", &["Write", &wanted()].concat()),
            _ => self.not(value, wanted().trim()),
        }
        None
    }

    /// Reads each item of a list, or the value itself where there is only one and no list.
    pub fn list<T>(&self, value: &Value, mut read: impl FnMut(&At<'a>, &Value) -> Option<T>) -> Vec<T> {
        match value {
            Value::List(items) => items.iter().enumerate().filter_map(|(i, item)| read(&self.item(i), item)).collect(),
            single => read(self, single).into_iter().collect(),
        }
    }

    /// Reads an object: `read` takes the fields it knows, every other field is a problem.
    pub fn object<T>(&self, value: &Value, read: impl FnOnce(&mut Reader<'a, '_>) -> T) -> Option<T> {
        let Value::Object(fields) = value else {
            self.not(value, "an object in braces");
            return None;
        };
        let mut reader = Reader { at: self.clone(), fields, known: Vec::new() };
        let result = read(&mut reader);
        reader.unknown();
        Some(result)
    }
}

/// Takes the fields of one object, remembering which ones are known. Absent and null fields read as absent.
pub struct Reader<'a, 'v> {
    /// Where the object is.
    pub at: At<'a>,
    fields: &'v [(String, Value)],
    known: Vec<&'static str>,
}

impl<'a, 'v> Reader<'a, 'v> {
    /// Notes every field that was not asked for.
    fn unknown(&self) {
        for (key, _) in self.fields {
            if !self.known.contains(&key.as_str()) {
                let near =
                    self.known.iter().filter(|known| similar(known, key)).min_by_key(|known| distance(known, key));
                let mend = match near {
                    Some(known) => ["Did you mean `", known, "`? Else remove it"].concat(),
                    None => ["Remove it. Known here: ", &self.known.join(", ")].concat(),
                };
                self.at.field(key).problem("no such field", &mend);
            }
        }
    }

    /// Any field, with its place.
    pub fn take(&mut self, key: &'static str) -> Option<(At<'a>, &'v Value)> {
        self.known.push(key);
        let (_, value) = self.fields.iter().find(|(name, value)| name == key && *value != Value::Null)?;
        Some((self.at.field(key), value))
    }

    /// A field that must be there.
    pub fn need(&mut self, key: &'static str) -> Option<(At<'a>, &'v Value)> {
        let found = self.take(key);
        if found.is_none() {
            self.at.problem(&["`", key, "` is missing"].concat(), "Add it");
        }
        found
    }

    /// A text.
    pub fn string(&mut self, key: &'static str) -> Option<String> {
        self.take(key).and_then(|(at, value)| at.string(value))
    }

    /// A text in one or more languages.
    pub fn text(&mut self, key: &'static str) -> Option<Text> {
        let (at, value) = self.take(key)?;
        match value {
            Value::String(text) => Some(Text::plain(text)),
            Value::Object(fields) if !fields.is_empty() => Some(Text(
                fields.iter().filter_map(|(tag, text)| Some((tag.clone(), at.field(tag).string(text)?))).collect(),
            )),
            _ => {
                at.not(value, "a text in quotes, or one for each language: {\"en\": \"...\", \"fi\": \"...\"}");
                None
            }
        }
    }

    /// `true` or `false`.
    pub fn bool(&mut self, key: &'static str, default: bool) -> bool {
        match self.take(key) {
            None => default,
            Some((_, Value::Bool(value))) => *value,
            Some((at, value)) => {
                at.not(value, "true or false, without quotes");
                default
            }
        }
    }

    /// A number within an inclusive range.
    pub fn number(&mut self, key: &'static str, range: RangeInclusive<f64>) -> Option<f64> {
        self.take(key).and_then(|(at, value)| at.number(value, range))
    }

    /// A whole number within an inclusive range.
    pub fn whole(&mut self, key: &'static str, range: RangeInclusive<u32>) -> Option<u32> {
        let (at, value) = self.take(key)?;
        let number = at.number(value, f64::from(*range.start())..=f64::from(*range.end()))?;
        if number.fract() != 0.0 {
            at.problem("this is not a whole number", "Leave out the decimals");
        }
        Some(number as u32)
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let (at, value) = self.take(key)?;
        choice(&at, value, words)
    }

    /// A list; a single value stands for a list of one.
    pub fn list<T>(&mut self, key: &'static str, read: impl FnMut(&At<'a>, &Value) -> Option<T>) -> Vec<T> {
        self.take(key).map_or_else(Vec::new, |(at, value)| at.list(value, read))
    }

    /// An object of its own.
    pub fn object<T>(&mut self, key: &'static str, read: impl FnOnce(&mut Reader<'a, '_>) -> T) -> Option<T> {
        self.take(key).and_then(|(at, value)| at.object(value, read))
    }
}

/// Reads one of a few words.
pub fn choice<T: Copy>(at: &At, value: &Value, words: &[(&str, T)]) -> Option<T> {
    let found = value.as_str().and_then(|text| named(words, text));
    if found.is_none() {
        let all: Vec<_> = words.iter().map(|(word, _)| ["\"", word, "\""].concat()).collect();
        at.problem("this is not one of the known words", &["Write one of ", &all.join(", ")].concat());
    }
    found
}

/// What a word stands for, among a few.
pub fn named<T: Copy>(words: &[(&str, T)], text: &str) -> Option<T> {
    words.iter().find(|(word, _)| *word == text).map(|(_, meaning)| *meaning)
}

fn similar(known: &str, written: &str) -> bool {
    distance(known, written) <= 1 + known.len() / 4
}

/// Levenshtein distance in bytes: good enough for field names.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
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
    use super::*;

    fn problems(json: &str, read: impl FnOnce(&mut Reader)) -> Vec<String> {
        let problems = RefCell::default();
        At::root(&problems).object(&serde_json::from_str(json).unwrap(), read);
        problems.into_inner().iter().map(Problem::to_string).collect()
    }

    #[test]
    fn names_the_place_and_the_remedy() {
        let found = problems(r#"{"webhok": "x", "port": 99, "list": ["a", 1]}"#, |r| {
            r.need("webhook");
            r.whole("port", 1..=10);
            r.list("list", |at, value| at.string(value));
        });
        assert_eq!(
            found,
            [
                "$: `webhook` is missing. Add it.",
                "$.port: this number is out of range. Write a number from 1 to 10.",
                "$.list[1]: this is a number. Write a text in quotes.",
                "$.webhok: no such field. Did you mean `webhook`? Else remove it.",
            ]
        );
    }

    #[test]
    fn a_deep_document_is_cut_not_a_crash() {
        let deep = "[".repeat(120) + &"]".repeat(120);
        assert!(serde_json::from_str::<Value>(&deep).is_ok());
    }
}
