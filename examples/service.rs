//! Simulates the service for one call in virtual time. An app answers the call and records what the other
//! party says, and the other party hangs up.
//!
//! `cargo run --example service` writes the event log of the service. With `--notifications` it writes the
//! bodies that the service posts to the app. Both outputs can be replayed:
//! `cargo run --example service | cargo run -- replay -`.

#![allow(clippy::print_stdout, reason = "the log is what it is for")]

use std::error::Error;

use callfold::call::{AppIdentity, Ending, NetworkEvent, RequestContext};
use callfold::graph::{EndCode, Permission};
use callfold::jiff::{SignedDuration, Timestamp};
use callfold::service::{Batch, Service};
use callfold::uuid::Uuid;
use callfold::{CallId, Ledger, Secret};

const CALL: &str = "9c1d2f04-0a53-4a0e-8f6b-3c5a7d1e2b90";

/// A host that folds the events of its call, and prints events or notifications.
struct Host {
    calls: Ledger,
    now: Timestamp,
    requests: u128,
    reports: bool,
}

impl Host {
    /// Advances the time. Deadlines that are due expire.
    fn wait(&mut self, seconds: i64) -> Result<(), Box<dyn Error>> {
        self.now = self.now.checked_add(SignedDuration::from_secs(seconds))?;
        let batches = Service::new(&self.calls).tick(self.now);
        batches.iter().try_for_each(|batch| self.store_and_fold(batch))
    }

    fn request(&mut self, verb: &str, what: &str, body: &str) -> Result<(), Box<dyn Error>> {
        self.requests += 1;
        let app = AppIdentity::new(Permission::ALL);
        let context = RequestContext::new(self.now, Uuid::from_u128(self.requests), app);
        let path = format!("/v1.0/communications/calls/{CALL}{what}");
        let served = Service::new(&self.calls).request(verb, &path, &[], body.as_bytes(), &context);
        self.store_and_fold(&served.batch)?;
        served.refusal.map_or(Ok(()), |refusal| Err(refusal.into()))
    }

    fn happen(&mut self, network_event: NetworkEvent) -> Result<(), Box<dyn Error>> {
        let call: CallId = CALL.parse()?;
        let batch = Service::new(&self.calls).on_network_event(call, network_event, self.now)?;
        self.store_and_fold(&batch)
    }

    fn store_and_fold(&mut self, batch: &Batch) -> Result<(), Box<dyn Error>> {
        for event in &batch.events {
            self.calls.apply(event)?;
            if !self.reports {
                println!("{event}");
            }
        }
        batch.webhooks.iter().filter(|_| self.reports).for_each(|webhook| println!("{}", webhook.body()));
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let reports = std::env::args().any(|argument| argument == "--notifications");
    let now = "2026-11-23T09:15:00Z".parse()?;
    let mut host = Host { calls: Ledger::new(), now, requests: 0, reports };
    let offer = r#"{"source":{"identity":{"user":{"id":"9f2d8a51-1c7e-4b55-9a35-6d1f0c2e7b44","displayName":"Adele"}}}}"#;
    host.happen(NetworkEvent::Offered(serde_json::from_str(offer)?))?;
    host.wait(2)?;
    host.request(
        "POST",
        "/answer",
        r#"{"callbackUri":"https://bot.contoso.com/callback","mediaConfig":{}}"#,
    )?;
    host.wait(1)?;
    host.happen(NetworkEvent::Connected(Some(serde_json::from_str(
        r#"{"mediaState":{"audio":"active"}}"#,
    )?)))?;
    host.request("POST", "/subscribeToTone", r#"{"clientContext":"keys"}"#)?;
    host.request(
        "POST",
        "/playPrompt",
        r#"{"prompts":[{"mediaInfo":{"uri":"https://bot.contoso.com/hello.wav"}}]}"#,
    )?;
    host.request("POST", "/recordResponse", r#"{"maxRecordDurationInSeconds":20,"clientContext":"answer"}"#)?;
    host.wait(4)?;
    host.happen(NetworkEvent::PromptFinished(Ending::completed()))?;
    let location = Some("https://media.contoso.com/recordings/1".into());
    let access_token = Some(Secret::new("sample-recording-token".into()));
    host.happen(NetworkEvent::RecordingStarted { location, access_token })?;
    host.happen(NetworkEvent::SpeechStarted)?;
    host.wait(3)?;
    host.happen(NetworkEvent::TonePressed("tone1".into()))?;
    host.happen(NetworkEvent::SpeechEnded)?;
    // Nobody speaks for five seconds, so the recording ends.
    host.wait(8)?;
    host.happen(NetworkEvent::hung_up(EndCode::PeerEnded))
}
