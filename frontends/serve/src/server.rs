//! The service in a program: start it, steer it, end it.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use callfold::call::NetworkEvent;
use callfold::jiff::{SignedDuration, Timestamp};
use callfold::{CallId, Ledger, Recorded};
use callfold_store::{Address as StoreAddress, Store};
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::callbacks::wrong_bot;
use crate::clock::real_now;
use crate::drive::Advance;
use crate::fault::Faults;
use crate::host::{Host, NotHappened};
use crate::http::routes::Paths;
use crate::listen;
use crate::offer::rings_nobody;
use crate::open::Kept;
use crate::ring::NotOffered;
use crate::scenario::read::Scenario;
use crate::settings::Settings;
use crate::signing::Signing;
use crate::task::to_its_end;
use crate::tls::Tls;

/// The local Graph calling service.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use callfold_serve::{ClockMode, Server};
///
/// let mut settings = callfold_serve::Settings::default();
/// settings.listen = "127.0.0.1:0".into();
/// settings.clock = ClockMode::Manual;
/// let server = Server::builder().settings(settings).start().await?;
/// let call = server.ring(serde_json::json!({ "callbackUri": "http://localhost:3000/callback" })).await?;
/// server.advance("PT15S".parse()?).await?;
/// assert_eq!(server.calls().call(call).unwrap().state().as_str(), "terminated");
/// server.stop().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Server;

/// What a service is started with.
#[derive(Debug, Default)]
pub struct Builder {
    settings: Settings,
    scenarios: Vec<Scenario>,
    store: Option<Arc<dyn Store>>,
}

/// Why a service does not start, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartError(String);

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

/// Why something that was asked of a running service was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

impl Server {
    /// Prepares a service. Without settings, it is what `callfold serve` starts.
    pub fn builder() -> Builder {
        Builder::default()
    }
}

impl Builder {
    /// Sets the settings.
    #[must_use]
    pub fn settings(self, settings: Settings) -> Self {
        Self { settings, ..self }
    }

    /// Adds a scenario.
    #[must_use]
    pub fn scenario(mut self, scenario: Scenario) -> Self {
        self.scenarios.push(scenario);
        self
    }

    /// Keeps events in this store, and not where the settings say.
    #[must_use]
    pub fn store(self, store: Arc<dyn Store>) -> Self {
        Self { store: Some(store), ..self }
    }

    /// Starts the service. It answers requests when this returns.
    ///
    /// # Errors
    ///
    /// What is wrong, and what to do: the port is taken, a scenario cannot be read, the store is of another version, the
    /// clock would go back.
    pub async fn start(self) -> Result<Handle, StartError> {
        self.started().await.map_err(StartError)
    }

    async fn started(self) -> Result<Handle, String> {
        let Self { settings, mut scenarios, store } = self;
        if let Some(why) = settings.bot.as_ref().and_then(|bot| wrong_bot(settings.callbacks, bot)) {
            return Err(format!("--bot: {why}"));
        }
        if settings.admin_token.as_ref().is_some_and(|token| token.expose().is_empty()) {
            return Err("--admin-token: the token is empty; give one, or leave the option out".into());
        }
        for path in &settings.scenario {
            scenarios.push(scenario(path, settings.bot.as_deref())?);
        }
        let tls = match &settings.tls {
            Some(folder) => Some(
                Tls::open(folder, real_now())
                    .map_err(|error| format!("--tls {}: {error}", folder.display()))?,
            ),
            None => None,
        };
        let acceptor = match &tls {
            Some(tls) => {
                let config = tls.server_config().map_err(|error| format!("--tls: {error}"))?;
                Some(TlsAcceptor::from(Arc::new(config)))
            }
            None => None,
        };
        if let Some(wrong) = scenarios.iter().find_map(Scenario::wrong) {
            return Err(format!("scenario: {wrong}"));
        }
        let kept = match store {
            Some(store) => Kept { store, name: "the given store".into(), is_own: false },
            None => opened(&settings.store).await?,
        };
        let (listener, address) = listen::bind(&settings.listen, tls.is_some()).await?;
        let signing = Signing::new(settings.tls.clone());
        let seed = settings.seed.unwrap_or_else(drawn_seed);
        let limits = settings.limits.clone();
        let host = Host::open(settings, kept, scenarios, signing, &address, seed).await?;
        let (end, ending) = watch::channel(());
        let mut working =
            vec![tokio::spawn(Arc::clone(&host).drive()), tokio::spawn(Arc::clone(&host).post_webhooks())];
        if let Some(sharing) = host.sharing {
            let last = host.store.last().await.map_err(|error| error.to_string())?;
            working.push(tokio::spawn(Arc::clone(&host).follow(last)));
            working.push(tokio::spawn(Arc::clone(&host).keep_leases(sharing)));
        }
        let serving =
            tokio::spawn(listen::serve(listener, acceptor, Paths::new(Arc::clone(&host)), limits, ending));
        Ok(Handle { host, address: address.socket, tls, end, serving, working })
    }
}

