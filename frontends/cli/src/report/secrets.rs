//! The secrets that the log of a call holds.

use callfold::{Call, Id};

/// A secret of a call.
pub(crate) struct ExposedSecret<'a> {
    /// The JSON member that holds the secret.
    pub(crate) member: &'static str,
    /// The operation that the secret belongs to; `None` for a secret of the call itself.
    pub(crate) operation: Option<&'a Id>,
    pub(crate) value: &'a str,
}

/// The secrets of a call. Only `--show-secrets` prints them.
pub(crate) fn secrets(call: &Call) -> Vec<ExposedSecret<'_>> {
    let meeting = call.details().meeting_info.value();
    let token = meeting.and_then(|meeting| meeting.token.value()).map(|token| ("token", token));
    let passcode =
        meeting.and_then(|meeting| meeting.passcode.value()).map(|passcode| ("passcode", passcode));
    let of_meeting = token.into_iter().chain(passcode);
    let of_meeting =
        of_meeting.map(|(member, secret)| ExposedSecret { member, operation: None, value: secret.expose() });
    let of_operations = call.operations().iter().filter_map(|operation| {
        let secret = operation.resource().recording_access_token.value()?;
        Some(ExposedSecret {
            member: "recordingAccessToken",
            operation: operation.id(),
            value: secret.expose(),
        })
    });
    of_meeting.chain(of_operations).collect()
}
