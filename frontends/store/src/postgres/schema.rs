//! The tables and functions of the store, and their versions.

use tokio_postgres::Client;

use super::failed::Failed;

/// The statements that make each version of the tables from the one before. The version is the number of those that were run.
const SCHEMA: &[&str] = &[include_str!("schema/1.sql")];

/// Where the version is.
const VERSION: &str = "
    CREATE TABLE version (version integer NOT NULL);
    INSERT INTO version VALUES (0);
    COMMENT ON TABLE version IS 'callfold';
";

/// The oldest server that has all that the statements use, as `server_version_num` tells it.
const OLDEST_SERVER: i32 = 15_00_00;

/// Makes the tables, or brings them to this version, all or nothing. Of several processes, one does it.
pub(super) async fn migrate(client: &mut Client, schema: &str) -> Result<(), Failed> {
    check_server(client).await?;
    if version(client, schema).await? == Some(SCHEMA.len()) {
        return Ok(());
    }
    let transaction = client.transaction().await?;
    transaction.execute("SELECT pg_advisory_xact_lock(hashtextextended('callfold tables', 0))", &[]).await?;
    let from = match version(transaction.client(), schema).await? {
        Some(version) => version,
        None => {
            // `IF NOT EXISTS` would still need the right to make schemas.
            if !exists(transaction.client(), schema).await? {
                transaction.batch_execute(&format!("CREATE SCHEMA \"{schema}\"")).await?;
            }
            transaction.batch_execute(VERSION).await?;
            0
        }
    };
    if from > SCHEMA.len() {
        return Err(newer(from));
    }
    for statements in SCHEMA.iter().skip(from) {
        transaction.batch_execute(statements).await?;
    }
    let version = i32::try_from(SCHEMA.len()).unwrap_or(i32::MAX);
    transaction.execute("UPDATE version SET version = $1", &[&version]).await?;
    Ok(transaction.commit().await?)
}

/// Fails unless the tables can be read.
pub(super) async fn check(client: &Client, schema: &str) -> Result<(), Failed> {
    check_server(client).await?;
    match version(client, schema).await? {
        None => Err(Failed::Unfit("there are no tables of callfold; name another database or schema".into())),
        Some(version) if version > SCHEMA.len() => Err(newer(version)),
        Some(_) => Ok(()),
    }
}

async fn check_server(client: &Client) -> Result<(), Failed> {
    let sql = "SELECT current_setting('server_version_num')::integer, current_setting('server_version'),
        current_setting('server_encoding')";
    let row = client.query_one(sql, &[]).await?;
    if row.try_get::<_, i32>(0)? < OLDEST_SERVER {
        let version: String = row.try_get(1)?;
        return Err(Failed::Unfit(format!(
            "the server is PostgreSQL {version}, and the store needs 15 or newer; update it"
        )));
    }
    match row.try_get::<_, String>(2)? {
        encoding if encoding == "UTF8" => Ok(()),
        encoding => Err(Failed::Unfit(format!(
            "the encoding of the database is {encoding}, and the store needs UTF8; name another database"
        ))),
    }
}

async fn exists(client: &Client, schema: &str) -> Result<bool, Failed> {
    Ok(client.query_opt("SELECT FROM pg_namespace WHERE nspname = $1", &[&schema]).await?.is_some())
}

/// The version of the tables; `None` if there are none. Fails if the schema has tables of another program.
pub(super) async fn version(client: &Client, schema: &str) -> Result<Option<usize>, Failed> {
    let sql = "SELECT count(*), count(*) FILTER (WHERE relname = 'version'
            AND obj_description(pg_class.oid, 'pg_class') = 'callfold')
        FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname = $1 AND relkind IN ('r', 'p', 'v', 'm')";
    let row = client.query_one(sql, &[&schema]).await?;
    let (tables, own): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
    match (tables, own) {
        (0, _) => Ok(None),
        (_, 0) => Err(Failed::Unfit(format!(
            "the schema `{schema}` belongs to another program; name another with `?schema=NAME`"
        ))),
        _ => {
            let row = client.query_one(&format!("SELECT version FROM \"{schema}\".version"), &[]).await?;
            Ok(Some(usize::try_from(row.try_get::<_, i32>(0)?).unwrap_or(usize::MAX)))
        }
    }
}

fn newer(version: usize) -> Failed {
    Failed::Unfit(format!(
        "the tables have version {version}, and this version of callfold reads {} and older; \
         use the version of callfold that wrote them, or name another schema with `?schema=NAME`",
        SCHEMA.len()
    ))
}
