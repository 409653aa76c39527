//! What is seen, and what a key makes of it. Nothing is read or written here: whoever drives it draws it, hands it the
//! keys, and tells it the story of the call that it wants.

use std::cmp::Reverse;

use callfold_view::story::{Placed, Story};

use super::catalogue::{Catalogue, Row};
use super::draw::Palette;
use super::keys::Key;
use super::lanes::Lanes;

/// What can be scrolled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Focus {
    Calls,
    Timeline,
}

/// What keys mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Browse,
    Search,
    Help,
}

/// What comes after a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Next {
    Go,
    Quit,
}

/// Where the cursor lands when the story of another call is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Landing {
    Last,
    FirstFinding,
    LastFinding,
}

/// The story of the call that is selected.
pub(crate) struct Reported {
    pub(crate) story: Story,
    pub(crate) lanes: Lanes,
}

/// A list of calls, one of them selected, and its timeline with a cursor.
pub(crate) struct Browser {
    pub(crate) catalogue: Catalogue,
    pub(crate) title: String,
    pub(crate) palette: Palette,
    pub(crate) mode: Mode,
    pub(crate) focus: Focus,
    pub(crate) query: String,
    pub(crate) is_found_only: bool,
    pub(crate) notice: Option<&'static str>,
    /// The rows that are listed.
    pub(crate) listed: Vec<usize>,
    /// The selected one among them.
    pub(crate) selected: usize,
    /// `None` until it is told.
    pub(crate) reported: Option<Result<Reported, String>>,
    /// The step at which the cursor stands, from 0.
    pub(crate) step: usize,
    landing: Landing,
    /// True until the cursor is moved: the next finding is then the first one.
    is_fresh: bool,
    /// The first row that is shown.
    pub(crate) top: usize,
    /// How many rows are shown.
    pub(crate) page: usize,
    /// How far the text under the timeline is scrolled, lines.
    pub(crate) scroll: u16,
}

impl Browser {
    pub(crate) fn new(catalogue: Catalogue, title: String, palette: Palette) -> Self {
        let listed = (0..catalogue.rows.len()).collect();
        Self {
            catalogue,
            title,
            palette,
            mode: Mode::Browse,
            focus: Focus::Calls,
            query: String::new(),
            is_found_only: false,
            notice: None,
            listed,
            selected: 0,
            reported: None,
            step: 0,
            landing: Landing::Last,
            is_fresh: true,
            top: 0,
            page: 1,
            scroll: 0,
        }
    }

    /// The call that is selected.
    pub(crate) fn row(&self) -> Option<&Row> {
        self.catalogue.rows.get(*self.listed.get(self.selected)?)
    }

    /// The call whose story is to be told.
    pub(crate) fn wanted(&self) -> Option<&Row> {
        self.row().filter(|_| self.reported.is_none())
    }

    /// The story of the wanted call, or why there is none.
    pub(crate) fn report(&mut self, story: Result<Story, String>) {
        let reported = story.map(|story| Reported { lanes: Lanes::of(&story), story });
        let at = reported.as_ref().map(|reported| landed(&reported.story, self.landing));
        self.step = at.unwrap_or_default();
        self.is_fresh = self.landing == Landing::Last;
        self.landing = Landing::Last;
        self.reported = Some(reported);
    }

    pub(crate) fn story(&self) -> Option<&Story> {
        self.reported.as_ref()?.as_ref().ok().map(|reported| &reported.story)
    }

    /// Does what a key asks for.
    pub(crate) fn handle(&mut self, key: Key) -> Next {
        self.notice = None;
        match (self.mode, key) {
            (_, Key::Interrupt) => return Next::Quit,
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
            Key::Char('?') => self.mode = Mode::Help,
            Key::Char('/') => self.mode = Mode::Search,
            Key::Char('f') => {
                self.is_found_only = !self.is_found_only;
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

    /// Up and down: the calls, or, where the timeline has the focus, what stands under it.
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

    /// Lists what the search and the filter leave; the selected call stays so where it is among it.
    fn list(&mut self) {
        let before = self.listed.get(self.selected).copied();
        self.listed = self.catalogue.search(&self.query, self.is_found_only);
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
        (self.reported, self.step, self.scroll, self.landing) = (None, 0, 0, landing);
    }

    fn go_to(&mut self, step: usize) {
        if let Some(story) = self.story() {
            self.step = step.min(story.steps().len().saturating_sub(1));
            self.scroll = 0;
            self.is_fresh = false;
        }
    }

    fn next_finding(&mut self) {
        let here = self
            .story()
            .and_then(|story| found_at(story).filter(|at| self.is_fresh || *at > self.step).min());
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
            .story()
            .and_then(|story| found_at(story).filter(|at| self.is_fresh || *at < self.step).max());
        let there = || (0..self.selected).rev().find(|at| self.has_findings(*at));
        match here {
            Some(step) => self.go_to(step),
            None => match there() {
                Some(at) => self.select_to(at, Landing::LastFinding),
                None => self.notice = Some("no findings before this one"),
            },
        }
    }

    fn has_findings(&self, at: usize) -> bool {
        let row = self.listed.get(at).and_then(|row| self.catalogue.rows.get(*row));
        row.is_some_and(|row| row.found.total() > 0)
    }

    /// What was found behind the event at the cursor, the worst first.
    pub(crate) fn findings(&self) -> Vec<&Placed> {
        let Some(story) = self.story() else { return Vec::new() };
        let here = story.findings().iter().filter(|placed| step_of(placed) == self.step);
        let mut here: Vec<_> = here.collect();
        here.sort_by_key(|placed| Reverse(placed.finding.kind.severity()));
        here
    }
}

/// The step that a finding belongs behind, from 0; what was found before the first event is shown with it.
pub(super) const fn step_of(placed: &Placed) -> usize {
    placed.after.saturating_sub(1)
}

fn found_at(story: &Story) -> impl Iterator<Item = usize> {
    story.findings().iter().map(step_of)
}

fn landed(story: &Story, landing: Landing) -> usize {
    let last = story.steps().len().saturating_sub(1);
    let found = match landing {
        Landing::Last => None,
        Landing::FirstFinding => found_at(story).min(),
        Landing::LastFinding => found_at(story).max(),
    };
    found.unwrap_or(last).min(last)
}
