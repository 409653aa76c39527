//! What scenarios do. It follows from the events of each call alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use callfold::call::{CallEnd, CallEvent, NetworkEvent, Transition};
use callfold::graph::{EndCode, Identity, InvitationParticipantInfo, ResultInfo};
use callfold::jiff::{SignedDuration, Timestamp};
use callfold::{Call, CallId, Recorded};
use serde_json::{Value, json};

use super::read::{Answer, Callee, Caller, Do, On, Scenario, Step};
use crate::behaviour::{Cause, Happening};
use crate::seed::Seed;

/// The scenarios of a service, and how far each is with its calls.
#[derive(Debug, Default)]
pub(crate) struct Scenarios {
    all: Vec<Loaded>,
    scripts: BTreeMap<CallId, Script>,
    /// The calls that callers make: where they come from.
    ringing: BTreeMap<CallId, (usize, usize)>,
}

#[derive(Debug)]
struct Loaded {
    scenario: Scenario,
    calls: u64,
    steps: u64,
}

/// The steps of one call that are still to come.
#[derive(Clone, Debug)]
struct Script {
    scenario: usize,
    steps: Arc<[Step]>,
    next: usize,
    /// The time of the step before.
    last: Timestamp,
    /// What the callee does after ringing, until the call is established.
    callee: Option<Ringer>,
}

/// Somebody who rings before they answer.
#[derive(Clone, Debug)]
struct Ringer {
    rings: SignedDuration,
    answer: Answer,
}

/// A caller who rings the bot.
#[derive(Clone, Debug)]
pub(crate) struct Ringing {
    pub(crate) call: CallId,
    pub(crate) caller: Caller,
    /// When they ring again.
    pub(crate) again: Option<SignedDuration>,
}

/// The usual time for which a callee of a scenario rings.
const RINGS: SignedDuration = SignedDuration::from_secs(1);

impl Scenarios {
    /// Adds a scenario, and returns its number and the time after which each of its callers rings first.
    pub(crate) fn add(&mut self, scenario: Scenario) -> (usize, Vec<SignedDuration>) {
        let first = scenario.caller.iter().map(|caller| caller.after).collect();
        self.all.push(Loaded { scenario, calls: 0, steps: 0 });
        (self.all.len() - 1, first)
    }

    /// The number of scenarios.
    pub(crate) const fn len(&self) -> usize {
        self.all.len()
    }

    /// Forgets all calls, and what the scenarios have done.
    pub(crate) fn clear(&mut self) {
        self.scripts.clear();
        self.ringing.clear();
        for loaded in &mut self.all {
            (loaded.calls, loaded.steps) = (0, 0);
        }
    }

    /// The number of each scenario, and the time after which each of its callers rings first.
    pub(crate) fn callers(&self) -> Vec<(usize, Vec<SignedDuration>)> {
        let first = |loaded: &Loaded| loaded.scenario.caller.iter().map(|caller| caller.after).collect();
        self.all.iter().map(first).enumerate().collect()
    }

    /// A caller rings for the `time`th time, counted from 0.
    pub(crate) fn ring(&mut self, seed: Seed, scenario: usize, caller: usize, time: u64) -> Option<Ringing> {
        let call = call_of(seed, scenario, caller, time);
        let found = self.all.get(scenario)?.scenario.caller.get(caller)?.clone();
        self.ringing.insert(call, (scenario, caller));
        let times = found.times.unwrap_or_else(|| if found.every.is_some() { u64::MAX } else { 1 });
        let again = found.every.filter(|_| time + 1 < times);
        Some(Ringing { call, caller: found, again })
    }

    /// How many times a caller has rung, as the events of a store show.
    pub(crate) fn rung(
        &mut self,
        seed: Seed,
        knows: impl Fn(CallId) -> bool,
    ) -> BTreeMap<(usize, usize), u64> {
        let mut rung = BTreeMap::new();
        for (scenario, loaded) in self.all.iter().enumerate() {
            for caller in 0..loaded.scenario.caller.len() {
                let times = (0..).take_while(|time| knows(call_of(seed, scenario, caller, *time))).count();
                rung.insert((scenario, caller), times as u64);
            }
        }
        for (&(scenario, caller), times) in &rung {
            let calls = (0..*times).map(|time| call_of(seed, scenario, caller, time));
            self.ringing.extend(calls.map(|call| (call, (scenario, caller))));
        }
        rung
    }

