//! Reading messages of the stream by requests that need no consumer.

use async_nats::{HeaderMap, Message, StatusCode};
use bytes::Bytes;
use callfold::jiff::Timestamp;
use futures_util::StreamExt;
use serde_json::{Value, json};

use super::failed::Failed;
use super::server::Server;

/// The messages of one answer.
const PAGE: usize = 4096;

/// The bytes of one answer, so that a page of large messages takes little memory.
pub(super) const PAGE_BYTES: usize = 8 << 20;

/// The subjects that the server takes in one question about last messages.
const SUBJECTS: usize = 1000;

/// The header with the revision: of the last event of a message, of a snapshot or of a note.
pub(super) const REVISION: &str = "Callfold-Revision";

/// The header with the time at which the call ended. Each message of events after the end has it too.
pub(super) const ENDED: &str = "Callfold-Ended";

/// A message of the stream.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) sequence: u64,
    pub(super) subject: String,
    headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Found {
    fn new(message: Message) -> Result<Self, Failed> {
        let headers = message.headers.unwrap_or_default();
        let unclear = || Failed::Unclear("without the sequence of a message");
        let sequence = number(&headers, "Nats-Sequence").ok_or_else(unclear)?;
        let subject = headers.get("Nats-Subject").map(|subject| subject.as_str().to_owned());
        Ok(Self { sequence, subject: subject.unwrap_or_default(), headers, body: message.payload })
    }

    /// A message of a consumer.
    pub(super) fn delivered(message: Message, sequence: u64) -> Self {
        let headers = message.headers.unwrap_or_default();
        Self { sequence, subject: message.subject.into_string(), headers, body: message.payload }
    }

    pub(super) fn header(&self, name: &'static str) -> Option<&str> {
        self.headers.get(name).map(|value| value.as_str())
    }

    pub(super) fn revision(&self) -> Result<u64, Failed> {
        number(&self.headers, REVISION).ok_or(Failed::Foreign(self.sequence))
    }

    pub(super) fn ended(&self) -> Option<Timestamp> {
        self.header(ENDED)?.parse().ok()
    }

    /// The text of the message.
    pub(super) fn text(&self) -> Result<&str, Failed> {
        str::from_utf8(&self.body).map_err(|_| Failed::Foreign(self.sequence))
    }
}

fn number(headers: &HeaderMap, name: &'static str) -> Option<u64> {
    headers.get(name)?.as_str().parse().ok()
}

/// The last message of a subject.
pub(super) async fn last(server: &Server, subject: &str) -> Result<Option<Found>, Failed> {
    server.request_last(subject).await?.map(Found::new).transpose()
}

/// The last messages of subjects. Those that have none are left out.
pub(super) async fn lasts(server: &Server, subjects: &[String]) -> Result<Vec<Found>, Failed> {
    let mut found = Vec::with_capacity(subjects.len());
    let mut questions: Vec<_> = subjects.chunks(SUBJECTS).rev().collect();
    while let Some(subjects) = questions.pop() {
        let page = page(server, &json!({ "multi_last": subjects, "batch": SUBJECTS })).await?;
        if page.pending > 0 && subjects.len() > 1 {
            // The answer became too long, so ask for the halves.
            let (one, other) = subjects.split_at(subjects.len() / 2);
            questions.extend([other, one]);
        } else {
            found.extend(page.found);
        }
    }
    Ok(found)
}

/// Reads messages whose subject matches a filter, in their order, from a sequence on.
pub(super) struct Scan<'a> {
    server: &'a Server,
    filter: String,
    next: u64,
    /// How many messages follow, as far as the server has said.
    pending: u64,
}

impl<'a> Scan<'a> {
    pub(super) fn new(server: &'a Server, filter: String, from: u64) -> Self {
        Self { server, filter, next: from.max(1), pending: u64::MAX }
    }

    /// The next messages, at most this many. Empty if there are no more.
    pub(super) async fn next(&mut self, most: usize) -> Result<Vec<Found>, Failed> {
        if self.pending == 0 || most == 0 {
            return Ok(Vec::new());
        }
        let question = json!({
            "seq": self.next,
            "next_by_subj": self.filter,
            "batch": most.min(PAGE),
            "max_bytes": PAGE_BYTES,
        });
        let page = page(self.server, &question).await?;
        self.pending = if page.found.is_empty() { 0 } else { page.pending };
        self.next = page.found.last().map_or(self.next, |last| last.sequence.saturating_add(1));
        Ok(page.found)
    }

    /// How many messages follow, as the last answer said.
    pub(super) fn pending(&self) -> u64 {
        self.pending
    }

    /// The sequence after the last message that was read.
    pub(super) fn position(&self) -> u64 {
        self.next
    }

    /// All messages.
    pub(super) async fn all(mut self) -> Result<Vec<Found>, Failed> {
        let mut all = Vec::new();
        while self.pending > 0 {
            all.extend(self.next(PAGE).await?);
        }
        Ok(all)
    }
}

struct Page {
    found: Vec<Found>,
    /// How many messages follow.
    pending: u64,
}

/// Asks for several messages. The server sends each alone, and then an empty one with a status.
async fn page(server: &Server, question: &Value) -> Result<Page, Failed> {
    let inbox = server.client.new_inbox();
    let subject = format!("$JS.API.DIRECT.GET.{}", server.stream);
    let mut answers = server.in_time(server.client.subscribe(inbox.clone())).await?;
    let question = Bytes::from(question.to_string());
    server.in_time(server.client.publish_with_reply(subject, inbox, question)).await?;
    let mut found: Vec<Found> = Vec::new();
    loop {
        let answer = server.in_time(async { answers.next().await.ok_or(()) }).await?;
        let Some(status) = answer.status else {
            let one = Found::new(answer)?;
            follows(found.last(), &one.headers)?;
            found.push(one);
            continue;
        };
        return match status {
            StatusCode::NOT_FOUND => Ok(Page { found, pending: 0 }),
            StatusCode::NO_RESPONDERS => Err(Failed::NobodyThere),
            status if status.as_u16() == 204 => {
                let headers = answer.headers.unwrap_or_default();
                follows(found.last(), &headers)?;
                Ok(Page { found, pending: number(&headers, "Nats-Num-Pending").unwrap_or(u64::MAX) })
            }
            _ => Err(Failed::Unclear("a request for several messages with an unknown status")),
        };
    }
}

/// Each message says which one is before it in the answer. One that is missing was lost on the way.
fn follows(before: Option<&Found>, headers: &HeaderMap) -> Result<(), Failed> {
    let expected = number(headers, "Nats-Last-Sequence").unwrap_or(0);
    let is_next = before.map_or(0, |before| before.sequence) == expected;
    if is_next { Ok(()) } else { Err(Failed::NoAnswer) }
}
