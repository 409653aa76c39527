//! The lane of pressed keys, drawn as key caps.

use svg::node::element::Group;

use super::letters::{shorten, width};
use super::row_layout::RowLayout;
use super::shapes::{Anchor, SMALL, group, rectangle, text, titled};
use super::sheet::{Lane, Sheet};
use crate::describe;
use crate::history::spans::ReceivedTone;

const CAP: f64 = 20.0;

pub(super) fn lane(sheet: &Sheet<'_>, top: f64) -> Option<Lane> {
    let tones = sheet.history.tones();
    let mut layout = RowLayout::new(4, (sheet.left, sheet.right));
    let (heading, lane_top) = sheet.heading("Keys", top, CAP);
    let mut lane = group("lane").add(heading);
    let mut left_out = 0;
    for tone in &tones {
        match cap(sheet, tone, &mut layout, lane_top) {
            Some(cap) => lane = lane.add(cap),
            None => left_out += 1,
        }
    }
    if left_out > 0 {
        let more = format!("… and {left_out} more");
        lane = lane.add(sheet.rest(&more, lane_top, lane_top + CAP * 1.5 + 4.0));
    }
    let height = (CAP + 4.0) * (layout.used() as f64) - 4.0 + lane_top - top;
    (!tones.is_empty()).then_some(Lane { group: lane, height })
}

fn cap(sheet: &Sheet<'_>, tone: &ReceivedTone, layout: &mut RowLayout, top: f64) -> Option<Group> {
    let key = shorten(describe::key(&tone.tone), SMALL, 70.0);
    let (x, across) = (sheet.at(tone.at), (width(&key, SMALL) + 10.0).max(CAP - 2.0));
    let left = (x - across / 2.0).clamp(sheet.left - 10.0, sheet.right - across);
    let row = layout.mark(left, left + across)?;
    let y = top + (CAP + 4.0) * (row as f64);
    let title = format!("key {} at {}", describe::key(&tone.tone), sheet.when(tone.at));
    let caps = titled("key", &title).add(rectangle(left, y, across, CAP - 1.0).set("rx", 4)).add(text(
        "",
        &key,
        SMALL,
        Anchor::Around(left + across / 2.0, y + CAP / 2.0 - 1.0),
    ));
    Some(caps)
}
