//! What a site owner can set: one JSON document. Owns its fields, defaults and checking; must not act on any of it.

use crate::list::gather;
use std::cell::RefCell;

use crate::address::flaw;
use crate::consent::{Mode, Source};
use crate::glob::Glob;
use crate::json::{At, Problem, Value};
use crate::lead;
use crate::model::{self, Model};
use crate::names::names;
use crate::receiver::{self, Receiver};
use crate::script;
use crate::shape::{Field, Shape};
use crate::text::{Lang, split};
use crate::tier::Tier;
use crate::words::Phrases;
use crate::{dialogue, hours};
#[cfg(feature = "native")]
use crate::{script::Script, text::Text};

/// The settings of one site.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema))]
pub struct Config {
    /// Where leads are posted: an https address, or a path of the site itself. Required here or in the tag, unless one of
    /// `webhooks` gets every lead. Where there are `webhooks`, it gets what none of them gets.
    #[cfg_attr(feature = "native", schemars(default))]
    pub webhook: String,
    /// Several receivers, each with its own conditions and form.
    #[cfg_attr(feature = "native", schemars(default))]
    pub webhooks: Vec<Receiver>,
    /// What happens before the visitor decides: `required` (default) observes nothing, `memory` scores in memory only.
    #[cfg_attr(feature = "native", schemars(default))]
    pub consent: Mode,
    /// The consent manager that is listened to; the one that is found, where absent. `command` is none: the page tells consent
    /// itself.
    pub consent_manager: Option<Source>,
    /// What the visitor must allow, as `consent_manager` calls it: all of them.
    #[cfg_attr(feature = "native", schemars(default))]
    pub consent_purposes: Vec<String>,
    /// Signals of the browser that count as a refusal: `gpc` (Global Privacy Control, the default), `dnt` (Do Not Track).
    #[cfg_attr(feature = "native", schemars(default))]
    pub privacy_signals: Vec<String>,
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
    /// Parameters in which your site's addresses carry the words of its search.
    #[cfg_attr(feature = "native", schemars(default))]
    pub search_parameters: Vec<String>,
    /// Topics of searches: name, and words with `*`, separated by spaces. Words that fit none count as `other`.
    #[cfg_attr(feature = "native", schemars(default, with = "std::collections::BTreeMap<String, String>"))]
    pub topics: Vec<(String, String)>,
    /// Events that your site tells Google Tag Manager (`dataLayer`), and what each is called here.
    #[cfg_attr(feature = "native", schemars(default, with = "std::collections::BTreeMap<String, String>"))]
    pub data_layer: Vec<(String, String)>,
    /// Fields of your own forms, by name, that say how to reach the visitor: `{"your-email": "email"}`. They are read when the
    /// form is sent; no others are.
    #[cfg_attr(feature = "native", schemars(default, with = "std::collections::BTreeMap<String, lead::Field>"))]
    pub form_fields: Vec<(String, String)>,
    /// Parameters of your own in addresses, and the channel that each means: `{"partner": "partners", "qr": "trade-fair"}`. The
    /// value is kept as the source.
    #[cfg_attr(feature = "native", schemars(default, with = "std::collections::BTreeMap<String, String>"))]
    pub source_parameters: Vec<(String, String)>,
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

names!(Bots { Cap "cap", Flag "flag", Off "off" });

/// The chat. What is read when it is first opened stands in [`Talk`].
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema))]
pub struct Chat {
    /// Whether there is a chat. On by default.
    #[cfg_attr(feature = "native", schemars(default))]
    pub enabled: bool,
    /// Colour of buttons and of the visitor's messages, as `#rrggbb`. Text on it is chosen for contrast.
    pub accent: Option<String>,
    /// Where launcher and panel are: `right` (default) or `left`.
    #[cfg_attr(feature = "native", schemars(default))]
    pub position: Position,
    /// How far in front of the page's own layers they are, as CSS `z-index`: 2147483000 by default.
    pub z_index: Option<u32>,
    /// Whether it stays where the chat of another vendor is on the page. By default it keeps out of sight there.
    #[cfg_attr(feature = "native", schemars(default))]
    pub beside_vendor: bool,
    /// Whether what the visitor writes in the chat of another vendor may be read, where that gives it, and understood like what is
    /// written in this one. By default only that something was written counts.
    #[cfg_attr(feature = "native", schemars(default))]
    pub read_vendor_text: bool,
    /// Who is spoken to unasked, and when: at most once a visit, and never while consent is being asked for.
    #[cfg_attr(feature = "native", schemars(default))]
    pub greetings: Vec<Greeting>,
    /// What the visitor reads, in the place of leadheat's own words: by name, as docs/chat.md has them.
    #[cfg_attr(feature = "native", schemars(with = "std::collections::BTreeMap<String, Text>", default))]
    pub words: Phrases,
    /// The rest, as it stands in the document.
    #[cfg_attr(feature = "native", schemars(flatten, with = "Talk"))]
    pub talk: Value,
}

