//! leadheat-core: what a visitor did -> what it means -> what to do.
//!
//! Pure Rust. No JavaScript, no I/O, no clock and no randomness: time and entropy come with every event as a
//! [`time::Stamp`], and everything to be done is returned as an [`app::Effect`]. The same events and stamps give the same
//! score natively and in every browser, to the thousandth of a point.
//!
//! # Where to start
//! [`app`] is the whole on one page: `State`, `Event`, `Effect`, `update`. From there, along the flow of data:
//! - [`signal`]: what a visitor did · [`page`]: how long and how far the page in view was looked at · [`source`]: where
//!   from
//! - [`facts`]: what was done, counted in day buckets · [`visitor`]: all that is known, mergeable
//! - [`model`]: the scoring model · [`select`]: what its rules look at · [`score`]: the points, explained · [`tier`]: what they mean · [`qualify`]: what was stated
//! - [`lead`]: what is sent · [`brief`]: its prose · [`advice`]: what sales can do with what was said · [`outbox`]: its delivery
//! - [`address`]: where leads may be sent
//! - [`scrub`]: what is hidden of addresses and labels
//! - [`consent`]: what is allowed · [`manager`]: what consent managers are asked
//! - [`chat`]: the conversation · [`dialogue`]: what the bot says next · [`script`]: what it is to ask · [`hours`]: when somebody is there
//! - [`intent`]: what visitors say that matters · [`understand`]: finding it in free text · [`lexicon`]: the words of a language, as data
//! - [`view`]: what is seen of it · [`link`]: links in it · [`words`]: its phrases
//! - [`config`]: what the site owner can set · [`json`], [`shape`]: documents as data, and every problem of one
//! - [`wire`], [`names`]: types as documents and back · [`write`]: documents as JSON
//! - [`glob`], [`id`], [`list`], [`sorted`], [`text`], [`time`]: small tools
//! - [`sim`]: the native shell with a virtual clock, for tests and replays (feature `native`)
//! - [`lint`]: advice on a config (feature `native`)
//! - [`schema`]: JSON Schemas of config and lead (feature `native`)

pub mod address;
pub mod advice;
pub mod app;
pub mod bot;
pub mod brief;
pub mod chat;
pub mod chatwoot;
pub mod config;
pub mod consent;
pub mod dialogue;
pub mod facts;
#[cfg(feature = "native")]
pub mod fuzz;
pub mod glob;
pub mod hours;
pub mod id;
pub mod intent;
pub mod json;
pub mod lead;
pub mod lexicon;
pub mod link;
#[cfg(feature = "native")]
pub mod lint;
pub mod list;
pub mod manager;
pub mod model;
pub mod names;
pub mod outbox;
pub mod page;
pub mod qualify;
pub mod receiver;
#[cfg(feature = "native")]
pub mod schema;
pub mod score;
pub mod script;
pub mod scrub;
#[cfg(feature = "native")]
pub mod secrets;
pub mod select;
pub mod shape;
pub mod signal;
#[cfg(feature = "native")]
pub mod sim;
pub mod sorted;
pub mod source;
pub mod text;
pub mod tier;
pub mod time;
pub mod understand;
pub mod vendor;
pub mod view;
pub mod visitor;
pub mod wire;
pub mod words;
pub mod write;
