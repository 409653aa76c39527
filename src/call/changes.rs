//! What changed between two versions of a call, for a host that shows a call step by step.

use super::data::Call;
use crate::graph::participant::Participant;

impl Call {
    /// The participants who joined, changed or left since an earlier version of this call. Each has its number: the
    /// first participant who was ever reported has 0. A participant who left has a `removedState`.
    ///
    /// ```
    /// use callfold::{Call, Recorded};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
    /// let joined = line.replace("placed", "rosterUpdated").replace("{}", r#"{"participants":[{"id":"adele"}]}"#);
    /// let mut call = Call::begin(line.parse()?)?;
    /// let before = call.clone();
    /// call.evolve(joined.replace("1,", "2,").parse()?)?;
    /// let changes: Vec<_> = call.roster_changes(&before).collect();
    /// assert_eq!(changes.len(), 1);
    /// assert_eq!((changes[0].0, changes[0].1.id.value()), (0, Some(&"adele".into())));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn roster_changes<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = (usize, &'a Participant)> {
        self.roster.changes(&before.roster)
    }
}
