//! The host's loop of a bot, without I/O.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use jiff::Timestamp;

use crate::call::data::Call;
use crate::call::observe::delivery::{Delivery, Observed};
use crate::call::reply;
use crate::finding::{Finding, FindingKind};
use crate::graph::method::{Method, Route};
use crate::id::CallId;
use crate::ledger::data::Ledger;
use crate::log::notifications::{Bodies, Body};
use crate::record::recorded::Recorded;

/// A bot, for as long as one input takes. A bot has two inputs: the notifications that the service posts to it, and the
/// service's replies to its own requests. For each input it returns events and findings:
///
/// 1. Store the events, all or none of them. Fold them with [`Ledger::apply`].
/// 2. Respond to a notification with 202. Log the findings.
///
/// A bot owns no calls: nothing changes until the host has folded the events. No input is refused.
///
/// ```
/// use callfold::call::State;
/// use callfold::{Bot, FindingKind, Ledger};
///
/// let body = br#"{"value":[{"changeType":"updated",
///     "resourceUrl":"/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896",
///     "resourceData":{"state":"established"}}]}"#;
/// let headers = [("X-Microsoft-Skype-Message-ID", "b2f0a5c3-7c5e-4c0a-9c0e-0d9c2c8a1f10")];
/// let mut calls = Ledger::new();
/// let observed = Bot::new(&calls).deliver(&headers, body, "2026-11-23T09:15:02Z".parse()?);
/// for event in &observed.events {
///     calls.apply(event)?; // A host stores the events first.
/// }
/// assert_eq!(calls.calls().next().unwrap().state(), State::Established);
///
/// // The network delivers the message again.
/// let again = Bot::new(&calls).deliver(&headers, body, "2026-11-23T09:15:04Z".parse()?);
/// assert_eq!((again.events.len(), again.findings[0].kind), (0, FindingKind::Duplicate));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Bot<'a> {
    calls: &'a Ledger,
}

impl<'a> Bot<'a> {
    /// A bot of these calls.
    pub const fn new(calls: &'a Ledger) -> Self {
        Self { calls }
    }

    /// Takes the body of a POST to the webhook of the bot, its headers, and the time at which it came. Of the headers, only
    /// the two message ids matter, by which a second delivery is recognised: see [`Delivery`].
    ///
    /// What cannot be read is a finding, and what can be read counts.
    pub fn deliver(&self, headers: &[(&str, &str)], body: &[u8], received_at: Timestamp) -> Observed {
        let mut delivery = Delivery { received_at: Some(received_at), ..Delivery::default() };
        headers.iter().for_each(|(name, value)| _ = delivery.header(name, value));
        let posted = Bodies::posted(body, delivery);
        let mut calls = self.calls.clone();
        let mut all = Observed::default();
        let faults = posted
            .faults
            .into_iter()
            .map(|fault| Finding::new(FindingKind::Malformed, posted.faulty_call, fault));
        all.findings.extend(faults.chain(posted.bodies.iter().filter_map(|body| body.is_empty(None))));
        let mut items = posted.bodies.into_iter().flat_map(Body::items).peekable();
        while let Some((received, delivery)) = items.next() {
            let id = match received.addressee(None) {
                Ok(id) => id,
                Err(finding) => {
                    all.findings.push(finding);
                    continue;
                }
            };
            let observed = Call::observe_parsed(calls.call(id), id, received, &delivery);
            all.findings.extend(observed.events.iter().filter_map(Recorded::failure));
            // Only the items that follow need the events folded. The fold accepts the events of the core.
            if items.peek().is_some() {
                observed.events.iter().for_each(|recorded| _ = calls.apply(recorded));
            }
            all.events.extend(observed.events);
            all.findings.extend(observed.findings);
        }
        all
    }

    /// Takes the response to a request of the bot: the verb and the path of the request, and the status and the body of the
    /// response, with the time at which it came. A response that is no success changes nothing.
    ///
    /// No notification reports a successful `keepAlive`. The event of that request therefore comes from here.
    pub fn replied(&self, method: &str, path: &str, status: u16, body: &[u8], at: Timestamp) -> Observed {
        if !(200..300).contains(&status) {
            return Observed::default();
        }
        let route = match Route::parse(method, path) {
            Ok(route) => route,
            Err(no_route) => return unknown(None, FindingKind::UnknownResource, no_route.to_string()),
        };
        if route.method == Method::KeepAlive {
            let known = route.call.and_then(|id| self.calls.call(id)).filter(|call| call.state().is_live());
            let events = known.map(|call| call.kept_alive(at)).into_iter().collect();
            return Observed { events, ..Observed::default() };
        }
        let read = reply::Body::of_reply(route.method, body);
        let read = read.and_then(|body| {
            Ok((route.call.or_else(|| body.call()).ok_or("the reply names no call")?, body))
        });
        match read {
            Ok((id, body)) => {
                let mut observed = Call::learn(self.calls.call(id), id, &body, Some(at));
                observed.findings.extend(observed.events.iter().filter_map(Recorded::failure));
                observed
            }
            Err(why) => unknown(route.call, FindingKind::Malformed, why),
        }
    }
}

/// What cannot be read.
fn unknown(call: Option<CallId>, kind: FindingKind, why: String) -> Observed {
    Observed { events: Vec::new(), findings: [Finding::new(kind, call, why)].into() }
}
