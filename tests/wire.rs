//! Peculiarities of Graph's JSON: what is read, what is kept, and what is written.
#![allow(clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::fmt::Debug;

use callfold::Id;
use callfold::graph::*;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::common::{CALL, about};

const BARE: &str = "57DAB8B1894C409AB240BD8BEAE78896";
const OPERATION: &str = "0fe0623f-d628-42ed-b4bd-8ac290072cc5";

fn read<T: DeserializeOwned>(json: &Value) -> T {
    serde_json::from_str(&json.to_string()).expect("it is read")
}

fn written<T: DeserializeOwned + Serialize>(json: &Value) -> Value {
    serde_json::to_value(read::<T>(json)).expect("it is written")
}

fn survives<T: DeserializeOwned + Serialize>(json: Value) {
    assert_eq!(written::<T>(&json), json);
}

/// The name of the variant.
fn variant(value: &impl Debug) -> String {
    format!("{value:?}").split(['(', ' ']).next().unwrap_or_default().to_owned()
}

fn url(json: Value) -> ResourceUrl {
    read::<CommsNotification>(&json).url()
}

#[test]
fn enum_values_are_read_in_any_casing() {
    for spelling in ["transferAccepted", "TransferAccepted", "TRANSFERACCEPTED", "transferaccepted"] {
        assert_eq!(CallState::from(spelling), CallState::TransferAccepted);
    }
    assert_eq!(
        written::<CommsNotification>(&json!({"changeType": "Updated"})),
        json!({"changeType": "updated"})
    );
    assert_eq!(written::<CommsOperation>(&json!({"status": "Running"})), json!({"status": "running"}));
    assert_eq!(
        written::<ParticipantInfo>(&json!({"endpointType": "Default"})),
        json!({"endpointType": "default"})
    );
}

#[test]
fn member_names_are_read_in_any_casing() {
    let result: ResultInfo = read(&json!({"Code": 500, "subCode": 7000, "MESSAGE": "no"}));
    assert_eq!(serde_json::to_value(result).unwrap(), json!({"code": 500, "subcode": 7000, "message": "no"}));
}

#[test]
fn numbers_are_read_from_strings() {
    assert_eq!(
        written::<ResultInfo>(&json!({"code": "200", "subCode": "-1"})),
        json!({"code": 200, "subcode": -1})
    );
    assert_eq!(read::<ToneInfo>(&json!({"sequenceId": "7"})).sequence_id.value(), Some(&7));
}

#[test]
fn words_in_sub_code_survive() {
    let result: ResultInfo = read(&json!({"code": "202", "subCode": "transferring"}));
    assert_eq!((result.code.value(), result.subcode.value()), (Some(&202), None));
    assert_eq!(serde_json::to_value(result).unwrap(), json!({"code": 202, "subcode": "transferring"}));
}

#[test]
fn a_type_is_read_in_every_spelling_and_written_in_one() {
    let prefixes = ["#microsoft.graph.", "microsoft.graph.", "#Microsoft.Graph.", "#", ""];
    for name in prefixes
        .iter()
        .flat_map(|prefix| [format!("{prefix}recordOperation"), format!("{prefix}RECORDOPERATION")])
    {
        let json = json!({"@odata.type": name});
        assert_eq!(read::<CommsOperation>(&json).kind(), OperationKind::Record, "{name}");
        assert_eq!(
            written::<CommsOperation>(&json),
            json!({"@odata.type": "#microsoft.graph.recordOperation"}),
            "{name}"
        );
    }
    assert_eq!(read::<CommsOperation>(&json!({})).kind(), OperationKind::Comms);
}

#[test]
fn a_type_that_is_not_known_survives() {
    for name in ["#microsoft.graph.newThing", "#contoso.call", "#Collection(microsoft.graph.participant)"] {
        survives::<Call>(json!({"@odata.type": name}));
    }
}

#[test]
fn a_type_of_a_namespace_below_graphs_survives() {
    survives::<Call>(json!({"@odata.type": "#microsoft.graph.callRecords.session"}));
}

