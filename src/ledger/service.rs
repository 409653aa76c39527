//! The methods of a ledger for hosts that simulate the service. They pass requests, network events and
//! deadlines to the right call, and end a call that another call replaces.

use alloc::vec::Vec;

use jiff::Timestamp;

use super::data::Ledger;
use crate::call::command::Command;
use crate::call::data::Call;
use crate::call::deadline::Due;
use crate::call::decide::Decision;
use crate::call::decide::context::RequestContext;
use crate::call::network_event::NetworkEvent;
use crate::graph::identity::InvitationParticipantInfo;
use crate::graph::method::Method;
use crate::graph::operation::OperationKind;
use crate::id::{CallId, Id};
use crate::record::recorded::Recorded;
use crate::refusal::{Refusal, Why};

impl Ledger {
    /// Decides on a request of the app. `id` is the call that the request names. It is `None` for a request
    /// that names no call: one that places a call, or a report of a teleconference device.
    ///
    /// A transfer or an invitation can replace a second call. The second call must be in the ledger and
    /// connected. It ends later: [`Ledger::on_network_event`] returns the events for its end.
    ///
    /// # Errors
    ///
    /// A [`Refusal`], as in [`Call::decide`] and in the same order. Its status is also 404 if the call is unknown or
    /// belongs to another app, 400 if the call to be replaced is unknown or not connected, and 409 if the new id of a placed call is already
    /// in use.
    ///
    /// ```
    /// use callfold::call::{AppIdentity, Command, RequestContext};
    /// use callfold::graph::{Permission, Route};
    /// use callfold::{Ledger, uuid::Uuid};
    ///
    /// let route = Route::parse("DELETE", "/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896")?;
    /// let app = AppIdentity::new(&[Permission::Initiate]);
    /// let request = RequestContext::new("2026-11-23T09:15:00Z".parse()?, Uuid::nil(), app);
    /// let refusal = Ledger::new().decide(route.call, Command::read(&route, b""), &request).unwrap_err();
    /// assert_eq!((refusal.status(), refusal.error().code.as_str()), (404, "8522"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decide(
        &self,
        id: Option<CallId>,
        command: Command,
        request: &RequestContext<'_>,
    ) -> Result<Decision, Refusal> {
        let method = command.method();
        let Some(id) = id else { return self.decide_apart(command, request) };
        let known = self.seen(id, request).ok_or_else(|| Refusal::new(method, None, Why::UnknownCall))?;
        known.decide_among(command, request, &|other| {
            let other = self.seen(other, request).filter(|other| other.id() != known.id());
            other.is_some_and(|other| other.is_connected_at(request.at))
        })
    }

    /// Decides on a request whose path names no call.
    fn decide_apart(&self, command: Command, request: &RequestContext<'_>) -> Result<Decision, Refusal> {
        let method = command.method();
        if method == Method::LogTeleconferenceDeviceQuality {
            return match self.reported(&command, request) {
                Some(call) => call.decide(command, request),
                None => Call::unseen(&command, request),
            };
        }
        let decision = Call::place(command, request)?;
        match self.call(CallId::new(request.new_id)) {
            Some(call) => {
                let why = Why::Part("a new id that is already in use".into());
                Err(Refusal::new(method, Some(call.state_at(request.at)), why))
            }
            None => Ok(decision),
        }
    }

    /// Returns the events that a network event causes: the events of the call, and the events of another call
    /// that this call replaces. The other call ends when the consultative transfer or the invitation that
    /// replaces it completes.
    ///
    /// # Errors
    ///
    /// A [`Refusal`], as in [`Call::on_network_event`].
    ///
    /// ```
    /// use callfold::call::{NetworkEvent, State};
    /// use callfold::{CallId, Ledger, serde_json, uuid::Uuid};
    ///
    /// let offer = serde_json::from_str(r#"{"source":{"identity":{"user":{"id":"adele"}}}}"#)?;
    /// let id = CallId::new(Uuid::nil());
    /// let mut ledger = Ledger::new();
    /// let at = "2026-11-23T09:15:00Z".parse()?;
    /// for event in ledger.on_network_event(id, NetworkEvent::Offered(offer), at)? {
    ///     ledger.apply(&event)?;
    /// }
    /// assert_eq!(ledger.call(id).unwrap().state(), State::Incoming);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_network_event(
        &self,
        id: CallId,
        network_event: NetworkEvent,
        at: Timestamp,
    ) -> Result<Vec<Recorded>, Refusal> {
        let known = self.call(id);
        let is_transfer = matches!(network_event, NetworkEvent::TransferCompleted(_));
        let mut events = Call::on_network_event(known, id, network_event, at)?;
        let Some(known) = known else { return Ok(events) };
        let transferred = known.transfers_to().filter(|_| is_transfer);
        // Nobody comes into a call that has ended.
        let is_live = known.state_at(at).is_live();
        let invited = events.iter().filter(|_| is_live).filter_map(|event| invited(known, event));
        let invited: Vec<_> = invited.map(|one| (one.replaced_call(), Some(one))).collect();
        for (replaced, invited) in [(transferred, None)].into_iter().chain(invited) {
            let other = replaced.filter(|replaced| *replaced != id).and_then(|replaced| self.call(replaced));
            // A replaced call that has ended, or whose deadline to end has passed, does not end again.
            let ended = other
                .and_then(|other| other.on_replaced(invited.as_ref().map(core::slice::from_ref), at).ok());
            events.extend(ended.unwrap_or_default());
        }
        Ok(events)
    }

    /// The next deadline of all calls, and its call; `None` if no deadline runs.
    pub fn next_deadline(&self) -> Option<(Due, CallId)> {
        self.index.due().next()
    }

    /// The next deadline of each call whose next deadline is due at this time, the earliest first.
    pub(crate) fn due(&self, now: Timestamp) -> impl Iterator<Item = (Due, CallId)> + '_ {
        self.index.due().take_while(move |(due, _)| due.at <= now)
    }

    /// The events of the first deadline that is due at this time; empty if no deadline is due. Store and fold
    /// the events, then call `expire` again, until it returns nothing.
    ///
    /// ```
    /// use callfold::Ledger;
    ///
    /// let mut ledger = Ledger::new();
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:00Z","type":"offered","data":{}}"#;
    /// ledger.apply(&line.parse()?)?;
    /// let events = ledger.expire("2026-11-23T10:00:00Z".parse()?);
    /// assert_eq!(events[0].at, Some("2026-11-23T09:15:15Z".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn expire(&self, now: Timestamp) -> Vec<Recorded> {
        let due = self.next_deadline().filter(|(due, _)| due.at <= now);
        due.and_then(|(_, id)| self.call(id)).map(|call| call.expire(now)).unwrap_or_default()
    }

    /// A call as the app of a request sees it: the call of another app is unknown to it.
    pub(crate) fn seen(&self, id: CallId, request: &RequestContext<'_>) -> Option<&Call> {
        self.call(id).filter(|call| call.is_seen_by(request.identity.app))
    }

    /// The call that a device reports: the call with its `callChainId` and its participant.
    pub(crate) fn reported(&self, command: &Command, request: &RequestContext<'_>) -> Option<&Call> {
        let Command::LogTeleconferenceDeviceQuality(report) = command else { return None };
        let quality = report.quality.value()?;
        let chain = quality.call_chain_id.value()?;
        let chain = Id::from(*chain);
        let app = request.identity.app;
        let participant = |id| self.index.participant(&chain, id, app);
        let leg = match quality.participant_id.value() {
            Some(reported) => participant(Some(*reported)).or_else(|| participant(None)),
            None => self.index.first_leg(&chain, app),
        };
        self.call(leg?)
    }
}

/// The participant whom an invitation brings from another call, if this event completes the invitation.
fn invited(call: &Call, recorded: &Recorded) -> Option<InvitationParticipantInfo> {
    let operation =
        call.succeeded(&recorded.event).filter(|ended| ended.kind() == OperationKind::InviteParticipants)?;
    let first = operation.resource().participants.value()?.first()?;
    first.replaced_call().is_some().then(|| first.clone())
}
