//! Errors of compressed streams, in words.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::iter;

/// An error of a library that decompresses, in words for people.
pub(super) fn explained(compression: &str, error: &(dyn Error + 'static)) -> io::Error {
    let mut causes = iter::successors(Some(error), |error| (*error).source());
    let of_reading = causes.find_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
    match of_reading {
        Some(kind @ ErrorKind::UnexpectedEof) => {
            io::Error::new(kind, format!("the {compression} stream is cut off"))
        }
        None | Some(ErrorKind::InvalidInput | ErrorKind::InvalidData) => {
            io::Error::new(ErrorKind::InvalidData, format!("the {compression} stream is damaged: {error}"))
        }
        Some(kind) => io::Error::new(kind, error.to_string()),
    }
}
