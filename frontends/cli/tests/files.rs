//! Files are treated with care: what is written, what is read, and what a signal leaves behind.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod common;

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Stdio};

use common::terminal::Terminal;
use common::{CALL, Folder, assert_complete, callfold, command, events, fed, log, notifications};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

fn mode(path: &str) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn names(folder: &Folder) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_raw(child.id().try_into().unwrap()).unwrap(), signal).unwrap();
}

/// Starts the command with a pipe as standard input.
fn piped(mut command: Command) -> Child {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// More lines than a pipe holds. Where all of them are written, the command has begun to read them.
fn long() -> Vec<u8> {
    log(&notifications()).repeat(2_000)
}

#[test]
fn an_existing_page_keeps_its_mode_and_a_link_stays_a_link() {
    let folder = Folder::new();
    let input = folder.write("log", log(&events()));
    for wanted in [0o600, 0o640, 0o666, 0o755] {
        let page = folder.write("page.html", "old");
        fs::set_permissions(&page, Permissions::from_mode(wanted)).unwrap();
        assert_eq!(callfold(&["report", &input, "-o", &page]).status, 0);
        assert_eq!(mode(&page), wanted);
        assert!(fs::read_to_string(&page).unwrap().contains(CALL));
    }
    let link = format!("{}/link.html", folder.path());
    symlink("page.html", &link).unwrap();
    folder.write("page.html", "old");
    assert_eq!(callfold(&["report", &input, "-o", &link]).status, 0);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(fs::read_to_string(&link).unwrap().contains(CALL));
    assert_eq!(names(&folder), ["link.html", "log", "page.html"]);
}

#[test]
fn an_output_that_may_not_be_written_is_refused_before_the_logs_are_read() {
    let folder = Folder::new();
    let locked = folder.write("locked.svg", "old");
    fs::set_permissions(&locked, Permissions::from_mode(0o444)).unwrap();
    fs::create_dir(format!("{}/folder.html", folder.path())).unwrap();
    for (name, why) in [
        ("locked.svg", "permission denied"),
        ("folder.html", "is a directory"),
        ("nowhere/page.html", "No such file"),
        ("locked.svg/page.html", "Not a directory"),
    ] {
        let output = format!("{}/{name}", folder.path());
        let mut child = piped(command(&["report", "-", "-o", &output]));
        // It ends although its standard input stays open.
        let input = child.stdin.take();
        let ended = child.wait_with_output().unwrap();
        drop(input);
        let said = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(2), "{name}: {said}");
        assert!(said.contains(name) && said.contains(why), "{name}: {said}");
    }
    assert_eq!(fs::read_to_string(&locked).unwrap(), "old");
    assert_eq!(names(&folder), ["folder.html", "locked.svg"]);
}

/// Lets children end by SIGINT where this process was started to ignore it, as a shell starts a background job: a child
/// inherits an ignored signal, and not a handler.
fn heed_interrupts() {
    let ends = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    signal_hook::flag::register_conditional_default(signal_hook::consts::SIGINT, ends).unwrap();
}

#[test]
fn a_signal_leaves_no_half_page() {
    heed_interrupts();
    for signalled in [Signal::INT, Signal::TERM] {
        let folder = Folder::new();
        let page = folder.write("page.html", "old");
        let mut child = piped(command(&["report", "-", "-o", &page]));
        let mut input = child.stdin.take().unwrap();
        input.write_all(&long()).unwrap();
        signal(&child, signalled);
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.signal(), Some(signalled.as_raw()));
        assert_eq!(fs::read_to_string(&page).unwrap(), "old");
        assert_eq!(names(&folder), ["page.html"]);
    }
}

#[test]
fn a_signal_while_the_page_is_written_removes_it() {
    let folder = Folder::new();
    let calls = (0..20_000).map(|number| {
        format!(r#"{{"call":"57dab8b1-894c-409a-b240-{number:012}","rev":1,"type":"offered","data":{{}}}}"#)
    });
    let (input, page) =
        (folder.write("log", log(&calls.collect::<Vec<_>>())), folder.write("page.html", "old"));
    for signalled in [Signal::INT, Signal::TERM] {
        let mut child = command(&["report", &input, "-o", &page]).spawn().unwrap();
        while names(&folder).len() == 2 && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        signal(&child, signalled);
        assert_eq!(child.wait().unwrap().signal(), Some(signalled.as_raw()));
        assert_eq!(fs::read_to_string(&page).unwrap(), "old");
        assert_eq!(names(&folder), ["log", "page.html"]);
    }
}

#[test]
fn a_signal_leaves_a_clean_terminal() {
    let folder = Folder::new();
    let input = folder.write("log", log(&events()));
    for signalled in [Signal::INT, Signal::TERM, Signal::HUP] {
        let mut terminal = Terminal::run(command(&["browse", &input]), 100);
        let seen = terminal.wait_for("terminated");
        assert!(seen.contains("\u{1b}[?1049h"), "it uses the alternate screen");
        let raw = rustix::termios::tcgetattr(&terminal.person).unwrap().local_modes;
        signal(&terminal.child, signalled);
        terminal.wait_for("\u{1b}[?25h");
        let ended = terminal.child.wait().unwrap();
        assert_eq!(ended.signal(), Some(signalled.as_raw()));
        assert_ne!(raw, rustix::termios::tcgetattr(&terminal.person).unwrap().local_modes, "no longer raw");
    }
}

#[test]
fn a_signal_leaves_no_progress_bar() {
    heed_interrupts();
    for signalled in [Signal::INT, Signal::TERM] {
        let mut terminal = Terminal::piped(command(&["check", "-"]), 100);
        let mut input = terminal.child.stdin.take().unwrap();
        // The bar appears where records come after more than a second.
        input.write_all(&log(&events()).repeat(10_000)).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(1_100));
        input.write_all(&log(&events()).repeat(10_000)).unwrap();
        let begin = terminal.wait_for("B/s");
        signal(&terminal.child, signalled);
        let seen = begin + &terminal.rest();
        assert_eq!(terminal.child.wait().unwrap().signal(), Some(signalled.as_raw()));
        let (bar, cleared) = seen.rsplit_once('\r').unwrap();
        assert_eq!(cleared, "\u{1b}[2K", "{seen:?}");
        // The ^C that a terminal shows stays on the line of the bar.
        assert!(bar.ends_with("   \u{1b}[3D"), "{seen:?}");
    }
}

