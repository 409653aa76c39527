//! The list of deliveries: every request and every webhook, with its answer.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, Method};
use bytes::Bytes;
use callfold::CallId;
use callfold::jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::redact::{redacted_body, redacted_header, redacted_url};

/// Which way a delivery goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// The app asks the service.
    Request,
    /// The service posts to the app.
    Webhook,
}

/// A request or a webhook, and its answer.
#[derive(Clone)]
pub(crate) struct Delivery {
    pub(crate) direction: Direction,
    pub(crate) call: Option<CallId>,
    /// The revision of the event that a webhook reports.
    pub(crate) revision: Option<u64>,
    /// The service's time at which it began.
    pub(crate) at: Timestamp,
    pub(crate) verb: Method,
    pub(crate) url: String,
    pub(crate) headers: Headers,
    pub(crate) body: Bytes,
    pub(crate) answer: Result<Answered, String>,
    /// How long the answer took, in real time.
    pub(crate) took: Duration,
    /// What a fault did to it, if one did.
    pub(crate) fault: Option<&'static str>,
}

/// The answer to a delivery.
#[derive(Clone)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) headers: Headers,
    pub(crate) body: Bytes,
}

/// Headers in one text, which takes less memory and time than a list of texts. A header is a line.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Headers(String);

/// Shows no secret: neither a body, nor the values of headers.
impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("direction", &self.direction)
            .field("call", &self.call)
            .field("verb", &self.verb)
            .field("url", &redacted_url(&self.url))
            .field("headers", &self.headers)
            .field("body", &self.body.len())
            .field("answer", &self.answer)
            .finish_non_exhaustive()
    }
}

/// Shows the length of the body, and not the body.
impl fmt::Debug for Answered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, headers, body } = self;
        f.debug_struct("Answered")
            .field("status", status)
            .field("headers", headers)
            .field("body", &body.len())
            .finish()
    }
}

/// Shows the names, and not the values.
impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

impl Headers {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let lengths = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + ": \n".len());
        let mut text = String::with_capacity(lengths.sum());
        for (name, value) in headers {
            match value.to_str() {
                Ok(value) => push(&mut text, name.as_str(), value),
                Err(_) => push(&mut text, name.as_str(), &String::from_utf8_lossy(value.as_bytes())),
            }
        }
        Self(text)
    }

    /// The names and values. A header has no line breaks.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.lines().filter_map(|line| line.split_once(": "))
    }

    pub(crate) fn push(&mut self, name: &str, value: &str) {
        push(&mut self.0, name, value);
    }

    /// The value of a header.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    const fn len(&self) -> usize {
        self.0.len()
    }
}

fn push(text: &mut String, name: &str, value: &str) {
    text.push_str(name);
    text.push_str(": ");
    text.push_str(value);
    text.push('\n');
}

/// The latest deliveries.
#[derive(Debug)]
pub(crate) struct Deliveries {
    kept: Mutex<Kept>,
    most: usize,
    most_bytes: usize,
}

#[derive(Debug, Default)]
struct Kept {
    list: VecDeque<Arc<Delivery>>,
    /// The number of the first that is kept, less 1.
    forgotten: u64,
    bytes: usize,
}

impl Deliveries {
    pub(crate) const fn new(most: usize, most_bytes: usize) -> Self {
        let kept = Kept { list: VecDeque::new(), forgotten: 0, bytes: 0 };
        Self { kept: Mutex::new(kept), most, most_bytes }
    }

    /// Keeps a delivery, and forgets the oldest if there are too many. Returns its number.
    pub(crate) fn keep(&self, delivery: Delivery) -> u64 {
        let delivery = Arc::new(delivery);
        // Dropped when the lock is free again.
        let mut forgotten = Vec::new();
        let mut kept = self.kept();
        kept.bytes += delivery.bytes();
        kept.list.push_back(delivery);
        while kept.list.len() > self.most || kept.bytes > self.most_bytes {
            let Some(first) = kept.list.pop_front() else { break };
            kept.bytes -= first.bytes();
            kept.forgotten += 1;
            forgotten.push(first);
        }
        kept.forgotten + kept.list.len() as u64
    }

