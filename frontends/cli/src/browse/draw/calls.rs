//! Draws the list of calls.

use callfold::Severity;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::text::{filled, fit};
use crate::browse::browser::{Browser, Focus};
use crate::browse::call_list::{CallList, Row};
use crate::browse::palette::{DIM, Palette, REVERSED, heading, mark};

/// The width of a time in columns: month, day, hour and minute.
const BEGIN: usize = 11;

impl Browser {
    pub(super) fn draw_calls(&mut self, frame: &mut Frame<'_>, area: Rect) {
        self.page = usize::from(area.height.saturating_sub(1)).max(1);
        self.top = self.top.clamp((self.selected + 1).saturating_sub(self.page), self.selected);
        let width = usize::from(area.width);
        let style = heading(self.focus == Focus::Calls);
        let heading = Line::styled(fit(" call     begin (UTC) ended", width), style);
        let shown = self.listed.iter().enumerate().skip(self.top).take(self.page);
        let rows = shown.filter_map(|(at, row)| {
            let row = self.calls.rows.get(*row)?;
            Some(line(&self.calls, self.palette, row, at == self.selected, width))
        });
        let note = self.listed.is_empty().then(|| Line::styled(" no matching calls", DIM));
        let lines: Vec<_> = [heading].into_iter().chain(rows).chain(note).collect();
        frame.render_widget(Paragraph::new(lines), area);
    }
}

fn line(calls: &CallList, palette: Palette, row: &Row, is_selected: bool, width: usize) -> Line<'static> {
    let id = row.id.map_or_else(|| "no call".into(), |id| id.to_string());
    let id: String = id.chars().take(calls.prefix).collect();
    let time = row.begin.map_or_else(String::new, |begin| begin.strftime("%m-%d %H:%M").to_string());
    let marks: Vec<_> = [Severity::Error, Severity::Warn, Severity::Info]
        .into_iter()
        .filter(|severity| row.findings.count(*severity) > 0)
        .map(|severity| (format!(" {}{}", mark(severity), row.findings.count(severity)), severity))
        .collect();
    let marked: usize = marks.iter().map(|(text, _)| text.chars().count()).sum();
    let begin = format!("{}{} ", if is_selected { '▸' } else { ' ' }, filled(&id, calls.prefix));
    let time = format!("{} ", filled(&time, BEGIN));
    let room = width.saturating_sub(begin.chars().count() + time.chars().count() + marked);
    let ending = filled(calls.text(row.ending), room);
    let marks = marks.into_iter().map(|(text, severity)| Span::styled(text, palette.severity(severity)));
    let spans = [Span::raw(begin), Span::raw(time), Span::raw(ending)].into_iter().chain(marks);
    let line = Line::from_iter(spans);
    if is_selected { line.style(REVERSED) } else { line }
}
