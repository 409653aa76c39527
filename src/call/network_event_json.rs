//! Network events as JSON: `{"type": "hungUp", "code": 200, "subcode": 4521}`. They are read strictly, because people
//! write them by hand: an unknown type or member, and a value of another type, is an error that says what is right.

use alloc::borrow::ToOwned as _;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt::{self, Display};

use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::{Error as _, SerializeMap as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::network_event::{
    CallEnd, EndStatus, Ending, NetworkEvent, NetworkEventKind, StopReason, TransferFailure,
};
use crate::graph;
use crate::graph::media::MediaState;
use crate::graph::member::Member;
use crate::graph::operation::CompletionReason;
use crate::graph::resource_data::{DEPTH, depth};
use crate::graph::result::ResultInfo;
use crate::graph::tone::Tone;
use crate::graph::wire::read::{Read, Wire, shape, strict};
use crate::id::Id;
use crate::secret::Secret;
use crate::text::{short, without_place};

/// The members of a network event besides its type.
const fn members(kind: NetworkEventKind) -> &'static [&'static str] {
    match kind {
        NetworkEventKind::Offered => &["call"],
        NetworkEventKind::Connected => &["myParticipantId", "call"],
        NetworkEventKind::AudioChanged => &["audio"],
        NetworkEventKind::TransferFailed => &["resultInfo", "replacesContext"],
        NetworkEventKind::TransferCompleted => &["resultInfo", "terminationReason"],
        NetworkEventKind::RedirectAnswered => &["answeredBy"],
        NetworkEventKind::HungUp => &["code", "subcode", "message", "resultInfo", "terminationReason"],
        NetworkEventKind::MediaFailed => &["resultInfo"],
        NetworkEventKind::RosterChanged => &["participants"],
        NetworkEventKind::ParticipantJoining => &["participant"],
        NetworkEventKind::ParticipantJoiningAnswered => &["participantId", "response"],
        NetworkEventKind::ParticipantLeft => &["participantId"],
        NetworkEventKind::TonePressed => &["tone"],
        NetworkEventKind::PromptFinished => &["resultInfo", "completionReason"],
        NetworkEventKind::RecordingStarted => &["recordingLocation", "recordingAccessToken"],
        NetworkEventKind::RecordingFinished => &["because", "resultInfo"],
        NetworkEventKind::OperationFinished => &["operation", "status", "resultInfo", "completionReason"],
        NetworkEventKind::ContentSharingStarted
        | NetworkEventKind::ContentSharingUpdated
        | NetworkEventKind::ContentSharingEnded => &["id"],
        NetworkEventKind::Alerted
        | NetworkEventKind::Held
        | NetworkEventKind::Resumed
        | NetworkEventKind::TransferAccepted
        | NetworkEventKind::SpeechStarted
        | NetworkEventKind::SpeechEnded => &[],
    }
}

/// The names of [`StopReason`], but for a result.
const STOPS: [(&str, StopReason); 4] = [
    ("initialSilence", StopReason::InitialSilence),
    ("silence", StopReason::Silence),
    ("maxDuration", StopReason::MaxDuration),
    ("stopTone", StopReason::StopTone),
];

/// `{"type": NAME, …}`. What is written is read back as the same network event.
impl Serialize for NetworkEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let members = self.to_members().map_err(S::Error::custom)?;
        let mut map = serializer.serialize_map(Some(members.len() + 1))?;
        map.serialize_entry("type", self.kind().as_str())?;
        for (name, value) in &members {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// Strict: an unknown type, an unknown member and a value of another type are errors.
/// A notification or a snapshot nests the value deeper, and must still be read.
const NESTED: usize = DEPTH as usize - 10;

impl<'de> Deserialize<'de> for NetworkEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut object = deserializer.deserialize_map(Object)?;
        let kind = kind(object.remove("type")).map_err(D::Error::custom)?;
        if let Some((name, _)) = object.iter().find(|(_, value)| depth(value.to_string().as_bytes()) > NESTED)
        {
            let name = short(name);
            return Err(D::Error::custom(format_args!("`{name}` must be nested at most {NESTED} deep")));
        }
        Given::new(kind, object).and_then(Given::into_network_event).map_err(D::Error::custom)
    }
}

