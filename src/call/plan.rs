//! The planned events of one input to a known call. Requests, network events and deadlines use such a plan.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use jiff::Timestamp;

use super::data::Call;
use super::details;
use super::event::{CallEvent, ServiceEvent};
use super::event::{RecordedParticipant, RosterUpdated};
use super::network_event::{CallEnd, EndStatus, Ending, StopReason};
use super::state::Transition;
use crate::graph;
use crate::graph::end_code::EndCode;
use crate::graph::member::Member;
use crate::graph::operation::{CommsOperation, CompletionReason, OperationKind};
use crate::graph::participant::Participant;
use crate::graph::result::ResultInfo;
use crate::id::{OperationId, ParticipantId};
use crate::operation;
use crate::record::recorded::Recorded;

pub(super) struct Plan<'a> {
    pub(super) call: &'a Call,
    pub(super) at: Timestamp,
    pub(super) events: Vec<Recorded>,
}

/// The end of an operation: its transition, and the members that the service reports with it.
#[derive(Clone, Debug)]
pub(super) struct End {
    transition: operation::state::Transition,
    reported: CommsOperation,
}

/// The end of an operation with this status, result and completion reason.
pub(super) fn ended(status: EndStatus, ending: Ending) -> End {
    let transition = match status {
        EndStatus::Completed => operation::state::Transition::Completed,
        EndStatus::Failed => operation::state::Transition::Failed,
    };
    let reported = CommsOperation {
        result_info: Member::from(ending.result_info),
        completion_reason: Member::from(ending.completion_reason),
        ..CommsOperation::default()
    };
    End { transition, reported }
}

/// The end with this result: a failure, if the result is one.
fn with_result(result: ResultInfo) -> End {
    let status = if result.is_failure() { EndStatus::Failed } else { EndStatus::Completed };
    ended(status, Ending::with_result(result))
}

/// The end of a media operation that `cancelMediaProcessing` or a barge-in cancels.
fn cancelled(kind: OperationKind) -> End {
    let mut end = with_result(EndCode::OperationCancelled.result_info());
    if kind == OperationKind::Record {
        end.reported.completion_reason = CompletionReason::OperationCanceled.into();
    }
    end
}

/// The end of a recording that stops for this reason.
fn stopped(reason: StopReason) -> End {
    match reason {
        StopReason::InitialSilence => with_result(EndCode::TimedOut.result_info()),
        StopReason::Silence => with_result(ResultInfo::plain(200, 0)),
        StopReason::MaxDuration => with_result(EndCode::MaxRecordDurationReached.result_info()),
        StopReason::StopTone => {
            ended(EndStatus::Completed, Ending::completed_because(CompletionReason::StopToneDetected))
        }
        StopReason::Result(result) => with_result(*result),
    }
}

impl<'a> Plan<'a> {
    pub(super) const fn new(call: &'a Call, at: Timestamp) -> Self {
        Self { call, at, events: Vec::new() }
    }

    pub(super) fn record(&mut self, event: CallEvent) {
        let revision = self.call.revision().saturating_add(self.events.len() as u64).saturating_add(1);
        self.events.push(Recorded::new(self.call.id(), revision, Some(self.at), event));
    }

    pub(super) fn serve(&mut self, event: ServiceEvent) {
        self.record(CallEvent::Service(event));
    }

    pub(super) fn step(&mut self, transition: Transition) {
        self.record(CallEvent::Step(transition, None));
    }

    /// The end of the call.
    pub(super) fn end(&mut self, end: impl Into<CallEnd>) {
        let CallEnd { result_info, termination_reason } = end.into();
        let reported = graph::call::Call {
            result_info: Member::from(result_info),
            termination_reason: Member::from(termination_reason),
            ..graph::call::Call::default()
        };
        self.record(CallEvent::Step(Transition::Terminated, details::some(reported.into())));
    }

    /// A roster update with these participants, under the next sequence number.
    pub(super) fn roster(&mut self, participants: Vec<Participant>) {
        self.update_roster(participants, false);
    }

