//! What the visitor allowed. Owns the sources of consent and which of them wins; must fail closed: a manager that is
//! absent, late, broken or undecided is no consent.

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

/// Who reported a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "native", derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema))]
#[cfg_attr(feature = "native", serde(rename_all = "lowercase"))]
pub enum Source {
    /// The page, by `leadheat('consent', ...)`.
    Command,
    /// Google Consent Mode v2, `analytics_storage`.
    Google,
    /// IAB TCF 2.2, purposes 1, 3 and 4.
    Tcf,
}

names!(Source { Command "command", Google "google", Tcf "tcf" });

/// What a consent manager said, as it said it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// `leadheat('consent', ...)`.
    Command(bool),
    /// A Google Consent Mode call: whether it was an `update` (a decision) or a `default`, and `analytics_storage`.
    Google {
        /// `update`, not `default`.
        update: bool,
        /// `analytics_storage === 'granted'`.
        granted: bool,
    },
    /// A TCF 2.2 `TCData`.
    Tcf {
        /// `eventStatus` is `tcloaded` or `useractioncomplete`: what is on the screen has been decided.
        decided: bool,
        /// `gdprApplies`; absent is unknown.
        applies: Option<bool>,
        /// Purposes consented to.
        purposes: Vec<u8>,
    },
}

/// TCF purposes that a lead score needs: storing on the device (1), making a profile (3) and using it (4).
const TCF_PURPOSES: [u8; 3] = [1, 3, 4];

impl Report {
    /// What it means, and from whom. Defaults that refuse, and managers still asking, are pending: they are what a page
    /// says before its visitor has said anything.
    pub fn decision(&self) -> (Decision, Source) {
        let decided = |granted| if granted { Decision::Granted } else { Decision::Denied };
        match self {
            Report::Command(granted) => (decided(*granted), Source::Command),
            Report::Google { update: false, granted: false } => (Decision::Pending, Source::Google),
            Report::Google { granted, .. } => (decided(*granted), Source::Google),
            // Where TCF says that GDPR does not apply it carries no consent; other law may ask for one.
            Report::Tcf { decided: false, .. } | Report::Tcf { applies: Some(false), .. } => {
                (Decision::Pending, Source::Tcf)
            }
            Report::Tcf { applies, purposes, .. } => {
                let all = TCF_PURPOSES.iter().all(|purpose| purposes.contains(purpose));
                (decided(*applies == Some(true) && all), Source::Tcf)
            }
        }
    }
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
}

record!(Consent { decision, source, at });

impl Default for Consent {
    fn default() -> Consent {
        Consent { decision: Decision::Pending, source: None, at: 0 }
    }
}

impl Consent {
    /// Takes in a report. The later decision wins, and denial wins a tie; a pending one holds back a grant that was
    /// only remembered (`remembered`), and is no news otherwise.
    pub fn take(&mut self, report: &Report, at: Millis, remembered: bool) {
        let (decision, source) = report.decision();
        let newer = at > self.at || (at == self.at && decision >= self.decision) || self.decision == Decision::Pending;
        let taken = match decision {
            Decision::Pending => remembered && self.decision == Decision::Granted,
            _ => newer,
        };
        if taken {
            *self = Consent { decision, source: Some(source), at };
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
    fn everything_undecided_is_no_consent() {
        let tcf = |decided, applies, purposes: &[u8]| Report::Tcf { decided, applies, purposes: purposes.to_vec() };
        let cases = [
            (Report::Command(true), Decision::Granted),
            (Report::Command(false), Decision::Denied),
            (Report::Google { update: false, granted: false }, Decision::Pending),
            (Report::Google { update: false, granted: true }, Decision::Granted),
            (Report::Google { update: true, granted: false }, Decision::Denied),
            (tcf(false, Some(true), &[1, 3, 4]), Decision::Pending),
            (tcf(true, Some(false), &[]), Decision::Pending),
            (tcf(true, None, &[1, 3, 4]), Decision::Denied),
            (tcf(true, Some(true), &[1, 3]), Decision::Denied),
            (tcf(true, Some(true), &[1, 2, 3, 4]), Decision::Granted),
        ];
        for (report, expected) in cases {
            let mut consent = Consent::default();
            consent.take(&report, 1, false);
            assert_eq!(consent.decision, expected, "{report:?}");
        }
    }

    #[test]
    fn later_wins_and_denial_wins_a_tie() {
        let mut consent = Consent::default();
        consent.take(&Report::Command(true), 5, false);
        consent.take(&Report::Command(false), 5, false);
        assert_eq!(consent.decision, Decision::Denied);
        consent.take(&Report::Command(true), 5, false);
        assert_eq!(consent.decision, Decision::Denied);
        consent.take(&Report::Command(true), 6, false);
        assert_eq!(consent.decision, Decision::Granted);
        consent.take(&Report::Google { update: false, granted: false }, 7, true);
        assert_eq!(consent.decision, Decision::Pending, "the page's manager is still asking");
    }
}
