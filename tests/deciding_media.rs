//! Requests that use the media of a call: prompts, recordings, tones, and the queue in which they wait.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use crate::common::requesting::*;
use crate::common::{CALL, audio, call_id, somebody};
use callfold::OperationId;
use callfold::call::{AppIdentity, Call, Command, Due, RequestContext};
use callfold::graph::{Method, OperationKind, Permission, Route};
use callfold::testing::strategies;
use callfold::uuid::Uuid;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

/// The number in the id of an operation.
fn number(id: &OperationId) -> u128 {
    id.to_string().parse::<Uuid>().unwrap().as_u128()
}

/// The requested operations: number and status.
fn statuses(call: &Call) -> Vec<String> {
    let request = call.operations().iter().filter(|operation| operation.id() != Some(&"o".into()));
    request.map(|one| format!("{} {}", number(one.id().unwrap()), one.state())).collect()
}

/// The numbers of the operations in the queue.
fn queue(call: &Call) -> Vec<u128> {
    call.media_queue().map(|(id, _)| number(id)).collect()
}

/// The names of the events with their data.
fn data(decided: &Decided, name: &str) -> Vec<Value> {
    let named = decided.events.iter().filter(|one| one.event.kind().as_str() == name);
    named.map(|one| serde_json::to_value(&one.event).unwrap()).collect()
}

fn prompt() -> Value {
    json!({ "prompts": [{ "mediaInfo": { "uri": "https://bot/a.wav" } }], "clientContext": "c" })
}

#[test]
fn a_prompt_and_a_recording_run_at_once_where_nothing_else_does() {
    for (action, kind) in [("playPrompt", "playPrompt"), ("recordResponse", "record")] {
        for state in ["established", "hold"] {
            let call = given(state, group());
            let (location, body) = operation(&call, kind, "running");
            let decided = send(&call, &format!("POST /{action}"), prompt()).unwrap();
            decided.then(200, Some(&location), &body, &["operationQueued", "operationStarted"]);
            assert_eq!(decided.call.state(), call.state());
            assert_eq!(queue(&decided.call).len(), 1);
            assert!(statuses(&decided.call)[0].ends_with(" running"));
        }
    }
}

#[test]
fn what_is_done_at_once_is_completed_in_its_reply() {
    let rows: [(&str, &str, Value, &[&str]); 3] = [
        ("subscribeToTone", "subscribeToTone", json!({}), &["operationCreated"]),
        ("cancelMediaProcessing", "cancelMediaProcessing", json!({}), &["operationCreated"]),
        (
            "updateRecordingStatus",
            "updateRecordingStatus",
            json!({ "status": "recording" }),
            &["operationCreated", "recordingStatusUpdated"],
        ),
    ];
    for (action, kind, mut body, events) in rows {
        body["clientContext"] = "c".into();
        let call = given("established", group());
        let (location, operation) = operation(&call, kind, "completed");
        let decided = send(&call, &format!("POST /{action}"), body).unwrap();
        decided.then(200, Some(&location), &operation, events);
        assert!(statuses(&decided.call)[0].ends_with(" completed"));
    }
}

#[test]
fn keys_are_pressed_while_the_operation_runs() {
    let call = given("established", group());
    let (location, body) = operation(&call, "sendDtmfTones", "running");
    let keys = json!({ "tones": ["tone1", "pound"], "delayBetweenTonesMs": 0, "clientContext": "c" });
    let decided = send(&call, "POST /sendDtmfTones", keys).unwrap();
    decided.then(200, Some(&location), &body, &["operationCreated"]);
    assert!(queue(&decided.call).is_empty(), "they do not wait for prompts");
}

#[test]
fn the_recording_status_is_the_one_of_the_last_request() {
    let mut call = given("established", group());
    assert_eq!(call.recording_status(), None);
    for status in ["recording", "failed", "notRecording"] {
        call = send(&call, "POST /updateRecordingStatus", json!({ "status": status })).unwrap().call;
        assert_eq!(call.recording_status().unwrap().as_str(), status);
    }
}

#[test]
fn without_a_client_context_none_is_answered() {
    let decided = send(&given("established", group()), "POST /subscribeToTone", "").unwrap();
    let body = serde_json::to_value(&decided.reply.body).unwrap();
    assert!(body.get("clientContext").is_none_or(Value::is_null), "{body}");
}

const ON_MEDIA: [&str; 5] =
    ["playPrompt", "recordResponse", "subscribeToTone", "sendDtmfTones", "cancelMediaProcessing"];

