//! Hearing: what a notification, or a reply, makes of a call's events. Evidence is never refused.

mod operation;
mod roster;

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use jiff::Timestamp;

use super::event::{CallEvent, ContentSharing, Details, NotificationHeard, StateConfirmed};
use super::hearing::{Hearing, is_failure};
use super::state::{Cause, State};
use super::{Call, details};
use crate::graph::{
    self, CallDirection, ChangeType, CommsNotification, CommsOperation, Member, Resource, ResourceData,
};
use crate::{CallId, Finding, FindingKind, Id, Recorded};

/// How a notification came: what the envelope of the delivery says.
///
/// ```
/// use callfold::call::Delivery;
///
/// let mut delivery = Delivery::default();
/// delivery.received_at = Some("2026-11-23T09:15:02Z".parse()?);
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// When it was received; absent where nothing tells.
    pub received_at: Option<Timestamp>,
    /// Header `X-Microsoft-Skype-Message-ID`.
    pub message_id: Option<Id>,
    /// Header `X-Microsoft-Skype-Original-Message-ID`: of a second delivery, the id of the first.
    pub original_message_id: Option<Id>,
    /// Which notification of the body it is, from 0.
    pub item: u32,
}

impl Delivery {
    fn message_ids(&self) -> impl Iterator<Item = &Id> {
        self.message_id.iter().chain(&self.original_message_id)
    }
}

/// What the service answered to something that the app asked for.
///
/// ```
/// use callfold::call::Reply;
///
/// let body = r##"{"@odata.type":"#microsoft.graph.playPromptOperation","status":"running"}"##;
/// let reply = Reply::Operation(serde_json::from_str(body)?);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reply {
    /// `201` with the call that was placed.
    Call(Box<graph::Call>),
    /// `200` or `202` with the operation that was begun.
    Operation(Box<CommsOperation>),
}

/// What hearing gave: events to store and then to fold, and what is worth saying.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Observed {
    /// The events, with their revisions; they fold without a refusal.
    pub events: Vec<Recorded>,
    /// What is worth saying.
    pub findings: Vec<Finding>,
}

impl Call {
    /// Hears a notification about a call, which need not be known yet.
    ///
    /// ```
    /// use callfold::call::{Call, Delivery, State};
    ///
    /// let id = "57dab8b1-894c-409a-b240-bd8beae78896".parse()?;
    /// let heard = serde_json::from_str(
    ///     r#"{"changeType":"updated",
    ///         "resourceUrl":"/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896",
    ///         "resourceData":{"state":"established"}}"#,
    /// )?;
    /// let observed = Call::observe(None, id, &heard, &Delivery::default());
    /// assert_eq!(observed.events[0].event.type_name(), "adopted");
    /// assert_eq!(Call::begin(&observed.events[0])?.state(), State::Established);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn observe(
        known: Option<&Self>,
        id: CallId,
        notification: &CommsNotification,
        delivery: &Delivery,
    ) -> Observed {
        let mut draft = Draft::new(known, id, delivery.received_at);
        let heard_before = known.and_then(|call| {
            delivery.message_ids().find(|message| call.hearings.has_heard(message, delivery.item))
        });
        if let Some(message) = heard_before {
            draft.find(FindingKind::Duplicate, format!("message {message} was delivered before"));
            return draft.observed;
        }
        let url = notification.url().resource;
        let is_gone = notification.is_deleted();
        match &notification.resource_data {
            ResourceData::Call(told) => draft.hear_call(told, notification.change_type.value()),
            ResourceData::Operation(told) => draft.hear_operation(told, &url, is_gone),
            ResourceData::Roster(told) => draft.hear_roster(told, &url, is_gone),
            ResourceData::DeltaRoster(deltas) => draft.hear_deltas(deltas, &url, is_gone),
            ResourceData::ContentSharing(told) => {
                let named = if let Resource::ContentSharing(id) = &url { id.as_ref() } else { None };
                draft.hear_sharing(told.iter().filter_map(|session| session.id.value().or(named)), is_gone);
            }
            ResourceData::ParticipantLeft(left) => draft.hear_left(left.participant_id.value()),
            // The app is asked; the call is what it was.
            ResourceData::ParticipantJoining(_) => {}
            ResourceData::Absent => match &url {
                Resource::Call => draft.hear_call(&graph::Call::default(), notification.change_type.value()),
                Resource::Operation(_) => draft.hear_operation(&CommsOperation::default(), &url, is_gone),
                Resource::Participant(id) if is_gone => draft.hear_left(Some(id)),
                Resource::ContentSharing(session) => draft.hear_sharing(session.iter(), is_gone),
                Resource::Participant(_) | Resource::Participants => draft.repeat("the roster"),
                Resource::Other(name) => draft.unknown_resource(name),
            },
            ResourceData::Other(told) => draft.hear_other(&url, told),
        }
        draft.heard(delivery);
        draft.observed
    }

    /// Takes in a reply to something that the app asked for: it begins a call or an operation. Whatever is
    /// known already stays as it is, because notifications can overtake replies.
    ///
    /// ```
    /// use callfold::call::{Call, Reply};
    ///
    /// let id = "57dab8b1-894c-409a-b240-bd8beae78896".parse()?;
    /// let reply = Reply::Call(serde_json::from_str(r#"{"state":"establishing","subject":"Stand-up"}"#)?);
    /// let observed = Call::learn(None, id, &reply, None);
    /// assert_eq!(observed.events[0].event.type_name(), "placed");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn learn(known: Option<&Self>, id: CallId, reply: &Reply, at: Option<Timestamp>) -> Observed {
        let mut draft = Draft::new(known, id, at);
        match reply {
            Reply::Call(told) => draft.learn_call(told),
            Reply::Operation(told) => draft.learn_operation(told),
        }
        draft.observed
    }
}

