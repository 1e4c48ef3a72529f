//! Chatwoot's public client API over HTTP, as the widget speaks it with any server of the kind. Owns routes, what requests may look like,
//! and who is asking; must not decide what a conversation allows.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::JsonRejection;
use axum::extract::{
    ConnectInfo, DefaultBodyLimit, FromRequest, FromRequestParts, Multipart, Path, Query, Request, State,
};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, RequestPartsExt, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tower_http::cors::{Any, CorsLayer};

use crate::cable::cable;
use crate::inbox::Refusal;
use crate::live::{About, Draft, Live};
use crate::speech::{Contact, Conversation};

/// The one inbox that this server has.
const INBOX: &str = "demo";
/// Most bytes of a message with its files.
const MAX_FILES: usize = 10 * 1024 * 1024;
/// Most bytes of any other request: 150,000 letters, each written in the longest way that JSON has.
const MAX_BODY: usize = 1024 * 1024;

/// Routes for visitors' browsers, on whatever site they are.
pub fn routes(live: Arc<Live>) -> Router {
    let conversation = Router::new()
        .route("/", get(|At { conversation, .. }: At| async move { Json(conversation.public()) }))
        .route("/toggle_status", post(resolve))
        .route("/toggle_typing", post(typing))
        .route("/update_last_seen", post(seen))
        .route("/messages", get(history).post(say).layer(DefaultBodyLimit::max(MAX_FILES)));
    let contact = Router::new()
        .route("/", get(|Who(contact): Who| async move { Json(contact.public()) }).patch(tell_about))
        .route("/conversations", get(conversations).post(begin))
        .nest("/conversations/{id}", conversation);
    // A page of any site may ask: whoever asks knows a secret, or begins anew. The browser sends nothing of its own along.
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods(Any)
        .allow_headers(Any)
        .expose_headers([header::RETRY_AFTER])
        .max_age(std::time::Duration::from_secs(24 * 60 * 60));
    Router::new()
        .route("/public/api/v1/inboxes/{inbox}", get(inbox))
        .route("/public/api/v1/inboxes/{inbox}/contacts", post(meet))
        .nest("/public/api/v1/inboxes/{inbox}/contacts/{source_id}", contact)
        .route("/public/api/v1/files/{key}", get(file))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(cors)
        .route("/cable", get(cable))
        .with_state(live)
}

/// A path of the API: whatever stands in it.
#[derive(Deserialize)]
struct Named {
    inbox: String,
    source_id: Option<String>,
    id: Option<String>,
}

impl Named {
    async fn of(parts: &mut Parts) -> Result<Named, Refusal> {
        let missing = || Refusal(404, "there is nothing here".into());
        let Path(named) = parts.extract::<Path<Named>>().await.map_err(|_| missing())?;
        if named.inbox == INBOX {
            return Ok(named);
        }
        Err(Refusal(404, format!("there is no inbox `{}` here: this server's is called `{INBOX}`", named.inbox)))
    }
}

/// The contact whose secret stands in the path.
struct Who(Contact);

impl FromRequestParts<Arc<Live>> for Who {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, live: &Arc<Live>) -> Result<Who, Refusal> {
        let named = Named::of(parts).await?;
        live.contact(&named.source_id.unwrap_or_default()).map(Who)
    }
}

/// A conversation of the contact whose secret stands in the path.
struct At {
    contact: Contact,
    conversation: Conversation,
}

impl FromRequestParts<Arc<Live>> for At {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, live: &Arc<Live>) -> Result<At, Refusal> {
        let Who(contact) = Who::from_request_parts(parts, live).await?;
        let id = Named::of(parts).await?.id.and_then(|id| id.parse().ok()).unwrap_or_default();
        let conversation = live.conversation_of(&contact, id)?;
        Ok(At { contact, conversation })
    }
}

/// The address that a request came from; nobody's where it came by no network.
pub struct Address(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for Address {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Address, Refusal> {
        let address = parts.extract::<Extension<ConnectInfo<SocketAddr>>>().await;
        Ok(Address(address.map_or(Ipv4Addr::UNSPECIFIED.into(), |Extension(ConnectInfo(address))| address.ip())))
    }
}

/// A body in JSON; nothing at all counts as an empty object.
pub fn read<T: for<'a> Deserialize<'a>>(body: &[u8]) -> Result<T, Refusal> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| Refusal(400, format!("the body is not as it should be: {error}")))
}

async fn inbox(mut parts: Parts) -> Result<Json<Value>, Refusal> {
    Named::of(&mut parts).await?;
    Ok(Json(json!({
        "identifier": INBOX, "identity_validation_enabled": false, "name": "leadheat", "timezone": "UTC", "working_hours": [],
        "working_hours_enabled": false, "csat_survey_enabled": false, "greeting_enabled": false,
    })))
}

async fn meet(
    State(live): State<Arc<Live>>,
    Address(from): Address,
    mut parts: Parts,
    body: Bytes,
) -> Result<Json<Value>, Refusal> {
    Named::of(&mut parts).await?;
    Ok(Json(live.meet(read(&body)?, from)?.public()))
}

