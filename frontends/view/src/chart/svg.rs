//! The pictures.

mod plan;

use callfold::chart::{Chart, Node};
use svg::Document;
use svg::node::Text as Words;
use svg::node::element::{Circle, Description, Element, Group, Path, Polygon, Rectangle, Style, Title};

use super::way::{Mark, Way};
use super::{beginning, title};
use crate::spot;
use plan::{Arrow, Origin, Place, Plan, Spot};

pub(crate) const STYLE: &str = include_str!("svg/style.css");

/// The chart as an SVG, to look at or to put into a page: superstates are titled frames, and an arrow that leaves a frame stands
/// for one from every state within it. Colours follow the reader's scheme, light or dark. `<desc>` says in words what is drawn.
///
/// Where there is a way, its steps are numbered in order, what it came through is drawn thicker, and its present state is marked
/// `now`. A name that the chart does not have is not drawn.
///
/// ```
/// use callfold::chart::Chart;
/// use callfold_view::chart::{Way, svg};
///
/// let way = Way::begun("offered", "incoming").then("answered", "establishing");
/// let picture = svg(Chart::Call, Some(&way));
/// assert!(picture.contains("1. offered: incoming; 2. answered: establishing. Now establishing."));
/// assert!(!svg(Chart::Call, None).contains("Now"));
/// ```
pub fn svg(chart: Chart, way: Option<&Way>) -> String {
    let plan = Plan::of(chart);
    let nodes = chart.nodes();
    let paper = Rectangle::new().set("class", "paper").set("width", plan.width).set("height", plan.height);
    let mut document = Document::new()
        .set("class", "callfold-chart")
        .set("role", "img")
        .set("viewBox", (0, 0, plan.width, plan.height))
        .set("width", plan.width)
        .set("height", plan.height)
        .add(Title::new(title(chart)))
        .add(Description::new().add(Words::new(description(chart, way))))
        .add(Style::new(STYLE))
        .add(paper);
    for superstate in plan.superstates {
        document = document.add(frame(superstate));
    }
    for arrow in plan.arrows {
        document = document.add(drawn(arrow, &numbers(way, |mark| arrow.is_taken_by(mark, &nodes))));
    }
    for place in plan.states {
        let is_final = nodes.iter().any(|node| node.name == place.name && node.is_final);
        document = document.add(state(place, is_final, way));
    }
    for place in plan.states {
        // What no arrow shows: the call was found here.
        let is_found = |mark: &Mark| {
            mark.to == place.name && !plan.arrows.iter().any(|arrow| arrow.is_taken_by(mark, &nodes))
        };
        document = document.adds(pill(&numbers(way, is_found), Spot::Around(place.x, place.y)));
    }
    for (line, words) in (0..).zip(notes(chart, way)) {
        document = document.add(text("note", words, Spot::RightOf(24, plan.height - 52 + 18 * line)));
    }
    format!("{document}\n")
}

/// In words, for whoever does not see it.
fn description(chart: Chart, way: Option<&Way>) -> String {
    let Some(way) = way else {
        let steps = chart.steps();
        let from = |node: Node| {
            let out = steps.iter().filter(|step| step.from == node.name);
            let out: Vec<_> = out.map(|step| format!("{} to {}", step.transition, step.to)).collect();
            (!out.is_empty()).then(|| format!("From {}: {}.", node.name, out.join(", ")))
        };
        let steps: Vec<_> = chart.nodes().into_iter().filter_map(from).collect();
        return format!("{} {}", beginning(chart), steps.join(" "));
    };
    let marks: Vec<_> =
        way.marks().map(|(number, mark)| format!("{number}. {}: {}", mark.event, mark.to)).collect();
    format!("{}. Now {}.", marks.join("; "), way.present())
}

fn notes(chart: Chart, way: Option<&Way>) -> impl Iterator<Item = &'static str> {
    let numbered = "Numbers tell in which order it happened.";
    let always = [beginning(chart), "An arrow that leaves a frame leaves every state within."];
    always.into_iter().chain(way.map(|_| numbered))
}

impl Arrow {
    fn is_taken_by(&self, mark: &Mark, nodes: &[Node]) -> bool {
        let leaves = match (self.from, &mark.from) {
            (Origin::Nothing, from) => from.is_none(),
            (Origin::State(state), Some(from)) => from == state,
            (Origin::Superstate(superstate), Some(from)) => {
                nodes.iter().any(|node| node.name == from && node.superstates.contains(&superstate))
            }
            (Origin::State(_) | Origin::Superstate(_), None) => false,
        };
        leaves && self.transition == mark.event && self.to == mark.to
    }
}

/// The numbers of the marks that a thing bears; the first few of many.
fn numbers(way: Option<&Way>, is_its: impl Fn(&Mark) -> bool) -> String {
    let all: Vec<_> = way.into_iter().flat_map(Way::marks).filter(|(_, mark)| is_its(mark)).collect();
    let few: Vec<_> = all.iter().take(2).map(|(number, _)| number.to_string()).collect();
    let rest = if all.len() > few.len() { ", …" } else { "" };
    few.join(", ") + rest
}

fn frame(superstate: &Place) -> Group {
    let name = text("region-name", superstate.name, Spot::RightOf(superstate.x + 14, superstate.y + 17));
    Group::new().add(boxed(superstate, 0, 12).set("class", "region")).add(name)
}

