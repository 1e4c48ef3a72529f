//! Pages and hosts that make it hard: the page is never harmed, and at most one line tells.

use serde_json::{Value, json};

use crate::site::widget;
use crate::visitor::Visitor;

const TAG: &str = "<script src=/leadheat-stub.js nonce=n></script><script async src=/leadheat.js data-config=/leadheat.json nonce=n></script>";

pub async fn strictest_policy(mut v: Visitor) -> Visitor {
    let policy = "default-src 'none'; script-src 'nonce-n' 'strict-dynamic' 'wasm-unsafe-eval'; connect-src 'self'; style-src 'none'; img-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";
    v.site.page("/t/strict", Some(policy), TAG);
    v.goto("/t/strict").await;
    v.grant().await;
    v.open_chat().await;
    v.choose("I have a question").await;
    v.write("<img src=x onerror=alert(1)> & \"quotes\"").await;
    assert!(v.transcript().await.contains("<img src=x onerror=alert(1)> & \"quotes\""));
    v.choose("Now").await;
    v.choose("I decide").await;
    v.leave_contact(&[("email", "strict@mail.example")]).await;
    v.site.lead("one", |lead| lead["tier"] == "hot").await;
    // Styled all the same.
    let width = v.panel(".panel").await.css_value("width").await.unwrap();
    assert_eq!(width, "376px");

    // Without leave to run wasm: one line, and the page goes on.
    v.site.page("/t/nowasm", Some("script-src 'nonce-n'"), TAG);
    v.goto("/t/nowasm").await;
    v.until("told", "return recorded.lines.length").await;
    v.js("recorded.errors = recorded.errors.filter(line => !line.startsWith('policy'))").await;
    v.expect_line("warn: leadheat: stopped: could not be loaded");
    v
}

pub async fn two_versions_on_one_page(mut v: Visitor) -> Visitor {
    let version = env!("CARGO_PKG_VERSION");
    v.site.file("/other.js", "text/javascript", &widget().js.replace(&format!("`{version}`"), "`9.9.9`"));
    let other = TAG.replace("async src=/leadheat.js", "src=/other.js");
    v.site.page("/t/two", None, &[&other, TAG].concat());
    v.goto("/t/two").await;
    v.ready().await;
    v.until("told", "return recorded.lines.length").await;
    assert_eq!(v.js("return document.querySelectorAll('leadheat-chat').length").await, 1);
    assert_eq!(
        v.js("return Object.keys(window).filter(name => /leadheat|wasm_bindgen/.test(name))").await,
        json!(["leadheat"])
    );
    assert_eq!(v.call(json!(["status"])).await["version"], version, "the first runs; its wasm says which it is");
    v.expect_line("warn: leadheat: a second copy on this page does nothing; version 9.9.9 runs");
    v
}

pub async fn missing_wasm(mut v: Visitor) -> Visitor {
    let js = crate::site::widget().js.replace(&crate::site::widget().wasm_name(), "gone.wasm");
    v.site.file("/t/gone.js", "text/javascript", &js);
    v.site.page(
        "/t/gone",
        None,
        "<script src=/leadheat-stub.js></script><script async src=/t/gone.js data-webhook=/webhook></script>",
    );
    v.goto("/t/gone").await;
    // Commands are answered, with nothing, and do not hang.
    assert_eq!(v.call(json!(["status"])).await, Value::Null);
    v.until("told", "return recorded.lines.length").await;
    assert_eq!(v.js("return document.querySelector('leadheat-chat')").await, Value::Null);
    v.expect_line("warn: leadheat: stopped: could not be loaded");
    v
}

pub async fn altered_wasm_is_refused(mut v: Visitor) -> Visitor {
    let wasm = format!("/{}", crate::site::widget().wasm_name());
    v.site.file(&wasm, "application/wasm", "\0asm\u{1}\0\0\0");
    v.site.page("/t/altered", None, TAG);
    v.goto("/t/altered").await;
    v.until("told", "return recorded.lines.length").await;
    assert_eq!(v.call(json!(["status"])).await, Value::Null);
    // Browsers tell of it in a line of their own, which pages do not see.
    v.expect_line("warn: leadheat: stopped: could not be loaded");
    v
}

