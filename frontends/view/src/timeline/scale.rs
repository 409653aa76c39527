//! Where on the axis a step stands: in proportion to the time, where times are told.

use callfold::jiff::Timestamp;

use crate::story::Story;

/// A step has this much room before the next, where there is that much.
const NEAR: f64 = 13.0;
/// How wide a squeezed pause is, where there is room.
const SQUEEZED: f64 = 74.0;
/// A pause that is shorter is never squeezed: in seconds.
const PAUSE: f64 = 10.0;

/// What lies between two steps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stretch {
    /// In seconds.
    pub(super) pause: f64,
    pub(super) is_squeezed: bool,
}

/// The places of the steps.
pub(super) struct Scale {
    pub(super) places: Vec<f64>,
    /// What lies behind each step but the last.
    pub(super) stretches: Vec<Stretch>,
    /// How long after the first time each step was told; `None` before any time was.
    pub(super) elapsed: Vec<Option<f64>>,
    /// Pixels a second, where it is linear.
    pub(super) pace: f64,
    first: Option<Timestamp>,
}

impl Scale {
    pub(super) fn of(story: &Story, from: f64, to: f64) -> Self {
        let times = story.times();
        let first = times.iter().flatten().next().copied();
        let since = |time: &Option<Timestamp>| Some(seconds(first?, (*time)?));
        let elapsed: Vec<_> = times.iter().map(since).collect();
        let stretches = stretches(&elapsed, to - from);
        let pace = pace(&stretches, to - from);
        let mut places = vec![from];
        let mut at = from;
        for stretch in &stretches {
            at += width(*stretch, &stretches, pace, to - from);
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

    /// How long after the first time another is.
    pub(super) fn since(&self, time: Timestamp) -> Option<f64> {
        Some(seconds(self.first?, time))
    }

    /// How long it all took, in seconds.
    pub(super) fn whole(&self) -> f64 {
        self.elapsed.iter().flatten().last().copied().unwrap_or_default()
    }

    /// Where a time stands that may lie between two steps; `None` outside.
    pub(super) fn at_time(&self, time: Timestamp) -> Option<f64> {
        self.at_elapsed(self.since(time)?)
    }

    /// The same in seconds since the first time.
    pub(super) fn at_elapsed(&self, time: f64) -> Option<f64> {
        let reported = self.elapsed.iter().position(Option::is_some)?;
        let after = self.elapsed.partition_point(|one| one.is_none_or(|one| one < time)).max(reported);
        let (later, x) = (self.elapsed.get(after).copied()??, *self.places.get(after)?);
        if later == time {
            return Some(x);
        }
        let before = after.checked_sub(1).filter(|before| *before >= reported)?;
        let (earlier, left) = (self.elapsed.get(before).copied()??, *self.places.get(before)?);
        Some(left + (x - left) * (time - earlier) / (later - earlier))
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64()
}

/// Between steps of which one has no time, no time passes that we know of.
fn stretches(elapsed: &[Option<f64>], room: f64) -> Vec<Stretch> {
    let later = elapsed.iter().skip(1);
    let pause = |(before, after): (&Option<f64>, &Option<f64>)| match (before, after) {
        (Some(before), Some(after)) => after - before,
        _ => 0.0,
    };
    let stretch = |pause| Stretch { pause, is_squeezed: false };
    let mut stretches: Vec<_> = elapsed.iter().zip(later).map(pause).map(stretch).collect();
    while is_crowded(&stretches, room) && squeeze(&mut stretches, room) {}
    stretches
}

/// True where more than a third of what lies between steps would be stretched to be seen.
fn is_crowded(stretches: &[Stretch], room: f64) -> bool {
    let pace = pace(stretches, room);
    let near = near(stretches, room);
    let crowded = stretches.iter().filter(|one| !one.is_squeezed && one.pause * pace < near);
    crowded.count() * 3 > stretches.len()
}

/// Squeezes the pauses that are far longer than the others; false where there are none.
fn squeeze(stretches: &mut [Stretch], room: f64) -> bool {
    let pace = pace(stretches, room);
    let linear: Vec<_> = stretches.iter().filter(|one| !one.is_squeezed).map(|one| one.pause).collect();
    let mean = linear.iter().sum::<f64>() / (linear.len().max(1) as f64);
    let mut is_any = false;
    for one in stretches.iter_mut().filter(|one| !one.is_squeezed) {
        one.is_squeezed = one.pause >= PAUSE && one.pause > 4.0 * mean && one.pause * pace > 2.0 * SQUEEZED;
        is_any |= one.is_squeezed;
    }
    is_any
}

/// No step is nearer to the one before; where there are many, they share half of the room.
fn near(stretches: &[Stretch], room: f64) -> f64 {
    NEAR.min(room / 2.0 / (stretches.len().max(1) as f64))
}

fn squeezed(stretches: &[Stretch], room: f64) -> f64 {
    let count = stretches.iter().filter(|one| one.is_squeezed).count().max(1);
    SQUEEZED.min(room * 0.4 / (count as f64))
}

fn width(one: Stretch, all: &[Stretch], pace: f64, room: f64) -> f64 {
    match one.is_squeezed {
        true => squeezed(all, room),
        false if pace == 0.0 => even(all, room),
        false => (one.pause * pace).max(near(all, room)),
    }
}

/// The room of each where no time passes in any that is not squeezed.
fn even(all: &[Stretch], room: f64) -> f64 {
    let count = all.iter().filter(|one| one.is_squeezed).count();
    (room - squeezed(all, room) * (count as f64)) / ((all.len() - count).max(1) as f64)
}

/// Pixels a second that fill the room; 0 where no time passes.
fn pace(stretches: &[Stretch], room: f64) -> f64 {
    let linear: Vec<_> = stretches.iter().filter(|one| !one.is_squeezed).map(|one| one.pause).collect();
    let whole: f64 = linear.iter().sum();
    if whole <= 0.0 {
        return 0.0;
    }
    let count = stretches.len() - linear.len();
    let room_left = room - squeezed(stretches, room) * (count as f64);
    let near = near(stretches, room);
    let filled = |pace: f64| linear.iter().map(|pause| (pause * pace).max(near)).sum::<f64>();
    let (mut low, mut high) = (0.0, room_left / whole);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if filled(middle) > room_left { high = middle } else { low = middle }
    }
    low
}
