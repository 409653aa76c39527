//! A resource as a snapshot stores it.

use alloc::collections::BTreeMap;
use alloc::string::String;

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::read::Declared;
use crate::graph::member::Other;

/// A resource that is restored as it was. In the JSON of Graph, a member hides an unknown one of the same name, such as an
/// earlier value that did not fit its type. So the unknown members are apart here.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exact<T>(pub(crate) T);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts<T> {
    known: T,
    #[serde(default = "BTreeMap::new", skip_serializing_if = "BTreeMap::is_empty")]
    other: BTreeMap<String, Value>,
}

impl<T: Declared + Serialize + Clone> Serialize for Exact<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut known = self.0.clone();
        let other = (**known.other()).clone();
        *known.other() = Other::NONE;
        Parts { known, other }.serialize(serializer)
    }
}

impl<'de, T: Declared + DeserializeOwned> Deserialize<'de> for Exact<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Parts { mut known, other } = Parts::<T>::deserialize(deserializer)?;
        if !known.other().is_empty() {
            return Err(D::Error::custom("a member does not fit its type"));
        }
        *known.other() = other.into();
        Ok(Self(known))
    }
}
