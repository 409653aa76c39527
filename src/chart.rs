//! The lifecycles of calls and of operations as data: their states and steps, a Markdown table, and a Mermaid
//! diagram.
//!
//! The data is derived from the state machines that fold the events.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::names::names;
use crate::{call, operation};

names! {
    /// The lifecycle of a call, or the lifecycle of an operation.
    ///
    /// ```
    /// use callfold::chart::Chart;
    ///
    /// let legal: Vec<_> = Chart::Call.steps().into_iter().filter(|step| step.from == "hold").collect();
    /// assert_eq!((legal[0].transition, legal[0].to), ("resumed", "established"));
    /// assert!(Chart::Operation.mermaid().contains("notStarted --> running: operationStarted"));
    /// ```
    #[expect(clippy::exhaustive_enums, reason = "there are two")]
    pub enum Chart {
        /// The lifecycle of a call: Graph's `callState`.
        Call = "call",
        /// The lifecycle of an operation: Graph's `operationStatus`.
        Operation = "operation",
    }
}

/// A state of a lifecycle.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Node {
    /// The name, as Graph writes it.
    pub name: &'static str,
    /// The superstates that contain this state, outermost first.
    pub superstates: Vec<&'static str>,
    /// True if no step leads out of this state.
    pub is_final: bool,
}

/// A legal step from one state to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The state before the step.
    pub from: &'static str,
    /// The name of the event that makes the step.
    pub transition: &'static str,
    /// The state after the step.
    pub to: &'static str,
}

/// A state in which a lifecycle can begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Beginning {
    /// The name of the first event.
    pub event: &'static str,
    /// The state after the first event.
    pub state: &'static str,
    /// True if the first event is `adopted`: the call was already in progress when it was first reported.
    pub is_midway: bool,
}

impl Chart {
    /// The states, in the order of the lifecycle.
    pub fn nodes(self) -> Vec<Node> {
        match self {
            Self::Call => nodes(call::state::State::ALL, |state| {
                let superstates = state.superstates().map(|superstate| superstate.as_str()).collect();
                (superstates, state.steps().next().is_none())
            }),
            Self::Operation => nodes(operation::state::State::ALL, |state| {
                let superstates = state.superstates().map(|superstate| superstate.as_str()).collect();
                (superstates, state.steps().next().is_none())
            }),
        }
    }

    /// All legal steps, in the order of the states before them. The fold refuses every other step.
    pub fn steps(self) -> Vec<Step> {
        match self {
            Self::Call => steps(call::state::State::ALL, |state| state.steps().collect()),
            Self::Operation => steps(operation::state::State::ALL, |state| state.steps().collect()),
        }
    }

    /// All legal beginnings. An operation can begin in any state, because its first report can already be its
    /// last.
    pub fn beginnings(self) -> Vec<Beginning> {
        let begin = |event, state| Beginning { event, state, is_midway: false };
        match self {
            Self::Call => {
                let adopted = |state: &call::state::State| Beginning {
                    event: "adopted",
                    state: state.as_str(),
                    is_midway: true,
                };
                let natural = [
                    begin("offered", call::state::State::Incoming.as_str()),
                    begin("placed", call::state::State::Establishing.as_str()),
                ];
                natural.into_iter().chain(call::state::State::ALL.iter().map(adopted)).collect()
            }
            Self::Operation => {
                let states = operation::state::State::ALL.iter();
                states.map(|state| begin("operationCreated", state.as_str())).collect()
            }
        }
    }

    /// The legal steps as a Markdown table.
    ///
    /// The row is the state before the step and the column is the state after it. The cell names the event. A
    /// blank cell is an illegal step.
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

    /// The lifecycle as a Mermaid state diagram, with its superstates.
    pub fn mermaid(self) -> String {
        let nodes = self.nodes();
        let mut lines = Vec::from(["stateDiagram-v2".into()]);
        write_superstate(&nodes, &[], &mut lines);
        let beginnings = self.beginnings().into_iter().filter(|beginning| !beginning.is_midway);
        lines.extend(beginnings.map(|beginning| format!("  [*] --> {}", beginning.state)));
        let steps = self.steps().into_iter();
        lines.extend(steps.map(|Step { from, transition, to }| format!("  {from} --> {to}: {transition}")));
        let finals = nodes.iter().filter(|node| node.is_final);
        lines.extend(finals.map(|node| format!("  {} --> [*]", node.name)));
        lines.join("\n") + "\n"
    }
}

/// Writes the states in a superstate, and the superstates nested in it.
fn write_superstate(nodes: &[Node], outer: &[&'static str], lines: &mut Vec<String>) {
    let indent = "  ".repeat(outer.len() + 1);
    let mut seen: Vec<&str> = Vec::new();
    for node in nodes.iter().filter(|node| node.superstates.starts_with(outer)) {
        match node.superstates.get(outer.len()) {
            None => lines.push(format!("{indent}{}", node.name)),
            Some(inner) if !seen.contains(inner) => {
                seen.push(inner);
                lines.push(format!("{indent}state {inner} {{"));
                write_superstate(nodes, &[outer, &[inner]].concat(), lines);
                lines.push(format!("{indent}}}"));
            }
            Some(_) => {}
        }
    }
}

/// `outline` returns the superstates of a state, innermost first, and whether the state is final.
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

/// The name of a state or of a transition.
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

as_str!(call::state::State, call::state::Transition, operation::state::State, operation::state::Transition);
