//! What every handler gets.

use std::sync::Arc;

use axum::extract::State;

use crate::host::Host;

/// The host of the service.
pub(super) type Shared = State<Arc<Host>>;
