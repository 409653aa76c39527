//! Thousands of calls over hours of virtual time. A violation is shrunk to a short course.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BinaryHeap};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cmp::Reverse;
use core::fmt;

use jiff::{SignedDuration, Timestamp};
use proptest::strategy::{Strategy, ValueTree};

use super::course::Move;
use super::invariant::Violation;
use super::lossy::LossyStore;
use super::network::Faults;
use super::random::{draw, runner};
use super::simulation::data::Simulation;
use super::store::MemoryStore;
use super::strategies::course::courses_of;
use super::strategies::values::BEGINNING;
use crate::call::data::Call;
use crate::id::CallId;

/// Many conversations at once in one [`Simulation`]. The network has different faults for each conversation.
/// The service and the bot are restarted four times, after each quarter of the campaign. The seed determines
/// everything that happens.
///
/// ```
/// use callfold::testing::Campaign;
///
/// let summary = Campaign::new(7, 20, 2).run().unwrap();
/// assert_eq!(summary.conversations, 20);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Campaign {
    /// The seed of all random choices. The same seed gives the same campaign.
    pub seed: u64,
    /// The number of conversations. Each has one or two calls.
    pub conversations: u32,
    /// The hours of virtual time within which the conversations begin.
    pub hours: u16,
    /// How many of a thousand writes the bot's store loses. A value above 0 breaks the bot on purpose, to
    /// show that the campaign finds the fault.
    pub lost_writes: u32,
}

/// The figures of a campaign that found no violation. (The summary of one call is another type,
/// [`callfold::Summary`](crate::Summary).)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// The number of conversations.
    pub conversations: u64,
    /// The number of calls.
    pub calls: u64,
    /// The number of moves that were made.
    pub moves: u64,
    /// The number of events that were checked, of the service and of the bot together.
    pub events: u64,
    /// The number of calls for which the bot's copy was compared with the service's. A call is not compared
    /// if the network lost some of its notifications, or delivered them too late and out of order.
    pub compared: u64,
    /// The time of the last event, in virtual time.
    pub until: Timestamp,
}

/// A violation that a campaign found, with a shrunk course that leads to it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Counterexample {
    /// The number of the conversation, from 0.
    pub conversation: u64,
    /// The violation: the invariant that was broken, the call and the time.
    pub violation: Violation,
    /// The moves that lead to the violation.
    pub course: Vec<Move>,
    /// The log lines that the service wrote for the calls of this conversation.
    pub service: Vec<String>,
    /// The log lines that the bot wrote for the calls of this conversation.
    pub bot: Vec<String>,
}

impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.violation)?;
        writeln!(f, "Conversation {}, in {} moves:", self.conversation, self.course.len())?;
        self.course.iter().try_for_each(|one| writeln!(f, "  {one}"))
    }
}

impl core::error::Error for Counterexample {}

type World = Simulation<MemoryStore, LossyStore>;

impl Campaign {
    /// A campaign with this seed, this number of conversations, and this number of hours within which they
    /// begin.
    pub const fn new(seed: u64, conversations: u32, hours: u16) -> Self {
        Self { seed, conversations, hours, lost_writes: 0 }
    }

    /// Runs the campaign.
    ///
    /// # Errors
    ///
    /// The first violation. Its course is shrunk to a few moves of the conversation that it belongs to.
    ///
    /// ```
    /// use callfold::testing::Campaign;
    ///
    /// let mut broken = Campaign::new(3, 20, 2);
    /// broken.lost_writes = 100;
    /// let found = broken.run().unwrap_err();
    /// assert_eq!(found.violation.invariant.as_str(), "restart");
    /// assert!(found.course.len() < 10);
    /// ```
    pub fn run(&self) -> Result<Summary, Box<Counterexample>> {
        let mut world = self.world();
        let mut summary = Summary { conversations: u64::from(self.conversations), ..Summary::default() };
        let all = 0..u64::from(self.conversations);
        let mut next: BinaryHeap<_> =
            all.map(|number| Reverse((self.begins(number), number, 0_usize))).collect();
        let mut under_way: BTreeMap<u64, Vec<Move>> = BTreeMap::new();
        let mut conversations: BTreeMap<CallId, u64> = BTreeMap::new();
        while let Some(Reverse((now, number, index))) = next.pop() {
            let course = under_way.entry(number).or_insert_with(|| {
                let course = self.course(number);
                for one in &course {
                    world.call_under(one.call, &self.faults(number));
                    conversations.insert(one.call, number);
                }
                course
            });
            if let Some(one) = course.get(index) {
                if one.at > now {
                    next.push(Reverse((one.at, number, index)));
                    continue;
                }
                let made = world.make(one);
                made.map_err(|violation| self.counterexample(&conversations, violation, &world))?;
                summary.moves += 1;
            }
            match course.get(index + 1) {
                Some(one) => next.push(Reverse((one.at, number, index + 1))),
                None => _ = under_way.remove(&number),
            }
        }
        world.settle().map_err(|violation| self.counterexample(&conversations, violation, &world))?;
        let calls = world.service().ledger().calls();
        summary.until = calls.filter_map(Call::last_at).max().unwrap_or_default();
        summary.calls = world.service().ledger().calls().count() as u64;
        summary.compared = world.compared();
        summary.events = world.steps();
        Ok(summary)
    }

