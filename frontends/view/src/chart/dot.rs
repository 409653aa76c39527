//! Charts in the DOT language of Graphviz.

use std::fmt::Write as _;

use callfold::chart::{Chart, Step};

use super::caption::{beginning, title};
use super::tree::{Branch, tree};

/// The chart as a graph in Graphviz's DOT language. Superstates are clusters, transitions are labelled edges, and a final
/// state has a double border. An edge from a point marks each state in which the lifecycle can begin, except for calls that
/// are first seen in progress: these can begin in any state.
///
/// ```
/// use callfold::chart::Chart;
///
/// let dot = callfold_view::chart::dot(Chart::Call);
/// assert!(dot.contains(r#""established" -> "hold" [label="held"]"#));
/// ```
pub fn dot(chart: Chart) -> String {
    let mut dot = String::new();
    write(chart, &mut dot).expect("writing to a string does not fail");
    dot
}

fn write(chart: Chart, dot: &mut String) -> std::fmt::Result {
    let nodes = chart.nodes();
    writeln!(dot, "digraph \"{}\" {{", chart.as_str())?;
    writeln!(dot, "  graph [label=\"{}\\n{}\", labelloc=b]", title(chart), beginning(chart))?;
    writeln!(dot, "  graph [fontname=\"Helvetica\", rankdir=LR, nodesep=0.4, ranksep=0.7]")?;
    writeln!(dot, "  node [fontname=\"Helvetica\", shape=box, style=rounded]")?;
    writeln!(dot, "  edge [fontname=\"Helvetica\", fontsize=11]")?;
    branches(&tree(&nodes), 1, dot)?;
    let natural = chart.beginnings().into_iter().filter(|beginning| !beginning.is_midway);
    for (number, beginning) in (1..).zip(natural) {
        writeln!(dot, "  \"begin {number}\" [shape=point, label=\"\", width=0.15]")?;
        writeln!(dot, "  \"begin {number}\" -> \"{}\" [label=\"{}\"]", beginning.state, beginning.event)?;
    }
    for Step { from, transition, to, .. } in chart.steps() {
        writeln!(dot, "  \"{from}\" -> \"{to}\" [label=\"{transition}\"]")?;
    }
    writeln!(dot, "}}")
}

fn branches(of: &[Branch<'_>], depth: usize, dot: &mut String) -> std::fmt::Result {
    let indent = "  ".repeat(depth);
    for branch in of {
        match branch {
            Branch::State(node) => {
                let border = if node.is_final { " [peripheries=2]" } else { "" };
                writeln!(dot, "{indent}\"{}\"{border}", node.name)?;
            }
            Branch::Superstate(name, inner) => {
                writeln!(dot, "{indent}subgraph \"cluster_{name}\" {{")?;
                writeln!(dot, "{indent}  graph [label=\"{name}\", labelloc=t, labeljust=l, style=rounded]")?;
                branches(inner, depth + 1, dot)?;
                writeln!(dot, "{indent}}}")?;
            }
        }
    }
    Ok(())
}
