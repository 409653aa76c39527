//! The lifecycles in the formats of other tools.
//!
//! All formats are generated from [`Chart`], which derives its data from the running state machines. Mermaid diagrams and
//! tables are methods of [`Chart`] itself. Every format contains the superstates, and every format contains exactly the
//! transitions of [`Chart::steps`](callfold::chart::Chart::steps).
//!
//! The formats for running machines, [`scxml()`] and [`xstate()`], need one initial state. This state is [`BEFORE`], and the
//! events that begin a call or an operation lead out of it. Some of these events can lead to several states. The name of such
//! an event is followed by the name of the state: `adopted.established`.
//!
//! [`Chart`]: callfold::chart::Chart

mod caption;
mod dot;
mod entrance;
pub(crate) mod path;
mod scxml;
pub(crate) mod svg;
mod tree;
mod xstate;

pub use dot::dot;
pub use entrance::BEFORE;
pub use path::ChartPath;
pub use scxml::scxml;
pub use svg::svg;
pub use xstate::xstate;
