//! The bot: its log in a file, and the calls that are folded from it.

use std::error::Error;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use callfold::{Bot, Finding, Ledger, Recorded};
use jiff::Timestamp;

pub(crate) struct Host {
    log: File,
    pub(crate) calls: Ledger,
}

impl Host {
    /// Opens the log, or begins a new one, and folds the calls from it.
    pub(crate) fn open(path: &Path) -> Result<Self, Box<dyn Error>> {
        let mut log = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        let mut bytes = Vec::new();
        log.read_to_end(&mut bytes)?;
        // An empty line begins the log, so that no other file is taken for one and cut.
        if bytes.is_empty() {
            log.write_all(b"\n")?;
            bytes.push(b'\n');
        } else if !bytes.starts_with(b"\n") {
            return Err("the file is no log of this bot".into());
        }
        // A crash can leave a part of the last delivery. It was never answered, and will be delivered again.
        let end = bytes.windows(2).rposition(|bytes| bytes == b"\n\n").map_or(1, |last| last + 2);
        log.set_len(end as u64)?;
        let mut calls = Ledger::new();
        let whole = std::str::from_utf8(bytes.get(..end).unwrap_or_default())?;
        for line in whole.lines().filter(|line| !line.is_empty()) {
            calls.apply(&line.parse::<Recorded>()?)?;
        }
        Ok(Self { log, calls })
    }

    /// Takes in a delivery. Returns one line for each step of a call, and the findings.
    pub(crate) fn deliver(
        &mut self,
        headers: &[(&str, &str)],
        body: &[u8],
        received_at: Timestamp,
    ) -> Result<(Vec<String>, Vec<Finding>), Box<dyn Error>> {
        let observed = Bot::new(&self.calls).deliver(headers, body, received_at);
        self.store(&observed.events)?;
        let mut steps = Vec::new();
        for event in &observed.events {
            let before = self.calls.call(event.call).map(|call| call.state());
            self.calls.apply(event)?;
            let state = self.calls.call(event.call).map(|call| call.state());
            if let Some(state) = state.filter(|_| state != before) {
                steps.push(format!("{received_at} {} {state}", event.call));
            }
        }
        Ok((steps, observed.findings))
    }

    /// Appends the events of one delivery to the log, and an empty line. They are on the disk when this returns.
    fn store(&mut self, events: &[Recorded]) -> std::io::Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        let lines: String = events.iter().map(|event| format!("{event}\n")).collect();
        self.log.write_all(format!("{lines}\n").as_bytes())?;
        self.log.sync_data()
    }
}
