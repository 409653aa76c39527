//! Converts UTF-16 to UTF-8.

use std::io::{self, Cursor, Read};

/// How much is converted at once, in bytes.
const BLOCK: usize = 1 << 13;

/// A text in UTF-16, read as UTF-8. U+FFFD stands for what is no character.
pub(super) struct Utf16<R> {
    source: R,
    unit: Unit,
    /// The bytes that are not yet converted.
    rest: Vec<u8>,
    text: Cursor<String>,
    has_ended: bool,
}

/// Reads one unit of 16 bits.
pub(super) type Unit = fn([u8; 2]) -> u16;

/// The order of the bytes of a text that begins with a byte order mark of UTF-16.
pub(super) fn byte_order(head: &[u8]) -> Option<Unit> {
    match head {
        [0xFF, 0xFE, ..] => Some(u16::from_le_bytes),
        [0xFE, 0xFF, ..] => Some(u16::from_be_bytes),
        _ => None,
    }
}

impl<R: Read> Utf16<R> {
    pub(super) fn new(source: R, unit: Unit) -> Self {
        Self { source, unit, rest: Vec::new(), text: Cursor::default(), has_ended: false }
    }

    fn advance(&mut self) -> io::Result<()> {
        let mut block = [0; BLOCK];
        let count = self.source.read(&mut block)?;
        self.has_ended = count == 0;
        self.rest.extend(block.iter().take(count));
        let length = if self.has_ended { self.rest.len() } else { self.complete() };
        let bytes: Vec<u8> = self.rest.drain(..length).collect();
        self.text = Cursor::new(self.converted(&bytes));
        Ok(())
    }

    /// The length of the complete characters.
    fn complete(&self) -> usize {
        let units = self.rest.as_chunks::<2>().0;
        let is_split = units.last().is_some_and(|unit| matches!((self.unit)(*unit), 0xD800..0xDC00));
        2 * (units.len() - usize::from(is_split))
    }

    fn converted(&self, bytes: &[u8]) -> String {
        let (units, odd) = bytes.as_chunks::<2>();
        let characters = char::decode_utf16(units.iter().map(|unit| (self.unit)(*unit)));
        let odd = odd.iter().map(|_| char::REPLACEMENT_CHARACTER);
        characters.map(|char| char.unwrap_or(char::REPLACEMENT_CHARACTER)).chain(odd).collect()
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.text.read(into)?;
            if count > 0 || into.is_empty() || self.has_ended {
                return Ok(count);
            }
            self.advance()?;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read};

    use super::{Utf16, byte_order};

    /// Returns one byte at a time.
    struct Slow<R>(R);

    impl<R: Read> Read for Slow<R> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let length = into.len().min(1);
            self.0.read(into.get_mut(..length).unwrap_or_default())
        }
    }

    fn converted(units: &[u16], to_bytes: fn(u16) -> [u8; 2], odd: &[u8]) -> [String; 2] {
        let bytes: Vec<u8> = units.iter().flat_map(|unit| to_bytes(*unit)).chain(odd.to_vec()).collect();
        let unit = byte_order(&to_bytes(0xFEFF)).expect("a byte order mark");
        let all = io::read_to_string(Utf16::new(bytes.as_slice(), unit));
        let slow = io::read_to_string(Utf16::new(Slow(bytes.as_slice()), unit));
        [all, slow].map(|text| text.expect("UTF-8"))
    }

    #[test]
    fn both_byte_orders_are_converted_at_every_split() {
        let text = "{\"a\":\"é€😀\"}\r\n".repeat(3000);
        let units: Vec<u16> = text.encode_utf16().collect();
        assert_eq!(converted(&units, u16::to_le_bytes, &[]), [text.as_str(); 2]);
        assert_eq!(converted(&units, u16::to_be_bytes, &[]), [text.as_str(); 2]);
    }

    #[test]
    fn what_is_no_character_becomes_u_fffd() {
        let table: [(&[u16], &[u8], &str); 6] = [
            (&[0x61, 0xD83D, 0x62], &[], "a\u{FFFD}b"),
            (&[0x61, 0xDE00, 0x62], &[], "a\u{FFFD}b"),
            (&[0xD83D, 0xD83D, 0xDE00], &[], "\u{FFFD}😀"),
            (&[0x61, 0xD83D], &[], "a\u{FFFD}"),
            (&[0x61], &[0x62], "a\u{FFFD}"),
            (&[], &[], ""),
        ];
        for (units, odd, text) in table {
            assert_eq!(converted(units, u16::to_le_bytes, odd), [text; 2], "{units:x?}");
        }
    }
}
