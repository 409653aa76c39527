//! A progress bar on standard error. It appears only where standard error is a terminal and the work takes longer than a
//! second.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::interrupt::Undoing;

const PATIENCE: Duration = Duration::from_secs(1);

/// Blanks at the end of the line, and the cursor before them. There a terminal shows the ^C of Ctrl-C, so that the bar is
/// still on the line of the cursor when it is cleared.
const ROOM: &str = if cfg!(unix) { "   \u{1b}[3D" } else { "" };

pub(crate) struct Progress {
    bar: ProgressBar,
    /// The length of the logs that have ended.
    before: u64,
    /// True where it is shown, or will never be.
    is_settled: bool,
    /// Until it is dropped, a signal that ends the process clears the bar.
    cleared_on_signal: Option<Undoing>,
}

impl Progress {
    /// Progress through this many bytes; 0 where the number is not known. Nobody sees it where it is quiet.
    pub(crate) fn new(bytes: u64, is_quiet: bool) -> Self {
        let template = if bytes > 0 {
            "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} left"
        } else {
            "{spinner} {bytes} {bytes_per_sec}{wide_msg}"
        };
        Self::with(bytes, template, is_quiet)
    }

    /// Progress through the records of which the order is sought. Nobody sees it where it is quiet.
    pub(crate) fn of_order(bytes: u64, is_quiet: bool) -> Self {
        let template = if bytes > 0 {
            "{wide_bar} {bytes}/{total_bytes} looked through for the order of time {eta} left"
        } else {
            "{spinner} {bytes} looked through for the order of time{wide_msg}"
        };
        Self::with(bytes, template, is_quiet)
    }

    /// Progress through the calls that are drawn on a page. Nobody sees it where it is quiet.
    pub(crate) fn of_calls(calls: usize, is_quiet: bool) -> Self {
        Self::with(calls as u64, "{wide_bar} {pos}/{len} calls drawn {eta} left", is_quiet)
    }

    fn with(length: u64, template: &str, is_quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target((length > 0).then_some(length), ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template(&format!("{template}{ROOM}")) {
            bar.set_style(style);
        }
        Self { bar, before: 0, is_settled: is_quiet, cleared_on_signal: None }
    }

    /// The position in the log that is read now.
    pub(crate) fn set(&mut self, position: u64) {
        self.bar.set_position(self.before + position);
        if !self.is_settled && self.bar.elapsed() > PATIENCE {
            self.is_settled = true;
            let bar = self.bar.clone();
            self.cleared_on_signal = Undoing::with(move || bar.finish_and_clear()).ok();
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }

    /// The log that was read until now has this length.
    pub(crate) const fn end_log(&mut self, length: u64) {
        self.before += length;
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