    /// Like [`roster`](Self::roster), and the app is told of it in a call between two, too.
    pub(super) fn report_roster(&mut self, participants: Vec<Participant>) {
        self.update_roster(participants, true);
    }

    fn update_roster(&mut self, participants: Vec<Participant>, is_reported: bool) {
        let drafted =
            self.events.iter().filter(|one| matches!(one.event, CallEvent::RosterUpdated(_))).count();
        let last = self.call.roster.sequence().unwrap_or(0).saturating_add(drafted as i64);
        let leaving = self.leaving(&participants);
        let music = self.call.hold_music().filter(|music| leaving.contains(&music.participant)).cloned();
        for id in leaving.into_iter().filter(|id| self.call.recorded_participant(id).is_some()) {
            self.serve(ServiceEvent::RecordedParticipantLeft(RecordedParticipant::new(id)));
        }
        let mut updated = RosterUpdated::new(Some(last.saturating_add(1)), participants);
        updated.is_reported = is_reported.then_some(true);
        self.record(CallEvent::RosterUpdated(updated.into()));
        // A participant who left is no longer on hold.
        if let Some(music) = music {
            self.serve(ServiceEvent::HoldMusicStopped(music.into()));
        }
    }

    /// The participants of whom the update says that they have left, and of whom that is news.
    fn leaving(&self, reported: &[Participant]) -> Vec<ParticipantId> {
        let before = &self.call.roster;
        let mut after = before.clone();
        reported.iter().for_each(|one| after.update(Cow::Borrowed(one), None));
        let changed = after.changes(before).filter_map(|(_, one)| one.id.value());
        changed.filter(|id| after.has_left(id) && !before.has_left(id)).cloned().collect()
    }

    pub(super) fn move_operation(
        &mut self,
        transition: operation::state::Transition,
        id: OperationId,
        kind: OperationKind,
        reported: CommsOperation,
    ) {
        let reported =
            CommsOperation { odata_type: Some(kind.type_name().into()), id: id.into(), ..reported };
        self.record(CallEvent::OperationStep(transition, reported.into()));
    }

    pub(super) fn settle(&mut self, id: OperationId, kind: OperationKind, end: End) {
        self.move_operation(end.transition, id, kind, end.reported);
    }

    /// Starts a media operation that is now first in the queue.
    pub(super) fn start(&mut self, id: OperationId, kind: OperationKind) {
        self.move_operation(operation::state::Transition::Started, id, kind, CommsOperation::default());
    }

    /// Settles the first media operation of the queue, and starts the next one.
    pub(super) fn finish_head(&mut self, end: End) {
        let mut queue = self.call.queue().iter();
        let Some(head) = queue.next() else { return };
        self.settle(head.operation.clone(), head.kind(), end);
        if let Some(next) = queue.next().filter(|next| !self.call.runs(&next.operation)) {
            self.start(next.operation.clone(), next.kind());
        }
    }

    /// [`finish_head`](Self::finish_head) for a recording. A completed recording reports its location.
    pub(super) fn stop_recording(&mut self, reason: StopReason) {
        let mut end = stopped(reason);
        if let Some(recording) = self.call.head().and_then(|head| head.recording.as_ref())
            && end.transition == operation::state::Transition::Completed
        {
            end.reported.recording_location = Member::from(recording.recording_location.clone());
            end.reported.recording_access_token = Member::from(recording.recording_access_token.clone());
        }
        self.finish_head(end);
    }

    /// Cancels all media operations: the running one and the waiting ones.
    pub(super) fn cancel_media(&mut self) {
        for queued in self.call.queue().iter() {
            self.settle(queued.operation.clone(), queued.kind(), cancelled(queued.kind()));
        }
    }

    pub(super) fn cancel(&mut self, id: OperationId, kind: OperationKind) {
        self.settle(id, kind, cancelled(kind));
    }
}
