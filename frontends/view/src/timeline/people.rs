//! A row for each participant, from joining to leaving.

use svg::node::element::Group;

use super::letters::count;
use super::shapes::{SIZE, line, rectangle, shape, titled};
use super::sheet::{Lane, Sheet, rows};
use crate::history::spans::Presence;

pub(super) fn lane(sheet: &Sheet<'_>, top: f64) -> Option<Lane> {
    let rest = |left_out: &[Presence]| format!("… and {}", count(left_out.len(), "more participant"));
    rows(sheet, "Participants", &sheet.history.presences(), top, |presence, y| row(sheet, presence, y), rest)
}

fn row(sheet: &Sheet<'_>, presence: &Presence, y: f64) -> Group {
    let (from, to) = (sheet.at(presence.from), sheet.till(presence.from, presence.to));
    let title = format!("{}, {}", presence.name, sheet.span(presence.from, presence.to.or(sheet.end)));
    let row = titled("presence", &title)
        .add(sheet.name(&presence.name, SIZE, y))
        .add(rectangle(from, y - 2.5, to - from, 5.0))
        .add(line((from, y - 6.0), (from, y + 6.0)));
    match presence.to.or_else(|| sheet.end.filter(|end| *end > presence.from)) {
        Some(_) => row.add(line((to, y - 6.0), (to, y + 6.0))),
        None => row.add(shape("goes-on", "M-7,-4L0,0L-7,4", to, y)),
    }
}
