//! The calls that belong together: those of one conversation, and those of which one replaces the other.

use std::collections::{BTreeMap, BTreeSet};

use callfold::{CallId, Id, Summary};

/// How many related calls a list names. A conversation can have any number of calls.
const SHOWN: usize = 16;

/// The relations between all calls of a replay.
#[derive(Default)]
pub(crate) struct Related {
    chains: BTreeMap<Id, Vec<CallId>>,
    replacements: BTreeMap<CallId, BTreeSet<CallId>>,
}

impl Related {
    pub(crate) fn new(calls: &[Summary<'_>]) -> Self {
        let mut related = Self::default();
        for call in calls {
            let id = call.id();
            if let Some(chain) = call.chain() {
                related.chains.entry(chain.clone()).or_default().push(id);
            }
            for other in call.party_requests().into_iter().filter_map(|request| request.replaces) {
                related.replacements.entry(id).or_default().insert(other);
                related.replacements.entry(other).or_default().insert(id);
            }
        }
        related
    }

    /// The calls that belong to a call: those that it replaces or that replace it, and then those of its conversation.
    pub(crate) fn of(&self, call: &Summary<'_>) -> Vec<CallId> {
        let replaced = self.replacements.get(&call.id()).into_iter().flatten();
        let chain = call.chain().and_then(|chain| self.chains.get(chain)).into_iter().flatten();
        let mut known = BTreeSet::from([call.id()]);
        let all = replaced.chain(chain).copied().take(SHOWN + 1);
        all.filter(|id| known.insert(*id)).take(SHOWN).collect()
    }
}
