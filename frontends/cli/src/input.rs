//! Reads logs from files or standard input, in blocks, and splits them into records.

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
#[cfg(unix)]
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use callfold::log::{Cut, Decoded, Format, Next, Record, Skip, boundary, cut, decode, is_cut_off};
use callfold::{CallId, Recorded};

use crate::archive::archive;
use crate::encoding::{BYTE_ORDER_MARK, Source as Reader, Text};
use crate::store_name::without_password;
use crate::stores::StoreLog;
use crate::tail::{FileTail, Tail};
use crate::unrecognised::unrecognised;

/// How much is read at once, in bytes. The block is small, so that most of the processor's cache is left for the calls. It
/// grows where a record is longer.
const BLOCK: usize = 1 << 17;

/// How many bytes of an event that is too large are searched for its call.
const BEGINNING: usize = 1 << 12;

/// How much of a log is inspected first to detect its format, in bytes.
const HEAD: usize = 1 << 16;

/// How much of a log is searched for its first record, in bytes.
const SEARCHED: usize = 1 << 23;

/// One log to read.
#[derive(Clone)]
pub(crate) struct Input {
    pub(crate) path: String,
    source: Source,
    /// True for a file of a folder. Where such a file is no log, this is a finding and not an error.
    pub(crate) is_in_folder: bool,
}

#[derive(Clone)]
enum Source {
    File(PathBuf),
    StandardInput,
    /// A temporary copy of an input that could be read only once.
    Kept(Arc<File>),
    Store(StoreLog),
}

/// A file or standard input, whatever its name.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Identity {
    StandardInput,
    /// The device, and the number of the file on it.
    #[cfg(unix)]
    Number(u64, u64),
    #[cfg(not(unix))]
    Path(PathBuf),
}

/// A log that cannot be opened or recognised.
#[derive(Clone)]
pub(crate) struct Unreadable {
    pub(crate) path: String,
    pub(crate) why: String,
    /// True if the log was read, and is of no known format.
    pub(crate) is_unrecognised: bool,
}

impl Unreadable {
    pub(crate) fn new(path: &Path, why: &impl ToString) -> Self {
        // What cannot be opened can be the address of a server with a typing error.
        Self {
            path: without_password(&path.display().to_string()),
            why: why.to_string(),
            is_unrecognised: false,
        }
    }
}

/// How logs are opened.
#[derive(Clone, Copy)]
pub(crate) struct Opening {
    /// The format of the logs; `None` if it is detected from the content.
    pub(crate) format: Option<Format>,
    /// The size of the largest record that is read, in bytes.
    pub(crate) max_record: usize,
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
    /// The line of the last of them.
    last: u64,
}

impl Noise {
    /// The text in the first bytes of a block, which comes after this place.
    fn of(block: &[u8], length: usize, before: Place) -> Self {
        let skipped = block.get(..length).unwrap_or_default();
        let is_text = |line: &&[u8]| !line.trim_ascii().is_empty();
        let mut noise = Self::default();
        for (line, _) in
            (before.line + 1..).zip(skipped.split(|byte| *byte == b'\n')).filter(|(_, it)| is_text(it))
        {
            if noise.lines == 0 {
                noise.first = Place { record: before.record + 1, line };
            }
            (noise.lines, noise.last) = (noise.lines + 1, line);
        }
        noise
    }

    /// This text and the text after it.
    pub(crate) const fn and(self, later: Self) -> Self {
        if self.lines == 0 || later.lines == 0 {
            return if self.lines == 0 { later } else { self };
        }
        // What stands before a body and what stands after it can be on one line.
        let shared = (later.first.line == self.last) as u64;
        Self { lines: self.lines + later.lines - shared, last: later.last, ..self }
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
        let Noise { lines, first, last } = self.noise;
        let noise = Noise { lines, first: first.after(before), last: last + before.line };
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
    max_record: usize,
    /// A record that is too large, and of which nothing else is kept.
    too_large: Option<TooLarge>,
    /// Where this part begins in the text of the log.
    pub(crate) offset: u64,
    /// How many bytes of the log were read when this part was complete.
    pub(crate) bytes_read: u64,
}

impl Block {
    /// The last bytes of this part.
    pub(crate) fn last(self, bytes: usize) -> Self {
        Self { start: self.end - bytes, too_large: None, ..self }
    }