impl NetworkEvent {
    /// The members that are present, in the order of the documentation.
    fn to_members(&self) -> Result<Vec<(&'static str, Value)>, serde_json::Error> {
        let mut members = Vec::new();
        let mut put = |name: &'static str, value: Value| members.push((name, value));
        match self {
            Self::Offered(call) => put("call", serde_json::to_value(call)?),
            Self::Connected(Some(call)) => match only_participant(call) {
                Some(id) => put("myParticipantId", serde_json::to_value(id)?),
                None => put("call", serde_json::to_value(call)?),
            },
            Self::AudioChanged(audio) => put("audio", audio.as_str().into()),
            Self::TransferFailed(failure) => {
                put_result(&mut members, failure.result_info.as_deref())?;
                members
                    .extend(failure.replaces_context.as_deref().map(|text| ("replacesContext", text.into())));
            }
            Self::TransferCompleted(end) | Self::HungUp(end) => {
                put_result(&mut members, end.result_info.as_deref())?;
                let reason = end.termination_reason.as_deref();
                members.extend(reason.map(|reason| ("terminationReason", reason.into())));
            }
            Self::RedirectAnswered(answered_by) => put("answeredBy", serde_json::to_value(answered_by)?),
            Self::MediaFailed(result) => put_result(&mut members, result.as_deref())?,
            Self::RosterChanged(participants) => put("participants", serde_json::to_value(participants)?),
            Self::ParticipantJoining(participant) => put("participant", serde_json::to_value(participant)?),
            Self::ParticipantJoiningAnswered { participant_id, response } => {
                put("participantId", serde_json::to_value(participant_id)?);
                put("response", serde_json::to_value(response)?);
            }
            Self::ParticipantLeft(id) => put("participantId", serde_json::to_value(id)?),
            Self::TonePressed(tone) => put("tone", tone.as_str().into()),
            Self::PromptFinished(ending) => put_ending(&mut members, ending)?,
            Self::RecordingStarted { location, access_token } => {
                members.extend(location.as_deref().map(|location| ("recordingLocation", location.into())));
                let token = access_token.as_ref().map(|token| token.expose().as_str());
                members.extend(token.map(|token| ("recordingAccessToken", token.into())));
            }
            Self::RecordingFinished(StopReason::Result(result)) => put_result(&mut members, Some(result))?,
            Self::RecordingFinished(reason) => {
                let name = STOPS.iter().find(|(_, known)| known == reason).map(|(name, _)| *name);
                members.extend(name.map(|name| ("because", name.into())));
            }
            Self::OperationFinished { operation, status, ending } => {
                put("operation", serde_json::to_value(operation)?);
                put("status", status.as_str().into());
                put_ending(&mut members, ending)?;
            }
            Self::ContentSharingStarted(id)
            | Self::ContentSharingUpdated(id)
            | Self::ContentSharingEnded(id) => put("id", serde_json::to_value(id)?),
            Self::Connected(None)
            | Self::Alerted
            | Self::Held
            | Self::Resumed
            | Self::TransferAccepted
            | Self::SpeechStarted
            | Self::SpeechEnded => {}
        }
        Ok(members)
    }
}

/// The id of the app's participant, if the members of a call have nothing else.
fn only_participant(call: &graph::call::Call) -> Option<&Id> {
    let id = call.my_participant_id.value()?;
    let rest = graph::call::Call { my_participant_id: Member::Absent, ..call.clone() };
    (rest == graph::call::Call::default()).then_some(id)
}

