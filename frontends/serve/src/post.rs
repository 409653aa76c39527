//! Posts the webhooks: each call's in their order, the next after the answer to the one before.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use callfold::call::NetworkEvent;
use callfold::graph::ParticipantJoiningResponse;
use callfold::jiff::{SignedDuration, Timestamp};
use callfold::service::Webhook;
use callfold::uuid::Uuid;
use callfold::{CallId, ParticipantId};
use callfold_store::{AppendError, Noted};
use reqwest::Method;
use reqwest::header::{HeaderMap, LOCATION};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::{info, warn};
use url::Url;

use crate::callbacks::why_not;
use crate::clock::ClockMode;
use crate::delivery::{Answered, Delivery, Direction, Headers};
use crate::fault::Window;
use crate::host::Host;
use crate::outbox::{CONSUMER, Item};
use crate::redact::redacted_url;
use crate::seed::webhook_name;
use crate::timers::Timer;

/// The most bytes of an answer that are read.
const MOST_BYTES: usize = 64 << 10;

/// How long to wait before something is noted again that the store did not take.
const NOTE_AGAIN: Duration = Duration::from_millis(200);

const MESSAGE_ID: &str = "X-Microsoft-Skype-Message-ID";
const ORIGINAL: &str = "X-Microsoft-Skype-Original-Message-ID";
const AUTHORIZATION: &str = "Authorization";

/// What an answer means for a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Outcome {
    /// It is accepted.
    Settled,
    /// The app refuses it for good: it does not accept the token.
    Refused,
    /// A fault lets it get lost.
    Dropped,
    /// It is posted once more, at once.
    OnceMore,
    /// It and the later ones go to another URL.
    Moved(String),
    /// It is posted again later.
    Failed,
}

/// The headers that name a webhook.
struct MessageIds {
    id: Uuid,
    original: Option<Uuid>,
}

impl Host {
    /// Posts webhooks as they become ready: on a manual clock one after another, so that the same seed gives the same log.
    pub(crate) async fn post_webhooks(self: Arc<Self>) {
        let most = self.settings.limits.posts.max(1);
        let permits = Arc::new(Semaphore::new(most as usize));
        loop {
            let wanted = if self.clock.mode() == ClockMode::Manual { most } else { 1 };
            // The semaphore is never closed.
            let Ok(permit) = Arc::clone(&permits).acquire_many_owned(wanted).await else { return };
            if !self.begin_post(permit) {
                self.can_post.notified().await;
            }
        }
    }

    /// Begins to post the next webhook. False if none can be posted.
    fn begin_post(self: &Arc<Self>, permit: OwnedSemaphorePermit) -> bool {
        self.lose_expired();
        let mut live = self.live_mut();
        if self.has_ended() {
            return false;
        }
        let Some((item, moved_to)) = live.outbox.take() else { return false };
        // Under the lock, so that `quiet` sees the webhook either in the outbox or in flight.
        let going = self.busy.begin();
        let host = Arc::clone(self);
        let mut posts = self.posts();
        while posts.try_join_next().is_some() {}
        let call = item.webhook.call;
        let posting = posts.spawn(async move {
            host.post(item, moved_to).await;
            drop((permit, going));
            host.can_post.notify_one();
        });
        live.outbox.is_posting(call, posting);
        true
    }

    async fn post(&self, item: Item, moved_to: Option<String>) {
        if let Some(mut reply) = item.reply.clone() {
            // The sender is dropped when the reply is written.
            while reply.changed().await.is_ok() {}
        }
        let call = item.webhook.call;
        if self.harm(&item) {
            return;
        }
        let outcome = self.attempt(&item, moved_to).await;
        self.crash_after_posting(&item);
        match outcome {
            Outcome::Settled | Outcome::Refused if item.fate.is_repeated => {
                self.again(call, |item| item.fate.is_repeated = false)
            }
            Outcome::Settled | Outcome::Refused | Outcome::Dropped => self.settle(call).await,
            Outcome::OnceMore => self.again(call, |item| item.is_first_incoming = false),
            Outcome::Moved(url) => {
                self.live_mut().outbox.move_to(call, url);
                self.again(call, |item| item.failures += 1);
            }
            Outcome::Failed => self.retry(&item).await,
        }
    }

    /// Does what a fault does to a webhook before it is posted. True if it is not posted now.
    fn harm(&self, item: &Item) -> bool {
        let call = item.webhook.call;
        if item.fate.is_reordered {
            let mut live = self.live_mut();
            live.outbox.wait(call, |item| item.fate.is_reordered = false);
            if live.outbox.swap(call) {
                live.outbox.wake(call);
                return true;
            }
        }
        if !item.fate.delay.is_zero() {
            let delay = item.fate.delay;
            self.live_mut().outbox.wait(call, |item| item.fate.delay = SignedDuration::ZERO);
            self.later(call, delay);
            return true;
        }
        false
    }

