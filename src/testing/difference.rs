//! The first difference between two values, in a few words instead of two pages.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Debug;

/// The place of the first difference between the `Debug` output of two values, and what each has there.
pub(super) fn difference(ours: &impl Debug, theirs: &impl Debug) -> String {
    let (ours, theirs) = (format!("{ours:#?}"), format!("{theirs:#?}"));
    let mut place: Vec<&str> = Vec::new();
    let (mut ours, mut theirs) = (ours.lines(), theirs.lines());
    loop {
        match (ours.next(), theirs.next()) {
            (None, None) => return "no difference that can be shown".into(),
            (Some(one), Some(other)) if one == other => {
                let depth = one.chars().take_while(|it| *it == ' ').count() / 4;
                place.truncate(depth);
                place.push(one.trim().trim_end_matches(['{', '[', '(', ' ', ':']));
            }
            (one, other) => {
                let shown = |line: Option<&str>| String::from(line.map_or("nothing", str::trim));
                // The line before is not an enclosing one if it is as deep as this one.
                let depth = one.or(other).map_or(0, |it| it.chars().take_while(|it| *it == ' ').count() / 4);
                place.truncate(depth);
                return format!("{}: `{}` and `{}`", place.join(" > "), shown(one), shown(other));
            }
        }
    }
}
