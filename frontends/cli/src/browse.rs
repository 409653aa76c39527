//! `callfold browse`: calls on the left, the timeline of one on the right.

mod browser;
mod catalogue;
mod draw;
mod keys;
mod lanes;
mod library;
mod line_index;
mod search;
mod terminal;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, IsTerminal};
use std::process::ExitCode;

use callfold::Severity;

use crate::args::{BrowseArgs, SourceArgs};
use crate::logs::Logs;
use crate::status;
use browser::Browser;
use draw::Palette;
use library::Opened;

pub(crate) fn run(args: &BrowseArgs) -> io::Result<ExitCode> {
    if let Some(why) = no_terminal() {
        return Err(io::Error::other(why));
    }
    let source = &args.source;
    let logs = Logs::of(&source.logs).kept();
    let Opened { catalogue, library, outcome } = library::open(source, args.only.call, &logs)?;
    if !outcome.inputs.is_empty() {
        let mut browser = Browser::new(catalogue, title(source), Palette::from_env());
        terminal::show(&mut browser, &library)?;
    }
    // What was found was shown: only what could not be read is an error.
    let is_read = outcome.unreadable.is_empty();
    Ok(if is_read { ExitCode::SUCCESS } else { status(&outcome, Severity::Error) })
}

/// Why nobody can look at it.
fn no_terminal() -> Option<&'static str> {
    if !io::stdout().is_terminal() {
        return Some("browse is for terminals, and standard output is none; callfold replay prints the same");
    }
    let is_keyboard = io::stdin().is_terminal() || !cfg!(unix) || File::open("/dev/tty").is_ok();
    (!is_keyboard)
        .then_some("standard input is no terminal, and there is no other keyboard; see callfold replay")
}

fn title(source: &SourceArgs) -> String {
    let logs: Vec<_> = source.logs.iter().map(|log| log.display().to_string()).collect();
    match &*logs {
        [log] => log.clone(),
        logs => {
            format!("{} and {} more", logs.first().map_or("", String::as_str), logs.len().saturating_sub(1))
        }
    }
}
