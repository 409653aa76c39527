//! The cases of a state update in the order of the table in `docs/lifecycle.md`: from a notification to
//! events and findings.

use crate::common::{Scenario, about, call_id, reported, state};
use callfold::FindingKind::{
    self, Adopted, AfterEnd, Duplicate, Gap, Impossible, Late, Repeat, UnknownResource,
};
use callfold::Id;
use callfold::call::{Call, Delivery, State};
use callfold::graph::CommsNotification;
use jiff::Timestamp;
use serde_json::{Value, json};

/// `established` with a `resultInfo` that is not a success.
fn failed() -> CommsNotification {
    established(json!({ "resultInfo": { "code": 500, "subcode": 7000 } }))
}

/// `established` with additional members.
fn established(mut members: Value) -> CommsNotification {
    members.as_object_mut().expect("members").insert("state".into(), "established".into());
    reported(members)
}

fn tone(number: i64) -> CommsNotification {
    established(json!({ "toneInfo": { "sequenceId": number, "tone": "tone1" } }))
}

fn message(id: &str, original: Option<&str>, item: u32) -> Delivery {
    let mut delivery = Delivery::default();
    (delivery.message_id, delivery.original_message_id) = (Some(id.into()), original.map(Id::from));
    delivery.item = item;
    delivery
}

fn received(second: i64) -> Delivery {
    let mut delivery = Delivery::default();
    delivery.received_at = Timestamp::from_second(second).ok();
    delivery
}

fn subject(call: &Call) -> Option<&str> {
    call.details().subject.value().map(String::as_str)
}

fn code(call: &Call) -> Option<i32> {
    call.result_info()?.code.value().copied()
}

// Unknown call.

#[test]
fn a_call_begins_as_its_first_notification_says() {
    type Row<'a> = (&'a str, Value, State, &'a [&'a str], &'a [FindingKind]);
    let rows: [Row<'_>; 10] = [
        ("created", json!({ "state": "incoming" }), State::Incoming, &["offered"], &[]),
        ("updated", json!({ "state": "establishing" }), State::Establishing, &["placed"], &[]),
        (
            "updated",
            json!({ "state": "establishing", "direction": "incoming" }),
            State::Establishing,
            &["adopted"],
            &[Adopted],
        ),
        ("updated", json!({ "state": "ringing" }), State::Ringing, &["adopted"], &[Adopted]),
        ("updated", json!({ "state": "established" }), State::Established, &["adopted"], &[Adopted]),
        (
            "updated",
            json!({ "state": "transferAccepted" }),
            State::TransferAccepted,
            &["adopted"],
            &[Adopted],
        ),
        ("deleted", json!({ "state": "terminated" }), State::Terminated, &["adopted"], &[Adopted]),
        ("deleted", json!({ "state": "established" }), State::Terminated, &["adopted"], &[Adopted]),
        ("deleted", Value::Null, State::Terminated, &["adopted"], &[Adopted]),
        (
            "updated",
            json!({ "state": "established", "toneInfo": { "sequenceId": 1, "tone": "pound" } }),
            State::Established,
            &["adopted", "toneReceived"],
            &[Adopted],
        ),
    ];
    for (change, data, expected, events, findings) in rows {
        Scenario::default().when(&about("", change, data)).then(expected, events, findings);
    }
}

#[test]
fn a_call_adopted_without_a_state_is_in_the_first_state_that_is_named() {
    let unnamed = [
        (reported(json!({ "subject": "Stand-up" })), "detailsChanged"),
        (about("/participants", "updated", json!([{ "id": "p" }])), "rosterUpdated"),
        (about("/operations/o", "updated", json!({ "status": "running" })), "operationCreated"),
        (about("/contentSharingSessions", "created", json!([{ "id": "s" }])), "contentSharingStarted"),
    ];
    for (first, event) in &unnamed {
        let adopted = Scenario::default().when(first);
        assert_eq!(
            (adopted.events(), adopted.findings()),
            (vec!["adopted?".into(), (*event).into()], vec![Adopted])
        );
        for named in State::ALL.iter().filter(|named| named.is_live()) {
            let found = Scenario::given(std::slice::from_ref(first)).when(&state(named.as_str()));
            found.then(*named, &["adopted"], &[]);
            found.when(&state(named.as_str())).then(*named, &[], &[Repeat]);
        }
        let ended = adopted.when(&about("", "deleted", Value::Null));
        assert_eq!((ended.state(), ended.last.events.len()), (State::Terminated, 1));
    }
}

