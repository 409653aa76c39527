//! The plans match the charts, and nothing overlaps.
#![allow(clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeSet;

use super::*;

/// Left, top, right, bottom.
type Area = [i32; 4];

const fn area(place: &Place) -> Area {
    [place.x, place.y, place.x + place.width, place.y + place.height]
}

/// A text of 12 px at its widest: bold, in a wide font.
fn words_at(anchor: Anchor, words: &str) -> Area {
    around(anchor, i32::try_from(words.chars().count()).unwrap() * 15 / 2, 12)
}

/// The longest text of numbers.
fn numbers_at(anchor: Anchor) -> Area {
    around(anchor, pill_width("88, 99, …"), 18)
}

fn around(anchor: Anchor, width: i32, height: i32) -> Area {
    let (left, y) = match anchor {
        Anchor::LeftOf(x, y) => (x - width, y),
        Anchor::RightOf(x, y) => (x, y),
        Anchor::Around(x, y) => (x - width / 2, y),
    };
    [left, y - height / 2, left + width, y + height / 2]
}

const fn overlap(a: Area, b: Area) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

const fn lies_in(inner: Area, outer: Area) -> bool {
    inner[0] > outer[0] && inner[1] > outer[1] && inner[2] < outer[2] && inner[3] < outer[3]
}

/// The area that each segment of a line covers.
fn stretches(line: &[(i32, i32)], half: i32) -> impl Iterator<Item = Area> {
    line.windows(2).map(move |ends| {
        let ((a, b), (c, d)) = (ends[0], ends[1]);
        assert!(a == c || b == d, "lines run along the axes: {ends:?}");
        [a.min(c) - half, b.min(d) - half, a.max(c) + half, b.max(d) + half]
    })
}

/// The areas of all texts and numbers of a plan, each with a name.
fn written(plan: &Plan) -> Vec<(String, Area)> {
    let of_arrow = |arrow: &Arrow| {
        [
            (
                format!("label of {} to {}", arrow.transition, arrow.to),
                words_at(arrow.label, arrow.transition),
            ),
            (format!("numbers of {} to {}", arrow.transition, arrow.to), numbers_at(arrow.numbers)),
        ]
    };
    let of_superstate = |superstate: &Place| {
        let anchor = Anchor::RightOf(superstate.x + 14, superstate.y + 17);
        (format!("name of {}", superstate.name), words_at(anchor, superstate.name))
    };
    plan.arrows.iter().flat_map(of_arrow).chain(plan.superstates.iter().map(of_superstate)).collect()
}

fn names(places: &[Place]) -> BTreeSet<&str> {
    places.iter().map(|place| place.name).collect()
}

#[test]
fn every_state_and_every_superstate_has_one_place() {
    for chart in Chart::ALL {
        let (plan, nodes) = (Plan::of(*chart), chart.nodes());
        assert_eq!(names(plan.states), nodes.iter().map(|node| node.name).collect(), "{chart}");
        assert_eq!(plan.states.len(), nodes.len(), "{chart}");
        let superstates = nodes.iter().flat_map(|node| &node.superstates).copied().collect();
        assert_eq!(names(plan.superstates), superstates, "{chart}");
        assert_eq!(plan.superstates.len(), superstates.len(), "{chart}");
    }
}

/// The arrow of a frame stands for a transition from every state inside, except the state that it leads to.
#[test]
fn every_step_is_drawn_once_and_nothing_else_is() {
    for chart in Chart::ALL {
        let nodes = chart.nodes();
        let mut drawn = Vec::new();
        for arrow in Plan::of(*chart).arrows {
            match arrow.from {
                Origin::Nothing => {}
                Origin::State(state) => drawn.push([state, arrow.transition, arrow.to]),
                Origin::Superstate(superstate) => {
                    let within = nodes.iter().filter(|node| node.superstates.contains(&superstate));
                    let leaving = within.filter(|node| node.name != arrow.to);
                    drawn.extend(leaving.map(|node| [node.name, arrow.transition, arrow.to]));
                }
            }
        }
        let mut steps: Vec<_> =
            chart.steps().iter().map(|step| [step.from, step.transition, step.to]).collect();
        steps.sort_unstable();
        drawn.sort_unstable();
        assert_eq!(drawn, steps, "{chart}");
    }
}

