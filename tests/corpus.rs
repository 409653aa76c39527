//! The published payloads: each payload is read and written, and each flow is replayed. The payloads are not
//! in this repository: `CALLFOLD_CORPUS` names their folder, and
//! `cargo test --test all corpus:: -- --ignored` reads it.

#![allow(
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test may panic, and says how much it saw"
)]

use std::collections::BTreeMap;

use crate::common::corpus::{compare, lines, payload, through};
use callfold::call::{Body, Call, Delivery};
use callfold::graph::{
    AudioRoutingGroup, CommsNotifications, CommsOperation, InvitationParticipantInfo, MediaConfig,
    Participant, ParticipantInfo, Prompt, Resource, ResourceUrl, TeleconferenceDeviceQuality,
};
use callfold::operation::Operation;
use callfold::{CallId, Finding, Id, Ledger, Severity, graph};
use serde_json::Value;

#[test]
#[ignore = "needs the folder of published payloads in CALLFOLD_CORPUS"]
fn every_valid_payload_is_read_and_written_with_no_member_lost() {
    let mut count = 0;
    for row in lines("index.jsonl") {
        let Some(file) = row["file"].as_str() else { continue };
        let original = payload(file);
        let written = rewritten(&original, row["kind"].as_str().unwrap_or_default());
        let mut lost = Vec::new();
        compare("", &original, &written, &mut lost);
        assert!(lost.is_empty(), "{file}: {lost:?}");
        count += 1;
    }
    println!("{count} payloads read and written");
    assert!(count > 200, "{count} payloads are too few to be the corpus");
}

/// The payload, read and written as its type.
fn rewritten(value: &Value, kind: &str) -> Value {
    if kind == "notification" {
        return through::<CommsNotifications>(value);
    }
    let type_name = value["@odata.type"].as_str().unwrap_or_default();
    match type_name.trim_start_matches("#microsoft.graph.") {
        "call" => through::<graph::Call>(value),
        "participant" => through::<Participant>(value),
        name if name.ends_with("Operation") => through::<CommsOperation>(value),
        _ if value.get("mediaConfig").is_some() && value.get("targets").is_some() => {
            through::<graph::Call>(value)
        }
        _ if kind == "response" && value.get("status").is_some() => through::<CommsOperation>(value),
        _ if value.get("routingMode").is_some() => through::<AudioRoutingGroup>(value),
        _ if value.get("info").is_some() => through::<Participant>(value),
        _ => parameters(value),
    }
}

/// The parameters of an action, or a collection, member by member.
fn parameters(value: &Value) -> Value {
    let Some(members) = value.as_object() else { return value.clone() };
    let rewritten = members.iter().map(|(name, value)| (name.clone(), parameter(name, value)));
    Value::Object(rewritten.collect())
}

fn parameter(name: &str, value: &Value) -> Value {
    match name {
        "prompts" => through::<Vec<Prompt>>(value),
        "mediaConfig" => through::<MediaConfig>(value),
        "targets" | "participants" if value[0].is_object() => {
            through::<Vec<InvitationParticipantInfo>>(value)
        }
        "transferTarget" => through::<InvitationParticipantInfo>(value),
        "transferee" => through::<ParticipantInfo>(value),
        "quality" => through::<TeleconferenceDeviceQuality>(value),
        "value" if value[0].get("info").is_some() => through::<Vec<Participant>>(value),
        "value" if value[0].get("routingMode").is_some() => through::<Vec<AudioRoutingGroup>>(value),
        _ => value.clone(),
    }
}

/// The state and the operations that the last steps of a flow name.
#[derive(Default)]
struct Named {
    states: BTreeMap<CallId, String>,
    operations: Vec<NamedOperation>,
}

struct NamedOperation {
    call: CallId,
    reported: CommsOperation,
    id: Option<Id>,
}

impl NamedOperation {
    fn is_same(&self, other: &Self) -> bool {
        let context = &self.reported.client_context;
        let same_context = context.value().is_some() && *context == other.reported.client_context;
        let same_id = self.id.is_some() && self.id == other.id;
        self.call == other.call && self.reported.kind() == other.reported.kind() && (same_id || same_context)
    }

    fn is(&self, operation: &Operation) -> bool {
        let status = self.reported.status.value().map(|status| status.as_str());
        let by_id = self.id.is_some() && self.id.as_ref() == operation.id();
        let by_context =
            operation.client_context() == self.reported.client_context.value().map(String::as_str);
        (by_id || by_context)
            && operation.kind() == self.reported.kind()
            && status == Some(operation.state().as_str())
    }
}

