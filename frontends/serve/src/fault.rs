//! Faults on purpose: webhooks that come twice, late, out of order or never, requests that fail, crashes.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use callfold::graph::Method;
use callfold::jiff::SignedDuration;
use callfold::{CallId, jiff};
use serde::{Deserialize, Serialize};

use crate::seed::{Seed, webhook_name};

/// The faults of a service. Without any member, nothing fails.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Faults {
    /// The seed of the draws. Without it, the seed of the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// What happens to webhooks.
    pub webhooks: WebhookFaults,
    /// What happens to requests. The first that applies to a request counts.
    pub requests: Vec<RequestFault>,
    /// When the process ends, with the exit status 70.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crash: Option<Crash>,
}

/// The faults of webhooks. The rates are from 0 to 1.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct WebhookFaults {
    /// The rate of webhooks that are posted twice.
    pub repeat: f64,
    /// The rate of webhooks that are posted after the next webhook of the call.
    pub reorder: f64,
    /// The rate of webhooks that are never posted.
    pub drop: f64,
    /// The least and the most time by which a webhook is late. One value alone is always taken.
    pub delay: Vec<SignedDuration>,
}

/// A fault of requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct RequestFault {
    /// The method, such as `playPrompt`. Without it, every request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The status of the response, from 400 to 599.
    pub status: u16,
    /// The rate of these requests that fail.
    #[serde(default = "always")]
    pub rate: f64,
    /// The number of these requests that succeed first.
    #[serde(default)]
    pub after: u64,
    /// How many requests fail at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// The seconds in the header `Retry-After`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
}

const fn always() -> f64 {
    1.0
}

/// A crash on purpose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Crash {
    /// Where the process ends.
    pub after: Window,
    /// How many times. A process ends only once, so 0 means never.
    #[serde(default = "once")]
    pub times: u64,
    /// The rate of webhooks at which it ends.
    #[serde(default = "always")]
    pub rate: f64,
}

const fn once() -> u64 {
    1
}

/// The places at which a process can end in the middle of its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::exhaustive_enums, reason = "the places of the contract")]
pub enum Window {
    /// Before the events are stored.
    Decided,
    /// After the events are stored, and before their webhooks are posted.
    Stored,
    /// After a webhook is posted, and before that is noted.
    Posted,
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Decided => "decided",
            Self::Stored => "stored",
            Self::Posted => "posted",
        })
    }
}

impl Faults {
    /// What is wrong with these faults, if anything: the member, and what would be right.
    pub(crate) fn wrong(&self) -> Option<String> {
        let WebhookFaults { repeat, reorder, drop, delay } = &self.webhooks;
        let webhooks = [("repeat", repeat), ("reorder", reorder), ("drop", drop)];
        let webhooks = webhooks.into_iter().map(|(name, rate)| (format!("webhooks.{name}"), *rate));
        let requests = self.requests.iter().enumerate();
        let requests = requests.map(|(index, fault)| (format!("requests[{index}].rate"), fault.rate));
        let crash = self.crash.iter().map(|crash| ("crash.rate".to_owned(), crash.rate));
        let mut rates = webhooks.chain(requests).chain(crash);
        if let Some((name, rate)) = rates.find(|(_, rate)| !(0.0..=1.0).contains(rate)) {
            return Some(format!("`{name}` is {rate}: a rate is from 0 to 1"));
        }
        if delay.len() > 2 || delay.iter().any(|delay| delay.is_negative()) || !delay.is_sorted() {
            return Some(
                "`webhooks.delay` must be the least and the most time, such as [\"PT0S\", \"PT3S\"]".into(),
            );
        }
        self.requests.iter().enumerate().find_map(|(index, fault)| fault.wrong(index))
    }
}

impl RequestFault {
    fn wrong(&self, index: usize) -> Option<String> {
        if !(400..600).contains(&self.status) {
            return Some(format!(
                "`requests[{index}].status` is {}: it must be from 400 to 599",
                self.status
            ));
        }
        let method = self.method.as_ref()?;
        if Method::ALL.iter().any(|known| known.as_str() == method) {
            return None;
        }
        let known: Vec<_> = Method::ALL.iter().map(|known| known.as_str()).collect();
        Some(format!("`requests[{index}].method` is `{method}`: it must be one of {}", known.join(", ")))
    }
}

