//! Refusals: why an event or a request was refused, and what would be legal.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::call::event::EventKind;
use crate::call::network_event::NetworkEventKind;
use crate::call::state::State;
use crate::graph::method::Method;
use crate::graph::odata::ODataError;
use crate::graph::permission::Permission;

/// An error: an event, a network event or a request was refused. The call did not change.
///
/// ```
/// use callfold::call::EventKind;
/// use callfold::{Call, Input, Legal, Recorded};
///
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"held","data":{}}"#;
/// let refusal = Call::begin(line.parse()?).unwrap_err();
/// assert_eq!(
///     refusal.to_string(),
///     "`held` is refused before the call has begun; legal now: `offered`, `placed`, `adopted`",
/// );
/// assert_eq!(refusal.what, Input::Event(EventKind::Held));
/// assert_eq!(refusal.legal, Legal::Events([EventKind::Offered, EventKind::Placed, EventKind::Adopted].into()));
/// # Ok::<(), callfold::LineError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// What was refused.
    pub what: Input,
    /// The state of the call; `None` if the call has not begun or is unknown.
    pub state: Option<State>,
    /// The reason.
    pub why: Why,
    /// What would be legal now. It is of the same kind as `what`. It is empty if nothing would be, or if `why` has nothing to
    /// do with the state of the call.
    pub legal: Legal,
}

/// What was refused: an event by the fold, a network event, or a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "these are the inputs that can be refused")]
pub enum Input {
    /// An event of a log.
    Event(EventKind),
    /// A network event.
    NetworkEvent(NetworkEventKind),
    /// A request.
    Method(Method),
}

impl Input {
    /// The name of the event, the network event or the method.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Event(kind) => kind.as_str(),
            Self::NetworkEvent(kind) => kind.as_str(),
            Self::Method(method) => method.as_str(),
        }
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What would be legal instead of a refused [`Input`]: others of its kind.
///
/// ```
/// use callfold::call::NetworkEventKind;
/// use callfold::{Input, Legal};
///
/// let legal: Legal = [NetworkEventKind::Held, NetworkEventKind::HungUp].into_iter().collect();
/// assert!(legal.names().eq(["held", "hungUp"]));
/// assert!(legal.contains(Input::NetworkEvent(NetworkEventKind::Held)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "these are the inputs that can be refused")]
pub enum Legal {
    /// Events of a log.
    Events(Vec<EventKind>),
    /// Network events.
    NetworkEvents(Vec<NetworkEventKind>),
    /// Requests.
    Methods(Vec<Method>),
}

impl Legal {
    /// What is legal, in the order of declaration.
    pub fn inputs(&self) -> impl Iterator<Item = Input> {
        let (events, network_events, methods) = match self {
            Self::Events(kinds) => (&kinds[..], &[][..], &[][..]),
            Self::NetworkEvents(kinds) => (&[][..], &kinds[..], &[][..]),
            Self::Methods(methods) => (&[][..], &[][..], &methods[..]),
        };
        let events = events.iter().copied().map(Input::Event);
        let network_events = network_events.iter().copied().map(Input::NetworkEvent);
        events.chain(network_events).chain(methods.iter().copied().map(Input::Method))
    }

    /// The names of what is legal.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.inputs().map(Input::as_str)
    }

    /// True if this is legal.
    pub fn contains(&self, input: Input) -> bool {
        self.inputs().any(|legal| legal == input)
    }
}

/// An input from its kind, and what is legal from an iterator of kinds.
macro_rules! kinds {
    ($($Kind:ident: $Input:ident, $Legal:ident;)+) => { $(
        impl From<$Kind> for Input {
            fn from(kind: $Kind) -> Self {
                Self::$Input(kind)
            }
        }

        impl FromIterator<$Kind> for Legal {
            fn from_iter<T: IntoIterator<Item = $Kind>>(kinds: T) -> Self {
                Self::$Legal(kinds.into_iter().collect())
            }
        }
    )+ };
}