#[test]
#[ignore = "needs the folder of published payloads in CALLFOLD_CORPUS"]
fn every_flow_replays_to_what_its_last_steps_name() {
    let mut count = 0;
    for flow in lines("flows.jsonl") {
        let steps = flow["steps"].as_array().expect("a flow has steps");
        let mut branches: Vec<&str> = steps.iter().filter_map(|step| step["alt"].as_str()).collect();
        branches.dedup();
        if branches.is_empty() {
            branches.push("");
        }
        for branch in branches {
            let taken = |step: &&Value| step["alt"].as_str().is_none_or(|alt| alt == branch);
            play(&format!("{} {branch}", flow["flow"]), &steps.iter().filter(taken).collect::<Vec<_>>());
            count += 1;
        }
    }
    println!("{count} flows replayed");
    assert!(count > 100, "{count} flows are too few to be the corpus");
}

fn play(flow: &str, steps: &[&Value]) {
    let mut ledger = Ledger::new();
    let mut findings = Vec::new();
    let mut named = Named::default();
    let mut request = None;
    for (index, step) in steps.iter().enumerate() {
        if let Some(path) = step["path"].as_str().filter(|_| step["kind"] == "request") {
            request = ResourceUrl::from(path).call.or_else(|| reported_next(&steps[index..]));
        }
        let Some(file) = step["file"].as_str() else { continue };
        match step["kind"].as_str() {
            Some("response") => reply(&payload(file), request, &mut ledger, &mut named),
            Some("notification") => observe(&payload(file), &mut ledger, &mut findings, &mut named),
            _ => {}
        }
    }
    let worst = findings.iter().map(|finding: &Finding| finding.severity).max();
    assert!(worst < Some(Severity::Error), "{flow}: {findings:?}");
    for (call, state) in &named.states {
        assert_eq!(
            ledger.call(*call).expect("the reported call is in the ledger").state().as_str(),
            state,
            "{flow}"
        );
    }
    for named in &named.operations {
        let operations = ledger.call(named.call).expect("the reported call is in the ledger").operations();
        assert!(
            operations.iter().any(|one| named.is(one)),
            "{flow}: {:?} is not {operations:?}",
            named.reported
        );
    }
}

/// The call that the flow's notifications are about, where a request's path has a placeholder.
fn reported_next(steps: &[&Value]) -> Option<CallId> {
    let files =
        steps.iter().filter(|step| step["kind"] == "notification").find_map(|step| step["file"].as_str());
    payload(files?)["value"][0]["resourceUrl"].as_str().and_then(|url| ResourceUrl::from(url).call)
}

fn reply(body: &Value, request: Option<CallId>, ledger: &mut Ledger, named: &mut Named) {
    let type_name = body["@odata.type"].as_str().unwrap_or_default();
    let (id, reply) = if type_name.ends_with("Operation") || body.get("status").is_some() {
        let operation: CommsOperation = serde_json::from_value(body.clone()).expect("a reply is read");
        let Some(id) = request else { return };
        name_status(id, &operation, None, named);
        (id, Body::Operation(Box::new(operation)))
    } else if type_name.ends_with(".call") {
        let call: graph::Call = serde_json::from_value(body.clone()).expect("a reply is read");
        let Some(id) = call.id.value().and_then(|id| id.guid()).map(CallId::new) else { return };
        named.states.insert(id, "establishing".into());
        (id, Body::Call(Box::new(call)))
    } else {
        return;
    };
    for recorded in Call::learn(ledger.call(id), id, &reply, None).events {
        ledger.apply(&recorded).expect("what a reply gives folds");
    }
}

fn observe(body: &Value, ledger: &mut Ledger, findings: &mut Vec<Finding>, named: &mut Named) {
    let body: CommsNotifications = serde_json::from_value(body.clone()).expect("a body is read");
    for notification in &body.value {
        let id = notification.call_id().expect("every published notification names its call");
        if let Some(call) = notification.resource_data.as_call() {
            let reported = call.state.value().map(|state| state.as_str().to_owned());
            let state = if notification.is_deleted() { Some("terminated".into()) } else { reported };
            named.states.extend(state.map(|state| (id, state)));
        }
        if let Some(operation) = notification.resource_data.as_operation() {
            name_status(id, operation, Some(notification.url().resource), named);
        }
        let observed = Call::observe(ledger.call(id), id, notification, &Delivery::default());
        for recorded in &observed.events {
            ledger.apply(recorded).expect("what a notification gives folds");
        }
        findings.extend(observed.findings);
    }
}

fn name_status(call: CallId, reported: &CommsOperation, url: Option<Resource>, named: &mut Named) {
    let of_url = match url {
        Some(Resource::Operation(id)) => id,
        _ => None,
    };
    let id = of_url.or_else(|| reported.id.value().cloned());
    let operation = NamedOperation { call, reported: reported.clone(), id };
    if reported.status.value().is_some() {
        named.operations.retain(|earlier| !earlier.is_same(&operation));
        named.operations.push(operation);
    }
}
