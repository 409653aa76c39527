//! Places marks and labels in rows so that they do not overlap.
//!
//! A label hangs below a lane. A vertical line, its pole, joins it to its mark in the lane.

/// The least distance between two items in a row.
const APART: f64 = 4.0;
/// The least distance between a pole and the items that it passes.
const PASS: f64 = 1.5;

/// A label and its pole.
pub(super) struct Label {
    /// The horizontal position of the pole.
    pub(super) pole: f64,
    pub(super) width: f64,
    /// True for a label that takes precedence where there is not enough room for all.
    pub(super) is_first: bool,
}

/// The left end of a label and its row; `None` where there is no room.
pub(super) type Hung = Option<(f64, usize)>;

/// The rows below a lane, each with the extents of its items.
#[derive(Clone)]
pub(super) struct RowLayout {
    /// The left and right limits of all items.
    edges: (f64, f64),
    rows: Vec<Vec<(f64, f64)>>,
    /// The poles, each with the row of its label.
    poles: Vec<(f64, usize)>,
}

impl RowLayout {
    pub(super) fn new(rows: usize, edges: (f64, f64)) -> Self {
        Self { edges, rows: vec![Vec::new(); rows], poles: Vec::new() }
    }

    /// How many rows are in use, counting empty ones above a used one.
    pub(super) fn used(&self) -> usize {
        self.rows.iter().rposition(|row| !row.is_empty()).map_or(0, |row| row + 1)
    }

    /// Places a mark. Returns its row; `None` where there is no room.
    pub(super) fn mark(&mut self, left: f64, right: f64) -> Option<usize> {
        let row = (0..self.rows.len()).find(|row| self.is_free(*row, left, right))?;
        self.take(row, left, right);
        Some(row)
    }

    /// Places labels, which are sorted from left to right. It places the last label first, because then the poles of the
    /// other labels pass to the left of it. Where this leaves out more labels with precedence, those are placed first.
    pub(super) fn hang(&mut self, labels: &[Label]) -> Vec<Hung> {
        let from_last = || labels.iter().enumerate().rev();
        let (first, others): (Vec<_>, Vec<_>) = from_last().partition(|(_, label)| label.is_first);
        let mut another = self.clone();
        let all = self.hang_in(&from_last().collect::<Vec<_>>());
        let preferred = another.hang_in(&[first, others].concat());
        if worth(labels, &all) >= worth(labels, &preferred) {
            return all;
        }
        *self = another;
        preferred
    }

    fn hang_in(&mut self, order: &[(usize, &Label)]) -> Vec<Hung> {
        let mut places = vec![None; order.len()];
        for (index, label) in order {
            if let Some(place) = places.get_mut(*index) {
                *place = self.hang_one(label.pole, label.width);
            }
        }
        places
    }

    /// Places a label to the right of its pole, or further left where the right limit requires it. The pole crosses no other
    /// label.
    fn hang_one(&mut self, pole: f64, width: f64) -> Hung {
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

/// How many labels with precedence are placed, and how many labels of all.
fn worth(labels: &[Label], places: &[Hung]) -> (usize, usize) {
    let placed = || labels.iter().zip(places).filter(|(_, place)| place.is_some());
    (placed().filter(|(label, _)| label.is_first).count(), placed().count())
}

fn is_within(x: f64, left: f64, right: f64) -> bool {
    left - PASS < x && x < right + PASS
}
