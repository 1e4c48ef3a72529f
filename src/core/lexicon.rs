//! The words by which a language says what visitors mean: patterns, as data. Owns their syntax and finding them in a text; must not
//! know what any of them is worth, and needs no regex engine.
//!
//! A lexicon has a line for each meaning, or several: names, a colon, and patterns between semicolons. A pattern is a sequence of
//! - words that stand side by side, `a|b` one of several, `stem*` any that begins so, `*stem*` any that has it in it;
//! - `#`, a number; `..`, up to four words of any kind; `^` and `$`, the beginning and end of a sentence;
//! - `-word`: the text must not have such a word anywhere; `!` at the beginning: a negation beside it takes nothing away, since the
//!   pattern has its own.
//!
//! The name `words` is not for patterns but for the language's most frequent words, all between `|`: it is known by them. What other
//! names mean is for others to say.
//!
//! Accents count neither here nor in what visitors write. A word of seven letters or more may have one wrong, missing or doubled, where
//! the lexicon has no other word that it could be.

use crate::text::late;

/// Most words that `..` stands for.
const GAP: usize = 4;
/// The name of the most frequent words, between `|`.
const FREQUENT: &str = "words";
/// Stands for any number.
const NUMBER: &str = "#";
/// From so many letters on, a word may have one mistake.
const LONG: usize = 7;

/// A word of a text, as it is compared: small letters without accents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The word.
    pub word: String,
    /// Where it begins and ends in the text, in bytes.
    pub span: (usize, usize),
    /// Which sentence it is in, counted from 0.
    pub sentence: usize,
    /// Which part of a sentence, counted through the text: commas and "but" end one.
    pub clause: usize,
}

/// A word of a pattern: whole, or only how a word begins, or what stands anywhere in it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    stem: String,
    is_prefix: bool,
    is_part: bool,
}

#[derive(Clone, Debug)]
enum Item {
    /// One of these words, by their numbers.
    Words(Vec<u16>),
    Gap,
    Start,
    End,
}

#[derive(Clone, Debug)]
struct Pattern {
    /// What it means: places in [`Lexicon::names`].
    means: Vec<usize>,
    items: Vec<Item>,
    never: Vec<u16>,
    negatable: bool,
}

/// A pattern that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Its first token, and the one after its last.
    pub tokens: (usize, usize),
    /// Whether a negation beside it takes it away.
    pub negatable: bool,
}

/// The patterns of a language.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    /// The meanings, by name, in the order in which they came.
    pub names: Vec<String>,
    /// The most frequent words of the language, by which it is known.
    frequent: Vec<String>,
    words: Vec<Word>,
    /// The words by their first letter: those that begin a word of a text, and those that may stand anywhere in it.
    by_letter: Vec<Vec<u16>>,
    parts: Vec<Vec<u16>>,
    patterns: Vec<Pattern>,
    /// The patterns that can begin with a word, by its number.
    by_word: Vec<Vec<usize>>,
}

