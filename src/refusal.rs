//! Refusals: why an event or a request was refused, and what would be legal.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::call::state::State;
use crate::graph::odata::ODataError;
use crate::graph::permission::Permission;

/// An error: an event, a network event or a request was refused. The call did not change.
///
/// ```
/// use callfold::{Call, Recorded};
///
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"held","data":{}}"#;
/// let refusal = Call::begin(line.parse()?).unwrap_err();
/// assert_eq!(
///     refusal.to_string(),
///     "`held` is refused before the call has begun; legal now: `offered`, `placed`, `adopted`",
/// );
/// assert_eq!(refusal.legal, ["offered", "placed", "adopted"]);
/// # Ok::<(), callfold::LineError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The name of the event, the network event or the method that was refused.
    pub what: &'static str,
    /// The state of the call; `None` if the call has not begun or is unknown.
    pub state: Option<State>,
    /// The reason.
    pub why: Why,
    /// What would be legal now. The names are of the same kind as `what`.
    pub legal: Vec<&'static str>,
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
}

/// The error code that the service returns for an unknown call.
const CALL_NOT_FOUND: &str = "8522";

impl Refusal {
    pub(crate) fn new(what: &'static str, state: Option<State>, why: Why) -> Self {
        Self { what, state, why, legal: Vec::new() }
    }

    /// The HTTP status of the response: 400, 403, 404 or 409.
    pub const fn status(&self) -> u16 {
        match &self.why {
            Why::State | Why::Part(_) => 409,
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
            Why::State | Why::Part(_) => "Conflict",
            Why::Kind(_) | Why::Invalid { .. } => "BadRequest",
            Why::Permission(_) => "Forbidden",
            Why::UnknownCall => CALL_NOT_FOUND,
            Why::UnknownItem(_) => "NotFound",
        };
        let mut error = ODataError::new(code, self.to_string()).with("method", self.what);
        if let Some(state) = self.state {
            error = error.with("state", state.as_str());
        }
        match &self.why {
            Why::State | Why::Part(_) => error.with("legal", self.legal.clone()),
            Why::Invalid { member, limit } => {
                error.with("member", member.clone()).with("limit", limit.clone())
            }
            Why::Permission(lists) => {
                let names =
                    |list: &&[Permission]| -> Vec<&str> { list.iter().map(|one| one.as_str()).collect() };
                error.with("oneOfEach", lists.iter().map(names).collect::<Vec<_>>())
            }
            Why::Kind(kind) => error.with("kind", *kind),
            Why::UnknownCall | Why::UnknownItem(_) => error,
        }
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
        }
        match self.state {
            Some(state) => write!(f, " while the call is `{state}`")?,
            None => f.write_str(" before the call has begun")?,
        }
        let mut names = self.legal.iter();
        match names.next() {
            None if matches!(self.why, Why::Part(_)) => Ok(()),
            None => f.write_str("; nothing is legal now"),
            Some(first) => {
                write!(f, "; legal now: `{first}`")?;
                names.try_for_each(|name| write!(f, ", `{name}`"))
            }
        }
    }
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
