//! The command line: commands, arguments and their help.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use callfold::log::Format;
use callfold::{CallId, Moment, Severity};
use clap::{Args as Group, Parser, Subcommand, ValueEnum};
use jiff::Timestamp;

use crate::input::Opening;
use crate::report::order::Order;
use crate::size::size;

/// Replay recorded logs of Microsoft Graph calling notifications and show the calls in them.
#[derive(Debug, Parser)]
#[command(name = "callfold", version, about, after_help = EXIT, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the calls of a log: how each one ended, its operations, and the findings
    Replay(ReplayArgs),
    /// Browse the calls of a log in the terminal: a list of calls and the timeline of each
    #[command(after_help = KEYS)]
    Browse(BrowseArgs),
    /// Convert a log of any format to an event log, on standard output
    Convert(ConvertArgs),
    /// Replay a log and print only warnings and errors; for pipelines
    Check(CheckArgs),
    /// Write an HTML page with all calls, or the timeline of one call as a picture
    Report(ReportArgs),
    /// Draw the lifecycle of calls or of operations, as a picture or for another tool
    Diagram(DiagramArgs),
}

const EXIT: &str = "\
Exit status:
  0  all logs were read, and no finding is as severe as --deny
  1  a finding is at least as severe as --deny
  2  the command line is wrong, a log cannot be opened, read or recognised, or no log contains
     the call of --call";

const KEYS: &str = "\
Keys:
  up, down or k, j       previous call, next call
  left, right or h, l    previous revision, next revision
  Home, End, PgUp, PgDn  first, last, one page up, one page down
  n, N                   next finding, previous finding, in this call and the others
  /                      search; Enter keeps the search, Esc clears it
  f                      show only calls with findings, or all calls
  Tab                    move the focus between the calls and the timeline
  ?                      help
  q, Esc, Ctrl-C         quit

The terminal needs 60 columns and 16 rows. With NO_COLOR set, there are no colours. Secrets are
never shown.";

/// The highest accepted number of threads. A higher one is most likely a typing error.
const MOST_JOBS: usize = 256;

