//! Media: the media configuration, the prompts and the streams of a call.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::member::Member;
use super::wire::declare::{open_enum, resource};
use super::wire::misfit::{Kind, Misfit};
use super::wire::read::{Wire, misfit_among, wrapped};
use super::wire::source::{Array, Failed, Kept, Object};
use crate::id::Id;
use crate::list::{List, Named};

resource! {
    /// Whether the service or the app hosts the media of a call. This type stands for Graph's
    /// `serviceHostedMediaConfig` and `appHostedMediaConfig`. Source:
    /// [serviceHostedMediaConfig](https://learn.microsoft.com/graph/api/resources/servicehostedmediaconfig).
    pub struct MediaConfig {
        /// The configuration of the media session. Only app-hosted media has this member.
        blob: String = "blob",
        /// The media that the service fetches before it is played. Only service-hosted media has this member.
        pre_fetch_media: Vec<MediaInfo> = "preFetchMedia",
        /// True if the app is left out of the default audio routing group. Only the beta version has this
        /// member.
        remove_from_default_audio_group: bool = "removeFromDefaultAudioGroup",
    }
}

impl MediaConfig {
    /// The types of Graph for which this type stands.
    pub(crate) const TYPES: [&str; 2] = ["appHostedMediaConfig", "serviceHostedMediaConfig"];

    /// True if the service hosts the media, false if the app does. `@odata.type` decides. If it is absent or
    /// is another type, a configuration without a `blob` is service-hosted.
    pub fn is_service_hosted(&self) -> bool {
        match &self.odata_type {
            Some(name) if name.as_str() == "appHostedMediaConfig" => false,
            Some(name) if name.as_str() == "serviceHostedMediaConfig" => true,
            Some(_) | None => self.blob.value().is_none(),
        }
    }
}

resource! {
    /// A media file to play. Source: [mediaInfo](https://learn.microsoft.com/graph/api/resources/mediainfo).
    pub struct MediaInfo {
        /// The id under which the service caches the media.
        resource_id: String = "resourceId",
        /// The https URL of the media, a wave file.
        uri: String = "uri",
    }
}

resource! {
    /// Audio to play in a call. This type stands for Graph's `mediaPrompt`. Source:
    /// [mediaPrompt](https://learn.microsoft.com/graph/api/resources/mediaprompt).
    pub struct Prompt {
        /// The media file to play.
        media_info: Box<MediaInfo> = "mediaInfo",
        /// The number of times that the prompt is played. Only the beta version has this member.
        repeat: i32 = "loop",
    }
}

resource! {
    /// Whether the media of a call flows. Source:
    /// [callMediaState](https://learn.microsoft.com/graph/api/resources/callmediastate).
    pub struct CallMediaState {
        /// Whether the audio flows.
        audio: MediaState = "audio",
    }
}

open_enum! {
    /// Whether one medium flows. Source:
    /// [callMediaState](https://learn.microsoft.com/graph/api/resources/callmediastate).
    pub enum MediaState {
        Active = "active",
        Inactive = "inactive",
    }
}

open_enum! {
    /// A kind of media. Source: [call](https://learn.microsoft.com/graph/api/resources/call), member
    /// `requestedModalities`.
    pub enum Modality {
        Unknown = "unknown",
        Audio = "audio",
        Video = "video",
        VideoBasedScreenSharing = "videoBasedScreenSharing",
        Data = "data",
    }
}

open_enum! {
    /// The direction in which a stream flows. Source:
    /// [mediaStream](https://learn.microsoft.com/graph/api/resources/mediastream).
    pub enum MediaDirection {
        Inactive = "inactive",
        SendOnly = "sendOnly",
        ReceiveOnly = "receiveOnly",
        SendReceive = "sendReceive",
    }
}

resource! {
    /// A media stream of one participant. Source:
    /// [mediaStream](https://learn.microsoft.com/graph/api/resources/mediastream).
    pub struct MediaStream {
        /// The direction in which the stream flows.
        direction: MediaDirection = "direction",
        /// The label of the stream, such as `main-audio`.
        label: String = "label",
        /// The kind of media in the stream.
        media_type: Modality = "mediaType",
        /// True if the service mutes the stream.
        server_muted: bool = "serverMuted",
        /// The id of the stream on the media platform.
        source_id: String = "sourceId",
    }
}

