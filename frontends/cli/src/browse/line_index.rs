//! All event lines, end to end, and where on them each call stands: a place a line, not the line, is kept in memory.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::ops::Range;

use callfold::CallId;
use callfold::uuid::Uuid;
use memchr::memmem::Finder;
use serde::Deserialize;

use crate::input::{BYTE_ORDER_MARK, Input};

/// How much of a log is read at once, bytes.
const BLOCK: usize = 1 << 17;

/// How much is read for one line: most are shorter, bytes.
const LINE: usize = 1 << 11;

/// What stands before a name, where it is written as this crate and Graph write it.
const NAME: &[u8] = br#""displayName":""#;

/// How a line begins, where this crate wrote it.
const BEGINNINGS: [&[u8]; 2] = [br#"{"v":1,"call":""#, br#"{"call":""#];

/// The lines of all calls.
#[derive(Default)]
pub(crate) struct LineIndex {
    files: Vec<IndexedFile>,
    /// Where lines begin, call by call.
    places: Vec<u64>,
}

struct IndexedFile {
    file: File,
    begin: u64,
}

/// Where each call stands, as it is being found out.
pub(crate) struct Index {
    names: Finder<'static>,
    only: Option<CallId>,
    places: Vec<(CallId, u64)>,
    known: BTreeMap<Box<[u8]>, u32>,
    named: Vec<(CallId, u32)>,
}

/// An index in the order of the calls.
pub(crate) struct Sorted {
    pub(crate) places: Vec<(CallId, u64)>,
    /// Every name that stands in the log, once.
    pub(crate) names: Vec<String>,
    pub(crate) named: Vec<(CallId, u32)>,
}

/// Looks for the calls of event logs. Gives where each log begins on the tape.
pub(crate) fn index_logs(inputs: &[Input], only: Option<CallId>) -> io::Result<(LineIndex, Sorted)> {
    let mut index = Index::new(only);
    let mut line_index = LineIndex::default();
    let mut begin = 0;
    // What cannot be opened is said by the replay.
    for file in inputs.iter().filter_map(|input| input.file().ok()) {
        let end = index.log(&file, begin)?;
        line_index.files.push(IndexedFile { file, begin });
        begin = end;
    }
    Ok((line_index, index.sorted()))
}

impl Index {
    /// Of one call alone, where one is given.
    pub(crate) fn new(only: Option<CallId>) -> Self {
        Self { names: Finder::new(NAME), only, places: Vec::new(), known: BTreeMap::new(), named: Vec::new() }
    }

    fn log(&mut self, file: &File, mut place: u64) -> io::Result<u64> {
        let begin = place;
        let mut lines = BufReader::with_capacity(BLOCK, file);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line)? > 0 {
            let mark =
                if place == begin && line.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
            self.line(line.get(mark..).unwrap_or_default(), place + mark as u64);
            place += line.len() as u64;
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

    pub(crate) fn sorted(mut self) -> Sorted {
        // What stands earlier comes first: a place says so.
        self.places.sort_unstable();
        self.named.sort_unstable();
        self.named.dedup();
        let mut known: Vec<_> = self.known.into_iter().collect();
        known.sort_unstable_by_key(|(_, number)| *number);
        let names = known.into_iter().map(|(name, _)| unescaped(&name)).collect();
        Sorted { places: self.places, names, named: self.named }
    }
}

impl LineIndex {
    /// A tape of one file.
    pub(crate) fn of(file: File) -> Self {
        Self { files: vec![IndexedFile { file, begin: 0 }], places: Vec::new() }
    }

    pub(crate) fn set_places(&mut self, places: Vec<u64>) {
        self.places = places;
    }

    /// The lines at these places, in the order of the logs.
    pub(crate) fn lines(&self, range: &Range<usize>) -> impl Iterator<Item = io::Result<Vec<u8>>> {
        let places = self.places.get(range.clone()).unwrap_or_default();
        places.iter().map(|place| self.line(*place))
    }

    fn line(&self, place: u64) -> io::Result<Vec<u8>> {
        let after = self.files.partition_point(|reel| reel.begin <= place);
        let reel = self.files.get(after.wrapping_sub(1)).ok_or(io::ErrorKind::NotFound)?;
        let mut file = &reel.file;
        file.seek(SeekFrom::Start(place - reel.begin))?;
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

/// The call that a line is about: by its beginning where it is this crate's own, by reading it where it is not.
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
