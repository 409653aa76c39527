//! The starts of the walk: calls that are placed, offered or adopted, next to a call that another one may
//! replace.

use callfold::call::{AppIdentity, Call, Command, RequestContext};
use callfold::graph::{Method, Permission};
use callfold::jiff::SignedDuration;
use callfold::uuid::Uuid;
use callfold::{Ledger, Recorded, Refusal};
use serde_json::{Value, json};

use crate::common::somebody;

use super::happenings::{offer, roster};
use super::moves::{ALICE, CALL, Move, OTHER, start};
use super::reported::delivery;
use super::requests::{command, hosted};

/// A call that has begun: a name, and the events that began it.
pub(crate) struct Root {
    pub(crate) name: String,
    pub(crate) before: Ledger,
    pub(crate) events: Vec<Recorded>,
}

/// The starts of a service: calls that are placed and offered, between two and in a group, with media that
/// the service or the app hosts.
pub(crate) fn requested() -> Vec<Root> {
    let placed = ["service", "app"].into_iter().flat_map(|by| {
        [false, true].map(|is_group| {
            let group = if is_group { "a group call" } else { "a call between two" };
            root(format!("place {group} with media of the {by}"), placed(by, is_group))
        })
    });
    let unhurried = root("place a call that may ring for ever".into(), {
        let mut body = body("service");
        body["targets"] = json!([somebody()]);
        place(command(Method::CreateCall, None, body))
    });
    let meeting = json!({ "threadId": "19:a" });
    let offers = [
        ("a call between two", json!({ "source": {}, "targets": [{}] })),
        ("a group call", json!({ "source": {}, "chatInfo": meeting })),
        ("a call without members", json!({})),
        (
            "a call to record",
            json!({ "source": {}, "chatInfo": meeting, "incomingContext": { "observedParticipantId": ALICE } }),
        ),
    ];
    let offered = offers.into_iter().map(|(name, reported)| {
        let events = before().on_network_event(CALL, offer(reported), start());
        root(format!("offer {name}"), events)
    });
    placed.chain([unhurried]).chain(offered).collect()
}

/// The starts of a bot: every first notification or reply about a call.
pub(crate) fn received(moves: &[Move], before: &Ledger) -> Vec<Root> {
    let root =
        |one: &Move| Some(Root { name: one.name.clone(), before: before.clone(), events: one.begin()? });
    moves.iter().filter_map(root).collect()
}

/// A ledger in which another call is established. That call has no deadlines, so that every deadline belongs
/// to the first call.
pub(crate) fn before() -> Ledger {
    let mut ledger = Ledger::new();
    let established = super::reported::plain(callfold::call::State::Established);
    for recorded in Call::observe(None, OTHER, &established, &delivery(Some(start()))).events {
        ledger.apply(&recorded).unwrap();
    }
    ledger
}

fn body(by: &str) -> Value {
    json!({ "callbackUri": "https://bot.contoso.com/callback", "mediaConfig": hosted(by) })
}

fn placed(by: &str, is_group: bool) -> Result<Vec<Recorded>, Refusal> {
    let mut body = body(by);
    body["targets"] = json!([somebody()]);
    body["ringingTimeoutInSeconds"] = 40.into();
    if is_group {
        body["chatInfo"] = json!({ "threadId": "19:a" });
    }
    place(command(Method::CreateCall, None, body))
}

fn place(command: Command) -> Result<Vec<Recorded>, Refusal> {
    let request = RequestContext::new(start(), CALL.guid(), AppIdentity::new(Permission::ALL));
    Ok(before().decide(None, command, &request)?.events)
}

/// A start whose call has a participant from the beginning.
fn root(name: String, begun: Result<Vec<Recorded>, Refusal>) -> Root {
    let mut events = begun.expect("a call begins so");
    let mut ledger = before();
    for recorded in &events {
        ledger.apply(recorded).unwrap();
    }
    let people = roster(json!([{ "id": "app" }, { "id": ALICE }]));
    let soon = start() + SignedDuration::from_secs(1);
    events.extend(ledger.on_network_event(CALL, people, soon).expect("a roster of a live call can change"));
    Root { name, before: before(), events }
}

/// Sends a request about a call that the service does not know.
pub(crate) fn unknown(command: Command) -> Result<(), Refusal> {
    let request = RequestContext::new(start(), Uuid::from_u128(1), AppIdentity::new(Permission::ALL));
    Ledger::new().decide(Some(CALL), command, &request).map(|_| ())
}
