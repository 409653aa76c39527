//! Snapshots: a call as text, so that a host need not fold all its events again.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::beginning::Beginning;
use super::data::Call;
use super::deadline::{Deadline, Deadlines, Due};
use super::event::{HoldMusic, MediaRequest, Recording, RequestAnswered};
use super::notification_history::{Inferred, NotificationHistory};
use super::party_request::PartyRequest;
use super::roster::Roster;
use super::service_data::{Queued, RecordedParticipant, Service};
use super::state::State;
use super::tones::Tones;
use crate::graph;
use crate::graph::action::Transfer;
use crate::graph::method::Method;
use crate::graph::operation::CommsOperation;
use crate::graph::participant::{Participant, RecordingStatus};
use crate::graph::quality::TeleconferenceDeviceQuality;
use crate::graph::tone::ToneInfo;
use crate::graph::wire::exact::Exact;
use crate::id::{CallId, Id, OperationId, ParticipantId};
use crate::operation::Operation;
use crate::operation::state::State as OperationState;
use crate::record::recorded::MAX_REVISION;
use crate::secret::Secret;
use crate::text::without_content;

/// The version of the snapshots that this crate writes. It reads no other version.
pub const SNAPSHOT_VERSION: u64 = 1;

/// A call as text, from which [`Call::restore`] makes an equal call.
///
/// A snapshot saves time only: the log remains the only thing that a host must keep. A host that cannot read a
/// snapshot, because another version wrote it or because it is broken, folds the events of the call again.
///
/// The text has all that the events told, including secrets. `Debug` shows nothing of it.
///
/// ```
/// use callfold::call::Snapshot;
/// use callfold::{Call, Recorded};
///
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{"subject":"Stand-up"}}"#;
/// let call = Call::begin(line.parse()?)?;
/// let stored: String = call.snapshot().as_str().into();
///
/// let mut restored = Call::restore(&Snapshot::from(stored))?;
/// assert_eq!(restored, call);
/// restored.evolve(line.replace("placed", "established").replace("1,", "2,").parse()?)?;
/// assert_eq!(restored.revision(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Snapshot(Secret<String>);

impl Snapshot {
    /// The text to store.
    pub fn as_str(&self) -> &str {
        self.0.expose()
    }
}

/// A text that was stored. [`Call::restore`] finds out whether it is a snapshot.
impl From<String> for Snapshot {
    fn from(text: String) -> Self {
        Self(Secret::new(text))
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Snapshot(…)")
    }
}

/// The reason why a snapshot was not restored. The host must fold the events of the call instead.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotRestored {
    /// Another version of the crate wrote the snapshot.
    Version {
        /// The version of the snapshot.
        found: u64,
    },
    /// The text is no snapshot, or is damaged.
    Broken {
        /// The problem. It never shows the data of the snapshot.
        why: String,
    },
    /// The ledger knows the call already.
    Known {
        /// The last revision in the ledger.
        revision: u64,
    },
    /// The ledger keeps the history of its calls, which a snapshot does not have.
    KeepsHistory,
}

impl fmt::Display for NotRestored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version { found } => {
                write!(f, "the snapshot has version {found}; this version reads {SNAPSHOT_VERSION}")
            }
            Self::Broken { why } => write!(f, "the snapshot is broken: {why}"),
            Self::Known { revision } => {
                write!(f, "the ledger knows the call already, up to revision {revision}")
            }
            Self::KeepsHistory => f.write_str("the ledger keeps history, which a snapshot does not have"),
        }
    }
}

impl core::error::Error for NotRestored {}

