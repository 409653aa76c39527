//! Who called whom.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use callfold::call::{CallEvent, Details};
use callfold::{CallId, Recorded};
use callfold_view::describe;

/// The parties of each call, as they were first reported.
#[derive(Default)]
pub(super) struct Parties {
    calls: BTreeMap<CallId, Pair>,
    /// Many calls have the same parties.
    names: BTreeSet<Rc<str>>,
}

#[derive(Default)]
struct Pair {
    from: Option<Rc<str>>,
    to: Option<Rc<str>>,
}

impl Parties {
    pub(super) fn event(&mut self, recorded: &Recorded) {
        let Some(details) = details(&recorded.event) else { return };
        let known = self.calls.get(&recorded.call);
        let from = known.is_none_or(|pair| pair.from.is_none()).then(|| describe::from(details)).flatten();
        let to = known.is_none_or(|pair| pair.to.is_none()).then(|| describe::to(details)).flatten();
        if from.is_none() && to.is_none() {
            return;
        }
        let (from, to) = (from.map(|name| self.shared(name)), to.map(|name| self.shared(name)));
        let pair = self.calls.entry(recorded.call).or_default();
        pair.from = pair.from.take().or(from);
        pair.to = pair.to.take().or(to);
    }

    pub(super) fn from(&self, call: CallId) -> Option<&str> {
        self.calls.get(&call)?.from.as_deref()
    }

    pub(super) fn to(&self, call: CallId) -> Option<&str> {
        self.calls.get(&call)?.to.as_deref()
    }

    fn shared(&mut self, name: String) -> Rc<str> {
        let name: Rc<str> = name.into();
        if let Some(known) = self.names.get(&name) {
            return Rc::clone(known);
        }
        self.names.insert(Rc::clone(&name));
        name
    }
}

/// The members of the call that an event reports.
fn details(event: &CallEvent) -> Option<&callfold::graph::Call> {
    let details: &Details = match event {
        CallEvent::Offered(details)
        | CallEvent::Placed(details)
        | CallEvent::Adopted(details)
        | CallEvent::DetailsChanged(details)
        | CallEvent::Step(_, details) => details,
        CallEvent::StateConfirmed(_)
        | CallEvent::ToneReceived(_)
        | CallEvent::RosterUpdated(_)
        | CallEvent::ContentSharingStarted(_)
        | CallEvent::ContentSharingEnded(_)
        | CallEvent::OperationCreated(_)
        | CallEvent::OperationUpdated(_)
        | CallEvent::OperationStep(..)
        | CallEvent::NotificationHeard(_)
        | CallEvent::Service(_) => return None,
    };
    details.as_deref()
}
