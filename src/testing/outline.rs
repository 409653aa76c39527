//! The outline of a call: the part on which the reference model and a ledger must agree.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use crate::call::data::Call;
use crate::call::deadline::Due;
use crate::call::state::State;
use crate::graph::media::MediaState;
use crate::graph::operation::OperationKind;
use crate::graph::tone::Tone;
use crate::id::{Id, ParticipantId};
use crate::operation;

/// The part of a call that can be compared with the reference [`Model`](super::Model).
///
/// ```
/// use callfold::call::State;
/// use callfold::testing::Outline;
/// use callfold::{Call, Recorded};
///
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
/// let outline = Outline::of(&Call::begin(line.parse()?)?);
/// assert_eq!(outline.state, State::Incoming);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outline {
    /// The state of the call.
    pub state: State,
    /// The state of the audio; `None` if it was never reported.
    pub audio: Option<MediaState>,
    /// True for a group call or a meeting. It is also true if the kind of the call is not known.
    pub is_group: bool,
    /// Its operations with their kind and state, in the order in which they were requested.
    pub operations: Vec<(Id, OperationKind, operation::state::State)>,
    /// The ids of the operations in the media queue. The first one runs.
    pub media: Vec<Id>,
    /// The participants that have an id, each with true if the participant is muted.
    pub participants: BTreeMap<ParticipantId, bool>,
    /// The participant on hold, to whom hold music is played.
    pub on_hold: Option<ParticipantId>,
    /// The tones of the keys that were pressed, in the order of the presses.
    pub tones: Vec<Tone>,
    /// The content sharing sessions that are active.
    pub sharing: BTreeSet<Id>,
    /// The deadlines of the call, the earliest first.
    pub deadlines: Vec<Due>,
}

impl Outline {
    /// The outline of a call.
    pub fn of(call: &Call) -> Self {
        let named = call.participants().filter_map(|one| {
            Some((one.id.value()?.clone(), one.is_muted.value().copied().unwrap_or_default()))
        });
        let operations = call
            .operations()
            .iter()
            .filter_map(|operation| Some((operation.id()?.clone(), operation.kind(), operation.state())));
        Self {
            state: call.state(),
            audio: call.audio().cloned(),
            is_group: call.is_group() != Some(false),
            operations: operations.collect(),
            media: call.media_queue().map(|(id, _)| id.clone()).collect(),
            participants: named.collect(),
            on_hold: call.on_hold().cloned(),
            tones: call.tones().iter().filter_map(|reported| reported.tone.value().cloned()).collect(),
            sharing: call.content_sharing().cloned().collect(),
            deadlines: call.deadlines().to_vec(),
        }
    }

    pub(super) const fn begun(state: State, is_group: bool) -> Self {
        Self {
            state,
            audio: None,
            is_group,
            operations: Vec::new(),
            media: Vec::new(),
            participants: BTreeMap::new(),
            on_hold: None,
            tones: Vec::new(),
            sharing: BTreeSet::new(),
            deadlines: Vec::new(),
        }
    }
}
