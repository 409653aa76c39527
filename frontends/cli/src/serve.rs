//! `callfold serve`: the local Graph calling service.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

use callfold_serve::{Auth, Auto, Callbacks, ClockMode, Handle, Server, Settings};
use clap::{Args, ValueEnum};
use tracing::info;

use self::log::{Log, LogFormat};
use crate::status::Status;
use crate::stdout::stdout;

mod lines;
mod log;

pub(crate) const HELP: &str = "\
Examples:
  callfold serve --bot http://localhost:3000/callback
  callfold serve --store calls.db --scenario busy.toml
  callfold serve --clock manual --seed 7 --listen 127.0.0.1:0

The variable CALLFOLD_STORE is the store where --store is not given, so that no password is in the list of
processes. The variable CALLFOLD_LOG chooses what is logged: error, warn, info (default) or debug.

Exit status:
  0   the service was ended by SIGINT or SIGTERM
  2   it cannot start; the message says what to do
  70  a fault ended it on purpose";

/// The options of the service. The config file has the same names, and what is given here wins.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Listen on this address. Port 0 takes a free port [default: 127.0.0.1:9090]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Post the notifications of offered calls to this URL
    #[arg(long, value_name = "URL")]
    bot: Option<String>,
    /// Let people call, answer and press keys as this file says. May be repeated
    #[arg(long, value_name = "FILE")]
    scenario: Vec<PathBuf>,
    /// Read settings from this file, in TOML
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Keep calls in `memory`, `sqlite:PATH`, `postgres://…` or `nats://…` [default: memory]
    #[arg(long, value_name = "STORE", env = "CALLFOLD_STORE", hide_env_values = true)]
    store: Option<String>,
    /// Let time pass: `real`, `manual` or a factor such as `x10` [default: real]
    #[arg(long, value_name = "CLOCK")]
    clock: Option<ClockMode>,
    /// Make ids, message ids and faults from this number
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Whether requests need a token of this service [default: off]
    #[arg(long, value_enum)]
    auth: Option<AuthArg>,
    /// Require this token for the admin API
    #[arg(long, value_name = "TOKEN", env = "CALLFOLD_ADMIN_TOKEN", hide_env_values = true)]
    admin_token: Option<String>,
    /// Listen on https, with an authority and a certificate in this folder. They are made on first use
    #[arg(long, value_name = "DIR")]
    tls: Option<PathBuf>,
    /// Trust the certificates of a bot that this authority signed
    #[arg(long, value_name = "CA.pem")]
    trust: Option<PathBuf>,
    /// Where webhooks may go [default: loopback]
    #[arg(long, value_enum)]
    callbacks: Option<CallbacksArg>,
    /// Whether calls are answered and prompts end by themselves [default: on]
    #[arg(long, value_enum)]
    auto: Option<AutoArg>,
    /// How to write the log on standard error
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum AuthArg {
    Off,
    Token,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum CallbacksArg {
    Loopback,
    Any,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum AutoArg {
    On,
    Off,
}

pub(crate) fn run(args: ServeArgs) -> io::Result<Status> {
    let log = Log::start(args.log_format)?;
    let settings = settings(args)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let ended = runtime.block_on(async {
        let ring = Ring::new(&settings);
        let mut ending = Ending::new()?;
        let server = Server::builder().settings(settings).start().await.map_err(io::Error::other)?;
        greet(&server, &ring)?;
        ending.comes().await;
        info!("ending: requests and webhooks that have begun may end, and a second signal cuts them off");
        tokio::select! {
            () = server.stop() => {}
            () = ending.comes() => {}
        }
        Ok(Status::SUCCESS)
    });
    // The lookup of a name can take longer than anybody waits.
    runtime.shutdown_timeout(Duration::from_secs(1));
    log.say_lost();
    ended
}

/// The settings: those of the config file, and over them those of the command line.
fn settings(args: ServeArgs) -> io::Result<Settings> {
    let mut settings = match &args.config {
        Some(path) => {
            let wrong = |why: String| io::Error::other(format!("--config {}: {why}", path.display()));
            let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
            Settings::read(&text).map_err(wrong)?
        }
        None => Settings::default(),
    };
    replace(&mut settings.listen, args.listen);
    replace(&mut settings.store, args.store);
    replace(&mut settings.clock, args.clock);
    replace(
        &mut settings.auth,
        args.auth.map(|auth| match auth {
            AuthArg::Off => Auth::Off,
            AuthArg::Token => Auth::Token,
        }),
    );
    replace(
        &mut settings.callbacks,
        args.callbacks.map(|callbacks| match callbacks {
            CallbacksArg::Loopback => Callbacks::Loopback,
            CallbacksArg::Any => Callbacks::Any,
        }),
    );
    replace(
        &mut settings.auto,
        args.auto.map(|auto| match auto {
            AutoArg::On => Auto::On,
            AutoArg::Off => Auto::Off,
        }),
    );
    settings.bot = args.bot.or(settings.bot);
    settings.seed = args.seed.or(settings.seed);
    settings.tls = args.tls.or(settings.tls);
    settings.trust = args.trust.or(settings.trust);
    settings.admin_token = args.admin_token.map(callfold::Secret::new).or(settings.admin_token);
    settings.scenario.extend(args.scenario);
    Ok(settings)
}

fn replace<T>(setting: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *setting = given;
    }
}

/// Says where the service listens, and how to go on.
fn greet(server: &Handle, ring: &Ring) -> io::Result<()> {
    let url = server.url();
    let mut out = stdout()?;
    writeln!(out, "listening on {url}")?;
    writeln!(out, "base URL for SDKs: {url}/v1.0")?;
    writeln!(out, "seed: {}", server.seed())?;
    for line in server.how_to_trust() {
        writeln!(out, "{line}")?;
    }
    if server.refuses_admins() {
        let why = "the service listens beyond this machine";
        writeln!(out, "the admin API is off, because {why}: --admin-token TOKEN turns it on")?;
    } else {
        writeln!(out, "make a call ring:\n  {}", ring.command(url))?;
    }
    out.flush()
}

/// What a command needs that makes a call ring.
struct Ring {
    has_bot: bool,
    has_token: bool,
    authority: Option<PathBuf>,
}

impl Ring {
    fn new(settings: &Settings) -> Self {
        Self {
            has_bot: settings.bot.is_some(),
            has_token: settings.admin_token.is_some(),
            authority: settings.tls.as_ref().map(|folder| folder.join("ca.pem")),
        }
    }

    fn command(&self, url: &str) -> String {
        let trust = self.authority.as_ref().map(|file| format!("--cacert '{}' ", file.display()));
        let token = if self.has_token { " -H \"Authorization: Bearer $CALLFOLD_ADMIN_TOKEN\"" } else { "" };
        let body = if self.has_bot { "{}" } else { r#"{"callbackUri":"http://localhost:3000/callback"}"# };
        format!(
            "curl {}-X POST {url}/_callfold/calls -H 'Content-Type: application/json'{token} -d '{body}'",
            trust.unwrap_or_default()
        )
    }
}

/// What ends the service: SIGINT or SIGTERM. They are heard from the moment this is made.
#[cfg(unix)]
struct Ending(tokio::signal::unix::Signal, tokio::signal::unix::Signal);

#[cfg(unix)]
impl Ending {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self(signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?))
    }

    async fn comes(&mut self) {
        tokio::select! {
            _ = self.0.recv() => {}
            _ = self.1.recv() => {}
        }
    }
}

/// What ends the service: Ctrl-C.
#[cfg(not(unix))]
struct Ending;

#[cfg(not(unix))]
impl Ending {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn comes(&mut self) {
        // Without a handler for Ctrl-C, it ends the process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
