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

/// The events of a replay without their times, which only an SDK log has.
fn replayed(format: callfold::log::Format, options: Options) -> Vec<String> {
    let (mut replay, mut events) = (Replay::new(), Vec::new());
    let mut keep = |recorded: &Recorded| {
        let mut recorded = recorded.clone();
        recorded.at = None;
        events.push(recorded.to_string());
    };
    for record in Log::new(options) {
        replay.record(format, record.as_bytes(), &mut keep);
    }
    replay.finish(&mut keep);
    events
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
fn an_sdk_log_replays_as_its_notifications_do() {
    for repeats in [0, 100] {
        let notifications = Options { format: Format::Notifications, repeats, ..Options::new(50) };
        let sdk_log = Options { format: Format::SdkLog, ..notifications };
        let of_notifications = replayed(callfold::log::Format::Notifications, notifications);
        let of_sdk_log = replayed(callfold::log::Format::SdkLog, sdk_log);
        assert_eq!(of_sdk_log.len(), of_notifications.len());
        for (entry, notification) in of_sdk_log.iter().zip(&of_notifications) {
            assert_eq!(entry, notification);
        }
        assert_eq!(
            found(callfold::log::Format::SdkLog, sdk_log),
            found(callfold::log::Format::Notifications, notifications)
        );
    }
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
