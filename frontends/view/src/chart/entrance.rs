//! The entrances of a lifecycle, for machines that need one initial state.

use callfold::chart::{Beginning, Chart};

/// The initial state of the machines that [`scxml()`](super::scxml()) and [`xstate()`](super::xstate()) return. The call or
/// operation does not exist yet in this state.
pub const BEFORE: &str = "unknown";

/// The events that lead out of [`BEFORE`], each with the state that it leads to.
pub(super) fn entrances(chart: Chart) -> Vec<(String, &'static str)> {
    let beginnings = chart.beginnings();
    let is_alone = |event| beginnings.iter().filter(|beginning| beginning.event == event).count() == 1;
    let entrance = |Beginning { event, state, .. }: &Beginning| match is_alone(*event) {
        true => ((*event).to_owned(), *state),
        false => (format!("{event}.{state}"), *state),
    };
    beginnings.iter().map(entrance).collect()
}
