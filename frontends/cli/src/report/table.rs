//! The table of calls for people, with the worst findings below it.

use std::io::{self, Write};

use callfold::{OperationSummary, Severity, Summary};
use callfold_view::describe;
use callfold_view::list::related::Related;
use callfold_view::printable::printable;
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table};

use super::lines::line;
use super::listed::Listed;
use super::secrets::secrets;
use super::worst::WorstFindings;
use crate::args::ReplayArgs;
use crate::distinct::distinguishing;
use crate::replayer::Outcome;
use crate::wrapped::wrapped;

/// How much of a text is shown, in characters.
const SHORT: usize = 120;

/// Below this width, in columns, a table would have to break words.
const NARROW: u16 = 100;

/// From this width on, in columns, there is space for whole ids.
const WIDE: u16 = 160;

const HEADINGS: [&str; 5] = ["call, begin (UTC)", "from → to", "state", "duration", "operations"];

/// Prints the table on standard output, then a line with totals, the worst findings and, where they are requested, the
/// secrets.
pub(crate) fn print(
    outcome: &Outcome,
    mut listed: Listed<'_>,
    worst: &WorstFindings,
    args: &ReplayArgs,
) -> io::Result<()> {
    let mut out = io::BufWriter::new(anstream::stdout());
    listed.sort(|call| worst.of_call(call));
    let names = !args.only.names().is_empty();
    calls(&listed.calls, &Beside { related: &listed.related, worst, names }, &mut out)?;
    summary(outcome, (listed.calls.len(), listed.all), worst, &mut out)?;
    if !args.source.quiet {
        findings(worst, &mut out)?;
    }
    if args.show_secrets {
        for call in outcome.replay.calls() {
            for secret in secrets(call) {
                let of = secret.operation.map_or_else(String::new, |id| format!(" of operation {id}"));
                let (of, value) = (printable(&of), printable(secret.value));
                writeln!(out, "secret: {}{of} of call {}: {value}", secret.member, call.id())?;
            }
        }
    }
    out.flush()
}

/// What is shown beside the summary of a call.
struct Beside<'a> {
    related: &'a Related<'a>,
    worst: &'a WorstFindings,
    /// True if the names of all who were in the call are shown.
    names: bool,
}

impl Beside<'_> {
    fn found(&self, call: &Summary<'_>) -> String {
        match self.worst.of_call(call.id()).iter().sum::<usize>() {
            0 => String::new(),
            findings => many(findings as u64, "finding"),
        }
    }

    fn names(&self, call: &Summary<'_>) -> String {
        let names = if self.names { call.everybody() } else { Vec::new() };
        short(&names.join(", "))
    }

    /// What the app asked of other parties, and the calls that belong to this one.
    fn requests(&self, call: &Summary<'_>) -> Vec<String> {
        let requests = call.party_requests().into_iter().map(|request| short(&request.to_string()));
        let others = self.related.of(call);
        let ids: Vec<_> = others.iter().map(ToString::to_string).collect();
        let related = (!ids.is_empty()).then(|| format!("see call {}", ids.join(", ")));
        requests.chain(related).collect()
    }
}

