//! The lanes of a history, read from its calls.

use std::collections::BTreeMap;

use callfold::ParticipantId;
use callfold::call::{Call, CallEvent, Deadline, ServiceEvent};
use callfold::graph::{MediaState, Participant};
use callfold::jiff::Timestamp;
use callfold::operation::{self, Operation};

use crate::history::spans::{
    AudioSpan, DeadlineSpan, Lanes, OperationSpan, Presence, ReceivedTone, StateSpan,
};
use crate::history::steps::{CallHistory, Changed, Step};

impl CallHistory {
    /// The states of the call in order.
    pub fn state_spans(&self) -> Vec<StateSpan> {
        let mut spans = Vec::new();
        for (at, step) in self.steps().iter().enumerate() {
            span(&mut spans, at, Some(step.state));
        }
        spans.into_iter().map(|(state, from, to)| StateSpan { state, from, to }).collect()
    }

    /// The states of the audio in order.
    pub fn audio(&self) -> Vec<AudioSpan> {
        self.lanes().audio.clone()
    }

    /// The operations in the order of their first events.
    pub fn operations(&self) -> Vec<OperationSpan> {
        self.lanes().operations.clone()
    }

    /// The participants in the order in which they joined.
    pub fn presences(&self) -> Vec<Presence> {
        self.lanes().presences.clone()
    }

    /// The deadlines in the order in which they were set.
    pub fn deadlines(&self) -> Vec<DeadlineSpan> {
        self.lanes().deadlines.clone()
    }

    /// The lanes that need the call after each step. All of them are read in one fold.
    fn lanes(&self) -> &Lanes {
        self.lanes.get_or_init(|| {
            let mut audio: Vec<Span<String>> = Vec::new();
            let mut states = Vec::new();
            let (mut people, mut deadlines) = (People::default(), Armed::of(self));
            let times = self.times();
            let mut at = 0;
            self.walk(|_, call, changed| {
                let audible = call.audio().filter(|_| call.state().is_live());
                span(&mut audio, at, audible.map(MediaState::as_str));
                step(&mut states, at, call, changed);
                people.change(at, changed.participants(call));
                deadlines.change(at, call, times.get(at).copied().flatten());
                at += 1;
            });
            let audio = audio.into_iter().map(|(audio, from, to)| AudioSpan { audio, from, to });
            let operations = self.last().operations().iter().zip(states).enumerate();
            let operations =
                operations.filter_map(|(index, (last, states))| self.operation(index, last, states));
            Lanes {
                audio: audio.collect(),
                operations: operations.collect(),
                presences: people.presences,
                deadlines: deadlines.all,
            }
        })
    }

    fn operation(
        &self,
        index: usize,
        last: &Operation,
        states: Vec<(usize, operation::State)>,
    ) -> Option<OperationSpan> {
        Some(OperationSpan {
            index,
            id: last.id().cloned(),
            kind: last.kind().as_str(),
            from: states.first()?.0,
            to: states.last().filter(|_| !last.is_pending()).map(|(at, _)| *at),
            is_orphaned: last.is_pending() && !self.last().state().is_live(),
            states,
        })
    }

    /// The pressed keys in the order in which they were reported.
    pub fn tones(&self) -> Vec<ReceivedTone> {
        let tones = self.steps().iter().enumerate().filter_map(|(at, step)| {
            let CallEvent::ToneReceived(received) = &step.recorded.event else { return None };
            let tone = received.tone.value().map_or_else(|| "unknown".into(), |tone| tone.as_str().into());
            Some(ReceivedTone { tone, at })
        });
        tones.collect()
    }
}

/// Notes the state of the operation that a step changed.
fn step(all: &mut Vec<Vec<(usize, operation::State)>>, at: usize, call: &Call, changed: &Changed) {
    all.resize(call.operations().len().max(all.len()), Vec::new());
    let Some(index) = changed.operation else { return };
    if let Some((states, now)) = all.get_mut(index).zip(call.operations().get(index))
        && states.last().is_none_or(|(_, before)| *before != now.state())
    {
        states.push((at, now.state()));
    }
}

/// The deadlines up to a step.
struct Armed {
    all: Vec<DeadlineSpan>,
    /// The indices of the deadlines that still run.
    open: Vec<usize>,
    reports_kept_alive: bool,
}

