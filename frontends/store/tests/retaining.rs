//! The calls that are deleted by their age, seen before.

use callfold::Recorded;
use callfold_store::{Memory, Store, ended_before};

use crate::common::{call, event};

/// The end of a call at a time of 2026-11-23.
fn end(number: u32, revision: u64, time: &str) -> Recorded {
    let call = call(number);
    let line = format!(
        r#"{{"call":"{call}","rev":{revision},"at":"2026-11-23T{time}Z","type":"terminated","data":{{}}}}"#
    );
    line.parse().unwrap()
}

#[tokio::test]
async fn the_calls_that_retain_deletes_are_known_before() {
    let store = Memory::new();
    for (number, time) in [(3, "10:00:00"), (1, "09:59:59"), (2, "09:00:00")] {
        store.append(&[event(call(number), 1, "placed"), end(number, 2, time)]).await.unwrap();
    }
    store.append(&[event(call(4), 1, "not ended")]).await.unwrap();
    let time = "2026-11-23T10:00:00Z".parse().unwrap();
    let known = ended_before(&store, time).await.unwrap();
    assert_eq!(known, [call(1), call(2)]);
    assert_eq!(store.retain(time).await.unwrap(), known);
    assert!(ended_before(&store, time).await.unwrap().is_empty());
}
