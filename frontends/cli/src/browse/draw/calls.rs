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
        let call = filled("call", id_width(&self.calls, width));
        let heading = Line::styled(fit(&format!(" {call} begin (UTC) ended"), width), style);
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

/// The width of the ids in columns. At least half of the line is left for the rest.
fn id_width(calls: &CallList, width: usize) -> usize {
    calls.prefix.min(width / 2 - 1)
}

/// As much of an id as has room. Where the characters that distinguish it have none, this is its beginning and its end.
fn short(id: &str, prefix: usize, room: usize) -> String {
    const BEGIN: usize = 8;
    if prefix <= room {
        return id.chars().take(prefix).collect();
    }
    let end = id.chars().count().saturating_sub(room.saturating_sub(BEGIN + 1));
    id.chars().take(BEGIN).chain(['…']).chain(id.chars().skip(end)).collect()
}

fn line(calls: &CallList, palette: Palette, row: &Row, is_selected: bool, width: usize) -> Line<'static> {
    let id = row.id.map_or_else(|| "no call".into(), |id| id.to_string());
    let id_width = id_width(calls, width);
    let id = if row.id.is_some() { short(&id, calls.prefix, id_width) } else { id };
    let time = row.begin.map_or_else(String::new, |begin| begin.strftime("%m-%d %H:%M").to_string());
    let marks: Vec<_> = [Severity::Error, Severity::Warn, Severity::Info]
        .into_iter()
        .filter(|severity| row.findings.count(*severity) > 0)
        .map(|severity| (format!(" {}{}", mark(severity), row.findings.count(severity)), severity))
        .collect();
    let marked: usize = marks.iter().map(|(text, _)| text.chars().count()).sum();
    let begin = format!("{}{} ", if is_selected { '▸' } else { ' ' }, filled(&id, id_width));
    let time = format!("{} ", filled(&time, BEGIN));
    let room = width.saturating_sub(begin.chars().count() + time.chars().count() + marked);
    let ending = filled(calls.text(row.ending), room);
    let marks = marks.into_iter().map(|(text, severity)| Span::styled(text, palette.severity(severity)));
    let spans = [Span::raw(begin), Span::raw(time), Span::raw(ending)].into_iter().chain(marks);
    let line = Line::from_iter(spans);
    if is_selected { line.style(REVERSED) } else { line }
}