/// The member by which the version is known, whatever the rest is.
#[derive(Deserialize)]
struct Head {
    snapshot: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Stored {
    snapshot: u64,
    id: CallId,
    state: State,
    beginning: Beginning,
    revision: u64,
    first_at: Option<Timestamp>,
    last_at: Option<Timestamp>,
    details: Exact<graph::call::Call>,
    first_callees: Option<String>,
    operations: Vec<StoredOperation>,
    roster: Vec<StoredEntry>,
    tones: Vec<Exact<ToneInfo>>,
    content_sharing: Vec<Id>,
    been: u16,
    inferred: Vec<Inferred>,
    messages: Vec<(Id, u32)>,
    deadlines: Vec<(Timestamp, String)>,
    service: Option<StoredService>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredOperation {
    state: String,
    resource: Exact<CommsOperation>,
    aliases: Vec<OperationId>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredEntry {
    participant: Exact<Participant>,
    newest: BTreeMap<String, i64>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StoredService {
    transfer: Option<Exact<Transfer>>,
    party_requests: Vec<(String, Option<String>, Option<CallId>)>,
    queue: Vec<(OperationId, MediaRequest, Option<Recording>)>,
    on_hold: Option<HoldMusic>,
    recording_status: Option<RecordingStatus>,
    device_quality: Vec<Exact<TeleconferenceDeviceQuality>>,
    answered: Vec<RequestAnswered>,
    participant_capacity: Option<i32>,
    recorded_participants: Vec<(ParticipantId, Exact<Participant>, bool)>,
}

impl Call {
    /// The call as text, to be stored. See [`Snapshot`].
    pub fn snapshot(&self) -> Snapshot {
        // The types of a call serialize without an error.
        Snapshot::from(serde_json::to_string(&Stored::from(self)).unwrap_or_default())
    }

    /// Makes the call of a snapshot. It is equal to the call from which the snapshot was taken, and later events
    /// fold on it as on that call.
    ///
    /// # Errors
    ///
    /// [`NotRestored::Version`] or [`NotRestored::Broken`].
    ///
    /// ```
    /// use callfold::Call;
    /// use callfold::call::{NotRestored, Snapshot};
    ///
    /// let newer = Snapshot::from(r#"{"snapshot":2,"later":[]}"#.to_string());
    /// assert_eq!(Call::restore(&newer), Err(NotRestored::Version { found: 2 }));
    /// let torn = Snapshot::from(r#"{"snapshot":1,"id":"57dab8b1"#.to_string());
    /// assert!(matches!(Call::restore(&torn), Err(NotRestored::Broken { .. })));
    /// ```
    pub fn restore(snapshot: &Snapshot) -> Result<Self, NotRestored> {
        let broken = |error: &serde_json::Error| NotRestored::Broken { why: without_content(error) };
        let text = snapshot.as_str();
        match serde_json::from_str::<Head>(text).map_err(|error| broken(&error))?.snapshot {
            SNAPSHOT_VERSION => {}
            found => return Err(NotRestored::Version { found }),
        }
        let stored: Stored = serde_json::from_str(text).map_err(|error| broken(&error))?;
        stored.call().map_err(|why| NotRestored::Broken { why: why.into() })
    }
}

impl From<&Call> for Stored {
    fn from(call: &Call) -> Self {
        let (been, inferred, messages) = call.notifications.parts();
        Self {
            snapshot: SNAPSHOT_VERSION,
            id: call.id,
            state: call.state,
            beginning: call.beginning,
            revision: call.revision,
            first_at: call.first_at,
            last_at: call.last_at,
            details: Exact((*call.details).clone()),
            first_callees: call.first_callees.as_deref().map(Into::into),
            operations: call.operations.iter().map(StoredOperation::from).collect(),
            roster: call.roster.parts().map(StoredEntry::from).collect(),
            tones: call.tones.iter().cloned().map(Exact).collect(),
            content_sharing: call.content_sharing.iter().cloned().collect(),
            been,
            inferred: inferred.into(),
            messages: messages.cloned().collect(),
            deadlines: call
                .deadlines
                .as_slice()
                .iter()
                .map(|due| (due.at, due.deadline.to_string()))
                .collect(),
            service: call.service.as_deref().map(StoredService::from),
        }
    }
}

impl From<&Operation> for StoredOperation {
    fn from(operation: &Operation) -> Self {
        Self {
            state: operation.state().to_string(),
            resource: Exact(operation.resource().clone()),
            aliases: operation.aliases().cloned().collect(),
        }
    }
}

impl From<(&Participant, &BTreeMap<String, i64>)> for StoredEntry {
    fn from((participant, newest): (&Participant, &BTreeMap<String, i64>)) -> Self {
        Self { participant: Exact(participant.clone()), newest: newest.clone() }
    }
}

impl From<&Service> for StoredService {
    fn from(service: &Service) -> Self {
        let Service {
            transfer,
            party_requests,
            queue,
            on_hold,
            recording_status,
            device_quality,
            answered,
            participant_capacity,
            recorded_participants,
        } = service;
        let party = |one: &PartyRequest| (one.method.to_string(), one.target.clone(), one.replaces);
        let recorded = |(id, one): (&ParticipantId, &RecordedParticipant)| {
            (id.clone(), Exact((*one.participant).clone()), one.is_accepted)
        };
        let queued = |one: &Queued| (one.operation.clone(), one.request.clone(), one.recording.clone());
        Self {
            transfer: transfer.as_deref().cloned().map(Exact),
            party_requests: party_requests.iter().map(party).collect(),
            queue: queue.iter().map(queued).collect(),
            on_hold: on_hold.as_deref().cloned(),
            recording_status: recording_status.clone(),
            device_quality: device_quality.iter().map(|quality| Exact((**quality).clone())).collect(),
            answered: answered.iter().map(|answered| (**answered).clone()).collect(),
            participant_capacity: *participant_capacity,
            recorded_participants: recorded_participants.iter().map(recorded).collect(),
        }
    }
}

/// What is wrong with a part of a snapshot.
type Wrong = &'static str;

/// The value with this name.
fn named<T: Copy>(all: &[T], as_str: impl Fn(T) -> &'static str, name: &str) -> Result<T, Wrong> {
    all.iter().copied().find(|value| as_str(*value) == name).ok_or("a name is not known")
}

impl Stored {
    fn call(self) -> Result<Call, Wrong> {
        if !(1..=MAX_REVISION).contains(&self.revision) {
            return Err("the revision is out of range");
        }
        if self.first_at > self.last_at {
            return Err("the first time is after the last");
        }
        if !self.state.is_live()
            && (!self.deadlines.is_empty() || self.service.as_ref().is_some_and(StoredService::waits))
        {
            return Err("the call has ended, and waits for something");
        }
        let mut tones = Tones::default();
        self.tones.into_iter().for_each(|Exact(tone)| tones.receive(tone));
        let operations: Result<Vec<_>, _> =
            self.operations.into_iter().map(StoredOperation::operation).collect();
        let roster = self.roster.into_iter().map(|entry| (entry.participant.0, entry.newest));
        Ok(Call {
            id: self.id,
            state: self.state,
            beginning: self.beginning,
            revision: self.revision,
            first_at: self.first_at,
            last_at: self.last_at,
            details: Arc::new(self.details.0),
            first_callees: self.first_callees.map(Into::into),
            operations: operations?.into(),
            roster: Roster::of(roster),
            tones: Arc::new(tones),
            content_sharing: self.content_sharing.into_iter().collect(),
            notifications: NotificationHistory::of(self.been, self.inferred, self.messages),
            deadlines: deadlines(&self.deadlines)?,
            service: self.service.map(|service| service.service().map(Arc::new)).transpose()?,
        })
    }
}

fn deadlines(stored: &[(Timestamp, String)]) -> Result<Deadlines, Wrong> {
    let due = |(at, name): &(Timestamp, String)| {
        Ok(Due { at: *at, deadline: named(Deadline::ALL, Deadline::as_str, name)? })
    };
    let due: Vec<_> = stored.iter().map(due).collect::<Result<_, Wrong>>()?;
    Deadlines::of(due).ok_or("the deadlines are out of order")
}

impl StoredOperation {
    fn operation(self) -> Result<Operation, Wrong> {
        let state = named(OperationState::ALL, OperationState::as_str, &self.state)?;
        Ok(Operation::restored(state, self.resource.0, self.aliases))
    }
}

impl StoredService {
    /// True if something is to end before the call can.
    fn waits(&self) -> bool {
        !self.queue.is_empty() || self.on_hold.is_some()
    }

    fn service(self) -> Result<Service, Wrong> {
        let party = |(method, target, replaces): (String, Option<String>, Option<CallId>)| {
            let method = named(Method::ALL, Method::as_str, &method)?;
            Ok(PartyRequest { method, target, replaces })
        };
        let recorded = |(id, Exact(participant), is_accepted): (ParticipantId, Exact<Participant>, bool)| {
            (id, RecordedParticipant { participant: participant.into(), is_accepted })
        };
        let queued = |(operation, request, recording)| Queued { operation, request, recording };
        Ok(Service {
            transfer: self.transfer.map(|Exact(transfer)| transfer.into()),
            party_requests: self.party_requests.into_iter().map(party).collect::<Result<_, Wrong>>()?,
            queue: self.queue.into_iter().map(queued).collect(),
            on_hold: self.on_hold.map(Into::into),
            recording_status: self.recording_status,
            device_quality: self.device_quality.into_iter().map(|Exact(quality)| quality.into()).collect(),
            answered: self.answered.into_iter().map(Arc::new).collect(),
            participant_capacity: self.participant_capacity,
            recorded_participants: self.recorded_participants.into_iter().map(recorded).collect(),
        })
    }
}
