//! Writes a log of any size to standard output: interleaved calls, as a bot records them. An event log has
//! lines of about 335 bytes in the crate's own layout; with `--format notifications` each line is a body as
//! Graph posts it, and each call has twelve. With `--format sdk-log` the same bodies are in the text log of
//! the .NET SDK, one entry for each, the oldest first.
//!
//! `cargo run --release --example generate -- --calls 100000 --seed 1 > log.jsonl`

mod log;
#[cfg(test)]
mod tests;

use std::io::{self, BufWriter, Write};

use log::{Format, Log, Options, SHORTEST};

fn options() -> Option<Options> {
    let mut options = Options::new(1000);
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next()?;
        match name.as_str() {
            "--calls" => options.calls = value.parse().ok()?,
            "--events" => options.events = value.parse().ok().filter(|events| *events >= SHORTEST)?,
            "--seed" => options.seed = value.parse().ok()?,
            "--repeats" => options.repeats = value.parse().ok()?,
            "--reorders" => options.reorders = value.parse().ok()?,
            "--format" => options.format = Format::named(&value)?,
            _ => return None,
        }
    }
    Some(options)
}

fn main() -> io::Result<()> {
    let Some(options) = options() else {
        eprintln!(
            "usage: generate [--calls N] [--events N, from {SHORTEST}] [--seed N] [--repeats PER_MILLE] \
             [--reorders PER_MILLE] [--format events|notifications|sdk-log]"
        );
        std::process::exit(2);
    };
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    for line in Log::new(options) {
        out.write_all(line.as_bytes())?;
        out.write_all(b"\n")?;
    }
    out.flush()
}
