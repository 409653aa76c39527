//! The timeline picture shows everything in a history at the right position, and nothing overlaps.
#![allow(clippy::indexing_slicing, reason = "a test may panic")]

mod common;

use callfold::FindingKind;
use callfold_view::history::CallHistory;
use callfold_view::timeline;
use common::build::{at, every_second, found, operation, person};
use common::drawn::Drawn;
use common::samples;

/// A call with something for every lane.
fn full() -> CallHistory {
    let came = format!(r#"{{"participants":[{}]}}"#, person(1, "Adele Vance"));
    let request = operation("playPrompt", 1, r#","status":"running""#);
    let failed = r#","resultInfo":{"code":500,"subcode":8501,"message":"no"}"#;
    let events = [
        ("offered", r#"{"direction":"incoming"}"#),
        ("answered", "{}"),
        ("established", r#"{"mediaState":{"audio":"active"}}"#),
        ("rosterUpdated", &came),
        ("operationCreated", &request),
        ("operationCompleted", &operation("playPrompt", 1, "")),
        ("operationCreated", &operation("record", 2, r#","status":"running""#)),
        ("operationFailed", &operation("record", 2, failed)),
        ("operationCreated", &operation("muteParticipant", 3, r#","status":"notStarted""#)),
        ("toneReceived", r#"{"sequenceId":1,"tone":"pound"}"#),
        ("rosterUpdated", r#"{"participants":[{"id":"p1","removedState":{"reason":"left"}}]}"#),
        ("terminated", r#"{"resultInfo":{"code":200,"subcode":4521}}"#),
    ];
    let findings = vec![
        found(FindingKind::Repeat, "reported twice", 3, 2),
        found(FindingKind::Gap, "something was lost", 5, 4),
        found(FindingKind::Conflict, "two different events", 9, 7),
    ];
    every_second(&events, findings)
}

#[test]
fn every_lane_that_has_something_is_there() {
    let drawn = Drawn::read(&timeline::svg(&full()));
    for heading in ["State", "Audio", "Operations", "Participants", "Keys", "Deadlines", "Findings", "Events"]
    {
        assert!(drawn.says(heading), "{heading}");
    }
    let words = [
        "Call 57dab8b1-894c-409a-b240-bd8beae78896, incoming",
        "Ended: 200/4521 The peer ended the call.",
        "from 2026-11-01T00:00:00Z, for 11 s · 12 events · 3 findings",
        "incoming",
        "establishing",
        "established",
        "terminated",
        "active",
        "playPrompt completed",
        "record failed",
        "muteParticipant orphaned",
        "Adele Vance",
        "#",
        "the app must answer",
        "operationFailed",
    ];
    for words in words {
        assert!(drawn.says(words), "{words}");
    }
    for title in ["error: conflict: two different events (night.jsonl, line 9)", "key # at 0:09.0"] {
        assert!(drawn.titles.iter().any(|one| one == title), "{title}");
    }
    drawn.is_sound("full");
}

#[test]
fn a_narrow_picture_has_the_same_lanes_and_words_that_can_be_read() {
    let drawn = Drawn::read(&timeline::svg_narrow(&full()));
    let words = [
        "State",
        "Audio",
        "Operations",
        "Participants",
        "Keys",
        "Deadlines",
        "Findings",
        "Events",
        "established",
        "playPrompt completed",
        "record failed",
        "muteParticipant orphaned",
        "Adele Vance",
        "the app must answer",
    ];
    for words in words {
        assert!(drawn.says(words), "{words}");
    }
    assert!(drawn.texts.iter().all(|text| text.size >= 11.0));
    assert!(drawn.width < 500.0, "{}", drawn.width);
    drawn.is_sound("narrow");
}

#[test]
fn empty_lanes_are_left_out() {
    let drawn = Drawn::read(&timeline::svg(&every_second(&[("offered", "{}")], Vec::new())));
    for heading in ["Audio", "Operations", "Participants", "Keys", "Findings"] {
        assert!(!drawn.says(heading), "{heading}");
    }
    assert!(drawn.says("Not ended at the last event: incoming (offered to the app, not answered yet)"));
}

#[test]
fn the_picture_tells_the_call_in_words_too() {
    let drawn = Drawn::read(&timeline::svg(&full()));
    let reported = [
        "incoming at 0:00.0, establishing at 0:01.0, established at 0:02.0, terminated at 0:11.0.",
        "Operations: playPrompt completed, record failed, muteParticipant orphaned.",
        "Participants: Adele Vance. Keys: #.",
    ];
    for reported in reported {
        assert!(drawn.description.contains(reported), "{reported}: {}", drawn.description);
    }
}

#[test]
fn severities_differ_by_their_signs() {
    let drawn = Drawn::read(&timeline::svg(&full()));
    for sign in ["i", "!", "x"] {
        assert_eq!(
            drawn.texts.iter().filter(|text| text.words == sign).count(),
            2,
            "{sign}: and in the legend"
        );
    }
}

#[test]
fn spans_and_marks_stand_at_their_steps() {
    let history = full();
    let (picture, places) = (timeline::svg(&history), timeline::places(&history));
    let across = |from: usize, to: usize| ((places[to] - places[from]) * 10.0).round() / 10.0;
    let drawn = [
        format!(r#"<rect height="5" width="{}" x="{}""#, across(3, 10), places[3]),
        format!(r#"<rect class="runs" height="10" width="{}" x="{}""#, across(4, 5), places[4]),
        format!(r#"<circle cx="{}" cy="#, places[1]),
        format!(r#"d="M0,-8L8.5,7H-8.5Z" transform="translate({},"#, places[3]),
        format!(r#"<line class="waits" x1="{}" x2="{}""#, places[8], places[11]),
    ];
    for drawn in drawn {
        assert!(picture.contains(&drawn), "{drawn}");
    }
}

#[test]
fn who_comes_back_has_two_rows() {
    let came = format!(r#"{{"participants":[{}]}}"#, person(1, "Adele Vance"));
    let gone = r#"{"participants":[{"id":"p1","removedState":{"reason":"left"}}]}"#;
    let events = [("placed", "{}"), ("established", "{}")];
    let roster = [&came, gone, &came].map(|data| ("rosterUpdated", data));
    let history = every_second(&[&events[..], &roster].concat(), Vec::new());
    let spans: Vec<_> = history.presences().iter().map(|presence| (presence.from, presence.to)).collect();
    assert_eq!(spans, [(2, Some(3)), (4, None)]);
    let drawn = Drawn::read(&timeline::svg(&history));
    assert_eq!(drawn.texts.iter().filter(|text| text.words == "Adele Vance").count(), 2);
}

#[test]
fn a_missed_deadline_is_named() {
    let events = [(Some(0), "offered", "{}"), (Some(400), "answered", "{}"), (Some(600), "terminated", "{}")];
    let history = at(&events, Vec::new());
    let drawn = Drawn::read(&timeline::svg(&history));
    assert!(drawn.says("missed: the app must answer") && drawn.says("missed"));
    let title = "the app must answer: set at 0:00.0, due at 0:15.0, missed, noticed at 0:40.0";
    assert!(drawn.titles.iter().any(|one| one == title), "{:?}", drawn.titles);
    drawn.is_sound("missed");
    let places = timeline::places(&history);
    let due = places[0] + (places[1] - places[0]) * 15.0 / 40.0;
    let flag = format!("translate({},", (due * 10.0).round() / 10.0);
    assert!(timeline::svg(&history).contains(&flag), "{flag}");
}

#[test]
fn the_samples_are_drawn_whole_with_nothing_upon_anything_else() {
    let mut count = 0;
    for path in samples::logs() {
        for history in samples::histories(&path) {
            for picture in [timeline::svg(&history), timeline::svg_narrow(&history)] {
                Drawn::read(&picture).is_sound(&path.display().to_string());
            }
            count += 1;
        }
    }
    assert!(count > 20, "{count}");
}

#[test]
fn no_secret_of_a_sample_is_shown() {
    for history in samples::logs().iter().flat_map(|path| samples::histories(path)) {
        assert!(!timeline::svg_narrow(&history).contains("sample-"), "{}", history.id());
        assert!(!timeline::svg(&history).contains("sample-"), "{}", history.id());
    }
}

#[test]
fn steps_stand_in_their_order_and_apart() {
    for history in samples::logs().iter().flat_map(|path| samples::histories(path)) {
        let places = timeline::places(&history);
        assert_eq!(places.len(), history.steps().len());
        assert!(places.windows(2).all(|pair| pair[1] - pair[0] > 8.0), "{places:?}");
        let drawn = Drawn::read(&timeline::svg(&history));
        let all: Vec<_> = (0..).zip(places).collect();
        assert_eq!(drawn.steps, all);
    }
}

#[test]
fn one_step_can_be_marked_as_now() {
    let history = full();
    let places = timeline::places(&history);
    let marked = timeline::svg_at(&history, Some(4));
    assert!(marked.contains(&format!(r#"<g class="now" transform="translate({},0)">"#, places[4])));
    Drawn::read(&marked).is_sound("marked");
}
