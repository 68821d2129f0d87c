//! Chords as musicians write them over a bar: `Am | F C/E | G7sus4 | %`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Chord, QUALITIES, Spelling, note_name};
use crate::error::Fault;
use crate::time::BEATS_PER_BAR;

/// The most bars of a lane.
const MAX_BARS: usize = 1024;
/// Suffixes of lead sheets and the qualities that they stand for; the first of a quality is the one that is written.
const SUFFIXES: [(&str, &str); 26] = [
    ("", "maj"),
    ("m", "min"),
    ("min", "min"),
    ("-", "min"),
    ("sus2", "sus2"),
    ("sus4", "sus4"),
    ("sus", "sus4"),
    ("7sus4", "sus4(b7)"),
    ("7sus", "sus4(b7)"),
    ("6", "maj6"),
    ("m6", "min6"),
    ("maj7", "maj7"),
    ("M7", "maj7"),
    ("7", "7"),
    ("m7", "min7"),
    ("min7", "min7"),
    ("-7", "min7"),
    ("mM7", "minmaj7"),
    ("mmaj7", "minmaj7"),
    ("dim", "dim"),
    ("o", "dim"),
    ("dim7", "dim7"),
    ("o7", "dim7"),
    ("m7b5", "hdim7"),
    ("aug", "aug"),
    ("+", "aug"),
];

impl Chord {
    /// Reads a symbol such as `F#m7/C#`, or `N.C.` where no chord is to sound.
    ///
    /// # Errors
    /// When it is no such symbol.
    pub fn parse_lead_sheet(symbol: &str) -> Result<Option<Self>, Fault> {
        if symbol == "N.C." {
            return Ok(None);
        }
        let fault = || {
            Fault::new(
                format!("the chord «{symbol}»"),
                "one such as C, Am7, F#dim, Bb/D, Gsus4, or N.C. for none",
            )
        };
        let (chord, bass) = match symbol.split_once('/') {
            Some((chord, bass)) => (chord, Some(note_name(bass).ok_or_else(fault)?)),
            None => (symbol, None),
        };
        let accidentals = chord
            .chars()
            .skip(1)
            .take_while(|sign| "#b".contains(*sign));
        let end = chord.chars().take(1).map(char::len_utf8).sum::<usize>() + accidentals.count();
        let (root, suffix) = chord.split_at(end);
        let root = note_name(root).ok_or_else(fault)?.rem_euclid(12) as u8;
        let (_, quality) = (SUFFIXES.iter())
            .find(|(known, _)| *known == suffix)
            .ok_or_else(fault)?;
        let at_c = Self::parse(&format!("C:{quality}"))?;
        Ok(at_c.map(|at_c| {
            let mut chord = at_c.transposed(root);
            chord.bass = bass.map_or(chord.bass, |bass| bass.rem_euclid(12) as u8);
            chord
        }))
    }

    /// The symbol on a lead sheet; of several readings, one whose root is the bass.
    pub fn symbol(&self, spelling: Spelling) -> String {
        let readings = (0..12).flat_map(|above| {
            let root = (self.bass + above) % 12;
            let qualities = QUALITIES.iter().filter(move |(_, intervals)| {
                (0..12).all(|class| {
                    let interval = (class + 12 - root) % 12;
                    self.classes[usize::from(class)] == intervals.contains(&interval)
                })
            });
            qualities.map(move |(quality, _)| (root, *quality))
        });
        let bass = spelling.name(self.bass);
        let Some((root, quality)) = { readings }.next() else {
            return format!("?/{bass}");
        };
        let suffix = SUFFIXES.iter().find(|(_, known)| *known == quality);
        let suffix = suffix.map_or("", |(suffix, _)| suffix);
        if root == self.bass {
            format!("{bass}{suffix}")
        } else {
            format!("{}{suffix}/{bass}", spelling.name(root))
        }
    }
}

/// The chords that a piece is to have, bar by bar; after the last bar they begin again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ChordLane {
    text: String,
    /// Each bar's chords, which share it evenly.
    bars: Vec<Vec<Option<Chord>>>,
}

impl ChordLane {
    /// The chord of each of the first `beats` beats.
    pub fn chords(&self, beats: usize) -> Vec<Option<Chord>> {
        let per_bar = BEATS_PER_BAR as usize;
        let chord = |beat: usize| {
            let bar = &self.bars[beat / per_bar % self.bars.len()];
            bar[beat % per_bar * bar.len() / per_bar]
        };
        (0..beats).map(chord).collect()
    }
}

