//! The methods of the REST API: finding the method for a verb and a path, and building the path of a method.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::odata::{ODataError, Version};
use super::operation::OperationKind;
use crate::id::{CallId, Id};
use crate::names::names;
use crate::text::{beginning, short};

names! {
    /// The HTTP verbs of the API.
    #[expect(clippy::exhaustive_enums, reason = "the verbs of the surface below")]
    pub enum Verb {
        /// Reads a resource.
        Get = "GET",
        /// Requests an action, or creates a resource.
        Post = "POST",
        /// Ends a call, or removes a participant.
        Delete = "DELETE",
    }
}

names! {
    /// The first segment of a path. `/app` is the older root. It is deprecated, but Graph's pages still list
    /// it: see the [permissions
    /// reference](https://learn.microsoft.com/graph/permissions-reference#callsaccessmediaall).
    #[expect(clippy::exhaustive_enums, reason = "there are two")]
    pub enum Root {
        /// `/app/calls`
        App = "app",
        /// `/communications/calls`
        Communications = "communications",
    }
}

/// Passes the rows of all methods to another macro. A method has one row, and the row has every property of
/// the method:
///
/// | part of a row | meaning |
/// | --- | --- |
/// | `(item T, body T)` | the id at the end of the path, and the body of the request |
/// | `Post "/{id}/mute"` | the HTTP verb, and the path after `…/calls` |
/// | `under` | the [`Root`]s of the path |
/// | `versions` | the [`Version`]s that have the method |
/// | `replies` | the HTTP status and the body of a reply that is not a refusal: see [`Returns`] |
/// | `in` | the states of the call: see [`LegalIn`] |
/// | `for` | the kinds of call: see [`CallKind`] |
/// | `needs` | the permissions: see [`Need`] |
/// | `begins` | the operation: see [`Begins`] |
macro_rules! with_methods {
    ($callback:ident) => {
        $callback! {
            /// Ends a call. A group call goes on without the app.
            DeleteCall = "deleteCall" {
                Delete "/{id}", under Both, versions Both, replies 204 Empty;
                in Live, for Any, needs Opened, begins Nothing;
            }
            /// Reads a call.
            GetCall = "getCall" {
                Get "/{id}", under Both, versions Both, replies 200 Call;
                in Live, for Any, needs Opened, begins Nothing;
            }
            /// Lists the participants.
            ListParticipants = "listParticipants" {
                Get "/{id}/participants", under Both, versions Both, replies 200 Participants;
                in Live, for Any, needs Opened, begins Nothing;
            }
            /// Stops the media operations that run and that wait in the queue.
            CancelMediaProcessing(body ClientContext) = "cancelMediaProcessing" {
                Post "/{id}/cancelMediaProcessing", under Both, versions Both, replies 200 Operation;
                in Cancellable, for Any, needs Opened, begins Settled(CancelMediaProcessing);
            }
            /// Shares a screen, or stops sharing it.
            ChangeScreenSharingRole(body ChangeScreenSharingRole) = "changeScreenSharingRole" {
                Post "/{id}/changeScreenSharingRole", under Both, versions Both, replies 202 Empty;
                in Connected, for GroupAppHosted, needs Media, begins Nothing;
            }
            /// Keeps a call alive.
            KeepAlive = "keepAlive" {
                Post "/{id}/keepAlive", under Communications, versions Both, replies 200 Empty;
                in Live, for Any, needs Opened, begins Nothing;
            }
            /// Mutes the app.
            Mute(body ClientContext) = "mute" {
                Post "/{id}/mute", under Both, versions Both, replies 200 Operation;
                in Connected, for Group, needs Opened, begins Settled(MuteParticipant);
            }
            /// Plays prompts.
            PlayPrompt(body PlayPrompt) = "playPrompt" {
                Post "/{id}/playPrompt", under Both, versions Both, replies 200 Operation;
                in Audible, for ServiceHosted, needs Opened, begins Queued(PlayPrompt);
            }
            /// Records what a participant says.
            RecordResponse(body RecordResponse) = "recordResponse" {
                Post "/{id}/recordResponse", under Both, versions Both, replies 200 Operation;
                in Audible, for ServiceHosted, needs Media, begins Queued(Record);
            }
            /// Requests a notification for each key that a participant presses.
            SubscribeToTone(body ClientContext) = "subscribeToTone" {
                Post "/{id}/subscribeToTone", under Both, versions Both, replies 200 Operation;
                in Audible, for ServiceHosted, needs Media, begins Settled(SubscribeToTone);
            }
            /// Unmutes the app.
            Unmute(body ClientContext) = "unmute" {
                Post "/{id}/unmute", under Both, versions Both, replies 200 Operation;
                in Connected, for Group, needs Opened, begins Settled(UnmuteParticipant);
            }
            /// Reports whether the app records the call.
            UpdateRecordingStatus(body UpdateRecordingStatus) = "updateRecordingStatus" {
                Post "/{id}/updateRecordingStatus", under Both, versions Both, replies 200 Operation;
                in Connected, for PolicyRecording, needs RecordingStatus, begins Settled(UpdateRecordingStatus);
            }
            /// Reports the quality of the media of a device.
            LogTeleconferenceDeviceQuality(body LogTeleconferenceDeviceQuality) = "logTeleconferenceDeviceQuality" {
                Post "/logTeleconferenceDeviceQuality", under Communications, versions Both, replies 200 Empty;
                in Anywhere, for Any, needs Media, begins Nothing;
            }
            /// Places a call, or joins a meeting.
            CreateCall(body graph::Call) = "createCall" {
                Post "", under Both, versions Both, replies 201 Call;
                in Nowhere, for Any, needs ToCreate, begins Nothing;
            }
            /// Answers an incoming call.
            Answer(body Answer) = "answer" {
                Post "/{id}/answer", under Both, versions Both, replies 202 Empty;
                in Incoming, for Any, needs ToAnswer, begins Nothing;
            }
            /// Rejects an incoming call.
            Reject(body Reject) = "reject" {
                Post "/{id}/reject", under Both, versions Both, replies 202 Empty;
                in Incoming, for Any, needs Nothing, begins Nothing;
            }
            /// Sends an incoming call to another target.
            Redirect(body Redirect) = "redirect" {
                Post "/{id}/redirect", under Both, versions Both, replies 202 Empty;
                in Incoming, for Any, needs Initiate, begins Nothing;
            }
            /// Transfers a call.
            Transfer(body Transfer) = "transfer" {
                Post "/{id}/transfer", under Both, versions Both, replies 202 Empty;
                in Transferable, for Any, needs Initiate, begins Nothing;
            }
            /// Sends DTMF tones.
            SendDtmfTones(body SendDtmfTones) = "sendDtmfTones" {
                Post "/{id}/sendDtmfTones", under Both, versions Both, replies 200 Operation;
                in Audible, for ServiceHosted, needs Opened, begins Running(SendDtmfTones);
            }
            /// Adds the large gallery view to the streams.
            AddLargeGalleryView(body ClientContext) = "addLargeGalleryView" {
                Post "/{id}/addLargeGalleryView", under Both, versions Both, replies 202 Operation;
                in Connected, for Any, needs LargeGallery, begins Running(AddLargeGalleryView);
            }
            /// Invites participants.
            Invite(body Invite) = "invite" {
                Post "/{id}/participants/invite", under Both, versions Both, replies 200 Operation;
                in Connected, for Any, needs InitiateGroupCall, begins Running(InviteParticipants);
            }
            /// Reads one participant.
            GetParticipant(item ParticipantId) = "getParticipant" {
                Get "/{id}/participants/{id}", under Both, versions Both, replies 200 Participant;
                in Live, for Any, needs Opened, begins Nothing;
            }
            /// Mutes a participant.
            MuteParticipant(item ParticipantId, body ClientContext) = "muteParticipant" {
                Post "/{id}/participants/{id}/mute", under Both, versions Both, replies 200 Operation;
                in Connected, for Any, needs Nothing, begins Settled(MuteParticipant);
            }
            /// Removes a participant, or takes back an invitation.
            DeleteParticipant(item ParticipantId) = "deleteParticipant" {
                Delete "/{id}/participants/{id}", under Both, versions Both, replies 204 Empty;
                in Connected, for Any, needs Join, begins Nothing;
            }
            /// Puts a participant on hold and plays music.
            StartHoldMusic(item ParticipantId, body StartHoldMusic) = "startHoldMusic" {
                Post "/{id}/participants/{id}/startHoldMusic", under Both, versions Both, replies 202 Operation;
                in Connected, for Any, needs Join, begins Running(StartHoldMusic);
            }
            /// Takes a participant off hold.
            StopHoldMusic(item ParticipantId, body ClientContext) = "stopHoldMusic" {
                Post "/{id}/participants/{id}/stopHoldMusic", under Both, versions Both, replies 202 Operation;
                in Connected, for Any, needs Join, begins Settled(StopHoldMusic);
            }
            /// Reads one operation.
            GetOperation(item OperationId) = "getOperation" {
                Get "/{id}/operations/{id}", under Both, versions Both, replies 200 Operation;
                in Live, for Any, needs Opened, begins Nothing;
            }
            /// Mutes all participants except the app.
            MuteAll(body MuteAll) = "muteAll" {
                Post "/{id}/participants/muteAll", under Both, versions Beta, replies 200 Operation;
                in Connected, for Any, needs Nothing, begins Settled(Comms);
            }
            /// Sets the volumes at which each participant receives the audio of the others.
            ConfigureMixer(body ConfigureMixer) = "configureMixer" {
                Post "/{id}/participants/configureMixer", under Both, versions Beta, replies 200 Operation;
                in Connected, for Any, needs Mixer, begins Running(Comms);
            }
            /// Changes the metadata that the roster shows for the app.
            UpdateMetadata(body UpdateMetadata) = "updateMetadata" {
                Post "/{id}/updateMetadata", under Both, versions Beta, replies 202 Empty;
                in Connected, for Any, needs Opened, begins Nothing;
            }
            /// Lists the audio routing groups.
            ListAudioRoutingGroups = "listAudioRoutingGroups" {
                Get "/{id}/audioRoutingGroups", under Both, versions Both, replies 200 AudioRoutingGroups;
                in Live, for Any, needs Opened, begins Nothing;
            }
            /// Adds an audio routing group.
            CreateAudioRoutingGroup(body AudioRoutingGroup) = "createAudioRoutingGroup" {
                Post "/{id}/audioRoutingGroups", under Both, versions Both, replies 200 AudioRoutingGroup;
                in Connected, for Any, needs Mixer, begins Nothing;
            }
            /// Lists the content sharing sessions.
            ListContentSharingSessions = "listContentSharingSessions" {
                Get "/{id}/contentSharingSessions", under Both, versions Both, replies 200 ContentSharingSessions;
                in Live, for Any, needs Opened, begins Nothing;
            }
        }
    };
}

