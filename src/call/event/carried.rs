//! The data of an event: how it is read and written.

use alloc::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};

use crate::graph;

/// The members of the call resource that an event changes, and no others; `None` where it changes none.
pub type Details = Option<Arc<graph::call::Call>>;

/// The data of an event: the member `data` of its line.
pub(super) trait Payload: Sized {
    fn read(data: &str) -> Result<Self, serde_json::Error>;
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
}

impl<T: DeserializeOwned + Serialize> Payload for Arc<T> {
    fn read(data: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(data).map(Self::new)
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        T::serialize(self, serializer)
    }
}

/// No details are written as an empty object, and an empty object is read as no details.
impl Payload for Details {
    fn read(data: &str) -> Result<Self, serde_json::Error> {
        if data == "{}" {
            return Ok(None);
        }
        let details = Arc::<graph::call::Call>::read(data)?;
        Ok(Some(details).filter(|details| **details != graph::call::Call::default()))
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
    fn read(data: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(data).map(|serde::de::IgnoredAny| ())
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serde::ser::SerializeMap::end(serializer.serialize_map(Some(0))?)
    }
}

macro_rules! small_payloads {
    ($($Payload:ty),+) => {
        $( impl carried::Payload for $Payload {
            fn read(data: &str) -> Result<Self, serde_json::Error> {
                serde_json::from_str(data)
            }

            fn write<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serde::Serialize::serialize(self, serializer)
            }
        } )+
    };
}

pub(super) use small_payloads;
