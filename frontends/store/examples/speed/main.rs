//! Measures stores beside the bare speed of their engines, and prints a line of JSON for each figure.
//!
//! - `speed appends ADDRESS`: appends a second of 1 and of 16 writers, and the bare writes of the same bytes in turn
//! - `speed loading ADDRESS`: the milliseconds to load calls of 20 and of 5,000 events
//! - `speed fill ADDRESS FROM TO`: stores the calls with these numbers, with five events each; all but the first 100 have ended
//! - `speed kept ADDRESS`: what a store with so many calls costs
//!
//! `benches/stores/run` starts the servers and runs all of it.

mod appends;
mod bare;
mod calls;
mod kept;
mod loading;

use std::io::Write;
use std::sync::Arc;

use callfold_store::{Address, Store};

/// What went wrong.
type Failed = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failed> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["appends", address] => appends::measure(address).await,
        ["loading", address] => loading::measure(&*open(address).await?).await,
        ["fill", address, from, to] => kept::fill(open(address).await?, from.parse()?..to.parse()?).await,
        ["kept", address] => kept::measure(address).await,
        _ => Err("usage: speed appends|loading|fill|kept ADDRESS [FROM TO]".into()),
    }
}

async fn open(address: &str) -> Result<Arc<dyn Store>, Failed> {
    Ok(address.parse::<Address>()?.open().await?)
}

fn show(figures: &serde_json::Value) -> Result<(), Failed> {
    Ok(writeln!(std::io::stdout().lock(), "{figures}")?)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
