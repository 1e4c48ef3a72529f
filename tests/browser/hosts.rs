//! The page's own scripts do the same with leadheat as without it, whatever they have made of the language: each page is visited
//! twice, and what a script of its own saw and did is compared, line by line.

use std::collections::BTreeSet;
use std::time::Instant;

use serde_json::json;

use crate::engine::say;
use crate::npm;
use crate::visitor::{PATIENCE, Visitor};

/// What a site's script does, and all that it can see. Each line is a fact; those of leadheat's own are left out by name, and that
/// history's functions are wrapped where the browser does not tell of navigation. Written with what the language had at the
/// beginning, so that it works in any page.
const PROBE: &str = r#"(() => {
  const { getOwnPropertyNames, getOwnPropertyDescriptor, keys } = Object, apply = Reflect.apply, code = Function.prototype.toString;
  const [each, push, join, sort, filter] = [Array.prototype.forEach, Array.prototype.push, Array.prototype.join, Array.prototype.sort, Array.prototype.filter];
  const all = Document.prototype.querySelectorAll, box = Element.prototype.getBoundingClientRect, style = getComputedStyle;
  const wait = window.setTimeout.bind(window), frame = requestAnimationFrame.bind(window), listen = EventTarget.prototype.addEventListener;
  const lines = [], note = (...words) => apply(push, lines, [apply(join, words, [' '])]);
  const ours = name => /^(leadheat|recorded|probe$|said$|__zone_symbol__)/.test(name);
  const over = (list, run) => apply(each, list, [run]);
  const describe = (name, value) => over(apply(sort, getOwnPropertyNames(value), []), key => {
    const found = getOwnPropertyDescriptor(value, key), of = found.value || found.get;
    if (!ours(key) && !(name === 'history' && /State$/.test(key))) note(name, key, found.writable, found.enumerable, found.configurable, typeof of, typeof of === 'function' ? apply(code, of, []).length : '');
  });
  window.probe = () => run().catch(error => note('failed', error.stack)).then(tell);
  const run = async () => {
    const long = history.length;
    // The globals, and what the language and the browser offer.
    over(apply(sort, getOwnPropertyNames(window), []), key => { if (!ours(key) && !/^\d+$|^event$/.test(key)) note('global', key, typeof getOwnPropertyDescriptor(window, key).value); });
    over(['Object', 'Array', 'Function', 'String', 'Promise', 'Map', 'Set', 'Date', 'RegExp', 'JSON', 'Math', 'Reflect', 'URL', 'XMLHttpRequest', 'History', 'Node', 'Element', 'HTMLElement', 'Document', 'EventTarget', 'Event', 'Storage', 'Window', 'Navigator', 'CustomEvent', 'MutationObserver'], name => {
      describe(name, window[name]);
      if (window[name].prototype) describe(name + '.prototype', window[name].prototype);
    });
    over(['history', 'navigator', 'localStorage', 'sessionStorage', 'location', 'document', 'console'], name => { try { describe(name, window[name]); } catch (error) { note(name, error.name); } });
    note('handlers', window.onerror, window.onunhandledrejection, document.onclick, window.onpopstate, window.onbeforeunload);

    // The document, and where everything stands.
    const elements = () => apply(filter, apply(all, document, ['*']), [element => element.localName !== 'leadheat-chat' && !/leadheat/.test(element.src) && element.id !== 'extra']);
    over(elements(), element => {
      const at = apply(box, element, []), look = style(element);
      note(element.localName, element.attributes.length, at.x, at.y, at.width, at.height, look.display, look.color, look.fontSize, look.position);
    });
    const page = Document.prototype.querySelector.call(document, 'html');
    note('page', page.scrollWidth, page.scrollHeight, document.styleSheets.length, document.adoptedStyleSheets.length, document.cookie, document.title, document.compatMode, window.name, location.href);

    // What scripts do.
    const body = apply(Document.prototype.querySelector, document, ['body']), make = name => body.appendChild(Document.prototype.createElement.call(document, name));
    const form = make('form'), field = form.appendChild(Document.prototype.createElement.call(document, 'input')), button = form.appendChild(Document.prototype.createElement.call(document, 'button'));
    field.name = 'field'; field.value = 'text'; button.name = 'button'; button.value = 'pressed';
    const records = new MutationObserver(list => over(list, record => { if (!/leadheat/i.test(record.target.nodeName)) note('mutation', record.type, record.target.nodeName, record.addedNodes.length); }));
    records.observe(body, { childList: true, subtree: true, attributes: true });
    const hear = (target, name, of, options) => apply(listen, target, [name, event => {
      note(name, of, event.eventPhase, event.defaultPrevented, event.cancelable, event.isTrusted, event.target === event.currentTarget);
      if (name === 'submit') event.preventDefault();
    }, options]);
    over(['click', 'submit', 'focusin', 'input', 'change', 'keydown', 'popstate', 'hashchange', 'scroll', 'copy', 'visibilitychange', 'mine'], name => {
      hear(window, name, 'window capture', true); hear(document, name, 'document capture', true); hear(form, name, 'form'); hear(button, name, 'button'); hear(document, name, 'document'); hear(window, name, 'window');
    });
    button.click();
    field.focus(); note('active', document.activeElement === field);
    field.dispatchEvent(new Event('input', { bubbles: true })); field.dispatchEvent(new Event('change', { bubbles: true })); field.dispatchEvent(new KeyboardEvent('keydown', { key: 'a', bubbles: true, cancelable: true }));
    note('dispatched', window.dispatchEvent(new CustomEvent('mine', { detail: { a: 1 }, cancelable: true })));
    apply(listen, window, ['click', event => { note('stopped'); event.stopImmediatePropagation(); event.preventDefault(); }, { capture: true, once: true }]);
    button.click();
    over(apply(filter, [...new FormData(form)], [() => true]), pair => note('data', pair[0], pair[1]));

    const here = location.href;
    note('push', history.pushState({ a: [1, { b: 2 }] }, '', '?one'), history.pushState.name, history.pushState.length, location.search, history.state.a[1].b);
    note('replace', history.replaceState(null, '', '?two#x'), location.href.slice(here.length), history.state, history.length - long);
    try { history.pushState(1, '', 'https://other.example/'); } catch (error) { note('foreign', error.name); }
    // A busy browser takes its time to go back.
    const isBack = async () => { for (let tries = 0; tries < 60 && location.href !== here; tries++) await new Promise(done => wait(done, 50)); await new Promise(done => wait(done, 100)); };
    history.back();
    await isBack();
    note('back', location.href === here, history.state);
    location.hash = '#hash';
    await new Promise(done => wait(done, 60));
    history.back();
    await isBack();

    // Order of tasks, and what is thrown.
    const order = [];
    await new Promise(done => { wait(() => { apply(push, order, ['timer']); done(); }, 20); Promise.resolve().then(() => apply(push, order, ['micro'])); queueMicrotask(() => apply(push, order, ['queued'])); apply(push, order, ['now']); });
    note('order', ...order);
    note('rejected', await Promise.reject(Error('mine')).catch(error => error.message));
    note('json', JSON.stringify({ a: [1, 'x', null], d: { e: undefined } }), JSON.parse('{"a":[1]}').a.length);
    for (const key in {}) note('for in object', key);
    for (const key in []) note('for in list', key);
    const response = await fetch('/t/data.txt', { headers: { 'x-a': 'b' } });
    note('fetch', response.status, response.ok, await response.text(), response.url.slice(-10));
    note('request', await new Promise(done => { const request = new XMLHttpRequest(); request.open('GET', '/t/data.txt'); request.onload = () => done(request.status + request.responseText); request.send(); }));
    note('missing', await fetch('/t/nothing.txt').then(response => response.status), await fetch('http://127.0.0.1:9/').catch(error => error.name));
    if (Array.isArray(window.dataLayer)) note('layer', dataLayer.push({ event: 'a' }, ['b']), dataLayer.length, dataLayer.push.name, dataLayer.push.length, keys(dataLayer).length);
    localStorage.setItem('mine', 'x'); sessionStorage.setItem('mine', 'y');
    note('stored', localStorage.getItem('mine'), sessionStorage.mine, apply(filter, keys(localStorage), [key => !ours(key)]).length);
    note('message', await new Promise(done => { apply(listen, window, ['message', event => done(event.data.a), { once: true }]); postMessage({ a: 'posted' }, '*'); }));
    await new Promise(done => frame(() => frame(done)));
    const copy = form.cloneNode(true); note('copy', copy.childNodes.length, copy.attributes.length);
    body.removeChild(form);
    scrollTo(0, 0);
    over(elements(), element => note('after', element.localName, apply(box, element, []).y));
    records.disconnect();
    localStorage.removeItem('mine'); sessionStorage.removeItem('mine');
    over(recorded.errors, error => note('error', error));
  };
  const tell = () => {
    const chat = apply(all, document, ['leadheat-chat'])[0], at = chat && apply(box, chat.shadowRoot.querySelector('.launcher'), []);
    const met = !!at && document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2) === chat;
    recorded.tell(apply(join, lines, ['\n']) + '\n---\n' + [window.said, recorded.lines.length, apply(filter, getOwnPropertyNames(window), [name => /leadheat|wasm_bindgen/.test(name)]).length, apply(all, document, ['leadheat-chat']).length, met].join());
    for (const kind of [Object, Array, String, Number, Date]) delete kind.prototype.toJSON; // WebDriver is led astray by it, too.
  };
})();"#;

