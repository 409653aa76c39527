//! Tones that a participant pressed.

use super::wire::{open_enum, resource};

resource! {
    /// One DTMF tone. Source: [toneInfo](https://learn.microsoft.com/graph/api/resources/toneinfo).
    pub struct ToneInfo {
        /// Counts up by one a tone; orders them.
        sequence_id: i64 = "sequenceId",
        /// The key.
        tone: Tone = "tone",
    }
}

open_enum! {
    /// A key of a telephone. Source: [toneInfo](https://learn.microsoft.com/graph/api/resources/toneinfo).
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
