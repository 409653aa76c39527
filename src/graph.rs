//! The types of Microsoft Graph's cloud communications API: resources, methods, permissions and end codes.
//!
//! These types read and write the JSON of the API. Reading is tolerant:
//!
//! | what the JSON holds | example | how it is read |
//! | --- | --- | --- |
//! | an enum value in any letter case | `"Established"` | as `established` |
//! | a number as a string | `"code":"200"` | as 200 |
//! | a member name in another letter case | `subCode` | as `subcode` |
//! | a missing or wrong `@odata.type` | participants whose `@odata.type` says call | as the type that fits the URL of the notification |
//! | an id with or without dashes | `57DAB8B1894C409AB240BD8BEAE78896` | as `57dab8b1-894c-409a-b240-bd8beae78896` |
//! | an object in place of a collection | `"targets":{…}` | as a collection of one |
//! | a value that does not fit its member | `"code":"many"` | kept in `other`, written back unchanged |
//! | an unknown member | `"retryAfter":5` | kept in `other`, written back unchanged |
//!
//! Writing is exact: the crate writes the names and values that the current v1.0 service writes.
//!
//! Graph splits some resources into subtypes, for example meeting information, media configurations and
//! operations. Here each such family is one type that has the members of all its subtypes. A wrong
//! `@odata.type` therefore hides no member.
//!
//! # Example
//!
//! ```
//! use callfold::graph::{CallState, CommsNotifications};
//!
//! let body = r#"{"value":[{"changeType":"Updated",
//!     "resource":"/app/calls/57DAB8B1894C409AB240BD8BEAE78896",
//!     "resourceData":{"state":"Established","resultInfo":{"code":"200","subCode":0}}}]}"#;
//! let notifications: CommsNotifications = callfold::serde_json::from_str(body)?;
//! let call = notifications.value[0].resource_data.as_call().unwrap();
//! assert_eq!(call.state.value(), Some(&CallState::Established));
//! assert_eq!(call.result_info.value().unwrap().subcode.value(), Some(&0));
//! # Ok::<(), callfold::serde_json::Error>(())
//! ```
//!
//! # Resources in code
//!
//! A resource is built from its default value. Each member has a setter with the name of the member:
//!
//! ```
//! use callfold::graph::{Call, Identity, IdentitySet, InvitationParticipantInfo, Modality};
//!
//! let adele = Identity::default().id("8d1e6ab7").display_name("Adele Vance");
//! let target = InvitationParticipantInfo::default().identity(IdentitySet::default().user(adele));
//! let call = Call::default()
//!     .subject("Stand-up")
//!     .callback_uri("https://bot.contoso.com/calls")
//!     .targets([target])
//!     .requested_modalities([Modality::Audio])
//!     .ringing_timeout_in_seconds(30);
//! assert_eq!(
//!     callfold::serde_json::to_string(&call)?,
//!     concat!(
//!         r#"{"callbackUri":"https://bot.contoso.com/calls","requestedModalities":["audio"],"subject":"Stand-up","#,
//!         r#""targets":[{"identity":{"user":{"displayName":"Adele Vance","id":"8d1e6ab7"}}}],"#,
//!         r#""ringingTimeoutInSeconds":30}"#,
//!     ),
//! );
//! # Ok::<(), callfold::serde_json::Error>(())
//! ```
//!
//! A setter replaces what the member was. To set a member to null, assign [`Member::Null`] to the field.

pub mod action;
pub(crate) mod call;
pub(crate) mod end_code;
pub(crate) mod identity;
pub(crate) mod media;
pub(crate) mod meeting;
pub(crate) mod member;
pub(crate) mod method;
pub(crate) mod notification;
pub(crate) mod odata;
pub(crate) mod operation;
pub(crate) mod parsed;
pub(crate) mod participant;
pub(crate) mod participant_notification;
pub(crate) mod permission;
pub(crate) mod quality;
pub(crate) mod resource_data;
pub(crate) mod result;
pub(crate) mod tone;
pub(crate) mod type_name;
pub(crate) mod url;
pub(crate) mod wire;

pub use call::{
    Call, CallDirection, CallOptions, CallRoute, CallState, CallTranscriptionInfo, CallTranscriptionState,
    IncomingContext, RejectReason, RoutingType,
};
pub use end_code::EndCode;
pub use identity::{EndpointType, Identity, IdentitySet, InvitationParticipantInfo, ParticipantInfo};
pub use media::{
    AudioRoutingGroup, AudioRoutingGroups, CallMediaState, ContentSharingSession, MediaConfig,
    MediaDirection, MediaInfo, MediaState, MediaStream, Modality, Prompt, RoutingMode, ScreenSharingRole,
};
pub use meeting::{ChatInfo, MeetingInfo};
pub use member::{Member, Other};
pub use method::{Method, NoRoute, Root, Route, Verb};
pub use notification::{ChangeType, CommsNotification, CommsNotifications};
pub use odata::{ODataError, Version};
pub use operation::{CommsOperation, CompletionReason, OperationKind, OperationStatus};
pub use participant::{
    DeltaParticipants, OnlineMeetingRestricted, Participant, RecordingInfo, RecordingStatus, RemovedState,
    RestrictionReason,
};
pub use participant_notification::{
    JoinAnswer, ParticipantJoiningNotification, ParticipantJoiningResponse, ParticipantLeftNotification,
};
pub use permission::{Needed, Permission, PermissionPage, PermissionRow};
pub use quality::{Double, TeleconferenceDeviceMediaQuality, TeleconferenceDeviceQuality};
pub use resource_data::{ResourceData, Unshown};
pub use result::ResultInfo;
pub use tone::{Tone, ToneInfo};
pub use type_name::TypeName;
pub use url::{Resource, ResourceUrl};
