//! The generated parts of `docs/lifecycle.md`: its tables and charts are made from the code.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test may panic, and needs little of most methods"
)]

use std::fmt::Write as _;
use std::fs;

use crate::common::call_id;
use crate::common::{audio, somebody};
use callfold::call::{AppIdentity, Call, CallEvent, Command, Deadline, RequestContext, State, Transition};
use callfold::chart::Chart;
use callfold::graph::{EndCode, Method, Permission, Route};
use callfold::testing::Invariant;
use callfold::{FindingKind, Recorded, graph};
use serde_json::{Value, json};

/// `CALLFOLD_BLESS=1 cargo test --test all pages::` writes the generated parts again.
#[test]
fn the_page_says_what_the_code_does() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/lifecycle.md");
    let template = fs::read_to_string(page).expect("docs/lifecycle.md is there");
    let mut made = template.clone();
    for (name, text) in [
        ("call-table", Chart::Call.table()),
        ("call-chart", format!("```mermaid\n{}```\n", Chart::Call.mermaid())),
        ("operation-table", Chart::Operation.table()),
        ("operation-chart", format!("```mermaid\n{}```\n", Chart::Operation.mermaid())),
        ("methods", methods()),
        ("end-codes", end_codes()),
    ] {
        made = replaced(&made, name, &text);
    }
    if std::env::var_os("CALLFOLD_BLESS").is_some() {
        fs::write(page, &made).expect("docs/lifecycle.md can be written");
    } else {
        assert_eq!(made, template, "docs/lifecycle.md is out of date: run with CALLFOLD_BLESS=1");
    }
}

fn replaced(page: &str, name: &str, text: &str) -> String {
    let (begin, end) = (format!("<!-- generated: {name} -->\n"), format!("<!-- end: {name} -->"));
    let (before, rest) = page.split_once(&begin).expect("the page has a place for it");
    let (_, after) = rest.split_once(&end).expect("the place has an end");
    format!("{before}{begin}{text}{end}{after}")
}

fn end_codes() -> String {
    let mut table = String::from("| code | subcode | meaning |\n| --- | --- | --- |\n");
    for code in EndCode::ALL {
        let subcode = code.subcode().map_or_else(String::new, |subcode| subcode.to_string());
        writeln!(table, "| {} | {subcode} | {} |", code.code(), code.meaning()).unwrap();
    }
    table
}

/// The table of methods and states. The call of each cell has everything that the method needs.
fn methods() -> String {
    let states: Vec<_> = State::ALL.iter().map(|state| state.as_str()).collect();
    let mut table = format!("| method | {} | events |\n", states.join(" | "));
    writeln!(table, "|{}", " --- |".repeat(states.len() + 2)).unwrap();
    for method in Method::ALL.iter().filter(|method| **method != Method::CreateCall) {
        let mut events = Vec::new();
        let cells: Vec<String> = State::ALL.iter().map(|state| cell(*method, *state, &mut events)).collect();
        writeln!(table, "| {method} | {} | {} |", cells.join(" | "), events.join(", ")).unwrap();
    }
    table
}

/// The status of the reply. The events are the same in every state in which there are any.
fn cell(method: Method, state: State, events: &mut Vec<&'static str>) -> String {
    let call = call_in(state, method == Method::ChangeScreenSharingRole, method == Method::StopHoldMusic);
    let item = if method == Method::GetOperation { "operation" } else { "participant" };
    let route = Route::new(method, Some(call.id()), Some(item.into()));
    let command = Command::read(&route, body(method).to_string().as_bytes());
    // Before any deadline.
    let at = "2026-11-23T09:15:02Z".parse().unwrap();
    let request =
        RequestContext::new(at, callfold::uuid::Uuid::from_u128(1), AppIdentity::new(Permission::ALL));
    match call.decide(command, &request) {
        Ok(decision) => {
            let names: Vec<_> = decision.events.iter().map(|event| event.event.kind().as_str()).collect();
            if names.len() > events.len() {
                *events = names;
            }
            decision.reply.status.to_string()
        }
        Err(refusal) => refusal.status().to_string(),
    }
}

