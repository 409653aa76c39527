//! `callfold convert --into`: puts the events of logs into a store.

use std::collections::BTreeMap;
use std::io::{self, Write};

use callfold::{CallId, Recorded, Severity};
use callfold_store::{AppendError, Conflict, Position};

use crate::args::ConvertArgs;
use crate::complain::complain;
use crate::convert::converted;
use crate::exit::status;
use crate::logs::Logs;
use crate::replayer::{Listener, LocatedFinding};
use crate::report::lines::FindingLines;
use crate::report::table::many;
use crate::selection::Selection;
use crate::status::Status;
use crate::stores::open::OpenStore;

/// How many events are appended at once.
const BATCH: usize = 500;

pub(crate) fn run(args: &ConvertArgs) -> io::Result<Status> {
    let selection = match Selection::of(&args.source, args.only.names(), Logs::of(&args.source.logs))? {
        Ok(selection) => selection,
        Err(status) => return Ok(status),
    };
    let store = OpenStore::or_new(args.into.as_deref().unwrap_or_default())?;
    if args.redaction.redact && store.wait(store.store.last())? > Position::START {
        complain(format_args!(
            "{}: the store has events, and the ids that `--redact` gives to calls can be those of calls in it; \
             name a new store",
            store.address
        ));
        return Ok(Status::REFUSED);
    }
    let findings = FindingLines::new(args.deny.deny, args.source.quiet, anstream::stderr());
    let mut inserter = Inserter { store, findings, batch: Vec::new(), refused: BTreeMap::new(), stored: 0 };
    let mut outcome = converted(args, &selection, &mut inserter)?;
    inserter.append()?;
    if !args.source.quiet {
        inserter.summary()?;
    }
    if !inserter.refused.is_empty() {
        outcome.worst = Some(Severity::Error);
    }
    Ok(status(&outcome, args.deny.deny))
}

struct Inserter<W> {
    store: OpenStore,
    findings: FindingLines<W>,
    /// The events that are appended next.
    batch: Vec<Recorded>,
    /// The revision from which on a call is not stored.
    refused: BTreeMap<CallId, u64>,
    /// The events that are in the store.
    stored: u64,
}

impl<W: Write> Listener for Inserter<W> {
    const WANTS_EVENTS: bool = true;

    fn event(&mut self, recorded: &Recorded) -> io::Result<()> {
        if self.refused.contains_key(&recorded.call) {
            return Ok(());
        }
        self.batch.push(recorded.clone());
        if self.batch.len() == BATCH { self.append() } else { Ok(()) }
    }

    fn finding(&mut self, located: LocatedFinding) -> io::Result<()> {
        self.findings.finding(located)
    }
}

impl<W> Inserter<W> {
    /// Appends the batch, without the events that contradict what is stored.
    fn append(&mut self) -> io::Result<()> {
        while !self.batch.is_empty() {
            let appended = self.store.runtime.block_on(self.store.store.append(&self.batch));
            match appended {
                Ok(()) => {
                    self.stored += self.batch.len() as u64;
                    self.batch.clear();
                }
                Err(AppendError::Conflict(conflict)) => self.refuse(&conflict)?,
                Err(AppendError::Store(error)) => return Err(self.store.error(&error)),
                Err(AppendError::LeaseLost(lost)) => return Err(io::Error::other(lost.to_string())),
            }
        }
        Ok(())
    }

    /// Takes a call out of the batch, from the revision on that contradicts what is stored.
    fn refuse(&mut self, conflict: &Conflict) -> io::Result<()> {
        let Conflict { call, revision, .. } = *conflict;
        let before = self.batch.len();
        self.batch.retain(|event| event.call != call || event.revision < revision);
        if self.batch.len() == before {
            return Err(io::Error::other(format!("{}: {conflict}", self.store.address)));
        }
        complain(format_args!(
            "{}: {conflict}; the events of this call from there on are not put into the store",
            self.store.address
        ));
        self.refused.insert(call, revision);
        Ok(())
    }

    fn summary(&self) -> io::Result<()> {
        let mut out = anstream::stdout();
        writeln!(out, "{} has {} of the logs", self.store.address, many(self.stored, "event"))?;
        if !self.refused.is_empty() {
            let refused = many(self.refused.len() as u64, "call");
            writeln!(
                out,
                "{refused} of the logs contradicted it, and did not go into it, or not as a whole"
            )?;
        }
        out.flush()
    }
}
