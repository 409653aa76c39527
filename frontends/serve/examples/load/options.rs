//! The options of the command line.

use std::path::PathBuf;
use std::time::Duration;

pub(crate) const USAGE: &str = "\
usage: load --url http://HOST:PORT --kind keepAlive|get|playPrompt|ivr|live [OPTION]...
  --calls N        calls that are live (100)
  --made-up        take made-up ids in place of live calls
  --ids FILE       read the ids of the live calls from a file; `--kind live` makes the calls and writes the file
  --listen PORT    the port of the bot, on which it receives webhooks (a free one)
  --no-webhooks    the service posts no webhook when a prompt ends
  --connections N  connections that send requests (16)
  --warm-up S      seconds before requests are counted (0.5)
  --seconds S      seconds in which requests are counted (3)";

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    KeepAlive,
    Get,
    PlayPrompt,
    /// Whole calls, while the others are live.
    Ivr,
    /// Nothing: the calls are only made.
    Live,
}

#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// The host and the port of the service.
    pub(crate) address: String,
    pub(crate) kind: Kind,
    pub(crate) calls: usize,
    pub(crate) is_made_up: bool,
    pub(crate) ids: Option<PathBuf>,
    pub(crate) listen: u16,
    pub(crate) has_webhooks: bool,
    pub(crate) connections: usize,
    pub(crate) warm_up: Duration,
    pub(crate) time: Duration,
}

impl Kind {
    const ALL: [Self; 5] = [Self::KeepAlive, Self::Get, Self::PlayPrompt, Self::Ivr, Self::Live];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::KeepAlive => "keepAlive",
            Self::Get => "get",
            Self::PlayPrompt => "playPrompt",
            Self::Ivr => "ivr",
            Self::Live => "live",
        }
    }
}

impl Options {
    /// The options, or `None` if they are wrong.
    pub(crate) fn read(mut arguments: impl Iterator<Item = String>) -> Option<Self> {
        let (mut address, mut kind) = (None, None);
        let mut options = Self::usual();
        while let Some(name) = arguments.next() {
            match name.as_str() {
                "--made-up" => options.is_made_up = true,
                "--no-webhooks" => options.has_webhooks = false,
                "--url" => {
                    address = Some(arguments.next()?.strip_prefix("http://")?.trim_end_matches('/').into())
                }
                "--kind" => {
                    let name = arguments.next()?;
                    kind = Some(Kind::ALL.into_iter().find(|kind| kind.name() == name)?);
                }
                "--calls" => options.calls = arguments.next()?.parse().ok()?,
                "--ids" => options.ids = Some(arguments.next()?.into()),
                "--listen" => options.listen = arguments.next()?.parse().ok()?,
                "--connections" => options.connections = arguments.next()?.parse().ok()?,
                "--warm-up" => options.warm_up = seconds(&arguments.next()?)?,
                "--seconds" => options.time = seconds(&arguments.next()?)?,
                _ => return None,
            }
        }
        options.address = address?;
        options.kind = kind?;
        (options.calls > 0 && options.connections > 0).then_some(options)
    }

    const fn usual() -> Self {
        Self {
            address: String::new(),
            kind: Kind::KeepAlive,
            calls: 100,
            is_made_up: false,
            ids: None,
            listen: 0,
            has_webhooks: true,
            connections: 16,
            warm_up: Duration::from_millis(500),
            time: Duration::from_secs(3),
        }
    }
}

fn seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.parse().ok()?).ok()
}
