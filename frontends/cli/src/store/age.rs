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
        if has_bare_m(text) {
            return Err("`m` can be minutes or months; write `6 months`, or `6 minutes`".into());
        }
        let age =
            text.parse().map(Self).map_err(|_| "an age is written as 30d, 6 months or P30D".to_owned())?;
        if age.0.is_negative() { Err("an age is no negative duration".into()) } else { Ok(age) }
    }
}

/// True for a unit `m`, which people write for months, and libraries read as minutes. ISO 8601 tells them apart.
fn has_bare_m(text: &str) -> bool {
    let mut words = text.split(|char: char| !char.is_ascii_alphabetic());
    !text.starts_with(['P', 'p']) && words.any(|word| word.eq_ignore_ascii_case("m"))
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
        for text in ["30d", "P30D", "P6M", "6 months", "6mo", "30 minutes", "1y", "PT12H", "0s", "2w 3d"] {
            text.parse::<Age>().unwrap().ago().unwrap();
        }
        for text in ["", "30", "-1d", "-P1D", "yesterday", "6m", "1y 6 m", "6M"] {
            assert!(text.parse::<Age>().is_err(), "{text}");
        }
        assert!("19000y".parse::<Age>().unwrap().ago().is_err());
    }
}
