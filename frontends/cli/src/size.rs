//! Sizes on the command line.

const UNITS: [(&str, u64); 10] = [
    ("", 1),
    ("b", 1),
    ("k", 1 << 10),
    ("kib", 1 << 10),
    ("kb", 1_000),
    ("m", 1 << 20),
    ("mib", 1 << 20),
    ("mb", 1_000_000),
    ("gib", 1 << 30),
    ("gb", 1_000_000_000),
];

/// Reads a size such as `64MiB`, `1GB` or `100000`, in bytes.
pub(crate) fn size(text: &str) -> Result<usize, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits).unwrap_or_default();
    let unit = unit.trim().to_ascii_lowercase();
    let bytes = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, bytes)| bytes);
    let size = number.parse::<u64>().ok().zip(bytes).and_then(|(number, bytes)| number.checked_mul(*bytes));
    let size = size.and_then(|size| usize::try_from(size).ok()).filter(|size| *size > 0);
    size.ok_or_else(|| "a size is a number of bytes, or has a unit, such as 64MiB or 1GB".into())
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_have_units() {
        for (text, bytes) in [
            ("1", 1),
            ("64MiB", 64 << 20),
            ("64 mib", 64 << 20),
            ("1GB", 1_000_000_000),
            ("2k", 2048),
            ("7kB", 7000),
        ] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in
            ["", "0", "MiB", "-1", "1.5GiB", "1TiB", "99999999999999999999", "18446744073709551615GiB"]
        {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
