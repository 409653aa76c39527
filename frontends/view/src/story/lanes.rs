//! What went on at the same time: each lane is a list of spans over the steps of a story. A span begins at a step and
//! ends at another, by their numbers from 0; with no end it goes on.

use std::collections::{BTreeMap, BTreeSet};

use callfold::call::{Call, CallEvent, Deadline, ServiceEvent, State};
use callfold::graph::MediaState;
use callfold::jiff::Timestamp;
use callfold::operation::{self, Operation};
use callfold::{OperationId, ParticipantId};

use super::{Step, Story};
use crate::words;

/// How long the call was in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StateSpan {
    /// The state.
    pub state: State,
    /// The step that led there.
    pub from: usize,
    /// The step that led out of it.
    pub to: Option<usize>,
}

/// An operation, from asked to settled.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationSpan {
    /// Its place among the operations of the call.
    pub index: usize,
    /// Its id, where it was told.
    pub id: Option<OperationId>,
    /// Its kind, such as `playPrompt`.
    pub kind: &'static str,
    /// The step at which it was heard of.
    pub from: usize,
    /// What it was then and what it became, and at which step.
    pub states: Vec<(usize, operation::State)>,
    /// The step at which it was settled.
    pub to: Option<usize>,
    /// True where the call ended before it was settled.
    pub is_orphaned: bool,
}

/// How long audio was in a state.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AudioSpan {
    /// The state, such as `active`.
    pub audio: String,
    /// The step at which it was told.
    pub from: usize,
    /// The step at which another was told.
    pub to: Option<usize>,
}

/// A participant, from coming to leaving.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Presence {
    /// The id in the roster, where it was told.
    pub id: Option<ParticipantId>,
    /// Who it is, for people.
    pub name: String,
    /// The step at which it came.
    pub from: usize,
    /// The step at which it left.
    pub to: Option<usize>,
}

/// A key that was pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReceivedTone {
    /// The key, such as `tone1` or `pound`.
    pub tone: String,
    /// The step at which it was told.
    pub at: usize,
}

/// A deadline, from armed to met or missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Armed {
    /// Which it is.
    pub deadline: Deadline,
    /// When it falls due.
    pub due: Timestamp,
    /// The step that armed it.
    pub from: usize,
    /// The step by which it was met, moved or missed.
    pub to: Option<usize>,
    /// True where it had passed by then. Notifications never tell that an app kept a call alive: where no event does,
    /// that deadline is not called missed.
    pub is_missed: bool,
}

