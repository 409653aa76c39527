//! The published flows, run against the core as the service. Each request gets the documented status and
//! reply, and the notifications have the documented kinds in a documented order. The payloads are not in this
//! repository: `CALLFOLD_CORPUS` names their folder, and
//! `cargo test --test all corpus_service:: -- --ignored` reads it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may panic, and says how much it saw"
)]

use std::collections::{BTreeMap, BTreeSet};

use crate::common::corpus::{canonical, compare, lines, payload, through};
use callfold::call::{
    AppIdentity, Body, CallEnd, Command, Ending, NetworkEvent, Reply, RequestContext, State, TransferFailure,
};
use callfold::graph::action::{
    Answer, ChangeScreenSharingRole, ClientContext, ConfigureMixer, Invite, LogTeleconferenceDeviceQuality,
    MuteAll, PlayPrompt, RecordResponse, Redirect, Reject, SendDtmfTones, StartHoldMusic, Transfer,
    UpdateMetadata, UpdateRecordingStatus,
};
use callfold::graph::{self, EndCode, Method, Permission, ResourceUrl, Route};
use callfold::jiff::{SignedDuration, Timestamp};
use callfold::uuid::Uuid;
use callfold::{CallId, Ledger, Notify, OperationId, Recorded, Refusal};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The id of the call in a flow that names none, and the id of a participant.
const CALL: &str = "57dab8b1-894c-409a-b240-bd8beae78896";
const PARTICIPANT: &str = "00000000-0000-4000-8000-000000000001";

/// Placeholders that the pages have instead of values, each with a valid value.
const PLACEHOLDERS: &[(&str, &str)] = &[
    ("callbackUri-value", "https://bot.contoso.com/api/calls"),
    ("replacesCallId-value", "00000000-0000-4000-8000-000000000002"),
    ("notRecording | recording | failed", "recording"),
];

/// Flows whose notifications report content sharing, although their request does not ask for it.
const ASKED_ELSEWHERE: &[&str] = &["call-answer/beta/ex2-answer-voip-call-with-ahm"];

/// Steps that are labelled as requests but are fragments of a body. They have no verb and no path.
const FRAGMENTS: &[&str] = &["application-post-calls/beta/ex2-create-p2p-voip-call-with-ahm"];

/// All differences from the documentation, by flow and branch.
const DIFFERENCES: &[(&str, &[&str])] = &[
    // The host decides how a call ended. After a DELETE the end is 200/7000, as in the table on the
    // documentation page. The examples of the page have the end of the conversation, an earlier one a plain
    // end, and those of 2019 a reason without a result.
    ("call-delete/v1.0~2026-03/main", &["deleted call terminated: result 200/5001 became 200/7000"]),
    ("call-delete/beta/main", &["deleted call terminated: result 200/5001 became 200/7000"]),
    ("call-delete/v1.0/main", &["deleted call terminated: result 0 became 200/7000"]),
    ("call-delete/beta~2021/main", &["deleted call terminated: result 0 became 200/7000"]),
    (
        "call-delete/beta~2019/main",
        &[
            "deleted call terminated: terminationReason AppInitiated became nothing",
            "deleted call terminated: result nothing became 200/7000",
        ],
    ),
    // Only the failure is left of a flow of 2021. It has the code of a blind transfer for a consultative one,
    // for which later pages have another code.
    (
        "call-transfer/v1.0~2021/ex1-call-transfer failed",
        &[
            "also posted: updated call transferring",
            "updated call established: result 500/7000 became 500/7700",
        ],
    ),
    // Values over the current limits.
    (
        "call-redirect/beta~2019/redirect-a-call",
        &["refused with 400: `redirect` is refused: `timeout` must be 15 to 90 seconds"],
    ),
    // In 2019 operations began with status 202 or without a body, and all of them ended with a notification.
    (
        "call-playprompt/beta~2019/main",
        &[
            "body nothing became playPromptOperation",
            "deleted playPromptOperation completed: result nothing became 200/0",
        ],
    ),
    // The end of a prompt has a result on the page of v1.0, and none on that of beta.
    ("call-playprompt/beta/main", &["deleted playPromptOperation completed: result nothing became 200/0"]),
    (
        "call-subscribetotone/beta~2019/main",
        &[
            "status 202 became 200",
            "body nothing became subscribeToToneOperation",
            "not posted: deleted commsOperation completed",
        ],
    ),
    (
        "call-cancelmediaprocessing/beta~2019/main",
        &[
            "status 202 became 200",
            "body nothing became cancelMediaProcessingOperation",
            "not posted: deleted commsOperation completed",
            "also posted: deleted recordOperation failed",
        ],
    ),
    (
        "participant-invite/beta~2019/main",
        &["status 202 became 200", "body nothing became inviteParticipantsOperation"],
    ),
    // The service posts its own roster when the invitation completes, and then the host reports what else the page
    // shows of the participants. The roster also has parties of the call whom the page leaves out.
    ("participant-invite/v1.0/ex1-invite-one-participant-to-an-existing-call", ROSTER_WITH_A_PARTY),
    ("participant-invite/beta/ex1-invite-one-participant-to-an-existing-call", ROSTER_WITH_A_PARTY),
    (
        "participant-invite/v1.0/ex2-invite-multiple-participants-to-group-call",
        &["also posted: updated roster"],
    ),
    (
        "participant-invite/beta/ex2-invite-multiple-participants-to-group-call",
        &["also posted: updated roster"],
    ),
    ("participant-invite/v1.0/ex4-invite-one-pstn-participant-to-an-existing-c", ROSTER_WITH_A_PARTY),
    ("participant-invite/beta/ex4-invite-one-pstn-participant-to-an-existing-c", ROSTER_WITH_A_PARTY),
    (
        "participant-invite/beta~2019/invite-participants-in-existing-p2p-meeting",
        &["also posted: updated roster", "updated roster: participants also listed: 2"],
    ),
    // In 2019 a transfer was an operation.
    ("call-transfer/beta~2019/consultative-transfer", TRANSFER_OF_2019),
    ("call-transfer/beta~2019/transfer-call-directly-with-no-user-involvement", TRANSFER_OF_2019),
    // One example lists three participants under one id.
    ("call-list-participants/beta~2019/main", &["reply: /value: 3 became 1"]),
    (
        "participant-configuremixer/beta~2019/main",
        &["status 202 became 200", "body nothing became commsOperation"],
    ),
];

