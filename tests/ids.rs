//! Ids: a GUID keeps the letter case in which it was written, and is the same id in every other one.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

use crate::common::{CALL, call_id, properties, read};
use callfold::call::{AppIdentity, Command, NetworkEvent, RequestContext};
use callfold::graph::{Method, Permission, Route};
use callfold::uuid::Uuid;
use callfold::{CallId, Id, Ledger, Notify};
use serde_json::json;

const UPPER: &str = "8A34A46B-3D17-4ADC-8DCE-DC4E7D572698";
const LOWER: &str = "8a34a46b-3d17-4adc-8dce-dc4e7d572698";
const MIXED: &str = "8a34A46B-3d17-4adc-8dCE-DC4e7d57269F";

fn hash(id: &Id) -> u64 {
    BuildHasherDefault::<DefaultHasher>::new().hash_one(id)
}

#[test]
fn an_id_is_written_in_the_letter_case_in_which_it_was_read() {
    for text in [UPPER, LOWER, MIXED, "+1 555 0100", "Participant-1", "8A34A46B-3D17-4ADC-8DCE"] {
        let id: Id = read(json!(text));
        assert_eq!((id.to_string().as_str(), json!(id)), (text, json!(text)));
        assert_eq!(format!("{id:?}"), format!("Id({text})"));
    }
    assert_eq!(Id::from("8A34A46B3D174ADC8DCEDC4E7D572698").to_string(), UPPER, "dashes are added");
    assert_eq!(Id::from(Uuid::parse_str(UPPER).unwrap()).to_string(), LOWER);
    assert_eq!(
        Id::from(UPPER.parse::<CallId>().unwrap()).to_string(),
        LOWER,
        "the id of a call is normalised"
    );
}

#[test]
fn two_spellings_of_a_guid_are_one_id() {
    let (upper, lower) = (Id::from(UPPER), Id::from(LOWER));
    assert_eq!((&upper, hash(&upper), upper.guid()), (&lower, hash(&lower), lower.guid()));
    assert_eq!(BTreeSet::from([upper.clone(), lower.clone(), Id::from(MIXED)]).len(), 2);
    assert!(upper < Id::from("a text") && Id::from(MIXED) > lower);
    assert_ne!(Id::from("Participant-1"), Id::from("participant-1"), "a text is no GUID");
}

#[test]
fn an_id_is_as_small_as_a_text() {
    assert_eq!(size_of::<Id>(), 24);
}

properties! {
    500 cases;

    #[test]
    fn every_letter_keeps_its_case(guid: u128, upper: u32) {
        let mut places = 0..32;
        let lower = Uuid::from_u128(guid).to_string();
        let spelled: String = lower.chars().map(|one| match one {
            '-' => '-',
            one if upper >> places.next().unwrap() & 1 == 1 => one.to_ascii_uppercase(),
            one => one,
        }).collect();
        let id = Id::from(spelled.as_str());
        assert_eq!((id.to_string(), &id), (spelled, &Id::from(lower.as_str())));
    }
}

/// The service writes an id as the app wrote it, and finds it in every other letter case.
#[test]
fn the_service_repeats_ids_as_the_app_wrote_them() {
    let at = "2026-11-23T09:15:00Z".parse().unwrap();
    let mut ledger = Ledger::new();
    let mut send = |method: Method, item: Option<&str>, number: u128, body: serde_json::Value| {
        let is_new = method == Method::CreateCall;
        let call = (!is_new).then(|| CALL.to_uppercase().parse().unwrap());
        let new_id = if is_new { call_id().guid() } else { Uuid::from_u128(number) };
        let command =
            Command::read(&Route::new(method, call, item.map(Id::from)), body.to_string().as_bytes());
        let request = RequestContext::new(at, new_id, AppIdentity::new(Permission::ALL));
        let decision = ledger.decide(call, command, &request).unwrap();
        decision.events.iter().for_each(|event| _ = ledger.apply(event).unwrap());
        if is_new {
            let connected = ledger.on_network_event(call_id(), NetworkEvent::Connected(None), at).unwrap();
            connected.iter().for_each(|event| _ = ledger.apply(event).unwrap());
            let reported = NetworkEvent::RosterChanged(read(json!([{ "id": UPPER, "isMuted": false }])));
            let reported = ledger.on_network_event(call_id(), reported, at).unwrap();
            reported.iter().for_each(|event| _ = ledger.apply(event).unwrap());
        }
        let last = decision.events.last().unwrap();
        json!(Notify::new().event(ledger.call(call_id()).unwrap(), last)).to_string()
    };
    let target = json!({ "identity": { "user": { "id": MIXED, "tenantId": UPPER } } });
    let body = json!({ "callbackUri": "https://bot.contoso.com/callback", "targets": [target],
        "chatInfo": { "threadId": "19:meeting@thread.v2" },
        "mediaConfig": { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" } });
    send(Method::CreateCall, None, 0, body);
    let muted = send(Method::MuteParticipant, Some(LOWER), 1, json!({}));
    assert!(muted.contains(UPPER) && muted.contains(MIXED), "{muted}");
    assert!(muted.contains(&format!("/communications/calls/{CALL}/")), "{muted}");
}