#[derive(Debug, Group)]
pub(crate) struct ReplayArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    #[command(flatten)]
    pub(crate) only: Only,
    /// Print one JSON object instead of a table
    #[arg(long)]
    pub(crate) json: bool,
    /// Sort the table by begin, end, duration, state, from, to, findings or id; -KEY sorts the other way
    #[arg(long, value_name = "KEY", default_value = "begin", allow_hyphen_values = true)]
    pub(crate) sort: Order,
    /// Show only calls that ended like this
    #[arg(long, value_enum, value_name = "HOW")]
    pub(crate) ended: Option<Ended>,
    /// Number of threads that decode the logs
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
    /// The format to write
    #[arg(long, value_enum)]
    pub(crate) to: Target,
    #[command(flatten)]
    pub(crate) redaction: Redaction,
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
    /// Where to write: FILE.html for a page, FILE.svg for the timeline of one call, - for a page on standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Page: show this call with details, even if it has no findings (repeatable). FILE.svg: the call to draw
    #[arg(long = "call", value_name = "ID")]
    pub(crate) calls: Vec<CallId>,
    #[command(flatten)]
    pub(crate) redaction: Redaction,
    #[command(flatten)]
    pub(crate) deny: Deny,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Ended {
    /// With a code of an error, or with a success that nobody wanted: nobody joined, or the lobby was left too late
    Badly,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Target {
    /// The event log, with one event on each line
    Events,
    /// CloudEvents 1.0, with one event on each line
    Cloudevents,
}

#[derive(Debug, Group)]
pub(crate) struct DiagramArgs {
    /// The lifecycle to draw
    #[arg(value_enum, value_name = "LIFECYCLE", default_value_t = Lifecycle::Call)]
    pub(crate) lifecycle: Lifecycle,
    /// The form of the output, which goes to standard output
    #[arg(long = "as", value_enum, value_name = "FORM", default_value_t = Form::Mermaid)]
    pub(crate) form: Form,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Lifecycle {
    /// The lifecycle of a call, with the values of callState
    Call,
    /// The lifecycle of an operation, with the values of its status
    Operation,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Form {
    /// A Mermaid state diagram, for Markdown pages
    Mermaid,
    /// A graph for Graphviz, for example: callfold diagram --as dot | dot -Tpng > call.png
    Dot,
    /// State Chart XML (SCXML) of the W3C, for SCXML interpreters
    Scxml,
    /// The configuration of an XState 5 machine, for createMachine
    Xstate,
    /// An SVG picture, for browsers and pages
    Svg,
    /// All transitions as a Markdown table
    Table,
}

#[derive(Debug, Group)]
pub(crate) struct Only {
    /// Replay only this call
    #[arg(long, value_name = "ID")]
    pub(crate) call: Option<CallId>,
}

#[derive(Debug, Group)]
pub(crate) struct Redaction {
    /// Remove names, numbers, messages, dialled keys, URLs and all other texts from logs, and replace ids with pseudonyms
    #[arg(long)]
    pub(crate) redact: bool,
}

#[derive(Debug, Group)]
pub(crate) struct Deny {
    /// Exit with status 1 if there is a finding of this severity or a higher one: info, warn or error
    #[arg(long, value_name = "SEVERITY", default_value = "error", value_parser = severity)]
    pub(crate) deny: Severity,
}

#[derive(Debug, Group)]
pub(crate) struct SourceArgs {
    /// Files, folders (all files in them, numbers in names in numeric order), or - for standard input
    #[arg(required = true, value_name = "LOG")]
    pub(crate) logs: Vec<PathBuf>,
    /// The format of the logs: auto, events, notifications or sdk-log
    #[arg(long, default_value = "auto", value_parser = format)]
    pub(crate) format: FormatChoice,
    /// Show the calls as they were at this time, such as 2026-11-23T09:15:02Z
    #[arg(long, value_name = "TIME", value_parser = time, conflicts_with = "until_rev")]
    at: Option<Timestamp>,
    /// Show each call after this number of its events, or at its end if it has fewer
    #[arg(long, value_name = "N", value_parser = revision)]
    until_rev: Option<u64>,
    /// Stop at the first finding of severity error
    #[arg(long)]
    pub(crate) strict: bool,
    /// Skip records that are larger, with a finding
    #[arg(long, value_name = "SIZE", default_value = "64MiB", value_parser = size)]
    max_record: usize,
}

/// The format of the logs; `None` if the format is detected from the content.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FormatChoice(pub(crate) Option<Format>);

impl SourceArgs {
    /// How the logs are opened.
    pub(crate) const fn opening(&self) -> Opening {
        Opening { format: self.format.0, max_record: self.max_record }
    }

    /// The moment at which the calls are shown; `None` for the end of the logs.
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
        None => {
            let known: Vec<_> = Format::ALL.iter().map(|format| format.as_str()).collect();
            Err(format!("the formats are auto, {}", known.join(", ")))
        }
    }
}

fn severity(name: &str) -> Result<Severity, String> {
    let known = Severity::ALL.iter().find(|severity| severity.as_str() == name);
    known.copied().ok_or_else(|| "the severities are info, warn and error".into())
}

fn revision(text: &str) -> Result<u64, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "revisions count from 1".into())
}

fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    let number = text.parse().ok().filter(|number: &NonZeroUsize| number.get() <= MOST_JOBS);
    number.ok_or_else(|| format!("the number of threads is 1 to {MOST_JOBS}"))
}

fn time(text: &str) -> Result<Timestamp, String> {
    text.parse()
        .map_err(|_| "a time is in RFC 3339 format with an offset, such as 2026-11-23T09:15:02Z".into())
}
