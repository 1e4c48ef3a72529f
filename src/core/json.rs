//! JSON documents as data. Owns `Value` (any JSON), its getters, which never fail, and `Problem` (what is wrong, where,
//! how to mend it). Must not know any particular document.

use crate::list::gather;
use std::cell::RefCell;

use crate::names::Names;
use crate::text::{Text, number};

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

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::String(text.to_owned())
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

    /// Whether there is nothing here. Not `==`, which brings the comparison of whole documents into the wasm.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The value of a field; null where there is none.
    pub fn part(&self, name: &str) -> &Value {
        self.field(name).unwrap_or(&Value::Null)
    }

    /// The n-th item; null where there is none.
    pub fn nth(&self, index: usize) -> &Value {
        self.as_list().get(index).unwrap_or(&Value::Null)
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
        matches!(self.field(name), Some(Value::Bool(true)))
    }

    /// The items of a field; none where it is no list.
    pub fn items(&self, name: &str) -> &[Value] {
        self.field(name).map_or(&[], Value::as_list)
    }

    /// The items, where this is a list.
    pub fn as_list(&self) -> &[Value] {
        if let Value::List(items) = self { items } else { &[] }
    }

    /// The items of a field; the field itself where it is no list; none where it is absent.
    pub fn many(&self, name: &str) -> &[Value] {
        self.field(name).map_or(&[], Value::as_many)
    }

    /// The texts of an object in a field, with their names.
    pub fn map(&self, name: &str) -> Vec<(String, String)> {
        let Value::Object(fields) = self.part(name) else { return Vec::new() };
        gather(fields.iter().filter_map(|(name, text)| Some((name.clone(), text.as_str()?.to_owned()))))
    }

    /// The items of a list; anything else but null stands for a list of one.
    pub fn as_many(&self) -> &[Value] {
        match self {
            Value::List(items) => items,
            Value::Null => &[],
            single => std::slice::from_ref(single),
        }
    }

    /// What the word of a field stands for, where it is one of these.
    pub fn word<T: Copy>(&self, name: &str, names: &Names<T>) -> Option<T> {
        names.find(self.part(name).as_str()?)
    }

    /// The number of a field in thousandths, where there is one.
    pub fn thousandths(&self, name: &str) -> Option<i64> {
        let number = self.field(name).filter(|value| matches!(value, Value::Number(_)))?;
        Some((number.as_number() * 1_000.0).round() as i64)
    }

    /// The whole number of a field, where there is one.
    pub fn whole(&self, name: &str) -> Option<u32> {
        self.thousandths(name).map(|thousandths| (thousandths / 1_000) as u32)
    }

    /// The text of a field in one or more languages, where there is one.
    pub fn texts(&self, name: &str) -> Option<Text> {
        match self.field(name)? {
            Value::String(text) => Some(Text::plain(text)),
            Value::Object(texts) => {
                let text = |(tag, text): &(String, Value)| Some((tag.clone(), text.as_str()?.to_owned()));
                Some(Text(gather(texts.iter().filter_map(text))))
            }
            _ => None,
        }
    }

    /// What kind of value this is, in words.
    pub fn kind(&self) -> &'static str {
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

impl Problem {
    /// The place, what is wrong, and the remedy. Not `Display`, as the wasm has no formatting.
    pub fn sentence(&self) -> String {
        [&self.path, ": ", &self.wrong, ". ", &self.mend, "."].concat()
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

    /// The place of an item of the list here.
    pub fn item(&self, index: usize) -> At<'a> {
        At { path: [&self.path, "[", &number(index as u64), "]"].concat(), problems: self.problems }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deep_document_is_cut_not_a_crash() {
        let deep = "[".repeat(120) + &"]".repeat(120);
        assert!(serde_json::from_str::<Value>(&deep).is_ok());
    }
}
