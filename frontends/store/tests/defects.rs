//! Each rule finds the store that breaks it, and only this rule does.

#![allow(clippy::wildcard_enum_match_arm, reason = "a defect changes one method, and no other")]

mod appending;
mod leasing;
mod noting;
mod store;

use std::time::Duration;

use callfold_store::testing::{RULES, Rule};
use tokio::task::JoinSet;

use self::store::Broke;

/// What is wrong with a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Defect {
    AcceptsChangedLines,
    AcceptsHoles,
    AcceptsRevisionZero,
    BeginsWhatIsRefused,
    ChecksLeasesBeforehand,
    ChecksTheFirstLeaseOnly,
    CommitsLate,
    DeletesNothing,
    EndsWhatIsRefused,
    FinishStopsAtAnUnknownCall,
    FinishesNothing,
    ForgetsAfterManyEvents,
    ForgetsAtARestart,
    ForgetsLeasesAtARestart,
    ForgetsNotesAtARestart,
    HidesTheLineOfTheWinner,
    IgnoresLeases,
    IgnoresTheTime,
    KeepsEverySnapshot,
    KeepsTheLastSnapshot,
    KeepsTheTokenOfAnExpiredLease,
    LastsNoLonger,
    LeasesAllOrNone,
    LeasesForever,
    LeasesNotAtomically,
    LeavesTheNote,
    LeavesTheSnapshot,
    ListsExpiredLeases,
    ListsTheBoundary,
    MiscountsSnapshots,
    MissesWhatIsThere,
    NeverWaits,
    NeverWakes,
    None,
    NotesGoBack,
    NotesUnderALostLease,
    NotesWhatIsUnknown,
    ReadsAtLeastOne,
    ReadsFromTheStart,
    RefusesRetries,
    ReleaseStopsAtALostLease,
    ReleasesByName,
    ReleasesNothing,
    ReopensAFinishedCall,
    RetainsNothing,
    RetainsTheBoundary,
    SharesNotes,
    SortsABatchByCall,
    StoresARetryTwice,
    StoresEachCallByItself,
    StoresPartOfALargeBatch,
    TellsEverybodyThatTheyWon,
    UsesPositionsAgain,
}

/// For each rule, the defects that this rule finds, and no other.
const FOUND_BY_ONE: &[(&str, Defect)] = &[
    ("a_batch_comes_back_in_order", Defect::SortsABatchByCall),
    ("a_call_is_read_from_a_revision", Defect::ReadsFromTheStart),
    ("a_call_is_unfinished_until_it_is_finished", Defect::FinishStopsAtAnUnknownCall),
    ("a_changed_line_is_refused", Defect::IgnoresTheTime),
    ("a_deleted_call_has_no_note_left", Defect::LeavesTheNote),
    ("a_finished_call_stays_finished", Defect::ReopensAFinishedCall),
    ("a_hole_is_refused", Defect::AcceptsRevisionZero),
    ("a_large_batch_is_stored_as_a_whole_or_not_at_all", Defect::StoresPartOfALargeBatch),
    ("a_lease_can_be_made_to_last_longer", Defect::LastsNoLonger),
    ("a_lease_ends_with_its_time", Defect::KeepsTheTokenOfAnExpiredLease),
    ("a_lost_answer_can_be_retried", Defect::StoresARetryTwice),
    ("a_lost_lease_stops_a_note", Defect::NotesUnderALostLease),
    ("a_lost_lease_stops_an_append", Defect::ChecksTheFirstLeaseOnly),
    ("a_note_about_an_unknown_revision_is_not_kept", Defect::NotesWhatIsUnknown),
    ("a_note_only_rises", Defect::NotesGoBack),
    ("a_polling_reader_sees_each_event_once", Defect::CommitsLate),
    ("a_released_lease_is_free", Defect::ReleasesByName),
    ("a_restart_keeps_leases_and_what_is_finished", Defect::ForgetsLeasesAtARestart),
    ("a_restart_keeps_what_was_acknowledged", Defect::ForgetsNotesAtARestart),
    ("a_snapshot_of_an_unknown_revision_is_not_kept", Defect::KeepsEverySnapshot),
    ("a_stale_event_stops_the_whole_batch", Defect::StoresEachCallByItself),
    ("a_stolen_lease_stops_appends_at_once", Defect::ChecksLeasesBeforehand),
    ("a_waiting_reader_does_not_spin", Defect::NeverWaits),
    ("a_waiting_reader_sees_an_event_soon", Defect::NeverWakes),
    ("an_expired_lease_is_not_listed", Defect::ListsExpiredLeases),
    ("delete_removes_all_of_a_call_and_only_it", Defect::LeavesTheSnapshot),
    ("each_consumer_has_its_own_notes", Defect::SharesNotes),
    ("many_leases_are_released_in_one_call", Defect::ReleaseStopsAtALostLease),
    ("many_leases_are_taken_in_one_call", Defect::LeasesAllOrNone),
    ("one_of_forty_gets_a_lease", Defect::LeasesNotAtomically),
    ("one_of_forty_racers_wins", Defect::HidesTheLineOfTheWinner),
    ("one_of_forty_racers_wins", Defect::TellsEverybodyThatTheyWon),
    ("pages_of_any_size_have_the_same_events", Defect::ReadsAtLeastOne),
    ("positions_rise_and_are_not_used_again", Defect::UsesPositionsAgain),
    ("retain_removes_the_calls_that_ended_before", Defect::RetainsNothing),
    ("retain_removes_the_calls_that_ended_before", Defect::RetainsTheBoundary),
    ("retain_removes_the_calls_that_ended_before", Defect::ListsTheBoundary),
    ("the_newest_snapshot_is_kept", Defect::KeepsTheLastSnapshot),
    ("the_store_counts_what_it_has", Defect::MiscountsSnapshots),
    ("twenty_thousand_events_come_back_in_order", Defect::ForgetsAfterManyEvents),
    ("what_is_refused_begins_and_ends_no_call", Defect::BeginsWhatIsRefused),
    ("what_is_refused_begins_and_ends_no_call", Defect::EndsWhatIsRefused),
    ("what_is_there_already_is_not_waited_for", Defect::MissesWhatIsThere),
];

