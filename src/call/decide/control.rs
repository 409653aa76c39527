//! Requests that move the call itself, and the quality that a device reports.

use alloc::boxed::Box;

use super::super::event::ServiceEvent;
use super::super::reply::Reply;
use super::super::state::Transition;
use super::deciding::Deciding;
use crate::graph::action::{Answer, LogTeleconferenceDeviceQuality, Redirect, Reject, Transfer};

impl Deciding<'_> {
    pub(super) fn answer(&mut self, request: Box<Answer>) -> Reply {
        self.plan.serve(ServiceEvent::AnswerRequested(request.into()));
        self.accept(Transition::Answered)
    }

    pub(super) fn reject(&mut self, request: Box<Reject>) -> Reply {
        self.plan.serve(ServiceEvent::RejectRequested(request.into()));
        self.accept(Transition::Terminated)
    }

    pub(super) fn redirect(&mut self, request: Box<Redirect>) -> Reply {
        self.plan.serve(ServiceEvent::RedirectRequested(request.into()));
        self.accept(Transition::Redirected)
    }

    pub(super) fn transfer(&mut self, request: Box<Transfer>) -> Reply {
        self.plan.serve(ServiceEvent::TransferRequested(request.into()));
        self.accept(Transition::TransferStarted)
    }

    fn accept(&mut self, transition: Transition) -> Reply {
        self.plan.step(transition);
        self.empty()
    }

    pub(super) fn keep_alive(&mut self) -> Reply {
        self.plan.serve(ServiceEvent::KeptAlive);
        self.empty()
    }

    pub(super) fn delete_call(&mut self) -> Reply {
        if self.plan.call.state().after(Transition::TerminationStarted).is_some() {
            self.plan.step(Transition::TerminationStarted);
        }
        self.empty()
    }

    pub(super) fn log_device_quality(&mut self, request: LogTeleconferenceDeviceQuality) -> Reply {
        if let Some(quality) = request.quality.into_value() {
            self.plan.serve(ServiceEvent::DeviceQualityReported(quality.into()));
        }
        self.empty()
    }
}