#[test]
fn a_log_that_changes_while_it_is_read_is_told() {
    let folder = Folder::new();
    for (about, end, says) in [("grows", 3, "grew"), ("shrinks", 1, "shrank"), ("stays", 2, "")] {
        let lines = events();
        let path = folder.write("log", log(&lines[..2]));
        let mut child = piped(command(&["replay", "--json", &path, "-"]));
        let mut input = child.stdin.take().unwrap();
        input.write_all(&long()).unwrap();
        folder.write("log", log(&lines[..end]));
        drop(input);
        let ended = child.wait_with_output().unwrap();
        let replayed: serde_json::Value = serde_json::from_slice(&ended.stdout).unwrap();
        let findings = replayed["findings"].as_array().unwrap();
        let grew: Vec<_> = findings.iter().filter(|finding| finding["kind"] == "grew").collect();
        assert_eq!(grew.len(), usize::from(!says.is_empty()), "{about}");
        for finding in grew {
            let place = json!([finding["severity"], finding["input"], finding["record"], finding["line"]]);
            assert_eq!(place, json!(["warn", path, 2, 2]), "{about}");
            assert!(finding["message"].as_str().unwrap().contains(says), "{about}: {finding}");
        }
    }
}

#[test]
fn a_log_that_is_read_in_another_order_is_told_to_change_too() {
    let timed = |(second, body): (usize, String)| {
        format!(r#"{{"receivedAt":"2026-11-23T09:{:02}:{:02}Z","body":{body}}}"#, second / 60, second % 60)
    };
    let mut lines: Vec<_> = notifications().into_iter().enumerate().map(timed).collect();
    lines.swap(0, 1);
    let folder = Folder::new();
    let path = folder.write("log", log(&lines[..3]));
    let mut child = piped(command(&["check", &path, "-"]));
    let mut input = child.stdin.take().unwrap();
    let later = (10..1_000).map(|second| timed((second, notifications()[2].clone())));
    input.write_all(&log(&later.collect::<Vec<_>>())).unwrap();
    folder.write("log", log(&lines));
    drop(input);
    let ended = child.wait_with_output().unwrap();
    let seen = String::from_utf8_lossy(&ended.stdout);
    assert_eq!(seen.matches("warn: grew: the log grew").count(), 1, "{seen}");
    assert!(!seen.contains("unordered"), "{seen}");
}

#[test]
fn a_log_to_which_its_own_events_are_added_has_an_end() {
    let folder = Folder::new();
    let calls = (0..10_000).map(|number| {
        format!(r#"{{"call":"57dab8b1-894c-409a-b240-{number:012}","rev":1,"type":"offered","data":{{}}}}"#)
    });
    let path = folder.write("log", log(&calls.collect::<Vec<_>>()));
    let more = fs::File::options().append(true).open(&path).unwrap();
    let ran = command(&["convert", "--to", "events", &path]).stdout(more).output().unwrap();
    assert!(ran.status.success());
    assert!(String::from_utf8_lossy(&ran.stderr).contains("warn: grew: the log grew"), "{ran:?}");
    assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 20_000);
}

#[test]
fn a_file_with_several_names_is_read_once_and_that_is_said() {
    let folder = Folder::new();
    let path = folder.write("logs/1.log", log(&events()));
    let [hard, soft] = ["hard.log", "soft.log"].map(|name| format!("{}/{name}", folder.path()));
    fs::hard_link(&path, &hard).unwrap();
    symlink(&path, &soft).unwrap();
    let dotted = format!("{}/./logs/../logs/1.log", folder.path());
    let logs = format!("{}/logs", folder.path());
    for other in [&hard, &soft, &dotted, &path, &logs] {
        for arguments in [&["replay", "--json"][..], &["replay", "--json", "--call", "57"]] {
            let ran = callfold(&[arguments, &[path.as_str(), other]].concat());
            assert_eq!(ran.status, 0, "{other}");
            assert_complete(&ran.json(), other);
            assert_eq!(ran.json()["inputs"].as_array().unwrap().len(), 1, "{other}");
            assert_eq!(ran.json()["findings"], json!([]), "{other}");
            assert!(ran.err.contains("read once") && ran.err.lines().count() == 1, "{other}: {}", ran.err);
        }
    }
    for command in [&["check"][..], &["convert", "--to", "events"], &["report", "-o", "-"]] {
        let ran = callfold(&[command, &[path.as_str(), &hard]].concat());
        assert_eq!((ran.status, ran.err.matches("read once").count()), (0, 1), "{command:?}: {}", ran.err);
    }
    let copy = folder.write("copy.log", log(&events()));
    let ran = callfold(&["replay", "--json", &path, &copy]);
    assert_eq!((ran.json()["inputs"].as_array().unwrap().len(), ran.err.as_str()), (2, ""));
    let twice = fed(&log(&events()), &["replay", "--json", "-", "-"]);
    assert_complete(&twice.json(), "standard input twice");
    assert!(twice.err.contains("read once"), "{}", twice.err);
}

#[test]
fn a_page_in_the_folder_of_its_logs_is_written_again() {
    let folder = Folder::new();
    folder.write("logs/1.log", log(&events()));
    let logs = format!("{}/logs", folder.path());
    let page = format!("{logs}/page.html");
    symlink(&logs, format!("{}/link", folder.path())).unwrap();
    let other = format!("{}/link/../link/page.html", folder.path());
    for (output, in_folder) in
        [(page.as_str(), ""), (&page, ""), (&other, ""), ("page.html", "."), ("./page.html", ".")]
    {
        let log = if in_folder.is_empty() { logs.as_str() } else { in_folder };
        let ran = command(&["report", log, "-o", output]).current_dir(&logs).output().unwrap();
        assert_eq!((ran.status.code(), &*String::from_utf8_lossy(&ran.stderr)), (Some(0), ""), "{output}");
        let written = fs::read_to_string(&page).unwrap();
        assert!(
            written.contains(CALL) && written.contains("1.log") && !written.contains("page.html"),
            "{output}"
        );
    }
    // A log in the folder is never written over.
    let before = fs::read(format!("{logs}/1.log")).unwrap();
    let ran = callfold(&["report", &logs, "-o", &format!("{logs}/1.log")]);
    assert_eq!((ran.status, fs::read(format!("{logs}/1.log")).unwrap()), (2, before), "{}", ran.err);
    // Another page in the folder is no log.
    let ran = callfold(&["report", &logs, "-o", &format!("{}/page.html", folder.path())]);
    assert_eq!(ran.status, 1, "{}", ran.err);
}

#[test]
fn a_log_is_never_the_output() {
    let folder = Folder::new();
    let input = folder.write("logs/1.log", log(&events()));
    let [logs, hard, soft] =
        ["logs", "hard.html", "soft.html"].map(|name| format!("{}/{name}", folder.path()));
    let [inside, soft_inside, page] =
        ["inside.html", "soft.html", "page.html"].map(|name| format!("{logs}/{name}"));
    fs::hard_link(&input, &hard).unwrap();
    fs::hard_link(&input, &inside).unwrap();
    symlink(&input, &soft).unwrap();
    symlink(&input, &soft_inside).unwrap();
    for (read, output) in [
        (&[input.as_str()][..], &hard),
        (&[&input], &soft),
        (&[&logs], &hard),
        (&[&logs], &soft),
        (&[&logs], &inside),
        (&[&logs], &soft_inside),
        (&["-", &hard], &inside),
    ] {
        let ran = callfold(&[&["report", "-o", output], read].concat());
        assert_eq!(ran.status, 2, "{read:?} {output}");
        assert!(ran.err.contains("this is one of the logs"), "{read:?} {output}: {}", ran.err);
        assert_eq!(fs::read(&input).unwrap(), log(&events()), "{read:?} {output}");
    }
    fs::remove_file(&inside).unwrap();
    fs::remove_file(&soft_inside).unwrap();
    // A file of a folder that is named itself is a log, too.
    fs::write(&page, log(&events())).unwrap();
    for read in [[&page, &logs], [&logs, &page]].map(|read| read.map(String::as_str)) {
        let ran = callfold(&[&["report", "-o", &page], &read[..]].concat());
        assert_eq!(ran.status, 2, "{read:?}");
        assert!(ran.err.contains("this is one of the logs"), "{read:?}: {}", ran.err);
    }
    // A folder that holds only the page holds no logs.
    fs::remove_file(&input).unwrap();
    fs::write(&page, "<!DOCTYPE html><p>").unwrap();
    let ran = callfold(&["report", &logs, "-o", &page]);
    assert_eq!((ran.status, ran.err.contains("the folder holds no files")), (2, true), "{}", ran.err);
    // A file whose name is - is not standard output.
    fs::write(folder.path().to_owned() + "/-", log(&events())).unwrap();
    let ran = command(&["report", "./-", "-o", "-"]).current_dir(folder.path()).output().unwrap();
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
}
