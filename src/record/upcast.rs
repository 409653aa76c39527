//! Older lines, and how they become lines of the current version.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde_json::{Map, Value};

use super::error::LineError;
use super::recorded::Recorded;

/// A function that changes an older line into one of a newer version. It gets all members of the line, and
/// returns true if it has changed them. It must leave a line that is not of its version as it is, and must be
/// pure: the same line always becomes the same line.
pub type Upcast = fn(&mut Map<String, Value>) -> bool;

/// The changes from each older version of the schema to the next one. Version 1 is the first version.
const BUILT_IN: &[Upcast] = &[];

/// A chain of functions that change older lines into lines of the current version. A line that can be read as
/// it is goes through none of them, and costs nothing more.
///
/// ```
/// use callfold::serde_json::{Map, Value};
/// use callfold::{Recorded, Upcasters};
///
/// /// Early versions of this host wrote `parked` for `held`.
/// fn parked(line: &mut Map<String, Value>) -> bool {
///     let is_parked = line.get("type").is_some_and(|name| name == "parked");
///     if is_parked {
///         line.insert("type".into(), "held".into());
///     }
///     is_parked
/// }
///
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":3,"type":"parked","data":{}}"#;
/// assert!(line.parse::<Recorded>().is_err());
/// let recorded = Upcasters::new().after(parked).read(line)?;
/// assert_eq!(recorded.event.kind().as_str(), "held");
/// # Ok::<(), callfold::LineError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Upcasters {
    before: Vec<Upcast>,
    after: Vec<Upcast>,
}

impl Upcasters {
    /// The functions of this crate alone. There are none yet, because version 1 is the first version.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a function that runs before those of this crate, and after those that were added so before. It can
    /// make a line of a host's own into one of an older version of the schema.
    #[must_use]
    pub fn before(mut self, upcast: Upcast) -> Self {
        self.before.push(upcast);
        self
    }

    /// Adds a function that runs after all others.
    #[must_use]
    pub fn after(mut self, upcast: Upcast) -> Self {
        self.after.push(upcast);
        self
    }

    /// Reads a line of any version that the chain knows.
    ///
    /// # Errors
    ///
    /// The error of the line as it is, if it is not JSON or the chain is empty. Otherwise a
    /// [`LineError::NotUpcast`], if no function has changed the line, or if the line could not be read
    /// afterwards.
    pub fn read(&self, line: &str) -> Result<Recorded, LineError> {
        line.parse().or_else(|error| self.upcast(error, line))
    }

    /// Changes a line that could not be read, and reads it again.
    pub(crate) fn upcast(&self, error: LineError, line: &str) -> Result<Recorded, LineError> {
        let mut chain = self.before.iter().chain(BUILT_IN).chain(&self.after).peekable();
        let members = serde_json::from_str::<Map<String, Value>>(line).ok();
        let Some(mut members) = members.filter(|_| chain.peek().is_some()) else { return Err(error) };
        // Every function runs, also after one that has changed the line.
        if chain.filter(|upcast| upcast(&mut members)).count() == 0 {
            return Err(LineError::NotUpcast { has_changed: false, why: Box::new(error) });
        }
        let read = Value::Object(members).to_string().parse();
        read.map_err(|why| LineError::NotUpcast { has_changed: true, why: Box::new(why) })
    }
}
