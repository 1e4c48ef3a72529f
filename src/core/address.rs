//! Addresses that leads are sent to and links lead to. Owns which may be used; must not look anything up.

use crate::text::{after_last, cut, lists, split};

/// Hosts whose addresses let whoever has them write: Slack, Discord, Teams, Power Automate.
const SECRET: &str = "hooks.slack.com discord.com .discord.com discordapp.com .webhook.office.com .logic.azure.com .api.powerplatform.com";

/// Names of hosts within a network, by their last label (RFC 6761, RFC 8375, and common use).
const WITHIN: &str = "local localhost internal intranet lan home corp private test invalid arpa";

/// Why an address cannot be used, as what to do; `None` where it can: https to a host with a public name, http to this machine
/// for trying, and paths of the site itself.
pub fn flaw(url: &str) -> Option<&'static str> {
    let printable = |byte: u8| byte > b' ' && byte != 0x7f;
    if !url.bytes().all(printable) {
        return Some("Take out the spaces");
    }
    if url.bytes().any(|byte| byte == b'\\') {
        return Some("Write / for \\");
    }
    if url.starts_with('/') && !url.starts_with("//") {
        return None;
    }
    let authority = |scheme: &str| Some(cut(url.strip_prefix(scheme)?, b"/?#").0);
    let Some(authority) = authority("https://").or(authority("http://")) else {
        return Some("Write an https address, or a path of the same site that begins with /");
    };
    if authority.bytes().any(|byte| byte == b'@') {
        return Some("Leave out user name and password: everybody could read them in the page");
    }
    let (host, port) = cut(authority, b":");
    let host = host.to_ascii_lowercase();
    if port.is_some_and(|port| port.is_empty() || port.len() > 5 || !port.bytes().all(|byte| byte.is_ascii_digit())) {
        return Some("Write the port in digits, and a host that is an IPv6 address by its name");
    }
    if matches!(host.as_str(), "localhost" | "127.0.0.1") {
        return None;
    }
    if url.starts_with("http:") {
        return Some("Use https: the lead holds personal data");
    }
    let is_named = |label: &&str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let Some(last) = after_last(&host, b'.').filter(|_| split(&host, b'.').iter().all(is_named)) else {
        return Some("Write the whole name of the host, as https://host.example/path; other letters as xn--");
    };
    // What ends in a number is an IP address, however it is written.
    if last.bytes().next().is_some_and(|first| first.is_ascii_digit()) || lists(WITHIN, last) {
        return Some("Write a host that everybody can reach, by its name: visitors' browsers send the leads");
    }
    let is_secret = |secret: &&str| host == **secret || secret.starts_with('.') && host.ends_with(*secret);
    if split(SECRET, b' ').iter().any(is_secret) {
        return Some("It is a password, and everybody could read it in the page: let a server of yours pass leads on");
    }
    None
}
