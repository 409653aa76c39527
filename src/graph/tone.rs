//! The DTMF tones that participants send with the keys of a telephone.

use super::wire::declare::{open_enum, resource};

resource! {
    /// One DTMF tone that a participant sent. Source:
    /// [toneInfo](https://learn.microsoft.com/graph/api/resources/toneinfo).
    pub struct ToneInfo {
        /// The position of the tone in the order of all tones. It grows by one for each tone.
        sequence_id: i64 = "sequenceId",
        /// The key that belongs to the tone.
        tone: Tone = "tone",
    }
}

open_enum! {
    /// A key of a telephone keypad. Source:
    /// [toneInfo](https://learn.microsoft.com/graph/api/resources/toneinfo).
    pub enum Tone {
        Tone0 = "tone0",
        Tone1 = "tone1",
        Tone2 = "tone2",
        Tone3 = "tone3",
        Tone4 = "tone4",
        Tone5 = "tone5",
        Tone6 = "tone6",
        Tone7 = "tone7",
        Tone8 = "tone8",
        Tone9 = "tone9",
        Star = "star",
        Pound = "pound",
        A = "a",
        B = "b",
        C = "c",
        D = "d",
        Flash = "flash",
    }
}
