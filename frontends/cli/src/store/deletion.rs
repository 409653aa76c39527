//! `callfold store delete` and `callfold store retain`: delete calls.

use std::io;

use super::age::Age;
use super::answer::{refused, say};
use crate::call_name::CallName;
use crate::report::table::many;
use crate::status::Status;
use crate::stores::open::OpenStore;

/// Deletes a call.
pub(super) fn delete(address: &str, name: &CallName) -> io::Result<Status> {
    let Some(call) = name.id() else {
        return refused(format_args!(
            "{name} is the beginning of an id; name the call that is deleted by its whole id"
        ));
    };
    let store = OpenStore::to_change(address)?;
    if !store.wait(store.store.delete(call))? {
        return refused(format_args!("{}: there is no call {call}", store.address));
    }
    say(format_args!("call {call} is deleted from {}", store.address))
}

/// Deletes the calls that ended long ago.
pub(super) fn retain(address: &str, age: Age) -> io::Result<Status> {
    let store = OpenStore::to_change(address)?;
    let before = age.ago()?;
    let deleted = store.wait(store.store.retain(before))?.len();
    let calls = many(deleted as u64, "call");
    say(format_args!("deleted from {}: {calls} that ended before {before}", store.address))
}

/// Prints the calls that [`retain`] would delete.
pub(super) fn list(address: &str, age: Age) -> io::Result<Status> {
    let store = OpenStore::to_read(address)?;
    let before = age.ago()?;
    let ended = store.wait(store.store.ended_before(before))?;
    for ended in &ended {
        say(ended.call)?;
    }
    let calls = many(ended.len() as u64, "call");
    say(format_args!("would be deleted from {}: {calls} that ended before {before}", store.address))
}