impl Lexicon {
    /// Adds the lines of a text.
    ///
    /// # Errors
    /// Why a line is none, with the word that is wrong. Those before it are added.
    pub fn read(&mut self, text: &str) -> Result<(), String> {
        for line in text.lines() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let (names, patterns) =
                line.split_once(':').ok_or_else(|| late!("there is no colon after the names").to_owned())?;
            if names == FREQUENT {
                self.frequent.extend(frequent(line));
                continue;
            }
            let means: Vec<usize> = names.split_whitespace().map(|name| self.name(name)).collect();
            for pattern in patterns.split(';').map(str::trim).filter(|pattern| !pattern.is_empty()) {
                self.add(&means, pattern)?;
            }
        }
        Ok(())
    }

    fn name(&mut self, name: &str) -> usize {
        self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        })
    }

    fn add(&mut self, means: &[usize], text: &str) -> Result<(), String> {
        let own = text.strip_prefix('!');
        let (mut items, mut never) = (Vec::new(), Vec::new());
        for part in own.unwrap_or(text).split_whitespace() {
            match part {
                ".." => items.push(Item::Gap),
                "^" => items.push(Item::Start),
                "$" => items.push(Item::End),
                _ => match part.strip_prefix('-') {
                    Some(word) => never.push(self.word(word)?),
                    None => {
                        let words = part.split('|').map(|word| self.word(if word.is_empty() { part } else { word }));
                        items.push(Item::Words(words.collect::<Result<_, _>>()?));
                    }
                },
            }
        }
        let first = items.iter().find(|item| !matches!(item, Item::Start));
        let pattern = self.patterns.len();
        let after_start = items.windows(2).any(|pair| matches!(pair, [Item::Start, Item::Gap]));
        match first {
            _ if after_start => return Err(late!("a pattern begins with a word or a number").to_owned()),
            None | Some(Item::Gap) => return Err(late!("a pattern begins with a word or a number").to_owned()),
            Some(Item::Words(words)) => words.iter().for_each(|word| self.by_word[usize::from(*word)].push(pattern)),
            Some(_) => return Err(late!("a pattern has a word or a number").to_owned()),
        }
        self.patterns.push(Pattern { means: means.to_vec(), items, never, negatable: own.is_none() });
        Ok(())
    }

    fn word(&mut self, text: &str) -> Result<u16, String> {
        let stem = fold(text.trim_matches('*'));
        if text != NUMBER && (stem.is_empty() || !stem.bytes().all(|byte| byte.is_ascii_alphanumeric())) {
            let why = late!("` is no word: it has letters and digits, and perhaps a * at its ends");
            return Err(["`", text, why].concat());
        }
        let word = Word { stem, is_prefix: text.ends_with('*'), is_part: text.starts_with('*') };
        let number = u16::try_from(self.words.len()).map_err(|_| late!("there are too many words").to_owned())?;
        let letters = if word.is_part { &mut self.parts } else { &mut self.by_letter };
        let first = usize::from(word.stem.as_bytes()[0]);
        if letters.len() <= first {
            letters.resize(first + 1, Vec::new());
        }
        if let Some(known) = letters[first].iter().find(|known| self.words[usize::from(**known)] == word) {
            return Ok(*known);
        }
        letters[first].push(number);
        self.words.push(word);
        self.by_word.push(Vec::new());
        Ok(number)
    }

    /// The numbers of the words that a word of a text can be.
    fn words_of(&self, token: &str) -> Vec<u16> {
        let whole = |word: &Word| if word.is_prefix { token.starts_with(&word.stem) } else { token == word.stem };
        let mut found = self.beginning_as(token, whole);
        for (at, letter) in token.bytes().enumerate() {
            let begun = self.parts.get(usize::from(letter)).into_iter().flatten();
            let is_there =
                |part: &&u16| token.as_bytes()[at..].starts_with(self.words[usize::from(**part)].stem.as_bytes());
            found.extend(begun.filter(is_there));
        }
        if token.starts_with(|first: char| first.is_ascii_digit()) {
            found.extend(self.by_letter.get(usize::from(NUMBER.as_bytes()[0])).into_iter().flatten());
        }
        let is_clear = |word: &u16| self.words[usize::from(*word)].stem.len() > 4;
        if found.iter().any(is_clear) || token.len() + 1 < LONG || self.frequent.iter().any(|word| word == token) {
            return found;
        }
        found.extend(self.beginning_as(token, |word| word.stem.len() >= LONG && is_near(token, word)));
        found
    }

    /// The words with the same first letter that fit.
    fn beginning_as(&self, token: &str, fits: impl Fn(&Word) -> bool) -> Vec<u16> {
        let near = token.bytes().next().and_then(|first| self.by_letter.get(usize::from(first)));
        near.into_iter().flatten().copied().filter(|number| fits(&self.words[usize::from(*number)])).collect()
    }

    /// Every match of every pattern, by what it means.
    pub fn find(&self, tokens: &[Token]) -> Vec<(usize, Match)> {
        let words: Vec<Vec<u16>> = tokens.iter().map(|token| self.words_of(&token.word)).collect();
        let mut is_there = vec![false; self.words.len()];
        words.iter().flatten().for_each(|word| is_there[usize::from(*word)] = true);
        let mut found = Vec::new();
        for (at, of) in words.iter().enumerate() {
            let begun = of.iter().flat_map(|word| &self.by_word[usize::from(*word)]);
            for pattern in begun.map(|number| &self.patterns[*number]) {
                let text = Text { tokens, words: &words };
                if !pattern.never.iter().any(|never| is_there[usize::from(*never)])
                    && let Some(end) = text.fits(&pattern.items, at)
                {
                    let one = Match { tokens: (at, end), negatable: pattern.negatable };
                    found.extend(pattern.means.iter().map(|means| (*means, one.clone())));
                }
            }
        }
        found
    }
}

/// The most frequent words of a language, as the lines of its lexicon have them.
pub fn frequent(text: &str) -> Vec<String> {
    let lines = text.lines().filter_map(|line| line.strip_prefix(FREQUENT)?.strip_prefix(':'));
    lines.flat_map(|words| words.split('|')).map(|word| fold(word.trim())).collect()
}

/// A text as patterns are held against it.
#[derive(Clone, Copy)]
struct Text<'t> {
    tokens: &'t [Token],
    words: &'t [Vec<u16>],
}

impl Text<'_> {
    /// The token after the last, where the items stand here.
    fn fits(self, items: &[Item], at: usize) -> Option<usize> {
        let Some((first, rest)) = items.split_first() else { return Some(at) };
        let goes_on = at > 0 && at < self.tokens.len() && self.tokens[at].sentence == self.tokens[at - 1].sentence;
        match first {
            Item::Start => (at < self.tokens.len() && !goes_on).then(|| self.fits(rest, at))?,
            Item::End => (!goes_on).then(|| self.fits(rest, at))?,
            Item::Gap => (at..=at + GAP).take_while(|to| self.is_one(at - 1, *to)).find_map(|to| self.fits(rest, to)),
            _ if at >= self.tokens.len() => None,
            Item::Words(words) => {
                words.iter().any(|word| self.words[at].contains(word)).then(|| self.next(rest, at))?
            }
        }
    }

    /// Within a pattern the sentence goes on.
    fn next(self, rest: &[Item], at: usize) -> Option<usize> {
        let ends = matches!(rest.first(), None | Some(Item::End | Item::Gap));
        if ends || self.is_one(at, at + 1) { self.fits(rest, at + 1) } else { None }
    }

    /// Whether two tokens are of one sentence, or the second is the end of the text.
    fn is_one(self, one: usize, other: usize) -> bool {
        let sentence = |at: usize| self.tokens.get(at).map(|token| token.sentence);
        other == self.tokens.len() || sentence(one) == sentence(other)
    }
}

