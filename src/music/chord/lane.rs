//! Chords of a piece, bar by bar: `Am | F C/E | G7sus4 | %`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Chord;
use crate::error::Fault;
use crate::music::metre::Metre;
use crate::music::score::MAX_BARS;

/// The most chords of a bar.
const MAX_CHORDS_PER_BAR: usize = 4;

/// Chords for a piece, bar by bar; after the last bar they start again.
///
/// Typed without bar lines, each chord takes a bar, and the lane is written with them: `Am F C G` becomes
/// `Am | F | C | G`. Commas separate chords as spaces do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ChordLane {
    text: String,
    /// The chords of each bar.
    bars: Vec<Vec<Option<Chord>>>,
}

impl ChordLane {
    /// Returns the chord of each of the first `beats` beats in 4/4.
    pub fn chords(&self, beats: usize) -> Vec<Option<Chord>> {
        self.chords_in(Metre::COMMON, beats)
    }

    /// Returns the chord of each of the first `beats` beats in `metre`. The chords of a bar divide it as evenly as its beats
    /// allow, the first ones longer than the last.
    pub fn chords_in(&self, metre: Metre, beats: usize) -> Vec<Option<Chord>> {
        let per_bar = metre.bar_beats() as usize;
        let chord = |beat: usize| {
            let bar = &self.bars[beat / per_bar % self.bars.len()];
            bar[beat % per_bar * bar.len() / per_bar]
        };
        (0..beats).map(chord).collect()
    }

    /// Returns what to tell the user who typed `typed`, if it had no bar lines.
    pub fn remark(&self, typed: &str) -> Option<String> {
        let has_bar_lines = typed.contains('|') || self.bars.len() < 2;
        (!has_bar_lines).then(|| {
            format!("Without bar lines each chord takes a bar: {self}. Put | between bars for more chords in one.")
        })
    }

    /// Reads bars between `|`, and keeps `text` as it is.
    fn in_bars(text: String) -> Result<Self, Fault> {
        let inner = text.strip_prefix('|').unwrap_or(&text);
        let inner = inner.strip_suffix('|').unwrap_or(inner);
        let mut bars: Vec<Vec<Option<Chord>>> = Vec::new();
        for bar in inner.split('|') {
            let chords = match (symbols(bar).as_slice(), bars.last()) {
                (["%"], Some(before)) => before.clone(),
                (symbols, _) => (symbols.iter())
                    .map(|symbol| Chord::parse_lead_sheet(symbol))
                    .collect::<Result<_, _>>()?,
            };
            if !(1..=MAX_CHORDS_PER_BAR).contains(&chords.len()) {
                return Err(Fault::new(
                    format!("a bar `{}` of {} chords", bar.trim(), chords.len()),
                    format!("1 to {MAX_CHORDS_PER_BAR} chords between the bar lines |"),
                ));
            }
            bars.push(chords);
            if bars.len() > MAX_BARS as usize {
                let found = format!("chords for more than {MAX_BARS} bars");
                return Err(Fault::new(found, "fewer bars"));
            }
        }
        Ok(Self { text, bars })
    }
}

/// Splits at spaces and commas, except in brackets.
fn symbols(text: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    let separates = |character: char| {
        depth += i32::from(character == '(') - i32::from(character == ')');
        depth <= 0 && (character == ',' || character.is_whitespace())
    };
    let symbols = text.split(separates);
    symbols.filter(|symbol| !symbol.is_empty()).collect()
}

/// Bars between `|`, each of 1 to 4 chords, or `%` to repeat the bar before; or chords without bar lines, a bar each.
impl FromStr for ChordLane {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let text = text.trim();
        let symbols = symbols(text);
        Self::in_bars(if text.contains('|') || symbols.len() < 2 {
            text.to_owned()
        } else {
            symbols.join(" | ")
        })
    }
}