    /// The delivery with this number.
    pub(crate) fn get(&self, number: u64) -> Option<Arc<Delivery>> {
        let kept = self.kept();
        let index = number.checked_sub(kept.forgotten + 1)?;
        kept.list.get(usize::try_from(index).ok()?).cloned()
    }

    /// The deliveries after a number, of one call or of all, with their numbers.
    pub(crate) fn after(&self, number: u64, call: Option<CallId>) -> Vec<(u64, Arc<Delivery>)> {
        let kept = self.kept();
        let skipped = usize::try_from(number.saturating_sub(kept.forgotten)).unwrap_or(usize::MAX);
        let all = (kept.forgotten + 1..).zip(&kept.list).skip(skipped);
        let of_call = all.filter(|(_, delivery)| call.is_none() || delivery.call == call);
        of_call.map(|(number, delivery)| (number, Arc::clone(delivery))).collect()
    }

    /// The number of deliveries that are kept, and of the bytes of their texts.
    pub(crate) fn size(&self) -> (usize, usize) {
        let kept = self.kept();
        (kept.list.len(), kept.bytes)
    }

    pub(crate) fn clear(&self) {
        let mut kept = self.kept();
        kept.forgotten += kept.list.len() as u64;
        kept.list.clear();
        kept.bytes = 0;
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Delivery {
    fn bytes(&self) -> usize {
        let answer = match &self.answer {
            Ok(answer) => answer.body.len() + answer.headers.len(),
            Err(why) => why.len(),
        };
        self.body.len() + answer + self.url.len() + self.headers.len()
    }

    /// The delivery as JSON. Secrets are shown only if that is asked for.
    pub(crate) fn json(&self, number: u64, shows_secrets: bool) -> Value {
        let direction = match self.direction {
            Direction::Request => "request",
            Direction::Webhook => "webhook",
        };
        let body = |body: &[u8]| redacted_body(body, shows_secrets);
        let headers = |list: &Headers| -> Map<String, Value> {
            let shown = list.iter().map(|(name, value)| {
                let value = if shows_secrets { value.to_owned() } else { redacted_header(name, value) };
                (name.to_owned(), Value::String(value))
            });
            shown.collect()
        };
        let answer = match &self.answer {
            Ok(Answered { status, headers: list, body: text }) => {
                json!({ "status": status, "headers": headers(list), "body": body(text) })
            }
            Err(why) => json!({ "error": why }),
        };
        json!({
            "number": number,
            "kind": direction,
            "time": callfold::At(self.at).to_string(),
            "call": self.call,
            "revision": self.revision,
            "method": self.verb.as_str(),
            "url": if shows_secrets { self.url.clone() } else { redacted_url(&self.url) },
            "headers": headers(&self.headers),
            "body": body(&self.body),
            "answer": answer,
            "milliseconds": self.took.as_secs_f64() * 1000.0,
            "fault": self.fault,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery() -> Delivery {
        Delivery {
            direction: Direction::Request,
            call: None,
            revision: None,
            at: Timestamp::UNIX_EPOCH,
            verb: Method::GET,
            url: "/".into(),
            headers: Headers::default(),
            body: Bytes::new(),
            answer: Err("e".into()),
            took: Duration::ZERO,
            fault: None,
        }
    }

    #[test]
    fn what_is_printed_shows_neither_bodies_nor_the_values_of_headers() {
        let headers = Headers("authorization: Bearer s3cret\n".into());
        let answered =
            Answered { status: 200, headers: headers.clone(), body: Bytes::from_static(b"s3cret") };
        let delivery = Delivery {
            url: "http://me:s3cret@bot/callback?key=s3cret".into(),
            headers,
            body: Bytes::from_static(b"s3cret"),
            answer: Ok(answered),
            ..delivery()
        };
        let shown = format!("{delivery:?}");
        assert!(!shown.contains("s3cret") && shown.contains("authorization"), "{shown}");
    }

    #[test]
    fn headers_count_as_bytes_that_are_kept() {
        let deliveries = Deliveries::new(10_000, 1000);
        let headers = Headers(format!("x: {}\n", "a".repeat(250)));
        let delivery = Delivery { headers, ..delivery() };
        for _ in 0..8 {
            deliveries.keep(delivery.clone());
        }
        assert_eq!(deliveries.size().0, 3, "the oldest are forgotten");
    }
}
