//! Journeys from elsewhere, played through the same counting and scoring that runs in a page. Owns their form; must not
//! count or score.

use std::ops::Range;

use serde::Deserialize;

use super::{Boot, Event, Explanation, Phase, State, Turn, update};
use crate::consent::Mode;
use crate::json::Problem;
use crate::signal::Kind;
use crate::time::{Millis, Stamp};
use crate::visitor::MAX_ATTRIBUTES;

/// Times that are meant: 1973 to 2286. What was given in seconds, or in microseconds, lies outside.
const TIMES: Range<Millis> = 100_000_000_000..10_000_000_000_000;

/// What one visitor did, in order.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Journey {
    /// Name of the visitor.
    pub id: String,
    /// What is known of the visitor by name: texts and numbers, at most 20.
    #[serde(default)]
    pub attributes: std::collections::BTreeMap<String, serde_json::Value>,
    /// What was done, in the order of time.
    pub signals: Vec<Seen>,
    /// When the visitor is assessed, in milliseconds since 1970; at the last signal where absent.
    pub until: Option<Millis>,
}

/// A signal and when it was.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// In milliseconds since 1970.
    pub at: Millis,
    /// What was done. Visits are not told: they follow from the times.
    pub kind: Kind,
    /// On what: a path, label, host or name.
    #[serde(default)]
    pub subject: String,
    /// How much.
    #[serde(default = "one")]
    pub amount: u32,
}

fn one() -> u32 {
    1
}

/// Plays journeys on a site.
#[derive(Clone, Debug)]
pub struct Player {
    fresh: State,
}

impl Player {
    /// The site is given by what its pages would start with.
    ///
    /// # Errors
    /// Every problem of its config.
    pub fn new(boot: Boot) -> Result<Player, Vec<Problem>> {
        let mut fresh = State { viewing: Some(0), ..State::default() };
        update(&mut fresh, Event::Boot(Box::new(boot)), Stamp::default());
        if let Phase::Misconfigured(problems) = fresh.phase {
            return Err(problems);
        }
        fresh.config.consent = Mode::Memory;
        Ok(Player { fresh })
    }

    /// Plays a journey, and says what the visitor is worth at its end.
    ///
    /// # Errors
    /// A sentence, where signals are not in the order of time, or visits are among them.
    pub fn play(&self, journey: &Journey) -> Result<Explanation, String> {
        let mut state = self.fresh.clone();
        if journey.attributes.len() > MAX_ATTRIBUTES {
            return Err(format!("there are more than {MAX_ATTRIBUTES} attributes"));
        }
        for (name, value) in &journey.attributes {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            match name.as_str() {
                "device" => {
                    let known = ["phone", "tablet", "desktop"].into_iter().find(|known| *known == value);
                    state.device = known.ok_or("`device` is phone, tablet or desktop")?;
                }
                "language" => state.page.language = value,
                _ => state.both(|record| record.attributes.value.set(name, &value)),
            }
        }
        let mut now = 0;
        for (index, seen) in journey.signals.iter().enumerate() {
            if seen.at < now {
                return Err(format!("signal {} is earlier than the one before it", index + 1));
            }
            if !TIMES.contains(&seen.at) {
                return Err(format!("signal {} has no time in milliseconds since 1970", index + 1));
            }
            if seen.kind == Kind::Visit {
                return Err(format!("signal {} is a visit: they follow from the times of the others", index + 1));
            }
            now = seen.at;
            state.replay(seen);
        }
        let until = journey.until.unwrap_or(now);
        if !(now..TIMES.end).contains(&until) {
            return Err("`until` is earlier than the last signal, or no time in milliseconds since 1970".into());
        }
        state.rescore = true;
        state.assess(&mut turn(until));
        Ok(state.explain())
    }
}

fn turn(wall: Millis) -> Turn {
    Turn { now: Stamp { wall, ..Stamp::default() }, debug: false, leaving: false, exiting: false, effects: Vec::new() }
}

impl State {
    fn replay(&mut self, seen: &Seen) {
        let turn = &mut turn(seen.at);
        if seen.kind == Kind::PageView {
            self.page.path.clone_from(&seen.subject);
            self.viewing = Some(seen.at);
        }
        self.signal(seen.kind, &seen.subject, seen.amount, turn);
        if seen.kind == Kind::Engaged {
            self.viewed(seen.amount);
        }
        self.assess(turn);
    }
}
