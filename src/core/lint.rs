//! Advice on a config: what is no mistake of form, but hardly meant. Owns what is looked for; must not refuse anything, and is
//! not in the wasm.

mod chat;

use crate::config::Config;
use crate::dialogue::Dialogue;
use crate::facts::MAX_SUBJECT;
use crate::json::Problem;
use crate::lead::{Arrival, Device, FitNote, Lead, ModelName, Sources};
use crate::model::{Milli, Model, Points, Rule};
use crate::receiver::{self, Ack, Form, Receiver};
use crate::select::{Condition, Selector};
use crate::text::decimal;
use crate::wire::Wire;

/// Everything in a config that is worth a second look, with its path.
pub fn lint(config: &Config, dialogue: &Dialogue) -> Vec<Problem> {
    let mut advice = of_model(&config.model);
    advice.extend(chat::of(config, dialogue));
    for (index, receiver) in config.webhooks.iter().enumerate() {
        let path = match receiver.name == config.webhook {
            true => "$.webhook".to_owned(),
            false => format!("$.webhooks[{index}]"),
        };
        advice.extend(of_receiver(receiver).map(|(wrong, mend)| Problem {
            path: path.clone(),
            wrong,
            mend: mend.into(),
        }));
        let has_oid = receiver.fields.iter().any(|(name, _)| name == "oid");
        if receiver.form == Form::Salesforce && !has_oid {
            let wrong = "Salesforce drops what comes without the number of your organisation".into();
            advice.push(Problem { path: path.clone(), wrong, mend: "Add \"fields\": {\"oid\": \"'00D...'\"}".into() });
        }
        for (name, places) in &receiver.fields {
            for place in receiver::paths(places).into_iter().filter(|path| !is_in_leads(path)) {
                let wrong = format!("a lead has nothing called `{place}`");
                let mend = "docs/webhook.md has the lead's fields; a text of your own stands in single quotes".into();
                advice.push(Problem { path: format!("{path}.fields.{name}"), wrong, mend });
            }
        }
    }
    advice
}

/// Whether a path leads somewhere in leads.
fn is_in_leads(path: &str) -> bool {
    let touch = || Some(Arrival::default());
    let lead = Lead {
        source: Some(Sources { first: touch(), last: touch(), visits: Vec::new() }),
        device: Some(Device { load: Some(String::new()), ..Device::default() }),
        model: Some(ModelName::default()),
        fit: Some(FitNote::default()),
        ..Lead::default()
    };
    let lead = lead.write();
    // What your page told, by names of its own.
    path.starts_with("attributes.") || path.split('.').try_fold(&lead, |value, name| value.field(name)).is_some()
}

/// What is known of receivers that cannot confirm what they get from a page: their host, and what to write.
const UNREADABLE: &[(&str, &str)] = &[
    ("hooks.zapier.com", "Write \"form\": \"form\" and \"ack\": \"opaque\""),
    ("webto.salesforce.com", "Write \"form\": \"salesforce\""),
    ("script.google.com", "Write \"form\": \"form\" and \"ack\": \"opaque\""),
];

fn of_receiver(receiver: &Receiver) -> Option<(String, &'static str)> {
    let host = receiver.url.iter().find_map(|url| url.strip_prefix("https://"))?.split(['/', '?', '#', ':']).next()?;
    let unreadable = UNREADABLE.iter().find(|(known, _)| *known == host);
    match (receiver.ack, unreadable) {
        (Ack::Confirmed, Some((_, mend))) => Some((format!("a page cannot read what {host} answers"), mend)),
        (Ack::Opaque, _) => Some((
            "nobody can know whether this receiver has got a lead".into(),
            "Leave it if that is meant; where no lead may be lost, let a server of yours pass leads on",
        )),
        // It is documented that HubSpot's answers can be read.
        (Ack::Confirmed, None) if matches!(receiver.form, Form::Form | Form::HubSpot) => None,
        (Ack::Confirmed, None) => Some((
            format!("a browser asks {host} first whether a page may post there (a CORS preflight)"),
            "See that it answers OPTIONS as docs/webhook.md says, and try leadheat('test') on the page",
        )),
    }
}

