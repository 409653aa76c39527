//! The path of one call or operation through its lifecycle.

/// The path of one call or one operation through its lifecycle: the events that changed its state, and the states that they
/// led to. [`svg()`](super::svg()) marks it in a chart.
///
/// ```
/// use callfold_view::chart::ChartPath;
///
/// let path = ChartPath::begin("offered", "incoming").then("answered", "establishing").then("established", "established");
/// assert_eq!(path.current(), "established");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartPath {
    steps: Vec<PathStep>,
    current: String,
}

/// An event and the change of state that it made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PathStep {
    /// `None` for the event that began the path.
    pub(super) from: Option<String>,
    pub(super) event: String,
    pub(super) to: String,
}

impl ChartPath {
    /// A path that begins with an event and leads to a state.
    pub fn begin(event: impl Into<String>, state: impl Into<String>) -> Self {
        let current = state.into();
        Self { steps: vec![PathStep { from: None, event: event.into(), to: current.clone() }], current }
    }

    /// Adds an event that led to another state. Events that leave the state unchanged are not part of a path.
    #[must_use]
    pub fn then(mut self, event: impl Into<String>, state: impl Into<String>) -> Self {
        let to = state.into();
        let from = core::mem::replace(&mut self.current, to.clone());
        self.steps.push(PathStep { from: Some(from), event: event.into(), to });
        self
    }

    /// The last state of the path.
    pub fn current(&self) -> &str {
        &self.current
    }

    /// The steps, numbered from 1.
    pub(super) fn steps(&self) -> impl Iterator<Item = (usize, &PathStep)> {
        (1..).zip(&self.steps)
    }
}
