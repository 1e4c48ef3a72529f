//! What a person does in a page, and what can be seen there. Owns going from page to page: each page that is left must
//! have recorded nothing.

use std::time::{Duration, Instant};

use axum::http::Method;
use fantoccini::Client;
use fantoccini::elements::{Element, ElementRef};
use fantoccini::error::{CmdError, ErrorStatus};
use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};

use url::{ParseError, Url};

use crate::site::Site;

pub const PATIENCE: Duration = Duration::from_secs(15);

pub struct Visitor {
    pub client: Client,
    pub site: Site,
    /// Console lines that are due on this page.
    expected: Vec<String>,
}

impl Visitor {
    pub fn new(client: Client, site: Site) -> Visitor {
        Visitor { client, site, expected: Vec::new() }
    }

    /// Opens a page, after looking at what the last one recorded.
    pub async fn goto(&mut self, path: &str) {
        self.check().await;
        self.client.goto(&self.site.url(path)).await.unwrap();
    }

    /// A console line that begins so is due on this page: exactly one.
    pub fn expect_line(&mut self, start: &str) {
        self.expected.push(start.to_owned());
    }

    /// Fails where the page recorded an error, a rejection, a violation, or a console line that is not due.
    pub async fn check(&mut self) {
        let expected = std::mem::take(&mut self.expected);
        if self.client.current_url().await.is_ok_and(|url| url.scheme() != "http") {
            return;
        }
        let recorded =
            self.js("return window.recorded ? { errors: recorded.errors, lines: recorded.lines } : null").await;
        if recorded.is_null() {
            return;
        }
        assert_eq!(recorded["errors"], json!([]), "the page recorded errors");
        let lines: Vec<&str> = recorded["lines"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert_eq!(lines.len(), expected.len(), "console lines: {lines:#?}, due: {expected:#?}");
        for (line, start) in lines.iter().zip(&expected) {
            assert!(line.starts_with(start.as_str()), "console line {line:?} does not begin with {start:?}");
        }
    }

    /// The end of a scenario.
    pub async fn leave(mut self) {
        self.check().await;
    }

    pub async fn js(&self, script: &str) -> Value {
        self.js_with(script, vec![]).await
    }

    pub async fn js_with(&self, script: &str, args: Vec<Value>) -> Value {
        self.client.execute(script, args).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// `leadheat(...)`, with what its promise resolves to.
    pub async fn call(&self, args: Value) -> Value {
        let script = "const done = arguments[arguments.length - 1]; leadheat(...arguments[0]).then(value => done(value === undefined ? null : value));";
        self.client.execute_async(script, vec![args]).await.unwrap()
    }

    pub async fn is_chromium(&self) -> bool {
        self.js("return navigator.userAgent.includes('Chrome')").await == true
    }

    /// A command of Chromium's own protocol.
    pub async fn cdp(&self, command: &'static str, params: Value) -> Value {
        self.client.issue_cmd(Cdp { command, params }).await.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// Waits until the widget runs.
    pub async fn ready(&self) {
        let status = self.call(json!(["status"])).await;
        assert_eq!(status["running"], true, "{status}");
    }

    pub async fn explain(&self) -> Value {
        self.call(json!(["explain"])).await
    }

    pub async fn grant(&self) {
        self.call(json!(["consent", "granted"])).await;
    }

    /// Waits until a script returns something true, and returns it.
    pub async fn until(&self, what: &str, script: &str) -> Value {
        self.until_within(PATIENCE, what, script).await
    }

    pub async fn until_within(&self, patience: Duration, what: &str, script: &str) -> Value {
        let start = Instant::now();
        loop {
            let value = self.js(script).await;
            if !matches!(value, Value::Null | Value::Bool(false)) && value != json!("") && value != json!(0) {
                return value;
            }
            if start.elapsed() > patience {
                let knows = "return window.leadheat && leadheat.version ? Promise.all([leadheat('status'), leadheat('explain')]) : null";
                panic!("it did not come: {what}; leadheat says {:#}", self.js(knows).await);
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    pub async fn pause(&self, millis: u64) {
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }

    /// An element of the page.
    pub async fn find(&self, css: &str) -> Element {
        self.element("return document.querySelector(arguments[0])", css).await
    }

    /// An element of the panel.
    pub async fn panel(&self, css: &str) -> Element {
        self.element("return document.querySelector('leadheat-chat')?.shadowRoot.querySelector(arguments[0])", css)
            .await
    }

    /// The panel's button with this text.
    pub async fn button(&self, text: &str) -> Element {
        let script = "return [...document.querySelector('leadheat-chat').shadowRoot.querySelectorAll('button')].find(button => button.textContent === arguments[0])";
        self.element(script, text).await
    }

    async fn element(&self, script: &str, of: &str) -> Element {
        let start = Instant::now();
        loop {
            let found = self.js_with(script, vec![json!(of)]).await;
            if let Some(id) = found.as_object().and_then(|reference| reference.values().next()?.as_str()) {
                return Element::from_element_id(self.client.clone(), ElementRef::from(id.to_owned()));
            }
            assert!(start.elapsed() < PATIENCE, "not on the page: {of}");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    pub async fn click(&self, css: &str) {
        self.find(css).await.click().await.unwrap();
    }

    /// Clicks as a person does. WebKitGTK takes an element in a shadow root for covered by its host once it has scrolled;
    /// there the element is told directly.
    async fn press(&self, element: Element) {
        if let Err(error) = element.click().await {
            assert!(
                matches!(&error, CmdError::Standard(wrong) if wrong.error == ErrorStatus::ElementClickIntercepted),
                "{error}"
            );
            self.js_with("arguments[0].click()", vec![serde_json::to_value(&element).unwrap()]).await;
        }
    }

    /// Opens the chat.
    pub async fn open_chat(&self) {
        self.press(self.panel(".launcher").await).await;
        self.panel(".panel").await;
    }

    /// Chooses a quick reply.
    pub async fn choose(&self, text: &str) {
        self.press(self.button(text).await).await;
    }

    /// Writes a message and sends it by Enter.
    pub async fn write(&self, text: &str) {
        let field = self.panel("textarea").await;
        field.send_keys(&format!("{text}\u{e007}")).await.unwrap();
    }

    /// Opens the chat and answers leadheat's own script up to the contact form.
    pub async fn inquire(&self, reply: &str, need: &str, when: &str, who_decides: &str) {
        self.open_chat().await;
        self.choose(reply).await;
        self.write(need).await;
        self.choose(when).await;
        self.choose(who_decides).await;
    }

    /// Fills in the contact form and sends it.
    pub async fn leave_contact(&self, fields: &[(&str, &str)]) {
        for (id, text) in fields {
            self.panel(&format!("#{id}")).await.send_keys(text).await.unwrap();
        }
        self.press(self.panel(".consent input").await).await;
        self.submit().await;
    }

    /// Sends the contact form.
    pub async fn submit(&self) {
        self.press(self.panel(".primary").await).await;
    }

    /// Waits until a 503 is written down. A lead whose post is still under way when its page goes is the next page's in half a
    /// minute only.
    pub async fn refused(&self) {
        self.until("refused", "return Object.entries(localStorage).some(([key, kept]) => key.startsWith('leadheat:o:') && kept.includes('503'))").await;
    }

    /// All keys that leadheat has stored in this origin.
    pub async fn stored(&self) -> Vec<String> {
        let script = "return [localStorage, sessionStorage].flatMap(area => Object.keys(area)).filter(key => key.startsWith('leadheat'))";
        let keys = self.js(script).await;
        keys.as_array().unwrap().iter().map(|key| key.as_str().unwrap().to_owned()).collect()
    }

    /// The text of the transcript.
    pub async fn transcript(&self) -> String {
        self.panel("[role=log]").await;
        let text = self
            .js("return document.querySelector('leadheat-chat').shadowRoot.querySelector('[role=log]').textContent")
            .await;
        text.as_str().unwrap().to_owned()
    }
}

#[derive(Debug)]
struct Cdp {
    command: &'static str,
    params: Value,
}

impl WebDriverCompatibleCommand for Cdp {
    fn endpoint(&self, base_url: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base_url.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({"cmd": self.command, "params": self.params}).to_string()))
    }
}
