//! Tests of one call in the form given / when / then.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use jiff::Timestamp;

use crate::call::command::Command;
use crate::call::data::Call;
use crate::call::decide::context::RequestContext;
use crate::call::network_event::NetworkEvent;
use crate::call::observe::delivery::{Delivery, Observed};
use crate::call::reply::{Body, Reply};
use crate::call::state::State;
use crate::finding::{Finding, FindingKind};
use crate::graph::notification::CommsNotification;
use crate::id::CallId;
use crate::ledger::data::Ledger;
use crate::record::recorded::Recorded;
use crate::refusal::Refusal;

/// A test of one call in the form given / when / then. A scenario applies every event of an input to its
/// ledger, and panics if the ledger refuses one.
///
/// ```
/// use callfold::FindingKind;
/// use callfold::call::State;
/// use callfold::testing::Scenario;
///
/// let reported = |state| callfold::serde_json::from_value(callfold::serde_json::json!({
///     "changeType": "updated",
///     "resourceUrl": "/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896",
///     "resourceData": { "state": state },
/// }));
/// Scenario::of("57dab8b1-894c-409a-b240-bd8beae78896".parse()?)
///     .given_notified(&[reported("incoming")?])
///     .when_notified(&reported("established")?)
///     .then(State::Established, &["answered?", "established"], &[FindingKind::Gap]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Scenario {
    id: CallId,
    /// The ledger: it has the call of the scenario, and every other call whose events were given.
    pub ledger: Ledger,
    /// The events and findings of the last input.
    pub last: Observed,
    /// The result of the last input: the reply to a request, or the refusal of a request or a network event;
    /// `None` otherwise.
    pub reply: Option<Result<Reply, Refusal>>,
}

impl Scenario {
    /// A scenario for the call with this id. The ledger of the scenario is empty.
    pub fn of(id: CallId) -> Self {
        Self { id, ledger: Ledger::new(), last: Observed::default(), reply: None }
    }

    /// Given that the log has these events.
    ///
    /// # Panics
    ///
    /// Panics if the ledger refuses an event.
    #[must_use]
    #[track_caller]
    pub fn given(mut self, events: &[Recorded]) -> Self {
        self.fold(events);
        self
    }

    /// Given that the bot has received these notifications.
    ///
    /// # Panics
    ///
    /// Panics if the ledger refuses an event.
    #[must_use]
    #[track_caller]
    pub fn given_notified(self, received: &[CommsNotification]) -> Self {
        received.iter().fold(self, Self::when_notified)
    }

    /// When the bot receives a notification.
    ///
    /// # Panics
    ///
    /// Panics if the ledger refuses an event.
    #[must_use]
    #[track_caller]
    pub fn when_notified(self, notification: &CommsNotification) -> Self {
        self.when_delivered(notification, &Delivery::default())
    }

    /// When the bot receives a notification with this delivery, which holds a time or message ids.
    ///
    /// # Panics
    ///
    /// Panics if the ledger refuses an event.
    #[must_use]
    #[track_caller]
    pub fn when_delivered(mut self, notification: &CommsNotification, delivery: &Delivery) -> Self {
        self.reply = None;
        self.last = Call::observe(self.ledger.call(self.id), self.id, notification, delivery);
        self.folded()
    }

    /// When the bot receives the reply to a request, with this body.
    ///
    /// # Panics
    ///
    /// Panics if the ledger refuses an event.
    #[must_use]
    #[track_caller]
    pub fn when_learned(mut self, body: &Body, at: Option<Timestamp>) -> Self {
        self.reply = None;
        self.last = Call::learn(self.ledger.call(self.id), self.id, body, at);
        self.folded()
    }

    /// When the app sends a request.
    ///
    /// # Panics
    ///
    /// Panics if the ledger refuses an event.
    #[must_use]
    #[track_caller]
    pub fn when_requested(mut self, command: Command, request: &RequestContext<'_>) -> Self {
        let decision = self.ledger.decide(Some(self.id), command, request);
        self.last = Observed::default();
        self.reply = Some(decision.map(|decision| {
            self.last.events = decision.events;
            decision.reply
        }));
        self.folded()
    }

    /// When something happens in the network.
    ///
    /// # Panics
    ///
    /// Panics if the ledger refuses an event.
    #[must_use]
    #[track_caller]
    pub fn when_happens(mut self, network_event: NetworkEvent, at: Timestamp) -> Self {
        self.last = Observed::default();
        self.reply = None;
        match self.ledger.on_network_event(self.id, network_event, at) {
            Ok(events) => self.last.events = events,
            Err(refusal) => self.reply = Some(Err(refusal)),
        }
        self.folded()
    }

    /// When this time is reached. The first deadline expires if it is due.
    ///
    /// # Panics
    ///
    /// Panics if the ledger refuses an event.
    #[must_use]
    #[track_caller]
    pub fn when_late(mut self, now: Timestamp) -> Self {
        self.reply = None;
        self.last = Observed::default();
        self.last.events = self.ledger.call(self.id).map(|call| call.expire(now)).unwrap_or_default();
        self.folded()
    }

    #[track_caller]
    fn folded(mut self) -> Self {
        let events = core::mem::take(&mut self.last.events);
        self.fold(&events);
        self.last.events = events;
        self
    }

    #[track_caller]
    fn fold(&mut self, events: &[Recorded]) {
        for recorded in events {
            let applied = self.ledger.apply(recorded);
            assert!(applied.is_ok(), "{applied:?}: {recorded}");
        }
    }

    /// The call of the scenario.
    ///
    /// # Panics
    ///
    /// Panics if no event has begun the call.
    #[track_caller]
    #[expect(clippy::panic, reason = "a failed test shows its message")]
    pub fn call(&self) -> &Call {
        let call = self.ledger.call(self.id);
        call.unwrap_or_else(|| panic!("call {} has not begun", self.id))
    }

    /// The names of the events of the last input. An inferred event, which the core concluded and no
    /// notification reported, is marked with `?`.
    pub fn events(&self) -> Vec<String> {
        let mark = |recorded: &Recorded| if recorded.inferred { "?" } else { "" };
        self.last.events.iter().map(|one| format!("{}{}", one.event.kind().as_str(), mark(one))).collect()
    }

    /// The findings of the last input.
    pub fn findings(&self) -> Vec<FindingKind> {
        self.last.findings.iter().map(|finding: &Finding| finding.kind).collect()
    }

    /// Then the call is in this state, and the last input had these events and findings.
    ///
    /// # Panics
    ///
    /// Panics if the state, the events or the findings differ.
    #[track_caller]
    pub fn then(&self, state: State, events: &[&str], findings: &[FindingKind]) {
        let events: Vec<String> = events.iter().map(|name| String::from(*name)).collect();
        assert_eq!((self.call().state(), self.events(), self.findings()), (state, events, findings.to_vec()));
    }

    /// Then the reply to the request has this status.
    ///
    /// # Panics
    ///
    /// Panics if the request was refused, or if the last input was not a request.
    #[track_caller]
    pub fn then_replied(&self, status: u16) {
        assert!(matches!(&self.reply, Some(Ok(reply)) if reply.status == status), "{:?}", self.reply);
    }

    /// Then the request or the network event was refused with this HTTP status.
    ///
    /// # Panics
    ///
    /// Panics if the last input was not refused, or if it was refused with another status.
    #[track_caller]
    pub fn then_refused(&self, status: u16) {
        assert!(matches!(&self.reply, Some(Err(refusal)) if refusal.status() == status), "{:?}", self.reply);
    }
}
