//! Converts a compact call to a full call and back, for the lines that only the full fold can handle.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;

use super::compact::{Compact, ReceivedTone, RosterEntry, Work};
use super::digests::Digests;
use super::meaning::Learned;
use super::names::{NameId, Word};
use super::results::{Kept, Results};
use super::time::Time;
use crate::call::data::Call;
use crate::call::parts::Parts;
use crate::call::roster::{Roster, SavedRosterEntry};
use crate::graph::call::{Call as Resource, CallDirection};
use crate::graph::media::MediaState;
use crate::graph::member::{Member, Members, Merge};
use crate::graph::operation::{CommsOperation, CompletionReason};
use crate::graph::participant::Participant;
use crate::graph::result::ResultInfo;
use crate::graph::tone::{Tone, ToneInfo};
use crate::graph::type_name::TypeName;
use crate::ledger::entry::Entry;
use crate::operation::Operation;

pub(super) fn to_call(compact: &Compact, learned: &Learned) -> Entry {
    let names = &learned.names;
    let mut details: Box<Resource> = Box::default();
    let named = |id: &NameId| names.text(*id);
    details.direction = compact.direction.as_ref().map(|id| CallDirection::from(named(id))).into();
    if let Some(audio) = compact.audio.as_ref().map(|id| MediaState::from(named(id))) {
        let media = details.media_state.take().into_value().unwrap_or_default();
        details.media_state = Member::Value(media);
        if let Member::Value(media) = &mut details.media_state {
            media.audio = audio.into();
        }
    }
    details.result_info = compact.result.as_ref().and_then(|kept| result(kept, learned)).into();
    details.termination_reason = compact.reason.as_deref().map(Into::into).into();
    let tones = compact.tones.iter().map(|receive_tone| {
        let tone = Tone::from(names.text(receive_tone.tone)).into();
        ToneInfo { sequence_id: i64::from(receive_tone.sequence).into(), tone, ..ToneInfo::default() }
    });
    let call = Call::from(Parts {
        id: compact.id,
        state: compact.state,
        beginning: compact.beginning,
        revision: compact.revision,
        first_at: compact.first_at.reported(),
        last_at: compact.last_at.reported(),
        details,
        operations: compact.operations.iter().map(|work| work.to_call(learned)).collect(),
        roster: roster(&compact.entries, learned),
        tones: tones.collect(),
    });
    Entry::of(call, compact.revision, compact.digests.newest(compact.revision))
}

/// The compact call; `None` if the full call has data that the compact form cannot hold.
pub(super) fn from_call(entry: &Entry, learned: &mut Learned) -> Option<Compact> {
    let (call, details) = (entry.call(), entry.call().details());
    if call.is_served() || entry.has_holes() {
        return None;
    }
    let names = &mut learned.names;
    let mut name = |text: Option<&str>| match text {
        Some(text) => names.id(text).map(Some),
        None => Some(None),
    };
    let direction = name(details.direction.value().map(CallDirection::as_str))?;
    let audio = name(call.audio().map(MediaState::as_str))?;
    let result = details.result_info.value().map(|result| kept(result, &mut learned.results));
    let reason = details.termination_reason.value().map(|reason| reason.as_str().into());
    let operations = call.operations().iter().map(|one| Work::from_call(one, learned));
    let operations = operations.collect::<Option<Vec<_>>>()?;
    let entries = call.roster().entries();
    let entries = entries.map(|entry| RosterEntry::from_call(&entry, call.roster(), learned));
    let entries = entries.collect::<Option<Vec<_>>>()?;
    let tones = call.tones().iter().map(|tone| {
        let name = learned.names.id(tone.tone.value()?.as_str())?;
        Some(ReceivedTone { sequence: i32::try_from(*tone.sequence_id.value()?).ok()?, tone: name })
    });
    let tones = tones.collect::<Option<Vec<_>>>()?;
    Some(Compact {
        id: call.id(),
        revision: entry.revision(),
        first_at: Time::of(call.first_at())?,
        last_at: Time::of(call.last_at())?,
        state: call.state(),
        beginning: call.beginning(),
        direction,
        audio,
        result,
        reason,
        operations,
        entries,
        tones,
        digests: Digests::of(entry.revision(), entry.digests()),
    })
}

