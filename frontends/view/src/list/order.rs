//! In which order a list shows calls.

use core::cmp::Reverse;
use core::fmt;
use core::str::FromStr;

use callfold::jiff::Timestamp;
use callfold::{CallId, Summary};

/// What a list of calls is sorted by. The default is the time at which the calls began.
///
/// ```
/// use callfold_view::list::order::Order;
///
/// let order: Order = "-duration".parse()?;
/// assert_eq!((order.key(), order.is_reversed()), ("duration", true));
/// assert_eq!(Order::default().to_string(), "begin");
/// assert!("size".parse::<Order>().is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Order {
    key: Key,
    is_reversed: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Key {
    #[default]
    Begin,
    End,
    Duration,
    State,
    From,
    To,
    Findings,
    Id,
}

const KEYS: [(&str, Key); 8] = [
    ("begin", Key::Begin),
    ("end", Key::End),
    ("duration", Key::Duration),
    ("state", Key::State),
    ("from", Key::From),
    ("to", Key::To),
    ("findings", Key::Findings),
    ("id", Key::Id),
];

impl FromStr for Order {
    type Err = String;

    /// Reads the name of a key, such as `begin`. A `-` before it stands for the other way.
    ///
    /// # Errors
    ///
    /// A message that lists the keys.
    fn from_str(text: &str) -> Result<Self, String> {
        let (is_reversed, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
        let known = KEYS.iter().find(|(known, _)| *known == name);
        let names = || KEYS.map(|(name, _)| name).join(", ");
        known
            .map(|(_, key)| Self { key: *key, is_reversed })
            .ok_or_else(|| format!("the keys are {}; -KEY sorts the other way", names()))
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.is_reversed { "-" } else { "" }, self.key())
    }
}

impl Order {
    /// All orders: each key, and the other way after it.
    ///
    /// ```
    /// use callfold_view::list::order::Order;
    ///
    /// assert_eq!(Order::all().nth(3).map(|order| order.to_string()).as_deref(), Some("-end"));
    /// ```
    pub fn all() -> impl Iterator<Item = Self> {
        KEYS.into_iter().flat_map(|(_, key)| [false, true].map(|is_reversed| Self { key, is_reversed }))
    }

    /// The name of the key.
    pub fn key(self) -> &'static str {
        KEYS.iter().find(|(_, key)| *key == self.key).map_or("", |(name, _)| name)
    }

    /// True if the list is sorted the other way.
    pub const fn is_reversed(self) -> bool {
        self.is_reversed
    }

    /// Sorts items that each stand for a call. `call` is the call of an item, and `findings` the numbers of its errors, its
    /// warnings and its other findings. Calls that lack the value come last: a call that has not ended has no end and no
    /// duration. Equal calls are in the order in which they began.
    pub fn sort<T>(
        self,
        items: &mut [T],
        call: impl for<'a> Fn(&'a T) -> Summary<'a>,
        findings: impl Fn(&T) -> [usize; 3],
    ) {
        let lower = |name: std::borrow::Cow<'_, str>| name.to_lowercase();
        match self.key {
            Key::Begin => self.by(items, &call, |item| call(item).first_at()),
            Key::End => self.by(items, &call, |item| end(&call(item))),
            Key::Duration => self.by(items, &call, |item| {
                let call = call(item);
                Some(end(&call)?.duration_since(call.first_at()?))
            }),
            Key::State => self.by(items, &call, |item| Some(call(item).state())),
            Key::From => self.by(items, &call, |item| call(item).caller().map(lower)),
            Key::To => self.by(items, &call, |item| call(item).callees().map(lower)),
            Key::Findings => self.by(items, &call, |item| Some(findings(item))),
            Key::Id => self.by(items, &call, |item| Some(call(item).id())),
        }
    }

    fn by<T, V: Ord>(
        self,
        items: &mut [T],
        call: impl for<'a> Fn(&'a T) -> Summary<'a>,
        value: impl Fn(&T) -> Option<V>,
    ) {
        if self.is_reversed {
            items.sort_by_cached_key(|item| {
                let value = value(item);
                (value.is_none(), Reverse(value), begin(&call(item)))
            });
        } else {
            items.sort_by_cached_key(|item| {
                let value = value(item);
                (value.is_none(), value, begin(&call(item)))
            });
        }
    }
}

/// When a call ended.
fn end(call: &Summary<'_>) -> Option<Timestamp> {
    call.last_at().filter(|_| !call.state().is_live())
}

/// When a call began. Calls without a time are last, and equal ones are in the order of their ids.
fn begin(call: &Summary<'_>) -> (bool, Option<Timestamp>, CallId) {
    (call.first_at().is_none(), call.first_at(), call.id())
}
