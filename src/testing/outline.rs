//! What a call is, in few words: what the reference model and a ledger must agree on.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use crate::call::{Due, State};
use crate::graph::{MediaState, OperationKind, Tone};
use crate::operation;
use crate::{Call, Id, ParticipantId};

/// A call in few words, each of which can be compared with the reference [`Model`](super::Model).
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
    /// Its state.
    pub state: State,
    /// Its audio, where that was told.
    pub audio: Option<MediaState>,
    /// True for a group call or a meeting; where nothing tells, it may be one.
    pub is_group: bool,
    /// Its operations in the order asked, with their kind and state.
    pub operations: Vec<(Id, OperationKind, operation::State)>,
    /// Those of them that use its media one after another; the first runs.
    pub media: Vec<Id>,
    /// Who takes part, and whether muted; those without an id are left out.
    pub participants: BTreeMap<ParticipantId, bool>,
    /// Who hears music on hold.
    pub on_hold: Option<ParticipantId>,
    /// The keys that were pressed, in their order.
    pub tones: Vec<Tone>,
    /// The content that is shared.
    pub sharing: BTreeSet<Id>,
    /// What it waits for, the first first.
    pub deadlines: Vec<Due>,
}

impl Outline {
    /// The outline of a call.
    ///
    /// ```
    /// use callfold::testing::Outline;
    /// use callfold::{Call, Recorded};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// assert!(Outline::of(&Call::begin(line.parse()?)?).operations.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
            sharing: call.content_sharing().iter().cloned().collect(),
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