impl Work {
    fn to_call(&self, learned: &Learned) -> Operation {
        let names = &learned.names;
        let mut resource: Box<CommsOperation> = Box::default();
        for packed in &self.more {
            if let Ok(reported) = serde_json::from_str::<CommsOperation>(&learned.operations.unpack(packed)) {
                resource.pair(&reported, Merge);
            }
        }
        resource.odata_type = self.type_name.map(|name| TypeName::from(names.text(name)));
        resource.id = self.id.clone().into();
        resource.status = Member::Absent;
        resource.client_context =
            reported(&self.context, |context| Some(context.context().text().into_owned()));
        resource.result_info = reported(&self.result, |kept| result(kept, learned));
        resource.completion_reason =
            reported(&self.reason, |name| Some(CompletionReason::from(names.text(*name))));
        Operation::restored(self.state, resource)
    }

    fn from_call(operation: &Operation, learned: &mut Learned) -> Option<Self> {
        let (resource, names) = (operation.resource(), &mut learned.names);
        if operation.has_aliases() {
            return None;
        }
        let type_name = match &resource.odata_type {
            Some(name) => Some(names.id(name.as_str())?),
            None => None,
        };
        let reason = match &resource.completion_reason {
            Member::Absent => Member::Absent,
            Member::Null => Member::Null,
            Member::Value(reason) => Member::Value(names.id(reason.as_str())?),
        };
        let whole = Self {
            id: operation.id()?.clone(),
            type_name,
            kind: operation.kind(),
            state: operation.state(),
            context: reported(&resource.client_context, |context| Some(Word::of(context))),
            result: reported(&resource.result_info, |result| Some(kept(result, &mut learned.results))),
            reason,
            more: Vec::new(),
        };
        let has_more = *whole.to_call(learned).resource() != *resource;
        let more = if has_more { Vec::from([learned.pack_operation(resource)?]) } else { Vec::new() };
        Some(Self { more, ..whole })
    }
}

/// The roster after the newest delta about each participant.
fn roster(entries: &[RosterEntry], learned: &Learned) -> Roster {
    let mut roster: Roster = entries.iter().map(|entry| entry.to_call(learned)).collect();
    for entry in entries.iter().filter(|entry| entry.sequence.is_some()) {
        roster.update(Cow::Owned(entry.presence()), entry.sequence);
    }
    roster
}

impl RosterEntry {
    /// The entry without the number of the newest delta: [`roster`] applies a delta of this number.
    fn to_call(&self, learned: &Learned) -> SavedRosterEntry {
        let reported = self.info.as_ref().map(|packed| learned.participants.unpack(packed));
        let reported = reported.and_then(|reported| serde_json::from_str::<Participant>(&reported).ok());
        let info = reported.map(|reported| reported.info).unwrap_or_default();
        let participant = Participant { info, ..self.presence() };
        SavedRosterEntry { participant, sequence: None, info_sequence: self.info_sequence }
    }

    /// The id, and whether the participant has left.
    fn presence(&self) -> Participant {
        Participant {
            id: self.id.clone().into(),
            removed_state: if self.is_taken { Member::Absent } else { Member::Value(Box::default()) },
            ..Participant::default()
        }
    }

    fn from_call(entry: &SavedRosterEntry, roster: &Roster, learned: &mut Learned) -> Option<Self> {
        let reported = &entry.participant;
        // The compact form has one number for the participant and its id. They differ if the newest delta
        // found the participant by its identity.
        let id = Participant { id: reported.id.clone(), ..Participant::default() };
        if entry.sequence.is_some() && roster.would_learn(&id, entry.sequence) {
            return None;
        }
        let info = if reported.info.is_absent() {
            None
        } else {
            let of_info = Participant {
                id: reported.id.clone(),
                info: reported.info.clone(),
                ..Participant::default()
            };
            Some(learned.pack_participant(&of_info)?)
        };
        Some(Self {
            id: reported.id.value()?.clone(),
            is_taken: reported.removed_state.is_absent(),
            sequence: entry.sequence,
            info_sequence: entry.info_sequence,
            info,
        })
    }
}

fn result(kept: &Kept, learned: &Learned) -> Option<Box<ResultInfo>> {
    learned.results.get(kept).cloned().map(Box::new)
}

fn kept(result: &ResultInfo, results: &mut Results) -> Kept {
    results.keep(&serde_json::to_string(result).unwrap_or_default())
}

/// Converts the value of a member to another form.
fn reported<T, U>(member: &Member<T>, form: impl FnOnce(&T) -> Option<U>) -> Member<U> {
    match member {
        Member::Absent => Member::Absent,
        Member::Null => Member::Null,
        Member::Value(value) => form(value).into(),
    }
}