/// What leadheat is asked, where it is there; the page's script begins when it has answered.
const ASKED: &str = "<script src=/leadheat-stub.js id=extra></script><script id=extra async src=/leadheat.js data-config=/leadheat.json></script>
    <script id=extra>leadheat('consent', 'granted'); leadheat('test').then(said => { window.said = said; recorded.after(300, probe) })</script>";
const ALONE: &str = "<script id=extra>recorded.after(300, probe)</script>";

/// What becomes of leadheat in a page: what `leadheat('test')` says, lines in the console, names in window, elements, and whether a
/// visitor who clicks on the launcher meets it.
const WORKS: &str = "delivered: the webhook answered 200,0,1,1,true";
/// The page as a whole cannot be seen.
const UNSEEN: &str = "delivered: the webhook answered 200,0,1,1,false";
const STOPS: &str = ",1,1,0,false";

/// Visits a page with this in its head with leadheat and without. Fails where its own script sees or does anything else, where
/// leadheat neither works nor says in one line that it does not, or where it leaves more than one name behind.
async fn compare(v: &mut Visitor, name: &str, doctype: &str, head: &str, becomes: &str) {
    let mut reports = Vec::new();
    for (end, path) in [(ALONE, format!("/t/{name}/page")), (ASKED, format!("/t/{name}/pagx"))] {
        let html = format!(
            "{doctype}<html lang=en><head><meta charset=utf-8><title>t</title><script src=/t/recorder.js></script><script>{PROBE}</script>{head}</head>
             <body><h1>Title</h1><p>Text <a href='#there'>link</a></p><table><tr><td>Cell</table><div id=there></div>{end}</body></html>"
        );
        v.site.file(&path, "text/html", &html);
        v.goto(&path).await;
        let start = Instant::now();
        let report = loop {
            if let Some(report) = v.site.report() {
                break report.replace("/pagx", "/page");
            }
            assert!(start.elapsed() < 3 * PATIENCE, "{path} tells nothing: {}", v.js("return recorded").await);
            v.pause(30).await;
        };
        reports.push(report);
    }
    let [(alone, _), (with, ours)] = [0, 1].map(|n| reports[n].split_once("\n---\n").unwrap());
    assert!(alone.lines().count() > 500, "{name}: {alone}");
    let only = |one: &str, other: &str| {
        let known: BTreeSet<_> = other.lines().collect();
        one.lines().filter(|line| !known.contains(line)).map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(alone == with, "{name}: alone {:#?} with leadheat {:#?}", only(alone, with), only(with, alone));
    assert_eq!(ours, becomes, "{name}: {}", v.js("return recorded.lines.join()").await);
    if becomes == STOPS {
        v.expect_line("warn: leadheat: stopped: ");
    }
}

pub async fn a_page_is_as_it_was(mut v: Visitor) -> Visitor {
    v.site.file("/t/data.txt", "text/plain", "data");
    compare(&mut v, "plain", "<!doctype html>", "", WORKS).await;
    compare(&mut v, "quirks", "", "", WORKS).await;
    let long = "<script>addEventListener('DOMContentLoaded', () => { for (let n = 0; n < 5000; n++) document.body.appendChild(document.createElement('p')).textContent = 'Paragraph ' + n })</script>";
    compare(&mut v, "long", "<!doctype html>", long, WORKS).await;
    v
}

/// What scripts and elements of pages do to the language and the browser.
const CHANGES: [(&str, &str, &str); 13] = [
    ("polluted", "<script>Object.prototype.polluted = 'yes'; Array.prototype.polluted = () => {}; Function.prototype.polluted = 1; String.prototype.polluted = 2</script>", WORKS),
    ("injected", "<script>Object.assign(Object.prototype, { webhook: 'https://evil.example/', config: '/evil.json', debug: 'yes', integrity: 'x', redirect: 'follow', credentials: 'include' })</script>", WORKS),
    ("written", "<script>for (const kind of [Object, Array, String, Number, Date]) kind.prototype.toJSON = function () { return 'theirs' }</script>", WORKS),
    ("wrapped", "<script>for (const [object, name] of [[window, 'fetch'], [window, 'setTimeout'], [JSON, 'parse'], [JSON, 'stringify'], [history, 'pushState'], [history, 'replaceState'], [EventTarget.prototype, 'addEventListener'], [Node.prototype, 'appendChild'], [console, 'warn']]) {
        const theirs = object[name];
        object[name] = function () { return theirs.apply(this, arguments) };
      }
      const Theirs = Promise; window.Promise = class extends Theirs {}; window.XMLHttpRequest = class extends XMLHttpRequest {}</script>", WORKS),
    ("refusing", "<script>for (const name of ['matches', 'remove', 'closest', 'getAttribute', 'setAttribute', 'toggleAttribute', 'animate', 'insertAdjacentHTML']) Element.prototype[name] = () => { throw Error('theirs') }</script>", STOPS),
    ("frozen", "<script>for (const name of Object.getOwnPropertyNames(window)) try { const value = window[name]; if (typeof value === 'function') { Object.freeze(value); Object.freeze(value.prototype) } else if (/^(JSON|Math|Reflect|history|navigator|console|location|document|performance|crypto)$/.test(name)) Object.freeze(value) } catch (_) {}</script>", WORKS),
    ("clobbered", "<form id=leadheat><input name=version value=9><input name=q><input name=src></form><img name=currentScript data-webhook=https://evil.example/>
      <form name=f><input name=action><input name=submit><input name=closest><input name=getAttribute></form><p id=navigation></p><p id=dataLayer></p><p id=google></p><p id=wasm_bindgen></p><p id=fetchLater></p><p id=scheduler></p><img name=body><img name=documentElement><img name=readyState><img name=visibilityState><img name=activeElement><form name=scrollingElement></form>", WORKS),
    ("unset", "<style>* { all: unset !important; display: none !important }</style>", UNSEEN),
    ("unseen", "<style>body * { all: unset !important; display: none !important; visibility: hidden !important; opacity: 0 !important; transform: scale(0) !important; pointer-events: none !important; content-visibility: hidden !important; clip-path: inset(50%) !important; width: 0 !important }</style>", WORKS),
    ("on top", "<style>body { transform: translate(0) } div, p { position: relative; z-index: 2147483647 } body > div { position: fixed; right: 0; bottom: 0; width: 90px; height: 90px }</style>", WORKS),
    (
        "sticky",
        "<style>body > div { position: fixed; right: 0; bottom: 0; width: 90px; height: 90px; z-index: 99999; background: red }</style>",
        WORKS,
    ),
    ("arranged", "<style>html { display: flex; gap: 30px; padding: 5px } body { display: grid; gap: 40px; height: 100vh; grid-template-rows: auto 1fr auto; flex: 1 } body > :last-child { margin-top: 50px; display: block; border: 9px solid } body > * + * { margin-top: 3px } script { font-size: 0 }</style>", WORKS),
    ("quiet", "<script>window.console = { log() {} }</script>", WORKS),
];

pub async fn changed_natives(mut v: Visitor) -> Visitor {
    v.site.file("/t/data.txt", "text/plain", "data");
    for (name, head, becomes) in CHANGES {
        compare(&mut v, &name.replace(' ', "-"), "<!doctype html>", head, becomes).await;
    }
    v
}

/// The language parts of Prototype and MooTools, as npm has them: written for node, so that a page needs the little of it that they
/// ask for.
fn of_node(package: &str, files: &[&str], start: &str) -> Option<String> {
    let mut modules = String::new();
    for file in files {
        let code = npm::file(&format!("{package}/lib/{file}.js"))?;
        modules += &format!("'./{file}'(module, exports, require) {{ {code}\n }},\n");
    }
    Some(format!(
        "<script>(() => {{ const files = {{ {modules} }}, made = {{}};
        const require = (path, name = path.replace(/[.]js$/, '')) => made[name] || (files[name](made[name] = {{ exports: {{}} }}, made[name].exports, require), made[name] = made[name].exports);
        require('./{start}') }})()</script>"
    ))
}

