//! A log of which the beginning may have been read already.

use callfold::log::Format;

use crate::input::{Input, Opening, Records, Unreadable};

/// A log that is to be read. What can be read only once, such as a pipe, stays open, or is copied into a temporary file.
pub(crate) struct Reading<'a> {
    pub(crate) input: &'a Input,
    opening: Opening,
    opened: Option<Result<Records, Unreadable>>,
    kept: Option<Input>,
    /// True if its records are read together with those of other logs.
    pub(crate) is_indexed: bool,
}

impl<'a> Reading<'a> {
    pub(crate) const fn new(input: &'a Input, opening: Opening) -> Self {
        Self { input, opening, opened: None, kept: None, is_indexed: false }
    }

    /// Opens the log.
    pub(crate) fn open(&mut self) -> Result<Records, Unreadable> {
        self.opened.take().unwrap_or_else(|| self.lasting().open(self.opening))
    }

    /// Opens a log whose records could be sorted. `None` for an event log, and for a log that cannot be opened: the replay
    /// opens it again, and reports the error.
    pub(crate) fn open_to_sort(&mut self) -> Option<Records> {
        match self.open() {
            Ok(records) if records.format != Format::Events => Some(records),
            other => {
                self.close(other);
                None
            }
        }
    }

    /// Like [`keep`](Self::keep). `None` if the log cannot be kept: the replay reports the error.
    pub(crate) fn keep_to_sort(&mut self, records: Records) -> Option<Records> {
        self.keep(records).map_err(|why| self.close(Err(why))).ok()
    }

    /// The log that was opened is opened again later. What was read of it so far counts as not read.
    pub(crate) fn close(&mut self, records: Result<Records, Unreadable>) {
        if !self.lasting().is_lasting() {
            self.opened = Some(records);
        }
    }

    /// True for an event log, and for a file of a folder that is no log.
    pub(crate) fn is_of_events(&mut self) -> bool {
        let records = self.open();
        let is_of_events = match &records {
            Ok(records) => records.format == Format::Events,
            Err(_) => self.input.is_in_folder,
        };
        self.close(records);
        is_of_events
    }

    /// The log, or its copy.
    pub(crate) fn lasting(&self) -> &Input {
        self.kept.as_ref().unwrap_or(self.input)
    }

    /// The log, so that it can be read more than once.
    pub(crate) fn keep(&mut self, records: Records) -> Result<Records, Unreadable> {
        if self.lasting().is_lasting() {
            return Ok(records);
        }
        let kept = self.input.kept(records)?;
        let records = kept.open(self.opening)?;
        self.kept = Some(kept);
        Ok(records)
    }
}
