//! What the bot says next: from the script, the prepared answers, and what was understood. Owns the conversation's way
//! through the script; must not keep anything of it, and must not know where its conditions come from. It is in the second half
//! of the program: only an opened chat needs it.

use std::cell::OnceCell;

use crate::address::flaw;
use crate::chat::{Conversation, FieldError, MAX_MESSAGE, Speaker, clean, is_email, is_phone};
use crate::chatwoot::{self, Server};
use crate::hours::Hours;
use crate::intent::Intent;
use crate::json::{At, Value};
use crate::lead::{Contact, Field};
use crate::lexicon::{Lexicon, fold};
use crate::list::gather;
use crate::qualify::{Authority, Fact, Qualification, Timeframe};
use crate::script::{self, Branch, Expected, INTENTS, Presence, Reply, Script, Step};
use crate::shape::{self, Shape};
use crate::text::{Lang, Text, fill, join, late, lists, nth, number, split};
use crate::tier::Tier;
use crate::time::Millis;
use crate::understand::{SPECIAL, Understanding, Understood};
use crate::words::{self, Phrases, Word};

/// The document that is used where config has no script: leadheat's own script, with its answers.
pub const DEFAULT: &str = include_str!("defaults/chat.json");

/// After so many answers that were not understood the conversation goes on without.
const PATIENCE: u32 = 2;

/// Before the name of a prepared answer among the meanings of the lexicon; the number of the answer stands after it.
const ANSWER: &str = "answer/";

/// All that the bot can say, and how it understands.
#[derive(Clone, Debug, Default)]
pub struct Dialogue {
    /// Who the visitor talks to.
    pub company: Text,
    /// The line below it.
    pub replies: Text,
    /// Address of the privacy notice.
    pub privacy: Text,
    /// The consent line of the contact form, where it is not the usual one.
    pub consent: Option<Text>,
    /// What is said and asked.
    pub script: Script,
    /// What is answered when the visitor asks.
    pub answers: Vec<Answer>,
    /// When somebody is there; always, where config does not say.
    pub hours: Option<Hours>,
    /// Whether the visitor is asked at the end if the chat was helpful.
    pub asks_satisfied: bool,
    /// The phrases.
    pub words: Phrases,
    /// Where people of the company can be reached, if they can.
    pub live: Option<Server>,
    /// Lines for each lexicon, in the order of [`Lang`].
    more: [String; 3],
    /// Read when the visitor first writes.
    understanding: OnceCell<Understanding>,
}

/// A prepared answer to a question that may come at any time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema))]
pub struct Answer {
    /// Patterns of the question, between semicolons, as docs/understanding.md has them: words, `stem*`, `a|b`, `..` for up to four
    /// words.
    #[cfg_attr(feature = "native", schemars(default))]
    pub to: Text,
    /// Or what is meant by it.
    #[cfg_attr(feature = "native", schemars(default))]
    pub intent: Vec<Intent>,
    /// What is said.
    #[cfg_attr(feature = "native", schemars(default))]
    pub say: Text,
    /// The step to go on to; back to the question that was open, where absent.
    pub next: Option<String>,
}

pub(crate) const ANSWERS: Shape = Shape::List(&Shape::Object(&[&[
    shape::Field("to", Shape::Texts),
    shape::Field("intent", INTENTS),
    shape::Field("say", Shape::Texts),
    shape::Field("next", Shape::Text),
]]));

/// In what circumstances something is said.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// The language of the chat.
    pub lang: Lang,
    /// When it is.
    pub now: Millis,
    /// Minutes that the zone of the business hours is ahead of UTC.
    pub ahead: i32,
    /// How warm the visitor is.
    pub tier: Tier,
    /// Path of the page.
    pub page: &'a str,
}

/// What an answer in own words comes to.
enum Fit<'a> {
    /// A reply of the step.
    Reply(&'a Reply),
    /// What was asked for.
    Words(String),
    /// Nothing that was asked for; and how to say so.
    Miss(Word),
}

