//! The reference model: it computes the state of each call from plain tables, without events and without a
//! chart.

mod body;
pub(super) mod contents;
pub(crate) mod data;
mod happen;
mod line;
mod request;

use jiff::Timestamp;

use super::course::{Move, What};
use super::outline::Outline;
use crate::call::network_event::NetworkEvent;
use crate::graph::method::Method;
use crate::id::CallId;
pub use data::Model;
use line::{Invited, Line};

impl Model {
    /// The model of a service without calls.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a move if it is legal, and returns whether it was. A move that is not legal changes no call, but
    /// deadlines that are due by its time take effect.
    pub fn apply(&mut self, one: &Move) -> bool {
        self.attempt(one).is_ok()
    }

    /// Makes a move if it is legal.
    ///
    /// # Errors
    ///
    /// The HTTP status with which a service refuses the move: the first of 404, 403, 400 and 409 that applies. A network event has no
    /// status of its own, and counts as 409.
    pub fn attempt(&mut self, one: &Move) -> Result<(), u16> {
        self.advance(one.call, one.at);
        self.now = self.now.max(one.at);
        self.made = self.made.max(one.number);
        match &one.what {
            What::Wait => Ok(()),
            What::Request { method: Method::CreateCall, body, .. } => self.place(one, body),
            What::Request { method, item, body } => self.request(one, *method, item.as_ref(), body),
            What::NetworkEvent(network_event) => {
                let happens = if let NetworkEvent::Offered(offer) = &**network_event {
                    self.begin(one.call, || Line::offered(one.call, offer, one.at))
                } else {
                    self.happen(one, network_event)
                };
                if happens { Ok(()) } else { Err(409) }
            }
        }
    }

    fn begin(&mut self, call: CallId, line: impl FnOnce() -> Line) -> bool {
        let is_new = !self.calls.contains_key(&call);
        if is_new {
            self.calls.insert(call, line());
        }
        is_new
    }

    /// Returns whether a move is legal. The model does not change.
    pub fn allows(&self, one: &Move) -> bool {
        self.clone().apply(one)
    }

    /// Advances the clock of one call. Deadlines that are due take effect.
    pub fn advance(&mut self, call: CallId, now: Timestamp) {
        if let Some(line) = self.calls.get_mut(&call) {
            line.advance(now);
        }
    }

    /// The outline of a call at the time of the last move; `None` if there is no such call.
    pub fn outline(&self, call: CallId) -> Option<Outline> {
        let mut line = self.calls.get(&call)?.clone();
        line.advance(self.now);
        Some(line.outline)
    }

    /// The outline of a call as the last move of that call left it. Later deadlines have had no effect yet.
    pub(super) fn known(&self, call: CallId) -> Option<&Outline> {
        self.calls.get(&call).map(|line| &line.outline)
    }

    /// The ids of the calls, in ascending order.
    pub fn calls(&self) -> impl Iterator<Item = CallId> {
        self.calls.keys().copied()
    }

    /// Whether the call `by` can replace the call `other`. The two must be different calls, and `other` must
    /// be connected at the time.
    fn can_be_replaced(&mut self, other: CallId, by: CallId, at: Timestamp) -> bool {
        self.advance(other, at);
        other != by && self.calls.get(&other).is_some_and(Line::is_connected)
    }

    /// Ends the call `other`, which the call of a move has replaced. First, the invited participants join it.
    fn replace(&mut self, other: Option<CallId>, invited: &[Invited], by: &Move) {
        if let Some(other) = other.filter(|other| *other != by.call) {
            self.advance(other, by.at);
            if let Some(line) = self.calls.get_mut(&other) {
                line.welcome(invited);
                line.end();
            }
        }
    }
}
