//! What a browser looks like.

mod calls;
mod present;
mod text;
mod timeline;

use std::env;

use callfold::Severity;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph, Wrap};

use super::browser::{Browser, Focus, Mode};
use text::fit;

/// The least that it needs, columns and rows.
const LEAST: (u16, u16) = (60, 16);

const KEYS: &str = "↑↓ calls  ←→ step  n/N finding  / search  f filter  Tab focus  ? help  q quit";

const HELP: [&str; 13] = [
    "↑ ↓  or k j     the call before, the next; what stands under the",
    "                timeline, where that has the focus",
    "← →  or h l     a revision back, a revision on",
    "Home End        the first, the last; PgUp PgDn a page",
    "n  N            the next finding, the one before, across calls",
    "/               search: id, state, ending, people, operations, findings",
    "                Enter keeps it, Esc clears it",
    "f               only calls with findings",
    "Tab             from the calls to the timeline and back",
    "q  Esc  Ctrl-C  quit",
    "",
    "✗ error  ▲ warn  • info    ░ asked ▓ runs ✓ completed ✗ failed ? orphaned",
    "┄ a deadline runs, ! was missed    ━ takes part    ▼ the cursor",
];

/// Colours of sixteen, or none: the terminal's own are the ground.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Palette {
    pub(crate) is_plain: bool,
}

impl Palette {
    /// Plain where `NO_COLOR` says so.
    pub(crate) fn from_env() -> Self {
        Self { is_plain: env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) }
    }

    pub(crate) fn severity(self, severity: Severity) -> Style {
        let colour = match severity {
            Severity::Info => Color::Cyan,
            Severity::Warn => Color::Yellow,
            Severity::Error => Color::Red,
        };
        let style = if self.is_plain { Style::new() } else { Style::new().fg(colour) };
        if severity == Severity::Error { style.add_modifier(Modifier::BOLD) } else { style }
    }
}

/// A severity without colour.
pub(crate) const fn mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "•",
        Severity::Warn => "▲",
        Severity::Error => "✗",
    }
}

const DIM: Style = Style::new().add_modifier(Modifier::DIM);
const BOLD: Style = Style::new().add_modifier(Modifier::BOLD);
const REVERSED: Style = Style::new().add_modifier(Modifier::REVERSED);

impl Browser {
    /// Draws all of it.
    pub(crate) fn draw(&mut self, frame: &mut Frame<'_>) {
        let area = frame.area();
        if area.width < LEAST.0 || area.height < LEAST.1 {
            let reported = format!(
                "callfold browse needs {} columns and {} rows; here are {} and {}. q quits.",
                LEAST.0, LEAST.1, area.width, area.height
            );
            frame.render_widget(Paragraph::new(reported).wrap(Wrap { trim: true }), area);
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
        let (listed, all) = (self.listed.len(), self.catalogue.rows.len());
        let counted = if listed == all { format!("{all}") } else { format!("{listed} of {all}") };
        let filter = if self.is_found_only { ", with findings" } else { "" };
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
            (None, Mode::Search) => "type to search  Enter keeps it  Esc clears it  ↑↓ calls",
            (None, Mode::Help) => "any key closes the help",
            (None, Mode::Browse) => KEYS,
        };
        Line::styled(fit(text, width.into()), REVERSED)
    }

    const fn heading(&self, focus: Focus) -> Style {
        if matches!((self.focus, focus), (Focus::Calls, Focus::Calls) | (Focus::Timeline, Focus::Timeline)) {
            BOLD.add_modifier(Modifier::UNDERLINED)
        } else {
            DIM
        }
    }
}

fn help(frame: &mut Frame<'_>, body: Rect) {
    let area = body.centered(Constraint::Max(78), Constraint::Max(HELP.len() as u16 + 2));
    let lines: Vec<_> = HELP.iter().map(|line| Line::from(Span::raw(*line))).collect();
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(lines).block(Block::bordered().title("keys")), area);
}
