//! The line of the event log: its form, what can be read as a line, and what cannot.
#![allow(clippy::indexing_slicing, reason = "a test may panic")]

use callfold::call::EventKind;
use callfold::log::Format;
use callfold::{Applied, FindingKind, Ledger, LineError, Recorded, Replay, Upcasters};
use serde_json::{Map, Value, json};

use crate::common::CALL;

const BARE: &str = "57DAB8B1894C409AB240BD8BEAE78896";

/// A valid line with one member replaced, or removed if the value is null.
fn line(member: &str, value: Value) -> String {
    let mut line =
        json!({"v": 1, "call": CALL, "rev": 3, "at": "2026-11-23T09:15:02Z", "type": "held", "data": {}});
    line[member] = value;
    line.as_object_mut().expect("it is an object").retain(|_, value| !value.is_null());
    line.to_string()
}

fn parse(line: &str) -> Recorded {
    line.parse().unwrap_or_else(|error| panic!("{error}: {line}"))
}

fn refused(line: &str) -> LineError {
    line.parse::<Recorded>().expect_err(line)
}

/// Valid data for an event of this name, as the crate writes it.
fn data(type_name: &str) -> &'static str {
    match type_name {
        "stateConfirmed" => r#"{"state":"established"}"#,
        "toneReceived" => r#"{"sequenceId":1,"tone":"tone1"}"#,
        "rosterUpdated" => r#"{"sequenceNumber":4,"participants":[{"isMuted":true,"id":"7"}]}"#,
        "contentSharingStarted" | "contentSharingUpdated" | "contentSharingEnded" => r#"{"id":"0f"}"#,
        "notificationHeard" => r#"{"messageIds":["1","2"],"item":0}"#,
        "keptAlive" => "{}",
        "operationQueued" => {
            r#"{"operation":{"status":"notStarted","id":"7"},"recordResponse":{"playBeep":false}}"#
        }
        "answerRequested" => {
            r#"{"callbackUri":"https://bot.contoso.com/callback","acceptedModalities":["audio"]}"#
        }
        "rejectRequested" => r#"{"reason":"busy"}"#,
        "redirectRequested" => r#"{"targets":[{"hidden":false}],"timeout":60}"#,
        "transferRequested" => {
            r#"{"transferTarget":{"replacesCallId":"e5d39592-99bd-4db8-bca8-30fb894ec51d"}}"#
        }
        "recordingStarted" => {
            r#"{"operation":"7","recordingLocation":"https://contoso.com/7","recordingAccessToken":"t"}"#
        }
        "speechStarted" | "speechEnded" => r#"{"operation":"7"}"#,
        "joinAnnounced" => r#"{"isMuted":true,"id":"7"}"#,
        "joinAnswered" => {
            r##"{"participantId":"7","response":{"@odata.type":"#microsoft.graph.rejectJoinResponse","reason":"busy"}}"##
        }
        "recordedParticipantLeft" => r#"{"participantId":"7"}"#,
        "recordingStatusUpdated" => r#"{"status":"recording","clientContext":"d45324c1"}"#,
        "holdMusicStarted" | "holdMusicStopped" => r#"{"participant":"8","operation":"7"}"#,
        "audioRoutingGroupCreated" => r#"{"id":"oneToOne","routingMode":"oneToOne"}"#,
        "deviceQualityReported" => r#"{"deviceName":"Cisco SX80"}"#,
        "requestAnswered" => {
            r#"{"clientRequestId":"r1","digest":"0fe0623f-d628-42ed-b4bd-8ac290072cc5","status":200,"location":"/v1.0/communications/calls/7/operations/8","body":{"operation":{"status":"running","id":"8"}}}"#
        }
        name if name.starts_with("operation") => {
            r#"{"clientContext":"d45324c1","status":"running","id":"7"}"#
        }
        _ => r#"{"resultInfo":{"code":200,"subcode":0},"subject":"Stand-up \"1\""}"#,
    }
}

