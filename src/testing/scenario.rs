//! Given a call, when something comes to it, then …

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use jiff::Timestamp;

use crate::call::{Body, Command, Delivery, NetworkEvent, Observed, Reply, RequestContext, State};
use crate::graph::CommsNotification;
use crate::{Call, CallId, Finding, FindingKind, Ledger, Recorded, Refusal};

/// One call, what came to it, and what the last thing came to. Every event is folded as it comes, which must not be
/// refused.
///
/// ```
/// use callfold::FindingKind;
/// use callfold::call::State;
/// use callfold::testing::Scenario;
///
/// let reported = |state| serde_json::from_value(serde_json::json!({
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
    /// The calls: the one, and what else was given.
    pub ledger: Ledger,
    /// What the last input gave.
    pub last: Observed,
    /// What was answered last, where something was asked; or how what the network did was refused.
    pub reply: Option<Result<Reply, Refusal>>,
}

impl Scenario {
    /// A call of which nothing is known yet.
    ///
    /// ```
    /// # use callfold::testing::Scenario;
    /// let scenario = Scenario::of(callfold::CallId::new(uuid::Uuid::nil()));
    /// assert_eq!(scenario.ledger.calls().count(), 0);
    /// ```
    pub fn of(id: CallId) -> Self {
        Self { id, ledger: Ledger::new(), last: Observed::default(), reply: None }
    }

    /// Given these events of the log.
    ///
    /// ```
    /// # use callfold::testing::Scenario;
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// let scenario = Scenario::of("57dab8b1-894c-409a-b240-bd8beae78896".parse()?).given(&[line.parse()?]);
    /// assert_eq!(scenario.call().revision(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    #[track_caller]
    pub fn given(mut self, events: &[Recorded]) -> Self {
        self.fold(events);
        self
    }