    /// The text of this part.
    pub(crate) fn text(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// The records of this part.
    pub(crate) fn records(&self) -> BlockRecords<'_> {
        BlockRecords {
            rest: self.text(),
            format: self.format,
            max_record: self.max_record,
            too_large: self.too_large,
            passed: Place::default(),
        }
    }
}

/// A record that is too large to be read.
#[derive(Clone, Copy)]
struct TooLarge {
    /// The number of line ends in it.
    lines: u64,
    /// The call that it names, if it is an event.
    call: Option<CallId>,
}

/// The records of a part of a log. Their numbers and lines are counted in this part.
pub(crate) struct BlockRecords<'b> {
    rest: &'b [u8],
    format: Option<Format>,
    max_record: usize,
    too_large: Option<TooLarge>,
    /// The numbers of the records and the lines that were passed.
    pub(crate) passed: Place,
}

impl<'b> BlockRecords<'b> {
    /// The number of bytes that are left.
    pub(crate) const fn left(&self) -> usize {
        self.rest.len()
    }

    /// The record that is too large, of which nothing is kept.
    fn too_large(&mut self, TooLarge { lines, call }: TooLarge) -> LocatedRecord {
        let place = Place { record: self.passed.record + 1, line: self.passed.line + 1 };
        self.passed = Place { record: place.record, line: self.passed.line + lines };
        LocatedRecord { decoded: Decoded::too_large(self.max_record, call), place, noise: Noise::default() }
    }

    /// Decodes the first record, unless it is too large.
    fn decode(&self, format: Format) -> Option<(Record<'b>, Decoded)> {
        if self.rest.len() > self.max_record
            && let Cut::Record(record) = cut(format, self.rest, true)
            && record.bytes.len() > self.max_record
        {
            let call = call_of(format, record.bytes);
            return Some((record, Decoded::too_large(self.max_record, call)));
        }
        match decode(format, self.rest, true) {
            Next::Record(record, decoded) => Some((record, decoded)),
            Next::More | Next::End => None,
        }
    }
}

