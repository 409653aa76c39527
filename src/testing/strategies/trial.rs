//! The strategy for trials of stores.

use alloc::vec::Vec;

use jiff::SignedDuration;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::{NewTree, Union, ValueTree};
use proptest::test_runner::TestRunner;

use super::super::network::Faults;
use super::super::trial::{Side, Step, Trial};
use super::aim::{self, Intent};
use super::course::{Author, beginning, calls_of, phrase};
use super::values::BEGINNING;

/// Trials of a store that keeps the events of this side. Each kind of event that the side records occurs in at
/// least one trial of a hundred. On the side of the service, many batches have events of two calls. A trial shrinks
/// by removing steps.
///
/// ```
/// use callfold::proptest::test_runner::TestRunner;
/// use callfold::testing::{MemoryStore, Side, strategies::trials};
///
/// TestRunner::deterministic().run(&trials(Side::Service), |trial| Ok(trial.run(MemoryStore::new())?))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn trials(side: Side) -> impl Strategy<Value = Trial> {
    let calls = calls_of(0);
    let [_, other] = calls;
    let aims: Vec<_> = side.kinds().map(|kind| aim::toward(side, kind, other)).collect();
    // Only a service stores events of two calls in one batch: a simulated bot gets one notification a POST.
    let kinds_for_one_replacement = if side == Side::Service { 3 } else { 20 };
    let aimed = prop_oneof![1 => aim::replacing(other), kinds_for_one_replacement => Union::new(aims)];
    let begun = beginning(other).prop_map(|wishes| wishes.into_iter().map(Intent::Wish).collect());
    let phrases = |longest| {
        let intents = |wishes: Vec<Vec<_>>| wishes.into_iter().flatten().map(Intent::Wish);
        vec(phrase(other), 0..longest).prop_map(move |wishes| intents(wishes).collect::<Vec<Intent>>())
    };
    let aimed = (aim::reported(side), aimed).prop_map(|(reported, aimed)| [reported, aimed].concat());
    let intents =
        prop_oneof![8 => (aimed, phrases(2)), 1 => (begun, phrases(12))].prop_map(|(mut first, rest)| {
            first.extend(rest);
            first
        });
    let pauses =
        vec(prop_oneof![5 => Just(None), 1 => Just(Some(Step::Restart)), 1 => Just(Some(Step::Retry))], 24);
    let drawn = (intents, pauses, select(networks(side)), any::<u64>());
    let drawn = drawn.prop_map(move |(intents, pauses, faults, seed)| {
        let mut author = Author::new(0, BEGINNING);
        let mut steps = Vec::new();
        for (intent, pause) in intents.into_iter().zip(pauses.into_iter().cycle()) {
            let made = match intent {
                Intent::Wish(wish) => author.write(&wish, true).map(Step::Make),
                Intent::Report(reported) => Some(Step::Report(author.now, aim::FOREIGN, reported)),
            };
            if let Some(made) = made {
                steps.push(made);
                steps.extend(pause);
            }
        }
        Trial { side, steps, faults, seed }
    });
    Trials(drawn.boxed())
}

/// The networks between a service and a bot, from one without faults to one that loses packets.
fn networks(side: Side) -> Vec<Faults> {
    let late = |seconds| Faults { delay: SignedDuration::from_secs(seconds), ..Faults::none() };
    match side {
        Side::Service => [Faults::none()].into(),
        Side::Bot => [
            Faults::none(),
            Faults::none(),
            Faults { reordered: 500, repeated: 200, ..late(5) },
            Faults { reordered: 300, repeated: 200, dropped: 300, ..late(120) },
        ]
        .into(),
    }
}

/// A strategy whose trials shrink by removing steps that were drawn, and not by drawing others.
#[derive(Debug)]
struct Trials(BoxedStrategy<Trial>);

impl Strategy for Trials {
    type Tree = TrialTree;
    type Value = Trial;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let drawn = self.0.new_tree(runner)?.current();
        let cut = Cut { at: 0, length: drawn.steps.len().max(1), is_shorter: false };
        Ok(TrialTree { failing: drawn.clone(), current: drawn, is_calm: false, cut })
    }
}

/// A trial that shrinks: first to a network without faults, then by ever shorter cuts.
#[derive(Debug)]
struct TrialTree {
    failing: Trial,
    current: Trial,
    /// Whether the network without faults was tried.
    is_calm: bool,
    cut: Cut,
}

/// The steps that are removed next.
#[derive(Debug)]
struct Cut {
    at: usize,
    length: usize,
    /// Whether a cut of this length has made the trial shorter.
    is_shorter: bool,
}

impl TrialTree {
    fn next(&mut self) -> bool {
        if !self.is_calm {
            self.is_calm = true;
            if self.failing.faults != Faults::none() {
                self.current = Trial { faults: Faults::none(), ..self.failing.clone() };
                return true;
            }
        }
        let steps = self.failing.steps.len();
        if self.cut.at >= steps {
            let is_last = self.cut.length == 1 && !self.cut.is_shorter;
            if is_last || steps == 0 {
                self.current = self.failing.clone();
                return false;
            }
            self.cut = Cut { at: 0, length: (self.cut.length / 2).max(1), is_shorter: false };
        }
        let end = self.cut.at.saturating_add(self.cut.length);
        self.current = self.failing.without(self.cut.at..end);
        true
    }
}

impl ValueTree for TrialTree {
    type Value = Trial;

    fn current(&self) -> Trial {
        self.current.clone()
    }

    fn simplify(&mut self) -> bool {
        self.cut.is_shorter |= self.current.steps.len() < self.failing.steps.len();
        self.failing = self.current.clone();
        self.next()
    }

    fn complicate(&mut self) -> bool {
        // The network was tried, or these steps are needed.
        if self.current.steps.len() < self.failing.steps.len() {
            self.cut.at = self.cut.at.saturating_add(self.cut.length);
        }
        self.next()
    }
}
