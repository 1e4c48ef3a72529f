//! Posting a lead. Reports what became of it and decides nothing: what an answer means is core's table.

use leadheat_core::outbox::{Body, Outcome};
use leadheat_core::write::json;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, RequestInit, RequestRedirect, Response};

use crate::host;

/// Posts a lead as JSON. A redirect is a failure: a browser would follow it with an empty GET and report success.
pub(crate) async fn post(url: &str, lead: &Body) -> Outcome {
    answered(url, lead).await.unwrap_or(Outcome::Failed)
}

async fn answered(url: &str, lead: &Body) -> Option<Outcome> {
    let headers = js_sys::Object::new();
    js_sys::Reflect::set(&headers, &"content-type".into(), &"application/json".into()).ok()?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&json(lead).into());
    init.set_headers(&headers);
    init.set_redirect(RequestRedirect::Error);
    init.set_signal(Some(&AbortSignal::timeout_with_u32(host::POST_TIMEOUT)));
    // No bindings for these two. keepalive: the post outlives the page.
    js_sys::Reflect::set(&init, &"keepalive".into(), &JsValue::TRUE).ok()?;
    js_sys::Reflect::set(&init, &"credentials".into(), &"omit".into()).ok()?;
    let response = JsFuture::from(host::window()?.fetch_with_str_and_init(url, &init)).await.ok()?;
    let response: Response = response.dyn_into().ok()?;
    let after = response.headers().get("retry-after").ok().flatten().and_then(|after| after.parse().ok());
    Some(Outcome::Answered(response.status(), after))
}
