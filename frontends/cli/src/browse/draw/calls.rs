//! The list of the calls.

use callfold::Severity;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::super::browser::{Browser, Focus};
use super::super::catalogue::{Catalogue, Row};
use super::text::{filled, fit};
use super::{DIM, Palette, REVERSED, mark};

/// How wide a state is, columns: `terminated`; longer ones are cut.
const STATE: usize = 10;

impl Browser {
    pub(super) fn draw_calls(&mut self, frame: &mut Frame<'_>, area: Rect) {
        self.page = usize::from(area.height.saturating_sub(1)).max(1);
        self.top = self.top.clamp((self.selected + 1).saturating_sub(self.page), self.selected);
        let width = usize::from(area.width);
        let heading = Line::styled(fit(" call     state      ended", width), self.heading(Focus::Calls));
        let shown = self.listed.iter().enumerate().skip(self.top).take(self.page);
        let rows = shown.filter_map(|(at, row)| {
            let row = self.catalogue.rows.get(*row)?;
            Some(line(&self.catalogue, self.palette, row, at == self.selected, width))
        });
        let nothing = self.listed.is_empty().then(|| Line::styled(self.nothing(), DIM));
        let lines: Vec<_> = [heading].into_iter().chain(rows).chain(nothing).collect();
        frame.render_widget(Paragraph::new(lines), area);
    }

    const fn nothing(&self) -> &'static str {
        if self.catalogue.rows.is_empty() { " no calls in these logs" } else { " nothing like that" }
    }
}

fn line(
    catalogue: &Catalogue,
    palette: Palette,
    row: &Row,
    is_selected: bool,
    width: usize,
) -> Line<'static> {
    let id = row.id.map_or_else(|| "no call".into(), |id| id.to_string());
    let id: String = id.chars().take(catalogue.prefix).collect();
    let state = row.state.map_or("", |state| state.as_str());
    let marks: Vec<_> = [Severity::Error, Severity::Warn, Severity::Info]
        .into_iter()
        .filter(|severity| row.found.count(*severity) > 0)
        .map(|severity| (format!(" {}{}", mark(severity), row.found.count(severity)), severity))
        .collect();
    let marked: usize = marks.iter().map(|(text, _)| text.chars().count()).sum();
    let begin = format!("{}{} ", if is_selected { '▸' } else { ' ' }, filled(&id, catalogue.prefix));
    let state = format!("{} ", filled(state, STATE));
    let room = width.saturating_sub(begin.chars().count() + state.chars().count() + marked);
    let ending = filled(catalogue.text(row.ending), room);
    let marks = marks.into_iter().map(|(text, severity)| Span::styled(text, palette.severity(severity)));
    let spans = [Span::raw(begin), Span::raw(state), Span::raw(ending)].into_iter().chain(marks);
    let line = Line::from_iter(spans);
    if is_selected { line.style(REVERSED) } else { line }
}
