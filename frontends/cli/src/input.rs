//! Logs as files, folders or standard input, read in blocks and cut into records.

use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use callfold::log::{Cut, Format, cut};

/// How much is read at once, bytes: little, so that it leaves the processor's cache to the calls. A longer record makes
/// the block grow to hold it.
const BLOCK: usize = 1 << 17;

/// How much of a log is looked at to tell its format, bytes.
const HEAD: usize = 1 << 16;

pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// One log to read.
pub(crate) struct Input {
    pub(crate) path: String,
    source: Source,
    /// True for a file that a folder brought along: that it is no log is a finding, not an error.
    pub(crate) is_in_folder: bool,
}

enum Source {
    File(PathBuf),
    StandardInput,
    /// What could be read only once, in a file that has no name.
    Kept(File),
}

/// A log that cannot be opened or recognised.
#[derive(Clone)]
pub(crate) struct Unreadable {
    pub(crate) path: String,
    pub(crate) why: String,
}

/// The logs that a path stands for, or why it stands for none.
pub(crate) fn expand(log: &Path) -> Result<Vec<Input>, Unreadable> {
    let path = log.display().to_string();
    if path == "-" {
        return Ok(vec![Input { path, source: Source::StandardInput, is_in_folder: false }]);
    }
    if !log.is_dir() {
        return Ok(vec![Input { path, source: Source::File(log.into()), is_in_folder: false }]);
    }
    let files = folder(log).map_err(|error| Unreadable { path: path.clone(), why: error.to_string() })?;
    if files.is_empty() {
        return Err(Unreadable { path, why: "the folder holds no files".into() });
    }
    let input = |file: PathBuf| Input {
        path: file.display().to_string(),
        source: Source::File(file),
        is_in_folder: true,
    };
    Ok(files.into_iter().map(input).collect())
}

/// The files of a folder in name order, hidden ones left out.
fn folder(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        if !is_hidden && entry.path().is_file() {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

/// A record and its place: its number and its line, both from 1.
pub(crate) struct Placed<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) record: u64,
    pub(crate) line: u64,
}

/// A part of a log that ends with a line.
#[derive(Default)]
pub(crate) struct Block {
    buffer: Vec<u8>,
    start: usize,
    end: usize,
}

impl Block {
    pub(crate) fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }
}

/// A log that is being read.
pub(crate) struct Records {
    source: Box<dyn Read>,
    pub(crate) format: Format,
    block: Vec<u8>,
    start: usize,
    end: usize,
    is_last: bool,
    line: u64,
    record: u64,
    /// Bytes taken from the source so far.
    pub(crate) bytes_read: u64,
}

impl Input {
    /// The size of the log, bytes; 0 where it is not known.
    pub(crate) fn size(&self) -> u64 {
        match &self.source {
            Source::File(path) => fs::metadata(path).map_or(0, |metadata| metadata.len()),
            Source::StandardInput => 0,
            Source::Kept(file) => file.metadata().map_or(0, |metadata| metadata.len()),
        }
    }

    /// The same log, so that it can be read more than once: what gives itself only once goes into a temporary file.
    pub(crate) fn keep(self) -> Result<Self, Unreadable> {
        let mut once: Box<dyn Read> = match &self.source {
            Source::File(_) if self.regular_size().is_some() => return Ok(self),
            Source::Kept(_) => return Ok(self),
            Source::File(_) => Box::new(self.file()?),
            Source::StandardInput => Box::new(io::stdin()),
        };
        let kept = tempfile::tempfile().and_then(|mut file| io::copy(&mut once, &mut file).map(|_| file));
        let file = kept.map_err(|error| self.unreadable(&error))?;
        Ok(Self { source: Source::Kept(file), ..self })
    }

