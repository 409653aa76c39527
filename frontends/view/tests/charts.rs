//! Each format has exactly the states, superstates and transitions of the lifecycle.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test may panic, and reads only a few parts of an XML document"
)]

mod common;

use std::collections::BTreeSet;

use callfold::chart::Chart;
use callfold_view::chart::{self, ChartPath};
use common::{Relation, entrances, finals, places, relation, step};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::Value;

const UNKNOWN: &str = "unknown";

/// The contents of a chart in some format.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    steps: Relation,
    places: BTreeSet<Vec<String>>,
    finals: BTreeSet<String>,
}

/// The contents that the formats for running machines must have.
fn machine(chart: Chart) -> Found {
    let mut places = places(chart);
    places.insert(vec![UNKNOWN.into()]);
    Found {
        steps: relation(chart).union(&entrances(chart)).cloned().collect(),
        places,
        finals: finals(chart),
    }
}

#[test]
fn xstate_has_the_lifecycle() {
    for chart in Chart::ALL {
        let config: Value = serde_json::from_str(&chart::xstate(*chart)).unwrap();
        assert_eq!((&config["id"], &config["initial"]), (&chart.as_str().into(), &UNKNOWN.into()));
        let mut found = Found::default();
        states(&config, &[], &mut found);
        assert_eq!(found, machine(*chart), "{chart}");
    }
}

fn states(of: &Value, outer: &[String], found: &mut Found) {
    for (name, state) in of["states"].as_object().unwrap() {
        assert_eq!(state["id"], name.as_str());
        let place = [outer, std::slice::from_ref(name)].concat();
        if state["states"].is_object() {
            let first = state["states"].get(state["initial"].as_str().unwrap());
            assert!(first.is_some() && state["on"].is_null(), "{name}");
            states(state, &place, found);
            continue;
        }
        found.places.insert(place);
        if state["type"] == "final" {
            assert!(state["on"].is_null(), "{name}");
            found.finals.insert(name.clone());
        }
        for (transition, target) in state["on"].as_object().into_iter().flatten() {
            found.steps.insert(step(name, transition, target.as_str().unwrap().strip_prefix('#').unwrap()));
        }
    }
}