const ROSTER_WITH_A_PARTY: &[&str] =
    &["also posted: updated roster", "updated roster: participants also listed: 1"];

const TRANSFER_OF_2019: &[&str] = &[
    "not posted: updated commsOperation running",
    "not posted: deleted commsOperation completed",
    "also posted: updated call transferring",
    "also posted: updated call transferAccepted",
];

/// The notifications that follow a request at once, by method and a part of the flow's name. They are for
/// flows that show no notifications. The page of DELETE on a participant promises none.
const FOLLOWS: &[(Method, &str, &[&str])] = &[
    (Method::CreateCall, "", &["updated call establishing"]),
    (Method::Answer, "", &["updated call establishing"]),
    (Method::Reject, "", &["deleted call terminated"]),
    (Method::Mute, "", &["updated roster"]),
    (Method::MuteParticipant, "", &["updated roster"]),
    (Method::DeleteParticipant, "cancel-active", &["updated roster"]),
    (Method::DeleteParticipant, "cancel-invited", &["deleted inviteParticipantsOperation failed"]),
];

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn read<T: DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).expect("every payload is read")
}

// ---- the tests

#[test]
#[ignore = "needs the folder of published payloads in CALLFOLD_CORPUS"]
fn every_flow_is_played_by_the_service_as_it_is_documented() {
    let locations = locations();
    let (mut flows, mut branches) = (0, 0);
    let (mut not_played, mut fragments, mut differences) = (Vec::new(), Vec::new(), Vec::new());
    for flow in &lines("flows.jsonl") {
        let name = text(&flow["flow"]);
        let steps = flow["steps"].as_array().expect("a flow has steps");
        if steps.iter().any(is_fragment) {
            fragments.push(name.to_owned());
        }
        if steps.iter().any(|step| is_request(step) && routed(step, CALL, PARTICIPANT).is_none()) {
            not_played.push(name.to_owned());
            continue;
        }
        for branch in branches_of(steps) {
            let mut play = Play::new(flow, branch, &locations);
            play.play();
            differences.extend(play.differed());
            branches += 1;
        }
        flows += 1;
    }
    println!("{flows} flows played, in {branches} branches; {} not played", not_played.len());
    assert!(not_played.is_empty(), "{not_played:?} are flows of methods that are not known");
    assert_eq!(fragments, FRAGMENTS, "fragments are listed");
    assert_differences(&differences);
    assert!(flows > 100 && branches > 105, "{flows} flows are too few to be the corpus");
}

#[test]
#[ignore = "needs the folder of published payloads in CALLFOLD_CORPUS"]
fn every_request_body_is_read_by_its_action_and_written_with_no_member_lost() {
    let mut counts: BTreeMap<Method, usize> = BTreeMap::new();
    for row in lines("index.jsonl").iter().filter(|row| is_request(row)) {
        let Some(file) = row["file"].as_str() else { continue };
        let Some((route, _)) = routed(row, CALL, PARTICIPANT) else { continue };
        let original = payload(file);
        let mut lost = Vec::new();
        compare("", &original, &rewritten(route.method, &original), &mut lost);
        assert!(lost.is_empty(), "{file}: {lost:?}");
        *counts.entry(route.method).or_default() += 1;
    }
    let count: usize = counts.values().sum();
    println!("{count} request bodies of {} methods read and written", counts.len());
    assert!(count > 70, "{count} request bodies are too few to be the corpus");
}

fn assert_differences(found: &[(String, Vec<String>)]) {
    let found: BTreeMap<&str, Vec<&str>> =
        found.iter().map(|(name, lines)| (&**name, lines.iter().map(|line| &**line).collect())).collect();
    let expected: BTreeMap<&str, Vec<&str>> =
        DIFFERENCES.iter().map(|(name, lines)| (*name, lines.to_vec())).collect();
    for (name, lines) in found.iter().filter(|(name, lines)| expected.get(*name) != Some(*lines)) {
        println!("{name}: {lines:#?}");
    }
    for name in expected.keys().filter(|name| !found.contains_key(*name)) {
        println!("{name}: as documented, but listed");
    }
    assert!(found == expected, "what differs from the documentation is listed, and nothing else");
}

