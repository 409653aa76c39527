//! Summaries of calls and operations.

use alloc::borrow::Cow;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use jiff::Timestamp;

use crate::call::data::Call;
use crate::call::ended::{Ended, EndedOperation, EndedOperations};
use crate::call::party_request::PartyRequest;
use crate::call::state::State;
use crate::call::tones::Tones;
use crate::graph::call::CallDirection;
use crate::graph::media::MediaState;
use crate::graph::operation::{CompletionReason, OperationKind};
use crate::graph::result::ResultInfo;
use crate::graph::tone::Tone;
use crate::id::{CallId, Id, OperationId};
use crate::operation::lifecycle::Superstate;
use crate::operation::{self, Operation};
use crate::operations::Operations;

/// A summary of a call: the values that a table of calls shows, without the other details. The figures of a
/// test campaign are another type, `testing::Summary`.
///
/// ```
/// use callfold::{Call, Recorded, Summary};
///
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
/// let call = Call::begin(line.parse()?)?;
/// assert_eq!(Summary::from(&call).direction(), Some("incoming"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct Summary<'a> {
    id: CallId,
    source: Source<'a>,
}

/// Shows the id and the state only, because calls contain secrets.
impl fmt::Debug for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Summary")
            .field("id", &self.id())
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

#[derive(Clone, Copy)]
enum Source<'a> {
    Whole(&'a Call),
    Ended(&'a Ended),
}

/// A summary of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationSummary<'a> {
    /// The id; `None` if only a `clientContext` was reported.
    pub id: Option<&'a OperationId>,
    /// The kind of the operation.
    pub kind: OperationKind,
    /// The state of the operation.
    pub state: operation::state::State,
    /// The text that the app chose to recognise the operation.
    pub client_context: Option<&'a str>,
    /// The result of an operation that completed or failed; `None` if it was not reported.
    pub result_info: Option<&'a ResultInfo>,
    /// The reason why the operation completed; `None` if it was not reported.
    pub completion_reason: Option<&'a CompletionReason>,
    /// True if the call ended before the operation completed or failed.
    pub is_orphaned: bool,
}

impl<'a> From<&'a Call> for Summary<'a> {
    fn from(call: &'a Call) -> Self {
        Self { id: call.id(), source: Source::Whole(call) }
    }
}

impl<'a> From<&'a Ended> for Summary<'a> {
    fn from(ended: &'a Ended) -> Self {
        Self { id: ended.id, source: Source::Ended(ended) }
    }
}

impl<'a> Summary<'a> {
    /// The id of the call.
    pub const fn id(&self) -> CallId {
        self.id
    }

    /// The state of the call.
    pub const fn state(&self) -> State {
        match self.source {
            Source::Whole(call) => call.state(),
            Source::Ended(ended) => ended.state,
        }
    }

    /// The revision of the last event.
    pub const fn revision(&self) -> u64 {
        match self.source {
            Source::Whole(call) => call.revision(),
            Source::Ended(ended) => ended.revision,
        }
    }

    /// The time of the first event that has a time; `None` if no event has a time.
    pub const fn first_at(&self) -> Option<Timestamp> {
        match self.source {
            Source::Whole(call) => call.first_at(),
            Source::Ended(ended) => ended.first_at,
        }
    }

    /// The latest time of all events; `None` if no event has a time.
    pub const fn last_at(&self) -> Option<Timestamp> {
        match self.source {
            Source::Whole(call) => call.last_at(),
            Source::Ended(ended) => ended.last_at,
        }
    }