#[test]
fn scxml_has_the_lifecycle() {
    for chart in Chart::ALL {
        let document = chart::scxml(*chart);
        let mut found = Found::default();
        // The states that are open, each with whether it holds others.
        let mut open: Vec<(String, bool)> = Vec::new();
        let mut reader = Reader::from_str(&document);
        loop {
            let event = reader.read_event().unwrap();
            match &event {
                Event::Start(tag) | Event::Empty(tag) if tag.name().as_ref() == "scxml" => {
                    assert_eq!(attribute(tag, "initial"), UNKNOWN);
                    assert_eq!(attribute(tag, "xmlns"), "http://www.w3.org/2005/07/scxml");
                    assert_eq!(attribute(tag, "version"), "1.0");
                }
                Event::Start(tag) => {
                    assert_eq!(tag.name().as_ref(), "state");
                    if let Some(outer) = open.last_mut() {
                        outer.1 = true;
                    }
                    open.push((attribute(tag, "id"), false));
                }
                Event::Empty(tag) if tag.name().as_ref() == "transition" => {
                    let from = &open.last().unwrap().0;
                    found.steps.insert(step(from, attribute(tag, "event"), attribute(tag, "target")));
                }
                Event::Empty(tag) => {
                    assert_eq!(tag.name().as_ref(), "final");
                    found.finals.insert(attribute(tag, "id"));
                    if let Some(outer) = open.last_mut() {
                        outer.1 = true;
                    }
                    found.places.insert(names(&open).chain([attribute(tag, "id")]).collect());
                }
                Event::End(tag) if tag.name().as_ref() == "state" => {
                    let place = names(&open).collect();
                    if !open.pop().unwrap().1 {
                        found.places.insert(place);
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!(found, machine(*chart), "{chart}");
    }
}

fn names(open: &[(String, bool)]) -> impl Iterator<Item = String> {
    open.iter().map(|(name, _)| name.clone())
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> String {
    let attribute = tag.try_get_attribute(name).unwrap().unwrap_or_else(|| panic!("{name} of {tag:?}"));
    attribute.value.into_owned()
}

/// `tests/tools.rs` checks that Graphviz understands it.
#[test]
fn dot_has_the_lifecycle() {
    for chart in Chart::ALL {
        let dot = chart::dot(*chart);
        let mut found = Found::default();
        let mut begun = BTreeSet::new();
        let mut open: Vec<String> = Vec::new();
        for line in dot.lines().skip(1) {
            let words: Vec<_> = line.split('"').collect();
            match *words.as_slice() {
                [_, from, " -> ", to, " [label=", transition, "]"] if from.starts_with("begin") => {
                    begun.insert((transition.to_owned(), to.to_owned()));
                }
                [_, from, " -> ", to, " [label=", transition, "]"] => {
                    found.steps.insert(step(from, transition, to));
                }
                ["  subgraph " | "    subgraph " | "      subgraph ", name, " {"] => {
                    open.push(name.strip_prefix("cluster_").unwrap().to_owned());
                }
                [indent, name, rest] if indent.trim().is_empty() => {
                    found.places.insert(open.iter().cloned().chain([name.to_owned()]).collect());
                    if rest.contains("peripheries=2") {
                        found.finals.insert(name.to_owned());
                    }
                }
                [close] if close.trim() == "}" => drop(open.pop()),
                _ => {}
            }
        }
        let expected = Found { steps: relation(*chart), places: places(*chart), finals: finals(*chart) };
        assert_eq!(found, expected, "{chart}");
        let natural = entrances(*chart).into_iter().filter(|[_, event, _]| !event.starts_with("adopted"));
        let natural = natural.map(|[_, event, state]| (event.split('.').next().unwrap().to_owned(), state));
        assert_eq!(begun, natural.collect(), "{chart}");
    }
}

/// `src/chart/svg/tests.rs` checks the drawing itself.
#[test]
fn svg_says_the_whole_lifecycle_in_words_too() {
    for chart in Chart::ALL {
        let svg = chart::svg(*chart, None);
        let words = svg.split_once("<desc>").unwrap().1.split_once("</desc>").unwrap().0;
        let mut found = Relation::new();
        for sentence in words.split("From ").skip(1) {
            let (from, out) = sentence.trim().strip_suffix('.').unwrap().split_once(": ").unwrap();
            found.extend(out.split(", ").map(|out| {
                let (transition, to) = out.split_once(" to ").unwrap();
                step(from, transition, to)
            }));
        }
        assert_eq!(found, relation(*chart), "{chart}");
        for name in places(*chart).iter().flatten() {
            assert!(svg.contains(&format!(">{name}</text>")), "{name} is written");
        }
        for [_, transition, _] in relation(*chart) {
            assert!(svg.contains(&format!(">{transition}</text>")), "{transition} is written");
        }
    }
}

#[test]
fn svg_tells_readers_what_it_is_and_suits_both_schemes() {
    for chart in Chart::ALL {
        let svg = chart::svg(*chart, None);
        assert!(svg.starts_with("<svg ") && svg.contains(r#"role="img""#));
        assert!(svg.contains("<title>") && svg.contains("<desc>"));
        assert!(svg.contains("prefers-color-scheme:dark"));
        assert!(!svg.contains(" id="), "a page can have several");
    }
}

/// How often a text contains another.
fn count(text: &str, what: &str) -> usize {
    text.matches(what).count()
}

/// The picture without its style sheet.
fn drawing(chart: Chart, path: &ChartPath) -> String {
    let svg = chart::svg(chart, Some(path));
    svg.split_once("</style>").unwrap().1.to_owned()
}

#[test]
fn a_path_highlights_each_step_that_a_lifecycle_has() {
    for chart in Chart::ALL {
        for [from, transition, to] in relation(*chart) {
            let path = ChartPath::begin("somehow", &from).then(&transition, &to);
            let drawn = drawing(*chart, &path);
            assert_eq!(count(&drawn, "arrow taken"), 1, "{from} {transition}");
            assert_eq!(
                count(&drawn, r#"class="numbers""#),
                2,
                "{from} {transition}: the beginning, and the step"
            );
            assert_eq!(count(&drawn, r#"class="state visited""#), 1, "{from} {transition}");
            assert_eq!(count(&drawn, "state visited current"), 1, "{from} {transition}");
            assert_eq!(count(&drawn, ">now</text>"), 1, "{from} {transition}");
        }
    }
}

#[test]
fn a_path_highlights_how_it_began() {
    for (path, arrows) in [
        (ChartPath::begin("offered", "incoming"), 1),
        (ChartPath::begin("placed", "establishing"), 1),
        (ChartPath::begin("adopted", "hold"), 0),
    ] {
        let drawn = drawing(Chart::Call, &path);
        assert_eq!(count(&drawn, "arrow taken"), arrows, "{path:?}");
        assert_eq!(count(&drawn, r#"class="numbers""#), 1, "{path:?}");
        assert_eq!(count(&drawn, "state visited current"), 1, "{path:?}");
    }
}

/// A call is adopted a second time where the first adoption had no state.
#[test]
fn what_no_arrow_shows_is_numbered_at_its_state() {
    let path = ChartPath::begin("adopted", "established")
        .then("adopted", "ringing")
        .then("established", "established");
    let drawn = drawing(Chart::Call, &path);
    assert_eq!(count(&drawn, "arrow taken"), 1);
    for number in ["1", "2", "3"] {
        assert_eq!(count(&drawn, &format!(">{number}</text>")), 1, "{number}");
    }
}

#[test]
fn what_happened_often_keeps_its_place() {
    let mut path = ChartPath::begin("offered", "incoming").then("answered", "establishing");
    path = path.then("established", "established");
    for _ in 0..30 {
        path = path.then("held", "hold").then("resumed", "established");
    }
    let drawn = drawing(Chart::Call, &path);
    assert!(drawn.contains(">4, 6, …</text>") && drawn.contains(">5, 7, …</text>"));
    assert!(
        chart::svg(Chart::Call, Some(&path))
            .contains("62. held: hold; 63. resumed: established. Now established.")
    );
}

#[test]
fn what_the_chart_does_not_have_is_not_drawn_and_breaks_nothing() {
    let path = ChartPath::begin("<&\">", "<&\">").then("parked", "parked");
    let svg = chart::svg(Chart::Call, Some(&path));
    assert_eq!(count(&svg, "&lt;&amp;\"&gt;"), 2, "in the description alone");
    assert!(!drawing(Chart::Call, &path).contains("parked"));
}

#[test]
fn the_forms_are_as_they_were_seen() {
    for chart in Chart::ALL {
        for (form, text) in
            [("dot", chart::dot(*chart)), ("scxml", chart::scxml(*chart)), ("xstate", chart::xstate(*chart))]
        {
            insta::assert_snapshot!(format!("{chart}-{form}"), text);
        }
    }
}
