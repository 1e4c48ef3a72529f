//! The demo site, the widget, the webhook, the inbox and the pages over HTTP, for this machine. Owns routes and headers; must not
//! decide anything about a lead.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path as FilePath;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use leadheat_core::text::Lang;
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::{Stream, StreamExt};
use tower::ServiceExt;
use tower_http::services::{ServeDir, ServeFile};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::client;
use crate::inbox::{Change, Inbox, MAX_POST, Refusal, now};
use crate::limit::WINDOW;
use crate::operator::{self, Desk};
use crate::widget::Widget;

/// Under the strictest policy that lets wasm run: what the demo does, a company's site can do.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
    media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";
const WWW: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/www");

/// Serves until the program ends.
pub async fn serve(
    listener: TcpListener,
    widget: Widget,
    inbox: Inbox,
    desk: Desk,
    config: Option<serde_json::Value>,
) -> anyhow::Result<()> {
    let live = desk.live.clone();
    tokio::spawn(async move {
        let mut day = tokio::time::interval(Duration::from_secs(24 * 60 * 60));
        loop {
            day.tick().await;
            let _ = live.forget_the_old(); // What cannot be deleted now is deleted tomorrow.
        }
    });
    let mut router = router(widget, inbox, desk);
    if let Some(config) = config {
        let own = Router::new().route("/leadheat.json", get(move || async move { axum::Json(config) }));
        router = own.fallback_service(router);
    }
    let router = router.into_make_service_with_connect_info::<SocketAddr>();
    Ok(axum::serve(listener, router).await?)
}

/// All routes.
pub fn router(widget: Widget, inbox: Inbox, desk: Desk) -> Router {
    let security = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
    ];
    let desk = Arc::new(desk);
    let mut router = Router::new()
        .merge(scripts(&widget))
        .merge(sales(Arc::new(inbox), desk.clone()))
        .merge(client::routes(desk.live.clone()))
        .merge(operator::routes(desk))
        .merge(pages())
        .route("/contact", post(|| async { Redirect::to("/contact-thanks") }).get(demo))
        .fallback(demo);
    for (name, value) in security {
        router = router.layer(SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value)));
    }
    router
}

/// leadheat.js and both wasms, with the headers that a host must send.
fn scripts(widget: &Widget) -> Router {
    let serve = |content: Vec<u8>, mime: &'static str, cache: &'static str| {
        let content = Bytes::from(content);
        let headers =
            [(header::CONTENT_TYPE, mime), (header::CACHE_CONTROL, cache), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
        get(move || async move { (headers, content) })
    };
    let (js, wasm, panel) = (|| widget.js.clone().into_bytes(), || widget.wasm.clone(), || widget.panel.clone());
    let (fresh, pinned) = ("no-cache", "public, max-age=31536000, immutable");
    Router::new()
        .route("/leadheat.js", serve(js(), "text/javascript; charset=utf-8", fresh))
        .route(&format!("/{}", widget.js_name()), serve(js(), "text/javascript; charset=utf-8", pinned))
        .route("/leadheat.wasm", serve(wasm(), "application/wasm", fresh))
        .route(&format!("/{}", widget.wasm_name()), serve(wasm(), "application/wasm", pinned))
        .route("/leadheat-panel.wasm", serve(panel(), "application/wasm", fresh))
        .route(&format!("/{}", widget.panel_name()), serve(panel(), "application/wasm", pinned))
}

/// The webhook and the inbox.
fn sales(inbox: Arc<Inbox>, desk: Arc<Desk>) -> Router {
    let private = Router::new()
        .route("/inbox/api/leads", get(list))
        .route("/inbox/api/leads/{id}", get(one).patch(change))
        .route("/inbox/events", get(events))
        .route("/inbox/export.csv", get(export))
        .layer(middleware::from_fn_with_state(desk, only_here));
    Router::new()
        .route("/webhook", post(receive).options(preflight))
        .layer(DefaultBodyLimit::max(MAX_POST + 1))
        .merge(private)
        .with_state(inbox)
}

/// The pages of inbox and operators: nothing that is anybody's.
fn pages() -> Router {
    let page = |name: &'static str| {
        let parts = move |Path(file): Path<String>, request: Request| files(name, format!("/{file}"), request);
        let index = move || async move { file(&format!("{name}/index.html")).await };
        Router::new().route(&format!("/{name}"), get(index)).route(&format!("/{name}/{{file}}"), get(parts))
    };
    page("inbox").merge(page("operator"))
}

async fn only_here(State(desk): State<Arc<Desk>>, request: Request, next: Next) -> Response {
    match refusal(&request).or_else(|| stranger(&desk, &request)) {
        Some(refusal) => refusal.into_response(),
        None => next.run(request).await,
    }
}

/// Behind a proxy every request comes from this machine: then the inbox is for operators who are logged in.
fn stranger(desk: &Desk, request: &Request) -> Option<Refusal> {
    let is_operator = || operator::session_of(desk, request.headers()).is_ok_and(|session| session.is_some());
    (desk.public_host.is_some() && !is_operator())
        .then(|| Refusal(401, "log in at /operator first: with --public-host the inbox is for operators".into()))
}

