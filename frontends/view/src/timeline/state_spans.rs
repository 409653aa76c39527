//! Lanes in which one thing follows another: the state of the call, and audio.

use svg::node::element::Group;

use super::ink::{HANGING, SIZE, SMALL, Spot, fits, group, hanging, rectangle, reported, text};
use super::letters::{shorten, width};
use super::room::{Label, Room};
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
    let parts = sheet.story.state_spans().into_iter().map(|state_span| Part {
        class: format!("band state-{}", state_span.state),
        name: state_span.state.to_string(),
        title: format!(
            "{} ({}), {}",
            state_span.state,
            words::state(state_span.state),
            sheet.span(state_span.from, state_span.to)
        ),
        from: sheet.at(state_span.from),
        to: state_span.to.map_or(RIGHT, |to| sheet.at(to)),
    });
    state_span("State", &parts.collect::<Vec<_>>(), top, 24.0)
}

pub(super) fn audio(sheet: &Sheet<'_>, top: f64) -> Option<Lane> {
    let parts = sheet.story.audio().into_iter().map(|span| Part {
        class: format!("band audio-{}", if span.audio == "active" { "active" } else { "other" }),
        title: format!("audio {}, {}", span.audio, sheet.span(span.from, span.to)),
        name: shorten(&span.audio, SIZE, 160.0),
        from: sheet.at(span.from),
        to: sheet.till(span.from, span.to),
    });
    state_span("Audio", &parts.collect::<Vec<_>>(), top, 18.0)
}

/// A name stands within its stretch, or hangs from it where that is too narrow.
fn state_span(heading: &str, parts: &[Part], top: f64, height: f64) -> Option<Lane> {
    let (narrow, wide): (Vec<_>, Vec<_>) = parts.iter().partition(|part| part.is_narrow());
    let mut lane = group("lane").add(name("heading", heading, top + height / 2.0));
    for part in wide {
        let words = text("", &part.name, SIZE, Spot::Around(part.middle(), top + height / 2.0));
        lane = lane.add(part.ground(top, height).add(words));
    }
    let mut room = Room::new(4, (LEFT - 4.0, RIGHT));
    let labels: Vec<_> = narrow.iter().map(|part| part.label()).collect();
    for (part, hung) in narrow.iter().zip(room.hang(&labels)) {
        let ground = part.ground(top, height);
        lane = lane.add(match hung {
            Some(hung) => hanging(ground, &part.name, part.middle(), top + height, hung),
            None => ground,
        });
    }
    let hung = HANGING * (room.used() as f64);
    let height = height + if hung > 0.0 { hung + 4.0 } else { 0.0 };
    (!parts.is_empty()).then_some(Lane { group: lane, height })
}

impl Part {
    fn middle(&self) -> f64 {
        f64::midpoint(self.from, self.to)
    }

    fn is_narrow(&self) -> bool {
        !fits(&self.name, SIZE, self.to - self.from - 8.0)
    }

    fn ground(&self, top: f64, height: f64) -> Group {
        let across = (self.to - self.from - 1.0).max(0.5);
        reported(&self.class, &self.title).add(rectangle(self.from, top, across, height))
    }

    fn label(&self) -> Label {
        Label { pole: self.middle(), width: width(&self.name, SMALL) + 6.0, is_first: false }
    }
}