fn body(method: Method) -> Value {
    match method {
        Method::Answer => json!({
            "callbackUri": "https://bot.contoso.com/callback",
            "mediaConfig": { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" },
        }),
        Method::Redirect => json!({ "targets": [somebody()] }),
        Method::Transfer => json!({ "transferTarget": somebody(), "transferee": somebody() }),
        Method::PlayPrompt => json!({ "prompts": [audio()] }),
        Method::ChangeScreenSharingRole => json!({ "role": "sharer" }),
        Method::UpdateRecordingStatus => json!({ "status": "recording" }),
        Method::ConfigureMixer => json!({ "participantMixerLevels": [{}] }),
        Method::CreateAudioRoutingGroup => {
            json!({ "id": "g", "routingMode": "oneToOne", "sources": ["a"], "receivers": ["b"] })
        }
        Method::SendDtmfTones => json!({ "tones": ["tone1"] }),
        Method::Invite => json!({ "participants": [somebody()] }),
        Method::LogTeleconferenceDeviceQuality => {
            let chain = "0622673d-9f69-49b3-9d4f-5ec64f42ecce";
            json!({ "quality": { "callChainId": chain, "mediaQualityList": [{}] } })
        }
        _ => json!({}),
    }
}

/// A group call in a state, in which a policy requires a recording, with a participant, an operation and a prompt that plays.
fn call_in(state: State, is_app_hosted: bool, is_on_hold: bool) -> Call {
    let config = if is_app_hosted { json!({ "blob": "b" }) } else { json!({}) };
    let details: graph::Call = serde_json::from_value(json!({
        "chatInfo": { "threadId": "19:x" },
        "mediaConfig": config,
        "incomingContext": { "observedParticipantId": "other" },
        "myParticipantId": "participant",
    }))
    .unwrap();
    let begin = if State::Incoming.path(state).is_some() { State::Incoming } else { State::Establishing };
    let reported = Some(details.into());
    let first =
        if begin == State::Incoming { CallEvent::Offered(reported) } else { CallEvent::Placed(reported) };
    let mut call = Call::begin(recorded(1, first)).unwrap();
    let mut events = vec![
        r#"{"type":"rosterUpdated","data":{"participants":[{"id":"participant"},{"id":"other"}]}}"#,
        r#"{"type":"operationCreated","data":{"id":"operation","status":"running"}}"#,
    ];
    if is_on_hold {
        events.push(r#"{"type":"holdMusicStarted","data":{"participant":"participant","operation":"o"}}"#);
    }
    for event in events {
        let mut line: Value = serde_json::from_str(event).unwrap();
        line["call"] = call_id().to_string().into();
        line["rev"] = (call.revision() + 1).into();
        call.evolve(line.to_string().parse().unwrap()).unwrap();
    }
    for transition in begin.path(state).unwrap() {
        let step: Transition = transition;
        call.evolve(recorded(call.revision() + 1, CallEvent::Step(step, None))).unwrap();
    }
    assert_eq!(call.state(), state);
    call
}

fn recorded(revision: u64, event: CallEvent) -> Recorded {
    Recorded::new(call_id(), revision, Some("2026-11-23T09:15:00Z".parse().unwrap()), event)
}

/// The page says of each finding what the documentation of `FindingKind` says.
#[test]
fn the_page_explains_every_finding_as_the_code_does() {
    let (page, code) = (include_str!("../docs/log-format.md"), include_str!("../src/finding.rs"));
    for kind in FindingKind::ALL {
        let (before, _) = code.split_once(&format!(" = \"{kind}\"")).unwrap();
        let sentence = before.lines().rev().find_map(|line| line.trim_start().strip_prefix("/// ")).unwrap();
        let row = format!("| `{kind}` | {} | {sentence} |", kind.severity());
        assert!(page.contains(&row), "{row}");
    }
}

#[test]
fn the_page_names_every_deadline() {
    let page = include_str!("../docs/lifecycle.md");
    for deadline in Deadline::ALL {
        assert!(page.contains(&format!("| {deadline} |")), "{deadline}");
    }
}

/// `cargo run --example service > docs/samples/service.jsonl` writes the sample again.
#[test]
fn the_sample_of_a_service_is_a_log_that_folds_and_is_what_its_page_says() {
    let mut ledger = callfold::Ledger::new();
    for line in include_str!("../docs/samples/service.jsonl").lines() {
        ledger.apply(&line.parse().unwrap()).unwrap();
    }
    let call = ledger.calls().next().unwrap();
    assert_eq!(call.result_info().and_then(EndCode::of), Some(EndCode::PeerEnded));
    assert_eq!(call.operations().iter().filter(|operation| operation.is_success()).count(), 3);
    assert_eq!(call.tones().len(), 1);
}

#[test]
fn each_invariant_of_a_simulation_stands_on_the_page_of_verification() {
    let page = include_str!("../docs/verification.md");
    for one in Invariant::ALL {
        let row = format!("| `{one}` | {} |", one.sentence());
        assert!(page.contains(&row), "{row}");
    }
}

/// A path of a file or folder of this repository that stands in backticks.
fn paths(page: &str) -> impl Iterator<Item = &str> {
    let is_path = |text: &&str| {
        ["src/", "frontends/", "tests/", "docs/", ".ci/"].iter().any(|root| text.starts_with(root))
    };
    page.split('`').skip(1).step_by(2).filter(is_path).filter(|text| !text.contains(['*', '<', ' ']))
}

#[test]
fn the_pages_for_newcomers_name_files_that_exist() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for page in [include_str!("../ARCHITECTURE.md"), include_str!("../CONTRIBUTING.md")] {
        let missing: Vec<_> = paths(page).filter(|path| !root.join(path).exists()).collect();
        assert!(missing.iter().all(|path| *path == "src/log/har.rs"), "{missing:?}");
    }
}
