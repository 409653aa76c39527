//! `callfold replay --follow`: what comes to a log is shown when it comes.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod common;

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Stdio};

use common::{CALL, Folder, callfold, command, event, events, log, sample};
use serde_json::json;

/// A log that is followed until its limit.
struct Following(Child, BufReader<std::process::ChildStdout>);

impl Following {
    fn start(log: &str, arguments: &[&str]) -> Self {
        let mut command = command(&[&["replay", "--follow", log][..], arguments].concat());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        // What was there before is passed over.
        std::thread::sleep(std::time::Duration::from_millis(700));
        Self(child, out)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.1.read_line(&mut line).unwrap();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn status(mut self) -> Option<i32> {
        assert_eq!(self.line(), "", "nothing else");
        self.0.wait().unwrap().code()
    }
}

fn append(path: &str, bytes: impl AsRef<[u8]>) {
    File::options().append(true).open(path).unwrap().write_all(bytes.as_ref()).unwrap();
}

#[test]
fn new_lines_of_a_file_are_shown_with_the_state_of_the_call() {
    let (folder, events) = (Folder::new(), events());
    let path = folder.write("log.jsonl", log(&events[..2]));
    let mut following = Following::start(&path, &["--limit", "2"]);
    append(&path, log(&events[2..3]));
    assert_eq!(following.line(), format!("- {CALL} 3 established The call is connected."));
    // A line is shown when it is whole.
    let (begin, end) = events[3].split_at(20);
    append(&path, begin);
    std::thread::sleep(std::time::Duration::from_millis(300));
    append(&path, format!("{end}\n"));
    assert_eq!(following.line(), format!("- {CALL} 4 terminated The call is over."));
    assert_eq!(following.status(), Some(0));
}

#[test]
fn what_is_wrong_with_a_new_line_is_shown_and_is_the_status() {
    let folder = Folder::new();
    let path = folder.write("log.jsonl", log(&events()[..2]));
    let mut following = Following::start(&path, &["--limit", "1"]);
    append(&path, "{\n");
    assert!(following.line().starts_with(&format!("{path}:3: error: malformed")));
    append(&path, log(&events()[2..3]));
    assert!(following.line().ends_with("3 established The call is connected."));
    assert_eq!(following.status(), Some(1));
}

#[test]
fn only_one_call_is_followed_where_it_is_named() {
    let folder = Folder::new();
    let path = folder.write("log.jsonl", log(&events()[..1]));
    let mut following = Following::start(&path, &["--limit", "1", "--call", CALL]);
    let other = event(1, "offered", &json!({})).replace(CALL, "00000000-0000-4000-8000-000000000001");
    append(&path, log(&[&other, &events()[1]]));
    assert!(following.line().contains(CALL));
    assert_eq!(following.status(), Some(0));
}

#[test]
fn what_cannot_be_followed_is_refused_with_the_reason() {
    let folder = Folder::new();
    let file = folder.write("logs/1.jsonl", log(&events()));
    let logs = format!("{}/logs", folder.path());
    let only = "--follow takes one LOG: a file with an event log, or a store";
    let no_log = "--follow reads a plain file with an event log, or a store; this is neither";
    for (arguments, why) in [
        (&[&*file, &sample("ivr.jsonl")][..], only),
        (&[&logs], only),
        (&[&sample("ivr.jsonl")], no_log),
        (&[&sample("sdk.log")], no_log),
        (&["no such log"], "no such log: No such file"),
        (&["--json", &file], "cannot be used with"),
        (&["--until-rev", "1", &file], "cannot be used with"),
    ] {
        let ran = callfold(&[&["replay", "--follow"], arguments].concat());
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.err.contains(why), "{arguments:?}: {}", ran.err);
    }
    assert!(callfold(&["replay", "--limit", "1", &file]).err.contains("--follow"));
}

#[test]
fn a_file_that_is_cut_ends_the_following() {
    let folder = Folder::new();
    let path = folder.write("log.jsonl", log(&events()));
    let following = Following::start(&path, &[]);
    File::options().write(true).open(&path).unwrap().set_len(5).unwrap();
    assert_eq!(following.status(), Some(2));
}

#[test]
fn a_log_that_is_still_empty_can_be_followed() {
    let folder = Folder::new();
    let path = folder.write("log.jsonl", "");
    let mut following = Following::start(&path, &["--limit", "1"]);
    append(&path, log(&events()[..1]));
    assert!(following.line().ends_with("1 incoming The call was offered."));
    assert_eq!(following.status(), Some(0));
}

#[cfg(feature = "stores")]
#[test]
fn new_events_of_a_store_are_shown() {
    let folder = Folder::new();
    let (first, all) =
        (folder.write("1.jsonl", log(&events()[..2])), folder.write("2.jsonl", log(&events())));
    let store = format!("sqlite:{}/calls.db", folder.path());
    assert_eq!(callfold(&["convert", "--into", &store, &first]).status, 0);
    let mut following = Following::start(&store, &["--limit", "2"]);
    assert_eq!(callfold(&["convert", "--into", &store, &all]).status, 0);
    assert_eq!(following.line(), format!("- {CALL} 3 established The call is connected."));
    assert_eq!(following.line(), format!("- {CALL} 4 terminated The call is over."));
    assert_eq!(following.status(), Some(0));
}

#[cfg(all(unix, feature = "stores"))]
#[test]
fn ctrl_c_ends_the_following_and_leaves_no_files() {
    use std::os::unix::process::ExitStatusExt;

    let folder = Folder::new();
    let (file, store) = (folder.write("log.jsonl", log(&events())), format!("{}/calls.db", folder.path()));
    assert_eq!(callfold(&["convert", "--into", &store, &file]).status, 0);
    let mut following = Following::start(&store, &[]);
    let signal = rustix::process::Signal::INT;
    rustix::process::kill_process(rustix::process::Pid::from_child(&following.0), signal).unwrap();
    assert_eq!(following.0.wait().unwrap().signal(), Some(signal.as_raw()));
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 2, "the log and the store");
}