/// The roots of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Under {
    Both,
    Communications,
}

/// The versions that have a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Versions {
    Both,
    Beta,
}

/// The body of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Returns {
    Empty,
    Call,
    Operation,
    Participants,
    Participant,
    AudioRoutingGroups,
    AudioRoutingGroup,
    ContentSharingSessions,
}

/// The states of a call in which a method is legal. `State::permits` says which they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LegalIn {
    /// `incoming`.
    Incoming,
    /// The states in which the app can transfer the call: established, or on hold.
    Transferable,
    /// The states of `Transferable`, and the states before them if audio already flows.
    Audible,
    /// The states of `Audible`, if the service hosts the media.
    Cancellable,
    /// Every state in which the call is connected.
    Connected,
    /// Every state except `terminated`.
    Live,
    /// Every state.
    Anywhere,
    /// No state: the method is for a call that does not exist yet.
    Nowhere,
}

/// The kinds of call on which a method is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallKind {
    Any,
    /// The service hosts the media.
    ServiceHosted,
    /// A group call or a meeting.
    Group,
    /// A group call or a meeting for which the app hosts the media.
    GroupAppHosted,
    /// The app is in the call because a policy requires a recording.
    PolicyRecording,
}

/// A kind of item that a path names after the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    Operation,
    Participant,
    /// A participant, or somebody whose invitation is pending.
    Invited,
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Operation => "operation",
            Self::Participant | Self::Invited => "participant",
        })
    }
}

