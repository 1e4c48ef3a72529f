//! Without a browser: the program's commands, what it builds, its webhook, and the rules of the house.
#![allow(missing_docs, unreachable_pub)]

mod build;
mod commands;
mod house;
mod intents;
mod operator;
mod sources;
mod webhook;
