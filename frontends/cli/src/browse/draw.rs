//! Draws the terminal browser.

mod calls;
mod present;
mod text;
mod timeline;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph, Wrap};

use super::browser::{Browser, Mode};
use super::palette::{BOLD, DIM, REVERSED};
use text::fit;

/// The smallest usable terminal, in columns and rows.
const SMALLEST: (u16, u16) = (60, 16);

const KEYS: &str = "↑↓ calls  ←→ step  n/N finding  / search  f filter  Tab focus  ? help  q quit";

const HELP: [&str; 13] = [
    "↑ ↓  or k j     previous call, next call; where the timeline has the",
    "                focus: scroll the text below it",
    "← →  or h l     previous revision, next revision",
    "Home End        first, last; PgUp PgDn: a page",
    "n  N            next finding, previous finding, in all calls",
    "/               search: id, state, ending, people, operations, findings",
    "                Enter keeps the search, Esc clears it",
    "f               show only calls with findings, or all calls",
    "Tab             move the focus between the calls and the timeline",
    "q  Esc  Ctrl-C  quit",
    "",
    "✗ error  ▲ warn  • info    ░ waits ▓ runs ✓ completed ✗ failed ? orphaned",
    "┄ deadline, ! missed    ━ participant    ▼ cursor",
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
            help(frame, body);
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
            (None, Mode::Help) => "any key closes the help",
            (None, Mode::Browse) => KEYS,
        };
        Line::styled(fit(text, width.into()), REVERSED)
    }
}

fn help(frame: &mut Frame<'_>, body: Rect) {
    let area = body.centered(Constraint::Max(78), Constraint::Max(HELP.len() as u16 + 2));
    let lines: Vec<_> = HELP.iter().map(|line| Line::from(Span::raw(*line))).collect();
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(Block::bordered().title("keys")), area);
}
