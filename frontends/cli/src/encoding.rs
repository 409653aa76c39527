//! Reads compressed logs and logs in UTF-16 as text in UTF-8. The first bytes of a log show what it is, and not its name.

mod damage;
mod gzip;
mod utf16;
mod zstd;

use std::io::{self, Cursor, Read};

use gzip::Gzip;
use utf16::{Utf16, byte_order};
use zstd::Zstd;

pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

pub(crate) type Source = Box<dyn Read + Send>;

/// The text of a log in UTF-8.
pub(crate) struct Text {
    pub(crate) source: Source,
    /// True where the log is the text itself. A position in the text is then a position in the log.
    pub(crate) is_plain: bool,
}

impl Text {
    /// The text of a log, which is decompressed and converted while it is read. Memory does not grow with the log.
    pub(crate) fn of(mut log: Source) -> io::Result<Self> {
        let magic = head(&mut log, 4)?;
        let compression = Compression::of(&magic);
        let mut text = decompressed(compression, Box::new(Cursor::new(magic).chain(log)));
        let mark = head(&mut text, 2)?;
        let byte_order = byte_order(&mark);
        let source: Source = match byte_order {
            Some(unit) => Box::new(Utf16::new(text, unit)),
            None => Box::new(Cursor::new(mark).chain(text)),
        };
        Ok(Self { source, is_plain: compression.is_none() && byte_order.is_none() })
    }
}

fn decompressed(compression: Option<Compression>, log: Source) -> Source {
    match compression {
        Some(Compression::Gzip) => Box::new(Gzip::new(log)),
        Some(Compression::Zstd) => Box::new(Zstd::new(log)),
        None => log,
    }
}

/// The first bytes of a source; fewer where it is shorter.
fn head(source: &mut Source, length: u64) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    source.take(length).read_to_end(&mut head)?;
    Ok(head)
}

#[derive(Clone, Copy)]
enum Compression {
    Gzip,
    Zstd,
}

impl Compression {
    fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0x1F, 0x8B, 0x08, _] => Some(Self::Gzip),
            // A frame, or a frame to skip, such as the one that pzstd writes first.
            [0x28, 0xB5, 0x2F, 0xFD] | [0x50..=0x5F, 0x2A, 0x4D, 0x18] => Some(Self::Zstd),
            _ => None,
        }
    }
}