impl Iterator for BlockRecords<'_> {
    type Item = LocatedRecord;

    fn next(&mut self) -> Option<LocatedRecord> {
        if let Some(too_large) = self.too_large.take() {
            return Some(self.too_large(too_large));
        }
        let Some((record, decoded)) = self.decode(self.format?) else {
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
    text: Text,
    pub(crate) format: Format,
    max_record: usize,
    /// Where the block begins in the text of the log.
    offset: u64,
    block: Vec<u8>,
    start: usize,
    end: usize,
    is_last: bool,
    /// The error that ended the log. The complete records before it come first.
    failure: Option<io::Error>,
    bytes_read: Arc<AtomicU64>,
}

/// Counts the bytes of a log that were read. Where the log is compressed, its text has more.
struct Counted<R> {
    source: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(into)?;
        self.bytes.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

impl Input {
    pub(crate) fn standard_input() -> Self {
        Self { path: "-".into(), source: Source::StandardInput, is_in_folder: false }
    }

    pub(crate) fn of(path: PathBuf, is_in_folder: bool) -> Self {
        Self { path: path.display().to_string(), source: Source::File(path), is_in_folder }
    }

    pub(crate) fn of_store(store: StoreLog) -> Self {
        Self { path: store.shown(), source: Source::Store(store), is_in_folder: false }
    }

    /// The lines of an event log, and those that come.
    ///
    /// # Errors
    ///
    /// A message where the log is none that can be followed.
    pub(crate) fn tail(&self, opening: Opening) -> Result<Box<dyn Tail>, String> {
        let unreadable = |why: Unreadable| format!("{}: {}", why.path, why.why);
        if let Source::Store(store) = &self.source {
            return Ok(store.tail());
        }
        let file = self.file().map_err(unreadable)?;
        if !self.is_followed(opening).map_err(unreadable)? {
            let path = &self.path;
            return Err(format!(
                "{path}: --follow reads a plain file with an event log, or a store; this is neither"
            ));
        }
        Ok(Box::new(FileTail::new(file)))
    }

    /// True for a file in which event log lines can come.
    fn is_followed(&self, opening: Opening) -> Result<bool, Unreadable> {
        match self.regular_size() {
            // The log is still empty.
            Some(0) => Ok(true),
            Some(_) => self.open(opening).map(|log| log.format == Format::Events && log.is_plain()),
            None => Ok(false),
        }
    }

    /// The size of the log in bytes; 0 where it is not known.
    pub(crate) fn size(&self) -> u64 {
        match &self.source {
            Source::File(path) => fs::metadata(path).map_or(0, |metadata| metadata.len()),
            Source::StandardInput | Source::Store(_) => 0,
            Source::Kept(file) => file.metadata().map_or(0, |metadata| metadata.len()),
        }
    }

    /// The same log, so that it can be read more than once. A log that can be read only once is copied into a temporary file.
    pub(crate) fn keep(self) -> Result<Self, Unreadable> {
        let mut once: Box<dyn Read> = match &self.source {
            Source::File(_) if self.regular_size().is_some() => return Ok(self),
            Source::Kept(_) | Source::Store(_) => return Ok(self),
            Source::File(_) => Box::new(self.file()?),
            Source::StandardInput => Box::new(io::stdin()),
        };
        let kept = tempfile::tempfile().and_then(|mut file| io::copy(&mut once, &mut file).map(|_| file));
        let file = kept.map_err(|error| self.unreadable(&error))?;
        Ok(Self { source: Source::Kept(Arc::new(file)), ..self })
    }

    /// The size of the log in bytes; `None` where it is not a regular file.
    pub(crate) fn regular_size(&self) -> Option<u64> {
        let Source::File(path) = &self.source else { return None };
        fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len())
    }

    /// What is the same for all names of a file. A log that is no regular file has none, except standard input.
    pub(crate) fn identity(&self) -> Option<Identity> {
        match &self.source {
            Source::File(path) => identity(path),
            Source::StandardInput => Some(Identity::StandardInput),
            Source::Store(store) => store.file().and_then(identity),
            Source::Kept(_) => None,
        }
    }

    pub(crate) fn unreadable(&self, why: &impl ToString) -> Unreadable {
        Unreadable::new(Path::new(&self.path), why)
    }

    /// Opens the log. Detects its format where none is given.
    pub(crate) fn open(&self, opening: Opening) -> Result<Records, Unreadable> {
        let source: Reader = match &self.source {
            Source::File(_) | Source::Kept(_) => {
                let file = self.file()?;
                // What is added while the log is read is left, or a log to which its own events are added would not end.
                match file.metadata().ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len()) {
                    Some(size) if size > 0 => Box::new(file.take(size)),
                    Some(_) | None => Box::new(file),
                }
            }
            Source::StandardInput => Box::new(io::stdin()),
            Source::Store(store) => return self.records_of_store(store, opening),
        };
        self.records(source, opening)
    }

    /// The records of a store. Its format is known, also where a line is damaged.
    fn records_of_store(&self, store: &StoreLog, opening: Opening) -> Result<Records, Unreadable> {
        let records = self.records(store.text(), Opening { format: Some(Format::Events), ..opening })?;
        let is_empty = records.unread().is_empty() && records.failure.is_none();
        if is_empty { Err(self.unreadable(&unrecognised(b""))) } else { Ok(records) }
    }

    /// The file of the log. Standard input and a store have none.
    pub(crate) fn file(&self) -> Result<File, Unreadable> {
        match &self.source {
            Source::File(path) => File::open(path).map_err(|error| self.unreadable(&error)),
            Source::StandardInput => Err(self.unreadable(&"standard input can be read only once")),
            Source::Store(_) => Err(self.unreadable(&"a store is not read as a file")),
            Source::Kept(file) => {
                let again = file.try_clone().and_then(|mut file| file.rewind().map(|()| file));
                again.map_err(|error| self.unreadable(&error))
            }
        }
    }

    fn records(&self, source: Reader, opening: Opening) -> Result<Records, Unreadable> {
        let mut records = Records::new(source).map_err(|error| self.unreadable(&error))?;
        records.open(opening).map_err(|why| Unreadable {
            is_unrecognised: records.failure.is_none(),
            ..self.unreadable(&why)
        })?;
        Ok(records)
    }

    /// The rest of a log that can be read only once, in a temporary file.
    pub(crate) fn kept(&self, records: Records) -> Result<Self, Unreadable> {
        let file = records.copied().map_err(|error| self.unreadable(&error))?;
        Ok(Self {
            path: self.path.clone(),
            source: Source::Kept(Arc::new(file)),
            is_in_folder: self.is_in_folder,
        })
    }

    /// True if the log can be read more than once.
    pub(crate) fn is_lasting(&self) -> bool {
        matches!(self.source, Source::Kept(_) | Source::Store(_)) || self.regular_size().is_some()
    }
}

