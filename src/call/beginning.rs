//! The beginning of a call, and its first deadlines.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::deadline::{ANSWER, ANSWER_RECORDING, Deadline, Deadlines, KEEP_ALIVE, seconds};
use super::event::carried::Details;
use crate::graph;

/// The beginning of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Beginning {
    Offered,
    Placed,
    Adopted,
    /// Adopted by a notification that named no state. The state is a guess until a notification names one.
    Guessed,
}

impl Beginning {
    /// The deadlines of a call that begins like this.
    pub(super) fn deadlines(self, reported: &Details, at: Option<Timestamp>) -> Deadlines {
        let mut deadlines = Deadlines::default();
        match self {
            Self::Offered => deadlines.arm(Deadline::Answer, at, time_to_decide(reported.as_deref())),
            Self::Placed => {
                deadlines.arm(Deadline::KeepAlive, at, KEEP_ALIVE);
                let timeout =
                    reported.as_ref().and_then(|reported| reported.ringing_timeout_in_seconds.value());
                if let Some(timeout) = timeout.filter(|seconds| **seconds > 0) {
                    deadlines.arm(Deadline::Ring, at, seconds(*timeout));
                }
            }
            Self::Adopted | Self::Guessed => {}
        }
        deadlines
    }

    /// A step reports the state, so that the state is no longer a guess.
    pub(crate) const fn known(self) -> Self {
        match self {
            Self::Guessed => Self::Adopted,
            Self::Offered | Self::Placed | Self::Adopted => self,
        }
    }
}

/// The time that an app has to decide on an incoming call.
fn time_to_decide(reported: Option<&graph::call::Call>) -> SignedDuration {
    let is_recording = reported.is_some_and(|reported| reported.is_policy_based_recording());
    if is_recording { ANSWER_RECORDING } else { ANSWER }
}
