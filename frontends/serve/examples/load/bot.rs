//! The bot that the service notifies. It answers 202 to each webhook at once.

use std::borrow::Cow;
use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::task::spawn_local;
use tokio::time::{Instant, sleep};

use super::http::{Connection, Message};
use super::warnings::Warnings;

/// The path for the webhooks of the live calls. Those of whole calls go to the number of the caller.
pub(crate) const LIVE: &str = "live";

/// How long nothing may come that is awaited.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

const ACCEPTED: &[u8] = b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n";

pub(crate) struct Bot {
    pub(crate) url: String,
    /// Live calls that are established.
    pub(crate) established: Awaited,
    /// Prompts of live calls that are completed.
    pub(crate) prompts: Awaited,
    callers: Vec<UnboundedSender<Item>>,
    receivers: Vec<Cell<Option<UnboundedReceiver<Item>>>>,
    warnings: Warnings,
}

/// Counts webhooks of one kind.
#[derive(Debug)]
pub(crate) struct Awaited {
    count: Cell<u64>,
    /// When the last of them came.
    pub(crate) last: Cell<Instant>,
}

/// What a webhook says.
#[derive(Debug)]
pub(crate) struct Item {
    /// The URL of the call or of the operation.
    pub(crate) resource: String,
    /// The state of the call, or the status of the operation.
    pub(crate) state: String,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    value: Vec<Notification<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Notification<'a> {
    #[serde(borrow)]
    resource_url: Cow<'a, str>,
    #[serde(borrow)]
    resource_data: Data<'a>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    state: Option<Cow<'a, str>>,
    #[serde(borrow)]
    status: Option<Cow<'a, str>>,
}

impl Bot {
    /// Listens on this port until the program ends. Port 0 takes a free port.
    pub(crate) async fn listen(port: u16, callers: usize, warnings: Warnings) -> io::Result<Rc<Self>> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (callers, receivers): (_, Vec<_>) = (0..callers).map(|_| mpsc::unbounded_channel()).unzip();
        let receivers = receivers.into_iter().map(|receiver| Cell::new(Some(receiver))).collect();
        let (established, prompts) = (Awaited::new(), Awaited::new());
        let bot = Rc::new(Self { url, established, prompts, callers, receivers, warnings });
        spawn_local(accept(Rc::clone(&bot), listener));
        Ok(bot)
    }

    /// What comes for a caller. It can be taken once.
    pub(crate) fn receiver(&self, caller: usize) -> Option<UnboundedReceiver<Item>> {
        self.receivers.get(caller)?.take()
    }

    fn take(&self, message: &Message<'_>) {
        let body: Body<'_> = match serde_json::from_slice(message.body) {
            Ok(body) => body,
            Err(error) => return self.warnings.warn(format_args!("a webhook: {error}: {}", message.text())),
        };
        let path = message.path().trim_start_matches('/');
        for Notification { resource_url, resource_data } in body.value {
            let Some(state) = resource_data.state.or(resource_data.status) else { continue };
            if path != LIVE {
                self.pass_on(path, Item { resource: resource_url.into(), state: state.into() });
            } else if state == "established" {
                self.established.count();
            } else if state == "completed" {
                self.prompts.count();
            }
        }
    }

    fn pass_on(&self, path: &str, item: Item) {
        let caller = path.parse().ok().and_then(|caller: usize| self.callers.get(caller));
        if caller.is_none_or(|caller| caller.send(item).is_err()) {
            self.warnings.warn(format_args!("a webhook for nobody: /{path}"));
        }
    }
}

impl Awaited {
    fn new() -> Self {
        Self { count: Cell::new(0), last: Cell::new(Instant::now()) }
    }

    fn count(&self) {
        self.count.set(self.count.get() + 1);
        self.last.set(Instant::now());
    }

    /// Waits until this many came, or until none comes any more. Returns how many came.
    pub(crate) async fn until(&self, wanted: u64) -> u64 {
        let begun = Instant::now();
        while self.count.get() < wanted && self.last.get().max(begun).elapsed() < PATIENCE {
            sleep(Duration::from_millis(1)).await;
        }
        self.count.get()
    }
}

async fn accept(bot: Rc<Bot>, listener: TcpListener) {
    loop {
        match listener.accept().await.and_then(|(stream, _)| Connection::new(stream)) {
            Ok(connection) => drop(spawn_local(answer(Rc::clone(&bot), connection))),
            Err(error) => bot.warnings.warn(format_args!("a connection of the service: {error}")),
        }
    }
}

async fn answer(bot: Rc<Bot>, mut connection: Connection) {
    loop {
        match connection.next().await {
            Ok(Some(message)) => bot.take(&message),
            Ok(None) => return,
            Err(error) => return bot.warnings.warn(format_args!("a connection of the service: {error}")),
        }
        if let Err(error) = connection.write(ACCEPTED).await {
            return bot.warnings.warn(format_args!("the answer to a webhook: {error}"));
        }
    }
}
