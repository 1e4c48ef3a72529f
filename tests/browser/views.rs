//! What is a page view, and what is none: back and forward, prerendering, copies of a tab, other scripts at work.

use serde_json::json;

use crate::tracking::{counted, counts, open, page, until};
use crate::visitor::Visitor;

/// What came back from the back-forward cache was looked at again; where the browser loads it anew, so it was too.
pub async fn going_back_is_a_view(mut v: Visitor) -> Visitor {
    page(&v, "/t/one", "page_view visit", "<p>one</p>");
    page(&v, "/t/two", "page_view visit", "<p>two</p>");
    v.goto("/t/one").await;
    v.ready().await;
    v.grant().await;
    v.js("addEventListener('pageshow', event => { window.back = event.persisted })").await;
    v.pause(200).await;
    v.goto("/t/two").await;
    v.ready().await;
    v.pause(200).await;
    v.client.back().await.unwrap();
    v.until("back", "return location.pathname === '/t/one' && !!window.leadheat").await;
    v.ready().await;
    until(&v, "page_view", 3).await;
    v.pause(300).await;
    assert_eq!(counted(&v).await, counts([("page_view", 3), ("visit", 1)]));
    if v.is_chromium().await {
        let why = v.js("return JSON.stringify(performance.getEntriesByType('navigation')[0].notRestoredReasons)").await;
        assert_eq!(v.js("return window.back === true").await, true, "not from the back-forward cache: {why}");
        assert_eq!(why, "null");
    }
    v
}

/// Where the browser loads pages ahead that may never be looked at.
pub async fn a_page_counts_when_it_is_looked_at(mut v: Visitor) -> Visitor {
    if v.js("return !(window.HTMLScriptElement.supports && HTMLScriptElement.supports('speculationrules'))").await
        == true
    {
        return v;
    }
    let rules = json!({"prerender": [{"urls": ["/t/ahead"], "eagerness": "immediate"}]});
    page(&v, "/t/ahead", "page_view", "<p>ahead</p>");
    open(
        &mut v,
        "/t/start",
        "page_view",
        &format!("<a href=/t/ahead>Go</a><script type=speculationrules>{rules}</script>"),
    )
    .await;
    v.grant().await;
    let ahead = || v.site.requests().iter().filter(|path| *path == "GET /t/ahead").count();
    for _ in 0..100 {
        if ahead() > 0 {
            break;
        }
        v.pause(50).await;
    }
    assert_eq!(ahead(), 1, "it was loaded ahead");
    v.pause(1_500).await;
    assert_eq!(counted(&v).await, counts([("page_view", 1)]), "and not looked at");
    v.click("a").await;
    v.until("there", "return location.pathname === '/t/ahead'").await;
    let was = v.js("return performance.getEntriesByType('navigation')[0].activationStart > 0").await;
    assert_eq!(was, true, "what was loaded ahead is what is shown");
    v.ready().await;
    assert_eq!(counted(&v).await, counts([("page_view", 2)]));
    v
}

/// A copy of a tab has a copy of its `sessionStorage` too.
pub async fn a_copy_of_a_tab_is_a_view_and_no_visitor(mut v: Visitor) -> Visitor {
    open(
        &mut v,
        "/t/copied",
        "page_view visit custom",
        "<a href=/t/copied target=_blank rel=opener>A copy, with the session of this one</a>",
    )
    .await;
    v.grant().await;
    v.call(json!(["track", "mine"])).await;
    v.call(json!(["open"])).await;
    v.pause(1_500).await;
    let first = v.client.window().await.unwrap();
    v.click("a").await;
    v.pause(500).await;
    let windows = v.client.windows().await.unwrap();
    let Some(copy) = windows.into_iter().find(|window| *window != first) else { panic!("no second window") };
    v.client.switch_to_window(copy).await.unwrap();
    v.ready().await;
    v.call(json!(["track", "copys"])).await;
    until(&v, "custom", 2).await;
    let wanted = counts([("page_view", 2), ("visit", 1), ("custom", 2)]);
    assert_eq!(counted(&v).await, wanted);
    let names = "return Object.keys(localStorage).filter(key => key.startsWith('leadheat:v:')).length";
    v.until("each has a record of its own", &format!("{names} === 2")).await;
    v.client.switch_to_window(first).await.unwrap();
    until(&v, "custom", 2).await;
    assert_eq!(counted(&v).await, wanted);
    v
}

/// Another script wrapped history before, and another one after: all go on, also when leadheat is gone.
pub async fn other_scripts_may_wrap_history_too(mut v: Visitor) -> Visitor {
    let wrap = |name: &str| {
        format!(
            "window.{name} = 0; for (const way of ['pushState', 'replaceState']) {{ const theirs = history[way];
                history[way] = function () {{ {name}++; return theirs.apply(this, arguments) }} }}"
        )
    };
    page(
        &v,
        "/t/wrap",
        "page_view",
        // As in a browser that does not tell where it goes.
        &format!(
            "<script>Object.defineProperty(window, 'navigation', {{ value: undefined }}); {}; function wrapAgain() {{ {} }}</script>",
            wrap("before"),
            wrap("after")
        ),
    );
    v.goto("/t/wrap?leadheat=debug").await;
    v.ready().await;
    v.js("wrapAgain()").await;
    let go = "history.pushState({}, '', '/t/wrap/a'); history.replaceState({}, '', '/t/wrap/a'); return [before, after, location.pathname]";
    assert_eq!(v.js(go).await, json!([2, 2, "/t/wrap/a"]));
    v.until("counted", "return leadheat('explain').then(e => e.reasons[0].count === 2)").await;
    v.call(json!(["panic"])).await;
    v.until("gone", "return recorded.lines.some(line => line.includes('stopped'))").await;
    assert_eq!(v.js(go).await, json!([4, 4, "/t/wrap/a"]));
    v.expect_line("warn: leadheat: stopped");
    v
}

