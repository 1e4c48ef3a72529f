//! What receivers get, to the byte, and which of them gets a lead.
#![allow(missing_docs)]

use leadheat_core::app::Event;
use leadheat_core::chat::Input;
use leadheat_core::config::{Config, Defaults};
use leadheat_core::consent::Report;
use leadheat_core::json::Value;
use leadheat_core::lead::{Contact, Lead, Message, SCHEMA};
use leadheat_core::lint::lint;
use leadheat_core::outbox::Outcome;
use leadheat_core::receiver::{Ack, Form, Receiver};
use leadheat_core::sim::{Fate, World};
use leadheat_core::tier::Tier;
use leadheat_core::time::{DAY, MINUTE};
use leadheat_core::wire::Wire;
use leadheat_core::{dialogue, model};
use serde_json::{Value as Json, json};

fn lead() -> Lead {
    let known = |text: &str| Some(text.to_owned());
    let mut lead = Lead {
        schema: SCHEMA.into(),
        id: "01a19631-4868-7990-b270-ec46c0f09aa8".into(),
        revision: 2,
        idempotency_key: "01a19631-4868-7990-b270-ec46c0f09aa8.2.ae677b9d".into(),
        created_at: "2026-11-21T18:02:11Z".into(),
        updated_at: "2026-11-21T18:04:00Z".into(),
        site: "www.firm.example".into(),
        language: "fi".into(),
        tier: Tier::Hot,
        score: Some(71.5),
        contact: Contact {
            name: known("=HYPERLINK(\"http://evil.example\")"),
            email: known("äiti+1@firm.example"),
            phone: known("+358 40 123 4567"),
            company: None,
        },
        page: "/hinnat".into(),
        chat: vec![Message {
            at: "2026-11-21T18:03:00Z".into(),
            from: leadheat_core::chat::Speaker::Visitor,
            text: "\"Hei\" & 50 %\n🙂".into(),
        }],
        brief: "+1 more\nto read".into(),
        ..Lead::default()
    };
    lead.consent.contact_text = known("You may contact me.");
    lead
}

fn receiver(form: Form) -> Receiver {
    Receiver { url: vec!["https://a.example/hook".into()], form, ..Receiver::default() }
}

/// The golden file of a form; `own`: with fields of the receiver's own.
macro_rules! golden {
    ($($form:ident $file:literal $own:literal;)+) => {
        [$((Form::$form, $file, $own, include_str!(concat!("golden/", $file, ".txt")))),+]
    };
}

#[test]
fn each_form_is_what_its_golden_file_says() {
    let own = [
        ("who", "contact.name|contact.email:9"),
        ("email", "contact.email"),
        ("oid", "'00D5e'"),
        ("none", "contact.company"),
    ];
    let golden = golden! {
        Json "json" false; Standard "standard" false; CloudEvents "cloudevents" false; Form "form" false;
        Salesforce "salesforce" false; HubSpot "hubspot" false;
        Json "json-fields" true; Form "form-fields" true; HubSpot "hubspot-fields" true;
    };
    for (form, file, with_own, wanted) in golden {
        let own = own.map(|(name, path)| (name.to_owned(), path.to_owned()));
        let fields = if with_own { own.to_vec() } else { Vec::new() };
        let post = Receiver { fields, ..receiver(form) }.post(&lead().write());
        let given = format!("{}\n{}\n{}\n", post.url, post.kind, post.body);
        assert!(given == wanted, "golden/{file}.txt has\n{wanted}\nand this is\n{given}");
        if post.kind.ends_with("json") {
            let _: Json = serde_json::from_str(&post.body).unwrap();
        }
    }
}

#[test]
fn the_largest_lead_stays_within_every_limit() {
    for text in ["\u{1F642}".repeat(600), "\\\"\u{1}".repeat(600), "+= @\t".repeat(600), "a".repeat(2_000)] {
        let mut lead = lead();
        for field in leadheat_core::lead::Field::NAMES.all {
            lead.contact.set(*field, &text);
        }
        lead.brief.clone_from(&text);
        lead.chat = vec![Message { text: text.clone(), ..lead.chat[0].clone() }; 50];
        lead.bound();
        for (name, form) in Form::NAMES.pairs() {
            let body = receiver(form).post(&lead.write()).body;
            // Standard Webhooks asks for less than 20 kB; a browser keeps at most 64 KiB of posts alive after a page.
            assert!(body.len() < 20_000, "{name}: {} bytes", body.len());
            assert!(body.contains("01a19631") || matches!(form, Form::Salesforce | Form::HubSpot), "{name}");
        }
        let pairs = receiver(Form::Salesforce).post(&lead.write()).body;
        assert!(
            pairs.split('&').find(|pair| pair.starts_with("last_name=")).unwrap().len() <= "last_name=".len() + 3 * 80
        );
    }
}

