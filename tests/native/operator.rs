//! Live chat: the client API and the socket that the widget speaks with, the operator's side, and who gets past the log-in.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use futures_util::SinkExt;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use leadheat::inbox::Inbox;
use leadheat::operator::Desk;
use leadheat::serve::router;
use leadheat::widget::Widget;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_stream::StreamExt;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const PASSWORD: &str = "correct horse";
const CONTACTS: &str = "/public/api/v1/inboxes/demo/contacts";

/// A server of its own, and a browser that talks with it.
#[derive(Clone)]
struct Site {
    host: String,
    client: Client<HttpConnector, Body>,
    first_token: Option<String>,
}

/// What was answered.
#[derive(Debug)]
struct Answer {
    status: u16,
    headers: axum::http::HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("{} {}", self.status, String::from_utf8_lossy(&self.body)))
    }

    fn cookie(&self) -> String {
        self.headers[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned()
    }
}

impl Site {
    async fn start(file: &Path) -> Site {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let desk = Desk::open(file, Some("chat.example.com".into())).unwrap();
        let first_token = desk.accounts.first_token().unwrap();
        let widget = Widget { js: String::new(), wasm: Vec::new(), panel: Vec::new(), functions: String::new() };
        let router = router(widget, Inbox::open(file).unwrap(), desk);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Site { host, client: Client::builder(TokioExecutor::new()).build_http(), first_token }
    }