/// Things that are clicked, and what follows.
pub async fn clicks_and_what_comes_of_them(mut v: Visitor) -> Visitor {
    let body = "<button id=dead>Nothing</button><button id=works onclick=\"this.after('!')\">Works</button>
        <a id=nowhere href='#'>Nowhere</a><p id=text>Only text</p>
        <nav><a id=fi hreflang=fi href='/t/clicked'>Suomeksi</a></nav>
        <div data-leadheat-results=2><a id=hit href='/t/clicked'>Result</a></div>
        <button id=like data-leadheat-reaction=like onclick=\"this.textContent = 'Liked'\">Like</button>
        <p id=call>+358 40 123 4567</p><a id=file href='/price-list.pdf'>File</a> <a id=partner href='https://partner.example/'>Partner</a>
        <script>for (const type of ['click', 'auxclick']) addEventListener(type, event => event.target.closest('a') && event.preventDefault())</script>";
    open(
        &mut v,
        "/t/clicked",
        "dead_click language search_click reaction select_contact click_download click_outbound",
        body,
    )
    .await;
    for id in ["#works", "#text", "#fi", "#hit", "#like"] {
        v.click(id).await;
        v.pause(100).await;
    }
    // The middle button opens a link too, and so does a click with a key held; the right one does not.
    v.js("const click = (id, type, more) => document.getElementById(id).dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true, ...more }));
        click('file', 'auxclick', { button: 1 }); click('file', 'auxclick', { button: 2 }); click('partner', 'click', { ctrlKey: true, clientX: 99 })").await;
    v.js("dead.click(); getSelection().selectAllChildren(document.getElementById('call'))").await;
    v.until("selected", "return leadheat('explain').then(e => e.reasons.length >= 4)").await;
    v.pause(3_000).await;
    let mut wanted = counts([
        ("language", 1),
        ("search_click", 1),
        ("reaction", 1),
        ("select_contact", 1),
        ("click_download", 1),
        ("click_outbound", 1),
    ]);
    assert_eq!(counted(&v).await, wanted, "what a script clicks is not the visitor's");
    v.click("#dead").await;
    v.until("dead", "return leadheat('explain').then(e => e.reasons.some(r => r.rule === 'dead_click'))").await;
    wanted.insert("dead_click".into(), 1);
    assert_eq!(counted(&v).await, wanted);
    v
}

/// The fields that config names are read when the form is sent; no others, and never those that nobody may read.
pub async fn a_form_says_who_the_visitor_is(mut v: Visitor) -> Visitor {
    let config = json!({
        "webhook": "/webhook", "lead_from": "cold", "bots": "off",
        "form_fields": {"mail": "email", "who": "name", "secret": "name", "token": "company", "card": "phone", "gone": "company"},
    });
    v.site.file("/t/form.json", "application/json", &config.to_string());
    let body = "<form name=quote><input name=mail type=email required><input name=who><input name=secret type=password>
        <input name=card autocomplete=cc-number><input type=hidden name=token value=hidden-token><input name=gone style='display:none' value=not-shown>
        <textarea name=message></textarea><button>Send</button></form><script>document.forms.quote.addEventListener('submit', event => event.preventDefault())</script>
        <script src=/leadheat-stub.js></script><script async src=/leadheat.js data-config=/t/form.json></script>";
    v.site.page("/t/form", None, body);
    v.goto("/t/form").await;
    v.ready().await;
    v.grant().await;
    let type_in = [
        ("mail", "aino@harju.example"),
        ("who", "Aino Virtanen"),
        ("secret", "hunter2"),
        ("card", "4111111111111111"),
        ("message", "private words"),
    ];
    for (name, text) in type_in {
        v.find(&format!("[name={name}]")).await.send_keys(text).await.unwrap();
    }
    v.js("leadheat('track', 'one'); leadheat('track', 'two')").await;
    v.click("form button").await;
    let lead = v.site.lead("of the form", |lead| lead["contact"]["email"] == "aino@harju.example").await;
    assert_eq!(
        lead["contact"],
        json!({"name": "Aino Virtanen", "email": "aino@harju.example", "phone": null, "company": null})
    );
    let stored = v
        .js("return [localStorage, sessionStorage].map(area => Object.keys(area).map(key => area[key]).join()).join()")
        .await;
    for secret in ["hunter2", "4111", "hidden-token", "not-shown", "private"] {
        assert!(!stored.to_string().contains(secret) && !lead.to_string().contains(secret), "{secret}");
    }
    v
}
