//! Logs of several interleaved calls, and the properties of each such log.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use super::agreement::{Log, View, agree, agree_on};
use super::mishaps::mishaps;
use super::talk::{Talk, talks};
use crate::common::properties;
use callfold::testing::strategies;
use callfold::uuid::Uuid;
use callfold::{CallId, Moment, Recorded};
use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::json;

/// The lines of one call in their order.
type Lines = Vec<String>;

/// The id of a call by its first digits, which determine its part.
fn call(number: u32) -> CallId {
    CallId::new(Uuid::from_fields(number, 0x894c, 0x409a, b"\xB2\x40\xBD\x8B\xEA\xE7\x88\x96"))
}

/// The lines of some calls in the canonical layout: events that a service records, arbitrary events, and
/// events with unexpected members.
fn calls() -> impl Strategy<Value = Vec<Lines>> {
    let one = prop_oneof![
        2 => strategies::histories().prop_map(|history| written(&history)),
        2 => strategies::arbitrary_histories(call(0)).prop_map(|history| written(&history)),
        4 => (talks(), vec(option::weighted(0.9, 0..100_000_i64), 41)).prop_map(|(talks, pauses)| said(&talks, &pauses)),
    ];
    // A repeated call has only shapes that were learned before.
    (vec(one, 1..3), 1..4_usize).prop_map(|(calls, times)| {
        let reported = std::iter::repeat_n(calls, times).flatten();
        (1..).zip(reported).map(|(number, lines)| renamed(&lines, call(number))).collect()
    })
}

fn written(history: &[Recorded]) -> Lines {
    let first = history.first().map(|recorded| recorded.call);
    history.iter().filter(|recorded| Some(recorded.call) == first).map(Recorded::to_string).collect()
}

/// The lines of these events, in the canonical form if the line can be read.
fn said(talks: &[Talk], pauses: &[Option<i64>]) -> Lines {
    let mut at = Timestamp::from_second(1_795_392_000).unwrap();
    let numbered = (1..).zip(talks).zip(pauses);
    let lines = numbered.map(|((revision, (name, data)), pause)| {
        let mut line = json!({ "v": 1, "call": call(0), "rev": revision, "type": name, "data": data });
        if let Some(pause) = pause {
            at += SignedDuration::from_millis(*pause);
            line["at"] = json!(at);
        }
        let line = line.to_string();
        line.parse::<Recorded>().map_or(line, |recorded| recorded.to_string())
    });
    lines.collect()
}

fn renamed(lines: &[String], call: CallId) -> Lines {
    let name = |line: &String| match line.find(r#""call":""#) {
        Some(at) => format!("{}{call}{}", &line[..at + 8], &line[at + 44..]),
        None => line.clone(),
    };
    lines.iter().map(name).collect()
}

/// The lines of all calls, those of each call in their order. Without picks, one call follows the other.
fn interleaved(calls: Vec<Lines>, picks: &[Index]) -> Log {
    let mut calls: Vec<_> = calls.into_iter().map(Vec::into_iter).collect();
    let mut log = Vec::new();
    for pick in picks {
        let index = pick.index(calls.len());
        log.extend(calls[index].next());
    }
    log.extend(calls.into_iter().flatten());
    Log::of(log)
}

fn logs() -> impl Strategy<Value = Log> {
    (calls(), vec(any::<Index>(), 0..100)).prop_map(|(calls, picks)| interleaved(calls, &picks))
}

fn moments() -> impl Strategy<Value = Moment> {
    prop_oneof![
        (0..30_u64).prop_map(Moment::Revision),
        (0..2_000_000_i64).prop_map(|millis| {
            Moment::Time(Timestamp::from_millisecond(1_795_392_000_000 + millis).unwrap())
        }),
    ]
}

properties! {
    96 cases;

    #[test]
    fn both_replays_report_the_same_of_canonical_lines(log in logs()) {
        agree(&log);
    }

    #[test]
    fn both_replays_report_the_same_of_damaged_lines(log in logs(), mishaps in mishaps()) {
        let mut log = log;
        mishaps.iter().for_each(|mishap| mishap.befall(&mut log.0));
        agree(&log);
    }

    #[test]
    fn both_replays_report_the_same_up_to_a_moment_or_of_one_call(
        log in logs(),
        mishaps in mishaps(),
        until in option::weighted(0.8, moments()),
        only in option::weighted(0.4, (0..4_u32).prop_map(call)),
    ) {
        let mut log = log;
        mishaps.iter().for_each(|mishap| mishap.befall(&mut log.0));
        agree_on(View { until, only }, &log);
    }
}
