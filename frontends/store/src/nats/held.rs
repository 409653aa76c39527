//! What this process knows of leases.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use callfold::uuid::Uuid;

use super::failed::Failed;
use super::get::Found;
use crate::lease::Lease;

/// The header with the token of a lease that was made to last longer: the sequence of the message that took it.
pub(super) const TOKEN: &str = "Callfold-Token";

/// The sequences of the messages of leases, by name. They can be old: the server checks.
#[derive(Default)]
pub(super) struct Held {
    held: Mutex<BTreeMap<String, Hold>>,
}

/// A lease as its message says it.
#[derive(Clone, Copy)]
pub(super) struct Hold {
    pub(super) holder: Uuid,
    pub(super) token: u64,
    /// The sequence of the message.
    pub(super) sequence: u64,
}

impl Hold {
    pub(super) fn of(found: &Found) -> Result<Self, Failed> {
        let sequence = found.sequence;
        let holder = found.text()?.parse().map_err(|_| Failed::Foreign(sequence))?;
        let token = match found.header(TOKEN) {
            Some(token) => token.parse().map_err(|_| Failed::Foreign(sequence))?,
            None => sequence,
        };
        Ok(Self { holder, token, sequence })
    }

    pub(super) fn lease(&self, name: &str) -> Lease {
        Lease { name: name.to_owned(), token: self.token }
    }
}

impl Held {
    pub(super) fn get(&self, name: &str) -> Option<Hold> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).get(name).copied()
    }

    pub(super) fn keep(&self, name: &str, hold: Option<Hold>) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        match hold {
            Some(hold) => _ = held.insert(name.to_owned(), hold),
            None => _ = held.remove(name),
        }
    }
}
