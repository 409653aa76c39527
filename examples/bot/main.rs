//! A whole bot that keeps its log in a file. It prints one line each time a call enters another state.
//!
//! `cargo run --example bot -- bot.log < deliveries.jsonl`
//!
//! Each line of the input is a delivery, as a webhook receives it: `{"headers":{…},"body":{…}}`, and, if it was recorded,
//! `"receivedAt"`. Kill the bot at any time and start it again: it goes on from its log, and a delivery that comes twice
//! changes nothing. `docs/samples/ivr.jsonl` is such an input.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the output is what it is for")]
#![allow(clippy::disallowed_methods, reason = "a host looks at the clock")]

mod host;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::error::Error;
use std::io;

use callfold::serde_json;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use host::Host;

/// A delivery, with the time at which it was received if it was recorded.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Posted<'a> {
    received_at: Option<Timestamp>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(borrow)]
    body: &'a RawValue,
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: bot LOG < deliveries")?;
    let mut host = Host::open(path.as_ref())?;
    for line in io::stdin().lines() {
        let line = line?;
        let posted: Posted<'_> = serde_json::from_str(&line)?;
        let headers: Vec<_> = posted.headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        let received_at = posted.received_at.unwrap_or_else(Timestamp::now);
        let (steps, findings) = host.deliver(&headers, posted.body.get().as_bytes(), received_at)?;
        // Here a web server responds with 202: the events are stored.
        steps.iter().for_each(|step| println!("{step}"));
        findings.iter().for_each(|finding| eprintln!("{finding}"));
    }
    Ok(())
}
