//! Consent managers in real pages: the code of those that npm has, and stand-ins for the others that do what their vendors document.

use std::time::Duration;

use serde_json::{Value, json};

use crate::npm;
use crate::visitor::Visitor;

const TAG: &str =
    "<script src=/leadheat-stub.js></script><script async src=/leadheat.js data-config=/leadheat.json></script>";

/// Opens a page with this before the tag.
async fn open(v: &mut Visitor, path: &str, before: &str) {
    v.site.page(path, None, &[before, TAG].concat());
    v.goto(path).await;
    v.ready().await;
}

async fn state(v: &Visitor) -> Value {
    v.call(json!(["status"])).await["consent"].clone()
}

/// Waits for a state; `said`: what has led to it.
async fn becomes(v: &Visitor, state: &str, said: &str) {
    v.until(said, &format!("return leadheat('status').then(status => status.consent === '{state}')")).await;
}

/// Nothing is observed for a while.
async fn stays(v: &Visitor, wanted: &str, said: &str) {
    v.pause(1_300).await;
    assert_eq!(state(v).await, wanted, "{said}");
    if wanted != "granted" {
        assert_eq!(v.stored().await, [""; 0], "{said}");
    }
}

/// Everything that was known of the visitor is gone within a second, and nothing is sent.
async fn is_wiped(v: &Visitor) {
    becomes(v, "denied", "withdrawn").await;
    assert_eq!(v.stored().await, [""; 0]);
    let posts = v.site.posts();
    v.pause(500).await;
    assert_eq!(v.site.posts(), posts);
}

pub async fn klaro(mut v: Visitor) -> Visitor {
    let Some(tag) = npm::scripts(&v, &["klaro/dist/klaro-no-css.js"], "") else { return v };
    let config = "<script>window.klaroConfig = { version: 1, elementID: 'klaro', storageMethod: 'localStorage', storageName: 'klaro', acceptAll: true,
        services: [{ name: 'leadheat', title: 'leadheat', purposes: ['marketing'], default: true }, { name: 'other', title: 'other', purposes: ['marketing'] }] }</script><button id=save>save</button>";
    open(&mut v, "/t/klaro", &[config, &tag].concat()).await;
    v.until("klaro", "return typeof klaro === 'object' && !!klaro.getManager().config").await;
    stays(&v, "pending", "preset, and not decided").await;
    v.js("klaro.getManager().updateConsent('leadheat', true)").await;
    stays(&v, "pending", "ticked, and not saved").await;
    v.click(".klaro .cm-btn-success").await;
    becomes(&v, "granted", "saved").await;
    v.js("klaro.getManager().updateConsent('leadheat', false)").await;
    stays(&v, "granted", "unticked, and not saved").await;
    v.js(
        "save.onclick = () => { const manager = klaro.getManager(); manager.saveConsents(); manager.applyConsents() }",
    )
    .await;
    v.click("#save").await;
    is_wiped(&v).await;
    // On the next page it is still so.
    v.goto("/t/klaro").await;
    v.ready().await;
    becomes(&v, "denied", "remembered by klaro").await;
    v
}

pub async fn vanilla_cookieconsent(mut v: Visitor) -> Visitor {
    let Some(tag) = npm::scripts(&v, &["vanilla-cookieconsent/dist/cookieconsent.umd.js"], "") else { return v };
    let run = "<script>CookieConsent.run({ hideFromBots: false, categories: { necessary: { enabled: true, readOnly: true }, marketing: { enabled: true } },
        language: { default: 'en', translations: { en: { consentModal: { title: 'Cookies', acceptAllBtn: 'All', acceptNecessaryBtn: 'None' },
        preferencesModal: { title: 'Cookies', acceptAllBtn: 'All', sections: [{ title: 'Marketing', linkedCategory: 'marketing' }] } } } } })</script>";
    open(&mut v, "/t/vanilla", &[&tag, run].concat()).await;
    stays(&v, "pending", "preset, and not decided").await;
    v.click("#cc-main [data-role=all]").await;
    becomes(&v, "granted", "accepted").await;
    v.js("CookieConsent.acceptCategory([])").await;
    is_wiped(&v).await;
    v.js("CookieConsent.reset(true)").await;
    stays(&v, "denied", "asked anew").await;
    v
}

