//! A call at each of its events, as data for the script: only what an event changed, so that thousands of them are no matter.

use std::collections::BTreeMap;

use callfold::call::{Call, CallEvent};
use callfold::operation::Operation;
use callfold::{At, graph::Participant};
use serde::Serialize;

use super::text::shown;
use crate::story::Story;
use crate::words;

/// All that the script wants to know of a call.
#[derive(Serialize)]
pub(super) struct Moments {
    /// What the states mean.
    states: BTreeMap<&'static str, &'static str>,
    steps: Vec<Moment>,
    /// Of each finding, in the order of the page, the step behind which it belongs, from 1.
    found: Vec<usize>,
}

/// What an event changed; what it did not is absent.
#[derive(Default, Serialize)]
struct Moment {
    #[serde(skip_serializing_if = "Option::is_none")]
    audio: Option<String>,
    /// Operations by their place: kind, status, and more in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    operations: Vec<(usize, Work)>,
    /// Participants by their key; `None` for those who left.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    roster: BTreeMap<String, Option<String>>,
    /// How many of the keys that were pressed stay, and those that follow them: a key may be told late.
    #[serde(skip_serializing_if = "Option::is_none")]
    tones: Option<(usize, Vec<String>)>,
    /// All deadlines that run.
    #[serde(skip_serializing_if = "Option::is_none")]
    deadlines: Option<Vec<String>>,
}

type Work = (&'static str, &'static str, String);

/// What is known so far.
#[derive(Default)]
struct Known {
    audio: String,
    operations: Vec<Work>,
    roster: BTreeMap<String, String>,
    tones: Vec<String>,
    deadlines: Vec<String>,
}

pub(super) fn all(story: &Story) -> Moments {
    let states = story.steps().iter().map(|step| step.state);
    let mut known = Known::default();
    let steps = story.steps().iter().zip(story.calls());
    let steps = steps.map(|(step, call)| known.next(&call, &step.recorded.event)).collect();
    Moments {
        states: states.map(|state| (state.as_str(), words::state(state))).collect(),
        steps,
        found: story.findings().iter().map(|placed| placed.after.max(1)).collect(),
    }
}

impl Known {
    fn next(&mut self, call: &Call, event: &CallEvent) -> Moment {
        Moment {
            audio: self.audio(call),
            operations: if may_move_operations(event) { self.operations(call) } else { Vec::new() },
            roster: if matches!(event, CallEvent::RosterUpdated(_)) {
                self.roster(call)
            } else {
                BTreeMap::new()
            },
            tones: if matches!(event, CallEvent::ToneReceived(_)) { self.tones(call) } else { None },
            deadlines: self.deadlines(call),
        }
    }

    fn audio(&mut self, call: &Call) -> Option<String> {
        let audio = call.audio().map_or_else(String::new, |audio| shown(audio.as_str()));
        changed(&mut self.audio, audio).map(|_| self.audio.clone())
    }

    /// A call only adds to its operations.
    fn operations(&mut self, call: &Call) -> Vec<(usize, Work)> {
        let mut changes = Vec::new();
        for (place, operation) in call.operations().iter().enumerate() {
            let now = work(operation);
            match self.operations.get_mut(place) {
                Some(before) if *before == now => {}
                Some(before) => {
                    before.clone_from(&now);
                    changes.push((place, now));
                }
                None => {
                    self.operations.push(now.clone());
                    changes.push((place, now));
                }
            }
        }
        changes
    }

    fn roster(&mut self, call: &Call) -> BTreeMap<String, Option<String>> {
        let now: BTreeMap<_, _> =
            call.participants().enumerate().map(|(place, one)| entry(place, one)).collect();
        let gone = self.roster.keys().filter(|key| !now.contains_key(*key)).map(|key| (key.clone(), None));
        let mut changes: BTreeMap<_, _> = gone.collect();
        let new = now.iter().filter(|(key, name)| self.roster.get(*key) != Some(name));
        changes.extend(new.map(|(key, name)| (key.clone(), Some(name.clone()))));
        self.roster = now;
        changes
    }

    fn tones(&mut self, call: &Call) -> Option<(usize, Vec<String>)> {
        let reported = call.tones().iter().filter_map(|reported| reported.tone.value());
        let now: Vec<_> = reported.map(|tone| shown(words::key(tone.as_str()))).collect();
        let before = changed(&mut self.tones, now)?;
        let presence = before.iter().zip(&self.tones).take_while(|(before, now)| before == now).count();
        Some((presence, self.tones.iter().skip(presence).cloned().collect()))
    }

    fn deadlines(&mut self, call: &Call) -> Option<Vec<String>> {
        let due = call.deadlines().iter();
        let now = due.map(|due| format!("{}: {}", At(due.at), words::deadline(due.deadline))).collect();
        changed(&mut self.deadlines, now).map(|_| self.deadlines.clone())
    }
}

/// True where an operation may be another after an event; the end of a call leaves them as they were.
const fn may_move_operations(event: &CallEvent) -> bool {
    matches!(
        event,
        CallEvent::OperationCreated(_)
            | CallEvent::OperationUpdated(_)
            | CallEvent::OperationStep(..)
            | CallEvent::Service(_)
    )
}

/// What something was before, where it changed.
fn changed<T: PartialEq>(known: &mut T, now: T) -> Option<T> {
    if *known == now { None } else { Some(core::mem::replace(known, now)) }
}

fn entry(place: usize, reported: &Participant) -> (String, String) {
    let key = reported.id.value().map_or_else(|| format!("#{place}"), |id| shown(&id.to_string()));
    let marks = [
        (reported.is_muted.value() == Some(&true), "muted"),
        (reported.is_in_lobby.value() == Some(&true), "in the lobby"),
    ];
    let marks: Vec<_> = marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark).collect();
    let name = shown(&words::participant(reported));
    (key, if marks.is_empty() { name } else { format!("{name} ({})", marks.join(", ")) })
}

fn work(operation: &Operation) -> Work {
    let ended = operation.resource().result_info.value().map(|result| words::ending(result));
    let context = operation.client_context().map(|context| format!("clientContext {context}"));
    let id = operation.id().map(|id| format!("id {id}"));
    let more: Vec<_> = [ended, context, id].into_iter().flatten().collect();
    (operation.kind().as_str(), operation.state().as_str(), shown(&more.join(" · ")))
}
