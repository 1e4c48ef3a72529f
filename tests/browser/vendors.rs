//! Chats of other vendors in real pages: the code of those that npm has, above a stand-in for what comes from their servers, and
//! stand-ins for the others that do what facts about them say. Of these nothing is verified against the vendor.

use std::time::Duration;

use serde_json::{Value, json};

use crate::npm;
use crate::visitor::Visitor;

/// A model in which every kind of signal that chatting makes is a rule of its own, so that `explain` counts them.
fn config(chat: &Value) -> Value {
    let kinds = "chat_open chat_start chat_message chat_reply chat_rating meeting contact intent".split(' ');
    let rules: Vec<_> = kinds.map(|kind| json!({ "id": kind, "kind": kind, "points": 0.1, "label": kind })).collect();
    json!({ "webhook": "/webhook", "chat": chat, "model": { "id": "m", "version": 1, "tiers": { "warm": 90, "hot": 95 }, "rules": rules } })
}

/// Starts leadheat with this chat, and with consent.
fn start(chat: &Value) -> String {
    let start = format!("leadheat('start', {}); leadheat('consent', 'granted')", config(chat));
    format!("<script src=/leadheat-stub.js></script><script async src=/leadheat.js></script><script>{start}</script>")
}

/// Opens a page with this before leadheat, and waits until the vendor is listened to.
async fn open(v: &mut Visitor, path: &str, chat: &Value, before: &str, vendor: &str) {
    v.site.page(path, None, &[before, &start(chat)].concat());
    v.goto(path).await;
    v.ready().await;
    let says =
        format!("return leadheat('status').then(status => status.says.includes('listening to the chat of {vendor}'))");
    v.until("listening", &says).await;
}

/// Waits until so much has been counted, and no more.
async fn counts(v: &Visitor, wanted: &str) {
    let counted = "const done = await leadheat('explain'); return done.reasons.map(reason => reason.rule + ' ' + reason.count).sort().join()";
    let script = format!("return (async () => {{ {counted} }})().then(counted => counted === '{wanted}')");
    v.until(wanted, &script).await;
    v.pause(300).await;
    assert_eq!(v.js(&format!("return (async () => {{ {counted} }})()")).await, wanted);
}

/// The launcher is out of sight, and no part of the panel is in the page.
async fn keeps_away(v: &Visitor) {
    let seen = "const root = document.querySelector('leadheat-chat'); return !!root && (!root.shadowRoot.querySelector('.launcher').hidden || !!root.shadowRoot.querySelector('.panel'))";
    assert_eq!(v.js(seen).await, false);
}

/// Scripts that these packages fetch from their vendor come from the page's own server instead.
const THEIR_SERVERS: &str = "<script>Object.defineProperty(HTMLScriptElement.prototype, 'src', { configurable: true, get() { return new URL(this.getAttribute('src'), location.href).href },
    set(url) { this.setAttribute('src', /livechatinc/.test(url) ? '/t/tracking.js' : /embed\\.tawk/.test(url) ? '/t/tawk.js' : url) } });
    window.theirs = []</script>";

