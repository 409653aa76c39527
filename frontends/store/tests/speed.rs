//! Measures how many appends a store takes in a second.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use callfold_store::{Memory, Sqlite, Store};

use crate::common::{call, event};

const MEASURED: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn appends_per_second() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| Arc::new(Sqlite::open(folder.path().join(name)).unwrap());
    measure("memory", Arc::new(Memory::new()), 1).await;
    measure("memory", Arc::new(Memory::new()), 64).await;
    measure("SQLite", file("1.db"), 1).await;
    measure("SQLite", file("64.db"), 64).await;
    measure("SQLite", file("1024.db"), 1024).await;
}

/// Appends beside bare inserts of the same bytes, each alone and by 16 at a time.
#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn appends_per_second_in_postgres() {
    use callfold_store::testing::Subject;
    let subject = crate::common::InServer::postgres();
    if let Some(why) = subject.skipped() {
        return writeln!(std::io::stdout().lock(), "SKIPPED: {why}").unwrap();
    }
    for writers in [1, 16, 1, 16] {
        insert(writers).await;
        measure("PostgreSQL", subject.fresh().await.unwrap(), writers).await;
    }
}

/// Inserts the lines of events without the store.
#[cfg(feature = "postgres")]
async fn insert(writers: u32) {
    let url = std::env::var("CALLFOLD_POSTGRES").unwrap();
    let connect = async || {
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    };
    let table = "DROP TABLE IF EXISTS bare;
        CREATE TABLE bare (call uuid, revision bigint, line text, PRIMARY KEY (call, revision))";
    connect().await.batch_execute(table).await.unwrap();
    let inserted = Arc::new(AtomicU64::new(0));
    let mut tasks = tokio::task::JoinSet::new();
    for writer in 0..writers {
        let (client, inserted) = (connect().await, Arc::clone(&inserted));
        let line = event(call(0), 2, "a subject as long as most are").to_string();
        tasks.spawn(async move {
            let insert = client.prepare("INSERT INTO bare VALUES ($1, $2, $3)").await.unwrap();
            for number in 0.. {
                let call = call(writer * 1_000_000 + number).guid();
                for revision in 1..=20_i64 {
                    client.execute(&insert, &[&call, &revision, &line]).await.unwrap();
                    inserted.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
    }
    tokio::time::sleep(MEASURED).await;
    let per_second = inserted.load(Ordering::Relaxed) / MEASURED.as_secs();
    tasks.shutdown().await;
    writeln!(std::io::stdout().lock(), "bare inserts, {writers} writers: {per_second} a second").unwrap();
}

async fn measure(name: &str, store: Arc<dyn Store>, writers: u32) {
    let appended = Arc::new(AtomicU64::new(0));
    let mut tasks = tokio::task::JoinSet::new();
    for writer in 0..writers {
        tasks.spawn(append_forever(Arc::clone(&store), writer, Arc::clone(&appended)));
    }
    tokio::time::sleep(MEASURED).await;
    let per_second = appended.load(Ordering::Relaxed) / MEASURED.as_secs();
    tasks.shutdown().await;
    writeln!(std::io::stdout().lock(), "{name}, {writers} writers: {per_second} appends a second").unwrap();
}

/// Appends calls of twenty events.
async fn append_forever(store: Arc<dyn Store>, writer: u32, appended: Arc<AtomicU64>) {
    let template = event(call(0), 2, "a subject as long as most are");
    for number in 0.. {
        let call = call(writer * 1_000_000 + number);
        store.append(&[event(call, 1, "begins")]).await.unwrap();
        for revision in 2..=20 {
            let mut event = template.clone();
            (event.call, event.revision) = (call, revision);
            store.append(&[event]).await.unwrap();
            appended.fetch_add(1, Ordering::Relaxed);
        }
        tokio::task::yield_now().await;
    }
}

#[cfg(feature = "nats")]
mod nats {
    //! Run it alone: `tests/servers/run cargo test --release -p callfold-store --features testing,nats speed::nats -- --ignored --nocapture`.

    use std::io::Write;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Duration;

    use async_nats::{Client, HeaderMap};
    use callfold::uuid::Uuid;
    use callfold_store::{Address, Noted, Position, Store};
    use serde_json::json;
    use tokio::time::Instant;

    use super::{MEASURED, append_forever};
    use crate::common::{call, event, unused_name};

    fn show(line: &str) {
        writeln!(std::io::stdout().lock(), "{line}").unwrap();
    }

    async fn open() -> Option<Arc<dyn Store>> {
        let server = std::env::var("CALLFOLD_NATS").ok()?;
        let address: Address = format!("{server}/{}", unused_name()).parse().unwrap();
        Some(address.open().await.unwrap())
    }

    /// Compares appends with bare messages: of the same bytes, with the same check, in a stream of the same kind.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "a measurement"]
    async fn appends_per_second() {
        for writers in [1, 16, 1, 16] {
            let Some(store) = open().await else { return show("SKIPPED: CALLFOLD_NATS is not set") };
            let bare = bare(writers).await;
            let appended = Arc::new(AtomicU64::new(0));
            let mut tasks = tokio::task::JoinSet::new();
            for writer in 0..writers {
                tasks.spawn(append_forever(Arc::clone(&store), writer, Arc::clone(&appended)));
            }
            tokio::time::sleep(MEASURED).await;
            let appended = appended.load(Ordering::Relaxed) / MEASURED.as_secs();
            tasks.shutdown().await;
            let ratio = appended as f64 / bare as f64;
            show(&format!(
                "{writers} writers: {appended} appends a second, {bare} bare messages, ratio {ratio:.2}"
            ));
        }
    }

    async fn bare(writers: u32) -> u64 {
        let client = async_nats::connect(std::env::var("CALLFOLD_NATS").unwrap()).await.unwrap();
        let stream = unused_name();
        let config = json!({ "name": stream, "subjects": [format!("{stream}.>")], "storage": "file" });
        let created =
            client.request(format!("$JS.API.STREAM.CREATE.{stream}"), config.to_string().into()).await;
        drop(created.unwrap());
        let sent = Arc::new(AtomicU64::new(0));
        let mut tasks = tokio::task::JoinSet::new();
        for writer in 0..writers {
            tasks.spawn(send_forever(client.clone(), stream.clone(), writer, Arc::clone(&sent)));
        }
        tokio::time::sleep(MEASURED).await;
        let sent = sent.load(Ordering::Relaxed) / MEASURED.as_secs();
        tasks.shutdown().await;
        sent
    }

    async fn send_forever(client: Client, stream: String, writer: u32, sent: Arc<AtomicU64>) {
        let line = event(call(0), 2, "a subject as long as most are").to_string();
        for number in 0.. {
            let subject = format!("{stream}.event.{}", call(writer * 1_000_000 + number));
            let mut last = 0;
            for _ in 0..20 {
                let mut headers = HeaderMap::new();
                headers.insert("Nats-Expected-Last-Subject-Sequence", last.to_string());
                let answer = client.request_with_headers(subject.clone(), headers, line.clone().into()).await;
                let answer: serde_json::Value = serde_json::from_slice(&answer.unwrap().payload).unwrap();
                last = answer.get("seq").and_then(serde_json::Value::as_u64).unwrap();
                sent.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    async fn measure<F: Future<Output = ()>>(name: &str, times: u32, work: impl Fn(u32) -> F) -> Duration {
        let begin = Instant::now();
        for number in 0..times {
            work(number).await;
        }
        let each = begin.elapsed() / times;
        show(&format!("{name}: {each:.1?}"));
        each
    }

    /// The time of each kind of work in a stream of 100,000 events of 5,000 calls.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    #[ignore = "a measurement"]
    async fn times() {
        let Some(store) = open().await else { return show("SKIPPED: CALLFOLD_NATS is not set") };
        let store = &*store;
        let words = "a subject as long as most are";
        let of = |number, revisions: std::ops::RangeInclusive<u64>| -> Vec<_> {
            revisions.map(|revision| event(call(number), revision, words)).collect()
        };
        for number in 0..5_000 {
            // Each event is a message of its own.
            for event in of(number, 1..=20) {
                store.append(&[event]).await.unwrap();
            }
        }
        let events = of(9_000, 1..=5_000);
        store.append(&events[..1000]).await.unwrap();
        store.append(&events[1000..]).await.unwrap();
        for event in of(9_001, 1..=5_000) {
            store.append(&[event]).await.unwrap();
        }
        measure("read a call of 20 events", 500, |number| async move {
            assert_eq!(store.read(call(number), 1).await.unwrap().len(), 20);
        })
        .await;
        for (number, name) in [(9_000, "in 5 messages"), (9_001, "in 5,000 messages")] {
            measure(&format!("read a call of 5,000 events {name}"), 20, |_| async move {
                assert_eq!(store.read(call(number), 1).await.unwrap().len(), 5_000);
            })
            .await;
        }
        for page in [100, 1_000, 10_000] {
            let begin = Instant::now();
            let (mut after, mut read) = (Position::START, 0);
            while let Some(last) = {
                let found = store.read_all(after, page).await.unwrap();
                read += found.len();
                found.last().map(|last| last.position)
            } {
                after = last;
            }
            let per_second = read as f64 / begin.elapsed().as_secs_f64();
            show(&format!("read_all of {read} events in pages of {page}: {per_second:.0} a second"));
        }
        let lease = store.lease(&["one".into()], Uuid::nil(), Duration::from_secs(60)).await.unwrap();
        let lease = &lease;
        measure("append under a lease", 50, |number| async move {
            store.append_under(lease, &of(10_000 + number, 1..=1)).await.unwrap();
        })
        .await;
        let begin = Instant::now();
        let appends = (0..200).map(|number| async move {
            store.append_under(lease, &of(11_000 + number, 1..=1)).await.unwrap()
        });
        futures_util::future::join_all(appends).await;
        show(&format!("200 appends under a lease at the same time: {:.1?} each", begin.elapsed() / 200));
        measure("append of 3 events of one call", 500, |number| async move {
            store.append(&of(20_000 + number, 1..=3)).await.unwrap();
        })
        .await;
        measure("append of 2 events of two calls", 50, |number| async move {
            store.append(&[of(30_000 + number, 1..=1), of(40_000 + number, 1..=1)].concat()).await.unwrap();
        })
        .await;
        measure("note", 500, |number| async move {
            store.note("webhooks", &[Noted { call: call(number), revision: 7 }]).await.unwrap();
        })
        .await;
        measure("note under a lease", 500, |number| async move {
            let noted = [Noted { call: call(number), revision: 8 }];
            store.note_under(lease, "webhooks", &noted).await.unwrap();
        })
        .await;
        measure("make a lease last longer", 500, |_| async move {
            store.lease(&["one".into()], Uuid::nil(), Duration::from_secs(60)).await.unwrap();
        })
        .await;
        measure("unfinished", 3, |_| async move { drop(store.unfinished().await.unwrap()) }).await;
        measure("stats", 3, |_| async move { _ = store.stats().await.unwrap() }).await;
        measure("delete", 100, |number| async move { assert!(store.delete(call(number)).await.unwrap()) })
            .await;
        show(&format!("{:?}", store.stats().await.unwrap()));
    }
}