impl Dialogue {
    /// Reads config's `chat`, noting what is wrong with it beyond its shape. `usual`: [`DEFAULT`].
    pub fn read(at: &At, value: &Value, usual: &Value) -> Dialogue {
        let document = if value.part("script").is_null() { usual } else { value };
        let script = Script::read(&at.field("script"), document.part("script"));
        let mut more = <[String; 3]>::default();
        // leadheat's own answers lead to steps of its own script.
        let usual_answers = if value.part("script").is_null() { usual.many("answers") } else { &[] };
        let own = value.many("answers").iter().chain(usual_answers);
        let answers_at = at.field("answers");
        let read =
            |(index, answer): (usize, &Value)| read_answer(&answers_at.item(index), index, answer, &script, &mut more);
        let answers = gather(own.enumerate().map(read));
        read_lexicon(&at.field("lexicon"), value.part("lexicon"), &mut more);
        for (index, greeting) in value.many("greetings").iter().enumerate() {
            let at = at.field("greetings").item(index);
            match greeting.maybe("step") {
                Some(step) => script.expect_step(&at, "this greeting", &step),
                None => at.problem(late!("`step` is missing"), late!("Add the id of the step that is to be said")),
            }
        }
        let mut privacy = value.texts("privacy").unwrap_or_default();
        privacy.0.retain(|(_, url)| {
            let flaw = flaw(url);
            if let Some(mend) = flaw {
                at.field("privacy").problem(&["`", url, late!("` is not an address that can be used")].concat(), mend);
            }
            flaw.is_none()
        });
        let hours = value.part("hours");
        let words = Phrases::read(value);
        for (name, _) in &words.0 {
            if words::usual(name).is_none() {
                let mend = late!("The names are in docs/chat.md");
                at.field("words").field(name).problem(late!("the chat has no such words"), mend);
            }
        }
        Dialogue {
            company: value.texts("company").unwrap_or_default(),
            replies: value.texts("replies").unwrap_or_default(),
            privacy,
            consent: value.texts("consent"),
            script,
            answers,
            hours: (!hours.is_null()).then(|| Hours::read(&at.field("hours"), hours)),
            asks_satisfied: !matches!(value.part("ask_satisfied"), Value::Bool(false)),
            live: read_server(&at.field("live"), value.part("live")),
            words,
            more,
            understanding: OnceCell::new(),
        }
    }

    /// The consent line of the contact form.
    pub fn consent(&self, lang: Lang) -> &str {
        self.consent.as_ref().map_or_else(|| self.words.get(words::CONSENT, lang), |own| own.get(lang))
    }

    /// Whether somebody is there.
    pub fn is_open(&self, at: &Moment) -> bool {
        self.hours.as_ref().is_none_or(|hours| hours.are_open(at.now, at.ahead))
    }

    /// When somebody is there again; empty while somebody is, and where it takes longer than a week.
    pub fn back(&self, at: &Moment) -> String {
        let closed = self.hours.as_ref().filter(|_| !self.is_open(at));
        let Some((weekday, time)) = closed.and_then(|hours| hours.next(at.now, at.ahead)) else { return String::new() };
        let days = self.words.get(words::WEEKDAYS, at.lang);
        fill(self.words.get(words::BACK, at.lang), &[nth(days, b' ', weekday as usize), " ", &time].concat())
    }

    /// The step whose answer is awaited.
    pub fn asked(&self, chat: &Conversation) -> Option<&Step> {
        self.script.step(&chat.step)
    }

    /// Begins the script, where nothing was said or asked yet.
    pub fn begin(&self, chat: &mut Conversation, at: &Moment) {
        if chat.step.is_empty() && !chat.started() {
            if !self.is_open(at) {
                let away = join([self.words.get(words::AWAY, at.lang), &self.back(at)], " ");
                chat.push(Speaker::Bot, &away, at.now);
            }
            self.run(chat, self.script.0.first().map(|step| step.id.as_str()), at);
        }
    }

    /// Says what the script says from a step on, up to the next question or the end.
    pub fn run(&self, chat: &mut Conversation, from: Option<&str>, at: &Moment) {
        chat.step.clear();
        chat.misses = 0;
        let mut step = from.and_then(|id| self.script.step(id));
        // A script that goes round without asking is refused when it is read; this bound is for one changed since.
        for _ in 0..self.script.0.len() {
            let Some(talking) = step else { break };
            // Who has sent the form is not asked for it again.
            if !talking.contact.is_empty() && chat.contact.reachable() {
                step = self.after(talking, "", chat, at).and_then(|id| self.script.step(id));
                continue;
            }
            chat.push(Speaker::Bot, talking.say.get(at.lang), at.now);
            if talking.hand_over && !chat.said.has_stated(Intent::WantHuman) {
                chat.said.state(Intent::WantHuman, "");
            }
            if talking.asks() {
                chat.step.clone_from(&talking.id);
                break;
            }
            step = self.after(talking, "", chat, at).and_then(|id| self.script.step(id));
        }
    }

