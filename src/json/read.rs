//! Reads JSON from a text.
//!
//! [`Reader`] checks eight bytes at once for the end of a string, and borrows each string that has no escapes.
//! It gives up where JSON is unusual or invalid, and says nothing about the place: `serde_json` then reads the
//! same text again, so that values and errors are always those of `serde_json`.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;
use core::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::value::RawValue;

use crate::words::{controls, each, zeros};

/// The number of levels that the reader follows. `serde_json` follows 127, and explains what nests deeper.
const LEVELS: u8 = 120;

/// Reads a value that fills the whole text.
pub(crate) fn from_str<'a, T: Deserialize<'a>>(text: &'a str) -> serde_json::Result<T> {
    with(PhantomData, text)
}

/// Reads a value that fills the whole text, with a seed.
pub(crate) fn with<'a, S: DeserializeSeed<'a> + Copy>(
    seed: S,
    text: &'a str,
) -> serde_json::Result<S::Value> {
    let mut reader = Reader::new(text);
    match seed.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value)) {
        Ok(value) => Ok(value),
        Err(GaveUp) => {
            let mut thorough = serde_json::Deserializer::from_str(text);
            let value = seed.deserialize(&mut thorough)?;
            thorough.end().map(|()| value)
        }
    }
}

/// The reader gave up: the JSON is unusual or invalid, or it does not fit the type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GaveUp;

impl fmt::Display for GaveUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unusual JSON")
    }
}

impl core::error::Error for GaveUp {}

impl serde::de::Error for GaveUp {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

type Result<T> = core::result::Result<T, GaveUp>;

/// The text of a value, unchanged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Raw<'a>(pub(crate) &'a str);

impl<'de: 'a, 'a> Deserialize<'de> for Raw<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(|raw| Self(raw.get()))
    }
}

/// Text, borrowed if it has no escapes.
pub(crate) struct Text<'a>(pub(crate) Cow<'a, str>);

/// As a plain string, because [`Reader`] and the names of members know no wrappers.
impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> core::result::Result<Self, D::Error> {
        struct Read;

        impl<'de> Visitor<'de> for Read {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> core::result::Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> core::result::Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.into())))
            }
        }

        deserializer.deserialize_str(Read)
    }
}