#[test]
fn a_type_that_is_no_text_survives() {
    for non_canonical in [json!(5), json!(null), json!(["#microsoft.graph.call"])] {
        survives::<Call>(json!({"@odata.type": non_canonical}));
    }
}

#[test]
fn a_wrong_or_missing_type_does_not_hide_the_resource() {
    let operation = format!("/operations/{OPERATION}");
    for (what, resource_data, expected) in [
        ("", json!({"state": "established"}), "Call"),
        ("", json!({"@odata.type": "#microsoft.graph.participant", "isMuted": true}), "Participant"),
        (&*operation, json!({"status": "completed"}), "Operation"),
        (&*operation, json!({"@odata.type": "#microsoft.graph.call", "status": "completed"}), "Operation"),
        ("/operations", json!({"@odata.type": "#microsoft.graph.commsOperation"}), "Operation"),
        ("/participants", json!([{"isMuted": true}]), "Roster"),
        ("/participants", json!({"isMuted": true}), "Participant"),
        ("/participants/p", json!([{"isMuted": true}]), "Roster"),
        ("/participants", json!([{"@odata.type": "#microsoft.graph.call", "isMuted": true}]), "Roster"),
        ("/participants", json!([{"sequenceNumber": 1, "participants": []}]), "DeltaRoster"),
        ("/participants", json!([{"@odata.type": "microsoft.graph.DeltaParticipants"}]), "DeltaRoster"),
        (
            "/contentSharingSessions",
            json!([{"@odata.type": "#microsoft.graph.call", "id": "1"}]),
            "ContentSharing",
        ),
        ("/tomorrow", json!({"@odata.type": "#microsoft.graph.thing"}), "Other"),
    ] {
        let received = about(what, "updated", resource_data);
        assert_eq!(variant(&received.resource_data), expected, "{what} {received:?}");
    }
}

#[test]
fn a_delta_roster_is_known_by_its_number_whatever_its_type_is() {
    for non_canonical in [json!(5), json!(null), json!("#microsoft.graph.participant")] {
        let delta = json!([{"@odata.type": non_canonical, "sequenceNumber": 1, "participants": []}]);
        assert_eq!(
            variant(&about("/participants", "updated", delta).resource_data),
            "DeltaRoster",
            "{non_canonical}"
        );
    }
}

#[test]
fn a_number_that_occurs_twice_still_makes_a_delta_roster() {
    let text = format!(
        r##"{{"resourceUrl":"/communications/calls/{CALL}/participants","resourceData":
            [{{"@odata.type":"#x","sequenceNumber":2,"sequenceNumber":2,"participants":[]}}]}}"##
    );
    let received: CommsNotification = serde_json::from_str(&text).unwrap();
    assert_eq!(variant(&received.resource_data), "DeltaRoster");
}

