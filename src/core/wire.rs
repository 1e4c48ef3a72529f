//! Types as documents and back: what is stored, posted and answered. Owns both directions, each type saying its fields once,
//! by `record!`, or its words, by [`crate::names`]; must not know any particular type.
//!
//! Reading never fails: storage belongs to the visitor, to other versions and to chance, so whatever is missing or wrong
//! reads as absent, and numbers are bounded so that nothing computed from them overflows.
//!
//! Not serde: reading by it was a sixth of the download and writing by it 3 KB, most of it for formats and failures that do
//! not exist here. The native programs read and write leads by serde; a test holds the two together.

use crate::json::Value;
use crate::list::gather;
use crate::sorted::Sorted;
use crate::text::{cut, split};

/// A type that has a form as a document.
pub trait Wire {
    /// As a document.
    fn write(&self) -> Value;

    /// From a document. What it lacks is 0, empty or absent.
    fn read(value: &Value) -> Self
    where
        Self: Sized;

    /// Whether a document has this form at all. One that has not is an absent one, where that is possible.
    fn fits(value: &Value) -> bool
    where
        Self: Sized,
    {
        matches!(value, Value::Object(_))
    }
}

/// Both directions of a struct: an object of the fields named.
macro_rules! record {
    ($type:ident { $($field:ident),+ $(,)? }) => {
        impl $crate::wire::Wire for $type {
            #[inline(never)]
            fn write(&self) -> $crate::json::Value {
                $crate::wire::object(concat!($(stringify!($field), " "),+), &[$(&self.$field),+])
            }
            #[inline(never)]
            fn read(value: &$crate::json::Value) -> Self {
                let mut parts = $crate::wire::Parts::of(value, concat!($(stringify!($field), " "),+));
                $type { $($field: $crate::wire::Wire::read(parts.next())),+ }
            }
        }
    };
}
pub(crate) use record;

/// An object of these values under these names, which stand between spaces.
#[inline(never)]
pub(crate) fn object(names: &str, values: &[&dyn Wire]) -> Value {
    let names = split(names, b' ').into_iter().map(str::to_owned);
    Value::Object(gather(names.zip(values.iter().map(|value| value.write()))))
}

/// The fields of an object, one after another.
pub(crate) struct Parts<'a> {
    object: &'a Value,
    /// The names of those still to come, with spaces between.
    names: &'static str,
}

impl<'a> Parts<'a> {
    pub(crate) fn of(object: &'a Value, names: &'static str) -> Parts<'a> {
        Parts { object, names }
    }

    /// The next; null where there is none.
    #[inline(never)]
    pub(crate) fn next(&mut self) -> &'a Value {
        let (name, rest) = cut(self.names, b" ");
        self.names = rest.unwrap_or_default();
        self.object.part(name)
    }
}

impl Wire for bool {
    fn write(&self) -> Value {
        Value::Bool(*self)
    }
    fn read(value: &Value) -> bool {
        *value == Value::Bool(true)
    }
    fn fits(value: &Value) -> bool {
        matches!(value, Value::Bool(_))
    }
}

/// All numbers are one kind in JSON. Those that count have a bound.
macro_rules! numbers {
    ($($type:ty: $most:literal;)*) => {$(
        impl Wire for $type {
            fn write(&self) -> Value {
                Value::Number(*self as f64)
            }
            #[inline(never)]
            fn read(value: &Value) -> $type {
                value.as_number().min($most) as $type
            }
            fn fits(value: &Value) -> bool {
                matches!(value, Value::Number(_))
            }
        }
    )*};
}

numbers! {
    u8: 100.0; // A percentage.
    u32: 1e9;
    u64: 253_402_300_799_999.0; // A time before the year 10000.
    f64: 1e9;
}

impl Wire for String {
    #[inline(never)]
    fn write(&self) -> Value {
        Value::String(self.clone())
    }
    fn read(value: &Value) -> String {
        value.as_str().unwrap_or_default().to_owned()
    }
    fn fits(value: &Value) -> bool {
        matches!(value, Value::String(_))
    }
}

impl Wire for Value {
    fn write(&self) -> Value {
        self.clone()
    }
    fn read(value: &Value) -> Value {
        value.clone()
    }
}

impl<T: Wire> Wire for Option<T> {
    fn write(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::write)
    }
    fn read(value: &Value) -> Option<T> {
        T::fits(value).then(|| T::read(value))
    }
}

#[inline(never)]
fn add(items: &mut Vec<Value>, item: &dyn Wire) {
    items.push(item.write());
}

impl<T: Wire> Wire for Vec<T> {
    fn write(&self) -> Value {
        let mut items = Vec::new();
        self.iter().for_each(|item| add(&mut items, item));
        Value::List(items)
    }
    fn read(value: &Value) -> Vec<T> {
        let mut items = Vec::new();
        for item in value.as_list() {
            if T::fits(item) {
                items.push(T::read(item));
            }
        }
        items
    }
}

impl<A: Wire, B: Wire> Wire for (A, B) {
    fn write(&self) -> Value {
        let mut items = Vec::new();
        add(&mut items, &self.0);
        add(&mut items, &self.1);
        Value::List(items)
    }
    fn read(value: &Value) -> (A, B) {
        (A::read(value.nth(0)), B::read(value.nth(1)))
    }
    fn fits(value: &Value) -> bool {
        A::fits(value.nth(0))
    }
}

impl<K: Wire + Ord + Clone, V: Wire + Default> Wire for Sorted<K, V> {
    fn write(&self) -> Value {
        self.0.write()
    }
    fn read(value: &Value) -> Sorted<K, V> {
        let mut map = Sorted::default();
        for pair in value.as_list() {
            if K::fits(pair.nth(0)) {
                *map.entry(&K::read(pair.nth(0))) = V::read(pair.nth(1));
            }
        }
        map
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Point {
        x: u32,
        name: Option<String>,
    }
    record!(Point { x, name });

    #[test]
    fn what_is_wrong_reads_as_absent() {
        let point = Point { x: 7, name: Some("seven".into()) };
        assert_eq!(Point::read(&point.write()), point);
        let wrong = object("x name", &[&true, &7u32]);
        assert_eq!(Point::read(&wrong), Point { x: 0, name: None });
        assert_eq!(u32::read(&Value::Number(-1.0)), 0);
        assert_eq!(u32::read(&Value::Number(1e300)), 1_000_000_000);
        let list = Value::List(vec![Value::Null, point.write(), Value::Number(1.0)]);
        assert_eq!(Vec::<Point>::read(&list), [point]);
    }
}
