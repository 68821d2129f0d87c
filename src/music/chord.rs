//! Chords, with their symbols in POP909 and on lead sheets.

mod change;
mod lane;
mod lead_sheet;
mod suffix;
mod tones;

pub use change::ChordChange;
pub use lane::ChordLane;

use tones::Tones;

use crate::error::Fault;
use crate::music::pitch_class::{self, PITCH_CLASSES};

/// Every chord quality of POP909, in semitones above the root.
const QUALITIES: [(&str, &[u8]); 15] = [
    ("maj", &[0, 4, 7]),
    ("min", &[0, 3, 7]),
    ("sus2", &[0, 2, 7]),
    ("sus4", &[0, 5, 7]),
    ("sus4(b7)", &[0, 5, 7, 10]),
    ("maj6", &[0, 4, 7, 9]),
    ("min6", &[0, 3, 7, 9]),
    ("maj7", &[0, 4, 7, 11]),
    ("7", &[0, 4, 7, 10]),
    ("min7", &[0, 3, 7, 10]),
    ("minmaj7", &[0, 3, 7, 11]),
    ("dim", &[0, 3, 6]),
    ("dim7", &[0, 3, 6, 9]),
    ("hdim7", &[0, 3, 6, 10]),
    ("aug", &[0, 4, 8]),
];

/// The mode of major-like chords (major, dominant, suspended, augmented).
pub const MAJOR_LIKE: f32 = 1.0;
/// The mode of minor-like chords (minor, diminished).
pub const MINOR_LIKE: f32 = 0.0;
/// The mode of silence, and of what could be either.
pub const NO_MODE: f32 = 0.5;

/// A chord as pitch classes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chord {
    /// Which pitch classes, C first, belong to its root position, regardless of its bass.
    pub classes: [bool; PITCH_CLASSES],
    /// The pitch class of its bass.
    pub bass: u8,
    /// [`MAJOR_LIKE`] or [`MINOR_LIKE`].
    pub mode: f32,
}

impl Chord {
    /// Reads a symbol of POP909, `ROOT:QUALITY` or `ROOT:QUALITY/DEGREE`, such as `Gb:min7/b3`; the degree is that of the
    /// bass. `N` means no chord and gives `None`.
    ///
    /// # Errors
    /// Returns an error if it is not such a symbol.
    pub fn parse(symbol: &str) -> Result<Option<Self>, Fault> {
        if symbol == "N" {
            return Ok(None);
        }
        let fault = || {
            Fault::new(
                format!("the chord `{symbol}`"),
                "N or a chord such as Gb:min7/b3",
            )
        };
        let (root, rest) = symbol.split_once(':').ok_or_else(fault)?;
        let (quality, degree) = match rest.split_once('/') {
            Some((quality, degree)) => (quality, Some(degree)),
            None => (rest, None),
        };
        let root = pitch_class::named(root).ok_or_else(fault)?;
        let bass = match degree {
            Some(degree) => root + pitch_class::interval(degree).ok_or_else(fault)?,
            None => root,
        };
        let (_, intervals) = QUALITIES
            .iter()
            .find(|(name, _)| *name == quality)
            .ok_or_else(fault)?;
        let mut classes = [false; PITCH_CLASSES];
        for interval in *intervals {
            classes[usize::from(root + interval) % PITCH_CLASSES] = true;
        }
        let minor = ["min", "dim", "hdim"]
            .iter()
            .any(|start| quality.starts_with(start));
        Ok(Some(Self {
            classes,
            bass: bass % PITCH_CLASSES as u8,
            mode: if minor { MINOR_LIKE } else { MAJOR_LIKE },
        }))
    }

    /// Returns the chord `semitones` higher.
    #[must_use]
    pub fn transposed(&self, semitones: u8) -> Self {
        let semitones = usize::from(semitones % 12);
        let mut classes = self.classes;
        classes.rotate_right(semitones);
        Self {
            classes,
            bass: (self.bass + semitones as u8) % 12,
            mode: self.mode,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(chord: &Chord) -> Vec<usize> {
        (0..12).filter(|&class| chord.classes[class]).collect()
    }

    #[test]
    fn an_inversion_keeps_its_classes_and_moves_its_bass() {
        let chord = Chord::parse("Gb:min7/b3").unwrap().unwrap();
        assert_eq!(classes(&chord), [1, 4, 6, 9]);
        assert_eq!((chord.bass, chord.mode), (9, MINOR_LIKE));
        let chord = Chord::parse("Cb:sus4(b7)").unwrap().unwrap();
        assert_eq!(classes(&chord), [4, 6, 9, 11]);
        assert_eq!((chord.bass, chord.mode), (11, MAJOR_LIKE));
    }

    #[test]
    fn the_symbol_of_no_chord_is_read() {
        assert_eq!(Chord::parse("N"), Ok(None));
    }

    #[test]
    fn other_symbols_are_refused_by_name() {
        for symbol in [
            "", "C", "H:maj", "C:", "C:major", "C:maj/", "C:maj/0", "C:maj/8", "C:maj/é", "Cx:maj",
            ":maj",
        ] {
            let fault = Chord::parse(symbol).unwrap_err().to_string();
            assert!(fault.contains(&format!("`{symbol}`")), "{fault}");
        }
    }
}
