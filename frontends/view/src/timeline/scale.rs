//! The positions of the steps on the time axis.

use callfold::jiff::Timestamp;

use crate::history::steps::CallHistory;

/// The distance between two steps at the least, where there is enough room.
const NEAR: f64 = 13.0;
/// The width of a shortened pause, where there is enough room.
const SHORTENED: f64 = 74.0;
/// A pause below this number of seconds is never shortened.
const PAUSE: f64 = 10.0;

/// The part of the axis between two steps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    /// The time between the steps in seconds.
    pub(super) pause: f64,
    pub(super) is_shortened: bool,
}

/// The positions of the steps, and how times map to them.
pub(super) struct Scale {
    pub(super) places: Vec<f64>,
    /// The part of the axis after each step except the last.
    pub(super) stretches: Vec<Stretch>,
    /// The time of each step, in seconds since the first time; `None` before the first time.
    pub(super) elapsed: Vec<Option<f64>>,
    /// Pixels per second on the linear parts.
    pub(super) pace: f64,
    first: Option<Timestamp>,
}

impl Scale {
    pub(super) fn of(history: &CallHistory, from: f64, to: f64) -> Self {
        let times = history.times();
        let first = times.iter().flatten().next().copied();
        let since = |time: &Option<Timestamp>| Some(seconds(first?, (*time)?));
        let elapsed: Vec<_> = times.iter().map(since).collect();
        let stretches = stretches(&elapsed, to - from);
        let pace = pace(&stretches, to - from);
        let widths = Widths::of(&stretches, pace, to - from);
        let mut places = vec![from];
        let mut at = from;
        for stretch in &stretches {
            at += widths.width(*stretch);
            places.push(at.min(to));
        }
        Self { places, stretches, elapsed, pace, first }
    }

    pub(super) const fn is_timed(&self) -> bool {
        self.first.is_some()
    }

    pub(super) fn at(&self, step: usize) -> f64 {
        let place = self.places.get(step).or_else(|| self.places.last());
        place.copied().unwrap_or_default()
    }

    pub(super) fn last(&self) -> f64 {
        self.at(self.places.len())
    }

    /// A time in seconds since the first time.
    pub(super) fn since(&self, time: Timestamp) -> Option<f64> {
        Some(seconds(self.first?, time))
    }

    /// The time from the first time to the last, in seconds.
    pub(super) fn duration(&self) -> f64 {
        self.elapsed.iter().flatten().last().copied().unwrap_or_default()
    }

    /// The position of a time, which can be between two steps; `None` outside of the axis.
    pub(super) fn at_time(&self, time: Timestamp) -> Option<f64> {
        self.at_elapsed(self.since(time)?)
    }

    /// The position of a time in seconds since the first time.
    pub(super) fn at_elapsed(&self, time: f64) -> Option<f64> {
        let timed = self.elapsed.iter().position(Option::is_some)?;
        let after = self.elapsed.partition_point(|one| one.is_none_or(|one| one < time)).max(timed);
        let (later, x) = (self.elapsed.get(after).copied()??, *self.places.get(after)?);
        if later == time {
            return Some(x);
        }
        let before = after.checked_sub(1).filter(|before| *before >= timed)?;
        let (earlier, left) = (self.elapsed.get(before).copied()??, *self.places.get(before)?);
        Some(left + (x - left) * (time - earlier) / (later - earlier))
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

/// The parts of the axis. Where one of two steps has no time, the pause between them counts as zero.
fn stretches(elapsed: &[Option<f64>], room: f64) -> Vec<Stretch> {
    let later = elapsed.iter().skip(1);
    let pause = |(before, after): (&Option<f64>, &Option<f64>)| match (before, after) {
        (Some(before), Some(after)) => after - before,
        _ => 0.0,
    };
    let stretch = |pause| Stretch { pause, is_shortened: false };
    let mut stretches: Vec<_> = elapsed.iter().zip(later).map(pause).map(stretch).collect();
    while is_crowded(&stretches, room) && shorten_pauses(&mut stretches, room) {}
    stretches
}

/// True where more than a third of the pauses are so short that they need the minimum distance.
fn is_crowded(stretches: &[Stretch], room: f64) -> bool {
    let pace = pace(stretches, room);
    let near = near(stretches, room);
    let crowded = stretches.iter().filter(|one| !one.is_shortened && one.pause * pace < near);
    crowded.count() * 3 > stretches.len()
}

/// Shortens the pauses that are far longer than the others; false where there are none.
fn shorten_pauses(stretches: &mut [Stretch], room: f64) -> bool {
    let pace = pace(stretches, room);
    let linear: Vec<_> = stretches.iter().filter(|one| !one.is_shortened).map(|one| one.pause).collect();
    let mean = linear.iter().sum::<f64>() / (linear.len().max(1) as f64);
    let mut is_any = false;
    for one in stretches.iter_mut().filter(|one| !one.is_shortened) {
        one.is_shortened = one.pause >= PAUSE && one.pause > 4.0 * mean && one.pause * pace > 2.0 * SHORTENED;
        is_any |= one.is_shortened;
    }
    is_any
}

/// The minimum distance between two steps. Where there are many steps, the minimum distances take half of the room.
fn near(stretches: &[Stretch], room: f64) -> f64 {
    NEAR.min(room / 2.0 / (stretches.len().max(1) as f64))
}

/// The width of a shortened pause.
fn shortened(stretches: &[Stretch], room: f64) -> f64 {
    let count = stretches.iter().filter(|one| one.is_shortened).count().max(1);
    SHORTENED.min(room * 0.4 / (count as f64))
}

/// The widths that the parts of an axis have in common.
struct Widths {
    pace: f64,
    near: f64,
    shortened: f64,
    even: f64,
}

impl Widths {
    fn of(all: &[Stretch], pace: f64, room: f64) -> Self {
        Self { pace, near: near(all, room), shortened: shortened(all, room), even: even(all, room) }
    }

    fn width(&self, one: Stretch) -> f64 {
        match one.is_shortened {
            true => self.shortened,
            false if self.pace == 0.0 => self.even,
            false => (one.pause * self.pace).max(self.near),
        }
    }
}

/// The width of each part where no time passes in the parts that are not shortened.
fn even(all: &[Stretch], room: f64) -> f64 {
    let count = all.iter().filter(|one| one.is_shortened).count();
    (room - shortened(all, room) * (count as f64)) / ((all.len() - count).max(1) as f64)
}

/// The pixels per second that fill the room; 0 where no time passes.
fn pace(stretches: &[Stretch], room: f64) -> f64 {
    let linear: Vec<_> = stretches.iter().filter(|one| !one.is_shortened).map(|one| one.pause).collect();
    let whole: f64 = linear.iter().sum();
    if whole <= 0.0 {
        return 0.0;
    }
    let count = stretches.len() - linear.len();
    let room_left = room - shortened(stretches, room) * (count as f64);
    let near = near(stretches, room);
    let filled = |pace: f64| linear.iter().map(|pause| (pause * pace).max(near)).sum::<f64>();
    let (mut low, mut high) = (0.0, room_left / whole);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if filled(middle) > room_left { high = middle } else { low = middle }
    }
    low
}