/// Side of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema), schemars(rename_all = "lowercase"))]
pub enum Position {
    /// To the right.
    #[default]
    Right,
    /// To the left.
    Left,
}

names!(Position { Right "right", Left "left" });

/// When a visitor is spoken to unasked: all that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema))]
pub struct Greeting {
    /// The step of the script that is said.
    pub step: String,
    /// The visitor is at least so warm.
    pub tier: Option<Tier>,
    /// The path of the page is one of these; `*` stands for anything.
    #[cfg_attr(feature = "native", schemars(default))]
    pub page: Vec<Glob>,
    /// The page has been there for so many seconds.
    #[cfg_attr(feature = "native", schemars(default))]
    pub after: u32,
    /// The pointer leaves the window at its top, as if to close the page.
    #[cfg_attr(feature = "native", schemars(default))]
    pub exit: bool,
}

/// What the chat says, for the schema: read by [`crate::dialogue`].
#[cfg(feature = "native")]
#[derive(schemars::JsonSchema)]
#[allow(dead_code)]
struct Talk {
    /// Who the visitor talks to: the panel's title.
    #[schemars(default)]
    company: Text,
    /// The line below it, such as "Usually replies within an hour".
    #[schemars(default)]
    replies: Text,
    /// Address of the privacy notice: https, or a path of the site itself.
    #[schemars(default)]
    privacy: Text,
    /// The consent line of the contact form.
    #[schemars(default)]
    consent: Text,
    /// What the chat says and asks; leadheat's own script where absent.
    #[schemars(default)]
    script: Script,
    /// What is answered when the visitor asks something else. Where there is no script of your own, leadheat's come after them.
    #[schemars(default)]
    answers: Vec<crate::dialogue::Answer>,
    /// Where people answer, besides the bot.
    live: Option<Live>,
    /// When somebody is there. Outside it the chat says so, and when somebody will be there again.
    hours: Option<crate::hours::Hours>,
    /// Whether the visitor is asked at the end if the chat was helpful. On by default.
    #[schemars(default)]
    ask_satisfied: bool,
    /// Lines that are added to the lexicon of a language (`en`, `fi`, `hu`), as docs/understanding.md has them.
    #[schemars(default)]
    lexicon: std::collections::BTreeMap<String, Vec<String>>,
}

/// A chat server, by which people of the company talk to visitors: a Chatwoot of your own, or the inbox of leadheat. For the
/// schema: read by [`crate::dialogue`].
#[cfg(feature = "native")]
#[derive(schemars::JsonSchema)]
#[allow(dead_code)]
struct Live {
    /// Its address, such as "https://chat.example.com"; empty for the site's own host.
    #[schemars(default)]
    server: String,
    /// The identifier of its inbox for API clients. It is no secret.
    inbox: String,
}

/// The documents that stand in where config brings none, parsed.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    /// [`crate::model::DEFAULT`].
    pub model: Value,
    /// [`crate::dialogue::DEFAULT`], which is needed when the chat is first opened.
    pub chat: Value,
}

const LANGS: Shape = Shape::Word(Lang::NAMES.words);

