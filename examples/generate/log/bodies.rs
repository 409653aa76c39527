//! The bodies that Graph posts about a call, with one notification each.

use super::party::{Party, result};
use super::random::Random;

/// The `number`th body of a call; `None` after the last.
pub(super) fn line(party: &mut Party, number: u64, random: &mut Random) -> Option<String> {
    Some(match number {
        0 => call("created", party, &incoming(party, random)),
        1 => call("updated", party, r#""state":"establishing""#),
        2 => call("updated", party, r#""state":"established""#),
        3 => call(
            "updated",
            party,
            r##""state":"established","mediaState":{"@odata.type":"#microsoft.graph.callMediaState","audio":"active"}"##,
        ),
        4 => posted("updated", &format!("{}/participants", url(party)), &party.both()),
        5 | 9 => {
            party.begin(random);
            running(party, if number == 5 { "playPromptOperation" } else { "recordOperation" })
        }
        6 | 7 => {
            let tone = party.tone(random);
            call("updated", party, &format!(r#""state":"established","toneInfo":{tone}"#))
        }
        8 => completed(party, "playPromptOperation"),
        10 => completed(party, "recordOperation"),
        11 => call("deleted", party, &terminated()),
        _ => return None,
    })
}

fn url(party: &Party) -> String {
    format!("/communications/calls/{}", party.call)
}

fn posted(change: &str, url: &str, data: &str) -> String {
    format!(
        r##"{{"@odata.type":"#microsoft.graph.commsNotifications","value":[{{"@odata.type":"#microsoft.graph.commsNotification","changeType":"{change}","resourceUrl":"{url}","resourceData":{data}}}]}}"##
    )
}

fn call(change: &str, party: &Party, members: &str) -> String {
    let data = format!(r##"{{"@odata.type":"#microsoft.graph.call",{members}}}"##);
    posted(change, &url(party), &data)
}

fn incoming(party: &Party, random: &mut Random) -> String {
    let tag = random.below(10_000);
    format!(
        r#""@odata.id":"{}","@odata.etag":"W/\"{tag}\"","state":"incoming","direction":"incoming","callChainId":"{}",{}"#,
        url(party),
        party.chain,
        party.offer()
    )
}

fn running(party: &Party, type_name: &str) -> String {
    operation("updated", party, type_name, r#""status":"running""#)
}

fn completed(party: &Party, type_name: &str) -> String {
    let result = result(200, 0, "Action completed successfully.");
    operation("deleted", party, type_name, &format!(r#""status":"completed","resultInfo":{result}"#))
}

fn operation(change: &str, party: &Party, type_name: &str, members: &str) -> String {
    let (id, context) = (&party.operation, party.context());
    let url = format!("{}/operations/{id}", url(party));
    let data = format!(
        r##"{{"@odata.type":"#microsoft.graph.{type_name}","@odata.id":"{url}","clientContext":"ivr-{context}",{members},"id":"{id}"}}"##
    );
    posted(change, &url, &data)
}

fn terminated() -> String {
    format!(r#""state":"terminated","resultInfo":{}"#, result(200, 4521, "The peer ended the call."))
}