/// The operation that a method begins, and when the operation settles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begins {
    /// The method begins no operation.
    Nothing,
    /// The reply reports the operation as completed.
    Settled(OperationKind),
    /// The operation runs. A notification reports its end.
    Running(OperationKind),
    /// The operation enters the queue of media operations. It runs when its turn comes.
    Queued(OperationKind),
}

macro_rules! declare_methods {
    ($(
        $(#[$meta:meta])* $Method:ident $(($($part:ident $Part:ty),+))? = $text:literal {
            $Verb:ident $path:literal, under $Under:ident, versions $Versions:ident,
            replies $status:literal $Returns:ident;
            in $LegalIn:ident, for $CallKind:ident, needs $Need:ident,
            begins $Begins:ident $(($OperationKind:ident))?;
        }
    )+) => {
        names! {
            /// The methods of the API on calls.
            ///
            /// `muteAll` and `configureMixer` exist in the beta version only, and `updateMetadata` existed in
            /// the beta version of 2019 only. Source:
            /// [call](https://learn.microsoft.com/graph/api/resources/call#methods), which links the pages of
            /// the methods.
            ///
            /// ```
            /// use callfold::graph::{Method, Verb};
            ///
            /// assert_eq!(Method::PlayPrompt.verb(), Verb::Post);
            /// assert_eq!(Method::PlayPrompt.path(), "/{id}/playPrompt");
            /// ```
            #[non_exhaustive]
            pub enum Method {
                $( $(#[$meta])* #[doc = ""] #[doc = concat!("`", stringify!($Verb), " …/calls", $path, "`")] $Method = $text, )+
            }
        }

        impl Method {
            /// The HTTP verb of the request.
            pub const fn verb(self) -> Verb {
                match self { $( Self::$Method => Verb::$Verb, )+ }
            }

            /// The path after `…/calls`. `{id}` stands for an id.
            pub const fn path(self) -> &'static str {
                match self { $( Self::$Method => $path, )+ }
            }

            /// The segments of the path.
            const fn names(self) -> &'static [&'static str] {
                match self { $( Self::$Method => const { &names::<{ count($path) }>($path) }, )+ }
            }

            const fn under(self) -> Under {
                match self { $( Self::$Method => Under::$Under, )+ }
            }

            const fn versions(self) -> Versions {
                match self { $( Self::$Method => Versions::$Versions, )+ }
            }

            /// The HTTP status of a reply that is not a refusal.
            pub const fn status(self) -> u16 {
                match self { $( Self::$Method => $status, )+ }
            }

            /// The body of a reply that is not a refusal.
            pub(crate) const fn returns(self) -> Returns {
                match self { $( Self::$Method => Returns::$Returns, )+ }
            }

            pub(crate) const fn legal_in(self) -> LegalIn {
                match self { $( Self::$Method => LegalIn::$LegalIn, )+ }
            }

            pub(crate) const fn call_kind(self) -> CallKind {
                match self { $( Self::$Method => CallKind::$CallKind, )+ }
            }

            pub(super) const fn need(self) -> Need {
                match self { $( Self::$Method => Need::$Need, )+ }
            }

            pub(crate) const fn begins(self) -> Begins {
                match self { $( Self::$Method => Begins::$Begins $((OperationKind::$OperationKind))?, )+ }
            }
        }
    };
}

