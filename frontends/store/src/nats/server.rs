//! The connection to the server, and requests of JetStream.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::{
    Client, ConnectOptions, Event, HeaderMap, Message, Request, RequestError, RequestErrorKind, ServerError,
    StatusCode,
};
use bytes::Bytes;
use futures_util::future::try_join_all;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::watch;
use tokio::time::Instant;

use super::failed::{Failed, not_connected};
use super::url::Url;
use crate::error::StoreError;

/// How long the store waits for an answer.
const ANSWER: Duration = Duration::from_secs(5);

/// The longest pause between two attempts to connect again.
const RECONNECT: Duration = Duration::from_millis(500);

/// The messages of an atomic batch that the server takes.
pub(super) const LARGEST_BATCH: usize = 1000;

/// The bytes of a message that its headers may take.
const HEADERS: usize = 2048;

/// The bytes of a subject that the server certainly takes.
const SUBJECT: usize = 2048;

const EXPECTED: &str = "Nats-Expected-Last-Subject-Sequence";
const EXPECTED_SUBJECT: &str = "Nats-Expected-Last-Subject-Sequence-Subject";

/// The connection, and the stream on which it works.
pub(super) struct Server {
    pub(super) client: Client,
    pub(super) stream: String,
    /// The begin of the ids of the batches. It is different in each process.
    id: String,
    /// Changes when a connection is cut: what was sent over it has no answer any more.
    cut: watch::Receiver<()>,
    /// What the server last said that the user may not do.
    forbidden: Arc<Mutex<Option<(Instant, String)>>>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("stream", &self.stream).finish_non_exhaustive()
    }
}

/// A message that is to be stored.
pub(super) struct Draft {
    subject: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Draft {
    pub(super) fn new(subject: String, body: impl Into<Bytes>) -> Self {
        Self { subject, headers: HeaderMap::new(), body: body.into() }
    }

    /// The message is stored only if the last one of its subject has this sequence; 0 if there is none.
    pub(super) fn expect(self, sequence: u64) -> Self {
        self.header(EXPECTED, &sequence.to_string())
    }

    /// The message is stored only if the last one of another subject has this sequence.
    pub(super) fn expect_of(self, subject: &str, sequence: u64) -> Self {
        self.expect(sequence).header(EXPECTED_SUBJECT, subject)
    }

    /// The message replaces all earlier ones of its subject. NATS 2.12 refuses this in an atomic batch.
    pub(super) fn replace(self) -> Self {
        self.header("Nats-Rollup", "sub")
    }

    pub(super) fn subject(&self) -> &str {
        &self.subject
    }

    pub(super) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(name, value);
        self
    }
}

/// The answer to a message: that it is stored, or why it is not.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    seq: u64,
    error: Option<Refusal>,
}

/// JetStream's words about what it refuses.
#[derive(Deserialize)]
struct Refusal {
    #[serde(default)]
    err_code: u64,
    #[serde(default)]
    description: String,
}

impl From<Refusal> for Failed {
    fn from(Refusal { err_code, description }: Refusal) -> Self {
        Self::Refused { code: err_code, words: description }
    }
}

impl Server {
    pub(super) async fn connect(url: &Url) -> Result<Self, StoreError> {
        let forbidden = Arc::new(Mutex::new(None));
        let noted = Arc::clone(&forbidden);
        let (cutting, cut) = watch::channel(());
        let options = ConnectOptions::new()
            .name("callfold")
            .reconnect_delay_callback(|attempts| {
                RECONNECT.min(
                    Duration::from_millis(20).saturating_mul(u32::try_from(attempts).unwrap_or(u32::MAX)),
                )
            })
            .event_callback(move |event| {
                if let Event::ServerError(ServerError::Other(words)) = event {
                    note_forbidden(&noted, words);
                } else if event == Event::Disconnected {
                    cutting.send_replace(());
                }
                std::future::ready(())
            });
        let connected = url.log_in(options).connect(url.servers.as_slice()).await;
        let client = connected.map_err(|error| not_connected(&url.shown, error))?;
        let id = client.new_inbox().replace('.', "-");
        Ok(Self { client, stream: url.stream.clone(), id, cut, forbidden })
    }