open_enum! {
    /// Whether a participant shares its screen or views the screen of another participant. Source:
    /// [call: changeScreenSharingRole](https://learn.microsoft.com/graph/api/call-changescreensharingrole).
    pub enum ScreenSharingRole {
        Viewer = "viewer",
        Sharer = "sharer",
    }
}

resource! {
    /// A rule for the audio of a call: which participants receive the audio of which others. Source:
    /// [audioRoutingGroup](https://learn.microsoft.com/graph/api/resources/audioroutinggroup).
    pub struct AudioRoutingGroup {
        /// The id of the group.
        id: Id = "id",
        /// The ids of the participants that receive the audio.
        receivers: Vec<String> = "receivers",
        /// Whether the audio goes to one receiver or to many.
        routing_mode: RoutingMode = "routingMode",
        /// The ids of the participants whose audio is sent to the receivers.
        sources: Vec<String> = "sources",
    }
}

impl Named for AudioRoutingGroup {
    type Id = Member<Id>;

    fn id(&self) -> &Self::Id {
        &self.id
    }
}

/// The audio routing groups of a call, in the order in which they were created.
///
/// ```
/// use callfold::graph::Call;
///
/// let call: Call = callfold::serde_json::from_str(r#"{"audioRoutingGroups":[{"id":"oneToOne"}]}"#)?;
/// let groups = call.audio_routing_groups.value().unwrap();
/// assert_eq!(groups.iter().next().unwrap().id.value(), Some(&"oneToOne".into()));
/// # Ok::<(), callfold::serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct AudioRoutingGroups(List<AudioRoutingGroup>);

impl AudioRoutingGroups {
    /// The groups, in the order in which they were created.
    pub fn iter(&self) -> impl Iterator<Item = &AudioRoutingGroup> {
        self.0.iter()
    }

    /// Adds a group, and removes the groups with the same id.
    pub(crate) fn replace(&mut self, group: AudioRoutingGroup) {
        while self.0.has(&group.id) {
            self.0.remove(&group.id);
        }
        self.0.push(group);
    }
}

impl FromIterator<AudioRoutingGroup> for AudioRoutingGroups {
    fn from_iter<T: IntoIterator<Item = AudioRoutingGroup>>(groups: T) -> Self {
        Self(groups.into_iter().collect())
    }
}

impl Wire for AudioRoutingGroups {
    const KIND: Kind = Kind::Array;

    fn from_object(member: &mut Member<Self>, object: &mut dyn Object) -> Result<Kept, Failed> {
        wrapped(member, Self::from_iter, |groups: &mut Member<Vec<_>>| Vec::from_object(groups, object))
    }

    fn from_array(member: &mut Member<Self>, array: &mut dyn Array) -> Result<Kept, Failed> {
        wrapped(member, Self::from_iter, |groups: &mut Member<Vec<_>>| Vec::from_array(groups, array))
    }

    fn misfit(&self) -> Option<Misfit> {
        misfit_among(self.iter())
    }

    fn misfit_of(value: &Value) -> Misfit {
        Vec::<AudioRoutingGroup>::misfit_of(value)
    }
}

impl Serialize for AudioRoutingGroups {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

open_enum! {
    /// Whether the audio of a group goes to one receiver or to many. Source:
    /// [audioRoutingGroup](https://learn.microsoft.com/graph/api/resources/audioroutinggroup).
    pub enum RoutingMode {
        OneToOne = "oneToOne",
        Multicast = "multicast",
    }
}

resource! {
    /// A session in which a participant shares content, such as a screen. Source:
    /// [contentSharingSession](https://learn.microsoft.com/graph/api/resources/contentsharingsession).
    pub struct ContentSharingSession {
        /// The id of the session. In some payloads it is 64 hexadecimal digits.
        id: Id = "id",
    }
}

impl ContentSharingSession {
    /// Makes a session with this id and its `@odata.type`.
    pub(crate) fn typed(id: &Id) -> Self {
        Self { odata_type: Some("contentSharingSession".into()), id: id.clone().into(), ..Self::default() }
    }
}
