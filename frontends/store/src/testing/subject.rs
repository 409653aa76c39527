//! What a rule tests.

use std::sync::Arc;

use async_trait::async_trait;

use super::broken::Broken;
use crate::store::Store;

/// Makes the store that is tested.
#[async_trait]
pub trait Subject: Send + Sync {
    /// Why the store cannot be tested here, for example because its server is not there. The rules then pass, and say so.
    fn skipped(&self) -> Option<String> {
        None
    }

    /// Makes an empty store. Each rule begins with one, and several can exist at the same time.
    ///
    /// # Errors
    ///
    /// The store cannot be made.
    async fn fresh(&self) -> Result<Arc<dyn Store>, Broken>;

    /// Opens the store as it is after its process was killed with `kill -9` now. `None` if it forgets everything, such as
    /// a store in memory; the rules about restarts then do not apply.
    ///
    /// # Errors
    ///
    /// The store cannot be opened.
    async fn restart(&self, store: Arc<dyn Store>) -> Result<Option<Arc<dyn Store>>, Broken>;
}
