//! What visitors' sockets are told: ActionCable, as Chatwoot speaks it. Owns the frames and how long a silent socket is borne; must not
//! know what the news are about.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::broadcast::Receiver;
use tokio::time::{Instant, interval, timeout};

use crate::live::Live;
use crate::speech::Contact;
use crate::store::seconds;

/// ActionCable's clients take a connection for lost after twice this.
const PING: Duration = Duration::from_secs(3);
/// A browser answers pings by itself: one that has not for so long is gone.
const SILENCE: Duration = Duration::from_secs(30);
/// Whoever does not say who it is, or does not read, within this time.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most bytes of a frame from a visitor: they only say who they are.
const MAX_FRAME: usize = 16 * 1024;

/// Opens a socket.
pub async fn cable(State(live): State<Arc<Live>>, socket: WebSocketUpgrade) -> Response {
    let socket = socket.protocols(["actioncable-v1-json"]).max_message_size(MAX_FRAME).max_frame_size(MAX_FRAME);
    socket.on_upgrade(move |socket| async move { talk(socket, live).await.unwrap_or_default() })
}

/// A frame from a visitor.
#[derive(Deserialize)]
struct Command {
    command: String,
    #[serde(default)]
    identifier: String,
}

/// Whom a subscription is for: an identifier, read.
#[derive(Deserialize)]
struct Room {
    channel: String,
    pubsub_token: String,
}

/// A subscription, which ends when it is dropped.
struct Seat {
    live: Arc<Live>,
    contact: Contact,
    identifier: String,
    news: Option<Receiver<Arc<str>>>,
}

impl Seat {
    /// `None` where the token is nobody's, or its holder has too many tabs.
    fn take(live: &Arc<Live>, identifier: String) -> Option<Seat> {
        let room: Room = serde_json::from_str(&identifier).ok()?;
        let contact = live.subscriber(&room.pubsub_token).ok().filter(|_| room.channel == "RoomChannel")?;
        let news = Some(live.hub.join(contact.id)?);
        let _ = live.shows_up(&contact); // Operators see it at the next news, where it cannot be read now.
        Some(Seat { live: live.clone(), contact, identifier, news })
    }

    /// The next news, as a frame. `None` where some were missed: a visitor who reads everything anew misses nothing.
    async fn next(&mut self) -> Option<String> {
        let message = self.news.as_mut()?.recv().await.ok()?;
        Some(self.frame(&message))
    }

    fn frame(&self, message: &str) -> String {
        format!("{{\"identifier\":{},\"message\":{message}}}", json!(self.identifier))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.news = None;
        self.live.hub.leave(self.contact.id);
        let _ = self.live.shows_up(&self.contact); // As above.
    }
}

/// Until one of both has enough.
async fn talk(mut socket: WebSocket, live: Arc<Live>) -> Option<()> {
    let mut seat: Option<Seat> = None;
    let mut ping = interval(PING);
    let (opened, mut heard) = (Instant::now(), Instant::now());
    send(&mut socket, json!({ "type": "welcome" }).to_string()).await?;
    ping.tick().await; // The first comes at once.
    loop {
        let news = async {
            match &mut seat {
                Some(seat) => seat.next().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            frame = news => send(&mut socket, frame?).await?,
            _ = ping.tick() => {
                if heard.elapsed() > SILENCE || seat.is_none() && opened.elapsed() > PATIENCE {
                    return None;
                }
                send(&mut socket, json!({ "type": "ping", "message": seconds() }).to_string()).await?;
                timeout(PATIENCE, socket.send(Message::Ping(Default::default()))).await.ok()?.ok()?;
            }
            received = socket.recv() => {
                heard = Instant::now();
                let Message::Text(text) = received?.ok()? else { continue };
                // `update_presence` says no more than that it is there, and what is no command says nothing.
                let Ok(Command { command, identifier }) = serde_json::from_str(&text) else { continue };
                match command.as_str() {
                    "subscribe" => {
                        drop(seat.take()); // One contact for each socket.
                        seat = Seat::take(&live, identifier.clone());
                        let answer = if seat.is_some() { "confirm_subscription" } else { "reject_subscription" };
                        send(&mut socket, json!({ "type": answer, "identifier": identifier }).to_string()).await?;
                        if let Some(seat) = &seat {
                            send(&mut socket, seat.frame(&live.hub.greeting())).await?;
                        }
                    }
                    "unsubscribe" => seat = None,
                    _ => {}
                }
            }
        }
    }
}

/// `None` where the other end does not take it.
async fn send(socket: &mut WebSocket, frame: String) -> Option<()> {
    timeout(PATIENCE, socket.send(Message::Text(frame.into()))).await.ok()?.ok()
}
