//! The crate's own reader of JSON against `serde_json`, and decoding in one step against cutting and reading.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeMap;

use callfold::graph::{Call, CommsNotification, CommsNotifications, CommsOperation, Participant};
use callfold::log::{Cut, Format, Next, boundary, cut, decode};
use callfold::serde_json::{self, Map, Number, Value, json};
use callfold::testing::strategies::arbitrary_histories;
use callfold::testing::{read_json, strategies};
use callfold::{FindingKind, Recorded, Replay};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::common::{CALL, call_id, properties};

/// Texts with what a reader can confuse: escapes, quotation marks, brackets, letters of several bytes.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z]{0,20}",
        1 => vec(select(vec!['a', '"', '\\', '/', '{', '}', '[', ',', ':', '\n', '\u{1}', 'é', '✓', '😀', '\u{7f}']), 0..12)
            .prop_map(String::from_iter),
        1 => select(vec!["state", "id", "@odata.type", "#microsoft.graph.call", "2026-11-23T09:15:02.250Z"])
            .prop_map(String::from),
    ]
}

fn values() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
        (-9_i64..10).prop_map(Number::from),
        any::<f64>().prop_filter_map("a finite number", Number::from_f64),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number.prop_map(Value::Number),
        texts().prop_map(Value::String),
    ];
    leaf.prop_recursive(6, 40, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::Array),
            vec((texts(), inner), 0..6).prop_map(|members| Value::Object(Map::from_iter(members))),
        ]
    })
}

/// Places and characters to put into a text, or to remove from it.
fn damage() -> impl Strategy<Value = Vec<(Index, Option<char>)>> {
    let characters = "{}[]\",:\\ \n\t0123456789-+.eEtrufalsn/\u{1}é".chars().collect::<Vec<_>>();
    vec((any::<Index>(), proptest::option::of(select(characters))), 0..4)
}

fn damaged(mut text: String, damage: &[(Index, Option<char>)]) -> String {
    for (place, put) in damage {
        let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        if let Some(at) = (!places.is_empty()).then(|| *place.get(&places)) {
            match put {
                Some(character) => text.insert(at, *character),
                None => _ = text.remove(at),
            }
        }
    }
    text
}

/// What the reader accepts, `serde_json` reads as the same value.
fn agrees<T: DeserializeOwned + PartialEq + std::fmt::Debug>(json: &str) {
    if let Some(value) = read_json::<T>(json) {
        assert_eq!(Some(value), serde_json::from_str::<T>(json).ok(), "{json}");
    }
}

/// Replays a log, record by record: the end of each record, its findings and its events.
fn replayed(log: &[u8], step: impl Fn(&mut Replay, &[u8], &mut Vec<String>) -> Option<usize>) -> Vec<String> {
    let (mut replay, mut seen, mut start) = (Replay::new(), Vec::new(), 0);
    while let Some(consumed) = step(&mut replay, log.get(start..).unwrap(), &mut seen) {
        start += consumed;
        seen.push(format!("up to {start}"));
    }
    seen
}

fn decoded_in_one_step(format: Format, log: &[u8]) -> Vec<String> {
    replayed(log, |replay, block, seen| match decode(format, block, true) {
        Next::Record(record, decoded) => {
            let findings = replay.decoded(decoded, Some(&mut |event| seen.push(event.to_string())));
            seen.push(format!("{:?} {findings:?}", record.bytes));
            Some(record.consumed())
        }
        Next::More | Next::End => None,
    })
}

/// The bytes of each record, without the parts that are only text between records.
fn cut_bytes(format: Format, mut log: &[u8]) -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    while let Cut::Record(record) = cut(format, log, true) {
        records.extend((!record.bytes.is_empty()).then(|| record.bytes.to_vec()));
        log = &log[record.consumed()..];
    }
    records
}