    /// `incoming` for a call that was offered to the app, `outgoing` for a call that the app placed. `None`
    /// if it is not known.
    pub fn direction(&self) -> Option<&'a str> {
        let direction = match self.source {
            Source::Whole(call) => call.direction(),
            Source::Ended(ended) => ended.direction.as_ref(),
        };
        direction.map(CallDirection::as_str)
    }

    /// The name of the calling party: a display name or else an id. `None` if no `source` was reported.
    pub fn caller(&self) -> Option<Cow<'a, str>> {
        match self.source {
            Source::Whole(call) => call.caller().map(Cow::Owned),
            Source::Ended(ended) => ended.parties.caller.as_deref().map(Cow::Borrowed),
        }
    }

    /// The names of the called parties, separated by commas: display names or else ids. Of a call that was
    /// redirected, transferred or extended, these are the parties that were called first. `None` if no name was
    /// reported.
    pub fn callees(&self) -> Option<Cow<'a, str>> {
        match self.source {
            Source::Whole(call) => call.callees().map(Cow::Owned),
            Source::Ended(ended) => ended.parties.callees.as_deref().map(Cow::Borrowed),
        }
    }

    /// The names of all who were in the call: see [`Call::everybody`].
    pub fn everybody(&self) -> Vec<Cow<'a, str>> {
        match self.source {
            Source::Whole(call) => call.everybody().into_iter().map(Cow::Owned).collect(),
            Source::Ended(ended) => {
                ended.parties.everybody.iter().map(|name| Cow::Borrowed(&**name)).collect()
            }
        }
    }

    /// The state of the audio, such as `active`. `None` if it was not reported.
    pub fn audio(&self) -> Option<&'a str> {
        let audio = match self.source {
            Source::Whole(call) => call.audio(),
            Source::Ended(ended) => ended.audio.as_ref(),
        };
        audio.map(MediaState::as_str)
    }

    /// The last result that was reported for the call; `None` if no result was reported. The result of a
    /// terminated call says how the call ended. Source:
    /// [resultInfo](https://learn.microsoft.com/graph/api/resources/resultinfo).
    pub fn result_info(&self) -> Option<&'a ResultInfo> {
        match self.source {
            Source::Whole(call) => call.result_info(),
            Source::Ended(ended) => ended.result_info.as_deref(),
        }
    }

    /// The reason why the call ended. Only older payloads have it; `None` if it was not reported.
    pub fn termination_reason(&self) -> Option<&'a str> {
        match self.source {
            Source::Whole(call) => call.details().termination_reason.value().map(|reason| reason.as_str()),
            Source::Ended(ended) => ended.termination_reason.as_deref(),
        }
    }

    /// The last reported result in words, or else the termination reason. `None` if neither says anything. For a
    /// terminated call, this is how it ended.
    pub fn ending(&self) -> Option<String> {
        let result = self.result_info().map(ResultInfo::to_string).filter(|result| !result.is_empty());
        result.or_else(|| self.termination_reason().map(String::from))
    }

    /// True if the call has ended, and its result says that it did not end well: see [`ResultInfo::is_bad_end`].
    pub fn has_ended_badly(&self) -> bool {
        !self.state().is_live() && self.result_info().is_some_and(ResultInfo::is_bad_end)
    }

    /// The transfers, redirects and invitations that the app requested: see [`Call::party_requests`].
    pub fn party_requests(&self) -> Vec<PartyRequest> {
        match self.source {
            Source::Whole(call) => call.party_requests().collect(),
            Source::Ended(ended) => {
                let invited = match &ended.operations {
                    EndedOperations::Whole(operations) => Some(operations),
                    EndedOperations::Reduced(_) => None,
                };
                let invited = invited.into_iter().flat_map(PartyRequest::invitations);
                ended.requested.iter().cloned().chain(invited).collect()
            }
        }
    }

    /// The id that all calls of one conversation share; `None` if it was not reported.
    pub fn chain(&self) -> Option<&'a Id> {
        match self.source {
            Source::Whole(call) => call.details().call_chain_id.value(),
            Source::Ended(ended) => ended.chain.as_ref(),
        }
    }

    /// The operations of the call, in the order in which they were first reported.
    pub fn operations(&self) -> impl Iterator<Item = OperationSummary<'a>> + use<'a> {
        let is_over = !self.state().is_live();
        let (whole, ended) = match self.source {
            Source::Whole(call) => (Some(call.operations()), &[][..]),
            Source::Ended(ended) => match &ended.operations {
                EndedOperations::Whole(operations) => (Some(operations), &[][..]),
                EndedOperations::Reduced(reduced) => (None, &reduced[..]),
            },
        };
        let whole = whole
            .into_iter()
            .flat_map(Operations::iter)
            .map(move |operation| OperationSummary::whole(operation, is_over));
        whole.chain(ended.iter().map(OperationSummary::ended))
    }

    /// The number of participants who are in the call now. If no roster was reported, it is the number of the source,
    /// the targets and the app itself, where any of them is known.
    pub fn participants(&self) -> usize {
        match self.source {
            Source::Whole(call) => call.number_of_people(),
            Source::Ended(ended) => ended.participants,
        }
    }

    /// The DTMF tones that were pressed, in the order of their `sequenceId`.
    pub fn tones(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let (whole, ended) = match self.source {
            Source::Whole(call) => (Some(call.tones()), &[][..]),
            Source::Ended(ended) => (None, &*ended.tones),
        };
        let whole = whole.into_iter().flat_map(Tones::iter).filter_map(|info| info.tone.value());
        whole.chain(ended).map(Tone::as_str)
    }
}

impl<'a> OperationSummary<'a> {
    fn whole(operation: &'a Operation, is_over: bool) -> Self {
        Self {
            id: operation.id(),
            kind: operation.kind(),
            state: operation.state(),
            client_context: operation.client_context(),
            result_info: operation.resource().result_info.value().map(|result| &**result),
            completion_reason: operation.resource().completion_reason.value(),
            is_orphaned: is_over && operation.is_pending(),
        }
    }

    fn ended(operation: &'a EndedOperation) -> Self {
        Self {
            id: Some(&operation.id),
            kind: operation.kind,
            state: operation.state,
            client_context: operation.client_context.as_deref(),
            result_info: operation.end.result_info.as_deref(),
            completion_reason: operation.end.completion_reason.as_ref(),
            is_orphaned: operation.state.lies_in(Superstate::Pending),
        }
    }
}
