//! The files of a folder, in natural order.

use std::cmp::Ordering;
use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};

/// The files of a folder and of the folders in it, and what cannot be read.
#[derive(Default)]
pub(crate) struct Folder {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) unreadable: Vec<(PathBuf, io::Error)>,
}

impl Folder {
    /// Reads a folder. Hidden files and folders are left out.
    pub(crate) fn read(path: &Path) -> Self {
        let mut folder = Self::default();
        folder.add(path);
        folder
    }

    fn add(&mut self, path: &Path) {
        match entries(path) {
            Ok(entries) => entries.iter().for_each(|entry| self.entry(entry)),
            Err(error) => self.unreadable.push((path.into(), error)),
        }
    }

    fn entry(&mut self, entry: &DirEntry) {
        let path = entry.path();
        // A link to a folder is not followed, because it can lead back to a folder that contains it.
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            self.add(&path);
        } else {
            match fs::metadata(&path) {
                Ok(file) if file.is_file() => self.files.push(path),
                Ok(_) => {}
                Err(error) => self.unreadable.push((path, error)),
            }
        }
    }
}

/// The entries of one folder in natural order, without hidden ones.
fn entries(path: &Path) -> io::Result<Vec<DirEntry>> {
    let mut entries = fs::read_dir(path)?.collect::<io::Result<Vec<_>>>()?;
    entries.retain(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."));
    entries.sort_by(|a, b| natural(a.file_name().as_encoded_bytes(), b.file_name().as_encoded_bytes()));
    Ok(entries)
}

/// Compares two names. A number in a name counts as a number, so that `9.json` comes before `10.json`.
fn natural(a: &[u8], b: &[u8]) -> Ordering {
    parts(a).cmp(parts(b)).then_with(|| a.cmp(b))
}

/// The parts of a name as values that compare in natural order. A part is one byte, or a number of any length, for which
/// the byte is `0`, followed by the count of its digits and the digits, without leading zeros.
fn parts(name: &[u8]) -> impl Iterator<Item = (u8, usize, &[u8])> {
    let both_digits = |a: &u8, b: &u8| a.is_ascii_digit() && b.is_ascii_digit();
    name.chunk_by(both_digits).map(|part| match part {
        [byte] if !byte.is_ascii_digit() => (*byte, 0, [].as_slice()),
        digits => {
            let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
            let digits = digits.get(zeros..).unwrap_or_default();
            (b'0', digits.len(), digits)
        }
    })
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::natural;

    #[test]
    fn numbers_in_names_compare_as_numbers() {
        let long = "9".repeat(40);
        let longer = format!("1{}", "0".repeat(40));
        let names = [
            "", "0", "00", "01", "1", "1-2.json", "1.json", "2.json", "10.json", &long, &longer, "a.log",
            "a.log.2", "a.log.10", "a0.log", "a1b2", "a1b10", "a01c", "a2b1", "é",
        ];
        for (place, a) in names.iter().enumerate() {
            for (other, b) in names.iter().enumerate() {
                assert_eq!(natural(a.as_bytes(), b.as_bytes()), place.cmp(&other), "{a} and {b}");
            }
        }
        assert_eq!(natural(b"7", b"7"), Ordering::Equal);
    }
}
