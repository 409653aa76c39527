//! The macro that declares enums whose values have fixed names: states, transitions, superstates, finding
//! kinds.

macro_rules! names {
    ($(#[$meta:meta])* pub enum $Name:ident { $( $(#[$vmeta:meta])* $Variant:ident = $text:literal, )+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $Name { $( $(#[$vmeta])* $Variant, )+ }

        impl $Name {
            /// All values, in the order of their declaration.
            pub const ALL: &[Self] = &[ $( Self::$Variant, )+ ];

            /// The name of the value. The name of a value that occurs in Graph's JSON or in the event log
            /// is spelled as it is there. All other names are this crate's own.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$Variant => $text, )+ }
            }
        }

        impl core::fmt::Display for $Name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

pub(crate) use names;
