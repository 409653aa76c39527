//! The captions of the charts.

use callfold::chart::Chart;

/// The title of a chart.
pub(super) const fn title(chart: Chart) -> &'static str {
    match chart {
        Chart::Call => "Lifecycle of a call",
        Chart::Operation => "Lifecycle of an operation",
    }
}

/// How the lifecycle begins, in words.
pub(super) const fn beginning(chart: Chart) -> &'static str {
    match chart {
        Chart::Call => {
            "A call begins when it is offered or placed. A call that is first seen in progress begins in its current state (adopted)."
        }
        Chart::Operation => {
            "An operation can begin in any state, because it can be settled already when it is first reported."
        }
    }
}
