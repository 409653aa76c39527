//! The text log of the .NET SDK. Only the log entries that trace HTTP traffic hold notifications or replies.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use jiff::Timestamp;
use serde_json::Value;
use serde_json::value::RawValue;

use super::cut::{Cut, cut};
use super::entry::Head;
use super::format::Format;
use super::noise;
use super::notifications::{Bodies, Body, is_about_notifications};
use crate::call::observe::delivery::Delivery;
use crate::call::reply;
use crate::graph::call::Call;
use crate::graph::operation::CommsOperation;
use crate::graph::parsed::ParsedNotification;
use crate::graph::url::{ResourceUrl, only_call};
use crate::id::CallId;
use crate::json;
use crate::json::mend::{lossy, mended};
use crate::json::read::Reader;
use crate::text::without_content;

const LINE_ENDS: [char; 2] = ['\n', '\r'];

/// The text that the SDK writes in place of a secret.
const REDACTED: &str = "(redacted)";

/// The beginning of the other texts that it writes in place of one.
const GENERIC: &str = "(Generic:";

/// The part of a log entry that the replay uses.
#[derive(Debug)]
pub(crate) enum Trace {
    /// The entry changes no call.
    Nothing,
    /// Notifications that the app wrote before the first entry.
    NoEntry,
    /// Notifications that were posted to the app. `call` is the call that the log entry names: it is used for
    /// notifications that name no call.
    Received { bodies: Bodies, call: Option<CallId> },
    /// A reply of the service to a request of the app. `call` is `None` if neither the reply, the request nor
    /// the log entry names a call.
    Replied { call: Option<CallId>, body: reply::Body, at: Option<Timestamp> },
}

/// Why a log entry cannot be read, and the call that it names.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) why: String,
    pub(crate) call: Option<CallId>,
}

/// The parts of a log entry: its `Key: value` lines, and the JSON after those lines.
#[derive(Default)]
struct Entry<'a> {
    delivery: Delivery,
    call: Option<CallId>,
    is_incoming: bool,
    is_outgoing: bool,
    request: Option<&'a str>,
    response: Option<&'a str>,
    json: Option<&'a str>,
    /// The notifications in the JSON, if it is a notification body in the usual form.
    notifications: Option<Vec<ParsedNotification>>,
}

/// A text without white space around it. Most texts have at most blanks, which are found faster than all white space.
fn trimmed(text: &str) -> &str {
    let text = text.trim_ascii();
    let is_plain = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_graphic);
    let bytes = text.as_bytes();
    if is_plain(bytes.first()) && is_plain(bytes.last()) { text } else { text.trim() }
}

/// The lines of an entry without a prefix that stands before each of them, as `docker compose logs` writes it.
fn unprefixed(head: &Head, text: &str) -> Option<String> {
    let prefix = text.get(..head.mark()?).filter(|prefix| !prefix.is_empty())?;
    let (_, rest) = first_line(text);
    let lines = || text.split_inclusive('\n').map(|line| line.strip_prefix(prefix).unwrap_or(line));
    rest.trim_start_matches('\n').starts_with(prefix).then(|| lines().collect())
}

/// True if a line begins like a JSON document. Some loggers indent all lines of an entry.
fn begins_json(line: &str) -> bool {
    let indented = line.trim_start();
    let rest = || indented.get(1..).unwrap_or_default().trim_start();
    indented.starts_with(['{', '['])
        && (indented.len() == line.len() || rest().is_empty() || rest().starts_with(['"', '{']))
}

/// The first line with its line end, and the text after it.
fn first_line(text: &str) -> (&str, &str) {
    let end = memchr::memchr2(b'\n', b'\r', text.as_bytes()).map_or(text.len(), |end| end + 1);
    text.split_at_checked(end).unwrap_or((text, ""))
}

impl<'a> Entry<'a> {
    fn read(head: &Head, text: &'a str) -> Self {
        let mut this = Self::default();
        this.delivery.received_at = head.time(text.as_bytes());
        let mut is_tried = false;
        let mut unread = first_line(text).1;
        while !unread.is_empty() {
            let (line, after) = first_line(unread);
            let colon = memchr::memchr(b':', line.as_bytes()).and_then(|colon| line.split_at_checked(colon));
            let key_and_value = colon
                .and_then(|(key, value)| Some((trimmed(key), unmasked(trimmed(value.strip_prefix(':')?)))));
            if key_and_value.is_some_and(|(key, value)| this.line(key, value)) {
                // A key follows, so the earlier line that looked like JSON was not the body.
                this.json = None;
            } else if this.json.is_none() && begins_json(line) {
                this.json = Some(unread);
                // Only one document is tried: many broken ones would make the time quadratic.
                if this.is_incoming && !core::mem::replace(&mut is_tried, true) {
                    this.notifications = usual_body(unread);
                    if this.notifications.is_some() {
                        break;
                    }
                }
            }
            unread = after;
        }
        this
    }

