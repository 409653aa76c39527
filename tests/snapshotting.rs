//! Snapshots of calls: what is restored is equal, goes on equally, and no damage is a panic.

use callfold::call::{Call, Delivery, NotRestored, SNAPSHOT_VERSION, Snapshot};
use callfold::graph::{Method, Permission};
use callfold::testing::strategies::{arbitrary_histories, histories};
use callfold::{Applied, ApplyError, FindingKind, Ledger, Recorded};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use crate::common::properties;
use crate::common::{CALL, about, call_id};

fn event(revision: u64, name: &str, data: &Value) -> Recorded {
    let line =
        json!({"call": CALL, "rev": revision, "at": "2026-11-23T09:15:00Z", "type": name, "data": data});
    line.to_string().parse().expect("it is a line")
}

fn folded(events: &[Recorded]) -> Ledger {
    let mut ledger = Ledger::new();
    events.iter().for_each(|recorded| _ = ledger.apply(recorded));
    ledger
}

fn restored(call: &Call) -> Call {
    let stored = call.snapshot().as_str().to_owned();
    let restored = Call::restore(&Snapshot::from(stored)).unwrap_or_else(|error| panic!("{error}: {call:?}"));
    assert_eq!(&restored, call);
    // What equality leaves out, if anything, `Debug` shows.
    assert_eq!(format!("{restored:?}"), format!("{call:?}"));
    restored
}

/// A ledger that took up all calls of another one from snapshots.
fn taken_up(ledger: &Ledger) -> Ledger {
    let mut other = Ledger::new();
    for call in ledger.calls() {
        restored(call);
        assert_eq!(other.restore(&call.snapshot()), Ok(call.id()));
        assert_eq!(other.next_revision(call.id()), ledger.next_revision(call.id()));
    }
    other
}

/// Folds the rest of a history on a ledger and on one that was restored from it.
fn goes_on_equally(history: &[Recorded], at: usize) {
    let (before, rest) = history.split_at(at);
    let mut ledger = folded(before);
    let mut other = taken_up(&ledger);
    for recorded in rest {
        assert_eq!(ledger.apply(recorded).is_ok(), other.apply(recorded).is_ok(), "{recorded}");
    }
    assert!(ledger.calls().eq(other.calls()), "{history:?}");
}

/// A call with more of everything than a call usually has, and with what is left behind: participants who left, removed
/// contents, operations with two ids, unknown members beside known ones.
fn large() -> Vec<Recorded> {
    let mut events = vec![
        event(1, "placed", &json!({"subject": 5, "targets": [{}], "resultInfo": {"code": "x"}})),
        event(2, "established", &json!({"subject": "Stand-up", "tenant": {"b": [1.5, null], "a": 1}})),
    ];
    let mut push = |name: &str, data: Value| {
        let revision = events.len() as u64 + 1;
        events.push(event(revision, name, &data));
    };
    for number in 0..40_i64 {
        let id = format!("p{number}");
        push("rosterUpdated", json!({"sequenceNumber": number, "participants": [{"id": id, "isMuted": 7}]}));
        push(
            "rosterUpdated",
            json!({"sequenceNumber": 50 + number, "participants": [{"id": id, "isMuted": true, "later": number}]}),
        );
        push("contentSharingStarted", json!({"id": format!("s{number}")}));
        push("toneReceived", json!({"sequenceId": 90 - number, "tone": "tone1"}));
        push("toneReceived", json!({"tone": format!("odd{number}")}));
        push(
            "operationCreated",
            json!({"id": format!("a{number}"), "clientContext": format!("c{number}"), "status": "running"}),
        );
        push("operationUpdated", json!({"id": format!("o{number}"), "clientContext": format!("c{number}")}));
        push("notificationHeard", json!({"messageIds": [format!("m{number}")], "item": number}));
    }
    for number in 5..38 {
        push("contentSharingEnded", json!({"id": format!("s{number}")}));
        push("rosterUpdated", json!({"participants": [{"id": format!("p{number}"), "removedState": {}}]}));
    }
    push(
        "transferRequested",
        json!({"transferTarget": {"identity": {"user": {"id": "u"}}}, "clientContext": 8}),
    );
    events
}

#[test]
fn a_large_call_is_restored_whole() {
    let events = large();
    assert!(events.len() > 300);
    let ledger = folded(&events);
    assert_eq!(ledger.next_revision(call_id()), events.len() as u64 + 1, "all fold");
    for at in [0, 1, 2, 20, 150, events.len() - 1, events.len()] {
        goes_on_equally(&events, at);
    }
}

