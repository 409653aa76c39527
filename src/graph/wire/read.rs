//! Reading and writing one value or one member.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::marker::PhantomData;

use serde::Deserializer;
use serde::de::DeserializeSeed;
use serde_json::Value;

use super::super::member::{Member, Other};
use super::super::type_name::TypeName;
use super::misfit::{Kind, Misfit};
use super::source::{Array, Failed, Kept, Object, Place, Reading, Scalar};
use super::strict::Strict;

/// The result of reading a JSON value as a `T`.
pub(crate) enum Read<T> {
    Null,
    As(T),
    /// A value that does not fit `T`, kept unchanged.
    Mismatch(Value),
}

impl<T> Read<T> {
    /// The result in a member that was absent before.
    pub(in crate::graph) fn of(kept: Kept, member: Member<T>) -> Self {
        match (kept, member) {
            (Kept::Mismatch(value), _) => Self::Mismatch(*value),
            (Kept::InPlace, Member::Value(value)) => Self::As(value),
            (Kept::InPlace, Member::Null | Member::Absent) => Self::Null,
        }
    }
}

/// Reads a value of another type, and wraps it.
pub(in crate::graph) fn wrapped<T, U>(
    member: &mut Member<T>,
    wrap: impl FnOnce(U) -> T,
    read: impl FnOnce(&mut Member<U>) -> Result<Kept, Failed>,
) -> Result<Kept, Failed> {
    let mut value = Member::Absent;
    let kept = read(&mut value)?;
    *member = value.into_value().map(wrap).into();
    Ok(kept)
}

/// A type that is read from JSON. Each method reads one kind of JSON value. If the type does not accept this
/// kind, there is no error: the value is kept as a mismatch.
pub(crate) trait Wire: Sized {
    /// The kind of JSON in which the documentation writes the type. A strict reader accepts no other kind.
    const KIND: Kind;

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

    /// Reads an object into `member`, which is absent before the call.
    fn from_object(_member: &mut Member<Self>, object: &mut dyn Object) -> Result<Kept, Failed> {
        object.rest().map(Kept::mismatch)
    }

    /// Reads an array into `member`, which is absent before the call.
    fn from_array(_member: &mut Member<Self>, array: &mut dyn Array) -> Result<Kept, Failed> {
        array.rest().map(Kept::mismatch)
    }

    /// A description of the values that fit.
    fn expected() -> String {
        Self::KIND.words().into()
    }

    /// The first part of this value that does not fit its type.
    fn misfit(&self) -> Option<Misfit> {
        None
    }

    /// The part of a JSON value, which does not fit this type, that is at fault.
    fn misfit_of(_value: &Value) -> Misfit {
        Misfit::new(Self::expected())
    }
}

impl<T: Wire> Place for Member<T> {
    fn kind(&self) -> Kind {
        T::KIND
    }

    fn scalar(&mut self, scalar: Scalar<'_>) -> Kept {
        let read = match scalar {
            Scalar::Null => {
                *self = Self::Null;
                return Kept::InPlace;
            }
            Scalar::Bool(truth) => T::from_bool(truth),
            Scalar::Integer(number) => T::from_integer(number),
            Scalar::Large(_) => None,
            Scalar::Float(number) => T::from_float(number),
            Scalar::Text(text) => T::from_text(text),
        };
        *self = read.into();
        if self.is_absent() { Kept::mismatch(scalar) } else { Kept::InPlace }
    }

    fn object(&mut self, object: &mut dyn Object) -> Result<Kept, Failed> {
        *self = Self::Absent;
        T::from_object(self, object)
    }

    fn array(&mut self, array: &mut dyn Array) -> Result<Kept, Failed> {
        *self = Self::Absent;
        T::from_array(self, array)
    }
}

/// A resource that [`resource!`](super::declare::resource) declares.
pub(crate) trait Declared {
    /// The member with this name in any letter case, and its usual name.
    fn member(&mut self, name: &str) -> Option<(&'static str, &mut dyn Place)>;
    fn odata_type(&mut self) -> &mut Option<TypeName>;
    fn other(&mut self) -> &mut Other;
}

/// A name in the JSON of a resource.
enum Name<'a> {
    Type,
    Member(&'static str, &'a mut dyn Place),
    Other(String),
}

impl<'a> Name<'a> {
    fn of(name: &str, resource: &'a mut dyn Declared) -> Self {
        match resource.member(name) {
            Some((name, place)) => Self::Member(name, place),
            None if name == "@odata.type" => Self::Type,
            None => Self::Other(name.into()),
        }
    }
}

/// Reads the members of an object into a new resource.
pub(crate) fn fill(resource: &mut dyn Declared, object: &mut dyn Object) -> Result<(), Failed> {
    loop {
        // The compiler cannot know that the name is passed on only once.
        let mut lent = Some(&mut *resource);
        let mut name = None;
        object.name(&mut |text| name = lent.take().map(|resource| Name::of(text, resource)))?;
        match name {
            None => return Ok(()),
            Some(Name::Member(name, place)) => {
                let kept = object.value(place)?;
                resource.other().keep_mismatch(name, kept);
            }
            Some(Name::Type) => {
                let name = type_name(object, resource.other())?;
                *resource.odata_type() = name;
            }
            Some(Name::Other(name)) => {
                let value = object.json()?;
                resource.other().insert(name, value);
            }
        }
    }
}

impl Other {
    /// Keeps the value of a member if it does not fit the type of the member. If the JSON holds a member twice, the last value
    /// counts.
    fn keep_mismatch(&mut self, name: &str, kept: Kept) {
        match kept {
            Kept::InPlace => self.drop_member(name),
            Kept::Mismatch(value) => _ = self.insert(name.into(), *value),
        }
    }
}

