//! Why something was refused, and what would have been right.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::call::State;

/// An event that the chart, or the fold, refuses. The call is what it was.
///
/// ```
/// use callfold::{Call, Recorded};
///
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"held","data":{}}"#;
/// let refusal = Call::begin(&line.parse::<Recorded>()?).unwrap_err();
/// assert_eq!(refusal.to_string(), "`held` is refused before the call began: legal would be `offered`, `placed`, `adopted`");
/// # Ok::<(), callfold::LineError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The event that was refused, by its name on the log.
    pub event: &'static str,
    /// Where the call or its operation was; `None` before the call began.
    pub state: Option<State>,
    /// Which operation it was about, where it was about one.
    pub operation: Option<String>,
    /// What would have been legal, by names on the log.
    pub legal: Vec<&'static str>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is refused ", self.event)?;
        if let Some(operation) = &self.operation {
            write!(f, "for {operation} ")?;
        }
        match self.state {
            Some(state) => write!(f, "while the call is `{state}`: ")?,
            None => f.write_str("before the call began: ")?,
        }
        let mut names = self.legal.iter();
        match names.next() {
            None => f.write_str("nothing is legal any more"),
            Some(first) => {
                write!(f, "legal would be `{first}`")?;
                names.try_for_each(|name| write!(f, ", `{name}`"))
            }
        }
    }
}

impl core::error::Error for Refusal {}
