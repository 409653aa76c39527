//! Reading and writing: one visitor for every type of the wire, and the two macros that declare them.

mod declare;
mod scalar;

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

pub(super) use declare::{open_enum, resource};

/// The step of a path that leads into a collection.
pub(crate) const ITEM: &str = "[]";

/// What stood where a `T` belongs.
pub(crate) enum Read<T> {
    Null,
    As(T),
    /// A value of another shape, kept as it came.
    Mismatch(Value),
}

impl<T> Read<T> {
    fn map<U>(self, f: impl FnOnce(T) -> U) -> Read<U> {
        match self {
            Self::Null => Read::Null,
            Self::As(value) => Read::As(f(value)),
            Self::Mismatch(value) => Read::Mismatch(value),
        }
    }
}

/// A type of the wire, by the shapes it can be read from. A shape it does not take is no error.
pub(crate) trait Wire: Sized {
    fn from_text(_text: &str) -> Option<Self> {
        None
    }

    fn from_integer(_number: i64) -> Option<Self> {
        None
    }

    fn from_float(_number: f64) -> Option<Self> {
        None
    }

    fn from_bool(_truth: bool) -> Option<Self> {
        None
    }

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Read<Self>, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(map)).map(Read::Mismatch)
    }

    fn from_seq<'de, A: SeqAccess<'de>>(seq: A) -> Result<Read<Self>, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(seq)).map(Read::Mismatch)
    }

    /// The path of a member within, whose value did not fit its type.
    fn misfit(&self) -> Option<String> {
        None
    }

    /// Which values may stand at a path within without a change to the rest of the canonical writing.
    fn hole(_path: &[&str]) -> Hole {
        Hole::Fixed
    }
}

/// The values that may stand in one place of the canonical writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hole {
    /// Only this one: another value may mean something else.
    Fixed,
    /// Any text without escapes.
    Text,
    /// Any id that is written as it is read.
    Name,
    /// Any integer of 32 bits.
    Small,
    /// Any integer.
    Integer,
    /// `true` or `false`.
    Truth,
    /// Any of these, as long as it is of the same kind: nothing here knows the member.
    Unknown,
    /// None: what stands here may be written in more ways than one.
    Never,
}

impl Hole {
    /// What a scalar allows, where a path ends at it.
    fn at_end(self, path: &[&str]) -> Self {
        if path.is_empty() { self } else { Self::Unknown }
    }
}

pub(crate) struct Seed<T>(PhantomData<T>);