    /// A simulation whose hosts restart after each quarter of the campaign.
    fn world(&self) -> World {
        let bot = LossyStore::new(self.seed, self.lost_writes);
        let mut world = Simulation::with_stores(self.seed, MemoryStore::new(), bot);
        let quarter = SignedDuration::from_mins(i64::from(self.hours) * 15);
        let times: Vec<Timestamp> = (1..=4).map(|number| BEGINNING + quarter * number).collect();
        world.restarting(&times);
        world
    }

    /// The time at which a conversation begins.
    fn begins(&self, number: u64) -> Timestamp {
        let millis = 0..=i64::from(self.hours) * 60 * 60 * 1000;
        let later = draw(&millis, [self.seed, number, 1, 0]).unwrap_or_default();
        BEGINNING + SignedDuration::from_millis(later)
    }

    fn course(&self, number: u64) -> Vec<Move> {
        draw(&courses_of(number, self.begins(number)), [self.seed, number, 2, 0]).unwrap_or_default()
    }

    /// The faults of the network for a conversation, drawn from five levels: from no fault at all to lost
    /// packets.
    fn faults(&self, number: u64) -> Faults {
        let begins = self.begins(number);
        let seconds = |seconds| SignedDuration::from_secs(seconds);
        let late = Faults { delay: seconds(3), ..Faults::none() };
        let non_canonical = Faults { reordered: 400, repeated: 200, ..late.clone() };
        let partition = begins + seconds(20)..begins + seconds(200);
        let cut = Faults { partitions: [partition].into(), ..non_canonical.clone() };
        let lossy = Faults { dropped: 150, delay: seconds(120), ..cut.clone() };
        let all = [Faults::none(), late, non_canonical, cut, lossy];
        let index = draw(&(0..all.len()), [self.seed, number, 3, 0]).unwrap_or_default();
        all.into_iter().nth(index).unwrap_or_else(Faults::none)
    }

    /// Runs one conversation alone, with the same network faults that it had among the others.
    fn alone(&self, number: u64, course: &[Move], until: Timestamp) -> (World, Option<Violation>) {
        let mut world = self.world();
        world.under(&self.faults(number));
        let made = course.iter().try_for_each(|one| world.make(one).map(drop));
        let failed = made.and_then(|()| world.wait(until)).and_then(|()| world.settle());
        (world, failed.err())
    }

    /// The shortest course of the conversation that still breaks the same invariant. If the conversation
    /// breaks nothing when it runs alone, the course is not shrunk.
    fn counterexample(
        &self,
        conversations: &BTreeMap<CallId, u64>,
        violation: Violation,
        world: &World,
    ) -> Box<Counterexample> {
        let number = conversations.get(&violation.call).copied().unwrap_or_default();
        let fails = |course: &Vec<Move>| {
            let (alone, failed) = self.alone(number, course, violation.at);
            failed.filter(|failed| failed.invariant == violation.invariant).map(|failed| (alone, failed))
        };
        let strategy = courses_of(number, self.begins(number));
        let tree = strategy.new_tree(&mut runner([self.seed, number, 2, 0])).ok();
        let shrunk = tree.and_then(|tree| shrink(tree, fails));
        let of_the_call = |lines: Vec<String>| -> Vec<String> {
            let calls: Vec<String> = conversations
                .iter()
                .filter(|(_, one)| **one == number)
                .map(|(id, _)| id.to_string())
                .collect();
            lines.into_iter().filter(|line| calls.iter().any(|call| line.contains(call.as_str()))).collect()
        };
        let (course, (world, violation)) = match shrunk {
            Some((course, (alone, failed))) => (course, (alone, failed)),
            None => (self.course(number), (world.clone(), violation)),
        };
        Box::new(Counterexample {
            conversation: number,
            violation,
            course,
            service: of_the_call(world.service().lines().collect()),
            bot: of_the_call(world.bot().lines().collect()),
        })
    }
}

/// The smallest value that still fails, with its failure; `None` if the first value does not fail.
fn shrink<T: ValueTree, F>(mut tree: T, fails: impl Fn(&T::Value) -> Option<F>) -> Option<(T::Value, F)> {
    let mut best = tree.current();
    let mut failure = fails(&best)?;
    while tree.simplify() {
        loop {
            let simpler = tree.current();
            if let Some(failed) = fails(&simpler) {
                (best, failure) = (simpler, failed);
                break;
            }
            if !tree.complicate() {
                return Some((best, failure));
            }
        }
    }
    Some((best, failure))
}