type Written = Vec<(&'static str, Value)>;

fn put_result(members: &mut Written, result: Option<&ResultInfo>) -> Result<(), serde_json::Error> {
    if let Some(result) = result {
        members.push(("resultInfo", serde_json::to_value(result)?));
    }
    Ok(())
}

fn put_ending(members: &mut Written, ending: &Ending) -> Result<(), serde_json::Error> {
    put_result(members, ending.result_info.as_deref())?;
    let reason = ending.completion_reason.as_ref();
    members.extend(reason.map(|reason| ("completionReason", reason.as_str().into())));
    Ok(())
}

/// Reads an object, and refuses a member that is there twice.
struct Object;

impl<'de> Visitor<'de> for Object {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the `type` of a network event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom(format_args!("the member `{}` is there twice", short(name))));
            }
            object.insert(name, value);
        }
        Ok(object)
    }
}

fn kind(given: Option<Value>) -> Result<NetworkEventKind, String> {
    let came = match &given {
        None => "no `type`".to_owned(),
        Some(Value::String(name)) => match NetworkEventKind::ALL.iter().find(|kind| kind.as_str() == name) {
            Some(kind) => return Ok(*kind),
            None => format!("the type `{}`", short(name)),
        },
        Some(other) => format!("a `type` that is {}", shape(other)),
    };
    let known = NetworkEventKind::ALL.iter().map(|kind| kind.as_str());
    Err(format!("there is no network event with {came}; the types are {}", listed(known)))
}

/// The members that were given with a type.
struct Given {
    kind: NetworkEventKind,
    object: Map<String, Value>,
}

impl Given {
    fn new(kind: NetworkEventKind, object: Map<String, Value>) -> Result<Self, String> {
        let known = members(kind);
        match object.keys().find(|name| !known.contains(&name.as_str())) {
            Some(unknown) if known.is_empty() => {
                Err(format!("`{kind}` has no member `{}`; it has none besides `type`", short(unknown)))
            }
            Some(unknown) => {
                let known = listed(known.iter().copied());
                Err(format!("`{kind}` has no member `{}`; it can have {known}", short(unknown)))
            }
            None => Ok(Self { kind, object }),
        }
    }

    fn into_network_event(mut self) -> Result<NetworkEvent, String> {
        Ok(match self.kind {
            NetworkEventKind::Offered => NetworkEvent::Offered(self.required("call", Self::resource)?),
            NetworkEventKind::Alerted => NetworkEvent::Alerted,
            NetworkEventKind::Connected => NetworkEvent::Connected(self.connected()?),
            NetworkEventKind::AudioChanged => {
                NetworkEvent::AudioChanged(self.required("audio", |given, name| {
                    given.one_of(name, MediaState::KNOWN.iter().map(|one| (one.as_str(), one.clone())))
                })?)
            }
            NetworkEventKind::Held => NetworkEvent::Held,
            NetworkEventKind::Resumed => NetworkEvent::Resumed,
            NetworkEventKind::TransferAccepted => NetworkEvent::TransferAccepted,
            NetworkEventKind::TransferFailed => NetworkEvent::TransferFailed(TransferFailure {
                result_info: self.result()?,
                replaces_context: self.text("replacesContext")?,
            }),
            NetworkEventKind::TransferCompleted => NetworkEvent::TransferCompleted(self.call_end()?),
            NetworkEventKind::RedirectAnswered => {
                NetworkEvent::RedirectAnswered(self.required("answeredBy", Self::resource)?)
            }
            NetworkEventKind::HungUp => NetworkEvent::HungUp(self.hung_up()?),
            NetworkEventKind::MediaFailed => NetworkEvent::MediaFailed(self.result()?),
            NetworkEventKind::RosterChanged => {
                NetworkEvent::RosterChanged(self.required("participants", Self::resource)?)
            }
            NetworkEventKind::ParticipantJoining => {
                NetworkEvent::ParticipantJoining(self.required("participant", Self::resource)?)
            }
            NetworkEventKind::ParticipantJoiningAnswered => NetworkEvent::ParticipantJoiningAnswered {
                participant_id: self.required("participantId", Self::id)?,
                response: self.required("response", Self::resource)?,
            },
            NetworkEventKind::ParticipantLeft => {
                NetworkEvent::ParticipantLeft(self.required("participantId", Self::id)?)
            }
            NetworkEventKind::TonePressed => {
                NetworkEvent::TonePressed(self.required("tone", |given, name| {
                    given.one_of(name, Tone::KNOWN.iter().map(|one| (one.as_str(), one.clone())))
                })?)
            }
            NetworkEventKind::PromptFinished => NetworkEvent::PromptFinished(self.ending()?),
            NetworkEventKind::RecordingStarted => NetworkEvent::RecordingStarted {
                location: self.text("recordingLocation")?,
                access_token: self.text("recordingAccessToken")?.map(Secret::new),
            },
            NetworkEventKind::SpeechStarted => NetworkEvent::SpeechStarted,
            NetworkEventKind::SpeechEnded => NetworkEvent::SpeechEnded,
            NetworkEventKind::RecordingFinished => NetworkEvent::RecordingFinished(self.stop()?),
            NetworkEventKind::OperationFinished => NetworkEvent::OperationFinished {
                operation: self.required("operation", Self::id)?,
                status: self.required("status", |given, name| {
                    given.one_of(name, EndStatus::ALL.iter().map(|one| (one.as_str(), *one)))
                })?,
                ending: self.ending()?,
            },
            NetworkEventKind::ContentSharingStarted => {
                NetworkEvent::ContentSharingStarted(self.required("id", Self::id)?)
            }
            NetworkEventKind::ContentSharingUpdated => {
                NetworkEvent::ContentSharingUpdated(self.required("id", Self::id)?)
            }
            NetworkEventKind::ContentSharingEnded => {
                NetworkEvent::ContentSharingEnded(self.required("id", Self::id)?)
            }
        })
    }

