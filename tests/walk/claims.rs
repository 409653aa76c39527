//! The claims that are checked for every edge.

use callfold::call::{Body, Call, Deadline, MediaRequest, State};
use callfold::graph::OperationKind;
use callfold::operation::{self, Operation};
use callfold::{Applied, Id, Ledger, Recorded};

use super::moves::{CALL, Made, OTHER, known};
use super::place::Side;

/// The result of a check; the error says in words what does not hold.
pub(crate) type Claim<T = ()> = Result<T, String>;

macro_rules! ensure {
    ($holds:expr, $($words:tt)+) => {
        if !$holds {
            return Err(format!($($words)+));
        }
    };
}
pub(crate) use ensure;

/// Checks that every event folds, in order and with valid times.
pub(crate) fn folds(side: Side, before: &Ledger, events: &[Recorded]) -> Claim<Ledger> {
    let mut ledger = before.clone();
    for recorded in events {
        ensure!([CALL, OTHER].contains(&recorded.call), "an event of a call that nobody named: {recorded}");
        let was = ledger.call(recorded.call).map(|call| (call.last_at(), call.deadlines().to_vec()));
        let (last_at, deadlines) = was.unwrap_or_default();
        match ledger.apply(recorded) {
            Ok(Applied::Folded) => {}
            Ok(applied) => return Err(format!("not folded, but {applied:?}: {recorded}")),
            Err(error) => return Err(format!("refused: {error}: {recorded}")),
        }
        ensure!(
            recorded.at.is_some() || side != Side::Service,
            "an event of the service has no time: {recorded}"
        );
        ensure!(recorded.at.is_none() || recorded.at >= last_at, "back in time from {last_at:?}: {recorded}");
        let call = ledger.call(recorded.call).ok_or("no call where one was folded")?;
        ensure!(call.revision() == recorded.revision, "revision {} of {recorded}", call.revision());
        let mut armed = call.deadlines().iter().filter(|due| !deadlines.contains(due));
        ensure!(
            armed.all(|due| Some(due.at) > recorded.at),
            "a deadline is due before it was set by {recorded}"
        );
    }
    Ok(ledger)
}

/// Checks the claims about every call at every place.
pub(crate) fn call(side: Side, ledger: &Ledger) -> Claim {
    let call = known(ledger);
    let deadlines = call.deadlines();
    ensure!(deadlines.is_sorted(), "deadlines out of order: {deadlines:?}");
    ensure!(
        deadlines.iter().all(|due| Some(due.at) >= call.last_at()),
        "a deadline has passed: {deadlines:?}"
    );
    let kinds = Deadline::ALL.iter().map(|kind| deadlines.iter().filter(|due| due.deadline == *kind).count());
    ensure!(kinds.max() <= Some(1), "a deadline is set twice: {deadlines:?}");
    ensure!(
        ledger.next_deadline().map(|(due, _)| due) == call.next_deadline(),
        "the ledger has another next deadline"
    );
    if call.state().is_live() {
        ensure!(call.orphans().next().is_none(), "orphans of a live call");
        queue(side, call)?;
    } else {
        ensure!(deadlines.is_empty(), "an ended call has deadlines: {deadlines:?}");
        ensure!(call.media_queue().next().is_none(), "an ended call has a media queue");
        ensure!(call.on_hold().is_none(), "music on hold in an ended call");
    }
    let waits_for_ever = call.next_deadline().is_none() && call.state().is_live();
    ensure!(
        side != Side::Service || !waits_for_ever || call.state() == State::Terminating,
        "nothing would ever end the call"
    );
    Ok(())
}

/// Checks that the queue and the operations agree. A notification about the end of an operation starts no
/// other operation, so the state of the head of the queue is checked for a service only.
fn queue(side: Side, call: &Call) -> Claim {
    let find = |id: &Id| call.operations().iter().find(|one| one.id() == Some(id));
    for (index, (id, request)) in call.media_queue().enumerate() {
        let operation = find(id).ok_or_else(|| format!("no operation {id} is known"))?;
        let state = operation.state();
        let kind = match request {
            MediaRequest::PlayPrompt(_) => OperationKind::PlayPrompt,
            _ => OperationKind::Record,
        };
        ensure!(operation.kind() == kind, "{id} is queued as {kind:?}, and is {:?}", operation.kind());
        ensure!(operation.is_pending(), "{id} is queued, and {state}");
        if side == Side::Service {
            let is_head = index == 0;
            ensure!(
                (state == operation::State::Running) == is_head,
                "{id} is {state} at {index} of the queue"
            );
        }
    }
    let head = call.media_queue().next().map(|(_, request)| request);
    let timers = [Deadline::InitialSilence, Deadline::Silence, Deadline::RecordDuration];
    let is_timed = call.deadlines().iter().any(|due| timers.contains(&due.deadline));
    ensure!(!is_timed || matches!(head, Some(MediaRequest::RecordResponse(_))), "timers without a recording");
    let is_queued = |one: &&Operation| call.media_queue().any(|(id, _)| one.id() == Some(id));
    let media = [OperationKind::PlayPrompt, OperationKind::Record];
    let mut pending = call.operations().iter().filter(|one| one.is_pending() && media.contains(&one.kind()));
    ensure!(
        side != Side::Service || pending.all(|one| is_queued(&one)),
        "a media operation stands in no queue"
    );
    Ok(())
}

