//! The context of a request.

use jiff::Timestamp;
use uuid::Uuid;

use crate::graph::permission::Permission;
use crate::id::Id;

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
    /// True if the service also posts notifications to http URLs of its own machine: see
    /// [`allowing_http_to_loopback`](Self::allowing_http_to_loopback).
    pub http_to_loopback: bool,
    /// True if the reply to `stopHoldMusic` says that the operation runs, as a stored text of Graph's page does.
    /// The host then ends it with [`OperationFinished`](crate::call::NetworkEvent::OperationFinished). False if
    /// the operation has completed in the reply, as on the page of today.
    pub hold_music_stops_later: bool,
}

/// The app that sends a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AppIdentity<'a> {
    /// The permissions that were granted to the app.
    pub permissions: &'a [Permission],
    /// The id of the app; `None` if the host serves one app only. An app with an id sees its own calls, and the calls
    /// that name no app. The calls of other apps are unknown to it: see [`Call::app`](crate::Call::app).
    pub app: Option<&'a Id>,
}

impl<'a> RequestContext<'a> {
    /// A request of this app at this time. A created call or operation gets `new_id`. The operation of
    /// `stopHoldMusic` has completed in the reply.
    pub const fn new(at: Timestamp, new_id: Uuid, identity: AppIdentity<'a>) -> Self {
        Self { at, new_id, identity, http_to_loopback: false, hold_music_stops_later: false }
    }

    /// Accepts a `callbackUri` with http whose host is `localhost`, an IPv4 address that begins with 127, or `[::1]`. A
    /// service on the machine of a developer does so. Every other `callbackUri` must be https.
    ///
    /// ```
    /// use callfold::call::{AppIdentity, Call, Command, RequestContext};
    /// use callfold::graph::{Permission, Route};
    /// use callfold::uuid::Uuid;
    ///
    /// let route = Route::parse("POST", "/communications/calls")?;
    /// let body = br##"{"callbackUri":"http://localhost:3000/callback","targets":[{"identity":{"user":{"id":"a"}}}],
    ///     "mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}}"##;
    /// let identity = AppIdentity::new(&[Permission::Initiate]);
    /// let request = RequestContext::new("2026-11-23T09:15:00Z".parse()?, Uuid::from_u128(1), identity);
    /// assert!(Call::place(Command::read(&route, body), &request).is_err());
    /// assert!(Call::place(Command::read(&route, body), &request.allowing_http_to_loopback()).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn allowing_http_to_loopback(self) -> Self {
        Self { http_to_loopback: true, ..self }
    }

    /// The reply to `stopHoldMusic` says that the operation runs: see
    /// [`hold_music_stops_later`](Self::hold_music_stops_later).
    #[must_use]
    pub const fn stopping_hold_music_later(self) -> Self {
        Self { hold_music_stops_later: true, ..self }
    }
}

impl<'a> AppIdentity<'a> {
    /// An app with these permissions, in a host that serves one app only.
    pub const fn new(permissions: &'a [Permission]) -> Self {
        Self { permissions, app: None }
    }

    /// The app with this id: the claim `appid` of its token.
    #[must_use]
    pub const fn of(self, app: &'a Id) -> Self {
        Self { app: Some(app), ..self }
    }
}
