//! What is particular to a store in NATS: its server. Without `CALLFOLD_NATS`, each test says that it is skipped.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use callfold::Call;
use callfold::jiff::Timestamp;
use callfold::uuid::Uuid;
use callfold_store::{Address, AppendError, Nats, Noted, Position, Store, StoreError, StoredLine};
use serde_json::{Value, json};

use crate::common::{call, event, unused_name};

/// The address of a stream that does not exist, and its name. `None` if there is no server.
fn unused() -> Option<(String, String)> {
    let Ok(server) = std::env::var("CALLFOLD_NATS") else {
        let skipped = "SKIPPED: a test of the NATS store: CALLFOLD_NATS is not set";
        writeln!(std::io::stdout().lock(), "{skipped}").unwrap();
        return None;
    };
    let stream = unused_name();
    Some((format!("{server}/{stream}"), stream))
}

async fn open(address: &str) -> Result<Arc<dyn Store>, StoreError> {
    address.parse::<Address>().unwrap().open().await
}

async fn open_to_read(address: &str) -> Result<Nats, StoreError> {
    let Address::Nats(url) = address.parse().unwrap() else { panic!("not the address of a NATS server") };
    Nats::open_to_read(&url).await
}

/// Asks the API of JetStream, as an administrator does.
async fn ask(address: &str, subject: String, question: Value) -> Value {
    let server = address.rsplit_once('/').unwrap().0;
    let client = async_nats::connect(server).await.unwrap();
    let answer = client.request(subject, question.to_string().into()).await.unwrap();
    serde_json::from_slice(&answer.payload).unwrap()
}

fn store_error(outcome: Result<(), AppendError>) -> StoreError {
    match outcome {
        Err(AppendError::Store(error)) => error,
        other => panic!("an error of the store was expected: {other:?}"),
    }
}

#[tokio::test]
async fn a_stream_of_another_program_is_refused_and_not_changed() {
    let Some((address, stream)) = unused() else { return };
    let config = json!({ "name": stream, "subjects": [format!("{stream}.>")] });
    ask(&address, format!("$JS.API.STREAM.CREATE.{stream}"), config).await;
    let error = open(&address).await.unwrap_err();
    let expected =
        format!("{address}: this stream belongs to another program; name another stream in the URL");
    assert_eq!(error.to_string(), expected);
    assert!(!error.is_transient);
    let info = ask(&address, format!("$JS.API.STREAM.INFO.{stream}"), json!({})).await;
    assert_eq!(info["config"]["allow_atomic"], Value::Null);
}

#[tokio::test]
async fn a_newer_version_and_a_changed_stream_are_refused() {
    let Some((address, stream)) = unused() else { return };
    drop(open(&address).await.unwrap());
    let mut info = ask(&address, format!("$JS.API.STREAM.INFO.{stream}"), json!({})).await;
    let mut config = info["config"].take();
    for (key, value, end) in [
        (
            "metadata",
            json!({ "callfold": "2" }),
            "use the version of callfold that wrote the stream, or name another stream",
        ),
        ("metadata", json!({ "callfold": "1" }), ""),
        (
            "allow_rollup_hdrs",
            json!(false),
            "somebody changed `allow_rollup_hdrs` of the stream, and the store needs it; set it as it was",
        ),
    ] {
        config[key] = value;
        let changed = ask(&address, format!("$JS.API.STREAM.UPDATE.{stream}"), config.clone()).await;
        assert_eq!(changed["error"], Value::Null, "{changed}");
        match open(&address).await {
            Ok(_) => assert_eq!(end, ""),
            Err(error) => assert!(!end.is_empty() && error.to_string().ends_with(end), "{error}"),
        }
    }
}