/// Bars between `|`, each of 1, 2 or 4 chords, or `%` for the bar before once more.
impl FromStr for ChordLane {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        let inner = text.strip_prefix('|').unwrap_or(text);
        let inner = inner.strip_suffix('|').unwrap_or(inner);
        let mut bars: Vec<Vec<Option<Chord>>> = Vec::new();
        for bar in inner.split('|') {
            let symbols: Vec<&str> = bar.split_whitespace().collect();
            let chords = match (symbols.as_slice(), bars.last()) {
                (["%"], Some(before)) => before.clone(),
                (symbols, _) => (symbols.iter())
                    .map(|symbol| Chord::parse_lead_sheet(symbol))
                    .collect::<Result<_, _>>()?,
            };
            if ![1, 2, 4].contains(&chords.len()) {
                let found = format!("a bar «{}» of {} chords", bar.trim(), chords.len());
                return Err(Fault::new(
                    found,
                    "1, 2 or 4 chords between the bar lines |",
                ));
            }
            bars.push(chords);
            if bars.len() > MAX_BARS {
                let found = format!("chords for more than {MAX_BARS} bars");
                return Err(Fault::new(found, "fewer bars"));
            }
        }
        Ok(Self {
            text: text.to_owned(),
            bars,
        })
    }
}

impl TryFrom<String> for ChordLane {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

impl From<ChordLane> for String {
    fn from(lane: ChordLane) -> Self {
        lane.text
    }
}

impl fmt::Display for ChordLane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chord(symbol: &str) -> Option<Chord> {
        Chord::parse_lead_sheet(symbol).unwrap()
    }

    #[test]
    fn lead_sheets_and_pop909_name_the_same_chords() {
        for (symbol, pop909) in [
            ("C", "C:maj"),
            ("F#m7", "Gb:min7"),
            ("Bbsus4", "Bb:sus4"),
            ("C/E", "C:maj/3"),
            ("Am/G", "A:min/b7"),
            ("Bm7b5", "B:hdim7"),
            ("N.C.", "N"),
        ] {
            assert_eq!(chord(symbol), Chord::parse(pop909).unwrap(), "{symbol}");
        }
    }

    #[test]
    fn every_chord_reads_back_from_its_symbol() {
        for (_, quality) in SUFFIXES {
            for bass in ["1", "3", "5"] {
                let chord = Chord::parse(&format!("D:{quality}/{bass}"))
                    .unwrap()
                    .unwrap();
                let symbol = chord.symbol(Spelling::of_chords(&[Some(chord)]));
                let again = Chord::parse_lead_sheet(&symbol).unwrap().unwrap();
                assert_eq!((again.classes, again.bass), (chord.classes, chord.bass));
            }
        }
        let inverted = chord("Gb/Bb").unwrap();
        assert_eq!(
            inverted.symbol(Spelling::of_key("Db".parse().unwrap())),
            "Gb/Bb"
        );
        assert_eq!(
            inverted.symbol(Spelling::of_key("B".parse().unwrap())),
            "F#/A#"
        );
    }

    #[test]
    fn a_lane_shares_bars_among_chords_and_begins_again() {
        let lane: ChordLane = "| Am | F G | % |".parse().unwrap();
        let chords = lane.chords(16);
        let expected = [
            "Am", "Am", "Am", "Am", "F", "F", "G", "G", "F", "F", "G", "G",
        ]
        .map(chord);
        assert_eq!(chords[..12], expected);
        assert_eq!(chords[12], chord("Am"));
    }

    #[test]
    fn what_is_no_lane_is_refused_with_the_chord_or_bar() {
        for (text, named) in [
            ("", "0 chords"),
            ("C | | G", "0 chords"),
            ("C Am F", "3 chords"),
            ("%", "«%»"),
            ("C | Hm", "«Hm»"),
            ("Cmaj9", "«Cmaj9»"),
            ("C/x", "«C/x»"),
            ("é", "«é»"),
        ] {
            let fault = text.parse::<ChordLane>().unwrap_err().to_string();
            assert!(fault.contains(named), "{fault}");
        }
        assert!("C|".repeat(MAX_BARS + 2).parse::<ChordLane>().is_err());
    }
}
