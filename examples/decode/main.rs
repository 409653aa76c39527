//! The yardstick for a replay: this program reads a log, decodes each line with `serde_json` into borrowed
//! types, and does nothing else. With `--jobs`, each thread takes the next block of whole lines and decodes
//! it alone.
//!
//! `cargo run --release --example decode -- log.jsonl`, for an event log; `-- --notifications bodies.jsonl`

mod blocks;
#[cfg(test)]
mod tests;
mod wire;

use std::fs::File;
use std::hint::black_box;
use std::sync::{Mutex, PoisonError};
use std::{io, thread};

use blocks::Blocks;
use serde::Deserialize;
use wire::{Body, Line};

struct Options {
    log: String,
    notifications: bool,
    jobs: usize,
}

fn options() -> Option<Options> {
    let (mut log, mut notifications, mut jobs) = (None, false, 1);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--notifications" => notifications = true,
            "--jobs" => jobs = arguments.next()?.parse().ok().filter(|jobs| *jobs > 0)?,
            _ if log.is_none() => log = Some(argument),
            _ => return None,
        }
    }
    Some(Options { log: log?, notifications, jobs })
}

fn main() -> io::Result<()> {
    let Some(Options { log, notifications, jobs }) = options() else {
        return Err(io::Error::other("usage: decode [--notifications] [--jobs N] LOG"));
    };
    let blocks = Mutex::new(Blocks::new(File::open(log)?));
    let count = if notifications {
        on_threads(jobs, || each_line(&blocks, |line| decode::<Body<'_>>(line)))
    } else {
        on_threads(jobs, || each_line(&blocks, |line| decode::<Line<'_>>(line)))
    }?;
    eprintln!("{count} lines");
    Ok(())
}

/// The sum of what `work` gives on each of `jobs` threads, of which this is one.
fn on_threads(jobs: usize, work: impl Fn() -> io::Result<u64> + Sync) -> io::Result<u64> {
    thread::scope(|scope| {
        let others: Vec<_> = (1..jobs).map(|_| scope.spawn(&work)).collect();
        let mut count = work()?;
        for other in others {
            count += other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        }
        Ok(count)
    })
}

/// What `serde_json::from_str` does, which copies the decoded value once more or once less as the compiler inlines it.
fn decode<'a, T: Deserialize<'a>>(line: &'a str) -> io::Result<()> {
    let mut json = serde_json::Deserializer::from_str(line);
    black_box(T::deserialize(&mut json)?);
    Ok(json.end()?)
}

/// Takes blocks until none is left, and passes each of their lines to `take`. Returns the number of lines.
fn each_line(blocks: &Mutex<Blocks<File>>, take: impl Fn(&str) -> io::Result<()>) -> io::Result<u64> {
    let (mut room, mut count) = (Vec::new(), 0);
    loop {
        let block = blocks.lock().unwrap_or_else(PoisonError::into_inner).next(&mut room)?;
        if block.is_empty() {
            return Ok(count);
        }
        for line in str::from_utf8(block).map_err(io::Error::other)?.lines() {
            take(line)?;
            count += 1;
        }
    }
}
