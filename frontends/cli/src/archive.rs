//! Archives, and compressed files of kinds that are not read.

/// Where the name of the format stands in the header of the first file of a tar archive.
const IN_TAR: usize = 257;

/// Where the first block of a bzip2 file begins, behind `BZh` and a digit.
const AFTER_SIZE: usize = 4;

/// The place and the bytes by which a file is known, what it is, and the command that prints what is in it.
const KNOWN: &[(usize, &[u8], &str, &str)] = &[
    (0, b"PK\x03\x04", "a zip archive", "unzip -p"),
    (0, b"PK\x05\x06", "a zip archive", "unzip -p"),
    (0, b"7z\xBC\xAF\x27\x1C", "a 7z archive", "7z x -so"),
    (0, b"\xFD7zXZ\0", "compressed with xz", "xz -dc"),
    (AFTER_SIZE, b"1AY&SY", "compressed with bzip2", "bzip2 -dc"),
    (0, b"\x04\x22\x4D\x18", "compressed with lz4", "lz4 -dc"),
    (0, b"\x02\x21\x4C\x18", "compressed with lz4", "lz4 -dc"),
    (IN_TAR, b"ustar\0", "a tar archive", "tar -xOf"),
    (IN_TAR, b"ustar  \0", "a tar archive", "tar -xOf"),
];

/// The message about a file of which this is the head, if it is an archive or compressed in a way that is not read.
pub(crate) fn archive(head: &[u8]) -> Option<String> {
    let is_at =
        |(at, bytes, ..): &&(usize, &[u8], _, _)| head.get(*at..).is_some_and(|it| it.starts_with(bytes));
    let (_, _, what, command) = KNOWN.iter().find(is_at)?;
    Some(format!(
        "not read, because it is {what}; `{command} FILE | callfold replay -` reads the logs that are in it"
    ))
}
