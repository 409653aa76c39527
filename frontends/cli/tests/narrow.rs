//! The list of calls where there is little room, and where something is not known.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{command, sample};
use unicode_width::UnicodeWidthStr;

fn case(name: &str) -> String {
    format!("{}/tests/cases/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// The calls that `replay` lists in this number of columns, without what follows them.
fn listed(log: &str, columns: usize) -> String {
    let output = command(&["replay", log]).env("COLUMNS", columns.to_string()).output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    out.split_once("\n\n").unwrap().0.to_owned()
}

#[test]
fn long_values_are_wrapped_at_words_and_indented() {
    let expected = "\
2031-01-01 10:00:00 0badc0de-0000-4000-8000-000000000701
  from Fabrikam Notes, incoming, 2 people, 1:00
  terminated: 408/10057 No signalling came from the
    callee. “The participant did not respond within the time
    that the policy of the or…
  playPrompt failed 500/8510 The media platform could not
    fetch the prompt from the address that was given.
  1 finding";
    assert_eq!(listed(&case("narrow.jsonl"), 60), expected);
}

#[test]
fn no_line_of_a_call_is_wider_than_the_terminal() {
    let logs = ["narrow.jsonl", "narrow-hostile.jsonl", "related-hostile.jsonl", "invisible-hostile.jsonl"];
    for log in logs.map(case).into_iter().chain([sample("ivr.jsonl"), sample("transfer-consultative.jsonl")])
    {
        for columns in [99, 80, 60, 41, 20] {
            let listed = listed(&log, columns);
            for line in listed.lines() {
                assert!(line.width() <= columns, "{log} {columns}: {line}");
                assert_eq!(line, line.trim_end(), "{log} {columns}: {line}");
            }
        }
    }
}

#[test]
fn no_separator_stands_beside_nothing() {
    for log in
        ["narrow.jsonl", "narrow-hostile.jsonl", "list-hostile.jsonl", "people-hostile.jsonl", "blank.jsonl"]
    {
        for columns in [60, 120, 200] {
            let listed = listed(&case(log), columns);
            for wrong in ["→,", "→  ", "→\n", ", ,", ",,", "  →", ": \n", "“”"] {
                let is_heading = |line: &str| line.contains("from → to");
                let lines: Vec<_> = listed.lines().filter(|line| !is_heading(line)).collect();
                assert!(
                    !format!("{}\n", lines.join("\n")).contains(wrong),
                    "{log} {columns} {wrong:?}: {listed}"
                );
            }
        }
    }
}
