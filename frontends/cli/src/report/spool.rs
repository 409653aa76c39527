//! All findings as JSON lines. They go to a temporary file once they are many, because a log can have more findings than
//! fit into memory.

use std::io::{self, BufRead, BufReader, Seek, Write};

use callfold::{CallId, FindingKind, Severity};
use serde::Serialize;
use tempfile::SpooledTempFile;

use crate::replayer::{Listener, LocatedFinding};

/// How much stays in memory, in bytes.
const IN_MEMORY: usize = 1 << 20;

/// Collects findings as JSON lines.
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
    fn finding(&mut self, located: LocatedFinding) -> io::Result<()> {
        let finding = FindingJson {
            input: &located.path,
            record: located.record,
            line: located.line,
            call: located.finding.call,
            severity: located.severity(),
            kind: located.finding.kind,
            message: &located.finding.message,
        };
        serde_json::to_writer(&mut self.0, &finding)?;
        self.0.write_all(b"\n")
    }
}

impl Spool {
    /// The findings in the order in which they came, each as JSON.
    pub(super) fn lines(self) -> io::Result<impl Iterator<Item = io::Result<String>>> {
        let mut file = self.0.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(BufReader::new(file).lines())
    }
}
