//! Complete logs in the three formats, split and replayed as a frontend does.

use callfold::call::{Call, CallEvent, Delivery};
use callfold::graph::CommsNotifications;
use callfold::log::{Cut, Format, Record, Skip, cut, glance};
use callfold::{CallId, Finding, FindingKind, Keep, Ledger, Moment, Recorded, Replay};
use serde_json::Value;

use crate::probe::{calls, probe};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The result of a replay.
struct Played {
    ledger: Ledger,
    events: Vec<Recorded>,
    findings: Vec<Finding>,
}

impl Played {
    fn has(&self, kind: FindingKind) -> bool {
        self.findings.iter().any(|finding| finding.kind == kind)
    }

    fn of(&self, call: CallId) -> impl Iterator<Item = &Recorded> {
        self.events.iter().filter(move |recorded| recorded.call == call)
    }
}

/// The event log: the events that fold are written, and fold to the same calls again. A replay that keeps
/// summaries finds and reports the same.
pub fn events(input: &[u8]) {
    let played = play(Format::Events, input);
    assert_eq!(summarised(Keep::Summary, input), summarised(Keep::Everything, input));
    folds_from_its_own_text(&played);
    probe_the_last(&played.ledger);
}

/// Notifications: the events of every notification fold, and a message that is delivered again changes
/// nothing.
pub fn notifications(input: &[u8]) {
    received(Format::Notifications, input);
    redelivered(&records(Format::Notifications, input));
}

/// The text log of the SDK: the same promises as for notifications.
pub fn sdk_log(input: &[u8]) {
    received(Format::SdkLog, input);
}

/// The findings of a log, and the summaries of its calls.
fn summarised(keep: Keep, log: &[u8]) -> (Vec<Finding>, Vec<String>) {
    let mut replay = Replay::new().keep(keep);
    let records = records(Format::Events, log);
    let mut findings: Vec<_> =
        records.iter().flat_map(|record| replay.record(Format::Events, *record, |_| {})).collect();
    findings.extend(replay.finish(|_| {}));
    let calls = replay.summaries().into_iter().map(|call| {
        let operations: Vec<_> = call.operations().collect();
        let tones: Vec<_> = call.tones().collect();
        let times = (call.revision(), call.first_at(), call.last_at());
        let end = (call.direction(), call.audio(), call.result_info(), call.termination_reason());
        let people = (call.participants(), call.caller(), call.callees());
        format!("{call:?} {times:?} {end:?} {operations:?} {people:?} {tones:?}")
    });
    (findings, calls.collect())
}

fn received(format: Format, input: &[u8]) {
    let played = play(format, input);
    if records(format, input).iter().any(|record| has_events(record.bytes)) {
        return folds_from_its_own_text(&played);
    }
    for kind in [FindingKind::Refused, FindingKind::Conflict, FindingKind::RevisionGap] {
        assert!(!played.has(kind), "an observed event folds: {:?}", played.findings);
    }
    for call in played.ledger.calls() {
        let revisions = played.of(call.id()).map(|recorded| recorded.revision);
        assert!(revisions.eq(1..=call.revision()), "revisions have no holes");
    }
    folds_from_its_own_text(&played);
    probe_the_last(&played.ledger);
}

/// True if a record may hold events of the event log, which can be refused and can have holes.
fn has_events(record: &[u8]) -> bool {
    let is_event = |value: &Value| {
        value.get("type").is_some() && (value.get("rev").is_some() || value.get("specversion").is_some())
    };
    match serde_json::from_slice::<Value>(record) {
        Ok(Value::Array(items)) => items.iter().any(is_event),
        Ok(value) => is_event(&value),
        // Half of a surrogate pair, and bytes that are not UTF-8, are mended before a record is read.
        Err(_) => record.windows(2).any(|pair| pair == b"\\u") || core::str::from_utf8(record).is_err(),
    }
}

/// Probes the last call only, because a probe takes longer than all the other checks.
fn probe_the_last(ledger: &Ledger) {
    if let Some(call) = ledger.calls().last() {
        probe(ledger, call.id());
    }
}

fn records(format: Format, log: &[u8]) -> Vec<Record<'_>> {
    _ = Format::detect(log);
    let mut rest = log.strip_prefix(BYTE_ORDER_MARK).unwrap_or(log);
    let mut records = Vec::new();
    loop {
        match cut(format, rest, true) {
            Cut::Record(record) => {
                assert!(record.consumed() > 0, "a record is not empty");
                is_the_same_from_a_part(format, rest, record);
                if let Some(seen) = glance(format, rest) {
                    assert!((1..=rest.len()).contains(&seen.consumed), "a look passes something");
                }
                let (skipped, _) = Skip::new(format).pass(rest, true);
                assert!((1..=rest.len()).contains(&skipped), "a skip passes something");
                records.push(record);
                rest = &rest[record.consumed()..];
            }
            Cut::End => return records,
            Cut::More => panic!("there is no more"),
        }
    }
}

