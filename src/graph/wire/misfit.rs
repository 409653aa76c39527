//! Values that do not fit the type of their member.

use alloc::format;
use alloc::string::String;

/// A kind of JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    Number,
    Text,
    Array,
    Object,
}

impl Kind {
    /// The kind, in words.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Number => "a number",
            Self::Text => "a string",
            Self::Array => "a list",
            Self::Object => "an object",
        }
    }
}

/// A value that does not fit its type.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Misfit {
    /// The member, as a path such as `tones[0]`. Empty for the complete value.
    pub(crate) path: String,
    /// A description of the values that fit.
    pub(crate) expected: String,
}

impl Misfit {
    pub(crate) const fn new(expected: String) -> Self {
        Self { path: String::new(), expected }
    }

    /// The misfit of a value that lies in a member, or at an index such as `[0]`.
    pub(crate) fn inside(self, name: &str) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        Self { path: format!("{name}{dot}{}", self.path), ..self }
    }
}
