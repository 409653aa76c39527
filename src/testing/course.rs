//! Courses: the moves that a test makes with a service.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;
use core::fmt;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::call::command::Command;
use crate::call::decide::context::{AppIdentity, RequestContext};
use crate::call::network_event::NetworkEvent;
use crate::call::reply::Reply;
use crate::graph::method::{Method, Route};
use crate::graph::permission::Permission;
use crate::id::{CallId, Id};
use crate::ledger::data::Ledger;
use crate::record::recorded::Recorded;
use crate::refusal::Refusal;
use crate::service::Service;

/// One step of a test, about one call of a service: a request of the app, an event of the network, or a wait.
/// A *course* is a list of moves in the order of their times.
///
/// ```
/// use callfold::Ledger;
/// use callfold::graph::Method;
/// use callfold::testing::{Move, What};
///
/// let call = "57dab8b1-894c-409a-b240-bd8beae78896".parse()?;
/// let what = What::Request { method: Method::KeepAlive, item: None, body: callfold::serde_json::json!({}) };
/// let keep_alive = Move::new("2026-11-23T09:15:00Z".parse()?, call, 1, what);
/// assert_eq!(keep_alive.name(), "keepAlive");
/// // The service knows no such call.
/// assert_eq!(keep_alive.make(&Ledger::new()).unwrap_err().status(), 404);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Move {
    /// The time of the move.
    pub at: Timestamp,
    /// The id of the call. If the move places a new call, that call gets this id.
    pub call: CallId,
    /// The number of the move. No other move of the course has the same number. The id of an operation that
    /// the move begins is derived from this number.
    pub number: u128,
    /// What the move does.
    pub what: What,
    /// The permissions of the app that sends the request.
    pub permissions: &'static [Permission],
}

/// What a [`Move`] does.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum What {
    /// The app sends a request.
    Request {
        /// The method of the request.
        method: Method,
        /// The participant or the operation, if the method is about one.
        item: Option<Id>,
        /// The body of the request, as JSON.
        body: Value,
    },
    /// Something happens in the network.
    NetworkEvent(Box<NetworkEvent>),
    /// Time passes.
    Wait,
}

impl Move {
    /// A move with these values. The app has every permission.
    pub const fn new(at: Timestamp, call: CallId, number: u128, what: What) -> Self {
        Self { at, call, number, what, permissions: Permission::ALL }
    }

    /// The id of the call that the request places, or of the operation that the request begins.
    pub const fn new_id(&self) -> Uuid {
        match &self.what {
            What::Request { method: Method::CreateCall, .. } => self.call.guid(),
            What::Request { .. } | What::NetworkEvent(_) | What::Wait => Uuid::from_u128(self.number),
        }
    }

    /// The verb and the path of the request; `None` if the move is not a request.
    pub fn route(&self) -> Option<Route> {
        let What::Request { method, item, .. } = &self.what else { return None };
        let is_of_no_call = matches!(method, Method::CreateCall | Method::LogTeleconferenceDeviceQuality);
        Some(Route::new(*method, (!is_of_no_call).then_some(self.call), item.clone()))
    }

    /// The body of the request, as the bytes that are sent; empty if the move is not a request.
    pub fn body(&self) -> Vec<u8> {
        match &self.what {
            What::Request { body, .. } => serde_json::to_vec(body).unwrap_or_default(),
            What::NetworkEvent(_) | What::Wait => Vec::new(),
        }
    }

    /// The HTTP status of a refusal of the move. A network event has no status of its own, and counts as 409.
    pub fn status(&self, refusal: &Refusal) -> u16 {
        match self.what {
            What::Request { .. } => refusal.status(),
            What::NetworkEvent(_) | What::Wait => 409,
        }
    }

    /// The name of the move: the name of the method or of the network event, or `wait`.
    pub fn name(&self) -> &'static str {
        match &self.what {
            What::Request { method, .. } => method.as_str(),
            What::NetworkEvent(network_event) => network_event.kind().as_str(),
            What::Wait => "wait",
        }
    }

    /// The context of the request: its time, an unused id for the call or the operation that it creates, and
    /// the app.
    pub const fn request(&self) -> RequestContext<'static> {
        RequestContext::new(self.at, self.new_id(), AppIdentity::new(self.permissions))
    }

    /// The request as a parsed command; `None` if the move is not a request.
    pub fn command(&self) -> Option<Command> {
        self.route().map(|route| Command::read(&route, &self.body()))
    }

    /// Runs the move against the calls of a ledger, as a service would. The ledger does not change: the test
    /// must apply the events to it.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] if the move is not legal.
    pub fn make(&self, ledger: &Ledger) -> Result<Made, Refusal> {
        match &self.what {
            What::Request { .. } => {
                let Some(route) = self.route() else { return Ok(Made::default()) };
                // The id of a call that is placed would be derived from the `client-request-id`, and the course has the id.
                let id = (route.method != Method::CreateCall).then(|| format!("move-{}", self.number));
                let decided =
                    Service::new(ledger).decided(&route, id.as_deref(), &self.body(), &self.request());
                Ok(Made { reply: Some(decided.reply?), events: decided.events })
            }
            What::NetworkEvent(network_event) => {
                let events = ledger.on_network_event(self.call, (**network_event).clone(), self.at)?;
                Ok(Made { reply: None, events })
            }
            What::Wait => Ok(Made::default()),
        }
    }
}

/// Shows the time and the call. A request is shown with its path and body, a network event with its name.
impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, call, .. } = self;
        match (&self.what, self.route()) {
            (What::Request { method, body, .. }, Some(route)) => {
                write!(f, "{at} {} {route} {body}", method.verb())?;
                if self.permissions == Permission::ALL {
                    return Ok(());
                }
                write!(f, " with {:?}", self.permissions)
            }
            (What::NetworkEvent(network_event), _) => {
                write!(f, "{at} {} {call}", network_event.kind().as_str())
            }
            (What::Request { .. } | What::Wait, _) => write!(f, "{at} wait"),
        }
    }
}

/// The same text as [`Display`](fmt::Display), so that a course in the output of a failed test is readable.
impl fmt::Debug for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The reply and the events of a move that the core accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Made {
    /// The reply, if the move is a request.
    pub reply: Option<Reply>,
    /// The events that the move adds to the log.
    pub events: Vec<Recorded>,
}

/// The events of a course in the order in which a service records them. The events of expired deadlines are
/// included, and moves that are not legal are skipped.
///
/// # Panics
///
/// Panics if an event does not fold. That would be a defect of this crate.
pub fn history(course: &[Move]) -> Vec<Recorded> {
    let mut ledger = Ledger::new();
    let mut log = Vec::new();
    for one in course {
        let mut due = ledger.expire(one.at);
        while !due.is_empty() {
            record(&mut ledger, &mut log, due);
            due = ledger.expire(one.at);
        }
        if let Ok(made) = one.make(&ledger) {
            record(&mut ledger, &mut log, made.events);
        }
    }
    log
}

fn record(ledger: &mut Ledger, log: &mut Vec<Recorded>, events: Vec<Recorded>) {
    for recorded in events {
        assert!(ledger.apply(&recorded).is_ok(), "what the service records folds: {recorded}");
        log.push(recorded);
    }
}
