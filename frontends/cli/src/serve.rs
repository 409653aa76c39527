//! `callfold serve`: the local Graph calling service.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use callfold_serve::{Auth, Auto, Callbacks, ClockMode, Handle, Server, Settings};
use clap::{Args, ValueEnum};
use tracing_subscriber::EnvFilter;

use crate::stdout::stdout;

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
    /// Keep calls in `memory` or in `sqlite:PATH` [default: memory]
    #[arg(long, value_name = "STORE", env = "CALLFOLD_STORE", hide_env_values = true)]
    store: Option<String>,
    /// Let time pass: `real`, `manual` or a factor such as `x10` [default: real]
    #[arg(long, value_name = "CLOCK")]
    clock: Option<ClockMode>,
    /// Make ids, message ids and faults from this number
    #[arg(long, value_name = "N")]
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

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

pub(crate) fn run(args: ServeArgs) -> io::Result<ExitCode> {
    log(args.log_format);
    let settings = settings(args)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let bot = settings.bot.clone();
        let authority = settings.tls.as_ref().map(|folder| folder.join("ca.pem"));
        let server = Server::builder().settings(settings).start().await.map_err(io::Error::other)?;
        greet(&server, bot.as_deref(), authority.as_deref())?;
        ended().await?;
        server.stop().await;
        Ok(ExitCode::SUCCESS)
    })
}

fn log(format: LogFormat) {
    let filter = EnvFilter::try_from_env("CALLFOLD_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    match format {
        LogFormat::Text => builder.with_target(false).with_ansi(io::stderr().is_terminal()).init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
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
fn greet(server: &Handle, bot: Option<&str>, authority: Option<&Path>) -> io::Result<()> {
    let url = server.url();
    let mut out = stdout()?;
    writeln!(out, "listening on {url}")?;
    writeln!(out, "base URL for SDKs: {url}/v1.0")?;
    writeln!(out, "seed: {}", server.seed())?;
    for line in server.how_to_trust() {
        writeln!(out, "{line}")?;
    }
    writeln!(out, "make a call ring:\n  {}", ring(url, bot, authority))?;
    out.flush()
}

/// A command that makes a call ring.
fn ring(url: &str, bot: Option<&str>, authority: Option<&Path>) -> String {
    let body = match bot {
        Some(_) => "{}".to_owned(),
        None => r#"{"callbackUri":"http://localhost:3000/callback"}"#.to_owned(),
    };
    let trust = authority.map(|file| format!(" --cacert '{}'", file.display())).unwrap_or_default();
    format!("curl{trust} -X POST {url}/_callfold/calls -H 'Content-Type: application/json' -d '{body}'")
}

/// Waits for SIGINT or SIGTERM.
#[cfg(unix)]
async fn ended() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminated.recv() => Ok(()),
    }
}

/// Waits for the end that the user asks for.
#[cfg(not(unix))]
async fn ended() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}
