//! Network events as JSON: each name and each member, what is written and read back, and what is refused with words that
//! say what would have been right.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;

use crate::common::{properties, read};
use callfold::call::{
    CallEnd, EndStatus, Ending, NetworkEvent, NetworkEventKind, StopReason, TransferFailure,
};
use callfold::graph::{CompletionReason, EndCode, MediaState, ResultInfo, Tone};
use callfold::testing::strategies::network_events;
use serde_json::{Value, json};

fn result() -> Value {
    json!({ "code": 480, "subcode": 10076, "message": "Nobody picked up." })
}

fn result_info() -> ResultInfo {
    read(result())
}

/// The JSON of each network event in the form in which it is written.
fn written() -> Vec<(Value, NetworkEvent)> {
    let (info, boxed) = (result_info(), Box::new(result_info()));
    let mut both = CallEnd::because("AppTransferred");
    both.result_info = Some(boxed.clone());
    let mut failure = TransferFailure::with_result(info.clone());
    failure.replaces_context = Some("context".into());
    let mut ending = Ending::with_result(info.clone());
    ending.completion_reason = Some(CompletionReason::MediaOperationCanceled);
    let accept = json!({ "@odata.type": "#microsoft.graph.acceptJoinResponse" });
    let me = NetworkEvent::Connected(Some(read(json!({ "myParticipantId": "me" }))));
    let more = json!({ "myParticipantId": "me", "mediaState": { "audio": "active" } });
    let adele = json!({ "identity": { "user": { "id": "adele" } } });
    vec![
        (
            json!({ "type": "offered", "call": { "source": adele } }),
            NetworkEvent::Offered(read(json!({ "source": adele }))),
        ),
        (json!({ "type": "alerted" }), NetworkEvent::Alerted),
        (json!({ "type": "connected" }), NetworkEvent::Connected(None)),
        (json!({ "type": "connected", "myParticipantId": "me" }), me),
        (json!({ "type": "connected", "call": more }), NetworkEvent::Connected(Some(read(more.clone())))),
        (
            json!({ "type": "audioChanged", "audio": "inactive" }),
            NetworkEvent::AudioChanged(MediaState::Inactive),
        ),
        (json!({ "type": "held" }), NetworkEvent::Held),
        (json!({ "type": "resumed" }), NetworkEvent::Resumed),
        (json!({ "type": "transferAccepted" }), NetworkEvent::TransferAccepted),
        (json!({ "type": "transferFailed" }), NetworkEvent::TransferFailed(TransferFailure::default())),
        (
            json!({ "type": "transferFailed", "resultInfo": result(), "replacesContext": "context" }),
            NetworkEvent::TransferFailed(failure),
        ),
        (json!({ "type": "transferCompleted" }), NetworkEvent::TransferCompleted(CallEnd::default())),
        (
            json!({ "type": "transferCompleted", "resultInfo": result(), "terminationReason": "AppTransferred" }),
            NetworkEvent::TransferCompleted(both),
        ),
        (
            json!({ "type": "redirectAnswered", "answeredBy": adele }),
            NetworkEvent::RedirectAnswered(read(adele.clone())),
        ),
        (json!({ "type": "hungUp" }), NetworkEvent::HungUp(CallEnd::default())),
        (
            json!({ "type": "hungUp", "resultInfo": result() }),
            NetworkEvent::HungUp(CallEnd::with_result(info.clone())),
        ),
        (
            json!({ "type": "hungUp", "terminationReason": "AppInitiated" }),
            NetworkEvent::HungUp(CallEnd::because("AppInitiated")),
        ),
        (json!({ "type": "mediaFailed" }), NetworkEvent::MediaFailed(None)),
        (json!({ "type": "mediaFailed", "resultInfo": result() }), NetworkEvent::MediaFailed(Some(boxed))),
        (json!({ "type": "rosterChanged", "participants": [] }), NetworkEvent::RosterChanged(Vec::new())),
        (
            json!({ "type": "rosterChanged", "participants": [{ "isMuted": true, "id": "p" }] }),
            NetworkEvent::RosterChanged(read(json!([{ "id": "p", "isMuted": true }]))),
        ),
        (
            json!({ "type": "participantJoining", "participant": { "id": "p" } }),
            NetworkEvent::ParticipantJoining(read(json!({ "id": "p" }))),
        ),
        (
            json!({ "type": "participantJoiningAnswered", "participantId": "p", "response": accept }),
            NetworkEvent::ParticipantJoiningAnswered {
                participant_id: "p".into(),
                response: read(accept.clone()),
            },
        ),
        (
            json!({ "type": "participantLeft", "participantId": "p" }),
            NetworkEvent::ParticipantLeft("p".into()),
        ),
        (json!({ "type": "tonePressed", "tone": "tone5" }), NetworkEvent::TonePressed(Tone::Tone5)),
        (json!({ "type": "promptFinished" }), NetworkEvent::PromptFinished(Ending::completed())),
        (
            json!({ "type": "promptFinished", "resultInfo": result(), "completionReason": "mediaOperationCanceled" }),
            NetworkEvent::PromptFinished(ending),
        ),
        (
            json!({ "type": "recordingStarted" }),
            NetworkEvent::RecordingStarted { location: None, access_token: None },
        ),
        (
            json!({ "type": "recordingStarted", "recordingLocation": "https://contoso.com/r", "recordingAccessToken": "t" }),
            NetworkEvent::RecordingStarted {
                location: Some("https://contoso.com/r".into()),
                access_token: Some(callfold::Secret::new("t".into())),
            },
        ),
        (json!({ "type": "speechStarted" }), NetworkEvent::SpeechStarted),
        (json!({ "type": "speechEnded" }), NetworkEvent::SpeechEnded),
        (
            json!({ "type": "recordingFinished", "because": "initialSilence" }),
            NetworkEvent::RecordingFinished(StopReason::InitialSilence),
        ),
        (
            json!({ "type": "recordingFinished", "because": "silence" }),
            NetworkEvent::RecordingFinished(StopReason::Silence),
        ),
        (
            json!({ "type": "recordingFinished", "because": "maxDuration" }),
            NetworkEvent::RecordingFinished(StopReason::MaxDuration),
        ),
        (
            json!({ "type": "recordingFinished", "because": "stopTone" }),
            NetworkEvent::RecordingFinished(StopReason::StopTone),
        ),
        (
            json!({ "type": "recordingFinished", "resultInfo": result() }),
            NetworkEvent::RecordingFinished(StopReason::with_result(info.clone())),
        ),
        (
            json!({ "type": "operationFinished", "operation": "7", "status": "completed" }),
            NetworkEvent::operation_finished("7".into(), Ending::completed()),
        ),
        (
            json!({ "type": "operationFinished", "operation": "7", "status": "failed", "resultInfo": result() }),
            NetworkEvent::operation_finished("7".into(), Ending::with_result(info)),
        ),
        (
            json!({ "type": "operationFinished", "operation": "7", "status": "failed" }),
            NetworkEvent::OperationFinished {
                operation: "7".into(),
                status: EndStatus::Failed,
                ending: Ending::completed(),
            },
        ),
        (
            json!({ "type": "contentSharingStarted", "id": "s" }),
            NetworkEvent::ContentSharingStarted("s".into()),
        ),
        (
            json!({ "type": "contentSharingUpdated", "id": "s" }),
            NetworkEvent::ContentSharingUpdated("s".into()),
        ),
        (json!({ "type": "contentSharingEnded", "id": "s" }), NetworkEvent::ContentSharingEnded("s".into())),
    ]
}

