//! The lane of findings, each at its event.

use callfold::Severity;
use svg::node::element::Group;

use super::row_layout::RowLayout;
use super::shapes::{Anchor, SMALL, circle, group, shape, text, titled};
use super::sheet::{Lane, Sheet};
use crate::history::steps::HistoryFinding;

const MARK: f64 = 20.0;
const TRIANGLE: &str = "M0,-8L8.5,7H-8.5Z";
const OCTAGON: &str = "M-3.3,-8H3.3L8,-3.3V3.3L3.3,8H-3.3L-8,3.3V-3.3Z";

pub(super) fn lane(sheet: &Sheet<'_>, top: f64) -> Option<Lane> {
    let findings = sheet.history.findings();
    let mut layout = RowLayout::new(6, (sheet.left, sheet.right));
    let (heading, lane_top) = sheet.heading("Findings", top, MARK);
    let mut lane = group("lane").add(heading);
    let mut left_out = 0;
    for severity in Severity::ALL.iter().rev() {
        for located in findings.iter().filter(|located| located.finding.severity == *severity) {
            match mark(sheet, located, &mut layout, lane_top) {
                Some(mark) => lane = lane.add(mark),
                None => left_out += 1,
            }
        }
    }
    if left_out > 0 {
        let more = format!("… and {left_out} more");
        lane = lane.add(sheet.rest(&more, lane_top, lane_top + MARK * 1.5));
    }
    let height = MARK * (layout.used() as f64) + lane_top - top;
    (!findings.is_empty()).then_some(Lane { group: lane, height })
}

fn mark(sheet: &Sheet<'_>, located: &HistoryFinding, layout: &mut RowLayout, top: f64) -> Option<Group> {
    let x = sheet.at(located.step());
    let row = layout.mark(x - 8.0, x + 8.0)?;
    let severity = located.finding.severity;
    let title = format!("{severity}: {} ({}, line {})", located.finding, located.input, located.line);
    let group = titled(&format!("finding {severity}"), &title);
    Some(sign(group, severity, x, top + MARK * (row as f64 + 0.5)))
}

fn sign(group: Group, severity: Severity, x: f64, y: f64) -> Group {
    match severity {
        Severity::Info => group.add(circle(x, y, 7.5)).add(text("", "i", SMALL, Anchor::Around(x, y))),
        Severity::Warn => {
            group.add(shape("", TRIANGLE, x, y)).add(text("", "!", SMALL, Anchor::Around(x, y + 1.5)))
        }
        Severity::Error => {
            group.add(shape("", OCTAGON, x, y)).add(text("", "x", SMALL, Anchor::Around(x, y - 0.5)))
        }
    }
}

/// The entries of the legend.
pub(super) fn legend(all: &[HistoryFinding]) -> Vec<(&'static str, Group)> {
    let occurs = |severity: &Severity| all.iter().any(|one| one.finding.severity == *severity);
    let sample = |severity: Severity| {
        (severity.as_str(), sign(group(&format!("finding {severity}")), severity, 0.0, 0.0))
    };
    Severity::ALL.iter().copied().filter(occurs).map(sample).collect()
}
