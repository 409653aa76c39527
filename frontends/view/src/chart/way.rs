//! The way that one call or operation took.

/// The way that one call, or one operation, took through its lifecycle: what happened, and where it led.
///
/// ```
/// use callfold_view::chart::Way;
///
/// let way = Way::begun("offered", "incoming").then("answered", "establishing").then("established", "established");
/// assert_eq!(way.present(), "established");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    marks: Vec<Mark>,
    present: String,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// `None` where it began.
    pub(super) from: Option<String>,
    pub(super) event: String,
    pub(super) to: String,
}

impl Way {
    /// It begins with an event, in a state.
    ///
    /// ```
    /// use callfold_view::chart::Way;
    ///
    /// assert_eq!(Way::begun("adopted", "hold").present(), "hold");
    /// ```
    pub fn begun(event: impl Into<String>, state: impl Into<String>) -> Self {
        let present = state.into();
        Self { marks: vec![Mark { from: None, event: event.into(), to: present.clone() }], present }
    }

    /// It goes on: an event leads to another state. Events that leave a call in its state are no part of the way.
    ///
    /// ```
    /// use callfold_view::chart::Way;
    ///
    /// let way = Way::begun("placed", "establishing").then("terminated", "terminated");
    /// assert_eq!(way.present(), "terminated");
    /// ```
    #[must_use]
    pub fn then(mut self, event: impl Into<String>, state: impl Into<String>) -> Self {
        let to = state.into();
        let from = core::mem::replace(&mut self.present, to.clone());
        self.marks.push(Mark { from: Some(from), event: event.into(), to });
        self
    }

    /// The state in which it is now.
    ///
    /// ```
    /// use callfold_view::chart::Way;
    ///
    /// assert_eq!(Way::begun("operationCreated", "running").present(), "running");
    /// ```
    pub fn present(&self) -> &str {
        &self.present
    }

    /// What happened, counted from 1.
    pub(super) fn marks(&self) -> impl Iterator<Item = (usize, &Mark)> {
        (1..).zip(&self.marks)
    }
}
