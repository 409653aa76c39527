//! Decompresses gzip.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};

use flate2::bufread::GzDecoder;

use super::damage::explained;

/// Decompresses all members of a gzip stream. Zeros after a member are padding, as tapes and block devices add it.
pub(super) struct Gzip<R> {
    /// The member that is being read; `None` after the last one.
    member: Option<GzDecoder<BufReader<R>>>,
}

impl<R: Read> Gzip<R> {
    pub(super) fn new(source: R) -> Self {
        Self { member: Some(GzDecoder::new(BufReader::new(source))) }
    }
}

impl<R: Read> Read for Gzip<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let count = member.read(into).map_err(|error| explained("gzip", &error))?;
            if count > 0 || into.is_empty() {
                return Ok(count);
            }
            let has_more = has_more(member.get_mut())?;
            self.member =
                self.member.take().filter(|_| has_more).map(|ended| GzDecoder::new(ended.into_inner()));
        }
        Ok(0)
    }
}

/// Skips zeros. Returns true if something else follows.
fn has_more(source: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let ahead = match source.fill_buf() {
            Ok(ahead) => ahead,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let zeros = ahead.iter().take_while(|byte| **byte == 0).count();
        let (is_end, is_padding) = (ahead.is_empty(), zeros == ahead.len());
        source.consume(zeros);
        if is_end || !is_padding {
            return Ok(!is_end);
        }
    }
}