#[tokio::test]
async fn messages_of_another_program_are_found_and_stop_nobody_who_reads() {
    let Some((address, stream)) = unused() else { return };
    let store = open(&address).await.unwrap();
    store.append(&[event(call(1), 1, "kept"), event(call(2), 1, "kept")]).await.unwrap();
    assert_eq!(store.defects().await.unwrap(), []);
    assert_eq!(store.schema_version().await.unwrap(), Some(1));
    let client = async_nats::connect(address.rsplit_once('/').unwrap().0).await.unwrap();
    let strange =
        [format!("{stream}.hello"), format!("{stream}.event.hello"), format!("{stream}.open.hello")];
    let damaged = format!("{stream}.event.{}", call(2));
    for subject in strange.iter().chain([&damaged]) {
        client.request(subject.clone(), "hello".into()).await.unwrap();
    }
    let found = store.defects().await.unwrap();
    let has = |call, words: &str| found.iter().any(|it| it.call == call && it.message.contains(words));
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(strange.iter().all(|subject| has(None, subject)), "{found:?}");
    assert!(has(Some(call(2)), "was not written by this program"), "{found:?}");
    assert_eq!(store.stats().await.unwrap().calls, 1);
    assert_eq!(store.ended_before(Timestamp::MAX).await.unwrap(), []);
    assert_eq!(store.unfinished().await.unwrap().len(), 2);
}

#[tokio::test]
async fn no_error_shows_a_password() {
    let Some((address, _)) = unused() else { return };
    let with_login = |login: &str| address.replace("nats://", &format!("nats://{login}@"));
    let bad_stream = with_login("bot:secret").replace("/test", "/not.a.stream");
    // Nobody listens on this port.
    for address in ["nats://bot:secret@127.0.0.1:1/calls", "nats://secret@127.0.0.1:1", &bad_stream] {
        let error = open(address).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    }
    let store = open(&with_login("bot:secret")).await.unwrap();
    assert!(!format!("{store:?}").contains("secret"), "{store:?}");
    let error = store_error(store.append(&[event(call(1), 1, &"x".repeat(1 << 20))]).await);
    assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
}

#[tokio::test]
async fn a_server_that_is_away_is_a_transient_error() {
    let error = open("nats://127.0.0.1:1/calls").await.unwrap_err();
    assert!(error.is_transient, "{error}");
    assert_eq!(
        error.to_string(),
        "nats://127.0.0.1:1/calls: the server cannot be reached; check that it runs"
    );
}

#[tokio::test]
async fn an_event_that_is_too_large_is_a_lasting_error_and_the_next_one_is_stored() {
    let Some((address, _)) = unused() else { return };
    let store = open(&address).await.unwrap();
    let large = event(call(1), 1, &"x".repeat(1 << 20));
    let error = store_error(store.append(std::slice::from_ref(&large)).await);
    assert!(!error.is_transient, "{error}");
    let bytes = large.to_string().len();
    let end = format!(
        "a message of {bytes} bytes is too large, the server takes 1046528 besides the headers; raise `max_payload` in its configuration"
    );
    assert!(error.to_string().ends_with(&end), "{error}");
    let nearly = event(call(1), 1, &"x".repeat(1_046_000));
    store.append(std::slice::from_ref(&nearly)).await.unwrap();
    assert_eq!(store.read(call(1), 1).await.unwrap(), [nearly]);
}

#[tokio::test]
async fn two_processes_see_what_the_other_one_does() {
    let Some((address, _)) = unused() else { return };
    let (one, other) = (open(&address).await.unwrap(), open(&address).await.unwrap());
    let of = |words: &str, revision| [event(call(1), revision, words)];
    one.append(&of("one", 1)).await.unwrap();
    other.append(&of("one", 1)).await.unwrap();
    other.append(&of("other", 2)).await.unwrap();
    // What the first process knows of the call is old now.
    let Err(AppendError::Conflict(conflict)) = one.append(&of("one", 2)).await else { panic!("no conflict") };
    assert_eq!(conflict.found.unwrap().expose(), &of("other", 2)[0].to_string());
    one.append(&of("one", 3)).await.unwrap();
    other.delete(call(1)).await.unwrap();
    let Err(AppendError::Conflict(conflict)) = one.append(&of("one", 4)).await else { panic!("no conflict") };
    assert_eq!(conflict.found, None);
    one.append(&of("anew", 1)).await.unwrap();
    assert_eq!(other.read(call(1), 1).await.unwrap(), of("anew", 1));
    assert_eq!(other.unfinished().await.unwrap(), [call(1)]);
}

