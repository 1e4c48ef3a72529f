//! The site under test: the real server with the demo and an inbox of its own, and fixture pages beside it. Owns the
//! recorder that every page carries, and what the webhook received.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use leadheat::inbox::Inbox;
use leadheat::live::{Draft, Live};
use leadheat::operator::Desk;
use leadheat::serve::router;
use leadheat::speech::{From, Person};
use leadheat::widget::{Widget, build};
use serde_json::Value;
use tokio::net::TcpListener;

/// First in every page: remembers what reaches the page that should not, and tells the server of what a page's own script wrote
/// down, by functions that nobody has changed yet.
const RECORDER: &str = "(() => {
  const send = fetch.bind(window), text = String, wait = setTimeout.bind(window);
  const seen = window.recorded = { errors: [], lines: [], tell: report => { send('/t/report', { method: 'POST', body: text(report) }) }, after: (millis, run) => { wait(run, millis) } };
  addEventListener('error', event => seen.errors.push('error: ' + event.message), true);
  addEventListener('unhandledrejection', event => seen.errors.push('rejection: ' + event.reason));
  addEventListener('securitypolicyviolation', event => seen.errors.push('policy: ' + event.violatedDirective + ' ' + event.blockedURI));
  for (const level of ['error', 'warn']) {
    const original = console[level];
    console[level] = (...args) => { seen.lines.push(level + ': ' + args.join(' ')); original.apply(console, args); };
  }
})();";

/// The widget, built once for all tests of this program.
pub fn widget() -> &'static Widget {
    static WIDGET: OnceLock<Widget> = OnceLock::new();
    WIDGET.get_or_init(|| build().expect("the widget builds"))
}

