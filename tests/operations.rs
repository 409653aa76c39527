//! Operations: which one a notification is about, how it settles, and what happens to it when the call ends.

use crate::common::{Scenario, about, call_id, state};
use callfold::FindingKind::{
    self, Adopted, AfterEnd, Gap, Impossible, Late, Malformed, Orphan, Repeat, UnknownResource,
};
use callfold::call::{Body, State};
use callfold::graph::CommsNotification;
use callfold::operation::Operation;
use serde_json::{Value, json};

fn of_kind(kind: &str, mut members: Value) -> Value {
    let type_name = format!("#microsoft.graph.{kind}Operation").into();
    members.as_object_mut().expect("members").insert("@odata.type".into(), type_name);
    members
}

fn prompt(members: Value) -> Value {
    of_kind("playPrompt", members)
}

/// A notification about the operation that the url names.
fn received(id: &str, change: &str, members: Value) -> CommsNotification {
    about(&format!("/operations/{id}"), change, prompt(members))
}

/// A notification whose url names no operation.
fn nameless(change: &str, operation: Value) -> CommsNotification {
    about("/operations/participants", change, operation)
}

fn end() -> CommsNotification {
    about("", "deleted", json!({ "state": "terminated" }))
}

fn replied(scenario: Scenario, operation: Value) -> Scenario {
    scenario.learn(&Body::Operation(serde_json::from_value(operation).expect("an operation")))
}

/// An established call, to whose app these operations were reported.
fn request(operations: &[Value]) -> Scenario {
    operations.iter().cloned().fold(Scenario::given_states(&["established"]), replied)
}

fn running(id: &str, context: &str) -> Value {
    prompt(json!({ "id": id, "clientContext": context, "status": "running" }))
}

/// Each operation as `kind id state`.
fn reported(scenario: &Scenario) -> Vec<String> {
    let id = |one: &Operation| one.id().map_or_else(|| "-".to_owned(), ToString::to_string);
    let line = |one: &Operation| format!("{} {} {}", one.kind().as_str(), id(one), one.state());
    scenario.call().operations().iter().map(line).collect()
}

// Which one is meant.

#[test]
fn an_operation_is_found_by_the_url_then_the_body_then_its_client_context() {
    let done = |members: Value| {
        let mut members = prompt(members);
        members["status"] = "completed".into();
        members
    };
    let rows = [
        (about("/operations/b", "deleted", done(json!({ "id": "a", "clientContext": "a" }))), 1),
        (nameless("deleted", done(json!({ "id": "b", "clientContext": "a" }))), 1),
        (about("/operations", "deleted", done(json!({ "id": "b" }))), 1),
        (nameless("deleted", done(json!({ "id": null, "clientContext": "b" }))), 1),
        (about("/operations/z", "deleted", done(json!({ "clientContext": "a" }))), 0),
    ];
    for (notification, settled) in rows {
        let scenario = request(&[running("a", "a"), running("b", "b")]).when(&notification);
        scenario.then(State::Established, &["operationCompleted"], &[]);
        let mut expected = ["playPrompt a running", "playPrompt b running"];
        expected[settled] = ["playPrompt a completed", "playPrompt b completed"][settled];
        assert_eq!(reported(&scenario), expected);
    }
}

#[test]
fn a_client_context_is_looked_for_among_the_pending_ones_of_its_kind() {
    let record = of_kind("record", json!({ "id": "r", "clientContext": "c", "status": "running" }));
    let settled = prompt(json!({ "id": "s", "clientContext": "c", "status": "completed" }));
    let scenario = request(&[settled, record, running("p", "c")]);
    let done = prompt(json!({ "id": null, "clientContext": "c", "status": "failed" }));
    let scenario = scenario.when(&nameless("deleted", done.clone()));
    assert_eq!(reported(&scenario), ["playPrompt s completed", "record r running", "playPrompt p failed"]);
}

