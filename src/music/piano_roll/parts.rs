//! The parts that a roll holds apart.

use crate::music::part::Part;

/// The planes of each part: onset and sustain.
const PLANES_PER_PART: usize = 2;

/// Which parts a roll holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RollParts {
    /// All notes together: planes onset, sustain.
    One,
    /// Lead and accompaniment apart: planes lead onset, lead sustain, accompaniment onset, accompaniment sustain.
    LeadAndAccompaniment,
}

/// A part of a roll.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RollPart {
    /// All notes, in a roll of one part.
    All,
    /// The tune.
    Lead,
    /// All other notes.
    Accompaniment,
}

impl RollParts {
    /// All kinds of roll.
    pub const ALL: [Self; 2] = [Self::One, Self::LeadAndAccompaniment];

    /// Returns the parts, in the order of their planes.
    pub fn iter(self) -> impl Iterator<Item = RollPart> {
        self.list().iter().copied()
    }

    const fn list(self) -> &'static [RollPart] {
        match self {
            Self::One => &[RollPart::All],
            Self::LeadAndAccompaniment => &[RollPart::Lead, RollPart::Accompaniment],
        }
    }

    /// Returns the number of planes.
    pub const fn planes(self) -> usize {
        PLANES_PER_PART * self.list().len()
    }

    /// Returns the index of a part's onset plane, which its sustain plane follows; `None` if the roll has no such part.
    pub fn onset_plane(self, part: RollPart) -> Option<usize> {
        let index = self.iter().position(|other| other == part)?;
        Some(PLANES_PER_PART * index)
    }
}

/// The part of a roll that holds a score's part.
impl From<Part> for RollPart {
    fn from(part: Part) -> Self {
        match part {
            Part::All => Self::All,
            Part::Lead => Self::Lead,
            Part::Chords | Part::Bass => Self::Accompaniment,
        }
    }
}

/// The part of a score that plays a roll's part: an accompaniment is [`Part::Chords`] until its bass is split off.
impl From<RollPart> for Part {
    fn from(part: RollPart) -> Self {
        match part {
            RollPart::All => Self::All,
            RollPart::Lead => Self::Lead,
            RollPart::Accompaniment => Self::Chords,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn planes_are_onset_and_sustain_part_by_part() {
        assert_eq!(RollParts::ALL.map(RollParts::planes), [2, 4]);
        let plane = |part| RollParts::LeadAndAccompaniment.onset_plane(part);
        let planes = [RollPart::Lead, RollPart::Accompaniment, RollPart::All].map(plane);
        assert_eq!(planes, [Some(0), Some(2), None]);
    }

    #[test]
    fn parts_of_a_roll_come_back_from_a_score() {
        for part in RollParts::ALL.into_iter().flat_map(RollParts::iter) {
            assert_eq!(RollPart::from(Part::from(part)), part);
        }
    }
}