async fn opened(address: &str) -> Result<Kept, String> {
    let address: StoreAddress = address.parse().map_err(|error| format!("--store: {error}"))?;
    let name = format!("--store {address}");
    let store = address.open().await.map_err(|error| format!("{name}: {error}"))?;
    Ok(Kept { store, name, is_own: address == StoreAddress::Memory })
}

fn scenario(path: &PathBuf, bot: Option<&str>) -> Result<Scenario, String> {
    let wrong = |why: String| format!("--scenario {}: {why}", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let scenario = Scenario::read(&text).map_err(wrong)?;
    match rings_nobody(&scenario, bot) {
        Some(why) => Err(wrong(why)),
        None => Ok(scenario),
    }
}

#[expect(clippy::disallowed_methods, reason = "somebody must draw the seed")]
fn drawn_seed() -> u64 {
    uuid::Uuid::new_v4().as_u64_pair().1
}

/// A running service. When it is dropped, the service ends at once; [`stop`](Self::stop) ends it in order.
///
/// The methods that change calls or the clock are done to their end, also if their future is dropped.
pub struct Handle {
    host: Arc<Host>,
    address: SocketAddr,
    tls: Option<Tls>,
    end: watch::Sender<()>,
    serving: JoinHandle<()>,
    working: Vec<JoinHandle<()>>,
}

/// Shows neither the calls nor what was sent: both have secrets.
impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("address", &self.address)
            .field("seed", &self.seed())
            .finish_non_exhaustive()
    }
}

impl Handle {
    /// The address on which the service listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL before the version, such as `http://127.0.0.1:9090`.
    pub fn url(&self) -> &str {
        &self.host.base_url
    }

    /// True if the admin API refuses every request: the service listens beyond this machine, and has no admin token.
    pub fn refuses_admins(&self) -> bool {
        !self.host.is_loopback && self.host.settings.admin_token.is_none()
    }

    /// The seed from which ids and faults come.
    pub fn seed(&self) -> u64 {
        self.host.seed.number()
    }

    /// How clients trust the certificate of the service; empty without TLS.
    pub fn how_to_trust(&self) -> Vec<String> {
        self.tls.as_ref().map(Tls::how_to_trust).unwrap_or_default()
    }

    /// Somebody rings the bot: the body of `POST /_callfold/calls`.
    ///
    /// # Errors
    ///
    /// What is wrong with the body, or why the call cannot be stored.
    pub async fn ring(&self, offer: Value) -> Result<CallId, Refused> {
        let offer = serde_json::from_value(offer).map_err(|error| Refused(error.to_string()))?;
        let host = Arc::clone(&self.host);
        to_its_end(async move { host.offer(offer).await }).await.map_err(|why| match why {
            NotOffered::Wrong(why) => Refused(why),
            NotOffered::NotHappened(why) => refused(&why),
        })
    }

