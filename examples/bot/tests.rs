//! The bot is killed in the middle of a line and at each end of a line: `cargo test --example bot`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::fs;
use std::path::PathBuf;

use callfold::Finding;

use super::host::Host;

const CALL: &str = "57dab8b1-894c-409a-b240-bd8beae78896";

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("callfold-bot-{}-{name}", std::process::id()));
    _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Delivers the states of a call, each with a message id of its own.
fn deliver(host: &mut Host) -> (Vec<String>, Vec<Finding>) {
    let (mut steps, mut findings) = (Vec::new(), Vec::new());
    for (second, state) in ["incoming", "establishing", "established", "terminated"].iter().enumerate() {
        let body = format!(
            r#"{{"value":[{{"changeType":"updated","resourceUrl":"/communications/calls/{CALL}","resourceData":{{"state":"{state}"}}}}]}}"#
        );
        let message = format!("m{second}");
        let at = format!("2026-11-23T09:15:{second:02}Z").parse().unwrap();
        let headers = [("X-Microsoft-Skype-Message-ID", message.as_str())];
        let (more_steps, more_findings) = host.deliver(&headers, body.as_bytes(), at).unwrap();
        steps.extend(more_steps);
        findings.extend(more_findings);
    }
    (steps, findings)
}

#[test]
fn each_state_of_a_call_is_a_line() {
    let log = folder("lines").join("bot.log");
    let mut host = Host::open(&log).unwrap();
    let (steps, findings) = deliver(&mut host);
    let expected =
        ["00Z", "01Z", "02Z", "03Z"].iter().zip(["incoming", "establishing", "established", "terminated"]);
    let expected: Vec<_> =
        expected.map(|(at, state)| format!("2026-11-23T09:15:{at} {CALL} {state}")).collect();
    assert_eq!(steps, expected);
    assert!(findings.is_empty());
    // Everything is delivered again, to another process.
    let (steps, findings) = deliver(&mut Host::open(&log).unwrap());
    assert_eq!((steps.len(), findings.len()), (0, 4));
}

#[test]
fn wherever_the_bot_is_killed_it_goes_on_as_if_it_never_was() {
    let folder = folder("killed");
    let whole = folder.join("whole.log");
    let mut never_killed = Host::open(&whole).unwrap();
    deliver(&mut never_killed);
    let bytes = fs::read(&whole).unwrap();
    let line_ends = (1..=bytes.len()).filter(|end| bytes[end - 1] == b'\n');
    for end in (0..bytes.len()).step_by(37).chain(line_ends) {
        let log = folder.join("torn.log");
        fs::write(&log, &bytes[..end]).unwrap();
        let mut restarted = Host::open(&log).unwrap();
        deliver(&mut restarted);
        assert!(fs::read(&log).unwrap() == bytes, "killed after {end} bytes");
        assert!(restarted.calls.calls().eq(never_killed.calls.calls()), "killed after {end} bytes");
    }
}

#[test]
fn another_file_is_left_as_it_is() {
    let file = folder("other").join("events.jsonl");
    let line = r#"{"v":1,"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
    for text in [format!("{line}\n"), format!("{line}\r\n\r\n"), "# Notes\n\nText".into()] {
        fs::write(&file, &text).unwrap();
        assert!(Host::open(&file).is_err());
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }
}
