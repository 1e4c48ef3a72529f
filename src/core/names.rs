//! Enums and the words that stand for them in documents. Owns the two-way table; must not know any particular enum.

use crate::text::{place, split};

/// The words of an enum. Both in the same order.
#[derive(Debug)]
pub struct Names<T: 'static> {
    /// The words, between spaces: in one text, where a list of texts would need a pointer for each.
    pub words: &'static str,
    /// What they stand for.
    pub all: &'static [T],
}

impl<T: Copy> Names<T> {
    /// What a word stands for.
    pub fn find(&self, word: &str) -> Option<T> {
        self.all.get(place(self.words, word)?).copied()
    }

    /// Each word with what it stands for.
    pub fn pairs(&self) -> impl Iterator<Item = (&'static str, T)> {
        split(self.words, b' ').into_iter().zip(self.all.iter().copied())
    }
}

/// The words of an enum, and its form in documents: `names!(Enum { First "first", Second "second" })`, all variants in their
/// order. The first is what a word of another version reads as.
macro_rules! names {
    ($type:ident { $first:ident $word:literal $(, $variant:ident $more:literal)* $(,)? }) => {
        impl $type {
            /// All of them, by the words that stand for them in documents.
            pub const NAMES: &'static $crate::names::Names<$type> = &$crate::names::Names {
                words: concat!($word $(, " ", $more)*),
                all: &[$type::$first $(, $type::$variant)*],
            };

            /// The word that stands for it in documents.
            pub fn name(self) -> &'static str {
                $crate::text::nth(Self::NAMES.words, b' ', self as usize)
            }
        }

        const _: () = {
            // None is left out, and each stands at its place.
            let _ = |value: $type| match value {
                $type::$first $(| $type::$variant)* => {}
            };
            let mut place = 0;
            while place < $type::NAMES.all.len() {
                assert!($type::NAMES.all[place] as usize == place, "the names must be in the order of the variants");
                place += 1;
            }
        };

        impl $crate::wire::Wire for $type {
            #[inline(never)]
            fn write(&self) -> $crate::json::Value {
                $crate::json::Value::from(self.name())
            }
            fn read(value: &$crate::json::Value) -> Self {
                value.as_str().and_then(|word| Self::NAMES.find(word)).unwrap_or($type::$first)
            }
            fn fits(value: &$crate::json::Value) -> bool {
                value.as_str().and_then(|word| Self::NAMES.find(word)).is_some()
            }
        }
    };
}
pub(crate) use names;

#[cfg(test)]
mod tests {
    use crate::chat::Speaker;
    use crate::consent::{Decision, Source};
    use crate::qualify::{Authority, Timeframe};
    use crate::signal::Kind;
    use crate::tier::{Stage, Tier};
    use crate::wire::Wire;

    #[test]
    fn a_word_is_the_same_in_the_page_and_natively() {
        fn check<T: Copy + PartialEq + std::fmt::Debug + Wire + serde::Serialize>(names: &super::Names<T>) {
            for (word, value) in names.pairs() {
                assert_eq!(serde_json::to_value(value).unwrap(), word);
                assert_eq!((value.write().as_str(), names.find(word)), (Some(word), Some(value)));
                assert_eq!(T::read(&value.write()), value);
            }
            assert_eq!(names.find(""), None);
        }
        check(Kind::NAMES);
        check(Tier::NAMES);
        check(Stage::NAMES);
        check(Decision::NAMES);
        check(Source::NAMES);
        check(Timeframe::NAMES);
        check(Authority::NAMES);
        check(Speaker::NAMES);
    }
}
