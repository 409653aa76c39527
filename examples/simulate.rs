//! Simulates thousands of calls between a service and a bot over a network with faults, for hours of virtual
//! time. The simulation checks its invariants at every step.
//!
//! `cargo run --release --example simulate -- --seed 7 --calls 5000 --hours 48`
//!
//! If an invariant does not hold, the program prints the invariant and the seed, writes the logs of the
//! shortest course that breaks it (for `callfold replay`), and exits with status 1. `--lose-writes 5` breaks
//! the bot's store on purpose, to show such a report.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example talks")]
#![allow(clippy::disallowed_methods, reason = "an example may look at the clock")]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use callfold::testing::{Campaign, Counterexample, Invariant};

struct Options {
    campaign: Campaign,
    out: PathBuf,
}

impl Options {
    fn read() -> Option<Self> {
        let mut this = Self { campaign: Campaign::new(1, 2000, 24), out: PathBuf::from(".") };
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            let value = arguments.next()?;
            match name.as_str() {
                "--seed" => this.campaign.seed = value.parse().ok()?,
                "--calls" => this.campaign.conversations = value.parse().ok()?,
                "--hours" => this.campaign.hours = value.parse().ok()?,
                "--lose-writes" => this.campaign.lost_writes = value.parse().ok()?,
                "--out" => this.out = value.into(),
                _ => return None,
            }
        }
        Some(this)
    }
}

fn main() -> io::Result<ExitCode> {
    let Some(Options { campaign, out }) = Options::read() else {
        eprintln!(
            "usage: simulate [--seed N] [--calls CONVERSATIONS] [--hours N] [--lose-writes PER_MILLE] [--out FOLDER]"
        );
        return Ok(ExitCode::from(2));
    };
    if let Err(error) = fs::create_dir_all(&out) {
        eprintln!("simulate: {}: {error}", out.display());
        return Ok(ExitCode::from(2));
    }
    let begun = Instant::now();
    match campaign.run() {
        Ok(summary) => {
            println!(
                "seed {}: {} conversations, {} calls, {} moves, {} events checked by {} invariants, {} calls compared at the end, until {}, in {:.1} s",
                campaign.seed,
                summary.conversations,
                summary.calls,
                summary.moves,
                summary.events,
                Invariant::ALL.len(),
                summary.compared,
                summary.until,
                begun.elapsed().as_secs_f64(),
            );
            Ok(ExitCode::SUCCESS)
        }
        Err(found) => {
            println!("seed {}: {found}", campaign.seed);
            write(&out, campaign.seed, &found)?;
            Ok(ExitCode::FAILURE)
        }
    }
}

fn write(out: &Path, seed: u64, found: &Counterexample) -> io::Result<()> {
    for (side, log) in [("service", &found.service), ("bot", &found.bot)] {
        let path = out.join(format!("counterexample-{seed}-{side}.jsonl"));
        fs::write(&path, log.iter().map(|line| format!("{line}\n")).collect::<String>())?;
        println!("{} events of the {side}: callfold replay {}", log.len(), path.display());
    }
    Ok(())
}