/// Reads what was saved. Before chords could be typed without bar lines, several of them without any shared one bar.
impl TryFrom<String> for ChordLane {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        Self::in_bars(if text.contains('|') || symbols(&text).len() < 2 {
            text
        } else {
            format!("| {} |", text.trim())
        })
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
    use proptest::prelude::*;

    use super::*;

    fn lane(text: &str) -> ChordLane {
        text.parse().unwrap()
    }

    fn chords(symbols: &[&str]) -> Vec<Option<Chord>> {
        let chord = |symbol: &&str| Chord::parse_lead_sheet(symbol).unwrap();
        symbols.iter().map(chord).collect()
    }

    #[test]
    fn chords_divide_their_bar_and_start_again_after_the_last() {
        let lane = lane("| Am | F G | % |");
        let expected = [
            "Am", "Am", "Am", "Am", "F", "F", "G", "G", "F", "F", "G", "G", "Am",
        ];
        assert_eq!(lane.chords(13), chords(&expected));
    }

    #[test]
    fn three_chords_share_a_bar_of_any_metre() {
        let in_metre =
            |metre: &str, beats| lane("C F G |").chords_in(metre.parse().unwrap(), beats);
        assert_eq!(in_metre("4/4", 4), chords(&["C", "C", "F", "G"]));
        assert_eq!(in_metre("3/4", 3), chords(&["C", "F", "G"]));
        assert_eq!(in_metre("6/4", 6), chords(&["C", "C", "F", "F", "G", "G"]));
    }

    #[test]
    fn chords_without_bar_lines_take_a_bar_each_and_say_so() {
        for typed in [
            " Am F C7(b9, #11) G ",
            "Am, F, C7(b9, #11), G",
            "Am F,C7(b9, #11) ,G",
        ] {
            let read = lane(typed);
            assert_eq!(read.to_string(), "Am | F | C7(b9, #11) | G");
            assert_eq!(read.chords(16), lane("Am | F | C7(b9,#11) | G").chords(16));
            let remark = read.remark(typed).unwrap();
            assert!(
                remark.contains("a bar: Am | F | C7(b9, #11) | G."),
                "{remark}"
            );
        }
        for typed in ["Am | F", "Am, F | C", "Am", "| Am F |"] {
            assert_eq!(lane(typed).remark(typed), None, "{typed}");
        }
    }

    #[test]
    fn chords_saved_without_bar_lines_still_share_a_bar() {
        let saved: ChordLane = serde_json::from_str(r#""F G""#).unwrap();
        assert_eq!(saved.chords(4), chords(&["F", "F", "G", "G"]));
        assert_eq!(saved.to_string(), "| F G |");
        assert_eq!(lane(&saved.to_string()), saved);
    }

    #[test]
    fn other_texts_are_refused_with_the_chord_or_bar() {
        for (text, named) in [
            ("", "0 chords"),
            ("C | | G", "0 chords"),
            ("C Am F G C |", "5 chords"),
            ("%", "`%`"),
            ("C | Hm", "`Hm`"),
            ("Cmaj8", "`Cmaj8`"),
            ("C/x", "`C/x`"),
            ("é", "`é`"),
        ] {
            let fault = text.parse::<ChordLane>().unwrap_err().to_string();
            assert!(fault.contains(named), "{fault}");
        }
        assert!(
            "C|".repeat(MAX_BARS as usize + 2)
                .parse::<ChordLane>()
                .is_err()
        );
    }

    proptest! {
        #[test]
        fn any_typed_lane_reads_back_from_its_text(typed in "([A-H][b♯]?(m7|6/9|7\\(b9, #9\\)|ø)?[ ,|%]{0,3}){0,6}") {
            if let Ok(read) = typed.parse::<ChordLane>() {
                let text = String::from(read.clone());
                prop_assert_eq!(text.parse(), Ok(read.clone()));
                prop_assert_eq!(ChordLane::try_from(text), Ok(read));
            }
        }
    }
}
