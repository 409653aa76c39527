//! The lifecycles, in the forms of other tools.
//!
//! All of them are made from [`Chart`], which asks the charts themselves; Mermaid and tables are [`Chart`]'s own. Every form keeps
//! the superstates, and every one has the same relation: what [`Chart::steps`] does not have is not in it.
//!
//! Machines that run ([`scxml()`], [`xstate()`]) need one state to begin in. It is called [`BEFORE`], and the events
//! with which a call begins lead out of it. An event that names its state itself can begin in several; there, the name of
//! the state follows the event's: `adopted.established`.

mod dot;
mod scxml;
mod svg;
mod tree;
mod way;
mod xstate;

pub use dot::dot;
pub use scxml::scxml;
pub(crate) use svg::STYLE;
pub use svg::svg;
pub use way::Way;
pub use xstate::xstate;

use callfold::chart::{Beginning, Chart};

/// The state of what has not begun, in machines that run.
///
/// ```
/// use callfold::chart::Chart;
/// use callfold_view::chart::{BEFORE, scxml};
///
/// assert!(scxml(Chart::Call).contains(&format!(r#"initial="{BEFORE}""#)));
/// ```
pub const BEFORE: &str = "unknown";

/// The events that lead out of [`BEFORE`], each with its state.
fn entrances(chart: Chart) -> Vec<(String, &'static str)> {
    let beginnings = chart.beginnings();
    let is_alone = |event| beginnings.iter().filter(|beginning| beginning.event == event).count() == 1;
    let entrance = |Beginning { event, state, .. }: &Beginning| match is_alone(*event) {
        true => ((*event).to_owned(), *state),
        false => (format!("{event}.{state}"), *state),
    };
    beginnings.iter().map(entrance).collect()
}

/// What the chart shows, in a few words.
fn title(chart: Chart) -> &'static str {
    match chart {
        Chart::Call => "Lifecycle of a call",
        Chart::Operation => "Lifecycle of an operation",
    }
}

/// How the lifecycle begins, in words.
fn beginning(chart: Chart) -> &'static str {
    match chart {
        Chart::Call => {
            "A call begins as it is offered or placed; one that is found under way begins where it is found (adopted)."
        }
        Chart::Operation => "An operation can begin in any state: a first answer may already be settled.",
    }
}