/// The inbox holds personal data, and where no proxy stands before it no log-in: it answers only to this machine's own names (a foreign name that
/// resolves to it is an attack by DNS rebinding), and takes changes only from its own page.
fn refusal(request: &Request) -> Option<Refusal> {
    let text = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let host = text(header::HOST).unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if !operator::HERE.contains(&name) {
        return Some(Refusal(403, format!("the inbox answers to 127.0.0.1 only, not to {name}")));
    }
    let foreign = text(header::ORIGIN).is_some_and(|origin| origin != format!("http://{host}"));
    let changes = request.method() != Method::GET;
    (changes && foreign).then(|| Refusal(403, "the inbox takes changes from its own page only".into()))
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(json!({ "error": self.1 }))).into_response();
        if status == StatusCode::TOO_MANY_REQUESTS {
            response.headers_mut().insert(header::RETRY_AFTER, WINDOW.as_secs().into());
        }
        response
    }
}

const CORS: [(HeaderName, &str); 2] =
    [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"), (header::ACCESS_CONTROL_EXPOSE_HEADERS, "retry-after")];

async fn preflight() -> impl IntoResponse {
    let allowed = [(header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"), (header::ACCESS_CONTROL_MAX_AGE, "86400")];
    (StatusCode::NO_CONTENT, CORS, allowed)
}

async fn receive(State(inbox): State<Arc<Inbox>>, request: Request) -> impl IntoResponse {
    let mime = request.headers().get(header::CONTENT_TYPE).and_then(|mime| mime.to_str().ok()).unwrap_or_default();
    let readable = ["application/json", "text/plain"].contains(&mime.split(';').next().unwrap_or_default().trim());
    let result = if readable {
        match axum::body::to_bytes(request.into_body(), MAX_POST + 1).await {
            Ok(body) => inbox.receive(&body),
            Err(_) => Err(Refusal(413, format!("a lead has at most {MAX_POST} bytes"))),
        }
    } else {
        Err(Refusal(415, format!("a lead comes as application/json or text/plain, not as `{mime}`")))
    };
    let answer = match result {
        Ok(new) => Json(json!({ "received": true, "duplicate": !new })).into_response(),
        Err(refusal) => refusal.into_response(),
    };
    (CORS, answer)
}

/// The language asked for.
#[derive(Deserialize)]
struct Asked {
    lang: Option<String>,
}

impl Asked {
    fn lang(&self) -> Lang {
        Lang::from_tag(self.lang.as_deref().unwrap_or("en"))
    }
}

async fn list(State(inbox): State<Arc<Inbox>>, Query(asked): Query<Asked>) -> Result<impl IntoResponse, Refusal> {
    Ok(Json(json!({ "leads": inbox.list(asked.lang())?, "now": now() })))
}

async fn one(
    State(inbox): State<Arc<Inbox>>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<impl IntoResponse, Refusal> {
    Ok(Json(inbox.get(&id, asked.lang())?))
}

async fn change(
    State(inbox): State<Arc<Inbox>>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    body: Bytes,
) -> Result<impl IntoResponse, Refusal> {
    let change: Change =
        serde_json::from_slice(&body).map_err(|error| Refusal(400, format!("this is no change of a lead: {error}")))?;
    Ok(Json(inbox.change(&id, change, asked.lang())?))
}

async fn events(State(inbox): State<Arc<Inbox>>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    // One that fell behind has missed something, and reads everything anew at the next.
    let news = BroadcastStream::new(inbox.listen()).filter_map(Result::ok);
    let events = news.map(|news| Ok(Event::default().event("lead").json_data(news).unwrap_or_default()));
    Sse::new(events).keep_alive(KeepAlive::default())
}

async fn export(State(inbox): State<Arc<Inbox>>) -> Result<impl IntoResponse, Refusal> {
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"leads.csv\""),
    ];
    Ok((headers, inbox.csv()?))
}

/// A page or a file of the demo site: `/pricing` is `pricing.html`, and every step of the planner is its one page.
async fn demo(request: Request) -> Response {
    let path = request.uri().path().trim_end_matches('/').to_owned();
    let name = path.rsplit('/').next().unwrap_or_default();
    let file = if path.is_empty() {
        "/index.html".into()
    } else if path == "/planner" || path.starts_with("/planner/") {
        "/planner.html".into()
    } else if name.contains('.') {
        path
    } else {
        path + ".html"
    };
    files("demo", file, request).await
}

/// A file below a directory of `www/`, with ranges, types and conditional requests as tower-http does them.
async fn files(directory: &str, path: String, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    parts.uri = path.parse().unwrap_or(Uri::from_static("/404.html"));
    if parts.method != Method::GET && parts.method != Method::HEAD {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let root = FilePath::new(WWW);
    let directory = ServeDir::new(root.join(directory)).not_found_service(ServeFile::new(root.join("demo/404.html")));
    match directory.oneshot(Request::from_parts(parts, body)).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    }
}

async fn file(name: &str) -> Response {
    match ServeFile::new(FilePath::new(WWW).join(name)).oneshot(Request::<Body>::default()).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    }
}
