//! Trials of stores: a right store passes, and each broken one is found with a short course.

#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "the tests print how long each fault took: see them with --nocapture"
)]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use callfold::call::{CallEvent, EventKind};
use callfold::testing::strategies::trials;
use callfold::testing::{
    AppendError, Conflict, LogFaultKind, MemoryStore, Model, Side, Step, Store, StoreFault, Trial, Violation,
};
use callfold::{LineError, Recorded, Secret};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{TestError, TestRunner};

use crate::common::{properties, seed};
use crate::walk::{CONCLUDED, SERVED};

/// A store that is broken in the way that it reads: `read` gets the batches that were appended, and the ones
/// that were appended a second time.
struct Broken<F> {
    kept: MemoryStore,
    batches: Vec<Vec<Recorded>>,
    repeated: Vec<Vec<Recorded>>,
    read: F,
}

impl<F> Broken<F> {
    const fn new(kept: MemoryStore, read: F) -> Self {
        Self { kept, batches: Vec::new(), repeated: Vec::new(), read }
    }
}

impl<F: Fn(&[Vec<Recorded>], &[Vec<Recorded>]) -> Vec<Recorded>> Store for Broken<F> {
    type Error = LineError;

    fn append(&mut self, batch: &[Recorded]) -> Result<(), AppendError<LineError>> {
        let before = self.kept.lines().len();
        self.kept.append(batch)?;
        let is_new = self.kept.lines().len() > before;
        if is_new { &mut self.batches } else { &mut self.repeated }.push(batch.to_vec());
        Ok(())
    }

    fn read(&mut self) -> Result<Vec<Recorded>, LineError> {
        Ok((self.read)(&self.batches, &self.repeated))
    }

    fn restart(&mut self) -> Result<(), LineError> {
        Ok(())
    }
}

/// What the trials found in a broken store.
struct Found {
    violation: Violation,
    trial: Trial,
}

impl Found {
    fn fault(&self) -> &StoreFault {
        self.violation.fault.as_deref().unwrap_or_else(|| panic!("{}", self.violation))
    }

    /// What is wrong with which line.
    #[track_caller]
    fn line(&self) -> (LogFaultKind, Recorded) {
        let StoreFault::Log(fault) = self.fault() else { panic!("{}", self.violation) };
        (fault.kind, fault.line.parse().unwrap())
    }
}

/// The shortest trial that finds the fault of a store. It has at most 8 moves, and is found after at most 1,000
/// runs, whatever the seed: the rarest kind of event is in one trial of a hundred.
#[track_caller]
fn found<S: Store>(name: &str, side: Side, fresh: impl Fn() -> S) -> Found {
    let begun = Instant::now();
    let last = RefCell::new(None);
    let tried = RefCell::new(0);
    let mut runner = TestRunner::new(seed::config(500, name, ""));
    let run = runner.run(&trials(side), |trial: Trial| {
        *tried.borrow_mut() += 1;
        trial.run(fresh()).map_err(|violation| {
            *last.borrow_mut() = Some(violation.clone());
            violation.into()
        })
    });
    let trial = match run {
        Err(TestError::Fail(_, trial)) => trial,
        other => panic!("{name}: {other:?}"),
    };
    let violation = trial.run(fresh()).unwrap_err();
    let (moves, runs, seconds) = (trial.moves(), tried.into_inner(), begun.elapsed().as_secs_f64());
    println!("{name}: {moves} moves, {seconds:.2} s, {runs} runs\n{violation}\n{trial:?}");
    assert!(moves <= 8, "{name}: {trial:?}");
    assert!(runs <= 1000, "{name}: {runs} runs");
    Found { violation, trial }
}

type Batches<'a> = &'a [Vec<Recorded>];

/// The stores that are broken in what they read.
fn found_in(name: &str, side: Side, read: fn(Batches<'_>, Batches<'_>) -> Vec<Recorded>) -> Found {
    found(name, side, || Broken::new(MemoryStore::new(), read))
}

#[test]
fn a_store_whose_buffered_tail_is_lost_is_found() {
    let found = found_in("the buffered tail is lost", Side::Service, |batches, _| {
        let mut flushed = batches.concat();
        flushed.truncate(flushed.len() / 4 * 4);
        flushed
    });
    assert_eq!(found.line().0, LogFaultKind::Missing);
}

#[test]
fn a_store_that_drops_an_event_with_the_time_of_the_one_before_is_found() {
    let found =
        found_in("an event with the time of the one before is dropped", Side::Service, |batches, _| {
            let mut kept = batches.concat();
            kept.dedup_by_key(|recorded| (recorded.call, recorded.at));
            kept
        });
    assert_eq!(found.line().0, LogFaultKind::Missing);
}

