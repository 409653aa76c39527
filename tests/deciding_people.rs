//! Requests about participants: the app's own participant, and those who are invited, muted, removed or put
//! on hold.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use crate::common::host::user;
use crate::common::requesting::*;
use crate::common::{CALL, Scenario, audio, reported};
use callfold::Refusal;
use callfold::call::Call;
use callfold::graph::Permission;
use serde_json::{Value, json};

/// A participant in the roster.
fn on_roster(call: &Call, id: &str) -> Option<Value> {
    let found = call.participants().find(|one| one.id.value() == Some(&id.into()));
    found.map(|one| serde_json::to_value(one).unwrap())
}

#[track_caller]
fn not_found(request: Result<Decided, Refusal>, what: &str) {
    let refusal = request.err().expect("a refusal");
    assert_eq!((refusal.status(), refusal.error().code.as_str()), (404, "NotFound"));
    assert!(refusal.to_string().contains(what), "{refusal}");
}

fn c() -> Value {
    json!({ "clientContext": "c" })
}

// The roster.

#[test]
fn the_participants_are_listed_and_seen_one_by_one() {
    let call = given("established", group());
    let name = "#microsoft.graph.participant";
    let all = json!({ "value": [
        { "@odata.type": name, "id": "app", "isMuted": false },
        { "@odata.type": name, "id": "alice" },
        { "@odata.type": name, "id": "bob" },
    ] });
    send(&call, "GET /participants", "").unwrap().then(200, None, &all, &[]);
    send(&call, "GET /participants/app", "").unwrap().then(200, None, &all["value"][0], &[]);
    not_found(send(&call, "GET /participants/carol", ""), "carol");
    let alone = Scenario::given(&[reported(json!({ "state": "incoming" }))]).call().clone();
    send(&alone, "GET /participants", "").unwrap().then(200, None, &json!({ "value": [] }), &[]);
}

#[test]
fn somebody_who_does_not_take_part_is_not_found() {
    let call = given("established", group());
    for what in ["DELETE ", "POST /mute", "POST /startHoldMusic", "POST /stopHoldMusic"] {
        let (verb, rest) = what.split_once(' ').unwrap();
        let rest = rest.trim_start_matches('/');
        let path = format!("{verb} /participants/carol/{rest}");
        not_found(send(&call, path.trim_end_matches('/'), ""), "carol");
    }
}

// Mute.

#[test]
fn the_app_is_muted_on_the_roster_if_its_own_participant_is_known() {
    for (action, is_muted) in [("mute", true), ("unmute", false)] {
        let call = given("established", group());
        let (location, body) = operation(&call, &format!("{action}Participant"), "completed");
        let decided = send(&call, &format!("POST /{action}"), c()).unwrap();
        decided.then(200, Some(&location), &body, &["operationCreated", "rosterUpdated"]);
        assert_eq!(on_roster(&decided.call, "app").unwrap()["isMuted"], is_muted);
        assert_eq!(on_roster(&decided.call, "alice"), on_roster(&call, "alice"));
    }
}

#[test]
fn the_app_is_muted_without_a_roster_if_its_own_participant_is_not_known() {
    for me in [Value::Null, json!("carol")] {
        let mut details = group();
        details["myParticipantId"] = me;
        let call = given("established", details);
        let (location, body) = operation(&call, "muteParticipant", "completed");
        send(&call, "POST /mute", c()).unwrap().then(200, Some(&location), &body, &["operationCreated"]);
    }
}

#[test]
fn what_is_muted_can_be_unmuted() {
    let muted = send(&given("established", group()), "POST /mute", "").unwrap();
    let unmuted = send(&muted.call, "POST /unmute", "").unwrap();
    assert_eq!(on_roster(&unmuted.call, "app").unwrap()["isMuted"], false);
}

#[test]
fn a_participant_is_muted_on_the_roster() {
    let call = given("established", group());
    let (location, body) = operation(&call, "muteParticipant", "completed");
    let decided = send(&call, "POST /participants/alice/mute", c()).unwrap();
    decided.then(200, Some(&location), &body, &["operationCreated", "rosterUpdated"]);
    assert_eq!(on_roster(&decided.call, "alice").unwrap()["isMuted"], true);
    assert_eq!(on_roster(&decided.call, "app").unwrap()["isMuted"], false);
}

