//! The meaning of a shape, computed once when the shape is learned: the parts that are the same in every line
//! of the shape, and the holes that contain the other parts.

use alloc::string::String;

use super::names::{NameId, Names};
use super::results::Results;
use super::shape::layout::Layout;
use super::shape::packed::Packed;
use super::shape::tree::{Mark, Root, Shapes};
use crate::call::event::CallEvent;
use crate::call::state::State;
use crate::graph::member::Member;
use crate::graph::operation::{CommsOperation, OperationKind};
use crate::graph::participant::Participant;
use crate::graph::tone::ToneInfo;
use crate::graph::wire::read::{Hole, ITEM, Wire};
use crate::{graph, operation};

/// The place of a text in a line. The place is that of the JSON or that of the content.
pub(super) type Span = (Mark, Mark);

/// A report of a call.
#[derive(Clone, Debug)]
pub(super) struct ReportedDetails {
    /// The state. Only the event `adopted` has it.
    pub(super) state: Option<State>,
    pub(super) direction: Member<NameId>,
    pub(super) audio: Member<NameId>,
    pub(super) result: Member<Span>,
    pub(super) reason: Member<u8>,
}

/// A report of a tone that has a number and a name.
#[derive(Clone, Debug)]
pub(super) struct ReportedTone {
    pub(super) sequence: u8,
    pub(super) tone: NameId,
}

/// A report of an operation that has an id.
#[derive(Clone, Debug)]
pub(super) struct ReportedOperation {
    pub(super) id: u8,
    pub(super) type_name: Option<NameId>,
    pub(super) kind: OperationKind,
    pub(super) state: Option<operation::state::State>,
    pub(super) context: Member<u8>,
    pub(super) result: Member<Span>,
    pub(super) reason: Member<NameId>,
    /// True if the report has members which this struct does not hold.
    pub(super) has_more: bool,
}

/// A report of a participant that has an id.
#[derive(Clone, Debug)]
pub(super) struct ReportedParticipant {
    pub(super) id: u8,
    pub(super) is_gone: bool,
    pub(super) has_info: bool,
}

/// The learned shapes, names and results.
#[derive(Clone, Debug, Default)]
pub(super) struct Learned {
    pub(super) details: Shapes<ReportedDetails>,
    pub(super) tones: Shapes<ReportedTone>,
    pub(super) operations: Shapes<ReportedOperation>,
    pub(super) participants: Shapes<ReportedParticipant>,
    pub(super) no_state_change: Shapes<()>,
    pub(super) names: Names,
    pub(super) results: Results,
}

impl Learned {
    /// Learns the shape of the data of an event, if the data has one. `root` is the number of the event's
    /// name.
    pub(super) fn learn(&mut self, root: Root, event: &CallEvent) -> Option<()> {
        let data = serde_json::to_string(event).ok()?;
        match event {
            CallEvent::Offered(reported)
            | CallEvent::Placed(reported)
            | CallEvent::Adopted(reported)
            | CallEvent::Step(_, reported)
            | CallEvent::DetailsChanged(reported) => {
                let layout = Layout::of(&data, graph::call::Call::hole)?;
                let meaning = match reported {
                    Some(reported) => ReportedDetails::of(reported, &layout, &mut self.names)?,
                    None => ReportedDetails::of(&graph::call::Call::default(), &layout, &mut self.names)?,
                };
                self.details.learn(root, &layout, meaning);
            }
            CallEvent::ToneReceived(tone) => {
                let layout = Layout::of(&data, ToneInfo::hole)?;
                let name = self.names.id(tone.tone.value()?.as_str())?;
                let meaning = ReportedTone { sequence: layout.hole("sequenceId")?, tone: name };
                self.tones.learn(root, &layout, meaning);
            }
            CallEvent::RosterUpdated(roster) => {
                for participant in &roster.participants {
                    self.learn_participant(participant)?;
                }
            }
            CallEvent::OperationCreated(reported)
            | CallEvent::OperationUpdated(reported)
            | CallEvent::OperationStep(_, reported) => _ = self.learn_operation(root, reported)?,
            CallEvent::StateConfirmed(_)
            | CallEvent::ContentSharingStarted(_)
            | CallEvent::ContentSharingEnded(_)
            | CallEvent::NotificationHeard(_) => {
                self.no_state_change.learn(root, &Layout::of(&data, no_state_change)?, ())
            }
            CallEvent::Service(_) => return None,
        }
        Some(())
    }

