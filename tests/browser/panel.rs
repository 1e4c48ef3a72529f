//! The panel in its states: what is seen of each, whether everybody can use it, and that nothing written in it is ever more
//! than text.

use std::fmt::Write;

use leadheat_core::chat::clean;
use serde_json::{Value, json};

use crate::npm;
use crate::visitor::Visitor;

const SHADOW: &str = "const shadow = document.querySelector('leadheat-chat').shadowRoot;";

/// Opens a page with a chat like this.
async fn open(v: &mut Visitor, path: &str, chat: Value, before: &str) {
    let config = json!({ "webhook": "/webhook", "chat": chat });
    v.site.file(&format!("{path}.json"), "application/json", &config.to_string());
    let tag = format!(
        "<script src=/leadheat-stub.js></script><script async src=/leadheat.js data-config={path}.json></script>"
    );
    v.site.page(path, None, &[before, &tag].concat());
    v.goto(path).await;
    v.ready().await;
}

/// What a script finds in the panel.
async fn see(v: &Visitor, script: &str) -> Value {
    v.js(&[SHADOW, script].concat()).await
}

async fn until(v: &Visitor, what: &str, condition: &str) -> Value {
    v.until(what, &[SHADOW, "return ", condition].concat()).await
}

/// Waits until the bot has said all that it has to say.
async fn quiet(v: &Visitor) {
    until(v, "the bot is done", "shadow.querySelector('.panel') && !shadow.querySelector('.typing')").await;
}

pub async fn everybody_can_use_each_state(mut v: Visitor) -> Visitor {
    let Some(axe) = npm::scripts(&v, &["axe-core/axe.min.js"], "") else { return v };
    let chat = json!({
        "company": "Lumo", "privacy": "/privacy", "replies": "Usually replies within an hour",
        "hours": {"zone": "Europe/Helsinki", "open": ["sat 3:00-3:01"]},
        "greetings": [{"step": "question", "after": 1}]
    });
    open(&mut v, "/t/states", chat, &[&axe, "<main><h1>Shop</h1></main>"].concat()).await;
    v.js("document.documentElement.lang = 'en'").await;
    let sizes = [(1_000, 760), (320, 640)];
    for (width, height) in sizes {
        v.client.set_window_size(width, height).await.unwrap();
        v.grant().await;
        sound(&v, "closed").await;
        until(&v, "greeted", "shadow.querySelector('.greeting')").await;
        sound(&v, "greeting").await;
        v.call(json!(["open"])).await;
        quiet(&v).await;
        v.write("four classrooms").await;
        until(&v, "typing", "shadow.querySelector('.typing')").await;
        sound(&v, "typing").await;
        quiet(&v).await;
        sound(&v, "question").await;
        v.choose("Now").await;
        v.choose("I decide").await;
        v.panel("#email").await.send_keys("aino").await.unwrap();
        sound(&v, "form").await;
        v.submit().await;
        until(&v, "errors", "shadow.querySelector('.error')").await;
        sound(&v, "errors").await;
        v.site.refuse(&[503]);
        v.leave_contact(&[("email", "@koulu.example")]).await;
        until(&v, "failed", "shadow.querySelector('[data-input=retry]')").await;
        sound(&v, "failed").await;
        see(&v, "shadow.querySelector('[data-input=retry]').click()").await;
        until(&v, "delivered", "!shadow.querySelector('[data-input=retry]')").await;
        v.choose("By phone").await;
        until(&v, "asked", "shadow.querySelector('[data-input=yes]')").await;
        sound(&v, "helpful?").await;
        v.choose("Yes").await;
        until(&v, "thanked", "shadow.querySelector('.note')").await;
        sound(&v, "thanks").await;
        see(&v, "shadow.querySelector('[data-input=forget]').click()").await;
        until(&v, "forgotten", "shadow.textContent.includes('has been deleted')").await;
        sound(&v, "forgotten").await;
        v.call(json!(["close"])).await;
        v.client.refresh().await.unwrap();
        v.ready().await;
        v.js("document.documentElement.lang = 'en'").await;
    }
    v.client.set_window_size(1_000, 760).await.unwrap();
    v
}

