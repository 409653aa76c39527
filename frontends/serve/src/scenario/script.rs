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
use crate::timers::Timer;

/// The scenarios of a service, and how far each is with its calls.
#[derive(Debug)]
pub(crate) struct Scenarios {
    seed: Seed,
    all: Vec<Loaded>,
    /// The number of scenarios that the service started with.
    given: usize,
    scripts: BTreeMap<CallId, Script>,
}

#[derive(Debug)]
struct Loaded {
    scenario: Scenario,
    /// The next call of each caller.
    next: Vec<NextCall>,
    calls: u64,
    steps: u64,
}

/// The next call of a caller. Its id tells it from all other calls.
#[derive(Clone, Copy, Debug)]
struct NextCall {
    /// How many times the caller has rung before.
    time: u64,
    id: CallId,
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
    /// The scenarios that the service starts with.
    pub(crate) fn new(seed: Seed, given: Vec<Scenario>) -> Self {
        let mut scenarios = Self { seed, all: Vec::new(), given: given.len(), scripts: BTreeMap::new() };
        for scenario in given {
            scenarios.add(scenario);
        }
        scenarios
    }

    /// Adds a scenario, and returns its number.
    pub(crate) fn add(&mut self, scenario: Scenario) -> usize {
        let number = self.all.len();
        let next = (0..scenario.caller.len()).map(|caller| NextCall::new(self.seed, number, caller, 0));
        let next = next.collect();
        self.all.push(Loaded { scenario, next, calls: 0, steps: 0 });
        number
    }

    /// The number of scenarios.
    pub(crate) const fn len(&self) -> usize {
        self.all.len()
    }

    /// Forgets all calls, what the scenarios have done, and the scenarios that were added.
    pub(crate) fn clear(&mut self) {
        self.scripts.clear();
        self.all.truncate(self.given);
        for (number, loaded) in self.all.iter_mut().enumerate() {
            for (caller, next) in loaded.next.iter_mut().enumerate() {
                *next = NextCall::new(self.seed, number, caller, 0);
            }
            (loaded.calls, loaded.steps) = (0, 0);
        }
    }

    /// The callers of the scenarios from a number on: when each rings next, and after which time.
    pub(crate) fn callers(&self, from: usize) -> Vec<(SignedDuration, Timer)> {
        let mut all = Vec::new();
        for (scenario, loaded) in self.all.iter().enumerate().skip(from) {
            let callers = loaded.scenario.caller.iter().zip(&loaded.next).enumerate();
            all.extend(callers.map(|(caller, (who, next))| {
                (who.after, Timer::Rings { scenario, caller, time: next.time })
            }));
        }
        all
    }

    /// A caller rings for the `time`th time, counted from 0; `None` if they have rung often enough.
    pub(crate) fn ring(&mut self, scenario: usize, caller: usize, time: u64) -> Option<Ringing> {
        let loaded = self.all.get_mut(scenario)?;
        let found = loaded.scenario.caller.get(caller)?.clone();
        let times = found.times.unwrap_or_else(|| if found.every.is_some() { u64::MAX } else { 1 });
        if time >= times {
            return None;
        }
        // The call before may have been refused, and then nobody has seen it.
        let next = NextCall::new(self.seed, scenario, caller, time);
        *loaded.next.get_mut(caller)? = next;
        let again = found.every.filter(|_| time + 1 < times);
        Some(Ringing { call: next.id, caller: found, again })
    }

    /// The scenario and the caller who make this call, if it is their next.
    fn caller_of(&mut self, call: CallId) -> Option<(usize, usize)> {
        let seed = self.seed;
        self.all.iter_mut().enumerate().find_map(|(scenario, loaded)| {
            let caller = loaded.next.iter().position(|next| next.id == call)?;
            let next = loaded.next.get_mut(caller)?;
            *next = NextCall::new(seed, scenario, caller, next.time + 1);
            Some((scenario, caller))
        })
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
    fn script_of(&mut self, call: &Call, recorded: &Recorded) -> Option<(usize, Vec<Step>, Option<Ringer>)> {
        if matches!(recorded.event, CallEvent::Offered(_)) {
            let (scenario, caller) = self.caller_of(call.id())?;
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
        all.map(|(index, Loaded { scenario, calls, steps, .. })| {
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

impl NextCall {
    fn new(seed: Seed, scenario: usize, caller: usize, time: u64) -> Self {
        Self { time, id: CallId::new(seed.id(&format!("scenario/{scenario}/{caller}/{time}"))) }
    }
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
