//! Notifications that stand twice in an SDK log, because the SDK and the app both wrote them.

use alloc::collections::VecDeque;
use core::hash::BuildHasher;

use foldhash::fast::FixedState;

use crate::graph::parsed::ParsedNotification;

/// How many different notifications are remembered.
const REMEMBERED: usize = 64;

/// Who wrote a notification into an SDK log.
#[derive(Clone, Copy, Debug)]
pub(super) enum Writer {
    Sdk,
    App,
}

/// The notifications of SDK logs that were read last.
#[derive(Clone, Debug, Default)]
pub(super) struct Copies(VecDeque<Written>);

/// How often each writer has written one notification.
#[derive(Clone, Debug)]
struct Written {
    digest: u64,
    by_sdk: u64,
    by_app: u64,
}

impl Copies {
    /// True if the other writer has written the notification before, as often as this writer now has. A notification that one
    /// writer repeats is no copy: calls can be held and resumed again and again.
    pub(super) fn is_copy(&mut self, notification: &ParsedNotification, writer: Writer) -> bool {
        let digest = FixedState::with_seed(0).hash_one(notification);
        let known = self.0.iter().rposition(|written| written.digest == digest);
        let mut written =
            known.and_then(|at| self.0.remove(at)).unwrap_or(Written { digest, by_sdk: 0, by_app: 0 });
        let (mine, other) = match writer {
            Writer::Sdk => (&mut written.by_sdk, written.by_app),
            Writer::App => (&mut written.by_app, written.by_sdk),
        };
        *mine += 1;
        let is_copy = *mine <= other;
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(written);
        is_copy
    }
}
