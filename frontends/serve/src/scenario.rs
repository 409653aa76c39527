//! Scenarios: who rings the bot, who picks up what the bot places, what they press and say, when they hang up.

pub(crate) mod read;
pub(crate) mod script;
