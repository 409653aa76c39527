//! The webhooks that are still to be posted: each call's in their order.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use callfold::service::Webhook;
use callfold::{CallId, ParticipantId};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::fault::WebhookFate;

/// The consumer that posts webhooks, by which the store notes what is posted.
pub(crate) const CONSUMER: &str = "webhooks";

/// A webhook that is still to be posted.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) webhook: Arc<Webhook>,
    /// The participant whom the app is asked about: its answer counts.
    pub(crate) asks_about: Option<ParticipantId>,
    /// True if it is the first notification of a call that is offered.
    pub(crate) is_first_incoming: bool,
    /// The number of attempts so far.
    pub(crate) attempts: u32,
    /// The number of attempts that were not accepted.
    pub(crate) failures: u32,
    /// True if an attempt of an earlier process may have reached the app.
    pub(crate) may_be_known: bool,
    pub(crate) fate: WebhookFate,
    /// Opens when the reply is written to the request that caused the webhook.
    pub(crate) reply: Option<watch::Receiver<()>>,
}

/// What is waiting of one call.
#[derive(Debug, Default)]
struct Queue {
    items: VecDeque<Item>,
    /// The place of the first item among all calls; `None` while it is being posted, or waits for its time.
    ready: Option<u64>,
    is_busy: bool,
    /// The highest revision of a webhook that is settled.
    settled: u64,
    /// The URL to which a 302 moved the webhooks of the call.
    moved_to: Option<String>,
    /// Stops what is posting the first item.
    posting: Option<AbortHandle>,
}

/// The webhooks of all calls.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    queues: BTreeMap<CallId, Queue>,
    ready: BTreeSet<(u64, CallId)>,
    next: u64,
    len: usize,
}

impl Outbox {
    /// The number of webhooks.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// Adds a webhook behind the others of its call.
    pub(crate) fn put(&mut self, item: Item) {
        let call = item.webhook.call;
        self.len += 1;
        self.queues.entry(call).or_default().items.push_back(item);
        self.make_ready(call);
    }

    /// Takes the first webhook that can be posted, and the URL to which its call was moved.
    pub(crate) fn take(&mut self) -> Option<(Item, Option<String>)> {
        loop {
            let (_, call) = self.ready.pop_first()?;
            let Some(queue) = self.queues.get_mut(&call) else { continue };
            queue.ready = None;
            let Some(item) = queue.items.front().cloned() else { continue };
            queue.is_busy = true;
            return Some((item, queue.moved_to.clone()));
        }
    }

    /// The first webhook of a call waits: for its delay, or for the next attempt.
    pub(crate) fn wait(&mut self, call: CallId, change: impl FnOnce(&mut Item)) {
        if let Some(item) = self.queues.get_mut(&call).and_then(|queue| queue.items.front_mut()) {
            change(item);
        }
    }

    /// The time of the first webhook of a call has come.
    pub(crate) fn wake(&mut self, call: CallId) {
        if let Some(queue) = self.queues.get_mut(&call) {
            queue.is_busy = false;
        }
        self.make_ready(call);
    }

    /// The first webhook of a call is settled. Returns the revision up to which all webhooks of the call are settled. The next
    /// is not posted before [`go_on`](Self::go_on).
    pub(crate) fn settle(&mut self, call: CallId) -> Option<u64> {
        let queue = self.queues.get_mut(&call)?;
        let item = queue.items.pop_front()?;
        self.len -= 1;
        queue.settled = queue.settled.max(item.webhook.revision);
        // A fault can post the second webhook before the first, but never a later one.
        let open = queue.items.iter().take(2).map(|item| item.webhook.revision).min();
        Some(open.map_or(queue.settled, |open| queue.settled.min(open - 1)))
    }

    /// The next webhook of a call can be posted.
    pub(crate) fn go_on(&mut self, call: CallId) {
        let Some(queue) = self.queues.get_mut(&call) else { return };
        // A call that was moved stays so, until it is forgotten.
        if queue.items.is_empty() && queue.moved_to.is_none() {
            self.queues.remove(&call);
        } else {
            self.wake(call);
        }
    }

