//! What the tests share: given / when / then over one call, and where regressions are kept.
#![allow(dead_code, clippy::unwrap_used, reason = "every test file uses a part of it, and a test may panic")]

pub(crate) mod asking;
pub(crate) mod corpus;

use callfold::call::{Call, Delivery, Observed, State};
use callfold::graph::CommsNotification;
use callfold::{CallId, FindingKind, Ledger, Recorded};
use proptest::test_runner::FileFailurePersistence;
use serde_json::{Value, json};

pub(crate) const CALL: &str = "57dab8b1-894c-409a-b240-bd8beae78896";

pub(crate) fn call_id() -> CallId {
    CALL.parse().unwrap()
}

/// A property test's settings: its regressions stay at the top of the repository. `PROPTEST_CASES` asks for more.
pub(crate) fn config(cases: u32, regressions: &'static str) -> proptest::test_runner::Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    proptest::test_runner::Config {
        cases: asked.unwrap_or(cases),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(regressions))),
        ..Default::default()
    }
}

/// A value of the wire, written as JSON.
pub(crate) fn read<T: serde::de::DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).unwrap()
}

/// A notification about the call of these tests, `changeType` updated.
pub(crate) fn told(resource_data: Value) -> CommsNotification {
    about("", "updated", resource_data)
}

/// A notification that names a state of the call.
pub(crate) fn state(name: &str) -> CommsNotification {
    told(json!({ "state": name }))
}

/// A notification about something of the call: `/operations/…`, `/participants` …
pub(crate) fn about(what: &str, change: &str, resource_data: Value) -> CommsNotification {
    let url = format!("/communications/calls/{CALL}{what}");
    let json = json!({ "changeType": change, "resourceUrl": url, "resourceData": resource_data });
    serde_json::from_value(json).unwrap()
}

/// Given notifications that were heard, when another is heard, then …
#[derive(Default)]
pub(crate) struct Scenario {
    pub(crate) ledger: Ledger,
    pub(crate) last: Observed,
}

impl Scenario {
    pub(crate) fn given(heard: &[CommsNotification]) -> Self {
        heard.iter().fold(Self::default(), |scenario, notification| scenario.when(notification))
    }

    pub(crate) fn given_states(names: &[&str]) -> Self {
        Self::given(&names.iter().map(|name| state(name)).collect::<Vec<_>>())
    }

    pub(crate) fn when(self, notification: &CommsNotification) -> Self {
        self.when_delivered(notification, &Delivery::default())
    }

    pub(crate) fn when_delivered(mut self, notification: &CommsNotification, delivery: &Delivery) -> Self {
        self.last = Call::observe(self.ledger.call(call_id()), call_id(), notification, delivery);
        for recorded in &self.last.events {
            self.ledger.apply(recorded).expect("what hearing gives folds without a refusal");
        }
        self
    }

    pub(crate) fn call(&self) -> &Call {
        self.ledger.call(call_id()).expect("the call has begun")
    }

    pub(crate) fn state(&self) -> State {
        self.call().state()
    }

    /// The events of the last hearing, inferred ones marked `?`.
    pub(crate) fn events(&self) -> Vec<String> {
        let mark = |recorded: &Recorded| if recorded.inferred { "?" } else { "" };
        self.last.events.iter().map(|one| format!("{}{}", one.event.type_name(), mark(one))).collect()
    }

    /// The findings of the last hearing.
    pub(crate) fn findings(&self) -> Vec<FindingKind> {
        self.last.findings.iter().map(|finding| finding.kind).collect()
    }

    pub(crate) fn then(&self, state: State, events: &[&str], findings: &[FindingKind]) {
        assert_eq!(
            (self.state(), self.events(), self.findings()),
            (state, strings(events), findings.to_vec())
        );
    }
}

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
