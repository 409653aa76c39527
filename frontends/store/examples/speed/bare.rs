//! The engines without the store: each write is the line of an event, with what the engine itself does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use callfold::CallId;
use callfold_store::Address;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::Failed;
use super::appends::Sink;
use super::calls::event;

/// The engine behind an address, for this many writers.
pub(crate) async fn open(address: &str, writers: usize) -> Result<Arc<dyn Sink>, Failed> {
    Ok(match address.parse()? {
        Address::Memory => Arc::new(Memory::default()),
        Address::Sqlite(path) => Arc::new(Sqlite::open(&path.with_extension("bare"))?),
        Address::Postgres(_) => Arc::new(Postgres::open(address, writers).await?),
        Address::Nats(_) => Arc::new(Nats::open(address).await?),
        other => return Err(format!("{other}: no bare engine is known").into()),
    })
}

/// A map of lines.
#[derive(Default)]
struct Memory(Mutex<BTreeMap<(CallId, u64), String>>);

#[async_trait]
impl Sink for Memory {
    async fn write(&self, _: usize, call: CallId, revision: u64) -> Result<(), Failed> {
        let line = event(call, revision).to_string();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert((call, revision), line);
        Ok(())
    }
}

/// A file with one table. Each insert is a transaction.
struct Sqlite(Mutex<Connection>);

impl Sqlite {
    fn open(path: &std::path::Path) -> Result<Self, Failed> {
        let file = Connection::open(path)?;
        file.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; DROP TABLE IF EXISTS events;
            CREATE TABLE events (call BLOB, revision INTEGER, line TEXT, PRIMARY KEY (call, revision));",
        )?;
        Ok(Self(Mutex::new(file)))
    }
}

#[async_trait]
impl Sink for Sqlite {
    async fn write(&self, _: usize, call: CallId, revision: u64) -> Result<(), Failed> {
        let line = event(call, revision).to_string();
        let file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut insert = file.prepare_cached("INSERT INTO events VALUES (?1, ?2, ?3)")?;
        insert.execute((call.guid().as_bytes(), revision, line))?;
        Ok(())
    }
}

/// A connection for each writer, and one table.
struct Postgres(Vec<(tokio_postgres::Client, tokio_postgres::Statement)>);

impl Postgres {
    async fn open(address: &str, writers: usize) -> Result<Self, Failed> {
        let server = address.split('?').next().unwrap_or_default();
        let mut clients = Vec::with_capacity(writers);
        for writer in 0..writers {
            let (client, connection) = tokio_postgres::connect(server, tokio_postgres::NoTls).await?;
            tokio::spawn(connection);
            if writer == 0 {
                let table = "DROP TABLE IF EXISTS events;
                    CREATE TABLE events (call uuid, revision bigint, line text, PRIMARY KEY (call, revision))";
                client.batch_execute(table).await?;
            }
            let insert = client.prepare("INSERT INTO events VALUES ($1, $2, $3)").await?;
            clients.push((client, insert));
        }
        Ok(Self(clients))
    }
}

#[async_trait]
impl Sink for Postgres {
    async fn write(&self, writer: usize, call: CallId, revision: u64) -> Result<(), Failed> {
        let (client, insert) = self.0.get(writer).ok_or("too many writers")?;
        let line = event(call, revision).to_string();
        client.execute(insert, &[&call.guid(), &i64::try_from(revision)?, &line]).await?;
        Ok(())
    }
}

/// A stream that keeps each message in a file.
struct Nats {
    client: async_nats::Client,
    stream: &'static str,
}

impl Nats {
    async fn open(address: &str) -> Result<Self, Failed> {
        let stream = "bare";
        let server = address.rsplit_once('/').map_or(address, |(server, _)| server);
        let client = async_nats::connect(server).await?;
        let config = json!({ "name": stream, "subjects": [format!("{stream}.>")], "storage": "file" });
        let question = config.to_string().into();
        client.request(format!("$JS.API.STREAM.CREATE.{stream}"), question).await?;
        Ok(Self { client, stream })
    }
}

#[async_trait]
impl Sink for Nats {
    async fn write(&self, _: usize, call: CallId, revision: u64) -> Result<(), Failed> {
        let line = event(call, revision).to_string();
        let answer = self.client.request(format!("{}.{call}", self.stream), line.into()).await?;
        let answer: Value = serde_json::from_slice(&answer.payload)?;
        answer.get("seq").ok_or_else(|| format!("the message is not confirmed: {answer}"))?;
        Ok(())
    }
}
