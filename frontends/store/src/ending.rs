//! When a call ended.

use std::collections::BTreeMap;

use callfold::call::{CallEvent, Transition};
use callfold::graph::CallState;
use callfold::jiff::Timestamp;
use callfold::{CallId, Recorded};

use crate::error::StoreError;
use crate::store::{Position, Store};

/// The events that are read at once.
const PAGE: usize = 1024;

/// The calls that [`Store::retain`] would delete, by their ids. It reads the whole store.
///
/// # Errors
///
/// An error of the store.
pub async fn ended_before(store: &dyn Store, time: Timestamp) -> Result<Vec<CallId>, StoreError> {
    let (mut after, mut ends) = (Position::START, BTreeMap::new());
    loop {
        let page = store.read_all(after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.position;
        ends.extend(page.iter().filter_map(|stored| Some((stored.event.call, end(&stored.event)?))));
    }
    Ok(ends.into_iter().filter(|(_, end)| *end < time).map(|(call, _)| call).collect())
}

/// The time at which the call ended, if this event ended it and has a time.
pub(crate) fn end(recorded: &Recorded) -> Option<Timestamp> {
    let is_end = if let CallEvent::Adopted(Some(details)) = &recorded.event {
        details.state.value() == Some(&CallState::Terminated)
    } else {
        matches!(recorded.event, CallEvent::Step(Transition::Terminated, _))
    };
    recorded.at.filter(|_| is_end)
}
