//! Other vendors' chat widgets. Owns by what each is known, what it tells, and what that means; must not count or keep any of it. Never
//! named here: what would make a global of theirs, or take a handler of which they have only one.
//!
//! All names are the vendors' own: docs/vendors.md says what each was checked against.

use crate::list::gather;
use crate::text::{cut, late, nth, split};

/// Where each is in window once it runs, in the order of [`TABLE`]: paths as [`crate::app::Effect::Ask`] says. What is absent, or
/// `false`, is no chat.
pub const SIGNS: &str = " $chatwoot.hasLoaded LiveChatWidget._h RocketChat.livechat $crisp.is Tawk_API.onLoaded tiledesk.on \
    Intercom.booted HubSpotConversations.on zE.widget.startsWith(m) zE.widget.startsWith(c) drift.api tidioChatApi.on";
/// How many they are.
pub const VENDORS: usize = 12;

/// A line for each vendor, and below it one for each thing that it tells:
/// - where: `window` or `document`, whose event it is; a function of theirs, which is called with a callback; or `read`, where a path
///   is asked again and again instead, and what counts is that the answer becomes another one
/// - what it is called there, or the path; several arguments with a comma between, `-` for none
/// - what must be so in what comes with it: `path=pattern`, a comma between; an empty path is all of it, `-` nothing
/// - what it means: `opened`, `started`, `said` (by the visitor), `answered` (by a person), `unread` (so many messages), `contact`,
///   `offline` (a form sent while nobody is there), `good`, `bad`, `booked` (a meeting)
/// - what it gives of the visitor, where that may be read: `text`, `email`, `phone`, `name`, `count`, each with its path
const TABLE: &str = late!(
    "Chatwoot
 window chatwoot:opened - opened
 window chatwoot:on-message detail.message_type=0 said text=detail.content
 window chatwoot:on-message detail.message_type=1,detail.sender_type=User,detail.content_attributes.submitted_values= answered
 window chatwoot:on-message detail.content_attributes.submitted_values.csat_survey_response.rating=5 good
 window chatwoot:on-message detail.content_attributes.submitted_values.csat_survey_response.rating=4 good
 window chatwoot:on-message detail.content_attributes.submitted_values.csat_survey_response.rating=2 bad
 window chatwoot:on-message detail.content_attributes.submitted_values.csat_survey_response.rating=1 bad
LiveChat
 LiveChatWidget.on visibility_changed visibility=maximized opened
 LiveChatWidget.on customer_status_changed status=chatting started
 LiveChatWidget.on new_event author.type=customer said
 LiveChatWidget.on new_event author.type=agent,greeting= answered
 LiveChatWidget.on form_submitted type=prechat contact
 LiveChatWidget.on form_submitted type=ticket offline
 LiveChatWidget.on rating_submitted =good good
 LiveChatWidget.on rating_submitted =bad bad
Rocket.Chat
 RocketChat.livechat.onChatMaximized - - opened
 RocketChat.livechat.onChatStarted - - started
 RocketChat.livechat.onPrechatFormSubmit - - contact email=email,name=name
 RocketChat.livechat.onOfflineFormSubmit - - offline email=email,name=name,text=message
Crisp
 read $crisp.is(chat:opened) =true opened
 read $crisp.get(chat:unread:count) =* answered
 read $crisp.get(user:email) =* contact email=
 read $crisp.get(user:phone) =* contact phone=
tawk.to
 window tawkChatMaximized - opened
 window tawkChatStarted - started
 window tawkChatMessageVisitor - said text=detail
 window tawkChatMessageAgent - answered
 window tawkPrechatSubmit - contact
 window tawkOfflineSubmit - offline email=detail.email,name=detail.name,text=detail.message
 window tawkChatSatisfaction detail=1 good
 window tawkChatSatisfaction detail=-1 bad
Tiledesk
 tiledesk.on onOpen - opened
 tiledesk.on onNewConversation - started
 tiledesk.on onAfterMessageSend - said text=detail.message.text
 tiledesk.on onMessageCreated detail.message.isSender=false answered
Intercom
 Intercom onShow - opened
 Intercom onUnreadCountChange - unread count=
 Intercom onUserEmailSupplied - contact
HubSpot
 HubSpotConversations.on userInteractedWithWidget - opened
 HubSpotConversations.on conversationStarted - started
 HubSpotConversations.on unreadConversationCountChanged - unread count=unreadCount
 HubSpotConversations.on contactAssociated - contact
Zendesk
 zE messenger:on,open - opened
 zE messenger:on,conversationStarted - started
 zE messenger:on,unreadMessages - unread count=
Zendesk (classic)
 zE webWidget:on,open - opened
 zE webWidget:on,chat:start - started
 zE webWidget:on,chat:unreadMessages - unread count=
 zE webWidget:on,userEvent action=Contact*Form*Submitted offline
Drift
 drift.on chatOpen - opened
 drift.on startConversation - started
 drift.on message:sent - said
 drift.on message - answered
 drift.on emailCapture - contact email=email,email=data.email
 drift.on phoneCapture - contact phone=phone,phone=data.phone
 drift.on scheduling:meetingBooked - booked
Tidio
 document tidioChat-open - opened
 document tidioChat-conversationStart - started
 document tidioChat-messageFromVisitor - said text=detail
 document tidioChat-messageFromOperator - answered
 document tidioChat-preFormFilled - contact"
);

