//! The command line: commands, arguments and their help.

use std::ffi::OsString;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use callfold::Severity;
use callfold::log::Format;
use callfold_view::list::order::Order;
use callfold_view::printable::printable;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args as Group, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use colorchoice_clap::Color;

use crate::call_name::CallName;
use crate::status::Status;
use crate::when::When;

use crate::input::Opening;
use crate::size::size;
use crate::store_name::without_password;

/// Replay recorded logs of Microsoft Graph calling notifications and show the calls in them.
#[derive(Debug, Parser)]
#[command(name = "callfold", version, about, after_help = EXIT, arg_required_else_help = true, max_term_width = 100)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) color: Color,
}

impl Args {
    /// Reads the command line. The inner error is the exit status where it asks for help, or is wrong; then the help or what is
    /// wrong is printed.
    pub(crate) fn read(arguments: Vec<OsString>) -> io::Result<Result<Self, Status>> {
        let error = match Self::try_parse_from(&arguments) {
            Ok(args) => return Ok(Ok(args)),
            Err(error) => error,
        };
        // The message quotes arguments, which can have passwords, and characters that control the terminal.
        let shown = arguments
            .iter()
            .map(|argument| printable(&without_password(&argument.to_string_lossy())).into_owned());
        let error = Self::try_parse_from(shown).err().unwrap_or(error);
        let printed = error.print().and_then(|()| io::stdout().flush());
        let status = if error.use_stderr() { Status::REFUSED } else { printed.map(|()| Status::SUCCESS)? };
        Ok(Err(status))
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the calls of a log: how each one ended, its operations, and the findings
    #[command(after_help = REPLAY)]
    Replay(ReplayArgs),
    /// Browse the calls of a log in the terminal: a list of calls and the timeline of each
    #[command(after_help = BROWSE)]
    Browse(BrowseArgs),
    /// Convert a log of any format to an event log
    #[command(after_help = format!("{CONVERT}{CONVERT_INTO}"))]
    Convert(ConvertArgs),
    /// Replay a log and print only warnings and errors; for pipelines
    #[command(after_help = CHECK)]
    Check(CheckArgs),
    /// Write an HTML page with all calls, or the timeline of one call as a picture
    #[command(after_help = REPORT)]
    Report(ReportArgs),
    /// Draw the lifecycle of calls or of operations, as a picture or for another tool
    #[command(after_help = DIAGRAM)]
    Diagram(DiagramArgs),
    /// Print the script with which a shell completes the command line
    #[command(after_help = COMPLETIONS)]
    Completions(CompletionsArgs),
    /// Print the manual page, or that of one command
    #[command(after_help = MAN)]
    Man(ManArgs),
    /// Look after a store of events: check it, count what is in it, back it up, delete calls from it
    #[cfg(feature = "stores")]
    #[command(subcommand_required = true, arg_required_else_help = true, after_help = crate::store::args::HELP)]
    Store(crate::store::args::StoreArgs),
    /// Simulate Graph's calling service on this machine, for building and testing a bot
    #[cfg(feature = "serve")]
    #[command(after_help = crate::serve::HELP)]
    Serve(Box<crate::serve::ServeArgs>),
}

const EXIT: &str = "\
Examples:
  callfold replay bot.log
  callfold help replay

Exit status:
  0  all logs were read, and no finding is as severe as --deny
  1  a finding is at least as severe as --deny
  2  the command line is wrong, a log cannot be opened, read or recognised, no log contains the
     call of --call, or several calls match it";

const REPLAY: &str = "\
Examples:
  callfold replay bot.log
  callfold replay --call 57dab8b1 --at 09:15:02Z bot.log
  callfold replay --json logs/ > calls.json";

const CONVERT: &str = "\
Examples:
  callfold convert --to events bot.log > events.jsonl
  callfold convert --to cloudevents --call 57dab8b1 logs/ > events.json";

#[cfg(feature = "stores")]
const CONVERT_INTO: &str = "
  callfold convert --into sqlite:calls.db bot.log";

#[cfg(not(feature = "stores"))]
const CONVERT_INTO: &str = "";

const CHECK: &str = "\
Examples:
  callfold check --deny warn bot.log
  callfold check --quiet logs/ && echo 'nothing is wrong'";

const REPORT: &str = "\
Examples:
  callfold report logs/ -o page.html
  callfold report --redact bot.log -o to-send.html
  callfold report --call 57dab8b1 bot.log -o call.svg";

const DIAGRAM: &str = "\
Examples:
  callfold diagram
  callfold diagram operation --as svg > operation.svg";

const COMPLETIONS: &str = "\
Examples:
  callfold completions bash > callfold.bash
  callfold completions zsh > _callfold";

const MAN: &str = "\
Examples:
  callfold man > callfold.1
  callfold man replay > callfold-replay.1";

const BROWSE: &str = "\
Examples:
  callfold browse bot.log
  callfold browse --call 57dab8b1 logs/

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

The terminal needs 60 columns and 16 rows. With --color never, or with NO_COLOR set, there are no
colours. Secrets are never shown.";

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
    #[command(flatten)]
    pub(crate) follow: FollowArgs,
    #[command(flatten)]
    pub(crate) list: ListArgs,
    /// Number of threads that decode the logs
    #[arg(long, value_name = "N", default_value = "1", value_parser = jobs, allow_negative_numbers = true)]
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
    #[command(flatten)]
    pub(crate) list: ListArgs,
}

