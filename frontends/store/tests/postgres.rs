//! What is particular to a store in PostgreSQL: its server.

use std::fmt::Debug;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use callfold::call::Snapshot;
use callfold_store::testing::Subject;
use callfold_store::{Address, AppendError, Noted, Position, Store, StoreError};
use tokio_postgres::{Client, NoTls};

use crate::common::{InServer, call, event};

/// A store of its own, and a connection to its database.
struct Fresh {
    address: String,
    store: Arc<dyn Store>,
    client: Client,
}

impl Fresh {
    /// `None` if there is no server. A test says so.
    async fn new() -> Option<Self> {
        let subject = InServer::postgres();
        if let Some(why) = subject.skipped() {
            eprintln!("SKIPPED: {why}");
            return None;
        }
        let store = subject.fresh().await.unwrap();
        let (client, connection) =
            tokio_postgres::connect(&std::env::var("CALLFOLD_POSTGRES").unwrap(), NoTls).await.unwrap();
        tokio::spawn(connection);
        Some(Self { address: subject.url(1), store, client })
    }

    async fn execute(&self, sql: &str) {
        self.client.batch_execute(&sql.replace("NAME", self.schema())).await.unwrap();
    }

    fn schema(&self) -> &str {
        self.address.split_once("schema=").unwrap().1
    }

    /// The address with something else in the place of a part.
    fn with(&self, part: &str, other: &str) -> Address {
        self.address.replace(part, other).parse().unwrap()
    }
}

/// The error of opening, which shows no password.
async fn refused(address: &Address) -> StoreError {
    let error = address.open().await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("s3cret"), "{shown}");
    assert!(error.to_string().starts_with(&address.to_string()), "{error}");
    error
}

