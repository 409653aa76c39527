//! How long ago calls ended.

use std::io;
use std::str::FromStr;

use callfold::jiff::tz::TimeZone;
use callfold::jiff::{Span, Timestamp};

/// A time before now.
#[derive(Clone, Copy, Debug)]
pub(super) struct Age(Span);

impl FromStr for Age {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let age =
            text.parse().map(Self).map_err(|_| "an age is written as 30d, 6 months or P30D".to_owned())?;
        if age.0.is_negative() { Err("an age is no negative duration".into()) } else { Ok(age) }
    }
}

impl Age {
    /// The second that was this long ago. A day has 24 hours, and months are those of the calendar in UTC.
    pub(super) fn ago(self) -> io::Result<Timestamp> {
        #[expect(clippy::disallowed_methods, reason = "the command asks what ended before now")]
        let now = Timestamp::now();
        let ago = now.to_zoned_datetime(TimeZone::UTC).checked_sub(self.0);
        let ago = ago.and_then(|ago| Timestamp::from_second(ago.timestamp().as_second()));
        ago.map_err(|error| io::Error::other(format!("the age is too long: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::Age;

    #[test]
    fn an_age_is_a_duration_of_iso_8601_or_a_friendly_one() {
        for text in ["30d", "P30D", "6 months", "1y", "PT12H", "0s", "2w 3d"] {
            text.parse::<Age>().unwrap().ago().unwrap();
        }
        for text in ["", "30", "-1d", "-P1D", "yesterday"] {
            assert!(text.parse::<Age>().is_err(), "{text}");
        }
        assert!("19000y".parse::<Age>().unwrap().ago().is_err());
    }
}
