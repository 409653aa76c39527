//! The lanes of the states of the call and of its audio.

use svg::node::element::Group;

use super::letters::{shorten, width};
use super::row_layout::{Label, RowLayout};
use super::shapes::{Anchor, HANGING, SIZE, SMALL, fits, group, hanging, rectangle, text, titled};
use super::sheet::{Lane, Sheet};
use crate::describe;

/// A state span as it is drawn.
struct Part {
    class: String,
    name: String,
    title: String,
    from: f64,
    to: f64,
}

pub(super) fn state(sheet: &Sheet<'_>, top: f64) -> Option<Lane> {
    let parts = sheet.history.state_spans().into_iter().map(|state_span| Part {
        class: format!("state-span state-{}", state_span.state),
        name: state_span.state.to_string(),
        title: format!(
            "{} ({}), {}",
            state_span.state,
            describe::state(state_span.state),
            sheet.span(state_span.from, state_span.to)
        ),
        from: sheet.at(state_span.from),
        to: state_span.to.map_or(sheet.right, |to| sheet.at(to)),
    });
    lane(sheet, "State", &parts.collect::<Vec<_>>(), top, 24.0)
}

pub(super) fn audio(sheet: &Sheet<'_>, top: f64) -> Option<Lane> {
    let parts = sheet.history.audio().into_iter().map(|span| Part {
        class: format!("state-span audio-{}", if span.audio == "active" { "active" } else { "other" }),
        title: format!("audio {}, {}", span.audio, sheet.span(span.from, span.to)),
        name: shorten(&span.audio, SIZE, 160.0),
        from: sheet.at(span.from),
        to: sheet.till(span.from, span.to),
    });
    lane(sheet, "Audio", &parts.collect::<Vec<_>>(), top, 18.0)
}

/// A lane of state spans. A name is drawn inside its span, or below it where the span is too narrow.
fn lane(sheet: &Sheet<'_>, heading: &str, parts: &[Part], top: f64, height: f64) -> Option<Lane> {
    let (narrow, wide): (Vec<_>, Vec<_>) = parts.iter().partition(|part| part.is_narrow());
    let (heading, lane_top) = sheet.heading(heading, top, height);
    let mut lane = group("lane").add(heading);
    for part in wide {
        let words = text("", &part.name, SIZE, Anchor::Around(part.middle(), lane_top + height / 2.0));
        lane = lane.add(part.ground(lane_top, height).add(words));
    }
    let mut layout = RowLayout::new(4, (sheet.left - 4.0, sheet.right));
    let labels: Vec<_> = narrow.iter().map(|part| part.label()).collect();
    for (part, hung) in narrow.iter().zip(layout.hang(&labels)) {
        let ground = part.ground(lane_top, height);
        lane = lane.add(match hung {
            Some(hung) => hanging(ground, &part.name, part.middle(), lane_top + height, hung),
            None => ground,
        });
    }
    let hung = HANGING * (layout.used() as f64);
    let height = height + lane_top - top + if hung > 0.0 { hung + 4.0 } else { 0.0 };
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
        titled(&self.class, &self.title).add(rectangle(self.from, top, across, height))
    }

    fn label(&self) -> Label {
        Label { pole: self.middle(), width: width(&self.name, SMALL) + 6.0, is_first: false }
    }
}
