//! An index of the lines of event logs by call. Memory holds the place of each line, not the line itself. A place is an
//! offset in bytes, counted as if all logs were one file.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;

use callfold::CallId;
use callfold::uuid::Uuid;
use memchr::memmem::Finder;
use serde::Deserialize;

use crate::encoding::BYTE_ORDER_MARK;
use crate::input::Input;

/// How much of a log is read at once, in bytes.
const BLOCK: usize = 1 << 17;

/// How much is read at once for a single line, in bytes. Most lines are shorter.
const LINE: usize = 1 << 11;

/// The bytes before a display name, in the form that this crate and Graph write.
const NAME: &[u8] = br#""displayName":""#;

/// How a line begins that this crate wrote.
const BEGINNINGS: [&[u8]; 2] = [br#"{"v":1,"call":""#, br#"{"call":""#];

/// Reads single lines of the logs.
#[derive(Default)]
pub(crate) struct LineIndex {
    files: Vec<IndexedFile>,
    /// The place of each line, sorted by call.
    places: Vec<u64>,
}

struct IndexedFile {
    file: File,
    begin: u64,
}

/// An index that is being built.
pub(crate) struct Index {
    names: Finder<'static>,
    only: Option<CallId>,
    places: Vec<(CallId, u64)>,
    known: BTreeMap<Box<[u8]>, u32>,
    named: Vec<(CallId, u32)>,
}

/// A complete index, sorted by call.
pub(crate) struct SortedIndex {
    pub(crate) places: Vec<(CallId, u64)>,
    /// Every display name in the logs, once.
    pub(crate) names: Vec<String>,
    pub(crate) named: Vec<(CallId, u32)>,
}

/// Indexes the lines of event logs; with `only`, those of one call. Larger lines than `max_record` are left out.
pub(crate) fn index_logs(
    inputs: &[Input],
    only: Option<CallId>,
    max_record: usize,
) -> io::Result<(LineIndex, SortedIndex)> {
    let mut index = Index::new(only);
    let mut line_index = LineIndex::default();
    let mut begin = 0;
    // The replay reports the files that cannot be opened.
    for file in inputs.iter().filter_map(|input| input.file().ok()) {
        let end = index.log(&file, begin, max_record)?;
        line_index.files.push(IndexedFile { file, begin });
        begin = end;
    }
    Ok((line_index, index.sorted()))
}

impl Index {
    /// An empty index; with `only`, it takes the lines of that call and no others.
    pub(crate) fn new(only: Option<CallId>) -> Self {
        Self { names: Finder::new(NAME), only, places: Vec::new(), known: BTreeMap::new(), named: Vec::new() }
    }

    fn log(&mut self, file: &File, mut place: u64, max_record: usize) -> io::Result<u64> {
        let begin = place;
        let mut lines = BufReader::with_capacity(BLOCK, file);
        let mut line = Vec::new();
        // The line end can have two bytes.
        let most = max_record.saturating_add(2) as u64;
        while lines.by_ref().take(most).read_until(b'\n', &mut line)? > 0 {
            let rest = if line.ends_with(b"\n") { 0 } else { lines.skip_until(b'\n')? };
            let mark =
                if place == begin && line.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
            if line.trim_ascii().len() <= max_record && rest == 0 {
                self.line(line.get(mark..).unwrap_or_default(), place + mark as u64);
            }
            place += line.len() as u64 + rest as u64;
            line.clear();
        }
        Ok(place)
    }

    pub(crate) fn line(&mut self, line: &[u8], place: u64) {
        let Some(call) = call_of(line).filter(|call| self.only.is_none_or(|only| only == *call)) else {
            return;
        };
        self.places.push((call, place));
        let names = self.names.clone();
        for begin in names.find_iter(line) {
            let rest = line.get(begin + NAME.len()..).unwrap_or_default();
            if let Some(name) = until_quote(rest).filter(|name| !name.is_empty()) {
                self.name(call, name);
            }
        }
    }

    fn name(&mut self, call: CallId, name: &[u8]) {
        let next = self.known.len() as u32;
        let number = match self.known.get(name) {
            Some(number) => *number,
            None => *self.known.entry(name.into()).or_insert(next),
        };
        if self.named.last() != Some(&(call, number)) {
            self.named.push((call, number));
        }
    }

    pub(crate) fn sorted(mut self) -> SortedIndex {
        // Within a call, the places keep the order of the lines.
        self.places.sort_unstable();
        self.named.sort_unstable();
        self.named.dedup();
        let mut known: Vec<_> = self.known.into_iter().collect();
        known.sort_unstable_by_key(|(_, number)| *number);
        let names = known.into_iter().map(|(name, _)| unescaped(&name)).collect();
        SortedIndex { places: self.places, names, named: self.named }
    }
}

impl LineIndex {
    /// An index of one file, without places yet.
    pub(crate) fn of(file: File) -> Self {
        Self { files: vec![IndexedFile { file, begin: 0 }], places: Vec::new() }
    }

    pub(crate) fn set_places(&mut self, places: Vec<u64>) {
        self.places = places;
    }

    /// The lines at a range of places, in the order of the logs.
    pub(crate) fn lines(&self, range: &Range<usize>) -> impl Iterator<Item = io::Result<Vec<u8>>> {
        let places = self.places.get(range.clone()).unwrap_or_default();
        places.iter().map(|place| self.line(*place))
    }

    fn line(&self, place: u64) -> io::Result<Vec<u8>> {
        let after = self.files.partition_point(|indexed| indexed.begin <= place);
        let indexed = self.files.get(after.wrapping_sub(1)).ok_or(io::ErrorKind::NotFound)?;
        let mut file = &indexed.file;
        file.seek(SeekFrom::Start(place - indexed.begin))?;
        let mut line = Vec::new();
        BufReader::with_capacity(LINE, file).read_until(b'\n', &mut line)?;
        Ok(line)
    }
}

fn until_quote(text: &[u8]) -> Option<&[u8]> {
    let mut ends = memchr::memchr_iter(b'"', text);
    let is_escaped = |end: usize| {
        let backslashes = text.get(..end)?.iter().rev().take_while(|byte| **byte == b'\\').count();
        Some(backslashes % 2 == 1)
    };
    ends.find(|end| is_escaped(*end) == Some(false)).and_then(|end| text.get(..end))
}

fn unescaped(text: &[u8]) -> String {
    let quoted = [b"\"", text, b"\""].concat();
    serde_json::from_slice(&quoted).unwrap_or_else(|_| String::from_utf8_lossy(text).into_owned())
}

/// The call of a line. A line that this crate wrote has the id at a fixed place; any other line is parsed.
fn call_of(line: &[u8]) -> Option<CallId> {
    let rest = BEGINNINGS.iter().find_map(|beginning| line.strip_prefix(*beginning));
    let written = rest.and_then(|rest| rest.get(..36)).and_then(|id| Uuid::try_parse_ascii(id).ok());
    written.map(CallId::new).or_else(|| serde_json::from_slice::<Head>(line).ok()?.call())
}

#[derive(Deserialize)]
struct Head {
    call: Option<CallId>,
    subject: Option<CallId>,
}

impl Head {
    fn call(self) -> Option<CallId> {
        self.call.or(self.subject)
    }
}
