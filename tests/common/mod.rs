//! Code that the tests share: given / when / then over one call, and the settings of property tests.
#![allow(dead_code, clippy::unwrap_used, reason = "every test file uses a part of it, and a test may panic")]

pub(crate) mod corpus;
pub(crate) mod host;
pub(crate) mod requesting;
pub(crate) mod seed;

use std::ops::{Deref, DerefMut};

use callfold::call::{Body, Delivery, State};
use callfold::graph::CommsNotification;
use callfold::jiff::Timestamp;
use callfold::{CallId, testing};
use serde_json::{Value, json};

pub(crate) const CALL: &str = "57dab8b1-894c-409a-b240-bd8beae78896";

pub(crate) fn call_id() -> CallId {
    CALL.parse().unwrap()
}

/// Property tests, each with a seed of its own; the number is that of its cases. It stands where `proptest!` would, which
/// would draw other cases in every run.
macro_rules! properties {
    ($cases:literal cases; $($(#[$meta:meta])* fn $name:ident($($arguments:tt)*) $body:block)+) => { $(
        proptest::proptest! {
            #![proptest_config($crate::common::seed::config(
                $cases,
                concat!(module_path!(), "::", stringify!($name)),
                concat!(env!("CARGO_MANIFEST_DIR"), "/proptest-regressions/", stringify!($name), ".txt"),
            ))]

            $(#[$meta])*
            fn $name($($arguments)*) $body
        }
    )+ };
}
pub(crate) use properties;

/// A value that is read from JSON.
pub(crate) fn read<T: serde::de::DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).unwrap()
}

/// A notification about the call of these tests, `changeType` updated.
pub(crate) fn reported(resource_data: Value) -> CommsNotification {
    about("", "updated", resource_data)
}

/// A notification that reports a state of the call.
pub(crate) fn state(name: &str) -> CommsNotification {
    reported(json!({ "state": name }))
}

/// A notification about a resource of the call: `/operations/…`, `/participants` …
pub(crate) fn about(what: &str, change: &str, resource_data: Value) -> CommsNotification {
    let url = format!("/communications/calls/{CALL}{what}");
    let json = json!({ "changeType": change, "resourceUrl": url, "resourceData": resource_data });
    serde_json::from_value(json).unwrap()
}

/// Given notifications that a bot has received about the call of these tests, when it receives another, then
/// …
#[derive(Clone)]
pub(crate) struct Scenario(testing::Scenario);

impl Default for Scenario {
    fn default() -> Self {
        Self(testing::Scenario::of(call_id()))
    }
}

impl Deref for Scenario {
    type Target = testing::Scenario;

    fn deref(&self) -> &testing::Scenario {
        &self.0
    }
}

impl DerefMut for Scenario {
    fn deref_mut(&mut self) -> &mut testing::Scenario {
        &mut self.0
    }
}

impl Scenario {
    pub(crate) fn given(received: &[CommsNotification]) -> Self {
        Self(Self::default().0.given_notified(received))
    }

    pub(crate) fn given_states(names: &[&str]) -> Self {
        Self::given(&names.iter().map(|name| state(name)).collect::<Vec<_>>())
    }

    pub(crate) fn when(self, notification: &CommsNotification) -> Self {
        Self(self.0.when_notified(notification))
    }

    pub(crate) fn when_delivered(self, notification: &CommsNotification, delivery: &Delivery) -> Self {
        Self(self.0.when_delivered(notification, delivery))
    }

    pub(crate) fn learn(self, body: &Body) -> Self {
        Self(self.0.when_learned(body, None))
    }

    pub(crate) fn state(&self) -> State {
        self.call().state()
    }
}

/// A prompt that plays a file.
pub(crate) fn audio() -> Value {
    json!({ "mediaInfo": { "uri": "https://bot.contoso.com/a.wav" } })
}

/// A time in seconds after the beginning of a test.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

/// Somebody who is called, invited or transferred.
pub(crate) fn somebody() -> Value {
    json!({ "identity": { "user": { "id": "somebody" } } })
}
