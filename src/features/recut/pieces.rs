//! What became of the shots, for people.

use std::fmt;

use super::{Recut, Stretch};
use crate::counted::counted;
use crate::time::Seconds;

/// What became of a piece of picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is where it was.
    Kept,
    /// It is whole, elsewhere.
    Moved,
    /// Less of it is there than was.
    Shortened,
    /// It was not there before.
    New,
    /// A shot of the old clip that is not there any more.
    Removed,
}

/// A shot of the new clip, or a piece of it, and where it comes from; or a shot that was removed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    /// What became of it.
    pub fate: Fate,
    /// From where to where it lies in the new clip.
    pub new: Option<(Seconds, Seconds)>,
    /// From where to where it lay in the old clip.
    pub old: Option<(Seconds, Seconds)>,
}

impl Fate {
    /// All fates.
    pub const ALL: [Self; 5] = [
        Self::Kept,
        Self::Moved,
        Self::Shortened,
        Self::New,
        Self::Removed,
    ];

    /// Returns the word for it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Moved => "moved",
            Self::Shortened => "shortened",
            Self::New => "new",
            Self::Removed => "removed",
        }
    }
}

impl Recut {
    /// Returns what became of every shot: those of the new clip in their order, then those that were removed.
    pub fn pieces(&self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for stretch in &self.stretches {
            let inside = |cut: &&Seconds| {
                cut.0 > stretch.new_start.0 + self.frame.0
                    && cut.0 < stretch.new_end.0 - self.frame.0
            };
            let cuts = self.new_shots.iter().filter(inside).copied();
            let starts: Vec<Seconds> = [stretch.new_start].into_iter().chain(cuts).collect();
            for (index, &new_start) in starts.iter().enumerate() {
                let new_end = starts.get(index + 1).copied().unwrap_or(stretch.new_end);
                let old_start = stretch.offset().map(|offset| new_start + offset);
                pieces.push(self.piece(Stretch {
                    new_start,
                    new_end,
                    old_start,
                }));
            }
        }
        pieces.extend(self.removed());
        pieces
    }

    fn piece(&self, stretch: Stretch) -> Piece {
        let new = Some((stretch.new_start, stretch.new_end));
        let (Some(start), Some(end)) = (stretch.old_start, stretch.old_end()) else {
            return Piece {
                fate: Fate::New,
                new,
                old: None,
            };
        };
        let is_whole = self.is_old_cut(start) && self.is_old_cut(end);
        let fate = match is_whole {
            false => Fate::Shortened,
            true if (start.0 - stretch.new_start.0).abs() < self.frame.0 => Fate::Kept,
            true => Fate::Moved,
        };
        Piece {
            fate,
            new,
            old: Some((start, end)),
        }
    }

    fn is_old_cut(&self, at: Seconds) -> bool {
        let cuts = self.old_shots.iter().chain([&self.old_duration]);
        cuts.into_iter()
            .any(|cut| (cut.0 - at.0).abs() < 1.5 * self.frame.0)
    }

    /// Returns the shots of the old clip of which nothing is left.
    fn removed(&self) -> Vec<Piece> {
        let ends = super::offsets::ends(&self.old_shots, self.old_duration);
        let shots = self.old_shots.iter().copied().zip(ends);
        let is_shown = |(start, end): &(Seconds, Seconds)| {
            let shown = self.stretches.iter().filter_map(|stretch| {
                let (from, to) = (stretch.old_start?, stretch.old_end()?);
                Some(to.0.min(end.0) - from.0.max(start.0))
            });
            shown.fold(0.0, f64::max) > 1.5 * self.frame.0
        };
        shots
            .filter(|shot| !is_shown(shot))
            .map(|shot| Piece {
                fate: Fate::Removed,
                new: None,
                old: Some(shot),
            })
            .collect()
    }

    /// Returns how many shots, or pieces of them, had a fate.
    pub fn count(&self, fate: Fate) -> usize {
        self.pieces()
            .iter()
            .filter(|piece| piece.fate == fate)
            .count()
    }

    /// Says how many shots had which fate, as in `8 shots kept, 2 moved, 1 new`.
    pub fn summary(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        for fate in Fate::ALL {
            let count = self.count(fate);
            if count > 0 {
                let number = match parts.is_empty() {
                    true => counted(count, "shot"),
                    false => count.to_string(),
                };
                parts.push(format!("{number} {}", fate.label()));
            }
        }
        parts.join(", ")
    }
}

/// `0:05.00–0:08.50  moved      from 0:12.00–0:15.50, 7.00 s earlier`.
impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let span = |(from, to): (Seconds, Seconds)| format!("{}–{}", clock(from), clock(to));
        let place = self.new.map_or_else(String::new, span);
        write!(f, "{place:17}  {:9}", self.fate.label())?;
        if let (Some(old), true) = (self.old, self.fate != Fate::Kept) {
            let preposition = if self.new.is_some() { "from" } else { "was" };
            write!(f, "  {preposition} {}", span(old))?;
        }
        if let (Some((new, _)), Some((old, _)), true) =
            (self.new, self.old, self.fate != Fate::Kept)
        {
            let later = new.0 - old.0;
            if later.abs() >= 0.005 {
                let word = if later > 0.0 { "later" } else { "earlier" };
                write!(f, ", {:.2} s {word}", later.abs())?;
            }
        }
        Ok(())
    }
}

/// Minutes, seconds and hundredths.
fn clock(Seconds(seconds): Seconds) -> String {
    let hundredths = (seconds * 100.0).round() as u64;
    format!(
        "{}:{:02}.{:02}",
        hundredths / 6000,
        hundredths / 100 % 60,
        hundredths % 100
    )
}
