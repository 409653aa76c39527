//! The app that sends a request.

use callfold::Id;
use callfold::graph::Permission;

/// Who asks.
pub(super) struct App {
    pub(super) id: Option<Id>,
    pub(super) permissions: Vec<Permission>,
}
