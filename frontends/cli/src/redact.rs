//! `--redact`: events and findings without what could name somebody.
//!
//! A member of an event stays only if the list in `members` has it. So a member that nobody decided on goes. Ids become
//! pseudonyms: the number of the id in the order of first appearance, which does not lead back to the id.

mod members;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

use callfold::uuid::Uuid;
use callfold::{At, CallId, Finding, Id, Recorded};
use callfold_view::describe;
use serde_json::{Map, Value, json};

use crate::replayer::{Listener, LocatedFinding};
use members::{Members, Of, Rule, members};

/// Gives every id the same pseudonym each time.
#[derive(Default)]
pub(crate) struct Redactor {
    known: BTreeMap<Of, BTreeMap<Box<str>, u64>>,
}

impl Redactor {
    /// The event without what could name somebody. It has the same revision, time and kind.
    ///
    /// # Errors
    ///
    /// If the event cannot be read any more. Each kind of event has a test that it can.
    pub(crate) fn event(&mut self, recorded: &Recorded) -> io::Result<Recorded> {
        let data = serde_json::to_value(&recorded.event)?;
        let mut line = json!({
            "call": self.call(recorded.call),
            "rev": recorded.revision,
            "type": recorded.event.kind().as_str(),
            "data": self.object(&data, members(&recorded.event)),
            "inferred": recorded.inferred,
        });
        if let (Some(at), Some(line)) = (recorded.at, line.as_object_mut()) {
            line.insert("at".into(), At(at).to_string().into());
        }
        line.to_string().parse().map_err(|error| io::Error::other(format!("cannot redact an event: {error}")))
    }

    /// The finding with the meaning of its kind as its message, because a message can quote the log.
    pub(crate) fn finding(&mut self, finding: &Finding) -> Finding {
        let call = finding.call.map(|call| self.call(call));
        let mut redacted = Finding::new(finding.kind, call, describe::finding(finding.kind));
        redacted.severity = finding.severity;
        redacted
    }

    pub(crate) fn call(&mut self, id: CallId) -> CallId {
        CallId::new(self.guid(Of::Call, id))
    }

    fn guid(&mut self, of: Of, id: CallId) -> Uuid {
        // The number is at the beginning of the id, where people look to tell ids apart.
        let number = self.number(of, &id.to_string()).rotate_left(32);
        Uuid::from_u64_pair(number, 0)
    }

    /// The pseudonym of a log.
    pub(crate) fn log(&mut self, path: &str) -> String {
        format!("log-{}", self.number(Of::Log, path))
    }

    fn number(&mut self, of: Of, id: &str) -> u64 {
        let known = self.known.entry(of).or_default();
        if let Some(number) = known.get(id) {
            return *number;
        }
        let next = known.len() as u64 + 1;
        known.insert(id.into(), next);
        next
    }

    /// The pseudonym of an id in an event; `None` if it is no id.
    fn pseudonym(&mut self, of: Of, id: &str) -> Option<String> {
        match of.prefix() {
            Some(prefix) => Some(format!("{prefix}-{}", self.number(of, &canonical(of, id)))),
            None => Some(self.guid(of, id.parse().ok()?).to_string()),
        }
    }

    fn object(&mut self, value: &Value, members: Members) -> Value {
        let kept = members.iter().filter_map(|(name, rule)| {
            let kept = self.value(value.get(name)?, rule)?;
            Some(((*name).to_owned(), kept))
        });
        Value::Object(kept.collect())
    }

    /// What stays of a value; `None` if nothing does. That a member is null stays.
    fn value(&mut self, value: &Value, rule: &Rule) -> Option<Value> {
        if value.is_null() {
            return Some(Value::Null);
        }
        match rule {
            Rule::Flag => value.as_bool().map(Value::from),
            Rule::Number => value.as_i64().and_then(|number| i32::try_from(number).ok()).map(Value::from),
            Rule::Sequence => value.as_i64().map(Value::from),
            Rule::Time => Some(At(value.as_str()?.parse().ok()?).to_string().into()),
            Rule::Word(is_known) => value.as_str().filter(|text| is_known(text)).map(Value::from),
            Rule::Id(of) => self.pseudonym(*of, value.as_str()?).map(Value::from),
            Rule::Identity => value.as_object().map(|identity| self.identity(identity)),
            Rule::Object(members) => value.is_object().then(|| self.object(value, members)),
            Rule::List(rule) => {
                Some(value.as_array()?.iter().filter_map(|item| self.value(item, rule)).collect())
            }
        }
    }

    /// Somebody, by a pseudonym. Somebody without an id is known by all that is said about them, as in a roster.
    fn identity(&mut self, identity: &Map<String, Value>) -> Value {
        let id = identity.get("id").and_then(Value::as_str).filter(|id| !id.is_empty());
        let id = id.map_or_else(|| Value::from(identity.clone()).to_string(), str::to_owned);
        json!({ "id": self.pseudonym(Of::Person, &id) })
    }
}

/// An id in the spelling under which it is known: a GUID in either letter case is the same id. The contexts of an app are
/// texts.
fn canonical(of: Of, id: &str) -> Cow<'_, str> {
    let guid = if of == Of::Context { None } else { Id::from(id).guid() };
    guid.map_or(Cow::Borrowed(id), |guid| Cow::Owned(guid.to_string()))
}

/// Passes redacted events and findings to another listener.
pub(crate) struct Redacting<'a, L> {
    pub(crate) redactor: &'a mut Redactor,
    pub(crate) listener: L,
}

impl<L: Listener> Listener for Redacting<'_, L> {
    const WANTS_EVENTS: bool = L::WANTS_EVENTS;

    fn event(&mut self, recorded: &Recorded) -> io::Result<()> {
        let redacted = self.redactor.event(recorded)?;
        self.listener.event(&redacted)
    }

    fn finding(&mut self, located: LocatedFinding) -> io::Result<()> {
        let finding = self.redactor.finding(&located.finding);
        self.listener.finding(LocatedFinding { finding, ..located })
    }
}
