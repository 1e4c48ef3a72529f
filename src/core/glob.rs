//! Path patterns. Owns matching; must not know what the paths are used for.

use crate::json::Value;
use crate::list::gather;

/// A pattern in which `*` stands for any run of characters, slashes and none included. Everything else is literal,
/// but for the case of ASCII letters. `/pricing*` matches `/pricing`, `/Pricing/eu`, not `/en/pricing`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema), schemars(transparent))]
pub struct Glob(pub String);

impl Glob {
    /// The patterns of a field.
    pub(crate) fn list(value: &Value, name: &str) -> Vec<Glob> {
        gather(value.many(name).iter().filter_map(|glob| Some(Glob(glob.as_str()?.to_owned()))))
    }

    /// Whether the whole of `text` fits the pattern.
    pub fn matches(&self, text: &str) -> bool {
        matches(&self.0, text)
    }
}

/// Whether the whole of `text` fits a pattern. Linear in practice: only the last `*` is ever retried.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t, mut retry) = (0, 0, None);
    while let Some(byte) = text.get(t) {
        if pattern.get(p) == Some(&b'*') {
            retry = Some((p + 1, t));
            p += 1;
        } else if pattern.get(p).is_some_and(|wanted| wanted.eq_ignore_ascii_case(byte)) {
            (p, t) = (p + 1, t + 1);
        } else if let Some((after_star, from)) = retry {
            retry = Some((after_star, from + 1));
            (p, t) = (after_star, from + 1);
        } else {
            return false;
        }
    }
    pattern.iter().skip(p).all(|byte| *byte == b'*')
}

/// Whether any pattern matches.
pub fn any(globs: &[Glob], text: &str) -> bool {
    globs.iter().any(|glob| glob.matches(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_and_letters() {
        let cases = [
            ("/pricing*", "/Pricing/eu", true),
            ("/pricing*", "/en/pricing", false),
            ("*/pricing", "/en/pricing", true),
            ("*", "", true),
            ("", "", true),
            ("", "/", false),
            ("/a*b*c", "/a-b-b-c", true),
            ("/a*b*c", "/a-b-b-c-d", false),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(Glob(pattern.into()).matches(text), expected, "{pattern} on {text}");
        }
    }
}
