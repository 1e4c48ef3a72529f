//! What the visitor allowed. Owns the sources of consent and which of them wins; must fail closed: without a clear yes there is
//! no consent.

use crate::names::names;
use crate::time::Millis;
use crate::wire::record;

/// What happens without a decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema), schemars(rename_all = "lowercase"))]
pub enum Mode {
    /// Nothing is observed before the visitor consents.
    #[default]
    Required,
    /// Until the visitor decides, the score is kept in memory and gone with the page.
    Memory,
}

names!(Mode { Required "required", Memory "memory" });

/// A decision of the visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema))]
#[cfg_attr(feature = "native", serde(rename_all = "lowercase"))]
pub enum Decision {
    /// Not decided yet.
    Pending,
    /// Profiling is allowed.
    Granted,
    /// Profiling is refused or was withdrawn.
    Denied,
}

names!(Decision { Pending "pending", Granted "granted", Denied "denied" });

/// Who reported a decision. A later one outranks those before it: what Google is told comes from a manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema))]
#[cfg_attr(feature = "native", serde(rename_all = "lowercase"))]
pub enum Source {
    /// The page, by `leadheat('consent', ...)`.
    Command,
    /// Google Consent Mode v2.
    Google,
    /// IAB TCF 2.2.
    Tcf,
    /// WP Consent API.
    WordPress,
    /// Complianz.
    Complianz,
    /// vanilla-cookieconsent 3.
    CookieConsent,
    /// Klaro.
    Klaro,
    /// CookieYes.
    CookieYes,
    /// OneTrust.
    OneTrust,
    /// Cookiebot.
    Cookiebot,
}

names!(Source {
    Command "command", Google "google", Tcf "tcf", WordPress "wordpress", Complianz "complianz",
    CookieConsent "cookieconsent", Klaro "klaro", CookieYes "cookieyes", OneTrust "onetrust", Cookiebot "cookiebot"
});

/// What a consent manager said, as it said it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// `leadheat('consent', ...)`.
    Command(bool),
    /// A Google Consent Mode call: `update` or `default`, then `analytics_storage,granted` and the like.
    Google(Vec<String>),
    /// A TCF 2.2 `TCData`: `eventStatus`, `gdprApplies`, then `1,true` and the like for the purposes.
    Tcf(Vec<String>),
    /// One that was asked.
    Asked(Source, Decision),
}

/// The consent in force, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// The decision.
    pub decision: Decision,
    /// Who reported it; absent where nobody did.
    pub source: Option<Source>,
    /// When.
    pub at: Millis,
    /// The browser asked not to be tracked, and the visitor allowed it all the same.
    pub despite_signal: bool,
}

record!(Consent { decision, source, at, despite_signal });

impl Default for Consent {
    fn default() -> Consent {
        Consent { decision: Decision::Pending, source: None, at: 0, despite_signal: false }
    }
}

impl Consent {
    /// Takes in another. Of two grants and refusals the later wins, and a refusal always, whatever the clock says; a pending one
    /// holds back a grant that nobody stands for any more (`unsure`), and is no news otherwise.
    pub fn take(&mut self, other: Consent, unsure: bool) {
        let taken = match other.decision {
            Decision::Pending => unsure && self.decision == Decision::Granted,
            Decision::Granted => other.at > self.at || self.decision == Decision::Pending,
            Decision::Denied => true,
        };
        if taken {
            *self = other;
        }
    }

    /// Whether facts may be kept in memory and scored.
    pub fn may_score(&self, mode: Mode) -> bool {
        match self.decision {
            Decision::Granted => true,
            Decision::Pending => mode == Mode::Memory,
            Decision::Denied => false,
        }
    }

    /// Whether facts may be stored on the device.
    pub fn may_store(&self) -> bool {
        self.decision == Decision::Granted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_wins_and_denial_wins_a_tie() {
        let mut consent = Consent::default();
        let said = |decision, at| Consent { decision, at, ..Consent::default() };
        consent.take(said(Decision::Granted, 5), false);
        consent.take(said(Decision::Denied, 5), false);
        assert_eq!(consent.decision, Decision::Denied);
        consent.take(said(Decision::Granted, 5), false);
        assert_eq!(consent.decision, Decision::Denied);
        consent.take(said(Decision::Granted, 6), false);
        assert_eq!(consent.decision, Decision::Granted);
        consent.take(said(Decision::Denied, 2), false);
        assert_eq!(consent.decision, Decision::Denied, "the clock went back");
        consent.take(said(Decision::Granted, 6), false);
        consent.take(said(Decision::Pending, 7), true);
        assert_eq!(consent.decision, Decision::Pending, "the page's manager is still asking");
    }
}
