//! The subjects of a stream, and what they say.
//!
//! | subject | message |
//! | --- | --- |
//! | `STREAM.event.CALL` | events of a call: lines of the log |
//! | `STREAM.open.CALL` | nothing; the call is not finished |
//! | `STREAM.snapshot.CALL` | the latest snapshot |
//! | `STREAM.note.CONSUMER.CALL` | the highest revision that a consumer noted |
//! | `STREAM.lease.NAME` | the holder of a lease |
//! | `STREAM.fence.NAME` | nothing; it carries the check of a lease in an atomic batch |

use std::fmt::Write;

use callfold::CallId;

use super::url::hexadecimal;

/// The subjects of one stream.
#[derive(Clone)]
pub(super) struct Subjects {
    stream: String,
}

impl Subjects {
    pub(super) fn new(stream: &str) -> Self {
        Self { stream: stream.to_owned() }
    }

    /// All subjects.
    pub(super) fn all(&self) -> String {
        format!("{}.>", self.stream)
    }

    pub(super) fn events(&self, call: CallId) -> String {
        format!("{}.event.{call}", self.stream)
    }

    pub(super) fn all_events(&self) -> String {
        format!("{}.event.*", self.stream)
    }

    /// True for the subject of events of a call.
    pub(super) fn is_events(&self, subject: &str) -> bool {
        let rest = subject.strip_prefix(&self.stream);
        rest.is_some_and(|rest| rest.starts_with(".event."))
    }

    /// True for a subject that the table above has.
    pub(super) fn is_known(&self, subject: &str) -> bool {
        let Some(rest) = subject.strip_prefix(&self.stream).and_then(|rest| rest.strip_prefix('.')) else {
            return false;
        };
        let parts: Vec<_> = rest.split('.').collect();
        match parts.as_slice() {
            ["event" | "open" | "snapshot", call] => is_call(call),
            ["note", consumer, call] => is_token(consumer) && is_call(call),
            ["lease" | "fence", name] => is_token(name),
            _ => false,
        }
    }

    /// Where each process tells that it has stored events. It is outside of the stream.
    pub(super) fn stored(&self) -> String {
        format!("{}-stored", self.stream)
    }

    pub(super) fn open(&self, call: CallId) -> String {
        format!("{}.open.{call}", self.stream)
    }

    pub(super) fn all_open(&self) -> String {
        format!("{}.open.*", self.stream)
    }

    pub(super) fn snapshot(&self, call: CallId) -> String {
        format!("{}.snapshot.{call}", self.stream)
    }

    pub(super) fn all_snapshots(&self) -> String {
        format!("{}.snapshot.*", self.stream)
    }

    pub(super) fn note(&self, consumer: &str, call: CallId) -> String {
        format!("{}.note.{}.{call}", self.stream, token(consumer))
    }

    pub(super) fn notes_of_consumer(&self, consumer: &str) -> String {
        format!("{}.note.{}.*", self.stream, token(consumer))
    }

    pub(super) fn notes_of_call(&self, call: CallId) -> String {
        format!("{}.note.*.{call}", self.stream)
    }

    pub(super) fn lease(&self, name: &str) -> String {
        format!("{}.lease.{}", self.stream, token(name))
    }

    pub(super) fn all_leases(&self) -> String {
        format!("{}.lease.*", self.stream)
    }

    pub(super) fn fence(&self, name: &str) -> String {
        format!("{}.fence.{}", self.stream, token(name))
    }
}

/// True for an id as the store writes it.
fn is_call(part: &str) -> bool {
    part.parse().is_ok_and(|call: CallId| call.to_string() == part)
}

/// True for a name as the store writes it.
fn is_token(part: &str) -> bool {
    text(part).is_some_and(|name| token(&name) == part)
}

/// The call at the end of a subject.
pub(super) fn call(subject: &str) -> Option<CallId> {
    last(subject).parse().ok()
}

/// The name at the end of a subject.
pub(super) fn name(subject: &str) -> Option<String> {
    text(last(subject))
}

fn last(subject: &str) -> &str {
    subject.rsplit('.').next().unwrap_or_default()
}

/// A text as one part of a subject: letters, digits, `-` and `_` stay, and each other byte is written `=XX`.
fn token(text: &str) -> String {
    let mut token = String::with_capacity(text.len() + 1);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            token.push(byte.into());
        } else {
            // Writing to a string does not fail.
            _ = write!(token, "={byte:02X}");
        }
    }
    // A part of a subject is not empty.
    if token.is_empty() { "=".into() } else { token }
}

fn text(token: &str) -> Option<String> {
    let mut parts = token.split('=');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts.filter(|_| token != "=") {
        let (digits, rest) = part.as_bytes().split_at_checked(2)?;
        bytes.push(hexadecimal(digits)?);
        bytes.extend(rest);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_is_one_part_of_a_subject_and_comes_back() {
        for name in ["", "calls-1_a", "calls/1", "a.b.*.>", "a b\n", "=", "==41", "größe", "\u{0}"] {
            let token = token(name);
            assert!(!token.is_empty() && !token.contains(['.', '*', '>', ' ', '\n']), "{token}");
            assert_eq!(text(&token).as_deref(), Some(name), "{token}");
        }
        assert_eq!(token("calls/1"), "calls=2F1");
    }

    #[test]
    fn only_what_the_store_writes_is_known() {
        let (subjects, call) = (Subjects::new("calls"), CallId::new(callfold::uuid::Uuid::from_u128(1)));
        for known in [
            subjects.events(call),
            subjects.open(call),
            subjects.snapshot(call),
            subjects.note("a/b", call),
            subjects.lease("calls/1"),
            subjects.fence("calls/1"),
        ] {
            assert!(subjects.is_known(&known), "{known}");
        }
        let upper = format!("event.{}", "57DAB8B1-894C-409A-B240-BD8BEAE78896");
        for strange in [
            "event.hello",
            "hello",
            "event.",
            "note.a.b",
            "lease.a.b",
            "lease.=X",
            "lease.=2f",
            "lease.=41",
            "",
            &upper,
        ] {
            assert!(!subjects.is_known(&format!("calls.{strange}")), "{strange}");
        }
        assert!(!subjects.is_known(&Subjects::new("call").events(call)));
    }

    #[test]
    fn two_names_have_two_tokens() {
        assert_ne!(token(""), token("="));
        assert_ne!(token("/"), token("=2F"));
    }
}