#[test]
fn an_operation_reported_under_two_ids_is_found_by_both() {
    let scenario = request(&[running("a", "c")]);
    let scenario =
        scenario.when(&received("z", "updated", json!({ "clientContext": "c", "recordingLocation": "r" })));
    scenario.then(State::Established, &["operationUpdated"], &[]);
    for id in ["a", "z"] {
        let again = scenario.clone();
        let settled = again.when(&received(id, "deleted", json!({ "status": "completed" })));
        assert_eq!(reported(&settled), ["playPrompt a completed"]);
    }
}

#[test]
fn a_nameless_end_that_is_reported_twice_changes_nothing() {
    let done =
        nameless("deleted", prompt(json!({ "id": null, "clientContext": "c", "status": "completed" })));
    for begun in [request(&[]), request(&[running("a", "c")])] {
        let scenario = begun.when(&done);
        let known = reported(&scenario);
        let scenario = scenario.when(&done);
        scenario.then(State::Established, &[], &[Repeat]);
        assert_eq!(reported(&scenario), known);
    }
}

#[test]
fn a_settled_operation_is_found_by_its_client_context_where_an_id_is_missing() {
    let by_context = |status: &str| prompt(json!({ "clientContext": "c", "status": status }));
    let by_both = prompt(json!({ "id": "a", "clientContext": "c", "status": "completed" }));
    let without = nameless("updated", by_context("running"));
    let with = about("/operations/b", "updated", by_context("running"));
    type Row<'a> = (Value, &'a CommsNotification, &'a [FindingKind], &'a [&'a str]);
    let rows: [Row<'_>; 3] = [
        (by_both.clone(), &without, &[Late], &["playPrompt a completed"]),
        (by_context("completed"), &with, &[Late], &["playPrompt - completed"]),
        (by_both, &with, &[], &["playPrompt a completed", "playPrompt b running"]),
    ];
    for (settled, received, findings, expected) in rows {
        let scenario = request(&[settled]).when(received);
        assert_eq!(
            (scenario.findings(), reported(&scenario)),
            (findings.to_vec(), expected.iter().map(ToString::to_string).collect())
        );
    }
}

#[test]
fn a_cancels_reply_with_the_id_of_what_it_cancels_is_another_operation() {
    let cancel = of_kind("cancelMediaProcessing", json!({ "id": "p", "status": "completed" }));
    let scenario = replied(request(&[running("p", "c")]), cancel);
    assert_eq!(reported(&scenario), ["playPrompt p running", "cancelMediaProcessing p completed"]);
    let result = json!({ "status": "failed", "resultInfo": { "code": 400, "subcode": 8508 } });
    let scenario = scenario.when(&received("p", "deleted", result));
    scenario.then(State::Established, &["operationFailed"], &[]);
    assert_eq!(reported(&scenario), ["playPrompt p failed", "cancelMediaProcessing p completed"]);
}

#[test]
fn an_operation_without_a_known_request_is_adopted() {
    for (status, pending) in
        [("notStarted", true), ("running", true), ("completed", false), ("failed", false)]
    {
        let notification = received("o", "updated", json!({ "status": status }));
        let scenario = Scenario::given_states(&["established"]).when(&notification);
        scenario.then(State::Established, &["operationCreated"], &[]);
        assert_eq!(reported(&scenario), [format!("playPrompt o {status}")]);
        assert_eq!(scenario.call().operations().first().unwrap().is_pending(), pending);

        let unknown = Scenario::default().when(&notification);
        assert_eq!(unknown.events(), ["adopted?", "operationCreated"]);
        assert_eq!((unknown.findings(), reported(&unknown)), (vec![Adopted], reported(&scenario)));
    }
}

#[test]
fn a_known_kind_is_kept_and_an_unknown_one_is_set() {
    let reported = |scenario: &Scenario| {
        let operation = scenario.call().operations().first().unwrap();
        let type_name = operation.resource().odata_type.as_ref().map(|name| name.as_str().to_owned());
        (operation.kind().as_str(), type_name)
    };
    let generic = |members: Value| about("/operations/o", "updated", of_kind("comms", members));
    let known = request(&[running("o", "c")]).when(&generic(json!({ "recordingLocation": "r" })));
    assert_eq!(known.events(), ["operationUpdated"]);
    assert_eq!(reported(&known), ("playPrompt", Some("playPromptOperation".to_owned())));

    let unknown = Scenario::given(&[state("established"), generic(json!({ "status": "notStarted" }))]);
    let unknown = unknown.when(&about("/operations/o", "updated", json!({ "status": "running" })));
    assert_eq!(reported(&unknown), ("comms", Some("commsOperation".to_owned())));
    let learnt = unknown.when(&received("o", "updated", json!({ "clientContext": "c" })));
    assert_eq!(reported(&learnt), ("playPrompt", Some("playPromptOperation".to_owned())));
}

// How it settles.

#[test]
fn a_pending_operation_takes_the_reported_step() {
    let rows = [
        ("notStarted", "running", "operationStarted"),
        ("notStarted", "completed", "operationCompleted"),
        ("notStarted", "failed", "operationFailed"),
        ("running", "completed", "operationCompleted"),
        ("running", "failed", "operationFailed"),
    ];
    for (from, to, event) in rows {
        for change in ["updated", "deleted"] {
            let begun = request(&[prompt(json!({ "id": "o", "status": from }))]);
            let change = if to == "running" { "updated" } else { change };
            let scenario = begun.when(&received("o", change, json!({ "status": to })));
            scenario.then(State::Established, &[event], &[]);
            assert_eq!(reported(&scenario), [format!("playPrompt o {to}")]);
        }
    }
}

#[test]
fn a_settled_operation_does_not_change() {
    let rows = [
        ("completed", "completed", Repeat),
        ("completed", "failed", Impossible),
        ("completed", "running", Late),
        ("completed", "notStarted", Late),
        ("failed", "failed", Repeat),
        ("failed", "completed", Impossible),
        ("failed", "running", Late),
    ];
    for (settled, named, finding) in rows {
        let scenario =
            request(&[running("o", "c")]).when(&received("o", "deleted", json!({ "status": settled })));
        let before = scenario.call().operations().clone();
        let news = json!({ "status": named, "resultInfo": { "code": 200 }, "clientContext": "d" });
        let scenario = scenario.when(&received("o", "updated", news));
        scenario.then(State::Established, &[], &[finding]);
        assert_eq!(*scenario.call().operations(), before, "{named} after {settled}");
    }
}

#[test]
fn a_pending_operation_reported_again_takes_new_members_and_a_late_report_fills_unknown_ones() {
    let begun = || request(&[running("o", "c")]);
    begun().when(&received("o", "updated", json!({ "status": "running" }))).then(
        State::Established,
        &[],
        &[Repeat],
    );

    let scenario =
        begun().when(&received("o", "updated", json!({ "status": "running", "clientContext": "d" })));
    scenario.then(State::Established, &["operationUpdated"], &[]);
    assert_eq!(scenario.call().operations().first().unwrap().client_context(), Some("d"));

    let late =
        json!({ "status": "notStarted", "clientContext": "d", "recordingLocation": "https://example.com/r" });
    let scenario = begun().when(&received("o", "updated", late.clone()));
    scenario.then(State::Established, &["operationUpdated"], &[Late]);
    let operation = scenario.call().operations().first().unwrap();
    assert_eq!((operation.client_context(), operation.state().as_str()), (Some("c"), "running"));
    assert!(operation.resource().recording_location.value().is_some());
    scenario.when(&received("o", "updated", late)).then(State::Established, &[], &[Late]);
}

#[test]
fn a_deleted_operation_without_a_status_is_settled_by_its_result_or_not_at_all() {
    let rows = [
        (json!({ "resultInfo": { "code": 200 } }), "completed"),
        (json!({ "resultInfo": { "code": 0 } }), "completed"),
        (json!({ "resultInfo": { "code": 400, "subcode": 8508 } }), "failed"),
    ];
    for (members, expected) in rows {
        let scenario = request(&[running("o", "c")]).when(&received("o", "deleted", members));
        assert_eq!(
            (reported(&scenario), scenario.findings()),
            (vec![format!("playPrompt o {expected}")], vec![])
        );
    }
    for gone in [received("o", "deleted", json!({})), about("/operations/o", "deleted", Value::Null)] {
        let scenario = request(&[running("o", "c")]).when(&gone);
        assert_eq!(reported(&scenario), ["playPrompt o running"]);
        assert!(
            scenario.events().is_empty() && scenario.findings().contains(&Gap),
            "{:?}",
            scenario.findings()
        );
    }
}

#[test]
fn a_null_status_is_not_started() {
    let null = json!({ "status": null });
    let adopted = Scenario::given_states(&["established"]).when(&received("o", "updated", null.clone()));
    assert_eq!(reported(&adopted), ["playPrompt o notStarted"]);
    adopted.when(&received("o", "updated", json!({ "status": "running" }))).then(
        State::Established,
        &["operationStarted"],
        &[],
    );
    let begun = request(&[prompt(json!({ "id": "o", "status": null }))]);
    assert_eq!(reported(&begun), ["playPrompt o notStarted"]);
    begun.when(&received("o", "updated", null)).then(State::Established, &[], &[Repeat]);
}

#[test]
fn a_null_status_of_a_running_or_settled_operation_is_late() {
    for status in ["running", "completed"] {
        let scenario = request(&[prompt(json!({ "id": "o", "status": status }))]);
        scenario.when(&received("o", "updated", json!({ "status": null }))).then(
            State::Established,
            &[],
            &[Late],
        );
    }
}

#[test]
fn completed_is_not_success_by_itself() {
    let rows = [
        (json!({}), true),
        (json!({ "resultInfo": { "code": 0 } }), true),
        (json!({ "resultInfo": { "code": 204 } }), true),
        (json!({ "resultInfo": { "code": 400 } }), false),
        (json!({ "completionReason": "completedSuccessfully" }), true),
        (json!({ "completionReason": "mediaOperationCanceled" }), false),
    ];
    for (mut members, expected) in rows {
        members["status"] = "completed".into();
        let scenario = request(&[running("o", "c")]).when(&received("o", "deleted", members.clone()));
        let operation = scenario.call().operations().first().unwrap();
        assert_eq!((operation.is_success(), operation.is_pending()), (expected, false), "{members}");
        let kept = serde_json::to_value(operation.resource()).unwrap();
        assert!(
            ["resultInfo", "completionReason"].iter().all(|name| kept.get(name) == members.get(name)),
            "{kept}"
        );
    }
}

#[test]
fn what_is_said_of_an_operation_names_it() {
    let update = |status: &str| received("o", "updated", json!({ "status": status }));
    let gone = about("/operations/o", "deleted", Value::Null);
    let without = nameless("updated", prompt(json!({ "clientContext": "c", "status": "running" })));
    let unrequested = received("new", "updated", json!({ "status": "running" }));
    let rows = [
        (&[][..], update("running"), "operation o running again, nothing new"),
        (&[], without.clone(), "operation running again, nothing new"),
        (&[], update("notStarted"), "operation o was reported as `notStarted`, but it is already `running`"),
        (&[], gone, "operation o was deleted, but its end was never reported: it stays `running`"),
        (
            &[],
            received("new", "deleted", json!({})),
            "operation new was deleted, but its end was never reported",
        ),
        (&[], end(), "operation o was running when the call ended"),
        (&[update("completed")], update("completed"), "operation o completed again, nothing new"),
        (
            &[update("completed")],
            update("running"),
            "operation o was reported as `running`, but it is already `completed`",
        ),
        (
            &[update("completed")],
            without,
            "operation was reported as `running`, but it is already `completed`",
        ),
        (
            &[update("completed")],
            update("failed"),
            "operation o was reported as `failed`, but it is `completed`, which is final",
        ),
        (&[end()], update("completed"), "operation o was reported after the call ended"),
        (&[end()], unrequested, "operation new was reported after the call ended"),
    ];
    for (before, notification, expected) in rows {
        let begun = before.iter().fold(request(&[running("o", "c")]), Scenario::when);
        let said: Vec<_> =
            begun.when(&notification).last.findings.iter().map(|finding| finding.message.clone()).collect();
        assert_eq!(said, [format!("playPrompt {expected}")]);
    }
}

// When the call ends.

#[test]
fn a_pending_operation_is_orphaned_by_the_end_and_a_late_result_still_settles_it() {
    let settled = prompt(json!({ "id": "s", "status": "completed" }));
    let scenario = request(&[settled, running("o", "c")]);
    assert_eq!(scenario.call().orphans().count(), 0);
    let ended = scenario.when(&end());
    ended.then(State::Terminated, &["terminated"], &[Orphan]);
    let orphans: Vec<_> =
        ended.call().orphans().map(|one| (one.client_context(), one.state().as_str())).collect();
    assert_eq!(orphans, [(Some("c"), "running")]);

    let result = json!({ "status": "completed", "resultInfo": { "code": 200 } });
    let late = ended.when(&received("o", "deleted", result));
    late.then(State::Terminated, &["operationCompleted"], &[Late]);
    assert_eq!((reported(&late)[1].as_str(), late.call().orphans().count()), ("playPrompt o completed", 0));
    assert!(late.call().operations().get(1).unwrap().is_success());
}

#[test]
fn an_operation_first_reported_after_the_end_does_not_begin() {
    let ended = Scenario::given(&[state("established"), end()]);
    let scenario = ended.when(&received("o", "updated", json!({ "status": "running" })));
    scenario.then(State::Terminated, &[], &[AfterEnd]);
    let scenario = replied(scenario, running("o", "c"));
    assert_eq!((scenario.events(), reported(&scenario)), (vec![], Vec::<String>::new()));
}

// Replies.

#[test]
fn a_reply_begins_an_operation_and_adopts_a_call_that_is_unknown() {
    let scenario = request(&[running("o", "c")]);
    scenario.then(State::Established, &["operationCreated"], &[]);
    let unknown = replied(Scenario::default(), running("o", "c"));
    assert_eq!(
        (unknown.events(), unknown.findings()),
        (vec!["adopted?".to_owned(), "operationCreated".to_owned()], vec![Adopted])
    );
    unknown.when(&state("hold")).then(State::Hold, &["adopted"], &[]);
}

#[test]
fn a_reply_that_its_notification_overtook_changes_nothing() {
    let overtaking = [
        received("o", "updated", json!({ "status": "running" })),
        received("o", "deleted", json!({ "status": "completed" })),
        nameless("updated", prompt(json!({ "id": null, "clientContext": "c", "status": "running" }))),
    ];
    for notification in &overtaking {
        let before = Scenario::given_states(&["established"]).when(notification);
        let known = reported(&before);
        let scenario = replied(before, running("o", "c"));
        assert_eq!((scenario.events(), scenario.findings(), reported(&scenario)), (vec![], vec![], known));
    }
}

#[test]
fn two_operations_with_one_client_context_are_two() {
    let scenario = request(&[running("a", "c"), running("b", "c"), running("b", "c")]);
    assert_eq!(reported(&scenario), ["playPrompt a running", "playPrompt b running"]);
    let scenario =
        scenario.when(&received("b", "deleted", json!({ "clientContext": "c", "status": "completed" })));
    assert_eq!(reported(&scenario), ["playPrompt a running", "playPrompt b completed"]);
    let scenario =
        scenario.when(&received("a", "deleted", json!({ "clientContext": "c", "status": "failed" })));
    assert_eq!(reported(&scenario), ["playPrompt a failed", "playPrompt b completed"]);
}

#[test]
fn a_reply_with_a_call_begins_it_and_only_fills_unknown_members_of_a_known_one() {
    let reply = |members: Value| Body::Call(serde_json::from_value(members).expect("a call"));
    for members in [json!({ "state": "establishing" }), json!({ "state": null }), json!({})] {
        Scenario::default().learn(&reply(members)).then(State::Establishing, &["placed"], &[]);
    }
    let known =
        Scenario::given(&[crate::common::reported(json!({ "state": "established", "subject": "Stand-up" }))]);
    let late = reply(json!({ "state": "establishing", "subject": "Review", "tenantId": "t" }));
    let scenario = known.learn(&late);
    scenario.then(State::Established, &["detailsChanged"], &[]);
    assert_eq!(scenario.call().details().subject.value().map(String::as_str), Some("Stand-up"));
    assert!(scenario.call().details().tenant_id.value().is_some());
    scenario.learn(&late).then(State::Established, &[], &[]);
    let ended = Scenario::given_states(&["terminated"]).learn(&late);
    ended.then(State::Terminated, &[], &[]);
}

#[test]
fn an_end_reported_again_without_an_id_ends_no_other_operation() {
    let done =
        about("/operations/participants", "updated", json!({ "clientContext": "c", "status": "completed" }));
    let begun = |kind: &str| {
        let kind = format!("#microsoft.graph.{kind}Operation");
        let reported = json!({ "@odata.type": kind, "clientContext": "c", "status": "running" });
        about("/operations/participants", "updated", reported)
    };
    let settled =
        Scenario::given(&[state("established"), begun("playPrompt"), begun("record"), done.clone()]);
    settled.when(&done).then(State::Established, &[], &[Repeat]);
}

#[test]
fn an_id_that_is_reported_later_is_kept() {
    let received = [
        state("established"),
        about("/operations/participants", "updated", json!({ "clientContext": "c", "status": "running" })),
        about("/operations/a", "updated", json!({ "clientContext": "c", "status": "running" })),
        about("/operations/a", "updated", json!({ "status": "completed" })),
    ];
    let scenario = Scenario::given(&received);
    let operations = scenario.call().operations();
    assert_eq!(operations.len(), 1);
    assert_eq!(operations.first().unwrap().id().map(ToString::to_string).as_deref(), Some("a"));
}

#[test]
fn a_late_result_of_an_operation_that_nobody_knew_is_kept() {
    let late = Scenario::given(&[state("terminated")]);
    let late = late.when(&about("/operations/o", "updated", json!({ "status": "completed" })));
    late.then(State::Terminated, &["operationCreated"], &[Late]);
}

#[test]
fn a_settled_operation_and_an_ended_call_refuse_further_events() {
    let settled = about("/operations/o", "updated", json!({ "status": "completed" }));
    let ended = Scenario::given(&[state("established"), settled, state("terminated")]);
    for (name, data) in [
        ("detailsChanged", r#"{"subject":"x"}"#),
        ("toneReceived", r#"{"sequenceId":1}"#),
        ("rosterUpdated", r#"{"participants":[]}"#),
        ("stateConfirmed", r#"{"state":"hold"}"#),
        ("contentSharingStarted", r#"{"id":"s"}"#),
        ("contentSharingEnded", r#"{"id":"s"}"#),
        ("operationUpdated", r#"{"id":"o","clientContext":"c"}"#),
        ("operationCreated", r#"{"id":"o","status":"completed"}"#),
        ("operationCreated", r#"{"id":"p","status":"running"}"#),
    ] {
        let line = format!(r#"{{"call":"{}","rev":9,"type":"{name}","data":{data}}}"#, call_id());
        let mut call = ended.call().clone();
        assert!(call.evolve(line.parse().unwrap()).is_err(), "{name}");
        assert_eq!(call, *ended.call());
    }
}

#[test]
fn an_operation_with_nothing_to_know_it_by_is_malformed() {
    let nameless = about("/operations", "updated", json!({ "clientContext": "", "status": "running" }));
    let received = Scenario::given_states(&["established"]).when(&nameless);
    assert_eq!((received.events(), received.findings()), (vec![], vec![Malformed]));
}

#[test]
fn a_status_of_next_year_is_named_and_changes_no_state() {
    let running = about("/operations/o", "updated", json!({ "status": "running" }));
    let next_year = about("/operations/o", "updated", json!({ "status": "paused", "clientContext": "c" }));
    let received = Scenario::given(&[state("established"), running]).when(&next_year);
    received.then(State::Established, &["operationUpdated"], &[UnknownResource]);
    assert_eq!(received.call().operations().first().unwrap().state().as_str(), "running");
}
