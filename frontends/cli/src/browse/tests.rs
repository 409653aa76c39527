//! What is drawn, and what keys do, on the samples.

#[path = "../../../../tests/common/seed.rs"]
mod seed;

use std::fs;
use std::path::Path;

use clap::Parser;
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::browser::{Browser, Next};
use super::draw::Palette;
use super::keys::Key;
use super::library::{self, Library, Opened};
use crate::args::{Args, Command};
use crate::drive::{Order, drive};
use crate::logs::Logs;
use crate::report::{Worst, printable};

/// Everything is named as it is from the top of the repository.
const TOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

struct Seen {
    browser: Browser,
    library: Library,
}

impl Seen {
    fn of(arguments: &[&str]) -> Self {
        std::env::set_current_dir(TOP).unwrap();
        let arguments = ["callfold", "browse"].iter().chain(arguments);
        let Command::Browse(args) = Args::parse_from(arguments).command else { panic!("another command") };
        let logs = Logs::of(&args.source.logs);
        let Opened { catalogue, library, .. } = library::open(&args.source, args.only.call, &logs).unwrap();
        let browser = Browser::new(catalogue, super::title(&args.source), Palette { is_plain: true });
        let mut seen = Self { browser, library };
        seen.report();
        seen
    }

    fn sample(name: &str) -> Self {
        Self::of(&[&format!("docs/samples/{name}")])
    }

    fn report(&mut self) {
        if let Some(row) = self.browser.wanted() {
            let story = self.library.story(row);
            self.browser.report(story);
        }
    }

    fn receive_tone(&mut self, key: Key) -> Next {
        let next = self.browser.handle(key);
        self.report();
        next
    }

    fn typed(&mut self, keys: &str) {
        keys.chars().for_each(|key| assert_eq!(self.receive_tone(Key::Char(key)), Next::Go));
    }

    fn drawn(&mut self, width: u16, height: u16) -> String {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| self.browser.draw(frame)).unwrap();
        let drawn = terminal.backend().to_string();
        let lines = drawn.lines().map(|line| line.trim_matches('"').trim_end());
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The ids that are listed, shortened.
    fn listed(&self) -> Vec<String> {
        let rows = self.browser.listed.iter().map(|row| self.browser.catalogue.rows[*row].id);
        rows.map(|id| id.map_or_else(|| "none".into(), |id| id.to_string()[..4].into())).collect()
    }

    /// What stands behind a label, at a width at which nothing is broken.
    fn said(&mut self, label: &str) -> Option<String> {
        let drawn = self.drawn(300, 60);
        let rights = drawn.lines().filter_map(|line| line.split_once('│')).map(|(_, right)| right);
        let mut texts = rights.skip_while(|right| !right.starts_with("at     revision "));
        texts.find_map(|text| text.strip_prefix(&format!("{label:7}"))).map(str::to_owned)
    }
}

const DRAWN: [&str; 3] = ["ivr.jsonl", "meeting-delta-roster.jsonl", "malformed.jsonl"];

#[test]
fn samples_are_drawn_at_two_sizes() {
    for name in DRAWN {
        for (width, height) in [(80, 24), (140, 40)] {
            insta::assert_snapshot!(
                format!("{name}-{width}x{height}"),
                Seen::sample(name).drawn(width, height)
            );
        }
    }
}

#[test]
fn the_page_shows_what_is_drawn() {
    let mut seen = Seen::sample("ivr.jsonl");
    seen.typed("n");
    let page = fs::read_to_string("docs/browse.md").unwrap().replace("\r\n", "\n");
    let shown = page.split("```text\n").nth(1).and_then(|rest| rest.split("\n```").next());
    assert_eq!(shown, Some(&*seen.drawn(100, 24)), "docs/browse.md");
}

#[test]
fn each_revision_is_shown_as_a_replay_until_it_tells() {
    for name in
        ["ivr.jsonl", "meeting-delta-roster.jsonl", "malformed.jsonl", "transfer-blind.jsonl", "sdk.log"]
    {
        let mut seen = Seen::sample(name);
        for at in 0..seen.browser.listed.len() {
            let Some(id) = seen.browser.row().and_then(|row| row.id) else { continue };
            let revisions = seen.browser.story().map_or(0, |story| story.steps().len());
            _ = seen.receive_tone(Key::Tab);
            _ = seen.receive_tone(Key::Home);
            for revision in 1..=revisions {
                let log = format!("docs/samples/{name}");
                let until =
                    ["callfold", "replay", "--until-rev", &revision.to_string(), &log].map(str::to_owned);
                let Command::Replay(args) = Args::parse_from(until).command else {
                    panic!("another command")
                };
                let outcome = drive(Order::of(&args.source, None), &mut Worst::default()).unwrap();
                let call = outcome.calls.summaries().into_iter().find(|call| call.id() == id).unwrap();
                let state = seen.said("state").unwrap();
                assert_eq!(state.split(':').next(), Some(call.state().as_str()), "{name} {at} {revision}");
                assert_eq!(seen.said("audio").as_deref(), call.audio(), "{name} {at} {revision}");
                let operations: Vec<_> =
                    call.operations().map(|it| format!("{} {}", it.kind.as_str(), it.state)).collect();
                let did = seen.said("did").unwrap_or_default().replace(", orphaned", "");
                assert_eq!(did, operations.join("; "), "{name} {at} {revision}");
                let people = seen.said("with").map_or(0, |with| with.split("; ").count());
                assert_eq!(people, call.participants(), "{name} {at} {revision}");
                let keys = seen.said("keys").map_or(0, |keys| keys.split(' ').count());
                assert_eq!(keys, call.tones().count(), "{name} {at} {revision}");
                _ = seen.receive_tone(Key::Right);
            }
            _ = seen.receive_tone(Key::Tab);
            _ = seen.receive_tone(Key::Down);
        }
    }
}

