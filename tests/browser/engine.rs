//! The three engines: where their drivers are, how to get them, and one session. Owns processes and makes sure they end.

use std::future::Future;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};
use std::{env, fs};

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use crate::site::Site;
use crate::visitor::Visitor;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Chromium,
    Firefox,
    Webkit,
}

const CHROMIUM_FLAGS: [&str; 8] = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
];

/// Whether the long runs are asked for, whose results are in docs/delivery.md: `LEADHEAT_LONG=1 cargo test --test browser
/// delivery -- --nocapture --test-threads 1`.
pub fn long() -> bool {
    std::env::var_os("LEADHEAT_LONG").is_some()
}

/// No scenario takes longer, but for the long runs; one that does hangs.
fn most() -> Duration {
    Duration::from_secs(if long() { 1_500 } else { 120 })
}

impl Engine {
    fn name(self) -> &'static str {
        match self {
            Engine::Chromium => "chromium",
            Engine::Firefox => "firefox",
            Engine::Webkit => "webkit",
        }
    }

    /// The programs it needs, and what installs them.
    fn needs(self) -> (&'static [&'static str], &'static str) {
        match self {
            Engine::Chromium => (&["chromium", "chromedriver"], "apt-get install chromium chromium-driver"),
            Engine::Firefox => {
                (&["firefox-esr", "geckodriver"], "apt-get install firefox-esr && cargo install geckodriver")
            }
            Engine::Webkit => (&["WebKitWebDriver", "Xvfb"], "apt-get install webkit2gtk-driver xvfb"),
        }
    }

    /// Whether it can be used; where it must be and cannot, this test fails with what to do.
    fn available(self) -> bool {
        static STATE: Mutex<Vec<(&str, bool)>> = Mutex::new(Vec::new());
        let mut state = STATE.lock().unwrap();
        if let Some((_, known)) = state.iter().find(|(name, _)| *name == self.name()) {
            return *known;
        }
        let available = self.find();
        state.push((self.name(), available));
        available
    }

    fn find(self) -> bool {
        let (programs, install) = self.needs();
        let missing = || programs.iter().find(|program| !on_path(program));
        if missing().is_some() && self == Engine::Chromium && is_root() && on_path("apt-get") {
            say("chromium is missing; installing it: apt-get install chromium chromium-driver");
            for arguments in
                [&["update"][..], &["install", "-y", "--no-install-recommends", "chromium", "chromium-driver"]]
            {
                let _ = Command::new("apt-get")
                    .args(arguments)
                    .env("DEBIAN_FRONTEND", "noninteractive")
                    .stdout(Stdio::null())
                    .status();
            }
        }
        let Some(program) = missing() else { return true };
        let required =
            env::var("LEADHEAT_BROWSERS").map_or(self == Engine::Chromium, |names| names.contains(self.name()));
        assert!(!required, "{program} is missing; run: {install}");
        say(&format!("skipped: all tests in {}, because {program} is missing; run: {install}", self.name()));
        false
    }

    fn capabilities(self) -> Capabilities {
        let visible = env::var_os("LEADHEAT_VISIBLE").is_some();
        let capabilities = match self {
            Engine::Chromium => {
                let mut flags = CHROMIUM_FLAGS.to_vec();
                flags.extend((!visible).then_some("--headless"));
                json!({ "goog:chromeOptions": { "binary": "/usr/bin/chromium", "args": flags } })
            }
            Engine::Firefox => {
                let flags: &[&str] = if visible { &[] } else { &["-headless"] };
                // Its own dialogs and fetches have no place here.
                let prefs = json!({ "datareporting.policy.dataSubmissionEnabled": false, "network.captive-portal-service.enabled": false });
                json!({ "moz:firefoxOptions": { "binary": "/usr/bin/firefox-esr", "args": flags, "prefs": prefs } })
            }
            Engine::Webkit => {
                json!({ "webkitgtk:browserOptions": { "binary": mini_browser(), "args": ["--automation"] } })
            }
        };
        let Value::Object(capabilities) = capabilities else { unreachable!() };
        capabilities
    }

    /// Starts the driver on a port of its own; WebKit, which knows no headless mode, on a display of its own too.
    fn driver(self, port: u16) -> Processes {
        let mut processes = Processes(Vec::new());
        let mut command = Command::new(match self {
            Engine::Chromium => "chromedriver",
            Engine::Firefox => "geckodriver",
            Engine::Webkit => "WebKitWebDriver",
        });
        command.arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null());
        if self == Engine::Webkit {
            command.env("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1").env("NO_AT_BRIDGE", "1");
            if env::var_os("LEADHEAT_VISIBLE").is_none() {
                let mut xvfb = Command::new("Xvfb");
                xvfb.args(["-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"]);
                let mut xvfb = xvfb.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("Xvfb starts");
                let mut display = String::new();
                BufReader::new(xvfb.stdout.as_mut().unwrap()).read_line(&mut display).unwrap();
                processes.0.push(xvfb);
                command.env("DISPLAY", format!(":{}", display.trim())).env_remove("WAYLAND_DISPLAY");
            }
        }
        processes.0.push(command.spawn().expect("the driver starts"));
        processes
    }
}