/// Prints a row for each call where the terminal is wide enough, and a few lines for each call where it is not.
fn calls(calls: &[Summary<'_>], beside: &Beside<'_>, out: &mut impl Write) -> io::Result<()> {
    let mut table = Table::new();
    if let Some(columns) = columns().filter(|_| table.width().is_none()) {
        table.set_width(columns);
    }
    let width = table.width();
    if let Some(width) = width.filter(|width| *width < NARROW) {
        calls.iter().try_for_each(|call| block(call, beside, width, out))?;
    } else {
        let shown = if width.is_some_and(|width| width < WIDE) { distinct(calls) } else { usize::MAX };
        table.load_style(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
        let style = table.style_mut();
        (style.row_separator, style.top_border) = (LineStyle::default(), LineStyle::default());
        style.bottom_border = LineStyle::default();
        (style.header_separator.fill, style.header_separator.junction) = (Some('─'), Some('─'));
        table.set_header(HEADINGS);
        calls.iter().for_each(|call| _ = table.add_row(row(call, beside, shown)));
        if let Some(column) = table.column_mut(0) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
        if table.row_count() > 0 {
            table.lines().try_for_each(|line| writeln!(out, "{}", line.trim_end()))?;
        }
    }
    if calls.is_empty() { Ok(()) } else { writeln!(out) }
}

/// The width that the environment names, for an output that is no terminal.
fn columns() -> Option<u16> {
    std::env::var("COLUMNS").ok()?.parse().ok()
}

/// How many characters of an id distinguish it from all others.
fn distinct(calls: &[Summary<'_>]) -> usize {
    let mut ids: Vec<_> = calls.iter().map(Summary::id).collect();
    ids.sort_unstable();
    distinguishing(&ids)
}

/// Prints a call as a few lines, for a narrow terminal.
fn block(call: &Summary<'_>, beside: &Beside<'_>, width: u16, out: &mut impl Write) -> io::Result<()> {
    let head = [begin(call), call.id().to_string()];
    paragraph(&joined(head, " "), ["", "  "], width, out)?;
    let people = joined([parties(call), people(call), duration(call)], ", ");
    let operations = call.operations().map(operation).chain(beside.requests(call));
    let lines =
        [people, beside.names(call), state(call)].into_iter().chain(operations).chain([beside.found(call)]);
    lines.filter(|line| !line.is_empty()).try_for_each(|line| paragraph(&line, ["  ", "    "], width, out))
}

/// Prints a text in lines that fit, with these indents of the first one and of the others.
fn paragraph(text: &str, [first, others]: [&str; 2], width: u16, out: &mut impl Write) -> io::Result<()> {
    let lines = wrapped(text, usize::from(width).saturating_sub(others.len()));
    let indents = [first].into_iter().chain(std::iter::repeat(others));
    indents.zip(lines).try_for_each(|(indent, line)| writeln!(out, "{indent}{line}"))
}

fn row(call: &Summary<'_>, beside: &Beside<'_>, shown: usize) -> [Cell; 5] {
    let operations: Vec<String> = call.operations().map(operation).chain(beside.requests(call)).collect();
    let id = call.id().to_string().chars().take(shown).collect();
    [
        Cell::new(joined([id, begin(call)], "\n")),
        Cell::new(joined([parties(call), people(call), beside.names(call)], "\n")),
        Cell::new(state(call)),
        Cell::new(joined([duration(call), beside.found(call)], "\n")).set_alignment(CellAlignment::Right),
        Cell::new(operations.join("\n")),
    ]
}

/// The parts that are not empty.
fn joined(parts: impl IntoIterator<Item = String>, between: &str) -> String {
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(between)
}

fn begin(call: &Summary<'_>) -> String {
    call.first_at().map_or_else(String::new, |at| at.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

/// The direction, and how many people are in the call.
fn people(call: &Summary<'_>) -> String {
    let people = match call.participants() {
        0 => String::new(),
        1 => "1 person".into(),
        people => format!("{people} people"),
    };
    joined([call.direction().map_or_else(String::new, short), people], ", ")
}

/// Who called whom.
fn parties(call: &Summary<'_>) -> String {
    let [caller, callees] = [call.caller(), call.callees()].map(|name| name.map(|name| short(&name)));
    describe::parties(caller.as_deref(), callees.as_deref())
}

/// An operation, and why it failed.
fn operation(operation: OperationSummary<'_>) -> String {
    let failure = describe::failure(operation.state, operation.result_info);
    let why = failure.map_or_else(String::new, |result| short(&result.to_string()));
    joined([describe::operation(&operation), why], " ")
}

/// The state, and the last reported result, or else the termination reason.
fn state(call: &Summary<'_>) -> String {
    call.ending()
        .map_or_else(|| call.state().to_string(), |ending| format!("{}: {}", call.state(), short(&ending)))
}

/// The beginning of a text of any length.
fn short(text: &str) -> String {
    let begin: String = text.chars().take(SHORT + 1).collect();
    let shown = printable(&begin);
    match shown.char_indices().nth(SHORT) {
        Some((end, _)) => format!("{}…", shown.get(..end).unwrap_or_default()),
        None => shown.into_owned(),
    }
}

fn duration(call: &Summary<'_>) -> String {
    let times = call.first_at().zip(call.last_at());
    times.map_or_else(String::new, |(first, last)| describe::duration(last.duration_since(first)))
}

fn summary(
    outcome: &Outcome,
    (shown, all): (usize, usize),
    worst: &WorstFindings,
    out: &mut impl Write,
) -> io::Result<()> {
    let events = outcome.replay.events();
    let records: u64 = outcome.inputs.iter().map(|input| input.records).sum();
    let inputs = outcome.inputs.len();
    write!(
        out,
        "{}{} from {} in {}",
        if shown == all { String::new() } else { format!("{shown} of ") },
        many(all as u64, "call"),
        many(records, "record"),
        many(inputs as u64, "log")
    )?;
    write!(out, ", {}", many(events, "event"))?;
    for severity in Severity::ALL.iter().rev() {
        let same = worst.count(*severity);
        if same > 0 {
            write!(out, ", {same} {severity}")?;
        }
    }
    writeln!(out)
}

pub(crate) fn many(number: u64, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

fn findings(worst: &WorstFindings, out: &mut impl Write) -> io::Result<()> {
    for (number, located) in worst.shown().enumerate() {
        if number == 0 {
            writeln!(out)?;
        }
        line(located, out)?;
    }
    match worst.rest() {
        0 => Ok(()),
        rest => writeln!(out, "… and {rest} more: --json prints all of them"),
    }
}