// Delivered before.

#[test]
fn what_was_delivered_before_changes_nothing() {
    let first = (Some("m1"), None);
    let again = [first, (Some("m2"), Some("m1"))];
    for (id, original) in again {
        let scenario = Scenario::given_states(&["establishing"])
            .when_delivered(&state("established"), &message("m1", None, 0))
            .when_delivered(&state("hold"), &message(id.unwrap(), original, 0));
        scenario.then(State::Established, &[], &[Duplicate]);
    }
}

#[test]
fn the_first_delivery_is_known_by_the_second_ones_original_message_id() {
    let scenario = Scenario::given_states(&["establishing"])
        .when_delivered(&state("established"), &message("m2", Some("m1"), 0))
        .when_delivered(&state("hold"), &message("m1", None, 0));
    scenario.then(State::Established, &[], &[Duplicate]);
}

#[test]
fn two_notifications_of_one_body_are_no_duplicates() {
    let scenario = Scenario::given_states(&["establishing"])
        .when_delivered(&state("established"), &message("m", None, 0))
        .when_delivered(&state("hold"), &message("m", None, 1));
    scenario.then(State::Hold, &["held", "notificationHeard"], &[]);
    for item in [0, 1] {
        scenario.clone().when_delivered(&state("established"), &message("m", None, item)).then(
            State::Hold,
            &[],
            &[Duplicate],
        );
    }
}

#[test]
fn a_delivery_that_brought_nothing_is_remembered_too() {
    let scenario = Scenario::given_states(&["established"])
        .when_delivered(&state("incoming"), &message("m", None, 0))
        .when_delivered(&state("hold"), &message("m", None, 0));
    scenario.then(State::Established, &[], &[Duplicate]);
}

#[test]
fn the_end_delivered_twice_is_a_duplicate_before_it_is_a_repeat() {
    let scenario = Scenario::given_states(&["established"])
        .when_delivered(&state("terminated"), &message("m", None, 0))
        .when_delivered(&state("terminated"), &message("m", None, 0));
    scenario.then(State::Terminated, &[], &[Duplicate]);
}

// Ended.

#[test]
fn nothing_moves_a_call_that_has_ended() {
    let end = json!({ "state": "terminated", "resultInfo": { "code": 200 }, "subject": "Stand-up" });
    let rows = [
        ("deleted", end.clone(), Repeat),
        ("updated", end.clone(), Repeat),
        ("deleted", Value::Null, Repeat),
        ("deleted", json!({ "state": "established" }), Repeat),
        ("deleted", json!({ "subject": "Review" }), AfterEnd),
        ("updated", json!({ "state": "terminated", "resultInfo": { "code": 500 } }), AfterEnd),
        ("updated", json!({ "state": "terminated", "toneInfo": { "sequenceId": 1 } }), AfterEnd),
        ("updated", json!({ "state": "terminating" }), AfterEnd),
        ("updated", json!({ "state": "established" }), AfterEnd),
        ("updated", json!({ "subject": "Review" }), AfterEnd),
    ];
    for (change, data, finding) in rows {
        let scenario = Scenario::given(&[state("established"), about("", "deleted", end.clone())]);
        let before = scenario.call().clone();
        let scenario = scenario.when(&about("", change, data));
        scenario.then(State::Terminated, &[], &[finding]);
        assert_eq!(*scenario.call(), before);
    }
}

#[test]
fn a_deleted_call_is_terminated_whatever_its_body_says() {
    for data in [json!({ "state": "established" }), json!({ "state": "parked" }), json!({}), Value::Null] {
        let scenario = Scenario::given_states(&["established"]).when(&about("", "deleted", data));
        scenario.then(State::Terminated, &["terminated"], &[]);
    }
}

// Late confirmation.

#[test]
fn a_late_confirmation_of_an_inferred_state_changes_no_state() {
    let rows = [
        (vec!["incoming", "established"], "establishing"),
        (vec!["incoming", "hold"], "establishing"),
        (vec!["incoming", "hold"], "established"),
        (vec!["establishing", "hold"], "established"),
        (vec!["established", "transferAccepted"], "transferring"),
    ];
    for (given, named) in rows {
        let scenario = Scenario::given_states(&given);
        let before = scenario.state();
        let once = scenario.when(&state(named));
        once.then(before, &["stateConfirmed"], &[Late]);
        once.when(&state(named)).then(before, &[], &[Late]);
    }
}

