//! The keys that were pressed, as the caps of keys.

use svg::node::element::Group;

use super::ink::{SMALL, Spot, group, rectangle, reported, text};
use super::letters::{shorten, width};
use super::room::Room;
use super::sheet::{LEFT, Lane, MARGIN, RIGHT, Sheet, name};
use crate::story::ReceivedTone;
use crate::words;

const CAP: f64 = 20.0;

pub(super) fn lane(sheet: &Sheet<'_>, top: f64) -> Option<Lane> {
    let tones = sheet.story.tones();
    let mut room = Room::new(4, (LEFT, RIGHT));
    let mut lane = group("lane").add(name("heading", "Keys", top + CAP / 2.0));
    let mut left_out = 0;
    for received_tones in &tones {
        match cap(sheet, received_tones, &mut room, top) {
            Some(cap) => lane = lane.add(cap),
            None => left_out += 1,
        }
    }
    if left_out > 0 {
        let more = format!("… and {left_out} more, without room");
        lane = lane.add(text("rest", &more, SMALL, Spot::RightOf(MARGIN, top + CAP * 1.5 + 4.0)));
    }
    let height = (CAP + 4.0) * (room.used() as f64) - 4.0;
    (!tones.is_empty()).then_some(Lane { group: lane, height })
}

fn cap(sheet: &Sheet<'_>, received_tones: &ReceivedTone, room: &mut Room, top: f64) -> Option<Group> {
    let key = shorten(words::key(&received_tones.tone), SMALL, 70.0);
    let (x, across) = (sheet.at(received_tones.at), (width(&key, SMALL) + 10.0).max(CAP - 2.0));
    let left = (x - across / 2.0).clamp(LEFT - 10.0, RIGHT - across);
    let row = room.mark(left, left + across)?;
    let y = top + (CAP + 4.0) * (row as f64);
    let title = format!("key {} at {}", words::key(&received_tones.tone), sheet.when(received_tones.at));
    let caps = reported("key", &title).add(rectangle(left, y, across, CAP - 1.0).set("rx", 4)).add(text(
        "",
        &key,
        SMALL,
        Spot::Around(left + across / 2.0, y + CAP / 2.0 - 1.0),
    ));
    Some(caps)
}