/// Wherever a block ends, the splitter returns the same record or asks for more input.
fn is_the_same_from_a_part(format: Format, block: &[u8], record: Record<'_>) {
    let end = record.consumed();
    for part in [end / 2, end.saturating_sub(1), end, end + 1] {
        let Some(part) = block.get(..part) else { continue };
        match cut(format, part, false) {
            Cut::Record(found) => assert_eq!(found, record, "the same record from a part"),
            Cut::More => {}
            Cut::End => panic!("a part has no end"),
        }
    }
}

fn play(format: Format, log: &[u8]) -> Played {
    play_onto(Replay::new(), format, &records(format, log))
}

fn play_onto(mut replay: Replay, format: Format, records: &[Record<'_>]) -> Played {
    let (mut events, mut findings) = (Vec::new(), Vec::new());
    for record in records {
        findings.extend(replay.record(format, *record, |recorded| events.push(recorded.clone())));
    }
    findings.extend(replay.finish(|recorded| events.push(recorded.clone())));
    assert_eq!(replay.events(), events.len() as u64);
    assert!(findings.iter().all(|finding| !finding.message.is_empty()));
    Played { ledger: replay.into_ledger(), events, findings }
}

fn folds_from_its_own_text(played: &Played) {
    let lines: Vec<String> = played.events.iter().map(Recorded::to_string).collect();
    let clouds: Vec<String> = played.events.iter().map(|event| event.cloud_event().to_string()).collect();
    for text in [lines, clouds] {
        let text = text.join("\n");
        let records = records(Format::Events, text.as_bytes());
        assert_eq!(records.len(), played.events.len(), "one line per event");
        let replay = Replay::new().onto(Ledger::with_history());
        let again = play_onto(replay, Format::Events, &records);
        is_the_same(played, &again);
    }
}

fn is_the_same(played: &Played, again: &Played) {
    let mut replay = Replay::new().onto(again.ledger.clone());
    for call in played.ledger.calls() {
        let (id, revision) = (call.id(), call.revision());
        assert!(played.of(id).eq(again.of(id)), "the same events");
        let is_complete = (1..).zip(played.of(id)).all(|(number, recorded)| recorded.revision == number);
        for finding in again.findings.iter().filter(|finding| finding.call == Some(id)) {
            let is_fine = matches!(finding.kind, FindingKind::Orphan | FindingKind::OperationFailed)
                || (finding.kind == FindingKind::RevisionGap && !is_complete);
            assert!(is_fine, "{finding} in {:?}", again.events);
        }
        // A refused line counts as a record, but is not written.
        if again.ledger.next_revision(id) <= revision {
            assert!(played.has(FindingKind::Refused), "all revisions are written");
            let refused = Recorded::new(id, revision, None, CallEvent::Offered(None)).to_string();
            replay.record(Format::Events, refused.as_bytes(), |_| {});
        }
    }
    replay.finish(|_| {});
    assert_eq!(calls(&replay.into_ledger()), calls(&played.ledger), "the same calls");
    let past = again.ledger.as_of(Moment::Revision(u64::MAX)).expect("it keeps history");
    assert!(past.calls().eq(again.ledger.calls().cloned()), "the past folds to the present");
}

fn redelivered(records: &[Record<'_>]) {
    let (mut replay, mut once) = (Replay::new(), Ledger::new());
    for (number, record) in records.iter().enumerate() {
        let record = String::from_utf8_lossy(record.bytes);
        let delivered =
            format!(r#"{{"headers":{{"X-Microsoft-Skype-Message-ID":"message-{number}"}},"body":{record}}}"#);
        replay.record(Format::Notifications, delivered.as_bytes(), |_| {});
        let before: Vec<Call> = replay.calls().cloned().collect();
        let mut events = Vec::new();
        replay.record(Format::Notifications, delivered.as_bytes(), |recorded| events.push(recorded.clone()));
        assert_eq!(events, [], "a second delivery of {delivered}");
        assert!(replay.calls().eq(&before), "a second delivery of {delivered}");
        twice_in_a_row(&mut once, &record);
    }
}

/// One notification without message ids, observed twice in a row.
fn twice_in_a_row(ledger: &mut Ledger, body: &str) {
    let Ok(posted) = serde_json::from_str::<CommsNotifications>(body) else { return };
    for notification in &posted.value {
        let Some(id) = notification.call_id() else { continue };
        let observe =
            |known: Option<&Call>| Call::observe(known, id, notification, &Delivery::default()).events;
        for recorded in observe(ledger.call(id)) {
            ledger.apply(&recorded).expect("an observed event folds");
        }
        assert_eq!(observe(ledger.call(id)), [], "observed again: {notification:?}");
    }
}