    /// Given that these notifications were heard.
    ///
    /// ```
    /// # use callfold::testing::Scenario;
    /// let scenario = Scenario::of(callfold::CallId::new(uuid::Uuid::nil())).given_notified(&[]);
    /// assert_eq!(scenario.ledger.calls().count(), 0);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn given_notified(self, received: &[CommsNotification]) -> Self {
        received.iter().fold(self, Self::when_notified)
    }

    /// When a notification is heard.
    ///
    /// ```
    /// # use callfold::testing::Scenario;
    /// let scenario = Scenario::of(callfold::CallId::new(uuid::Uuid::nil())).when_notified(&Default::default());
    /// assert_eq!(scenario.events(), ["adopted?"]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn when_notified(self, notification: &CommsNotification) -> Self {
        self.when_delivered(notification, &Delivery::default())
    }

    /// When a notification is heard that came in this way.
    ///
    /// ```
    /// # use callfold::testing::Scenario;
    /// let scenario = Scenario::of(callfold::CallId::new(uuid::Uuid::nil()));
    /// let scenario = scenario.when_delivered(&Default::default(), &Default::default());
    /// assert_eq!(scenario.events(), ["adopted?"]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn when_delivered(mut self, notification: &CommsNotification, delivery: &Delivery) -> Self {
        self.reply = None;
        self.last = Call::observe(self.ledger.call(self.id), self.id, notification, delivery);
        self.folded()
    }

    /// When the body of a reply is learned.
    ///
    /// ```
    /// # use callfold::{call::Body, testing::Scenario};
    /// let scenario = Scenario::of(callfold::CallId::new(uuid::Uuid::nil()));
    /// assert!(scenario.when_learned(&Body::Empty, None).events().is_empty());
    /// ```
    #[must_use]
    #[track_caller]
    pub fn when_learned(mut self, body: &Body, at: Option<Timestamp>) -> Self {
        self.reply = None;
        self.last = Call::learn(self.ledger.call(self.id), self.id, body, at);
        self.folded()
    }

    /// When the app asks for something.
    ///
    /// ```
    /// use callfold::call::{RequestContext, AppIdentity, Command};
    /// use callfold::testing::Scenario;
    ///
    /// let request = RequestContext::new(Default::default(), uuid::Uuid::from_u128(1), AppIdentity::default());
    /// Scenario::of(callfold::CallId::new(uuid::Uuid::nil())).when_requested(Command::KeepAlive, &request).then_refused(404);
    /// ```
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

    /// When the network does something.
    ///
    /// ```
    /// use callfold::call::NetworkEvent;
    /// use callfold::testing::Scenario;
    ///
    /// let scenario = Scenario::of(callfold::CallId::new(uuid::Uuid::nil()));
    /// scenario.when_happens(NetworkEvent::Held, Default::default()).then_refused(409);
    /// ```
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

    /// When it is this late: what the first deadline brings about, if it is due.
    ///
    /// ```
    /// # use callfold::testing::Scenario;
    /// let scenario = Scenario::of(callfold::CallId::new(uuid::Uuid::nil())).when_late(Default::default());
    /// assert!(scenario.events().is_empty());
    /// ```
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

    /// The call.
    ///
    /// # Panics
    ///
    /// Where nothing has begun it.
    ///
    /// ```should_panic
    /// # use callfold::testing::Scenario;
    /// Scenario::of(callfold::CallId::new(uuid::Uuid::nil())).call();
    /// ```
    #[track_caller]
    #[expect(clippy::panic, reason = "a test is told what is wrong with it")]
    pub fn call(&self) -> &Call {
        let call = self.ledger.call(self.id);
        call.unwrap_or_else(|| panic!("call {} has not begun", self.id))
    }

    /// The names of the last events, those that are inferred marked `?`.
    ///
    /// ```
    /// # use callfold::testing::Scenario;
    /// assert!(Scenario::of(callfold::CallId::new(uuid::Uuid::nil())).events().is_empty());
    /// ```
    pub fn events(&self) -> Vec<String> {
        let mark = |recorded: &Recorded| if recorded.inferred { "?" } else { "" };
        self.last.events.iter().map(|one| format!("{}{}", one.event.kind().as_str(), mark(one))).collect()
    }

    /// What was found last.
    ///
    /// ```
    /// # use callfold::testing::Scenario;
    /// assert!(Scenario::of(callfold::CallId::new(uuid::Uuid::nil())).findings().is_empty());
    /// ```
    pub fn findings(&self) -> Vec<FindingKind> {
        self.last.findings.iter().map(|finding: &Finding| finding.kind).collect()
    }

    /// Then the call is in this state, and the last input gave these events and findings.
    ///
    /// # Panics
    ///
    /// Where it is not so.
    ///
    /// ```should_panic
    /// # use callfold::{call::State, testing::Scenario};
    /// Scenario::of(callfold::CallId::new(uuid::Uuid::nil())).then(State::Incoming, &[], &[]);
    /// ```
    #[track_caller]
    pub fn then(&self, state: State, events: &[&str], findings: &[FindingKind]) {
        let events: Vec<String> = events.iter().map(|name| String::from(*name)).collect();
        assert_eq!((self.call().state(), self.events(), self.findings()), (state, events, findings.to_vec()));
    }

    /// Then the request was answered with this status.
    ///
    /// # Panics
    ///
    /// Where it was refused, or nothing was asked.
    ///
    /// ```should_panic
    /// # use callfold::testing::Scenario;
    /// Scenario::of(callfold::CallId::new(uuid::Uuid::nil())).then_replied(200);
    /// ```
    #[track_caller]
    pub fn then_replied(&self, status: u16) {
        assert!(matches!(&self.reply, Some(Ok(reply)) if reply.status == status), "{:?}", self.reply);
    }

    /// Then the request, or what the network did, was refused, as a request with this status.
    ///
    /// # Panics
    ///
    /// Where it was not.
    ///
    /// ```should_panic
    /// # use callfold::testing::Scenario;
    /// Scenario::of(callfold::CallId::new(uuid::Uuid::nil())).then_refused(409);
    /// ```
    #[track_caller]
    pub fn then_refused(&self, status: u16) {
        assert!(matches!(&self.reply, Some(Err(refusal)) if refusal.status() == status), "{:?}", self.reply);
    }
}