with_methods!(declare_methods);
pub(crate) use with_methods;

/// The requirement of a method for permissions. `Needed` computes the permissions for one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    Nothing,
    /// A permission with which the app can create or join a call of this kind.
    Opened,
    Media,
    RecordingStatus,
    ToCreate,
    ToAnswer,
    Initiate,
    InitiateGroupCall,
    LargeGallery,
    Join,
    Mixer,
}

impl Method {
    /// The kind of the item that the path names after the call; `None` if it names none.
    pub(crate) fn item(self) -> Option<Item> {
        let (collection, _) = self.path().strip_prefix("/{id}/")?.split_once("/{id}")?;
        Some(match collection {
            "operations" => Item::Operation,
            _ if self == Self::DeleteParticipant => Item::Invited,
            _ => Item::Participant,
        })
    }

    /// True if the method is published under this root. Two methods are under `/communications` alone.
    ///
    /// ```
    /// use callfold::graph::{Method, Root};
    ///
    /// assert!(!Method::KeepAlive.is_under(Root::App));
    /// ```
    pub fn is_under(self, root: Root) -> bool {
        root == Root::Communications || self.under() == Under::Both
    }

    /// True if this version of the API has the method. Three methods are in the beta version alone.
    ///
    /// ```
    /// use callfold::graph::{Method, Version};
    ///
    /// assert!(!Method::MuteAll.is_in(Version::V1));
    /// ```
    pub fn is_in(self, version: Version) -> bool {
        version == Version::Beta || self.versions() == Versions::Both
    }
}

