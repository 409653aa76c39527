//! The screens of the browser and its reactions to keys, with the samples.

#[path = "../../../../tests/common/seed.rs"]
mod seed;

use std::fs;
use std::io::Write;
use std::path::Path;

use clap::Parser;
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::browser::{Browser, Next};
use super::history_reader::{self, HistoryReader, Opened};
use super::keys::Key;
use super::palette::Palette;
use crate::args::{Args, Command};
use crate::logs::Logs;
use crate::replayer::{ReplayOptions, replay_logs};
use crate::report::secrets::secrets;
use crate::report::worst::WorstFindings;
use crate::selection::Selection;
use callfold_view::printable::printable;

/// The top of the repository, which the paths of the tests are relative to.
const TOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

struct Screen {
    browser: Browser,
    reader: HistoryReader,
}

impl Screen {
    fn of(arguments: &[&str]) -> Self {
        std::env::set_current_dir(TOP).unwrap();
        let arguments = ["callfold", "browse"].iter().chain(arguments);
        let Command::Browse(args) = Args::parse_from(arguments).command else { panic!("another command") };
        let logs = Logs::of(&args.source.logs);
        let selection = Selection::of(&args.source, args.only.names(), logs).unwrap().unwrap();
        let Opened { calls, reader, .. } = history_reader::open(&selection, &args.list).unwrap();
        let browser = Browser::new(calls, super::title(&args.source.logs), Palette { is_plain: true });
        let mut screen = Self { browser, reader };
        screen.load();
        screen
    }

    fn sample(name: &str) -> Self {
        Self::of(&[&format!("docs/samples/{name}")])
    }

    fn load(&mut self) {
        if let Some(row) = self.browser.wanted() {
            let history = self.reader.history(row);
            self.browser.load(history);
        }
    }

    fn press(&mut self, key: Key) -> Next {
        let next = self.browser.handle(key);
        self.load();
        next
    }

    fn typed(&mut self, keys: &str) {
        keys.chars().for_each(|key| assert_eq!(self.press(Key::Char(key)), Next::Go));
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
        let rows = self.browser.listed.iter().map(|row| self.browser.calls.rows[*row].id);
        rows.map(|id| id.map_or_else(|| "none".into(), |id| id.to_string()[..4].into())).collect()
    }

    /// The text behind a label, on a screen so wide that no text is wrapped.
    fn text(&mut self, label: &str) -> Option<String> {
        let drawn = self.drawn(300, 60);
        let rights = drawn.lines().filter_map(|line| line.split_once('│')).map(|(_, right)| right);
        let mut texts = rights.skip_while(|right| !right.starts_with("at         revision "));
        texts.find_map(|text| text.strip_prefix(&format!("{label:11}"))).map(str::to_owned)
    }
}