/// Defects that break several promises, and the rules that find them.
const FOUND_BY_SEVERAL: &[(Defect, &[&str])] = &[
    (
        Defect::AcceptsChangedLines,
        &[
            "a_changed_line_is_refused",
            "a_restart_keeps_what_was_acknowledged",
            "a_stale_event_stops_the_whole_batch",
            "one_of_forty_racers_wins",
        ],
    ),
    (
        Defect::AcceptsHoles,
        &[
            "a_hole_is_refused",
            "a_large_batch_is_stored_as_a_whole_or_not_at_all",
            "a_restart_keeps_what_was_acknowledged",
            "what_is_refused_begins_and_ends_no_call",
        ],
    ),
    (
        Defect::DeletesNothing,
        &[
            "a_call_is_unfinished_until_it_is_finished",
            "a_deleted_call_has_no_note_left",
            "a_finished_call_stays_finished",
            "a_restart_keeps_what_was_acknowledged",
            "a_waiting_reader_does_not_spin",
            "delete_removes_all_of_a_call_and_only_it",
            "the_store_counts_what_it_has",
        ],
    ),
    (
        Defect::FinishesNothing,
        &[
            "a_call_is_unfinished_until_it_is_finished",
            "a_finished_call_stays_finished",
            "a_restart_keeps_leases_and_what_is_finished",
            "the_store_counts_what_it_has",
        ],
    ),
    (
        Defect::ForgetsAtARestart,
        &["a_restart_keeps_leases_and_what_is_finished", "a_restart_keeps_what_was_acknowledged"],
    ),
    (
        Defect::IgnoresLeases,
        &[
            "a_lost_lease_stops_a_note",
            "a_lost_lease_stops_an_append",
            "a_stolen_lease_stops_appends_at_once",
        ],
    ),
    (Defect::LeasesForever, &["a_lease_ends_with_its_time", "an_expired_lease_is_not_listed"]),
    (Defect::RefusesRetries, &["a_finished_call_stays_finished", "a_lost_answer_can_be_retried"]),
    (
        Defect::ReleasesNothing,
        &[
            "a_lost_lease_stops_a_note",
            "a_lost_lease_stops_an_append",
            "a_released_lease_is_free",
            "a_restart_keeps_leases_and_what_is_finished",
            "a_stolen_lease_stops_appends_at_once",
            "many_leases_are_released_in_one_call",
        ],
    ),
];

/// No rule needs as long as this.
const TOO_LONG: Duration = Duration::from_secs(30);

#[test]
fn each_rule_has_a_defect_that_only_it_finds() {
    for (rule, _) in RULES {
        assert!(FOUND_BY_ONE.iter().any(|(name, _)| name == rule), "{rule} has no defect");
    }
}

#[test]
fn each_defect_is_found_by_its_rules_and_by_no_other() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build();
    let wrong = runtime.expect("a runtime").block_on(async {
        // The rules of waiting and of leases mostly sleep, so that many of them can run at the same time.
        let (waiting, others): (Vec<_>, Vec<_>) = RULES.iter().partition(|(name, _)| name.contains("wait"));
        let (sleeping, busy): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|(name, _)| name.contains("lease") && !name.contains("stolen"));
        let mut wrong = run(&waiting).await;
        wrong.extend(run(&sleeping).await);
        for rule in busy {
            wrong.extend(run(&[rule]).await);
        }
        wrong
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Tests all defects with some rules at the same time, and returns what is not as expected.
async fn run(rules: &[(&'static str, Rule)]) -> Vec<String> {
    let mut running = JoinSet::new();
    for (name, rule) in rules {
        for defect in defects() {
            running.spawn(run_one(name, *rule, defect));
        }
    }
    // A rule that panics ends the test here.
    running.join_all().await.into_iter().flatten().collect()
}

async fn run_one(name: &str, rule: Rule, defect: Defect) -> Option<String> {
    let is_expected = is_found_by(defect, name);
    match tokio::time::timeout(TOO_LONG, rule(&Broke(defect))).await {
        Ok(Ok(())) if is_expected => Some(format!("{name} does not find {defect:?}")),
        Ok(Err(broken)) if !is_expected => Some(format!("{name} finds {defect:?}: {broken}")),
        Ok(_) => None,
        Err(_) => Some(format!("{name} does not end with {defect:?}")),
    }
}

/// All defects, and none.
fn defects() -> impl Iterator<Item = Defect> {
    let one = FOUND_BY_ONE.iter().map(|(_, defect)| *defect);
    let several = FOUND_BY_SEVERAL.iter().map(|(defect, _)| *defect);
    std::iter::once(Defect::None).chain(one).chain(several)
}

fn is_found_by(defect: Defect, rule: &str) -> bool {
    FOUND_BY_ONE.contains(&(rule, defect))
        || FOUND_BY_SEVERAL.iter().any(|(found, rules)| *found == defect && rules.contains(&rule))
}
