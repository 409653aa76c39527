//! The seeds of the property tests. Every run of `cargo test` tries the same cases; `CALLFOLD_SEED` asks for others.

use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;

use proptest::test_runner::{Config, FileFailurePersistence, RngSeed};

/// What `CALLFOLD_SEED` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seed {
    Fixed(u64),
    /// Drawn once in each run.
    Random(u64),
}

impl Seed {
    fn read(request: Option<&str>) -> Self {
        match request {
            None => Self::Fixed(0),
            Some("random") => Self::Random(RandomState::new().hash_one(0)),
            Some(number) => Self::Fixed(number.parse().unwrap_or_else(|_| {
                panic!("CALLFOLD_SEED is {number:?}; it must be a number from 0 to {}, or `random`", u64::MAX)
            })),
        }
    }

    fn of_this_run() -> Self {
        static SEED: OnceLock<Seed> = OnceLock::new();
        *SEED.get_or_init(|| {
            let request = std::env::var_os("CALLFOLD_SEED");
            Self::read(request.map(|request| request.to_string_lossy().into_owned()).as_deref())
        })
    }
}

/// The settings of one property test. Its seed is made from the seed of the run and its name, so that two properties
/// of one strategy try different cases. `PROPTEST_CASES` asks for more or fewer cases.
///
/// `regressions` is a file to which the seeds of failed cases are appended, and from which they are tried first: but
/// only where the seed is random, so that a run with a known seed depends on nothing else.
pub(crate) fn config(cases: u32, name: &str, regressions: &'static str) -> Config {
    let seed = Seed::of_this_run();
    let (Seed::Fixed(number) | Seed::Random(number)) = seed;
    // The test harness shows this where the property fails.
    eprintln!("CALLFOLD_SEED={number} tries these cases of {name} again");
    let persistence = matches!(seed, Seed::Random(_)).then(|| FileFailurePersistence::Direct(regressions));
    Config {
        cases,
        rng_seed: RngSeed::Fixed(own_seed(number, name)),
        failure_persistence: persistence.map(|it| Box::new(it) as _),
        // The limit counts the rejects of all cases together, and would stop a run of a million.
        max_local_rejects: u32::MAX,
        ..Config::default()
    }
}

/// FNV-1a: the same on every machine and with every compiler.
fn own_seed(seed: u64, name: &str) -> u64 {
    let begin = 0xcbf2_9ce4_8422_2325;
    let bytes = seed.to_le_bytes().into_iter().chain(name.bytes());
    bytes.fold(begin, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

#[test]
fn the_seed_is_a_number_or_random() {
    assert_eq!(Seed::read(None), Seed::Fixed(0));
    assert_eq!(Seed::read(Some("18446744073709551615")), Seed::Fixed(u64::MAX));
    assert!(matches!(Seed::read(Some("random")), Seed::Random(_)));
}

#[test]
#[should_panic(
    expected = "CALLFOLD_SEED is \"0x7\"; it must be a number from 0 to 18446744073709551615, or `random`"
)]
fn a_seed_that_is_neither_says_what_would_be_right() {
    Seed::read(Some("0x7"));
}

#[test]
fn each_property_has_a_seed_of_its_own() {
    assert_ne!(own_seed(0, "one"), own_seed(0, "other"));
    assert_ne!(own_seed(0, "one"), own_seed(7, "one"));
}
