//! Facts that are declared in one row, and the other places that must know of them. The compiler does not name these places.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;

use callfold::call::{EventKind, Part, State};
use callfold::graph::{CallState, CommsOperation, EndCode, Method, OperationKind, Route, Verb};
use callfold::log::Format;
use callfold::testing::strategies::{arbitrary_histories, histories};
use callfold::{Call, Recorded};
use serde_json::json;

use crate::common::{CALL, call_id, properties, read};

#[test]
fn every_state_is_a_call_state_of_graph_in_any_letter_case() {
    for state in State::ALL {
        let written = CallState::from(state.as_str().to_uppercase().as_str());
        assert_eq!(State::from_wire(&written), Some(*state), "add it to `CallState`, too");
    }
}

#[test]
fn every_operation_kind_is_read_in_any_letter_case() {
    for kind in OperationKind::ALL {
        let name = format!("#Microsoft.Graph.{}", kind.type_name().to_uppercase());
        let operation: CommsOperation = read(json!({ "@odata.type": name }));
        assert_eq!(operation.kind(), *kind, "add it to the known names of `TypeName`, too");
    }
}

#[test]
fn every_format_is_detected() {
    for format in Format::ALL {
        let log = match format {
            Format::Events => {
                r#"{"v":1,"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed"}"#
            }
            Format::Notifications => r#"{"value":[]}"#,
            Format::SdkLog => "$>2026-11-25T08:05:00Z Info: Bot.cs:42 Run",
        };
        assert_eq!(Format::detect(log.as_bytes()), Some(*format));
    }
}

#[test]
fn the_name_of_an_action_on_participants_is_no_id_of_a_participant() {
    let actions = Method::ALL.iter().filter_map(|method| method.path().strip_prefix("/{id}/participants/"));
    for action in actions.filter(|rest| !rest.contains('{')) {
        for verb in ["GET", "DELETE"] {
            let path = format!("/communications/calls/{CALL}/participants/{action}");
            let refused = Route::parse(verb, &path).unwrap_err();
            assert_eq!(refused.allowed, [Verb::Post], "{verb} {path}");
        }
    }
}

#[test]
fn the_end_codes_stand_in_the_order_of_their_numbers() {
    assert!(EndCode::ALL.is_sorted_by_key(|end| (end.code(), end.subcode())));
}

#[test]
fn the_page_on_the_log_names_every_event() {
    let page = include_str!("../docs/log-format.md");
    for kind in EventKind::ALL {
        assert!(page.contains(&format!("`{}`", kind.as_str())), "{}", kind.as_str());
    }
}

#[test]
fn mutation_testing_finds_each_file_that_it_names() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let settings = fs::read_to_string(root.join(".cargo/mutants.toml")).unwrap();
    let named = settings.lines().filter_map(|line| line.trim().strip_prefix("\"src/")?.strip_suffix("\","));
    let named: Vec<_> = named.map(|place| place.trim_end_matches("/**/*.rs")).collect();
    let globs = settings.split_once("examine_globs = [").unwrap().1.split_once(']').unwrap().0;
    assert_eq!(named.len(), globs.matches('"').count() / 2, "each glob is `src/…` on a line of its own");
    assert!(named.contains(&"call"), "the rules of a call are examined: {named:?}");
    for place in named {
        assert!(root.join("src").join(place).exists(), "src/{place}");
    }
}

/// What a view shows of a part. Other parts change only in ways that no view shows.
fn shown(call: &Call, part: Part) -> String {
    match part {
        Part::State => call.state().to_string(),
        Part::Roster => format!("{:?}", call.participants().collect::<Vec<_>>()),
        Part::Tones => format!("{:?}", call.tones()),
        Part::Operations => {
            let operations = call.operations().iter();
            format!("{:?}", operations.map(|it| (it.id(), it.state(), it.kind())).collect::<Vec<_>>())
        }
        Part::ContentSharing => format!("{:?}", call.content_sharing().collect::<Vec<_>>()),
        Part::Details | Part::Deliveries | Part::Service => String::new(),
    }
}

/// Views look only at the events of the part that they show, and at events of the state.
fn changes_only_its_part(history: Vec<Recorded>) {
    let mut calls: Vec<Call> = Vec::new();
    for recorded in history {
        let kind = recorded.event.kind();
        let Some(call) = calls.iter_mut().find(|call| call.id() == recorded.call) else {
            calls.extend(Call::begin(recorded));
            continue;
        };
        let before = call.clone();
        if call.evolve(recorded).is_err() || kind.part() == Part::State {
            continue;
        }
        for part in [Part::State, Part::Roster, Part::Tones, Part::Operations, Part::ContentSharing] {
            let is_same = shown(&before, part) == shown(call, part);
            assert!(
                is_same || part == kind.part(),
                "`{}` changes {part:?}: its row says otherwise",
                kind.as_str()
            );
        }
    }
}

properties! {
    128 cases;

    #[test]
    fn an_event_changes_only_the_part_that_its_row_names(
        history in histories(),
        arbitrary in arbitrary_histories(call_id()),
    ) {
        changes_only_its_part(history);
        changes_only_its_part(arbitrary);
    }
}