/// The parts of a request path: the method, the call and the participant or operation.
///
/// ```
/// use callfold::graph::{Method, Route};
///
/// let route = Route::parse("POST", "/beta/app/calls/57DAB8B1894C409AB240BD8BEAE78896/microsoft.graph.playprompt")?;
/// assert_eq!(route.method, Method::PlayPrompt);
/// assert_eq!(route.to_string(), "/beta/app/calls/57dab8b1-894c-409a-b240-bd8beae78896/playPrompt");
/// # Ok::<(), callfold::graph::NoRoute>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The version; `None` if the path names none.
    pub version: Option<Version>,
    /// The root of the path.
    pub root: Root,
    /// The call; `None` for the methods that name no call, such as `createCall`.
    pub call: Option<CallId>,
    /// The participant or the operation; `None` if the path names none.
    pub item: Option<Id>,
}

/// An error: no method has this verb and path.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoRoute {
    /// The verb. At most its first 64 characters.
    pub verb: String,
    /// The path without its query, which can have secrets. At most its first 160 characters.
    pub path: String,
    /// The last name of the path, if the path names a call and no method ends with that name. At most its first 64 characters.
    pub name: Option<String>,
    /// The verbs that are valid for this path. Empty if there are none.
    pub allowed: Vec<Verb>,
    /// True if the path names the version v1.0, and the beta version has a method with this verb and path.
    pub is_in_beta: bool,
}

impl Route {
    /// A route under `/communications`, without a version.
    ///
    /// ```
    /// # use callfold::{CallId, graph::{Method, Route}};
    /// let call = CallId::new(callfold::uuid::Uuid::nil());
    /// let route = Route::new(Method::KeepAlive, Some(call), None);
    /// assert_eq!(route.to_string(), "/communications/calls/00000000-0000-0000-0000-000000000000/keepAlive");
    /// ```
    pub const fn new(method: Method, call: Option<CallId>, item: Option<Id>) -> Self {
        Self { method, version: None, root: Root::Communications, call, item }
    }

    /// Reads a verb and a path or a full URL. These variants of a path are accepted:
    ///
    /// | variant | example |
    /// | --- | --- |
    /// | with or without a version | `/v1.0/communications/calls/{id}/mute` |
    /// | under either root | `/app/calls/{id}/mute` |
    /// | in any letter case | `/communications/calls/{id}/MUTE` |
    /// | with a qualified action name | `/communications/calls/{id}/microsoft.graph.mute` |
    /// | with ids as OData keys | `/communications/calls('{id}')/mute` |
    /// | with query options, which are ignored | `/communications/calls/{id}?$select=state` |
    ///
    /// # Errors
    ///
    /// [`NoRoute`] if no method has this verb and path in the version that the path names. It names the verbs that are
    /// valid for the path.
    ///
    /// ```
    /// use callfold::graph::{Route, Verb};
    ///
    /// let path = "/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896/mute";
    /// assert!(Route::parse("POST", path).is_ok());
    /// let refused = Route::parse("GET", path).unwrap_err();
    /// assert_eq!((refused.status(), &refused.allowed[..]), (405, &[Verb::Post][..]));
    /// ```
    pub fn parse(verb: &str, path: &str) -> Result<Self, NoRoute> {
        let found = Path::read(path);
        let routes = || found.iter().flat_map(Path::routes);
        let named = || routes().filter(|route| route.method.verb().as_str().eq_ignore_ascii_case(verb));
        if let Some(route) = named().find(Self::is_published) {
            return Ok(route);
        }
        let mut allowed: Vec<_> =
            routes().filter(Self::is_published).map(|route| route.method.verb()).collect();
        allowed.dedup();
        let is_in_beta = named().next().is_some();
        let name = found.as_ref().and_then(Path::name).map(short);
        let path = beginning(without_query(path), 160);
        Err(NoRoute { verb: short(verb), path, name, allowed, is_in_beta })
    }