/// A valid body for each of the methods.
fn any_body() -> Value {
    json!({ "prompts": [audio()], "tones": ["tone1"] })
}

#[test]
fn while_a_call_is_establishing_its_media_can_be_used_once_audio_is_active() {
    for (audio, is_legal) in [(Value::Null, false), (json!("inactive"), false), (json!("active"), true)] {
        for state in ["establishing", "ringing", "incoming"] {
            let mut details = group();
            details["mediaState"] = json!({ "audio": audio });
            let call = given(state, details);
            for action in ON_MEDIA {
                let request = send(&call, &format!("POST /{action}"), any_body());
                if is_legal && state == "establishing" {
                    assert_eq!(request.ok().unwrap().reply.status, 200, "{action}");
                } else {
                    assert_eq!(refused(request, 409)["state"], state, "{action} with {audio}");
                }
            }
        }
    }
}

#[test]
fn an_app_that_hosts_the_media_itself_cannot_have_them_played_or_recorded() {
    let mut details = group();
    details["mediaConfig"] = app_hosted();
    for state in ["established", "incoming"] {
        let call = given(state, details.clone());
        for action in ["playPrompt", "recordResponse", "subscribeToTone", "sendDtmfTones"] {
            let what = format!("POST /{action}");
            assert!(send(&call, &what, any_body()).err().unwrap().to_string().contains("service hosts"));
            assert_eq!(refused(send(&call, &what, any_body()), 400)["state"], state);
        }
    }
}

#[test]
fn recording_and_receiving_tones_need_access_to_media() {
    let call = given("established", group());
    let others: Vec<_> =
        Permission::ALL.iter().copied().filter(|one| *one != Permission::AccessMedia).collect();
    for action in ["recordResponse", "subscribeToTone"] {
        let inner = refused(send_as(&call, &others, &format!("POST /{action}"), any_body()), 403);
        assert_eq!(inner["oneOfEach"], json!([["Calls.AccessMedia.All"]]));
    }
}

// The queue.

#[test]
fn a_second_prompt_waits_behind_the_first() {
    let first = send(&given("established", group()), "POST /playPrompt", prompt()).unwrap();
    let (location, as_running) = operation(&first.call, "playPrompt", "running");
    let second = send(&first.call, "POST /playPrompt", prompt()).unwrap();
    second.then(200, Some(&location), &as_running, &["operationQueued"]);
    assert_eq!(data(&second, "operationQueued")[0]["operation"]["status"], "notStarted");
    let third = send(&second.call, "POST /recordResponse", json!({ "bargeInAllowed": false })).unwrap();

    let ids = queue(&third.call);
    let expected =
        [format!("{} running", ids[0]), format!("{} notStarted", ids[1]), format!("{} notStarted", ids[2])];
    assert_eq!(statuses(&third.call), expected);
    let waits = send(&third.call, location.replacen("/", "GET /", 1).as_str(), "").unwrap();
    assert_eq!(serde_json::to_value(&waits.reply.body).unwrap()["status"], "notStarted");
}

#[test]
fn a_queued_request_is_kept_as_it_was_sent() {
    let request =
        json!({ "prompts": [audio()], "playBeep": false, "stopTones": ["#"], "clientContext": "c" });
    let decided = send(&given("established", group()), "POST /recordResponse", &request).unwrap();
    assert_eq!(data(&decided, "operationQueued")[0]["recordResponse"], request);
}

#[test]
fn a_recording_that_barges_in_cancels_those_ahead_and_runs_at_once() {
    let playing = send(&given("established", group()), "POST /playPrompt", prompt()).unwrap();
    let waiting = send(&playing.call, "POST /recordResponse", prompt()).unwrap();
    let ahead = queue(&waiting.call);
    let (location, body) = operation(&waiting.call, "record", "running");
    let barging = json!({ "bargeInAllowed": true, "clientContext": "c" });
    let decided = send(&waiting.call, "POST /recordResponse", barging).unwrap();
    let events = ["operationFailed", "operationFailed", "operationQueued", "operationStarted"];
    decided.then(200, Some(&location), &body, &events);
    for failed in data(&decided, "operationFailed") {
        assert_eq!(
            (&failed["resultInfo"]["code"], &failed["resultInfo"]["subcode"]),
            (&json!(400), &json!(8508))
        );
    }
    let left = queue(&decided.call);
    let expected =
        [format!("{} failed", ahead[0]), format!("{} failed", ahead[1]), format!("{} running", left[0])];
    assert_eq!((left.len(), statuses(&decided.call)), (1, expected.to_vec()));
}

