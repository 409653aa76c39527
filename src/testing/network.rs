//! A simulated network that delays, repeats, reorders and loses packets. It runs in virtual time, and a seed
//! decides what happens to each packet.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ops::Range;

use jiff::{SignedDuration, Timestamp};

use super::random::draw;
use crate::id::CallId;

/// The faults of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Faults {
    /// The longest delay of a packet.
    pub delay: SignedDuration,
    /// How many of a thousand packets may arrive out of order.
    pub reordered: u32,
    /// How many of a thousand packets arrive twice.
    pub repeated: u32,
    /// How many of a thousand packets never arrive.
    pub dropped: u32,
    /// The time ranges in which the network is cut. A packet that would arrive within a range arrives at the
    /// end of the range.
    pub partitions: Vec<Range<Timestamp>>,
}

impl Faults {
    /// A network without faults: every packet arrives once, in order and without delay.
    pub const fn none() -> Self {
        Self { delay: SignedDuration::ZERO, reordered: 0, repeated: 0, dropped: 0, partitions: Vec::new() }
    }

    /// Whether every packet arrives exactly once and in order. It may still be late.
    pub const fn is_faithful(&self) -> bool {
        self.reordered == 0 && self.repeated == 0 && self.dropped == 0
    }
}

/// A network with the packets that are in flight. The fate of a packet depends only on the seed, its call and
/// its number within that call, so that the packets of one call do not affect those of another.
///
/// ```
/// use callfold::jiff::Timestamp;
/// use callfold::testing::{Faults, Network};
///
/// let call = callfold::CallId::new(callfold::uuid::Uuid::nil());
/// let mut network = Network::new(7);
/// let mut faults = Faults::none();
/// faults.repeated = 1000;
/// network.send(call, Timestamp::UNIX_EPOCH, "established", &faults);
/// let arrived: Vec<_> = std::iter::from_fn(|| network.arrive(Timestamp::UNIX_EPOCH)).collect();
/// assert_eq!(arrived, ["established", "established"]);
/// ```
#[derive(Clone, Debug)]
pub struct Network<P> {
    seed: u64,
    /// The packets by their time of arrival. Packets with the same time arrive in the order in which they
    /// were sent.
    in_flight: BTreeMap<(Timestamp, u64), P>,
    sent: u64,
    links: BTreeMap<CallId, Link>,
}

/// The packets of one call that were sent so far.
#[derive(Clone, Copy, Debug, Default)]
struct Link {
    sent: u64,
    /// The arrival time of the last packet that was not reordered.
    last: Timestamp,
}

/// The random numbers of one packet: three numbers below a thousand, which decide about its faults, and two
/// delays in milliseconds.
type Fate = ([u32; 3], [i64; 2]);

impl<P: Clone> Network<P> {
    /// A network without packets in flight.
    pub const fn new(seed: u64) -> Self {
        Self { seed, in_flight: BTreeMap::new(), sent: 0, links: BTreeMap::new() }
    }

    /// Sends a packet about a call.
    pub fn send(&mut self, call: CallId, at: Timestamp, packet: P, faults: &Faults) {
        let link = self.links.entry(call).or_default();
        link.sent += 1;
        let (high, low) = call.guid().as_u64_pair();
        let millis = 0..=i64::try_from(faults.delay.as_millis()).unwrap_or(i64::MAX).max(0);
        let fates = ([0..1000_u32, 0..1000, 0..1000], [millis.clone(), millis]);
        let fate: Option<Fate> = draw(&fates, [self.seed, high, low, link.sent]);
        let Some(([reorders, repeats, drops], delays)) = fate else { return };
        let [arrival, again] = delays.map(|millis| later(at, millis));
        let mut arrival = faults.after_partitions(arrival);
        if reorders >= faults.reordered {
            arrival = arrival.max(link.last);
            link.last = arrival;
        }
        if drops < faults.dropped {
            return;
        }
        self.put(arrival, packet.clone());
        if repeats < faults.repeated {
            self.put(faults.after_partitions(again.max(arrival)), packet);
        }
    }

    fn put(&mut self, arrival: Timestamp, packet: P) {
        self.sent += 1;
        self.in_flight.insert((arrival, self.sent), packet);
    }

    /// The time at which the next packet arrives; `None` if no packet is in flight.
    pub fn next_arrival(&self) -> Option<Timestamp> {
        self.in_flight.first_key_value().map(|((at, _), _)| *at)
    }

    /// Removes and returns the first packet that has arrived by `now`; `None` if none has.
    pub fn arrive(&mut self, now: Timestamp) -> Option<P> {
        let first = self.in_flight.first_entry().filter(|first| first.key().0 <= now)?;
        Some(first.remove())
    }
}

impl Faults {
    /// The arrival time of a packet that would arrive at `at` if the network were not cut.
    fn after_partitions(&self, mut at: Timestamp) -> Timestamp {
        while let Some(partition) = self.partitions.iter().find(|partition| partition.contains(&at)) {
            at = partition.end;
        }
        at
    }
}

fn later(at: Timestamp, millis: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_millis(millis)).unwrap_or(Timestamp::MAX)
}
