//! What of addresses and labels is hidden, and what is not. The secret part of each case stands between `[` and `]`.
#![allow(missing_docs)]

use leadheat_core::app::Event;
use leadheat_core::scrub::{HIDDEN, scrub};
use leadheat_core::sim::World;
use serde_json::json;

/// The forms in which each of these stands in addresses and texts.
const PLACES: [&str; 7] = [
    "/account/[]",
    "/account/[]/orders",
    "/a/b;id=[]",
    "/search/q=[]&page=2",
    "Mail or call [] today",
    "([])",
    "user:[]",
];

const SECRETS: [&str; 37] = [
    "john.doe@firm.example",
    "JOHN+news@firm.example",
    "j@f.fi",
    "äiti@posti.example",
    "john.doe%40firm.example",
    "john.doe%2540firm.example",
    "john%2Edoe%40firm.example",
    "+358401234567",
    "%2B358401234567",
    "00358401234567",
    "0401234567",
    "040-123-4567",
    "040-1234567",
    "06301234567",
    "1-555-123-4567",
    "5551234567",
    "+36.30.123.4567",
    "4111111111111111",
    "4111-1111-1111-1111",
    "131052-308T",
    "131052A308T",
    "123-45-6789",
    "FI2112345600000785",
    "DE89370400440532013000",
    "192.168.17.204",
    "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
    "3F2504E04F8911D39A0C0305E82C3301",
    "d41d8cd98f00b204e9800998ecf8427e",
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
    "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "AKIAIOSFODNN7EXAMPL3K9Q2",
    "a8Fk29sLq0",
    "xK9mP2vL8nQ4",
    "7f3a9c2e1b8d4f60",
    "MTIzNDU2Nzg5MDEyMzQ1Ng",
    "900150983cd24fb0d6963f7d28e17f72.pdf",
];

#[test]
fn secrets_are_hidden_wherever_they_stand() {
    let mut cases = 0;
    for secret in SECRETS {
        for place in PLACES {
            let text = place.replace("[]", secret);
            let clean = scrub(&text);
            assert!(!clean.contains(secret), "{text}: {clean}");
            let (before, after) = place.split_once("[]").unwrap();
            assert!(
                clean.starts_with(before.trim_end_matches('(')) && clean.ends_with(after.trim_start_matches(')')),
                "{text}: {clean}"
            );
            assert!(clean.contains(HIDDEN), "{text}: {clean}");
            assert_eq!(scrub(&clean), clean, "once is enough");
            cases += 1;
        }
    }
    assert!(cases >= 200, "{cases}");
}

#[test]
fn secrets_with_spaces_and_codes_after_a_word_that_says_so() {
    for text in [
        "Call [+358 40 123 4567] now",
        "Call [040 123 4567]",
        "[(040) 123 4567]",
        "/call/[%2B358%2040%20123%204567]",
        "card [4111 1111 1111 1111]",
        "[555 123 4567]",
        "/reset/[Abc123]",
        "/token/[hunter2]/next",
        "/verify/[QWERTYUI]",
        "/invite/[k3k3k3]",
        "/x;token=[Abcdef]",
        "/unsubscribe/[12345678]",
        "/path;jsessionid=[0A1B2C3D4E5F60718293A4B5C6D7E8F9]",
        "/mailto:[a@b.example]?subject=hi",
        "<[a@b.example]>",
        "[a@b.example],[c@d.example]",
    ] {
        let raw: String = text.chars().filter(|c| !"[]".contains(*c)).collect();
        let clean = scrub(&raw);
        for secret in text.split('[').skip(1).filter_map(|part| part.split(']').next()) {
            assert!(!clean.contains(secret), "{raw}: {clean}");
        }
        assert!(clean.contains(HIDDEN), "{raw}: {clean}");
    }
}