#[test]
fn to_barge_in_where_nothing_plays_cancels_nothing() {
    let decided =
        send(&given("established", group()), "POST /recordResponse", json!({ "bargeInAllowed": true }));
    let names: Vec<_> = decided.ok().unwrap().events.iter().map(|one| one.event.kind().as_str()).collect();
    assert_eq!(names, ["operationQueued", "operationStarted"]);
}

#[test]
fn a_recording_that_begins_waits_for_speech_and_one_behind_a_prompt_does_not_yet() {
    let call = given("established", group());
    let timers = json!({ "initialSilenceTimeoutInSeconds": 1, "maxRecordDurationInSeconds": 120 });
    let at: callfold::jiff::Timestamp = AT.parse().unwrap();
    let dues = |call: &Call| -> Vec<String> {
        let due = |due: &Due| format!("{} +{}", due.deadline, due.at.duration_since(at).as_secs());
        call.deadlines().iter().map(due).collect()
    };
    let recording = send(&call, "POST /recordResponse", &timers).unwrap();
    assert_eq!(dues(&recording.call), ["initialSilence +1", "recordDuration +120"]);
    let usual = send(&call, "POST /recordResponse", "").unwrap();
    assert_eq!(dues(&usual.call), ["initialSilence +5", "recordDuration +5"]);
    let prompted = send(&call, "POST /recordResponse", prompt()).unwrap();
    assert!(dues(&prompted.call).is_empty());
    let cancelled = send(&recording.call, "POST /cancelMediaProcessing", "").unwrap();
    assert!(dues(&cancelled.call).is_empty());
    let overtaken = send(&recording.call, "POST /recordResponse", json!({ "bargeInAllowed": true })).unwrap();
    assert_eq!(dues(&overtaken.call), ["initialSilence +5", "recordDuration +5"]);
}

#[test]
fn cancelling_fails_all_that_plays_and_waits_and_leaves_a_subscription_to_tones() {
    let mut call = given("established", group());
    for action in ["subscribeToTone", "playPrompt", "recordResponse", "sendDtmfTones"] {
        call = send(&call, &format!("POST /{action}"), any_body()).unwrap().call;
    }
    let before = statuses(&call);
    let (location, body) = operation(&call, "cancelMediaProcessing", "completed");
    let decided = send(&call, "POST /cancelMediaProcessing", json!({ "clientContext": "c" })).unwrap();
    decided.then(200, Some(&location), &body, &["operationCreated", "operationFailed", "operationFailed"]);
    let failed = data(&decided, "operationFailed");
    for (failed, kind) in failed.iter().zip(["playPrompt", "record"]) {
        assert_eq!(failed["@odata.type"], format!("#microsoft.graph.{kind}Operation"));
        assert_eq!(
            (&failed["resultInfo"]["code"], &failed["resultInfo"]["subcode"]),
            (&json!(400), &json!(8508))
        );
    }
    assert_eq!(failed[1]["completionReason"], "operationCanceled");
    let after = statuses(&decided.call);
    let settled = |index: usize| after[index].split_once(' ').unwrap().1;
    assert_eq!(
        (0..5).map(settled).collect::<Vec<_>>(),
        ["completed", "failed", "failed", "running", "completed"]
    );
    assert_eq!((&before[0], &before[3]), (&after[0], &after[3]));
    assert!(queue(&decided.call).is_empty());
    let subscription =
        decided.call.operations().iter().find(|one| one.kind() == OperationKind::SubscribeToTone);
    assert!(subscription.unwrap().is_success());

    let again = send(&decided.call, "POST /cancelMediaProcessing", "").unwrap();
    assert_eq!(again.events.len(), 1, "nothing is left to cancel");
    let next = send(&again.call, "POST /playPrompt", prompt()).unwrap();
    assert_eq!(next.events.len(), 2, "the next one runs at once");
}

#[test]
fn media_operations_end_with_their_call_and_do_not_come_back() {
    let playing = send(&given("established", group()), "POST /playPrompt", prompt()).unwrap();
    let mut call = send(&playing.call, "DELETE ", "").unwrap().call;
    assert_eq!(refused(send(&call, "POST /playPrompt", prompt()), 409)["state"], "terminating");
    let ended = json!({ "call": CALL, "rev": call.revision() + 1, "type": "terminated", "data": {} });
    call.evolve(ended.to_string().parse().unwrap()).unwrap();
    assert!(queue(&call).is_empty());
    assert_eq!(call.orphans().count(), 2);
}

