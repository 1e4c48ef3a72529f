//! Links in what is said. Owns what counts as one: an address that a browser opens and that can run nothing.

/// How such an address begins.
const BEGINS: [&str; 2] = ["https://", "http://"];

/// The parts of a text, and of each whether it is a link.
pub fn parts(text: &str) -> Vec<(&str, bool)> {
    let mut parts = Vec::new();
    let (mut rest, mut plain) = (0, 0);
    while let Some(left) = text.get(rest..).filter(|left| !left.is_empty()) {
        let length = link(left).unwrap_or(0);
        if length > 0 {
            parts.push((text.get(plain..rest).unwrap_or(""), false));
            parts.push((text.get(rest..rest + length).unwrap_or(""), true));
            plain = rest + length;
        }
        rest += length.max(left.chars().next().map_or(1, char::len_utf8));
    }
    parts.push((text.get(plain..).unwrap_or(""), false));
    parts.retain(|(part, _)| !part.is_empty());
    parts
}

/// How long the link is that stands at the beginning.
fn link(text: &str) -> Option<usize> {
    let begins = BEGINS.iter().find(|begins| text.starts_with(**begins))?.len();
    let ends = |(_, letter): &(usize, char)| letter.is_whitespace() || matches!(letter, '<' | '>' | '"' | '`');
    let end = text.char_indices().find(ends).map_or(text.len(), |(at, _)| at);
    // A sentence goes on or ends after it.
    let link = text.get(..end)?.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'']);
    (link.len() > begins).then_some(link.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_nothing_else() {
        let links = |text| parts(text).into_iter().filter(|(_, link)| *link).map(|(part, _)| part).collect::<Vec<_>>();
        for (text, expected) in [
            (
                "see https://a.example/x?y=1, or (http://b.example).",
                vec!["https://a.example/x?y=1", "http://b.example"],
            ),
            ("javascript:alert(1) data:text/html,x mailto:a@b.fi HTTPS", vec![]),
            ("https:// http://", vec![]),
            ("ähttps://ä.fi<b>", vec!["https://ä.fi"]),
        ] {
            assert_eq!(links(text), expected, "{text}");
            assert_eq!(parts(text).iter().map(|(part, _)| *part).collect::<String>(), text);
        }
        assert!(parts("").is_empty());
    }
}
