//! Colours, text styles and severity marks of the terminal browser.

use std::io;

use anstream::{AutoStream, ColorChoice};
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
    /// The palette that `--color` and the environment ask for.
    pub(crate) fn chosen() -> Self {
        Self { is_plain: AutoStream::choice(&io::stdout()) == ColorChoice::Never }
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
