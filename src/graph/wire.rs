//! Reading and writing: one visitor for every type of the wire, and the two macros that declare them.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use jiff::{SignedDuration, Span, Timestamp};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::{Id, Secret};

/// What stood where a `T` belongs.
pub(crate) enum Read<T> {
    Null,
    As(T),
    /// A value of another shape, kept as it came.
    Odd(Value),
}

impl<T> Read<T> {
    fn map<U>(self, f: impl FnOnce(T) -> U) -> Read<U> {
        match self {
            Self::Null => Read::Null,
            Self::As(value) => Read::As(f(value)),
            Self::Odd(value) => Read::Odd(value),
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
        Value::deserialize(MapAccessDeserializer::new(map)).map(Read::Odd)
    }

    fn from_seq<'de, A: SeqAccess<'de>>(seq: A) -> Result<Read<Self>, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(seq)).map(Read::Odd)
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
        Ok(T::from_bool(truth).map_or(Read::Odd(Value::Bool(truth)), Read::As))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Read<T>, E> {
        Ok(T::from_integer(number).map_or_else(|| Read::Odd(number.into()), Read::As))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Read<T>, E> {
        let fits = i64::try_from(number).ok().and_then(T::from_integer);
        Ok(fits.map_or_else(|| Read::Odd(number.into()), Read::As))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Read<T>, E> {
        Ok(T::from_float(number).map_or_else(|| Read::Odd(number.into()), Read::As))
    }

    fn visit_str<E>(self, text: &str) -> Result<Read<T>, E> {
        Ok(T::from_text(text).map_or_else(|| Read::Odd(text.into()), Read::As))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Read<T>, A::Error> {
        T::from_map(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Read<T>, A::Error> {
        T::from_seq(seq)
    }
}

impl Wire for String {
    fn from_text(text: &str) -> Option<Self> {
        Some(text.into())
    }

    fn from_integer(number: i64) -> Option<Self> {
        Some(number.to_string())
    }
}

impl Wire for Id {
    fn from_text(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| text.into())
    }
}

impl Wire for uuid::Uuid {
    fn from_text(text: &str) -> Option<Self> {
        Self::try_parse(text).ok()
    }
}

impl Wire for bool {
    fn from_bool(truth: bool) -> Option<Self> {
        Some(truth)
    }

    fn from_text(text: &str) -> Option<Self> {
        match text {
            "true" | "True" => Some(true),
            "false" | "False" => Some(false),
            _ => None,
        }
    }
}

impl Wire for i32 {
    fn from_integer(number: i64) -> Option<Self> {
        number.try_into().ok()
    }

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Wire for i64 {
    fn from_integer(number: i64) -> Option<Self> {
        Some(number)
    }

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Wire for Timestamp {
    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Wire for SignedDuration {
    /// ISO 8601, days taken as 24 hours, as `Edm.Duration` has them.
    fn from_text(text: &str) -> Option<Self> {
        let span: Span = text.parse().ok()?;
        span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()
    }
}

impl<T: Wire> Wire for Secret<T> {
    fn from_text(text: &str) -> Option<Self> {
        T::from_text(text).map(Self::new)
    }

    fn from_integer(number: i64) -> Option<Self> {
        T::from_integer(number).map(Self::new)
    }
}

impl<T: Wire> Wire for Box<T> {
    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Read<Self>, A::Error> {
        T::from_map(map).map(|read| read.map(Self::new))
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
                Read::As(item) => items.push(item),
                Read::Null => return odd_seq(&items, Value::Null, seq),
                Read::Odd(value) => return odd_seq(&items, value, seq),
            }
        }
        // Most collections hold one item, and growing leaves room for four.
        items.shrink_to_fit();
        Ok(Read::As(items))
    }
}

/// A collection with an item of another shape is kept whole, its sound items in canonical writing.
fn odd_seq<'de, T, A>(items: &[T], odd: Value, mut seq: A) -> Result<Read<Vec<T>>, A::Error>
where
    T: serde::Serialize,
    A: SeqAccess<'de>,
{
    let read = items.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>();
    let mut values = read.map_err(serde::de::Error::custom)?;
    values.push(odd);
    while let Some(value) = seq.next_element()? {
        values.push(value);
    }
    Ok(Read::Odd(Value::Array(values)))
}

/// Declares an enumeration that is open: values are read in any casing, unknown ones are kept.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $Name:ident { $( $(#[$vmeta:meta])* $Variant:ident = $text:literal, )+ }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $Name {
            $( $(#[$vmeta])* #[doc = concat!("`", $text, "`")] $Variant, )+
            /// A value that this version does not know, as it came.
            Other(alloc::boxed::Box<str>),
        }

        impl $Name {
            /// The value as Graph writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$Variant => $text, )+
                    Self::Other(text) => text,
                }
            }

            /// The values that this version knows, in the order of the documentation.
            pub const KNOWN: &[Self] = &[ $( Self::$Variant, )+ ];
        }

        impl From<&str> for $Name {
            fn from(text: &str) -> Self {
                match text {
                    $( $text => Self::$Variant, )+
                    $( _ if text.eq_ignore_ascii_case($text) => Self::$Variant, )+
                    _ => Self::Other(text.into()),
                }
            }
        }

        impl core::fmt::Display for $Name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl crate::graph::wire::Wire for $Name {
            fn from_text(text: &str) -> Option<Self> {
                Some(text.into())
            }
        }

        impl serde::Serialize for $Name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $Name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = alloc::borrow::Cow::<str>::deserialize(deserializer)?;
                Ok(Self::from(&*text))
            }
        }
    };
}

