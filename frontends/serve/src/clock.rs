//! The clock of the service: real, faster or slower, or moved by hand.

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use callfold::jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How time passes for the service.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the three modes of the contract")]
pub enum ClockMode {
    /// As everywhere.
    #[default]
    Real,
    /// This many times as fast.
    Factor(f64),
    /// Time stands still until it is advanced.
    Manual,
}

impl FromStr for ClockMode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let factor =
            || text.strip_prefix('x')?.parse().ok().filter(|factor| (0.001..=1_000_000.0).contains(factor));
        match text {
            "real" => Ok(Self::Real),
            "manual" => Ok(Self::Manual),
            _ => factor().map(Self::Factor).ok_or_else(|| {
                format!("`{text}` is not a clock: use `real`, `manual`, or a factor from x0.001 to x1000000, such as `x10`")
            }),
        }
    }
}

impl fmt::Display for ClockMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Real => f.write_str("real"),
            Self::Factor(factor) => write!(f, "x{factor}"),
            Self::Manual => f.write_str("manual"),
        }
    }
}

impl Serialize for ClockMode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ClockMode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The clock. It never goes back.
#[derive(Debug)]
pub(crate) struct Clock(Mutex<Running>);

#[derive(Clone, Copy, Debug)]
struct Running {
    mode: ClockMode,
    /// The service's time at `since`.
    origin: Timestamp,
    since: Instant,
}

/// An error: the clock cannot be set to a time that has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CannotGoBack {
    pub(crate) now: Timestamp,
    pub(crate) asked: Timestamp,
}

impl fmt::Display for CannotGoBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { now, asked } = self;
        write!(
            f,
            "the clock cannot go back from {now} to {asked}: name a later time, or none, to go on from now"
        )
    }
}

/// When a manual clock begins, where nothing else is said.
pub(crate) const MANUAL_START: Timestamp = Timestamp::constant(1_767_225_600, 0);

#[expect(clippy::disallowed_methods, reason = "the service has a clock: this is it")]
fn instant() -> Instant {
    Instant::now()
}

/// The real time. Tokens and the times of network connections need it, whatever the clock of the service says.
#[expect(clippy::disallowed_methods, reason = "the service has a clock: this is it")]
pub(crate) fn real_now() -> Timestamp {
    // Events have times in milliseconds.
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

impl Running {
    fn now(&self) -> Timestamp {
        let factor = match self.mode {
            ClockMode::Manual => return self.origin,
            ClockMode::Real => 1.0,
            ClockMode::Factor(factor) => factor,
        };
        let passed = self.since.elapsed().as_secs_f64() * factor * 1000.0;
        // A clock that has come to the end of all times stands still there.
        self.origin.checked_add(SignedDuration::from_millis(passed as i64)).unwrap_or(Timestamp::MAX)
    }
}

impl Clock {
    pub(crate) fn new(mode: ClockMode, now: Timestamp) -> Self {
        Self(Mutex::new(Running { mode, origin: now, since: instant() }))
    }

    /// The time at which a clock of this mode begins.
    pub(crate) fn begin(mode: ClockMode) -> Timestamp {
        if mode == ClockMode::Manual { MANUAL_START } else { real_now() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.running().now()
    }

    pub(crate) fn mode(&self) -> ClockMode {
        self.running().mode
    }

    /// How long to wait in real time until the service's time comes; `None` on a manual clock.
    pub(crate) fn until(&self, time: Timestamp) -> Option<std::time::Duration> {
        let running = *self.running();
        let factor = match running.mode {
            ClockMode::Manual => return None,
            ClockMode::Real => 1.0,
            ClockMode::Factor(factor) => factor,
        };
        let left = time.duration_since(running.now()).as_secs_f64().max(0.0) / factor;
        // A day is long enough: who waits looks again.
        Some(std::time::Duration::from_secs_f64(left.min(86_400.0)))
    }

    /// Changes the mode, and moves the time on if one is given.
    pub(crate) fn set(&self, mode: ClockMode, to: Option<Timestamp>) -> Result<Timestamp, CannotGoBack> {
        let mut running = self.running();
        let now = running.now();
        let origin = to.unwrap_or(now);
        if origin < now {
            return Err(CannotGoBack { now, asked: origin });
        }
        *running = Running { mode, origin, since: instant() };
        Ok(origin)
    }

    /// Moves a manual clock on. A time that has passed changes nothing.
    pub(crate) fn move_to(&self, time: Timestamp) {
        let mut running = self.running();
        running.origin = running.origin.max(time);
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Running> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
