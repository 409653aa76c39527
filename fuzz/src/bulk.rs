//! The bulk replay compared with the plain replay.

use std::sync::LazyLock;

use callfold::log::Format;
use callfold::{Bulk, Call, CallId, Finding, Moment, Recorded, Replay, Summary};

use crate::calls::{LOG, in_every_state};

/// A plain replay and bulk replays of the same log: one bulk replay of all calls, and two of one part each.
#[derive(Clone)]
struct Pair {
    replay: Replay,
    undivided: Bulk,
    parts: [Bulk; 2],
}

impl Pair {
    /// The replays after the log of `calls.rs`, from which the bulk replays have learned the shapes of the
    /// lines.
    fn new(view: impl Fn(Replay) -> Replay, view_of_bulk: impl Fn(Bulk) -> Bulk) -> Self {
        let two = 2.try_into().expect("it is not zero");
        let mut pair = Self {
            replay: view(Replay::new()),
            undivided: view_of_bulk(Bulk::new()),
            parts: [0, 1].map(|index| view_of_bulk(Bulk::new().part(index, two))),
        };
        LOG.lines().for_each(|line| pair.line(line.as_bytes()));
        pair
    }

    fn line(&mut self, line: &[u8]) {
        let plain = self.replay.record(Format::Events, line, |_| {});
        let undivided = first_of_more(&mut self.undivided, line);
        let parts: Vec<Finding> = self.parts.iter_mut().flat_map(|part| part.line(line)).collect();
        let text = String::from_utf8_lossy(line);
        assert_eq!(undivided, plain, "of {text}");
        assert_eq!(parts, plain, "in parts, of {text}");
    }

    fn end(mut self) {
        let plain = self.replay.finish(|_| {});
        assert_eq!(self.undivided.finish(), plain, "at the end");
        let mut parts: Vec<Finding> = self.parts.iter_mut().flat_map(Bulk::finish).collect();
        parts.sort_by_key(|finding| finding.call);
        assert_eq!(parts, plain, "at the end, in parts");
        let [one, other] = &self.parts;
        for events in [self.undivided.events(), one.events() + other.events()] {
            assert_eq!(events, self.replay.events());
        }
        let plain: Vec<_> = self.replay.calls().map(|call| reported(&Summary::from(call))).collect();
        assert_eq!(reported_of([&self.undivided]), plain);
        assert_eq!(reported_of([one, other]), plain);
    }
}

/// The findings of the first line of a longer log. The replay must end the line where it ends.
fn first_of_more(bulk: &mut Bulk, line: &[u8]) -> Vec<Finding> {
    if line.is_empty() || line.contains(&b'\n') || line.trim_ascii() != line {
        return bulk.line(line);
    }
    let mut findings = Vec::new();
    let length = bulk.first_line(&[line, b"\n", line].concat(), &mut findings);
    assert_eq!(length, line.len() + 1, "the end of the line");
    findings
}

fn reported_of<const N: usize>(bulks: [&Bulk; N]) -> Vec<String> {
    let mut calls: Vec<_> = bulks.into_iter().flat_map(Bulk::calls).collect();
    calls.sort_by_key(Summary::id);
    calls.iter().map(reported).collect()
}

/// All values of a summary, as text.
fn reported(summary: &Summary<'_>) -> String {
    let result = summary.result_info().map(|result| serde_json::to_string(result).expect("it is written"));
    let operations: Vec<_> = summary.operations().collect();
    let tones: Vec<_> = summary.tones().collect();
    let begun = (summary.id(), summary.state(), summary.revision(), summary.first_at(), summary.last_at());
    let outline = (summary.direction(), summary.audio(), result, summary.termination_reason());
    format!("{begun:?} {outline:?} {operations:?} {} {tones:?}", summary.participants())
}

/// Three pairs: a replay of all events, one up to a revision, and one of a single call.
fn pairs() -> &'static [Pair] {
    static PAIRS: LazyLock<[Pair; 3]> = LazyLock::new(|| {
        let (until, only) = (Moment::Revision(4), in_every_state().calls().map(Call::id).nth(3));
        let only = only.expect("there are more calls");
        [
            Pair::new(|replay| replay, |bulk| bulk),
            Pair::new(move |replay| replay.until(until), move |bulk| bulk.until(until)),
            Pair::new(move |replay| replay.only(only), move |bulk| bulk.only(only)),
        ]
    });
    &*PAIRS
}

fn agree(log: &[Vec<u8>]) {
    for pair in pairs() {
        let mut pair = pair.clone();
        log.iter().for_each(|line| pair.line(line));
        pair.end();
    }
}

/// The input is a log. Both replays must give the same findings and summaries, also for a second call with
/// the same lines, whose shapes are learned by then.
pub fn bulk(input: &[u8]) {
    let lines = input.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let lines: Vec<_> = lines.filter(|line| !line.is_empty()).map(Vec::from).collect();
    let others = lines.iter().map(|line| of_another(line));
    agree(&lines.iter().cloned().chain(others).collect::<Vec<_>>());
}

/// The line with the id of another call, which is in the other part. It is in the canonical form if it can be
/// read.
fn of_another(line: &[u8]) -> Vec<u8> {
    let text = core::str::from_utf8(line).ok();
    let canonical = text.and_then(|line| line.parse::<Recorded>().ok()).map(|recorded| recorded.to_string());
    let mut line = canonical.map_or_else(|| line.to_vec(), String::into_bytes);
    if let Some(at) = line.windows(CALL.len()).position(|text| text == CALL)
        && let Some(digit) = line.get_mut(at + CALL.len())
    {
        *digit = if *digit == b'0' { b'1' } else { b'0' };
    }
    line
}

const CALL: &[u8] = br#""call":""#;

/// A call with known lines, one of which has some changed bytes. The first byte of the input is the number of
/// that line. Each further change has three bytes: two for the position, and one for the new value.
pub fn shapes(input: &[u8]) {
    let Some((number, changes)) = input.split_first() else { return };
    let lines: Vec<_> = LOG.lines().collect();
    let changed = usize::from(*number) % lines.len();
    let call: CallId = call_of(lines[changed]);
    let log = lines.iter().enumerate().filter(|(_, line)| call_of(line) == call);
    let log = log.map(|(index, line)| {
        let mut line = of_another(line.as_bytes());
        if index == changed {
            for change in changes.as_chunks::<3>().0 {
                let place = usize::from(u16::from_le_bytes([change[0], change[1]])) % line.len();
                line[place] = change[2];
            }
        }
        line
    });
    agree(&log.collect::<Vec<_>>());
}

fn call_of(line: &str) -> CallId {
    line.parse::<Recorded>().expect("it was read before").call
}