#[test]
fn a_store_that_loses_the_second_calls_events_of_a_batch_is_found() {
    let found = found_in("the second call's events of a batch are lost", Side::Service, |batches, _| {
        let of_the_first = |batch: &Vec<Recorded>| -> Vec<Recorded> {
            let first = batch.first().map(|recorded| recorded.call);
            batch.iter().filter(|recorded| Some(recorded.call) == first).cloned().collect()
        };
        batches.iter().flat_map(of_the_first).collect()
    });
    let (kind, line) = found.line();
    let Some(Step::Make(last)) = found.trial.steps.last() else { panic!("{:?}", found.trial) };
    assert_eq!(kind, LogFaultKind::Missing);
    assert_ne!(line.call, last.call, "it belongs to the call that the last move replaces");
}

fn drops_each_kind_in_turn(side: Side) {
    for dropped in side.kinds() {
        let keeps_others = |batches: Batches<'_>, _: Batches<'_>| -> Vec<Recorded> {
            let events = batches.iter().flatten();
            events.filter(|recorded| recorded.event.kind() != dropped).cloned().collect()
        };
        let name = format!("{dropped:?} is dropped from the log of a {side}");
        let found = found(&name, side, || Broken::new(MemoryStore::new(), keeps_others));
        let (kind, line) = found.line();
        assert_eq!((kind, line.event.kind()), (LogFaultKind::Missing, dropped), "{name}");
    }
}

#[test]
fn a_store_of_a_service_that_drops_one_kind_of_event_is_found() {
    drops_each_kind_in_turn(Side::Service);
}

#[test]
fn a_store_of_a_bot_that_drops_one_kind_of_event_is_found() {
    drops_each_kind_in_turn(Side::Bot);
}

#[test]
fn a_store_that_swaps_two_events_is_found() {
    let found = found_in("two events are swapped", Side::Service, |batches, _| {
        let mut batches = batches.to_vec();
        for batch in &mut batches {
            if let [.., one, other] = batch.as_mut_slice()
                && one.call == other.call
            {
                std::mem::swap(one, other);
            }
        }
        batches.concat()
    });
    assert_eq!(found.line().0, LogFaultKind::OutOfPlace);
}

#[test]
fn a_store_that_writes_an_event_again_under_the_next_revision_is_found() {
    let again = |batches: Batches<'_>, repeated: Batches<'_>| {
        let mut kept = batches.concat();
        for recorded in repeated.iter().flatten() {
            let next = kept.iter().filter(|one| one.call == recorded.call).count() as u64 + 1;
            let mut again = recorded.clone();
            again.revision = next;
            kept.push(again);
        }
        kept
    };
    for side in Side::ALL {
        let found = found_in("an event is written again under the next revision", *side, again);
        let (kind, line) = found.line();
        assert_eq!((kind, line.revision), (LogFaultKind::Twice, 1), "{}", found.violation);
    }
}

#[test]
fn a_store_that_forgets_message_ids_at_a_restart_is_found() {
    let found = found_in("message ids are forgotten", Side::Bot, |batches, _| {
        let is_message = |recorded: &&Recorded| matches!(recorded.event, CallEvent::NotificationHeard(_));
        batches.iter().flatten().filter(|recorded| !is_message(recorded)).cloned().collect()
    });
    let (kind, line) = found.line();
    assert_eq!((kind, line.event.kind()), (LogFaultKind::Missing, EventKind::NotificationHeard));
}

#[test]
fn a_store_that_changes_a_line_is_found() {
    let found = found_in("times are kept in seconds", Side::Bot, |batches, _| {
        let mut kept = batches.concat();
        for recorded in &mut kept {
            recorded.at = recorded.at.and_then(|at| at.round(callfold::jiff::Unit::Second).ok());
        }
        kept
    });
    assert_eq!(found.line().0, LogFaultKind::Changed);
}

#[test]
fn a_store_that_adds_a_line_is_found() {
    let found = found_in("a line is added", Side::Service, |batches, _| {
        let mut kept = batches.concat();
        let added = kept.last().cloned().map(|last| {
            let ended = CallEvent::Step(callfold::call::Transition::Terminated, None);
            Recorded::new(last.call, last.revision + 1, None, ended)
        });
        kept.extend(added);
        kept
    });
    assert_eq!(found.line().0, LogFaultKind::NeverWritten);
}

/// A store that is broken in the way that it appends.
struct Appends {
    kept: MemoryStore,
    append: fn(&mut MemoryStore, &[Recorded]) -> Result<(), AppendError<LineError>>,
}

impl Store for Appends {
    type Error = LineError;

    fn append(&mut self, batch: &[Recorded]) -> Result<(), AppendError<LineError>> {
        (self.append)(&mut self.kept, batch)
    }