    /// True if a callee of a scenario decides what becomes of this call before it is established.
    pub(crate) fn has_callee(&self, call: &Call, recorded: &Recorded) -> bool {
        if matches!(recorded.event, CallEvent::Placed(_)) {
            return self.callee(call).is_some();
        }
        self.scripts.get(&call.id()).is_some_and(|script| script.callee.is_some())
    }

    /// What follows from an event. `connected` makes the event with which the other side picks up.
    pub(crate) fn after(
        &mut self,
        call: &Call,
        recorded: &Recorded,
        connected: impl Fn() -> NetworkEvent,
    ) -> Vec<Happening> {
        let id = call.id();
        if !call.state().is_live() {
            self.scripts.remove(&id);
            self.ringing.remove(&id);
            return Vec::new();
        }
        let Some(at) = recorded.at else { return Vec::new() };
        let mut will = self.begin(call, recorded, at);
        let Some(script) = self.scripts.get_mut(&id) else { return will };
        if matches!(recorded.event, CallEvent::Step(Transition::Alerted, _))
            && let Some(ringer) = &script.callee
        {
            will.extend(ringer.after_ringing(at, connected));
        }
        let (steps, more) = script.advance(call, recorded, at);
        if let Some(loaded) = self.all.get_mut(script.scenario) {
            loaded.steps += steps;
        }
        will.extend(more);
        will
    }

    /// The first event of a call chooses its script.
    fn begin(&mut self, call: &Call, recorded: &Recorded, at: Timestamp) -> Vec<Happening> {
        let Some((scenario, steps, callee)) = self.script_of(call, recorded) else { return Vec::new() };
        if let Some(loaded) = self.all.get_mut(scenario) {
            loaded.calls += 1;
        }
        let rings = callee.is_some().then(|| happening(at, SignedDuration::ZERO, NetworkEvent::Alerted));
        let script = Script { scenario, steps: steps.into(), next: 0, last: at, callee };
        self.scripts.insert(call.id(), script);
        rings.flatten().into_iter().collect()
    }

    /// The scenario of a call, its steps, and its callee, if this event is the first of the call.
    fn script_of(&self, call: &Call, recorded: &Recorded) -> Option<(usize, Vec<Step>, Option<Ringer>)> {
        if matches!(recorded.event, CallEvent::Offered(_)) {
            let (scenario, caller) = *self.ringing.get(&call.id())?;
            let caller = self.all.get(scenario)?.scenario.caller.get(caller)?;
            return Some((scenario, caller.then.clone(), None));
        }
        if !matches!(recorded.event, CallEvent::Placed(_)) {
            return None;
        }
        let (scenario, callee) = self.callee(call)?;
        let ringer = Ringer { rings: callee.rings.unwrap_or(RINGS), answer: callee.answer.clone() };
        Some((scenario, callee.then.clone(), Some(ringer)))
    }

    /// The first callee who is among the targets of a call, and the scenario.
    fn callee(&self, call: &Call) -> Option<(usize, &Callee)> {
        let targets = call.details().targets.value()?;
        let fits = |callee: &&Callee| targets.iter().any(|target| is_meant(callee, target));
        let mut all = self.all.iter().enumerate();
        all.find_map(|(index, loaded)| Some((index, loaded.scenario.callee.iter().find(fits)?)))
    }

    /// What each scenario has done, as JSON.
    pub(crate) fn done(&self) -> Vec<Value> {
        let live = |index| self.scripts.values().filter(|script| script.scenario == index).count();
        let all = self.all.iter().enumerate();
        all.map(|(index, Loaded { scenario, calls, steps })| {
            json!({
                "number": index + 1,
                "name": scenario.name,
                "calls": calls,
                "live": live(index),
                "steps": steps,
                "scenario": scenario,
            })
        })
        .collect()
    }
}

