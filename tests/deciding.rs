//! Requests that begin, end and change a call, and the states, permissions and kinds of call in which each
//! method is legal.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use crate::common::requesting::*;
use crate::common::{CALL, audio, somebody};
use callfold::Refusal;
use callfold::call::{AppIdentity, Call, Command, Decision, Due, RequestContext, State};
use callfold::graph::{Method, Permission, Route};
use serde_json::{Value, json};

const ALICE: &str = r#"{"identity":{"user":{"id":"alice"}}}"#;
/// The states in which each method is legal with the status of its reply, and the status of its refusal in
/// all other states. The columns are in the order of `State::ALL`.
const LEGAL: &str = "
                                  inc esta ring redi estd hold trfg trfA tmtg tmtd
    answer                        202  409  409  409  409  409  409  409  409  404
    reject                        202  409  409  409  409  409  409  409  409  404
    redirect                      202  409  409  409  409  409  409  409  409  404
    transfer                      409  409  409  409  202  202  409  409  409  404
    playPrompt                    409  409  409  409  200  200  409  409  409  404
    recordResponse                409  409  409  409  200  200  409  409  409  404
    subscribeToTone               409  409  409  409  200  200  409  409  409  404
    sendDtmfTones                 409  409  409  409  200  200  409  409  409  404
    cancelMediaProcessing         409  409  409  409  200  200  409  409  409  404
    mute                          409  409  409  409  200  200  200  200  409  404
    unmute                        409  409  409  409  200  200  200  200  409  404
    changeScreenSharingRole       409  409  409  409  202  202  202  202  409  404
    updateRecordingStatus         409  409  409  409  200  200  200  200  409  404
    invite                        409  409  409  409  200  200  200  200  409  404
    muteParticipant               409  409  409  409  200  200  200  200  409  404
    deleteParticipant             409  409  409  409  204  204  204  204  409  404
    startHoldMusic                409  409  409  409  202  202  202  202  409  404
    stopHoldMusic                 409  409  409  409  202  202  202  202  409  404
    addLargeGalleryView           409  409  409  409  202  202  202  202  409  404
    keepAlive                     200  200  200  200  200  200  200  200  200  404
    deleteCall                    204  204  204  204  204  204  204  204  204  404
    getCall                       200  200  200  200  200  200  200  200  200  404
    listParticipants              200  200  200  200  200  200  200  200  200  404
    getParticipant                200  200  200  200  200  200  200  200  200  404
    getOperation                  200  200  200  200  200  200  200  200  200  404
    muteAll                       409  409  409  409  200  200  200  200  409  404
    configureMixer                409  409  409  409  200  200  200  200  409  404
    updateMetadata                409  409  409  409  202  202  202  202  409  404
    createAudioRoutingGroup       409  409  409  409  200  200  200  200  409  404
    listAudioRoutingGroups        200  200  200  200  200  200  200  200  200  404
    listContentSharingSessions    200  200  200  200  200  200  200  200  200  404
    logTeleconferenceDeviceQuality 200 200  200  200  200  200  200  200  200  200";

/// The permissions that each method needs in a call between two and in a group call. If there are two lists,
/// it needs one of each.
const NEEDED: &str = "
    deleteCall                     I|M      I|M|N|J|G|C
    getCall                        I|M      I|M|N|J|G|C
    listParticipants               I|M      I|M|N|J|G|C
    getParticipant                 I|M      I|M|N|J|G|C
    getOperation                   I|M      I|M|N|J|G|C
    keepAlive                      I|M      I|M|N|J|G|C
    playPrompt                     I|M      I|M|N|J|G|C
    cancelMediaProcessing          I|M      I|M|N|J|G|C
    sendDtmfTones                  I|M      I|M|N|J|G|C
    mute                           I|M      I|M|N|J|G|C
    unmute                         I|M      I|M|N|J|G|C
    recordResponse                 M        M
    subscribeToTone                M        M
    changeScreenSharingRole        M        M
    logTeleconferenceDeviceQuality M        M
    updateRecordingStatus          J|M      J|M
    answer                         -        J|G
    reject                         -        -
    muteParticipant                -        -
    redirect                       I        I
    transfer                       I        I
    addLargeGalleryView            G|J|N    G|J|N
    invite                         N        N
    deleteParticipant              J|G      J|G
    startHoldMusic                 J|G      J|G
    stopHoldMusic                  J|G      J|G
    muteAll                        -        -
    configureMixer                 J|N      J|N
    createAudioRoutingGroup        J|N      J|N
    updateMetadata                 I|M      I|M|N|J|G|C
    listAudioRoutingGroups         I|M      I|M|N|J|G|C
    listContentSharingSessions     I|M      I|M|N|J|G|C";

