//! The figures of a walk, for the snapshot.

use std::fmt::Write;

use callfold::call::{EventKind, State, Transition};

use super::graph::{Graph, Tally, Walk};

impl Graph {
    pub(crate) fn report(&self, walk: &Walk) -> String {
        let mut report = String::new();
        let sum = |of: fn(&Tally) -> usize| self.tallies.iter().map(of).sum::<usize>();
        let roots = walk.roots.len();
        writeln!(report, "roots {roots}, states {}, edges {}", self.nodes.len(), sum(|one| one.edges))
            .unwrap();
        let (still, refused) = (sum(|one| one.still), sum(|one| one.refused));
        writeln!(report, "changes nothing {still}, refused {refused}, over the bound {}", self.beyond)
            .unwrap();
        self.states(&mut report);
        self.transitions(&mut report);
        self.moves(walk, &mut report);
        report
    }

    fn states(&self, report: &mut String) {
        writeln!(report, "\n{:<44} {:>8} {:>8}", "state", "states", "edges").unwrap();
        for state in State::ALL {
            let nodes = self.nodes.iter().filter(|node| node.place.state == *state);
            let edges: usize = nodes.clone().map(|node| node.edges).sum();
            writeln!(report, "{:<44} {:>8} {edges:>8}", state.as_str(), nodes.count()).unwrap();
        }
    }

    fn transitions(&self, report: &mut String) {
        writeln!(report, "\n{:<44} {:>8}", "step", "edges").unwrap();
        for ((state, transition), edges) in &self.steps {
            writeln!(report, "{:<44} {edges:>8}", format!("{state} {transition}")).unwrap();
        }
    }

    fn moves(&self, walk: &Walk, report: &mut String) {
        writeln!(report, "\n{:<44} {:>8} {:>8} {:>8}", "move", "edges", "nothing", "refused").unwrap();
        for (one, tally) in walk.moves.iter().zip(&self.tallies) {
            let Tally { edges, still, refused } = tally;
            writeln!(report, "{:<44} {edges:>8} {still:>8} {refused:>8}", one.name).unwrap();
        }
    }

    /// The moves that were legal nowhere.
    pub(crate) fn never_taken<'a>(&self, walk: &'a Walk) -> Vec<&'a str> {
        let moves = walk.moves.iter().zip(&self.tallies);
        let never = moves.filter(|(_, tally)| tally.edges + tally.still == 0);
        never.map(|(one, _)| one.name.as_str()).collect()
    }

    /// The events that no move produced.
    pub(crate) fn never_happened(&self) -> Vec<&'static str> {
        EventKind::ALL
            .iter()
            .map(|kind| kind.as_str())
            .filter(|name| !self.events.contains_key(name))
            .collect()
    }

    /// The steps of the chart that no move took.
    pub(crate) fn never_stepped(&self) -> Vec<(State, Transition)> {
        let steps =
            State::ALL.iter().flat_map(|from| from.steps().map(|(transition, _)| (*from, transition)));
        steps.filter(|step| !self.steps.contains_key(step)).collect()
    }

    /// The states of the chart that no call was in.
    pub(crate) fn never_seen(&self) -> Vec<State> {
        let is_seen = |state: &State| self.nodes.iter().any(|node| node.place.state == *state);
        State::ALL.iter().copied().filter(|state| !is_seen(state)).collect()
    }
}