fn state(place: &Place, is_final: bool, way: Option<&Way>) -> Group {
    let is_present = way.is_some_and(|way| way.present() == place.name);
    let is_visited = way.is_some_and(|way| way.marks().any(|(_, mark)| mark.to == place.name));
    let class = match (is_present, is_visited) {
        (true, _) => "state visited present",
        (false, true) => "state visited",
        (false, false) => "state",
    };
    let (x, y) = (place.x + place.width / 2, place.y + place.height / 2);
    let mut group = Group::new().set("class", class).add(boxed(place, 0, 8));
    if is_final {
        group = group.add(boxed(place, 4, 5).set("class", "inner"));
    }
    if is_present {
        let name = text("", place.name, Spot::Around(x, y - 6));
        group.add(name).add(text("now", "now", Spot::Around(x, y + 8)))
    } else {
        group.add(text("", place.name, Spot::Around(x, y)))
    }
}

fn boxed(place: &Place, inset: i32, radius: i32) -> Rectangle {
    Rectangle::new()
        .set("x", place.x + inset)
        .set("y", place.y + inset)
        .set("width", place.width - 2 * inset)
        .set("height", place.height - 2 * inset)
        .set("rx", radius)
}

fn drawn(arrow: &Arrow, numbers: &str) -> Group {
    let class = if numbers.is_empty() { "arrow" } else { "arrow taken" };
    let [.., before, tip] = arrow.line else { return Group::new() };
    let mut group = Group::new().set("class", class).add(Path::new().set("d", path(arrow.line)));
    if let (Origin::Nothing | Origin::Superstate(_), Some((x, y))) = (arrow.from, arrow.line.first()) {
        let radius = if arrow.from == Origin::Nothing { 6 } else { 4 };
        group = group.add(Circle::new().set("cx", *x).set("cy", *y).set("r", radius));
    }
    group
        .add(Polygon::new().set("class", "tip").set("points", arrowhead(*before, *tip)))
        .add(text("cause", arrow.transition, arrow.label))
        .adds(pill(numbers, arrow.numbers))
}

/// A line with rounded corners that ends within its tip.
fn path(line: &[(i32, i32)]) -> String {
    let mut path = String::new();
    for (number, point) in line.iter().enumerate() {
        let (x, y) = *point;
        let before = number.checked_sub(1).and_then(|before| line.get(before));
        match (before, line.get(number + 1)) {
            (None, _) => path.push_str(&format!("M{x},{y}")),
            (Some(before), None) => {
                let (x, y) = towards(*point, *before, 6);
                path.push_str(&format!(" L{x},{y}"));
            }
            (Some(before), Some(after)) => {
                let (from, to) = (towards(*point, *before, 10), towards(*point, *after, 10));
                path.push_str(&format!(" L{},{} Q{x},{y} {},{}", from.0, from.1, to.0, to.1));
            }
        }
    }
    path
}

/// The point that lies so far from one on the way to another; lines run along the axes.
const fn towards(from: (i32, i32), to: (i32, i32), by: i32) -> (i32, i32) {
    (from.0 + (to.0 - from.0).signum() * by, from.1 + (to.1 - from.1).signum() * by)
}

fn arrowhead(before: (i32, i32), tip: (i32, i32)) -> String {
    let (x, y) = towards(tip, before, 10);
    let (across, along) = ((tip.1 - before.1).signum() * 5, (tip.0 - before.0).signum() * 5);
    format!("{},{} {},{} {},{}", tip.0, tip.1, x + across, y + along, x - across, y - along)
}

/// Numbers on a rounded ground.
fn pill(numbers: &str, spot: Spot) -> Option<Group> {
    if numbers.is_empty() {
        return None;
    }
    let width = pill_width(numbers);
    let (left, y) = match spot {
        Spot::LeftOf(x, y) => (x - width, y),
        Spot::RightOf(x, y) => (x, y),
        Spot::Around(x, y) => (x - width / 2, y),
    };
    let ground = place(left, y - 9, width, 18);
    let words = text("", numbers, Spot::Around(left + width / 2, y));
    Some(Group::new().set("class", "numbers").add(ground).add(words))
}

fn place(x: i32, y: i32, width: i32, height: i32) -> Rectangle {
    let at = Rectangle::new().set("x", x).set("y", y);
    at.set("width", width).set("height", height).set("rx", height / 2)
}

fn pill_width(numbers: &str) -> i32 {
    i32::try_from(numbers.chars().count()).map_or(0, |count| count * 7 + 11)
}

/// Words whose middle line is the spot's.
fn text(class: &str, words: &str, spot: Spot) -> Element {
    let (x, y, anchor) = spot.held();
    spot::text(class, words, (x, y + 4, anchor))
}

/// Adds what may not be there.
trait Adds: Sized {
    fn adds(self, group: Option<Group>) -> Self;
}

impl Adds for Document {
    fn adds(self, group: Option<Group>) -> Self {
        match group {
            Some(group) => self.add(group),
            None => self,
        }
    }
}

impl Adds for Group {
    fn adds(self, group: Option<Group>) -> Self {
        match group {
            Some(group) => self.add(group),
            None => self,
        }
    }
}

#[cfg(test)]
mod tests;