    /// Reads a `Key: value` line. Returns true if the key belongs to an HTTP trace.
    fn line(&mut self, key: &str, value: Option<&'a str>) -> bool {
        let is = |name: &str| key.eq_ignore_ascii_case(name);
        if is("CallId") {
            self.call = value.and_then(|value| value.parse().ok());
        } else if is("TransactionDirection") {
            self.is_incoming = value.is_some_and(|value| value.eq_ignore_ascii_case("Incoming"));
            self.is_outgoing = value.is_some_and(|value| value.eq_ignore_ascii_case("Outgoing"));
        } else if is("request") {
            self.request = value;
        } else if is("response") {
            self.response = value;
        } else {
            let is_mark = is("ScenarioId") || is("TraceType") || is("headers");
            return is_mark || value.is_some_and(|value| self.delivery.header(key, value));
        }
        true
    }

    /// The text in which the app can have written bodies: all of it, but for the body of an incoming request.
    fn beside<'t>(&self, text: &'t str) -> Option<&'t str>
    where
        'a: 't,
    {
        match self.json.filter(|_| self.is_incoming) {
            Some(_) if self.notifications.is_some() => None,
            Some(json) => match cut(Format::Notifications, json.as_bytes(), true) {
                Cut::Record(body) => json.get(body.consumed()..),
                Cut::More | Cut::End => None,
            },
            None => Some(text),
        }
    }

    /// What the entry traces.
    fn trace(&mut self) -> Result<Trace, String> {
        if !self.is_incoming && (!self.is_outgoing || !self.is_accepted_post()) {
            return Ok(Trace::Nothing);
        }
        if self.is_incoming
            && let Some(notifications) = self.notifications.take()
        {
            let delivery = core::mem::take(&mut self.delivery);
            return Ok(Trace::Received {
                bodies: Body { notifications, delivery, places: Vec::new() }.into(),
                call: self.call,
            });
        }
        let Some(json) = self.json.and_then(document).transpose()? else { return Ok(Trace::Nothing) };
        if self.is_outgoing {
            return self.reply(&json).map_err(|error| without_content(&error));
        }
        let mut bodies = Bodies::read(json.as_bytes(), &Delivery::default());
        if self.response.is_some() && bodies.bodies.iter().all(|body| body.notifications.is_empty()) {
            return Ok(Trace::Nothing);
        }
        if bodies.bodies.is_empty() && bodies.faults.is_empty() {
            return Err(
                "no notifications found in the request: expected an object with the member `value`".into()
            );
        }
        bodies.bodies.iter_mut().for_each(|body| body.delivery = self.delivery.clone());
        Ok(Trace::Received { bodies, call: self.call })
    }

    fn is_accepted_post(&self) -> bool {
        let verb = self.request.and_then(|request| request.split_whitespace().next());
        let is_post = verb.is_none_or(|verb| verb.eq_ignore_ascii_case("POST"));
        let mut words = self.response.into_iter().flat_map(str::split_whitespace);
        let accepted = ["OK", "Created", "Accepted"];
        let status = words.find_map(|word| match word.parse::<u16>() {
            Ok(code @ 100..=599) => Some(code),
            Ok(_) => None,
            Err(_) => accepted.contains(&word).then_some(200),
        });
        is_post && status.is_some_and(|code| (200..300).contains(&code))
    }

    fn reply(&self, text: &str) -> Result<Trace, serde_json::Error> {
        let peek: CommsOperation = json::read::from_str(text)?;
        let (is_operation, is_call) = match peek.odata_type.as_ref().map(|name| name.as_str()) {
            Some(name) => (name.ends_with("Operation"), name == "call"),
            None => (peek.status.value().is_some(), peek.other.contains_key("state")),
        };
        let at = self.delivery.received_at;
        let request = self.request.and_then(|request| ResourceUrl::from(request).call);
        Ok(if is_operation {
            let call = request.or(self.call);
            Trace::Replied { call, body: reply::Body::Operation(Box::new(peek)), at }
        } else if is_call {
            let reported: Call = json::read::from_str(text)?;
            let call = reported.id.value().and_then(|id| id.guid()).map(CallId::new).or(self.call);
            Trace::Replied { call, body: reply::Body::Call(Box::new(reported)), at }
        } else {
            Trace::Nothing
        })
    }
}