/// The panel's own wasm is asked for when the chat is opened. Altered it is refused, the page goes on, and the next click tries
/// again.
pub async fn the_panel_comes_when_it_is_opened(mut v: Visitor) -> Visitor {
    v.goto("/").await;
    v.ready().await;
    assert!(!v.site.requests().iter().any(|request| request.contains("leadheat-panel")), "nobody opened it");

    v.site.file("/altered.wasm", "application/wasm", "\0asm\u{1}\0\0\0");
    let js = widget().js.replace(&widget().panel_name(), "altered.wasm");
    v.site.file("/altered.js", "text/javascript", &js);
    v.site.page("/t/altered-panel", None, &TAG.replace("leadheat.js ", "altered.js "));
    v.goto("/t/altered-panel").await;
    for attempts in 1..3 {
        v.panel(".launcher").await.click().await.unwrap();
        v.until("told", &format!("return recorded.lines.length === {attempts}")).await;
        v.expect_line("warn: leadheat: the chat could not be loaded");
    }
    assert_eq!(v.call(json!(["status"])).await["running"], true);

    // Whole, it opens with the page, since the chat is open.
    v.goto("/").await;
    v.panel(".panel").await;
    v
}

pub async fn broken_config(mut v: Visitor) -> Visitor {
    v.site.file(
        "/t/wrong.json",
        "application/json",
        r#"{ "webhook": "http://shop.example/hook", "consnt": "memory" }"#,
    );
    for (path, config, line) in [
        (
            "/t/none",
            "/nothing.json",
            "warn: leadheat: stopped: could not be loaded: the config at /nothing.json answered 404",
        ),
        ("/t/html", "/product", "warn: leadheat: stopped: could not be loaded"),
        ("/t/wrong", "/t/wrong.json", "warn: leadheat: the config cannot be used"),
    ] {
        v.site.page(
            path,
            None,
            &format!(
                "<script src=/leadheat-stub.js></script><script async src=/leadheat.js data-config={config}></script>"
            ),
        );
        v.goto(path).await;
        v.until("told", "return recorded.lines.length").await;
        v.expect_line(line);
    }
    let says = v.call(json!(["status"])).await["says"].as_str().unwrap().to_owned();
    assert!(
        says.contains("$.webhook")
            && says.contains("Use https")
            && says.contains("$.consnt: no such field. Remove it. Known here: $schema, webhook, webhooks, consent"),
        "{says}"
    );
    // Without any config it says what it waits for.
    v.site.page("/t/bare", None, "<script src=/leadheat-stub.js></script><script async src=/leadheat.js></script>");
    v.goto("/t/bare").await;
    let status = v.call(json!(["status"])).await;
    assert!(
        status["running"] == false && status["says"].as_str().unwrap().contains("waits for its config"),
        "{status}"
    );
    v
}

pub async fn a_panic_leaves_the_page_alone(mut v: Visitor) -> Visitor {
    v.site.page("/t/panic", None, &TAG.replace("data-config", "data-debug data-config"));
    v.goto("/t/panic").await;
    v.grant().await;
    v.open_chat().await;
    v.call(json!(["panic"])).await;
    v.until("told", "return recorded.lines.length").await;
    assert_eq!(v.js("return document.querySelector('leadheat-chat')").await, Value::Null);
    // Everything a visitor does now meets a page without leadheat.
    v.js("document.body.click(); scrollTo(0, 10); history.pushState({}, '', '/t/panic/2'); dispatchEvent(new Event('pagehide')); dispatchEvent(new StorageEvent('storage', { key: 'leadheat:consent' }))").await;
    assert_eq!(v.call(json!(["status"])).await, Value::Null);
    v.pause(300).await;
    // The trap, and where it was: by functions.txt, that is the command that panics.
    let line = v.js("return recorded.lines[0]").await;
    let line = line.as_str().unwrap_or_default();
    let number = line.split("wasm-function[").nth(1).and_then(|rest| rest.split(']').next()).unwrap_or_default();
    let listed = widget().functions.lines().find(|function| function.starts_with(&format!("{number} ")));
    assert!(listed.is_some_and(|function| function.contains("panic")), "{line}: {listed:?}");
    v.expect_line("warn: leadheat: stopped: RuntimeError: ");
    v
}

