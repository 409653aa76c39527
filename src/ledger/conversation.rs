//! The legs of a conversation: calls of the app that belong together.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use super::data::Ledger;
use crate::call::data::Call;
use crate::id::{CallId, Id};

impl Ledger {
    /// The legs of the conversation that a call belongs to, in the order of their ids. The call itself is one
    /// of them. The list is empty if the call is unknown.
    ///
    /// Two calls are legs of one conversation if they have the same `callChainId`, or if one replaces the
    /// other, as in a consultative transfer. Only a request (a transfer or an invitation) names the replaced
    /// call. The ledger of a bot is folded from notifications, and therefore finds legs by their
    /// `callChainId` only.
    ///
    /// ```
    /// use callfold::Ledger;
    ///
    /// let mut ledger = Ledger::new();
    /// for id in ["57dab8b1-894c-409a-b240-bd8beae78896", "e5d39592-99bd-4db8-bca8-30fb894ec51d"] {
    ///     let line = format!(r#"{{"call":"{id}","rev":1,"type":"placed","data":{{"callChainId":"d8217646-3110-40b1-bae6-e9ac6c3a9f74"}}}}"#);
    ///     ledger.apply(&line.parse()?)?;
    /// }
    /// assert_eq!(ledger.legs("57dab8b1-894c-409a-b240-bd8beae78896".parse()?).len(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn legs(&self, id: CallId) -> Vec<&Call> {
        let mut legs = BTreeMap::new();
        let mut next: Vec<&Call> = self.call(id).into_iter().collect();
        // Each chain is walked once, and the requests of each call are read once.
        let (mut chains, mut replaced) = (BTreeSet::new(), BTreeMap::<CallId, BTreeSet<CallId>>::new());
        while let Some(call) = next.pop() {
            let id = call.id();
            if legs.insert(id, call).is_some() {
                continue;
            }
            let chain = call.details().call_chain_id.value().filter(|chain| chains.insert(*chain));
            let of_chain = chain.into_iter().flat_map(|chain| self.index.chain(chain));
            // The last request of a transfer counts, and the index has all of them.
            let mut replaces = |other: &CallId| {
                let read = || self.call(*other).into_iter().flat_map(Call::replaces).collect();
                replaced.entry(*other).or_insert_with(read).contains(&id)
            };
            let replacing = self.index.replacing(id).filter(|other| replaces(other));
            let linked = of_chain.chain(call.replaces()).chain(replacing);
            next.extend(linked.filter_map(|id| self.call(id)));
        }
        legs.into_values().collect()
    }

    /// All calls, with one list for the legs of each conversation. Each list is in the order of the ids, and
    /// the lists are in the order of their first ids.
    pub fn conversations(&self) -> Vec<Vec<&Call>> {
        let mut groups = Groups::default();
        let mut chains: BTreeMap<&Id, CallId> = BTreeMap::new();
        for call in self.calls() {
            let chain = call.details().call_chain_id.value();
            if let Some(first) = chain.map(|chain| *chains.entry(chain).or_insert_with(|| call.id())) {
                groups.join(call.id(), first);
            }
            let known = call.replaces().filter(|other| self.call(*other).is_some());
            known.for_each(|other| groups.join(call.id(), other));
        }
        let mut conversations: BTreeMap<CallId, Vec<&Call>> = BTreeMap::new();
        for call in self.calls() {
            conversations.entry(groups.root(call.id())).or_default().push(call);
        }
        conversations.into_values().collect()
    }
}

/// Groups of calls. The least id of a group stands for the group.
#[derive(Default)]
struct Groups(BTreeMap<CallId, CallId>);

impl Groups {
    fn root(&mut self, id: CallId) -> CallId {
        let mut root = id;
        while let Some(next) = self.0.get(&root).copied() {
            root = next;
        }
        // The next search for any call on the way takes one step.
        let mut passed = id;
        while passed != root {
            passed = self.0.insert(passed, root).unwrap_or(root);
        }
        root
    }

    fn join(&mut self, one: CallId, other: CallId) {
        let (one, other) = (self.root(one), self.root(other));
        if one != other {
            self.0.insert(one.max(other), one.min(other));
        }
    }
}
