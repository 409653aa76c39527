//! The rule of a lease that many want while its holders append.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use callfold::CallId;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::leasing::{LONG, lease};
use crate::error::AppendError;
use crate::lease::Lease;
use crate::store::Store;
use crate::testing::broken::{Broken, ensure};
use crate::testing::events::{call, event};
use crate::testing::expect::all;
use crate::testing::subject::Subject;

/// The lease that all want.
const NAME: &str = "calls/1";

/// Those who steal the lease from each other.
const THIEVES: u32 = 8;

/// How often each steals it, if the time suffices.
const TURNS: u32 = 25;

/// How many events each appends at most while it has the lease.
const EVENTS: u64 = 200;

/// How long they go on.
const TIME: Duration = Duration::from_secs(3);

/// Once a lease is taken from its holder, nothing that the holder appends under it is stored, not even what it began before.
///
/// Eight thieves take one lease from each other by giving it back in the name of its holder. Each appends to a call of its own
/// until it learns that it lost the lease. After each theft, the call of the old holder must not grow any more. So in the order
/// of all events, no event of a lower token follows one of a higher token.
///
/// # Errors
///
/// The rule is broken.
pub async fn a_stolen_lease_stops_appends_at_once(subject: &dyn Subject) -> Result<(), Broken> {
    let store = subject.fresh().await?;
    let (log, until) = (Arc::<Log>::default(), Instant::now() + TIME);
    let mut thieves = JoinSet::new();
    for number in 0..THIEVES {
        let thief = Thief { number, store: Arc::clone(&store), log: Arc::clone(&log), until };
        thieves.spawn(thief.steal_and_append());
    }
    thieves.join_all().await.into_iter().collect::<Result<(), _>>()?;
    log.check(&*store).await
}

/// What the thieves did.
#[derive(Default)]
struct Log(Mutex<BTreeMap<u64, Hold>>);

/// The time in which one had the lease.
struct Hold {
    /// The call to which the holder appended.
    call: CallId,
    /// The events that the store acknowledged.
    acknowledged: usize,
    /// The events that the next holder found.
    found: Option<usize>,
}

impl Log {
    fn holds(&self) -> MutexGuard<'_, BTreeMap<u64, Hold>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a new holder, and returns the token and the call of the one before.
    fn begin(&self, token: u64, call: CallId) -> Result<Option<(u64, CallId)>, Broken> {
        let mut holds = self.holds();
        let before = holds.range(..token).next_back().map(|(token, hold)| (*token, hold.call));
        let hold = Hold { call, acknowledged: 0, found: None };
        ensure!(holds.insert(token, hold).is_none(), "two holders got the lease with the token {token}");
        Ok(before)
    }

    fn change(&self, token: u64, change: impl FnOnce(&mut Hold)) {
        if let Some(hold) = self.holds().get_mut(&token) {
            change(hold);
        }
    }

    async fn check(&self, store: &dyn Store) -> Result<(), Broken> {
        let (stored, holds) = (all(store, 1000).await?, self.holds());
        ensure!(holds.len() > 1, "a lease was given back again and again, and {} got it", holds.len());
        let mut lens = BTreeMap::<_, usize>::new();
        stored.iter().for_each(|stored| *lens.entry(stored.event.call).or_default() += 1);
        for (token, Hold { call, acknowledged, found }) in &*holds {
            let len = lens.get(call).copied().unwrap_or(0);
            ensure!(
                found.is_none_or(|found| len == found),
                "the lease with the token {token} was lost after {found:?} events, and there are {len} under it"
            );
            ensure!(
                len == *acknowledged,
                "{acknowledged} events were acknowledged under the token {token}, and {len} are stored"
            );
        }
        let tokens: BTreeMap<_, _> = holds.iter().map(|(token, hold)| (hold.call, *token)).collect();
        let order: Vec<_> = stored.iter().filter_map(|stored| tokens.get(&stored.event.call)).collect();
        let late = order.iter().zip(order.iter().skip(1)).find(|(one, next)| one > next);
        ensure!(late.is_none(), "an event under a lower token follows one under a higher token: {late:?}");
        Ok(())
    }
}

/// One of those who steal the lease.
struct Thief {
    number: u32,
    store: Arc<dyn Store>,
    log: Arc<Log>,
    until: Instant,
}

impl Thief {
    async fn steal_and_append(self) -> Result<(), Broken> {
        for turn in 0..TURNS {
            // The holder needs some time to append, and each thief comes at another moment.
            let pause = Duration::from_millis(u64::from((self.number * 5 + turn * 3) % 8));
            tokio::time::sleep(pause).await;
            let Some(lease) = self.steal().await? else { break };
            let call = call(self.number * TURNS + turn);
            if let Some((token, call)) = self.log.begin(lease.token, call)? {
                let found = self.store.read(call, 1).await?.len();
                self.log.change(token, |hold| _ = hold.found.get_or_insert(found));
            }
            self.append(&lease, call).await?;
        }
        Ok(())
    }

    /// Takes the lease from whoever has it. `None` if the time is over.
    async fn steal(&self) -> Result<Option<Lease>, Broken> {
        while Instant::now() < self.until {
            let held = self.store.leases().await?;
            let held: Vec<_> = held.into_iter().map(|leased| leased.lease).collect();
            self.store.release(&held).await?;
            if let Some(lease) = lease(&*self.store, NAME, u128::from(self.number) + 1, LONG).await? {
                return Ok(Some(lease));
            }
            tokio::task::yield_now().await;
        }
        Ok(None)
    }

    /// Appends until another has the lease.
    async fn append(&self, lease: &Lease, call: CallId) -> Result<(), Broken> {
        for revision in 1..=EVENTS {
            if Instant::now() > self.until {
                break;
            }
            let event = [event(call, revision, "held")];
            match self.store.append_under(std::slice::from_ref(lease), &event).await {
                Ok(()) => self.log.change(lease.token, |hold| hold.acknowledged += 1),
                Err(AppendError::LeaseLost(_)) => break,
                Err(other @ (AppendError::Conflict(_) | AppendError::Store(_))) => return Err(other.into()),
            }
            tokio::task::yield_now().await;
        }
        Ok(())
    }
}
