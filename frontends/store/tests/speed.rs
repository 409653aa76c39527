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
    let subject = crate::common::InPostgres::new();
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
