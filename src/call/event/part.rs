//! Which part of a call an event changes, and when an event can happen.

/// The main part of a call that an event changes. A view that shows one part must look at the events of that
/// part, and at the events of [`Part::State`].
///
/// ```
/// use callfold::call::{EventKind, Part};
///
/// assert_eq!(EventKind::RosterUpdated.part(), Part::Roster);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "what shows calls must know of a new part")]
pub enum Part {
    /// The state. The event can also change details, and the end of a call can also change other parts.
    State,
    /// Members of the call resource.
    Details,
    /// The participants.
    Roster,
    /// The DTMF tones.
    Tones,
    /// The operations.
    Operations,
    /// The sessions in which content is shared.
    ContentSharing,
    /// Which messages were received, and which states were inferred and not yet reported.
    Deliveries,
    /// Data that only the service has, such as the time at which the app must keep the call alive.
    Service,
}

/// When an event can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The call begins with this event.
    Beginning,
    /// The call is live.
    Live,
    /// The call is live, and the event belongs to the side of the service.
    Service,
    /// For a step, the lifecycle of the call or of the operation decides. Any other event with this scope can
    /// happen at any time.
    Own,
}