/// A request for each method that breaks no limit in a group call.
fn request(method: &str) -> (&'static str, Value) {
    let alice = || serde_json::from_str::<Value>(ALICE).unwrap();
    let quality = json!({ "callChainId": CALL, "mediaQualityList": [{ "channelIndex": 1 }] });
    match method {
        "answer" => {
            ("POST /answer", json!({ "callbackUri": "https://bot/", "mediaConfig": service_hosted() }))
        }
        "reject" => ("POST /reject", json!({ "reason": "busy" })),
        "redirect" => ("POST /redirect", json!({ "targets": [alice()] })),
        "transfer" => ("POST /transfer", json!({ "transferTarget": alice(), "transferee": alice() })),
        "playPrompt" => ("POST /playPrompt", json!({ "prompts": [audio()] })),
        "recordResponse" => ("POST /recordResponse", json!({})),
        "subscribeToTone" => ("POST /subscribeToTone", json!({})),
        "sendDtmfTones" => ("POST /sendDtmfTones", json!({ "tones": ["tone1"] })),
        "cancelMediaProcessing" => ("POST /cancelMediaProcessing", json!({})),
        "mute" => ("POST /mute", json!({})),
        "unmute" => ("POST /unmute", json!({})),
        "changeScreenSharingRole" => ("POST /changeScreenSharingRole", json!({ "role": "viewer" })),
        "updateRecordingStatus" => ("POST /updateRecordingStatus", json!({ "status": "recording" })),
        "invite" => ("POST /participants/invite", json!({ "participants": [alice()] })),
        "muteParticipant" => ("POST /participants/alice/mute", json!({})),
        "deleteParticipant" => ("DELETE /participants/alice", json!({})),
        "startHoldMusic" => ("POST /participants/alice/startHoldMusic", json!({})),
        "stopHoldMusic" => ("POST /participants/bob/stopHoldMusic", json!({})),
        "addLargeGalleryView" => ("POST /addLargeGalleryView", json!({})),
        "keepAlive" => ("POST /keepAlive", json!({})),
        "deleteCall" => ("DELETE ", json!({})),
        "getCall" => ("GET ", json!({})),
        "listParticipants" => ("GET /participants", json!({})),
        "getParticipant" => ("GET /participants/alice", json!({})),
        "getOperation" => ("GET /operations/o", json!({})),
        "muteAll" => ("POST /participants/muteAll", json!({})),
        "configureMixer" => ("POST /participants/configureMixer", json!({ "participantMixerLevels": [{}] })),
        "updateMetadata" => ("POST /updateMetadata", json!({ "metadata": "m" })),
        "createAudioRoutingGroup" => (
            "POST /audioRoutingGroups",
            json!({ "routingMode": "oneToOne", "sources": ["a"], "receivers": ["b"] }),
        ),
        "listAudioRoutingGroups" => ("GET /audioRoutingGroups", json!({})),
        "listContentSharingSessions" => ("GET /contentSharingSessions", json!({})),
        // The path of the collection. The request is sent to a call here, because `send` has no other path.
        _ => ("quality", json!({ "quality": quality })),
    }
}

