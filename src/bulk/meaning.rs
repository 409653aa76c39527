//! What a shape says of a call, worked out once, when it is learned: what is the same in every line of the shape, and
//! in which holes the rest stands.

use alloc::vec::Vec;

use super::names::{NameId, Names};
use super::shape::{Layout, Mark, Shapes};
use crate::call::{CallEvent, Cause, State};
use crate::graph::wire::{Hole, ITEM, Wire};
use crate::graph::{self, CommsOperation, Member, OperationKind, Participant, ToneInfo};
use crate::operation;

/// What an event does, by its name on the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Offered,
    Placed,
    Adopted,
    Step(Cause),
    DetailsChanged,
    ToneReceived,
    RosterUpdated,
    OperationCreated,
    OperationUpdated,
    OperationStep(operation::Cause),
    /// It needs a call that lives, and is nothing that a summary tells.
    Beside,
    /// It is nothing that a summary tells.
    Heard,
}

impl Kind {
    /// The kinds by the names of their events, in alphabetical order.
    pub(super) fn by_name() -> Vec<(&'static str, Self)> {
        let steps = Cause::ALL.iter().map(|cause| (cause.as_str(), Self::Step(*cause)));
        let of_operations = operation::Cause::ALL.iter();
        let of_operations = of_operations.map(|cause| (cause.as_str(), Self::OperationStep(*cause)));
        let others = [
            ("offered", Self::Offered),
            ("placed", Self::Placed),
            ("adopted", Self::Adopted),
            ("detailsChanged", Self::DetailsChanged),
            ("toneReceived", Self::ToneReceived),
            ("rosterUpdated", Self::RosterUpdated),
            ("operationCreated", Self::OperationCreated),
            ("operationUpdated", Self::OperationUpdated),
            ("stateConfirmed", Self::Beside),
            ("contentSharingStarted", Self::Beside),
            ("contentSharingEnded", Self::Beside),
            ("notificationHeard", Self::Heard),
        ];
        let mut kinds: Vec<_> = steps.chain(of_operations).chain(others).collect();
        kinds.sort_unstable_by_key(|(name, _)| *name);
        kinds
    }
}

/// Where a text stands, its JSON or its content.
pub(super) type Span = (Mark, Mark);

/// What is told of a call.
#[derive(Clone, Debug)]
pub(super) struct DetailsTold {
    /// Only of an adoption.
    pub(super) state: Option<State>,
    pub(super) direction: Member<NameId>,
    pub(super) audio: Member<NameId>,
    pub(super) result: Member<Span>,
    pub(super) reason: Member<u8>,
}

/// What is told of a tone, where it has a number and a name.
#[derive(Clone, Debug)]
pub(super) struct ToneTold {
    pub(super) sequence: u8,
    pub(super) tone: NameId,
}

/// What is told of an operation that has an id.
#[derive(Clone, Debug)]
pub(super) struct OperationTold {
    pub(super) id: u8,
    pub(super) type_name: Option<NameId>,
    pub(super) kind: OperationKind,
    pub(super) state: Option<operation::State>,
    pub(super) context: Member<u8>,
    pub(super) result: Member<Span>,
    pub(super) reason: Member<NameId>,
    /// True where more is told than this.
    pub(super) has_more: bool,
}

/// What is told of a participant that has an id.
#[derive(Clone, Debug)]
pub(super) struct ParticipantTold {
    pub(super) id: u8,
    pub(super) is_gone: bool,
    pub(super) info: Member<Span>,
}

/// All that was learned.
#[derive(Clone, Debug, Default)]
pub(super) struct Learned {
    pub(super) details: Shapes<DetailsTold>,
    pub(super) tones: Shapes<ToneTold>,
    pub(super) operations: Shapes<OperationTold>,
    pub(super) participants: Shapes<ParticipantTold>,
    pub(super) beside: Shapes<()>,
    pub(super) names: Names,
}

