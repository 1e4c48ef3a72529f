//! What a visitor means: intents and facts, from free text in English, Finnish and Hungarian. Owns which language a text is in, what a
//! negation takes away, and what amounts, addresses and numbers are; must not have words of a language in it: those are data
//! ([`crate::lexicon`]).

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::chat::{is_email, is_phone};
use crate::lexicon::{Lexicon, Match, Token, tokens};
use crate::names::names;
use crate::text::Lang;

/// What visitors say that matters to sales.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // They say it themselves.
pub enum Intent {
    AskPrice,
    AskPayment,
    AskDelivery,
    AskQuantity,
    AskInstallation,
    AskWarranty,
    AskContract,
    AskStart,
    AskVariant,
    WantDemo,
    WantMeeting,
    WantCallback,
    WantHuman,
    TimeframeNow,
    TimeframeTwoMonths,
    TimeframeLater,
    TimeframeNone,
    Budget,
    AuthorityYes,
    AuthorityNo,
    CurrentSupplier,
    ObjectionPrice,
    ObjectionDelivery,
    ObjectionProduct,
    ObjectionCompany,
    ObjectionNoHurry,
    ObjectionMustAsk,
    NotInterested,
    ContactEmail,
    ContactPhone,
}

names!(Intent {
    AskPrice "ask_price", AskPayment "ask_payment", AskDelivery "ask_delivery", AskQuantity "ask_quantity",
    AskInstallation "ask_installation", AskWarranty "ask_warranty", AskContract "ask_contract", AskStart "ask_start",
    AskVariant "ask_variant", WantDemo "want_demo", WantMeeting "want_meeting", WantCallback "want_callback",
    WantHuman "want_human", TimeframeNow "timeframe_now", TimeframeTwoMonths "timeframe_two_months",
    TimeframeLater "timeframe_later", TimeframeNone "timeframe_none", Budget "budget", AuthorityYes "authority_yes",
    AuthorityNo "authority_no", CurrentSupplier "current_supplier", ObjectionPrice "objection_price",
    ObjectionDelivery "objection_delivery", ObjectionProduct "objection_product", ObjectionCompany "objection_company",
    ObjectionNoHurry "objection_no_hurry", ObjectionMustAsk "objection_must_ask", NotInterested "not_interested",
    ContactEmail "contact_email", ContactPhone "contact_phone"
});

/// What was understood of a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Understood {
    /// The language that most of it is in.
    pub lang: Lang,
    /// The intents, and the words of the text that say so.
    pub intents: BTreeMap<Intent, String>,
    /// Sums of money.
    pub amounts: Vec<Amount>,
    /// E-mail addresses.
    pub emails: Vec<String>,
    /// Telephone numbers.
    pub phones: Vec<String>,
    /// Days, weeks, months and years, as they were written.
    pub dates: Vec<String>,
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

/// The lexicons, in the order of [`Lang`].
static LEXICONS: LazyLock<[Lexicon; 3]> = LazyLock::new(|| {
    [
        include_str!("defaults/lexicon-en.txt"),
        include_str!("defaults/lexicon-fi.txt"),
        include_str!("defaults/lexicon-hu.txt"),
    ]
    .map(|text| Lexicon::read(text).expect("the lexicons have no problems"))
});

/// A negation reaches so many words on, and so many back.
const REACH: (usize, usize) = (5, 2);

