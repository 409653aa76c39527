//! `callfold diagram`: the lifecycles, the forms, and the output.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod common;

use std::io::Read;
use std::process::Stdio;

use callfold::chart::Chart;
use callfold_view::chart::{dot, scxml, svg, xstate};
use common::{callfold, command};

const FORMS: [&str; 6] = ["mermaid", "dot", "scxml", "xstate", "svg", "table"];

fn form(chart: Chart, form: &str) -> String {
    match form {
        "mermaid" => chart.mermaid(),
        "dot" => dot(chart),
        "scxml" => scxml(chart),
        "xstate" => xstate(chart),
        "svg" => svg(chart, None),
        "table" => chart.table(),
        _ => panic!("no such form: {form}"),
    }
}

#[test]
fn every_form_of_both_lifecycles_goes_to_standard_output() {
    for chart in Chart::ALL {
        for name in FORMS {
            let ran = callfold(&["diagram", chart.as_str(), "--as", name]);
            assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{chart} {name}");
            assert_eq!(ran.out, form(*chart, name), "{chart} {name}");
            assert!(ran.out.ends_with('\n') && !ran.out.ends_with("\n\n"), "{chart} {name}");
        }
    }
}

#[test]
fn where_nothing_is_said_it_is_the_call_in_mermaid() {
    assert_eq!(callfold(&["diagram"]).out, Chart::Call.mermaid());
    assert_eq!(callfold(&["diagram", "operation"]).out, Chart::Operation.mermaid());
    assert_eq!(callfold(&["diagram", "--as", "table"]).out, Chart::Call.table());
    assert_eq!(callfold(&["diagram", "--as", "table", "operation"]).out, Chart::Operation.table());
}

#[test]
fn what_it_does_not_know_is_refused_with_what_it_knows() {
    for (arguments, known) in [
        (&["diagram", "conference"][..], "[possible values: call, operation]"),
        (&["diagram", "--as", "png"], "[possible values: mermaid, dot, scxml, xstate, svg, table]"),
        (&["diagram", "call", "operation"], "unexpected argument 'operation'"),
        (&["diagram", "--as"], "[possible values: mermaid, dot, scxml, xstate, svg, table]"),
        (&["diagram", "--as", "dot", "--as", "svg"], "cannot be used multiple times"),
    ] {
        let ran = callfold(arguments);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.err.contains(known), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn help_lists_the_lifecycles_and_the_forms() {
    let help = callfold(&["diagram", "--help"]).out;
    for word in
        FORMS.iter().chain(&["call", "operation", "[default: call]", "[default: mermaid]", "--as <FORM>"])
    {
        assert!(help.contains(word), "{word} in {help}");
    }
    assert!(callfold(&["--help"]).out.contains("diagram"));
}

/// As in `callfold diagram --as svg | head -1`, which closes the pipe early.
#[test]
fn a_reader_who_has_seen_enough_is_no_error() {
    let mut child =
        command(&["diagram", "--as", "svg"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    let status = child.wait().unwrap();
    assert_eq!(err, "");
    // It may have written all of it into the pipe before the pipe was closed.
    assert!(matches!(status.code(), Some(0 | 141)), "{status}");
}
