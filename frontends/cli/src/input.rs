//! Reads logs from files, folders or standard input, in blocks, and splits them into records.

use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use callfold::log::{Decoded, Format, Next, decode};

/// How much is read at once, in bytes. The block is small, so that most of the processor's cache is left for the calls. It
/// grows where a record is longer.
const BLOCK: usize = 1 << 17;

/// How much of a log is inspected to detect its format, in bytes.
const HEAD: usize = 1 << 16;

pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// One log to read.
pub(crate) struct Input {
    pub(crate) path: String,
    source: Source,
    /// True for a file of a folder. Where such a file is no log, this is a finding and not an error.
    pub(crate) is_in_folder: bool,
}

enum Source {
    File(PathBuf),
    StandardInput,
    /// A temporary copy of an input that could be read only once.
    Kept(File),
}

/// A log that cannot be opened or recognised.
#[derive(Clone)]
pub(crate) struct Unreadable {
    pub(crate) path: String,
    pub(crate) why: String,
}

/// The logs that a path names, or why it names none.
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

/// The files of a folder in name order, without hidden ones.
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

/// A record with its number and its first line, both from 1.
pub(crate) struct LocatedRecord {
    pub(crate) decoded: Decoded,
    pub(crate) record: u64,
    pub(crate) line: u64,
}

/// A part of a log that ends at the end of a line.
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
    /// How many bytes were read so far.
    pub(crate) bytes_read: u64,
}

impl Input {
    /// The size of the log in bytes; 0 where it is not known.
    pub(crate) fn size(&self) -> u64 {
        match &self.source {
            Source::File(path) => fs::metadata(path).map_or(0, |metadata| metadata.len()),
            Source::StandardInput => 0,
            Source::Kept(file) => file.metadata().map_or(0, |metadata| metadata.len()),
        }
    }

    /// The same log, so that it can be read more than once. A log that can be read only once is copied into a temporary file.
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

    /// The size of the log in bytes; `None` where it is not a regular file.
    pub(crate) fn regular_size(&self) -> Option<u64> {
        let Source::File(path) = &self.source else { return None };
        fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len())
    }

    pub(crate) fn unreadable(&self, why: &impl ToString) -> Unreadable {
        Unreadable { path: self.path.clone(), why: why.to_string() }
    }

    /// Opens the log. Detects its format where none is given.
    pub(crate) fn open(&self, format: Option<Format>) -> Result<Records, Unreadable> {
        let source: Box<dyn Read> = match &self.source {
            Source::File(_) | Source::Kept(_) => Box::new(self.file()?),
            Source::StandardInput => Box::new(io::stdin()),
        };
        self.records(source, format)
    }

    /// The file of the log. Standard input has none.
    pub(crate) fn file(&self) -> Result<File, Unreadable> {
        match &self.source {
            Source::File(path) => File::open(path).map_err(|error| self.unreadable(&error)),
            Source::StandardInput => Err(self.unreadable(&"standard input can be read only once")),
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
    /// Reads the head of the log and detects its format. Returns a reason where the format is not recognised.
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

    /// Reads more of the log, after the bytes that are not yet split into records.
    fn fill(&mut self) -> io::Result<()> {
        self.block.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end == self.block.len() {
            self.block.resize(self.block.len() * 2, 0);
        }
        // A pipe returns little at a time. The block is filled before the next attempt to find a record.
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

    /// All complete lines that are not consumed yet, in exchange for a free buffer; `None` at the end of the log.
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
    pub(crate) fn next(&mut self) -> io::Result<Option<LocatedRecord>> {
        let (skipped, length, decoded) = loop {
            match decode(self.format, self.unread(), self.is_last) {
                Next::Record(record, decoded) => break (record.skipped.len(), record.consumed(), decoded),
                Next::End => return Ok(None),
                Next::More => self.fill()?,
            }
        };
        let begin = self.start + skipped;
        self.start += length;
        let at = |from: usize, to: usize| self.block.get(from..to).unwrap_or_default();
        let line = self.line + newlines(at(begin - skipped, begin));
        self.line = line + newlines(at(begin, self.start));
        self.record += 1;
        Ok(Some(LocatedRecord { decoded, record: self.record, line }))
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}