// Limits.

#[test]
fn a_client_context_has_at_most_256_characters() {
    let call = given("established", group());
    let bodies = [
        ("playPrompt", any_body()),
        ("recordResponse", json!({})),
        ("cancelMediaProcessing", json!({})),
        ("subscribeToTone", json!({})),
        ("sendDtmfTones", any_body()),
        ("mute", json!({})),
        ("unmute", json!({})),
        ("updateRecordingStatus", json!({ "status": "recording" })),
        ("addLargeGalleryView", json!({})),
        ("participants/invite", json!({ "participants": [somebody()] })),
        ("participants/alice/mute", json!({})),
        ("participants/alice/startHoldMusic", json!({})),
    ];
    for (action, mut body) in bodies {
        for (character, count, wrong) in [
            ("a", 256, ""),
            ("a", 257, "clientContext 256"),
            ("é", 256, ""),
            ("é", 257, "clientContext 256"),
            ("🎧", 256, ""),
            ("🎧", 257, "clientContext 256"),
        ] {
            body["clientContext"] = character.repeat(count).into();
            limited(&call, &format!("POST /{action}"), &[(body.clone(), wrong)]);
        }
        body["clientContext"] = json!({});
        limited(&call, &format!("POST /{action}"), &[(body, "clientContext a string")]);
    }
    let held = send(&call, "POST /participants/alice/startHoldMusic", "").unwrap().call;
    let long = json!({ "clientContext": "a".repeat(257) });
    limited(&held, "POST /participants/alice/stopHoldMusic", &[(long, "clientContext 256")]);
}

/// The member that a request breaks if its `clientContext` is this value.
fn broken_by(method: Method, client_context: Value) -> Option<Value> {
    let bodies = strategies::bodies(method, call_id());
    let mut body = bodies.new_tree(&mut TestRunner::deterministic()).unwrap().current();
    body["clientContext"] = client_context;
    let route = Route::new(method, Some(call_id()), Some("alice".into()));
    let refusal = refusal(Command::read(&route, body.to_string().as_bytes()))?;
    refusal.error().inner_error.get("member").filter(|member| *member == "clientContext").cloned()
}

#[test]
fn every_method_that_reads_a_client_context_limits_its_length() {
    let mut limiting = 0;
    for method in Method::ALL {
        // The type of the body has the member if a value of another type is refused.
        let reads = broken_by(*method, json!({}));
        assert_eq!(broken_by(*method, "a".repeat(257).into()), reads, "{method}");
        assert_eq!(broken_by(*method, "a".repeat(256).into()), None, "{method}");
        limiting += usize::from(reads.is_some());
    }
    assert!(limiting > 12, "the test above names 13 of them, and {limiting} are found");
}

#[test]
fn prompts_have_their_limits() {
    let call = given("established", group());
    let prompts = |count: usize| json!({ "prompts": vec![audio(); count] });
    let rows = [
        (json!({}), "prompts 1 to 20"),
        (prompts(0), "prompts 1 to 20"),
        (prompts(1), ""),
        (prompts(20), ""),
        (prompts(21), "prompts 1 to 20"),
        (json!({ "prompts": "a.wav" }), "prompts a list"),
        (json!({ "prompts": [audio(), 7] }), "prompts[1] object"),
        (json!({ "prompts": [audio()], "loop": "often" }), "loop a whole number"),
    ];
    limited(&call, "POST /playPrompt", &rows);
}

#[test]
fn recordings_have_their_limits() {
    let call = given("established", group());
    let prompts = |count: usize| json!({ "prompts": vec![audio(); count] });
    let rows = [
        (json!({}), ""),
        (prompts(0), ""),
        (prompts(1), ""),
        (prompts(2), "prompts one"),
        (json!({ "bargeInAllowed": "perhaps" }), "bargeInAllowed true"),
        (json!({ "playBeep": [] }), "playBeep true"),
        (json!({ "stopTones": [7.5] }), "stopTones[0] string"),
    ];
    limited(&call, "POST /recordResponse", &rows);
    for timer in
        ["initialSilenceTimeoutInSeconds", "maxSilenceTimeoutInSeconds", "maxRecordDurationInSeconds"]
    {
        for (seconds, is_right) in [(-1, false), (0, false), (1, true), (120, true), (121, false)] {
            let wrong = if is_right { String::new() } else { format!("{timer} 1 to 120") };
            limited(&call, "POST /recordResponse", &[(json!({ timer: seconds }), &wrong)]);
        }
        let wrong = format!("{timer} a whole number");
        for value in [json!("long"), json!(1.5)] {
            limited(&call, "POST /recordResponse", &[(json!({ timer: value }), &wrong)]);
        }
    }
}