    /// The first webhook of a call is posted again, at once.
    fn again(&self, call: CallId, change: impl FnOnce(&mut Item)) {
        let mut live = self.live_mut();
        live.outbox.wait(call, |item| {
            item.attempts += 1;
            change(item);
        });
        live.outbox.wake(call);
    }

    /// The first webhook of a call is posted again later, or given up.
    async fn retry(&self, item: &Item) {
        let call = item.webhook.call;
        if item.failures >= self.settings.webhooks.retries {
            warn!(%call, revision = item.webhook.revision, attempts = item.attempts + 1, "a webhook is given up");
            self.metrics.webhook("givenUp");
            return self.settle(call).await;
        }
        self.live_mut().outbox.wait(call, |item| {
            item.attempts += 1;
            item.failures += 1;
        });
        let doubled = 2_i32.saturating_pow(item.failures);
        self.later(call, self.settings.webhooks.first_retry.saturating_mul(doubled));
    }

    fn later(&self, call: CallId, delay: SignedDuration) {
        let at = self.clock.now().checked_add(delay).unwrap_or(Timestamp::MAX);
        self.live_mut().timers.set(at, Timer::Post(call));
        self.timers_changed.notify_one();
    }

    /// The first webhook of a call is done with. That is noted before the next is posted.
    async fn settle(&self, call: CallId) {
        let settled = self.live_mut().outbox.settle(call);
        if let Some(revision) = settled {
            self.note(Noted { call, revision }).await;
        }
        self.live_mut().outbox.go_on(call);
        self.finish([call].into_iter()).await;
    }

    /// Notes that webhooks are posted, and tries it again while the store is away: whoever takes up the call repeats with
    /// their ids only those that are not noted.
    async fn note(&self, noted: Noted) {
        let Noted { call, revision } = noted;
        loop {
            match self.note_once(noted).await {
                Ok(()) => return,
                Err(AppendError::LeaseLost(lost)) => return self.lose_named(&lost),
                Err(AppendError::Store(failed)) if failed.is_transient && !self.has_ended() => {
                    warn!(%call, revision, error = %failed, "cannot note that a webhook is posted; it is tried again");
                    tokio::time::sleep(NOTE_AGAIN).await;
                }
                // It will be posted again after a restart.
                Err(failed) => {
                    return warn!(%call, revision, error = %failed, "cannot note that a webhook is posted");
                }
            }
        }
    }

    async fn note_once(&self, noted: Noted) -> Result<(), AppendError> {
        let leases = self.live().owned.leases([noted.call].into_iter())?;
        self.store.note_under(&leases, CONSUMER, &[noted]).await
    }

    fn crash_after_posting(&self, item: &Item) {
        self.crash(Window::Posted, item.webhook.call, item.webhook.revision);
    }

    /// Posts a webhook once, and lists that.
    async fn attempt(&self, item: &Item, moved_to: Option<String>) -> Outcome {
        let webhook = &item.webhook;
        let url = moved_to.or_else(|| webhook.callback_uri.clone());
        let Some(url) = url else { return Outcome::Settled };
        let ids = self.message_ids(item);
        let headers = self.headers(item, &ids).await;
        let body = Bytes::from(webhook.body());
        let at = self.clock.now();
        #[expect(clippy::disallowed_methods, reason = "how long an answer takes is measured")]
        let begun = Instant::now();
        let answer = if item.fate.is_dropped {
            Err("dropped by a fault".to_owned())
        } else {
            self.send(&url, &headers, body.clone()).await
        };
        let outcome = match &answer {
            _ if item.fate.is_dropped => Outcome::Dropped,
            Ok(answered) => outcome(answered, item, &url),
            Err(_) => Outcome::Failed,
        };
        let took = begun.elapsed();
        if let Ok(answered) = &answer {
            self.take_answer(item, answered, at).await;
        }
        self.report(item, &url, &answer, &outcome, took);
        self.deliveries.keep(Delivery {
            direction: Direction::Webhook,
            call: Some(webhook.call),
            revision: Some(webhook.revision),
            at,
            verb: Method::POST,
            url,
            headers,
            body,
            answer,
            took,
            fault: fault(item),
        });
        outcome
    }

