//! The lifecycles as data: steps, tables and pictures, all of them asked of the charts themselves.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::names::names;
use crate::{call, operation};

names! {
    /// One of the two lifecycles.
    ///
    /// ```
    /// use callfold::chart::Chart;
    ///
    /// assert!(Chart::Operation.mermaid().contains("notStarted --> running: operationStarted"));
    /// ```
    #[expect(clippy::exhaustive_enums, reason = "there are two")]
    pub enum Chart {
        /// `callState`.
        Call = "call",
        /// The status of an operation.
        Operation = "operation",
    }
}

/// A state of a lifecycle, by its name.
///
/// ```
/// use callfold::chart::Chart;
///
/// let held = Chart::Call.nodes().into_iter().find(|node| node.name == "hold").unwrap();
/// assert_eq!(held.superstates, ["live", "connected"]);
/// assert!(!held.is_final);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Node {
    /// As Graph writes it.
    pub name: &'static str,
    /// The superstates that hold it, outermost first.
    pub superstates: Vec<&'static str>,
    /// True where nothing leads out of it.
    pub is_final: bool,
}

/// What moves a lifecycle from one state to the next.
///
/// ```
/// use callfold::chart::Chart;
///
/// let first = Chart::Call.steps()[0];
/// assert_eq!((first.from, first.transition, first.to), ("incoming", "answered", "establishing"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// A state.
    pub from: &'static str,
    /// The event that carries it.
    pub transition: &'static str,
    /// Another state.
    pub to: &'static str,
}

/// An event with which a lifecycle begins, and the state that it begins in.
///
/// ```
/// use callfold::chart::Chart;
///
/// let offered = Chart::Call.beginnings()[0];
/// assert_eq!((offered.event, offered.state, offered.is_midway), ("offered", "incoming", false));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Beginning {
    /// The event.
    pub event: &'static str,
    /// The state.
    pub state: &'static str,
    /// True where the call was found under way, and nobody saw it begin: such an event names the state itself.
    pub is_midway: bool,
}

impl Chart {
    /// The states, in the order of the lifecycle.
    ///
    /// ```
    /// use callfold::chart::Chart;
    ///
    /// assert_eq!(Chart::Operation.nodes()[0].name, "notStarted");
    /// assert_eq!(Chart::Operation.nodes()[0].superstates, ["pending"]);
    /// ```
    pub fn nodes(self) -> Vec<Node> {
        match self {
            Self::Call => nodes(call::State::ALL, |state| {
                let superstates = state.superstates().map(|superstate| superstate.as_str()).collect();
                (superstates, state.steps().next().is_none())
            }),
            Self::Operation => nodes(operation::State::ALL, |state| {
                let superstates = state.superstates().map(|superstate| superstate.as_str()).collect();
                (superstates, state.steps().next().is_none())
            }),
        }
    }

    /// The whole relation, in the order of the states. What is not in it is refused.
    ///
    /// ```
    /// use callfold::chart::Chart;
    ///
    /// assert_eq!(Chart::Operation.steps().len(), 5);
    /// ```
    pub fn steps(self) -> Vec<Step> {
        match self {
            Self::Call => steps(call::State::ALL, |state| state.steps().collect()),
            Self::Operation => steps(operation::State::ALL, |state| state.steps().collect()),
        }
    }

    /// How it begins.
    ///
    /// ```
    /// use callfold::chart::Chart;
    ///
    /// let beginnings = Chart::Operation.beginnings();
    /// assert!(beginnings.iter().all(|beginning| beginning.event == "operationCreated"));
    /// ```
    pub fn beginnings(self) -> Vec<Beginning> {
        let begin = |event, state| Beginning { event, state, is_midway: false };
        match self {
            Self::Call => {
                let adopted = |state: &call::State| Beginning {
                    event: "adopted",
                    state: state.as_str(),
                    is_midway: true,
                };
                let natural = [
                    begin("offered", call::State::Incoming.as_str()),
                    begin("placed", call::State::Establishing.as_str()),
                ];
                natural.into_iter().chain(call::State::ALL.iter().map(adopted)).collect()
            }
            Self::Operation => {
                let states = operation::State::ALL.iter();
                states.map(|state| begin("operationCreated", state.as_str())).collect()
            }
        }
    }

