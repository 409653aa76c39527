//! A process is killed while it appends to a store in SQLite.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use callfold_store::{Position, Sqlite, Store};

use crate::common::{call, event};

const FILE: &str = "CALLFOLD_TEST_FILE";
const WRITERS: u32 = 4;

#[tokio::test]
async fn a_killed_process_leaves_what_it_acknowledged_and_nothing_half() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.db");
    let mut acknowledged = BTreeMap::new();
    for _ in 0..10 {
        acknowledged.extend(append_and_kill(&path));
        check(&path, &acknowledged).await;
    }
    assert!(!acknowledged.is_empty());
}

/// The last revision that each writer reported before the process was killed.
fn append_and_kill(path: &Path) -> BTreeMap<u32, u64> {
    let mut child = start(path);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut reported = BTreeMap::new();
    reported.extend(lines.by_ref().find_map(|line| report(&line)));
    std::thread::sleep(Duration::from_micros(RandomState::new().hash_one(0) % 60_000));
    child.kill().unwrap();
    child.wait().unwrap();
    reported.extend(lines.filter_map(|line| report(&line)));
    reported
}

fn start(path: &Path) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "killed::appends_until_it_is_killed", "--ignored", "--nocapture"]);
    command.env(FILE, path).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// Reads a line such as `writer 3 12;`. A line without its end was cut by the kill.
fn report(line: &str) -> Option<(u32, u64)> {
    let (writer, revision) = line.split_once("writer ")?.1.strip_suffix(';')?.split_once(' ')?;
    Some((writer.parse().ok()?, revision.parse().ok()?))
}

async fn check(path: &Path, acknowledged: &BTreeMap<u32, u64>) {
    let store = Sqlite::open(path).unwrap();
    let mut events = 0;
    for writer in 0..WRITERS {
        let (one, two) = (
            store.read(call(writer * 2), 1).await.unwrap(),
            store.read(call(writer * 2 + 1), 1).await.unwrap(),
        );
        assert_eq!(one.len(), two.len(), "half of a batch of writer {writer} is stored");
        let last = one.last().map_or(0, |event| event.revision);
        assert_eq!(last, one.len() as u64, "a revision is missing");
        assert!(Some(&last) >= acknowledged.get(&writer), "an acknowledged event of writer {writer} is lost");
        events += one.len() + two.len();
    }
    assert_eq!(store.read_all(Position::START, usize::MAX).await.unwrap().len(), events);
}

/// The process that is killed: each writer appends batches of two calls and reports each revision that was acknowledged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "another test starts it"]
async fn appends_until_it_is_killed() {
    let Some(path) = std::env::var_os(FILE) else { return };
    let store = Arc::new(Sqlite::open(path).unwrap());
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        writers.spawn(append_forever(Arc::clone(&store), writer));
    }
    writers.join_all().await;
}

async fn append_forever(store: Arc<Sqlite>, writer: u32) {
    let first = store.read(call(writer * 2), 1).await.unwrap().len() as u64 + 1;
    for revision in first.. {
        let batch = [call(writer * 2), call(writer * 2 + 1)].map(|call| event(call, revision, "kill"));
        store.append(&batch).await.unwrap();
        writeln!(std::io::stdout().lock(), "writer {writer} {revision};").unwrap();
    }
}