#[test]
fn what_is_nobodys_stays() {
    for text in [
        "/",
        "",
        "/pricing",
        "/en/pricing/2026",
        "/hinnat/l%C3%A4mp%C3%B6pumput",
        "/tuotteet/ilmanvaihtokoneet-ja-lämpöpumput",
        "/árak/szellőzőgépek",
        "/articles/10-tips-for-better-ventilation-in-2026",
        "/blog/2026/11/21/why-air-matters",
        "/blog/2026-11-21-why-air-matters",
        "/news/2026-11-21",
        "/news/21.11.2026",
        "/news/20261121",
        "/product/12345",
        "/product/1234567",
        "/product/LV-200-S",
        "/product/iPhone15ProMax",
        "/product/h2o-filter-3",
        "/product/EN1822-H14",
        "/product/ISO9001",
        "/p/B08N5WRWNW",
        "/docs/v2.10.3/api",
        "/docs/ProductGuide2024V2Final.pdf",
        "/download/price-list-2026-q4.pdf",
        "/downloads/Lumo_Brochure_EN_2026.pdf",
        "/faq#opening-hours",
        "/app#/settings/billing",
        "/#!/home",
        "/search",
        "/reset",
        "/reset/password",
        "/verify/your-address",
        "/login/company",
        "/invite/friends",
        "/@company",
        "/u/company",
        "Price list 2026",
        "Prices from 1,299 € a month",
        "1.000.000 €",
        "24/7 support",
        "Open 8-16, Mon-Fri",
        "Payback in 3-5 years",
        "Our tour (part 2 of 3)",
        "Book a demo",
        "Pyydä tarjous",
        "Kérjen ajánlatot",
        "video: how it works, 4K",
        "Covid-19 and ventilation",
        "100 200 300",
        "EN 16798-1:2019",
        "rgb(10, 20, 30)",
        "0",
        "007",
        "100%",
        "50 % off",
        "%",
        "%zz",
        "%E4%F6",
        "contact@",
        "a_b-c.d",
        ":hidden",
        "signup",
        "newsletter_2026",
        "partner.example",
        "pdf",
        "deadbeef",
        "facade-decade",
    ] {
        assert_eq!(scrub(text), text);
    }
}

#[test]
fn nothing_of_it_is_stored_or_sent() {
    let mut world = World::new(json!({"source_parameters": {"partner": "partners"}}), 3);
    let tab = world.open_from(
        "/account/eve@firm.example?utm_source=4111111111111111&utm_medium=eve@firm.example&utm_campaign=358401234567&partner=eve%40firm.example&q=eve@firm.example&token=s3cr3tS3cr3t9",
        "https://mail.example/inbox/eve@firm.example?token=s3cr3tS3cr3t9",
    );
    world.consent(tab, "granted");
    let label = || "eve@firm.example".to_owned();
    world.send(tab, Event::Content { label: label(), visible: true, percent: 100 });
    world.send(tab, Event::Topics(vec![label()]));
    world.send(tab, Event::Selected(label()));
    world.send(tab, Event::Did(leadheat_core::signal::Kind::FormStart, label()));
    world.send(tab, Event::Media(leadheat_core::app::Media { label: label(), playing: true, percent: 60 }));
    world.call(tab, "track", json!(["eve@firm.example"]));
    world.read(tab, 30);
    world.send(
        tab,
        Event::Navigated(leadheat_core::page::Page { path: "/reset/s3cr3tS3cr3t9".into(), ..Default::default() }),
    );
    world.read(tab, 30);
    world.chat(tab, 0, 0, "adam@firm.example");
    let lead = world.received.last().unwrap().to_string();
    let stored = world.answer(tab, "export").to_string();
    for text in [lead, stored, world.explain(tab).to_string()] {
        for secret in ["eve@", "eve%40", "358401234567", "4111111", "s3cr3t"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

/// A link can be of any length, and whoever sends it has made it.
#[test]
fn long_and_nested_texts_take_no_time() {
    let begin = std::time::Instant::now();
    for text in [
        "/%".to_owned() + &"25".repeat(60_000) + "40",
        "1(".repeat(50_000) + "1x",
        "%40".repeat(40_000),
        "/a".repeat(60_000),
    ] {
        assert!(scrub(&text).len() <= 8_000);
    }
    assert_eq!(scrub("/a%2540b.example"), scrub("/a%40b.example"), "encoded twice");
    assert!(begin.elapsed().as_secs() < 3, "{:?}", begin.elapsed()); // It was minutes.
}
