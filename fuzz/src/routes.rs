//! Requests to the service, one per line, with network events and the passing of time between them.

use callfold::Ledger;
use callfold::call::Command;
use callfold::graph::Route;
use callfold::jiff::{SignedDuration, Timestamp};

use crate::calls::in_every_state;
use crate::probe::{calls, context, decides, fold, is_said, network_events, start};

/// The number of lines of an input that are read.
const LINES: usize = 12;

/// The number of seconds by which one input can advance the clock.
const SECONDS: i64 = 100_000;

/// Runs lines of the forms `VERB PATH BODY`, `! CALL NETWORK_EVENT` (numbers) and `~ SECONDS`. The events of
/// every decision must fold, and every other request must be refused.
pub fn routes(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (mut ledger, mut now) = (in_every_state().clone(), start());
    for (number, line) in (0..).zip(text.lines().take(LINES)) {
        let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
        match first {
            "~" => now = wait(&mut ledger, now, rest),
            "!" => happen(&mut ledger, now, rest),
            verb => request(&mut ledger, now, number, verb, rest),
        }
    }
}

fn wait(ledger: &mut Ledger, now: Timestamp, seconds: &str) -> Timestamp {
    let seconds = seconds.trim().parse::<i64>().unwrap_or(1).clamp(0, SECONDS);
    let now = now.checked_add(SignedDuration::from_secs(seconds)).expect("a time that is near");
    while let Some((due, _)) = ledger.next_deadline().filter(|(due, _)| due.at <= now) {
        let events = ledger.expire(now);
        assert!(!events.is_empty(), "{due:?} expires without an event");
        fold(ledger, &events);
    }
    now
}

fn happen(ledger: &mut Ledger, now: Timestamp, what: &str) {
    let mut numbers = what.split(' ').filter_map(|number| number.parse::<usize>().ok());
    let (Some(call), Some(network_event)) = (numbers.next(), numbers.next()) else { return };
    let Some(call) = ledger.calls().nth(call) else { return };
    let Some(network_event) = network_events(call).into_iter().nth(network_event) else { return };
    match ledger.on_network_event(call.id(), network_event, now) {
        Ok(events) => fold(ledger, &events),
        Err(refusal) => is_said(&refusal),
    }
}

fn request(ledger: &mut Ledger, now: Timestamp, number: u128, verb: &str, rest: &str) {
    let (path, body) = rest.split_once(' ').unwrap_or((rest, ""));
    let route = match Route::parse(verb, path) {
        Ok(route) => route,
        Err(none) => {
            assert!(matches!(none.status(), 404 | 405), "{none}");
            serde_json::to_string(&none.error()).expect("an error is written");
            return;
        }
    };
    assert_eq!(Route::parse(verb, &route.to_string()).as_ref(), Ok(&route), "{path}");
    let command = Command::read(&route, body.as_bytes());
    assert_eq!(command.method(), route.method);
    let context = context(now, (1 << 100) + number);
    for call in calls(ledger) {
        match call.decide(command.clone(), &context) {
            Ok(decision) => decides(&mut ledger.clone(), &decision),
            Err(refusal) => is_said(&refusal),
        }
    }
    match ledger.decide(route.call, command, &context) {
        Ok(decision) => decides(ledger, &decision),
        Err(refusal) => is_said(&refusal),
    }
}
