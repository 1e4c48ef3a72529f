//! The public documents: what the JSON Schema says and what is read must be the same.
#![allow(missing_docs)]

use leadheat_core::config::{Config, Defaults};
use leadheat_core::json::{Problem, Value};
use leadheat_core::secrets::secrets;
use leadheat_core::{dialogue, model, schema};
use serde_json::{Value as Json, json};

fn defaults() -> Defaults {
    Defaults {
        model: serde_json::from_str(model::DEFAULT).unwrap(),
        chat: serde_json::from_str(dialogue::DEFAULT).unwrap(),
    }
}

fn problems(config: &Json) -> Vec<String> {
    let config: Value = serde_json::from_value(config.clone()).unwrap();
    Config::read_all(&config, Some("/webhook"), &defaults())
        .err()
        .unwrap_or_default()
        .iter()
        .map(Problem::sentence)
        .collect()
}

fn properties(schema: &Json) -> Vec<String> {
    let own = schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone());
    let variants = ["oneOf", "anyOf"].into_iter().flat_map(|key| schema[key].as_array().into_iter().flatten());
    own.chain(variants.flat_map(properties)).collect()
}

#[test]
fn every_field_of_the_schema_is_read_and_no_other() {
    let schema = schema::config();
    let definition = |name: &str| if name == "Config" { &schema } else { &schema["$defs"][name] };
    type Place = fn(Json) -> Json;
    let places: [(&str, Place); 12] = [
        ("Config", |it| it),
        ("Chat", |it| json!({"chat": it})),
        ("Model", |it| json!({"model": it})),
        ("Tiers", |it| json!({"model": {"id": "m", "tiers": it}})),
        ("Rule", |it| json!({"model": {"id": "m", "rules": [it]}})),
        (
            "Decay",
            |it| json!({"model": {"id": "m", "rules": [{"id": "r", "kind": "visit", "points": 1, "decay": it}]}}),
        ),
        ("Step", |it| json!({"chat": {"script": [it]}})),
        ("Reply", |it| json!({"chat": {"script": [{"id": "s", "replies": [it]}]}})),
        ("Branch", |it| json!({"chat": {"script": [{"id": "s", "branches": [it]}]}})),
        ("Answer", |it| json!({"chat": {"answers": [it]}})),
        ("Greeting", |it| json!({"chat": {"greetings": [it]}})),
        ("Hours", |it| json!({"chat": {"hours": it}})),
    ];
    for (name, place) in places {
        let fields = properties(definition(name));
        assert!(!fields.is_empty(), "{name}");
        // A field that is null is absent, but known: only an unknown one is named a problem.
        let mut all: Json =
            fields.iter().map(|field| (field.clone(), Json::Null)).collect::<serde_json::Map<_, _>>().into();
        if ["Step", "Rule"].contains(&name) {
            all["id"] = "x".into();
        }
        let unknown: Vec<_> =
            problems(&place(all.clone())).into_iter().filter(|problem| problem.contains("no such field")).collect();
        assert_eq!(unknown, [""; 0], "{name}: the schema knows more than is read");
        all["zzzzzzzzzzzz"] = Json::Null;
        let known = problems(&place(all)).into_iter().find(|problem| problem.contains("zzzzzzzzzzzz")).unwrap();
        let known = known.split("Known here: ").nth(1).unwrap().trim_end_matches('.');
        for field in known.split(", ").filter(|field| *field != "$schema") {
            assert!(fields.iter().any(|known| known == field), "{name}: `{field}` is read, but not in the schema");
        }
    }
}

#[test]
fn the_default_documents_have_no_problems_and_speak_all_languages() {
    assert_eq!(problems(&json!({})), [""; 0]);
    let (config, dialogue) = Config::read_all(&Value::Null, Some("/webhook"), &defaults()).unwrap();
    let texts = config.model.rules.iter().map(|rule| &rule.label);
    let texts = texts.chain(dialogue.script.0.iter().map(|step| &step.say));
    let texts = texts.chain(dialogue.script.0.iter().flat_map(|step| &step.replies).map(|reply| &reply.say));
    for text in texts {
        let tags: Vec<_> = text.0.iter().map(|(tag, _)| tag.as_str()).collect();
        assert_eq!(tags, ["en", "fi", "hu"], "{text:?}");
    }
    for rule in &config.model.rules {
        assert!(rule.why.is_some(), "rule {} does not say why", rule.id);
    }
}

#[test]
fn addresses_of_webhooks() {
    let verdict = |url: &str| {
        let config: Value = serde_json::from_value(json!({ "webhook": url })).unwrap();
        Config::read(&config, None, &defaults()).is_ok()
    };
    let vectors = include_str!("addresses.txt").lines().filter_map(|line| line.split_once(' '));
    let spaces = [
        "",
        " ",
        "https://shop.example/ x",
        " https://shop.example/",
        "https://shop.example/\n",
        "java\nscript:x",
        "/x\u{7f}",
    ];
    for (expected, url) in vectors.chain(spaces.map(|url| ("bad", url))) {
        assert_eq!(verdict(url), expected == "good", "{url:?}");
    }
}

