//! Draws the lanes of the selected call, and the cursor across them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::text::fit;
use crate::browse::browser::{Browser, Loaded};
use crate::browse::lanes::{Lane, Mark, Shape, columns};
use crate::browse::palette::{DIM, Palette, REVERSED};

/// The width of the labels in columns.
const LABELS: u16 = 14;

/// The area of the lanes, the column of each step, and the colours.
struct Grid<'a> {
    area: Rect,
    columns: &'a [u16],
    palette: Palette,
}

impl Browser {
    /// Draws the lanes from the top of an area. Returns how many rows they take.
    pub(super) fn draw_lanes(&self, loaded: &Loaded, area: Rect, buffer: &mut Buffer) -> u16 {
        let labels = LABELS.min(area.width / 3);
        let tracks = Rect { x: area.x + labels, width: area.width - labels, ..area };
        let columns = columns(&loaded.history, tracks.width);
        let shown = self.shown(loaded, area.height.saturating_sub(1).into());
        let grid = Grid { area: tracks, columns: &columns, palette: self.palette };
        for (y, lane) in (area.y + 1..area.bottom()).zip(&shown) {
            buffer.set_string(area.x, y, fit(&lane.label, usize::from(labels) - 1), DIM);
            lane.marks.iter().for_each(|mark| grid.mark(mark, y, buffer));
        }
        let height = (shown.len() as u16 + 1).min(area.height);
        let cursor = columns.get(self.step).copied().unwrap_or_default();
        let hidden = (loaded.lanes.fixed.len() + loaded.lanes.rest.len()).saturating_sub(shown.len());
        if hidden > 0 {
            buffer.set_string(area.x, area.y, fit(&format!("{hidden} more"), usize::from(labels) - 1), DIM);
        }
        buffer.set_string(tracks.x + cursor, area.y, "▼", Style::new());
        buffer
            .set_style(Rect { x: tracks.x + cursor, y: area.y + 1, width: 1, height: height - 1 }, REVERSED);
        height
    }

    /// The lanes for which there is room. Where there are too many, the visible part begins with the first lane that has a
    /// mark at the cursor.
    fn shown<'a>(&self, loaded: &'a Loaded, room: usize) -> Vec<&'a Lane> {
        let (fixed, rest) = (&loaded.lanes.fixed, &loaded.lanes.rest);
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
