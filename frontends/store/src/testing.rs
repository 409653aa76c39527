//! The rules of a [`Store`], as tests that run against any store.
//!
//! Write a [`Subject`] that makes the store, and let [`conformance!`](crate::conformance) write a test for each rule:
//!
//! ```
//! use std::sync::Arc;
//!
//! use callfold_store::testing::{Broken, Subject};
//! use callfold_store::{Memory, Store};
//!
//! struct InMemory;
//!
//! #[async_trait::async_trait]
//! impl Subject for InMemory {
//!     async fn fresh(&self) -> Result<Arc<dyn Store>, Broken> {
//!         Ok(Arc::new(Memory::new()))
//!     }
//!
//!     async fn restart(&self, _store: Arc<dyn Store>) -> Result<Option<Arc<dyn Store>>, Broken> {
//!         Ok(None)
//!     }
//! }
//!
//! mod memory {
//!     callfold_store::conformance!(super::InMemory);
//! }
//! ```

mod broken;
mod events;
mod expect;
pub mod rules;
mod subject;

use std::pin::Pin;

pub use self::broken::Broken;
pub use self::subject::Subject;

/// A rule: a function that tests a store.
pub type Rule = for<'a> fn(&'a dyn Subject) -> Checking<'a>;

/// The future of a rule.
pub type Checking<'a> = Pin<Box<dyn Future<Output = Result<(), Broken>> + Send + 'a>>;

/// All rules, and their names.
pub const RULES: &[(&str, Rule)] = crate::conformance!(@rules list);

/// Tests a rule on a runtime of tokio with several threads.
///
/// # Errors
///
/// The store broke the rule, or the runtime does not start.
pub fn check(rule: Rule, subject: &dyn Subject) -> Result<(), Broken> {
    if let Some(why) = subject.skipped() {
        eprintln!("SKIPPED: {why}");
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    runtime.map_err(|error| Broken::new(error.to_string()))?.block_on(rule(subject))
}

/// Writes a `#[test]` for each rule of [`testing`](crate::testing). The argument is an expression that makes a
/// [`Subject`](crate::testing::Subject).
#[macro_export]
macro_rules! conformance {
    (@rules $($then:tt)+) => {
        $crate::conformance! {
            @@ $($then)+ =>
            a_batch_comes_back_in_order
            a_call_is_read_from_a_revision
            a_call_is_unfinished_until_it_is_finished
            a_changed_line_is_refused
            a_deleted_call_has_no_note_left
            a_finished_call_stays_finished
            a_hole_is_refused
            a_large_batch_is_stored_as_a_whole_or_not_at_all
            a_lease_can_be_made_to_last_longer
            a_lease_ends_with_its_time
            a_lost_answer_can_be_retried
            a_lost_lease_stops_a_note
            a_lost_lease_stops_an_append
            a_note_about_an_unknown_revision_is_not_kept
            a_note_only_rises
            a_polling_reader_sees_each_event_once
            a_released_lease_is_free
            a_restart_keeps_leases_and_what_is_finished
            a_restart_keeps_what_was_acknowledged
            a_snapshot_of_an_unknown_revision_is_not_kept
            a_stale_event_stops_the_whole_batch
            a_stolen_lease_stops_appends_at_once
            a_waiting_reader_does_not_spin
            a_waiting_reader_sees_an_event_soon
            an_expired_lease_is_not_listed
            delete_removes_all_of_a_call_and_only_it
            each_consumer_has_its_own_notes
            many_leases_are_released_in_one_call
            many_leases_are_taken_in_one_call
            one_of_forty_gets_a_lease
            one_of_forty_racers_wins
            pages_of_any_size_have_the_same_events
            positions_rise_and_are_not_used_again
            retain_removes_the_calls_that_ended_before
            the_newest_snapshot_is_kept
            the_store_counts_what_it_has
            twenty_thousand_events_come_back_in_order
            what_is_refused_begins_and_ends_no_call
            what_is_there_already_is_not_waited_for
        }
    };
    (@@ list => $($rule:ident)+) => {
        &[$((stringify!($rule), |subject| Box::pin($crate::testing::rules::$rule(subject)))),+]
    };
    (@@ tests ($subject:expr) => $($rule:ident)+) => {
        $(
            #[test]
            fn $rule() -> Result<(), $crate::testing::Broken> {
                $crate::testing::check(|subject| Box::pin($crate::testing::rules::$rule(subject)), &$subject)
            }
        )+
    };
    ($subject:expr) => {
        $crate::conformance!(@rules tests ($subject));
    };
}
