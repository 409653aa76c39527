//! Loads a calling service, and prints one line of JSON: how many requests it answered, and how long they took.
//!
//! It runs on one thread, so that the service has the rest of the machine. It is also the bot that the service
//! notifies: it answers 202 to each webhook at once.
//!
//! `cargo run --release -p callfold-serve --example load -- --url http://127.0.0.1:9090 --kind keepAlive --calls 1000`

mod bot;
mod figures;
mod http;
mod ivr;
mod live;
mod options;
mod requests;
mod spread;
mod warnings;

use std::io::{self, Write};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use bot::{Bot, PATIENCE};
use figures::Figures;
use options::{Kind, Options, USAGE};
use requests::Requests;
use tokio::task::{JoinSet, LocalSet};
use tokio::time::{Instant, timeout_at};
use warnings::Warnings;

/// What all parts of a run need.
struct Load {
    options: Options,
    requests: Rc<Requests>,
    bot: Rc<Bot>,
    warnings: Warnings,
    /// Requests that begin before it warm the service up, and are not in the figures.
    counted_from: Instant,
    /// No request begins after it.
    end: Instant,
}

impl Load {
    /// What the next task did; `None` if all have ended, or if no response comes to those that are left.
    async fn next_done<T: 'static>(&self, tasks: &mut JoinSet<T>) -> Option<T> {
        match timeout_at(self.end + 2 * PATIENCE, tasks.join_next()).await {
            Ok(ended) => ended?.map_err(|error| self.warnings.warn(error)).ok(),
            Err(_) => {
                self.warnings.warn(format_args!("no response: {} connections wait", tasks.len()));
                None
            }
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Some(options) = Options::read(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match LocalSet::new().run_until(run(options)).await {
        Ok(figures) => print(&figures),
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print(figures: &Figures) -> ExitCode {
    match writeln!(io::stdout(), "{}", figures.json()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

async fn run(options: Options) -> io::Result<Figures> {
    let warnings = Warnings::default();
    let bot = Bot::listen(options.listen, options.connections, warnings.clone()).await?;
    let requests = Rc::new(Requests::new(&options.address, &bot.url));
    let now = Instant::now();
    let mut load = Load { options, requests, bot, warnings, counted_from: now, end: now };
    let calls = match &load.options.ids {
        _ if load.options.is_made_up => live::made_up(load.options.calls),
        Some(file) if load.options.kind != Kind::Live => live::read(file)?,
        _ => live::make(&load).await?,
    };
    let making = now.elapsed();
    load.counted_from = Instant::now() + load.options.warm_up;
    load.end = load.counted_from + load.options.time;
    let load = Rc::new(load);
    let mut figures = match load.options.kind {
        Kind::Live => {
            live::write(load.options.ids.as_deref(), &calls)?;
            made(calls.len(), making)
        }
        Kind::Ivr => ivr::run(&load).await,
        Kind::KeepAlive | Kind::Get | Kind::PlayPrompt => spread::run(&load, &calls).await?,
    };
    figures.kind = load.options.kind.name();
    figures.calls = calls.len();
    figures.errors = load.warnings.count();
    Ok(figures)
}

/// Each call takes two requests: somebody rings, and the bot answers.
fn made(calls: usize, took: Duration) -> Figures {
    Figures { requests: 2 * calls as u64, time: took, ..Figures::default() }
}
