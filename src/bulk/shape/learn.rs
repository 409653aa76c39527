//! Learns shapes. A piece of the tree ends where the shapes that share it begin to differ.

use alloc::vec::Vec;

use super::layout::Layout;
use super::tree::{PIECES, Piece, Root, Shapes, Then};
use crate::graph::wire::read::Hole;

impl<M> Shapes<M> {
    /// Learns a layout, unless there is no more room, or another kind of hole is at the same place.
    pub(in crate::bulk) fn learn(&mut self, root: Root, layout: &Layout<'_>, meaning: M) {
        _ = self.put(root, layout, meaning);
    }

    fn put(&mut self, root: Root, layout: &Layout<'_>, meaning: M) -> Option<()> {
        let mut at = self.root(root)?;
        for (literal, hole) in &layout.parts {
            at = self.descend(at, literal, *hole)?;
        }
        let end = self.pieces.get_mut(at as usize)?;
        if matches!(end.then, Then::Branches) {
            end.then = Then::End(meaning);
        }
        Some(())
    }

    fn root(&mut self, root: Root) -> Option<u32> {
        let roots = self.first.len().max(root.index() + 1);
        self.first.resize(roots, None);
        if let Some(known) = self.first.get(root.index()).copied().flatten() {
            return Some(known);
        }
        let piece = self.add(None, &[], None)?;
        *self.first.get_mut(root.index())? = Some(piece);
        Some(piece)
    }

    /// Goes down from a piece along a literal, and adds pieces that are missing. Returns the piece at the end
    /// of the literal, where the hole is or the data ends.
    fn descend(&mut self, from: u32, literal: &[u8], hole: Option<Hole>) -> Option<u32> {
        let (mut at, mut literal) = (from, literal);
        loop {
            let Some(first) = literal.first() else { return self.open(at, hole) };
            let next = &self.piece(at)?.next;
            let Some((_, known)) = next.iter().copied().find(|(byte, _)| byte == first) else {
                let piece = self.add(Some(at), literal, hole)?;
                self.pieces.get_mut(at as usize)?.next.push((*first, piece));
                return Some(piece);
            };
            let piece = self.piece(known)?;
            let pairs = piece.literal.iter().zip(literal);
            let common = pairs.take_while(|(known, new)| known == new).count();
            let is_whole = common == piece.literal.len();
            if is_whole && common == literal.len() && piece.is(hole) {
                return Some(known);
            }
            let is_way = is_whole && matches!(piece.then, Then::Branches) && !piece.is_leaf();
            at = if is_way { known } else { self.split(at, known, common)? };
            literal = literal.get(common..)?;
        }
    }

    /// The piece below this one that has an empty literal. It is added if it is missing.
    fn open(&mut self, at: u32, hole: Option<Hole>) -> Option<u32> {
        match self.piece(at)?.open {
            Some(known) => Some(known).filter(|known| self.piece(*known).is_some_and(|piece| piece.is(hole))),
            None => {
                let piece = self.add(Some(at), &[], hole)?;
                self.pieces.get_mut(at as usize)?.open = Some(piece);
                Some(piece)
            }
        }
    }

    fn add(&mut self, before: Option<u32>, literal: &[u8], hole: Option<Hole>) -> Option<u32> {
        let number = u32::try_from(self.pieces.len()).ok().filter(|_| self.pieces.len() < PIECES)?;
        let then = hole.map_or(Then::Branches, Then::Hole);
        self.pieces.push(Piece { before, literal: literal.into(), then, next: Vec::new(), open: None });
        Some(number)
    }

    /// Puts a new piece between two pieces. It gets the first `length` bytes of the literal of the lower
    /// piece. The lower piece keeps its number, because packed reports refer to it.
    fn split(&mut self, above: u32, below: u32, length: usize) -> Option<u32> {
        let (taken, left) = self.piece(below)?.literal.split_at_checked(length)?;
        let (taken, left) = (Vec::from(taken), Vec::from(left));
        let between = self.add(Some(above), &taken, None)?;
        let piece = self.pieces.get_mut(below as usize)?;
        (piece.before, piece.literal) = (Some(between), left.as_slice().into());
        let of_between = self.pieces.get_mut(between as usize)?;
        match left.first() {
            Some(first) => of_between.next.push((*first, below)),
            None => of_between.open = Some(below),
        }
        let known = self.pieces.get_mut(above as usize)?.next.iter_mut().find(|(_, next)| *next == below)?;
        known.1 = between;
        Some(between)
    }
}

impl<M> Piece<M> {
    /// True if this hole comes after the literal of the piece. `None` stands for the end of the data.
    fn is(&self, hole: Option<Hole>) -> bool {
        match (&self.then, hole) {
            (Then::Hole(known), Some(hole)) => *known == hole,
            (Then::End(_), None) => true,
            (Then::Branches, None) => self.is_leaf(),
            _ => false,
        }
    }

    /// True if no piece follows.
    const fn is_leaf(&self) -> bool {
        self.next.is_empty() && self.open.is_none()
    }
}
