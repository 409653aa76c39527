//! What can fail between the store and the server, and the error that the caller gets.

use async_nats::{ConnectError, ConnectErrorKind};
use callfold::LineError;

use crate::error::{AppendError, Conflict, StoreError};
use crate::lease::LeaseLost;

/// Why something was not done.
#[derive(Clone, Debug)]
pub(super) enum Failed {
    /// An event contradicts what is stored.
    Conflict(Conflict),
    /// A lease does not stand any more.
    LeaseLost(LeaseLost),
    /// The server refused a request.
    Refused {
        /// The number that JetStream has for this error.
        code: u64,
        /// The server's words. They have names of streams and numbers.
        words: String,
    },
    /// The user may not do this. The server's words have the subject.
    Forbidden(String),
    /// No answer came in time, or the connection broke.
    NoAnswer,
    /// Nobody answers for the stream: JetStream is starting, or the stream is gone.
    NobodyThere,
    /// Others were faster, so the writer has to look again.
    Late,
    /// Others changed the same thing again and again.
    Busy,
    /// A message is larger than the server takes.
    TooLarge {
        /// Its bytes.
        bytes: usize,
        /// The bytes that the server takes.
        limit: usize,
    },
    /// A batch has too many messages.
    TooMany {
        /// Its messages.
        messages: usize,
        /// The messages that the server takes.
        limit: usize,
    },
    /// A lease or a consumer has a name that does not fit into a subject.
    LongName(usize),
    /// A stored line cannot be read.
    Line {
        /// The sequence of the message.
        sequence: u64,
        /// The reason.
        error: LineError,
    },
    /// A message of the stream is not one that this store writes.
    Foreign(u64),
    /// The server said something that this crate does not understand.
    Unclear(&'static str),
    /// The store was opened to read.
    ReadOnly,
}

/// JetStream's numbers for "wrong last sequence": another message came first.
const WRONG_SEQUENCE: &[u64] = &[10071, 10164];

/// JetStream's number for "stream not found".
const NO_STREAM: u64 = 10059;

/// JetStream's number for a stream of the same name that is configured in another way.
const OTHER_STREAM: u64 = 10058;

impl Failed {
    /// True if another message came first, so that the writer has to look again.
    pub(super) fn is_late(&self) -> bool {
        matches!(self, Self::Late)
            || matches!(self, Self::Refused { code, .. } if WRONG_SEQUENCE.contains(code))
    }

    pub(super) fn is_no_stream(&self) -> bool {
        matches!(self, Self::Refused { code: NO_STREAM, .. })
    }

    pub(super) fn is_other_stream(&self) -> bool {
        matches!(self, Self::Refused { code: OTHER_STREAM, .. })
    }

    /// True if what was sent may have arrived, or can be sent again at once.
    pub(super) fn can_try_again(&self) -> bool {
        match self {
            Self::NoAnswer | Self::NobodyThere => true,
            Self::Refused { code, .. } => AGAIN.contains(code),
            Self::Conflict(_)
            | Self::LeaseLost(_)
            | Self::Forbidden(_)
            | Self::Late
            | Self::Busy
            | Self::TooLarge { .. }
            | Self::TooMany { .. }
            | Self::LongName(_)
            | Self::Line { .. }
            | Self::Foreign(_)
            | Self::Unclear(_)
            | Self::ReadOnly => false,
        }
    }

    pub(super) fn into_append_error(self, place: &str) -> AppendError {
        if let Self::Conflict(conflict) = self {
            return conflict.into();
        }
        if let Self::LeaseLost(lost) = self {
            return lost.into();
        }
        self.into_store_error(place).into()
    }

