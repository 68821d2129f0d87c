//! Keys, such as `Am` or `F# major`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Fault;
use crate::music::chord::{Spelling, note_name};

/// Semitones of the degrees of the major scale above its tonic, which are also those of its relative natural minor.
pub(crate) const MAJOR_SCALE: [u8; 7] = [0, 2, 4, 5, 7, 9, 11];

/// A major or minor key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Key {
    /// The pitch class of the tonic, 0 for C.
    pub tonic: u8,
    /// Whether it is minor.
    pub minor: bool,
}

impl Key {
    /// The tonic of the major key with the same notes.
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
                format!("a key «{text}»"),
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
        let tonic = note_name(&format!("{first}{}", letters.as_str())).ok_or_else(fault)?;
        Ok(Self {
            tonic: tonic.rem_euclid(12) as u8,
            minor,
        })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Spelling::of_key(*self).name(self.tonic);
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
    fn every_key_reads_back_from_its_name() {
        for tonic in 0..12 {
            for minor in [false, true] {
                let key = Key { tonic, minor };
                assert_eq!(key.to_string().parse(), Ok(key));
            }
        }
    }
}