/// Sends a request for a method of a call with these permissions.
fn send_for(call: &Call, granted: &[Permission], method: &str) -> Result<Decided, Refusal> {
    let (what, body) = request(method);
    if what != "quality" {
        return send_as(call, granted, what, body);
    }
    let route = Route::parse("POST", "/communications/calls/logTeleconferenceDeviceQuality").unwrap();
    decide(call, granted, Command::read(&route, body.to_string().as_bytes()))
}

/// A call in which a method is legal if the state allows it. Bob is on hold if the method ends his hold
/// music.
fn given_for(method: &str, state: &str) -> Call {
    let mut details = group();
    if method == "changeScreenSharingRole" {
        details["mediaConfig"] = app_hosted();
    }
    if method == "updateRecordingStatus" {
        details["incomingContext"] = json!({ "observedParticipantId": "alice" });
    }
    let mut call = given(state, details);
    if method == "stopHoldMusic" && call.state().is_live() {
        let held = json!({
            "call": CALL, "rev": call.revision() + 1, "type": "holdMusicStarted",
            "data": { "participant": "bob", "operation": "h" },
        });
        call.evolve(held.to_string().parse().unwrap()).unwrap();
    }
    call
}

#[test]
fn each_method_is_legal_where_the_table_says() {
    let rows: Vec<_> = LEGAL.trim().lines().skip(1).collect();
    assert_eq!(rows.len() + 1, Method::ALL.len(), "all but createCall");
    for row in rows {
        let (method, cells) = row.trim().split_once(' ').unwrap();
        assert_eq!(cells.split_whitespace().count(), State::ALL.len(), "{method} has a cell for each state");
        for (state, status) in State::ALL.iter().map(|state| state.as_str()).zip(cells.split_whitespace()) {
            let status: u16 = status.parse().unwrap();
            let call = given_for(method, state);
            assert_eq!(call.state().as_str(), state);
            let is_legal = call.legal_methods().any(|legal| legal.as_str() == method);
            assert_eq!(is_legal, status < 300, "{method} among the legal ones in {state}");
            match send_for(&call, Permission::ALL, method) {
                Ok(decided) => assert_eq!(decided.reply.status, status, "{method} in {state}"),
                Err(refusal) => assert_eq!(refusal.status(), status, "{method} in {state}: {refusal}"),
            }
        }
    }
}

