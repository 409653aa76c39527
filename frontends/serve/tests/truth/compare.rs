//! What is compared at the end of a run.

use std::collections::{BTreeMap, BTreeSet};

use callfold::call::{CallEvent, Transition};
use callfold::graph::EndCode;
use callfold::jiff::{SignedDuration, Timestamp};
use callfold::log::Format;
use callfold::operation::Operation;
use callfold::testing::{Arrival, reported_difference};
use callfold::{Call, CallId, Ledger, Recorded, Replay};
use callfold_store::Position;
use serde_json::{Value, json};

use super::bot::{NOT_TAKEN, State};
use super::command;
use super::run::Run;

/// A webhook that reached the bot.
struct Arrived {
    call: CallId,
    revision: u64,
    at: Timestamp,
    line: String,
}

/// How the webhooks of one call arrived.
#[derive(Default)]
struct Way {
    last: u64,
    is_late: bool,
    is_minutes_late: bool,
    is_out_of_order: bool,
    arrived: BTreeSet<u64>,
}

impl Run<'_> {
    pub(super) async fn compare(&mut self) {
        let log = self.place.store.read_all(Position::START, usize::MAX).await.unwrap();
        let log: Vec<Recorded> = log.into_iter().map(|stored| stored.event).collect();
        let service = self.place.server.calls();
        self.same("the log of the service", &service, &replayed_lines(&log));
        let document = self.place.client.get("/_callfold/deliveries?secrets=true").await;
        let listed = document.json()["deliveries"].as_array().unwrap().clone();
        let arrived: Vec<Arrived> = listed.iter().filter_map(arrived).collect();
        let ways = ways(&log, &arrived);
        self.count(&service, &listed, &ways);
        let place = self.place;
        let state = place.bot.state().await;
        self.same("the log of the bot", &state.calls, &replayed_lines(&state.log));
        self.same("a replay of the deliveries", &state.heard, &replayed(&arrived));
        if listed.iter().filter(|one| one["kind"] == "webhook").count() == arrived.len() {
            let whole = replay(Format::Notifications, [document.text.clone()].into_iter());
            self.same("a replay of the list as it is", &state.heard, &whole);
            self.happened.compared("with the list as it is");
            if let Some(path) = command::path() {
                let found = command::replay(&path, &document.text);
                assert_eq!(found, command::expected(&state.heard), "run {}: the command", self.number);
                self.happened.compared("with `callfold replay` of the list");
            }
        }
        let none = Way::default();
        for call in service.calls() {
            let way = ways.get(&call.id()).unwrap_or(&none);
            self.compare_call(&service, &state, &log, call.id(), way);
        }
    }

    /// Two folds of the same are the same, call by call.
    fn same(&self, what: &str, ours: &Ledger, theirs: &Ledger) {
        let ids = |calls: &Ledger| calls.calls().map(callfold::Call::id).collect::<Vec<_>>();
        assert_eq!(ids(ours), ids(theirs), "run {}: {what}", self.number);
        for call in ours.calls() {
            let place = reported_difference(call, theirs.call(call.id()).unwrap(), Arrival::AtOnce);
            assert_eq!(place, None, "run {}: {what}: call {}", self.number, call.id());
            assert_eq!(Some(call), theirs.call(call.id()), "run {}: {what}", self.number);
        }
    }

    /// The call of the service, and the same as the bot has it.
    fn compare_call(&mut self, service: &Ledger, state: &State, log: &[Recorded], id: CallId, way: &Way) {
        let ours = service.call(id).unwrap();
        let end = log.iter().filter(|event| event.call == id && is_end(event)).map(|event| event.revision);
        let knows_the_end = end.into_iter().all(|revision| way.arrived.contains(&revision));
        let Some(how) = self.how(log, id, way) else {
            self.happened.compared("loosely");
            for theirs in [state.calls.call(id), state.heard.call(id)].into_iter().flatten() {
                let has_ended = !ours.state().is_live() && !theirs.state().is_live();
                assert!(has_ended || !knows_the_end || ours.state().is_live(), "run {}: {id}", self.number);
            }
            return;
        };
        self.happened.compared(match how {
            Arrival::AtOnce => "at once",
            Arrival::InOrder => "in order",
            _ => "out of order",
        });
        let theirs = state.calls.call(id).unwrap_or_else(|| panic!("run {}: no {id}", self.number));
        let place = reported_difference(ours, theirs, how);
        assert_eq!(place, None, "run {}: the bot: call {id}: {how:?}", self.number);
        let heard = state.heard.call(id).unwrap_or_else(|| panic!("run {}: no {id}", self.number));
        assert_eq!(heard.state(), theirs.state(), "run {}: webhooks alone: {id}: {how:?}", self.number);
        self.knows_operations(ours, heard);
        if !matches!(how, Arrival::OutOfOrder { .. }) {
            for theirs in [theirs, heard] {
                assert_eq!(ours.result_info(), theirs.result_info(), "run {}: {id}", self.number);
                assert_eq!(ours.tones(), theirs.tones(), "run {}: {id}", self.number);
            }
        }
    }

    /// Webhooks alone do not report an operation that has completed with its reply. What they report is right.
    fn knows_operations(&self, ours: &Call, heard: &Call) {
        for theirs in heard.operations().iter() {
            let known = ours.operations().iter().find(|one| one.id() == theirs.id()).unwrap();
            let status = |one: &Operation| if one.is_pending() { None } else { Some(one.state()) };
            let (known, heard) = ((known.kind(), status(known)), (theirs.kind(), status(theirs)));
            assert_eq!(known, heard, "run {}: webhooks alone: {theirs:?}", self.number);
        }
    }

    /// How the webhooks of a call arrived; `None` if some were lost, or were out of order and too late.
    fn how(&self, log: &[Recorded], id: CallId, way: &Way) -> Option<Arrival> {
        if self.faults.webhooks.drop > 0.0 || (way.is_out_of_order && way.is_minutes_late) {
            return None;
        }
        let is_ambiguous = log.iter().any(|event| event.call == id && makes_ambiguous(event));
        Some(match (way.is_out_of_order, way.is_late) {
            (true, _) => Arrival::OutOfOrder { is_ambiguous },
            (false, true) => Arrival::InOrder,
            (false, false) => Arrival::AtOnce,
        })
    }

    /// Counts the operations, the ends and the faults.
    fn count(&mut self, service: &Ledger, listed: &[Value], ways: &BTreeMap<CallId, Way>) {
        for call in service.calls() {
            for operation in call.operations().iter() {
                self.happened.see("operation", operation.kind().as_str());
            }
            if let Some(end) = call.result_info().and_then(EndCode::of) {
                self.happened.see("end", end.to_string());
            }
            self.happened.see("state", call.state().as_str());
        }
        let webhooks = listed.iter().filter(|one| one["kind"] == "webhook");
        for webhook in webhooks {
            match webhook["fault"].as_str() {
                Some(fault) => self.happened.see("fault", fault),
                None if webhook["answer"]["status"].as_u64() >= Some(500) => {
                    self.happened.see("fault", "retry")
                }
                None => {}
            }
        }
        if ways.values().any(|way| way.is_out_of_order) {
            self.happened.see("fault", "reorder");
        }
        if ways.values().any(|way| way.is_late) && !self.faults.webhooks.delay.is_empty() {
            self.happened.see("fault", "delay");
        }
    }
}

