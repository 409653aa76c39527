//! Logs as bytes: how formats are recognised, how a log is split into records, and what a replay concludes
//! from each record.
#![allow(clippy::indexing_slicing, reason = "a test may panic")]

use callfold::FindingKind::{self, Adopted, Duplicate, Malformed, Repeat, UnknownResource};
use callfold::call::State;
use callfold::graph::OperationKind;
use callfold::log::{Cut, Format, Next, cut, decode};
use callfold::{Call, Replay};
use serde_json::{Value, json};

use crate::common::{CALL, call_id};

const OPERATION: &str = "0fe0623f-d628-42ed-b4bd-8ac290072cc5";

/// A body that reports a state of the call.
fn body(state: &str) -> Value {
    let url = format!("/communications/calls/{CALL}");
    json!({"value": [{"changeType": "updated", "resourceUrl": url, "resourceData": {"state": state}}]})
}

fn text(state: &str) -> String {
    body(state).to_string()
}

fn line(revision: u64, name: &str) -> String {
    json!({"v": 1, "call": CALL, "rev": revision, "type": name, "data": {}}).to_string()
}

/// The records of a log that arrives in two blocks. No byte may be lost.
fn records_split(format: Format, log: &[u8], at: usize) -> Vec<&[u8]> {
    let (mut records, mut offset) = (Vec::new(), 0);
    for (end, is_last) in [(at, false), (log.len(), true)] {
        while let Cut::Record(record) = cut(format, &log[offset.min(end)..end], is_last) {
            let (begin, after) = (offset + record.skipped.len(), offset + record.consumed());
            assert_eq!(&log[begin..begin + record.bytes.len()], record.bytes);
            records.push(&log[begin..begin + record.bytes.len()]);
            offset = after;
        }
    }
    assert!(log[offset..].trim_ascii().is_empty(), "{records:?}");
    records
}

fn records(format: Format, log: &[u8]) -> Vec<&[u8]> {
    records_split(format, log, 0)
}

/// The result of a replay of a log.
struct ParsedNotification {
    replay: Replay,
    findings: Vec<FindingKind>,
    events: Vec<String>,
}

impl ParsedNotification {
    fn call(&self) -> &Call {
        self.replay.call(call_id()).expect("the call is known")
    }
}

fn replay(format: Format, log: impl AsRef<[u8]>) -> ParsedNotification {
    let mut received = ParsedNotification { replay: Replay::new(), findings: Vec::new(), events: Vec::new() };
    for record in records(format, log.as_ref()) {
        let sink =
            |recorded: &callfold::Recorded| received.events.push(recorded.event.kind().as_str().to_owned());
        received
            .findings
            .extend(received.replay.record(format, record, sink).iter().map(|finding| finding.kind));
    }
    received
}

/// The result of a log of bodies that should establish and end the call.
fn outcome(log: impl AsRef<[u8]>) -> (Option<State>, Vec<FindingKind>) {
    let received = replay(Format::Notifications, log);
    (received.replay.call(call_id()).map(Call::state), received.findings)
}

fn ended() -> Option<State> {
    Some(State::Terminated)
}

#[test]
fn formats_are_recognised_by_content() {
    let cloud = line(1, "placed").parse::<callfold::Recorded>().unwrap().cloud_event().to_string();
    let pretty = serde_json::to_string_pretty(&body("established")).unwrap();
    let wrapped = json!({"receivedAt": null, "body": body("established")}).to_string();
    for (head, format) in [
        (line(1, "placed"), Some(Format::Events)),
        (format!("\r\n\r\n{}", line(1, "placed")), Some(Format::Events)),
        (cloud, Some(Format::Events)),
        (text("established"), Some(Format::Notifications)),
        (pretty, Some(Format::Notifications)),
        (wrapped, Some(Format::Notifications)),
        (format!("[{}]", text("established")), Some(Format::Notifications)),
        (
            json!({"changeType": "updated", "resource": "/app/calls/1"}).to_string(),
            Some(Format::Notifications),
        ),
        ("$>2026-11-23T09:15:02Z Info: A.cs:1 B\r\n".into(), Some(Format::SdkLog)),
        ("a preamble {\n\"value\"\n$>2026-11-23T09:15:02Z Info: A.cs:1 B\n".into(), Some(Format::SdkLog)),
        (
            format!("prose\n{}\n{}", &text("established")[..9], text("established")),
            Some(Format::Notifications),
        ),
        (format!("prose\n{}", line(1, "placed")), Some(Format::Events)),
        (text("established").replace("updated", "costs $>5"), Some(Format::Notifications)),
        (String::new(), None),
        (" \r\n".into(), None),
        ("prose".into(), None),
        ("42\n{}\n[]\n\"value\"".into(), None),
    ] {
        assert_eq!(Format::detect(head.as_bytes()), format, "{head}");
    }
}

/// An event line as the crate writes it.
fn written(line: &str) -> String {
    line.parse::<callfold::Recorded>().expect("it is a line").to_string()
}

