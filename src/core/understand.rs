//! What a visitor means: intents and facts, from free text in English, Finnish and Hungarian. Owns which language a text is in, what a
//! negation takes away, and what amounts, addresses and numbers are; must not have words of a language in it: those are data
//! ([`crate::lexicon`]).

use std::cell::OnceCell;
use std::rc::Rc;

use crate::chat::{is_email, is_phone};
use crate::intent::Intent;
use crate::lexicon::{Lexicon, Match, Token, fold, frequent, is_letter, tokens};
use crate::list::sort_down;
use crate::sorted::Sorted;
use crate::text::{Lang, lists};

/// What was understood of a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Understood {
    /// The language that most of it is in.
    pub lang: Lang,
    /// The intents, and the words of the text that say so.
    pub intents: Sorted<Intent, String>,
    /// Sums of money.
    pub amounts: Vec<Amount>,
    /// E-mail addresses.
    pub emails: Vec<String>,
    /// Telephone numbers.
    pub phones: Vec<String>,
    /// Days, weeks, months and years, as they were written.
    pub dates: Vec<String>,
    /// Names of what else was found, which are the site owner's own.
    pub named: Vec<String>,
}

impl Understood {
    /// Whether it says so.
    pub fn means(&self, intent: Intent) -> bool {
        self.intents.get(&intent).is_some()
    }

    /// Takes words for an intent that has none yet.
    fn hear(&mut self, intent: Intent, words: &str) {
        if !self.means(intent) {
            *self.intents.entry(&intent) = words.to_owned();
        }
    }
}

/// A sum of money.
#[derive(Clone, Debug, PartialEq)]
pub struct Amount {
    /// As it was written.
    pub text: String,
    /// How much.
    pub value: f64,
    /// ISO 4217, where it was said.
    pub currency: Option<&'static str>,
}

/// leadheat's own lexicons, in the order of [`Lang`].
const OWN: [&str; 3] = [
    include_str!("defaults/lexicon-en.txt"),
    include_str!("defaults/lexicon-fi.txt"),
    include_str!("defaults/lexicon-hu.txt"),
];

thread_local! {
    /// The same, read: each when a message in its language comes, since that takes a slow phone some 20 ms.
    static READ: [OnceCell<Rc<Lexicon>>; 3] = const { [const { OnceCell::new() }; 3] };
}

/// The names that are no intents and have a meaning of their own: see [`crate::lexicon`].
pub const SPECIAL: &str = "words no neutral date";

/// A negation reaches so many words on, and so many back.
const REACH: (usize, usize) = (5, 2);

/// What leadheat understands on a site: its own lexicons, and what the site owner added.
#[derive(Clone, Debug)]
pub struct Understanding([Language; 3]);

/// One of them.
#[derive(Clone, Debug)]
struct Language {
    /// The words by which it is known.
    frequent: Vec<String>,
    /// What the site owner added.
    more: String,
    lexicon: OnceCell<Rc<Lexicon>>,
}

impl Understanding {
    /// With more lines for each lexicon, in the order of [`Lang`]. A line with a problem adds nothing.
    pub fn with(more: &[String; 3]) -> Understanding {
        let language = |of: usize| Language {
            frequent: [frequent(OWN[of]), frequent(&more[of])].concat(),
            more: more[of].clone(),
            lexicon: OnceCell::new(),
        };
        Understanding([language(0), language(1), language(2)])
    }

    /// Reads the lexicon of a language before a message comes in it.
    pub fn prepare(&self, lang: Lang) {
        self.lexicon(lang as usize);
    }

    fn lexicon(&self, of: usize) -> &Lexicon {
        let Language { more, lexicon, .. } = &self.0[of];
        lexicon.get_or_init(|| {
            let own =
                READ.with(|read| read[of].get_or_init(|| Rc::new(read_lines(Lexicon::default(), OWN[of]))).clone());
            if more.is_empty() { own } else { Rc::new(read_lines((*own).clone(), more)) }
        })
    }