#[derive(Debug, Group)]
pub(crate) struct ConvertArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    #[command(flatten)]
    pub(crate) only: Only,
    /// Write to standard output in this format
    #[arg(long, value_enum, value_name = "FORMAT", required = true)]
    #[cfg_attr(feature = "stores", arg(required = false, required_unless_present = "into"))]
    pub(crate) to: Option<Target>,
    /// Put the events into this store, such as sqlite:calls.db. Events that it has already are skipped
    #[cfg(feature = "stores")]
    #[arg(long, value_name = "STORE", conflicts_with = "to")]
    pub(crate) into: Option<String>,
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
    /// Page: show this call with details, even if it has no findings (repeatable). FILE.svg: the call to draw. The
    /// beginning of an id is enough
    #[arg(long = "call", value_name = "ID")]
    pub(crate) calls: Vec<CallName>,
    #[command(flatten)]
    pub(crate) list: ListArgs,
    #[command(flatten)]
    pub(crate) redaction: Redaction,
    #[command(flatten)]
    pub(crate) deny: Deny,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Ended {
    /// With another code than 0 or 200 to 299, or with 200/5013 (nobody joined), 200/5014 (no host was found) or
    /// 200/5855 (the app waited in the lobby for too long)
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
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

#[derive(Debug, Group)]
pub(crate) struct ManArgs {
    /// The command, such as replay; without one, the page is about callfold
    pub(crate) command: Option<String>,
}

#[derive(Debug, Group)]
pub(crate) struct Only {
    /// Replay only this call: its id, the beginning of its id, or a path such as /communications/calls/ID
    #[arg(long, value_name = "ID")]
    call: Option<CallName>,
}

impl Only {
    pub(crate) fn names(&self) -> &[CallName] {
        self.call.as_slice()
    }
}

#[derive(Debug, Group)]
pub(crate) struct FollowArgs {
    /// Print no table, but each event that comes to an event log or a store from now on, until Ctrl-C
    #[arg(short, long, conflicts_with_all = ["json", "sort", "ended", "at", "until_rev", "strict", "show_secrets"])]
    pub(crate) follow: bool,
    /// End after this number of events
    #[arg(long, value_name = "N", requires = "follow")]
    pub(crate) limit: Option<u64>,
}

/// Which calls are listed, and in which order.
#[derive(Debug, Group)]
pub(crate) struct ListArgs {
    /// Sort the calls by begin, end, duration, state, from, to, findings or id; -KEY sorts the other way
    #[arg(long, value_name = "KEY", default_value = "begin", allow_hyphen_values = true)]
    pub(crate) sort: Order,
    /// Show only calls that ended like this
    #[arg(long, value_enum, value_name = "HOW")]
    pub(crate) ended: Option<Ended>,
}

#[derive(Debug, Group)]
pub(crate) struct Redaction {
    /// Remove names, numbers, messages, dialled keys, URLs and all other texts from logs, and replace ids with pseudonyms
    #[arg(long)]
    pub(crate) redact: bool,
}

#[derive(Debug, Group)]
pub(crate) struct Deny {
    /// Exit with status 1 if there is a finding of this severity or a higher one
    #[arg(long, value_name = "SEVERITY", default_value = "error", value_parser = severities())]
    pub(crate) deny: Severity,
}

#[derive(Clone, Debug, Group)]
pub(crate) struct SourceArgs {
    /// Files, folders (all files in them, numbers in names in numeric order), - for standard input, or stores such as
    /// sqlite:calls.db
    #[arg(required = true, value_name = "LOG")]
    pub(crate) logs: Vec<PathBuf>,
    /// The format of the logs
    #[arg(long, default_value = "auto", value_parser = formats())]
    pub(crate) format: FormatChoice,
    /// Show the calls as they were at this time: 2026-11-23T09:15:02Z, 2026-11-23 for its midnight in UTC, or
    /// 09:15:02Z if the logs are of one day
    #[arg(long, value_name = "TIME", conflicts_with = "until_rev")]
    pub(crate) at: Option<When>,
    /// Show each call after this number of its events, or at its end if it has fewer
    #[arg(long, value_name = "N", value_parser = revision, allow_negative_numbers = true)]
    pub(crate) until_rev: Option<u64>,
    /// Stop at the first finding of severity error
    #[arg(long)]
    pub(crate) strict: bool,
    /// Skip records that are larger, with a finding
    #[arg(long, value_name = "SIZE", default_value = "64MiB", value_parser = size, allow_negative_numbers = true)]
    pub(crate) max_record: usize,
    /// Show no progress and list no findings. The table, page or log stays, and so do errors, the findings in JSON and on a
    /// page, and the exit status, which says whether there are findings
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// The format of the logs; `None` if the format is detected from the content.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FormatChoice(pub(crate) Option<Format>);

impl SourceArgs {
    /// A whole log as it is, with records of any size.
    pub(crate) const fn of_whole_log(is_quiet: bool) -> Self {
        Self {
            logs: Vec::new(),
            format: FormatChoice(None),
            at: None,
            until_rev: None,
            strict: false,
            max_record: usize::MAX,
            quiet: is_quiet,
        }
    }

    /// How the logs are opened.
    pub(crate) const fn opening(&self) -> Opening {
        Opening { format: self.format.0, max_record: self.max_record }
    }
}

fn formats() -> impl TypedValueParser<Value = FormatChoice> {
    let names = Format::ALL.iter().map(|format| format.as_str());
    PossibleValuesParser::new(["auto"].into_iter().chain(names))
        .map(|name| FormatChoice(Format::ALL.iter().copied().find(|format| format.as_str() == name)))
}

fn severities() -> impl TypedValueParser<Value = Severity> {
    let names = Severity::ALL.iter().map(|severity| severity.as_str());
    let named = |name: String| Severity::ALL.iter().copied().find(|severity| severity.as_str() == name);
    PossibleValuesParser::new(names).try_map(move |name| named(name).ok_or("no severity has this name"))
}

fn revision(text: &str) -> Result<u64, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "a revision is a whole number from 1 up, such as 3".into())
}

fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    threads(text.parse().unwrap_or_default())
}

/// A number of threads that decode.
///
/// # Errors
///
/// There are none, or too many. The message says how many there can be.
pub fn threads(number: usize) -> Result<NonZeroUsize, String> {
    let number = NonZeroUsize::new(number).filter(|number| number.get() <= MOST_JOBS);
    number.ok_or_else(|| format!("the number of threads is 1 to {MOST_JOBS}"))
}
