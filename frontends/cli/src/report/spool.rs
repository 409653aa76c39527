//! All findings, as JSON lines, kept on disk where they are many: a log can hold more of them than memory.

use std::io::{self, BufRead, BufReader, Seek, Write};

use callfold::{CallId, FindingKind, Severity};
use serde::Serialize;
use tempfile::SpooledTempFile;

use crate::drive::{Listener, PlacedFinding};

/// How much is kept in memory, bytes.
const IN_MEMORY: usize = 1 << 20;

pub(crate) struct Spool(io::BufWriter<SpooledTempFile>);

impl Default for Spool {
    fn default() -> Self {
        Self(io::BufWriter::new(SpooledTempFile::new(IN_MEMORY)))
    }
}

#[derive(Serialize)]
struct FindingJson<'a> {
    input: &'a str,
    record: u64,
    line: u64,
    call: Option<CallId>,
    severity: Severity,
    kind: FindingKind,
    message: &'a str,
}

impl Listener for Spool {
    fn finding(&mut self, placed: PlacedFinding) -> io::Result<()> {
        let finding = FindingJson {
            input: &placed.path,
            record: placed.record,
            line: placed.line,
            call: placed.finding.call,
            severity: placed.severity(),
            kind: placed.finding.kind,
            message: &placed.finding.message,
        };
        serde_json::to_writer(&mut self.0, &finding)?;
        self.0.write_all(b"\n")
    }
}

impl Spool {
    /// The findings in their order, each as JSON.
    pub(super) fn lines(self) -> io::Result<impl Iterator<Item = io::Result<String>>> {
        let mut file = self.0.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(BufReader::new(file).lines())
    }
}