#[test]
fn a_format_is_known_by_the_beginning_of_a_long_document() {
    for (whole, format) in
        [(text("established"), Format::Notifications), (written(&line(1, "placed")), Format::Events)]
    {
        for end in whole.len() - 20..whole.len() {
            assert_eq!(Format::detect(&whole.as_bytes()[..end]), Some(format), "{}", &whole[..end]);
        }
    }
}

#[test]
fn the_data_of_a_long_event_does_not_make_it_a_notification() {
    let long = written(&line(1, "placed").replace("{}", r#"{"meetingCapability":{"value":"everyone"}}"#));
    assert_eq!(Format::detect(&long.as_bytes()[..long.len() - 3]), Some(Format::Events));
}

#[test]
fn line_ends_and_blank_lines_change_nothing() {
    for end in ["\n", "\r\n", "\n\n", "\r\n \t\r\n"] {
        let log = [line(1, "placed"), line(2, "established"), String::new()].join(end);
        let received = replay(Format::Events, format!("{end}{log}"));
        assert_eq!((received.events.len(), received.findings), (2, vec![]), "{end:?}");
        let log = [text("establishing"), text("established")].join(end);
        assert_eq!(outcome(format!("{end}{log}")), (Some(State::Established), vec![]), "{end:?}");
    }
}

#[test]
fn the_last_line_needs_no_end() {
    assert_eq!(replay(Format::Events, line(1, "placed")).events, ["placed"]);
    assert_eq!(records(Format::Events, b"{}\n{}"), [b"{}", b"{}"]);
}

#[test]
fn a_byte_order_mark_is_the_frontends() {
    let mark = "\u{feff}";
    assert_eq!(
        replay(Format::Events, format!("{mark}{}\n{}", line(9, "held"), line(1, "placed"))).findings,
        [Malformed]
    );
    assert_eq!(outcome(format!("{mark}{}\n{}", text("hold"), text("terminated"))), (ended(), vec![Adopted]));
}

#[test]
fn documents_stand_on_one_line_on_many_or_back_to_back() {
    let reported = [body("establishing"), body("established"), body("terminated")];
    let compact = reported.each_ref().map(Value::to_string);
    let pretty = reported.each_ref().map(|body| serde_json::to_string_pretty(body).unwrap());
    for log in [
        compact.join("\n"),
        compact.concat(),
        compact.join(" \t"),
        pretty.join("\n"),
        pretty.concat(),
        pretty.join("\n").replace('\n', "\r\n"),
        format!("{}{}\n{}", compact[0], pretty[1], compact[2]),
        json!(reported).to_string(),
    ] {
        assert_eq!(outcome(&log), (ended(), vec![]), "{log}");
    }
}

/// Documents with one fault each, on lines of their own.
fn broken() -> [(&'static str, Vec<u8>); 11] {
    let pretty = serde_json::to_string_pretty(&body("established")).expect("it is written");
    let compact = text("established");
    let half = pretty.len() / 2;
    [
        ("truncated in a string", compact[..compact.len() - 12].into()),
        ("truncated outside", compact[..compact.len() - 3].into()),
        ("truncated after a colon", compact[..9].into()),
        ("truncated after a bracket", compact[..10].into()),
        ("trailing comma", compact.replace("]}", "],}").into()),
        ("prose", "the bot was restarted".into()),
        ("a number", "42".into()),
        (
            "invalid UTF-8 outside a string",
            [&compact.as_bytes()[..9], b"\xff", &compact.as_bytes()[9..]].concat(),
        ),
        ("many lines, a trailing comma", pretty.replace('}', "},").into()),
        ("many lines, truncated", pretty[..half].into()),
        ("many lines, prose", "it was\n  restarted\nat noon".into()),
    ]
}

/// What does not begin like a notification body is text between the records, and no fault.
fn findings_of(broken: &[u8]) -> Vec<FindingKind> {
    if broken.starts_with(b"{") { vec![Malformed] } else { vec![] }
}

#[test]
fn a_broken_document_loses_only_itself() {
    for (what, broken) in broken() {
        for end in ["\n", "\r\n"] {
            let end = end.as_bytes();
            let (first, last) = (text("establishing"), text("terminated"));
            let log = [first.as_bytes(), end, &broken, end, last.as_bytes(), end].concat();
            assert_eq!(outcome(log), (ended(), findings_of(&broken)), "{what}");
        }
    }
}

#[test]
fn a_broken_document_at_the_end_is_one_finding() {
    for (what, broken) in broken() {
        let log = [text("establishing").as_bytes(), b"\n", &broken].concat();
        assert_eq!(outcome(log), (Some(State::Establishing), findings_of(&broken)), "{what}");
    }
}

#[test]
fn a_broken_line_of_events_loses_only_itself() {
    for (what, broken) in broken().into_iter().filter(|(what, _)| !what.starts_with("many lines")) {
        let log =
            [line(1, "placed").as_bytes(), b"\n", &broken, b"\n", line(2, "established").as_bytes()].concat();
        let received = replay(Format::Events, log);
        assert_eq!((received.events.len(), received.findings), (2, vec![Malformed]), "{what}");
    }
}

#[test]
fn deep_nesting_is_one_finding() {
    for deep in
        ["[".repeat(5000), r#"{"a":"#.repeat(5000), format!("{}{}", "[".repeat(5000), "]".repeat(5000))]
    {
        for broken in [
            deep.clone(),
            format!(r#"{{"value":[{{"resourceData":{deep}}}]}}"#),
            format!(r#"{{"body":{deep}}}"#),
        ] {
            assert_eq!(outcome(format!("{broken}\n{}", text("terminated"))).0, ended());
            assert_eq!(
                replay(Format::Events, format!("{broken}\n{}", line(1, "placed"))).findings,
                [Malformed]
            );
            let entry = entry(&["TransactionDirection: Incoming"], &broken);
            let findings = replay(Format::SdkLog, entry).findings;
            assert!(findings == [Malformed] || (findings.is_empty() && !broken.starts_with(r#"{"value""#)));
        }
    }
}

#[test]
fn wherever_a_block_ends_the_records_are_the_same() {
    let mut notifications = b"\r\n".to_vec();
    for (_, broken) in broken() {
        let pretty = serde_json::to_string_pretty(&json!({"é": [[{}], 42]})).unwrap();
        for part in [&broken, &b"\n"[..], pretty.as_bytes(), b"{}[]\r\n \n"] {
            notifications.extend_from_slice(part);
        }
    }
    let events = format!("{}\r\n\n  {}\nprosé\n{}", line(1, "placed"), line(2, "held"), line(3, "é"));
    let entries = sdk_log(&[&entry(&["a: b"], "{\r\n}"), &entry(&["é: $>"], "prose")]);
    let logs = [
        (Format::Notifications, notifications),
        (Format::Events, events.into_bytes()),
        (Format::SdkLog, format!("preamble\n$ >\n{entries}").into_bytes()),
    ];
    for (format, log) in logs {
        let whole = records(format, &log);
        assert!(whole.len() > 2);
        for at in 0..=log.len() {
            assert_eq!(records_split(format, &log, at), whole, "{format} at {at}");
        }
    }
}

/// An entry of an SDK log.
fn entry(lines: &[&str], json: &str) -> String {
    format!("$>2026-11-23T09:15:02.2500000Z Info: Bot.cs:42 SendAsync\n{}\n{json}\n", lines.join("\n"))
}

fn sdk_log(entries: &[&str]) -> String {
    entries.concat()
}

/// A notification as the SDK logs it.
fn incoming(body: &Value) -> String {
    let lines = [
        "ScenarioId: 1",
        "TransactionDirection: Incoming",
        "TraceType: HttpRequest",
        "request: POST https://bot.example/api",
    ];
    entry(&lines, &serde_json::to_string_pretty(body).expect("it is written"))
}

/// A reply to a request of the app.
fn reply(request: &str, response: &str, body: &Value) -> String {
    let request = format!("request: {request}");
    let response = format!("response: {response}");
    let lines = [
        "TransactionDirection: Outgoing",
        "TraceType: HttpResponse",
        &request,
        &response,
        "headers:",
        "Date: (redacted)",
    ];
    entry(&lines, &serde_json::to_string_pretty(body).expect("it is written"))
}

fn url(rest: &str) -> String {
    format!("https://graph.microsoft.com/v1.0/communications/calls/{CALL}{rest}")
}

fn operation() -> Value {
    json!({"@odata.type": "#microsoft.graph.playPromptOperation", "id": OPERATION, "status": "running"})
}

fn placed() -> Value {
    json!({"@odata.type": "#microsoft.graph.call", "id": CALL, "state": "Establishing"})
}

#[test]
fn an_incoming_request_has_the_time_of_its_entry() {
    for end in ["\n", "\r\n"] {
        let log =
            sdk_log(&[&incoming(&body("Establishing")), &incoming(&body("Established"))]).replace('\n', end);
        let received = replay(Format::SdkLog, log);
        assert_eq!((received.call().state(), received.findings.len()), (State::Established, 0));
        assert_eq!(received.call().first_at(), "2026-11-23T09:15:02.25Z".parse().ok());
    }
}

#[test]
fn a_second_trace_of_one_exchange_is_a_repeat_or_with_an_id_a_duplicate() {
    let received = replay(
        Format::SdkLog,
        sdk_log(&[&incoming(&body("Establishing")), &incoming(&body("Establishing"))]),
    );
    assert_eq!((received.events.len(), received.findings), (1, vec![Repeat]));
    let lines = ["TransactionDirection: Incoming", "headers:", "x-microsoft-skype-message-id: 7"];
    let traced = entry(&lines, &text("Establishing"));
    assert_eq!(replay(Format::SdkLog, sdk_log(&[&traced, &traced])).findings, [Duplicate]);
}

#[test]
fn the_answer_of_the_app_changes_nothing() {
    let lines = ["TransactionDirection: Incoming", "TraceType: HttpResponse", "response: 202 Accepted"];
    for json in ["", "{}", r#"{"error":{}}"#] {
        let received =
            replay(Format::SdkLog, sdk_log(&[&incoming(&body("Establishing")), &entry(&lines, json)]));
        assert_eq!((received.events.len(), received.findings), (1, vec![]), "{json}");
    }
}

#[test]
fn a_reply_that_carries_a_call_begins_it() {
    let received = replay(
        Format::SdkLog,
        reply("POST https://graph.microsoft.com/v1.0/communications/calls", "201 Created", &placed()),
    );
    assert_eq!(
        (received.call().state(), received.events, received.findings),
        (State::Establishing, vec!["placed".to_owned()], vec![])
    );
}

#[test]
fn a_reply_that_carries_an_operation_begins_it() {
    let mut untyped = operation();
    untyped.as_object_mut().unwrap().remove("@odata.type");
    for (operation, kind) in [(operation(), OperationKind::PlayPrompt), (untyped, OperationKind::Comms)] {
        let log = [
            incoming(&body("Establishing")),
            reply(&format!("POST {}", url("/playPrompt")), "200 OK", &operation),
        ];
        let received = replay(Format::SdkLog, log.concat());
        let begun = received.call().operations().first().unwrap();
        assert_eq!((begun.id().unwrap().to_string(), begun.kind()), (OPERATION.to_owned(), kind));
    }
}

#[test]
fn requests_of_the_app_and_failed_or_read_only_exchanges_change_nothing() {
    let post = format!("POST {}", url("/playPrompt"));
    let request =
        entry(&["TransactionDirection: Outgoing", &format!("request: {post}")], &operation().to_string());
    for exchange in [
        request,
        reply(
            &format!("GET {}", url("")),
            "200 OK",
            &json!({"@odata.type": "#microsoft.graph.call", "state": "terminated"}),
        ),
        reply(&format!("GET {}", url("/operations/1")), "200 OK", &operation()),
        reply(&format!("DELETE {}", url("")), "204 NoContent", &json!({})),
        reply(&post, "400 BadRequest", &operation()),
        reply(&post, "404 NotFound", &json!({"error": {"code": "1"}})),
        reply(&post, "500 InternalServerError", &operation()),
        reply(&post, "(redacted)", &operation()),
        reply(&post, "200 OK", &json!({"value": []})),
        reply(&post, "200 OK", &json!({})),
    ] {
        let received = replay(Format::SdkLog, sdk_log(&[&incoming(&body("Establishing")), &exchange]));
        assert_eq!((received.events.len(), received.findings), (1, vec![]), "{exchange}");
    }
}

#[test]
fn a_failed_reply_is_known_whatever_else_its_line_says() {
    for response in [
        "404 NotFound 250 ms",
        "HTTP/1.1 503 Service Unavailable (2xx expected)",
        "500 after 2.5 s, 200 bytes",
    ] {
        let failed = reply("POST https://graph.microsoft.com/v1.0/communications/calls", response, &placed());
        assert_eq!(replay(Format::SdkLog, failed).events, [""; 0], "{response}");
    }
}

#[test]
fn a_masked_value_is_an_absent_one() {
    let mut masked = placed();
    for (member, value) in
        [("callChainId", "(Generic: chain)"), ("tenantId", "(redacted)"), ("subject", "Stand-up")]
    {
        masked[member] = json!(value);
    }
    masked["source"] =
        json!({"endpointType": "(redacted)", "identity": {"user": {"displayName": "(redacted)", "id": "u"}}});
    masked["requestedModalities"] = json!(["(redacted)", "Audio"]);
    let received = replay(Format::SdkLog, reply(&format!("POST {}", url("")), "201 Created", &masked));
    let details = serde_json::to_value(received.call().details()).unwrap();
    let expected = json!({"direction": "outgoing", "subject": "Stand-up", "requestedModalities": ["audio"],
        "source": {"identity": {"user": {"id": "u"}}}});
    assert_eq!(details, expected);
}

#[test]
fn the_call_of_the_entry_counts_where_the_body_names_none() {
    let unnamed = json!({"value": [{"changeType": "Updated", "resourceUrl": "(redacted)", "resourceData": {"state": "Established"}}]});
    let call = format!("CallId: {}", CALL.to_uppercase().replace('-', ""));
    let direction = "TransactionDirection: Incoming";
    let received = replay(Format::SdkLog, entry(&[&call, direction], &unnamed.to_string()));
    assert_eq!(received.call().state(), State::Established);
    let other = format!("CallId: {OPERATION}");
    let received = replay(Format::SdkLog, entry(&[&other, direction], &text("established")));
    assert_eq!(received.call().state(), State::Established);
    for call in ["CallId: (redacted)", "CallId: 7", "Call: none"] {
        assert_eq!(
            replay(Format::SdkLog, entry(&[call, direction], &unnamed.to_string())).findings,
            [Malformed]
        );
    }
}

#[test]
fn a_reply_falls_back_on_the_call_of_the_entry() {
    let call = format!("CallId: {CALL}");
    let lines = [&*call, "TransactionDirection: Outgoing", "request: POST (redacted)", "response: 200 OK"];
    let received = replay(Format::SdkLog, entry(&lines, &operation().to_string()));
    assert_eq!(received.call().operations().len(), 1);
}

#[test]
fn what_stands_before_the_first_entry_or_is_no_http_trace_changes_nothing() {
    let chatter = entry(&["Message: waiting", "   { this brace opens no JSON"], "");
    let about_json = entry(&["Message: received"], r#"{"value":[{"id":"8d1e6ab7","state":"terminated"}]}"#);
    let log = format!("log opened\r\nat nine\n{}{chatter}{about_json}", incoming(&body("Established")));
    let received = replay(Format::SdkLog, log);
    assert_eq!(
        (received.call().state(), received.findings),
        (State::Established, vec![FindingKind::Adopted])
    );
}

#[test]
fn what_the_app_writes_between_the_entries_is_read_and_not_twice() {
    let traced = |state| incoming(&body(state));
    let by_app = |state| format!("INFO got {}\n", text(state));
    let (outgoing, reply) = ("TransactionDirection: Outgoing", "{\"state\":\"established\"}\n");
    for (log, state, found) in [
        (sdk_log(&[&traced("established"), &by_app("terminated")]), State::Terminated, vec![]),
        (sdk_log(&[&by_app("established"), &traced("terminated")]), State::Terminated, vec![]),
        (sdk_log(&[&traced("established"), &by_app("established")]), State::Established, vec![Duplicate]),
        (sdk_log(&[&by_app("established"), &traced("established")]), State::Established, vec![Duplicate]),
        (entry(&[outgoing], &[reply, &by_app("established")].concat()), State::Established, vec![]),
        (entry(&[outgoing], &text("established")), State::Established, vec![]),
        (entry(&[], &by_app("established").repeat(2)), State::Established, vec![Repeat]),
    ] {
        let received = replay(Format::SdkLog, &log);
        let findings = received.findings.iter().filter(|kind| **kind != FindingKind::Adopted);
        assert_eq!((received.call().state(), findings.copied().collect()), (state, found), "{log}");
    }
    let before = replay(Format::SdkLog, format!("{}{}", by_app("established"), entry(&["a: b"], "")));
    assert_eq!((before.call().state(), before.findings), (State::Established, vec![FindingKind::Adopted]));
    let broken = replay(Format::SdkLog, entry(&["Message: received"], &text("terminated")[..90]));
    assert_eq!(broken.findings, [Malformed]);
}

#[test]
fn a_broken_entry_loses_only_itself() {
    let whole = incoming(&body("Established"));
    let broken = [&whole[..whole.len() - 20], "\n"].concat();
    let log = sdk_log(&[&incoming(&body("Establishing")), &broken, &incoming(&body("Terminated"))]);
    let received = replay(Format::SdkLog, log);
    assert_eq!(received.call().state(), State::Terminated);
    assert_eq!(received.findings.iter().filter(|kind| **kind == Malformed).count(), 1);
}

#[test]
fn a_wrapper_gives_the_time_at_which_its_body_was_received() {
    for (received_at, expected) in [
        ("2026-11-23T09:15:02Z", "2026-11-23T09:15:02Z"),
        ("2026-11-23T10:15:02+01:00", "2026-11-23T09:15:02Z"),
        ("2026-11-23 09:15:02", "2026-11-23T09:15:02Z"),
        ("1795425302", "2026-11-23T09:15:02Z"),
        ("1795425302250", "2026-11-23T09:15:02.250Z"),
        ("1795425302.25", "2026-11-23T09:15:02.250Z"),
        ("-1", "1969-12-31T23:59:59Z"),
    ] {
        let received = replay(
            Format::Notifications,
            json!({"receivedAt": received_at, "body": body("establishing")}).to_string(),
        );
        assert_eq!((received.call().first_at(), received.findings), (expected.parse().ok(), vec![]));
    }
    let received =
        replay(Format::Notifications, json!({"receivedAt": null, "body": body("establishing")}).to_string());
    assert_eq!((received.call().first_at(), received.findings), (None, vec![]));
}

#[test]
fn an_invalid_time_of_a_wrapper_is_a_finding_and_its_body_is_replayed() {
    for non_canonical in
        [json!("yesterday"), json!(1e300), json!({}), json!(["2026-11-23T09:15:02Z"]), json!("")]
    {
        let received = replay(
            Format::Notifications,
            json!({"receivedAt": non_canonical, "body": body("establishing")}).to_string(),
        );
        assert_eq!(
            (received.call().first_at(), received.findings),
            (None, vec![Malformed]),
            "{non_canonical}"
        );
    }
}

#[test]
fn a_second_delivery_is_known_by_the_headers_of_its_wrapper() {
    let first = json!({"X-Microsoft-Skype-Message-ID": "1"});
    let wrapped = |headers: &Value| json!({"headers": headers, "body": body("establishing")}).to_string();
    for again in [
        json!({"X-Microsoft-Skype-Message-ID": "1"}),
        json!({"x-microsoft-skype-message-id": "1"}),
        json!({"X-MICROSOFT-SKYPE-MESSAGE-ID": ["1"]}),
        json!({"X-Microsoft-Skype-Message-ID": "2", "x-microsoft-skype-original-message-id": ["1", "9"]}),
    ] {
        assert_eq!(outcome([wrapped(&first), wrapped(&again)].concat()).1, [Duplicate], "{again}");
    }
    for other in [
        json!({"X-Microsoft-Skype-Message-ID": "2"}),
        json!({"Message-ID": "1"}),
        json!([]),
        json!("x"),
        json!(null),
    ] {
        assert_eq!(outcome([wrapped(&first), wrapped(&other)].concat()).1, [Repeat], "{other}");
    }
}

#[test]
fn the_notifications_of_one_body_are_distinguished() {
    let items = ["establishing", "established"].map(|state| body(state)["value"][0].clone());
    let wrapped =
        json!({"headers": {"X-Microsoft-Skype-Message-ID": "1"}, "body": {"value": items}}).to_string();
    let received = replay(Format::Notifications, wrapped.repeat(2));
    assert_eq!(
        (received.call().state(), received.findings),
        (State::Established, vec![Duplicate, Duplicate])
    );
}

#[test]
fn a_body_comes_in_many_shapes() {
    let (body, single) = (body("establishing"), body("establishing")["value"][0].clone());
    for document in [
        body.clone(),
        single.clone(),
        json!([body]),
        json!([single]),
        json!({ "body": body }),
        json!({ "body": single }),
        json!({"body": body.to_string()}),
        json!({"body": single.to_string()}),
        json!({"body": serde_json::to_string_pretty(&body).unwrap()}),
        json!([{ "body": body }]),
        json!({"value": single}),
    ] {
        assert_eq!(outcome(document.to_string()), (Some(State::Establishing), vec![]), "{document}");
    }
}

#[test]
fn bodies_in_one_array_are_replayed_in_order() {
    let non_canonical = [
        body("establishing"),
        json!(5),
        body("established"),
        json!({}),
        json!([body("hold")]),
        body("terminated"),
    ];
    assert_eq!(outcome(json!(non_canonical).to_string()), (ended(), vec![]));
}

#[test]
fn what_holds_no_notifications_tells_nothing() {
    for non_canonical in [
        json!({}),
        json!({"body": null}),
        json!({"body": ""}),
        json!({"body": "prose"}),
        json!({"body": 5}),
        json!({"a": 1}),
        json!({"metric": "cpu", "value": 3}),
        json!({"level": "info", "value": "changeType"}),
    ] {
        assert_eq!(outcome(non_canonical.to_string()), (None, vec![]), "{non_canonical}");
    }
}

#[test]
fn invalid_items_and_items_without_a_call_are_malformed_and_the_others_are_replayed() {
    let mut non_canonical = body("establishing");
    let sound = non_canonical["value"][0].clone();
    non_canonical["value"] =
        json!(["ping", sound, null, {"changeType": "updated", "resourceUrl": "/users/me"}]);
    assert_eq!(
        outcome(non_canonical.to_string()),
        (Some(State::Establishing), vec![Malformed, Malformed, UnknownResource])
    );
}

/// Logs in which other text stands around bodies that are on one line.
fn logged(around: &str, written: fn(&Value) -> String) -> String {
    let states = [body("establishing"), body("established"), body("terminated")];
    states.iter().map(|body| around.replace("BODY", &written(body))).collect()
}

#[test]
fn a_cell_of_a_table_can_have_many_lines_and_end_in_another_block() {
    let cell = |state| format!("{:#}", body(state)).replace('"', "\"\"");
    let table = format!("a,\"{}\",b\nc,\"{}\"\n", cell("establishing"), cell("terminated"));
    assert_eq!(outcome(&table), (ended(), vec![]));
    let whole = records(Format::Notifications, table.as_bytes());
    for at in 0..table.len() {
        assert_eq!(records_split(Format::Notifications, table.as_bytes(), at), whole, "split at {at}");
    }
}

#[test]
fn bodies_are_found_wherever_they_stand_in_a_text() {
    for around in [
        "[Bot] got a callback: BODY\n",
        "10:00:00,000 INFO [ 12] Graph: [aaaa] BODY\n10:00:01 [Handler] {state} changed [\n",
        "MSG:BODY,REQID:,PID:7\n",
        "I get this:\n\n```json\nBODY\n```\n\n- [x] and {nothing else}.\n",
        "{\"level\":30,\"msg\":\"tick\"}\n{ \"msg\": \"{\\\"a\\\":\" }\nBODY\n",
        "BODY {\"unfinished\": [1, 2\n",
        "\u{1b}[32mINFO\u{1b}[0m BODY\u{1b}[0m\r\n",
    ] {
        for written in [Value::to_string, |body: &Value| format!("{body:#}")] {
            let log = logged(around, written);
            assert_eq!(Format::detect(log.as_bytes()), Some(Format::Notifications), "{log}");
            assert_eq!(outcome(&log), (ended(), vec![]), "{log}");
        }
    }
}

#[test]
fn a_body_can_be_a_text_in_another_object() {
    for around in [
        json!({"log": "BODY\n", "stream": "stdout", "time": "2026-11-23T09:15:02Z"}),
        json!({"@t": "2026-11-23T09:15:02Z", "@mt": "received BODY here"}),
        json!({"msg": "callback", "payload": "BODY", "level": 30, "ts": 1}),
    ] {
        let states = [body("establishing"), body("established"), body("terminated")];
        let escaped = |body: &Value| json!(body.to_string()).to_string().trim_matches('"').to_owned();
        let log: String =
            states.iter().map(|body| format!("{around}\n").replace("BODY", &escaped(body))).collect();
        assert_eq!(Format::detect(log.as_bytes()), Some(Format::Notifications), "{log}");
        assert_eq!(outcome(&log), (ended(), vec![]), "{log}");
    }
}

/// The first call of a log, read with the text around its bodies.
fn first_at(log: &str) -> Option<jiff::Timestamp> {
    let (mut replay, mut rest) = (Replay::new(), log.as_bytes());
    while let Next::Record(record, decoded) = decode(Format::Notifications, rest, true) {
        replay.decoded(decoded, None);
        rest = &rest[record.consumed()..];
    }
    replay.call(call_id()).and_then(Call::first_at)
}

#[test]
fn a_time_with_an_offset_before_a_body_is_the_time_of_receiving() {
    let at = "2026-11-23T09:15:02Z".parse().ok();
    for prefix in [
        "2026-11-23T09:15:02.000000000Z ",
        "INFO [2026-11-23T10:15:02+01:00] MSG:",
        "2026-11-23 09:15:02Z|",
        "2026-11-23 10:15:02.000 +01:00 [INF] Bot.Webhook: ",
        "2026-11-23 09:15:02 +0000 UTC m=+0.5 ",
        "2026-11-23 09:15:02.000 UTC [17] LOG: ",
        "\u{1b}[90m2026-11-23T09:15:02Z\u{1b}[0m ",
        "time=2026-11-23T09:15:02Z level=INFO body=",
        "2026-11-23T09:15:02,000+0000 ",
        "2026-11-23 10:15:02,000+0100 INFO ",
        "2026-11-23T10:15:02 +0100 ",
        "Mon, 23 Nov 2026 09:15:02 GMT ",
        "Mon, 23 Nov 2026 10:15:02 +0100 ",
        "10.0.0.7 - - [23/Nov/2026:10:15:02 +0100] \"POST /calls HTTP/1.1\" 202 ",
        "an earlier line at 2020-01-01T00:00:00Z\n2026-11-23T09:15:02Z ",
    ] {
        assert_eq!(first_at(&format!("{prefix}{}\n", text("establishing"))), at, "{prefix}");
    }
    for prefix in [
        "2026-11-23T09:15:02 ",
        "09:15:02 ",
        "at 2026-11-23T09:15:02Z\n",
        "2026-13-23T09:15:02Z ",
        "2026-11-23 09:15:02 -1 left, ",
        "2026-11-23 09:15:02 UTC+x ",
        "[23/Nov/2026:10:15:02] ",
        "[99/Nov/2026:10:15:02 +0100] ",
    ] {
        assert_eq!(first_at(&format!("{prefix}{}\n", text("establishing"))), None, "{prefix}");
    }
    let own = json!({"receivedAt": "2026-11-23T09:15:02Z", "body": body("establishing")});
    assert_eq!(first_at(&format!("2020-01-01T00:00:00Z {own}\n")), at);
}

#[test]
fn header_lines_directly_before_a_body_belong_to_it() {
    let request =
        |ids: &str| format!("POST /calls HTTP/1.1\r\nHost: bot\r\n{ids}\r\n{}\r\n\r\n", text("establishing"));
    let first = request("X-Microsoft-Skype-Message-Id: a\r\n");
    let again = request("X-Microsoft-Skype-Message-Id: b\r\nX-Microsoft-Skype-Original-Message-Id: a\r\n");
    let kinds = |log: String| {
        let (mut replay, mut kinds, mut rest) = (Replay::new(), Vec::new(), log.as_bytes());
        while let Next::Record(record, decoded) = decode(Format::Notifications, rest, true) {
            kinds.extend(replay.decoded(decoded, None).iter().map(|finding| finding.kind));
            rest = &rest[record.consumed()..];
        }
        kinds
    };
    assert_eq!(kinds([first.clone(), again].concat()), [Duplicate]);
    assert_eq!(kinds([first, request("")].concat()), [Repeat]);
}

#[test]
fn change_notifications_of_other_kinds_are_named() {
    let records = json!({"value": [{"changeType": "created", "resource": "communications/callRecords/1",
        "resourceData": {"@odata.type": "#microsoft.graph.callrecord", "id": "1"}}]});
    let encrypted = json!({"value": [{"changeType": "updated", "resource": format!("communications/calls('{CALL}')"),
        "resourceData": {"@odata.type": "#Microsoft.Graph.callEvent", "id": CALL}, "encryptedContent": {"data": "AAAA"}}]});
    for document in [records, encrypted] {
        assert_eq!(outcome(document.to_string()), (None, vec![UnknownResource]), "{document}");
    }
}

#[test]
fn a_replay_goes_on_with_the_ledger_of_another() {
    let first = replay(Format::Notifications, text("establishing"));
    let mut second = Replay::new().onto(first.replay.clone().into_ledger());
    second.record(Format::Events, line(2, "established").as_bytes(), |_| {});
    assert_eq!(second.call(call_id()).map(Call::revision), Some(2));
    assert_eq!(first.replay.calls().next().map(Call::revision), Some(1));
}

#[test]
fn what_is_not_utf8_becomes_a_replacement_character() {
    let body = text("incoming").replace("\"incoming\"", "\"incoming\",\"subject\":\"X\"");
    let event = line(1, "placed").replace("{}", "{\"subject\":\"X\"}");
    for (format, log) in [
        (Format::SdkLog, incoming(&body.parse().unwrap())),
        (Format::Notifications, body.clone()),
        (Format::Notifications, format!("{:#}", body.parse::<Value>().unwrap())),
        (Format::Notifications, json!({"message": body}).to_string()),
        (Format::Events, event),
    ] {
        let log: Vec<u8> = log.bytes().map(|byte| if byte == b'X' { 0xFF } else { byte }).collect();
        let received = replay(format, log);
        let subject = received.call().details().subject.value();
        assert_eq!((subject.map(|it| &**it), received.findings.is_empty()), (Some("\u{fffd}"), true));
    }
}

#[test]
fn white_space_of_any_kind_around_a_value_of_an_sdk_log_does_not_count() {
    for space in [" ", "\t", "\u{b}", "\u{85}", "\u{a0}", "\u{3000}"] {
        let entry = format!(
            "$>2026-11-23T09:15:02Z Info\nTransactionDirection{space}:{space}Incoming{space}\n{}",
            r#"{"value":[{"resourceUrl":"/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896","resourceData":{"state":"incoming"}}]}"#,
        );
        let mut replay = Replay::new();
        replay.record(Format::SdkLog, entry.as_bytes(), |_| {});
        assert_eq!(replay.events(), 1, "{space:?}");
    }
}

#[test]
fn half_of_a_surrogate_pair_becomes_a_replacement_character() {
    for (json, expected) in [
        (r"plain", "plain"),
        (r"\ud83d\ude00", "\u{1f600}"),
        (r"\ud83d", "\u{fffd}"),
        (r"\uDE00\uD83D", "\u{fffd}\u{fffd}"),
        (r"\ud83d\ud83d\ude00é", "\u{fffd}\u{1f600}é"),
        (r"\\ud83d \\\ud83d \n", "\\ud83d \\\u{fffd} \n"),
    ] {
        let notification = text("established").replace("established", r#"established","subject":"@"#);
        let event = line(1, "placed").replace("{}", r#"{"subject":"@"}"#);
        for (format, log) in [
            (Format::Notifications, notification.clone()),
            (Format::Notifications, json!({"body": notification}).to_string()),
            (Format::Notifications, json!({"message": notification}).to_string()),
            (Format::SdkLog, entry(&["TransactionDirection: Incoming"], &notification)),
            (Format::Events, event),
        ] {
            let nested = serde_json::to_string(json).unwrap();
            let json = if log.contains(r#"\"subject"#) { nested.trim_matches('"') } else { json };
            let received = replay(format, log.replace('@', json));
            let subject = received.call().details().subject.value();
            assert_eq!(subject.map(ToString::to_string).as_deref(), Some(expected), "{log} with {json}");
        }
    }
}

#[test]
fn events_are_found_wherever_notifications_are() {
    let events = [line(1, "placed"), line(2, "established")];
    let pretty = events.each_ref().map(|event| format!("{:#}", event.parse::<Value>().unwrap()));
    for log in
        [pretty.join("\n"), format!("[{}]", events.join(",")), format!("INFO {}", events.join("\nINFO "))]
    {
        assert_eq!(Format::detect(log.as_bytes()), Some(Format::Notifications), "{log}");
        let received = replay(Format::Notifications, &log);
        assert_eq!((received.events.len(), received.findings), (2, vec![]), "{log}");
    }
}

#[test]
fn a_logger_gives_the_time_in_a_member() {
    for (time, expected) in [
        (json!("2026-11-23T09:15:02Z"), Some("2026-11-23T09:15:02Z")),
        (json!("2026-11-23 10:15:02+01:00"), Some("2026-11-23T09:15:02Z")),
        (json!(1_795_425_302), Some("2026-11-23T09:15:02Z")),
        (json!(1_795_425_302.25), Some("2026-11-23T09:15:02.250Z")),
        (json!("1795425302250"), Some("2026-11-23T09:15:02.250Z")),
        (json!("2026-11-23T09:15:02"), None),
        (json!(12.5), None),
        (json!("noon"), None),
        (json!(null), None),
    ] {
        for name in ["time", "timestamp", "@timestamp", "ts", "@t"] {
            let log = json!({"message": text("establishing"), name: time}).to_string();
            let received = replay(Format::Notifications, &log);
            let at = expected.and_then(|at| at.parse().ok());
            assert_eq!((received.call().first_at(), received.findings), (at, vec![]), "{log}");
        }
    }
}

/// The head of an entry is one line.
#[test]
fn a_time_broken_by_a_line_end_begins_no_entry() {
    let entry = "2026-11-23T09:15:01Z: Info: x\n";
    let broken = "2026-11-23T\n09:15:02Z: Info: y\n";
    let log = format!("{entry}{broken}");
    let Cut::Record(record) = cut(Format::SdkLog, log.as_bytes(), true) else { panic!("a record") };
    assert_eq!(record.bytes.len() + record.rest.len(), log.len());
    assert!(!matches!(Format::detect(broken.as_bytes()), Some(Format::SdkLog)));
}