#[test]
fn keys_have_their_limits() {
    let known = "tone0 tone1 tone2 tone3 tone4 tone5 tone6 tone7 tone8 tone9 star pound a b c d flash";
    let known: Vec<_> = known.split_whitespace().collect();
    let rows = [
        (json!({}), "tones at least 1"),
        (json!({ "tones": [] }), "tones at least 1"),
        (json!({ "tones": known }), ""),
        (json!({ "tones": ["tone1", "tone10"] }), "tones[1] tone0, tone1"),
        (json!({ "tones": ["#"] }), "tones[0] pound"),
        (json!({ "tones": [{}] }), "tones[0] pound"),
        (json!({ "tones": ["a"], "delayBetweenTonesMs": 0 }), ""),
        (json!({ "tones": ["a"], "delayBetweenTonesMs": -1 }), "delayBetweenTonesMs milliseconds"),
    ];
    limited(&given("established", group()), "POST /sendDtmfTones", &rows);
}

#[test]
fn a_recording_status_is_one_of_three() {
    let limit = "status notRecording, recording, failed";
    let rows = [
        (json!({ "status": "notRecording" }), ""),
        (json!({ "status": "recording" }), ""),
        (json!({ "status": "failed" }), ""),
        (json!({ "status": "unknown" }), limit),
        (json!({ "status": "paused" }), limit),
        (json!({}), limit),
        (json!({ "status": [] }), "status "),
    ];
    limited(&given("established", group()), "POST /updateRecordingStatus", &rows);
}

// Device quality.

fn report(quality: &Value) -> Command {
    let route = Route::parse("POST", "/communications/calls/logTeleconferenceDeviceQuality").unwrap();
    Command::read(&route, json!({ "quality": quality }).to_string().as_bytes())
}

#[test]
fn a_device_reports_of_a_call_at_any_time() {
    let quality = json!({
        "callChainId": "0622673d-9f69-49b3-9d4f-5ec64f42ecce", "deviceName": "Room 30",
        "mediaQualityList": [{ "channelIndex": 1, "mediaDuration": "PT20M" }],
    });
    for state in ["incoming", "established", "terminated"] {
        let mut call = given(state, group());
        let request = RequestContext::new(
            AT.parse().unwrap(),
            new_id(&call),
            AppIdentity::new(&[Permission::AccessMedia]),
        );
        for count in 1..3 {
            let decision = call.decide(report(&quality), &request).unwrap();
            assert_eq!((decision.reply.status, decision.reply.location), (200, None));
            assert_eq!(serde_json::to_value(&decision.reply.body).unwrap(), Value::Null);
            let [event] = &decision.events[..] else { panic!("one event") };
            assert_eq!(event.event.kind().as_str(), "deviceQualityReported");
            call.evolve(event.clone()).unwrap();
            assert_eq!((call.device_quality().count(), call.state().as_str()), (count, state));
        }
    }
}

#[test]
fn a_malformed_report_is_refused_by_its_member() {
    let chain = "0622673d-9f69-49b3-9d4f-5ec64f42ecce";
    let with = |list: Value| json!({ "callChainId": chain, "mediaQualityList": list });
    let rows = [
        (Value::Null, "quality"),
        (json!(7), "quality"),
        (json!({ "mediaQualityList": [{}] }), "quality.callChainId"),
        (json!({ "callChainId": "x", "mediaQualityList": [{}] }), "quality.callChainId"),
        (json!({ "callChainId": chain }), "quality.mediaQualityList"),
        (with(json!([])), "quality.mediaQualityList"),
        (with(json!([{}, 7])), "quality.mediaQualityList[1]"),
        (with(json!([{}, { "channelIndex": "first" }])), "quality.mediaQualityList[1].channelIndex"),
        (with(json!([{ "mediaDuration": "long" }])), "quality.mediaQualityList[0].mediaDuration"),
    ];
    for (quality, member) in rows {
        let refusal = refusal(report(&quality)).unwrap();
        let inner = refusal.error().inner_error;
        assert_eq!((refusal.status(), &inner["member"]), (400, &json!(member)), "{quality}");
    }
    let right = report(&with(json!([{ "channelIndex": 1 }])));
    assert!(refusal(right).is_none());
}
