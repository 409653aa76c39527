//! The command line.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use callfold::log::Format;
use callfold::{CallId, Moment, Severity};
use clap::{Args as Group, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;

/// Recorded logs of Microsoft Graph calling notifications go in, the calls come out.
#[derive(Debug, Parser)]
#[command(name = "callfold", version, about, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the calls of a log: how each ended, its operations, and what is odd about it
    Replay(ReplayArgs),
    /// Leaf through the calls of a log in the terminal: a list, and the timeline of each
    #[command(after_help = KEYS)]
    Browse(BrowseArgs),
    /// Write the event log of any log, to standard output
    Convert(ConvertArgs),
    /// Replay, and say only what is wrong; for pipelines
    Check(CheckArgs),
    /// Write one page with all calls, to look at and to send; or the timeline of one call as a picture
    Report(ReportArgs),
    /// Draw a lifecycle, of calls or of operations: for people, and for other tools
    Diagram(DiagramArgs),
}

const KEYS: &str = "\
Keys:
  up, down or k, j       the call before, the next one
  left, right or h, l    a revision back, a revision on
  Home, End, PgUp, PgDn  the first, the last, a page
  n, N                   the next finding, the one before, across calls
  /                      search; Enter keeps it, Esc clears it
  f                      only calls with findings
  Tab                    from the calls to the timeline and back
  ?                      help
  q, Esc, Ctrl-C         quit

It needs a terminal of 60 columns and 16 rows; NO_COLOR is heeded. Secrets are never shown.";

/// More threads than this are a slip of the finger.
const MOST_JOBS: usize = 256;

#[derive(Debug, Group)]
pub(crate) struct ReplayArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    #[command(flatten)]
    pub(crate) only: Only,
    /// One JSON object instead of a table
    #[arg(long)]
    pub(crate) json: bool,
    /// How many threads replay event logs that are files
    #[arg(long, value_name = "N", default_value = "1", value_parser = jobs)]
    pub(crate) jobs: NonZeroUsize,
    /// Show join tokens, passcodes and recording tokens
    #[arg(long)]
    pub(crate) show_secrets: bool,
    #[command(flatten)]
    pub(crate) deny: Deny,
}

#[derive(Debug, Group)]
pub(crate) struct BrowseArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    #[command(flatten)]
    pub(crate) only: Only,
}

#[derive(Debug, Group)]
pub(crate) struct ConvertArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    #[command(flatten)]
    pub(crate) only: Only,
    /// What to write
    #[arg(long, value_enum)]
    pub(crate) to: Target,
    #[command(flatten)]
    pub(crate) deny: Deny,
}

#[derive(Debug, Group)]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    #[command(flatten)]
    pub(crate) only: Only,
    #[command(flatten)]
    pub(crate) deny: Deny,
}

#[derive(Debug, Group)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    /// What to write: FILE.html is a page, FILE.svg the timeline of one call; - writes a page to standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Details of this call too, whatever was found in it; may be given more than once. For a picture, the call
    #[arg(long = "call", value_name = "ID")]
    pub(crate) calls: Vec<CallId>,
    #[command(flatten)]
    pub(crate) deny: Deny,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Target {
    /// The event log, one event a line
    Events,
    /// The same as CloudEvents 1.0
    Cloudevents,
}

#[derive(Debug, Group)]
pub(crate) struct DiagramArgs {
    /// Whose lifecycle
    #[arg(value_enum, value_name = "LIFECYCLE", default_value_t = Lifecycle::Call)]
    pub(crate) lifecycle: Lifecycle,
    /// In which form; it goes to standard output
    #[arg(long = "as", value_enum, value_name = "FORM", default_value_t = Form::Mermaid)]
    pub(crate) form: Form,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Lifecycle {
    /// That of a call: callState
    Call,
    /// That of an operation: its status
    Operation,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Form {
    /// A Mermaid state diagram, for Markdown pages
    Mermaid,
    /// A graph for graphviz: | dot -Tpng > call.png
    Dot,
    /// State Chart XML of the W3C, for its interpreters
    Scxml,
    /// The configuration of an XState 5 machine, for createMachine
    Xstate,
    /// A picture, for browsers and pages
    Svg,
    /// What leads from where to where, as a Markdown table
    Table,
}

#[derive(Debug, Group)]
pub(crate) struct Only {
    /// One call alone
    #[arg(long, value_name = "ID")]
    pub(crate) call: Option<CallId>,
}

#[derive(Debug, Group)]
pub(crate) struct Deny {
    /// The mildest finding that makes the exit status 1
    #[arg(long, value_name = "SEVERITY", default_value = "error", value_parser = severity)]
    pub(crate) deny: Severity,
}

#[derive(Debug, Group)]
pub(crate) struct SourceArgs {
    /// Files, folders (their files in name order), or - for standard input
    #[arg(required = true, value_name = "LOG")]
    pub(crate) logs: Vec<PathBuf>,
    /// auto, events, notifications or sdk-log
    #[arg(long, default_value = "auto", value_parser = format)]
    pub(crate) format: FormatChoice,
    /// The calls as they were at a time, such as 2026-11-23T09:15:02Z
    #[arg(long, value_name = "TIME", value_parser = time, conflicts_with = "until_rev")]
    at: Option<Timestamp>,
    /// Each call at this revision of its own
    #[arg(long, value_name = "N", value_parser = revision)]
    until_rev: Option<u64>,
    /// Stop at the first error
    #[arg(long)]
    pub(crate) strict: bool,
}

/// The format of the logs; `None` tells it by content.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FormatChoice(pub(crate) Option<Format>);

impl SourceArgs {
    pub(crate) fn until(&self) -> Option<Moment> {
        let revision = || self.until_rev.map(Moment::Revision);
        self.at.map(Moment::Time).or_else(revision)
    }
}

fn format(name: &str) -> Result<FormatChoice, String> {
    let known = Format::ALL.iter().find(|format| format.as_str() == name);
    match known {
        Some(format) => Ok(FormatChoice(Some(*format))),
        None if name == "auto" => Ok(FormatChoice(None)),
        None => Err("formats are auto, events, notifications and sdk-log".into()),
    }
}

fn severity(name: &str) -> Result<Severity, String> {
    let known = Severity::ALL.iter().find(|severity| severity.as_str() == name);
    known.copied().ok_or_else(|| "severities are info, warn and error".into())
}

fn revision(text: &str) -> Result<u64, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "revisions count from 1".into())
}

fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    let number = text.parse().ok().filter(|number: &NonZeroUsize| number.get() <= MOST_JOBS);
    number.ok_or_else(|| format!("threads are 1 to {MOST_JOBS}"))
}

fn time(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| "a time is RFC 3339 with its offset, such as 2026-11-23T09:15:02Z".into())
}
