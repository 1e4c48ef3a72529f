//! The operator's side over HTTP: log-in, what the page reads and does, and the stream of news. Owns routes, cookies, and that nobody
//! gets past them without a session or from another page; must not decide what a conversation allows.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::net::IpAddr;
use std::path::Path as FilePath;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use axum::body::Body;
use axum::extract::{FromRequestParts, Path, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, header};
use axum::middleware::{self, Next};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Extension, Json, Router};
use leadheat_core::text::Lang;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::broadcast::Receiver;
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;

use crate::accounts::{Accounts, SESSION, Session};
use crate::client::{Address, Before, read};
use crate::hub::News;
use crate::inbox::Refusal;
use crate::insight::insight;
use crate::limit::Limiter;
use crate::live::{Draft, Live};
use crate::speech::Person;
use crate::store::seconds;

const COOKIE: &str = "leadheat_operator";
/// A header that no page of another origin can set without asking first: what changes something must have it.
const HEADER: &str = "x-leadheat";
/// Names that mean this machine.
pub(crate) const HERE: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];
/// Most bytes of a request.
const MAX_BODY: usize = 1024 * 1024;
/// Nobody's name has more bytes.
const MAX_TYPED: usize = 1_000;
/// What changes within this time is told at once.
const MOMENT: Duration = Duration::from_millis(100);

/// What the operator's side needs.
pub struct Desk {
    /// The conversations.
    pub live: Arc<Live>,
    /// Who may see them.
    pub accounts: Accounts,
    /// The name under which a proxy with TLS shows this server to the world; none where it is for this machine alone.
    pub public_host: Option<String>,
    log_ins: Limiter<IpAddr>,
    log_ins_by_name: Limiter<String>,
    posts: Limiter<i64>,
}

impl Desk {
    /// Opens conversations and accounts in a file, which is made where missing.
    pub fn open(file: &FilePath, public_host: Option<String>) -> Result<Desk> {
        Ok(Desk {
            live: Arc::new(Live::open(file)?),
            accounts: Accounts::open(file)?,
            public_host,
            log_ins: Limiter::new(30),
            log_ins_by_name: Limiter::new(10),
            posts: Limiter::new(300),
        })
    }
}

type Shared = State<Arc<Desk>>;
type Answer = Result<Json<Value>, Refusal>;

/// Routes of the page; what it consists of is served elsewhere.
pub fn routes(desk: Arc<Desk>) -> Router {
    let conversation = Router::new()
        .route("/", get(conversation).delete(delete))
        .route("/insight", get(understood))
        .route("/claim", post(claim))
        .route("/return", post(give_back))
        .route("/resolve", post(resolve))
        .route("/messages", post(answer))
        .route("/typing", post(typing))
        .route("/seen", post(seen));
    let inside = Router::new()
        .route("/operator/api/logout", post(log_out))
        .route("/operator/api/invitations", post(invite))
        .route("/operator/api/conversations", get(conversations))
        .nest("/operator/api/conversations/{id}", conversation)
        .route("/operator/api/replies", get(replies).post(add_reply))
        .route("/operator/api/replies/{id}", put(change_reply).delete(remove_reply))
        .route("/operator/events", get(events))
        .layer(middleware::from_fn_with_state(desk.clone(), with_session));
    Router::new()
        .route("/operator/api/session", get(session))
        .route("/operator/api/login", post(log_in))
        .route("/operator/api/accounts", post(sign_up))
        .merge(inside)
        .layer(middleware::from_fn_with_state(desk.clone(), from_own_page))
        .with_state(desk)
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Answers under its own names only (another name that resolves to this machine is an attack by DNS rebinding), and takes changes from
/// its own page only.
async fn from_own_page(State(desk): Shared, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = text(headers, &header::HOST);
    let Some(origin) = origin(host, desk.public_host.as_deref()) else {
        return Refusal(403, format!("the operator page is not to be had under the name {host}")).into_response();
    };
    let from = text(headers, &header::ORIGIN);
    if !from.is_empty() && from != origin {
        return Refusal(403, "the operator page answers to itself only".into()).into_response();
    }
    let json = text(headers, &header::CONTENT_TYPE).starts_with("application/json");
    let own = from == origin && json && headers.contains_key(HEADER);
    if request.method() != Method::GET && !own {
        let why = format!("changes come from the operator page only: as JSON, with an Origin, and with {HEADER}");
        return Refusal(403, why).into_response();
    }
    next.run(request).await
}

/// Where the page of a host comes from; `None` for a host that is not this server.
fn origin(host: &str, public_host: Option<&str>) -> Option<String> {
    if public_host == Some(host) {
        return Some(format!("https://{host}"));
    }
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let here = HERE.contains(&name) || HERE.contains(&host);
    here.then(|| format!("http://{host}"))
}

/// The session that a request's cookie shows.
pub(crate) fn session_of(desk: &Desk, headers: &HeaderMap) -> Result<Option<Session>, Refusal> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let own = |cookie: &str| Some(cookie.trim().strip_prefix(COOKIE)?.strip_prefix('=')?.to_owned());
    match cookies.flat_map(|cookies| cookies.split(';')).find_map(own) {
        Some(secret) => desk.accounts.session(&secret),
        None => Ok(None),
    }
}

