//! What a replay tells of a call, however it is kept.

use core::fmt;

use jiff::Timestamp;

use super::compact::{Compact, Work};
use super::context::ClientContext;
use super::meaning::Learned;
use super::names::Word;
use crate::call::beginning::Beginning;
use crate::call::data::Call;
use crate::call::state::State;
use crate::graph::call::CallDirection;
use crate::graph::operation::OperationKind;
use crate::graph::result::ResultInfo;
use crate::id::{CallId, OperationId};
use crate::operation::{self, Operation};

/// What a replay tells of a call: the outlines, without its details.
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

/// Which call it is, and no more: what is kept of a call holds secrets.
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
    Compact(&'a Compact, &'a Learned),
}

/// What a replay tells of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationSummary<'a> {
    /// Its id; `None` where only a `clientContext` was told.
    pub id: Option<&'a OperationId>,
    /// Its kind.
    pub kind: OperationKind,
    /// How far it is.
    pub state: operation::state::State,
    /// The app's own name for it.
    pub client_context: Option<ClientContext<'a>>,
    /// True where the call ended before it was settled.
    pub is_orphaned: bool,
}

impl<'a> From<&'a Call> for Summary<'a> {
    fn from(call: &'a Call) -> Self {
        Self { id: call.id(), source: Source::Whole(call) }
    }
}

impl<'a> Summary<'a> {
    pub(super) const fn compact(compact: &'a Compact, learned: &'a Learned) -> Self {
        Self { id: compact.id, source: Source::Compact(compact, learned) }
    }

    /// Its id.
    pub const fn id(&self) -> CallId {
        self.id
    }

    /// Where it is in its lifecycle.
    pub const fn state(&self) -> State {
        match self.source {
            Source::Whole(call) => call.state(),
            Source::Compact(compact, _) => compact.state,
        }
    }

    /// The revision of its last event.
    pub const fn revision(&self) -> u64 {
        match self.source {
            Source::Whole(call) => call.revision(),
            Source::Compact(compact, _) => compact.revision,
        }
    }

    /// When the first event that bears a time happened.
    pub fn first_at(&self) -> Option<Timestamp> {
        match self.source {
            Source::Whole(call) => call.first_at(),
            Source::Compact(compact, _) => compact.first_at.reported(),
        }
    }

    /// The latest time that an event bears.
    pub fn last_at(&self) -> Option<Timestamp> {
        match self.source {
            Source::Whole(call) => call.last_at(),
            Source::Compact(compact, _) => compact.last_at.reported(),
        }
    }

    /// Offered to the app or placed by it; `None` where nothing tells.
    pub fn direction(&self) -> Option<&'a str> {
        match self.source {
            Source::Whole(call) => call.direction().map(CallDirection::as_str),
            Source::Compact(compact, learned) => {
                let offered =
                    || (compact.beginning == Beginning::Offered).then_some(CallDirection::Incoming.as_str());
                compact.direction.map(|name| learned.names.text(name)).or_else(offered)
            }
        }
    }

    /// Whether audio flows; `None` where nothing tells.
    pub fn audio(&self) -> Option<&'a str> {
        match self.source {
            Source::Whole(call) => call.audio().map(|audio| audio.as_str()),
            Source::Compact(compact, learned) => compact.audio.map(|name| learned.names.text(name)),
        }
    }

    /// The last result that was told of it; of a terminated call, how it ended.
    /// Source: [resultInfo](https://learn.microsoft.com/graph/api/resources/resultinfo).
    pub fn result_info(&self) -> Option<&'a ResultInfo> {
        match self.source {
            Source::Whole(call) => call.result_info(),
            Source::Compact(compact, learned) => learned.results.get(compact.result.as_ref()?),
        }
    }

    /// Why it ended, in older payloads.
    pub fn termination_reason(&self) -> Option<&'a str> {
        match self.source {
            Source::Whole(call) => call.details().termination_reason.value().map(|reason| reason.as_str()),
            Source::Compact(compact, _) => compact.reason.as_deref(),
        }
    }

    /// Its operations, in the order in which they were first heard of.
    pub fn operations(&self) -> impl Iterator<Item = OperationSummary<'a>> + use<'a> {
        let is_over = !self.state().is_live();
        let (whole, compact) = match self.source {
            Source::Whole(call) => (call.operations(), &[][..]),
            Source::Compact(compact, _) => (&[][..], &*compact.operations),
        };
        let whole = whole.iter().map(move |operation| OperationSummary::whole(operation, is_over));
        whole.chain(compact.iter().map(move |work| OperationSummary::compact(work, is_over)))
    }

    /// How many take part.
    pub fn participants(&self) -> usize {
        match self.source {
            Source::Whole(call) => call.participants().count(),
            Source::Compact(compact, _) => compact.entries.iter().filter(|entry| entry.is_taken).count(),
        }
    }

    /// The tones that were pressed, in the order of their numbers.
    pub fn tones(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let (whole, compact, learned) = match self.source {
            Source::Whole(call) => (call.tones(), &[][..], None),
            Source::Compact(compact, learned) => (&[][..], &*compact.tones, Some(learned)),
        };
        let whole = whole.iter().filter_map(|tone| tone.tone.value().map(|tone| tone.as_str()));
        whole.chain(
            compact.iter().filter_map(move |receive_tone| Some(learned?.names.text(receive_tone.tone))),
        )
    }
}

impl<'a> OperationSummary<'a> {
    fn whole(operation: &'a Operation, is_over: bool) -> Self {
        Self {
            id: operation.id(),
            kind: operation.kind(),
            state: operation.state(),
            client_context: operation.client_context().map(ClientContext::of),
            is_orphaned: is_over && operation.is_pending(),
        }
    }

    fn compact(work: &'a Work, is_over: bool) -> Self {
        Self {
            id: Some(&work.id),
            kind: work.kind,
            state: work.state,
            client_context: work.context.value().map(Word::context),
            is_orphaned: is_over && work.is_pending(),
        }
    }
}
