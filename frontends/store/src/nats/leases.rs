//! Leases: messages that the server removes when their time has passed.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use callfold::uuid::Uuid;

use super::Nats;
use super::failed::Failed;
use super::get::{self, Found, Scan};
use super::server::{Draft, each};
use super::subjects;
use crate::lease::{LONGEST, Lease, LeaseLost, Leased};

/// The header with the token of a lease that was made to last longer: the sequence of the message that took it.
const TOKEN: &str = "Callfold-Token";

/// The header with the time after which the server removes a message.
const TTL: &str = "Nats-TTL";

/// How often a lease is looked at again because others changed it.
const ATTEMPTS: usize = 10;

/// The sequences of the messages of leases, by name. They can be old: the server checks.
#[derive(Default)]
pub(super) struct Held {
    held: Mutex<BTreeMap<String, Hold>>,
}

/// A lease as its message says it.
#[derive(Clone, Copy)]
struct Hold {
    holder: Uuid,
    token: u64,
    /// The sequence of the message.
    sequence: u64,
}

impl Hold {
    fn of(found: &Found) -> Result<Self, Failed> {
        let sequence = found.sequence;
        let holder = found.text()?.parse().map_err(|_| Failed::Foreign(sequence))?;
        let token = match found.header(TOKEN) {
            Some(token) => token.parse().map_err(|_| Failed::Foreign(sequence))?,
            None => sequence,
        };
        Ok(Self { holder, token, sequence })
    }

    fn lease(&self, name: &str) -> Lease {
        Lease { name: name.to_owned(), token: self.token }
    }
}

impl Held {
    fn get(&self, name: &str) -> Option<Hold> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).get(name).copied()
    }

    fn keep(&self, name: &str, hold: Option<Hold>) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        match hold {
            Some(hold) => _ = held.insert(name.to_owned(), hold),
            None => _ = held.remove(name),
        }
    }
}

/// Takes leases or makes them last longer. Leaves out those that another holder has.
pub(super) async fn lease(
    nats: &Nats,
    names: &[String],
    holder: Uuid,
    lasts: Duration,
) -> Result<Vec<Lease>, Failed> {
    // A batch that is on its way has the sequences of the messages that are replaced here.
    let _turn = nats.group.turn().await;
    let one = |name: String| async move { take(nats, &name, holder, lasts).await };
    Ok(each(names.to_vec(), one).await?.into_iter().flatten().collect())
}

async fn take(nats: &Nats, name: &str, holder: Uuid, lasts: Duration) -> Result<Option<Lease>, Failed> {
    let mut known = nats.held.get(name).filter(|hold| hold.holder == holder);
    for _ in 0..ATTEMPTS {
        let hold = match known.take() {
            Some(hold) => Some(hold),
            None => look(nats, name).await?,
        };
        if hold.is_some_and(|hold| hold.holder != holder) {
            return Ok(None);
        }
        match put(nats, name, hold, holder, lasts).await {
            Err(failed) if failed.is_late() => {}
            put => {
                let hold = put?;
                nats.held.keep(name, Some(hold));
                return Ok(Some(hold.lease(name)));
            }
        }
    }
    Err(Failed::Busy)
}

/// What the server has about a lease.
async fn look(nats: &Nats, name: &str) -> Result<Option<Hold>, Failed> {
    let found = get::last(&nats.server, &nats.subjects.lease(name)).await?;
    let hold = found.as_ref().map(Hold::of).transpose()?;
    nats.held.keep(name, hold);
    Ok(hold)
}

/// Stores the message of a lease, instead of the one before.
async fn put(
    nats: &Nats,
    name: &str,
    before: Option<Hold>,
    holder: Uuid,
    lasts: Duration,
) -> Result<Hold, Failed> {
    let draft = Draft::new(nats.subjects.lease(name), holder.to_string());
    let draft = draft.replace().header(TTL, &ttl(lasts));
    let draft = match before {
        Some(before) => draft.expect(before.sequence).header(TOKEN, &before.token.to_string()),
        None => draft.expect(0),
    };
    let sequence = nats.server.store(draft).await?;
    Ok(Hold { holder, token: before.map_or(sequence, |before| before.token), sequence })
}

/// The server counts in whole seconds, and one at least.
fn ttl(lasts: Duration) -> String {
    let lasts = lasts.min(LONGEST);
    let begun = u64::from(lasts.subsec_nanos() > 0);
    format!("{}s", (lasts.as_secs() + begun).max(1))
}

/// All leases. The server has removed those whose time has passed.
pub(super) async fn leases(nats: &Nats) -> Result<Vec<Leased>, Failed> {
    let found = Scan::new(&nats.server, nats.subjects.all_leases(), 1).all().await?;
    let leased = |found: &Found| {
        let hold = Hold::of(found)?;
        let name = subjects::name(&found.subject).ok_or(Failed::Foreign(found.sequence))?;
        Ok(Leased { lease: hold.lease(&name), holder: hold.holder })
    };
    found.iter().map(leased).collect()
}

/// Removes the messages of leases that still stand.
pub(super) async fn release(nats: &Nats, leases: &[Lease]) -> Result<(), Failed> {
    let one = |lease: Lease| async move {
        for _ in 0..ATTEMPTS {
            let Some(hold) = look(nats, &lease.name).await?.filter(|hold| hold.token == lease.token) else {
                return Ok(());
            };
            // A later message, of another holder or of this one, stays.
            let before = Some(hold.sequence.saturating_add(1));
            nats.server.purge_before(&nats.subjects.lease(&lease.name), before).await?;
        }
        Err(Failed::Busy)
    };
    each(leases.to_vec(), one).await.map(drop)
}

/// Fails unless all these leases stand. It asks the server.
pub(super) async fn stand(nats: &Nats, leases: &[Lease]) -> Result<(), Failed> {
    for lease in leases {
        if look(nats, &lease.name).await?.is_none_or(|hold| hold.token != lease.token) {
            return Err(lost(lease));
        }
    }
    Ok(())
}

/// Messages that the server refuses if one of these leases does not stand.
pub(super) async fn fences(nats: &Nats, leases: &[Lease]) -> Result<Vec<Draft>, Failed> {
    let mut fences: BTreeMap<&str, Draft> = BTreeMap::new();
    for lease in leases {
        // The message is needed only for its check.
        let fence = Draft::new(nats.subjects.fence(&lease.name), "").header(TTL, &ttl(Duration::ZERO));
        fences.insert(&lease.name, fenced(nats, lease, fence).await?);
    }
    Ok(fences.into_values().collect())
}

/// A message that the server refuses if a lease does not stand.
pub(super) async fn fenced(nats: &Nats, lease: &Lease, draft: Draft) -> Result<Draft, Failed> {
    let stands = |hold: &Hold| hold.token == lease.token;
    let hold = match nats.held.get(&lease.name).filter(stands) {
        Some(hold) => hold,
        None => look(nats, &lease.name).await?.filter(stands).ok_or_else(|| lost(lease))?,
    };
    Ok(draft.expect_of(&nats.subjects.lease(&lease.name), hold.sequence))
}

fn lost(lease: &Lease) -> Failed {
    Failed::LeaseLost(LeaseLost { name: lease.name.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_lease_is_in_whole_seconds() {
        for (milliseconds, ttl) in [(0, "1s"), (1, "1s"), (1000, "1s"), (1001, "2s"), (u64::MAX, "86400s")] {
            assert_eq!(super::ttl(Duration::from_millis(milliseconds)), ttl);
        }
    }
}