    fn read(&mut self) -> Result<Vec<Recorded>, LineError> {
        self.kept.read()
    }

    fn restart(&mut self) -> Result<(), LineError> {
        self.kept.restart()
    }
}

fn found_to_append(
    name: &str,
    append: fn(&mut MemoryStore, &[Recorded]) -> Result<(), AppendError<LineError>>,
) -> Found {
    found(name, Side::Service, || Appends { kept: MemoryStore::new(), append })
}

/// The conflict of a batch with a store, which stays as it is.
fn conflict(kept: &MemoryStore, batch: &[Recorded]) -> Option<Conflict> {
    match kept.clone().append(batch) {
        Err(AppendError::Conflict(conflict)) => Some(conflict),
        _ => None,
    }
}

#[test]
fn a_store_that_refuses_the_same_batch_again_is_found() {
    let found = found_to_append("the same batch is refused", |kept, batch| {
        let before = kept.lines().len();
        kept.append(batch)?;
        let first = batch.first().filter(|_| kept.lines().len() == before);
        first.map_or(Ok(()), |first| {
            let found = Some(Secret::new(first.to_string()));
            Err(AppendError::Conflict(Conflict { call: first.call, revision: first.revision, found }))
        })
    });
    assert!(matches!(found.fault(), StoreFault::Refused(_)), "{}", found.violation);
}

#[test]
fn a_store_that_appends_what_contradicts_its_lines_is_found() {
    let found_stale =
        found_to_append("another line at a stored revision counts as appended", |kept, batch| {
            let is_stale = conflict(kept, batch).is_some_and(|conflict| conflict.found.is_some());
            if is_stale { Ok(()) } else { kept.append(batch) }
        });
    let found_hole = found_to_append("a line after a hole counts as appended", |kept, batch| {
        let is_hole = conflict(kept, batch).is_some_and(|conflict| conflict.found.is_none());
        if is_hole { Ok(()) } else { kept.append(batch) }
    });
    for found in [found_stale, found_hole] {
        assert!(matches!(found.fault(), StoreFault::Accepted(_)), "{}", found.violation);
        assert_eq!(found.trial.moves(), 1);
    }
}

#[test]
fn a_store_that_keeps_half_of_a_refused_batch_is_found() {
    let found = found_to_append("half of a refused batch is kept", |kept, batch| {
        batch.iter().try_for_each(|recorded| kept.append(std::slice::from_ref(recorded)))
    });
    assert_eq!(found.line().0, LogFaultKind::NeverWritten);
}

#[test]
fn a_store_that_names_another_event_in_a_conflict_is_found() {
    let found = found_to_append("the conflict names the first event", |kept, batch| {
        kept.append(batch).map_err(|error| match (error, batch.first()) {
            (AppendError::Conflict(conflict), Some(first)) => {
                AppendError::Conflict(Conflict { call: first.call, revision: first.revision, ..conflict })
            }
            (error, _) => error,
        })
    });
    assert!(matches!(found.fault(), StoreFault::Failed(_)), "{}", found.violation);
}

/// A right store that notes the kinds of the events that it gets, and the batches with events of two calls.
struct Notes<'a> {
    kept: MemoryStore,
    kinds: &'a RefCell<BTreeSet<EventKind>>,
    of_two_calls: &'a RefCell<bool>,
}

impl Store for Notes<'_> {
    type Error = LineError;

    fn append(&mut self, batch: &[Recorded]) -> Result<(), AppendError<LineError>> {
        self.kept.append(batch)?;
        self.kinds.borrow_mut().extend(batch.iter().map(|recorded| recorded.event.kind()));
        let calls: BTreeSet<_> = batch.iter().map(|recorded| recorded.call).collect();
        *self.of_two_calls.borrow_mut() |= calls.len() == 2;
        Ok(())
    }

    fn read(&mut self) -> Result<Vec<Recorded>, LineError> {
        self.kept.read()
    }

    fn restart(&mut self) -> Result<(), LineError> {
        self.kept.restart()
    }
}