    fn learn_participant(&mut self, reported: &Participant) -> Option<String> {
        let data = serde_json::to_string(reported).ok()?;
        let layout = Layout::of(&data, Participant::hole)?;
        self.participants.learn(Root::default(), &layout, ReportedParticipant::of(reported, &layout)?);
        Some(data)
    }

    fn learn_operation(&mut self, root: Root, reported: &CommsOperation) -> Option<String> {
        let data = serde_json::to_string(reported).ok()?;
        let layout = Layout::of(&data, CommsOperation::hole)?;
        let meaning = ReportedOperation::of(reported, &layout, &mut self.names)?;
        self.operations.learn(root, &layout, meaning);
        Some(data)
    }

    /// Packs the report of a participant.
    pub(super) fn pack_participant(&mut self, reported: &Participant) -> Option<Packed> {
        let data = self.learn_participant(reported)?;
        self.participants.pack_text(Root::default(), &data)
    }

    /// Packs the report of an operation.
    pub(super) fn pack_operation(&mut self, reported: &CommsOperation) -> Option<Packed> {
        let data = self.learn_operation(Root::default(), reported)?;
        self.operations.pack_text(Root::default(), &data)
    }
}

/// The parts that may vary in events that change no summary.
fn no_state_change(path: &[&str]) -> Hole {
    match path {
        ["id"] | ["messageIds", ITEM] => Hole::Name,
        _ => Hole::Fixed,
    }
}

impl ReportedDetails {
    fn of(reported: &graph::call::Call, layout: &Layout<'_>, names: &mut Names) -> Option<Self> {
        let audio = match &reported.media_state {
            Member::Absent => Member::Absent,
            Member::Null => Member::Null,
            Member::Value(media) => match media.audio.value() {
                Some(audio) => Member::Value(names.id(audio.as_str())?),
                None => Member::Null,
            },
        };
        Some(Self {
            state: reported.state.value().and_then(State::from_wire),
            direction: name(&reported.direction, graph::call::CallDirection::as_str, names)?,
            audio,
            result: placed(&reported.result_info, layout.member("resultInfo"))?,
            reason: placed(&reported.termination_reason, layout.hole("terminationReason"))?,
        })
    }
}

impl ReportedOperation {
    fn of(reported: &CommsOperation, layout: &Layout<'_>, names: &mut Names) -> Option<Self> {
        let type_name = match &reported.odata_type {
            Some(name) => Some(names.id(name.as_str())?),
            None => None,
        };
        let known = CommsOperation {
            odata_type: reported.odata_type.clone(),
            client_context: reported.client_context.clone(),
            result_info: reported.result_info.clone(),
            status: reported.status.clone(),
            completion_reason: reported.completion_reason.clone(),
            id: reported.id.clone(),
            ..CommsOperation::default()
        };
        Some(Self {
            id: layout.hole("id")?,
            type_name,
            kind: reported.kind(),
            state: operation::state::State::reported(reported),
            context: placed(&reported.client_context, layout.hole("clientContext"))?,
            result: placed(&reported.result_info, layout.member("resultInfo"))?,
            reason: name(&reported.completion_reason, graph::operation::CompletionReason::as_str, names)?,
            has_more: known != *reported,
        })
    }
}

impl ReportedParticipant {
    /// `None` if a member has a value of another type: such a member counts in the order of deltas.
    fn of(reported: &Participant, layout: &Layout<'_>) -> Option<Self> {
        if reported.misfit().is_some() {
            return None;
        }
        Some(Self {
            id: layout.hole("id")?,
            is_gone: !reported.removed_state.is_absent(),
            has_info: !reported.info.is_absent(),
        })
    }
}

/// Replaces the value of a member by the number of a name. `None` if there is no room for the name.
fn name<T>(member: &Member<T>, text: fn(&T) -> &str, names: &mut Names) -> Option<Member<NameId>> {
    Some(match member {
        Member::Absent => Member::Absent,
        Member::Null => Member::Null,
        Member::Value(value) => Member::Value(names.id(text(value))?),
    })
}

/// Replaces the value of a member by its place. `None` if the member has a value and the value has no place.
fn placed<T, P>(member: &Member<T>, place: Option<P>) -> Option<Member<P>> {
    Some(match member {
        Member::Absent => Member::Absent,
        Member::Null => Member::Null,
        Member::Value(_) => Member::Value(place?),
    })
}
