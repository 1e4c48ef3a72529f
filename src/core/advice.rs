//! What sales can do with what was said: the known way to answer each objection, an opener and a close. Owns which of them
//! fits; the wording is among the chat's words, so that a company can put its own answers in. It is in the second half of the
//! program: only a conversation has anything to advise on.

use crate::intent::Intent;
use crate::qualify::{Qualification, Timeframe};
use crate::text::{Lang, clip, fill, join, quote};
use crate::words::{
    CLOSE_IF_SETTLED, CLOSE_LATER, CLOSE_SOON, CLOSE_STORY, CLOSE_THANKS, OPEN_NEED, OPEN_SUPPLIER, OPEN_WISH, Phrases,
    Word,
};

/// Some lines of advice; empty where nothing was said that needs any.
pub fn advice(said: &Qualification, words: &Phrases, lang: Lang) -> String {
    let objections = said.statements.iter().filter(|statement| statement.intent.is_objection());
    let answers = objections.map(|statement| {
        let way = words.get(Word(statement.intent.name()), lang);
        ["- ", &fill(way, &quote(&statement.words, 100))].concat()
    });
    let (opener, about) = opener(said);
    let close = close(said).map_or("", |close| words.get(close, lang));
    let opener = opener.map_or(String::new(), |opener| fill(words.get(opener, lang), clip(about, 100).trim_end()));
    join([join(answers, "\n"), opener, close.to_owned()], "\n")
}

/// What to open with, and about what.
fn opener(said: &Qualification) -> (Option<Word>, &str) {
    let wishes = [Intent::WantDemo, Intent::WantMeeting, Intent::WantCallback];
    match (&said.current_supplier, &said.need) {
        (Some(supplier), _) => (Some(OPEN_SUPPLIER), supplier),
        _ if wishes.iter().any(|wish| said.has_stated(*wish)) => (Some(OPEN_WISH), ""),
        (None, Some(need)) => (Some(OPEN_NEED), need),
        (None, None) => (None, ""),
    }
}

/// How to close: by what was said of the time.
fn close(said: &Qualification) -> Option<Word> {
    let objects = said.statements.iter().any(|statement| statement.intent.is_objection());
    Some(match said.timeframe? {
        Timeframe::Now | Timeframe::TwoMonths if objects => CLOSE_IF_SETTLED,
        Timeframe::Now | Timeframe::TwoMonths => CLOSE_SOON,
        Timeframe::Later => CLOSE_LATER,
        Timeframe::None => CLOSE_STORY,
        Timeframe::NotBuying => CLOSE_THANKS,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_objection_has_its_way_and_the_close_fits() {
        let advise = |said: &Qualification, lang| advice(said, &Phrases::default(), lang);
        let mut said = Qualification { timeframe: Some(Timeframe::Now), ..Qualification::default() };
        assert_eq!(advise(&Qualification::default(), Lang::En), "");
        let objections = Intent::NAMES.all.iter().filter(|intent| intent.is_objection());
        objections.for_each(|intent| said.state(*intent, "too much"));
        said.current_supplier = Some("we use Acme".into());
        for lang in Lang::NAMES.all {
            let lines = advise(&said, *lang);
            assert_eq!(lines.matches("too much").count(), 6, "{lines}");
            assert_eq!(lines.lines().count(), 8, "{lines}");
            assert!(lines.contains("we use Acme") && !lines.contains('{'), "{lines}");
        }
        assert!(advise(&said, Lang::En).contains("Tuesday or Thursday"));
    }
}
