//! The operator page as an operator meets it, with visitors who speak the client API and mean no good.

use serde_json::{Value, json};
use tokio::task::block_in_place;

use crate::visitor::Visitor;

/// What would run if it were ever taken for more than text.
const HOSTILE: &str = "<img src=x onerror='window.pwned=1'><script>window.pwned=1</script>\" onclick=\"window.pwned=1";

/// As the widget of some visitor.
fn post(v: &Visitor, path: &str, body: &Value) -> Value {
    let url = v.site.url(&format!("/public/api/v1/inboxes/demo/contacts{path}"));
    block_in_place(|| ureq::post(&url).send_json(body).unwrap().body_mut().read_json().unwrap())
}

pub async fn from_the_first_log_in_to_the_visitors_answer(mut v: Visitor) -> Visitor {
    v.goto(&format!("/operator#token={}", v.site.first_token)).await;
    v.find("input[name=name]").await.send_keys("Anna").await.unwrap();
    v.find("input[name=password]").await.send_keys("correct horse").await.unwrap();
    v.click(".card .primary").await;
    v.until("the empty page says how to begin", "return !!document.querySelector('#rows .blank')").await;
    assert_eq!(v.js("return location.hash").await, "", "the token stays in the address");
    assert_eq!(v.js("return document.cookie").await, "", "a script can read the session");

    // A visitor whose every word is an attack.
    let told = json!({ "leadheat_tier": "hot", "leadheat_score": 80, "leadheat_reasons": [HOSTILE], "leadheat_page": HOSTILE,
        "leadheat_language": HOSTILE, "leadheat_brief": HOSTILE });
    let contact = post(&v, "", &json!({ "name": HOSTILE, "custom_attributes": told }));
    let of = format!("/{}/conversations", contact["source_id"].as_str().unwrap());
    let conversation = post(&v, &of, &json!({}));
    let at = format!("{of}/{}", conversation["id"]);
    let said = format!("{HOSTILE} It is too expensive. javascript:alert(1) https://example.com/?\"onclick=1");
    post(&v, &format!("{at}/messages"), &json!({ "content": said, "echo_id": "e1" }));
    v.until("the conversation, without reload", "return !!document.querySelector('.row .chip.hot')").await;
    v.click(".row").await;
    v.until("what was understood", "return !!document.querySelector('.beside dt.bad')").await;
    post(&v, &format!("{at}/messages"), &json!({ "content": format!("🤖 {HOSTILE}"), "echo_id": "e2" }));
    v.until("the bot's line", "return !!document.querySelector('.talk .bot')").await;

    // Reading along, then answering by keyboard.
    v.click(".taken .button").await;
    v.until("it is Anna's", "return document.activeElement.matches('.composer textarea')").await;
    v.find(".composer textarea").await.send_keys("Hello\u{e007}").await.unwrap();
    v.until("the answer is in the log", "return !!document.querySelector('.scroller .talk .mine:not(.bot)')").await;
    let url = v.site.url(&format!("/public/api/v1/inboxes/demo/contacts{at}/messages"));
    let history: Value = block_in_place(|| ureq::get(&url).call().unwrap().body_mut().read_json().unwrap());
    assert_eq!((&history[2]["content"], &history[2]["sender"]["name"]), (&json!("Hello"), &json!("Anna")));

    let shown = v.js("return { pwned: window.pwned ?? null, images: document.images.length, links: [...document.querySelectorAll('.bubble a')].map(a => a.href), text: document.querySelector('.talk .bubble').textContent }").await;
    assert_eq!((&shown["pwned"], &shown["images"]), (&Value::Null, &json!(0)));
    assert_eq!(shown["links"], json!(["https://example.com/"]));
    assert_eq!(shown["text"], said);

    // Out: nothing of anybody is left on the page, and who comes back finds what was typed.
    v.find(".composer textarea").await.send_keys("Unfinished").await.unwrap();
    v.click(".menu summary").await;
    v.click(".menu .button:last-child").await;
    v.until("the way in", "return !!document.querySelector('#gate form')").await;
    assert_eq!(v.js("return document.body.textContent.includes('expensive')").await, false);
    v.find("input[name=name]").await.send_keys("Anna").await.unwrap();
    v.find("input[name=password]").await.send_keys("correct horse").await.unwrap();
    v.click(".card .primary").await;
    v.until("the draft", "return document.querySelector('.composer textarea')?.value === 'Unfinished'").await;
    v
}
