//! Values that are carried but never shown.

use core::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// A value that serialises as it is and never shows in `Debug`.
///
/// Graph puts bearer-like values into ordinary members: `tokenMeetingInfo.token`,
/// `recordOperation.recordingAccessToken`, `joinMeetingIdMeetingInfo.passcode`. A host needs them back from
/// its log; nobody needs them in a message.
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
    ///
    /// ```
    /// # use callfold::Secret;
    /// let pin = Secret::new(1234);
    /// # assert_eq!(*pin.expose(), 1234);
    /// ```
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The hidden value: the one way to it, so that a search for `expose` finds every use.
    ///
    /// ```
    /// # use callfold::Secret;
    /// assert_eq!(*Secret::new(1234).expose(), 1234);
    /// ```
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

/// An error says nothing of the value.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Secret<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self).map_err(|_| D::Error::custom("a secret of another shape"))
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
