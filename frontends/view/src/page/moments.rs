//! A call after each of its events, as data for the script. The data has only the changes of each event, so that it stays
//! small for thousands of events.

use std::collections::BTreeMap;

use callfold::call::{Call, EventKind, Part};
use callfold::operation::Operation;
use callfold::{At, graph::Participant};
use serde::Serialize;

use super::text::shown;
use crate::describe;
use crate::history::steps::CallHistory;

/// The data of a call for the script.
#[derive(Serialize)]
pub(super) struct Moments {
    /// The meanings of the states that occur.
    states: BTreeMap<&'static str, &'static str>,
    steps: Vec<Moment>,
    /// The step of each finding, from 1, in the order of the page.
    found: Vec<usize>,
}

/// The changes of an event. What did not change is absent.
#[derive(Default, Serialize)]
struct Moment {
    #[serde(skip_serializing_if = "Option::is_none")]
    audio: Option<String>,
    /// Changed operations by index: kind, status, and details in words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    operations: Vec<(usize, Work)>,
    /// Changed participants by key; `None` for those who left.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    roster: BTreeMap<String, Option<String>>,
    /// How many of the previous keys remain, and the keys after them. A key that is reported late goes before later ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    tones: Option<(usize, Vec<String>)>,
    /// All running deadlines.
    #[serde(skip_serializing_if = "Option::is_none")]
    deadlines: Option<Vec<String>>,
}

type Work = (&'static str, &'static str, String);

/// The call after the previous event.
#[derive(Default)]
struct Known {
    audio: String,
    operations: Vec<Work>,
    roster: BTreeMap<String, String>,
    tones: Vec<String>,
    deadlines: Vec<String>,
}

pub(super) fn all(history: &CallHistory) -> Moments {
    let states = history.steps().iter().map(|step| step.state);
    let mut known = Known::default();
    let steps = history.steps().iter().zip(history.calls());
    let steps = steps.map(|(step, call)| known.next(&call, step.recorded.event.kind())).collect();
    Moments {
        states: states.map(|state| (state.as_str(), describe::state(state))).collect(),
        steps,
        found: history.findings().iter().map(|located| located.step() + 1).collect(),
    }
}

impl Known {
    fn next(&mut self, call: &Call, kind: EventKind) -> Moment {
        let mut moment = Moment {
            audio: self.audio(call),
            operations: Vec::new(),
            roster: BTreeMap::new(),
            tones: None,
            deadlines: self.deadlines(call),
        };
        match kind.part() {
            Part::Operations => moment.operations = self.operations(call),
            Part::Roster => moment.roster = self.roster(call),
            Part::Tones => moment.tones = self.tones(call),
            // The end of a call does not change its operations.
            Part::State | Part::Details | Part::ContentSharing | Part::Deliveries | Part::Service => {}
        }
        moment
    }

    fn audio(&mut self, call: &Call) -> Option<String> {
        let audio = call.audio().map_or_else(String::new, |audio| shown(audio.as_str()));
        changed(&mut self.audio, audio).map(|_| self.audio.clone())
    }

    /// The changed operations. A call never removes an operation.
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
        let tones = call.tones().iter().filter_map(|received| received.tone.value());
        let now: Vec<_> = tones.map(|tone| shown(describe::key(tone.as_str()))).collect();
        let before = changed(&mut self.tones, now)?;
        let kept = before.iter().zip(&self.tones).take_while(|(before, now)| before == now).count();
        Some((kept, self.tones.iter().skip(kept).cloned().collect()))
    }

    fn deadlines(&mut self, call: &Call) -> Option<Vec<String>> {
        let due = call.deadlines().iter();
        let now = due.map(|due| format!("{}: {}", At(due.at), describe::deadline(due.deadline))).collect();
        changed(&mut self.deadlines, now).map(|_| self.deadlines.clone())
    }
}

/// Stores a new value. Returns the previous one where it differs.
fn changed<T: PartialEq>(known: &mut T, now: T) -> Option<T> {
    if *known == now { None } else { Some(core::mem::replace(known, now)) }
}

fn entry(place: usize, participant: &Participant) -> (String, String) {
    let key = participant.id.value().map_or_else(|| format!("#{place}"), |id| shown(&id.to_string()));
    let marks = [
        (participant.is_muted.value() == Some(&true), "muted"),
        (participant.is_in_lobby.value() == Some(&true), "in the lobby"),
    ];
    let marks: Vec<_> = marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark).collect();
    let name = shown(&describe::participant(participant));
    (key, if marks.is_empty() { name } else { format!("{name} ({})", marks.join(", ")) })
}

fn work(operation: &Operation) -> Work {
    let ended = operation.resource().result_info.value().map(|result| describe::ending(result));
    let context = operation.client_context().map(|context| format!("clientContext {context}"));
    let id = operation.id().map(|id| format!("id {id}"));
    let more: Vec<_> = [ended, context, id].into_iter().flatten().collect();
    (operation.kind().as_str(), operation.state().as_str(), shown(&more.join(" · ")))
}
