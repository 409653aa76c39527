//! `callfold browse`: a list of the calls on the left, the timeline of the selected call on the right.

mod browser;
mod call_list;
mod draw;
mod history_reader;
mod keys;
mod lanes;
mod line_index;
mod palette;
mod search;
mod terminal;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use callfold::Severity;

use crate::args::BrowseArgs;
use crate::exit::status;
use crate::logs::Logs;
use crate::replayer::Outcome;
use crate::selection::Selection;
use crate::status::Status;
use crate::store_name::without_password;
use browser::Browser;
use history_reader::Opened;
use palette::Palette;

pub(crate) fn run(args: &BrowseArgs) -> io::Result<Status> {
    if let Some(why) = no_terminal() {
        return Err(io::Error::other(why));
    }
    let source = &args.source;
    let selection = match Selection::of(source, args.only.names(), Logs::of(&source.logs).kept())? {
        Ok(selection) => selection,
        Err(status) => return Ok(status),
    };
    let Opened { calls, reader, outcome } = history_reader::open(&selection, &args.list)?;
    if !outcome.inputs.is_empty() && outcome.missing.is_empty() {
        let mut browser = Browser::new(calls, title(&source.logs), Palette::chosen());
        terminal::show(&mut browser, &reader)?;
    }
    // Findings do not change the exit status, because the browser has shown them. Unreadable logs and missing calls do.
    Ok(status(&Outcome { worst: None, ..outcome }, Severity::Error))
}

/// The reason why the browser cannot run here; `None` where it can.
fn no_terminal() -> Option<&'static str> {
    if !io::stdout().is_terminal() {
        return Some(
            "browse needs a terminal as standard output; callfold replay prints the calls without one",
        );
    }
    let is_keyboard = io::stdin().is_terminal() || !cfg!(unix) || File::open("/dev/tty").is_ok();
    (!is_keyboard).then_some(
        "browse needs a keyboard, and standard input is not a terminal; use callfold replay instead",
    )
}

fn title(logs: &[PathBuf]) -> String {
    let logs: Vec<_> = logs.iter().map(|log| without_password(&log.display().to_string())).collect();
    match &*logs {
        [log] => log.clone(),
        logs => {
            format!("{} and {} more", logs.first().map_or("", String::as_str), logs.len().saturating_sub(1))
        }
    }
}
