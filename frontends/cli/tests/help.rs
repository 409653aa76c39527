//! What helps to use the command: its help, its manual, completions, colours, and quiet runs.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod common;

use std::process::{Command, Output};

use common::terminal::Terminal;
use common::{Folder, callfold, command, event, events, fed, log, sample};
use serde_json::json;

const COMMANDS: &[&str] = if cfg!(feature = "stores") {
    &["replay", "browse", "convert", "check", "report", "diagram", "completions", "man", "store"]
} else {
    &["replay", "browse", "convert", "check", "report", "diagram", "completions", "man"]
};

/// The commands that a help shows as examples.
fn examples(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Examples:").skip(1);
    lines.map_while(|line| Some(line.strip_prefix("  ")?.to_owned())).collect()
}

/// A folder with the logs that the examples name.
fn with_logs() -> Folder {
    let folder = Folder::new();
    let timed = |line: String| line.replace("\"rev\"", "\"at\":\"2026-11-23T09:15:00Z\",\"rev\"");
    let lines: Vec<_> = events().into_iter().map(timed).collect();
    folder.write("bot.log", log(&lines));
    let path = folder.write("logs/1.jsonl", log(&lines));
    if cfg!(feature = "stores") {
        let store = format!("sqlite:{}/calls.db", folder.path());
        assert_eq!(callfold(&["convert", "--into", &store, &path]).status, 0);
    }
    folder
}

/// A command of a shell, which finds `callfold`.
fn shell(line: &str, folder: &Folder) -> Command {
    let mut shell = Command::new("sh");
    let bin = std::path::Path::new(env!("CARGO_BIN_EXE_callfold")).parent().unwrap();
    let path = std::env::join_paths([bin, "/usr/bin".as_ref(), "/bin".as_ref()]).unwrap();
    shell.args(["-c", line]).current_dir(folder.path()).env("PATH", path);
    shell
}

#[test]
fn every_example_of_the_help_runs() {
    let mut seen = 0;
    for name in COMMANDS.iter().copied().map(Some).chain([None]) {
        let arguments: Vec<_> = name.into_iter().chain(["--help"]).collect();
        let examples = examples(&callfold(&arguments).out);
        let uses = |line: &String| name.is_none_or(|name| line.starts_with(&format!("callfold {name}")));
        assert!(!examples.is_empty() && examples.iter().all(uses), "{name:?}: {examples:?}");
        for line in examples {
            let folder = with_logs();
            if line.starts_with("callfold browse") {
                let mut terminal = Terminal::run(shell(&line, &folder), 100);
                terminal.wait_for("terminated");
                std::io::Write::write_all(&mut terminal.person, b"q").unwrap();
                assert_eq!(terminal.ended().1, Some(0), "{line}");
            } else {
                let Output { status, stderr, .. } = shell(&line, &folder).output().unwrap();
                let said = String::from_utf8_lossy(&stderr);
                assert!(status.success() && said.is_empty(), "{line}: {said}");
            }
            seen += 1;
        }
    }
    assert!(seen >= 2 * COMMANDS.len(), "{seen} examples");
}

#[test]
fn the_manual_names_every_command_and_each_has_a_page() {
    let all = callfold(&["man"]);
    assert!(all.out.starts_with(".ie") || all.out.contains(".TH callfold 1"), "{}", all.out);
    for name in COMMANDS {
        assert!(all.out.contains(&format!("callfold\\-{name}(1)")), "{name}: {}", all.out);
        let page = callfold(&["man", name]);
        assert_eq!(page.status, 0, "{name}");
        assert!(page.out.contains(&format!(".TH callfold-{name} 1")), "{name}: {}", page.out);
        assert!(page.out.contains("Examples:"), "{name}");
    }
    assert_eq!(callfold(&["man", "levitate"]).status, 2);
}

#[test]
fn every_shell_gets_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = callfold(&["completions", shell]);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{shell}");
        assert!(ran.out.contains("until-rev"), "{shell}");
    }
    assert_eq!(callfold(&["completions", "levitate"]).status, 2);
}

