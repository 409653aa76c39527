//! The events of one input, and the notifications about them.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use jiff::Timestamp;

use crate::call::data::Call;
use crate::graph::notification::{CommsNotification, CommsNotifications};
use crate::id::{CallId, Id};
use crate::ledger::data::Ledger;
use crate::notify::Notify;
use crate::record::recorded::Recorded;

/// Everything that one input causes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Batch {
    /// The events. Store all of them or none, then fold them; the fold accepts all of them.
    pub events: Vec<Recorded>,
    /// The notifications to post, in this order: after the events are stored, and after the response is sent.
    pub webhooks: Vec<Webhook>,
}

/// A notification that the host posts to an app.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Webhook {
    /// The call. The webhooks of one call must arrive in their order.
    pub call: CallId,
    /// The revision of the event that the notification reports. The call and the revision identify the webhook: a host that
    /// does not know whether it has posted a webhook can make it again from the event.
    pub revision: u64,
    /// The URL to post to; `None` if the app gave none.
    pub callback_uri: Option<String>,
    /// The value of the header `X-Microsoft-Skype-Chain-ID`; `None` if the call has no `callChainId`.
    pub chain_id: Option<Id>,
    /// The notification.
    pub notification: CommsNotification,
}

impl Webhook {
    /// The webhook about an event; `None` if the service posts nothing about it. `call` must be the call right after the
    /// event.
    pub fn of(notify: Notify, call: &Call, recorded: &Recorded) -> Option<Self> {
        let notification = notify.event(call, recorded)?;
        let details = call.details();
        Some(Self {
            call: recorded.call,
            revision: recorded.revision,
            callback_uri: details.callback_uri.value().cloned(),
            chain_id: details.call_chain_id.value().cloned(),
            notification,
        })
    }

    /// The body of the POST, as JSON.
    pub fn body(&self) -> String {
        let body = CommsNotifications::new([self.notification.clone()].into());
        // Resources serialize without an error.
        serde_json::to_string(&body).unwrap_or_default()
    }
}

impl Batch {
    /// The events of one input and the notifications about them. A notification shows the call right after its event, so the
    /// events are folded into copies of the calls.
    pub(super) fn of(calls: &Ledger, notify: Notify, events: Vec<Recorded>) -> Self {
        let mut changed: BTreeMap<CallId, Call> = BTreeMap::new();
        let tell = |recorded: &Recorded| {
            let known = changed.remove(&recorded.call).or_else(|| calls.call(recorded.call).cloned());
            let call = fold(known, recorded)?;
            let webhook = Webhook::of(notify, &call, recorded);
            changed.insert(recorded.call, call);
            webhook
        };
        let webhooks = events.iter().filter_map(tell).collect();
        Self { events, webhooks }
    }

    /// Lets a deadline of a call pass, and folds its events into the call.
    pub(super) fn of_deadline(call: &mut Call, notify: Notify, now: Timestamp) -> Self {
        let events = call.expire(now);
        let tell = |recorded: &Recorded| {
            // The fold accepts the events of the core.
            call.evolve(recorded.clone()).ok()?;
            Webhook::of(notify, call, recorded)
        };
        let webhooks = events.iter().filter_map(tell).collect();
        Self { events, webhooks }
    }
}

/// The call after an event. The fold accepts the events of the core.
fn fold(known: Option<Call>, recorded: &Recorded) -> Option<Call> {
    match known {
        Some(mut call) => call.evolve(recorded.clone()).ok().map(|()| call),
        None => Call::begin(recorded.clone()).ok(),
    }
}