/// No violation that axe knows of, nothing to scroll sideways, and what can be pressed is large enough.
pub async fn sound(v: &Visitor, state: &str) {
    let script = "return axe.run('leadheat-chat', { resultTypes: ['violations'] }).then(found => found.violations.map(one => one.id + ' ' + one.nodes.map(node => node.html).join(' ')))";
    assert_eq!(v.js(script).await, json!([]), "{state}");
    let wide = "return [...shadow.querySelectorAll('.panel *')].filter(one => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX !== 'visible' && !one.matches('.hidden, .by, textarea, input')).map(one => one.outerHTML.slice(0, 200))";
    assert_eq!(see(v, wide).await, json!([]), "{state}: wider than the panel");
    let small = "return [...shadow.querySelectorAll('button, footer a, textarea, input[type=file]')].filter(one => one.offsetParent && one.getBoundingClientRect().height < 43.5).map(one => one.outerHTML)";
    assert_eq!(see(v, small).await, json!([]), "{state}: hard to hit");
}

pub async fn a_greeting_an_unread_number_and_a_saved_chat(mut v: Visitor) -> Visitor {
    let chat = json!({
        "company": "Lumo", "greetings": [{"step": "help", "after": 1}], "position": "left", "z_index": 77, "accent": "#aa0044",
        "words": {"open": "Ask us", "dismiss": "Not now"},
        "script": [{"id": "hello", "say": "Hello", "next": "help"},
            {"id": "help", "say": "Questions about prices? See https://shop.example/prices.", "expects": "text", "next": "end"}, {"id": "end", "say": "Thank you"}]
    });
    open(&mut v, "/t/greeting", chat, "").await;
    v.pause(1_500).await;
    assert_eq!(see(&v, "return !!shadow.querySelector('.greeting')").await, false, "not before consent");
    v.grant().await;
    until(&v, "greeted", "shadow.querySelector('.greeting')").await;
    assert_eq!(v.js("return document.title").await, "(1) t");
    let launcher = "const of = shadow.querySelector('.launcher'); return [of.getAttribute('aria-label'), of.dataset.news, getComputedStyle(of).left, getComputedStyle(of).backgroundColor, getComputedStyle(shadow.host).zIndex]";
    assert_eq!(see(&v, launcher).await, json!(["Ask us, new message", "1", "20px", "rgb(170, 0, 68)", "77"]));
    see(&v, "shadow.querySelector('#dismiss').click()").await;
    until(&v, "put away", "!shadow.querySelector('.greeting')").await;
    assert_eq!(v.js("return document.title").await, "t");
    v.open_chat().await;
    quiet(&v).await;
    assert_eq!(
        see(&v, "const link = shadow.querySelector('.bubble a'); return [link.href, link.rel, link.target, link.textContent]").await,
        json!(["https://shop.example/prices", "noopener noreferrer", "_blank", "https://shop.example/prices"])
    );
    v.write("What about \u{e4}\u{f6} & 100 %?").await;
    quiet(&v).await;
    let saved = "const link = shadow.querySelector('a[download]'); link.addEventListener('click', event => event.preventDefault()); link.click(); return fetch(link.href).then(file => file.text()).then(text => [link.download, text])";
    let saved = see(&v, saved).await;
    let text = saved[1].as_str().unwrap();
    assert_eq!(saved[0], "chat.txt");
    assert!(text.contains(" Lumo: Questions about prices? See https://shop.example/prices.\r\n"), "{text}");
    assert!(text.contains(" You: What about \u{e4}\u{f6} & 100 %?\r\n"), "{text}");
    v.call(json!(["close"])).await;
    v
}

pub async fn on_a_phone_it_ends_where_the_keyboard_begins(mut v: Visitor) -> Visitor {
    // In a frame, since not every engine has windows as narrow as a phone.
    v.site.page(
        "/t/phone",
        None,
        "<script src=/leadheat-stub.js></script><script async src=/leadheat.js data-webhook=/webhook></script>",
    );
    v.site.page("/t/frame", None, "<iframe src=/t/phone width=320 height=600 style='border:0'></iframe>");
    v.goto("/t/frame").await;
    v.client.enter_frame(0).await.unwrap();
    v.ready().await;
    v.call(json!(["open"])).await;
    quiet(&v).await;
    until(&v, "asked", "shadow.querySelector('.replies')").await;
    let wide = "return [...shadow.querySelectorAll('.panel, .panel *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1 && !one.matches('.hidden, .by')).length";
    assert_eq!(see(&v, wide).await, 0, "nothing beyond 320 pixels");
    let panel = v.panel(".panel").await;
    assert_eq!(panel.attr("aria-modal").await.unwrap().as_deref(), Some("true"));
    let covers = see(&v, "const box = shadow.querySelector('.panel').getBoundingClientRect(); return [box.left, box.top, box.width === innerWidth, Math.abs(box.height - innerHeight) < 2]").await;
    assert_eq!(covers, json!([0, 0, true, true]));
    // No browser shows a keyboard to a program: what it would leave of the window is said in its place.
    let keyboard = "for (const [name, value] of [['height', 300], ['offsetTop', 40]]) Object.defineProperty(visualViewport, name, { get: () => value, configurable: true });
        visualViewport.dispatchEvent(new Event('resize'));
        const panel = shadow.querySelector('.panel').getBoundingClientRect(), field = shadow.querySelector('textarea').getBoundingClientRect();
        return [panel.top, panel.height, field.bottom <= 340]";
    assert_eq!(see(&v, keyboard).await, json!([40, 300, true]));
    assert_eq!(v.panel("textarea").await.css_value("font-size").await.unwrap(), "16px", "or it zooms in");
    v.call(json!(["close"])).await;
    v.client.enter_parent_frame().await.unwrap();
    v
}

