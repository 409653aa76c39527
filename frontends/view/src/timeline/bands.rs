//! Lanes in which one thing follows another: the state of the call, and audio.

use super::ink::{SIZE, SMALL, Spot, fits, group, line, rectangle, text, told};
use super::letters::{shorten, width};
use super::room::Room;
use super::sheet::{LEFT, Lane, RIGHT, Sheet, name};
use crate::words;

/// A stretch of a band.
struct Part {
    class: String,
    name: String,
    title: String,
    from: f64,
    to: f64,
}

pub(super) fn state(sheet: &Sheet<'_>, top: f64) -> Option<Lane> {
    let parts = sheet.story.bands().into_iter().map(|band| Part {
        class: format!("band state-{}", band.state),
        name: band.state.to_string(),
        title: format!("{} ({}), {}", band.state, words::state(band.state), sheet.span(band.from, band.to)),
        from: sheet.at(band.from),
        to: band.to.map_or(RIGHT, |to| sheet.at(to)),
    });
    band("State", &parts.collect::<Vec<_>>(), top, 24.0)
}

pub(super) fn audio(sheet: &Sheet<'_>, top: f64) -> Option<Lane> {
    let parts = sheet.story.audio().into_iter().map(|span| Part {
        class: format!("band audio-{}", if span.audio == "active" { "active" } else { "other" }),
        title: format!("audio {}, {}", span.audio, sheet.span(span.from, span.to)),
        name: span.audio,
        from: sheet.at(span.from),
        to: sheet.till(span.from, span.to),
    });
    band("Audio", &parts.collect::<Vec<_>>(), top, 18.0)
}

/// A name stands within its stretch, or hangs from it where that is too narrow.
fn band(heading: &str, parts: &[Part], top: f64, height: f64) -> Option<Lane> {
    if parts.is_empty() {
        return None;
    }
    let middle = top + height / 2.0;
    let mut lane = group("lane").add(name("heading", heading, middle));
    let mut room = Room::new(4, (LEFT - 4.0, RIGHT));
    for part in parts.iter().rev() {
        let (across, x) = (part.to - part.from, f64::midpoint(part.from, part.to));
        let ground = rectangle(part.from, top, (across - 1.0).max(0.5), height);
        let mut drawn = told(&part.class, &part.title).add(ground);
        let short = shorten(&part.name, SIZE, 160.0);
        if fits(&short, SIZE, across - 8.0) {
            drawn = drawn.add(text("", &short, SIZE, Spot::Around(x, middle)));
        } else if let Some((left, row)) = room.hang(x, width(&short, SMALL) + 6.0) {
            let y = top + height + 10.0 + 14.0 * (row as f64);
            drawn = drawn.add(line((x, top + height), (x, y + if left < x { -6.0 } else { 4.0 })));
            drawn = drawn.add(text("hung", &short, SMALL, Spot::RightOf(left + 4.0, y)));
        }
        lane = lane.add(drawn);
    }
    let hung = 14.0 * (room.used() as f64);
    Some(Lane { group: lane, height: height + if hung > 0.0 { hung + 4.0 } else { 0.0 } })
}
