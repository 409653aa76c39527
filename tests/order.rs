//! The order of records: what a quick look says about the time of a record, and how a record is skipped.
#![allow(clippy::indexing_slicing, reason = "a test may panic")]

use callfold::jiff::SignedDuration;
use callfold::log::{Cut, Format, Glance, Next, Skip, Written, cut, decode, glance};
use serde_json::json;

use crate::common::CALL;

fn body() -> String {
    let url = format!("/communications/calls/{CALL}");
    json!({"value": [{"changeType": "updated", "resourceUrl": url, "resourceData": {"state": "established"}}]})
        .to_string()
}

fn seen(format: Format, log: &str) -> Vec<Glance> {
    let mut rest = log.as_bytes();
    core::iter::from_fn(|| {
        let seen = glance(format, rest)?;
        rest = &rest[seen.consumed..];
        Some(seen)
    })
    .collect()
}

fn received(time: &str) -> Option<Written> {
    Some(Written::Received(time.parse().expect("a time")))
}

#[test]
fn a_quick_look_finds_the_time_of_a_body() {
    let (body, time) = (body(), "2031-01-01T10:00:00.5Z");
    let local = Some(Written::Local("2031-01-01T10:00:00.5".parse().expect("a time")));
    let of_day = Some(Written::OfDay("10:00:00.5".parse().expect("a time")));
    for (log, written) in [
        (format!("{{\"receivedAt\":\"{time}\",\"body\":{body}}}\n"), received(time)),
        (format!("{{\"receivedAt\":\"{time}\",\"body\":{body}}}"), received(time)),
        (format!("{{\"receivedAt\":\"{time}\",\n\"body\":{body}}}\n"), received(time)),
        (format!("{{\"body\":{body},\"receivedAt\":\"{time}\"}}"), received(time)),
        (format!("{{\"receivedAt\":1924941600,\"body\":{body}}}"), received("2030-12-31T10:00:00Z")),
        (format!("{time} INFO {body}"), received(time)),
        (format!("2031-01-01 10:00:00.5 INFO {body}"), local),
        (format!("[2031-01-01T10:00:00.5] {body}"), local),
        (format!("[10:00:00.5 INF] {body}"), of_day),
        (format!("10:00:00.5 INFO\n{body}"), of_day),
        (format!("{time} INFO\nbody:\n{body}"), local),
        (body.clone(), None),
        (format!("{{\"receivedAt\":\"soon\",\"body\":{body}}}\n"), None),
    ] {
        let seen = seen(Format::Notifications, &log);
        let last = seen.iter().find(|seen| seen.is_received).expect("a body");
        assert_eq!(last.written, written, "{log}");
        // The line end after the last document is no record.
        let consumed: usize = seen.iter().map(|seen| seen.consumed).sum();
        assert!((log.trim_end().len()..=log.len()).contains(&consumed), "{log}");
    }
}

#[test]
fn a_quick_look_finds_the_time_of_an_entry() {
    let time = "2031-01-01T10:00:00.5Z";
    for (log, is_received) in [
        (format!("$>{time} Info: a.cs:1\nTransactionDirection: Incoming\n{}\n", body()), true),
        (format!("[10:00 INF] $>{time} Info: a.cs:1\nTransactionDirection: Incoming\n"), true),
        (format!("$>{time} Info: a.cs:1\nMessage: waiting\n"), false),
        (format!("{time}: Info: {}\n", body()), true),
        (format!("{time}: Verbose: waiting {{\"App\":1}}\n"), false),
    ] {
        let seen = seen(Format::SdkLog, &log);
        assert_eq!(
            (seen.len(), seen[0].is_received, seen[0].written),
            (1, is_received, received(time)),
            "{log}"
        );
    }
    assert_eq!(seen(Format::SdkLog, "waiting\n")[0].written, None);
    assert_eq!(seen(Format::Events, "{}\n"), []);
}

/// What a quick look says about a record of the usual form is what decoding it says.
#[test]
fn a_quick_look_agrees_with_decoding() {
    let samples = ["ivr.jsonl", "answered-incoming.jsonl", "tomorrow.jsonl", "malformed.jsonl", "sdk.log"];
    for name in samples {
        let path = format!("{}/docs/samples/{name}", env!("CARGO_MANIFEST_DIR"));
        let log = std::fs::read_to_string(path).expect("a sample");
        let format = Format::detect(log.as_bytes()).expect("a format");
        let mut rest = log.as_bytes();
        while let Next::Record(record, decoded) = decode(format, rest, true) {
            let seen = glance(format, rest).expect("a record");
            assert!(seen.consumed.abs_diff(record.consumed()) < 2, "{name}");
            if decoded.is_received() {
                assert_eq!(
                    (seen.is_received, seen.written),
                    (true, decoded.received_at().map(Written::Received))
                );
            }
            rest = &rest[record.consumed()..];
        }
    }
}

fn day(time: &str) -> Written {
    Written::OfDay(time.parse().expect("a time"))
}

#[test]
fn a_time_of_day_after_midnight_is_later() {
    let cases = [
        ("10:00:01", "10:00:00", 1),
        ("10:00:00", "10:00:01", -1),
        ("10:00:00", "10:00:00", 0),
        ("00:00:01", "23:59:59", 2),
        ("23:59:59", "00:00:01", -2),
        ("12:00:00", "00:00:00", 12 * 60 * 60),
    ];
    for (this, before, seconds) in cases {
        let since = SignedDuration::from_secs(seconds);
        assert_eq!(day(this).since(day(before)), Some(since), "{this} after {before}");
    }
    let local = Written::Local("2031-01-01T10:00:00".parse().expect("a time"));
    assert_eq!((local.since(day("09:00:00")), local.since(local)), (None, Some(SignedDuration::ZERO)));
}

/// Passes a log to a skip in two blocks. Returns where the record ends.
fn skipped(format: Format, log: &[u8], at: usize) -> usize {
    let (mut skip, mut begin) = (Skip::new(format), 0);
    for (end, is_last) in [(at, false), (log.len(), true)] {
        let (length, has_ended) = skip.pass(&log[begin..end], is_last);
        begin += length;
        if has_ended {
            return begin;
        }
    }
    begin
}

#[test]
fn a_record_is_skipped_to_where_it_is_cut() {
    let strings = json!({"value": [{"a\"}": "}\n{\\", "b": [[], {}], "c": "é"}]});
    let entry = format!("$>2031-01-01T10:00:00Z Info: a.cs:1\nTransactionDirection: Incoming\n{strings:#}\n");
    for (format, log) in [
        (Format::Notifications, format!("{strings}\n{strings}")),
        (Format::Notifications, format!("{strings:#}{strings}")),
        (Format::Notifications, format!("INFO [7] {strings} done\n{strings}")),
        (Format::Notifications, format!("[{strings:#}, {strings}]")),
        (Format::Events, format!("{strings}\r\n{strings}")),
        (Format::Events, strings.to_string()),
        (Format::SdkLog, format!("{entry}{entry}")),
        (Format::SdkLog, format!("{entry}[10:00:01 INF] {entry}")),
        (Format::SdkLog, entry.clone()),
    ] {
        let Cut::Record(record) = cut(format, log.as_bytes(), true) else { panic!("a record: {log}") };
        for at in 0..=log.len() {
            assert_eq!(skipped(format, log.as_bytes(), at), record.consumed(), "{format} at {at}: {log}");
        }
    }
}