impl Armed {
    fn of(history: &CallHistory) -> Self {
        let kept_alive =
            |step: &Step| matches!(step.recorded.event, CallEvent::Service(ServiceEvent::KeptAlive));
        let reports_kept_alive = history.steps().iter().any(kept_alive);
        Self { all: Vec::new(), open: Vec::new(), reports_kept_alive }
    }

    fn change(&mut self, at: usize, call: &Call, time: Option<Timestamp>) {
        let Self { all, open, reports_kept_alive } = self;
        let running = call.deadlines();
        open.retain(|index| {
            let Some(one) = all.get_mut(*index) else { return false };
            let runs = running.iter().any(|due| (due.deadline, due.at) == (one.deadline, one.due));
            if !runs {
                let is_reported = one.deadline != Deadline::KeepAlive || *reports_kept_alive;
                (one.to, one.is_missed) = (Some(at), is_reported && time.is_some_and(|time| time >= one.due));
            }
            runs
        });
        for due in running {
            let mut known = open.iter().filter_map(|index| all.get(*index));
            if !known.any(|one| (one.deadline, one.due) == (due.deadline, due.at)) {
                open.push(all.len());
                all.push(DeadlineSpan {
                    deadline: due.deadline,
                    due: due.at,
                    from: at,
                    to: None,
                    is_missed: false,
                });
            }
        }
    }
}

/// The presences up to a step. All participants without an id are one presence, which has the name of the last of them.
#[derive(Default)]
struct People {
    presences: Vec<Presence>,
    /// The present participants by id, each with an index of `presences`.
    here: BTreeMap<Option<ParticipantId>, usize>,
    /// The ids of the present participants, by number.
    ids: BTreeMap<usize, Option<ParticipantId>>,
    /// How many present participants have an id.
    counts: BTreeMap<Option<ParticipantId>, usize>,
    /// The names of the present participants without an id, by number.
    nameless: BTreeMap<usize, String>,
}

impl People {
    fn change<'a>(&mut self, at: usize, changes: impl Iterator<Item = (usize, &'a Participant)> + Clone) {
        let mut left = Vec::new();
        for (number, one) in changes.clone() {
            let id = one.id.value().cloned();
            let before = self.ids.remove(&number);
            self.nameless.remove(&number);
            if let Some(before) = before {
                *self.counts.entry(before.clone()).or_default() -= 1;
                left.push(before);
            }
            if one.removed_state.is_absent() {
                if id.is_none() {
                    self.nameless.insert(number, one.name());
                }
                *self.counts.entry(id.clone()).or_default() += 1;
                self.ids.insert(number, id);
            }
        }
        for id in left {
            if self.counts.get(&id) == Some(&0) {
                self.leave(at, &id);
            }
        }
        for (_, one) in changes.filter(|(_, one)| one.removed_state.is_absent()) {
            let id = one.id.value().cloned();
            let name = one.name();
            let presence = *self.here.entry(id.clone()).or_insert(self.presences.len());
            match self.presences.get_mut(presence) {
                Some(presence) => presence.name = name,
                None => self.presences.push(Presence { id, name, from: at, to: None }),
            }
        }
        let nameless = self.here.get(&None).and_then(|presence| self.presences.get_mut(*presence));
        if let Some((presence, (_, name))) = nameless.zip(self.nameless.last_key_value()) {
            presence.name.clone_from(name);
        }
    }

    fn leave(&mut self, at: usize, id: &Option<ParticipantId>) {
        let presence = self.here.remove(id);
        if let Some(presence) = presence.and_then(|presence| self.presences.get_mut(presence)) {
            presence.to = Some(at);
        }
    }
}

/// A value with its first step, and the step that ended it.
type Span<T> = (T, usize, Option<usize>);

/// Adds the value of the next step to the spans of equal values.
fn span<T: PartialEq<N>, N: Into<T>>(spans: &mut Vec<Span<T>>, at: usize, now: Option<N>) {
    let open = spans.last_mut().filter(|(_, _, to)| to.is_none());
    match (open, now) {
        (Some((before, ..)), Some(now)) if *before == now => {}
        (open, now) => {
            if let Some((_, _, to)) = open {
                *to = Some(at);
            }
            spans.extend(now.map(|now| (now.into(), at, None)));
        }
    }
}