pub async fn polyfills(mut v: Visitor) -> Visitor {
    v.site.file("/t/data.txt", "text/plain", "data");
    let prototype = "Prototype Object Class Function Date RegExp String Template Enumerable Array Hash Number Range Try PeriodicalExecuter index";
    let prototype: Vec<_> = prototype.split(' ').collect();
    let mootools = "mootools-core-1.5.2-server";
    for (name, scripts) in [
        ("corejs", npm::scripts(&v, &["core-js-bundle/minified.js"], "")),
        ("zone", npm::scripts(&v, &["zone.js/bundles/zone.umd.min.js"], "")),
        ("prototype", of_node("prototype", &prototype, "index")),
        ("mootools", of_node("mootools", &[mootools], mootools)),
    ] {
        let Some(scripts) = scripts else { return v };
        compare(&mut v, name, "<!doctype html>", &scripts, WORKS).await;
    }
    v
}

/// What a browser may lack, or a page take away. In each of these frames one is, and another throws.
const NATIVES: &str = "fetch setTimeout clearTimeout requestIdleCallback Promise Proxy Blob URL URLSearchParams TextDecoder TextEncoder AbortController \
    AbortSignal.timeout CustomEvent MutationObserver IntersectionObserver FinalizationRegistry CSSStyleSheet WebAssembly WebAssembly.instantiate \
    WeakMap Map getSelection dispatchEvent fetchLater queueMicrotask crypto performance localStorage sessionStorage navigator.locks indexedDB \
    BroadcastChannel navigation dataLayer console console.warn console.info JSON.parse JSON.stringify Object.keys Object.assign Object.entries \
    Array.from Array.isArray Array.prototype.forEach Array.prototype.map Array.prototype.concat Array.prototype.filter Array.prototype.push \
    Array.prototype.some Array.prototype.splice Array.prototype.slice Array.prototype.join String.prototype.split String.prototype.replace \
    String.prototype.slice RegExp.prototype.test Function.prototype.apply Reflect.get Reflect.set Reflect.apply Math.min Math.max Math.floor \
    Date.now Date.prototype.getTimezoneOffset performance.now performance.getEntriesByName crypto.getRandomValues history.pushState \
    Document.prototype.querySelectorAll Document.prototype.createElement Document.prototype.createElementNS Document.prototype.createTreeWalker \
    Document.prototype.hasFocus Element.prototype.attachShadow Element.prototype.closest Element.prototype.getAttribute Element.prototype.setAttribute \
    Element.prototype.remove Element.prototype.getBoundingClientRect Element.prototype.toggleAttribute Node.prototype.appendChild \
    EventTarget.prototype.addEventListener EventTarget.prototype.dispatchEvent MutationObserver.prototype.observe";

