//! Formats times and durations.

use callfold::jiff::SignedDuration;

use crate::describe;

/// A number of seconds as a duration with tenths: `1:02.5`, `1:01:02.5`, `1d 01:01:02.5`.
pub(super) fn elapsed(seconds: f64) -> String {
    let tenths = (seconds * 10.0).round() as i64;
    format!("{}.{}", describe::duration(SignedDuration::from_secs(tenths / 10)), tenths % 10)
}

/// A duration in its two largest units: `1 h 5 min`.
pub(super) fn duration(seconds: f64) -> String {
    if seconds < 60.0 {
        return format!("{} s", (seconds * 10.0).round() / 10.0);
    }
    let whole = seconds.round() as u64;
    let (minutes, hours, days) = (whole / 60 % 60, whole / 3600 % 24, whole / 86400);
    let units = [(days, "d"), (hours, "h"), (minutes, "min"), (whole % 60, "s")];
    let largest =
        units.into_iter().skip_while(|(count, _)| *count == 0).take(2).filter(|(count, _)| *count > 0);
    largest.map(|(count, unit)| format!("{count} {unit}")).collect::<Vec<_>>().join(" ")
}

/// A duration in few letters, rounded to its largest unit: `65 min`.
pub(super) fn about(seconds: f64) -> String {
    let (length, unit) = match seconds {
        ..120.0 => (seconds, "s"),
        ..7200.0 => (seconds / 60.0, "min"),
        ..172_800.0 => (seconds / 3600.0, "h"),
        _ => (seconds / 86400.0, "d"),
    };
    format!("{} {unit}", length.round())
}

/// The smallest round step in seconds, from a tenth up, that is at least `least`.
pub(super) fn step(least: f64) -> f64 {
    const STEPS: [f64; 14] =
        [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0];
    let known = STEPS.into_iter().find(|step| *step >= least);
    known.unwrap_or_else(|| {
        let mut step = 3600.0;
        while step < least {
            step *= 2.0;
        }
        step
    })
}