/// A webhook that reached the bot, as the list of deliveries has it.
fn arrived(listed: &Value) -> Option<Arrived> {
    let is_taken = listed["answer"]["status"].as_u64()? != u64::from(NOT_TAKEN);
    let reached = listed["kind"] == "webhook" && is_taken;
    let line = json!({ "receivedAt": listed["time"], "headers": listed["headers"], "body": listed["body"] });
    reached.then(|| Arrived {
        call: listed["call"].as_str().unwrap().parse().unwrap(),
        revision: listed["revision"].as_u64().unwrap(),
        at: listed["time"].as_str().unwrap().parse().unwrap(),
        line: line.to_string(),
    })
}

fn ways(log: &[Recorded], arrived: &[Arrived]) -> BTreeMap<CallId, Way> {
    let times: BTreeMap<_, _> = log.iter().map(|event| ((event.call, event.revision), event.at)).collect();
    let mut ways: BTreeMap<CallId, Way> = BTreeMap::new();
    for one in arrived {
        let way = ways.entry(one.call).or_default();
        // A repeat changes nothing, whenever it comes.
        if !way.arrived.insert(one.revision) {
            continue;
        }
        let late = one.at.duration_since(times[&(one.call, one.revision)].unwrap());
        way.is_late |= !late.is_zero();
        way.is_minutes_late |= late >= SignedDuration::from_mins(1);
        way.is_out_of_order |= one.revision < way.last;
        way.last = way.last.max(one.revision);
    }
    ways
}

fn replayed_lines(log: &[Recorded]) -> Ledger {
    replay(Format::Events, log.iter().map(Recorded::to_string))
}

fn replayed(arrived: &[Arrived]) -> Ledger {
    replay(Format::Notifications, arrived.iter().map(|one| one.line.clone()))
}

fn replay(format: Format, lines: impl Iterator<Item = String>) -> Ledger {
    let mut replay = Replay::new();
    for line in lines {
        replay.record(format, line.as_bytes(), |_| {});
    }
    replay.finish(|_| {});
    replay.into_ledger()
}

fn is_end(event: &Recorded) -> bool {
    matches!(event.event, CallEvent::Step(Transition::Terminated, _))
}

/// Whether the state of a call depends on the order of its notifications after this event.
fn makes_ambiguous(event: &Recorded) -> bool {
    matches!(
        event.event,
        CallEvent::Step(Transition::Held | Transition::Resumed | Transition::TransferFailed, _)
    )
}