    /// What a text means. `lang`: the language that it is in, where that is known; parts in others are understood too.
    pub fn of(&self, text: &str, lang: Option<Lang>) -> Understood {
        let tokens = tokens(text);
        let known = self
            .0
            .each_ref()
            .map(|language| tokens.iter().filter(|token| language.frequent.contains(&token.word)).count());
        let most = known.iter().max().copied().unwrap_or_default();
        // Parts may be in another language; and where no word tells, it may be any.
        let counts = |of: usize| {
            most == 0
                || lang == Some(Lang::NAMES.all[of])
                || known[of] == most
                || known[of] >= 2 && known[of] * 2 >= most
        };
        let mut readings: Vec<_> =
            (0..OWN.len()).filter(|of| counts(*of)).map(|of| (of, Reading::new(self.lexicon(of), &tokens))).collect();
        let best = readings.iter().rev().max_by_key(|(of, reading)| (known[*of], reading.intents.0.len()));
        let lang = lang.or(best.map(|(of, _)| Lang::NAMES.all[*of])).unwrap_or_default();
        let mut understood = Understood { lang, ..facts(text) };
        sort_down(&mut readings, |(of, _)| i64::from(*of == lang as usize)); // Its own language has the first word.
        for (_, reading) in &readings {
            let said = |(from, to): &(usize, usize)| {
                text.get(tokens[*from].span.0..tokens[*to - 1].span.1).unwrap_or_default().to_owned()
            };
            for (intent, found) in &reading.intents.0 {
                understood.hear(*intent, &said(found));
            }
            understood.named.extend(reading.named.iter().cloned());
            for date in reading.dates.iter().map(said) {
                if !understood.dates.iter().any(|known| known.contains(&date)) {
                    understood.dates.push(date);
                }
            }
        }
        for (intent, said) in [(Intent::ContactEmail, &understood.emails), (Intent::ContactPhone, &understood.phones)] {
            if let Some(first) = said.first() {
                *understood.intents.entry(&intent) = first.clone();
            }
        }
        // What is said against a price or a delivery is no question about it.
        for (objection, ask) in
            [(Intent::ObjectionPrice, Intent::AskPrice), (Intent::ObjectionDelivery, Intent::AskDelivery)]
        {
            if understood.means(objection) && !text.contains('?') {
                understood.intents.remove(&ask);
            }
        }
        let asks = understood.means(Intent::AskPrice) || understood.means(Intent::ObjectionPrice);
        if let Some(amount) = understood.amounts.first().filter(|_| !asks).map(|amount| amount.text.clone()) {
            understood.hear(Intent::Budget, &amount);
        }
        understood
    }
}

/// With the lines of a text. Each that has a problem adds nothing.
fn read_lines(mut lexicon: Lexicon, text: &str) -> Lexicon {
    for line in text.lines() {
        let _ = lexicon.read(line);
    }
    lexicon
}

/// What a text means to who knows leadheat's own lexicons alone.
#[cfg(feature = "native")]
pub fn understand(text: &str, lang: Option<Lang>) -> Understood {
    thread_local!(static USUAL: Understanding = Understanding::with(&Default::default()));
    USUAL.with(|usual| usual.of(text, lang))
}

/// What one lexicon finds in a text: the first token of each, and the one after its last. Of its names `no` are negations, `neutral`
/// those that take nothing away, `date` times, and the others intents.
struct Reading {
    intents: Sorted<Intent, (usize, usize)>,
    dates: Vec<(usize, usize)>,
    named: Vec<String>,
}

impl Reading {
    fn new(lexicon: &Lexicon, tokens: &[Token]) -> Reading {
        let found = lexicon.find(tokens);
        let of = |name: &str| -> Vec<&Match> {
            found.iter().filter(|(means, _)| lexicon.names[*means] == name).map(|(_, found)| found).collect()
        };
        let neutral = of("neutral");
        let negations: Vec<usize> = of("no")
            .iter()
            .flat_map(|found| [found.tokens.0, found.tokens.1 - 1])
            .filter(|at| !neutral.iter().any(|found| (found.tokens.0..found.tokens.1).contains(at)))
            .collect();
        let (mut intents, mut named) = (Sorted::default(), Vec::new());
        for (means, found) in &found {
            let name = &lexicon.names[*means];
            let Some(intent) = Intent::NAMES.find(name) else {
                if !lists(SPECIAL, name) {
                    named.push(name.clone());
                }
                continue;
            };
            let (from, to) = found.tokens;
            let takes_away = |at: &usize| {
                let near = (from.saturating_sub(REACH.0)..to + REACH.1).contains(at);
                near && (tokens[*at].clause == tokens[from].clause || tokens[*at].clause == tokens[to - 1].clause)
            };
            let is_known = intents.get(&intent).is_some();
            if !(is_known || found.negatable && negations.iter().any(takes_away)) {
                *intents.entry(&intent) = found.tokens;
            }
        }
        let dates = of("date").iter().map(|found| found.tokens).collect();
        Reading { intents, dates, named }
    }
}

