//! The webhook and the inbox: what they take, what they refuse, and what they never lose.

use std::path::Path;

use axum::body::Body;
use axum::http::Request;
use leadheat::inbox::{Inbox, Refusal};
use leadheat::operator::Desk;
use leadheat::serve::router;
use leadheat::widget::Widget;
use leadheat_core::lead::{Contact, Lead, SCHEMA};
use leadheat_core::text::Lang;
use serde_json::json;
use tower::ServiceExt;

fn lead(id: &str, revision: u32, name: &str) -> Lead {
    Lead {
        schema: SCHEMA.into(),
        id: id.into(),
        revision,
        idempotency_key: format!("{id}.{revision}"),
        contact: Contact { name: Some(name.into()), ..Contact::default() },
        ..Lead::default()
    }
}

fn post(inbox: &Inbox, lead: &Lead) -> Result<bool, Refusal> {
    inbox.receive(&serde_json::to_vec(lead).unwrap())
}

fn inbox() -> Inbox {
    Inbox::open(Path::new(":memory:")).unwrap()
}

#[test]
fn the_highest_revision_counts_and_a_repeated_post_changes_nothing() {
    let inbox = inbox();
    assert_eq!(post(&inbox, &lead("a", 1, "first")), Ok(true));
    inbox
        .change(
            "a",
            serde_json::from_value(json!({"status": "contacted", "owner": "Eero", "read": true})).unwrap(),
            Lang::En,
        )
        .unwrap();
    assert_eq!(post(&inbox, &lead("a", 3, "third")), Ok(true));
    assert_eq!(post(&inbox, &lead("a", 2, "second, late")), Ok(true));
    assert_eq!(post(&inbox, &lead("a", 3, "third, again")), Ok(false));
    let entries = inbox.list(Lang::Fi).unwrap();
    assert_eq!(entries.len(), 1);
    let entry = &entries[0];
    assert_eq!((entry.lead.revision, entry.lead.contact.name.as_deref()), (3, Some("third")));
    assert_eq!((entry.status.as_str(), entry.owner.as_str(), entry.read), ("contacted", "Eero", false));
}

#[test]
fn a_lead_of_an_earlier_form_is_taken() {
    let inbox = inbox();
    let mut first = lead("a", 1, "first");
    first.reasons.push(leadheat_core::lead::Reason { rule: "r".into(), points: 2.0, ..Default::default() });
    let mut json = serde_json::to_value(first).unwrap();
    for since in ["fit", "attributes"] {
        json.as_object_mut().unwrap().remove(since);
    }
    for since in ["raw", "day_capped", "decayed"] {
        json["reasons"][0].as_object_mut().unwrap().remove(since);
    }
    assert_eq!(inbox.receive(json.to_string().as_bytes()), Ok(true));
    assert_eq!(inbox.list(Lang::En).unwrap()[0].lead.reasons[0].points, 2.0);
}

#[test]
fn what_is_no_lead_is_refused_with_a_reason_and_loses_nothing() {
    let inbox = inbox();
    post(&inbox, &lead("a", 1, "kept")).unwrap();
    let mut wrong = serde_json::to_value(lead("b", 1, "x")).unwrap();
    wrong["tier"] = json!("boiling");
    let cases: [(Vec<u8>, u16, &str); 6] = [
        (b"not json".to_vec(), 400, "not JSON"),
        (b"".to_vec(), 400, "not JSON"),
        (b"{\"hello\": 1}".to_vec(), 422, "not a lead"),
        (b"[1, 2]".to_vec(), 422, "not a lead"),
        (serde_json::to_vec(&wrong).unwrap(), 422, "boiling"),
        (vec![b' '; 64 * 1024 + 1], 413, "65536"),
    ];
    for (body, status, words) in cases {
        let Refusal(code, why) = inbox.receive(&body).unwrap_err();
        assert_eq!(code, status, "{why}");
        assert!(why.contains(words), "{why}");
    }
    assert_eq!(inbox.list(Lang::En).unwrap().len(), 1);
}

#[test]
fn a_status_that_needs_a_reason_or_a_date_asks_for_it() {
    let inbox = inbox();
    post(&inbox, &lead("a", 1, "x")).unwrap();
    let change = |json| inbox.change("a", serde_json::from_value(json).unwrap(), Lang::En);
    for (json, words) in [
        (json!({"status": "lost"}), "needs a reason"),
        (json!({"status": "parked"}), "needs a date"),
        (json!({"status": "parked", "parked_until": "soon"}), "needs a date"),
        (json!({"status": "gone"}), "one of"),
    ] {
        let Refusal(code, why) = change(json).unwrap_err();
        assert_eq!(code, 422);
        assert!(why.contains(words), "{why}");
    }
    assert_eq!(change(json!({"status": "lost", "lost_reason": "too late"})).unwrap().status, "lost");
    assert_eq!(
        change(json!({"status": "parked", "parked_until": "2027-01-15"})).unwrap().parked_until.as_deref(),
        Some("2027-01-15")
    );
    assert_eq!(inbox.change("nobody", Default::default(), Lang::En).unwrap_err().0, 404);
}

#[test]
fn csv_opens_in_a_spreadsheet_without_running_anything() {
    let inbox = inbox();
    post(&inbox, &lead("a", 1, "=HYPERLINK(\"http://evil.example\")")).unwrap();
    post(&inbox, &lead("b", 1, "Kovács, \"Gábor\"\nBudapest")).unwrap();
    let csv = String::from_utf8(inbox.csv().unwrap()).unwrap();
    assert!(csv.contains("'=HYPERLINK"), "{csv}");
    assert!(csv.contains("\"Kovács, \"\"Gábor\"\"\nBudapest\""), "{csv}");
}

#[test]
fn the_inbox_answers_to_this_machine_and_its_own_page_only() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let inbox = inbox();
    post(&inbox, &lead("a", 1, "x")).unwrap();
    let desk = Desk::open(Path::new(":memory:"), None).unwrap();
    let widget = Widget { js: String::new(), wasm: Vec::new(), panel: Vec::new(), functions: String::new() };
    let router = router(widget, inbox, desk);
    let ask = |method: &str, path: &str, headers: &[(&str, &str)], body: &str| {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        runtime.block_on(router.clone().oneshot(request)).unwrap()
    };
    let here = ("host", "127.0.0.1:8787");
    let change = r#"{"owner": "Eero"}"#;
    let cases: [(_, &[_], _); 5] = [
        ("GET", &[here], 200),
        ("GET", &[("host", "inbox.evil.example:8787")], 403),
        ("PATCH", &[here, ("origin", "http://127.0.0.1:8787")], 200),
        ("PATCH", &[here, ("origin", "http://evil.example")], 403),
        ("PATCH", &[("host", "localhost:8787"), ("origin", "null")], 403),
    ];
    for (method, headers, status) in cases {
        assert_eq!(ask(method, "/inbox/api/leads/a", headers, change).status(), status, "{method} {headers:?}");
    }
    // The webhook is for other sites too.
    let preflight = ask("OPTIONS", "/webhook", &[("origin", "https://shop.example")], "");
    assert_eq!(
        (preflight.status().as_u16(), &preflight.headers()["access-control-allow-origin"]),
        (204, &"*".parse().unwrap())
    );
    assert_eq!(ask("POST", "/webhook", &[("content-type", "text/html")], "x").status(), 415);
    assert_eq!(ask("POST", "/webhook", &[("content-type", "application/json")], &"x".repeat(70_000)).status(), 413);
    assert_eq!(ask("GET", "/webhook", &[], "").status(), 405);
}
