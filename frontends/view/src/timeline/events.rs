//! The lane of events: a tick for each event, and its name where there is room.

use callfold::call::CallEvent;
use svg::node::element::Group;

use super::letters::{count, width};
use super::row_layout::{Label, RowLayout};
use super::shapes::{HANGING, SMALL, group, hanging, line, px, titled};
use super::sheet::{Lane, Sheet};

const TICK: f64 = 10.0;
/// How many rows of names there are at most: where there are few events, and where there are many.
const DEEP: (usize, usize) = (10, 4);
/// More events than this are many.
const FEW: usize = 60;

/// One or more steps that are drawn in the same pixel.
struct Tick {
    x: f64,
    first: usize,
    last: usize,
}

fn ticks(sheet: &Sheet<'_>) -> Vec<Tick> {
    let mut ticks: Vec<Tick> = Vec::new();
    for (step, x) in sheet.scale.places.iter().enumerate() {
        match ticks.last_mut().filter(|tick| x - tick.x < 1.0) {
            Some(tick) => tick.last = step,
            None => ticks.push(Tick { x: *x, first: step, last: step }),
        }
    }
    ticks
}

pub(super) fn lane(sheet: &Sheet<'_>, top: f64) -> Option<Lane> {
    let ticks = ticks(sheet);
    let mut layout =
        RowLayout::new(if ticks.len() > FEW { DEEP.1 } else { DEEP.0 }, (sheet.left - 4.0, sheet.right));
    let labels: Vec<_> = ticks.iter().map(|tick| hung(sheet, tick)).collect();
    let (heading, lane_top) = sheet.heading("Events", top, TICK);
    let mut lane = group("lane events").add(heading);
    let mut unnamed = 0;
    for (tick, hung) in ticks.iter().zip(layout.hang(&labels)) {
        let drawn = drawn(sheet, tick, lane_top);
        lane = lane.add(match hung {
            Some(hung) => hanging(drawn, &label(sheet, tick), tick.x, lane_top + TICK, hung),
            None => drawn,
        });
        unnamed += if hung.is_none() { tick.last - tick.first + 1 } else { 0 };
    }
    let mut height = TICK + HANGING * (layout.used() as f64) + 4.0;
    if unnamed > 0 {
        let note = format!("{unnamed} without names");
        lane = lane.add(sheet.rest(&note, lane_top, lane_top + TICK / 2.0 + HANGING));
        height = height.max(TICK + HANGING + 6.0);
    }
    Some(Lane { group: lane, height: height + lane_top - top })
}

fn hung(sheet: &Sheet<'_>, tick: &Tick) -> Label {
    let width = width(&label(sheet, tick), SMALL) + 6.0;
    Label { pole: tick.x, width, is_first: is_move(sheet, tick) }
}

/// True where the first event of the tick changes the state of the call.
fn is_move(sheet: &Sheet<'_>, tick: &Tick) -> bool {
    let step = sheet.history.steps().get(tick.first);
    step.is_some_and(|step| {
        matches!(
            step.recorded.event,
            CallEvent::Step(..) | CallEvent::Offered(_) | CallEvent::Placed(_) | CallEvent::Adopted(_)
        )
    })
}

fn drawn(sheet: &Sheet<'_>, tick: &Tick, top: f64) -> Group {
    let mark = line((tick.x, top), (tick.x, top + TICK));
    let mark = mark.set("class", "tick").set("data-step", tick.first).set("data-x", px(tick.x));
    titled("event", &title(sheet, tick)).add(mark)
}

fn event(sheet: &Sheet<'_>, step: usize) -> &'static str {
    sheet.history.steps().get(step).map_or("", |step| step.recorded.event.kind().as_str())
}

fn label(sheet: &Sheet<'_>, tick: &Tick) -> String {
    match tick.last - tick.first {
        0 => event(sheet, tick.first).to_owned(),
        more => count(more + 1, "event"),
    }
}

fn title(sheet: &Sheet<'_>, tick: &Tick) -> String {
    let one = |step: usize| {
        let recorded = sheet.history.steps().get(step).map(|step| &step.recorded);
        let inferred = recorded.is_some_and(|recorded| recorded.inferred);
        let inferred = if inferred { " (inferred, not reported)" } else { "" };
        format!("{}. {} at {}{inferred}", sheet.revision(step), event(sheet, step), sheet.when(step))
    };
    let shown: Vec<_> = (tick.first..=tick.last).take(8).map(one).collect();
    let rest = tick.last + 1 - tick.first - shown.len();
    let rest = if rest > 0 { format!("; … and {}", count(rest, "more event")) } else { String::new() };
    shown.join("; ") + &rest
}
