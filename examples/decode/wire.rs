//! The types of the lines: one struct of optional members for each resource. Text is borrowed.

#![allow(dead_code, reason = "decoded, not used")]

use std::borrow::Cow;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A text that is borrowed if it has no escapes. A bare `Cow` inside an `Option` would always be copied.
#[derive(Deserialize)]
pub(crate) struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// A line of an event log.
#[derive(Deserialize)]
pub(crate) struct Line<'a> {
    v: u32,
    #[serde(borrow)]
    call: Text<'a>,
    rev: u64,
    #[serde(borrow)]
    at: Option<Text<'a>>,
    #[serde(borrow, rename = "type")]
    type_name: Text<'a>,
    #[serde(borrow)]
    data: Data<'a>,
}

/// A body of notifications.
#[derive(Deserialize)]
pub(crate) struct Body<'a> {
    #[serde(borrow, rename = "@odata.type")]
    odata_type: Option<Text<'a>>,
    #[serde(borrow)]
    value: Vec<Notification<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Notification<'a> {
    #[serde(borrow, rename = "@odata.type")]
    odata_type: Option<Text<'a>>,
    #[serde(borrow)]
    change_type: Text<'a>,
    #[serde(borrow)]
    resource_url: Text<'a>,
    #[serde(borrow)]
    resource_data: ResourceData<'a>,
}

/// A call or an operation, or the participants of a call.
enum ResourceData<'a> {
    One(Box<Data<'a>>),
    Participants(Vec<Participant<'a>>),
}

impl<'de: 'a, 'a> Deserialize<'de> for ResourceData<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMore)
    }
}

struct OneOrMore;

impl<'de> Visitor<'de> for OneOrMore {
    type Value = ResourceData<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<ResourceData<'de>, A::Error> {
        Data::deserialize(MapAccessDeserializer::new(map)).map(|data| ResourceData::One(Box::new(data)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<ResourceData<'de>, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(seq)).map(ResourceData::Participants)
    }
}

/// The data of an event or a notification: a call, an operation, a tone or a roster.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Data<'a> {
    #[serde(borrow, rename = "@odata.type")]
    odata_type: Option<Text<'a>>,
    #[serde(borrow, rename = "@odata.id")]
    odata_id: Option<Text<'a>>,
    #[serde(borrow, rename = "@odata.etag")]
    odata_etag: Option<Text<'a>>,
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    state: Option<Text<'a>>,
    #[serde(borrow)]
    direction: Option<Text<'a>>,
    #[serde(borrow)]
    call_chain_id: Option<Text<'a>>,
    #[serde(borrow)]
    media_state: Option<MediaState<'a>>,
    #[serde(borrow)]
    my_participant_id: Option<Text<'a>>,
    #[serde(borrow)]
    requested_modalities: Option<Vec<Text<'a>>>,
    /// It is boxed because it is large and only one line of twenty has it. The box saves 3 % of the time.
    #[serde(borrow)]
    source: Option<Box<ParticipantInfo<'a>>>,
    #[serde(borrow)]
    subject: Option<Text<'a>>,
    #[serde(borrow)]
    targets: Option<Vec<ParticipantInfo<'a>>>,
    #[serde(borrow)]
    tenant_id: Option<Text<'a>>,
    #[serde(borrow)]
    client_context: Option<Text<'a>>,
    #[serde(borrow)]
    status: Option<Text<'a>>,
    #[serde(borrow)]
    result_info: Option<ResultInfo<'a>>,
    #[serde(borrow)]
    tone_info: Option<ToneInfo<'a>>,
    sequence_id: Option<i64>,
    #[serde(borrow)]
    tone: Option<Text<'a>>,
    #[serde(borrow)]
    participants: Option<Vec<Participant<'a>>>,
}

#[derive(Deserialize)]
struct MediaState<'a> {
    #[serde(borrow, rename = "@odata.type")]
    odata_type: Option<Text<'a>>,
    #[serde(borrow)]
    audio: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct ResultInfo<'a> {
    #[serde(borrow, rename = "@odata.type")]
    odata_type: Option<Text<'a>>,
    code: i32,
    subcode: i32,
    #[serde(borrow)]
    message: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToneInfo<'a> {
    #[serde(borrow, rename = "@odata.type")]
    odata_type: Option<Text<'a>>,
    sequence_id: i64,
    #[serde(borrow)]
    tone: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Participant<'a> {
    #[serde(borrow, rename = "@odata.type")]
    odata_type: Option<Text<'a>>,
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    info: Option<ParticipantInfo<'a>>,
    is_in_lobby: Option<bool>,
    is_muted: Option<bool>,
    #[serde(borrow)]
    media_streams: Option<Vec<MediaStream<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ParticipantInfo<'a> {
    #[serde(borrow, rename = "@odata.type")]
    odata_type: Option<Text<'a>>,
    #[serde(borrow)]
    country_code: Option<Text<'a>>,
    #[serde(borrow)]
    endpoint_type: Option<Text<'a>>,
    #[serde(borrow)]
    identity: Option<IdentitySet<'a>>,
    #[serde(borrow)]
    language_id: Option<Text<'a>>,
    #[serde(borrow)]
    region: Option<Text<'a>>,
}

#[derive(Deserialize)]
struct IdentitySet<'a> {
    #[serde(borrow)]
    user: Option<Identity<'a>>,
    #[serde(borrow)]
    application: Option<Identity<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identity<'a> {
    #[serde(borrow)]
    display_name: Option<Text<'a>>,
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(borrow)]
    tenant_id: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MediaStream<'a> {
    #[serde(borrow, rename = "@odata.type")]
    odata_type: Option<Text<'a>>,
    #[serde(borrow)]
    direction: Option<Text<'a>>,
    #[serde(borrow)]
    label: Option<Text<'a>>,
    #[serde(borrow)]
    media_type: Option<Text<'a>>,
    server_muted: Option<bool>,
    #[serde(borrow)]
    source_id: Option<Text<'a>>,
}
