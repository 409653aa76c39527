//! The table of calls for people, with the worst findings below it.

use std::io::{self, Write};

use callfold::{OperationSummary, Severity, Summary};
use callfold_view::describe;
use callfold_view::printable::printable;
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, Table, Width};

use super::lines::line;
use super::secrets::secrets;
use super::worst::WorstFindings;
use crate::replayer::Outcome;

/// How much of a message is shown, in characters.
const SHORT: usize = 80;

/// Below this width, in columns, a table would have to break words.
const NARROW: u16 = 120;

/// The width of the id of a call with its padding, in columns.
const ID: u16 = 38;

const HEADINGS: [&str; 7] = ["call", "state", "ended", "duration", "operations", "participants", "findings"];

/// Prints the table on standard output, then a line with totals, the worst findings and, where they are requested, the
/// secrets.
pub(crate) fn print(
    outcome: &Outcome,
    worst: &WorstFindings,
    shows_secrets: bool,
    is_quiet: bool,
) -> io::Result<()> {
    let mut out = io::BufWriter::new(anstream::stdout());
    let summaries = outcome.replay.summaries();
    calls(&summaries, worst, &mut out)?;
    summary(outcome, summaries.len(), worst, &mut out)?;
    if !is_quiet {
        findings(worst, &mut out)?;
    }
    if shows_secrets {
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

/// Prints a row for each call where the terminal is wide enough, and a few lines for each call where it is not.
fn calls(calls: &[Summary<'_>], worst: &WorstFindings, out: &mut impl Write) -> io::Result<()> {
    let count = |call: &Summary<'_>| worst.of_call(call.id());
    let mut table = Table::new();
    if table.width().is_some_and(|width| width < NARROW) {
        calls.iter().try_for_each(|call| block(call, count(call), out))?;
    } else {
        table.load_style(UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
        let style = table.style_mut();
        (style.row_separator, style.top_border) = (LineStyle::default(), LineStyle::default());
        style.bottom_border = LineStyle::default();
        (style.header_separator.fill, style.header_separator.junction) = (Some('─'), Some('─'));
        table.set_header(HEADINGS);
        calls.iter().for_each(|call| _ = table.add_row(row(call, count(call))));
        if let Some(ids) = table.column_mut(0) {
            ids.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(ID)));
        }
        if table.row_count() > 0 {
            table.lines().try_for_each(|line| writeln!(out, "{}", line.trim_end()))?;
        }
    }
    if calls.is_empty() { Ok(()) } else { writeln!(out) }
}

/// Prints a call as a few lines, for a narrow terminal.
fn block(call: &Summary<'_>, findings: usize, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{} {} {}", call.id(), call.state(), duration(call))?;
    let operations = call.operations().map(operation);
    let people = call.participants() as u64;
    let counted = [(people, "participant"), (findings as u64, "finding")];
    let counted =
        counted.into_iter().filter(|(number, _)| *number > 0).map(|(number, what)| many(number, what));
    let lines = [ending(call)].into_iter().chain(operations).chain(counted).filter(|line| !line.is_empty());
    lines.into_iter().try_for_each(|line| writeln!(out, "  {line}"))
}

fn row(call: &Summary<'_>, findings: usize) -> [Cell; 7] {
    let operations: Vec<String> = call.operations().map(operation).collect();
    let people = call.participants();
    [
        Cell::new(call.id()),
        Cell::new(call.state()),
        Cell::new(ending(call)),
        Cell::new(duration(call)).set_alignment(CellAlignment::Right),
        Cell::new(operations.join("\n")),
        Cell::new(count(people)).set_alignment(CellAlignment::Right),
        Cell::new(count(findings)).set_alignment(CellAlignment::Right),
    ]
}

fn count(number: usize) -> String {
    if number == 0 { String::new() } else { number.to_string() }
}

fn operation(operation: OperationSummary<'_>) -> String {
    let orphaned = if operation.is_orphaned { ", orphaned" } else { "" };
    format!("{} {}{orphaned}", operation.kind.as_str(), operation.state)
}

/// The last reported result: its code, subcode and message, or else the termination reason.
fn ending(call: &Summary<'_>) -> String {
    let Some(result) = call.result_info() else {
        return call.termination_reason().map_or_else(String::new, short);
    };
    let code = result.code.value().map(i32::to_string);
    let subcode = result.subcode.value().map(i32::to_string);
    let codes: Vec<String> = code.into_iter().chain(subcode).collect();
    let message = result.message.value().map(|message| format!(" {}", short(message)));
    format!("{}{}", codes.join("/"), message.unwrap_or_default())
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

fn summary(outcome: &Outcome, calls: usize, worst: &WorstFindings, out: &mut impl Write) -> io::Result<()> {
    let events = outcome.replay.events();
    let records: u64 = outcome.inputs.iter().map(|input| input.records).sum();
    let inputs = outcome.inputs.len();
    write!(
        out,
        "{} from {} in {}",
        many(calls as u64, "call"),
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

fn many(number: u64, what: &str) -> String {
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