async fn tell_about(State(live): State<Arc<Live>>, Who(contact): Who, body: Bytes) -> Result<Json<Value>, Refusal> {
    let about: About = read(&body)?;
    Ok(Json(live.tell_about(&contact.source_id, about)?.public()))
}

/// With its newest messages and its contact, as Chatwoot has it.
fn whole(live: &Live, contact: &Contact, conversation: &Conversation) -> Result<Value, Refusal> {
    let messages: Vec<_> = live.history(conversation, None)?.iter().map(|message| message.public()).collect();
    let mut json = conversation.public();
    json["messages"] = json!(messages);
    json["contact"] = contact.public();
    Ok(json)
}

async fn conversations(State(live): State<Arc<Live>>, Who(contact): Who) -> Result<Json<Value>, Refusal> {
    let all = live.conversations_of(&contact)?;
    let all = all.iter().map(|conversation| whole(&live, &contact, conversation));
    Ok(Json(Value::Array(all.collect::<Result<_, _>>()?)))
}

async fn begin(State(live): State<Arc<Live>>, Who(contact): Who) -> Result<Json<Value>, Refusal> {
    let conversation = live.begin(&contact)?;
    Ok(Json(whole(&live, &contact, &conversation)?))
}

/// The page of the history that is asked for.
#[derive(Deserialize)]
pub struct Before {
    /// Messages before this one.
    pub before: Option<i64>,
}

async fn history(
    State(live): State<Arc<Live>>,
    at: At,
    Query(Before { before }): Query<Before>,
) -> Result<Json<Value>, Refusal> {
    let messages = live.history(&at.conversation, before)?;
    Ok(Json(messages.iter().map(|message| message.public()).collect()))
}

async fn say(State(live): State<Arc<Live>>, at: At, request: Request) -> Result<Json<Value>, Refusal> {
    let mime = request.headers().get(header::CONTENT_TYPE).and_then(|mime| mime.to_str().ok()).unwrap_or_default();
    let draft = if mime.starts_with("multipart/form-data") { parts(request).await? } else { words(request).await? };
    Ok(Json(live.say(&at.contact, &at.conversation, draft)?.public()))
}

/// A message as JSON.
#[derive(Deserialize)]
struct Words {
    #[serde(default)]
    content: Option<String>,
    #[serde(default)]
    echo_id: Value,
}

async fn words(request: Request) -> Result<Draft, Refusal> {
    let words = Json::<Words>::from_request(request, &()).await;
    let Json(Words { content, echo_id }) = words.map_err(|rejection: JsonRejection| {
        Refusal(rejection.status().as_u16(), format!("this is no message: {}", rejection.body_text()))
    })?;
    let echo_id = match echo_id {
        Value::String(echo) => Some(echo),
        Value::Number(echo) => Some(echo.to_string()),
        _ => None,
    };
    Ok(Draft { content: content.unwrap_or_default(), echo_id, files: Vec::new() })
}

/// A message as a form with files.
async fn parts(request: Request) -> Result<Draft, Refusal> {
    let broken = |error: axum::extract::multipart::MultipartError| {
        Refusal(error.status().as_u16(), format!("these files cannot be taken: {}", error.body_text()))
    };
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|rejection| Refusal(400, rejection.body_text()))?;
    let mut draft = Draft::default();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name() {
            Some("content") => draft.content = field.text().await.map_err(broken)?,
            Some("echo_id") => draft.echo_id = Some(field.text().await.map_err(broken)?),
            Some("attachments[]") => {
                let name = field.file_name().unwrap_or("file").to_owned();
                draft.files.push((name, field.bytes().await.map_err(broken)?.to_vec()));
            }
            _ => {}
        }
    }
    Ok(draft)
}

/// Whether somebody types.
#[derive(Deserialize)]
struct Typing {
    typing_status: String,
}

async fn typing(State(live): State<Arc<Live>>, at: At, body: Bytes) -> Result<StatusCode, Refusal> {
    let Typing { typing_status } = read(&body)?;
    live.visitor_types(&at.contact, &at.conversation, typing_status == "on")?;
    Ok(StatusCode::OK)
}

async fn seen(State(live): State<Arc<Live>>, at: At) -> Result<StatusCode, Refusal> {
    live.visitor_saw(&at.conversation)?;
    Ok(StatusCode::OK)
}

async fn resolve(State(live): State<Arc<Live>>, at: At) -> Result<Json<Value>, Refusal> {
    Ok(Json(live.visitor_resolves(&at.conversation)?.public()))
}

/// To be kept, never to be shown: whatever somebody has sent, it does not run here.
async fn file(State(live): State<Arc<Live>>, Path(key): Path<String>) -> Result<Response, Refusal> {
    let (name, content) = live.file(&key)?;
    let escaped: String = name
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect();
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{escaped}")),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, content).into_response())
}
