//! Charts as SVG pictures.

mod plan;

use callfold::chart::{Chart, Node};
use svg::Document;
use svg::node::Text as Words;
use svg::node::element::{Circle, Description, Element, Group, Path, Polygon, Rectangle, Style, Title};

use super::caption::{beginning, title};
use super::path::{ChartPath, PathStep};
use crate::anchor;
use plan::{Anchor, Arrow, Origin, Place, Plan};

pub(crate) const STYLE: &str = include_str!("svg/style.css");

/// The chart as an SVG picture, for example for an HTML page. Superstates are titled frames. An arrow that leaves a frame
/// stands for one arrow from every state in the frame. The colours follow the colour scheme of the reader, light or dark.
/// The element `<desc>` describes the chart in words.
///
/// With a `path`, the steps of the path are numbered, its states and arrows are drawn thicker, and its last state is marked
/// `now`. Names in the path that the chart does not have are not drawn.
///
/// ```
/// use callfold::chart::Chart;
/// use callfold_view::chart::{ChartPath, svg};
///
/// let path = ChartPath::begin("offered", "incoming").then("answered", "establishing");
/// let picture = svg(Chart::Call, Some(&path));
/// assert!(picture.contains("1. offered: incoming; 2. answered: establishing. Now establishing."));
/// assert!(!svg(Chart::Call, None).contains("Now"));
/// ```
pub fn svg(chart: Chart, path: Option<&ChartPath>) -> String {
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
        .add(Description::new().add(Words::new(description(chart, path))))
        .add(Style::new(STYLE))
        .add(paper);
    for superstate in plan.superstates {
        document = document.add(frame(superstate));
    }
    for arrow in plan.arrows {
        document = document.add(drawn(arrow, &numbers(path, |step| arrow.is_taken_by(step, &nodes))));
    }
    for place in plan.states {
        let is_final = nodes.iter().any(|node| node.name == place.name && node.is_final);
        document = document.add(state(place, is_final, path));
    }
    for place in plan.states {
        // The step has no arrow, because the call was first seen in this state.
        let is_found = |step: &PathStep| {
            step.to == place.name && !plan.arrows.iter().any(|arrow| arrow.is_taken_by(step, &nodes))
        };
        document = document.adds(pill(&numbers(path, is_found), Anchor::Around(place.x, place.y)));
    }
    for (line, words) in (0..).zip(notes(chart, path)) {
        document = document.add(text("note", words, Anchor::RightOf(24, plan.height - 52 + 18 * line)));
    }
    format!("{document}\n")
}

/// The description in words, for readers who do not see the picture.
fn description(chart: Chart, path: Option<&ChartPath>) -> String {
    let Some(path) = path else {
        let steps = chart.steps();
        let from = |node: Node| {
            let out = steps.iter().filter(|step| step.from == node.name);
            let out: Vec<_> = out.map(|step| format!("{} to {}", step.transition, step.to)).collect();
            (!out.is_empty()).then(|| format!("From {}: {}.", node.name, out.join(", ")))
        };
        let steps: Vec<_> = chart.nodes().into_iter().filter_map(from).collect();
        return format!("{} {}", beginning(chart), steps.join(" "));
    };
    let steps: Vec<_> =
        path.steps().map(|(number, step)| format!("{number}. {}: {}", step.event, step.to)).collect();
    format!("{}. Now {}.", steps.join("; "), path.current())
}

/// The lines of text below the chart.
fn notes(chart: Chart, path: Option<&ChartPath>) -> impl Iterator<Item = &'static str> {
    let numbered = "The numbers show the order of the events.";
    let always = [beginning(chart), "An arrow that leaves a frame leaves every state inside it."];
    always.into_iter().chain(path.map(|_| numbered))
}

impl Arrow {
    /// True where the arrow shows the step.
    fn is_taken_by(&self, step: &PathStep, nodes: &[Node]) -> bool {
        let leaves = match (self.from, &step.from) {
            (Origin::Nothing, from) => from.is_none(),
            (Origin::State(state), Some(from)) => from == state,
            (Origin::Superstate(superstate), Some(from)) => {
                nodes.iter().any(|node| node.name == from && node.superstates.contains(&superstate))
            }
            (Origin::State(_) | Origin::Superstate(_), None) => false,
        };
        leaves && self.transition == step.event && self.to == step.to
    }
}