    pub(super) fn into_store_error(self, place: &str) -> StoreError {
        let lasting = |what: String| StoreError::lasting(format!("{place}: {what}"));
        let transient = |what: &str| StoreError::transient(format!("{place}: {what}"));
        match self {
            Self::Conflict(conflict) => lasting(conflict.to_string()),
            Self::LeaseLost(lost) => lasting(lost.to_string()),
            Self::Refused { code, words } => refused(place, code, &words),
            Self::Forbidden(words) => {
                lasting(format!("the user may not do this ({words}); change its permissions"))
            }
            Self::NoAnswer => transient("the server does not answer; check that it runs"),
            Self::NobodyThere => transient(
                "nobody answers for the stream; wait until JetStream has started, or open the store again",
            ),
            Self::Late | Self::Busy => transient("others change the same call again and again; try again"),
            Self::TooLarge { bytes, limit } => lasting(format!(
                "a message of {bytes} bytes is too large, the server takes {limit} besides the headers; raise `max_payload` in its configuration"
            )),
            Self::TooMany { messages, limit } => lasting(format!(
                "a batch of {messages} messages is too large, the server takes {limit}; append fewer calls at once"
            )),
            Self::LongName(bytes) => {
                lasting(format!("a name of a lease or a consumer has {bytes} bytes; choose a shorter one"))
            }
            Self::Line { sequence, error } => {
                lasting(format!("the event in message {sequence} cannot be read: {error}")).because(error)
            }
            Self::Foreign(sequence) => lasting(format!(
                "message {sequence} was not written by this program; delete it from the stream"
            )),
            Self::Unclear(what) => lasting(format!("the server answered {what}; check its version")),
            Self::ReadOnly => lasting("the store was opened only to read".into()),
        }
    }
}

/// The error for a number of JetStream. The server's words have no values of messages.
fn refused(place: &str, code: u64, words: &str) -> StoreError {
    let Some((_, is_transient, advice)) = KNOWN.iter().find(|(known, ..)| *known == code) else {
        return StoreError::lasting(format!("{place}: the server refused it: {words} ({code})"));
    };
    let message = format!("{place}: {advice}");
    if *is_transient { StoreError::transient(message) } else { StoreError::lasting(message) }
}

/// Errors after which a batch can be sent again at once: an incomplete batch, and too many batches at the same time.
const AGAIN: &[u64] = &[10176, 10210];

/// The errors that a user can do something about: whether they can pass by themselves, what happened, and what to do.
const KNOWN: &[(u64, bool, &str)] = &[
    (10008, true, "JetStream is not ready; wait until the servers have chosen a leader"),
    (10009, true, "the stream has no leader; check that most of its servers run"),
    (10023, true, "the server has no resources left for JetStream; free some, or raise its limits"),
    (10028, true, "the memory that the account may use is full; raise its limit"),
    (10035, false, "the account has no JetStream; enable it"),
    (10039, false, "the account has no JetStream; enable it"),
    (10047, true, "the disk that JetStream may use is full; free some space, or raise its limit"),
    (10053, false, "a message is larger than the stream takes; raise its `max_msg_size`"),
    (10054, false, "a message is larger than the stream takes; raise its `max_msg_size`"),
    (10059, false, "the stream does not exist; open the store again to make it"),
    (10065, false, "another stream has these subjects; name another stream in the URL"),
    (10076, false, "JetStream is not enabled; start the server with `-js`"),
    (10077, true, "the stream is full; free some space, or raise its limits"),
    (10109, false, "the stream is sealed and takes no messages; name another stream"),
    (10176, true, "a part of a batch was lost on the way; try again"),
    (10210, true, "too many batches are sent at the same time; try again"),
];

/// The error of a connection that was not made. The words of the client have no password.
pub(super) fn not_connected(place: &str, error: ConnectError) -> StoreError {
    let (is_transient, advice) = match error.kind() {
        ConnectErrorKind::Dns => (true, "the name of the host is not known; check the URL"),
        ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => {
            (false, "the server refused the user or the password; check both")
        }
        ConnectErrorKind::Tls => {
            (false, "the encrypted connection failed; check the certificate of the server")
        }
        ConnectErrorKind::ServerParse => (false, "the host is not legal; write `nats://HOST:PORT/STREAM`"),
        ConnectErrorKind::TimedOut | ConnectErrorKind::Io | ConnectErrorKind::MaxReconnects => {
            (true, "the server cannot be reached; check that it runs")
        }
    };
    let message = format!("{place}: {advice}");
    let new = if is_transient { StoreError::transient(message) } else { StoreError::lasting(message) };
    new.because(error)
}