    fn report(
        &self,
        item: &Item,
        url: &str,
        answer: &Result<Answered, String>,
        outcome: &Outcome,
        took: Duration,
    ) {
        let name = match outcome {
            Outcome::Settled => "settled",
            Outcome::Refused => "refused",
            Outcome::Dropped => "dropped",
            Outcome::OnceMore => "onceMore",
            Outcome::Moved(_) => "moved",
            Outcome::Failed => "failed",
        };
        self.metrics.webhook(name);
        if *outcome != Outcome::Dropped {
            self.metrics.webhook_took(took);
        }
        let Webhook { call, revision, .. } = *item.webhook;
        let (attempt, url) = (item.attempts + 1, redacted_url(url));
        match answer {
            Ok(answered) if *outcome == Outcome::Refused => warn!(
                %call, revision, url, status = answered.status, outcome = name,
                "the bot refuses a webhook: it does not accept the token"
            ),
            Ok(answered) if *outcome == Outcome::Failed => warn!(
                %call, revision, url, attempt, status = answered.status, outcome = name,
                "the bot does not accept a webhook"
            ),
            Ok(answered) => info!(%call, revision, status = answered.status, outcome = name, "webhook"),
            Err(why) => warn!(%call, revision, url, attempt, error = %why, outcome = name, "webhook"),
        }
    }

    /// The message ids: new for each attempt, and the first one beside it.
    fn message_ids(&self, item: &Item) -> MessageIds {
        let Webhook { call, revision, .. } = *item.webhook;
        let first = first_message_id(call, revision);
        if item.attempts == 0 && !item.may_be_known {
            return MessageIds { id: first, original: None };
        }
        let now = self.clock.now();
        let name = format!("{}/{now}/{}", webhook_name(call, revision), item.attempts);
        MessageIds { id: Uuid::new_v5(&call.guid(), name.as_bytes()), original: Some(first) }
    }

    async fn headers(&self, item: &Item, ids: &MessageIds) -> Headers {
        let chain = item.webhook.chain_id.as_ref().map(ToString::to_string);
        let mut headers = Headers::default();
        headers.push("Content-Type", "application/json");
        headers.push("Accept", "application/json");
        headers.push(MESSAGE_ID, &ids.id.to_string());
        if let Some(original) = ids.original {
            headers.push(ORIGINAL, &original.to_string());
        }
        if let Some(chain) = &chain {
            headers.push("X-Microsoft-Skype-Chain-ID", chain);
        }
        if let Some(chain) = chain.filter(|_| !item.is_first_incoming) {
            headers.push("Scenario-Id", &chain);
        }
        self.authorize(&mut headers, Some(item.webhook.call)).await;
        headers
    }

    /// Adds the token that shows the app of a call that a webhook is from this service.
    async fn authorize(&self, headers: &mut Headers, call: Option<CallId>) {
        let app = call.map_or_else(|| self.settings.app_id(), |call| self.app_of(call));
        match self.signing.webhook_token(&app, &self.settings.tenant_id()).await {
            Ok(token) => headers.push(AUTHORIZATION, &format!("Bearer {token}")),
            Err(why) => warn!(error = %why, "a webhook has no token"),
        }
    }

    /// Posts to a URL, and reads the answer.
    pub(crate) async fn send(&self, url: &str, headers: &Headers, body: Bytes) -> Result<Answered, String> {
        let url: Url = url.parse().map_err(|error| format!("{} is not a URL: {error}", redacted_url(url)))?;
        if let Some(why) = why_not(self.settings.callbacks, &url) {
            return Err(why);
        }
        let headers = headers.iter().filter_map(|(name, value)| {
            Some((name.parse::<reqwest::header::HeaderName>().ok()?, value.parse().ok()?))
        });
        let request = self.client.post(url).headers(headers.collect::<HeaderMap>()).body(body);
        let timeout = Duration::try_from(self.settings.webhooks.timeout).unwrap_or(Duration::from_secs(10));
        let answer = async {
            let mut response = request.send().await.map_err(|error| cause(&error))?;
            let status = response.status().as_u16();
            let headers = Headers::of(response.headers());
            let mut body = Vec::new();
            // What comes after that is not read.
            while let Some(chunk) = response.chunk().await.map_err(|error| cause(&error))? {
                body.extend_from_slice(&chunk);
                if body.len() > MOST_BYTES {
                    break;
                }
            }
            Ok(Answered { status, headers, body: body.into() })
        };
        match tokio::time::timeout(timeout, answer).await {
            Ok(answer) => answer,
            Err(_) => Err(format!("no answer within {timeout:?}")),
        }
    }

