//! State outside the chart: rosters as lists and deltas, shared content, tones.

use crate::common::{Scenario, about, reported, state};
use callfold::FindingKind::{self, Adopted, AfterEnd, Empty, Gap, Late, Repeat};
use callfold::call::{Body, State};
use callfold::graph::{CommsNotification, Participant};
use serde_json::{Value, json};

fn participant(id: &str, mut members: Value) -> Value {
    members.as_object_mut().expect("members").insert("id".into(), id.into());
    members
}

fn user(name: &str) -> Value {
    json!({ "identity": { "user": { "id": name } } })
}

fn roster(participants: Value) -> CommsNotification {
    about("/participants", "updated", participants)
}

fn delta(number: i64, participants: &[Value]) -> CommsNotification {
    roster(json!([{ "sequenceNumber": number, "participants": participants }]))
}

/// An established call after these notifications.
fn given(received: &[CommsNotification]) -> Scenario {
    received.iter().fold(Scenario::given_states(&["established"]), Scenario::when)
}

fn ids(scenario: &Scenario) -> Vec<String> {
    let id = |one: &Participant| one.id.value().map_or_else(|| "-".to_owned(), ToString::to_string);
    scenario.call().participants().map(id).collect()
}

/// The participants as JSON, in the order of their ids.
fn entries(scenario: &Scenario) -> Vec<String> {
    let mut participants: Vec<_> = scenario.call().participants().collect();
    participants.sort_by_key(|one| one.id.value());
    participants.into_iter().map(|one| serde_json::to_string(one).expect("a participant")).collect()
}

/// All permutations.
fn permutations<T: Clone>(items: &[T]) -> Vec<Vec<T>> {
    let Some((first, rest)) = items.split_first() else { return vec![Vec::new()] };
    let mut all = Vec::new();
    for shorter in permutations(rest) {
        for index in 0..=shorter.len() {
            let mut longer = shorter.clone();
            longer.insert(index, first.clone());
            all.push(longer);
        }
    }
    all
}

// Rosters.

