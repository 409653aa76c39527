//! One kind of request, to all calls in turn: it is the service that is measured, and not the lock of one call.

use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use super::Load;
use super::figures::Figures;
use super::http::Connection;
use super::options::Kind;

/// The request to each call, and the number of the next.
struct Turns {
    requests: Vec<Vec<u8>>,
    next: Cell<usize>,
}

/// What one connection did.
struct Done {
    took: Vec<Duration>,
    sent: u64,
    accepted: u64,
}

pub(crate) async fn run(load: &Rc<Load>, calls: &[String]) -> io::Result<Figures> {
    let turns = Rc::new(Turns { requests: requests(load, calls), next: Cell::new(0) });
    let begun = Instant::now();
    let mut connections = JoinSet::new();
    for _ in 0..load.options.connections {
        let connection = Connection::open(&load.options.address).await?;
        connections.spawn_local(send(Rc::clone(load), Rc::clone(&turns), connection));
    }
    let (mut figures, mut accepted) = (Figures::default(), 0);
    while let Some(done) = load.next_done(&mut connections).await {
        figures.took.extend(done.took);
        figures.sent += done.sent;
        accepted += done.accepted;
    }
    figures.requests = figures.took.len() as u64;
    figures.time = load.counted_from.elapsed();
    if load.options.kind == Kind::PlayPrompt && load.options.has_webhooks {
        figures.webhooks = prompts(load, accepted).await;
        figures.webhook_time = load.bot.prompts.last.get() - begun;
    }
    Ok(figures)
}

fn requests(load: &Load, calls: &[String]) -> Vec<Vec<u8>> {
    let to = |call: &String| match load.options.kind {
        Kind::PlayPrompt => load.requests.play_prompt(call),
        Kind::Get => load.requests.get(call),
        Kind::KeepAlive | Kind::Ivr | Kind::Live => load.requests.keep_alive(call),
    };
    calls.iter().map(to).collect()
}

/// Each prompt that the service accepted ends, and the bot hears of it once.
async fn prompts(load: &Load, accepted: u64) -> u64 {
    let came = load.bot.prompts.until(accepted).await;
    let (lost, repeated) = (accepted.saturating_sub(came), came.saturating_sub(accepted));
    (0..lost).for_each(|_| load.warnings.warn("a prompt ended, and no webhook came"));
    (0..repeated).for_each(|_| load.warnings.warn("a webhook came that was not expected"));
    came
}

async fn send(load: Rc<Load>, turns: Rc<Turns>, mut connection: Connection) -> Done {
    let mut done = Done { took: Vec::with_capacity(1 << 16), sent: 0, accepted: 0 };
    loop {
        let begun = Instant::now();
        let Some(request) = turns.next().filter(|_| begun < load.end) else { return done };
        done.sent += 1;
        match connection.send(request).await {
            Ok(response) if (200..300).contains(&response.status()) => done.accepted += 1,
            Ok(response) => load.warnings.warn(format_args!("{}: {}", response.status(), response.text())),
            Err(error) => {
                load.warnings.warn(format_args!("no response: {error}"));
                sleep(Duration::from_millis(10)).await;
                match Connection::open(&load.options.address).await {
                    Ok(opened) => connection = opened,
                    Err(_) => return done,
                }
                continue;
            }
        }
        if begun >= load.counted_from {
            done.took.push(begun.elapsed());
        }
    }
}

impl Turns {
    fn next(&self) -> Option<&[u8]> {
        let at = self.next.get();
        self.next.set((at + 1) % self.requests.len().max(1));
        self.requests.get(at).map(Vec::as_slice)
    }
}