/// Whether a word is one mistake away: a letter wrong, missing, too many, or two in each other's place. The first is right.
fn is_near(token: &str, word: &Word) -> bool {
    let (token, stem) = (token.as_bytes(), word.stem.as_bytes());
    let same = token.iter().zip(stem).take_while(|(one, other)| one == other).count();
    if same == 0 {
        return false;
    }
    // What is left of both, after so many more letters of each.
    let goes_on = |of_token: usize, of_stem: usize| match (token.get(same + of_token..), stem.get(same + of_stem..)) {
        (Some(token), Some(stem)) => {
            if word.is_prefix {
                token.starts_with(stem)
            } else {
                token == stem
            }
        }
        _ => false,
    };
    let swapped = token.len() > same + 1
        && stem.len() > same + 1
        && (token[same], token[same + 1]) == (stem[same + 1], stem[same]);
    goes_on(1, 1) || goes_on(1, 0) || goes_on(0, 1) || swapped && goes_on(2, 2)
}

/// Small letters without the accents of Finnish, Hungarian and their neighbours; apostrophes are left out. Other alphabets stay
/// as they are: the table of all letters is eight kilobytes of the download.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars() {
        folded.push(match letter {
            'á' | 'à' | 'â' | 'ä' | 'å' | 'ã' | 'Á' | 'À' | 'Â' | 'Ä' | 'Å' | 'Ã' => 'a',
            'é' | 'è' | 'ê' | 'ë' | 'É' | 'È' | 'Ê' | 'Ë' => 'e',
            'í' | 'ì' | 'î' | 'ï' | 'Í' | 'Ì' | 'Î' | 'Ï' => 'i',
            'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ő' | 'Ó' | 'Ò' | 'Ô' | 'Ö' | 'Õ' | 'Ő' => 'o',
            'ú' | 'ù' | 'û' | 'ü' | 'ű' | 'Ú' | 'Ù' | 'Û' | 'Ü' | 'Ű' => 'u',
            '\'' | '’' | '\u{301}' | '\u{308}' => continue,
            other => other.to_ascii_lowercase(),
        });
    }
    folded
}

/// Whether it is a letter or a digit: of other alphabets, whatever is no space, sign or picture.
pub fn is_letter(letter: char) -> bool {
    match letter {
        '\0'..='\u{7f}' => letter.is_ascii_alphanumeric(),
        '\u{80}'..='\u{bf}'
        | '×'
        | '÷'
        | '\u{2000}'..='\u{2bff}'
        | '\u{3000}'..='\u{303f}'
        | '\u{e000}'..='\u{f8ff}' => false,
        _ => letter < '\u{1f000}',
    }
}

/// Words that begin another part of a sentence.
const TURNS: [&str; 6] = ["but", "mutta", "vaan", "de", "hanem", "however"];

/// Words after whose comma the same part goes on: what is not said is not said.
const THAT: [&str; 4] = ["hogy", "etta", "that", "ettei"];

/// The words of a text, of at most the first 2,000 bytes.
pub fn tokens(text: &str) -> Vec<Token> {
    let text = crate::text::clip(text, 2_000);
    let (mut tokens, mut sentence, mut clause, mut begin) = (Vec::<Token>::new(), 0, 0, None);
    let is_of_word = |letter: char| is_letter(letter) || matches!(letter, '\'' | '’');
    for (at, letter) in text.char_indices().chain([(text.len(), ' ')]) {
        if is_of_word(letter) {
            begin = begin.or(Some(at));
            continue;
        }
        if let Some(begin) = begin.take() {
            let word = fold(&text[begin..at]);
            if TURNS.contains(&word.as_str()) {
                clause += 1;
            }
            if !word.is_empty() {
                tokens.push(Token { word, span: (begin, at), sentence, clause });
            }
        }
        // A point in a number or an address ends nothing.
        let goes_on = text[at..].chars().nth(1).is_some_and(is_letter);
        match letter {
            '.' | ':' if goes_on => {}
            '.' | '?' | '!' | ';' | '\n' | ':' => (sentence, clause) = (sentence + 1, clause + 1),
            ',' if THAT.contains(&fold(text[at + 1..].split_whitespace().next().unwrap_or_default()).as_str()) => {}
            ',' | '(' | ')' if !goes_on => clause += 1,
            '–' | '—' => clause += 1,
            _ => {}
        }
    }
    tokens
}