#[test]
fn a_refusal_for_the_state_names_the_legal_methods() {
    let inner =
        refused(send(&given("incoming", p2p()), "POST /playPrompt", json!({ "prompts": [audio()] })), 409);
    assert_eq!(inner["state"], "incoming");
    let legal: Vec<_> = inner["legal"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect();
    let mut expected = vec!["answer", "reject", "redirect", "keepAlive", "deleteCall", "getCall"];
    expected.extend(["listParticipants", "getParticipant", "getOperation", "logTeleconferenceDeviceQuality"]);
    expected.extend(["listAudioRoutingGroups", "listContentSharingSessions"]);
    expected.sort_unstable();
    assert_eq!(legal.iter().collect::<std::collections::BTreeSet<_>>(), expected.iter().collect());
    assert_eq!(legal.len(), expected.len());
}

#[test]
fn an_existing_call_is_not_placed_again() {
    let call = given("established", group());
    let placing = Command::CreateCall(serde_json::from_value(placing(&json!({}))).unwrap());
    let inner = refused(decide(&call, Permission::ALL, placing), 409);
    assert_eq!((&inner["method"], &inner["state"]), (&json!("createCall"), &json!("established")));
}

// Permissions.

fn permission(letter: &str) -> Permission {
    match letter {
        "I" => Permission::Initiate,
        "M" => Permission::AccessMedia,
        "N" => Permission::InitiateGroupCall,
        "J" => Permission::JoinGroupCall,
        "G" => Permission::JoinGroupCallAsGuest,
        "C" => Permission::JoinGroupCallsChat,
        _ => panic!("{letter}"),
    }
}

fn permissions(list: &str) -> Vec<Permission> {
    list.split('|').filter(|letter| *letter != "-").map(permission).collect()
}

/// Checks the permissions that an app without any permission lacks, and that each of the listed ones is
/// enough.
#[track_caller]
fn needs(list: &str, what: &str, may: impl Fn(&[Permission]) -> Result<(), Refusal>) {
    let needed = permissions(list);
    match may(&[]) {
        Ok(()) => assert!(needed.is_empty(), "{what} needs no permission"),
        Err(refusal) => assert_eq!(sorted(&refusal), [names(&needed)], "{what}"),
    }
    for granted in Permission::ALL {
        let is_let_in = needed.is_empty() || needed.contains(granted);
        assert_eq!(may(&[*granted]).is_ok(), is_let_in, "{what} with {granted}");
    }
}

fn names(permissions: &[Permission]) -> Vec<String> {
    let mut names: Vec<_> = permissions.iter().map(|one| one.as_str().to_owned()).collect();
    names.sort_unstable();
    names
}

/// The lists of permissions in a refusal. One permission of each list is needed.
fn sorted(refusal: &Refusal) -> Vec<Vec<String>> {
    let error = refusal.error();
    assert_eq!((refusal.status(), error.code.as_str()), (403, "Forbidden"), "{refusal}");
    let mut lists: Vec<Vec<String>> = serde_json::from_value(error.inner_error["oneOfEach"].clone()).unwrap();
    lists.iter_mut().for_each(|list| list.sort_unstable());
    lists
}

/// Succeeds if the permissions are enough, whatever else is wrong with the request.
fn permitted<T>(request: Result<T, Refusal>) -> Result<(), Refusal> {
    request.err().filter(|refusal| refusal.status() == 403).map_or(Ok(()), Err)
}

#[test]
fn each_method_needs_the_permission_of_its_page() {
    assert_eq!(NEEDED.trim().lines().count() + 1, Method::ALL.len(), "all but createCall");
    for row in NEEDED.trim().lines() {
        let [method, between_two, in_group] = row.split_whitespace().collect::<Vec<_>>()[..] else {
            panic!("{row}");
        };
        for (details, needed) in [(p2p(), between_two), (group(), in_group)] {
            let state =
                if matches!(method, "answer" | "reject" | "redirect") { "incoming" } else { "established" };
            let call = given(state, details);
            needs(needed, method, |granted| permitted(send_for(&call, granted, method)));
            let method = Method::ALL.iter().find(|known| known.as_str() == method).unwrap();
            for granted in Permission::ALL {
                let may = permitted(send_for(&call, &[*granted], method.as_str())).is_ok();
                assert_eq!(call.allows(&[*granted], *method), may, "{method} with {granted}");
            }
        }
    }
}

#[test]
fn to_place_a_call_needs_the_permission_for_its_kind() {
    let meeting = json!({ "targets": [], "chatInfo": {}, "meetingInfo": { "token": "t" } });
    let rows = [(json!({}), "I"), (json!({ "targets": [somebody(), somebody()] }), "N"), (meeting, "J|G|C")];
    for (more, needed) in rows {
        needs(needed, &more.to_string(), |granted| permitted(place(granted, &placing(&more))));
        let mut hosted = placing(&more);
        hosted["mediaConfig"] = app_hosted();
        let lists = sorted(&place(&[], &hosted).unwrap_err());
        assert_eq!(lists, [names(&permissions(needed)), names(&[Permission::AccessMedia])], "{more}");
        for one in permissions(needed) {
            let lists = sorted(&place(&[one], &hosted).unwrap_err());
            assert_eq!(lists, [names(&[Permission::AccessMedia])]);
            assert!(place(&[one, Permission::AccessMedia], &hosted).is_ok());
        }
        assert_eq!(
            sorted(&place(&[Permission::AccessMedia], &hosted).unwrap_err()),
            [names(&permissions(needed))]
        );
    }
}

#[test]
fn to_place_a_call_of_unknown_kind_needs_any_permission_to_place_one() {
    for body in
        [json!({}), placing(&json!({ "targets": null })), placing(&json!({ "targets": {} })), json!(7)]
    {
        needs("I|N|J|G|C", &body.to_string(), |granted| permitted(place(granted, &body)));
        assert_eq!(place(Permission::ALL, &body).unwrap_err().status(), 400, "{body}");
    }
}

#[test]
fn to_host_the_media_of_an_answered_call_needs_access_to_media() {
    let body = json!({ "callbackUri": "https://bot/", "mediaConfig": app_hosted() });
    let media = names(&[Permission::AccessMedia]);
    for (details, lists) in [(p2p(), vec![media.clone()]), (group(), vec![names(&permissions("J|G")), media])]
    {
        let call = given("incoming", details);
        let refusal = send_as(&call, &[], "POST /answer", &body).err().unwrap();
        assert_eq!(sorted(&refusal), lists);
        assert!(send_as(&call, &permissions("J|M"), "POST /answer", &body).is_ok());
    }
}

#[test]
fn a_missing_permission_is_reported_before_anything_about_the_call() {
    let inner = refused(
        send_as(&given("incoming", p2p()), &[], "POST /transfer", json!({ "transferTarget": {} })),
        403,
    );
    assert_eq!(inner["oneOfEach"], json!([["Calls.Initiate.All"]]));
}

// Create.

/// The body of a call to Alice, with these members in addition.
fn placing(more: &Value) -> Value {
    let alice: Value = serde_json::from_str(ALICE).unwrap();
    let mut body =
        json!({ "callbackUri": "https://bot/", "targets": [alice], "mediaConfig": service_hosted() });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    body
}

fn place(granted: &[Permission], body: &Value) -> Result<Decision, Refusal> {
    let route = Route::parse("POST", "/communications/calls").unwrap();
    let command = Command::read(&route, body.to_string().as_bytes());
    let id = CALL.parse().unwrap();
    Call::place(command, &RequestContext::new(AT.parse().unwrap(), id, AppIdentity::new(granted)))
}

#[test]
fn a_placed_call_is_answered_with_the_call_that_is_establishing() {
    // An app cannot set members that only the service knows.
    let body =
        placing(&json!({ "state": "established", "id": "x", "direction": "incoming", "subject": "s" }));
    let decision = place(&[Permission::Initiate], &body).unwrap();
    assert_eq!(decision.reply.status, 201);
    assert_eq!(decision.reply.location, Some(format!("/communications/calls/{CALL}")));
    let answered = serde_json::to_value(&decision.reply.body).unwrap();
    let rows = [
        ("@odata.type", "#microsoft.graph.call"),
        ("state", "establishing"),
        ("id", CALL),
        ("direction", "outgoing"),
        ("callChainId", CALL),
        ("callbackUri", "https://bot/"),
        ("subject", "s"),
    ];
    for (member, expected) in rows {
        assert_eq!(answered[member], expected, "{member}");
    }
    let [placed] = &decision.events[..] else { panic!("one event") };
    assert_eq!((placed.event.kind().as_str(), placed.revision, placed.at), ("placed", 1, AT.parse().ok()));
    let call = Call::begin(placed.clone()).unwrap();
    assert_eq!((call.state(), call.id().to_string().as_str()), (State::Establishing, CALL));
    assert_eq!(serde_json::to_value(call.resource()).unwrap(), answered);
    assert_eq!(dues(&call), ["keepAlive +2700"]);
}

#[test]
fn a_placed_call_keeps_its_call_chain_id_and_rings_for_the_requested_time() {
    let chain = "0622673d-9f69-49b3-9d4f-5ec64f42ecce";
    let decision = place(
        &[Permission::Initiate],
        &placing(&json!({ "callChainId": chain, "ringingTimeoutInSeconds": 30 })),
    )
    .unwrap();
    let call = Call::begin(decision.events[0].clone()).unwrap();
    assert_eq!(call.details().call_chain_id.value().unwrap().to_string(), chain);
    assert_eq!(dues(&call), ["ring +30", "keepAlive +2700"]);
}

/// The deadline of the call, and the seconds until then.
fn dues(call: &Call) -> Vec<String> {
    let at: callfold::jiff::Timestamp = AT.parse().unwrap();
    let due = |due: &Due| format!("{} +{}", due.deadline, due.at.duration_since(at).as_secs());
    call.deadlines().iter().map(due).collect()
}

#[test]
fn a_call_that_is_placed_has_its_limits() {
    let targets = |count: usize| json!({ "targets": vec![somebody(); count] });
    let rows = [
        (json!({}), ""),
        (json!({ "callbackUri": null }), "callbackUri https"),
        (json!({ "callbackUri": "http://bot/" }), "callbackUri https"),
        (json!({ "callbackUri": "https://" }), "callbackUri https"),
        (json!({ "callbackUri": "HTTPS://bot/" }), ""),
        (json!({ "mediaConfig": null }), "mediaConfig serviceHostedMediaConfig"),
        (json!({ "targets": null }), "targets meetingInfo"),
        (json!({ "targets": [] }), "targets meetingInfo"),
        (json!({ "targets": null, "meetingInfo": { "token": "t" }, "chatInfo": {} }), ""),
        (targets(1), ""),
        (targets(5), ""),
        (targets(6), "targets 5"),
        (json!({ "targets": "alice" }), "targets a list"),
        (json!({ "subject": [] }), "subject a string"),
        (json!({ "ringingTimeoutInSeconds": 0 }), "ringingTimeoutInSeconds positive"),
        (json!({ "ringingTimeoutInSeconds": 1 }), ""),
    ];
    for (more, wrong) in rows {
        let placed = place(Permission::ALL, &placing(&more));
        let Some((member, limit)) = wrong.split_once(' ') else {
            assert!(placed.is_ok(), "{more}");
            continue;
        };
        let refusal = placed.unwrap_err();
        let inner = refusal.error().inner_error;
        assert_eq!((refusal.status(), inner["member"].as_str()), (400, Some(member)), "{more}");
        assert!(inner["limit"].as_str().unwrap().contains(limit), "{more}: {refusal}");
    }
}

// Answer, reject, redirect.

#[test]
fn an_answered_call_is_establishing() {
    let body =
        json!({ "callbackUri": "https://bot/", "mediaConfig": app_hosted(), "participantCapacity": 1 });
    let decided = send(&given("incoming", json!({ "targets": [{}] })), "POST /answer", body).unwrap();
    decided.then(202, None, &Value::Null, &["answerRequested", "answered"]);
    assert_eq!(decided.call.state(), State::Establishing);
    assert_eq!(decided.call.details().is_service_hosted(), Some(false));
    assert_eq!(dues(&decided.call), ["keepAlive +2700"]);
}

#[test]
fn an_answer_has_its_limits() {
    let body = |callback: &str| json!({ "callbackUri": callback, "mediaConfig": service_hosted() });
    let with = |name: &str, value: Value| {
        let mut body = body("https://bot/");
        body[name] = value;
        body
    };
    let rows = [
        (body("https://bot/"), ""),
        (body("http://bot/"), "callbackUri https"),
        (json!({ "mediaConfig": service_hosted() }), "callbackUri https"),
        (json!({ "callbackUri": "https://bot/" }), "mediaConfig serviceHostedMediaConfig"),
        (with("participantCapacity", 0.into()), "participantCapacity positive"),
        (with("participantCapacity", 1.into()), ""),
        (with("participantCapacity", "many".into()), "participantCapacity a whole number"),
        (with("acceptedModalities", 7.into()), "acceptedModalities a list"),
        (with("mediaConfig", 7.into()), "mediaConfig an object"),
    ];
    limited(&given("incoming", p2p()), "POST /answer", &rows);
}

#[test]
fn a_rejected_call_ends() {
    for body in [json!({}), json!({ "reason": "forbidden", "callbackUri": "https://bot/" })] {
        let decided = send(&given("incoming", p2p()), "POST /reject", body).unwrap();
        decided.then(202, None, &Value::Null, &["rejectRequested", "terminated"]);
        assert_eq!(decided.call.state(), State::Terminated);
    }
}

#[test]
fn a_rejection_has_its_limits() {
    let rows = [
        (json!({ "reason": "none" }), ""),
        (json!({ "reason": "busy" }), ""),
        (json!({ "reason": "forbidden" }), ""),
        (json!({ "reason": "tired" }), "reason busy"),
        (json!({ "reason": 7 }), "reason "),
        (json!({ "callbackUri": "http://bot/" }), "callbackUri https"),
    ];
    limited(&given("incoming", p2p()), "POST /reject", &rows);
}

#[test]
fn a_redirected_call_rings_elsewhere_for_the_requested_or_the_default_time() {
    let rows = [(1, None, 55), (2, None, 60), (25, None, 60), (1, Some(15), 15), (2, Some(90), 90)];
    for (targets, timeout, seconds) in rows {
        let body = json!({ "targets": vec![somebody(); targets], "timeout": timeout });
        let decided = send(&given("incoming", p2p()), "POST /redirect", body).unwrap();
        decided.then(202, None, &Value::Null, &["redirectRequested", "redirected"]);
        assert_eq!(decided.call.state(), State::Redirecting);
        assert_eq!(dues(&decided.call), [format!("redirect +{seconds}")], "{targets} {timeout:?}");
    }
}

#[test]
fn a_redirect_has_its_limits() {
    let to = |count: usize, timeout: Value| json!({ "targets": vec![somebody(); count], "timeout": timeout });
    let rows = [
        (to(0, Value::Null), "targets 1 to 25"),
        (json!({}), "targets 1 to 25"),
        (to(1, Value::Null), ""),
        (to(25, Value::Null), ""),
        (to(26, Value::Null), "targets 1 to 25"),
        (to(1, 14.into()), "timeout 15 to 90"),
        (to(1, 15.into()), ""),
        (to(1, 90.into()), ""),
        (to(1, 91.into()), "timeout 15 to 90"),
        (to(1, json!("soon")), "timeout a whole number"),
        (json!({ "targets": [somebody()], "callbackUri": "http://bot/" }), "callbackUri https"),
        (json!({ "targets": [somebody()], "callbackUri": "https://bot/" }), ""),
    ];
    limited(&given("incoming", p2p()), "POST /redirect", &rows);
}

// Transfer.

fn replacing(call: &str) -> Value {
    let mut target = somebody();
    target["replacesCallId"] = call.into();
    target
}

#[test]
fn a_transfer_begins_with_the_members_of_its_request() {
    for (state, details) in [("established", p2p()), ("hold", p2p())] {
        let body = json!({ "transferTarget": replacing(CALL) });
        let decided = send(&given(state, details), "POST /transfer", body).unwrap();
        decided.then(202, None, &Value::Null, &["transferRequested", "transferStarted"]);
        assert_eq!(decided.call.state(), State::Transferring);
        assert_eq!(decided.call.replaces().map(|id| id.to_string()).collect::<Vec<_>>(), [CALL]);
    }
}

#[test]
fn a_transferee_is_needed_in_a_group_call_and_refused_between_two() {
    let (blind, out) = (
        json!({ "transferTarget": somebody() }),
        json!({ "transferTarget": somebody(), "transferee": somebody() }),
    );
    limited(
        &given("established", group()),
        "POST /transfer",
        &[(blind.clone(), "transferee participant"), (out.clone(), "")],
    );
    limited(&given("established", p2p()), "POST /transfer", &[(blind, ""), (out, "transferee group")]);
}

#[test]
fn a_transfer_has_its_limits() {
    let rows = [
        (json!({}), "transferTarget participant"),
        (json!({ "transferTarget": 7 }), "transferTarget an object"),
        (json!({ "transferTarget": replacing("x") }), "transferTarget.replacesCallId GUID"),
    ];
    limited(&given("established", p2p()), "POST /transfer", &rows);
}

// Live calls.

#[test]
fn a_call_is_kept_alive_for_another_45_minutes() {
    let decided = send(&given("established", p2p()), "POST /keepAlive", "").unwrap();
    decided.then(200, None, &Value::Null, &["keptAlive"]);
    assert_eq!(dues(&decided.call), ["keepAlive +2700"]);
}

#[test]
fn a_call_that_is_deleted_is_terminating_and_deleting_it_again_changes_nothing() {
    let decided = send(&given("established", p2p()), "DELETE ", "").unwrap();
    decided.then(204, None, &Value::Null, &["terminationStarted"]);
    assert_eq!(decided.call.state(), State::Terminating);
    let again = send(&decided.call, "DELETE ", "").unwrap();
    again.then(204, None, &Value::Null, &[]);
    assert_eq!(again.call, decided.call);
}

#[test]
fn to_see_a_call_changes_nothing() {
    let call = given("hold", p2p());
    let mut body = p2p();
    body["@odata.type"] = "#microsoft.graph.call".into();
    body["state"] = "hold".into();
    body["id"] = CALL.into();
    send(&call, "GET ", "").unwrap().then(200, None, &body, &[]);

    let operation = json!({
        "@odata.type": "#microsoft.graph.sendDtmfTonesOperation", "id": "o", "status": "running",
    });
    send(&call, "GET /operations/o", "").unwrap().then(200, None, &operation, &[]);
    let refusal = send(&call, "GET /operations/p", "").err().unwrap();
    assert_eq!((refusal.status(), refusal.error().code.as_str()), (404, "NotFound"));
}

// Bodies.

#[test]
fn a_body_that_is_no_json_object_is_refused() {
    let call = given("incoming", p2p());
    for body in
        ["{", "nonsense", "[]", "[1]", "7", "\"reason\"", "true", "{\"reason\":\"busy\"}}", "{'reason':1}"]
    {
        let inner = refused(send(&call, "POST /reject", body), 400);
        assert_eq!(inner["member"], "body", "{body}");
        assert!(inner["limit"].as_str().unwrap().contains("a JSON object"));
    }
    let route = Route::parse("POST", &format!("/communications/calls/{CALL}/reject")).unwrap();
    refused(decide(&call, Permission::ALL, Command::read(&route, b"{\"reason\":\"\xff\"}")), 400);
    for empty in ["", " \r\n"] {
        assert!(send(&call, "POST /reject", empty).is_ok());
    }
}

/// The content of a request is not repeated in the reply or in a log.
#[test]
fn a_refusal_does_not_contain_the_body() {
    for body in [
        "{\"callbackUri\":\"https://secret",
        "\"secret\"",
        "{\"callbackUri\":\"secret\"}",
        "{\"reason\":\"secret\"}",
    ] {
        let refusal = send(&given("incoming", p2p()), "POST /reject", body).err().unwrap();
        assert!(!serde_json::to_string(&refusal.error()).unwrap().contains("secret"), "{refusal}");
    }
}

#[test]
fn deadlines_that_are_due_expire_before_a_request_is_decided() {
    let line =
        format!(r#"{{"call":"{CALL}","rev":1,"at":"2026-11-23T09:14:45Z","type":"offered","data":{{}}}}"#);
    let call = Call::begin(line.parse().unwrap()).unwrap();
    // The 15 seconds to answer have just passed.
    let inner = refused(send(&call, "POST /reject", ""), 404);
    assert_eq!(inner["state"], "terminated");
    assert_eq!(send(&call, "DELETE ", "").err().unwrap().status(), 404);
    let call = Call::begin(line.replace(":45Z", ":46Z").parse().unwrap()).unwrap();
    assert!(send(&call, "POST /reject", "").is_ok());
}
