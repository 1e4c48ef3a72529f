//! Writing JSON: what is stored, posted and answered, as text. Owns the writer alone; what is written, and under which
//! names, is each type's own `Serialize`.
//!
//! Not serde_json: it brings three times the code into the wasm, most of it for failures that writing to memory does not
//! have, and for floating-point numbers finer than the thousandth of a point that leadheat counts in.

use std::fmt;

use serde::{Serialize, Serializer, ser};

use crate::text::decimal;

/// A value as JSON. Numbers are written to the thousandth.
pub fn json(value: &impl Serialize) -> String {
    let mut text = String::new();
    let Ok(()) = value.serialize(Writer(&mut text));
    text
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

struct Writer<'a>(&'a mut String);

/// A list or an object that has been opened.
struct Open<'a> {
    text: &'a mut String,
    close: &'static str,
}

impl<'a> Writer<'a> {
    fn raw(self, text: &str) -> Result<(), Never> {
        self.0.push_str(text);
        Ok(())
    }

    fn open(self, open: &str, close: &'static str) -> Result<Open<'a>, Never> {
        self.0.push_str(open);
        Ok(Open { text: self.0, close })
    }

    /// `{"variant":` and what follows it.
    fn variant(self, variant: &str, open: &str, close: &'static str) -> Result<Open<'a>, Never> {
        self.0.push('{');
        quote(self.0, variant);
        self.0.push(':');
        self.open(open, close)
    }
}

impl Open<'_> {
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        separate(self.text);
        value.serialize(Writer(self.text))
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        self.text.push(':');
        value.serialize(Writer(self.text))
    }

    fn field<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), Never> {
        begin_field(self.text, key);
        value.serialize(Writer(self.text))
    }

    fn close(self) -> Result<(), Never> {
        self.text.push_str(self.close);
        Ok(())
    }
}

/// A comma, but for the first of a list or an object.
fn separate(text: &mut String) {
    if !matches!(text.as_bytes().last(), Some(b'[' | b'{')) {
        text.push(',');
    }
}

fn begin_field(text: &mut String, key: &str) {
    separate(text);
    quote(text, key);
    text.push(':');
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

/// Whole numbers all go the same way.
macro_rules! whole {
    ($($name:ident: $type:ty),*) => {$(
        fn $name(self, value: $type) -> Result<(), Never> {
            self.serialize_i64(value.into())
        }
    )*};
}

impl<'a> Serializer for Writer<'a> {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Open<'a>;
    type SerializeTuple = Open<'a>;
    type SerializeTupleStruct = Open<'a>;
    type SerializeTupleVariant = Open<'a>;
    type SerializeMap = Open<'a>;
    type SerializeStruct = Open<'a>;
    type SerializeStructVariant = Open<'a>;

    whole! { serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32 }

    fn serialize_i64(self, value: i64) -> Result<(), Never> {
        self.raw(&value.to_string())
    }
    fn serialize_u64(self, value: u64) -> Result<(), Never> {
        self.raw(&value.to_string())
    }
    fn serialize_f32(self, value: f32) -> Result<(), Never> {
        self.serialize_f64(value.into())
    }
    fn serialize_f64(self, value: f64) -> Result<(), Never> {
        self.raw(&decimal((value * 1_000.0).round() as i64))
    }
    fn serialize_bool(self, value: bool) -> Result<(), Never> {
        self.raw(if value { "true" } else { "false" })
    }
    fn serialize_char(self, value: char) -> Result<(), Never> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }
    fn serialize_str(self, value: &str) -> Result<(), Never> {
        quote(self.0, value);
        Ok(())
    }
    fn serialize_bytes(self, value: &[u8]) -> Result<(), Never> {
        value.serialize(self)
    }
    fn serialize_none(self) -> Result<(), Never> {
        self.raw("null")
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Never> {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Result<(), Never> {
        self.raw("null")
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Never> {
        self.raw("null")
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Never> {
        self.serialize_str(variant)
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Never> {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Never> {
        let open = self.variant(variant, "", "}")?;
        value.serialize(Writer(open.text))?;
        open.close()
    }
    fn serialize_seq(self, _: Option<usize>) -> Result<Open<'a>, Never> {
        self.open("[", "]")
    }
    fn serialize_tuple(self, _: usize) -> Result<Open<'a>, Never> {
        self.open("[", "]")
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Open<'a>, Never> {
        self.open("[", "]")
    }
    fn serialize_tuple_variant(self, _: &'static str, _: u32, variant: &'static str, _: usize) -> Result<Open<'a>, Never> {
        self.variant(variant, "[", "]}")
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Open<'a>, Never> {
        self.open("{", "}")
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Open<'a>, Never> {
        self.open("{", "}")
    }
    fn serialize_struct_variant(self, _: &'static str, _: u32, variant: &'static str, _: usize) -> Result<Open<'a>, Never> {
        self.variant(variant, "{", "}}")
    }
}

/// Serde has a trait for each kind of list and object; here they differ only in what their parts are called.
macro_rules! parts {
    ($($kind:ident: $part:ident $(($key:ident))? => $write:ident;)*) => {$(
        impl ser::$kind for Open<'_> {
            type Ok = ();
            type Error = Never;
            fn $part<T: Serialize + ?Sized>(&mut self, $($key: &'static str,)? value: &T) -> Result<(), Never> {
                self.$write($($key,)? value)
            }
            fn end(self) -> Result<(), Never> {
                self.close()
            }
        }
    )*};
}

parts! {
    SerializeSeq: serialize_element => item;
    SerializeTuple: serialize_element => item;
    SerializeTupleStruct: serialize_field => item;
    SerializeTupleVariant: serialize_field => item;
    SerializeStruct: serialize_field (key) => field;
    SerializeStructVariant: serialize_field (key) => field;
}

impl ser::SerializeMap for Open<'_> {
    type Ok = ();
    type Error = Never;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Never> {
        self.item(key)
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Never> {
        self.value(value)
    }
    fn end(self) -> Result<(), Never> {
        self.close()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Value;

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
        for value in [Any::Unit, Any::One(1), Any::Two(i64::MIN, false), named] {
            assert_eq!(json(&value), serde_json::to_string(&value).unwrap());
        }
        assert_eq!(json(&u64::MAX), u64::MAX.to_string());
    }
}
