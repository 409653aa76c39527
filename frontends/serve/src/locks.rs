//! Who may write the events of which calls: one at a time for each call.

use std::collections::BTreeMap;

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

/// The locks of some calls, until this is dropped.
#[derive(Debug)]
pub(crate) struct Held<'a> {
    _all: RwLockReadGuard<'a, ()>,
    some: BTreeMap<usize, MutexGuard<'a, ()>>,
}

impl Locks {
    pub(crate) fn new() -> Self {
        Self { all: RwLock::new(()), some: (0..LOCKS).map(|_| Mutex::new(())).collect() }
    }

    /// Waits for the locks of these calls. Everybody takes them in the same order, so nobody waits forever.
    pub(crate) async fn of(&self, calls: &[CallId]) -> Held<'_> {
        let all = self.all.read().await;
        let mut places: Vec<_> = calls.iter().map(place).collect();
        places.sort_unstable();
        places.dedup();
        let mut some = BTreeMap::new();
        for place in places {
            if let Some(lock) = self.some.get(place) {
                some.insert(place, lock.lock().await);
            }
        }
        Held { _all: all, some }
    }

    /// Waits for the locks of all calls.
    pub(crate) async fn everything(&self) -> RwLockWriteGuard<'_, ()> {
        self.all.write().await
    }
}

impl Held<'_> {
    /// True if the lock of this call is among them.
    pub(crate) fn covers(&self, call: CallId) -> bool {
        self.some.contains_key(&place(&call))
    }
}

fn place(call: &CallId) -> usize {
    let (_, low) = call.guid().as_u64_pair();
    // The last bits of a GUID are as good as random.
    (low % LOCKS as u64) as usize
}
