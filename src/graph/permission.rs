//! Which permission opens which method.

use alloc::format;
use alloc::string::String;

use uuid::{Uuid, uuid};

use super::{Call, Method, Root, Verb};
use crate::names::names;

names! {
    /// The application permissions on calls.
    ///
    /// Source: [permissions reference](https://learn.microsoft.com/graph/permissions-reference#calls-permissions).
    ///
    /// ```
    /// use callfold::graph::Permission;
    ///
    /// assert_eq!(Permission::AccessMedia.as_str(), "Calls.AccessMedia.All");
    /// assert_eq!(Permission::named("calls.initiate.all"), Some(Permission::Initiate));
    /// ```
    #[non_exhaustive]
    pub enum Permission {
        /// Direct access to media streams.
        AccessMedia = "Calls.AccessMedia.All",
        /// To place calls to one user.
        Initiate = "Calls.Initiate.All",
        /// To place calls to several users, and to invite.
        InitiateGroupCall = "Calls.InitiateGroupCall.All",
        /// To join meetings and group calls.
        JoinGroupCall = "Calls.JoinGroupCall.All",
        /// The same as a guest.
        JoinGroupCallAsGuest = "Calls.JoinGroupCallAsGuest.All",
        /// To join the calls of the chats in which the app is installed.
        JoinGroupCallsChat = "Calls.JoinGroupCalls.Chat",
    }
}

impl Permission {
    /// The permission of this name, in any letter case.
    ///
    /// ```
    /// # use callfold::graph::Permission;
    /// assert_eq!(Permission::named("User.Read"), None);
    /// ```
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.as_str().eq_ignore_ascii_case(name))
    }
}

use Permission::{
    AccessMedia, Initiate, InitiateGroupCall, JoinGroupCall, JoinGroupCallAsGuest, JoinGroupCallsChat,
};

/// What a method needs: of each of the two lists one, where it is not empty.
///
/// ```
/// use callfold::graph::{self, Method, Needed, Permission};
///
/// let needed = Needed::by(Method::PlayPrompt, &graph::Call::default());
/// assert!(needed.is_met(&[Permission::AccessMedia]));
/// assert!(!needed.is_met(&[]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needed([&'static [Permission]; 2]);

const INITIATE_OR_MEDIA: &[Permission] = &[Initiate, AccessMedia];
const ANY: &[Permission] = Permission::ALL;
const MEDIA: &[Permission] = &[AccessMedia];
const JOIN: &[Permission] = &[JoinGroupCall, JoinGroupCallAsGuest];
const NONE: &[Permission] = &[];

impl Needed {
    /// What a method needs on a call as it is known; to place one, as it is asked for.
    ///
    /// Where the pages say *Calls.Initiate.All or Calls.AccessMedia.All*, the check is made when the call is created
    /// and not repeated, so that in a group call whatever opened the call will do. Where nothing tells the kind of the
    /// call, nothing speaks against it.
    ///
    /// ```
    /// use callfold::graph::{self, Method, Needed};
    ///
    /// assert!(Needed::by(Method::Reject, &graph::Call::default()).is_met(&[]));
    /// ```
    pub fn by(method: Method, call: &Call) -> Self {
        let is_app_hosted = call.is_service_hosted() == Some(false);
        Self::with(method, call.is_group(), is_app_hosted, call.meeting_info.value().is_some())
    }

    pub(crate) fn with(
        method: Method,
        is_group: Option<bool>,
        is_app_hosted: bool,
        is_meeting: bool,
    ) -> Self {
        let opened: &[Permission] = if is_group == Some(false) { INITIATE_OR_MEDIA } else { ANY };
        let is_group = is_group == Some(true);
        let hosting: &[Permission] = if is_app_hosted { MEDIA } else { NONE };
        Self(match method {
            Method::DeleteCall
            | Method::GetCall
            | Method::ListParticipants
            | Method::CancelMediaProcessing
            | Method::KeepAlive
            | Method::Mute
            | Method::PlayPrompt
            | Method::Unmute
            | Method::SendDtmfTones
            | Method::GetParticipant
            | Method::GetOperation
            | Method::UpdateMetadata
            | Method::ListAudioRoutingGroups
            | Method::ListContentSharingSessions => [opened, NONE],
            Method::ChangeScreenSharingRole
            | Method::RecordResponse
            | Method::SubscribeToTone
            | Method::LogTeleconferenceDeviceQuality => [MEDIA, NONE],
            Method::UpdateRecordingStatus => [&[JoinGroupCall, AccessMedia], NONE],
            Method::CreateCall if is_meeting => {
                [&[JoinGroupCall, JoinGroupCallAsGuest, JoinGroupCallsChat], hosting]
            }
            Method::CreateCall if is_group => [&[InitiateGroupCall], hosting],
            Method::CreateCall => [&[Initiate], hosting],
            Method::Answer if is_group => [JOIN, hosting],
            Method::Answer => [NONE, hosting],
            Method::ConfigureMixer | Method::CreateAudioRoutingGroup => {
                [&[JoinGroupCall, InitiateGroupCall], NONE]
            }
            Method::Reject | Method::MuteParticipant | Method::MuteAll => [NONE, NONE],
            Method::Redirect | Method::Transfer => [&[Initiate], NONE],
            Method::AddLargeGalleryView => [&[JoinGroupCallAsGuest, JoinGroupCall, InitiateGroupCall], NONE],
            Method::Invite => [&[InitiateGroupCall], NONE],
            Method::DeleteParticipant | Method::StartHoldMusic | Method::StopHoldMusic => [JOIN, NONE],
        })
    }

