//! What this process knows of leases.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use callfold::uuid::Uuid;
use tokio::time::Instant;

use super::failed::Failed;
use super::get::Found;
use crate::lease::Lease;

/// The header with the token of a lease that was made to last longer: the sequence of the message that took it.
pub(super) const TOKEN: &str = "Callfold-Token";

/// The header with the time that a lease lasts, in milliseconds.
pub(super) const LASTS: &str = "Callfold-Lasts";

/// The sequences of the messages of leases, by name. They can be old: the server checks.
#[derive(Default)]
pub(super) struct Held {
    held: Mutex<BTreeMap<String, Hold>>,
    /// The sequence of each lease, and when it was first seen.
    seen: Mutex<BTreeMap<String, (u64, Instant)>>,
}

/// A lease as its message says it.
#[derive(Clone, Copy)]
pub(super) struct Hold {
    pub(super) holder: Uuid,
    pub(super) token: u64,
    /// The sequence of the message.
    pub(super) sequence: u64,
    /// How long the lease lasts from the message on, if it says so.
    pub(super) lasts: Option<Duration>,
}

impl Hold {
    pub(super) fn of(found: &Found) -> Result<Self, Failed> {
        let sequence = found.sequence;
        let holder = found.text()?.parse().map_err(|_| Failed::Foreign(sequence))?;
        let token = match found.header(TOKEN) {
            Some(token) => token.parse().map_err(|_| Failed::Foreign(sequence))?,
            None => sequence,
        };
        let lasts = found.header(LASTS).and_then(|lasts| lasts.parse().ok()).map(Duration::from_millis);
        Ok(Self { holder, token, sequence, lasts })
    }

    pub(super) fn lease(&self, name: &str) -> Lease {
        Lease { name: name.to_owned(), token: self.token }
    }
}

impl Held {
    pub(super) fn get(&self, name: &str) -> Option<Hold> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).get(name).copied()
    }

    /// True if a lease has not been made to last longer since it was first seen here, for as long as it lasts. The server removes its
    /// message too, but only some seconds later.
    pub(super) fn is_over(&self, name: &str, hold: &Hold) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let (sequence, since) =
            seen.entry(name.to_owned()).or_insert_with(|| (hold.sequence, Instant::now()));
        if *sequence != hold.sequence {
            (*sequence, *since) = (hold.sequence, Instant::now());
        }
        hold.lasts.is_some_and(|lasts| since.elapsed() >= lasts)
    }

    pub(super) fn keep(&self, name: &str, hold: Option<Hold>) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        match hold {
            Some(hold) => _ = held.insert(name.to_owned(), hold),
            None => _ = held.remove(name),
        }
    }
}
