//! Which rows are free: where marks and labels go so that none lies on another.

/// The least distance between two things in a row.
const APART: f64 = 4.0;

/// Rows beneath a lane, each with what stands in it.
pub(super) struct Room {
    /// What nothing may reach beyond.
    edges: (f64, f64),
    rows: Vec<Vec<(f64, f64)>>,
    /// The poles that labels hang on, each with the row that it leads to.
    poles: Vec<(f64, usize)>,
}

impl Room {
    pub(super) fn new(rows: usize, edges: (f64, f64)) -> Self {
        Self { edges, rows: vec![Vec::new(); rows], poles: Vec::new() }
    }

    /// How many rows something stands in, or above something that does.
    pub(super) fn used(&self) -> usize {
        self.rows.iter().rposition(|row| !row.is_empty()).map_or(0, |row| row + 1)
    }

    /// The row in which a mark has a place.
    pub(super) fn mark(&mut self, left: f64, right: f64) -> Option<usize> {
        let row = (0..self.rows.len()).find(|row| self.is_free(*row, left, right))?;
        self.take(row, left, right);
        Some(row)
    }

    /// The left end and the row of a label that hangs on a pole: to its right, or as far to the left as the edge demands.
    /// The pole crosses no other label.
    pub(super) fn hang(&mut self, pole: f64, width: f64) -> Option<(f64, usize)> {
        let left = pole.min(self.edges.1 - width);
        if left < self.edges.0 {
            return None;
        }
        let right = left + width;
        let is_clear = |row: &usize| {
            let is_crossed = self.poles.iter().any(|(x, to)| to > row && is_within(*x, left, right));
            let crosses = self.rows.iter().take(*row).flatten().any(|(from, to)| is_within(pole, *from, *to));
            self.is_free(*row, left, right) && !is_crossed && !crosses
        };
        let row = (0..self.rows.len()).find(is_clear)?;
        self.take(row, left, right);
        self.poles.push((pole, row));
        Some((left, row))
    }

    fn is_free(&self, row: usize, left: f64, right: f64) -> bool {
        let taken = self.rows.get(row).into_iter().flatten();
        !taken.into_iter().any(|(from, to)| left < to + APART && from - APART < right)
    }

    fn take(&mut self, row: usize, left: f64, right: f64) {
        if let Some(row) = self.rows.get_mut(row) {
            row.push((left, right));
        }
    }
}

fn is_within(x: f64, left: f64, right: f64) -> bool {
    left - APART < x && x < right + APART
}