/// The package makes the global, its queue and the handlers of the page; the stand-in is the script that it loads.
pub async fn livechat_by_its_own_code(mut v: Visitor) -> Visitor {
    let Some(tag) = npm::scripts(&v, &["@livechat/widget-core/dist/widget-core.umd.js"], "") else { return v };
    let tracking = "(() => { const heard = {}, api = LiveChatWidget;
        api._h = (method, [name, listener]) => { if (method === 'on') (heard[name] = heard[name] || []).push(listener) };
        api._q.splice(0).forEach(args => api._h(...args));
        window.tell = (name, data) => heard[name].forEach(listener => listener(data));
        LC_API.on_after_load() })()";
    v.site.file("/t/tracking.js", "text/javascript", tracking);
    let own = "<script>LiveChatWidgetCore.createWidget({ license: '1', onNewEvent: event => theirs.push(event.author.type), onRatingSubmitted: rating => theirs.push(rating) }).init()</script>";
    open(&mut v, "/t/livechat", &json!({}), &[THEIR_SERVERS, &tag, own].concat(), "LiveChat").await;
    keeps_away(&v).await;
    v.js("tell('visibility_changed', { visibility: 'minimized' }); tell('visibility_changed', { visibility: 'maximized' });
        tell('customer_status_changed', { status: 'chatting' });
        tell('new_event', { type: 'message', timestamp: 1, author: { id: 'a', type: 'agent' }, greeting: { id: 1, uniqueId: 'u' } });
        tell('new_event', { type: 'message', timestamp: 2, author: { id: 'v', type: 'customer' } });
        tell('rating_submitted', 'good')").await;
    counts(&v, "chat_message 1,chat_open 1,chat_rating 1,chat_start 1").await;
    v.pause(1_000).await;
    v.js("tell('new_event', { type: 'message', timestamp: 3, author: { id: 'a', type: 'agent' } });
        tell('new_event', { type: 'message', timestamp: 4, author: { id: 'v', type: 'customer' } });
        tell('form_submitted', { type: 'prechat' })")
        .await;
    counts(&v, "chat_message 2,chat_open 1,chat_rating 1,chat_reply 1,chat_start 1,contact 1").await;
    // The page hears what it heard without leadheat.
    assert_eq!(v.js("return theirs.join()").await, "agent,customer,good,agent,customer");
    v
}

/// The whole script that Rocket.Chat puts into a page; the stand-in is the page in its frame, which says by messages what happens.
pub async fn rocket_chat_by_its_own_code(mut v: Visitor) -> Visitor {
    let Some(tag) = npm::scripts(&v, &["@rocket.chat/livechat/build/rocketchat-livechat.min.js"], "") else { return v };
    v.site.file(
        "/t/rocket",
        "text/html",
        "<!doctype html><script>window.say = (fn, ...args) => parent.postMessage({ src: 'rocketchat', fn, args }, '*'); say('ready')</script>",
    );
    let own = "<script>window.RocketChat = function (call) { RocketChat._.push(call) }; RocketChat._ = []; RocketChat.url = '/t/rocket'; window.theirs = [];
        RocketChat(function () { this.onChatStarted(() => theirs.push('started')); this.onPrechatFormSubmit(form => theirs.push(form.email)) })</script>";
    open(&mut v, "/t/rocketchat", &json!({ "read_vendor_text": true }), &[own, &tag].concat(), "Rocket.Chat").await;
    keeps_away(&v).await;
    v.until(
        "the frame",
        "const frame = document.querySelector('#rocketchat-iframe'); return !!frame && !!frame.contentWindow.say",
    )
    .await;
    v.js("const { say } = document.querySelector('#rocketchat-iframe').contentWindow;
        say('openWidget'); say('callback', 'pre-chat-form-submit', { name: 'Aino', email: 'aino@koulu.example' }); say('callback', 'chat-started')").await;
    counts(&v, "chat_open 1,chat_start 1,contact 1").await;
    assert_eq!(v.explain().await["attributes"]["email"], "aino@koulu.example");
    v.js("document.querySelector('#rocketchat-iframe').contentWindow.say('callback', 'offline-form-submit', { name: 'Aino', email: 'aino@koulu.example', message: 'What does it cost?' })").await;
    counts(&v, "chat_message 1,chat_open 1,chat_start 1,contact 2,intent 1").await;
    assert_eq!(v.js("return theirs.join()").await, "aino@koulu.example,started");
    v
}

/// The package owns the queue and the page's handlers, of which Crisp has one for each event; the stand-in is the script that it loads.
pub async fn crisp_by_its_own_code(mut v: Visitor) -> Visitor {
    let Some(tag) = npm::file("crisp-sdk-web/dist/crisp.umd.cjs") else { return v };
    v.site.file("/t/crisp-sdk.js", "text/javascript", &tag);
    // One handler for each event, as Crisp has it: what registers again takes the place.
    let client = "(() => { const queue = window.$crisp || [], slots = {}, state = { 'chat:opened': false, 'chat:unread:count': 0 };
        window.registered = [];
        window.$crisp = { is: name => state[name], get: name => state[name],
            push([how, name, value]) { registered.push(how + ' ' + name); if (how === 'on') slots[name] = value; if (how === 'off') delete slots[name]; if (how === 'do' && name === 'chat:open') change('chat:opened', true, 'chat:opened') } };
        window.change = (name, value, event, more) => { state[name] = value; if (slots[event]) slots[event](more) };
        queue.forEach(entry => $crisp.push(entry)) })()";
    v.site.file("/t/crisp-l.js", "text/javascript", client);
    let own = "<script src=/t/crisp-sdk.js></script><script>window.theirs = []; const { Crisp } = window['crisp-sdk-web'];
        Crisp.configure('w', { clientUrl: '/t/crisp-l.js' }); Crisp.chat.onChatOpened(() => theirs.push('opened')); Crisp.message.onMessageSent(() => theirs.push('sent')); Crisp.user.onEmailChanged(() => theirs.push('email'))</script>";
    open(&mut v, "/t/crisp", &json!({}), own, "Crisp").await;
    keeps_away(&v).await;
    v.pause(3_500).await; // How it is from the start.
    let registered = v.js("return registered.join()").await;
    v.js("window['crisp-sdk-web'].Crisp.chat.open(); change('user:email', 'aino@koulu.example', 'user:email:changed'); change('x', 1, 'message:sent')").await;
    counts(&v, "chat_open 1,contact 1").await;
    v.js("change('chat:unread:count', 2, 'message:received')").await;
    v.pause(3_500).await;
    // Every handler of the page's is still there; nobody has registered but the page. What the address is nobody was told.
    assert_eq!(v.js("return theirs.join()").await, "opened,email,sent");
    assert_eq!(v.js("return registered.join()").await, json!(format!("{},do chat:open", registered.as_str().unwrap())));
    assert_eq!(v.explain().await["attributes"]["email"], Value::Null);
    v
}