const SHAPE: Shape = Shape::Object(&[&[
    Field("$schema", Shape::Text),
    Field("webhook", Shape::Text),
    Field("webhooks", receiver::SHAPE),
    Field("consent", Shape::Word(Mode::NAMES.words)),
    Field("consent_manager", Shape::Word(Source::NAMES.words)),
    Field("consent_purposes", Shape::List(&Shape::Text)),
    Field("privacy_signals", Shape::List(&Shape::Word("gpc dnt"))),
    Field("language", LANGS),
    Field("sales_language", LANGS),
    Field("bots", Shape::Word(Bots::NAMES.words)),
    Field("exclude", Shape::List(&Shape::Text)),
    Field("opt_out_link", Shape::Flag),
    Field("lead_from", Shape::Word(Tier::NAMES.words)),
    Field("search_parameters", Shape::List(&Shape::Text)),
    Field("topics", Shape::Map(&Shape::Text)),
    Field("data_layer", Shape::Map(&Shape::Text)),
    Field("form_fields", Shape::Map(&Shape::Word(lead::Field::NAMES.words))),
    Field("source_parameters", Shape::Map(&Shape::Text)),
    Field("retention_days", Shape::Whole(1, 395)),
    Field("chat", CHAT),
    Field("model", model::SHAPE),
]]);

const CHAT: Shape = Shape::Object(&[&[
    Field("enabled", Shape::Flag),
    Field("company", Shape::Texts),
    Field("replies", Shape::Texts),
    Field("accent", Shape::Text),
    Field("position", Shape::Word(Position::NAMES.words)),
    Field("z_index", Shape::Whole(0, i32::MAX)),
    Field("beside_vendor", Shape::Flag),
    Field("read_vendor_text", Shape::Flag),
    Field("privacy", Shape::Texts),
    Field("consent", Shape::Texts),
    Field("script", script::SHAPE),
    Field("answers", dialogue::ANSWERS),
    Field("greetings", Shape::List(&GREETING)),
    Field("hours", hours::SHAPE),
    Field("live", Shape::Object(&[&[Field("server", Shape::Text), Field("inbox", Shape::Text)]])),
    Field("ask_satisfied", Shape::Flag),
    Field("words", Shape::Map(&Shape::Texts)),
    Field("lexicon", LEXICON),
]]);

const LINES: Shape = Shape::List(&Shape::Text);

const LEXICON: Shape = Shape::Object(&[&[Field("en", LINES), Field("fi", LINES), Field("hu", LINES)]]);

const GREETING: Shape = Shape::Object(&[&[
    Field("step", Shape::Text),
    Field("tier", Shape::Word(Tier::NAMES.words)),
    Field("page", Shape::List(&Shape::Text)),
    Field("after", Shape::Whole(0, 3_600)),
    Field("exit", Shape::Flag),
]]);

impl Config {
    /// Reads a config. `webhook`: the tag's own, which wins. With any problem there is no config.
    pub fn read(value: &Value, webhook: Option<&str>, defaults: &Defaults) -> Result<Config, Vec<Problem>> {
        let problems = RefCell::default();
        let at = At::root(&problems);
        if !value.is_null() {
            SHAPE.check(&at, value);
        }
        let webhook = webhook.map_or_else(|| value.text("webhook"), str::to_owned);
        let mut webhooks = Receiver::list(&at.field("webhooks"), value);
        if !webhook.is_empty() {
            check_url(&at.field("webhook"), &webhook);
        } else if webhooks.iter().all(|receiver| receiver.when.is_some()) {
            let mend = "Add \"webhook\": \"https://...\", or data-webhook to the script tag";
            at.field("webhook").problem("there is no address to send leads to", mend);
        }
        for (index, receiver) in webhooks.iter().enumerate() {
            let at = at.field("webhooks").item(index);
            receiver.url.iter().for_each(|url| check_url(&at.field("url"), url));
            if webhooks.iter().take(index).any(|other| other.name == receiver.name) {
                at.field("name").problem("two receivers have this name", "Rename one of them");
            }
        }
        if !webhook.is_empty() {
            webhooks.push(Receiver { name: webhook.clone(), url: vec![webhook.clone()], ..Receiver::default() });
        }
        let config = Config {
            webhook,
            webhooks,
            consent: value.word("consent", Mode::NAMES).unwrap_or_default(),
            consent_manager: value.word("consent_manager", Source::NAMES),
            consent_purposes: texts(value.many("consent_purposes")),
            privacy_signals: match value.field("privacy_signals") {
                None | Some(Value::Null) => vec!["gpc".to_owned()],
                Some(_) => texts(value.many("privacy_signals")),
            },
            language: value.word("language", Lang::NAMES),
            sales_language: value.word("sales_language", Lang::NAMES).unwrap_or_default(),
            bots: value.word("bots", Bots::NAMES).unwrap_or_default(),
            exclude: Glob::list(value, "exclude"),
            opt_out_link: !matches!(value.field("opt_out_link"), Some(Value::Bool(false))),
            lead_from: value.word("lead_from", Tier::NAMES).unwrap_or(Tier::Warm),
            search_parameters: match value.many("search_parameters") {
                [] => gather(split("q s query search", b' ').into_iter().map(str::to_owned)),
                own => texts(own),
            },
            topics: value.map("topics"),
            data_layer: value.map("data_layer"),
            form_fields: value.map("form_fields"),
            source_parameters: value.map("source_parameters"),
            retention_days: value.whole("retention_days").unwrap_or(30),
            chat: read_chat(&at.field("chat"), value.part("chat")),
            model: Model::read(&at.field("model"), given(value, "model").unwrap_or(&defaults.model)),
        };
        if config.consent_manager.is_none() && !config.consent_purposes.is_empty() {
            at.field("consent_purposes").problem(
                "each consent manager has names of its own for what is allowed",
                "Add \"consent_manager\" to say whose these are",
            );
        }
        let is_plain =
            |purpose: &String| purpose.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
        if !config.consent_purposes.iter().all(is_plain) {
            at.field("consent_purposes")
                .problem("a name has letters, digits, _ and -", "Take the name from its settings");
        }
        if problems.borrow().is_empty() { Ok(config) } else { Err(problems.into_inner()) }
    }

