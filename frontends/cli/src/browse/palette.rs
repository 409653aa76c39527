//! Colours, text styles and severity marks of the terminal browser.

use std::env;

use callfold::Severity;
use ratatui::style::{Color, Modifier, Style};

pub(crate) const DIM: Style = Style::new().add_modifier(Modifier::DIM);
pub(crate) const BOLD: Style = Style::new().add_modifier(Modifier::BOLD);
pub(crate) const REVERSED: Style = Style::new().add_modifier(Modifier::REVERSED);

/// The colours of severities, out of the sixteen colours of a terminal. The background is the terminal's own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Palette {
    /// True where nothing is coloured.
    pub(crate) is_plain: bool,
}

impl Palette {
    /// A palette without colours where the environment variable `NO_COLOR` is set and not empty.
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

/// The character that marks a severity, so that a severity is recognisable without colours.
pub(crate) const fn mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "•",
        Severity::Warn => "▲",
        Severity::Error => "✗",
    }
}

/// The style of a column heading.
pub(crate) const fn heading(is_focused: bool) -> Style {
    if is_focused { BOLD.add_modifier(Modifier::UNDERLINED) } else { DIM }
}
