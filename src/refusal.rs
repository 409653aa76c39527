//! Why something was refused, and what would have been right.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::call::State;
use crate::graph::{ODataError, Permission};

/// An event, a stimulus or a request that was refused. The call is what it was.
///
/// ```
/// use callfold::{Call, Recorded};
///
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"held","data":{}}"#;
/// let refusal = Call::begin(line.parse()?).unwrap_err();
/// assert_eq!(refusal.to_string(), "`held` is refused before the call began: legal would be `offered`, `placed`, `adopted`");
/// # Ok::<(), callfold::LineError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// What was refused: an event, a stimulus or a method, by its name.
    pub what: &'static str,
    /// Where the call was; `None` before it began, and where it is not known.
    pub state: Option<State>,
    /// Why.
    pub why: Why,
    /// What would have been legal, by names of the same kind.
    pub legal: Vec<&'static str>,
}

/// Why something was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// The call is not where it would be legal.
    State,
    /// The operation, or another part of the call, is not where it would be legal.
    Part(String),
    /// Calls of this kind do not have it.
    Kind(&'static str),
    /// A member of the request breaks a limit.
    Invalid {
        /// The member, as a path into the body.
        member: String,
        /// What would be right.
        limit: String,
    },
    /// The caller lacks a permission: one of each list would do.
    Permission(Vec<&'static [Permission]>),
    /// The call is not known, or has ended.
    UnknownCall,
    /// The call has no such participant or operation.
    UnknownItem(String),
}

/// The code with which the service says that a call is not there.
const CALL_NOT_FOUND: &str = "8522";

impl Refusal {
    pub(crate) fn new(what: &'static str, state: Option<State>, why: Why) -> Self {
        Self { what, state, why, legal: Vec::new() }
    }

    /// The HTTP status of the answer to a request.
    ///
    /// ```
    /// use callfold::call::Command;
    /// use callfold::graph::{Method, Route};
    ///
    /// let route = Route::new(Method::SendDtmfTones, Some("57dab8b1-894c-409a-b240-bd8beae78896".parse()?), None);
    /// let refusal = Command::read(&route, br#"{"tones":["tone99"]}"#).unwrap_err();
    /// assert_eq!(refusal.status(), 400);
    /// # Ok::<(), callfold::NotAGuid>(())
    /// ```
    pub const fn status(&self) -> u16 {
        match &self.why {
            Why::State | Why::Part(_) => 409,
            Why::Kind(_) | Why::Invalid { .. } => 400,
            Why::Permission(_) => 403,
            Why::UnknownCall | Why::UnknownItem(_) => 404,
        }
    }

    /// The body of the answer to a request; its details say what would have been right.
    ///
    /// ```
    /// use callfold::call::Command;
    /// use callfold::graph::{Method, Route};
    ///
    /// let route = Route::new(Method::SendDtmfTones, Some("57dab8b1-894c-409a-b240-bd8beae78896".parse()?), None);
    /// let error = Command::read(&route, br#"{"tones":["tone99"]}"#).unwrap_err().error();
    /// assert_eq!(error.inner_error["member"], "tones[0]");
    /// # Ok::<(), callfold::NotAGuid>(())
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
        write!(f, "`{}` is refused ", self.what)?;
        match &self.why {
            Why::State => {}
            Why::Part(part) => write!(f, "for {part} ")?,
            Why::Kind(kind) => return write!(f, "for this call: {kind}"),
            Why::Invalid { member, limit } => return write!(f, "for its `{member}`: {limit}"),
            Why::Permission(lists) => return permissions(f, lists),
            Why::UnknownCall => return f.write_str("because no call that lives has this id"),
            Why::UnknownItem(item) => return write!(f, "because the call has no {item}"),
        }
        match self.state {
            Some(state) => write!(f, "while the call is `{state}`")?,
            None => f.write_str("before the call began")?,
        }
        let mut names = self.legal.iter();
        match names.next() {
            None if matches!(self.why, Why::Part(_)) => Ok(()),
            None => f.write_str(": nothing is legal any more"),
            Some(first) => {
                write!(f, ": legal would be `{first}`")?;
                names.try_for_each(|name| write!(f, ", `{name}`"))
            }
        }
    }
}

fn permissions(f: &mut fmt::Formatter<'_>, lists: &[&[Permission]]) -> fmt::Result {
    f.write_str("without a permission: ")?;
    for (index, list) in lists.iter().enumerate() {
        f.write_str(if index == 0 { "" } else { ", and " })?;
        for (index, permission) in list.iter().enumerate() {
            write!(f, "{}{permission}", if index == 0 { "" } else { " or " })?;
        }
    }
    f.write_str(" would do")
}

impl core::error::Error for Refusal {}
