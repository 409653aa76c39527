//! A reference: what each call of a service is, by plain tables, without events and without a chart.

mod ask;
mod happen;
mod line;

use alloc::collections::BTreeMap;

use jiff::Timestamp;

use super::course::{Move, What};
use super::outline::Outline;
use crate::CallId;
use crate::call::NetworkEvent;
use crate::graph::Method;
use line::Line;

/// The calls of a service as they must be after a course of moves: written down a second time, and differently, so that a
/// host can be compared with it. It knows nothing of events, nor of the charts.
///
/// It takes the bodies of requests to keep their limits, and the caller to have every permission; of participants it
/// knows those with an id.
///
/// ```
/// use callfold::call::State;
/// use callfold::testing::{Model, Move, What};
/// use callfold::{CallId, call::NetworkEvent, graph};
///
/// let call = CallId::new(uuid::Uuid::nil());
/// let offer: graph::Call = serde_json::from_str(r#"{"source":{}}"#)?;
/// let happens = |seconds, network_event| {
///     let at = callfold::jiff::Timestamp::from_second(seconds).unwrap();
///     Move::new(at, call, 1, What::Happen(Box::new(network_event)))
/// };
/// let mut model = Model::new();
/// assert!(model.apply(&happens(0, NetworkEvent::Offered(Box::new(offer)))));
/// assert!(!model.apply(&happens(1, NetworkEvent::Held)));
/// assert_eq!(model.outline(call).unwrap().state, State::Incoming);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    calls: BTreeMap<CallId, Line>,
    /// When the last move was made.
    pub(super) now: Timestamp,
    /// The greatest number of a move.
    pub(super) made: u128,
}

impl Model {
    /// A service without calls.
    ///
    /// ```
    /// # use callfold::testing::Model;
    /// assert_eq!(Model::new().calls().count(), 0);
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a move, where it is legal; false where it is not, and then nothing of a call has changed but its time.
    ///
    /// ```
    /// # use callfold::testing::{Model, Move, What};
    /// let wait = Move::new(Default::default(), callfold::CallId::new(uuid::Uuid::nil()), 1, What::Wait);
    /// assert!(Model::new().apply(&wait));
    /// ```
    pub fn apply(&mut self, one: &Move) -> bool {
        self.advance(one.call, one.at);
        self.now = self.now.max(one.at);
        self.made = self.made.max(one.number);
        match &one.what {
            What::Wait => true,
            What::Ask { method: Method::CreateCall, body, .. } => {
                self.begin(one.call, || Line::placed(body, one.at))
            }
            What::Ask { method, item, body } => self.ask(one, *method, item.as_ref(), body),
            What::Happen(network_event) => {
                if let NetworkEvent::Offered(offer) = &**network_event {
                    self.begin(one.call, || Line::offered(offer, one.at))
                } else {
                    self.happen(one, network_event)
                }
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

    /// True where a move is legal.
    ///
    /// ```
    /// # use callfold::testing::{Model, Move, What};
    /// let wait = Move::new(Default::default(), callfold::CallId::new(uuid::Uuid::nil()), 1, What::Wait);
    /// assert!(Model::new().allows(&wait));
    /// ```
    pub fn allows(&self, one: &Move) -> bool {
        self.clone().apply(one)
    }

    /// Lets the time of one call go on: what it waits for in vain has its effect.
    ///
    /// ```
    /// # use callfold::testing::Model;
    /// let mut model = Model::new();
    /// model.advance(callfold::CallId::new(uuid::Uuid::nil()), "2026-11-23T09:15:00Z".parse()?);
    /// # Ok::<(), callfold::jiff::Error>(())
    /// ```
    pub fn advance(&mut self, call: CallId, now: Timestamp) {
        if let Some(line) = self.calls.get_mut(&call) {
            line.advance(now);
        }
    }

    /// What a call is at the time of the last move; `None` where there is none.
    ///
    /// ```
    /// # use callfold::testing::Model;
    /// assert!(Model::new().outline(callfold::CallId::new(uuid::Uuid::nil())).is_none());
    /// ```
    pub fn outline(&self, call: CallId) -> Option<Outline> {
        let mut line = self.calls.get(&call)?.clone();
        line.advance(self.now);
        Some(line.outline)
    }

    /// The same as it was when it was last moved.
    pub(super) fn known(&self, call: CallId) -> Option<&Outline> {
        self.calls.get(&call).map(|line| &line.outline)
    }

    /// The calls, in the order of their ids.
    ///
    /// ```
    /// # use callfold::testing::Model;
    /// assert!(Model::new().calls().next().is_none());
    /// ```
    pub fn calls(&self) -> impl Iterator<Item = CallId> {
        self.calls.keys().copied()
    }

    /// True where another call than one is up at a time: only such a call can be replaced.
    fn can_be_replaced(&mut self, other: CallId, by: CallId, at: Timestamp) -> bool {
        self.advance(other, at);
        other != by && self.calls.get(&other).is_some_and(Line::is_connected)
    }

    /// The other call ends, because one took its place.
    fn replace(&mut self, other: Option<CallId>, by: CallId, at: Timestamp) {
        if let Some(other) = other.filter(|other| *other != by) {
            self.advance(other, at);
            if let Some(line) = self.calls.get_mut(&other) {
                line.end();
            }
        }
    }
}
