//! Loading a call from its snapshot and its events.

use callfold::Call;
use callfold::call::Snapshot;
use callfold_store::{Memory, Store, load};

use crate::common::{call, event};

/// A store with a call of five events.
async fn stored() -> Memory {
    let store = Memory::new();
    let events: Vec<_> =
        (1..=5).map(|revision| event(call(1), revision, &format!("at {revision}"))).collect();
    store.append(&events).await.unwrap();
    store
}

fn folded(last: u64) -> Call {
    let mut folded = Call::begin(event(call(1), 1, "at 1")).unwrap();
    (2..=last)
        .for_each(|revision| folded.evolve(event(call(1), revision, &format!("at {revision}"))).unwrap());
    folded
}

#[tokio::test]
async fn a_call_is_folded_from_its_events() {
    let store = stored().await;
    assert_eq!(load(&store, call(1)).await.unwrap(), Some(folded(5)));
    assert_eq!(load(&store, call(2)).await.unwrap(), None);
}

#[tokio::test]
async fn a_snapshot_and_the_later_events_make_the_same_call() {
    for revision in 1..=5 {
        let store = stored().await;
        store.keep_snapshot(call(1), revision, &folded(revision).snapshot()).await.unwrap();
        assert_eq!(load(&store, call(1)).await.unwrap(), Some(folded(5)));
    }
}

#[tokio::test]
async fn a_snapshot_that_cannot_be_read_is_ignored() {
    let of_another = Call::begin(event(call(2), 1, "another")).unwrap().snapshot();
    for snapshot in
        [Snapshot::from("{}".to_owned()), Snapshot::from(r#"{"snapshot":99}"#.to_owned()), of_another]
    {
        let store = stored().await;
        store.keep_snapshot(call(1), 3, &snapshot).await.unwrap();
        assert_eq!(load(&store, call(1)).await.unwrap(), Some(folded(5)));
    }
}

#[tokio::test]
async fn events_that_do_not_fold_are_an_error() {
    let store = Memory::new();
    let line = event(call(1), 1, "begins again").to_string().replace(r#""rev":1"#, r#""rev":2"#);
    store.append(&[event(call(1), 1, "begins"), line.parse().unwrap()]).await.unwrap();
    let error = load(&store, call(1)).await.unwrap_err();
    let expected =
        "call 00000000-0000-0000-0000-000000000001: the stored event of revision 2 does not fold: ";
    assert!(error.to_string().starts_with(expected), "{error}");
    assert!(!error.is_transient);
}