#[tokio::test]
async fn an_event_after_a_retry_is_stored_once() {
    let Some((address, _)) = unused() else { return };
    let store = open(&address).await.unwrap();
    let events: Vec<_> = (1..=7).map(|revision| event(call(1), revision, "one")).collect();
    // Messages of several events, and batches that begin and end within them.
    for (first, last) in [(0, 3), (1, 2), (0, 5), (4, 5), (2, 7), (6, 7), (0, 7)] {
        store.append(&events[first..last]).await.unwrap();
        assert_eq!(
            store.read(call(1), 1).await.unwrap(),
            events[..last.max(store.read(call(1), 1).await.unwrap().len())]
        );
    }
    assert_eq!(store.read_all(Position::START, 100).await.unwrap().len(), 7);
    for revision in 1..=7 {
        let changed = [event(call(1), revision, "changed")];
        let Err(AppendError::Conflict(conflict)) = store.append(&changed).await else {
            panic!("no conflict")
        };
        assert_eq!(conflict.found.unwrap().expose(), &events[revision as usize - 1].to_string());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_messages_are_read_in_order_among_other_messages() {
    let Some((address, stream)) = unused() else { return };
    let store = open(&address).await.unwrap();
    for revision in 1..=300 {
        for number in 1..=2 {
            store.append(&[event(call(number), revision, "one")]).await.unwrap();
        }
        if revision == 200 {
            store.append(&[event(call(3), 1, "three"), event(call(3), 2, "three")]).await.unwrap();
            store.note("webhooks", &[Noted { call: call(1), revision }]).await.unwrap();
        }
    }
    let read = store.read(call(1), 100).await.unwrap();
    assert!(read.iter().map(|event| event.revision).eq(100..=300));
    let all = store.read_all(Position::START, usize::MAX).await.unwrap();
    assert_eq!(all.len(), 602);
    assert!(all.is_sorted_by_key(|stored| stored.position));
    for page in [1, 7, 100, 602, 1000] {
        let mut lines = Vec::new();
        loop {
            let after = lines.last().map_or(Position::START, |line: &StoredLine| line.position);
            let found = store.read_lines(after, page).await.unwrap();
            assert!(found.lines.len() <= page);
            lines.extend(found.lines);
            if !found.has_more {
                break;
            }
        }
        assert!(lines.iter().cloned().eq(all.iter().cloned().map(StoredLine::from)), "pages of {page}");
    }
    let consumers = ask(&address, format!("$JS.API.CONSUMER.NAMES.{stream}"), json!({})).await;
    let [consumer] = &consumers["consumers"].as_array().unwrap()[..] else {
        panic!("one consumer waits for the next page: {consumers}")
    };
    // As the server does when nobody asks for a while.
    let consumer = consumer.as_str().unwrap();
    ask(&address, format!("$JS.API.CONSUMER.DELETE.{stream}.{consumer}"), json!({})).await;
    store.append(&[event(call(4), 1, "later")]).await.unwrap();
    let after = all.last().unwrap().position;
    let later = store.read_all(after, 10).await.unwrap();
    assert_eq!(later.iter().map(|stored| stored.event.call).collect::<Vec<_>>(), [call(4)]);
}

#[tokio::test]
async fn many_calls_in_one_batch_are_stored_or_refused_with_a_reason() {
    let Some((address, _)) = unused() else { return };
    let store = open(&address).await.unwrap();
    let alternating: Vec<_> = (1..=20)
        .flat_map(|revision| (0..200).map(move |number| event(call(number), revision, "one")))
        .collect();
    store.append(&alternating).await.unwrap();
    let stored: BTreeSet<_> = store
        .read_all(Position::START, usize::MAX)
        .await
        .unwrap()
        .into_iter()
        .map(|one| one.event.to_string())
        .collect();
    assert_eq!(stored, alternating.iter().map(ToString::to_string).collect());
    let many: Vec<_> = (1000..1600).map(|number| event(call(number), 1, "one")).collect();
    let error = store_error(store.append(&many).await);
    let end = "a batch of 1200 messages is too large, the server takes 1000; append fewer calls at once";
    assert!(error.to_string().ends_with(end) && !error.is_transient, "{error}");
    assert!(store.read(call(1000), 1).await.unwrap().is_empty());
}

/// The message of a snapshot tells where the later events are.
#[tokio::test]
async fn a_snapshot_hides_no_event() {
    let Some((address, _)) = unused() else { return };
    let store = open(&address).await.unwrap();
    let events: Vec<_> = (1..=300).map(|revision| event(call(1), revision, "one")).collect();
    let begun = Call::begin(events[0].clone()).unwrap();
    for one in &events {
        store.append(std::slice::from_ref(one)).await.unwrap();
        if one.revision == 200 {
            store.keep_snapshot(call(1), 200, &begun.snapshot()).await.unwrap();
        }
    }
    for from in [1, 150, 199, 200, 201, 250, 300, 301] {
        // Another process, which knows nothing of the call.
        let other = open(&address).await.unwrap();
        assert_eq!(other.read(call(1), from).await.unwrap(), events[from as usize - 1..], "from {from}");
    }
}

#[tokio::test]
async fn a_store_that_is_opened_to_read_makes_and_changes_nothing() {
    let Some((address, _)) = unused() else { return };
    let error = open_to_read(&address).await.unwrap_err();
    assert!(!error.is_transient && error.to_string().contains("the stream does not exist"), "{error}");
    let store = open(&address).await.unwrap();
    let stored = [event(call(1), 1, "one")];
    store.append(&stored).await.unwrap();
    let reader = open_to_read(&address).await.unwrap();
    assert_eq!(reader.read(call(1), 1).await.unwrap(), stored);
    let error = store_error(reader.append(&[event(call(1), 2, "two")]).await);
    assert!(error.to_string().ends_with("the store was opened only to read"), "{error}");
    assert!(reader.delete(call(1)).await.is_err());
    assert!(reader.lease(&["one".into()], Uuid::nil(), Duration::from_secs(1)).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_append_goes_on_while_its_lease_is_made_to_last_longer() {
    let Some((address, _)) = unused() else { return };
    let store = open(&address).await.unwrap();
    let names = ["calls/1".to_owned()];
    let lease = || store.lease(&names, Uuid::nil(), Duration::from_secs(60));
    let leases = lease().await.unwrap();
    let appending = async {
        for revision in 1..=20 {
            store.append_under(&leases, &[event(call(1), revision, "held")]).await.unwrap();
        }
    };
    let longer = async {
        for _ in 0..200 {
            assert_eq!(lease().await.unwrap(), leases);
        }
    };
    tokio::join!(appending, longer);
    assert_eq!(store.read(call(1), 1).await.unwrap().len(), 20);
}

fn server(script: &str) {
    let scripts = std::env::var("CALLFOLD_SERVERS").unwrap();
    assert!(Command::new(format!("{scripts}/{script}")).arg("nats").status().unwrap().success());
}

/// Run it alone: `tests/servers/run cargo test -p callfold-store --features testing,nats killed -- --ignored`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "stops the server"]
async fn a_server_that_is_killed_and_comes_back_has_all_that_was_appended() {
    let Some((address, _)) = unused() else { return };
    let store = open(&address).await.unwrap();
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8 {
        let store = Arc::clone(&store);
        writers.spawn(async move {
            for revision in 1..=400 {
                let batch = [event(call(writer), revision, "one")];
                // The store tries for a while. If that was not enough, the host tries again.
                while let Err(error) = store.append(&batch).await {
                    let AppendError::Store(error) = error else { panic!("{error}") };
                    assert!(error.is_transient, "{error}");
                }
            }
        });
    }
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        server("stop");
        tokio::time::sleep(Duration::from_secs(2)).await;
        server("start");
    }
    while let Some(written) = writers.join_next().await {
        written.unwrap();
    }
    for writer in 0..8 {
        let read = store.read(call(writer), 1).await.unwrap();
        assert!(read.iter().map(|event| event.revision).eq(1..=400), "call {writer}");
    }
    assert_eq!(store.read_all(Position::START, 10_000).await.unwrap().len(), 3200);
    assert_eq!(store.unfinished().await.unwrap().len(), 8);

    server("stop");
    let error = store_error(store.append(&[event(call(0), 401, "late")]).await);
    assert!(error.is_transient, "{error}");
    server("start");
    store.append(&[event(call(0), 401, "late")]).await.unwrap();
}
