//! Clocks that run.

use std::sync::Arc;
use std::time::Duration;

use callfold::jiff::SignedDuration;
use callfold_serve::ClockMode;
use callfold_store::{Memory, Position, Store};
use serde_json::json;

use super::stage::Stage;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

#[tokio::test]
async fn a_clock_that_runs_cannot_be_advanced() {
    let stage = Stage::with(|settings| settings.clock = ClockMode::Real).await;
    let begin = stage.server.now();
    assert!(stage.server.advance(HOUR).await.is_err());
    assert!(stage.server.now() - begin < HOUR);
}

#[tokio::test]
async fn a_fast_clock_goes_on_from_the_last_event_after_a_restart() {
    let fast = |settings: &mut callfold_serve::Settings| settings.clock = ClockMode::Factor(10_000.0);
    let store: Arc<dyn Store> = Arc::new(Memory::new());
    let stage = Stage::playing(&store, "", fast).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    stage.ring(json!({})).await;
    let last = store.read_all(Position::START, usize::MAX).await.unwrap().pop().unwrap().event.at;
    let stage = stage.again(&store, "", fast).await;
    assert!(stage.server.now() >= last.unwrap());
}

#[tokio::test]
async fn a_small_step_back_of_the_clock_of_the_machine_is_tolerated() {
    let store: Arc<dyn Store> = Arc::new(Memory::new());
    let now = Stage::with(|settings| settings.clock = ClockMode::Real).await.server.now();
    let later = now + SignedDuration::from_secs(3);
    let stage = Stage::playing(&store, "", |settings| settings.now = Some(later)).await;
    stage.ring(json!({})).await;
    let stage = stage.again(&store, "", |settings| settings.clock = ClockMode::Real).await;
    assert!(stage.server.now() >= later);
}