    /// The step after one, by its branches; `answer`: what was answered, if anything was.
    fn after<'s>(&self, step: &'s Step, answer: &str, chat: &Conversation, at: &Moment) -> Option<&'s str> {
        let holds = |branch: &&Branch| {
            let any = |none: bool, one: bool| none || one;
            any(branch.answer.is_empty(), branch.answer.iter().any(|glob| glob.matches(answer)))
                && any(branch.tier.is_empty(), branch.tier.contains(&at.tier))
                && any(branch.page.is_empty(), branch.page.iter().any(|glob| glob.matches(at.page)))
                && branch.hours.is_none_or(|hours| (hours == Presence::Open) == self.is_open(at))
                && any(branch.intent.is_empty(), branch.intent.iter().any(|intent| has_said(chat, *intent)))
        };
        step.branches.iter().find(holds).map(|branch| &branch.next).or(step.next.as_ref()).map(String::as_str)
    }

    /// Takes a reply of a step.
    fn take(&self, chat: &mut Conversation, step: &Step, reply: &Reply, at: &Moment) {
        let answer = reply.value.as_deref().unwrap_or(reply.say.get(at.lang));
        if let Some(fact) = step.fills {
            chat.said.fill(fact, answer);
        }
        let next = reply.next.as_deref().or_else(|| self.after(step, answer, chat, at));
        self.run(chat, next, at);
    }

    /// Takes a chosen reply. `false` where there is none such.
    pub fn choose(&self, chat: &mut Conversation, index: usize, at: &Moment) -> bool {
        let Some((step, reply)) = self.asked(chat).and_then(|step| Some((step, step.replies.get(index)?))) else {
            return false;
        };
        chat.push(Speaker::Visitor, reply.say.get(at.lang), at.now);
        self.take(chat, step, reply, at);
        true
    }

    /// Takes what the visitor wrote, and says what was understood; `None` where it is empty.
    pub fn write(&self, chat: &mut Conversation, text: &str, at: &Moment) -> Option<Vec<Intent>> {
        let text = clean(text, MAX_MESSAGE);
        if text.is_empty() {
            return None;
        }
        chat.push(Speaker::Visitor, &text, at.now);
        let understood = self.understanding().of(&text, Some(at.lang));
        hear(chat, &text, &understood);
        if chat.live.agent.is_empty() {
            self.answer(chat, &text, &understood, at);
        }
        Some(gather(understood.intents.0.into_iter().map(|(intent, _)| intent)))
    }

    /// Takes what the visitor wrote in another chat, without an answer, and says what was understood.
    pub fn overhear(&self, chat: &mut Conversation, text: &str, lang: Lang) -> Vec<Intent> {
        let understood = self.understanding().of(text, Some(lang));
        hear(chat, text, &understood);
        chat.version += 1;
        gather(understood.intents.0.into_iter().map(|(intent, _)| intent))
    }

    /// What is needed to understand, which is read when it is needed first.
    pub fn understanding(&self) -> &Understanding {
        self.understanding.get_or_init(|| Understanding::with(&self.more))
    }

    /// Answers what the visitor wrote.
    fn answer(&self, chat: &mut Conversation, text: &str, understood: &Understood, at: &Moment) {
        let step = self.asked(chat);
        let fit = step.and_then(|step| Some((step, fit(step, text, understood, at.lang)?)));
        if let Some((step, Fit::Reply(reply))) = fit {
            return self.take(chat, step, reply, at);
        }
        let leads_back = |answer: &&Answer| answer.next.is_some() && answer.next == step.map(|step| step.id.clone());
        if let Some(answer) = self.prepared(understood).filter(|answer| !leads_back(answer)) {
            chat.push(Speaker::Bot, answer.say.get(at.lang), at.now);
            match (&answer.next, step, &fit) {
                (Some(next), ..) => {
                    if let Some((step, Fit::Words(words))) = fit
                        && let Some(fact) = step.fills.filter(|_| chat.said.timeframe != Some(Timeframe::NotBuying))
                    {
                        chat.said.fill(fact, &words);
                    }
                    return self.run(chat, Some(next), at);
                }
                // No question, but an answer to one, which goes on below.
                (None, Some(_), Some((_, Fit::Words(_)))) if !text.contains('?') => {}
                (None, step, _) => {
                    // Nobody is greeted twice.
                    let open = step.filter(|step| self.script.0.first() != Some(step));
                    return chat.push(Speaker::Bot, open.map_or("", |step| step.say.get(at.lang)), at.now);
                }
            }
        }
        let say = |word| self.words.get(word, at.lang);
        match fit {
            Some((step, Fit::Words(answer))) => {
                if let Some(fact) = step.fills {
                    chat.said.fill(fact, &answer);
                }
                let next = self.after(step, &answer, chat, at);
                self.run(chat, next, at);
            }
            Some((step, Fit::Miss(word))) => {
                chat.misses += 1;
                if chat.misses < PATIENCE {
                    let is_question = word == words::ASK_CHOICE && text.contains('?');
                    chat.push(Speaker::Bot, say(if is_question { words::PASSED_ON } else { word }), at.now);
                } else if let Some(next) = self.after(step, text, chat, at) {
                    self.run(chat, Some(next), at);
                } else {
                    chat.push(Speaker::Bot, say(words::NOTED), at.now);
                }
            }
            // Beside the form.
            _ if step.is_some() => {
                let reachable = understood.emails.len() + understood.phones.len() > 0;
                chat.push(Speaker::Bot, say(if reachable { words::CHECK_FORM } else { words::NOTED }), at.now);
            }
            _ => {
                let form = self.script.0.iter().find(|step| !step.contact.is_empty());
                let is_wanted = !chat.contact.reachable() && !has_said(chat, Intent::NotInterested);
                match form.filter(|_| is_wanted) {
                    Some(form) => self.run(chat, Some(&form.id), at),
                    None => chat.push(Speaker::Bot, say(words::NOTED), at.now),
                }
            }
        }
    }

    /// The prepared answer to a message.
    fn prepared(&self, understood: &Understood) -> Option<&Answer> {
        let named = |index: usize| understood.named.contains(&[ANSWER, &number(index as u64)].concat());
        let means = |answer: &&Answer| answer.intent.iter().any(|intent| understood.means(*intent));
        let mut answers = self.answers.iter().enumerate();
        let by_words = answers.find(|(index, _)| named(*index)).map(|(_, answer)| answer);
        by_words.or_else(|| self.answers.iter().find(means))
    }

    /// Takes the contact form: either it is kept and the script goes on, or the errors say what to correct.
    pub fn submit(
        &self,
        chat: &mut Conversation,
        contact: Contact,
        agreed: bool,
        at: &Moment,
    ) -> Result<(), Vec<FieldError>> {
        let contact = contact.cleaned();
        let mut errors: Vec<FieldError> = Vec::new();
        if contact.email.is_none() && contact.phone.is_none() {
            errors.push((Some(Field::Email), words::NEED_A_WAY));
        }
        if contact.email.as_ref().is_some_and(|email| !is_email(email)) {
            errors.push((Some(Field::Email), words::BAD_EMAIL));
        }
        if contact.phone.as_ref().is_some_and(|phone| !is_phone(phone)) {
            errors.push((Some(Field::Phone), words::BAD_PHONE));
        }
        if !agreed {
            errors.push((None, words::NEED_CONSENT));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let summary = join(Field::NAMES.all.iter().filter_map(|field| contact.get(*field)), ", ");
        chat.push(Speaker::Visitor, &summary, at.now);
        chat.contact = contact;
        self.consent(at.lang).clone_into(&mut chat.agreed);
        let next = self.asked(chat).and_then(|step| self.after(step, "", chat, at));
        if chat.live.agent.is_empty() {
            self.run(chat, next, at);
        } else {
            chat.step.clear();
        }
        Ok(())
    }
}