/// Events and findings in the making.
struct Draft<'a> {
    id: CallId,
    at: Option<Timestamp>,
    known: Option<&'a Call>,
    observed: Observed,
}

impl<'a> Draft<'a> {
    fn new(known: Option<&'a Call>, id: CallId, at: Option<Timestamp>) -> Self {
        Self { id, at, known, observed: Observed::default() }
    }

    fn record(&mut self, event: CallEvent) {
        let drafted = self.observed.events.len() as u64;
        let before = self.known.map_or(0, Call::revision).saturating_add(drafted);
        self.observed.events.push(Recorded::new(self.id, before.saturating_add(1), self.at, event));
    }

    fn infer(&mut self, event: CallEvent) {
        self.record(event);
        if let Some(last) = self.observed.events.last_mut() {
            last.inferred = true;
        }
    }

    fn find(&mut self, kind: FindingKind, message: impl Into<String>) {
        self.observed.findings.push(Finding::new(kind, Some(self.id), message));
    }

    fn repeat(&mut self, what: &str) {
        self.find(FindingKind::Repeat, format!("{what} again, nothing new"));
    }

    fn unknown_resource(&mut self, name: &str) {
        let name: String = name.chars().take(64).collect();
        self.find(
            FindingKind::UnknownResource,
            format!("`{name}` is no resource of a call that is known here"),
        );
    }

    /// Remembers the delivery, once it has left a trace or the call lives on.
    fn heard(&mut self, delivery: &Delivery) {
        let message_ids: Vec<Id> = delivery.message_ids().cloned().collect();
        let lives = self.known.is_some_and(|call| call.state().is_live());
        if !message_ids.is_empty() && (lives || !self.observed.events.is_empty()) {
            let heard = NotificationHeard { message_ids, item: delivery.item };
            self.record(CallEvent::NotificationHeard(Box::new(heard)));
        }
    }

