//! The REST surface: which method a verb and a path name, and the path of a method.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{ODataError, Version};
use crate::names::names;
use crate::text::short;
use crate::{CallId, Id};

names! {
    /// The HTTP verbs of the API.
    #[expect(clippy::exhaustive_enums, reason = "the verbs of the surface below")]
    pub enum Verb {
        /// Reads.
        Get = "GET",
        /// Acts.
        Post = "POST",
        /// Ends, or removes.
        Delete = "DELETE",
    }
}

names! {
    /// The root under which the API was published: `/app` is the older one, deprecated, and still listed.
    #[expect(clippy::exhaustive_enums, reason = "there are two")]
    pub enum Root {
        /// `/app/calls`
        App = "app",
        /// `/communications/calls`
        Communications = "communications",
    }
}

macro_rules! methods {
    ($( $(#[$meta:meta])* $Method:ident = $text:literal: $Verb:ident $path:literal, )+) => {
        names! {
            /// The methods of the API on calls, in the order of their pages.
            ///
            /// Source: [call](https://learn.microsoft.com/graph/api/resources/call#methods).
            ///
            /// ```
            /// use callfold::graph::{Method, Verb};
            ///
            /// assert_eq!(Method::PlayPrompt.as_str(), "playPrompt");
            /// assert_eq!(Method::PlayPrompt.verb(), Verb::Post);
            /// ```
            #[non_exhaustive]
            pub enum Method { $( $(#[$meta])* #[doc = concat!("`", stringify!($Verb), " …/calls", $path, "`")] $Method = $text, )+ }
        }

        impl Method {
            /// The verb of its request.
            ///
            /// ```
            /// # use callfold::graph::{Method, Verb};
            /// assert_eq!(Method::DeleteCall.verb(), Verb::Delete);
            /// ```
            pub const fn verb(self) -> Verb {
                match self { $( Self::$Method => Verb::$Verb, )+ }
            }

            /// Its path after `…/calls`, with `{id}` where an id stands.
            ///
            /// ```
            /// # use callfold::graph::Method;
            /// assert_eq!(Method::MuteParticipant.path(), "/{id}/participants/{id}/mute");
            /// ```
            pub const fn path(self) -> &'static str {
                match self { $( Self::$Method => $path, )+ }
            }
        }
    };
}

methods! {
    DeleteCall = "deleteCall": Delete "/{id}",
    GetCall = "getCall": Get "/{id}",
    ListParticipants = "listParticipants": Get "/{id}/participants",
    CancelMediaProcessing = "cancelMediaProcessing": Post "/{id}/cancelMediaProcessing",
    ChangeScreenSharingRole = "changeScreenSharingRole": Post "/{id}/changeScreenSharingRole",
    KeepAlive = "keepAlive": Post "/{id}/keepAlive",
    Mute = "mute": Post "/{id}/mute",
    PlayPrompt = "playPrompt": Post "/{id}/playPrompt",
    RecordResponse = "recordResponse": Post "/{id}/recordResponse",
    SubscribeToTone = "subscribeToTone": Post "/{id}/subscribeToTone",
    Unmute = "unmute": Post "/{id}/unmute",
    UpdateRecordingStatus = "updateRecordingStatus": Post "/{id}/updateRecordingStatus",
    LogTeleconferenceDeviceQuality = "logTeleconferenceDeviceQuality": Post "/logTeleconferenceDeviceQuality",
    CreateCall = "createCall": Post "",
    Answer = "answer": Post "/{id}/answer",
    Reject = "reject": Post "/{id}/reject",
    Redirect = "redirect": Post "/{id}/redirect",
    Transfer = "transfer": Post "/{id}/transfer",
    SendDtmfTones = "sendDtmfTones": Post "/{id}/sendDtmfTones",
    AddLargeGalleryView = "addLargeGalleryView": Post "/{id}/addLargeGalleryView",
    Invite = "invite": Post "/{id}/participants/invite",
    GetParticipant = "getParticipant": Get "/{id}/participants/{id}",
    MuteParticipant = "muteParticipant": Post "/{id}/participants/{id}/mute",
    DeleteParticipant = "deleteParticipant": Delete "/{id}/participants/{id}",
    StartHoldMusic = "startHoldMusic": Post "/{id}/participants/{id}/startHoldMusic",
    StopHoldMusic = "stopHoldMusic": Post "/{id}/participants/{id}/stopHoldMusic",
    GetOperation = "getOperation": Get "/{id}/operations/{id}",
    MuteAll = "muteAll": Post "/{id}/participants/muteAll",
    ConfigureMixer = "configureMixer": Post "/{id}/participants/configureMixer",
    UpdateMetadata = "updateMetadata": Post "/{id}/updateMetadata",
    ListAudioRoutingGroups = "listAudioRoutingGroups": Get "/{id}/audioRoutingGroups",
    CreateAudioRoutingGroup = "createAudioRoutingGroup": Post "/{id}/audioRoutingGroups",
    ListContentSharingSessions = "listContentSharingSessions": Get "/{id}/contentSharingSessions",
}

impl Method {
    /// True where the method is published under this root: `keepAlive` and `logTeleconferenceDeviceQuality` are
    /// under `/communications` alone.
    ///
    /// ```
    /// # use callfold::graph::{Method, Root};
    /// assert!(!Method::KeepAlive.is_under(Root::App));
    /// ```
    pub fn is_under(self, root: Root) -> bool {
        root == Root::Communications
            || !matches!(self, Self::KeepAlive | Self::LogTeleconferenceDeviceQuality)
    }
}

/// A request taken apart: the method, and what of which call.
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
    /// What is asked.
    pub method: Method,
    /// The version that the path names, if it does.
    pub version: Option<Version>,
    /// The root of the path.
    pub root: Root,
    /// The call; `None` for the methods of the collection.
    pub call: Option<CallId>,
    /// The participant or the operation, where the path names one.
    pub item: Option<Id>,
}

/// No method is there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoRoute {
    /// The verb, its first 64 characters.
    pub verb: String,
    /// The path, its first 64 characters.
    pub path: String,
    /// The verbs with which the path would be one.
    pub allowed: Vec<Verb>,
}

impl Route {
    /// A route under `/communications`, without a version.
    ///
    /// ```
    /// # use callfold::{CallId, graph::{Method, Route}};
    /// let call = CallId::new(uuid::Uuid::nil());
    /// let route = Route::new(Method::KeepAlive, Some(call), None);
    /// assert_eq!(route.to_string(), "/communications/calls/00000000-0000-0000-0000-000000000000/keepAlive");
    /// ```
    pub const fn new(method: Method, call: Option<CallId>, item: Option<Id>) -> Self {
        Self { method, version: None, root: Root::Communications, call, item }
    }

    /// Reads a verb and a path, or a whole URL: with or without a version, under either root, in any letter
    /// case, with qualified action names, with ids as segments or as OData keys. Query options are left out.
    ///
    /// # Errors
    ///
    /// [`NoRoute`] where no method is there; it names the verbs that the path would take.
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
        let routes: Vec<Self> = found.into_iter().flat_map(|path| path.routes()).collect();
        let allowed = || {
            let mut verbs: Vec<_> = routes.iter().map(|route| route.method.verb()).collect();
            verbs.dedup();
            verbs
        };
        let named = routes.iter().find(|route| route.method.verb().as_str().eq_ignore_ascii_case(verb));
        named.cloned().ok_or_else(|| NoRoute { verb: short(verb), path: short(path), allowed: allowed() })
    }
}

/// The path of the request.
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
    /// What follows `calls`.
    rest: Vec<&'a str>,
}