fn answers(name: &str) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(format!("{TOP}/frontends/cli/tests/cases/{name}")).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn strings(list: &serde_json::Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn the_calls_are_listed_as_in_the_table() {
    for answer in answers("list.answers.jsonl") {
        let log = format!("frontends/cli/tests/cases/{}", answer["log"].as_str().unwrap());
        let arguments = [&[&*log], &strings(&answer["arguments"])[..]].concat();
        let mut screen = Screen::of(&arguments);
        let rows = screen.browser.listed.iter().map(|row| &screen.browser.calls.rows[*row]);
        let ids: Vec<_> = rows.filter(|row| row.revision > 0).filter_map(|row| row.id).collect();
        let ids: Vec<_> = ids.iter().map(ToString::to_string).collect();
        assert_eq!(ids, strings(&answer["calls"]), "{answer}");
        let is_filtered = arguments.contains(&"--ended");
        assert_eq!(screen.drawn(100, 24).contains(" listed, ended badly"), is_filtered, "{answer}");
        // A call of which only a finding tells has not ended badly.
        assert!(!is_filtered || screen.browser.listed.len() == ids.len(), "{answer}");
    }
}

#[test]
fn a_call_names_the_calls_that_belong_to_it() {
    for answer in answers("related.answers.jsonl") {
        let log = format!("frontends/cli/tests/cases/{}", answer["log"].as_str().unwrap());
        let mut screen = Screen::of(&[&log]);
        for at in 0..screen.browser.listed.len() {
            let id = screen.browser.row().and_then(|row| row.id).unwrap().to_string();
            if let Some(expected) = answer["related"].get(&id) {
                let expected = strings(expected).join(" ");
                let drawn = screen.drawn(300, 60);
                let rights = drawn.lines().filter_map(|line| line.split_once('│')).map(|(_, right)| right);
                let named =
                    rights.skip_while(|right| !right.starts_with("related")).flat_map(str::split_whitespace);
                let named: Vec<_> = named.filter(|word| word.len() == 36).collect();
                assert_eq!(named.join(" "), expected, "{at} {id}: {drawn}");
            }
            let _ = screen.press(Key::Down);
        }
    }
}

#[test]
fn calls_whose_ids_begin_alike_can_be_told_apart_at_every_size() {
    for (width, height) in [(60, 16), (80, 24), (200, 40)] {
        let drawn = Screen::of(&["frontends/cli/tests/cases/related.jsonl"]).drawn(width, height);
        let lefts: Vec<_> =
            drawn.lines().filter_map(|line| line.split_once('│')).map(|(left, _)| left).collect();
        for (number, left) in (1..=4).zip(&lefts[1..]) {
            assert!(left.contains(&format!("50{number} 01-01 10:00 ")), "{width}: {drawn}");
        }
        let place = |line: &str, word: &str| line.split_once(word).map(|(before, _)| before.chars().count());
        assert_eq!(place(lefts[0], "begin"), place(lefts[1], "01-01"), "{width}: {drawn}");
    }
}

#[test]
fn the_help_can_be_read_at_every_size() {
    for (width, height) in [(60, 16), (60, 24), (80, 24), (140, 40)] {
        let mut screen = Screen::sample("ivr.jsonl");
        screen.typed("?");
        let first = screen.drawn(width, height);
        let mut seen = first.clone();
        for _ in 0..30 {
            let _ = screen.press(Key::Down);
            seen = format!("{seen}\n{}", screen.drawn(width, height));
        }
        for text in [
            "↑ ↓",
            "Home End",
            "Ctrl-C",
            "the cursor",
            "failed, was orphaned",
            "Esc clears it",
            "it completed",
        ] {
            assert!(seen.contains(text), "{width}x{height} {text}: {first}");
        }
        let is_whole = first.contains("the cursor");
        assert_eq!(is_whole, (width, height) >= (80, 24), "{first}");
        assert_eq!(first.contains("↓ more"), !is_whole, "{first}");
        assert!(!screen.drawn(width, height).contains("↓ more"), "the last line is shown");
        (0..30).for_each(|_| assert_eq!(screen.press(Key::Up), Next::Go));
        assert_eq!(screen.drawn(width, height), first);
        let _ = screen.press(Key::Enter);
        assert!(!screen.drawn(width, height).contains("Ctrl-C"));
    }
}

#[test]
fn long_times_have_days_and_operations_have_their_results() {
    let mut screen = Screen::of(&["frontends/cli/tests/cases/long.jsonl"]);
    let _ = screen.press(Key::Home);
    let _ = screen.press(Key::Tab);
    let _ = screen.press(Key::Home);
    let mut ats = Vec::new();
    for _ in 0..7 {
        ats.push(screen.text("at").unwrap().rsplit_once(' ').map(|(_, at)| at.to_owned()).unwrap());
        let _ = screen.press(Key::Right);
    }
    let expected = "+0:00.000 +0:00.250 +1:00:01.000 +1:00:02.000 +23:59:59.999 00:00:00.000 10:00:00.500";
    assert_eq!(ats.join(" "), expected);
    assert!(screen.text("at").unwrap().ends_with(" +1d 10:00:00.500"), "{:?}", screen.text("at"));
    let operations = screen.text("operations").unwrap();
    assert_eq!(operations, "playPrompt completed 200/0; playPrompt failed 500/8510 no <U+200B>media");

    let mut screen = Screen::of(&["frontends/cli/tests/cases/long-hostile.jsonl"]);
    let _ = screen.press(Key::Tab);
    let _ = screen.press(Key::Home);
    let _ = screen.press(Key::Right);
    assert!(screen.text("at").unwrap().ends_with(" -1d 01:01:01.500"), "{:?}", screen.text("at"));
}

const DRAWN: [&str; 3] = ["ivr.jsonl", "meeting-delta-roster.jsonl", "malformed.jsonl"];

#[test]
fn samples_are_drawn_at_two_sizes() {
    for name in DRAWN {
        for (width, height) in [(80, 24), (140, 40)] {
            insta::assert_snapshot!(
                format!("{name}-{width}x{height}"),
                Screen::sample(name).drawn(width, height)
            );
        }
    }
}

#[test]
fn the_page_shows_what_is_drawn() {
    let mut screen = Screen::sample("ivr.jsonl");
    screen.typed("n");
    let page = fs::read_to_string("docs/browse.md").unwrap().replace("\r\n", "\n");
    let shown = page.split("```text\n").nth(1).and_then(|rest| rest.split("\n```").next());
    assert_eq!(shown, Some(&*screen.drawn(100, 24)), "docs/browse.md");
}

#[test]
fn each_revision_is_shown_as_a_replay_until_it_has_it() {
    for name in
        ["ivr.jsonl", "meeting-delta-roster.jsonl", "malformed.jsonl", "transfer-blind.jsonl", "sdk.log"]
    {
        let mut screen = Screen::sample(name);
        for at in 0..screen.browser.listed.len() {
            let Some(id) = screen.browser.row().and_then(|row| row.id) else { continue };
            let revisions = screen.browser.history().map_or(0, |history| history.steps().len());
            _ = screen.press(Key::Tab);
            _ = screen.press(Key::Home);
            for revision in 1..=revisions {
                let log = format!("docs/samples/{name}");
                let until =
                    ["callfold", "replay", "--until-rev", &revision.to_string(), &log].map(str::to_owned);
                let Command::Replay(args) = Args::parse_from(until).command else {
                    panic!("another command")
                };
                let logs = Logs::of(&args.source.logs);
                let selection = Selection::of(&args.source, &[], logs).unwrap().unwrap();
                let options = selection.options();
                let outcome = replay_logs(options, &selection.logs, &mut WorstFindings::default()).unwrap();
                let call = outcome.replay.summaries().into_iter().find(|call| call.id() == id).unwrap();
                let state = screen.text("state").unwrap();
                assert_eq!(state.split(':').next(), Some(call.state().as_str()), "{name} {at} {revision}");
                assert_eq!(screen.text("audio").as_deref(), call.audio(), "{name} {at} {revision}");
                let operations = call.operations().map(|it| {
                    let result = it.result_info.map_or_else(String::new, |result| format!(" {result}"));
                    format!("{} {}{}", it.kind.as_str(), it.state, result.trim_end_matches('.'))
                });
                let operations = operations.collect::<Vec<_>>().join("; ");
                let shown = screen.text("operations").unwrap_or_default().replace(", orphaned", "");
                assert_eq!(shown, operations, "{name} {at} {revision}");
                let people = screen.text("people").map_or(0, |people| people.split("; ").count());
                assert_eq!(people, call.participants(), "{name} {at} {revision}");
                let keys = screen.text("keys").map_or(0, |keys| keys.split(' ').count());
                assert_eq!(keys, call.tones().count(), "{name} {at} {revision}");
                _ = screen.press(Key::Right);
            }
            _ = screen.press(Key::Tab);
            _ = screen.press(Key::Down);
        }
    }
}

#[test]
fn arrows_go_from_revision_to_revision_and_stop_at_the_ends() {
    let mut screen = Screen::sample("ivr.jsonl");
    assert_eq!(screen.browser.step, 11, "a call is shown as it was left");
    _ = screen.press(Key::Right);
    assert_eq!(screen.browser.step, 11);
    for _ in 0..20 {
        _ = screen.press(Key::Left);
    }
    assert_eq!(screen.text("event").unwrap(), "The call was offered.");
    let next = screen.text("next").unwrap();
    _ = screen.press(Key::Right);
    assert_eq!(screen.text("event").unwrap(), next);
}

#[test]
fn a_search_looks_at_all_that_is_listed_and_more() {
    let mut screen = Screen::sample("ivr.jsonl");
    let all = screen.listed();
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
        screen.typed("/");
        screen.typed(query);
        assert_eq!(screen.listed(), listed, "{query}");
        _ = screen.drawn(80, 24);
        assert_eq!(screen.press(Key::Esc), Next::Go);
        assert_eq!(screen.listed(), all, "Esc clears it");
    }
    screen.typed("/28b");
    assert_eq!(screen.press(Key::Enter), Next::Go);
    assert_eq!(screen.listed(), ["28b0"], "Enter keeps it");
    assert_eq!(screen.press(Key::Esc), Next::Go);
    assert_eq!(
        screen.browser.row().unwrap().id.unwrap().to_string()[..4],
        *"28b0",
        "the call stays selected"
    );
    assert_eq!(screen.press(Key::Esc), Next::Quit);
}