/// The package hands the events of tawk.to's own script on to the page; the stand-in is that script.
pub async fn tawk_by_its_own_code(mut v: Visitor) -> Visitor {
    let files = [
        "react/umd/react.production.min.js",
        "react-dom/umd/react-dom.production.min.js",
        "@tawk.to/tawk-messenger-react/dist/tawk-messenger-react.umd.js",
    ];
    let Some(tags) = npm::scripts(&v, &files, "") else { return v };
    let embed = "Tawk_API.onLoaded = true; window.tell = (name, detail) => window.dispatchEvent(new CustomEvent(name, { detail })); tell('tawkLoad')";
    v.site.file("/t/tawk.js", "text/javascript", embed);
    let own = "<div id=at></div><script>ReactDOM.createRoot(document.getElementById('at')).render(React.createElement(window['tawk-messenger-react'], { propertyId: 'p', widgetId: 'w',
        onChatMaximized: () => theirs.push('open'), onChatStarted: () => theirs.push('started'), onChatMessageVisitor: text => theirs.push(text), onChatMessageAgent: text => theirs.push(text),
        onOfflineSubmit: form => theirs.push(form.email), onChatSatisfaction: rating => theirs.push(rating) }))</script>";
    open(&mut v, "/t/tawk", &json!({ "read_vendor_text": true }), &[THEIR_SERVERS, &tags, own].concat(), "tawk.to")
        .await;
    keeps_away(&v).await;
    v.js("tell('tawkChatMaximized'); tell('tawkChatStarted'); tell('tawkChatMessageAgent', 'Hello'); tell('tawkChatMessageVisitor', 'What does it cost?'); tell('tawkChatSatisfaction', 1)").await;
    counts(&v, "chat_message 1,chat_open 1,chat_rating 1,chat_reply 1,chat_start 1,intent 1").await;
    v.pause(1_000).await;
    v.js("tell('tawkOfflineSubmit', { name: 'Aino', email: 'aino@koulu.example', message: 'Do you deliver?', questions: [] })").await;
    counts(&v, "chat_message 2,chat_open 1,chat_rating 1,chat_reply 1,chat_start 1,contact 1,intent 2").await;
    assert_eq!(v.explain().await["attributes"]["email"], "aino@koulu.example");
    assert_eq!(v.js("return theirs.join()").await, "open,started,Hello,What does it cost?,1,aino@koulu.example");
    v
}

