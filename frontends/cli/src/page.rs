//! `callfold report`: a page with all calls, or a picture of one.
//!
//! The logs are replayed twice. The first time tells what there is, as `replay` does; then it is known which calls are told in
//! detail, and the second time their events are kept, and no others.

mod collected;
mod output;

use std::io;
use std::path::Path;
use std::process::ExitCode;

use callfold::{CallId, Moment, Summary};
use callfold_view::page::{self, Choice, Input, Report, Row, choose};
use callfold_view::timeline;

use crate::args::ReportArgs;
use crate::drive::{Order, Outcome, not_reported, replay};
use crate::logs::Logs;
use crate::status;
use collected::{Collected, Counted};
use output::{Form, Output};

pub(crate) fn run(args: &ReportArgs) -> io::Result<ExitCode> {
    let logs = Logs::of(&args.source.logs);
    let output = match Output::of(&args.output, &logs) {
        Ok(output) => output,
        Err(why) => return Ok(refused(&why)),
    };
    let logs = logs.kept();
    match output.form {
        Form::Page => whole(args, &logs, &output),
        Form::Picture => picture(args, &logs, &output),
    }
}

fn refused(why: &str) -> ExitCode {
    anstream::eprintln!("callfold: {why}");
    ExitCode::from(2)
}

fn whole(args: &ReportArgs, logs: &Logs, output: &Output) -> io::Result<ExitCode> {
    let order = Order::of(&args.source, None);
    let mut counted = Counted::default();
    let outcome = replay(order, logs, &mut counted)?;
    if !outcome.inputs.is_empty() {
        let calls = rows(&outcome, &mut counted);
        args.calls.iter().filter(|id| place(&calls, **id).is_none()).for_each(|id| not_reported(*id));
        let choice = choose(&calls, &args.calls);
        let collected = details(order, logs, &calls, &counted, &choice)?;
        let mut report = reported(&outcome, args);
        report.findings = counted.all;
        report.calls = calls;
        report.left_out = choice.left_out;
        collected.report(&mut report);
        if let Err(why) = output.write(|out| page::html(&report, out)) {
            return why.into_status();
        }
        // The process ends here: to give back each call by itself would take a while.
        std::mem::forget(report);
    }
    if outcome.worst >= Some(args.deny.deny) {
        anstream::eprintln!("callfold: there are findings as bad as {}: the page tells them", args.deny.deny);
    }
    let status = status(&outcome, args.deny.deny);
    std::mem::forget(outcome);
    Ok(status)
}

fn rows<'a>(outcome: &'a Outcome, counted: &mut Counted) -> Vec<Row<'a>> {
    let row = |call: Summary<'a>| Row::new(call, counted.calls.remove(&call.id()).unwrap_or_default());
    outcome.calls.summaries().into_iter().map(row).collect()
}

fn place(calls: &[Row<'_>], id: CallId) -> Option<usize> {
    calls.binary_search_by_key(&id, |row| row.summary.id()).ok()
}

/// What the second replay tells, where there is something that the first one did not keep.
fn details(
    order: Order<'_>,
    logs: &Logs,
    calls: &[Row<'_>],
    counted: &Counted,
    choice: &Choice,
) -> io::Result<Collected> {
    let ids = calls.iter().map(|row| row.summary.id()).collect();
    let mut collected = Collected::of(choice.calls.iter().copied(), ids);
    // What is still counted was found in no call that came out.
    let has_loose = counted.has_loose || !counted.calls.is_empty();
    if has_loose || !choice.calls.is_empty() {
        replay(order, logs, &mut collected)?;
    }
    Ok(collected)
}

/// What is told of the logs themselves.
fn reported<'a>(outcome: &Outcome, args: &ReportArgs) -> Report<'a> {
    let format = |format: Option<callfold::log::Format>| format.map_or("no log", |format| format.as_str());
    let inputs = outcome.inputs.iter();
    let mut report = Report::default();
    report.inputs = inputs
        .map(|input| Input::new(&*input.path, format(input.format), input.records, input.malformed))
        .collect();
    report.unreadable =
        outcome.unreadable.iter().map(|input| (input.path.clone(), input.why.clone())).collect();
    report.events = outcome.calls.events();
    report.until = args.source.until().map(|moment| match moment {
        Moment::Time(at) => format!("are shown as they were at {at}"),
        Moment::Revision(revision) => format!("are shown at their revision {revision}"),
    });
    report
}

fn picture(args: &ReportArgs, logs: &Logs, output: &Output) -> io::Result<ExitCode> {
    let id = match chosen(args, logs, &output.path)? {
        Ok(id) => id,
        Err(why) => return Ok(why),
    };
    let mut collected = Collected::of([id], vec![id]);
    let outcome = replay(Order::of(&args.source, Some(id)), logs, &mut collected)?;
    match collected.story(id) {
        Some(Ok(story)) => {
            if let Err(why) = output.write(|out| std::fmt::Write::write_str(out, &timeline::svg(&story))) {
                return why.into_status();
            }
        }
        Some(Err(why)) => return Ok(refused(&format!("call {id}: {why}"))),
        None if outcome.inputs.is_empty() => {}
        None => {
            not_reported(id);
            return Ok(ExitCode::from(2));
        }
    }
    Ok(status(&outcome, args.deny.deny))
}

/// The one call that a picture is of, or the exit status.
fn chosen(args: &ReportArgs, logs: &Logs, path: &Path) -> io::Result<Result<CallId, ExitCode>> {
    let path = path.display();
    if let [id] = args.calls.as_slice() {
        return Ok(Ok(*id));
    }
    if !args.calls.is_empty() {
        return Ok(Err(refused(&format!(
            "{path} is a picture of one call: give --call once, or write a page, FILE.html"
        ))));
    }
    let outcome = replay(Order::of(&args.source, None), logs, &mut Counted::default())?;
    if outcome.inputs.is_empty() {
        return Ok(Err(status(&outcome, args.deny.deny)));
    }
    let calls = outcome.calls.summaries();
    if let [call] = calls.as_slice() {
        return Ok(Ok(call.id()));
    }
    let many = if calls.is_empty() { "no call".into() } else { format!("{} calls", calls.len()) };
    Ok(Err(refused(&format!(
        "{path} is a picture of one call, and {many} came out: choose one with --call ID, or write a page, FILE.html"
    ))))
}