pub async fn what_is_typed_is_the_visitors(mut v: Visitor) -> Visitor {
    // A script that ends with a reply, from which the question at the end follows in the same moment.
    let chat = json!({"script": [
        {"id": "a", "say": "Which?", "replies": [{"say": "One", "next": "b"}]},
        {"id": "b", "replies": [{"say": "Two", "next": "c"}]},
        {"id": "c", "replies": [{"say": "Three"}]}]});
    open(&mut v, "/t/ends", chat, "<script>document.title = '(2024) Report'</script>").await;
    v.open_chat().await;
    for reply in ["One", "Two", "Three"] {
        v.choose(reply).await;
    }
    until(&v, "the question at the end", "shadow.querySelector('[data-input=no]')").await;
    v.choose("No").await;
    v.call(json!(["forget"])).await;
    v.call(json!(["close"])).await;
    assert_eq!(v.js("return document.title").await, "(2024) Report", "the page's own number stays");

    // What is put into the form is the visitor's to correct, and nothing that happens beside it takes it away.
    let chat = json!({"script": [
        {"id": "a", "say": "Your address?", "expects": "email", "next": "form"},
        {"id": "form", "say": "Is this right?", "contact": ["name", "email", "phone"], "next": "bye"}, {"id": "bye", "say": "Bye"}]});
    open(&mut v, "/t/corrects", chat, "").await;
    v.open_chat().await;
    quiet(&v).await;
    v.write("kate@firm.exmaple").await;
    until(&v, "filled in", "shadow.querySelector('#email')?.value === 'kate@firm.exmaple'").await;
    v.panel("#email").await.clear().await.unwrap();
    v.panel("#email").await.send_keys("kate@firm.example").await.unwrap();
    v.submit().await;
    until(&v, "no consent yet", "shadow.querySelector('.error')").await;
    v.panel("#name").await.send_keys("Kate").await.unwrap();
    v.write("or 040 123 4567").await;
    until(&v, "filled in too", "shadow.querySelector('#phone')?.value === '040 123 4567'").await;
    quiet(&v).await;
    let fields = see(&v, "return ['name', 'email', 'phone'].map(id => shadow.getElementById(id).value)").await;
    assert_eq!(fields, json!(["Kate", "kate@firm.example", "040 123 4567"]));
    v.leave_contact(&[]).await;
    v.site.lead("with the address as corrected", |lead| lead["contact"]["email"] == "kate@firm.example").await;
    until(&v, "the focus stays in the panel", "shadow.activeElement").await;
    v.call(json!(["close"])).await;
    v
}

pub async fn two_tabs_have_one_conversation(mut v: Visitor) -> Visitor {
    v.goto("/").await;
    v.ready().await;
    v.grant().await;
    v.open_chat().await;
    v.write("from the first tab").await;
    quiet(&v).await;
    let first = v.client.window().await.unwrap();
    let second = v.client.new_window(true).await.unwrap();
    v.client.switch_to_window(second.handle).await.unwrap();
    v.client.goto(&v.site.url("/product")).await.unwrap();
    v.ready().await;
    until(
        &v,
        "the same conversation",
        "shadow.querySelector('[role=log]')?.textContent.includes('from the first tab')",
    )
    .await;
    v.write("from the second tab").await;
    v.client.switch_to_window(first).await.unwrap();
    until(&v, "heard here too", "shadow.querySelector('[role=log]').textContent.includes('from the second tab')").await;
    v.call(json!(["forget"])).await;
    v
}

