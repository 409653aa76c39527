//! What happened in all runs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use callfold::graph::{EndCode, OperationKind};

/// The faults that each must happen.
const FAULTS: [&str; 7] = ["delay", "drop", "repeat", "reorder", "retry", "status 429", "status 503"];

#[derive(Debug, Default)]
pub(super) struct Counts {
    /// The number of moves of each run that were accepted.
    moves: Vec<u64>,
    /// In how many runs each thing happened.
    runs: BTreeMap<(&'static str, String), u64>,
    /// How many calls were compared, and in which way.
    compared: BTreeMap<&'static str, u64>,
}

/// What happened in one run.
#[derive(Debug, Default)]
pub(super) struct Happened {
    pub(super) moves: u64,
    seen: BTreeSet<(&'static str, String)>,
    compared: BTreeMap<&'static str, u64>,
}

impl Happened {
    pub(super) fn see(&mut self, what: &'static str, name: impl Into<String>) {
        self.seen.insert((what, name.into()));
    }

    pub(super) fn compared(&mut self, how: &'static str) {
        *self.compared.entry(how).or_default() += 1;
    }
}

impl From<Happened> for Counts {
    fn from(run: Happened) -> Self {
        let runs = run.seen.into_iter().map(|what| (what, 1)).collect();
        Self { moves: [run.moves].into(), runs, compared: run.compared }
    }
}

impl Counts {
    pub(super) fn add(&mut self, other: impl Into<Self>) {
        let Self { moves, runs, compared } = other.into();
        self.moves.extend(moves);
        runs.into_iter().for_each(|(what, count)| *self.runs.entry(what).or_default() += count);
        compared.into_iter().for_each(|(how, count)| *self.compared.entry(how).or_default() += count);
    }

    fn median(&self) -> u64 {
        let mut moves = self.moves.clone();
        moves.sort_unstable();
        moves.get(moves.len() / 2).copied().unwrap_or_default()
    }

    /// Everything that must happen happened in at least two of a hundred runs.
    pub(super) fn check(&self, runs: u64) {
        assert!(self.median() >= 12, "the median of the moves is {}", self.median());
        let kinds = OperationKind::ALL.iter().filter(|kind| **kind != OperationKind::Comms);
        let kinds = kinds.map(|kind| ("operation", kind.as_str().to_owned()));
        let ends = EndCode::ALL.iter().map(|end| ("end", end.to_string()));
        let faults = FAULTS.map(|fault| ("fault", fault.to_owned()));
        let rare: Vec<_> = kinds
            .chain(ends)
            .chain(faults)
            .map(|what| (self.runs.get(&what).copied().unwrap_or_default(), what))
            .filter(|(count, _)| *count < runs / 50)
            .collect();
        assert!(rare.is_empty(), "too rare: {rare:?}");
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: u64 = self.moves.iter().sum();
        write!(f, "moves: {all}, median of a run {}", self.median())?;
        let mut last = "";
        for ((what, name), count) in &self.runs {
            let between = if last == *what { "," } else { "\nruns with each " };
            let what_now = if last == *what { String::new() } else { format!("{what}:") };
            write!(f, "{between}{what_now} {name} {count}")?;
            last = what;
        }
        write!(f, "\ncalls compared: {:?}", self.compared)
    }
}