/// Whether the visitor has said so, in words or by an answer.
fn has_said(chat: &Conversation, intent: Intent) -> bool {
    let said = &chat.said;
    match intent {
        Intent::TimeframeNow => said.timeframe == Some(Timeframe::Now),
        Intent::TimeframeTwoMonths => said.timeframe == Some(Timeframe::TwoMonths),
        Intent::TimeframeLater => said.timeframe == Some(Timeframe::Later),
        Intent::TimeframeNone => said.timeframe == Some(Timeframe::None),
        Intent::NotInterested => said.timeframe == Some(Timeframe::NotBuying),
        Intent::AuthorityYes => said.authority == Some(Authority::Decides),
        Intent::AuthorityNo => said.authority == Some(Authority::Other),
        Intent::Budget => said.budget.is_some(),
        Intent::CurrentSupplier => said.current_supplier.is_some(),
        Intent::ContactEmail => chat.known.or(&chat.contact).email.is_some(),
        Intent::ContactPhone => chat.known.or(&chat.contact).phone.is_some(),
        _ => said.has_stated(intent),
    }
}

/// Takes what was understood into what is known of the visitor.
fn hear(chat: &mut Conversation, text: &str, understood: &Understood) {
    take_in(&mut chat.said, text, understood);
    for (field, found) in [(Field::Email, &understood.emails), (Field::Phone, &understood.phones)] {
        if let Some(first) = found.first() {
            chat.known.set(field, first);
        }
    }
}