#[test]
fn a_filter_leaves_calls_with_findings() {
    let mut screen = Screen::sample("ivr.jsonl");
    screen.typed("f");
    assert_eq!(screen.listed(), ["28b0", "5b4a"]);
    screen.typed("f");
    assert_eq!(screen.listed(), ["1639", "28b0", "5b4a"]);
}

#[test]
fn the_next_finding_is_found_across_calls_and_so_is_the_one_before() {
    let mut screen = Screen::sample("ivr.jsonl");
    let mut found = Vec::new();
    for key in "nnnnNNN".chars() {
        screen.typed(&key.to_string());
        let kinds: Vec<_> =
            screen.browser.findings().iter().map(|located| located.finding.kind.as_str()).collect();
        found.push((screen.browser.step + 1, kinds.join(" ")));
    }
    let all =
        [(5, "orphan"), (3, "gap"), (4, "repeat"), (4, "repeat"), (3, "gap"), (5, "orphan"), (5, "orphan")];
    assert_eq!(found, all.map(|(step, kind)| (step, kind.to_owned())));
    assert_eq!(screen.browser.notice, Some("no earlier findings"));
}

#[test]
fn nothing_on_the_screen_is_invisible() {
    let log = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/invisible-hostile.jsonl");
    let mut screen = Screen::of(&[log]);
    let mut seen = String::new();
    for key in [Key::End, Key::Left, Key::Left, Key::Left, Key::Left] {
        _ = screen.press(key);
        seen += &screen.drawn(200, 60);
    }
    assert!(seen.contains("U+2060") && seen.lines().all(|line| printable(line) == line), "{seen}");
}