impl Story {
    /// The states of the call, one after another.
    ///
    /// ```
    /// # use callfold_view::story::Story;
    /// # let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// # let story = Story::of(vec![line.parse()?], Vec::new())?;
    /// assert_eq!(story.state_spans()[0].to, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn state_spans(&self) -> Vec<StateSpan> {
        let states = self.steps().iter().map(|step| Some(step.state));
        spans(states).into_iter().map(|(state, from, to)| StateSpan { state, from, to }).collect()
    }

    /// What audio was, one after another.
    ///
    /// ```
    /// # use callfold_view::story::Story;
    /// # let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// # let story = Story::of(vec![line.parse()?], Vec::new())?;
    /// assert!(story.audio().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn audio(&self) -> Vec<AudioSpan> {
        let reported = |call: &Call| {
            let audio = call.audio().map(MediaState::as_str);
            audio.filter(|_| call.state().is_live()).map(String::from)
        };
        spans(self.calls().map(|call| reported(&call)))
            .into_iter()
            .map(|(audio, from, to)| AudioSpan { audio, from, to })
            .collect()
    }

    /// The operations, in the order in which they were heard of.
    ///
    /// ```
    /// # use callfold_view::story::Story;
    /// # let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// # let story = Story::of(vec![line.parse()?], Vec::new())?;
    /// assert!(story.operations().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn operations(&self) -> Vec<OperationSpan> {
        // Operations keep their places: a call only adds to them.
        let mut states: Vec<Vec<(usize, operation::State)>> = Vec::new();
        for (at, call) in self.calls().enumerate() {
            states.resize(call.operations().len().max(states.len()), Vec::new());
            for (states, now) in states.iter_mut().zip(call.operations()) {
                if states.last().is_none_or(|(_, before)| *before != now.state()) {
                    states.push((at, now.state()));
                }
            }
        }
        let operations = self.last().operations().iter().zip(states).enumerate();
        operations.filter_map(|(index, (last, states))| self.operation(index, last, states)).collect()
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

    /// Who took part, in the order in which they came.
    ///
    /// ```
    /// # use callfold_view::story::Story;
    /// # let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// # let story = Story::of(vec![line.parse()?], Vec::new())?;
    /// assert!(story.presences().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn presences(&self) -> Vec<Presence> {
        let mut presences: Vec<Presence> = Vec::new();
        // Who is there, each with the place of the stay.
        let mut here: BTreeMap<Option<ParticipantId>, usize> = BTreeMap::new();
        for (at, (step, call)) in self.steps().iter().zip(self.calls()).enumerate() {
            if !matches!(step.recorded.event, CallEvent::RosterUpdated(_)) {
                continue;
            }
            let present: BTreeSet<_> = call.participants().map(|one| one.id.value()).collect();
            here.retain(|id, presence| {
                let is_present = present.contains(&id.as_ref());
                if let Some(presence) = presences.get_mut(*presence).filter(|_| !is_present) {
                    presence.to = Some(at);
                }
                is_present
            });
            for one in call.participants() {
                let presence = *here.entry(one.id.value().cloned()).or_insert(presences.len());
                match presences.get_mut(presence) {
                    Some(presence) => presence.name = words::participant(one),
                    None => presences.push(Presence {
                        id: one.id.value().cloned(),
                        name: words::participant(one),
                        from: at,
                        to: None,
                    }),
                }
            }
        }
        presences
    }

    /// The keys that were pressed, in the order in which that was told.
    ///
    /// ```
    /// # use callfold_view::story::Story;
    /// # let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// # let story = Story::of(vec![line.parse()?], Vec::new())?;
    /// assert!(story.tones().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn tones(&self) -> Vec<ReceivedTone> {
        let received_tones = self.steps().iter().enumerate().filter_map(|(at, step)| {
            let CallEvent::ToneReceived(reported) = &step.recorded.event else { return None };
            let tone = reported.tone.value().map_or_else(|| "unknown".into(), |tone| tone.as_str().into());
            Some(ReceivedTone { tone, at })
        });
        received_tones.collect()
    }

    /// The deadlines that ran, in the order in which they were armed.
    ///
    /// ```
    /// # use callfold_view::story::Story;
    /// # let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:00Z","type":"offered","data":{}}"#;
    /// # let story = Story::of(vec![line.parse()?], Vec::new())?;
    /// assert_eq!(story.deadlines()[0].deadline.as_str(), "answer");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn deadlines(&self) -> Vec<Armed> {
        let mut armed: Vec<Armed> = Vec::new();
        let kept_alive =
            |step: &Step| matches!(step.recorded.event, CallEvent::Service(ServiceEvent::KeptAlive));
        let reports_kept_alive = self.steps().iter().any(kept_alive);
        for (at, (call, time)) in self.calls().zip(self.times()).enumerate() {
            let running = call.deadlines();
            for one in armed.iter_mut().filter(|one| one.to.is_none()) {
                if !running.iter().any(|due| (due.deadline, due.at) == (one.deadline, one.due)) {
                    let is_reported = one.deadline != Deadline::KeepAlive || reports_kept_alive;
                    (one.to, one.is_missed) =
                        (Some(at), is_reported && time.is_some_and(|time| time >= one.due));
                }
            }
            for due in running {
                let is_known = armed
                    .iter()
                    .any(|one| one.to.is_none() && (one.deadline, one.due) == (due.deadline, due.at));
                if !is_known {
                    armed.push(Armed {
                        deadline: due.deadline,
                        due: due.at,
                        from: at,
                        to: None,
                        is_missed: false,
                    });
                }
            }
        }
        armed
    }
}

/// How long something was the same.
fn spans<T: PartialEq>(reported: impl Iterator<Item = Option<T>>) -> Vec<(T, usize, Option<usize>)> {
    let mut spans: Vec<(T, usize, Option<usize>)> = Vec::new();
    for (at, now) in reported.enumerate() {
        let open = spans.last_mut().filter(|(_, _, to)| to.is_none());
        match (open, now) {
            (Some((before, ..)), Some(now)) if *before == now => {}
            (open, now) => {
                if let Some((_, _, to)) = open {
                    *to = Some(at);
                }
                spans.extend(now.map(|now| (now, at, None)));
            }
        }
    }
    spans
}
