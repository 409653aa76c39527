//! The data of the reference model.

use alloc::collections::BTreeMap;

use jiff::Timestamp;

use super::line::Line;
use crate::id::CallId;

/// The calls that a service must have after a course of moves. The model is a second implementation, without
/// events and without the charts, so that a host can be compared with it.
///
/// The model knows the members that a body needs and the kind of each, and assumes that numbers and texts are within
/// their limits. It ignores participants without an id.
///
/// ```
/// use callfold::call::State;
/// use callfold::testing::{Model, Move, What};
/// use callfold::{CallId, call::NetworkEvent, graph};
///
/// let call = CallId::new(callfold::uuid::Uuid::nil());
/// let offer: graph::Call = callfold::serde_json::from_str(r#"{"source":{}}"#)?;
/// let happens = |seconds, network_event| {
///     let at = callfold::jiff::Timestamp::from_second(seconds).unwrap();
///     Move::new(at, call, 1, What::NetworkEvent(Box::new(network_event)))
/// };
/// let mut model = Model::new();
/// assert!(model.apply(&happens(0, NetworkEvent::Offered(Box::new(offer)))));
/// assert!(!model.apply(&happens(1, NetworkEvent::Held)));
/// assert_eq!(model.outline(call).unwrap().state, State::Incoming);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Model {
    pub(super) calls: BTreeMap<CallId, Line>,
    /// The time of the last move.
    pub(in crate::testing) now: Timestamp,
    /// The greatest number of the moves so far.
    pub(in crate::testing) made: u128,
}
