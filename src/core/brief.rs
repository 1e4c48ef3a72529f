//! The few lines a salesperson reads before calling. Owns their wording in three languages; must not decide anything
//! that is not in the lead already.

use crate::lead::Lead;
use crate::qualify::{Authority, Timeframe};
use crate::text::{Lang, Words, clip, decimal, fill, join, quote, split, words};
use crate::tier::Stage;

/// Writes the brief of a lead.
pub fn brief(lead: &Lead, lang: Lang) -> String {
    join([who_and_what(lead, lang), why(lead, lang), where_from(lead, lang)], "\n")
}

/// The reason in words for a line that is no rule's: `group:NAME`, `bot`, or the limits of the score.
pub fn limit(line: &str, lang: Lang) -> String {
    match line.strip_prefix("group:") {
        Some(group) => {
            lang.pick(words!["Limit of the group: ", "Ryhmän enimmäismäärä: ", "A csoport felső határa: "]).to_owned()
                + group
        }
        None if line == "bot" => lang
            .pick(words!["Limit for suspected programs", "Epäillyn ohjelman raja", "Gyanús programok határa"])
            .to_owned(),
        None => lang.pick(words!["Limit of the score", "Pisteiden raja", "A pontszám határa"]).to_owned(),
    }
}

fn who_and_what(lead: &Lead, lang: Lang) -> String {
    let said = &lead.qualification;
    let name = lead.contact.name.as_deref().or(lead.contact.email.as_deref());
    let mut text = name.unwrap_or(lang.pick(words!["A visitor", "Kävijä", "Egy látogató"])).to_owned();
    if let Some(company) = &lead.contact.company {
        text += &[" (", company, ")"].concat();
    }
    text.push('.');
    let need = said.need.as_deref().map(|need| clip(need, 200).trim_end_matches('.'));
    let stated = said.statements.iter().filter(|statement| statement.intent.is_buying_signal());
    let quotes = stated.filter(|statement| !statement.words.is_empty());
    let mut wishes = String::new();
    for quote in quotes.map(|statement| quote(&statement.words, 80)) {
        // One sentence may say several things.
        if !wishes.ends_with(&quote) {
            wishes = join([wishes, quote], ", ");
        }
    }
    let wishes = Some(wishes).filter(|wishes| !wishes.is_empty());
    let sentences: [(Option<&str>, Words); 11] = [
        (lead.test.then_some(""), words!["This is a test lead.", "Tämä on testiliidi.", "Ez egy teszt lead."]),
        (
            lead.suspected_bot.then_some(""),
            words![
                "May be a program, not a person.",
                "Saattaa olla ohjelma, ei ihminen.",
                "Lehet, hogy program, nem ember.",
            ],
        ),
        (need, words!["Needs: {}.", "Tarve: {}.", "Igény: {}."]),
        (said.timeframe.map(|_| ""), said.timeframe.map_or(words!["", "", ""], when)),
        (said.authority.map(|_| ""), said.authority.map_or(words!["", "", ""], whose)),
        (said.budget.as_deref(), words!["Budget: {}.", "Budjetti: {}.", "Keret: {}."]),
        (said.current_supplier.as_deref(), words!["Today: {}.", "Nykyinen toimittaja: {}.", "Jelenlegi szállító: {}."]),
        (said.requirements.as_deref(), words!["Requires: {}.", "Vaatimukset: {}.", "Feltételek: {}."]),
        (
            said.preferred.as_deref(),
            words!["Best reached by: {}.", "Toivoo yhteydenottoa: {}.", "Így szeretné, ha keresnék: {}."],
        ),
        (said.preferred_time.as_deref(), words!["Best time: {}.", "Sopiva aika: {}.", "Megfelelő időpont: {}."]),
        (wishes.as_deref(), words!["Said: {}.", "Sanoi: {}.", "Mondta: {}."]),
    ];
    for (known, words) in sentences {
        if let Some(known) = known {
            text += " ";
            text += &fill(lang.pick(words), known);
        }
    }
    text
}

fn when(timeframe: Timeframe) -> Words {
    match timeframe {
        Timeframe::Now => words!["Wants it at once.", "Haluaa sen heti.", "Azonnal szeretné."],
        Timeframe::TwoMonths => words![
            "Decides within about two months.",
            "Päättää noin kahden kuukauden sisällä.",
            "Körülbelül két hónapon belül dönt.",
        ],
        Timeframe::Later => words!["Plans it for later.", "Suunnittelee myöhemmäksi.", "Későbbre tervezi."],
        Timeframe::None => words!["In no hurry.", "Ei kiirettä.", "Nem sürgős."],
        Timeframe::NotBuying => {
            words!["Says that nothing is to be bought.", "Sanoo, ettei ole ostamassa.", "Azt mondja, nem vásárol."]
        }
    }
}

