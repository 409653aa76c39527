//! The moves of the walk: a request, a network event, a deadline, a notification, a reply.

use callfold::call::{
    AppIdentity, Body, Call, CallEvent, Command, Deadline, Delivery, Ending, NetworkEvent, Reply,
    RequestContext,
};
use callfold::graph::{CommsNotification, Method, OperationKind, Permission};
use callfold::jiff::{SignedDuration, Timestamp};
use callfold::uuid::Uuid;
use callfold::{CallId, Id, Ledger, Recorded, Refusal};

pub(crate) const ALICE: &str = "alice";
/// A participant of whom the app may be asked whether it records them.
pub(crate) const BOB: &str = "bob";

/// The call of the walk: the one that the notifications of all tests are about.
pub(crate) const CALL: CallId = CallId::new(Uuid::from_u128(0x57da_b8b1_894c_409a_b240_bd8b_eae7_8896));
/// The call that the call of the walk may replace.
pub(crate) const OTHER: CallId = CallId::new(Uuid::from_u128(0xe5d3_9592_99bd_4db8_bca8_30fb_894e_c51d));

pub(crate) fn start() -> Timestamp {
    "2026-11-23T09:00:00Z".parse().unwrap()
}

pub(crate) fn known(ledger: &Ledger) -> &Call {
    ledger.call(CALL).expect("the call has begun")
}

/// One second after the last event, but before any deadline is due.
pub(crate) fn now(call: &Call) -> Timestamp {
    let last = call.last_at().unwrap_or_else(start);
    let next = last + SignedDuration::from_secs(1);
    if call.next_deadline().is_some_and(|due| due.at <= next) { last } else { next }
}

/// A move, with its name in the report.
#[derive(Clone, Debug)]
pub(crate) struct Move {
    pub(crate) name: String,
    pub(crate) what: What,
}

#[derive(Clone, Debug)]
pub(crate) enum What {
    Request(Command),
    /// A request to get the oldest operation.
    RequestOperation,
    RequestWithoutPermission(Command),
    NetworkEvent(NetworkEvent),
    /// The end of the oldest pending operation of this kind.
    Finish(OperationKind, Ending),
    /// Time passes until this deadline is due.
    Wait(Deadline),
    Notification(CommsNotification, When),
    /// A notification about the oldest or the newest pending operation.
    OperationNotification(fn(&Id) -> CommsNotification, Which),
    Learn(Body),
    /// The `keepAlive` that a bot records for its own request.
    KeepAlive,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    Oldest,
    Newest,
}

/// The time at which a notification is received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    Soon,
    /// After the time within which an inferred state can be confirmed.
    Late,
    /// The notification has no time.
    Unknown,
    /// Soon, with a message id.
    Numbered,
}

/// The result of a move.
#[derive(Debug)]
pub(crate) struct Made {
    /// The request, if the move is one.
    pub(crate) request: Option<Command>,
    pub(crate) happened: Option<NetworkEvent>,
    pub(crate) received: Option<(CommsNotification, Delivery)>,
    pub(crate) reply: Option<Reply>,
    pub(crate) events: Result<Vec<Recorded>, Refusal>,
}

impl Made {
    fn taken(events: Vec<Recorded>) -> Self {
        Self { request: None, happened: None, received: None, reply: None, events: Ok(events) }
    }
}

impl Move {
    pub(crate) fn new(name: impl Into<String>, what: What) -> Self {
        Self { name: name.into(), what }
    }

