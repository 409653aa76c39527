//! From a lean call to a whole one and back, for the lines that the lean fold leaves to the whole one.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::digests::Digests;
use super::lean::{Lean, Press, Seat, Work};
use super::meaning::Learned;
use super::names::{NameId, Word};
use super::results::{Kept, Results};
use super::time::Time;
use crate::Call;
use crate::call::{Parts, RosterSeat};
use crate::graph::{
    Call as Resource, CallDirection, CommsOperation, CompletionReason, MediaState, Member, Members, Merge,
    Participant, ResultInfo, Tone, ToneInfo, TypeName,
};
use crate::ledger::Entry;
use crate::operation::Operation;

pub(super) fn thaw(lean: &Lean, learned: &Learned) -> Entry {
    let names = &learned.names;
    let mut details: Box<Resource> = Box::default();
    let named = |id: &NameId| names.text(*id);
    details.direction = lean.direction.as_ref().map(|id| CallDirection::from(named(id))).into();
    if let Some(audio) = lean.audio.as_ref().map(|id| MediaState::from(named(id))) {
        let media = details.media_state.take().into_value().unwrap_or_default();
        details.media_state = Member::Value(media);
        if let Member::Value(media) = &mut details.media_state {
            media.audio = audio.into();
        }
    }
    details.result_info = lean.result.as_ref().and_then(|kept| result(kept, learned)).into();
    details.termination_reason = lean.reason.as_deref().map(Into::into).into();
    let tones = lean.tones.iter().map(|press| {
        let tone = Tone::from(names.text(press.tone)).into();
        ToneInfo { sequence_id: i64::from(press.sequence).into(), tone, ..ToneInfo::default() }
    });
    let call = Call::from(Parts {
        id: lean.id,
        state: lean.state,
        beginning: lean.beginning,
        revision: lean.revision,
        first_at: lean.first_at.told(),
        last_at: lean.last_at.told(),
        details,
        operations: lean.operations.iter().map(|work| work.thaw(learned)).collect(),
        roster: lean.seats.iter().map(|seat| seat.thaw(learned)).collect(),
        tones: tones.collect(),
    });
    Entry::of(call, lean.revision, lean.digests.newest(lean.revision))
}

/// The lean call; `None` where the whole one has something that the lean one has no room for.
pub(super) fn freeze(entry: &Entry, learned: &mut Learned) -> Option<Lean> {
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
    let operations = call.operations().iter().map(|one| Work::freeze(one, learned));
    let operations = operations.collect::<Option<Vec<_>>>()?;
    let seats = call.roster().seats().map(|seat| Seat::freeze(&seat, learned));
    let seats = seats.collect::<Option<Vec<_>>>()?;
    let tones = call.tones().iter().map(|tone| {
        let name = learned.names.id(tone.tone.value()?.as_str())?;
        Some(Press { sequence: i32::try_from(*tone.sequence_id.value()?).ok()?, tone: name })
    });
    let tones = tones.collect::<Option<Vec<_>>>()?;
    Some(Lean {
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
        seats,
        tones,
        digests: Digests::of(entry.revision(), entry.digests()),
    })
}

impl Work {
    fn thaw(&self, learned: &Learned) -> Operation {
        let names = &learned.names;
        let mut resource: Box<CommsOperation> = Box::default();
        for packed in &self.more {
            if let Ok(told) = serde_json::from_str::<CommsOperation>(&learned.operations.unpack(packed)) {
                resource.pair(&told, Merge);
            }
        }
        resource.odata_type = self.type_name.map(|name| TypeName::from(names.text(name)));
        resource.id = self.id.clone().into();
        resource.status = Member::Absent;
        resource.client_context = told(&self.context, |context| Some(context.context().text().into_owned()));
        resource.result_info = told(&self.result, |kept| result(kept, learned));
        resource.completion_reason =
            told(&self.reason, |name| Some(CompletionReason::from(names.text(*name))));
        Operation::restored(self.state, resource)
    }

    fn freeze(operation: &Operation, learned: &mut Learned) -> Option<Self> {
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
            context: told(&resource.client_context, |context| Some(Word::of(context))),
            result: told(&resource.result_info, |result| Some(kept(result, &mut learned.results))),
            reason,
            more: Vec::new(),
        };
        let has_more = *whole.thaw(learned).resource() != *resource;
        let more = if has_more { Vec::from([learned.pack_operation(resource)?]) } else { Vec::new() };
        Some(Self { more, ..whole })
    }
}

impl Seat {
    fn thaw(&self, learned: &Learned) -> RosterSeat {
        let told = self.info.as_ref().map(|packed| learned.participants.unpack(packed));
        let told = told.and_then(|told| serde_json::from_str::<Participant>(&told).ok());
        let participant = Participant {
            id: self.id.clone().into(),
            info: told.map(|told| told.info).unwrap_or_default(),
            removed_state: if self.is_taken { Member::Absent } else { Member::Value(Box::default()) },
            ..Participant::default()
        };
        RosterSeat { participant, sequence: self.sequence, info_sequence: self.info_sequence }
    }

    fn freeze(seat: &RosterSeat, learned: &mut Learned) -> Option<Self> {
        let told = &seat.participant;
        let info = if told.info.is_absent() {
            None
        } else {
            let of_info =
                Participant { id: told.id.clone(), info: told.info.clone(), ..Participant::default() };
            Some(learned.pack_participant(&of_info)?)
        };
        Some(Self {
            id: told.id.value()?.clone(),
            is_taken: told.removed_state.is_absent(),
            sequence: seat.sequence,
            info_sequence: seat.info_sequence,
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

/// The same member in another form.
fn told<T, U>(member: &Member<T>, form: impl FnOnce(&T) -> Option<U>) -> Member<U> {
    match member {
        Member::Absent => Member::Absent,
        Member::Null => Member::Null,
        Member::Value(value) => form(value).into(),
    }
}
