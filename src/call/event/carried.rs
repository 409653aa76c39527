//! The data of an event: how it is read and written.

use alloc::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize as _, Deserializer, Serialize, Serializer};

use crate::graph;
use crate::graph::member::Members as _;
use crate::graph::wire::read::whole;

/// The members of the call resource that an event changes, and no others; `None` where it changes none.
pub type Details = Option<Arc<graph::call::Call>>;

/// The data of an event: the member `data` of its line.
pub(super) trait Payload: Sized {
    fn read<'de, D: Deserializer<'de>>(data: D) -> Result<Self, D::Error>;
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
}

impl<T: DeserializeOwned + Serialize> Payload for Arc<T> {
    fn read<'de, D: Deserializer<'de>>(data: D) -> Result<Self, D::Error> {
        T::deserialize(data).map(Self::new)
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        T::serialize(self, serializer)
    }
}

/// No details are written as an empty object, and an empty object is read as no details.
impl Payload for Details {
    fn read<'de, D: Deserializer<'de>>(data: D) -> Result<Self, D::Error> {
        let details: Arc<graph::call::Call> = whole(data, "Call")?;
        let is_empty = details.odata_type.is_none() && details.is_silent();
        Ok((!is_empty).then_some(details))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Some(details) => details.write(serializer),
            None => ().write(serializer),
        }
    }
}

/// An event that carries nothing.
impl Payload for () {
    fn read<'de, D: Deserializer<'de>>(data: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(data).map(|_| ())
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde::ser::SerializeMap::end(serializer.serialize_map(Some(0))?)
    }
}

macro_rules! small_payloads {
    ($($Payload:ty),+) => {
        $( impl carried::Payload for $Payload {
            fn read<'de, D: serde::Deserializer<'de>>(data: D) -> Result<Self, D::Error> {
                serde::Deserialize::deserialize(data)
            }

            fn write<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serde::Serialize::serialize(self, serializer)
            }
        } )+
    };
}

pub(super) use small_payloads;
