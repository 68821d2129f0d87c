//! How pitch classes are spelt: sharp or flat, as the key asks.

use super::{Chord, MINOR_LIKE};
use crate::music::key::{Key, MAJOR_SCALE};

/// Letters along the line of fifths; F is one fifth below C.
const LETTERS: [char; 7] = ['F', 'C', 'G', 'D', 'A', 'E', 'B'];
/// Cb and all flats below it, in fifths above C, are read more easily by another name.
const RARE_FLAT: i32 = -7;
/// E# and all sharps above it likewise.
const RARE_SHARP: i32 = 11;

/// The names of the twelve pitch classes in a key.
///
/// Each class has one place in fifths above C, from five below the tonic (a flattened second) to six above it (a raised
/// fourth), as in the harmonic chromatic scale. Rare names such as Fb are kept only where the scale itself has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spelling {
    /// The tonic, in fifths above C.
    tonic: i32,
    minor: bool,
}

impl Spelling {
    /// The spelling of a key, the tonic itself written as is usual: Db major but C# minor.
    pub fn of_key(key: Key) -> Self {
        let highest = if key.minor { 8 } else { 6 };
        let fifths = i32::from(key.tonic) * 7 % 12;
        Self {
            tonic: if fifths > highest {
                fifths - 12
            } else {
                fifths
            },
            minor: key.minor,
        }
    }

    /// The spelling of the key whose scale holds most of the chords' tones; of a major key and its relative minor, the
    /// one whose tonic chord sounds longer. `chords` has one for each beat.
    pub fn of_chords(chords: &[Option<Chord>]) -> Self {
        let tones_in_scale = |major: u8| -> usize {
            (chords.iter().flatten())
                .map(|chord| {
                    let degrees = MAJOR_SCALE.map(|degree| (major + degree) % 12);
                    let inside = |class: &u8| chord.classes[usize::from(*class)];
                    degrees.iter().filter(|class| inside(class)).count()
                })
                .sum()
        };
        let beats_at_home = |key: Key| {
            let is_home =
                |chord: &&Chord| chord.bass == key.tonic && (chord.mode == MINOR_LIKE) == key.minor;
            chords.iter().flatten().filter(is_home).count()
        };
        let keys = (0..12).flat_map(|major| {
            [(major, false), ((major + 9) % 12, true)].map(|(tonic, minor)| Key { tonic, minor })
        });
        // Of equal ones the first counts, and without chords that is C major.
        let best = keys
            .rev()
            .max_by_key(|key| (tones_in_scale(key.relative_major()), beats_at_home(*key)));
        best.map_or(
            Self {
                tonic: 0,
                minor: false,
            },
            Self::of_key,
        )
    }

    /// The name of a pitch class, 0 for C.
    pub fn name(self, class: u8) -> String {
        let lowest = self.tonic - 5;
        let fifths = lowest + (i32::from(class) * 7 - lowest).rem_euclid(12);
        let major = self.tonic - if self.minor { 3 } else { 0 };
        let in_scale = (major - 1..=major + 5).contains(&fifths);
        let fifths = match fifths {
            _ if in_scale => fifths,
            rare if rare <= RARE_FLAT => rare + 12,
            rare if rare >= RARE_SHARP => rare - 12,
            usual => usual,
        };
        let letter = LETTERS[(fifths + 1).rem_euclid(7) as usize];
        let sharps = (fifths + 1).div_euclid(7);
        let sign = if sharps < 0 { "b" } else { "#" };
        format!("{letter}{}", sign.repeat(sharps.unsigned_abs() as usize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::chord::ChordLane;

    fn scale(key: &str) -> String {
        let key: Key = key.parse().unwrap();
        let degrees: &[u8] = if key.minor {
            &[0, 2, 3, 5, 7, 8, 10]
        } else {
            &MAJOR_SCALE
        };
        let names =
            (degrees.iter()).map(|degree| Spelling::of_key(key).name((key.tonic + degree) % 12));
        names.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn scales_are_spelt_with_each_letter_once() {
        assert_eq!(scale("E"), "E F# G# A B C# D#");
        assert_eq!(scale("Db"), "Db Eb F Gb Ab Bb C");
        assert_eq!(scale("F#"), "F# G# A# B C# D# E#");
        assert_eq!(scale("C#m"), "C# D# E F# G# A B");
        assert_eq!(scale("Ebm"), "Eb F Gb Ab Bb Cb Db");
        for key in (0..12).flat_map(|tonic| [false, true].map(|minor| Key { tonic, minor })) {
            let scale = scale(&key.to_string());
            for letter in LETTERS {
                assert_eq!(scale.matches(letter).count(), 1, "{scale}");
            }
        }
    }

    #[test]
    fn borrowed_chords_are_flat_and_leading_tones_sharp_without_rare_names() {
        let name = |key: &str, class| Spelling::of_key(key.parse().unwrap()).name(class);
        assert_eq!(
            [name("C", 8), name("C", 10), name("C", 6)],
            ["Ab", "Bb", "F#"]
        );
        assert_eq!([name("Am", 8), name("Am", 10)], ["G#", "Bb"]);
        assert_eq!(
            [name("Db", 4), name("F#", 0), name("G#m", 7)],
            ["E", "C", "G"]
        );
    }

    #[test]
    fn chords_are_spelt_in_the_key_that_holds_them() {
        for (lane, names) in [
            ("E | F#m7 | Db7 | Abm", "E F# C# G#"),
            ("Ab | C#m | D#7 | G#", "Ab Db Eb Ab"),
            ("Am | Dm | E7 | Am", "A D E A"),
            ("N.C.", "C C C C"),
        ] {
            let chords = lane.parse::<ChordLane>().unwrap().chords(16);
            let spelling = Spelling::of_chords(&chords);
            let spelt: Vec<String> = (0..4)
                .map(|bar| spelling.name(chords[bar * 4].map_or(0, |chord| chord.bass)))
                .collect();
            assert_eq!(spelt.join(" "), names);
        }
        assert_eq!(Spelling::of_chords(&[]).name(3), "Eb");
    }
}
