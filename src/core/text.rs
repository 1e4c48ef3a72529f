//! Words for people: the three languages, and texts that exist in several. Owns choosing among them; must not hold
//! the words themselves (words.rs and the documents in defaults/ do).

use crate::names::names;

/// One phrase in English, Finnish and Hungarian: made by `words!`, chosen from by [`Lang::pick`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words(pub(crate) &'static str);

/// The three in one text, where three texts would need three pointers: half a kilobyte in the wasm.
macro_rules! words {
    ($en:literal, $fi:literal, $hu:literal $(,)?) => {
        $crate::text::Words(concat!($en, "|", $fi, "|", $hu))
    };
}
pub(crate) use words;

/// A language that leadheat itself speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema), schemars(rename_all = "lowercase"))]
pub enum Lang {
    /// English, and whatever is not one of the others.
    #[default]
    En,
    /// Finnish.
    Fi,
    /// Hungarian.
    Hu,
}

names!(Lang { En "en", Fi "fi", Hu "hu" });

impl Lang {
    /// From a BCP 47 tag such as the page's `lang` (`fi`, `hu-HU`); English for all others.
    pub fn from_tag(tag: &str) -> Lang {
        Lang::NAMES.find(&cut(tag, b"-_").0.to_ascii_lowercase()).unwrap_or_default()
    }

    /// The phrase in this language.
    pub fn pick(self, words: Words) -> &'static str {
        nth(words.0, b'|', self as usize)
    }
}

/// A text that only an opened chat needs: it goes with the second half of the wasm, where src/cli/split.rs finds it by its marks.
macro_rules! late {
    ($text:literal) => {{
        const MARKED: &str = concat!("/*panel:*/", $text, "/*:panel*/");
        const TEXT: &str = MARKED.split_at(10).1.split_at(MARKED.len() - 20).0;
        TEXT
    }};
}
pub(crate) use late;

/// A text in one or more languages. In JSON: a string, or an object by language tag (`{"en": "Hi", "fi": "Hei"}`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(pub Vec<(String, String)>);

impl Text {
    /// One text for every language.
    pub fn plain(text: &str) -> Text {
        Text(vec![(String::new(), text.to_owned())])
    }

    /// In the asked language, else in English, else whatever there is.
    pub fn get(&self, lang: Lang) -> &str {
        let by = |tag: &str| self.0.iter().find(|(of, _)| of == tag);
        by(lang.name()).or_else(|| by("en")).or_else(|| self.0.first()).map_or("", |(_, text)| text)
    }
}

#[cfg(feature = "native")]
impl schemars::JsonSchema for Text {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A text for every language, or one for each by language tag.",
            "anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1}]
        })
    }
}

/// The phrase with `{}`, where it has one, filled in.
pub(crate) fn fill(phrase: &str, text: &str) -> String {
    let (before, after) = cut(phrase, b"{");
    let (_, after) = cut(after.unwrap_or(""), b"}");
    [before, text, after.unwrap_or("")].concat()
}

/// Somebody's words, cut to a number of bytes, in quotation marks.
pub(crate) fn quote(words: &str, most: usize) -> String {
    ["\"", clip(words, most).trim_end(), "\""].concat()
}

/// The longest start of `text` that has at most `most` bytes and ends between two characters.
pub fn clip(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most)).unwrap_or(text)
}

/// The text before and after the first of these ASCII characters; all of it, and none, where there is no such character.
/// By bytes: the searchers of the standard library are kilobytes of wasm.
#[allow(clippy::manual_contains)] // `contains` looks for a byte with a third of a kilobyte.
pub fn cut<'a>(text: &'a str, at: &[u8]) -> (&'a str, Option<&'a str>) {
    match text.bytes().position(|byte| at.iter().any(|wanted| *wanted == byte)) {
        Some(place) => (text.get(..place).unwrap_or(""), text.get(place + 1..)),
        None => (text, None),
    }
}

/// The text after the last of this ASCII character, where there is one.
pub fn after_last(text: &str, at: u8) -> Option<&str> {
    let place = text.bytes().rposition(|byte| byte == at)?;
    text.get(place + 1..)
}