/// What bash offers for the last word of a command line.
fn offered(words: &[&str]) -> Vec<String> {
    let (last, before) = (words.last().unwrap(), words[words.len() - 2]);
    let line = r#"eval "$0"; COMP_WORDS=("${@:3}"); COMP_CWORD=$(($# - 3)); _callfold callfold "$1" "$2"; printf '%s\n' "${COMPREPLY[@]}""#;
    let script = callfold(&["completions", "bash"]).out;
    let ran = Command::new("bash").args(["-c", line, &script, last, before]).args(words).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    String::from_utf8(ran.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn a_shell_offers_the_values_of_options() {
    for (words, offers) in [
        (&["replay", "--sort", "f"][..], &["from", "findings"][..]),
        (&["browse", "--sort", "i"], &["id"]),
        (&["report", "--sort", "x"], &[""]),
        (&["replay", "--ended", ""], &["badly"]),
        (&["check", "--format", "s"], &["sdk-log"]),
        (&["check", "--deny", "w"], &["warn"]),
        (&["check", "--color", "n"], &["never"]),
        (&["man", "re"], &["replay", "report"]),
        (&["man", "ma"], &["man"]),
    ] {
        assert_eq!(offered(&[&["callfold"], words].concat()), offers, "{words:?}");
    }
    // bash offers options for a word that begins with -, and zsh both.
    assert!(
        callfold(&["completions", "zsh"]).out.contains(":KEY:(begin -begin end -end duration -duration ")
    );
    // The help does not list them twice.
    for name in ["replay", "man"] {
        let help = callfold(&[name, "--help"]).out;
        assert!(
            !help.contains("possible values: begin") && !help.contains("possible values: replay"),
            "{help}"
        );
    }
    assert!(callfold(&["replay", "--sort", "size", "-"]).err.contains("the keys are begin"));
}

#[test]
fn colours_are_shown_where_they_are_wanted() {
    let log = sample("malformed.jsonl");
    let is_coloured = |text: &str| text.contains("\u{1b}[");
    for (color, variable, in_terminal, in_pipe) in [
        (None, None, true, false),
        (None, Some("NO_COLOR"), false, false),
        (None, Some("CLICOLOR_FORCE"), true, true),
        (Some("auto"), None, true, false),
        (Some("always"), None, true, true),
        (Some("always"), Some("NO_COLOR"), true, true),
        (Some("never"), None, false, false),
        (Some("never"), Some("CLICOLOR_FORCE"), false, false),
    ] {
        let color: Vec<_> = color.into_iter().flat_map(|when| ["--color", when]).collect();
        let started = || {
            let mut command = command(&[&color[..], &["check", &log]].concat());
            for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
                command.env_remove(name);
            }
            command.envs(variable.map(|name| (name, "1")));
            command
        };
        let (seen, _) = Terminal::run(started(), 100).ended();
        let piped = String::from_utf8(started().output().unwrap().stdout).unwrap();
        let found = (is_coloured(&seen), is_coloured(&piped));
        assert_eq!(found, (in_terminal, in_pipe), "{color:?} {variable:?}");
    }
}

#[test]
fn a_quiet_run_lists_no_findings_and_its_status_tells_of_them() {
    let mut lines = events();
    lines.insert(2, event(7, "levitated", &json!({})));
    let bad = log(&lines);
    for (arguments, is_empty) in [
        (&["check", "-"][..], true),
        (&["convert", "--to", "events", "-"], false),
        (&["report", "-o", "-", "-"], false),
        (&["replay", "-"], false),
    ] {
        for flag in ["-q", "--quiet"] {
            let ran = fed(&bad, &[arguments, &[flag]].concat());
            assert_eq!((ran.status, ran.err.as_str()), (1, ""), "{arguments:?}");
            assert_eq!(ran.out.is_empty(), is_empty, "{arguments:?}: {}", ran.out);
            let is_page = arguments.contains(&"report");
            assert!(is_page || !ran.out.contains("malformed"), "{arguments:?}: {}", ran.out);
        }
    }
    let missing = callfold(&["check", "-q", "no such log"]);
    assert!(missing.status == 2 && missing.err.contains("no such log"), "{}", missing.err);
}

#[test]
fn on_a_terminal_the_manual_says_how_to_read_it() {
    let (seen, status) = Terminal::run(command(&["man", "replay"]), 100).ended();
    let last = seen.trim_end().lines().last().unwrap();
    assert_eq!((last, status), ("callfold: to read this page: callfold man replay | man -l -", Some(0)));
    let (seen, _) = Terminal::run(command(&["man"]), 100).ended();
    assert!(seen.contains("callfold man | man -l -"), "{seen}");
    assert_eq!(callfold(&["man"]).err, "");
}

/// Runs the command with its output on a device that is always full.
fn on_a_full_device(arguments: &[&str]) -> (Option<i32>, String) {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let Output { status, stderr, .. } = command(arguments).stdout(full).output().unwrap();
    (status.code(), String::from_utf8(stderr).unwrap())
}

#[test]
fn what_cannot_be_written_is_an_error_in_every_command() {
    let log = sample("ivr.jsonl");
    for arguments in [
        &["--help"][..],
        &["-h"],
        &["--version"],
        &["help"],
        &["help", "replay"],
        &["replay", "--help"],
        &["man"],
        &["completions", "bash"],
        &["diagram"],
        &["replay", &log],
        &["replay", "--json", &log],
        &["check", "--deny", "info", &log],
        &["convert", "--to", "events", &log],
        &["report", &log, "-o", "-"],
    ] {
        let (status, said) = on_a_full_device(arguments);
        assert_eq!(status, Some(2), "{arguments:?}: {said}");
        assert!(said.contains("No space left"), "{arguments:?}: {said}");
    }
    // The help of a command line that has no command goes to standard error, and says that something is missing.
    assert_eq!(on_a_full_device(&[]).0, Some(2));
}

#[test]
fn a_number_that_is_wrong_is_told_what_would_be_right() {
    for (flag, right) in [
        ("--until-rev", "a revision is a whole number from 1 up, such as 3"),
        ("--jobs", "the number of threads is 1 to 256"),
        ("--max-record", "a size is a number of bytes, or has a unit, such as 64MiB or 1GB"),
    ] {
        for wrong in ["-1", "0", "-9223372036854775809", "1e", "-1.5", "\u{200b}1"] {
            for arguments in [vec!["replay", flag, wrong, "-"], vec!["replay", "-", flag, wrong]] {
                let ran = callfold(&arguments);
                assert_eq!(ran.status, 2, "{arguments:?}");
                assert!(ran.err.contains(right), "{arguments:?}: {}", ran.err);
            }
            assert!(
                callfold(&["replay", &format!("{flag}={wrong}"), "-"]).err.contains(right),
                "{flag} {wrong}"
            );
        }
        // Another flag is not taken for the number.
        assert!(callfold(&["replay", flag, "--json", "-"]).err.contains("a value is required"), "{flag}");
    }
}

#[test]
fn a_time_says_nothing_where_no_event_has_one() {
    let folder = Folder::new();
    let log_of = |name: &str, lines: &[String]| folder.write(name, log(lines));
    let timeless = log_of("timeless.jsonl", &events());
    let said = "no event in the log has a time, so --at 2026-11-23T09:15:00Z leaves nothing out: the calls are shown at their end";
    for command in [&["replay"][..], &["replay", "--json"], &["check"], &["report", "-o", "-"]] {
        let ran = callfold(&[command, &["--at", "2026-11-23T09:15:00Z", &timeless]].concat());
        assert_eq!((ran.status, ran.err.contains(said)), (0, true), "{command:?}: {}", ran.err);
    }
    // The message is not there without --at, nor where one event has a time, or where nothing is shown.
    assert_eq!(callfold(&["replay", &timeless]).err, "");
    let timed = |line: &String| line.replace("\"rev\"", "\"at\":\"2026-11-23T09:15:00Z\",\"rev\"");
    let mut one_time = events();
    one_time[3] = timed(&one_time[3]);
    for (at, log) in [
        ("2027-01-01T00:00:00Z", log_of("one.jsonl", &one_time)),
        ("2026-01-01T00:00:00Z", log_of("one.jsonl", &one_time)),
        ("2026-01-01T00:00:00Z", log_of("all.jsonl", &events().iter().map(timed).collect::<Vec<_>>())),
        ("2026-01-01T00:00:00Z", log_of("nothing.jsonl", &[event(1, "levitated", &json!({}))])),
    ] {
        let ran = callfold(&["replay", "--at", at, &log]);
        assert!(!ran.err.contains("no event in the log"), "{log}: {}", ran.err);
    }
}

#[test]
fn the_help_says_what_stays_of_a_quiet_run() {
    let help = callfold(&["replay", "-h"]).out;
    let quiet = help.split_once("--quiet").unwrap().1;
    assert!(quiet.contains("errors") && quiet.contains("exit status"), "{quiet}");
}
