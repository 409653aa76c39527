//! Handwritten lines in the canonical layout.

use super::agreement::{Log, agree};

/// A line of a call. Each revision has its own second.
pub(super) fn line(call: u8, revision: u64, name: &str, data: &str) -> String {
    let (hour, minute, second) = (9 + revision / 3600, revision / 60 % 60, revision % 60);
    let at = format!("2026-11-23T{hour:02}:{minute:02}:{second:02}.250Z");
    timed(call, revision, &at, name, data)
}

pub(super) fn timed(call: u8, revision: u64, at: &str, name: &str, data: &str) -> String {
    let call = format!("57dab8{call:02x}-894c-409a-b240-bd8beae78896");
    format!(r#"{{"v":1,"call":"{call}","rev":{revision},"at":"{at}","type":"{name}","data":{data}}}"#)
}

/// The lines of a call, numbered from 1.
pub(super) fn lines(call: u8, reported: &[(&str, &str)]) -> Vec<String> {
    (1..).zip(reported).map(|(revision, (name, data))| line(call, revision, name, data)).collect()
}

/// Checks that both replays agree on these lines, and on the same lines twice.
#[track_caller]
pub(super) fn agree_on_lines<L: AsRef<str>>(lines: impl IntoIterator<Item = L>) {
    let lines: Vec<_> = lines.into_iter().map(|line| line.as_ref().to_owned()).collect();
    agree(&Log::of(lines.clone()));
    agree(&Log::of([&lines[..], &lines].concat()));
}
