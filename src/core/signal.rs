//! What a visitor did. Owns the kinds of signal and their names; must not know what they are worth.

use crate::names::names;

/// What kind of thing was done. The names in JSON are those of [`Kind::NAMES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema))]
#[cfg_attr(feature = "native", serde(rename_all = "snake_case"))]
pub enum Kind {
    /// `leadheat('track', name, value)`. Subject: the name; amount: the value.
    Custom,
    /// A page was looked at. Subject: its path.
    PageView,
    /// Seconds in which a page was visible, focused and the visitor recently active. Subject: path; amount: seconds.
    Engaged,
    /// A further quarter of a page was scrolled into view, at most four a view. Subject: path.
    Scroll,
    /// A further quarter of a page's main text can have been read: it was in view, and there was time for it. Subject: path.
    Read,
    /// A page about this was looked at, as the page says itself. Subject: the topic.
    Topic,
    /// A link to another host was followed. Subject: the host.
    ClickOutbound,
    /// A link to a file was followed. Subject: its path.
    ClickDownload,
    /// A mail link was followed. Subject: the path of the page.
    ClickMailto,
    /// A telephone link was followed. Subject: the path of the page.
    ClickTel,
    /// An element marked `data-leadheat="label"` was clicked. Subject: the label.
    Mark,
    /// Something was liked, shared, commented on. Subject: which of these.
    Reaction,
    /// Another language was chosen. Subject: its tag.
    Language,
    /// The first field of a form of the page was touched. Subject: the form's label.
    FormStart,
    /// A form of the page was submitted. Subject: the form's label.
    FormSubmit,
    /// A field of a form was left. Subject: the form's label.
    FormField,
    /// The browser refused to submit a form as it was filled in; each field counts. Subject: the form's label.
    FormError,
    /// The page was left with a form begun and not submitted. Subject: the form's label.
    FormAbandon,
    /// The site was searched. Subject: the topic that the words belong to, or `other`: the words are not kept.
    Search,
    /// A result of a search was followed. Subject: its path.
    SearchClick,
    /// A search found nothing. Subject: the topic, as of the search.
    SearchEmpty,
    /// A part of a page came into view. Subject: its label.
    ContentView,
    /// It was in view while the visitor was engaged. Subject: its label; amount: seconds.
    ContentTime,
    /// A further quarter of it came into view. Subject: its label.
    ContentQuarter,
    /// Its end came into view. Subject: its label.
    ContentEnd,
    /// A video or audio began to play. Subject: its label.
    MediaStart,
    /// A further quarter of it was reached. Subject: its label.
    MediaQuarter,
    /// It played. Subject: its label; amount: seconds.
    MediaPlay,
    /// Text was copied. Subject: the path of the page.
    Copy,
    /// An e-mail address or a telephone number of the page was selected. Subject: the path of the page.
    SelectContact,
    /// The page was printed. Subject: its path.
    Print,
    /// The same place was clicked three times within two seconds: something does not work. Subject: the path of the page.
    RageClick,
    /// Something that looks as if it could be clicked was, and nothing happened. Subject: the path of the page.
    DeadClick,
    /// A visit began: first activity after at least 30 minutes without any. Subject: the landing path.
    Visit,
    /// The chat was opened by the visitor, or another vendor's. Subject: path.
    ChatOpen,
    /// A conversation began, in leadheat's chat or another vendor's; once a day. Subject: who began it, `visitor` or `agent`.
    ChatStart,
    /// The visitor answered or wrote in the chat. Subject: path.
    ChatMessage,
    /// The visitor answered a person. Subject: `quick`, within a minute, or `slow`.
    ChatReply,
    /// The visitor rated the chat. Subject: `good` or `bad`.
    ChatRating,
    /// A meeting was booked. Subject: by what.
    Meeting,
    /// Something that matters was said in the chat. Subject: what, by the names of [`crate::intent::Intent`].
    Intent,
    /// Contact details were submitted. Subject: path.
    Contact,
}

names!(Kind {
    Custom "custom", PageView "page_view", Engaged "engaged", Scroll "scroll", Read "read", Topic "topic",
    ClickOutbound "click_outbound", ClickDownload "click_download", ClickMailto "click_mailto", ClickTel "click_tel",
    Mark "mark", Reaction "reaction", Language "language", FormStart "form_start", FormSubmit "form_submit",
    FormField "form_field", FormError "form_error", FormAbandon "form_abandon", Search "search",
    SearchClick "search_click", SearchEmpty "search_empty", ContentView "content_view", ContentTime "content_time", ContentQuarter "content_quarter",
    ContentEnd "content_end", MediaStart "media_start", MediaQuarter "media_quarter", MediaPlay "media_play", Copy "copy",
    SelectContact "select_contact", Print "print", RageClick "rage_click", DeadClick "dead_click", Visit "visit",
    ChatOpen "chat_open", ChatStart "chat_start", ChatMessage "chat_message", ChatReply "chat_reply", ChatRating "chat_rating", Meeting "meeting", Intent "intent", Contact "contact",
});

impl Kind {
    /// Whether it says how something went on, and not that something was done: it is no step of a journey, and no evidence of
    /// intent.
    pub fn is_progress(self) -> bool {
        use Kind::{
            ChatReply, ContentQuarter, ContentTime, ContentView, DeadClick, Engaged, FormError, FormField, MediaPlay,
            MediaQuarter, RageClick, Read, Scroll, SearchEmpty, Topic,
        };
        matches!(
            self,
            Engaged
                | Scroll
                | Read
                | Topic
                | ContentView
                | ContentTime
                | ContentQuarter
                | FormField
                | FormError
                | SearchEmpty
                | MediaQuarter
                | MediaPlay
                | RageClick
                | DeadClick
                | ChatReply
        )
    }
}

/// One thing that a visitor did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// What kind.
    pub kind: Kind,
    /// On what: a path, label, host or name, as the kind says.
    pub subject: String,
    /// How much; 1 where the kind does not say otherwise.
    pub amount: u32,
}
