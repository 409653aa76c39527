//! The permissions that a method needs.

use alloc::format;
use alloc::string::String;

use uuid::{Uuid, uuid};

use super::call::Call;
use super::method::{Method, Need, Root, Verb};
use crate::names::names;

names! {
    /// The application permissions on calls.
    ///
    /// Source: [permissions reference](https://learn.microsoft.com/graph/permissions-reference#calls-permissions).
    #[non_exhaustive]
    pub enum Permission {
        /// Allows direct access to the media streams.
        AccessMedia = "Calls.AccessMedia.All",
        /// Allows the app to call one user.
        Initiate = "Calls.Initiate.All",
        /// Allows the app to call several users, and to invite users.
        InitiateGroupCall = "Calls.InitiateGroupCall.All",
        /// Allows the app to join meetings and group calls.
        JoinGroupCall = "Calls.JoinGroupCall.All",
        /// Allows the app to join meetings and group calls as a guest.
        JoinGroupCallAsGuest = "Calls.JoinGroupCallAsGuest.All",
        /// Allows the app to join the calls of chats in which it is installed.
        JoinGroupCallsChat = "Calls.JoinGroupCalls.Chat",
    }
}

impl Permission {
    /// The permission with this name, in upper or lower case; `None` if there is none.
    ///
    /// ```
    /// use callfold::graph::Permission;
    ///
    /// assert_eq!(Permission::named("calls.initiate.all"), Some(Permission::Initiate));
    /// assert_eq!(Permission::named("User.Read"), None);
    /// ```
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.as_str().eq_ignore_ascii_case(name))
    }
}

use Permission::{
    AccessMedia, Initiate, InitiateGroupCall, JoinGroupCall, JoinGroupCallAsGuest, JoinGroupCallsChat,
};

/// The permissions that a method needs, as two lists of alternatives. The app needs one permission of each
/// list. An empty list requires no permission. Source: the section *Permissions* on the page of each method,
/// such as [playPrompt](https://learn.microsoft.com/graph/api/call-playprompt#permissions).
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
/// The permissions with which an app can create a call of some kind.
const CREATE: &[Permission] =
    &[Initiate, InitiateGroupCall, JoinGroupCall, JoinGroupCallAsGuest, JoinGroupCallsChat];
const JOIN: &[Permission] = &[JoinGroupCall, JoinGroupCallAsGuest];
const NONE: &[Permission] = &[];

impl Needed {
    /// The permissions that a method needs on a call. For `createCall`, the call is the requested one.
    ///
    /// Some pages of Graph require *Calls.Initiate.All or Calls.AccessMedia.All*. The service checks this
    /// requirement only when the call is created. A group call can be created or joined with other
    /// permissions on calls, too. On a group call, any one permission is therefore enough for these methods.
    /// The same holds if it is not known whether the call is a group call. For `createCall` it is not known if the
    /// requested call names neither targets nor a meeting. Any permission to create a call is then enough.
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
        let is_of_unknown_kind = is_group.is_none();
        let is_group = is_group == Some(true);
        let hosting: &[Permission] = if is_app_hosted { MEDIA } else { NONE };
        Self(match method.need() {
            Need::Nothing => [NONE, NONE],
            Need::Opened => [opened, NONE],
            Need::Media => [MEDIA, NONE],
            Need::RecordingStatus => [&[JoinGroupCall, AccessMedia], NONE],
            Need::ToCreate if is_meeting => {
                [&[JoinGroupCall, JoinGroupCallAsGuest, JoinGroupCallsChat], hosting]
            }
            Need::ToCreate if is_of_unknown_kind => [CREATE, hosting],
            Need::ToCreate if is_group => [&[InitiateGroupCall], hosting],
            Need::ToCreate => [&[Initiate], hosting],
            Need::ToAnswer if is_group => [JOIN, hosting],
            Need::ToAnswer => [NONE, hosting],
            Need::Initiate => [&[Initiate], NONE],
            Need::InitiateGroupCall => [&[InitiateGroupCall], NONE],
            Need::LargeGallery => [&[JoinGroupCallAsGuest, JoinGroupCall, InitiateGroupCall], NONE],
            Need::Join => [JOIN, NONE],
            Need::Mixer => [&[JoinGroupCall, InitiateGroupCall], NONE],
        })
    }

    /// True if the granted permissions are enough.
    pub fn is_met(&self, granted: &[Permission]) -> bool {
        self.missing(granted).next().is_none()
    }

    /// The lists from which no permission is granted. The app needs one permission from each.
    pub fn missing(&self, granted: &[Permission]) -> impl Iterator<Item = &'static [Permission]> {
        let is_granted = |one: &Permission| granted.contains(one);
        self.0.into_iter().filter(move |list| !list.is_empty() && !list.iter().any(is_granted))
    }
}

/// The page of a permission in Graph's documentation: its names, and the methods that it lists. This crate
/// has only the page of `Calls.AccessMedia.All`. Source: [permissions
/// reference](https://learn.microsoft.com/graph/permissions-reference#callsaccessmediaall).
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
    /// The id of the application permission.
    pub id: Uuid,
    /// The short name that administrators see.
    pub display_string: &'static str,
    /// The description that administrators see.
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

    /// The rows of the page, in its order: by verb, then by root. A method has a row for each root of its path.
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
    /// The root of the path.
    pub root: Root,
}

/// Writes the row as Graph's page shows it: the version (`V1`), the kind of permission (`A`, application),
/// the verb and the path.
impl core::fmt::Display for PermissionRow {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let path: String = format!("/{}/calls{}", self.root, self.method.path());
        write!(f, "V1 A {} {path}", self.method.verb())
    }
}
