//! Draws that depend on a seed and a key, and on nothing that was drawn before: a part of a simulation draws as the whole.

use alloc::vec::Vec;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// A runner whose draws follow from four numbers.
pub(super) fn runner(key: [u64; 4]) -> TestRunner {
    let seed: Vec<u8> = key.iter().flat_map(|part| part.to_le_bytes()).collect();
    let config = Config { failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
}

/// One value; `None` where a strategy rejects all that it draws.
pub(super) fn draw<S: Strategy>(strategy: &S, key: [u64; 4]) -> Option<S::Value> {
    strategy.new_tree(&mut runner(key)).ok().map(|tree| tree.current())
}
