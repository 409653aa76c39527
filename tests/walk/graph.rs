//! The breadth-first search, and its results.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};

use callfold::call::{Call, CallEvent, State, Transition};
use callfold::graph::Permission;
use callfold::jiff::SignedDuration;
use callfold::{Ledger, Recorded};

use super::claims::{self, Claim, ensure};
use super::moves::{self, CALL, Move, What, known, now};
use super::names::Named;
use super::place::{Place, Side, outlook};
use super::roots::Root;

/// A walk: where it starts, which moves it makes, and how far it goes.
pub(crate) struct Walk {
    pub(crate) side: Side,
    pub(crate) roots: Vec<Root>,
    pub(crate) moves: Vec<Move>,
    /// Whether the walk continues from a place. Other places are checked but not continued from.
    pub(crate) is_within: fn(&Place) -> bool,
    /// Whether places are distinguished by the outlook of the call everywhere: what a notification of each
    /// state would change.
    pub(crate) is_thorough: bool,
}

/// A place, and the first call that was found there.
pub(crate) struct Node {
    pub(crate) place: Place,
    /// The place before it.
    came: Option<usize>,
    by: String,
    events: Vec<Recorded>,
    outlook: String,
    legal: Named,
    pub(crate) next: BTreeSet<usize>,
    /// The number of moves that led to events.
    pub(crate) edges: usize,
}

/// The results of a move, summed over all places.
#[derive(Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) edges: usize,
    pub(crate) still: usize,
    pub(crate) refused: usize,
}

#[derive(Default)]
pub(crate) struct Graph {
    pub(crate) nodes: Vec<Node>,
    places: BTreeMap<Place, usize>,
    frontier: VecDeque<(usize, Ledger)>,
    pub(crate) tallies: Vec<Tally>,
    /// The number of edges that lead beyond the bound.
    pub(crate) beyond: usize,
    pub(crate) steps: BTreeMap<(State, Transition), usize>,
    pub(crate) events: BTreeMap<&'static str, usize>,
    /// How often a call reached a known place.
    returns: usize,
    /// Digests of the events whose text was read back.
    read: BTreeSet<u64>,
}

impl Walk {
    /// Runs the walk. Panics if a claim does not hold, with the path to the place.
    pub(crate) fn walk(&self) -> Graph {
        let mut graph = Graph { tallies: vec![Tally::default(); self.moves.len()], ..Graph::default() };
        for root in &self.roots {
            let begun = claims::folds(self.side, &root.before, &root.events).and_then(|ledger| {
                graph.look(&root.before, &root.events)?;
                self.arrive(&mut graph, None, &root.name, &root.events, ledger)
            });
            begun.unwrap_or_else(|claim| panic!("{claim}\n  {}", root.name));
        }
        while let Some((index, ledger)) = graph.frontier.pop_front() {
            self.visit(&mut graph, index, &ledger);
        }
        graph
    }

    fn visit(&self, graph: &mut Graph, index: usize, ledger: &Ledger) {
        let mut happened = BTreeSet::new();
        for (number, one) in self.moves.iter().enumerate() {
            let going = AssertUnwindSafe(|| self.go(graph, index, number, ledger));
            match catch_unwind(going).unwrap_or_else(|_| Err("it panics".into())) {
                Ok(name) => happened.extend(name),
                Err(claim) => panic!("{claim}\n{}  {}", graph.trail(index), one.name),
            }
        }
        // Notifications are never refused, so a bot has no legal moves to check.
        if self.side != Side::Bot
            && let Err(claim) = graph.nodes[index].legal.happened(&happened)
        {
            panic!("{claim}\n{}", graph.trail(index));
        }
    }

    /// Makes a move at a place, and returns the name of the network event if one happened.
    fn go(
        &self,
        graph: &mut Graph,
        from: usize,
        number: usize,
        ledger: &Ledger,
    ) -> Claim<Option<&'static str>> {
        let (one, call) = (&self.moves[number], known(ledger));
        let Some(made) = one.make(ledger) else { return Ok(None) };
        graph.nodes[from].legal.agrees(&made, call)?;
        // Each move is checked at some of the places, in turn.
        if one.is_for_the_service() && (from + number).is_multiple_of(32) {
            self.is_late_or_in_time(one, ledger)?;
        }
        let tally = &mut graph.tallies[number];
        let Ok(events) = &made.events else {
            tally.refused += 1;
            return Ok(None);
        };
        if events.is_empty() {
            tally.still += 1;
            claims::reply(&made, ledger)?;
        } else {
            tally.edges += 1;
            graph.nodes[from].edges += 1;
            let after = claims::folds(self.side, ledger, events)?;
            claims::edge(self.side, ledger, &made, &after)?;
            graph.look(ledger, events)?;
            self.arrive(graph, Some((from, ledger)), &one.name, events, after)?;
        }
        Ok(made.happened.as_ref().map(|network_event| network_event.kind().as_str()))
    }

    fn is_late_or_in_time(&self, one: &Move, ledger: &Ledger) -> Claim {
        let Some(due) = known(ledger).next_deadline() else { return Ok(()) };
        let late = due.at + SignedDuration::from_millis(1);
        claims::late_or_in_time(ledger, |ledger| match &one.what {
            What::NetworkEvent(network_event) => moves::happen(ledger, network_event.clone(), late),
            What::Request(command) => moves::request(ledger, command.clone(), late, Permission::ALL),
            _ => unreachable!("only what is for the service can be late"),
        })
    }

    fn arrive(
        &self,
        graph: &mut Graph,
        from: Option<(usize, &Ledger)>,
        by: &str,
        events: &[Recorded],
        ledger: Ledger,
    ) -> Claim {
        claims::call(self.side, &ledger)?;
        let outlook = self.outlook(graph, from, events, &ledger);
        let place = Place::of(&ledger, self.side);
        let is_reported = self.is_thorough || place.variations(self.side) == 0;
        let place = if is_reported { place.with(&outlook) } else { place };
        let to = match graph.places.get(&place).copied() {
            Some(index) => {
                graph.has_the_same_legal_moves(index, &ledger)?;
                index
            }
            None if !(self.is_within)(&place) => {
                graph.beyond += 1;
                return Ok(());
            }
            None => {
                let came = from.map(|(index, _)| index);
                let (by, events, next) = (by.to_owned(), events.to_vec(), BTreeSet::new());
                let legal = Named::of(&ledger);
                graph.enter(Node { place, came, by, events, outlook, legal, next, edges: 0 }, ledger)?
            }
        };
        if let Some((from, _)) = from {
            graph.nodes[from].next.insert(to);
        }
        Ok(())
    }

    /// The outlook of a call. It is slow to compute and few events change it, so it is usually taken from the
    /// place before.
    fn outlook(
        &self,
        graph: &Graph,
        from: Option<(usize, &Ledger)>,
        events: &[Recorded],
        after: &Ledger,
    ) -> String {
        if self.side != Side::Bot {
            return String::new();
        }
        let waited = |(_, before): &(usize, &Ledger)| now(known(after)).duration_since(now(known(before)));
        let is_soon = |from: &(usize, &Ledger)| waited(from) < SignedDuration::from_secs(60);
        match from.filter(|from| is_soon(from) && !events.iter().any(moves::changes_outlook)) {
            Some((index, _)) => graph.nodes[index].outlook.clone(),
            None => outlook(after),
        }
    }
}