/// What facts about the vendors say, in as far as leadheat listens: `install` puts it into the page, `tell` says what happens.
const STAND_INS: &str = r#"
    const fire = (target, name, detail) => target.dispatchEvent(new CustomEvent(name, { detail }));
    const emitter = () => { const all = {}; return { on(name, call) { (all[name] = all[name] || []).push(call) }, tell(name, ...args) { (all[name] || []).forEach(call => call(...args)) } } };
    const email = 'aino@koulu.example';
    const all = {
        chatwoot: { names: ['$chatwoot'], says: 'Chatwoot', install() { window.$chatwoot = { hasLoaded: true, isOpen: false } },
            opened() { fire(window, 'chatwoot:opened') }, said(content) { fire(window, 'chatwoot:on-message', { message_type: 0, content, content_attributes: {} }) },
            answered() { fire(window, 'chatwoot:on-message', { message_type: 1, sender_type: 'User', content: 'Hello', content_attributes: {} }) },
            rated() { fire(window, 'chatwoot:on-message', { message_type: 3, content: '', content_attributes: { submitted_values: { csat_survey_response: { rating: 5 } } } }) } },
        livechat: { names: ['LiveChatWidget'], says: 'LiveChat', install() { const e = this.e = emitter(); window.LiveChatWidget = { _q: [], _h() {}, on: e.on } },
            opened() { this.e.tell('visibility_changed', { visibility: 'maximized' }) }, started() { this.e.tell('customer_status_changed', { status: 'chatting' }) },
            said() { this.e.tell('new_event', { author: { type: 'customer' } }) }, answered() { this.e.tell('new_event', { author: { type: 'agent' } }) },
            contact() { this.e.tell('form_submitted', { type: 'ticket' }) }, rated() { this.e.tell('rating_submitted', 'bad') } },
        rocketchat: { names: ['RocketChat'], says: 'Rocket.Chat', install() { const e = this.e = emitter(); window.RocketChat = () => {};
            RocketChat.livechat = {}; for (const name of ['onChatMaximized', 'onChatStarted', 'onPrechatFormSubmit', 'onOfflineFormSubmit']) RocketChat.livechat[name] = call => e.on(name, call) },
            opened() { this.e.tell('onChatMaximized') }, started() { this.e.tell('onChatStarted') }, contact() { this.e.tell('onPrechatFormSubmit', { name: 'Aino', email }) } },
        tawk: { names: ['Tawk_API'], says: 'tawk.to', install() { window.Tawk_API = { onLoaded: true } },
            opened() { fire(window, 'tawkChatMaximized') }, started() { fire(window, 'tawkChatStarted') }, said(text) { fire(window, 'tawkChatMessageVisitor', text) }, answered() { fire(window, 'tawkChatMessageAgent', 'Hello') },
            contact() { fire(window, 'tawkPrechatSubmit', {}) }, rated() { fire(window, 'tawkChatSatisfaction', -1) } },
        tiledesk: { names: ['tiledesk'], says: 'Tiledesk', install() { const e = this.e = emitter(); window.tiledesk = { on: e.on } },
            opened() { this.e.tell('onOpen', { detail: {} }) }, started() { this.e.tell('onNewConversation', { detail: { newConvId: 1 } }) },
            said(text) { this.e.tell('onAfterMessageSend', { detail: { message: { text, isSender: true } } }); this.e.tell('onMessageCreated', { detail: { message: { text, isSender: true } } }) },
            answered() { this.e.tell('onMessageCreated', { detail: { message: { text: 'Hello', isSender: false } } }) } },
        intercom: { names: ['Intercom'], says: 'Intercom', install() { const e = this.e = emitter(); window.Intercom = e.on; Intercom.booted = true },
            opened() { this.e.tell('onShow') }, answered() { this.e.tell('onUnreadCountChange', 1) }, contact() { this.e.tell('onUserEmailSupplied') } },
        hubspot: { names: ['HubSpotConversations'], says: 'HubSpot', install() { const e = this.e = emitter(); window.HubSpotConversations = { on: e.on } },
            opened() { this.e.tell('userInteractedWithWidget', {}) }, started() { this.e.tell('conversationStarted', { conversation: { conversationId: 1 } }) },
            answered() { this.e.tell('unreadConversationCountChanged', { unreadCount: 1 }) }, contact() { this.e.tell('contactAssociated', {}) } },
        zendesk: { names: ['zE'], says: 'Zendesk', install() { const e = this.e = emitter(); window.zE = (how, name, call) => { if (how === 'messenger:on') e.on(name, call); else console.warn('not in messaging: ' + how) }; zE.widget = 'messenger' },
            opened() { this.e.tell('open', { id: 1 }) }, started() { this.e.tell('conversationStarted', {}) }, answered() { this.e.tell('unreadMessages', 1) } },
        classic: { names: ['zE'], says: 'Zendesk (classic)', install() { const e = this.e = emitter(); window.zE = (how, name, call) => { if (how === 'webWidget:on') e.on(name, call); else console.warn('not in the classic one: ' + how) }; zE.widget = 'classic' },
            opened() { this.e.tell('open') }, started() { this.e.tell('chat:start') }, answered() { this.e.tell('chat:unreadMessages', 1) }, contact() { this.e.tell('userEvent', { action: 'Contact Form Submitted', category: 'Zendesk Web Widget' }) } },
        drift: { names: ['drift'], says: 'Drift', install() { const e = this.e = emitter(); window.drift = { api: {}, on: e.on } },
            opened() { this.e.tell('chatOpen') }, started() { this.e.tell('startConversation', { conversationId: 1 }) }, said() { this.e.tell('message:sent', { conversationId: 1 }) }, answered() { this.e.tell('message', { teamMember: {} }) },
            contact() { this.e.tell('emailCapture', { data: { email } }) }, booked() { this.e.tell('scheduling:meetingBooked', {}) } },
        tidio: { names: ['tidioChatApi'], says: 'Tidio', install() { window.tidioChatApi = { on() {} } },
            opened() { fire(document, 'tidioChat-open') }, started() { fire(document, 'tidioChat-conversationStart') }, said(text) { fire(document, 'tidioChat-messageFromVisitor', text) }, answered() { fire(document, 'tidioChat-messageFromOperator', {}) },
            contact() { fire(document, 'tidioChat-preFormFilled', {}) } },
        crisp: { names: ['$crisp'], says: 'Crisp', install() { const state = this.state = { 'chat:opened': false }; window.$crisp = { is: name => state[name], get: name => state[name], push() { console.warn('somebody takes a handler') } } },
            opened() { this.state['chat:opened'] = true }, answered() { this.state['chat:unread:count'] = 1 }, contact() { this.state['user:email'] = email } },
    };"#;