/// A place in a JSON text.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
    levels: u8,
    /// Whether the text has a backslash.
    has_escapes: bool,
    /// Whether the text has a control character, such as a line end.
    has_controls: bool,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let has_escapes = memchr::memchr(b'\\', text.as_bytes()).is_some();
        // The compiler makes this a few instructions for sixteen bytes.
        let least = text.as_bytes().iter().fold(u8::MAX, |least, byte| least.min(*byte));
        Self { text, at: 0, levels: LEVELS, has_escapes, has_controls: least < b' ' }
    }

    /// Gives up unless nothing but blanks is left.
    pub(crate) fn end(&mut self) -> Result<()> {
        let is_at_end = self.token().is_none() && self.at == self.text.len();
        if is_at_end { Ok(()) } else { Err(GaveUp) }
    }

    #[inline]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Skips blanks, and returns the byte after them; `None` at the end and before a control character.
    #[inline]
    fn token(&mut self) -> Option<u8> {
        loop {
            match self.byte() {
                Some(byte) if byte > b' ' => return Some(byte),
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(_) | None => return None,
            }
        }
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Result<()> {
        if self.token() == Some(byte) {
            self.at += 1;
            return Ok(());
        }
        Err(GaveUp)
    }

    /// Reads exactly these bytes.
    #[inline]
    pub(crate) fn literal(&mut self, literal: &str) -> Result<()> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        if rest.starts_with(literal.as_bytes()) {
            self.at += literal.len();
            return Ok(());
        }
        Err(GaveUp)
    }

    #[inline]
    fn slice(&self, from: usize, to: usize) -> Result<&'a str> {
        self.text.get(from..to).ok_or(GaveUp)
    }

    /// Moves to the next quotation mark, backslash or control character of a string.
    #[inline(always)]
    fn skip_plain(&mut self) {
        let quotes = |word| zeros(word ^ each(b'"'));
        let escapes = |word| zeros(word ^ each(b'\\'));
        match (self.has_controls, self.has_escapes) {
            (false, false) => self.skip_to(quotes),
            (false, true) => self.skip_to(|word| quotes(word) | escapes(word)),
            (true, _) => self.skip_to(|word| quotes(word) | escapes(word) | controls(word)),
        }
    }

    /// Moves to the first byte that `marks` marks in a word of eight bytes.
    #[inline(always)]
    fn skip_to(&mut self, marks: impl Fn(u64) -> u64) {
        let mut rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        while let Some((word, after)) = rest.split_first_chunk() {
            let marks = marks(u64::from_le_bytes(*word));
            if marks != 0 {
                self.at += (marks.trailing_zeros() / 8) as usize;
                return;
            }
            self.at += word.len();
            rest = after;
        }
        let is_marked =
            |byte: &u8| marks(u64::from_le_bytes([b' ', b' ', b' ', b' ', b' ', b' ', b' ', *byte])) != 0;
        self.at += rest.iter().position(is_marked).unwrap_or(rest.len());
    }

    /// Reads a string that has no escapes.
    #[inline(always)]
    pub(crate) fn plain_string(&mut self) -> Result<&'a str> {
        self.borrowed()?.ok_or(GaveUp)
    }

    /// Reads a string that has no escapes. Otherwise it stops at the first escape, and returns `None`.
    #[inline(always)]
    fn borrowed(&mut self) -> Result<Option<&'a str>> {
        self.expect(b'"')?;
        let start = self.at;
        self.skip_plain();
        let end = self.at;
        if self.byte() != Some(b'"') {
            return Ok(None);
        }
        self.at += 1;
        self.slice(start, end).map(Some)
    }

    /// Reads the rest of a string that has escapes.
    #[cold]
    fn escaped(&mut self, mut start: usize) -> Result<String> {
        let mut text = String::new();
        loop {
            text.push_str(self.slice(start, self.at)?);
            let mark = self.byte().ok_or(GaveUp)?;
            self.at += 1;
            match mark {
                b'"' => return Ok(text),
                b'\\' => text.push(self.escape()?),
                _ => return Err(GaveUp),
            }
            start = self.at;
            self.skip_plain();
        }
    }

    fn escape(&mut self) -> Result<char> {
        let escape = self.byte().ok_or(GaveUp)?;
        self.at += 1;
        Ok(match escape {
            b'"' | b'\\' | b'/' => char::from(escape),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let digits = self.slice(self.at, self.at + 4)?;
                self.at += 4;
                let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
                let number = u32::from_str_radix(digits, 16).ok().filter(|_| is_hex);
                number.and_then(char::from_u32).ok_or(GaveUp)?
            }
            _ => return Err(GaveUp),
        })
    }

    fn number<V: Visitor<'a>>(&mut self, visitor: V) -> Result<V::Value> {
        let start = self.at;
        let is_negative = self.byte() == Some(b'-');
        self.at += usize::from(is_negative);
        let first = self.at;
        let mut number = Some(0_u64);
        while let Some(digit @ b'0'..=b'9') = self.byte() {
            number = number.and_then(|number| number.checked_mul(10)?.checked_add(u64::from(digit - b'0')));
            self.at += 1;
        }
        let is_whole = !matches!(self.byte(), Some(b'.' | b'e' | b'E'));
        let has_no_zeros = self.at == first + 1 || self.text.as_bytes().get(first) != Some(&b'0');
        match number {
            Some(number) if self.at > first && is_whole && has_no_zeros => {
                if !is_negative {
                    return visitor.visit_u64(number);
                }
                match i64::try_from(number).map(core::ops::Neg::neg) {
                    Ok(number @ ..0) => visitor.visit_i64(number),
                    Ok(_) | Err(_) => self.float(start, visitor),
                }
            }
            _ => self.float(start, visitor),
        }
    }

    /// Reads a number that is not a whole number of 64 bits.
    #[cold]
    fn float<V: Visitor<'a>>(&mut self, start: usize, visitor: V) -> Result<V::Value> {
        while let Some(b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E') = self.byte() {
            self.at += 1;
        }
        let number = serde_json::from_str::<serde_json::Number>(self.slice(start, self.at)?);
        let number = number.map_err(|_| GaveUp)?;
        if let Some(number) = number.as_i64() {
            return visitor.visit_i64(number);
        }
        number.as_f64().map_or(Err(GaveUp), |number| visitor.visit_f64(number))
    }

    #[inline]
    fn open(&mut self, bracket: u8) -> Result<Items> {
        self.expect(bracket)?;
        self.levels = self.levels.checked_sub(1).ok_or(GaveUp)?;
        Ok(Items { is_first: true })
    }

    #[inline]
    fn leave(&mut self, close: u8) -> Result<()> {
        self.levels += 1;
        self.expect(close)
    }

    /// True before an object.
    pub(crate) fn is_object(&mut self) -> bool {
        self.token() == Some(b'{')
    }

    /// Enters an object.
    pub(crate) fn object(&mut self) -> Result<Items> {
        self.open(b'{')
    }

    /// True before an array.
    pub(crate) fn is_array(&mut self) -> bool {
        self.token() == Some(b'[')
    }

    /// Enters an array.
    pub(crate) fn array(&mut self) -> Result<Items> {
        self.open(b'[')
    }

    /// Reads a value that nests at most so many levels. If that does not succeed, the reader stays where it
    /// is.
    pub(crate) fn ahead<T>(&mut self, levels: u8, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let mut ahead = Self { levels: self.levels.min(levels), ..self.clone() };
        let value = read(&mut ahead)?;
        self.at = ahead.at;
        Ok(value)
    }

    /// The text from here to a later place.
    pub(crate) fn until(&self, later: &Self) -> &'a str {
        self.text.get(self.at..later.at).unwrap_or_default()
    }

    /// Skips a value, and returns its text. Brackets come in pairs in the text, and strings end. Otherwise it
    /// is not checked.
    pub(crate) fn raw(&mut self) -> Result<Raw<'a>> {
        let first = self.token();
        let start = self.at;
        match first {
            Some(b'{' | b'[') => self.skip_brackets()?,
            Some(b'"') => self.skip_string()?,
            _ => self.skip_scalar()?,
        }
        self.slice(start, self.at).map(Raw)
    }

    fn skip_brackets(&mut self) -> Result<()> {
        let mut open = 0_usize;
        loop {
            match self.byte().ok_or(GaveUp)? {
                b'"' => {
                    self.skip_string()?;
                    continue;
                }
                b'{' | b'[' => open += 1,
                b'}' | b']' => open -= 1,
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                return Ok(());
            }
        }
    }

    #[inline]
    fn skip_string(&mut self) -> Result<()> {
        self.at += 1;
        loop {
            self.skip_plain();
            match self.byte() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.at += 2,
                Some(_) | None => return Err(GaveUp),
            }
        }
    }

    fn skip_scalar(&mut self) -> Result<()> {
        let start = self.at;
        while let Some(b'0'..=b'9' | b'a'..=b'z' | b'+' | b'-' | b'.' | b'E') = self.byte() {
            self.at += 1;
        }
        if self.at == start { Err(GaveUp) } else { Ok(()) }
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = GaveUp;

    #[inline]
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        match self.token().ok_or(GaveUp)? {
            b'"' => {
                let start = self.at + 1;
                match self.borrowed()? {
                    Some(text) => visitor.visit_borrowed_str(text),
                    None => visitor.visit_str(&self.escaped(start)?),
                }
            }
            b'{' => {
                let items = self.open(b'{')?;
                let value = visitor.visit_map(Within { reader: self, items })?;
                self.leave(b'}')?;
                Ok(value)
            }
            b'[' => {
                let items = self.open(b'[')?;
                let value = visitor.visit_seq(Within { reader: self, items })?;
                self.leave(b']')?;
                Ok(value)
            }
            b't' => self.literal("true").and_then(|()| visitor.visit_bool(true)),
            b'f' => self.literal("false").and_then(|()| visitor.visit_bool(false)),
            b'n' => self.literal("null").and_then(|()| visitor.visit_unit()),
            _ => self.number(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        if self.token() == Some(b'n') {
            self.literal("null")?;
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value> {
        visitor.visit_enum(BorrowedStrDeserializer::new(self.plain_string()?))
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value> {
        // Skipped text is checked like any other.
        self.deserialize_any(serde::de::IgnoredAny)?;
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map struct identifier
    }
}

/// The items of an array or the members of an object that are being read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Items {
    is_first: bool,
}

impl Items {
    /// The items after one that was read already.
    pub(crate) const AFTER_FIRST: Self = Self { is_first: false };

    /// Moves to the next item. Returns false at the bracket that closes the list.
    #[inline]
    fn next(&mut self, reader: &mut Reader<'_>, close: u8) -> Result<bool> {
        let token = reader.token();
        if token == Some(close) {
            return Ok(false);
        }
        if core::mem::replace(&mut self.is_first, false) {
            return Ok(true);
        }
        reader.expect(b',').map(|()| true)
    }

    /// True if another item of an array follows, which must be read next.
    pub(crate) fn item(&mut self, reader: &mut Reader<'_>) -> Result<bool> {
        let has_item = self.next(reader, b']')?;
        if !has_item {
            reader.leave(b']')?;
        }
        Ok(has_item)
    }

    /// The name of the next member of an object, whose value must be read next. `None` after the last member.
    pub(crate) fn name<'a>(&mut self, reader: &mut Reader<'a>) -> Result<Option<&'a str>> {
        let name = self.next_name(reader)?;
        if name.is_none() {
            reader.leave(b'}')?;
        }
        Ok(name)
    }

    #[inline(always)]
    fn next_name<'a>(&mut self, reader: &mut Reader<'a>) -> Result<Option<&'a str>> {
        if !self.next(reader, b'}')? {
            return Ok(None);
        }
        let name = reader.plain_string()?;
        reader.expect(b':')?;
        Ok(Some(name))
    }
}

struct Within<'r, 'a> {
    reader: &'r mut Reader<'a>,
    items: Items,
}

impl<'a> MapAccess<'a> for Within<'_, 'a> {
    type Error = GaveUp;

    #[inline]
    fn next_key_seed<K: DeserializeSeed<'a>>(&mut self, seed: K) -> Result<Option<K::Value>> {
        let name = self.items.next_name(self.reader)?;
        name.map(|name| seed.deserialize(BorrowedStrDeserializer::new(name))).transpose()
    }

    #[inline]
    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Result<V::Value> {
        seed.deserialize(&mut *self.reader)
    }
}

impl<'a> SeqAccess<'a> for Within<'_, 'a> {
    type Error = GaveUp;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'a>>(&mut self, seed: T) -> Result<Option<T::Value>> {
        if self.items.next(self.reader, b']')? {
            seed.deserialize(&mut *self.reader).map(Some)
        } else {
            Ok(None)
        }
    }
}
