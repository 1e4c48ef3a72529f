//! What names a person, or opens a door, in addresses and labels of the page: e-mail addresses, long numbers, codes. Owns what
//! counts as such; everything that comes from the page and is kept or sent goes through here. Where in doubt it hides.

use crate::text::{clip, cut, lists, split};

/// What stands in its place.
pub const HIDDEN: &str = ":hidden";

/// What comes after these in a path or a list of parameters is a code.
const BEFORE_CODES: &str = "token reset verify verification invite invitation magic unsubscribe confirm activate session key auth code secret login";

/// Longer texts are cut: an address can be of any length, and whoever sends a link has made it.
const LONGEST: usize = 1_000;
/// What is encoded more often is hiding something.
const MOST_ROUNDS: u32 = 3;

/// The text without what names a person or opens a door, at most the first 1,000 bytes of it.
pub fn scrub(text: &str) -> String {
    scrub_round(clip(text, LONGEST), 0)
}

fn scrub_round(text: &str, round: u32) -> String {
    let (mut clean, mut rest, mut before) = (String::new(), text, String::new());
    while !rest.is_empty() {
        let number = number(rest);
        let end = if number > 0 { number } else { rest.bytes().position(is_gap).unwrap_or(rest.len()) };
        let (word, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let is_code = lists(BEFORE_CODES, &before) && word.len() > 5 && !word.bytes().all(is_plain);
        if number > 0 || is_code || is_secret(word, round) {
            clean += HIDDEN;
        } else {
            clean += word;
        }
        let gap = after.bytes().position(|byte| !is_gap(byte)).unwrap_or(after.len());
        let (gap, after) = after.split_at_checked(gap).unwrap_or((after, ""));
        clean += gap;
        before = word.to_ascii_lowercase();
        rest = after;
    }
    clean
}

/// What stands between words.
fn is_gap(byte: u8) -> bool {
    matches!(byte, 0..=b'#' | b'&'..=b')' | b',' | b'/' | b':'..=b'?' | b'[' | b']' | b'{'..=b'}')
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte == b'-' || byte == b'_'
}

/// Length of the telephone, card or other personal number that a text begins with; 0 where there is none. Other than words, it may
/// have spaces. A date is none.
fn number(text: &str) -> usize {
    let of_number = |byte: &u8| byte.is_ascii_digit() || b" +-.()".iter().any(|sign| sign == byte);
    let mut end = text.bytes().take_while(|byte| of_number(byte)).count();
    while text.as_bytes().get(end.wrapping_sub(1)).is_some_and(|byte| !byte.is_ascii_digit()) {
        end -= 1;
    }
    let (number, after) = text.split_at_checked(end).unwrap_or(("", ""));
    // A word goes on: it is judged as one.
    if after.bytes().next().is_some_and(|next| !is_gap(next)) {
        return 0;
    }
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let groups = |at| split(number, at);
    let is_year = |group: &&str| group.len() == 4 && (group.starts_with("19") || group.starts_with("20"));
    let is_date =
        digits == 8 && !number.starts_with('+') && [b' ', b'-', b'.'].iter().any(|at| groups(*at).iter().any(is_year));
    let is_marked = number.starts_with(['+', '0']);
    let is_one = groups(b' ').len() == 1;
    let octets = groups(b'.');
    let is_ip = octets.len() == 4 && octets.iter().all(|octet| (1..=3).contains(&octet.len()));
    let is_long = digits >= if is_one { 9 } else { 10 };
    if is_ip || (digits >= 7 && is_marked || is_long) && !is_date { end } else { 0 }
}

/// Whether a word is an e-mail address or a code.
fn is_secret(word: &str, round: u32) -> bool {
    if let Some(decoded) = decoded(word) {
        return round == MOST_ROUNDS || scrub_round(&decoded, round + 1) != decoded;
    }
    if let (before, Some(after)) = cut(word, b"@") {
        return !before.is_empty() && !after.is_empty();
    }
    let (mut digits, mut letters, mut hex, mut run, mut changes, mut last) = (0, 0, 0, 0, 0, b'-');
    for byte in word.bytes() {
        run = if byte.is_ascii_digit() { run + 1 } else { 0 };
        if run == 9 {
            return true;
        }
        digits += usize::from(byte.is_ascii_digit());
        letters += usize::from(byte.is_ascii_alphabetic());
        hex += usize::from(byte.is_ascii_hexdigit());
        let turned =
            byte.is_ascii_digit() != last.is_ascii_digit() || byte.is_ascii_uppercase() && last.is_ascii_lowercase();
        changes += usize::from(turned && byte.is_ascii_alphanumeric() && last.is_ascii_alphanumeric());
        last = byte;
    }
    let all = digits + letters;
    let is_mixed = digits > 0 && letters > 0;
    let is_hex = is_mixed && all >= 16 && hex == all && changes > 1;
    is_hex || is_mixed && all >= 10 && changes >= 5 && changes * 4 >= all || is_hetu(word)
}

/// A Finnish personal identity code: the day of birth, a sign for the century, three digits and a check.
fn is_hetu(word: &str) -> bool {
    let [d1, d2, d3, d4, d5, d6, century, n1, n2, n3, check] = word.as_bytes() else { return false };
    [d1, d2, d3, d4, d5, d6, n1, n2, n3].iter().all(|byte| byte.is_ascii_digit())
        && b"+-ABCDEFYXWVU".iter().any(|sign| sign == century)
        && check.is_ascii_alphanumeric()
}

/// A word with `%40` and the like decoded once, each byte as a character; `None` where there is nothing to decode.
fn decoded(word: &str) -> Option<String> {
    let (mut text, mut rest) = (String::new(), word.as_bytes());
    while let [first, after @ ..] = rest {
        rest = after;
        let digit = |byte: u8| char::from(byte).to_digit(16);
        if let (b'%', [high, low, after @ ..]) = (first, after)
            && let (Some(high), Some(low)) = (digit(*high), digit(*low))
        {
            text.push(char::from((high * 16 + low) as u8));
            rest = after;
        } else {
            text.push(char::from(*first));
        }
    }
    (text.chars().count() < word.len()).then_some(text)
}