fn of_model(model: &Model) -> Vec<Problem> {
    let mut advice = Vec::new();
    for (list, rules) in [("$.model.rules", &model.rules), ("$.model.fit.rules", &model.fit.rules)] {
        for (index, rule) in rules.iter().enumerate() {
            let mut note = |wrong: String, mend: &str| {
                advice.push(Problem { path: format!("{list}[{index}]"), wrong, mend: mend.into() });
            };
            if let Some(why) = never_fires(rule) {
                note(format!("rule `{}` never gives anything: {why}", rule.id), "Correct it, or take the rule out");
                continue;
            }
            if let Some((which, cap, points)) = cap_below_points(rule) {
                let wrong = format!("{which} of rule `{}` is {cap}, but once is {points} already", rule.id);
                note(wrong, "Raise the limit, or lower the points");
            }
            for other in rules.iter().take(index).filter(|other| never_fires(other).is_none() && overlap(rule, other)) {
                let wrong = format!("rules `{}` and `{}` count the same thing twice", other.id, rule.id);
                note(wrong, "Narrow `on` in one of them; leave it if it is meant");
            }
        }
    }
    let most = most(model);
    for (tier, from) in [("warm", model.tiers.warm), ("hot", model.tiers.hot)] {
        if most < from {
            let wrong = format!("{tier} begins at {}, but all rules together give {}", decimal(from), decimal(most));
            let mend = "Lower it, or raise points, caps and groups; statements in the chat still win over points";
            advice.push(Problem { path: format!("$.model.tiers.{tier}"), wrong, mend: mend.into() });
        }
    }
    advice
}

/// The most that a rule gives for one occurrence, or in its highest step.
fn once(rule: &Rule) -> Milli {
    match &rule.points {
        Points::Each(each) => *each,
        Points::Steps(steps) => steps.iter().map(|(_, points)| *points).max_by_key(|points| points.abs()).unwrap_or(0),
    }
}

fn never_fires(rule: &Rule) -> Option<&'static str> {
    let too_long = |what: &Selector| {
        what.kind.is_some()
            && !what.on.is_empty()
            && what.on.iter().all(|glob| glob.0.split('*').any(|part| part.len() > MAX_SUBJECT))
    };
    if once(rule) == 0 {
        return Some("its points are 0");
    }
    if rule.cap == Some(0) || rule.cap_day == Some(0) {
        return Some("its limit is 0");
    }
    if too_long(&rule.what) {
        return Some("its patterns are longer than 60 bytes, to which subjects are cut");
    }
    rule.when.as_ref().filter(|when| contradicts(when)).map(|_| "its condition cannot hold")
}

/// Whether a condition asks for a thing and for its absence.
fn contradicts(condition: &Condition) -> bool {
    match condition {
        Condition::All { all } => {
            let denied = |part: &Condition| {
                all.iter().any(|other| matches!(other, Condition::Not { not } if not.contains(part)))
            };
            all.iter().any(|part| contradicts(part) || denied(part))
        }
        Condition::Any { any } => any.iter().all(contradicts),
        Condition::Not { .. } | Condition::Test(_) => false,
    }
}

fn cap_below_points(rule: &Rule) -> Option<(&'static str, String, String)> {
    let points = once(rule);
    [("`cap_day`", rule.cap_day), ("`cap`", rule.cap)].into_iter().find_map(|(which, cap)| {
        let cap = cap.filter(|cap| *cap > 0 && *cap < points.abs())?;
        Some((which, decimal(cap), decimal(points)))
    })
}

/// Whether two rules count some signals, or read an attribute, twice, under the same condition.
fn overlap(one: &Rule, other: &Rule) -> bool {
    let (a, b) = (&one.what, &other.what);
    let alike = a.kind == b.kind && a.attribute == b.attribute && (a.kind.is_some() || a.attribute.is_some());
    let within = |a: &Selector, b: &Selector| {
        a.on.is_empty() || b.on.iter().any(|glob| a.on.iter().any(|wider| wider.matches(&glob.0.replace('*', ""))))
    };
    alike
        && (a.measure, a.window_days, a.this_visit) == (b.measure, b.window_days, b.this_visit)
        && one.when == other.when
        && (within(a, b) || within(b, a))
}

/// The most that all rules can give together, in thousandths.
fn most(model: &Model) -> Milli {
    let of_rule = |rule: &Rule| {
        let repeats = rule.what.kind.is_some() && matches!(rule.points, Points::Each(_));
        let points = match &rule.points {
            Points::Steps(steps) => steps.iter().map(|(_, points)| *points).max().unwrap_or(0),
            Points::Each(each) if *each > 0 && repeats => Milli::MAX / 1_000_000,
            Points::Each(each) => *each,
        };
        points.clamp(0, rule.cap.unwrap_or(points.max(0)))
    };
    let in_group = |name: Option<&String>| {
        model.rules.iter().filter(|rule| rule.group.as_ref() == name).map(of_rule).sum::<Milli>()
    };
    let groups = model.groups.iter().map(|(name, cap)| in_group(Some(name)).min(*cap));
    (in_group(None) + groups.sum::<Milli>()).min(100_000)
}
