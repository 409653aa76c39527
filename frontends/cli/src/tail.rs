//! The lines of an event log as they come.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::thread;
use std::time::Duration;

use crate::encoding::BYTE_ORDER_MARK;

/// How long a file is left alone before it is looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// The most lines that are read at once.
const LINES: usize = 4096;

/// An event log that is followed.
pub(crate) trait Tail {
    /// The next lines; none if no further line is complete.
    fn lines(&mut self) -> io::Result<Vec<Vec<u8>>>;

    /// Waits until there can be more lines.
    fn wait(&mut self) -> io::Result<()>;
}

/// A file that is followed.
pub(crate) struct FileTail {
    file: BufReader<File>,
    /// A line of which the end is not there yet.
    begun: Vec<u8>,
    /// How much of the file was read.
    read: u64,
}

impl FileTail {
    pub(crate) fn new(file: File) -> Self {
        Self { file: BufReader::new(file), begun: Vec::new(), read: 0 }
    }

    /// The next line, if it is complete.
    fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let is_first = self.read == self.begun.len() as u64;
        self.read += self.file.read_until(b'\n', &mut self.begun)? as u64;
        if !self.begun.ends_with(b"\n") {
            return Ok(None);
        }
        let mut line = std::mem::take(&mut self.begun);
        if is_first && line.starts_with(BYTE_ORDER_MARK) {
            line.drain(..BYTE_ORDER_MARK.len());
        }
        Ok(Some(line))
    }
}

impl Tail for FileTail {
    fn lines(&mut self) -> io::Result<Vec<Vec<u8>>> {
        let mut lines = Vec::new();
        while lines.len() < LINES
            && let Some(line) = self.line()?
        {
            lines.push(line);
        }
        Ok(lines)
    }

    fn wait(&mut self) -> io::Result<()> {
        if self.file.get_ref().metadata()?.len() < self.read {
            return Err(io::Error::other("the log was cut or replaced while it was followed"));
        }
        thread::sleep(LOOK_AGAIN);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::{FileTail, Tail};

    #[test]
    fn a_line_comes_when_its_end_does() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let mut tail = FileTail::new(file.reopen().unwrap());
        assert!(tail.lines().unwrap().is_empty());
        file.write_all(b"\xEF\xBB\xBFone\ntw").unwrap();
        assert_eq!(tail.lines().unwrap(), [b"one\n"]);
        assert!(tail.lines().unwrap().is_empty());
        file.write_all(b"o\nthree\n").unwrap();
        assert_eq!(tail.lines().unwrap(), [&b"two\n"[..], b"three\n"]);
        tail.wait().unwrap();
        file.as_file().set_len(3).unwrap();
        assert!(tail.wait().is_err());
    }
}
