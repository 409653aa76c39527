//! What the API writes around its resources: versions and errors.

use alloc::string::String;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::names::names;

names! {
    /// A version of the API.
    ///
    /// ```
    /// use callfold::graph::Version;
    ///
    /// assert_eq!(Version::V1.as_str(), "v1.0");
    /// ```
    #[expect(clippy::exhaustive_enums, reason = "there are two")]
    pub enum Version {
        /// `v1.0`
        V1 = "v1.0",
        /// `beta`
        Beta = "beta",
    }
}

impl Version {
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|version| version.as_str().eq_ignore_ascii_case(name))
    }
}

/// The body of a refused request: `{"error":{"code","message","innerError"}}`.
/// Source: [error responses](https://learn.microsoft.com/graph/errors).
///
/// ```
/// use callfold::graph::ODataError;
///
/// let error = ODataError::new("8522", "the call is not known here");
/// assert_eq!(
///     serde_json::to_string(&error)?,
///     r#"{"error":{"code":"8522","message":"the call is not known here","innerError":{}}}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ODataError {
    /// What programs look at.
    pub code: String,
    /// What people read.
    pub message: String,
    /// Details: what would have been right. A host adds its `date` and `request-id`.
    pub inner_error: Map<String, Value>,
}

impl ODataError {
    /// An error without details.
    ///
    /// ```
    /// # use callfold::graph::ODataError;
    /// assert!(ODataError::new("Forbidden", "no").inner_error.is_empty());
    /// ```
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), inner_error: Map::new() }
    }

    /// The same with one more detail.
    ///
    /// ```
    /// # use callfold::graph::ODataError;
    /// let error = ODataError::new("BadRequest", "no").with("member", "tones");
    /// assert_eq!(error.inner_error["member"], "tones");
    /// ```
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.inner_error.insert(name.into(), value.into());
        self
    }
}

impl Serialize for ODataError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Inner<'a> {
            code: &'a str,
            message: &'a str,
            inner_error: &'a Map<String, Value>,
        }
        let Self { code, message, inner_error } = self;
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("error", &Inner { code, message, inner_error })?;
        map.end()
    }
}
