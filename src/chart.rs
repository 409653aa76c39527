//! The lifecycles as data: steps, tables and pictures, all of them asked of the charts themselves.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::{call, operation};

/// One of the two lifecycles.
///
/// ```
/// use callfold::chart::Chart;
///
/// assert!(Chart::Operation.mermaid().contains("notStarted --> running: operationStarted"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there are two")]
pub enum Chart {
    /// `callState`.
    Call,
    /// The status of an operation.
    Operation,
}

/// A lifecycle, stripped of its types.
struct Outline {
    states: Vec<Node>,
    /// From, cause, to.
    steps: Vec<[&'static str; 3]>,
    beginnings: &'static [&'static str],
}

struct Node {
    name: &'static str,
    /// Outermost first.
    regions: Vec<&'static str>,
}

impl Chart {
    fn outline(self) -> Outline {
        match self {
            Self::Call => Outline {
                states: nodes(call::State::ALL, |state| {
                    state.regions().map(|region| region.as_str()).collect()
                }),
                steps: steps(call::State::ALL, |state| state.steps().collect()),
                beginnings: &["incoming", "establishing"],
            },
            Self::Operation => Outline {
                states: nodes(operation::State::ALL, |state| {
                    state.regions().map(|region| region.as_str()).collect()
                }),
                steps: steps(operation::State::ALL, |state| state.steps().collect()),
                beginnings: &["notStarted", "running", "completed", "failed"],
            },
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
        let outline = self.outline();
        let targets = outline.states.iter().map(|node| node.name);
        let targets: Vec<_> =
            targets.filter(|name| outline.steps.iter().any(|step| step[2] == *name)).collect();
        let mut table = format!("| from \\ to | {} |\n", targets.join(" | "));
        table.push_str(&format!("|{}\n", " --- |".repeat(targets.len() + 1)));
        for node in &outline.states {
            let cell = |to: &&str| outline.cause(node.name, to).unwrap_or_default();
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
        let outline = self.outline();
        let mut lines = Vec::from(["stateDiagram-v2".into()]);
        outline.region(&[], &mut lines);
        lines.extend(outline.beginnings.iter().map(|state| format!("  [*] --> {state}")));
        lines.extend(outline.steps.iter().map(|[from, cause, to]| format!("  {from} --> {to}: {cause}")));
        let finals = outline.states.iter().filter(|node| outline.is_final(node.name));
        lines.extend(finals.map(|node| format!("  {} --> [*]", node.name)));
        lines.join("\n") + "\n"
    }
}

impl Outline {
    fn cause(&self, from: &str, to: &str) -> Option<&'static str> {
        self.steps.iter().find(|step| step[0] == from && step[2] == to).map(|step| step[1])
    }

    fn is_final(&self, state: &str) -> bool {
        !self.steps.iter().any(|step| step[0] == state)
    }

    /// Writes the states of a region and the regions in it.
    fn region(&self, outer: &[&'static str], lines: &mut Vec<String>) {
        let indent = "  ".repeat(outer.len() + 1);
        let mut seen: Vec<&str> = Vec::new();
        for node in self.states.iter().filter(|node| node.regions.starts_with(outer)) {
            match node.regions.get(outer.len()) {
                None => lines.push(format!("{indent}{}", node.name)),
                Some(region) if !seen.contains(region) => {
                    seen.push(region);
                    lines.push(format!("{indent}state {region} {{"));
                    self.region(&[outer, &[region]].concat(), lines);
                    lines.push(format!("{indent}}}"));
                }
                Some(_) => {}
            }
        }
    }
}

fn nodes<S: Copy + AsStr>(states: &[S], regions: fn(S) -> Vec<&'static str>) -> Vec<Node> {
    let node = |state: &S| {
        let mut regions = regions(*state);
        regions.reverse();
        Node { name: state.name(), regions }
    };
    states.iter().map(node).collect()
}

fn steps<S: Copy + AsStr, C: AsStr>(states: &[S], steps: fn(S) -> Vec<(C, S)>) -> Vec<[&'static str; 3]> {
    let of = |from: &S| {
        let from = *from;
        steps(from).into_iter().map(move |(cause, to)| [from.name(), cause.name(), to.name()])
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

as_str!(call::State, call::Cause, operation::State, operation::Cause);