    /// True if the version of the path has the method. A path without a version may have any.
    fn is_published(&self) -> bool {
        self.version.is_none_or(|version| self.method.is_in(version))
    }
}

/// Writes the path of the request.
impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(version) = self.version {
            write!(f, "/{version}")?;
        }
        write!(f, "/{}/calls", self.root)?;
        let mut parts = self.method.path().split("{id}");
        f.write_str(parts.next().unwrap_or_default())?;
        let call = self.call.map(Id::from);
        for (id, part) in [&call, &self.item].into_iter().zip(parts) {
            match id {
                None => write!(f, "{{id}}{part}")?,
                Some(id) if id.guid().is_some() => write!(f, "{id}{part}")?,
                Some(id) => write!(f, "{}{part}", utf8_percent_encode(&id.to_string(), NON_ALPHANUMERIC))?,
            }
        }
        Ok(())
    }
}

/// A path under one of the roots.
struct Path<'a> {
    version: Option<Version>,
    root: Root,
    /// The segments after `calls`.
    rest: Vec<&'a str>,
}

impl<'a> Path<'a> {
    fn read(path: &'a str) -> Option<Self> {
        let path = without_query(path);
        let url = Some(path).filter(|path| !path.starts_with('/')).and_then(|path| path.split_once("://"));
        let path = match url {
            Some((_, whole)) => whole.split_once('/').map_or("", |(_, path)| path),
            None => path,
        };
        let mut segments = segments(path).peekable();
        let version = segments.peek().and_then(|name| Version::named(name));
        if version.is_some() {
            segments.next();
        }
        let root = segments.next()?;
        let root = Root::ALL.iter().find(|known| known.as_str().eq_ignore_ascii_case(root))?;
        let is_calls = segments.next()?.eq_ignore_ascii_case("calls");
        is_calls.then(|| Self { version, root: *root, rest: segments.collect() })
    }

    /// The last name behind the id of a call, if no method ends with it.
    fn name(&self) -> Option<&'a str> {
        let (call, behind) = self.rest.split_first()?;
        let name = behind.last()?;
        let ends_with = |method: &Method| {
            method.names().last().is_some_and(|last| last.eq_ignore_ascii_case(unqualified(name)))
        };
        (call.parse::<CallId>().is_ok() && !Method::ALL.iter().any(ends_with)).then_some(name)
    }

    fn routes(&self) -> impl Iterator<Item = Route> {
        let last = self.rest.last().map_or("", |last| unqualified(last));
        // Each request pays for this. The shape alone rules out most methods.
        let has_shape = move |method: &Method| {
            let names = method.names();
            names.len() == self.rest.len()
                && names.last().is_none_or(|name| *name == ID || name.eq_ignore_ascii_case(last))
        };
        let methods =
            Method::ALL.iter().filter(move |method| has_shape(method) && method.is_under(self.root));
        methods.filter_map(|method| self.route(*method))
    }

    fn route(&self, method: Method) -> Option<Route> {
        let (mut call, mut item) = (None, None);
        for (name, given) in method.names().iter().zip(&self.rest) {
            if *name == ID {
                let id = if call.is_none() { &mut call } else { &mut item };
                *id = Some(decoded(given));
            } else if !unqualified(given).eq_ignore_ascii_case(name) {
                return None;
            }
        }
        if item.as_ref().is_some_and(|id| is_action(unqualified(id))) {
            return None;
        }
        let call = call.map(|id| id.parse()).transpose().ok()?;
        let item = item.map(|id| Id::from(&*id));
        Some(Route { method, version: self.version, root: self.root, call, item })
    }
}

