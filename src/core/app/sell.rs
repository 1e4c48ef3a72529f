//! From what is known to a lead in the outbox. Owns when a lead is due, what it may contain under the consent given,
//! its revisions, and which receivers get it; must not know what a receiver's answer means.

use super::known::offset;
use super::{Effect, Notice, State, Turn};
use crate::bot;
use crate::brief::{brief, limit};
use crate::consent::Decision;
use crate::id;
use crate::json::Value;
use crate::lead::{
    Arrival, ConsentNote, Contact, Device, Field, FitNote, JourneyStep, Lead, Message, ModelName, Reason, SCHEMA,
    Sources,
};
use crate::list::{gather, sort_down};
use crate::model::{Points, Rule};
use crate::outbox::Item;
use crate::qualify::Qualification;
use crate::receiver::{Form, Receiver};
use crate::score;
use crate::select::Selector;
use crate::signal::Kind;
use crate::source::Touch;
use crate::text::{Lang, Text, clip, decimal, join, number};
use crate::tier::{self, Stage, Tier};
use crate::time::{MINUTE, Millis, day, iso, iso_day};
use crate::visitor::{Latest, LeadMark, Record};
use crate::wire::{Wire, object};
use crate::write::json;

/// Revisions of a lead that bring neither a higher tier nor a contact just sent come at most so often, while the page is there.
const REVISE_EVERY: Millis = MINUTE;

/// Most topics of a lead.
const MAX_TOPICS: usize = 3;

impl State {
    /// Scores what is known, where that may be done, and draws the tier and the stage from it.
    pub(super) fn assess(&mut self, turn: &mut Turn) {
        if !std::mem::take(&mut self.rescore) {
            return;
        }
        let scoring = self.scoring();
        let caps_bot = self.caps_bot();
        let said = self.said_so_far();
        let tiers = &self.config.model.tiers;
        self.score = 0;
        self.attributes.clear();
        if scoring {
            self.today = day(turn.now.wall);
            self.attributes = self.known(&self.sum);
            let (facts, journey) = (&self.sum.facts, &self.sum.journey);
            let evidence = score::Evidence { facts, journey, attributes: &self.attributes, today: self.today };
            self.score = self.scorer.total(&evidence);
            self.fit_score = self.fit.total(&evidence);
            if caps_bot {
                self.score = self.score.min((tiers.warm - 1_000).max(0));
            }
        }
        let tier = match caps_bot {
            true => Tier::Cold,
            false => tier::tier(self.score, self.tier, tiers, said.timeframe, self.has_evidence()),
        };
        let told = self.sum.attributes.value.0.get(&"stage".into()).and_then(|told| Stage::NAMES.find(told));
        let stage = tier::stage(tier, self.stage, &said, self.contact().reachable(), told);
        let rose_or_fell = tier != self.tier;
        if (tier, stage) == (self.tier, self.stage) {
            return;
        }
        (self.tier, self.stage) = (tier, stage);
        if scoring {
            let at = turn.now.wall;
            self.both(|record| record.reached = Latest { at, value: (tier, stage) });
            if rose_or_fell {
                let points = points(self.score);
                let total = decimal(self.score);
                turn.tell(&["scored: ", &total, " points, ", tier.name(), ", ", stage.name()]);
                turn.push(Effect::Announce(Notice::Tier { tier, stage, score: points }));
            }
        }
    }

    /// More than one thing that a visitor must have meant to do: looking at a single page is not.
    fn has_evidence(&self) -> bool {
        let meant = Kind::NAMES.all.iter().copied();
        let meant = meant
            .filter(|kind| !kind.is_progress() && !matches!(kind, Kind::Visit | Kind::FormAbandon | Kind::ContentEnd));
        meant.map(|kind| self.sum.facts.count(kind)).sum::<u32>() > 1
    }

    pub(super) fn said_so_far(&self) -> Qualification {
        if self.scoring() { self.chat.said.or(&self.sum.qualification.value) } else { self.chat.said.clone() }
    }

    /// How the visitor can be reached, as far as it may be used.
    pub(super) fn contact(&self) -> Contact {
        if self.scoring() { self.chat.contact.or(&self.sum.contact.value) } else { self.chat.contact.clone() }
    }

    fn mark(&self) -> Option<&LeadMark> {
        let known = self.sum.lead.iter().chain(&self.chat.lead);
        known.max_by_key(|mark| (mark.revision, mark.at))
    }