pub fn say(line: &str) {
    // Past the capture of the test harness: a skip must be seen.
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn on_path(program: &str) -> bool {
    let found =
        env::split_paths(&env::var_os("PATH").unwrap_or_default()).any(|directory| directory.join(program).is_file());
    found || program == "WebKitWebDriver" && Path::new("/usr/bin/WebKitWebDriver").is_file()
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn mini_browser() -> String {
    let libraries = fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    let directories = libraries.flat_map(|directory| fs::read_dir(directory).into_iter().flatten().flatten());
    let mut found = directories.map(|entry| entry.path().join("MiniBrowser")).filter(|path| path.is_file());
    found.next().expect("webkit2gtk-driver brings MiniBrowser").display().to_string()
}

fn wait_for(mut ready: impl FnMut() -> bool, what: &str) {
    let start = Instant::now();
    while !ready() {
        assert!(start.elapsed() < Duration::from_secs(30), "{what} does not come up");
        std::thread::sleep(Duration::from_millis(30));
    }
}

/// The driver, and the display where it has one; both end however the test ends.
struct Processes(Vec<Child>);

impl Drop for Processes {
    fn drop(&mut self) {
        for process in self.0.iter_mut().rev() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// Runs a scenario in an engine, or says that it is skipped. A page that recorded an error fails it.
pub fn run<F: Future<Output = Visitor>>(engine: Engine, scenario: fn(Visitor) -> F) {
    if !engine.available() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (_processes, client) = runtime.block_on(session(engine));
    // The session is closed whether the scenario passes or fails: else Firefox would go on without its driver.
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        runtime.block_on(async {
            let visitor = Visitor::new(client.clone(), Site::start().await);
            let played = tokio::time::timeout(most(), async { scenario(visitor).await.leave().await }).await;
            assert!(played.is_ok(), "the scenario hangs");
        });
    }));
    let _ = runtime.block_on(client.close());
    if let Err(failure) = outcome {
        std::panic::resume_unwind(failure);
    }
}

/// A browser with its driver. Drivers take no port of their own choice: one that is free now may be taken a moment later
/// by another test, so that starting is tried again.
async fn session(engine: Engine) -> (Processes, Client) {
    let mut tries = 0;
    loop {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap().port();
        let processes = engine.driver(port);
        wait_for(|| std::net::TcpStream::connect(("127.0.0.1", port)).is_ok(), "the driver");
        let mut builder = ClientBuilder::new(HttpConnector::new());
        match builder.capabilities(engine.capabilities()).connect(&format!("http://127.0.0.1:{port}")).await {
            Ok(client) => return (processes, client),
            Err(error) => assert!(tries < 3, "{engine:?} does not start: {error}"),
        }
        tries += 1;
    }
}
