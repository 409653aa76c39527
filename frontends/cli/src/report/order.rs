//! Which calls a list shows, and in which order.

use std::cmp::Reverse;
use std::str::FromStr;

use callfold::{CallId, Summary};

/// What a list is sorted by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order {
    key: Key,
    is_reversed: bool,
}

#[derive(Clone, Copy, Debug)]
enum Key {
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

    fn from_str(text: &str) -> Result<Self, String> {
        let (is_reversed, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
        let known = KEYS.iter().find(|(known, _)| *known == name);
        let names = || KEYS.map(|(name, _)| name).join(", ");
        known
            .map(|(_, key)| Self { key: *key, is_reversed })
            .ok_or_else(|| format!("the keys are {}; -KEY sorts the other way", names()))
    }
}

impl Order {
    /// Sorts calls. Calls that lack the value come last. Equal calls are in the order of their ids.
    pub(super) fn sort(self, calls: &mut [Summary<'_>], findings: impl Fn(CallId) -> usize) {
        match self.key {
            Key::Begin => self.by(calls, |call| call.first_at()),
            Key::End => self.by(calls, |call| call.last_at()),
            Key::Duration => self.by(calls, |call| Some(call.last_at()?.duration_since(call.first_at()?))),
            Key::State => self.by(calls, |call| Some(call.state())),
            Key::From => self.by(calls, |call| call.caller().map(|name| name.to_lowercase())),
            Key::To => self.by(calls, |call| call.callees().map(|name| name.to_lowercase())),
            Key::Findings => self.by(calls, |call| Some(findings(call.id()))),
            Key::Id => self.by(calls, |call| Some(call.id())),
        }
    }

    fn by<T: Ord>(self, calls: &mut [Summary<'_>], value: impl Fn(&Summary<'_>) -> Option<T>) {
        if self.is_reversed {
            calls.sort_by_cached_key(|call| {
                let value = value(call);
                (value.is_none(), Reverse(value), call.id())
            });
        } else {
            calls.sort_by_cached_key(|call| {
                let value = value(call);
                (value.is_none(), value, call.id())
            });
        }
    }
}
