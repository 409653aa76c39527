//! The yardstick for a replay: this program reads a log, decodes each line with `serde_json` into borrowed
//! types, and does nothing else.
//!
//! `cargo run --release --example decode -- log.jsonl`, for an event log; `-- --notifications bodies.jsonl`

#[cfg(test)]
mod tests;
mod wire;

use std::fs::File;
use std::hint::black_box;
use std::io::{self, Read};

use serde::Deserialize;
use wire::{Body, Line};

/// The number of bytes that are read at once.
const BLOCK: usize = 1 << 20;

fn main() -> io::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let count = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--notifications", log] => each_line(File::open(log)?, |line| decode::<Body<'_>>(line))?,
        [log] => each_line(File::open(log)?, |line| decode::<Line<'_>>(line))?,
        _ => return Err(io::Error::other("usage: decode [--notifications] LOG")),
    };
    eprintln!("{count} lines");
    Ok(())
}

fn decode<'a, T: Deserialize<'a>>(line: &'a str) -> io::Result<()> {
    black_box(serde_json::from_str::<T>(line)?);
    Ok(())
}

/// Passes each line of a log to `take`, and returns the number of lines.
fn each_line(mut log: impl Read, take: impl Fn(&str) -> io::Result<()>) -> io::Result<u64> {
    let (mut block, mut filled, mut count) = (vec![0; BLOCK], 0, 0);
    loop {
        if filled == block.len() {
            block.resize(2 * filled, 0);
        }
        let read = log.read(block.get_mut(filled..).unwrap_or_default())?;
        filled += read;
        let known = block.get(..filled).unwrap_or_default();
        let complete =
            if read == 0 { filled } else { memchr::memrchr(b'\n', known).map_or(0, |last| last + 1) };
        let lines = known.get(..complete).unwrap_or_default();
        for line in str::from_utf8(lines).map_err(io::Error::other)?.lines() {
            take(line)?;
            count += 1;
        }
        if read == 0 {
            return Ok(count);
        }
        block.copy_within(complete..filled, 0);
        filled -= complete;
    }
}