#[test]
fn a_roster_is_merged_by_participant_id() {
    let everybody =
        roster(json!([participant("a", json!({ "isMuted": false })), participant("b", json!({}))]));
    let scenario = given(std::slice::from_ref(&everybody));
    scenario.then(State::Established, &["rosterUpdated"], &[]);
    let scenario = scenario.when(&everybody);
    scenario.then(State::Established, &[], &[Repeat]);
    let in_lobby = participant("a", json!({ "isInLobby": true }));
    let scenario = scenario.when(&roster(json!([in_lobby, { "id": "b" }])));
    scenario.then(State::Established, &["rosterUpdated"], &[]);
    assert_eq!(entries(&scenario), [r#"{"isInLobby":true,"isMuted":false,"id":"a"}"#, r#"{"id":"b"}"#]);
}

fn everybody(ids: &[&str]) -> CommsNotification {
    roster(json!(ids.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>()))
}

#[test]
fn who_is_missing_from_a_whole_roster_has_left_which_is_inferred_and_said_once() {
    type Row<'a> = (&'a [&'a str], &'a [&'a str], &'a [&'a str]);
    let rows: [Row<'_>; 4] = [
        (&["b", "c"], &["rosterUpdated?"], &["a"]),
        (&["c", "d"], &["rosterUpdated", "rosterUpdated?"], &["a", "b"]),
        (&["d"], &["rosterUpdated", "rosterUpdated?"], &["a", "b", "c"]),
        (&[], &["rosterUpdated?"], &["a", "b", "c"]),
    ];
    for (present, events, left) in rows {
        // A delta reported `c` first. It has no newer data than the full roster.
        let begun = given(&[delta(1, &[json!({ "id": "c" })]), everybody(&["a", "b", "c"])]);
        let scenario = begun.when(&everybody(present));
        scenario.then(State::Established, events, &[Gap]);
        let inferred = scenario.last.events.last().unwrap();
        assert!(inferred.inferred);
        let gone: Vec<Value> = left.iter().map(|id| json!({ "id": id, "removedState": {} })).collect();
        assert_eq!(json!(inferred.event), json!({ "participants": sorted(gone) }), "{present:?}");
        assert_eq!(ids_sorted(&scenario), present);
        scenario.when(&everybody(present)).then(State::Established, &[], &[Repeat]);
    }
}

/// Participants in the order in which a call came to know them: `c` first.
fn sorted(mut reported: Vec<Value>) -> Vec<Value> {
    reported.sort_by_key(|one| one["id"] != "c");
    reported
}

fn ids_sorted(scenario: &Scenario) -> Vec<String> {
    let mut ids = ids(scenario);
    ids.sort();
    ids
}

#[test]
fn who_left_unsaid_is_named() {
    let named = |id: &str, name: &str| {
        participant(id, json!({ "info": { "identity": { "user": { "displayName": name } } } }))
    };
    let guest = json!({ "info": { "identity": { "guest": { "displayName": "Guest" } } } });
    let begun = given(&[roster(json!([named("a", "Adele"), { "id": "b" }, guest]))]);
    let said = |scenario: &Scenario| scenario.last.findings[0].message.clone();
    let empty = begun.when(&roster(json!([])));
    assert_eq!(said(&empty), "not in the full roster, so they have left: Adele (a), b, Guest");
    let many: Vec<String> = (0..10).map(|number| number.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let empty = given(&[everybody(&many)]).when(&roster(json!([])));
    assert!(said(&empty).ends_with(": 0, 1, 2, 3, 4, 5, 6, 7 and 2 more"), "{}", said(&empty));
}

#[test]
fn one_who_left_unsaid_comes_back() {
    let scenario = given(&[everybody(&["a", "b"]), everybody(&["b"])]).when(&everybody(&["a", "b"]));
    scenario.then(State::Established, &["rosterUpdated"], &[]);
    assert_eq!(ids(&scenario), ["a", "b"]);
}

#[test]
fn one_participant_and_a_delta_say_nothing_of_others() {
    let one = json!({ "id": "a", "isMuted": true });
    let reported = [
        about("/participants", "updated", one.clone()),
        about("/participants/a", "updated", one.clone()),
        about("/participants/a", "updated", json!([one])),
        about(
            "/operations/o",
            "updated",
            json!([{ "@odata.type": "#microsoft.graph.participant", "id": "a", "isMuted": true }]),
        ),
        about(
            "",
            "updated",
            json!({ "@odata.type": "#microsoft.graph.participant", "id": "a", "isMuted": true }),
        ),
        delta(2, std::slice::from_ref(&one)),
    ];
    for reported in reported {
        let scenario = given(&[everybody(&["a", "b"])]).when(&reported);
        scenario.then(State::Established, &["rosterUpdated"], &[]);
        assert_eq!(ids(&scenario), ["a", "b"], "{reported:?}");
    }
    assert_eq!(ids(&given(&[everybody(&["a", "b"])]).when(&delta(2, &[]))), ["a", "b"]);
}

#[test]
fn a_roster_under_the_operations_is_everybody_too() {
    for url in ["/operations/participants", "/operations", ""] {
        let reported =
            about(url, "updated", json!([{ "@odata.type": "#microsoft.graph.participant", "id": "a" }]));
        let scenario = given(&[everybody(&["a", "b"])]).when(&reported);
        scenario.then(State::Established, &["rosterUpdated?"], &[Gap]);
        assert_eq!(ids(&scenario), ["a"]);
    }
}

#[test]
fn a_reply_that_lists_the_participants_is_everybody_and_one_of_a_participant_is_not() {
    let begun = given(&[everybody(&["a", "b"])]);
    let one: Participant = serde_json::from_value(json!({ "id": "b", "isMuted": true })).unwrap();
    let scenario = begun.clone().learn(&Body::Participant(Box::new(one.clone())));
    assert_eq!(
        (scenario.events(), ids(&scenario)),
        (vec!["rosterUpdated".into()], vec!["a".into(), "b".into()])
    );
    let scenario = begun.learn(&Body::Participants(vec![one]));
    assert_eq!(scenario.events(), ["rosterUpdated", "rosterUpdated?"]);
    assert_eq!((ids(&scenario), scenario.findings()), (vec!["b".to_owned()], vec![Gap]));
}

#[test]
fn the_first_roster_of_a_call_and_one_after_its_end_remove_nobody() {
    Scenario::default().when(&everybody(&["a"])).then(
        State::Established,
        &["adopted?", "rosterUpdated"],
        &[Adopted],
    );
    let ended = given(&[everybody(&["a", "b"]), reported(json!({ "state": "terminated" }))]);
    let late = ended.when(&everybody(&["b"]));
    late.then(State::Terminated, &[], &[AfterEnd]);
    assert_eq!(ids(&late), ["a", "b"]);
}

#[test]
fn who_has_no_id_is_missing_only_where_nobody_who_is_named_can_be_it() {
    let guest = |name: &str| json!({ "info": { "identity": { "guest": { "displayName": name } } } });
    let adele = participant("a", json!({ "info": user("adele") }));
    let rows = [
        // The entry has a name of its own, reported or not.
        (guest("G"), adele.clone(), &["a"][..]),
        (guest("G"), guest("H"), &["-"]),
        // The participant with an id may be the guest; the one without anything may be anybody.
        (guest("G"), json!({ "id": "b" }), &["-", "b"]),
        (guest("G"), json!({}), &["-", "-"]),
        (adele.clone(), json!({}), &["a", "-"]),
        (json!({ "id": "a" }), guest("G"), &["a", "-"]),
        (adele, guest("G"), &["-"]),
    ];
    for (known, reported, present) in rows {
        let scenario = given(&[roster(json!([known]))]).when(&roster(json!([reported])));
        assert_eq!(ids(&scenario), present, "{known}, then {reported}");
        scenario.when(&roster(json!([reported]))).then(State::Established, &[], &[Repeat]);
        let everybody = given(&[roster(json!([known])), roster(json!([]))]);
        assert_eq!(ids(&everybody), Vec::<String>::new(), "{known}, then nobody");
    }
}

#[test]
fn who_gets_an_id_in_a_whole_roster_is_named_by_it_among_few_and_among_many() {
    for others in [0, 32_usize] {
        let other =
            |number: usize| participant(&format!("o{number}"), json!({ "info": user(&number.to_string()) }));
        let with_others =
            |rest: &[Value]| roster(rest.iter().cloned().chain((0..others).map(other)).collect());
        let u = json!({ "info": user("u") });
        let begun = given(&[with_others(&[u.clone(), json!({ "id": "z" })])]);
        // The user has an id now, so `z` is certainly somebody else.
        let scenario = begun.when(&with_others(&[participant("a", u)]));
        scenario.then(State::Established, &["rosterUpdated", "rosterUpdated?"], &[Gap]);
        assert_eq!(ids(&scenario).last().unwrap(), "a", "{others} others");
        assert_eq!(scenario.call().participants().count(), 1 + others, "{others} others");
    }
}

#[test]
fn the_changes_between_two_rosters_are_those_who_joined_changed_or_left() {
    for others in [0, 32] {
        let known: Vec<String> =
            ["a".to_owned(), "b".to_owned()].into_iter().chain((0..others).map(|n| n.to_string())).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let begun = given(&[everybody(&known)]);
        let last = known.len();
        let rows = [
            (delta(1, &[json!({ "id": "b", "isMuted": true })]), vec![(1, "b", false)]),
            (delta(1, &[json!({ "id": "a", "removedState": {} })]), vec![(0, "a", true)]),
            (
                delta(1, &[json!({ "id": "c" }), json!({ "id": "d" })]),
                vec![(last, "c", false), (last + 1, "d", false)],
            ),
            (state("established"), vec![]),
        ];
        for (received, expected) in rows {
            let scenario = begun.clone().when(&received);
            let changes = scenario.call().roster_changes(begun.call());
            let changes: Vec<_> = changes
                .map(|(place, one)| {
                    (place, one.id.value().unwrap().to_string(), !one.removed_state.is_absent())
                })
                .collect();
            let expected: Vec<_> =
                expected.into_iter().map(|(place, id, left)| (place, id.to_owned(), left)).collect();
            assert_eq!(changes, expected, "{others} others");
        }
    }
}

#[test]
fn who_cannot_be_named_apart_does_not_leave_unsaid() {
    // Two entries of one user, of which the second has no id. A removal without an id would find the first
    // entry.
    let u = json!({ "info": user("u") });
    let begun = given(&[
        roster(json!([{ "id": "a" }])),
        about("/participants", "updated", u.clone()),
        roster(json!([participant("a", u.clone()), u])),
    ]);
    assert_eq!(ids(&begun), ["a", "-"]);
    let scenario = begun.when(&roster(json!([{ "id": "b", "info": user("v") }])));
    assert_eq!(ids(&scenario), ["-", "b"]);
}

#[test]
fn a_removed_state_removes_and_a_null_one_does_not() {
    let left = json!({ "id": "a", "removedState": { "reason": "left" } });
    for removed in [roster(json!([left, { "id": "b" }])), delta(2, std::slice::from_ref(&left))] {
        let scenario = given(&[delta(1, &[json!({ "id": "a" }), json!({ "id": "b" })])]).when(&removed);
        scenario.then(State::Established, &["rosterUpdated"], &[]);
        assert_eq!(ids(&scenario), ["b"]);
        let back = scenario.when(&delta(3, &[json!({ "id": "a", "removedState": null })]));
        assert_eq!(ids(&back), ["a", "b"]);
    }
}

/// Observes a history of deltas in every order, each of them twice.
fn in_every_order(history: &[Vec<Value>]) {
    let deltas: Vec<_> = (1..).zip(history).collect();
    let classify = |order: &[(i64, &Vec<Value>)]| {
        given(&order.iter().map(|(number, reported)| delta(*number, reported)).collect::<Vec<_>>())
    };
    let expected = entries(&classify(&deltas));
    for order in permutations(&deltas) {
        let scenario = classify(&order);
        assert_eq!(entries(&scenario), expected, "{order:?}");
        let twice = classify(&[&order[..], &order].concat());
        let counts = [&twice, &scenario].map(|scenario| scenario.call().revision());
        assert_eq!((entries(&twice), counts[0]), (expected.clone(), counts[1]), "{order:?} twice");
    }
}

#[test]
fn deltas_in_every_order_give_the_same_participants() {
    let gone = json!({ "reason": "left" });
    in_every_order(&[
        vec![participant("a", json!({ "isMuted": true })), participant("b", json!({ "isMuted": false }))],
        vec![participant("a", json!({ "removedState": gone }))],
        vec![participant("b", json!({ "isMuted": true })), participant("c", json!({}))],
        vec![
            participant("a", json!({ "isInLobby": true })),
            participant("b", json!({ "removedState": gone })),
        ],
    ]);
}

#[test]
fn deltas_with_different_members_of_one_participant_in_every_order_give_the_same() {
    in_every_order(&[
        vec![participant("a", json!({ "metadata": "1", "isMuted": false }))],
        vec![participant("a", json!({ "metadata": "2" }))],
        vec![participant("a", json!({ "isMuted": true }))],
    ]);
}

#[test]
fn deltas_that_clear_a_member_in_every_order_give_the_same() {
    in_every_order(&[
        vec![participant("a", json!({ "metadata": "1" }))],
        vec![participant("a", json!({ "metadata": null, "isMuted": true }))],
    ]);
}

#[test]
fn an_older_delta_is_late_and_fills_only_what_is_unknown() {
    let newer = delta(2, &[participant("a", json!({ "isMuted": true }))]);
    let older =
        delta(1, &[participant("a", json!({ "isMuted": false, "metadata": "m" })), json!({ "id": "b" })]);
    let scenario = given(&[newer, older.clone()]);
    scenario.then(State::Established, &["rosterUpdated"], &[Late]);
    assert_eq!(entries(&scenario), [r#"{"isMuted":true,"metadata":"m","id":"a"}"#, r#"{"id":"b"}"#]);
    scenario.when(&older).then(State::Established, &[], &[Late]);
}

#[test]
fn a_delta_of_the_newest_number_is_not_late() {
    let newest = delta(2, &[json!({ "id": "a" })]);
    given(std::slice::from_ref(&newest)).when(&newest).then(State::Established, &[], &[Repeat]);
    let more = given(&[newest]).when(&delta(2, &[json!({ "id": "b" })]));
    more.then(State::Established, &["rosterUpdated"], &[]);
}

#[test]
fn of_two_deltas_of_one_number_the_first_counts_for_whom_both_name() {
    let here = participant("a", json!({ "isMuted": true }));
    let gone = participant("a", json!({ "removedState": {} }));
    let unmuted = participant("a", json!({ "isMuted": false }));
    for (first, second, present) in
        [(&here, &gone, &["a"][..]), (&here, &unmuted, &["a"]), (&gone, &json!({ "id": "a" }), &[])]
    {
        let begun = given(&[delta(2, std::slice::from_ref(first))]);
        let before = entries(&begun);
        let again = begun.when(&delta(2, std::slice::from_ref(second)));
        again.then(State::Established, &[], &[Repeat]);
        assert_eq!(
            (ids(&again), entries(&again)),
            (present.iter().map(ToString::to_string).collect(), before)
        );
    }
}

fn two_deltas() -> CommsNotification {
    roster(json!([
        { "sequenceNumber": 1, "participants": [{ "id": "a" }, { "id": "b" }] },
        { "sequenceNumber": 2, "participants": [{ "id": "a", "removedState": {} }] },
    ]))
}

#[test]
fn two_deltas_of_one_notification_are_both_applied() {
    let scenario = given(&[two_deltas()]);
    assert_eq!((ids(&scenario), scenario.findings()), (vec!["b".to_owned()], vec![]));
}

#[test]
fn two_deltas_of_one_notification_adopt_an_unknown_call_once() {
    let scenario = Scenario::default().when(&two_deltas());
    assert_eq!((ids(&scenario), scenario.findings()), (vec!["b".to_owned()], vec![Adopted]));
}

#[test]
fn a_participant_without_an_id_is_found_by_its_identity() {
    let named = participant("a", json!({ "info": user("u") }));
    let nameless = json!({ "id": null, "info": user("u"), "isMuted": true });
    let other = json!({ "info": user("v") });
    for order in [[named.clone(), nameless.clone()], [nameless, named]] {
        let scenario = given(&order.map(|one| roster(json!([one]))));
        assert_eq!(ids(&scenario), ["a"]);
        assert_eq!(scenario.call().participants().next().unwrap().is_muted.value(), Some(&true));
        assert_eq!(ids(&scenario.when(&about("/participants", "updated", other.clone()))), ["a", "-"]);
    }
}

#[test]
fn an_id_is_taken_from_odata_id() {
    let url = format!("/communications/calls/{}/participants/a", crate::common::CALL);
    let scenario = given(&[
        roster(json!([{ "id": null, "@odata.id": url }])),
        roster(json!([participant("a", json!({ "isMuted": true }))])),
    ]);
    assert_eq!(entries(&scenario), [r#"{"isMuted":true,"id":"a"}"#]);
}

#[test]
fn one_user_at_two_endpoints_is_two_participants() {
    let both = roster(json!(["a", "b"].map(|id| participant(id, json!({ "info": user("u") })))));
    let scenario = given(&[both]).when(&delta(1, &[participant("b", json!({ "removedState": {} }))]));
    assert_eq!(ids(&scenario), ["a"]);
    let one = |id| about("/participants", "updated", participant(id, json!({ "info": user("u") })));
    let apart = ["a", "b"].map(one);
    assert_eq!(ids(&given(&apart)), ["a", "b"]);
}

#[test]
fn only_participants_that_are_reported_as_removed_leave_the_roster() {
    let left = |id: &str| {
        let type_name = "#microsoft.graph.participantLeftNotification";
        about("", "updated", json!({ "@odata.type": type_name, "participantId": id }))
    };
    let gone = |id: &str, data: Value| about(&format!("/participants/{id}"), "deleted", data);
    for (id, other) in [("a", "b"), ("b", "a")] {
        let one = json!({ "id": id });
        for received in [gone(id, Value::Null), gone(id, one.clone()), gone(id, json!([one])), left(id)] {
            let scenario = given(&[roster(json!([{ "id": "a" }, { "id": "b" }]))]).when(&received);
            scenario.then(State::Established, &["rosterUpdated"], &[]);
            assert_eq!(ids(&scenario), [other]);
            scenario.when(&received).then(State::Established, &[], &[Repeat]);
        }
    }
}

#[test]
fn a_participants_url_alone_is_no_news_of_whom_it_names() {
    let begun = given(&[roster(json!([{ "id": "a" }]))]);
    for (change, url) in [("created", "/a"), ("updated", "/a"), ("updated", "/b"), ("updated", "")] {
        let again = begun.clone();
        let received = again.when(&about(&format!("/participants{url}"), change, Value::Null));
        received.then(State::Established, &[], &[Empty]);
        assert_eq!(ids(&received), ["a"]);
    }
}

#[test]
fn a_participants_url_names_one_whose_body_has_no_id() {
    let begun = || given(&[roster(json!([{ "id": "a" }, { "id": "b" }]))]);
    let received = |change: &str| about("/participants/a", change, json!({ "id": null, "isMuted": true }));
    assert_eq!(
        entries(&begun().when(&received("updated"))),
        [r#"{"isMuted":true,"id":"a"}"#, r#"{"id":"b"}"#]
    );
    assert_eq!(ids(&begun().when(&received("deleted"))), ["b"]);
}

// Shared content.

#[test]
fn content_is_shared_from_its_first_report_until_it_is_deleted() {
    let session =
        |change: &str, url: &str, data: Value| about(&format!("/contentsharingsessions{url}"), change, data);
    type Row<'a> = (CommsNotification, &'a [&'a str], &'a [FindingKind], &'a [&'a str]);
    let rows: [Row<'_>; 7] = [
        (session("created", "", json!([{ "id": "s" }])), &["contentSharingStarted"], &[], &["s"]),
        (session("created", "", json!([{ "id": "s" }])), &[], &[Repeat], &["s"]),
        (session("updated", "/t", Value::Null), &["contentSharingStarted"], &[], &["s", "t"]),
        (session("deleted", "", json!([{ "id": "s" }])), &["contentSharingEnded"], &[], &["t"]),
        (session("deleted", "", json!([{ "id": "s" }])), &[], &[Repeat], &["t"]),
        (session("deleted", "/t", Value::Null), &["contentSharingEnded"], &[], &[]),
        (session("created", "/s", json!({ "id": "s" })), &["contentSharingStarted"], &[], &["s"]),
    ];
    rows.iter().fold(given(&[]), |scenario, (notification, events, findings, shared)| {
        let scenario = scenario.when(notification);
        scenario.then(State::Established, events, findings);
        let sharing: Vec<_> = scenario.call().content_sharing().map(ToString::to_string).collect();
        assert_eq!(sharing, *shared);
        scenario
    });
}

#[test]
fn a_sessions_url_names_one_whose_body_has_no_id() {
    let session = |change: &str| about("/contentSharingSessions/s", change, json!({ "id": null }));
    let scenario = given(&[session("created")]);
    scenario.then(State::Established, &["contentSharingStarted"], &[]);
    scenario.when(&session("deleted")).then(State::Established, &["contentSharingEnded"], &[]);
}

// Tones.

fn tone(number: i64, tone: &str) -> Value {
    json!({ "state": "established", "toneInfo": { "sequenceId": number, "tone": tone } })
}

#[test]
fn tones_are_kept_in_the_order_of_their_numbers_and_counted_once() {
    let received_tones = [tone(1, "tone4"), tone(2, "tone4"), tone(3, "pound")].map(reported);
    for order in permutations(&received_tones) {
        let scenario = given(&order);
        scenario.then(State::Established, &["toneReceived"], &[]);
        let tones: Vec<_> =
            scenario.call().tones().iter().map(|one| one.sequence_id.value().copied()).collect();
        assert_eq!(tones, [Some(1), Some(2), Some(3)]);
        order.iter().fold(scenario, |scenario, again| {
            let scenario = scenario.when(again);
            scenario.then(State::Established, &[], &[Repeat]);
            scenario
        });
    }
}

#[test]
fn many_tones_are_kept_in_the_same_order_as_few() {
    let unnumbered = |key: i64| json!({ "state": "established", "toneInfo": { "tone": format!("k{key}") } });
    let received = (0..40).rev().flat_map(|number| [tone(number, "tone4"), unnumbered(number / 2)]);
    let scenario = given(&received.map(reported).collect::<Vec<_>>());
    let tones = scenario.call().tones();
    let numbers: Vec<_> = tones.iter().filter_map(|one| one.sequence_id.value().copied()).collect();
    let keys: Vec<_> = tones.iter().take(20).map(|one| one.tone.value().unwrap().to_string()).collect();
    assert_eq!(numbers, (0..40).collect::<Vec<_>>());
    assert_eq!(keys, (0..20).rev().map(|key| format!("k{key}")).collect::<Vec<_>>());
    assert_eq!((tones.len(), tones.last().unwrap().sequence_id.value()), (60, Some(&39)));
}

#[test]
fn a_tone_is_observed_with_the_step_or_the_late_state_it_came_with() {
    let with = |state: &str| {
        let mut data = tone(1, "star");
        data["state"] = state.into();
        reported(data)
    };
    given(&[]).when(&with("hold")).then(State::Hold, &["held", "toneReceived"], &[]);
    given(&[]).when(&with("establishing")).then(State::Established, &["toneReceived"], &[Late]);
    given(&[]).when(&with("terminated")).then(State::Terminated, &["toneReceived", "terminated"], &[]);
}

// The ends of a call.

#[test]
fn rosters_content_and_tones_adopt_a_call_and_end_with_it() {
    let rows = [
        (roster(json!([{ "id": "a" }])), "rosterUpdated"),
        (delta(1, &[json!({ "id": "a" })]), "rosterUpdated"),
        (about("/contentSharingSessions", "created", json!([{ "id": "s" }])), "contentSharingStarted"),
    ];
    for (notification, event) in rows {
        Scenario::default().when(&notification).then(State::Established, &["adopted?", event], &[Adopted]);
        Scenario::given_states(&["terminated"]).when(&notification).then(State::Terminated, &[], &[AfterEnd]);
    }
}

#[test]
fn participants_without_any_id_are_listed_once() {
    let nobodies =
        [json!([{}]), json!([{ "info": { "identity": { "guest": { "displayName": "Guest" } } } }])];
    for nobody in nobodies {
        let received = about("/participants", "updated", nobody);
        let scenario =
            Scenario::given(&[crate::common::state("established"), received.clone()]).when(&received);
        assert_eq!((scenario.call().participants().count(), scenario.events().len()), (1, 0));
    }
}

#[test]
fn a_computed_member_hides_an_unknown_one_of_the_same_name() {
    for (what, change, data) in [
        ("/operations/o", "updated", json!({ "id": "", "status": "running" })),
        ("/participants/p", "updated", json!({ "id": 5 })),
        ("/participants/p", "deleted", json!({ "removedState": "left" })),
        ("", "deleted", json!({ "state": 5 })),
        ("/operations/o", "deleted", json!({ "status": 5, "resultInfo": { "code": 200 } })),
    ] {
        for recorded in &Scenario::default().when(&about(what, change, data)).last.events {
            assert_eq!(recorded.to_string().parse::<callfold::Recorded>().unwrap(), *recorded);
        }
    }
}

#[test]
fn a_leaver_is_removed_under_whatever_url_it_is_reported() {
    let begun = given(&[roster(json!([{ "id": "a" }, { "id": "b" }]))]);
    let left = json!({ "@odata.type": "#microsoft.graph.participantLeftNotification", "participantId": "b" });
    for url in ["", "/participants", "/participants/b"] {
        assert_eq!(ids(&begun.clone().when(&about(url, "updated", left.clone()))), ["a"], "{url}");
    }
}

#[test]
fn a_participant_without_members_matches_nobody_with_an_id() {
    let begun = given(&[roster(json!([{ "id": "a" }]))]);
    let reported = begun.when(&roster(json!([{ "isMuted": true }])));
    assert_eq!(reported.call().participants().count(), 2);
}