    /// When the next revision of the lead is due; `None` while there is nothing to tell.
    pub(super) fn revision_due(&self) -> Option<Millis> {
        let contact = self.contact();
        let submitted = self.chat.contact.reachable();
        let qualified = self.scoring() && contact.reachable() && self.tier >= self.config.lead_from;
        if !self.active() || !(submitted || qualified) {
            return None;
        }
        let Some(mark) = self.mark() else { return Some(0) };
        let (sent, told) = (&self.chat.contact, &mark.said.0);
        let untold = |field: &Field| sent.get(*field).is_some() && sent.get(*field) != told.get(*field);
        if self.tier > mark.tier || submitted && Field::NAMES.all.iter().any(untold) {
            return Some(0);
        }
        // The last lead may be of an earlier conversation.
        let heard = self.chat.lead.as_ref().map_or(0, |mark| mark.heard);
        let news = (contact, self.said_so_far()) != mark.said || self.chat.heard > heard;
        news.then_some(mark.at + REVISE_EVERY)
    }

    /// Makes the lead, where one is due, and puts it into the outbox.
    pub(super) fn qualify(&mut self, turn: &mut Turn) {
        let now = turn.now.wall;
        let Some(due) = self.revision_due() else { return };
        let clock_went_back = due > now + REVISE_EVERY;
        if due > now && !clock_went_back && !turn.leaving {
            return;
        }
        let mut lead = self.compose(turn);
        let mark = self.mark().cloned();
        if let Some(mark) = &mark {
            (lead.id, lead.revision) = (mark.id.clone(), mark.revision);
            lead.created_at = iso(mark.first_at);
        }
        lead.revision += 1;
        let to = self.receivers(&lead, mark.as_ref(), now);
        // Salesforce makes a record of each post, and would show a lead as often as it is revised.
        let makes_records = |name: &String| self.config.receiver(name).is_some_and(|to| to.form == Form::Salesforce);
        let has_it = |name: &&String| mark.as_ref().is_some_and(|mark| mark.to.contains(name));
        let news_to = gather(to.iter().filter(|name| !(makes_records(name) && has_it(name))).cloned());
        let mark = LeadMark {
            revision: lead.revision,
            id: lead.id.clone(),
            at: now,
            first_at: mark.map_or(now, |mark| mark.first_at),
            tier: lead.tier,
            said: (self.contact(), self.said_so_far()),
            heard: self.chat.heard,
            to,
        };
        if self.chat.started() {
            self.chat.lead = Some(mark.clone());
            self.chat.version += 1;
        }
        if self.scoring() {
            self.both(|record| record.lead = Some(mark.clone()));
            self.unsaved = true;
            self.saved_at = 0; // With the lead, not after it: the next page must know that it was made.
        }
        let notice = Notice::Lead { id: lead.id.clone(), revision: lead.revision, tier: lead.tier };
        self.enqueue(lead, news_to, self.chat.contact.reachable(), turn); // Written before anybody hears of it.
        turn.push(Effect::Announce(notice));
    }

    /// Makes a lead marked as a test from what is known now.
    pub(super) fn test_lead(&mut self, ticket: u32, turn: &mut Turn) {
        let mut lead = self.compose(turn);
        lead.id = id::uuid7(turn.now);
        lead.revision = 1;
        lead.test = true;
        lead.contact = Contact {
            name: Some("Test lead".into()),
            email: Some("test@example.com".into()),
            phone: None,
            company: Some("leadheat".into()),
        };
        lead.brief = brief(&lead, self.config.sales_language);
        let to = gather(self.config.webhooks.iter().map(|receiver| receiver.name.clone()));
        let keys = self.enqueue(lead, to, true, turn);
        self.tests.push((ticket, keys, String::new()));
    }

    /// The names of the receivers that a lead is for: those that have an earlier revision, and those whose conditions hold;
    /// if there are none, the one of `webhook`.
    fn receivers(&mut self, lead: &Lead, mark: Option<&LeadMark>, now: Millis) -> Vec<String> {
        let nothing = Record::default();
        let sum = if self.scoring() { &self.sum } else { &nothing };
        let mut attributes = self.known(sum);
        for (name, value) in [("tier", lead.tier.name()), ("stage", lead.stage.name()), ("page", &lead.page)] {
            attributes.insert(0, (name.to_owned(), value.to_owned()));
        }
        let (facts, journey, today) = (&sum.facts, &sum.journey, day(now));
        let evidence = score::Evidence { facts, journey, attributes: &attributes, today };
        self.routes.reset();
        self.routes.total(&evidence);
        let mut receivers = mark.map_or(Vec::new(), |mark| mark.to.clone());
        receivers.retain(|name| self.config.receiver(name).is_some());
        for (index, Receiver { name, .. }) in self.config.webhooks.iter().enumerate() {
            let suits = self.routes.gives(index) && *name != self.config.webhook;
            if suits && !receivers.contains(name) {
                receivers.push(name.clone());
            }
        }
        if receivers.is_empty() {
            receivers.push(self.config.webhook.clone());
        }
        receivers
    }

