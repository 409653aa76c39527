//! How a course comes to an event of each kind in a few moves.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::Union;
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::trial::Side;
use super::course::{Wanted, Wanting, Wish, connected, happen, happens, offer, offered, request, roster};
use super::network_event;
use super::request::insert;
use super::wire::read;
use crate::call::event::EventKind;
use crate::call::network_event::{CallEnd, Ending, NetworkEvent, TransferFailure};
use crate::graph::end_code::EndCode;
use crate::graph::media::MediaState;
use crate::graph::method::Method;
use crate::graph::notification::CommsNotification;
use crate::graph::permission::Permission;
use crate::graph::tone::Tone;
use crate::id::{CallId, Id};

/// A step of a trial before it is known which calls exist when it is made.
#[derive(Clone, Debug)]
pub(super) enum Intent {
    Wish(Wish),
    Report(Box<CommsNotification>),
}

/// The call that another service reports to the bot.
pub(super) const FOREIGN: CallId = CallId::new(Uuid::from_u128(0x2f1f_69a2_8f0c_4f0a_9d6b_0a6c_1f7b_3e55));

/// The kinds that a bot records only if a service posts more than the service of this crate, each with the
/// notifications after which the bot records it: states that today's service does not report, and operations
/// before their end.
fn foreign() -> [(EventKind, Vec<Value>); 6] {
    let established = || state("updated", "established");
    let late = state("updated", "establishing");
    let context = json!({ "clientContext": "context-1" });
    [
        (EventKind::Adopted, [established()].into()),
        (EventKind::StateConfirmed, [state("created", "incoming"), established(), late].into()),
        (EventKind::Alerted, [state("updated", "establishing"), state("updated", "ringing")].into()),
        (EventKind::Redirected, [state("created", "incoming"), state("updated", "redirecting")].into()),
        (
            EventKind::OperationStarted,
            [established(), operation("notStarted", json!({})), operation("running", json!({}))].into(),
        ),
        (
            EventKind::OperationUpdated,
            [established(), operation("running", json!({})), operation("running", context)].into(),
        ),
    ]
}