/// Every kind of event, as the line that the crate writes.
fn lines() -> impl Iterator<Item = String> {
    EventKind::ALL.iter().map(|kind| kind.as_str()).map(|name| {
        let data = data(name);
        format!(r#"{{"v":1,"call":"{CALL}","rev":7,"at":"2026-11-23T09:15:02.250Z","type":"{name}","data":{data},"inferred":true}}"#)
    })
}

#[test]
fn every_event_is_written_as_it_was_read() {
    lines().for_each(|line| assert_eq!(parse(&line).to_string(), line));
}

#[test]
fn every_event_comes_back_from_a_cloud_event() {
    for line in lines() {
        let recorded = parse(&line);
        assert_eq!(parse(&recorded.cloud_event().to_string()), recorded);
    }
}

#[test]
fn what_is_absent_is_not_written() {
    let line = format!(r#"{{"v":1,"call":"{CALL}","rev":1,"type":"held","data":{{}}}}"#);
    assert_eq!(parse(&line).to_string(), line);
}

#[test]
fn a_cloud_event_is_laid_out_as_promised() {
    let event = concat!(
        r#"{"specversion":"1.0","id":"57dab8b1-894c-409a-b240-bd8beae78896/3","#,
        r#""source":"/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896","type":"callfold.call.held.v1","#,
        r#""subject":"57dab8b1-894c-409a-b240-bd8beae78896","time":"2026-11-23T09:15:02Z","#,
        r#""datacontenttype":"application/json","data":{}}"#,
    );
    assert_eq!(parse(&line("inferred", json!(null))).cloud_event().to_string(), event);
}

#[test]
fn the_members_come_in_any_order_with_blanks_and_unknown_members() {
    let other = format!(
        r#" {{ "future":[1], "data": {{}} , "type":"held","at":"2026-11-23T09:15:02Z","rev":3,"call":"{CALL}"}} "#
    );
    assert!(parse(&other).records_the_same(&parse(&line("v", json!(1)))));
}

#[test]
fn blanks_inside_empty_data_change_nothing() {
    let tight = line("v", json!(1));
    assert_eq!(parse(&tight.replace("{}", "{ }")), parse(&tight));
}

#[test]
fn version_data_time_and_inference_may_be_missing() {
    for member in ["v", "at", "data", "inferred"] {
        parse(&line(member, json!(null)));
        parse(&line(member, json!(0)).replace(&format!(r#""{member}":0"#), &format!(r#""{member}":null"#)));
    }
    assert_eq!(parse(&line("data", json!(null))), parse(&line("data", json!({}))));
}

#[test]
fn call_revision_and_type_may_not_be_missing() {
    for member in ["call", "rev", "type"] {
        assert_eq!(refused(&line(member, json!(null))).to_string(), format!("member `{member}` is missing"));
    }
}

#[test]
fn an_unknown_version_is_refused_with_the_known_one() {
    for version in [json!(0), json!(2), json!("1"), json!(true), json!([1])] {
        let error = refused(&line("v", version.clone()));
        assert_eq!(error, LineError::Version { found: version.to_string(), known: 1 });
        assert_eq!(error.to_string(), format!("unknown schema version {version}; this version reads 1"));
    }
}

#[test]
fn an_unknown_version_is_refused_before_the_rest_is_read() {
    for rest in ["", r#","type":"tomorrow""#, r#","call":"x","rev":0"#, r#","data":[1]"#] {
        assert!(matches!(refused(&format!(r#"{{"v":2{rest}}}"#)), LineError::Version { .. }), "{rest}");
    }
}

#[test]
fn a_call_is_read_in_every_spelling_of_a_guid() {
    for spelling in [CALL, BARE, &CALL.to_uppercase(), &BARE.to_lowercase()] {
        assert_eq!(parse(&line("call", json!(spelling))).call.to_string(), CALL);
    }
}

#[test]
fn a_call_that_is_no_guid_is_refused() {
    let braced = format!("{{{CALL}}}");
    for spelling in ["", "1", "57dab8b1", &CALL[1..], &format!("{CALL}0"), &CALL.replace('5', "z"), &braced] {
        assert!(
            matches!(refused(&line("call", json!(spelling))), LineError::Invalid { member: "call", .. }),
            "{spelling}"
        );
    }
}

#[test]
fn times_are_written_in_utc_with_0_3_6_or_9_digits() {
    for (read, written) in [
        ("2026-11-23T09:15:02Z", "2026-11-23T09:15:02Z"),
        ("2026-11-23T09:15:02.000Z", "2026-11-23T09:15:02Z"),
        ("2026-11-23T09:15:02.2Z", "2026-11-23T09:15:02.200Z"),
        ("2026-11-23T09:15:02.2501Z", "2026-11-23T09:15:02.250100Z"),
        ("2026-11-23T09:15:02.1234567Z", "2026-11-23T09:15:02.123456700Z"),
        ("2026-11-23T09:15:02.000000001Z", "2026-11-23T09:15:02.000000001Z"),
        ("2026-11-23T10:15:02.25+01:00", "2026-11-23T09:15:02.250Z"),
        ("2026-11-22T23:15:02-10:00", "2026-11-23T09:15:02Z"),
        ("2026-11-23t09:15:02z", "2026-11-23T09:15:02Z"),
        ("1969-12-31T23:59:59.250Z", "1969-12-31T23:59:59.250Z"),
        ("1969-12-31T23:59:59.000000001Z", "1969-12-31T23:59:59.000000001Z"),
    ] {
        let again = parse(&line("at", json!(read))).to_string();
        assert!(again.contains(&format!(r#""at":"{written}""#)), "{read} became {again}");
    }
}

#[test]
fn what_is_no_time_is_refused() {
    for time in ["", "yesterday", "2026-11-23", "2026-11-23T09:15:02", "2026-13-01T00:00:00Z", "1795425302"] {
        assert!(
            matches!(refused(&line("at", json!(time))), LineError::Invalid { member: "at", .. }),
            "{time}"
        );
    }
}

#[test]
fn an_unknown_type_is_refused_with_the_known_ones() {
    let error = refused(&line("type", json!("paused"))).to_string();
    assert!(error.starts_with("unknown event `paused`; the events are offered "), "{error}");
    assert!(
        EventKind::ALL.iter().map(|kind| kind.as_str()).all(|name| error.split(' ').any(|word| word == name)),
        "{error}"
    );
}

#[test]
fn the_names_of_events_are_exact() {
    for name in ["", "Held", "HELD", "held ", "callfold.call.held.v1"] {
        assert!(matches!(refused(&line("type", json!(name))), LineError::UnknownType { .. }), "{name}");
    }
    assert_eq!(
        EventKind::ALL.iter().map(|kind| kind.as_str()).collect::<std::collections::BTreeSet<_>>().len(),
        EventKind::ALL.len()
    );
}

#[test]
fn escapes_are_read_in_names_and_values() {
    let plain = line("v", json!(1));
    let escaped = plain
        .replace("\"type\"", r#""t\u0079pe""#)
        .replace("held", r"h\u0065ld")
        .replace("57dab", r"\u00357dab");
    assert_eq!(parse(&escaped.replace("\"data\"", r#""d\u0061ta""#)), parse(&plain));
    let subject = line("data", json!({"subject": "é\n\"\\\u{1f600}\u{0}"}));
    assert_eq!(parse(&parse(&subject).to_string()), parse(&subject));
}

#[test]
fn a_member_that_occurs_twice_is_refused_by_name() {
    for member in ["v", "call", "rev", "at", "type", "data", "inferred"] {
        let twice = line("inferred", json!(false)).replacen('{', &format!(r#"{{"{member}":null,"#), 1);
        assert!(refused(&twice).to_string().contains(&format!("`{member}`")), "{member}");
    }
}

#[test]
fn revisions_count_from_1() {
    assert!(matches!(refused(&line("rev", json!(0))), LineError::Invalid { member: "rev", .. }));
    let cloud = parse(&line("v", json!(1))).cloud_event().to_string().replace("/3\"", "/0\"");
    refused(&cloud);
}

/// The greatest integer that every JSON reader keeps.
const LAST: u64 = (1 << 53) - 1;

#[test]
fn a_revision_is_a_whole_number_that_every_reader_of_json_keeps() {
    let last = line("rev", json!(LAST));
    assert_eq!(parse(&last).revision, LAST);
    assert_eq!(parse(&parse(&last).cloud_event().to_string()), parse(&last));
    for non_canonical in ["9007199254740992", "18446744073709551616", "-1", "1.5", "\"1\"", "1e400", "[]"] {
        refused(&last.replace(&LAST.to_string(), non_canonical));
    }
}

#[test]
fn what_is_no_object_is_no_line() {
    let array = format!(r#"[1,"{CALL}",3,null,"held",{{}},false,null,null,null,null]"#);
    for text in ["", "null", "5", "\"held\"", "[]", "{", "{}{}", "{},", &array] {
        assert!(matches!(refused(text), LineError::Json { .. } | LineError::Missing { .. }), "{text}");
    }
}

#[test]
fn data_that_is_no_object_is_refused() {
    let names: Vec<_> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
    for non_canonical in [
        json!(5),
        json!("x"),
        json!(true),
        json!([]),
        json!(["established"]),
        json!([4, []]),
        json!([["1"], 0]),
    ] {
        let read = names.iter().filter(|name| {
            let line = json!({"call": CALL, "rev": 1, "type": name, "data": non_canonical}).to_string();
            line.parse::<Recorded>().is_ok()
        });
        assert_eq!(read.collect::<Vec<_>>(), [&""; 0], "{non_canonical}");
    }
}

#[test]
fn deeply_nested_data_is_refused() {
    let deep = format!(r#"{{"future":{}1{}}}"#, "[".repeat(5000), "]".repeat(5000));
    refused(&line("v", json!(1)).replace("{}", &deep));
}

#[test]
fn a_cloud_event_of_another_version_or_without_its_place_is_refused() {
    let event = parse(&line("v", json!(1))).cloud_event().to_string();
    for (from, to) in [
        ("held.v1", "held.v2"),
        ("held.v1", "paused.v1"),
        ("/3\"", "\""),
        ("/3\"", "/x\""),
        (r#""id""#, r#""other""#),
        (r#""type""#, r#""other""#),
        (r#""subject":"57d"#, r#""subject":"x"#),
    ] {
        assert!(!matches!(refused(&event.replace(from, to)), LineError::Foreign { .. }), "{from} {to}");
    }
}

#[test]
fn the_subject_of_a_cloud_event_may_be_missing_but_not_contradict() {
    let event = parse(&line("v", json!(1))).cloud_event().to_string();
    assert!(parse(&event.replace(r#""subject""#, r#""other""#)).records_the_same(&parse(&event)));
    refused(&event.replace(r#""subject":"57d"#, r#""subject":"68d"#));
}

#[test]
fn a_cloud_event_of_somebody_else_is_foreign_and_no_error_of_the_log() {
    let event = r#"{"specversion":"1.0","id":"1","source":"/x","type":"com.example.sent","data":{}}"#;
    assert_eq!(refused(event), LineError::Foreign { found: "com.example.sent".to_owned() });
    let findings = Replay::new().record(Format::Events, event.as_bytes(), |_| {});
    assert_eq!(findings.iter().map(|one| one.kind).collect::<Vec<_>>(), [FindingKind::UnknownResource]);
}

/// What this version does not know, as members of a line. The names and values are unusual on purpose.
const UNKNOWN: &str = concat!(
    r#""tenant":"t7","z":{"b":[1,2.50,{"x":null}],"a":"\u007b \" ,"},"a":12345678901234567890123,"#,
    r#""\"quoted\"":true,"traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01""#,
);

#[test]
fn unknown_members_of_a_line_survive_in_their_order() {
    for known in lines() {
        let tagged = format!("{},{UNKNOWN}}}", known.strip_suffix('}').unwrap());
        let recorded = parse(&tagged);
        assert_eq!(recorded.to_string(), tagged);
        assert_eq!(serde_json::to_string(&recorded).unwrap(), tagged);
        assert!(recorded.records_the_same(&parse(&known)));
        // In the other layout, and in front of the other members, with blanks and line ends.
        assert_eq!(parse(&recorded.cloud_event().to_string()), recorded);
        let mixed = format!("{{ {UNKNOWN},\n\t{}", &known[1..]).replace(r#","z":{"#, ",\"z\" : {\n");
        assert_eq!(parse(&mixed).to_string(), tagged);
    }
}

#[test]
fn unknown_members_of_a_cloud_event_survive() {
    let event = parse(&line("v", json!(1))).cloud_event().to_string();
    let tagged = format!(r#"{},"dataschema":"urn:x","v":9,{UNKNOWN}}}"#, event.strip_suffix('}').unwrap());
    let recorded = parse(&tagged);
    assert_eq!(recorded.cloud_event().to_string(), tagged);
    // A plain line has a `v` of its own.
    let plain = recorded.to_string();
    assert!(plain.starts_with(r#"{"v":1,"call":"#), "{plain}");
    assert!(plain.ends_with(&format!(r#","data":{{}},"dataschema":"urn:x",{UNKNOWN}}}"#)), "{plain}");
}

#[test]
fn members_that_only_the_other_layout_defines_are_unknown_ones() {
    let unknown =
        r#""id":"7","source":"a","subject":"5","time":null,"datacontenttype":"x","data_base64":"e30=""#;
    let base = line("v", json!(1));
    let tagged = format!("{},{unknown}}}", base.strip_suffix('}').unwrap());
    let recorded: Recorded = match tagged.parse() {
        Ok(recorded) => recorded,
        Err(error) => panic!("{error}: {tagged}"),
    };
    let names: Vec<_> = recorded.unknown.iter().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(names, ["id", "source", "subject", "time", "datacontenttype", "data_base64"]);
    assert_eq!(parse(&recorded.cloud_event().to_string()), parse(&base));
}

/// One at a time: each must be enough to be noticed.
#[test]
fn each_member_that_only_the_other_layout_defines_is_kept() {
    let plain = line("v", json!(1));
    let cloud = parse(&plain).cloud_event().to_string();
    let of_cloud = ["id", "source", "subject", "time", "datacontenttype", "data_base64"];
    let of_plain = ["v", "rev", "at"];
    for (base, names) in [(&plain, &of_cloud[..]), (&cloud, &of_plain)] {
        for name in names {
            let value = if ["v", "rev"].contains(name) { "7" } else { r#""e30=""# };
            let tagged = format!(r#"{},"{name}":{value}}}"#, base.strip_suffix('}').unwrap());
            let recorded = parse(&tagged);
            let unknown: Vec<_> = recorded.unknown.iter().map(|(name, _)| name.to_owned()).collect();
            assert_eq!(unknown, [*name], "{tagged}");
            assert_eq!(recorded.unknown.get(name).map(|raw| raw.get()), Some(value), "{tagged}");
            assert!(recorded.unknown.get("other").is_none());
        }
    }
}

#[test]
fn lines_that_differ_only_in_unknown_members_are_duplicates() {
    let mut ledger = Ledger::new();
    let begun = line("type", json!("placed")).replace(r#""rev":3"#, r#""rev":1"#);
    let traced =
        |with: &str| parse(&format!(r#"{},"traceparent":"{with}"}}"#, begun.strip_suffix('}').unwrap()));
    assert_eq!(ledger.apply(&traced("1")), Ok(Applied::Folded));
    assert_eq!(ledger.apply(&traced("2")), Ok(Applied::Duplicate));
    assert_eq!(ledger.apply(&parse(&begun)), Ok(Applied::Duplicate));
    assert_ne!(traced("1"), traced("2"));
    // Lines that wait for an earlier one, too.
    let mut replay = Replay::new();
    for with in ["1", "2"] {
        let early = traced(with).to_string().replace(r#""rev":1"#, r#""rev":4"#);
        replay.record(Format::Events, early.as_bytes(), |_| {});
    }
    let again = traced("3").to_string().replace(r#""rev":1"#, r#""rev":4"#);
    let findings = replay.record(Format::Events, again.as_bytes(), |_| {});
    assert_eq!(findings.iter().map(|finding| finding.kind).collect::<Vec<_>>(), [FindingKind::Duplicate]);
}

#[test]
fn debug_shows_only_the_names_of_unknown_members() {
    let tagged = format!("{},{UNKNOWN}}}", line("v", json!(1)).strip_suffix('}').unwrap());
    let shown = format!("{:?}", parse(&tagged));
    assert!(shown.contains(r#"unknown: ["tenant", "z", "a", "\"quoted\"", "traceparent"]"#), "{shown}");
    assert!(!shown.contains("t7") && !shown.contains("4bf92"), "{shown}");
}

#[test]
fn unknown_members_of_the_data_of_every_event_survive() {
    for known in lines().filter(|line| !line.contains(r#""type":"keptAlive""#)) {
        let tagged = known.replace(r#"},"inferred""#, r#","later":{"a":[1]},"zz":"s3cret"},"inferred""#);
        let recorded = parse(&tagged);
        assert_eq!(recorded.to_string(), tagged);
        assert_ne!(recorded.event, parse(&known).event, "it is a part of the event");
        assert!(!format!("{recorded:?}").contains("s3cret"), "{recorded:?}");
    }
}

#[test]
fn a_queued_operation_has_one_request() {
    for data in [
        r#"{"operation":{}}"#,
        r#"{"operation":{},"playPrompt":{},"recordResponse":{}}"#,
        r#"{"playPrompt":{}}"#,
        r#"{"operation":{},"operation":{},"playPrompt":{}}"#,
    ] {
        let queued = line("type", json!("operationQueued")).replace("{}", data);
        assert!(matches!(refused(&queued), LineError::Invalid { member: "data", .. }), "{data}");
    }
}

#[test]
fn a_line_has_room_for_unknown_members_at_the_cost_of_a_pointer() {
    assert_eq!(size_of::<callfold::UnknownMembers>(), size_of::<usize>());
}

/// A host that wrote `w` for the version in its lines of version 0.
fn of_version_0(line: &mut Map<String, Value>) -> bool {
    line.remove("w").is_some_and(|version| version == 0)
}

fn renamed(line: &mut Map<String, Value>) -> bool {
    let is_old = line.get("type").is_some_and(|name| name == "parked");
    is_old.then(|| line.insert("type".into(), "held".into())).is_some()
}

#[test]
fn an_older_line_is_read_through_the_upcasters_in_their_order() {
    let first =
        |line: &mut Map<String, Value>| line.get_mut("type").map(|name| *name = json!("parked")).is_some();
    let line = line("type", json!("stopped"));
    assert_eq!(Upcasters::new().after(first).after(renamed).read(&line).map(|it| it.revision), Ok(3));
    assert_eq!(Upcasters::new().after(renamed).before(first).read(&line).map(|it| it.revision), Ok(3));
    let wrong = Upcasters::new().before(renamed).after(first).read(&line).unwrap_err();
    assert!(wrong.to_string().starts_with("after an upcast: unknown event `parked`"), "{wrong}");
}

#[test]
fn a_line_that_can_be_read_is_not_upcast() {
    fn never(_: &mut Map<String, Value>) -> bool {
        panic!("it is read as it is")
    }
    let upcasters = Upcasters::new().before(never).after(never);
    lines().for_each(|line| assert_eq!(upcasters.read(&line), Ok(parse(&line))));
    // What is no JSON has no members.
    let torn = &line("v", json!(1))[..40];
    assert_eq!(upcasters.read(torn), Err(refused(torn)));
}

#[test]
fn an_error_says_that_no_upcaster_applies() {
    let lost = line("type", json!("lost"));
    assert_eq!(Upcasters::new().read(&lost), Err(refused(&lost)));
    let error = Upcasters::new().after(renamed).read(&lost).unwrap_err();
    assert_eq!(error, LineError::NotUpcast { has_changed: false, why: Box::new(refused(&lost)) });
    assert_eq!(error.to_string(), format!("{}; no upcaster applies", refused(&lost)));
}

#[test]
fn a_replay_reads_older_lines() {
    let old = [line("type", json!("adopted"))
        .replace(r#""v":1"#, r#""v":7,"w":0"#)
        .replace(r#""rev":3"#, r#""rev":1"#)];
    let replayed = |upcasters| {
        let mut replay = Replay::new().upcasters(upcasters);
        let findings = old.iter().flat_map(|line| replay.record(Format::Events, line.as_bytes(), |_| {}));
        let kinds: Vec<_> = findings.map(|finding| (finding.kind, finding.call.is_some())).collect();
        (replay.events(), kinds)
    };
    let no_version = |line: &mut Map<String, Value>| of_version_0(line) && line.remove("v").is_some();
    assert_eq!(replayed(Upcasters::new().before(no_version)), (1, vec![]));
    assert_eq!(replayed(Upcasters::new().before(renamed)), (0, vec![(FindingKind::Refused, true)]));
    assert_eq!(replayed(Upcasters::new().before(of_version_0)), (0, vec![(FindingKind::Malformed, true)]));
    assert_eq!(replayed(Upcasters::new()), (0, vec![(FindingKind::Refused, true)]));
}
