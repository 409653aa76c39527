//! Values that are stored and serialised, but never shown in messages.

use core::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// A value that is serialised unchanged, and that `Debug` never shows.
///
/// Graph puts tokens and passcodes into ordinary members: `tokenMeetingInfo.token`,
/// `recordOperation.recordingAccessToken`, `joinMeetingIdMeetingInfo.passcode`. A host (the program that
/// embeds this crate) needs these values back from its log. Nobody needs them in a message.
///
/// ```
/// use callfold::Secret;
///
/// let token = Secret::new("eyJ0".to_owned());
/// assert_eq!(format!("{token:?}"), "Secret(…)");
/// assert_eq!(token.expose(), "eyJ0");
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Hides a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// Returns the hidden value. No other method returns the value, so a search for `expose` finds every use.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

/// The error of a failed deserialization does not quote the value.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self).map_err(|_| D::Error::custom("a secret of the wrong type"))
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
