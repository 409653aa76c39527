//! Operations: which one an event is about, and how it ends.

use super::lines::{agree_on_lines, lines};

/// Checks that both replays agree on two established calls with these events.
#[track_caller]
fn agree_on_reported(reported: &[(&str, &str)]) {
    let reported = [&[("offered", "{}"), ("answered", "{}"), ("established", "{}")], reported].concat();
    agree_on_lines(lines(1, &reported).into_iter().chain(lines(2, &reported)));
}

const CREATED: (&str, &str) = (
    "operationCreated",
    r##"{"@odata.type":"#microsoft.graph.recordOperation","clientContext":"c","status":"running","id":"o"}"##,
);

#[test]
fn an_operation_may_be_reported_under_a_second_id_and_then_under_that_id_alone() {
    let renamed = ("operationUpdated", r#"{"clientContext":"c","resultInfo":{"code":1},"id":"p"}"#);
    for end in ["o", "p", "q"] {
        let end = format!(r#"{{"id":"{end}"}}"#);
        agree_on_reported(&[CREATED, renamed, ("operationCompleted", &end), ("terminated", "{}")]);
        agree_on_reported(&[CREATED, renamed, CREATED, ("detailsChanged", "{}"), ("operationFailed", &end)]);
        agree_on_reported(&[CREATED, renamed, ("terminated", "{}"), ("operationCompleted", &end)]);
    }
}

#[test]
fn an_operation_may_be_reported_with_its_client_context_alone() {
    let reported = [
        ("operationUpdated", r#"{"clientContext":"c","resultInfo":{"code":1}}"#),
        ("operationCompleted", r#"{"clientContext":"c"}"#),
        ("operationCreated", r#"{"clientContext":"c","status":"completed"}"#),
        ("operationCreated", r#"{"clientContext":"c","status":"running","id":"p"}"#),
        ("operationFailed", r#"{"clientContext":"c","id":"p"}"#),
    ];
    agree_on_reported(&[&[CREATED], &reported[..]].concat());
    agree_on_reported(&[&reported[2..4], &[CREATED], &reported[..]].concat());
}

#[test]
fn an_operation_ends_once() {
    let ends = ["operationCompleted", "operationFailed", "operationUpdated", "operationStarted"];
    for end in ends {
        let reported =
            [(end, r#"{"id":"o"}"#), (end, r#"{"id":"o"}"#), ("operationCompleted", r#"{"id":"o"}"#)];
        agree_on_reported(&[&[CREATED], &reported[..], &[CREATED, ("terminated", "{}")]].concat());
    }
}

#[test]
fn operations_of_two_kinds_may_have_one_id() {
    let cancel = r##"{"@odata.type":"#microsoft.graph.cancelMediaProcessingOperation","status":"completed","id":"o"}"##;
    let any = r##"{"@odata.type":"#microsoft.graph.commsOperation","clientContext":"d","id":"o"}"##;
    for reported in [cancel, any] {
        for name in ["operationCreated", "operationUpdated", "operationCompleted"] {
            agree_on_reported(&[CREATED, (name, reported), ("operationCompleted", r#"{"id":"o"}"#)]);
            agree_on_reported(&[
                ("operationCreated", reported),
                CREATED,
                (name, reported),
                ("operationFailed", cancel),
            ]);
        }
    }
}

#[test]
fn reported_members_of_an_operation_may_be_cleared() {
    let emptied = r#"{"clientContext":null,"resultInfo":null,"completionReason":null,"id":"o"}"#;
    let reported = r#"{"clientContext":"d","resultInfo":{"message":"a"},"recordingLocation":"b","id":"o"}"#;
    let non_canonical = ("operationUpdated", r#"{"clientContext":"c\u0065","id":"o"}"#);
    let updates = [("operationUpdated", emptied), ("operationUpdated", reported), non_canonical];
    for first in 0..3 {
        let updates = updates.iter().cycle().skip(first).take(5).copied().collect::<Vec<_>>();
        agree_on_reported(&[&[CREATED], &updates[..], &[("held", "{}"), ("resumed", "{}")]].concat());
    }
}

#[test]
fn what_is_pending_is_left_behind_and_may_end_after_the_call() {
    let end = ("terminated", r#"{"resultInfo":{"code":0}}"#);
    let later = [
        ("operationCompleted", r#"{"id":"o"}"#),
        ("operationCreated", r#"{"status":"running","id":"p"}"#),
        ("operationCreated", r#"{"status":"completed","id":"q"}"#),
        ("detailsChanged", r#"{"subject":"a"}"#),
        ("toneReceived", r#"{"sequenceId":1,"tone":"tone1"}"#),
        ("rosterUpdated", r#"{"participants":[]}"#),
        ("notificationHeard", r#"{"messageIds":["m"],"item":0}"#),
        ("stateConfirmed", r#"{"state":"terminated"}"#),
        ("terminated", "{}"),
        ("deviceQualityReported", r#"{"callChainId":"57dab8b1-894c-409a-b240-bd8beae78896"}"#),
        ("operationUpdated", r#"{"clientContext":"e","id":"o"}"#),
    ];
    agree_on_reported(&[&[CREATED, end], &later[..]].concat());
    agree_on_reported(&[&[end], &later[..]].concat());
}

#[test]
fn a_call_of_the_service_is_replayed_like_any_other() {
    let queued = r#"{"operation":{"status":"notStarted","id":"o"},"playPrompt":{"prompts":[]}}"#;
    agree_on_reported(&[
        ("keptAlive", "{}"),
        ("operationQueued", queued),
        ("operationStarted", r#"{"id":"o"}"#),
        ("speechStarted", r#"{"operation":"o"}"#),
        ("operationCompleted", r#"{"id":"o"}"#),
        ("transferRequested", r#"{"transferTarget":{"identity":{"user":{"id":"v"}}}}"#),
        ("transferStarted", "{}"),
        ("terminated", "{}"),
        ("keptAlive", "{}"),
    ]);
}

#[test]
fn the_other_members_of_a_report_tell_which_of_two_operations_it_is_about() {
    let ended = r#"{"clientContext":"c","resultInfo":{"code":200},"status":"completed"}"#;
    agree_on_reported(&[
        CREATED,
        ("operationCompleted", r#"{"id":"o","resultInfo":{"code":200}}"#),
        ("operationCreated", r#"{"clientContext":"c","status":"running","id":"p"}"#),
        ("terminated", "{}"),
        ("operationCompleted", ended),
        ("operationCompleted", ended),
    ]);
}

/// Who was invited is reported with one event, and that it is an invitation only after the end of the call.
#[test]
fn an_operation_with_participants_can_turn_out_to_be_an_invitation_after_the_end() {
    let created =
        r#"{"id":"i","status":"running","participants":[{"identity":{"user":{"displayName":"Alex"}}}]}"#;
    let completed = r##"{"@odata.type":"#microsoft.graph.inviteParticipantsOperation","id":"i"}"##;
    agree_on_reported(&[
        ("operationCreated", created),
        ("terminated", "{}"),
        ("operationCompleted", completed),
    ]);
}

/// An invitation can be reported for the first time when the call is over.
#[test]
fn an_invitation_that_comes_after_the_end_is_a_request_of_the_app() {
    let invited = r##"{"@odata.type":"#microsoft.graph.inviteParticipantsOperation","id":"i","status":"completed",
        "participants":[{"identity":{"user":{"displayName":"Alex"}}}]}"##;
    agree_on_reported(&[("terminated", "{}"), ("operationCreated", &invited.replace('\n', " "))]);
    agree_on_reported(&[("operationCreated", &invited.replace('\n', " ")), ("terminated", "{}")]);
}
