//! Chords as on lead sheets: `Am | F C/E | G7sus4 | %`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Chord, QUALITIES};
use crate::error::Fault;
use crate::music::pitch_class;
use crate::music::spelling::Spelling;
use crate::time::BEATS_PER_BAR;

/// The most bars of a lane.
const MAX_BARS: usize = 1024;
/// Suffixes on lead sheets and their qualities in POP909; the first suffix of a quality is the one that is written.
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
    /// Reads a symbol of a lead sheet such as `F#m7/C#`. `N.C.` means no chord and gives `None`.
    ///
    /// # Errors
    /// Returns an error if it is not such a symbol.
    pub fn parse_lead_sheet(symbol: &str) -> Result<Option<Self>, Fault> {
        if symbol == "N.C." {
            return Ok(None);
        }
        let fault = || {
            Fault::new(
                format!("the chord `{symbol}`"),
                "one such as C, Am7, F#dim, Bb/D, Gsus4, or N.C. for none",
            )
        };
        let (chord, bass) = match symbol.split_once('/') {
            Some((chord, bass)) => (chord, Some(pitch_class::named(bass).ok_or_else(fault)?)),
            None => (symbol, None),
        };
        let accidentals = chord
            .chars()
            .skip(1)
            .take_while(|sign| "#b".contains(*sign));
        let end = chord.chars().take(1).map(char::len_utf8).sum::<usize>() + accidentals.count();
        let (root, suffix) = chord.split_at(end);
        let root = pitch_class::named(root).ok_or_else(fault)?;
        let (_, quality) = (SUFFIXES.iter())
            .find(|(known, _)| *known == suffix)
            .ok_or_else(fault)?;
        let at_c = Self::parse(&format!("C:{quality}"))?;
        Ok(at_c.map(|at_c| {
            let mut chord = at_c.transposed(root);
            chord.bass = bass.unwrap_or(chord.bass);
            chord
        }))
    }

    /// Returns the symbol on a lead sheet. Of several readings, one whose root is the bass is preferred.
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

/// Chords for a piece, bar by bar; after the last bar they start again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ChordLane {
    text: String,
    /// The chords of each bar, which divide it evenly.
    bars: Vec<Vec<Option<Chord>>>,
}

impl ChordLane {
    /// Returns the chord of each of the first `beats` beats.
    pub fn chords(&self, beats: usize) -> Vec<Option<Chord>> {
        let per_bar = BEATS_PER_BAR as usize;
        let chord = |beat: usize| {
            let bar = &self.bars[beat / per_bar % self.bars.len()];
            bar[beat % per_bar * bar.len() / per_bar]
        };
        (0..beats).map(chord).collect()
    }
}

/// Bars between `|`, each of 1, 2 or 4 chords, or `%` to repeat the bar before.
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
                let found = format!("a bar `{}` of {} chords", bar.trim(), chords.len());
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
                let symbol = chord.symbol(Spelling::new(2, false));
                let again = Chord::parse_lead_sheet(&symbol).unwrap().unwrap();
                assert_eq!((again.classes, again.bass), (chord.classes, chord.bass));
            }
        }
        let inverted = chord("Gb/Bb").unwrap();
        let (d_flat, b) = (Spelling::new(1, false), Spelling::new(11, false));
        assert_eq!(inverted.symbol(d_flat), "Gb/Bb");
        assert_eq!(inverted.symbol(b), "F#/A#");
    }

    #[test]
    fn chords_divide_their_bar_and_start_again_after_the_last() {
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
    fn other_texts_are_refused_with_the_chord_or_bar() {
        for (text, named) in [
            ("", "0 chords"),
            ("C | | G", "0 chords"),
            ("C Am F", "3 chords"),
            ("%", "`%`"),
            ("C | Hm", "`Hm`"),
            ("Cmaj9", "`Cmaj9`"),
            ("C/x", "`C/x`"),
            ("é", "`é`"),
        ] {
            let fault = text.parse::<ChordLane>().unwrap_err().to_string();
            assert!(fault.contains(named), "{fault}");
        }
        assert!("C|".repeat(MAX_BARS + 2).parse::<ChordLane>().is_err());
    }
}
