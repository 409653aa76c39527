//! Reading many messages through a consumer that lives only for that. The server then takes about a third of the time of a
//! direct request for each message, but a few requests more.

use async_nats::{Message, StatusCode, Subscriber};
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt};
use memchr::memchr_iter;
use serde_json::json;

use super::failed::Failed;
use super::get::{Found, PAGE_BYTES};
use super::server::Server;

/// The messages of one answer.
const PAGE: usize = 5000;

/// The nanoseconds after which the server removes a consumer that nobody asks.
const FORGOTTEN: u64 = 10_000_000_000;

/// A consumer, and what it has delivered.
pub(super) struct Bulk {
    name: String,
    /// How many messages came.
    delivered: u64,
    /// How many messages follow.
    pending: u64,
}

impl Bulk {
    /// Makes a consumer of the messages from a sequence on: of those whose subject matches, or of all.
    pub(super) async fn open(server: &Server, filter: Option<&str>, from: u64) -> Result<Self, Failed> {
        #[derive(serde::Deserialize)]
        struct Made {
            num_pending: u64,
        }
        let name = server.unique_name();
        let question = json!({
            "stream_name": server.stream,
            "action": "create",
            "config": {
                "name": name,
                "filter_subject": filter,
                "deliver_policy": "by_start_sequence",
                "opt_start_seq": from,
                "ack_policy": "none",
                "max_deliver": 1,
                "mem_storage": true,
                "num_replicas": 1,
                "inactive_threshold": FORGOTTEN,
            },
        });
        let Made { num_pending } = server.ask_about(&name, "CONSUMER.CREATE", &question).await?;
        Ok(Self { name, delivered: 0, pending: num_pending })
    }

    /// The next messages, at most this many. Empty if there are no more.
    pub(super) async fn next(&mut self, server: &Server, most: usize) -> Result<Vec<Found>, Failed> {
        let mut found = Vec::new();
        let most = most.min(PAGE).min(usize::try_from(self.pending).unwrap_or(PAGE));
        if most == 0 {
            return Ok(found);
        }
        let inbox = server.client.new_inbox();
        let mut answers = server.in_time(server.client.subscribe(inbox.clone())).await?;
        // One message always fits.
        let bytes = PAGE_BYTES.saturating_add(server.client.max_payload().saturating_mul(2));
        let question = json!({ "batch": most, "no_wait": true, "max_bytes": bytes });
        let subject = format!("$JS.API.CONSUMER.MSG.NEXT.{}.{}", server.stream, self.name);
        let asked = server.client.publish_with_reply(subject, inbox, Bytes::from(question.to_string()));
        server.in_time(asked).await?;
        while found.len() < most {
            match self.receive(server, &mut answers, found.is_empty()).await? {
                Some(one) => found.push(one),
                // What was deleted meanwhile does not come.
                None if found.is_empty() => self.pending = 0,
                None => return Ok(found),
            }
            if self.pending == 0 {
                break;
            }
        }
        Ok(found)
    }

    /// The next message of an answer, or none if the answer ends before.
    async fn receive(
        &mut self,
        server: &Server,
        answers: &mut Subscriber,
        is_first: bool,
    ) -> Result<Option<Found>, Failed> {
        let answer = match answers.next().now_or_never() {
            Some(answer) => answer.ok_or(Failed::NoAnswer)?,
            // Only what must be waited for needs a timer.
            None => server.in_time(async { answers.next().await.ok_or(()) }).await?,
        };
        match answer.status {
            None => {}
            Some(StatusCode::NO_RESPONDERS) => return Err(Failed::NobodyThere),
            // No message is left, or the next one does not fit.
            Some(status) if matches!(status.as_u16(), 404 | 408) => return Ok(None),
            Some(status) if status.as_u16() == 409 && !is_first => return Ok(None),
            // The consumer is gone, because the first message always fits.
            Some(status) if status.as_u16() == 409 => return Err(Failed::NobodyThere),
            Some(_) => return Err(Failed::Unclear("a request for messages with an unknown status")),
        }
        let place = Place::of(&answer).ok_or(Failed::Unclear("without the place of a message"))?;
        self.delivered = self.delivered.saturating_add(1);
        if place.number != self.delivered {
            // A message was lost on the way.
            return Err(Failed::NoAnswer);
        }
        self.pending = place.pending;
        Ok(Some(Found::delivered(answer, place.sequence)))
    }

    /// More messages can have come since the last answer.
    pub(super) fn look_again(&mut self) {
        if self.pending == 0 {
            self.pending = u64::MAX;
        }
    }

    pub(super) fn has_more(&self) -> bool {
        self.pending > 0
    }

    /// Removes the consumer. Without this, the server does it after some seconds.
    pub(super) async fn close(self, server: &Server) -> Result<(), Failed> {
        let subject = format!("$JS.API.CONSUMER.DELETE.{}.{}", server.stream, self.name);
        server.in_time(server.client.publish(subject, Bytes::new())).await
    }
}

/// Where a message stands, as the subject for its acknowledgement says.
struct Place {
    sequence: u64,
    /// The number among the messages of the consumer.
    number: u64,
    pending: u64,
}

impl Place {
    /// Reads `$JS.ACK.STREAM.CONSUMER.TIMES.SEQUENCE.NUMBER.TIME.PENDING`. Newer servers can have more parts before the stream
    /// and one after the rest, so that there are 9, or 11 and more.
    fn of(message: &Message) -> Option<Self> {
        let reply = message.reply.as_ref()?;
        let first = if memchr_iter(b'.', reply.as_bytes()).count() > 8 { 7 } else { 5 };
        let mut numbers = reply.split('.').skip(first).map(|part| part.parse().ok());
        Some(Self { sequence: numbers.next()??, number: numbers.next()??, pending: numbers.nth(1)?? })
    }
}
