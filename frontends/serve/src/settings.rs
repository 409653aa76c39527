//! The settings of a service. A config file has the same names, in TOML.

use std::path::PathBuf;

use callfold::jiff::{SignedDuration, Timestamp};
use callfold::{Notify, OlderResource, Secret};
use callfold_store::Lease;
use serde::Deserialize;

use crate::behaviour::ByItself;
use crate::clock::ClockMode;
use crate::fault::Faults;
use crate::keys::tenant::{DEFAULT_APP, DEFAULT_TENANT};

/// The shortest `lease`: stores keep leases in whole seconds.
const SHORTEST_LEASE: SignedDuration = SignedDuration::from_secs(2);

/// All settings of a service.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Settings {
    /// The address to listen on. Port 0 takes a free port.
    pub listen: String,
    /// The URL to which notifications of offered calls are posted.
    pub bot: Option<String>,
    /// Files with scenarios.
    pub scenario: Vec<PathBuf>,
    /// Where events are kept: `memory`, `sqlite:PATH`, `postgres://…` or `nats://…`.
    pub store: String,
    /// The time in which another process takes over from one that ended, where several use one store.
    pub lease: SignedDuration,
    /// How time passes.
    pub clock: ClockMode,
    /// When a manual clock begins. Without it, at 2026-01-01T00:00:00Z, or where the store ends.
    pub now: Option<Timestamp>,
    /// The number from which ids, message ids and faults come. Without it, one is drawn.
    pub seed: Option<u64>,
    /// Whether requests need a token.
    pub auth: Auth,
    /// The token that requests to `/_callfold` must have.
    pub admin_token: Option<Secret<String>>,
    /// The folder of the service's own authority and certificate. With it, the service listens on https.
    pub tls: Option<PathBuf>,
    /// The authority that signed the certificate of the bot.
    pub trust: Option<PathBuf>,
    /// Where webhooks may go.
    pub callbacks: Callbacks,
    /// Whether anything happens by itself.
    pub auto: Auto,
    /// How long what happens by itself takes.
    pub by_itself: ByItself,
    /// How webhooks are posted.
    pub webhooks: Webhooks,
    /// Whether `stopHoldMusic` replies that the operation runs, and ends it later.
    pub hold_music_stops_later: bool,
    /// The limits.
    pub limits: Limits,
    /// What fails on purpose.
    pub faults: Faults,
    /// The id of the app, where requests need no token.
    pub app: Option<String>,
    /// The id of the tenant, where requests need no token.
    pub tenant: Option<String>,
}

/// Whether requests need a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::exhaustive_enums, reason = "the two values of the contract")]
pub enum Auth {
    /// There is one app, and it has all permissions.
    #[default]
    Off,
    /// Requests need a token of this service.
    Token,
}

/// Where webhooks may go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::exhaustive_enums, reason = "the two values of the contract")]
pub enum Callbacks {
    /// Only to this machine.
    #[default]
    Loopback,
    /// To every address.
    Any,
}

/// Whether anything happens by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::exhaustive_enums, reason = "the two values of the contract")]
pub enum Auto {
    /// The other side answers, prompts end, transfers succeed.
    #[default]
    On,
    /// All of it is left to events and scenarios.
    Off,
}

/// How webhooks are posted. Nothing public says what Graph does: these times are invented.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Webhooks {
    /// How long the service waits for an answer, in real time.
    pub timeout: SignedDuration,
    /// How many times a webhook is posted again that was not accepted.
    pub retries: u32,
    /// The time before the first repeat. It doubles with each.
    pub first_retry: SignedDuration,
    /// Whether notifications also have the older member `resource`.
    pub resource: Resource,
    /// Whether the state `ringing` is reported.
    pub ringing: bool,
    /// Whether the state `redirecting` is reported.
    pub redirecting: bool,
}

/// The older member `resource` of notifications.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::exhaustive_enums, reason = "the values that the crate has")]
pub enum Resource {
    /// There is none.
    #[default]
    Absent,
    /// A path under `/app`.
    App,
    /// A path under `/app`, but the same path as in `resourceUrl` for a roster.
    AppExceptRosters,
}

/// What grows has a limit.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Limits {
    /// Connections at the same time. More wait.
    pub connections: usize,
    /// Bytes of a body. A longer one is 413.
    pub body: usize,
    /// How long the headers of a request may take to arrive, and how long a connection may be idle.
    pub idle: SignedDuration,
    /// How long the body of a request may take to arrive.
    pub slow: SignedDuration,
    /// Webhooks that wait. When there are more, requests are 503.
    pub queue: usize,
    /// Webhooks that are posted at the same time.
    pub posts: u32,
    /// Deliveries that are listed. The oldest are forgotten.
    pub deliveries: usize,
    /// Bytes of the deliveries that are listed. The oldest are forgotten.
    pub delivery_bytes: usize,
    /// Ended calls that are kept in memory. The oldest are forgotten.
    pub ended_calls: usize,
    /// Scenarios. One more is refused.
    pub scenarios: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:9090".into(),
            bot: None,
            scenario: Vec::new(),
            store: "memory".into(),
            lease: SignedDuration::from_secs(10),
            clock: ClockMode::Real,
            now: None,
            seed: None,
            auth: Auth::Off,
            admin_token: None,
            tls: None,
            trust: None,
            callbacks: Callbacks::Loopback,
            auto: Auto::On,
            by_itself: ByItself::default(),
            webhooks: Webhooks::default(),
            hold_music_stops_later: false,
            limits: Limits::default(),
            faults: Faults::default(),
            app: None,
            tenant: None,
        }
    }
}

