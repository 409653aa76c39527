//! The names that the fuzzer needs: a new name must be added to the dictionary and to the stored inputs.

use std::fs;
use std::path::Path;

use callfold::Recorded;
use callfold::call::{EventKind, State};
use callfold::graph::OperationKind;

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_dictionary_has_every_event_kind_every_state_and_every_type_of_operation() {
    let dictionary = fs::read_to_string(folder().join("json.dict")).expect("the dictionary is read");
    let kinds = EventKind::ALL.iter().map(|kind| kind.as_str());
    let states = State::ALL.iter().map(|state| state.as_str());
    let operations = OperationKind::ALL.iter().map(|kind| kind.type_name());
    let entries = kinds.chain(states).chain(operations).map(|name| format!(r#""\"{name}\"""#));
    let missing: Vec<_> = entries.filter(|entry| !dictionary.lines().any(|line| line == entry)).collect();
    assert!(missing.is_empty(), "add these lines to fuzz/json.dict:\n{}", missing.join("\n"));
}

#[test]
fn the_corpus_of_lines_has_every_event_kind() {
    for kind in EventKind::ALL {
        let path = folder().join(format!("corpus/lines/{}.json", kind.as_str()));
        let line = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{error}: {}", path.display()));
        let recorded: Recorded = line.parse().unwrap_or_else(|error| panic!("{error}: {}", path.display()));
        assert_eq!(recorded.event.kind(), *kind, "{}", path.display());
    }
}

#[test]
fn the_target_of_the_types_reads_the_body_of_every_action() {
    let read = |path: &str| fs::read_to_string(folder().join(path)).expect("the file is read");
    let (actions, target) = (read("../src/graph/action.rs"), read("src/wire.rs"));
    let declared =
        actions.lines().filter_map(|line| line.trim().strip_prefix("pub struct ")?.strip_suffix(" {"));
    let (tried, untried): (Vec<_>, Vec<_>) =
        declared.partition(|name| target.contains(&format!("round_trips::<action::{name}>")));
    assert!(untried.is_empty(), "add them to TYPES in fuzz/src/wire.rs: {untried:?}");
    assert!(tried.len() > 10, "the declarations are found: {tried:?}");
}
