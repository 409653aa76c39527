//! What the network does in the walk: every stimulus, with a payload for every way that it can go.

use callfold::Secret;
use callfold::call::{Deadline, Ending, Stimulus, StopReason};
use callfold::graph::{self, CompletionReason, EndCode, MediaState, OperationKind, Participant, Tone};
use serde_json::{Value, json};

use super::moves::{ALICE, Move, What};
use crate::common::read;

pub(crate) fn all() -> Vec<Move> {
    let all = setup().into_iter().chain(people()).chain(media()).chain(recording());
    let mut all: Vec<Move> = all.map(|(how, stimulus)| happen(how, stimulus)).collect();
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

/// The kinds of operation whose end a stimulus tells.
const PENDING: [OperationKind; 8] = [
    OperationKind::AddLargeGalleryView,
    OperationKind::Comms,
    OperationKind::InviteParticipants,
    OperationKind::PlayPrompt,
    OperationKind::Record,
    OperationKind::SendDtmfTones,
    OperationKind::StartHoldMusic,
    OperationKind::StopHoldMusic,
];

fn happen(how: &str, stimulus: Stimulus) -> Move {
    Move::new(format!("{} {how}", stimulus.name()).trim_end(), What::Happen(stimulus))
}

fn failed() -> Ending {
    Ending::Failed(EndCode::CalleeNotReached.result_info())
}

fn endings() -> [(&'static str, Ending); 3] {
    let cancelled = Ending::CompletedBecause(CompletionReason::OperationCanceled);
    [("", Ending::Completed), (", without success", cancelled), (", failed", failed())]
}

pub(crate) fn offer(json: Value) -> Stimulus {
    Stimulus::Offered(read(json))
}

pub(crate) fn roster(participants: Value) -> Stimulus {
    Stimulus::RosterChanged(read::<Vec<Participant>>(participants))
}

fn connected(json: Value) -> Stimulus {
    Stimulus::Connected(Some(read::<Box<graph::Call>>(json)))
}

fn setup() -> Vec<(&'static str, Stimulus)> {
    let app = json!({ "myParticipantId": "app", "mediaState": { "audio": "active" } });
    let meeting = json!({ "myParticipantId": "app", "chatInfo": { "threadId": "19:a" } });
    vec![
        ("", offer(json!({ "source": {} }))),
        ("", Stimulus::Alerted),
        ("", connected(app)),
        ("without a word", Stimulus::Connected(None)),
        ("as a group call", connected(meeting)),
        ("active", Stimulus::AudioChanged(MediaState::Active)),
        ("inactive", Stimulus::AudioChanged(MediaState::Inactive)),
        ("", Stimulus::Held),
        ("", Stimulus::Resumed),
        ("", Stimulus::TransferAccepted),
        ("", Stimulus::TransferFailed),
        ("", Stimulus::TransferCompleted),
        ("", Stimulus::RedirectAnswered(Box::default())),
        ("", Stimulus::HungUp(EndCode::AppEnded)),
        ("", Stimulus::MediaFailed),
    ]
}

fn people() -> Vec<(&'static str, Stimulus)> {
    vec![
        ("alice", roster(json!([{ "id": ALICE }]))),
        ("alice is gone", roster(json!([{ "id": ALICE, "removedState": {} }]))),
        ("", Stimulus::ContentSharingStarted("session".into())),
        ("", Stimulus::ContentSharingUpdated("session".into())),
        ("", Stimulus::ContentSharingEnded("session".into())),
        ("of what is not shared", Stimulus::ContentSharingEnded("nothing".into())),
        ("nothing", Stimulus::OperationFinished("nothing".into(), Ending::Completed)),
    ]
}

fn media() -> Vec<(&'static str, Stimulus)> {
    let cancelled = Ending::CompletedBecause(CompletionReason::MediaOperationCanceled);
    vec![
        ("#", Stimulus::TonePressed(Tone::Pound)),
        ("1", Stimulus::TonePressed(Tone::Tone1)),
        ("", Stimulus::PromptFinished(Ending::Completed)),
        ("without success", Stimulus::PromptFinished(cancelled)),
        ("failed", Stimulus::PromptFinished(failed())),
    ]
}

fn recording() -> Vec<(&'static str, Stimulus)> {
    let placed = Stimulus::RecordingStarted {
        location: Some("https://contoso.com/r".into()),
        access_token: Some(Secret::new("t".into())),
    };
    let unreachable = StopReason::Failed(EndCode::MediaUnreachable.result_info());
    vec![
        ("", placed),
        ("", Stimulus::SpeechStarted),
        ("", Stimulus::SpeechEnded),
        ("initialSilence", Stimulus::RecordingFinished(StopReason::InitialSilence)),
        ("silence", Stimulus::RecordingFinished(StopReason::Silence)),
        ("maxDuration", Stimulus::RecordingFinished(StopReason::MaxDuration)),
        ("stopTone", Stimulus::RecordingFinished(StopReason::StopTone)),
        ("failed", Stimulus::RecordingFinished(unreachable)),
    ]
}
