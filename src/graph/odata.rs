//! The versions of the API, and the bodies of its error responses.

use alloc::string::String;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::names::names;

names! {
    /// A version of the API. Source: [versioning](https://learn.microsoft.com/graph/versioning-and-support).
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

/// The response body for a refused request: `{"error":{"code":…,"message":…,"innerError":…}}`.
/// Source: [error responses](https://learn.microsoft.com/graph/errors).
///
/// ```
/// use callfold::graph::ODataError;
///
/// let error = ODataError::new("8522", "the call does not exist").with("call", "57dab8b1");
/// assert_eq!(
///     callfold::serde_json::to_string(&error)?,
///     r#"{"error":{"code":"8522","message":"the call does not exist","innerError":{"call":"57dab8b1"}}}"#,
/// );
/// # Ok::<(), callfold::serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ODataError {
    /// The error code, for programs.
    pub code: String,
    /// The description of the error, for people.
    pub message: String,
    /// Details, such as the values that would have been accepted. A host (the program that embeds this crate)
    /// adds `date` and `request-id`.
    pub inner_error: Map<String, Value>,
}

impl ODataError {
    /// Makes an error without details.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), inner_error: Map::new() }
    }

    /// Adds one detail to [`inner_error`](Self::inner_error).
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
