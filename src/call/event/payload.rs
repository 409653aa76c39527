//! The macro that declares the data of an event that is no resource of Graph.

/// Declares structs that are read and written member by member. Each member says whether it is required or
/// optional, its name in JSON, and what an absent optional member means: `None`.
macro_rules! payloads {
    ($(
        $(#[$meta:meta])*
        $vis:vis struct $Name:ident {
            $( $(#[$field_meta:meta])* $need:ident $field:ident: $Type:ty = $text:literal, )*
        }
    )+) => { $(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        $vis struct $Name {
            $( $(#[$field_meta])* pub $field: payloads!(@type $need $Type), )*
            /// Members that this version does not know, unchanged.
            pub other: $crate::graph::member::Other,
        }

        impl<'de> serde::Deserialize<'de> for $Name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;

                impl<'de> serde::de::Visitor<'de> for Visitor {
                    type Value = $Name;

                    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<$Name, A::Error> {
                        use serde::de::Error as _;

                        $( let mut $field = None; )*
                        let mut other = $crate::graph::member::Other::default();
                        while let Some($crate::json::read::Text(name)) = map.next_key()? {
                            match &*name {
                                $( $text => if $field.replace(map.next_value()?).is_some() {
                                    return Err(A::Error::duplicate_field($text));
                                }, )*
                                _ => _ = other.insert(name.into(), map.next_value()?),
                            }
                        }
                        Ok($Name { $( $field: payloads!(@read $need $field, $text), )* other })
                    }
                }

                deserializer.deserialize_map(Visitor)
            }
        }

        impl serde::Serialize for $Name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap as _;

                let mut map = serializer.serialize_map(None)?;
                $( payloads!(@write $need map, $text, &self.$field); )*
                self.other.write(&mut map, |name| [$( $text ),*].contains(&name))?;
                map.end()
            }
        }
    )+ };

    (@type required $Type:ty) => { $Type };
    (@type optional $Type:ty) => { Option<$Type> };
    (@read required $field:ident, $text:literal) => {
        $field.ok_or_else(|| A::Error::missing_field($text))?
    };
    (@read optional $field:ident, $text:literal) => { $field.flatten() };
    (@write required $map:ident, $text:literal, $value:expr) => { $map.serialize_entry($text, $value)? };
    (@write optional $map:ident, $text:literal, $value:expr) => {
        if let Some(value) = $value {
            $map.serialize_entry($text, value)?;
        }
    };
}

pub(super) use payloads;