/// A course that leads to an event of this kind on this side, which records it.
pub(super) fn toward(side: Side, kind: EventKind, other: CallId) -> BoxedStrategy<Vec<Intent>> {
    let reported = foreign().into_iter().find(|(foreign, _)| side == Side::Bot && *foreign == kind);
    if let Some((_, reported)) = reported {
        return reports(reported);
    }
    let request = |method| request(method, other);
    let up = || Vec::from([request(Method::CreateCall), connected(), roster()]);
    let up_and = |wanted: &[Wanting]| course(up().into_iter().chain(wanted.iter().cloned()));
    let offered_and = |wanted: &[Wanting]| course([offered()].into_iter().chain(wanted.iter().cloned()));
    let played = |ending| [request(Method::PlayPrompt), happen(NetworkEvent::PromptFinished(ending))];
    match kind {
        EventKind::Offered => offered_and(&[]),
        EventKind::Placed => course([request(Method::CreateCall)]),
        // A service records none of these.
        EventKind::Adopted | EventKind::StateConfirmed => course([]),
        EventKind::DetailsChanged => up_and(&[happen(NetworkEvent::AudioChanged(MediaState::Inactive))]),
        EventKind::ToneReceived => {
            up_and(&[request(Method::SubscribeToTone), happen(NetworkEvent::TonePressed(Tone::Pound))])
        }
        EventKind::RosterUpdated => up_and(&[]),
        EventKind::ContentSharingStarted
        | EventKind::ContentSharingUpdated
        | EventKind::ContentSharingEnded => {
            let session = || Id::from("session-1");
            up_and(&[
                happen(NetworkEvent::ContentSharingStarted(session())),
                happen(NetworkEvent::ContentSharingUpdated(session())),
                happen(NetworkEvent::ContentSharingEnded(session())),
            ])
        }
        EventKind::OperationCreated | EventKind::NotificationHeard => {
            up_and(&[request(Method::SubscribeToTone)])
        }
        EventKind::OperationUpdated => {
            course([placed_in_a_group(other), connected(), two_invited(), not_invited()])
        }
        EventKind::OperationStarted => {
            up_and(&[&[request(Method::PlayPrompt)][..], &played(Ending::completed())].concat())
        }
        EventKind::OperationQueued | EventKind::OperationCompleted => up_and(&played(Ending::completed())),
        EventKind::OperationFailed => {
            up_and(&[request(Method::PlayPrompt), request(Method::CancelMediaProcessing)])
        }
        EventKind::Answered | EventKind::AnswerRequested => offered_and(&[request(Method::Answer)]),
        EventKind::Alerted => course([request(Method::CreateCall), happen(NetworkEvent::Alerted)]),
        EventKind::Established => offered_and(&[request(Method::Answer), connected()]),
        EventKind::RejectRequested => offered_and(&[request(Method::Reject)]),
        EventKind::Redirected | EventKind::RedirectRequested => {
            offered_and(&[request(Method::Redirect), happen(NetworkEvent::RedirectAnswered(Box::default()))])
        }
        EventKind::Held | EventKind::Resumed => {
            up_and(&[happen(NetworkEvent::Held), happen(NetworkEvent::Resumed)])
        }
        EventKind::TransferRequested
        | EventKind::TransferStarted
        | EventKind::TransferAccepted
        | EventKind::TransferFailed => up_and(&[
            request(Method::Transfer),
            happen(NetworkEvent::TransferAccepted),
            happen(NetworkEvent::TransferFailed(TransferFailure::default())),
        ]),
        EventKind::TerminationStarted => up_and(&[request(Method::DeleteCall)]),
        EventKind::Terminated => up_and(&[happen(NetworkEvent::hung_up(EndCode::PeerEnded))]),
        EventKind::KeptAlive | EventKind::RequestAnswered => up_and(&[request(Method::KeepAlive)]),
        EventKind::RecordingStatusUpdated => course([
            offer_for_recording(),
            request(Method::Answer),
            connected(),
            request(Method::UpdateRecordingStatus),
        ]),
        EventKind::JoinAnnounced | EventKind::JoinAnswered | EventKind::RecordedParticipantLeft => {
            let joining = network_event::joining().into_iter().map(happens);
            course([offer_for_recording(), answered_for_five(), connected()].into_iter().chain(joining))
        }
        EventKind::HoldMusicStarted | EventKind::HoldMusicStopped => {
            up_and(&[request(Method::StartHoldMusic), request(Method::StopHoldMusic)])
        }
        EventKind::AudioRoutingGroupCreated => up_and(&[request(Method::CreateAudioRoutingGroup)]),
        EventKind::DeviceQualityReported => intents([
            (true, request(Method::CreateCall)),
            (false, request(Method::LogTeleconferenceDeviceQuality)),
        ]),
        EventKind::RecordingStarted | EventKind::SpeechStarted | EventKind::SpeechEnded => up_and(&[
            request(Method::RecordResponse),
            happen(NetworkEvent::PromptFinished(Ending::completed())),
            happen(NetworkEvent::SpeechStarted),
            happen(NetworkEvent::SpeechEnded),
        ]),
    }
}

/// Notifications of another service, for half of the trials of a bot.
pub(super) fn reported(side: Side) -> BoxedStrategy<Vec<Intent>> {
    let reported = Union::new(foreign().map(|(_, reported)| reports(reported)));
    match side {
        Side::Service => Just(Vec::new()).boxed(),
        Side::Bot => prop_oneof![Just(Vec::new()), reported].boxed(),
    }
}