#[test]
fn no_cell_of_a_spreadsheet_becomes_a_formula() {
    for (given, wanted) in [
        ("=1+1", "'=1+1"),
        ("@x", "'@x"),
        ("-2+3*cmd", "'-2+3*cmd"),
        ("+358 40 (1)", "+358 40 (1)"),
        ("-5", "-5"),
        ("a=1", "a=1"),
    ] {
        let own = vec![("cell".to_owned(), "contact.name".to_owned())];
        let mut lead = lead();
        lead.contact.name = Some(given.into());
        let body = Receiver { fields: own, ..receiver(Form::Form) }.post(&lead.write()).body;
        let cell: Vec<_> = form_urlencoded(&body).into_iter().filter(|(name, _)| name == "cell").collect();
        assert_eq!(cell, [("cell".to_owned(), wanted.to_owned())]);
    }
}

fn form_urlencoded(body: &str) -> Vec<(String, String)> {
    let plain = |text: &str| {
        let (mut bytes, mut rest) = (Vec::new(), text.bytes());
        while let Some(byte) = rest.next() {
            bytes.push(match byte {
                b'%' => u8::from_str_radix(
                    &String::from_utf8(vec![rest.next().unwrap(), rest.next().unwrap()]).unwrap(),
                    16,
                )
                .unwrap(),
                byte => byte,
            });
        }
        String::from_utf8(bytes).unwrap()
    };
    body.split('&').map(|pair| pair.split_once('=').unwrap()).map(|(name, value)| (plain(name), plain(value))).collect()
}

#[test]
fn what_cannot_be_confirmed_is_sent_as_a_plain_form_could() {
    for (form, kind) in [
        (Form::Json, "text/plain"),
        (Form::CloudEvents, "text/plain"),
        (Form::Form, "application/x-www-form-urlencoded"),
    ] {
        let post = Receiver { ack: Ack::Opaque, ..receiver(form) }.post(&lead().write());
        assert_eq!((post.kind, post.ack), (kind, Ack::Opaque));
    }
}

fn routed() -> Json {
    json!({
        "webhook": "/rest",
        "webhooks": [
            {"name": "hot-fi", "url": "/fi", "when": [{"attribute": "tier", "on": "hot"}, {"attribute": "language", "on": "fi*"}]},
            {"name": "hot", "url": ["/anna", "/ben"], "when": {"all": [{"attribute": "tier", "on": "hot"}, {"not": [{"attribute": "language", "on": "fi*"}]}]}},
            {"name": "owner", "url": "/owner", "form": "form", "when": {"attribute": "customer", "on": "yes"}},
            {"name": "readers", "url": "/readers", "when": {"kind": "page_view", "on": "/articles/*", "from": 2}},
        ]
    })
}

#[test]
fn a_lead_goes_to_those_whose_conditions_hold() {
    let send = |visit: &dyn Fn(&mut World, usize), seed| {
        let mut world = World::new(routed(), seed);
        let tab = world.open("/pricing");
        world.consent(tab, "granted");
        visit(&mut world, tab);
        world.chat(tab, 0, 0, "a@firm.example"); // Now: hot.
        world.pass(MINUTE);
        world.addresses.sort();
        world.addresses
    };
    let one_of_two = send(&|_, _| {}, 1);
    assert!(one_of_two == ["/anna"] || one_of_two == ["/ben"], "{one_of_two:?}");
    let both: std::collections::BTreeSet<_> = (0..40).flat_map(|seed| send(&|_, _| {}, seed)).collect();
    assert_eq!(both.into_iter().collect::<Vec<_>>(), ["/anna", "/ben"], "in turn");
    let known = send(
        &|world, tab| {
            world.call(tab, "identify", json!([{"customer": true, "language": "x"}]));
        },
        1,
    );
    assert_eq!(known.len(), 1, "true is no yes: {known:?}");
    let known = send(
        &|world, tab| {
            world.call(tab, "identify", json!([{"customer": "yes"}]));
        },
        1,
    );
    assert!(known.contains(&"/owner".to_owned()) && known.len() == 2, "{known:?}");
    let reader = send(
        &|world, tab| {
            world.goto(tab, "/articles/a");
            world.goto(tab, "/articles/b");
        },
        1,
    );
    assert!(reader.contains(&"/readers".to_owned()), "{reader:?}");
}

