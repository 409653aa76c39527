//! The roster that the service keeps itself: who is on it without a report of the host, under which ids, and that a
//! host which reports rosters itself finds nobody there twice.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeMap;

use crate::common::host::{CALLEE, Host, NEW, chat, user};
use crate::common::read;
use callfold::Id;
use callfold::call::{Ending, NetworkEvent};
use callfold::graph::Method;
use callfold::uuid::Uuid;
use serde_json::{Value, json};

/// The id that the service makes for the participant `caller`.
const CALLER: &str = "4da829ad-a9f3-500e-918d-c8b3e14e7cfd";

impl Host {
    fn connected(self) -> Self {
        self.meets(NetworkEvent::Connected(Some(read(json!({ "myParticipantId": "me" })))))
    }

    fn reports(self, roster: Value) -> Self {
        self.meets(NetworkEvent::RosterChanged(read(roster)))
    }

    /// The rosters that were posted after the last input.
    fn rosters(&self) -> Vec<Value> {
        let mut posted = self.posted();
        posted.retain(|one| one["resourceUrl"].as_str().unwrap().ends_with("/participants"));
        posted
    }

    /// The participants: the id of each, and the first id of the identity.
    fn roster(&self) -> BTreeMap<String, Option<String>> {
        let text = |one: &Value| one.as_str().map(str::to_owned);
        let everybody: Vec<Value> = self.call().participants().map(|one| json!(one)).collect();
        let ids = everybody.iter().map(|one| {
            let set = one["info"]["identity"].as_object();
            (
                text(&one["id"]).unwrap_or_default(),
                set.and_then(|set| text(&set.values().next().unwrap()["id"])),
            )
        });
        let roster: BTreeMap<_, _> = ids.collect();
        assert_eq!(roster.len(), everybody.len(), "nobody appears twice");
        roster
    }

    fn lists(&self, expected: &[(&str, Option<&str>)]) {
        let expected = expected.iter().map(|(id, is)| ((*id).to_owned(), is.map(str::to_owned)));
        assert_eq!(self.roster(), expected.collect());
    }
}

fn bot() -> Value {
    json!({ "identity": { "application": { "id": "bot" } } })
}

#[test]
fn the_app_and_the_only_target_are_on_the_roster_once_connected() {
    let host = Host::placed(&json!({ "source": bot(), "targets": [user("callee")] }));
    host.lists(&[]);
    let host = host.connected();
    host.lists(&[("me", Some("bot")), (CALLEE, Some("callee"))]);
    assert_eq!(host.rosters(), [json!(null); 0], "a call between two posts no roster");
}

#[test]
fn without_the_id_of_its_participant_the_app_is_not_on_the_roster() {
    let host = Host::placed(&json!({ "targets": [user("callee")] })).meets(NetworkEvent::Connected(None));
    host.lists(&[(CALLEE, Some("callee"))]);
}

#[test]
fn the_caller_has_the_id_that_the_offer_names() {
    let offers = [
        (json!({ "source": user("caller") }), CALLER),
        (json!({ "source": user("caller"), "incomingContext": { "sourceParticipantId": "s" } }), "s"),
        (json!({ "source": { "identity": { "user": { "id": "caller" } }, "participantId": "p" } }), "p"),
    ];
    for (mut offer, id) in offers {
        offer["targets"] = json!([bot()]);
        Host::answered(offer, &json!({})).connected().lists(&[("me", Some("bot")), (id, Some("caller"))]);
    }
}

#[test]
fn nobody_knows_which_of_several_targets_picks_up_until_the_host_says_so() {
    let host = Host::placed(&json!({ "targets": [user("callee"), user("new")] })).connected();
    host.lists(&[("me", None)]);
    let host = host.reports(json!([{ "info": user("new") }]));
    host.lists(&[("me", None), (NEW, Some("new"))]);
    host.reports(json!([{ "info": user("callee") }])).lists(&[
        ("me", None),
        (NEW, Some("new")),
        (CALLEE, Some("callee")),
    ]);
}

#[test]
fn nobody_is_there_twice_or_comes_back_under_another_id() {
    let connected = || Host::placed(&json!({ "targets": [user("callee")] })).connected();
    let info = |id: &str| json!({ "identity": { "user": { "id": id } } });
    let known = connected().reports(json!([{ "id": "x", "info": info("callee") }]));
    known.lists(&[("me", None), ("x", Some("callee"))]);
    let muted = known.reports(json!([{ "info": info("callee"), "isMuted": true }]));
    muted.lists(&[("me", None), ("x", Some("callee"))]);
    for both in [
        json!([{ "info": info("new") }, { "id": "y", "info": info("new") }]),
        json!([{ "id": "y", "info": info("new") }, { "info": info("new"), "isMuted": true }]),
    ] {
        connected().reports(both).lists(&[("me", None), (CALLEE, Some("callee")), ("y", Some("new"))]);
    }
}

#[test]
fn somebody_without_an_id_is_muted_with_all_and_not_doubled() {
    let guest = json!([{ "info": { "identity": { "guest": { "displayName": "G" } } } }]);
    let host =
        Host::placed(&json!({ "targets": [user("callee")], "chatInfo": chat() })).connected().reports(guest);
    let before = host.call().participants().count();
    let muted = host.requests(Method::MuteAll, None, &json!({}));
    assert_eq!(muted.call().participants().count(), before);
    let app = Some(&"me".into());
    let others = muted.call().participants().filter(|one| one.id.value() != app);
    assert!(others.into_iter().all(|one| one.is_muted.value() == Some(&true)));
}

