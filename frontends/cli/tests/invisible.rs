//! Nothing on a terminal, a page or a picture is invisible, and nothing controls the terminal.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod common;

use common::terminal::Terminal;
use common::{Folder, Ran, callfold, command, fed};
use serde_json::Value;

/// One of each kind of character that nobody sees, or that changes what is seen around it.
const HIDDEN: [char; 31] = [
    '\u{1}',
    '\u{7f}',
    '\u{85}',
    '\u{9b}',
    '\u{ad}',
    '\u{34f}',
    '\u{61c}',
    '\u{115f}',
    '\u{180e}',
    '\u{200b}',
    '\u{200c}',
    '\u{200d}',
    '\u{200f}',
    '\u{2028}',
    '\u{202e}',
    '\u{2060}',
    '\u{2066}',
    '\u{2800}',
    '\u{3164}',
    '\u{fdd0}',
    '\u{fe00}',
    '\u{fe0f}',
    '\u{feff}',
    '\u{fff9}',
    '\u{13430}',
    '\u{13441}',
    '\u{16fe4}',
    '\u{1d159}',
    '\u{e0001}',
    '\u{e0041}',
    '\u{e0100}',
];

fn case(name: &str) -> String {
    format!("{}/tests/cases/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// The command in a terminal: what it writes, without the colours.
fn seen(arguments: &[&str], columns: u16) -> String {
    let mut command = command(arguments);
    command.env("NO_COLOR", "1");
    Terminal::run(command, columns).ended().0
}

fn assert_visible(shown: &str, about: &str) {
    for hidden in HIDDEN.into_iter().chain(['\u{1b}']) {
        assert!(!shown.contains(hidden), "{about} shows {hidden:?}: {shown:?}");
    }
}

#[test]
fn an_invisible_character_is_shown_by_its_code_point_everywhere() {
    let log = case("invisible.jsonl");
    for (command, is_seen) in [("replay", true), ("check", true)] {
        for shown in [callfold(&[command, &log]).out, seen(&[command, &log], 200)] {
            assert_eq!(shown.contains("established<U+200B>"), is_seen, "{command}: {shown}");
        }
    }
}

#[test]
fn hostile_text_is_visible_in_every_command() {
    let folder = Folder::new();
    let name = format!("{}.jsonl", HIDDEN.iter().collect::<String>());
    let log = folder.write(&name, std::fs::read(case("invisible-hostile.jsonl")).unwrap());
    for (columns, arguments) in [
        (200, &["replay"][..]),
        (60, &["replay", "--show-secrets"]),
        (200, &["replay", "--json"]),
        (200, &["check", "--deny", "info"]),
        (200, &["convert", "--to", "events"]),
        (200, &["convert", "--to", "cloudevents"]),
        (200, &["report", "-o", "-"]),
    ] {
        let shown = seen(&[arguments, &[&log]].concat(), columns);
        assert!(shown.contains("U+2060") || shown.contains("\\u2060"), "{arguments:?}: {shown}");
        assert_visible(&shown, &format!("{arguments:?}"));
    }
    for name in ["a.html", "a.svg"] {
        let path = format!("{}/{name}", folder.path());
        assert_eq!(callfold(&["report", &log, "-o", &path]).err, "");
        let written = std::fs::read_to_string(&path).unwrap();
        assert!(written.contains("U+200B"), "{name}");
        assert_visible(&written, name);
    }
}

#[test]
fn what_looks_like_nothing_is_visible_everywhere() {
    for (name, shown) in [
        ("blank.jsonl", ["<U+2800>", "<U+3164>", "<U+1D159>", "<U+16FE4>"]),
        ("blank-hostile.jsonl", ["<U+E0068>", "<U+FE00>", "<U+1343F>", "<U+FDD0>"]),
    ] {
        let log = case(name);
        for text in [callfold(&["replay", &log]).out, callfold(&["report", &log, "-o", "-"]).out] {
            assert_visible(&text, name);
            for shown in shown {
                let escaped = shown.replace('<', "&lt;").replace('>', "&gt;");
                assert!(text.contains(shown) || text.contains(&escaped), "{name} {shown}: {text}");
            }
        }
    }
}

#[test]
fn the_emoji_of_a_name_stay() {
    let page = callfold(&["report", &case("visible.jsonl"), "-o", "-"]).out;
    let scotland = "\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}";
    for kept in [scotland, "\u{1f469}\u{1f3fd}\u{200d}\u{1f4bb}", "\u{2764}\u{fe0f}", "1\u{fe0f}\u{20e3}"] {
        assert!(page.contains(kept), "{kept}");
    }
    assert!(!page.contains("U+"));
}

#[test]
fn json_on_a_terminal_is_the_same_json() {
    let log = case("invisible-hostile.jsonl");
    let raw = callfold(&["replay", "--json", &log]).json();
    let shown: Value = serde_json::from_str(&seen(&["replay", "--json", &log], 200)).unwrap();
    assert_eq!(raw, shown);
    assert!(raw.to_string().contains('\u{200b}'), "{raw}");
}

#[test]
fn what_belongs_to_an_emoji_or_an_ideograph_stays() {
    let ran = callfold(&["replay", &case("visible.jsonl")]);
    for kept in [
        "\u{2764}\u{fe0f}",
        "\u{1f469}\u{200d}\u{1f4bb}",
        "\u{845b}\u{e0100}",
        "1\u{fe0f}\u{20e3}",
        "e\u{301}",
    ] {
        assert!(ran.out.contains(kept), "{kept}: {}", ran.out);
    }
    assert!(!ran.out.contains("U+"), "{}", ran.out);
}

#[test]
fn arguments_in_messages_are_visible() {
    let evil = format!("x\u{1b}[31m\nfake: error {}", HIDDEN.iter().collect::<String>());
    let folder = Folder::new();
    let log = folder.write(&evil, "{}");
    let flag = format!("--{evil}");
    for arguments in [
        &[evil.as_str()][..],
        &["replay", &flag],
        &["replay", "--call", &evil, &log],
        &["replay", "--at", &evil, &log],
        &["replay", "--format", &evil, &log],
        &["convert", "--to", &evil, &log],
        &["diagram", &evil],
        &["check", &evil],
        &["check", &log],
        &["report", &log, "-o", &evil],
        &["report", &log, "-o", &format!("{evil}/x.html")],
    ] {
        let Ran { status, err, out } = callfold(arguments);
        assert!((1..=2).contains(&status), "{arguments:?}");
        let shown = format!("{out}{err}");
        assert!(shown.contains("U+200B"), "{arguments:?}: {shown}");
        assert_visible(&shown, &format!("{arguments:?}"));
        assert!(!shown.lines().any(|line| line.starts_with("fake:")), "{shown}");
    }
}

#[test]
fn a_record_that_breaks_is_described_for_people() {
    for line in std::fs::read_to_string(case("broken.jsonl")).unwrap().lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let (record, said) = (case["record"].as_str().unwrap(), case["said"].as_str().unwrap());
        let ran = fed(record.as_bytes(), &["replay", "--json", "--format", "notifications", "-"]).json();
        assert_eq!(ran["findings"][0]["message"], said, "{record}");
    }
}