#[test]
fn of_a_type_that_is_named_twice_the_last_one_counts() {
    for (types, expected) in [
        (r##""@odata.type":"#microsoft.graph.call","@odata.type":{}"##, "Other"),
        (r##""@odata.type":"#microsoft.graph.thing","@odata.type":"#microsoft.graph.call""##, "Call"),
        (
            r##""@odata.type":"#microsoft.graph.call","@odata.type":"#microsoft.graph.recordOperation""##,
            "Operation",
        ),
    ] {
        for blank in ["", " "] {
            let data = types.replace(':', &format!(":{blank}"));
            let text = format!(r#"{{"resourceUrl":"/communications/x/{CALL}","resourceData":{{{data}}}}}"#);
            let received: CommsNotification = serde_json::from_str(&text).unwrap();
            assert_eq!(variant(&received.resource_data), expected, "{text}");
        }
    }
}

#[test]
fn an_item_typed_as_an_operation_is_still_a_notification() {
    let body = json!({"value": [{"@odata.type": "#microsoft.graph.commsOperation", "changeType": "deleted",
        "resourceUrl": format!("/communications/calls/{CALL}/operations/{OPERATION}"), "resourceData": {"status": "completed"}}]});
    let body: CommsNotifications = read(&body);
    assert!(body.value[0].is_deleted() && body.value[0].resource_data.as_operation().is_some());
}

#[test]
fn participant_info_typed_as_an_invitation_is_participant_info() {
    let participant: Participant = read(
        &json!({"info": {"@odata.type": "#microsoft.graph.invitationParticipantInfo", "countryCode": "DE"}}),
    );
    assert_eq!(participant.info.value().unwrap().country_code.value().unwrap(), "DE");
}

#[test]
fn ids_are_read_in_every_spelling_and_written_dashed_in_their_letter_case() {
    let upper = CALL.to_uppercase();
    let rows = [(CALL, CALL), (BARE, &upper), (&upper, &upper), (&BARE.to_lowercase(), CALL)];
    for (spelling, expected) in rows {
        assert_eq!(written::<Call>(&json!({"id": spelling})), json!({"id": expected}), "{spelling}");
        assert_eq!(read::<Call>(&json!({"id": spelling})), read(&json!({"id": CALL})), "{spelling}");
    }
}

#[test]
fn ids_that_are_no_guid_survive() {
    let session = "0f".repeat(32);
    for id in [&*session, "z7dab8b1-894c-409a-b240-bd8beae78896", "+1 555 0100", "{57dab8b1}", ""] {
        survives::<Call>(json!({"id": id, "tenantId": id}));
    }
    assert_eq!(Id::from(&*session).guid(), None);
}

#[test]
fn a_resource_url_is_read_in_every_spelling() {
    let participants = Resource::Participants;
    let operation = Resource::Operation(Some(Id::from(OPERATION)));
    for (spelling, resource) in [
        (format!("/communications/calls/{CALL}"), Resource::Call),
        (format!("communications/calls/{CALL}/"), Resource::Call),
        (format!("/app/calls/{BARE}/participants"), participants.clone()),
        (format!("/applications/contoso/calls/{BARE}/participants"), participants.clone()),
        (
            format!("https://graph.microsoft.com/v1.0/communications/calls/{CALL}/participants?$top=1"),
            participants,
        ),
        (format!("/communications/calls('{CALL}')/operations('{OPERATION}')"), operation.clone()),
        (format!("/Communications/Calls/{CALL}/Operations/{OPERATION}"), operation),
        (format!("/communications/calls/{CALL}/operations/participants"), Resource::Operation(None)),
        (format!("/communications/calls/{CALL}/contentsharingsessions"), Resource::ContentSharing(None)),
        (
            format!("/communications/calls/{CALL}/contentSharingSessions/0f"),
            Resource::ContentSharing(Some("0f".into())),
        ),
        (format!("/communications/calls/{CALL}/participants/2"), Resource::Participant("2".into())),
        (format!("/communications/calls/{CALL}/tomorrow/1"), Resource::Other("tomorrow".into())),
    ] {
        let url = ResourceUrl::from(&*spelling);
        assert_eq!(
            (url.call.map(|call| call.to_string()), url.resource),
            (Some(CALL.to_owned()), resource),
            "{spelling}"
        );
    }
}

#[test]
fn a_url_without_a_guid_names_no_call() {
    for spelling in ["", "/communications/calls", "/communications/calls/1/participants", "/users/me"] {
        assert_eq!(ResourceUrl::from(spelling).call, None, "{spelling}");
    }
}

#[test]
fn the_older_resource_helps_where_the_resource_url_does_not() {
    let older = format!("/app/calls/{BARE}/participants");
    let newer = format!("/communications/calls/{CALL}");
    for (json, resource) in [
        (json!({"resource": older}), Resource::Participants),
        (json!({"resource": older, "resourceUrl": null}), Resource::Participants),
        (json!({"resource": older, "resourceUrl": "(redacted)"}), Resource::Participants),
        (json!({"resource": older, "resourceUrl": newer}), Resource::Call),
    ] {
        let url = url(json);
        assert_eq!((url.call.unwrap().to_string(), url.resource), (CALL.to_owned(), resource));
    }
}

#[test]
fn the_call_id_comes_from_the_body_where_the_url_has_none() {
    let received: CommsNotification =
        read(&json!({"resourceData": {"@odata.type": "#microsoft.graph.call", "id": BARE}}));
    assert_eq!(received.call_id().unwrap().to_string(), CALL);
}

#[test]
fn an_object_may_stand_for_a_collection() {
    let call: Call = read(&json!({"requestedModalities": "Audio", "targets": {"hidden": true}}));
    assert_eq!(call.requested_modalities.value().unwrap(), &[Modality::Audio]);
    assert_eq!(call.targets.value().unwrap().len(), 1);
}

#[test]
fn one_participant_is_no_roster_of_one() {
    for reported in [json!({"isMuted": true}), json!([{"isMuted": true}]), json!([])] {
        let received = about("/participants", "updated", reported.clone());
        assert_eq!(serde_json::to_value(&received.resource_data).unwrap(), reported);
    }
}

#[test]
fn a_collection_of_one_may_stand_for_an_object() {
    let typed = json!([{"@odata.type": "#microsoft.graph.call", "state": "established"}]);
    assert!(about("", "updated", typed).resource_data.as_call().is_some());
    let typed = json!([{"@odata.type": "#microsoft.graph.commsOperation", "status": "completed"}]);
    assert!(
        about(&format!("/operations/{OPERATION}"), "deleted", typed).resource_data.as_operation().is_some()
    );
}

#[test]
fn a_collection_of_one_at_the_url_of_an_operation_is_that_operation() {
    let received = about(&format!("/operations/{OPERATION}"), "deleted", json!([{"status": "completed"}]));
    assert_eq!(variant(&received.resource_data), "Operation");
}

#[test]
fn an_array_at_operations_participants_is_a_roster() {
    let received = about("/operations/participants", "updated", json!([{"isMuted": true}]));
    assert_eq!(variant(&received.resource_data), "Roster");
}

#[test]
fn null_members_survive() {
    survives::<Call>(
        json!({"state": null, "resultInfo": null, "participants": null, "toneInfo": {"tone": null}}),
    );
    survives::<CommsOperation>(json!({"id": null, "status": null, "recordingAccessToken": null}));
    survives::<CommsNotification>(
        json!({"changeType": null, "resource": null, "resourceUrl": null, "callbackUri": null}),
    );
    assert!(!read::<Call>(&json!({"state": null})).state.is_absent());
}

#[test]
fn null_members_of_the_envelope_survive() {
    let item = [json!({"resourceData": null}), json!({"@odata.type": null})];
    assert_eq!(item.each_ref().map(written::<CommsNotification>), item);
    let body = [json!({"@odata.type": null, "value": []}), json!({"value": null})];
    assert_eq!(body.each_ref().map(written::<CommsNotifications>), body);
}

#[test]
fn what_is_not_known_survives_at_every_level() {
    survives::<CommsNotifications>(
        json!({"future": 1, "value": [{"future": {"a": [null]}, "changeType": "paused",
        "resourceUrl": format!("/communications/calls/{CALL}"), "resourceData": {
            "@odata.type": "#microsoft.graph.call", "state": "parked", "future": true, "resultInfo": {"code": 1, "why": "x"},
            "mediaState": {"audio": "muffled", "video": "active"}, "requestedModalities": ["audio", "smell"],
            "source": {"endpointType": "watch", "identity": {"robot": {"id": "r"}, "user": {"id": "u", "mood": 0.5}}},
            "meetingInfo": {"meetingCapability": {"allow": "all"}}, "toneInfo": {"sequenceId": 1, "tone": "e"},
            "participants": [{"id": "p", "isTired": false, "mediaStreams": [{"direction": "up", "codec": "x"}]}]}}]}),
    );
}

#[test]
fn a_masked_value_survives_where_an_enum_or_an_id_belongs() {
    survives::<Call>(
        json!({"state": "(redacted)", "id": "(Generic: 6f0b)", "transcription": {"lastModifiedDateTime": "(redacted)"}}),
    );
}

#[test]
fn a_member_of_another_shape_survives() {
    let non_canonical = [json!(0.5), json!(true), json!([1, "x"]), json!([null])];
    for member in
        ["state", "id", "resultInfo", "requestedModalities", "participants", "subject", "meetingInfo"]
    {
        non_canonical.iter().for_each(|non_canonical| survives::<Call>(json!({ member: non_canonical })));
    }
    for member in ["code", "subcode"] {
        non_canonical
            .iter()
            .chain(&[json!(1i64 << 40), json!("many")])
            .for_each(|non_canonical| survives::<ResultInfo>(json!({ member: non_canonical })));
    }
    for member in ["changeType", "resourceUrl", "callbackUri", "@odata.type", "resourceData"] {
        non_canonical
            .iter()
            .for_each(|non_canonical| survives::<CommsNotification>(json!({ member: non_canonical })));
    }
    survives::<TeleconferenceDeviceMediaQuality>(
        json!({"averageInboundJitter": "soon", "averageInboundFrameRate": "INF"}),
    );
}

#[test]
fn a_collection_with_an_invalid_item_is_kept_in_full() {
    survives::<Call>(json!({"requestedModalities": ["audio", 5, null, "video"]}));
}

#[test]
fn the_last_of_repeated_members_counts_and_one_is_written() {
    let twice = r#"{"resourceUrl":{},"ResourceUrl":"/x","changeType":5,"changeType":"Updated"}"#;
    let received: CommsNotification = serde_json::from_str(twice).unwrap();
    let text = serde_json::to_string(&received).unwrap();
    assert_eq!(text, r#"{"changeType":"updated","resourceUrl":"/x"}"#);
}

#[test]
fn the_last_of_repeated_members_of_a_resource_counts() {
    for (twice, expected) in [
        (r#"{"subcode":1,"subCode":2}"#, json!({"subcode": 2})),
        (r#"{"subCode":"words","subcode":2}"#, json!({"subcode": 2})),
        (r#"{"subcode":2,"subCode":"words"}"#, json!({"subcode": "words"})),
        (r#"{"code":1,"code":null}"#, json!({"code": null})),
    ] {
        let result: ResultInfo = serde_json::from_str(twice).unwrap();
        let written = serde_json::to_value(&result).unwrap();
        assert_eq!(written, expected, "{twice}");
        assert_eq!(result, read::<ResultInfo>(&written), "{twice} reads as it is written");
    }
}

#[test]
fn what_is_written_is_what_the_current_service_writes() {
    let reported = json!({"value": [{"@odata.type": "microsoft.graph.commsnotification", "ChangeType": "DELETED",
        "ResourceUrl": "communications/calls/1", "resourceData": {"@odata.type": "Call", "State": "TERMINATED", "id": BARE,
        "resultInfo": {"code": "200", "subCode": "4521"}}}]});
    let expected = concat!(
        r##"{"value":[{"@odata.type":"#microsoft.graph.commsNotification","changeType":"deleted","##,
        r##""resourceUrl":"communications/calls/1","resourceData":{"@odata.type":"#microsoft.graph.call","##,
        r##""state":"terminated","resultInfo":{"code":200,"subcode":4521},"id":"57DAB8B1-894C-409A-B240-BD8BEAE78896"}}]}"##,
    );
    assert_eq!(serde_json::to_string(&read::<CommsNotifications>(&reported)).unwrap(), expected);
}

#[test]
fn the_dialect_of_2019_is_read() {
    let body: CommsNotifications = read(
        &json!({"value": [{"changeType": "deleted", "resource": format!("/app/calls/{BARE}"),
        "resourceData": {"terminationReason": "AppTransferred", "resultInfo": {"code": "0", "subCode": "none"}}}]}),
    );
    let call = body.value[0].resource_data.as_call().unwrap();
    assert_eq!(call.termination_reason.value().unwrap(), "AppTransferred");
    assert!(call.result_info.value().unwrap().is_success());
    assert_eq!(body.value[0].call_id().unwrap().to_string(), CALL);
}

#[test]
fn durations_are_iso_8601_with_days_of_24_hours() {
    for (text, expected) in [
        ("PT20M", SignedDuration::from_mins(20)),
        ("P1DT2H", SignedDuration::from_hours(26)),
        ("PT0.015S", SignedDuration::from_millis(15)),
        ("-PT5S", SignedDuration::from_secs(-5)),
    ] {
        let quality: TeleconferenceDeviceMediaQuality = read(&json!({"mediaDuration": text}));
        assert_eq!(quality.media_duration.value(), Some(&expected), "{text}");
        let again: TeleconferenceDeviceMediaQuality = read(&serde_json::to_value(&quality).unwrap());
        assert_eq!(again, quality, "{text}");
    }
    survives::<TeleconferenceDeviceMediaQuality>(json!({"mediaDuration": "P1M"}));
}

#[test]
fn times_are_rfc_3339_of_any_offset_and_written_in_utc() {
    for (text, expected) in [
        ("2026-11-23T09:15:02Z", "2026-11-23T09:15:02Z"),
        ("2026-11-23T10:15:02.25+01:00", "2026-11-23T09:15:02.25Z"),
        ("2026-11-23T09:15:02.1234567Z", "2026-11-23T09:15:02.1234567Z"),
    ] {
        let reported: CallTranscriptionInfo = read(&json!({"lastModifiedDateTime": text}));
        let expected: Timestamp = expected.parse().unwrap();
        assert_eq!(reported.last_modified_date_time.value(), Some(&expected));
        let written = serde_json::to_value(&reported).unwrap();
        assert!(written["lastModifiedDateTime"].as_str().unwrap().ends_with('Z'));
        assert_eq!(read::<CallTranscriptionInfo>(&written), reported);
    }
    survives::<CallTranscriptionInfo>(json!({"lastModifiedDateTime": "yesterday"}));
}

#[test]
fn invalid_items_of_value_are_kept_with_the_valid_ones() {
    let json = json!({"value": [{"changeType": "created"}, {"changeType": "updated"}, "ping", null, [1], 5]});
    let body: CommsNotifications = read(&json);
    assert_eq!((body.value.len(), body.mismatched_items().len()), (2, 4));
    survives::<CommsNotifications>(json);
}

#[test]
fn a_value_that_is_no_array_loses_nothing() {
    let one: CommsNotifications = read(&json!({"value": {"changeType": "created"}}));
    assert_eq!(one.value.len(), 1);
    let none: CommsNotifications = read(&json!({"value": "ping"}));
    assert_eq!(none.mismatched_items(), [json!("ping")]);
}

#[test]
fn what_is_no_object_is_no_resource_and_the_error_says_so() {
    for (json, shape) in [("[]", "an array"), ("5", "a number"), ("\"x\"", "a string"), ("null", "null")] {
        let error = serde_json::from_str::<CommsNotifications>(json).unwrap_err().to_string();
        assert!(error.contains(&format!("found {shape}")), "{error}");
    }
}

#[test]
fn deep_nesting_is_an_error() {
    let (arrays, objects) = ("[".repeat(5000), r#"{"a":"#.repeat(5000));
    let closed = format!("{arrays}{}", "]".repeat(5000));
    for deep in [&arrays, &objects, &closed] {
        let url = format!(r#""resourceUrl":"/communications/calls/{CALL}/participants""#);
        for json in [
            deep.clone(),
            format!(r#"{{"value":{deep}}}"#),
            format!(r#"{{"future":{deep}}}"#),
            format!(r#"{{"value":[{deep}]}}"#),
            format!(r#"{{"value":[{{"changeType":{deep}}}]}}"#),
            format!(r#"{{"value":[{{"resourceData":{deep}}}]}}"#),
            format!(r#"{{"value":[{{"resourceData":{{"resultInfo":{deep}}}}}]}}"#),
            format!(r#"{{"value":[{{{url},"resourceData":{deep}}}]}}"#),
        ] {
            assert!(serde_json::from_str::<CommsNotifications>(&json).is_err());
        }
    }
}

/// Reads a sample as the crate's type, and returns what is written and what `Debug` shows.
type Modelled = fn(&Value) -> (Value, String);

fn modelled<T: DeserializeOwned + Serialize + Debug>(json: &Value) -> (Value, String) {
    (written::<T>(json), format!("{:?}", read::<T>(json)))
}

/// The crate's type for a type of the schema, by its name.
fn model(name: &str) -> Option<Modelled> {
    Some(match name {
        "audioRoutingGroup" => modelled::<AudioRoutingGroup>,
        "call" => modelled::<Call>,
        "callDirection" => modelled::<CallDirection>,
        "callMediaState" => modelled::<CallMediaState>,
        "callOptions" | "incomingCallOptions" | "outgoingCallOptions" => modelled::<CallOptions>,
        "callRoute" => modelled::<CallRoute>,
        "callState" => modelled::<CallState>,
        "callTranscriptionInfo" => modelled::<CallTranscriptionInfo>,
        "callTranscriptionState" => modelled::<CallTranscriptionState>,
        "changeType" => modelled::<ChangeType>,
        "chatInfo" => modelled::<ChatInfo>,
        "commsNotification" => modelled::<CommsNotification>,
        "commsNotifications" => modelled::<CommsNotifications>,
        "contentSharingSession" => modelled::<ContentSharingSession>,
        "deltaParticipants" => modelled::<DeltaParticipants>,
        "endpointType" => modelled::<EndpointType>,
        "incomingContext" => modelled::<IncomingContext>,
        "invitationParticipantInfo" => modelled::<InvitationParticipantInfo>,
        "mediaDirection" => modelled::<MediaDirection>,
        "mediaInfo" => modelled::<MediaInfo>,
        "mediaState" => modelled::<MediaState>,
        "mediaStream" => modelled::<MediaStream>,
        "modality" => modelled::<Modality>,
        "onlineMeetingRestricted" => modelled::<OnlineMeetingRestricted>,
        "operationStatus" => modelled::<OperationStatus>,
        "participant" => modelled::<Participant>,
        "participantInfo" => modelled::<ParticipantInfo>,
        "participantJoiningNotification" => modelled::<ParticipantJoiningNotification>,
        "participantLeftNotification" => modelled::<ParticipantLeftNotification>,
        "prompt" | "mediaPrompt" => modelled::<Prompt>,
        "recordingInfo" => modelled::<RecordingInfo>,
        "recordingStatus" => modelled::<RecordingStatus>,
        "rejectReason" => modelled::<RejectReason>,
        "removedState" => modelled::<RemovedState>,
        "resultInfo" => modelled::<ResultInfo>,
        "routingMode" => modelled::<RoutingMode>,
        "routingType" => modelled::<RoutingType>,
        "screenSharingRole" => modelled::<ScreenSharingRole>,
        "sendDtmfCompletionReason" => modelled::<CompletionReason>,
        "teleconferenceDeviceQuality" => modelled::<TeleconferenceDeviceQuality>,
        "tone" => modelled::<Tone>,
        "toneInfo" => modelled::<ToneInfo>,
        _ if name.starts_with("teleconferenceDevice") => modelled::<TeleconferenceDeviceMediaQuality>,
        _ if name.ends_with("DisabledReason") => modelled::<RestrictionReason>,
        _ if name.ends_with("IdentitySet") || name == "identitySet" => modelled::<IdentitySet>,
        _ if name.ends_with("Identity") || name == "identity" => modelled::<Identity>,
        _ if name.ends_with("MediaConfig") || name == "mediaConfig" => modelled::<MediaConfig>,
        _ if name.ends_with("MeetingInfo") || name == "meetingInfo" => modelled::<MeetingInfo>,
        _ if name.ends_with("Operation") => modelled::<CommsOperation>,
        _ if name.ends_with("Response") => modelled::<ParticipantJoiningResponse>,
        _ => return None,
    })
}

/// The types of Graph's metadata, by name.
struct Schema(BTreeMap<String, Value>);

impl Schema {
    fn read() -> Self {
        let path = std::env::var("CALLFOLD_SCHEMA").expect("CALLFOLD_SCHEMA is the path of schema.json");
        let text = std::fs::read_to_string(path).expect("the schema is there");
        let mut schema: Value = serde_json::from_str(&text).expect("the schema is JSON");
        Self(serde_json::from_value(schema["types"].take()).expect("the schema has types"))
    }

    /// The members of an enumeration that have a meaning, spelled as the service spells them.
    fn members(&self, name: &str) -> Vec<String> {
        let names =
            self.0[name]["members"].as_array().into_iter().flatten().filter_map(|one| one["name"].as_str());
        let camel = |name: &str| name[..1].to_lowercase() + &name[1..];
        names.filter(|name| *name != "unknownFutureValue").map(camel).collect()
    }

    /// A value of a type. `turn` selects the member of an enumeration.
    fn sample(&self, name: &str, turn: usize) -> Value {
        match name {
            "Edm.Boolean" => json!(true),
            "Edm.DateTimeOffset" => json!("2026-11-23T09:15:02Z"),
            "Edm.Double" => json!(0.5),
            "Edm.Duration" => json!("PT0.015S"),
            "Edm.Guid" => json!(CALL),
            "Edm.Int32" => json!(7),
            "Edm.Int64" => json!(7_000_000_000_i64),
            "Edm.String" => json!("text"),
            _ if self.0[name]["kind"] == "enum" => {
                let members = self.members(name);
                json!(members[turn % members.len()])
            }
            _ => {
                let mut sample = json!({"@odata.type": format!("#microsoft.graph.{name}")});
                for property in self.properties(name) {
                    let value = self.sample(property["type"].as_str().expect("a type"), turn);
                    let value = if property["collection"] == true { json!([value]) } else { value };
                    sample[property["name"].as_str().expect("a name")] = value;
                }
                sample
            }
        }
    }

    /// The properties of a type and of those that it derives from.
    fn properties(&self, name: &str) -> Vec<&Value> {
        let base = self.0[name]["base"].as_str().map_or_else(Vec::new, |base| self.properties(base));
        base.into_iter().chain(self.0[name]["properties"].as_array().into_iter().flatten()).collect()
    }
}

#[test]
#[ignore = "needs CALLFOLD_SCHEMA"]
fn every_type_of_the_metadata_is_known() {
    let schema = Schema::read();
    let unknown: Vec<_> = schema.0.keys().filter(|name| model(name).is_none()).collect();
    assert_eq!(unknown, ["entity"], "abstract; its id is a member of each type that derives from it");
}

#[test]
#[ignore = "needs CALLFOLD_SCHEMA"]
fn every_property_of_the_metadata_is_a_typed_member() {
    let schema = Schema::read();
    let types = schema.0.iter().filter(|(_, one)| one["kind"] != "enum");
    for (name, model) in types.filter_map(|(name, _)| Some((name, model(name)?))) {
        for turn in 0..20 {
            let sample = schema.sample(name, turn);
            let (written, shown) = model(&sample);
            assert_eq!(written, sample, "{name}");
            assert!(!shown.contains("other: [\"") && !shown.contains("Other("), "{name}: {shown}");
        }
    }
}

#[test]
#[ignore = "needs CALLFOLD_SCHEMA"]
fn every_value_of_an_enumeration_of_the_metadata_is_known() {
    let schema = Schema::read();
    for (name, model) in schema.0.keys().filter_map(|name| Some((name, model(name)?))) {
        for member in schema.members(name) {
            let (written, _) = model(&json!(member.to_uppercase()));
            assert_eq!(written, json!(member), "{name}");
        }
    }
}
