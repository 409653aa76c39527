//! The stream: how it is made, and whether it is one of this store.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::failed::Failed;
use super::server::Server;
use super::subjects::Subjects;
use crate::error::StoreError;

/// The version of what the messages of the stream look like. It is the value of `callfold` in the metadata of the stream.
const VERSION: u64 = 1;

/// The key in the metadata of the stream.
const KEY: &str = "callfold";

/// The oldest server that has all that the store needs. NATS 2.12.0 has atomic batches, but refuses those in which a message
/// after the first has a check. NATS 2.12.1 stops answering when many batches and reads come at the same time.
const OLDEST: (u64, u64, u64) = (2, 12, 2);

/// What the server says about a stream.
#[derive(Deserialize)]
pub(super) struct Info {
    config: Config,
    pub(super) state: State,
    #[serde(default)]
    total: u64,
}

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    subjects: Vec<String>,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
    #[serde(default)]
    allow_direct: bool,
    #[serde(default)]
    allow_atomic: bool,
    #[serde(default)]
    allow_rollup_hdrs: bool,
    #[serde(default)]
    allow_msg_ttl: bool,
}

impl Config {
    fn version(&self) -> Option<u64> {
        self.metadata.get(KEY)?.parse().ok()
    }
}

/// What a stream has.
#[derive(Deserialize)]
pub(super) struct State {
    pub(super) bytes: u64,
    #[serde(default)]
    pub(super) subjects: BTreeMap<String, u64>,
}

/// Opens the stream. It is made if it does not exist, unless it is opened to read.
pub(super) async fn open(server: &Server, shown: &str, to_read: bool) -> Result<(), StoreError> {
    check_server(server, shown)?;
    let mut info = info(server, None, 0).await;
    if !to_read && matches!(&info, Err(failed) if failed.is_no_stream()) {
        info = create(server).await;
    }
    let info = info.map_err(|failed| not_open(server, shown, failed))?;
    check(&info.config, &server.stream).map_err(|what| StoreError::lasting(format!("{shown}: {what}")))
}

fn not_open(server: &Server, shown: &str, failed: Failed) -> StoreError {
    let has_jetstream = server.client.server_info().jetstream;
    if matches!(failed, Failed::NobodyThere) && !has_jetstream {
        return StoreError::lasting(format!(
            "{shown}: JetStream is not enabled; start the server with `-js`"
        ));
    }
    failed.into_store_error(shown)
}

/// What the server says about the stream, with the subjects that match a filter, from the one with this number on.
pub(super) async fn info(server: &Server, filter: Option<&str>, offset: u64) -> Result<Info, Failed> {
    let question = match filter {
        Some(filter) => json!({ "subjects_filter": filter, "offset": offset }),
        None => json!({}),
    };
    server.ask("STREAM.INFO", &question).await
}

/// The version of the messages, as the stream says it.
pub(super) async fn version(server: &Server) -> Result<Option<u64>, Failed> {
    Ok(info(server, None, 0).await?.config.version())
}

/// All subjects that match a filter.
pub(super) async fn subjects(server: &Server, filter: &str) -> Result<Vec<String>, Failed> {
    let mut subjects = Vec::new();
    loop {
        let page = info(server, Some(filter), subjects.len() as u64).await?;
        let is_last = page.state.subjects.is_empty();
        subjects.extend(page.state.subjects.into_keys());
        if is_last || subjects.len() as u64 >= page.total {
            return Ok(subjects);
        }
    }
}

/// Two processes can make the stream at the same time: the second finds it.
async fn create(server: &Server) -> Result<Info, Failed> {
    let subjects = Subjects::new(&server.stream);
    let config = json!({
        "name": server.stream,
        "description": "events of calls, kept by callfold",
        "subjects": [subjects.all()],
        "retention": "limits",
        "storage": "file",
        "num_replicas": 1,
        "max_age": 0,
        "discard": "new",
        "allow_direct": true,
        "allow_atomic": true,
        "allow_rollup_hdrs": true,
        "allow_msg_ttl": true,
        "metadata": { KEY: VERSION.to_string() },
    });
    match server.ask("STREAM.CREATE", &config).await {
        Err(failed) if failed.is_other_stream() => info(server, None, 0).await,
        made => made,
    }
}

fn check_server(server: &Server, shown: &str) -> Result<(), StoreError> {
    let known = server.client.server_info();
    if !is_new_enough(&known.version) {
        let (major, minor, patch) = OLDEST;
        return Err(StoreError::lasting(format!(
            "{shown}: the store needs NATS {major}.{minor}.{patch} or newer, and this is {}; update the server",
            known.version
        )));
    }
    Ok(())
}

/// Compares versions such as `2.12.1` or `2.12.0-RC.3`. One that cannot be read is a build of a developer.
fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.split(['.', '-']).map(str::parse::<u64>);
    match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor)), Some(Ok(patch))) => (major, minor, patch) >= OLDEST,
        _ => true,
    }
}

/// Says what is wrong with the stream, and what to do.
fn check(config: &Config, stream: &str) -> Result<(), String> {
    let Some(version) = config.version() else {
        return Err("this stream belongs to another program; name another stream in the URL".into());
    };
    if version > VERSION {
        return Err(format!(
            "the stream has version {version}, and this version of callfold reads {VERSION} and older; \
             use the version of callfold that wrote the stream, or name another stream"
        ));
    }
    let all = Subjects::new(stream).all();
    let settings = [
        (config.subjects.contains(&all), "subjects"),
        (config.allow_direct, "allow_direct"),
        (config.allow_atomic, "allow_atomic"),
        (config.allow_rollup_hdrs, "allow_rollup_hdrs"),
        (config.allow_msg_ttl, "allow_msg_ttl"),
    ];
    let missing = settings.iter().find(|(is_set, _)| !is_set);
    missing.map_or(Ok(()), |(_, name)| {
        Err(format!("somebody changed `{name}` of the stream, and the store needs it; set it as it was"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_before_2_12_2_are_too_old() {
        for old in ["2.9.0", "2.11.99", "1.4.1", "2.2.0-beta.3", "2.12.1", "2.12.0-RC.3"] {
            assert!(!is_new_enough(old), "{old}");
        }
        for new in ["2.12.2", "2.12.10-RC.3", "2.15.1", "3.0.0", "2.100.0", "dev"] {
            assert!(is_new_enough(new), "{new}");
        }
    }
}
