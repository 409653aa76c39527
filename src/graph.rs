//! The wire: Microsoft Graph's resources as its JSON has them, its methods, permissions and end codes.
//!
//! Tolerant in: enum values in any casing, numbers as strings, `subCode` for `subcode`, a missing or wrong
//! `@odata.type`, ids dashed or bare, an object where a collection belongs. A member whose value does not fit
//! its type, and every unknown member, is kept in `other` and written back as it came. Exact out: what is
//! written is what the current v1.0 service writes.
//!
//! Families that Graph splits into subtypes (meeting information, media configurations, operations …) are one
//! type each with the members of all their subtypes, so that a wrong `@odata.type` hides nothing.
//!
//! ```
//! use callfold::graph::{CallState, CommsNotifications};
//!
//! let body = r#"{"value":[{"changeType":"Updated",
//!     "resource":"/app/calls/57DAB8B1894C409AB240BD8BEAE78896",
//!     "resourceData":{"state":"Established","resultInfo":{"code":"200","subCode":0}}}]}"#;
//! let notifications: CommsNotifications = serde_json::from_str(body)?;
//! let call = notifications.value[0].resource_data.as_call().unwrap();
//! assert_eq!(call.state.value(), Some(&CallState::Established));
//! assert_eq!(call.result_info.value().unwrap().subcode.value(), Some(&0));
//! # Ok::<(), serde_json::Error>(())
//! ```

pub mod action;
mod call;
mod end_code;
mod identity;
mod media;
mod meeting;
mod member;
mod method;
mod notification;
mod odata;
mod operation;
mod parsed;
mod participant;
mod permission;
mod quality;
mod resource_data;
mod result;
mod tone;
mod type_name;
mod url;
pub(crate) mod wire;

pub use call::{
    Call, CallDirection, CallOptions, CallRoute, CallState, CallTranscriptionInfo, CallTranscriptionState,
    IncomingContext, RejectReason, RoutingType,
};
pub use end_code::EndCode;
pub use identity::{EndpointType, Identity, IdentitySet, InvitationParticipantInfo, ParticipantInfo};
pub use media::{
    AudioRoutingGroup, CallMediaState, ContentSharingSession, MediaConfig, MediaDirection, MediaInfo,
    MediaState, MediaStream, Modality, Prompt, RoutingMode, ScreenSharingRole,
};
pub use meeting::{ChatInfo, MeetingInfo};
pub use member::{Member, Other};
pub(crate) use member::{Members, Merge, News, Ordered, Rule, Unknown};
pub use method::{Method, NoRoute, Root, Route, Verb};
pub use notification::{ChangeType, CommsNotification, CommsNotifications};
pub use odata::{ODataError, Version};
pub use operation::{CommsOperation, CompletionReason, OperationKind, OperationStatus};
pub(crate) use parsed::ParsedNotification;
pub use participant::{
    DeltaParticipants, OnlineMeetingRestricted, Participant, ParticipantJoiningNotification,
    ParticipantJoiningResponse, ParticipantLeftNotification, RecordingInfo, RecordingStatus, RemovedState,
    RestrictionReason,
};
pub use permission::{Needed, Permission, PermissionPage, PermissionRow, allows};
pub use quality::{Double, TeleconferenceDeviceMediaQuality, TeleconferenceDeviceQuality};
pub(crate) use resource_data::{DEPTH, depth};
pub use resource_data::{ResourceData, Unshown};
pub use result::ResultInfo;
pub use tone::{Tone, ToneInfo};
pub use type_name::TypeName;
pub use url::{Resource, ResourceUrl};
pub(crate) use wire::{Wire, shape};