#[test]
fn what_belongs_to_no_call_is_listed_last() {
    let mut screen = Screen::sample("malformed.jsonl");
    assert_eq!(screen.listed().last().unwrap(), "none");
    _ = screen.press(Key::End);
    assert!(screen.drawn(80, 24).contains("info: noise"));
}

#[test]
fn names_cannot_control_the_terminal_or_break_the_layout() {
    let id = "57dab8b1-894c-409a-b240-bd8beae78896";
    let name = r"\u001b[31m会議室の人々会議室の人々\r\n\u202eevil\u0007";
    let line = format!(
        r#"{{"call":"{id}","rev":1,"type":"offered","data":{{}}}}
{{"call":"{id}","rev":2,"type":"rosterUpdated","data":{{"participants":[{{"id":"1","info":{{"identity":{{"user":{{"displayName":"{name}","id":"1"}}}}}}}}]}}}}"#
    );
    let log = tempfile::NamedTempFile::new().unwrap();
    fs::write(log.path(), line).unwrap();
    let mut screen = Screen::of(&[log.path().to_str().unwrap()]);
    for (width, height) in [(60, 16), (80, 24), (200, 60)] {
        let drawn = screen.drawn(width, height);
        assert!(drawn.contains('会'), "{drawn}");
        assert!(drawn.lines().all(|line| printable(line) == line), "{drawn}");
        let rules = drawn.lines().filter(|line| line.contains('│')).count();
        assert_eq!(rules, usize::from(height) - 2, "{drawn}");
    }
    screen.typed("/会議");
    assert_eq!(screen.listed(), ["57da"]);
}