pub async fn the_hours_are_those_of_the_companys_zone(mut v: Visitor) -> Visitor {
    // Kiritimati is a day ahead of Pago Pago: whenever this runs, one of them has another day than the other.
    let day = "return ['Pacific/Pago_Pago', 'Pacific/Kiritimati'].map(zone => new Date().toLocaleDateString('en', { timeZone: zone, weekday: 'short' }).toLowerCase())";
    v.goto("/").await;
    let days = v.js(day).await;
    for (at, (zone, today, open)) in [
        ("Pacific/Pago_Pago", &days[0], true),
        ("Pacific/Kiritimati", &days[1], true),
        ("Pacific/Pago_Pago", &days[1], days[0] == days[1]),
    ]
    .into_iter()
    .enumerate()
    {
        let chat = json!({"company": "Lumo", "hours": {"zone": zone, "open": [format!("{} 0:00-24:00", today.as_str().unwrap())]}});
        v.js("localStorage.clear(); sessionStorage.clear()").await;
        self::open(&mut v, &format!("/t/hours{at}"), chat, "").await;
        v.open_chat().await;
        quiet(&v).await;
        let is_away =
            see(&v, "return shadow.querySelector('header p')?.textContent.startsWith('Back ') === true").await;
        assert_eq!(is_away, !open, "{zone} {today}");
        v.call(json!(["close"])).await;
    }
    let chat = json!({"hours": {"zone": "Europe/Atlantis", "open": ["mon-sun 0:00-24:00"]}});
    v.js("localStorage.clear(); sessionStorage.clear()").await;
    self::open(&mut v, "/t/atlantis", chat, "").await;
    v.open_chat().await;
    quiet(&v).await;
    v.expect_line("warn: leadheat: the chat is not as config says:");
    v
}

/// Texts that would run something, were they ever more than text.
fn hostile() -> Vec<String> {
    let run = "window.pwned=1";
    let mut texts = Vec::new();
    let events = [
        "onerror",
        "onload",
        "onclick",
        "onfocus autofocus",
        "onmouseover",
        "ontoggle open",
        "onanimationstart",
        "onbegin",
        "onpageshow",
        "onbeforetoggle",
    ];
    let tags = [
        "img src=x",
        "svg",
        "video src=x",
        "audio src=x",
        "iframe",
        "object data=x",
        "input",
        "select",
        "details",
        "body",
        "marquee",
        "style",
        "link rel=stylesheet href=x",
        "math",
        "a href=x",
        "form",
        "button",
        "textarea",
        "keygen",
        "template",
    ];
    for tag in tags {
        for event in events {
            let (name, more) = event.split_once(' ').unwrap_or((event, ""));
            texts.push(format!("<{tag} {more} {name}=\"{run}\">"));
        }
    }
    let wraps = [
        "{}",
        "\"{}",
        "'{}",
        "\">{}",
        "'>{}",
        "--><!-- {}",
        "]]>{}",
        "</textarea>{}",
        "</style>{}",
        "</title>{}",
        "\\u003c{}",
        "&lt;{}",
        "{{{}}}",
        "${{}}",
        "<!--{}-->",
        "`{}`",
    ];
    let cores = [
        format!("<script>{run}</script>"),
        format!("<svg><script>{run}</script></svg>"),
        format!("<img src=x onerror={run}>"),
        format!("javascript:{run}"),
        format!("<a href=\"javascript:{run}\">x</a>"),
        format!("<iframe srcdoc=\"&lt;script&gt;parent.{run}&lt;/script&gt;\"></iframe>"),
        format!("https://x.example/\" onmouseover=\"{run}"),
        format!("https://x.example/'><img src=x onerror={run}>"),
    ];
    for wrap in wraps {
        texts.extend(cores.iter().map(|core| wrap.replacen("{}", core, 1)));
    }
    for scheme in
        ["javascript:", "JaVaScRiPt:", "java\tscript:", "data:text/html,", "vbscript:", "blob:", "file:///", "//"]
    {
        texts.push(format!("{scheme}{run}"));
        texts.push(format!("see {scheme}//x.example/%0a{run}"));
    }
    let mut controls = String::new();
    (0..32u8).for_each(|code| controls.push(char::from(code)));
    let _ = write!(controls, "<img src=x onerror={run}>\u{202e}\u{feff}\u{2028}\u{2029}");
    texts.push(controls);
    texts
}

