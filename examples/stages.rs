//! Runs one stage of a replay alone, for the instruction counts of `benches/instructions/run`. `decode` reads
//! each line of an event log and drops the result. `fold` also folds the event. `observe` replays bodies of
//! notifications.
//!
//! `cargo run --release --example stages -- fold log.jsonl`

use std::hint::black_box;
use std::{fs, io};

use callfold::log::Format;
use callfold::{Ledger, Recorded, Replay};

fn main() -> io::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [stage, log] = &arguments[..] else { return Err(usage()) };
    let log = fs::read_to_string(log)?;
    match stage.as_str() {
        "decode" => decode(&log),
        "fold" => fold(&log),
        "observe" => {
            observe(&log);
            Ok(())
        }
        _ => Err(usage()),
    }
}

fn usage() -> io::Error {
    io::Error::other("usage: stages decode|fold|observe LOG")
}

fn decode(log: &str) -> io::Result<()> {
    for line in log.lines() {
        black_box(line.parse::<Recorded>().map_err(io::Error::other)?);
    }
    Ok(())
}

fn fold(log: &str) -> io::Result<()> {
    let mut ledger = Ledger::new();
    for line in log.lines() {
        let recorded = line.parse().map_err(io::Error::other)?;
        ledger.apply(&recorded).map_err(io::Error::other)?;
    }
    black_box(ledger);
    Ok(())
}

fn observe(log: &str) {
    let mut replay = Replay::new();
    for body in log.lines() {
        black_box(replay.record(Format::Notifications, body.as_bytes(), |_| {}));
    }
    black_box(replay);
}