    /// Puts a lead into the outbox, for each of these receivers. Returns the keys.
    fn enqueue(&mut self, mut lead: Lead, to: Vec<String>, submitted: bool, turn: &mut Turn) -> Vec<String> {
        // By what is new in it: two tabs, or a page and the one that died before it, make of the same news the same revision.
        let news =
            object("tier contact said heard", &[&lead.tier, &lead.contact, &lead.qualification, &self.chat.heard]);
        let news = id::digest(&json(&news));
        lead.idempotency_key = [&lead.id, ".", &number(lead.revision.into()), ".", &news].concat();
        lead.bound();
        let (body, since, revision) = (lead.write(), turn.now.wall, lead.revision);
        let mut keys = Vec::new();
        for to in to {
            turn.tell(&["lead: revision ", &number(revision.into()), ", ", lead.tier.name(), ", to ", &to]);
            let key = [lead.idempotency_key.as_str(), "@", &to].concat();
            let (lead, body) = (lead.id.clone(), body.clone());
            let item = Item { lead, revision, to, body, submitted, since, ..Item::default() };
            let earlier = self.outbox.put(&key, item);
            self.store_lead(&key, turn);
            for key in earlier {
                self.store_lead(&key, turn); // It does not go by the last resort any more.
            }
            keys.push(key);
        }
        keys
    }

    /// The lead as of now: everything with consent, score and reasons in memory mode, and without consent what the
    /// visitor submitted alone.
    pub(super) fn compose(&self, turn: &Turn) -> Lead {
        let now = turn.now.wall;
        let granted = self.consent.decision == Decision::Granted && self.scoring();
        let scoring = self.scoring();
        let lang = self.config.sales_language;
        let submitted = self.chat.contact.reachable() && !self.chat.page.is_empty();
        let mut lead = Lead {
            schema: SCHEMA.into(),
            id: if scoring { self.sum.visitor.clone() } else { id::uuid7(turn.now) },
            created_at: iso(now),
            updated_at: iso(now),
            suspected_bot: self.suspicion >= bot::SUSPECTED,
            suspicion: self.suspicion,
            widget: env!("CARGO_PKG_VERSION").into(),
            site: self.page.host.clone(),
            language: self.lang().name().into(),
            tier: self.tier,
            stage: self.stage,
            qualification: self.said_so_far(),
            contact: self.contact(),
            consent: ConsentNote {
                state: self.consent.decision,
                source: self.consent.source,
                at: self.consent.source.map(|_| iso(self.consent.at)),
                contact_text: Some(self.chat.agreed.clone()).filter(|agreed| !agreed.is_empty()),
            },
            page: if submitted { self.chat.page.clone() } else { self.page.path.clone() },
            chat: gather(self.chat.lines.iter().map(Message::from)),
            ..Lead::default()
        };
        if scoring {
            let model = &self.config.model;
            lead.score = Some(points(self.score));
            lead.model = Some(ModelName { id: model.id.clone(), version: model.version });
            lead.reasons = self.reasons(lang);
            lead.fit = self.fit(lang);
            lead.attributes.clone_from(&self.sum.attributes.value);
        }
        if granted {
            let arrival = |touch: &Option<Touch>| touch.as_ref().map(Arrival::from);
            lead.source = Some(Sources {
                first: arrival(&self.sum.first),
                last: arrival(&self.sum.last),
                visits: gather(self.sum.touches.iter().map(Arrival::from)),
            });
            lead.device = Some(Device {
                class: self.device.into(),
                language: self.page.language.clone(),
                utc_offset: offset(self.utc_offset),
                load: Some(self.loaded.to_owned()).filter(|load| !load.is_empty()),
            });
            let topics = self.sum.facts.favourites(Kind::Topic);
            lead.topics = gather(topics.into_iter().take(MAX_TOPICS).map(str::to_owned));
            let steps = self.sum.journey.iter().filter(|step| step.what != Kind::Visit);
            lead.journey = gather(steps.map(JourneyStep::from));
        }
        lead.brief = join([brief(&lead, lang), self.chat.advice.clone()], "\n");
        lead
    }