impl<T> Seed<T> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Wire> DeserializeSeed<'de> for Seed<T> {
    type Value = Read<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Read<T>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Wire> Visitor<'de> for Seed<T> {
    type Value = Read<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Read<T>, E> {
        Ok(Read::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Read<T>, E> {
        Ok(T::from_bool(truth).map_or(Read::Mismatch(Value::Bool(truth)), Read::As))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Read<T>, E> {
        Ok(T::from_integer(number).map_or_else(|| Read::Mismatch(number.into()), Read::As))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Read<T>, E> {
        let fits = i64::try_from(number).ok().and_then(T::from_integer);
        Ok(fits.map_or_else(|| Read::Mismatch(number.into()), Read::As))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Read<T>, E> {
        Ok(T::from_float(number).map_or_else(|| Read::Mismatch(number.into()), Read::As))
    }

    fn visit_str<E>(self, text: &str) -> Result<Read<T>, E> {
        Ok(T::from_text(text).map_or_else(|| Read::Mismatch(text.into()), Read::As))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Read<T>, A::Error> {
        T::from_map(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Read<T>, A::Error> {
        T::from_seq(seq)
    }
}

/// One value where a collection belongs is a collection of one.
impl<T: Wire + serde::Serialize> Wire for Vec<T> {
    fn from_text(text: &str) -> Option<Self> {
        T::from_text(text).map(|one| vec![one])
    }

    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Read<Self>, A::Error> {
        T::from_map(map).map(|read| read.map(|one| vec![one]))
    }

    fn from_seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<Read<Self>, A::Error> {
        let mut items = Self::new();
        while let Some(read) = seq.next_element_seed(Seed::<T>::new())? {
            match read {
                Read::As(item) => add(&mut items, item),
                Read::Null => return mismatched_seq(&items, Value::Null, seq),
                Read::Mismatch(value) => return mismatched_seq(&items, value, seq),
            }
        }
        items.shrink_to_fit();
        Ok(Read::As(items))
    }

    fn misfit(&self) -> Option<String> {
        self.iter().enumerate().find_map(|(index, item)| Some(format!("[{index}].{}", item.misfit()?)))
    }

    fn hole(path: &[&str]) -> Hole {
        match path {
            [ITEM, within @ ..] => T::hole(within),
            _ => Hole::Never,
        }
    }
}

/// Most collections hold one item or two, and the first would make room for four.
pub(super) fn add<T>(items: &mut Vec<T>, item: T) {
    if items.len() == items.capacity() {
        items.reserve_exact(items.len().max(1));
    }
    items.push(item);
}

/// A collection with an item of another shape is kept whole, its sound items in canonical writing.
fn mismatched_seq<'de, T, A>(items: &[T], non_canonical: Value, mut seq: A) -> Result<Read<Vec<T>>, A::Error>
where
    T: serde::Serialize,
    A: SeqAccess<'de>,
{
    let read = items.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>();
    let mut values = read.map_err(serde::de::Error::custom)?;
    values.push(non_canonical);
    while let Some(value) = seq.next_element()? {
        values.push(value);
    }
    Ok(Read::Mismatch(Value::Array(values)))
}

/// The member names of one resource.
pub(crate) trait Names {
    fn of(name: &str) -> Self;
}

pub(crate) struct Name<K>(PhantomData<K>);

impl<K> Name<K> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, K: Names> DeserializeSeed<'de> for Name<K> {
    type Value = K;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<K, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<K: Names> Visitor<'_> for Name<K> {
    type Value = K;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_str<E>(self, name: &str) -> Result<K, E> {
        Ok(K::of(name))
    }
}

/// Reads one member; a value of another shape goes to `other` under the member's name.
pub(crate) fn member<'de, T: Wire, A: MapAccess<'de>>(
    map: &mut A,
    member: &mut super::Member<T>,
    name: &str,
    other: &mut super::Other,
) -> Result<(), A::Error> {
    // Of a member that is told twice, the last telling counts.
    other.remove(name);
    *member = match map.next_value_seed(Seed::<T>::new())? {
        Read::Null => super::Member::Null,
        Read::As(value) => super::Member::Value(value),
        Read::Mismatch(value) => {
            other.insert(name.into(), value);
            super::Member::Absent
        }
    };
    Ok(())
}

/// Reads `@odata.type`; what is no name is kept among the unknown members.
pub(crate) fn type_name<'de, A: MapAccess<'de>>(
    map: &mut A,
    other: &mut super::Other,
) -> Result<Option<super::TypeName>, A::Error> {
    let mut name = super::Member::Absent;
    member(map, &mut name, "@odata.type", other)?;
    if name == super::Member::Null {
        other.insert("@odata.type".into(), Value::Null);
    }
    Ok(name.into_value())
}

/// The path of a member within another, whose value did not fit its type.
pub(crate) fn misfit_in<T: Wire>(name: &str, member: &super::Member<T>) -> Option<String> {
    let path = member.value()?.misfit()?;
    let dot = if path.starts_with('[') { "" } else { "." };
    Some(format!("{name}{dot}{path}"))
}

/// Writes one member, where it is there.
pub(crate) fn entry<M: serde::ser::SerializeMap, T: serde::Serialize>(
    map: &mut M,
    name: &'static str,
    member: &super::Member<T>,
) -> Result<(), M::Error> {
    match member {
        super::Member::Absent => Ok(()),
        super::Member::Null => map.serialize_entry(name, &()),
        super::Member::Value(value) => map.serialize_entry(name, value),
    }
}

/// Reads a whole resource, which must be an object. The error never repeats the value.
pub(crate) fn whole<'de, T: Wire, D: Deserializer<'de>>(deserializer: D, name: &str) -> Result<T, D::Error> {
    match Seed::<T>::new().deserialize(deserializer)? {
        Read::As(value) => Ok(value),
        Read::Null => Err(serde::de::Error::custom(format_args!("null is no {name}: an object is"))),
        Read::Mismatch(value) => {
            let shape = shape(&value);
            Err(serde::de::Error::custom(format_args!("{shape} is no {name}: an object is")))
        }
    }
}

/// What kind of JSON this is, in words.
pub(crate) const fn shape(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
