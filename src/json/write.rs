//! Writes JSON. The output is the same text that `serde_json` writes. This writer is faster because it checks
//! eight bytes at once for characters to escape, which are rare in the texts of this crate, while
//! `serde_json` checks single bytes. It also appends to a `String` without `std`, which `serde_json` cannot
//! do.

use alloc::string::String;
use core::fmt::{Display, Write};

use serde::Serialize;
use serde::ser::{Error as _, Impossible, SerializeMap, SerializeSeq, SerializeStruct, Serializer};
use serde_json::Error;

use crate::words::{controls, each, zeros};

/// Appends a value as JSON to `text`.
pub(crate) fn write<T: Serialize>(value: &T, text: &mut String) -> Result<(), Error> {
    value.serialize(Writer(text))
}

/// Writes one value. It supports only the forms that the types of this crate use: the keys are strings, and
/// there are no tuples and no enum variants with data.
struct Writer<'a>(&'a mut String);

/// Writes the items of an array, or the members of an object.
struct Items<'a> {
    text: &'a mut String,
    is_first: bool,
    close: char,
}

impl Writer<'_> {
    fn display(self, value: impl Display) -> Result<(), Error> {
        write!(self.0, "{value}").map_err(Error::custom)
    }
}

impl<'a> Writer<'a> {
    fn open(self, open: char, close: char) -> Items<'a> {
        self.0.push(open);
        Items { text: self.0, is_first: true, close }
    }
}

/// True if a text holds a control character, a quotation mark or a backslash.
fn is_escaped(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(last) = bytes.last_chunk() else {
        return bytes.iter().any(|byte| *byte < b' ' || matches!(byte, b'"' | b'\\'));
    };
    // The last eight bytes may overlap the word before them. Those bytes are checked twice.
    let (words, _) = bytes.as_chunks();
    words.iter().chain([last]).fold(0, |marks, word| marks | marks_escapes(u64::from_le_bytes(*word))) != 0
}

/// Checks eight bytes at once. The result is 0 if none of them must be escaped.
const fn marks_escapes(word: u64) -> u64 {
    controls(word) | zeros(word ^ each(b'"')) | zeros(word ^ each(b'\\'))
}

fn unknown<T>(what: &str) -> Result<T, Error> {
    Err(Error::custom(format_args!("the JSON writer does not support {what}")))
}

impl<'a> Serializer for Writer<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Items<'a>;
    type SerializeMap = Items<'a>;
    type SerializeStruct = Items<'a>;
    type SerializeTuple = Impossible<(), Error>;
    type SerializeTupleStruct = Impossible<(), Error>;
    type SerializeTupleVariant = Impossible<(), Error>;
    type SerializeStructVariant = Impossible<(), Error>;

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        if is_escaped(value) {
            self.0.push_str(&serde_json::to_string(value)?);
        } else {
            self.0.push('"');
            self.0.push_str(value);
            self.0.push('"');
        }
        Ok(())
    }

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.0.push_str(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_i8(self, value: i8) -> Result<(), Error> {
        self.display(value)
    }

    fn serialize_i16(self, value: i16) -> Result<(), Error> {
        self.display(value)
    }

    fn serialize_i32(self, value: i32) -> Result<(), Error> {
        self.display(value)
    }

    fn serialize_i64(self, value: i64) -> Result<(), Error> {
        self.display(value)
    }

    fn serialize_u8(self, value: u8) -> Result<(), Error> {
        self.display(value)
    }

    fn serialize_u16(self, value: u16) -> Result<(), Error> {
        self.display(value)
    }

    fn serialize_u32(self, value: u32) -> Result<(), Error> {
        self.display(value)
    }

    fn serialize_u64(self, value: u64) -> Result<(), Error> {
        self.display(value)
    }

    fn serialize_f32(self, value: f32) -> Result<(), Error> {
        self.0.push_str(&serde_json::to_string(&value)?);
        Ok(())
    }

    fn serialize_f64(self, value: f64) -> Result<(), Error> {
        self.0.push_str(&serde_json::to_string(&value)?);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.0.push_str("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Error> {
        self.serialize_str(variant)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a>, Error> {
        Ok(self.open('[', ']'))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Items<'a>, Error> {
        Ok(self.open('{', '}'))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Items<'a>, Error> {
        Ok(self.open('{', '}'))
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Error> {
        unknown("a byte string")
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        let mut members = self.open('{', '}');
        members.serialize_entry(variant, value)?;
        SerializeMap::end(members)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Error> {
        unknown("a tuple")
    }

    fn serialize_tuple_struct(
        self,
        name: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Error> {
        unknown(name)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        unknown(variant)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        unknown(variant)
    }
}

impl Items<'_> {
    fn next(&mut self) -> Writer<'_> {
        if !self.is_first {
            self.text.push(',');
        }
        self.is_first = false;
        Writer(self.text)
    }

    fn close(self) {
        self.text.push(self.close);
    }
}

impl SerializeSeq for Items<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        value.serialize(self.next())
    }

    fn end(self) -> Result<(), Error> {
        self.close();
        Ok(())
    }
}

impl SerializeMap for Items<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        key.serialize(self.next())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.text.push(':');
        value.serialize(Writer(self.text))
    }

    fn end(self) -> Result<(), Error> {
        self.close();
        Ok(())
    }
}

impl SerializeStruct for Items<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Error> {
        self.serialize_entry(key, value)
    }

    fn end(self) -> Result<(), Error> {
        self.close();
        Ok(())
    }
}