    /// The size of the log, where it is a file that can be read more than once.
    pub(crate) fn regular_size(&self) -> Option<u64> {
        let Source::File(path) = &self.source else { return None };
        fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len())
    }

    pub(crate) fn unreadable(&self, why: &impl ToString) -> Unreadable {
        Unreadable { path: self.path.clone(), why: why.to_string() }
    }

    /// Opens the log and tells its format, where it is not given.
    pub(crate) fn open(&self, format: Option<Format>) -> Result<Records, Unreadable> {
        let source: Box<dyn Read> = match &self.source {
            Source::File(_) | Source::Kept(_) => Box::new(self.file()?),
            Source::StandardInput => Box::new(io::stdin()),
        };
        self.records(source, format)
    }

    /// The log, where it is a file.
    pub(crate) fn file(&self) -> Result<File, Unreadable> {
        match &self.source {
            Source::File(path) => File::open(path).map_err(|error| self.unreadable(&error)),
            Source::StandardInput => Err(self.unreadable(&"it can be read only once")),
            Source::Kept(file) => {
                let again = file.try_clone().and_then(|mut file| file.rewind().map(|()| file));
                again.map_err(|error| self.unreadable(&error))
            }
        }
    }

    fn records(&self, source: Box<dyn Read>, format: Option<Format>) -> Result<Records, Unreadable> {
        let mut records = Records {
            source,
            format: Format::Events,
            block: vec![0; BLOCK],
            start: 0,
            end: 0,
            is_last: false,
            line: 1,
            record: 0,
            bytes_read: 0,
        };
        match records.open(format) {
            Ok(None) => Ok(records),
            Ok(Some(why)) => Err(self.unreadable(&why)),
            Err(error) => Err(self.unreadable(&error)),
        }
    }
}

impl Records {
    /// Reads the head of the log. Gives why the log is not recognised, where it is not.
    fn open(&mut self, format: Option<Format>) -> io::Result<Option<&'static str>> {
        while self.end < HEAD && !self.is_last {
            self.fill()?;
        }
        if self.unread().starts_with(BYTE_ORDER_MARK) {
            self.start += BYTE_ORDER_MARK.len();
        }
        let detected = format.or_else(|| Format::detect(self.unread()));
        match detected {
            Some(format) => self.format = format,
            None if self.unread().trim_ascii().is_empty() => return Ok(Some("it is empty: no record in it")),
            None => {
                return Ok(Some(
                    "not recognised as an event log, as notifications or as an SDK log (see --format)",
                ));
            }
        }
        Ok(None)
    }

    fn unread(&self) -> &[u8] {
        self.block.get(self.start..self.end).unwrap_or_default()
    }

    /// Takes in more of the log, behind what is not cut yet.
    fn fill(&mut self) -> io::Result<()> {
        self.block.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end == self.block.len() {
            self.block.resize(self.block.len() * 2, 0);
        }
        // A pipe gives little at a time: what is cut anew should be worth it.
        while self.end < self.block.len() && !self.is_last {
            let free = self.block.get_mut(self.end..).unwrap_or_default();
            match self.source.read(free) {
                Ok(count) => {
                    self.is_last = count == 0;
                    self.end += count;
                    self.bytes_read += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// All lines that were read and not cut yet, in exchange for a buffer that is free; `None` at the end of the log.
    pub(crate) fn block(&mut self, spare: Block) -> io::Result<Option<Block>> {
        let lines = loop {
            match memchr::memrchr(b'\n', self.unread()) {
                _ if self.is_last => break self.unread().len(),
                Some(last) => break last + 1,
                None => self.fill()?,
            }
        };
        if lines == 0 {
            return Ok(None);
        }
        let mut buffer = spare.buffer;
        let rest = self.block.get(self.start + lines..self.end).unwrap_or_default();
        buffer.resize(BLOCK.max(rest.len()), 0);
        buffer.get_mut(..rest.len()).unwrap_or_default().copy_from_slice(rest);
        let (start, end) = (self.start, self.start + lines);
        (self.start, self.end) = (0, rest.len());
        Ok(Some(Block { buffer: core::mem::replace(&mut self.block, buffer), start, end }))
    }

    /// The next record; `None` at the end of the log.
    pub(crate) fn next(&mut self) -> io::Result<Option<Placed<'_>>> {
        let (skipped, bytes, rest) = loop {
            match cut(self.format, self.unread(), self.is_last) {
                Cut::Record(record) => break (record.skipped.len(), record.bytes.len(), record.rest.len()),
                Cut::End => return Ok(None),
                Cut::More => self.fill()?,
            }
        };
        let begin = self.start + skipped;
        self.start = begin + bytes + rest;
        let at = |from: usize, to: usize| self.block.get(from..to).unwrap_or_default();
        let line = self.line + newlines(at(begin - skipped, begin));
        self.line = line + newlines(at(begin, self.start));
        self.record += 1;
        Ok(Some(Placed { bytes: at(begin, begin + bytes), record: self.record, line }))
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}
