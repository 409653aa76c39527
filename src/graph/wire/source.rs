//! Reads JSON values from any deserializer through trait objects. The code that reads a resource therefore exists once, and
//! not once for each deserializer. This keeps it small enough for the instruction cache of a processor.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use serde::Deserialize as _;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

use super::misfit::Kind;

/// Reading has failed. [`Access`] keeps the error of the deserializer, and returns it at the end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Failed;

/// Where a JSON value went.
#[derive(Debug)]
pub(crate) enum Kept {
    /// The value is in its place.
    InPlace,
    /// The value does not fit the type of the place. Most values do, so this case takes no more room than a pointer.
    Mismatch(Box<Value>),
}

impl Kept {
    pub(crate) fn mismatch(value: impl Into<Value>) -> Self {
        Self::Mismatch(Box::new(value.into()))
    }
}

/// A JSON value that is neither an object nor an array.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scalar<'a> {
    Null,
    Bool(bool),
    Integer(i64),
    /// An integer that is greater than every `i64`.
    Large(u64),
    Float(f64),
    Text(&'a str),
}

impl From<Scalar<'_>> for Value {
    fn from(scalar: Scalar<'_>) -> Self {
        match scalar {
            Scalar::Null => Self::Null,
            Scalar::Bool(truth) => truth.into(),
            Scalar::Integer(number) => number.into(),
            Scalar::Large(number) => number.into(),
            Scalar::Float(number) => number.into(),
            Scalar::Text(text) => text.into(),
        }
    }
}

/// A place into which one JSON value is read.
pub(crate) trait Place {
    /// The kind of JSON in which the documentation writes the values of this place.
    fn kind(&self) -> Kind;
    fn scalar(&mut self, scalar: Scalar<'_>) -> Kept;
    fn object(&mut self, object: &mut dyn Object) -> Result<Kept, Failed>;
    fn array(&mut self, array: &mut dyn Array) -> Result<Kept, Failed>;
}

/// The members of a JSON object that were not read yet.
pub(crate) trait Object {
    /// Passes the name of the next member to `take`. Returns false after the last member.
    fn name(&mut self, take: &mut dyn FnMut(&str)) -> Result<bool, Failed>;
    /// Reads the value of the member whose name was read.
    fn value(&mut self, place: &mut dyn Place) -> Result<Kept, Failed>;
    /// Reads the value of the member whose name was read, unchanged.
    fn json(&mut self) -> Result<Value, Failed>;
    /// Reads the text of the value of the member whose name was read.
    fn text(&mut self) -> Result<Box<RawValue>, Failed>;
    /// Reads all members, unchanged.
    fn rest(&mut self) -> Result<Value, Failed>;
    /// Fails with an error of this crate.
    fn fail(&mut self, why: fmt::Arguments<'_>) -> Failed;
}

/// The items of a JSON array that were not read yet.
pub(crate) trait Array {
    /// Reads the next item. Returns `None` after the last one.
    fn item(&mut self, place: &mut dyn Place) -> Result<Option<Kept>, Failed>;
    /// Reads all items, unchanged.
    fn rest(&mut self) -> Result<Vec<Value>, Failed>;
    /// Fails with an error of this crate.
    fn fail(&mut self, why: fmt::Arguments<'_>) -> Failed;
}

/// The next name of an object, as `of` understands it.
pub(crate) fn next<K>(object: &mut dyn Object, of: impl Fn(&str) -> K) -> Result<Option<K>, Failed> {
    let mut key = None;
    object.name(&mut |name| key = Some(of(name)))?;
    Ok(key)
}

/// Reads the next value of a deserializer into a place.
pub(crate) struct Reading<'p>(pub(crate) &'p mut dyn Place);

/// What a deserializer gives access to, and its error.
struct Access<A, E> {
    access: A,
    error: Option<E>,
}

impl<A, E: Error> Access<A, E> {
    const fn new(access: A) -> Self {
        Self { access, error: None }
    }

    fn failed(&mut self, why: fmt::Arguments<'_>) -> Failed {
        self.error = Some(E::custom(why));
        Failed
    }

    fn keep<T>(&mut self, read: Result<T, E>) -> Result<T, Failed> {
        read.map_err(|error| {
            self.error = Some(error);
            Failed
        })
    }

    fn give_back<T>(self, read: Result<T, Failed>) -> Result<T, E> {
        // `Failed` comes only from this access, which has then kept the error.
        read.map_err(|Failed| self.error.unwrap_or_else(|| E::custom("the JSON cannot be read")))
    }
}

impl<'de, A: MapAccess<'de>> Object for Access<A, A::Error> {
    fn name(&mut self, take: &mut dyn FnMut(&str)) -> Result<bool, Failed> {
        let name = self.access.next_key_seed(NameSeed(take));
        self.keep(name).map(|name| name.is_some())
    }

    fn value(&mut self, place: &mut dyn Place) -> Result<Kept, Failed> {
        let kept = self.access.next_value_seed(Reading(place));
        self.keep(kept)
    }

    fn json(&mut self) -> Result<Value, Failed> {
        let value = self.access.next_value();
        self.keep(value)
    }

    fn text(&mut self) -> Result<Box<RawValue>, Failed> {
        let text = self.access.next_value();
        self.keep(text)
    }

    fn rest(&mut self) -> Result<Value, Failed> {
        let members = Value::deserialize(MapAccessDeserializer::new(&mut self.access));
        self.keep(members)
    }

    fn fail(&mut self, why: fmt::Arguments<'_>) -> Failed {
        self.failed(why)
    }
}

impl<'de, A: SeqAccess<'de>> Array for Access<A, A::Error> {
    fn item(&mut self, place: &mut dyn Place) -> Result<Option<Kept>, Failed> {
        let item = self.access.next_element_seed(Reading(place));
        self.keep(item)
    }

    fn rest(&mut self) -> Result<Vec<Value>, Failed> {
        let items = Vec::deserialize(SeqAccessDeserializer::new(&mut self.access));
        self.keep(items)
    }

    fn fail(&mut self, why: fmt::Arguments<'_>) -> Failed {
        self.failed(why)
    }
}

impl<'de> DeserializeSeed<'de> for Reading<'_> {
    type Value = Kept;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Kept, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reading<'_> {
    type Value = Kept;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Kept, E> {
        Ok(self.0.scalar(Scalar::Null))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Kept, E> {
        Ok(self.0.scalar(Scalar::Bool(truth)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Kept, E> {
        Ok(self.0.scalar(Scalar::Integer(number)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Kept, E> {
        Ok(self.0.scalar(i64::try_from(number).map_or(Scalar::Large(number), Scalar::Integer)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Kept, E> {
        Ok(self.0.scalar(Scalar::Float(number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Kept, E> {
        Ok(self.0.scalar(Scalar::Text(text)))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Kept, A::Error> {
        let mut object = Access::new(map);
        let kept = self.0.object(&mut object);
        object.give_back(kept)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Kept, A::Error> {
        let mut array = Access::new(seq);
        let kept = self.0.array(&mut array);
        array.give_back(kept)
    }
}

struct NameSeed<'f>(&'f mut dyn FnMut(&str));

impl<'de> DeserializeSeed<'de> for NameSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for NameSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_str<E>(self, name: &str) -> Result<(), E> {
        (self.0)(name);
        Ok(())
    }
}