/// The same object, with an unknown member whose escaped name the fast reader does not read.
fn for_the_thorough_reader(json: &str) -> Option<String> {
    let members = json.strip_prefix('{').filter(|members| members.starts_with('"'))?;
    Some([r#"{"\u0078":0,"#, members].concat())
}

/// An event, and the names and values of the unknown members of its line, without the one that the thorough reader needs.
fn meaning(mut recorded: Recorded) -> (Recorded, BTreeMap<String, Value>) {
    let unknown = std::mem::take(&mut recorded.unknown);
    let unknown = unknown.iter().filter(|(name, value)| (*name, value.get()) != ("x", "0"));
    let unknown = unknown.map(|(name, value)| (name.to_owned(), serde_json::from_str(value.get()).unwrap()));
    (recorded, unknown.collect())
}

/// The events of one record, and the kinds of its findings.
fn effects(format: Format, record: &str) -> (Vec<String>, Vec<FindingKind>) {
    let (mut replay, mut events) = (Replay::new(), Vec::new());
    let findings = replay.record(format, record.as_bytes(), |event| events.push(event.to_string()));
    (events, findings.into_iter().map(|finding| finding.kind).collect())
}

fn cut_and_read(format: Format, log: &[u8]) -> Vec<String> {
    replayed(log, |replay, block, seen| match cut(format, block, true) {
        Cut::Record(record) => {
            let findings = replay.record(format, record, |event| seen.push(event.to_string()));
            seen.push(format!("{:?} {findings:?}", record.bytes));
            Some(record.consumed())
        }
        Cut::More | Cut::End => None,
    })
}

/// A body alone or with its delivery, on one line or on several.
fn body(notification: CommsNotification, form: u8) -> String {
    let body = serde_json::to_value(CommsNotifications::new(vec![notification])).unwrap();
    let delivered = json!({ "receivedAt": "2026-11-23T09:15:02Z", "body": body,
        "headers": { "X-Microsoft-Skype-Message-ID": ["1"], "Host": "bot" } });
    match form {
        0 => body.to_string(),
        1 => serde_json::to_string_pretty(&body).unwrap(),
        2 => delivered.to_string(),
        5 => format!("2026-11-23T09:15:02Z: Info: {body:#} {{}}"),
        _ => {
            let prefix = if form == 4 { "[09:15:02 INF] " } else { "" };
            format!(
                "{prefix}$>2026-11-23T09:15:02Z Info\nTransactionDirection: Incoming\nrequest: POST /\n{body:#}"
            )
        }
    }
}

/// Only a cell of a CSV file from end to end has doubled quotes.
#[test]
fn a_body_with_a_quote_too_many_is_no_cell() {
    let url = format!("/communications/calls/{}", call_id());
    let notification = json!({ "changeType": "created", "resourceUrl": url, "resourceData": {} });
    let body = body(serde_json::from_value(notification).unwrap(), 0);
    let broken = body.replacen('"', "\"\"", 1);
    assert_eq!(effects(Format::Notifications, &broken), (vec![], vec![FindingKind::Malformed]), "{broken}");
    let cell = format!("{}\"", body.replace('"', "\"\""));
    assert_eq!(effects(Format::Notifications, &cell), effects(Format::Notifications, &body), "{cell}");
}

properties! {
    512 cases;

    #[test]
    fn a_body_has_one_meaning_for_both_readers(
        notification in strategies::notifications(call_id()),
        form in 0_u8..3,
        damage in damage(),
    ) {
        let body = damaged(body(notification, form), &damage);
        if let Some(other) = for_the_thorough_reader(&body) {
            prop_assert_eq!(effects(Format::Notifications, &body), effects(Format::Notifications, &other), "{}", body);
        }
    }

    #[test]
    fn a_line_has_one_meaning_for_both_readers(history in arbitrary_histories(call_id()), damage in damage()) {
        for recorded in history {
            for line in [recorded.to_string(), recorded.cloud_event().to_string()] {
                let line = damaged(line, &damage);
                if let Some(other) = for_the_thorough_reader(&line) {
                    let read = |line: &str| line.parse::<Recorded>().ok();
                    prop_assert_eq!(read(&line).map(meaning), read(&other).map(meaning), "{}", line);
                }
            }
        }
    }

    #[test]
    fn a_log_is_decoded_as_it_is_cut_and_read(
        parts in vec((strategies::notifications(call_id()), 0_u8..6, select(vec!["", "\n", "\r\n", " \n\n", ","])), 1..5),
        format in select(vec![Format::Notifications, Format::SdkLog]),
        damage in damage(),
    ) {
        let parts = parts.into_iter().map(|(notification, form, end)| body(notification, form) + end);
        let log = damaged(parts.collect(), &damage);
        prop_assert_eq!(decoded_in_one_step(format, log.as_bytes()), cut_and_read(format, log.as_bytes()), "{}", log);
    }

    #[test]
    fn a_log_can_be_divided_at_its_boundaries(
        parts in vec((strategies::notifications(call_id()), 0_u8..6, select(vec!["", "\n", "\r\n", " \n\n", ","])), 1..5),
        format in select(vec![Format::Events, Format::Notifications, Format::SdkLog]),
        damage in damage(),
        block in any::<Index>(),
    ) {
        let parts = parts.into_iter().map(|(notification, form, end)| body(notification, form) + end);
        // A line can also begin with `{` in the middle of a body.
        let log = damaged(parts.map(|part| part.replace("[{", "[\n{")).collect(), &damage);
        let (block, _) = log.as_bytes().split_at(block.index(log.len() + 1));
        if let Some(place) = boundary(format, block) {
            let (before, after) = log.as_bytes().split_at(place);
            let records = [cut_bytes(format, before), cut_bytes(format, after)].concat();
            prop_assert_eq!(records, cut_bytes(format, log.as_bytes()), "at {} of {}", place, log);
        }
    }

    #[test]
    fn a_value_of_any_json_is_the_value_of_serde_json(value in values(), is_pretty in any::<bool>(), damage in damage()) {
        let text = if is_pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        let text = damaged(text.unwrap(), &damage);
        agrees::<Value>(&text);
        if read_json::<IgnoredAny>(&text).is_some() {
            prop_assert!(serde_json::from_str::<IgnoredAny>(&text).is_ok(), "{}", text);
        }
    }

    #[test]
    fn a_resource_of_any_json_is_the_resource_of_serde_json(
        call in strategies::calls(),
        participant in strategies::participants(),
        operation in strategies::operations(),
        damage in damage(),
    ) {
        agrees::<Call>(&damaged(serde_json::to_string(&call).unwrap(), &damage));
        agrees::<Participant>(&damaged(serde_json::to_string(&participant).unwrap(), &damage));
        agrees::<CommsOperation>(&damaged(serde_json::to_string(&operation).unwrap(), &damage));
    }

    #[test]
    fn usual_json_is_read_by_the_reader_alone(call in strategies::calls()) {
        prop_assert_eq!(read_json(&serde_json::to_string(&call).unwrap()), Some(call));
    }

    #[test]
    fn a_line_has_one_meaning_in_any_order_of_its_members(history in arbitrary_histories(call_id()), damage in damage()) {
        for recorded in history {
            let line = damaged(recorded.to_string(), &damage);
            // `Value` sorts the members: `data` then comes before `type`.
            let sorted = serde_json::from_str::<Value>(&line).map(|value| value.to_string());
            match (line.parse::<Recorded>(), sorted) {
                (Ok(read), Ok(sorted)) => {
                    prop_assert_eq!(Ok(meaning(read)), sorted.parse::<Recorded>().map(meaning), "{}", line);
                }
                (Ok(_), Err(error)) => prop_assert!(false, "{} is no JSON: {}", line, error),
                (Err(_), _) => {}
            }
        }
    }
}

#[test]
fn a_record_that_says_something_twice_is_read_by_the_thorough_reader() {
    let item = json!({ "changeType": "updated", "resourceUrl": format!("/communications/calls/{CALL}"),
        "resourceData": { "@odata.type": "#microsoft.graph.call", "state": "established" } });
    let body = json!({ "value": [item] });
    let kinds = |record: String| effects(Format::Notifications, &record).1;
    assert_eq!(kinds(format!(r#"{{"headers":{{}},"headers":{{}},"body":{body}}}"#)), [FindingKind::Adopted]);
    assert_eq!(kinds(format!(r#"{{"value":[],"value":[{item}]}}"#)), [FindingKind::Adopted]);
    assert_eq!(kinds(format!(r#"{{"value":[{item}],"headers":1,"headers":2}}"#)), [FindingKind::Adopted]);

    // The names of headers are read in their order: the last one with a text counts.
    let name = "X-Microsoft-Skype-Message-ID";
    let headers = format!(r#"{{"headers":{{"{}":"a","{name}":""}},"body":{body}}}"#, name.to_lowercase());
    assert!(
        effects(Format::Notifications, &headers).0.iter().any(|event| event.contains("notificationHeard"))
    );

    let twice = r##""@odata.type":"#microsoft.graph.playPromptOperation","@odata.type":null,"id":"o","status":"running""##;
    let url = format!("/communications/calls/{CALL}/operations/o");
    let operation = format!(r#"{{"value":[{{"resourceUrl":"{url}","resourceData":{{{twice}}}}}]}}"#);
    let thorough = for_the_thorough_reader(&operation).unwrap();
    assert_eq!(effects(Format::Notifications, &operation), effects(Format::Notifications, &thorough));
}