/// What stands for something that has no text of its own, and yet is there.
pub const THING: &str = "{}";

/// What is to be listened to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hook {
    /// Its first line in the table: what [`crate::app::Event::Vendor`] calls it.
    pub line: usize,
    /// `window`, `document`, or the path of a function from window.
    pub at: String,
    /// With what the function is called, before the callback; the name of the event.
    pub args: Vec<String>,
    /// Paths in what comes with it, whose texts are wanted.
    pub reads: Vec<String>,
}

/// A line of the table that tells something.
#[derive(Clone, Copy, Debug)]
pub struct Told<'t> {
    /// Which line it is.
    pub line: usize,
    /// Whose it is, by its place among the vendors; and what that is called.
    pub vendor: (usize, &'t str),
    /// Where it is told: `window`, `document`, a function, or `read`.
    pub at: &'t str,
    /// With a comma between several arguments.
    pub name: &'t str,
    when: &'t str,
    /// What it means, by the words of the table.
    pub means: &'t str,
    gives: &'t str,
}

impl Told<'_> {
    /// What must be so: paths and patterns.
    fn conditions(&self) -> Vec<(&str, &str)> {
        pairs(self.when)
    }

    /// What it gives of the visitor: names and paths. `may_read`: texts of the visitor are allowed to be read; a count is none.
    fn given(&self, may_read: bool) -> Vec<(&str, &str)> {
        gather(pairs(self.gives).into_iter().filter(|(name, _)| may_read || *name == "count"))
    }

    /// What must be so and what it gives, as the table has it.
    pub fn written(&self) -> (&str, &str) {
        (self.when, self.gives)
    }

    /// The paths whose texts are wanted.
    pub fn reads(&self, may_read: bool) -> Vec<&str> {
        let conditions = self.conditions().into_iter().map(|(path, _)| path);
        gather(conditions.chain(self.given(may_read).into_iter().map(|(_, path)| path)))
    }

    /// What it gives, by these texts of [`Told::reads`]; `None` where it does not mean anything.
    pub fn judge(&self, texts: &[String], may_read: bool) -> Option<Vec<(&str, String)>> {
        let mut texts = texts.iter().map(String::as_str);
        let mut fits = true;
        for (_, pattern) in self.conditions() {
            let text = texts.next().unwrap_or_default();
            fits &= if text.is_empty() { pattern.is_empty() } else { crate::glob::matches(pattern, text) };
        }
        let given = self.given(may_read).into_iter().zip(texts);
        let given = given.filter(|(_, text)| !text.is_empty() && *text != THING);
        fits.then(|| gather(given.map(|((name, _), text)| (name, text.to_owned()))))
    }
}

/// `a=b,c=d`.
fn pairs(text: &str) -> Vec<(&str, &str)> {
    let pairs = split(text, b',').into_iter().filter_map(|pair| {
        let (first, second) = cut(pair, b"=");
        Some((first, second?))
    });
    gather(pairs)
}

/// All that vendors tell.
pub fn table() -> Vec<Told<'static>> {
    let mut all = Vec::new();
    let mut vendor = (0, "");
    for (line, text) in split(TABLE, b'\n').into_iter().enumerate() {
        match text.strip_prefix(' ') {
            None => vendor = (vendor.0 + usize::from(line > 0), text),
            Some(text) => {
                let word = |n| nth(text, b' ', n);
                all.push(Told {
                    line,
                    vendor,
                    at: word(0),
                    name: word(1),
                    when: word(2),
                    means: word(3),
                    gives: word(4),
                });
            }
        }
    }
    all
}
