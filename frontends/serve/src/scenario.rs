//! Scenarios: who rings the bot, who picks up what the bot places, what they press and say, when they hang up.

mod read;
mod script;

pub use read::{Answer, Callee, Caller, Do, On, Scenario, Step, Who};
pub(crate) use script::Scenarios;
