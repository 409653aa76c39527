//! Reads logs from files, folders or standard input, in blocks, and splits them into records.

use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use callfold::log::{Cut, Decoded, Format, Next, boundary, cut, decode};

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

/// A record with its number and its first line, and the text before it.
pub(crate) struct LocatedRecord {
    pub(crate) decoded: Decoded,
    pub(crate) place: Place,
    pub(crate) noise: Noise,
}

/// Text between the records of a log.
#[derive(Clone, Copy, Default)]
pub(crate) struct Noise {
    /// The number of lines with text.
    pub(crate) lines: u64,
    /// The first of them, and the record in which it is or that follows.
    pub(crate) first: Place,
}

impl Noise {
    /// The text in the first bytes of a block, which comes after this place.
    fn of(block: &[u8], length: usize, before: Place) -> Self {
        let skipped = block.get(..length).unwrap_or_default();
        let is_text = |line: &&[u8]| !line.trim_ascii().is_empty();
        let blank = skipped.split(|byte| *byte == b'\n').take_while(|line| !is_text(line)).count();
        let lines = skipped.split(|byte| *byte == b'\n').filter(is_text).count();
        let first = Place { record: before.record + 1, line: before.line + blank as u64 + 1 };
        Self { lines: lines as u64, first }
    }

    /// This text and the text after it.
    pub(crate) const fn and(self, later: Self) -> Self {
        let first = if self.lines == 0 { later.first } else { self.first };
        Self { lines: self.lines + later.lines, first }
    }
}

/// Numbers of records and of lines. Each record of a log has its number and its first line, both from 1.
#[derive(Clone, Copy, Default)]
pub(crate) struct Place {
    pub(crate) record: u64,
    pub(crate) line: u64,
}

impl Place {
    /// The numbers in a log, where this much of the log comes before them.
    pub(crate) const fn after(self, before: Self) -> Self {
        Self { record: before.record + self.record, line: before.line + self.line }
    }
}

impl LocatedRecord {
    pub(crate) fn after(self, before: Place) -> Self {
        let noise = Noise { first: self.noise.first.after(before), ..self.noise };
        Self { place: self.place.after(before), noise, ..self }
    }
}

/// A part of a log. No record begins before it or ends after it.
#[derive(Default)]
pub(crate) struct Block {
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    format: Option<Format>,
    /// How many bytes of the log were read up to the end of this part.
    pub(crate) bytes_read: u64,
}

impl Block {
    /// The last bytes of this part.
    pub(crate) fn last(self, bytes: usize) -> Self {
        Self { start: self.end - bytes, ..self }
    }

    /// The records of this part.
    pub(crate) fn records(&self) -> BlockRecords<'_> {
        let rest = self.buffer.get(self.start..self.end).unwrap_or_default();
        BlockRecords { rest, format: self.format, passed: Place::default() }
    }
}

/// The records of a part of a log. Their numbers and lines are counted in this part.
pub(crate) struct BlockRecords<'b> {
    rest: &'b [u8],
    format: Option<Format>,
    /// The numbers of the records and the lines that were passed.
    pub(crate) passed: Place,
}

impl BlockRecords<'_> {
    /// The number of bytes that are left.
    pub(crate) const fn left(&self) -> usize {
        self.rest.len()
    }
}

impl Iterator for BlockRecords<'_> {
    type Item = LocatedRecord;

    fn next(&mut self) -> Option<LocatedRecord> {
        let Next::Record(record, decoded) = decode(self.format?, self.rest, true) else {
            self.passed.line += newlines(core::mem::take(&mut self.rest));
            return None;
        };
        let (skipped, rest) = self.rest.split_at_checked(record.skipped.len())?;
        let (bytes, rest) = rest.split_at_checked(record.consumed() - skipped.len())?;
        let line = self.passed.line + newlines(skipped);
        let noise = match self.format? {
            Format::Notifications if decoded.is_noise() => {
                Noise::of(self.rest, record.consumed(), self.passed)
            }
            Format::Notifications if !skipped.is_empty() => Noise::of(self.rest, skipped.len(), self.passed),
            Format::Notifications | Format::Events | Format::SdkLog => Noise::default(),
        };
        // Most records are one line.
        let lines = if self.format? == Format::Events { 1 } else { newlines(bytes) };
        self.passed =
            Place { record: self.passed.record + u64::from(!record.bytes.is_empty()), line: line + lines };
        self.rest = rest;
        Some(LocatedRecord { decoded, place: Place { record: self.passed.record, line: line + 1 }, noise })
    }
}

/// A log that is being read.
pub(crate) struct Records {
    source: Box<dyn Read + Send>,
    pub(crate) format: Format,
    block: Vec<u8>,
    start: usize,
    end: usize,
    is_last: bool,
    bytes_read: u64,
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
        let source: Box<dyn Read + Send> = match &self.source {
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

    fn records(&self, source: Box<dyn Read + Send>, format: Option<Format>) -> Result<Records, Unreadable> {
        let mut records = Records::new(source);
        match records.open(format) {
            Ok(None) => Ok(records),
            Ok(Some(why)) => Err(self.unreadable(&why)),
            Err(error) => Err(self.unreadable(&error)),
        }
    }
}

impl Records {
    pub(crate) fn new(source: Box<dyn Read + Send>) -> Self {
        Self {
            source,
            format: Format::Events,
            block: vec![0; BLOCK],
            start: 0,
            end: 0,
            is_last: false,
            bytes_read: 0,
        }
    }

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

    /// The next part of the log, in exchange for a free buffer; `None` at the end of the log.
    pub(crate) fn block(&mut self, spare: Block) -> io::Result<Option<Block>> {
        let length = loop {
            let unread = self.unread();
            let complete = || boundary(self.format, unread).unwrap_or_else(|| records(self.format, unread));
            let length = if self.is_last { unread.len() } else { complete() };
            if self.is_last || length > 0 {
                break length;
            }
            self.fill()?;
        };
        if length == 0 {
            return Ok(None);
        }
        let mut buffer = spare.buffer;
        let rest = self.block.get(self.start + length..self.end).unwrap_or_default();
        buffer.resize(BLOCK.max(rest.len()), 0);
        buffer.get_mut(..rest.len()).unwrap_or_default().copy_from_slice(rest);
        let (start, end) = (self.start, self.start + length);
        (self.start, self.end) = (0, rest.len());
        let (format, bytes_read) = (Some(self.format), self.bytes_read);
        Ok(Some(Block {
            buffer: core::mem::replace(&mut self.block, buffer),
            start,
            end,
            format,
            bytes_read,
        }))
    }
}

/// The length of all complete records at the start of a block.
fn records(format: Format, block: &[u8]) -> usize {
    let mut length = 0;
    while let Cut::Record(record) = cut(format, block.get(length..).unwrap_or_default(), false) {
        length += record.consumed();
    }
    length
}

fn newlines(bytes: &[u8]) -> u64 {
    let after_first = memchr::memchr(b'\n', bytes).and_then(|first| bytes.get(first + 1..));
    after_first.map_or(0, |rest| 1 + memchr::memchr_iter(b'\n', rest).count() as u64)
}
