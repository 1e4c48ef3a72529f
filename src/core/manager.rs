//! Consent managers that have to be asked. Owns what each is asked and what its answers mean; must fail closed: one that is
//! absent, broken or undecided grants nothing, and what is only ticked, implied or preset is no decision.

use crate::consent::{Decision, Report, Source};
use crate::glob;
use crate::list::gather;
use crate::text::{cut, nth, split};

/// A row for each, the one that counts most first: in window, whether it is there; whether the visitor has decided, and what is
/// answered then; whether a purpose, `@`, is allowed, and what is answered then; and the purposes that a score for sales needs,
/// unless config says otherwise. Paths are as [`crate::app::Effect::Ask`] says, answers are patterns.
///
/// By the vendors' documentation and, of klaro and vanilla-cookieconsent, their code; only what they have saved counts.
const MANAGERS: [(Source, &str); 7] = [
    (Source::Cookiebot, "Cookiebot Cookiebot.consent.method explicit Cookiebot.consent.@ true marketing"),
    (Source::OneTrust, "OneTrust OneTrust.IsAlertBoxClosed() true OnetrustActiveGroups *,@,* C0004"),
    (
        Source::CookieYes,
        "getCkyConsent getCkyConsent().isUserActionCompleted true getCkyConsent().categories.@ true advertisement",
    ),
    (Source::Klaro, "klaro klaro.getManager().confirmed true klaro.getManager().savedConsents.@ true leadheat"),
    (
        Source::CookieConsent,
        "CookieConsent.validConsent CookieConsent.validConsent() true CookieConsent.acceptedCategory(@) true marketing",
    ),
    (
        Source::Complianz,
        "cmplz_has_consent cmplz_get_cookie(banner-status) dismissed cmplz_has_consent(@) true marketing",
    ),
    // `wp_has_consent` also says yes where nobody was asked.
    (
        Source::WordPress,
        "wp_has_consent consent_api_get_cookie(wp_consent_@) * consent_api_get_cookie(wp_consent_@) allow marketing",
    ),
];

/// Names of events by which they tell that something was decided.
pub const EVENTS: &str = "CookiebotOnConsentReady CookiebotOnAccept CookiebotOnDecline OneTrustGroupsUpdated \
    OTConsentApplied cookieyes_consent_update cc:onConsent cc:onChange cmplz_status_change wp_listen_for_consent_change";

/// Which are asked, and for what.
#[derive(Clone, Copy, Debug)]
pub struct Choice<'c> {
    /// This one only.
    pub manager: Option<Source>,
    /// These purposes, all of which must be allowed. Where there are none: those of the table.
    pub purposes: &'c [String],
}

impl Choice<'_> {
    /// Whether a manager is listened to.
    pub fn hears(self, source: Source) -> bool {
        self.manager.is_none_or(|only| only == source) || source == Source::Command
    }

    /// The purposes that must be allowed; `usual`: where config names none.
    pub fn purposes(self, usual: &str) -> Vec<String> {
        match self.purposes {
            [] => gather(split(usual, b' ').into_iter().map(str::to_owned)),
            own => own.to_vec(),
        }
    }

    /// What to ask: paths, each with a space before it.
    pub fn questions(self) -> String {
        let mut all = String::new();
        for (source, row) in MANAGERS {
            if self.hears(source) {
                let purposes = self.purposes(nth(row, b' ', 5));
                ask(&mut all, row, 0, "");
                ask(&mut all, row, 1, purposes.first().map_or("", String::as_str));
                purposes.iter().for_each(|purpose| ask(&mut all, row, 3, purpose));
            }
        }
        all
    }

    /// What the answers to these questions mean: of the first manager that is there.
    pub fn judge(self, answers: &[String]) -> Option<Report> {
        let mut answers = answers.iter();
        let mut fits = |row, nth_word, purpose: &str| {
            let answer = answers.next().filter(|answer| !answer.is_empty());
            answer.is_some_and(|answer| glob::matches(&fill(nth(row, b' ', nth_word), purpose), answer))
        };
        let mut report = None;
        for (source, row) in MANAGERS {
            if self.hears(source) {
                let is_there = fits("*", 0, "");
                let mut decision = if fits(row, 2, "") { Decision::Granted } else { Decision::Pending };
                for purpose in self.purposes(nth(row, b' ', 5)) {
                    if !fits(row, 4, &purpose) && decision == Decision::Granted {
                        decision = Decision::Denied;
                    }
                }
                if is_there && report.is_none() {
                    report = Some(Report::Asked(source, decision));
                }
            }
        }
        report
    }
}

fn ask(all: &mut String, row: &str, word: usize, purpose: &str) {
    *all += " ";
    *all += &fill(nth(row, b' ', word), purpose);
}

/// A path or pattern for a purpose.
fn fill(text: &str, purpose: &str) -> String {
    let (before, after) = cut(text, b"@");
    after.map_or(before.to_owned(), |after| [before, purpose, after].concat())
}
