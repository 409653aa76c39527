//! Policy-based recording: the app is asked about each further participant up to its capacity, and its answer decides
//! who joins. The pages show no payload of these two notifications; `docs/design.md` says what was chosen.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use crate::common::host::{CALLBACK, CALLEE, Host, user};
use crate::common::requesting::app_hosted;
use crate::common::{CALL, read};
use callfold::call::{NetworkEvent, NetworkEventKind, State};
use callfold::graph::Method;
use callfold::{Input, Why};
use serde_json::{Value, json};

/// A connected call with these members, which the app answered with this capacity.
fn recorded(offer: Value, capacity: Option<i32>) -> Host {
    let mut answer = json!({ "mediaConfig": app_hosted() });
    if let Some(capacity) = capacity {
        answer["participantCapacity"] = capacity.into();
    }
    Host::answered(offer, &answer).meets(NetworkEvent::Connected(None))
}

impl Host {
    fn recording(capacity: i32) -> Self {
        recorded(observed(), Some(capacity))
    }

    fn answers(self, id: &str, response: Value) -> Self {
        self.meets(answer(id, response))
    }

    /// The participants about whom the app was asked.
    fn asked(&self) -> Vec<(String, bool)> {
        self.call().recorded_participants().map(|(id, is_accepted)| (id.to_string(), is_accepted)).collect()
    }

    fn has(&self, id: &str) -> bool {
        self.call().participants().any(|one| one.id.value() == Some(&id.into()))
    }
}

fn observed() -> Value {
    json!({ "source": user("adele"),
        "chatInfo": { "threadId": "19:meeting@thread.v2" },
        "incomingContext": { "observedParticipantId": "first", "sourceParticipantId": "first" } })
}

fn joins(id: &str) -> NetworkEvent {
    NetworkEvent::ParticipantJoining(read(json!({ "id": id, "info": user(&format!("user-{id}")) })))
}

fn roster(participant: Value) -> NetworkEvent {
    NetworkEvent::RosterChanged(vec![read(participant)])
}

fn second_left() -> Value {
    let call = json!({ "@odata.type": "#microsoft.graph.call", "id": CALL });
    let data = json!({ "@odata.type": "#microsoft.graph.participantLeftNotification", "call": call,
        "participantId": "second" });
    about("deleted", data)
}

fn answer(id: &str, response: Value) -> NetworkEvent {
    NetworkEvent::ParticipantJoiningAnswered { participant_id: id.into(), response: read(response) }
}

fn accept() -> Value {
    json!({ "@odata.type": "#microsoft.graph.acceptJoinResponse" })
}

fn reject() -> Value {
    json!({ "@odata.type": "#microsoft.graph.rejectJoinResponse", "reason": "busy" })
}

fn invite() -> Value {
    json!({ "@odata.type": "#microsoft.graph.inviteNewBotResponse", "inviteUri": "https://bot.contoso.com/2" })
}

/// A notification about the participant `second`.
fn about(change: &str, data: Value) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.commsNotification", "changeType": change,
        "resourceUrl": format!("/communications/calls/{CALL}/participants/second"),
        "callbackUri": CALLBACK, "resourceData": data,
    })
}

#[test]
fn the_app_is_asked_about_one_more_participant() {
    let host = Host::recording(2).meets(joins("second"));
    assert_eq!(host.events, ["joinAnnounced"]);
    let call = json!({
        "@odata.type": "#microsoft.graph.call", "id": CALL,
        "source": user("user-second"),
        "incomingContext": { "@odata.type": "#microsoft.graph.incomingContext", "observedParticipantId": "second" },
    });
    let joining = json!({ "@odata.type": "#microsoft.graph.participantJoiningNotification", "call": call });
    assert_eq!(host.posted(), [about("created", joining)]);
    assert_eq!(host.asked(), [("second".to_owned(), false)]);
    assert!(!host.has("second"), "not before the app has answered");
}

#[test]
fn who_is_accepted_joins_and_nobody_else() {
    let asked = Host::recording(2).meets(joins("second"));
    let accepted = asked.clone().answers("second", accept());
    assert_eq!(accepted.events, ["joinAnswered", "rosterUpdated"]);
    assert_eq!((accepted.asked(), accepted.has("second")), (vec![("second".to_owned(), true)], true));
    for response in [reject(), invite()] {
        let refused = asked.clone().answers("second", response);
        assert_eq!(refused.events, ["joinAnswered"]);
        assert_eq!((refused.asked(), refused.has("second")), (Vec::new(), false));
        assert_eq!(refused.posted(), [json!(null); 0]);
    }
}

#[test]
fn a_participant_who_left_is_notified_and_makes_room() {
    let host = Host::recording(2).meets(joins("second"));
    for accepted in [false, true] {
        let host = if accepted { host.clone().answers("second", accept()) } else { host.clone() };
        let left = host.meets(NetworkEvent::ParticipantLeft("second".into()));
        let expected: &[&str] = if accepted {
            &["recordedParticipantLeft", "rosterUpdated"]
        } else {
            &["recordedParticipantLeft"]
        };
        assert_eq!(left.events, expected);
        assert_eq!(left.posted()[0], second_left());
        assert!(!left.has("second"));
        left.meets(joins("third"));
    }
}