/// A salesperson who has a lead hears of its news, also where it would go to somebody else now.
#[test]
fn revisions_go_to_those_who_have_the_lead() {
    let customer = |is| json!({"name": is, "url": format!("/{is}"), "when": {"attribute": "customer", "on": is}});
    let mut world = World::new(json!({"webhook": "/rest", "webhooks": [customer("new"), customer("old")]}), 1);
    let tab = world.open("/pricing");
    world.consent(tab, "granted");
    world.call(tab, "identify", json!([{"customer": "new"}]));
    world.chat(tab, 0, 0, "a@firm.example");
    world.call(tab, "identify", json!([{"customer": "old", "name": "Kate"}]));
    world.pass(2 * MINUTE);
    world.addresses[1..].sort();
    assert_eq!(world.addresses, ["/new", "/new", "/old"]);
}

/// Pages of one site may have different configs, and a config may change while leads wait.
#[test]
fn a_page_sends_nothing_to_a_receiver_that_it_does_not_know() {
    let mut world = World::new(json!({"webhooks": [{"name": "b", "url": "/b"}]}), 1);
    let tab = world.open("/");
    world.fate = Some(Box::new(|_, _| Fate { taken: false, outcome: Outcome::Failed, after: 0 }));
    world.chat(tab, 0, 0, "a@firm.example");
    world.close(tab);
    (world.fate, world.config) = (None, json!({}));
    let posts = world.addresses.len();
    let tab = world.open("/");
    world.pass(60 * MINUTE);
    assert_eq!(world.addresses.len(), posts, "it waits for a page that knows");
    world.pass(DAY);
    world.goto(tab, "/");
    world.pass(MINUTE);
    assert_eq!(world.addresses[posts..], ["/webhook"], "but not for ever");
}

#[test]
fn salesforce_gets_a_lead_once() {
    let mut world = World::new(
        json!({"webhooks": [{"name": "s", "url": "/s", "form": "salesforce"}, {"name": "j", "url": "/j"}]}),
        1,
    );
    let tab = world.open("/pricing");
    world.chat(tab, 0, 0, "a@firm.example");
    for _ in 0..3 {
        world.send(tab, Event::Chat(Input::Write("One more thing".into())));
        world.pass(2 * MINUTE);
    }
    let count = |url: &str| world.addresses.iter().filter(|known| *known == url).count();
    assert_eq!((count("/s"), count("/j")), (1, 4));
}

/// A stored grant that the consent manager has not confirmed yet: nothing that was observed decides where a lead goes.
#[test]
fn without_consent_no_route_looks_at_what_was_observed() {
    let mut world = World::new(routed(), 1);
    let tab = world.open("/articles/a");
    world.consent(tab, "granted");
    world.goto(tab, "/articles/b");
    world.call(tab, "identify", json!([{"customer": "yes"}]));
    world.goto(tab, "/pricing");
    world.send(tab, Event::Consent(Report::Google(["default", "analytics_storage,denied"].map(String::from).into())));
    world.chat(tab, 0, 0, "a@firm.example");
    world.addresses.sort();
    assert!(!world.addresses.iter().any(|url| url == "/owner" || url == "/readers"), "{:?}", world.addresses);
}

#[test]
fn texts_of_ones_own_may_hold_anything_but_a_quote() {
    let filled = |from: &str| {
        let fields = vec![("f".to_owned(), from.to_owned())];
        Receiver { fields, ..receiver(Form::Json) }.post(&lead().write()).body
    };
    for (from, wanted) in [
        ("'https://firm.example/a|b'", "https://firm.example/a|b"),
        ("contact.company|'a:b':2", "a:"),
        ("contact.company|'-'", "-"),
        ("contact.company|contact.phone:4", "+358"),
        ("tier", "hot"),
    ] {
        assert_eq!(filled(from), json!({"f": wanted}).to_string(), "{from}");
    }
}

#[test]
fn a_lead_that_meets_no_condition_goes_to_the_webhook() {
    let mut world = World::new(routed(), 1);
    let tab = world.open("/pricing");
    world.chat(tab, 3, 0, "a@firm.example");
    assert_eq!(world.addresses, ["/webhook"], "that of the tag wins");
}