/// A course in which one call replaces another, so that one batch has events of both.
pub(super) fn replacing(other: CallId) -> BoxedStrategy<Vec<Intent>> {
    let placed = || request(Method::CreateCall, other);
    let replaces = |method| requested(method, other, "replacesCallId");
    let transferred = [
        replaces(Method::Transfer),
        happen(NetworkEvent::TransferAccepted),
        happen(NetworkEvent::TransferCompleted(CallEnd::default())),
    ];
    let invited = [replaces(Method::Invite), Just(Wanted::Finish(Ending::completed())).boxed()];
    let both = [(true, placed()), (true, connected()), (false, placed()), (false, connected())];
    let then = |wanted: &[Wanting]| {
        intents(both.iter().cloned().chain(wanted.iter().map(|wanted| (false, wanted.clone()))))
    };
    prop_oneof![then(&transferred), then(&invited)].boxed()
}

/// A course of one call.
fn course(wanted: impl IntoIterator<Item = Wanting>) -> BoxedStrategy<Vec<Intent>> {
    intents(wanted.into_iter().map(|wanted| (false, wanted)))
}

/// A course of two calls. A wish of the other call comes with true.
fn intents(wanted: impl IntoIterator<Item = (bool, Wanting)>) -> BoxedStrategy<Vec<Intent>> {
    let intent = |(is_other, wanted): (bool, Wanting)| {
        (0..3000_i64, wanted)
            .prop_map(move |(millis, wanted)| Intent::Wish(Wish { is_other, millis, wanted }))
            .boxed()
    };
    wanted.into_iter().map(intent).collect::<Vec<_>>().boxed()
}

fn offer_for_recording() -> Wanting {
    let offered = json!({
        "source": { "identity": { "user": { "id": "user-1" } } },
        "incomingContext": { "observedParticipantId": "participant-2" },
    });
    read(Just(offered)).prop_map(offer).boxed()
}

fn placed_in_a_group(other: CallId) -> Wanting {
    requested(Method::CreateCall, other, "chatInfo")
}

/// A request whose body has this member.
fn requested(method: Method, other: CallId, member: &'static str) -> Wanting {
    let has_it = move |wanted: &Wanted| matches!(wanted, Wanted::Request(.., body, _) if body.to_string().contains(member));
    request(method, other).prop_filter("a request with this member", has_it).boxed()
}

/// The app answers, and can record five participants.
fn answered_for_five() -> Wanting {
    let answer = json!({
        "callbackUri": "https://bot.contoso.com/callback",
        "mediaConfig": { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" },
        "participantCapacity": 5,
    });
    request_for(Method::Answer, None, answer)
}

/// The app invites two people.
fn two_invited() -> Wanting {
    let invited = |user| json!({ "identity": { "user": { "id": user } } });
    request_for(Method::Invite, None, json!({ "participants": [invited("user-3"), invited("user-4")] }))
}

/// The app takes back the invitation of one of them.
fn not_invited() -> Wanting {
    request_for(Method::DeleteParticipant, Some(Id::from("user-3")), json!({}))
}

fn request_for(method: Method, item: Option<Id>, body: Value) -> Wanting {
    let request = move |index| Wanted::Request(method, item.clone(), index, body.clone(), Permission::ALL);
    any::<Index>().prop_map(request).boxed()
}

/// Notifications that another service posts.
fn reports(reported: Vec<Value>) -> BoxedStrategy<Vec<Intent>> {
    let read: Vec<_> = reported.into_iter().map(|one| read(Just(one)).prop_map(Intent::Report)).collect();
    read.boxed()
}

fn state(change: &str, state: &str) -> Value {
    report(change, "", json!({ "state": state }))
}

fn operation(status: &str, mut more: Value) -> Value {
    let known = json!({ "@odata.type": "#microsoft.graph.playPromptOperation", "id": "operation-1" });
    insert(&mut more, [("status", json!(status))]);
    insert(&mut more, known.as_object().cloned().unwrap_or_default());
    report("updated", "/operations/operation-1", more)
}

fn report(change: &str, path: &str, data: Value) -> Value {
    let url = format!("/communications/calls/{FOREIGN}{path}");
    json!({ "changeType": change, "resourceUrl": url, "resourceData": data })
}
