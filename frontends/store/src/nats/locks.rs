//! Locks for the notes of calls.

use callfold::CallId;
use tokio::sync::{Mutex, MutexGuard};

/// Calls whose notes this process writes one after the other. Each lock is for many calls.
pub(super) struct Locks([Mutex<()>; 64]);

impl Default for Locks {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Mutex::new(())))
    }
}

impl Locks {
    pub(super) async fn lock(&self, call: CallId) -> Option<MutexGuard<'_, ()>> {
        let place = call.guid().as_u128() % self.0.len() as u128;
        Some(self.0.get(usize::try_from(place).ok()?)?.lock().await)
    }
}
