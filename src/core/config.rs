//! What a site owner can set: one JSON document. Owns its fields, defaults and checking; must not act on any of it.

use std::cell::RefCell;

use crate::consent::Mode;
use crate::glob::Glob;
use crate::json::{At, Problem, Reader, Value};
use crate::model::Model;
use crate::score::Tier;
use crate::script::Script;
use crate::text::{Lang, Text, cut};
use crate::words;

/// The settings of one site.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema))]
pub struct Config {
    /// Where leads are posted: an https address, or a path of the site itself. Required here or in the tag.
    #[cfg_attr(feature = "native", schemars(default))]
    pub webhook: String,
    /// What happens before the visitor decides: `required` (default) observes nothing, `memory` scores in memory only.
    #[cfg_attr(feature = "native", schemars(default))]
    pub consent: Mode,
    /// Language of the chat; by default the page's own.
    pub language: Option<Lang>,
    /// Language of the reasons and the brief in the lead; English by default.
    #[cfg_attr(feature = "native", schemars(default))]
    pub sales_language: Lang,
    /// What happens with suspected bots: `cap` (default) keeps them cold, `flag` only marks the lead, `off` neither.
    #[cfg_attr(feature = "native", schemars(default))]
    pub bots: Bots,
    /// Paths on which nothing is observed and no chat is shown. `*` stands for anything.
    #[cfg_attr(feature = "native", schemars(default))]
    pub exclude: Vec<Glob>,
    /// Whether `?leadheat=off` in the address switches leadheat off in this browser for good (for your own staff), and
    /// `?leadheat=on` back on. On by default.
    #[cfg_attr(feature = "native", schemars(default))]
    pub opt_out_link: bool,
    /// The lowest tier at which a visitor who can be reached becomes a lead without having asked for it: `warm` by
    /// default.
    #[cfg_attr(feature = "native", schemars(default))]
    pub lead_from: Tier,
    /// Days after which what is stored of a visitor is deleted: 30 by default, 1 to 395.
    #[cfg_attr(feature = "native", schemars(default))]
    pub retention_days: u32,
    /// The chat.
    #[cfg_attr(feature = "native", schemars(default))]
    pub chat: Chat,
    /// The scoring model; leadheat's own for companies that sell to companies where absent.
    #[cfg_attr(feature = "native", schemars(default))]
    pub model: Model,
}

/// What happens with suspected bots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema), schemars(rename_all = "lowercase"))]
pub enum Bots {
    /// They stay cold.
    #[default]
    Cap,
    /// The lead is marked.
    Flag,
    /// Nothing.
    Off,
}

/// The chat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema))]
pub struct Chat {
    /// Whether there is a chat. On by default.
    #[cfg_attr(feature = "native", schemars(default))]
    pub enabled: bool,
    /// Who the visitor talks to: the panel's title.
    #[cfg_attr(feature = "native", schemars(default))]
    pub company: Text,
    /// The line below it, such as "Usually replies within an hour".
    #[cfg_attr(feature = "native", schemars(default))]
    pub replies: Text,
    /// Colour of buttons and of the visitor's messages, as `#rrggbb`. Text on it is chosen for contrast.
    pub accent: Option<String>,
    /// Address of the privacy notice: https, or a path of the site itself.
    #[cfg_attr(feature = "native", schemars(default))]
    pub privacy: Text,
    /// The consent line of the contact form.
    #[cfg_attr(feature = "native", schemars(default))]
    pub consent: Text,
    /// What the chat says and asks; leadheat's own script where absent.
    #[cfg_attr(feature = "native", schemars(default))]
    pub script: Script,
}

/// The documents that stand in where config brings none, parsed.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    /// [`crate::model::DEFAULT`].
    pub model: Value,
    /// [`crate::script::DEFAULT`].
    pub script: Value,
}

impl Config {
    /// Reads a config. `webhook`: the tag's own, which wins. With any problem there is no config.
    pub fn read(value: &Value, webhook: Option<&str>, defaults: &Defaults) -> Result<Config, Vec<Problem>> {
        let problems = RefCell::default();
        let root = At::root(&problems);
        let empty = Value::Object(Vec::new());
        let value = if *value == Value::Null { &empty } else { value };
        let config = root.object(value, |r| read(r, webhook, defaults));
        match config {
            Some(config) if problems.borrow().is_empty() => Ok(config),
            _ => Err(problems.into_inner()),
        }
    }
}