impl Learned {
    /// Takes up the shape of an event's data, where there is one.
    pub(super) fn learn(&mut self, event: &CallEvent) -> Option<()> {
        let data = serde_json::to_string(event).ok()?;
        match event {
            CallEvent::Offered(told)
            | CallEvent::Placed(told)
            | CallEvent::Adopted(told)
            | CallEvent::Step(_, told)
            | CallEvent::DetailsChanged(told) => {
                let layout = Layout::of(&data, graph::Call::hole)?;
                let meaning = match told {
                    Some(told) => DetailsTold::of(told, &layout, &mut self.names)?,
                    None => DetailsTold::of(&graph::Call::default(), &layout, &mut self.names)?,
                };
                self.details.learn(&layout, meaning);
            }
            CallEvent::ToneReceived(tone) => {
                let layout = Layout::of(&data, ToneInfo::hole)?;
                let name = self.names.id(tone.tone.value()?.as_str())?;
                let meaning = ToneTold { sequence: layout.hole("sequenceId")?, tone: name };
                self.tones.learn(&layout, meaning);
            }
            CallEvent::RosterUpdated(roster) => {
                for participant in &roster.participants {
                    let data = serde_json::to_string(participant).ok()?;
                    let layout = Layout::of(&data, Participant::hole)?;
                    self.participants.learn(&layout, ParticipantTold::of(participant, &layout)?);
                }
            }
            CallEvent::OperationCreated(told)
            | CallEvent::OperationUpdated(told)
            | CallEvent::OperationStep(_, told) => {
                let layout = Layout::of(&data, CommsOperation::hole)?;
                let meaning = OperationTold::of(told, &layout, &mut self.names)?;
                self.operations.learn(&layout, meaning);
            }
            CallEvent::StateConfirmed(_)
            | CallEvent::ContentSharingStarted(_)
            | CallEvent::ContentSharingEnded(_)
            | CallEvent::NotificationHeard(_) => self.beside.learn(&Layout::of(&data, beside)?, ()),
            CallEvent::Service(_) => return None,
        }
        Some(())
    }
}

/// What may vary in events of which a summary tells nothing.
fn beside(path: &[&str]) -> Hole {
    match path {
        ["id"] | ["messageIds", ITEM] => Hole::Name,
        _ => Hole::Fixed,
    }
}

impl DetailsTold {
    fn of(told: &graph::Call, layout: &Layout<'_>, names: &mut Names) -> Option<Self> {
        let audio = match &told.media_state {
            Member::Absent => Member::Absent,
            Member::Null => Member::Null,
            Member::Value(media) => match media.audio.value() {
                Some(audio) => Member::Value(names.id(audio.as_str())?),
                None => Member::Null,
            },
        };
        Some(Self {
            state: told.state.value().and_then(State::from_wire),
            direction: name(&told.direction, graph::CallDirection::as_str, names)?,
            audio,
            result: placed(&told.result_info, layout.member("resultInfo"))?,
            reason: placed(&told.termination_reason, layout.hole("terminationReason"))?,
        })
    }
}

impl OperationTold {
    fn of(told: &CommsOperation, layout: &Layout<'_>, names: &mut Names) -> Option<Self> {
        let type_name = match &told.odata_type {
            Some(name) => Some(names.id(name.as_str())?),
            None => None,
        };
        let known = CommsOperation {
            odata_type: told.odata_type.clone(),
            client_context: told.client_context.clone(),
            result_info: told.result_info.clone(),
            status: told.status.clone(),
            completion_reason: told.completion_reason.clone(),
            id: told.id.clone(),
            ..CommsOperation::default()
        };
        Some(Self {
            id: layout.hole("id")?,
            type_name,
            kind: told.kind(),
            state: operation::State::told(told),
            context: placed(&told.client_context, layout.hole("clientContext"))?,
            result: placed(&told.result_info, layout.member("resultInfo"))?,
            reason: name(&told.completion_reason, graph::CompletionReason::as_str, names)?,
            has_more: known != *told,
        })
    }
}

impl ParticipantTold {
    fn of(told: &Participant, layout: &Layout<'_>) -> Option<Self> {
        Some(Self {
            id: layout.hole("id")?,
            is_gone: !told.removed_state.is_absent(),
            info: placed(&told.info, layout.member("info"))?,
        })
    }
}

/// The same member, its value by name. The outer `None`: there is no room for the name.
fn name<T>(member: &Member<T>, text: fn(&T) -> &str, names: &mut Names) -> Option<Member<NameId>> {
    Some(match member {
        Member::Absent => Member::Absent,
        Member::Null => Member::Null,
        Member::Value(value) => Member::Value(names.id(text(value))?),
    })
}

/// The same member, its value by where it stands. The outer `None`: it stands nowhere.
fn placed<T, P>(member: &Member<T>, place: Option<P>) -> Option<Member<P>> {
    Some(match member {
        Member::Absent => Member::Absent,
        Member::Null => Member::Null,
        Member::Value(_) => Member::Value(place?),
    })
}
