//! Who may write the events of which calls: one at a time for each call.

use callfold::CallId;
use tokio::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Calls share locks, so that the number of locks does not grow with the number of calls.
const LOCKS: usize = 1024;

/// The locks of all calls.
#[derive(Debug)]
pub(crate) struct Locks {
    all: RwLock<()>,
    some: Vec<Mutex<()>>,
}

/// The calls whose events somebody writes.
#[derive(Clone, Debug)]
pub(crate) enum Scope {
    Calls(Vec<CallId>),
    All,
}

/// The locks of some calls or of all, until this is dropped.
#[derive(Debug)]
pub(crate) enum Held<'a> {
    /// The locks are in the order of their places.
    Some {
        _all: RwLockReadGuard<'a, ()>,
        some: Vec<(usize, MutexGuard<'a, ()>)>,
    },
    All {
        _all: RwLockWriteGuard<'a, ()>,
    },
}

impl Locks {
    pub(crate) fn new() -> Self {
        Self { all: RwLock::new(()), some: (0..LOCKS).map(|_| Mutex::new(())).collect() }
    }

    /// Waits for the locks of these calls.
    pub(crate) async fn of(&self, scope: &Scope) -> Held<'_> {
        match scope {
            Scope::Calls(calls) => self.some(calls).await,
            Scope::All => Held::All { _all: self.all.write().await },
        }
    }

    /// Everybody takes the locks in the same order, so nobody waits forever.
    async fn some(&self, calls: &[CallId]) -> Held<'_> {
        let all = self.all.read().await;
        let mut places: Vec<_> = calls.iter().map(place).collect();
        places.sort_unstable();
        places.dedup();
        let mut some = Vec::with_capacity(places.len());
        for place in places {
            if let Some(lock) = self.some.get(place) {
                some.push((place, lock.lock().await));
            }
        }
        Held::Some { _all: all, some }
    }
}

impl Held<'_> {
    /// True if the lock of this call is among them.
    pub(crate) fn covers(&self, call: CallId) -> bool {
        match self {
            Self::Some { some, .. } => some.binary_search_by_key(&place(&call), |(held, _)| *held).is_ok(),
            Self::All { .. } => true,
        }
    }
}

fn place(call: &CallId) -> usize {
    let (_, low) = call.guid().as_u64_pair();
    // The last bits of a GUID are as good as random.
    (low % LOCKS as u64) as usize
}
