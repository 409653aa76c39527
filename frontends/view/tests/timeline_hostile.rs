//! With any contents of a log, the picture is valid, of limited size, and states what it leaves out.

mod common;

use std::fmt::Write as _;

use callfold::FindingKind;
use callfold_view::history::CallHistory;
use callfold_view::timeline;
use common::build::{every_second, found, operation, person};
use common::drawn::Drawn;

const NASTY: [&str; 8] = [
    "<script>alert(1)</script>",
    "\u{0}\u{1}\u{8}\u{b}\u{1f}\u{7f}\u{fffe}\u{ffff}",
    "\u{202e}desrever\u{2066}",
    "שלום עולם مرحبا",
    "👩‍👩‍👧‍👦🏳️‍🌈 Zoë 日本語",
    "]]> --> <!-- &amp; &#0; \"' style=\"x\"",
    "line one\nline two\ttabbed",
    "",
];

/// The picture, after a check that the text of the picture and of the narrow one does not overlap.
fn drawn(history: &CallHistory, which: &str) -> (String, Drawn) {
    Drawn::read(&timeline::svg_narrow(history)).is_sound(&format!("{which}, narrow"));
    let picture = timeline::svg(history);
    let drawn = Drawn::read(&picture);
    drawn.is_sound(which);
    (picture, drawn)
}

#[test]
fn what_others_wrote_is_text_and_nothing_else() {
    let people: Vec<_> = NASTY.iter().enumerate().map(|(id, name)| person(id, name)).collect();
    let roster = format!(r#"{{"participants":[{}]}}"#, people.join(","));
    let audio = format!(r#"{{"mediaState":{{"audio":{:?}}}}}"#, NASTY[0]);
    let message = serde_json::to_string(NASTY[1]).unwrap();
    let ended = format!(r#"{{"resultInfo":{{"code":400,"subcode":1,"message":{message}}}}}"#);
    let tone = format!(r#"{{"sequenceId":1,"tone":{:?}}}"#, NASTY[0]);
    let events = [
        ("offered", r#"{"direction":"incoming"}"#),
        ("answered", "{}"),
        ("established", &audio),
        ("rosterUpdated", &roster),
        ("toneReceived", &tone),
        ("terminated", &ended),
    ];
    let findings = NASTY.iter().map(|message| found(FindingKind::Malformed, message, 1, 3)).collect();
    let (picture, drawn) = drawn(&every_second(&events, findings), "nasty");
    assert!(!picture.contains("<script"));
    for words in ["<script>alert(1)</script>", "שלום עולם مرحبا", "<U+202E>desrever<U+2066>"] {
        assert!(drawn.says(words), "{words}");
    }
    assert!(picture.contains("line one&lt;U+000A&gt;line two"));
}

#[test]
fn a_long_name_is_shortened_with_a_note_of_its_length() {
    let roster = format!(r#"{{"participants":[{}]}}"#, person(1, &"W".repeat(10_000)));
    let events = [("placed", "{}"), ("established", "{}"), ("rosterUpdated", roster.as_str())];
    let (picture, drawn) = drawn(&every_second(&events, Vec::new()), "long");
    assert!(drawn.texts.iter().any(|text| text.words.starts_with("WWW") && text.words.ends_with('…')));
    assert!(drawn.titles.iter().any(|title| title.contains("… (9400 more characters)")));
    assert!(picture.len() < 30_000, "{}", picture.len());
}

#[test]
fn of_many_operations_the_first_are_drawn_and_the_rest_is_counted() {
    let request: Vec<_> = (0..300).map(|id| operation("playPrompt", id, r#","status":"running""#)).collect();
    let mut events = vec![("placed", "{}"), ("established", "{}")];
    events.extend(request.iter().map(|request| ("operationCreated", request.as_str())));
    events.push(("terminated", "{}"));
    let (picture, drawn) = drawn(&every_second(&events, Vec::new()), "operations");
    assert!(drawn.says("… and 276 more operations: 276 orphaned"));
    assert!(drawn.description.contains("… and 288 more"));
    assert!(picture.len() < 200_000 && drawn.height < 1200.0, "{} {}", picture.len(), drawn.height);
}

#[test]
fn of_many_participants_the_first_are_drawn_and_the_rest_is_counted() {
    let people: Vec<_> = (0..1000).map(|id| person(id, &format!("Person {id}"))).collect();
    let roster = format!(r#"{{"participants":[{}]}}"#, people.join(","));
    let events = [("placed", "{}"), ("established", "{}"), ("rosterUpdated", roster.as_str())];
    let (picture, drawn) = drawn(&every_second(&events, Vec::new()), "participants");
    assert!(drawn.says("… and 976 more participants"));
    assert!(picture.len() < 60_000 && drawn.height < 1000.0, "{} {}", picture.len(), drawn.height);
}

#[test]
fn many_events_share_ticks_and_none_is_lost() {
    let mut reported = Vec::new();
    for number in 0..5000 {
        let mut tone = String::new();
        write!(tone, r#"{{"sequenceId":{number},"tone":"tone{}"}}"#, number % 10).unwrap();
        reported.push(if number % 7 == 0 { ("toneReceived", tone) } else { ("detailsChanged", "{}".into()) });
    }
    let mut events = vec![("placed", "{}"), ("established", "{}")];
    events.extend(reported.iter().map(|(kind, data)| (*kind, data.as_str())));
    let kinds = [FindingKind::Repeat, FindingKind::Gap, FindingKind::Conflict];
    let findings = (0..900).map(|number| found(kinds[number % 3], "again", number as u64, number)).collect();
    let history = every_second(&events, findings);
    let (picture, drawn) = drawn(&history, "events");
    let places = timeline::places(&history);
    assert_eq!(places.len(), 5002);
    assert!(places.windows(2).all(|pair| pair[1] >= pair[0]));
    assert!(drawn.steps.windows(2).all(|pair| pair[1].0 > pair[0].0 && pair[1].1 > pair[0].1));
    assert!(drawn.texts.iter().any(|text| text.words.starts_with("… and ") && text.words.ends_with(" more")));
    assert!(drawn.texts.iter().any(|text| text.words.ends_with(" without names")));
    assert!(picture.len() < 900_000, "{}", picture.len());
}