async fn with_session(State(desk): Shared, mut request: Request, next: Next) -> Response {
    match session_of(&desk, request.headers()) {
        Ok(Some(session)) => {
            let changes = request.method() != Method::GET;
            if changes && !desk.posts.take(session.operator.id) {
                return Refusal(429, "too many changes: try again in a minute".into()).into_response();
            }
            request.extensions_mut().insert(session);
            next.run(request).await
        }
        Ok(None) => Refusal(401, "log in first".into()).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

/// Whoever is logged in. A handler that asks for it outside of the routes with a session gets nobody.
struct Operator(Person);

impl<S: Send + Sync> FromRequestParts<S> for Operator {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Operator, Refusal> {
        let session = parts.extensions.get::<Session>();
        session.map(|session| Operator(session.operator.clone())).ok_or_else(|| Refusal(401, "log in first".into()))
    }
}

/// A body in JSON, of a bounded size.
async fn body<T: for<'a> Deserialize<'a>>(body: Body) -> Result<T, Refusal> {
    let bytes = axum::body::to_bytes(body, MAX_BODY).await;
    read(&bytes.map_err(|_| Refusal(413, format!("a request has at most {MAX_BODY} bytes")))?)
}

// Who is there.

/// Who is logged in, and whether anybody can be.
async fn session(State(desk): Shared, headers: HeaderMap) -> Answer {
    let operator = session_of(&desk, &headers)?.map(|session| session.operator);
    Ok(Json(json!({ "operator": operator, "any_account": desk.accounts.any()? })))
}

/// What is typed to log in or to make an account.
#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    token: String,
    name: String,
    password: String,
}

async fn log_in(
    State(desk): Shared,
    Address(from): Address,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Refusal> {
    let typed: Typed = body(request.into_body()).await?;
    if typed.name.len() > MAX_TYPED {
        return Err(Refusal(401, "there is no account of such a name".into())); // And none to be counted under it.
    }
    if !desk.log_ins.take(from) || !desk.log_ins_by_name.take(typed.name.trim().to_lowercase()) {
        return Err(Refusal(429, "too many attempts to log in: try again in a minute".into()));
    }
    let desk_of_task = desk.clone();
    enter(&desk, &headers, move || desk_of_task.accounts.log_in(&typed.name, &typed.password)).await
}

async fn sign_up(
    State(desk): Shared,
    Address(from): Address,
    headers: HeaderMap,
    request: Request,
) -> Result<Response, Refusal> {
    let typed: Typed = body(request.into_body()).await?;
    if !desk.log_ins.take(from) {
        return Err(Refusal(429, "too many attempts: try again in a minute".into()));
    }
    let desk_of_task = desk.clone();
    let attempt = move || desk_of_task.accounts.sign_up(&typed.token, &typed.name, &typed.password);
    enter(&desk, &headers, attempt).await
}

/// Answers with the cookie of a session. Passwords are hashed where that holds up nobody else.
async fn enter(
    desk: &Desk,
    headers: &HeaderMap,
    attempt: impl FnOnce() -> Result<(Person, String), Refusal> + Send + 'static,
) -> Result<Response, Refusal> {
    let attempt = tokio::task::spawn_blocking(attempt).await;
    let (operator, secret) =
        attempt.map_err(|_| Refusal(500, "the log-in has failed: try again".into())).and_then(|entered| entered)?;
    let cookie = cookie(desk, headers, &secret, SESSION);
    Ok(([(header::SET_COOKIE, cookie)], Json(json!({ "operator": operator }))).into_response())
}

fn cookie(desk: &Desk, headers: &HeaderMap, secret: &str, seconds: i64) -> String {
    let is_public = desk.public_host.as_deref() == Some(text(headers, &header::HOST));
    let secure = if is_public { "; Secure" } else { "" };
    format!("{COOKIE}={secret}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}{secure}")
}

async fn log_out(
    State(desk): Shared,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Refusal> {
    desk.accounts.log_out(&session)?;
    desk.live.hub.spread(News::LoggedOut(session.hash));
    Ok(([(header::SET_COOKIE, cookie(&desk, &headers, "", 0))], Json(json!({}))))
}

async fn invite(State(desk): Shared) -> Answer {
    Ok(Json(json!({ "token": desk.accounts.invite()? })))
}

// What the page reads.

/// What is asked for, and in which language.
#[derive(Deserialize)]
struct Asked {
    lang: Option<String>,
}

async fn conversations(State(desk): Shared) -> Answer {
    let live = &desk.live;
    Ok(Json(
        json!({ "conversations": live.overview()?, "operators": live.hub.operators(), "now": crate::inbox::now() }),
    ))
}

async fn conversation(State(desk): Shared, Path(id): Path<i64>, Query(Before { before }): Query<Before>) -> Answer {
    let (conversation, messages) = (desk.live.seen_by_operators(id)?, desk.live.whole_history(id, before)?);
    Ok(Json(json!({ "conversation": conversation, "messages": messages })))
}

async fn understood(State(desk): Shared, Path(id): Path<i64>, Query(asked): Query<Asked>) -> Answer {
    let (words, said_in) = desk.live.words_of_visitor(id)?;
    let said_in = said_in.map(|tag| Lang::from_tag(&tag));
    Ok(Json(insight(&words, said_in, Lang::from_tag(asked.lang.as_deref().unwrap_or("en")))))
}

async fn replies(State(desk): Shared) -> Answer {
    Ok(Json(json!({ "replies": desk.live.replies()? })))
}

// What the page does.

/// Whom the page believes to have the conversation.
#[derive(Deserialize)]
struct Claim {
    from: Option<i64>,
}

async fn claim(State(desk): Shared, Operator(me): Operator, Path(id): Path<i64>, request: Request) -> Answer {
    let Claim { from } = body(request.into_body()).await?;
    Ok(Json(desk.live.claim(id, &me, from)?))
}

async fn give_back(State(desk): Shared, Operator(me): Operator, Path(id): Path<i64>) -> Answer {
    Ok(Json(desk.live.let_go(id, &me, false)?))
}

async fn resolve(State(desk): Shared, Operator(me): Operator, Path(id): Path<i64>) -> Answer {
    Ok(Json(desk.live.let_go(id, &me, true)?))
}

/// What an operator writes.
#[derive(Deserialize)]
struct Written {
    content: String,
    #[serde(default)]
    note: bool,
    echo_id: Option<String>,
}

async fn answer(State(desk): Shared, Operator(me): Operator, Path(id): Path<i64>, request: Request) -> Answer {
    let Written { content, note, echo_id } = body(request.into_body()).await?;
    Ok(Json(json!(desk.live.answer(id, &me, note, Draft { content, echo_id, files: Vec::new() })?)))
}

/// Whether an operator types.
#[derive(Deserialize)]
struct Typing {
    on: bool,
}

async fn typing(State(desk): Shared, Operator(me): Operator, Path(id): Path<i64>, request: Request) -> Answer {
    let Typing { on } = body(request.into_body()).await?;
    desk.live.operator_types(id, &me, on)?;
    Ok(Json(json!({})))
}

/// Up to where an operator has read.
#[derive(Deserialize)]
struct Seen {
    message: i64,
}

async fn seen(State(desk): Shared, Path(id): Path<i64>, request: Request) -> Answer {
    let Seen { message } = body(request.into_body()).await?;
    desk.live.operator_saw(id, message)?;
    Ok(Json(json!({})))
}

async fn delete(State(desk): Shared, Path(id): Path<i64>) -> Answer {
    desk.live.delete(id)?;
    Ok(Json(json!({})))
}

/// A saved reply.
#[derive(Deserialize)]
struct Reply {
    content: String,
}

async fn add_reply(State(desk): Shared, request: Request) -> Answer {
    let Reply { content } = body(request.into_body()).await?;
    Ok(Json(json!({ "replies": desk.live.save_reply(None, &content)? })))
}

async fn change_reply(State(desk): Shared, Path(id): Path<i64>, request: Request) -> Answer {
    let Reply { content } = body(request.into_body()).await?;
    Ok(Json(json!({ "replies": desk.live.save_reply(Some(id), &content)? })))
}

async fn remove_reply(State(desk): Shared, Path(id): Path<i64>) -> Answer {
    Ok(Json(json!({ "replies": desk.live.save_reply(Some(id), "")? })))
}

// What it is told.

/// The news, until the page is closed, its operator logs out, or the session ends.
async fn events(
    State(desk): Shared,
    Extension(session): Extension<Session>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let (news, stream) = mpsc::channel(64);
    tokio::spawn(tell(desk, session, news));
    Sse::new(ReceiverStream::new(stream)).keep_alive(KeepAlive::new().interval(Duration::from_secs(10)))
}

async fn tell(desk: Arc<Desk>, session: Session, page: mpsc::Sender<Result<Event, Infallible>>) {
    let hub = &desk.live.hub;
    let news = hub.listen();
    let Session { operator, hash, expires_at } = session;
    let left = Duration::from_secs(u64::try_from(expires_at - seconds()).unwrap_or_default());
    hub.arrive(operator.id, &operator.name, true);
    tokio::select! {
        _ = pass_on(&desk.live, news, &hash, &page) => {}
        () = page.closed() => {}
        () = tokio::time::sleep(left) => {}
    }
    hub.arrive(operator.id, &operator.name, false);
}

/// `None` when there is no more to tell. A page that fell behind has missed something: it comes back by itself, and reads everything anew.
async fn pass_on(
    live: &Live,
    mut news: Receiver<News>,
    session: &str,
    page: &mpsc::Sender<Result<Event, Infallible>>,
) -> Option<()> {
    let mut changed = BTreeSet::new();
    let mut moment = tokio::time::interval(MOMENT);
    moment.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            news = news.recv() => match news.ok()? {
                News::Event(event, data) => page.send(Ok(Event::default().event(event).data(&*data))).await.ok()?,
                News::Changed(id) => drop(changed.insert(id)),
                News::LoggedOut(hash) if hash == session => return None,
                News::LoggedOut(_) => {}
            },
            _ = moment.tick(), if !changed.is_empty() => {
                for id in std::mem::take(&mut changed) {
                    // One that is deleted by now was told of as deleted.
                    if let Ok(conversation) = live.seen_by_operators(id) {
                        let event = Event::default().event("conversation").data(conversation.to_string());
                        page.send(Ok(event)).await.ok()?;
                    }
                }
            }
        }
    }
}
