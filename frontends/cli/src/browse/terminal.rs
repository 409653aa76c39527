//! The loop: a story where one is wanted, a picture, a key.

use std::io;
use std::time::Duration;

use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event};

use super::browser::{Browser, Next};
use super::keys::Key;
use super::library::Library;

/// Shows a browser until it is left. The terminal is as it was before, however this ends.
pub(super) fn show(browser: &mut Browser, library: &Library) -> io::Result<()> {
    let _restored = Restored;
    // Has the terminal restored before a panic says anything.
    let mut terminal = ratatui::try_init()?;
    until_left(browser, library, &mut terminal)
}

struct Restored;

impl Drop for Restored {
    fn drop(&mut self) {
        ratatui::restore();
    }
}

fn until_left(browser: &mut Browser, library: &Library, terminal: &mut DefaultTerminal) -> io::Result<()> {
    loop {
        // Whoever holds a key down passes calls by.
        let is_idle = !event::poll(Duration::ZERO)?;
        if let Some(row) = browser.wanted().filter(|_| is_idle) {
            let story = library.story(row);
            browser.report(story);
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
