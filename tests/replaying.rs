//! Replays: lines in the wrong place, a single call, and the moment at which calls stop.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use crate::common::{CALL, call_id};
use callfold::log::Format;
use callfold::{Call, CallId, FindingKind, Keep, Moment, Replay};
use serde_json::json;

const OTHER: &str = "2e1a4d1c-0000-4000-8000-000000000001";

/// A line of this call's log.
fn line(call: &str, revision: u64, name: &str, data: &str) -> String {
    format!(r#"{{"call":"{call}","rev":{revision},"type":"{name}","data":{data}}}"#)
}

/// The findings about a record.
fn kinds(replay: &mut Replay, record: &str) -> Vec<FindingKind> {
    let findings = replay.record(Format::Events, record.as_bytes(), |_| {});
    findings.iter().map(|finding| finding.kind).collect()
}

#[test]
fn sixteen_lines_of_a_call_are_held_back_and_with_one_more_all_of_them_are_folded() {
    let mut replay = Replay::new();
    let details = |revision| line(CALL, revision, "detailsChanged", r#"{"subject":"x"}"#);
    assert_eq!(kinds(&mut replay, &line(CALL, 1, "placed", "{}")), []);
    assert_eq!(kinds(&mut replay, &details(3)), [FindingKind::RevisionGap]);
    for revision in 4..19 {
        assert_eq!(kinds(&mut replay, &details(revision)), []);
    }
    let mut in_time = replay.clone();
    assert_eq!(replay.events(), 1);
    assert_eq!(kinds(&mut replay, &details(19)), []);
    assert_eq!(replay.events(), 18);
    assert_eq!(kinds(&mut replay, &details(2)), [FindingKind::RevisionGap]);
    // The deadlines of the calls have not passed yet.
    assert_eq!(kinds(&mut in_time, &details(2)), []);
    assert_eq!(in_time.events(), 18);
}

#[test]
fn of_one_call_alone_nothing_is_said_that_is_about_another() {
    let broken = |call: &str| line(call, 1, "danced", "{}");
    let rows = [(broken(CALL), true), (broken(OTHER), false), ("{}".to_owned(), true)];
    for (record, is_said) in rows {
        let malformed = [FindingKind::Malformed];
        assert_eq!(kinds(&mut Replay::new(), &record), malformed, "{record}");
        let said = kinds(&mut Replay::new().only(call_id()), &record);
        assert_eq!(said, &malformed[..usize::from(is_said)], "{record}");
    }
}

/// A record of an operation that runs. If its call is not known, there is a finding.
fn running(format: Format, call: &str, second: u32) -> String {
    let at = format!("2026-11-23T09:00:{second:02}Z");
    let url = format!("/communications/calls/{call}/operations/o{second}");
    let mut operation = json!({ "@odata.type": "#microsoft.graph.playPromptOperation", "status": "running" });
    match format {
        Format::Events => {
            json!({ "call": call, "rev": 1, "at": at, "type": "adopted", "data": {}, "inferred": true })
                .to_string()
        }
        Format::Notifications => {
            let received = json!({ "changeType": "updated", "resourceUrl": url, "resourceData": operation });
            json!({ "receivedAt": at, "body": { "value": [received] } }).to_string()
        }
        Format::SdkLog => {
            operation["id"] = format!("o{second}").into();
            format!(
                "$>{at} Info: Bot.cs:42 SendAsync\nTransactionDirection: Outgoing\nTraceType: HttpResponse\n\
                 request: POST https://graph.microsoft.com/v1.0/communications/calls/{call}/playPrompt\n\
                 response: 200 OK\n{operation}\n"
            )
        }
    }
}

const FORMATS: [Format; 3] = [Format::Events, Format::Notifications, Format::SdkLog];

#[test]
fn of_one_call_alone_no_other_is_replayed_and_nothing_is_said_of_it() {
    let other: CallId = OTHER.parse().unwrap();
    for (format, only) in FORMATS.into_iter().flat_map(|format| [(format, call_id()), (format, other)]) {
        let mut replay = Replay::new().only(only);
        for call in [CALL, OTHER] {
            let findings = replay.record(format, running(format, call, 1).as_bytes(), |_| {});
            assert!(findings.iter().all(|finding| finding.call == Some(only)), "{format:?} {findings:?}");
        }
        assert!(replay.calls().map(Call::id).eq([only]), "{format:?}");
    }
}

#[test]
fn a_replay_knows_the_calls_of_which_it_folded_an_event() {
    let other: CallId = OTHER.parse().unwrap();
    for keep in [Keep::Everything, Keep::Summary, Keep::SummaryOfEvents] {
        let mut replay = Replay::new().keep(keep);
        assert!(!replay.knows(call_id()), "{keep:?}");
        assert_eq!(kinds(&mut replay, &line(OTHER, 1, "held", "{}")), [FindingKind::Refused], "{keep:?}");
        for (revision, name) in [(1, "placed"), (2, "terminated")] {
            assert_eq!(kinds(&mut replay, &line(CALL, revision, name, "{}")), [], "{keep:?}");
            assert_eq!((replay.knows(call_id()), replay.knows(other)), (true, false), "{keep:?} {name}");
        }
    }
}

#[test]
fn a_replay_that_keeps_summaries_keeps_no_call_that_has_ended() {
    for (keep, kept) in
        [(Keep::Everything, &[OTHER, CALL][..]), (Keep::Summary, &[OTHER]), (Keep::SummaryOfEvents, &[OTHER])]
    {
        let mut replay = Replay::new().keep(keep);
        for (call, revision, name) in [(OTHER, 1, "placed"), (CALL, 1, "placed"), (CALL, 2, "terminated")] {
            assert_eq!(kinds(&mut replay, &line(call, revision, name, "{}")), [], "{keep:?}");
        }
        let calls: Vec<_> = replay.calls().map(|call| call.id().to_string()).collect();
        assert_eq!(calls, kept, "{keep:?}");
        let summaries = replay.summaries();
        assert!(summaries.iter().map(|call| call.id().to_string()).eq([OTHER, CALL]), "{keep:?}");
    }
}

#[test]
fn records_of_a_call_after_its_moment_are_ignored_without_a_finding() {
    let until = Moment::Time("2026-11-23T09:00:05Z".parse().unwrap());
    for format in FORMATS {
        let mut replay = Replay::new().until(until);
        let mut said = |call: &str, second| {
            replay.record(format, running(format, call, second).as_bytes(), |_| {}).len()
        };
        assert_eq!(said(OTHER, 6), 0, "{format:?}");
        // A call that has stopped remains stopped.
        assert_eq!(said(OTHER, 4), 0, "{format:?}");
        said(CALL, 5);
        assert!(replay.calls().map(Call::id).eq([call_id()]), "{format:?}");
    }
}

#[test]
fn records_of_a_call_after_its_last_revision_are_ignored_without_a_finding() {
    for (revision, operations) in [(1, 0), (2, 1), (3, 2)] {
        for format in [Format::Notifications, Format::SdkLog] {
            let mut replay = Replay::new().until(Moment::Revision(revision));
            for second in [1, 2, 3] {
                replay.record(format, running(format, CALL, second).as_bytes(), |_| {});
            }
            let call = replay.call(call_id()).unwrap();
            assert_eq!((call.revision(), call.operations().len()), (revision, operations), "{format:?}");
        }
    }
    for (revision, said) in [(2, 0), (3, 1)] {
        let mut replay = Replay::new().until(Moment::Revision(revision));
        let mut observe = || {
            let record = running(Format::Notifications, CALL, 1);
            replay.record(Format::Notifications, record.as_bytes(), |_| {}).len()
        };
        assert_eq!((observe(), observe()), (1, said), "a repeat, of a call at revision 2");
    }
}

#[test]
fn an_operation_that_is_left_behind_is_said_as_the_call_ends_and_not_again() {
    let mut replay = Replay::new();
    let operation = |id: &str, status: &str| format!(r#"{{"id":"{id}","status":"{status}"}}"#);
    let lines = [
        ("placed", "{}".to_owned(), 0),
        ("operationCreated", operation("o", "running"), 0),
        ("operationCreated", operation("p", "running"), 0),
        ("terminated", "{}".to_owned(), 2),
        ("operationCompleted", operation("o", "completed"), 0),
    ];
    for (revision, (name, data, orphans)) in (1..).zip(lines) {
        let said = kinds(&mut replay, &line(CALL, revision, name, &data));
        assert_eq!(said, vec![FindingKind::Orphan; orphans], "{name}");
    }
}

#[test]
fn what_is_said_of_lines_names_their_revisions() {
    let mut replay = Replay::new();
    let mut said = |revision: u64, name: &str| {
        let findings = replay.record(Format::Events, line(CALL, revision, name, "{}").as_bytes(), |_| {});
        findings.into_iter().map(|finding| finding.message).collect::<Vec<_>>()
    };
    assert_eq!(said(1, "placed"), [""; 0]);
    assert_eq!(said(1, "placed"), ["revision 1 was already read"]);
    assert_eq!(said(3, "held"), ["revision 2 is missing before revision 3"]);
    assert_eq!(said(3, "held"), ["revision 3 was already read"]);
    assert_eq!(said(7, "resumed"), ["revisions 4 to 6 are missing before revision 7"]);
    assert_eq!(said(7, "held"), ["revision 7 is already in the log with other content"]);
    let refused = "revision 3, which came too early and was kept until now: `held` is refused while the call is `ringing`; legal now: ";
    let late = said(2, "alerted");
    assert!(late.len() == 1 && late.iter().all(|said| said.starts_with(refused)), "{late:?}");
}

#[test]
fn a_replay_onto_a_ledger_keeps_everything() {
    let mut replay = Replay::new().keep(Keep::Summary).onto(callfold::Ledger::new());
    for (revision, name) in [(1, "placed"), (2, "terminated")] {
        assert_eq!(kinds(&mut replay, &line(CALL, revision, name, "{}")), []);
    }
    assert_eq!(replay.call(call_id()).map(Call::revision), Some(2));
}

/// A call with many operations finds them by keys. A report can name what an operation is found by only later.
#[test]
fn an_operation_of_many_is_found_by_the_context_that_it_was_given_later() {
    let mut replay = Replay::new();
    assert_eq!(kinds(&mut replay, &line(CALL, 1, "placed", "{}")), []);
    let kind = "#microsoft.graph.playPromptOperation";
    for number in 0..40 {
        let data = json!({"@odata.type": kind, "id": format!("o{number}"), "status": "running"}).to_string();
        assert_eq!(kinds(&mut replay, &line(CALL, number + 2, "operationCreated", &data)), []);
    }
    let named = json!({"@odata.type": kind, "id": "o7", "clientContext": "late"}).to_string();
    assert_eq!(kinds(&mut replay, &line(CALL, 42, "operationUpdated", &named)), []);
    let ended = json!({"@odata.type": kind, "clientContext": "late"}).to_string();
    assert_eq!(kinds(&mut replay, &line(CALL, 43, "operationCompleted", &ended)), []);
    let operation = replay.call(call_id()).unwrap().operations().get(7).unwrap();
    assert_eq!(operation.state(), callfold::operation::State::Completed);
}

#[test]
fn of_an_ended_call_of_notifications_only_the_summary_is_kept() {
    let body = |state: &str| {
        let url = format!("/communications/calls/{CALL}");
        json!({"value": [{"changeType": "updated", "resourceUrl": url, "resourceData": {"state": state}}]})
            .to_string()
    };
    let mut replay = Replay::new().keep(Keep::Summary);
    replay.record(Format::Notifications, body("established").as_bytes(), |_| {});
    assert_eq!(replay.calls().count(), 1);
    replay.record(Format::Notifications, body("terminated").as_bytes(), |_| {});
    assert_eq!((replay.calls().count(), replay.summaries().len()), (0, 1));
}

#[test]
fn before_a_roster_comes_the_people_are_the_source_the_targets_and_the_app() {
    let named = |name: &str| json!({"identity": {"user": {"displayName": name}}});
    for (direction, source, targets, people) in [
        ("incoming", true, vec![], vec!["Adele", "the app"]),
        ("outgoing", false, vec!["Alex", "Zoë"], vec!["the app", "Alex", "Zoë"]),
        ("incoming", true, vec!["Alex"], vec!["Adele", "Alex"]),
        ("incoming", false, vec![], vec![]),
    ] {
        let targets: Vec<_> = targets.into_iter().map(named).collect();
        let mut data = json!({"direction": direction, "targets": targets});
        if source {
            data["source"] = named("Adele");
        }
        let mut replay = Replay::new();
        assert_eq!(kinds(&mut replay, &line(CALL, 1, "adopted", &data.to_string())), []);
        assert_eq!(replay.call(call_id()).unwrap().parties(), people);
        assert_eq!(replay.summaries()[0].participants(), people.len());
        let roster = r#"{"participants":[{"id":"a"}]}"#;
        assert_eq!(kinds(&mut replay, &line(CALL, 2, "rosterUpdated", roster)), []);
        assert_eq!(replay.summaries()[0].participants(), 1);
    }
}

#[test]
fn the_parties_that_were_called_first_are_kept() {
    let target = |name: &str| json!({"targets": [{"identity": {"user": {"displayName": name}}}]}).to_string();
    let mut replay = Replay::new();
    for (revision, (event, name)) in (1..).zip([("offered", "Alex"), ("detailsChanged", "Zoë")]) {
        assert_eq!(kinds(&mut replay, &line(CALL, revision, event, &target(name))), []);
    }
    assert_eq!(replay.summaries()[0].callees().as_deref(), Some("Alex"));
    let route = r#"{"callRoutes":[{"original":{"user":{"displayName":"Adele"}}}]}"#;
    let mut replay = Replay::new();
    assert_eq!(kinds(&mut replay, &line(CALL, 1, "offered", route)), []);
    assert_eq!(replay.summaries()[0].callees().as_deref(), Some("Adele"));
}
