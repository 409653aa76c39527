//! The crate writes the same JSON as `serde_json`.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use callfold::call::CallEvent;
use callfold::testing::strategies::events;
use callfold::{Recorded, graph};
use proptest::prelude::*;

use crate::common::{call_id, properties};

fn is_written(event: CallEvent) {
    let recorded = Recorded::new(call_id(), 1, None, event);
    assert_eq!(recorded.to_string(), serde_json::to_string(&recorded).unwrap());
}

fn about(subject: &str) -> CallEvent {
    let mut reported = graph::Call::default();
    reported.subject = subject.to_owned().into();
    reported.other.insert(subject.to_owned(), serde_json::json!([null, true, -1, 1e300, {subject: 1.5}]));
    CallEvent::DetailsChanged(Some(reported.into()))
}

#[test]
fn a_text_is_escaped_wherever_the_character_stands() {
    let characters = (0..=0x2ff).filter_map(char::from_u32).chain(['\u{7fff}', '\u{1f600}']);
    for character in characters {
        for before in 0..10 {
            is_written(about(&format!("{}{character}tail", "x".repeat(before))));
        }
    }
}

properties! {
    512 cases;

    #[test]
    fn any_event_is_written_so(event in events()) {
        is_written(event);
    }

    #[test]
    fn any_text_is_written_so(subject in any::<String>()) {
        is_written(about(&subject));
    }
}