/// The parts of a text between this ASCII character.
pub fn split(text: &str, at: u8) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = Some(text);
    while let Some(text) = rest {
        let (part, after) = cut(text, &[at]);
        parts.push(part);
        rest = after;
    }
    parts
}

/// Texts one after another, with something between those that are not empty. Not `join`, which is a kilobyte of wasm.
pub fn join(texts: impl IntoIterator<Item = impl AsRef<str>>, between: &str) -> String {
    let mut joined = String::new();
    for text in texts {
        let text = text.as_ref();
        if !joined.is_empty() && !text.is_empty() {
            joined += between;
        }
        joined += text;
    }
    joined
}

/// Which one a word is in a list of words with spaces between. A list of texts would need a pointer for each.
pub fn place(words: &str, word: &str) -> Option<usize> {
    split(words, b' ').iter().position(|known| *known == word)
}

/// Whether a list of words, with spaces between, has this one.
pub fn lists(words: &str, word: &str) -> bool {
    place(words, word).is_some()
}

/// The n-th of the parts; empty where there are fewer.
pub fn nth(text: &str, at: u8, n: usize) -> &str {
    let rest = (0..n).fold(text, |rest, _| cut(rest, &[at]).1.unwrap_or_default());
    cut(rest, &[at]).0
}

/// A whole number in decimal digits. Not `to_string`, whose formatting takes ten times the code.
pub fn number(number: u64) -> String {
    let mut text = if number < 10 { String::new() } else { self::number(number / 10) };
    text.push(char::from(b'0' + (number % 10) as u8));
    text
}

/// Thousandths as a decimal number, without trailing zeros: 71500 is `71.5`.
pub fn decimal(thousandths: i64) -> String {
    let (whole, rest) = (thousandths.unsigned_abs() / 1_000, thousandths.unsigned_abs() % 1_000);
    let sign = if thousandths < 0 { "-" } else { "" };
    let mut text = [sign, &number(whole)].concat();
    let mut tenths = rest * 10;
    if rest > 0 {
        text.push('.');
    }
    while tenths > 0 {
        text.push(char::from(b'0' + (tenths / 1_000) as u8));
        tenths = tenths % 1_000 * 10;
    }
    text
}

/// A decimal number in thousandths, where a text is one; further digits are cut off.
pub fn thousandths(text: &str) -> Option<i64> {
    let (whole, rest) = cut(text.trim_start_matches('-'), b".");
    let mut number: i64 = 0;
    let digits = whole.bytes().chain(rest.unwrap_or_default().bytes().chain(*b"000").take(3));
    for digit in digits {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit <= 9)?;
        number = number * 10 + i64::from(digit);
        if number > 1_000_000_000_000_000 {
            return None;
        }
    }
    let negative = text.as_bytes().first() == Some(&b'-');
    (!whole.is_empty()).then_some(if negative { -number } else { number })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages() {
        assert_eq!(Lang::from_tag("hu-HU"), Lang::Hu);
        assert_eq!(Lang::from_tag("FI"), Lang::Fi);
        assert_eq!(Lang::from_tag("de"), Lang::En);
        let text = Text(vec![("fi".into(), "Hei".into()), ("de".into(), "Hallo".into())]);
        assert_eq!(text.get(Lang::Fi), "Hei");
        assert_eq!(text.get(Lang::Hu), "Hei");
        assert_eq!(clip("äö", 3), "ä");
        assert_eq!((cut("ä=b&c", b"=&"), cut("ä", b"=")), (("ä", Some("b&c")), ("ä", None)));
        assert_eq!((after_last("a.b.c", b'.'), after_last("abc", b'.')), (Some("c"), None));
        assert_eq!((split("a..b", b'.'), split("", b'.')), (vec!["a", "", "b"], vec![""]));
        assert_eq!(
            ["71.5", "0", "-8.05", "3.14159", "", "x", "1e3", "."].map(thousandths),
            [Some(71_500), Some(0), Some(-8_050), Some(3_141), None, None, None, None]
        );
        assert_eq!([71_500, 0, -8_050, 30_000, 7].map(decimal), ["71.5", "0", "-8.05", "30", "0.007"]);
    }
}
