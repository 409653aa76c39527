//! The two macros that declare the types in Graph's JSON.

/// Declares an enum that is read in any letter case, and that keeps unknown values in `Other`.
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
            /// A value that this crate does not know, unchanged.
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

            /// The values that this crate knows, in the order of Graph's documentation.
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

        impl crate::graph::wire::read::Wire for $Name {
            const KIND: crate::graph::wire::misfit::Kind = crate::graph::wire::misfit::Kind::Text;

            fn from_text(text: &str) -> Option<Self> {
                Some(text.into())
            }

            fn expected() -> alloc::string::String {
                ["one of ", &[$( $text ),+].join(", ")].concat()
            }

            fn misfit(&self) -> Option<crate::graph::wire::misfit::Misfit> {
                let is_unknown = matches!(self, Self::Other(_));
                is_unknown.then(|| crate::graph::wire::misfit::Misfit::new(Self::expected()))
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

/// Declares a resource with its members, in the order in which they are written.
macro_rules! resource {
    (
        $(#[$meta:meta])*
        pub struct $Name:ident { $( $(#[$fmeta:meta])* $field:ident: $Type:ty = $text:literal, )* }
    ) => {
        $(#[$meta])*
        ///
        /// Unknown members are kept in `other`.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct $Name {
            /// `@odata.type`, if the JSON has it.
            pub odata_type: Option<crate::graph::type_name::TypeName>,
            $( $(#[$fmeta])* #[doc = concat!(" JSON member: `", $text, "`.")] pub $field: crate::graph::member::Member<$Type>, )*
            /// Unknown members, and members whose value does not fit their type, unchanged.
            pub other: crate::graph::member::Other,
        }

        /// Setters, one for each member, to build a resource in code. To set a member to null, assign
        /// [`Member::Null`](crate::graph::Member::Null) to the field.
        impl $Name {
            $(
                #[doc = concat!("Sets the member `", $text, "`.")]
                #[must_use]
                pub fn $field(mut self, value: impl Into<$Type>) -> Self {
                    self.$field = crate::graph::member::Member::Value(value.into());
                    self
                }
            )*
        }

        /// Hashes only the members that are present, because most members are absent.
        impl core::hash::Hash for $Name {
            fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
                self.odata_type.hash(state);
                let mut place = 0_u8;
                $(
                    place += 1;
                    if !self.$field.is_absent() {
                        place.hash(state);
                        self.$field.hash(state);
                    }
                )*
                if !self.other.is_empty() {
                    place.hash(state);
                    self.other.hash(state);
                }
            }
        }

        impl crate::graph::wire::read::Declared for $Name {
            fn member(&mut self, name: &str) -> Option<(&'static str, &mut dyn crate::graph::wire::source::Place)> {
                match name {
                    $( $text => Some(($text, &mut self.$field)), )*
                    $( _ if name.eq_ignore_ascii_case($text) => Some(($text, &mut self.$field)), )*
                    _ => None,
                }
            }

            fn odata_type(&mut self) -> &mut Option<crate::graph::type_name::TypeName> {
                &mut self.odata_type
            }

            fn other(&mut self) -> &mut crate::graph::member::Other {
                &mut self.other
            }
        }

        impl crate::graph::wire::read::Wire for $Name {
            const KIND: crate::graph::wire::misfit::Kind = crate::graph::wire::misfit::Kind::Object;

            fn from_object(
                member: &mut crate::graph::member::Member<Self>,
                object: &mut dyn crate::graph::wire::source::Object,
            ) -> Result<crate::graph::wire::source::Kept, crate::graph::wire::source::Failed> {
                let mut resource = Self::default();
                crate::graph::wire::read::fill(&mut resource, object)?;
                *member = crate::graph::member::Member::Value(resource);
                Ok(crate::graph::wire::source::Kept::InPlace)
            }

            fn misfit(&self) -> Option<crate::graph::wire::misfit::Misfit> {
                use crate::graph::wire::read::{misfit_in, misfit_of_type};
                misfit_of_type(&self.other) $( .or_else(|| misfit_in($text, &self.$field, &self.other)) )*
            }
        }

        impl<'de> serde::Deserialize<'de> for $Name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::graph::wire::read::whole(deserializer, stringify!($Name))
            }
        }

        impl serde::Serialize for $Name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeMap as _;
                let mut map = serializer.serialize_map(None)?;
                if let Some(name) = &self.odata_type {
                    map.serialize_entry("@odata.type", name)?;
                }
                $( crate::graph::wire::read::entry(&mut map, $text, &self.$field)?; )*
                self.other.write(&mut map, |name| match name {
                    $( $text => !self.$field.is_absent(), )*
                    "@odata.type" => self.odata_type.is_some(),
                    _ => false,
                })?;
                map.end()
            }
        }

        impl crate::graph::member::Members for $Name {
            fn pair<R: crate::graph::member::Rule>(&mut self, theirs: &Self, mut rule: R) {
                $( rule.member($text, &mut self.$field, &theirs.$field); )*
                rule.other(&mut self.other, &theirs.other);
            }

            fn take_over(&mut self, theirs: &mut Self) {
                $( if !theirs.$field.is_absent() {
                    self.$field = theirs.$field.take();
                } )*
                self.other.append(&mut theirs.other);
            }

            fn lacks(&self, theirs: &Self) -> bool {
                $( (!theirs.$field.is_absent() && self.$field != theirs.$field) || )*
                theirs.other.iter().any(|(name, value)| self.other.get(name) != Some(value))
            }

            fn is_silent(&self) -> bool {
                $( self.$field.is_absent() && )* self.other.is_empty()
            }
        }
    };
}

pub(crate) use {open_enum, resource};