/// The numbers of the steps for which `is_shown` holds; the first two where there are more.
fn numbers(path: Option<&ChartPath>, is_shown: impl Fn(&PathStep) -> bool) -> String {
    let all: Vec<_> =
        path.into_iter().flat_map(ChartPath::steps).filter(|(_, step)| is_shown(step)).collect();
    let few: Vec<_> = all.iter().take(2).map(|(number, _)| number.to_string()).collect();
    let rest = if all.len() > few.len() { ", …" } else { "" };
    few.join(", ") + rest
}

fn frame(superstate: &Place) -> Group {
    let name =
        text("superstate-name", superstate.name, Anchor::RightOf(superstate.x + 14, superstate.y + 17));
    Group::new().add(boxed(superstate, 0, 12).set("class", "superstate")).add(name)
}

fn state(place: &Place, is_final: bool, path: Option<&ChartPath>) -> Group {
    let is_current = path.is_some_and(|path| path.current() == place.name);
    let is_visited = path.is_some_and(|path| path.steps().any(|(_, step)| step.to == place.name));
    let class = match (is_current, is_visited) {
        (true, _) => "state visited current",
        (false, true) => "state visited",
        (false, false) => "state",
    };
    let (x, y) = (place.x + place.width / 2, place.y + place.height / 2);
    let mut group = Group::new().set("class", class).add(boxed(place, 0, 8));
    if is_final {
        group = group.add(boxed(place, 4, 5).set("class", "inner"));
    }
    if is_current {
        let name = text("", place.name, Anchor::Around(x, y - 6));
        group.add(name).add(text("now", "now", Anchor::Around(x, y + 8)))
    } else {
        group.add(text("", place.name, Anchor::Around(x, y)))
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
    let mut group = Group::new().set("class", class).add(Path::new().set("d", path_data(arrow.line)));
    if let (Origin::Nothing | Origin::Superstate(_), Some((x, y))) = (arrow.from, arrow.line.first()) {
        let radius = if arrow.from == Origin::Nothing { 6 } else { 4 };
        group = group.add(Circle::new().set("cx", *x).set("cy", *y).set("r", radius));
    }
    group
        .add(Polygon::new().set("class", "tip").set("points", arrowhead(*before, *tip)))
        .add(text("transition", arrow.transition, arrow.label))
        .adds(pill(numbers, arrow.numbers))
}

/// The path data of a line with rounded corners. The line ends inside its arrowhead.
fn path_data(line: &[(i32, i32)]) -> String {
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

/// The point at the distance `by` from one point towards another. Lines are horizontal or vertical.
const fn towards(from: (i32, i32), to: (i32, i32), by: i32) -> (i32, i32) {
    (from.0 + (to.0 - from.0).signum() * by, from.1 + (to.1 - from.1).signum() * by)
}

fn arrowhead(before: (i32, i32), tip: (i32, i32)) -> String {
    let (x, y) = towards(tip, before, 10);
    let (across, along) = ((tip.1 - before.1).signum() * 5, (tip.0 - before.0).signum() * 5);
    format!("{},{} {},{} {},{}", tip.0, tip.1, x + across, y + along, x - across, y - along)
}

/// Numbers in a rounded rectangle.
fn pill(numbers: &str, anchor: Anchor) -> Option<Group> {
    if numbers.is_empty() {
        return None;
    }
    let width = pill_width(numbers);
    let (left, y) = match anchor {
        Anchor::LeftOf(x, y) => (x - width, y),
        Anchor::RightOf(x, y) => (x, y),
        Anchor::Around(x, y) => (x - width / 2, y),
    };
    let ground = place(left, y - 9, width, 18);
    let words = text("", numbers, Anchor::Around(left + width / 2, y));
    Some(Group::new().set("class", "numbers").add(ground).add(words))
}

fn place(x: i32, y: i32, width: i32, height: i32) -> Rectangle {
    let at = Rectangle::new().set("x", x).set("y", y);
    at.set("width", width).set("height", height).set("rx", height / 2)
}

fn pill_width(numbers: &str) -> i32 {
    i32::try_from(numbers.chars().count()).map_or(0, |count| count * 7 + 11)
}

/// A text with its middle line at the anchor.
fn text(class: &str, words: &str, anchor: Anchor) -> Element {
    let (x, y, anchor) = anchor.point();
    anchor::text(class, words, (x, y + 4, anchor))
}

/// Adds an optional group.
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