    /// Takes out of a lead that is on its way everything but what the visitor submitted, as if it had been made without
    /// consent. One that has no score was.
    pub(super) fn strip(&self, item: &mut Item) {
        if item.body.part("score").is_null() {
            return;
        }
        let (mut said, mut contact) =
            (Qualification::read(item.body.part("qualification")), Contact::read(item.body.part("contact")));
        // Without what the page told by `identify`. Other leads than that of this conversation are from tabs without consent.
        if self.chat.lead.as_ref().is_some_and(|mark| mark.id == item.lead) {
            (said, contact) = (self.chat.said.clone(), self.chat.contact.clone());
        }
        let tier = tier::tier(0, Tier::Cold, &self.config.model.tiers, said.timeframe, false);
        let stage = tier::stage(tier, Stage::Suspect, &said, contact.reachable(), None);
        let Value::Object(fields) = &mut item.body else { return };
        for (name, value) in fields {
            *value = match name.as_str() {
                "tier" => tier.write(),
                "stage" => stage.write(),
                "qualification" => said.write(),
                "contact" => contact.write(),
                "consent" => object("state contact_text", &[&self.consent.decision, value.part("contact_text")]),
                "score" | "model" | "fit" | "source" | "device" => Value::Null,
                "reasons" | "journey" | "topics" => Value::List(Vec::new()),
                "attributes" => Value::Object(Vec::new()),
                "brief" => "".into(),
                _ => continue,
            }
        }
    }

    /// What is known, for rules to look at.
    fn evidence(&self) -> score::Evidence<'_> {
        score::Evidence {
            facts: &self.sum.facts,
            journey: &self.sum.journey,
            attributes: &self.attributes,
            today: self.today,
        }
    }

    /// The lines of the score, as a lead says them.
    pub(super) fn reasons(&self, lang: Lang) -> Vec<Reason> {
        if !self.scoring() {
            return Vec::new();
        }
        let mut assessment = self.scorer.assess(&self.evidence());
        score::push_cap(&mut assessment.lines, "bot", self.score - assessment.total);
        said(assessment.lines, &self.scorer.rules, lang)
    }

    /// Who the visitor is, where the model has rules for it.
    pub(super) fn fit(&self, lang: Lang) -> Option<FitNote> {
        if self.fit.rules.is_empty() || !self.scoring() {
            return None;
        }
        let letter = tier::letter(self.fit_score, &self.config.model.fit);
        let lines = self.fit.assess(&self.evidence()).lines;
        Some(FitNote {
            score: points(self.fit_score),
            grade: [letter, tier::figure(self.tier)].concat(),
            reasons: said(lines, &self.fit.rules, lang),
        })
    }
}

/// A rule that gives something where a receiver's conditions hold.
pub(super) fn route(receiver: &mut Receiver) -> Rule {
    Rule {
        id: String::new(),
        label: Text::default(),
        why: None,
        group: None,
        what: Selector::default(),
        when: receiver.when.take(),
        points: Points::Each(1_000),
        cap_day: None,
        cap: None,
        decay: None,
    }
}

/// Lines of an assessment under these rules, as a lead says them: most points first, whether given or taken.
fn said(mut lines: Vec<score::Contribution>, rules: &[Rule], lang: Lang) -> Vec<Reason> {
    let label = |line: &score::Contribution| match line.index.and_then(|index| rules.get(index)) {
        Some(rule) => rule.label.get(lang).to_owned(),
        None => limit(&line.rule, lang),
    };
    sort_down(&mut lines, |line| line.points.abs());
    gather(lines.into_iter().map(|line| Reason {
        label: clip(&label(&line), 80).to_owned(),
        rule: line.rule,
        points: points(line.points),
        raw: points(line.raw),
        day_capped: points(line.day_capped),
        decayed: points(line.decayed),
        count: line.count,
        evidence: line.evidence,
        last: line.last.map(iso_day),
    }))
}

/// Thousandths as points. Exact to the thousandth in every engine: both sides divide one integer by 1,000.
pub(super) fn points(thousandths: i64) -> f64 {
    thousandths as f64 / 1_000.0
}

impl From<&crate::chat::Line> for Message {
    fn from(line: &crate::chat::Line) -> Message {
        Message { at: iso(line.at), from: line.from, text: line.text.clone() }
    }
}

impl From<&crate::visitor::Step> for JourneyStep {
    fn from(step: &crate::visitor::Step) -> JourneyStep {
        let subject = step.subject.clone();
        let seconds = if step.what == Kind::PageView { step.amount } else { 0 };
        JourneyStep { at: iso(step.at), what: step.what, subject, seconds, scroll: step.scroll }
    }
}

impl From<&Touch> for Arrival {
    fn from(touch: &Touch) -> Arrival {
        let known = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        Arrival {
            at: iso(touch.at),
            channel: touch.channel.clone(),
            referrer: known(&touch.referrer),
            utm_source: known(&touch.utm_source),
            utm_medium: known(&touch.utm_medium),
            utm_campaign: known(&touch.utm_campaign),
            landing: touch.landing.clone(),
        }
    }
}
