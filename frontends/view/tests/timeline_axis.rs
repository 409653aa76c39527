//! Where the steps stand, and what the axis says of it.
#![allow(clippy::indexing_slicing, reason = "a test may panic")]

mod common;

use callfold_view::story::Story;
use callfold_view::timeline;
use common::drawn::Drawn;
use common::reported::at;

/// A call whose steps have these times, in tenths of a second.
fn timed(times: &[Option<u64>]) -> Story {
    let mut events: Vec<_> = times.iter().map(|time| (*time, "detailsChanged", "{}")).collect();
    events[0].1 = "offered";
    at(&events, Vec::new())
}

fn reported(times: impl IntoIterator<Item = u64>) -> Story {
    timed(&times.into_iter().map(Some).collect::<Vec<_>>())
}

/// Where the axis has a label.
fn label(drawn: &Drawn, words: &str) -> f64 {
    let label = drawn.texts.iter().find(|text| text.words == words);
    label.map(|text| f64::midpoint(text.left, text.right)).unwrap_or_else(|| panic!("{words} in {drawn:?}"))
}

fn close(one: f64, other: f64) {
    assert!((one - other).abs() < 0.3, "{one} {other}");
}

#[test]
fn time_is_linear_where_nothing_is_squeezed() {
    let story = reported([0, 100, 150, 300]);
    let places = timeline::places(&story);
    close((places[1] - places[0]) / 10.0, (places[2] - places[1]) / 5.0);
    close((places[3] - places[2]) / 15.0, (places[2] - places[1]) / 5.0);
    let drawn = Drawn::read(&timeline::svg(&story));
    close(label(&drawn, "0:00.0"), places[0]);
    close(label(&drawn, "0:10.0"), places[1]);
    close(label(&drawn, "0:30.0"), places[3]);
    close(label(&drawn, "0:20.0"), places[2] + (places[3] - places[2]) / 3.0);
    assert!(!drawn.titles.iter().any(|title| title.contains("squeezed")));
}

#[test]
fn a_burst_is_drawn_apart() {
    let places = timeline::places(&reported([0, 1, 2, 3, 600, 601]));
    assert!(places.windows(2).all(|pair| pair[1] - pair[0] > 12.0), "{places:?}");
}

#[test]
fn a_long_pause_is_squeezed_and_says_how_long_it_was() {
    let story = reported([0, 10, 14, 25, 38, 7238, 7250, 7260, 7275]);
    let places = timeline::places(&story);
    assert!(places[5] - places[4] < 100.0, "{places:?}");
    let drawn = Drawn::read(&timeline::svg(&story));
    close(label(&drawn, "12 min"), f64::midpoint(places[4], places[5]));
    close(label(&drawn, "0:03.8"), places[4]);
    close(label(&drawn, "12:03.8"), places[5]);
    assert!(drawn.titles.iter().any(|title| title == "12 min pass here: squeezed"));
    assert!(drawn.says("1 long pause squeezed; elsewhere time is linear, but that events keep apart."));
    drawn.is_sound("a pause");
}

#[test]
fn without_times_the_steps_stand_evenly_and_the_axis_says_so() {
    let story = timed(&[None; 5]);
    let places = timeline::places(&story);
    assert!(places.windows(2).all(|pair| (pair[1] - pair[0] - (places[1] - places[0])).abs() < 0.3));
    let drawn = Drawn::read(&timeline::svg(&story));
    assert!(drawn.says("Revision (no times told)"));
    assert!(drawn.says("No times are told: the events stand evenly, in the order of their revisions."));
    close(label(&drawn, "5"), places[4]);
}

#[test]
fn what_has_no_time_or_an_earlier_one_keeps_its_place_and_is_counted() {
    let story = timed(&[None, Some(50), Some(20), None, Some(90)]);
    let places = timeline::places(&story);
    assert!(places.windows(2).all(|pair| pair[1] - pair[0] > 12.0), "{places:?}");
    let drawn = Drawn::read(&timeline::svg(&story));
    let note = "3 events with no time, or an earlier one than those before: by their revisions.";
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
        let story = reported(times.iter().copied());
        let places = timeline::places(&story);
        assert!(places.windows(2).all(|pair| pair[1] > pair[0]), "{times:?}: {places:?}");
        Drawn::read(&timeline::svg(&story)).is_sound(&format!("{times:?}"));
    }
}