kinds! {
    EventKind: Event, Events;
    NetworkEventKind: NetworkEvent, NetworkEvents;
    Method: Method, Methods;
}

/// The reason of a refusal. Below, *the input* is the event, the network event or the request that was
/// refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// The input is not legal in the state of the call.
    State,
    /// The input is not legal for an operation or for another part of the call. The text describes that part.
    Part(String),
    /// The input is not legal for calls of this kind. The text says where it is legal, such as "only in group
    /// calls".
    Kind(&'static str),
    /// A member of the request is missing, has a wrong type or breaks a limit.
    Invalid {
        /// The member, as a path into the body, such as `tones[0]`.
        member: String,
        /// A description of a valid value, such as "15 to 90 seconds".
        limit: String,
    },
    /// The app lacks a permission. The app needs one permission of each list.
    Permission(Vec<&'static [Permission]>),
    /// The call is unknown, or has ended.
    UnknownCall,
    /// The call has no such participant or operation. The text names it.
    UnknownItem(String),
    /// Another request about the call had the same `client-request-id`.
    ClientRequestId,
}

/// The error code that the service returns for an unknown call.
const CALL_NOT_FOUND: &str = "8522";

impl Refusal {
    /// A refusal instead of which nothing is legal.
    pub(crate) fn new(what: impl Into<Input>, state: Option<State>, why: Why) -> Self {
        let what = what.into();
        let legal = match what {
            Input::Event(_) => Legal::Events(Vec::new()),
            Input::NetworkEvent(_) => Legal::NetworkEvents(Vec::new()),
            Input::Method(_) => Legal::Methods(Vec::new()),
        };
        Self { what, state, why, legal }
    }

    /// The states in which a refused method is legal, if the call is of the right kind. There are none for
    /// events and network events. Some methods are also legal before the call is established, once its audio
    /// is active.
    ///
    /// ```
    /// use callfold::Refusal;
    /// use callfold::call::{AppIdentity, Call, Command, RequestContext, State};
    /// use callfold::graph::Permission;
    /// use callfold::uuid::Uuid;
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
    /// let call = Call::begin(line.parse()?)?;
    /// let app = AppIdentity::new(Permission::ALL);
    /// let request = RequestContext::new("2026-11-23T09:15:00Z".parse()?, Uuid::nil(), app);
    /// let refusal = call.decide(Command::SubscribeToTone(Box::default()), &request).unwrap_err();
    /// assert!(refusal.states().eq([State::Established, State::Hold]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn states(&self) -> impl Iterator<Item = State> + use<> {
        let legal_in = match self.what {
            Input::Method(method) => Some(method.legal_in()),
            Input::Event(_) | Input::NetworkEvent(_) => None,
        };
        let states = State::ALL.iter().copied();
        states.filter(move |state| legal_in.is_some_and(|legal_in| state.permits(legal_in)))
    }

    /// The HTTP status of the response: 400, 403, 404 or 409.
    pub const fn status(&self) -> u16 {
        match &self.why {
            Why::State | Why::Part(_) | Why::ClientRequestId => 409,
            Why::Kind(_) | Why::Invalid { .. } => 400,
            Why::Permission(_) => 403,
            Why::UnknownCall | Why::UnknownItem(_) => 404,
        }
    }

    /// The body of the response. Its `innerError` says what would be legal, and which member is invalid.
    ///
    /// ```
    /// use callfold::call::{AppIdentity, Call, Command, RequestContext};
    /// use callfold::graph::{Permission, Route};
    /// use callfold::uuid::Uuid;
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
    /// let call = Call::begin(line.parse()?)?;
    /// let route = Route::parse("POST", "/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896/sendDtmfTones")?;
    /// let command = Command::read(&route, br#"{"tones":["tone99"]}"#);
    /// let app = AppIdentity::new(Permission::ALL);
    /// let request = RequestContext::new("2026-11-23T09:15:00Z".parse()?, Uuid::nil(), app);
    /// let refusal = call.decide(command, &request).unwrap_err();
    /// assert_eq!(refusal.status(), 400);
    /// assert_eq!(refusal.error().inner_error["member"], "tones[0]");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn error(&self) -> ODataError {
        let code = match &self.why {
            Why::State | Why::Part(_) | Why::ClientRequestId => "Conflict",
            Why::Kind(_) | Why::Invalid { .. } => "BadRequest",
            Why::Permission(_) => "Forbidden",
            Why::UnknownCall => CALL_NOT_FOUND,
            Why::UnknownItem(_) => "NotFound",
        };
        let mut error = ODataError::new(code, self.to_string()).with("method", self.what.as_str());
        if let Some(state) = self.state {
            error = error.with("state", state.as_str());
        }
        match &self.why {
            Why::State => error.with("legal", self.legal_names()).with("states", self.state_names()),
            Why::Part(_) => error.with("legal", self.legal_names()),
            Why::Invalid { member, limit } => {
                error.with("member", member.clone()).with("limit", limit.clone())
            }
            Why::Permission(lists) => {
                let names =
                    |list: &&[Permission]| -> Vec<&str> { list.iter().map(|one| one.as_str()).collect() };
                error.with("oneOfEach", lists.iter().map(names).collect::<Vec<_>>())
            }
            Why::Kind(kind) => error.with("kind", *kind),
            Why::UnknownCall | Why::UnknownItem(_) | Why::ClientRequestId => error,
        }
    }

    fn legal_names(&self) -> Vec<&'static str> {
        self.legal.names().collect()
    }

    fn state_names(&self) -> Vec<&'static str> {
        self.states().map(State::as_str).collect()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is refused", self.what)?;
        match &self.why {
            Why::State => {}
            Why::Part(part) => write!(f, " for {part}")?,
            Why::Kind(kind) => return write!(f, " for this call: it is legal {kind}"),
            Why::Invalid { member, limit } => return write!(f, ": `{member}` must be {limit}"),
            Why::Permission(lists) => return permissions(f, lists),
            Why::UnknownCall => return f.write_str(" because the call is unknown or has ended"),
            Why::UnknownItem(item) => return write!(f, " because the call has no {item}"),
            Why::ClientRequestId => {
                return f
                    .write_str(" because another request about the call had the same `client-request-id`");
            }
        }
        match self.state {
            Some(state) => write!(f, " while the call is `{state}`")?,
            None => f.write_str(" before the call has begun")?,
        }
        let is_for_the_state = self.why == Why::State;
        match &self.legal_names()[..] {
            [] if is_for_the_state => f.write_str("; nothing is legal now")?,
            [] => {}
            legal => list(f, "; legal now: ", legal)?,
        }
        match &self.state_names()[..] {
            states @ [_, ..] if is_for_the_state => {
                write!(f, "; `{}` is legal while the call is ", self.what)?;
                list(f, "", states)
            }
            _ => Ok(()),
        }
    }
}

fn list(f: &mut fmt::Formatter<'_>, before: &str, names: &[&str]) -> fmt::Result {
    f.write_str(before)?;
    for (index, name) in names.iter().enumerate() {
        write!(f, "{}`{name}`", if index == 0 { "" } else { ", " })?;
    }
    Ok(())
}

fn permissions(f: &mut fmt::Formatter<'_>, lists: &[&[Permission]]) -> fmt::Result {
    f.write_str(" because the app lacks a permission; it needs ")?;
    for (index, list) in lists.iter().enumerate() {
        f.write_str(if index == 0 { "" } else { ", and " })?;
        for (index, permission) in list.iter().enumerate() {
            write!(f, "{}{permission}", if index == 0 { "" } else { " or " })?;
        }
    }
    Ok(())
}

impl core::error::Error for Refusal {}