/// Takes what was understood of a text into what was said so far.
pub fn take_in(said: &mut Qualification, text: &str, understood: &Understood) {
    for (intent, evidence) in understood.intents.0.iter().rev() {
        let sentence = sentence(text, evidence);
        match fact_of(*intent) {
            Some((fact, value)) => said.fill(fact, value),
            None => match intent {
                Intent::Budget => {
                    said.fill(Fact::Budget, understood.amounts.first().map_or(sentence, |amount| &amount.text))
                }
                Intent::CurrentSupplier => said.fill(Fact::CurrentSupplier, sentence),
                Intent::ContactEmail | Intent::ContactPhone => {}
                _ => said.state(*intent, sentence),
            },
        }
    }
}

/// The sentence of a text that has these words in it: what sales is told, and not all of a long message for each thing in it.
fn sentence<'t>(text: &'t str, words: &str) -> &'t str {
    let bytes = text.as_bytes();
    let starts = |at: &usize| bytes.get(*at..).is_some_and(|rest| rest.starts_with(words.as_bytes()));
    let Some(mut begin) = (0..bytes.len()).find(starts) else { return text };
    let ends = |at: usize| {
        let is_over = bytes.get(at).is_none_or(u8::is_ascii_whitespace);
        is_over && matches!(bytes.get(at.wrapping_sub(1)), Some(b'.' | b'?' | b'!' | b'\n'))
    };
    let mut end = begin + words.len();
    while begin > 0 && !ends(begin) {
        begin -= 1;
    }
    while end < bytes.len() && !ends(end) {
        end += 1;
    }
    let sentence = text.get(begin..end).unwrap_or(text).trim();
    sentence.strip_suffix('.').unwrap_or(sentence) // It stands in the midst of others.
}

/// The fact that is stated by an intent, and its value.
fn fact_of(intent: Intent) -> Option<(Fact, &'static str)> {
    Some(match intent {
        Intent::TimeframeNow => (Fact::Timeframe, Timeframe::Now.name()),
        Intent::TimeframeTwoMonths => (Fact::Timeframe, Timeframe::TwoMonths.name()),
        Intent::TimeframeLater => (Fact::Timeframe, Timeframe::Later.name()),
        Intent::TimeframeNone => (Fact::Timeframe, Timeframe::None.name()),
        Intent::NotInterested => (Fact::Timeframe, Timeframe::NotBuying.name()),
        Intent::AuthorityYes => (Fact::Authority, Authority::Decides.name()),
        Intent::AuthorityNo => (Fact::Authority, Authority::Other.name()),
        _ => return None,
    })
}