/// The stub that queues what is asked before the manager is there, and the interface itself, by the IAB's own code.
pub async fn tcf_by_the_code_of_its_makers(mut v: Visitor) -> Visitor {
    let Some(stub) = npm::scripts(&v, &["@iabtechlabtcf/stub/lib/stub.js"], "") else { return v };
    npm::serve(&v, "@iabtechlabtcf", "/t/iab");
    let manager = r#"<script type=importmap>{ "imports": { "@iabtechlabtcf/core": "/t/iab/core/lib/mjs/index.js" } }</script>
        <script type=module>
        import { CmpApi } from '/t/iab/cmpapi/lib/mjs/index.js';
        import { GVL, TCModel, TCString } from '@iabtechlabtcf/core';
        const vendors = { gvlSpecificationVersion: 3, vendorListVersion: 1, tcfPolicyVersion: 4, lastUpdated: '2026-01-01T00:00:00Z', purposes: {}, specialPurposes: {}, features: {}, specialFeatures: {}, vendors: {}, stacks: {} };
        window.saved = purposes => {
            const model = Object.assign(new TCModel(new GVL(vendors)), { cmpId: 2, cmpVersion: 1, consentScreen: 1, consentLanguage: 'EN' });
            model.purposeConsents.set(purposes);
            return TCString.encode(model);
        };
        window.arrive = () => window.manager = new CmpApi(2, 1);
        </script>"#;
    open(&mut v, "/t/tcf", &[&stub, manager].concat()).await;
    v.until("the module", "return !!window.arrive").await;
    stays(&v, "pending", "only the stub is there").await;
    v.js("arrive().update('', true)").await;
    stays(&v, "pending", "the dialogue is open").await;
    v.js("manager.update(saved([1, 3, 4]), true)").await;
    stays(&v, "pending", "ticked, and not saved").await;
    v.js("manager.update(saved([1, 3]), false)").await;
    becomes(&v, "denied", "one purpose is missing").await;
    v.js("manager.update(saved([1, 3, 4]), false)").await;
    becomes(&v, "granted", "all three").await;
    v.js("manager.update(saved([1]), true)").await;
    stays(&v, "granted", "unticked, and not saved").await;
    v.js("manager.update(saved([1]), false)").await;
    is_wiped(&v).await;
    v
}

/// What the vendors document, in as far as leadheat asks: `state` is what the visitor has decided, undefined before; `ticked` what
/// is ticked meanwhile, or preset. `install` puts it into the page, `tell` says that something was decided.
const STAND_INS: &str = r#"
    const list = yes => yes ? ',C0001,C0002,C0004,' : ',C0001,', fire = (target, name, detail) => target.dispatchEvent(new CustomEvent(name, { detail }));
    const allowed = () => state === undefined ? ticked : state, consents = yes => ({ 1: yes, 3: yes, 4: yes });
    const all = {
        cookiebot: { names: ['Cookiebot'],
            install() { window.Cookiebot = { get consent() { return { method: state === undefined ? null : 'explicit', marketing: allowed() } } } },
            tell() { fire(window, state ? 'CookiebotOnAccept' : 'CookiebotOnDecline') } },
        onetrust: { names: ['OneTrust', 'OnetrustActiveGroups'],
            install() { window.OneTrust = { IsAlertBoxClosed: () => state !== undefined }; Object.defineProperty(window, 'OnetrustActiveGroups', { configurable: true, get: () => list(allowed()) }) },
            tell() { fire(window, 'OneTrustGroupsUpdated', []) } },
        cookieyes: { names: ['getCkyConsent'],
            install() { window.getCkyConsent = () => ({ isUserActionCompleted: state !== undefined, categories: { advertisement: allowed() } }) },
            tell() { fire(document, 'cookieyes_consent_update', {}) } },
        klaro: { names: ['klaro'],
            install() { window.klaro = { getManager: () => ({ confirmed: state !== undefined, consents: { leadheat: ticked }, savedConsents: { leadheat: state === undefined ? false : state } }) } },
            tell() { document.body.click() } },
        cookieconsent: { names: ['CookieConsent'],
            install() { window.CookieConsent = { validConsent: () => state !== undefined, acceptedCategory: name => name === 'marketing' && allowed() } },
            tell() { fire(window, 'cc:onChange', {}) } },
        complianz: { names: ['cmplz_has_consent', 'cmplz_get_cookie'],
            install() { window.cmplz_has_consent = name => name === 'marketing' && allowed(); window.cmplz_get_cookie = name => name === 'banner-status' && state !== undefined ? 'dismissed' : '' },
            tell() { fire(document, 'cmplz_status_change', {}) } },
        wordpress: { names: ['wp_has_consent', 'consent_api_get_cookie'],
            install() { window.wp_has_consent = () => true; window.consent_api_get_cookie = name => state === undefined || name !== 'wp_consent_marketing' ? '' : state ? 'allow' : 'deny' },
            tell() { fire(document, 'wp_listen_for_consent_change', {}) } },
        tcf: { names: ['__tcfapi'],
            install() { window.__tcfapi = (command, version, listener) => { this.heard = listener; this.tell() } },
            tell() { if (this.heard) this.heard({ eventStatus: state === undefined ? 'cmpuishown' : 'useractioncomplete', gdprApplies: true, purpose: { consents: consents(allowed()) } }, true) } },
        google: { names: ['dataLayer'],
            install() { (function () { window.dataLayer = [arguments] })('consent', 'default', { analytics_storage: 'denied' }); this.tell() },
            tell() { (function () { if (state !== undefined) dataLayer.push(arguments) })('consent', 'update', { analytics_storage: state ? 'granted' : 'denied' }) } },
        command: { names: [], install() { this.tell() }, tell() { if (state !== undefined) leadheat('consent', state ? 'granted' : 'denied') } },
    };"#;

