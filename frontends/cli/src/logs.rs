//! The logs that the arguments of a command name.

use std::path::PathBuf;

use crate::input::{Input, Unreadable, expand};

/// The logs to read, and the paths that cannot be read.
pub(crate) struct Logs {
    pub(crate) inputs: Vec<Input>,
    pub(crate) unreadable: Vec<Unreadable>,
}

impl Logs {
    /// The logs that these paths name: a file is one log, a folder is all of its files.
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

    /// The same logs, so that each can be read more than once. What can be read only once, such as a pipe, is copied into a
    /// temporary file.
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