async fn failed(store: &dyn Store) -> StoreError {
    match store.append(&[event(call(1), 1, "s3cret")]).await.unwrap_err() {
        AppendError::Store(error) => error,
        other @ (AppendError::Conflict(_) | AppendError::LeaseLost(_)) => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_without_its_password() {
    let address: Address = "postgres://me:s3cret@127.0.0.1:1/db".parse().unwrap();
    let error = refused(&address).await;
    assert!(error.is_transient, "{error}");
    assert!(error.to_string().contains("the server cannot be reached"), "{error}");
}

#[tokio::test]
async fn an_address_that_postgres_does_not_know_is_told_without_its_password() {
    let address: Address = "postgres://me:s3cret@host/db?colour=s3cret".parse().unwrap();
    let error = refused(&address).await;
    assert!(
        !error.is_transient && error.to_string().contains("this is not an address of PostgreSQL"),
        "{error}"
    );
}

#[tokio::test]
async fn a_database_that_is_not_there_is_told() {
    let Some(fresh) = Fresh::new().await else { return };
    let error = refused(&fresh.with("/postgres?", "/nowhere?")).await;
    assert!(error.to_string().contains("there is no such database"), "{error}");
    assert!(!error.is_transient, "{error}");
}

#[tokio::test]
async fn a_schema_of_another_program_is_refused_and_not_changed() {
    let Some(fresh) = Fresh::new().await else { return };
    fresh.execute("CREATE SCHEMA NAME_other; CREATE TABLE NAME_other.version (version integer)").await;
    let error = refused(&fresh.with(fresh.schema(), &format!("{}_other", fresh.schema()))).await;
    assert!(error.to_string().contains("belongs to another program"), "{error}");
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = $1";
    let schema = format!("{}_other", fresh.schema());
    assert_eq!(fresh.client.query_one(tables, &[&schema]).await.unwrap().get::<_, i64>(0), 1);
}

#[tokio::test]
async fn any_legal_name_is_a_schema_and_is_shown() {
    let Some(fresh) = Fresh::new().await else { return };
    let longest = format!("{}_{}", fresh.schema(), "x".repeat(53 - fresh.schema().len()));
    for name in ["select", "1a", "_", &longest] {
        let address = fresh.with(fresh.schema(), name);
        assert!(address.to_string().ends_with(&format!("?schema={name}")), "{address}");
        let store = address.open().await.unwrap();
        store.append(&[event(call(1), 1, "kept")]).await.unwrap();
        assert_eq!((store.stats().await.unwrap().calls, store.defects().await.unwrap()), (1, vec![]));
        store.wait(Position::START).await.unwrap();
        fresh.execute(&format!("DROP SCHEMA \"{name}\" CASCADE")).await;
    }
    for name in ["pg_calls", "Calls", "a b", "", &"x".repeat(55)] {
        let error = refused(&fresh.with(fresh.schema(), name)).await;
        assert!(error.to_string().contains("the name of a schema may have"), "{error}");
    }
}

#[tokio::test]
async fn tables_that_contradict_the_events_are_found() {
    let Some(fresh) = Fresh::new().await else { return };
    for number in 1..=4 {
        fresh.store.append(&[1, 2].map(|revision| event(call(number), revision, "stored"))).await.unwrap();
    }
    fresh.store.keep_snapshot(call(4), 2, &Snapshot::from("kept".to_owned())).await.unwrap();
    fresh.store.note("webhooks", &[Noted { call: call(3), revision: 2 }]).await.unwrap();
    assert_eq!(fresh.store.defects().await.unwrap(), []);
    assert_eq!(fresh.store.schema_version().await.unwrap(), Some(1));
    for change in [
        "DELETE FROM NAME.events WHERE position < 3",
        "DELETE FROM NAME.calls WHERE call::text LIKE '%2'",
        "UPDATE NAME.notes SET revision = 9",
        "UPDATE NAME.snapshots SET revision = 7",
    ] {
        fresh.execute(change).await;
    }
    let found = fresh.store.defects().await.unwrap();
    let found: Vec<_> = found.iter().map(|defect| (defect.call.unwrap(), defect.message.as_str())).collect();
    let wrong = [
        (call(1), "it is in the table of calls, and has no events"),
        (call(2), "it has events, and is not in the table of calls"),
        (call(3), "`webhooks` has noted revision 9, and the last revision of the call is 2"),
        (call(4), "its snapshot is of revision 7, and the last revision of the call is 2"),
    ];
    assert_eq!(found, wrong);
}

/// Somebody holds a lock while `work` begins, changes something and commits. The work must have waited for that.
async fn waits_for<T: Debug + Send + 'static>(
    fresh: &Fresh,
    held: &str,
    changed: &str,
    work: impl Future<Output = T> + Send + 'static,
) -> T {
    fresh.execute(&format!("BEGIN; SET LOCAL search_path = NAME; {held}")).await;
    let mut work = tokio::spawn(work);
    let early = tokio::time::timeout(Duration::from_millis(300), &mut work).await;
    assert!(early.is_err(), "it did not wait: {early:?}");
    fresh.execute(&format!("{changed}; COMMIT")).await;
    work.await.unwrap()
}

#[tokio::test]
async fn a_deletion_waits_for_who_writes_and_removes_that_too() {
    let Some(fresh) = Fresh::new().await else { return };
    fresh.store.append(&[event(call(1), 1, "old")]).await.unwrap();
    let held = "SELECT pg_advisory_xact_lock(writing())";
    let changed = "INSERT INTO NAME.events (call, revision, line) SELECT call, 2, line FROM NAME.events";
    let store = Arc::clone(&fresh.store);
    let deleted = waits_for(&fresh, held, changed, async move { store.delete(call(1)).await }).await;
    assert!(deleted.unwrap());
    assert_eq!(fresh.store.stats().await.unwrap().events, 0);
}

#[tokio::test]
async fn a_snapshot_waits_for_a_deletion_and_is_not_kept_then() {
    let Some(fresh) = Fresh::new().await else { return };
    fresh.store.append(&[event(call(1), 1, "old")]).await.unwrap();
    let store = Arc::clone(&fresh.store);
    let keep = async move { store.keep_snapshot(call(1), 1, &Snapshot::from("kept".to_owned())).await };
    waits_for(&fresh, "DELETE FROM events", "SELECT", keep).await.unwrap();
    assert!(fresh.store.snapshot(call(1)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_newer_version_is_refused() {
    let Some(fresh) = Fresh::new().await else { return };
    fresh.execute("UPDATE NAME.version SET version = 99").await;
    let error = refused(&fresh.address.parse().unwrap()).await;
    assert!(
        error.to_string().contains("the tables have version 99, and this version of callfold reads"),
        "{error}"
    );
    assert!(!error.is_transient, "{error}");
}

#[tokio::test]
async fn a_database_of_another_encoding_is_refused() {
    let Some(fresh) = Fresh::new().await else { return };
    let name = format!("d{}", fresh.schema());
    fresh.execute(&format!("CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")).await;
    let error = refused(&fresh.with("/postgres?", &format!("/{name}?"))).await;
    assert!(error.to_string().contains("LATIN1, and the store needs UTF8"), "{error}");
}

#[tokio::test]
async fn a_server_that_takes_no_writes_is_told_and_can_be_tried_again() {
    let Some(fresh) = Fresh::new().await else { return };
    let store = fresh.with("?", "?options=-c%20default_transaction_read_only%3Don&").open().await.unwrap();
    let error = failed(&*store).await;
    assert!(error.is_transient && error.to_string().contains("the server takes no writes now"), "{error}");
    assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    assert_eq!(fresh.store.read(call(1), 1).await.unwrap(), []);
}

#[tokio::test]
async fn a_server_without_a_free_connection_is_told_and_can_be_tried_again() {
    let Some(fresh) = Fresh::new().await else { return };
    fresh.execute("CREATE ROLE NAME_user LOGIN CONNECTION LIMIT 0").await;
    let user = format!("//{}_user@", fresh.schema());
    let error = refused(&fresh.with("//callfold@", &user)).await;
    assert!(error.is_transient && error.to_string().contains("no connection left"), "{error}");
}

#[tokio::test]
async fn a_user_without_rights_is_told() {
    let Some(fresh) = Fresh::new().await else { return };
    fresh.execute("CREATE ROLE NAME_user LOGIN").await;
    let user = format!("//{}_user@", fresh.schema());
    let error = refused(&fresh.with("//callfold@", &user)).await;
    assert!(!error.is_transient && error.to_string().contains("lacks a right"), "{error}");
}

#[tokio::test]
async fn a_connection_that_the_server_ends_is_replaced() {
    let Some(fresh) = Fresh::new().await else { return };
    let name = format!("?application_name={}&", fresh.schema());
    let store = fresh.with("?", &name).open().await.unwrap();
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'NAME'";
    for revision in 1..=5 {
        fresh.execute(end).await;
        store.append(&[event(call(1), revision, "goes on")]).await.unwrap();
        fresh.execute(end).await;
        assert_eq!(store.read(call(1), 1).await.unwrap().len() as u64, revision);
    }
}

#[tokio::test]
async fn a_store_that_is_opened_to_read_takes_nothing() {
    let Some(fresh) = Fresh::new().await else { return };
    fresh.store.append(&[event(call(2), 1, "kept")]).await.unwrap();
    let Address::Postgres(url) = fresh.address.parse().unwrap() else { panic!() };
    let store = callfold_store::Postgres::open_to_read(&url).await.unwrap();
    assert_eq!(store.read(call(2), 1).await.unwrap().len(), 1);
    assert!(failed(&store).await.to_string().contains("takes no writes"));
    let Address::Postgres(url) = fresh.with("schema=", "schema=empty_") else { panic!() };
    let error = callfold_store::Postgres::open_to_read(&url).await.unwrap_err();
    assert!(error.to_string().contains("there are no tables of callfold"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "stops the server: run it alone"]
async fn a_server_that_goes_away_and_comes_back() {
    let Some(fresh) = Fresh::new().await else { return };
    let servers = std::env::var("CALLFOLD_SERVERS").unwrap();
    let script = |name: &str| {
        assert!(Command::new(format!("{servers}/{name}")).arg("postgres").status().unwrap().success());
    };
    for revision in 1..=3 {
        let next = [event(call(1), revision, "goes on")];
        script("stop");
        let Err(AppendError::Store(error)) = fresh.store.append(&next).await else { panic!("it is away") };
        assert!(error.is_transient, "{error}");
        assert!(fresh.store.read(call(1), 1).await.unwrap_err().is_transient);
        tokio::time::sleep(Duration::from_secs(1)).await;
        script("start");
        fresh.store.append(&next).await.unwrap();
    }
    assert_eq!(fresh.store.read(call(1), 1).await.unwrap().len(), 3);
}