/// In frames of their own, without storage in common: each manager in each state. Tells what the consent is on the way.
const STATES: &str = r#"<!doctype html><meta charset=utf-8><script src=/t/recorder.js></script><body><script src=/leadheat-stub.js></script><script async src=/leadheat.js data-webhook=/webhook></script><script>
    let state, ticked = false;
    /*stand-ins*/
    const [name, how] = location.search.slice(1).split(':'), { names, install, tell } = all[name], manager = all[name];
    const pause = millis => new Promise(done => setTimeout(done, millis)), said = [];
    const note = () => leadheat('status').then(status => said.push(status.consent));
    const becomes = async wanted => { for (let tries = 0; tries < 400; tries++) { if ((await leadheat('status')).consent === wanted) break; await pause(50) } await note() };
    const steps = {
        async granted() { state = true; manager.install(); await becomes('granted') },
        async denied() { state = false; manager.install(); await becomes('denied') },
        async pending() { manager.install(); await pause(1800); await note() },
        async unsaved() { ticked = true; manager.install(); await pause(1800); manager.tell(); await pause(500); await note() },
        async withdrawn() { state = true; manager.install(); await becomes('granted'); state = false; manager.tell(); await becomes('denied') },
        async absent() { await pause(1800); await note() },
        async late() { await leadheat('status'); await pause(10000); await note(); state = true; manager.install(); await becomes('granted') },
        async throws() { const fail = () => { throw Error('theirs') };
            for (const name of names) Object.defineProperty(window, name, { configurable: true, get: fail });
            await pause(1800); await note();
            for (const name of names) Object.defineProperty(window, name, { configurable: true, value: new Proxy(() => {}, { get: fail, apply: fail, has: fail, ownKeys: fail }) });
            await pause(2500); await note() },
    };
    steps[how]().then(() => parent.postMessage([name + ':' + how, said.join(), recorded.errors.concat(recorded.lines).join()], '*'));
    </script>"#;

/// Each state, and what the consent is in it, step by step.
const BECOMES: [(&str, &str); 8] = [
    ("late", "pending,granted"),
    ("throws", "pending,pending"),
    ("granted", "granted"),
    ("denied", "denied"),
    ("pending", "pending"),
    ("unsaved", "pending"),
    ("withdrawn", "granted,denied"),
    ("absent", "pending"),
];

