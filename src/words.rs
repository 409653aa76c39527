//! Arithmetic on eight bytes at once, in a word of 64 bits.

/// The same byte eight times.
#[inline(always)]
pub(crate) const fn each(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Marks the first zero among eight bytes: the lowest bit that is set is the high bit of that byte. The result
/// is 0 if there is none.
#[inline(always)]
pub(crate) const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(each(1)) & !word & each(0x80)
}

/// Marks the first control character among eight bytes, as [`zeros`] does.
#[inline(always)]
pub(crate) const fn controls(word: u64) -> u64 {
    word.wrapping_sub(each(b' ')) & !word & each(0x80)
}

/// Eight hexadecimal digits, as a number.
pub(crate) struct Digits {
    pub(crate) number: u64,
    /// No bit of the mask [`ODD`] is set if all eight characters are digits in lower case.
    pub(crate) marks: u64,
}

pub(crate) const ODD: u64 = each(0xF1);

/// Reads eight hexadecimal digits in lower case at once. The first digit is in the high byte of the word.
#[inline(always)]
pub(crate) const fn digits(text: u64) -> Digits {
    let is_letter = text >> 6 & each(1);
    let values = (text & each(0x0F)) + 9 * is_letter;
    let is_ten_or_more = (values + each(6)) >> 4 & each(1);
    let first_half = (text ^ (each(b'0') + 0x30 * is_letter)) & each(0xF0);
    let pairs = (values | values >> 4) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs | pairs >> 8) & 0x0000_FFFF_0000_FFFF;
    let marks = first_half | values & each(0xF0) | is_ten_or_more ^ is_letter;
    Digits { number: (fours | fours >> 16) & 0xFFFF_FFFF, marks }
}

/// Reads a GUID with dashes in lower case, as two numbers.
#[inline(always)]
pub(crate) fn guid(text: &[u8]) -> Option<(u64, u64)> {
    let text: &[u8; 36] = text.try_into().ok()?;
    let four = |at: usize| match text.get(at..at + 4).and_then(<[u8]>::first_chunk) {
        Some(digits) => u64::from(u32::from_be_bytes(*digits)),
        None => 0,
    };
    let (first, second) = (digits(four(0) << 32 | four(4)), digits(four(9) << 32 | four(14)));
    let (third, fourth) = (digits(four(19) << 32 | four(24)), digits(four(28) << 32 | four(32)));
    let is_sound = (first.marks | second.marks | third.marks | fourth.marks) & ODD == 0;
    let is_dashed = [text[8], text[13], text[18], text[23]] == *b"----";
    (is_sound && is_dashed)
        .then_some((first.number << 32 | second.number, third.number << 32 | fourth.number))
}
