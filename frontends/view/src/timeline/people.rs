//! A row for each participant, from coming to leaving.

use svg::node::element::Group;

use super::ink::{line, rectangle, shape, told};
use super::letters::count;
use super::sheet::{Lane, Sheet, name, rows};
use crate::story::Stay;

pub(super) fn lane(sheet: &Sheet<'_>, top: f64) -> Option<Lane> {
    let rest = |left_out: &[Stay]| format!("… and {}", count(left_out.len(), "more participant"));
    rows("Participants", &sheet.story.stays(), top, |stay, y| row(sheet, stay, y), rest)
}

fn row(sheet: &Sheet<'_>, stay: &Stay, y: f64) -> Group {
    let (from, to) = (sheet.at(stay.from), sheet.till(stay.from, stay.to));
    let title = format!("{}, {}", stay.name, sheet.span(stay.from, stay.to.or(sheet.end)));
    let row = told("stay", &title)
        .add(name("name", &stay.name, y))
        .add(rectangle(from, y - 2.5, to - from, 5.0))
        .add(line((from, y - 6.0), (from, y + 6.0)));
    match stay.to.or_else(|| sheet.end.filter(|end| *end > stay.from)) {
        Some(_) => row.add(line((to, y - 6.0), (to, y + 6.0))),
        None => row.add(shape("goes-on", "M-7,-4L0,0L-7,4", to, y)),
    }
}
