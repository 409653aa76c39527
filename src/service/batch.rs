//! The events of one input, and the notifications about them.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

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

/// Folds the events of an input into copies of the calls, because a notification shows the call right after its event.
pub(super) struct Fold<'a> {
    calls: &'a Ledger,
    notify: Notify,
    changed: BTreeMap<CallId, Call>,
}

impl<'a> Fold<'a> {
    pub(super) const fn new(calls: &'a Ledger, notify: Notify) -> Self {
        Self { calls, notify, changed: BTreeMap::new() }
    }

    /// A call after the events so far.
    pub(super) fn call(&self, id: CallId) -> Option<&Call> {
        self.changed.get(&id).or_else(|| self.calls.call(id))
    }

    pub(super) fn fold(&mut self, events: Vec<Recorded>) -> Batch {
        let webhooks = events.iter().filter_map(|recorded| self.webhook(recorded)).collect();
        Batch { events, webhooks }
    }

    fn webhook(&mut self, recorded: &Recorded) -> Option<Webhook> {
        let id = recorded.call;
        let call = match self.call(id).cloned() {
            Some(mut call) => call.evolve(recorded.clone()).map(|()| call),
            None => Call::begin(recorded.clone()),
        };
        // The fold accepts the events of the core.
        let call = call.ok()?;
        let webhook = Webhook::of(self.notify, &call, recorded);
        self.changed.insert(id, call);
        webhook
    }
}
