//! The state of the terminal browser, and how each key changes it. This module does no input or output: the loop in
//! `terminal.rs` passes in keys and the history of the selected call, and `draw.rs` draws the state.

use std::cmp::Reverse;

use callfold_view::history::{CallHistory, HistoryFinding};

use super::call_list::{CallList, Row};
use super::keys::Key;
use super::lanes::Lanes;
use super::palette::Palette;

/// The part of the screen that the arrow keys move in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Focus {
    Calls,
    Timeline,
}

/// The mode, which decides what a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Browse,
    Search,
    Help,
}

/// Whether the browser goes on after a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Next {
    Go,
    Quit,
}

/// Where the cursor is placed once the history of the newly selected call is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Landing {
    Last,
    FirstFinding,
    LastFinding,
}

/// The history of the selected call.
pub(crate) struct Loaded {
    pub(crate) history: CallHistory,
    pub(crate) lanes: Lanes,
}

/// A list of calls with one selected call, and the timeline of that call with a cursor.
pub(crate) struct Browser {
    pub(crate) calls: CallList,
    pub(crate) title: String,
    pub(crate) palette: Palette,
    pub(crate) mode: Mode,
    pub(crate) focus: Focus,
    pub(crate) query: String,
    /// True where only calls with findings are listed.
    pub(crate) is_findings_only: bool,
    pub(crate) notice: Option<&'static str>,
    /// The listed rows, as indices of all rows.
    pub(crate) listed: Vec<usize>,
    /// The selected row, as an index of `listed`.
    pub(crate) selected: usize,
    /// The history of the selected call, or why there is none; `None` until it is loaded.
    pub(crate) loaded: Option<Result<Loaded, String>>,
    /// The step at the cursor, from 0.
    pub(crate) step: usize,
    landing: Landing,
    /// True until the cursor is moved. The next finding is then the first finding of the call.
    is_fresh: bool,
    /// The first visible row, as an index of `listed`.
    pub(crate) top: usize,
    /// How many rows are visible.
    pub(crate) page: usize,
    /// How many lines the text below the timeline is scrolled.
    pub(crate) scroll: u16,
    /// How many lines the help is scrolled.
    pub(crate) help_top: u16,
}

impl Browser {
    pub(crate) fn new(calls: CallList, title: String, palette: Palette) -> Self {
        let listed = (0..calls.rows.len()).collect();
        Self {
            calls,
            title,
            palette,
            mode: Mode::Browse,
            focus: Focus::Calls,
            query: String::new(),
            is_findings_only: false,
            notice: None,
            listed,
            selected: 0,
            loaded: None,
            step: 0,
            landing: Landing::Last,
            is_fresh: true,
            top: 0,
            page: 1,
            scroll: 0,
            help_top: 0,
        }
    }

    /// The selected call.
    pub(crate) fn row(&self) -> Option<&Row> {
        self.calls.rows.get(*self.listed.get(self.selected)?)
    }

    /// The selected call, where its history is not loaded yet.
    pub(crate) fn wanted(&self) -> Option<&Row> {
        self.row().filter(|_| self.loaded.is_none())
    }

    /// Takes the history of the wanted call, or the reason why there is none.
    pub(crate) fn load(&mut self, history: Result<CallHistory, String>) {
        let loaded = history.map(|history| Loaded { lanes: Lanes::of(&history), history });
        let at = loaded.as_ref().map(|loaded| landed(&loaded.history, self.landing));
        self.step = at.unwrap_or_default();
        self.is_fresh = self.landing == Landing::Last;
        self.landing = Landing::Last;
        self.loaded = Some(loaded);
    }

    pub(crate) fn history(&self) -> Option<&CallHistory> {
        self.loaded.as_ref()?.as_ref().ok().map(|loaded| &loaded.history)
    }

    /// Handles a key.
    pub(crate) fn handle(&mut self, key: Key) -> Next {
        self.notice = None;
        match (self.mode, key) {
            (_, Key::Interrupt) => return Next::Quit,
            (Mode::Help, Key::Up | Key::Char('k')) => self.help_top = self.help_top.saturating_sub(1),
            (Mode::Help, Key::Down | Key::Char('j')) => self.help_top = self.help_top.saturating_add(1),
            (Mode::Help, _) => self.mode = Mode::Browse,
            (Mode::Search, key) => self.search(key),
            (Mode::Browse, key) => return self.browse(key),
        }
        Next::Go
    }

    fn browse(&mut self, key: Key) -> Next {
        match key {
            Key::Char('q') | Key::Esc if self.query.is_empty() || key != Key::Esc => return Next::Quit,
            Key::Esc => self.look_for(String::new()),
            Key::Char('?') => (self.mode, self.help_top) = (Mode::Help, 0),
            Key::Char('/') => self.mode = Mode::Search,
            Key::Char('f') => {
                self.is_findings_only = !self.is_findings_only;
                self.list();
            }
            Key::Char('n') => self.next_finding(),
            Key::Char('N') => self.previous_finding(),
            Key::Tab => {
                self.focus = if self.focus == Focus::Calls { Focus::Timeline } else { Focus::Calls };
            }
            Key::Left | Key::Char('h') => self.go_to(self.step.saturating_sub(1)),
            Key::Right | Key::Char('l') => self.go_to(self.step.saturating_add(1)),
            key @ (Key::Up
            | Key::Down
            | Key::Home
            | Key::End
            | Key::PageUp
            | Key::PageDown
            | Key::Char(_)) => self.travel(key),
            Key::Enter | Key::Backspace | Key::Interrupt => {}
        }
        Next::Go
    }