/// What the server does to the requests of one test.
#[derive(Default)]
struct Log {
    /// Path of every request, in order.
    requests: Vec<String>,
    /// Fixtures: path, type, policy, content.
    fixtures: Vec<(String, &'static str, Option<String>, Vec<u8>)>,
    /// Statuses with which the webhook answers the next posts, instead of taking them in.
    refusals: Vec<u16>,
    /// What pages told.
    reports: Vec<String>,
}

pub struct Site {
    pub address: SocketAddr,
    /// With which the first operator makes an account.
    pub first_token: String,
    live: Arc<Live>,
    log: Arc<Mutex<Log>>,
    _directory: tempfile::TempDir,
}

impl Site {
    pub async fn start() -> Site {
        let directory = tempfile::tempdir().unwrap();
        let file: PathBuf = directory.path().join("inbox.sqlite");
        let log = Arc::new(Mutex::new(Log::default()));
        let widget = tokio::task::block_in_place(widget);
        let desk = Desk::open(&file, None).unwrap();
        let live = desk.live.clone();
        let first_token = desk.accounts.first_token().unwrap().unwrap();
        let router = router(widget.clone(), Inbox::open(&file).unwrap(), desk)
            .route("/t/recorder.js", get(|| async { ([(header::CONTENT_TYPE, "text/javascript")], RECORDER) }))
            .layer(middleware::from_fn_with_state(log.clone(), watch));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Site { address, first_token, live, log, _directory: directory }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Adds a page with the recorder and this in its body, under a policy of its own.
    pub fn page(&self, path: &str, policy: Option<&str>, body: &str) {
        let html = format!(
            "<!doctype html><html lang=en><head><meta charset=utf-8><title>t</title><script src=/t/recorder.js nonce=n></script></head><body>{body}</body></html>"
        );
        self.log.lock().unwrap().fixtures.push((path.to_owned(), "text/html", policy.map(str::to_owned), html.into()));
    }

    /// Adds a file.
    pub fn file(&self, path: &str, mime: &'static str, content: &str) {
        self.bytes(path, mime, content.into());
    }

    /// Adds a file that is no text.
    pub fn bytes(&self, path: &str, mime: &'static str, content: Vec<u8>) {
        self.log.lock().unwrap().fixtures.push((path.to_owned(), mime, None, content));
    }

    /// Lets the webhook answer the next posts so.
    pub fn refuse(&self, statuses: &[u16]) {
        self.log.lock().unwrap().refusals = statuses.to_vec();
    }

    /// Paths requested so far.
    pub fn requests(&self) -> Vec<String> {
        self.log.lock().unwrap().requests.clone()
    }

    /// A page as the server has it.
    pub fn text(&self, path: &str) -> String {
        tokio::task::block_in_place(|| ureq::get(&self.url(path)).call().unwrap().body_mut().read_to_string().unwrap())
    }

    /// What a page has told, once.
    pub fn report(&self) -> Option<String> {
        self.log.lock().unwrap().reports.pop()
    }

    /// Posts to the webhook so far.
    pub fn posts(&self) -> usize {
        self.requests().iter().filter(|path| *path == "POST /webhook").count()
    }

    /// Whether a conversation with people has begun.
    pub fn has_conversation(&self) -> bool {
        !self.live.overview().unwrap().is_empty()
    }

    /// What visitor and operator said in the only conversation, as the server has it: who, and what.
    pub fn conversation(&self) -> Vec<(From, String)> {
        let mut all = Vec::new();
        let mut before = None;
        loop {
            let page = self.live.whole_history(1, before).unwrap_or_default();
            let Some(oldest) = page.first() else { return all };
            before = Some(oldest.id);
            let said = page.iter().filter(|message| matches!(message.from, From::Visitor | From::Operator));
            all.splice(0..0, said.map(|message| (message.from, message.content.clone())));
        }
    }

    /// An operator takes the only conversation, and writes.
    pub fn answer(&self, text: &str) {
        let anna = Person { id: 1, name: "Anna".into() };
        if self.live.hub.operators().is_empty() {
            self.live.hub.arrive(anna.id, &anna.name, true);
        }
        self.live.claim(1, &anna, None).unwrap();
        self.live.answer(1, &anna, false, Draft { content: text.into(), ..Draft::default() }).unwrap();
    }

    /// Whether the visitor's page listens to what people say.
    pub fn is_heard(&self) -> bool {
        self.live.hub.is_online(1)
    }

    /// The leads in the inbox, newest first, with what sales made of them.
    pub fn entries(&self) -> Vec<Value> {
        let url = self.url("/inbox/api/leads");
        let json: Value =
            tokio::task::block_in_place(|| ureq::get(&url).call().unwrap().body_mut().read_json().unwrap());
        json["leads"].as_array().unwrap().clone()
    }

    /// Waits until the inbox has a lead that fits, and returns it.
    pub async fn lead(&self, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            if let Some(entry) = self.entries().into_iter().find(|entry| fits(&entry["lead"])) {
                return entry["lead"].clone();
            }
            assert!(start.elapsed() < Duration::from_secs(10), "no lead: {what}; there are {:#?}", self.entries());
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }
}

/// Logs the request, answers for fixture pages and refusals, and puts the recorder into every other page.
async fn watch(State(log): State<Arc<Mutex<Log>>>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    if path == "/t/report" {
        let report = to_bytes(request.into_body(), usize::MAX).await.unwrap();
        log.lock().unwrap().reports.push(String::from_utf8(report.to_vec()).unwrap());
        return StatusCode::NO_CONTENT.into_response();
    }
    let fixture = {
        let mut log = log.lock().unwrap();
        log.requests.push(format!("{} {path}", request.method()));
        if path == "/webhook" && !log.refusals.is_empty() {
            let status = StatusCode::from_u16(log.refusals.remove(0)).unwrap();
            return status.into_response();
        }
        log.fixtures.iter().find(|(known, ..)| *known == path).cloned()
    };
    if let Some((_, mime, policy, content)) = fixture {
        let mut response = ([(header::CONTENT_TYPE, mime)], content).into_response();
        if let Some(policy) = policy {
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_str(&policy).unwrap());
        }
        return response;
    }
    let response = next.run(request).await;
    let is_page =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|mime| mime.as_bytes().starts_with(b"text/html"));
    if !is_page {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let html = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(html.replacen("<head>", "<head><script src=/t/recorder.js></script>", 1)))
}
