//! The first difference between two values, in a few words instead of two pages.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Debug;

/// The place of the first difference between the `Debug` output of two values, and what each has there.
pub(super) fn difference(ours: &impl Debug, theirs: &impl Debug) -> String {
    let (ours, theirs) = (format!("{ours:#?}"), format!("{theirs:#?}"));
    let same = ours.lines().zip(theirs.lines()).take_while(|(one, other)| one == other).count();
    let differ = ours.lines().nth(same).or_else(|| theirs.lines().nth(same)).unwrap_or_default();
    let mut place: Vec<&str> = Vec::new();
    for line in ours.lines().take(same).chain([differ]) {
        place.truncate(depth(line));
        place.push(line.trim().trim_end_matches(['{', '[', '(', ' ', ':']));
    }
    place.pop();
    place.retain(|name| !name.is_empty() && *name != "Some");
    format!("{}: `{}` and `{}`", place.join(" > "), shown(&ours, same), shown(&theirs, same))
}

fn depth(line: &str) -> usize {
    line.chars().take_while(|one| *one == ' ').count() / 4
}

/// The line with this index, and the one after it if the line only opens a bracket.
fn shown(text: &str, index: usize) -> String {
    let mut lines = text.lines().skip(index).map(str::trim);
    let line = lines.next().unwrap_or("nothing");
    let more = if line.ends_with(['{', '[', '(']) { lines.next().unwrap_or_default() } else { "" };
    format!("{line}{more}").trim_end_matches(',').into()
}