#[test]
fn each_network_event_is_written_and_read_as_its_json() {
    let mut kinds = BTreeSet::new();
    for (json, network_event) in written() {
        assert_eq!(json!(network_event), json);
        assert_eq!(read::<NetworkEvent>(json.clone()), network_event, "{json}");
        assert!(network_event.kind().as_str() == json["type"]);
        kinds.insert(network_event.kind());
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), NetworkEventKind::ALL);
}

#[test]
fn the_type_is_written_first() {
    let text = serde_json::to_string(&NetworkEvent::hung_up(EndCode::PeerEnded)).unwrap();
    assert!(text.starts_with(r#"{"type":"hungUp","resultInfo":{"#), "{text}");
}

#[test]
fn the_codes_of_a_hang_up_can_stand_beside_its_type() {
    let rows = [
        (json!({ "code": 200, "subcode": 4521 }), json!({ "code": 200, "subcode": 4521 })),
        (json!({ "code": 0 }), json!({ "code": 0 })),
        (result(), result()),
    ];
    for (mut given, expected) in rows {
        given["type"] = "hungUp".into();
        let expected = NetworkEvent::HungUp(CallEnd::with_result(read(expected)));
        assert_eq!(read::<NetworkEvent>(given), expected);
    }
}

properties! {
    1000 cases;

    #[test]
    fn every_network_event_is_read_as_it_was_written(network_event in network_events()) {
        let text = serde_json::to_string(&network_event).unwrap();
        assert_eq!(serde_json::from_str::<NetworkEvent>(&text).map_err(|error| format!("{error}: {text}")), Ok(network_event));
    }
}

fn error(text: &str) -> String {
    serde_json::from_str::<NetworkEvent>(text).expect_err(text).to_string()
}

#[test]
fn what_is_wrong_is_named_with_what_would_be_right() {
    let rows: [(&str, &[&str]); 40] = [
        (r#"{}"#, &["no `type`", "`hungUp`", "`participantLeft`"]),
        (r#"{"type":"weather"}"#, &["the type `weather`", "`alerted`, `connected`"]),
        (r#"{"type":"HungUp"}"#, &["`HungUp`"]),
        (r#"{"type":7}"#, &["a number"]),
        (r#"{"type":null}"#, &["null"]),
        (r#"["hungUp"]"#, &["an object with the `type` of a network event"]),
        (r#""hungUp""#, &["an object with the `type` of a network event"]),
        (r#"{"type":"held","code":200}"#, &["`held` has no member `code`", "none besides `type`"]),
        (
            r#"{"type":"hungUp","kode":200}"#,
            &["`kode`", "`code`, `subcode`, `message`, `resultInfo`, `terminationReason`"],
        ),
        (r#"{"type":"promptFinished","status":"failed"}"#, &["`status`", "`resultInfo`, `completionReason`"]),
        (r#"{"type":"hungUp","code":"200"}"#, &["`code` of `hungUp` is a string", "a whole number"]),
        (r#"{"type":"hungUp","code":2.5}"#, &["another number", "a whole number"]),
        (r#"{"type":"hungUp","code":99999999999}"#, &["another number", "32 bits"]),
        (r#"{"type":"hungUp","code":null}"#, &["is null"]),
        (r#"{"type":"hungUp","subcode":1}"#, &["`subcode`", "must have a `code`"]),
        (r#"{"type":"hungUp","message":"m"}"#, &["`message`", "must have a `code`"]),
        (r#"{"type":"hungUp","code":1,"resultInfo":{}}"#, &["`code` and `resultInfo`", "only one"]),
        (r#"{"type":"hungUp","resultInfo":7}"#, &["`resultInfo` of `hungUp` is a number", "an object"]),
        (
            r#"{"type":"hungUp","resultInfo":{"kode":7}}"#,
            &["no member `kode`", "`code`, `subcode`, `message`"],
        ),
        (r#"{"type":"hungUp","resultInfo":{"code":[]}}"#, &["`resultInfo.code`", "an array"]),
        (r#"{"type":"hungUp","code":1,"code":2}"#, &["`code` is there twice"]),
        (r#"{"type":"audioChanged"}"#, &["must have the member `audio`"]),
        (r#"{"type":"audioChanged","audio":"loud"}"#, &["`loud`", "`active`, `inactive`"]),
        (r#"{"type":"tonePressed","tone":5}"#, &["a number", "a string"]),
        (r#"{"type":"tonePressed","tone":"5"}"#, &["`5`", "`tone0`", "`pound`"]),
        (r#"{"type":"recordingFinished"}"#, &["`because` or `resultInfo`"]),
        (r#"{"type":"recordingFinished","because":"boredom"}"#, &["`boredom`", "`stopTone`"]),
        (r#"{"type":"recordingFinished","because":"silence","resultInfo":{}}"#, &["only one"]),
        (
            r#"{"type":"operationFinished","operation":"","status":"completed"}"#,
            &["an empty string", "an id"],
        ),
        (
            r#"{"type":"operationFinished","operation":"7","status":"running"}"#,
            &["`running`", "`completed`, `failed`"],
        ),
        // Inside a resource, a value of another kind is wrong, too.
        (
            r#"{"type":"hungUp","resultInfo":{"code":"200"}}"#,
            &["`resultInfo.code`", "is a string", "a whole number"],
        ),
        (r#"{"type":"hungUp","resultInfo":null}"#, &["`resultInfo` of `hungUp` is null", "an object"]),
        (
            r#"{"type":"rosterChanged","participants":[{"isMuted":"true"}]}"#,
            &["`participants[0].isMuted`", "is a string", "true or false"],
        ),
        (
            r#"{"type":"offered","call":{"targets":{"identity":{}}}}"#,
            &["`call.targets` of `offered` is an object", "a list"],
        ),
        (
            r#"{"type":"offered","call":{"targets":[{},{"hidden":1}]}}"#,
            &["`call.targets[1].hidden` of `offered` is a number", "true or false"],
        ),
        (r#"{"type":"rosterChanged","participants":{}}"#, &["`participants`", "is an object", "a list"]),
        (
            r#"{"type":"rosterChanged","participants":[{},7]}"#,
            &["`participants[1]` of `rosterChanged` is a number", "an object"],
        ),
        (r#"{"type":"rosterChanged","participants":[null]}"#, &["`participants[0]`", "is null", "an object"]),
        (
            r#"{"type":"rosterChanged","participants":[{},{"isMuted":[1]}]}"#,
            &["`participants[1].isMuted` of `rosterChanged` is an array", "true or false"],
        ),
        (r#"{"type":"redirectAnswered","answeredBy":"adele"}"#, &["a string", "an object"]),
    ];
    for (text, parts) in rows {
        let error = error(text);
        for part in parts {
            assert!(error.contains(part), "{text}: {error} has no {part}");
        }
    }
}

#[test]
fn hostile_texts_are_errors_and_short_ones() {
    let deep = format!(r#"{{"type":"offered","call":{}1{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    let long = format!(r#"{{"type":"{}"}}"#, "x".repeat(1_000_000));
    let member = format!(r#"{{"type":"held","{}":1}}"#, "x".repeat(1_000_000));
    // As deep as a notification of it can be read, and one level deeper.
    let nested = |depth: usize| {
        let value = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        format!(r#"{{"type":"offered","call":{{"subject":"s","x":{value}}}}}"#)
    };
    assert!(serde_json::from_str::<NetworkEvent>(&nested(89)).is_ok());
    for depth in [90, 91, 95] {
        assert_eq!(error(&nested(depth)), "`call` must be nested at most 90 deep");
    }
    for text in [deep.as_str(), &long, &member, "", "{", r#"{"type":"held"} x"#, "\u{0}"] {
        assert!(error(text).len() < 2_000);
    }
    // No message shows what may be a secret.
    let secret = r#"{"type":"recordingStarted","recordingAccessToken":{"s3cret":"s3cret"}}"#;
    assert!(!error(secret).contains("s3cret"));
}
