//! The calls that belong together: those of one conversation, and those of which one replaces the other.

use std::collections::{BTreeMap, BTreeSet};

use callfold::{CallId, Id, Summary};

/// How many related calls a list names. A conversation can have any number of calls.
const SHOWN: usize = 16;

/// The relations between all calls of a replay.
///
/// ```
/// use callfold::{Call, Recorded, Summary};
/// use callfold_view::list::related::Related;
///
/// let placed = |last: char| -> Result<Call, Box<dyn std::error::Error>> {
///     let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae7889X","rev":1,"type":"placed","data":{"callChainId":"c"}}"#;
///     Ok(Call::begin(line.replace('X', &last.to_string()).parse()?)?)
/// };
/// let (one, other) = (placed('1')?, placed('2')?);
/// let related = Related::new([Summary::from(&one), Summary::from(&other)]);
/// assert_eq!(related.of(&Summary::from(&one)), [other.id()]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Related<'a> {
    /// The calls by the conversation to which they belong.
    chains: Vec<(&'a Id, CallId)>,
    replacements: BTreeMap<CallId, BTreeSet<CallId>>,
}

impl<'a> Related<'a> {
    /// The relations between these calls.
    pub fn new(calls: impl IntoIterator<Item = Summary<'a>>) -> Self {
        let mut related = Self::default();
        for call in calls {
            let id = call.id();
            related.chains.extend(call.chain().map(|chain| (chain, id)));
            for other in call.party_requests().into_iter().filter_map(|request| request.replaces) {
                related.replacements.entry(id).or_default().insert(other);
                related.replacements.entry(other).or_default().insert(id);
            }
        }
        related.chains.sort_unstable();
        related
    }

    /// The calls that belong to a call: those that it replaces or that replace it, and then those of its conversation.
    /// At most 16 are named, because a conversation can have any number of calls.
    pub fn of(&self, call: &Summary<'_>) -> Vec<CallId> {
        let replaced = self.replacements.get(&call.id()).into_iter().flatten();
        let mut known = BTreeSet::from([call.id()]);
        // Of the conversation, at most the call itself and those that it replaces are known already.
        let all = replaced.take(SHOWN).chain(self.conversation(call).take(2 * SHOWN + 1)).copied();
        all.filter(|id| known.insert(*id)).take(SHOWN).collect()
    }

    fn conversation(&self, call: &Summary<'_>) -> impl Iterator<Item = &CallId> {
        let chain = call.chain();
        let first = chain.map_or(0, |chain| self.chains.partition_point(|(other, _)| *other < chain));
        let rest = self.chains.get(first..).unwrap_or_default();
        rest.iter().take_while(move |(other, _)| Some(*other) == chain).map(|(_, id)| id)
    }
}
