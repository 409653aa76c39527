//! Which rows are free: where marks and labels go so that none lies on another.

/// The least distance between two things in a row.
const APART: f64 = 4.0;
/// The least distance of a pole from what it passes.
const PASS: f64 = 1.5;

/// A name that hangs on a pole.
pub(super) struct Label {
    /// Where the pole is.
    pub(super) pole: f64,
    pub(super) width: f64,
    /// It goes before others where not all have room.
    pub(super) is_first: bool,
}

/// The left end of a label, and its row.
pub(super) type Hung = Option<(f64, usize)>;

/// Rows beneath a lane, each with what stands in it.
#[derive(Clone)]
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

    /// Where the labels hang, which come from left to right. The last goes first: so poles pass what hangs before them. Where
    /// that leaves out more of what goes before others, that goes first.
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

    /// To the right of its pole, or as far to the left as the edge demands. The pole crosses no other label.
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

/// How many of those that go before others have a place, and how many of all.
fn worth(labels: &[Label], places: &[Hung]) -> (usize, usize) {
    let placed = || labels.iter().zip(places).filter(|(_, place)| place.is_some());
    (placed().filter(|(label, _)| label.is_first).count(), placed().count())
}

fn is_within(x: f64, left: f64, right: f64) -> bool {
    left - PASS < x && x < right + PASS
}
