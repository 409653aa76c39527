//! `callfold replay`: the calls of the samples, the flags, and the JSON output.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod common;

use common::{CALL, Folder, SAMPLES, callfold, event, events, fed, log, places, replayed, sample};
use serde_json::{Value, json};

const IVR: &str = "ivr.jsonl";
const ADELE: &str = "1639dfff-f89f-46f2-867a-d722b358491f";

fn members(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

/// `[id, state, code, subcode, operations, participants, tones]` of every call.
fn reported(replayed: &Value) -> Vec<Value> {
    let row = |call: &Value| {
        let operations = call["operations"].as_array().unwrap().iter();
        let operations: Vec<_> = operations
            .map(|operation| {
                let orphaned = if operation["orphaned"] == true { " orphaned" } else { "" };
                let text = |member: &str| operation[member].as_str().unwrap().to_owned();
                format!("{} {}{orphaned}", text("kind"), text("status"))
            })
            .collect();
        let result = &call["resultInfo"];
        let id = &call["id"].as_str().unwrap()[..8];
        json!([
            id,
            call["state"],
            result["code"],
            result["subcode"],
            operations,
            call["participants"],
            call["tones"]
        ])
    };
    replayed["calls"].as_array().unwrap().iter().map(row).collect()
}

#[test]
fn every_sample_has_the_calls_of_its_readme() {
    let ended = "terminated";
    let expected = [
        (
            IVR,
            json!([
                [
                    "1639dfff",
                    ended,
                    200,
                    4521,
                    ["playPrompt completed", "record completed"],
                    2,
                    ["tone2", "tone4", "tone0", "pound"]
                ],
                ["28b05ded", ended, 200, 560000, ["playPrompt running orphaned"], 2, []],
                ["5b4a7700", ended, 200, 4521, ["playPrompt completed"], 2, ["tone9"]],
            ]),
        ),
        ("answered-incoming.jsonl", json!([["1a93ec88", ended, 200, 7000, [], 2, []]])),
        (
            "rejected-incoming.jsonl",
            json!([["1df02f19", ended, null, null, [], 2, []], ["6eac675c", ended, null, null, [], 2, []]]),
        ),
        (
            "failed-outgoing.jsonl",
            json!([
                ["4c362f0b", ended, 480, 10037, [], 2, []],
                ["806557a9", ended, 200, 5855, [], 1, []],
                ["9a0a6dbd", ended, 408, 10057, [], 2, []],
                ["d2348138", ended, 200, 4521, [], 2, []],
            ]),
        ),
        ("transfer-blind.jsonl", json!([["7007eca4", ended, 0, 7015, [], 2, []]])),
        (
            "transfer-consultative.jsonl",
            json!([["5546d61c", ended, 0, 7015, [], 2, []], ["aac1e15b", ended, 200, 5001, [], 2, []]]),
        ),
        ("transfer-failed.jsonl", json!([["342648a5", ended, 200, 7015, [], 2, ["star"]]])),
        (
            "meeting-delta-roster.jsonl",
            json!([["d8a484f5", ended, 200, 5003, ["inviteParticipants completed"], 3, []]]),
        ),
        (
            "reordered-duplicated.jsonl",
            json!([["875a8b4c", ended, 200, 7000, ["playPrompt completed"], 2, ["tone5", "tone3"]]]),
        ),
        (
            "sdk.log",
            json!([
                ["62e9e280", ended, 200, 4521, ["playPrompt completed"], 2, ["tone1"]],
                ["f9069ec0", ended, 200, 7000, [], 2, []],
            ]),
        ),
        (
            "dialect-2019.json",
            json!([
                ["3d56b4e1", ended, null, null, [], 2, []],
                [
                    "6626b2d5",
                    ended,
                    null,
                    null,
                    ["playPrompt completed", "comms completed", "comms completed"],
                    2,
                    ["tone1"]
                ],
                ["da694429", ended, null, null, [], 0, []],
            ]),
        ),
        (
            "webhook-bodies",
            json!([["fbaf37e3", ended, 200, 7000, ["playPrompt completed"], 2, ["tone7", "pound"]]]),
        ),
        (
            "tomorrow.jsonl",
            json!([[
                "233897d5",
                ended,
                200,
                4521,
                ["comms completed", "playPrompt completed"],
                2,
                ["tone6"]
            ]]),
        ),
        ("malformed.jsonl", json!([["b1189f2f", ended, 200, 4521, ["playPrompt completed"], 2, ["tone8"]]])),
    ];
    assert_eq!(expected.each_ref().map(|(name, _)| *name), SAMPLES);
    for (name, calls) in expected {
        assert_eq!(json!(reported(&replayed(&sample(name)))), calls, "{name}");
    }
}

#[test]
fn every_sample_has_its_findings_with_their_places() {
    let expected = [
        (IVR, json!([["orphan", 15, 15], ["gap", 17, 17], ["repeat", 19, 19]])),
        ("meeting-delta-roster.jsonl", json!([["late", 6, 6]])),
        (
            "reordered-duplicated.jsonl",
            json!([
                ["gap", 2, 2],
                ["late", 3, 3],
                ["duplicate", 5, 5],
                ["late", 7, 7],
                ["duplicate", 10, 10],
                ["afterEnd", 12, 12],
                ["duplicate", 13, 13],
                ["repeat", 14, 14],
                ["afterEnd", 15, 15],
            ]),
        ),
        ("sdk.log", json!([["duplicate", 17, 350]])),
        ("dialect-2019.json", json!([["repeat", 16, 284]])),
        ("webhook-bodies", json!([["repeat", 1, 1]])),
        ("tomorrow.jsonl", json!([["unknownResource", 6, 6], ["unknownResource", 8, 8]])),
        (
            "malformed.jsonl",
            json!([["malformed", 3, 3], ["malformed", 6, 7], ["malformed", 9, 11], ["noise", 5, 5],]),
        ),
    ];
    for name in SAMPLES {
        let non_canonical = expected
            .iter()
            .find(|(non_canonical, _)| *non_canonical == name)
            .map_or_else(|| json!([]), |(_, non_canonical)| non_canonical.clone());
        assert_eq!(json!(places(&replayed(&sample(name)))), non_canonical, "{name}");
    }
}

#[test]
fn the_exit_status_says_how_bad_the_worst_finding_is() {
    let table = [
        ("answered-incoming.jsonl", "info", 0),
        ("webhook-bodies", "error", 0),
        ("webhook-bodies", "warn", 0),
        ("webhook-bodies", "info", 1),
        (IVR, "error", 0),
        (IVR, "warn", 1),
        (IVR, "info", 1),
        ("malformed.jsonl", "error", 1),
        ("malformed.jsonl", "warn", 1),
    ];
    for (name, deny, status) in table {
        let path = sample(name);
        assert_eq!(callfold(&["replay", "--deny", deny, &path]).status, status, "{name} --deny {deny}");
        assert_eq!(
            callfold(&["replay", "--json", "--deny", deny, &path]).status,
            status,
            "{name} --deny {deny}"
        );
    }
    assert_eq!(callfold(&["replay", &sample("malformed.jsonl")]).status, 1);
    assert_eq!(callfold(&["replay", &sample(IVR)]).status, 0);
}

#[test]
fn wrong_usage_is_status_2_and_says_what_would_be_right() {
    let log = sample(IVR);
    let table: [(&[&str], &str); 9] = [
        (&["replay"], "LOG"),
        (&["replay", "--format", "xml", &log], "notifications"),
        (&["replay", "--at", "yesterday", &log], "2026-11-23T09:15:02Z"),
        (&["replay", "--at", "2026-11-23T09:15:02", &log], "offset"),
        (&["replay", "--until-rev", "0", &log], "until-rev"),
        (&["replay", "--until-rev", "1", "--at", "2026-11-23T09:15:02Z", &log], "--at"),
        (&["replay", "--call", "Zoe", &log], "GUID"),
        (&["replay", "--deny", "fatal", &log], "warn"),
        (&["levitate", &log], "levitate"),
    ];
    for (arguments, says) in table {
        let ran = callfold(arguments);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.err.contains(says), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn json_has_the_members_that_the_contract_names_and_no_more() {
    let replayed = replayed(&sample(IVR));
    assert_eq!(members(&replayed), ["calls", "events", "findings", "inputs"]);
    assert_eq!(members(&replayed["inputs"][0]), ["format", "malformed", "path", "records"]);
    let call = &replayed["calls"][0];
    assert_eq!(
        members(call),
        [
            "audio",
            "direction",
            "firstAt",
            "from",
            "id",
            "lastAt",
            "operations",
            "participants",
            "people",
            "related",
            "requests",
            "resultInfo",
            "revision",
            "state",
            "terminationReason",
            "to",
            "tones"
        ]
    );
    assert_eq!(members(&call["resultInfo"]), ["code", "message", "subcode"]);
    assert_eq!(
        members(&call["operations"][0]),
        ["clientContext", "completionReason", "id", "kind", "orphaned", "resultInfo", "status"]
    );
    assert_eq!(
        members(&replayed["findings"][0]),
        ["call", "input", "kind", "line", "message", "record", "severity"]
    );
}

#[test]
fn json_is_one_object_in_the_order_of_the_contract() {
    let ran = callfold(&["replay", "--json", &sample(IVR)]);
    let order = [
        "inputs",
        "events",
        "calls",
        "state",
        "direction",
        "audio",
        "resultInfo",
        "operations",
        "kind",
        "status",
        "clientContext",
        "orphaned",
        "participants",
        "tones",
        "firstAt",
        "lastAt",
        "revision",
        "findings",
    ];
    let at: Vec<_> = order.map(|member| ran.out.find(&format!("\"{member}\":")).unwrap()).to_vec();
    assert!(at.is_sorted(), "{at:?}");
    let calls = ran.json()["calls"].clone();
    let ids: Vec<_> = calls.as_array().unwrap().iter().map(|call| call["id"].as_str().unwrap()).collect();
    assert!(ids.is_sorted(), "{ids:?}");
}

#[test]
fn what_is_not_known_is_null_in_json() {
    let folder = Folder::new();
    let bare = event(1, "adopted", &json!({ "state": "establishing" }));
    let path = folder.write("bare.jsonl", log(&[bare]));
    let call = replayed(&path)["calls"][0].clone();
    for member in ["direction", "from", "to", "audio", "resultInfo", "terminationReason", "firstAt", "lastAt"]
    {
        assert_eq!(call[member], Value::Null, "{member}");
    }
    assert_eq!(
        (&call["participants"], &call["tones"], &call["operations"]),
        (&json!(0), &json!([]), &json!([]))
    );
}

#[test]
fn a_call_is_named_in_any_spelling_of_its_id() {
    for id in [ADELE.to_owned(), ADELE.to_uppercase(), ADELE.replace('-', "")] {
        let replayed = callfold(&["replay", "--json", "--call", &id, &sample(IVR)]).json();
        assert_eq!(replayed["calls"].as_array().unwrap().len(), 1, "{id}");
        assert_eq!(replayed["calls"][0]["id"], ADELE);
        assert_eq!(replayed["findings"], json!([]), "{id}");
    }
}

#[test]
fn a_call_that_no_log_has_is_status_2_in_every_command() {
    let nobody = "00000000-0000-0000-0000-000000000001";
    let folder = Folder::new();
    let picture = format!("{}/call.svg", folder.path());
    for command in [
        &["replay"][..],
        &["replay", "--json", "--jobs", "2"],
        &["check"],
        &["convert", "--to", "events"],
        &["report", "-o", "-"],
        &["report", "-o", &picture],
    ] {
        let ran = callfold(&[command, &["--call", nobody, &sample(IVR)]].concat());
        assert_eq!(ran.status, 2, "{command:?}");
        assert_eq!(ran.err, format!("callfold: no log contains call {nobody}\n"), "{command:?}");
    }
    let early = ["replay", "--call", ADELE, "--at", "2000-01-01T00:00:00Z", &sample(IVR)];
    let ran = callfold(&early);
    assert_eq!(ran.status, 2);
    assert!(ran.err.ends_with(&format!("call {ADELE} up to 2000-01-01T00:00:00Z\n")), "{}", ran.err);
}

#[test]
fn a_call_of_which_only_a_finding_tells_is_known() {
    let line = json!({ "v": 1, "call": CALL, "rev": 1, "type": "answered", "data": {} }).to_string();
    let ran = fed(line.as_bytes(), &["check", "--call", CALL, "-"]);
    assert_eq!((ran.status, ran.err.as_str()), (1, ""), "{}", ran.out);
}

#[test]
fn at_a_time_the_calls_are_as_they_were_then() {
    let table = [
        ("2000-01-01T00:00:00Z", json!([])),
        ("2026-11-23T09:15:00.112Z", json!([["1639dfff", "incoming", 1]])),
        ("2026-11-23T09:15:17Z", json!([["1639dfff", "established", 9], ["28b05ded", "established", 3]])),
        (
            "2026-11-23T10:15:17+01:00",
            json!([["1639dfff", "established", 9], ["28b05ded", "established", 3]]),
        ),
        (
            "9999-01-01T00:00:00Z",
            json!([
                ["1639dfff", "terminated", 12],
                ["28b05ded", "terminated", 5],
                ["5b4a7700", "terminated", 6]
            ]),
        ),
    ];
    for (at, expected) in table {
        let replayed = callfold(&["replay", "--json", "--at", at, &sample(IVR)]).json();
        let calls = replayed["calls"].as_array().unwrap().iter();
        let calls: Vec<_> = calls
            .map(|call| json!([call["id"].as_str().unwrap()[..8], call["state"], call["revision"]]))
            .collect();
        assert_eq!(json!(calls), expected, "{at}");
    }
}

#[test]
fn until_a_revision_each_call_is_at_that_revision_of_its_own() {
    for (until, state) in [("1", "incoming"), ("3", "established"), ("99", "terminated")] {
        let replayed = callfold(&["replay", "--json", "--until-rev", until, &sample(IVR)]).json();
        let calls = replayed["calls"].as_array().unwrap();
        assert_eq!(calls.len(), 3);
        for call in calls {
            assert_eq!(call["state"], state, "until {until}");
            assert!(call["revision"].as_u64().unwrap() <= until.parse().unwrap());
        }
    }
}

#[test]
fn strict_stops_at_the_first_error_and_shows_what_came_before() {
    let ran = callfold(&["replay", "--json", "--strict", &sample("malformed.jsonl"), &sample(IVR)]);
    let replayed = ran.json();
    assert_eq!(ran.status, 1);
    assert_eq!(json!(places(&replayed)), json!([["malformed", 3, 3]]));
    assert_eq!(replayed["calls"].as_array().unwrap().len(), 1);
    assert_eq!((&replayed["calls"][0]["state"], &replayed["events"]), (&json!("establishing"), &json!(2)));
    assert_eq!(callfold(&["replay", "--strict", &sample(IVR)]).status, 0, "a warning stops nothing");
}

#[test]
fn standard_input_is_a_log_called_dash() {
    let folder = Folder::new();
    let path = folder.write("log", log(&events()));
    let ran = fed(&log(&events()), &["replay", "--json", "-"]);
    let [fed, mut read] = [ran.json(), replayed(&path)];
    assert_eq!(fed["inputs"][0]["path"], "-");
    read["inputs"][0]["path"] = json!("-");
    assert_eq!(fed, read);
}

#[test]
fn several_logs_and_the_files_of_a_folder_are_one_history() {
    let folder = Folder::new();
    let events = events();
    let [a, b] = [folder.write("parts/a", log(&events[..2])), folder.write("parts/b", log(&events[2..]))];
    folder.write("parts/.hidden/c", "no log at all");
    let parts = format!("{}/parts", folder.path());
    for logs in [vec![a.as_str(), b.as_str()], vec![parts.as_str()]] {
        let ran = callfold(&[&["replay", "--json"], logs.as_slice()].concat());
        let replayed = ran.json();
        common::assert_complete(&replayed, "in two parts");
        let inputs = replayed["inputs"].as_array().unwrap();
        let paths: Vec<_> = inputs.iter().map(|input| input["path"].as_str().unwrap()).collect();
        assert_eq!((ran.status, paths), (0, vec![a.as_str(), b.as_str()]));
    }
}

#[test]
fn the_three_formats_are_detected_within_one_folder() {
    let folder = Folder::new();
    folder.write("1.log", std::fs::read(sample("sdk.log")).unwrap());
    folder.write("2.jsonl", std::fs::read(sample(IVR)).unwrap());
    folder.write("3.txt", log(&events()));
    let replayed = replayed(folder.path());
    let formats: Vec<_> = (0..3).map(|input| replayed["inputs"][input]["format"].clone()).collect();
    assert_eq!(formats, ["sdk-log", "notifications", "events"]);
    assert_eq!(replayed["calls"].as_array().unwrap().len(), 6);
}

#[test]
fn one_log_that_cannot_be_opened_is_status_2_and_the_others_are_read() {
    let folder = Folder::new();
    let [good, gone] = [folder.write("good", log(&events())), format!("{}/gone", folder.path())];
    let ran = callfold(&["replay", "--json", &gone, &good]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains(&gone), "{}", ran.err);
    common::assert_complete(&ran.json(), "next to a missing log");
}

#[test]
fn the_table_has_a_row_a_call_and_then_the_findings_worst_first() {
    let ran = callfold(&["replay", &sample("malformed.jsonl"), &sample(IVR)]);
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines: Vec<_> = ran.out.lines().map(words).collect();
    for row in [
        "call, begin (UTC) from → to state duration operations",
        &format!(
            "{ADELE} Adele Vance → Fabrikam Support Line terminated: 200/4521 The peer ended the call. 0:52 playPrompt completed"
        ),
        "2026-11-23 09:15:00 incoming, 2 people record completed",
        "2026-11-23 09:15:14 incoming, 2 people 1 finding",
        "4 calls from 32 records in 2 logs, 29 events, 3 error, 2 warn, 2 info",
    ] {
        assert!(lines.iter().any(|line| line == row), "{row}\n{}", ran.out);
    }
    let at = |text: &str| ran.out.find(text).unwrap();
    assert!(at(": error:") < at(": warn:") && at(": warn:") < at(": info:"), "{}", ran.out);
    assert!(ran.out.contains("malformed.jsonl:11: error: malformed: "), "{}", ran.out);
}

#[test]
fn secrets_are_shown_on_request() {
    for (name, secret) in [
        (IVR, "sample-recording-token"),
        ("failed-outgoing.jsonl", "sample-passcode"),
        ("meeting-delta-roster.jsonl", "sample-meeting-token"),
    ] {
        for arguments in [&["replay"][..], &["replay", "--json"]] {
            let path = sample(name);
            let shown = |more: &[&str]| callfold(&[arguments, more, &[path.as_str()]].concat());
            let hidden = shown(&[]);
            assert!(!format!("{}{}", hidden.out, hidden.err).contains(secret), "{name} {arguments:?}");
            assert!(shown(&["--show-secrets"]).out.contains(secret), "{name} {arguments:?}");
        }
    }
}

#[test]
fn an_event_log_names_its_call_in_any_spelling() {
    let folder = Folder::new();
    let bare = CALL.to_uppercase().replace('-', "");
    let lines: Vec<_> = events()
        .iter()
        .enumerate()
        .map(|(line, event)| if line % 2 == 0 { event.replace(CALL, &bare) } else { event.clone() })
        .collect();
    let replayed = replayed(&folder.write("log", log(&lines)));
    common::assert_complete(&replayed, "bare and upper case");
    assert_eq!(replayed["findings"], json!([]));
}

#[test]
fn the_readme_shows_what_the_command_prints() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md")).unwrap();
    let (_, shown) = readme.split_once("docs/samples/ivr.jsonl\n").unwrap();
    let (shown, _) = shown.split_once("```").unwrap();
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_callfold"));
    let output = command.args(["replay", "docs/samples/ivr.jsonl"]).env("COLUMNS", "120");
    let output = output.current_dir(root).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), shown);
}