    /// Makes the move; `None` if there is nothing that it can be about.
    pub(crate) fn make(&self, ledger: &Ledger) -> Option<Made> {
        let call = known(ledger);
        Some(match &self.what {
            What::Request(command) => request(ledger, command.clone(), now(call), Permission::ALL),
            What::RequestOperation => {
                let id = call.operations().first()?.id()?.clone();
                request(ledger, Command::GetOperation(id), now(call), Permission::ALL)
            }
            What::RequestWithoutPermission(command) => request(ledger, command.clone(), now(call), &[]),
            What::NetworkEvent(network_event) => happen(ledger, network_event.clone(), now(call)),
            What::Finish(kind, ending) => {
                let is_it = |id: &&Id| call.media_queue().all(|(queued, _)| queued != *id);
                let pending = call.operations().iter().filter(|one| one.is_pending() && one.kind() == *kind);
                let id = pending.filter_map(|one| one.id()).find(is_it)?.clone();
                happen(ledger, NetworkEvent::operation_finished(id, ending.clone()), now(call))
            }
            What::Wait(deadline) => {
                let due = call.next_deadline().filter(|due| due.deadline == *deadline)?;
                Made::taken(call.expire(due.at))
            }
            What::Notification(reported, when) => observe(call, reported.clone(), *when),
            What::OperationNotification(reported, which) => {
                let mut pending = call.operations().iter().filter(|one| one.is_pending());
                let one = if *which == Which::Oldest { pending.next() } else { pending.next_back() };
                observe(call, reported(one?.id()?), When::Soon)
            }
            What::Learn(body) => {
                Made::taken(Call::learn(Some(call), call.id(), body, Some(now(call))).events)
            }
            What::KeepAlive => {
                Made::taken(Vec::from_iter(call.state().is_live().then(|| call.kept_alive(now(call)))))
            }
        })
    }

    /// Makes the move with a call that is not known yet: the first thing that a bot receives about the call.
    pub(crate) fn begin(&self) -> Option<Vec<Recorded>> {
        let observed = match &self.what {
            What::Notification(reported, when) => {
                let at = (*when != When::Unknown).then(start);
                Call::observe(None, CALL, reported, &super::reported::delivery(at))
            }
            What::Learn(body) => Call::learn(None, CALL, body, Some(start())),
            _ => return None,
        };
        Some(observed.events).filter(|events| !events.is_empty())
    }

    /// Whether deadlines that are due must expire before a late move of this kind.
    pub(crate) fn is_for_the_service(&self) -> bool {
        matches!(self.what, What::Request(_) | What::NetworkEvent(_))
    }
}

/// Sends a request. The id of what it creates is numbered, so that equal calls get equal requests.
pub(crate) fn request(ledger: &Ledger, command: Command, at: Timestamp, granted: &[Permission]) -> Made {
    let made = known(ledger).operations().len() as u128;
    let request = RequestContext::new(at, Uuid::from_u128(0xa000 + made), AppIdentity::new(granted));
    let decided = ledger.decide(Some(CALL), command.clone(), &request);
    let (reply, events) = match decided {
        Ok(decision) => (Some(decision.reply), Ok(decision.events)),
        Err(refusal) => (None, Err(refusal)),
    };
    Made { request: Some(command), reply, events, happened: None, received: None }
}

pub(crate) fn happen(ledger: &Ledger, network_event: NetworkEvent, at: Timestamp) -> Made {
    let events = ledger.on_network_event(CALL, network_event.clone(), at);
    Made { happened: Some(network_event), events, request: None, reply: None, received: None }
}

fn observe(call: &Call, reported: CommsNotification, when: When) -> Made {
    let soon = now(call);
    let mut delivery = super::reported::delivery(match when {
        When::Soon | When::Numbered => Some(soon),
        When::Late => Some(soon + SignedDuration::from_secs(61)),
        When::Unknown => None,
    });
    if when == When::Numbered {
        delivery.message_id = Some(format!("message-{}", call.revision()).as_str().into());
    }
    let events = Call::observe(Some(call), call.id(), &reported, &delivery).events;
    Made { received: Some((reported, delivery)), ..Made::taken(events) }
}

/// The method, if the move is a request.
pub(crate) fn method(made: &Made) -> Option<Method> {
    made.request.as_ref().map(Command::method)
}

/// Whether an event may change the outlook of a call: what a notification of each state would change.
pub(crate) fn changes_outlook(recorded: &Recorded) -> bool {
    matches!(recorded.event, CallEvent::Step(..) | CallEvent::Adopted(_) | CallEvent::StateConfirmed(_))
}
