//! The native side of leadheat.
//!
//! # Where to start
//! - [`widget`]: builds the wasm by a nested cargo call and joins it with the loader
//! - [`dist`]: writes what a company hosts · [`types`]: TypeScript from the schemas
//! - [`check`]: every problem of a config document
//! - [`data`]: leads from a CSV file · [`score`]: what they are worth under a model · [`train`]: a model learned from them, by
//!   whole points ([`learn`], [`card`]) · [`metrics`]: how good scores are
//! - [`intents`]: what visitors' messages mean
//! - [`serve`]: the demo site, the webhook and the inbox over HTTP · [`inbox`]: the leads received · [`store`]: the file
//! - [`live`]: conversations with visitors, made of [`speech`], told to whom [`hub`] knows · [`client`] and [`cable`]: what the widget
//!   speaks with · [`operator`]: the page of those who answer, who have [`accounts`] and [`insight`] · [`limit`]: how often

pub mod accounts;
pub mod cable;
pub mod card;
pub mod check;
pub mod client;
pub mod data;
pub mod dist;
pub mod hub;
pub mod inbox;
pub mod insight;
pub mod intents;
pub mod learn;
pub mod limit;
pub mod live;
pub mod metrics;
pub mod operator;
mod order;
pub mod score;
pub mod serve;
mod snip;
pub mod speech;
mod split;
pub mod store;
pub mod train;
pub mod types;
pub mod widget;
