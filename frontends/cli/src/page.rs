//! `callfold report`: a page with all calls, or a picture of one call.
//!
//! The logs are replayed twice. The first replay yields the summaries of all calls, as `callfold replay` does. From these
//! the calls with details are chosen, and only their events are kept by the second replay.

mod collected;
mod output;

use std::io;
use std::path::Path;

use callfold::{CallId, Moment, Summary};
use callfold_view::list::related::Related;
use callfold_view::page::{self, Choice, Input, Report, Row, choose};
use callfold_view::timeline;

use crate::args::ReportArgs;
use crate::complain::complain;
use crate::exit::status;
use crate::logs::Logs;
use crate::progress::Progress;
use crate::redact::{Redacting, Redactor};
use crate::replayer::{Outcome, ReplayOptions, missing, replay_logs};
use crate::report::listed::Listed;
use crate::selection::Selection;
use crate::status::Status;
use collected::{Collected, Counted, Refolded};
use output::{Form, Output};

pub(crate) fn run(args: &ReportArgs) -> io::Result<Status> {
    let logs = Logs::besides(&args.source.logs, Some(&args.output));
    let output = match Output::of(&args.output, &logs) {
        Ok(output) => output,
        Err(why) => return Ok(refused(&why)),
    };
    let selection = match Selection::of(&args.source, &args.calls, logs.kept())? {
        Ok(selection) => selection,
        Err(status) => return Ok(status),
    };
    match output.form {
        Form::Page => all_calls(args, &selection, &output),
        Form::Picture => picture(args, &selection, &output),
    }
}

fn refused(why: &str) -> Status {
    complain(why);
    Status::REFUSED
}

fn all_calls(args: &ReportArgs, selection: &Selection<'_>, output: &Output) -> io::Result<Status> {
    let (options, logs) = (ReplayOptions { only: None, ..selection.options() }, &selection.logs);
    let mut redactor = args.redaction.redact.then(Redactor::default);
    let (mut outcome, mut counted) = count(options, logs, redactor.as_mut())?;
    if !outcome.inputs.is_empty() {
        let mut calls = rows(&outcome, &mut counted);
        let known: Vec<_> = calls.iter().map(|row| row.summary.id()).collect();
        let mut shown = |id: CallId| redactor.as_mut().map_or(id, |redactor| redactor.call(id));
        let requested: Vec<_> = selection.calls.iter().map(|id| shown(*id)).collect();
        let mut report = about_logs(&outcome, selection.until, redactor.as_mut());
        report.related = Related::new(calls.iter().map(|row| row.summary));
        calls.retain(|row| args.list.has(&row.summary));
        report.unlisted = known.len() - calls.len();
        let (missing, notes) = absent(selection, &requested, &known, &calls, &counted);
        let choice = choose(&calls, &requested);
        let collected = details(options, logs, known, &counted, &choice, redactor.as_mut())?;
        report.order = args.list.sort;
        report.findings = counted.all;
        report.calls = calls;
        report.omitted = choice.omitted;
        collected.report(&mut report);
        if report.is_redacted {
            report.failed.iter_mut().for_each(|(_, why)| *why = "an event was refused".into());
        }
        let mut progress = Progress::of_calls(report.histories.len(), args.source.quiet);
        let written = output.write(|out| page::html(&report, out, |calls| progress.set(calls as u64)));
        progress.finish();
        if let Err(why) = written {
            return why.into_status();
        }
        // The process ends here. To free each call one by one would take a noticeable time.
        std::mem::forget(report);
        outcome.missing = missing;
        outcome.notes.extend(notes);
    }
    if outcome.worst >= Some(args.deny.deny) && !args.source.quiet {
        complain(format_args!("the page shows findings of severity {} or worse", args.deny.deny));
    }
    let status = status(&outcome, args.deny.deny);
    std::mem::forget(outcome);
    Ok(status)
}

/// The messages about requested calls: those of which no log tells, and those that the page leaves out.
fn absent(
    selection: &Selection<'_>,
    requested: &[CallId],
    known: &[CallId],
    listed: &[Row<'_>],
    counted: &Counted,
) -> (Vec<String>, Vec<String>) {
    let (mut unknown, mut left_out) = (Vec::new(), Vec::new());
    for (id, shown) in selection.calls.iter().zip(requested) {
        if known.binary_search(shown).is_ok() {
            if place(listed, *shown).is_none() {
                left_out.push(format!("call {id} did not end badly, so the page does not have it"));
            }
        } else if !counted.calls.contains_key(shown) {
            unknown.push(missing(*id, selection.until));
        }
    }
    (unknown, left_out)
}

/// The first replay. With a redactor, the calls of the outcome are the redacted ones.
fn count(
    options: ReplayOptions<'_>,
    logs: &Logs,
    redactor: Option<&mut Redactor>,
) -> io::Result<(Outcome, Counted)> {
    let Some(redactor) = redactor else {
        let mut counted = Counted::default();
        return Ok((replay_logs(options, logs, &mut counted)?, counted));
    };
    let mut redacted = Redacting { redactor, listener: Refolded::default() };
    let mut outcome = replay_logs(options, logs, &mut redacted)?;
    let Refolded { counted, mut replay } = redacted.listener;
    replay.finish(|_| {});
    outcome.replay = replay;
    Ok((outcome, counted))
}

fn rows<'a>(outcome: &'a Outcome, counted: &mut Counted) -> Vec<Row<'a>> {
    let row = |call: Summary<'a>| Row::new(call, counted.calls.remove(&call.id()).unwrap_or_default());
    outcome.replay.summaries().into_iter().map(row).collect()
}

