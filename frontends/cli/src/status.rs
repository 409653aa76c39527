//! The exit status of a command.

/// The exit status of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status(u8);

impl Status {
    pub(crate) const SUCCESS: Self = Self(0);
    pub(crate) const FAILURE: Self = Self(1);
    /// What was asked cannot be done.
    pub(crate) const REFUSED: Self = Self(2);
    /// What a shell reports for a process that SIGPIPE ends.
    pub(crate) const BROKEN_PIPE: Self = Self(141);
}

impl From<Status> for u8 {
    fn from(status: Status) -> Self {
        status.0
    }
}