/// A request body, through the type of its action.
fn rewritten(method: Method, body: &Value) -> Value {
    type Through = fn(&Value) -> Value;
    let types: &[(Method, Through)] = &[
        (Method::CreateCall, through::<graph::Call>),
        (Method::Answer, through::<Answer>),
        (Method::Reject, through::<Reject>),
        (Method::Redirect, through::<Redirect>),
        (Method::Transfer, through::<Transfer>),
        (Method::PlayPrompt, through::<PlayPrompt>),
        (Method::RecordResponse, through::<RecordResponse>),
        (Method::SendDtmfTones, through::<SendDtmfTones>),
        (Method::ChangeScreenSharingRole, through::<ChangeScreenSharingRole>),
        (Method::UpdateRecordingStatus, through::<UpdateRecordingStatus>),
        (Method::Invite, through::<Invite>),
        (Method::StartHoldMusic, through::<StartHoldMusic>),
        (Method::LogTeleconferenceDeviceQuality, through::<LogTeleconferenceDeviceQuality>),
        (Method::CancelMediaProcessing, through::<ClientContext>),
        (Method::SubscribeToTone, through::<ClientContext>),
        (Method::Mute, through::<ClientContext>),
        (Method::Unmute, through::<ClientContext>),
        (Method::AddLargeGalleryView, through::<ClientContext>),
        (Method::MuteParticipant, through::<ClientContext>),
        (Method::StopHoldMusic, through::<ClientContext>),
        (Method::MuteAll, through::<MuteAll>),
        (Method::ConfigureMixer, through::<ConfigureMixer>),
        (Method::UpdateMetadata, through::<UpdateMetadata>),
        (Method::CreateAudioRoutingGroup, through::<graph::AudioRoutingGroup>),
    ];
    let (_, through) = types.iter().find(|(known, _)| *known == method).expect("the method has a body");
    through(body)
}

// ---- steps

fn is_fragment(step: &Value) -> bool {
    step["kind"] == "request" && !step["path"].is_string()
}

fn is_request(step: &Value) -> bool {
    step["kind"] == "request" && step["path"].is_string()
}

fn is_notification(step: &&Value) -> bool {
    step["kind"] == "notification"
}

/// The method and the path of a step; `None` if the crate does not model the method.
fn routed(step: &Value, call: &str, item: &str) -> Option<(Route, String)> {
    let path = text(&step["path"]).replacen("{id}", call, 1).replacen("{id}", item, 1);
    Some((Route::parse(text(&step["method"]), &path).ok()?, path))
}

/// The alternative branches of a flow; one branch without a name if it has none.
fn branches_of(steps: &[Value]) -> Vec<&str> {
    let mut branches: Vec<&str> = steps.iter().filter_map(|step| step["alt"].as_str()).collect();
    branches.dedup();
    if branches.is_empty() { [""].into() } else { branches }
}

/// The `Location` of each response that has one, by flow and order.
fn locations() -> BTreeMap<(String, u64), String> {
    let rows = lines("index.jsonl").into_iter().filter(|row| row["kind"] == "response");
    let shown = rows.filter_map(|row| {
        let key = (row["flow"].as_str()?.to_owned(), row["order"].as_u64()?);
        Some((key, row["location"].as_str()?.to_owned()))
    });
    shown.collect()
}