    fn connected(&mut self) -> Result<Option<Box<graph::call::Call>>, String> {
        self.either("myParticipantId", "call")?;
        let id = self.id("myParticipantId")?.map(|id| {
            Box::new(graph::call::Call { my_participant_id: id.into(), ..graph::call::Call::default() })
        });
        Ok(if id.is_some() { id } else { self.resource("call")? })
    }

    fn hung_up(&mut self) -> Result<CallEnd, String> {
        for name in ["code", "subcode", "message"] {
            self.either(name, "resultInfo")?;
        }
        let (subcode, message) = (self.number("subcode")?, self.text("message")?);
        let (has_subcode, has_message) = (subcode.is_some(), message.is_some());
        let mut end = self.call_end()?;
        match self.number("code")? {
            Some(code) => {
                let result = ResultInfo {
                    code: code.into(),
                    subcode: Member::from(subcode),
                    message: Member::from(message),
                    ..ResultInfo::default()
                };
                end.result_info = Some(Box::new(result));
            }
            None if has_subcode => {
                return Err(format!("`{}` has a `subcode`, and so it must have a `code`", self.kind));
            }
            None if has_message => {
                return Err(format!("`{}` has a `message`, and so it must have a `code`", self.kind));
            }
            None => {}
        }
        Ok(end)
    }

    fn call_end(&mut self) -> Result<CallEnd, String> {
        Ok(CallEnd { result_info: self.result()?, termination_reason: self.text("terminationReason")? })
    }

    fn ending(&mut self) -> Result<Ending, String> {
        let reasons = CompletionReason::KNOWN.iter().map(|one| (one.as_str(), one.clone()));
        Ok(Ending {
            result_info: self.result()?,
            completion_reason: self.one_of("completionReason", reasons)?,
        })
    }

    fn stop(&mut self) -> Result<StopReason, String> {
        self.either("because", "resultInfo")?;
        let because = self.one_of("because", STOPS.into_iter())?;
        let result = self.result()?.map(StopReason::Result);
        because.or(result).ok_or_else(|| format!("`{}` must have `because` or `resultInfo`", self.kind))
    }