impl Script {
    /// Goes on as far as this event lets it: how many steps are planned now, and what they do.
    fn advance(&mut self, call: &Call, recorded: &Recorded, at: Timestamp) -> (u64, Vec<Happening>) {
        let mut will = Vec::new();
        let begin = self.next;
        // One event is what one step waits for. The steps after it that wait for nothing follow at once.
        let mut may_match = true;
        while let Some(step) = self.steps.get(self.next) {
            let is_due = match step.on {
                None => self.next > begin || may_match,
                Some(on) => std::mem::take(&mut may_match) && is_met(on, call, recorded),
            };
            if !is_due {
                break;
            }
            let since = if step.on.is_some() { self.last.max(at) } else { self.last };
            let Ok(time) = since.checked_add(step.after) else { break };
            self.last = time;
            self.next += 1;
            match &step.does {
                Do::Event(event) => will.extend(happening(time, SignedDuration::ZERO, (**event).clone())),
                Do::Speak(spoken) => {
                    will.extend(happening(time, SignedDuration::ZERO, NetworkEvent::SpeechStarted));
                    will.extend(happening(time, *spoken, NetworkEvent::SpeechEnded));
                    self.last = time.checked_add(*spoken).unwrap_or(time);
                }
            }
        }
        ((self.next - begin) as u64, will)
    }
}

impl Ringer {
    fn after_ringing(&self, at: Timestamp, connected: impl Fn() -> NetworkEvent) -> Option<Happening> {
        let event = match &self.answer {
            Answer::Answers => connected(),
            Answer::Busy => failed(486, None, Some("The callee is in another call.")),
            Answer::Declines => failed(603, None, Some("The callee declined the call.")),
            Answer::Never => return None,
            Answer::Fails { code, subcode, message } => failed(*code, *subcode, message.as_deref()),
        };
        happening(at, self.rings, event)
    }
}

/// The call ends before it is established.
fn failed(code: i32, subcode: Option<i32>, message: Option<&str>) -> NetworkEvent {
    let mut result = ResultInfo::default().code(code);
    result.subcode = subcode.into();
    let known = EndCode::of(&result).map(EndCode::meaning);
    let message = message.or(known).unwrap_or("The call failed.").to_owned();
    NetworkEvent::HungUp(CallEnd::with_result(result.message(message)))
}

/// The id of a call that a caller makes.
fn call_of(seed: Seed, scenario: usize, caller: usize, time: u64) -> CallId {
    CallId::new(seed.id(&format!("scenario/{scenario}/{caller}/{time}")))
}

fn happening(at: Timestamp, delay: SignedDuration, event: NetworkEvent) -> Option<Happening> {
    Some(Happening { at: at.checked_add(delay).ok()?, cause: Cause::Scenario, event })
}

/// True if this event brings what a step waits for.
fn is_met(on: On, call: &Call, recorded: &Recorded) -> bool {
    match (on, &recorded.event) {
        (On::State(state), CallEvent::Step(..) | CallEvent::Placed(_) | CallEvent::Offered(_)) => {
            call.state() == state
        }
        (
            On::Operation(kind, state),
            CallEvent::OperationCreated(reported) | CallEvent::OperationStep(_, reported),
        ) => {
            let operation = reported.id.value().and_then(|id| call.operations().by_id(id));
            operation.is_some_and(|operation| operation.kind() == kind && operation.state() == state)
        }
        _ => false,
    }
}

/// True if a target of a call is the callee.
fn is_meant(callee: &Callee, target: &InvitationParticipantInfo) -> bool {
    let Some(set) = target.identity.value() else { return false };
    let members = [("phone", &set.phone), ("user", &set.user), ("application", &set.application)];
    members
        .into_iter()
        .filter_map(|(kind, member)| Some((kind, member.value()?)))
        .any(|(kind, identity)| callee.to.fits(kind, &names(identity)))
}

/// The id and the display name of an identity.
fn names(identity: &Identity) -> Vec<String> {
    let id = identity.id.value().map(ToString::to_string);
    id.into_iter().chain(identity.display_name.value().cloned()).collect()
}