pub async fn each_manager_in_each_state(mut v: Visitor) -> Visitor {
    v.site.file("/t/state", "text/html", &STATES.replace("/*stand-ins*/", STAND_INS));
    v.site.page("/t/states", None, "<script>window.told = []; addEventListener('message', event => told.push(event.data));
        window.show = cases => { told.length = 0; for (const frame of [...document.querySelectorAll('iframe')]) frame.remove();
            for (const one of cases) { const frame = document.createElement('iframe'); frame.sandbox = 'allow-scripts'; frame.width = frame.height = 60; frame.src = '/t/state?' + one; document.body.append(frame) } }</script>");
    v.goto("/t/states").await;
    let managers = "cookiebot onetrust cookieyes klaro cookieconsent complianz wordpress tcf google command".split(' ');
    let cases: Vec<_> = BECOMES
        .iter()
        .flat_map(|(how, becomes)| managers.clone().map(move |name| (format!("{name}:{how}"), *becomes)))
        .collect();
    for some in cases.chunks(20) {
        v.js_with("show(arguments[0])", vec![json!(some.iter().map(|(case, _)| case).collect::<Vec<_>>())]).await;
        let all = format!("return told.length === {}", some.len());
        v.until_within(Duration::from_secs(40), "all frames", &all).await;
        let told = v.js("return told").await;
        for (case, becomes) in some {
            let of = told.as_array().unwrap().iter().find(|of| of[0] == **case).unwrap();
            assert_eq!(*of, json!([case, becomes, ""]));
        }
    }
    v
}

/// Whatever they do, nothing is granted, nothing fails, and the page goes on.
pub async fn broken_managers_grant_nothing(mut v: Visitor) -> Visitor {
    let hostile = "<script>
        const fail = () => { throw Error('theirs') };
        window.thrower = new Proxy(() => {}, { get: fail, apply: fail, has: fail, ownKeys: fail });
        for (const name of ['Cookiebot', 'OneTrust', 'getCkyConsent', 'cmplz_has_consent', 'cmplz_get_cookie', 'wp_has_consent']) window[name] = thrower;
        Object.defineProperty(window, 'klaro', { get: fail });
        window.CookieConsent = { validConsent: () => ({ valueOf: fail, toString: fail }), acceptedCategory: () => 1 };
        window.consent_api_get_cookie = () => Symbol('allow');
        window.__tcfapi = (command, version, say) => { window.say = say; throw Error('theirs') };
        window.dataLayer = [];
        </script>";
    open(&mut v, "/t/broken", hostile).await;
    stays(&v, "pending", "all throw").await;
    v.js("for (const tc of [null, undefined, 5, thrower, {}, { eventStatus: 'tcloaded', gdprApplies: true, get purpose() { throw Error('theirs') } },
            { eventStatus: 'tcloaded', gdprApplies: true, purpose: { consents: thrower } }, { eventStatus: Symbol(), purpose: { consents: [true, true, true, true, true] } }])
            for (const ok of [true, false]) say(tc, ok);
        for (const entry of [['consent'], ['consent', 'update'], ['consent', 'update', null], ['consent', 'update', thrower], ['consent', thrower, { analytics_storage: 'granted' }],
            ['consent', 'default', { analytics_storage: 'granted', region: ['FI'] }], ['consent', 'update', { analytics_storage: thrower }], null, 5, thrower])
            dataLayer.push(entry)")
        .await;
    stays(&v, "pending", "all say nonsense").await;
    assert_eq!(v.call(json!(["status"])).await["running"], true);
    v
}

/// Of two, the manager counts and not what it has told Google.
pub async fn a_manager_outranks_what_google_is_told(mut v: Visitor) -> Visitor {
    let google = "<script>window.dataLayer = []; function gtag() { dataLayer.push(arguments) }; gtag('consent', 'default', { analytics_storage: 'granted' })</script>";
    open(&mut v, "/t/late", google).await;
    stays(&v, "pending", "a default is no decision").await;
    v.js("gtag('consent', 'update', { analytics_storage: 'granted' })").await;
    becomes(&v, "granted", "by what Google is told").await;
    v.js("window.Cookiebot = { consent: { method: null } }; document.body.click()").await;
    becomes(&v, "pending", "a manager came, and nobody has decided").await;
    v
}

pub async fn global_privacy_control(mut v: Visitor) -> Visitor {
    let signal =
        "<script>Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true })</script>
        <button id=yes onclick=\"leadheat('consent', 'granted')\">Yes</button>";
    open(&mut v, "/t/gpc", signal).await;
    v.js("leadheat('consent', 'granted')").await;
    stays(&v, "denied", "a script is no visitor").await;
    let status = v.call(json!(["status"])).await;
    assert_eq!(status["privacy_signal"], "honoured");
    assert!(status["says"].as_str().unwrap().contains("not to be tracked"), "{status}");
    v.click("#yes").await;
    becomes(&v, "granted", "the visitor's own click").await;
    assert_eq!(v.call(json!(["status"])).await["privacy_signal"], "overruled");
    v.goto("/t/gpc").await;
    v.ready().await;
    becomes(&v, "granted", "remembered").await;
    v
}

pub async fn an_objection_holds_in_every_tab(mut v: Visitor) -> Visitor {
    open(&mut v, "/t/object", "").await;
    v.grant().await;
    v.until("stored", "return Object.keys(localStorage).some(key => key.startsWith('leadheat:v:'))").await;
    let first = v.client.window().await.unwrap();
    let second = v.client.new_window(true).await.unwrap();
    v.client.switch_to_window(second.handle).await.unwrap();
    v.client.goto(&v.site.url("/t/object")).await.unwrap();
    v.ready().await;
    v.call(json!(["object"])).await;
    v.client.switch_to_window(first).await.unwrap();
    becomes(&v, "denied", "by the other tab").await;
    assert_eq!(v.stored().await, ["leadheat:objected"]);
    v.grant().await;
    assert_eq!(state(&v).await, "denied");
    v.call(json!(["object", false])).await;
    v.grant().await;
    assert_eq!(state(&v).await, "granted");
    v
}
