//! Lines that almost have a shape that was learned.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

use callfold::Recorded;

use super::lines::{agree_on_changed, agree_on_lines, line, lines, timed};

const OPERATION: &str = r##"{"@odata.type":"#microsoft.graph.playPromptOperation","clientContext":"c","resultInfo":{"code":200,"subcode":0,"message":"fine"},"status":"completed","completionReason":"completedSuccessfully","id":"o"}"##;

/// A call with many members and events.
const USUAL: &[(&str, &str)] = &[
    (
        "offered",
        r#"{"direction":"incoming","callChainId":"0fe0623f-d628-42ed-b4bd-8ac290072cc5","subject":"a"}"#,
    ),
    ("established", r#"{"mediaState":{"audio":"active"},"resultInfo":{"code":0,"subcode":7015}}"#),
    ("operationCreated", OPERATION),
    ("toneReceived", r#"{"sequenceId":1,"tone":"tone1"}"#),
    ("detailsChanged", r#"{"ringingTimeoutInSeconds":3,"alpha":{"a":[1,"b",true,null]},"zeta":7}"#),
    ("terminated", r#"{"resultInfo":{"code":487,"message":"gone"},"terminationReason":"AppHungUp"}"#),
];

/// Checks that both replays agree on a call in which a part of one line is changed.
#[track_caller]
fn agree_with(at: usize, usual: &str, non_canonical: &str) {
    let (name, data) = USUAL[at];
    let whole = format!(
        r#"{{"v":1,"call":"CALL","rev":REV,"at":"2026-11-23T09:20:01.500Z","type":"{name}","data":{data}}}"#
    );
    assert!(whole.contains(usual), "{usual} is in {whole}");
    agree_on_changed(USUAL, at, &whole.replacen(usual, non_canonical, 1));
}

#[test]
fn the_usual_lines_are_canonical() {
    for line in lines(1, USUAL) {
        assert_eq!(line.parse::<Recorded>().unwrap().to_string(), line);
    }
}

#[test]
fn an_enumeration_is_read_in_any_case() {
    for (at, usual, non_canonical) in [
        (0, "incoming", "Incoming"),
        (1, "active", "aCtive"),
        (2, "playPrompt", "PlayPrompt"),
        (2, "\"completed\"", "\"COMPLETED\""),
        (2, "completedSuccessfully", "completedsuccessfully"),
        (3, "\"tone1\"", "\"Tone1\""),
        (1, "established", "Established"),
        (1, "resultInfo", "ResultInfo"),
        (1, "subcode", "subCode"),
    ] {
        agree_with(at, usual, non_canonical);
    }
}

#[test]
fn a_value_may_be_of_another_type() {
    let non_canonical =
        ["\"1\"", "null", "true", "1.5", "-0", "1e3", "01", "-", "", "99999999999", "[1]", "{}", "1 "];
    for non_canonical in non_canonical {
        agree_with(1, "7015", non_canonical);
        agree_with(2, "200", non_canonical);
        agree_with(2, r#""c""#, non_canonical);
        agree_with(2, r#""o""#, non_canonical);
        agree_with(3, r#"Id":1"#, &format!(r#"Id":{non_canonical}"#));
        agree_with(4, "7", non_canonical);
        agree_with(4, "true", non_canonical);
        agree_with(4, ":3", &format!(":{non_canonical}"));
    }
}

#[test]
fn a_text_may_have_what_belongs_into_none() {
    for non_canonical in
        ["a\u{1}", "a\tb", "a\nb", "\\u00e9", "\\\"", "\\", "a\"", "é", "\u{7f}", "\u{2028}", "", "\\ud800"]
    {
        agree_with(0, r#""subject":"a""#, &format!(r#""subject":"{non_canonical}""#));
        agree_with(2, "fine", non_canonical);
        agree_with(2, r#""c""#, &format!(r#""{non_canonical}""#));
        agree_with(2, r#""o""#, &format!(r#""{non_canonical}""#));
        agree_with(5, "AppHungUp", non_canonical);
    }
}

#[test]
fn an_id_may_be_a_guid_in_any_spelling() {
    let non_canonical = [
        "0fe0623f-d628-42ed-b4bd-8ac290072cc5",
        "0FE0623F-D628-42ED-B4BD-8AC290072CC5",
        "0fe0623fd62842edb4bd8ac290072cc5",
        "0fe0623f-d628-42ed-b4bd-8ac290072cg5",
        "0fe0623f-d628-42ed-b4bd_8ac290072cc5",
        "0fe0623f-d628-42ed-b4bd-8ac290072cc",
        "0fe0623f-d628-42ed-b4bd-8ac290072cc5 ",
        "{0fe0623f-d628-42ed-b4bd-8ac290072cc5}",
        "urn:uuid:0fe0623f-d628-42ed-b4bd-8ac290072cc5",
    ];
    for non_canonical in non_canonical {
        agree_with(2, r#""id":"o""#, &format!(r#""id":"{non_canonical}""#));
        agree_with(2, r#""c""#, &format!(r#""{non_canonical}""#));
        agree_with(0, "0fe0623f-d628-42ed-b4bd-8ac290072cc5", non_canonical);
    }
}

#[test]
fn a_line_may_end_too_early_or_too_late() {
    for (usual, non_canonical) in [
        ("}}", "}"),
        ("}}", "}}}"),
        ("}}", "}} {}"),
        ("}}", "}}x"),
        ("}}", "},}"),
        ("}}", ",}}"),
        ("}}", r#","x":0}}"#),
        ("}}", r#"},"x":0}"#),
        (r#""tone1"}}"#, r#""tone1"#),
        ("}}", "}}\0"),
        ("}}", "}\u{a0}}"),
    ] {
        agree_with(3, usual, non_canonical);
    }
}

#[test]
fn a_member_may_be_there_twice_or_in_another_place() {
    for (usual, non_canonical) in [
        (r#""tone":"#, r#""sequenceId":2,"tone":"#),
        (r#""sequenceId":1,"tone":"tone1""#, r#""tone":"tone1","sequenceId":1"#),
        (r#""sequenceId":1"#, r#""sequenceid":1"#),
        (r#""type":"#, r#""rev":4,"type":"#),
        (r#""rev":REV"#, r#""rev":REV,"rev":REV"#),
        (r#""v":1,"#, ""),
        (r#""data":"#, r#""data":{},"data":"#),
        (r#""at":"2026-11-23T09:20:01.500Z","#, ""),
        (r#""at":"2026-11-23T09:20:01.500Z""#, r#""at":null"#),
    ] {
        agree_with(3, usual, non_canonical);
    }
}

#[test]
fn a_line_may_say_whether_it_was_inferred() {
    for non_canonical in ["true", "false", "null", "1", "\"true\"", "true,\"inferred\":true", "true,\"x\":1"]
    {
        agree_with(3, "}}", &format!(r#"}},"inferred":{non_canonical}}}"#));
        agree_with(3, "}}", &format!(r#","inferred":{non_canonical}}}}}"#));
        agree_with(3, "}}", &format!(r#","inferred":{non_canonical}}}"#));
    }
}

#[test]
fn a_time_may_be_written_in_many_forms() {
    for non_canonical in [
        "2026-11-23T09:20:01.5Z",
        "2026-11-23T09:20:01.500000Z",
        "2026-11-23T09:20:01.500001Z",
        "2026-11-23T09:20:01.123456789Z",
        "2026-11-23T09:20:01.1234567891Z",
        "2026-11-23T09:20:01Z",
        "2026-11-23T09:20:01.000Z",
        "2026-11-23T10:20:01.500+01:00",
        "2026-11-23T09:20:01.500z",
        "2026-11-23t09:20:01.500Z",
        "2026-11-23 09:20:01.500Z",
        "2026-11-23T09:20:60Z",
        "2026-11-23T09:60:00Z",
        "2026-11-23T24:00:00Z",
        "2026-02-29T09:20:01Z",
        "2024-02-29T09:20:01Z",
        "2026-00-01T00:00:00Z",
        "1677-09-21T00:12:43.145224191Z",
        "1677-09-21T00:12:43.145224192Z",
        "1677-09-21T00:12:44Z",
        "1600-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "-000001-01-01T00:00:00Z",
        "2262-04-11T23:47:16.854775807Z",
        "2262-04-11T23:47:16.854775808Z",
        "2300-01-01T00:00:00Z",
        "9999-12-30T22:00:00Z",
        "9999-12-31T23:59:59Z",
        "1969-12-31T23:59:59.999Z",
        "1900-03-01T00:00:00.001Z",
        "2026-11-23T09:20:01.500Z[UTC]",
        "2026-11-23T09:20Z",
        "",
        "2O26-11-23T09:20:01Z",
    ] {
        for at in [0, 1, 5] {
            agree_with(at, "2026-11-23T09:20:01.500Z", non_canonical);
        }
    }
}

#[test]
fn a_revision_may_be_invalid() {
    for non_canonical in
        ["0", "01", "-1", "+1", "1.0", "1e0", "9007199254740991", "9007199254740992", "\"1\"", "null", ""]
    {
        for at in [0, 3] {
            agree_with(at, "REV", non_canonical);
        }
    }
}

#[test]
fn a_tone_may_have_any_number() {
    for non_canonical in
        ["2147483647", "2147483648", "-2147483648", "-2147483649", "999999999999999999", "-1", "0"]
    {
        agree_with(3, r#"Id":1"#, &format!(r#"Id":{non_canonical}"#));
    }
    let numbers = [5, 3, 5, -2, 4_294_967_296_i64, 3, 7];
    let tones = numbers.map(|number| format!(r#"{{"sequenceId":{number},"tone":"tone{}"}}"#, number & 7));
    let reported = tones.iter().map(|tone| ("toneReceived", tone.as_str()));
    let reported: Vec<_> = USUAL[..2].iter().copied().chain(reported).collect();
    agree_on_lines(lines(1, &reported).into_iter().chain(lines(2, &reported)));
}

#[test]
fn texts_may_have_any_length() {
    for length in [0, 21, 22, 23, 31, 32, 33, 36, 37, 253, 254, 255, 256, 70_000] {
        let non_canonical = "f".repeat(length);
        agree_with(2, r#""c""#, &format!(r#""{non_canonical}""#));
        agree_with(2, "fine", &non_canonical);
        agree_with(2, r#""id":"o""#, &format!(r#""id":"{non_canonical}""#));
        agree_with(4, r#""b""#, &format!(r#""{non_canonical}""#));
        agree_with(4, "alpha", &format!("alpha{non_canonical}"));
    }
}

#[test]
fn there_may_be_more_names_and_results_than_are_shared() {
    let reported = (0..13_000_u64).map(|number| {
        let (name, data) = match number % 3 {
            _ if number < 100 => ("offered", "{}".into()),
            0 => ("detailsChanged", format!(r#"{{"resultInfo":{{"code":{number}}}}}"#)),
            1 => ("detailsChanged", format!(r#"{{"mediaState":{{"audio":"audio-{number}"}}}}"#)),
            _ => ("toneReceived", format!(r#"{{"sequenceId":{number},"tone":"tone-{number}"}}"#)),
        };
        line(100 + (number % 100) as u8, number / 100 + 1, name, &data)
    });
    agree_on_lines(reported.chain(lines(2, USUAL)));
}

#[test]
fn a_shape_may_have_more_holes_than_are_kept() {
    for count in [37, 38, 39, 40, 41, 90] {
        let texts = vec![r#""a""#; count].join(",");
        let many = format!(r#"{{"many":[{texts}]}}"#);
        let reported = [
            ("offered", "{}"),
            ("detailsChanged", &many),
            ("operationCreated", &many.replace('{', r#"{"id":"o","#)),
        ];
        agree_on_lines(lines(1, &reported).into_iter().chain(lines(2, &reported)).chain(lines(2, &reported)));
    }
}

#[test]
fn there_may_be_more_shapes_than_are_kept() {
    let reported = (1..9_000_u64).map(|number| {
        let data = format!(r#"{{"subject":"a","{number}":"b","x{number}":1}}"#);
        line(1, number, if number == 1 { "offered" } else { "detailsChanged" }, &data)
    });
    agree_on_lines(reported.chain(lines(2, USUAL)));
}

#[test]
fn a_call_may_be_older_than_its_remembered_lines() {
    let long: Vec<_> = (0..150_u32)
        .map(|number| (if number == 0 { "offered" } else { "detailsChanged" }, USUAL[4].1))
        .collect();
    let lines = lines(1, &long);
    let again = [0, 80, 85, 86, 87, 120, 149].map(|at| lines[at].clone());
    let other = [81_u64, 86, 87, 88, 150].map(|revision| line(1, revision, "detailsChanged", "{}"));
    agree_on_lines(lines.iter().cloned().chain(again).chain(other).chain([timed(1, 151, "", "held", "{}")]));
}

#[test]
fn an_id_in_another_spelling_is_not_taken_unchanged() {
    for non_canonical in [
        "0FE0623F-D628-42ED-B4BD-8AC290072CC5",
        "0fe0623fd62842edb4bd8ac290072cc5",
        "{0fe0623f-d628-42ed-b4bd-8ac290072cc5}",
    ] {
        agree_with(2, r#""id":"o""#, &format!(r#""id":"{non_canonical}""#));
    }
}