/// Units of money by how they begin, folded, and the currency; and what multiplies a number.
const CURRENCIES: [(&str, &str); 14] = [
    ("€", "EUR"),
    ("eur", "EUR"),
    ("e", "EUR"),
    ("$", "USD"),
    ("usd", "USD"),
    ("dollar", "USD"),
    ("£", "GBP"),
    ("gbp", "GBP"),
    ("pound", "GBP"),
    ("ft", "HUF"),
    ("huf", "HUF"),
    ("forint", "HUF"),
    ("sek", "SEK"),
    ("inr", "INR"),
];
const FACTORS: [(&str, f64); 8] = [
    ("k", 1e3),
    ("tuhat", 1e3),
    ("tuhan", 1e3),
    ("ezer", 1e3),
    ("thousand", 1e3),
    ("million", 1e6),
    ("miljo", 1e6),
    ("millio", 1e6),
];

/// Addresses, numbers and sums in a text.
fn facts(text: &str) -> Understood {
    let text = crate::text::clip(text, 2_000);
    let mut understood = Understood::default();
    for word in text.split(|letter: char| letter.is_whitespace() || "<>()[],;\"".contains(letter)) {
        let word = word.trim_matches(|letter: char| ".:!?'".contains(letter));
        if is_email(word.strip_prefix("mailto:").unwrap_or(word)) {
            understood.emails.push(word.strip_prefix("mailto:").unwrap_or(word).to_owned());
        }
    }
    let mut rest = text;
    while let Some(at) = rest.find(|letter: char| letter.is_ascii_digit() || letter == '+') {
        let of_number = |letter: &char| letter.is_ascii_digit() || "+-() ./".contains(*letter);
        let length = rest[at..].chars().take_while(of_number).count();
        let number = rest[at..at + length].trim_end_matches(|letter: char| !letter.is_ascii_digit());
        let before = &rest[..at];
        rest = &rest[at + length.max(1)..];
        let in_word = before.ends_with(|letter: char| is_letter(letter) || letter == '@' || letter == '_');
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        if in_word || digits == 0 {
            continue;
        }
        if is_date(number) {
            understood.dates.push(number.to_owned());
        } else if number.starts_with(['+', '0']) && digits >= 7 && is_phone(number) {
            understood.phones.push(number.to_owned());
        } else {
            understood.amounts.extend(amount(number, before, rest));
        }
    }
    understood
}

/// A day in digits: as 12.3.2027, 12/3/2027 or 2027-03-12.
fn is_date(number: &str) -> bool {
    let parts: Vec<_> = number.split(['.', '/', '-']).map(str::trim).collect();
    let year = |part: &str| part.len() == 4 && part.starts_with("20");
    parts.len() == 3
        && parts.iter().filter(|part| year(part)).count() == 1
        && parts.iter().all(|part| year(part) || (1..=2).contains(&part.len()))
}

/// A number with what stands around it, where it is a sum of money.
fn amount(number: &str, before: &str, after: &str) -> Option<Amount> {
    let sign = before.trim_end().chars().next_back().map(String::from);
    let before =
        CURRENCIES.iter().find(|(unit, _)| sign.as_deref() == Some(*unit) && unit.chars().all(|sign| !is_letter(sign)));
    let (mut factor, mut currency, mut said) = (None, before.map(|(_, currency)| *currency), number.to_owned());
    for word in after.split_whitespace().take(2) {
        let folded = fold(word);
        let unit = folded.trim_end_matches(|letter: char| ".,?!/".contains(letter));
        let is_unit = |name: &str| if name.len() > 2 { unit.starts_with(name) } else { unit == name };
        match (FACTORS.iter().find(|(name, _)| is_unit(name)), CURRENCIES.iter().find(|(name, _)| is_unit(name))) {
            (Some((_, by)), _) if factor.is_none() => factor = Some(*by),
            (_, Some((_, of))) if currency.is_none() => currency = Some(of),
            _ => break,
        }
        said = [&said, " ", word.trim_end_matches(|letter: char| ".,?!/".contains(letter))].concat();
    }
    let value = value(number) * factor.unwrap_or(1.0);
    (factor.is_some() || currency.is_some()).then_some(Amount { text: said, value, currency })
}

/// A number as people write it: points, commas and spaces between thousands, one of them before decimals.
fn value(number: &str) -> f64 {
    let last = number.rfind(|letter: char| !letter.is_ascii_digit());
    let decimals = last.map(|at| number.len() - at - 1).filter(|digits| *digits < 3);
    let digits = number.bytes().filter(u8::is_ascii_digit);
    let value = digits.fold(0.0, |value, digit| value * 10.0 + f64::from(digit - b'0'));
    let unit = [1.0, 10.0, 100.0][decimals.unwrap_or(0)];
    value / unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lexicons_have_no_problems() {
        for text in OWN {
            assert_eq!(Lexicon::default().read(text), Ok(()));
            assert!(frequent(text).len() > 20);
        }
    }
}
