//! Keys, such as `Am` or `F# major`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Fault;
use crate::music::chord::{Chord, MINOR_LIKE};
use crate::music::pitch_class::{self, MAJOR_SCALE};
use crate::music::spelling::Spelling;

/// A major or minor key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Key {
    /// The pitch class of the tonic.
    pub tonic: u8,
    /// Whether it is minor.
    pub minor: bool,
}

impl Key {
    /// Returns the key whose scale holds most of the chords' tones, C major if there are none. Of a major key and its
    /// relative minor, the one whose tonic chord sounds longer is preferred. `chords` has one per beat.
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
        let beats_on_tonic = |key: Self| {
            let is_tonic =
                |chord: &&Chord| chord.bass == key.tonic && (chord.mode == MINOR_LIKE) == key.minor;
            chords.iter().flatten().filter(is_tonic).count()
        };
        let keys = (0..12).flat_map(|major| {
            [(major, false), ((major + 9) % 12, true)].map(|(tonic, minor)| Self { tonic, minor })
        });
        // Of equal keys the first counts, which without chords is C major.
        let best = keys
            .rev()
            .max_by_key(|key| (tones_in_scale(key.relative_major()), beats_on_tonic(*key)));
        best.unwrap_or(Self {
            tonic: 0,
            minor: false,
        })
    }

    /// Returns the names of the pitch classes in this key.
    pub fn spelling(self) -> Spelling {
        Spelling::new(self.tonic, self.minor)
    }

    /// Returns the tonic of the major key with the same notes.
    pub fn relative_major(self) -> u8 {
        (self.tonic + if self.minor { 3 } else { 0 }) % 12
    }
}

/// `C`, `Am`, `Bb major`, `f# minor`.
impl FromStr for Key {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let fault = || {
            Fault::new(
                format!("the key `{text}`"),
                "one such as C, Am, Bb major or F# minor",
            )
        };
        let trimmed = text.trim();
        let split = trimmed
            .find(|c: char| !matches!(c, 'A'..='G' | 'a'..='g' | '#'))
            .map_or(trimmed.len(), |end| end);
        let (name, mode) = trimmed.split_at(split);
        let minor = match mode.trim() {
            "" | "major" | "maj" => false,
            "m" | "minor" | "min" => true,
            _ => return Err(fault()),
        };
        let mut letters = name.chars();
        let first = letters.next().ok_or_else(fault)?.to_ascii_uppercase();
        let tonic = pitch_class::named(&format!("{first}{}", letters.as_str()));
        Ok(Self {
            tonic: tonic.ok_or_else(fault)?,
            minor,
        })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.spelling().name(self.tonic);
        write!(f, "{name}{}", if self.minor { "m" } else { "" })
    }
}

impl TryFrom<String> for Key {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::chord::ChordLane;

    #[test]
    fn keys_are_read_as_musicians_write_them() {
        for (text, tonic, minor) in [
            ("C", 0, false),
            ("Am", 9, true),
            ("bb major", 10, false),
            (" F# minor ", 6, true),
            ("Cb", 11, false),
            ("Ebm", 3, true),
        ] {
            assert_eq!(text.parse(), Ok(Key { tonic, minor }), "{text}");
        }
        for wrong in ["", "H", "Cx", "m", "C dorian", "CD", "A b"] {
            assert!(wrong.parse::<Key>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_minor_key_has_the_notes_of_the_major_key_a_third_above() {
        let relative = |text: &str| text.parse::<Key>().unwrap().relative_major();
        assert_eq!([relative("Am"), relative("C"), relative("Bm")], [0, 0, 2]);
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
            let spelling = Key::of_chords(&chords).spelling();
            let spelt: Vec<String> = (0..4)
                .map(|bar| spelling.name(chords[bar * 4].map_or(0, |chord| chord.bass)))
                .collect();
            assert_eq!(spelt.join(" "), names);
        }
        assert_eq!(Key::of_chords(&[]).spelling().name(3), "Eb");
    }

    #[test]
    fn every_key_reads_back_from_its_name() {
        for tonic in 0..12 {
            for minor in [false, true] {
                let key = Key { tonic, minor };
                assert_eq!(key.to_string().parse(), Ok(key));
            }
        }
    }
}
