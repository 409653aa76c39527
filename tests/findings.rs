//! Which call a finding names.

use callfold::log::{Decoded, Format};
use callfold::{CallId, Finding, FindingKind, Moment, Recorded, Replay};

use crate::common::{CALL, call_id};

const OTHER: &str = "0fe0623f-d628-42ed-b4bd-8ac290072cc5";

/// The findings about a record that stands alone in its log.
fn findings(format: Format, record: &str) -> Vec<Finding> {
    let mut replay = Replay::new();
    let mut findings = replay.record(format, record.as_bytes(), |_| {});
    findings.extend(replay.finish(|_| {}));
    findings
}

/// Records with one finding each, in which `CALL` stands for a call and `OTHER` for another one; the kind of the finding; and
/// true if the finding names the call.
const RECORDS: &[(Format, &str, FindingKind, bool)] = &[
    // Lines of an event log.
    (Format::Events, r#"{"call":"CALL","rev":1,"type":"placed","data":[]}"#, FindingKind::Malformed, true),
    (
        Format::Events,
        r#"{"call":"CALL","rev":"one","type":"placed","data":{}}"#,
        FindingKind::Malformed,
        true,
    ),
    (Format::Events, r#"{"rev":1,"at":17,"type":"placed","call":"CALL"}"#, FindingKind::Malformed, true),
    (Format::Events, r#"{"v":1,"call":"CALL","rev":1,"at":"2026-11-"#, FindingKind::Malformed, true),
    (Format::Events, r#"{"call":"CALL","rev":1,"type":"placed"}}"#, FindingKind::Malformed, true),
    (Format::Events, r#"{"call":"CALL","type":"\ud83d","rev":0}"#, FindingKind::Malformed, true),
    (Format::Events, r#"{"v":7,"call":"CALL","rev":1,"type":"placed"}"#, FindingKind::Refused, true),
    (Format::Events, r#"{"call":"CALL","rev":1,"type":"parked","data":{}}"#, FindingKind::Malformed, true),
    (
        Format::Events,
        r#"{"specversion":"1.0","id":"CALL/1","type":"callfold.call.placed.v1","data":5}"#,
        FindingKind::Malformed,
        true,
    ),
    (
        Format::Events,
        r#"{"specversion":"1.0","subject":"CALL","type":"callfold.call.placed.v9"}"#,
        FindingKind::Refused,
        true,
    ),
    (Format::Events, r#"{"call":"CAL","rev":1,"type":"placed"}"#, FindingKind::Malformed, false),
    (Format::Events, r#"{"rev":1,"data":{"call":"CALL"}}"#, FindingKind::Malformed, false),
    (Format::Events, r#"["CALL"]"#, FindingKind::Malformed, false),
    (Format::Events, r#"{"call""#, FindingKind::Malformed, false),
    // Notifications.
    (
        Format::Notifications,
        r#"{"value":[{"changeType":"updated","resourceUrl":"/communications/calls/CALL/participants","resourceData":"#,
        FindingKind::Malformed,
        true,
    ),
    (
        Format::Notifications,
        r#"{"value":[{"changeType":"updated","resourceUrl":"\/app\/calls\/CALL"},{"resourceUrl":"/App/Calls('CALL')"#,
        FindingKind::Malformed,
        true,
    ),
    (
        Format::Notifications,
        r#"{"value":[{"resourceUrl":"/communications/calls/CALL"},{"resourceUrl":"/communications/calls/OTHER""#,
        FindingKind::Malformed,
        false,
    ),
    (
        Format::Notifications,
        r#"{"value":[{"resourceUrl":"/communications/calls/""#,
        FindingKind::Malformed,
        false,
    ),
    (
        Format::Notifications,
        r#"INFO {value: [{"changeType": "updated", "resourceUrl": "/communications/calls/CALL"]}"#,
        FindingKind::Malformed,
        true,
    ),
    (
        Format::Notifications,
        r#"{"value":[{"changeType":"updated","resourceUrl":"/communications/calls/CALL/recordings","resourceData":{}}]}"#,
        FindingKind::UnknownResource,
        true,
    ),
    // Entries of an SDK log.
    (
        Format::SdkLog,
        "$>2026-11-23T09:15:00Z Info: a.cs:1 b\nCallId: CALL\nTransactionDirection: Incoming\n{\"value\":[{\"changeType\"\n",
        FindingKind::Malformed,
        true,
    ),
    (
        Format::SdkLog,
        "$>2026-11-23T09:15:00Z Info: a.cs:1 b\nCallId: CALL\nTransactionDirection: Incoming\n{\"value\":[]}\n",
        FindingKind::Empty,
        true,
    ),
    (
        Format::SdkLog,
        "$>2026-11-23T09:15:00Z Info: a.cs:1 b\nCallId: CALL\nTransactionDirection: Incoming\n{}\n",
        FindingKind::Malformed,
        true,
    ),
    (
        Format::SdkLog,
        "$>2026-11-23T09:15:00Z Info: a.cs:1 b\nTransactionDirection: Incoming\n{}\n",
        FindingKind::Malformed,
        false,
    ),
];

#[test]
fn a_finding_names_the_call_wherever_the_record_does() {
    for (format, record, kind, is_named) in RECORDS {
        let record = record.replace("CALL", CALL).replace("OTHER", OTHER);
        let found = findings(*format, &record);
        let about: Vec<_> = found.iter().map(|finding| (finding.kind, finding.call)).collect();
        assert_eq!(about, [(*kind, is_named.then(call_id))], "{record}: {found:?}");
    }
}

#[test]
fn a_finding_shows_its_call() {
    let torn = format!(r#"{{"v":1,"call":"{CALL}","rev":3"#);
    let shown = findings(Format::Events, &torn).remove(0).to_string();
    assert_eq!(
        shown,
        format!(
            "malformed: not a line of an event log: the line breaks off inside an object at column {} (call {CALL})",
            torn.len()
        )
    );
    let finding = Finding::new(FindingKind::Empty, None, "nothing");
    assert_eq!(finding.to_string(), "empty: nothing");
}

#[test]
fn findings_about_another_call_are_left_out_of_the_replay_of_one_call() {
    let other: CallId = OTHER.parse().expect("an id");
    for (format, record, _, is_named) in RECORDS {
        let record = record.replace("CALL", CALL).replace("OTHER", OTHER);
        let found = |call| Replay::new().only(call).record(*format, record.as_bytes(), |_| {}).len();
        assert_eq!((found(call_id()), found(other)), (1, usize::from(!is_named)), "{record}");
    }
}

#[test]
fn a_record_that_is_too_large_names_its_call_where_that_is_known() {
    let line = format!(r#"{{"v":1,"call":"{CALL}","rev":3,"type":"placed","data":{{"subject":"xxxx"#);
    let call = Recorded::call_of(line.as_bytes());
    assert_eq!(call, Some(call_id()));
    let mut replay = Replay::new().until(Moment::Revision(1));
    for (call, named) in [(call, Some(call_id())), (None, None)] {
        let found = replay.decoded(Decoded::too_large(64, call), None);
        assert_eq!((found[0].kind, found[0].call), (FindingKind::TooLarge, named));
    }
}