    /// A name that nothing else has.
    pub(super) fn unique_name(&self) -> String {
        let inbox = self.client.new_inbox();
        let name = format!("{}-{}", self.id, inbox.rsplit('.').next().unwrap_or_default());
        name.get(name.len().saturating_sub(64)..).unwrap_or(&name).to_owned()
    }

    /// Asks the API of JetStream about something that belongs to the stream.
    pub(super) async fn ask_about<T: DeserializeOwned>(
        &self,
        name: &str,
        what: &str,
        question: &serde_json::Value,
    ) -> Result<T, Failed> {
        self.ask_at(format!("$JS.API.{what}.{}.{name}", self.stream), question).await
    }

    /// Asks the API of JetStream about the stream.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        what: &str,
        question: &serde_json::Value,
    ) -> Result<T, Failed> {
        self.ask_at(format!("$JS.API.{what}.{}", self.stream), question).await
    }

    async fn ask_at<T: DeserializeOwned>(
        &self,
        subject: String,
        question: &serde_json::Value,
    ) -> Result<T, Failed> {
        let answer = self.request(subject, HeaderMap::new(), Bytes::from(question.to_string())).await?;
        let unclear = |_| Failed::Unclear("a request with something else than JSON");
        let value: serde_json::Value = serde_json::from_slice(&answer.payload).map_err(unclear)?;
        if let Some(error) = value.get("error") {
            return Err(Refusal::deserialize(error).map_err(unclear)?.into());
        }
        T::deserialize(value).map_err(unclear)
    }

    /// Gets the answer to a request for the last message of a subject.
    pub(super) async fn request_last(&self, subject: &str) -> Result<Option<Message>, Failed> {
        let request = format!("$JS.API.DIRECT.GET.{}.{subject}", self.stream);
        let answer = self.request(request, HeaderMap::new(), Bytes::new()).await?;
        Ok(Some(answer).filter(|answer| answer.status != Some(StatusCode::NOT_FOUND)))
    }

    /// Stores a message. Returns its sequence.
    pub(super) async fn store(&self, draft: Draft) -> Result<u64, Failed> {
        self.fits(&draft)?;
        let Draft { subject, headers, body } = draft;
        sequence(&self.request(subject, headers, body).await?)
    }

    /// While the server is away, the client keeps what is sent, and waits when that is much. So the store has its own timer.
    async fn request(&self, subject: String, headers: HeaderMap, body: Bytes) -> Result<Message, Failed> {
        let request = Request::new().payload(body).timeout(None);
        let request = if headers.is_empty() { request } else { request.headers(headers) };
        match self.while_connected(self.client.send_request(subject, request)).await {
            Some(answer) => answer.map_err(|error| self.failed(&error)),
            None => Err(self.no_answer()),
        }
    }

    /// Waits until something is sent or received, but not too long.
    pub(super) async fn in_time<T, E>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, Failed> {
        let done = self.while_connected(work).await;
        done.and_then(Result::ok).ok_or_else(|| self.no_answer())
    }

    /// `None` if the connection is cut, or after a time.
    async fn while_connected<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut cut = self.cut.clone();
        cut.mark_unchanged();
        tokio::select! {
            done = work => Some(done),
            _ = cut.changed() => None,
            () = tokio::time::sleep(ANSWER) => None,
        }
    }

    /// Stores all these messages or none. Returns the sequence of the last; those before it have the numbers before.
    pub(super) async fn store_all(&self, mut drafts: Vec<Draft>) -> Result<u64, Failed> {
        let count = drafts.len();
        if count > LARGEST_BATCH {
            return Err(Failed::TooMany { messages: count, limit: LARGEST_BATCH });
        }
        drafts.iter().try_for_each(|draft| self.fits(draft))?;
        let id = &self.unique_name();
        let Some(last) = drafts.pop() else { return Ok(0) };
        let number = |(draft, number): (Draft, usize)| {
            draft.header("Nats-Batch-Id", id).header("Nats-Batch-Sequence", &number.to_string())
        };
        for Draft { subject, headers, body } in drafts.into_iter().zip(1..).map(number) {
            self.in_time(self.client.publish_with_headers(subject, headers, body)).await?;
        }
        self.store(number((last, count)).header("Nats-Batch-Commit", "1")).await
    }

    /// Removes the messages of a subject, or of all that match it. Returns their number.
    pub(super) async fn purge(&self, subject: &str) -> Result<u64, Failed> {
        self.purge_before(subject, None).await
    }

    /// Removes the messages of a subject before a sequence, or all.
    pub(super) async fn purge_before(&self, subject: &str, before: Option<u64>) -> Result<u64, Failed> {
        #[derive(Deserialize)]
        struct Purged {
            purged: u64,
        }
        let question = match before {
            Some(before) => serde_json::json!({ "filter": subject, "seq": before }),
            None => serde_json::json!({ "filter": subject }),
        };
        Ok(self.ask::<Purged>("STREAM.PURGE", &question).await?.purged)
    }

    /// The bytes of a body that fits into a message.
    pub(super) fn room(&self) -> usize {
        self.client.max_payload().saturating_sub(HEADERS)
    }

    /// Fails if the server would not take the message.
    pub(super) fn fits(&self, draft: &Draft) -> Result<(), Failed> {
        if draft.subject.len() > SUBJECT {
            return Err(Failed::LongName(draft.subject.len()));
        }
        let (bytes, limit) = (draft.body.len(), self.room());
        if bytes > limit { Err(Failed::TooLarge { bytes, limit }) } else { Ok(()) }
    }

    /// The reason why a request has no answer. A user without a permission gets none.
    fn failed(&self, error: &RequestError) -> Failed {
        match error.kind() {
            RequestErrorKind::TimedOut | RequestErrorKind::Other => self.no_answer(),
            RequestErrorKind::NoResponders => Failed::NobodyThere,
            RequestErrorKind::InvalidSubject => Failed::Unclear("that a subject is not legal"),
            RequestErrorKind::MaxPayloadExceeded => {
                Failed::TooLarge { bytes: self.client.max_payload() + 1, limit: self.client.max_payload() }
            }
        }
    }

    fn no_answer(&self) -> Failed {
        let said = self.forbidden.lock().unwrap_or_else(PoisonError::into_inner).take();
        let words = said.filter(|(when, _)| when.elapsed() <= ANSWER * 2).map(|(_, words)| words);
        words.map_or(Failed::NoAnswer, Failed::Forbidden)
    }
}

fn note_forbidden(noted: &Mutex<Option<(Instant, String)>>, words: String) {
    if words.to_ascii_lowercase().contains("permissions violation") {
        *noted.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), words));
    }
}

/// The sequence of a message that is stored.
fn sequence(answer: &Message) -> Result<u64, Failed> {
    let answer: Answer = serde_json::from_slice(&answer.payload)
        .map_err(|_| Failed::Unclear("a message with something else than JSON"))?;
    match answer.error {
        Some(refusal) => Err(refusal.into()),
        None => Ok(answer.seq),
    }
}

/// Does the same for many things at the same time, a few of them at once.
pub(super) async fn each<T, R, F>(things: Vec<T>, work: impl Fn(T) -> F) -> Result<Vec<R>, Failed>
where
    F: Future<Output = Result<R, Failed>>,
{
    let mut done = Vec::with_capacity(things.len());
    let mut things = things.into_iter();
    loop {
        let group: Vec<_> = things.by_ref().take(32).map(&work).collect();
        if group.is_empty() {
            return Ok(done);
        }
        done.extend(try_join_all(group).await?);
    }
}
