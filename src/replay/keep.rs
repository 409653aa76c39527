//! What a replay keeps.

/// What a replay keeps of the calls. A replay that keeps less takes less memory.
///
/// ```
/// use callfold::log::Format;
/// use callfold::{Keep, Replay};
///
/// let log = [
///     r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{"subject":"Stand-up"}}"#,
///     r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"type":"terminated","data":{}}"#,
/// ];
/// let mut replay = Replay::new().keep(Keep::Summary);
/// for line in log {
///     replay.record(Format::Events, line.as_bytes(), |_| {});
/// }
/// assert_eq!(replay.summaries()[0].state().as_str(), "terminated");
/// assert_eq!(replay.calls().count(), 0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Keep {
    /// Everything that the events told about a call.
    #[default]
    Everything,
    /// Of a call that has ended, what a [`Summary`](crate::Summary) shows, and that with which a late
    /// notification is compared. The call is then in [`Replay::summaries`](crate::Replay::summaries) only.
    Summary,
    /// Like [`Keep::Summary`], but for event logs only. A late notification can lead to another finding than
    /// with the other values.
    SummaryOfEvents,
}
