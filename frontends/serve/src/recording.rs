//! What was recorded, as a WAV: a tone while somebody speaks, and silence otherwise.

use std::f64::consts::TAU;
use std::ops::Range;
use std::time::Duration;

/// Samples a second.
const RATE: u32 = 16_000;

/// Bytes a second: a sample has 16 bits, and there is one channel.
const BYTES_PER_SECOND: u32 = 2 * RATE;

/// The length of the header.
const HEADER: u32 = 44;

/// The tone in Hertz.
const TONE: u32 = 440;

/// The tone repeats after this number of samples: eleven waves.
const PERIOD: usize = 400;

/// The highest sample of the tone: a thirtieth of the loudest.
const LOUDNESS: f64 = 1_000.0;

/// A recording: RIFF, PCM, 16 kHz, 16 bits, mono, as the recordings of Graph. Its bytes are computed when they are read, a
/// second at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recording {
    samples: u32,
    speech: Vec<Range<u32>>,
}

impl Recording {
    /// The longest recording: an hour, which is 115 MB. A longer one is cut.
    pub(crate) const LONGEST: Duration = Duration::from_secs(3600);

    /// A recording of this length, in which somebody speaks at these times from its beginning.
    pub(crate) fn new(length: Duration, speech: &[Range<Duration>]) -> Self {
        let speech = speech.iter().map(|part| samples(part.start)..samples(part.end)).collect();
        Self { samples: samples(length), speech }
    }

    /// The number of bytes.
    pub(crate) const fn size(&self) -> u64 {
        (HEADER + self.data_size()) as u64
    }

    /// The bytes: the header, and then a second in each part.
    pub(crate) fn chunks(&self) -> impl Iterator<Item = Vec<u8>> + Send + use<> {
        let period = period();
        let Self { samples, speech } = self.clone();
        let starts = (0..samples).step_by(RATE as usize);
        let seconds = starts.map(move |start| second(start..samples.min(start + RATE), &speech, &period));
        std::iter::once(self.header()).chain(seconds)
    }

    const fn data_size(&self) -> u32 {
        2 * self.samples
    }

    /// The header of [WAVE](https://www.mmsp.ece.mcgill.ca/Documents/AudioFormats/WAVE/WAVE.html).
    fn header(&self) -> Vec<u8> {
        let pcm_and_mono = [1_u16, 1].map(u16::to_le_bytes);
        let block_and_bits = [2_u16, 16].map(u16::to_le_bytes);
        [
            b"RIFF",
            &(HEADER - 8 + self.data_size()).to_le_bytes(),
            b"WAVE",
            b"fmt ",
            &16_u32.to_le_bytes(),
            pcm_and_mono.as_flattened(),
            &RATE.to_le_bytes(),
            &BYTES_PER_SECOND.to_le_bytes(),
            block_and_bits.as_flattened(),
            b"data",
            &self.data_size().to_le_bytes(),
        ]
        .concat()
    }
}

/// The number of samples in a time of at most [`Recording::LONGEST`].
fn samples(length: Duration) -> u32 {
    let length = length.min(Recording::LONGEST);
    let whole = u32::try_from(length.as_secs()).unwrap_or(u32::MAX);
    whole.saturating_mul(RATE).saturating_add(length.subsec_millis() * (RATE / 1000))
}

/// The samples of the tone until it repeats.
fn period() -> Vec<i16> {
    let sample = |at: usize| (TAU * f64::from(TONE) * at as f64 / f64::from(RATE)).sin() * LOUDNESS;
    (0..PERIOD).map(|at| sample(at).round() as i16).collect()
}

fn second(range: Range<u32>, speech: &[Range<u32>], period: &[i16]) -> Vec<u8> {
    let tone = period.iter().cycle().skip(range.start as usize % PERIOD);
    let speech: Vec<_> =
        speech.iter().filter(|part| part.start < range.end && range.start < part.end).collect();
    let is_spoken = |at: u32| speech.iter().any(|part| part.contains(&at));
    let samples = range.zip(tone).map(|(at, tone)| if is_spoken(at) { *tone } else { 0 });
    samples.flat_map(i16::to_le_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(recording: &Recording) -> Vec<u8> {
        recording.chunks().flatten().collect()
    }

    fn sample(bytes: &[u8], at: usize) -> i16 {
        i16::from_le_bytes([bytes[44 + 2 * at], bytes[45 + 2 * at]])
    }

    #[test]
    fn the_header_is_that_of_a_wave_file() {
        let header = Recording::new(Duration::from_secs(1), &[]).header();
        let expected =
            b"RIFF\x24\x7d\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data\0\x7d\0\0";
        assert_eq!(header, expected);
    }

    #[test]
    fn somebody_is_heard_only_while_they_speak() {
        let speech = [Duration::from_millis(900)..Duration::from_millis(1100)];
        let bytes = bytes(&Recording::new(Duration::from_millis(1500), &speech));
        let loudest = |range: Range<usize>| range.map(|at| sample(&bytes, at).unsigned_abs()).max();
        assert_eq!(loudest(0..14_400), Some(0));
        assert_eq!(loudest(14_400..17_600), Some(1000));
        assert_eq!(loudest(17_600..24_000), Some(0));
        assert_eq!(bytes.len(), 44 + 48_000);
    }

    #[test]
    fn the_tone_goes_on_from_one_second_to_the_next() {
        let length = Duration::from_secs(3);
        let recording = Recording::new(length, &[Duration::ZERO..length]);
        let bytes = bytes(&recording);
        let rises = (1..48_000).filter(|at| sample(&bytes, at - 1) < 0 && sample(&bytes, *at) >= 0).count();
        assert!((1319..=1320).contains(&rises), "{rises}");
    }

    #[test]
    fn an_empty_recording_is_a_header() {
        let recording = Recording::new(Duration::ZERO, &[]);
        assert_eq!(bytes(&recording).len(), 44);
    }

    #[test]
    fn a_very_long_recording_is_cut() {
        let recording = Recording::new(Duration::MAX, &[]);
        assert_eq!(bytes(&recording).len(), 44 + 3600 * 32_000);
        assert!(recording.chunks().take(3).all(|chunk| chunk.len() <= 32_000));
    }
}
