//! Chords, and their symbols as POP909 writes them, such as `Gb:min7/b3`.

mod change;
mod lead_sheet;
mod spelling;

pub use change::ChordChange;
pub use lead_sheet::ChordLane;
pub use spelling::Spelling;

use crate::error::Fault;
use crate::music::key::MAJOR_SCALE;

/// Semitones above the root for every chord quality of POP909.
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
/// The mode where no chord sounds.
pub const NO_MODE: f32 = 0.5;

/// A chord as pitch classes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chord {
    /// Which of the 12 pitch classes, C first, belong to it; those of its root position, whatever its bass.
    pub classes: [bool; 12],
    /// The pitch class of its bass, 0 for C.
    pub bass: u8,
    /// [`MAJOR_LIKE`] or [`MINOR_LIKE`].
    pub mode: f32,
}

impl Chord {
    /// Reads a symbol `ROOT:QUALITY` or `ROOT:QUALITY/DEGREE`, where the degree names the bass; nothing for `N`, which
    /// says that no chord sounds.
    ///
    /// # Errors
    /// When it is no such symbol.
    pub fn parse(symbol: &str) -> Result<Option<Self>, Fault> {
        if symbol == "N" {
            return Ok(None);
        }
        let fault = || {
            Fault::new(
                format!("the chord «{symbol}»"),
                "N or a chord such as Gb:min7/b3",
            )
        };
        let (root, rest) = symbol.split_once(':').ok_or_else(fault)?;
        let (quality, degree) = match rest.split_once('/') {
            Some((quality, degree)) => (quality, Some(degree)),
            None => (rest, None),
        };
        let root = note_name(root).ok_or_else(fault)?;
        let bass = match degree {
            Some(degree) => root + scale_degree(degree).ok_or_else(fault)?,
            None => root,
        };
        let (_, intervals) = QUALITIES
            .iter()
            .find(|(name, _)| *name == quality)
            .ok_or_else(fault)?;
        let mut classes = [false; 12];
        for &interval in *intervals {
            classes[(root + i32::from(interval)).rem_euclid(12) as usize] = true;
        }
        let minor = ["min", "dim", "hdim"]
            .iter()
            .any(|start| quality.starts_with(start));
        Ok(Some(Self {
            classes,
            bass: bass.rem_euclid(12) as u8,
            mode: if minor { MINOR_LIKE } else { MAJOR_LIKE },
        }))
    }

    /// The same chord, `semitones` higher.
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

/// Semitones from C of a name such as `Gb`.
pub(super) fn note_name(name: &str) -> Option<i32> {
    let mut characters = name.chars();
    let letter = characters.next()?;
    let degree = "CDEFGAB".find(letter)?;
    Some(i32::from(MAJOR_SCALE[degree]) + accidentals(characters.as_str())?)
}

/// Semitones above the root of a degree such as `b3`.
fn scale_degree(name: &str) -> Option<i32> {
    let number = name.trim_start_matches(['#', 'b']);
    let degree: usize = number.parse().ok()?;
    let semitones = *MAJOR_SCALE.get(degree.checked_sub(1)?)?;
    Some(i32::from(semitones) + accidentals(&name[..name.len() - number.len()])?)
}

fn accidentals(signs: &str) -> Option<i32> {
    let sign = |sign| match sign {
        '#' => Some(1),
        'b' => Some(-1),
        _ => None,
    };
    signs.chars().map(sign).sum()
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
    fn no_chord_is_no_fault() {
        assert_eq!(Chord::parse("N"), Ok(None));
    }

    #[test]
    fn what_is_no_chord_is_refused_with_its_name() {
        for symbol in [
            "", "C", "H:maj", "C:", "C:major", "C:maj/", "C:maj/0", "C:maj/8", "C:maj/é", "Cx:maj",
            ":maj",
        ] {
            let fault = Chord::parse(symbol).unwrap_err().to_string();
            assert!(fault.contains(&format!("«{symbol}»")), "{fault}");
        }
    }
}