#[test]
fn who_leaves_the_roster_is_no_longer_recorded() {
    let host = Host::recording(2).meets(joins("second"));
    let accepted = host.clone().answers("second", accept());
    let both = ["recordedParticipantLeft", "rosterUpdated"];
    let left = [
        accepted.clone().meets(roster(json!({ "id": "second", "removedState": {} }))),
        accepted.clone().meets(roster(json!({ "info": user("user-second"), "removedState": {} }))),
        accepted.clone().requests(Method::DeleteParticipant, Some("second"), &json!({})),
        // The app has not answered yet.
        host.meets(roster(json!({ "id": "second", "removedState": {} }))),
    ];
    for left in left {
        assert_eq!((left.events.as_slice(), &left.posted()[0]), (both.as_slice(), &second_left()));
        assert_eq!((left.asked(), left.has("second")), (Vec::new(), false));
        assert!(left.try_meets(NetworkEvent::ParticipantLeft("second".into())).is_err(), "once only");
        left.meets(joins("third"));
    }
    // What is said of others, and of one who stays, changes nothing.
    for other in [json!({ "id": "second", "isMuted": true }), json!({ "id": "first", "removedState": {} })] {
        let stays = accepted.clone().meets(roster(other));
        assert_eq!((stays.events.as_slice(), stays.asked().len()), (["rosterUpdated"].as_slice(), 1));
    }
}

#[test]
fn somebody_who_left_can_be_asked_about_again() {
    let host = Host::recording(2).meets(joins("second")).answers("second", accept());
    let back = host.meets(roster(json!({ "id": "second", "removedState": {} }))).meets(joins("second"));
    // An old report that the participant has left is no news.
    let batch = back.try_meets(roster(json!({ "id": "second", "removedState": {} }))).unwrap();
    assert_eq!(batch.events, []);
    let accepted = back.answers("second", accept());
    assert_eq!((accepted.asked(), accepted.has("second")), (vec![("second".to_owned(), true)], true));
}

#[test]
fn nobody_who_is_in_the_call_is_asked_about() {
    let host = Host::recording(3);
    assert!(host.has("first"));
    let refusal = host.try_meets(joins("first")).unwrap_err();
    assert!(refusal.to_string().contains("is in the call"), "{refusal}");
    let gone = host.meets(roster(json!({ "id": "first", "removedState": {} })));
    assert!(gone.try_meets(joins("first")).is_ok());
}

#[test]
fn nobody_is_asked_about_more_participants_than_the_capacity() {
    let host = Host::recording(3).meets(joins("second")).answers("second", accept()).meets(joins("third"));
    let refusal = host.try_meets(joins("fourth")).unwrap_err();
    assert_eq!((refusal.what, refusal.why), (Input::from(NetworkEventKind::ParticipantJoining), Why::State));
    assert!(refusal.legal.contains(NetworkEventKind::ParticipantLeft.into()), "{:?}", refusal.legal);
    // Whom the app does not take needs no room.
    host.answers("third", reject()).meets(joins("fourth"));
    for capacity in [Some(1), None] {
        assert!(recorded(observed(), capacity).try_meets(joins("second")).is_err(), "{capacity:?}");
    }
}

#[test]
fn only_a_call_with_policy_based_recording_asks() {
    let offer = json!({ "source": {}, "chatInfo": { "threadId": "19:meeting@thread.v2" } });
    assert!(recorded(offer, Some(5)).try_meets(joins("second")).is_err());
    let ended = Host::recording(2)
        .meets(joins("second"))
        .meets(NetworkEvent::hung_up(callfold::graph::EndCode::PeerEnded));
    assert_eq!((ended.call().state(), ended.asked()), (State::Terminated, Vec::new()));
    for network_event in
        [joins("third"), answer("second", accept()), NetworkEvent::ParticipantLeft("second".into())]
    {
        assert!(ended.try_meets(network_event).is_err());
    }
}

#[test]
fn an_answer_that_nobody_waits_for_or_that_answers_nothing_is_refused() {
    let host = Host::recording(3).meets(joins("second"));
    let refused = [
        answer("nobody", accept()),
        answer("second", json!({})),
        answer("second", json!({ "@odata.type": "#microsoft.graph.call" })),
        NetworkEvent::ParticipantLeft("nobody".into()),
        joins("second"),
        NetworkEvent::ParticipantJoining(read(json!({ "isMuted": true }))),
    ];
    for network_event in refused {
        let refusal = host.try_meets(network_event.clone()).unwrap_err();
        assert!(matches!(refusal.why, Why::Part(_)), "{network_event:?}: {refusal}");
    }
    let answered = host.answers("second", accept());
    assert!(answered.try_meets(answer("second", reject())).is_err(), "it is answered");
}

#[test]
fn an_answer_without_a_type_is_read_by_its_members() {
    let asked = Host::recording(2).meets(joins("second"));
    for response in [json!({ "reason": "busy" }), json!({ "inviteUri": "https://bot.contoso.com/2" })] {
        assert_eq!(asked.clone().answers("second", response).asked(), []);
    }
}

#[test]
fn a_participant_without_an_id_gets_one() {
    let joining = json!({ "info": user("callee") });
    let host = Host::recording(2).meets(NetworkEvent::ParticipantJoining(read(joining)));
    assert_eq!(host.asked(), [(CALLEE.to_owned(), false)]);
    assert!(host.answers(CALLEE, accept()).has(CALLEE));
}
