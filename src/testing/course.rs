//! What is done to a service, move by move.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use crate::call::{AppIdentity, Command, NetworkEvent, Reply, RequestContext};
use crate::graph::{Method, Permission, Route};
use crate::{CallId, Id, Ledger, Recorded, Refusal};

/// One thing that is done to one call of a service, at its time. A course is a list of them, in the order of their times.
///
/// ```
/// use callfold::testing::{Move, What};
///
/// let wait = Move::new("2026-11-23T09:15:00Z".parse()?, "57dab8b1-894c-409a-b240-bd8beae78896".parse()?, 1, What::Wait);
/// assert!(wait.route().is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Move {
    /// When.
    pub at: Timestamp,
    /// To which call; of one that is placed, the id that it is to have.
    pub call: CallId,
    /// A number that no other move of the course has: what a request makes is named by it.
    pub number: u128,
    /// What.
    pub what: What,
}

/// What is done to a call.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum What {
    /// The app asks for something.
    Ask {
        /// What it asks for.
        method: Method,
        /// The participant or the operation, where the method is about one.
        item: Option<Id>,
        /// The body, as JSON.
        body: Value,
    },
    /// The network does something.
    Happen(Box<NetworkEvent>),
    /// Nobody does anything: time goes by.
    Wait,
}

impl Move {
    /// A move.
    ///
    /// ```
    /// # use callfold::testing::{Move, What};
    /// let wait = Move::new(Default::default(), callfold::CallId::new(uuid::Uuid::nil()), 1, What::Wait);
    /// ```
    pub const fn new(at: Timestamp, call: CallId, number: u128, what: What) -> Self {
        Self { at, call, number, what }
    }

    /// The id of what the request makes: the call that it places, or else an operation.
    ///
    /// ```
    /// # use callfold::testing::{Move, What};
    /// let wait = Move::new(Default::default(), callfold::CallId::new(uuid::Uuid::nil()), 7, What::Wait);
    /// assert_eq!(wait.new_id(), uuid::Uuid::from_u128(7));
    /// ```
    pub const fn new_id(&self) -> Uuid {
        match &self.what {
            What::Ask { method: Method::CreateCall, .. } => self.call.guid(),
            What::Ask { .. } | What::Happen(_) | What::Wait => Uuid::from_u128(self.number),
        }
    }

    /// The request's verb and path; `None` where nothing is asked.
    ///
    /// ```
    /// use callfold::graph::{Method, Verb};
    /// use callfold::testing::{Move, What};
    ///
    /// let what = What::Ask { method: Method::KeepAlive, item: None, body: serde_json::json!({}) };
    /// let route = Move::new(Default::default(), callfold::CallId::new(uuid::Uuid::nil()), 1, what).route().unwrap();
    /// assert_eq!(route.method.verb(), Verb::Post);
    /// assert_eq!(route.to_string(), "/communications/calls/00000000-0000-0000-0000-000000000000/keepAlive");
    /// ```
    pub fn route(&self) -> Option<Route> {
        let What::Ask { method, item, .. } = &self.what else { return None };
        let is_of_no_call = matches!(method, Method::CreateCall | Method::LogTeleconferenceDeviceQuality);
        Some(Route::new(*method, (!is_of_no_call).then_some(self.call), item.clone()))
    }

    /// The request's body, as it goes over the wire; empty where nothing is asked.
    ///
    /// ```
    /// # use callfold::testing::{Move, What};
    /// let wait = Move::new(Default::default(), callfold::CallId::new(uuid::Uuid::nil()), 1, What::Wait);
    /// assert!(wait.body().is_empty());
    /// ```
    pub fn body(&self) -> Vec<u8> {
        match &self.what {
            What::Ask { body, .. } => serde_json::to_vec(body).unwrap_or_default(),
            What::Happen(_) | What::Wait => Vec::new(),
        }
    }

    /// What it is, in one word: the name of the method or of the stimulus.
    ///
    /// ```
    /// # use callfold::testing::{Move, What};
    /// let wait = Move::new(Default::default(), callfold::CallId::new(uuid::Uuid::nil()), 1, What::Wait);
    /// assert_eq!(wait.name(), "wait");
    /// ```
    pub fn name(&self) -> &'static str {
        match &self.what {
            What::Ask { method, .. } => method.as_str(),
            What::Happen(network_event) => network_event.name(),
            What::Wait => "wait",
        }
    }

    /// When, by whom and with which id it is asked; the caller may do everything.
    ///
    /// ```
    /// # use callfold::testing::{Move, What};
    /// let wait = Move::new(Default::default(), callfold::CallId::new(uuid::Uuid::nil()), 1, What::Wait);
    /// assert_eq!(wait.request().new_id, wait.new_id());
    /// ```
    pub const fn request(&self) -> RequestContext<'static> {
        RequestContext::new(self.at, self.new_id(), AppIdentity::new(Permission::ALL))
    }

    /// The request, read; `None` where nothing is asked.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] where the body breaks a limit.
    ///
    /// ```
    /// # use callfold::testing::{Move, What};
    /// let wait = Move::new(Default::default(), callfold::CallId::new(uuid::Uuid::nil()), 1, What::Wait);
    /// assert!(wait.command()?.is_none());
    /// # Ok::<(), callfold::Refusal>(())
    /// ```
    pub fn command(&self) -> Result<Option<Command>, Refusal> {
        self.route().map(|route| Command::read(&route, &self.body())).transpose()
    }

    /// What the core makes of it, as the service: the events are for the host to store and to fold.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] where the move is not legal.
    ///
    /// ```
    /// use callfold::Ledger;
    /// use callfold::graph::Method;
    /// use callfold::testing::{Move, What};
    ///
    /// let what = What::Ask { method: Method::KeepAlive, item: None, body: serde_json::json!({}) };
    /// let keep_alive = Move::new(Default::default(), callfold::CallId::new(uuid::Uuid::nil()), 1, what);
    /// assert_eq!(keep_alive.make(&Ledger::new()).unwrap_err().status(), 404);
    /// ```
    pub fn make(&self, ledger: &Ledger) -> Result<Made, Refusal> {
        match &self.what {
            What::Ask { .. } => {
                let (Some(route), Some(command)) = (self.route(), self.command()?) else {
                    return Ok(Made::default());
                };
                let decision = ledger.decide(route.call, command, &self.request())?;
                Ok(Made { reply: Some(decision.reply), events: decision.events })
            }
            What::Happen(network_event) => {
                let events = ledger.on_network_event(self.call, (**network_event).clone(), self.at)?;
                Ok(Made { reply: None, events })
            }
            What::Wait => Ok(Made::default()),
        }
    }
}

/// When, what, and of which call: a request with its body, what the network does by its name.
impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, call, .. } = self;
        match (&self.what, self.route()) {
            (What::Ask { method, body, .. }, Some(route)) => {
                write!(f, "{at} {} {route} {body}", method.verb())
            }
            (What::Happen(network_event), _) => write!(f, "{at} {} {call}", network_event.name()),
            (What::Ask { .. } | What::Wait, _) => write!(f, "{at} wait"),
        }
    }
}

/// The same: a course that a test prints is to be read.
impl fmt::Debug for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What the core makes of a move.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Made {
    /// What is answered, where something was asked.
    pub reply: Option<Reply>,
    /// The events.
    pub events: Vec<Recorded>,
}

/// The events of a whole course, deadlines among them, in the order in which the service records them. Moves that are not
/// legal are left out.
///
/// # Panics
///
/// Where an event does not fold: that would be a defect of this crate.
///
/// ```
/// assert!(callfold::testing::history(&[]).is_empty());
/// ```
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
