//! A call after each of its events, as data for the script. The data has only the changes of each event, so that it stays
//! small for thousands of events.

mod roster;

use std::collections::BTreeMap;

use callfold::At;
use callfold::call::{Call, CallEvent, Part};
use callfold::graph;
use callfold::operation::Operation;
use serde::Serialize;

use super::text::shown;
use crate::describe;
use crate::history::steps::{CallHistory, Changed};
use roster::Roster;

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
    /// A pressed key, and the number of keys before it. A key that is reported late goes before later ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    tones: Option<(usize, String)>,
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
    roster: Roster,
    /// The number of received tones.
    received: usize,
    /// The number of received tones that have a key.
    keys: usize,
    deadlines: Vec<String>,
}

pub(super) fn all(history: &CallHistory) -> Moments {
    let states = history.steps().iter().map(|step| step.state);
    let mut known = Known::default();
    let mut steps = Vec::with_capacity(history.steps().len());
    history.walk(|step, call, changed| steps.push(known.next(call, &step.recorded.event, changed)));
    Moments {
        states: states.map(|state| (state.as_str(), describe::state(state))).collect(),
        steps,
        found: history.worst_findings().iter().map(|located| located.step() + 1).collect(),
    }
}

impl Known {
    fn next(&mut self, call: &Call, event: &CallEvent, changed: &Changed) -> Moment {
        let mut moment = Moment {
            audio: self.audio(call),
            operations: Vec::new(),
            roster: BTreeMap::new(),
            tones: None,
            deadlines: self.deadlines(call),
        };
        match event.kind().part() {
            Part::Operations => moment.operations = self.operations(call, changed),
            Part::Roster => moment.roster = self.roster.change(call, changed),
            Part::Tones => moment.tones = self.tones(call, event),
            Part::State | Part::Details if may_name_parties(call, event) => {
                moment.roster = self.roster.be(&call.parties());
            }
            // The end of a call does not change its operations.
            Part::State | Part::Details | Part::ContentSharing | Part::Deliveries | Part::Service => {}
        }
        moment
    }

    fn audio(&mut self, call: &Call) -> Option<String> {
        let audio = call.audio().map_or_else(String::new, |audio| shown(audio.as_str()));
        replaced(&mut self.audio, audio).map(|_| self.audio.clone())
    }

    /// The changed operation. A call never removes an operation.
    fn operations(&mut self, call: &Call, changed: &Changed) -> Vec<(usize, Work)> {
        let Some(place) = changed.operation else { return Vec::new() };
        let Some(now) = call.operations().get(place).map(work) else { return Vec::new() };
        match self.operations.get_mut(place) {
            Some(before) if *before == now => return Vec::new(),
            Some(before) => before.clone_from(&now),
            None => self.operations.push(now.clone()),
        }
        Vec::from([(place, now)])
    }

    fn tones(&mut self, call: &Call, event: &CallEvent) -> Option<(usize, String)> {
        let before = core::mem::replace(&mut self.received, call.tones().len());
        let CallEvent::ToneReceived(pressed) = event else { return None };
        let tone = pressed.tone.value().filter(|_| before < self.received)?;
        let later = call.tones().iter().rev().take_while(|one| *one != &**pressed);
        let place = self.keys - later.filter(|one| one.tone.value().is_some()).count();
        self.keys += 1;
        Some((place, shown(describe::key(tone.as_str()))))
    }

    fn deadlines(&mut self, call: &Call) -> Option<Vec<String>> {
        let due = call.deadlines().iter();
        let now = due.map(|due| format!("{}: {}", At(due.at), describe::deadline(due.deadline))).collect();
        replaced(&mut self.deadlines, now).map(|_| self.deadlines.clone())
    }
}

/// True if an event can change who is in a call without a roster.
fn may_name_parties(call: &Call, event: &CallEvent) -> bool {
    let names = |details: &graph::Call| {
        !details.source.is_absent() || !details.targets.is_absent() || !details.direction.is_absent()
    };
    !call.has_roster() && event.details().is_some_and(names)
}

/// Stores a new value. Returns the previous one where it differs.
fn replaced<T: PartialEq>(known: &mut T, now: T) -> Option<T> {
    if *known == now { None } else { Some(core::mem::replace(known, now)) }
}

fn work(operation: &Operation) -> Work {
    let ended = operation.resource().result_info.value().map(|result| result.to_string());
    let context = operation.client_context().map(|context| format!("clientContext {context}"));
    let id = operation.id().map(|id| format!("id {id}"));
    let more: Vec<_> = [ended, context, id].into_iter().flatten().collect();
    (operation.kind().as_str(), operation.state().as_str(), shown(&more.join(" · ")))
}
