//! The yardstick: the code that one would write to know only how each call ended, without the rules of the
//! network.

#![expect(clippy::disallowed_types, reason = "a yardstick is written as anyone would write it")]

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use callfold::call::{CallEvent, Transition};
use callfold::graph::{CommsOperation, Participant, ToneInfo};
use callfold::{Id, Recorded, operation};

/// An event of a generated log, with the members that the fold uses.
#[derive(Clone, Copy)]
pub(crate) struct Event {
    pub(crate) call: u128,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Offered,
    Answered,
    Established,
    DetailsChanged,
    RosterUpdated { identity: u128, app: Option<u128> },
    ToneReceived(u8),
    OperationCreated(u128),
    OperationCompleted(u128),
    TerminationStarted,
    Terminated { code: i32, subcode: i32 },
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Incoming,
    Establishing,
    Established,
    Terminating,
    Terminated { code: i32, subcode: i32 },
}

struct Call {
    state: State,
    /// The operations, each with true while it runs.
    operations: Vec<(u128, bool)>,
    participants: Vec<u128>,
    last_tone: Option<u8>,
}

/// The event is not legal in the state of the call.
#[derive(Debug)]
pub(crate) struct Illegal;

#[derive(Default)]
pub(crate) struct Calls(HashMap<u128, Call>);

impl Calls {
    pub(crate) fn apply(&mut self, event: Event) -> Result<(), Illegal> {
        match (self.0.entry(event.call), event.kind) {
            (Entry::Occupied(mut call), kind) => call.get_mut().evolve(kind),
            (Entry::Vacant(place), Kind::Offered) => {
                place.insert(Call::offered());
                Ok(())
            }
            (Entry::Vacant(_), _) => Err(Illegal),
        }
    }
}

impl Call {
    const fn offered() -> Self {
        Self { state: State::Incoming, operations: Vec::new(), participants: Vec::new(), last_tone: None }
    }

    fn evolve(&mut self, kind: Kind) -> Result<(), Illegal> {
        match (self.state, kind) {
            (State::Terminated { .. }, _) | (_, Kind::Offered) => return Err(Illegal),
            (State::Incoming, Kind::Answered) => self.state = State::Establishing,
            (State::Incoming | State::Establishing, Kind::Established) => self.state = State::Established,
            (_, Kind::TerminationStarted) => self.state = State::Terminating,
            (_, Kind::Terminated { code, subcode }) => self.state = State::Terminated { code, subcode },
            (_, Kind::Answered | Kind::Established) => return Err(Illegal),
            (_, Kind::DetailsChanged) => {}
            (_, Kind::RosterUpdated { identity, app }) => {
                for id in [Some(identity), app].into_iter().flatten() {
                    if !self.participants.contains(&id) {
                        self.participants.push(id);
                    }
                }
            }
            (_, Kind::ToneReceived(tone)) => self.last_tone = Some(tone),
            (_, Kind::OperationCreated(id)) => self.operations.push((id, true)),
            (_, Kind::OperationCompleted(id)) => {
                let running = self.operations.iter_mut().find(|operation| **operation == (id, true));
                running.ok_or(Illegal)?.1 = false;
            }
        }
        Ok(())
    }
}

impl Event {
    #[expect(clippy::wildcard_enum_match_arm, reason = "a generated log has these events")]
    pub(crate) fn of(recorded: &Recorded) -> Self {
        let kind = match &recorded.event {
            CallEvent::Offered(_) => Kind::Offered,
            CallEvent::Step(Transition::Answered, _) => Kind::Answered,
            CallEvent::Step(Transition::Established, _) => Kind::Established,
            CallEvent::Step(Transition::TerminationStarted, _) => Kind::TerminationStarted,
            CallEvent::Step(Transition::Terminated, reported) => {
                let result = reported.as_ref().unwrap().result_info.value().unwrap();
                Kind::Terminated {
                    code: *result.code.value().unwrap(),
                    subcode: *result.subcode.value().unwrap(),
                }
            }
            CallEvent::DetailsChanged(_) => Kind::DetailsChanged,
            CallEvent::RosterUpdated(roster) => roster_updated(&roster.participants),
            CallEvent::ToneReceived(tone) => Kind::ToneReceived(key(tone)),
            CallEvent::OperationCreated(reported) => Kind::OperationCreated(named(reported)),
            CallEvent::OperationStep(operation::Transition::Completed, reported) => {
                Kind::OperationCompleted(named(reported))
            }
            other => panic!("`{}` is in no generated log", other.kind().as_str()),
        };
        Self { call: recorded.call.guid().as_u128(), kind }
    }
}

fn roster_updated(participants: &[Participant]) -> Kind {
    let mut ids = participants.iter().map(|it| guid(it.id.value().unwrap()));
    Kind::RosterUpdated { identity: ids.next().unwrap(), app: ids.next() }
}

fn named(operation: &CommsOperation) -> u128 {
    guid(operation.id.value().unwrap())
}

fn guid(id: &Id) -> u128 {
    id.guid().unwrap().as_u128()
}

/// The key of a tone: the last digit of its name.
fn key(tone: &ToneInfo) -> u8 {
    tone.tone.value().unwrap().as_str().bytes().last().unwrap() - b'0'
}