    /// Something happens in the network now.
    ///
    /// # Errors
    ///
    /// Why it cannot happen now, and what can.
    pub async fn happen(&self, call: CallId, event: NetworkEvent) -> Result<(), Refused> {
        let host = Arc::clone(&self.host);
        let happened = to_its_end(async move { host.happen(call, event, host.clock.now()).await });
        happened.await.map_err(|why| refused(&why))
    }

    /// Moves a manual clock on. All that is due happens, in its order, before this returns the time then.
    ///
    /// # Errors
    ///
    /// The clock is not manual, the time would go back, or something that is due cannot be stored.
    pub async fn advance(&self, by: SignedDuration) -> Result<Timestamp, Refused> {
        let host = Arc::clone(&self.host);
        let advanced = to_its_end(async move { host.advance(Advance::By(by)).await });
        advanced.await.map_err(|why| Refused(why.to_string()))
    }

    /// The service's time.
    pub fn now(&self) -> Timestamp {
        self.host.clock.now()
    }

    /// All calls as they are now.
    pub fn calls(&self) -> Ledger {
        self.host.live().ledger.clone()
    }

    /// The events of a call, in their order. Empty if the service has no such call.
    ///
    /// # Errors
    ///
    /// Why the store cannot read them.
    pub async fn events(&self, call: CallId) -> Result<Vec<Recorded>, Refused> {
        self.host.store.read(call, 1).await.map_err(|failed| Refused(failed.to_string()))
    }

    /// The requests and webhooks after a number, as `GET /_callfold/deliveries` shows them. Secrets are hidden.
    pub fn deliveries(&self, after: u64) -> Vec<Value> {
        let listed = self.host.deliveries.after(after, None);
        listed.iter().map(|(number, delivery)| delivery.json(*number, false)).collect()
    }

    /// Sets the faults.
    ///
    /// # Errors
    ///
    /// Which member is wrong, and what would be right.
    pub fn set_faults(&self, faults: Faults) -> Result<(), Refused> {
        self.host.set_faults(faults).map_err(Refused)
    }

    /// Adds a scenario.
    ///
    /// # Errors
    ///
    /// Which member is wrong, and what would be right, or that there are too many scenarios.
    pub fn add_scenario(&self, scenario: Scenario) -> Result<(), Refused> {
        self.host.add_scenario(scenario).map(|_| ()).map_err(|why| Refused(why.to_string()))
    }

    /// Waits until no request is being served, and no webhook can be posted now.
    pub async fn quiet(&self) {
        self.host.quiet().await;
    }

    /// Ends the service in order: no request is cut off, and what is stored stays.
    pub async fn stop(mut self) {
        _ = self.end.send(());
        _ = (&mut self.serving).await;
        // What is being posted is noted. What waits is posted after the next start.
        self.end_work();
        let posted = std::time::Duration::from_secs(10);
        _ = tokio::time::timeout(posted, self.host.busy.quiet()).await;
        self.host.release_leases().await;
    }

    /// Ends the service at once: requests and webhooks under way are cut off. What is stored stays.
    pub async fn stop_at_once(&self) {
        self.abort();
        while !self.serving.is_finished() {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        self.host.release_leases().await;
    }

    fn abort(&self) {
        self.serving.abort();
        self.end_work();
        // Under this lock, nobody is about to post another.
        let _live = self.host.live_mut();
        self.host.posts().abort_all();
    }

    /// From now on, no webhook is taken and no timer is run.
    fn end_work(&self) {
        self.host.has_ended.store(true, Ordering::SeqCst);
        self.working.iter().for_each(JoinHandle::abort);
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.abort();
    }
}

fn refused(why: &NotHappened) -> Refused {
    Refused(match why {
        NotHappened::Refused(refusal) => refusal.to_string(),
        NotHappened::NotStored(failed) => failed.to_string(),
    })
}
