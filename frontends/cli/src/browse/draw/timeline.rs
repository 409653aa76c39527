//! The lanes of the selected call, and the cursor through them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::super::browser::{Browser, Reported};
use super::super::lanes::{Lane, Mark, Shape, columns};
use super::text::fit;
use super::{DIM, Palette, REVERSED};

/// How wide the labels are, columns.
const LABELS: u16 = 14;

/// Where lanes are drawn, and how.
struct Grid<'a> {
    area: Rect,
    columns: &'a [u16],
    palette: Palette,
}

impl Browser {
    /// Draws the lanes from the top of an area, in at most so many rows; how many it took.
    pub(super) fn draw_lanes(&self, reported: &Reported, area: Rect, buffer: &mut Buffer) -> u16 {
        let labels = LABELS.min(area.width / 3);
        let tracks = Rect { x: area.x + labels, width: area.width - labels, ..area };
        let columns = columns(&reported.story, tracks.width);
        let shown = self.shown(reported, area.height.saturating_sub(1).into());
        let grid = Grid { area: tracks, columns: &columns, palette: self.palette };
        for (y, lane) in (area.y + 1..area.bottom()).zip(&shown) {
            buffer.set_string(area.x, y, fit(&lane.label, usize::from(labels) - 1), DIM);
            lane.marks.iter().for_each(|mark| grid.mark(mark, y, buffer));
        }
        let height = (shown.len() as u16 + 1).min(area.height);
        let cursor = columns.get(self.step).copied().unwrap_or_default();
        let hidden = (reported.lanes.fixed.len() + reported.lanes.rest.len()).saturating_sub(shown.len());
        if hidden > 0 {
            buffer.set_string(area.x, area.y, fit(&format!("{hidden} more"), usize::from(labels) - 1), DIM);
        }
        buffer.set_string(tracks.x + cursor, area.y, "▼", Style::new());
        buffer
            .set_style(Rect { x: tracks.x + cursor, y: area.y + 1, width: 1, height: height - 1 }, REVERSED);
        height
    }

    /// The lanes for which there is room: of many, those from the first one that matters at the cursor on.
    fn shown<'a>(&self, reported: &'a Reported, room: usize) -> Vec<&'a Lane> {
        let (fixed, rest) = (&reported.lanes.fixed, &reported.lanes.rest);
        let room_of_rest = room.saturating_sub(fixed.len());
        let matters = rest.iter().position(|lane| lane.is_at(self.step)).unwrap_or_default();
        let first = matters.min(rest.len().saturating_sub(room_of_rest));
        fixed.iter().chain(rest.iter().skip(first)).take(room).collect()
    }
}

impl Grid<'_> {
    fn mark(&self, mark: &Mark, y: u16, buffer: &mut Buffer) {
        let style = mark.severity.map(|severity| self.palette.severity(severity)).unwrap_or_default();
        let x = self.x(mark.from);
        let room = self.area.right().saturating_sub(x);
        match mark.shape {
            Shape::Point => _ = buffer.set_stringn(x, y, &mark.text, room.into(), style),
            Shape::Bar(fill, to) => {
                let end = to.map_or_else(|| self.area.right(), |to| self.x(to).max(x + 1));
                let width = usize::from(end.saturating_sub(x));
                let bar: String = std::iter::repeat_n(fill, width).collect();
                buffer.set_stringn(x, y, bar, width, style);
                buffer.set_stringn(x, y, &mark.text, width, style);
            }
        }
    }

    fn x(&self, step: usize) -> u16 {
        self.area.x + self.columns.get(step).copied().unwrap_or_else(|| self.area.width.saturating_sub(1))
    }
}
