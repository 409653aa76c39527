//! What the tests share: a bot that listens, a client, and random numbers from a seed.

mod bot;
mod client;
mod draw;
mod watched;

pub(crate) use bot::{Answer, Answers, Posted, listen};
pub(crate) use client::{Client, Got};
pub(crate) use draw::Draw;
pub(crate) use watched::Watched;

use callfold_serve::Settings;

/// Settings of a service on a free port.
pub(crate) fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.listen = "127.0.0.1:0".into();
    settings
}

/// A number from the environment, or this one.
pub(crate) fn number(variable: &str, usual: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) => text.parse().unwrap_or_else(|error| panic!("{variable}={text}: {error}")),
        Err(_) => usual,
    }
}
