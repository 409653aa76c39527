//! The states of a chart as a tree: superstates contain states and other superstates.

use callfold::chart::Node;

/// A state, or a superstate with its children.
pub(super) enum Branch<'a> {
    State(&'a Node),
    Superstate(&'static str, Vec<Self>),
}

/// The states and superstates at the top level, in the order of the lifecycle.
pub(super) fn tree(nodes: &[Node]) -> Vec<Branch<'_>> {
    within(nodes, &[])
}

fn within<'a>(nodes: &'a [Node], outer: &[&'static str]) -> Vec<Branch<'a>> {
    let mut branches = Vec::new();
    let mut seen = Vec::new();
    for node in nodes.iter().filter(|node| node.superstates.starts_with(outer)) {
        match node.superstates.get(outer.len()) {
            None => branches.push(Branch::State(node)),
            Some(superstate) if !seen.contains(superstate) => {
                seen.push(*superstate);
                branches
                    .push(Branch::Superstate(superstate, within(nodes, &[outer, &[superstate]].concat())));
            }
            Some(_) => {}
        }
    }
    branches
}
