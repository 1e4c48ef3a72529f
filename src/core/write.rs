//! Writing JSON: what is stored, posted and answered, as a document and as text. Owns the writer alone; what is written,
//! and under which names, is each type's own `Serialize`.
//!
//! Not serde_json: it brings three times the code into the wasm, most of it for failures that writing to memory does not
//! have, and for floating-point numbers finer than the thousandth of a point that leadheat counts in.

use std::fmt;

use serde::{Serialize, Serializer, ser};

use crate::json::Value;
use crate::text::decimal;

/// Anything as a document.
pub fn document(value: &impl Serialize) -> Value {
    let Ok(document) = value.serialize(Writer);
    document
}

/// Anything as JSON. Numbers are written to the thousandth.
pub fn json(value: &impl Serialize) -> String {
    let mut text = String::new();
    write(&mut text, &document(value));
    text
}

fn write(text: &mut String, value: &Value) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Number(value) => text.push_str(&decimal((value * 1_000.0).round() as i64)),
        Value::String(value) => quote(text, value),
        Value::List(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                separate(text, index);
                write(text, item);
            }
            text.push(']');
        }
        Value::Object(fields) => {
            text.push('{');
            for (index, (key, value)) in fields.iter().enumerate() {
                separate(text, index);
                quote(text, key);
                text.push(':');
                write(text, value);
            }
            text.push('}');
        }
    }
}

fn separate(text: &mut String, index: usize) {
    if index > 0 {
        text.push(',');
    }
}

fn quote(json: &mut String, text: &str) {
    json.push('"');
    for c in text.chars() {
        if c < ' ' {
            json.push_str("\\u00");
            json.push(if c < '\u{10}' { '0' } else { '1' });
            json.push(char::from(b"0123456789abcdef"[c as usize & 15]));
            continue;
        }
        if c == '"' || c == '\\' {
            json.push('\\');
        }
        json.push(c);
    }
    json.push('"');
}

/// The failure that does not happen.
#[derive(Debug)]
pub enum Never {}

impl fmt::Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter) -> fmt::Result {
        match *self {}
    }
}

impl std::error::Error for Never {}

impl ser::Error for Never {
    fn custom<T: fmt::Display>(_: T) -> Never {
        unreachable!("no Serialize of leadheat fails")
    }
}

/// Makes documents.
struct Writer;

/// A list that is being made.
struct Items {
    variant: &'static str,
    items: Vec<Value>,
}

/// An object that is being made.
struct Fields {
    variant: &'static str,
    fields: Vec<(String, Value)>,
}

impl Items {
    fn new(variant: &'static str) -> Result<Items, Never> {
        Ok(Items { variant, items: Vec::new() })
    }

    fn end(self) -> Result<Value, Never> {
        wrapped(self.variant, Value::List(self.items))
    }

    fn add<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Never> {
        self.items.push(item.serialize(Writer)?);
        Ok(())
    }
}

impl Fields {
    fn new(variant: &'static str) -> Result<Fields, Never> {
        Ok(Fields { variant, fields: Vec::new() })
    }

    fn end(self) -> Result<Value, Never> {
        wrapped(self.variant, Value::Object(self.fields))
    }

    fn add<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), Never> {
        let value = value.serialize(Writer)?;
        self.push(key, value);
        Ok(())
    }

    fn push(&mut self, key: &str, value: Value) {
        self.fields.push((key.to_owned(), value));
    }
}

/// `{"variant": value}`, or the value alone where there is none.
fn wrapped(variant: &str, value: Value) -> Result<Value, Never> {
    if variant.is_empty() { Ok(value) } else { Ok(Value::Object(vec![(variant.to_owned(), value)])) }
}

/// All numbers are one kind in JSON.
macro_rules! numbers {
    ($($name:ident: $type:ty),*) => {$(
        fn $name(self, value: $type) -> Result<Value, Never> {
            Ok(Value::Number(value as f64))
        }
    )*};
}