/// The walk reaches every kind that a side can record: see `tests/walk.rs`. The trials reach each of them, too.
#[test]
fn trials_reach_every_kind_of_event_that_a_side_records_and_batches_of_two_calls() {
    for (side, never) in [(Side::Service, &CONCLUDED[..]), (Side::Bot, &SERVED[..])] {
        let recorded: Vec<_> = EventKind::ALL.iter().filter(|kind| !never.contains(&kind.as_str())).collect();
        assert!(side.kinds().eq(recorded.into_iter().copied()), "{side}");
        let mut counts: BTreeMap<EventKind, usize> = side.kinds().map(|kind| (kind, 0)).collect();
        let mut of_two_calls = 0;
        let trials = trials(side);
        let mut runner = TestRunner::deterministic();
        for _ in 0..500 {
            let trial = trials.new_tree(&mut runner).unwrap().current();
            let (kinds, two) = (RefCell::default(), RefCell::default());
            trial.run(Notes { kept: MemoryStore::new(), kinds: &kinds, of_two_calls: &two }).unwrap();
            for kind in kinds.take() {
                *counts.get_mut(&kind).unwrap_or_else(|| panic!("a {side} records {kind:?}: {trial:?}")) += 1;
            }
            of_two_calls += usize::from(two.take());
        }
        println!("{side}: {of_two_calls} of 500 with a batch of two calls, {counts:?}");
        let rare: Vec<_> = counts.iter().filter(|(_, count)| **count < 5).collect();
        assert!(rare.is_empty(), "in fewer than 5 of 500 trials of a {side}: {rare:?}");
        assert!(of_two_calls > 50 || side == Side::Bot, "{of_two_calls} of 500");
    }
}

#[test]
fn a_trial_shrinks_by_leaving_out_steps_and_stays_legal() {
    for side in Side::ALL {
        let trials = trials(*side);
        let mut runner = TestRunner::deterministic();
        for _ in 0..30 {
            let mut tree = trials.new_tree(&mut runner).unwrap();
            let drawn = tree.current();
            // The trials that connect a call fail, or else all of them.
            let fails = |trial: &Trial| {
                let connects = |trial: &Trial| format!("{trial:?}").contains(" connected ");
                !connects(&drawn) || connects(trial)
            };
            let mut shortest = drawn.clone();
            while tree.simplify() {
                while !fails(&tree.current()) && tree.complicate() {}
                shortest = tree.current();
                let mut model = Model::new();
                let is_legal = shortest.steps.iter().all(|step| match step {
                    Step::Make(one) => model.apply(one),
                    Step::Report(..) | Step::Restart | Step::Retry | _ => true,
                });
                assert!(is_legal && fails(&shortest), "{shortest:?}");
                assert!(shortest.steps.iter().all(|step| drawn.steps.contains(step)), "{shortest:?}");
            }
            // A call is placed, or offered and answered, and then connected.
            let mut nothing = drawn.clone();
            nothing.steps.clear();
            let longest = if fails(&nothing) { 0 } else { 3 };
            assert!(shortest.steps.len() <= longest, "{shortest:?}");
        }
    }
}

/// Lines of one call, whose events differ by their revision.
fn lines(revisions: &[(u64, u64)]) -> Vec<Recorded> {
    let line = |(revision, second): &(u64, u64)| {
        let at = format!("2026-11-23T09:00:{second:02}Z");
        let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":REV,"at":"AT","type":"keptAlive","data":{}}"#;
        line.replace("REV", &revision.to_string()).replace("AT", &at).parse().unwrap()
    };
    revisions.iter().map(line).collect()
}

/// A store takes a batch whole or not at all, also where its events belong to two calls, or some of them are
/// stored already.
#[test]
fn the_store_in_memory_refuses_a_batch_as_a_whole() {
    let [one, two, four, stale] =
        <[Recorded; 4]>::try_from(lines(&[(1, 1), (2, 2), (4, 4), (2, 9)])).unwrap();
    let mut of_another = one.clone();
    of_another.call = callfold::CallId::new(callfold::uuid::Uuid::nil());
    let mut zero = one.clone();
    zero.revision = 0;
    let mut store = MemoryStore::new();
    store.append(&[one.clone(), two.clone()]).unwrap();
    let before = store.read().unwrap();
    for (batch, revision, found) in [
        (vec![of_another.clone(), stale], 2, Some(two.to_string())),
        (vec![of_another.clone(), four], 4, None),
        (vec![two.clone(), of_another.clone(), zero], 0, None),
    ] {
        let conflict = Conflict { call: one.call, revision, found: found.map(Secret::new) };
        assert_eq!(store.append(&batch), Err(AppendError::Conflict(conflict)));
        assert_eq!(store.read().unwrap(), before);
    }
    let three = lines(&[(3, 3)]).remove(0);
    store.append(&[two, three.clone(), of_another.clone()]).unwrap();
    assert_eq!(store.read().unwrap(), [vec![of_another], before, vec![three]].concat());
}

properties! {
    200 cases;

    #[test]
    fn a_right_store_keeps_the_log_of_a_service(trial in trials(Side::Service)) {
        trial.run(MemoryStore::new())?;
    }

    #[test]
    fn a_right_store_keeps_the_log_of_a_bot(trial in trials(Side::Bot)) {
        trial.run(MemoryStore::new())?;
    }
}