    /// Posts a webhook again that was posted before, with this body. It has a new message id, and the original one.
    pub(crate) async fn send_again(&self, first: &Delivery, body: Bytes) -> Delivery {
        // Whoever waits until nothing is going on waits for this, too.
        let _going = self.busy.begin();
        let mut headers = headers_again(&first.headers, self.ids.next());
        self.authorize(&mut headers, first.call).await;
        let at = self.clock.now();
        #[expect(clippy::disallowed_methods, reason = "how long an answer takes is measured")]
        let begun = Instant::now();
        let answer = self.send(&first.url, &headers, body.clone()).await;
        Delivery { at, headers, body, answer, took: begun.elapsed(), fault: None, ..first.clone() }
    }

    /// What the app says about a participant who is about to join.
    async fn take_answer(&self, item: &Item, answered: &Answered, at: Timestamp) {
        let Some(participant_id) = item.asks_about.clone() else { return };
        let said = serde_json::from_slice::<ParticipantJoiningResponse>(&answered.body);
        let Ok(response) = said else { return };
        if answered.status < 300 && response.answer().is_some() {
            self.answer_join(item.webhook.call, participant_id, response, at).await;
        }
    }

    async fn answer_join(
        &self,
        call: CallId,
        participant_id: ParticipantId,
        response: ParticipantJoiningResponse,
        at: Timestamp,
    ) {
        let response = Box::new(response);
        let event = NetworkEvent::ParticipantJoiningAnswered { participant_id, response };
        self.happen_by_itself(call, event, at).await;
    }
}

/// The message id of the first attempt: it is the same whichever process makes it.
pub(crate) fn first_message_id(call: CallId, revision: u64) -> Uuid {
    Uuid::new_v5(&call.guid(), webhook_name(call, revision).as_bytes())
}

/// The headers of a webhook that is sent again. It needs a new token, because a token holds for an hour.
fn headers_again(first: &Headers, id: Uuid) -> Headers {
    let original = first.get(ORIGINAL).or_else(|| first.get(MESSAGE_ID));
    let mut headers = Headers::default();
    let is_new =
        |name: &str| [MESSAGE_ID, ORIGINAL, AUTHORIZATION].iter().any(|new| new.eq_ignore_ascii_case(name));
    let kept = first.iter().filter(|(name, _)| !is_new(name));
    kept.for_each(|(name, value)| headers.push(name, value));
    headers.push(MESSAGE_ID, &id.to_string());
    if let Some(original) = original {
        headers.push(ORIGINAL, original);
    }
    headers
}

/// What an answer means.
fn outcome(answered: &Answered, item: &Item, url: &str) -> Outcome {
    match answered.status {
        204 if item.is_first_incoming => Outcome::OnceMore,
        200..300 => Outcome::Settled,
        401 | 403 => Outcome::Refused,
        302 if item.failures < MOST_MOVES => match location(answered, url) {
            Some(moved) => Outcome::Moved(moved),
            None => Outcome::Failed,
        },
        _ => Outcome::Failed,
    }
}

/// How many times a webhook follows a 302.
const MOST_MOVES: u32 = 5;

/// The URL to which a 302 moves the webhooks.
fn location(answered: &Answered, url: &str) -> Option<String> {
    let place = answered.headers.get(LOCATION.as_str())?;
    Some(url.parse::<Url>().ok()?.join(place).ok()?.into())
}

/// The innermost cause of an error, which says most.
fn cause(error: &reqwest::Error) -> String {
    let mut source: &dyn std::error::Error = error;
    while let Some(inner) = source.source() {
        source = inner;
    }
    let why = source.to_string();
    if why.ends_with("UnknownIssuer") {
        return format!("{why}; start with --trust and the authority that signed the bot's certificate");
    }
    why
}

/// What a fault does to this attempt.
fn fault(item: &Item) -> Option<&'static str> {
    if item.fate.is_dropped {
        Some("drop")
    } else if item.fate.is_repeated {
        Some("repeat")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_that_is_sent_again_has_neither_its_old_token_nor_its_old_id() {
        let mut first = Headers::default();
        for (name, value) in
            [("Accept", "application/json"), (MESSAGE_ID, "one"), (AUTHORIZATION, "Bearer old")]
        {
            first.push(name, value);
        }
        let again = headers_again(&first, Uuid::nil());
        let id = Uuid::nil().to_string();
        let expected = [("Accept", "application/json"), (MESSAGE_ID, id.as_str()), (ORIGINAL, "one")];
        assert!(again.iter().eq(expected), "{again:?}");
        let third = headers_again(&again, Uuid::max());
        assert_eq!(third.get(ORIGINAL), Some("one"));
    }
}
