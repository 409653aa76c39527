//! A network between a service and a bot that is late, repeats, reorders and loses: by a seed, in virtual time.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ops::Range;

use jiff::{SignedDuration, Timestamp};

use super::random::draw;
use crate::CallId;

/// What a network does to the packets of a call.
///
/// ```
/// use callfold::testing::Faults;
///
/// let mut faults = Faults::none();
/// faults.repeated = 200;
/// assert!(!faults.is_faithful());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Faults {
    /// How late a packet is at most.
    pub delay: SignedDuration,
    /// How many packets of a thousand may overtake others, and be overtaken.
    pub reordered: u32,
    /// How many of a thousand come twice.
    pub repeated: u32,
    /// How many of a thousand never come.
    pub dropped: u32,
    /// When nothing comes through: what would have arrived then arrives at the end.
    pub partitions: Vec<Range<Timestamp>>,
}

impl Faults {
    /// Everything comes, in order and at once.
    ///
    /// ```
    /// assert!(callfold::testing::Faults::none().is_faithful());
    /// ```
    pub const fn none() -> Self {
        Self { delay: SignedDuration::ZERO, reordered: 0, repeated: 0, dropped: 0, partitions: Vec::new() }
    }

    /// True where everything comes, once and in order, be it late.
    ///
    /// ```
    /// let mut faults = callfold::testing::Faults::none();
    /// faults.delay = callfold::jiff::SignedDuration::from_secs(9);
    /// assert!(faults.is_faithful());
    /// ```
    pub const fn is_faithful(&self) -> bool {
        self.reordered == 0 && self.repeated == 0 && self.dropped == 0
    }
}

/// Packets on their way. What happens to one follows from the seed, its call and its number in that call: calls do not
/// disturb each other.
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
    /// By the time of their arrival; those of one time in the order in which they were sent.
    in_flight: BTreeMap<(Timestamp, u64), P>,
    sent: u64,
    links: BTreeMap<CallId, Link>,
}

/// What was sent of one call.
#[derive(Clone, Copy, Debug, Default)]
struct Link {
    sent: u64,
    /// When the last one arrives that keeps the order.
    last: Timestamp,
}

/// What happens to one packet: draws of a thousand, and two delays in milliseconds.
type Fate = ([u32; 3], [i64; 2]);

impl<P: Clone> Network<P> {
    /// A network on which nothing is.
    ///
    /// ```
    /// assert_eq!(callfold::testing::Network::<()>::new(7).next_arrival(), None);
    /// ```
    pub const fn new(seed: u64) -> Self {
        Self { seed, in_flight: BTreeMap::new(), sent: 0, links: BTreeMap::new() }
    }

    /// Sends a packet about a call.
    ///
    /// ```
    /// use callfold::testing::{Faults, Network};
    ///
    /// let mut network = Network::new(7);
    /// network.send(callfold::CallId::new(uuid::Uuid::nil()), Default::default(), "packet", &Faults::none());
    /// assert!(network.next_arrival().is_some());
    /// ```
    pub fn send(&mut self, call: CallId, at: Timestamp, packet: P, faults: &Faults) {
        let link = self.links.entry(call).or_default();
        link.sent += 1;
        let (high, low) = call.guid().as_u64_pair();
        let millis = 0..=i64::try_from(faults.delay.as_millis()).unwrap_or(i64::MAX).max(0);
        let fates = ([0..1000_u32, 0..1000, 0..1000], [millis.clone(), millis]);
        let fate: Option<Fate> = draw(&fates, [self.seed, high, low, link.sent]);
        let Some(([reorders, repeats, drops], delays)) = fate else { return };
        let [arrival, again] = delays.map(|millis| later(at, millis));
        let mut arrival = faults.let_through(arrival);
        if reorders >= faults.reordered {
            arrival = arrival.max(link.last);
            link.last = arrival;
        }
        if drops < faults.dropped {
            return;
        }
        self.put(arrival, packet.clone());
        if repeats < faults.repeated {
            self.put(faults.let_through(again.max(arrival)), packet);
        }
    }

    fn put(&mut self, arrival: Timestamp, packet: P) {
        self.sent += 1;
        self.in_flight.insert((arrival, self.sent), packet);
    }

    /// When the next packet arrives; `None` where none is on its way.
    ///
    /// ```
    /// assert_eq!(callfold::testing::Network::<()>::new(7).next_arrival(), None);
    /// ```
    pub fn next_arrival(&self) -> Option<Timestamp> {
        self.in_flight.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes the first packet that has arrived by now.
    ///
    /// ```
    /// assert_eq!(callfold::testing::Network::<()>::new(7).arrive(Default::default()), None);
    /// ```
    pub fn arrive(&mut self, now: Timestamp) -> Option<P> {
        let first = self.in_flight.first_entry().filter(|first| first.key().0 <= now)?;
        Some(first.remove())
    }
}

impl Faults {
    /// When a packet arrives that would have arrived at a time.
    fn let_through(&self, mut at: Timestamp) -> Timestamp {
        while let Some(partition) = self.partitions.iter().find(|partition| partition.contains(&at)) {
            at = partition.end;
        }
        at
    }
}

fn later(at: Timestamp, millis: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_millis(millis)).unwrap_or(Timestamp::MAX)
}