/// What a text means. `lang`: the language that it is in, where that is known; parts in others are understood too.
pub fn understand(text: &str, lang: Option<Lang>) -> Understood {
    let tokens = tokens(text);
    let known = LEXICONS.each_ref().map(|lexicon| lexicon.knows(&tokens));
    let most = known.iter().max().copied().unwrap_or_default();
    // Parts may be in another language; and where no word tells, it may be any.
    let counts = |of: usize| {
        most == 0 || lang == Some(Lang::NAMES.all[of]) || known[of] == most || known[of] >= 2 && known[of] * 2 >= most
    };
    let mut readings: Vec<_> =
        (0..LEXICONS.len()).filter(|of| counts(*of)).map(|of| (of, Reading::new(&LEXICONS[of], &tokens))).collect();
    let best = readings.iter().rev().max_by_key(|(of, reading)| (known[*of], reading.intents.len()));
    let lang = lang.or(best.map(|(of, _)| Lang::NAMES.all[*of])).unwrap_or_default();
    let mut understood = Understood { lang, ..facts(text) };
    readings.sort_by_key(|(of, _)| *of != lang as usize); // Its own language has the first word.
    for (_, reading) in &readings {
        let said = |(from, to): &(usize, usize)| {
            text.get(tokens[*from].span.0..tokens[*to - 1].span.1).unwrap_or_default().to_owned()
        };
        for (intent, found) in &reading.intents {
            understood.intents.entry(*intent).or_insert_with(|| said(found));
        }
        for date in reading.dates.iter().map(said) {
            if !understood.dates.iter().any(|known| known.contains(&date)) {
                understood.dates.push(date);
            }
        }
    }
    for (intent, said) in [(Intent::ContactEmail, &understood.emails), (Intent::ContactPhone, &understood.phones)] {
        if let Some(first) = said.first() {
            understood.intents.insert(intent, first.clone());
        }
    }
    // What is said against a price or a delivery is no question about it.
    for (objection, ask) in
        [(Intent::ObjectionPrice, Intent::AskPrice), (Intent::ObjectionDelivery, Intent::AskDelivery)]
    {
        if understood.intents.contains_key(&objection) && !text.contains('?') {
            understood.intents.remove(&ask);
        }
    }
    let asks = [Intent::AskPrice, Intent::ObjectionPrice].iter().any(|ask| understood.intents.contains_key(ask));
    if let Some(amount) = understood.amounts.first().filter(|_| !asks) {
        understood.intents.entry(Intent::Budget).or_insert_with(|| amount.text.clone());
    }
    understood
}

/// What one lexicon finds in a text: the first token of each, and the one after its last. Of its names `no` are negations, `neutral`
/// those that take nothing away, `date` times, and the others intents.
struct Reading {
    intents: BTreeMap<Intent, (usize, usize)>,
    dates: Vec<(usize, usize)>,
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
        let mut intents = BTreeMap::new();
        for (means, found) in &found {
            let Some(intent) = Intent::NAMES.find(&lexicon.names[*means]) else { continue };
            let (from, to) = found.tokens;
            let takes_away = |at: &usize| {
                let near = (from.saturating_sub(REACH.0)..to + REACH.1).contains(at);
                near && (tokens[*at].clause == tokens[from].clause || tokens[*at].clause == tokens[to - 1].clause)
            };
            if !(found.negatable && negations.iter().any(takes_away)) {
                intents.entry(intent).or_insert(found.tokens);
            }
        }
        let dates = of("date").iter().map(|found| found.tokens).collect();
        Reading { intents, dates }
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
        let in_word = before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '@' || letter == '_');
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
    let before = CURRENCIES
        .iter()
        .find(|(unit, _)| sign.as_deref() == Some(*unit) && unit.chars().all(|sign| !sign.is_alphabetic()));
    let (mut factor, mut currency, mut said) = (None, before.map(|(_, currency)| *currency), number.to_owned());
    for word in after.split_whitespace().take(2) {
        let folded = crate::lexicon::fold(word);
        let unit = folded.trim_end_matches(|letter: char| ".,?!/".contains(letter));
        let is_unit = |name: &str| if name.len() > 2 { unit.starts_with(name) } else { unit == name };
        match (FACTORS.iter().find(|(name, _)| is_unit(name)), CURRENCIES.iter().find(|(name, _)| is_unit(name))) {
            (Some((_, by)), _) if factor.is_none() => factor = Some(*by),
            (_, Some((_, of))) if currency.is_none() => currency = Some(of),
            _ => break,
        }
        said = [&said, " ", word.trim_end_matches(|letter: char| ".,?!/".contains(letter))].concat();
    }
    let value = value(number)? * factor.unwrap_or(1.0);
    (factor.is_some() || currency.is_some()).then_some(Amount { text: said, value, currency })
}

/// A number as people write it: points, commas and spaces between thousands, one of them before decimals.
fn value(number: &str) -> Option<f64> {
    let last = number.rfind(|letter: char| !letter.is_ascii_digit());
    let decimals = last.map(|at| number.len() - at - 1).filter(|digits| *digits < 3);
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let value: f64 = digits.parse().ok()?;
    Some(decimals.map_or(value, |digits| value / 10f64.powi(digits as i32)))
}