/// Checks the other claims about an edge.
pub(crate) fn edge(side: Side, before: &Ledger, made: &Made, after: &Ledger) -> Claim {
    let (was, is) = (known(before), known(after));
    absorbs(side, was, made.events.as_deref().unwrap_or_default(), is)?;
    reply(made, after)?;
    if let Some((reported, delivery)) = &made.received {
        let again = Call::observe(Some(is), is.id(), reported, delivery);
        ensure!(again.events.is_empty(), "a repeated notification gives {:?}", again.events);
    }
    Ok(())
}

/// Checks that a settled operation does not change, and that an ended call does not either.
fn absorbs(side: Side, before: &Call, events: &[Recorded], after: &Call) -> Claim {
    let settled =
        before.operations().iter().zip(after.operations().iter()).filter(|(was, _)| !was.is_pending());
    for (was, is) in settled {
        ensure!(was == is, "a settled operation changed: {was:?}, {is:?}");
    }
    if before.state().is_live() {
        return Ok(());
    }
    let mut allowed = vec!["deviceQualityReported", "operationCompleted", "operationFailed"];
    if side != Side::Service {
        allowed.extend(["operationCreated", "operationUpdated", "operationStarted", "notificationHeard"]);
    }
    let own = events.iter().filter(|one| one.call == before.id());
    let beyond: Vec<_> =
        own.map(|one| one.event.kind().as_str()).filter(|name| !allowed.contains(name)).collect();
    ensure!(beyond.is_empty(), "events after the end: {beyond:?}");
    let unchanging = |call: &Call| {
        let people: Vec<_> = call.participants().cloned().collect();
        (
            call.state(),
            call.details().clone(),
            call.tones().clone(),
            call.content_sharing().cloned().collect::<Vec<_>>(),
            people,
        )
    };
    ensure!(unchanging(before) == unchanging(after), "an ended call changed");
    Ok(())
}

/// Checks that the reply is about the call as it is now.
pub(crate) fn reply(made: &Made, after: &Ledger) -> Claim {
    let Some(reply) = &made.reply else { return Ok(()) };
    let call = known(after);
    ensure!((200..=204).contains(&reply.status), "status {}", reply.status);
    match &reply.body {
        Body::Call(reported) => ensure!(**reported == call.resource(), "the reply has another call"),
        Body::Operation(reported) => ensure!(
            call.operations()
                .iter()
                .any(|one| one.id() == reported.id.value() && one.kind() == reported.kind()),
            "no operation {:?} is there",
            reported.id
        ),
        Body::Participants(reported) => {
            ensure!(reported.len() == call.participants().count(), "the reply has other participants")
        }
        _ => {}
    }
    Ok(())
}

/// Checks that a late poll does not change the log: deadlines that were due expire first, with their own
/// times.
pub(crate) fn late_or_in_time(ledger: &Ledger, make: impl Fn(&Ledger) -> Made) -> Claim {
    let mut polled = ledger.clone();
    let mut in_time = Vec::new();
    let Some((due, _)) = polled.next_deadline() else { return Ok(()) };
    while let Some(events) = Some(polled.expire(due.at)).filter(|events| !events.is_empty()) {
        ensure!(
            events.iter().all(|one| one.at == Some(due.at)),
            "an expired deadline has another time: {events:?}"
        );
        polled = folds(Side::Service, &polled, &events)?;
        in_time.extend(events);
    }
    ensure!(known(&polled).next_deadline().is_none_or(|next| next.at > due.at), "{due:?} is due again");
    let (direct, then) = (make(ledger), make(&polled));
    let then = then.events.map(|events| [in_time, events].concat());
    ensure!(direct.events == then, "late: {:?}; in time: {then:?}", direct.events);
    ensure!(direct.reply == make(&polled).reply, "the reply differs without a poll");
    Ok(())
}
