//! The context of a request.

use jiff::Timestamp;
use uuid::Uuid;

use crate::graph::permission::Permission;

/// The context of a request: its time, a new id, and the app that sent it. The crate has no clock and
/// generates no ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RequestContext<'a> {
    /// The time of the request.
    pub at: Timestamp,
    /// The id for the call or the operation that the request creates. It must not be in use.
    pub new_id: Uuid,
    /// The app that sent the request.
    pub identity: AppIdentity<'a>,
}

/// The app that sends a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AppIdentity<'a> {
    /// The permissions that were granted to the app.
    pub permissions: &'a [Permission],
}

impl<'a> RequestContext<'a> {
    /// A request of this app at this time. A created call or operation gets `new_id`.
    pub const fn new(at: Timestamp, new_id: Uuid, identity: AppIdentity<'a>) -> Self {
        Self { at, new_id, identity }
    }
}

impl<'a> AppIdentity<'a> {
    /// An app with these permissions.
    pub const fn new(permissions: &'a [Permission]) -> Self {
        Self { permissions }
    }
}
