//! How to read the picture: what its shapes mean, and where its places are not what was told.

use svg::node::element::Group;

use super::axis::squeezed;
use super::ink::{SMALL, Spot, fitted, group, text};
use super::letters::{count, width};
use super::sheet::{Lane, MARGIN, RIGHT, Sheet};
use super::{deadlines, findings, operations};

const ROW: f64 = 20.0;

pub(super) fn lane(sheet: &Sheet<'_>, top: f64) -> Option<Lane> {
    let mut keys = operations::legend(&sheet.story.operations());
    keys.extend(deadlines::legend(&sheet.story.deadlines()));
    keys.extend(findings::legend(sheet.story.findings()));
    let (mut lane, mut x, mut y) = (group("legend"), MARGIN, top + ROW / 2.0);
    let has_keys = !keys.is_empty();
    for (words, sample) in keys {
        let place = format!("translate({},{y})", x + 10.0);
        lane = lane.add(Group::new().set("transform", place).add(sample));
        lane = lane.add(text("note", words, SMALL, Spot::RightOf(x + 25.0, y)));
        x += width(words, SMALL) + 48.0;
    }
    y += if has_keys { ROW } else { 0.0 };
    for note in notes(sheet) {
        lane = lane.add(fitted("note", &note, SMALL, Spot::RightOf(MARGIN, y), RIGHT - MARGIN));
        y += ROW - 4.0;
    }
    let height = y - ROW / 2.0 - top;
    (height > 0.0).then_some(Lane { group: lane, height })
}

fn notes(sheet: &Sheet<'_>) -> Vec<String> {
    if !sheet.scale.is_timed() {
        return vec!["No times are told: the events stand evenly, in the order of their revisions.".into()];
    }
    let pauses = squeezed(&sheet.scale).count();
    let mut notes = Vec::new();
    if pauses > 0 {
        let pauses = count(pauses, "long pause");
        notes.push(format!("{pauses} squeezed; elsewhere time is linear, but that events keep apart."));
    }
    let untimed = misplaced(sheet);
    if untimed > 0 {
        let events = count(untimed, "event");
        notes
            .push(format!("{events} with no time, or an earlier one than those before: by their revisions."));
    }
    notes
}

/// How many events stand where the events before them demand.
fn misplaced(sheet: &Sheet<'_>) -> usize {
    let times = sheet.story.times();
    let steps = sheet.story.steps().iter().zip(times);
    steps.filter(|(step, time)| step.recorded.at.is_none() || step.recorded.at != *time).count()
}
