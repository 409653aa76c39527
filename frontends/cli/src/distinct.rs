//! How much of an id is shown.

use callfold::CallId;

/// The least number of characters of an id that are shown.
const SHORTEST: usize = 8;

/// How many characters of these ids distinguish each of them from all others. The ids are sorted.
pub(crate) fn distinguishing(ids: &[CallId]) -> usize {
    let same = |pair: &[CallId]| {
        let [one, other] = pair else { return 0 };
        let (one, other) = (one.to_string(), other.to_string());
        one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count() + 1
    };
    ids.windows(2).map(same).max().unwrap_or_default().max(SHORTEST)
}