    /// Moves through the calls or, where the timeline has the focus, through the timeline and the text below it.
    fn travel(&mut self, key: Key) {
        let is_calls = self.focus == Focus::Calls;
        match key {
            Key::Up | Key::Char('k') if is_calls => self.select(self.selected.saturating_sub(1)),
            Key::Down | Key::Char('j') if is_calls => self.select(self.selected.saturating_add(1)),
            Key::PageUp if is_calls => self.select(self.selected.saturating_sub(self.page)),
            Key::PageDown if is_calls => self.select(self.selected.saturating_add(self.page)),
            Key::Home | Key::Char('g') if is_calls => self.select(0),
            Key::End | Key::Char('G') if is_calls => self.select(usize::MAX),
            Key::Up | Key::Char('k') => self.scroll = self.scroll.saturating_sub(1),
            Key::Down | Key::Char('j') => self.scroll = self.scroll.saturating_add(1),
            Key::PageUp => self.go_to(self.step.saturating_sub(10)),
            Key::PageDown => self.go_to(self.step.saturating_add(10)),
            Key::Home | Key::Char('g') => self.go_to(0),
            Key::End | Key::Char('G') => self.go_to(usize::MAX),
            Key::Left | Key::Right | Key::Tab | Key::Enter | Key::Esc | Key::Backspace => {}
            Key::Char(_) | Key::Interrupt => {}
        }
    }

    fn search(&mut self, key: Key) {
        match key {
            Key::Enter => self.mode = Mode::Browse,
            Key::Esc => {
                self.mode = Mode::Browse;
                self.look_for(String::new());
            }
            Key::Backspace => {
                let mut query = self.query.clone();
                query.pop();
                self.look_for(query);
            }
            Key::Char(letter) => self.look_for(format!("{}{letter}", self.query)),
            key @ (Key::Up | Key::Down | Key::Home | Key::End | Key::PageUp | Key::PageDown) => {
                self.travel(key)
            }
            Key::Left => self.go_to(self.step.saturating_sub(1)),
            Key::Right => self.go_to(self.step.saturating_add(1)),
            Key::Tab | Key::Interrupt => {}
        }
    }

    fn look_for(&mut self, query: String) {
        self.query = query;
        self.list();
    }

    /// Lists the calls that match the search and the filter. The selected call stays selected where it is among them.
    fn list(&mut self) {
        let before = self.listed.get(self.selected).copied();
        self.listed = self.calls.search(&self.query, self.is_findings_only);
        let at = self.listed.partition_point(|row| Some(*row) < before);
        self.selected = at.min(self.listed.len().saturating_sub(1));
        if self.listed.get(self.selected).copied() != before {
            self.forget(Landing::Last);
        }
    }

    fn select(&mut self, at: usize) {
        self.select_to(at, Landing::Last);
    }

    fn select_to(&mut self, at: usize, landing: Landing) {
        let at = at.min(self.listed.len().saturating_sub(1));
        if at != self.selected {
            self.selected = at;
            self.forget(landing);
        }
    }

    fn forget(&mut self, landing: Landing) {
        (self.loaded, self.step, self.scroll, self.landing) = (None, 0, 0, landing);
    }

    fn go_to(&mut self, step: usize) {
        if let Some(history) = self.history() {
            self.step = step.min(history.steps().len().saturating_sub(1));
            self.scroll = 0;
            self.is_fresh = false;
        }
    }

    fn next_finding(&mut self) {
        let here = self
            .history()
            .and_then(|history| finding_steps(history).filter(|at| self.is_fresh || *at > self.step).min());
        let there = || (self.selected + 1..self.listed.len()).find(|at| self.has_findings(*at));
        match here {
            Some(step) => self.go_to(step),
            None => match there() {
                Some(at) => self.select_to(at, Landing::FirstFinding),
                None => self.notice = Some("no more findings"),
            },
        }
    }

    fn previous_finding(&mut self) {
        let here = self
            .history()
            .and_then(|history| finding_steps(history).filter(|at| self.is_fresh || *at < self.step).max());
        let there = || (0..self.selected).rev().find(|at| self.has_findings(*at));
        match here {
            Some(step) => self.go_to(step),
            None => match there() {
                Some(at) => self.select_to(at, Landing::LastFinding),
                None => self.notice = Some("no earlier findings"),
            },
        }
    }

    fn has_findings(&self, at: usize) -> bool {
        let row = self.listed.get(at).and_then(|row| self.calls.rows.get(*row));
        row.is_some_and(|row| row.findings.total() > 0)
    }

    /// The findings of the event at the cursor, the worst first.
    pub(crate) fn findings(&self) -> Vec<&HistoryFinding> {
        let Some(history) = self.history() else { return Vec::new() };
        let here = history.findings().iter().filter(|located| located.step() == self.step);
        let mut here: Vec<_> = here.collect();
        here.sort_by_key(|located| Reverse(located.finding.severity));
        here
    }
}

/// The steps that have findings.
fn finding_steps(history: &CallHistory) -> impl Iterator<Item = usize> {
    history.findings().iter().map(HistoryFinding::step)
}

fn landed(history: &CallHistory, landing: Landing) -> usize {
    let last = history.steps().len().saturating_sub(1);
    let step = match landing {
        Landing::Last => None,
        Landing::FirstFinding => finding_steps(history).min(),
        Landing::LastFinding => finding_steps(history).max(),
    };
    step.unwrap_or(last).min(last)
}