pub async fn whatever_is_written_is_text(mut v: Visitor) -> Visitor {
    let texts = hostile();
    assert!(texts.len() >= 300, "{}", texts.len());
    let elements = "const allowed = new Set('DIV STYLE BUTTON SVG PATH SECTION HEADER H2 P SPAN TIME TEXTAREA FOOTER A I FORM LABEL INPUT'.split(' '));
        const all = [...shadow.querySelectorAll('*')];
        return [window.pwned ?? null, all.filter(one => !allowed.has(one.tagName.toUpperCase())).map(one => one.outerHTML.slice(0, 200)),
            all.flatMap(one => [...one.attributes]).filter(one => /^on|^style$|^srcdoc$/.test(one.name) && !one.ownerElement.matches('div, textarea')).map(one => one.name),
            [...shadow.querySelectorAll('a')].map(one => new URL(one.href).protocol).filter(one => !/^(https?|data):$/.test(one))]";
    let nothing = json!([null, [], [], []]);

    // From config: what is said, offered and named.
    let replies: Vec<Value> = texts.iter().map(|text| json!({"say": text, "next": "end"})).collect();
    let mut words = serde_json::Map::new();
    for (at, name) in [
        "open",
        "close",
        "messages",
        "write",
        "send",
        "replies",
        "you",
        "sending",
        "privacy",
        "save",
        "forget",
        "satisfied",
        "yes",
    ]
    .iter()
    .enumerate()
    {
        words.insert((*name).to_owned(), texts[at * 7].clone().into());
    }
    let chat = json!({"company": texts[3], "replies": texts[201], "words": words, "consent": texts[9],
        "greetings": [{"step": "a", "after": 1}],
        "script": [{"id": "a", "say": texts[205], "replies": replies, "expects": "text"}, {"id": "end", "say": texts[210], "contact": ["name", "email"]}]});
    open(&mut v, "/t/texts", chat, "").await;
    v.grant().await;
    until(&v, "greeted", "shadow.querySelector('.greeting')").await;
    assert_eq!(see(&v, elements).await, nothing, "of a greeting");
    v.open_chat().await;
    until(&v, "the replies", "shadow.querySelectorAll('.replies button').length >= 300").await;
    let shown = see(&v, "return [...shadow.querySelectorAll('.replies button')].map(one => one.textContent)").await;
    for (shown, text) in shown.as_array().unwrap().iter().zip(&texts) {
        assert_eq!(shown, text);
    }
    assert_eq!(see(&v, elements).await, nothing, "of config");

    // From the visitor, as if pasted and sent, and in the form; and what the inbox makes of it. As many as a conversation keeps.
    v.call(json!(["forget"])).await;
    v.call(json!(["close"])).await;
    v.goto("/").await;
    v.ready().await;
    v.open_chat().await;
    for part in texts.chunks(40) {
        let send = "const [texts] = arguments; const shadow = document.querySelector('leadheat-chat').shadowRoot, field = shadow.querySelector('textarea');
            for (const text of texts) { field.value = text; field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true })); }";
        v.js_with(send, vec![json!(part)]).await;
        let shown = format!(
            "[...shadow.querySelectorAll('[data-from=visitor] .bubble')].some(one => one.textContent === {})",
            json!(clean(part.last().unwrap(), 1_000))
        );
        until(&v, "the last of them", &shown).await;
        assert_eq!(see(&v, elements).await, nothing, "of the visitor");
    }
    // A megabyte is cut, and takes no time.
    let took = v.js_with("const [size] = arguments; const shadow = document.querySelector('leadheat-chat').shadowRoot, field = shadow.querySelector('textarea');
        field.value = '<b>x'.repeat(size / 4); const begin = performance.now(); field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true })); return performance.now() - begin", vec![json!(1_000_000)]).await;
    assert!(took.as_f64().unwrap() < 2_000.0, "{took}");
    until(&v, "cut", "[...shadow.querySelectorAll('.bubble')].at(-1).textContent.length <= 1000 || [...shadow.querySelectorAll('[data-from=visitor] .bubble')].at(-1).textContent.length === 1000").await;
    until(&v, "the form", "shadow.querySelector('form')").await;
    v.leave_contact(&[
        ("name", "<img src=x onerror=window.pwned=1>"),
        ("company", "\"><script>window.pwned=1</script>"),
        ("email", "a@b.fi"),
    ])
    .await;
    let lead = v.site.lead("with all that", |lead| lead["contact"]["email"] == "a@b.fi").await;
    assert!(lead["brief"].as_str().unwrap().contains("<img src=x"), "{}", lead["brief"]);
    assert_eq!(see(&v, elements).await, nothing, "of the form");
    v.goto("/inbox").await;
    v.until("the lead", "document.querySelector('ul[role=list] a')?.click(); return document.getElementById('chat-title')?.parentNode.textContent.includes('window.pwned=1')").await;
    v.pause(500).await;
    assert_eq!(v.js("return [window.pwned ?? null, document.querySelectorAll('img[src=x], iframe, object, video, audio, marquee, script:not([src])').length]").await, json!([null, 0]));
    v
}
