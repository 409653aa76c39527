//! What the tests of the command share: running it, the samples, files of their own, and a short history.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "every test file uses a part of it, and a test may panic"
)]

#[cfg(unix)]
pub mod terminal;

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

pub const CALL: &str = "57dab8b1-894c-409a-b240-bd8beae78896";

/// Every sample that is a log, as its README has them.
pub const SAMPLES: [&str; 14] = [
    "ivr.jsonl",
    "answered-incoming.jsonl",
    "rejected-incoming.jsonl",
    "failed-outgoing.jsonl",
    "transfer-blind.jsonl",
    "transfer-consultative.jsonl",
    "transfer-failed.jsonl",
    "meeting-delta-roster.jsonl",
    "reordered-duplicated.jsonl",
    "sdk.log",
    "dialect-2019.json",
    "webhook-bodies",
    "tomorrow.jsonl",
    "malformed.jsonl",
];

pub fn sample(name: &str) -> String {
    format!("{}/../../docs/samples/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// What a run of the command left behind.
pub struct Ran {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}{}", self.out, self.err))
    }
}

pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_callfold"));
    command.args(arguments);
    command
}

pub fn callfold(arguments: &[&str]) -> Ran {
    fed(b"", arguments)
}

/// Runs the command with `input` on standard input. A panic in it fails the test.
pub fn fed(input: &[u8], arguments: &[&str]) -> Ran {
    let mut child = command(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // A command that refuses its arguments never reads its input.
    let feeder = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    let status = output.status.code().unwrap_or_else(|| panic!("{arguments:?} was killed: {err}"));
    assert!(!err.contains("panicked"), "{arguments:?}: {err}");
    Ran { status, out: String::from_utf8(output.stdout).unwrap(), err }
}

/// `callfold replay --json` of one log.
pub fn replayed(log: &str) -> Value {
    callfold(&["replay", "--json", log]).json()
}

/// `[kind, record, line]` of every finding.
pub fn places(replayed: &Value) -> Vec<Value> {
    let findings = replayed["findings"].as_array().unwrap();
    findings.iter().map(|finding| json!([finding["kind"], finding["record"], finding["line"]])).collect()
}

/// A folder of temporary files that goes with the test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let next = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("callfold-cli-{}-{next}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }

    /// Replaces bytes in a file of the folder with as many others, once.
    pub fn damage(&self, name: &str, from: &[u8], to: &[u8]) {
        let path = self.0.join(name);
        let mut bytes = std::fs::read(&path).unwrap();
        let at = bytes.windows(from.len()).position(|it| it == from).unwrap();
        bytes[at..at + from.len()].copy_from_slice(to);
        std::fs::write(&path, bytes).unwrap();
    }

    /// Writes a file, sub-folders and all; its path.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Left behind at worst in the folder for temporary files.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// One line of an event log, without its end.
pub fn event(revision: u64, kind: &str, data: &Value) -> String {
    json!({ "v": 1, "call": CALL, "rev": revision, "type": kind, "data": data }).to_string()
}

/// A call that is offered, answered and established, and ends 200/4521: as event log lines.
pub fn events() -> Vec<String> {
    vec![
        event(1, "offered", &json!({ "direction": "incoming" })),
        event(2, "answered", &json!({})),
        event(3, "established", &json!({})),
        event(4, "terminated", &json!({ "resultInfo": { "code": 200, "subcode": 4521 } })),
    ]
}

/// A notification body that says something of the call of these tests.
pub fn reported(change: &str, resource_data: &Value) -> String {
    let url = format!("/communications/calls/{CALL}");
    json!({ "value": [{ "changeType": change, "resourceUrl": url, "resourceData": resource_data }] })
        .to_string()
}

/// The same history as [`events`]: as notifications.
pub fn notifications() -> Vec<String> {
    vec![
        reported("created", &json!({ "state": "incoming", "direction": "incoming" })),
        reported("updated", &json!({ "state": "establishing" })),
        reported("updated", &json!({ "state": "established" })),
        reported(
            "deleted",
            &json!({ "state": "terminated", "resultInfo": { "code": 200, "subcode": 4521 } }),
        ),
    ]
}

/// An entry of the SDK's log that holds an incoming request: ten lines, the last without its end.
pub fn entry(body: &str) -> String {
    format!(
        "$>2026-11-25T08:05:01.0000000Z Info: N.cs:88 LogIncoming\n\
         ScenarioId: 1738707f-9fee-4c2b-a26c-afa5f3172c2b\n\
         CallId: {CALL}\n\
         TransactionDirection: Incoming\n\
         TraceType: HttpRequest\n\
         request: POST https://bot.fabrikam.example/api/calls\n\
         headers:\n\
         Host: bot.fabrikam.example\n\
         Content-Type: application/json\n\
         {body}"
    )
}

/// The same history as [`events`]: as the SDK logs it.
pub fn entries() -> Vec<String> {
    notifications().iter().map(|body| entry(body)).collect()
}

/// The history in each format: its name, its records, the lines of a record.
pub fn histories() -> [(&'static str, Vec<String>, usize); 3] {
    [("events", events(), 1), ("notifications", notifications(), 1), ("sdk-log", entries(), 10)]
}

/// A log of these records, one after the other.
pub fn log<T: AsRef<[u8]>>(records: &[T]) -> Vec<u8> {
    records.iter().flat_map(|record| [record.as_ref(), b"\n"].concat()).collect()
}

/// The history with another record before its last.
pub fn with<T: AsRef<[u8]>>(records: &[String], another: T) -> Vec<u8> {
    let (last, first) = records.split_last().unwrap();
    [log(first), another.as_ref().to_vec(), b"\n".to_vec(), log(&[last])].concat()
}

/// Panics where the replayed call is not the one of [`events`].
pub fn assert_complete(replayed: &Value, about: &str) {
    let calls = replayed["calls"].as_array().unwrap();
    assert_eq!(calls.len(), 1, "{about}: {replayed}");
    assert_eq!(calls[0]["id"], CALL, "{about}");
    assert_eq!(calls[0]["state"], "terminated", "{about}: {replayed}");
    assert_eq!(calls[0]["resultInfo"], json!({ "code": 200, "subcode": 4521, "message": null }), "{about}");
}