fn read(r: &mut Reader, from_tag: Option<&str>, defaults: &Defaults) -> Config {
    r.string("$schema");
    let own = r.take("webhook").and_then(|(at, value)| at.string(value));
    let webhook = from_tag.map(str::to_owned).or(own).unwrap_or_default();
    if webhook.is_empty() {
        let mend = "Add \"webhook\": \"https://...\", or data-webhook to the script tag";
        r.at.field("webhook").problem("there is no address to send leads to", mend);
    } else {
        check_url(&r.at.field("webhook"), &webhook);
    }
    Config {
        webhook,
        consent: r.choice("consent", &[("required", Mode::Required), ("memory", Mode::Memory)]).unwrap_or_default(),
        language: r.choice("language", Lang::NAMES),
        sales_language: r.choice("sales_language", Lang::NAMES).unwrap_or_default(),
        bots: r.choice("bots", &[("cap", Bots::Cap), ("flag", Bots::Flag), ("off", Bots::Off)]).unwrap_or_default(),
        exclude: r.list("exclude", |at, value| at.string(value).map(Glob)),
        opt_out_link: r.bool("opt_out_link", true),
        lead_from: r.choice("lead_from", Tier::NAMES).unwrap_or(Tier::Warm),
        retention_days: r.whole("retention_days", 1..=395).unwrap_or(30),
        chat: match r.take("chat") {
            Some((at, value)) => at.object(value, |r| read_chat(r, defaults)),
            None => r.at.field("chat").object(&Value::Object(Vec::new()), |r| read_chat(r, defaults)),
        }
        .unwrap_or_default(),
        model: match r.take("model") {
            Some((at, value)) => Model::read(&at, value),
            None => Model::read(&r.at.field("model"), &defaults.model),
        }
        .unwrap_or_default(),
    }
}

fn read_chat(r: &mut Reader, defaults: &Defaults) -> Chat {
    let accent = r.string("accent");
    if accent.as_ref().is_some_and(|colour| rgb(colour).is_none()) {
        r.at.field("accent").problem("this is not a colour", "Write it as \"#1f5eff\"");
    }
    let privacy = r.text("privacy").unwrap_or_default();
    for (_, url) in &privacy.0 {
        check_url(&r.at.field("privacy"), url);
    }
    Chat {
        enabled: r.bool("enabled", true),
        company: r.text("company").unwrap_or_default(),
        replies: r.text("replies").unwrap_or_default(),
        accent,
        privacy,
        consent: r.text("consent").unwrap_or_else(|| {
            let [en, fi, hu] = (*words::CONSENT_LINE).map(str::to_owned);
            Text(vec![("en".into(), en), ("fi".into(), fi), ("hu".into(), hu)])
        }),
        script: match r.take("script") {
            Some((at, value)) => Script::read(&at, value),
            None => Script::read(&r.at.field("script"), &defaults.script),
        },
    }
}

/// Red, green and blue of `#rrggbb`.
pub fn rgb(colour: &str) -> Option<[u8; 3]> {
    let digits = colour.strip_prefix('#').filter(|digits| digits.len() == 6 && !digits.starts_with('+'))?;
    let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
    Some([red, green, blue])
}

/// Accepts https addresses, http ones of this machine, and paths of the site itself.
fn check_url(at: &At, url: &str) {
    let authority = |scheme: &'static str| Some(cut(url.strip_prefix(scheme)?, b"/?#").0);
    let (good, mend) = if let Some(authority) = authority("https://") {
        if authority.bytes().any(|byte| byte == b'@') {
            (false, "Leave out user name and password: everybody could read them in the page")
        } else {
            (!authority.is_empty() && !authority.starts_with(':'), "Write the whole address: https://host/path")
        }
    } else if let Some(authority) = authority("http://") {
        let (host, _) = cut(authority, b":");
        (host == "localhost" || host == "127.0.0.1", "Use https: the lead holds personal data")
    } else {
        let path = url.starts_with('/') && !url.starts_with("//") && !url.bytes().any(|byte| byte == b'\\');
        (path, "Write an https address, or a path of the same site that begins with /")
    };
    let clean = !url.contains(|c: char| c.is_whitespace() || c.is_control());
    if !good || !clean {
        at.problem(
            &["`", url, "` is not an address that can be used"].concat(),
            if clean { mend } else { "Take out the spaces" },
        );
    }
}
