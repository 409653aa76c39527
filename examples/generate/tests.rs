//! Tests of generated logs: `cargo test --example generate`.

use callfold::{FindingKind, Recorded, Replay};

use crate::log::{Format, Log, Options, SHORTEST};

fn found(format: callfold::log::Format, options: Options) -> Vec<FindingKind> {
    let mut replay = Replay::new();
    let record = |line: String| replay.record(format, line.as_bytes(), |_| {});
    let mut findings: Vec<_> = Log::new(options).flat_map(record).collect();
    findings.extend(replay.finish(|_| {}));
    findings.iter().map(|finding| finding.kind).collect()
}

#[test]
fn every_line_is_in_the_layout_of_the_crate() {
    for line in Log::new(Options::new(50)) {
        let recorded: Recorded = line.parse().unwrap();
        assert_eq!(recorded.to_string(), line);
    }
}

#[test]
fn a_line_is_as_long_as_said() {
    let lengths: Vec<_> = Log::new(Options::new(200)).map(|line| line.len() + 1).collect();
    let average = lengths.iter().sum::<usize>() / lengths.len();
    assert_eq!(lengths.len(), 200 * 20);
    assert!((330..=340).contains(&average), "{average} bytes");
}

#[test]
fn there_is_nothing_to_find_in_a_course_of_any_length() {
    for events in SHORTEST..60 {
        let options = Options { events, ..Options::new(3) };
        assert_eq!(found(callfold::log::Format::Events, options), [], "{events} events");
        assert_eq!(Log::new(options).count() as u64, 3 * events);
    }
}

#[test]
fn there_is_nothing_to_find_in_the_notifications() {
    let options = Options { format: Format::Notifications, ..Options::new(50) };
    assert_eq!(found(callfold::log::Format::Notifications, options), []);
    assert_eq!(Log::new(options).count(), 50 * 12);
}

#[test]
fn of_repeats_and_late_lines_nothing_else_is_found() {
    let options = Options { repeats: 100, ..Options::new(50) };
    let duplicates = found(callfold::log::Format::Events, options);
    assert!(duplicates.iter().all(|kind| *kind == FindingKind::Duplicate));
    assert_eq!(duplicates.len(), Log::new(options).count() - 50 * 20);
    assert!(!duplicates.is_empty());

    let options = Options { reorders: 100, ..Options::new(50) };
    let late = found(callfold::log::Format::Events, options);
    assert!(late.iter().all(|kind| *kind == FindingKind::RevisionGap));
    assert_eq!(Log::new(options).count(), 50 * 20);
    assert!(!late.is_empty());
}
