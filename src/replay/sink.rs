//! Where a replay passes the events that it has folded.

use crate::record::recorded::Recorded;

pub(super) struct Sink<'a>(pub(super) Option<&'a mut dyn FnMut(&Recorded)>);

impl Sink<'_> {
    /// A copy of an event for [`Sink::take`], if anybody wants it. The fold consumes the event itself.
    pub(super) fn copy(&self, recorded: &Recorded) -> Option<Recorded> {
        self.0.is_some().then(|| recorded.clone())
    }

    pub(super) fn take(&mut self, copy: Option<Recorded>) {
        copy.iter().for_each(|recorded| self.show(recorded));
    }

    pub(super) fn show(&mut self, recorded: &Recorded) {
        if let Some(sink) = &mut self.0 {
            sink(recorded);
        }
    }
}
