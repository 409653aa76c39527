//! The legend: what the shapes mean, and where positions do not follow the time.

use svg::node::element::Group;

use super::axis::shortened;
use super::letters::{count, width};
use super::shapes::{Anchor, SMALL, fits, group, text};
use super::sheet::{Lane, MARGIN, Sheet};
use super::{deadlines, findings, operations};

const ROW: f64 = 20.0;

pub(super) fn lane(sheet: &Sheet<'_>, top: f64) -> Option<Lane> {
    let mut keys = operations::legend(&sheet.history.operations());
    keys.extend(deadlines::legend(&sheet.history.deadlines()));
    keys.extend(findings::legend(sheet.history.findings()));
    let (mut lane, mut x, mut y) = (group("legend"), MARGIN, top + ROW / 2.0);
    let has_keys = !keys.is_empty();
    for (words, sample) in keys {
        if x > MARGIN && x + 25.0 + width(words, SMALL) > sheet.right {
            (x, y) = (MARGIN, y + ROW);
        }
        let place = format!("translate({},{y})", x + 10.0);
        lane = lane.add(Group::new().set("transform", place).add(sample));
        lane = lane.add(text("note", words, SMALL, Anchor::RightOf(x + 25.0, y)));
        x += width(words, SMALL) + 48.0;
    }
    y += if has_keys { ROW } else { 0.0 };
    for note in notes(sheet) {
        for line in lines(&note, sheet.right - MARGIN) {
            lane = lane.add(text("note", &line, SMALL, Anchor::RightOf(MARGIN, y)));
            y += ROW - 4.0;
        }
    }
    let height = y - ROW / 2.0 - top;
    (height > 0.0).then_some(Lane { group: lane, height })
}

/// A text in lines that have room.
fn lines(words: &str, room: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split(' ') {
        match lines.last_mut().filter(|line| fits(&format!("{line} {word}"), SMALL, room)) {
            Some(line) => *line = format!("{line} {word}"),
            None => lines.push(word.into()),
        }
    }
    lines
}

fn notes(sheet: &Sheet<'_>) -> Vec<String> {
    if !sheet.scale.is_timed() {
        return vec![
            "The log has no times: the events are evenly spaced, in the order of their revisions.".into(),
        ];
    }
    let pauses = shortened(&sheet.scale).count();
    let mut notes = Vec::new();
    if pauses > 0 {
        let pauses = count(pauses, "long pause");
        notes.push(format!(
            "{pauses} shortened; elsewhere the axis is linear, except for a minimum distance between events."
        ));
    }
    let untimed = misplaced(sheet);
    if untimed > 0 {
        let events = count(untimed, "event");
        notes.push(format!(
            "{events} without a time, or with an earlier one than the event before: placed by revision."
        ));
    }
    notes
}

/// How many events are not placed by a time of their own.
fn misplaced(sheet: &Sheet<'_>) -> usize {
    let times = sheet.history.times();
    let steps = sheet.history.steps().iter().zip(times);
    steps.filter(|(step, time)| step.recorded.at.is_none() || step.recorded.at != *time).count()
}
