//! Links in what is said. Owns what counts as one: an address that a browser opens and that can run nothing.

use crate::text::{after_last, clip, cut};

/// How such an address begins.
const BEGINS: [&str; 2] = ["https://", "http://"];
/// Longer addresses, in bytes, are shown shortened, to their host and so much of what they end with.
const LONGEST: usize = 60;
const MOST_SHOWN: usize = 20;

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

/// An address as a browser opens it from anywhere: one without a host is of this server.
pub(crate) fn absolute(server: &str, address: &str) -> String {
    let server = if BEGINS.iter().any(|begins| address.starts_with(begins)) { "" } else { server };
    [server, address].concat()
}

/// What is shown of an address: where it leads is seen also where it is too long to be read.
pub fn label(address: &str) -> String {
    if address.len() <= LONGEST {
        return address.to_owned();
    }
    let rest = BEGINS.iter().find_map(|begins| address.strip_prefix(begins)).unwrap_or(address);
    let path = cut(rest, b"?#").0;
    let (host, last) = (cut(path, b"/").0, after_last(path, b'/').unwrap_or(""));
    let end = if last.len() > MOST_SHOWN { "…" } else { "" };
    [host, "/…/", clip(last, MOST_SHOWN), end].concat()
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

    #[test]
    fn long_addresses_show_where_they_lead() {
        for (address, shown) in [
            ("https://shop.example/prices?of=all", "https://shop.example/prices?of=all"),
            (
                "https://chat.example/rails/active_storage/blobs/redirect/eyJfcmFpbHMi/price-list.pdf",
                "chat.example/…/price-list.pdf",
            ),
            (
                "http://127.0.0.1:9020/public/api/v1/files/UrI0VFefdbOahPVcEI7d6f1PsMniaEcYjgAQqCDv02E",
                "127.0.0.1:9020/…/UrI0VFefdbOahPVcEI7d…",
            ),
            ("https://bank.example/?next=https://other.example/a/very/long/way/to/go/on/and/on", "bank.example/…/"),
            ("https://host.example?of=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "host.example/…/"),
        ] {
            assert_eq!(label(address), shown);
        }
    }
}
