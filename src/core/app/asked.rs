//! Who is asked for consent, and when. Owns which manager counts, and what it takes against a browser that asks not to be tracked;
//! must not take silence for a yes.

use super::{Effect, State, Turn, heard};
use crate::consent::{Consent, Decision, Report, Source};
use crate::manager::Choice;
use crate::time::{Millis, SECOND};
use crate::vendor::{SIGNS, VENDORS};

/// Managers that come late are looked for so often, ever more seldom: for half a minute.
const TRIES: u32 = 9;
/// A manager has heard of a click when it is this old.
const SOON: Millis = 300;
/// What a vendor's chat does not tell is asked so often, while the page is seen.
const AGAIN: Millis = 3 * SECOND;
/// What is granted so soon after a click is what the visitor did: as browsers reckon (transient activation).
const ACT: Millis = 5 * SECOND;
/// What leadheat needs of Google Consent Mode and of TCF, where config says nothing: in TCF, storing on the device (1), making a
/// profile (3) and using it (4).
const GOOGLE: &str = "analytics_storage";
const TCF: &str = "1 3 4";

/// What the managers of the page have said.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    /// The one that counts most of those that spoke, and what it said last.
    pub(super) spoke: Option<(Source, Decision)>,
    /// What Google Consent Mode says of each purpose that counts, in their order.
    google: Vec<Decision>,
    tries: u32,
    /// When they are asked next, and when the visitor clicked something last: on the monotonic clock.
    due: Option<Millis>,
    acted: Option<Millis>,
    /// One of them told that something was decided: what it answers is news, though it be the same.
    told: bool,
    /// They have answered once: before, nothing is observed, stored or sent, whatever is remembered.
    pub(super) once: bool,
}

