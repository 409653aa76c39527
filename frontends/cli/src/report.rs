//! What a replay looks like: a table and lines for people, one JSON object for programs.

mod calls;
mod json;
mod lines;
mod spool;
mod table;
mod worst;

pub(crate) use json::json;
pub(crate) use lines::{Lines, printable};
pub(crate) use spool::Spool;
pub(crate) use table::table;
pub(crate) use worst::Worst;

use std::io::{self, Write};

use callfold::{Call, Id};

/// Writes to standard output in large blocks, past the buffer of the standard library, which looks for ends of lines.
pub(crate) fn stdout() -> io::Result<impl Write> {
    #[cfg(unix)]
    let out = std::fs::File::from(std::os::fd::AsFd::as_fd(&io::stdout()).try_clone_to_owned()?);
    #[cfg(not(unix))]
    let out = io::stdout().lock();
    Ok(io::BufWriter::with_capacity(1 << 16, out))
}

/// A secret that a call's log holds, by the member that it stands in.
pub(crate) struct Shown<'a> {
    pub(crate) member: &'static str,
    pub(crate) operation: Option<&'a Id>,
    pub(crate) value: &'a str,
}

/// The secrets of a call; shown only where they are asked for.
pub(crate) fn secrets(call: &Call) -> Vec<Shown<'_>> {
    let meeting = call.details().meeting_info.value();
    let token = meeting.and_then(|meeting| meeting.token.value()).map(|token| ("token", token));
    let passcode =
        meeting.and_then(|meeting| meeting.passcode.value()).map(|passcode| ("passcode", passcode));
    let of_meeting = token.into_iter().chain(passcode);
    let of_meeting =
        of_meeting.map(|(member, secret)| Shown { member, operation: None, value: secret.expose() });
    let of_operations = call.operations().iter().filter_map(|operation| {
        let secret = operation.resource().recording_access_token.value()?;
        Some(Shown { member: "recordingAccessToken", operation: operation.id(), value: secret.expose() })
    });
    of_meeting.chain(of_operations).collect()
}