#[test]
fn a_late_confirmation_fills_what_is_unknown() {
    let scenario =
        Scenario::given(&[state("establishing"), reported(json!({ "state": "hold", "subject": "New" }))])
            .when(&established(json!({ "subject": "Old", "tenantId": "t" })));
    scenario.then(State::Hold, &["stateConfirmed", "detailsChanged"], &[Late]);
    assert_eq!(subject(scenario.call()), Some("New"));
    assert_eq!(scenario.call().details().tenant_id.value(), Some(&Id::from("t")));
}

#[test]
fn an_inferred_state_waits_sixty_seconds_for_its_late_confirmation() {
    let (late, lost) = ((State::Hold, "stateConfirmed"), (State::Established, "resumed"));
    let rows = [
        (received(0), received(0), late),
        (received(0), received(60), late),
        (received(0), received(61), lost),
        (received(0), Delivery::default(), late),
        (Delivery::default(), received(3600), late),
    ];
    for (inferred, received, (expected, event)) in rows {
        let scenario = Scenario::given_states(&["establishing"])
            .when_delivered(&state("hold"), &inferred)
            .when_delivered(&state("established"), &received);
        assert_eq!(
            (scenario.state(), scenario.events()),
            (expected, vec![event.into()]),
            "{inferred:?} {received:?}"
        );
    }
}

#[test]
fn a_state_that_was_inferred_and_then_reported_gets_no_late_confirmation() {
    let received = [state("establishing"), state("hold"), state("transferring"), failed(), state("hold")];
    Scenario::given(&received).when(&state("established")).then(State::Established, &["resumed"], &[]);
}

// Repeat, passed, step, gap, late, impossible.

#[test]
fn a_repeat_says_so_and_changes_nothing() {
    let scenario = Scenario::given_states(&["incoming", "establishing"]).when(&state("establishing"));
    scenario.then(State::Establishing, &[], &[Repeat]);
}

#[test]
fn a_repeat_with_news_is_details() {
    let news = established(json!({ "mediaState": { "audio": "active" } }));
    let scenario = Scenario::given_states(&["established"]).when(&news);
    scenario.then(State::Established, &["detailsChanged"], &[]);
    scenario.when(&news).then(State::Established, &[], &[Repeat]);
}

#[test]
fn a_state_that_the_call_has_passed_is_late() {
    let failed_transfer = [state("established"), state("transferring"), failed()];
    let rows = [
        (vec![state("incoming"), state("establishing"), state("established")], "incoming"),
        (vec![state("incoming"), state("establishing"), state("established")], "establishing"),
        (vec![state("establishing"), state("ringing")], "establishing"),
        (vec![state("incoming"), state("redirecting")], "incoming"),
        (vec![state("establishing"), state("ringing"), state("established"), state("hold")], "ringing"),
        (vec![state("established"), state("hold"), state("transferring")], "hold"),
        (vec![state("established"), state("transferring"), state("transferAccepted")], "transferring"),
        (vec![state("established"), state("hold"), state("transferring"), state("transferAccepted")], "hold"),
        ([&failed_transfer[..], &[state("hold")]].concat(), "incoming"),
    ];
    for (given, named) in rows {
        let scenario = Scenario::given(&given);
        let before = scenario.state();
        scenario.when(&state(named)).then(before, &[], &[Late]);
    }
}

#[test]
fn hold_and_transfer_begin_anew_once_the_call_is_established_again() {
    let held = [state("established"), state("hold"), state("established")];
    let transferred = [state("established"), state("transferring"), state("transferAccepted"), failed()];
    Scenario::given(&held).when(&state("hold")).then(State::Hold, &["held"], &[]);
    let again = Scenario::given(&transferred).when(&state("transferring"));
    again.then(State::Transferring, &["transferStarted"], &[]);
    again.when(&failed()).then(State::Established, &["transferFailed"], &[]);
}

#[test]
fn a_legal_step_is_that_step() {
    for from in State::ALL {
        for (transition, next) in from.steps() {
            let fails = next == State::Established && !matches!(from, State::Establishing | State::Ringing);
            let plain = if fails && *from != State::Hold { failed() } else { state(next.as_str()) };
            Scenario::given_states(&[from.as_str()]).when(&plain).then(next, &[transition.as_str()], &[]);
        }
    }
}

