//! A host on SQLite is killed under load, at every point, and started again on the same store: nothing is lost, and nothing
//! comes out of order.
//!
//! `CALLFOLD_CRASHES` is the number of times. A process that is started again has another seed.

pub(crate) mod checker;
pub(crate) mod load;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use callfold_serve::{Server, Settings};
use callfold_store::{Position, Sqlite, Store as _};

use crate::common::{Client, Draw, listen, number};
use checker::History;
use load::{Load, Received};

const CONFIG: &str = "CALLFOLD_TEST_HOST";

/// How a process ends.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    /// By the fault `crash` in this window.
    Window(&'static str),
    /// By SIGKILL after so many milliseconds.
    Killed,
    /// When all is delivered.
    Last,
}

const ENDS: [End; 4] = [End::Window("decided"), End::Window("stored"), End::Window("posted"), End::Killed];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_is_killed_loses_nothing_and_posts_in_order() {
    let crashes = number("CALLFOLD_CRASHES", 20);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.db");
    let received = Arc::new(Received::default());
    let bot = listen(Arc::clone(&received)).await;
    let mut load = Load::new(bot);
    let mut counts = [0_u64; ENDS.len()];
    let mut draw = Draw::new(7, 7);
    let mut life = 0;
    while counts.iter().sum::<u64>() < crashes {
        let end = life % ENDS.len();
        received.life.store(life, Ordering::SeqCst);
        let ended = match Running::start(&config(&path, life, ENDS[end])) {
            Some(host) => host.live(&mut load, ENDS[end], 50 + draw.below(400)).await,
            None => true,
        };
        counts[end] += u64::from(ended);
        life += 1;
        assert!(life < 2 * crashes as usize + 20, "{counts:?}");
    }
    received.life.store(life, Ordering::SeqCst);
    let last = Running::start(&config(&path, life, End::Last)).unwrap();
    last.live(&mut load, End::Last, 0).await;
    let log = Sqlite::open(&path).unwrap().read_all(Position::START, usize::MAX).await.unwrap();
    let log = log.iter().map(|stored| serde_json::from_str(&stored.event.to_string()).unwrap()).collect();
    let history = History { log, answered: load.answered, received: received.all(), is_shared: false };
    println!("{:?}", ENDS.iter().zip(counts).collect::<Vec<_>>());
    println!(
        "{life} processes, {} events, {} answers, {} webhooks",
        history.log.len(),
        history.answered.len(),
        history.received.len()
    );
    history.check().unwrap_or_else(|wrong| panic!("{wrong}"));
    assert!(counts.iter().all(|count| *count >= crashes / 10), "{counts:?}");
}

fn config(path: &std::path::Path, life: usize, end: End) -> String {
    let fault = match end {
        End::Window(window) => format!("[faults.crash]\nafter = \"{window}\"\nrate = 0.03\n"),
        End::Killed | End::Last => String::new(),
    };
    let store = format!("sqlite:{}", path.display());
    format!("{}{fault}", settings(&store, 1000 + life as u64, ""))
}

/// The settings of a host in a hurry.
pub(crate) fn settings(store: &str, seed: u64, more: &str) -> String {
    format!(
        r#"
listen = "127.0.0.1:0"
store = "{store}"
seed = {seed}
{more}
[byItself]
connect = "20ms"
ring = "20ms"
prompt = "30ms"
end = "10ms"
[webhooks]
firstRetry = "20ms"
"#
    )
}

/// A process with a host.
pub(crate) struct Running {
    child: Child,
    pub(crate) client: Client,
}

impl Running {
    /// `None` if it crashes on purpose while it takes up what an earlier one left.
    pub(crate) fn start(config: &str) -> Option<Self> {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "crash::is_the_host", "--ignored", "--nocapture"]).env(CONFIG, config);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let url = lines.into_iter().find_map(|line| Some(line.split_once("listening on ")?.1.to_owned()));
        if let Some(url) = url {
            return Some(Self { child, client: Client::new(url) });
        }
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(70), "{}", String::from_utf8_lossy(&ended.stderr));
        None
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends the process a signal.
    pub(crate) fn signal(&self, signal: &str) {
        let status =
            Command::new("kill").args([&format!("-{signal}"), &self.child.id().to_string()]).status();
        assert!(status.unwrap().success());
    }

    /// Puts load on the host until it ends. Returns whether it ended as planned.
    async fn live(mut self, load: &mut Load, end: End, millis: u64) -> bool {
        if end == End::Last {
            load.finish(std::slice::from_ref(&self.client)).await;
            self.child.kill().unwrap();
            self.child.wait().unwrap();
            return true;
        }
        let patience = if end == End::Killed { millis } else { 5_000 };
        let loading = tokio::time::timeout(
            Duration::from_millis(patience),
            load.run(std::slice::from_ref(&self.client)),
        );
        _ = loading.await;
        self.child.kill().unwrap();
        let status = self.child.wait().unwrap();
        end == End::Killed || status.code() == Some(70)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "another test starts it"]
async fn is_the_host() {
    let Ok(config) = std::env::var(CONFIG) else { return };
    let settings = Settings::read(&config).unwrap();
    let server = Server::builder().settings(settings).start().await.unwrap();
    println!("listening on {}", server.url());
    std::future::pending::<()>().await;
}
