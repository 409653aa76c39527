//! Leases: what only one process may do at a time.

use std::fmt;
use std::time::Duration;

use callfold::uuid::Uuid;

/// The right of one process to do something, for a time. The store keeps the time, so the clocks of the processes need not
/// agree.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "every store makes this value")]
pub struct Lease {
    /// What it is about. The names are the host's.
    pub name: String,
    /// The number by which the store knows that nobody has taken the lease since.
    pub token: u64,
}

impl Lease {
    /// The longest time that a store keeps a lease, if it is not made to last longer.
    pub const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
}

/// A lease that somebody has.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "every store makes this value")]
pub struct Leased {
    /// The lease.
    pub lease: Lease,
    /// Who has it: an id that each process makes for itself when it starts.
    pub holder: Uuid,
}

/// A lease that does not stand any more.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "every store makes this value")]
pub struct LeaseLost {
    /// The name of the lease.
    pub name: String,
}

impl fmt::Display for LeaseLost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "another process has taken the lease `{}`", self.name)
    }
}

impl std::error::Error for LeaseLost {}
