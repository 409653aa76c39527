//! The draft of the events and findings of one notification, with the methods that all kinds of notifications
//! use.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use jiff::Timestamp;

use super::super::data::Call;
use super::super::event::CallEvent;
use super::super::event::{ContentSharing, NotificationHeard};
use super::delivery::{Delivery, Observed};
use crate::finding::{Finding, FindingKind};
use crate::graph::resource_data::Unshown;
use crate::graph::url::Resource;
use crate::id::{CallId, Id};
use crate::record::recorded::Recorded;
use crate::text::short;

/// The events and findings of one notification, as they are collected.
pub(super) struct Draft<'a> {
    pub(super) id: CallId,
    pub(super) at: Option<Timestamp>,
    /// True if the delivery has a message id, by which a second delivery is recognised.
    pub(super) is_numbered: bool,
    pub(super) known: Option<&'a Call>,
    pub(super) observed: Observed,
}

impl<'a> Draft<'a> {
    pub(super) fn new(known: Option<&'a Call>, id: CallId, at: Option<Timestamp>) -> Self {
        Self { id, at, is_numbered: false, known, observed: Observed::default() }
    }

    pub(super) fn record(&mut self, event: CallEvent) {
        let drafted = self.observed.events.len() as u64;
        let before = self.known.map_or(0, Call::revision).saturating_add(drafted);
        self.observed.events.push(Recorded::new(self.id, before.saturating_add(1), self.at, event));
    }

    pub(super) fn infer(&mut self, event: CallEvent) {
        self.record(event);
        if let Some(last) = self.observed.events.last_mut() {
            last.inferred = true;
        }
    }

    pub(super) fn find(&mut self, kind: FindingKind, message: impl Into<String>) {
        self.observed.findings.push(Finding::new(kind, Some(self.id), message));
    }

    pub(super) fn repeat(&mut self, what: &str) {
        self.find(FindingKind::Repeat, format!("{what} again, nothing new"));
    }

    /// A notification that says nothing about a resource.
    pub(super) fn empty(&mut self, what: &str) {
        self.find(FindingKind::Empty, format!("the notification contains nothing about {what}"));
    }

    pub(super) fn unknown_resource(&mut self, name: &str) {
        let name = short(name);
        let message = format!("`{name}` is not a resource of a call that this version knows");
        self.find(FindingKind::UnknownResource, message);
    }

    /// Records the message ids of the delivery, if the delivery caused an event or the call is still live.
    pub(super) fn received(&mut self, delivery: &Delivery) {
        let lives = self.known.is_some_and(|call| call.state().is_live());
        if self.is_numbered && (lives || !self.observed.events.is_empty()) {
            let message_ids: Vec<Id> = delivery.message_ids().cloned().collect();
            let received = NotificationHeard::new(message_ids, delivery.item);
            self.record(CallEvent::NotificationHeard(received.into()));
        }
    }

    /// The call that a notification without a state is about. An unknown call is adopted, and the result is
    /// `Some(None)`. If the call has ended, the result is `None`, and a finding says so.
    pub(super) fn live(&mut self, what: &str) -> Option<Option<&'a Call>> {
        match self.known {
            Some(call) if !call.state().is_live() => {
                self.find(FindingKind::AfterEnd, format!("{what} was reported after the call ended"));
                None
            }
            Some(call) => Some(Some(call)),
            None => {
                self.adopt_unseen(what);
                Some(None)
            }
        }
    }

    pub(super) fn adopt_unseen(&mut self, what: &str) {
        self.find(
            FindingKind::Adopted,
            format!("the call was first reported by {what}; its beginning is missing"),
        );
        self.infer(CallEvent::Adopted(None));
    }

    pub(super) fn observe_sharing<'s>(&mut self, sessions: impl Iterator<Item = &'s Id>, is_gone: bool) {
        let Some(known) = self.live("content sharing") else { return };
        let before = self.observed.events.len();
        for id in sessions {
            let is_shared = known.is_some_and(|call| call.content_sharing.has(id));
            let sharing = ContentSharing::new(id.clone());
            match (is_shared, is_gone) {
                (false, false) => self.record(CallEvent::ContentSharingStarted(sharing)),
                (true, true) => self.record(CallEvent::ContentSharingEnded(sharing)),
                (true, false) | (false, true) => {}
            }
        }
        if known.is_some() && self.observed.events.len() == before {
            self.repeat("content sharing");
        }
    }

    pub(super) fn observe_other(&mut self, url: &Resource, reported: &Unshown) {
        match url {
            Resource::Other(name) => self.unknown_resource(name),
            Resource::Call => self.misfit(reported, "a call"),
            Resource::Operation(_) => self.misfit(reported, "an operation"),
            Resource::Participants => self.misfit(reported, "the participants"),
            Resource::Participant(_) => self.misfit(reported, "a participant"),
            Resource::ContentSharing(_) => self.misfit(reported, "content sharing"),
        }
    }

    fn misfit(&mut self, reported: &Unshown, named: &str) {
        let message =
            format!("resourceData is {reported:?} that does not fit resourceUrl, which names {named}");
        self.find(FindingKind::Malformed, message);
    }
}
