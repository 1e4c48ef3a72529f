//! Secrets in a config, which everybody can read who looks at the page. Owns what counts as one; in doubt it is none, since what is
//! found here is refused. Not in the wasm: there it would be too late.

use crate::json::{Problem, Value};

/// What fields and parameters are called whose values open something; without case, `-` and `_`.
const NAMES: [&str; 16] = [
    "token",
    "accesstoken",
    "xaccesstoken",
    "authtoken",
    "apikey",
    "xapikey",
    "key",
    "secret",
    "clientsecret",
    "password",
    "passwd",
    "pwd",
    "authorization",
    "sig",
    "signature",
    "code",
];

/// How keys of well-known services begin.
const BEGINNINGS: [&str; 16] = [
    "sk_live_",
    "sk_test_",
    "rk_live_",
    "xoxb-",
    "xoxp-",
    "xapp-",
    "ghp_",
    "github_pat_",
    "glpat-",
    "AKIA",
    "eyJ",
    "pat-na1-",
    "pat-eu1-",
    "SG.",
    "shpat_",
    "npm_",
];

/// Every secret in a config document, with its path.
pub fn secrets(config: &Value) -> Vec<Problem> {
    let mut found = Vec::new();
    walk(config, "$", "", &mut found);
    found
}

fn walk(value: &Value, path: &str, name: &str, found: &mut Vec<Problem>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| walk(value, &format!("{path}.{name}"), name, found))
        }
        Value::List(items) => {
            items.iter().enumerate().for_each(|(index, item)| walk(item, &format!("{path}[{index}]"), name, found))
        }
        Value::String(text) => {
            // A text of the site's own stands in single quotes; what else stands in `fields` is a path in the lead.
            let is_named = is_name(name) && path.contains(".fields.") && text.starts_with('\'');
            if is_named || has_key(text) || has_parameter(text) {
                found.push(Problem {
                    path: path.to_owned(),
                    wrong: "this is a secret, and everybody can read a config".into(),
                    mend: "Withdraw it, since it may be known by now, and let a server of yours pass leads on: it can keep one".into(),
                });
            }
        }
        _ => {}
    }
}

fn is_name(name: &str) -> bool {
    let plain: String = name.chars().filter(|sign| !matches!(sign, '-' | '_')).collect();
    NAMES.contains(&plain.to_ascii_lowercase().as_str())
}

fn has_key(text: &str) -> bool {
    let mut words = text.split([' ', '\'', '"', '=', ',']).filter(|word| word.len() > 8);
    let is_key = |word: &str| BEGINNINGS.iter().any(|beginning| word.starts_with(beginning));
    words.any(is_key) || ["Bearer ", "-----BEGIN"].iter().any(|beginning| text.contains(beginning))
}

fn has_parameter(text: &str) -> bool {
    let is_address = text.starts_with('/') || text.starts_with("http");
    let parameters = text.split_once('?').map_or("", |(_, parameters)| parameters);
    is_address && parameters.split('&').filter_map(|pair| pair.split_once('=')).any(|(name, _)| is_name(name))
}
