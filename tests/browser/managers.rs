//! Consent managers in real pages: the code of those that npm has, and stand-ins for the others that do what their vendors document.

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

pub async fn google_and_tcf_tell_by_themselves(mut v: Visitor) -> Visitor {
    let google = "<script>window.dataLayer = []; window.gtag = function () { dataLayer.push(arguments) }; gtag('consent', 'default', { analytics_storage: 'denied' })</script>";
    open(&mut v, "/t/google", google).await;
    stays(&v, "pending", "a default is no decision").await;
    v.js("gtag('event', 'click'); gtag('consent', 'update', { analytics_storage: 'granted' })").await;
    becomes(&v, "granted", "updated").await;
    v.js("gtag('consent', 'update', { analytics_storage: 'denied' })").await;
    is_wiped(&v).await;

    let tcf = "<script>window.__tcfapi = (command, version, callback) => {
        window.say = (eventStatus, consents) => callback({ eventStatus, gdprApplies: true, purpose: { consents } }, true); say('cmpuishown', {}) }</script>";
    open(&mut v, "/t/tcf", tcf).await;
    v.until("asked", "return !!window.say").await;
    stays(&v, "pending", "the dialogue is open").await;
    v.js("say('useractioncomplete', { 1: true, 3: true })").await;
    becomes(&v, "denied", "one purpose is missing").await;
    v.js("say('useractioncomplete', { 1: true, 3: true, 4: true })").await;
    becomes(&v, "granted", "all three").await;
    v
}

/// What the vendors document, in as far as leadheat asks: `state` is what the visitor has decided, undefined before.
const STAND_INS: [(&str, &str); 5] = [
    (
        "cookiebot",
        "window.Cookiebot = { get consent() { return { method: state === undefined ? null : 'explicit', marketing: state !== false } } };
         window.tell = () => dispatchEvent(new Event(state ? 'CookiebotOnAccept' : 'CookiebotOnDecline'))",
    ),
    (
        "onetrust",
        "window.OneTrust = { IsAlertBoxClosed: () => state !== undefined };
         Object.defineProperty(window, 'OnetrustActiveGroups', { get: () => state === false ? ',C0001,' : ',C0001,C0002,C0004,' });
         window.tell = () => dispatchEvent(new CustomEvent('OneTrustGroupsUpdated', { detail: [] }))",
    ),
    (
        "cookieyes",
        "window.getCkyConsent = () => ({ isUserActionCompleted: state !== undefined, categories: { advertisement: state !== false } });
         window.tell = () => document.dispatchEvent(new CustomEvent('cookieyes_consent_update', { detail: {} }))",
    ),
    (
        "complianz",
        "window.cmplz_has_consent = category => category === 'marketing' && state !== false;
         window.cmplz_get_cookie = name => name === 'banner-status' && state !== undefined ? 'dismissed' : '';
         window.tell = () => document.dispatchEvent(new CustomEvent('cmplz_status_change', { detail: {} }))",
    ),
    (
        "wordpress",
        "window.wp_has_consent = () => true;
         window.consent_api_get_cookie = name => state === undefined || name !== 'wp_consent_marketing' ? '' : state ? 'allow' : 'deny';
         window.tell = () => document.dispatchEvent(new CustomEvent('wp_listen_for_consent_change', { detail: {} }))",
    ),
];

pub async fn others_as_they_are_documented(mut v: Visitor) -> Visitor {
    for (name, api) in STAND_INS {
        let path = format!("/t/{name}");
        open(&mut v, &path, &format!("<script>window.state = undefined; {api}</script>")).await;
        stays(&v, "pending", name).await;
        v.js("window.state = true; tell()").await;
        becomes(&v, "granted", name).await;
        let source = v.js("return JSON.parse(localStorage['leadheat:consent']).consent.source").await;
        assert_eq!(source, name);
        v.js("window.state = false; tell()").await;
        is_wiped(&v).await;
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

/// Found ten seconds after the page; and of two, the manager and not what it has told Google.
pub async fn late_managers_are_found(mut v: Visitor) -> Visitor {
    let google = "<script>window.dataLayer = []; function gtag() { dataLayer.push(arguments) }; gtag('consent', 'default', { analytics_storage: 'granted' })</script>";
    open(&mut v, "/t/late", google).await;
    becomes(&v, "granted", "by Google's default").await;
    v.pause(8_000).await;
    v.js("window.Cookiebot = { consent: { method: null } }").await;
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