/// In frames of their own: each vendor in each case. Tells what was counted, and what went wrong.
const CASES: &str = r#"<!doctype html><meta charset=utf-8><script src=/t/recorder.js></script><body><script src=/leadheat-stub.js></script><script async src=/leadheat.js></script><script>
    /*stand-ins*/
    const [name, how] = location.search.slice(1).split(':'), vendor = all[name], before = vendor.names.map(name => name in window);
    const pause = millis => new Promise(done => setTimeout(done, millis)), says = async () => (await leadheat('status')).says;
    const listening = async () => { for (let tries = 0; tries < 600 && !(await says()).includes('listening to the chat of ' + vendor.says); tries++) await pause(50); if (name === 'crisp') await pause(4000) };
    const talk = async () => { for (const act of ['opened', 'started', 'answered', 'said', 'contact', 'rated', 'booked']) if (vendor[act]) vendor[act]('What does it cost?'), await pause(250); if (name === 'crisp') await pause(4000) };
    const counted = async () => (await leadheat('explain')).reasons.map(reason => reason.rule + ' ' + reason.count).sort().join();
    const fail = () => { throw Error('theirs') };
    const steps = {
        async early() { await listening(); await talk(); return counted() },
        async late() { await pause(10000); vendor.install(); await listening(); await talk(); return counted() },
        async never() { await pause(12000); return (await says()).includes('listening') || vendor.names.some(name => name in window) ? 'something' : counted() },
        /* Every part of it, and each callback is called with nothing and with nonsense. */
        async throws() { await pause(1500); for (const name of vendor.names) window[name] = new Proxy(() => {}, { get: fail, apply: fail, has: fail, ownKeys: fail }); await pause(4000); return counted() },
        async nothing() { const calls = [], take = (...args) => { calls.push(args.pop()) }, theirs = new Proxy(function () {}, { get: (_, key) => key === 'widget' ? (name === 'classic' ? 'classic' : 'messenger') : key === Symbol.toPrimitive ? undefined : theirs, apply: (_, self, args) => { if (typeof args[args.length - 1] === 'function') take(...args); else return undefined } });
            for (const name of vendor.names) window[name] = theirs; await pause(4000);
            for (const call of calls) for (const odd of [[], [null], [5], ['x'], [[]], [new Proxy({}, { get: fail })], [{ detail: new Proxy({}, { get: fail }), author: 1, get visibility() { throw Error('theirs') } }]]) call(...odd);
            await pause(500); return 'goes on ' + ((await leadheat('status')).running) },
        /* Five thousand within a second: the page goes on in between. */
        async flood() { await listening(); await pause(1100 - Date.now() % 1000); const start = performance.now(); let worst = 0;
            for (let part = 0; part < 50; part++) { const from = performance.now(); for (let n = 0; n < 100; n++) vendor.opened(); worst = Math.max(worst, performance.now() - from); await pause(1) }
            const opened = (await leadheat('explain')).reasons.find(reason => reason.rule === 'chat_open'), took = performance.now() - start;
            return opened && opened.count <= 10 * Math.ceil(1 + took / 1000) && opened.count > 0 && worst < 500 ? 'bounded' : [opened && opened.count, took, worst].join() },
        async replaced() { await listening(); const old = vendor.e && { ...vendor }; vendor.install(); await pause(9500); vendor.opened(); if (old && old.e) old.opened(); await pause(4000); return counted() },
    };
    if (how === 'early' || how === 'flood' || how === 'replaced') vendor.install();
    leadheat('start', /*config*/); leadheat('consent', 'granted');
    steps[how]().catch(error => String(error)).then(said => parent.postMessage([name + ':' + how, said, recorded.errors.concat(recorded.lines).join()], '*'));
    </script>"#;