#[test]
fn arrows_go_from_revision_to_revision_and_stop_at_the_ends() {
    let mut seen = Seen::sample("ivr.jsonl");
    assert_eq!(seen.browser.step, 11, "a call is shown as it was left");
    _ = seen.receive_tone(Key::Right);
    assert_eq!(seen.browser.step, 11);
    for _ in 0..20 {
        _ = seen.receive_tone(Key::Left);
    }
    assert_eq!(seen.said("now").unwrap(), "The call was offered.");
    let next = seen.said("next").unwrap();
    _ = seen.receive_tone(Key::Right);
    assert_eq!(seen.said("now").unwrap(), next);
}

#[test]
fn a_search_looks_at_all_that_is_listed_and_more() {
    let mut seen = Seen::sample("ivr.jsonl");
    let all = seen.listed();
    for (query, listed) in [
        ("28B05", &["28b0"][..]),
        ("pstn hung", &["28b0"]),
        ("RECORD", &["1639"]),
        ("adele", &["1639"]),
        ("orphan", &["28b0"]),
        ("nothing new", &["5b4a"]),
        ("terminated", &["1639", "28b0", "5b4a"]),
        ("no such thing", &[]),
    ] {
        seen.typed("/");
        seen.typed(query);
        assert_eq!(seen.listed(), listed, "{query}");
        _ = seen.drawn(80, 24);
        assert_eq!(seen.receive_tone(Key::Esc), Next::Go);
        assert_eq!(seen.listed(), all, "Esc clears it");
    }
    seen.typed("/28b");
    assert_eq!(seen.receive_tone(Key::Enter), Next::Go);
    assert_eq!(seen.listed(), ["28b0"], "Enter keeps it");
    assert_eq!(seen.receive_tone(Key::Esc), Next::Go);
    assert_eq!(seen.browser.row().unwrap().id.unwrap().to_string()[..4], *"28b0", "the call stays selected");
    assert_eq!(seen.receive_tone(Key::Esc), Next::Quit);
}

#[test]
fn a_filter_leaves_calls_with_findings() {
    let mut seen = Seen::sample("ivr.jsonl");
    seen.typed("f");
    assert_eq!(seen.listed(), ["28b0", "5b4a"]);
    seen.typed("f");
    assert_eq!(seen.listed(), ["1639", "28b0", "5b4a"]);
}

#[test]
fn the_next_finding_is_found_across_calls_and_so_is_the_one_before() {
    let mut seen = Seen::sample("ivr.jsonl");
    let mut found = Vec::new();
    for key in "nnnnNNN".chars() {
        seen.typed(&key.to_string());
        let kinds: Vec<_> =
            seen.browser.findings().iter().map(|placed| placed.finding.kind.as_str()).collect();
        found.push((seen.browser.step + 1, kinds.join(" ")));
    }
    let all =
        [(5, "orphan"), (3, "gap"), (4, "repeat"), (4, "repeat"), (3, "gap"), (5, "orphan"), (5, "orphan")];
    assert_eq!(found, all.map(|(step, kind)| (step, kind.to_owned())));
    assert_eq!(seen.browser.notice, Some("no findings before this one"));
}

#[test]
fn what_belongs_to_no_call_is_listed_last() {
    let mut seen = Seen::sample("malformed.jsonl");
    assert_eq!(seen.listed().last().unwrap(), "none");
    _ = seen.receive_tone(Key::End);
    assert!(seen.drawn(80, 24).contains("error: malformed"));
}

#[test]
fn names_cannot_steer_the_terminal_or_break_the_layout() {
    let id = "57dab8b1-894c-409a-b240-bd8beae78896";
    let name = r"\u001b[31m会議室の人々会議室の人々\r\n\u202eevil\u0007";
    let line = format!(
        r#"{{"call":"{id}","rev":1,"type":"offered","data":{{}}}}
{{"call":"{id}","rev":2,"type":"rosterUpdated","data":{{"participants":[{{"id":"1","info":{{"identity":{{"user":{{"displayName":"{name}","id":"1"}}}}}}}}]}}}}"#
    );
    let log = tempfile::NamedTempFile::new().unwrap();
    fs::write(log.path(), line).unwrap();
    let mut seen = Seen::of(&[log.path().to_str().unwrap()]);
    for (width, height) in [(60, 16), (80, 24), (200, 60)] {
        let drawn = seen.drawn(width, height);
        assert!(drawn.contains('会'), "{drawn}");
        assert!(drawn.lines().all(|line| printable(line) == line), "{drawn}");
        let rules = drawn.lines().filter(|line| line.contains('│')).count();
        assert_eq!(rules, usize::from(height) - 2, "{drawn}");
    }
    seen.typed("/会議");
    assert_eq!(seen.listed(), ["57da"]);
}

