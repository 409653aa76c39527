//! Random values that depend only on a seed and a key, and not on earlier random values. One conversation
//! that runs alone therefore gets the same values as within the campaign.

use alloc::vec::Vec;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// A proptest runner whose random values are determined by four numbers.
pub(super) fn runner(key: [u64; 4]) -> TestRunner {
    let seed: Vec<u8> = key.iter().flat_map(|part| part.to_le_bytes()).collect();
    let config = Config { failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
}

/// A value of a strategy; `None` if the strategy rejects every value that it draws.
pub(super) fn draw<S: Strategy>(strategy: &S, key: [u64; 4]) -> Option<S::Value> {
    strategy.new_tree(&mut runner(key)).ok().map(|tree| tree.current())
}
