//! A row for each kind of deadline: from being set until met, moved or missed.

use callfold::call::Deadline;
use svg::node::element::Group;

use super::clock;
use super::letters::width;
use super::shapes::{Anchor, SMALL, circle, fits, group, line, shape, text, titled};
use super::sheet::{Lane, Sheet, rows};
use crate::describe;
use crate::history::spans::DeadlineSpan;

const FLAG: &str = "M0,6V-7L10,-3.5L0,0";
const MISSED: &str = "missed";

pub(super) fn lane(sheet: &Sheet<'_>, top: f64) -> Option<Lane> {
    let mut kinds: Vec<(Deadline, Vec<DeadlineSpan>)> = Vec::new();
    for armed in sheet.history.deadlines() {
        match kinds.iter_mut().find(|(kind, _)| *kind == armed.deadline) {
            Some((_, all)) => all.push(armed),
            None => kinds.push((armed.deadline, vec![armed])),
        }
    }
    rows(sheet, "Deadlines", &kinds, top, |(kind, all), y| row(sheet, *kind, all, y), |_| String::new())
}

fn row(sheet: &Sheet<'_>, kind: Deadline, all: &[DeadlineSpan], y: f64) -> Group {
    let missed = all.iter().filter(|one| one.is_missed).count();
    let label = match (missed, all.len()) {
        (0, _) => describe::deadline(kind).to_owned(),
        (1, 1) => format!("{MISSED}: {}", describe::deadline(kind)),
        _ => format!("{MISSED} {missed} of {}: {}", all.len(), describe::deadline(kind)),
    };
    let class = if missed > 0 { "deadline is-missed" } else { "deadline" };
    let mut row = titled(class, &label).add(sheet.name(&label, SMALL, y));
    for armed in apart(sheet, all, true).into_iter().chain(apart(sheet, all, false)) {
        row = row.add(drawn(sheet, armed, y));
    }
    row
}

/// Leaves out deadlines whose flags would overlap. The label of the row has the number of all missed ones.
fn apart<'a>(sheet: &Sheet<'_>, all: &'a [DeadlineSpan], is_missed: bool) -> Vec<&'a DeadlineSpan> {
    let mut last = f64::MIN;
    let mut is_apart = |armed: &&DeadlineSpan| {
        let flag = sheet.till(armed.from, armed.to);
        let is_apart = flag - last >= 4.0;
        last = if is_apart { flag } else { last };
        is_apart
    };
    all.iter().filter(|one| one.is_missed == is_missed).filter(|one| is_apart(one)).collect()
}

fn drawn(sheet: &Sheet<'_>, armed: &DeadlineSpan, y: f64) -> Group {
    let (from, end) = (sheet.at(armed.from), sheet.till(armed.from, armed.to));
    let due = sheet.scale.at_time(armed.due).filter(|due| armed.is_missed && *due >= from);
    let flag = due.unwrap_or(end);
    let drawn = titled(if armed.is_missed { "missed" } else { "met" }, &title(sheet, armed))
        .add(line((from, y), (flag, y)))
        .add(circle(from, y, 2.0));
    if !armed.is_missed && armed.to.is_none() {
        return drawn.add(shape("goes-on", "M-7,-4L0,0L-7,4", flag, y));
    }
    let drawn = drawn.add(shape("flag", FLAG, flag, y));
    match armed.is_missed {
        true => marked(sheet, drawn, from, flag, y),
        false => drawn,
    }
}

/// Adds the word `missed` to a missed deadline where there is room. The label of the row always has it.
fn marked(sheet: &Sheet<'_>, drawn: Group, from: f64, flag: f64, y: f64) -> Group {
    let (across, after) = (width(MISSED, SMALL), sheet.right - flag - 14.0);
    if fits(MISSED, SMALL, after) {
        drawn.add(text("note", MISSED, SMALL, Anchor::RightOf(flag + 14.0, y)))
    } else if from - 8.0 - across > sheet.left {
        drawn.add(text("note", MISSED, SMALL, Anchor::LeftOf(from - 8.0, y)))
    } else {
        drawn
    }
}

fn title(sheet: &Sheet<'_>, armed: &DeadlineSpan) -> String {
    let what = describe::deadline(armed.deadline);
    let set_at = sheet.when(armed.from);
    let due = sheet.scale.since(armed.due).map_or_else(|| armed.due.to_string(), clock::elapsed);
    let became = match armed.to {
        Some(to) if armed.is_missed => format!("missed, noticed at {}", sheet.when(to)),
        Some(to) => format!("met or moved at {}", sheet.when(to)),
        None => "still running at the last event".into(),
    };
    format!("{what}: set at {set_at}, due at {due}, {became}")
}

/// The entries of the legend.
pub(super) fn legend(all: &[DeadlineSpan]) -> Vec<(&'static str, Group)> {
    let sample = |class: &str| {
        let line = line((-9.0, 0.0), (0.0, 0.0));
        let inner = group(class).add(line).add(circle(-9.0, 0.0, 2.0)).add(shape("flag", FLAG, 0.0, 0.0));
        group("deadline").add(inner)
    };
    let mut keys = Vec::new();
    if all.iter().any(|one| !one.is_missed && one.to.is_some()) {
        keys.push(("deadline met or moved", sample("met")));
    }
    if all.iter().any(|one| one.is_missed) {
        keys.push(("deadline missed", sample("missed")));
    }
    keys
}