#[test]
fn only_the_first_events_of_a_very_long_call_are_shown() {
    let id = "57dab8b1-894c-409a-b240-bd8beae78896";
    let line = |revision, event: &str| format!(r#"{{"call":"{id}","rev":{revision},{event}}}"#) + "\n";
    let tone = r#""type":"toneReceived","data":{"tone":"tone1"}"#;
    let begun = line(1, r#""type":"offered","data":{}"#);
    let log = tempfile::NamedTempFile::new().unwrap();
    let last = line(20_500, tone);
    let lines = (2..20_500).map(|revision| line(revision, tone)).chain([last.clone(), last]);
    fs::write(log.path(), lines.fold(begun, |log, line| log + &line)).unwrap();
    let mut screen = Screen::of(&[log.path().to_str().unwrap()]);
    assert_eq!(screen.browser.step, 19_999);
    assert_eq!(
        screen.text("next").unwrap(),
        "500 more events, too many to step through; see callfold convert"
    );
    screen.typed("nn");
    assert_eq!(screen.browser.notice, Some("no more findings"));
}

#[test]
fn a_compressed_log_and_one_in_utf_16_are_browsed_like_their_text() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(format!("{TOP}/docs/samples/service.jsonl")).unwrap();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(text.as_bytes()).unwrap();
    let utf16 = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let screens = [text.into_bytes(), gzip.finish().unwrap(), utf16].map(|log| {
        let path = folder.path().join("log");
        fs::write(&path, log).unwrap();
        Screen::of(&[path.to_str().unwrap()]).drawn(100, 24)
    });
    assert!(screens[0].contains("playPrompt"), "{}", screens[0]);
    assert_eq!([&screens[1], &screens[2]], [&screens[0]; 2]);
}

#[test]
fn a_terminal_that_is_too_small_shows_a_message() {
    let mut screen = Screen::sample("ivr.jsonl");
    assert!(screen.drawn(59, 24).starts_with("callfold browse needs 60 columns and 16 rows"));
    _ = screen.drawn(1, 1);
}

#[test]
fn a_log_without_calls_says_why() {
    let log = tempfile::NamedTempFile::new().unwrap();
    fs::write(log.path(), r#"{"value":[]}"#).unwrap();
    let mut screen = Screen::of(&["--format", "notifications", log.path().to_str().unwrap()]);
    let drawn = screen.drawn(80, 24);
    assert!(drawn.contains("no call ") && drawn.contains("empty: the body has no"), "{drawn}");
}

#[test]
fn secrets_are_not_shown_and_not_found() {
    assert!(Path::new(TOP).is_dir());
    for name in ["meeting-delta-roster.jsonl", "ivr.jsonl", "service.jsonl"] {
        let mut screen = Screen::sample(name);
        let Command::Replay(args) =
            Args::parse_from(["callfold", "replay", "--show-secrets", &format!("docs/samples/{name}")])
                .command
        else {
            panic!("another command")
        };
        let options =
            ReplayOptions { keep: callfold::Keep::Everything, ..ReplayOptions::of_all(&args.source) };
        let logs = Logs::of(&args.source.logs);
        let outcome = replay_logs(options, &logs, &mut WorstFindings::default()).unwrap();
        let calls: Vec<_> = outcome.replay.calls().collect();
        for secret in calls.iter().flat_map(|call| secrets(call)) {
            for _ in 0..screen.browser.listed.len() {
                assert!(!screen.drawn(300, 60).contains(secret.value), "{name}");
                _ = screen.press(Key::Down);
            }
            screen.typed("/");
            screen.typed(secret.value);
            assert!(screen.listed().is_empty(), "{name}");
            _ = screen.press(Key::Esc);
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
        let mut screen = Screen::sample(name);
        for (key, is_loaded) in keys {
            // Keys may come before a history is loaded.
            _ = screen.browser.handle(key);
            if is_loaded {
                screen.load();
            }
            _ = screen.drawn(width, height);
            let browser = &screen.browser;
            prop_assert!(browser.listed.is_empty() || browser.selected < browser.listed.len());
            prop_assert!(browser.history().is_none_or(|history| browser.step < history.steps().len()));
        }
    }
}

#[test]
fn the_title_names_the_logs_without_passwords() {
    let named = |logs: &[&str]| super::title(&logs.iter().map(Into::into).collect::<Vec<_>>());
    assert_eq!(named(&["logs/bot.log"]), "logs/bot.log");
    assert_eq!(named(&["postgres://bot:s3cret@db/calls", "b.log"]), "postgres://…@db/calls and 1 more");
}