#[test]
fn each_state_reported_in_each_state_is_what_the_table_says() {
    // `=` repeat, `+` step, `1`… a gap with this number of inferred steps, `<` late, `x` impossible, `!`
    // after the end.
    let table = "
        incoming         = + 1 + 1 2 2 3 + +
        establishing     < = + x + 1 1 2 + +
        ringing          < < = x + 1 1 2 + +
        redirecting      < x x = x x x x + +
        established      < < < x = + + 1 + +
        hold             < < < x + = + 1 + +
        transferring     < < < x = 1 = + + +
        transferAccepted < < < x = 1 < = + +
        terminating      < < < < < < < < = +
        terminated       ! ! ! ! ! ! ! ! ! =";
    for row in table.trim().lines() {
        let (from, cells) = row.trim().split_once(' ').unwrap();
        for (to, cell) in State::ALL.iter().zip(cells.split_whitespace()) {
            let begun = Scenario::given_states(&[from]);
            let before = begun.state();
            let received = begun.when(&state(to.as_str()));
            let finding = received.findings().first().copied();
            let got = match (finding, received.last.events.len()) {
                (Some(Repeat), 0) => "=".to_owned(),
                (None, 1) => "+".to_owned(),
                (Some(Gap), steps) => (steps - 1).to_string(),
                (Some(Late), _) => "<".to_owned(),
                (Some(Impossible), 0) => "x".to_owned(),
                (Some(AfterEnd), 0) => "!".to_owned(),
                other => format!("{other:?}"),
            };
            let after = if "=<x!".contains(cell) { before } else { *to };
            assert_eq!((got.as_str(), received.state()), (cell, after), "{to} reported in {from}");
        }
    }
}

#[test]
fn a_state_that_was_never_reported_is_inferred_and_named() {
    let rows: [(&[&str], &str, &[&str], &str); 4] = [
        (&["incoming"], "established", &["answered?", "established"], "`establishing` was"),
        (&["establishing"], "hold", &["established?", "held"], "`established` was"),
        (
            &["incoming"],
            "transferAccepted",
            &["answered?", "established?", "transferStarted?", "transferAccepted"],
            "`establishing`, `established`, `transferring` were",
        ),
        (&["established", "transferring"], "hold", &["transferFailed?", "held"], "`established` was"),
    ];
    for (given, named, events, not_reported) in rows {
        let scenario = Scenario::given_states(given).when(&state(named));
        let expected = State::ALL.iter().find(|state| state.as_str() == named).unwrap();
        scenario.then(*expected, events, &[Gap]);
        assert!(
            scenario.last.findings[0].message.starts_with(&format!("{not_reported} ")),
            "{:?}",
            scenario.last.findings
        );
    }
}