    /// The number of webhooks of the call that wait.
    pub(crate) fn waiting(&self, call: CallId) -> usize {
        self.queues.get(&call).map_or(0, |queue| queue.items.len())
    }

    /// Forgets a call of which no webhook waits, and where it was moved.
    pub(crate) fn forget(&mut self, call: CallId) {
        self.queues.remove(&call);
    }

    /// This is posting the first webhook of a call.
    pub(crate) fn is_posting(&mut self, call: CallId, posting: AbortHandle) {
        if let Some(queue) = self.queues.get_mut(&call) {
            queue.posting = Some(posting);
        }
    }

    /// Forgets calls and their webhooks. What is being posted is stopped.
    pub(crate) fn forget_all(&mut self, is_gone: impl Fn(CallId) -> bool) {
        let gone: Vec<_> = self.queues.keys().copied().filter(|call| is_gone(*call)).collect();
        for queue in gone.iter().filter_map(|call| self.queues.remove(call)) {
            self.len -= queue.items.len();
            queue.posting.iter().for_each(AbortHandle::abort);
        }
        self.ready.retain(|(_, call)| !is_gone(*call));
    }

    /// True if a webhook can be posted now.
    pub(crate) fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Puts the first webhook of a call behind the second, if there is one.
    pub(crate) fn swap(&mut self, call: CallId) -> bool {
        let Some(queue) = self.queues.get_mut(&call) else { return false };
        let has_two = queue.items.len() > 1;
        if has_two {
            queue.items.swap(0, 1);
        }
        has_two
    }

    /// Moves the later webhooks of a call to another URL.
    pub(crate) fn move_to(&mut self, call: CallId, url: String) {
        self.queues.entry(call).or_default().moved_to = Some(url);
    }

    pub(crate) fn clear(&mut self) {
        *self = Self { next: self.next, ..Self::default() };
    }

    fn make_ready(&mut self, call: CallId) {
        let Some(queue) = self.queues.get_mut(&call) else { return };
        if queue.is_busy || queue.ready.is_some() || queue.items.is_empty() {
            return;
        }
        queue.ready = Some(self.next);
        self.ready.insert((self.next, call));
        self.next += 1;
    }
}

#[cfg(test)]
mod tests {
    use callfold::uuid::Uuid;
    use callfold::{Call, Notify, Recorded};

    use super::*;

    fn call(number: u128) -> CallId {
        CallId::new(Uuid::from_u128(number))
    }

