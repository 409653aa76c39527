//! The app that sends a request.

use std::borrow::Cow;

use callfold::Id;
use callfold::graph::Permission;

/// Who asks.
pub(super) struct App {
    pub(super) id: Option<Id>,
    pub(super) permissions: Cow<'static, [Permission]>,
}