/// Each vendor, and what is counted of a conversation in it.
const HEARD: [(&str, &str); 12] = [
    ("chatwoot", "chat_message 1,chat_open 1,chat_rating 1,chat_reply 1,chat_start 1,intent 1"),
    ("livechat", "chat_message 2,chat_open 1,chat_rating 1,chat_reply 1,chat_start 1,contact 1"),
    ("rocketchat", "chat_open 1,chat_start 1,contact 1"),
    ("crisp", "chat_open 1,contact 1"),
    ("tawk", "chat_message 1,chat_open 1,chat_rating 1,chat_reply 1,chat_start 1,contact 1,intent 1"),
    ("tiledesk", "chat_message 1,chat_open 1,chat_reply 1,chat_start 1,intent 1"),
    ("intercom", "chat_open 1,contact 1"),
    ("hubspot", "chat_open 1,chat_start 1,contact 1"),
    ("zendesk", "chat_open 1,chat_start 1"),
    ("classic", "chat_message 1,chat_open 1,chat_reply 1,chat_start 1,contact 1"),
    ("drift", "chat_message 1,chat_open 1,chat_reply 1,chat_start 1,contact 1,meeting 1"),
    ("tidio", "chat_message 1,chat_open 1,chat_reply 1,chat_start 1,contact 1,intent 1"),
];

