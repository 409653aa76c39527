//! The lines of an event log.

use super::party::{Party, result};
use super::random::Random;

/// The number of events at the beginning of a call.
pub(super) const BEGINNING: u64 = 4;

/// The number of events at the end of a call.
pub(super) const END: u64 = 2;

/// The events in the middle of a call, which repeat: a prompt that a tone interrupts, a prompt that plays to
/// its end, and a recording.
const MIDDLE: u64 = 14;

/// The `number`th line of a call that has `events`; `None` after the last.
pub(super) fn line(
    party: &mut Party,
    number: u64,
    events: u64,
    at: callfold::At,
    random: &mut Random,
) -> Option<String> {
    let (type_name, data) = match events.checked_sub(number)? {
        0 => return None,
        1 => ("terminated", ended()),
        2 => ("terminationStarted", detail(party, "The caller hangs up")),
        left if number >= BEGINNING => middle(party, number, left - END, random),
        _ => beginning(party, number),
    };
    let (call, revision) = (&party.call, number + 1);
    Some(format!(
        r#"{{"v":1,"call":"{call}","rev":{revision},"at":"{at}","type":"{type_name}","data":{data}}}"#
    ))
}

fn beginning(party: &Party, number: u64) -> (&'static str, String) {
    match number {
        0 => ("offered", offer(party)),
        1 => {
            ("answered", format!(r#"{{"callChainId":"{}","myParticipantId":"{}"}}"#, party.chain, party.me()))
        }
        2 => (
            "established",
            r##"{"mediaState":{"@odata.type":"#microsoft.graph.callMediaState","audio":"active"}}"##.into(),
        ),
        _ => ("rosterUpdated", format!(r#"{{"participants":{}}}"#, party.both())),
    }
}

/// An event of the middle, with the number of events that are left before the end. An operation that would
/// not be settled by then does not begin.
fn middle(party: &mut Party, number: u64, left: u64, random: &mut Random) -> (&'static str, String) {
    match (number - BEGINNING) % MIDDLE {
        0 if left > 3 => operation_created(party, "playPromptOperation", random),
        3 => settled(party, "playPromptOperation"),
        7 if left > 1 => operation_created(party, "playPromptOperation", random),
        8 => settled(party, "playPromptOperation"),
        9 if left > 4 => operation_created(party, "recordOperation", random),
        10 => ("rosterUpdated", format!(r#"{{"participants":[{}]}}"#, party.one(true))),
        11 | 12 => ("detailsChanged", detail(party, &format!("Subject as of revision {}", number + 1))),
        13 => settled(party, "recordOperation"),
        _ => ("toneReceived", party.tone(random)),
    }
}

fn offer(party: &Party) -> String {
    format!(r#"{{"direction":"incoming","callChainId":"{}",{}}}"#, party.chain, party.offer())
}

fn detail(party: &Party, subject: &str) -> String {
    format!(r#"{{"callChainId":"{}","subject":"{subject}"}}"#, party.chain)
}

fn operation_created(party: &mut Party, type_name: &str, random: &mut Random) -> (&'static str, String) {
    party.begin(random);
    let (id, context) = (&party.operation, party.context());
    let data = format!(
        r##"{{"@odata.type":"#microsoft.graph.{type_name}","clientContext":"ivr-{context}","status":"running","id":"{id}"}}"##
    );
    ("operationCreated", data)
}

fn settled(party: &Party, type_name: &str) -> (&'static str, String) {
    let (id, context) = (&party.operation, party.context());
    let result = result(200, 0, "Action completed successfully.");
    let data = format!(
        r##"{{"@odata.type":"#microsoft.graph.{type_name}","clientContext":"ivr-{context}","resultInfo":{result},"status":"completed","id":"{id}"}}"##
    );
    ("operationCompleted", data)
}

fn ended() -> String {
    format!(r#"{{"resultInfo":{}}}"#, result(200, 4521, "The peer ended the call."))
}