#[test]
fn members_reported_across_a_gap_belong_to_the_reported_step() {
    let scenario = Scenario::given_states(&["incoming"]).when(&established(json!({ "subject": "Stand-up" })));
    let details: Vec<String> =
        scenario.last.events.iter().map(|one| serde_json::to_string(&one.event).unwrap()).collect();
    assert_eq!(details, ["{}", r#"{"subject":"Stand-up"}"#]);
}

#[test]
fn the_impossible_brings_nothing() {
    let impossible =
        reported(json!({ "state": "redirecting", "subject": "Review", "toneInfo": { "sequenceId": 1 } }));
    let scenario = Scenario::given_states(&["establishing", "established"]).when(&impossible);
    scenario.then(State::Established, &[], &[Impossible]);
    assert_eq!(subject(scenario.call()), None);
}

// The note on `established`.

#[test]
fn established_in_a_transfer_is_its_failure_only_with_a_result_that_is_no_success() {
    let audio = established(json!({ "mediaState": { "audio": "inactive" } }));
    let success = established(json!({ "resultInfo": { "code": 200 } }));
    let rows: [(CommsNotification, Option<&str>, &[FindingKind]); 5] = [
        (state("established"), None, &[Repeat]),
        (audio, Some("detailsChanged"), &[]),
        (tone(1), Some("toneReceived"), &[]),
        (success, Some("detailsChanged"), &[]),
        (failed(), Some("transferFailed"), &[]),
    ];
    for given in [&["established", "transferring"][..], &["established", "transferring", "transferAccepted"]]
    {
        for (notification, event, findings) in &rows {
            let begun = Scenario::given_states(given);
            let expected = if *event == Some("transferFailed") { State::Established } else { begun.state() };
            begun.when(notification).then(expected, event.as_slice(), findings);
        }
    }
}

#[test]
fn a_failing_established_in_established_is_a_failed_transfer_that_was_not_reported() {
    let scenario = Scenario::given_states(&["established"]).when(&failed());
    scenario.then(State::Established, &["transferStarted?", "transferFailed"], &[Gap]);
    assert_eq!(code(scenario.call()), Some(500));
    let again = scenario.when(&failed());
    again.then(State::Established, &[], &[Repeat]);
}

#[test]
fn a_failed_transfer_that_is_reported_twice_changes_nothing() {
    let received = [state("established"), state("transferring"), failed()];
    Scenario::given(&received).when(&failed()).then(State::Established, &[], &[Repeat]);
}

#[test]
fn a_succeeding_established_in_established_is_details() {
    let success = established(json!({ "resultInfo": { "code": 200 } }));
    Scenario::given_states(&["established"]).when(&success).then(
        State::Established,
        &["detailsChanged"],
        &[],
    );
}

#[test]
fn established_in_hold_is_resumed_only_without_a_tone() {
    let rows = [
        (state("established"), State::Established, "resumed"),
        (established(json!({ "mediaState": { "audio": "active" } })), State::Established, "resumed"),
        (tone(1), State::Hold, "toneReceived"),
    ];
    for (notification, expected, event) in rows {
        Scenario::given_states(&["established", "hold"]).when(&notification).then(expected, &[event], &[]);
    }
    let received = [state("established"), tone(1), state("hold")];
    Scenario::given(&received).when(&tone(1)).then(State::Hold, &[], &[Repeat]);
}

/// The failure can overtake `established` itself. A plain `established` in its place would not be a step
/// then.
#[test]
fn a_failing_established_in_setup_or_hold_is_a_failed_transfer_that_was_not_reported() {
    let not_received = ["transferStarted?", "transferFailed"];
    for (begun, before) in
        [("establishing", vec!["established?"]), ("ringing", vec!["established?"]), ("hold", vec![])]
    {
        let events = [before, not_received.to_vec()].concat();
        Scenario::given_states(&[begun]).when(&failed()).then(State::Established, &events, &[Gap]);
    }
}

// Members other than `state`.

#[test]
fn a_member_that_is_present_changes_absent_stays_and_null_clears() {
    let rows = [
        (json!({ "subject": "Review" }), Some("Review"), Some("detailsChanged")),
        (json!({ "subject": "Stand-up" }), Some("Stand-up"), None),
        (json!({ "tenantId": "t" }), Some("Stand-up"), Some("detailsChanged")),
        (json!({ "subject": null }), None, Some("detailsChanged")),
        (json!({ "tenantId": null }), Some("Stand-up"), None),
    ];
    for (delta, expected, event) in rows {
        let begun = Scenario::given(&[established(json!({ "subject": "Stand-up" }))]);
        let changed = begun.when(&established(delta.clone()));
        let finding: &[FindingKind] = if event.is_none() { &[Repeat] } else { &[] };
        changed.then(State::Established, event.as_slice(), finding);
        assert_eq!(subject(changed.call()), expected, "{delta}");
        changed.when(&reported(delta)).then(State::Established, &[], &[Repeat]);
    }
}

#[test]
fn a_late_notification_fills_what_is_unknown_and_overwrites_nothing() {
    let rows = [
        (json!({ "subject": "New" }), json!({ "subject": "Old" }), Some("New")),
        (json!({ "subject": "New" }), json!({ "subject": null }), Some("New")),
        (json!({}), json!({ "subject": "Old" }), Some("Old")),
        (json!({}), json!({ "subject": null }), None),
    ];
    for (known, mut late, expected) in rows {
        late["state"] = "establishing".into();
        let scenario =
            Scenario::given(&[state("establishing"), established(known)]).when(&reported(late.clone()));
        assert_eq!((scenario.state(), scenario.findings()), (State::Established, vec![Late]));
        assert_eq!(subject(scenario.call()), expected, "{late}");
        scenario.when(&reported(late)).then(State::Established, &[], &[Late]);
    }
}

#[test]
fn a_late_notification_does_not_bring_back_what_was_cleared() {
    let offered = reported(json!({ "state": "establishing", "subject": "Stand-up" }));
    let received = [offered.clone(), established(json!({ "subject": null }))];
    let scenario = Scenario::given(&received).when(&offered);
    scenario.then(State::Established, &[], &[Late]);
    assert_eq!(subject(scenario.call()), None);
}

#[test]
fn a_late_notifications_result_is_not_taken() {
    let late = reported(json!({ "state": "establishing", "resultInfo": { "code": 500 } }));
    let scenario = Scenario::given_states(&["establishing", "established"]).when(&late);
    scenario.then(State::Established, &[], &[Late]);
    assert_eq!(code(scenario.call()), None);
}

#[test]
fn a_failed_transfers_result_is_not_the_ends() {
    let received = [state("established"), state("transferring"), failed()];
    for (end, expected) in [(json!({}), None), (json!({ "resultInfo": { "code": 0 } }), Some(0))] {
        let scenario = Scenario::given(&received);
        assert_eq!(code(scenario.call()), Some(500));
        let scenario = scenario.when(&about("", "deleted", end));
        scenario.then(State::Terminated, &["terminated"], &[]);
        assert_eq!(code(scenario.call()), expected);
    }
}

#[test]
fn an_unknown_state_is_named_and_the_other_details_are_taken() {
    let parked = reported(json!({ "state": "parked", "subject": "Review" }));
    let scenario = Scenario::given_states(&["established"]).when(&parked);
    scenario.then(State::Established, &["detailsChanged"], &[UnknownResource]);
    assert!(scenario.last.findings[0].message.contains("`parked`"));
    assert_eq!(subject(scenario.call()), Some("Review"));

    let adopted = Scenario::default().when(&parked);
    assert_eq!(adopted.events(), ["adopted?", "detailsChanged"]);
    assert_eq!(adopted.findings(), [UnknownResource, Adopted]);
    adopted.when(&state("ringing")).then(State::Ringing, &["adopted"], &[]);
}

#[test]
fn observing_does_not_change_the_call() {
    let known = Scenario::given_states(&["incoming"]);
    let observed =
        Call::observe(known.ledger.call(call_id()), call_id(), &state("established"), &received(0));
    let revisions: Vec<_> = observed.events.iter().map(|one| (one.revision, one.at)).collect();
    let at = received(0).received_at;
    assert_eq!((revisions, known.state()), (vec![(2, at), (3, at)], State::Incoming));
}

#[test]
fn a_late_state_is_a_step_again_once_the_call_has_changed_state() {
    let received = [state("established"), state("transferAccepted"), state("transferring"), failed()];
    Scenario::given(&received).when(&state("transferring")).then(
        State::Transferring,
        &["transferStarted"],
        &[],
    );
}

#[test]
fn a_call_that_was_guessed_and_found_incoming_can_be_answered() {
    let found = Scenario::given(&[reported(json!({ "subject": "x" })), state("incoming")]);
    found.when(&state("establishing")).then(State::Establishing, &["answered"], &[]);
}

#[test]
fn a_result_reported_earlier_in_a_transfer_does_not_hide_its_failure() {
    let failing = |name: &str| reported(json!({ "state": name, "resultInfo": { "code": 500 } }));
    let transferring = Scenario::given(&[state("established"), failing("transferring")]);
    transferring.when(&failing("established")).then(State::Established, &["transferFailed"], &[]);
}

#[test]
fn the_start_of_a_transfer_may_be_reported_after_the_call_was_adopted_in_it() {
    let found = Scenario::given(&[state("transferAccepted"), failed()]);
    found.when(&state("transferring")).then(State::Established, &["stateConfirmed"], &[Late]);
}

#[test]
fn the_time_of_a_call_ends_with_its_latest_event() {
    let at = |second: u32| {
        let mut delivery = Delivery::default();
        delivery.received_at = format!("2026-11-23T09:00:{second}Z").parse().ok();
        delivery
    };
    let scenario = Scenario::default().when_delivered(&state("incoming"), &at(20));
    let scenario = scenario.when_delivered(&state("establishing"), &at(10));
    assert_eq!(scenario.call().last_at(), at(20).received_at);
}

#[test]
fn a_url_that_is_not_of_a_call_names_no_call() {
    let received: CommsNotification = serde_json::from_value(json!({
        "resource": "communications/callRecords/0fe0623f-d628-42ed-b4bd-8ac290072cc5",
        "resourceData": { "@odata.type": "#microsoft.graph.callRecord", "id": "0fe0623f-d628-42ed-b4bd-8ac290072cc5" },
    }))
    .unwrap();
    assert_eq!(received.call_id(), None);
}