impl Serializer for Writer {
    type Ok = Value;
    type Error = Never;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Items;
    type SerializeMap = Fields;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Fields;

    numbers! { serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_u8: u8,
    serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_f32: f32, serialize_f64: f64 }

    fn serialize_bool(self, value: bool) -> Result<Value, Never> {
        Ok(Value::Bool(value))
    }
    fn serialize_char(self, value: char) -> Result<Value, Never> {
        Ok(Value::String(value.into()))
    }
    fn serialize_str(self, value: &str) -> Result<Value, Never> {
        Ok(Value::String(value.to_owned()))
    }
    fn serialize_bytes(self, value: &[u8]) -> Result<Value, Never> {
        value.serialize(self)
    }
    fn serialize_none(self) -> Result<Value, Never> {
        Ok(Value::Null)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, Never> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<Value, Never> {
        Ok(Value::Null)
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, Never> {
        Ok(Value::Null)
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Value, Never> {
        self.serialize_str(variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<Value, Never> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Value, Never> {
        wrapped(variant, value.serialize(self)?)
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Items, Never> {
        Items::new("")
    }
    fn serialize_tuple(self, _: usize) -> Result<Items, Never> {
        Items::new("")
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items, Never> {
        Items::new("")
    }
    fn serialize_tuple_variant(self, _: &'static str, _: u32, variant: &'static str, _: usize) -> Result<Items, Never> {
        Items::new(variant)
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Fields, Never> {
        Fields::new("")
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields, Never> {
        Fields::new("")
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Fields, Never> {
        Fields::new(variant)
    }
}

/// Serde has a trait for each kind of list and object; here they differ only in what their parts are called.
macro_rules! parts {
    ($($kind:ident for $made:ident: $part:ident $(($key:ident))?;)*) => {$(
        impl ser::$kind for $made {
            type Ok = Value;
            type Error = Never;
            fn $part<T: Serialize + ?Sized>(&mut self, $($key: &'static str,)? value: &T) -> Result<(), Never> {
                self.add($($key,)? value)
            }
            fn end(self) -> Result<Value, Never> {
                self.end()
            }
        }
    )*};
}

parts! {
    SerializeSeq for Items: serialize_element;
    SerializeTuple for Items: serialize_element;
    SerializeTupleStruct for Items: serialize_field;
    SerializeTupleVariant for Items: serialize_field;
    SerializeStruct for Fields: serialize_field (key);
    SerializeStructVariant for Fields: serialize_field (key);
}

impl ser::SerializeMap for Fields {
    type Ok = Value;
    type Error = Never;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Never> {
        let key = key.serialize(Writer)?;
        self.push(key.as_str().unwrap_or_default(), Value::Null);
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        let value = value.serialize(Writer)?;
        if let Some((_, place)) = self.fields.last_mut() {
            *place = value;
        }
        Ok(())
    }
    fn end(self) -> Result<Value, Never> {
        self.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    enum Any {
        Unit,
        One(u8),
        Two(i64, bool),
        Named { text: &'static str, none: Option<u8>, some: Option<u8>, empty: [u8; 0] },
    }

    #[test]
    fn writes_what_serde_json_reads() {
        let document = Value::Object(vec![
            ("a \"quote\" \\ \n\t\u{1}\u{1f} äő".into(), Value::List(vec![Value::Null, Value::Bool(true)])),
            ("numbers".into(), Value::List([0.0, -8.05, 71.5, 1e6].map(Value::Number).into())),
            (String::new(), Value::Object(Vec::new())),
        ]);
        assert_eq!(serde_json::from_str::<Value>(&json(&document)).unwrap(), document);
        let named = Any::Named { text: "[", none: None, some: Some(1), empty: [] };
        for value in [Any::Unit, Any::One(1), Any::Two(-1_770_000_000_000, false), named] {
            assert_eq!(json(&value), serde_json::to_string(&value).unwrap());
        }
    }
}