#[test]
fn every_beginning_is_drawn_but_for_those_midway() {
    for chart in Chart::ALL {
        let arrows = Plan::of(*chart).arrows.iter().filter(|arrow| arrow.from == Origin::Nothing);
        let mut drawn: Vec<_> = arrows.map(|arrow| (arrow.transition, arrow.to)).collect();
        drawn.sort_unstable();
        let natural = chart.beginnings().into_iter().filter(|beginning| !beginning.is_midway);
        let mut natural: Vec<_> = natural.map(|beginning| (beginning.event, beginning.state)).collect();
        natural.sort_unstable();
        assert_eq!(drawn, natural, "{chart}");
    }
}

#[test]
fn a_state_stands_in_its_superstates_and_in_no_other() {
    for chart in Chart::ALL {
        let plan = Plan::of(*chart);
        for node in chart.nodes() {
            let state = plan.states.iter().find(|place| place.name == node.name).unwrap();
            for superstate in plan.superstates {
                let holds = node.superstates.contains(&superstate.name);
                assert_eq!(
                    lies_in(area(state), area(superstate)),
                    holds,
                    "{} in {}",
                    node.name,
                    superstate.name
                );
                assert_eq!(
                    overlap(area(state), area(superstate)),
                    holds,
                    "{} in {}",
                    node.name,
                    superstate.name
                );
            }
        }
    }
}

#[test]
fn arrows_begin_and_end_at_what_they_join() {
    for plan in Chart::ALL.iter().map(|chart| Plan::of(*chart)) {
        let touches = |place: &Place, (x, y): (i32, i32)| {
            let [left, top, right, bottom] = area(place);
            let along = (left..=right).contains(&x) && (top..=bottom).contains(&y);
            along && (x == left || x == right || y == top || y == bottom)
        };
        for arrow in plan.arrows {
            let about = format!("{} to {}", arrow.transition, arrow.to);
            let to = plan.states.iter().find(|place| place.name == arrow.to).unwrap();
            assert!(touches(to, *arrow.line.last().unwrap()), "{about}");
            let from = match arrow.from {
                Origin::Nothing => continue,
                Origin::State(name) => plan.states.iter().find(|place| place.name == name),
                Origin::Superstate(name) => plan.superstates.iter().find(|place| place.name == name),
            };
            assert!(touches(from.unwrap(), arrow.line[0]), "{about}");
        }
    }
}

#[test]
fn words_and_numbers_lie_on_nothing() {
    for plan in Chart::ALL.iter().map(|chart| Plan::of(*chart)) {
        let written = written(plan);
        for (number, (what, ground)) in written.iter().enumerate() {
            assert!(lies_in(*ground, [0, 0, plan.width, plan.height - 60]), "{what} is cut off");
            for (other, other_ground) in &written[number + 1..] {
                assert!(!overlap(*ground, *other_ground), "{what} lies on {other}");
            }
            for state in plan.states {
                assert!(!overlap(*ground, area(state)), "{what} lies on {}", state.name);
            }
            for arrow in plan.arrows {
                let mut stretches = stretches(arrow.line, 2);
                assert!(
                    !stretches.any(|stretch| overlap(*ground, stretch)),
                    "{what} lies on the arrow {} to {}",
                    arrow.transition,
                    arrow.to
                );
            }
        }
    }
}

/// An arrow can cross a frame. It must not cross a state or touch another arrow.
#[test]
fn arrows_cross_neither_states_nor_each_other() {
    for plan in Chart::ALL.iter().map(|chart| Plan::of(*chart)) {
        for (number, arrow) in plan.arrows.iter().enumerate() {
            let about = format!("{} to {}", arrow.transition, arrow.to);
            for stretch in stretches(arrow.line, 0) {
                // A line touches the edges of the states that it joins.
                let [left, top, right, bottom] = stretch;
                for state in plan.states {
                    let ground = area(state);
                    let crosses = left < ground[2] && ground[0] < right.max(left + 1);
                    let crosses = crosses && top < ground[3] && ground[1] < bottom.max(top + 1);
                    assert!(!crosses, "{about} crosses {}", state.name);
                }
                for other in &plan.arrows[number + 1..] {
                    let mut others = stretches(other.line, 4);
                    assert!(
                        !others.any(|other| overlap([left - 4, top - 4, right + 4, bottom + 4], other)),
                        "{about} touches {} to {}",
                        other.transition,
                        other.to
                    );
                }
            }
        }
    }
}

#[test]
fn names_of_states_fit_their_boxes() {
    for plan in Chart::ALL.iter().map(|chart| Plan::of(*chart)) {
        for state in plan.states {
            // A text of 14 px, bold, in a wide font.
            let width = i32::try_from(state.name.len()).unwrap() * 9 + 8;
            assert!(width <= state.width, "{} is {width} wide", state.name);
        }
    }
}
