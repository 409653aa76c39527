//! Standard output, buffered in large blocks.

use std::io::{self, Write};

/// A writer to standard output with a buffer of 64 KiB. It bypasses the buffer of the standard library, which searches
/// everything for line ends.
pub(crate) fn stdout() -> io::Result<impl Write> {
    #[cfg(unix)]
    let out = std::fs::File::from(std::os::fd::AsFd::as_fd(&io::stdout()).try_clone_to_owned()?);
    #[cfg(not(unix))]
    let out = io::stdout().lock();
    Ok(io::BufWriter::with_capacity(1 << 16, out))
}