#[test]
fn of_a_call_without_end_the_beginning_is_told() {
    let id = "57dab8b1-894c-409a-b240-bd8beae78896";
    let line = |revision, reported: &str| format!(r#"{{"call":"{id}","rev":{revision},{reported}}}"#) + "\n";
    let received_tones = r#""type":"toneReceived","data":{"tone":"tone1"}"#;
    let begun = line(1, r#""type":"offered","data":{}"#);
    let log = tempfile::NamedTempFile::new().unwrap();
    let last = line(20_500, received_tones);
    let lines = (2..20_500).map(|revision| line(revision, received_tones)).chain([last.clone(), last]);
    fs::write(log.path(), lines.fold(begun, |log, line| log + &line)).unwrap();
    let mut seen = Seen::of(&[log.path().to_str().unwrap()]);
    assert_eq!(seen.browser.step, 19_999);
    assert_eq!(seen.said("next").unwrap(), "500 more events, too many to step through; see callfold convert");
    seen.typed("nn");
    assert_eq!(seen.browser.notice, Some("no more findings"));
}

#[test]
fn a_terminal_that_is_too_small_is_told_so() {
    let mut seen = Seen::sample("ivr.jsonl");
    assert!(seen.drawn(59, 24).starts_with("callfold browse needs 60 columns and 16 rows"));
    _ = seen.drawn(1, 1);
}

#[test]
fn a_log_without_calls_says_so() {
    let log = tempfile::NamedTempFile::new().unwrap();
    fs::write(log.path(), r#"{"value":[]}"#).unwrap();
    let mut seen = Seen::of(&["--format", "notifications", log.path().to_str().unwrap()]);
    let drawn = seen.drawn(80, 24);
    assert!(drawn.contains("no calls in these logs"), "{drawn}");
}

#[test]
fn secrets_are_not_shown_and_not_found() {
    assert!(Path::new(TOP).is_dir());
    for name in ["meeting-delta-roster.jsonl", "ivr.jsonl", "service.jsonl"] {
        let mut seen = Seen::sample(name);
        let Command::Replay(args) =
            Args::parse_from(["callfold", "replay", "--show-secrets", &format!("docs/samples/{name}")])
                .command
        else {
            panic!("another command")
        };
        let order = Order { is_whole: true, ..Order::of(&args.source, None) };
        let outcome = drive(order, &mut Worst::default()).unwrap();
        let calls: Vec<_> = outcome.calls.whole().unwrap().calls().collect();
        for secret in calls.iter().flat_map(|call| crate::report::secrets(call)) {
            for _ in 0..seen.browser.listed.len() {
                assert!(!seen.drawn(300, 60).contains(secret.value), "{name}");
                _ = seen.receive_tone(Key::Down);
            }
            seen.typed("/");
            seen.typed(secret.value);
            assert!(seen.listed().is_empty(), "{name}");
            _ = seen.receive_tone(Key::Esc);
        }
    }
}

fn key() -> impl Strategy<Value = Key> {
    use Key::{
        Backspace, Char, Down, End, Enter, Esc, Home, Interrupt, Left, PageDown, PageUp, Right, Tab, Up,
    };
    let named = [Up, Down, Left, Right, Home, End, PageUp, PageDown, Tab, Enter, Esc, Backspace, Interrupt];
    let meaning = "/?fnNhjklgGq1 会".chars().map(Char);
    prop::sample::select(named.into_iter().chain(meaning).collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(seed::config(
        48,
        "no_keys_in_any_mode_are_too_much",
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../proptest-regressions/no_keys_in_any_mode_are_too_much.txt"),
    ))]

    #[test]
    fn no_keys_in_any_mode_are_too_much(
        keys in prop::collection::vec((key(), any::<bool>()), 0..60),
        name in prop::sample::select(vec!["ivr.jsonl", "malformed.jsonl", "sdk.log"]),
        (width, height) in (1u16..120, 1u16..40),
    ) {
        let mut seen = Seen::sample(name);
        for (key, is_reported) in keys {
            // Keys may come before a story is told.
            _ = seen.browser.handle(key);
            if is_reported {
                seen.report();
            }
            _ = seen.drawn(width, height);
            let browser = &seen.browser;
            prop_assert!(browser.listed.is_empty() || browser.selected < browser.listed.len());
            prop_assert!(browser.story().is_none_or(|story| browser.step < story.steps().len()));
        }
    }
}
