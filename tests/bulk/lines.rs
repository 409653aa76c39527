//! Handwritten lines in the canonical layout.

use super::agreement::{Log, agree};
use callfold::Recorded;

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

/// Checks that both replays agree on these lines.
#[track_caller]
pub(super) fn agree_on_lines<L: AsRef<str>>(lines: impl IntoIterator<Item = L>) {
    agree(&Log::of(lines.into_iter().map(|line| line.as_ref().to_owned())));
}

/// Checks a log of two calls. The bulk replay learns the shapes of the first call; the second call has the
/// same lines except for one. All lines then follow once more, unchanged and in the canonical form.
#[track_caller]
pub(super) fn agree_on_changed(usual: &[(&str, &str)], at: usize, non_canonical: &str) {
    let non_canonical = non_canonical
        .replace("CALL", "57dab802-894c-409a-b240-bd8beae78896")
        .replace("REV", &(at + 1).to_string());
    let mut second = lines(2, usual);
    second.splice(at..=at, [non_canonical]);
    let canonical = second.iter().filter_map(|line| Some(line.parse::<Recorded>().ok()?.to_string()));
    let again: Vec<_> = second.iter().cloned().chain(canonical).collect();
    agree_on_lines(lines(1, usual).into_iter().chain(second).chain(again).chain(lines(3, usual)));
}
