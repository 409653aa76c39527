//! The pages in a browser: each step equals a replay, the page requests nothing from a network, and nothing is cut off.
//!
//! Where Node.js, Chromium or a package of `npm ci` is missing, the test is skipped with a message. With
//! `CALLFOLD_TOOLS=required`, it fails instead. `.ci/run` installs all of them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod common;

use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

use common::{CALL, Folder, SAMPLES, event, events, log, sample};
use serde_json::json;

const BROWSER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../view/tests/browser");

/// Writes directly to standard error, because the test harness hides the output of tests that pass.
fn skipped(why: &str) {
    assert!(std::env::var_os("CALLFOLD_TOOLS").is_none_or(|tools| tools != "required"), "missing: {why}");
    let message = format!("SKIPPED: what a browser would check. Missing: {why}\n");
    io::stderr().write_all(message.as_bytes()).unwrap();
}

/// Five hundred calls. One of them lacks the event `answered`, and one takes 34 hours.
fn many() -> Vec<u8> {
    let timed = |line: String, number: usize| match line.contains("\"rev\":1,") {
        true if number == 9 => line.replace("{\"call", "{\"at\":\"2031-01-01T00:00:00Z\",\"call"),
        false if number == 9 => line.replace("{\"call", "{\"at\":\"2031-01-02T10:00:00Z\",\"call"),
        _ => line,
    };
    let call = |number: usize| {
        let id = format!("{number:08x}{}", &CALL[8..]);
        let lines = events().into_iter().map(move |event| timed(event.replace(CALL, &id), number));
        lines.filter(move |line| number != 7 || !line.contains("\"rev\":2,")).collect::<Vec<_>>()
    };
    log(&(0..500).flat_map(call).collect::<Vec<_>>())
}

/// Keys that are reported in no order. Some tones have no number, some have no key, and one is reported twice.
fn tones() -> Vec<u8> {
    let tones = [
        json!({ "sequenceId": 4, "tone": "tone4" }),
        json!({ "sequenceId": 2, "tone": "star" }),
        json!({ "sequenceId": 3 }),
        json!({ "tone": "tone7" }),
        json!({ "sequenceId": 1, "tone": "tone1" }),
        json!({ "sequenceId": 2, "tone": "pound" }),
        json!({ "tone": "tone8" }),
        json!({ "sequenceId": 5, "tone": "tone5" }),
    ];
    let tones = (3..).zip(tones).map(|(revision, tone)| event(revision, "toneReceived", &tone));
    let begun = [event(1, "placed", &json!({})), event(2, "established", &json!({}))];
    log(&begun.into_iter().chain(tones).collect::<Vec<_>>())
}

/// A call with three hundred operations, of which two failed.
fn operations() -> Vec<u8> {
    let operation = |number: u64, kind: &str, status: &str| json!({ "@odata.type": format!("#microsoft.graph.{kind}Operation"), "id": format!("o{number}"), "status": status });
    let mut lines = vec![event(1, "placed", &json!({})), event(2, "established", &json!({}))];
    for number in 0..300 {
        let kind = if number % 3 == 0 { "record" } else { "playPrompt" };
        let (ended, status) = if number % 200 == 99 {
            ("operationFailed", "failed")
        } else {
            ("operationCompleted", "completed")
        };
        lines.push(event(3 + 2 * number, "operationCreated", &operation(number, kind, "running")));
        lines.push(event(4 + 2 * number, ended, &operation(number, kind, status)));
    }
    log(&lines)
}

#[test]
fn a_browser_shows_the_same_as_a_replay() {
    let has = |package: &str| Path::new(BROWSER).join("node_modules").join(package).exists();
    if !["playwright-core", "axe-core"].into_iter().all(has) {
        return skipped("packages: run `npm ci` in frontends/view/tests/browser");
    }
    let find =
        format!("import('{BROWSER}/browser.mjs').then(({{executable}}) => process.exit(executable ? 0 : 9))");
    match Command::new("node").args(["-e", &find]).status() {
        Ok(status) if status.code() == Some(9) => return skipped("chromium"),
        Ok(status) => assert!(status.success(), "{status}"),
        Err(error) => return skipped(&format!("node: {error}")),
    }
    let folder = Folder::new();
    let samples = SAMPLES.iter().chain(&["service.jsonl"]).map(|name| sample(name));
    let logs: Vec<_> = samples.chain([folder.write("tones.jsonl", tones())]).collect();
    let output = Command::new("node")
        .args(["--test", "--test-reporter=tap", &format!("{BROWSER}/report.test.mjs")])
        .env("CALLFOLD", env!("CARGO_BIN_EXE_callfold"))
        .env("CALLFOLD_LOGS", logs.join("\n"))
        .env("CALLFOLD_MANY", folder.write("many.jsonl", many()))
        .env("CALLFOLD_OPERATIONS", folder.write("operations.jsonl", operations()))
        .env("CALLFOLD_ENDS", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/ends.jsonl"))
        .env("CALLFOLD_UNENDED", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/unended.jsonl"))
        .env("CALLFOLD_RELATED", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/related.jsonl"))
        .env("CALLFOLD_NARROW", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/narrow-hostile.jsonl"))
        .env("CALLFOLD_PAGES", folder.path())
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&output.stdout);
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{out}{err}");
    assert!(out.contains("\n# fail 0\n") && !out.contains("\n# pass 0\n"), "{out}");
}