fn whose(authority: Authority) -> Words {
    match authority {
        Authority::Decides => words!["Makes the decision.", "Tekee päätöksen itse.", "Ő dönt."],
        Authority::Prepares => {
            words![
                "Prepares the decision for others.",
                "Valmistelee päätöstä muille.",
                "Másoknak készíti elő a döntést."
            ]
        }
        Authority::Other => words!["Somebody else decides.", "Päätöksen tekee joku muu.", "Más dönt."],
    }
}

fn why(lead: &Lead, lang: Lang) -> String {
    let Some(score) = lead.score else {
        let words = words![
            "No score: the visitor did not consent to scoring.",
            "Ei pisteitä: kävijä ei suostunut pisteytykseen.",
            "Nincs pontszám: a látogató nem járult hozzá a pontozáshoz.",
        ];
        return if lead.test { String::new() } else { lang.pick(words).to_owned() };
    };
    let named = |good: fn(f64) -> bool| {
        let reasons = lead.reasons.iter().filter(|reason| good(reason.points) && reason.last.is_some());
        join(reasons.take(3).map(|reason| reason.label.as_str()), "; ")
    };
    let score = decimal((score * 1_000.0).round() as i64);
    let score = if lang == Lang::En { score } else { join(split(&score, b'.'), ",") };
    let (good, bad) = (named(|points| points > 0.0), named(|points| points < 0.0));
    let mut text = if good.is_empty() {
        fill(lang.pick(words!["Score {}.", "Pisteet {}.", "Pontszám: {}."]), &score)
    } else {
        fill(
            lang.pick(words!["Score {}, mostly for: ", "Pisteet {}, ennen kaikkea: ", "Pontszám: {}, főleg ezért: "]),
            &score,
        ) + &good
            + "."
    };
    if !bad.is_empty() {
        text += &fill(lang.pick(words![" Against it: {}.", " Vastaan puhuu: {}.", " Ellene szól: {}."]), &bad);
    }
    if lead.stage == Stage::Discarded {
        text += lang.pick(words![" Not to be pursued.", " Ei jatkotoimia.", " Nem érdemes követni."]);
    }
    text
}

fn where_from(lead: &Lead, lang: Lang) -> String {
    let Some(first) = lead.source.as_ref().and_then(|source| source.first.as_ref()) else { return String::new() };
    let channel = match first.channel.as_str() {
        "direct" => words!["came directly", "suoraan", "közvetlenül"],
        "search" => words!["from a search", "hakukoneesta", "keresőből"],
        "social" => words!["from social media", "sosiaalisesta mediasta", "közösségi médiából"],
        "email" => words!["from an e-mail", "sähköpostista", "e-mailből"],
        "ai" => words!["from an AI assistant", "tekoälyavustajasta", "MI-asszisztenstől"],
        "sms" | "push" => words!["from a message", "viestistä", "üzenetből"],
        "referral" | "affiliates" | "video" | "shopping" => {
            words!["from another site", "toiselta sivustolta", "másik oldalról"]
        }
        "unassigned" => words!["by a link", "linkistä", "hivatkozásról"],
        paid if matches!(paid, "display" | "audio" | "cross_network") || paid.starts_with("paid") => {
            words!["from an advertisement", "mainoksesta", "hirdetésből"]
        }
        _ => words!["", "", ""], // The site owner's own name for it says it best.
    };
    let channel = match lang.pick(channel) {
        "" => &first.channel,
        phrase => phrase,
    };
    let topics = join(&lead.topics, ", ");
    let interest = match topics.is_empty() {
        true => String::new(),
        false => fill(lang.pick(words![" Looked at: {}.", " Katsoi: {}.", " Ezt nézte: {}."]), &topics),
    };
    let origin = first.utm_campaign.as_ref().or(first.utm_source.as_ref()).or(first.referrer.as_ref());
    let origin = origin.map_or(String::new(), |origin| [" (", origin, ")"].concat());
    let text = fill(lang.pick(words!["First visit: {}", "Ensikäynti: {}", "Első látogatás: {}"]), channel);
    [&text, &origin, ", ", clip(&first.at, 10), ".", &interest].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lead::{Arrival, Sources};

    #[test]
    fn numbers_and_channels_are_in_words() {
        let told = |channel: &str, lang| {
            let first = Arrival { at: "2026-11-22T08:00:00Z".into(), channel: channel.into(), ..Arrival::default() };
            let source = Some(Sources { first: Some(first), ..Sources::default() });
            brief(&Lead { score: Some(44.5), source, ..Lead::default() }, lang)
        };
        assert_eq!(told("email", Lang::En), "A visitor.\nScore 44.5.\nFirst visit: from an e-mail, 2026-11-22.");
        assert_eq!(told("sms", Lang::Fi), "Kävijä.\nPisteet 44,5.\nEnsikäynti: viestistä, 2026-11-22.");
        assert_eq!(told("partners", Lang::Hu), "Egy látogató.\nPontszám: 44,5.\nElső látogatás: partners, 2026-11-22.");
    }
}