impl<'a> Path<'a> {
    fn read(path: &'a str) -> Option<Self> {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let path = match path.split_once("://") {
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

    fn routes(&self) -> Vec<Route> {
        let methods = Method::ALL.iter().filter(|method| method.is_under(self.root));
        methods.filter_map(|method| self.route(*method)).collect()
    }

    fn route(&self, method: Method) -> Option<Route> {
        let mut route = Route { method, version: self.version, root: self.root, call: None, item: None };
        let mut names = segments(method.path());
        for given in &self.rest {
            match names.next()? {
                "{id}" if route.call.is_none() => {
                    route.call = Some(percent_decode_str(given).decode_utf8_lossy().parse().ok()?);
                }
                "{id}" => {
                    let id = percent_decode_str(given).decode_utf8_lossy();
                    if is_action(unqualified(&id)) {
                        return None;
                    }
                    route.item = Some(Id::from(&*id));
                }
                name if unqualified(given).eq_ignore_ascii_case(name) => {}
                _ => return None,
            }
        }
        names.next().is_none().then_some(route)
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split(['/', '(', ')', '\'']).filter(|segment| !segment.is_empty())
}

/// The actions on all participants, which stand where the id of one may stand.
fn is_action(name: &str) -> bool {
    ["invite", "muteAll", "configureMixer"].iter().any(|action| name.eq_ignore_ascii_case(action))
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
    /// The HTTP status: 405 where another verb would do, else 404.
    ///
    /// ```
    /// # use callfold::graph::Route;
    /// assert_eq!(Route::parse("GET", "/me").unwrap_err().status(), 404);
    /// ```
    pub const fn status(&self) -> u16 {
        if self.allowed.is_empty() { 404 } else { 405 }
    }

    /// The body of the answer.
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
        write!(f, "no method of a call is at {} {}", self.verb, self.path)?;
        match self.allowed.split_first() {
            None => f.write_str(": paths begin /communications/calls, and a call's id is a GUID"),
            Some((first, more)) => {
                write!(f, ": it takes {first}")?;
                more.iter().try_for_each(|verb| write!(f, ", {verb}"))
            }
        }
    }
}

impl core::error::Error for NoRoute {}
