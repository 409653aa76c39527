//! Whole calls: somebody rings, the bot answers and plays a prompt, and then it ends the call.

use std::io;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use super::Load;
use super::bot::{Item, PATIENCE};
use super::figures::Figures;
use super::http::Connection;
use super::live::{expect, ring_once};

/// A whole call has at least: incoming, establishing, established, the end of the prompt, terminated.
const FEWEST_WEBHOOKS: u64 = 5;

/// The requests of a whole call: somebody rings, answer, playPrompt, DELETE.
const REQUESTS: u64 = 4;

/// One of those who ring at the same time.
struct Caller {
    load: Rc<Load>,
    /// The path for the webhooks.
    path: String,
    connection: Connection,
    webhooks: UnboundedReceiver<Item>,
}

/// What became of the calls of one caller.
#[derive(Default)]
struct Done {
    took: Vec<Duration>,
    webhooks: u64,
    calls: u64,
}

pub(crate) async fn run(load: &Rc<Load>) -> Figures {
    let mut callers = JoinSet::new();
    for number in 0..load.options.connections {
        let Some(webhooks) = load.bot.receiver(number) else { continue };
        let load = Rc::clone(load);
        callers.spawn_local(async move {
            let connection = Connection::open(&load.options.address).await?;
            let mut caller = Caller { load, path: number.to_string(), connection, webhooks };
            io::Result::Ok(caller.calls().await)
        });
    }
    let mut figures = Figures::default();
    while let Some(ended) = load.next_done(&mut callers).await {
        match ended {
            Ok(done) => {
                figures.requests += REQUESTS * done.took.len() as u64;
                figures.sent += REQUESTS * done.calls;
                figures.webhooks += done.webhooks;
                figures.took.extend(done.took);
            }
            Err(error) => load.warnings.warn(error),
        }
    }
    figures.time = load.counted_from.elapsed();
    figures.webhook_time = figures.time;
    figures
}

impl Caller {
    async fn calls(&mut self) -> Done {
        let mut done = Done::default();
        loop {
            let begun = Instant::now();
            if begun >= self.load.end {
                return done;
            }
            done.calls += 1;
            match self.call().await {
                Ok(webhooks) if begun >= self.load.counted_from => {
                    done.took.push(begun.elapsed());
                    done.webhooks += webhooks;
                }
                Ok(_) => {}
                // What still comes for this call would be taken for the next one.
                Err(error) => {
                    self.load.warnings.warn(format_args!("a whole call: {error}"));
                    return done;
                }
            }
        }
    }

    /// One whole call. Returns how many webhooks came.
    async fn call(&mut self) -> io::Result<u64> {
        let load = Rc::clone(&self.load);
        let call = ring_once(&mut self.connection, &load.requests.ring(&self.path)).await?;
        let mut webhooks = self.until("incoming", &call).await?;
        expect(&mut self.connection, &load.requests.answer(&call, &self.path), 202).await?;
        webhooks += self.until("established", &call).await?;
        expect(&mut self.connection, &load.requests.play_prompt(&call), 200).await?;
        webhooks += self.until("completed", &call).await?;
        expect(&mut self.connection, &load.requests.delete(&call), 204).await?;
        webhooks += self.until("terminated", &call).await?;
        if webhooks < FEWEST_WEBHOOKS {
            return Err(io::Error::other(format!("{call} had only {webhooks} webhooks")));
        }
        Ok(webhooks)
    }

    /// Takes webhooks until one has this state. Returns how many came.
    async fn until(&mut self, state: &str, call: &str) -> io::Result<u64> {
        for count in 1.. {
            let late = |_| io::Error::other(format!("{call}: no webhook `{state}` within {PATIENCE:?}"));
            let Some(item) = timeout(PATIENCE, self.webhooks.recv()).await.map_err(late)? else { break };
            if !item.resource.contains(call) || (item.state == "terminated" && state != "terminated") {
                let Item { resource, state: came } = item;
                return Err(io::Error::other(format!(
                    "{call}: `{came}` of {resource} in place of `{state}`"
                )));
            }
            if item.state == state {
                return Ok(count);
            }
        }
        Err(io::Error::other("the bot has ended"))
    }
}
