//! Reading and writing one value or one member.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::super::member::{Member, Other};
use super::super::type_name::TypeName;

/// The result of reading a JSON value as a `T`.
pub(crate) enum Read<T> {
    Null,
    As(T),
    /// A value that does not fit `T`, kept unchanged.
    Mismatch(Value),
}

impl<T> Read<T> {
    pub(super) fn map<U>(self, f: impl FnOnce(T) -> U) -> Read<U> {
        match self {
            Self::Null => Read::Null,
            Self::As(value) => Read::As(f(value)),
            Self::Mismatch(value) => Read::Mismatch(value),
        }
    }
}

/// A type that is read from JSON. Each method reads one kind of JSON value. If the type does not accept this
/// kind, there is no error: the value is kept as a mismatch.
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

    /// Like `from_map`. A resource is read in its place, because to move a large one takes time.
    fn boxed<'de, A: MapAccess<'de>>(map: A) -> Result<Read<Box<Self>>, A::Error> {
        Self::from_map(map).map(|read| read.map(Box::new))
    }

    /// Like `boxed`.
    fn shared<'de, A: MapAccess<'de>>(map: A) -> Result<Read<Arc<Self>>, A::Error> {
        Self::from_map(map).map(|read| read.map(Arc::new))
    }

    fn from_seq<'de, A: SeqAccess<'de>>(seq: A) -> Result<Read<Self>, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(seq)).map(Read::Mismatch)
    }

    /// The path of a member inside this value whose JSON did not fit its type.
    fn misfit(&self) -> Option<String> {
        None
    }
}

pub(crate) struct Seed<T>(PhantomData<T>);

impl<T> Clone for Seed<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Seed<T> {}

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

/// A single value in place of a collection is read as a collection of one.
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
}

/// Adds an item with little spare capacity. Most collections hold one or two items, but `Vec::push` reserves
/// room for four.
pub(in crate::graph) fn add<T>(items: &mut Vec<T>, item: T) {
    if items.len() == items.capacity() {
        items.reserve_exact(items.len().max(1));
    }
    items.push(item);
}

/// Reads the rest of a collection that holds an item of the wrong kind. The complete collection becomes a
/// mismatch, and its valid items are written in canonical JSON.
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

/// Reads one member. A value that does not fit the type goes to `other`, under the name of the member.
pub(crate) fn member<'de, T: Wire, A: MapAccess<'de>>(
    map: &mut A,
    member: &mut Member<T>,
    name: &str,
    other: &mut Other,
) -> Result<(), A::Error> {
    // If the JSON holds a member twice, the last value counts.
    other.drop_member(name);
    *member = match map.next_value_seed(Seed::<T>::new())? {
        Read::Null => Member::Null,
        Read::As(value) => Member::Value(value),
        Read::Mismatch(value) => {
            other.insert(name.into(), value);
            Member::Absent
        }
    };
    Ok(())
}

/// Reads `@odata.type`. A value that is not a string is kept among the unknown members.
pub(crate) fn type_name<'de, A: MapAccess<'de>>(
    map: &mut A,
    other: &mut Other,
) -> Result<Option<TypeName>, A::Error> {
    let mut name = Member::Absent;
    member(map, &mut name, "@odata.type", other)?;
    if name == Member::Null {
        other.insert("@odata.type".into(), Value::Null);
    }
    Ok(name.into_value())
}

/// The path of a value that did not fit its type, inside the member `name`.
pub(crate) fn misfit_in<T: Wire>(name: &str, member: &Member<T>) -> Option<String> {
    let path = member.value()?.misfit()?;
    let dot = if path.starts_with('[') { "" } else { "." };
    Some(format!("{name}{dot}{path}"))
}

/// Writes one member, unless it is absent.
pub(crate) fn entry<M: serde::ser::SerializeMap, T: serde::Serialize>(
    map: &mut M,
    name: &'static str,
    member: &Member<T>,
) -> Result<(), M::Error> {
    match member {
        Member::Absent => Ok(()),
        Member::Null => map.serialize_entry(name, &()),
        Member::Value(value) => map.serialize_entry(name, value),
    }
}

/// Reads a complete resource, which must be an object. The error does not quote the value.
pub(crate) fn whole<'de, T: Wire, D: Deserializer<'de>>(deserializer: D, name: &str) -> Result<T, D::Error> {
    match Seed::<T>::new().deserialize(deserializer)? {
        Read::As(value) => Ok(value),
        Read::Null => {
            Err(serde::de::Error::custom(format_args!("expected an object of type {name}, found null")))
        }
        Read::Mismatch(value) => {
            let shape = shape(&value);
            Err(serde::de::Error::custom(format_args!("expected an object of type {name}, found {shape}")))
        }
    }
}

/// The kind of a JSON value, in words.
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
