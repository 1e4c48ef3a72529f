//! Channels, referrers and user agents that others have labelled. The data are not ours to publish: without them these tests say
//! so and pass.

use std::fs;

use leadheat_core::bot::suspicion;
use leadheat_core::page::Page;
use leadheat_core::source::Touch;

fn channel(query: &[(&str, &str)], referrer: &str) -> String {
    let query = query.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    let page =
        Page { host: "lumo.example".into(), path: "/".into(), query, referrer: referrer.into(), ..Page::default() };
    Touch::read(0, &page, &[]).map_or("none".into(), |touch| touch.channel)
}

/// The rows of a file of `../shared`, or none, with a word about it.
fn rows(file: &str) -> Vec<Vec<String>> {
    let Ok(text) = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/").to_owned() + file) else {
        println!("skipped: {file} is not here");
        return Vec::new();
    };
    text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

#[test]
fn channels_of_analytics() {
    let (mut right, rows) = (0, rows("channels/channel_cases.tsv"));
    for row in &rows {
        let [source, medium, campaign, wanted, _] = &row[..] else { panic!("{row:?}") };
        let given = channel(&[("utm_source", source), ("utm_medium", medium), ("utm_campaign", campaign)], "");
        let wanted = wanted.to_lowercase().replace("mobile push notifications", "push").replace([' ', '-'], "_");
        let same = given == wanted.trim_start_matches("organic_");
        println!("{}", if same { String::new() } else { format!("{row:?}: {given}") });
        right += usize::from(same);
    }
    println!("{right} of {} channels", rows.len());
    assert!(right + 1 >= rows.len());
}

#[test]
fn referrers() {
    let least = [("search", 21), ("social", 13), ("chatbot", 9), ("email", 55)];
    let rows = rows("referrers/referrer_cases.tsv");
    for (medium, least) in least.into_iter().filter(|_| !rows.is_empty()) {
        let of: Vec<_> = rows.iter().filter(|row| row[0] == medium).collect();
        let wanted = if medium == "chatbot" { "ai" } else { medium };
        let wrong: Vec<_> =
            of.iter().map(|row| (channel(&[], &row[3]), &row[3])).filter(|(given, _)| given != wanted).collect();
        println!("{medium}: {} of {}; not {wrong:?}", of.len() - wrong.len(), of.len());
        assert!(of.len() - wrong.len() >= least);
    }
}

#[test]
fn people_and_programs() {
    let rows = rows("bots/ua_labelled_dev.tsv");
    let share = |label: &str| {
        let of: Vec<_> = rows.iter().filter(|row| row[0] == label).collect();
        let driven = of.iter().filter(|row| suspicion(false, &row[3]) >= 50).count();
        println!("{label}: {driven} of {} look driven", of.len());
        driven as f64 / of.len() as f64
    };
    if !rows.is_empty() {
        assert!(share("bot") >= 0.9 && share("human") <= 0.005);
    }
}