pub async fn a_lead_outlives_a_panic(mut v: Visitor) -> Visitor {
    v.site.page("/t/panic", None, &TAG.replace("data-config", "data-debug data-config"));
    v.site.refuse(&[503]);
    v.goto("/t/panic").await;
    v.ready().await;
    v.inquire("I have a question", "Please call", "Within two months", "I decide").await;
    v.leave_contact(&[("email", "after@mail.example")]).await;
    v.refused().await;
    v.call(json!(["panic"])).await;
    v.until("told", "return recorded.lines.some(line => line.includes('stopped'))").await;
    v.expect_line("warn: leadheat: stopped: RuntimeError: ");
    v.goto("/product").await;
    v.ready().await;
    v.site.lead("that of the page before", |lead| lead["contact"]["email"] == "after@mail.example").await;
    v
}

/// The pinned tag's `integrity` covers the script itself.
pub async fn an_altered_script_is_refused(mut v: Visitor) -> Visitor {
    let tag = |file: &str| {
        let integrity = leadheat::widget::integrity(widget().js.as_bytes());
        let attributes = format!("integrity='{integrity}' crossorigin data-config=/leadheat.json");
        TAG.replace("leadheat.js ", &format!("{file} ")).replace("data-config=/leadheat.json", &attributes)
    };
    v.site.file("/good.js", "text/javascript", &widget().js);
    v.site.file("/bad.js", "text/javascript", &[&*widget().js, "\nwindow.evil = 1"].concat());
    v.site.page("/t/pinned", None, &tag("good.js"));
    v.goto("/t/pinned").await;
    v.ready().await;
    v.site.page("/t/tampered", None, &tag("bad.js"));
    v.goto("/t/tampered").await;
    v.pause(1_500).await;
    // The browser's own word to the page: the script did not load.
    v.js("recorded.errors = recorded.errors.filter(error => error !== 'error: undefined')").await;
    assert_eq!(v.js("return [typeof evil, leadheat.version === undefined]").await, json!(["undefined", true]));
    v
}

pub async fn commands_before_the_script(mut v: Visitor) -> Visitor {
    v.site.page("/t/early", None, "<script src=/leadheat-stub.js></script><script>
        window.heard = []; leadheat('on', 'ready', detail => heard.push(detail.version)); leadheat('consent', 'granted');
        leadheat('track', 'early'); window.status_ = leadheat('status');</script>
        <script async src=/leadheat.js data-webhook=/webhook></script>");
    v.goto("/t/early").await;
    v.ready().await;
    assert_eq!(v.js("return heard.length").await, 1);
    assert_eq!(v.js("return status_.then(status => status.consent)").await, "granted");
    // Wrong ones are answered in words.
    for (args, words) in [
        (json!(["tarck", "x"]), "there is no command"),
        (json!(["consent", "yes"]), "write leadheat('consent', 'granted')"),
        (json!(["identify", {"email": "no"}]), "e-mail address"),
        (json!(["track", "x", "much"]), "a number"),
    ] {
        let answer = v.call(args).await;
        assert!(answer.as_str().unwrap().contains(words), "{answer}");
    }
    let delivered = v.call(json!(["test"])).await;
    assert_eq!(delivered, "delivered: the webhook answered 200");
    let lead = v.site.lead("a test", |lead| lead["test"] == true).await;
    assert_eq!(lead["contact"]["name"], "Test lead");
    v
}

pub async fn an_old_browser_is_left_alone(mut v: Visitor) -> Visitor {
    v.site.page("/t/old", None, &["<script>delete AbortSignal.timeout</script>", TAG].concat());
    v.goto("/t/old").await;
    v.until("told", "return recorded.lines.length").await;
    assert_eq!(v.js("return document.querySelector('leadheat-chat')").await, Value::Null);
    assert!(!v.site.requests().iter().any(|request| request.contains(".wasm")));
    v.expect_line("warn: leadheat: stopped: this browser is too old");
    v
}

/// A frame that may run scripts and no more: no storage, no locks, an origin of its own. And a page that does not want the chat.
pub async fn no_storage_and_no_place(mut v: Visitor) -> Visitor {
    let inner = "<script>leadheat('consent', 'granted'); Promise.all([leadheat('status'), leadheat('test')]).then(([status, said]) => {
        let storage; try { storage = typeof localStorage } catch (error) { storage = error.name }
        parent.postMessage({ running: status.running, said, storage, origin: self.origin, errors: recorded.errors, lines: recorded.lines, shown: document.querySelectorAll('leadheat-chat').length }, '*') })</script>";
    // The config would need leave for other origins.
    v.site.page(
        "/t/inner",
        None,
        &[&TAG.replace("data-config=/leadheat.json", "data-webhook=/webhook"), inner].concat(),
    );
    v.site.page("/t/sandbox", None, "<script>addEventListener('message', event => window.told = event.data)</script><iframe sandbox='allow-scripts' src=/t/inner></iframe>");
    v.goto("/t/sandbox").await;
    assert_eq!(
        v.until("told", "return window.told").await,
        json!({ "running": true, "said": "delivered: the webhook answered 200", "storage": "SecurityError", "origin": "null", "errors": [], "lines": [], "shown": 1 })
    );

    v.site.page("/t/unwanted", None, &["<script>window.removed = 0; new MutationObserver(() => { const chat = document.querySelector('leadheat-chat'); if (chat) { removed++; chat.remove() } }).observe(document, { childList: true, subtree: true })</script>", TAG].concat());
    v.goto("/t/unwanted").await;
    v.grant().await;
    v.pause(5_000).await;
    let removed = v.js("return removed").await.as_u64().unwrap();
    assert!((1..6).contains(&removed), "put back {removed} times");
    assert_eq!(v.call(json!(["status"])).await["running"], true);
    v
}

