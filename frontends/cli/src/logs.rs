//! The logs of a command line.

use std::path::PathBuf;

use crate::input::{Input, Unreadable, expand};

/// What is read, and what is known not to be readable.
pub(crate) struct Logs {
    pub(crate) inputs: Vec<Input>,
    pub(crate) unreadable: Vec<Unreadable>,
}

impl Logs {
    /// What these paths stand for.
    pub(crate) fn of(paths: &[PathBuf]) -> Self {
        let mut logs = Self { inputs: Vec::new(), unreadable: Vec::new() };
        for path in paths {
            match expand(path) {
                Ok(files) => logs.inputs.extend(files),
                Err(why) => logs.unreadable.push(why),
            }
        }
        logs
    }

    /// The same, so that all of it can be read more than once.
    pub(crate) fn kept(self) -> Self {
        let mut kept = Self { inputs: Vec::new(), unreadable: self.unreadable };
        for input in self.inputs {
            match input.keep() {
                Ok(input) => kept.inputs.push(input),
                Err(why) => kept.unreadable.push(why),
            }
        }
        kept
    }
}