fn place(calls: &[Row<'_>], id: CallId) -> Option<usize> {
    calls.binary_search_by_key(&id, |row| row.summary.id()).ok()
}

/// Replays the logs again for the events and findings that the first replay did not keep, where there are any.
fn details(
    options: ReplayOptions<'_>,
    logs: &Logs,
    known: Vec<CallId>,
    counted: &Counted,
    choice: &Choice,
    redactor: Option<&mut Redactor>,
) -> io::Result<Collected> {
    let mut collected = Collected::of(choice.calls.iter().copied(), known);
    // The entries that are left in `counted` are of ids for which no call came out of the logs.
    let has_other_findings = counted.has_other_findings || !counted.calls.is_empty();
    if has_other_findings || !choice.calls.is_empty() {
        collect(options, logs, &mut collected, redactor)?;
    }
    Ok(collected)
}

/// The replay that collects, with the paths of the logs redacted, too.
fn collect(
    options: ReplayOptions<'_>,
    logs: &Logs,
    collected: &mut Collected,
    redactor: Option<&mut Redactor>,
) -> io::Result<Outcome> {
    let Some(redactor) = redactor else { return replay_logs(options, logs, collected) };
    let outcome = replay_logs(options, logs, &mut Redacting { redactor, listener: &mut *collected })?;
    collected.rename(|path| redactor.log(path));
    Ok(outcome)
}

/// A report that has only what is known of the logs, without calls.
fn about_logs<'a>(
    outcome: &Outcome,
    until: Option<Moment>,
    mut redactor: Option<&mut Redactor>,
) -> Report<'a> {
    let format = |format: Option<callfold::log::Format>| format.map_or("no log", |format| format.as_str());
    let mut report = Report::default();
    report.is_redacted = redactor.is_some();
    for input in &outcome.inputs {
        let path =
            redactor.as_deref_mut().map_or_else(|| input.path.to_string(), |known| known.log(&input.path));
        report.inputs.push(Input::new(path, format(input.format), input.records, input.malformed));
    }
    for input in &outcome.unreadable {
        report.unreadable.push(match redactor.as_deref_mut() {
            Some(redactor) => {
                (redactor.log(&input.path), "the reason is left out, because it can quote the log".into())
            }
            None => (input.path.clone(), input.why.clone()),
        });
    }
    report.events = outcome.replay.events();
    report.until = until.map(|moment| match moment {
        Moment::Time(at) => format!("are shown as they were at {at}"),
        Moment::Revision(revision) => format!("are shown at their revision {revision}"),
    });
    report
}

fn picture(args: &ReportArgs, selection: &Selection<'_>, output: &Output) -> io::Result<Status> {
    let id = match chosen(args, selection, &output.path)? {
        Ok(id) => id,
        Err(why) => return Ok(why),
    };
    let mut redactor = args.redaction.redact.then(Redactor::default);
    let shown = redactor.as_mut().map_or(id, |redactor| redactor.call(id));
    let mut collected = Collected::of([shown], vec![shown]);
    let options = ReplayOptions { only: Some(id), ..selection.options() };
    let outcome = collect(options, &selection.logs, &mut collected, redactor.as_mut())?;
    match collected.history(shown) {
        Some(Ok(history)) => {
            if let Err(why) = output.write(|out| std::fmt::Write::write_str(out, &timeline::svg(&history))) {
                return why.into_status();
            }
        }
        Some(Err(why)) => return Ok(refused(&format!("call {id}: {why}"))),
        None if outcome.inputs.is_empty() || !outcome.missing.is_empty() => {}
        None => return Ok(refused(&format!("call {id} has no event to draw"))),
    }
    Ok(status(&outcome, args.deny.deny))
}

/// The call to draw, or the exit status where no single call is chosen.
fn chosen(args: &ReportArgs, selection: &Selection<'_>, path: &Path) -> io::Result<Result<CallId, Status>> {
    let path = path.display();
    if let Some(id) = selection.only() {
        return Ok(Ok(id));
    }
    if !selection.calls.is_empty() {
        return Ok(Err(refused(&format!(
            "{path} is a picture of one call: give --call once, or write a page, FILE.html"
        ))));
    }
    let outcome = replay_logs(selection.options(), &selection.logs, &mut Counted::default())?;
    if outcome.inputs.is_empty() {
        return Ok(Err(status(&outcome, args.deny.deny)));
    }
    let Listed { calls, .. } = Listed::of(&outcome, &args.list);
    if let [call] = calls.as_slice() {
        return Ok(Ok(call.id()));
    }
    let badly = if args.list.ended.is_some() { " that ended badly" } else { "" };
    let many = if calls.is_empty() { "no call".into() } else { format!("{} calls", calls.len()) };
    Ok(Err(refused(&format!(
        "{path} is a picture of one call, and the logs have {many}{badly}: choose one with --call ID, or write a page, FILE.html"
    ))))
}
