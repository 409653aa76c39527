//! The legs of one human call: several calls of the app that belong together.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::data::Ledger;
use crate::call::data::Call;
use crate::id::{CallId, Id};

impl Ledger {
    /// The calls that belong together with one, itself among them, in the order of their ids: those of the same
    /// `callChainId`, those that it replaces or that replace it, and so on from each of them. None where it is not known.
    /// Who asked for a transfer or an invitation knows what it replaces; a bot that only hears knows those of one chain.
    /// It looks at every call, as [`Ledger::conversations`] does.
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
        let conversations = self.conversations();
        let own = conversations.into_iter().find(|legs| legs.iter().any(|leg| leg.id() == id));
        own.unwrap_or_default()
    }

    /// All calls, those that belong together in one list. In the order of their ids, as the lists are.
    ///
    /// ```
    /// # use callfold::Ledger;
    /// assert!(Ledger::new().conversations().is_empty());
    /// ```
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

/// Groups of calls, each known by the least of its ids.
#[derive(Default)]
struct Groups(BTreeMap<CallId, CallId>);

impl Groups {
    fn root(&mut self, id: CallId) -> CallId {
        let mut root = id;
        while let Some(next) = self.0.get(&root).copied() {
            root = next;
        }
        // The way is short the next time.
        if root != id {
            self.0.insert(id, root);
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