/// Takes away what the frame's address names, plays a visitor, and tells what reached the page.
const WITHOUT: &str = "<!doctype html><meta charset=utf-8><script src=/t/recorder.js></script><script>
    const [path, how] = location.search.slice(1).split(':'), steps = path.split('.'), name = steps.pop(), owner = steps.reduce((at, step) => at[step], window);
    const [later, act] = [setTimeout.bind(window), EventTarget.prototype.dispatchEvent], send = parent.postMessage.bind(parent), list = [].join;
    const fails = () => { throw Error('theirs') };
    try { Object.defineProperty(owner, name, /^(localStorage|sessionStorage|crypto|performance|console|navigation|dataLayer|indexedDB|locks)$/.test(name) && how === 'throws'
        ? { configurable: true, get: fails } : { configurable: true, writable: true, value: how === 'throws' ? fails : undefined }) } catch (_) {}
    const heard = (list, of) => { let text = ''; for (let n = 0; n < list.length; n++) text += of + list[n] + '\\n'; return text };
    later(() => { for (const event of [new MouseEvent('click', { bubbles: true }), new Event('scroll'), new Event('submit', { bubbles: true }), new Event('pagehide'), new KeyboardEvent('keydown', { bubbles: true }), new Event('focusin', { bubbles: true })]) try { act.call(document.body, event) } catch (_) {} }, 1500);
    later(() => { send({ page: location.search, errors: heard(recorded.errors, 'error '), lines: heard(recorded.lines, 'line '), shown: document.getElementsByTagName('leadheat-chat').length }, '*') }, 2500);
    </script><body><p>Text</p><script src=/leadheat-stub.js></script><script async src=/leadheat.js data-config=/leadheat.json></script>
    <script>try { leadheat('consent', 'granted'); leadheat('track', 'x') } catch (_) {}</script>";

