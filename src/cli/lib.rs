//! The native side of leadheat.
//!
//! # Where to start
//! - [`widget`]: builds the wasm by a nested cargo call and joins it with the loader
//! - [`dist`]: writes what a company hosts · [`types`]: TypeScript from the schemas
//! - [`check`]: every problem of a config document
//! - [`data`]: leads from a CSV file · [`score`]: what they are worth under a model · [`train`]: a model learned from them, by
//!   whole points ([`learn`], [`card`]) · [`metrics`]: how good scores are
//! - [`intents`]: what visitors' messages mean
//! - [`serve`]: the demo site, the webhook and the inbox over HTTP · [`inbox`]: the leads received

pub mod card;
pub mod check;
pub mod data;
pub mod dist;
pub mod inbox;
pub mod intents;
pub mod learn;
pub mod metrics;
mod order;
pub mod score;
pub mod serve;
mod snip;
mod split;
pub mod train;
pub mod types;
pub mod widget;
