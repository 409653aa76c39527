//! Media: who hosts it, what is played, which streams run.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::wire::{open_enum, resource};
use crate::Id;

resource! {
    /// Who hosts the media: `serviceHostedMediaConfig` and `appHostedMediaConfig`. Source:
    /// [serviceHostedMediaConfig](https://learn.microsoft.com/graph/api/resources/servicehostedmediaconfig).
    pub struct MediaConfig {
        /// The media session's configuration: app-hosted media.
        blob: String = "blob",
        /// What to fetch before it is played: service-hosted media.
        pre_fetch_media: Vec<MediaInfo> = "preFetchMedia",
        /// True where the app is left out of the default audio group (beta).
        remove_from_default_audio_group: bool = "removeFromDefaultAudioGroup",
    }
}

impl MediaConfig {
    /// True where the service plays and records: told by the type, else by the absence of a blob.
    ///
    /// ```
    /// use callfold::graph::MediaConfig;
    ///
    /// let hosted: MediaConfig = serde_json::from_str(r##"{"@odata.type":"#microsoft.graph.appHostedMediaConfig"}"##)?;
    /// assert!(!hosted.is_service_hosted());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn is_service_hosted(&self) -> bool {
        match &self.odata_type {
            Some(name) if name.as_str() == "appHostedMediaConfig" => false,
            Some(name) if name.as_str() == "serviceHostedMediaConfig" => true,
            Some(_) | None => self.blob.value().is_none(),
        }
    }
}

resource! {
    /// Something to play. Source: [mediaInfo](https://learn.microsoft.com/graph/api/resources/mediainfo).
    pub struct MediaInfo {
        /// Names the media for the service's cache.
        resource_id: String = "resourceId",
        /// Where it is: an https URL of a wave file.
        uri: String = "uri",
    }
}

resource! {
    /// A prompt: `mediaPrompt`. Source: [mediaPrompt](https://learn.microsoft.com/graph/api/resources/mediaprompt).
    pub struct Prompt {
        /// What to play.
        media_info: Box<MediaInfo> = "mediaInfo",
        /// How often (beta).
        repeat: i32 = "loop",
    }
}

resource! {
    /// Whether media flows. Source:
    /// [callMediaState](https://learn.microsoft.com/graph/api/resources/callmediastate).
    pub struct CallMediaState {
        /// The audio.
        audio: MediaState = "audio",
    }
}

open_enum! {
    /// Whether media flows. Source:
    /// [callMediaState](https://learn.microsoft.com/graph/api/resources/callmediastate).
    pub enum MediaState {
        Active = "active",
        Inactive = "inactive",
    }
}

open_enum! {
    /// A kind of media. Source: [call](https://learn.microsoft.com/graph/api/resources/call), `requestedModalities`.
    pub enum Modality {
        Unknown = "unknown",
        Audio = "audio",
        Video = "video",
        VideoBasedScreenSharing = "videoBasedScreenSharing",
        Data = "data",
    }
}

open_enum! {
    /// Which way a stream flows. Source: [mediaStream](https://learn.microsoft.com/graph/api/resources/mediastream).
    pub enum MediaDirection {
        Inactive = "inactive",
        SendOnly = "sendOnly",
        ReceiveOnly = "receiveOnly",
        SendReceive = "sendReceive",
    }
}

resource! {
    /// A stream of one participant. Source:
    /// [mediaStream](https://learn.microsoft.com/graph/api/resources/mediastream).
    pub struct MediaStream {
        /// Which way it flows.
        direction: MediaDirection = "direction",
        /// Such as `main-audio`.
        label: String = "label",
        /// What flows.
        media_type: Modality = "mediaType",
        /// True where the service mutes it.
        server_muted: bool = "serverMuted",
        /// Names the stream to the media platform.
        source_id: String = "sourceId",
    }
}

open_enum! {
    /// Whether a participant shows its screen or looks on. Source:
    /// [call: changeScreenSharingRole](https://learn.microsoft.com/graph/api/call-changescreensharingrole).
    pub enum ScreenSharingRole {
        Viewer = "viewer",
        Sharer = "sharer",
    }
}

resource! {
    /// Who hears whom. Source:
    /// [audioRoutingGroup](https://learn.microsoft.com/graph/api/resources/audioroutinggroup).
    pub struct AudioRoutingGroup {
        /// Names the group.
        id: Id = "id",
        /// Participants that hear.
        receivers: Vec<String> = "receivers",
        /// To one or to many.
        routing_mode: RoutingMode = "routingMode",
        /// Participants that are heard.
        sources: Vec<String> = "sources",
    }
}

open_enum! {
    /// To one or to many. Source:
    /// [audioRoutingGroup](https://learn.microsoft.com/graph/api/resources/audioroutinggroup).
    pub enum RoutingMode {
        OneToOne = "oneToOne",
        Multicast = "multicast",
    }
}

resource! {
    /// Content that is shared in a call. Source:
    /// [contentSharingSession](https://learn.microsoft.com/graph/api/resources/contentsharingsession).
    pub struct ContentSharingSession {
        /// Names the session; 64 hexadecimal digits in some payloads.
        id: Id = "id",
    }
}

impl ContentSharingSession {
    /// The session of this id, with its type.
    pub(crate) fn typed(id: &Id) -> Self {
        Self { odata_type: Some("contentSharingSession".into()), id: id.clone().into(), ..Self::default() }
    }
}