    /// True where these permissions will do.
    ///
    /// ```
    /// # use callfold::graph::{self, Method, Needed, Permission};
    /// let needed = Needed::by(Method::Invite, &graph::Call::default());
    /// assert!(!needed.is_met(&[Permission::Initiate]));
    /// ```
    pub fn is_met(&self, granted: &[Permission]) -> bool {
        self.missing(granted).next().is_none()
    }

    /// The lists of which none is granted: one of each would do.
    ///
    /// ```
    /// # use callfold::graph::{self, Method, Needed, Permission};
    /// let needed = Needed::by(Method::Transfer, &graph::Call::default());
    /// assert_eq!(needed.missing(&[]).next(), Some(&[Permission::Initiate][..]));
    /// ```
    pub fn missing(&self, granted: &[Permission]) -> impl Iterator<Item = &'static [Permission]> {
        let is_granted = |one: &Permission| granted.contains(one);
        self.0.into_iter().filter(move |list| !list.is_empty() && !list.iter().any(is_granted))
    }
}

/// True where these permissions open the method on a call.
///
/// ```
/// use callfold::graph::{Method, Permission, allows};
/// use callfold::{Call, Recorded};
///
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{"targets":[{}]}}"#;
/// let call = Call::begin(line.parse()?)?;
/// assert!(allows(&[Permission::AccessMedia], Method::PlayPrompt, &call));
/// assert!(!allows(&[Permission::JoinGroupCall], Method::PlayPrompt, &call));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn allows(granted: &[Permission], method: Method, call: &crate::Call) -> bool {
    call.needed(method).is_met(granted)
}

/// The page of a permission: what it is called, and the methods that are listed on it.
///
/// ```
/// use callfold::graph::PermissionPage;
///
/// assert_eq!(PermissionPage::ACCESS_MEDIA.rows().count(), 24);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PermissionPage {
    /// The permission.
    pub permission: Permission,
    /// Its id as an application permission.
    pub id: Uuid,
    /// Its short name, for administrators.
    pub display_string: &'static str,
    /// What it allows.
    pub description: &'static str,
    methods: &'static [Method],
}

impl PermissionPage {
    /// The page of `Calls.AccessMedia.All`.
    pub const ACCESS_MEDIA: Self = Self {
        permission: AccessMedia,
        id: uuid!("a7a681dc-756e-4909-b988-f160edc6655f"),
        display_string: "Access media streams in a call as an app",
        description: "Allows the app to get direct access to media streams in a call, without a signed-in user.",
        methods: &[
            Method::DeleteCall,
            Method::GetCall,
            Method::ListParticipants,
            Method::CancelMediaProcessing,
            Method::ChangeScreenSharingRole,
            Method::KeepAlive,
            Method::Mute,
            Method::PlayPrompt,
            Method::RecordResponse,
            Method::SubscribeToTone,
            Method::Unmute,
            Method::UpdateRecordingStatus,
            Method::LogTeleconferenceDeviceQuality,
        ],
    };

    /// Its methods, a row for each root under which they are published, in the order of the page: by verb, then
    /// by root.
    ///
    /// ```
    /// use callfold::graph::PermissionPage;
    ///
    /// let rows: Vec<_> = PermissionPage::ACCESS_MEDIA.rows().collect();
    /// assert_eq!(rows[0].to_string(), "V1 A DELETE /app/calls/{id}");
    /// ```
    pub fn rows(&self) -> impl Iterator<Item = PermissionRow> {
        let verbs = [Verb::Delete, Verb::Get, Verb::Post].into_iter();
        let groups = verbs.flat_map(|verb| Root::ALL.iter().map(move |root| (verb, *root)));
        let methods = self.methods;
        groups.flat_map(move |(verb, root)| {
            let of_group = methods.iter().filter(move |one| one.verb() == verb && one.is_under(root));
            of_group.map(move |method| PermissionRow { method: *method, root })
        })
    }
}

/// A row on the page of a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PermissionRow {
    /// The method.
    pub method: Method,
    /// The root under which it is listed.
    pub root: Root,
}

/// The row as the page has it: version, type, verb and path.
impl core::fmt::Display for PermissionRow {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let path: String = format!("/{}/calls{}", self.root, self.method.path());
        write!(f, "V1 A {} {path}", self.method.verb())
    }
}