    async fn memory() -> Site {
        Site::start(Path::new(":memory:")).await
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.host)
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(self.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.client.request(request.body(body.into()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(Body::new(body), usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// As a page of some company's site.
    async fn widget(&self, method: &str, path: &str, body: &Value) -> Answer {
        let headers = [("origin", "https://shop.example"), ("content-type", "application/json")];
        self.ask(method, path, &headers, body.to_string()).await
    }

    /// As the operator page.
    async fn page(&self, cookie: &str, method: &str, path: &str, body: &Value) -> Answer {
        let origin = format!("http://{}", self.host);
        let own = [
            ("origin", origin.as_str()),
            ("content-type", "application/json"),
            ("x-leadheat", "operator"),
            ("cookie", cookie),
        ];
        let get = [("cookie", cookie)];
        let headers: &[_] = if method == "GET" { &get } else { &own };
        self.ask(method, path, headers, if method == "GET" { String::new() } else { body.to_string() }).await
    }

    async fn first_operator(&self, name: &str) -> String {
        let typed = json!({ "token": self.first_token, "name": name, "password": PASSWORD });
        let answer = self.page("", "POST", "/operator/api/accounts", &typed).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        answer.cookie()
    }

    async fn second_operator(&self, of: &str, name: &str) -> String {
        let token = self.page(of, "POST", "/operator/api/invitations", &json!({})).await.json()["token"].clone();
        let typed = json!({ "token": token, "name": name, "password": PASSWORD });
        self.page("", "POST", "/operator/api/accounts", &typed).await.cookie()
    }

    async fn events(&self, cookie: &str) -> Events {
        let request = Request::builder().uri(self.url("/operator/events")).header("cookie", cookie);
        let response = self.client.request(request.body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        Events { stream: Box::pin(Body::new(response.into_body()).into_data_stream()), read: String::new() }
    }
}

/// The news of an operator's page.
struct Events {
    stream: std::pin::Pin<Box<axum::body::BodyDataStream>>,
    read: String,
}

impl Events {
    /// The name and the document of the next. `None` when the stream has ended.
    async fn next(&mut self) -> Option<(String, String)> {
        loop {
            while let Some(end) = self.read.find("\n\n") {
                let event: String = self.read.drain(..end + 2).collect();
                let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                if let Some(news) = field("event: ").zip(field("data: ")) {
                    return Some(news);
                }
            }
            let more = timeout(Duration::from_secs(20), self.stream.next()).await.expect("news or the end");
            self.read += std::str::from_utf8(&more?.ok()?).unwrap();
        }
    }

    /// The next event of a kind that is so.
    async fn until(&mut self, event: &str, is: impl Fn(&Value) -> bool) -> Value {
        loop {
            let (name, data) = self.next().await.expect("the stream goes on");
            if name == event {
                let data = serde_json::from_str(&data).unwrap();
                if is(&data) {
                    return data;
                }
            }
        }
    }
}

/// A visitor with a conversation and a socket.
struct Visitor {
    site: Site,
    contact: Value,
    at: String,
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// A socket and what was answered to its subscription.
async fn subscribed(site: &Site, token: &Value) -> (WebSocketStream<MaybeTlsStream<TcpStream>>, Value) {
    let mut request = format!("ws://{}/cable", site.host).into_client_request().unwrap();
    let protocols = "actioncable-v1-json, actioncable-unsupported".parse().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", protocols);
    request.headers_mut().insert("origin", "https://shop.example".parse().unwrap());
    let (mut socket, response) = connect_async(request).await.unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], "actioncable-v1-json");
    assert_eq!(frame(&mut socket).await["type"], "welcome");
    let identifier = json!({ "channel": "RoomChannel", "pubsub_token": token }).to_string();
    send(&mut socket, json!({ "command": "subscribe", "identifier": identifier })).await;
    let answer = loop {
        let frame = frame(&mut socket).await;
        if frame["type"] != "ping" {
            break frame;
        }
    };
    assert_eq!(answer["identifier"], identifier);
    (socket, answer)
}

async fn send(socket: &mut WebSocketStream<MaybeTlsStream<TcpStream>>, frame: Value) {
    socket.send(Message::Text(Utf8Bytes::from(frame.to_string()))).await.unwrap();
}

/// The next frame of text.
async fn frame(socket: &mut WebSocketStream<MaybeTlsStream<TcpStream>>) -> Value {
    loop {
        let message = timeout(Duration::from_secs(20), socket.next()).await.expect("a frame").expect("an open socket");
        if let Message::Text(text) = message.unwrap() {
            return serde_json::from_str(&text).unwrap();
        }
    }
}

impl Visitor {
    async fn new(site: &Site) -> Visitor {
        let contact = site.widget("POST", CONTACTS, &json!({})).await.json();
        let at = format!("{CONTACTS}/{}/conversations", contact["source_id"].as_str().unwrap());
        let conversation = site.widget("POST", &at, &json!({})).await.json();
        assert_eq!(conversation["status"], "pending");
        let (socket, answer) = subscribed(site, &contact["pubsub_token"]).await;
        assert_eq!(answer["type"], "confirm_subscription");
        let at = format!("{at}/{}", conversation["id"]);
        Visitor { site: site.clone(), contact, at, socket }
    }

    fn id(&self) -> i64 {
        self.at.rsplit('/').next().unwrap().parse().unwrap()
    }

    async fn ask(&self, method: &str, path: &str, body: Value) -> Answer {
        self.site.widget(method, &format!("{}{path}", self.at), &body).await
    }

    async fn says(&self, content: &str, echo_id: &str) -> Value {
        let answer = self.ask("POST", "/messages", json!({ "content": content, "echo_id": echo_id })).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        answer.json()
    }

    /// What the next event of a kind says.
    async fn hears(&mut self, event: &str) -> Value {
        loop {
            let frame = frame(&mut self.socket).await;
            if frame["message"]["event"] == event {
                return frame["message"]["data"].clone();
            }
        }
    }
}

fn of(conversation: i64, what: &str) -> String {
    format!("/operator/api/conversations/{conversation}{what}")
}

#[tokio::test]
async fn a_conversation_from_hello_to_its_end() {
    let site = Site::memory().await;
    let anna = site.first_operator("Anna").await;
    let inbox = site.widget("GET", "/public/api/v1/inboxes/demo", &json!({})).await.json();
    assert_eq!((&inbox["identifier"], &inbox["working_hours"]), (&json!("demo"), &json!([])));

    let mut visitor = Visitor::new(&site).await;
    let id = visitor.id();
    assert_eq!(visitor.hears("presence.update").await, json!({ "users": {} }));
    let mut events = site.events(&anna).await;
    assert_eq!(visitor.hears("presence.update").await, json!({ "users": { "1": "online" } }));
    let online = site.page(&anna, "GET", "/operator/api/conversations", &json!({})).await.json();
    assert_eq!(online["conversations"][0]["online"], true);
    assert_eq!(online["conversations"][0]["contact"]["consent"], false);

    // With consent, the widget tells more; without any more, it takes it back.
    let who = format!("{CONTACTS}/{}", visitor.contact["source_id"].as_str().unwrap());
    let told = json!({ "custom_attributes": { "leadheat_tier": "hot", "leadheat_score": 82.5, "leadheat_page": "/pricing",
        "leadheat_reasons": ["Looked at prices +16"], "leadheat_language": "en", "leadheat_brief": "In short." } });
    assert_eq!(site.widget("PATCH", &who, &told).await.json()["id"], visitor.contact["id"]);
    let shown = events.until("conversation", |data| data["contact"]["tier"] == "hot").await;
    assert_eq!(shown["contact"]["reasons"], json!(["Looked at prices +16"]));
    site.widget("PATCH", &who, &json!({ "custom_attributes": { "leadheat_tier": null } })).await;
    events.until("conversation", |data| data["contact"]["consent"] == false).await;

    // The visitor and the bot write; the visitor's own messages come back with their names.
    let said = visitor.says("It is too expensive for us. We need it immediately", "e1").await;
    assert_eq!(
        (&said["message_type"], &said["sender"]["type"], &said["content_type"]),
        (&json!(0), &json!("contact"), &json!("text"))
    );
    let heard = visitor.hears("message.created").await;
    assert_eq!((&heard["echo_id"], &heard["id"], &heard["conversation_id"]), (&json!("e1"), &said["id"], &json!(id)));
    assert!(heard["created_at"].as_i64().unwrap() > 1_700_000_000);
    visitor.says("🤖 What would be a fair price?", "e2").await;
    assert_eq!(events.until("message", |_| true).await["from"], "visitor");
    assert_eq!(events.until("message", |_| true).await["from"], "bot");

    // What was understood, and what is known to answer it.
    let insight = site.page(&anna, "GET", &of(id, "/insight?lang=fi"), &json!({})).await.json();
    assert!(
        insight["statements"].as_array().unwrap().iter().any(|said| said["intent"] == "objection_price"),
        "{insight}"
    );
    let advice = insight["advice"].as_str().unwrap();
    assert!(advice.contains("too expensive") && advice.lines().count() > 1, "{insight}"); // And how to close.

    // Typing, taking over, answering.
    visitor.ask("POST", "/toggle_typing", json!({ "typing_status": "on" })).await;
    assert_eq!(events.until("typing", |_| true).await["on"], true);
    let early = site.page(&anna, "POST", &of(id, "/messages"), &json!({ "content": "Hello" })).await;
    assert_eq!((early.status, early.json()["error"].as_str()), (409, Some("take this conversation over first")));
    let claimed = site.page(&anna, "POST", &of(id, "/claim"), &json!({ "from": null })).await.json();
    assert_eq!((&claimed["status"], &claimed["assignee"]["name"]), (&json!("open"), &json!("Anna")));
    let changed = visitor.hears("conversation.status_changed").await;
    assert_eq!(
        (&changed["status"], &changed["meta"]["assignee"]),
        (&json!("open"), &json!({ "id": 1, "name": "Anna" }))
    );
    site.page(&anna, "POST", &of(id, "/typing"), &json!({ "on": true })).await;
    let typing = visitor.hears("conversation.typing_on").await;
    assert_eq!(typing, json!({ "conversation": { "id": id }, "user": { "id": 1, "name": "Anna", "type": "user" } }));
    let note = json!({ "content": "She decides herself.", "note": true });
    assert_eq!(site.page(&anna, "POST", &of(id, "/messages"), &note).await.json()["from"], "note");
    let answer = json!({ "content": "<b>Hello</b> 👋", "echo_id": "a1" });
    let answered = site.page(&anna, "POST", &of(id, "/messages"), &answer).await.json();
    assert_eq!(site.page(&anna, "POST", &of(id, "/messages"), &answer).await.json()["id"], answered["id"]);
    let heard = visitor.hears("message.created").await;
    assert_eq!(heard["content"], "<b>Hello</b> 👋");
    assert_eq!(
        (&heard["message_type"], &heard["sender"]),
        (&json!(1), &json!({ "id": 1, "name": "Anna", "type": "user" }))
    );

    // Notes and events stay among operators.
    let history = visitor.ask("GET", "/messages", json!({})).await.json();
    let kinds: Vec<_> = history.as_array().unwrap().iter().map(|message| message["message_type"].clone()).collect();
    assert_eq!(kinds, [0, 0, 1]);
    let whole = site.page(&anna, "GET", &of(id, ""), &json!({})).await.json();
    let from: Vec<_> = whole["messages"].as_array().unwrap().iter().map(|message| message["from"].clone()).collect();
    assert_eq!(from, ["visitor", "bot", "event", "note", "operator"]);

    // Seen on both sides, back to the bot, and the end.
    assert_eq!(whole["conversation"]["unread"], 1);
    site.page(&anna, "POST", &of(id, "/seen"), &json!({ "message": answered["id"] })).await;
    events.until("conversation", |data| data["unread"] == 0).await;
    visitor.ask("POST", "/update_last_seen", json!({})).await;
    events.until("conversation", |data| data["visitor_seen_at"].as_i64() > Some(0)).await;
    site.page(&anna, "POST", &of(id, "/return"), &json!({})).await;
    let changed = visitor.hears("conversation.status_changed").await;
    assert_eq!((&changed["status"], &changed["meta"]["assignee"]), (&json!("pending"), &Value::Null));
    assert_eq!(visitor.ask("POST", "/toggle_status", json!({})).await.json()["status"], "resolved");
    assert_eq!(visitor.hears("conversation.status_changed").await["status"], "resolved");
    visitor.says("One more thing", "e3").await;
    assert_eq!(visitor.hears("conversation.status_changed").await["status"], "pending");

    // Who goes is no longer there.
    let number = visitor.contact["id"].as_i64();
    drop(visitor);
    events.until("conversation", |data| data["online"] == false).await;
    assert_eq!(site.page(&anna, "DELETE", &of(id, ""), &json!({})).await.status, 409, "it has not ended");
    assert_eq!(site.page(&anna, "POST", &of(id, "/resolve"), &json!({})).await.status, 200);
    assert_eq!(site.page(&anna, "DELETE", &of(id, ""), &json!({})).await.status, 200);
    assert_eq!(site.page(&anna, "GET", &of(id, ""), &json!({})).await.status, 404);
    assert_eq!(site.widget("GET", &who, &json!({})).await.status, 404);
    // Nobody is ever given the number of somebody before: who listened to that would hear it.
    let other = Visitor::new(&site).await.contact["id"].as_i64();
    assert!(other > number, "{other:?} after {number:?}");
}

#[tokio::test]
async fn behind_a_proxy_the_inbox_is_for_operators() {
    let site = Site::memory().await;
    for path in ["/inbox/api/leads", "/inbox/export.csv", "/inbox/events"] {
        assert_eq!(site.page("", "GET", path, &json!({})).await.status, 401, "{path}");
    }
    let anna = site.first_operator("Anna").await;
    assert_eq!(site.page(&anna, "GET", "/inbox/api/leads", &json!({})).await.status, 200);
}

#[tokio::test]
async fn history_comes_in_pages_and_each_echo_is_taken_once() {
    let site = Site::memory().await;
    let mut visitor = Visitor::new(&site).await;
    let mut ids = Vec::new();
    for n in 0..45 {
        ids.push(visitor.says(&format!("message {n}"), &format!("e{n}")).await["id"].as_i64().unwrap());
    }
    let page = |answer: Answer| -> Vec<i64> {
        answer.json().as_array().unwrap().iter().map(|message| message["id"].as_i64().unwrap()).collect()
    };
    assert_eq!(page(visitor.ask("GET", "/messages", json!({})).await), ids[25..]);
    assert_eq!(page(visitor.ask("GET", &format!("/messages?before={}", ids[25]), json!({})).await), ids[5..25]);
    assert_eq!(page(visitor.ask("GET", &format!("/messages?before={}", ids[5]), json!({})).await), ids[..5]);
    assert_eq!(page(visitor.ask("GET", &format!("/messages?before={}", ids[0]), json!({})).await), Vec::<i64>::new());

    // Again, at once and twenty times.
    let again: Vec<_> =
        (0..20).map(|_| visitor.ask("POST", "/messages", json!({ "content": "new", "echo_id": "once" }))).collect();
    let mut answers = Vec::new();
    for answer in again {
        answers.push(answer.await.json()["id"].as_i64().unwrap());
    }
    assert!(answers.iter().all(|id| *id == answers[0] && *id > ids[44]), "{answers:?}");
    assert_eq!(visitor.says("another text, the same name", "e0").await["id"], ids[0]);
    assert_eq!(page(visitor.ask("GET", "/messages", json!({})).await).last(), Some(&answers[0]));
    for n in 0..45 {
        assert_eq!(visitor.hears("message.created").await["echo_id"], format!("e{n}"));
    }
    assert_eq!(visitor.hears("message.created").await["echo_id"], "once");
    visitor.says("the last", "last").await;
    assert_eq!(visitor.hears("message.created").await["echo_id"], "last");
    // A name counts in its own conversation, and numbers are names too.
    let other = Visitor::new(&site).await;
    assert!(other.says("hello", "e0").await["id"].as_i64().unwrap() > ids[44]);
    let number = other.ask("POST", "/messages", json!({ "content": "x", "echo_id": 7 })).await.json();
    assert_eq!(number["echo_id"], "7");
}

#[tokio::test]
async fn what_is_wrong_is_refused_in_words() {
    let site = Site::memory().await;
    let visitor = Visitor::new(&site).await;
    let other = Visitor::new(&site).await;
    let own = format!("{CONTACTS}/{}", visitor.contact["source_id"].as_str().unwrap());
    let message = |content: &str| json!({ "content": content });
    let cases: [(&str, String, Value, u16, &str); 12] = [
        ("GET", "/public/api/v1/inboxes/other".into(), json!({}), 404, "no inbox `other`"),
        ("POST", "/public/api/v1/inboxes/other/contacts".into(), json!({}), 404, "no inbox"),
        ("GET", format!("{CONTACTS}/guess"), json!({}), 404, "no such contact"),
        ("PATCH", format!("{CONTACTS}/guess"), json!({}), 404, "no such contact"),
        ("POST", format!("{CONTACTS}/guess/conversations"), json!({}), 404, "no such contact"),
        ("GET", format!("{own}/conversations/{}", other.id()), json!({}), 404, "no such conversation"),
        ("GET", format!("{own}/conversations/{}/messages", other.id()), json!({}), 404, "no such conversation"),
        ("POST", format!("{own}/conversations/x/messages"), message("x"), 404, "no such conversation"),
        ("POST", format!("{}/messages", visitor.at), message("  "), 422, "needs content"),
        ("POST", format!("{}/messages", visitor.at), json!([1]), 422, "no message"),
        ("POST", format!("{}/messages", visitor.at), message(&"ő".repeat(150_001)), 422, "at most 150000"),
        ("PATCH", own.clone(), json!({ "custom_attributes": { "x": "y".repeat(20_000) } }), 422, "at most 16384"),
    ];
    for (method, path, body, status, words) in cases {
        let answer = site.widget(method, &path, &body).await;
        assert_eq!(answer.status, status, "{method} {path}");
        assert!(answer.json()["error"].as_str().unwrap().contains(words), "{method} {path} {}", answer.json());
        assert_eq!(answer.headers["access-control-allow-origin"], "*");
    }
    assert_eq!(visitor.ask("POST", "/messages", message(&"ő".repeat(150_000))).await.status, 200);
    let json = [("content-type", "application/json")];
    assert_eq!(site.ask("POST", &format!("{}/messages", visitor.at), &json, "{\"content\": ").await.status, 400);
    assert_eq!(site.ask("POST", CONTACTS, &json, "{").await.status, 400);
    assert_eq!(site.ask("POST", CONTACTS, &json, vec![b' '; 2 << 20]).await.status, 413);

    // Nobody is found by an address: whoever names it is somebody new.
    let known = site.widget("POST", CONTACTS, &json!({ "email": "eva@example.com", "name": "Éva" })).await.json();
    let claims = site
        .widget("POST", CONTACTS, &json!({ "email": "eva@example.com", "source_id": known["source_id"] }))
        .await
        .json();
    assert!(known["id"] != claims["id"] && known["source_id"] != claims["source_id"] && claims["name"] == "");
    assert!(known["source_id"].as_str().unwrap().len() > 40);

    // Any page may ask, with any header and method.
    let asked = [
        ("origin", "https://shop.example"),
        ("access-control-request-method", "PATCH"),
        ("access-control-request-headers", "content-type,x-anything"),
    ];
    let preflight = site.ask("OPTIONS", &own, &asked, "").await;
    assert_eq!(preflight.status, 200);
    for allowed in ["origin", "methods", "headers"] {
        assert_eq!(preflight.headers[&format!("access-control-allow-{allowed}")], "*");
    }
}

#[tokio::test]
async fn too_much_is_refused_for_a_minute() {
    let site = Site::memory().await;
    let visitor = Visitor::new(&site).await;
    for n in 0..200 {
        visitor.says("x", &format!("e{n}")).await;
    }
    let refused = visitor.ask("POST", "/messages", json!({ "content": "x", "echo_id": "e200" })).await;
    assert_eq!((refused.status, refused.headers["retry-after"].to_str().unwrap()), (429, "60"));
    assert!(refused.json()["error"].as_str().unwrap().contains("try again in a minute"));
    // What was taken is still answered: who did not hear of it may ask again.
    visitor.says("x", "e199").await;
    Visitor::new(&site).await.says("another conversation goes on", "e").await;

    let mut last = 200;
    for _ in 0..300 {
        last = site.widget("POST", CONTACTS, &json!({})).await.status;
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn a_socket_without_the_secret_hears_nothing() {
    let site = Site::memory().await;
    let visitor = Visitor::new(&site).await;
    for token in [json!("guess"), json!(""), json!(null), json!(7), visitor.contact["source_id"].clone()] {
        let (mut socket, answer) = subscribed(&site, &token).await;
        assert_eq!(answer["type"], "reject_subscription", "{token}");
        // Whatever else it sends, it is told nothing but pings, and let go.
        for frame in [json!([]), json!({ "command": "message", "identifier": "{}", "data": "{}" }), json!("x")] {
            send(&mut socket, frame).await;
        }
        visitor.says("secret", &token.to_string()).await;
        assert_eq!(frame(&mut socket).await["type"], "ping");
    }
    let (mut socket, _) = subscribed(&site, &json!("guess")).await;
    let closed = async { while let Some(Ok(_)) = socket.next().await {} };
    timeout(Duration::from_secs(20), closed).await.expect("it is let go");
}

#[tokio::test]
async fn files_are_to_be_kept_and_do_not_run() {
    let site = Site::memory().await;
    let visitor = Visitor::new(&site).await;
    let form = |name: &str, content: &str| {
        format!(
            "--b\r\ncontent-disposition: form-data; name=\"echo_id\"\r\n\r\nf1\r\n--b\r\ncontent-disposition: form-data; \
             name=\"attachments[]\"; filename=\"{name}\"\r\ncontent-type: text/html\r\n\r\n{content}\r\n--b--\r\n"
        )
    };
    let mime = [("content-type", "multipart/form-data; boundary=b")];
    let path = format!("{}/messages", visitor.at);
    let sent = site.ask("POST", &path, &mime, form("tarjous ä\u{202e}.html", "<script>alert(1)</script>")).await.json();
    let again = site.ask("POST", &path, &mime, form("x", "y")).await.json();
    assert_eq!((&sent["id"], &sent["attachments"]), (&again["id"], &again["attachments"]));
    let file = site.ask("GET", sent["attachments"][0]["data_url"].as_str().unwrap(), &[], "").await;
    assert_eq!(file.body, b"<script>alert(1)</script>");
    let said = |name: &str| file.headers[name].to_str().unwrap();
    assert_eq!((said("content-type"), said("x-content-type-options")), ("application/octet-stream", "nosniff"));
    assert!(said("content-disposition").starts_with("attachment; filename*=UTF-8''tarjous%20%C3%A4"));
    assert!(said("content-security-policy").contains("sandbox"));
    assert_eq!(site.ask("GET", "/public/api/v1/files/guess", &[], "").await.status, 404);
    assert_eq!(site.ask("POST", &path, &mime, "no form").await.status, 400);
    assert_eq!(site.ask("POST", &path, &mime, form("x", &"x".repeat(11 << 20))).await.status, 413);
}

#[tokio::test]
async fn the_first_link_works_once_and_so_does_an_invitation() {
    let site = Site::memory().await;
    let state = site.page("", "GET", "/operator/api/session", &json!({})).await.json();
    assert_eq!(state, json!({ "operator": null, "any_account": false }));
    let sign_up = |token: Value, name: &'static str, password: &'static str| {
        let (site, typed) = (site.clone(), json!({ "token": token, "name": name, "password": password }));
        async move { site.page("", "POST", "/operator/api/accounts", &typed).await }
    };
    let first = json!(site.first_token);
    assert!(site.first_token.as_ref().unwrap().len() >= 43);
    assert_eq!(sign_up(json!("guess"), "Eve", PASSWORD).await.status, 403);
    assert_eq!(sign_up(first.clone(), "Anna", "too short").await.status, 422);
    assert_eq!(sign_up(first.clone(), " ", PASSWORD).await.status, 422);
    let made = sign_up(first.clone(), "Anna", PASSWORD).await;
    assert_eq!(made.status, 200);
    let cookie = made.headers[header::SET_COOKIE].to_str().unwrap();
    for part in ["; HttpOnly", "; SameSite=Strict", "; Path=/", "; Max-Age=43200"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert_eq!(sign_up(first, "Eve", PASSWORD).await.status, 403);

    let anna = made.cookie();
    let token = site.page(&anna, "POST", "/operator/api/invitations", &json!({})).await.json()["token"].clone();
    assert_eq!(sign_up(token.clone(), "anna", PASSWORD).await.status, 409);
    assert_eq!(sign_up(token.clone(), "Béla", PASSWORD).await.status, 200);
    assert_eq!(sign_up(token, "Eve", PASSWORD).await.status, 403);
    let state = site.page(&anna, "GET", "/operator/api/session", &json!({})).await.json();
    assert_eq!(state, json!({ "operator": { "id": 1, "name": "Anna" }, "any_account": true }));
}

#[tokio::test]
async fn nothing_that_opens_a_door_is_in_the_file() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("inbox.sqlite");
    let site = Site::start(&file).await;
    let anna = site.first_operator("Anna").await;
    let invitation = site.page(&anna, "POST", "/operator/api/invitations", &json!({})).await.json();
    let mut kept = Vec::new();
    for entry in std::fs::read_dir(directory.path()).unwrap() {
        kept.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    let session = anna.split('=').nth(1).unwrap();
    for secret in [PASSWORD, session, invitation["token"].as_str().unwrap(), site.first_token.as_ref().unwrap()] {
        assert!(!kept.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()), "{secret}");
    }
    assert!(kept.windows(10).any(|bytes| bytes == b"$argon2id$"));

    // What was there is there after a new start, which asks for no first account.
    let visitor = Visitor::new(&site).await;
    visitor.says("still here", "e1").await;
    let next = Site::start(&file).await;
    assert_eq!(next.first_token, None);
    let all = next.page(&anna, "GET", "/operator/api/conversations", &json!({})).await.json();
    assert_eq!(all["conversations"][0]["last"]["content"], "still here");

    // Conversations that are older than they may become go, with their contacts.
    let database = rusqlite::Connection::open(&file).unwrap();
    database.execute("update conversation set active_at = active_at - 91 * 86400", []).unwrap();
    let last = Site::start(&file).await;
    let all = last.page(&anna, "GET", "/operator/api/conversations", &json!({})).await.json();
    assert_eq!(all["conversations"], json!([]));
    let left = |table| database.query_row(&format!("select count(*) from {table}"), [], |row| row.get::<_, i64>(0));
    assert_eq!((left("contact"), left("message")), (Ok(0), Ok(0)));
}

#[tokio::test]
async fn who_does_not_know_the_password_learns_nothing() {
    let site = Site::memory().await;
    site.first_operator("Anna").await;
    let log_in = |name: &str, password: &str| {
        let (site, typed) = (site.clone(), json!({ "name": name, "password": password }));
        async move {
            let began = Instant::now();
            (site.page("", "POST", "/operator/api/login", &typed).await, began.elapsed())
        }
    };
    let (right, _) = log_in(" anna ", PASSWORD).await;
    assert_eq!(right.status, 200);
    log_in("nobody", PASSWORD).await; // Makes what an unknown name is compared with.
    let (wrong, of_wrong) = log_in("Anna", "wrong password").await;
    let (unknown, of_unknown) = log_in("Nobody", "wrong password").await;
    assert_eq!((wrong.status, unknown.status), (403, 403));
    assert_eq!(wrong.body, unknown.body);
    assert!(!wrong.headers.contains_key(header::SET_COOKIE));
    // Both hash: neither is answered at once. The machine may be busy, so this is coarse.
    assert!(of_unknown * 5 > of_wrong && of_wrong * 5 > of_unknown, "{of_wrong:?} {of_unknown:?}");

    let mut refused = wrong;
    for _ in 0..12 {
        refused = log_in("Anna", "guess").await.0;
    }
    assert_eq!((refused.status, refused.headers["retry-after"].to_str().unwrap()), (429, "60"));
    assert!(refused.json()["error"].as_str().unwrap().contains("too many attempts"));
    assert_eq!(log_in("Anna", PASSWORD).await.0.status, 429);
}

/// Every route of the operator's side that is for those who are logged in.
const INSIDE: [(&str, &str); 18] = [
    ("POST", "/operator/api/logout"),
    ("POST", "/operator/api/invitations"),
    ("GET", "/operator/api/conversations"),
    ("GET", "/operator/api/conversations/1"),
    ("DELETE", "/operator/api/conversations/1"),
    ("GET", "/operator/api/conversations/1/insight"),
    ("POST", "/operator/api/conversations/1/claim"),
    ("POST", "/operator/api/conversations/1/return"),
    ("POST", "/operator/api/conversations/1/resolve"),
    ("POST", "/operator/api/conversations/1/messages"),
    ("POST", "/operator/api/conversations/1/typing"),
    ("POST", "/operator/api/conversations/1/seen"),
    ("GET", "/operator/api/replies"),
    ("POST", "/operator/api/replies"),
    ("PUT", "/operator/api/replies/1"),
    ("DELETE", "/operator/api/replies/1"),
    ("GET", "/operator/api/replies"),
    ("GET", "/operator/events"),
];

#[tokio::test]
async fn without_a_session_nothing_is_read_or_changed() {
    let routes = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/cli/operator.rs")).unwrap();
    let (_, routes) = routes.split_once("let conversation = Router::new()").unwrap();
    let (routes, _) = routes.split_once(".layer(").unwrap();
    let listed = routes.matches("get(").count()
        + routes.matches("post(").count()
        + routes.matches("put(").count()
        + routes.matches("delete(").count();
    assert_eq!(listed, INSIDE.len() - 1, "a route is missing in INSIDE, or too much there");

    let site = Site::memory().await;
    let anna = site.first_operator("Anna").await;
    Visitor::new(&site).await;
    let mut events = site.events(&anna).await;
    for cookie in ["", "leadheat_operator=", "leadheat_operator=guess", "other=1; leadheat_operator=guess"] {
        for (method, path) in INSIDE {
            let answer = site.page(cookie, method, path, &json!({})).await;
            assert_eq!((answer.status, answer.json()), (401, json!({ "error": "log in first" })), "{method} {path}");
        }
    }
    assert_eq!(site.page(&anna, "POST", "/operator/api/logout", &json!({})).await.status, 200);
    while events.next().await.is_some() {} // The news end too.
    for (method, path) in INSIDE {
        assert_eq!(site.page(&anna, method, path, &json!({})).await.status, 401, "{method} {path}");
    }
}

#[tokio::test]
async fn changes_come_from_the_own_page_only() {
    let site = Site::memory().await;
    let anna = site.first_operator("Anna").await;
    let host = site.host.clone();
    let own = format!("http://{host}");
    let (cookie, mime) = (("cookie", anna.as_str()), ("content-type", "application/json"));
    let (origin, mark) = (("origin", own.as_str()), ("x-leadheat", "operator"));
    let foreign = ("origin", "https://shop.example");
    let cases: [(_, &[_], _); 12] = [
        ("POST", &[cookie, mime, origin, mark], 200),
        ("POST", &[cookie, mime, origin], 403),
        ("POST", &[cookie, mime, mark], 403),
        ("POST", &[cookie, origin, mark], 403),
        ("POST", &[cookie, origin, mark, ("content-type", "text/plain")], 403),
        ("POST", &[cookie, mime, foreign, mark], 403),
        ("POST", &[cookie, mime, mark, ("origin", "null")], 403),
        ("POST", &[cookie, mime, origin, mark, ("host", "evil.example")], 403),
        ("GET", &[cookie, ("host", "evil.example")], 403),
        ("GET", &[cookie, foreign], 403),
        // The name that a proxy shows: with TLS.
        ("GET", &[cookie, ("host", "chat.example.com"), ("origin", "https://chat.example.com")], 200),
        ("GET", &[cookie, ("host", "chat.example.com"), ("origin", "http://chat.example.com")], 403),
    ];
    for (method, headers, status) in cases {
        let path = if method == "GET" { "/operator/api/conversations" } else { "/operator/api/replies" };
        let answer = site.ask(method, path, headers, if method == "GET" { "" } else { "{\"content\": \"x\"}" }).await;
        assert_eq!(answer.status, status, "{method} {headers:?}");
    }
    let typed = json!({ "name": "Anna", "password": PASSWORD }).to_string();
    assert_eq!(site.ask("POST", "/operator/api/login", &[mime, foreign, mark], typed.clone()).await.status, 403);
    let public = [mime, mark, ("host", "chat.example.com"), ("origin", "https://chat.example.com")];
    let answer = site.ask("POST", "/operator/api/login", &public, typed).await;
    assert!(answer.headers[header::SET_COOKIE].to_str().unwrap().ends_with("; Secure"));
    // No other page may read what is answered.
    let read = site.ask("GET", "/operator/api/conversations", &[cookie], "").await;
    assert!(!read.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn two_operators_see_who_has_a_conversation() {
    let site = Site::memory().await;
    let anna = site.first_operator("Anna").await;
    let bela = site.second_operator(&anna, "Béla").await;
    let mut visitor = Visitor::new(&site).await;
    let id = visitor.id();
    let mut events = site.events(&bela).await;
    let claim = |who: &String, from: Value| {
        let (site, who) = (site.clone(), who.clone());
        async move { site.page(&who, "POST", &of(id, "/claim"), &json!({ "from": from })).await }
    };

    // Both at once: one has it.
    let (first, second) = tokio::join!(claim(&anna, json!(null)), claim(&bela, json!(null)));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let (holder, holds, other) = if first.status == 200 { ("Anna", &anna, &bela) } else { ("Béla", &bela, &anna) };
    let refused = if first.status == 200 { second } else { first };
    assert_eq!(refused.json()["error"], format!("{holder} has this conversation now"));
    assert_eq!(events.until("conversation", |data| data["status"] == "open").await["assignee"]["name"], holder);
    let number = visitor.hears("conversation.status_changed").await["meta"]["assignee"]["id"].clone();

    // The other one cannot answer, type, give back or end it, but may leave a note.
    let says = json!({ "content": "x" });
    for (path, body) in
        [("/messages", &says), ("/return", &json!({})), ("/resolve", &json!({})), ("/typing", &json!({ "on": true }))]
    {
        let answer = site.page(other, "POST", &of(id, path), body).await;
        assert_eq!(
            (answer.status, answer.json()["error"].as_str().unwrap()),
            (409, &*format!("{holder} has this conversation")),
            "{path}"
        );
    }
    let note = json!({ "content": "I know her.", "note": true });
    assert_eq!(site.page(other, "POST", &of(id, "/messages"), &note).await.status, 200);

    // Taking over somebody else's, knowing whose it is.
    assert_eq!(claim(other, number).await.json()["status"], "open");
    assert_ne!(visitor.hears("conversation.status_changed").await["meta"]["assignee"]["name"], holder);
    assert_eq!(site.page(holds, "POST", &of(id, "/messages"), &says).await.status, 409);
    assert_eq!(site.page(other, "POST", &of(id, "/messages"), &says).await.status, 200);
    assert_eq!(site.page(other, "POST", &of(id, "/resolve"), &json!({})).await.json()["status"], "resolved");

    // Saved replies are everybody's.
    let replies = site.page(&anna, "POST", "/operator/api/replies", &json!({ "content": " Hello! " })).await.json();
    assert_eq!(replies["replies"][0]["content"], "Hello!");
    assert_eq!(events.until("replies", |_| true).await, replies["replies"]);
    let reply = format!("/operator/api/replies/{}", replies["replies"][0]["id"]);
    let changed = site.page(&bela, "PUT", &reply, &json!({ "content": "Hi!" })).await.json();
    assert_eq!(changed["replies"][0]["content"], "Hi!");
    assert_eq!(site.page(&bela, "DELETE", &reply, &json!({})).await.json()["replies"], json!([]));
    assert_eq!(site.page(&bela, "DELETE", &reply, &json!({})).await.status, 404);
}

/// From the operator to a visitor, and the visitor's answer back to the operator; in milliseconds, sorted.
async fn round_trips(visitors: usize, rounds: usize, pause: Duration) -> Vec<u128> {
    let directory = tempfile::tempdir().unwrap();
    let site = Site::start(&directory.path().join("inbox.sqlite")).await;
    let mut operators = vec![site.first_operator("Anna").await];
    for name in ["Béla", "Csilla", "Dóra", "Eero"] {
        operators.push(site.second_operator(&operators[0], name).await);
    }
    let mut events = site.events(&operators[0]).await;
    // Who waits for the answer of which visitor.
    let waiting = Arc::new(std::sync::Mutex::new(std::collections::HashMap::new()));
    let heard = waiting.clone();
    let listener = tokio::spawn(async move {
        loop {
            let message = events.until("message", |message| message["from"] == "visitor").await;
            let key = message["echo_id"].as_str().unwrap().to_owned();
            let sender: Option<tokio::sync::oneshot::Sender<()>> = heard.lock().unwrap().remove(&key);
            sender.unwrap().send(()).unwrap();
        }
    });
    let all_are_here = Arc::new(tokio::sync::Barrier::new(visitors));
    let talks: Vec<_> = (0..visitors)
        .map(|n| {
            let (site, anna, waiting) = (site.clone(), operators[n % operators.len()].clone(), waiting.clone());
            let all_are_here = all_are_here.clone();
            tokio::spawn(async move {
                let mut visitor = Visitor::new(&site).await;
                let id = visitor.id();
                assert_eq!(site.page(&anna, "POST", &of(id, "/claim"), &json!({ "from": null })).await.status, 200);
                all_are_here.wait().await;
                // People do not write in the same moment.
                tokio::time::sleep(pause * n as u32 / visitors as u32).await;
                let mut taken = Vec::new();
                for round in 0..rounds {
                    let key = format!("{id}-{round}");
                    let (sender, back) = tokio::sync::oneshot::channel();
                    waiting.lock().unwrap().insert(key.clone(), sender);
                    let began = Instant::now();
                    let answer = json!({ "content": format!("question {round}") });
                    assert_eq!(site.page(&anna, "POST", &of(id, "/messages"), &answer).await.status, 200);
                    while visitor.hears("message.created").await["message_type"] != 1 {}
                    visitor.says(&format!("answer {round}"), &key).await;
                    timeout(Duration::from_secs(30), back).await.unwrap().unwrap();
                    taken.push(began.elapsed().as_millis());
                    tokio::time::sleep(pause).await;
                }
                // Nothing was lost or doubled.
                let history = visitor.ask("GET", "/messages", json!({})).await.json();
                assert_eq!(history.as_array().unwrap().len(), 2 * rounds.min(10));
                taken
            })
        })
        .collect();
    let mut all = Vec::new();
    for talk in talks {
        all.extend(talk.await.unwrap());
    }
    listener.abort();
    all.sort_unstable();
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_visitors_at_once() {
    for (visitors, rounds, pause, bound) in [(1, 40, 20, 300), (200, 4, 3_000, 2_000)] {
        let taken = round_trips(visitors, rounds, Duration::from_millis(pause)).await;
        let p95 = taken[taken.len() * 95 / 100 - 1];
        println!(
            "operator, visitor and back, {visitors} at once: p95 {p95} ms of {} round trips, worst {} ms",
            taken.len(),
            taken[taken.len() - 1]
        );
        assert!(p95 < bound, "{p95} ms");
    }
}
