//! Decompresses zstd.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};

use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::damage::explained;

/// An empty last block, and a checksum.
const END: &[u8] = &[1, 0, 0, 0, 0, 0, 0];

/// Decompresses all frames of a zstd stream.
pub(super) struct Zstd<R> {
    source: BufReader<R>,
    frame: FrameDecoder,
    /// The error that is returned after everything that was decompressed before it.
    failure: Option<io::Error>,
}

impl<R: Read> Zstd<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source: BufReader::new(source), frame: FrameDecoder::new(), failure: None }
    }

    /// Decompresses the next block, or begins the next frame. Returns false at the end of the stream.
    fn advance(&mut self) -> io::Result<bool> {
        if !self.frame.is_finished() {
            let next = BlockDecodingStrategy::UptoBlocks(1);
            let decoded = self.frame.decode_blocks(&mut self.source, next);
            return decoded.map(|_| true).map_err(|error| explained("zstd", &error));
        }
        self.check()?;
        if self.source.fill_buf()?.is_empty() {
            return Ok(false);
        }
        self.begin_frame().map(|()| true)
    }

    /// Compares the checksum of a frame that has ended with its text.
    fn check(&self) -> io::Result<()> {
        let stored = self.frame.get_checksum_from_data();
        if stored.is_some() && stored != self.frame.get_calculated_checksum() {
            let why = "the zstd stream is damaged: the checksum does not match";
            return Err(io::Error::new(ErrorKind::InvalidData, why));
        }
        Ok(())
    }

    fn begin_frame(&mut self) -> io::Result<()> {
        match self.frame.reset(&mut self.source) {
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length, ..
            })) => self.skip(length.into()),
            begun => begun.map_err(|error| explained("zstd", &error)),
        }
    }

    fn skip(&mut self, length: u64) -> io::Result<()> {
        let skipped = io::copy(&mut self.source.by_ref().take(length), &mut io::sink())?;
        if skipped < length {
            Err(explained("zstd", &io::Error::from(ErrorKind::UnexpectedEof)))
        } else {
            Ok(())
        }
    }

    /// Ends the frame, because the decoder holds back the last part of a frame that has not ended.
    fn fail(&mut self, error: io::Error) -> io::Result<()> {
        if !self.frame.is_finished() {
            let ended = self.frame.decode_blocks(END, BlockDecodingStrategy::All);
            ended.map_err(|error| explained("zstd", &error))?;
        }
        self.failure = Some(error);
        Ok(())
    }
}

impl<R: Read> Read for Zstd<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.frame.can_collect() == 0 {
            if let Some(error) = self.failure.take() {
                return Err(error);
            }
            match self.advance() {
                Ok(true) => {}
                Ok(false) => return Ok(0),
                Err(error) => self.fail(error)?,
            }
        }
        self.frame.read(into)
    }
}