/// Each line: where it is wrong, and the config. Hand-made: what people get wrong, and what somebody might try.
#[test]
fn bad_configs_are_refused_at_their_place() {
    let lines: Vec<_> = include_str!("bad_configs.txt").lines().collect();
    assert!(lines.len() >= 200);
    for line in lines {
        let (path, config) = line.split_at(line.find(" {").or_else(|| line.find(' ')).unwrap());
        let config: Value = serde_json::from_str(config).unwrap_or_else(|error| panic!("{line}: {error}"));
        // What stands on the tag goes before `webhook`.
        let tag = (path != "$.webhook").then_some("/webhook");
        let problems = Config::read_all(&config, tag, &defaults()).err().unwrap_or_default();
        let absent = |problem: &Problem| path == "$.webhook" && problem.wrong.starts_with("there is no address");
        let fits = |problem: &&Problem| problem.path == path && !absent(problem);
        let found = problems.iter().find(fits).unwrap_or_else(|| panic!("{line}: {problems:?}"));
        assert!(!found.wrong.is_empty() && !found.mend.is_empty(), "{line}: {found:?}");
    }
}

#[test]
fn one_privacy_signal_needs_no_list() {
    let read =
        |config: Json| Config::read(&serde_json::from_value(config).unwrap(), Some("/webhook"), &defaults()).unwrap();
    assert_eq!(read(json!({})).privacy_signals, ["gpc"]);
    assert_eq!(read(json!({"privacy_signals": "dnt"})).privacy_signals, ["dnt"]);
    assert_eq!(read(json!({"privacy_signals": []})).privacy_signals, [""; 0]);
}

#[test]
fn secrets_have_no_place_in_a_config() {
    let found = |config: Json| {
        let config: Value = serde_json::from_value(config).unwrap();
        secrets(&config).into_iter().map(|problem| problem.path).collect::<Vec<_>>()
    };
    let fields =
        |name: &str, text: &str| found(json!({"webhooks": [{"name": "a", "url": "/a", "fields": {name: text}}]}));
    for (name, text) in [
        ("api_key", "'12345'"),
        ("apiKey", "'x'"),
        ("Authorization", "'Basic eA=='"),
        ("password", "'x'"),
        ("x-access-token", "'x'"),
        ("client_secret", "'x'"),
        ("a", "'sk_live_51H8abcdefgh'"),
        ("a", "'xoxb-1234-abcd'"),
        ("a", "'ghp_abcdefghijklmnop'"),
        ("a", "'AKIAIOSFODNN7EXAMPLE'"),
        ("a", "'eyJhbGciOiJIUzI1NiJ9.e30.abc'"),
        ("a", "'Bearer abc'"),
        ("a", "'pat-eu1-01234567'"),
        ("a", "'SG.abcdef'"),
        ("a", "'-----BEGIN PRIVATE KEY-----'"),
    ] {
        assert_eq!(fields(name, text).len(), 1, "{name} {text}");
    }
    for url in [
        "https://h.example/in?token=x",
        "https://h.example/in?a=b&api_key=x",
        "https://h.example/in?x&sig=1",
        "https://h.example/?code=abc",
        "/in?secret=x",
    ] {
        assert_eq!(found(json!({"webhook": url})), ["$.webhook"], "{url}");
        assert_eq!(found(json!({"webhooks": [{"name": "a", "url": ["/a", url]}]})), ["$.webhooks[0].url[1]"], "{url}");
    }
    assert_eq!(
        found(json!({"chat": {"script": [{"id": "a", "say": {"en": "My key is sk_live_51H8abcdefgh"}}]}})),
        ["$.chat.script[0].say.en"]
    );
    // What looks like it and is none.
    for (name, text) in [
        ("oid", "'00D5g00000ABCDE'"),
        ("token", "contact.email"),
        ("keyword", "'x'"),
        ("email", "contact.email"),
        ("score", "score"),
    ] {
        assert_eq!(fields(name, text), [""; 0], "{name} {text}");
    }
    assert_eq!(
        found(
            json!({"webhook": "https://h.example/in?form=7&utm_source=x", "chat": {"company": "Secret Garden", "privacy": "/privacy?code-of-conduct"}})
        ),
        [""; 0]
    );
    assert_eq!(found(serde_json::from_str(model::DEFAULT).unwrap()), [""; 0]);
    assert_eq!(found(serde_json::from_str(dialogue::DEFAULT).unwrap()), [""; 0]);
}
