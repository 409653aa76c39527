//! The macro that declares the closed lists of names: states, causes, regions, findings.

macro_rules! names {
    ($(#[$meta:meta])* pub enum $Name:ident { $( $(#[$vmeta:meta])* $Variant:ident = $text:literal, )+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $Name { $( $(#[$vmeta])* $Variant, )+ }

        impl $Name {
            /// All of them, in the order of the chart.
            pub const ALL: &[Self] = &[ $( Self::$Variant, )+ ];

            /// The name as Graph, or the log, writes it.
            ///
            /// ```
            /// assert_eq!(callfold::call::State::TransferAccepted.as_str(), "transferAccepted");
            /// ```
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
