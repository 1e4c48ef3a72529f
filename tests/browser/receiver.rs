//! A receiver on another origin that does everything wrong that receivers do, in an order that is given. Owns what it took
//! in; knows no more of leads than their id and key.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What becomes of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This status, and the lead is not taken in.
    Status(u16),
    /// 429, and when to come back in seconds.
    Later(u16),
    /// Taken in, and then this status.
    TakenStatus(u16),
    /// The connection is closed before the post was read.
    Cut,
    /// Taken in, and the connection is closed without an answer.
    TakenCut,
    /// Taken in, and half an answer.
    TakenHalf,
    /// No answer for longer than a page waits.
    Hang,
    /// An answer that takes its time.
    Slow,
    /// To another address, which would answer 200.
    Redirect(u16),
    /// Taken in, and an answer that the page may not read.
    TakenWithoutCors,
}

impl Fault {
    /// Each kind once. Those that take the lead in stand last: each makes a double.
    pub const ALL: [Fault; 20] = [
        Fault::Status(500),
        Fault::Status(502),
        Fault::Status(503),
        Fault::Status(504),
        Fault::Status(404),
        Fault::Status(408),
        Fault::Status(409),
        Fault::Status(413),
        Fault::Status(422),
        Fault::Status(400),
        Fault::Later(1),
        Fault::Cut,
        Fault::Hang,
        Fault::Slow,
        Fault::Redirect(302),
        Fault::Redirect(307),
        Fault::TakenStatus(500),
        Fault::TakenCut,
        Fault::TakenHalf,
        Fault::TakenWithoutCors,
    ];
}

#[derive(Debug, Default)]
struct Book {
    plan: VecDeque<Option<Fault>>,
    /// The keys that came with each id, and how often any came.
    leads: BTreeMap<String, BTreeSet<String>>,
    taken: usize,
}

#[derive(Clone, Debug)]
pub struct Receiver {
    pub url: String,
    book: Arc<Mutex<Book>>,
}

impl Receiver {
    /// Begins to receive. `plan`: what becomes of the first posts; `None` is taken in, as all that come later are.
    pub async fn start(plan: impl IntoIterator<Item = Option<Fault>>) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let book = Arc::new(Mutex::new(Book { plan: plan.into_iter().collect(), ..Book::default() }));
        let receiver = Receiver { url, book };
        let serving = receiver.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let serving = serving.clone();
                tokio::spawn(async move { serving.serve(stream).await });
            }
        });
        receiver
    }

    /// How many different leads came, how many of them under several keys, and how many posts were taken in.
    pub fn tally(&self) -> (usize, usize, usize) {
        let book = self.book.lock().unwrap();
        (book.leads.len(), book.leads.values().filter(|keys| keys.len() > 1).count(), book.taken)
    }

    async fn serve(&self, mut stream: TcpStream) -> Option<()> {
        let mut request = Vec::new();
        let end = loop {
            if let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            if stream.read_buf(&mut request).await.ok()? == 0 {
                return None;
            }
        };
        let head = String::from_utf8_lossy(&request[..end]).to_ascii_lowercase();
        let cors = "access-control-allow-origin: *\r\naccess-control-allow-headers: content-type\r\naccess-control-expose-headers: retry-after\r\n";
        if !head.starts_with("post /hook") {
            return answer(&mut stream, 204, cors).await;
        }
        let fault = self.book.lock().unwrap().plan.pop_front().flatten();
        if fault == Some(Fault::Cut) {
            return None;
        }
        let length: usize = head.split("content-length: ").nth(1)?.split("\r\n").next()?.parse().ok()?;
        while request.len() < end + length {
            if stream.read_buf(&mut request).await.ok()? == 0 {
                return None;
            }
        }
        let refused = matches!(fault, Some(Fault::Status(_) | Fault::Later(_) | Fault::Hang | Fault::Redirect(_)));
        if !refused {
            let lead: Value = serde_json::from_slice(&request[end..end + length]).unwrap();
            let text = |name: &str| lead[name].as_str().unwrap().to_owned();
            let mut book = self.book.lock().unwrap();
            book.leads.entry(text("id")).or_default().insert(text("idempotency_key"));
            book.taken += 1;
        }
        match fault {
            None => answer(&mut stream, 200, cors).await,
            Some(Fault::Status(status) | Fault::TakenStatus(status)) => answer(&mut stream, status, cors).await,
            Some(Fault::Later(seconds)) => answer(&mut stream, 429, &format!("{cors}retry-after: {seconds}\r\n")).await,
            Some(Fault::Redirect(status)) => {
                answer(&mut stream, status, &format!("{cors}location: /elsewhere\r\n")).await
            }
            Some(Fault::TakenWithoutCors) => answer(&mut stream, 200, "").await,
            Some(Fault::TakenHalf) => stream.write_all(b"HTTP/1.1 20").await.ok(),
            Some(Fault::Cut | Fault::TakenCut) => None,
            Some(Fault::Hang) => {
                tokio::time::sleep(Duration::from_secs(20)).await;
                None
            }
            Some(Fault::Slow) => {
                tokio::time::sleep(Duration::from_secs(2)).await;
                answer(&mut stream, 200, cors).await
            }
        }
    }
}

async fn answer(stream: &mut TcpStream, status: u16, headers: &str) -> Option<()> {
    let head = format!("HTTP/1.1 {status} x\r\n{headers}content-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.ok()
}