/// An id in the path of a method.
const ID: &str = "{id}";

/// The number of segments of the path of a method. Each begins with a slash.
const fn count(path: &str) -> usize {
    let (mut left, mut count) = (path.as_bytes(), 0);
    while let [first, more @ ..] = left {
        count += (*first == b'/') as usize;
        left = more;
    }
    count
}

/// The segments of the path of a method.
#[expect(clippy::indexing_slicing, reason = "the compiler computes it, so a wrong index does not compile")]
const fn names<const COUNT: usize>(path: &'static str) -> [&'static str; COUNT] {
    let (mut names, mut index, mut end) = ([""; COUNT], COUNT, path.len());
    while index > 0 {
        let (before, _) = path.split_at(end);
        let mut begin = end;
        while before.as_bytes()[begin - 1] != b'/' {
            begin -= 1;
        }
        index -= 1;
        names[index] = before.split_at(begin).1;
        end = begin - 1;
    }
    names
}

fn without_query(path: &str) -> &str {
    let end = memchr::memchr2(b'?', b'#', path.as_bytes());
    end.and_then(|end| path.get(..end)).unwrap_or(path)
}

/// Each request pays for this: the delimiters are found many bytes at a time.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    let ends = memchr::memchr3_iter(b'/', b'(', b')', path.as_bytes()).chain([path.len()]);
    let mut begin = 0;
    let parts = ends.filter_map(move |end| path.get(core::mem::replace(&mut begin, end + 1)..end));
    parts.map(|part| part.trim_matches('\'')).filter(|part| !part.is_empty())
}

/// An id as it was before it was written into a path.
fn decoded(id: &str) -> Cow<'_, str> {
    if id.contains('%') { percent_decode_str(id).decode_utf8_lossy() } else { id.into() }
}

/// The actions on all participants. In a path they take the place of a participant id.
fn is_action(name: &str) -> bool {
    let actions = Method::ALL.iter().filter_map(|method| method.path().strip_prefix("/{id}/participants/"));
    actions.into_iter().any(|action| name.eq_ignore_ascii_case(action))
}

/// An action without its namespace.
fn unqualified(name: &str) -> &str {
    const NAMESPACE: &str = "microsoft.graph.";
    match name.split_at_checked(NAMESPACE.len()) {
        Some((space, name)) if space.eq_ignore_ascii_case(NAMESPACE) => name,
        Some(_) | None => name,
    }
}

impl NoRoute {
    /// The HTTP status: 405 if another verb is valid for the path, else 404.
    ///
    /// ```
    /// # use callfold::graph::Route;
    /// assert_eq!(Route::parse("GET", "/me").unwrap_err().status(), 404);
    /// ```
    pub const fn status(&self) -> u16 {
        if self.allowed.is_empty() { 404 } else { 405 }
    }

    /// The body of the response.
    ///
    /// ```
    /// # use callfold::graph::Route;
    /// assert_eq!(Route::parse("GET", "/me").unwrap_err().error().code, "ResourceNotFound");
    /// ```
    pub fn error(&self) -> ODataError {
        let code = if self.allowed.is_empty() { "ResourceNotFound" } else { "MethodNotAllowed" };
        let allowed: Vec<&str> = self.allowed.iter().map(|verb| verb.as_str()).collect();
        ODataError::new(code, self.to_string()).with("allowed", allowed)
    }
}

impl fmt::Display for NoRoute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no method for {} {}", self.verb, self.path)?;
        match (self.allowed.split_first(), &self.name) {
            (None, _) if self.is_in_beta => f.write_str(": only the beta version has this method"),
            (None, Some(name)) => write!(f, ": no method of a call ends with `{name}`"),
            (None, None) => {
                f.write_str(": paths begin with /communications/calls, and the id of a call is a GUID")
            }
            (Some((first, more)), _) => {
                write!(f, ": the path takes {first}")?;
                more.iter().try_for_each(|verb| write!(f, ", {verb}"))
            }
        }
    }
}

impl core::error::Error for NoRoute {}