/// Whatever a page has taken away from the browser: no error reaches it, and at most one line tells.
pub async fn anything_may_be_missing(mut v: Visitor) -> Visitor {
    v.site.file("/t/without", "text/html", WITHOUT);
    v.site.page("/t/frames", None, "<script>window.told = []; addEventListener('message', event => told.push(event.data));
        window.show = names => { told.length = 0; for (const frame of [...document.querySelectorAll('iframe')]) frame.remove();
            for (const name of names) document.body.appendChild(document.createElement('iframe')).src = '/t/without?' + name }</script>");
    v.goto("/t/frames").await;
    let variants: Vec<_> =
        NATIVES.split_whitespace().flat_map(|name| ["missing", "throws"].map(|how| format!("{name}:{how}"))).collect();
    let (mut running, mut harmed) = (0, Vec::new());
    for some in variants.chunks(20) {
        v.js_with("show(arguments[0])", vec![json!(some)]).await;
        v.until("all", &format!("return told.length === {}", some.len())).await;
        for told in v.js("return told").await.as_array().unwrap() {
            let lines = told["lines"].as_str().unwrap();
            let told_once = lines.matches("line warn: ").count() <= 1;
            if told["errors"] != "" || !told_once || told["shown"] != 0 && lines.contains("stopped") {
                harmed.push(told.clone());
            }
            running += usize::from(told["shown"] == 1);
        }
    }
    assert!(harmed.is_empty(), "{harmed:#?}");
    say(&format!("of {} pages that lack something, {running} show the chat all the same", variants.len()));
    v
}