/// What becomes of a webhook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct WebhookFate {
    pub(crate) is_repeated: bool,
    pub(crate) is_reordered: bool,
    pub(crate) is_dropped: bool,
    pub(crate) delay: jiff::SignedDuration,
}

/// Which faults are set. Each request asks, and needs no lock for it.
#[derive(Debug, Default)]
pub(crate) struct Possible {
    crash: AtomicBool,
    requests: AtomicBool,
}

impl Possible {
    pub(crate) fn set(&self, failing: &Failing) {
        self.crash.store(failing.faults.crash.is_some(), Ordering::SeqCst);
        self.requests.store(!failing.faults.requests.is_empty(), Ordering::SeqCst);
    }

    /// True if the process may end on purpose.
    pub(crate) fn crash(&self) -> bool {
        self.crash.load(Ordering::SeqCst)
    }

    /// True if requests may fail on purpose.
    pub(crate) fn requests(&self) -> bool {
        self.requests.load(Ordering::SeqCst)
    }
}

/// The faults that are set, and what they have done.
#[derive(Debug, Default)]
pub(crate) struct Failing {
    faults: Faults,
    /// For each fault of requests: the requests that it applied to, and those that failed.
    requests: Vec<(u64, u64)>,
    crashes: u64,
}

impl Failing {
    pub(crate) fn new(faults: Faults) -> Self {
        Self { requests: vec![(0, 0); faults.requests.len()], faults, crashes: 0 }
    }

    pub(crate) const fn faults(&self) -> &Faults {
        &self.faults
    }

    /// The number of webhooks of a call that can be posted before the first of them is settled.
    pub(crate) fn posted_at_once(&self) -> usize {
        if self.faults.webhooks.reorder > 0.0 { 2 } else { 1 }
    }

    fn seed(&self, seed: Seed) -> Seed {
        self.faults.seed.map_or(seed, Seed::new)
    }

    /// The fault of a request, if it fails.
    pub(crate) fn request(&mut self, seed: Seed, method: Option<Method>) -> Option<&RequestFault> {
        let seed = self.seed(seed);
        let faults = self.faults.requests.iter().zip(&mut self.requests).enumerate();
        faults.into_iter().find_map(|(index, (fault, (seen, failed)))| {
            let applies = fault.method.is_none() || fault.method.as_deref() == method.map(Method::as_str);
            if !applies {
                return None;
            }
            *seen += 1;
            let may = *seen > fault.after && fault.times.is_none_or(|times| *failed < times);
            let fails = may && seed.draw(&format!("request/{index}/{seen}")) < fault.rate;
            *failed += u64::from(fails);
            fails.then_some(fault)
        })
    }

    /// What becomes of a webhook.
    pub(crate) fn webhook(&self, seed: Seed, call: CallId, revision: u64) -> WebhookFate {
        let WebhookFaults { repeat, reorder, drop, delay } = &self.faults.webhooks;
        if *self.webhooks() == WebhookFaults::default() {
            return WebhookFate::default();
        }
        let name = webhook_name(call, revision);
        let draw = |what: &str| self.seed(seed).draw(&format!("{name}/{what}"));
        let least = delay.first().copied().unwrap_or_default();
        let most = delay.last().copied().unwrap_or_default();
        let spread = (most - least).as_millis_f64() * draw("delay");
        WebhookFate {
            is_repeated: draw("repeat") < *repeat,
            is_reordered: draw("reorder") < *reorder,
            is_dropped: draw("drop") < *drop,
            delay: least.saturating_add(SignedDuration::from_millis(spread as i64)),
        }
    }

    const fn webhooks(&self) -> &WebhookFaults {
        &self.faults.webhooks
    }

    /// Whether the process ends here.
    pub(crate) fn crashes(&mut self, seed: Seed, window: Window, name: impl FnOnce() -> String) -> bool {
        let seed = self.seed(seed);
        let Some(crash) = &self.faults.crash else { return false };
        let crashes = crash.after == window
            && self.crashes < crash.times
            && seed.draw(&format!("crash/{}", name())) < crash.rate;
        self.crashes += u64::from(crashes);
        crashes
    }
}