    /// The relation as a Markdown table: from the row to the column, by what; a blank is refused.
    ///
    /// ```
    /// use callfold::chart::Chart;
    ///
    /// assert!(Chart::Call.table().contains("| hold |"));
    /// ```
    pub fn table(self) -> String {
        let (nodes, steps) = (self.nodes(), self.steps());
        let targets = nodes.iter().map(|node| node.name);
        let targets: Vec<_> = targets.filter(|name| steps.iter().any(|step| step.to == *name)).collect();
        let mut table = format!("| from \\ to | {} |\n", targets.join(" | "));
        table.push_str(&format!("|{}\n", " --- |".repeat(targets.len() + 1)));
        for node in &nodes {
            let cell = |to: &&str| {
                let step = steps.iter().find(|step| step.from == node.name && step.to == *to);
                step.map_or("", |step| step.transition)
            };
            let cells: Vec<_> = targets.iter().map(cell).collect();
            table.push_str(&format!("| {} | {} |\n", node.name, cells.join(" | ")));
        }
        table
    }

    /// The chart as a Mermaid state diagram, superstates and all.
    ///
    /// ```
    /// use callfold::chart::Chart;
    ///
    /// assert!(Chart::Call.mermaid().starts_with("stateDiagram-v2\n"));
    /// ```
    pub fn mermaid(self) -> String {
        let nodes = self.nodes();
        let mut lines = Vec::from(["stateDiagram-v2".into()]);
        superstate(&nodes, &[], &mut lines);
        let beginnings = self.beginnings().into_iter().filter(|beginning| !beginning.is_midway);
        lines.extend(beginnings.map(|beginning| format!("  [*] --> {}", beginning.state)));
        let steps = self.steps().into_iter();
        lines.extend(steps.map(|Step { from, transition, to }| format!("  {from} --> {to}: {transition}")));
        let finals = nodes.iter().filter(|node| node.is_final);
        lines.extend(finals.map(|node| format!("  {} --> [*]", node.name)));
        lines.join("\n") + "\n"
    }
}

/// Writes the states of a region and the regions in it.
fn superstate(nodes: &[Node], outer: &[&'static str], lines: &mut Vec<String>) {
    let indent = "  ".repeat(outer.len() + 1);
    let mut seen: Vec<&str> = Vec::new();
    for node in nodes.iter().filter(|node| node.superstates.starts_with(outer)) {
        match node.superstates.get(outer.len()) {
            None => lines.push(format!("{indent}{}", node.name)),
            Some(inner) if !seen.contains(inner) => {
                seen.push(inner);
                lines.push(format!("{indent}state {inner} {{"));
                superstate(nodes, &[outer, &[inner]].concat(), lines);
                lines.push(format!("{indent}}}"));
            }
            Some(_) => {}
        }
    }
}

/// `outline` gives the regions of a state, innermost first, and whether it is final.
fn nodes<S: Copy + AsStr>(states: &[S], outline: fn(S) -> (Vec<&'static str>, bool)) -> Vec<Node> {
    let node = |state: &S| {
        let (mut superstates, is_final) = outline(*state);
        superstates.reverse();
        Node { name: state.name(), superstates, is_final }
    };
    states.iter().map(node).collect()
}

fn steps<S: Copy + AsStr, C: AsStr>(states: &[S], steps: fn(S) -> Vec<(C, S)>) -> Vec<Step> {
    let of = |from: &S| {
        let from = *from;
        let step = move |(transition, to): (C, S)| Step {
            from: from.name(),
            transition: transition.name(),
            to: to.name(),
        };
        steps(from).into_iter().map(step)
    };
    states.iter().flat_map(of).collect()
}

/// The names of states and causes.
trait AsStr {
    fn name(&self) -> &'static str;
}

macro_rules! as_str {
    ($($Name:ty),+) => {
        $( impl AsStr for $Name {
            fn name(&self) -> &'static str {
                self.as_str()
            }
        } )+
    };
}

as_str!(call::State, call::Transition, operation::State, operation::Transition);
