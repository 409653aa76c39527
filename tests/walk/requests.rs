//! The requests of the walk: every method, with a body for each of its different effects.

use callfold::call::Command;
use callfold::graph::{Method, Route};
use serde_json::{Value, json};

use crate::common::{audio, somebody};

use super::moves::{ALICE, CALL, Move, OTHER, What};

pub(crate) fn all() -> Vec<Move> {
    let plain = Method::ALL.iter().filter(|method| !has_bodies(**method));
    let mut all: Vec<Move> = plain.map(|method| request(*method, "", None, json!({}))).collect();
    all.extend(setup().into_iter().chain(media()).chain(people()).chain(others()));
    all.push(Move::new("request getOperation", What::RequestOperation));
    all.push(Move::new(
        "request keepAlive without a permission",
        What::RequestWithoutPermission(Command::KeepAlive),
    ));
    all
}

/// Whether a method needs a body other than `{}`, or names an item.
fn has_bodies(method: Method) -> bool {
    let named = method.path().matches("{id}").count() > 1;
    let plain = [
        Method::DeleteCall,
        Method::GetCall,
        Method::ListParticipants,
        Method::CancelMediaProcessing,
        Method::KeepAlive,
        Method::Mute,
        Method::SubscribeToTone,
        Method::Unmute,
        Method::AddLargeGalleryView,
        Method::MuteAll,
        Method::ListAudioRoutingGroups,
        Method::ListContentSharingSessions,
    ];
    named || !plain.contains(&method)
}

pub(crate) fn command(method: Method, item: Option<&str>, mut body: Value) -> Command {
    if ![Method::CreateCall, Method::Answer].contains(&method) {
        body["clientContext"] = "c".into();
    }
    let call = (method != Method::CreateCall).then_some(CALL);
    let route = Route::new(method, call, item.map(Into::into));
    Command::read(&route, body.to_string().as_bytes())
}

fn request(method: Method, how: &str, item: Option<&str>, body: Value) -> Move {
    let name = format!("request {method} {how}");
    Move::new(name.trim_end(), What::Request(command(method, item, body)))
}

pub(crate) fn hosted(by: &str) -> Value {
    json!({ "@odata.type": format!("#microsoft.graph.{by}HostedMediaConfig"), "blob": if by == "app" { "b" } else { "" } })
}

fn instead_of_the_other() -> Value {
    json!({ "identity": { "user": { "id": "somebody" } }, "replacesCallId": OTHER.to_string() })
}

fn setup() -> Vec<Move> {
    let answer =
        |by: &str| json!({ "callbackUri": "https://bot.contoso.com/callback", "mediaConfig": hosted(by) });
    let create = json!({ "callbackUri": "https://bot.contoso.com/callback", "mediaConfig": hosted("service"),
        "targets": [somebody()] });
    let (blind, consultative) = (somebody(), instead_of_the_other());
    vec![
        request(Method::CreateCall, "", None, create),
        request(Method::Answer, "with the service's media", None, answer("service")),
        request(Method::Answer, "with the app's media", None, answer("app")),
        request(Method::Answer, "for two participants", None, {
            let mut two = answer("app");
            two["participantCapacity"] = 2.into();
            two
        }),
        request(Method::Reject, "", None, json!({ "reason": "busy" })),
        request(Method::Redirect, "to one", None, json!({ "targets": [somebody()], "timeout": 20 })),
        request(Method::Redirect, "to several", None, json!({ "targets": [somebody(), somebody()] })),
        request(Method::Transfer, "", None, json!({ "transferTarget": blind })),
        request(Method::Transfer, "consultative", None, json!({ "transferTarget": consultative })),
        request(
            Method::Transfer,
            "of somebody",
            None,
            json!({ "transferTarget": blind, "transferee": somebody() }),
        ),
        request(
            Method::Transfer,
            "of somebody, consultative",
            None,
            json!({ "transferTarget": consultative, "transferee": somebody() }),
        ),
    ]
}

fn media() -> Vec<Move> {
    let record = |prompts: usize, barges_in: bool| {
        json!({ "prompts": vec![audio(); prompts], "bargeInAllowed": barges_in, "stopTones": ["#"],
            "initialSilenceTimeoutInSeconds": 4, "maxSilenceTimeoutInSeconds": 3, "maxRecordDurationInSeconds": 9 })
    };
    vec![
        request(Method::PlayPrompt, "", None, json!({ "prompts": [audio()] })),
        request(Method::RecordResponse, "", None, record(0, false)),
        request(Method::RecordResponse, "after a prompt", None, record(1, false)),
        request(Method::RecordResponse, "that barges in", None, record(0, true)),
        request(Method::RecordResponse, "that barges in, after a prompt", None, record(1, true)),
        request(Method::SendDtmfTones, "", None, json!({ "tones": ["tone1"] })),
        request(Method::UpdateRecordingStatus, "", None, json!({ "status": "recording" })),
    ]
}

fn people() -> Vec<Move> {
    let guest = json!({ "identity": { "user": { "id": "guest" } } });
    vec![
        request(Method::Invite, "", None, json!({ "participants": [guest] })),
        request(Method::Invite, "several", None, json!({ "participants": [guest, somebody()] })),
        request(
            Method::Invite,
            "in place of the other call",
            None,
            json!({ "participants": [instead_of_the_other()] }),
        ),
        request(Method::GetParticipant, "", Some(ALICE), json!({})),
        request(Method::GetParticipant, "nobody", Some("nobody"), json!({})),
        request(Method::MuteParticipant, "", Some(ALICE), json!({})),
        request(Method::DeleteParticipant, "", Some(ALICE), json!({})),
        request(Method::DeleteParticipant, "an invited one", Some("guest"), json!({})),
        request(Method::StartHoldMusic, "", Some(ALICE), json!({})),
        request(Method::StopHoldMusic, "", Some(ALICE), json!({})),
    ]
}

fn others() -> Vec<Move> {
    let quality = json!({ "callChainId": "d8217646-3110-40b1-bae6-e9ac6c3a9f74", "mediaQualityList": [{}] });
    vec![
        request(Method::GetOperation, "nothing", Some("nothing"), json!({})),
        request(Method::ChangeScreenSharingRole, "", None, json!({ "role": "sharer" })),
        request(Method::ConfigureMixer, "", None, json!({ "participantMixerLevels": [{}] })),
        request(Method::UpdateMetadata, "", None, json!({ "metadata": "m" })),
        request(
            Method::CreateAudioRoutingGroup,
            "",
            None,
            json!({ "id": "g", "routingMode": "oneToOne", "sources": ["a"], "receivers": ["b"] }),
        ),
        request(Method::LogTeleconferenceDeviceQuality, "", None, json!({ "quality": quality })),
    ]
}