    /// The call that something beside its state is told of; begins one where none is known. `None` where
    /// the call has ended, which is then said.
    fn live(&mut self, what: &str) -> Option<Option<&'a Call>> {
        match self.known {
            Some(call) if !call.state().is_live() => {
                self.find(FindingKind::AfterEnd, format!("{what} told after the call ended"));
                None
            }
            Some(call) => Some(Some(call)),
            None => {
                self.adopt_unseen(what);
                Some(None)
            }
        }
    }

    fn adopt_unseen(&mut self, what: &str) {
        self.find(
            FindingKind::Adopted,
            format!("the call is first heard of by {what}; its beginning is missing"),
        );
        self.infer(CallEvent::Adopted(None));
    }

    fn hear_call(&mut self, told: &graph::Call, change: Option<&ChangeType>) {
        let unknown_state = told.state.value().filter(|state| State::from_wire(state).is_none());
        let named = match change {
            Some(ChangeType::Deleted) => Some(State::Terminated),
            _ => told.state.value().and_then(State::from_wire),
        };
        if let (None, Some(state)) = (named, unknown_state) {
            let state: String = state.as_str().chars().take(64).collect();
            self.find(FindingKind::UnknownResource, format!("`{state}` is no callState that is known here"));
        }
        match self.known {
            None => self.begin(named, told),
            Some(call) if !call.state().is_live() => self.hear_after_end(call, named, told),
            Some(call) => match named {
                Some(named) => self.hear_state(call, named, told),
                None => {
                    self.change(details::news(details::told(told), call.details()));
                    self.hear_tone(told);
                    if self.observed.events.is_empty() {
                        self.repeat("details");
                    }
                }
            },
        }
    }

    fn begin(&mut self, named: Option<State>, told: &graph::Call) {
        let mut rest = details::first(told);
        let is_placed = told.direction.value() != Some(&CallDirection::Incoming);
        match named {
            Some(State::Incoming) => self.record(CallEvent::Offered(details::some(rest))),
            Some(State::Establishing) if is_placed => self.record(CallEvent::Placed(details::some(rest))),
            Some(state) => {
                self.find(
                    FindingKind::Adopted,
                    format!("first heard of as {state}; its beginning is missing"),
                );
                rest.state = Member::Value(state.wire());
                let failure = rest.result_info.take();
                if state == State::Established && is_failure(told) {
                    self.record(CallEvent::Adopted(details::some(rest)));
                    self.infer(CallEvent::Step(Cause::TransferStarted, None));
                    let told = graph::Call { result_info: failure, ..graph::Call::default() };
                    self.record(CallEvent::Step(Cause::TransferFailed, details::some(told)));
                } else {
                    rest.result_info = failure;
                    self.record(CallEvent::Adopted(details::some(rest)));
                }
            }
            None => {
                self.adopt_unseen("its details");
                self.change(details::some(rest));
            }
        }
        if named != Some(State::Terminated) {
            self.hear_tone(told);
        }
    }

    fn hear_after_end(&mut self, call: &Call, named: Option<State>, told: &graph::Call) {
        let news = details::news(details::told(told), call.details()).is_some();
        let tone = told.tone_info.value().is_some_and(|tone| !call.knows_tone(tone));
        let is_end = named.is_none_or(|named| named == State::Terminated);
        match named {
            _ if is_end && !news && !tone => self.repeat("terminated"),
            Some(named) => self.find(FindingKind::AfterEnd, format!("{named} told after the call ended")),
            None => self.find(FindingKind::AfterEnd, "details told after the call ended"),
        }
    }

    fn hear_state(&mut self, call: &Call, named: State, told: &graph::Call) {
        let rest = details::told(told);
        let at = call.state();
        match call.hear(named, told, self.at) {
            Hearing::Found => {
                let mut found = rest;
                found.state = Member::Value(named.wire());
                self.record(CallEvent::Adopted(details::some(found)));
                self.hear_tone(told);
            }
            Hearing::ToldAtLast { again } => {
                if !again {
                    self.record(CallEvent::StateConfirmed(StateConfirmed { state: named }));
                }
                self.hear_late(call, rest, told);
                self.find(FindingKind::Late, format!("{named} told late: it had been inferred before {at}"));
            }
            Hearing::Same => {
                self.change(details::news(rest, call.details()));
                self.hear_tone(told);
                if self.observed.events.is_empty() {
                    self.repeat(named.as_str());
                }
            }
            Hearing::Step(cause) => self.walk(call, &[cause], rest, told),
            Hearing::Gap(path) => self.walk(call, &path, rest, told),
            Hearing::Late => {
                self.hear_late(call, rest, told);
                self.find(FindingKind::Late, format!("{named} told late: the call is {at} already"));
            }
            Hearing::Impossible => {
                let legal: Vec<&str> = at.steps().map(|(_, next)| next.as_str()).collect();
                let legal = legal.join(", ");
                self.find(FindingKind::Impossible, format!("{named} cannot follow {at}: {legal} could"));
            }
        }
    }

    /// Walks the steps of a path. The last one is told, those before it are inferred.
    fn walk(&mut self, call: &Call, path: &[Cause], rest: graph::Call, told: &graph::Call) {
        let result_info = rest.result_info.clone();
        let mut news = details::news(rest, call.details());
        if result_info.value().is_some() {
            news.get_or_insert_default().result_info = result_info;
        }
        let Some((last, inferred)) = path.split_last() else { return };
        let mut untold = Vec::new();
        let mut state = call.state();
        for cause in inferred {
            state = state.after(*cause).unwrap_or(state);
            untold.push(state.as_str());
            self.infer(CallEvent::Step(*cause, None));
        }
        if *last == Cause::Terminated {
            self.hear_tone(told);
        }
        self.record(CallEvent::Step(*last, news));
        if *last != Cause::Terminated {
            self.hear_tone(told);
        }
        if !untold.is_empty() {
            let untold = untold.join(", ");
            let to = state.after(*last).unwrap_or(state);
            self.find(
                FindingKind::Gap,
                format!("{untold} never told on the way from {} to {to}", call.state()),
            );
        }
        if *last == Cause::Terminated {
            self.leave_orphans(call);
        }
    }

    fn leave_orphans(&mut self, call: &Call) {
        for operation in call.operations().iter().filter(|operation| operation.is_pending()) {
            self.observed.findings.push(orphan(self.id, operation));
        }
    }

    /// A late telling adds what is still unknown. A result belongs to the state it was told with.
    fn hear_late(&mut self, call: &Call, mut rest: graph::Call, told: &graph::Call) {
        rest.result_info.take();
        self.change(details::unknown(rest, call.details()));
        self.hear_tone(told);
    }

    fn change(&mut self, news: Details) {
        if news.is_some() {
            self.record(CallEvent::DetailsChanged(news));
        }
    }

    fn hear_tone(&mut self, told: &graph::Call) {
        let Some(tone) = told.tone_info.value() else { return };
        if self.known.is_none_or(|call| !call.knows_tone(tone)) {
            self.record(CallEvent::ToneReceived(tone.to_owned()));
        }
    }

    fn learn_call(&mut self, told: &graph::Call) {
        let mut rest = details::told(told);
        match self.known {
            Some(call) if call.state().is_live() => {
                rest.result_info.take();
                self.change(details::unknown(rest, call.details()));
            }
            Some(_) => {}
            None => {
                rest.direction =
                    Member::Value(told.direction.value().cloned().unwrap_or(CallDirection::Outgoing));
                let named = told.state.value().and_then(State::from_wire).unwrap_or(State::Establishing);
                self.begin(Some(named), &rest);
            }
        }
    }

    fn hear_sharing<'s>(&mut self, sessions: impl Iterator<Item = &'s Id>, is_gone: bool) {
        let Some(known) = self.live("content sharing") else { return };
        let before = self.observed.events.len();
        for id in sessions {
            let is_shared = known.is_some_and(|call| call.content_sharing().contains(id));
            let sharing = ContentSharing { id: id.clone() };
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

    fn hear_other(&mut self, url: &Resource, told: &graph::Unshown) {
        match url {
            Resource::Other(name) => self.unknown_resource(name),
            Resource::Call
            | Resource::Operation(_)
            | Resource::Participants
            | Resource::Participant(_)
            | Resource::ContentSharing(_) => {
                self.find(
                    FindingKind::Malformed,
                    format!("resourceData is {told:?}, which does not fit its url"),
                );
            }
        }
    }
}

/// The finding that a call left an operation behind.
pub(crate) fn orphan(call: CallId, operation: &crate::operation::Operation) -> Finding {
    let id = operation.id().map_or_else(String::new, |id| format!(" {id}"));
    let (kind, state) = (operation.kind().as_str(), operation.state());
    Finding::new(
        FindingKind::Orphan,
        Some(call),
        format!("{kind} operation{id} was {state} when the call ended"),
    )
}