impl Default for Webhooks {
    fn default() -> Self {
        Self {
            timeout: SignedDuration::from_secs(10),
            retries: 5,
            first_retry: SignedDuration::from_secs(1),
            resource: Resource::Absent,
            ringing: false,
            redirecting: false,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            body: 1 << 20,
            idle: SignedDuration::from_secs(60),
            slow: SignedDuration::from_secs(30),
            queue: 1_000_000,
            posts: 256,
            deliveries: 10_000,
            delivery_bytes: 256 << 20,
            ended_calls: 10_000,
            scenarios: 1_000,
        }
    }
}

impl Webhooks {
    /// How notifications are written.
    pub(crate) fn notify(&self) -> Notify {
        let mut notify = Notify::new();
        notify.resource = match self.resource {
            Resource::Absent => OlderResource::Absent,
            Resource::App => OlderResource::App,
            Resource::AppExceptRosters => OlderResource::AppExceptRosters,
        };
        notify.reports_ringing = self.ringing;
        notify.reports_redirecting = self.redirecting;
        notify
    }
}

impl Settings {
    /// The id of the app, where requests need no token.
    pub(crate) fn app_id(&self) -> String {
        self.app.clone().unwrap_or_else(|| DEFAULT_APP.into())
    }

    /// The id of the tenant, where requests need no token.
    pub(crate) fn tenant_id(&self) -> String {
        self.tenant.clone().unwrap_or_else(|| DEFAULT_TENANT.into())
    }

    /// Reads a config file.
    ///
    /// # Errors
    ///
    /// What is wrong, and where: the line and the member.
    pub fn read(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| toml_error(text, &error))
    }
}

impl Settings {
    /// What is wrong with the settings, if anything: the member, and what would be right.
    pub(crate) fn wrong(&self) -> Option<String> {
        let ByItself { connect, ring, prompt, invite, transfer_accepted, transfer_completed, end, tone } =
            &self.by_itself;
        let times = [
            ("byItself.connect", connect),
            ("byItself.ring", ring),
            ("byItself.prompt", prompt),
            ("byItself.invite", invite),
            ("byItself.transferAccepted", transfer_accepted),
            ("byItself.transferCompleted", transfer_completed),
            ("byItself.end", end),
            ("byItself.tone", tone),
            ("webhooks.timeout", &self.webhooks.timeout),
            ("webhooks.firstRetry", &self.webhooks.first_retry),
            ("limits.idle", &self.limits.idle),
            ("limits.slow", &self.limits.slow),
        ];
        let negative = times.into_iter().find(|(_, time)| time.is_negative());
        let negative = negative.map(|(name, time)| format!("`{name}` is {time}: it cannot be negative"));
        let longest = SignedDuration::try_from(Lease::LONGEST).unwrap_or(SignedDuration::MAX);
        let is_wrong = !(SHORTEST_LEASE..=longest).contains(&self.lease);
        let lease = is_wrong
            .then(|| format!("`lease` is {}: it must be from {SHORTEST_LEASE} to {longest}", self.lease));
        negative.or(lease).or_else(|| self.faults.wrong().map(|wrong| format!("faults: {wrong}")))
    }
}

/// What is wrong with a text in TOML, and where. The text itself is not shown: it can have secrets, and be long.
pub(crate) fn toml_error(text: &str, error: &toml::de::Error) -> String {
    let message = error.message().trim().replace('\n', "; ");
    let before = error.span().and_then(|span| text.get(..span.start));
    let Some(before) = before else { return message };
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}, column {column}: {message}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_cannot_be_negative() {
        for (text, wanted) in [
            ("[byItself]\nconnect = \"-1s\"", "`byItself.connect` is -PT1S: it cannot be negative"),
            ("[webhooks]\nfirstRetry = \"-1s\"", "`webhooks.firstRetry` is -PT1S: it cannot be negative"),
            ("[limits]\nidle = \"-1s\"", "`limits.idle` is -PT1S: it cannot be negative"),
            ("[faults.webhooks]\nrepeat = 2.0", "faults: `webhooks.repeat` is 2: a rate is from 0 to 1"),
        ] {
            assert_eq!(Settings::read(text).unwrap().wrong().as_deref(), Some(wanted));
        }
        assert_eq!(Settings::default().wrong(), None);
    }

    #[test]
    fn a_lease_is_as_long_as_stores_keep_one() {
        for (lease, wanted) in [
            ("1999ms", Some("`lease` is PT1.999S: it must be from PT2S to PT24H")),
            ("2s", None),
            ("24h", None),
            ("25h", Some("`lease` is PT25H: it must be from PT2S to PT24H")),
        ] {
            let settings = Settings::read(&format!("lease = \"{lease}\"")).unwrap();
            assert_eq!(settings.wrong().as_deref(), wanted);
        }
    }

    #[test]
    fn an_error_of_a_config_file_has_one_line_and_shows_no_secret() {
        for (text, wanted) in [
            ("listen = \"localhost:0\"\nlisen = 1", "line 2, column 1: unknown field `lisen`"),
            ("clock = [\n", "line 1, column 10: unclosed array"),
            ("[limits]\nbody = \"many\"", "line 2, column 8: invalid type"),
            ("adminToken = s3cret", "line 1, column 14"),
        ] {
            let error = Settings::read(text).unwrap_err();
            assert!(error.contains(wanted) && !error.contains('\n') && !error.contains("s3cret"), "{error}");
        }
    }
}