    /// A result. It is small, and a member that is spelled wrongly would be lost.
    fn result(&mut self) -> Result<Option<Box<ResultInfo>>, String> {
        let result: Option<Box<ResultInfo>> = self.resource("resultInfo")?;
        let unknown =
            result.as_ref().and_then(|result| result.other.keys().find(|name| !name.starts_with("@odata.")));
        match unknown {
            Some(unknown) => Err(format!(
                "`resultInfo` of `{}` has no member `{}`; it can have `code`, `subcode`, `message`",
                self.kind,
                short(unknown)
            )),
            None => Ok(result),
        }
    }

    fn either(&self, one: &str, other: &str) -> Result<(), String> {
        if self.object.contains_key(one) && self.object.contains_key(other) {
            return Err(format!("`{}` has `{one}` and `{other}`, and can have only one of them", self.kind));
        }
        Ok(())
    }

    fn required<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&mut Self, &'static str) -> Result<Option<T>, String>,
    ) -> Result<T, String> {
        read(self, name)?.ok_or_else(|| format!("`{}` must have the member `{name}`", self.kind))
    }

    fn text(&mut self, name: &'static str) -> Result<Option<String>, String> {
        match self.object.remove(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(self.wrong(name, shape(&other), "a string")),
        }
    }

    fn number(&mut self, name: &'static str) -> Result<Option<i32>, String> {
        let Some(value) = self.object.remove(name) else { return Ok(None) };
        let number = value.as_i64().and_then(|number| i32::try_from(number).ok());
        let came = if value.is_number() { "another number" } else { shape(&value) };
        number.map(Some).ok_or_else(|| self.wrong(name, came, "a whole number of 32 bits"))
    }

    fn id(&mut self, name: &'static str) -> Result<Option<Id>, String> {
        match self.text(name)? {
            Some(text) if text.is_empty() => Err(self.wrong(name, "an empty string", "an id")),
            text => Ok(text.map(Id::from)),
        }
    }

    fn one_of<T>(
        &mut self,
        name: &'static str,
        known: impl Iterator<Item = (&'static str, T)> + Clone,
    ) -> Result<Option<T>, String> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let found = known.clone().find(|(known, _)| *known == text);
        found.map(|(_, value)| Some(value)).ok_or_else(|| {
            let known = listed(known.map(|(known, _)| known));
            self.wrong(name, format_args!("`{}`", short(&text)), format_args!("one of {known}"))
        })
    }

    /// Reads a resource, or a list of resources, as strictly as the body of a request.
    fn resource<T: Wire>(&mut self, name: &'static str) -> Result<Option<T>, String> {
        let Some(value) = self.object.remove(name) else { return Ok(None) };
        let read = strict::<T, _>(&value)
            .map_err(|error| format!("`{name}` of `{}`: {}", self.kind, without_place(&error)))?;
        let misfit = match read {
            Read::As(resource) => match resource.misfit() {
                Some(misfit) => misfit,
                None => return Ok(Some(resource)),
            },
            Read::Null | Read::Mismatch(_) => T::misfit_of(&value),
        };
        let came = at(&value, &misfit.path).map_or("a value", shape);
        let misfit = misfit.inside(name);
        Err(self.wrong(&misfit.path, came, misfit.expected))
    }

    fn wrong(&self, name: &str, came: impl Display, right: impl Display) -> String {
        format!("`{name}` of `{}` is {came}; it must be {right}", self.kind)
    }
}

/// The value at a path such as `info.identity` or `mediaStreams[0].direction`.
fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    let mut steps = path.split(['.', '[', ']']).filter(|step| !step.is_empty());
    steps.try_fold(value, |value, step| {
        if let Some(items) = value.as_array() {
            return items.get(step.parse::<usize>().ok()?);
        }
        let mut members = value.as_object()?.iter();
        members.find(|(name, _)| name.eq_ignore_ascii_case(step)).map(|(_, value)| value)
    })
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    quoted.join(", ").to_string()
}
