//! From a lean call to a whole one and back, for the lines that the lean fold leaves to the whole one.

use alloc::boxed::Box;
use alloc::vec::Vec;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::lean::{Digests, Lean, Press, Seat, Work};
use super::names::{Names, Text};
use crate::Call;
use crate::call::{Parts, RosterSeat};
use crate::graph::{
    Call as Resource, CallDirection, CommsOperation, CompletionReason, MediaState, Member, Members, Merge,
    Participant, ResultInfo, Tone, ToneInfo, TypeName,
};
use crate::ledger::Entry;
use crate::operation::Operation;

pub(super) fn thaw(lean: &Lean, names: &Names) -> Entry {
    let mut details: Box<Resource> = Box::default();
    let named = |id: &super::names::NameId| names.text(*id);
    details.direction = lean.direction.as_ref().map(|id| CallDirection::from(named(id))).into();
    if let Some(audio) = lean.audio.as_ref().map(|id| MediaState::from(named(id))) {
        let media = details.media_state.take().into_value().unwrap_or_default();
        details.media_state = Member::Value(media);
        if let Member::Value(media) = &mut details.media_state {
            media.audio = audio.into();
        }
    }
    details.result_info = json::<Box<ResultInfo>>(lean.result.as_ref(), names).into();
    details.termination_reason = lean.reason.as_ref().map(|text| names.read(text).into()).into();
    let tones = lean.tones.iter().map(|press| {
        let tone = Tone::from(names.text(press.tone)).into();
        ToneInfo { sequence_id: press.sequence.into(), tone, ..ToneInfo::default() }
    });
    let call = Call::from(Parts {
        id: lean.id,
        state: lean.state,
        beginning: lean.beginning,
        revision: lean.revision,
        first_at: lean.first_at,
        last_at: lean.last_at,
        details,
        operations: lean.operations.iter().map(|work| work.thaw(names)).collect(),
        roster: lean.seats.iter().map(|seat| seat.thaw(names)).collect(),
        tones: tones.collect(),
    });
    Entry::of(call, lean.revision, lean.digests.newest(lean.revision))
}

/// The lean call; `None` where the whole one has something that the lean one has no room for.
pub(super) fn freeze(entry: &Entry, names: &mut Names) -> Option<Lean> {
    let (call, details) = (entry.call(), entry.call().details());
    if call.is_served() || entry.has_holes() {
        return None;
    }
    let mut name = |text: Option<&str>| match text {
        Some(text) => names.id(text).map(Some),
        None => Some(None),
    };
    let direction = name(details.direction.value().map(CallDirection::as_str))?;
    let audio = name(call.audio().map(MediaState::as_str))?;
    let result = details.result_info.value().map(|result| written(&**result, names));
    let reason = details.termination_reason.value().map(|reason| names.keep(reason));
    let operations = call.operations().iter().map(|one| Work::freeze(one, names));
    let operations = operations.collect::<Option<Vec<_>>>()?;
    let seats = call.roster().seats().map(|seat| Seat::freeze(&seat, names));
    let seats = seats.collect::<Option<Vec<_>>>()?;
    let tones = call.tones().iter().map(|tone| {
        let name = names.id(tone.tone.value()?.as_str())?;
        Some(Press { sequence: *tone.sequence_id.value()?, tone: name })
    });
    let tones = tones.collect::<Option<Vec<_>>>()?;
    Some(Lean {
        id: call.id(),
        revision: entry.revision(),
        first_at: call.first_at(),
        last_at: call.last_at(),
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
    fn thaw(&self, names: &Names) -> Operation {
        let mut resource: Box<CommsOperation> = Box::default();
        for told in &self.more {
            if let Ok(told) = serde_json::from_str::<CommsOperation>(told) {
                resource.pair(&told, Merge);
            }
        }
        resource.odata_type = self.type_name.map(|name| TypeName::from(names.text(name)));
        resource.id = self.id.clone().into();
        resource.status = Member::Absent;
        resource.client_context = told(&self.context, |context| Some((**context).into()));
        resource.result_info = told(&self.result, |text| json(Some(text), names));
        resource.completion_reason =
            told(&self.reason, |name| Some(CompletionReason::from(names.text(*name))));
        Operation::restored(self.state, resource)
    }

    fn freeze(operation: &Operation, names: &mut Names) -> Option<Self> {
        let resource = operation.resource();
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
            context: told(&resource.client_context, |context| Some(context.as_str().into())),
            result: told(&resource.result_info, |result| Some(written(&**result, names))),
            reason,
            more: Vec::new(),
        };
        let has_more = *whole.thaw(names).resource() != *resource;
        let more =
            if has_more { Vec::from([serde_json::to_string(resource).ok()?.into()]) } else { Vec::new() };
        Some(Self { more, ..whole })
    }
}

impl Seat {
    fn thaw(&self, names: &Names) -> RosterSeat {
        let participant = Participant {
            id: self.id.clone().into(),
            info: told(&self.info, |text| json(Some(text), names)),
            removed_state: if self.is_taken { Member::Absent } else { Member::Value(Box::default()) },
            ..Participant::default()
        };
        RosterSeat { participant, sequence: self.sequence, info_sequence: self.info_sequence }
    }

    fn freeze(seat: &RosterSeat, names: &mut Names) -> Option<Self> {
        Some(Self {
            id: seat.participant.id.value()?.clone(),
            is_taken: seat.participant.removed_state.is_absent(),
            sequence: seat.sequence,
            info_sequence: seat.info_sequence,
            info: told(&seat.participant.info, |info| Some(written(&**info, names))),
        })
    }
}

fn json<T: DeserializeOwned>(text: Option<&Text>, names: &Names) -> Option<T> {
    text.and_then(|text| serde_json::from_str(names.read(text)).ok())
}

fn written<T: Serialize>(resource: &T, names: &mut Names) -> Text {
    names.keep(&serde_json::to_string(resource).unwrap_or_default())
}

/// The same member in another form.
fn told<T, U>(member: &Member<T>, form: impl FnOnce(&T) -> Option<U>) -> Member<U> {
    match member {
        Member::Absent => Member::Absent,
        Member::Null => Member::Null,
        Member::Value(value) => form(value).into(),
    }
}
