//! The loop of the browser: load the history of the selected call, draw the screen, wait for a key.

use std::io;
use std::time::Duration;

use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event};
use ratatui::crossterm::{cursor, execute};

use super::browser::{Browser, Next};
use super::history_reader::HistoryReader;
use super::keys::Key;
use crate::interrupt::Undoing;

/// Runs a browser until the user quits. Restores the terminal in every case.
pub(super) fn show(browser: &mut Browser, reader: &HistoryReader) -> io::Result<()> {
    let _restored = Restored;
    let _restored_on_signal = Undoing::of_terminal(restore)?;
    // This also installs a panic hook that restores the terminal before the panic message is printed.
    let mut terminal = ratatui::try_init()?;
    until_left(browser, reader, &mut terminal)
}

/// Restores the terminal when it is dropped.
struct Restored;

impl Drop for Restored {
    fn drop(&mut self) {
        restore();
    }
}

/// Leaves the screen of the browser, and shows the cursor again.
fn restore() {
    // Where there is no terminal any more, nobody misses it.
    _ = ratatui::try_restore();
    _ = execute!(io::stdout(), cursor::Show);
}

fn until_left(
    browser: &mut Browser,
    reader: &HistoryReader,
    terminal: &mut DefaultTerminal,
) -> io::Result<()> {
    loop {
        // While keys are waiting, for instance because one is held down, histories of passing calls are not loaded.
        let is_idle = !event::poll(Duration::ZERO)?;
        if let Some(row) = browser.wanted().filter(|_| is_idle) {
            let history = reader.history(row);
            browser.load(history);
        }
        terminal.draw(|frame| browser.draw(frame))?;
        if let Event::Key(event) = event::read()?
            && let Some(key) = Key::of(event)
            && browser.handle(key) == Next::Quit
        {
            return Ok(());
        }
    }
}