impl Graph {
    fn enter(&mut self, node: Node, ledger: Ledger) -> Claim<usize> {
        let index = self.nodes.len();
        self.places.insert(node.place.clone(), index);
        self.nodes.push(node);
        if index.is_multiple_of(16) {
            self.is_its_text(index, &ledger)?;
        }
        self.frontier.push_back((index, ledger));
        Ok(index)
    }

    /// Checks that the legal moves of a place do not depend on the path to it. This is slow, so only some
    /// arrivals are checked.
    fn has_the_same_legal_moves(&mut self, index: usize, ledger: &Ledger) -> Claim {
        self.returns += 1;
        if self.returns.is_multiple_of(8) {
            let (known, legal) = (&self.nodes[index].legal, Named::of(ledger));
            ensure!(
                *known == legal,
                "one place has the legal moves {known:?} and {legal:?}: {:?}",
                self.nodes[index].place
            );
        }
        Ok(())
    }

    /// Counts the events, and reads the text of each one back.
    fn look(&mut self, before: &Ledger, events: &[Recorded]) -> Claim {
        let mut state = before.call(CALL).map(Call::state);
        for recorded in events {
            *self.events.entry(recorded.event.kind().as_str()).or_default() += 1;
            if let (CallEvent::Step(transition, _), Some(from)) = (&recorded.event, state)
                && recorded.call == CALL
            {
                *self.steps.entry((from, *transition)).or_default() += 1;
                state = from.after(*transition);
            }
            let mut digest = DefaultHasher::new();
            (&recorded.event, recorded.inferred, recorded.at.is_some()).hash(&mut digest);
            if self.read.insert(digest.finish()) {
                let read: Result<Recorded, _> = recorded.to_string().parse();
                ensure!(read.as_ref() == Ok(recorded), "read as {read:?}: {recorded}");
            }
        }
        Ok(())
    }

    /// The nodes from a root to this one.
    fn path(&self, to: usize) -> Vec<&Node> {
        let mut path: Vec<&Node> =
            std::iter::successors(Some(&self.nodes[to]), |node| node.came.map(|from| &self.nodes[from]))
                .collect();
        path.reverse();
        path
    }

    /// Checks that the log of a call, as text, folds to the same call. That each event reads back is checked
    /// in any case.
    fn is_its_text(&self, index: usize, ledger: &Ledger) -> Claim {
        let mut folded = super::roots::before();
        for recorded in self.path(index).iter().flat_map(|node| &node.events) {
            let read: Recorded =
                recorded.to_string().parse().map_err(|error| format!("{error}: {recorded}"))?;
            folded.apply(&read).map_err(|error| format!("{error}: {recorded}"))?;
        }
        ensure!(known(&folded) == known(ledger), "the text folds to another call");
        Ok(())
    }

    /// The path to a place, for error messages.
    fn trail(&self, to: usize) -> String {
        let place = &self.nodes[to].place;
        let path = self.path(to).into_iter().map(|node| format!("  {}\n", node.by));
        format!("at {place:?}\n{}", path.collect::<String>())
    }

    /// The places from which no end can be reached.
    pub(crate) fn endless(&self) -> Vec<String> {
        let mut back: Vec<Vec<usize>> = vec![Vec::new(); self.nodes.len()];
        for (from, node) in self.nodes.iter().enumerate() {
            node.next.iter().for_each(|to| back[*to].push(from));
        }
        let is_end = |index: &usize| !self.nodes[*index].place.state.is_live();
        let mut ends: Vec<bool> = vec![false; self.nodes.len()];
        let mut stack: Vec<usize> = (0..self.nodes.len()).filter(is_end).collect();
        while let Some(index) = stack.pop() {
            if !ends[index] {
                ends[index] = true;
                stack.extend(&back[index]);
            }
        }
        (0..self.nodes.len()).filter(|index| !ends[*index]).map(|index| self.trail(index)).collect()
    }
}
