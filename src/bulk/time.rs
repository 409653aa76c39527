//! Times in eight bytes.

use jiff::Timestamp;

/// A time in nanoseconds since 1970, or no time. The range is from 1678 to 2262.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Time(i64);

impl Time {
    /// No time. It compares as earlier than every time.
    pub(super) const NONE: Self = Self(i64::MIN);

    pub(super) fn new(seconds: i64, nanosecond: i64) -> Option<Self> {
        let whole = seconds.checked_mul(1_000_000_000)?;
        Some(Self(whole.checked_add(nanosecond)?)).filter(|time| *time != Self::NONE)
    }

    /// A reported time, or no time; `None` if the time is out of range.
    pub(super) fn of(at: Option<Timestamp>) -> Option<Self> {
        match at {
            None => Some(Self::NONE),
            Some(at) => Self::new(at.as_second(), at.subsec_nanosecond().into()),
        }
    }

    pub(super) fn reported(self) -> Option<Timestamp> {
        if self == Self::NONE {
            return None;
        }
        Timestamp::from_nanosecond(self.0.into()).ok()
    }

    pub(super) fn or(self, other: Self) -> Self {
        if self == Self::NONE { other } else { self }
    }
}
