//! Where a visitor came from. Owns reading the query and the referrer; must not keep any of the rest of them.

use crate::page::Page;
use crate::scrub::scrub;
use crate::text::{after_last, clip, cut, lists, split};
use crate::time::Millis;
use crate::wire::record;

/// One arrival from outside. Ordered by time, then by content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touch {
    /// When.
    pub at: Millis,
    /// `direct`, `search`, `paid_search` and so on: the words of [`channel`], or one of the site owner's own.
    pub channel: String,
    /// The referrer's host; the rest of its address is dropped.
    pub referrer: String,
    /// `utm_source`.
    pub utm_source: String,
    /// `utm_medium`.
    pub utm_medium: String,
    /// `utm_campaign`.
    pub utm_campaign: String,
    /// Path of the page it led to.
    pub landing: String,
}

record!(Touch { at, channel, referrer, utm_source, utm_medium, utm_campaign, landing });

/// Sites by what they are: the channel, and patterns. One with a dot is the end of a host, one without any label of it. The first
/// that fits wins. Chosen from Matomo's lists of search engines, social networks and AI assistants (CC0), and from what webmail
/// services are called.
const SITES: &[(&str, &str)] = &[
    (
        "ai",
        "chatgpt perplexity openai claude.ai copilot.microsoft.com gemini.google.com bard.google.com notebooklm.google.com \
         deepseek.com grok.com mistral.ai meta.ai character.ai poe.com you.com duck.ai iask.ai chatglm.cn chat.qwen.ai ai.baidu.com \
         yiyan.baidu.com",
    ),
    ("search", "go.mail.ru"),
    ("social", "my.mail.ru plus.google.com news.ycombinator.com"),
    (
        "email",
        "*mail mail* email* e-mail webmail* lightmailer* messagerie* newsletter* deref-* outlook.live.com outlook.office* 3c.web.de \
         3c-bap.web.de com.google.android.gm com.microsoft.office.outlook",
    ),
    (
        "shopping",
        "*shopping* amazon ebay etsy alibaba aliexpress walmart shopify zalando idealo rakuten pricerunner allegro emag arukereso \
         tori.fi hintaopas.fi",
    ),
    ("video", "youtube youtu vimeo twitch dailymotion netflix hulu wistia bilibili niconico ted.com"),
    (
        "social",
        "facebook fb instagram ig linkedin lnkd lnk twitter threads bsky bluesky mastodon* mstdn* social reddit pinterest tiktok \
         tumblr vk vkontakte odnoklassniki weibo xing snapchat quora discord discordapp telegram whatsapp workplace flickr \
         livejournal viadeo douban stackoverflow wechat t.co x.com ok.ru fb.me t.umblr.com qzone.qq.com bsky.app",
    ),
    (
        "display",
        "doubleclick googlesyndication googleadservices adsensecustomsearchads syndicatedsearch criteo taboola outbrain",
    ),
    (
        "search",
        "search* suche isearch *recherche haku google bing duckduckgo ecosia yahoo qwant startpage ixquick yandex baidu naver \
         sogou aol aolsearch ask kagi mojeek metager swisscows seznam lycos brave so.com meta.ua",
    ),
];

/// Parameters with which ad networks mark a click, as if it were tagged with this source and medium. Those that stand on
/// other links too, such as `fbclid`, say nothing. Their values are not kept.
const CLICK_IDS: &[(&str, &str, &str)] = &[
    ("gclid", "google", "cpc"),
    ("gbraid", "google", "cpc"),
    ("wbraid", "google", "cpc"),
    ("msclkid", "bing", "cpc"),
    ("dclid", "", "display"),
    ("ttclid", "tiktok", "paid"),
    ("twclid", "twitter", "paid"),
    ("li_fat_id", "linkedin", "paid"),
];

/// What a site or a `utm_source` is; empty where that is not known.
fn site(source: &str) -> &'static str {
    let is = |word: &str| match word.bytes().any(|byte| byte == b'.') {
        true => source.strip_suffix(word).is_some_and(|before| before.is_empty() || before.ends_with('.')),
        false => split(source, b'.').iter().any(|label| crate::glob::matches(word, label)),
    };
    let known = SITES.iter().find(|(_, words)| split(words, b' ').into_iter().any(is));
    known.map_or("", |(channel, _)| *channel)
}

/// Whether a link leads to where social media take in what is shared, or writes an e-mail to whom is still open.
pub(crate) fn is_share(host: &str, href: &str) -> bool {
    let takes = ["*/share*", "*/intent/*", "*/submit?*", "*/pin/create*", "*/send?*", "*//wa.me/?*"];
    let is_taken = |pattern: &&str| crate::glob::matches(pattern, href);
    href.starts_with("mailto:?") || (site(host) == "social" || host == "wa.me") && takes.iter().any(is_taken)
}

