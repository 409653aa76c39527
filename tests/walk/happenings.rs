//! The network events of the walk: every kind, with a payload for each of its different effects.

use callfold::Secret;
use callfold::call::{CallEnd, Deadline, Ending, NetworkEvent, StopReason, TransferFailure};
use callfold::graph::{self, CompletionReason, EndCode, MediaState, OperationKind, Participant, Tone};
use serde_json::{Value, json};

use super::moves::{ALICE, BOB, Move, What};
use crate::common::read;

pub(crate) fn all() -> Vec<Move> {
    let all = setup().into_iter().chain(people()).chain(media()).chain(recording());
    let mut all: Vec<Move> = all.map(|(how, network_event)| happen(how, network_event)).collect();
    all.extend(endings().into_iter().flat_map(|(how, ending)| {
        let finish = move |kind: &OperationKind| {
            let name = format!("operationFinished {}{how}", kind.as_str());
            Move::new(name, What::Finish(*kind, ending.clone()))
        };
        PENDING.iter().map(finish).collect::<Vec<_>>()
    }));
    all.extend(Deadline::ALL.iter().map(|one| Move::new(format!("due {one}"), What::Wait(*one))));
    all
}

/// The kinds of operation that a network event can end: all except [`SETTLED`].
pub(crate) const PENDING: [OperationKind; 7] = [
    OperationKind::AddLargeGalleryView,
    OperationKind::Comms,
    OperationKind::InviteParticipants,
    OperationKind::PlayPrompt,
    OperationKind::Record,
    OperationKind::SendDtmfTones,
    OperationKind::StartHoldMusic,
];

/// The kinds of operation that the reply to their request reports as completed. No network event ends them.
pub(crate) const SETTLED: [OperationKind; 6] = [
    OperationKind::CancelMediaProcessing,
    OperationKind::MuteParticipant,
    OperationKind::StopHoldMusic,
    OperationKind::SubscribeToTone,
    OperationKind::UnmuteParticipant,
    OperationKind::UpdateRecordingStatus,
];

fn happen(how: &str, network_event: NetworkEvent) -> Move {
    Move::new(
        format!("{} {how}", network_event.kind().as_str()).trim_end(),
        What::NetworkEvent(network_event),
    )
}

fn failed() -> Ending {
    Ending::with_result(EndCode::CalleeNotReached.result_info())
}

fn endings() -> [(&'static str, Ending); 3] {
    let cancelled = Ending::completed_because(CompletionReason::OperationCanceled);
    [("", Ending::completed()), (", without success", cancelled), (", failed", failed())]
}

pub(crate) fn offer(json: Value) -> NetworkEvent {
    NetworkEvent::Offered(read(json))
}

pub(crate) fn roster(participants: Value) -> NetworkEvent {
    NetworkEvent::RosterChanged(read::<Vec<Participant>>(participants))
}

fn joining_answered(type_name: &str) -> NetworkEvent {
    let response = read(json!({ "@odata.type": format!("#microsoft.graph.{type_name}") }));
    NetworkEvent::ParticipantJoiningAnswered { participant_id: BOB.into(), response }
}

fn connected(json: Value) -> NetworkEvent {
    NetworkEvent::Connected(Some(read::<Box<graph::Call>>(json)))
}

fn setup() -> Vec<(&'static str, NetworkEvent)> {
    let app = json!({ "myParticipantId": "app", "mediaState": { "audio": "active" } });
    let meeting = json!({ "myParticipantId": "app", "chatInfo": { "threadId": "19:a" } });
    vec![
        ("", offer(json!({ "source": {} }))),
        ("", NetworkEvent::Alerted),
        ("", connected(app)),
        ("without a word", NetworkEvent::Connected(None)),
        ("as a group call", connected(meeting)),
        ("active", NetworkEvent::AudioChanged(MediaState::Active)),
        ("inactive", NetworkEvent::AudioChanged(MediaState::Inactive)),
        ("", NetworkEvent::Held),
        ("", NetworkEvent::Resumed),
        ("", NetworkEvent::TransferAccepted),
        ("", NetworkEvent::TransferFailed(TransferFailure::default())),
        ("", NetworkEvent::TransferCompleted(CallEnd::default())),
        ("", NetworkEvent::RedirectAnswered(Box::default())),
        ("", NetworkEvent::hung_up(EndCode::AppEnded)),
        ("", NetworkEvent::MediaFailed(None)),
    ]
}

fn people() -> Vec<(&'static str, NetworkEvent)> {
    vec![
        ("alice", roster(json!([{ "id": ALICE }]))),
        ("alice is gone", roster(json!([{ "id": ALICE, "removedState": {} }]))),
        ("", NetworkEvent::ParticipantJoining(read(json!({ "id": BOB })))),
        ("accepted", joining_answered("acceptJoinResponse")),
        ("rejected", joining_answered("rejectJoinResponse")),
        ("by a new bot", joining_answered("inviteNewBotResponse")),
        ("not understood", joining_answered("weatherResponse")),
        ("", NetworkEvent::ParticipantLeft(BOB.into())),
        ("", NetworkEvent::ContentSharingStarted("session".into())),
        ("", NetworkEvent::ContentSharingUpdated("session".into())),
        ("", NetworkEvent::ContentSharingEnded("session".into())),
        ("of what is not shared", NetworkEvent::ContentSharingEnded("nothing".into())),
        ("nothing", NetworkEvent::operation_finished("nothing".into(), Ending::completed())),
    ]
}

fn media() -> Vec<(&'static str, NetworkEvent)> {
    let cancelled = Ending::completed_because(CompletionReason::MediaOperationCanceled);
    vec![
        ("#", NetworkEvent::TonePressed(Tone::Pound)),
        ("1", NetworkEvent::TonePressed(Tone::Tone1)),
        ("", NetworkEvent::PromptFinished(Ending::completed())),
        ("without success", NetworkEvent::PromptFinished(cancelled)),
        ("failed", NetworkEvent::PromptFinished(failed())),
    ]
}

fn recording() -> Vec<(&'static str, NetworkEvent)> {
    let placed = NetworkEvent::RecordingStarted {
        location: Some("https://contoso.com/r".into()),
        access_token: Some(Secret::new("t".into())),
    };
    let unreachable = StopReason::with_result(EndCode::MediaUnreachable.result_info());
    vec![
        ("", placed),
        ("", NetworkEvent::SpeechStarted),
        ("", NetworkEvent::SpeechEnded),
        ("initialSilence", NetworkEvent::RecordingFinished(StopReason::InitialSilence)),
        ("silence", NetworkEvent::RecordingFinished(StopReason::Silence)),
        ("maxDuration", NetworkEvent::RecordingFinished(StopReason::MaxDuration)),
        ("stopTone", NetworkEvent::RecordingFinished(StopReason::StopTone)),
        ("failed", NetworkEvent::RecordingFinished(unreachable)),
    ]
}
