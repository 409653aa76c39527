//! Requests that use the media of a call.

use alloc::boxed::Box;

use super::super::event::ServiceEvent;
use super::super::event::{MediaRequest, OperationQueued};
use super::super::reply::Reply;
use super::deciding::Deciding;
use crate::graph::action::{ClientContext, PlayPrompt, RecordResponse, UpdateRecordingStatus};
use crate::graph::operation::{CommsOperation, OperationStatus};

impl Deciding<'_> {
    pub(super) fn play_prompt(&mut self, request: Box<PlayPrompt>) -> Reply {
        let operation = self.operation(&request.client_context);
        let starts = self.plan.call.queue().is_empty();
        self.queue(operation, MediaRequest::PlayPrompt(request), starts)
    }

    pub(super) fn record_response(&mut self, request: Box<RecordResponse>) -> Reply {
        let operation = self.operation(&request.client_context);
        if request.barges_in() {
            self.plan.cancel_media();
        }
        let starts = request.barges_in() || self.plan.call.queue().is_empty();
        self.queue(operation, MediaRequest::RecordResponse(request), starts)
    }

    /// The reply says that the operation runs, even if it waits: Graph's reply does.
    fn queue(&mut self, operation: Option<CommsOperation>, request: MediaRequest, starts: bool) -> Reply {
        let Some(operation) = operation else { return self.empty() };
        let reply = CommsOperation { status: OperationStatus::Running.into(), ..operation.clone() };
        let kind = operation.kind();
        let queued = OperationQueued::new(Box::new(operation), request);
        self.plan.serve(ServiceEvent::OperationQueued(queued.into()));
        if starts {
            self.plan.start(self.new_id.clone(), kind);
        }
        Reply::begun(self.method.status(), self.plan.call.id(), reply)
    }

    pub(super) fn cancel_media_processing(&mut self, request: &ClientContext) -> Reply {
        let reply = self.begin(&request.client_context);
        self.plan.cancel_media();
        reply
    }

    pub(super) fn update_recording_status(&mut self, request: Box<UpdateRecordingStatus>) -> Reply {
        let reply = self.begin(&request.client_context);
        self.plan.serve(ServiceEvent::RecordingStatusUpdated(request.into()));
        reply
    }
}