    /// Reads all of a config, with what the page reads when the chat is first opened.
    #[cfg(feature = "native")]
    pub fn read_all(
        value: &Value,
        webhook: Option<&str>,
        defaults: &Defaults,
    ) -> Result<(Config, dialogue::Dialogue), Vec<Problem>> {
        let found = RefCell::default();
        let chat = At::root(&found).field("chat");
        let dialogue = dialogue::Dialogue::read(&chat, value.part("chat"), &defaults.chat);
        let found = found.into_inner();
        match Config::read(value, webhook, defaults) {
            Ok(config) if found.is_empty() => Ok((config, dialogue)),
            Ok(_) => Err(found),
            Err(problems) => Err(problems.into_iter().chain(found).collect()),
        }
    }

    /// Whether a signal of the browser counts.
    pub(crate) fn honours(&self, signal: &str) -> bool {
        self.privacy_signals.iter().any(|honoured| honoured == signal)
    }

    /// The receiver of this name.
    pub fn receiver(&self, name: &str) -> Option<&Receiver> {
        self.webhooks.iter().find(|receiver| receiver.name == name)
    }
}

fn texts(list: &[Value]) -> Vec<String> {
    gather(list.iter().filter_map(|text| Some(text.as_str()?.to_owned())))
}

/// A field that is there and not null.
fn given<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    value.field(name).filter(|value| !value.is_null())
}

fn read_chat(at: &At, value: &Value) -> Chat {
    let accent = value.maybe("accent");
    if accent.as_ref().is_some_and(|colour| rgb(colour).is_none()) {
        at.field("accent").problem("this is not a colour", "Write it as \"#1f5eff\"");
    }
    let greeting = |value: &Value| Greeting {
        step: value.text("step"),
        tier: value.word("tier", Tier::NAMES),
        page: Glob::list(value, "page"),
        after: value.whole("after").unwrap_or(0),
        exit: value.flag("exit"),
    };
    Chat {
        enabled: !matches!(value.field("enabled"), Some(Value::Bool(false))),
        accent,
        position: value.word("position", Position::NAMES).unwrap_or_default(),
        z_index: value.whole("z_index"),
        beside_vendor: value.flag("beside_vendor"),
        read_vendor_text: value.flag("read_vendor_text"),
        greetings: gather(value.many("greetings").iter().map(greeting)),
        words: Phrases::read(value),
        talk: value.clone(),
    }
}

/// Red, green and blue of `#rrggbb`.
pub fn rgb(colour: &str) -> Option<[u8; 3]> {
    let digits = colour.strip_prefix('#').filter(|digits| digits.len() == 6 && !digits.starts_with('+'))?;
    let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
    Some([red, green, blue])
}

fn check_url(at: &At, url: &str) {
    if let Some(mend) = flaw(url) {
        at.problem(&["`", url, "` is not an address that can be used"].concat(), mend);
    }
}
