//! The closed loop: a service records events and posts notifications, and a bot that receives them through
//! any network folds the same call.

use callfold::graph::Version;
use callfold::jiff::SignedDuration;
use callfold::testing::{Campaign, Faults, Move, Simulation, Violation, strategies::courses};
use proptest::prelude::*;
use proptest::sample::select;

use crate::common::config;

const REGRESSIONS: &str = "proptest-regressions/closed_loop.txt";

fn played(course: &[Move], seed: u64, version: Version, faults: &Faults) -> Result<(), Violation> {
    let mut world = Simulation::new(seed);
    world.speaking(version).under(faults);
    course.iter().try_for_each(|one| world.make(one).map(drop))?;
    world.settle()
}

fn late(seconds: i64) -> Faults {
    let mut faults = Faults::none();
    faults.delay = SignedDuration::from_secs(seconds);
    faults
}

proptest! {
    #![proptest_config(config(150, REGRESSIONS))]

    #[test]
    fn a_bot_that_receives_every_notification_agrees_with_the_service(
        course in courses(),
        version in select(Version::ALL),
    ) {
        played(&course, 0, version, &Faults::none())?;
    }

    #[test]
    fn a_network_that_repeats_and_reorders_leads_to_the_same_state_and_the_same_operations(
        course in courses(),
        seed: u64,
    ) {
        let mut faults = late(5);
        (faults.reordered, faults.repeated) = (500, 200);
        played(&course, seed, Version::V1, &faults)?;
    }

    #[test]
    fn a_network_that_loses_and_is_cut_leads_to_logs_that_fold(course in courses(), seed: u64) {
        let mut faults = late(120);
        (faults.reordered, faults.repeated, faults.dropped) = (300, 200, 300);
        let begins = course.first().map(|one| one.at).unwrap_or_default();
        faults.partitions = vec![begins + SignedDuration::from_secs(10)..begins + SignedDuration::from_secs(90)];
        played(&course, seed, Version::V1, &faults)?;
    }
}

#[test]
fn a_campaign_of_many_calls_with_restarts_breaks_nothing() {
    let summary = Campaign::new(1, 100, 6).run().unwrap_or_else(|found| panic!("{found}"));
    assert!(summary.events > 2000, "{summary:?}");
}

#[test]
fn a_store_that_loses_a_write_is_found_out_with_a_short_course() {
    let mut broken = Campaign::new(1, 100, 6);
    broken.lost_writes = 100;
    let found = broken.run().expect_err("writes are lost");
    assert_eq!(found.violation.invariant.as_str(), "restart");
    assert!(found.course.len() < 6 && !found.bot.is_empty(), "{found}");
}