/// A resource is read in its place, because to move a large one takes time.
impl<T: Wire + Declared + Default> Wire for Box<T> {
    const KIND: Kind = T::KIND;

    fn from_object(member: &mut Member<Self>, object: &mut dyn Object) -> Result<Kept, Failed> {
        let mut resource = Self::default();
        fill(&mut *resource, object)?;
        *member = Member::Value(resource);
        Ok(Kept::InPlace)
    }

    fn misfit(&self) -> Option<Misfit> {
        T::misfit(self)
    }
}

impl<T: Wire + Declared + Default + Clone> Wire for Arc<T> {
    const KIND: Kind = T::KIND;

    fn from_object(member: &mut Member<Self>, object: &mut dyn Object) -> Result<Kept, Failed> {
        let mut resource = Self::default();
        fill(Self::make_mut(&mut resource), object)?;
        *member = Member::Value(resource);
        Ok(Kept::InPlace)
    }
}

/// A single value in place of a collection is read as a collection of one.
impl<T: Wire + serde::Serialize> Wire for Vec<T> {
    const KIND: Kind = Kind::Array;

    fn from_text(text: &str) -> Option<Self> {
        T::from_text(text).map(|one| vec![one])
    }

    fn from_object(member: &mut Member<Self>, object: &mut dyn Object) -> Result<Kept, Failed> {
        wrapped(member, |one| vec![one], |one| T::from_object(one, object))
    }

    fn from_array(member: &mut Member<Self>, array: &mut dyn Array) -> Result<Kept, Failed> {
        let mut items = Self::new();
        let mut item = Member::Absent;
        while let Some(kept) = array.item(&mut item)? {
            match Read::of(kept, item.take()) {
                Read::As(item) => add(&mut items, item),
                Read::Null => return mismatched(&items, Value::Null, array),
                Read::Mismatch(value) => return mismatched(&items, value, array),
            }
        }
        items.shrink_to_fit();
        *member = Member::Value(items);
        Ok(Kept::InPlace)
    }

    fn misfit(&self) -> Option<Misfit> {
        misfit_among(self.iter())
    }

    fn misfit_of(value: &Value) -> Misfit {
        let mut items = value.as_array().into_iter().flatten().enumerate();
        let does_not_fit = |item: &Value| !matches!(strict::<T, _>(item), Ok(Read::As(_)));
        let first = items.find(|(_, item)| does_not_fit(item));
        match first {
            Some((index, item)) => T::misfit_of(item).inside(&format!("[{index}]")),
            None => Misfit::new(Self::expected()),
        }
    }
}

/// The first item of a collection that does not fit.
pub(in crate::graph) fn misfit_among<'a, T: Wire + 'a>(
    mut items: impl Iterator<Item = &'a T>,
) -> Option<Misfit> {
    let mut index = 0..;
    items.find_map(|item| {
        let index = index.next().unwrap_or(usize::MAX);
        Some(item.misfit()?.inside(&format!("[{index}]")))
    })
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
fn mismatched<T: serde::Serialize>(
    items: &[T],
    non_canonical: Value,
    array: &mut dyn Array,
) -> Result<Kept, Failed> {
    let read = items.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>();
    let mut values = read.map_err(|error| array.fail(format_args!("{error}")))?;
    values.push(non_canonical);
    values.append(&mut array.rest()?);
    Ok(Kept::mismatch(values))
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
        let mut member = Member::Absent;
        let kept = Reading(&mut member).deserialize(deserializer)?;
        Ok(Read::of(kept, member))
    }
}

/// Reads a value strictly: see [`strict`](super::strict).
pub(crate) fn strict<'de, T: Wire, D: Deserializer<'de>>(deserializer: D) -> Result<Read<T>, D::Error> {
    let mut member = Member::Absent;
    let kept = Reading(&mut Strict(&mut member)).deserialize(deserializer)?;
    Ok(Read::of(kept, member))
}

/// Reads one member. A value that does not fit the type goes to `other`, under the name of the member.
pub(crate) fn member<T: Wire>(
    object: &mut dyn Object,
    member: &mut Member<T>,
    name: &str,
    other: &mut Other,
) -> Result<(), Failed> {
    let kept = object.value(member)?;
    other.keep_mismatch(name, kept);
    Ok(())
}

/// Reads `@odata.type`. A value that is not a string is kept among the unknown members.
pub(crate) fn type_name(object: &mut dyn Object, other: &mut Other) -> Result<Option<TypeName>, Failed> {
    let mut name = Member::Absent;
    member(object, &mut name, "@odata.type", other)?;
    if name == Member::Null {
        other.insert("@odata.type".into(), Value::Null);
    }
    Ok(name.into_value())
}

/// An `@odata.type` that is no string.
pub(crate) fn misfit_of_type(other: &Other) -> Option<Misfit> {
    const NAME: &str = "@odata.type";
    let value = other.get(NAME).filter(|value| !value.is_null())?;
    Some(TypeName::misfit_of(value).inside(NAME))
}

/// The value that does not fit its type in the member `name`, or inside it.
pub(crate) fn misfit_in<T: Wire>(name: &str, member: &Member<T>, other: &Other) -> Option<Misfit> {
    let misfit = match other.get(name) {
        Some(value) => Some(T::misfit_of(value)),
        None => member.value()?.misfit(),
    };
    misfit.map(|misfit| misfit.inside(name))
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