#[test]
fn the_app_is_muted_only_in_group_calls() {
    for state in ["incoming", "established"] {
        for action in ["mute", "unmute"] {
            let request = send(&given(state, p2p()), &format!("POST /{action}"), "");
            assert!(refused(request, 400).get("legal").is_none());
        }
    }
}

#[test]
fn what_the_app_changes_of_itself_it_changes_of_nobody_else() {
    let requests = [
        ("POST /mute", json!({})),
        ("POST /unmute", json!({})),
        ("POST /updateMetadata", json!({ "metadata": "m" })),
        ("POST /changeScreenSharingRole", json!({ "role": "sharer" })),
    ];
    for (me, (what, body)) in
        ["app", "alice", "bob"].iter().flat_map(|me| requests.iter().map(move |it| (me, it)))
    {
        let mut details = group();
        (details["mediaConfig"], details["myParticipantId"]) = (app_hosted(), json!(me));
        let decided = send(&given("established", details), what, body).unwrap();
        let reported = serde_json::to_value(&decided.events.last().unwrap().event).unwrap();
        let ids: Vec<_> = reported["participants"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
        assert_eq!(ids, [me], "{what}");
    }
}

// The screen.

#[test]
fn to_share_a_screen_changes_the_apps_stream() {
    let mut details = group();
    details["mediaConfig"] = app_hosted();
    let mut call = given("established", details);
    for (role, direction) in [("sharer", "sendOnly"), ("viewer", "receiveOnly"), ("Sharer", "sendOnly")] {
        let decided = send(&call, "POST /changeScreenSharingRole", json!({ "role": role })).unwrap();
        decided.then(202, None, &Value::Null, &["rosterUpdated"]);
        let app = on_roster(&decided.call, "app").unwrap();
        let streams = app["mediaStreams"].as_array().unwrap();
        assert_eq!(streams.len(), 1, "{app}");
        assert_eq!(streams[0]["mediaType"], "videoBasedScreenSharing");
        assert_eq!(streams[0]["direction"], direction);
        call = decided.call;
    }
}

#[test]
fn to_share_a_screen_is_for_group_calls_whose_media_the_app_hosts() {
    let mut hosted = p2p();
    hosted["mediaConfig"] = app_hosted();
    for (details, why) in [(group(), "app hosts"), (p2p(), "group"), (hosted, "group")] {
        for state in ["incoming", "established"] {
            let call = given(state, details.clone());
            let request = || send(&call, "POST /changeScreenSharingRole", json!({ "role": "sharer" }));
            assert!(request().err().unwrap().to_string().contains(why), "{details}");
            assert_eq!(refused(request(), 400)["state"], state);
        }
    }
}

#[test]
fn a_role_is_one_of_two() {
    let mut details = group();
    details["mediaConfig"] = app_hosted();
    let rows = [
        (json!({ "role": "viewer" }), ""),
        (json!({ "role": "sharer" }), ""),
        (json!({ "role": "presenter" }), "role viewer, sharer"),
        (json!({}), "role viewer, sharer"),
        (json!({ "role": {} }), "role viewer"),
    ];
    limited(&given("established", details), "POST /changeScreenSharingRole", &rows);
}

// Invitations.

fn invited(participants: &[Value]) -> Value {
    json!({ "participants": participants, "clientContext": "c" })
}

#[test]
fn the_operation_lists_the_invited_participants_and_has_no_location() {
    for details in [p2p(), group()] {
        let call = given("established", details);
        let (_, mut body) = operation(&call, "inviteParticipants", "running");
        body["participants"] = json!([user("carol")]);
        let decided = send(&call, "POST /participants/invite", invited(&[user("carol")])).unwrap();
        decided.then(200, None, &body, &["operationCreated"]);
        assert_eq!(on_roster(&decided.call, "carol"), None, "she did not come yet");
    }
}

#[test]
fn of_several_one_that_replaces_a_call_is_invited_alone() {
    let replacing = json!({ "identity": { "user": { "id": "dan" } }, "replacesCallId": CALL });
    for details in [p2p(), group()] {
        let call = given("established", details);
        let body = invited(&[user("carol"), replacing.clone(), user("erin")]);
        let decided = send(&call, "POST /participants/invite", body).unwrap();
        let body = serde_json::to_value(&decided.reply.body).unwrap();
        assert_eq!(body["participants"], json!([replacing]));
        assert_eq!(decided.call.replaces().count(), 1);
    }
}

#[test]
fn invitations_have_their_limits() {
    let bot = |id: &str| json!({ "identity": { "application": { "id": id } } });
    let some = |count: usize| invited(&vec![user("carol"); count]);
    let replaces =
        |id: &str| invited(&[json!({ "identity": { "user": { "id": "carol" } }, "replacesCallId": id })]);
    let rows = [
        (json!({}), "participants 1 to 5"),
        (some(0), "participants 1 to 5"),
        (some(1), ""),
        (some(5), ""),
        (some(6), "participants 1 to 5"),
        (invited(&[bot("a"), user("carol")]), ""),
        (invited(&[bot("a"), user("carol"), bot("b")]), "participants one bot"),
        (replaces(CALL), ""),
        (replaces(&CALL.replace('-', "").to_uppercase()), ""),
        (replaces("x"), "participants[0].replacesCallId GUID"),
        (json!({ "participants": "carol" }), "participants list"),
        (json!({ "participants": [user("carol"), 7] }), "participants[1] object"),
    ];
    limited(&given("established", group()), "POST /participants/invite", &rows);
}

#[test]
fn several_are_invited_only_where_the_call_has_a_chat() {
    let two = invited(&[user("carol"), user("dan")]);
    let mut chatless = group();
    chatless.as_object_mut().unwrap().remove("chatInfo");
    chatless["targets"] = json!([{}, {}]);
    for details in [p2p(), chatless] {
        let rows = [(two.clone(), "participants chatInfo"), (invited(&[user("carol")]), "")];
        limited(&given("established", details), "POST /participants/invite", &rows);
    }
}

/// Ends the operation that began last.
fn finished(mut call: Call) -> Call {
    let id = call.operations().last().unwrap().id().unwrap().to_string();
    let done = json!({
        "call": CALL, "rev": call.revision() + 1, "type": "operationCompleted",
        "data": { "id": id, "resultInfo": { "code": 200, "subcode": 0 } },
    });
    call.evolve(done.to_string().parse().unwrap()).unwrap();
    call
}

#[test]
fn a_call_between_two_is_a_group_call_once_somebody_was_invited() {
    let call = send(&given("established", p2p()), "POST /participants/invite", invited(&[user("carol")]));
    let call = call.unwrap().call;
    refused(send(&call, "POST /mute", ""), 400);
    assert!(send(&finished(call), "POST /mute", "").is_ok());
}

// Removal.

#[test]
fn a_participant_who_is_removed_is_gone_at_once() {
    let call = given("established", group());
    let decided = send(&call, "DELETE /participants/alice", "").unwrap();
    decided.then(204, None, &Value::Null, &["rosterUpdated"]);
    assert_eq!((on_roster(&decided.call, "alice"), decided.call.participants().count()), (None, 2));
    not_found(send(&decided.call, "DELETE /participants/alice", ""), "alice");
}

#[test]
fn a_pending_invitation_is_withdrawn() {
    let by_id = json!({ "identity": { "user": { "id": "u" } }, "participantId": "carol" });
    for one in [user("carol"), by_id] {
        let inviting =
            send(&given("established", group()), "POST /participants/invite", invited(&[one])).unwrap().call;
        // Only the invitation can be withdrawn. She is in the call for nothing else.
        for method in ["GET /participants/carol", "POST /participants/carol/mute"] {
            not_found(send(&inviting, method, "{}"), "carol");
        }
        let decided = send(&inviting, "DELETE /participants/carol", "").unwrap();
        decided.then(204, None, &Value::Null, &["operationFailed"]);
        let failed = serde_json::to_value(&decided.events[0].event).unwrap();
        assert_eq!(
            (&failed["resultInfo"]["code"], &failed["resultInfo"]["subcode"]),
            (&json!(400), &json!(8508))
        );
        not_found(send(&decided.call, "DELETE /participants/carol", ""), "carol");
        not_found(send(&finished(inviting), "DELETE /participants/carol", ""), "carol");
    }
}

// Music on hold.

#[test]
fn hold_music_plays_for_one_participant_at_a_time() {
    let call = given("established", group());
    let (location, body) = operation(&call, "startHoldMusic", "running");
    let held = send(&call, "POST /participants/alice/startHoldMusic", c()).unwrap();
    held.then(202, Some(&location), &body, &["operationCreated", "holdMusicStarted"]);
    assert_eq!(held.call.on_hold(), Some(&"alice".into()));
    assert_eq!(held.call.state(), call.state(), "the call itself is not held");
    for other in ["alice", "bob"] {
        let inner = refused(send(&held.call, &format!("POST /participants/{other}/startHoldMusic"), ""), 409);
        let legal = inner["legal"].as_array().unwrap();
        assert!(
            legal.contains(&json!("stopHoldMusic")) && !legal.contains(&json!("startHoldMusic")),
            "{inner}"
        );
    }

    let (location, body) = operation(&held.call, "stopHoldMusic", "completed");
    let freed = send(&held.call, "POST /participants/alice/stopHoldMusic", c()).unwrap();
    freed.then(202, Some(&location), &body, &["operationCreated", "holdMusicStopped"]);
    assert_eq!(freed.call.on_hold(), None);
    let next = send(&freed.call, "POST /participants/bob/startHoldMusic", json!({ "customPrompt": audio() }));
    assert_eq!(next.unwrap().call.on_hold(), Some(&"bob".into()));
}

#[test]
fn who_is_removed_is_on_hold_no_more() {
    let call = given("established", group());
    let held = send(&call, "POST /participants/alice/startHoldMusic", c()).unwrap().call;
    let gone = send(&held, "DELETE /participants/alice", "").unwrap();
    gone.then(204, None, &Value::Null, &["rosterUpdated", "holdMusicStopped"]);
    assert_eq!(send(&gone.call, "POST /participants/bob/startHoldMusic", c()).unwrap().reply.status, 202);
}

#[test]
fn a_participant_remains_on_hold_while_the_roster_changes() {
    let call = given("established", group());
    let held = send(&call, "POST /participants/alice/startHoldMusic", "").unwrap().call;
    for (what, events) in [
        ("DELETE /participants/bob", &["rosterUpdated"][..]),
        ("POST /participants/alice/mute", &["operationCreated", "rosterUpdated"]),
        ("POST /participants/muteAll", &["operationCreated", "rosterUpdated"]),
    ] {
        let changed = send(&held, what, "").unwrap();
        let names: Vec<_> = changed.events.iter().map(|one| one.event.kind().as_str()).collect();
        assert_eq!((&names[..], changed.call.on_hold()), (events, Some(&"alice".into())), "{what}");
    }
}

#[test]
fn of_several_who_are_invited_one_can_be_taken_back() {
    let call = given("established", group());
    let (_, request) = operation(&call, "inviteParticipants", "running");
    let invited =
        send(&call, "POST /participants/invite", invited(&[user("carol"), user("dan")])).unwrap().call;
    let one = send(&invited, "DELETE /participants/dan", "").unwrap();
    one.then(204, None, &Value::Null, &["operationUpdated"]);
    let left = json!({ "@odata.type": request["@odata.type"], "id": request["id"], "participants": [user("carol")] });
    assert_eq!(serde_json::to_value(&one.events[0].event).unwrap(), left);
    not_found(send(&one.call, "DELETE /participants/dan", ""), "dan");
    let none = send(&one.call, "DELETE /participants/carol", "").unwrap();
    none.then(204, None, &Value::Null, &["operationFailed"]);
}

#[test]
fn a_value_that_does_not_fit_is_refused_however_deep_it_is() {
    let call = given("established", group());
    limited(
        &call,
        "POST /participants/invite",
        &[
            (json!({ "participants": [{ "identity": 7 }] }), "participants[0].identity object"),
            (json!({ "participants": [{ "replacesCallId": {} }] }), "participants[0].replacesCallId string"),
            (
                json!({ "participants": [{ "identity": { "user": [] } }] }),
                "participants[0].identity.user object",
            ),
        ],
    );
}

#[test]
fn who_is_not_on_hold_is_not_taken_off_it() {
    let call = given("established", group());
    let refusal = send(&call, "POST /participants/alice/stopHoldMusic", "").err().unwrap();
    // The state is right, so no other state is named.
    assert!(!refusal.to_string().contains("is legal while"), "{refusal}");
    refused(send(&call, "POST /participants/alice/stopHoldMusic", ""), 409);
    let held = send(&call, "POST /participants/alice/startHoldMusic", "").unwrap();
    refused(send(&held.call, "POST /participants/bob/stopHoldMusic", ""), 409);
}

#[test]
fn a_custom_prompt_is_a_prompt() {
    let rows = [(json!({ "customPrompt": "a.wav" }), "customPrompt object"), (json!({}), "")];
    limited(&given("established", group()), "POST /participants/alice/startHoldMusic", &rows);
}

// The gallery.

#[test]
fn the_large_gallery_is_added_while_the_operation_runs() {
    let call = given("established", group());
    let (location, body) = operation(&call, "addLargeGalleryView", "running");
    let decided = send(&call, "POST /addLargeGalleryView", c()).unwrap();
    decided.then(202, Some(&location), &body, &["operationCreated"]);
}

// Permissions.

#[test]
fn a_refusal_for_a_missing_permission_names_the_permissions_that_would_do() {
    let call = given("established", group());
    let join = json!([["Calls.JoinGroupCall.All", "Calls.JoinGroupCallAsGuest.All"]]);
    let granted = [Permission::Initiate, Permission::AccessMedia];
    for what in [
        "DELETE /participants/alice",
        "POST /participants/alice/startHoldMusic",
        "POST /participants/alice/stopHoldMusic",
    ] {
        assert_eq!(refused(send_as(&call, &granted, what, ""), 403)["oneOfEach"], join);
    }
    let request = send_as(&call, &granted, "POST /participants/invite", invited(&[user("carol")]));
    assert_eq!(refused(request, 403)["oneOfEach"], json!([["Calls.InitiateGroupCall.All"]]));
    assert!(send_as(&call, &[], "POST /participants/alice/mute", "").is_ok());
}

// Methods of the beta version only.

#[test]
fn all_but_the_app_are_muted() {
    let muted = send(&given("established", group()), "POST /participants/muteAll", c()).unwrap();
    assert_eq!(muted.reply.status, 200);
    let is_muted = |id: &str| on_roster(&muted.call, id).unwrap()["isMuted"] == true;
    assert_eq!(["app", "alice", "bob"].map(is_muted), [false, true, true]);
}

#[test]
fn a_mixer_needs_levels() {
    let call = given("established", group());
    limited(
        &call,
        "POST /participants/configureMixer",
        &[
            (json!({}), "participantMixerLevels at least 1"),
            (json!({ "participantMixerLevels": [7] }), "participantMixerLevels[0] object"),
            (json!({ "participantMixerLevels": [{ "exclusive": true }] }), ""),
        ],
    );
}

#[test]
fn an_audio_routing_group_is_kept_under_its_id() {
    let call = given("established", group());
    let body = json!({ "id": "g", "routingMode": "oneToOne", "sources": ["app"], "receivers": ["bob"] });
    let added = send(&call, "POST /audioRoutingGroups", &body).unwrap();
    added.then(200, None, &body, &["audioRoutingGroupCreated"]);
    let listed = json!({ "value": [body] });
    let again = send(&added.call, "POST /audioRoutingGroups", &body).unwrap().call;
    send(&again, "GET /audioRoutingGroups", "").unwrap().then(200, None, &listed, &[]);
}

#[test]
fn an_audio_routing_group_has_its_limits() {
    let call = given("established", group());
    let with = |mode: &str, receivers: Value| json!({ "routingMode": mode, "sources": ["a"], "receivers": receivers });
    limited(
        &call,
        "POST /audioRoutingGroups",
        &[
            (with("oneToOne", json!(["b"])), ""),
            (with("oneToOne", json!(["b", "c"])), "receivers exactly one"),
            (with("multicast", json!(["b", "c"])), ""),
            (with("multicast", json!([])), "receivers at least 1"),
            (with("broadcast", json!(["b"])), "routingMode one of"),
            (json!({ "routingMode": "multicast", "receivers": ["b"] }), "sources exactly one"),
        ],
    );
}

#[test]
fn the_metadata_of_the_app_stand_in_the_roster() {
    let reported =
        send(&given("established", group()), "POST /updateMetadata", json!({ "metadata": "m" })).unwrap();
    reported.then(202, None, &Value::Null, &["rosterUpdated"]);
    assert_eq!(on_roster(&reported.call, "app").unwrap()["metadata"], "m");
}

#[test]
fn what_is_shared_is_listed() {
    let shared = crate::common::about("/contentSharingSessions", "created", json!([{ "id": "s" }]));
    let call = Scenario::given(&[reported(json!({ "state": "established" })), shared]).call().clone();
    let listed = json!({ "value": [{ "@odata.type": "#microsoft.graph.contentSharingSession", "id": "s" }] });
    send(&call, "GET /contentSharingSessions", "").unwrap().then(200, None, &listed, &[]);
}