impl Records {
    pub(crate) fn new(source: Reader) -> io::Result<Self> {
        let bytes_read = Arc::new(AtomicU64::new(0));
        Ok(Self {
            text: Text::of(Box::new(Counted { source, bytes: Arc::clone(&bytes_read) }))?,
            format: Format::Events,
            max_record: usize::MAX,
            offset: 0,
            block: vec![0; BLOCK],
            start: 0,
            end: 0,
            is_last: false,
            failure: None,
            bytes_read,
        })
    }

    /// The size of the largest record that is read, in bytes.
    pub(crate) const fn max_record(&self) -> usize {
        self.max_record
    }

    /// True where a position in the text is a position in the log.
    pub(crate) const fn is_plain(&self) -> bool {
        self.text.is_plain
    }

    /// Reads the head of the log and detects its format. The error says why there is none.
    fn open(&mut self, opening: Opening) -> Result<(), String> {
        self.max_record = opening.max_record;
        while self.end < HEAD && !self.is_last {
            self.fill();
        }
        if self.unread().starts_with(BYTE_ORDER_MARK) {
            self.start += BYTE_ORDER_MARK.len();
        }
        if let Some(why) = archive(self.unread()) {
            return Err(why);
        }
        let mut detected = opening.format.or_else(|| Format::detect(self.unread()));
        let is_wanted = |records: &Self| records.unread().len() < SEARCHED || is_cut_off(records.unread());
        while detected.is_none() && !self.is_last && self.is_small() && is_wanted(self) {
            self.fill();
            detected = Format::detect(self.unread());
        }
        let why = || self.failure.as_ref().map_or_else(|| unrecognised(self.unread()), ToString::to_string);
        self.format = detected.ok_or_else(why)?;
        Ok(())
    }

    /// True if what is not yet read is smaller than the largest record.
    const fn is_small(&self) -> bool {
        self.end - self.start <= self.max_record
    }

    /// Copies the text that is not yet read into a temporary file.
    fn copied(mut self) -> io::Result<File> {
        let mut file = tempfile::tempfile()?;
        file.write_all(self.unread())?;
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        io::copy(&mut self.text.source, &mut file)?;
        Ok(file)
    }

    /// The text that was read and is not yet split into parts.
    pub(crate) fn unread(&self) -> &[u8] {
        self.block.get(self.start..self.end).unwrap_or_default()
    }