    fn item(number: u128, revision: u64) -> Item {
        let line = format!(r#"{{"call":"{}","rev":1,"type":"offered","data":{{}}}}"#, call(number));
        let offered: Recorded = line.parse().unwrap();
        let mut webhook =
            Webhook::of(Notify::new(), &Call::begin(offered.clone()).unwrap(), &offered).unwrap();
        webhook.revision = revision;
        Item {
            webhook: Arc::new(webhook),
            asks_about: None,
            is_first_incoming: false,
            attempts: 0,
            failures: 0,
            may_be_known: false,
            fate: WebhookFate::default(),
            reply: None,
        }
    }

    /// An outbox with webhooks: the number of the call and the revision of each.
    fn outbox(items: &[(u128, u64)]) -> Outbox {
        let mut outbox = Outbox::default();
        items.iter().for_each(|(number, revision)| outbox.put(item(*number, *revision)));
        assert_eq!(outbox.len(), items.len());
        outbox
    }

    /// The next webhook, as the call and its revision.
    fn take(outbox: &mut Outbox) -> Option<(CallId, u64)> {
        outbox.take().map(|(item, _)| (item.webhook.call, item.webhook.revision))
    }

    #[test]
    fn calls_are_served_in_turn_and_each_in_its_order() {
        let mut outbox = outbox(&[(1, 1), (1, 2), (2, 1), (1, 3)]);
        assert!(outbox.has_ready());
        assert_eq!(take(&mut outbox), Some((call(1), 1)));
        assert_eq!(take(&mut outbox), Some((call(2), 1)));
        // The next of a call waits until the one before is settled.
        assert!(!outbox.has_ready());
        assert_eq!(take(&mut outbox), None);
        outbox.put(item(2, 2));
        assert_eq!(take(&mut outbox), None);
        for (revision, next) in [(1, Some((call(1), 2))), (2, Some((call(1), 3))), (3, None)] {
            assert_eq!(outbox.settle(call(1)), Some(revision));
            assert_eq!(take(&mut outbox), None);
            outbox.go_on(call(1));
            assert_eq!(take(&mut outbox), next);
        }
        assert_eq!((outbox.len(), outbox.waiting(call(1)), outbox.waiting(call(2))), (2, 0, 2));
        assert_eq!(outbox.settle(call(1)), None);
    }

    #[test]
    fn a_webhook_that_waits_for_its_time_comes_again_as_it_was_changed() {
        let mut outbox = outbox(&[(1, 1)]);
        assert_eq!(take(&mut outbox), Some((call(1), 1)));
        outbox.wait(call(1), |item| item.attempts = 7);
        assert_eq!(take(&mut outbox), None);
        outbox.wake(call(1));
        // A second time changes nothing.
        outbox.wake(call(1));
        assert_eq!(outbox.take().map(|(item, _)| item.attempts), Some(7));
        assert_eq!(take(&mut outbox), None);
        outbox.wait(call(2), |item| item.attempts = 8);
        outbox.wake(call(2));
        assert_eq!((take(&mut outbox), outbox.len()), (None, 1));
    }

    #[test]
    fn a_revision_is_settled_when_all_before_it_are() {
        let mut outbox = outbox(&[(1, 3), (1, 5), (1, 8)]);
        assert!(outbox.swap(call(1)));
        assert_eq!(take(&mut outbox), Some((call(1), 5)));
        assert_eq!(outbox.settle(call(1)), Some(2));
        outbox.go_on(call(1));
        assert_eq!(take(&mut outbox), Some((call(1), 3)));
        assert_eq!(outbox.settle(call(1)), Some(5));
        assert!(!outbox.swap(call(1)) && !outbox.swap(call(2)));
        assert_eq!(outbox.settle(call(1)), Some(8));
    }

    #[test]
    fn a_call_that_was_moved_stays_so_until_it_is_forgotten() {
        let mut outbox = outbox(&[(1, 1)]);
        let moved_to = |outbox: &mut Outbox| outbox.take().unwrap().1;
        outbox.move_to(call(1), "http://b.example".into());
        assert_eq!(moved_to(&mut outbox).as_deref(), Some("http://b.example"));
        outbox.settle(call(1));
        outbox.go_on(call(1));
        outbox.put(item(1, 2));
        assert_eq!(moved_to(&mut outbox).as_deref(), Some("http://b.example"));
        outbox.settle(call(1));
        outbox.forget(call(1));
        outbox.put(item(1, 3));
        assert_eq!(moved_to(&mut outbox), None);
    }

    #[tokio::test]
    async fn what_is_forgotten_is_not_posted_and_nothing_else_is() {
        let mut outbox = outbox(&[(1, 1), (1, 2), (2, 1), (3, 1)]);
        assert_eq!(take(&mut outbox), Some((call(1), 1)));
        let posting = tokio::spawn(std::future::pending::<()>());
        outbox.is_posting(call(1), posting.abort_handle());
        outbox.forget_all(|gone| gone != call(3));
        assert!(posting.await.unwrap_err().is_cancelled());
        assert_eq!((outbox.len(), outbox.waiting(call(1)), outbox.waiting(call(3))), (1, 0, 1));
        assert_eq!(take(&mut outbox), Some((call(3), 1)));
        assert_eq!(take(&mut outbox), None);
        outbox.put(item(4, 1));
        outbox.clear();
        assert_eq!((outbox.len(), take(&mut outbox)), (0, None));
    }
}
