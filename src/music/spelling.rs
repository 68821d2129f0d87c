//! The spelling of pitch classes, sharp or flat by key.

/// Letters along the line of fifths; F is one fifth below C.
const LETTERS: [char; 7] = ['F', 'C', 'G', 'D', 'A', 'E', 'B'];
/// Cb, in fifths above C: from here down, another name is easier to read.
const RARE_FLAT: i32 = -7;
/// E#: from here up likewise.
const RARE_SHARP: i32 = 11;

/// The names of the twelve pitch classes in a key.
///
/// Classes lie on the line of fifths from five below the tonic (a flattened second) to six above it (a raised fourth), as
/// in the harmonic chromatic scale. Rare names such as Fb are kept only if they belong to the key's scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spelling {
    /// The tonic, in fifths above C.
    tonic: i32,
    minor: bool,
}

impl Spelling {
    /// Returns the spelling of the major or minor key on a tonic, which is itself written as usual: Db major but C# minor.
    pub fn new(tonic: u8, minor: bool) -> Self {
        let highest = if minor { 8 } else { 6 };
        let fifths = i32::from(tonic) * 7 % 12;
        Self {
            tonic: if fifths > highest {
                fifths - 12
            } else {
                fifths
            },
            minor,
        }
    }

    /// Returns the sharps of the key signature; flats are negative.
    pub fn sharps(self) -> i8 {
        self.relative_major() as i8
    }

    /// Returns the tonic of the major key with the same notes, in fifths above C.
    fn relative_major(self) -> i32 {
        self.tonic - if self.minor { 3 } else { 0 }
    }

    /// Returns the name of a pitch class.
    pub fn name(self, class: u8) -> String {
        let lowest = self.tonic - 5;
        let fifths = lowest + (i32::from(class) * 7 - lowest).rem_euclid(12);
        let major = self.relative_major();
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
    use crate::music::pitch_class::{self, MAJOR_SCALE};

    fn spelling(tonic: &str, minor: bool) -> Spelling {
        Spelling::new(pitch_class::named(tonic).unwrap(), minor)
    }

    fn scale(tonic: &str, minor: bool) -> String {
        let degrees = if minor {
            [0, 2, 3, 5, 7, 8, 10]
        } else {
            MAJOR_SCALE
        };
        let class = |degree| (pitch_class::named(tonic).unwrap() + degree) % 12;
        degrees
            .map(|degree| spelling(tonic, minor).name(class(degree)))
            .join(" ")
    }

    #[test]
    fn scales_are_spelt_with_each_letter_once() {
        assert_eq!(scale("E", false), "E F# G# A B C# D#");
        assert_eq!(scale("Db", false), "Db Eb F Gb Ab Bb C");
        assert_eq!(scale("F#", false), "F# G# A# B C# D# E#");
        assert_eq!(scale("C#", true), "C# D# E F# G# A B");
        assert_eq!(scale("Eb", true), "Eb F Gb Ab Bb Cb Db");
        for (tonic, minor) in (0..12).flat_map(|tonic| [(tonic, false), (tonic, true)]) {
            let scale = scale(&Spelling::new(tonic, minor).name(tonic), minor);
            for letter in LETTERS {
                assert_eq!(scale.matches(letter).count(), 1, "{scale}");
            }
        }
    }

    #[test]
    fn key_signatures_have_at_most_six_sharps_or_flats() {
        let sharps = |tonic, minor| spelling(tonic, minor).sharps();
        assert_eq!([sharps("C", false), sharps("A", true)], [0, 0]);
        assert_eq!([sharps("E", false), sharps("C#", true)], [4, 4]);
        assert_eq!([sharps("Eb", false), sharps("C", true)], [-3, -3]);
        for (tonic, minor) in (0..12).flat_map(|tonic| [(tonic, false), (tonic, true)]) {
            let sharps = Spelling::new(tonic, minor).sharps();
            assert!((-6..=6).contains(&sharps), "{sharps}");
        }
    }

    #[test]
    fn borrowed_chords_are_flat_and_leading_tones_sharp_without_rare_names() {
        let name = |tonic, minor, class| spelling(tonic, minor).name(class);
        let in_c = [8, 10, 6].map(|class| name("C", false, class));
        assert_eq!(in_c, ["Ab", "Bb", "F#"]);
        let in_a_minor = [8, 10].map(|class| name("A", true, class));
        assert_eq!(in_a_minor, ["G#", "Bb"]);
        let rare = [
            name("Db", false, 4),
            name("F#", false, 0),
            name("G#", true, 7),
        ];
        assert_eq!(rare, ["E", "C", "G"]);
    }
}