/// Declares a resource: its members, in the order in which they are written.
macro_rules! resource {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident { $( $(#[$fmeta:meta])* $field:ident: $Type:ty = $text:literal, )* }
    ) => {
        $(#[$meta])*
        ///
        /// Open: members that it does not know are in `other`.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub struct $Name {
            /// `@odata.type`, where it was told.
            pub odata_type: Option<crate::graph::TypeName>,
            $( $(#[$fmeta])* #[doc = concat!(" Member `", $text, "`.")] pub $field: crate::graph::Member<$Type>, )*
            /// Unknown members, as they came.
            pub other: crate::graph::Other,
        }

        impl crate::graph::wire::Wire for $Name {
            fn from_map<'de, A: serde::de::MapAccess<'de>>(
                mut map: A,
            ) -> Result<crate::graph::wire::Read<Self>, A::Error> {
                let mut this = Self::default();
                while let Some(name) = map.next_key_seed(crate::graph::wire::Name::<Key>::new())? {
                    match name {
                        $( Key::$field => crate::graph::wire::member(&mut map, &mut this.$field, $text, &mut this.other)?, )*
                        Key::Type => match map.next_value_seed(crate::graph::wire::Seed::new())? {
                            crate::graph::wire::Read::As(name) => this.odata_type = Some(name),
                            crate::graph::wire::Read::Null => {
                                this.other.insert("@odata.type".into(), serde_json::Value::Null);
                            }
                            crate::graph::wire::Read::Odd(value) => {
                                this.other.insert("@odata.type".into(), value);
                            }
                        },
                        Key::Other(name) => {
                            this.other.insert(name, map.next_value()?);
                        }
                    }
                }
                return Ok(crate::graph::wire::Read::As(this));

                #[allow(non_camel_case_types, reason = "the members are the names")]
                enum Key { $( $field, )* Type, Other(alloc::string::String) }

                impl crate::graph::wire::Names for Key {
                    fn of(name: &str) -> Self {
                        match name {
                            $( $text => Self::$field, )*
                            "@odata.type" => Self::Type,
                            $( _ if name.eq_ignore_ascii_case($text) => Self::$field, )*
                            _ => Self::Other(name.into()),
                        }
                    }
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $Name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::graph::wire::whole(deserializer, stringify!($Name))
            }
        }

        impl serde::Serialize for $Name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap as _;
                let mut map = serializer.serialize_map(None)?;
                if let Some(name) = &self.odata_type {
                    map.serialize_entry("@odata.type", name)?;
                }
                $( crate::graph::wire::entry(&mut map, $text, &self.$field)?; )*
                for (name, value) in self.other.iter() {
                    let told = match name.as_str() {
                        $( $text => !self.$field.is_absent(), )*
                        "@odata.type" => self.odata_type.is_some(),
                        _ => false,
                    };
                    if !told {
                        map.serialize_entry(name, value)?;
                    }
                }
                map.end()
            }
        }

        impl crate::graph::Members for $Name {
            fn pair<R: crate::graph::member::Rule>(&mut self, theirs: &Self, mut rule: R) {
                $( rule.member($text, &mut self.$field, &theirs.$field); )*
                rule.other(&mut self.other, &theirs.other);
            }

            fn is_silent(&self) -> bool {
                $( self.$field.is_absent() && )* self.other.is_empty()
            }
        }
    };
}

pub(super) use {open_enum, resource};

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
        Read::Odd(value) => {
            other.insert(name.into(), value);
            super::Member::Absent
        }
    };
    Ok(())
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
        Read::Odd(value) => {
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