#[test]
fn who_is_hidden_is_not_on_the_roster() {
    let hidden = json!({ "identity": { "user": { "id": "callee" } }, "hidden": true });
    Host::placed(&json!({ "targets": [hidden] })).connected().lists(&[("me", None)]);
}

#[test]
fn who_is_invited_joins_when_the_invitation_completes() {
    let invite = |host: Host, who: Value| {
        let invited = host.requests(Method::Invite, None, &json!({ "participants": [who] }));
        assert!(!invited.roster().contains_key(NEW), "not before");
        let operation = Uuid::from_u128(invited.requests).into();
        invited.meets(NetworkEvent::operation_finished(operation, Ending::completed()))
    };
    let meeting = json!({ "@odata.type": "#microsoft.graph.organizerMeetingInfo", "organizer": user("organizer")["identity"] });
    let group = Host::placed(&json!({ "chatInfo": chat(), "meetingInfo": meeting })).connected();
    assert_eq!(group.rosters().len(), 1, "a group call posts its roster");
    let joined = invite(group.clone(), user("new"));
    joined.lists(&[("me", None), (NEW, Some("new"))]);
    assert_eq!(joined.rosters()[0]["resourceData"].as_array().unwrap().len(), 2);
    // The id in another call is no id in this one.
    let mut other = user("new");
    other["participantId"] = "elsewhere".into();
    other["languageId"] = "en-us".into();
    let elsewhere = invite(group.clone(), other);
    elsewhere.lists(&[("me", None), (NEW, Some("new"))]);
    let info = elsewhere.call().participants().last().and_then(|one| one.info.value()).unwrap();
    assert_eq!(info.language_id.value().map(String::as_str), Some("en-us"));

    let again = joined.requests(Method::DeleteParticipant, Some(NEW), &Value::Null);
    again.lists(&[("me", None)]);
    invite(again, user("new")).lists(&[("me", None), (NEW, Some("new"))]);

    let two = Host::placed(&json!({ "targets": [user("callee")] })).connected();
    let three = invite(two, user("new"));
    three.lists(&[("me", None), (CALLEE, Some("callee")), (NEW, Some("new"))]);
    assert_eq!(three.rosters()[0]["resourceData"].as_array().unwrap().len(), 3, "it is a group call now");

    let known = group.reports(json!([{ "id": "x", "info": user("new") }]));
    invite(known, user("new")).lists(&[("me", None), ("x", Some("new"))]);
}

#[test]
fn a_participant_is_muted_and_removed_without_a_report_of_the_host() {
    let host = Host::placed(&json!({ "chatInfo": chat(), "targets": [user("callee")] })).connected();
    let muted = host.requests(Method::MuteParticipant, Some(CALLEE), &json!({}));
    let is_muted = |host: &Host, id: &str| {
        let id = Id::from(id);
        let one = host.call().participants().find(|one| one.id.value() == Some(&id)).unwrap();
        one.is_muted.value().copied()
    };
    assert_eq!(is_muted(&muted, CALLEE), Some(true));
    let muted = muted.requests(Method::Mute, None, &json!({}));
    assert_eq!(is_muted(&muted, "me"), Some(true));
    let mut gone = muted.requests(Method::DeleteParticipant, Some(CALLEE), &Value::Null);
    gone.lists(&[("me", None)]);
    assert_eq!(gone.request(Method::MuteParticipant, Some(CALLEE), &json!({})).status, 404);
}

#[test]
fn a_host_that_reports_its_own_ids_finds_nobody_twice() {
    let host = Host::placed(&json!({ "chatInfo": chat(), "targets": [user("callee")] })).connected();
    host.lists(&[("me", None), (CALLEE, Some("callee"))]);
    let reported = host.clone().reports(json!([{ "id": "me" }, { "id": "x", "info": user("callee") }]));
    reported.lists(&[("me", None), ("x", Some("callee"))]);
    // One person can be in the call with two devices.
    reported.reports(json!([{ "id": "y", "info": user("callee") }])).lists(&[
        ("me", None),
        ("x", Some("callee")),
        ("y", Some("callee")),
    ]);
    // A report without an id is about the participant whom the service put on the roster.
    let named = host.clone().reports(json!([{ "info": user("callee"), "isMuted": true }]));
    named.lists(&[("me", None), (CALLEE, Some("callee"))]);
    let gone = host.clone().reports(json!([{ "id": "x", "info": user("callee"), "removedState": {} }]));
    gone.lists(&[("me", None)]);
    // On hold under the first id, and no longer there.
    let held = host.requests(Method::StartHoldMusic, Some(CALLEE), &json!({}));
    let reported = held.reports(json!([{ "id": "x", "info": user("callee") }]));
    assert_eq!(reported.call().on_hold(), None);
}

#[test]
fn ids_do_not_depend_on_how_a_guid_is_written() {
    let roster = |id: &str| Host::placed(&json!({ "targets": [user(id)] })).connected().roster();
    let [lower, upper, bare] = [
        "8a34a46b-3d17-4adc-8dce-dc4e7d572698",
        "8A34A46B-3D17-4ADC-8DCE-DC4E7D572698",
        "8A34A46B3D174ADC8DCEDC4E7D572698",
    ]
    .map(|id| roster(id).into_keys().collect::<Vec<_>>());
    assert_eq!(lower, ["ec4dd2c7-004f-54aa-8520-f1fd2299b42e", "me"]);
    assert_eq!((&lower, &lower), (&upper, &bare));
}
