//! The macro that declares events. Each row is one kind of event. From a row, the macro makes the variant,
//! the name in the log, and the code that reads and writes the payload.

/// Declares the enums of events, and [`EventKind`](super::EventKind), which has a value for each name in the
/// log.
///
/// A row `Kind(Payload) = "name" in Scope of Part` is a variant of its own. A block
/// `steps Variant(Transition, Payload) in Scope of Part { Kind = Transition }` is one variant for a whole lifecycle: its rows name
/// the kind of each transition. `wraps Variant(Enum)` is one variant
/// for all events of another enum.
macro_rules! events {
    ($(
        $(#[$enum_meta:meta])*
        pub enum $Enum:ident {
            $( $(#[$meta:meta])* $Variant:ident $( ($Payload:ty) )? = $name:literal in $Scope:ident of $Part:ident, )+
        }
        $( steps $(#[$group_meta:meta])* $Group:ident($Transition:ty, $GroupPayload:ty) in $GroupScope:ident of $GroupPart:ident { $( $Kind:ident = $Step:ident, )+ } )*
        $( wraps $Wrapper:ident($Wrapped:ident) )?
    )+) => {
        $(
            $(#[$enum_meta])*
            #[derive(Clone, Debug, PartialEq, Eq, Hash)]
            #[expect(clippy::exhaustive_enums, reason = "what shows or stores events must know of a new one")]
            pub enum $Enum {
                $( $(#[$meta])* $Variant $( ($Payload) )?, )+
                $( $(#[$group_meta])* $Group($Transition, $GroupPayload), )*
                $( #[doc = concat!("An event on the side of the service: see [`", stringify!($Wrapped), "`].")] $Wrapper($Wrapped), )?
            }

            impl $Enum {
                /// The kind of this event, without its data.
                pub const fn kind(&self) -> EventKind {
                    match self {
                        $( Self::$Variant { .. } => EventKind::$Variant, )+
                        $( Self::$Group(transition, _) => match transition {
                            $( <$Transition>::$Step => EventKind::$Kind, )+
                        }, )*
                        $( Self::$Wrapper(event) => event.kind(), )?
                    }
                }
            }

            /// Writes the data of the event as JSON.
            impl serde::Serialize for $Enum {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    match self {
                        $( events!(@pattern carried, Self::$Variant $( ($Payload) )?) => {
                            carried::Payload::write(events!(@carried carried $( ($Payload) )?), serializer)
                        } )+
                        $( Self::$Group(_, carried) => carried::Payload::write(carried, serializer), )*
                        $( Self::$Wrapper(event) => event.serialize(serializer), )?
                    }
                }
            }

            $( impl From<$Transition> for EventKind {
                fn from(transition: $Transition) -> Self {
                    match transition {
                        $( <$Transition>::$Step => Self::$Kind, )+
                    }
                }
            } )*

            $( impl From<$Wrapped> for $Enum {
                fn from(event: $Wrapped) -> Self {
                    Self::$Wrapper(event)
                }
            } )?
        )+

        impl CallEvent {
            /// Reads an event from its kind and from its `data`.
            pub(crate) fn read<'de, D: serde::Deserializer<'de>>(kind: EventKind, data: D) -> Result<Self, D::Error> {
                match kind {
                    $(
                        $( EventKind::$Variant => events!(@read data, $Enum::$Variant $( ($Payload) )?), )+
                        $( $( EventKind::$Kind => {
                            let read = <$GroupPayload as carried::Payload>::read(data);
                            read.map(|carried| $Enum::$Group(<$Transition>::$Step, carried).into())
                        } )+ )*
                    )+
                }
            }
        }

        /// The kind of an event, without its data. There is one value for each name in the log.
        ///
        /// The enum is exhaustive. If a version adds a kind, the compiler reports each `match` that does not
        /// handle the new kind.
        ///
        /// ```
        /// use callfold::call::EventKind;
        ///
        /// assert_eq!(EventKind::named("toneReceived"), Some(EventKind::ToneReceived));
        /// assert_eq!(EventKind::ToneReceived.as_str(), "toneReceived");
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[expect(clippy::exhaustive_enums, reason = "what shows or stores events must know of a new kind")]
        pub enum EventKind {
            $(
                $( #[doc = concat!("`", $name, "`: [`", stringify!($Enum), "::", stringify!($Variant), "`].")] $Variant, )+
                $( $( #[doc = concat!("[`", stringify!($Enum), "::", stringify!($Group), "`] with `", stringify!($Step), "`.")] $Kind, )+ )*
            )+
        }

        impl EventKind {
            /// All kinds.
            pub const ALL: &[Self] = &[ $( $( Self::$Variant, )+ $( $( Self::$Kind, )+ )* )+ ];

            /// The name in the log.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(
                        $( Self::$Variant => $name, )+
                        $( $( Self::$Kind => <$Transition>::$Step.as_str(), )+ )*
                    )+
                }
            }

            /// The part of the call that an event of this kind changes.
            pub const fn part(self) -> Part {
                match self {
                    $(
                        $( Self::$Variant => Part::$Part, )+
                        $( $( Self::$Kind )|+ => Part::$GroupPart, )*
                    )+
                }
            }

            /// When an event of this kind can happen.
            pub(crate) const fn scope(self) -> Scope {
                match self {
                    $(
                        $( Self::$Variant => Scope::$Scope, )+
                        $( $( Self::$Kind )|+ => Scope::$GroupScope, )*
                    )+
                }
            }

            /// The kind with this name in the log; `None` if no kind has this name.
            pub fn named(name: &str) -> Option<Self> {
                match name {
                    $( $( $name => Some(Self::$Variant), )+ )+
                    _ => {
                        let of_transitions = [ $( $( $( Self::$Kind, )+ )* )+ ];
                        of_transitions.into_iter().find(|kind| kind.as_str() == name)
                    }
                }
            }
        }
    };

    (@read $data:ident, $Enum:ident :: $Variant:ident ($Payload:ty)) => {
        <$Payload as carried::Payload>::read($data).map(|carried| $Enum::$Variant(carried).into())
    };
    (@read $data:ident, $Enum:ident :: $Variant:ident) => {
        <() as carried::Payload>::read($data).map(|()| $Enum::$Variant.into())
    };
    (@pattern $carried:ident, $Enum:ident :: $Variant:ident ($Payload:ty)) => { Self::$Variant($carried) };
    (@pattern $carried:ident, $Enum:ident :: $Variant:ident) => { Self::$Variant };
    (@carried $carried:ident ($Payload:ty)) => { $carried };
    (@carried $carried:ident) => { &() };
}

pub(super) use events;