#[test]
fn a_test_goes_to_every_receiver_and_says_what_each_answered() {
    let mut world = World::new(routed(), 1);
    let tab = world.open("/");
    world.faults =
        vec![Some(leadheat_core::outbox::Outcome::Answered(422, None)), Some(leadheat_core::outbox::Outcome::Opaque)];
    let answer = world.call(tab, "test", json!([])).unwrap();
    let answer = answer.as_str().unwrap();
    assert_eq!(answer.split("; ").count(), 5, "{answer}");
    assert!(answer.contains("refused") && answer.contains("handed over") && answer.contains("delivered"), "{answer}");
}

#[test]
fn what_is_wrong_with_receivers_is_said() {
    let parse = |json: &str| -> Value { serde_json::from_str(json).unwrap() };
    let defaults = Defaults { model: parse(model::DEFAULT), chat: parse(dialogue::DEFAULT) };
    let wrong = |json: Json| {
        let problems = Config::read(&parse(&json.to_string()), None, &defaults).unwrap_err();
        problems.iter().map(leadheat_core::json::Problem::sentence).collect::<Vec<_>>().join("\n")
    };
    let said = wrong(json!({"webhooks": [
        {"url": "http://a.example/x", "form": "xml", "fields": {"a": 1}},
        {"name": "b", "when": {"kind": "page_view"}},
        {"name": "b", "url": ["https://a.example", "ftp://a"], "when": {"attribute": "tier", "kind": "visit"}},
    ]}));
    for part in [
        "$.webhooks[0]: a receiver needs a `name`",
        "$.webhooks[0].url: `http://a.example/x`",
        "$.webhooks[0].form: this is not one of the known words",
        "$.webhooks[0].fields.a: this is a number",
        "$.webhooks[1]: there is no address",
        "$.webhooks[2].name: two receivers have this name",
        "$.webhooks[2].url: `ftp://a`",
        "$.webhooks[2].when",
    ] {
        assert!(said.contains(part), "{part} is not in:\n{said}");
    }
    let said = wrong(json!({"webhooks": [{"name": "hot", "url": "/x", "when": {"attribute": "tier", "on": "hot"}}]}));
    assert!(said.contains("$.webhook: there is no address to send leads to"), "{said}");
}

#[test]
fn check_says_which_receivers_cannot_confirm_and_refuses_those_whose_address_is_a_password() {
    let parse = |json: &str| -> Value { serde_json::from_str(json).unwrap() };
    let defaults = Defaults { model: parse(model::DEFAULT), chat: parse(dialogue::DEFAULT) };
    let read = |json: Json| Config::read_all(&parse(&json.to_string()), None, &defaults);
    let advice = |receiver: Json| {
        let (config, dialogue) = read(json!({"webhook": "/own", "webhooks": [receiver]})).unwrap();
        lint(&config, &dialogue).iter().map(leadheat_core::json::Problem::sentence).collect::<Vec<_>>().join("\n")
    };
    for (receiver, part) in [
        (
            json!({"name": "z", "url": "https://hooks.zapier.com/hooks/catch/1/2"}),
            "cannot read what hooks.zapier.com answers",
        ),
        (json!({"name": "s", "url": "https://webto.salesforce.com/x", "form": "salesforce"}), "nobody can know"),
        (
            json!({"name": "s", "url": "https://webto.salesforce.com/x", "form": "salesforce"}),
            "number of your organisation",
        ),
        (
            json!({"name": "s", "url": "/x", "fields": {"a": "contact.emial|'x.y':9"}}),
            "$.webhooks[0].fields.a: a lead has nothing called `contact.emial`",
        ),
        (json!({"name": "s", "url": "/x", "fields": {"a": "source.last.channel|attributes.plan|fit.grade"}}), ""),
        (json!({"name": "o", "url": "https://own.example/x"}), "asks own.example first"),
        (json!({"name": "h", "url": "https://api.hsforms.com/x", "form": "hubspot"}), ""),
        (json!({"name": "p", "url": "/path"}), ""),
    ] {
        let said = advice(receiver.clone());
        assert!(if part.is_empty() { said.is_empty() } else { said.contains(part) }, "{receiver}: {said}");
    }
    for host in [
        "hooks.slack.com/services/T/B/X",
        "discord.com/api/webhooks/1/x",
        "x.webhook.office.com/y",
        "prod-1.westeurope.logic.azure.com:443/w",
        "x.environment.api.powerplatform.com/w",
        "HOOKS.SLACK.COM/services/T/B/X",
    ] {
        let problems = read(json!({"webhook": format!("https://{host}")})).err();
        let said = problems.unwrap_or_default().iter().map(leadheat_core::json::Problem::sentence).collect::<String>();
        assert!(said.contains("It is a password"), "{host}: {said}");
    }
}