/// What comes out in a case, for a vendor that is listened to; `None`: what its conversation counts for.
fn outcome(how: &str, vendor: &str) -> Option<&'static str> {
    match how {
        "early" | "late" => None,
        "never" | "throws" => Some(""),
        "nothing" => Some("goes on true"),
        // Events on window or document are the same, whatever stands beside them; of an object only the new one is heard anew.
        "replaced" => Some(match vendor {
            "chatwoot" | "tawk" | "tidio" | "crisp" => "chat_open 1",
            _ => "chat_open 2",
        }),
        _ => Some("bounded"),
    }
}

pub async fn each_vendor_in_each_case(mut v: Visitor) -> Visitor {
    let page = CASES.replace("/*stand-ins*/", STAND_INS);
    let page = page.replace("/*config*/", &config(&json!({ "read_vendor_text": true })).to_string());
    v.site.file("/t/case", "text/html", &page);
    v.site.page("/t/cases", None, "<script>window.told = []; addEventListener('message', event => { if (Array.isArray(event.data)) told.push(event.data) });
        window.show = cases => { told.length = 0; for (const frame of [...document.querySelectorAll('iframe')]) frame.remove();
            for (const one of cases) { const frame = document.createElement('iframe'); frame.sandbox = 'allow-scripts'; frame.width = frame.height = 60; frame.src = '/t/case?' + one; document.body.append(frame) } }</script>");
    v.goto("/t/cases").await;
    for how in ["early", "late", "never", "throws", "nothing", "flood", "replaced"] {
        let cases: Vec<_> = HEARD.iter().filter(|(vendor, _)| how != "flood" || *vendor != "crisp").collect();
        let names: Vec<_> = cases.iter().map(|(vendor, _)| format!("{vendor}:{how}")).collect();
        v.js_with("show(arguments[0])", vec![json!(names)]).await;
        v.until_within(Duration::from_secs(60), how, &format!("return told.length === {}", names.len())).await;
        let told = v.js("return told").await;
        let wanted: Vec<_> = cases
            .iter()
            .map(|(vendor, heard)| json!([format!("{vendor}:{how}"), outcome(how, vendor).unwrap_or(heard), ""]))
            .collect();
        let mut said: Vec<_> = told.as_array().unwrap().clone();
        said.sort_by_key(|of| wanted.iter().position(|wanted| wanted[0] == of[0]));
        assert_eq!(said, wanted);
    }
    v
}

/// A vendor whose chat is not there costs nothing but looking: the second half is not fetched.
pub async fn without_a_vendor_nothing_is_fetched(mut v: Visitor) -> Visitor {
    v.site.page("/t/none", None, &start(&json!({})));
    v.goto("/t/none").await;
    v.ready().await;
    v.pause(3_000).await;
    assert!(!v.site.requests().iter().any(|path| path.contains("leadheat-panel")), "{:?}", v.site.requests());
    v.panel(".launcher").await;
    v
}
