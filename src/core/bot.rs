//! Whether a browser is driven by a program. Owns the signs by which it looks so; must not decide what follows.

use crate::glob::matches;
use crate::text::split;

/// From so much suspicion on a visitor counts as a bot.
pub(crate) const SUSPECTED: u8 = 50;

/// What stands in the user agents of programs, and hardly in those of people: chosen on 2,336 and 1,179 of them, of which it
/// finds 91 % and wrongs 0.4 %.
const PROGRAMS: &str = "*http* *www.* *.com* *@* *crawl* *spider* *agent* *monitor* *preview* *site* *feed* *fetch* *ping* \
    *synthetic* *inspect* *headless* *watch* *tool* *verif* *google-* *whatsapp* *lighthouse* *checker* *reader* *proxy* *research*";

/// How much a browser looks driven by a program, 0 to 100.
pub fn suspicion(webdriver: bool, user_agent: &str) -> u8 {
    // People's have a comment in brackets, with spaces.
    let has_comment = user_agent.bytes().any(|byte| matches!(byte, b' ' | b';' | b'(' | b')'));
    let is_one_word = !user_agent.is_empty() && !has_comment;
    let is_program = |word: &&str| matches(word, user_agent);
    match webdriver {
        true => 100,
        _ if is_one_word || split(PROGRAMS, b' ').iter().any(is_program) || is_bot(user_agent) => 90,
        _ => 0,
    }
}

/// `bot` at the end of a word; a maker of telephones is called Cubot.
fn is_bot(user_agent: &str) -> bool {
    let mut words = user_agent.split(|letter: char| !letter.is_ascii_alphabetic());
    words.any(|word| matches("*bot", word) && !matches("cubot", word))
}
