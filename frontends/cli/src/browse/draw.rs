//! Draws the terminal browser.

mod calls;
mod present;
mod text;
mod timeline;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Paragraph, Wrap};

use super::browser::{Browser, Mode};
use super::palette::{BOLD, DIM, REVERSED};
use crate::wrapped::wrapped;
use text::{filled, fit};

/// The smallest usable terminal, in columns and rows.
const SMALLEST: (u16, u16) = (60, 16);

const KEYS: &str = "↑↓ calls  ←→ step  n/N finding  / search  f filter  Tab focus  ? help  q quit";

/// The greatest width of the help, and that of the keys in it, in columns.
const HELP_WIDTH: u16 = 78;
const HELP_KEYS: usize = 16;

/// The keys and what they do, then the symbols and what they mean.
const HELP: [(&str, &str); 15] = [
    ("↑ ↓  or k j", "previous call, next call; where the timeline has the focus: scroll the text below it"),
    ("← →  or h l", "previous revision, next revision"),
    ("Home End", "first, last; PgUp PgDn: a page"),
    ("n  N", "next finding, previous finding, in all calls"),
    ("/", "search: id, state, ending, people, operations, findings; Enter keeps the search, Esc clears it"),
    ("f", "show only calls with findings, or all calls"),
    ("Tab", "move the focus between the calls and the timeline"),
    ("q  Esc  Ctrl-C", "quit"),
    ("", ""),
    ("✗ ▲ •", "a finding: error, warn, info"),
    ("░ ▓", "an operation waits, runs"),
    ("✓ ✗ ?", "it completed, failed, was orphaned"),
    ("┄ !", "a deadline, missed"),
    ("━", "a participant"),
    ("▼", "the cursor"),
];

impl Browser {
    /// Draws the whole screen.
    pub(crate) fn draw(&mut self, frame: &mut Frame<'_>) {
        let area = frame.area();
        if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
            let message = format!(
                "callfold browse needs {} columns and {} rows; this terminal has {} and {}. q quits.",
                SMALLEST.0, SMALLEST.1, area.width, area.height
            );
            frame.render_widget(Paragraph::new(message).wrap(Wrap { trim: true }), area);
            return;
        }
        let rows = Layout::vertical([Constraint::Length(1), Constraint::Min(1), Constraint::Length(1)]);
        let [head, body, foot] = rows.areas(area);
        let left = (area.width * 2 / 5).clamp(36, 64);
        let columns = [Constraint::Length(left), Constraint::Length(1), Constraint::Min(1)];
        let [calls, rule, right] = Layout::horizontal(columns).areas(body);
        frame.render_widget(self.head(head.width), head);
        self.draw_calls(frame, calls);
        let rules = vec![Line::styled("│", DIM); rule.height.into()];
        frame.render_widget(Paragraph::new(rules), rule);
        self.draw_call(frame, right);
        frame.render_widget(self.foot(foot.width), foot);
        if self.mode == Mode::Help {
            self.draw_help(frame, body);
        }
    }

    fn head(&self, width: u16) -> Line<'static> {
        let (listed, all) = (self.listed.len(), self.calls.rows.len());
        let counted = if listed == all { format!("{all}") } else { format!("{listed} of {all}") };
        let ended = if self.calls.unlisted > 0 { ", ended badly" } else { "" };
        let filter = format!("{ended}{}", if self.is_findings_only { ", with findings" } else { "" });
        let search = match (self.mode, self.query.is_empty()) {
            (Mode::Search, _) => format!("  /{}▏", self.query),
            (_, false) => format!("  /{}", self.query),
            (Mode::Browse | Mode::Help, true) => String::new(),
        };
        let room = usize::from(width).saturating_sub(counted.len() + filter.len() + 16);
        let (title, search) = (fit(&self.title, room / 2), fit(&search, room.div_ceil(2)));
        Line::styled(format!("callfold {title}  {counted} listed{filter}{search}"), BOLD)
    }

    fn foot(&self, width: u16) -> Line<'static> {
        let text = match (self.notice, self.mode) {
            (Some(notice), _) => notice,
            (None, Mode::Search) => "type to search  Enter keeps the search  Esc clears it  ↑↓ calls",
            (None, Mode::Help) => "↑↓ scroll  any other key closes the help",
            (None, Mode::Browse) => KEYS,
        };
        Line::styled(fit(text, width.into()), REVERSED)
    }
    /// Draws the help over the body. Where there is no room for all of it, it can be scrolled.
    fn draw_help(&mut self, frame: &mut Frame<'_>, body: Rect) {
        let width = body.width.min(HELP_WIDTH);
        let lines: Vec<_> =
            HELP.iter().flat_map(|(keys, what)| help_lines(keys, what, width.saturating_sub(2))).collect();
        let area = body.centered(Constraint::Length(width), Constraint::Max(lines.len() as u16 + 2));
        let hidden = (lines.len() as u16 + 2).saturating_sub(area.height);
        self.help_top = self.help_top.min(hidden);
        let below = if self.help_top < hidden { " ↓ more " } else { "" };
        let frame_of_help = Block::bordered().title("keys").title_bottom(below);
        frame.render_widget(Clear, area);
        frame.render_widget(Paragraph::new(lines).scroll((self.help_top, 0)).block(frame_of_help), area);
    }
}

/// An entry of the help: the keys in a column of their own, and what they do in the lines beside it.
fn help_lines(keys: &str, what: &str, width: u16) -> Vec<Line<'static>> {
    let firsts = [keys].into_iter().chain(std::iter::repeat(""));
    let texts = wrapped(what, usize::from(width).saturating_sub(HELP_KEYS));
    firsts.zip(texts).map(|(keys, text)| Line::raw(format!("{}{text}", filled(keys, HELP_KEYS)))).collect()
}