/// The channel, by the rules of Google Analytics 4 for its default channel group, in their order, and before them those for
/// AI assistants. What has neither source nor medium is `direct`, and what fits no rule `unassigned`.
fn channel(source: &str, medium: &str, campaign: &str) -> &'static str {
    let site = site(source);
    let has =
        |text: &str, patterns: &str| split(patterns, b' ').iter().any(|pattern| crate::glob::matches(pattern, text));
    let paid = has(medium, "*cp*") || matches!(medium, "ppc" | "retargeting") || medium.starts_with("paid");
    // Not `workshop`.
    let shop = has(campaign, "*shopping* shop* *eshop* *-shop* *_shop*");
    let one_of = |list: &str| lists(list, medium);
    let mail = |text: &str| matches!(text, "email" | "e-mail" | "e_mail" | "e mail" | "newsletter");
    match site {
        _ if source.is_empty() && medium.is_empty() => "direct",
        _ if source == "(direct)" && matches!(medium, "" | "(none)" | "(not set)") => "direct",
        _ if has(campaign, "*cross-network*") => "cross_network",
        _ if paid && (site == "shopping" || shop) => "paid_shopping",
        "search" if paid => "paid_search",
        "social" if paid => "paid_social",
        "video" if paid => "paid_video",
        _ if one_of("display banner expandable interstitial cpm") => "display",
        _ if paid => "paid_other",
        "ai" => "ai",
        _ if site == "shopping" || shop => "shopping",
        _ if site == "social" || one_of("social social-network social-media sm social_network social_media") => {
            "social"
        }
        _ if site == "video" || has(medium, "*video*") => "video",
        _ if site == "search" || medium == "organic" => "search",
        _ if site == "display" => "display",
        _ if mail(source) || mail(medium) || site == "email" => "email",
        _ if one_of("referral app link") => "referral",
        _ if one_of("affiliate affiliates") => "affiliates",
        _ if medium == "audio" => "audio",
        _ if source == "sms" || medium == "sms" => "sms",
        _ if has(medium, "*push *mobile* *notification*") || source == "firebase" => "push",
        _ => "unassigned",
    }
}

impl Touch {
    /// Reads an arrival at a page. `None` where the visitor came from the site itself. `own`: the site owner's parameters, and
    /// the channel that each means; the value is kept as the source.
    pub fn read(at: Millis, page: &Page, own: &[(String, String)]) -> Option<Touch> {
        let referrer = referrer_host(&page.referrer);
        let utm = |name| {
            let value = parameter(&page.query, name).unwrap_or_default();
            // Campaigns have numbers, which are nobody's; longer ones may be a telephone's or a card's.
            let digits = !value.starts_with('0') && value.bytes().all(|byte| byte.is_ascii_digit());
            let is_number = name == "utm_campaign" && digits && value.len() <= 11;
            clip(&if is_number { value } else { scrub(&value) }, 60).to_owned()
        };
        let mut touch = Touch {
            at,
            channel: String::new(),
            utm_source: utm("utm_source"),
            utm_medium: utm("utm_medium"),
            utm_campaign: utm("utm_campaign"),
            landing: clip(&page.path, 80).to_owned(),
            referrer: clip(referrer, 80).to_owned(),
        };
        let (mut source, mut medium) = (touch.utm_source.as_str(), touch.utm_medium.as_str());
        let click = CLICK_IDS.iter().find(|(name, _, _)| parameter(&page.query, name).is_some());
        if let Some((_, network, kind)) = click.filter(|_| medium.is_empty()) {
            (source, medium) = (if source.is_empty() { network } else { source }, kind);
        }
        let tagged = !source.is_empty() || !medium.is_empty();
        if let Some((name, channel)) = own.iter().find(|(name, _)| parameter(&page.query, name).is_some()) {
            touch.channel.clone_from(channel);
            if touch.utm_source.is_empty() {
                touch.utm_source = utm(name);
            }
            return Some(touch);
        }
        if !tagged && touch.referrer == page.host && !page.host.is_empty() {
            return None;
        }
        if !tagged && !referrer.is_empty() {
            (source, medium) = (referrer, "referral");
        }
        touch.channel = channel(source, medium, &touch.utm_campaign).to_owned();
        Some(touch)
    }

    /// Whether it came by a campaign other than that of another arrival: then a visit begins.
    pub fn is_other_campaign(&self, than: &Touch) -> bool {
        let campaign = |touch: &Touch| [&touch.utm_source, &touch.utm_medium, &touch.utm_campaign].map(String::clone);
        campaign(self) != campaign(than) && campaign(self).iter().any(|part| !part.is_empty())
    }
}

fn referrer_host(referrer: &str) -> &str {
    let (_, after) = cut(referrer, b":");
    let (authority, _) = cut(after.unwrap_or("").trim_start_matches('/'), b"/?#");
    // Without the port, as the page's own host is.
    cut(after_last(authority, b'@').unwrap_or(authority), b":").0
}

/// The value of a query parameter, its ASCII letters in lower case.
pub fn parameter(query: &[(String, String)], name: &str) -> Option<String> {
    query.iter().find(|(known, _)| known == name).map(|(_, value)| value.to_ascii_lowercase())
}