/// Without the program a wish to be forgotten, an objection and a withdrawal are heard all the same.
pub async fn who_takes_something_back_is_heard_after_a_failure(mut v: Visitor) -> Visitor {
    v.site.page("/t/panic", None, &TAG.replace("data-config", "data-debug data-config"));
    for (command, left) in [
        (json!(["track", "denied"]), "leadheat:chat,leadheat:consent,leadheat:v:"),
        (json!(["consent", "denied"]), ""),
        (json!(["forget"]), ""),
        (json!(["object"]), "leadheat:objected"),
    ] {
        v.goto("/t/panic").await;
        v.ready().await;
        v.grant().await;
        v.call(json!(["open"])).await;
        v.until("stored", "return Object.keys(localStorage).some(key => key.startsWith('leadheat:v:'))").await;
        v.call(json!(["panic"])).await;
        v.until("told", "return recorded.lines.length").await;
        v.expect_line("warn: leadheat: stopped: RuntimeError: ");
        v.call(command.clone()).await;
        let mut stored = v.stored().await;
        stored.sort();
        let name = |key: &String| if key.starts_with("leadheat:v:") { "leadheat:v:".to_owned() } else { key.clone() };
        let stored: Vec<_> = stored.iter().map(name).collect();
        assert_eq!(stored.join(","), left, "{command}");
    }
    v
}

/// What a page does when it hears of something leads to events in the middle of the one that it hears of.
pub async fn listeners_of_the_page_may_do_anything(mut v: Visitor) -> Visitor {
    let config = json!({ "webhook": "/webhook", "bots": "off", "model": { "id": "m", "rules": [{ "id": "go", "kind": "mark", "points": 40 }] } });
    v.site.file("/t/listening.json", "application/json", &config.to_string());
    let listener = "<form><input name=a><button type=button id=go data-leadheat=go>go</button></form><dialog><button>x</button></dialog><script>
        addEventListener('submit', event => event.preventDefault());
        leadheat('on', 'tier', () => { window.heard = true; document.querySelector('input').focus(); document.querySelector('dialog').showModal(); document.forms[0].requestSubmit(); document.body.click(); history.pushState({}, '', '?a'); leadheat('track', 'more'); leadheat('open') });
        leadheat('on', 'lead', () => { throw Error('theirs') })</script>";
    v.site.page("/t/listening", None, &[&TAG.replace("/leadheat.json", "/t/listening.json"), listener].concat());
    v.goto("/t/listening").await;
    v.ready().await;
    v.grant().await;
    v.call(json!(["identify", {"email": "a@b.fi"}])).await;
    v.click("#go").await;
    v.until("heard", "return window.heard").await;
    v.site.lead("one", |lead| lead["tier"] == "warm").await;
    v.ready().await;
    v.js("recorded.errors = recorded.errors.filter(line => !line.includes('theirs'))").await;
    v
}

/// Markup that somebody has smuggled into the page leads no lead away.
pub async fn a_base_elsewhere_leads_no_lead_away(mut v: Visitor) -> Visitor {
    let here = v.site.url("");
    let tag = TAG.replace("src=/", &format!("src={here}/")).replace("data-config=/", &format!("data-config={here}/"));
    v.site.page("/t/base", None, &["<base href=https://evil.example/>", &tag].concat());
    v.goto("/t/base").await;
    v.ready().await;
    assert_eq!(v.call(json!(["test"])).await, "delivered: the webhook answered 200");
    v
}
