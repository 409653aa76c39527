//! Where the entries of an SDK log begin.

use jiff::Timestamp;

use super::written::Written;
use crate::time::At;

/// The characters with which an entry begins, behind any prefix of another logger.
const MARK: &[u8] = b"$>";

/// The greatest length of such a prefix.
const PREFIX: usize = 256;

/// The levels of an entry.
const LEVELS: [&[u8]; 4] = [b"Info: ", b"Verbose: ", b"Warning: ", b"Error: "];

/// The beginning of an entry.
pub(super) struct Head {
    /// Where its time begins.
    pub(super) time: usize,
    /// Where the text of an entry of 2019 begins. It has no file and no method, and no lines that say what it traces.
    pub(super) text_of_2019: Option<usize>,
}

impl Head {
    /// The head of an entry without a prefix.
    pub(super) const OF_PLAIN: Self = Self { time: MARK.len(), text_of_2019: None };

    /// Where its `$>` begins. An entry of 2019 has none.
    pub(super) const fn mark(&self) -> Option<usize> {
        self.time.checked_sub(MARK.len())
    }

    /// Reads the head of an entry: `$>TIME LEVEL: FILE:LINE METHOD` behind any prefix, or `TIME: LEVEL: ` as in 2019.
    /// `None` if the text does not begin with one.
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        if text.starts_with(MARK) {
            return Some(Self::OF_PLAIN);
        }
        Self::of_2019(text).or_else(|| Self::behind_a_prefix(text))
    }

    /// The time of the entry.
    pub(super) fn time(&self, text: &[u8]) -> Option<Timestamp> {
        At::read(self.time_as_text(text)?)
    }

    /// The time of the entry, also if it has no offset.
    pub(super) fn written(&self, text: &[u8]) -> Option<Written> {
        let local = || self.time_as_text(text)?.parse().ok().map(Written::Local);
        self.time(text).map(Written::Received).or_else(local)
    }

    fn time_as_text<'t>(&self, text: &'t [u8]) -> Option<&'t str> {
        let time = text.get(self.time..)?.split(u8::is_ascii_whitespace).next()?;
        core::str::from_utf8(time.strip_suffix(b":").unwrap_or(time)).ok()
    }

    fn of_2019(text: &[u8]) -> Option<Self> {
        let near = text.get(..PREFIX).unwrap_or(text);
        let line = near.split(|byte| is_line_end(*byte)).next()?;
        let end = begins_with_date(line).then(|| memchr::memchr(b'Z', line))??;
        let after = text.get(end..)?.strip_prefix(b"Z: ")?;
        let level = LEVELS.iter().find(|level| after.starts_with(level))?;
        Some(Self { time: 0, text_of_2019: Some(end + 3 + level.len()) })
    }

    fn behind_a_prefix(text: &[u8]) -> Option<Self> {
        let near = text.get(..PREFIX + MARK.len()).unwrap_or(text);
        let line = near.split(|byte| is_line_end(*byte)).next()?;
        let mut marks = memchr::memmem::find_iter(line, MARK);
        let is_head =
            |at: &usize| begins_with_date(text.get(at + MARK.len()..)?).then(|| line.get(..*at)).flatten();
        let mark = marks.find(|at| is_head(at).is_some_and(|prefix| !ends_in_string(prefix)))?;
        Some(Self { time: mark + MARK.len(), text_of_2019: None })
    }
}

/// The offset of the first entry after the beginning of a block.
pub(super) fn next(block: &[u8]) -> Option<usize> {
    candidates(block).find(|start| block.get(*start..).is_some_and(|line| Head::of(line).is_some()))
}

/// The beginnings of the lines that may be heads. Each line is named once, however many marks are in it: a line whose
/// beginning is no head has none.
fn candidates(block: &[u8]) -> impl Iterator<Item = usize> {
    let mut seen = 0;
    // Every head has one of these bytes, and few other lines have one.
    memchr::memchr2_iter(b'$', b'Z', block).filter_map(move |at| {
        let rest = block.get(at..).filter(|_| at >= seen)?;
        if !rest.starts_with(MARK) && !rest.starts_with(b"Z: ") {
            return None;
        }
        seen = at + memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let near = at.saturating_sub(PREFIX + 1);
        let line_end = block.get(near..at)?.iter().rposition(|byte| is_line_end(*byte))?;
        Some(near + line_end + 1)
    })
}

const fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn begins_with_date(text: &[u8]) -> bool {
    let Some(date) = text.first_chunk::<11>() else { return false };
    let is_dash = |at: usize| at == 4 || at == 7;
    date.iter().enumerate().all(|(at, byte)| match byte {
        b'-' => is_dash(at),
        b'T' => at == 10,
        digit => digit.is_ascii_digit() && !is_dash(at) && at < 10,
    })
}

/// True if a text ends inside a string of JSON.
fn ends_in_string(text: &[u8]) -> bool {
    let (is_inside, _) = text.iter().fold((false, false), |(is_inside, is_escaped), byte| match byte {
        b'"' if !is_escaped => (!is_inside, false),
        b'\\' => (is_inside, !is_escaped),
        _ => (is_inside, false),
    });
    is_inside
}