#[test]
fn a_secret_is_in_the_snapshot_and_not_in_its_debug() {
    let meeting =
        json!({"meetingInfo": {"@odata.type": "#microsoft.graph.tokenMeetingInfo", "token": "s3cret"}});
    let call = Call::begin(event(1, "placed", &meeting)).expect("it begins");
    let snapshot = call.snapshot();
    assert!(snapshot.as_str().contains("s3cret"));
    assert_eq!(format!("{snapshot:?}"), "Snapshot(…)");
    let broken = Snapshot::from(snapshot.as_str().replace(r#""messages":[]"#, r#""messages":["s3cret"]"#));
    let error = Call::restore(&broken).expect_err("it is broken");
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
}

/// A call keeps few message ids in another way than many.
#[test]
fn message_ids_are_restored_and_recognised_however_many_there_are() {
    for count in [1, 15, 16, 17, 40] {
        let received = |number: u64| json!({ "messageIds": [format!("m{}", number * 7 % 41)], "item": 0 });
        let mut events = vec![event(1, "placed", &json!({}))];
        events.extend((0..count).map(|number| event(number + 2, "notificationHeard", &received(number))));
        // A message id that comes twice is one.
        events.push(event(count + 2, "notificationHeard", &received(0)));
        let ledger = folded(&events);
        let call = ledger.call(call_id()).expect("it is known");
        let restored = restored(call);
        let repeats = |call: &Call, message: &str| {
            let mut delivery = Delivery::default();
            delivery.message_id = Some(message.into());
            let observed = Call::observe(Some(call), call_id(), &about("", "updated", json!({})), &delivery);
            observed.findings.iter().any(|finding| finding.kind == FindingKind::Duplicate)
        };
        for call in [call, &restored] {
            assert!((0..count).all(|number| repeats(call, &format!("m{}", number * 7 % 41))));
            assert!(!repeats(call, "another"));
        }
        let text = call.snapshot().as_str().to_owned();
        let stored: Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(stored["messages"].as_array().map(Vec::len), usize::try_from(count).ok());
    }
}

#[test]
fn a_snapshot_of_an_ended_call_that_waits_for_something_is_an_error() {
    let prompt = json!({"operation": {"@odata.type": "#microsoft.graph.playPromptOperation", "id": "a", "status": "notStarted"},
        "playPrompt": {"prompts": [{}]}});
    let on_hold = json!({"participant": "p", "operation": "a"});
    for (kind, data) in
        [("operationQueued", prompt), ("holdMusicStarted", on_hold), ("detailsChanged", json!({}))]
    {
        let ledger = folded(&[
            event(1, "placed", &json!({})),
            event(2, "established", &json!({})),
            event(3, kind, &data),
        ]);
        let call = ledger.calls().next().expect("there is one");
        assert_eq!(call.revision(), 3, "{kind} is not folded");
        let mut stored: Value = serde_json::from_str(call.snapshot().as_str()).expect("it is JSON");
        stored["state"] = "terminated".into();
        stored["deadlines"] = json!([]);
        let restored = Call::restore(&Snapshot::from(stored.to_string()));
        assert_eq!(restored.is_ok(), kind == "detailsChanged", "{kind}: {restored:?}");
    }
}

#[test]
fn another_version_and_a_broken_snapshot_are_errors() {
    let call = Call::begin(event(1, "placed", &json!({}))).expect("it begins");
    let text = call.snapshot().as_str().to_owned();
    assert!(text.starts_with(&format!(r#"{{"snapshot":{SNAPSHOT_VERSION},"#)), "{text}");
    let restore = |text: String| Call::restore(&Snapshot::from(text));
    let newer = restore(text.replacen(r#""snapshot":1"#, r#""snapshot":7,"later":{}"#, 1)).unwrap_err();
    assert_eq!(newer, NotRestored::Version { found: 7 });
    assert_eq!(newer.to_string(), "the snapshot has version 7; this version reads 1");
    let rows = [
        (r#""revision":1"#, r#""revision":0"#),
        (r#""revision":1"#, r#""revision":9007199254740992"#),
        (r#""revision":1"#, r#""revision":1,"later":1"#),
        (r#""revision":1,"#, ""),
        (r#""state":"establishing""#, r#""state":"parked""#),
        (r#""beginning":"placed""#, r#""beginning":"begun""#),
        (r#""known":{"#, r#""known":{"subject":5,"#),
        (r#""known":{"#, r#""known":{"later":5,"#),
        (r#""keepAlive""#, r#""tea""#),
        (r#""deadlines":[["#, r#""deadlines":[["2026-11-23T09:16:00Z","keepAlive"],["#),
        (r#""deadlines":[["#, r#""deadlines":[["2027-11-23T09:16:00Z","ring"],["#),
        (r#"}"#, ""),
    ];
    for (known, other) in rows {
        assert!(text.contains(known), "{known} is not in {text}");
        let error = restore(text.replacen(known, other, 1)).expect_err(other);
        assert!(matches!(error, NotRestored::Broken { .. }), "{other}: {error}");
    }
    for other in ["", "null", "[]", "{}", r#"{"snapshot":"1"}"#, &text[..text.len() / 2]] {
        assert!(matches!(restore(other.to_owned()), Err(NotRestored::Broken { .. })), "{other}");
    }
}

#[test]
fn a_ledger_takes_up_a_call_once_and_without_history() {
    let events =
        [event(1, "placed", &json!({})), event(2, "established", &json!({})), event(3, "held", &json!({}))];
    let snapshot = folded(&events[..2]).call(call_id()).expect("it is there").snapshot();
    let mut ledger = folded(&events[..1]);
    assert_eq!(ledger.restore(&snapshot), Err(NotRestored::Known { revision: 1 }));
    assert_eq!(ledger.next_revision(call_id()), 2);
    assert_eq!(Ledger::with_history().restore(&snapshot), Err(NotRestored::KeepsHistory));
    let mut ledger = Ledger::new();
    assert_eq!(ledger.restore(&snapshot), Ok(call_id()));
    assert_eq!(ledger.apply(&events[0]), Ok(Applied::Duplicate));
    assert_eq!(ledger.apply(&event(9, "held", &json!({}))), Err(ApplyError::Gap { missing: 3..9 }));
    assert_eq!(ledger.apply(&events[2]), Ok(Applied::Folded));
    assert!(ledger.calls().eq(folded(&events).calls()));
    // From here on, the ledger knows what it has folded.
    assert_eq!(ledger.apply(&event(3, "terminated", &json!({}))), Err(ApplyError::Conflict { revision: 3 }));
}

/// Every value of a JSON text, by the path to it.
fn values<'a>(value: &'a mut Value, all: &mut Vec<&'a mut Value>, wanted: usize, seen: &mut usize) {
    if *seen == wanted {
        *seen += 1;
        all.push(value);
        return;
    }
    *seen += 1;
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| values(item, all, wanted, seen)),
        Value::Object(members) => members.values_mut().for_each(|member| values(member, all, wanted, seen)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What a hostile snapshot has in place of a value.
fn damaged_value() -> impl Strategy<Value = Value> {
    let texts =
        ["", "hold", "2026-11-23T09:15:00Z", "-009999-01-02T00:00:00Z", "9999-12-30T22:00:00Z", "keepAlive"];
    prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        proptest::sample::select(texts.to_vec()).prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
    ]
}

/// Uses a call that may be nonsense.
fn exercise(mut call: Call, rest: &[Recorded]) {
    let again = Call::restore(&call.snapshot()).expect("a snapshot of what was restored is one");
    assert_eq!(again, call);
    let _: (usize, usize) = (call.legal_methods().count(), call.orphans().count());
    _ = (call.allows(Permission::ALL, Method::GetCall), call.participants().count());
    let late = "9999-12-30T21:00:00Z".parse().expect("a time");
    call.expire(late).into_iter().for_each(|recorded| _ = call.evolve(recorded));
    for recorded in rest {
        let mut recorded = recorded.clone();
        recorded.call = call.id();
        _ = call.evolve(recorded);
    }
}

properties! {
    64 cases;

    #[test]
    fn a_course_goes_on_equally_from_a_snapshot_at_any_event(history in histories(), at in any::<Index>()) {
        goes_on_equally(&history, at.index(history.len() + 1));
    }

    #[test]
    fn any_history_goes_on_equally_from_a_snapshot_at_any_event(
        history in arbitrary_histories(call_id()),
        at in any::<Index>(),
    ) {
        // What the fold refuses takes no revision, so that the rest folds.
        let (mut ledger, mut folded) = (Ledger::new(), Vec::new());
        for mut recorded in history {
            recorded.revision = folded.len() as u64 + 1;
            folded.extend(ledger.apply(&recorded).is_ok().then_some(recorded));
        }
        goes_on_equally(&folded, at.index(folded.len() + 1));
    }

    #[test]
    fn a_damaged_snapshot_is_an_error_or_a_call(
        history in prop_oneof![histories(), arbitrary_histories(call_id())],
        at in any::<Index>(),
        damage in vec((any::<Index>(), damaged_value()), 1..4),
        bytes in vec((any::<Index>(), any::<u8>()), 0..3),
    ) {
        let (before, rest) = history.split_at(at.index(history.len() + 1));
        for call in folded(before).calls() {
            let text = call.snapshot().as_str().to_owned();
            let mut value: Value = serde_json::from_str(&text).expect("it is JSON");
            let count = text.matches([',', '{', '[']).count() + 1;
            for (place, wrong) in &damage {
                let (mut found, mut seen) = (Vec::new(), 0);
                values(&mut value, &mut found, 1 + place.index(count), &mut seen);
                found.into_iter().for_each(|place| *place = wrong.clone());
            }
            let mut damaged = value.to_string().into_bytes();
            if let Ok(call) = Call::restore(&Snapshot::from(value.to_string())) {
                exercise(call, rest);
            }
            for (place, byte) in &bytes {
                let place = place.index(damaged.len());
                damaged[place] = *byte;
            }
            if let Ok(call) = Call::restore(&Snapshot::from(String::from_utf8_lossy(&damaged).into_owned())) {
                exercise(call, rest);
            }
        }
    }
}
