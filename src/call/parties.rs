//! The parties of a call: who called whom.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::data::Call;
use super::details;
use super::event::carried::Details;
use super::party_request::PartyRequest;
use crate::graph;
use crate::graph::call::CallDirection;
use crate::graph::identity::{IdentitySet, InvitationParticipantInfo};
use crate::graph::method::Method;
use crate::graph::participant::Participant;

impl Call {
    /// The name of the calling party: a display name or else an id. `None` if no `source` was reported.
    pub fn caller(&self) -> Option<String> {
        self.details.source.value().and_then(|source| source.name())
    }

    /// The names of the called parties, separated by commas: display names or else ids. Of a call that was
    /// redirected, transferred or extended, these are the parties that were called first. `None` if no name was reported.
    pub fn callees(&self) -> Option<String> {
        self.first_callees.as_deref().map(String::from).or_else(|| callees(&self.details))
    }

    /// Merges reported members into the details.
    pub(super) fn learn_details(&mut self, reported: Details) {
        let names_targets = reported.as_ref().is_some_and(|reported| reported.targets.value().is_some());
        if names_targets && self.first_callees.is_none() {
            self.first_callees = callees(&self.details).map(Arc::from);
        }
        details::merge(&mut self.details, reported);
    }

    /// True if a roster ever named somebody.
    pub fn has_roster(&self) -> bool {
        self.roster.len() > 0
    }

    /// The names of the source, of the targets and of the app itself: who is in the call as long as no roster was reported.
    /// Somebody without a name is `somebody`. The list is empty if neither a source nor a target was reported.
    pub fn parties(&self) -> Vec<String> {
        let source = self.details.source.value();
        let targets = self.details.targets.value().map_or(&[][..], Vec::as_slice);
        if source.is_none() && targets.is_empty() {
            return Vec::new();
        }
        let (is_from_app, is_to_app) = match self.direction() {
            Some(CallDirection::Incoming) => (false, true),
            Some(CallDirection::Outgoing) => (true, false),
            Some(CallDirection::Other(_)) | None => (true, true),
        };
        let app = |is_missing: bool| is_missing.then(|| "the app".into());
        let named = |name: Option<String>| name.unwrap_or_else(|| "somebody".into());
        let source = source.map(|source| named(source.name())).or_else(|| app(is_from_app));
        let app = app(is_to_app && targets.is_empty());
        source.into_iter().chain(targets.iter().map(|target| named(target.name()))).chain(app).collect()
    }

    /// The names of all who were in the call, those who have left too, each name once, in the order in which they were
    /// first reported. Before a roster was reported, these are the [`parties`](Call::parties).
    pub fn everybody(&self) -> Vec<String> {
        if !self.has_roster() {
            return self.parties();
        }
        let mut known = BTreeSet::new();
        let names = self.roster.everybody().map(Participant::name);
        names.filter(|name| known.insert(name.clone())).collect()
    }

    /// The number of people who are in the call now: of the roster, or of the parties before a roster was reported.
    pub(crate) fn number_of_people(&self) -> usize {
        if self.has_roster() { self.participants().count() } else { self.parties().len() }
    }
}

impl Call {
    /// The transfers and redirects that the app requested, and then its invitations, each in the order of the requests.
    /// Notifications do not report transfers and redirects. They are in the log of a service, and in that of a bot which
    /// recorded its requests.
    ///
    /// ```
    /// use callfold::graph::Method;
    /// use callfold::{Call, Recorded};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// let mut call = Call::begin(line.parse()?)?;
    /// let target = r#"{"targets":[{"identity":{"user":{"displayName":"Adele Vance"}}}]}"#;
    /// let asked = line.replace("offered", "redirectRequested").replace("{}", target).replace("1,", "2,");
    /// call.evolve(asked.parse::<Recorded>()?)?;
    /// let request = call.party_requests().next().unwrap();
    /// assert_eq!((request.method, request.target.as_deref()), (Method::Redirect, Some("Adele Vance")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn party_requests(&self) -> impl Iterator<Item = PartyRequest> {
        self.requested().cloned().chain(PartyRequest::invitations(&self.operations))
    }

    /// True if the app redirected the call to several targets. All of them ring at once.
    pub(crate) fn has_rung_several(&self) -> bool {
        self.requested().filter(|request| request.method == Method::Redirect).nth(1).is_some()
    }

    /// The transfers and redirects that the app requested.
    pub(super) fn requested(&self) -> impl Iterator<Item = &PartyRequest> {
        self.service.iter().flat_map(|service| &service.party_requests)
    }
}

/// The parties that were called. A route names the party for whom the call was meant at first.
fn callees(details: &graph::call::Call) -> Option<String> {
    let route = details.call_routes.value().and_then(|routes| routes.first());
    let meant = route.and_then(|route| route.original.value()).and_then(|set| IdentitySet::name(set));
    meant.or_else(|| {
        let targets = details.targets.value().into_iter().flatten();
        let names: Vec<_> = targets.filter_map(InvitationParticipantInfo::name).collect();
        (!names.is_empty()).then(|| names.join(", "))
    })
}