    /// Reads more of the log, after the bytes that are not yet split into records.
    fn fill(&mut self) {
        self.block.copy_within(self.start..self.end, 0);
        self.offset += self.start as u64;
        self.end -= self.start;
        self.start = 0;
        if self.end == self.block.len() {
            // A record that is too large takes no more memory than the largest one.
            let twice = self.block.len() * 2;
            let length = if twice < self.max_record { twice } else { self.max_record.saturating_add(BLOCK) };
            let length = length.min(twice.saturating_add(BLOCK));
            self.block.reserve_exact(length.saturating_sub(self.end));
            self.block.resize(length, 0);
        }
        // A pipe returns little at a time. The block is filled before the next attempt to find a record.
        while self.end < self.block.len() && !self.is_last {
            let free = self.block.get_mut(self.end..).unwrap_or_default();
            match self.text.source.read(free) {
                Ok(count) => {
                    self.is_last = count == 0;
                    self.end += count;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.is_last = true;
                    self.failure = Some(error);
                }
            }
        }
    }

    /// The length of the next part, which ends where a record ends; 0 where no record is complete yet.
    fn complete(&self) -> usize {
        let unread = self.unread();
        if self.is_last && self.failure.is_none() {
            unread.len()
        } else {
            boundary(self.format, unread).unwrap_or_else(|| records(self.format, unread))
        }
    }

    /// The next part of the log, in exchange for a free buffer; `None` at the end of the log.
    pub(crate) fn block(&mut self, spare: Block) -> io::Result<Option<Block>> {
        let mut length = self.complete();
        while length == 0 && !self.is_last {
            if !self.is_small() {
                return Ok(Some(self.too_large(spare)));
            }
            self.fill();
            length = self.complete();
        }
        if length == 0 {
            self.start = self.end;
            return self.failure.take().map_or(Ok(None), Err);
        }
        let mut buffer = spare.buffer;
        let rest = self.block.get(self.start + length..self.end).unwrap_or_default();
        buffer.resize(BLOCK.max(rest.len()), 0);
        buffer.get_mut(..rest.len()).unwrap_or_default().copy_from_slice(rest);
        let (start, end) = (self.start, self.start + length);
        (self.start, self.end) = (0, rest.len());
        let offset = self.offset + start as u64;
        self.offset += end as u64;
        let buffer = core::mem::replace(&mut self.block, buffer);
        Ok(Some(Block { buffer, start, end, offset, ..self.empty() }))
    }

    /// A part of the log without text.
    fn empty(&self) -> Block {
        Block {
            format: Some(self.format),
            max_record: self.max_record,
            bytes_read: self.bytes_read.load(Ordering::Relaxed),
            ..Block::default()
        }
    }

    /// Skips a record that is too large, and keeps nothing of it.
    fn too_large(&mut self, spare: Block) -> Block {
        let offset = self.offset + self.start as u64;
        let call = call_of(self.format, self.unread());
        let (mut skip, mut lines) = (Skip::new(self.format), 0);
        loop {
            let (length, has_ended) = skip.pass(self.unread(), self.is_last);
            lines += newlines(self.unread().get(..length).unwrap_or_default());
            self.start += length;
            if has_ended {
                break;
            }
            self.fill();
        }
        Block { buffer: spare.buffer, too_large: Some(TooLarge { lines, call }), offset, ..self.empty() }
    }
}

/// The call that an event names in its beginning.
fn call_of(format: Format, beginning: &[u8]) -> Option<CallId> {
    let beginning = beginning.get(..BEGINNING.min(beginning.len()))?;
    (format == Format::Events).then(|| Recorded::call_of(beginning)).flatten()
}

fn identity(path: &Path) -> Option<Identity> {
    let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    #[cfg(unix)]
    return Some(Identity::Number(metadata.dev(), metadata.ino()));
    #[cfg(not(unix))]
    return fs::canonicalize(path).ok().map(Identity::Path);
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
