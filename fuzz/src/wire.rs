//! The types of the JSON resources.

use std::fmt::Debug;

use callfold::graph::{self, action};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// One check for each type. The first byte of the input selects the type.
const TYPES: &[fn(&[u8])] = &[
    round_trips::<graph::CommsNotifications>,
    round_trips::<graph::CommsNotification>,
    round_trips::<graph::Call>,
    round_trips::<graph::CommsOperation>,
    round_trips::<graph::Participant>,
    round_trips::<graph::DeltaParticipants>,
    round_trips::<graph::TeleconferenceDeviceQuality>,
    round_trips::<graph::ParticipantJoiningNotification>,
    round_trips::<graph::ParticipantJoiningResponse>,
    round_trips::<graph::ParticipantLeftNotification>,
    round_trips::<graph::AudioRoutingGroup>,
    round_trips::<graph::ContentSharingSession>,
    round_trips::<action::Answer>,
    round_trips::<action::ChangeScreenSharingRole>,
    round_trips::<action::ConfigureMixer>,
    round_trips::<action::Invite>,
    round_trips::<action::LogTeleconferenceDeviceQuality>,
    round_trips::<action::MuteAll>,
    round_trips::<action::PlayPrompt>,
    round_trips::<action::RecordResponse>,
    round_trips::<action::Redirect>,
    round_trips::<action::Reject>,
    round_trips::<action::SendDtmfTones>,
    round_trips::<action::StartHoldMusic>,
    round_trips::<action::Transfer>,
    round_trips::<action::UpdateMetadata>,
    round_trips::<action::UpdateRecordingStatus>,
    round_trips::<action::ClientContext>,
];

/// The input is the number of a type and JSON. A value that is read can be written and read again as the same
/// value, and no member is lost.
pub fn wire(input: &[u8]) {
    let Some((first, json)) = input.split_first() else { return };
    let check = TYPES[usize::from(first.wrapping_sub(b'A')) % TYPES.len()];
    check(json);
}

fn round_trips<T>(json: &[u8])
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
{
    let Ok(read) = serde_json::from_slice::<T>(json) else { return };
    let text = serde_json::to_string(&read).expect("what was read is written");
    let again: T = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(again, read, "{text}");
    assert_eq!(serde_json::to_string(&again).expect("it is written"), text);
    let value = serde_json::to_value(&read).expect("it is written as a value");
    let Ok(original) = serde_json::from_slice::<Value>(json) else { return };
    assert!(is_kept(&original, &value), "{original} became {value}");
}

/// Checks that no member and no item is lost. Spellings may differ, and a single item may stand for a
/// collection of one item.
fn is_kept(original: &Value, written: &Value) -> bool {
    match (original, written) {
        (Value::Object(members), Value::Object(others)) => members.iter().all(|(name, value)| {
            let is_it = |other: &&String| other.eq_ignore_ascii_case(name);
            // If a member occurs twice, the last one counts.
            members.keys().filter(is_it).count() > 1
                || others.iter().any(|(other, written)| is_it(&other) && is_kept(value, written))
        }),
        (Value::Array(items), Value::Array(others)) => {
            // A collection that occurs twice, once with another type, has the value of the other type as its last item.
            items.len() <= others.len() && items.iter().zip(others).all(|(item, other)| is_kept(item, other))
        }
        (Value::Array(items), one) | (one, Value::Array(items)) if items.len() == 1 => {
            is_kept(&items[0], one)
        }
        (original, written) => {
            original.is_null() == written.is_null() && original.is_object() == written.is_object()
        }
    }
}
