//! Replaying logs for another program, which shows the results in its own way.

use std::fmt;
use std::io;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use callfold::log::Format;
use callfold::{CallId, Keep, Moment, Replay};

use crate::args::{FormatChoice, SourceArgs};
use crate::logs::Logs;
use crate::replayer::{Listener, ReplayOptions, replay_logs};

/// The size of the largest record that is read, if nobody says otherwise: 64 MiB.
const DEFAULT_MAX_RECORD: usize = 64 << 20;

/// How logs are replayed. The command `replay` has the same options.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The format of the logs; `None` if it is detected from their content.
    pub format: Option<Format>,
    /// The moment at which each call stops; `None` for the end of the logs.
    pub until: Option<Moment>,
    /// Replays this call only.
    pub only: Option<CallId>,
    /// The size of the largest record that is read, in bytes. Larger ones are findings.
    pub max_record: usize,
    /// The number of threads that decode.
    pub jobs: NonZeroUsize,
    /// What is kept of the calls.
    pub keep: Keep,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            format: None,
            until: None,
            only: None,
            max_record: DEFAULT_MAX_RECORD,
            jobs: NonZeroUsize::MIN,
            keep: Keep::Summary,
        }
    }
}

/// What a replay of logs comes to.
#[non_exhaustive]
pub struct Replayed {
    /// The calls.
    pub replay: Replay,
    /// A message for each log that was not read, or not to its end, and where no log contains the only call that is wanted.
    pub unreadable: Vec<String>,
    /// What else people should know.
    pub notes: Vec<String>,
}

/// Shows no calls, because they contain secrets.
impl fmt::Debug for Replayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replayed").field("unreadable", &self.unreadable).finish_non_exhaustive()
    }
}

/// Replays logs as one log, as the command does: files, folders, and stores where the build has them.
///
/// # Errors
///
/// An error of the listener, or of a temporary file. A log that cannot be read is in [`Replayed::unreadable`].
pub fn replay<L: Listener>(paths: &[PathBuf], options: &Options, listener: &mut L) -> io::Result<Replayed> {
    let source = SourceArgs {
        format: FormatChoice(options.format),
        max_record: options.max_record,
        ..SourceArgs::of_whole_log(true)
    };
    let replay_options = ReplayOptions {
        until: options.until,
        only: options.only,
        jobs: options.jobs,
        keep: options.keep,
        ..ReplayOptions::of_all(&source)
    };
    let outcome = replay_logs(replay_options, &Logs::of(paths), listener)?;
    let unread = outcome.unreadable.iter().map(|log| format!("{}: {}", log.path, log.why));
    Ok(Replayed {
        unreadable: unread.chain(outcome.missing).collect(),
        replay: outcome.replay,
        notes: outcome.notes,
    })
}