/// The JSON document with which a text begins, without the members whose values the SDK masked.
fn document(text: &str) -> Option<Result<Cow<'_, str>, String>> {
    let mut documents = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    let json = match documents.next()? {
        Ok(document) => mended(document.get()),
        Err(error) => return Some(Err(without_content(&error))),
    };
    if !may_be_masked(&json) {
        return Some(Ok(json));
    }
    let masked = serde_json::from_str::<Value>(&json);
    Some(masked.map_err(|error| without_content(&error)).map(|mut value| {
        unmask(&mut value);
        Cow::Owned(value.to_string())
    }))
}

/// The notifications in the text of an entry of 2019, which does not say whether it traces a request. Other text and other
/// documents can stand around them.
fn posted(text: &str, received_at: Option<Timestamp>) -> Trace {
    let mut posted = Bodies::default();
    let mut unread = text.as_bytes();
    while let Cut::Record(record) = cut(Format::Notifications, unread, true) {
        unread = unread.get(record.consumed()..).unwrap_or_default();
        let delivery = Delivery { received_at, ..noise::delivery(record.skipped) };
        match core::str::from_utf8(record.bytes).ok().and_then(document) {
            Some(Ok(json)) => {
                let bodies = Bodies::read(json.as_bytes(), &delivery);
                if bodies.bodies.iter().any(|body| !body.notifications.is_empty()) {
                    posted.bodies.extend(bodies.bodies);
                    posted.faults.extend(bodies.faults);
                }
            }
            Some(Err(why)) if is_about_notifications(record.bytes) => posted.faults.push(why),
            Some(Err(_)) | None => {}
        }
    }
    posted.find_call(text.as_bytes());
    if posted.is_noise() { Trace::Nothing } else { Trace::Received { bodies: posted, call: None } }
}

impl Trace {
    /// Reads one log entry. The error describes the fault if the JSON of the log entry cannot be read. Also returns the bodies
    /// that the app wrote into the log itself, before the next entry.
    pub(crate) fn read(record: &[u8]) -> (Result<Self, Fault>, Bodies) {
        let text = lossy(record);
        let Some(head) = Head::of(text.as_bytes()) else { return before_entries(&text) };
        let (head, text) = match unprefixed(&head, &text) {
            Some(lines) => (Head::OF_PLAIN, Cow::Owned(lines)),
            None => (head, text),
        };
        let time = head.time(text.as_bytes());
        if let Some(unread) = head.text_of_2019.and_then(|start| text.get(start..)) {
            return (Ok(posted(unread, time)), Bodies::default());
        }
        let mut entry = Entry::read(&head, &text);
        let beside = entry.beside(&text).map(|beside| Bodies::in_text(beside, time));
        let trace = entry.trace();
        let call = entry.call;
        let trace = trace.map_err(|why| Fault { why, call: call.or_else(|| only_call(text.as_bytes())) });
        (trace, beside.unwrap_or_default())
    }
}

/// Reads the text before the first log entry. JSON there that is no body shows that the log has another format.
fn before_entries(text: &str) -> (Result<Trace, Fault>, Bodies) {
    let beside = Bodies::in_text(text, None);
    let is_json = text.split(LINE_ENDS).any(|line| line.starts_with(['{', '[']));
    let trace = match (beside.is_noise(), is_json) {
        (false, _) => Ok(Trace::NoEntry),
        (true, true) => Err(Fault {
            why: "expected a log entry that begins with `$>`".into(),
            call: only_call(text.as_bytes()),
        }),
        (true, false) => Ok(Trace::Nothing),
    };
    (trace, beside)
}

/// The notifications of a body that ends the log entry, if the body is in the usual form and the SDK masked
/// nothing in it. No `Key: value` line can follow such a body.
fn usual_body(json: &str) -> Option<Vec<ParsedNotification>> {
    let mut reader = Reader::new(json);
    let notifications = ParsedNotification::body(&mut reader).ok()?;
    reader.end().ok()?;
    (!may_be_masked(json)).then_some(notifications)
}

fn may_be_masked(json: &str) -> bool {
    // Each mark begins with a bracket, and few texts have one.
    let mut brackets = memchr::memchr_iter(b'(', json.as_bytes()).filter_map(|at| json.get(at..));
    brackets.any(|rest| rest.starts_with(REDACTED) || rest.starts_with(GENERIC))
}

/// Returns `None` for a value that the SDK masked: a masked value counts as absent.
fn unmasked(value: &str) -> Option<&str> {
    (value != REDACTED && !value.starts_with(GENERIC)).then_some(value)
}

fn unmask(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| member.as_str().is_none_or(|text| unmasked(text).is_some()));
            members.values_mut().for_each(unmask);
        }
        Value::Array(items) => {
            items.retain(|item| item.as_str().is_none_or(|text| unmasked(text).is_some()));
            items.iter_mut().for_each(unmask);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
