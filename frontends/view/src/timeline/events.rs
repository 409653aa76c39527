//! The events themselves: ticks, and names where there is room.

use callfold::call::CallEvent;
use svg::node::element::Group;

use super::ink::{SMALL, Spot, group, line, px, text, told};
use super::letters::{count, width};
use super::room::Room;
use super::sheet::{LEFT, Lane, RIGHT, Sheet, name};

const TICK: f64 = 10.0;
const LABEL: f64 = 14.0;
/// How many rows of names there are at most.
const DEEP: usize = 7;

/// Steps that share a pixel: one or more.
pub(super) struct Tick {
    pub(super) x: f64,
    first: usize,
    last: usize,
}

pub(super) fn ticks(sheet: &Sheet<'_>) -> Vec<Tick> {
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
    let mut room = Room::new(DEEP, (LEFT - 4.0, RIGHT));
    let mut lane = group("lane events").add(name("heading", "Events", top + TICK / 2.0));
    let mut unnamed = 0;
    let (moves, others): (Vec<_>, Vec<_>) = ticks.iter().partition(|tick| is_move(sheet, tick));
    for tick in moves.into_iter().rev().chain(others.into_iter().rev()) {
        let (drawn, is_named) = drawn(sheet, tick, &mut room, top);
        lane = lane.add(drawn);
        unnamed += if is_named { 0 } else { tick.last - tick.first + 1 };
    }
    let mut height = TICK + LABEL * (room.used() as f64) + 4.0;
    if unnamed > 0 {
        let note = format!("without room for a name: {}", count(unnamed, "event"));
        lane = lane.add(name("rest", &note, top + TICK / 2.0 + LABEL));
        height = height.max(TICK + LABEL + 6.0);
    }
    Some(Lane { group: lane, height })
}

/// True where the call itself went on to another state.
fn is_move(sheet: &Sheet<'_>, tick: &Tick) -> bool {
    let step = sheet.story.steps().get(tick.first);
    step.is_some_and(|step| {
        matches!(
            step.recorded.event,
            CallEvent::Step(..) | CallEvent::Offered(_) | CallEvent::Placed(_) | CallEvent::Adopted(_)
        )
    })
}

fn drawn(sheet: &Sheet<'_>, tick: &Tick, room: &mut Room, top: f64) -> (Group, bool) {
    let x = tick.x;
    let label = label(sheet, tick);
    let mark = line((x, top), (x, top + TICK));
    let mark = mark.set("class", "tick").set("data-step", tick.first).set("data-x", px(x));
    let group = told("event", &title(sheet, tick)).add(mark);
    let Some((left, row)) = room.hang(x, width(&label, SMALL) + 6.0) else { return (group, false) };
    let y = top + TICK + LABEL * (row as f64 + 0.5) + 2.0;
    let pole = line((x, top + TICK), (x, y + if left < x { -6.0 } else { 4.0 }));
    (group.add(pole).add(text("", &label, SMALL, Spot::RightOf(left + 4.0, y))), true)
}

fn event(sheet: &Sheet<'_>, step: usize) -> &'static str {
    sheet.story.steps().get(step).map_or("", |step| step.recorded.event.type_name())
}

fn label(sheet: &Sheet<'_>, tick: &Tick) -> String {
    match tick.last - tick.first {
        0 => event(sheet, tick.first).to_owned(),
        more => count(more + 1, "event"),
    }
}

fn title(sheet: &Sheet<'_>, tick: &Tick) -> String {
    let one = |step: usize| {
        let recorded = sheet.story.steps().get(step).map(|step| &step.recorded);
        let inferred = recorded.is_some_and(|recorded| recorded.inferred);
        let inferred = if inferred { " (inferred, never told)" } else { "" };
        format!("{}. {} at {}{inferred}", sheet.revision(step), event(sheet, step), sheet.when(step))
    };
    let shown: Vec<_> = (tick.first..=tick.last).take(8).map(one).collect();
    let rest = tick.last + 1 - tick.first - shown.len();
    let rest = if rest > 0 { format!("; … and {}", count(rest, "more event")) } else { String::new() };
    shown.join("; ") + &rest
}