/// The body with valid values in place of the placeholders.
fn sound(value: &Value) -> Value {
    match value {
        Value::String(text) => {
            let known = PLACEHOLDERS.iter().find(|(placeholder, _)| placeholder == text);
            known.map_or(text.as_str(), |(_, value)| value).into()
        }
        Value::Array(items) => items.iter().map(sound).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), sound(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// The calls that a body would replace.
fn replaced(value: &Value) -> Vec<CallId> {
    match value {
        Value::Array(items) => items.iter().flat_map(replaced).collect(),
        Value::Object(members) => {
            let own = members.get("replacesCallId").and_then(Value::as_str).and_then(|id| id.parse().ok());
            own.into_iter().chain(members.values().flat_map(replaced)).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

// ---- replacements for published bodies that are not valid JSON

fn own_body(method: Method, flow: &str) -> Value {
    let user = json!({ "identity": { "user": { "id": "00000000-0000-4000-8000-000000000003" } } });
    let prompt = json!({ "mediaInfo": { "uri": "https://bot.contoso.com/tune.wav" } });
    let own = [
        (Method::CreateCall, placing(flow)),
        (Method::PlayPrompt, json!({ "prompts": [prompt.clone()], "clientContext": "own" })),
        (Method::Transfer, json!({ "transferTarget": user.clone(), "transferee": user })),
        (Method::StartHoldMusic, json!({ "customPrompt": prompt, "clientContext": "own" })),
    ];
    own.into_iter().find(|(known, _)| *known == method).expect("a method with a body of our own").1
}

/// The body of a call to place: a meeting to join, or one target with a phone; the service or the app hosts
/// the media.
fn placing(kind: &str) -> Value {
    let hosted = if kind.contains("ahm") { "appHostedMediaConfig" } else { "serviceHostedMediaConfig" };
    let mut body = json!({
        "callbackUri": "https://bot.contoso.com/api/calls",
        "mediaConfig": { "@odata.type": format!("#microsoft.graph.{hosted}") },
    });
    if kind.contains("ahm") {
        body["mediaConfig"]["blob"] = "blob".into();
    }
    if kind.contains("meeting") {
        body["chatInfo"] = json!({ "threadId": "19:meeting_x@thread.v2", "messageId": "0" });
        body["meetingInfo"] = json!({
            "@odata.type": "#microsoft.graph.organizerMeetingInfo",
            "organizer": { "user": { "id": "00000000-0000-4000-8000-000000000003" } },
        });
    } else if kind.contains("pstn") {
        body["targets"] = json!([{ "identity": { "phone": { "id": "+12065550100" } } }]);
    } else {
        body["targets"] =
            json!([{ "identity": { "user": { "id": "00000000-0000-4000-8000-000000000003" } } }]);
    }
    body
}

/// The kind of call that a method needs.
fn setting(method: Method, flow: &str) -> &'static str {
    let of_groups = [
        Method::Mute,
        Method::MuteParticipant,
        Method::DeleteParticipant,
        Method::StartHoldMusic,
        Method::ListParticipants,
        Method::GetParticipant,
        Method::AddLargeGalleryView,
    ];
    if method == Method::UpdateRecordingStatus {
        "meeting ahm"
    } else if of_groups.contains(&method) || flow.contains("group-call") {
        "meeting shm"
    } else {
        "p2p shm"
    }
}

// ---- notifications as they are compared

/// The part of a notification that is compared.
#[derive(Clone, Debug)]
struct Update {
    /// `updated call establishing`
    line: String,
    /// The results, tones and reasons that the notification has.
    facets: BTreeMap<&'static str, String>,
    roster: Value,
    /// False for a notification of which only the line is known.
    is_shown: bool,
}

impl Update {
    fn of(item: &Value) -> Self {
        let data = &item["resourceData"];
        let first = if data.is_array() { &data[0] } else { data };
        let resource = resource(item, first);
        let change = text(&item["changeType"]).to_lowercase();
        let said = [&first["state"], &first["status"]].into_iter().find_map(Value::as_str);
        // A deleted call is terminated, whether or not the notification says so.
        let state = said.or_else(|| (resource == "call" && change == "deleted").then_some("terminated"));
        let line = [&change, resource, state.unwrap_or_default()].join(" ").trim_end().to_owned();
        let roster = match resource {
            "roster" => data.clone(),
            "deltaRoster" => first["participants"].clone(),
            _ => Value::Null,
        };
        Self { line, facets: facets(first), roster, is_shown: true }
    }

    fn plain(line: &str) -> Self {
        Self { line: line.into(), facets: BTreeMap::new(), roster: Value::Null, is_shown: false }
    }

    /// In the documentation of 2019 only, an operation of any kind is a `commsOperation`.
    fn is_like(&self, reported: &Self) -> bool {
        let (ours, theirs) = (reported.line.split(' '), self.line.split(' '));
        let is_same = |(one, other): (&str, &str)| {
            one == other || (other == "commsOperation" && one.ends_with("Operation"))
        };
        ours.clone().count() == theirs.clone().count() && ours.zip(theirs).all(is_same)
    }

    fn differences(&self, reported: &Self) -> Vec<String> {
        let line = &self.line;
        let of_facets = self.facets.iter().filter(|(name, value)| reported.facets.get(*name) != Some(*value));
        let of_facets = of_facets.map(|(name, value)| {
            let other = reported.facets.get(name).map_or("nothing", String::as_str);
            format!("{line}: {name} {value} became {other}")
        });
        // A result or a reason that the page does not show is invented.
        let invented = ["result", "completionReason", "terminationReason"].into_iter().filter_map(|name| {
            let is_absent = self.is_shown && !self.facets.contains_key(name);
            let value = reported.facets.get(name).filter(|_| is_absent)?;
            Some(format!("{line}: {name} nothing became {value}"))
        });
        let of_roster = self.lost_participants(reported);
        let of_roster = of_roster.into_iter().map(|lost| format!("{line}: participants{lost}"));
        let also = Some(self.participants_also_listed(reported)).filter(|also| *also > 0);
        let also = also.map(|also| format!("{line}: participants also listed: {also}"));
        of_facets.chain(invented).chain(of_roster).chain(also).collect()
    }

    /// How many participants the reported roster has besides those of a page that shows a roster.
    fn participants_also_listed(&self, reported: &Self) -> usize {
        let documented = self.roster.as_array();
        let is_other =
            |other: &&Value| documented.is_some_and(|all| !all.iter().any(|one| is_one(one, other)));
        reported.roster.as_array().into_iter().flatten().filter(is_other).count()
    }

    /// What the reported roster lacks of this one. The service gives an id to those who have none on the page.
    fn lost_participants(&self, reported: &Self) -> Vec<String> {
        let mut lost = Vec::new();
        let documented = said(&self.roster);
        for (index, one) in documented.as_array().into_iter().flatten().enumerate() {
            match reported.roster.as_array().into_iter().flatten().find(|other| is_one(one, other)) {
                Some(other) => compare(&format!("/{index}"), one, other, &mut lost),
                None => lost.push(format!("/{index}")),
            }
        }
        lost
    }
}

/// Whether a participant of a page is the same as a reported one.
fn is_one(one: &Value, other: &Value) -> bool {
    if one["id"].is_null() {
        ids(&one["info"]["identity"]) == ids(&other["info"]["identity"])
    } else {
        canonical(&one["id"]) == canonical(&other["id"])
    }
}

/// The ids of an identity set.
fn ids(set: &Value) -> BTreeSet<String> {
    let identities = set.as_object().into_iter().flat_map(|set| set.values());
    identities.filter_map(|identity| identity.get("id")).map(canonical).collect()
}

fn resource<'a>(item: &'a Value, first: &'a Value) -> &'a str {
    let url = [&item["resourceUrl"], &item["resource"]].into_iter().find_map(Value::as_str);
    match text(&first["@odata.type"]).trim_start_matches("#microsoft.graph.") {
        "participant" => "roster",
        "deltaParticipants" => "deltaRoster",
        "contentSharingSession" => "contentSharing",
        "" if url.unwrap_or_default().contains("contentsharingsessions") => "contentSharing",
        // Nobody is left.
        "" if url.unwrap_or_default().ends_with("/participants") => "roster",
        name => name,
    }
}

fn facets(data: &Value) -> BTreeMap<&'static str, String> {
    let scalar = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let result = &data["resultInfo"];
    let codes = [&result["code"], &result["subcode"], &result["subCode"]];
    let codes: Vec<String> = codes.into_iter().filter(|code| !code.is_null()).map(scalar).collect();
    let tone = &data["toneInfo"];
    let answered = &data["answeredBy"]["identity"]["user"]["id"];
    let all = [
        ("result", (!codes.is_empty()).then(|| codes.join("/"))),
        ("completionReason", data.get("completionReason").map(scalar)),
        ("terminationReason", data.get("terminationReason").map(scalar)),
        ("sequenceNumber", data.get("sequenceNumber").map(scalar)),
        ("tone", tone.get("tone").map(|name| format!("{} {}", scalar(&tone["sequenceId"]), scalar(name)))),
        ("answeredBy", answered.as_str().map(|_| canonical(answered))),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

// ---- running a flow

/// One branch of a flow that runs against the core.
struct Play<'a> {
    flow: &'a str,
    name: String,
    steps: Vec<&'a Value>,
    locations: &'a BTreeMap<(String, u64), String>,
    call: CallId,
    ledger: Ledger,
    notify: Notify,
    /// The time that has passed, and the ids that were assigned.
    count: u8,
    reported: Vec<Update>,
    documented: Vec<Update>,
    /// The number of posted notifications that are documented, or that come before a documented one.
    received: usize,
    /// The method of the last request that was accepted.
    method: Option<Method>,
    invited: Option<String>,
    reply: Option<Result<Reply, Refusal>>,
    differences: Vec<String>,
}

impl<'a> Play<'a> {
    fn new(flow: &'a Value, branch: &str, locations: &'a BTreeMap<(String, u64), String>) -> Self {
        let taken = |step: &&Value| step["alt"].as_str().is_none_or(|alt| alt == branch);
        let steps: Vec<&Value> = flow["steps"].as_array().unwrap().iter().filter(taken).collect();
        let name = text(&flow["flow"]);
        let mut notify = Notify::new();
        notify.reports_redirecting = name.starts_with("call-redirect/beta~2019");
        Self {
            flow: name,
            name: format!("{name} {branch}").trim_end().to_owned(),
            call: named_call(&steps),
            steps,
            locations,
            ledger: Ledger::new(),
            notify,
            count: 0,
            reported: Vec::new(),
            documented: Vec::new(),
            received: 0,
            method: None,
            invited: None,
            reply: None,
            differences: Vec::new(),
        }
    }

    fn play(&mut self) {
        self.set_up();
        for step in self.steps.clone() {
            if is_request(step) {
                self.request(step);
            } else if step["kind"] == "response" {
                self.respond(step);
            } else if is_notification(&step) {
                let body = payload(step["file"].as_str().expect("every notification is JSON"));
                body["value"].as_array().unwrap().iter().for_each(|item| self.notify_of(item));
            }
        }
        self.compare_notifications();
        self.assert_that_what_was_replaced_has_ended();
    }

    fn differed(self) -> Option<(String, Vec<String>)> {
        (!self.differences.is_empty()).then_some((self.name, self.differences))
    }

    fn tick(&mut self) -> Timestamp {
        self.count += 1;
        let start: Timestamp = "2026-11-23T09:15:00Z".parse().unwrap();
        start + SignedDuration::from_secs(self.count.into())
    }

    fn apply(&mut self, events: &[Recorded]) {
        for event in events {
            self.ledger.apply(event).expect("what the service does folds");
            let call = self.ledger.call(event.call).expect("the call has begun");
            let reported = self.notify.event(call, event).filter(|_| event.call == self.call);
            self.reported
                .extend(reported.map(|reported| Update::of(&serde_json::to_value(reported).unwrap())));
        }
    }

    fn send(&mut self, route: &Route, body: &Value, new_id: Uuid) -> Result<Reply, Refusal> {
        let request = RequestContext::new(self.tick(), new_id, AppIdentity::new(Permission::ALL));
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let command = Command::read(route, &body);
        let decision = self.ledger.decide(route.call, command, &request)?;
        self.apply(&decision.events);
        Ok(decision.reply)
    }

    fn on_network_event(&mut self, network_event: NetworkEvent) -> Result<(), Refusal> {
        let at = self.tick();
        let events = self.ledger.on_network_event(self.call, network_event, at)?;
        self.apply(&events);
        Ok(())
    }

    fn state(&self) -> Option<State> {
        self.ledger.call(self.call).map(callfold::Call::state)
    }
}

/// The call of a flow: the one in its requests, otherwise the one in its notifications.
fn named_call(steps: &[&Value]) -> CallId {
    let paths = steps.iter().filter_map(|step| step["path"].as_str());
    let request = paths.filter_map(|path| ResourceUrl::from(path).call).next();
    let reported = || {
        let file = steps.iter().copied().filter(is_notification).find_map(|step| step["file"].as_str())?;
        let item = &payload(file)["value"][0];
        let urls = [&item["resourceUrl"], &item["resource"]].into_iter().filter_map(Value::as_str);
        urls.filter_map(|url| ResourceUrl::from(url).call).next()
    };
    request.or_else(reported).unwrap_or_else(|| CALL.parse().unwrap())
}

// ---- setting up

impl Play<'_> {
    /// Brings the call into the state that the first request needs. The notifications about that are not
    /// compared.
    fn set_up(&mut self) {
        let steps = self.steps.clone();
        let request = steps.iter().find(|step| is_request(step));
        match request.map(|step| self.routed(step).0) {
            Some(route) => {
                let body = self.body(request.unwrap(), route.method);
                self.set_up_for(&route, &body);
            }
            None => self.set_up_for_notifications(),
        }
        self.reported.clear();
    }

    fn set_up_for(&mut self, route: &Route, body: &Value) {
        for id in BTreeSet::from_iter(replaced(body)) {
            self.connect(id, &placing("p2p shm"), Value::Null);
        }
        let method = route.method;
        if [Method::CreateCall, Method::LogTeleconferenceDeviceQuality].contains(&method) {
            return;
        }
        if [Method::Answer, Method::Reject, Method::Redirect].contains(&method) {
            if !self
                .steps
                .iter()
                .any(|step| is_notification(step) && text(&step["step"]).contains("incoming"))
            {
                let offer = json!({ "source": { "identity": { "user": { "id": "a" } } }, "targets": [{}] });
                self.on_network_event(NetworkEvent::Offered(read(&offer))).unwrap();
            }
            return;
        }
        if method == Method::UpdateRecordingStatus {
            return self.set_up_recording();
        }
        let entries = self.entries(route);
        let reported =
            if method == Method::Mute { json!({ "myParticipantId": entries[0]["id"] }) } else { json!({}) };
        self.connect(self.call, &placing(setting(method, self.flow)), reported);
        if !entries.is_empty() {
            self.on_network_event(NetworkEvent::RosterChanged(entries.iter().map(read).collect())).unwrap();
        }
        if method == Method::CancelMediaProcessing {
            let record = Route::new(Method::RecordResponse, Some(self.call), None);
            self.send(&record, &json!({ "clientContext": "own" }), Uuid::from_u128(1)).unwrap();
        }
    }

    /// A call that a policy requires to record.
    fn set_up_recording(&mut self) {
        let offer = json!({ "source": { "identity": { "user": { "id": "a" } } }, "targets": [{}],
            "incomingContext": { "observedParticipantId": "a" } });
        self.on_network_event(NetworkEvent::Offered(read(&offer))).unwrap();
        let answer = json!({ "callbackUri": "https://bot.contoso.com/callback",
            "mediaConfig": { "@odata.type": "#microsoft.graph.appHostedMediaConfig", "blob": "b" } });
        self.send(&Route::new(Method::Answer, Some(self.call), None), &answer, Uuid::from_u128(1)).unwrap();
        self.on_network_event(NetworkEvent::Connected(None)).unwrap();
    }

    /// A flow without a request. The call is a meeting that reports everything, and it is deleted if the flow
    /// is from the page of DELETE.
    fn set_up_for_notifications(&mut self) {
        let mut body = placing("meeting shm");
        let is_delta = self.name.ends_with("delta roster on");
        body["callOptions"] =
            json!({ "isContentSharingNotificationEnabled": true, "isDeltaRosterEnabled": is_delta });
        self.connect(self.call, &body, Value::Null);
        if self.flow.starts_with("call-delete") {
            let delete = Route::new(Method::DeleteCall, Some(self.call), None);
            self.send(&delete, &Value::Null, Uuid::nil()).unwrap();
        }
    }

    fn connect(&mut self, id: CallId, body: &Value, reported: Value) {
        let create = Route::new(Method::CreateCall, None, None);
        self.send(&create, body, id.guid()).unwrap();
        let reported = if reported.is_null() { None } else { Some(read(&reported)) };
        let at = self.tick();
        let events = self.ledger.on_network_event(id, NetworkEvent::Connected(reported), at).unwrap();
        self.apply(&events);
    }

    /// The participants before the request: those in the reply or the notification, not muted yet; otherwise
    /// the one in the path.
    fn entries(&self, route: &Route) -> Vec<Value> {
        let files = self.steps.iter().filter_map(|step| step["file"].as_str());
        let bodies: Vec<Value> = files.filter(|file| !file.contains(".request.")).map(payload).collect();
        let reported = bodies.iter().flat_map(|body| [&body["value"], &body["value"][0]["resourceData"]]);
        let reported = reported
            .filter(|reported| reported[0].get("info").is_some())
            .flat_map(|reported| reported.as_array().unwrap());
        let seen = bodies.iter().filter(|body| body.get("info").is_some()).chain(reported);
        let mut entries: Vec<Value> = seen.cloned().collect();
        if [Method::Mute, Method::MuteParticipant].contains(&route.method) {
            entries.iter_mut().for_each(|entry| entry["isMuted"] = false.into());
        } else if ![Method::ListParticipants, Method::GetParticipant].contains(&route.method) {
            entries.clear();
        }
        let item = route.item.as_ref().map(ToString::to_string);
        if let Some(item) = item.filter(|_| entries.is_empty()) {
            entries.push(json!({ "id": item, "info": { "identity": { "user": { "id": "a" } } } }));
        }
        if entries.is_empty() && route.method == Method::Mute {
            entries.push(json!({ "id": PARTICIPANT }));
        }
        entries
    }
}

// ---- requests and replies

impl Play<'_> {
    fn routed(&self, step: &Value) -> (Route, String) {
        let item = self.invited.clone().or_else(|| self.shown_participant());
        let item = item.as_deref().unwrap_or(PARTICIPANT);
        routed(step, &self.call.to_string(), item).expect("only modelled methods are played")
    }

    /// The participant that a response shows.
    fn shown_participant(&self) -> Option<String> {
        let files = self.steps.iter().filter(|step| step["kind"] == "response");
        let mut bodies = files.filter_map(|step| step["file"].as_str()).map(payload);
        let shown = bodies.find(|body| body.get("info").is_some())?;
        shown["id"].as_str().map(str::to_owned)
    }

    fn body(&self, step: &Value, method: Method) -> Value {
        let is_broken = step["valid"] == false;
        let mut body = match step["file"].as_str() {
            Some(file) => sound(&payload(file)),
            None if is_broken => own_body(method, self.flow),
            None => Value::Null,
        };
        if ASKED_ELSEWHERE.contains(&self.flow) {
            body["callOptions"] = json!({ "isContentSharingNotificationEnabled": true });
        }
        body
    }

    fn request(&mut self, step: &Value) {
        let (route, _) = self.routed(step);
        let body = self.body(step, route.method);
        let new_id = Uuid::from_u128(u128::from(self.count) + 100);
        if route.method == Method::CreateCall {
            self.call = CallId::new(new_id);
        }
        let reply = self.send(&route, &body, new_id);
        let identity = &body["participants"][0]["identity"];
        let invited = identity.as_object().and_then(|set| set.values().find_map(|one| one["id"].as_str()));
        self.invited = invited.map(str::to_owned);
        self.method = reply.is_ok().then_some(route.method);
        if let Err(refusal) = &reply {
            self.differences.push(format!("refused with {}: {refusal}", refusal.status()));
        }
        self.reply = Some(reply);
    }

    fn respond(&mut self, step: &Value) {
        let Some(Ok(reply)) = self.reply.take() else { return };
        let documented = step["file"].as_str().map(payload);
        let body = serde_json::to_value(&reply.body).unwrap();
        let mut pairs = vec![
            ("status", step["status"].to_string(), reply.status.to_string()),
            ("body", self.documented_kind(step, documented.as_ref()), kind_given(&reply.body)),
        ];
        if let (Some(documented), Body::Operation(_)) = (&documented, &reply.body) {
            let status = |operation: &Value| text(&operation["status"]).to_lowercase();
            pairs.push(("operation", status(documented), status(&body)));
        }
        let order = step["order"].as_u64().unwrap();
        let location = self.locations.get(&(self.flow.to_owned(), order)).map(String::as_str);
        // The pages of 2019 have no headers.
        if location.is_some() || !self.flow.contains("~2019") {
            pairs.push(("Location", located(location), located(reply.location.as_deref())));
        }
        let differ = pairs.into_iter().filter(|(_, documented, given)| documented != given);
        let differ = differ.map(|(what, documented, given)| format!("{what} {documented} became {given}"));
        self.differences.extend(differ);
        if let Some(documented) = documented.filter(|_| is_of_participants(&reply.body)) {
            self.compare_participants(&documented, &body);
        }
    }

    /// Participants that were taken from the reply are compared as the reply shows them.
    fn compare_participants(&mut self, documented: &Value, given: &Value) {
        let mut lost = Vec::new();
        compare("", documented, given, &mut lost);
        lost.retain(|lost| lost != "/@odata.context");
        self.differences.extend(lost.into_iter().map(|lost| format!("reply: {lost}")));
    }

    /// The type of the body of a response. A body that is not valid JSON is a call: only the pages of POST on
    /// calls and of GET have such bodies.
    fn documented_kind(&self, step: &Value, body: Option<&Value>) -> String {
        let Some(body) = body else {
            let is_broken = step["valid"] == false;
            let of_calls = [Some(Method::CreateCall), Some(Method::GetCall)].contains(&self.method);
            assert!(!is_broken || of_calls, "{}: the body of the response is unknown", self.name);
            return if is_broken { "call".into() } else { "nothing".into() };
        };
        // The operations of 2019 have no type.
        let is_untyped = body["@odata.type"].is_null() && body["status"].is_string();
        if is_untyped { self.given_kind() } else { kind(body) }
    }

    /// The kind of operation that the request begins: `muteParticipant` for `mute`.
    fn given_kind(&self) -> String {
        let method = self.method.expect("a response follows a request");
        match method.as_str() {
            "mute" => "muteParticipantOperation".into(),
            "muteAll" | "configureMixer" => "commsOperation".into(),
            "invite" => "inviteParticipantsOperation".into(),
            name => format!("{name}Operation"),
        }
    }
}

/// The type of a body: the type that it names, otherwise one that is derived from its members. A call of 2019
/// names no type.
fn kind(body: &Value) -> String {
    let name = match text(&body["@odata.type"]).trim_start_matches("#microsoft.graph.") {
        "" if body.is_null() => "nothing",
        "" if body["value"][0]["routingMode"].is_string() => "audioRoutingGroups",
        "" if text(&body["value"][0]["@odata.type"]).ends_with(".contentSharingSession") => {
            "contentSharingSessions"
        }
        "" if body["value"].is_array() => "participants",
        "" if body["routingMode"].is_string() => "audioRoutingGroup",
        "" if body["info"].is_object() => "participant",
        "" => "call",
        name => name,
    };
    name.into()
}

/// The type of a body that the core returns. An empty collection names no type.
fn kind_given(body: &Body) -> String {
    if matches!(body, Body::AudioRoutingGroups(_)) {
        "audioRoutingGroups".into()
    } else if matches!(body, Body::ContentSharingSessions(_)) {
        "contentSharingSessions".into()
    } else {
        kind(&serde_json::to_value(body).unwrap())
    }
}

/// The participants of a roster without annotations of the transport and without ids that are null.
fn said(roster: &Value) -> Value {
    let mut roster = roster.clone();
    for participant in roster.as_array_mut().into_iter().flatten() {
        let members = participant.as_object_mut().unwrap();
        members
            .retain(|name, value| !["@odata.id", "@odata.etag"].contains(&name.as_str()) && !value.is_null());
    }
    roster
}

fn is_of_participants(body: &Body) -> bool {
    matches!(body, Body::Participant(_) | Body::Participants(_))
}

/// The resource that a `Location` names.
fn located(location: Option<&str>) -> String {
    let Some(location) = location else { return "nothing".into() };
    let route = Route::parse("GET", location).expect("a Location is a path of the API");
    route.method.to_string()
}

// ---- notifications

impl Play<'_> {
    /// Handles a documented notification. If the service has not posted it yet, the network event that causes
    /// it happens now.
    fn notify_of(&mut self, item: &Value) {
        let documented = Update::of(item);
        let own = self.reported_since(&documented).map(|since| self.received + since);
        // A roster of the service's own, which lacks some of the documented one: the app gets both.
        let lacks = |own: &usize| !documented.lost_participants(&self.reported[*own]).is_empty();
        if let Some(own) = own.filter(lacks) {
            let line = self.reported.remove(own).line;
            self.differences.push(format!("also posted: {line}"));
        }
        if self.reported_since(&documented).is_none() {
            let network_event = self.network_event(item, &documented);
            let happened = network_event.map_or(Ok(()), |network_event| self.on_network_event(network_event));
            if let Err(refusal) = happened {
                self.differences.push(format!("{refusal}"));
            }
        }
        if let Some(received) = self.reported_since(&documented) {
            self.received += received + 1;
        }
        self.documented.push(documented);
    }

    fn reported_since(&self, documented: &Update) -> Option<usize> {
        self.reported[self.received..].iter().position(|reported| documented.is_like(reported))
    }

    /// The network event for which the service posts the notification; `None` if only a request can cause it.
    fn network_event(&self, item: &Value, documented: &Update) -> Option<NetworkEvent> {
        let data = &item["resourceData"];
        let words: Vec<&str> = documented.line.split(' ').collect();
        match words[..] {
            ["created", "call", _] => Some(NetworkEvent::Offered(read(data))),
            [_, "call", state] => self.network_event_of_call(state, data),
            ["deleted", _, _] => self.network_event_of_operation(data),
            ["updated", "roster"] => Some(NetworkEvent::RosterChanged(read(data))),
            ["updated", "deltaRoster"] => Some(NetworkEvent::RosterChanged(read(&data[0]["participants"]))),
            [change, "contentSharing"] => {
                let url = ResourceUrl::from(text(&item["resourceUrl"])).resource;
                let of_url = if let graph::Resource::ContentSharing(id) = url { id } else { None };
                let id = data[0]["id"].as_str().map(Into::into).or(of_url)?;
                Some(match change {
                    "created" => NetworkEvent::ContentSharingStarted(id),
                    "updated" => NetworkEvent::ContentSharingUpdated(id),
                    _ => NetworkEvent::ContentSharingEnded(id),
                })
            }
            _ => None,
        }
    }

    fn network_event_of_call(&self, state: &str, data: &Value) -> Option<NetworkEvent> {
        let known = self.state()?;
        let is_transferred = [State::Transferring, State::TransferAccepted].contains(&known);
        match (state, known) {
            ("established", _) if is_transferred => {
                Some(NetworkEvent::TransferFailed(TransferFailure::default()))
            }
            ("established", State::Established) => {
                Some(NetworkEvent::TonePressed(read(&data["toneInfo"]["tone"])))
            }
            ("established", _) => Some(NetworkEvent::Connected(Some(read(data)))),
            ("transferAccepted", _) => Some(NetworkEvent::TransferAccepted),
            ("terminated", State::TransferAccepted) => {
                Some(NetworkEvent::TransferCompleted(CallEnd::default()))
            }
            ("terminated", State::Redirecting) => {
                Some(NetworkEvent::RedirectAnswered(read(&data["answeredBy"])))
            }
            ("terminated", State::Terminating) => Some(NetworkEvent::hung_up(EndCode::AppEnded)),
            _ => None,
        }
    }

    /// The end of the pending prompt or operation. In 2019 a transfer was an operation.
    fn network_event_of_operation(&self, data: &Value) -> Option<NetworkEvent> {
        let call = self.ledger.call(self.call)?;
        if call.state() == State::Transferring {
            return Some(NetworkEvent::TransferAccepted);
        }
        let ending = match data["completionReason"].as_str() {
            Some(_) => Ending::completed_because(read(&data["completionReason"])),
            None if data["status"] == "failed" => Ending::with_result(read(&data["resultInfo"])),
            None => Ending::completed(),
        };
        if call.media_queue().next().is_some() {
            return Some(NetworkEvent::PromptFinished(ending));
        }
        let pending = call.operations().iter().find(|operation| operation.is_pending())?;
        let id: OperationId = pending.id()?.clone();
        Some(NetworkEvent::operation_finished(id, ending))
    }

    /// Compares the documented and the posted notifications. Network events happen in the documented order,
    /// so that ends of operations and rosters, for which no order is promised, have that order too.
    fn compare_notifications(&mut self) {
        if self.documented.is_empty() {
            self.documented = self.follows();
        }
        let mut reported = self.reported.iter();
        for documented in &self.documented {
            let Some(index) = reported.clone().position(|reported| documented.is_like(reported)) else {
                self.differences.push(format!("not posted: {}", documented.line));
                continue;
            };
            let besides = reported.by_ref().take(index);
            self.differences.extend(besides.map(|reported| format!("also posted: {}", reported.line)));
            let alike = reported.next().expect("it is there");
            self.differences.extend(documented.differences(alike));
        }
        self.differences.extend(reported.map(|reported| format!("also posted: {}", reported.line)));
    }

    fn follows(&self) -> Vec<Update> {
        let is_it = |method: Method, part: &str| Some(method) == self.method && self.flow.contains(part);
        let row = FOLLOWS.iter().find(|(method, part, _)| is_it(*method, part));
        row.map_or(&[][..], |(_, _, lines)| lines).iter().map(|line| Update::plain(line)).collect()
    }

    fn assert_that_what_was_replaced_has_ended(&self) {
        let ends = ["deleted inviteParticipantsOperation completed", "deleted call terminated"];
        if self.reported.iter().any(|reported| ends.contains(&reported.line.as_str())) {
            let mut others = self.ledger.calls().filter(|call| call.id() != self.call);
            assert!(others.all(|call| call.state() == State::Terminated), "{}", self.name);
        }
    }
}
