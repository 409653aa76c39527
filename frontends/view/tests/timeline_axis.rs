//! The positions of the steps, and the labels of the axis.
#![allow(clippy::indexing_slicing, reason = "a test may panic")]

mod common;

use callfold_view::history::CallHistory;
use callfold_view::timeline;
use common::build::at;
use common::drawn::Drawn;

/// A call whose steps have these times, in tenths of a second.
fn timed(times: &[Option<u64>]) -> CallHistory {
    let mut events: Vec<_> = times.iter().map(|time| (*time, "detailsChanged", "{}")).collect();
    events[0].1 = "offered";
    at(&events, Vec::new())
}

fn reported(times: impl IntoIterator<Item = u64>) -> CallHistory {
    timed(&times.into_iter().map(Some).collect::<Vec<_>>())
}

/// The position of a label of the axis.
fn label(drawn: &Drawn, words: &str) -> f64 {
    let label = drawn.texts.iter().find(|text| text.words == words);
    label.map(|text| f64::midpoint(text.left, text.right)).unwrap_or_else(|| panic!("{words} in {drawn:?}"))
}

fn close(one: f64, other: f64) {
    assert!((one - other).abs() < 0.3, "{one} {other}");
}

#[test]
fn time_is_linear_where_nothing_is_shortened() {
    let history = reported([0, 100, 150, 300]);
    let places = timeline::places(&history);
    close((places[1] - places[0]) / 10.0, (places[2] - places[1]) / 5.0);
    close((places[3] - places[2]) / 15.0, (places[2] - places[1]) / 5.0);
    let drawn = Drawn::read(&timeline::svg(&history));
    close(label(&drawn, "0:00.0"), places[0]);
    close(label(&drawn, "0:10.0"), places[1]);
    close(label(&drawn, "0:30.0"), places[3]);
    close(label(&drawn, "0:20.0"), places[2] + (places[3] - places[2]) / 3.0);
    assert!(!drawn.titles.iter().any(|title| title.contains("shortened")));
}

#[test]
fn a_burst_is_drawn_apart() {
    let places = timeline::places(&reported([0, 1, 2, 3, 600, 601]));
    assert!(places.windows(2).all(|pair| pair[1] - pair[0] > 12.0), "{places:?}");
}

#[test]
fn a_long_pause_is_shortened_and_says_how_long_it_was() {
    let history = reported([0, 10, 14, 25, 38, 7238, 7250, 7260, 7275]);
    let places = timeline::places(&history);
    assert!(places[5] - places[4] < 100.0, "{places:?}");
    let drawn = Drawn::read(&timeline::svg(&history));
    close(label(&drawn, "12 min"), f64::midpoint(places[4], places[5]));
    close(label(&drawn, "0:03.8"), places[4]);
    close(label(&drawn, "12:03.8"), places[5]);
    assert!(drawn.titles.iter().any(|title| title == "A pause of 12 min, shortened"));
    assert!(drawn.says(
        "1 long pause shortened; elsewhere the axis is linear, except for a minimum distance between events."
    ));
    drawn.is_sound("a pause");
}

#[test]
fn without_times_the_steps_stand_evenly_and_the_axis_says_so() {
    let history = timed(&[None; 5]);
    let places = timeline::places(&history);
    assert!(places.windows(2).all(|pair| (pair[1] - pair[0] - (places[1] - places[0])).abs() < 0.3));
    let drawn = Drawn::read(&timeline::svg(&history));
    assert!(drawn.says("Revision (no times in the log)"));
    assert!(
        drawn.says("The log has no times: the events are evenly spaced, in the order of their revisions.")
    );
    close(label(&drawn, "5"), places[4]);
}

#[test]
fn what_has_no_time_or_an_earlier_one_keeps_its_place_and_is_counted() {
    let history = timed(&[None, Some(50), Some(20), None, Some(90)]);
    let places = timeline::places(&history);
    assert!(places.windows(2).all(|pair| pair[1] - pair[0] > 12.0), "{places:?}");
    let drawn = Drawn::read(&timeline::svg(&history));
    let note = "3 events without a time, or with an earlier one than the event before: placed by revision.";
    assert!(drawn.says(note));
    close(label(&drawn, "0:00.0"), places[1]);
    close(label(&drawn, "0:04.0"), places[4]);
}

#[test]
fn any_lengths_of_time_fit() {
    let long = [0, 1, 2, 36_000 * 24 * 7, 36_000 * 24 * 7 + 1];
    let at_once = [7; 6];
    let pauses: Vec<u64> = (0..40).map(|number| number / 2 * 9000 + number % 2).collect();
    for times in [&long[..], &at_once, &pauses, &[3], &[0, 0], &[0, 36_000]] {
        let history = reported(times.iter().copied());
        let places = timeline::places(&history);
        assert!(places.windows(2).all(|pair| pair[1] > pair[0]), "{times:?}: {places:?}");
        Drawn::read(&timeline::svg(&history)).is_sound(&format!("{times:?}"));
    }
}