impl State {
    fn choice(&self) -> Choice<'_> {
        Choice { manager: self.config.consent_manager, purposes: &self.config.consent_purposes }
    }

    /// Nobody on this page has said anything yet; the browser itself may have.
    pub(super) fn unheard(&mut self, turn: &Turn) {
        if self.signal || self.objected {
            self.consent.decision = Decision::Denied;
        }
        self.asked.due = Some(turn.now.monotonic);
    }

    /// An objection was taken back: what the managers said counts again.
    pub(super) fn heard_again(&mut self, turn: &mut Turn) {
        self.unheard(turn);
        if let Some((source, decision)) = self.asked.spoke.take() {
            self.reported(&Report::Asked(source, decision), turn);
        }
    }

    /// The managers are asked, soon.
    pub(super) fn ask_soon(&mut self, turn: &Turn) {
        let soon = turn.now.monotonic + SOON;
        self.asked.due = Some(self.asked.due.map_or(soon, |due| due.min(soon)));
    }

    /// The visitor clicked something (`acted`), or a manager told that something was decided.
    pub(super) fn hinted(&mut self, acted: bool, turn: &Turn) {
        if acted {
            self.asked.acted = Some(turn.now.monotonic);
        } else {
            self.asked.told = true;
        }
        self.ask_soon(turn);
    }

    /// In how long the managers are to be asked. While the page is hidden once only, at the start.
    pub(super) fn asks_in(&self, turn: &Turn) -> Option<Millis> {
        let asks = self.visible || self.asked.tries == 0;
        Some(self.asked.due.filter(|_| asks)?.saturating_sub(turn.now.monotonic))
    }

    /// Asks, when it is time.
    pub(super) fn ask(&mut self, turn: &mut Turn) {
        if self.asks_in(turn) == Some(0) {
            self.asked.tries += 1;
            let wait = if self.asked.tries == 1 { SOON } else { Millis::from(self.asked.tries - 1) * SECOND };
            self.asked.due = (self.asked.tries < TRIES).then_some(turn.now.monotonic + wait);
            if !self.scoring() {
                self.heard.reads.clear();
            }
            if !self.heard.reads.is_empty() {
                self.asked.due = Some(turn.now.monotonic + wait.min(AGAIN));
            }
            self.heard.hooked = 0; // Others may stand in their place.
            let anew = if std::mem::take(&mut self.asked.told) { "!" } else { "" };
            turn.push(Effect::Ask([anew, SIGNS, &self.choice().questions(), &self.heard.reads].concat()));
        }
    }

    /// What they answered, after the signs of vendors' chats, and before what is asked of those.
    pub(super) fn answered(&mut self, answers: &[String], turn: &mut Turn) {
        let (signs, answers) = answers.split_at(VENDORS.min(answers.len()));
        let is_there = |sign: &String| u32::from(!matches!(sign.as_str(), "" | "false"));
        self.heard.found = signs.iter().rev().fold(0, |found, sign| found << 1 | is_there(sign));
        if !self.heard.reads.is_empty() {
            heard::read(self, answers, turn);
        }
        if let Some(report) = self.choice().judge(answers) {
            self.reported(&report, turn);
        }
        if !std::mem::replace(&mut self.asked.once, true) {
            self.begin(turn);
        }
    }

    /// What a report means, and from whom. Defaults that refuse, and managers still asking, are pending: they are what a page
    /// says before its visitor has said anything. `None` where it says nothing.
    fn meaning(&mut self, report: &Report) -> Option<(Source, Decision)> {
        let decided = |granted| if granted { Decision::Granted } else { Decision::Denied };
        Some(match report {
            Report::Command(granted) => (Source::Command, decided(*granted)),
            Report::Asked(source, decision) => (*source, *decision),
            Report::Tcf(said) => (Source::Tcf, self.tcf(said)),
            Report::Google(said) => (Source::Google, self.google(said)?),
        })
    }

    /// Where TCF says that GDPR does not apply it carries no consent; other law may ask for one. Where it does not know, it may.
    fn tcf(&self, said: &[String]) -> Decision {
        let [status, applies, purposes @ ..] = said else { return Decision::Pending };
        if !matches!(status.as_str(), "tcloaded" | "useractioncomplete") || applies == "false" {
            return Decision::Pending;
        }
        let allowed =
            |purpose: &String| purposes.iter().any(|said| said.strip_prefix(purpose.as_str()) == Some(",true"));
        let all = applies == "true" && self.choice().purposes(TCF).iter().all(allowed);
        if all { Decision::Granted } else { Decision::Denied }
    }

    fn google(&mut self, said: &[String]) -> Option<Decision> {
        let (kind, states) = said.split_first()?;
        let purposes = self.choice().purposes(GOOGLE);
        self.asked.google.resize(purposes.len(), Decision::Pending);
        let (mut least, mut most, mut news) = (Decision::Denied, Decision::Pending, false);
        for (purpose, known) in purposes.iter().zip(&mut self.asked.google) {
            let state = states.iter().find_map(|state| state.strip_prefix(purpose.as_str())?.strip_prefix(','));
            if let Some(state) = state {
                news = true;
                // A default is what the page has preset, here or in some regions: no decision, and none is taken back by it.
                if kind == "update" {
                    *known = if state == "granted" { Decision::Granted } else { Decision::Denied };
                }
            }
            (least, most) = (least.min(*known), most.max(*known));
        }
        news.then_some(if most == Decision::Denied { most } else { least })
    }

    /// A consent manager or the page said something.
    pub(super) fn reported(&mut self, report: &Report, turn: &mut Turn) {
        let Some((source, decision)) = self.meaning(report) else { return };
        let before = self.asked.spoke;
        if source != Source::Command {
            let outranked = before.is_some_and(|(best, _)| best > source);
            // What is said again is news where something else has come in between.
            let is_news = before != Some((source, decision)) || decision != self.consent.decision;
            if outranked || !is_news || !self.choice().hears(source) {
                return;
            }
            self.asked.spoke = Some((source, decision));
        } else if decision == Decision::Denied {
            self.asked.spoke = None; // Nothing that was said before comes back by itself.
        }
        // It stood at no yes on this page before, and the visitor has just done something. Google and Cookiebot look undecided
        // until what was decided earlier is loaded: of them only one that had said no counts.
        let was_asked = match source {
            Source::Command => true,
            Source::Google | Source::Cookiebot => before == Some((source, Decision::Denied)),
            _ => before.is_some_and(|(best, _)| best == source),
        };
        let acted = self.asked.acted.is_some_and(|at| turn.now.monotonic < at + ACT);
        let despite_signal = self.signal && was_asked && acted;
        if decision == Decision::Granted && (self.objected || self.signal && !despite_signal) {
            return turn.tell(&["consent: not taken, because ", &self.says()]);
        }
        // Another manager's word no longer counts, or one that was asked has taken back its own.
        let unsure = before.is_some_and(|(best, _)| best < source || source > Source::Tcf);
        let (was, since) = (self.consent.decision, self.consent.at);
        let said = Consent { decision, source: Some(source), at: turn.now.wall, despite_signal };
        self.consent.take(said, self.remembered || unsure);
        if decision != Decision::Pending {
            self.remembered = false;
        }
        self.consented(was, turn);
        // Confirmed again: the retention time begins anew.
        if was == Decision::Granted && self.consent.may_store() && self.consent.at >= since + crate::time::DAY {
            self.store_consent(turn);
        }
    }
}