/// What the visitor's own words are to a step; `None` where it asks by a form.
fn fit<'s>(step: &'s Step, text: &str, understood: &Understood, lang: Lang) -> Option<Fit<'s>> {
    let expected = step.expected().filter(|_| step.contact.is_empty())?;
    let same = |reply: &&Reply| fold(reply.say.get(lang)).trim() == fold(text).trim();
    // The reply of a value that the words state.
    let stated = |reply: &&Reply| {
        let mut facts = understood.intents.0.iter().filter_map(|(intent, _)| fact_of(*intent));
        facts.any(|(fact, value)| Some(fact) == step.fills && reply.value.as_deref() == Some(value))
    };
    if let Some(reply) = step.replies.iter().find(same).or_else(|| step.replies.iter().find(stated)) {
        return Some(Fit::Reply(reply));
    }
    let found = |found: Option<&String>, miss| found.map_or(Fit::Miss(miss), |found| Fit::Words(found.clone()));
    Some(match expected {
        Expected::Text => Fit::Words(text.to_owned()),
        Expected::Email => found(understood.emails.first(), words::BAD_EMAIL),
        Expected::Phone => found(understood.phones.first(), words::BAD_PHONE),
        Expected::Number if text.bytes().any(|byte| byte.is_ascii_digit()) => Fit::Words(text.to_owned()),
        Expected::Number => Fit::Miss(words::ASK_NUMBER),
        Expected::Date if understood.dates.is_empty() => Fit::Miss(words::ASK_DATE),
        Expected::Date => Fit::Words(text.to_owned()),
        Expected::Choice => Fit::Miss(words::ASK_CHOICE),
    })
}

fn read_answer(at: &At, index: usize, value: &Value, script: &Script, more: &mut [String; 3]) -> Answer {
    let answer = Answer {
        to: value.texts("to").unwrap_or_default(),
        intent: script::words(value, "intent", Intent::NAMES),
        say: value.texts("say").unwrap_or_default(),
        next: value.maybe("next"),
    };
    let name = [ANSWER, &number(index as u64)].concat();
    for (tag, patterns) in &answer.to.0 {
        let lines = patterns.split('\n').map(|line| [&name, ": ", line, "\n"].concat());
        let lines = lines.collect::<String>();
        if let Err(why) = Lexicon::default().read(&lines) {
            let to = at.field("to");
            let at = if tag.is_empty() { to } else { to.field(tag) };
            at.problem(&["`", patterns, late!("` is no pattern: "), &why].concat(), HOW);
        }
        for (lang, more) in Lang::NAMES.all.iter().zip(&mut *more) {
            if tag.is_empty() || tag == lang.name() {
                *more += &lines;
            }
        }
    }
    if answer.to.0.is_empty() && value.part("intent").is_null() {
        at.problem(late!("nothing says which questions this answers"), late!("Add `to` or `intent`"));
    }
    match &answer.next {
        Some(next) => script.expect_step(at, "this answer", next),
        None if answer.say.0.is_empty() => at.problem(late!("this answer says nothing"), late!("Add `say` or `next`")),
        None => {}
    }
    answer
}

const HOW: &str =
    late!("Write spaces between words, none around |, and semicolons between patterns: docs/understanding.md");

/// Reads where people can be reached. What is wrong with it is noted, and then nobody can.
fn read_server(at: &At, value: &Value) -> Option<Server> {
    let server = chatwoot::server(value)?;
    let flaw = flaw(&server.url).filter(|_| !server.url.is_empty());
    if let Some(mend) = flaw {
        at.field("server").problem(&["`", &server.url, late!("` is not an address that can be used")].concat(), mend);
    }
    let has_inbox = chatwoot::is_inbox(&server.inbox);
    if !has_inbox {
        let mend = late!("Write the inbox identifier that Chatwoot shows in the settings of the API inbox");
        at.field("inbox").problem(late!("this is no identifier of an inbox"), mend);
    }
    Some(server).filter(|_| flaw.is_none() && has_inbox)
}

/// Reads lines that config adds to the lexicons.
fn read_lexicon(at: &At, value: &Value, more: &mut [String; 3]) {
    for ((tag, _), own) in Lang::NAMES.pairs().zip(more) {
        for (index, line) in value.many(tag).iter().filter_map(Value::as_str).enumerate() {
            let at = at.field(tag).item(index);
            let mut one = Lexicon::default();
            if let Err(why) = one.read(line) {
                at.problem(&["`", line, late!("` is no line of a lexicon: "), &why].concat(), HOW);
            }
            let is_known = |name: &String| Intent::NAMES.find(name).is_some() || lists(SPECIAL, name);
            for name in one.names.iter().filter(|name| !is_known(name)) {
                let mend = &["Known are ", &join(split(Intent::NAMES.words, b' '), ", ")].concat();
                at.problem(&[late!("there is no intent `"), name, "`"].concat(), mend);
            }
            *own += line;
            own.push('\n');
        }
    }
}
