//! Partitions: which process does the timers and webhooks of which calls, where several use one store.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use callfold::CallId;
use callfold::jiff::SignedDuration;
use callfold::uuid::Uuid;
use callfold_store::{Lease, LeaseLost};

/// The number of partitions. At most so many processes share the work.
pub(crate) const PARTITIONS: u16 = 32;

/// What the leases of partitions begin with.
const NAME: &str = "calls/";

/// What the leases begin with by which the processes know of each other.
const PROCESS: &str = "process/";

/// What a process is that shares its store.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sharing {
    /// The id of this process.
    pub(crate) holder: Uuid,
    /// The time in which another process takes over what this one did.
    pub(crate) lease: Duration,
}

impl Sharing {
    #[expect(clippy::disallowed_methods, reason = "somebody must draw the id")]
    pub(crate) fn new(lease: SignedDuration) -> Self {
        Self { holder: uuid::Uuid::new_v4(), lease: lease.try_into().unwrap_or_default() }
    }

    /// How long a lease lasts in the store. The rest of the time is for others to notice that it is free.
    pub(crate) fn lasts(&self) -> Duration {
        self.lease * 3 / 4
    }

    /// The time between two looks at the leases.
    pub(crate) fn pause(&self) -> Duration {
        self.lease / 8
    }

    /// How many partitions this process should have beside others, so that all have the same number or one more.
    pub(crate) fn share(&self, others: &[&str]) -> usize {
        let own = self.name();
        let before = others.iter().filter(|other| **other < own.as_str()).count();
        let (partitions, processes) = (usize::from(PARTITIONS), others.len() + 1);
        partitions / processes + usize::from(before < partitions % processes)
    }

    /// The lease by which the other processes know of this one.
    pub(crate) fn name(&self) -> String {
        format!("{PROCESS}{}", self.holder)
    }
}

/// True if a lease with this name says that a process is there.
pub(crate) fn is_process(lease: &str) -> bool {
    lease.starts_with(PROCESS)
}

/// A part of all calls. One process at a time has the lease of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Partition(u16);

impl Partition {
    pub(crate) fn of(call: CallId) -> Self {
        let (_, low) = call.guid().as_u64_pair();
        // The last bits of a GUID are as good as random.
        Self((low % u64::from(PARTITIONS)) as u16)
    }

    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (0..PARTITIONS).map(Self)
    }

    /// The name of its lease.
    pub(crate) fn lease(self) -> String {
        format!("{NAME}{}", self.0)
    }

    /// The partition whose lease has this name.
    pub(crate) fn named(lease: &str) -> Option<Self> {
        lease.strip_prefix(NAME)?.parse().ok().filter(|number| *number < PARTITIONS).map(Self)
    }
}

/// The partitions that this process has.
#[derive(Debug)]
pub(crate) enum Owned {
    /// No other process uses the store.
    All,
    /// Those whose leases it has.
    Leased(BTreeMap<Partition, Tenure>),
}

/// A lease, and until when it surely stands.
#[derive(Clone, Debug)]
pub(crate) struct Tenure {
    pub(crate) lease: Lease,
    pub(crate) until: Instant,
}

impl Owned {
    /// What a process has that has just started.
    pub(crate) fn at_start(sharing: Option<Sharing>) -> Self {
        if sharing.is_some() { Self::Leased(BTreeMap::new()) } else { Self::All }
    }

    pub(crate) fn has(&self, call: CallId) -> bool {
        match self {
            Self::All => true,
            Self::Leased(leased) => leased.contains_key(&Partition::of(call)),
        }
    }

    /// The leases under which something about these calls is stored. Fails if this process does not have one of them.
    pub(crate) fn leases(&self, calls: impl Iterator<Item = CallId>) -> Result<Vec<Lease>, LeaseLost> {
        let Self::Leased(leased) = self else { return Ok(Vec::new()) };
        let mut leases = BTreeMap::new();
        for call in calls {
            let partition = Partition::of(call);
            let Some(tenure) = leased.get(&partition) else {
                return Err(LeaseLost { name: partition.lease() });
            };
            leases.insert(partition, tenure.lease.clone());
        }
        Ok(leases.into_values().collect())
    }

    /// The partitions whose time has passed.
    pub(crate) fn expired(&self, now: Instant) -> Vec<Partition> {
        let Self::Leased(leased) = self else { return Vec::new() };
        leased.iter().filter(|(_, tenure)| tenure.until <= now).map(|(partition, _)| *partition).collect()
    }

    /// The partitions with leases.
    pub(crate) fn leased(&self) -> Vec<Partition> {
        let Self::Leased(leased) = self else { return Vec::new() };
        leased.keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(number: u128) -> CallId {
        CallId::new(Uuid::from_u128(number))
    }

    #[test]
    fn a_lease_names_its_partition() {
        for partition in Partition::all() {
            assert_eq!(Partition::named(&partition.lease()), Some(partition));
        }
        for other in ["calls/32", "calls/", "calls/-1", "process/1", ""] {
            assert_eq!(Partition::named(other), None, "{other}");
        }
    }

    #[test]
    fn all_partitions_are_shared_by_any_number_of_processes() {
        for processes in 1..=40 {
            let all: Vec<_> = (0..processes)
                .map(|holder| Sharing {
                    holder: Uuid::from_u128(holder << 64),
                    lease: Duration::from_secs(2),
                })
                .collect();
            let share = |own: &Sharing| {
                let others = all.iter().filter(|other| other.holder != own.holder).map(Sharing::name);
                let others: Vec<_> = others.collect();
                own.share(&others.iter().map(String::as_str).collect::<Vec<_>>())
            };
            let shares: Vec<_> = all.iter().map(share).collect();
            assert_eq!(shares.iter().sum::<usize>(), 32, "{shares:?}");
            assert!(shares.iter().max().unwrap() - shares.iter().min().unwrap() <= 1, "{shares:?}");
        }
    }

    #[test]
    fn what_is_not_owned_has_no_lease() {
        #[expect(clippy::disallowed_methods, reason = "a time of the test")]
        let now = Instant::now();
        let lease = Lease { name: Partition::of(call(3)).lease(), token: 7 };
        let tenure = Tenure { lease: lease.clone(), until: now + Duration::from_secs(1) };
        let owned = Owned::Leased(BTreeMap::from([(Partition::of(call(3)), tenure)]));
        assert!(owned.has(call(3)) && owned.has(call(35)) && !owned.has(call(4)));
        assert_eq!(owned.leases([call(3), call(35)].into_iter()), Ok(vec![lease]));
        let lost = owned.leases([call(3), call(4)].into_iter()).unwrap_err();
        assert_eq!(lost.name, "calls/4");
        assert_eq!(owned.expired(now), []);
        assert_eq!(owned.expired(now + Duration::from_secs(1)), [Partition::of(call(3))]);
        assert_eq!(Owned::All.leases([call(9)].into_iter()), Ok(Vec::new()));
    }
}
