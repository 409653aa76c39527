//! The report of a broken rule.

use std::error::Error;
use std::fmt;

use callfold::LineError;

use crate::error::{AppendError, StoreError};

/// What a store did against a rule.
pub struct Broken(String);

impl Broken {
    /// A report: what should have happened, and what did.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A failed test shows the message as it is.
impl fmt::Debug for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Broken {}

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

impl From<AppendError> for Broken {
    fn from(error: AppendError) -> Self {
        Self(error.to_string())
    }
}

impl From<LineError> for Broken {
    fn from(error: LineError) -> Self {
        Self(error.to_string())
    }
}

/// Returns a report unless a condition holds.
macro_rules! ensure {
    ($condition:expr, $($message:tt)+) => {
        if !$condition {
            return Err($crate::testing::broken::Broken::new(format!($($message)+)));
        }
    };
}

pub(super) use ensure;
