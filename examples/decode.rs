//! The yardstick: reads an event log and decodes each line with `serde_json` into borrowed types, and nothing
//! else. Its time is what a replay is compared with.
//!
//! `cargo run --release --example decode -- log.jsonl`

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::time::Instant;

use serde::Deserialize;

/// Text, borrowed where it holds no escapes: inside an `Option`, a bare `Cow` would always be copied.
#[derive(Deserialize)]
#[allow(dead_code, reason = "decoded, not used")]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "decoded, not used")]
struct Line<'a> {
    v: u32,
    #[serde(borrow)]
    call: Text<'a>,
    rev: u64,
    #[serde(borrow)]
    at: Option<Text<'a>>,
    #[serde(borrow, rename = "type")]
    type_name: Text<'a>,
    #[serde(borrow)]
    data: Data<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "decoded, not used")]
struct Data<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    client_context: Option<Text<'a>>,
    #[serde(borrow)]
    status: Option<Text<'a>>,
    #[serde(borrow)]
    subject: Option<Text<'a>>,
    #[serde(borrow)]
    call_chain_id: Option<Text<'a>>,
    #[serde(borrow)]
    tenant_id: Option<Text<'a>>,
    #[serde(borrow)]
    direction: Option<Text<'a>>,
    sequence_id: Option<i64>,
    #[serde(borrow)]
    tone: Option<Text<'a>>,
    #[serde(borrow)]
    result_info: Option<ResultInfo<'a>>,
    #[serde(borrow)]
    participants: Option<Vec<Participant<'a>>>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "decoded, not used")]
struct ResultInfo<'a> {
    code: i32,
    subcode: i32,
    #[serde(borrow)]
    message: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(dead_code, reason = "decoded, not used")]
struct Participant<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    is_muted: bool,
    is_in_lobby: bool,
}

#[expect(clippy::disallowed_methods, reason = "a yardstick takes the time")]
fn main() -> io::Result<()> {
    let path = std::env::args().nth(1).ok_or_else(|| io::Error::other("usage: decode LOG"))?;
    let mut log = BufReader::with_capacity(1 << 20, File::open(path)?);
    let (mut line, mut count, begun) = (String::new(), 0_u64, Instant::now());
    while log.read_line(&mut line)? > 0 {
        let _: Line<'_> = serde_json::from_str(&line)?;
        line.clear();
        count += 1;
    }
    let seconds = begun.elapsed().as_secs_f64();
    eprintln!("{count} lines in {seconds:.2} s, {:.0} a second", count as f64 / seconds);
    Ok(())
}
